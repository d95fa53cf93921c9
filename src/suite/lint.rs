// SPDX-License-Identifier: GPL-2.0-or-later
//! Everything that is wrong in a suite's file: what cannot be read, and what could be read and yet not be run.
//!
//! Must not stop at the first.

use super::giving::check_name;
use super::httpbb::Whole;
use super::placed::Placed;
use super::{NameError, Note, Place, SuiteError, Test, TestError, check_url};
use crate::check::{Assertion, AssertionError};
use crate::exchange::Headers;
use std::collections::{BTreeMap, BTreeSet};

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
    let Whole { hosts, tests, mut notes, mut errors } = Whole::read(yaml);
    if tests.is_empty() && errors.is_empty() {
        let at = hosts.first().map_or(Place { line: 1, column: 1 }, |(_, at)| *at);
        errors.push(at.error("the suite holds no test", "add one, such as <- path: /wiki/Special:Version>"));
    }
    let mut foreign = BTreeMap::new();
    for (nth, (host, at)) in hosts.iter().enumerate() {
        if let Err(error) = check_url(&format!("{host}/")) {
            foreign.insert(nth, (of_test(*at, &error), error));
        }
    }
    let is_asked = tests.iter().any(|placed| !foreign.contains_key(&placed.host));
    for placed in &tests {
        errors.extend(wrong_with(placed, foreign.contains_key(&placed.host)));
    }
    for (shown, error) in foreign.into_values() {
        match error {
            // The run says so of these tests, and asks the others.
            TestError::Scope(_) if is_asked => notes.push(never_asked(&shown)),
            _ => errors.push(shown),
        }
    }
    names(&tests, &mut errors, &mut notes);
    errors.sort_by_key(|error| (error.line, error.column));
    notes.sort_by_key(|note| note.at);
    Checked { tests: tests.len(), errors, notes }
}

/// What is said of a host whose tests a run leaves in doubt.
fn never_asked(error: &SuiteError) -> Note {
    let at = Place { line: error.line, column: error.column };
    Note { at, message: format!("{}; its tests are never sent and come out as INCONCLUSIVE", error.message) }
}

/// Names that no test above captures: those that a later one does are wrong, the others the user can give.
fn names(tests: &[Placed], errors: &mut Vec<SuiteError>, notes: &mut Vec<Note>) {
    let all: Vec<Test> = tests.iter().map(|placed| placed.test.clone()).collect();
    let mut told = BTreeSet::new();
    for (place, placed) in tests.iter().enumerate() {
        for name in placed.test.names() {
            let at = place_of_name(placed, &name);
            match check_name(&all, place, &name) {
                Err(NameError::Unknown(_)) if told.insert(name.clone()) => {
                    let message = format!("no test above captures {{{{{name}}}}}; give it with --variable {name}=…");
                    notes.push(Note { at, message });
                }
                Ok(()) | Err(NameError::Unknown(_)) => {}
                Err(error) => errors.push(split(at, &error.to_string(), "move that test above")),
            }
        }
    }
}

/// Where in a test a name stands first.
fn place_of_name(placed: &Placed, name: &str) -> Place {
    let test = &placed.test;
    let without = |test: Test| !test.names().contains(name);
    let bare = Test { headers: Headers::default(), body: None, assertions: Vec::new(), ..test.clone() };
    if !without(bare.clone()) {
        return placed.path;
    }
    for ((key, value), at) in test.headers.iter().zip(&placed.headers) {
        if !without(Test { headers: std::iter::once((key, value)).collect(), url: String::new(), ..bare.clone() }) {
            return *at;
        }
    }
    for (assertion, at) in test.assertions.iter().zip(&placed.assertions) {
        if !without(Test { assertions: vec![assertion.clone()], ..bare.clone() }) {
            return *at;
        }
    }
    placed.body
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
        TestError::BadName(name) | TestError::CapturedTwice(name) => {
            let nth = placed.test.captures.iter().rposition(|capture| capture.name == *name);
            nth.and_then(|nth| placed.captures.get(nth)).copied().unwrap_or(placed.at)
        }
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
    split(at, &words, other)
}

/// What is said behind a semicolon is the next step, else `other` is.
fn split(at: Place, words: &str, other: &str) -> SuiteError {
    match words.split_once("; ") {
        Some((message, remedy)) => at.error(message, remedy),
        None => at.error(words, other),
    }
}

fn of_assertion(at: Place, error: &AssertionError) -> SuiteError {
    if let AssertionError::Pattern { pattern, detail } = error
        && let Some((what, next)) = detail.split_once("; ")
    {
        return at.error(format!("regular expression <{pattern}> cannot be read: {what}"), next);
    }
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
