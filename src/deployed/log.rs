// SPDX-License-Identifier: GPL-2.0-or-later
//! The Server Admin Log, from either of the two places that show it.
//!
//! Must not understand what an entry says; `announcement` does.

use super::html::{Piece, Pieces, has_class};
use crate::schedule::{decode_entities, work};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The newest 200 entries of production, as HTML (repository `bd808/SAL`, `data/templates/sal.html`). No search words:
/// "Continuing with deployment" names no change.
pub const LOG_URL: &str = "https://sal.toolforge.org/production?p=0&i=200";

/// More letters than this of a page that is no log are not told.
const BEGINNING: usize = 60;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// When, UTC, to the minute.
    pub at: Timestamp,
    /// Who: `deployer@deploy2002`.
    pub nick: String,
    /// What, without markup.
    pub message: String,
}

/// Why a page is no log.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LogError {
    /// It has no day.
    #[error("the page is no server admin log: it has no day in it, and begins with <{begins}>")]
    NoDay {
        /// How it begins.
        begins: String,
    },
}

/// The `MediaWiki` API request for the newest days of the page `Server_Admin_Log` on wikitech; `section` 1 is the newest
/// day, 2 the one before. Read with [`page_from_api`](crate::schedule::page_from_api).
#[must_use]
pub fn log_page_url(section: u8) -> String {
    format!(
        "https://wikitech.wikimedia.org/w/api.php?action=query&prop=revisions&titles=Server_Admin_Log&rvprop=ids%7Ctimestamp%7Ccontent&rvslots=main&rvsection={section}&format=json&formatversion=2"
    )
}

/// The table as it is read.
#[derive(Default)]
struct Table {
    /// Whether the page says of itself that it is the log.
    seen: bool,
    /// The day under whose heading the rows stand.
    day: Option<Date>,
    days: usize,
    rows: usize,
    /// The cell that is open, and what it holds so far.
    cell: Option<Cell>,
    text: String,
    row: Row,
    entries: Vec<LogEntry>,
}

/// What is read of the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cell {
    Day,
    Time,
    Nick,
    Message,
}

#[derive(Default)]
struct Row {
    time: Option<Time>,
    nick: Option<String>,
    message: Option<String>,
}

impl Table {
    fn opens(&mut self, name: &str, attributes: &str) {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        let class = |class: &str| has_class(attributes, class);
        if is("tr") || is("td") || is("th") {
            self.close_cell();
        }
        if is("tr") {
            self.close_row();
        } else if is("td") {
            let cells = [("time", Cell::Time), ("nick", Cell::Nick), ("message", Cell::Message)];
            self.cell = cells.into_iter().find(|(name, _)| class(name)).map(|(_, cell)| cell);
        } else if is("a") && self.cell.is_none() && class("day") {
            self.cell = Some(Cell::Day);
        } else if (is("table") && class("sal")) || (is("div") && class("hits")) {
            self.seen = true;
        }
    }

    fn closes(&mut self, name: &str) {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        let ends_day = is("a") && self.cell == Some(Cell::Day);
        if ends_day || is("td") || is("th") || is("tr") || is("table") {
            self.close_cell();
        }
        if is("tr") || is("table") {
            self.close_row();
        }
    }

    fn close_cell(&mut self) {
        let text = std::mem::take(&mut self.text);
        let Some(cell) = self.cell.take() else { return };
        let text = decode_entities(&text);
        let text = text.trim();
        match cell {
            Cell::Day => {
                self.day = day(text);
                self.days += usize::from(self.day.is_some());
            }
            Cell::Time => self.row.time = time(text),
            Cell::Nick => {
                let nick = text.strip_prefix('<').unwrap_or(text);
                self.row.nick = Some(nick.strip_suffix('>').unwrap_or(nick).to_owned());
            }
            Cell::Message => self.row.message = Some(text.to_owned()),
        }
    }

    /// A row that lacks something, or stands under no day, is none.
    fn close_row(&mut self) {
        let Row { time, nick, message } = std::mem::take(&mut self.row);
        let (Some(time), Some(nick), Some(message)) = (time, nick, message) else { return };
        self.rows += 1;
        self.entries.extend(self.day.and_then(|day| entry(day, time, &nick, message)));
    }
}

