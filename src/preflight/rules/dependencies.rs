// SPDX-License-Identifier: GPL-2.0-or-later
//! What has to be there before the change: `Depends-On` footers and the commit that it stands on.
//!
//! Which dependencies matter, and where each has to be, follows `scap backport` (repository `mediawiki/tools/scap`,
//! `scap/backport.py`: `is_relevant_dep`, `_backport_vote`). Must not follow what dependencies depend on themselves, but
//! for a circle: Gerrit is not asked for those.

use super::{Case, list};
use crate::change::{Change, ChangeStatus, Destination, Reference};
use crate::preflight::{Finding, Rule, Severity};
use std::collections::BTreeSet;

pub(super) fn findings(case: &Case, change: &Change) -> Vec<Finding> {
    let destination = change.destination();
    if !matches!(destination, Destination::Config | Destination::Backport { .. }) {
        return Vec::new();
    }
    let mut found: Vec<Finding> = cycle(case, change).into_iter().chain(open_parent(case, change)).collect();
    let mut relevant = false;
    let mut passed_over: Vec<String> = Vec::new();
    for reference in change.depends_on() {
        let mut named = resolve(case, &reference);
        if named.is_empty() {
            found.push(unknown(&reference));
            relevant = true;
        }
        // A change that names itself is a circle, which is told apart.
        named.retain(|dependency| dependency.number != change.number);
        found.extend(named.iter().filter_map(|dependency| work_in_progress(dependency)));
        for group in groups(case, &named) {
            match judge(case, change, &group) {
                Some(findings) => {
                    relevant = true;
                    found.extend(findings);
                }
                None => passed_over.extend(group.members.iter().map(|member| member.number.to_string())),
            }
        }
    }
    if !relevant && !passed_over.is_empty() {
        found.push(Rule::DependsOn.warns(format!(
            "It depends on {}, which is for another branch or project than this change, so the deployment does not wait for \
             it; check that this is meant.",
            list(&passed_over)
        )));
    }
    found
}

/// A change that is depended on, with its siblings on other branches.
struct Group<'a> {
    members: Vec<&'a Change>,
}

impl<'a> Group<'a> {
    fn development(&self) -> Option<&'a Change> {
        self.members.iter().find(|member| member.destination() == Destination::Development).copied()
    }

    fn on(&self, branch: &str) -> Option<&'a Change> {
        let on_branch = || self.members.iter().filter(|member| member.branch == branch);
        on_branch().find(|member| member.status == ChangeStatus::Merged).or_else(|| on_branch().next()).copied()
    }
}

/// The changes that a footer names.
fn resolve<'a>(case: &Case<'a>, reference: &Reference) -> Vec<&'a Change> {
    let is_named = |change: &&Change| match reference {
        Reference::ChangeId(id) => change.change_id == *id,
        Reference::Number(number) => change.number == *number,
    };
    case.changes().iter().filter(is_named).collect()
}

