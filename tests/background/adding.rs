// SPDX-License-Identifier: GPL-2.0-or-later
//! Tests that are added to others, and a page that is looked at for one.

use super::{GERRIT, PRODUCTION, URL, prepared, refusal, started, state, test, wikimedia};
use crate::fake::{Browser, page};
use backport_verify::app::{Command, Look, Problem, Reply};
use backport_verify::check::Assertion;
use backport_verify::debug::HEADER;
use backport_verify::exchange::{Session, TransportError};
use backport_verify::suite::Test;

fn other() -> Test {
    Test { name: "Another".into(), ..test() }
}

#[tokio::test]
async fn an_added_test_stands_behind_the_others_and_is_not_doubled() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    for _ in 0..2 {
        let reply = app.handle(Command::AddTests { gerrit: GERRIT, tests: vec![other()] }).await;
        assert_eq!(reply, Reply::Done);
    }
    assert_eq!(state(&browser).tests_of(GERRIT), [test(), other()]);
    let again = started(&browser).await;
    drop(again);
    assert_eq!(state(&browser).tests_of(GERRIT), [test(), other()]);
}

#[tokio::test]
async fn a_test_that_demands_nothing_is_not_added() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let tests = vec![Test { assertions: Vec::new(), ..other() }];
    let refused = refusal(app.handle(Command::AddTests { gerrit: GERRIT, tests }).await);
    assert!(matches!(refused, Problem::BadTest { .. }), "{refused:?}");
    assert_eq!(state(&browser).tests_of(GERRIT), [test()]);
}

#[tokio::test]
async fn a_page_is_asked_once_on_production_as_nobody_and_without_its_token() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let before = browser.sent().len();
    let look = Command::LookAtPage { gerrit: GERRIT, url: format!("{URL}?token=abc#x") };
    assert_eq!(app.handle(look).await, Reply::Done);
    app.work().await;
    let sent: Vec<_> = browser.sent().into_iter().skip(before).filter(|it| it.url.starts_with(URL)).collect();
    assert_eq!(sent.iter().map(|it| it.url.as_str()).collect::<Vec<_>>(), [URL]);
    assert_eq!((sent[0].session, sent[0].headers.get(HEADER)), (Session::Anonymous, None));
    let suggested = state(&browser).suggested.unwrap();
    assert_eq!((suggested.page.url.as_str(), suggested.gerrit), (URL, Some(GERRIT)));
    assert_eq!(suggested.page.dropped.into_iter().collect::<Vec<_>>(), ["token"]);
    let Look::Found { suggestions } = suggested.look else { panic!("{:?}", suggested.look) };
    assert_eq!(suggestions[0].assertion, Assertion::status(200));
    app.handle(Command::AddTests { gerrit: GERRIT, tests: vec![other()] }).await;
    assert_eq!(state(&browser).suggested, None);
}

#[tokio::test]
async fn a_page_elsewhere_is_refused_and_not_asked() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let before = browser.sent().len();
    let look = Command::LookAtPage { gerrit: GERRIT, url: "https://example.org/".into() };
    let refused = refusal(app.handle(look).await);
    app.work().await;
    assert!(matches!(refused, Problem::BadPage { .. }), "{refused:?}");
    assert!(!browser.sent().iter().skip(before).any(|it| it.url.contains("example.org")));
}

#[tokio::test]
async fn a_page_that_does_not_answer_says_why() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let usual = wikimedia(false);
    browser.answers(move |request| {
        if request.url.starts_with(URL) { Some(Err(TransportError::Timeout { after_ms: 5 })) } else { usual(request) }
    });
    app.handle(Command::LookAtPage { gerrit: GERRIT, url: URL.into() }).await;
    app.work().await;
    let expected = Look::Failed { detail: "no answer within 5 ms".into() };
    assert_eq!(state(&browser).suggested.unwrap().look, expected);
}

#[tokio::test]
async fn a_marked_text_opens_the_popup_and_says_whether_the_page_has_it() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let usual = wikimedia(false);
    browser.answers(move |request| {
        if request.url.starts_with(URL) { page(request, PRODUCTION, "miss", "a bird") } else { usual(request) }
    });
    for (text, is_there) in [(" a bird ", true), ("a fish", false)] {
        app.text_marked(URL, text).await;
        app.work().await;
        let suggested = state(&browser).suggested.unwrap();
        assert_eq!(suggested.text.as_deref(), Some(text.trim()));
        assert_eq!(suggested.of_text().is_some(), is_there, "{text}");
    }
    assert_eq!(browser.pages(), ["popup.html", "popup.html"]);
}
