// SPDX-License-Identifier: GPL-2.0-or-later
//! A suite's file in httpbb's own words, for httpbb, and a list of what they cannot say.
//!
//! Must not write a key of ours: what httpbb does with a key that it does not know is not known.

use super::export::{Body, Lines, host_and_path, value};
use super::placeholder::{HOST, WIKI};
use super::yaml::{is_printable, quoted};
use super::{Httpbb, Only, Suite, Test};
use crate::check::Assertion;
use crate::exchange::{Redirects, Session};
use std::collections::BTreeSet;
use std::fmt;

/// What a file for httpbb does not say of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// The test's number in the suite; the first is 1.
    pub number: usize,
    /// The test's label.
    pub test: String,
    /// What, in words.
    pub what: String,
    /// Whether the test is left out altogether, since without this it would mean something else.
    pub left_out: bool,
    /// Whether something else is asked or demanded without it.
    pub matters: bool,
}

impl fmt::Display for Lost {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left_out = if self.left_out { "left out, because " } else { "" };
        write!(out, "{}: {left_out}{}", self.test, self.what)
    }
}

/// Writes a suite as httpbb reads it, and lists what it could not say.
///
/// Each host stands there once, since httpbb keeps the last of several. A name becomes a comment. A key takes one demand,
/// so that a test with more of a kind is written several times; one that may change something is not, and loses them.
#[must_use]
pub fn write_httpbb(suite: &Suite) -> (String, Vec<Lost>) {
    let captured: BTreeSet<&str> =
        suite.tests.iter().flat_map(|test| &test.captures).map(|capture| capture.name.as_str()).collect();
    let mut hosts: Vec<(String, String)> = Vec::new();
    let mut lost = Vec::new();
    for (nth, test) in suite.tests.iter().enumerate() {
        let mut tell = |what, left_out, matters| {
            lost.push(Lost { number: nth + 1, test: test.label().to_owned(), what, left_out, matters });
        };
        if let Some(why) = unsayable(test, &captured) {
            tell(why, true, true);
            continue;
        }
        for (what, matters) in missing(test) {
            tell(what, false, matters);
        }
        let (host, path) = host_and_path(&test.url);
        let nth = hosts.iter().position(|(known, _)| *known == host).unwrap_or_else(|| {
            hosts.push((host, String::new()));
            hosts.len() - 1
        });
        if let Some((_, out)) = hosts.get_mut(nth) {
            written(test, &path, out);
        }
    }
    let file: String = hosts.into_iter().flat_map(|(host, tests)| [quoted(&host), ":\n".to_owned(), tests]).collect();
    (if file.is_empty() { "{}\n".to_owned() } else { file }, lost)
}

/// Why a test would mean something else in httpbb's words.
fn unsayable(test: &Test, captured: &BTreeSet<&str>) -> Option<String> {
    let mut names = BTreeSet::new();
    let twice = test.headers.iter().find(|(name, _)| !names.insert(name.to_ascii_lowercase()));
    let says = |why: &str| Some(why.to_owned());
    if let Some(why) = &test.skip {
        return Some(format!("it is skipped: {why}"));
    }
    match test.only {
        Some(Only::Mwdebug) => return says("it is for mwdebug alone"),
        Some(Only::Production) => return says("it is for production alone"),
        None => {}
    }
    if test.session == Session::Mine {
        return says("it asks as the user who is logged in");
    }
    if test.redirects == Redirects::Follow {
        return says("it follows redirects");
    }
    if let Some(name) = test.names().into_iter().find(|name| matches!(name.as_str(), HOST | WIKI)) {
        return Some(format!("it uses {{{name}}}, which a run gives"));
    }
    if let Some(name) = captured.iter().find(|name| mentions(test, &format!("{{{{{name}}}}}"))) {
        return Some(format!("it uses <{name}>, which is taken from another answer"));
    }
    if let Some((name, _)) = twice {
        return Some(format!("it sends the header {name} twice"));
    }
    if matches!(Body::of(test), Body::Raw(_)) {
        return says("its body is neither a form nor JSON");
    }
    if sayable(test).next().is_none() {
        return says("httpbb can say none of what it demands");
    }
    None
}

