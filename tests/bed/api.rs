// SPDX-License-Identifier: GPL-2.0-or-later
//! `api.php`, as much of it as is asked here, in the shape of `formatversion=2`.

use super::calendar;
use super::exchange::{Answer, Seen};
use super::lie::Lie;
use super::page;
use super::wiki::{Server, VERSION};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// The wikitext of a title, spaces and underscores being the same.
pub fn wikitext(server: &Server, title: &str) -> Option<String> {
    let title = title.replace(' ', "_");
    if server.wiki.is_wikitech() {
        match title.as_str() {
            "Deployments" if server.state.lies(Lie::CalendarMissing) => return None,
            "Deployments" if server.state.lies(Lie::CalendarIsNotACalendar) => return Some(calendar::PROSE.to_owned()),
            "Server_Admin_Log" => return Some(admin_log(server)),
            _ => {}
        }
    }
    server.state.pages.get(&(server.wiki.dbname.to_owned(), title)).cloned()
}

/// Answers a request to `api.php`.
pub fn answer(server: &Server, asked: &Seen) -> Answer {
    let answer = match asked.parameter("action").as_deref() {
        Some("query") => reply(query(server, asked)),
        Some("parse") => {
            match asked.parameter("page").and_then(|title| wikitext(server, &title).map(|text| (title, text))) {
                Some((title, text)) => reply(json!({"parse": {"title": title, "pageid": 7, "wikitext": text}})),
                None => refusal(server, "missingtitle", "The page you specified doesn't exist."),
            }
        }
        None | Some("help") => Answer::html(200, "<!DOCTYPE html><title>API help</title>"),
        Some(other) => refusal(server, "badvalue", &format!("Unrecognized value for parameter \"action\": {other}.")),
    };
    answer
        .with("cache-control", "private, must-revalidate, max-age=0")
        .with("content-disposition", "inline; filename=\"api-result.json\"")
        .with("x-frame-options", "DENY")
}

fn reply(mut value: Value) -> Answer {
    if let Some(map) = value.as_object_mut().filter(|map| map.contains_key("query")) {
        map.insert("batchcomplete".to_owned(), json!(true));
    }
    Answer::json(&value)
}

/// `MediaWiki` answers errors of the API with status 200 and tells the code in a header.
fn refusal(server: &Server, code: &str, info: &str) -> Answer {
    let docref = format!("See https://{}/w/api.php for API usage.", server.wiki.host);
    let error = json!({"code": code, "info": info, "docref": docref});
    Answer::json(&json!({"error": error, "servedby": server.name})).with("mediawiki-api-error", code)
}

fn query(server: &Server, asked: &Seen) -> Value {
    let mut found = Map::new();
    if parts(asked, "meta").iter().any(|meta| meta == "siteinfo") {
        let wanted = asked.parameter("siprop").map_or_else(|| vec!["general".to_owned()], |text| split(&text));
        for name in wanted {
            if let Some(value) = site_info(server, &name) {
                found.insert(name, value);
            }
        }
    }
    let titles = parts(asked, "titles");
    if !titles.is_empty() {
        let pages: Vec<Value> = titles.iter().map(|title| revision(server, title)).collect();
        found.insert("pages".to_owned(), json!(pages));
    }
    json!({"query": found})
}

fn revision(server: &Server, title: &str) -> Value {
    let title = title.replace('_', " ");
    match wikitext(server, &title) {
        None => json!({"ns": 0, "title": title, "missing": true}),
        Some(text) => {
            let slot = json!({"contentmodel": "wikitext", "contentformat": "text/x-wiki", "content": text});
            let now = Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default();
            let revision = json!({"revid": 2_345_678, "parentid": 2_345_670, "timestamp": now.to_string(), "slots": {"main": slot}});
            json!({"pageid": 7, "ns": 0, "title": title, "revisions": [revision]})
        }
    }
}

fn site_info(server: &Server, name: &str) -> Option<Value> {
    let wiki = server.wiki;
    match name {
        "general" => Some(json!({
            "mainpage": "Main Page",
            "base": format!("https://{}/wiki/Main_Page", wiki.host),
            "sitename": wiki.name,
            "generator": format!("MediaWiki {VERSION}"),
            "git-hash": "0b34eb33f672efcbbb7f07d0d8995a9428348dd6",
            "git-branch": format!("wmf/{VERSION}"),
            "lang": wiki.lang,
            "readonly": false,
            "articlepath": "/wiki/$1",
            "scriptpath": "/w",
            "server": format!("//{}", wiki.host),
            "servername": wiki.host,
            "wikiid": wiki.dbname,
        })),
        "usergroups" => {
            let groups = page::groups(server).into_iter();
            Some(groups.map(|(name, rights)| json!({"name": name, "rights": rights})).collect())
        }
        "namespaces" => Some(json!({
            "0": {"id": 0, "case": "first-letter", "name": "", "content": true},
            "1": {"id": 1, "case": "first-letter", "name": "Talk", "canonical": "Talk", "content": false},
        })),
        "extensions" => Some(json!([{"type": "other", "name": "WikimediaEvents",
            "vcs-system": "git", "vcs-version": "041459235837f07e08e2ce59fa981302950fcdc6"}])),
        _ => None,
    }
}

/// The page `Server Admin Log`: days with the newest first, lines with the newest first.
fn admin_log(server: &Server) -> String {
    let mut page = String::new();
    let mut day = String::new();
    for entry in server.state.sal.iter().rev() {
        let today = entry.at.strftime("%Y-%m-%d").to_string();
        // Writing into a String cannot fail.
        if today != day {
            let _ = writeln!(page, "== {today} ==");
            day = today;
        }
        let message = entry.message.replace('|', "{{!}}");
        let _ =
            writeln!(page, "* {{{{safesubst:SAL entry|1={} {}: {message}}}}}", entry.at.strftime("%H:%M"), entry.nick);
    }
    page
}

fn parts(asked: &Seen, name: &str) -> Vec<String> {
    asked.parameter(name).map_or_else(Vec::new, |text| split(&text))
}

fn split(text: &str) -> Vec<String> {
    text.split('|').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}
