// SPDX-License-Identifier: GPL-2.0-or-later
//! The servers of a suite: each of its requests gets the answer that was made for its test, from a pod of the test servers
//! or of production.
//!
//! The same request of several tests is answered in their order, once for each.

use crate::answers::{Told, right};
use crate::bed::{Answer, Seen};
use backport_verify::debug::HEADER;
use backport_verify::exchange::{Headers, Request, Response, TransportError};
use backport_verify::ports::{Clock, Http};
use backport_verify::suite::Test;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use url::Url;

const DEBUG: &str = "mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj";
const PRODUCTION: &str = "mw-web.eqiad.main-5fb6d6bf94-28hjj";

/// The answers of a suite.
#[derive(Debug)]
pub(crate) struct Server {
    tests: Vec<Test>,
    urls: Vec<String>,
    /// What each test gets.
    right: Vec<Told>,
    /// What one of them gets instead, of the test servers or of production.
    wrong: Option<(usize, bool, Told)>,
    /// How often a request was answered, by the first test that asks it.
    served: Mutex<BTreeMap<(usize, bool), usize>>,
    named: AtomicU32,
}

impl Server {
    /// Answers everything right.
    pub(crate) fn new(tests: &[Test]) -> Self {
        Self {
            tests: tests.to_vec(),
            urls: tests.iter().map(|test| Url::parse(&test.url).unwrap().to_string()).collect(),
            right: tests.iter().map(right).collect(),
            wrong: None,
            served: Mutex::default(),
            named: AtomicU32::new(0),
        }
    }

    /// Answers this one so, where the test servers, or production, are asked; all others right.
    pub(crate) fn tells(&mut self, wrong: Option<(usize, bool, Told)>) {
        self.wrong = wrong;
        self.served = Mutex::default();
    }

    /// Whether each request was answered as often as there are tests that ask it.
    pub(crate) fn is_even(&self) -> bool {
        let times =
            |(place, _): &(usize, bool)| (0..self.tests.len()).filter(|other| self.asks_as(*place, *other)).count();
        self.served.lock().unwrap().iter().all(|(first, served)| served % times(first) == 0)
    }

    fn asks_as(&self, one: usize, other: usize) -> bool {
        self.tests[one].request(0) == self.tests[other].request(0)
    }

    /// What a request gets; `None` where no test asks it.
    fn told(
        &self,
        method: &str,
        url: &str,
        body: &str,
        field: impl Fn(&str) -> Option<String>,
    ) -> Option<(Told, bool)> {
        let debug = field(HEADER).is_some();
        let asks = |place: &usize| {
            let test = &self.tests[*place];
            let fields = test.headers.iter().all(|(name, value)| field(name).as_deref() == Some(value));
            test.method.as_str() == method
                && self.urls[*place] == url
                && test.body.as_deref().unwrap_or_default() == body
                && fields
        };
        let asked: Vec<usize> = (0..self.tests.len()).filter(asks).collect();
        // One that sends more is meant rather than one that sends less.
        let fields = |place: &usize| self.tests[*place].headers.iter().count();
        let most = asked.iter().map(fields).max()?;
        let meant: Vec<usize> = asked.into_iter().filter(|place| fields(place) == most).collect();
        let mut served = self.served.lock().unwrap();
        let turn = served.entry((meant[0], debug)).or_default();
        let place = meant[*turn % meant.len()];
        *turn += 1;
        let wrong = self.wrong.as_ref().filter(|(wrong, on, _)| (*wrong, *on) == (place, debug));
        Some((wrong.map_or(&self.right[place], |(_, _, told)| told).clone(), debug))
    }

    /// What a request gets without a wire.
    pub(crate) fn answer(&self, request: &Request) -> Result<Response, TransportError> {
        let body = request.body.as_deref().unwrap_or_default();
        let url = Url::parse(&request.url).unwrap();
        let told = self.told(request.method.as_str(), url.as_str(), body, |name| request.headers.get(name));
        let Some((told, debug)) = told else {
            return Err(TransportError::Network { detail: format!("no test asks {}", request.url) });
        };
        let fields = told.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain(pod(debug));
        let headers: Headers = fields.collect();
        Ok(Response { url: url.into(), status: told.status, headers, body: told.body, ..Response::default() })
    }

    /// Puts what a test gets in the place of what the local Wikimedia would say.
    pub(crate) fn put(&self, seen: &Seen, answer: &mut Answer) {
        let url = format!("https://{}{}", seen.host, seen.path);
        let field = |name: &str| seen.header(&name.to_ascii_lowercase());
        let Some((told, debug)) = self.told(&seen.method, &url, &seen.body, field) else { return };
        answer.status = told.status;
        answer.headers.clear();
        answer.body = if told.headers.iter().any(|(name, _)| name == "content-encoding") {
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(told.body.as_bytes()).unwrap();
            packed.finish().unwrap().into()
        } else {
            told.body.into()
        };
        for (name, value) in pod(debug) {
            answer.put(name, value);
        }
        for (name, value) in told.headers {
            answer.put(Box::leak(name.into_boxed_str()), value);
        }
    }
}

/// Who answers, and that no cache does.
fn pod(debug: bool) -> [(&'static str, &'static str); 3] {
    [("server", if debug { DEBUG } else { PRODUCTION }), ("x-cache-status", "pass"), ("age", "0")]
}

/// Without a wire: the answer is there at once.
impl Http for &Server {
    async fn send(&self, request: &Request) -> Result<Response, TransportError> {
        self.answer(request)
    }
}

impl Clock for &Server {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn wait(&self, _: u32) {}

    fn unique(&self) -> String {
        format!("{:x}", self.named.fetch_add(1, Ordering::Relaxed))
    }
}
