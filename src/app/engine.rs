// SPDX-License-Identifier: GPL-2.0-or-later
//! Performs a run: sends what is pending, a few at a time, and has what comes weighed. What the asked wikis run is read
//! beside the tests. How many at a time, and whom not, `traffic` says.
//!
//! Must not judge anything itself: `verify` does.

use super::agent::name_oneself;
use super::capturing::{Capturing, Prepared, Taken};
use super::comparing::Comparing;
use super::traffic::{Traffic, admitted};
use super::train::Train;
use crate::debug::HEADER;
use crate::exchange::{Response, TransportError};
use crate::ports::{Clock, Http};
use crate::suite::{Test, in_scope};
use crate::verify::{
    Doubt, Evidence, Journal, Limits, Outcome, Page, Plan, Reason, Target, is_cached, past_caches, weigh,
    weigh_parser_cache, weigh_sent, without_past_caches,
};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::Timestamp;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// Hears of a run's progress.
#[allow(async_fn_in_trait, reason = "used generically inside this crate, on one thread")]
pub trait Progress {
    /// An outcome has come, or a wait that a host asked for has begun or ended; it is already in the journal.
    async fn outcome(&self, journal: &Journal);
}

/// What something under way comes to.
enum Came {
    /// What became of the job at this place.
    Outcome { place: usize, host: String, debug: bool, weighed: Box<Weighed> },
    /// The servers of a wiki have said what they run.
    Code { host: String, debug: bool },
    /// A wait that this host asked for is over.
    Rested { host: String },
}

/// What an answer comes to.
struct Weighed {
    outcome: Outcome,
    /// The page that it is about.
    page: Option<Page>,
    /// What later tests may need of it.
    taken: Taken,
}

/// Performs every pending job of `journal`, at most `limits` at a time, and writes each outcome into it. A test that may
/// not be sent, or asks what is not Wikimedia's over https, is not, and one that needs what another captures waits for that
/// one's answer at the same target. A host that asks to wait a few seconds is asked nothing before they are over, and then once more
/// what it refused, where that only reads; one that asks for more, or asks a second time, is asked nothing more.
/// It comes back when nothing is pending; dropping it ends every request and every wait under way.
pub async fn perform<P: Http + Clock>(ports: &P, journal: &mut Journal, limits: Limits, progress: &impl Progress) {
    if leave_out_what_may_not_be_sent(journal) {
        progress.outcome(journal).await;
    }
    let plan = journal.plan.clone();
    let mut desk = Desk::new(ports, &plan, limits, journal);
    loop {
        while desk.send(journal) {
            progress.outcome(journal).await;
        }
        // A server that has not said yet what it runs may hold the room of a test that waits.
        if desk.awaited == 0 && desk.waiting.is_empty() {
            break;
        }
        let Some(came) = desk.under_way.next().await else { break };
        if desk.take(came, journal) {
            progress.outcome(journal).await;
        }
    }
}

/// Whether there was any.
fn leave_out_what_may_not_be_sent(journal: &mut Journal) -> bool {
    let before = journal.outcomes.len();
    for place in journal.pending() {
        let test = journal.plan.jobs.get(place).and_then(|job| journal.plan.tests.get(job.test));
        if let Some(doubt) = test.and_then(against) {
            let outcome = Outcome::inconclusive(Reason::Doubt { doubt }, Evidence::default());
            journal.outcomes.insert(place, outcome);
        }
    }
    journal.outcomes.len() > before
}

/// Why a test is not sent; `None` where it is.
fn against(test: &Test) -> Option<Doubt> {
    let not_asked = in_scope(&test.url).err().map(|why| Doubt::NotAsked { why: why.to_string() });
    let not_allowed = || Doubt::NotAllowed { method: test.method.as_str().to_owned() };
    not_asked.or_else(|| (!test.may_be_sent()).then(not_allowed))
}

/// A run while it is performed.
struct Desk<'a, P> {
    ports: &'a P,
    plan: &'a Plan,
    jobs: Vec<(&'a Test, &'a Target)>,
    train: Train<'a, P>,
    traffic: Rc<RefCell<Traffic<'a>>>,
    comparing: Comparing,
    capturing: Capturing,
    /// Places of the jobs that are still to be sent.
    waiting: VecDeque<usize>,
    under_way: FuturesUnordered<LocalBoxFuture<'a, Came>>,
    /// How many jobs are among them.
    awaited: usize,
}

