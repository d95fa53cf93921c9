// SPDX-License-Identifier: GPL-2.0-or-later
//! What a run asks at once, and what it no longer asks of a host that wants to be left alone.

use super::fake::{Answer, Browser, page};
use super::{DEBUG, GERRIT, HEADER, PRODUCTION, prepared, state, test};
use backport_verify::app::{Command, Progress, perform};
use backport_verify::debug::{Backend, Backends};
use backport_verify::exchange::{Method, Request};
use backport_verify::suite::Test;
use backport_verify::verify::{Doubt, Journal, Limits, Plan, Reason, Stage, Subject, Verdict};
use jiff::Timestamp;

/// Hosts of wikis.
const LANGUAGES: [&str; 8] = ["en", "de", "fr", "nl", "sv", "pl", "it", "es"];

struct Silent;

impl Progress for Silent {
    async fn outcome(&self, _: &Journal) {}
}

fn pages(languages: &[&str], of_each: usize) -> Vec<Test> {
    let page = |language: &str, n: usize| format!("https://{language}.wikipedia.org/wiki/Page_{n}");
    let of = |language: &&str| (0..of_each).map(|n| Test { url: page(language, n), ..test() }).collect::<Vec<_>>();
    languages.iter().flat_map(of).collect()
}

fn usual(request: &Request) -> Answer {
    if request.url.ends_with("/w/deployment-info.php") {
        return page(request, "nobody", "pass", "{}");
    }
    let server = if is_debug(request) { DEBUG } else { PRODUCTION };
    page(request, server, "pass", "eventcoordinator")
}

fn is_debug(request: &Request) -> bool {
    request.headers.get(HEADER).is_some()
}

fn is_of(request: &Request, language: &str) -> bool {
    request.url.starts_with(&format!("https://{language}.wikipedia.org/"))
}

/// A run of a change that asks of its wikis what they run, too.
async fn performed(browser: &Browser, stage: Stage, tests: Vec<Test>, limits: Limits) -> Journal {
    let subject = Subject { gerrit: Some(GERRIT), ..Subject::default() };
    let mut journal = Journal::begin(Plan::new("1".into(), subject, stage, Timestamp::UNIX_EPOCH, tests, 1000));
    perform(browser, &mut journal, limits, &Silent).await;
    assert!(journal.pending().is_empty());
    journal
}

fn mwdebug() -> Stage {
    Stage::mwdebug(Backend::default())
}

fn slow() -> Browser {
    let browser = Browser::new();
    browser.answers(usual);
    browser.takes_turns(5);
    browser
}

#[tokio::test]
async fn at_most_six_are_in_flight_a_host_and_twenty_four_in_all() {
    let browser = slow();
    performed(&browser, Stage::Production, pages(&LANGUAGES, 10), Limits::default()).await;
    for language in LANGUAGES {
        assert_eq!(browser.most_at_once(|request| is_of(request, language)), 6, "{language}");
    }
    assert_eq!(browser.most_at_once(|_| true), 24);
    assert_eq!(browser.sent().iter().filter(|request| request.url.contains("/wiki/Page_")).count(), 80);
}

#[tokio::test]
async fn at_most_six_are_in_flight_to_debug_backends_whatever_the_number_of_hosts() {
    let browser = slow();
    performed(&browser, mwdebug(), pages(&LANGUAGES, 10), Limits::default()).await;
    assert_eq!(browser.most_at_once(is_debug), 6);
    assert_eq!(browser.most_at_once(|_| true), 24);
    let asked = |debug| {
        let sent = browser.sent();
        sent.iter().filter(|sent| sent.url.contains("/wiki/Page_") && is_debug(sent) == debug).count()
    };
    assert_eq!((asked(true), asked(false)), (80, 80));
}

#[tokio::test]
async fn at_most_six_are_in_flight_to_debug_backends_however_many_of_them_are_asked() {
    let browser = slow();
    let backend = |name| Backend::new(name).unwrap();
    let others = [backend("k8s-mwdebug-next"), backend("k8s-mwdebug-codfw")];
    let stage = Stage::Mwdebug { backends: Backends::new(Backend::default(), others) };
    performed(&browser, stage, pages(&LANGUAGES, 5), Limits::default()).await;
    assert_eq!(browser.most_at_once(is_debug), 6);
    assert_eq!(browser.most_at_once(|_| true), 24);
    for language in LANGUAGES {
        assert!(browser.most_at_once(|request| is_of(request, language)) <= 6, "{language}");
    }
    let asked = browser.sent().iter().filter(|sent| sent.url.contains("/wiki/Page_") && is_debug(sent)).count();
    assert_eq!(asked, 120);
}

