// SPDX-License-Identifier: GPL-2.0-or-later
//! A run of the engine, without a background and without a command around it.

use backport_verify::app::{Progress, perform};
use backport_verify::ports::{Clock, Http};
use backport_verify::suite::Test;
use backport_verify::verify::{Ending, Journal, Limits, Plan, Stage, Subject, Verdict};
use jiff::Timestamp;

struct Silent;

impl Progress for Silent {
    async fn outcome(&self, _: &Journal) {}
}

/// Runs the tests on a stage until nothing is pending.
pub(crate) async fn run<P: Http + Clock>(ports: &P, tests: &[Test], stage: Stage, limits: Limits) -> Journal {
    let plan = Plan::new("run".into(), Subject::default(), stage, Timestamp::now(), tests.to_vec(), 20_000);
    let mut journal = Journal::begin(plan);
    perform(ports, &mut journal, limits, &Silent).await;
    journal.ended = Some((Timestamp::now(), Ending::Finished));
    journal
}

/// The same where every answer is there at once.
pub(crate) fn performed<P: Http + Clock>(ports: &P, tests: &[Test], stage: Stage) -> Journal {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(run(ports, tests, stage, Limits::default()))
}

/// What each test came to.
pub(crate) fn verdicts(journal: &Journal) -> Vec<Verdict> {
    (0..journal.plan.tests.len()).filter_map(|test| Some(journal.deciding(test)?.verdict)).collect()
}
