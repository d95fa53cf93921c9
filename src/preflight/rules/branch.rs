// SPDX-License-Identifier: GPL-2.0-or-later
//! Where the change goes, whether wikis run that, and whether it stays when they move on.

use super::{Case, list};
use crate::change::{Change, ChangeStatus, Destination};
use crate::deployed::compare_versions;
use crate::preflight::{Finding, Rule, Severity};
use std::cmp::Ordering;

/// Wikis that are named as examples.
const EXAMPLES: usize = 5;

pub(super) fn findings(case: &Case, change: &Change) -> Vec<Finding> {
    match change.destination() {
        Destination::Config => Vec::new(),
        Destination::Elsewhere => vec![allowed_type(change)],
        Destination::Development => vec![cherry_pick(case, change)],
        Destination::Backport { version } => {
            let newer = newer_branches(case, change, &version);
            master_first(case, change).into_iter().chain(live_branch(case, &version)).chain(newer).collect()
        }
    }
}

fn allowed_type(change: &Change) -> Finding {
    let Change { project, branch, .. } = change;
    Rule::AllowedType.blocks(format!(
        "This is a change to {project} on {branch}, and backport windows take only release branches (wmf/…) of core, \
         extensions and skins, and operations/mediawiki-config; schedule a deployment window of its own."
    ))
}

fn cherry_pick(case: &Case, change: &Change) -> Finding {
    let made = case.siblings(change).filter(|sibling| {
        matches!(sibling.destination(), Destination::Backport { .. }) && sibling.status != ChangeStatus::Abandoned
    });
    let made: Vec<String> = made.map(|sibling| format!("{} ({})", sibling.number, sibling.branch)).collect();
    let live = case.live().into_iter().map(|(version, _)| format!("wmf/{version}"));
    let cut_later = case.facts.included_in.get(&change.number).map(Vec::as_slice).unwrap_or_default();
    let (having, lacking): (Vec<String>, Vec<String>) = live.partition(|branch| cut_later.contains(branch));
    let branch = &change.branch;
    let first =
        if change.status == ChangeStatus::New { format!("have it merged on {branch}, ") } else { String::new() };
    let (severity, place) = match case.standing() {
        Some(_) => (Severity::Blocks, " in its place"),
        None => (Severity::Notes, ""),
    };
    let act = match (made.as_slice(), lacking.as_slice()) {
        ([], []) if having.is_empty() => {
            format!("{first}cherry-pick it to the live branches and schedule the cherry-picks{place}")
        }
        ([], []) => format!("every live branch ({}) has it without a backport", list(&having)),
        ([], [one]) => format!("{first}cherry-pick it to {one} and schedule the cherry-pick{place}"),
        ([], lacking) => format!("{first}cherry-pick it to {} and schedule the cherry-picks{place}", list(lacking)),
        (made, _) => format!("schedule its backport {}{place}", list(made)),
    };
    severity.finding(
        Rule::CherryPick,
        format!("The change is on {branch}, and backport windows deploy release branches only; {act}."),
    )
}

fn master_first(case: &Case, change: &Change) -> Option<Finding> {
    let on_master: Vec<&Change> = development(case, change).collect();
    let with = |status: ChangeStatus| on_master.iter().find(|sibling| sibling.status == status);
    if with(ChangeStatus::Merged).is_some() {
        return None;
    }
    if let Some(open) = with(ChangeStatus::New) {
        let severity = if change.status == ChangeStatus::Merged { Severity::Warns } else { Severity::Blocks };
        let (number, branch) = (open.number, &open.branch);
        return Some(severity.finding(
            Rule::MasterFirst,
            format!("The fix is not merged on {branch} yet; have change {number} reviewed and merged there first."),
        ));
    }
    Some(if is_revert(change) {
        Rule::MasterFirst.notes(
            "This revert has no counterpart on master by its Change-Id; make sure that master is reverted, too, \
             or need not be.",
        )
    } else if let Some(given_up) = with(ChangeStatus::Abandoned) {
        let (number, branch) = (given_up.number, &given_up.branch);
        Rule::MasterFirst.warns(format!(
            "Its counterpart on {branch}, change {number}, is abandoned; make sure that {branch} has the fix \
             or does not need it."
        ))
    } else {
        Rule::MasterFirst.warns(
            "No change on master has this Change-Id; commit the fix there first and cherry-pick it, \
             with the commit message left as it is.",
        )
    })
}