impl<'a, P: Http + Clock> Desk<'a, P> {
    fn new(ports: &'a P, plan: &'a Plan, limits: Limits, journal: &Journal) -> Self {
        let mut desk = Self {
            ports,
            plan,
            jobs: plan.jobs.iter().filter_map(|job| Some((plan.tests.get(job.test)?, &job.target))).collect(),
            train: Train::new(ports, plan),
            traffic: Rc::new(RefCell::new(Traffic::new(limits))),
            comparing: Comparing::default(),
            capturing: Capturing::default(),
            waiting: journal.pending().into(),
            under_way: FuturesUnordered::new(),
            awaited: 0,
        };
        // What was waited for before an interruption; a wait that it cut short begins anew.
        for pause in &journal.pauses {
            if pause.over {
                desk.traffic.borrow_mut().was_waited_for(&pause.host);
            } else {
                desk.rest(&pause.host, pause.seconds);
            }
        }
        desk
    }

    /// Sends what there is room for. Whether the journal has changed: what needs a value that nothing gave is not sent.
    fn send(&mut self, journal: &mut Journal) -> bool {
        let before = journal.outcomes.len();
        for place in std::mem::take(&mut self.waiting) {
            let Some((test, target)) = self.jobs.get(place).copied() else { continue };
            let begun = match self.capturing.prepare(place, test, journal) {
                Prepared::Ready(test) => self.begin(place, test, target),
                Prepared::Waits => false,
                Prepared::Never(doubt) => {
                    let outcome = Outcome::inconclusive(Reason::Doubt { doubt }, Evidence::default());
                    journal.outcomes.insert(place, outcome);
                    self.comparing.came(place, None, journal);
                    true
                }
            };
            if !begun {
                self.waiting.push_back(place);
            }
        }
        journal.outcomes.len() > before
    }

    /// Sends one job, and before it what asks its servers for their code; false where there is no room.
    fn begin(&mut self, place: usize, test: Cow<'a, Test>, target: &'a Target) -> bool {
        let (host, debug) = (host(&test), matches!(target, Target::Debug { .. }));
        if self.train.is_to_be_read(&host, target) {
            if !self.traffic.borrow_mut().enter(&host, debug) {
                return false;
            }
            let (reading, host) = (self.train.read(&host, target), host.clone());
            self.under_way.push(reading.map(move |_| Came::Code { host, debug }).boxed_local());
        }
        if !self.traffic.borrow_mut().enter(&host, debug) {
            return false;
        }
        let (ports, plan, traffic) = (self.ports, self.plan, Rc::clone(&self.traffic));
        let scale = self.train.scale(&host, target);
        let job = async move {
            let mut weighed = ask(ports, plan, &test, target, &traffic).await;
            weighed.outcome = scale.weigh(weighed.outcome).await;
            Came::Outcome { place, host, debug, weighed: Box::new(weighed) }
        };
        self.under_way.push(job.boxed_local());
        self.awaited += 1;
        true
    }

    /// Takes in what came; whether the journal has changed.
    fn take(&mut self, came: Came, journal: &mut Journal) -> bool {
        match came {
            Came::Code { host, debug } => {
                self.traffic.borrow_mut().leave(&host, debug);
                return false;
            }
            Came::Rested { host } => {
                if self.traffic.borrow().is_resting(&host) {
                    return false;
                }
                journal.go_on(&host);
            }
            Came::Outcome { place, host, debug, weighed } => {
                self.traffic.borrow_mut().leave(&host, debug);
                self.awaited -= 1;
                let Weighed { outcome, page, taken } = *weighed;
                if let Some(doubt) = doubt(&outcome).filter(|doubt| doubt.is_too_many_requests()).cloned() {
                    self.refused(place, &host, &doubt, outcome, journal);
                } else {
                    self.settle(place, outcome, page, taken, journal);
                }
            }
        }
        true
    }

    /// Notes what a job came to, and what it gives to others.
    fn settle(&mut self, place: usize, outcome: Outcome, page: Option<Page>, taken: Taken, journal: &mut Journal) {
        self.capturing.came(place, outcome.verdict, taken, journal);
        let outcome = match self.jobs.get(place) {
            Some((test, _)) => self.capturing.veiled(place, test, outcome, journal),
            None => outcome,
        };
        journal.outcomes.insert(place, outcome);
        self.comparing.came(place, page, journal);
    }

    /// A host answers to nothing for now.
    fn refused(&mut self, place: usize, host: &str, doubt: &Doubt, outcome: Outcome, journal: &mut Journal) {
        let wait = self.traffic.borrow_mut().refused(host, doubt.wait());
        let is_safe = self.jobs.get(place).is_some_and(|(test, _)| test.method.is_safe());
        if let (Some(_), true) = (wait, is_safe) {
            self.waiting.push_front(place);
        } else {
            journal.outcomes.insert(place, outcome);
        }
        match wait {
            Some(seconds) => {
                journal.pause(host, seconds);
                self.rest(host, seconds);
            }
            None => self.give_up(host, doubt, journal),
        }
    }

