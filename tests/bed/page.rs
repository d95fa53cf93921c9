// SPDX-License-Identifier: GPL-2.0-or-later
//! The HTML of wiki pages, small but with the marks that `MediaWiki`'s pages have.

use super::code::EVENTS;
use super::exchange::Answer;
use super::wiki::Server;
use super::{BACKPORT, BACKPORT_TEXT, GERRIT, PATCH_TEXT, api};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::json;

/// Special pages that exist without any text of their own here.
const SPECIAL: [&str; 6] = [
    "Special:RecentChanges",
    "Special:AllPages",
    "Special:BlankPage",
    "Special:Statistics",
    "Special:Preferences",
    "Special:UserLogin",
];

/// The user groups of a wiki and the rights that they grant, as the code on this server has them.
pub fn groups(server: &Server) -> Vec<(&'static str, &'static [&'static str])> {
    let mut groups: Vec<(&str, &[&str])> = vec![
        ("*", &["createaccount", "read", "edit"]),
        ("user", &["move", "upload", "minoredit"]),
        ("autoconfirmed", &["editsemiprotected"]),
        ("bot", &["bot", "autopatrol"]),
        ("sysop", &["block", "delete", "protect", "rollback"]),
        ("bureaucrat", &["renameuser"]),
    ];
    if server.has(GERRIT) && server.wiki.dbname == "enwiki" {
        groups.push((PATCH_TEXT, &["noratelimit", "override-antispoof"]));
    }
    groups
}

/// The page of a title (with underscores), or what a wiki says where there is none.
pub fn answer(server: &Server, title: &str) -> Answer {
    let (status, body) = match title {
        "Special:ListGroupRights" => (200, group_rights(server)),
        "Special:Version" => (200, version(server)),
        "Special:Log" => (200, log(server)),
        special if SPECIAL.contains(&special) => (200, html! { p { "This page is a special page." } }),
        _ => match api::wikitext(server, title) {
            Some(text) => (200, html! { @for part in text.split("\n\n") { p { (part) } } }),
            None if title.starts_with("Special:") => (404, html! { p { "There is no such special page." } }),
            None => (
                404,
                html! { div.noarticletext { p { b { "This wiki does not have a page with this exact name." } } } },
            ),
        },
    };
    Answer::html(status, whole(server, title, status, &body).into_string())
}

/// The page of the web server (not of `MediaWiki`) for paths that are nothing.
pub fn missing_file(route: &str) -> Answer {
    let body = html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { "Not Found" } }
            body { h1 { "404: Not Found" } p { "There is nothing at " code { (route) } "." } }
        }
    };
    Answer::html(404, body.into_string()).with("cache-control", "s-maxage=2678400, max-age=2678400")
}

fn group_rights(server: &Server) -> Markup {
    html! {
        p { "The following is a list of user groups defined on this wiki, with their access rights." }
        table.wikitable.mw-listgrouprights-table {
            tr { th { "Group" } th { "Rights" } }
            @for (group, rights) in groups(server) {
                tr id=(group) {
                    td { (group) br; a href={ "/wiki/Special:ListUsers/" (group) } { "(list of members)" } }
                    td { ul { @for right in rights { li.listgrouprights-granted { code { "(" (right) ")" } } } } }
                }
            }
        }
    }
}

/// The log whose dates the story's backport puts right.
fn log(server: &Server) -> Markup {
    let date = if server.has(BACKPORT) { BACKPORT_TEXT } else { "1 January 1970" };
    html! { ul { li.mw-logline-newusers { time { (date) } " User account Reader was created" } } }
}

fn version(server: &Server) -> Markup {
    html! {
        h2 id="mw-version-software" { "Installed software" }
        table.wikitable #sv-software {
            tr { td { "MediaWiki" } td { (server.version()) } }
            tr { td { "PHP" } td { "8.3.30 (fpm-fcgi)" } }
        }
        h2 id="mw-version-ext" { "Installed extensions" }
        table.wikitable {
            tr { td { "WikimediaEvents" } td { (server.commit(EVENTS).get(..7).unwrap_or_default()) } }
        }
    }
}

fn whole(server: &Server, title: &str, status: u16, body: &Markup) -> Markup {
    let shown = title.replace('_', " ");
    let config = json!({
        "wgDBname": server.wiki.dbname,
        "wgPageName": title,
        "wgTitle": shown,
        "wgIsArticle": status == 200 && !title.starts_with("Special:"),
        "wgUserName": null,
        "wgUserLanguage": server.wiki.lang,
    });
    // A title is free text: `</script>` in it must not end the script.
    let config = config.to_string().replace('<', "\\u003C");
    let hostname = json!({"wgHostname": server.name, "wgBackendResponseTime": 233});
    html! {
        (DOCTYPE)
        html.client-nojs lang=(server.wiki.lang) dir="ltr" {
            head {
                meta charset="UTF-8";
                title { (shown) " - " (server.wiki.name) }
                script { (PreEscaped(format!("RLCONF={config};"))) }
                link rel="stylesheet" href="/w/load.php?lang=en&modules=skins.vector.styles&only=styles&skin=vector-2022";
                script async src="/w/load.php?lang=en&modules=startup&only=scripts&raw=1&skin=vector-2022" {}
                meta name="generator" content={ "MediaWiki " (server.version()) };
                meta name="robots" content=(if status == 200 { "max-image-preview:standard" } else { "noindex,nofollow" });
                meta name="viewport" content="width=1120";
            }
            body class={ "skin-vector-2022 mediawiki ltr sitedir-ltr page-" (title.replace(':', "_")) } {
                header.vector-header { a.mw-logo href="/wiki/Main_Page" { (server.wiki.name) } }
                main #content.mw-body {
                    h1 #firstHeading.firstHeading.mw-first-heading { (shown) }
                    div #bodyContent.vector-body { div #mw-content-text.mw-body-content { (body) } }
                }
                footer #footer.mw-footer { ul { li { "Text is available under the licence of this wiki." } } }
                script {
                    (PreEscaped(format!("(RLQ=window.RLQ||[]).push(function(){{mw.config.set({hostname});}});")))
                }
            }
        }
    }
}