/// One group for each project that has the named changes.
fn groups<'a>(case: &Case<'a>, named: &[&'a Change]) -> Vec<Group<'a>> {
    let kinds: BTreeSet<(&str, &str)> =
        named.iter().map(|one| (one.project.as_str(), one.change_id.as_str())).collect();
    let group = |(project, id): (&str, &str)| Group {
        members: case.changes().iter().filter(|one| one.project == project && one.change_id == id).collect(),
    };
    kinds.into_iter().map(group).collect()
}

fn unknown(reference: &Reference) -> Finding {
    let name = match reference {
        Reference::ChangeId(id) => id.clone(),
        Reference::Number(number) => format!("change {number}"),
    };
    Rule::DependsOn
        .warns(format!("It depends on {name}, which could not be found in Gerrit; check its Depends-On line."))
}

fn work_in_progress(dependency: &Change) -> Option<Finding> {
    let (number, open) = (dependency.number, dependency.status == ChangeStatus::New);
    (open && dependency.work_in_progress).then(|| {
        Rule::DependsOn
            .blocks(format!("It depends on change {number}, which is marked as work in progress; finish that first."))
    })
}

/// What is wrong with a dependency; `None` where it does not matter to this change.
fn judge(case: &Case, change: &Change, group: &Group) -> Option<Vec<Finding>> {
    if let Some(config) = group.members.iter().find(|member| member.destination() == Destination::Config) {
        return Some(ready(case, config).into_iter().collect());
    }
    let Destination::Backport { .. } = change.destination() else { return judge_for_config(case, group) };
    match group.development() {
        Some(development) => {
            let branches = std::slice::from_ref(&change.branch);
            Some(in_branches(case, group, development, branches).into_iter().collect())
        }
        None => group.on(&change.branch).map(|sibling| ready(case, sibling).into_iter().collect()),
    }
}

/// Configuration is the same for all versions, so what it needs has to be in each.
fn judge_for_config(case: &Case, group: &Group) -> Option<Vec<Finding>> {
    let live: Vec<String> = case.live().iter().map(|(version, _)| format!("wmf/{version}")).collect();
    if let Some(development) = group.development() {
        if live.is_empty() {
            // Which branches are live is not known.
            return Some(Vec::new());
        }
        return Some(in_branches(case, group, development, &live).into_iter().collect());
    }
    let is_backport = |member: &&&Change| matches!(member.destination(), Destination::Backport { .. });
    let backports: Vec<&&Change> = group.members.iter().filter(is_backport).collect();
    (!backports.is_empty()).then(|| backports.into_iter().filter_map(|backport| ready(case, backport)).collect())
}

/// It must be merged or go along in the same window.
fn ready(case: &Case, dependency: &Change) -> Option<Finding> {
    let (number, branch) = (dependency.number, &dependency.branch);
    match dependency.status {
        ChangeStatus::Merged => None,
        ChangeStatus::Abandoned => Some(Rule::DependsOn.blocks(format!(
            "It depends on change {number} ({branch}), which is abandoned; restore that, or take the Depends-On line out."
        ))),
        ChangeStatus::New if case.shares_window(number) => None,
        ChangeStatus::New => Some(if case.standing().is_some() {
            Rule::DependsOn.blocks(format!(
                "It depends on change {number} ({branch}), which is neither merged nor in the same window; schedule it there."
            ))
        } else {
            Rule::DependsOn.warns(format!(
                "It depends on change {number} ({branch}), which is not merged; schedule both in the same window."
            ))
        }),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Presence {
    Present,
    Absent,
    Unknown,
}

fn in_branches(case: &Case, group: &Group, development: &Change, branches: &[String]) -> Option<Finding> {
    let with = |wanted: Presence| -> Vec<&str> {
        let found = branches.iter().filter(|branch| presence(case, group, development, branch) == wanted);
        found.map(String::as_str).collect()
    };
    let number = development.number;
    let (absent, unknown) = (with(Presence::Absent), with(Presence::Unknown));
    if !absent.is_empty() {
        let waiting: Vec<String> =
            absent.iter().filter_map(|branch| group.on(branch)).map(|one| one.number.to_string()).collect();
        let act = if waiting.is_empty() {
            "cherry-pick it there and merge that first, or schedule it in the same window".to_owned()
        } else {
            format!("merge {} first, or schedule it in the same window", list(&waiting))
        };
        let severity =
            if case.standing().is_none() && waiting.len() == absent.len() { Severity::Warns } else { Severity::Blocks };
        let branches = list(&absent);
        return Some(
            severity
                .finding(Rule::DependsOn, format!("It depends on change {number}, which is not in {branches}; {act}.")),
        );
    }
    (!unknown.is_empty()).then(|| {
        let branches = list(&unknown);
        Rule::DependsOn.warns(format!(
            "It depends on change {number}; look under \"Included In\" in Gerrit whether {branches} has it, and cherry-pick \
             it there where it has not."
        ))
    })
}

fn presence(case: &Case, group: &Group, development: &Change, branch: &str) -> Presence {
    let from = |present: bool| if present { Presence::Present } else { Presence::Absent };
    if let Some(sibling) = group.on(branch) {
        let along = sibling.status == ChangeStatus::New && case.shares_window(sibling.number);
        return from(sibling.status == ChangeStatus::Merged || along);
    }
    if development.status != ChangeStatus::Merged {
        return Presence::Absent;
    }
    match case.facts.included_in.get(&development.number) {
        Some(branches) => from(branches.iter().any(|name| name == branch)),
        None => Presence::Unknown,
    }
}

/// A way from the change along `Depends-On` back to itself. Its length is bounded by the changes that are known.
fn cycle(case: &Case, change: &Change) -> Option<Finding> {
    let mut seen: BTreeSet<u64> = BTreeSet::new();
    let mut ahead = vec![change];
    while let Some(next) = ahead.pop() {
        for dependency in next.depends_on().iter().flat_map(|reference| resolve(case, reference)) {
            if dependency.number == change.number {
                let way =
                    if next.number == change.number { "itself".to_owned() } else { format!("change {}", next.number) };
                return Some(Rule::DependencyCycle.blocks(format!(
                    "It depends on {way}{}; take one of the Depends-On lines out.",
                    if next.number == change.number { "" } else { ", which in turn depends on this change" }
                )));
            }
            if seen.insert(dependency.number) {
                ahead.push(dependency);
            }
        }
    }
    None
}

/// An open change below this one would be merged with it.
fn open_parent(case: &Case, change: &Change) -> Option<Finding> {
    let parents = change.revision.as_ref().filter(|_| change.status == ChangeStatus::New)?.parents.as_slice();
    let is_parent = |other: &&Change| {
        let commit = other.revision.as_ref().map(|revision| &revision.commit);
        other.status == ChangeStatus::New && commit.is_some_and(|commit| parents.contains(commit))
    };
    let parent = case.changes().iter().find(is_parent)?;
    let number = parent.number;
    Some(if case.shares_window(number) {
        Rule::OpenParent.notes(format!(
            "It stands on change {number} of the same window, so that one has to be deployed before it, or with it."
        ))
    } else {
        Rule::OpenParent.warns(format!(
            "It stands on change {number}, which is open and would go along; schedule that as well, or rebase this one \
             without it."
        ))
    })
}
