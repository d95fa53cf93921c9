// SPDX-License-Identifier: GPL-2.0-or-later
//! The calendar where the user said: in a file, on a wiki, or on wikitech.

use super::super::args::CalendarArgs;
use super::super::terminal::complain;
use super::{Failure, text_of};
use crate::app::{AskError, calendar};
use crate::ports::Http;
use crate::schedule::{PAGE, Schedule, Window, archive_page, parse};
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

/// The same with the months of the archive from the week of `at` on, when that week is before the first one of a
/// calendar that was read from a wiki.
pub(super) async fn read_at(http: &impl Http, said: &CalendarArgs, at: Timestamp) -> Result<Schedule, Failure> {
    let mut schedule = read(http, said).await?;
    let Some(first) = schedule.windows.iter().map(|window| window.start).min() else { return Ok(schedule) };
    if said.page.is_some() {
        return Ok(schedule);
    }
    let mut earlier: Vec<Window> = Vec::new();
    for (after, month) in archived_months(at, first).into_iter().enumerate() {
        let archived = match from_wiki(http, said, &archive_page(month)).await {
            Ok(archived) => archived,
            // Without its own month the time cannot be shown; a later one that does not exist can be told.
            Err(Failure::Wiki { source: source @ AskError::Missing(_), .. }) if after > 0 => {
                complain(&format!(
                    "backport-verify: the windows of {} are left out: {source}",
                    month.strftime("%B %Y")
                ));
                continue;
            }
            Err(failure) => return Err(failure),
        };
        for window in archived.windows {
            // A week that is being moved may stand on both pages.
            if window.start < first && !earlier.contains(&window) {
                earlier.push(window);
            }
        }
    }
    schedule.windows.splice(0..0, earlier);
    Ok(schedule)
}

async fn from_wiki(http: &impl Http, said: &CalendarArgs, page: &str) -> Result<Schedule, Failure> {
    calendar(http, &said.url_of(page)).await.map_err(|error| match error {
        AskError::NotACalendar(error) => Failure::Calendar(error),
        source => Failure::Wiki { wiki: said.wiki_name(), source },
    })
}

/// The months that hold the weeks from the one of `at` to the one before that of `first`, each as its first day.
fn archived_months(at: Timestamp, first: Timestamp) -> Vec<Date> {
    let until = monday_of(first);
    let weeks = monday_of(at).series(1.week()).take_while(|monday| *monday < until);
    let mut months: Vec<Date> = weeks.map(Date::first_of_month).collect();
    months.dedup();
    months
}

/// The Monday of a week of the calendar, which begins on the Sunday before.
fn monday_of(at: Timestamp) -> Date {
    let day = at.to_zoned(TimeZone::UTC).date();
    let after_sunday = day.saturating_add(1.day());
    let sunday = after_sunday.nth_weekday(-1, Weekday::Sunday).unwrap_or(day);
    sunday.saturating_add(1.day())
}

#[cfg(test)]
mod tests {
    use super::archived_months;

    fn months(at: &str, first: &str) -> Vec<String> {
        let months = archived_months(at.parse().unwrap(), first.parse().unwrap());
        months.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_day_is_in_the_archive_of_its_weeks_monday() {
        for (at, first, month) in [
            ("2026-08-03T12:00:00Z", "2026-08-17T07:00:00Z", "2026-08-01"),
            ("2026-08-02T12:00:00Z", "2026-08-17T07:00:00Z", "2026-08-01"),
            ("2026-08-01T12:00:00Z", "2026-08-03T07:00:00Z", "2026-07-01"),
            ("2026-10-02T12:00:00Z", "2026-10-05T07:00:00Z", "2026-09-01"),
            ("2026-05-31T12:00:00Z", "2026-06-08T07:00:00Z", "2026-06-01"),
        ] {
            assert_eq!(months(at, first), [month], "{at}");
        }
    }

    #[test]
    fn every_month_up_to_the_calendar_is_read_and_none_for_its_own_week() {
        let first = "2026-11-16T08:00:00Z";
        assert_eq!(months("2026-09-15T12:00:00Z", first), ["2026-09-01", "2026-10-01", "2026-11-01"]);
        assert_eq!(months("2026-11-15T03:00:00Z", first), [""; 0]);
        assert_eq!(months("2026-11-20T03:00:00Z", first), [""; 0]);
    }
}
