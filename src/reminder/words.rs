// SPDX-License-Identifier: GPL-2.0-or-later
//! What reminders say.
//!
//! Must not decide whether or when anything is said. Notifications show few lines: everything is bounded.

use super::Occasion;
use crate::deployed::{Phase, Progress};
use crate::schedule::Patch;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Patches that are named; of more, only their number is said.
const NAMED: usize = 3;

/// Letters of a window's name or a patch's title.
const LETTERS: usize = 70;

/// A name or title, not longer than a line or so.
pub(super) fn bounded(text: &str) -> String {
    let text = text.trim();
    if text.chars().count() <= LETTERS {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(LETTERS).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// `In one hour: UTC afternoon backport window`.
pub(super) fn window_title(name: &str, occasion: Occasion) -> String {
    let when = if occasion == Occasion::HourBefore { "In one hour" } else { "Now" };
    let name = if name.is_empty() { "a deployment window" } else { name };
    format!("{when}: {name}")
}

/// Where to be and when, and what for.
pub(super) fn window_text(start: Timestamp, patches: &[&Patch]) -> String {
    let named: Vec<String> = patches.iter().take(NAMED).map(|patch| called(patch.gerrit, &patch.title)).collect();
    let yours = if patches.len() == 1 { "Your patch" } else { "Your patches" };
    let more = match patches.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let start = start.to_zoned(TimeZone::UTC).strftime("%H:%M UTC");
    format!("Be in #wikimedia-operations on libera.chat at {start}. {yours}: {}{more}.", named.join("; "))
}

/// Title and text of what has become of a patch.
pub(super) fn news((gerrit, title): (u64, &str), after: &Progress) -> (String, String) {
    let patch = called(gerrit, title);
    let deployer = after.deployer.as_deref();
    match after.phase {
        Phase::OnTestServers => (
            format!("Verify now: {gerrit} is on the test servers"),
            format!("{} waits for your word. Click to verify on mwdebug: {patch}.", deployer.unwrap_or("The deployer")),
        ),
        Phase::RolledBack => (
            format!("{gerrit} was rolled back"),
            format!(
                "It is not on production. Ask {} in #wikimedia-operations what went wrong: {patch}.",
                deployer.unwrap_or("the deployer")
            ),
        ),
        _ => (
            format!("{gerrit} is deployed: verify on production"),
            format!("The whole fleet runs it. Click to verify on production: {patch}."),
        ),
    }
}

fn called(gerrit: u64, title: &str) -> String {
    let title = bounded(title);
    if title.is_empty() { gerrit.to_string() } else { format!("{gerrit} {}", title.trim_end_matches('.')) }
}
