// SPDX-License-Identifier: GPL-2.0-or-later
//! What is asked of Gerrit and of Gitiles, as URLs, and how the small answers are read.
//!
//! Must not send anything.

use super::{GerritError, Reference};

/// All these changes in one query, with current patch set, files, commit message and votes.
#[must_use]
pub fn by_numbers(_numbers: &[u64]) -> String {
    String::new()
}

/// All changes that these name, on every branch, in one query, as [`by_numbers`].
#[must_use]
pub fn by_references(_references: &[Reference]) -> String {
    String::new()
}

/// The branches that a merged change is in.
#[must_use]
pub fn included_in(_number: u64) -> String {
    String::new()
}

/// Reads the answer to [`included_in`]: names of branches without `refs/heads/`.
///
/// # Errors
/// When it is of another shape.
pub fn branches_from_gerrit(_text: &str) -> Result<Vec<String>, GerritError> {
    Ok(Vec::new())
}

/// Asks Gitiles for what `patch` has that `running` has not (`running..patch`): nothing, when a server that runs
/// `running` has the patch.
#[must_use]
pub fn missing_from(_project: &str, _running: &str, _patch: &str) -> String {
    String::new()
}

/// Reads the answer to [`missing_from`]: whether the patch is contained.
///
/// # Errors
/// When it is of another shape.
pub fn contained_from_gitiles(_text: &str) -> Result<bool, GerritError> {
    Ok(false)
}