/// Whether a placeholder stands anywhere in a test.
fn mentions(test: &Test, place: &str) -> bool {
    serde_json::to_string(test).is_ok_and(|all| {
        let place = serde_json::Value::from(place).to_string();
        all.contains(place.trim_matches('"'))
    })
}

/// An assertion, and the same in httpbb's own words.
type Said<'a> = (&'a Assertion, Httpbb<'a>);

/// What httpbb's own words can say.
fn sayable(test: &Test) -> impl Iterator<Item = Said<'_>> {
    test.assertions.iter().filter_map(|assertion| Some((assertion, own(assertion)?)))
}

fn own(assertion: &Assertion) -> Option<Httpbb<'_>> {
    Httpbb::of(assertion).filter(|word| !matches!(word, Httpbb::BodyLacks(_)))
}

/// What is not said of a test that is written, and whether less is demanded so.
fn missing(test: &Test) -> Vec<(String, bool)> {
    let mut out = Vec::new();
    if !test.tags.is_empty() {
        out.push((format!("tags {}", test.tags.iter().map(String::as_str).collect::<Vec<_>>().join(", ")), false));
    }
    if test.must_fail_before {
        out.push(("that it must fail before".to_owned(), true));
    }
    out.extend(test.timeout_ms.map(|ms| (format!("its timeout of {ms} ms"), false)));
    out.extend(test.captures.iter().map(|capture| (format!("that it captures <{}>", capture.name), true)));
    out.extend(test.assertions.iter().filter(|one| own(one).is_none()).map(|one| (one.to_string(), true)));
    if !test.method.is_safe() {
        let rounds = rounds(test);
        let again = sayable(test).filter(|said| rounds.first().is_some_and(|first| !first.contains(said)));
        out.extend(again.map(|(one, _)| (format!("{one}, since it would have to be sent once more"), true)));
    }
    if !sayable(test).any(is_status) {
        out.push(("that its answer must be a success, because no status is demanded".to_owned(), true));
    }
    out
}

const fn is_status((_, word): Said<'_>) -> bool {
    matches!(word, Httpbb::Status(_))
}

/// The assertions in as few tests as httpbb's keys allow: each key once, each header once. All have the first status.
fn rounds(test: &Test) -> Vec<Vec<Said<'_>>> {
    let mut rounds: Vec<Vec<Said<'_>>> = Vec::new();
    let status = sayable(test).find(|said| is_status(*said));
    for said in sayable(test) {
        if rounds.iter().flatten().any(|known| *known == said) {
            continue;
        }
        match rounds.iter_mut().find(|round| !round.iter().any(|other| clash(other.1, said.1))) {
            Some(round) => round.push(said),
            None => rounds.push(status.into_iter().filter(|status| !clash(status.1, said.1)).chain([said]).collect()),
        }
    }
    rounds
}

/// Whether one of both would be lost in one test.
fn clash(one: Httpbb<'_>, other: Httpbb<'_>) -> bool {
    match (one, other) {
        (Httpbb::HeaderIs(one, _), Httpbb::HeaderIs(other, _))
        | (Httpbb::HeaderMatches(one, _), Httpbb::HeaderMatches(other, _)) => one.eq_ignore_ascii_case(other),
        (Httpbb::HeaderAbsent(_), _) => false,
        _ => one.key() == other.key(),
    }
}

fn written(test: &Test, path: &str, out: &mut String) {
    let often = if test.method.is_safe() { usize::MAX } else { 1 };
    for round in rounds(test).into_iter().take(often) {
        if !test.name.is_empty() {
            let comment = test.name.chars().map(|letter| if is_printable(letter) { letter } else { ' ' });
            out.extend(["# ", comment.collect::<String>().trim(), "\n"]);
        }
        out.extend(["- path: ", &quoted(path), "\n"]);
        let mut lines = Lines(out);
        lines.request(test, &Body::of(test));
        let words: Vec<Httpbb<'_>> = round.into_iter().map(|(_, word)| word).collect();
        let mut keys: Vec<&str> = Vec::new();
        for word in &words {
            if !keys.contains(&word.key()) {
                keys.push(word.key());
                let group: Vec<_> = words.iter().filter(|other| other.key() == word.key()).copied().collect();
                lines.line(word.key(), &value(&group));
            }
        }
    }
}
