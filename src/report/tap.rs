// SPDX-License-Identifier: GPL-2.0-or-later
//! Runs as TAP, version 14 (<https://testanything.org/tap-version-14-specification.html>).

use super::cases::{Came, Case, cases, doubt_of_run};
use super::clean::visible;
use super::discreet::discreet;
use super::reason::reason_in_words;
use super::stages::{PROVES_NOTHING, counts_in_words};
use crate::check::AssertionResult;
use crate::verify::{Journal, Outcome, Reason, Verdict};
use serde_json::{Value, json};

/// A test point for each test and server that decides, in one stream for all runs; behind those of a run whose end
/// proves nothing one more that is not ok. What is no pass is `not ok`, with why in a YAML block; what the test itself
/// says is to be left out is skipped.
#[must_use]
pub fn to_tap(journals: &[Journal]) -> String {
    let mut points = Vec::new();
    for journal in &journals.iter().map(discreet).collect::<Vec<_>>() {
        points.extend(cases(journal).iter().map(Point::of_case));
        points.extend(doubt_of_run(journal).map(|why| Point::of_run(journal, why)));
        if let Some(last) = points.last_mut() {
            last.comments = comments(journal);
        }
    }
    let mut lines = vec!["TAP version 14".to_owned(), format!("1..{}", points.len())];
    for (place, point) in points.iter().enumerate() {
        lines.extend(point.lines(place + 1));
    }
    lines.join("\n") + "\n"
}

/// A test point.
struct Point {
    ok: bool,
    description: String,
    skip: Option<String>,
    /// What is in the YAML block, in order.
    diagnostics: Vec<(&'static str, Value)>,
    comments: Vec<String>,
}

impl Point {
    fn of_case(case: &Case<'_>) -> Self {
        let description = format!("{} [{}]", visible(case.test.label()), visible(&case.column));
        let point = Self { ok: false, description, skip: None, diagnostics: Vec::new(), comments: Vec::new() };
        match &case.came {
            Came::LeftOut(why) => Self { ok: true, skip: Some(visible(why)), ..point },
            Came::NotRun => Self { diagnostics: vec![("verdict", json!("not run"))], ..point },
            Came::Outcome(outcome) => {
                let mut diagnostics = vec![("url", json!(case.test.url))];
                diagnostics.extend(diagnosed(outcome));
                Self { ok: outcome.verdict == Verdict::Pass, diagnostics, ..point }
            }
        }
    }

    fn of_run(journal: &Journal, why: &str) -> Self {
        let description = format!("the run on {}", journal.plan.stage);
        let diagnostics = vec![("verdict", json!("inconclusive")), ("message", json!(why))];
        Self { ok: false, description, skip: None, diagnostics, comments: Vec::new() }
    }

    fn lines(&self, number: usize) -> Vec<String> {
        let verdict = if self.ok { "ok" } else { "not ok" };
        let skip = self.skip.as_ref().map_or_else(String::new, |why| format!(" # SKIP {}", escaped(why)));
        let mut lines = vec![format!("{verdict} {number} - {}{skip}", escaped(&self.description))];
        if !self.diagnostics.is_empty() {
            lines.push("  ---".to_owned());
            lines.extend(self.diagnostics.iter().map(|(key, value)| format!("  {key}: {}", scalar(value))));
            lines.push("  ...".to_owned());
        }
        lines.extend(self.comments.iter().map(|comment| format!("# {comment}")));
        lines
    }
}

fn diagnosed(outcome: &Outcome) -> Vec<(&'static str, Value)> {
    let mut said = vec![("verdict", json!(outcome.verdict))];
    said.extend(reason_in_words(outcome).map(|words| ("message", json!(words))));
    if outcome.verdict == Verdict::Fail {
        let broken: Vec<_> = outcome.assertions.iter().filter(|result| !result.held).collect();
        let is_of_assertion = matches!(outcome.reason, Some(Reason::Assertion { .. }));
        match broken.as_slice() {
            [] => {}
            _ if !is_of_assertion => {}
            [only] => said.extend([("expected", json!(only.expected)), ("actual", json!(only.actual))]),
            several => {
                let all = |each: fn(&AssertionResult) -> &String| {
                    several.iter().map(|result| each(result)).collect::<Vec<_>>()
                };
                said.push(("expected", json!(all(|result| &result.expected))));
                said.push(("actual", json!(all(|result| &result.actual))));
            }
        }
    }
    said.extend(outcome.evidence.server.as_ref().map(|server| ("server", json!(server))));
    if outcome.evidence.status.is_some() {
        said.push(("duration_ms", json!(outcome.evidence.elapsed_ms)));
    }
    said
}

fn comments(journal: &Journal) -> Vec<String> {
    let verdict = journal.verdict().unwrap_or(Verdict::Inconclusive);
    let counts = visible(&format!("{verdict} on {}: {}", journal.plan.stage, counts_in_words(journal)));
    journal.proves_nothing().then(|| PROVES_NOTHING.to_owned()).into_iter().chain([counts]).collect()
}

/// In a description `#` would begin a directive.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('#', "\\#")
}

/// A YAML scalar on one line: JSON, in which what a reader cannot see is written as its number.
fn scalar(value: &Value) -> String {
    let is_hidden = |letter: char| letter != ' ' && visible(&format!("x{letter}x")).len() != letter.len_utf8() + 2;
    let seen = |letter: char| {
        let mut units = [0; 2];
        let escaped = |unit: &u16| format!("\\u{unit:04x}");
        if is_hidden(letter) {
            letter.encode_utf16(&mut units).iter().map(escaped).collect()
        } else {
            letter.to_string()
        }
    };
    value.to_string().chars().map(seen).collect()
}

#[cfg(test)]
mod tests {
    use super::{diagnosed, scalar};
    use crate::check::{Assertion, judge};
    use crate::exchange::Response;
    use crate::verify::{Evidence, Outcome, Reason, Verdict};
    use serde_json::json;

    #[test]
    fn every_assertion_that_does_not_hold_is_said() {
        let said = |wanted: &[u16]| {
            let results = wanted
                .iter()
                .map(|status| judge(&Assertion::status(*status), &Response { status: 200, ..Response::default() }));
            let outcome = Outcome {
                verdict: Verdict::Fail,
                assertions: results.collect(),
                ..Outcome::inconclusive(Reason::Assertion { at: 0 }, Evidence::default())
            };
            diagnosed(&outcome).into_iter().find(|(key, _)| *key == "expected").map(|(_, value)| value)
        };
        assert_eq!(said(&[404, 200, 410]), Some(json!(["status <404>", "status <410>"])));
        assert_eq!(said(&[404, 200]), Some(json!("status <404>")));
    }

    #[test]
    fn what_cannot_be_seen_is_written_so_that_json_reads_it_back() {
        let text = "a\u{e0041}\u{202e}\u{1d173}b";
        let line = scalar(&text.into());
        assert_eq!(line, "\"a\\udb40\\udc41\\u202e\\ud834\\udd73b\"");
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
    }
}
