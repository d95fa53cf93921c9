// SPDX-License-Identifier: GPL-2.0-or-later
//! A change looked at for a backport window.

use super::{CherryPick, Finding};
use crate::change::{Change, ChangeStatus};
use crate::deployed::Wikiversions;
use crate::schedule::{Nick, Schedule};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is known when a change is looked at. What is `None` could not be had; its rules are then not looked at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The change's number.
    pub gerrit: u64,
    /// Gerrit's answer: the changes asked for and every sibling and dependency of theirs. A number that is not there
    /// does not exist.
    pub changes: Option<&'a [Change]>,
    /// Branches that contain a merged dependency, by its number, as far as they were asked for.
    pub included_in: &'a BTreeMap<u64, Vec<String>>,
    /// The calendar.
    pub schedule: Option<&'a Schedule>,
    /// When the window opens in which the entry stands that is looked at, UTC; `None` for a change that is not
    /// scheduled, or to take the next of its windows.
    pub window: Option<Timestamp>,
    /// The versions of all wikis.
    pub versions: Option<&'a Wikiversions>,
    /// The submitter, for the entry to copy.
    pub nick: Option<&'a Nick>,
    /// Now, UTC.
    pub now: Timestamp,
}

/// What came of looking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fitness {
    /// The change's number.
    pub gerrit: u64,
    /// Start of the window that it was looked at for, UTC; `None` when it is in none.
    pub window: Option<Timestamp>,
    /// Its place in that window, the first is 1; struck entries have none.
    pub place: Option<usize>,
    /// Project, as Gerrit has it; empty where Gerrit was not read.
    pub project: String,
    /// Branch, as Gerrit has it.
    pub branch: String,
    /// First line of the commit message.
    pub subject: String,
    /// State in Gerrit.
    pub status: Option<ChangeStatus>,
    /// Owner in Gerrit.
    pub owner: Option<String>,
    /// What there is to say, the gravest first.
    pub findings: Vec<Finding>,
    /// The lines for the calendar; `None` when it stands there already or cannot be deployed as it is.
    pub entry: Option<String>,
    /// The tool that puts it on the calendar, where Gerrit itself offers that.
    pub schedule_link: Option<String>,
    /// How to make the backports that are missing.
    pub cherry_picks: Vec<CherryPick>,
}

impl Fitness {
    /// Whether a finding blocks.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == super::Severity::Blocks)
    }
}

/// Looks at a change.
#[must_use]
pub fn examine(facts: &Facts) -> Fitness {
    Fitness {
        gerrit: facts.gerrit,
        window: facts.window,
        place: None,
        project: String::new(),
        branch: String::new(),
        subject: String::new(),
        status: None,
        owner: None,
        findings: Vec::new(),
        entry: None,
        schedule_link: None,
        cherry_picks: Vec::new(),
    }
}
