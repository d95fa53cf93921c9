// SPDX-License-Identifier: GPL-2.0-or-later
//! Tests tried at once that name values: which wiki `{host}` means in them, and who is asked before for what they need.

use super::captures::{
    Answering, ON_DEBUG, ON_PRODUCTION, TOKENS, doubtful, encoded, post, tokens, with_token, with_tokens,
    without_tokens,
};
use super::fake::{Answer, Browser, page};
use super::limits::{is_debug, usual};
use super::version::{NEW, on, scheduled};
use super::{GERRIT, PRODUCTION, prepared, refusal, state, test};
use backport_verify::app::{App, Command, Problem, Reply, SettingsForm, Tried};
use backport_verify::check::{Assertion, Predicate, Subject};
use backport_verify::exchange::{Method, Request};
use backport_verify::report::reason_in_words;
use backport_verify::suite::{Capture, Only, Owner, Test};
use backport_verify::verify::{Limits, Verdict};

fn anywhere() -> Test {
    let of = Subject::Body;
    let names = Assertion { of: of.clone(), is: Predicate::Lacks { value: "{{wiki}} {{host}}".into() } };
    let assertions = vec![names, Assertion::body_contains("eventcoordinator")];
    Test { url: "https://{host}/wiki/Special:ListGroupRights?wiki={wiki}".into(), assertions, ..test() }
}

fn trying(test: &Test, above: &[&Test], on_mwdebug: bool) -> Command {
    let above = above.iter().map(|test| (*test).clone()).collect();
    let (owner, gerrit) = (Owner::numbered(GERRIT), Some(GERRIT));
    Command::TryTest { owner, gerrit, test: test.clone(), above, on_mwdebug }
}

/// What a try came to that was not refused.
async fn tried(app: &App<Browser>, browser: &Browser, command: Command) -> Tried {
    assert_eq!(app.handle(command).await, Reply::Done);
    app.work().await;
    state(browser).tried.remove(0)
}

fn verdict(tried: &Tried) -> Option<Verdict> {
    tried.outcome.as_ref().map(|outcome| outcome.verdict)
}

fn verdicts_above(tried: &Tried) -> Vec<Option<Verdict>> {
    tried.above.iter().map(|above| above.outcome.as_ref().map(|outcome| outcome.verdict)).collect()
}

fn reason(tried: &Tried) -> Option<String> {
    reason_in_words(tried.outcome.as_ref()?)
}

/// The requests of tests since then.
fn asked(browser: &Browser, before: usize) -> Vec<Request> {
    let is_of_tests =
        |sent: &Request| sent.url.starts_with("https://en.wikipedia.org/") && !sent.url.contains("deployment-info");
    browser.sent().split_off(before).into_iter().filter(is_of_tests).collect()
}

/// A wiki where the second link of a chain is found by what the first gives, and a page by what the second does.
fn chain(request: &Request) -> Answer {
    let body = match request.url.rsplit('?').next() {
        Some("first") => r#"{"a": "one-and-only"}"#,
        Some("a=one-and-only") => r#"{"b": "two-and-only"}"#,
        _ => return usual(request),
    };
    page(request, PRODUCTION, "pass", body)
}

fn link(query: &str, gives: &str) -> Test {
    let of = Subject::Json { path: format!("$.{gives}") };
    let captures = vec![Capture { name: gives.into(), of: of.clone() }];
    let assertions = vec![Assertion { of, is: Predicate::Exists }];
    let url = format!("https://en.wikipedia.org/w/api.php?{query}");
    Test { name: format!("gives {gives}"), url, captures, assertions, ..Test::default() }
}

