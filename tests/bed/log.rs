// SPDX-License-Identifier: GPL-2.0-or-later
//! The Server Admin Log in its two places: sal.toolforge.org, and the page on wikitech.
//!
//! Shapes: repositories `bd808/SAL` (`data/templates/sal.html`, `data/templates/inc/log.html`, `src/App.php` for the
//! links) and `labs/tools/stashbot` (`stashbot/sal.py`).

use super::exchange::{Answer, Seen};
use super::lie::Lie;
use super::services::down;
use super::world::State;
use jiff::{Timestamp, ToSpan};
use maud::{DOCTYPE, Markup, html};
use std::fmt::Write;

/// What stands above the first day on wikitech.
const LEAD: &str =
    "{{SAL header}}\nWhat is done to the servers is written here. See [[Deployments]] for what is planned.\n";

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When it was said.
    pub at: Timestamp,
    /// `deployer@deploy2002`.
    pub nick: String,
    /// What was said, without `!log`.
    pub message: String,
}

/// What was logged on the evening before (UTC), oldest first.
pub fn first_entries(now: Timestamp) -> Vec<Entry> {
    let midnight = Timestamp::from_second(now.as_second() - now.as_second().rem_euclid(86_400)).unwrap_or(now);
    let earlier = |minutes: i64, nick: &str, message: &str| Entry {
        at: midnight.checked_sub(minutes.minutes()).unwrap_or(midnight),
        nick: nick.to_owned(),
        message: message.to_owned(),
    };
    let backport = "Backport for [[gerrit:1329950|[dewiki] Raise the upload limit]]";
    vec![
        earlier(180, "deployer@deploy2002", &format!("Started scap sync-world: {backport}")),
        earlier(171, "deployer@deploy2002", &format!("Finished scap sync-world: {backport} (duration: 08m 31s)")),
        earlier(165, "deployer", "UTC late deploys done"),
        earlier(90, "deployer@deploy2002", "rebuilt and synchronized wikiversions files: group0 to 1.47.0-wmf.16"),
    ]
}

/// Answers for sal.toolforge.org.
pub fn answer(state: &State, asked: &Seen) -> Answer {
    if state.lies(Lie::SalDown) || state.lies(Lie::LogNowhere) {
        return down();
    }
    match asked.route() {
        "/" | "/production" => Answer::html(200, table(state, asked).into_string()),
        _ => Answer::html(404, "<!DOCTYPE html><title>404 Not Found</title>"),
    }
}

/// The entries, newest first: those that have all words of `q`, up to the end of the day `d`, `i` a page, page `p`.
fn table(state: &State, asked: &Seen) -> Markup {
    let number = |name: &str| asked.parameter(name).and_then(|text| text.parse::<usize>().ok());
    let items = number("i").filter(|items| (1..=200).contains(items)).unwrap_or(50);
    let page = number("p").unwrap_or(0);
    let words = asked.parameter("q").unwrap_or_default();
    let until = asked.parameter("d").filter(|day| !day.is_empty());
    let has_all = |entry: &Entry| {
        let text = format!("{} {}", entry.nick, entry.message);
        words.split_whitespace().all(|word| text.contains(word))
    };
    let in_time = |entry: &Entry| until.as_ref().is_none_or(|day| day_of(entry) <= *day);
    let all: Vec<(usize, &Entry)> =
        state.sal.iter().enumerate().rev().filter(|(_, entry)| has_all(entry) && in_time(entry)).collect();
    let mut last_day = String::new();
    let shown = all.iter().skip(page * items).take(items).map(|(number, entry)| {
        let day = day_of(entry);
        let is_new = day != last_day;
        last_day.clone_from(&day);
        (is_new.then_some(day), *number, *entry)
    });
    html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { "production SAL - Server Admin Log" } }
            body {
                form #search-form method="get" action="/production" {
                    input type="hidden" name="p" value="0";
                    div { input #q type="text" name="q" placeholder="Search production" value=(words); }
                    div { input #d type="date" name="d" value=(until.as_deref().unwrap_or_default()); }
                    div { button type="submit" { "Go" } }
                }
                div.hits { (all.len()) " results (3ms)" }
                table.sal {
                    @for (day, number, entry) in shown {
                        @if let Some(day) = day {
                            // Twig's template opens a body for each day and closes none.
                            (maud::PreEscaped("<tbody>\n"))
                            tr { "\n    " th colspan="4" {
                                "\n      " a.day href={ "/production?d=" (day) } { "\n        " (day) "\n      " }
                                "\n      " span.section { "§" } "\n    "
                            } "\n  " }
                        }
                        (row(number, entry))
                    }
                }
            }
        }
    }
}

