// SPDX-License-Identifier: GPL-2.0-or-later
//! An ended run as text for people.

use super::super::terminal::plain;
use super::verify::verdict;
use crate::report::{
    PROVES_NOTHING, comparison_in_words, counts_in_words, logstash_link, reason_in_words, since_in_words,
    source_in_words,
};
use crate::verify::{Doubt, Ending, Evidence, Journal, Outcome, Reason};

/// A line for each test, below it why it did not pass and how it stands to the baseline; the verdict last.
pub(super) fn write(journal: &Journal) -> String {
    let mut lines = Vec::new();
    for (place, test) in journal.plan.tests.iter().enumerate() {
        let source = source_in_words(&journal.plan, place).map(|source| format!(" ({source})")).unwrap_or_default();
        let label = plain(&format!("{}{source}", test.label()));
        if let Some(why) = journal.plan.left_out(place) {
            lines.push(format!("{:12}  {label}: {}", "SKIPPED", plain(why)));
            continue;
        }
        match journal.deciding(place) {
            Some(outcome) => {
                lines.extend(of_test(&label, &outcome));
                lines.extend(by_backend(journal, place));
            }
            None => lines.push(format!("{:12}  {label}", "NOT RUN")),
        }
        lines.extend(before(journal, place).map(indent));
        lines.extend(since(journal, place).map(indent));
    }
    if journal.proves_nothing() {
        lines.push(PROVES_NOTHING.to_owned());
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
    lines.extend(why(outcome));
    lines
}

/// Where several backends were asked: what each of them made of the test. Why, where that is not told already.
fn by_backend(journal: &Journal, place: usize) -> Vec<String> {
    let all = journal.by_backend(place);
    let mut told = vec![journal.came(place).and_then(|outcome| outcome.reason.clone())];
    let mut lines = Vec::new();
    let name_width = all.iter().map(|(backend, _)| backend.as_str().len()).max().unwrap_or_default();
    for (backend, outcome) in all.iter().filter(|_| all.len() > 1) {
        let Some(outcome) = outcome else { continue };
        let verdict = outcome.verdict.to_string();
        lines.push(indent(&format!("{:name_width$}  {verdict}{}", backend.as_str(), answered(&outcome.evidence))));
        if !told.contains(&outcome.reason) {
            lines.extend(why(outcome).iter().map(|line| format!("  {line}")));
            told.push(outcome.reason.clone());
        }
    }
    lines
}

/// What was missing or doubtful.
fn why(outcome: &Outcome) -> Vec<String> {
    let mut lines = Vec::new();
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

/// How long the answer took, who gave it, and by which redirects; nothing where there was none.
fn answered(evidence: &Evidence) -> String {
    if evidence.status.is_none() {
        return String::new();
    }
    let server = evidence.server.as_deref().map_or_else(|| "no server named".to_owned(), plain);
    let way = evidence.way().map_or_else(String::new, |way| format!("  {}", plain(&way)));
    format!("  {} ms  {server}{way}", evidence.elapsed_ms)
}

/// How a test stands to production as it was before the fleet sync.
fn before(journal: &Journal, place: usize) -> Option<&'static str> {
    if let Some(Reason::Doubt { doubt: Doubt::PatchThereAlready { .. } }) = &journal.baseline(place)?.reason {
        return Some("No comparison: production has the patch already.");
    }
    journal.comparison(place).map(comparison_in_words)
}

/// How a test stands to both stages before; nothing where there was none before this run.
fn since(journal: &Journal, place: usize) -> Option<&'static str> {
    journal.since(place).filter(|_| !journal.plan.earlier.is_empty()).map(since_in_words)
}

