// SPDX-License-Identifier: GPL-2.0-or-later
//! What a server says with status 200 although it failed, and what keeps a request from being answered at all: none of it
//! is a pass, and each is told in words with what to do.

use super::fake::{Answer, Browser, page};
use super::{DEBUG, GERRIT, HEADER, PRODUCTION, prepared, saving, state, wikimedia};
use backport_verify::app::Command;
use backport_verify::check::Assertion;
use backport_verify::exchange::{Request, Response, TransportError};
use backport_verify::report::{logstash_link, reason_in_words};
use backport_verify::suite::Test;
use backport_verify::verify::{Outcome, Verdict};

const API: &str = "https://en.wikipedia.org/w/api.php?action=query&list=x&format=json&formatversion=2";
const LOAD: &str = "https://en.wikipedia.org/w/load.php?modules=ext.example&only=styles";
const ARTICLE: &str = "https://en.wikipedia.org/wiki/X";
const ID: &str = "5a1c7b0e-2f7d-4a55-9a7e-0c4c8d1b2e3f";

/// The outcome of one test on mwdebug or production, where every answer for its URL is `answer`.
async fn outcome(
    production: bool,
    url: &str,
    assertion: Assertion,
    answer: impl Fn(&Request) -> Answer + 'static,
) -> Outcome {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let test = Test { url: url.into(), assertions: vec![assertion], ..Test::default() };
    app.handle(saving(&browser, GERRIT, None, vec![test])).await;
    let (usual, asked) = (wikimedia(true), url.to_owned());
    browser.answers(move |request| if request.url == asked { answer(request) } else { usual(request) });
    app.handle(if production {
        Command::VerifyOnProduction { gerrit: GERRIT, anyway: true }
    } else {
        Command::VerifyOnMwdebug { gerrit: GERRIT }
    })
    .await;
    app.work().await;
    state(&browser).run_of(GERRIT, production).unwrap().journal.deciding(0).unwrap().into_owned()
}

fn server(request: &Request) -> &'static str {
    if request.headers.get(HEADER).is_some() { DEBUG } else { PRODUCTION }
}

fn answered(body: impl Into<String>) -> impl Fn(&Request) -> Answer + 'static {
    let body = body.into();
    move |request| page(request, server(request), "pass", &body)
}

/// An answer of a server with this status, more fields and body.
fn with(status: u16, server: &'static str, fields: &[(&str, &str)], body: &str) -> impl Fn(&Request) -> Answer + use<> {
    let fields: Vec<(String, String)> = fields.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let body = body.to_owned();
    move |request| {
        let mut answer: Response = page(request, server, "pass", &body)?.unwrap();
        answer.status = status;
        for (name, value) in &fields {
            answer.headers.push(name.clone(), value.clone());
        }
        Some(Ok(answer))
    }
}

fn lacks(text: &str) -> Assertion {
    Assertion::body_lacks(text)
}

#[tokio::test]
async fn a_failure_behind_status_200_fails_a_test_that_would_hold_on_it() {
    let exception = format!(
        "<html><div>[{ID}] 2026-08-18 13:05:00: Fatal exception of type &quot;TypeError&quot;</div>\
         <!-- Set $wgShowExceptionDetails = true; --></html>"
    );
    for (url, body, words) in [
        (
            API,
            r#"{"error":{"code":"badvalue","info":"x"}}"#,
            "The API answered with the error <badvalue>. Open the URL to read the error; if the test wants it, assert its \
             code or the field MediaWiki-API-Error.",
        ),
        (
            API,
            r#"{"errors":[{"code":"readonly","text":"x"}]}"#,
            "The API answered with the error <readonly>. Ask in the channel how long the wiki stays read-only, then \
             verify again.",
        ),
        (
            ARTICLE,
            &exception,
            "MediaWiki failed with a fatal exception of type <TypeError>. Tell the deployer: the patch may be the cause.",
        ),
        (
            LOAD,
            "/*\nProblematic modules: {\"ext.example\":\"missing\"}\n*/\n",
            "ResourceLoader could not deliver ext.example (missing). Look whether the patch registers these modules and \
             whether their files are there; if the test wants it, assert the module's name with its state.",
        ),
        (
            ARTICLE,
            "<html><body><div id=\"mw-read-only-warning\">x</div>",
            "The wiki is read-only. Ask in the channel how long the wiki stays read-only, then verify again.",
        ),
    ] {
        for production in [false, true] {
            let outcome = outcome(production, url, lacks("eventcoordinator"), answered(body)).await;
            assert_eq!(outcome.verdict, Verdict::Fail, "{body}");
            let said = reason_in_words(&outcome).unwrap();
            assert!(said.starts_with(words), "{said}");
        }
    }
}

#[tokio::test]
async fn a_failure_that_the_test_asks_for_is_a_pass() {
    let contains = |text: &str| Assertion::body_contains(text);
    let body = r#"{"error":{"code":"permissiondenied","info":"x eventcoordinator"}}"#;
    for (assertion, verdict) in [
        (contains("permissiondenied"), Verdict::Pass),
        // It stands in the message of the error alone.
        (contains("eventcoordinator"), Verdict::Fail),
    ] {
        assert_eq!(outcome(false, API, assertion, answered(body)).await.verdict, verdict);
    }
    let field = Assertion::header_is("MediaWiki-API-Error", "permissiondenied");
    let answer = with(200, DEBUG, &[("MediaWiki-API-Error", "permissiondenied")], body);
    assert_eq!(outcome(false, API, field, answer).await.verdict, Verdict::Pass);
}

