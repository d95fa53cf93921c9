// SPDX-License-Identifier: GPL-2.0-or-later
//! Several who write the same suite, or the settings, at the same time: whatever the order, nothing is lost unseen.

use super::fake::{Answer, Browser, page};
use super::kills::unless_stopped;
use super::sharing::gerrit;
use super::{GERRIT, PRODUCTION, WEBHOOK, prepared, refusal, saving, started, state, test, verified, wikimedia};
use backport_verify::app::{App, Command, Problem, Reply, SettingsForm, State};
use backport_verify::check::{Assertion, Order, Predicate, Subject};
use backport_verify::exchange::{Method, Request, Response};
use backport_verify::suite::{Owner, Test};
use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, join};
use serde_json::{Number, Value};
use std::future::Future;

/// More turns than anything here takes.
const TURNS: usize = 40;

pub(super) fn named(name: &str) -> Test {
    Test { name: name.into(), ..test() }
}

/// Does both; the second begins when the first had so many turns.
fn after<'d, A: 'd, B: 'd>(
    turns: usize,
    first: impl Future<Output = A> + 'd,
    second: impl Future<Output = B> + 'd,
) -> LocalBoxFuture<'d, (A, B)> {
    let second = async move {
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
        second.await
    };
    join(first, second).boxed_local()
}

fn names(browser: &Browser) -> Vec<String> {
    state(browser).tests_of(GERRIT).into_iter().map(|test| test.name).collect()
}

/// What the next background reads.
async fn kept(browser: &Browser) -> State {
    drop(started(browser).await);
    state(browser)
}

#[tokio::test]
async fn of_two_pages_that_save_at_once_one_is_refused_and_nothing_of_the_other_is_lost() {
    for turns in 0..TURNS {
        let browser = Browser::new();
        let app = prepared(&browser).await;
        let save = |name: &str| saving(&browser, GERRIT, None, vec![test(), named(name)]);
        let (one, other) = (save("one"), save("other"));
        let (done, refused) = after(turns, app.handle(one), app.handle(other)).await;
        assert_eq!((done, refusal(refused)), (Reply::Done, Problem::SavedElsewhere), "{turns}");
        assert_eq!(names(&browser), ["", "one"], "{turns}");
        // The page has seen it, and saves both.
        let both = saving(&browser, GERRIT, None, vec![test(), named("one"), named("other")]);
        assert_eq!(app.handle(both).await, Reply::Done);
        assert_eq!(kept(&browser).await.tests_of(GERRIT), [test(), named("one"), named("other")]);
    }
}

#[tokio::test]
async fn a_suite_that_was_changed_unseen_is_not_taken_away_and_what_is_typed_stays_kept() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let draft = Command::KeepDraft { owner: Owner::numbered(GERRIT), rows: Some("[typed]".into()) };
    assert_eq!(app.handle(draft).await, Reply::Done);
    let away = saving(&browser, GERRIT, None, Vec::new());
    assert_eq!(app.handle(Command::AddTests { gerrit: GERRIT, tests: vec![named("new")] }).await, Reply::Done);
    assert_eq!(refusal(app.handle(away.clone()).await), Problem::SavedElsewhere);
    assert_eq!(names(&browser), ["", "new"]);
    assert_eq!(state(&browser).drafts[&Owner::numbered(GERRIT)].rows, "[typed]");
    // One that was taken away unseen does not come back unasked.
    let stale = saving(&browser, GERRIT, None, vec![test(), named("new"), named("mine")]);
    assert_eq!(app.handle(saving(&browser, GERRIT, None, Vec::new())).await, Reply::Done);
    assert_eq!(refusal(app.handle(stale).await), Problem::SavedElsewhere);
    // What is wanted is so already.
    assert_eq!(app.handle(away).await, Reply::Done);
    assert_eq!(names(&browser), [""; 0]);
}

#[tokio::test]
async fn what_is_saved_already_is_no_conflict() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let save = saving(&browser, GERRIT, None, vec![test(), named("one")]);
    for _ in 0..2 {
        assert_eq!(app.handle(save.clone()).await, Reply::Done);
    }
    assert_eq!(names(&browser), ["", "one"]);
}

