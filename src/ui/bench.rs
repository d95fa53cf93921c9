// SPDX-License-Identifier: GPL-2.0-or-later
//! Whose tests are edited: a change's own, or those that it shares with others.

use crate::app::State;
use crate::suite::{Owner, Suite};

/// Whose tests are edited.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bench {
    /// A change's own, by its Gerrit number.
    Change(u64),
    /// A repository's or a wiki's.
    Shared(Owner),
}

impl Bench {
    /// The name under which its draft is kept, which a change has before its Change-Id is known.
    pub(super) fn key(&self) -> Owner {
        match self {
            Self::Change(gerrit) => Owner::numbered(*gerrit),
            Self::Shared(owner) => owner.clone(),
        }
    }

    /// What is saved for it.
    pub(super) fn suite<'s>(&self, state: &'s State) -> Option<&'s Suite> {
        match self {
            Self::Change(gerrit) => state.suite_of(*gerrit),
            Self::Shared(owner) => state.suites.get(owner),
        }
    }
}

/// Whose tests, for people: `repository mediawiki/extensions/Echo`.
pub(super) fn named(owner: &Owner) -> String {
    match owner {
        Owner::Change(_) => "this change".to_owned(),
        Owner::Repository(name) => format!("repository {name}"),
        Owner::Wiki(name) => format!("wiki {name}"),
    }
}
