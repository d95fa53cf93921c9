// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: keep settings and tests.

use super::background::{LIBRARY, SETTINGS};
use super::{App, Problem};
use crate::debug::{Backend, Realm, Switch};
use crate::ports::Ports;
use crate::reminder::Wanted;
use crate::schedule::Nick;
use crate::store::Webhook;
use crate::suite::{Suite, Test};
use std::collections::BTreeSet;

/// Backends as they were chosen; `also` of `None` leaves the kept ones alone.
pub(super) struct Backends<'a> {
    pub(super) first: &'a str,
    pub(super) also: Option<Vec<String>>,
}

impl<P: Ports> App<P> {
    pub(super) async fn save_settings(
        &self,
        nick: &str,
        backends: Backends<'_>,
        webhook: Option<&str>,
        reminders: Option<Wanted>,
        switches: Option<BTreeSet<Switch>>,
    ) -> Result<(), Problem> {
        let mut settings = self.inner.borrow().settings.clone();
        settings.nick = Nick::new(nick);
        settings.backend = named(backends.first)?;
        if let Some(also) = backends.also {
            settings.also = also.iter().map(|name| named(name)).collect::<Result<_, _>>()?;
        }
        match webhook.map(str::trim) {
            None => {}
            Some("") => settings.webhook = None,
            Some(url) => {
                let webhook = Webhook::new(url).map_err(|error| Problem::BadSetting { detail: error.to_string() })?;
                settings.webhook = Some(webhook);
            }
        }
        settings.reminders = reminders.unwrap_or(settings.reminders);
        if let Some(switches) = switches {
            settings.switches = switches;
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

    pub(super) async fn save_tests(&self, gerrit: u64, tests: Vec<Test>) -> Result<(), Problem> {
        tests.iter().try_for_each(valid)?;
        let mut library = self.inner.borrow().library.clone();
        if tests.is_empty() {
            library.suites.remove(&gerrit);
        } else {
            library.suites.insert(gerrit, Suite { tests });
        }
        self.keep(LIBRARY, &library).await?;
        self.inner.borrow_mut().library = library;
        self.check_access().await;
        Ok(())
    }
}

fn named(backend: &str) -> Result<Backend, Problem> {
    Backend::new(backend.trim()).map_err(|error| Problem::BadSetting { detail: error.to_string() })
}

/// Whether a test may be kept and run.
pub(super) fn valid(test: &Test) -> Result<(), Problem> {
    test.validate().map_err(|error| Problem::BadTest { test: test.label().to_owned(), detail: error.to_string() })
}
