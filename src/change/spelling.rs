// SPDX-License-Identifier: GPL-2.0-or-later
//! The ways in which people write a Gerrit change.

/// The change number in `text`: bare digits, or a URL on gerrit.wikimedia.org in any of its spellings.
///
/// The spellings are those that `scap backport` accepts (repository `mediawiki/tools/scap`, `scap/gerrit.py`)
/// and the old `#/c/N` links.
#[must_use]
pub fn change_number(_text: &str) -> Option<u64> {
    None
}