fn summary(journal: &Journal) -> String {
    let mut counts = counts_in_words(journal);
    if matches!(journal.ended, Some((_, Ending::Cancelled))) {
        counts.push_str(", cancelled");
    }
    if journal.plan.jobs.is_empty() {
        counts.push_str("; every test is skipped, so nothing was verified");
    }
    format!("{} on {}: {counts}", verdict(journal), journal.plan.stage)
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::check::{Assertion, AssertionResult};
    use crate::debug::{Backend, Backends};
    use crate::suite::Test;
    use crate::verify::{Doubt, Ending, Evidence, Journal, Outcome, Plan, Reason, Stage, Step, Subject, Verdict};
    use jiff::Timestamp;

    fn outcome(verdict: Verdict, server: &str) -> Outcome {
        let held = verdict == Verdict::Pass;
        let assertion = Assertion::body_contains("eventcoordinator");
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
              Fixed: production without the patch fails it.
FAIL          the help page  87 ms  mw-debug.eqiad.pinkunicorn-1
              expected: body contains <eventcoordinator>
              actual:   it does not
              Regressed: production without the patch passes it."
        );
    }

    #[test]
    fn the_way_of_redirects_is_told_behind_who_answered() {
        let mut came = outcome(Verdict::Pass, "mw-debug.eqiad.pinkunicorn-1");
        came.evidence.hops = vec![Step { status: 301, location: Some("/wiki/X".into()) }];
        let text = tests_of(&journal(&[(0, came)], Ending::Finished));
        let line = text.lines().next().unwrap();
        let expected = "PASS          the group is listed  87 ms  mw-debug.eqiad.pinkunicorn-1  301 → /wiki/X → 200";
        assert_eq!(line, expected);
    }

    /// One test on two backends and on production before.
    fn on_two(came: [Outcome; 3]) -> Journal {
        let backends = Backends::new(Backend::default(), [Backend::new("k8s-mwdebug-next").unwrap()]);
        let test = Test { name: "the group is listed".into(), ..Test::default() };
        let stage = Stage::Mwdebug { backends };
        let plan = Plan::new("1".into(), Subject::default(), stage, Timestamp::UNIX_EPOCH, vec![test], 1000);
        let mut journal = Journal::begin(plan);
        journal.outcomes = came.into_iter().enumerate().collect();
        journal.ended = Some((Timestamp::UNIX_EPOCH, Ending::Finished));
        journal
    }

    #[test]
    fn each_of_several_backends_has_a_line_and_the_same_reason_is_told_once() {
        let before = || outcome(Verdict::Fail, "mw-web.eqiad.main-1");
        let first = |verdict| outcome(verdict, "mw-debug.eqiad.pinkunicorn-1");
        let doubt = Doubt::OtherBackend { backend: "k8s-mwdebug-next".into(), server: "mw-debug.eqiad.x-1".into() };
        let other = Outcome::inconclusive(Reason::Doubt { doubt }, first(Verdict::Pass).evidence);
        assert_eq!(
            write(&on_two([first(Verdict::Fail), other, before()])),
            "\
FAIL          the group is listed  87 ms  mw-debug.eqiad.pinkunicorn-1
              expected: body contains <eventcoordinator>
              actual:   it does not
              k8s-mwdebug       FAIL  87 ms  mw-debug.eqiad.pinkunicorn-1
              k8s-mwdebug-next  INCONCLUSIVE  87 ms  mw-debug.eqiad.pinkunicorn-1
                Mw-debug.eqiad.x-1 answered, which is not k8s-mwdebug-next. Choose the backend that the deployer synced \
             to, then verify again.
              Still failing: production without the patch fails it too.
FAIL on mwdebug (k8s-mwdebug, k8s-mwdebug-next): 0 of 1 passed, 1 failed (1 still failing)
"
        );
    }

    #[test]
    fn a_test_that_must_fail_before_and_does_not_says_so_and_the_run_proves_nothing() {
        let pass = || outcome(Verdict::Pass, "mw-debug.eqiad.pinkunicorn-1");
        let mut journal = on_two([pass(), pass(), pass()]);
        journal.plan.tests[0].must_fail_before = true;
        let text = write(&journal);
        assert!(text.contains("The test passes without the patch, and it must fail before. Test what "), "{text}");
        assert!(text.contains("\n              Kept: production without the patch passes it too.\n"), "{text}");
        let end = "\nEvery test passes without the patch too, so this proves nothing about the patch. Add a test for what the \
                   patch changes.\nINCONCLUSIVE on mwdebug (k8s-mwdebug, k8s-mwdebug-next): 0 of 1 passed, \
                   1 inconclusive, 1 passed before too\n";
        assert!(text.ends_with(end), "{text}");
    }

    #[test]
    fn a_cancelled_run_shows_what_was_not_run() {
        let text = write(&journal(&[(0, outcome(Verdict::Pass, "mw-debug.eqiad.pinkunicorn-1"))], Ending::Cancelled));
        assert!(text.contains("NOT RUN       the help page\n"), "{text}");
        assert!(text.trim_end().ends_with("cancelled"), "{text}");
        assert!(text.contains("INCONCLUSIVE on mwdebug (k8s-mwdebug): "), "{text}");
    }
}
