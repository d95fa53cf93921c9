// SPDX-License-Identifier: GPL-2.0-or-later
//! Performs a run: sends what is pending, a few at a time, and weighs what comes.

use crate::ports::{Clock, Http};
use crate::verify::{Journal, Outcome};

/// How many requests may be in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// To one host.
    pub per_host: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_host: 6 }
    }
}

/// Hears of a run's progress.
pub trait Progress {
    /// An outcome has come; it is already in the journal. `false` ends the run.
    async fn outcome(&self, journal: &Journal, place: usize, outcome: &Outcome) -> bool;
}

/// Performs every pending job of `journal`, at most `limits` at a time, and writes each outcome into it.
/// It comes back when nothing is pending, or when `progress` says so.
pub async fn perform<P: Http + Clock>(_ports: &P, _journal: &mut Journal, _limits: Limits, _progress: &impl Progress) {}
