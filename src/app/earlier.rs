// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: read the weeks before those of the calendar, a month of its archive at a time.

use super::background::Inner;
use super::refreshing::of_calendar;
use super::{App, AskError, Loaded, Problem, calendar};
use crate::ports::Ports;
use crate::schedule::{Schedule, WIKITECH_API, Window, archive_page, page_url};
use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

/// A month of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Month {
    /// Its first day.
    first: Date,
    /// All its windows.
    windows: Vec<Window>,
}

impl<P: Ports> App<P> {
    pub(super) fn want_earlier(&self) {
        let mut inner = self.inner.borrow_mut();
        inner.earlier_wanted = true;
        if inner.earlier == Loaded::Absent {
            inner.earlier = Loaded::Loading;
        }
    }

    pub(super) async fn read_earlier_if_wanted(&self) {
        if self.reading_earlier.replace(true) {
            return;
        }
        while std::mem::take(&mut self.inner.borrow_mut().earlier_wanted) {
            let awake = self.awake();
            self.read_earlier().await;
            drop(awake);
            self.publish().await;
        }
        self.reading_earlier.set(false);
    }

    async fn read_earlier(&self) {
        let first = self.inner.borrow().next_month(self.ports.now());
        let page = archive_page(first);
        let read = calendar(&self.ports, &page_url(WIKITECH_API, &page)).await;
        let at = self.ports.now();
        let mut inner = self.inner.borrow_mut();
        let known = inner.earlier.take_value();
        inner.earlier = match read {
            Ok(Schedule { windows }) => {
                let mut months = known.map_or_else(Vec::new, |(_, months)| months);
                months.push(Month { first, windows });
                Loaded::Ready { at, value: months }
            }
            Err(AskError::Missing(_)) => Loaded::Failed { problem: Problem::NoArchive { page }, stale: known },
            Err(error) => Loaded::Failed { problem: of_calendar(&error), stale: known },
        };
    }
}

impl Inner {
    /// The user's windows of the months that were read, newest first; what stands on the calendar is not among them.
    pub(super) fn earlier_windows(&self) -> Loaded<Vec<Window>> {
        let Some(nick) = &self.settings.nick else { return Loaded::Absent };
        let live = self.schedule().and_then(first_start);
        self.earlier.map(|months| {
            let mut windows: Vec<Window> = months
                .iter()
                .flat_map(|month| &month.windows)
                .filter(|window| live.is_none_or(|live| window.start < live))
                .filter(|window| window.patches_of(nick).next().is_some())
                .cloned()
                .collect();
            windows.sort_by_key(|window| std::cmp::Reverse(window.start));
            windows
        })
    }

    /// The months that were read, newest first.
    pub(super) fn earlier_months(&self) -> Vec<Date> {
        self.earlier.value().map_or_else(Vec::new, |(_, months)| months.iter().map(|month| month.first).collect())
    }

    /// The first day of the month in which the last week before the earliest known day began.
    fn next_month(&self, now: Timestamp) -> Date {
        let months = self.earlier.value().map_or(&[][..], |(_, months)| months);
        let archived = months.iter().flat_map(|month| &month.windows).map(|window| window.start).min();
        let known = self.schedule().and_then(first_start).into_iter().chain(archived).min();
        let month = month_before(known.unwrap_or(now));
        // A month that holds no earlier day must not be read for ever.
        match months.last() {
            Some(last) if month >= last.first => last.first.saturating_sub(1.month()),
            _ => month,
        }
    }
}

fn first_start(schedule: &Schedule) -> Option<Timestamp> {
    schedule.windows.iter().map(|window| window.start).min()
}

/// The first day of the month of the last Monday before the day of `at`: weeks are filed by their Monday.
fn month_before(at: Timestamp) -> Date {
    let day = at.to_zoned(TimeZone::UTC).date();
    day.nth_weekday(-1, Weekday::Monday).unwrap_or(day).first_of_month()
}

#[cfg(test)]
mod tests {
    use super::month_before;

    #[test]
    fn the_week_before_is_in_the_month_of_its_monday() {
        for (first, month) in [
            ("2026-11-15T08:00:00Z", "2026-11-01"),
            ("2026-11-16T08:00:00Z", "2026-11-01"),
            ("2026-11-02T08:00:00Z", "2026-10-01"),
            ("2026-11-08T08:00:00Z", "2026-11-01"),
            ("2026-01-04T08:00:00Z", "2025-12-01"),
        ] {
            assert_eq!(month_before(first.parse().unwrap()).to_string(), month, "{first}");
        }
    }
}
