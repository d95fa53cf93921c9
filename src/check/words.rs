// SPDX-License-Identifier: GPL-2.0-or-later
//! An assertion and what was there, in words for people.
//!
//! Must not judge anything.

use super::{Assertion, Predicate, Subject};
use serde_json::Value;
use std::fmt;

/// More letters than this of a value are not shown.
const MAX_SHOWN: usize = 120;
/// More of several values are not listed.
const MOST_LISTED: usize = 5;
/// More letters than this of one of several values are not shown.
const LISTED: usize = 40;

/// As people say it: `body contains <eventcoordinator>`.
impl fmt::Display for Assertion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { of, is } = self;
        match (of, is) {
            (Subject::Status, Predicate::Is { value }) => write!(out, "status <{}>", said(value)),
            _ => write!(out, "{of} {is}"),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status => out.write_str("status"),
            Self::Url => out.write_str("final URL"),
            Self::Redirects => out.write_str("list of redirects"),
            Self::Header { name } => write!(out, "header {}", shown(name)),
            Self::Body => out.write_str("body"),
            Self::Occurrences { text } => write!(out, "count of <{}> in the body", shown(text)),
            Self::Json { path } => write!(out, "JSON {}", shown(path)),
            Self::JsonCount { path } => write!(out, "count of JSON {}", shown(path)),
            Self::Html { selector } => write!(out, "element {}", shown(selector)),
            Self::HtmlAttribute { selector, attribute } => {
                write!(out, "attribute {} of {}", shown(attribute), shown(selector))
            }
            Self::HtmlCount { selector } => write!(out, "count of elements {}", shown(selector)),
            Self::MwConfig { name } => write!(out, "mw.config {}", shown(name)),
            Self::ApiError => out.write_str("API error"),
            Self::Duration => out.write_str("duration in ms"),
            Self::Size => out.write_str("size in bytes"),
            Self::Sha256 => out.write_str("SHA-256"),
        }
    }
}

impl fmt::Display for Predicate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is { value } => write!(out, "is <{}>", said(value)),
            Self::IsNot { value } => write!(out, "is not <{}>", said(value)),
            Self::OneOf { values } => {
                let values: Vec<_> = values.iter().map(said).collect();
                write!(out, "is one of <{}>", shown(&values.join(", ")))
            }
            Self::Between { from, to } => write!(out, "is between <{from}> and <{to}>"),
            Self::Compares { order, number } => write!(out, "is {} {number}", order.sign()),
            Self::Contains { value } => write!(out, "contains <{}>", said(value)),
            Self::Lacks { value } => write!(out, "does not contain <{}>", said(value)),
            Self::Matches { pattern } => write!(out, "matches <{}>", shown(pattern)),
            Self::MatchesNot { pattern } => write!(out, "does not match <{}>", shown(pattern)),
            Self::Exists => out.write_str("exists"),
            Self::Absent => out.write_str("is absent"),
        }
    }
}

/// A value as it is shown: a text without quotes, everything else as JSON.
pub(super) fn said(value: &Value) -> String {
    match value {
        Value::String(text) => shown(text),
        other => shown(&other.to_string()),
    }
}

/// What kind of JSON value it is.
pub(super) const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// `text` cut to what people will read.
pub(super) fn shown(text: &str) -> String {
    cut(text, MAX_SHOWN)
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// A few texts, each for itself: `<a>, <b> and 3 more`.
pub(super) fn list_of(texts: impl ExactSizeIterator<Item = String>) -> String {
    let left_out = texts.len().saturating_sub(MOST_LISTED);
    let listed: Vec<_> = texts.take(MOST_LISTED).map(|text| format!("<{}>", cut(&text, LISTED))).collect();
    let listed = listed.join(", ");
    if left_out == 0 { listed } else { format!("{listed} and {} more", grouped(left_out)) }
}

/// A count with a comma between thousands.
pub(super) fn grouped(count: usize) -> String {
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