#[tokio::test]
async fn tests_that_are_added_while_a_page_saves_are_among_those_that_are_saved() {
    for turns in 0..TURNS {
        let browser = Browser::new();
        let app = prepared(&browser).await;
        let save = saving(&browser, GERRIT, None, vec![test(), named("typed")]);
        let add = |name: &str| app.handle(Command::AddTests { gerrit: GERRIT, tests: vec![named(name)] });
        let (added, refused) = after(turns, add("added"), app.handle(save.clone())).await;
        assert_eq!((added, refusal(refused)), (Reply::Done, Problem::SavedElsewhere), "{turns}");
        let (first, second) = after(turns, add("first"), add("second")).await;
        assert_eq!((first, second), (Reply::Done, Reply::Done));
        assert_eq!(names(&browser), ["", "added", "first", "second"], "{turns}");

        let browser = Browser::new();
        let app = prepared(&browser).await;
        let add = Command::AddTests { gerrit: GERRIT, tests: vec![named("added")] };
        assert_eq!(after(turns, app.handle(save), app.handle(add)).await, (Reply::Done, Reply::Done));
        assert_eq!(names(&browser), ["", "typed", "added"], "{turns}");
    }
}

#[tokio::test]
async fn what_was_allowed_in_a_run_is_not_taken_back_by_a_page_that_has_not_seen_it() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let post = Test { method: Method::Post, ..test() };
    app.handle(saving(&browser, GERRIT, None, vec![post.clone()])).await;
    let run = verified(&app, &browser, false).await.plan.id;
    let save = saving(&browser, GERRIT, None, vec![post, named("typed")]);
    assert_eq!(app.handle(Command::Allow { run, test: 0 }).await, Reply::Done);
    assert_eq!(refusal(app.handle(save).await), Problem::SavedElsewhere);
    assert!(state(&browser).tests_of(GERRIT)[0].allowed);
}

#[tokio::test]
async fn what_is_saved_while_gerrit_tells_the_change_id_is_kept_under_it() {
    for turns in 0..TURNS {
        let browser = Browser::new();
        let app = prepared(&browser).await;
        browser.answers(gerrit(""));
        browser.takes_turns(TURNS / 2);
        assert_eq!(app.handle(Command::Refresh { force: true }).await, Reply::Done);
        let add = app.handle(Command::AddTests { gerrit: GERRIT, tests: vec![named("added")] });
        let wiki = Owner::Wiki("enwiki".into());
        let save = app.handle(saving(&browser, GERRIT, Some(wiki.clone()), vec![named("wiki's")]));
        let (echo, url) = (Owner::Repository("mediawiki/extensions/Echo".into()), super::sharing::PAGE.to_owned());
        let share = app.handle(Command::SetShared { owner: echo.clone(), url });
        let before = browser.sent().len();
        let is_asked = || browser.sent().iter().skip(before).any(|sent| sent.url.contains("/r/changes/?"));
        let all = async {
            while !is_asked() {
                tokio::task::yield_now().await;
            }
            after(turns, async {}, async { [share.await, add.await, save.await] }).await.1
        };
        assert_eq!(after(0, app.work(), all).await.1, [Reply::Done, Reply::Done, Reply::Done], "{turns}");
        let kept = kept(&browser).await;
        let id = Owner::Change(format!("I{}", "a".repeat(40)));
        assert_eq!(kept.suites[&id].tests, [test(), named("added")], "{turns}");
        assert_eq!(kept.suites[&wiki].tests, [named("wiki's")], "{turns}");
        assert_eq!(kept.suites.len(), 2, "{turns}");
        assert!(kept.shared.contains_key(&echo), "{turns}");
    }
}

#[tokio::test]
async fn a_suite_that_a_change_turns_out_to_share_is_not_saved_over_unseen() {
    let browser = Browser::new();
    browser.answers(gerrit(""));
    let app = started(&browser).await;
    let shared = Owner::Change(format!("I{}", "a".repeat(40)));
    app.handle(saving(&browser, 2, Some(shared.clone()), vec![named("of the cherry-pick")])).await;
    // The page knows the change by its number alone.
    let save = saving(&browser, GERRIT, None, vec![named("typed")]);
    assert_eq!(app.handle(Command::Examine { gerrit: GERRIT }).await, Reply::Done);
    app.work().await;
    assert_eq!(state(&browser).owners_of(GERRIT)[0], shared);
    assert_eq!(refusal(app.handle(save).await), Problem::SavedElsewhere);
    assert_eq!(state(&browser).suites[&shared].tests, [named("of the cherry-pick")]);
}

