// SPDX-License-Identifier: GPL-2.0-or-later
//! What a run asks of a host that wants to be left alone: nothing for as long as it says, and then once more.

use super::fake::{Answer, Browser};
use super::limits::{is_debug, is_of, mwdebug, pages, performed, usual};
use super::{GERRIT, URL, killed_at_work, prepared, saving, state, test};
use backport_verify::app::{App, Command};
use backport_verify::exchange::{Method, Request};
use backport_verify::suite::Test;
use backport_verify::verify::{Doubt, Ending, Journal, Limits, Reason, Stage, Verdict};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A 429 with these fields.
fn refusal(request: &Request, fields: &[(&str, &str)]) -> Answer {
    let answer = usual(request)?;
    Some(answer.map(|mut response| {
        response.status = 429;
        for (name, value) in fields {
            response.headers.push(*name, *value);
        }
        response
    }))
}

fn is_page(request: &Request) -> bool {
    request.url.contains("/wiki/")
}

/// How often each page of a wiki was asked for.
fn asked(browser: &Browser, language: &str) -> Vec<usize> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for sent in browser.sent().iter().filter(|sent| is_of(sent, language) && is_page(sent)) {
        *counts.entry(format!("{} {}", sent.url, is_debug(sent))).or_default() += 1;
    }
    counts.into_values().collect()
}

fn reason(journal: &Journal, place: usize) -> Option<Reason> {
    journal.deciding(place).and_then(|outcome| outcome.reason.clone())
}

const fn wait(seconds: u32) -> Reason {
    Reason::Doubt { doubt: Doubt::RetryAfter { seconds } }
}

/// Refuses the first `refusals` requests for pages of the English Wikipedia.
fn refuses(browser: &Browser, refusals: usize, fields: &'static [(&'static str, &'static str)]) {
    let left = Rc::new(RefCell::new(refusals));
    browser.answers(move |request| {
        let mut left = left.borrow_mut();
        if *left == 0 || !is_of(request, "en") || !is_page(request) {
            return usual(request);
        }
        *left -= 1;
        refusal(request, fields)
    });
}

#[tokio::test]
async fn a_short_wait_is_waited_for_and_what_was_refused_is_asked_once_more() {
    for fields in [
        &[("Retry-After", "5")][..],
        &[("retry-after", "Tue, 18 Aug 2026 13:10:05 GMT"), ("date", "Tue, 18 Aug 2026 13:10:00 GMT")],
    ] {
        let browser = Browser::new();
        refuses(&browser, 1, fields);
        let journal = performed(&browser, Stage::Production, vec![test()], Limits::default()).await;
        assert_eq!(journal.deciding(0).unwrap().verdict, Verdict::Pass);
        assert_eq!((browser.waits(), asked(&browser, "en")), (vec![5000], vec![2]));
    }
}

#[tokio::test]
async fn while_a_host_wants_to_be_left_alone_it_is_asked_nothing_and_the_others_are() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    refuses(&browser, 1, &[("retry-after", "5")]);
    browser.takes_turns(3);
    browser.waits_forever();
    app.handle(saving(&browser, GERRIT, None, pages(&["en", "de"], 10))).await;
    app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
    killed_at_work(app).await;
    let since = browser.sent().split_off(browser.sent_before_waiting());
    assert_eq!(since.iter().filter(|sent| is_of(sent, "en")).count(), 0);
    assert!(since.iter().filter(|sent| is_of(sent, "de")).count() > 10);
    assert_eq!(asked(&browser, "de"), [1; 20]);
    let journal = state(&browser).runs[0].journal.clone();
    assert_eq!(journal.waits(), ["en.wikipedia.org asked to wait 5 s"]);
    assert_eq!(journal.tally().inconclusive, 0);
}

#[tokio::test]
async fn requests_that_were_under_way_together_and_refused_are_all_asked_once_more() {
    let browser = Browser::new();
    browser.takes_turns(3);
    refuses(&browser, 3, &[("retry-after", "2")]);
    let limits = Limits { per_host: 4, ..Limits::default() };
    let journal = performed(&browser, Stage::Production, pages(&["en"], 6), limits).await;
    assert_eq!(journal.tally().passed, 6);
    let mut asked = asked(&browser, "en");
    asked.sort_unstable();
    assert_eq!(asked, [1, 1, 1, 2, 2, 2]);
    assert_eq!(browser.waits(), [2000; 3]);
}

#[tokio::test]
async fn a_host_that_refuses_again_is_asked_nothing_more_and_the_others_are() {
    let browser = Browser::new();
    browser.takes_turns(5);
    // A cache that says so is not passed either.
    refuses(&browser, usize::MAX, &[("retry-after", "7"), ("age", "3"), ("x-cache-status", "hit-front")]);
    let limits = Limits { per_host: 3, ..Limits::default() };
    let journal = performed(&browser, Stage::Production, pages(&["en", "de"], 10), limits).await;
    let sent: usize = asked(&browser, "en").iter().sum();
    assert!((2..=6).contains(&sent), "{sent}");
    for place in 0..10 {
        assert_eq!(reason(&journal, place), Some(wait(7)), "{place}");
        assert_eq!(journal.deciding(10 + place).unwrap().verdict, Verdict::Pass);
    }
    assert!(journal.pauses.iter().all(|pause| pause.over), "{:?}", journal.pauses);
}

