// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: find the suites that apply to a change, and keep each under what it belongs to.
//!
//! Must not read or write a test.

use super::background::{Inner, LIBRARY};
use super::{App, Problem};
use crate::change::Change;
use crate::ports::Ports;
use crate::suite::{Owner, Suite, Test, wikis_in};
use std::collections::BTreeMap;

impl Inner {
    /// What the change's own suite belongs to: its Change-Id, which its cherry-picks share, or its number while Gerrit has
    /// not told it.
    pub(super) fn owner_of(&self, gerrit: u64) -> Owner {
        let numbered = Owner::numbered(gerrit);
        let told = self.change(gerrit).map(|change| &change.change_id).filter(|id| !id.is_empty());
        let id = told.or_else(|| self.library.change_ids.get(&gerrit)).cloned();
        match id {
            Some(id) if !self.library.suites.contains_key(&numbered) => Owner::Change(id),
            _ => numbered,
        }
    }

    /// What the suites that apply to a change belong to, whether there are any: the change, its repository, the wikis that
    /// its title names.
    pub(super) fn owners_of(&self, gerrit: u64) -> Vec<Owner> {
        let change = self.change(gerrit);
        let repository = change.map(|change| Owner::Repository(change.project.clone()));
        let title = change.map_or("", |change| change.subject.as_str());
        let wikis = wikis_in(title).into_iter().map(Owner::Wiki);
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
        let known = self.gathered.changes.value().map_or(&[][..], |(_, changes)| changes.as_slice());
        let numbered = self.library.suites.keys().filter_map(|owner| match owner {
            Owner::Change(name) => name.parse().ok(),
            Owner::Repository(_) | Owner::Wiki(_) => None,
        });
        let all =
            known.iter().map(|change| change.number).chain(numbered).chain(self.library.change_ids.keys().copied());
        all.map(|gerrit| (gerrit, self.owners_of(gerrit))).collect()
    }

    fn change(&self, gerrit: u64) -> Option<&Change> {
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
            library.change_ids.retain(|_, id| Owner::Change(id.clone()) != owner);
        } else {
            library.suites.insert(owner, Suite { tests });
        }
        self.keep(LIBRARY, &library).await?;
        self.inner.borrow_mut().library = library;
        self.give_to_change_ids().await;
        self.check_access().await;
        Ok(())
    }

    /// Gives suites that were kept under a change's number to its Change-Id, now that Gerrit has told it. Where there is a
    /// suite of that already, both stay: nothing is thrown away unasked. Whoever calls has the turn.
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
                if library.suites.contains_key(&owner) {
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
