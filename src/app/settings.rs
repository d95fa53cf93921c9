// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: keep settings and tests.

use super::background::SETTINGS;
use super::placing::named as named_values;
use super::{App, Chosen, Problem, SettingsForm};
use crate::debug::{Backend, Realm};
use crate::ports::Ports;
use crate::report::{Receiver, Secret};
use crate::schedule::Nick;
use crate::store::{Reporting, Settings, Webhook};
use crate::suite::{Owner, Test};
use crate::verify::{Limits, LimitsError};

impl<P: Ports> App<P> {
    pub(super) async fn save_settings(&self, form: &SettingsForm) -> Result<(), Problem> {
        let mut settings = self.inner.borrow().settings.clone();
        if let Some(nick) = &form.nick {
            settings.nick = Nick::new(nick);
        }
        if let Some(backend) = &form.backend {
            settings.backend = named(backend)?;
        }
        if let Some(also) = &form.also {
            settings.also = also.iter().map(|name| named(name)).collect::<Result<_, _>>()?;
        }
        set_webhook(&mut settings, form)?;
        settings.reminders = form.reminders.unwrap_or(settings.reminders);
        if let Some(switches) = &form.switches {
            settings.switches.clone_from(switches);
        }
        if let Some(Limits { per_host, in_all, debug }) = form.limits {
            let refused = |error: LimitsError| Problem::BadSetting { detail: error.to_string() };
            settings.limits = Limits::new(per_host, in_all, debug).map_err(refused)?;
        }
        self.leave_receiver(&settings).await?;
        self.keep(SETTINGS, &settings).await?;
        self.inner.borrow_mut().settings = settings;
        self.plan_reminders().await;
        self.want_refresh(false).await
    }

    /// Reports are to go elsewhere: what may have been said where they went before is not said there.
    async fn leave_receiver(&self, settings: &Settings) -> Result<(), Problem> {
        let knows_ids = |settings: &Settings| settings.receiver().is_some_and(Receiver::knows_ids);
        let _turn = self.outbox_turn.lock().await;
        let is_changed = {
            let mut inner = self.inner.borrow_mut();
            let same_webhook = inner.settings.webhook == settings.webhook;
            let same = same_webhook && (knows_ids(settings) || !knows_ids(&inner.settings));
            !same && inner.outbox.receiver_changed()
        };
        if is_changed { self.keep_outbox().await } else { Ok(()) }
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

    /// Keeps tests over those from which the page began. Where others are saved by now they stay, and so does what the
    /// page keeps unsaved.
    pub(super) async fn save_tests(
        &self,
        gerrit: u64,
        owner: Option<Owner>,
        began: &[Test],
        tests: Vec<Test>,
    ) -> Result<(), Problem> {
        tests.iter().try_for_each(valid)?;
        named_values(&tests)?;
        let drafted = owner.clone().unwrap_or_else(|| Owner::numbered(gerrit));
        let owner = {
            let inner = self.inner.borrow();
            let owner = owner.unwrap_or_else(|| inner.owner_of(gerrit));
            let saved = inner.library.suites.get(&owner).map_or(&[][..], |suite| &suite.tests);
            if saved != began && saved != tests {
                return Err(Problem::SavedElsewhere);
            }
            owner
        };
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

/// Takes what the form says of the webhook.
fn set_webhook(settings: &mut Settings, form: &SettingsForm) -> Result<(), Problem> {
    let bad = |detail: String| Problem::BadSetting { detail };
    let mut receiver = form.receiver;
    match form.webhook.as_deref().map(str::trim) {
        None => {}
        Some("") => {
            settings.webhook = None;
            settings.reporting = Reporting { at_once: settings.reporting.at_once, ..Reporting::default() };
        }
        Some(url) => {
            let webhook = Webhook::new(url).map_err(|error| bad(error.to_string()))?;
            if settings.webhook.as_ref().map(Webhook::origin) != Some(webhook.origin()) {
                // What was said of another one says nothing of this one, also where the form still has it.
                settings.reporting.secret = None;
                receiver = receiver.filter(|chosen| Some(*chosen) != settings.reporting.receiver.map(Chosen::Is));
                settings.reporting.receiver = None;
            }
            settings.webhook = Some(webhook);
            settings.reporting.gone = false;
        }
    }
    match receiver {
        None => {}
        Some(Chosen::Guessed) => settings.reporting.receiver = None,
        Some(Chosen::Is(receiver)) => settings.reporting.receiver = Some(receiver),
    }
    match form.secret.as_deref().map(str::trim) {
        None => {}
        Some("") => settings.reporting.secret = None,
        Some(secret) => settings.reporting.secret = Some(Secret::new(secret).map_err(|error| bad(error.to_string()))?),
    }
    settings.reporting.at_once = form.preview.map_or(settings.reporting.at_once, |preview| !preview);
    Ok(())
}

fn named(backend: &str) -> Result<Backend, Problem> {
    Backend::new(backend.trim()).map_err(|error| Problem::BadSetting { detail: error.to_string() })
}

/// Whether a test may be kept and run.
pub(super) fn valid(test: &Test) -> Result<(), Problem> {
    test.validate().map_err(|error| Problem::BadTest { test: test.label().to_owned(), detail: error.to_string() })
}
