// SPDX-License-Identifier: GPL-2.0-or-later
//! Performs a run: sends what is pending, a few at a time, and has what comes weighed. What the asked wikis run is read
//! beside the tests.
//!
//! Must not judge anything itself: `verify` does.

use super::comparing::Comparing;
use super::train::Train;
use crate::debug::HEADER;
use crate::exchange::{Response, TransportError};
use crate::ports::{Clock, Http};
use crate::suite::Test;
use crate::verify::{
    Doubt, Evidence, Journal, Limits, Outcome, Page, Plan, Reason, Target, is_cached, past_caches, weigh,
    weigh_parser_cache, weigh_sent, without_past_caches,
};
use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::collections::{BTreeMap, VecDeque};

/// The requests that are in flight.
struct Traffic {
    limits: Limits,
    per_host: BTreeMap<String, usize>,
    in_all: usize,
    debug: usize,
}

impl Traffic {
    const fn new(limits: Limits) -> Self {
        Self { limits, per_host: BTreeMap::new(), in_all: 0, debug: 0 }
    }

    /// Takes room for so many requests to the host, if there is any. A pair always has room where nothing is in flight.
    fn enter(&mut self, host: &str, debug: bool, requests: usize) -> bool {
        let of_host = self.per_host.get(host).copied().unwrap_or_default();
        let fits = |busy: usize, limit: usize| busy == 0 || busy + requests <= limit;
        let has_room = fits(of_host, self.limits.per_host)
            && fits(self.in_all, self.limits.in_all)
            && (!debug || fits(self.debug, self.limits.debug));
        if has_room {
            self.per_host.insert(host.to_owned(), of_host + requests);
            self.in_all += requests;
            self.debug += if debug { requests } else { 0 };
        }
        has_room
    }

    fn leave(&mut self, host: &str, debug: bool) {
        if let Some(of_host) = self.per_host.get_mut(host) {
            *of_host -= 1;
        }
        self.in_all -= 1;
        self.debug -= usize::from(debug);
    }
}

/// Hears of a run's progress.
#[allow(async_fn_in_trait, reason = "used generically inside this crate, on one thread")]
pub trait Progress {
    /// An outcome has come; it is already in the journal.
    async fn outcome(&self, journal: &Journal);
}

/// What a request under way comes to.
enum Came {
    /// The outcome of the job at this place, and the page that it is about.
    Outcome(usize, Box<(Outcome, Option<Page>)>),
    /// The servers of a wiki have said what they run.
    Code,
}

/// Performs every pending job of `journal`, at most `limits` at a time, and writes each outcome into it. Once a host asks
/// to slow down, it is asked nothing more.
/// It comes back when nothing is pending; dropping it ends every request under way.
pub async fn perform<P: Http + Clock>(ports: &P, journal: &mut Journal, limits: Limits, progress: &impl Progress) {
    let plan = journal.plan.clone();
    let jobs = plan.jobs.iter().filter_map(|job| Some((plan.tests.get(job.test)?, &job.target))).collect::<Vec<_>>();
    let plan = &plan;
    let mut train = Train::new(ports, plan);
    let mut comparing = Comparing::default();
    let mut waiting: VecDeque<usize> = journal.pending().into();
    let mut traffic = Traffic::new(limits);
    let mut in_flight = FuturesUnordered::new();
    let mut awaited = 0;
    loop {
        let mut later = VecDeque::new();
        for place in waiting.drain(..) {
            let Some((test, target)) = jobs.get(place).copied() else { continue };
            let (host, debug) = (host(test), matches!(target, Target::Debug { .. }));
            let to_be_read = train.is_to_be_read(&host, target);
            if !traffic.enter(&host, debug, 1 + usize::from(to_be_read)) {
                later.push_back(place);
                continue;
            }
            if to_be_read {
                let (host, reading) = (host.clone(), train.read(&host, target));
                in_flight.push(reading.map(move |_| (host, debug, Came::Code)).boxed_local());
            }
            let scale = train.scale(&host, target);
            let job = async move {
                let (outcome, page) = ask(ports, plan, test, target).await;
                (scale.weigh(outcome).await, page)
            };
            let came = move |outcome| (host, debug, Came::Outcome(place, Box::new(outcome)));
            in_flight.push(job.map(came).boxed_local());
            awaited += 1;
        }
        waiting = later;
        // A server that has not said yet what it runs may hold the room of a test that waits.
        if awaited == 0 && waiting.is_empty() {
            break;
        }
        let Some((of, debug, came)) = in_flight.next().await else { break };
        traffic.leave(&of, debug);
        let Came::Outcome(place, outcome) = came else { continue };
        awaited -= 1;
        let (outcome, page) = *outcome;
        let refused = doubt(&outcome).filter(|doubt| doubt.is_too_many_requests()).cloned();
        journal.outcomes.insert(place, outcome);
        comparing.came(place, page, journal);
        if let Some(doubt) = refused {
            let is_of_host = |place: &usize| jobs.get(*place).is_some_and(|(test, _)| host(test) == of);
            for place in waiting.iter().filter(|place| is_of_host(place)) {
                let reason = Reason::Doubt { doubt: doubt.clone() };
                journal.outcomes.insert(*place, Outcome::inconclusive(reason, Evidence::default()));
            }
            waiting.retain(|place| !is_of_host(place));
        }
        progress.outcome(journal).await;
    }
}

const fn doubt(outcome: &Outcome) -> Option<&Doubt> {
    match &outcome.reason {
        Some(Reason::Doubt { doubt }) => Some(doubt),
        _ => None,
    }
}

fn host(test: &Test) -> String {
    url::Url::parse(&test.url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// Asks once, and once more past the caches when one of them answered.
async fn ask<P: Http + Clock>(ports: &P, plan: &Plan, test: &Test, target: &Target) -> (Outcome, Option<Page>) {
    let first = send(ports, test, target, plan, None).await;
    let unique = ports.unique();
    let again = match &first {
        // Who asks to slow down is not asked again at once, whoever spoke.
        Ok(response) if response.status != 429 && is_cached(response) => past_caches(test.method, &test.url, &unique),
        _ => None,
    };
    let Some(url) = again else { return weigh_all(plan, test, target, first.as_ref()) };
    let second = send(ports, test, target, plan, Some(url)).await;
    let second = second.map(|response| without_past_caches(response, &unique));
    let (mut outcome, page) = weigh_all(plan, test, target, second.as_ref());
    outcome.evidence.repeated_past_cache = true;
    (outcome, page)
}

fn weigh_all(
    plan: &Plan,
    test: &Test,
    target: &Target,
    came: Result<&Response, &TransportError>,
) -> (Outcome, Option<Page>) {
    let outcome = weigh(test, target, came, &plan.known);
    let Ok(response) = came else { return (outcome, None) };
    let mut outcome = weigh_parser_cache(weigh_sent(outcome, plan, target, response), plan, target, response);
    let page = Page::of(response);
    outcome.evidence.page = page.digest();
    (outcome, Some(page))
}

async fn send<P: Http>(
    ports: &P,
    test: &Test,
    target: &Target,
    plan: &Plan,
    url: Option<String>,
) -> Result<Response, TransportError> {
    let mut request = test.request(plan.timeout_ms);
    if let Some(url) = url {
        request.url = url;
    }
    if let Some(directives) = plan.directives(target) {
        request.headers.push(HEADER, directives.value());
    }
    ports.send(&request).await
}
