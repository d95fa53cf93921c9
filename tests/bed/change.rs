// SPDX-License-Identifier: GPL-2.0-or-later
//! The changes that the bed's Gerrit knows, fit and unfit ones.
//!
//! Must not know how Gerrit tells of them; `gerrit` does.

use super::code::{CONFIG, EVENTS, commit_of};
use super::wiki::VERSION;
use super::{BACKPORT, BACKPORT_MASTER, BACKPORT_TITLE, GERRIT, NICK, OTHER_GERRIT, OTHER_NICK, OTHER_TITLE, TITLE};
use jiff::{Timestamp, ToSpan};

/// Where a change has got to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Open.
    New,
    /// In its branch.
    Merged,
    /// Given up.
    Abandoned,
}

/// A vote on a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// `Code-Review` or `Verified`.
    pub label: &'static str,
    /// From -2 to 2.
    pub value: i8,
    /// Whose.
    pub by: &'static str,
}

/// A change. [`Change::new`] makes a fit one; a test changes what it wants unfit:
/// `Change { wip: true, ..Change::config(1330003, "Enable the thing") }`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_field_names, reason = "Gerrit names it so")]
pub struct Change {
    /// Number.
    pub number: u64,
    /// Project.
    pub project: String,
    /// Branch, without `refs/heads/`.
    pub branch: String,
    /// The `I…` that siblings on other branches share.
    pub change_id: String,
    /// First line of the commit message.
    pub subject: String,
    /// A paragraph between the subject and the footers; may be empty.
    pub body: String,
    /// Footers before the `Change-Id`: `Bug: T400000`, `Depends-On: I…`.
    pub footers: Vec<String>,
    /// State.
    pub status: Status,
    /// When it was merged; where nothing is said and the state is `Merged`, a day before now.
    pub submitted: Option<Timestamp>,
    /// The owner's user name.
    pub owner: String,
    /// Whether it is marked as work in progress.
    pub wip: bool,
    /// Whether it can be merged without a conflict.
    pub mergeable: bool,
    /// Votes.
    pub votes: Vec<Vote>,
    /// Paths that it changes.
    pub files: Vec<String>,
    /// Paths that it adds.
    pub added: Vec<String>,
    /// Number of the current patch set.
    pub patchset: u32,
    /// The change that it was picked from.
    pub picked_from: Option<u64>,
    /// The change that it reverts.
    pub reverts: Option<u64>,
    /// Branches that were cut after it was merged, beside its own.
    pub also_in: Vec<String>,
}

impl Change {
    /// An open change of the submitter with a good vote of the bot, and nothing that speaks against it.
    pub fn new(number: u64, project: &str, branch: &str, subject: &str) -> Self {
        Self {
            number,
            project: project.to_owned(),
            branch: branch.to_owned(),
            change_id: format!("I{}", commit_of(&format!("change {number}"))),
            subject: subject.to_owned(),
            body: String::new(),
            footers: Vec::new(),
            status: Status::New,
            submitted: None,
            owner: NICK.to_owned(),
            wip: false,
            mergeable: true,
            votes: vec![Vote { label: "Verified", value: 2, by: "jenkins-bot" }],
            files: vec!["includes/Hooks.php".to_owned()],
            added: Vec::new(),
            patchset: 2,
            picked_from: None,
            reverts: None,
            also_in: Vec::new(),
        }
    }

    /// One of the configuration.
    pub fn config(number: u64, subject: &str) -> Self {
        let files = vec!["wmf-config/InitialiseSettings.php".to_owned()];
        Self { files, ..Self::new(number, CONFIG, "master", subject) }
    }

    /// One of an extension, a skin or core on the branch of a version.
    pub fn backport(number: u64, project: &str, version: &str, subject: &str) -> Self {
        Self { patchset: 1, ..Self::new(number, project, &format!("wmf/{version}"), subject) }
    }

    /// The commit that it was put upon.
    pub fn parent(&self) -> String {
        commit_of(&format!("{} {}", self.project, self.branch))
    }

    /// The commit of the current patch set; the same once it is merged.
    pub fn commit(&self) -> String {
        commit_of(&format!("patch {}/{}", self.number, self.patchset))
    }

    /// The whole commit message.
    pub fn message(&self) -> String {
        let picked = self.picked_from.map(|from| format!("(cherry picked from commit {})", commit_of_first(from)));
        let footers = self.footers.iter().cloned().chain([format!("Change-Id: {}", self.change_id)]).chain(picked);
        let body = if self.body.is_empty() { String::new() } else { format!("{}\n\n", self.body) };
        let footers: Vec<String> = footers.collect();
        format!("{}\n\n{body}{}\n", self.subject, footers.join("\n"))
    }

    /// The tasks that its `Bug` footers name.
    pub fn tasks(&self) -> Vec<&str> {
        self.footers.iter().filter_map(|footer| footer.strip_prefix("Bug: ")).collect()
    }

    /// Whether it is in its branch.
    pub fn is_merged(&self) -> bool {
        self.status == Status::Merged
    }

    /// When it was merged.
    pub fn merged_at(&self) -> Option<Timestamp> {
        let day_ago = || Timestamp::now().checked_sub(24.hours()).unwrap_or_default();
        self.is_merged().then(|| self.submitted.unwrap_or_else(day_ago))
    }
}

/// The commit that the first patch set of a change has.
fn commit_of_first(number: u64) -> String {
    commit_of(&format!("patch {number}/1"))
}

/// The story's changes: the submitter's configuration and backport, the backport's sibling, and somebody else's.
pub fn first_changes() -> Vec<Change> {
    let backport_id = "I5b0f2c7d9e1a4836b7c2d05f1e8a9b3c4d6f7081".to_owned();
    let files = vec!["includes/LogDates.php".to_owned(), "tests/phpunit/LogDatesTest.php".to_owned()];
    vec![
        Change { change_id: "I14feabc95133ff378df9866568d9511551874d39".to_owned(), ..Change::config(GERRIT, TITLE) },
        Change {
            change_id: "I3657861ff5333b2d502465a167c262c0fc6f7e9e".to_owned(),
            owner: OTHER_NICK.to_owned(),
            ..Change::config(OTHER_GERRIT, OTHER_TITLE)
        },
        Change {
            change_id: backport_id.clone(),
            status: Status::Merged,
            files: files.clone(),
            patchset: 1,
            also_in: vec!["wmf/1.47.0-wmf.16".to_owned()],
            votes: vec![
                Vote { label: "Verified", value: 2, by: "jenkins-bot" },
                Vote { label: "Code-Review", value: 2, by: "reviewer" },
            ],
            ..Change::new(BACKPORT_MASTER, EVENTS, "master", BACKPORT_TITLE)
        },
        Change {
            change_id: backport_id,
            files,
            picked_from: Some(BACKPORT_MASTER),
            ..Change::backport(BACKPORT, EVENTS, VERSION, BACKPORT_TITLE)
        },
    ]
}
