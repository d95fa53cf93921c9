// SPDX-License-Identifier: GPL-2.0-or-later
//! A run as JSON, format 1: the same from the browser and from the command.

use super::discreet::discreet;
use super::line::channel_line;
use super::logstash::logstash_link;
use super::reason::reason_in_words;
use crate::check::AssertionResult;
use crate::debug::Backend;
use crate::verify::{Journal, Outcome, Stage};
use serde_json::{Value, json};

/// The run as a JSON value. `format` is 1 and grows when a reader of the old one would go wrong.
///
/// `docs/formats.md` says what is in it.
#[must_use]
pub fn to_json(journal: &Journal) -> Value {
    let journal = &discreet(journal);
    let plan = &journal.plan;
    let backend = match &plan.stage {
        Stage::Mwdebug { backends } => Some(backends.to_string()),
        Stage::Production => None,
    };
    let tests: Vec<Value> = plan
        .tests
        .iter()
        .enumerate()
        .map(|(place, test)| {
            json!({
                "name": test.label(),
                "url": test.url,
                "method": test.method,
                "source": plan.sources.get(place),
                "tags": test.tags,
                "skipped": plan.left_out(place),
                "verdict": journal.deciding(place).map(|outcome| outcome.verdict),
                "comparison": journal.comparison(place),
                "since": journal.since(place),
                "same_page": journal.same_page(place),
                "must_fail_before": test.must_fail_before,
                "outcome": journal.deciding(place).map(|outcome| outcome_to_json(&outcome)),
                "backends": backends_to_json(journal, place),
                "baseline": journal.baseline(place).map(outcome_to_json),
                "earlier": plan.earlier.get(place),
            })
        })
        .collect();
    json!({
        "format": 1,
        "id": plan.id,
        "change": plan.subject.gerrit,
        "title": plan.subject.title,
        "stage": if backend.is_some() { "mwdebug" } else { "production" },
        "backend": backend,
        "asked": plan.asked,
        "ended": journal.ended.map(|(at, _)| at),
        "ending": journal.ended.map(|(_, ending)| ending),
        "verdict": journal.verdict(),
        "line": channel_line(journal),
        "tally": journal.tally(),
        "tests": tests,
    })
}

fn backends_to_json(journal: &Journal, place: usize) -> Vec<Value> {
    let of = |(backend, outcome): (&Backend, Option<&Outcome>)| json!({ "backend": backend, "outcome": outcome.map(outcome_to_json) });
    journal.by_backend(place).into_iter().map(of).collect()
}

fn outcome_to_json(outcome: &Outcome) -> Value {
    let assertions: Vec<Value> = outcome
        .assertions
        .iter()
        .map(|AssertionResult { assertion, held, expected, actual }| {
            json!({ "assertion": assertion, "expected": expected, "actual": actual, "held": held })
        })
        .collect();
    json!({
        "verdict": outcome.verdict,
        "reason": reason_in_words(outcome),
        "assertions": assertions,
        "evidence": outcome.evidence,
        "logstash": logstash_link(outcome),
    })
}
