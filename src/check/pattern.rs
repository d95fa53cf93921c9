// SPDX-License-Identifier: GPL-2.0-or-later
//! Regular expressions, searched for as httpbb does with Python's `re`: anywhere in a value, and in a body with `^` and
//! `$` at lines (<https://wikitech.wikimedia.org/wiki/Httpbb>). The engine takes time linear in the text, so that no
//! expression can hang a run.

use super::{AssertionError, Subject};
use regex_lite::{Regex, RegexBuilder};

/// An expression may compile to this many bytes; those of the suites take a few kilobytes.
const MAX_PROGRAM: usize = 1 << 20;

/// The expression as it is searched for in `subject`.
///
/// # Errors
/// When it cannot be read, or would be too large.
pub(super) fn regex(pattern: &str, subject: &Subject) -> Result<Regex, AssertionError> {
    let built = RegexBuilder::new(pattern).multi_line(*subject == Subject::Body).size_limit(MAX_PROGRAM).build();
    built.map_err(|error| AssertionError::Pattern { pattern: super::words::shown(pattern), detail: error.to_string() })
}