#[tokio::test]
async fn a_try_asks_the_wiki_that_a_run_would_ask() {
    let browser = Browser::new();
    let app = scheduled(&browser, NEW, on(NEW)).await;
    let before = browser.sent().len();
    let of_backport = tried(&app, &browser, trying(&anywhere(), &[], false)).await;
    assert_eq!(of_backport.variables["host"], "test.wikipedia.org");
    let urls: Vec<String> = browser.sent().split_off(before).into_iter().map(|sent| sent.url).collect();
    assert_eq!(urls, ["https://test.wikipedia.org/wiki/Special:ListGroupRights?wiki=testwiki"]);

    let browser = Browser::new();
    let app = prepared(&browser).await;
    let of_title = tried(&app, &browser, trying(&anywhere(), &[], true)).await;
    assert_eq!(of_title.variables["wiki"], "enwiki");
    assert_eq!(verdict(&of_title), Some(Verdict::Pass));
    // It is shown beside what stands in the form, with what it was held against.
    assert_eq!(of_title.test, anywhere());
    let results = of_title.outcome.unwrap().assertions;
    assert_eq!(
        results.iter().map(|result| &result.assertion).collect::<Vec<_>>(),
        anywhere().assertions.iter().collect::<Vec<_>>()
    );
    assert!(results[0].expected.contains("enwiki en.wikipedia.org"), "{}", results[0].expected);

    let alone =
        |owner: Owner| Command::TryTest { owner, gerrit: None, test: anywhere(), above: Vec::new(), on_mwdebug: false };
    let of_wiki = tried(&app, &browser, alone(Owner::Wiki("dewiki".into()))).await;
    assert_eq!(of_wiki.outcome.unwrap().evidence.status, Some(200));
    assert!(browser.sent().last().unwrap().url.starts_with("https://de.wikipedia.org/"), "{:?}", browser.sent().last());
    let refused = refusal(app.handle(alone(Owner::Repository("mediawiki/extensions/Echo".into()))).await);
    assert_eq!(refused, Problem::NoWiki { test: anywhere().url, version: None });
}

#[tokio::test]
async fn access_is_looked_for_where_a_value_leads() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    browser.closes("https://en.wikipedia.org");
    let refused = refusal(app.handle(trying(&anywhere(), &[], false)).await);
    assert_eq!(refused, Problem::NoAccess { origins: vec!["https://en.wikipedia.org".into()] });
}

#[tokio::test]
async fn what_gives_a_value_is_asked_first_on_the_same_servers() {
    for (on_mwdebug, token) in [(true, ON_DEBUG), (false, ON_PRODUCTION)] {
        let browser = Browser::new();
        let app = prepared(&browser).await;
        browser.answers(with_tokens);
        let before = browser.sent().len();
        let tried = tried(&app, &browser, trying(&with_token(), &[&tokens()], on_mwdebug)).await;
        assert_eq!((verdict(&tried), verdicts_above(&tried)), (Some(Verdict::Pass), vec![Some(Verdict::Pass)]));
        let asked = asked(&browser, before);
        let urls: Vec<&str> = asked.iter().map(|sent| &*sent.url).collect();
        assert_eq!(urls, [TOKENS, &format!("https://en.wikipedia.org/wiki/X?token={}", encoded(token))]);
        assert!(asked.iter().all(|sent| is_debug(sent) == on_mwdebug));
        // It is no run, and no page gets to see the value.
        assert!(state(&browser).runs.is_empty());
        let kept = browser.all_kept();
        assert!(!kept.iter().any(|(_, _, value)| value.contains("9f8e7d") || value.contains("1a2b3c")), "{kept:?}");
    }
}

#[tokio::test]
async fn only_those_above_that_are_needed_are_asked_and_those_that_they_need() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    browser.answers(chain);
    let (first, second, other) = (link("first", "a"), link("a={{a}}", "b"), link("other", "c"));
    let last = Test { url: "https://en.wikipedia.org/wiki/X?b={{b}}".into(), ..test() };
    let before = browser.sent().len();
    let tried = tried(&app, &browser, trying(&last, &[&first, &other, &second], false)).await;
    let urls: Vec<String> = asked(&browser, before).into_iter().map(|sent| sent.url).collect();
    let api = "https://en.wikipedia.org/w/api.php";
    let expected = [
        format!("{api}?first"),
        format!("{api}?a=one-and-only"),
        "https://en.wikipedia.org/wiki/X?b=two-and-only".into(),
    ];
    assert_eq!(urls, expected);
    assert_eq!(tried.above.iter().map(|above| above.test.label()).collect::<Vec<_>>(), ["gives a", "gives b"]);
    assert_eq!(verdict(&tried), Some(Verdict::Pass));
}

