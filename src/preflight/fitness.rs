// SPDX-License-Identifier: GPL-2.0-or-later
//! A change looked at for a backport window.

use super::rules::{self, Case};
use super::{CherryPick, Finding, Severity, calendar_entry, cherry_picks, schedule_link};
use crate::change::{Change, ChangeStatus, Destination};
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
        self.findings.iter().any(|finding| finding.severity == Severity::Blocks)
    }
}

/// Looks at a change: in the window given, else in the next one in which it stands and which is not over.
#[must_use]
pub fn examine(facts: &Facts) -> Fitness {
    let case = Case::of(facts);
    let mut findings: Vec<Finding> = Vec::new();
    for finding in rules::findings(&case) {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    findings.sort_by_key(|finding| (finding.severity, finding.rule));
    // Where the calendar could not be read, the entry is harmless.
    let is_scheduled = case.coming().next().is_some();
    let schedulable = case.change.filter(|change| {
        let goes = matches!(change.destination(), Destination::Config | Destination::Backport { .. });
        goes && change.status != ChangeStatus::Abandoned && !is_scheduled
    });
    let change = case.change;
    let text = |field: fn(&Change) -> &String| change.map(field).cloned().unwrap_or_default();
    Fitness {
        gerrit: facts.gerrit,
        window: match facts.schedule {
            Some(_) => case.slot.map(|slot| slot.window.start),
            None => facts.window,
        },
        place: case.slot.and_then(|slot| slot.place),
        project: text(|change| &change.project),
        branch: text(|change| &change.branch),
        subject: text(|change| &change.subject),
        status: change.map(|change| change.status),
        owner: change.and_then(|change| change.owner.clone()),
        findings,
        entry: schedulable.and_then(|change| calendar_entry(change, facts.nick)),
        schedule_link: schedulable.and_then(schedule_link),
        cherry_picks: missing_backports(&case),
    }
}

fn missing_backports(case: &Case) -> Vec<CherryPick> {
    let development = case.change.and_then(|change| case.on_development(change));
    let (Some(change), Some(changes), Some(versions)) = (development, case.facts.changes, case.facts.versions) else {
        return Vec::new();
    };
    // A branch that was cut after the merge has the change without a backport.
    let branches = case.facts.included_in.get(&change.number);
    let has = |pick: &CherryPick| branches.is_some_and(|known| known.contains(&format!("wmf/{}", pick.version)));
    let mut missing = cherry_picks(change, changes, versions);
    missing.retain(|pick| !has(pick));
    missing
}