/// Reads the page of [`LOG_URL`]; oldest entry first.
///
/// A log without entries is no error: it still has its count of results.
///
/// # Errors
/// When it is no log: no day is found, and it is not that log either.
pub fn entries_from_toolforge(html: &str) -> Result<Vec<LogEntry>, LogError> {
    let mut table = Table::default();
    for piece in Pieces::of(html) {
        match piece {
            Piece::Opens { name, attributes } => table.opens(name, attributes),
            Piece::Closes { name } => table.closes(name),
            Piece::Text(text) if table.cell.is_some() => table.text.push_str(text),
            Piece::Text(_) => {}
        }
    }
    table.closes("table");
    let empty = table.seen && table.rows == 0;
    if table.days == 0 && !empty { Err(no_day(html)) } else { Ok(oldest_first(table.entries)) }
}

/// Reads wikitext of the page `Server_Admin_Log`; oldest entry first.
///
/// Lines as stashbot writes them (repository `labs/tools/stashbot`, `stashbot/sal.py`), and as they stand once the page
/// is saved and the template is substituted.
///
/// # Errors
/// When it is no log.
pub fn entries_from_wikitech(wikitext: &str) -> Result<Vec<LogEntry>, LogError> {
    let mut today = None;
    let mut days = 0_usize;
    let mut entries = Vec::new();
    for line in wikitext.lines() {
        work::note(line.len());
        if let Some(heading) = line.strip_prefix("==").and_then(|line| line.trim_end().strip_suffix("==")) {
            today = day(heading.trim_matches(['=', ' ', '\t']));
            days += usize::from(today.is_some());
        } else if let (Some(day), Some(item)) = (today, line.strip_prefix('*')) {
            entries.extend(item_entry(day, item.trim()));
        }
    }
    if days == 0 { Err(no_day(wikitext)) } else { Ok(oldest_first(entries)) }
}

/// The entry of a list item: `{{safesubst:SAL entry|1=HH:MM nick: message}}` or `HH:MM nick: message`.
fn item_entry(day: Date, item: &str) -> Option<LogEntry> {
    let text = without_template(item).unwrap_or(item).trim();
    let (at, rest) = text.split_once(char::is_whitespace)?;
    let (nick, message) = rest.split_once(':')?;
    entry(day, time(at)?, nick, unmarked(message.trim()))
}

/// The parameter of stashbot's template.
fn without_template(item: &str) -> Option<&str> {
    let (name, text) = item.strip_prefix("{{")?.split_once('|')?;
    let name = name.to_ascii_lowercase().replace('_', " ");
    let name = name.trim();
    let name = name.strip_prefix("safesubst:").or_else(|| name.strip_prefix("subst:")).unwrap_or(name);
    let text = text.strip_suffix("}}").unwrap_or(text).trim_start();
    (name.trim() == "sal entry").then(|| text.strip_prefix("1=").unwrap_or(text))
}

/// What stashbot and the template put around a message: bars and braces that were escaped, and links to tasks.
fn unmarked(message: &str) -> String {
    let marks = [("{{!}}", "|"), ("{{=}}", "="), ("<nowiki>", ""), ("</nowiki>", ""), ("<nowiki/>", "")];
    let mut out = String::with_capacity(message.len());
    let mut rest = message;
    let mut links_end = true;
    while let Some(at) = rest.find(['{', '<', '[']) {
        work::note(at + 1);
        let (text, mark) = rest.split_at(at);
        out.push_str(text);
        if let Some((behind, shown)) = marks.iter().find_map(|(mark_, shown)| Some((mark.strip_prefix(mark_)?, shown)))
        {
            out.push_str(shown);
            rest = behind;
            continue;
        }
        let task = mark.strip_prefix("[[phab:").filter(|_| links_end);
        if let Some(inside) = task {
            if let Some((link, behind)) = inside.split_once("]]") {
                work::note(link.len());
                out.push_str(link.split_once('|').map_or(link, |(_, shown)| shown));
                rest = behind;
                continue;
            }
            work::note(inside.len());
            // None of the links that follow ends either.
            links_end = false;
        }
        let (letter, behind) = mark.split_at(1);
        out.push_str(letter);
        rest = behind;
    }
    work::note(rest.len());
    out.push_str(rest);
    decode_entities(&out)
}

