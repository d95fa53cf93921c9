// SPDX-License-Identifier: GPL-2.0-or-later
//! What the workbench asks beside runs: tests tried at once, and what is typed and not saved.

use super::{Browser, DEBUG, GERRIT, PRODUCTION, URL, prepared, refusal, saving, started, state, test, wikimedia};
use backport_verify::app::{Command, Problem, Reply};
use backport_verify::debug::HEADER;
use backport_verify::exchange::Method;
use backport_verify::ports::Area;
use backport_verify::suite::{Owner, Test};
use backport_verify::verify::{Doubt, Reason, Verdict};
use jiff::SignedDuration;

fn owner() -> Owner {
    Owner::numbered(GERRIT)
}

fn trying(test: Test, on_mwdebug: bool) -> Command {
    Command::TryTest { owner: owner(), gerrit: Some(GERRIT), test, above: Vec::new(), on_mwdebug }
}

fn drafting(rows: Option<&str>) -> Command {
    Command::KeepDraft { owner: owner(), rows: rows.map(str::to_owned) }
}

#[tokio::test]
async fn a_try_asks_the_stage_once_and_leaves_no_run_behind() {
    for (on_mwdebug, verdict, server) in [(false, Verdict::Fail, PRODUCTION), (true, Verdict::Pass, DEBUG)] {
        let browser = Browser::new();
        let app = prepared(&browser).await;
        let before = browser.sent().len();
        let left_out = Test { skip: Some("not yet".into()), ..test() };
        assert_eq!(app.handle(trying(left_out, on_mwdebug)).await, Reply::Done);
        assert_eq!(state(&browser).tried[0].outcome, None);
        app.work().await;
        let tried = state(&browser).tried.remove(0);
        let outcome = tried.outcome.unwrap();
        assert_eq!((outcome.verdict, outcome.evidence.server.as_deref()), (verdict, Some(server)));
        assert_eq!(outcome.assertions[0].held, on_mwdebug);
        let asked: Vec<_> = browser.sent().split_off(before).into_iter().filter(|asked| asked.url == URL).collect();
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].headers.get(HEADER).is_some(), on_mwdebug);
        assert_eq!((state(&browser).runs.len(), browser.kept(Area::Local, "journal")), (0, None));
    }
}

#[tokio::test]
async fn a_try_sends_nothing_that_can_change_something_unless_it_is_allowed() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let post = Test { method: Method::Post, ..test() };
    let posts = |browser: &Browser| browser.sent().iter().filter(|sent| sent.method == Method::Post).count();
    app.handle(trying(post.clone(), false)).await;
    app.work().await;
    let reason = state(&browser).tried[0].outcome.clone().unwrap().reason;
    assert!(matches!(reason, Some(Reason::Doubt { doubt: Doubt::NotAllowed { .. } })), "{reason:?}");
    assert_eq!(posts(&browser), 0);
    app.handle(trying(Test { allowed: true, ..post }, false)).await;
    app.work().await;
    assert_eq!((posts(&browser), state(&browser).tried.len()), (1, 1));
}

#[tokio::test]
async fn a_new_try_gives_up_the_one_that_waits() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let never = "https://en.wikipedia.org/wiki/Never";
    let wiki = wikimedia(true);
    browser.answers(move |request| if request.url == never { None } else { wiki(request) });
    app.handle(trying(Test { url: never.into(), ..test() }, false)).await;
    let working = app.work();
    let next = async {
        while !browser.sent().iter().any(|sent| sent.url == never) {
            tokio::task::yield_now().await;
        }
        app.handle(trying(test(), false)).await;
    };
    futures_util::future::join(working, next).await;
    let tried = state(&browser).tried;
    assert_eq!((tried.len(), tried[0].test.url.as_str()), (1, URL));
    assert_eq!(tried[0].outcome.as_ref().unwrap().verdict, Verdict::Pass);
}

#[tokio::test]
async fn a_try_out_of_scope_or_without_access_is_refused() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let foreign = Test { url: "https://example.org/".into(), ..test() };
    assert!(matches!(app.handle(trying(foreign, false)).await, Reply::Refused { problem: Problem::BadTest { .. } }));
    browser.closes("https://en.wikipedia.org");
    let refused = app.handle(trying(test(), false)).await;
    assert!(matches!(refused, Reply::Refused { problem: Problem::NoAccess { .. } }), "{refused:?}");
}

#[tokio::test]
async fn what_is_typed_and_not_saved_outlives_the_browser_until_it_is_saved() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    assert_eq!(app.handle(drafting(Some("[typed]"))).await, Reply::Done);
    browser.is_restarted();
    let app = started(&browser).await;
    let kept = state(&browser).drafts[&owner()].clone();
    assert_eq!(kept.rows, "[typed]");
    // A page that was not sure tells it once more, later.
    browser.time_passes(SignedDuration::from_secs(60));
    app.handle(drafting(Some("[typed]"))).await;
    assert_eq!(state(&browser).drafts[&owner()], kept);
    app.handle(saving(&browser, GERRIT, None, vec![test()])).await;
    assert!(state(&browser).drafts.is_empty());
    app.handle(drafting(Some("[more]"))).await;
    app.handle(drafting(None)).await;
    assert!(state(&browser).drafts.is_empty());
}

#[tokio::test]
async fn a_full_store_is_said_and_a_save_that_failed_leaves_the_draft() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    app.handle(drafting(Some("[typed]"))).await;
    browser.storage_is_full(true);
    let full = app.handle(drafting(Some("[typed more]"))).await;
    assert!(matches!(full, Reply::Refused { problem: Problem::Storage { .. } }), "{full:?}");
    let tests = vec![Test { name: "new".into(), ..test() }];
    let save = app.handle(saving(&browser, GERRIT, None, tests)).await;
    assert!(matches!(save, Reply::Refused { problem: Problem::Storage { .. } }), "{save:?}");
    assert_eq!(state(&browser).drafts[&owner()].rows, "[typed]");
}

#[tokio::test]
async fn what_is_typed_for_one_more_owner_than_are_kept_is_refused_and_nothing_is_dropped() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let draft =
        |change: u64, rows: &str| Command::KeepDraft { owner: Owner::numbered(change), rows: Some(rows.into()) };
    for change in 1..=40 {
        assert_eq!(app.handle(draft(change, "[typed]")).await, Reply::Done);
        browser.time_passes(jiff::SignedDuration::from_secs(1));
    }
    let refused = refusal(app.handle(draft(41, "[typed]")).await);
    assert_eq!(refused, Problem::TooManyUnsaved { kept: 40 });
    assert_eq!(app.handle(draft(1, "[typed more]")).await, Reply::Done);
    let drafts = state(&browser).drafts;
    assert_eq!((drafts.len(), drafts[&Owner::numbered(1)].rows.as_str()), (40, "[typed more]"));
    app.handle(Command::KeepDraft { owner: Owner::numbered(2), rows: None }).await;
    assert_eq!(app.handle(draft(41, "[typed]")).await, Reply::Done);
}

#[tokio::test]
async fn what_is_typed_stays_with_what_it_began_from_when_tests_are_added_behind_it() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    app.handle(drafting(Some("[typed]"))).await;
    let added = Test { name: "added".into(), ..test() };
    let add = Command::AddTests { gerrit: GERRIT, tests: vec![added.clone()] };
    assert_eq!(app.handle(add).await, Reply::Done);
    let state = state(&browser);
    assert_eq!(state.suite_of(GERRIT).map(|suite| suite.tests.clone()), Some(vec![test(), added]));
    assert_eq!(state.drafts[&owner()].rows, "[typed]");
}
