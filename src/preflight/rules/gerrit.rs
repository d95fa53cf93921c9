// SPDX-License-Identifier: GPL-2.0-or-later
//! What Gerrit says of the change itself.

use super::{Case, list};
use crate::change::{Change, ChangeStatus};
use crate::preflight::{Finding, Rule};

pub(super) fn findings(case: &Case, change: &Change) -> Vec<Finding> {
    let found = match change.status {
        ChangeStatus::New => {
            vec![work_in_progress(change), code_review(change), verified(change), mergeable(change)]
        }
        ChangeStatus::Abandoned => vec![Some(abandoned(case, change))],
        ChangeStatus::Merged => Vec::new(),
    };
    found.into_iter().flatten().chain(reverted(case, change)).collect()
}

fn abandoned(case: &Case, change: &Change) -> Finding {
    let act = if case.standing().is_some() { ", or take it off the calendar" } else { "" };
    Rule::Abandoned.blocks(format!("Change {} is abandoned; restore it in Gerrit{act}.", change.number))
}

fn work_in_progress(change: &Change) -> Option<Finding> {
    change.work_in_progress.then(|| {
        Rule::WorkInProgress.blocks("The change is marked as work in progress; press \"Start Review\" in Gerrit.")
    })
}

fn code_review(change: &Change) -> Option<Finding> {
    let by = |value: i8| voters(change, |label, vote| label == "Code-Review" && vote == value);
    if let Some(by) = by(-2) {
        return Some(Rule::CodeReview.blocks(format!(
            "{by} voted Code-Review -2, with which the change cannot be merged; ask what has to change."
        )));
    }
    by(-1).map(|by| {
        Rule::CodeReview
            .warns(format!("{by} voted Code-Review -1; settle that before the window, or it may be refused."))
    })
}

fn verified(change: &Change) -> Option<Finding> {
    voters(change, |label, vote| label == "Verified" && vote < 0).map(|by| {
        Rule::Verified.blocks(format!("{by} says that tests failed; repair them, or comment \"recheck\" in Gerrit."))
    })
}

fn mergeable(change: &Change) -> Option<Finding> {
    (change.mergeable == Some(false)).then(|| {
        Rule::Mergeable.blocks(format!("The change conflicts with what {} has now; rebase it.", change.branch))
    })
}

fn reverted(case: &Case, change: &Change) -> Option<Finding> {
    let reverts = case.changes().iter().filter(|other| other.reverts == Some(change.number));
    let revert = reverts.filter(|other| other.status != ChangeStatus::Abandoned).max_by_key(|other| other.number)?;
    let number = revert.number;
    Some(Rule::Reverted.warns(if revert.status == ChangeStatus::Merged {
        format!("Change {number} has reverted this one; check that it is still to be deployed.")
    } else {
        format!("Change {number} is open and would revert this one; check which of the two is to be deployed.")
    }))
}

/// Who voted so; `None` when nobody did.
fn voters(change: &Change, counts: impl Fn(&str, i8) -> bool) -> Option<String> {
    let votes = change.votes.iter().filter(|vote| counts(&vote.label, vote.value));
    let mut names: Vec<&str> = votes.map(|vote| vote.by.as_deref().unwrap_or("somebody")).collect();
    names.dedup();
    (!names.is_empty()).then(|| list(&names))
}
