// SPDX-License-Identifier: GPL-2.0-or-later
//! The hosts beside the wikis: Gerrit, noc, the Server Admin Log's search, and the webhook.

use super::exchange::{Answer, Seen};
use super::lie::Lie;
use super::route::BACKENDS;
use super::wiki::{CONFIG_AFTER, VERSION, WIKIS};
use super::world::State;
use super::{GERRIT, OTHER_GERRIT, OTHER_NICK, OTHER_TITLE, TITLE};
use jiff::Timestamp;
use maud::{DOCTYPE, html};
use serde_json::{Value, json};

/// The nick that posts to the webhook speak with.
pub const WEBHOOK_BOT: &str = "backport-verify";

/// Answers for a host that is no wiki.
pub fn answer(state: &mut State, asked: &Seen) -> Answer {
    match asked.host.as_str() {
        "gerrit.wikimedia.org" if state.lies(Lie::GerritDown) => down(),
        "gerrit.wikimedia.org" => gerrit(state, asked).with("server", "Apache"),
        "noc.wikimedia.org" if state.lies(Lie::NocDown) => down(),
        "noc.wikimedia.org" => noc(asked),
        "sal.toolforge.org" => sal(state, asked),
        "backport-verify.toolforge.org" => webhook(state, asked),
        host => Answer::text(404, format!("no such host here: {host}\n")),
    }
}

fn down() -> Answer {
    Answer::html(503, "<!DOCTYPE html><title>Wikimedia Error</title><h1>503 Service Unavailable</h1>")
}

/// The changes that Gerrit knows: the story's, and one of somebody else.
fn changes(state: &State) -> [Value; 2] {
    let change = |number: u64, id: &str, title: &str, owner: &str, merged: Option<Timestamp>| {
        let mut change = json!({
            "id": format!("operations%2Fmediawiki-config~{number}"),
            "triplet_id": format!("operations%2Fmediawiki-config~master~{id}"),
            "project": "operations/mediawiki-config",
            "branch": "master",
            "change_id": id,
            "subject": title,
            "status": if merged.is_some() { "MERGED" } else { "NEW" },
            "created": "2026-11-20 16:04:52.000000000",
            "updated": "2026-11-21 09:10:56.000000000",
            "_number": number,
            "owner": {"_account_id": 1716, "name": owner, "username": owner},
            "work_in_progress": false,
            "labels": {
                "Verified": {"all": [{"name": "jenkins-bot", "username": "jenkins-bot", "value": 2}]},
                "Code-Review": {"all": [{"name": "deployer", "username": "deployer", "value": 2 * i64::from(merged.is_some())}]},
            },
            "current_revision": CONFIG_AFTER,
            "current_revision_number": 2,
            "revisions": {CONFIG_AFTER: {
                "_number": 2,
                "commit": {"subject": title, "message": format!("{title}\n\nChange-Id: {id}\n")},
                "commit_with_footers": format!("{title}\n\nChange-Id: {id}\n"),
            }},
        });
        if let Some(merged) = merged {
            change["submitted"] = json!(merged.strftime("%Y-%m-%d %H:%M:%S.000000000").to_string());
        } else {
            change["mergeable"] = json!(true);
        }
        change
    };
    [
        change(GERRIT, "I14feabc95133ff378df9866568d9511551874d39", TITLE, "submitter", state.merged),
        change(OTHER_GERRIT, "I3657861ff5333b2d502465a167c262c0fc6f7e9e", OTHER_TITLE, OTHER_NICK, None),
    ]
}

