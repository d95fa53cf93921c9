// SPDX-License-Identifier: GPL-2.0-or-later
//! What the line says of a run, and what of it never.

use super::{LINE_LIMIT, channel_line};
use crate::check::{Assertion, AssertionResult};
use crate::debug::{Backend, Backends};
use crate::exchange::Session;
use crate::schedule::Nick;
use crate::suite::Test;
use crate::verify::{
    Doubt, Earlier, Ending, Evidence, Glimpse, Journal, Outcome, Plan, Reason, Side, Stage, Subject, Target, Verdict,
};
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
         not found in 9 characters. Please do not continue. Change 1: \"Title\""
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
         (mw-web.eqiad.main-a-b), not k8s-mwdebug. Please hold while I look. Change 1: \"Title\""
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
         Change 1: \"Title\""
    );
}

/// An ended run of one test on these backends, that was no pass on the last of them.
fn lagging(backends: &[&str], title: &str) -> String {
    let mut names = backends.iter().map(|name| Backend::new(name).unwrap());
    let stage = Stage::Mwdebug { backends: Backends::new(names.next().unwrap(), names) };
    let deployers = Nick::new("deployer").into_iter().collect();
    let subject = Subject { gerrit: Some(1), title: title.to_owned(), deployers, ..Subject::default() };
    let test = Test { url: "https://en.wikipedia.org/wiki/X".into(), ..Test::default() };
    let mut journal = Journal::begin(Plan::new("id".into(), subject, stage, Timestamp::UNIX_EPOCH, vec![test], 1000));
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
    assert!(line.starts_with(said) && line.contains(" Please roll back. Change 1: \"Title\""), "{line}");
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
    assert!(
        line.contains(" Please roll back. Change 1: \"a long title")
            && line.ends_with("…\"")
            && line.len() <= LINE_LIMIT,
        "{line}"
    );
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

/// An ended run of one test that came to `here`, and before to `before`.
fn ended(stage: Stage, here: Verdict, before: Verdict, ending: Ending) -> Journal {
    let of = |verdict: Verdict| match verdict {
        Verdict::Fail => broken(contains(), "not found"),
        Verdict::Inconclusive => Outcome::inconclusive(Reason::NoAssertion, Evidence::default()),
        Verdict::Pass => Outcome { verdict, reason: None, ..broken(contains(), "") },
    };
    let test = Test { url: "https://en.wikipedia.org/wiki/X".into(), ..Test::default() };
    let plan = Plan::new("id".into(), Subject::default(), stage, Timestamp::UNIX_EPOCH, vec![test], 1000);
    let mut journal = Journal::begin(plan);
    if journal.on_production() {
        let glimpse = |verdict| Some(Glimpse { verdict, page: None });
        journal.plan.earlier = vec![Earlier { baseline: glimpse(Verdict::Fail), mwdebug: glimpse(before) }];
    }
    journal.outcomes = [of(here), of(before)].into_iter().take(journal.plan.jobs.len()).enumerate().collect();
    journal.ended = Some((Timestamp::UNIX_EPOCH, ending));
    journal
}

#[test]
fn what_is_asked_follows_from_verdict_stage_and_what_was_before() {
    use Ending::{Finished, Interrupted, TooLong};
    use Verdict::{Fail, Inconclusive, Pass};
    let mwdebug = || Stage::mwdebug(Backend::default());
    for (stage, here, before, ending, asked) in [
        (mwdebug(), Pass, Fail, Finished, "Good to continue."),
        (mwdebug(), Pass, Pass, Finished, "No objection."),
        (mwdebug(), Pass, Inconclusive, Finished, "No objection."),
        (mwdebug(), Fail, Pass, Finished, "Please roll back."),
        (mwdebug(), Fail, Fail, Finished, "Please do not continue."),
        (mwdebug(), Fail, Inconclusive, Finished, "Please do not continue."),
        (mwdebug(), Inconclusive, Fail, Finished, "Please hold while I look."),
        (mwdebug(), Pass, Fail, Interrupted, "Please hold while I verify again."),
        (Stage::Production, Pass, Pass, TooLong, "Please hold while I verify again."),
        (Stage::Production, Pass, Pass, Finished, "All done, thank you."),
        (Stage::Production, Fail, Pass, Finished, "Please hold, a rollback may be needed."),
        (Stage::Production, Inconclusive, Pass, Finished, "Please hold while I look."),
    ] {
        let line = channel_line(&ended(stage, here, before, ending));
        assert!(line.ends_with(&format!(" {asked}")), "{asked} {line}");
    }
}

/// What shows that a patch does something is worth more than what shows that nothing broke.
#[test]
fn a_pass_on_mwdebug_says_good_to_continue_only_where_something_is_fixed() {
    let said_of = |befores: &[Option<Outcome>]| {
        let test = Test { url: "https://en.wikipedia.org/wiki/X".into(), ..Test::default() };
        let (subject, stage) = (Subject::default(), Stage::mwdebug(Backend::default()));
        let tests = vec![test; befores.len()];
        let mut journal = Journal::begin(Plan::new("id".into(), subject, stage, Timestamp::UNIX_EPOCH, tests, 1000));
        let pass = Outcome { verdict: Verdict::Pass, reason: None, ..broken(contains(), "") };
        for (place, job) in journal.plan.jobs.iter().enumerate() {
            let before = if job.target == Target::Baseline { befores[job.test].clone() } else { Some(pass.clone()) };
            journal.outcomes.extend(before.map(|outcome| (place, outcome)));
        }
        journal.ended = Some((Timestamp::UNIX_EPOCH, Ending::Finished));
        channel_line(&journal).split_once(": ").unwrap().1.to_owned()
    };
    let failed = || Some(broken(contains(), "not found"));
    let kept = || Some(Outcome { verdict: Verdict::Pass, reason: None, ..broken(contains(), "") });
    let unknown = || Some(Outcome::inconclusive(Reason::NoAssertion, Evidence::default()));
    let doubt = Doubt::PatchThereAlready { host: "en.wikipedia.org".into(), running: "1234567890abcdef".into() };
    let there = || Some(Outcome::inconclusive(Reason::Doubt { doubt: doubt.clone() }, Evidence::default()));
    for (befores, said) in [
        (vec![failed()], "1/1 pass, 1 fixed. Good to continue."),
        (vec![kept(), failed()], "2/2 pass, 1 fixed. Good to continue."),
        (vec![unknown(), failed()], "2/2 pass, 1 fixed. Good to continue."),
        (vec![kept(), kept()], "2/2 pass, as before: proves nothing about the patch. No objection."),
        (vec![kept(), unknown()], "2/2 pass, 1 as before. No objection."),
        (vec![there(), there()], "2/2 pass, production has the patch already. No objection."),
        (vec![unknown()], "1/1 pass, not compared with production. No objection."),
        (vec![None], "1/1 pass, not compared with production. No objection."),
    ] {
        assert_eq!(said_of(&befores).trim_end(), said);
    }
}

#[test]
fn a_second_run_says_that_it_is_one() {
    let mut journal = ended(Stage::Production, Verdict::Pass, Verdict::Pass, Ending::Finished);
    let first = channel_line(&journal);
    journal.plan.again = true;
    assert_eq!(channel_line(&journal), first.replace("on production:", "on production, re-run:"));
}

#[test]
fn however_long_everything_is_verdict_counts_ask_and_change_are_whole() {
    let names = (0..9).map(|place| Backend::new(&format!("k8s-{place}{}", "x".repeat(50))).unwrap());
    let backends = Backends::new(Backend::new(&"y".repeat(300)).unwrap(), names);
    let mut journal = ended(Stage::Mwdebug { backends }, Verdict::Fail, Verdict::Pass, Ending::Finished);
    journal.outcomes = (0..journal.plan.jobs.len()).map(|place| (place, journal.outcomes[&0].clone())).collect();
    journal.plan.again = true;
    journal.plan.subject.gerrit = Some(u64::MAX);
    journal.plan.subject.title = "long ".repeat(100);
    journal.plan.subject.deployers =
        (0..9).filter_map(|place| Nick::new(&format!("deployer-number-{place}"))).collect();
    journal.plan.tests[0].url = format!("https://en.wikipedia.org/wiki/{}", "long/".repeat(100));
    let line = channel_line(&journal);
    assert!(
        line.starts_with("deployer-number-0, deployer-number-1, deployer-number-2: FAIL on mwdebug (yyyy"),
        "{line}"
    );
    assert!(line.contains("yy… and 9 more), re-run: 0/1 pass, 1 still failing. en.wikipedia.org/wiki/"), "{line}");
    assert!(
        line.contains(" Please do not continue. Change 18446744073709551615: \"long ") && line.ends_with("…\""),
        "{line}"
    );
    assert!(line.len() <= LINE_LIMIT, "{line}");
}

#[test]
fn a_run_that_goes_on_has_no_line() {
    let plan = Plan::new("id".into(), Subject::default(), Stage::Production, Timestamp::UNIX_EPOCH, Vec::new(), 1000);
    assert_eq!(channel_line(&Journal::begin(plan)), "");
}
