// SPDX-License-Identifier: GPL-2.0-or-later
//! The lines that put a change on the calendar.

use crate::change::Change;
use crate::schedule::Nick;

/// The `{{ircnick}}` and `{{deploy}}` lines of a change, as the calendar wants them
/// (<https://wikitech.wikimedia.org/wiki/Backport_windows>, example entry). Whatever the title holds, the calendar reads it
/// back as it was. `None` for a change that no backport window deploys.
#[must_use]
pub fn calendar_entry(_change: &Change, _nick: Option<&Nick>) -> Option<String> {
    None
}

/// The tool behind "Schedule backport of this change" in Gerrit's menu, for the changes for which Gerrit offers it.
#[must_use]
pub fn schedule_link(_change: &Change) -> Option<String> {
    None
}
