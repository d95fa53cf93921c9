// SPDX-License-Identifier: GPL-2.0-or-later
//! `action=edit` and its token, as much of them as an edit conflict needs.
//!
//! Must not know who edits: whether somebody is logged in is the world's to say.

use super::exchange::{Answer, Seen};
use super::wiki::Wiki;
use super::world::State;
use serde_json::{Value, json};

/// The token of who is logged in.
const TOKEN: &str = "5b1f0c3d9e7a2468+\\";
/// The revision of a page that nobody has edited.
pub const FIRST_REVISION: u64 = 2_345_678;

/// Answers a request for a token or an edit; `None` for every other.
pub fn answer(state: &mut State, wiki: Wiki, asked: &Seen) -> Option<Answer> {
    if asked.route() != "/w/api.php" {
        return None;
    }
    let parameter = |name: &str| asked.parameter(name);
    let value = match (parameter("action").as_deref(), parameter("meta").as_deref()) {
        (Some("query"), Some("tokens")) => token(state, asked),
        (Some("edit"), _) if asked.method == "POST" => edit(state, wiki, asked),
        (Some("edit"), _) => refused("mustbeposted", "The \"edit\" module requires a POST request."),
        _ => return None,
    };
    Some(Answer::json(&value).with("cache-control", "private, must-revalidate, max-age=0"))
}

fn token(state: &State, asked: &Seen) -> Value {
    match (state.logged_out, asked.parameter("assert")) {
        (true, Some(_)) => refused("assertuserfailed", "You are no longer logged in."),
        (true, None) => json!({"batchcomplete": true, "query": {"tokens": {"csrftoken": "+\\"}}}),
        (false, _) => json!({"batchcomplete": true, "query": {"tokens": {"csrftoken": TOKEN}}}),
    }
}

fn edit(state: &mut State, wiki: Wiki, asked: &Seen) -> Value {
    let field = |name: &str| asked.parameter(name);
    if state.logged_out && field("assert").is_some() {
        return refused("assertuserfailed", "You are no longer logged in.");
    }
    if field("token").as_deref() != Some(TOKEN) {
        return refused("badtoken", "Invalid CSRF token.");
    }
    let title = field("title").unwrap_or_default().replace(' ', "_");
    let key = (wiki.dbname.to_owned(), title);
    let now = revision_of(state, wiki.dbname, &key.1);
    match (now, field("baserevid").and_then(|base| base.parse::<u64>().ok())) {
        (Some(_), _) if field("createonly").is_some() => return refused("articleexists", "The page exists already."),
        (None, _) if field("nocreate").is_some() => return refused("missingtitle", "The page does not exist."),
        (Some(now), Some(base)) if now != base => return refused("editconflict", "Edit conflict."),
        _ => {}
    }
    let next = now.unwrap_or(FIRST_REVISION) + 1;
    state.pages.insert(key.clone(), field("text").unwrap_or_default());
    state.revisions.insert(key, next);
    state.purge(wiki.dbname);
    json!({"edit": {"result": "Success", "title": field("title"), "newrevid": next, "newtimestamp": jiff::Timestamp::now()
        .strftime("%Y-%m-%dT%H:%M:%SZ").to_string()}})
}

/// The revision of a page (title with underscores); `None` where there is none.
pub fn revision_of(state: &State, dbname: &str, title: &str) -> Option<u64> {
    let key = (dbname.to_owned(), title.to_owned());
    let exists = state.pages.contains_key(&key);
    exists.then(|| state.revisions.get(&key).copied().unwrap_or(FIRST_REVISION))
}

fn refused(code: &str, info: &str) -> Value {
    json!({"error": {"code": code, "info": info}})
}
