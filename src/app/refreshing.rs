// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: read the calendar, noc's lists and Gerrit again. A source that fails hides no other.

use super::{App, AskError, Loaded, Problem, branches, calendar, changes, versions};
use crate::change::{Change, GERRIT};
use crate::debug::{NOC_BACKENDS_URL, backends_from_noc};
use crate::deployed::{LOG_URL, PublicWikis, Wikiversions};
use crate::ports::Ports;
use crate::preflight::branches_to_ask;
use crate::schedule::PAGE_URL;
use futures_util::future::{join_all, join3};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What is younger than this many seconds is not asked for again.
const FRESH: i64 = 60;

/// The same after a source has failed.
const RETRY: i64 = 20;

/// Changes whose branches are asked for.
const BRANCHES: usize = 10;

/// What Gerrit and noc said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Gathered {
    /// The changes asked for, with their siblings and dependencies.
    pub(super) changes: Loaded<Vec<Change>>,
    /// The numbers for which `changes` is the answer.
    pub(super) asked: BTreeSet<u64>,
    /// The branches of merged dependencies.
    pub(super) included_in: BTreeMap<u64, Vec<String>>,
    /// `None` when noc did not tell.
    pub(super) versions: Option<Wikiversions>,
    /// The wikis of noc's list when it was last read: which there are changes seldom, what they run often.
    #[serde(default)]
    pub(super) wikis: PublicWikis,
    /// Changes that the user asked about, newest first.
    pub(super) examined: Vec<u64>,
    /// When everything was last asked for, with or without success.
    pub(super) tried: Option<Timestamp>,
}

impl<P: Ports> App<P> {
    pub(super) async fn want_refresh(&self, force: bool) -> Result<(), Problem> {
        self.check_access().await;
        let all = force || (!self.refreshing.get() && !self.is_fresh());
        if all {
            let mut inner = self.inner.borrow_mut();
            inner.refresh_wanted = true;
            if inner.calendar == Loaded::Absent {
                inner.calendar = Loaded::Loading;
            }
            if inner.gathered.changes == Loaded::Absent {
                inner.gathered.changes = Loaded::Loading;
            }
        } else if self.has_unasked() && !self.gerrit_has_just_failed() {
            self.inner.borrow_mut().gerrit_wanted = true;
        }
        self.want_look(force, all);
        Ok(())
    }

    fn is_fresh(&self) -> bool {
        let inner = self.inner.borrow();
        let whole =
            matches!(inner.calendar, Loaded::Ready { .. }) && matches!(inner.gathered.changes, Loaded::Ready { .. });
        let limit = if whole { FRESH } else { RETRY };
        inner.gathered.tried.is_some_and(|at| self.age_of(at) < limit)
    }

    fn gerrit_has_just_failed(&self) -> bool {
        let inner = self.inner.borrow();
        let failed = matches!(inner.gathered.changes, Loaded::Failed { .. });
        failed && inner.gathered.tried.is_some_and(|at| self.age_of(at) < RETRY)
    }

    /// Whether Gerrit has not been asked about all that matters.
    pub(super) fn has_unasked(&self) -> bool {
        let numbers = self.numbers();
        !numbers.is_subset(&self.inner.borrow().gathered.asked)
    }

    fn numbers(&self) -> BTreeSet<u64> {
        let inner = self.inner.borrow();
        let mut numbers = inner.my_patches();
        numbers.extend(&inner.gathered.examined);
        numbers
    }

    /// Notes which of the origins that the use cases and the tests need are closed to the extension.
    pub(super) async fn check_access(&self) {
        let needed = [PAGE_URL, NOC_BACKENDS_URL, GERRIT, LOG_URL];
        let mut origins: Vec<String> = needed.iter().filter_map(|url| origin_of(url)).collect();
        origins.extend(
            self.inner
                .borrow()
                .library
                .suites
                .values()
                .flat_map(|suite| &suite.tests)
                .filter_map(|test| origin_of(&test.url)),
        );
        let missing = self.without_access(origins).await;
        self.inner.borrow_mut().no_access = missing;
    }

