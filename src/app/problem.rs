// SPDX-License-Identifier: GPL-2.0-or-later
//! What can go wrong, in the user's words, and what to do next.

use serde::{Deserialize, Serialize};

/// Something that stands against what the user wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Problem {
    /// No IRC nick is set.
    NoNick,
    /// Wikitech did not give the calendar.
    CalendarUnreachable {
        /// Why, as a fragment.
        detail: String,
    },
    /// The page is no calendar.
    NotACalendar {
        /// Why, as a fragment.
        detail: String,
    },
    /// The change has no saved tests.
    NoTests {
        /// Gerrit change number.
        gerrit: u64,
    },
    /// A test cannot be kept or run.
    BadTest {
        /// Its label.
        test: String,
        /// Why, as a fragment.
        detail: String,
    },
    /// A setting cannot be kept.
    BadSetting {
        /// Why, as a fragment.
        detail: String,
    },
    /// The user has taken away the access that a run needs.
    NoAccess {
        /// Origins without access.
        origins: Vec<String>,
    },
    /// A run is under way already.
    Busy,
    /// Nothing is known under that name.
    Gone,
    /// Storage is full or broken.
    Storage {
        /// Why, as a fragment.
        detail: String,
    },
    /// What is kept was written by a newer version, or is broken; it is left alone.
    Unreadable {
        /// What: `settings` or `tests`.
        what: String,
        /// Why, as a fragment.
        detail: String,
    },
    /// No webhook is set.
    NoWebhook,
    /// The browser did not open a tab.
    Tab {
        /// What it said.
        detail: String,
    },
    /// The page and the background are of different versions.
    Protocol {
        /// What could not be understood.
        detail: String,
    },
}

impl Problem {
    /// What is wrong, as a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        String::new()
    }

    /// What to do next, as a sentence.
    #[must_use]
    pub fn next_step(&self) -> String {
        String::new()
    }
}