fn entry(day: Date, time: Time, nick: &str, message: String) -> Option<LogEntry> {
    let at = day.to_datetime(time).to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(LogEntry { at, nick: nick.trim().to_owned(), message })
}

/// Both places tell the newest first; within a minute, what they told later came first.
fn oldest_first(mut entries: Vec<LogEntry>) -> Vec<LogEntry> {
    entries.reverse();
    entries.sort_by_key(|entry| entry.at);
    entries
}

/// `2026-08-17`.
fn day(text: &str) -> Option<Date> {
    let digits = text
        .bytes()
        .enumerate()
        .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    (text.len() == 10 && digits).then(|| text.parse().ok()).flatten()
}

/// `13:05`.
fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let number =
        |text: &str| (text.len() == 2).then(|| text.parse::<u8>().ok()).flatten().and_then(|n| i8::try_from(n).ok());
    Time::new(number(hour)?, number(minute)?, 0, 0).ok()
}

fn no_day(page: &str) -> LogError {
    let begins = page.trim_start().chars().take(BEGINNING).map(|c| if c.is_control() { ' ' } else { c }).collect();
    LogError::NoDay { begins }
}

#[cfg(test)]
mod tests {
    use super::{LogEntry, LogError, entries_from_toolforge, entries_from_wikitech};
    use crate::schedule::work;

    fn told(entries: &[LogEntry]) -> Vec<String> {
        entries.iter().map(|entry| format!("{} {} {}", entry.at, entry.nick, entry.message)).collect()
    }

    fn row(time: &str, nick: &str, message: &str) -> String {
        format!(
            "<tr>\n <td class=\"time\"><a href=\"/log/x\">{time}</a></td>\n <td class=\"nick\">&lt;{nick}&gt;</td>\n \
             <td class=\"message\">{message}</td>\n</tr>\n"
        )
    }

    fn heading(day: &str) -> String {
        format!(
            "<tbody><tr><th colspan=\"4\">\n<a class=\"day\" href=\"/production?d={day}\">\n {day}\n </a></th></tr>"
        )
    }

    fn page(rows: &str) -> String {
        format!(
            "<!DOCTYPE html><html><body><div class=\"hits\">3 results (2ms)</div><table class=\"sal\">{rows}</table>"
        )
    }

    #[test]
    fn rows_come_oldest_first_under_their_day() {
        let html = page(
            &[
                heading("2026-08-18"),
                row("00:01", "deployer@deploy2002", "third"),
                heading("2026-08-17"),
                row("23:59", "deployer@deploy2002", "second"),
                row("23:59", "reviewer", "first"),
            ]
            .concat(),
        );
        assert_eq!(
            told(&entries_from_toolforge(&html).unwrap()),
            [
                "2026-08-17T23:59:00Z reviewer first",
                "2026-08-17T23:59:00Z deployer@deploy2002 second",
                "2026-08-18T00:01:00Z deployer@deploy2002 third",
            ]
        );
    }

    #[test]
    fn a_message_is_told_without_its_links_and_entities() {
        let message = "Finished scap sync-world: Backport for [[<a href=\"https://gerrit.wikimedia.org/r/#/c/1330001\" \
                       target=\"_blank\">gerrit:1330001</a>|Say &quot;a &amp; b&quot; &#039;&#x27;&lt;b&gt; &amp;lt; 1 < 2 \
                       (<a href=\"https://phabricator.wikimedia.org/T1\">T1</a>)]] (duration: 08m 47s)";
        let html = page(&(heading("2026-08-17") + &row("13:05", "deployer@deploy2002", message)));
        assert_eq!(
            told(&entries_from_toolforge(&html).unwrap()),
            ["2026-08-17T13:05:00Z deployer@deploy2002 Finished scap sync-world: Backport for \
              [[gerrit:1330001|Say \"a & b\" ''<b> &lt; 1 < 2 (T1)]] (duration: 08m 47s)"]
        );
    }

