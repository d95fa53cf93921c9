// SPDX-License-Identifier: GPL-2.0-or-later
//! The one line that the channel hears.
//!
//! Must not quote a page: what it says of a failure is the assertion and where it was not met.

use super::clean::{clean, clean_line, names_a_bot, shorten};
use super::discreet::speaks_of_private_field;
use crate::debug::Backend;
use crate::exchange::{Session, TransportError};
use crate::verify::{Doubt, Ending, Journal, Outcome, Reason, Stage, Tally, Verdict};
use std::borrow::Cow;

/// The longest line, in bytes of UTF-8. An IRC message has at most 512 with its prefix, and the relay of the channel's
/// own bots reads 425 at a time (repository `operations/puppet`, `modules/tcpircbot`).
pub const LINE_LIMIT: usize = 400;

const ADDRESSEES: usize = 60;
const REASON: usize = 150;
const BACKENDS: usize = 60;

/// The line for an ended run: at most [`LINE_LIMIT`] bytes, one line, and no command to any bot of the channel. A run
/// that goes on has none, and an empty line.
#[must_use]
pub fn channel_line(journal: &Journal) -> String {
    let Some(verdict) = journal.verdict() else { return String::new() };
    let head = format!("{}{verdict} on {}: {}.", addressees(journal), stage(journal), counts(journal));
    let ask = ask(journal, verdict);
    let rest = |said: &str| LINE_LIMIT.saturating_sub(said.len() + ask.len() + 3);
    let head = why(journal, rest(&head)).map_or_else(|| head.clone(), |reason| format!("{head} {reason}"));
    // The title yields first: verdict, reason and what is asked must stand.
    clean_line(&format!("{head} {ask} {}", about(journal, rest(&head))), LINE_LIMIT)
}

fn addressees(journal: &Journal) -> String {
    let mut line = String::new();
    for nick in &journal.plan.subject.deployers {
        let nick = clean(nick.as_str());
        if nick.is_empty() || nick.contains(' ') || names_a_bot(&nick) || line.len() + nick.len() > ADDRESSEES {
            continue;
        }
        if !line.is_empty() {
            line.push_str(", ");
        }
        line.push_str(&nick);
    }
    if line.is_empty() { line } else { line + ": " }
}

fn counts(journal: &Journal) -> String {
    let tally = journal.tally();
    let words = if journal.on_production() {
        ["fixed by the patch", "regressed since mwdebug", "failed on mwdebug too"]
    } else {
        ["fixed", "regressed", "still failing"]
    };
    let numbers = [tally.fixed, tally.regressed, tally.still_failing].into_iter().zip(words);
    let mut said = vec![format!("{}/{} pass", tally.passed, tally.total)];
    said.extend(numbers.filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")));
    said.extend((tally.skipped > 0).then(|| format!("{} skipped", tally.skipped)));
    if tally.passed == tally.total {
        said.extend(shown(journal, &tally));
    }
    said.join(", ")
}

/// How little a run shows in which every test passes; `None` where one of them is fixed by the patch.
fn shown(journal: &Journal, tally: &Tally) -> Option<String> {
    if journal.proves_nothing() {
        Some("as before: proves nothing about the patch".to_owned())
    } else if tally.fixed > 0 {
        None
    } else if tally.kept > 0 {
        Some(format!("{} as before", tally.kept))
    } else {
        production_has_it(journal).then(|| "production has the patch already".to_owned())
    }
}

/// Whether some baseline shows nothing because production has the patch.
fn production_has_it(journal: &Journal) -> bool {
    let has_it =
        |outcome: &Outcome| matches!(outcome.reason, Some(Reason::Doubt { doubt: Doubt::PatchThereAlready { .. } }));
    (0..journal.plan.tests.len()).filter_map(|test| journal.baseline(test)).any(has_it)
}

/// Why the run is no pass, in at most `room` bytes.
fn why(journal: &Journal, room: usize) -> Option<String> {
    match journal.ended?.1 {
        Ending::Cancelled => return Some("Cancelled before it was done.".into()),
        Ending::Interrupted => return Some("Interrupted before it was done.".into()),
        Ending::TooLong => return Some("It took too long, so its first answers may be old.".into()),
        Ending::Finished => {}
    }
    if journal.plan.jobs.is_empty() {
        return Some("Every test is skipped.".into());
    }
    let (place, outcome) = journal.first_trouble()?;
    let test = journal.plan.tests.get(place)?;
    let path = url::Url::parse(&test.url)
        .map_or_else(|_| test.url.clone(), |url| format!("{}{}", url.host_str().unwrap_or_default(), url.path()));
    let on = on_some(journal, place);
    let reason = clean(&format!("{path}{on}: {}.", in_short(&outcome, test.session == Session::Mine)?));
    Some(shorten(&reason, room.min(REASON + on.len())))
}

/// ` on k8s-mwdebug-next`, where other backends were asked that are better off.
fn on_some(journal: &Journal, test: usize) -> String {
    let troubled = journal.troubled(test);
    if troubled.is_empty() { String::new() } else { format!(" on {}", some(troubled.into_iter(), 40)) }
}

/// The stage with as many of its backends as there is room for.
fn stage(journal: &Journal) -> String {
    match &journal.plan.stage {
        Stage::Mwdebug { backends } => format!("mwdebug ({})", some(backends.iter(), BACKENDS)),
        Stage::Production => journal.plan.stage.to_string(),
    }
}

/// The first name, those of the others that fit into `room` bytes with it, and how many there are beside them.
fn some<'a>(backends: impl Iterator<Item = &'a Backend>, room: usize) -> String {
    let (mut line, mut left_out) = (String::new(), 0);
    for backend in backends {
        if line.is_empty() {
            line.push_str(backend.as_str());
        } else if left_out == 0 && line.len() + backend.as_str().len() < room {
            line.push_str(", ");
            line.push_str(backend.as_str());
        } else {
            left_out += 1;
        }
    }
    if left_out == 0 { line } else { format!("{line} and {left_out} more") }
}

