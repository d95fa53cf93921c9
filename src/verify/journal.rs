// SPDX-License-Identifier: GPL-2.0-or-later
//! The journal of a run: its plan and every outcome as it came.

use super::comparison::Comparison;
use super::outcome::{Outcome, Verdict};
use super::plan::{Plan, Target};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a run came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Every job has an outcome.
    Finished,
    /// The user cancelled it.
    Cancelled,
}

/// A run as far as it has got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    /// What it is going to do.
    pub plan: Plan,
    /// Outcomes, by the job's place in the plan.
    pub outcomes: BTreeMap<usize, Outcome>,
    /// When and how it ended; `None` while it runs.
    pub ended: Option<(Timestamp, Ending)>,
}

/// The counts of a run's deciding jobs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Jobs that decide.
    pub total: usize,
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Inconclusive.
    pub inconclusive: usize,
    /// Passed and failed before.
    pub fixed: usize,
    /// Passed, but passed before as well.
    pub kept: usize,
}

impl Journal {
    /// A run that is about to begin.
    #[must_use]
    pub const fn begin(plan: Plan) -> Self {
        Self { plan, outcomes: BTreeMap::new(), ended: None }
    }

    /// Places of the jobs that have no outcome yet.
    #[must_use]
    pub fn pending(&self) -> Vec<usize> {
        (0..self.plan.jobs.len()).filter(|place| !self.outcomes.contains_key(place)).collect()
    }

    /// The verdict of an ended run; `None` while it runs. A run without a test, a cancelled one and one with an
    /// outcome missing never pass.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        None
    }

    /// The counts so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally::default()
    }

    /// The outcome of `test` (a place in the plan's tests) that decides, if it has come.
    #[must_use]
    pub fn deciding(&self, test: usize) -> Option<&Outcome> {
        self.outcome(test, |target| *target != Target::Baseline)
    }

    /// The outcome of `test` on production before the fleet sync, if it was asked for and has come.
    #[must_use]
    pub fn baseline(&self, test: usize) -> Option<&Outcome> {
        self.outcome(test, |target| *target == Target::Baseline)
    }

    /// How `test` stands to its baseline; `None` without one or before both outcomes have come.
    #[must_use]
    pub fn comparison(&self, test: usize) -> Option<Comparison> {
        Some(Comparison::of(self.baseline(test)?.verdict, self.deciding(test)?.verdict))
    }

    fn outcome(&self, test: usize, wanted: impl Fn(&Target) -> bool) -> Option<&Outcome> {
        let place = self.plan.jobs.iter().position(|job| job.test == test && wanted(&job.target))?;
        self.outcomes.get(&place)
    }
}
