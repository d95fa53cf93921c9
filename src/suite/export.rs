// SPDX-License-Identifier: GPL-2.0-or-later
//! httpbb's YAML, written.

use super::Httpbb;
use super::httpbb::{CONTENT_TYPE, FORM, JSON};
use super::json::json_text;
use super::yaml::{document, is_printable, quoted};
use super::{Suite, Test};
use crate::check::Assertion;
use crate::exchange::{Method, Redirects, Session};
use std::collections::BTreeSet;
use url::form_urlencoded;

/// A longer key needs a mark of its own; YAML's limit is 1024 letters (section 7.4.2).
const LONGEST_KEY: usize = 120;

/// Writes a suite file that [`read`](super::read) reads back and httpbb understands, but for our own keys.
///
/// Assertions of one kind come together, where the first of them stood. A URL without a path gets `/`.
#[must_use]
pub fn write(suite: &Suite) -> String {
    if suite.tests.is_empty() {
        return "{}\n".into();
    }
    let mut out = String::new();
    let mut host = None;
    for test in &suite.tests {
        let (origin, path) = split(&test.url);
        if host != Some(origin) {
            out.push_str(&quoted(origin));
            out.push_str(":\n");
            host = Some(origin);
        }
        let slash = if path.starts_with('/') { "" } else { "/" };
        let whole = format!("{slash}{path}");
        out.extend(["- path: ", &quoted(&whole), "\n"]);
        write_test(test, &mut out);
    }
    out
}

/// A URL as scheme with host, and the rest.
fn split(url: &str) -> (&str, &str) {
    let begin = url.find("://").map_or(0, |at| at + "://".len());
    let end = url.get(begin..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(url.len(), |at| begin + at);
    url.split_at(end)
}

fn write_test(test: &Test, out: &mut String) {
    let mut line = |key: &str, value: String| {
        let space = if value.starts_with('\n') { "" } else { " " };
        out.extend(["  ", key, ":", space, &value, "\n"]);
    };
    if !test.name.is_empty() {
        line("name", quoted(&test.name));
    }
    if test.method != Method::Get {
        line("method", test.method.as_str().to_owned());
    }
    if test.session == Session::Mine {
        line("session", "mine".into());
    }
    if test.redirects == Redirects::Follow {
        line("redirects", "follow".into());
    }
    if test.must_fail_before {
        line("must_fail_before", "true".into());
    }
    let body = test.body.as_deref().map(|body| Body::of(body, test));
    let implied = body.as_ref().and_then(Body::encoding);
    let mut headers: Vec<(&str, &str)> = test.headers.iter().collect();
    let own = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(CONTENT_TYPE)).count();
    if own == 1 && implied.is_some() && headers.last().copied() == implied.map(|encoding| (CONTENT_TYPE, encoding)) {
        headers.pop();
    }
    if !headers.is_empty() {
        line("request_headers", mapping(headers));
    }
    match body {
        Some(Body::Json(json)) => line("json_body", json.to_owned()),
        Some(Body::Form(pairs)) => {
            line("form_body", mapping(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str()))));
        }
        Some(Body::Raw(raw)) => line("body", quoted(raw)),
        None => {}
    }
    for (key, value) in asserted(&test.assertions) {
        line(key, value);
    }
}

/// Whether it has a body that only our key `body` can hold.
pub(super) fn is_raw(test: &Test) -> bool {
    test.body.as_deref().is_some_and(|body| matches!(Body::of(body, test), Body::Raw(_)))
}

/// How a body can be written.
enum Body<'t> {
    /// As YAML whose JSON is this text; JSON of this form is YAML.
    Json(&'t str),
    Form(Vec<(String, String)>),
    Raw(&'t str),
}

impl<'t> Body<'t> {
    fn of(body: &'t str, test: &Test) -> Self {
        let is_typed = |encoding: &str| test.headers.get(CONTENT_TYPE).as_deref() == Some(encoding);
        let same_json = || json_text(&document(body).ok()??).ok().filter(|text| text == body);
        if is_typed(JSON) && body.chars().all(is_printable) && same_json().is_some() {
            return Self::Json(body);
        }
        let pairs: Vec<(String, String)> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let again = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        // httpbb's reader keeps the last of a key that is repeated.
        let names: BTreeSet<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
        if is_typed(FORM) && again == body && !pairs.is_empty() && names.len() == pairs.len() {
            return Self::Form(pairs);
        }
        Self::Raw(body)
    }

    const fn encoding(&self) -> Option<&'static str> {
        match self {
            Self::Json(_) => Some(JSON),
            Self::Form(_) => Some(FORM),
            Self::Raw(_) => None,
        }
    }
}

/// A mapping in block form, a line for each key.
fn mapping<'t>(pairs: impl IntoIterator<Item = (&'t str, &'t str)>) -> String {
    let pair = |(key, value): (&str, &str)| match (quoted(key), quoted(value)) {
        (key, value) if key.len() <= LONGEST_KEY => format!("\n    {key}: {value}"),
        (key, value) => format!("\n    ? {key}\n    : {value}"),
    };
    pairs.into_iter().map(pair).collect()
}

/// Each key with its value, in the order of the first assertion of its kind. What httpbb's words cannot say is left out.
fn asserted(assertions: &[Assertion]) -> Vec<(&'static str, String)> {
    let mut groups: Vec<(&'static str, Vec<Httpbb<'_>>)> = Vec::new();
    for assertion in assertions.iter().filter_map(Httpbb::of) {
        let key = assertion.key();
        // A key has one status; more than one could not hold together.
        match groups.iter_mut().find(|(known, _)| *known == key && key != "assert_status") {
            Some((_, group)) => group.push(assertion),
            None => groups.push((key, vec![assertion])),
        }
    }
    groups.into_iter().map(|(key, group)| (key, value(&group))).collect()
}

fn value(group: &[Httpbb<'_>]) -> String {
    let mut texts = Vec::new();
    let mut pairs = Vec::new();
    for assertion in group {
        match *assertion {
            Httpbb::Status(code) => return format!("{code:03}"),
            Httpbb::BodyContains(text) | Httpbb::BodyLacks(text) | Httpbb::BodyMatches(text) => texts.push(text),
            Httpbb::HeaderIs(name, value) | Httpbb::HeaderMatches(name, value) => pairs.push((name, value)),
            Httpbb::HeaderAbsent(name) => texts.push(name),
        }
    }
    let is_list = matches!(group.first(), Some(Httpbb::HeaderAbsent(_)));
    match texts.as_slice() {
        [] => mapping(pairs),
        [text] if !is_list => quoted(text),
        _ => texts.iter().flat_map(|text| ["\n  - ".to_owned(), quoted(text)]).collect(),
    }
}
