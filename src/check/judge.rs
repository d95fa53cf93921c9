// SPDX-License-Identifier: GPL-2.0-or-later
//! An assertion held against a response.

use super::reading::Reading;
use super::seen::{Seen, seen_in};
use super::words::{grouped, kind_of, list_of, said};
use super::{Assertion, Order, Predicate, Subject, config, html, json, near, pattern};
use crate::exchange::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};
use std::cmp::Ordering;

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
    judge_in(assertion, &Reading::of(response))
}

/// Holds each of `assertions` against `response`, in their order; its body is parsed once for all of them.
#[must_use]
pub fn judge_all(assertions: &[Assertion], response: &Response) -> Vec<AssertionResult> {
    let reading = Reading::of(response);
    assertions.iter().map(|assertion| judge_in(assertion, &reading)).collect()
}

fn judge_in(assertion: &Assertion, reading: &Reading<'_>) -> AssertionResult {
    let (held, actual) = match assertion.validate() {
        Err(error) => (false, error.to_string()),
        Ok(()) => evaluate(assertion, reading),
    };
    AssertionResult { assertion: assertion.clone(), held, expected: assertion.to_string(), actual }
}

fn evaluate(assertion: &Assertion, reading: &Reading<'_>) -> (bool, String) {
    let Assertion { of, is } = assertion;
    let what = seen_in(of, reading);
    let held = match &what {
        Seen::Unreadable(_) => false,
        Seen::Nothing => *is == Predicate::Absent,
        Seen::One(value) => holds(is, of, value),
        Seen::Several(values) => holds_of(is, of, values),
    };
    (held, actual(assertion, &what, held, reading))
}

/// Whether several values are as demanded, see [`Predicate`].
fn holds_of(is: &Predicate, of: &Subject, values: &[Value]) -> bool {
    let mut each = values.iter().map(|value| holds(is, of, value));
    match is {
        // Which of them is meant, nobody knows.
        Predicate::Is { .. } => false,
        Predicate::Contains { .. } | Predicate::Matches { .. } | Predicate::Exists => each.any(|held| held),
        Predicate::IsNot { .. }
        | Predicate::OneOf { .. }
        | Predicate::Between { .. }
        | Predicate::Compares { .. }
        | Predicate::Lacks { .. }
        | Predicate::MatchesNot { .. }
        | Predicate::Absent => each.all(|held| held),
    }
}

/// Whether a value that is there is as demanded.
fn holds(is: &Predicate, of: &Subject, value: &Value) -> bool {
    let number = |number: &Number| value.as_number().and_then(|value| compare(value, number));
    let matches = |pattern: &str| {
        let text = value.as_str()?;
        pattern::regex(pattern, of).ok().map(|regex| regex.is_match(text))
    };
    match is {
        Predicate::Is { value: wanted } => equals(value, wanted),
        Predicate::IsNot { value: wanted } => !equals(value, wanted),
        Predicate::OneOf { values } => values.iter().any(|wanted| equals(value, wanted)),
        Predicate::Between { from, to } => {
            number(from).is_some_and(Ordering::is_ge) && number(to).is_some_and(Ordering::is_le)
        }
        Predicate::Compares { order, number: wanted } => number(wanted).is_some_and(|found| match order {
            Order::Below => found.is_lt(),
            Order::AtMost => found.is_le(),
            Order::AtLeast => found.is_ge(),
            Order::Above => found.is_gt(),
        }),
        Predicate::Contains { value: wanted } => contains(value, wanted) == Some(true),
        Predicate::Lacks { value: wanted } => contains(value, wanted) == Some(false),
        Predicate::Matches { pattern } => matches(pattern) == Some(true),
        Predicate::MatchesNot { pattern } => matches(pattern) == Some(false),
        Predicate::Exists => true,
        Predicate::Absent => false,
    }
}

/// `1` and `1.0` are one number; everything else is equal as JSON is.
fn equals(value: &Value, wanted: &Value) -> bool {
    match (value.as_number(), wanted.as_number()) {
        (Some(value), Some(wanted)) => compare(value, wanted) == Some(Ordering::Equal),
        _ => value == wanted,
    }
}

pub(super) fn compare(value: &Number, wanted: &Number) -> Option<Ordering> {
    match (value.as_i128(), wanted.as_i128()) {
        (Some(value), Some(wanted)) => Some(value.cmp(&wanted)),
        _ => value.as_f64()?.partial_cmp(&wanted.as_f64()?),
    }
}

/// Whether a text or a list holds what is wanted; `None` where the question makes no sense.
fn contains(value: &Value, wanted: &Value) -> Option<bool> {
    match (value, wanted) {
        (Value::String(text), Value::String(wanted)) => Some(text.contains(wanted.as_str())),
        (Value::Array(items), wanted) => Some(items.iter().any(|item| equals(item, wanted))),
        (Value::Object(fields), Value::String(key)) => Some(fields.contains_key(key)),
        _ => None,
    }
}

