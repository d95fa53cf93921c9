// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: find the suites that apply to a change, and keep each under what it belongs to.
//!
//! Must not read or write a test.

use super::background::{Inner, LIBRARY};
use super::{App, Problem};
use crate::change::Change;
use crate::ports::Ports;
use crate::store::Library;
use crate::suite::{Owner, Suite, Test};
use std::collections::{BTreeMap, BTreeSet};

impl Inner {
    /// What the change's own suite belongs to: its Change-Id, which its cherry-picks share, or its number while Gerrit has
    /// not told it.
    pub(super) fn owner_of(&self, gerrit: u64) -> Owner {
        self.key_of(gerrit, |numbered| self.library.suites.contains_key(numbered))
    }

    /// Under what something is kept of a change: its Change-Id, or its number where that is not known or already has it.
    pub(super) fn key_of(&self, gerrit: u64, is_kept: impl Fn(&Owner) -> bool) -> Owner {
        let numbered = Owner::numbered(gerrit);
        let told = self.change(gerrit).map(|change| &change.change_id).filter(|id| !id.is_empty());
        let id = told.or_else(|| self.library.change_ids.get(&gerrit)).cloned();
        match id {
            Some(id) if !is_kept(&numbered) => Owner::Change(id),
            _ => numbered,
        }
    }

    /// What the suites that apply to a change belong to, whether there are any: the change, its repository, the wikis that
    /// it is about.
    pub(super) fn owners_of(&self, gerrit: u64) -> Vec<Owner> {
        let repository = self.change(gerrit).map(|change| Owner::Repository(change.project.clone()));
        let wikis = self.about(gerrit).about.wikis.into_iter().map(Owner::Wiki);
        [self.owner_of(gerrit)].into_iter().chain(repository).chain(wikis).collect()
    }

    /// Every test that applies to a change, with what it belongs to; the change's own first.
    pub(super) fn tests_of(&self, gerrit: u64) -> Vec<(Owner, Test)> {
        let of = |owner: Owner| {
            let tests = self.library.suites.get(&owner).map(|suite| suite.tests.clone()).unwrap_or_default();
            tests.into_iter().map(move |test| (owner.clone(), test))
        };
        self.owners_of(gerrit).into_iter().flat_map(of).collect()
    }

    /// What the suites of every change that is known belong to.
    pub(super) fn owners(&self) -> BTreeMap<u64, Vec<Owner>> {
        self.known_changes().into_iter().map(|gerrit| (gerrit, self.owners_of(gerrit))).collect()
    }

    /// The numbers of all changes of which something is known or kept.
    pub(super) fn known_changes(&self) -> BTreeSet<u64> {
        let known = self.gathered.changes.value().map_or(&[][..], |(_, changes)| changes.as_slice());
        let kept = self.library.suites.keys().chain(self.library.about.keys());
        let numbered = kept.filter_map(|owner| match owner {
            Owner::Change(name) => name.parse().ok(),
            Owner::Repository(_) | Owner::Wiki(_) => None,
        });
        let mut all = self.my_patches();
        all.extend(known.iter().map(|change| change.number).chain(numbered));
        all.extend(self.library.change_ids.keys());
        all
    }

    pub(super) fn change(&self, gerrit: u64) -> Option<&Change> {
        let (_, changes) = self.gathered.changes.value()?;
        changes.iter().find(|change| change.number == gerrit)
    }
}

impl<P: Ports> App<P> {
    /// Keeps the tests of an owner, over those that were there; none takes the suite away. Whoever calls has the turn since
    /// it looked at those.
    pub(super) async fn keep_suite(&self, owner: Owner, tests: Vec<Test>) -> Result<(), Problem> {
        let mut library = self.inner.borrow().library.clone();
        if tests.is_empty() {
            library.suites.remove(&owner);
            forget_change_id(&mut library, &owner);
        } else {
            library.suites.insert(owner, Suite { tests });
        }
        self.keep(LIBRARY, &library).await?;
        self.inner.borrow_mut().library = library;
        self.give_to_change_ids().await;
        self.check_access().await;
        Ok(())
    }

    /// Gives suites, and what was said of wikis, that were kept under a change's number to its Change-Id, now that Gerrit
    /// has told it. Where there is a suite of that already, both stay: nothing is thrown away unasked. Whoever calls has
    /// the turn.
    pub(super) async fn give_to_change_ids(&self) {
        let mut library = self.inner.borrow().library.clone();
        {
            let inner = self.inner.borrow();
            let Some((_, changes)) = inner.gathered.changes.value() else { return };
            for change in changes.iter().filter(|change| !change.change_id.is_empty()) {
                let (numbered, owner) = (Owner::numbered(change.number), Owner::Change(change.change_id.clone()));
                if !library.suites.contains_key(&owner)
                    && let Some(suite) = library.suites.remove(&numbered)
                {
                    library.suites.insert(owner.clone(), suite);
                }
                if !library.about.contains_key(&owner)
                    && let Some(about) = library.about.remove(&numbered)
                {
                    library.about.insert(owner.clone(), about);
                }
                if library.suites.contains_key(&owner) || library.about.contains_key(&owner) {
                    library.change_ids.insert(change.number, change.change_id.clone());
                }
            }
            if library == inner.library {
                return;
            }
        }
        match self.keep(LIBRARY, &library).await {
            Ok(()) => self.inner.borrow_mut().library = library,
            Err(problem) => self.inner.borrow_mut().notice = Some(problem),
        }
    }
}

/// Forgets the Change-Id of a change of which nothing is kept under it any more.
pub(super) fn forget_change_id(library: &mut Library, owner: &Owner) {
    if !library.suites.contains_key(owner) && !library.about.contains_key(owner) {
        library.change_ids.retain(|_, id| Owner::Change(id.clone()) != *owner);
    }
}
