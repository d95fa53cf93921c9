// SPDX-License-Identifier: GPL-2.0-or-later
//! Who asks, as whom, and what may be changed: the word of the submitter for each test, cookies, and our name.

use super::fake::Browser;
use super::limits::{mwdebug, performed, usual};
use super::{GERRIT, URL, prepared, refusal, saving, started, state, test, verified};
use backport_verify::app::{AGENT, Command, Problem, Reply};
use backport_verify::debug::HEADER;
use backport_verify::exchange::{Method, Request, Session};
use backport_verify::suite::{Test, read, write};
use backport_verify::verify::{Doubt, Journal, Limits, Reason, Stage, Verdict};

fn post() -> Test {
    Test { method: Method::Post, body: Some("a=1".into()), ..test() }
}

fn is_left_out(journal: &Journal, place: usize) -> bool {
    let reason = journal.deciding(place).and_then(|outcome| outcome.reason.clone());
    matches!(reason, Some(Reason::Doubt { doubt: Doubt::NotAllowed { method } }) if method == "POST")
}

fn posts(browser: &Browser) -> usize {
    browser.sent().iter().filter(|sent| sent.method == Method::Post && sent.url == URL).count()
}

#[tokio::test]
async fn what_can_change_something_is_not_sent_unless_it_was_allowed() {
    for method in [Method::Post, Method::Put, Method::Patch, Method::Delete, Method::Options] {
        for stage in [mwdebug(), Stage::Production] {
            let browser = Browser::new();
            browser.answers(usual);
            let tests = vec![Test { method, ..test() }];
            let journal = performed(&browser, stage, tests, Limits::default()).await;
            let doubt = Doubt::NotAllowed { method: method.as_str().into() };
            assert_eq!(journal.deciding(0).unwrap().reason, Some(Reason::Doubt { doubt }));
            assert_eq!(browser.sent(), []);
        }
    }
}

#[tokio::test]
async fn the_others_of_its_suite_are_sent_all_the_same() {
    let browser = Browser::new();
    browser.answers(usual);
    let journal = performed(&browser, mwdebug(), vec![post(), test()], Limits::default()).await;
    assert!(is_left_out(&journal, 0));
    assert_eq!(journal.deciding(1).unwrap().verdict, Verdict::Pass);
    assert_eq!(posts(&browser), 0);
}

#[tokio::test]
async fn an_allowed_test_is_sent_once_to_the_stage_that_is_verified() {
    let browser = Browser::new();
    browser.answers(usual);
    let tests = vec![Test { allowed: true, ..post() }];
    let journal = performed(&browser, mwdebug(), tests, Limits::default()).await;
    assert_eq!(journal.deciding(0).unwrap().verdict, Verdict::Pass);
    let sent: Vec<Request> = browser.sent().into_iter().filter(|sent| sent.method == Method::Post).collect();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].headers.get(HEADER).is_some());
}

#[tokio::test]
async fn what_a_run_left_out_can_be_allowed_and_is_sent_by_the_next() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    app.handle(saving(&browser, GERRIT, None, vec![test(), post()])).await;
    let journal = verified(&app, &browser, false).await;
    assert!(is_left_out(&journal, 1));
    let allow = Command::Allow { run: journal.plan.id, test: 1 };
    assert_eq!(app.handle(allow).await, Reply::Done);
    let allowed: Vec<bool> = state(&browser).suite_of(GERRIT).unwrap().tests.iter().map(|test| test.allowed).collect();
    assert_eq!((allowed, posts(&browser)), (vec![false, true], 0));
    drop(app);
    let app = started(&browser).await;
    verified(&app, &browser, false).await;
    assert_eq!(posts(&browser), 1);
}

#[tokio::test]
async fn what_was_changed_since_the_run_is_not_allowed_by_it() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    app.handle(saving(&browser, GERRIT, None, vec![post()])).await;
    let run = verified(&app, &browser, false).await.plan.id;
    let other = Test { body: Some("a=2".into()), ..post() };
    for saved in [vec![other.clone()], vec![test(), post()], Vec::new()] {
        app.handle(saving(&browser, GERRIT, None, saved.clone())).await;
        let refused = refusal(app.handle(Command::Allow { run: run.clone(), test: 0 }).await);
        assert_eq!(refused, Problem::TestChanged { test: post().label().to_owned() });
        let kept = state(&browser).suite_of(GERRIT).cloned().unwrap_or_default().tests;
        assert_eq!(kept, saved);
    }
    for (run, test) in [(run, 5), ("no such run".into(), 0)] {
        assert_eq!(refusal(app.handle(Command::Allow { run, test }).await), Problem::Gone);
    }
}

#[test]
fn no_file_allows_itself() {
    let allowed = Test { allowed: true, body: None, ..post() };
    let yaml = write(&backport_verify::suite::Suite { tests: vec![allowed.clone()] });
    assert!(!yaml.contains("allow"), "{yaml}");
    assert_eq!(read(&yaml).unwrap().suite.tests, [Test { allowed: false, ..allowed }]);
    for key in ["allowed: true", "allow: true"] {
        assert!(read(&format!("{yaml}  {key}\n")).is_err(), "{key}");
    }
}

#[tokio::test]
async fn one_suite_asks_as_nobody_and_as_me() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let url = |name: &str| format!("https://en.wikipedia.org/wiki/{name}");
    let tests = vec![Test { url: url("nobody"), ..test() }, Test { url: url("me"), session: Session::Mine, ..test() }];
    app.handle(saving(&browser, GERRIT, None, tests)).await;
    let journal = verified(&app, &browser, false).await;
    assert_eq!(journal.tally().passed, 2);
    let sessions = |name: &str| -> Vec<Session> {
        browser.sent().into_iter().filter(|sent| sent.url == url(name)).map(|sent| sent.session).collect()
    };
    // On the backend and, beside it, on production; what reads the code is nobody's matter.
    assert_eq!((sessions("nobody"), sessions("me")), (vec![Session::Anonymous; 2], vec![Session::Mine; 2]));
    let code = browser.sent().into_iter().filter(|sent| sent.url.ends_with("deployment-info.php"));
    assert!(code.map(|sent| sent.session).all(|session| session == Session::Anonymous));
}

#[tokio::test]
async fn every_request_of_a_run_says_once_who_asks_and_no_test_does() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let before = browser.sent().len();
    let journal = verified(&app, &browser, false).await;
    let sent = browser.sent().split_off(before);
    let kinds = [
        sent.iter().filter(|sent| sent.url == URL && sent.headers.get(HEADER).is_some()).count(),
        sent.iter().filter(|sent| sent.url == URL && sent.headers.get(HEADER).is_none()).count(),
        sent.iter().filter(|sent| sent.url.ends_with("deployment-info.php")).count(),
    ];
    assert_eq!(kinds, [1, 1, 2]);
    for request in &sent {
        assert_eq!(request.headers.get("Api-User-Agent").as_deref(), Some(AGENT), "{}", request.url);
    }
    assert!(journal.plan.tests[0].headers.is_empty());
    let name = AGENT.split(' ').next().unwrap();
    assert_eq!(name, concat!("backport-verify/", env!("CARGO_PKG_VERSION")));
    assert!(AGENT.contains("(https://"), "the policy wants a place to read more: {AGENT}");
}
