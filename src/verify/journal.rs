// SPDX-License-Identifier: GPL-2.0-or-later
//! The journal of a run: its plan and every outcome as it came.

use super::comparison::Comparison;
use super::outcome::{Outcome, Verdict};
use super::plan::{Plan, Stage, Target};
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
    /// The browser ended it, and it was found too late to go on.
    Interrupted,
    /// It took so long that its first answers are no longer now.
    TooLong,
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
        let (_, ending) = self.ended?;
        let tally = self.tally();
        Some(if ending != Ending::Finished || tally.total == 0 {
            Verdict::Inconclusive
        } else if tally.failed > 0 {
            Verdict::Fail
        } else if tally.passed == tally.total {
            Verdict::Pass
        } else {
            Verdict::Inconclusive
        })
    }

    /// The counts so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let mut tally =
            Tally { total: self.plan.jobs.iter().filter(|job| Plan::decides(job)).count(), ..Tally::default() };
        for test in 0..self.plan.tests.len() {
            match self.deciding(test).map(|outcome| outcome.verdict) {
                Some(Verdict::Pass) => tally.passed += 1,
                Some(Verdict::Fail) => tally.failed += 1,
                Some(Verdict::Inconclusive) => tally.inconclusive += 1,
                None => {}
            }
            match self.comparison(test) {
                Some(Comparison::Fixed) => tally.fixed += 1,
                Some(Comparison::Kept) => tally.kept += 1,
                _ => {}
            }
        }
        tally
    }

    /// The first deciding outcome that is no pass, failures before doubts, with its test's place.
    #[must_use]
    pub fn first_trouble(&self) -> Option<(usize, &Outcome)> {
        let of = |verdict: Verdict| {
            (0..self.plan.tests.len())
                .filter_map(|test| Some((test, self.deciding(test)?)))
                .find(|(_, outcome)| outcome.verdict == verdict)
        };
        of(Verdict::Fail).or_else(|| of(Verdict::Inconclusive))
    }

    /// Whether the run verifies the whole fleet, not the test servers.
    #[must_use]
    pub fn on_production(&self) -> bool {
        self.plan.stage == Stage::Production
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

#[cfg(test)]
mod tests {
    use super::{Ending, Journal};
    use crate::debug::Backend;
    use crate::suite::Test;
    use crate::verify::{Comparison, Evidence, Outcome, Plan, Reason, Stage, Subject, Verdict};
    use jiff::Timestamp;

    fn journal(tests: usize, stage: Stage) -> Journal {
        let tests = vec![Test::default(); tests];
        Journal::begin(Plan::new("1".into(), Subject::default(), stage, Timestamp::UNIX_EPOCH, tests, 1000))
    }

    fn mwdebug() -> Stage {
        Stage::Mwdebug { backend: Backend::default() }
    }

    fn outcome(verdict: Verdict) -> Outcome {
        Outcome { verdict, ..Outcome::inconclusive(Reason::NoAssertion, Evidence::default()) }
    }

    fn ended(mut journal: Journal, verdicts: &[Verdict], ending: Ending) -> Journal {
        journal.outcomes = verdicts.iter().map(|verdict| outcome(*verdict)).enumerate().collect();
        journal.ended = Some((Timestamp::UNIX_EPOCH, ending));
        journal
    }

    fn verdict(verdicts: &[Verdict], ending: Ending) -> Option<Verdict> {
        ended(journal(2, Stage::Production), verdicts, ending).verdict()
    }

    #[test]
    fn a_run_passes_only_when_every_deciding_job_passed() {
        use Verdict::{Fail, Inconclusive, Pass};
        assert_eq!(verdict(&[Pass, Pass], Ending::Finished), Some(Pass));
        assert_eq!(verdict(&[Pass, Fail], Ending::Finished), Some(Fail));
        assert_eq!(verdict(&[Inconclusive, Fail], Ending::Finished), Some(Fail));
        assert_eq!(verdict(&[Pass, Inconclusive], Ending::Finished), Some(Inconclusive));
        assert_eq!(verdict(&[Pass], Ending::Finished), Some(Inconclusive));
        assert_eq!(verdict(&[Pass, Pass], Ending::Cancelled), Some(Inconclusive));
        assert_eq!(verdict(&[Pass, Pass], Ending::Interrupted), Some(Inconclusive));
    }

    #[test]
    fn a_run_without_a_test_and_one_that_goes_on_do_not_pass() {
        assert_eq!(ended(journal(0, Stage::Production), &[], Ending::Finished).verdict(), Some(Verdict::Inconclusive));
        assert_eq!(journal(1, Stage::Production).verdict(), None);
    }

    #[test]
    fn the_baseline_explains_and_does_not_decide() {
        // Jobs of one test on mwdebug: the backend first, then the baseline.
        let fixed = ended(journal(1, mwdebug()), &[Verdict::Pass, Verdict::Fail], Ending::Finished);
        assert_eq!(fixed.verdict(), Some(Verdict::Pass));
        assert_eq!(fixed.comparison(0), Some(Comparison::Fixed));
        assert_eq!((fixed.tally().total, fixed.tally().fixed), (1, 1));
        let regressed = ended(journal(1, mwdebug()), &[Verdict::Fail, Verdict::Pass], Ending::Finished);
        assert_eq!(regressed.verdict(), Some(Verdict::Fail));
        assert_eq!(regressed.comparison(0), Some(Comparison::Regressed));
    }

    #[test]
    fn pending_jobs_are_those_without_an_outcome() {
        let mut journal = journal(2, mwdebug());
        journal.outcomes.insert(1, outcome(Verdict::Pass));
        assert_eq!(journal.pending(), [0, 2, 3]);
    }

    #[test]
    fn a_failure_is_told_before_a_doubt() {
        let journal = ended(
            journal(3, Stage::Production),
            &[Verdict::Pass, Verdict::Inconclusive, Verdict::Fail],
            Ending::Finished,
        );
        assert_eq!(journal.first_trouble().map(|(test, _)| test), Some(2));
    }
}