#[tokio::test]
async fn limits_can_be_narrower_and_a_pair_has_room_where_nothing_is_in_flight() {
    for (limits, at_once) in [
        (Limits { per_host: 2, ..Limits::default() }, [2, 6, 16]),
        (Limits { in_all: 3, ..Limits::default() }, [3, 3, 3]),
        (Limits { debug: 1, ..Limits::default() }, [6, 2, 24]),
        (Limits { per_host: 1, in_all: 1, debug: 1 }, [2, 2, 2]),
    ] {
        let browser = slow();
        performed(&browser, mwdebug(), pages(&LANGUAGES, 6), limits).await;
        let [of_host, debug, in_all] = at_once;
        assert!(browser.most_at_once(|request| is_of(request, "en")) <= of_host, "{limits:?}");
        assert!(browser.most_at_once(is_debug) <= debug, "{limits:?}");
        assert!(browser.most_at_once(|_| true) <= in_all, "{limits:?}");
    }
}

#[tokio::test]
async fn a_host_that_asks_to_slow_down_is_asked_nothing_more_and_the_others_are() {
    let browser = slow();
    browser.answers(|request| {
        let answer = usual(request)?;
        Some(answer.map(|mut response| {
            if is_of(request, "en") && request.url.contains("/wiki/") {
                response.status = 429;
                // A cache that says so is not passed either.
                response.headers =
                    [("retry-after", "7"), ("age", "3"), ("x-cache-status", "hit-front")].into_iter().collect();
            }
            response
        }))
    });
    let limits = Limits { per_host: 3, ..Limits::default() };
    let journal = performed(&browser, Stage::Production, pages(&["en", "de"], 10), limits).await;
    let asked = browser.sent().iter().filter(|sent| is_of(sent, "en") && sent.url.contains("/wiki/")).count();
    assert!((1..=3).contains(&asked), "{asked}");
    for place in 0..10 {
        let outcome = journal.deciding(place).unwrap();
        assert_eq!(outcome.reason, Some(Reason::Doubt { doubt: Doubt::RetryAfter { seconds: 7 } }), "{place}");
        assert_eq!(journal.deciding(10 + place).unwrap().verdict, Verdict::Pass);
    }
}

#[tokio::test]
async fn nothing_that_was_refused_is_sent_a_second_time() {
    for (wait, doubt, said) in [
        (
            Some("7"),
            Doubt::RetryAfter { seconds: 7 },
            "the site asks to wait 7 s (status 429). Wait 7 s, then verify again.",
        ),
        (None, Doubt::TooManyRequests, "the site asks to slow down (status 429). Wait a minute, then verify again."),
        (
            Some("Tue, 18 Aug 2026 13:10:00 GMT"),
            Doubt::TooManyRequests,
            "the site asks to slow down (status 429). Wait a minute, then verify again.",
        ),
    ] {
        assert_eq!(format!("{doubt}. {}", doubt.next_step()), said);
        for method in [Method::Get, Method::Head, Method::Post] {
            let browser = Browser::new();
            browser.answers(move |request| {
                let answer = usual(request)?;
                Some(answer.map(|mut response| {
                    response.status = 429;
                    if let Some(wait) = wait {
                        response.headers.push("Retry-After", wait);
                    }
                    response
                }))
            });
            let tests = vec![Test { method, ..test() }];
            let journal = performed(&browser, Stage::Production, tests, Limits::default()).await;
            assert_eq!(journal.deciding(0).unwrap().reason, Some(Reason::Doubt { doubt: doubt.clone() }));
            assert_eq!(browser.sent().iter().filter(|sent| sent.url.contains("/wiki/")).count(), 1, "{method:?}");
        }
    }
}

#[tokio::test]
async fn the_background_keeps_to_the_same_limits() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    browser.answers(usual);
    browser.takes_turns(5);
    app.handle(Command::SaveTests { gerrit: GERRIT, tests: pages(&LANGUAGES, 4) }).await;
    app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
    app.work().await;
    assert!(state(&browser).run_of(GERRIT, false).unwrap().journal.pending().is_empty());
    assert_eq!(browser.most_at_once(is_debug), 6);
    assert_eq!(browser.most_at_once(|request| request.url.contains(".wikipedia.org/")), 24);
}