#[tokio::test]
async fn a_longer_wait_and_one_without_end_are_told_at_once() {
    for (fields, doubt, said) in [
        (
            &[("retry-after", "21")][..],
            Doubt::RetryAfter { seconds: 21 },
            "the site asks to wait 21 s (status 429). Wait 21 s, then verify again.",
        ),
        (&[], Doubt::TooManyRequests, "the site asks to slow down (status 429). Wait a minute, then verify again."),
        (
            &[("retry-after", "Tue, 18 Aug 2026 13:10:00 GMT")],
            Doubt::TooManyRequests,
            "the site asks to slow down (status 429). Wait a minute, then verify again.",
        ),
    ] {
        assert_eq!(format!("{doubt}. {}", doubt.next_step()), said);
        let browser = Browser::new();
        refuses(&browser, usize::MAX, fields);
        let journal =
            performed(&browser, mwdebug(), pages(&["en"], 10), Limits { per_host: 1, ..Limits::default() }).await;
        assert_eq!(reason(&journal, 9), Some(Reason::Doubt { doubt }));
        assert_eq!((browser.waits(), asked(&browser, "en")), (vec![], vec![1]));
    }
}

#[tokio::test]
async fn what_can_change_something_is_never_sent_again() {
    for method in [Method::Post, Method::Put, Method::Patch, Method::Delete, Method::Options] {
        for status in [429, 200, 503] {
            let browser = Browser::new();
            browser.answers(move |request| {
                let answer = refusal(request, &[("retry-after", "1"), ("age", "7")])?;
                Some(answer.map(|mut response| {
                    response.status = status;
                    response.headers = response
                        .headers
                        .iter()
                        .map(|(name, value)| (name.to_owned(), value.replace("pass", "hit-front")))
                        .collect();
                    response
                }))
            });
            let tests = vec![Test { method, allowed: true, ..test() }];
            let journal = performed(&browser, mwdebug(), tests, Limits::default()).await;
            assert_eq!(journal.verdict(), None);
            assert_ne!(journal.deciding(0).unwrap().verdict, Verdict::Pass);
            assert_eq!(asked(&browser, "en"), [1], "{method:?} {status}");
        }
    }
}

#[tokio::test]
async fn a_refused_post_makes_the_others_wait_too() {
    let browser = Browser::new();
    refuses(&browser, 1, &[("retry-after", "3")]);
    let post = Test { method: Method::Post, allowed: true, ..test() };
    let tests = vec![post, Test { url: format!("{URL}?other"), ..test() }];
    let limits = Limits { per_host: 1, ..Limits::default() };
    let journal = performed(&browser, Stage::Production, tests, limits).await;
    assert_eq!(reason(&journal, 0), Some(wait(3)));
    assert_eq!(journal.deciding(1).unwrap().verdict, Verdict::Pass);
    assert_eq!((browser.waits(), asked(&browser, "en")), (vec![3000], vec![1, 1]));
}

#[tokio::test]
async fn cancelling_ends_the_waiting_at_once() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    refuses(&browser, usize::MAX, &[("retry-after", "5")]);
    browser.waits_forever();
    app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
    let cancelled = async {
        while browser.waits().is_empty() {
            tokio::task::yield_now().await;
        }
        app.handle(Command::Cancel).await
    };
    tokio::join!(app.work(), cancelled);
    let journal = state(&browser).runs[0].journal.clone();
    assert_eq!(journal.ended.unwrap().1, Ending::Cancelled);
    assert_eq!(journal.waits(), [""; 0]);
    assert!(!browser.is_kept_awake());
}

#[tokio::test]
async fn a_wait_that_a_stopped_worker_cut_short_begins_anew_and_is_the_only_one() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    refuses(&browser, usize::MAX, &[("retry-after", "5")]);
    browser.waits_forever();
    app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
    killed_at_work(app).await;
    let before = asked(&browser, "en").len();
    browser.waits_no_more_than_an_instant();
    let app = App::new(browser.clone());
    app.start().await;
    app.work().await;
    let journal = state(&browser).runs[0].journal.clone();
    assert_eq!(reason(&journal, 0), Some(wait(5)));
    let sent: usize = asked(&browser, "en").iter().sum();
    assert!(sent <= 2 * before, "{sent} {before}");
}

#[tokio::test]
async fn servers_that_refuse_to_tell_their_code_are_not_asked_for_it_in_another_way() {
    let browser = Browser::new();
    browser.answers(|request| if is_page(request) { usual(request) } else { refusal(request, &[]) });
    performed(&browser, Stage::Production, vec![test()], Limits::default()).await;
    let sent = browser.sent();
    let api = sent.iter().filter(|sent| is_of(sent, "en") && sent.url.contains("api.php")).count();
    assert_eq!((sent.iter().filter(|sent| sent.url.ends_with("deployment-info.php")).count(), api), (1, 0));
}
