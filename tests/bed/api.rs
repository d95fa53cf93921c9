// SPDX-License-Identifier: GPL-2.0-or-later
//! `api.php`, as much of it as is asked here, in the shape of `formatversion=2`.

use super::calendar;
use super::code::EVENTS;
use super::exchange::{Answer, Seen};
use super::lie::Lie;
use super::wiki::Server;
use super::{edit, log, page};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The wikitext of a title, spaces and underscores being the same.
pub fn wikitext(server: &Server, title: &str) -> Option<String> {
    let title = title.replace(' ', "_");
    if server.wiki.is_wikitech() {
        match title.as_str() {
            "Deployments" if server.state.lies(Lie::CalendarMissing) => return None,
            "Deployments" if server.state.lies(Lie::CalendarIsNotACalendar) => return Some(calendar::PROSE.to_owned()),
            "Server_Admin_Log" => return Some(log::wikitext(server.state)),
            _ => {}
        }
    }
    server.state.pages.get(&(server.wiki.dbname.to_owned(), title)).cloned()
}

/// Answers a request to `api.php`.
pub fn answer(server: &Server, asked: &Seen) -> Answer {
    let answer = match asked.parameter("action").as_deref() {
        Some("query") => match query(server, asked) {
            Ok(found) => reply(found),
            Err(section) => refusal(server, "nosuchsection", &format!("There is no section {section}.")),
        },
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

/// The error is a section that a page does not have.
fn query(server: &Server, asked: &Seen) -> Result<Value, String> {
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
        let section = asked.parameter("rvsection");
        let pages = titles.iter().map(|title| revision(server, title, section.as_deref()));
        found.insert("pages".to_owned(), json!(pages.collect::<Result<Vec<Value>, String>>()?));
    }
    let now = Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default();
    match asked.parameter("curtimestamp") {
        Some(_) => Ok(json!({"curtimestamp": now.to_string(), "query": found})),
        None => Ok(json!({"query": found})),
    }
}

fn revision(server: &Server, title: &str, section: Option<&str>) -> Result<Value, String> {
    let title = title.replace('_', " ");
    Ok(match wikitext(server, &title) {
        None => json!({"ns": 0, "title": title, "missing": true}),
        Some(text) => {
            let text = match section {
                Some(number) => part(&text, number).ok_or(number)?,
                None => text,
            };
            let slot = json!({"contentmodel": "wikitext", "contentformat": "text/x-wiki", "content": text});
            let now = Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default();
            let known = edit::revision_of(server.state, server.wiki.dbname, &title.replace(' ', "_"));
            let revid = known.unwrap_or(edit::FIRST_REVISION);
            let revision =
                json!({"revid": revid, "parentid": 2_345_670, "timestamp": now.to_string(), "slots": {"main": slot}});
            json!({"pageid": 7, "ns": 0, "title": title, "revisions": [revision]})
        }
    })
}

/// A section by its number: what stands above the first heading is 0, and each heading begins the next. A section ends
/// where one of its own level or above begins.
fn part(text: &str, number: &str) -> Option<String> {
    let level = |line: &str| {
        let line = line.trim_end();
        let signs = line.bytes().take_while(|byte| *byte == b'=').count();
        (signs > 0 && line.len() > 2 * signs && line.ends_with(&"=".repeat(signs))).then_some(signs)
    };
    let number: usize = number.parse().ok()?;
    let lines: Vec<&str> = text.lines().collect();
    let headings = lines.iter().enumerate().filter_map(|(at, line)| Some((at, level(line)?)));
    let headings: Vec<(usize, usize)> = headings.collect();
    let (from, to) = if number == 0 {
        (0, headings.first().map(|(at, _)| *at))
    } else {
        let (from, own) = *headings.get(number - 1)?;
        (from, headings.iter().find(|(at, level)| *at > from && *level <= own).map(|(at, _)| *at))
    };
    Some(lines.get(from..to.unwrap_or(lines.len()))?.join("\n").trim_end().to_owned())
}

fn site_info(server: &Server, name: &str) -> Option<Value> {
    let wiki = server.wiki;
    match name {
        "general" => Some(json!({
            "mainpage": "Main Page",
            "base": format!("https://{}/wiki/Main_Page", wiki.host),
            "sitename": wiki.name,
            "generator": format!("MediaWiki {}", server.version()),
            "git-hash": server.commit("mediawiki/core"),
            "git-branch": format!("wmf/{}", server.version()),
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
            "vcs-system": "git", "vcs-version": server.commit(EVENTS)}])),
        _ => None,
    }
}

fn parts(asked: &Seen, name: &str) -> Vec<String> {
    asked.parameter(name).map_or_else(Vec::new, |text| split(&text))
}

fn split(text: &str) -> Vec<String> {
    text.split('|').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}
