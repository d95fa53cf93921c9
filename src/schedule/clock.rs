// SPDX-License-Identifier: GPL-2.0-or-later
//! The calendar's times: `2026-08-24 06:00 SF`, and lengths in hours.
//!
//! Times are pinned to San Francisco, so that their UTC moves with its daylight-saving time
//! (<https://wikitech.wikimedia.org/wiki/Deployments>). The zone is embedded: WebAssembly has no zone files.

use jiff::civil::DateTime;
use jiff::tz::{TimeZone, get};
use jiff::{SignedDuration, Timestamp};

static SAN_FRANCISCO: TimeZone = get!("America/Los_Angeles");

/// A fortnight: more than any window is long.
const LONGEST_SECONDS: f64 = 14.0 * 24.0 * 3600.0;

/// The moment that a card's `when` means, such as `2026-08-24 06:00 SF`; `None` for what is no such time. A time that the clocks skip is read as they would have shown it an hour
/// later, one that they show twice as its first.
#[must_use]
pub fn moment(when: &str) -> Option<Timestamp> {
    let words: Vec<&str> = when.split_whitespace().collect();
    let (date, time, zone) = match words.as_slice() {
        [date, time, zone] => (date, time, *zone),
        [date, time] => (date, time, "SF"),
        _ => return None,
    };
    let zone = match zone.to_ascii_uppercase().as_str() {
        "SF" | "PT" => SAN_FRANCISCO.clone(),
        "UTC" => TimeZone::UTC,
        _ => return None,
    };
    let local = DateTime::strptime("%Y-%m-%d %H:%M", format!("{date} {time}")).ok()?;
    Some(local.to_zoned(zone).ok()?.timestamp())
}

/// The length that a card names, from hours such as `0.5`.
pub(super) fn length(hours: &str) -> Option<SignedDuration> {
    let seconds = hours.trim().parse::<f64>().ok()? * 3600.0;
    let sensible = seconds.is_finite() && seconds > 0.0 && seconds <= LONGEST_SECONDS;
    sensible.then(|| SignedDuration::try_from_secs_f64(seconds.round()).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::{length, moment};

    #[test]
    fn san_francisco_time_follows_its_daylight_saving() {
        for (when, utc) in [
            ("2026-03-05 06:00 SF", "2026-03-05T14:00:00Z"),
            ("2026-03-09 06:00 SF", "2026-03-09T13:00:00Z"),
            ("2026-10-29 06:00 SF", "2026-10-29T13:00:00Z"),
            ("2026-11-02 06:00 SF", "2026-11-02T14:00:00Z"),
            ("2026-08-24  23:30  sf", "2026-08-25T06:30:00Z"),
            ("2026-03-08 02:30 SF", "2026-03-08T10:30:00Z"),
            ("2026-11-01 01:30 SF", "2026-11-01T08:30:00Z"),
            ("2026-08-24 06:00", "2026-08-24T13:00:00Z"),
            ("2026-08-24 06:00 UTC", "2026-08-24T06:00:00Z"),
        ] {
            assert_eq!(moment(when).map(|moment| moment.to_string()).as_deref(), Some(utc), "{when}");
        }
    }

    #[test]
    fn what_is_no_time_gives_none() {
        for when in [
            "",
            "SF",
            "2026-08-24 SF",
            "2026-02-30 06:00 SF",
            "2026-08-24 25:00 SF",
            "2026-08-24 06:00 Mars",
            "soon 06:00 SF",
        ] {
            assert_eq!(moment(when), None, "{when}");
        }
    }

    #[test]
    fn lengths_are_hours_and_their_fractions() {
        for (hours, seconds) in
            [("1", 3600), ("0.5", 1800), (" 24 ", 86_400), ("1.25", 4500), (".5", 1800), ("0.3333", 1200)]
        {
            assert_eq!(length(hours).map(|length| length.as_secs()), Some(seconds), "{hours}");
        }
        for hours in ["", "0", "-1", "NaN", "inf", "one", "1e9"] {
            assert_eq!(length(hours), None, "{hours}");
        }
    }
}
