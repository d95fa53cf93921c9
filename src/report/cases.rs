// SPDX-License-Identifier: GPL-2.0-or-later
//! A run as a list of cases, one a test and server that decides, for formats that know nothing of stages and baselines.
//!
//! Must not judge: a case is what the journal has.

use crate::suite::Test;
use crate::verify::{Comparison, Doubt, Ending, Journal, Outcome, Reason, Target, Verdict};

/// A test on one of the servers that decide.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    /// The test.
    pub test: &'a Test,
    /// Who was asked: a backend's name, or `production`.
    pub column: String,
    /// What came of it.
    pub came: Came<'a>,
    /// How it stands to the baseline; `None` without one.
    pub comparison: Option<Comparison>,
}

/// What came of a case.
#[derive(Debug, Clone)]
pub enum Came<'a> {
    /// This.
    Outcome(Box<Outcome>),
    /// It was left out as the test says, for this reason.
    LeftOut(&'a str),
    /// Nothing: the run ended before.
    NotRun,
}

/// Every case of a run: the tests in their order, each on the servers in theirs. The baseline is none, because it decides
/// nothing.
#[must_use]
pub fn cases(journal: &Journal) -> Vec<Case<'_>> {
    let targets = journal.plan.stage.deciding();
    let of = |(place, test)| {
        let case = move |target: &Target| {
            let compared = journal.baseline(place).zip(journal.of(place, target));
            let comparison = compared.map(|(before, now)| Comparison::of(before.verdict, now.verdict));
            Case { test, column: column(target), came: came(journal, place, target), comparison }
        };
        targets.iter().map(case).collect::<Vec<_>>()
    };
    journal.plan.tests.iter().enumerate().flat_map(of).collect()
}

/// Why a run proves nothing although each of its cases may pass; `None` where the cases say it all.
#[must_use]
pub fn doubt_of_run(journal: &Journal) -> Option<&'static str> {
    match journal.ended.map(|(_, ending)| ending) {
        None => Some("the run is not over"),
        Some(Ending::Cancelled) => Some("the run was cancelled before it was done"),
        Some(Ending::Interrupted) => Some("the run was interrupted before it was done"),
        Some(Ending::TooLong) => Some("the run took too long, so its first answers may be old"),
        Some(Ending::Finished) if journal.tally().total == 0 => Some("the run has no test"),
        Some(Ending::Finished) => None,
    }
}

fn column(target: &Target) -> String {
    match target {
        Target::Debug { backend } => backend.to_string(),
        Target::Production => "production".to_owned(),
        Target::Baseline => "baseline".to_owned(),
    }
}

fn came<'a>(journal: &'a Journal, place: usize, target: &Target) -> Came<'a> {
    if let Some(why) = journal.plan.left_out(place) {
        return Came::LeftOut(why);
    }
    let Some(outcome) = journal.of(place, target) else { return Came::NotRun };
    if outcome.verdict != Verdict::Pass {
        return Came::Outcome(Box::new(outcome.clone()));
    }
    // A pass is none where the test had to fail before and is not known to have.
    match journal.deciding(place) {
        Some(deciding) if is_of_before(&deciding) => {
            let (assertions, evidence) = (outcome.assertions.clone(), outcome.evidence.clone());
            Came::Outcome(Box::new(Outcome { assertions, evidence, ..deciding.into_owned() }))
        }
        None if journal.came(place).is_some() => Came::NotRun,
        _ => Came::Outcome(Box::new(outcome.clone())),
    }
}

const fn is_of_before(outcome: &Outcome) -> bool {
    matches!(&outcome.reason, Some(Reason::Doubt { doubt: Doubt::PassedBefore | Doubt::BeforeUnknown }))
}
