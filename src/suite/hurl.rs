// SPDX-License-Identifier: GPL-2.0-or-later
//! Suites as Hurl files (<https://hurl.dev/docs/hurl-file.html>).
//!
//! Must not write what Hurl would judge otherwise than this tool: such a thing is listed.

mod asserts;
mod read;
mod text;

pub use read::read_hurl;

use super::lost::{LossAt, Losses, one_line};
use super::placeholder::{HOST, Spelling, WIKI};
use super::{Exported, Suite, Test};
use crate::check::{Assertion, Predicate, Subject};
use crate::exchange::{Redirects, Session};
use text::{Names, backticked, field, key, quoted, unquoted};

/// What a test demands besides when it says nothing of the status, as the file says it.
const SUCCESS: [&str; 2] = ["status >= 200", "status < 300"];

/// Of which status a test is besides when it says where a redirect leads: success, or a redirect.
pub(crate) const SUCCESS_OR_REDIRECT: &str = "^(2[0-9]{2}|30[12378])$";

/// Which status a test takes besides what its assertions say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// A success alone.
    Success,
    /// That and a redirect, since it says where one leads.
    SuccessOrRedirect,
    /// Any, since it speaks of the status.
    Any,
}

impl Taken {
    pub(crate) fn by(assertions: &[Assertion]) -> Self {
        let speak = |status| assertions.iter().any(|assertion| assertion.speaks_of_status(status));
        match (speak(500), speak(301)) {
            (true, _) => Self::Any,
            (false, true) => Self::SuccessOrRedirect,
            (false, false) => Self::Success,
        }
    }
}

/// What Hurl has to be told of the values that a run gives here, by name.
const GIVEN: [(&str, &str); 2] = [(HOST, "--variable host=en.wikipedia.org"), (WIKI, "--variable wiki=enwiki")];

/// Writes an entry for each test, with its name as a comment. `{host}` and `{wiki}` become variables of Hurl's, which a
/// comment at the top says how to give.
#[must_use]
pub fn write_hurl(suite: &Suite) -> Exported {
    let mut lost = Losses::at(LossAt::Line(1));
    let mut names: Names = GIVEN.iter().map(|(name, _)| (*name).to_owned()).collect();
    let mut text = given(suite, &mut lost);
    for (index, test) in suite.tests.iter().enumerate() {
        lost.go_to(LossAt::Test(index + 1, test.label().to_owned()));
        if index > 0 {
            text.push('\n');
        }
        text.push_str(&entry(test, &mut names, &mut lost));
    }
    Exported { text, lost: lost.into_lost() }
}

/// The comment that says how to give what a run gives here; an empty line keeps it from being a test's name.
fn given(suite: &Suite, lost: &mut Losses) -> String {
    let mut options = Vec::new();
    for (name, option) in GIVEN {
        let user = suite.tests.iter().enumerate().find(|(_, test)| test.names().contains(name));
        if let Some((index, test)) = user {
            lost.go_to(LossAt::Test(index + 1, test.label().to_owned()));
            lost.aside(format!("{{{name}}} is a variable of Hurl's; give it with <{option}>"));
            options.push(option);
        }
    }
    if options.is_empty() { String::new() } else { format!("# Run it with: hurl {}\n\n", options.join(" ")) }
}

fn entry(test: &Test, names: &mut Names, lost: &mut Losses) -> String {
    let mut lines = Vec::new();
    if !test.name.is_empty() {
        lines.push(format!("# {}", one_line(&test.name)));
    }
    lines.push(format!("{} {}", test.method.as_str(), unquoted(&test.url, Spelling::Url, names)));
    lines.extend(test.headers.iter().map(|(name, value)| field(name, value, names)));
    lines.extend(options(test));
    lines.extend(test.body.as_deref().map(|body| backticked(body, test.spelling_of_body(), names)));
    tell(test, lost);
    response(test, names, lost, &mut lines);
    names.extend(test.captures.iter().map(|capture| capture.name.clone()));
    lines.join("\n") + "\n"
}

fn options(test: &Test) -> Vec<String> {
    let mut options = Vec::new();
    if test.redirects == Redirects::Follow {
        options.push("location: true".to_owned());
    }
    if let Some(limit) = test.timeout_ms {
        options.push(format!("max-time: {limit}ms"));
    }
    if let Some(why) = &test.skip {
        options.push(format!("# {}", one_line(why)));
        options.push("skip: true".to_owned());
    }
    if !options.is_empty() {
        options.insert(0, "[Options]".to_owned());
    }
    options
}

fn tell(test: &Test, lost: &mut Losses) {
    if test.session == Session::Mine {
        lost.matters("it asks as you; Hurl has no cookies of your browser and asks as nobody");
    }
    if test.must_fail_before {
        lost.matters("Hurl cannot demand that it fails before the patch");
    }
    if test.only.is_some() {
        lost.matters("Hurl does not know on which stage it makes sense");
    }
    if !test.tags.is_empty() {
        lost.aside("its tags are left out");
    }
}

/// The code in the status line is the one status demanded, where there is one.
fn response(test: &Test, names: &Names, lost: &mut Losses, lines: &mut Vec<String>) {
    let exact = test.assertions.iter().position(|assertion| match (&assertion.of, &assertion.is) {
        (Subject::Status, Predicate::Is { value }) => value.is_u64(),
        _ => false,
    });
    let code = exact.and_then(|at| match &test.assertions.get(at)?.is {
        Predicate::Is { value } => value.as_u64(),
        _ => None,
    });
    lines.push(code.map_or_else(|| "HTTP *".to_owned(), |code| format!("HTTP {code}")));
    let captures: Vec<String> = test
        .captures
        .iter()
        .filter_map(|capture| {
            let can_be = text::is_name(&capture.name) && GIVEN.iter().all(|(given, _)| capture.name != *given);
            let query = asserts::captured(&capture.of, names).filter(|_| can_be);
            if query.is_none() {
                lost.matters(format!("Hurl cannot take {{{{{}}}}} from {}", capture.name, capture.of));
            }
            Some(format!("{}: {}", key(&capture.name), query?))
        })
        .collect();
    if !captures.is_empty() {
        lines.push("[Captures]".to_owned());
        lines.extend(captures);
    }
    let mut demands = Vec::new();
    match Taken::by(&test.assertions) {
        Taken::Success => demands.extend(SUCCESS.map(str::to_owned)),
        Taken::SuccessOrRedirect => demands.push(format!("status toString matches /{SUCCESS_OR_REDIRECT}/")),
        Taken::Any => {}
    }
    for (_, assertion) in test.assertions.iter().enumerate().filter(|(at, _)| Some(*at) != exact) {
        match asserts::lines(assertion, names) {
            Some(said) => demands.extend(said),
            None => lost.matters(format!("Hurl cannot demand that {assertion}")),
        }
    }
    if !demands.is_empty() {
        lines.push("[Asserts]".to_owned());
        lines.extend(demands);
    }
}

/// For texts in which no name may stand.
fn quoted_plain(text: &str) -> String {
    quoted(text, &Names::new())
}