#[tokio::test]
async fn without_a_value_the_test_is_not_sent_and_the_result_says_who_did_not_give_it_and_why() {
    let skipped = Test { skip: Some("later".into()), ..tokens() };
    let elsewhere = Test { only: Some(Only::Mwdebug), ..tokens() };
    let not_allowed = Test { method: Method::Post, ..tokens() };
    let (fail, open) = (Some(Verdict::Fail), Some(Verdict::Inconclusive));
    for (first, answering, came, why) in [
        (tokens(), without_tokens as Answering, fail, "JSON $.query.tokens.csrftoken is absent"),
        (tokens(), doubtful, open, "it is inconclusive"),
        (skipped, with_tokens, None, "it is skipped: later"),
        (elsewhere, with_tokens, None, "it is skipped: only for mwdebug"),
        (not_allowed, with_tokens, open, "it has no answer that could give it"),
    ] {
        let browser = Browser::new();
        let app = prepared(&browser).await;
        browser.answers(answering);
        let before = browser.sent().len();
        let tried = tried(&app, &browser, trying(&with_token(), &[&first], false)).await;
        assert_eq!((verdict(&tried), verdicts_above(&tried)), (open, vec![came]));
        let said = format!(
            "The test was not sent: <the token> did not give it {{{{token}}}}, since {why}. See what became of <the token>, then verify again."
        );
        assert_eq!(reason(&tried), Some(said));
        let sent = asked(&browser, before);
        assert!(!sent.iter().any(|sent| sent.url.contains("token=") || sent.method == Method::Post), "{sent:?}");
    }
}

#[tokio::test]
async fn one_above_that_fails_and_gives_its_value_is_told_beside_the_tests_own_result() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    browser.answers(with_tokens);
    let failing = Test { assertions: vec![Assertion::status(201)], ..tokens() };
    let tried = tried(&app, &browser, trying(&with_token(), &[&failing], false)).await;
    assert_eq!((verdict(&tried), verdicts_above(&tried)), (Some(Verdict::Pass), vec![Some(Verdict::Fail)]));
}

#[tokio::test]
async fn what_changes_something_is_sent_once_where_it_is_allowed_whether_it_is_tried_or_above() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    browser.answers(with_tokens);
    let giving = Test { captures: vec![Capture { name: "id".into(), of: Subject::Body }], ..post() };
    let last = Test { url: "https://en.wikipedia.org/wiki/X?id={{id}}".into(), ..test() };
    let before = browser.sent().len();
    let tried = tried(&app, &browser, trying(&last, &[&tokens(), &giving], false)).await;
    assert_eq!(verdict(&tried), Some(Verdict::Pass));
    let methods: Vec<Method> = asked(&browser, before).iter().map(|sent| sent.method).collect();
    assert_eq!(methods, [Method::Get, Method::Post, Method::Get]);
    app.work().await;
    assert_eq!(asked(&browser, before).len(), 3);
}

#[tokio::test]
async fn what_nothing_above_gives_is_refused() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let before = browser.sent().len();
    for above in [&[][..], &[&link("first", "a")]] {
        let problem = refusal(app.handle(trying(&with_token(), above, false)).await);
        let Problem::BadTest { detail, .. } = problem else { panic!("{problem:?}") };
        assert!(detail.starts_with("nothing gives {{token}}"), "{detail}");
    }
    app.work().await;
    assert_eq!((browser.sent().len(), state(&browser).tried), (before, Vec::new()));
}

