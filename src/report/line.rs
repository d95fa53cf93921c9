// SPDX-License-Identifier: GPL-2.0-or-later
//! The one line that the channel hears.

use crate::verify::{Journal, Outcome};

/// The longest line, in bytes of UTF-8: an IRC message is at most 512 bytes with its prefix.
pub const LINE_LIMIT: usize = 400;

/// The line for an ended run: at most [`LINE_LIMIT`] bytes, one line, and no command to any bot of the channel.
#[must_use]
pub fn channel_line(_journal: &Journal) -> String {
    String::new()
}

/// Why an outcome is no pass, as one sentence for people, with what to do next; `None` for a pass.
#[must_use]
pub fn reason_in_words(_outcome: &Outcome) -> Option<String> {
    None
}
