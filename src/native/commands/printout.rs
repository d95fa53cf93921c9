// SPDX-License-Identifier: GPL-2.0-or-later
//! An ended run as text for people.

use super::super::terminal::plain;
use super::verify::verdict;
use crate::report::{logstash_link, reason_in_words};
use crate::verify::{Comparison, Doubt, Ending, Evidence, Journal, Outcome, Reason, Stage};

/// A line for each test, below it why it did not pass and how it stands to the baseline; the verdict last.
pub(super) fn write(journal: &Journal) -> String {
    let mut lines = Vec::new();
    for (place, test) in journal.plan.tests.iter().enumerate() {
        let label = plain(test.label());
        match journal.deciding(place) {
            Some(outcome) => lines.extend(of_test(&label, &outcome)),
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
    // `Display` of a verdict does not pad, so it is made a text first.
    let spoken = outcome.verdict.to_string();
    let mut lines = vec![format!("{spoken:12}  {label}{}", answered(&outcome.evidence))];
    match &outcome.reason {
        None => {}
        Some(Reason::Assertion { .. }) => {
            for result in outcome.assertions.iter().filter(|result| !result.held) {
                lines.push(indent(&format!("expected: {}", plain(&result.expected))));
                lines.push(indent(&format!("actual:   {}", plain(&result.actual))));
            }
        }
        Some(reason) => {
            lines.extend(reason_in_words(outcome).map(|words| indent(&plain(&words))));
            if let Reason::Doubt { doubt: Doubt::NotAllowed { .. } } = reason {
                lines.push(indent("--allow-changes allows it for every test of these files."));
            }
        }
    }
    lines.extend(logstash_link(outcome).map(|link| indent(&link)));
    lines
}

/// How long the answer took and who gave it; nothing where there was none.
fn answered(evidence: &Evidence) -> String {
    if evidence.status.is_none() {
        return String::new();
    }
    let server = evidence.server.as_deref().map_or_else(|| "no server named".to_owned(), plain);
    format!("  {} ms  {server}", evidence.elapsed_ms)
}

/// How a test stands to production as it was before the fleet sync.
fn before(journal: &Journal, place: usize) -> Option<String> {
    if let Some(Reason::Doubt { doubt: Doubt::PatchThereAlready { .. } }) = &journal.baseline(place)?.reason {
        return Some("no comparison: production has the patch already".to_owned());
    }
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

#[cfg(test)]
mod tests {
    use super::write;
    use crate::check::{Assertion, AssertionResult};
    use crate::suite::Test;
    use crate::verify::{Ending, Evidence, Journal, Outcome, Plan, Reason, Stage, Subject, Verdict};
    use jiff::Timestamp;

    fn outcome(verdict: Verdict, server: &str) -> Outcome {
        let held = verdict == Verdict::Pass;
        let assertion = Assertion::BodyContains { text: "eventcoordinator".into() };
        let expected = "body contains <eventcoordinator>".to_owned();
        let result = AssertionResult { assertion, held, expected, actual: "it does not".into() };
        Outcome {
            verdict,
            reason: (!held).then_some(Reason::Assertion { at: 0 }),
            assertions: vec![result],
            evidence: Evidence {
                status: Some(200),
                server: Some(server.into()),
                elapsed_ms: 87,
                ..Evidence::default()
            },
        }
    }

    fn journal(came: &[(usize, Outcome)], ending: Ending) -> Journal {
        let test = |name: &str| Test { name: name.into(), ..Test::default() };
        let stage = Stage::mwdebug(crate::debug::Backend::default());
        let tests = vec![test("the group is listed"), test("the help page")];
        let plan = Plan::new("1".into(), Subject::default(), stage, Timestamp::UNIX_EPOCH, tests, 1000);
        let mut journal = Journal::begin(plan);
        journal.outcomes.extend(came.iter().cloned());
        journal.ended = Some((Timestamp::UNIX_EPOCH, ending));
        journal
    }

    /// Everything but the last line, which counts.
    fn tests_of(journal: &Journal) -> String {
        let text = write(journal);
        text.trim_end().rsplit_once('\n').unwrap().0.to_owned()
    }

    #[test]
    fn each_test_says_who_answered_what_was_missing_and_how_it_was_before() {
        let came = [
            (0, outcome(Verdict::Pass, "mw-debug.eqiad.pinkunicorn-1")),
            (1, outcome(Verdict::Fail, "mw-web.eqiad.main-1")),
            (2, outcome(Verdict::Fail, "mw-debug.eqiad.pinkunicorn-1")),
            (3, outcome(Verdict::Pass, "mw-web.eqiad.main-1")),
        ];
        assert_eq!(
            tests_of(&journal(&came, Ending::Finished)),
            "\
PASS          the group is listed  87 ms  mw-debug.eqiad.pinkunicorn-1
              production fails it: the patch makes the difference
FAIL          the help page  87 ms  mw-debug.eqiad.pinkunicorn-1
              expected: body contains <eventcoordinator>
              actual:   it does not
              production passes it: the patch breaks it"
        );
    }

    #[test]
    fn a_cancelled_run_shows_what_was_not_run() {
        let text = write(&journal(&[(0, outcome(Verdict::Pass, "mw-debug.eqiad.pinkunicorn-1"))], Ending::Cancelled));
        assert!(text.contains("NOT RUN       the help page\n"), "{text}");
        assert!(text.trim_end().ends_with("cancelled"), "{text}");
        assert!(text.contains("INCONCLUSIVE on mwdebug (k8s-mwdebug): "), "{text}");
    }
}
