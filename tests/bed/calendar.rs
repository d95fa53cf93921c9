// SPDX-License-Identifier: GPL-2.0-or-later
//! The wikitext of the page `Deployments` with a backport window that is open now.
//!
//! Shape of sections and cards: repository `mediawiki/tools/release`, `make-deployment-calendar`; of patch lines:
//! <https://wikitech.wikimedia.org/wiki/Backport_windows>. Times on the page are those of San Francisco.

use super::wiki::VERSION;
use super::{BACKPORT, BACKPORT_TITLE, GERRIT, NICK, OTHER_GERRIT, OTHER_NICK, OTHER_TITLE, TITLE};
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{self, TimeZone};
use jiff::{Span, Timestamp, ToSpan};
use std::fmt::Write;

const NOTE: &str = "<br/><small>'''Your patch may or may not be deployed at the sole discretion of the deployer'''<br />'''(Max 6 patches)'''</small>";
const PLACEHOLDER: &str =
    "{{ircnick|irc-nickname|Requesting Developer}}\n* ''Gerrit link to backport or config change''";
/// What stands on the page when [`super::Lie::CalendarIsNotACalendar`] is told.
pub const PROSE: &str =
    "This page has moved. Ask in the channel where deployments are planned now.\n\n* [[Backport windows]]\n";

/// A window of a calendar that a test writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// When it opens; the page has it to the minute.
    pub start: Timestamp,
    /// Hours, as the page has them: `1`, `0.5`, `24`.
    pub length: &'static str,
    /// What stands in `window`: wikitext.
    pub window: String,
    /// What stands in `who`: wikitext.
    pub who: &'static str,
    /// The patches in it.
    pub entries: Vec<Entry>,
}

/// A patch in a [`Slot`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whose; entries of the same nick that follow each other stand below one heading.
    pub nick: String,
    /// `config`, or a version.
    pub kind: String,
    /// Gerrit number.
    pub gerrit: u64,
    /// Title.
    pub title: String,
    /// Empty, `done`, `not done`, …
    pub status: &'static str,
    /// Whether it is struck out.
    pub struck: bool,
}

impl Slot {
    /// A backport window of an hour, with the deployer; `name` such as `UTC late backport window`.
    pub fn new(start: Timestamp, name: &str, entries: Vec<Entry>) -> Self {
        let window = format!("[[Backport windows|{name}]]{NOTE}");
        Self { start, length: "1", window, who: "{{ircnick|deployer|Deployer}}", entries }
    }

    fn card(&self) -> Card {
        let when = self.start.to_zoned(tz::get!("America/Los_Angeles")).datetime();
        let what = if self.entries.is_empty() { format!("\n{PLACEHOLDER}") } else { lines(&self.entries) };
        Card { when, length: self.length, window: self.window.clone(), who: self.who, what }
    }
}

impl Entry {
    /// One that waits for its window.
    pub fn new(nick: &str, kind: &str, gerrit: u64, title: &str) -> Self {
        let (nick, kind, title) = (nick.to_owned(), kind.to_owned(), title.to_owned());
        Self { nick, kind, gerrit, title, status: "", struck: false }
    }
}

/// The entries with their headings, as people write them.
fn lines(entries: &[Entry]) -> String {
    let mut out = String::new();
    let mut nick = "";
    for entry in entries {
        if entry.nick != nick {
            // Writing into a String cannot fail.
            let _ = write!(out, "\n{{{{ircnick|{}}}}}", entry.nick);
            nick = &entry.nick;
        }
        let Entry { kind, gerrit, status, .. } = entry;
        let title = entry.title.replace('|', "{{!}}");
        let deploy = format!("{{{{deploy|type={kind}|gerrit={gerrit}|title={title}|status={status}}}}}");
        let _ = if entry.struck { write!(out, "\n* <s>{deploy}</s>") } else { write!(out, "\n* {deploy}") };
    }
    out
}

struct Card {
    when: DateTime,
    /// As [`Slot::length`].
    length: &'static str,
    window: String,
    who: &'static str,
    what: String,
}

/// The page as it would stand at `now`: last week's end if the window began then, this week, and the next.
pub fn wikitext(now: Timestamp) -> String {
    let zone: TimeZone = tz::get!("America/Los_Angeles");
    let began = now.as_second() - 900;
    let start = Timestamp::from_second(began - began.rem_euclid(300)).unwrap_or(now).to_zoned(zone).datetime();
    let story = [
        card(shift(start, -(6.hours())), "UTC morning backport window", earlier()),
        card(start, "UTC afternoon backport window", running()),
        card(shift(start, 7.hours()), "UTC late backport window", later()),
    ];
    let last = shift_days(sunday(start.date()), 7);
    whole(&story, sunday(story[0].when.date()), last, usual_cards)
}

