// SPDX-License-Identifier: GPL-2.0-or-later
//! An assertion held against a response.
//!
//! Regular expressions are searched for as httpbb does with Python's `re`: anywhere in a header's value, and anywhere
//! in a body with `^` and `$` at lines (<https://wikitech.wikimedia.org/wiki/Httpbb>). The engine takes time linear in
//! the text, so that no expression can hang a run.

use super::{Assertion, AssertionError};
use crate::exchange::Response;
use regex_lite::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

/// More letters than this of a value are not shown.
const MAX_SHOWN: usize = 120;

/// An expression may compile to this many bytes; those of the suites take a few kilobytes.
const MAX_PROGRAM: usize = 1 << 20;

/// What came of one assertion; expected and actual stay apart, so that reports can show what passed too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssertionResult {
    /// The assertion.
    pub assertion: Assertion,
    /// Whether it held.
    pub held: bool,
    /// What was demanded, for people: `body contains <eventcoordinator>`.
    pub expected: String,
    /// What was there, for people: `not found in 4,812 characters`.
    pub actual: String,
}

/// Holds `assertion` against `response`. One that cannot be judged does not hold.
#[must_use]
pub fn judge(assertion: &Assertion, response: &Response) -> AssertionResult {
    let (held, actual) = match assertion.validate() {
        Err(error) => (false, error.to_string()),
        Ok(()) => evaluate(assertion, response),
    };
    AssertionResult { assertion: assertion.clone(), held, expected: expected(assertion), actual }
}

impl Assertion {
    /// Whether the assertion can be judged, and can fail.
    ///
    /// # Errors
    /// When it demands nothing, an impossible status, or an expression that cannot be read.
    pub fn validate(&self) -> Result<(), AssertionError> {
        match self {
            Self::Status { equals } if !(100..=599).contains(equals) => Err(AssertionError::Status(*equals)),
            Self::Status { .. } => Ok(()),
            Self::BodyContains { text } | Self::BodyNotContains { text } => filled("the text", text),
            Self::BodyMatches { pattern } => {
                filled("the regular expression", pattern).and_then(|()| body_regex(pattern).map(drop))
            }
            Self::HeaderEquals { name, .. } | Self::HeaderAbsent { name } => filled("the header's name", name),
            Self::HeaderMatches { name, pattern } => {
                filled("the header's name", name)?;
                filled("the regular expression", pattern)?;
                header_regex(pattern).map(drop)
            }
        }
    }
}

fn filled(what: &'static str, text: &str) -> Result<(), AssertionError> {
    if text.trim().is_empty() { Err(AssertionError::Empty { what }) } else { Ok(()) }
}

fn body_regex(pattern: &str) -> Result<Regex, AssertionError> {
    built(pattern, RegexBuilder::new(pattern).multi_line(true))
}

fn header_regex(pattern: &str) -> Result<Regex, AssertionError> {
    built(pattern, &mut RegexBuilder::new(pattern))
}

fn built(pattern: &str, builder: &mut RegexBuilder) -> Result<Regex, AssertionError> {
    builder
        .size_limit(MAX_PROGRAM)
        .build()
        .map_err(|error| AssertionError::Pattern { pattern: shown(pattern), detail: error.to_string() })
}

fn evaluate(assertion: &Assertion, response: &Response) -> (bool, String) {
    let body = &response.body;
    match assertion {
        Assertion::Status { equals } => (response.status == *equals, format!("<{}>", response.status)),
        Assertion::BodyContains { text } => found(body.contains(text.as_str()), body),
        Assertion::BodyNotContains { text } => {
            let (contains, actual) = found(body.contains(text.as_str()), body);
            (!contains, actual)
        }
        Assertion::BodyMatches { pattern } => match body_regex(pattern) {
            Ok(regex) => found(regex.is_match(body), body),
            Err(error) => (false, error.to_string()),
        },
        Assertion::HeaderEquals { name, value } => header(response, name, |actual| actual == value),
        Assertion::HeaderMatches { name, pattern } => match header_regex(pattern) {
            Ok(regex) => header(response, name, |actual| regex.is_match(actual)),
            Err(error) => (false, error.to_string()),
        },
        Assertion::HeaderAbsent { name } => {
            let (there, actual) = header(response, name, |_| true);
            (!there, actual)
        }
    }
}

