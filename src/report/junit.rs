// SPDX-License-Identifier: GPL-2.0-or-later
//! Runs as `JUnit` XML, as continuous integration reads it
//! (<https://github.com/jenkinsci/xunit-plugin>, `junit-10.xsd`).
//!
//! Must not judge: what a run came to is in its journal.

use super::cases::{Came, Case, cases, doubt_of_run};
use super::clean::visible;
use super::discreet::discreet;
use super::logstash::logstash_link;
use super::reason::reason_in_words;
use super::stages::comparison_in_words;
use crate::verify::{Journal, Outcome, Reason, Verdict};
use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};
use std::time::Duration;
use thiserror::Error;

/// Why there is no XML.
#[derive(Debug, Error)]
#[error("failed to write the JUnit XML: {0}")]
pub struct JUnitError(#[from] SerializeError);

/// A suite for each run, in it a case for each test and server that decides: a fail is a failure, what is not certain or
/// was not run an error, and what the test itself says is to be left out is skipped. A run whose end proves nothing has
/// an error more.
///
/// # Errors
/// When the library cannot write it.
pub fn to_junit(journals: &[Journal]) -> Result<String, JUnitError> {
    let mut report = Report::new("backport-verify");
    report.add_test_suites(journals.iter().map(|journal| suite(&discreet(journal))));
    Ok(report.to_string()?)
}

fn suite(journal: &Journal) -> TestSuite {
    let plan = &journal.plan;
    let mut suite = TestSuite::new(visible(&plan.stage.to_string()));
    suite.extra.insert("timestamp".into(), plan.asked.to_string().into());
    if let Some((ended, _)) = journal.ended {
        suite.set_time(Duration::try_from(ended.duration_since(plan.asked)).unwrap_or_default());
    }
    suite.add_test_cases(cases(journal).iter().map(test_case));
    if let Some(why) = doubt_of_run(journal) {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_type("inconclusive").set_message(why);
        let mut run = TestCase::new("the run", status);
        run.set_classname(visible(&plan.stage.to_string()));
        suite.add_test_case(run);
    }
    suite
}

fn test_case(case: &Case<'_>) -> TestCase {
    let mut made = TestCase::new(visible(case.test.label()), status(&case.came));
    made.set_classname(visible(&case.column));
    if let Came::Outcome(outcome) = &case.came {
        let evidence = &outcome.evidence;
        made.set_assertions(outcome.assertions.len());
        if evidence.status.is_some() {
            made.set_time(Duration::from_millis(evidence.elapsed_ms.into()));
        }
        let compared = case.comparison.map(|comparison| comparison_in_words(comparison).to_owned());
        let server = evidence.server.as_ref().map(|server| format!("server: {}", visible(server)));
        let said: Vec<_> =
            [Some(format!("url: {}", visible(&case.test.url))), server, compared].into_iter().flatten().collect();
        made.set_system_out(said.join("\n"));
    }
    made
}

fn status(came: &Came<'_>) -> TestCaseStatus {
    match came {
        Came::LeftOut(why) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(visible(why));
            status
        }
        Came::NotRun => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_type("not_run").set_message("it was not run");
            status
        }
        Came::Outcome(outcome) => status_of(outcome),
    }
}

fn status_of(outcome: &Outcome) -> TestCaseStatus {
    let (kind, name) = match outcome.verdict {
        Verdict::Pass => return TestCaseStatus::success(),
        Verdict::Fail => (NonSuccessKind::Failure, "fail"),
        Verdict::Inconclusive => (NonSuccessKind::Error, "inconclusive"),
    };
    let mut status = TestCaseStatus::non_success(kind);
    let words = reason_in_words(outcome).map(|words| visible(&words)).unwrap_or_default();
    let message = outcome.broken_assertion().map_or_else(|| words.clone(), |broken| visible(&broken.expected));
    status.set_type(name).set_message(message).set_description(description(outcome, words));
    status
}

/// What was demanded and what came, and what to do next.
fn description(outcome: &Outcome, words: String) -> String {
    let mut lines = Vec::new();
    let is_of_assertion = matches!(outcome.reason, Some(Reason::Assertion { .. }));
    for result in outcome.assertions.iter().filter(|result| is_of_assertion && !result.held) {
        lines.push(format!("expected: {}", visible(&result.expected)));
        lines.push(format!("actual:   {}", visible(&result.actual)));
    }
    lines.push(words);
    lines.extend(logstash_link(outcome));
    lines.join("\n")
}
