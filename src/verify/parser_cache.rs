// SPDX-License-Identifier: GPL-2.0-or-later
//! Pages out of the parser cache, which the test servers and production share: what was rendered before the sync, or by a
//! server without the patch, looks unfixed however right the patch is.
//!
//! Must not make a pass of anything, nor purge a page: that would be felt by its readers.

use super::doubt::Doubt;
use super::outcome::{Outcome, Reason, Verdict};
use super::plan::{Plan, Target};
use crate::check::Assertion;
use crate::debug::{Origin, Realm};
use crate::exchange::Response;
use jiff::{SignedDuration, Timestamp};

/// What MediaWiki writes behind a parsed page (repository `mediawiki/core`, `includes/OutputTransform/Stages/RenderDebugInfo.php`).
const SAVED: &str = "<!-- Saved in parser cache with key ";
const SAVED_AT: &str = " and timestamp ";
/// The same in a page's configuration, `wgPageParseReport`, with the server that rendered. It stands behind the content, so the last one counts.
const REPORT: &str = "\"cachereport\":{";
/// Where the time of the sync is not known, a page that is older than the run by more than this was not rendered for it.
/// The clocks of the tester and of the servers may differ by less.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(60);

/// Who rendered a page, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rendered {
    at: Timestamp,
    origin: Option<String>,
}

/// Makes a failure inconclusive where all that failed is the text of a page that was rendered without the patch, as far
/// as can be known. Everything else stays as it is; so does the baseline, which is without the patch anyway.
#[must_use]
pub fn weigh_parser_cache(mut outcome: Outcome, plan: &Plan, target: &Target, response: &Response) -> Outcome {
    if outcome.verdict == Verdict::Fail
        && only_text_failed(&outcome)
        && let Some(rendered) = rendered(&response.body)
        && is_without_patch(&rendered, plan, target)
    {
        outcome.verdict = Verdict::Inconclusive;
        outcome.reason = Some(Reason::Doubt { doubt: Doubt::ParserCache { rendered: rendered.at } });
    }
    outcome
}

fn only_text_failed(outcome: &Outcome) -> bool {
    let is_text = |assertion: &Assertion| assertion.of.is_of_page();
    let mut failed = outcome.assertions.iter().filter(|result| !result.held);
    matches!(outcome.reason, Some(Reason::Assertion { .. })) && failed.all(|result| is_text(&result.assertion))
}

fn is_without_patch(rendered: &Rendered, plan: &Plan, target: &Target) -> bool {
    let on_debug = match target {
        Target::Baseline => return false,
        Target::Debug { .. } => true,
        Target::Production => false,
    };
    // Until the fleet sync, production renders without the patch, whatever the time.
    let realm = rendered.origin.as_deref().map(|origin| Origin::from_server_header(origin).realm);
    let before = plan
        .subject
        .synced
        .map_or_else(|| on_debug && plan.asked.duration_since(rendered.at) > TOLERANCE, |synced| rendered.at < synced);
    before || (on_debug && realm == Some(Realm::Production))
}

fn rendered(body: &str) -> Option<Rendered> {
    let report =
        body.rsplit_once(REPORT).map(|(_, report)| report.split_once('}').map_or(report, |(inside, _)| inside));
    let value = |name: &str| {
        let (_, rest) = report?.split_once(&format!("\"{name}\":\""))?;
        rest.split_once('"').map(|(value, _)| value)
    };
    if let Some(at) = value("timestamp").and_then(instant) {
        return Some(Rendered { at, origin: value("origin").map(str::to_owned) });
    }
    let (_, comment) = body.rsplit_once(SAVED)?;
    let (comment, _) = comment.split_once("-->")?;
    let (_, at) = comment.split_once(SAVED_AT)?;
    instant(at).map(|at| Rendered { at, origin: None })
}

