// SPDX-License-Identifier: GPL-2.0-or-later
//! Tests as curl commands that ask the same; quoting is shlex's.
//!
//! Must not write a line that a shell would take for more than was meant.

use crate::check::{Predicate, Subject};
use crate::exchange::{Method, Redirects, Session};
use crate::suite::lost::{Losses, one_line};
use crate::suite::placed::CONTENT_TYPE;
use crate::suite::placeholder::{HOST, WIKI};
use crate::suite::test::is_token;
use crate::suite::{Exported, LossAt, Suite, Test};

/// Writes a command for each test, with what it demands as comments: curl cannot judge an answer, but for `--fail`. The
/// request is the one of production, without the debug header.
#[must_use]
pub fn write_curl(suite: &Suite) -> Exported {
    let mut lost = Losses::at(LossAt::Line(1));
    let mut text = String::new();
    for (index, test) in suite.tests.iter().enumerate() {
        lost.go_to(LossAt::Test(index + 1, test.label().to_owned()));
        let Some(command) = command(test) else {
            lost.matters("it holds a zero byte, which no shell can pass on; the test is left out");
            continue;
        };
        if index > 0 {
            text.push('\n');
        }
        text.extend(comments(test, &mut lost).iter().map(|line| format!("# {}\n", one_line(line))));
        tell(test, &mut lost);
        if command.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\t')) {
            lost.aside("the command holds control characters; run it from a file, a terminal takes some for keys");
        }
        text.push_str(&command);
        text.push('\n');
    }
    Exported { text, lost: lost.into_lost() }
}

fn is_fail(of: &Subject, is: &Predicate) -> bool {
    let Predicate::Between { from, to } = is else { return false };
    *of == Subject::Status && (from.as_u64(), to.as_u64()) == (Some(100), Some(399))
}

fn comments(test: &Test, lost: &mut Losses) -> Vec<String> {
    let mut lines: Vec<String> = (!test.name.is_empty()).then(|| test.name.clone()).into_iter().collect();
    for assertion in test.assertions.iter().filter(|assertion| !is_fail(&assertion.of, &assertion.is)) {
        lines.push(format!("demands: {assertion}"));
        lost.matters(format!("curl cannot demand that {assertion}"));
    }
    lines
}

fn tell(test: &Test, lost: &mut Losses) {
    if test.session == Session::Mine {
        lost.matters("it asks as you; curl has no cookies of your browser and asks as nobody");
    }
    if !test.headers.iter().all(|(name, _)| is_token(name)) {
        lost.matters("a header field whose name cannot be sent is left out");
    }
    for (name, instead) in [(HOST, "a host such as en.wikipedia.org"), (WIKI, "a wiki such as enwiki")] {
        if request_of(test).names().contains(name) {
            lost.matters(format!("curl sends {{{name}}} as it stands; put {instead} in its place"));
        }
    }
    for capture in &test.captures {
        lost.matters(format!("curl cannot take {{{{{}}}}} from an answer", capture.name));
    }
    if test.must_fail_before {
        lost.matters("curl cannot demand that it fails before the patch");
    }
    if test.skip.is_some() {
        lost.matters("curl does not skip it");
    }
    if test.only.is_some() || !test.tags.is_empty() {
        lost.aside("its tags and its stage are left out");
    }
}

/// The test without its demands.
fn request_of(test: &Test) -> Test {
    Test { assertions: Vec::new(), ..test.clone() }
}

/// The command, an option a line; `None` where no shell can say it.
fn command(test: &Test) -> Option<String> {
    let url = test.url.starts_with('-').then(|| "--url".to_owned());
    let mut parts: Vec<Vec<String>> = vec![url.into_iter().chain([test.url.clone()]).collect()];
    let mut option = |name: &str, value: Option<String>| {
        parts.push(std::iter::once(name.to_owned()).chain(value).collect());
    };
    match (test.method, test.body.is_some()) {
        (Method::Get, false) | (Method::Post, true) => {}
        (Method::Head, _) => option("--head", None),
        (method, _) => option("--request", Some(method.as_str().into())),
    }
    if test.url.contains(['[', ']', '{', '}']) {
        option("--globoff", None);
    }
    if test.redirects == Redirects::Follow {
        option("--location", None);
    }
    if let Some(limit) = test.timeout_ms {
        option("--max-time", Some(format!("{}.{:03}", limit / 1000, limit % 1000)));
    }
    if test.assertions.iter().any(|assertion| is_fail(&assertion.of, &assertion.is)) {
        option("--fail", None);
    }
    // A name such as <@file> would be another thing to curl.
    for (name, value) in test.headers.iter().filter(|(name, _)| is_token(name)) {
        let field = if value.trim().is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        option("--header", Some(field));
    }
    if let Some(body) = &test.body {
        if test.headers.get(CONTENT_TYPE).is_none() {
            option("--header", Some(format!("{CONTENT_TYPE}:")));
        }
        option("--data-raw", Some(body.clone()));
    }
    let lines: Option<Vec<String>> =
        parts.iter().map(|words| shlex::try_join(words.iter().map(String::as_str)).ok()).collect();
    Some(format!("curl {}", lines?.join(" \\\n  ")))
}