fn in_short(outcome: &Outcome, private: bool) -> Option<String> {
    Some(match outcome.reason.as_ref()? {
        Reason::Assertion { .. } => {
            let broken = outcome.broken_assertion()?;
            let actual = if broken.assertion.of.is_in_body() { unquoted(&broken.actual) } else { &broken.actual };
            if private || actual.is_empty() || speaks_of_private_field(&broken.assertion) {
                broken.expected.clone()
            } else {
                format!("{}: {actual}", broken.expected)
            }
        }
        Reason::Transport { error } => error.to_string(),
        Reason::BadStatus { status } => format!("status {status}, of which the test says nothing"),
        Reason::MediaWiki { failure } => failure.to_string(),
        Reason::NoAssertion => "the test has no assertion".into(),
        Reason::Doubt { doubt } => doubt.to_string(),
    })
}

/// What was there without what is quoted of the page: that stands behind the first `<`. A count is no quote.
fn unquoted(actual: &str) -> &str {
    let (told, quoted) = actual.split_once('<').unwrap_or((actual, ""));
    let count =
        quoted.split_once('>').filter(|(count, _)| told.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit()));
    count.map_or_else(|| told.trim_end_matches([' ', ':', ',', ';']), |(count, _)| count)
}

/// What the run asks of those in the channel.
pub(super) fn ask(journal: &Journal, verdict: Verdict) -> &'static str {
    if verdict == Verdict::Inconclusive && waits_for_the_sync(journal) {
        return "I verify again when it is there.";
    }
    match (verdict, &journal.plan.stage) {
        (Verdict::Pass, Stage::Mwdebug { .. }) => "Good to continue.",
        (Verdict::Pass, Stage::Production) => "All done, thank you.",
        (Verdict::Fail, Stage::Mwdebug { .. }) => "Please do not continue.",
        (Verdict::Fail, Stage::Production) => "Please hold, a rollback may be needed.",
        (Verdict::Inconclusive, _) => "Please hold while I look.",
    }
}

/// Whether nothing is wrong but that the patch has not come to the servers yet.
fn waits_for_the_sync(journal: &Journal) -> bool {
    let all = 0..journal.plan.tests.len();
    let of_backends =
        all.clone().flat_map(|test| journal.by_backend(test)).filter_map(|(_, outcome)| outcome?.reason.clone());
    let mut doubtful = all.filter_map(|test| journal.deciding(test)?.reason.clone()).chain(of_backends);
    let finished = journal.ended.is_some_and(|(_, ending)| ending == Ending::Finished);
    let not_there = |reason: Reason| matches!(reason, Reason::Doubt { doubt: Doubt::PatchNotThere { .. } });
    finished && journal.tally().inconclusive > 0 && doubtful.all(not_there)
}

fn about(journal: &Journal, room: usize) -> String {
    let title = clean(&journal.plan.subject.title);
    let title = journal.plan.subject.gerrit.map_or_else(|| title.clone(), |gerrit| format!("Change {gerrit}: {title}"));
    shorten(&title, room)
}