#[tokio::test]
async fn an_article_about_a_failure_is_judged_as_any_other() {
    let body = "<html><body><div class=\"mw-parser-output\">MediaWiki internal error. Fatal exception of type X. \
                Problematic modules: {\"x\":\"missing\"} <div id=\"mw-read-only-warning\"></div></div></body></html>";
    assert_eq!(outcome(false, ARTICLE, lacks("eventcoordinator"), answered(body)).await.verdict, Verdict::Pass);
}

#[tokio::test]
async fn what_a_server_refuses_is_inconclusive_with_what_to_do() {
    let wikimedia_error = "<!DOCTYPE html><title>Wikimedia Error</title><h1>Error</h1>";
    for (answer, words) in [
        (
            with(429, "Varnish", &[("Retry-After", "17")], "Too many requests"),
            "The site asks to wait 17 s (status 429). Wait 17 s, then verify again.",
        ),
        (
            with(429, "Varnish", &[("Retry-After", "Tue, 18 Aug 2026 13:06:00 GMT")], ""),
            "The site asks to slow down (status 429). Wait a minute, then verify again.",
        ),
        (
            with(429, DEBUG, &[], "eventcoordinator"),
            "The site asks to slow down (status 429). Wait a minute, then verify again.",
        ),
        (
            with(503, "Varnish", &[], wikimedia_error),
            "The edge answered with its error page (Wikimedia Error, status 503), no server did. Verify again in a \
             minute; if it stays so, tell the deployer: the servers may be down, or broken by the patch.",
        ),
    ] {
        let outcome = outcome(false, ARTICLE, lacks("x-y"), answer).await;
        assert_eq!(outcome.verdict, Verdict::Inconclusive);
        assert_eq!(reason_in_words(&outcome).as_deref(), Some(words));
    }
}

#[tokio::test]
async fn a_servers_own_error_is_a_fail_also_with_wikimedias_error_page() {
    let body = "<title>Wikimedia Error</title>";
    assert_eq!(outcome(false, ARTICLE, lacks("x-y"), with(503, DEBUG, &[], body)).await.verdict, Verdict::Fail);
}

#[tokio::test]
async fn a_servers_failure_is_looked_up_by_its_request_id_which_production_tells_only_in_the_page() {
    let page = format!("<div>[{ID}] 2026-08-18 13:05:00: Fatal exception of type &quot;TypeError&quot;</div>");
    let field = [("x-request-id", ID)];
    for (production, answer) in [(false, with(500, DEBUG, &field, "x")), (true, with(500, PRODUCTION, &[], &page))] {
        let outcome = outcome(production, ARTICLE, lacks("x-y"), answer).await;
        assert_eq!(outcome.verdict, Verdict::Fail);
        assert_eq!(
            reason_in_words(&outcome),
            Some(format!(
                "Status 500, of which the test says nothing. Tell the deployer, and look into Logstash for the request {ID}."
            ))
        );
        let link = logstash_link(&outcome).unwrap();
        assert!(link.starts_with("https://logstash.wikimedia.org/") && link.contains(ID), "{link}");
    }
}

#[tokio::test]
async fn what_comes_not_at_all_is_inconclusive_with_what_to_do() {
    let detail = || "x y".to_owned();
    for (error, words) in [
        (
            TransportError::Timeout { after_ms: 20_000 },
            "No answer within 20000 ms. Verify again; if it stays so, tell the deployer.",
        ),
        (
            TransportError::Name { detail: detail() },
            "Could not be reached: x y. Check the host in the test's URL and your connection, then verify again.",
        ),
        (
            TransportError::Refused { detail: detail() },
            "Could not be reached: x y. Check your connection, a proxy or a firewall, then verify again; if it stays so, \
             tell the deployer.",
        ),
        (
            TransportError::Tls { detail: detail() },
            "Could not be reached: x y. Open the URL in a tab: a sign-in page of your network or a wrong clock is the \
             usual cause.",
        ),
        (
            TransportError::Broken { detail: detail() },
            "The answer broke off: x y. Verify again; if it stays so, tell the deployer: the page breaks off.",
        ),
        (
            TransportError::Network { detail: detail() },
            "Could not be reached: x y. Check your connection and open the URL in a tab to see more, then verify again.",
        ),
    ] {
        let outcome = outcome(false, ARTICLE, lacks("x-y"), move |_| Some(Err(error.clone()))).await;
        assert_eq!(outcome.verdict, Verdict::Inconclusive, "{words}");
        assert_eq!(reason_in_words(&outcome).as_deref(), Some(words));
    }
}

#[tokio::test]
async fn an_old_page_of_the_parser_cache_is_no_fail_on_mwdebug_and_never_a_pass() {
    let parsed = |at: &str| format!("<p>old</p><!-- Saved in parser cache with key x and timestamp {at} -->");
    for (production, at, verdict) in [
        (false, "20260818120000", Verdict::Inconclusive),
        (false, "20260818130459", Verdict::Fail),
        // When the fleet had the patch is not known here.
        (true, "20260818120000", Verdict::Fail),
    ] {
        let wanted = Assertion::body_contains("new");
        assert_eq!(outcome(production, ARTICLE, wanted, answered(parsed(at))).await.verdict, verdict, "{at}");
    }
}
