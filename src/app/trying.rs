// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: ask one test at once while it is written, so that each assertion shows what it comes to.
//!
//! It is no run: nothing is kept, reported or compared, and nothing that may not be sent is.

use super::background::Inner;
use super::engine::{Progress, perform};
use super::refreshing::origin_of;
use super::settings::valid;
use super::verifying::TIMEOUT_MS;
use super::{App, Problem, Tried};
use crate::ports::Ports;
use crate::suite::{Owner, Test};
use crate::verify::{Journal, Plan, Stage, Subject};
use futures_util::future::{AbortHandle, Abortable};

/// Answers that are shown, the newest first.
const SHOWN: usize = 12;

/// Nobody hears of a try before its end.
struct Unheard;

impl Progress for Unheard {
    async fn outcome(&self, _journal: &Journal) {}
}

impl<P: Ports> App<P> {
    /// Notes that a test is to be asked; [`App::work`] does it. One that waits for its answer is given up.
    pub(super) async fn want_try(&self, owner: Owner, test: Test, on_mwdebug: bool) -> Result<(), Problem> {
        valid(&test)?;
        let origins = self.without_access(origin_of(&test.url).into_iter().collect()).await;
        if !origins.is_empty() {
            return Err(Problem::NoAccess { origins });
        }
        let tried = Tried { id: self.ports.unique(), owner, test, on_mwdebug, at: self.ports.now(), outcome: None };
        let mut inner = self.inner.borrow_mut();
        if let Some(abort) = inner.abort_try.take() {
            abort.abort();
        }
        let is_another = |known: &Tried| known.owner != tried.owner || !known.test.asks_the_same(&tried.test);
        inner.tried.retain(|known| known.outcome.is_some() && is_another(known));
        inner.tried.insert(0, tried);
        inner.tried.truncate(SHOWN);
        Ok(())
    }

    pub(super) async fn try_if_wanted(&self) {
        if self.trying.replace(true) {
            return;
        }
        loop {
            let (wanted, limits, registration) = {
                let mut inner = self.inner.borrow_mut();
                let Some(wanted) = inner.tried.iter().find(|tried| tried.outcome.is_none()).cloned() else { break };
                let (handle, registration) = AbortHandle::new_pair();
                inner.abort_try = Some(handle);
                (wanted, inner.settings.limits, registration)
            };
            let mut journal = Journal::begin(self.inner.borrow().plan_to_try(&wanted));
            let awake = self.awake();
            // Whoever gave it up has taken it from the list as well.
            Abortable::new(perform(&self.ports, &mut journal, limits, &Unheard), registration).await.ok();
            drop(awake);
            self.took(&wanted.id, &journal);
            self.publish().await;
        }
        self.trying.set(false);
    }

    fn took(&self, id: &str, journal: &Journal) {
        let mut inner = self.inner.borrow_mut();
        let outcome = journal.outcomes.values().next().cloned();
        match (inner.tried.iter().position(|tried| tried.id == id), outcome) {
            (Some(place), Some(outcome)) => {
                if let Some(tried) = inner.tried.get_mut(place) {
                    tried.outcome = Some(outcome);
                }
            }
            // Nothing came of it: it is not asked over and over.
            (Some(place), None) => drop(inner.tried.remove(place)),
            (None, _) => {}
        }
    }
}

impl Inner {
    /// The one job of a try. What is left out of runs can be tried all the same.
    fn plan_to_try(&self, wanted: &Tried) -> Plan {
        let stage = if wanted.on_mwdebug { Stage::mwdebug(self.settings.backend.clone()) } else { Stage::Production };
        let test = Test { skip: None, only: None, ..wanted.test.clone() };
        let mut plan = Plan::new(wanted.id.clone(), Subject::default(), stage, wanted.at, vec![test], TIMEOUT_MS);
        plan.jobs.retain(Plan::decides);
        plan.switches.clone_from(&self.settings.switches);
        plan.known.clone_from(&self.settings.servers);
        plan
    }
}