/// Why an outcome is no pass, as one sentence for people, with what to do next; `None` for a pass.
#[must_use]
pub fn reason_in_words(outcome: &Outcome) -> Option<String> {
    let reason = outcome.reason.as_ref()?;
    let what = in_short(outcome, false)?;
    let step: Cow<'static, str>;
    let next = match reason {
        Reason::Assertion { .. } => {
            "The answer is from the right server: the patch does not do what the test expects, or is not synced yet."
        }
        Reason::BadStatus { status: 500.. } => match &outcome.evidence.request_id {
            Some(id) => {
                step = format!("Tell the deployer, and look into Logstash for the request {id}.").into();
                &*step
            }
            None => "Tell the deployer, and look into Logstash for this request.",
        },
        Reason::BadStatus { .. } => "Open the URL to see why, or assert this status if the test wants it.",
        Reason::MediaWiki { failure } => failure.next_step(),
        Reason::NoAssertion => "Add an assertion to the test.",
        Reason::Transport { error } => match error {
            TransportError::Timeout { .. } => "Verify again; if it stays so, tell the deployer.",
            TransportError::NotPermitted { .. } => "Allow access in the browser, then verify again.",
            TransportError::FieldNotSendable { .. } => "Take the field out of the test, or run it with the command.",
            TransportError::Name { .. } => "Check the host in the test's URL and your connection, then verify again.",
            TransportError::Refused { .. } => {
                "Check your connection, a proxy or a firewall, then verify again; if it stays so, tell the deployer."
            }
            TransportError::Tls { .. } => {
                "Open the URL in a tab: a sign-in page of your network or a wrong clock is the usual cause."
            }
            TransportError::Broken { .. } => "Verify again; if it stays so, tell the deployer: the page breaks off.",
            TransportError::Network { .. } => {
                "Check your connection and open the URL in a tab to see more, then verify again."
            }
        },
        Reason::Doubt { doubt } => {
            step = doubt.next_step();
            &*step
        }
    };
    let mut letters = what.chars();
    let what: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    Some(format!("{what}. {next}"))
}

#[cfg(test)]
mod tests {
    use super::{LINE_LIMIT, channel_line, reason_in_words};
    use crate::check::{Assertion, AssertionResult};
    use crate::debug::{Backend, Backends};
    use crate::exchange::{Session, TransportError};
    use crate::schedule::Nick;
    use crate::suite::Test;
    use crate::verify::{Doubt, Ending, Evidence, Journal, Outcome, Plan, Reason, Side, Stage, Subject, Verdict};
    use jiff::Timestamp;

    fn broken(assertion: Assertion, actual: &str) -> Outcome {
        let expected = "body contains <x>".to_owned();
        let result = AssertionResult { assertion, held: false, expected, actual: actual.to_owned() };
        Outcome {
            verdict: Verdict::Fail,
            reason: Some(Reason::Assertion { at: 0 }),
            assertions: vec![result],
            evidence: Evidence::default(),
        }
    }

    fn contains() -> Assertion {
        Assertion::body_contains("x")
    }

    fn line(deployers: &[&str], title: &str, session: Session, outcome: Outcome) -> String {
        let deployers = deployers.iter().filter_map(|nick| Nick::new(nick)).collect();
        let subject = Subject { gerrit: Some(1), title: title.to_owned(), deployers, ..Subject::default() };
        let test = Test { url: "https://en.wikipedia.org/wiki/X?y=z".into(), session, ..Test::default() };
        let stage = Stage::mwdebug(Backend::default());
        let plan = Plan::new("id".into(), subject, stage, Timestamp::UNIX_EPOCH, vec![test], 1000);
        let mut journal = Journal::begin(plan);
        let baseline = Outcome::inconclusive(Reason::NoAssertion, Evidence::default());
        journal.outcomes = [(0, outcome), (1, baseline)].into();
        journal.ended = Some((Timestamp::UNIX_EPOCH, Ending::Finished));
        channel_line(&journal)
    }

    #[test]
    fn a_failure_names_the_page_what_was_expected_and_what_was_there() {
        assert_eq!(
            line(&["deployer"], "Title", Session::Anonymous, broken(contains(), "not found in 9 characters")),
            "deployer: FAIL on mwdebug (k8s-mwdebug): 0/1 pass. en.wikipedia.org/wiki/X: body contains <x>: \
             not found in 9 characters. Please do not continue. Change 1: Title"
        );
    }