    #[test]
    fn a_row_that_cannot_be_dated_or_read_hides_no_other() {
        let html = page(
            &[
                row("10:00", "early", "stands under no day"),
                heading("2026-08-17"),
                row("25:00", "late", "has no time"),
                "<tr><td class=\"time\">09:00<td class=nick>&lt;loose&gt;<td class=\"wide message\">closes nothing"
                    .into(),
                row("08:00", "plain", "is whole"),
            ]
            .concat(),
        );
        assert_eq!(
            told(&entries_from_toolforge(&html).unwrap()),
            ["2026-08-17T08:00:00Z plain is whole", "2026-08-17T09:00:00Z loose closes nothing"]
        );
    }

    #[test]
    fn a_log_without_entries_is_empty_and_a_page_that_is_no_log_an_error() {
        let empty = "<div class=\"hits\">0 results (1ms)</div><table class=\"sal\"></table>";
        assert_eq!(entries_from_toolforge(empty), Ok(vec![]));
        let undated = page(&row("10:00", "deployer@deploy2002", "undated"));
        for html in ["", "<html><title>Log in to the hotel</title>", "<h1>502 Bad Gateway</h1>", undated.as_str()] {
            assert!(matches!(entries_from_toolforge(html), Err(LogError::NoDay { .. })), "{html}");
        }
        assert_eq!(
            entries_from_toolforge("\n<h1>502\nBad Gateway</h1>").unwrap_err().to_string(),
            "the page is no server admin log: it has no day in it, and begins with <<h1>502 Bad Gateway</h1>>"
        );
    }

    #[test]
    fn the_wiki_page_is_read_in_every_form_of_its_lines() {
        let text = "{{Server Admin Log navigation}}\n* 10:00 early: stands under no day\n== 2026-08-18 ==\n\
            * {{safesubst:SAL entry|1=00:01 deployer@deploy2002: Backport for [[gerrit:1|a {{!}} b]], c}}\n\
            == 2026-08-17 ==\n\
            * 23:59 deployer@deploy2002: [[gerrit:2|open <nowiki>{</nowiki> and <nowiki>}</nowiki> ([[phab:T1|T1]])]]\n\
            * {{SAL_entry|23:58 reviewer: a: b &amp; c {{!}}}}\n\
            * see also the week before\n*{{subst:SAL entry |1= 23:57 reviewer: [[phab:T2]] [[phab:T3}}\n=== 23:00 ===\n\
            * 23:00 under: no day\n";
        assert_eq!(
            told(&entries_from_wikitech(text).unwrap()),
            [
                "2026-08-17T23:57:00Z reviewer T2 [[phab:T3",
                "2026-08-17T23:58:00Z reviewer a: b & c |",
                "2026-08-17T23:59:00Z deployer@deploy2002 [[gerrit:2|open { and } (T1)]]",
                "2026-08-18T00:01:00Z deployer@deploy2002 Backport for [[gerrit:1|a | b]], c",
            ]
        );
        assert_eq!(entries_from_wikitech("== 2026-08-18 ==\n"), Ok(vec![]));
        assert!(entries_from_wikitech("Nothing was logged.").is_err());
    }

    #[test]
    fn work_grows_with_the_length_and_nothing_else() {
        let units = [
            "{{",
            "[[",
            "<!--",
            "<",
            "<a",
            "<a ",
            "<td class=\"message\">",
            "</td>",
            "<tr>",
            "&",
            "&amp;",
            "<a class=\"day\">",
            " class=\"",
            "<nowiki>",
            "'''",
            "|",
            "{{deploy|",
            "[[phab:",
            "[[phab:a|b]]",
            "{{!}}",
            "==\n",
            "* 10:00 a: ",
            "\n",
        ];
        let steps = |before: &str, unit: &str, length: usize| {
            let page = before.to_owned() + &unit.repeat(length / unit.len());
            work::count(|| {
                entries_from_toolforge(&page).ok();
                entries_from_wikitech(&page).ok();
            })
        };
        let message = page(&(heading("2026-08-17") + "<tr><td class=\"message\">"));
        for before in ["", "<a ", message.as_str(), "== 2026-08-17 ==\n* 10:00 a: "] {
            for unit in units {
                let (half, whole) = (steps(before, unit, 30_000), steps(before, unit, 60_000));
                assert!(whole <= half * 5 / 2, "{before}{unit}: {half} steps grew to {whole}");
                assert!(whole <= 16 * 60_000, "{before}{unit}: {whole} steps");
            }
        }
    }
}
