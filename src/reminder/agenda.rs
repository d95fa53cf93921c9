// SPDX-License-Identifier: GPL-2.0-or-later
//! The list of reminders to come and of those that were.

use crate::deployed::Progress;
use crate::schedule::{Nick, Window};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// away go. `windows` are whole windows.
    pub fn plan(&mut self, _windows: &[Window], _nick: &Nick, _wanted: Wanted, _now: Timestamp) {}

    /// Adds what is to be told of a patch's move from `before` to `after`. `before` is `None` when it was not known;
    /// `looked` is when it was known last.
    pub fn observe(
        &mut self,
        _patch: (u64, &str),
        _before: Option<&Progress>,
        _looked: Option<Timestamp>,
        _after: &Progress,
        _wanted: Wanted,
        _now: Timestamp,
    ) {
    }

    /// Takes out the reminders that are due, and drops those for which it is too late.
    pub fn take_due(&mut self, _now: Timestamp) -> Vec<Reminder> {
        Vec::new()
    }

    /// When the next one is due, UTC.
    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        self.pending.first().map(|reminder| reminder.due)
    }
}