fn found(is_there: bool, body: &str) -> (bool, String) {
    let (verb, count) = (if is_there { "found" } else { "not found" }, body.chars().count());
    let unit = if count == 1 { "character" } else { "characters" };
    (is_there, if count == 0 { "the body is empty".into() } else { format!("{verb} in {} {unit}", grouped(count)) })
}

fn header(response: &Response, name: &str, demand: impl FnOnce(&str) -> bool) -> (bool, String) {
    match response.headers.get(name.trim()) {
        Some(value) => (demand(&value), format!("<{}>", shown(&value))),
        None => (false, "absent".into()),
    }
}

fn expected(assertion: &Assertion) -> String {
    match assertion {
        Assertion::Status { equals } => format!("status <{equals}>"),
        Assertion::BodyContains { text } => format!("body contains <{}>", shown(text)),
        Assertion::BodyNotContains { text } => format!("body does not contain <{}>", shown(text)),
        Assertion::BodyMatches { pattern } => format!("body matches <{}>", shown(pattern)),
        Assertion::HeaderEquals { name, value } => format!("header {} is <{}>", shown(name), shown(value)),
        Assertion::HeaderMatches { name, pattern } => format!("header {} matches <{}>", shown(name), shown(pattern)),
        Assertion::HeaderAbsent { name } => format!("header {} is absent", shown(name)),
    }
}

/// `text` cut to what people will read.
fn shown(text: &str) -> String {
    if text.chars().count() <= MAX_SHOWN {
        return text.to_owned();
    }
    text.chars().take(MAX_SHOWN - 1).chain(['…']).collect()
}

