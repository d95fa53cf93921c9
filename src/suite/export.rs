// SPDX-License-Identifier: GPL-2.0-or-later
//! A suite's file, written whole: httpbb's keys as far as they reach, and ours for the rest.

use super::asserted::{assertion_line, captured_line};
use super::httpbb::is_host;
use super::json::json_text;
use super::placed::{CONTENT_TYPE, FORM, JSON};
use super::yaml::{LONGEST_KEY, document, is_printable, quoted};
use super::{Httpbb, Only, Suite, Test};
use crate::check::Assertion;
use crate::exchange::{Method, Redirects, Session};
use std::borrow::Cow;
use std::collections::BTreeSet;
use url::{Url, form_urlencoded};

/// Writes a suite file that [`read`](super::read) reads back equal, but for what the submitter has allowed, which no file
/// can say. A URL without a path gets `/`, and one that is not written with scheme, host and path is spelled so.
#[must_use]
pub fn write(suite: &Suite) -> String {
    if suite.tests.is_empty() {
        return "{}\n".into();
    }
    let mut out = String::new();
    let mut last = String::new();
    for test in &suite.tests {
        let (host, path) = host_and_path(&test.url);
        if host != last {
            out.extend([&quoted(&host), ":\n"]);
            last = host;
        }
        out.extend(["- path: ", &quoted(&path), "\n"]);
        Lines(&mut out).test(test);
    }
    out
}

/// A URL as scheme with host, and the rest, which begins with `/`.
pub(super) fn host_and_path(url: &str) -> (String, String) {
    let (host, path) = split(url);
    if is_host(host) {
        let slash = if path.starts_with('/') { "" } else { "/" };
        return (host.to_owned(), format!("{slash}{path}"));
    }
    let spelled: Cow<'_, str> = Url::parse(url).map_or(Cow::Borrowed(url), |url| Cow::Owned(url.into()));
    let (host, path) = split(&spelled);
    (host.to_owned(), path.to_owned())
}

fn split(url: &str) -> (&str, &str) {
    let begin = url.find("://").map_or(0, |at| at + "://".len());
    let end = url.get(begin..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(url.len(), |at| begin + at);
    url.split_at(end)
}

/// The lines of a test below its path.
pub(super) struct Lines<'o>(pub(super) &'o mut String);

impl Lines<'_> {
    pub(super) fn line(&mut self, key: &str, value: &str) {
        let space = if value.starts_with('\n') { "" } else { " " };
        self.0.extend(["  ", key, ":", space, value, "\n"]);
    }

    fn test(&mut self, test: &Test) {
        if !test.name.is_empty() {
            self.line("name", &quoted(&test.name));
        }
        if !test.tags.is_empty() {
            self.line("tags", &format!("[{}]", test.tags.iter().map(|tag| quoted(tag)).collect::<Vec<_>>().join(", ")));
        }
        if let Some(why) = &test.skip {
            self.line("skip", &quoted(why));
        }
        match test.only {
            Some(Only::Mwdebug) => self.line("only", "mwdebug"),
            Some(Only::Production) => self.line("only", "production"),
            None => {}
        }
        if test.session == Session::Mine {
            self.line("session", "mine");
        }
        if test.redirects == Redirects::Follow {
            self.line("redirects", "follow");
        }
        if test.must_fail_before {
            self.line("must_fail_before", "true");
        }
        if let Some(ms) = test.timeout_ms {
            self.line("timeout", &seconds(ms));
        }
        self.request(test, &Body::of(test));
        if !test.captures.is_empty() {
            let captures = test.captures.iter().map(|capture| (capture.name.as_str(), captured_line(&capture.of)));
            self.line("captures", &block(captures));
        }
        let (groups, rest) = grouped(&test.assertions);
        for (key, group) in groups {
            self.line(key, &value(&group));
        }
        if !rest.is_empty() {
            let items: String = rest.iter().flat_map(|one| ["\n  - ".to_owned(), assertion_line(one)]).collect();
            self.line("assert", &items);
        }
    }

    /// Method, header fields and body.
    pub(super) fn request(&mut self, test: &Test, body: &Body<'_>) {
        if test.method != Method::Get {
            self.line("method", test.method.as_str());
        }
        let mut headers: Vec<(&str, &str)> = test.headers.iter().collect();
        let own = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(CONTENT_TYPE)).count();
        if own == 1
            && headers.last().is_some_and(|last| body.encoding().is_some_and(|kind| *last == (CONTENT_TYPE, kind)))
        {
            headers.pop();
        }
        if !headers.is_empty() {
            self.line("request_headers", &mapping(headers));
        }
        match body {
            Body::Json(json) => self.line("json_body", json),
            Body::Form(pairs) => {
                self.line("form_body", &mapping(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str()))));
            }
            Body::Raw(raw) => self.line("body", &quoted(raw)),
            Body::None => {}
        }
    }
}

