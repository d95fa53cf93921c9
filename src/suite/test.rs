// SPDX-License-Identifier: GPL-2.0-or-later
//! A saved test and a suite of them.

use super::placeholder::{HOST, WIKI, is_name};
use super::{Capture, ScopeError, variables};
use crate::check::{Assertion, AssertionError, Subject};
use crate::debug::HEADER;
use crate::exchange::{Headers, Method, Redirects, Request, Session};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use thiserror::Error;

/// Header fields that a test cannot send: those that choose the stage or say who asks, and those that a browser does
/// not let an extension set (<https://fetch.spec.whatwg.org/#forbidden-request-header>). `Accept-Encoding` is one of the
/// latter and yet allowed: real suites send it and the command can; in a browser the test is inconclusive.
const RESERVED: [&str; 23] = [
    HEADER,
    "Api-User-Agent",
    "Accept-Charset",
    "Access-Control-Request-Headers",
    "Access-Control-Request-Method",
    "Authorization",
    "Connection",
    "Content-Length",
    "Cookie",
    "Cookie2",
    "Date",
    "DNT",
    "Expect",
    "Host",
    "Keep-Alive",
    "Origin",
    "Referer",
    "Set-Cookie",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Via",
];

/// The limits that a test can set for its request, in milliseconds.
pub const TIMEOUTS: RangeInclusive<u32> = 100..=600_000;

/// One request, and what its answer must be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// What it is called; may be empty, then the URL stands for it.
    #[serde(default)]
    pub name: String,
    /// Absolute https URL on a Wikimedia site; its host may be `{host}`.
    pub url: String,
    /// Method.
    #[serde(default)]
    pub method: Method,
    /// Header fields to send.
    #[serde(default)]
    pub headers: Headers,
    /// Body, encoded as its `Content-Type` says.
    #[serde(default)]
    pub body: Option<String>,
    /// Whose cookies are sent.
    #[serde(default)]
    pub session: Session,
    /// Whether redirects are followed.
    #[serde(default)]
    pub redirects: Redirects,
    /// Whether it must fail without the patch, so that a pass shows what the patch does.
    #[serde(default)]
    pub must_fail_before: bool,
    /// Whether the submitter has said that it may be sent although its method can change something. No suite's file can
    /// say so.
    #[serde(default)]
    pub allowed: bool,
    /// Words by which tests are chosen.
    #[serde(default)]
    pub tags: BTreeSet<String>,
    /// Why it is not run, where it is not.
    #[serde(default)]
    pub skip: Option<String>,
    /// The stage on which alone it makes sense, if it does on one alone.
    #[serde(default)]
    pub only: Option<Only>,
    /// Milliseconds after which it is given up, where the run's own limit is not meant.
    #[serde(default)]
    pub timeout_ms: Option<u32>,
    /// What later tests of the run use of its answer.
    #[serde(default)]
    pub captures: Vec<Capture>,
    /// Demands; a test without any is refused.
    pub assertions: Vec<Assertion>,
}

/// The one stage on which a test makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Only {
    /// The test servers, and production beside them.
    Mwdebug,
    /// Production after the fleet sync.
    Production,
}

/// The tests of one change or one file, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suite {
    /// The tests.
    pub tests: Vec<Test>,
}

/// Why a test cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TestError {
    /// Its URL is not one that may be asked.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// It demands nothing, so it could only pass.
    #[error("a test needs at least one assertion")]
    NoAssertion,
    /// One of its assertions can be judged by nobody.
    #[error(transparent)]
    Assertion(#[from] AssertionError),
    /// It sends a header field that is the tool's own to set.
    #[error("header <{0}> is set by the tool and cannot be part of a test")]
    ReservedHeader(String),
    /// A header field that cannot be sent.
    #[error("header <{0}> cannot be sent; its name takes letters, digits and <->, its value is one line")]
    BadHeader(String),
    /// A body where there can be none.
    #[error("a {0} request has no body; choose POST, or remove the body")]
    NoBody(&'static str),
    /// A value would be put where it could change what is meant.
    #[error("{{{{{name}}}}} cannot stand in {place}; in a host only {{host}} can, as the whole host")]
    Misplaced {
        /// The value's name.
        name: String,
        /// Where, with its article.
        place: &'static str,
    },
    /// What it captures has no name that can be written in another test.
    #[error(
        "<{0}> is no name for a captured value; it takes lower-case letters, digits and <_>, and is not host or wiki"
    )]
    BadName(String),
    /// Two captures would be one.
    #[error("it captures <{0}> twice; give the other one another name")]
    CapturedTwice(String),
    /// It would be given up at once, or never.
    #[error("its timeout of {0} ms is not between {least} and {most} ms", least = TIMEOUTS.start(), most = TIMEOUTS.end())]
    Timeout(u32),
}

