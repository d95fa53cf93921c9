// SPDX-License-Identifier: GPL-2.0-or-later
//! Answers made out of what a test demands: one that fulfils it, and for each demand those that break it.
//!
//! Must not know the engine: whether a demand is met is asked of `check` alone.

use backport_verify::check::{Assertion, Predicate, Subject, judge};
use backport_verify::exchange::{Headers, Response};
use backport_verify::suite::Test;
use proptest::strategy::{Strategy, ValueTree};
use proptest::string::string_regex;
use proptest::test_runner::TestRunner;

/// Pages without anything in them.
const FILLERS: [&str; 2] = ["<!DOCTYPE html><html><body>\n</body></html>", "<!DOCTYPE html>\n"];

/// What a server says, but for who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// An answer that breaks one demand of a test.
#[derive(Debug, Clone)]
pub(crate) struct Wrong {
    /// The demand's place.
    pub(crate) assertion: usize,
    /// In words.
    pub(crate) how: String,
    pub(crate) told: Told,
}

impl Told {
    fn holds(&self, assertion: &Assertion) -> bool {
        let headers: Headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let response = Response { status: self.status, headers, body: self.body.clone(), ..Response::default() };
        judge(assertion, &response).held
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn with(&self, name: &str, value: &str) -> Self {
        let mut told = self.without(name);
        told.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        told
    }

    fn without(&self, name: &str) -> Self {
        let mut told = self.clone();
        told.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        told
    }
}

/// An answer that fulfils every demand of `test`.
pub(crate) fn right(test: &Test) -> Told {
    let all: Vec<&Assertion> = test.assertions.iter().collect();
    let told = made(&all, FILLERS[0]);
    let broken = all.iter().find(|assertion| !told.holds(assertion));
    assert!(broken.is_none(), "no answer is known that fulfils <{}> of {}", broken.unwrap(), test.label());
    told
}

/// For each demand the answers that break it, all others fulfilled where that can be.
pub(crate) fn wrong(test: &Test) -> Vec<Wrong> {
    let of =
        |place: usize| broken(test, place).into_iter().map(move |(how, told)| Wrong { assertion: place, how, told });
    (0..test.assertions.len()).flat_map(of).collect()
}

fn broken(test: &Test, place: usize) -> Vec<(String, Told)> {
    let (assertion, right) = (&test.assertions[place], right(test));
    let answers = match (&assertion.of, &assertion.is) {
        (Subject::Status, Predicate::Is { .. }) => {
            let status = if right.status == 404 { 200 } else { 404 };
            vec![("another status".to_owned(), Told { status, ..right })]
        }
        (Subject::Header { name }, Predicate::Absent) => {
            let value = if name.eq_ignore_ascii_case("content-encoding") { "gzip" } else { "Accept-Encoding" };
            vec![(format!("{name} is there"), right.with(name, value))]
        }
        (Subject::Header { name }, _) => {
            let value = right.value(name).unwrap();
            let others = [format!("x{value}"), format!("{value}x"), "?".to_owned()];
            let other = others.iter().map(|value| right.with(name, value)).find(|told| !told.holds(assertion)).unwrap();
            vec![(format!("{name} is another"), other), (format!("{name} is missing"), right.without(name))]
        }
        (Subject::Body, Predicate::Lacks { value }) => {
            let body = format!("{}\n{}", right.body, value.as_str().unwrap());
            vec![("the text is there".to_owned(), Told { body, ..right })]
        }
        (Subject::Body, _) => {
            let rest: Vec<_> = test.assertions.iter().filter(|other| *other != assertion).collect();
            // Where one text is part of another, both are missing.
            let bare: Vec<_> = rest.iter().copied().filter(|other| other.of != Subject::Body).collect();
            let all = [&rest, &bare].into_iter().flat_map(|kept| FILLERS.map(|filler| made(kept, filler)));
            let told = all.into_iter().find(|told| !told.holds(assertion)).unwrap();
            vec![("the text is missing".to_owned(), told)]
        }
        other => panic!("no answer is known that breaks {other:?}"),
    };
    for (how, told) in &answers {
        assert!(!told.holds(assertion), "{}: {how} still fulfils <{assertion}>", test.label());
    }
    answers
}

/// The plainest answer for these demands.
fn made(assertions: &[&Assertion], filler: &str) -> Told {
    let mut told = Told { status: 200, headers: Vec::new(), body: filler.to_owned() };
    let mut texts = Vec::new();
    for assertion in assertions {
        match (&assertion.of, &assertion.is) {
            (Subject::Status, Predicate::Is { value }) => told.status = u16::try_from(value.as_u64().unwrap()).unwrap(),
            (Subject::Header { name }, Predicate::Is { value }) => told = told.with(name, value.as_str().unwrap()),
            (Subject::Header { name }, Predicate::Matches { pattern }) => told = told.with(name, &example(pattern)),
            (Subject::Header { .. }, Predicate::Absent) | (Subject::Body, Predicate::Lacks { .. }) => {}
            (Subject::Body, Predicate::Contains { value }) => texts.push(value.as_str().unwrap().to_owned()),
            (Subject::Body, Predicate::Matches { pattern }) => texts.push(example(pattern)),
            other => panic!("no answer is known that fulfils {other:?}"),
        }
    }
    // A redirect that no status is demanded of is one all the same.
    let is_said = assertions.iter().any(|assertion| assertion.of == Subject::Status);
    if !is_said && told.value("location").is_some() {
        told.status = 302;
    }
    let has_type = |assertion: &&&Assertion| matches!(&assertion.of, Subject::Header { name } if name.eq_ignore_ascii_case("content-type"));
    if !assertions.iter().any(|assertion| has_type(&assertion)) {
        told = told.with("content-type", "text/html; charset=UTF-8");
    }
    if let Some((head, tail)) = filler.split_once('\n').filter(|_| !texts.is_empty()) {
        told.body = format!("{head}\n{}\n{tail}", texts.join("\n"));
    }
    told
}

/// A short text in which `pattern` matches. The library makes none for an anchor, so that those at either end are left
/// out: the text stands alone on its line.
fn example(pattern: &str) -> String {
    let bare = pattern.trim_start_matches('^');
    let bare = bare.strip_suffix('$').unwrap_or(bare).replace("\\b", "");
    let mut tree = string_regex(&bare).unwrap().new_tree(&mut TestRunner::deterministic()).unwrap();
    while tree.simplify() {}
    tree.current()
}