fn gerrit(state: &State, asked: &Seen) -> Answer {
    // Gerrit begins every JSON answer so, against being included as a script.
    let guarded = |value: &Value| Answer::new(200, "application/json; charset=UTF-8", format!(")]}}'\n{value}\n"));
    let changes = changes(state);
    let Some(rest) = asked.route().strip_prefix("/r/changes/") else {
        return match asked.route().strip_prefix("/r/") {
            Some(_) => Answer::html(200, "<!DOCTYPE html><title>Gerrit Code Review</title>"),
            None => Answer::text(404, "Not Found"),
        };
    };
    if rest.is_empty() {
        let wanted = asked.parameter("q").unwrap_or_default();
        let named = |change: &Value| {
            ["_number", "change_id"].iter().any(|key| wanted.contains(change[*key].to_string().trim_matches('"')))
        };
        let any_named = changes.iter().any(named) || wanted.contains("change:");
        let open_only = wanted.contains("status:open");
        let found: Vec<&Value> = changes
            .iter()
            .filter(|change| (!any_named || named(change)) && (!open_only || change["status"] == "NEW"))
            .collect();
        return guarded(&json!(found));
    }
    let (id, view) = rest.split_once('/').unwrap_or((rest, ""));
    let id = id.rsplit(['~']).next().unwrap_or(id);
    let found =
        changes.iter().find(|change| change["change_id"] == id || change["_number"].as_u64() == id.parse().ok());
    match found {
        Some(change) if view.is_empty() || view == "detail" => guarded(change),
        Some(_) => Answer::text(404, "Not found"),
        None => Answer::text(404, format!("Not found: {id}")),
    }
}

fn noc(asked: &Seen) -> Answer {
    match asked.route() {
        "/conf/debug.json" => Answer::json(&json!({"backends": BACKENDS.map(|backend| backend.name)})),
        "/conf/wikiversions.json" | "/wikiversions.json" => {
            let versions: Value =
                WIKIS.iter().map(|wiki| (wiki.dbname.to_owned(), json!(format!("php-{VERSION}")))).collect();
            Answer::json(&versions)
        }
        _ => Answer::html(404, "<!DOCTYPE html><title>404 Not Found</title>"),
    }
}

/// The table of <https://sal.toolforge.org/production>, newest first, optionally only what has all words of `q`.
fn sal(state: &State, asked: &Seen) -> Answer {
    if asked.route() != "/production" {
        return Answer::html(404, "<!DOCTYPE html><title>404 Not Found</title>");
    }
    let wanted = asked.parameter("q").unwrap_or_default();
    let has_all = |text: &str| wanted.split_whitespace().all(|word| text.contains(word));
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { "Server Admin Log" } }
            body {
                table.table {
                    @for (number, entry) in state.sal.iter().enumerate().rev() {
                        @if has_all(&format!("{} {}", entry.nick, entry.message)) {
                            tr {
                                td.time { a href={ "/log/" (number) } { (entry.at.strftime("%H:%M")) } } " "
                                td.nick { "<" (entry.nick) ">" } " "
                                td.message { (linked(&entry.message)) } " "
                                td.project { "[production]" }
                            }
                        }
                    }
                }
            }
        }
    };
    Answer::html(200, page.into_string())
}

/// A message with `gerrit:N` of a `[[gerrit:N|title]]` made a link, as the site does.
fn linked(message: &str) -> maud::Markup {
    let cut = message.split_once("[[gerrit:").and_then(|(before, rest)| Some((before, rest.split_once('|')?)));
    let Some((before, (number, after))) = cut else { return html! { (message) } };
    html! {
        (before) "[[" a href={ "https://gerrit.wikimedia.org/r/#/c/" (number) } target="_blank" { "gerrit:" (number) }
        "|" (after)
    }
}

/// Takes a message in Slack's form and says it in the channel, one line for each line of the text.
fn webhook(state: &mut State, asked: &Seen) -> Answer {
    let refused =
        state.lies.iter().find_map(|lie| if let Lie::WebhookRefuses(status) = lie { Some(*status) } else { None });
    if let Some(status) = refused {
        return Answer::text(status, "not now");
    }
    if asked.route().strip_prefix("/hook/").is_none_or(str::is_empty) {
        return Answer::text(404, "no_service");
    }
    if asked.method != "POST" {
        return Answer::text(405, "method_not_allowed").with("allow", "POST");
    }
    let message: Option<Value> = serde_json::from_str(&asked.body).ok();
    match message.as_ref().and_then(|message| message.get("text")).and_then(Value::as_str) {
        None => Answer::text(400, "invalid_payload"),
        Some("") => Answer::text(400, "no_text"),
        Some(text) => {
            let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            text.lines().for_each(|line| state.say(WEBHOOK_BOT, line));
            Answer::text(200, "ok")
        }
    }
}
