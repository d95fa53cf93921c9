// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: ask one test at once while it is written, so that each assertion shows what it comes to. The tests above that
//! give it a value are asked before it, on the same servers.
//!
//! It is no run: nothing is kept, reported or compared, and nothing that may not be sent is.

use super::background::Inner;
use super::engine::{Progress, perform};
use super::placing::Placed;
use super::refreshing::origin_of;
use super::verifying::{LONGEST_MS, TIMEOUT_MS};
use super::{App, Problem, Tried, TriedAbove};
use crate::check::{Assertion, AssertionResult};
use crate::ports::Ports;
use crate::suite::{Owner, Test, Variables, given_to, givers, origins, text_of};
use crate::verify::{Journal, Outcome, Plan, Stage, Subject};
use futures_util::future::{AbortHandle, Abortable};
use jiff::Timestamp;

/// Answers that are shown, the newest first.
const SHOWN: usize = 12;

/// What a page wants tried; see [`Command::TryTest`](super::Command::TryTest).
pub(super) struct Wanted {
    pub(super) owner: Owner,
    pub(super) gerrit: Option<u64>,
    pub(super) test: Test,
    pub(super) above: Vec<Test>,
    pub(super) on_mwdebug: bool,
}

/// Tests that were asked at once.
#[derive(Debug, Default)]
pub(super) struct Tries {
    /// The newest first; at most one of them waits for its answer.
    pub(super) shown: Vec<Tried>,
    /// What is to be asked for that one, until somebody does.
    wanted: Option<Journal>,
    abort: Option<AbortHandle>,
}

/// Shows how far a try has got.
struct Heard<'a, P>(&'a App<P>);

impl<P: Ports> Progress for Heard<'_, P> {
    async fn outcome(&self, journal: &Journal) {
        self.0.inner.borrow_mut().tries.go_on(journal);
        self.0.publish().await;
    }
}

impl<P: Ports> App<P> {
    /// Notes that a test is to be asked; [`App::work`] does it. One that waits for its answer is given up.
    pub(super) async fn want_try(&self, wanted: Wanted) -> Result<(), Problem> {
        let (tried, plan) = self.inner.borrow().plan_to_try(self.ports.unique(), self.ports.now(), wanted)?;
        let origins = self.without_access(plan.tests.iter().filter_map(|test| origin_of(&test.url)).collect()).await;
        if !origins.is_empty() {
            return Err(Problem::NoAccess { origins });
        }
        self.inner.borrow_mut().tries.begin(tried, plan);
        Ok(())
    }

    pub(super) async fn try_if_wanted(&self) {
        if self.trying.replace(true) {
            return;
        }
        loop {
            let (mut journal, limits, registration) = {
                let mut inner = self.inner.borrow_mut();
                let Some(journal) = inner.tries.wanted.take() else { break };
                let (handle, registration) = AbortHandle::new_pair();
                inner.tries.abort = Some(handle);
                (journal, inner.settings.limits, registration)
            };
            let awake = self.awake();
            // Whoever gave it up has taken it from the list as well.
            Abortable::new(perform(&self.ports, &mut journal, limits, &Heard(self)), registration).await.ok();
            drop(awake);
            self.inner.borrow_mut().tries.end(&journal);
            self.publish().await;
        }
        self.trying.set(false);
    }
}

impl Tries {
    /// Puts a try in front; the one that waits for its answer is given up, and one of the same request shown no more.
    fn begin(&mut self, new: Tried, plan: Plan) {
        self.give_up();
        self.shown.retain(|known| known.owner != new.owner || !known.test.asks_the_same(&new.test));
        self.shown.insert(0, new);
        self.shown.truncate(SHOWN);
        self.wanted = Some(Journal::begin(plan));
    }

    /// Ends the requests of the try that waits for its answer, and shows it no more.
    pub(super) fn give_up(&mut self) {
        self.wanted = None;
        self.shown.retain(|known| known.outcome.is_some());
        if let Some(abort) = self.abort.take() {
            abort.abort();
        }
    }

