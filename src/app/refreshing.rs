// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: read the calendar and the list of backends again.

use super::{App, Loaded, Problem};
use crate::debug::{NOC_BACKENDS_URL, backends_from_noc};
use crate::exchange::{Headers, Request, Response};
use crate::ports::Ports;
use crate::schedule::{PAGE_URL, Schedule, page_from_api, parse};
use futures_util::future::join;

/// A calendar younger than this many seconds is not asked for again.
const FRESH: i64 = 60;

const TIMEOUT_MS: u32 = 15_000;

impl<P: Ports> App<P> {
    pub(super) async fn want_refresh(&self, force: bool) -> Result<(), Problem> {
        self.check_access().await;
        let fresh = match &self.inner.borrow().calendar {
            Loaded::Ready { at, .. } => self.age_of(*at) < FRESH,
            _ => false,
        };
        if force || !fresh {
            let mut inner = self.inner.borrow_mut();
            inner.refresh_wanted = true;
            if inner.calendar == Loaded::Absent {
                inner.calendar = Loaded::Loading;
            }
        }
        Ok(())
    }

    /// Notes which of the origins that the calendar and the tests need are closed to the extension.
    pub(super) async fn check_access(&self) {
        let mut origins: Vec<String> = [PAGE_URL, NOC_BACKENDS_URL].iter().filter_map(|url| origin_of(url)).collect();
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
        while std::mem::take(&mut self.inner.borrow_mut().refresh_wanted) {
            let awake = self.awake();
            let (calendar, backends) = join(self.calendar(), self.get(NOC_BACKENDS_URL)).await;
            drop(awake);
            let at = self.ports.now();
            {
                let mut inner = self.inner.borrow_mut();
                inner.calendar = match calendar {
                    Ok(value) => Loaded::Ready { at, value },
                    Err(problem) => Loaded::Failed { problem, stale: inner.calendar.take_value() },
                };
                // Without noc the choice is smaller; the default backend and a typed name still work.
                if let Ok(backends) =
                    backends.and_then(|json: String| backends_from_noc(&json).map_err(|error| error.to_string()))
                {
                    inner.carried.backends = backends;
                }
            }
            self.plan_reminders().await;
            self.publish().await;
        }
        self.refreshing.set(false);
    }

    async fn calendar(&self) -> Result<Schedule, Problem> {
        let json = self.get(PAGE_URL).await.map_err(|detail| Problem::CalendarUnreachable { detail })?;
        let page = page_from_api(&json).map_err(|error| Problem::NotACalendar { detail: error.to_string() })?;
        parse(&page.wikitext).map_err(|error| Problem::NotACalendar { detail: error.to_string() })
    }

    async fn get(&self, url: &str) -> Result<String, String> {
        let agent = concat!("backport-verify/", env!("CARGO_PKG_VERSION"));
        let headers = Headers::from_iter([("Api-User-Agent", agent)]);
        let request = Request { url: url.to_owned(), headers, timeout_ms: TIMEOUT_MS, ..Request::default() };
        match self.ports.send(&request).await {
            Ok(Response { status: 200, body, .. }) => Ok(body),
            Ok(response) => Err(format!("it answered with status <{}>", response.status)),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Scheme and host of a URL: `https://en.wikipedia.org`.
pub(super) fn origin_of(url: &str) -> Option<String> {
    url::Url::parse(url).ok().map(|url| url.origin().ascii_serialization())
}
