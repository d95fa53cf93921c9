// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: keep settings and tests.

use super::background::SETTINGS;
use super::placing::named as named_values;
use super::{App, Problem, SettingsForm};
use crate::debug::{Backend, Realm};
use crate::ports::Ports;
use crate::schedule::Nick;
use crate::store::Webhook;
use crate::suite::{Owner, Test};
use crate::verify::{Limits, LimitsError};

impl<P: Ports> App<P> {
    pub(super) async fn save_settings(&self, form: &SettingsForm) -> Result<(), Problem> {
        let mut settings = self.inner.borrow().settings.clone();
        settings.nick = Nick::new(&form.nick);
        settings.backend = named(&form.backend)?;
        if let Some(also) = &form.also {
            settings.also = also.iter().map(|name| named(name)).collect::<Result<_, _>>()?;
        }
        match form.webhook.as_deref().map(str::trim) {
            None => {}
            Some("") => settings.webhook = None,
            Some(url) => {
                let webhook = Webhook::new(url).map_err(|error| Problem::BadSetting { detail: error.to_string() })?;
                settings.webhook = Some(webhook);
            }
        }
        settings.reminders = form.reminders.unwrap_or(settings.reminders);
        if let Some(switches) = &form.switches {
            settings.switches.clone_from(switches);
        }
        if let Some(Limits { per_host, in_all, debug }) = form.limits {
            let refused = |error: LimitsError| Problem::BadSetting { detail: error.to_string() };
            settings.limits = Limits::new(per_host, in_all, debug).map_err(refused)?;
        }
        self.keep(SETTINGS, &settings).await?;
        self.inner.borrow_mut().settings = settings;
        self.plan_reminders().await;
        self.want_refresh(false).await
    }

    /// Runs that are there already stay as they are; the next one knows it.
    pub(super) async fn settle_server(&self, server: &str, realm: Realm) -> Result<(), Problem> {
        let mut settings = self.inner.borrow().settings.clone();
        let refused = |error: crate::debug::SettleError| Problem::BadSetting { detail: error.to_string() };
        settings.servers.settle(server, realm).map_err(refused)?;
        self.keep(SETTINGS, &settings).await?;
        self.inner.borrow_mut().settings = settings;
        Ok(())
    }

    pub(super) async fn save_tests(&self, gerrit: u64, owner: Option<Owner>, tests: Vec<Test>) -> Result<(), Problem> {
        tests.iter().try_for_each(valid)?;
        named_values(&tests)?;
        let drafted = owner.clone().unwrap_or_else(|| Owner::numbered(gerrit));
        let owner = owner.unwrap_or_else(|| self.inner.borrow().owner_of(gerrit));
        self.keep_suite(owner, tests).await?;
        self.forget_draft(drafted).await;
        Ok(())
    }

    /// Allows the request of a test that a run has left out. What is saved may have changed since then, and what was
    /// allowed must be what the user has seen.
    pub(super) async fn allow(&self, run: &str, place: usize) -> Result<(), Problem> {
        let (owner, seen, mut tests, at) = {
            let inner = self.inner.borrow();
            let plan = inner.runs.iter().map(|known| &known.journal.plan).find(|plan| plan.id == run);
            let seen = plan.and_then(|plan| Some((plan, plan.subject.gerrit?, plan.tests.get(place)?.clone())));
            let (plan, gerrit, seen) = seen.ok_or(Problem::Gone)?;
            let changed = || Problem::TestChanged { test: seen.label().to_owned() };
            let saved = inner.tests_of(gerrit);
            let (owner, test) = saved.get(place).ok_or_else(changed)?;
            if !plan.filled(owner, test).asks_the_same(&seen) {
                return Err(changed());
            }
            let first = saved.iter().position(|(known, _)| known == owner).unwrap_or_default();
            let tests: Vec<Test> =
                saved.iter().filter(|(known, _)| known == owner).map(|(_, test)| test.clone()).collect();
            (owner.clone(), seen, tests, place - first)
        };
        match tests.get_mut(at) {
            Some(test) => test.allowed = true,
            None => return Err(Problem::TestChanged { test: seen.label().to_owned() }),
        }
        self.keep_suite(owner, tests).await
    }
}

fn named(backend: &str) -> Result<Backend, Problem> {
    Backend::new(backend.trim()).map_err(|error| Problem::BadSetting { detail: error.to_string() })
}

/// Whether a test may be kept and run.
pub(super) fn valid(test: &Test) -> Result<(), Problem> {
    test.validate().map_err(|error| Problem::BadTest { test: test.label().to_owned(), detail: error.to_string() })
}
