// SPDX-License-Identifier: GPL-2.0-or-later
//! The rules: those of the page "Backport windows" and the checks of `scap backport` (repository `mediawiki/tools/scap`,
//! `scap/backport.py`), a file for each station.
//!
//! Must not judge what cannot be known from outside: whether communities were told, whether the fix is one of a
//! regression and was tried on the Beta Cluster, whether submitter and deployer are there and at ease with it, and which
//! branches are checked out on the deployment server without being live.

mod branch;
mod calendar;
mod dependencies;
mod files;
mod gerrit;

use super::{Facts, Finding, Rule};
use crate::change::{Change, ChangeStatus, Destination};
use crate::schedule::{Patch, Window};
use jiff::Timestamp;

/// A change in its surroundings.
pub(super) struct Case<'a> {
    pub(super) facts: &'a Facts<'a>,
    /// As Gerrit has it; `None` where Gerrit was not read, or does not know it.
    pub(super) change: Option<&'a Change>,
    /// Its entry on the calendar.
    pub(super) slot: Option<Slot<'a>>,
}

/// An entry of the calendar.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot<'a> {
    pub(super) window: &'a Window,
    pub(super) patch: &'a Patch,
    /// Its place among those that are not struck; the first is 1.
    pub(super) place: Option<usize>,
}

impl<'a> Case<'a> {
    /// Gathers what belongs to the change that `facts` are about.
    pub(super) fn of(facts: &'a Facts<'a>) -> Self {
        let change = facts.changes.and_then(|changes| changes.iter().find(|change| change.number == facts.gerrit));
        Self { facts, change, slot: slot(facts) }
    }

    /// The entry, where it is not struck.
    fn standing(&self) -> Option<&Slot<'a>> {
        self.slot.as_ref().filter(|slot| !slot.patch.struck)
    }

    /// Every entry of the change in a window that is not over, struck ones apart.
    pub(super) fn coming(&self) -> impl Iterator<Item = (&'a Window, &'a Patch)> {
        let (gerrit, now) = (self.facts.gerrit, self.facts.now);
        let windows = self.facts.schedule.into_iter().flat_map(|schedule| &schedule.windows);
        let coming = windows.filter(move |window| !is_over(window, now));
        coming.flat_map(move |window| {
            let mine = window.patches.iter().filter(move |patch| patch.gerrit == gerrit && !patch.struck);
            mine.map(move |patch| (window, patch))
        })
    }

    /// Whether another change stands, not struck, in the window of this one.
    fn shares_window(&self, number: u64) -> bool {
        let patches = self.standing().map(|slot| slot.window.patches.as_slice()).unwrap_or_default();
        patches.iter().any(|patch| patch.gerrit == number && !patch.struck)
    }

    /// All that Gerrit told.
    fn changes(&self) -> &'a [Change] {
        self.facts.changes.unwrap_or_default()
    }

    /// The same change on other branches.
    fn siblings(&self, change: &Change) -> impl Iterator<Item = &'a Change> {
        let (number, id, project) = (change.number, change.change_id.clone(), change.project.clone());
        self.changes()
            .iter()
            .filter(move |other| other.number != number && other.change_id == id && other.project == project)
    }

    /// The change itself where it is on the development branch, else its sibling there.
    pub(super) fn on_development(&self, change: &'a Change) -> Option<&'a Change> {
        let mut same = std::iter::once(change).chain(self.siblings(change));
        same.find(|one| one.destination() == Destination::Development && one.status != ChangeStatus::Abandoned)
    }

    /// Versions that wikis run, newest first, as far as they are cut from a release branch.
    fn live(&self) -> Vec<(&'a str, usize)> {
        let live = self.facts.versions.map(crate::deployed::Wikiversions::live).unwrap_or_default();
        live.into_iter().filter(|(version, _)| version.starts_with(|first: char| first.is_ascii_digit())).collect()
    }
}

/// Every finding of every rule, in no order.
pub(super) fn findings(case: &Case) -> Vec<Finding> {
    let calendar = || case.standing().map(|slot| calendar::findings(case, slot)).unwrap_or_default();
    let Some(change) = case.change else {
        let mut found: Vec<Finding> = calendar();
        let unknown = case.facts.changes.map(|_| {
            let number = case.facts.gerrit;
            let place = if case.slot.is_some() { " in the calendar entry" } else { "" };
            Rule::Exists.blocks(format!("Gerrit knows no change {number}; check the number{place}."))
        });
        found.extend(unknown);
        return found;
    };
    let mut found = gerrit::findings(case, change);
    let is_done = change.status == ChangeStatus::Merged
        && case.slot.as_ref().is_some_and(|slot| is_over(slot.window, case.facts.now));
    if is_done {
        return found;
    }
    found.extend(calendar());
    if change.status != ChangeStatus::Abandoned {
        found.extend(branch::findings(case, change));
        found.extend(files::findings(change));
        found.extend(dependencies::findings(case, change));
    }
    found
}

fn slot<'a>(facts: &Facts<'a>) -> Option<Slot<'a>> {
    let windows = &facts.schedule?.windows;
    let entry = |window: &'a Window, struck: bool| {
        let patch = window.patches.iter().find(|patch| patch.gerrit == facts.gerrit && patch.struck == struck)?;
        let mut standing = window.patches.iter().filter(|patch| !patch.struck);
        let place = standing.position(|other| std::ptr::eq(other, patch)).map(|before| before + 1);
        Some(Slot { window, patch, place })
    };
    let Some(start) = facts.window else {
        let coming = windows.iter().filter(|window| !is_over(window, facts.now));
        return coming.filter_map(|window| entry(window, false)).min_by_key(|slot| slot.window.start);
    };
    // Several windows may open at once.
    let at = || windows.iter().filter(|window| window.start == start);
    at().find_map(|window| entry(window, false)).or_else(|| at().find_map(|window| entry(window, true)))
}

fn is_over(window: &Window, now: Timestamp) -> bool {
    window.end <= now
}

/// A window as a sentence names it.
fn named(window: &Window) -> String {
    format!("{} on {}", window.name, window.start.strftime("%A %-d %B, %H:%M UTC"))
}

/// `a, b and c`.
fn list<T: AsRef<str>>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}
