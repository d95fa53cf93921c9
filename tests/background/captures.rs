// SPDX-License-Identifier: GPL-2.0-or-later
//! Values that one test takes from its answer for others: when they are sent, with whose value, and who gets to see it.

use super::fake::{Answer, Browser, page};
use super::limits::{is_debug, mwdebug, performed, usual};
use super::{DEBUG, GERRIT, PRODUCTION, URL, killed_at_work, prepared, refusal, saving, started, state, test};
use backport_verify::app::{Command, Problem, Progress, perform};
use backport_verify::check::{Assertion, Predicate, Subject};
use backport_verify::exchange::{Headers, Method, Request, TransportError};
use backport_verify::ports::Area;
use backport_verify::report::{Form, channel_line};
use backport_verify::suite::{Capture, Test};
use backport_verify::verify::{Doubt, Ending, Journal, Limits, Plan, Reason, Stage, Verdict};
use jiff::Timestamp;

pub(super) const TOKENS: &str = "https://en.wikipedia.org/w/api.php?action=query&meta=tokens&format=json";
pub(super) const ON_DEBUG: &str = "debug-9f8e7d6c5b4a+\\";
pub(super) const ON_PRODUCTION: &str = "production-1a2b3c4d+\\";
const FORM: &str = "application/x-www-form-urlencoded";

fn json() -> Subject {
    Subject::Json { path: "$.query.tokens.csrftoken".into() }
}

/// Asks for a token, and shows what came.
pub(super) fn tokens() -> Test {
    let captures = vec![Capture { name: "token".into(), of: json() }];
    let assertions = vec![Assertion { of: json(), is: Predicate::Exists }];
    Test { name: "the token".into(), url: TOKENS.into(), captures, assertions, ..Test::default() }
}

pub(super) fn with_token() -> Test {
    Test { url: "https://en.wikipedia.org/wiki/X?token={{token}}".into(), ..test() }
}

pub(super) fn post() -> Test {
    let headers = Headers::from_iter([("Content-Type", FORM)]);
    let body = Some("action=edit&token=%7B%7Btoken%7D%7D".into());
    let url = "https://en.wikipedia.org/w/api.php".into();
    Test { url, method: Method::Post, headers, body, allowed: true, ..test() }
}

fn token(request: &Request) -> &'static str {
    if is_debug(request) { ON_DEBUG } else { ON_PRODUCTION }
}

pub(super) fn with_tokens(request: &Request) -> Answer {
    if request.url != TOKENS {
        return usual(request);
    }
    let body = serde_json::json!({"query": {"tokens": {"csrftoken": token(request)}}}).to_string();
    page(request, if is_debug(request) { DEBUG } else { PRODUCTION }, "pass", &body)
}