    fn rest(&mut self, host: &str, seconds: u32) {
        let (ports, host) = (self.ports, host.to_owned());
        let wait = async move { ports.wait(seconds.saturating_mul(1000)).await };
        let wait = self.traffic.borrow_mut().rests(&host, wait.boxed_local());
        self.under_way.push(wait.map(move |()| Came::Rested { host }).boxed_local());
    }

    /// What is still to be asked of a host is not.
    fn give_up(&mut self, host: &str, doubt: &Doubt, journal: &mut Journal) {
        journal.go_on(host);
        let jobs = &self.jobs;
        let is_of_host = |place: &usize| jobs.get(*place).is_some_and(|(test, _)| self::host(test) == host);
        for place in self.waiting.iter().filter(|place| is_of_host(place)) {
            let reason = Reason::Doubt { doubt: doubt.clone() };
            journal.outcomes.insert(*place, Outcome::inconclusive(reason, Evidence::default()));
        }
        self.waiting.retain(|place| !is_of_host(place));
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

/// Asks once, once more where that is wanted and no answer came in time, and once more past the caches when one of them
/// answered.
async fn ask<P: Http + Clock>(
    ports: &P,
    plan: &Plan,
    test: &Test,
    target: &Target,
    traffic: &RefCell<Traffic<'_>>,
) -> Weighed {
    let mut first = send(ports, test, target, plan, None).await;
    let is_late = matches!(first.came, Err(TransportError::Timeout { .. })) && plan.retry_on_timeout;
    let again = is_late && test.method.is_safe() && admitted(traffic, &host(test)).await;
    if again {
        first = send(ports, test, target, plan, None).await;
    }
    let mut weighed = past_the_caches(ports, plan, test, target, traffic, first).await;
    weighed.outcome.evidence.repeated_after_timeout = again;
    weighed
}

/// What came of one request.
struct Sent {
    /// When it was sent, in milliseconds since the run was asked for.
    at_ms: u32,
    /// How long it was waited for, in milliseconds.
    took_ms: u32,
    came: Result<Response, TransportError>,
}

/// Weighs the answer, or the one that is given past the caches where one of them gave this.
async fn past_the_caches<P: Http + Clock>(
    ports: &P,
    plan: &Plan,
    test: &Test,
    target: &Target,
    traffic: &RefCell<Traffic<'_>>,
    first: Sent,
) -> Weighed {
    let unique = ports.unique();
    let again = match &first.came {
        // Who asks to slow down is not asked again at once, whoever spoke.
        Ok(response) if response.status != 429 && is_cached(response) => past_caches(test.method, &test.url, &unique),
        _ => None,
    };
    let again = match again {
        Some(url) if admitted(traffic, &host(test)).await => Some(url),
        _ => None,
    };
    let Some(url) = again else { return weigh_all(plan, test, target, &first) };
    let mut second = send(ports, test, target, plan, Some(url)).await;
    second.came = second.came.map(|response| without_past_caches(response, &unique));
    let mut weighed = weigh_all(plan, test, target, &second);
    weighed.outcome.evidence.repeated_past_cache = true;
    weighed
}

fn weigh_all(plan: &Plan, test: &Test, target: &Target, sent: &Sent) -> Weighed {
    let mut outcome = weigh(test, target, sent.came.as_ref(), &plan.known);
    outcome.evidence.sent_ms = Some(sent.at_ms);
    let Ok(response) = &sent.came else {
        outcome.evidence.elapsed_ms = sent.took_ms;
        return Weighed { outcome, page: None, taken: Vec::new() };
    };
    let mut outcome = weigh_parser_cache(weigh_sent(outcome, plan, target, response), plan, target, response);
    let page = Page::of(response);
    outcome.evidence.page = page.digest();
    let taken: Taken = test.captures.iter().map(|capture| (capture.name.clone(), capture.take(response))).collect();
    // What a page differs in is kept with the run, and what is captured must not be.
    let page = Some(page).filter(|_| taken.is_empty());
    Weighed { outcome, page, taken }
}

async fn send<P: Http + Clock>(ports: &P, test: &Test, target: &Target, plan: &Plan, url: Option<String>) -> Sent {
    let mut request = test.request(plan.timeout_ms);
    request.timeout_ms = plan.timeout_of(test);
    if let Some(url) = url {
        request.url = url;
    }
    name_oneself(&mut request.headers);
    if let Some(directives) = plan.directives(target) {
        request.headers.push(HEADER, directives.value());
    }
    let sent = ports.now();
    let came = ports.send(&request).await;
    Sent { at_ms: ms_between(plan.asked, sent), took_ms: ms_between(sent, ports.now()), came }
}

/// Whole milliseconds; 0 where a clock was set back.
fn ms_between(from: Timestamp, to: Timestamp) -> u32 {
    u32::try_from(to.as_millisecond().saturating_sub(from.as_millisecond()).max(0)).unwrap_or(u32::MAX)
}
