// SPDX-License-Identifier: GPL-2.0-or-later
//! A Gerrit change: the spellings of its number.
//!
//! Must not ask Gerrit.

mod spelling;

pub use spelling::{change_number, change_project};

/// Where a change is shown: its number follows.
pub const GERRIT: &str = "https://gerrit.wikimedia.org/r/c/";

/// The page of a change in Gerrit.
#[must_use]
pub fn change_url(number: u64) -> String {
    format!("{GERRIT}{number}")
}
