// SPDX-License-Identifier: GPL-2.0-or-later
//! A Gerrit change: the spellings of its number, what to ask Gerrit, and what its answers say.
//!
//! Must not ask Gerrit.

mod answer;
mod gerrit;
mod query;
mod spelling;
mod test_url;

pub use answer::changes_from_gerrit;
pub use gerrit::{Change, ChangeStatus, ChangedFile, Destination, GerritError, PatchRef, Reference, Revision, Vote};
pub use query::{branches_from_gerrit, by_numbers, by_references, contained_from_gitiles, included_in, missing_from};
pub use spelling::{change_number, change_project};
pub use test_url::TestUrl;

/// Where a change is shown: its number follows.
pub const GERRIT: &str = "https://gerrit.wikimedia.org/r/c/";

/// The page of a change in Gerrit.
#[must_use]
pub fn change_url(number: u64) -> String {
    format!("{GERRIT}{number}")
}