impl Test {
    /// The name, or the URL where there is none.
    #[must_use]
    pub fn label(&self) -> &str {
        if self.name.is_empty() { &self.url } else { &self.name }
    }

    /// Whether both ask and demand the same, so that what they come to can be compared: what they are called and what
    /// the submitter says of them does not matter.
    #[must_use]
    pub fn is_comparable(&self, other: &Self) -> bool {
        let asked = |test: &Self| Self {
            url: test.url.clone(),
            method: test.method,
            headers: test.headers.clone(),
            body: test.body.clone(),
            session: test.session,
            redirects: test.redirects,
            assertions: test.assertions.clone(),
            ..Self::default()
        };
        asked(self) == asked(other)
    }

    /// Whether the test can be run and can fail, whatever values are put in for the names in it.
    ///
    /// # Errors
    /// With the first thing that stands against it.
    pub fn validate(&self) -> Result<(), TestError> {
        variables::check_url(&self.url)?;
        for (name, value) in self.headers.iter() {
            if !is_token(name) || value.chars().any(char::is_control) {
                return Err(TestError::BadHeader(name.to_owned()));
            }
            if is_reserved(name) {
                return Err(TestError::ReservedHeader(name.to_owned()));
            }
        }
        if self.body.is_some() && matches!(self.method, Method::Get | Method::Head) {
            return Err(TestError::NoBody(self.method.as_str()));
        }
        if self.assertions.is_empty() {
            return Err(TestError::NoAssertion);
        }
        if let Some(limit) = self.timeout_ms.filter(|limit| !TIMEOUTS.contains(limit)) {
            return Err(TestError::Timeout(limit));
        }
        for (place, capture) in self.captures.iter().enumerate() {
            let name = &capture.name;
            if !is_name(name) || matches!(name.as_str(), HOST | WIKI) {
                return Err(TestError::BadName(name.clone()));
            }
            if self.captures.iter().take(place).any(|known| known.name == *name) {
                return Err(TestError::CapturedTwice(name.clone()));
            }
            capture.validate()?;
        }
        self.assertions.iter().try_for_each(variables::validate)
    }

    /// Whether it may be sent: it can change nothing, or the submitter has allowed it.
    #[must_use]
    pub const fn may_be_sent(&self) -> bool {
        self.method.is_safe() || self.allowed
    }

    /// Whether it asks exactly what `other` asks: what was allowed to the one holds for the other.
    #[must_use]
    pub fn asks_the_same(&self, other: &Self) -> bool {
        self.request(0) == other.request(0)
    }

    /// The request that this test sends, with nothing of any stage in it.
    #[must_use]
    pub fn request(&self, timeout_ms: u32) -> Request {
        Request {
            method: self.method,
            url: self.url.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
            session: self.session,
            redirects: self.redirects,
            timeout_ms: self.timeout_ms.unwrap_or(timeout_ms),
            wants_sha256: self.assertions.iter().any(|assertion| assertion.of == Subject::Sha256),
        }
    }
}

/// Whether `name` may be a field's name (RFC 9110, section 5.6.2).
pub(super) fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

