// SPDX-License-Identifier: GPL-2.0-or-later
//! Everything that is wrong in a suite's file: what cannot be read, and what could be read and yet not be run.
//!
//! Must not stop at the first.

use super::httpbb::Whole;
use super::placed::Placed;
use super::{Note, Place, SuiteError, Test, TestError, in_scope};
use crate::check::{Assertion, AssertionError};
use std::collections::BTreeSet;

/// What a file holds and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// How many tests it holds, good or bad.
    pub tests: usize,
    /// What is wrong, in the order of the file. Behind an error of YAML itself nothing is read.
    pub errors: Vec<SuiteError>,
    /// What was read otherwise than somebody may think.
    pub notes: Vec<Note>,
}

/// Looks at a suite file.
#[must_use]
pub fn check(yaml: &str) -> Checked {
    let Whole { hosts, tests, notes, mut errors } = Whole::read(yaml);
    if tests.is_empty() && errors.is_empty() {
        let at = hosts.first().map_or(Place { line: 1, column: 1 }, |(_, at)| *at);
        errors.push(at.error("the suite holds no test", "add one, such as <- path: /wiki/Special:Version>"));
    }
    let mut foreign = BTreeSet::new();
    for (nth, (host, at)) in hosts.iter().enumerate() {
        if let Err(error) = in_scope(host) {
            foreign.insert(nth);
            errors.push(of_test(*at, &TestError::Scope(error)));
        }
    }
    for placed in &tests {
        errors.extend(wrong_with(placed, foreign.contains(&placed.host)));
    }
    errors.sort_by_key(|error| (error.line, error.column));
    Checked { tests: tests.len(), errors, notes }
}

/// What stands against running a test that was read. What its host is to blame for is said once, at the host.
fn wrong_with(placed: &Placed, foreign: bool) -> Vec<SuiteError> {
    let test = &placed.test;
    let mut found = Vec::new();
    for (capture, at) in test.captures.iter().zip(&placed.captures) {
        found.extend(capture.validate().err().map(|error| of_assertion(*at, &error)));
    }
    let mut good = Vec::new();
    for (assertion, at) in test.assertions.iter().zip(&placed.assertions) {
        match assertion.validate() {
            Ok(()) => good.push(assertion.clone()),
            Err(error) => found.push(of_assertion(*at, &error)),
        }
    }
    if good.is_empty() && (!found.is_empty() || !placed.whole) {
        // What it meant to demand is in doubt, not whether it demands anything.
        good.push(Assertion::status(200));
    }
    let url = if foreign || test.url.is_empty() { "https://en.wikipedia.org/".to_owned() } else { test.url.clone() };
    let sound = |capture: &super::Capture| capture.validate().is_ok();
    let captures = test.captures.iter().filter(|capture| sound(capture)).cloned().collect();
    let rest = Test { url, captures, assertions: good, ..test.clone() };
    found.extend(rest.validate().err().map(|error| of_test(place_of(placed, &error), &error)));
    found
}

fn place_of(placed: &Placed, error: &TestError) -> Place {
    let header = |name: &str| {
        let nth = placed.test.headers.iter().position(|(known, _)| known == name);
        nth.and_then(|nth| placed.headers.get(nth)).copied().unwrap_or(placed.at)
    };
    match error {
        TestError::Scope(_) => placed.path,
        TestError::BadHeader(name) | TestError::ReservedHeader(name) => header(name),
        TestError::NoBody(_) => placed.body,
        _ => placed.at,
    }
}

/// The error at its place. What its words say behind a semicolon is the next step.
fn of_test(at: Place, error: &TestError) -> SuiteError {
    let words = error.to_string();
    let other = match error {
        TestError::Assertion(error) => return of_assertion(at, error),
        TestError::Scope(_) => "write a host of a Wikimedia site behind https://",
        TestError::NoAssertion => "add what must be, such as <assert_status: 200>",
        TestError::ReservedHeader(_) => "remove it",
        _ => "correct it",
    };
    match words.split_once("; ") {
        Some((message, remedy)) => at.error(message, remedy),
        None => at.error(words, other),
    }
}

fn of_assertion(at: Place, error: &AssertionError) -> SuiteError {
    let remedy = match error {
        AssertionError::Empty { .. } => "write what is meant",
        AssertionError::Status(_) => "write a status code of HTTP, such as <200>",
        AssertionError::Pattern { .. } => {
            "correct the expression; signs such as <(> and <[> are letters only behind a <\\>, and it cannot look ahead or back"
        }
        AssertionError::Path { .. } => "write a JSONPath of RFC 9535, such as <$.query.general.sitename>",
        AssertionError::Selector { .. } => "write a CSS selector, such as <#firstHeading>",
        AssertionError::Digest(_) => "write the digest as <sha256sum> prints it",
        AssertionError::Senseless { .. } | AssertionError::Idle { .. } => {
            "choose another demand, or speak of something else"
        }
    };
    let words = error.to_string();
    let words: Vec<&str> = words.split_whitespace().collect();
    at.error(words.join(" "), remedy)
}