/// A page with these windows and no others, in the weeks that they are in.
pub fn of_slots(slots: &[Slot]) -> String {
    let mut cards: Vec<Card> = slots.iter().map(Slot::card).collect();
    cards.sort_by_key(|card| card.when);
    let mut weeks = cards.iter().map(|card| sunday(card.when.date()));
    // Without a window there is no week either: a page without any card.
    let first = weeks.clone().next().unwrap_or(Date::MAX);
    whole(&cards, first, weeks.next_back().unwrap_or(Date::ZERO), |_| Vec::new())
}

/// The weeks from one Sunday to another, with `usual` cards on days that have none.
fn whole(cards: &[Card], first: Date, last: Date, usual: fn(Date) -> Vec<Card>) -> String {
    let mut page = String::from("{{Deployments header}}\n__NOTOC__\n");
    let mut week = first;
    while week <= last {
        write_week(&mut page, week, cards, usual);
        week = shift_days(week, 7);
    }
    page
}

fn write_week(page: &mut String, sunday: Date, story: &[Card], usual: fn(Date) -> Vec<Card>) {
    // Writing into a String cannot fail.
    let _ = write!(page, "\n==Week of {}==\n\n", shift_days(sunday, 1).strftime("%B %-d"));
    for offset in 0..7 {
        let day = shift_days(sunday, offset);
        let _ = writeln!(page, "==={{{{Deployment_day|date={day}}}}}===");
        let mut cards: Vec<&Card> = story.iter().filter(|card| card.when.date() == day).collect();
        let usual = usual(day);
        // A day of the story has the story's windows only, so that no second window is open at the same time.
        if cards.is_empty() {
            cards.extend(&usual);
        }
        for card in cards {
            let Card { when, length, window, who, what } = card;
            let when = when.strftime("%Y-%m-%d %H:%M");
            let _ = write!(page, "{{{{Deployment calendar event card\n    |when={when} SF\n    |length={length}\n");
            let _ = write!(page, "    |window={window}\n    |who={who}\n    |what={what}\n}}}}\n");
        }
    }
}

fn usual_cards(day: Date) -> Vec<Card> {
    if matches!(day.weekday(), Weekday::Friday | Weekday::Saturday | Weekday::Sunday) {
        let window = "No deploys all day! See [[Deployments/Emergencies]] if things are broken.".to_owned();
        return vec![Card { when: day.at(0, 0, 0, 0), length: "24", window, who: "", what: "No Deploys".to_owned() }];
    }
    let empty = || format!("\n{PLACEHOLDER}");
    vec![
        card(day.at(0, 0, 0, 0), "UTC morning backport window", empty()),
        card(day.at(6, 0, 0, 0), "UTC afternoon backport window", empty()),
        Card {
            when: day.at(8, 30, 0, 0),
            length: "0.5",
            window: "Wikimedia Portals Update".to_owned(),
            who: "{{ircnick|deployer}}",
            what: "Weekly window for the portals page: https://www.wikipedia.org/".to_owned(),
        },
        card(day.at(13, 0, 0, 0), "UTC late backport window", empty()),
        Card {
            when: day.at(23, 0, 0, 0),
            length: "1",
            window: "[[MediaWiki On Kubernetes|MediaWiki infrastructure]] (UTC early)".to_owned(),
            who: "SRE team",
            what: "Changes to the infrastructure that need a deployment of MediaWiki.".to_owned(),
        },
    ]
}

fn card(when: DateTime, name: &str, what: String) -> Card {
    let window = format!("[[Backport windows|{name}]]{NOTE}");
    Card { when, length: "1", window, who: "{{ircnick|deployer|Deployer}}", what }
}

fn running() -> String {
    lines(&[Entry::new(NICK, "config", GERRIT, TITLE), Entry::new(OTHER_NICK, "config", OTHER_GERRIT, OTHER_TITLE)])
}

fn earlier() -> String {
    "\n{{ircnick|reviewer}}\n* {{deploy|type=config|gerrit=1329950|title=[dewiki] Raise the upload limit|status=done|by=deployer}}".to_owned()
}

fn later() -> String {
    let mine = lines(&[Entry::new(NICK, VERSION, BACKPORT, BACKPORT_TITLE)]);
    format!("{mine}\n{PLACEHOLDER}")
}

fn sunday(day: Date) -> Date {
    shift_days(day, -i64::from(day.weekday().to_sunday_zero_offset()))
}

fn shift_days(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

fn shift(time: DateTime, by: Span) -> DateTime {
    time.saturating_add(by)
}