    #[test]
    fn what_a_page_says_is_not_quoted() {
        let of = |of| Assertion { of, is: crate::check::Predicate::Exists };
        let html = || of(crate::check::Subject::Html { selector: "p".into() });
        let count = || of(crate::check::Subject::HtmlCount { selector: "p".into() });
        for (assertion, actual, told) in [
            (
                contains(),
                "not found in 9 characters; with other capitals in line 3: <a <b> c>",
                Some("not found in 9 characters; with other capitals in line 3"),
            ),
            (contains(), "found in line 3: <secret>", Some("found in line 3")),
            (html(), "2 elements: <secret>, <secret>", Some("2 elements")),
            (html(), "<secret>", None),
            (html(), "<12 secrets>", None),
            (count(), "<12>", Some("12")),
            (Assertion::status(200), "<404>", Some("<404>")),
        ] {
            let told = told.map_or_else(|| "body contains <x>".to_owned(), |told| format!("body contains <x>: {told}"));
            let line = line(&[], "Title", Session::Anonymous, broken(assertion, actual));
            assert!(line.contains(&format!("/wiki/X: {told}. Please")), "{line}");
        }
    }

    #[test]
    fn a_doubt_names_who_answered() {
        let doubt = Doubt::ProductionAnswered { backend: "k8s-mwdebug".into(), server: "mw-web.eqiad.main-a-b".into() };
        let outcome = Outcome::inconclusive(Reason::Doubt { doubt }, Evidence::default());
        let line = line(&[], "Title", Session::Anonymous, outcome);
        assert_eq!(
            line,
            "INCONCLUSIVE on mwdebug (k8s-mwdebug): 0/1 pass. en.wikipedia.org/wiki/X: production answered \
             (mw-web.eqiad.main-a-b), not k8s-mwdebug. Please hold while I look. Change 1: Title"
        );
    }

    #[test]
    fn a_patch_that_is_not_there_yet_is_waited_for() {
        let (host, running) = ("en.wikipedia.org".to_owned(), "1234567890abcdef".to_owned());
        let doubt = Doubt::PatchNotThere { host, side: Side::TestServers, running };
        let outcome = Outcome::inconclusive(Reason::Doubt { doubt }, Evidence::default());
        assert_eq!(
            line(&["deployer"], "Title", Session::Anonymous, outcome),
            "deployer: INCONCLUSIVE on mwdebug (k8s-mwdebug): 0/1 pass. en.wikipedia.org/wiki/X: the patch is \
             not on the test servers: en.wikipedia.org runs commit 1234567890 there. I verify again when it is there. \
             Change 1: Title"
        );
    }

    /// An ended run of one test on these backends, that was no pass on the last of them.
    fn lagging(backends: &[&str], title: &str) -> String {
        let mut names = backends.iter().map(|name| Backend::new(name).unwrap());
        let stage = Stage::Mwdebug { backends: Backends::new(names.next().unwrap(), names) };
        let deployers = Nick::new("deployer").into_iter().collect();
        let subject = Subject { gerrit: Some(1), title: title.to_owned(), deployers, ..Subject::default() };
        let test = Test { url: "https://en.wikipedia.org/wiki/X".into(), ..Test::default() };
        let mut journal =
            Journal::begin(Plan::new("id".into(), subject, stage, Timestamp::UNIX_EPOCH, vec![test], 1000));
        let pass = Outcome { verdict: Verdict::Pass, reason: None, ..broken(contains(), "") };
        journal.outcomes = (0..backends.len()).map(|place| (place, pass.clone())).collect();
        journal.outcomes.insert(backends.len() - 1, broken(contains(), &"not found ".repeat(40)));
        journal.outcomes.insert(backends.len(), pass);
        journal.ended = Some((Timestamp::UNIX_EPOCH, Ending::Finished));
        channel_line(&journal)
    }

    #[test]
    fn the_backend_that_is_the_trouble_is_named_and_many_names_leave_room_for_what_is_asked() {
        let line = lagging(&["k8s-mwdebug", "k8s-mwdebug-next"], "Title");
        let said = "deployer: FAIL on mwdebug (k8s-mwdebug, k8s-mwdebug-next): 0/1 pass, 1 regressed. \
                    en.wikipedia.org/wiki/X on k8s-mwdebug-next: body contains <x>: not found";
        assert!(line.starts_with(said) && line.contains(" Please do not continue. Change 1: Title"), "{line}");
        let all = [
            "k8s-mwdebug",
            "k8s-mwdebug-eqiad",
            "k8s-mwdebug-codfw",
            "k8s-mwdebug-next",
            "k8s-mwdebug-next-eqiad",
            "k8s-mw-experimental-codfw",
        ];
        let line = lagging(&all, &"a long title ".repeat(30));
        let said = "deployer: FAIL on mwdebug (k8s-mwdebug, k8s-mwdebug-eqiad, k8s-mwdebug-codfw and 3 more): 0/1 pass";
        assert!(line.starts_with(said) && line.contains(" on k8s-mw-experimental-codfw: "), "{line}");
        assert!(line.contains(" Please do not continue. Change 1: ") && line.len() <= LINE_LIMIT, "{line}");
    }

