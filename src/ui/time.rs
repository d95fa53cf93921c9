// SPDX-License-Identifier: GPL-2.0-or-later
//! Times in words, by the user's clock and zone.
//!
//! Must not read a clock. Nothing here is finer than a minute, so that a page is not redrawn every second, but what is
//! waited for in seconds.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The user's clock: now, and the zone in which times are shown beside UTC.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock<'a> {
    /// Now.
    pub(super) now: Timestamp,
    /// The user's zone.
    pub(super) zone: &'a TimeZone,
}

/// Where a span of time lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Now is in it.
    Running,
    /// It is to come.
    Ahead,
    /// It is over.
    Over,
}

impl Clock<'_> {
    /// Where the span from `start` to `end` lies; its end is no part of it.
    pub(super) fn phase(self, start: Timestamp, end: Timestamp) -> Phase {
        if self.now < start {
            Phase::Ahead
        } else if self.now < end {
            Phase::Running
        } else {
            Phase::Over
        }
    }

    /// `now, ends in 42 min`, `starts in 2 h 10 min` or `ended 3 h ago`.
    pub(super) fn relative(self, start: Timestamp, end: Timestamp) -> String {
        match self.phase(start, end) {
            Phase::Running => format!("now, ends in {}", ahead(self.now, end)),
            Phase::Ahead => format!("starts in {}", ahead(self.now, start)),
            Phase::Over => format!("ended {}", self.ago(end)),
        }
    }

    /// `25 min ago`, or `just now` within the first minute.
    pub(super) fn ago(self, then: Timestamp) -> String {
        match self.now.as_second().saturating_sub(then.as_second()) / 60 {
            ..1 => "just now".to_owned(),
            minutes => format!("{} ago", span(minutes)),
        }
    }

    /// `in 12 min`.
    pub(super) fn until(self, then: Timestamp) -> String {
        format!("in {}", ahead(self.now, then))
    }

    /// `in 8 s`, `in 2 min`: for what is waited for, so that it may change every second. `now` once it is over.
    pub(super) fn soon(self, then: Timestamp) -> String {
        match then.as_second().saturating_sub(self.now.as_second()) {
            ..1 => "now".to_owned(),
            seconds @ 1..120 => format!("in {seconds} s"),
            seconds => format!("in {}", span((seconds + 59) / 60)),
        }
    }

    /// The span in the user's zone, with its day: `Today 15:00–16:00`, `Tue 24 Nov 15:00–16:00`.
    pub(super) fn local_span(self, start: Timestamp, end: Timestamp) -> String {
        let from = start.to_zoned(self.zone.clone());
        let to = end.to_zoned(self.zone.clone());
        let today = self.now.to_zoned(self.zone.clone()).date() == from.date();
        let day = if today { "Today".to_owned() } else { from.strftime("%a %-d %b").to_string() };
        format!("{day} {}–{}", from.strftime("%H:%M"), to.strftime("%H:%M"))
    }

    /// Whether the user's clock differs from UTC.
    pub(super) fn off_utc(self) -> bool {
        self.zone.to_offset(self.now).seconds() != 0
    }

    /// `14:05` in the user's zone with UTC beside it: `15:05 (14:05 UTC)`.
    pub(super) fn moment(self, at: Timestamp) -> String {
        let utc = format!("{} UTC", at.strftime("%H:%M"));
        if self.off_utc() { format!("{} ({utc})", at.to_zoned(self.zone.clone()).strftime("%H:%M")) } else { utc }
    }

    /// As [`Clock::moment`], with the day before it where that is not today: `Mon 23 Nov 15:05 (14:05 UTC)`.
    pub(super) fn dated_moment(self, at: Timestamp) -> String {
        let day = at.to_zoned(self.zone.clone());
        if self.now.to_zoned(self.zone.clone()).date() == day.date() {
            return self.moment(at);
        }
        format!("{} {}", day.strftime("%a %-d %b"), self.moment(at))
    }
}