pub(super) fn without_tokens(request: &Request) -> Answer {
    let server = if is_debug(request) { DEBUG } else { PRODUCTION };
    if request.url == TOKENS { page(request, server, "pass", r#"{"query": {}}"#) } else { usual(request) }
}

pub(super) fn encoded(token: &str) -> String {
    token.replace('+', "%2B").replace('\\', "%5C")
}

fn not_captured(journal: &Journal, test: usize) -> Option<String> {
    match &journal.deciding(test)?.reason {
        Some(Reason::Doubt { doubt: Doubt::NotCaptured { name, from, why } }) => Some(format!("{name} {from}: {why}")),
        _ => None,
    }
}

#[tokio::test]
async fn each_target_gets_its_own_value_and_what_needs_none_does_not_wait() {
    let browser = Browser::new();
    browser.answers(with_tokens);
    browser.takes_turns(5);
    let tests = vec![tokens(), with_token(), test()];
    let journal = performed(&browser, mwdebug(), tests, Limits::default()).await;
    assert_eq!((0..3).map(|test| journal.deciding(test).unwrap().verdict).collect::<Vec<_>>(), [Verdict::Pass; 3]);
    let is_of_tests = |sent: &Request| sent.url == TOKENS || sent.url == URL || sent.url.contains("?token=");
    let sent: Vec<Request> = browser.sent().into_iter().filter(is_of_tests).collect();
    let mut asked: Vec<(bool, &str)> = sent.iter().map(|sent| (is_debug(sent), sent.url.as_str())).collect();
    asked[4..].sort_unstable();
    let with = |token: &str| format!("https://en.wikipedia.org/wiki/X?token={}", encoded(token));
    let (on_debug, on_production) = (with(ON_DEBUG), with(ON_PRODUCTION));
    let expected =
        [(true, TOKENS), (false, TOKENS), (true, URL), (false, URL), (false, &on_production), (true, &on_debug)];
    assert_eq!(asked, expected);
    assert!(browser.most_at_once(|sent| sent.url == URL || sent.url == TOKENS) >= 4);
}

#[tokio::test]
async fn a_post_gets_the_value_of_the_servers_that_it_is_sent_to() {
    for (stage, token) in [(mwdebug(), ON_DEBUG), (Stage::Production, ON_PRODUCTION)] {
        let browser = Browser::new();
        browser.answers(with_tokens);
        let journal = performed(&browser, stage, vec![tokens(), post()], Limits::default()).await;
        assert_eq!(journal.deciding(1).unwrap().verdict, Verdict::Pass);
        let posts: Vec<Request> = browser.sent().into_iter().filter(|sent| sent.method == Method::Post).collect();
        let bodies: Vec<_> = posts.iter().filter_map(|post| post.body.as_deref()).collect();
        assert_eq!(bodies, [format!("action=edit&token={}", encoded(token))]);
    }
}

/// An answer with the token, of a server that nobody knows.
pub(super) fn doubtful(request: &Request) -> Answer {
    match with_tokens(request) {
        Some(Ok(mut response)) if request.url == TOKENS => {
            response.headers = Headers::from_iter([("server", "nobody"), ("x-cache-status", "pass")]);
            Some(Ok(response))
        }
        other => other,
    }
}

/// How the wiki answers.
pub(super) type Answering = fn(&Request) -> Answer;

#[tokio::test]
async fn without_the_value_a_test_is_not_sent_and_says_why() {
    let skipped = Test { skip: Some("later".into()), ..tokens() };
    let not_allowed = Test { method: Method::Post, ..tokens() };
    for (first, answering, why) in [
        (tokens(), without_tokens as Answering, "token the token: JSON $.query.tokens.csrftoken is absent"),
        (tokens(), doubtful, "token the token: it is inconclusive"),
        (skipped, with_tokens, "token the token: it is skipped: later"),
        (not_allowed, with_tokens, "token the token: it has no answer that could give it"),
    ] {
        let browser = Browser::new();
        browser.answers(answering);
        let tests = vec![first, with_token(), post(), test()];
        let journal = performed(&browser, mwdebug(), tests, Limits::default()).await;
        assert_eq!(
            (not_captured(&journal, 1).as_deref(), not_captured(&journal, 2).as_deref()),
            (Some(why), Some(why))
        );
        assert_eq!(journal.deciding(3).unwrap().verdict, Verdict::Pass);
        let sent = browser.sent();
        assert!(!sent.iter().any(|sent| sent.url.contains("token=") || sent.method == Method::Post), "{sent:?}");
    }
}

#[tokio::test]
async fn what_a_post_gives_nobody_on_production_has() {
    let browser = Browser::new();
    browser.answers(with_tokens);
    let giving = Test { method: Method::Post, allowed: true, ..tokens() };
    let journal = performed(&browser, mwdebug(), vec![giving, with_token()], Limits::default()).await;
    assert_eq!(journal.deciding(1).unwrap().verdict, Verdict::Pass);
    let before = journal.baseline(1).unwrap();
    assert!(matches!(&before.reason, Some(Reason::Doubt { doubt: Doubt::NotCaptured { .. } })), "{before:?}");
}

#[tokio::test]
async fn no_report_has_a_captured_value() {
    let browser = Browser::new();
    browser.answers(with_tokens);
    let wrong =
        Test { assertions: vec![Assertion { of: json(), is: Predicate::Is { value: "x".into() } }], ..tokens() };
    let needs = Test { assertions: vec![Assertion::body_contains("{{token}}")], ..with_token() };
    let mut journal = performed(&browser, mwdebug(), vec![wrong, needs], Limits::default()).await;
    journal.end(Timestamp::UNIX_EPOCH, Ending::Finished);
    assert_eq!(journal.verdict(), Some(Verdict::Fail));
    let kept = serde_json::to_string(&journal).unwrap();
    let [html, json, junit, tap] = Form::ALL.map(|form| form.of_run(&journal).unwrap());
    let line = channel_line(&journal);
    assert!(json.contains("{{token}}") && kept.contains("{{token}}"), "{json}");
    for told in [line, html, json, junit, tap, kept] {
        assert!(!told.contains("9f8e7d") && !told.contains("1a2b3c"), "{told}");
    }
}

#[tokio::test]
async fn a_stopped_worker_goes_on_with_the_values_that_it_had_and_forgets_them_at_the_end() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    app.handle(saving(&browser, GERRIT, None, vec![tokens(), with_token()])).await;
    browser.answers(|request| if request.url.contains("?token=") { None } else { with_tokens(request) });
    app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
    killed_at_work(app).await;
    assert!(browser.kept(Area::Local, "journal").unwrap().contains("9f8e7d"));
    let everything = |browser: &Browser| {
        let (local, session) = (["journal", "runs"], ["state", "carried", "gathered"]);
        let local = local.iter().filter_map(|key| browser.kept(Area::Local, key));
        local.chain(session.iter().filter_map(|key| browser.kept(Area::Session, key))).collect::<String>()
    };
    assert!(!browser.kept(Area::Session, "state").unwrap().contains("9f8e7d"));
    let before = browser.sent().len();
    browser.answers(with_tokens);
    let app = started(&browser).await;
    app.work().await;
    let journal = state(&browser).run_of(GERRIT, false).unwrap().journal.clone();
    assert_eq!(journal.verdict(), Some(Verdict::Pass));
    let again = browser.sent().split_off(before);
    assert!(!again.iter().any(|sent| sent.url == TOKENS), "{again:?}");
    let mut asked: Vec<_> = again.iter().filter(|sent| sent.url.contains("?token=")).map(|sent| &*sent.url).collect();
    asked.sort_unstable();
    let with = |token: &str| format!("https://en.wikipedia.org/wiki/X?token={}", encoded(token));
    assert_eq!(asked, [with(ON_DEBUG), with(ON_PRODUCTION)]);
    assert!(!everything(&browser).contains("9f8e7d") && everything(&browser).contains("{{token}}"));
}

#[tokio::test]
async fn a_suite_with_a_name_that_nothing_gives_is_not_saved() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    for (tests, said) in [
        (vec![with_token()], "nothing gives {{token}}; capture it in a test above"),
        (vec![with_token(), tokens()], "{{token}} is captured by <the token>, which does not come before"),
    ] {
        let problem = refusal(app.handle(saving(&browser, GERRIT, None, tests)).await);
        let Problem::BadTest { detail, .. } = problem else { panic!("{problem:?}") };
        assert!(detail.starts_with(said), "{detail}");
    }
    assert_eq!(state(&browser).suite_of(GERRIT).unwrap().tests, [test()]);
}

