// SPDX-License-Identifier: GPL-2.0-or-later
//! What httpbb's own keys can say of an assertion (<https://wikitech.wikimedia.org/wiki/Httpbb>).
//!
//! Must not write or read a file.

use crate::check::{Assertion, Predicate, Subject};
use serde_json::Value;

/// An assertion in httpbb's words, and `body does not contain`, which is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Httpbb<'a> {
    /// `assert_status`.
    Status(u16),
    /// `assert_body_contains`.
    BodyContains(&'a str),
    /// `assert_body_not_contains`.
    BodyLacks(&'a str),
    /// `assert_body_regex`.
    BodyMatches(&'a str),
    /// `assert_headers`: name and value.
    HeaderIs(&'a str, &'a str),
    /// `assert_headers_regex`: name and expression.
    HeaderMatches(&'a str, &'a str),
    /// `assert_headers_absent`.
    HeaderAbsent(&'a str),
}

impl<'a> Httpbb<'a> {
    /// The assertion in these words; `None` where they cannot say it.
    #[must_use]
    pub fn of(assertion: &'a Assertion) -> Option<Self> {
        use Predicate::{Absent, Contains, Is, Lacks, Matches};
        Some(match (&assertion.of, &assertion.is) {
            (Subject::Status, Is { value }) => Self::Status(u16::try_from(value.as_u64()?).ok()?),
            (Subject::Body, Contains { value: Value::String(text) }) => Self::BodyContains(text),
            (Subject::Body, Lacks { value: Value::String(text) }) => Self::BodyLacks(text),
            (Subject::Body, Matches { pattern }) => Self::BodyMatches(pattern),
            (Subject::Header { name }, Is { value: Value::String(value) }) => Self::HeaderIs(name, value),
            (Subject::Header { name }, Matches { pattern }) => Self::HeaderMatches(name, pattern),
            (Subject::Header { name }, Absent) => Self::HeaderAbsent(name),
            _ => return None,
        })
    }

    /// The key of a suite's file.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Status(_) => "assert_status",
            Self::BodyContains(_) => "assert_body_contains",
            Self::BodyLacks(_) => "assert_body_not_contains",
            Self::BodyMatches(_) => "assert_body_regex",
            Self::HeaderIs(..) => "assert_headers",
            Self::HeaderMatches(..) => "assert_headers_regex",
            Self::HeaderAbsent(_) => "assert_headers_absent",
        }
    }
}