/// A count with a comma between thousands.
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Assertion, judge};
    use crate::exchange::{Headers, Response};

    fn response() -> Response {
        Response {
            status: 200,
            headers: Headers::from_iter([("Content-Type", "text/html; charset=UTF-8"), ("Vary", "a"), ("vary", "b")]),
            body: "<title>List</title>\nfirst\neventcoordinator ä".into(),
            ..Response::default()
        }
    }

    fn status(equals: u16) -> Assertion {
        Assertion::Status { equals }
    }
    fn contains(text: &str) -> Assertion {
        Assertion::BodyContains { text: text.into() }
    }
    fn lacks(text: &str) -> Assertion {
        Assertion::BodyNotContains { text: text.into() }
    }
    fn matches(pattern: &str) -> Assertion {
        Assertion::BodyMatches { pattern: pattern.into() }
    }
    fn is(name: &str, value: &str) -> Assertion {
        Assertion::HeaderEquals { name: name.into(), value: value.into() }
    }
    fn header(name: &str, pattern: &str) -> Assertion {
        Assertion::HeaderMatches { name: name.into(), pattern: pattern.into() }
    }
    fn absent(name: &str) -> Assertion {
        Assertion::HeaderAbsent { name: name.into() }
    }

    #[test]
    fn each_kind_holds_and_fails_and_says_so() {
        for (assertion, held, expected, actual) in [
            (status(200), true, "status <200>", "<200>"),
            (status(404), false, "status <404>", "<200>"),
            (contains("eventcoordinator"), true, "body contains <eventcoordinator>", "found in 44 characters"),
            (contains("Eventcoordinator"), false, "body contains <Eventcoordinator>", "not found in 44 characters"),
            (lacks("Fatal exception"), true, "body does not contain <Fatal exception>", "not found in 44 characters"),
            (lacks("first"), false, "body does not contain <first>", "found in 44 characters"),
            (matches("^first$"), true, "body matches <^first$>", "found in 44 characters"),
            (matches("List.*event"), false, "body matches <List.*event>", "not found in 44 characters"),
            (matches("(?s)List.*event"), true, "body matches <(?s)List.*event>", "found in 44 characters"),
            (matches("(?i)FIRST"), true, "body matches <(?i)FIRST>", "found in 44 characters"),
            (
                is("content-type", "text/html; charset=UTF-8"),
                true,
                "header content-type is <text/html; charset=UTF-8>",
                "<text/html; charset=UTF-8>",
            ),
            (
                is("Content-Type", "text/html"),
                false,
                "header Content-Type is <text/html>",
                "<text/html; charset=UTF-8>",
            ),
            (is("Vary", "a, b"), true, "header Vary is <a, b>", "<a, b>"),
            (is("Location", "x"), false, "header Location is <x>", "absent"),
            (
                header("Content-Type", "^text/html"),
                true,
                "header Content-Type matches <^text/html>",
                "<text/html; charset=UTF-8>",
            ),
            (
                header("Content-Type", "^html"),
                false,
                "header Content-Type matches <^html>",
                "<text/html; charset=UTF-8>",
            ),
            (header("Vary", "^b"), false, "header Vary matches <^b>", "<a, b>"),
            (header(" Vary ", "b$"), true, "header  Vary  matches <b$>", "<a, b>"),
            (header("Location", ".*"), false, "header Location matches <.*>", "absent"),
            (absent("Location"), true, "header Location is absent", "absent"),
            (absent("VARY"), false, "header VARY is absent", "<a, b>"),
        ] {
            let result = judge(&assertion, &response());
            assert_eq!((result.held, result.expected.as_str(), result.actual.as_str()), (held, expected, actual));
        }
    }

    #[test]
    fn what_cannot_be_judged_does_not_hold() {
        for (assertion, actual) in [
            (status(99), "status <99> is not between 100 and 599"),
            (status(600), "status <600> is not between 100 and 599"),
            (contains(""), "the text must not be empty"),
            (lacks(" "), "the text must not be empty"),
            (matches(""), "the regular expression must not be empty"),
            (is("", "x"), "the header's name must not be empty"),
            (absent(""), "the header's name must not be empty"),
            (header("", "a"), "the header's name must not be empty"),
            (header("Vary", ""), "the regular expression must not be empty"),
        ] {
            let result = judge(&assertion, &response());
            assert_eq!((result.held, result.actual.as_str()), (false, actual));
        }
        for code in [100, 599] {
            assert_eq!(status(code).validate(), Ok(()));
        }
        for pattern in ["(", "(?:a{400}){400}", "a{999999999}", "(?:a{1000}){1000}", "(?<=a)b", "[z-a]"] {
            for assertion in [matches(pattern), header("Vary", pattern)] {
                let result = judge(&assertion, &response());
                assert!(!result.held && result.actual.starts_with("regular expression <"), "{}", result.actual);
                assert!(assertion.validate().is_err(), "{pattern}");
            }
        }
    }

    #[test]
    fn an_expression_that_would_explode_elsewhere_ends() {
        let response = Response { body: "a".repeat(5_000), ..Response::default() };
        assert!(!judge(&matches("(a+)+$b"), &response).held);
    }

    #[test]
    fn long_values_are_cut_between_letters_and_counts_are_grouped() {
        let long = "ä".repeat(200);
        let response = Response {
            headers: Headers::from_iter([("X", long.as_str())]),
            body: "b".repeat(1_234_567),
            ..Response::default()
        };
        assert_eq!(judge(&is("X", "y"), &response).actual, format!("<{}…>", "ä".repeat(119)));
        assert_eq!(judge(&contains("c"), &response).actual, "not found in 1,234,567 characters");
        let hundreds = Response { body: "b".repeat(123), ..Response::default() };
        assert_eq!(judge(&contains("c"), &hundreds).actual, "not found in 123 characters");
        assert_eq!(judge(&contains("c"), &Response::default()).actual, "the body is empty");
    }
}
