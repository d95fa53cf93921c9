// SPDX-License-Identifier: GPL-2.0-or-later
//! Performs a run: sends what is pending, a few at a time, and has what comes weighed.
//!
//! Must not judge anything itself: `verify` does.

use crate::debug::{Directives, HEADER};
use crate::exchange::{Response, TransportError};
use crate::ports::{Clock, Http};
use crate::suite::Test;
use crate::verify::{Journal, Outcome, Target, is_cached, past_caches, weigh, without_past_caches};
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::collections::{BTreeMap, VecDeque};

/// How many requests may be in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// To one host.
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

/// Performs every pending job of `journal`, at most `limits` at a time, and writes each outcome into it.
/// It comes back when nothing is pending; dropping it ends every request under way.
pub async fn perform<P: Http + Clock>(ports: &P, journal: &mut Journal, limits: Limits, progress: &impl Progress) {
    let plan = journal.plan.clone();
    let jobs = plan.jobs.iter().filter_map(|job| Some((plan.tests.get(job.test)?, &job.target))).collect::<Vec<_>>();
    let mut waiting: VecDeque<usize> = journal.pending().into();
    let mut busy: BTreeMap<String, usize> = BTreeMap::new();
    let mut in_flight = FuturesUnordered::new();
    loop {
        let mut later = VecDeque::new();
        for place in waiting.drain(..) {
            let Some((test, target)) = jobs.get(place).copied() else { continue };
            let of_host = busy.entry(host(test)).or_default();
            if *of_host < limits.per_host.max(1) {
                *of_host += 1;
                in_flight.push(async move { (place, ask(ports, test, target, plan.timeout_ms).await) });
            } else {
                later.push_back(place);
            }
        }
        waiting = later;
        let Some((place, outcome)) = in_flight.next().await else { break };
        if let Some(of_host) = jobs.get(place).and_then(|(test, _)| busy.get_mut(&host(test))) {
            *of_host -= 1;
        }
        journal.outcomes.insert(place, outcome);
        progress.outcome(journal).await;
    }
}

fn host(test: &Test) -> String {
    url::Url::parse(&test.url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// Asks once, and once more past the caches when one of them answered.
async fn ask<P: Http + Clock>(ports: &P, test: &Test, target: &Target, timeout_ms: u32) -> Outcome {
    let first = send(ports, test, target, timeout_ms, None).await;
    let unique = ports.unique();
    let again = match &first {
        Ok(response) if is_cached(response) => past_caches(test.method, &test.url, &unique),
        _ => None,
    };
    let Some(url) = again else { return weigh(test, target, first.as_ref()) };
    let second = send(ports, test, target, timeout_ms, Some(url)).await;
    let second = second.map(|response| without_past_caches(response, &unique));
    let mut outcome = weigh(test, target, second.as_ref());
    outcome.evidence.repeated_past_cache = true;
    outcome
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
