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
    Tests { bench: Bench, tests: Vec<Test> },
    Draft(Owner),
    Added(u64),
    Examine(u64),
    Other,
}

impl Sent {
    /// Whether it asks that these be the tests of a bench.
    pub(super) fn saves(&self, of: &Bench, saved: &[Test]) -> bool {
        matches!(self, Self::Tests { bench, tests } if bench == of && tests == saved)
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
            Command::SaveTests { gerrit, owner, tests } => {
                let bench = owner.clone().map_or(Bench::Change(*gerrit), Bench::Shared);
                Self::Tests { bench, tests: tests.clone() }
            }
            Command::KeepDraft { owner, .. } => Self::Draft(owner.clone()),
            Command::AddTests { gerrit, .. } => Self::Added(*gerrit),
            Command::Examine { gerrit } => Self::Examine(*gerrit),
            _ => Self::Other,
        }
    }
}
