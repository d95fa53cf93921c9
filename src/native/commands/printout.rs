// SPDX-License-Identifier: GPL-2.0-or-later
//! An ended run as text for people.

use super::super::terminal::plain;
use super::verify::verdict;
use crate::report::reason_in_words;
use crate::verify::{Comparison, Ending, Journal, Outcome, Reason, Stage};

/// A line for each test, below it why it did not pass and how it stands to the baseline; the verdict last.
pub(super) fn write(journal: &Journal) -> String {
    let mut lines = Vec::new();
    for (place, test) in journal.plan.tests.iter().enumerate() {
        let label = plain(test.label());
        match journal.deciding(place) {
            Some(outcome) => lines.extend(of_test(&label, outcome)),
            None => lines.push(format!("{:12}  {label}", "NOT RUN")),
        }
        lines.extend(before(journal, place).map(|words| indent(&words)));
    }
    lines.push(summary(journal));
    lines.join("\n") + "\n"
}

fn indent(words: &str) -> String {
    format!("{:12}  {words}", "")
}

fn of_test(label: &str, outcome: &Outcome) -> Vec<String> {
    let evidence = &outcome.evidence;
    let server = evidence.server.as_deref().map_or_else(|| "no server named".to_owned(), plain);
    // `Display` of a verdict does not pad, so it is made a text first.
    let spoken = outcome.verdict.to_string();
    let mut lines = vec![format!("{spoken:12}  {label}  {} ms  {server}", evidence.elapsed_ms)];
    match &outcome.reason {
        None => {}
        Some(Reason::Assertion { .. }) => {
            for result in outcome.assertions.iter().filter(|result| !result.held) {
                lines.push(indent(&format!("expected: {}", plain(&result.expected))));
                lines.push(indent(&format!("actual:   {}", plain(&result.actual))));
            }
        }
        Some(_) => lines.extend(reason_in_words(outcome).map(|words| indent(&plain(&words)))),
    }
    lines
}

/// How a test stands to production as it was before the fleet sync.
fn before(journal: &Journal, place: usize) -> Option<String> {
    let words = match journal.comparison(place)? {
        Comparison::Fixed => "production fails it: the patch makes the difference",
        Comparison::Kept => "production passes it already: it does not show what the patch does",
        Comparison::Regressed => "production passes it: the patch breaks it",
        Comparison::StillFailing => "production fails it too",
        Comparison::Unknown => "no comparison with production: one of the two answers is not certain",
    };
    Some(words.to_owned())
}

fn summary(journal: &Journal) -> String {
    let tally = journal.tally();
    let mut counts = vec![format!("{} of {} passed", tally.passed, tally.total)];
    let mut add = |count: usize, words: &str| {
        if count > 0 {
            counts.push(format!("{count} {words}"));
        }
    };
    add(tally.failed, "failed");
    add(tally.inconclusive, "inconclusive");
    if matches!(journal.plan.stage, Stage::Mwdebug { .. }) {
        add(tally.fixed, "fixed by the patch");
        add(tally.kept, "passed before too");
    }
    if matches!(journal.ended, Some((_, Ending::Cancelled))) {
        counts.push("cancelled".to_owned());
    }
    format!("{} on {}: {}", verdict(journal), journal.plan.stage, counts.join(", "))
}
