// SPDX-License-Identifier: GPL-2.0-or-later
//! The list of reminders to come and of those that were.
//!
//! Must not decide when it is looked at: a reminder may be found late, or not at all before it is too late for it.

use super::words;
use crate::deployed::{Phase, Progress};
use crate::schedule::{Nick, Patch, Window};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How long before a window the first reminder of it is due.
const AHEAD: SignedDuration = SignedDuration::from_hours(1);

/// How long after its moment a reminder of a window is still of use.
const WINDOW_LASTS: SignedDuration = SignedDuration::from_mins(10);

/// How long the news of a patch is news.
const NEWS_LASTS: SignedDuration = SignedDuration::from_mins(15);

/// Without a time in the log, what was seen to change between two looks further apart is no news.
const LOOKS_APART: SignedDuration = SignedDuration::from_mins(5);

/// How long a name is remembered once it is too late for its reminder: at least a day longer than any window lasts, so
/// that a clock that is set back brings nothing back.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(48);

/// What a reminder is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// A window with a patch of the user's opens in an hour.
    HourBefore,
    /// It opens now.
    WindowOpens,
    /// A patch is on the test servers.
    OnTestServers,
    /// Its deployment is over: deployed or rolled back.
    Finished,
}

/// Which reminders the user wants; all, unless they say otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "four switches are four switches")]
pub struct Wanted {
    /// [`Occasion::HourBefore`].
    pub hour_before: bool,
    /// [`Occasion::WindowOpens`].
    pub window_opens: bool,
    /// [`Occasion::OnTestServers`].
    pub on_test_servers: bool,
    /// [`Occasion::Finished`].
    pub finished: bool,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { hour_before: true, window_opens: true, on_test_servers: true, finished: true }
    }
}

impl Wanted {
    /// Whether reminders of this occasion are wanted.
    #[must_use]
    pub const fn has(self, occasion: Occasion) -> bool {
        match occasion {
            Occasion::HourBefore => self.hour_before,
            Occasion::WindowOpens => self.window_opens,
            Occasion::OnTestServers => self.on_test_servers,
            Occasion::Finished => self.finished,
        }
    }
}

impl Occasion {
    /// Whether it is a window's, not a patch's.
    #[must_use]
    pub const fn is_of_window(self) -> bool {
        matches!(self, Self::HourBefore | Self::WindowOpens)
    }
}

/// A reminder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    /// Its name: two with the same name are the same, and it is given once.
    pub id: String,
    /// What it is about.
    pub occasion: Occasion,
    /// When it is due, UTC.
    pub due: Timestamp,
    /// From then on it is too late, UTC.
    pub until: Timestamp,
    /// First line.
    pub title: String,
    /// What is so and what to do.
    pub text: String,
    /// The patch that a click shows.
    pub gerrit: u64,
}

impl Reminder {
    /// The name of its notification. It begins with the patch, since a click may be all that a new background knows.
    #[must_use]
    pub fn notification(&self) -> String {
        format!("{} {}", self.gerrit, self.id)
    }

    /// The patch that a notification of this name is about.
    #[must_use]
    pub fn patch_of(notification: &str) -> Option<u64> {
        notification.split_once(' ')?.0.parse().ok()
    }
}

/// What is to come and what was. It is kept, so that no reminder is given twice or forgotten by a stopped background.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agenda {
    /// Reminders to come, the next first.
    pub pending: Vec<Reminder>,
    /// Names of those that were given, or were too late, and when the name may be forgotten, UTC.
    pub done: BTreeMap<String, Timestamp>,
}

impl Agenda {
    /// Makes the reminders of windows those of this calendar: new ones come in, those of a patch that was moved or taken
    /// away go. `windows` are whole windows. Windows of one name that open together are one.
    pub fn plan(&mut self, windows: &[Window], nick: &Nick, wanted: Wanted, now: Timestamp) {
        self.drop_late(now);
        self.pending.retain(|reminder| !reminder.occasion.is_of_window() && wanted.has(reminder.occasion));
        for window in windows.iter().filter(|window| window.end > now) {
            let alike = windows.iter().filter(|other| (other.start, &other.name) == (window.start, &window.name));
            let patches: Vec<&Patch> =
                alike.flat_map(|window| window.patches_of(nick)).map(|(_, patch)| patch).collect();
            for occasion in [Occasion::HourBefore, Occasion::WindowOpens] {
                self.add_window(window, &patches, occasion, wanted, now);
            }
        }
    }

    fn add_window(
        &mut self,
        window: &Window,
        patches: &[&Patch],
        occasion: Occasion,
        wanted: Wanted,
        now: Timestamp,
    ) -> Option<()> {
        let first = patches.first()?;
        let (due, called) = match occasion {
            Occasion::HourBefore => (window.start.checked_sub(AHEAD).ok()?, "hour_before"),
            _ => (window.start, "window_opens"),
        };
        let until = due.checked_add(WINDOW_LASTS).ok()?;
        let name = words::bounded(&window.name);
        self.add(
            wanted,
            now,
            Reminder {
                id: format!("{called} {} {name}", window.start),
                occasion,
                due,
                until,
                title: words::window_title(&name, occasion),
                text: words::window_text(window.start, patches),
                gerrit: first.gerrit,
            },
        );
        Some(())
    }