    #[test]
    fn who_waits_for_the_sync_has_no_other_doubt_about_any_backend() {
        let doubt = |doubt| Outcome::inconclusive(Reason::Doubt { doubt }, Evidence::default());
        let (host, running) = ("en.wikipedia.org".to_owned(), "1234567890abcdef".to_owned());
        let not_there = doubt(Doubt::PatchNotThere { host, side: Side::TestServers, running });
        let waits = |first: &Outcome, second: &Outcome| {
            let backends = Backends::new(Backend::default(), [Backend::new("k8s-mwdebug-next").unwrap()]);
            let (subject, stage) = (Subject::default(), Stage::Mwdebug { backends });
            let plan = Plan::new("id".into(), subject, stage, Timestamp::UNIX_EPOCH, vec![Test::default()], 1000);
            let mut journal = Journal::begin(plan);
            journal.outcomes = [(0, first.clone()), (1, second.clone())].into();
            journal.ended = Some((Timestamp::UNIX_EPOCH, Ending::Finished));
            channel_line(&journal).contains("I verify again when it is there.")
        };
        assert!(waits(&not_there, &not_there));
        assert!(!waits(&not_there, &doubt(Doubt::CacheUnstated)));
    }

    #[test]
    fn what_belongs_to_the_tester_stays_out() {
        let outcome = broken(contains(), "secret page");
        assert!(!line(&[], "T", Session::Mine, outcome).contains("secret"));
        for name in ["Set-Cookie", "x-client-ip"] {
            let assertion = Assertion::header_is(name, "v");
            assert!(!line(&[], "T", Session::Anonymous, broken(assertion, "secret")).contains("secret"), "{name}");
        }
    }

    #[test]
    fn hostile_titles_nicks_and_reasons_stay_one_harmless_line() {
        let long = "ä💡".repeat(300);
        let hostile =
            ["a\r\n!log b", "!log x", "\u{3}04red\u{2}", "\0", "\u{202e}x", "@everyone", "jouncebot: x", &long];
        for title in hostile {
            for nick in ["deployer", "!log", "stashbot", "a b", "x\ny", &long] {
                let line = line(&[nick, "deployer"], title, Session::Anonymous, broken(contains(), title));
                assert!(line.len() <= LINE_LIMIT, "{line}");
                assert!(!line.chars().any(char::is_control), "{line}");
                assert!(line.starts_with("deployer") || line.starts_with("FAIL"), "{line}");
                assert!(line.contains("FAIL on mwdebug (k8s-mwdebug): 0/1 pass."), "{line}");
                assert!(line.contains("Please do not continue."), "{line}");
            }
        }
    }

    #[test]
    fn a_run_that_goes_on_has_no_line() {
        let plan =
            Plan::new("id".into(), Subject::default(), Stage::Production, Timestamp::UNIX_EPOCH, Vec::new(), 1000);
        assert_eq!(channel_line(&Journal::begin(plan)), "");
    }

    #[test]
    fn a_reason_in_words_says_what_to_do_next() {
        let reason = Reason::Transport { error: TransportError::Timeout { after_ms: 20_000 } };
        let words = reason_in_words(&Outcome::inconclusive(reason, Evidence::default()));
        assert_eq!(
            words.as_deref(),
            Some("No answer within 20000 ms. Verify again; if it stays so, tell the deployer.")
        );
        for (status, words) in [
            (
                404,
                "Status 404, of which the test says nothing. Open the URL to see why, or assert this status if the test wants it.",
            ),
            (
                503,
                "Status 503, of which the test says nothing. Tell the deployer, and look into Logstash for this request.",
            ),
        ] {
            let reason = Some(Reason::BadStatus { status });
            let failed =
                Outcome { verdict: Verdict::Fail, reason, assertions: Vec::new(), evidence: Evidence::default() };
            assert_eq!(reason_in_words(&failed).as_deref(), Some(words));
        }
        let pass =
            Outcome { verdict: Verdict::Pass, reason: None, assertions: Vec::new(), evidence: Evidence::default() };
        assert_eq!(reason_in_words(&pass), None);
    }
}