pub(super) fn is_reserved(name: &str) -> bool {
    let begins = |prefix: &str| name.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
    begins("proxy-") || begins("sec-") || RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::{Test, TestError};
    use crate::check::{Assertion, Subject};
    use crate::exchange::{Headers, Method, Redirects, Session};
    use crate::suite::Capture;

    fn test() -> Test {
        let url = "https://en.wikipedia.org/wiki/Special:ListGroupRights".into();
        Test { url, assertions: vec![Assertion::status(200)], ..Test::default() }
    }

    #[test]
    fn a_test_that_can_run_and_can_fail_is_valid() {
        let headers = Headers::from_iter([
            ("x-forwarded-proto", "http"),
            ("Accept-Encoding", "gzip"),
            ("Content-Type", "text/plain"),
        ]);
        let post = Test { method: Method::Post, headers, body: Some("x".into()), ..test() };
        assert_eq!((test().validate(), post.validate()), (Ok(()), Ok(())));
    }

    #[test]
    fn a_test_that_demands_nothing_is_refused() {
        assert_eq!(Test { assertions: Vec::new(), ..test() }.validate(), Err(TestError::NoAssertion));
        let empty = Assertion::body_contains(String::new());
        assert!(matches!(Test { assertions: vec![empty], ..test() }.validate(), Err(TestError::Assertion(_))));
    }

    #[test]
    fn a_test_out_of_scope_is_refused() {
        assert!(matches!(Test { url: "https://example.org/".into(), ..test() }.validate(), Err(TestError::Scope(_))));
    }

    #[test]
    fn headers_that_are_the_tools_own_are_refused() {
        for name in [
            "X-Wikimedia-Debug",
            "x-wikimedia-debug",
            "COOKIE",
            "host",
            "Authorization",
            "Sec-Fetch-Site",
            "proxy-x",
            "api-user-agent",
        ] {
            let headers = Headers::from_iter([(name, "x")]);
            assert_eq!(Test { headers, ..test() }.validate(), Err(TestError::ReservedHeader(name.into())));
        }
        for (name, value) in [("", "x"), ("a b", "x"), ("X-Wikimedia-Debug:", "x"), ("X", "a\r\nCookie: b")] {
            let headers = Headers::from_iter([(name, value)]);
            assert_eq!(Test { headers, ..test() }.validate(), Err(TestError::BadHeader(name.into())));
        }
    }

    #[test]
    fn only_get_and_head_are_sent_unasked() {
        use Method::{Delete, Get, Head, Options, Patch, Post, Put};
        for (method, unasked) in
            [(Get, true), (Head, true), (Post, false), (Put, false), (Patch, false), (Delete, false), (Options, false)]
        {
            assert_eq!(Test { method, ..test() }.may_be_sent(), unasked, "{method:?}");
            assert!(Test { method, allowed: true, ..test() }.may_be_sent(), "{method:?}");
        }
    }

    #[test]
    fn what_was_allowed_holds_for_the_same_request_alone() {
        let post = Test { method: Method::Post, body: Some("a=1".into()), ..test() };
        let renamed = Test { name: "x".into(), assertions: Vec::new(), allowed: true, ..post.clone() };
        assert!(post.asks_the_same(&renamed));
        for other in [
            Test { url: "https://en.wikipedia.org/w/api.php".into(), ..post.clone() },
            Test { method: Method::Delete, ..post.clone() },
            Test { body: Some("a=2".into()), ..post.clone() },
            Test { headers: Headers::from_iter([("X", "1")]), ..post.clone() },
            Test { session: Session::Mine, ..post.clone() },
            Test { redirects: Redirects::Follow, ..post.clone() },
        ] {
            assert!(!post.asks_the_same(&other), "{other:?}");
        }
    }

    #[test]
    fn a_limit_out_of_bounds_and_a_name_that_cannot_be_written_are_refused() {
        let limited = |limit| Test { timeout_ms: Some(limit), ..test() }.validate();
        for limit in [100, 600_000] {
            assert_eq!(limited(limit), Ok(()));
        }
        for limit in [0, 99, 600_001] {
            assert_eq!(limited(limit), Err(TestError::Timeout(limit)));
        }
        let capturing = |names: &[&str]| {
            let capture = |name: &&str| Capture { name: (*name).into(), of: Subject::Body };
            Test { captures: names.iter().map(capture).collect(), ..test() }.validate()
        };
        assert_eq!(capturing(&["token", "rev_2"]), Ok(()));
        for name in ["", "Token", "a b", "1a", "host", "wiki"] {
            assert_eq!(capturing(&[name]), Err(TestError::BadName(name.into())));
        }
        assert_eq!(capturing(&["a", "b", "a"]), Err(TestError::CapturedTwice("a".into())));
    }

    #[test]
    fn a_get_has_no_body() {
        assert_eq!(Test { body: Some("x".into()), ..test() }.validate(), Err(TestError::NoBody("GET")));
    }
}
