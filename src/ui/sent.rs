// SPDX-License-Identifier: GPL-2.0-or-later
//! What a page has sent and waits for an answer to.
//!
//! Must not know what the answer is.

use super::bench::Bench;
use super::seam::Effect;
use crate::app::Command;
use crate::suite::{Owner, Test};

/// What was sent, as far as the page does something with the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sent {
    Settings,
    Tests { bench: Bench, began: Vec<Test>, tests: Vec<Test> },
    Draft(Owner),
    Added(u64),
    Examine(u64),
    Other,
}

impl Sent {
    /// Whether it asks that these be the tests of a bench.
    pub(super) fn saves(&self, of: &Bench, saved: &[Test]) -> bool {
        matches!(self, Self::Tests { bench, tests, .. } if bench == of && tests == saved)
    }

    /// Whether it saves the tests of a bench.
    pub(super) fn is_of(&self, of: &Bench) -> bool {
        matches!(self, Self::Tests { bench, .. } if bench == of)
    }

    /// What it puts in the place of these tests of a bench, where it does.
    fn saves_over(&self, of: &Bench, saved: &[Test]) -> Option<&[Test]> {
        match self {
            Self::Tests { bench, began, tests } if bench == of && began == saved => Some(tests),
            _ => None,
        }
    }

    /// What is saved for a bench once all that was sent is done, where it is `saved` now: what a page saves after that
    /// begins from it.
    pub(super) fn all_done<'s>(sent: &'s [Self], bench: &Bench, saved: &'s [Test]) -> &'s [Test] {
        sent.iter().fold(saved, |saved, sent| sent.saves_over(bench, saved).unwrap_or(saved))
    }

    /// What an effect sends.
    pub(super) fn of(effect: &Effect) -> Option<Self> {
        match effect {
            Effect::Send(command) | Effect::RequestAccess { then: command, .. } => Some(Self::by(command)),
            Effect::Open(_) | Effect::Copy(_) | Effect::Focus(_) | Effect::Download { .. } | Effect::ReadTab { .. } => {
                None
            }
        }
    }

    /// What is sent by a command.
    pub(super) fn by(command: &Command) -> Self {
        match command {
            Command::SaveSettings { .. } => Self::Settings,
            Command::SaveTests { gerrit, owner, began, tests } => {
                let bench = owner.clone().map_or(Bench::Change(*gerrit), Bench::Shared);
                Self::Tests { bench, began: began.clone(), tests: tests.clone() }
            }
            Command::KeepDraft { owner, .. } => Self::Draft(owner.clone()),
            Command::AddTests { gerrit, .. } => Self::Added(*gerrit),
            Command::Examine { gerrit } => Self::Examine(*gerrit),
            _ => Self::Other,
        }
    }
}