fn actual(assertion: &Assertion, what: &Seen, held: bool, reading: &Reading<'_>) -> String {
    let Assertion { of, is } = assertion;
    match (what, of) {
        (Seen::Unreadable(why), _) => why.clone(),
        (Seen::Nothing, _) if held => "absent".into(),
        (Seen::Nothing, _) => format!("absent{}", instead(of, reading)),
        (Seen::One(Value::String(body)), Subject::Body) => of_body(is, body, held),
        (Seen::One(value), Subject::Occurrences { text }) => {
            let near = near::nearest(&reading.response.body, text).filter(|_| !held && value.as_u64() == Some(0));
            format!("<{}>{}", said(value), near.map_or_else(String::new, |near| format!("; {near}")))
        }
        (Seen::One(value), _) => format!("<{}>{}", said(value), if held { String::new() } else { unlike(is, value) }),
        (Seen::Several(values), _) => {
            let what = match of {
                Subject::Html { .. } => "elements",
                Subject::ApiError => "errors",
                _ => "values",
            };
            let hint = if matches!(is, Predicate::Is { .. }) { "; which one is meant is not said" } else { "" };
            format!("{} {what}: {}{hint}", grouped(values.len()), list_of(values.iter().map(said)))
        }
    }
}

/// What is there in the place of something that is absent.
fn instead(of: &Subject, reading: &Reading<'_>) -> String {
    match of {
        Subject::Json { path } => json::deepest(path, reading).map_or_else(String::new, |found| format!("; {found}")),
        Subject::Html { selector } => html::within(selector, reading),
        Subject::MwConfig { name } => {
            config::nearest(name, reading).map_or_else(String::new, |near| format!("; with other capitals: <{near}>"))
        }
        _ => String::new(),
    }
}

/// What kind of value it is, where that alone is why it is not as demanded.
fn unlike(is: &Predicate, value: &Value) -> String {
    let fits = match is {
        Predicate::Is { value: wanted } => kind_of(wanted) == kind_of(value),
        Predicate::OneOf { values } => values.iter().any(|wanted| kind_of(wanted) == kind_of(value)),
        Predicate::Between { .. } | Predicate::Compares { .. } => value.is_number(),
        Predicate::Matches { .. } | Predicate::MatchesNot { .. } => value.is_string(),
        Predicate::Contains { value: wanted } | Predicate::Lacks { value: wanted } => contains(value, wanted).is_some(),
        Predicate::IsNot { .. } | Predicate::Exists | Predicate::Absent => true,
    };
    if fits { String::new() } else { format!(", which is {}", kind_of(value)) }
}

/// A body is too long to be shown: where something was found in it, or what is nearly there.
fn of_body(is: &Predicate, body: &str, held: bool) -> String {
    let count = body.chars().count();
    if count == 0 {
        return "the body is empty".into();
    }
    let size = format!("{} character{}", grouped(count), if count == 1 { "" } else { "s" });
    let found = match is {
        Predicate::Contains { value: Value::String(text) } | Predicate::Lacks { value: Value::String(text) } => {
            body.find(text.as_str()).map(|at| near::place(body, at, text.len()))
        }
        Predicate::Matches { pattern } | Predicate::MatchesNot { pattern } => {
            let found = pattern::regex(pattern, &Subject::Body).ok();
            let found = found.and_then(|regex| regex.find(body));
            found.map(|(at, length)| near::place(body, at, length))
        }
        // The whole of it is held against one or more texts.
        _ => return size,
    };
    let near = match is {
        Predicate::Contains { value: Value::String(text) } if !held => near::nearest(body, text),
        _ => None,
    };
    match (found, near) {
        (Some(place), _) => format!("found {place}"),
        (None, Some(near)) => format!("not found in {size}; {near}"),
        (None, None) => format!("not found in {size}"),
    }
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
        Assertion::status(equals)
    }
    fn contains(text: &str) -> Assertion {
        Assertion::body_contains(text)
    }
    fn lacks(text: &str) -> Assertion {
        Assertion::body_lacks(text)
    }
    fn matches(pattern: &str) -> Assertion {
        Assertion::body_matches(pattern)
    }
    fn is(name: &str, value: &str) -> Assertion {
        Assertion::header_is(name, value)
    }
    fn header(name: &str, pattern: &str) -> Assertion {
        Assertion::header_matches(name, pattern)
    }
    fn absent(name: &str) -> Assertion {
        Assertion::header_absent(name)
    }

    #[test]
    fn each_kind_holds_and_fails_and_says_so() {
        for (assertion, held, expected, actual) in [
            (status(200), true, "status <200>", "<200>"),
            (status(404), false, "status <404>", "<200>"),
            (
                contains("eventcoordinator"),
                true,
                "body contains <eventcoordinator>",
                "found in line 3: <eventcoordinator ä>",
            ),
            (
                contains("Eventcoordinator"),
                false,
                "body contains <Eventcoordinator>",
                "not found in 44 characters; with other capitals in line 3: <eventcoordinator ä>",
            ),
            (lacks("Fatal exception"), true, "body does not contain <Fatal exception>", "not found in 44 characters"),
            (lacks("first"), false, "body does not contain <first>", "found in line 2: <first>"),
            (matches("^first$"), true, "body matches <^first$>", "found in line 2: <first>"),
            (matches("List.*event"), false, "body matches <List.*event>", "not found in 44 characters"),
            (
                matches("(?s)List.*event"),
                true,
                "body matches <(?s)List.*event>",
                "found in line 1: <<title>List</title> first eventcoordinator ä>",
            ),
            (matches("(?i)FIRST"), true, "body matches <(?i)FIRST>", "found in line 2: <first>"),
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