#[tokio::test]
async fn it_is_shown_that_one_above_is_asked_and_then_the_test_and_cancel_ends_both() {
    for never in [TOKENS, "https://en.wikipedia.org/wiki/X?token="] {
        let browser = Browser::new();
        let app = prepared(&browser).await;
        browser.answers(move |request| if request.url.starts_with(never) { None } else { with_tokens(request) });
        let before = browser.sent().len();
        app.handle(trying(&with_token(), &[&tokens()], false)).await;
        let cancelling = async {
            while !browser.sent().iter().any(|sent| sent.url.starts_with(never)) {
                tokio::task::yield_now().await;
            }
            // Shown once the answer of the one above is taken in.
            let shown = state(&browser).tried.remove(0);
            let of_above = (never != TOKENS).then_some(Verdict::Pass);
            assert_eq!((verdict(&shown), verdicts_above(&shown)), (None, vec![of_above]));
            assert!(browser.is_kept_awake());
            assert_eq!(app.handle(Command::CancelTry).await, Reply::Done);
            assert_eq!(state(&browser).tried, []);
        };
        futures_util::future::join(app.work(), cancelling).await;
        assert!(!browser.is_kept_awake());
        assert_eq!(asked(&browser, before).len(), if never == TOKENS { 1 } else { 2 });
        // One that nobody has begun to ask is given up too.
        app.handle(trying(&with_token(), &[&tokens()], false)).await;
        app.handle(Command::CancelTry).await;
        let before = browser.sent().len();
        app.work().await;
        assert_eq!((browser.sent().len(), state(&browser).tried), (before, Vec::new()));
    }
}

#[tokio::test]
async fn a_try_is_as_polite_as_a_run() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let refusals = std::cell::Cell::new(1);
    browser.answers(move |request| match with_tokens(request) {
        Some(Ok(mut response)) if request.url == TOKENS && refusals.replace(0) > 0 => {
            response.status = 429;
            response.headers.push("retry-after", "5");
            Some(Ok(response))
        }
        other => other,
    });
    let slow = Test { timeout_ms: Some(60_000), ..with_token() };
    let before = browser.sent().len();
    let tried = tried(&app, &browser, trying(&slow, &[&tokens()], false)).await;
    assert_eq!(verdict(&tried), Some(Verdict::Pass));
    let asked = asked(&browser, before);
    assert_eq!((asked.iter().filter(|sent| sent.url == TOKENS).count(), asked.len()), (2, 3));
    assert!(browser.waits().contains(&5000) && tried.waits.is_empty(), "{:?}", browser.waits());
    assert_eq!(asked[2].timeout_ms, 28_000);
}

#[tokio::test]
async fn a_host_that_asks_to_wait_is_named_while_it_is_waited_for() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    browser.waits_forever();
    browser.answers(|request| {
        with_tokens(request).map(|answer| {
            answer.map(|mut response| {
                response.status = 429;
                response.headers.push("retry-after", "5");
                response
            })
        })
    });
    app.handle(trying(&with_token(), &[&tokens()], false)).await;
    let cancelling = async {
        while state(&browser).tried[0].waits.is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(state(&browser).tried[0].waits, ["en.wikipedia.org asked to wait 5 s"]);
        app.handle(Command::CancelTry).await;
    };
    futures_util::future::join(app.work(), cancelling).await;
    assert_eq!(state(&browser).tried, []);
}

#[tokio::test]
async fn a_try_keeps_to_the_limits_of_the_settings() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let limits = Some(Limits { per_host: 1, in_all: 1, debug: 1 });
    let form = SettingsForm { limits, ..SettingsForm::default() };
    app.handle(Command::SaveSettings { form }).await;
    app.work().await;
    browser.takes_turns(5);
    browser.answers(|request| page(request, PRODUCTION, "pass", r#"{"a": 1, "b": 2} eventcoordinator"#));
    let of_body = |query: &str, gives: &str| Test {
        captures: vec![Capture { name: gives.into(), of: Subject::Body }],
        assertions: vec![Assertion::status(200)],
        ..link(query, gives)
    };
    let last = Test { url: "https://en.wikipedia.org/wiki/X?{{a}}{{b}}".into(), ..test() };
    let tried = tried(&app, &browser, trying(&last, &[&of_body("first", "a"), &of_body("second", "b")], false)).await;
    assert_eq!((verdict(&tried), tried.above.len()), (Some(Verdict::Pass), 2));
    assert_eq!(browser.most_at_once(|sent| sent.url.contains("/w/api.php?")), 1);
}