/// The span in UTC: `14:00–15:00 UTC`.
pub(super) fn utc_span(start: Timestamp, end: Timestamp) -> String {
    format!("{}–{} UTC", start.strftime("%H:%M"), end.strftime("%H:%M"))
}

/// Time from `now` to `then` in words, rounded up so that the last minute is not called none.
fn ahead(now: Timestamp, then: Timestamp) -> String {
    let seconds = then.as_second().saturating_sub(now.as_second()).max(0);
    span(((seconds + 59) / 60).max(1))
}

/// Minutes in words: `42 min`, `2 h 10 min`, `3 days`.
fn span(minutes: i64) -> String {
    match (minutes / (24 * 60), minutes / 60, minutes % 60) {
        (2.., ..) => format!("{} days", minutes / (24 * 60)),
        (_, 0, rest) => format!("{rest} min"),
        (_, hours, 0) => format!("{hours} h"),
        (_, hours, rest) => format!("{hours} h {rest} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, Phase, span, utc_span};
    use jiff::Timestamp;
    use jiff::tz::{Offset, TimeZone};

    fn at(text: &str) -> Timestamp {
        format!("2026-11-23T{text}:00Z").parse().unwrap()
    }

    fn with_clock<T>(now: &str, hours: i8, ask: impl FnOnce(Clock<'_>) -> T) -> T {
        let zone = TimeZone::fixed(Offset::constant(hours));
        ask(Clock { now: at(now), zone: &zone })
    }

    #[test]
    fn a_window_is_running_from_its_start_until_just_before_its_end() {
        for (now, phase) in
            [("13:59", Phase::Ahead), ("14:00", Phase::Running), ("14:59", Phase::Running), ("15:00", Phase::Over)]
        {
            assert_eq!(with_clock(now, 0, |clock| clock.phase(at("14:00"), at("15:00"))), phase, "at {now}");
        }
    }

    #[test]
    fn a_window_tells_how_long_it_lasts_or_is_away() {
        let relative = |now| with_clock(now, 0, |clock| clock.relative(at("14:00"), at("15:00")));
        assert_eq!(relative("14:18"), "now, ends in 42 min");
        assert_eq!(relative("11:50"), "starts in 2 h 10 min");
        assert_eq!(relative("15:00"), "ended just now");
        assert_eq!(relative("18:00"), "ended 3 h ago");
    }

    #[test]
    fn what_is_near_is_told_in_seconds() {
        let then: Timestamp = "2026-11-23T14:01:59Z".parse().unwrap();
        for (now, words) in [("14:00", "in 119 s"), ("13:59", "in 3 min"), ("14:02", "now")] {
            assert_eq!(with_clock(now, 0, |clock| clock.soon(then)), words, "at {now}");
        }
    }

    #[test]
    fn local_times_have_the_users_offset_and_day() {
        let local = |now, hours| with_clock(now, hours, |clock| clock.local_span(at("14:00"), at("15:00")));
        assert_eq!(local("10:00", 1), "Today 15:00–16:00");
        assert_eq!(local("10:00", 12), "Tue 24 Nov 02:00–03:00");
        assert_eq!(utc_span(at("14:00"), at("15:00")), "14:00–15:00 UTC");
    }

    #[test]
    fn a_moment_names_utc_once_where_the_user_lives_by_it() {
        assert_eq!(with_clock("14:00", 0, |clock| clock.moment(at("14:05"))), "14:05 UTC");
        assert_eq!(with_clock("14:00", 2, |clock| clock.moment(at("14:05"))), "16:05 (14:05 UTC)");
    }

    #[test]
    fn a_moment_of_another_day_names_the_day_of_the_users_clock() {
        assert_eq!(with_clock("14:00", 2, |clock| clock.dated_moment(at("14:05"))), "16:05 (14:05 UTC)");
        assert_eq!(with_clock("14:00", 10, |clock| clock.dated_moment(at("13:05"))), "Mon 23 Nov 23:05 (13:05 UTC)");
    }

    #[test]
    fn long_spans_are_told_in_days() {
        assert_eq!(span(47 * 60 + 59), "47 h 59 min");
        assert_eq!(span(48 * 60), "2 days");
    }
}
