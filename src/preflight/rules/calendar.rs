// SPDX-License-Identifier: GPL-2.0-or-later
//! What the calendar says of the change, and whether Gerrit agrees.

use super::{Case, Slot, is_over, list, named};
use crate::change::{Change, ChangeStatus, Destination};
use crate::preflight::{Finding, Rule};
use crate::schedule::{Patch, PatchKind};

/// Patches that a window takes (<https://wikitech.wikimedia.org/wiki/Backport_windows>).
const LIMIT: usize = 6;

const RULES: [fn(&Case, &Slot) -> Option<Finding>; 7] =
    [backport_window, window_over, patch_limit, submitter, calendar_type, listed_twice, merged_early];

pub(super) fn findings(case: &Case, slot: &Slot) -> Vec<Finding> {
    RULES.iter().filter_map(|rule| rule(case, slot)).collect()
}

fn backport_window(_: &Case, slot: &Slot) -> Option<Finding> {
    let window = slot.window;
    (!window.is_backport).then(|| {
        Rule::BackportWindow.blocks(format!("{} is no backport window; move the entry to one.", named(window)))
    })
}

fn window_over(case: &Case, slot: &Slot) -> Option<Finding> {
    let is_open = case.change?.status == ChangeStatus::New;
    let missed = is_over(slot.window, case.facts.now) && is_open && case.coming().next().is_none();
    missed.then(|| {
        let window = named(slot.window);
        Rule::WindowOver
            .warns(format!("{window} is over and the change is not merged; schedule it again in a coming window."))
    })
}

fn patch_limit(case: &Case, slot: &Slot) -> Option<Finding> {
    if is_over(slot.window, case.facts.now) || !slot.window.is_backport {
        return None;
    }
    let mut patches: Vec<&Patch> = Vec::new();
    for patch in slot.window.patches.iter().filter(|patch| !patch.struck) {
        if !patches.iter().any(|other| other.gerrit == patch.gerrit) {
            patches.push(patch);
        }
    }
    let (within, over) = patches.split_at_checked(LIMIT)?;
    let others: Vec<String> = over.iter().filter(|patch| patch.gerrit != case.facts.gerrit).map(|p| who(p)).collect();
    if over.is_empty() {
        return None;
    }
    let (window, count) = (named(slot.window), patches.len());
    let twins = patches.iter().enumerate().filter(|(at, patch)| patches.iter().take(*at).any(|p| twin(case, p, patch)));
    let reason = if count - twins.count() <= LIMIT { ", where a patch for two branches counts as two" } else { "" };
    Some(match over.iter().position(|patch| patch.gerrit == case.facts.gerrit) {
        Some(at) => {
            let place = within.len() + at + 1;
            let also =
                if others.is_empty() { String::new() } else { format!(" (so {} {})", is(&others), list(&others)) };
            Rule::PatchLimit.blocks(format!(
                "This patch is number {place} of {count} in {window}, which takes {LIMIT}{reason}{also}; \
                 move it to another window."
            ))
        }
        None => Rule::PatchLimit.notes(format!(
            "{window} has {count} patches and takes {LIMIT}{reason}; this one fits, and {} too many.",
            if others.len() == 1 { format!("{} is", list(&others)) } else { format!("{} are", list(&others)) }
        )),
    })
}

fn is(others: &[String]) -> &'static str {
    if others.len() == 1 { "is" } else { "are" }
}

fn who(patch: &Patch) -> String {
    let nicks: Vec<&str> = patch.nicks.iter().map(crate::schedule::Nick::as_str).collect();
    if nicks.is_empty() { patch.gerrit.to_string() } else { format!("{} of {}", patch.gerrit, list(&nicks)) }
}

/// Whether two patches are one change for two branches: by Change-Id where Gerrit told of both, else by title.
fn twin(case: &Case, a: &Patch, b: &Patch) -> bool {
    let in_gerrit = |patch: &Patch| case.changes().iter().find(|change| change.number == patch.gerrit);
    if let (Some(a), Some(b)) = (in_gerrit(a), in_gerrit(b)) {
        return a.change_id == b.change_id && a.project == b.project && a.branch != b.branch;
    }
    match (&a.kind, &b.kind) {
        (PatchKind::Branch(one), PatchKind::Branch(other)) => one != other && a.title == b.title && !a.title.is_empty(),
        _ => false,
    }
}

fn submitter(case: &Case, slot: &Slot) -> Option<Finding> {
    if !slot.patch.nicks.is_empty() || is_over(slot.window, case.facts.now) {
        return None;
    }
    let so = if slot.patch.placeholder {
        "The entry still stands under the placeholder irc-nickname"
    } else {
        "The entry stands under no IRC nick"
    };
    Some(Rule::Submitter.blocks(format!(
        "{so}, so jouncebot calls nobody when the window opens; put {{{{ircnick|your nick}}}} above it."
    )))
}

fn calendar_type(case: &Case, slot: &Slot) -> Option<Finding> {
    let change = case.change?;
    let wanted = match change.destination() {
        Destination::Config => "config".to_owned(),
        Destination::Backport { version } => version,
        Destination::Development | Destination::Elsewhere => return None,
    };
    let stated = String::from(slot.patch.kind.clone());
    // People leave a version's beginning or its dots away, and name two branches in one entry.
    let (said, meant) = (numbers(&stated), numbers(&wanted));
    let named =
        !said.is_empty() && (meant.ends_with(&said) || said.windows(meant.len().max(1)).any(|some| some == meant));
    if stated == wanted || named {
        return None;
    }
    let Change { project, branch, .. } = change;
    Some(if slot.patch.kind == PatchKind::Unstated {
        Rule::CalendarType.notes(format!("The entry does not say its type; add type={wanted}."))
    } else if !said.is_empty() || slot.patch.kind == PatchKind::Config {
        Rule::CalendarType.blocks(format!(
            "The entry says type={stated}, and in Gerrit it is a change to {project} on {branch}; \
             correct the number, or write type={wanted}."
        ))
    } else {
        Rule::CalendarType
            .notes(format!("The entry's type={stated} is neither config nor a branch; write type={wanted}."))
    })
}

fn numbers(version: &str) -> Vec<u32> {
    version.split(|letter: char| !letter.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

fn listed_twice(case: &Case, slot: &Slot) -> Option<Finding> {
    if is_over(slot.window, case.facts.now) {
        return None;
    }
    let others = case.coming().filter(|(_, patch)| !std::ptr::eq(*patch, slot.patch));
    let mut places: Vec<String> = others
        .map(|(window, _)| {
            if std::ptr::eq(window, slot.window) {
                "in this same window".to_owned()
            } else {
                format!("in {}", named(window))
            }
        })
        .collect();
    places.dedup();
    (!places.is_empty()).then(|| {
        Rule::ListedTwice.warns(format!("The change is listed once more {}; take one entry out.", list(&places)))
    })
}

fn merged_early(case: &Case, slot: &Slot) -> Option<Finding> {
    let early = case.change?.status == ChangeStatus::Merged && case.facts.now < slot.window.start;
    early.then(|| {
        Rule::MergedEarly.notes(
            "The change is merged before its window opens; tell the deployer whether it is deployed already, \
             since a merged change goes along with the next deployment.",
        )
    })
}
