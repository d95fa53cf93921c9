// SPDX-License-Identifier: GPL-2.0-or-later
//! The hosts beside the wikis: which there are, and noc and the webhook among them.

use super::exchange::{Answer, Seen};
use super::lie::Lie;
use super::route::BACKENDS;
use super::wiki::{WIKIS, Wiki};
use super::world::State;
use super::{gerrit, log};
use serde_json::{Value, json};

/// The nick that posts to the webhook speak with.
pub const WEBHOOK_BOT: &str = "backport-verify";

/// Answers for a host that is no wiki.
pub fn answer(state: &mut State, asked: &Seen) -> Answer {
    match asked.host.as_str() {
        "gerrit.wikimedia.org" if state.lies(Lie::GerritDown) => down(),
        "gerrit.wikimedia.org" => gerrit::answer(state, asked),
        "noc.wikimedia.org" if state.lies(Lie::NocDown) => down(),
        "noc.wikimedia.org" => noc(state, asked),
        "sal.toolforge.org" => log::answer(state, asked),
        "backport-verify.toolforge.org" => webhook(state, asked),
        host => Answer::text(404, format!("no such host here: {host}\n")),
    }
}

/// What stands in the place of a service that is down.
pub fn down() -> Answer {
    Answer::html(503, "<!DOCTYPE html><title>Wikimedia Error</title><h1>503 Service Unavailable</h1>")
}

fn noc(state: &State, asked: &Seen) -> Answer {
    match asked.route() {
        "/conf/debug.json" => Answer::json(&json!({"backends": BACKENDS.map(|backend| backend.name)})),
        "/conf/wikiversions.json" | "/wikiversions.json" => {
            let version = |wiki: &Wiki| (wiki.dbname.to_owned(), json!(format!("php-{}", state.version_of(*wiki))));
            let versions: Value = WIKIS.iter().map(version).collect();
            Answer::json(&versions)
        }
        _ => Answer::html(404, "<!DOCTYPE html><title>404 Not Found</title>"),
    }
}

/// Takes a message and says it in the channel, one line for each line of the text.
fn webhook(state: &mut State, asked: &Seen) -> Answer {
    let refused =
        state.lies.iter().find_map(|lie| if let Lie::WebhookRefuses(status) = lie { Some(*status) } else { None });
    if let Some(status) = refused {
        return Answer::text(status, "not now");
    }
    match asked.route().split('/').collect::<Vec<_>>()[..] {
        ["", "hook", _, "events"] => Answer::text(405, "method_not_allowed"),
        ["", "services", _, _, _] | ["", "hook", _] if asked.method != "POST" => {
            Answer::text(405, "method_not_allowed").with("allow", "POST")
        }
        ["", "services", _, _, _] => slack(state, asked),
        ["", "hook", _] => relay(state, asked),
        ["", "hook", _, "posts", id] if state.said.contains(id) => said(id),
        _ => Answer::text(404, "no_service"),
    }
}

/// As Slack does: no id is known.
fn slack(state: &mut State, asked: &Seen) -> Answer {
    match field(asked, "/text").as_deref() {
        None => Answer::text(400, "invalid_payload"),
        Some("") => Answer::text(400, "no_text"),
        Some(text) => {
            let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            text.lines().for_each(|line| state.say(WEBHOOK_BOT, line));
            Answer::text(200, "ok")
        }
    }
}

/// As our relay does, but that it does not look at the signature, nor say whose line it is.
fn relay(state: &mut State, asked: &Seen) -> Answer {
    let Some(id) = asked.header("webhook-id") else { return slack(state, asked) };
    let Some(line) = field(asked, "/data/line") else { return Answer::text(400, "invalid_payload") };
    // What was said once is taken, and not said again.
    if state.said.insert(id.clone()) {
        line.lines().for_each(|line| state.say(WEBHOOK_BOT, line));
    }
    said(&id)
}

fn said(id: &str) -> Answer {
    Answer::json(&json!({ "id": id, "status": "said" }))
}

fn field(asked: &Seen, pointer: &str) -> Option<String> {
    let message: Value = serde_json::from_str(&asked.body).ok()?;
    message.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}
