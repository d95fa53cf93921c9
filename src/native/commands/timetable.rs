// SPDX-License-Identifier: GPL-2.0-or-later
//! Windows and patches as text for people.

use super::super::terminal::plain;
use crate::schedule::{Nick, Patch, PatchKind, Window};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The windows one below the other, times in UTC and in `local`; how far away each is from `at`, where that is given.
pub(super) fn write(windows: &[&Window], local: &TimeZone, at: Option<Timestamp>) -> String {
    windows.iter().map(|window| of_window(window, local, at)).collect::<Vec<_>>().join("\n")
}

fn of_window(window: &Window, local: &TimeZone, at: Option<Timestamp>) -> String {
    let mut lines = vec![plain(&window.name), format!("  {}", times(window.start, window.end, local))];
    lines.extend(at.map(|at| format!("  {}", distance(window, at))));
    if !window.deployers.is_empty() {
        lines.push(format!("  deployers: {}", nicks(&window.deployers)));
    }
    if window.patches.is_empty() && window.unread.is_empty() {
        lines.push("  no patches".to_owned());
    }
    lines.extend(window.patches.iter().map(|patch| format!("  {}", of_patch(patch))));
    for unread in &window.unread {
        lines.push(format!("  line {} cannot be read: {}", unread.source_line, plain(&unread.reason)));
        lines.push(format!("    {}", plain(&unread.text)));
    }
    lines.join("\n") + "\n"
}

/// How far a window that is not over is from `at`.
fn distance(window: &Window, at: Timestamp) -> String {
    if window.start > at {
        format!("opens in {}", length(window.start.duration_since(at).as_mins()))
    } else {
        format!("is open, closes in {}", length(window.end.duration_since(at).as_mins()))
    }
}

/// Minutes in words, such as `2 days 3 h`.
fn length(minutes: i64) -> String {
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let parts = [(days, if days == 1 { "day" } else { "days" }), (hours, "h"), (minutes, "min")];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).take(2).map(|(count, unit)| format!("{count} {unit}")).collect();
    if parts.is_empty() { "less than a minute".to_owned() } else { parts.join(" ") }
}

fn of_patch(patch: &Patch) -> String {
    let mut parts = vec![patch.gerrit.to_string()];
    if patch.kind != PatchKind::Unstated {
        parts.push(plain(&String::from(patch.kind.clone())));
    }
    parts.push(plain(&patch.title));
    if !patch.nicks.is_empty() {
        parts.push(format!("({})", nicks(&patch.nicks)));
    }
    if !patch.status.is_empty() {
        parts.push(format!("[{}]", status(&patch.status)));
    }
    if patch.struck {
        parts.push("[struck out]".to_owned());
    }
    if patch.placeholder {
        parts.push("[no nick filled in]".to_owned());
    }
    parts.join("  ")
}

/// A status in full; the calendar's bot reads the short forms so (repository `theresnotime/mark-deployment-status`).
fn status(written: &str) -> String {
    match written {
        "d" => "done".to_owned(),
        "nd" => "not done".to_owned(),
        "m" => "unknown".to_owned(),
        other => plain(other),
    }
}

fn nicks(nicks: &[Nick]) -> String {
    nicks.iter().map(|nick| plain(nick.as_str())).collect::<Vec<_>>().join(", ")
}

/// From when to when, in UTC and in `local` where that differs.
pub(super) fn times(start: Timestamp, end: Timestamp, local: &TimeZone) -> String {
    let (universal, here) = (between(start, end, &TimeZone::UTC), between(start, end, local));
    if here == universal { universal } else { format!("{universal}; {here}") }
}

fn between(start: Timestamp, end: Timestamp, zone: &TimeZone) -> String {
    let (start, end) = (start.to_zoned(zone.clone()), end.to_zoned(zone.clone()));
    let until = if start.date() == end.date() { "%H:%M %Z" } else { "%a %-d %b, %H:%M %Z" };
    format!("{} to {}", start.strftime("%a %-d %b %Y, %H:%M"), end.strftime(until))
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::schedule::{Nick, Patch, PatchKind, Unread, Window};
    use jiff::tz::TimeZone;

    fn window() -> Window {
        Window {
            name: "UTC afternoon backport window".into(),
            start: "2026-10-29T13:00:00Z".parse().unwrap(),
            end: "2026-10-29T14:00:00Z".parse().unwrap(),
            deployers: vec![Nick::new("deployer").unwrap()],
            is_backport: true,
            patches: vec![Patch {
                gerrit: 1_330_001,
                kind: PatchKind::Config,
                title: "[enwiki] Add the\u{202e} group".into(),
                status: "d".into(),
                nicks: vec![Nick::new("submitter").unwrap()],
                struck: false,
                placeholder: false,
                source_line: 12,
            }],
            unread: vec![Unread { text: "{{deploy|\n}}".into(), reason: "it has no number".into(), source_line: 14 }],
        }
    }

    #[test]
    fn a_window_shows_both_times_its_patches_and_what_could_not_be_read() {
        let local = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        assert_eq!(
            write(&[&window()], &local, None),
            "UTC afternoon backport window
  Thu 29 Oct 2026, 13:00 to 14:00 UTC; Thu 29 Oct 2026, 14:00 to 15:00 CET
  deployers: deployer
  1330001  config  [enwiki] Add the group  (submitter)  [done]
  line 14 cannot be read: it has no number
    {{deploy| }}
"
        );
    }

    #[test]
    fn a_window_says_how_far_away_it_is() {
        for (at, words) in [
            ("2026-10-27T11:30:00Z", "opens in 2 days 1 h"),
            ("2026-10-28T13:00:00Z", "opens in 1 day"),
            ("2026-10-29T12:59:30Z", "opens in less than a minute"),
            ("2026-10-29T13:00:00Z", "is open, closes in 1 h"),
            ("2026-10-29T13:18:00Z", "is open, closes in 42 min"),
        ] {
            let text = write(&[&window()], &TimeZone::UTC, Some(at.parse().unwrap()));
            assert_eq!(text.lines().nth(2), Some(&*format!("  {words}")), "{at}");
        }
    }

    #[test]
    fn a_window_over_midnight_names_both_days() {
        let long = Window { end: "2026-10-30T01:30:00Z".parse().unwrap(), ..window() };
        assert!(write(&[&long], &TimeZone::UTC, None).contains("Thu 29 Oct 2026, 13:00 to Fri 30 Oct, 01:30 UTC\n"));
    }
}
