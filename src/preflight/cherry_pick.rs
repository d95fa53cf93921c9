// SPDX-License-Identifier: GPL-2.0-or-later
//! The commands that make a backport by hand.

use crate::change::Change;
use crate::deployed::Wikiversions;
use serde::{Deserialize, Serialize};

/// A backport that does not exist yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CherryPick {
    /// The version that lacks it, such as `1.47.0-wmf.16`.
    pub version: String,
    /// Shell commands, one a line, that make it and push it for review.
    pub commands: String,
}

/// The backports of `change` (on the development branch) that the live versions lack; `changes` are its siblings.
#[must_use]
pub fn cherry_picks(_change: &Change, _changes: &[Change], _versions: &Wikiversions) -> Vec<CherryPick> {
    Vec::new()
}