struct Silent;

impl Progress for Silent {
    async fn outcome(&self, _: &Journal) {}
}

#[tokio::test]
async fn only_what_reads_is_sent_again_when_no_answer_came_in_time_and_once() {
    for (method, retry, limit, sent) in [
        (Method::Get, false, None, 1),
        (Method::Get, true, Some(500), 2),
        (Method::Head, true, None, 2),
        (Method::Post, true, None, 1),
        (Method::Options, true, None, 1),
    ] {
        let browser = Browser::new();
        browser.answers(|request| Some(Err(TransportError::Timeout { after_ms: request.timeout_ms })));
        let test = Test { method, allowed: true, timeout_ms: limit, ..test() };
        let id = "1".to_owned();
        let mut plan = Plan::new(
            id,
            backport_verify::verify::Subject::default(),
            Stage::Production,
            Timestamp::UNIX_EPOCH,
            vec![test],
            1000,
        );
        plan.retry_on_timeout = retry;
        let mut journal = Journal::begin(plan);
        perform(&browser, &mut journal, Limits::default(), &Silent).await;
        let outcome = journal.deciding(0).unwrap();
        let after_ms = limit.unwrap_or(1000);
        assert_eq!(outcome.reason, Some(Reason::Transport { error: TransportError::Timeout { after_ms } }));
        assert_eq!((browser.sent().len(), outcome.evidence.repeated_after_timeout), (sent, sent == 2), "{method:?}");
    }
}
