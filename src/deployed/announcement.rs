// SPDX-License-Identifier: GPL-2.0-or-later
//! What scap announces, and the deployment that its announcements add up to.
//!
//! Sentences: repository `mediawiki/tools/scap`, `scap/main.py`, `scap/backport.py`, `scap/cli.py`.

use super::{LogEntry, Phase};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The newest deployment of a change, as the log tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// How far it has got.
    pub phase: Phase,
    /// When it got there, UTC, to the minute.
    pub at: Timestamp,
    /// When it began: with the change's number it names the deployment.
    pub began: Timestamp,
    /// Who deploys, without the host: `deployer`.
    pub deployer: String,
    /// The other changes that go along.
    pub together_with: Vec<u64>,
}

/// The newest deployment of `gerrit` in `entries` (oldest first); `None` when they do not name it.
#[must_use]
pub fn deployment_of(_gerrit: u64, _entries: &[LogEntry]) -> Option<Deployment> {
    None
}