fn row(number: usize, entry: &Entry) -> Markup {
    html! {
        tr {
            "\n  " td.time { a href={ "/log/" (id(number)) } { (entry.at.strftime("%H:%M")) } }
            "\n  " td.nick { "<" (entry.nick) ">" }
            "\n  " td.message { (linked(&entry.message)) }
            "\n  " td.project { "[production]" } "\n"
        }
        "\n"
    }
}

/// Elasticsearch's kind of name for an entry.
fn id(number: usize) -> String {
    super::code::commit_of(&format!("entry {number}")).chars().take(20).collect()
}

fn day_of(entry: &Entry) -> String {
    entry.at.strftime("%Y-%m-%d").to_string()
}

/// A message with its `gerrit:N`, tasks and web addresses made links, as the site does.
fn linked(message: &str) -> Markup {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut out = Vec::new();
    let mut rest = message;
    let mut before = ' ';
    while let Some(letter) = rest.chars().next() {
        let found = if is_part(before) { None } else { link_at(rest, before) };
        let length = found.as_ref().map_or(letter.len_utf8(), |(length, _)| *length);
        let (taken, after) = rest.split_at(length);
        let href = found.map(|(_, href)| href);
        out.push(html! { @if let Some(href) = href { a href=(href) target="_blank" { (taken) } } @else { (taken) } });
        before = taken.chars().next_back().unwrap_or(' ');
        rest = after;
    }
    html! { @for piece in out { (piece) } }
}

/// How long the link is that begins here, and where it leads to.
fn link_at(text: &str, before: char) -> Option<(usize, String)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let ends = |text: &str, at: usize| {
        !text.chars().nth(at).is_some_and(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    if let Some(rest) = text.strip_prefix("gerrit:").or_else(|| text.strip_prefix("gerrit|")) {
        let count = digits(rest);
        let number = rest.get(..count)?;
        return (count > 0 && ends(rest, count))
            .then(|| (7 + count, format!("https://gerrit.wikimedia.org/r/#/c/{number}")));
    }
    if let Some(rest) = text.strip_prefix('T').filter(|_| before != '/') {
        let count = digits(rest);
        let task = text.get(..=count)?;
        return (count > 0 && ends(rest, count))
            .then(|| (1 + count, format!("https://phabricator.wikimedia.org/{task}")));
    }
    let is_address = before == ' ' && (text.starts_with("https://") || text.starts_with("http://"));
    let address = text.split(' ').next().filter(|_| is_address)?;
    Some((address.len(), address.to_owned()))
}

/// The page `Server_Admin_Log` as it is saved: the newest day first, and of each day the newest entry. The template
/// that the bot writes each line with is gone by then, its escaping of `|` is not.
pub fn wikitext(state: &State) -> String {
    let mut page = String::from(LEAD);
    let mut day = String::new();
    for entry in state.sal.iter().rev() {
        let today = day_of(entry);
        // Writing into a String cannot fail.
        if today != day {
            let _ = writeln!(page, "\n== {today} ==");
            day = today;
        }
        let message = entry.message.replace('|', "{{!}}");
        let _ = writeln!(page, "* {} {}: {message}", entry.at.strftime("%H:%M"), entry.nick);
    }
    page
}
