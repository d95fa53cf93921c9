// SPDX-License-Identifier: GPL-2.0-or-later
//! How far a patch has got, from what Gerrit, the servers and the log say. Where they disagree, that is said.

use super::Deployment;
use crate::change::Change;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How far a patch has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It stands on the calendar; nothing has happened.
    Scheduled,
    /// Gerrit has merged it, or scap has begun; no server is known to run it.
    Merged,
    /// The test servers run it.
    OnTestServers,
    /// It is on its way to the whole fleet.
    Deploying,
    /// The whole fleet runs it.
    Deployed,
    /// It was taken back.
    RolledBack,
    /// It cannot be known.
    Unknown,
}

/// Whether a server has a patch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Runs {
    /// Its commit contains it.
    Yes,
    /// Its commit does not.
    No,
    /// It cannot be known.
    Unknown {
        /// Why, as a fragment.
        why: String,
    },
}

/// What the servers of one wiki run, asked at the same time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Servers {
    /// The wiki's host.
    pub host: String,
    /// The test servers (asked with X-Wikimedia-Debug).
    pub debug: Runs,
    /// Production (asked without).
    pub production: Runs,
}

/// How far a patch has got, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// How far.
    pub phase: Phase,
    /// Since when, UTC, where the log says.
    pub since: Option<Timestamp>,
    /// When the deployment began, UTC, where the log says; it names the deployment.
    pub began: Option<Timestamp>,
    /// Who deploys, where the log says.
    pub deployer: Option<String>,
    /// What the servers say; `None` when they were not asked.
    pub servers: Option<Servers>,
    /// Where two sources say different things: a sentence.
    pub disagreement: Option<String>,
    /// What could not be asked or read, a sentence each.
    pub gaps: Vec<String>,
}

/// Puts together what is known of a patch. `log` and `servers` are `Err` with a fragment where they could not be read,
/// `Ok(None)` where the log does not name the change, or no wiki was asked.
#[must_use]
pub fn progress_of(
    _change: Option<&Change>,
    _log: Result<Option<&Deployment>, &str>,
    _servers: Result<Option<&Servers>, &str>,
) -> Progress {
    Progress {
        phase: Phase::Unknown,
        since: None,
        began: None,
        deployer: None,
        servers: None,
        disagreement: None,
        gaps: Vec::new(),
    }
}
