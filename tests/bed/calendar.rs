// SPDX-License-Identifier: GPL-2.0-or-later
//! The wikitext of the page `Deployments` with a backport window that is open now.
//!
//! Shape of sections and cards: repository `mediawiki/tools/release`, `make-deployment-calendar`; of patch lines:
//! <https://wikitech.wikimedia.org/wiki/Backport_windows>. Times on the page are those of San Francisco.

use super::{GERRIT, NICK, OTHER_GERRIT, OTHER_NICK, OTHER_TITLE, TITLE};
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

struct Card {
    when: DateTime,
    /// Hours, as the page has them: `1`, `0.5`, `24`.
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
    let first = sunday(story[0].when.date());
    let last = shift_days(sunday(start.date()), 7);
    let mut page = String::from("{{Deployments header}}\n__NOTOC__\n");
    let mut week = first;
    while week <= last {
        write_week(&mut page, week, &story);
        week = shift_days(week, 7);
    }
    page
}

fn write_week(page: &mut String, sunday: Date, story: &[Card]) {
    // Writing into a String cannot fail.
    let _ = write!(page, "\n==Week of {}==\n\n", shift_days(sunday, 1).strftime("%B %-d"));
    for offset in 0..7 {
        let day = shift_days(sunday, offset);
        let _ = writeln!(page, "==={{{{Deployment_day|date={day}}}}}===");
        let mut cards: Vec<&Card> = story.iter().filter(|card| card.when.date() == day).collect();
        let usual = usual_cards(day);
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
    format!(
        "\n{{{{ircnick|{NICK}}}}}\n* {{{{deploy|type=config|gerrit={GERRIT}|title={TITLE}|status=}}}}\n\
         {{{{ircnick|{OTHER_NICK}}}}}\n* {{{{deploy|type=config|gerrit={OTHER_GERRIT}|title={OTHER_TITLE}|status=}}}}"
    )
}

fn earlier() -> String {
    "\n{{ircnick|reviewer}}\n* {{deploy|type=config|gerrit=1329950|title=[dewiki] Raise the upload limit|status=done|by=deployer}}".to_owned()
}

fn later() -> String {
    format!(
        "\n{{{{ircnick|{NICK}}}}}\n* {{{{deploy|type=1.47.0-wmf.15|gerrit=1330020|title=Show the right date in the log|status=}}}}\n{PLACEHOLDER}"
    )
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
