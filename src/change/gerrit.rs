// SPDX-License-Identifier: GPL-2.0-or-later
//! A Gerrit change: what is known of it, where it is deployed to and what it depends on.
//!
//! Must not know the shapes in which Gerrit tells it.

use super::change_number;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeStatus {
    /// Open.
    #[default]
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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

/// A merged change as the commit that it is in its repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatchRef {
    /// Project, such as `operations/mediawiki-config`.
    pub project: String,
    /// Branch without `refs/heads/`.
    pub branch: String,
    /// Commit, 40 hexadecimal digits.
    pub commit: String,
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

/// The project whose production branch configures every wiki.
const CONFIG: &str = "operations/mediawiki-config";

impl Change {
    /// Where it is deployed to: what `scap backport` calls deployable (repository `mediawiki/tools/scap`,
    /// `scap/backport.py`). Whether the version is live is another question; versions need not look like
    /// `1.47.0-wmf.16`.
    #[must_use]
    pub fn destination(&self) -> Destination {
        match (self.project.as_str(), self.branch.as_str()) {
            (CONFIG, "master") => Destination::Config,
            (project, branch) if is_deployed_code(project) => match branch.strip_prefix("wmf/") {
                Some(version) if !version.is_empty() => Destination::Backport { version: version.to_owned() },
                _ if matches!(branch, "master" | "main") => Destination::Development,
                _ => Destination::Elsewhere,
            },
            _ => Destination::Elsewhere,
        }
    }

    /// What it is in its branch; `None` while it is not merged, since merging makes another commit of it.
    #[must_use]
    pub fn merged(&self) -> Option<PatchRef> {
        let revision = self.revision.as_ref().filter(|_| self.status == ChangeStatus::Merged)?;
        let (project, branch) = (self.project.clone(), self.branch.clone());
        Some(PatchRef { project, branch, commit: revision.commit.clone() })
    }

    /// What its `Depends-On` lines name, in order, each once. They count on any line of the commit message, as they do
    /// for Zuul (<https://zuul-ci.org/docs/zuul/latest/gating.html>); a Change-Id counts only whole.
    #[must_use]
    pub fn depends_on(&self) -> Vec<Reference> {
        let message = self.revision.as_ref().map(|revision| revision.message.as_str()).unwrap_or_default();
        let values = message.lines().filter_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.trim_end().eq_ignore_ascii_case("depends-on").then(|| value.trim())
        });
        values.filter_map(Reference::read).fold(Vec::new(), |mut all, reference| {
            if !all.contains(&reference) {
                all.push(reference);
            }
            all
        })
    }
}

impl Reference {
    fn read(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(['I', 'i']).filter(|digits| digits.len() == 40);
        match digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            Some(digits) => Some(Self::ChangeId(format!("I{}", digits.to_ascii_lowercase()))),
            None => change_number(text).map(Self::Number),
        }
    }
}

/// Whether a project is part of what a release branch holds.
fn is_deployed_code(project: &str) -> bool {
    let inside = ["mediawiki/extensions/", "mediawiki/skins/"].iter().any(|folder| {
        let name = project.strip_prefix(folder);
        name.is_some_and(|name| !name.is_empty())
    });
    inside || matches!(project, "mediawiki/core" | "mediawiki/vendor")
}

#[cfg(test)]
mod tests {
    use super::{Change, ChangeStatus, Destination, PatchRef, Reference, Revision};

    fn change(project: &str, branch: &str, message: &str) -> Change {
        Change {
            number: 1_330_001,
            project: project.to_owned(),
            branch: branch.to_owned(),
            revision: Some(Revision { message: message.to_owned(), ..Revision::default() }),
            ..Change::default()
        }
    }

    #[test]
    fn project_and_branch_together_say_where_a_change_is_deployed_to() {
        let backport = |version: &str| Destination::Backport { version: version.to_owned() };
        for (project, branch, destination) in [
            ("operations/mediawiki-config", "master", Destination::Config),
            ("operations/mediawiki-config", "wmf/1.47.0-wmf.16", Destination::Elsewhere),
            ("operations/mediawiki-config", "main", Destination::Elsewhere),
            ("mediawiki/core", "wmf/1.47.0-wmf.16", backport("1.47.0-wmf.16")),
            ("mediawiki/core", "wmf/next", backport("next")),
            ("mediawiki/core", "wmf/", Destination::Elsewhere),
            ("mediawiki/core", "master", Destination::Development),
            ("mediawiki/core", "REL1_47", Destination::Elsewhere),
            ("mediawiki/vendor", "wmf/1.47.0-wmf.16", backport("1.47.0-wmf.16")),
            ("mediawiki/extensions/Example", "wmf/1.47.0-wmf.16", backport("1.47.0-wmf.16")),
            ("mediawiki/extensions/Example/lib", "main", Destination::Development),
            ("mediawiki/skins/Example", "master", Destination::Development),
            ("mediawiki/extensions", "master", Destination::Elsewhere),
            ("mediawiki/extensions/", "master", Destination::Elsewhere),
            ("mediawiki/services/example", "master", Destination::Elsewhere),
            ("operations/puppet", "production", Destination::Elsewhere),
        ] {
            assert_eq!(change(project, branch, "").destination(), destination, "{project} {branch}");
        }
    }

    #[test]
    fn a_change_is_a_commit_of_its_branch_once_it_is_merged() {
        let revision = Revision { commit: "c0".into(), ..Revision::default() };
        let open = Change { revision: Some(revision), ..change("mediawiki/core", "wmf/1.47.0-wmf.16", "") };
        let merged = Change { status: ChangeStatus::Merged, ..open.clone() };
        let commit =
            PatchRef { project: "mediawiki/core".into(), branch: "wmf/1.47.0-wmf.16".into(), commit: "c0".into() };
        assert_eq!(merged.merged(), Some(commit));
        assert_eq!(open.merged(), None);
        assert_eq!(Change { status: ChangeStatus::Abandoned, ..open }.merged(), None);
        assert_eq!(Change { revision: None, ..merged }.merged(), None);
    }

    #[test]
    fn dependencies_are_read_in_their_order_wherever_they_stand() {
        let message = "Show the new logo\n\nDepends-On: 1\n\nBug: T1\n\
            Depends-On: I0123456789abcdef0123456789ABCDEF01234567\n\
            depends-on:  https://gerrit.wikimedia.org/r/c/mediawiki/core/+/1330007/2 \n\
            DEPENDS-ON: 1330008\nDepends-On: 1330008\n\
            Change-Id: Iaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n\n";
        let expected = [
            Reference::Number(1),
            Reference::ChangeId("I0123456789abcdef0123456789abcdef01234567".to_owned()),
            Reference::Number(1_330_007),
            Reference::Number(1_330_008),
        ];
        assert_eq!(change("mediawiki/core", "master", message).depends_on(), expected);
    }

    #[test]
    fn what_is_no_whole_reference_is_no_dependency() {
        for footer in [
            "Depends-On: I0123456",
            "Depends-On: I0123456789abcdef0123456789abcdef0123456g",
            "Depends-On: T123",
            "Depends-On: https://example.org/r/1330001",
            "Depends-On:",
            "Not-Depends-On: 1330001",
            "See Depends-On: 1330001",
        ] {
            let message = format!("Show the new logo\n\n{footer}");
            assert_eq!(change("mediawiki/core", "master", &message).depends_on(), [], "{footer}");
        }
        let without = Change { revision: None, ..change("mediawiki/core", "master", "") };
        assert_eq!(without.depends_on(), []);
    }
}
