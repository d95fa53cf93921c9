// SPDX-License-Identifier: GPL-2.0-or-later
//! A Gerrit change as its REST API tells it.
//!
//! Shapes: <https://gerrit-review.googlesource.com/Documentation/rest-api-changes.html>, and what `scap backport` reads
//! of them (repository `mediawiki/tools/scap`, `scap/gerrit.py`).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Number.
    pub number: u64,
    /// Project, such as `operations/mediawiki-config`.
    pub project: String,
    /// Branch without `refs/heads/`, such as `wmf/1.47.0-wmf.16`.
    pub branch: String,
    /// The `I…` that siblings on other branches share.
    pub change_id: String,
    /// First line of the commit message.
    pub subject: String,
    /// State.
    pub status: ChangeStatus,
    /// The owner's user name, else the name that Gerrit shows.
    pub owner: Option<String>,
    /// Whether it is marked as work in progress.
    pub work_in_progress: bool,
    /// Whether it can be merged without a conflict; `None` where Gerrit does not say.
    pub mergeable: Option<bool>,
    /// Votes that are not 0.
    pub votes: Vec<Vote>,
    /// When it was merged, UTC.
    pub submitted: Option<Timestamp>,
    /// The change that this one reverts.
    pub reverts: Option<u64>,
    /// The current patch set; `None` where it was not asked for.
    pub revision: Option<Revision>,
}

/// Where a change has got to in Gerrit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeStatus {
    /// Open.
    New,
    /// In its branch.
    Merged,
    /// Given up.
    Abandoned,
}

/// A vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    /// `Code-Review`, `Verified`.
    pub label: String,
    /// From -2 to 2.
    pub value: i8,
    /// User name, else the name that Gerrit shows.
    pub by: Option<String>,
}

/// A patch set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// Commit, 40 hexadecimal digits.
    pub commit: String,
    /// Number of the patch set; the first is 1.
    pub patchset: u32,
    /// What to fetch: `refs/changes/01/1330001/2`.
    pub git_ref: String,
    /// Parent commits.
    pub parents: Vec<String>,
    /// The whole commit message, footers and all.
    pub message: String,
    /// Paths that it touches; `None` where they were not asked for.
    pub files: Option<Vec<ChangedFile>>,
}

/// A file of a patch set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedFile {
    /// Path in the repository, new name.
    pub path: String,
    /// Whether it is new (`A`).
    pub added: bool,
}

/// Where a change is deployed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// `operations/mediawiki-config` on its production branch: every wiki.
    Config,
    /// A release branch of core, an extension, a skin or vendor: the wikis that run it.
    Backport {
        /// Such as `1.47.0-wmf.16`.
        version: String,
    },
    /// The development branch of such a project: it has to be cherry-picked.
    Development,
    /// Nothing that a backport window deploys.
    Elsewhere,
}

/// What a `Depends-On` footer names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reference {
    /// By Change-Id, on whichever branch.
    ChangeId(String),
    /// By number.
    Number(u64),
}

/// Why Gerrit's answer cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GerritError {
    /// It is no JSON.
    #[error("gerrit did not answer in JSON but with <{begins}>; try again in a minute")]
    NotJson {
        /// How it begins.
        begins: String,
    },
    /// It is JSON of another shape.
    #[error("gerrit's answer lacks {what}")]
    Incomplete {
        /// What is not there.
        what: String,
    },
}

/// Reads the answer to [`by_numbers`](super::by_numbers) or [`by_references`](super::by_references), with its first
/// line `)]}'`. A number that Gerrit does not know is simply not there.
///
/// # Errors
/// When it is no list of changes.
pub fn changes_from_gerrit(_text: &str) -> Result<Vec<Change>, GerritError> {
    Err(GerritError::Incomplete { what: "everything".to_owned() })
}

impl Change {
    /// Where it is deployed to.
    #[must_use]
    pub fn destination(&self) -> Destination {
        Destination::Elsewhere
    }

    /// What its `Depends-On` footers name, in order.
    #[must_use]
    pub fn depends_on(&self) -> Vec<Reference> {
        Vec::new()
    }
}
