// SPDX-License-Identifier: GPL-2.0-or-later
//! The calendar where the user said: in a file, on a wiki, or on wikitech.

use super::super::args::CalendarArgs;
use super::{Failure, text_of};
use crate::app::{AskError, calendar};
use crate::ports::Http;
use crate::schedule::{PAGE, Schedule, archive_page, parse};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Reads the calendar.
pub(super) async fn read(http: &impl Http, said: &CalendarArgs) -> Result<Schedule, Failure> {
    match &said.page {
        Some(path) => Ok(parse(&text_of(path)?)?),
        None => from_wiki(http, said, PAGE).await,
    }
}

/// The same with the month of the archive in which the week of `at` is, when `at` is before the first day of a calendar
/// that was read from a wiki.
pub(super) async fn read_at(http: &impl Http, said: &CalendarArgs, at: Timestamp) -> Result<Schedule, Failure> {
    let mut schedule = read(http, said).await?;
    let first = schedule.windows.iter().map(|window| window.start).min();
    if said.page.is_none() && first.is_some_and(|first| at < first) {
        let earlier = from_wiki(http, said, &archive_page(month_of(at))).await?;
        // A week that is being moved may stand on both pages.
        let known = earlier.windows.into_iter().filter(|window| first.is_none_or(|first| window.start < first));
        schedule.windows.splice(0..0, known);
    }
    Ok(schedule)
}

async fn from_wiki(http: &impl Http, said: &CalendarArgs, page: &str) -> Result<Schedule, Failure> {
    calendar(http, &said.url_of(page)).await.map_err(|error| match error {
        AskError::NotACalendar(error) => Failure::Calendar(error),
        source => Failure::Wiki { wiki: said.wiki_name(), source },
    })
}

/// The first day of the month of the Monday of the week of `at`; a week of the calendar begins on the Sunday before.
fn month_of(at: Timestamp) -> Date {
    let day = at.to_zoned(TimeZone::UTC).date();
    let after_sunday = day.saturating_add(1.day());
    let sunday = after_sunday.nth_weekday(-1, Weekday::Sunday).unwrap_or(day);
    sunday.saturating_add(1.day()).first_of_month()
}

#[cfg(test)]
mod tests {
    use super::month_of;

    #[test]
    fn a_day_is_in_the_archive_of_its_weeks_monday() {
        for (day, month) in [
            ("2026-08-03T12:00:00Z", "2026-08-01"),
            ("2026-08-02T12:00:00Z", "2026-08-01"),
            ("2026-08-01T12:00:00Z", "2026-07-01"),
            ("2026-10-02T12:00:00Z", "2026-09-01"),
            ("2026-05-31T12:00:00Z", "2026-06-01"),
        ] {
            assert_eq!(month_of(day.parse().unwrap()).to_string(), month, "{day}");
        }
    }
}