#[tokio::test]
async fn a_page_that_saves_again_after_the_worker_was_stopped_finds_no_conflict() {
    for moment in 0.. {
        let browser = Browser::new();
        let app = prepared(&browser).await;
        let save = saving(&browser, GERRIT, None, vec![test(), named("typed")]);
        browser.stops_the_worker_at(Some(moment));
        let done = unless_stopped(&browser, app.handle(save.clone())).await;
        browser.stops_the_worker_at(None);
        let app = started(&browser).await;
        assert!(matches!(names(&browser).len(), 1 | 2), "{moment}");
        assert_eq!(app.handle(save).await, Reply::Done, "{moment}");
        assert_eq!(names(&browser), ["", "typed"], "{moment}");
        if done.is_some() {
            assert!(moment > 3, "{moment}");
            break;
        }
    }
}

/// What the background gets of a command that a page sends.
fn sent(command: &Command) -> Command {
    serde_json::from_str(&serde_json::to_string(command).unwrap()).unwrap()
}

#[tokio::test]
async fn a_number_of_many_digits_is_no_change_of_others() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    for number in [31.245_270_191_439_438, 0.300_000_000_000_000_04, 1e-30, 123_456_789.123_456_79] {
        let json = |is| Assertion { of: Subject::Json { path: "$.a".into() }, is };
        let number = Number::from_f64(number).unwrap();
        let value = Value::Number(number.clone());
        let assertions =
            vec![json(Predicate::Is { value }), json(Predicate::Compares { order: Order::AtLeast, number })];
        let digits = Test { assertions, ..named("digits") };
        assert_eq!(app.handle(saving(&browser, GERRIT, None, vec![digits.clone()])).await, Reply::Done);
        let again = saving(&browser, GERRIT, None, vec![digits.clone(), named("typed")]);
        assert_eq!(app.handle(sent(&again)).await, Reply::Done);
        assert_eq!(kept(&browser).await.tests_of(GERRIT), [digits, named("typed")]);
    }
}

fn settings(form: SettingsForm) -> Command {
    Command::SaveSettings { form }
}

#[tokio::test]
async fn settings_that_two_pages_change_are_both_kept() {
    for turns in 0..TURNS {
        let browser = Browser::new();
        let app = prepared(&browser).await;
        let nick = settings(SettingsForm { nick: Some("other".into()), ..SettingsForm::default() });
        let backend = Some("k8s-mwdebug-next".into());
        let rest = settings(SettingsForm { backend, preview: Some(false), ..SettingsForm::default() });
        assert_eq!(after(turns, app.handle(nick), app.handle(rest)).await, (Reply::Done, Reply::Done));
        let kept = kept(&browser).await.settings;
        assert_eq!(kept.nick.unwrap().as_str(), "other", "{turns}");
        assert_eq!((kept.backend.as_str(), kept.reporting.at_once), ("k8s-mwdebug-next", true), "{turns}");
        assert!(kept.webhook.is_some(), "{turns}");
    }
}

/// Wikimedia beside a webhook that is gone.
fn gone(request: &Request) -> Answer {
    if request.url != WEBHOOK {
        return wikimedia(false)(request);
    }
    page(request, PRODUCTION, "pass", "").map(|came| came.map(|response| Response { status: 410, ..response }))
}

async fn reporting(browser: &Browser) -> App<Browser> {
    let app = prepared(browser).await;
    let run = verified(&app, browser, false).await.plan.id;
    browser.answers(gone);
    assert_eq!(app.handle(Command::SendReport { run }).await, Reply::Done);
    app
}

#[tokio::test]
async fn settings_that_are_saved_while_the_webhook_is_switched_off_are_kept() {
    for turns in 0..TURNS {
        let browser = Browser::new();
        let app = reporting(&browser).await;
        let nick = settings(SettingsForm { nick: Some("other".into()), ..SettingsForm::default() });
        assert_eq!(after(turns, app.work(), app.handle(nick)).await.1, Reply::Done);
        let kept = kept(&browser).await.settings;
        assert_eq!((kept.nick.unwrap().as_str(), kept.reporting.gone), ("other", true), "{turns}");
    }
}