fn live_branch(case: &Case, version: &str) -> Option<Finding> {
    let live = case.live();
    if let Some((_, count)) = live.iter().find(|(other, _)| *other == version) {
        let wikis = case.facts.versions.map(|versions| versions.wikis_on(version, EXAMPLES)).unwrap_or_default();
        let wikis = list(&wikis);
        return Some(Rule::LiveBranch.notes(match count {
            1 => format!("1 wiki runs {version} now: {wikis}."),
            2..=EXAMPLES => format!("{count} wikis run {version} now: {wikis}."),
            _ => format!("{count} wikis run {version} now, among them {wikis}."),
        }));
    }
    let (newest, _) = live.first()?;
    let (oldest, _) = live.last()?;
    let versions: Vec<&str> = live.iter().map(|(version, _)| *version).collect();
    let versions = list(&versions);
    Some(if compare_versions(version, oldest) == Ordering::Less {
        Rule::LiveBranch.blocks(format!(
            "No wiki runs {version} any more (now live: {versions}); cherry-pick the change to a live branch."
        ))
    } else if compare_versions(version, newest) == Ordering::Greater {
        Rule::LiveBranch.warns(format!(
            "No wiki runs {version} yet (now live: {versions}), so it cannot be verified before the train brings it; \
             look whether a live branch needs the fix, too."
        ))
    } else {
        Rule::LiveBranch.warns(format!(
            "No wiki runs {version} now (live: {versions}); check that this is the branch that needs the fix."
        ))
    })
}

/// A wiki that moves to a newer branch without the fix loses it.
fn newer_branches(case: &Case, change: &Change, version: &str) -> Vec<Finding> {
    let live = case.live();
    if !live.iter().any(|(other, _)| *other == version) {
        return Vec::new();
    }
    let newer = live.iter().filter(|(other, _)| compare_versions(other, version) == Ordering::Greater);
    newer.filter_map(|(newer, _)| newer_branch(case, change, &format!("wmf/{newer}"))).collect()
}

fn newer_branch(case: &Case, change: &Change, newer: &str) -> Option<Finding> {
    let is_there = |sibling: &Change| sibling.branch == newer && sibling.status != ChangeStatus::Abandoned;
    if case.siblings(change).any(is_there) {
        return None;
    }
    let merged = development(case, change).find(|sibling| sibling.status == ChangeStatus::Merged);
    let lacking = format!("{newer} is live and lacks this change, so the train would take it away again");
    match merged {
        Some(master) => match case.facts.included_in.get(&master.number) {
            Some(branches) if branches.iter().any(|branch| branch == newer) => None,
            Some(_) => Some(Rule::NewerBranch.warns(format!("{lacking}; cherry-pick it there as well."))),
            None => Some(Rule::NewerBranch.notes(format!(
                "{newer} is live, too, and has no cherry-pick of this; look under \"Included In\" in the \
                 menu of change {} whether it needs one.",
                master.number
            ))),
        },
        None if is_revert(change) => Some(
            Rule::NewerBranch
                .notes(format!("{newer} is live, too, and has no such revert; make sure that it does not need one.")),
        ),
        None => Some(Rule::NewerBranch.warns(format!("{lacking}; cherry-pick it there as well."))),
    }
}

/// The same change on the development branch.
fn development<'a>(case: &Case<'a>, change: &Change) -> impl Iterator<Item = &'a Change> {
    case.siblings(change).filter(|sibling| sibling.destination() == Destination::Development)
}

fn is_revert(change: &Change) -> bool {
    change.reverts.is_some() || change.subject.starts_with("Revert")
}