    /// Adds what is to be told of a patch's move from `before` to `after`. `before` is `None` when it was not known;
    /// `looked` is when it was known last.
    ///
    /// A deployment (`began`) is told of once in each of its steps. One whose beginning the log does not tell cannot be
    /// told from another of the same change: it is not told of while one before it is remembered.
    pub fn observe(
        &mut self,
        patch: (u64, &str),
        before: Option<&Progress>,
        looked: Option<Timestamp>,
        after: &Progress,
        wanted: Wanted,
        now: Timestamp,
    ) {
        let Some(occasion) = occasion_of(after.phase) else { return };
        if before.is_some_and(|before| before.phase == after.phase && same_deployment(before, after)) {
            return;
        }
        let until = match after.since {
            Some(since) => since.checked_add(NEWS_LASTS),
            None if is_fresh(before, looked, after, now) => now.checked_add(NEWS_LASTS),
            None => return,
        };
        let Ok(until) = until else { return };
        if self.was_told(patch.0, after) {
            return;
        }
        if occasion == Occasion::Finished {
            self.pass_over(patch.0, after.began, until);
        }
        let (title, text) = words::news(patch, after);
        let id = step(patch.0, after.phase, after.began);
        self.add(wanted, now, Reminder { id, occasion, due: now, until, title, text, gerrit: patch.0 });
    }

    /// Whether this step of this deployment was told, or waits to be told.
    fn was_told(&self, gerrit: u64, after: &Progress) -> bool {
        let of_any = step(gerrit, after.phase, None);
        if self.pending.iter().any(|reminder| reminder.id.starts_with(&of_any)) {
            return true;
        }
        let Some(began) = after.began else { return self.done.keys().any(|id| id.starts_with(&of_any)) };
        let unnamed = self.done.get(&of_any).and_then(|forget| forget.checked_sub(REMEMBERED).ok());
        self.done.contains_key(&step(gerrit, after.phase, after.began)) || unnamed.is_some_and(|until| until > began)
    }

    /// A deployment that is over has no word for its step on the test servers any more.
    fn pass_over(&mut self, gerrit: u64, began: Option<Timestamp>, until: Timestamp) {
        let waiting = step(gerrit, Phase::OnTestServers, None);
        self.pending.retain(|reminder| !reminder.id.starts_with(&waiting));
        self.finish(step(gerrit, Phase::OnTestServers, began), until);
    }

    fn add(&mut self, wanted: Wanted, now: Timestamp, reminder: Reminder) {
        let known = self.done.contains_key(&reminder.id) || self.pending.iter().any(|other| other.id == reminder.id);
        if !known && now < reminder.until && wanted.has(reminder.occasion) {
            self.pending.push(reminder);
            self.pending.sort_by(|one, other| (one.due, &one.id).cmp(&(other.due, &other.id)));
        }
    }

    /// Takes out the reminders that are due, and drops those for which it is too late.
    pub fn take_due(&mut self, now: Timestamp) -> Vec<Reminder> {
        self.drop_late(now);
        let (due, to_come): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.pending).into_iter().partition(|reminder| reminder.due <= now);
        self.pending = to_come;
        for reminder in &due {
            self.finish(reminder.id.clone(), reminder.until);
        }
        due
    }

    fn drop_late(&mut self, now: Timestamp) {
        let (late, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.pending).into_iter().partition(|reminder| reminder.until <= now);
        self.pending = rest;
        self.done.retain(|_, forget| *forget > now);
        for reminder in late {
            self.finish(reminder.id, reminder.until);
        }
    }

    fn finish(&mut self, id: String, until: Timestamp) {
        self.done.insert(id, until.checked_add(REMEMBERED).unwrap_or(Timestamp::MAX));
    }

    /// When the next one is due, UTC.
    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        self.pending.first().map(|reminder| reminder.due)
    }
}

/// The name of a deployment's step; without its beginning, what the names of this step of any deployment begin with.
fn step(gerrit: u64, phase: Phase, began: Option<Timestamp>) -> String {
    let called = match phase {
        Phase::OnTestServers => "on_test_servers",
        Phase::RolledBack => "rolled_back",
        _ => "deployed",
    };
    let began = began.map_or_else(String::new, |began| began.to_string());
    format!("{called} {gerrit} {began}")
}

const fn occasion_of(phase: Phase) -> Option<Occasion> {
    match phase {
        Phase::OnTestServers => Some(Occasion::OnTestServers),
        Phase::Deployed | Phase::RolledBack => Some(Occasion::Finished),
        Phase::Scheduled | Phase::Merged | Phase::Deploying | Phase::Unknown => None,
    }
}

/// Two that do not both say when they began may be the same.
fn same_deployment(one: &Progress, other: &Progress) -> bool {
    match (one.began, other.began) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

/// Whether a change that the log has no time for was seen happening. What was not known before may have been so for
/// long; but who waits on the test servers waits now.
fn is_fresh(before: Option<&Progress>, looked: Option<Timestamp>, after: &Progress, now: Timestamp) -> bool {
    let was_known = before.is_some_and(|before| before.phase != Phase::Unknown || after.phase == Phase::OnTestServers);
    was_known && looked.is_some_and(|looked| now.duration_since(looked) < LOOKS_APART)
}

#[cfg(test)]
mod tests;