/// MediaWiki's timestamp, `20260818130000`, always UTC, at the beginning of `text`.
fn instant(text: &str) -> Option<Timestamp> {
    let digits = text.get(..14).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()))?;
    let part = |from: usize, to: usize| digits.get(from..to);
    let (date, time) =
        ([part(0, 4)?, part(4, 6)?, part(6, 8)?].join("-"), [part(8, 10)?, part(10, 12)?, part(12, 14)?].join(":"));
    format!("{date}T{time}Z").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{instant, weigh_parser_cache};
    use crate::check::{Assertion, judge};
    use crate::debug::Backend;
    use crate::exchange::Response;
    use crate::verify::{Doubt, Evidence, Outcome, Plan, Reason, Stage, Subject, Target, Verdict};

    const BEFORE: &str = "20260818125500";
    const AFTER: &str = "20260818130330";
    const NOW: &str = "20260818130430";
    /// The run is asked for at 13:05.
    const SYNCED: Option<&str> = Some("20260818130100");

    fn comment(at: &str) -> String {
        format!(
            "old <!-- Saved in parser cache with key enwiki:pcache:1 and timestamp {at} and revision id 1.\n --></div>"
        )
    }

    fn report(origin: &str, at: &str) -> String {
        format!("old {{\"cachereport\":{{\"origin\":\"{origin}\",\"timestamp\":\"{at}\",\"ttl\":1}}}}")
    }

    fn debug() -> Target {
        Target::Debug { backend: Backend::default() }
    }

    fn weighed(synced: Option<&str>, target: &Target, body: &str, assertions: &[Assertion]) -> Outcome {
        let subject = Subject { synced: synced.and_then(instant), ..Subject::default() };
        let asked = instant("20260818130500").unwrap();
        let plan = Plan::new("1".into(), subject, Stage::Production, asked, Vec::new(), 1000);
        let response = Response { status: 200, body: body.into(), ..Response::default() };
        let assertions: Vec<_> = assertions.iter().map(|assertion| judge(assertion, &response)).collect();
        let at = assertions.iter().position(|result| !result.held);
        let verdict = if at.is_some() { Verdict::Fail } else { Verdict::Pass };
        let reason = at.map(|at| Reason::Assertion { at });
        let outcome = Outcome { verdict, reason, assertions, evidence: Evidence::default() };
        weigh_parser_cache(outcome, &plan, target, &response)
    }

    fn contains(text: &str) -> Assertion {
        Assertion::body_contains(text)
    }

    #[test]
    fn a_failing_page_that_was_rendered_without_the_patch_is_inconclusive() {
        let (web, pod) = ("mw-web.eqiad.main-5fb6d6bf94-28hjj", "mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj");
        for (synced, target, body, doubted) in [
            (SYNCED, debug(), comment(BEFORE), true),
            (SYNCED, debug(), comment(AFTER), false),
            (SYNCED, debug(), comment("20260818130059"), true),
            (SYNCED, debug(), comment("20260818130100"), false),
            (None, debug(), comment("20260818130359"), true),
            (None, debug(), comment("20260818130400"), false),
            (SYNCED, Target::Production, comment(BEFORE), true),
            (SYNCED, Target::Production, comment(AFTER), false),
            (SYNCED, Target::Baseline, comment(BEFORE), false),
            (SYNCED, debug(), report(pod, BEFORE), true),
            (SYNCED, debug(), report(pod, AFTER), false),
            (SYNCED, debug(), report(web, AFTER), true),
            (SYNCED, Target::Production, report(web, AFTER), false),
            (SYNCED, Target::Production, report(web, BEFORE), true),
            (None, debug(), comment(BEFORE), true),
            (None, debug(), comment(NOW), false),
            (None, debug(), report(web, NOW), true),
            (None, Target::Production, comment(BEFORE), false),
            (None, Target::Baseline, report(web, BEFORE), false),
            (SYNCED, debug(), comment("2026"), false),
            (SYNCED, debug(), "old Saved in parser cache with key x and timestamp 20260818125500 -->".into(), false),
            (SYNCED, debug(), format!("{} {}", comment(BEFORE), comment(AFTER)), false),
            (SYNCED, debug(), format!("old {{\"cachereport\":{{\"ttl\":1}},\"timestamp\":\"{BEFORE}\"}}"), false),
            (SYNCED, debug(), "old".into(), false),
            (SYNCED, debug(), format!("{} {}", report(pod, BEFORE), report(pod, AFTER)), false),
        ] {
            let outcome = weighed(synced, &target, &body, &[contains("new")]);
            let expected = if doubted { Verdict::Inconclusive } else { Verdict::Fail };
            assert_eq!(outcome.verdict, expected, "{synced:?} {target:?} {body}");
            assert_eq!(outcome.assertions.len(), 1);
            assert_eq!(matches!(outcome.reason, Some(Reason::Doubt { doubt: Doubt::ParserCache { .. } })), doubted);
        }
    }

    #[test]
    fn only_the_text_of_a_page_comes_from_the_parser_cache() {
        let status = Assertion::status(404);
        assert_eq!(weighed(SYNCED, &debug(), &comment(BEFORE), &[contains("new"), status]).verdict, Verdict::Fail);
        let absent = Assertion::body_lacks("old");
        let matches = Assertion::body_matches("new");
        for assertion in [absent, matches] {
            let outcome = weighed(SYNCED, &debug(), &comment(BEFORE), &[assertion]);
            assert_eq!(outcome.verdict, Verdict::Inconclusive);
        }
    }

    #[test]
    fn a_pass_stays_a_pass_and_other_failures_stay_failures() {
        assert_eq!(weighed(SYNCED, &debug(), &comment(BEFORE), &[contains("old")]).verdict, Verdict::Pass);
        let plan = weighed(SYNCED, &debug(), &comment(BEFORE), &[contains("old")]);
        let failed = Outcome { verdict: Verdict::Fail, reason: Some(Reason::BadStatus { status: 500 }), ..plan };
        let asked = instant(NOW).unwrap();
        let plan = Plan::new("1".into(), Subject::default(), Stage::Production, asked, Vec::new(), 1000);
        let response = Response { body: comment(BEFORE), ..Response::default() };
        assert_eq!(weigh_parser_cache(failed, &plan, &debug(), &response).verdict, Verdict::Fail);
    }

    #[test]
    fn the_doubt_says_when_the_page_was_rendered_and_what_to_do() {
        let doubt = Doubt::ParserCache { rendered: instant(BEFORE).unwrap() };
        assert_eq!(
            doubt.to_string(),
            "the page is from the parser cache, rendered 2026-08-18 12:55:00 UTC, maybe without the patch"
        );
        assert_eq!(
            doubt.next_step(),
            "Test with api.php?action=parse&text=… instead, which renders anew, or test another page; nothing is purged."
        );
    }
}
