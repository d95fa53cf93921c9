// SPDX-License-Identifier: GPL-2.0-or-later
//! A run as JSON, format 1: the same from the browser and from the command.

use super::line::{channel_line, reason_in_words};
use super::logstash::logstash_link;
use crate::verify::{Journal, Outcome};
use serde_json::{Value, json};

/// The run as a JSON value. `format` is 1 and grows when a reader of the old one would go wrong.
///
/// `{format, id, change, title, stage, backend, asked, ended, ending, verdict, line, tally, tests: [{name, url, verdict,
/// comparison, outcome, baseline}]}`; an outcome is `{verdict, reason, assertions: [{expected, actual, held}], evidence,
/// logstash}` or null where there is none; `logstash` is a link or null. Times are RFC 3339 in UTC.
#[must_use]
pub fn to_json(journal: &Journal) -> Value {
    let plan = &journal.plan;
    let backend = match &plan.stage {
        crate::verify::Stage::Mwdebug { backends } => Some(backends.to_string()),
        crate::verify::Stage::Production => None,
    };
    let tests: Vec<Value> = plan
        .tests
        .iter()
        .enumerate()
        .map(|(place, test)| {
            json!({
                "name": test.label(),
                "url": test.url,
                "verdict": journal.deciding(place).map(|outcome| outcome.verdict),
                "comparison": journal.comparison(place),
                "outcome": journal.deciding(place).map(|outcome| outcome_to_json(&outcome)),
                "baseline": journal.baseline(place).map(outcome_to_json),
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

fn outcome_to_json(outcome: &Outcome) -> Value {
    let assertions: Vec<Value> = outcome
        .assertions
        .iter()
        .map(|result| json!({ "expected": result.expected, "actual": result.actual, "held": result.held }))
        .collect();
    json!({
        "verdict": outcome.verdict,
        "reason": reason_in_words(outcome),
        "assertions": assertions,
        "evidence": outcome.evidence,
        "logstash": logstash_link(outcome),
    })
}
