// SPDX-License-Identifier: GPL-2.0-or-later
//! Performs a run: sends what is pending, a few at a time, and has what comes weighed. What the asked wikis run is read
//! beside the tests.
//!
//! Must not judge anything itself: `verify` does.

use super::train::Train;
use crate::debug::{Directives, HEADER};
use crate::exchange::{Response, TransportError};
use crate::ports::{Clock, Http};
use crate::suite::Test;
use crate::verify::{
    Journal, Outcome, Plan, Target, is_cached, past_caches, weigh, weigh_parser_cache, without_past_caches,
};
use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::collections::{BTreeMap, VecDeque};

/// How many requests may be in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// To one host; at 1, the version of a wiki is asked for beside the first test.
    pub per_host: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_host: 6 }
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
    /// The outcome of the job at this place.
    Outcome(usize, Box<Outcome>),
    /// The version of the wiki at this host.
    Version(String),
}

/// Performs every pending job of `journal`, at most `limits` at a time, and writes each outcome into it.
/// It comes back when nothing is pending; dropping it ends every request under way.
pub async fn perform<P: Http + Clock>(ports: &P, journal: &mut Journal, limits: Limits, progress: &impl Progress) {
    let plan = journal.plan.clone();
    let jobs = plan.jobs.iter().filter_map(|job| Some((plan.tests.get(job.test)?, &job.target))).collect::<Vec<_>>();
    let mut train = Train::new(ports, &plan.subject);
    let mut waiting: VecDeque<usize> = journal.pending().into();
    let mut busy: BTreeMap<String, usize> = BTreeMap::new();
    let mut in_flight = FuturesUnordered::new();
    let mut awaited = 0;
    loop {
        let mut later = VecDeque::new();
        for place in waiting.drain(..) {
            let Some((test, target)) = jobs.get(place).copied() else { continue };
            let host = host(test);
            let to_be_read = train.is_to_be_read(&host, target);
            let slots = 1 + usize::from(to_be_read);
            let of_host = busy.entry(host.clone()).or_default();
            if *of_host > 0 && *of_host + slots > limits.per_host.max(1) {
                later.push_back(place);
                continue;
            }
            *of_host += slots;
            if to_be_read {
                let (host, reading) = (host.clone(), train.read(&host, target));
                in_flight.push(async move { reading.map(|_| Came::Version(host)).await }.boxed_local());
            }
            let scale = train.scale(&host, target);
            let plan = &plan;
            let job = async move { scale.weigh(ask(ports, plan, test, target).await).await };
            in_flight.push(job.map(move |outcome| Came::Outcome(place, Box::new(outcome))).boxed_local());
            awaited += 1;
        }
        waiting = later;
        if awaited == 0 {
            break;
        }
        let host = match in_flight.next().await {
            Some(Came::Outcome(place, outcome)) => {
                awaited -= 1;
                journal.outcomes.insert(place, *outcome);
                progress.outcome(journal).await;
                jobs.get(place).map(|(test, _)| host(test)).unwrap_or_default()
            }
            Some(Came::Version(host)) => host,
            None => break,
        };
        if let Some(of_host) = busy.get_mut(&host) {
            *of_host -= 1;
        }
    }
}

fn host(test: &Test) -> String {
    url::Url::parse(&test.url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// Asks once, and once more past the caches when one of them answered.
async fn ask<P: Http + Clock>(ports: &P, plan: &Plan, test: &Test, target: &Target) -> Outcome {
    let first = send(ports, test, target, plan.timeout_ms, None).await;
    let unique = ports.unique();
    let again = match &first {
        Ok(response) if is_cached(response) => past_caches(test.method, &test.url, &unique),
        _ => None,
    };
    let Some(url) = again else { return weigh_all(plan, test, target, first.as_ref()) };
    let second = send(ports, test, target, plan.timeout_ms, Some(url)).await;
    let second = second.map(|response| without_past_caches(response, &unique));
    let mut outcome = weigh_all(plan, test, target, second.as_ref());
    outcome.evidence.repeated_past_cache = true;
    outcome
}

fn weigh_all(plan: &Plan, test: &Test, target: &Target, came: Result<&Response, &TransportError>) -> Outcome {
    let outcome = weigh(test, target, came);
    match came {
        Ok(response) => weigh_parser_cache(outcome, plan, target, response),
        Err(_) => outcome,
    }
}

async fn send<P: Http>(
    ports: &P,
    test: &Test,
    target: &Target,
    timeout_ms: u32,
    url: Option<String>,
) -> Result<Response, TransportError> {
    let mut request = test.request(timeout_ms);
    if let Some(url) = url {
        request.url = url;
    }
    if let Target::Debug { backend } = target {
        request.headers.push(HEADER, Directives::to(backend.clone()).value());
    }
    ports.send(&request).await
}