    /// Notes how far a try has got: what became of the tests above, and who is waited for.
    fn go_on(&mut self, journal: &Journal) {
        let Some(tried) = self.shown.iter_mut().find(|tried| tried.id == journal.plan.id) else { return };
        tried.waits = journal.waits();
        for (place, above) in tried.above.iter_mut().enumerate() {
            above.outcome = came(journal, place, &above.test, &tried.owner);
        }
    }

    /// Notes what came of a try.
    fn end(&mut self, journal: &Journal) {
        self.go_on(journal);
        let Some(tried) = self.shown.iter_mut().find(|tried| tried.id == journal.plan.id) else { return };
        tried.waits.clear();
        tried.outcome = came(journal, tried.above.len(), &tried.test, &tried.owner);
        if tried.outcome.is_none() {
            // Nothing came of it: it is not asked over and over.
            self.shown.retain(|known| known.id != journal.plan.id);
        }
    }
}

impl Inner {
    /// A try and what is asked for it: the test behind those that it cannot do without. What is left out of runs can be
    /// tried all the same, but gives no value to others.
    fn plan_to_try(&self, id: String, at: Timestamp, wanted: Wanted) -> Result<(Tried, Plan), Problem> {
        let Wanted { owner, gerrit, test, mut above, on_mwdebug } = wanted;
        let last = above.len();
        above.push(Test { skip: None, only: None, ..test.clone() });
        let needed = givers(&above, last);
        let written: Vec<Test> = needed.into_iter().chain([last]).filter_map(|at| above.get(at).cloned()).collect();

        let subject = gerrit.map_or_else(Subject::default, |gerrit| self.subject(gerrit, false));
        let owned = written.iter().map(|test| (owner.clone(), test.clone())).collect();
        let Placed { sources, tests, variables } = self.placed_for(&subject, owned)?;

        let stage = if on_mwdebug { Stage::mwdebug(self.settings.backend.clone()) } else { Stage::Production };
        let mut plan = Plan::new(id.clone(), Subject::default(), stage, at, tests, TIMEOUT_MS);
        plan.jobs.retain(Plan::decides);
        plan.sources = sources;
        plan.variables = variables;
        plan.longest_ms = Some(LONGEST_MS);
        plan.switches.clone_from(&self.settings.switches);
        plan.known.clone_from(&self.settings.servers);

        let names = |name: &String| written.iter().any(|test| test.names().contains(name));
        let given = given_to(Some(&owner), &plan.variables).into_iter().filter(|(name, _)| names(name));
        let variables = given.map(|(name, value)| (name, text_of(&value))).collect();
        let of = written.split_last().map_or(&[][..], |(_, above)| above);
        let above = of.iter().map(|test| TriedAbove { test: test.clone(), outcome: None }).collect();
        let (waits, outcome) = (Vec::new(), None);
        Ok((Tried { id, owner, test, above, variables, on_mwdebug, at, waits, outcome }, plan))
    }
}

/// What the test at this place of a try came to, with its assertions as they stand in the form.
fn came(journal: &Journal, place: usize, written: &Test, owner: &Owner) -> Option<Outcome> {
    let whom = journal.plan.stage.deciding().into_iter().next()?;
    let outcome = journal.of(place, &whom)?.clone();
    let asked = journal.plan.tests.get(place)?;
    if asked.assertions == written.assertions {
        return Some(outcome);
    }
    let given: Variables = given_to(Some(owner), &journal.plan.variables);
    let pairs = asked.assertions.iter().zip(origins(written, &given));
    let as_written = |(asked, written): (&Assertion, &Assertion)| {
        let of = outcome.assertions.iter().filter(|result| result.assertion == *asked).cloned();
        of.map(|result| AssertionResult { assertion: written.clone(), ..result }).collect::<Vec<_>>()
    };
    let assertions = pairs.flat_map(as_written).collect();
    Some(Outcome { assertions, ..outcome })
}