fn seconds(ms: u32) -> String {
    let text = format!("{}.{:03}", ms / 1000, ms % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// How a test's body can be written.
pub(super) enum Body<'t> {
    None,
    /// As YAML whose JSON is this text; JSON of this form is YAML.
    Json(&'t str),
    Form(Vec<(String, String)>),
    Raw(&'t str),
}

impl<'t> Body<'t> {
    pub(super) fn of(test: &'t Test) -> Self {
        let Some(body) = test.body.as_deref() else { return Self::None };
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
            Self::Raw(_) | Self::None => None,
        }
    }
}

fn mapping<'t>(pairs: impl IntoIterator<Item = (&'t str, &'t str)>) -> String {
    block(pairs.into_iter().map(|(key, value)| (key, quoted(value))))
}

/// A mapping in block form, a line for each key.
fn block<'t>(pairs: impl IntoIterator<Item = (&'t str, String)>) -> String {
    let pair = |(key, value): (&str, String)| match quoted(key) {
        key if key.len() <= LONGEST_KEY => format!("\n    {key}: {value}"),
        key => format!("\n    ? {key}\n    : {value}"),
    };
    pairs.into_iter().map(pair).collect()
}

/// The assertions that one key of the file says together.
pub(super) type Group<'a> = Vec<Httpbb<'a>>;

/// What httpbb's words can say at the beginning, a key once and in order, and all that comes behind it.
fn grouped(assertions: &[Assertion]) -> (Vec<(&'static str, Group<'_>)>, &[Assertion]) {
    let mut groups: Vec<(&'static str, Group<'_>)> = Vec::new();
    for (index, assertion) in assertions.iter().enumerate() {
        let word = Httpbb::of(assertion).filter(|word| is_new(&mut groups, *word));
        if word.is_none() {
            return (groups, assertions.get(index..).unwrap_or_default());
        }
    }
    (groups, &[])
}

/// Takes a word in, where the keys so far leave room for it.
fn is_new<'a>(groups: &mut Vec<(&'static str, Group<'a>)>, word: Httpbb<'a>) -> bool {
    let key = word.key();
    let last = groups.len().saturating_sub(1);
    match groups.iter_mut().position(|(known, _)| *known == key) {
        None => {
            groups.push((key, vec![word]));
            true
        }
        Some(at) if at == last => groups.last_mut().is_some_and(|(_, group)| joins(group, word)),
        Some(_) => false,
    }
}

/// Adds a word to a group of its key, unless one of them would be lost: a status there is once, and a header's name.
fn joins<'a>(group: &mut Group<'a>, word: Httpbb<'a>) -> bool {
    let clashes = |other: &Httpbb<'_>| match (other, &word) {
        (Httpbb::Status(_), Httpbb::Status(_)) => true,
        (Httpbb::HeaderIs(one, _), Httpbb::HeaderIs(other, _))
        | (Httpbb::HeaderMatches(one, _), Httpbb::HeaderMatches(other, _)) => one == other,
        _ => false,
    };
    let fits = !group.iter().any(clashes);
    if fits {
        group.push(word);
    }
    fits
}

/// What stands behind the key of a group.
pub(super) fn value(group: &[Httpbb<'_>]) -> String {
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