    pub(super) async fn refresh_if_wanted(&self) {
        if self.refreshing.replace(true) {
            return;
        }
        loop {
            let (all, gerrit) = {
                let mut inner = self.inner.borrow_mut();
                (std::mem::take(&mut inner.refresh_wanted), std::mem::take(&mut inner.gerrit_wanted))
            };
            if !all && !gerrit {
                break;
            }
            let awake = self.awake();
            if all {
                self.read_calendar_and_noc().await;
                self.plan_reminders().await;
                self.publish().await;
            }
            self.read_gerrit().await;
            drop(awake);
            self.inner.borrow_mut().gathered.tried = Some(self.ports.now());
            self.publish().await;
        }
        self.refreshing.set(false);
    }

    async fn read_calendar_and_noc(&self) {
        let backends = super::asking::text(&self.ports, NOC_BACKENDS_URL);
        let (calendar, backends, versions) =
            join3(calendar(&self.ports, PAGE_URL), backends, versions(&self.ports)).await;
        let at = self.ports.now();
        let mut inner = self.inner.borrow_mut();
        inner.calendar = match calendar {
            Ok(value) => Loaded::Ready { at, value },
            Err(error) => Loaded::Failed { problem: of_calendar(&error), stale: inner.calendar.take_value() },
        };
        // Without noc the choice is smaller; the default backend and a typed name still work.
        if let Some(backends) = backends.ok().and_then(|json| backends_from_noc(&json).ok()) {
            inner.carried.backends = backends;
        }
        if let Ok(versions) = &versions {
            inner.gathered.wikis = versions.public();
        }
        inner.gathered.versions = versions.ok();
    }

    async fn read_gerrit(&self) {
        let numbers = self.numbers();
        let asked: Vec<u64> = numbers.iter().copied().collect();
        let found = changes(&self.ports, &asked).await;
        let included_in = match &found {
            Ok(found) => {
                let versions = self.inner.borrow().gathered.versions.clone();
                self.branches_of(&branches_to_ask(&numbers, found, versions.as_ref())).await
            }
            Err(_) => BTreeMap::new(),
        };
        let at = self.ports.now();
        {
            let mut inner = self.inner.borrow_mut();
            let gathered = &mut inner.gathered;
            match found {
                Ok(value) => {
                    gathered.changes = Loaded::Ready { at, value };
                    gathered.asked = numbers;
                    gathered.included_in = included_in;
                }
                Err(error) => {
                    let problem = Problem::GerritUnreachable { detail: error.to_string() };
                    gathered.changes = Loaded::Failed { problem, stale: gathered.changes.take_value() };
                }
            }
        }
        let _turn = self.turn.lock().await;
        self.give_to_change_ids().await;
    }

    /// One whose branches are not told is left out.
    async fn branches_of(&self, numbers: &BTreeSet<u64>) -> BTreeMap<u64, Vec<String>> {
        let ask = |number: u64| async move { Some((number, branches(&self.ports, number).await.ok()?)) };
        join_all(numbers.iter().take(BRANCHES).copied().map(ask)).await.into_iter().flatten().collect()
    }
}

/// Why the calendar, or a page of its archive, is not there.
pub(super) fn of_calendar(error: &AskError) -> Problem {
    let detail = error.to_string();
    match error {
        AskError::Transport(_) | AskError::Status(_) => Problem::CalendarUnreachable { detail },
        AskError::Missing(_) | AskError::NotACalendar(_) | AskError::Unreadable(_) => Problem::NotACalendar { detail },
    }
}

/// Scheme and host of a URL: `https://en.wikipedia.org`.
pub(super) fn origin_of(url: &str) -> Option<String> {
    url::Url::parse(url).ok().map(|url| url.origin().ascii_serialization())
}
