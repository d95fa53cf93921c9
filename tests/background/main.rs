// SPDX-License-Identifier: GPL-2.0-or-later
//! The background's use cases over a browser in memory: what is kept, what is sent, and what survives a stopped worker.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod adding;
mod bench;
mod captures;
mod changing;
mod code;
mod concerning;
mod difference;
mod failures;
mod fake;
mod hearing;
mod kills;
mod limits;
mod names;
mod outbox;
mod outbox_kills;
mod pages;
mod placed;
mod reminders;
mod sent;
mod sharing;
mod stages;
mod stored;
mod timing;
mod trying;
mod version;
mod waiting;
mod window;
mod writers;

use backport_verify::app::{App, Chosen, Command, Delivery, Loaded, Problem, Reply, SettingsForm, State};
use backport_verify::check::Assertion;
use backport_verify::debug::HEADER;
use backport_verify::exchange::{Method, Request, Sent};
use backport_verify::ports::Area;
use backport_verify::report::{Receiver, slack_body};
use backport_verify::suite::{Owner, Test};
use backport_verify::verify::{Comparison, Doubt, Ending, Journal, Reason, Verdict};
use fake::{Answer, Browser, page};
use jiff::SignedDuration;

const GERRIT: u64 = 1_330_001;
const URL: &str = "https://en.wikipedia.org/wiki/Special:ListGroupRights";
const DEBUG: &str = "mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj";
const NEXT: &str = "mw-debug.eqiad.next-6c9b8d5f7b-x2x7q";
const PRODUCTION: &str = "mw-web.eqiad.main-5fb6d6bf94-28hjj";
const WEBHOOK: &str = "https://backport-verify.toolforge.org/hook/secret-token";

const CALENDAR: &str = "==={{Deployment_day|date=2026-08-18}}===
{{Deployment calendar event card
    |when=2026-08-18 06:00 SF
    |length=1
    |window=[[Backport windows|UTC afternoon backport window]]<br/><small>'''(Max 6 patches)'''</small>
    |who={{ircnick|deployer|Deployer}}
    |what=
{{ircnick|submitter|Submitter}}
{{deploy|type=config|gerrit=1330001|title=[enwiki] Add the eventcoordinator group|status=}}
}}
";

fn test() -> Test {
    let assertions = vec![Assertion::body_contains("eventcoordinator")];
    Test { url: URL.into(), assertions, ..Test::default() }
}

/// Wikimedia with the patch on the test servers, and on production too when `everywhere`.
fn wikimedia(everywhere: bool) -> impl Fn(&Request) -> Answer {
    move |request| {
        if request.url.starts_with("https://wikitech.wikimedia.org/") {
            let revision = serde_json::json!({"revid": 1, "timestamp": "2026-08-18T12:00:00Z",
                "slots": {"main": {"contentmodel": "wikitext", "contentformat": "text/x-wiki", "content": CALENDAR}}});
            let body = serde_json::json!({"query": {"pages": [{"pageid": 1, "ns": 0, "title": "Deployments",
                "revisions": [revision]}]}});
            page(request, PRODUCTION, "pass", &body.to_string())
        } else if request.url.starts_with("https://noc.wikimedia.org/") {
            page(request, "envoy", "pass", r#"{"backends": ["k8s-mwdebug", "k8s-mwdebug-next"]}"#)
        } else if request.url == WEBHOOK {
            page(request, "relay", "pass", "ok")
        } else if request.url.ends_with("/w/deployment-info.php") {
            let server = if request.headers.get(HEADER).is_some() { DEBUG } else { PRODUCTION };
            page(request, server, "pass", &version::deployment_info("1.47.0-wmf.15"))
        } else if request.headers.get(HEADER).is_some() {
            page(request, DEBUG, "pass", "… eventcoordinator …")
        } else {
            page(request, PRODUCTION, "miss", if everywhere { "… eventcoordinator …" } else { "…" })
        }
    }
}

async fn started(browser: &Browser) -> App<Browser> {
    let app = App::new(browser.clone());
    app.start().await;
    app
}

/// A background with nick, webhook, the calendar and one saved test.
async fn prepared(browser: &Browser) -> App<Browser> {
    browser.answers(wikimedia(false));
    let app = started(browser).await;
    let settings = Command::SaveSettings {
        form: SettingsForm {
            nick: Some("submitter".into()),
            backend: Some("k8s-mwdebug".into()),
            webhook: Some(WEBHOOK.into()),
            receiver: Some(Chosen::Is(Receiver::Slack)),
            ..SettingsForm::default()
        },
    };
    assert_eq!(app.handle(settings).await, Reply::Done);
    assert_eq!(app.handle(saving(browser, GERRIT, None, vec![test()])).await, Reply::Done);
    app.work().await;
    app
}

/// Runs ask the other backend of noc's list as well.
async fn also_on_next(app: &App<Browser>) {
    let settings = Command::SaveSettings {
        form: SettingsForm {
            nick: Some("submitter".into()),
            backend: Some("k8s-mwdebug".into()),
            also: Some(vec!["k8s-mwdebug-next".into()]),
            ..SettingsForm::default()
        },
    };
    assert_eq!(app.handle(settings).await, Reply::Done);
    app.work().await;
}

/// The server of a backend, as it names itself; production's without the header.
fn server_of(request: &Request) -> &'static str {
    match request.headers.get(HEADER) {
        Some(value) if value.contains("k8s-mwdebug-next") => NEXT,
        Some(_) => DEBUG,
        None => PRODUCTION,
    }
}

/// A save by a page that knows what is saved.
fn saving(browser: &Browser, gerrit: u64, owner: Option<Owner>, tests: Vec<Test>) -> Command {
    let state = state(browser);
    let suite = owner.as_ref().map_or_else(|| state.suite_of(gerrit), |owner| state.suites.get(owner));
    let began = suite.map(|suite| suite.tests.clone()).unwrap_or_default();
    Command::SaveTests { gerrit, owner, began, tests }
}

fn state(browser: &Browser) -> State {
    serde_json::from_str(&browser.kept(Area::Session, State::KEY).unwrap()).unwrap()
}

/// The run of a click on "Verify", a second word for production included.
async fn verified(app: &App<Browser>, browser: &Browser, production: bool) -> Journal {
    let command = if production {
        Command::VerifyOnProduction { gerrit: GERRIT, anyway: true }
    } else {
        Command::VerifyOnMwdebug { gerrit: GERRIT }
    };
    app.handle(command).await;
    app.work().await;
    state(browser).run_of(GERRIT, production).unwrap().journal.clone()
}

fn sent_as(header: Option<&str>, cookie: Option<&str>) -> Sent {
    Sent { debug_header: header.map(Into::into), debug_cookie: cookie.map(Into::into) }
}

fn refusal(reply: Reply) -> Problem {
    match reply {
        Reply::Refused { problem } => problem,
        Reply::Done | Reply::Stored { .. } => panic!("it was done"),
    }
}

/// Lets `work` go on until it can do no more, then drops it: the browser has stopped the worker.
async fn killed_at_work(app: App<Browser>) {
    let work = app.work();
    tokio::select! {
        biased;
        () = work => panic!("nothing was left to wait for"),
        () = async { for _ in 0..100 { tokio::task::yield_now().await; } } => {}
    }
}

#[tokio::test]
async fn the_schedule_shows_my_patch_with_its_window() {
    let browser = Browser::new();
    prepared(&browser).await;
    let Loaded::Ready { value: windows, .. } = state(&browser).schedule else { panic!("no schedule") };
    assert_eq!(windows.len(), 1);
    assert_eq!(windows[0].start.to_string(), "2026-08-18T13:00:00Z");
    assert_eq!(windows[0].patches[0].gerrit, GERRIT);
    assert_eq!(state(&browser).backends.len(), 2);
}

#[tokio::test]
async fn a_second_look_within_a_minute_asks_nothing() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let before = browser.sent().len();
    app.handle(Command::Refresh { force: false }).await;
    app.work().await;
    assert_eq!(browser.sent().len(), before);
    browser.time_passes(SignedDuration::from_secs(61));
    app.handle(Command::Refresh { force: false }).await;
    app.work().await;
    let asked = browser.sent().split_off(before);
    assert_eq!(asked.iter().filter(|request| request.url == backport_verify::schedule::PAGE_URL).count(), 1);
}

#[tokio::test]
async fn the_story_from_click_to_channel() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    assert_eq!(app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await, Reply::Done);
    assert_eq!(browser.badge_text(), "…");
    app.work().await;
    let shown = state(&browser);
    let run = shown.run_of(GERRIT, false).unwrap();
    assert_eq!(run.journal.verdict(), Some(Verdict::Pass));
    assert_eq!(run.journal.comparison(0), Some(Comparison::Fixed));
    assert_eq!(browser.badge_text(), "OK");
    let report = run.report.clone().unwrap();
    assert_eq!(report.delivery, Delivery::Preview);
    assert_eq!(
        report.line,
        "deployer: PASS on mwdebug (k8s-mwdebug): 1/1 pass, 1 fixed. Good to continue. \
         Change 1330001: \"[enwiki] Add the eventcoordinator group\""
    );
    assert_eq!(app.handle(Command::SendReport { run: run.journal.plan.id.clone() }).await, Reply::Done);
    app.work().await;
    let posts: Vec<_> = browser.sent().into_iter().filter(|request| request.method == Method::Post).collect();
    assert_eq!(posts.len(), 1);
    assert_eq!(posts[0].body.as_deref(), Some(&*slack_body(&report.line)));
    let delivery = state(&browser).run_of(GERRIT, false).unwrap().report.clone().unwrap().delivery;
    assert!(matches!(delivery, Delivery::Delivered { .. }), "{delivery:?}");

    browser.answers(wikimedia(true));
    app.handle(Command::VerifyOnProduction { gerrit: GERRIT, anyway: true }).await;
    app.work().await;
    let line = state(&browser).run_of(GERRIT, true).unwrap().report.clone().unwrap().line;
    assert!(
        line.starts_with("deployer: PASS on production: 1/1 pass, 1 fixed by the patch. All done, thank you."),
        "{line}"
    );
}

#[tokio::test]
async fn a_patch_that_is_not_there_fails_and_the_line_says_what_was_missing() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    app.handle(Command::VerifyOnProduction { gerrit: GERRIT, anyway: true }).await;
    app.work().await;
    let shown = state(&browser);
    let run = shown.run_of(GERRIT, true).unwrap();
    assert_eq!(run.journal.verdict(), Some(Verdict::Fail));
    let line = &run.report.as_ref().unwrap().line;
    assert!(line.contains("FAIL on production: 0/1 pass."), "{line}");
    assert!(line.contains("en.wikipedia.org/wiki/Special:ListGroupRights: body contains <eventcoordinator>"), "{line}");
}

#[tokio::test]
async fn a_debug_request_that_production_answers_is_inconclusive() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    browser.answers(|request| page(request, PRODUCTION, "pass", "eventcoordinator"));
    app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
    app.work().await;
    let shown = state(&browser);
    let run = shown.run_of(GERRIT, false).unwrap();
    assert_eq!(run.journal.verdict(), Some(Verdict::Inconclusive));
    assert!(matches!(
        run.journal.deciding(0).unwrap().reason,
        Some(Reason::Doubt { doubt: Doubt::ProductionAnswered { .. } })
    ));
}

#[tokio::test]
async fn a_cached_page_is_asked_for_past_the_caches() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    browser.answers(|request| {
        if request.url == URL {
            page(request, PRODUCTION, "hit-front", "old")
        } else {
            page(request, PRODUCTION, "miss", "eventcoordinator")
        }
    });
    app.handle(Command::VerifyOnProduction { gerrit: GERRIT, anyway: true }).await;
    app.work().await;
    let outcome = state(&browser).run_of(GERRIT, true).unwrap().journal.deciding(0).unwrap().into_owned();
    assert_eq!(outcome.verdict, Verdict::Pass);
    assert!(outcome.evidence.repeated_past_cache);
    assert!(browser.sent().last().unwrap().url.starts_with(&format!("{URL}?backport-verify=")));
}

#[tokio::test]
async fn a_cache_that_cannot_be_passed_is_inconclusive() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    browser.answers(|request| page(request, PRODUCTION, "hit-front", "eventcoordinator"));
    app.handle(Command::VerifyOnProduction { gerrit: GERRIT, anyway: true }).await;
    app.work().await;
    assert_eq!(state(&browser).run_of(GERRIT, true).unwrap().journal.verdict(), Some(Verdict::Inconclusive));
}

#[tokio::test]
async fn a_stopped_worker_goes_on_with_the_run_and_keeps_what_had_come() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    // Production answers, the test server does not before the worker is stopped.
    browser.answers(|request| match request.headers.get(HEADER) {
        Some(_) => None,
        None => page(request, PRODUCTION, "miss", "old"),
    });
    app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
    killed_at_work(app).await;
    assert!(state(&browser).running().is_some());

    browser.answers(wikimedia(true));
    let before = browser.sent().len();
    let app = started(&browser).await;
    app.work().await;
    let shown = state(&browser);
    assert_eq!(shown.runs.len(), 1);
    assert_eq!(shown.runs[0].journal.verdict(), Some(Verdict::Pass));
    // The baseline that had come was not asked for again: it would pass by now.
    assert_eq!(shown.runs[0].journal.comparison(0), Some(Comparison::Fixed));
    assert_eq!(browser.sent().iter().skip(before).filter(|request| request.url == URL).count(), 1);
    assert_eq!(browser.kept(Area::Local, "journal"), None);
}

#[tokio::test]
async fn a_run_gone_on_with_after_a_stop_takes_the_place_of_the_one_before_it() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    browser.answers(wikimedia(true));
    app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
    app.work().await;
    browser.answers(|_| None);
    app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
    killed_at_work(app).await;
    let waiting = state(&browser).running().unwrap().journal.plan.id.clone();

    browser.answers(wikimedia(true));
    let app = started(&browser).await;
    app.work().await;
    let kept: Vec<String> = state(&browser).runs.iter().map(|run| run.journal.plan.id.clone()).collect();
    assert_eq!(kept, [waiting]);
}

#[tokio::test]
async fn a_run_found_too_late_ends_as_interrupted() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    browser.answers(|_| None);
    app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
    killed_at_work(app).await;
    browser.time_passes(SignedDuration::from_mins(10));
    browser.answers(wikimedia(true));
    let before = browser.sent().len();
    let app = started(&browser).await;
    app.work().await;
    let run = state(&browser).runs[0].clone();
    assert_eq!(run.journal.ended.unwrap().1, Ending::Interrupted);
    assert_eq!(run.journal.verdict(), Some(Verdict::Inconclusive));
    assert_eq!(browser.sent().len(), before);
}

#[tokio::test]
async fn a_request_that_must_not_be_sent_twice_is_not() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let post = Test { method: Method::Post, allowed: true, ..test() };
    app.handle(saving(&browser, GERRIT, None, vec![post])).await;
    browser.answers(|_| None);
    app.handle(Command::VerifyOnProduction { gerrit: GERRIT, anyway: true }).await;
    killed_at_work(app).await;
    let before = browser.sent().len();
    let app = started(&browser).await;
    app.work().await;
    assert_eq!(browser.sent().len(), before);
    assert_eq!(state(&browser).runs[0].journal.verdict(), Some(Verdict::Inconclusive));
}

#[tokio::test]
async fn a_report_whose_sending_was_interrupted_is_not_sent_again_unasked() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
    app.work().await;
    let id = state(&browser).runs[0].journal.plan.id.clone();
    browser.answers(|_| None);
    app.handle(Command::SendReport { run: id }).await;
    killed_at_work(app).await;
    let before = browser.sent().len();
    let app = started(&browser).await;
    app.work().await;
    assert_eq!(browser.sent().len(), before);
    let delivery = state(&browser).runs[0].report.clone().unwrap().delivery;
    assert!(matches!(delivery, Delivery::Unclear { .. }), "{delivery:?}");
}

#[tokio::test]
async fn a_run_is_cancelled_at_once_and_reports_nothing() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    browser.answers(|_| None);
    app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
    let cancelled = async {
        tokio::task::yield_now().await;
        app.handle(Command::Cancel).await
    };
    let ((), reply) = tokio::join!(app.work(), cancelled);
    assert_eq!(reply, Reply::Done);
    let run = state(&browser).runs[0].clone();
    assert_eq!(run.journal.ended.unwrap().1, Ending::Cancelled);
    assert_eq!(run.report, None);
    assert_eq!(refusal(app.handle(Command::Cancel).await), Problem::Gone);
}

#[tokio::test]
async fn commands_that_come_together_lose_nothing() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let save = |gerrit| app.handle(saving(&browser, gerrit, None, vec![test()]));
    assert_eq!(tokio::join!(save(1), save(2)), (Reply::Done, Reply::Done));
    assert_eq!(state(&browser).suites.keys().cloned().collect::<Vec<_>>(), [1, GERRIT, 2].map(Owner::numbered));
    let verify = || app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT });
    let (first, second) = tokio::join!(verify(), verify());
    assert_eq!((first, refusal(second)), (Reply::Done, Problem::Busy));
}

#[tokio::test]
async fn what_stands_against_a_run_is_told_and_nothing_is_sent() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let before = browser.sent().len();
    assert_eq!(refusal(app.handle(Command::VerifyOnMwdebug { gerrit: 5 }).await), Problem::NoTests { gerrit: 5 });
    browser.closes("https://en.wikipedia.org");
    assert_eq!(
        refusal(app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await),
        Problem::NoAccess { origins: vec!["https://en.wikipedia.org".into()] }
    );
    app.work().await;
    assert_eq!(browser.sent().len(), before);
}

#[tokio::test]
async fn a_test_that_cannot_be_run_is_not_kept() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    for url in ["http://en.wikipedia.org/", "https://example.org/", "en.wikipedia.org"] {
        let tests = vec![Test { url: url.into(), ..test() }];
        let problem = refusal(app.handle(saving(&browser, GERRIT, None, tests)).await);
        assert!(matches!(problem, Problem::BadTest { .. }), "{problem:?}");
    }
    assert_eq!(state(&browser).suite_of(GERRIT).unwrap().tests, [test()]);
}

#[tokio::test]
async fn a_full_storage_is_told_and_loses_nothing() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    browser.storage_is_full(true);
    let problem = refusal(app.handle(saving(&browser, GERRIT, None, Vec::new())).await);
    assert!(matches!(problem, Problem::Storage { .. }), "{problem:?}");
    assert_eq!(state(&browser).suite_of(GERRIT).unwrap().tests, [test()]);
    let problem = refusal(app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await);
    assert!(matches!(problem, Problem::Storage { .. }), "{problem:?}");
    assert!(state(&browser).running().is_none());
}

#[tokio::test]
async fn what_a_newer_version_wrote_is_left_alone() {
    let browser = Browser::new();
    let newer = r#"{"schema":99,"data":{"suites":"in another shape"}}"#;
    browser.put(Area::Local, "library", newer);
    let app = prepared_without_tests(&browser).await;
    assert!(matches!(&state(&browser).unreadable[..], [unreadable] if unreadable.what == "tests"));
    let problem = refusal(app.handle(saving(&browser, GERRIT, None, vec![test()])).await);
    assert!(matches!(problem, Problem::Unreadable { .. }), "{problem:?}");
    assert_eq!(browser.kept(Area::Local, "library").as_deref(), Some(newer));
}

async fn prepared_without_tests(browser: &Browser) -> App<Browser> {
    browser.answers(wikimedia(false));
    started(browser).await
}

#[tokio::test]
async fn a_calendar_that_cannot_be_had_is_told_and_the_last_one_stays() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    browser.answers(|request| page(request, PRODUCTION, "pass", "<html>down</html>"));
    app.handle(Command::Refresh { force: true }).await;
    app.work().await;
    let Loaded::Failed { problem, stale: Some((_, windows)) } = state(&browser).schedule else { panic!("not failed") };
    assert!(matches!(problem, Problem::NotACalendar { .. }), "{problem:?}");
    assert_eq!(windows.len(), 1);
}

#[tokio::test]
async fn a_webhook_that_refuses_is_told_and_the_secret_is_shown_nowhere() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
    app.work().await;
    browser.answers(|request| {
        page(request, "relay", "pass", "").map(|answer| {
            answer.map(|mut response| {
                response.status = 404;
                response
            })
        })
    });
    let id = state(&browser).runs[0].journal.plan.id.clone();
    app.handle(Command::SendReport { run: id }).await;
    app.work().await;
    let Delivery::Failed { detail } = state(&browser).runs[0].report.clone().unwrap().delivery else { panic!("sent") };
    assert_eq!(
        detail,
        "The webhook refused the report (status 404). There is no such webhook any more; paste a new one in the settings."
    );
    let shown = browser.kept(Area::Session, State::KEY).unwrap();
    assert!(!shown.contains("secret-token"));
    assert!(!browser.kept(Area::Local, "runs").unwrap().contains("secret-token"));
}

#[tokio::test]
async fn browsing_gives_the_header_to_one_tab_until_it_closes_or_time_is_over() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    assert_eq!(app.handle(Command::BrowseOnMwdebug { url: URL.into() }).await, Reply::Done);
    let rules = browser.rules();
    assert_eq!(rules.len(), 1);
    assert_eq!((rules[0].tab, rules[0].value.as_str()), (7, "backend=k8s-mwdebug"));
    assert_eq!(browser.navigated(), [(7, URL.to_owned())]);

    for (header, cookie, conflict) in [
        (Some("backend=k8s-mwdebug"), None, None),
        (Some("backend=k8s-mwdebug-next"), None, Some("backend=k8s-mwdebug-next")),
        (None, None, Some("no header")),
        (Some("backend=k8s-mwdebug"), Some("backend%3Dk8s-mwdebug-next"), None),
        (Some("backend=k8s-mwdebug"), None, None),
    ] {
        app.tab_sent(7, &sent_as(header, cookie)).await;
        let tab = &state(&browser).browsing[0];
        assert_eq!((tab.conflict.as_deref(), tab.cookie.as_deref()), (conflict, cookie));
    }

    app.tab_closed(7).await;
    assert_eq!((browser.rules().len(), state(&browser).browsing.len()), (0, 0));

    app.handle(Command::BrowseOnMwdebug { url: URL.into() }).await;
    browser.time_passes(SignedDuration::from_mins(15));
    app.alarm().await;
    assert_eq!((browser.rules().len(), state(&browser).browsing.len()), (0, 0));
}

#[tokio::test]
async fn at_most_six_requests_are_in_flight_to_a_host() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let tests: Vec<Test> = (0..20).map(|n| Test { url: format!("{URL}?n={n}"), ..test() }).collect();
    app.handle(saving(&browser, GERRIT, None, tests)).await;
    browser.answers(|_| None);
    let before = browser.sent().len();
    app.handle(Command::VerifyOnProduction { gerrit: GERRIT, anyway: true }).await;
    killed_at_work(app).await;
    assert_eq!(browser.sent().len() - before, 6);
}

#[tokio::test]
async fn a_run_is_kept_awake_also_when_a_refresh_beside_it_ends() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    assert!(!browser.is_kept_awake());
    // The calendar is read, the test servers never answer.
    let wikimedia = wikimedia(false);
    let never = |request: &Request| request.url == URL && request.headers.get(HEADER).is_some();
    browser.answers(move |request| if never(request) { None } else { wikimedia(request) });
    app.handle(Command::Refresh { force: true }).await;
    app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
    let looked = async {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        let reading = matches!(state(&browser).schedule, Loaded::Ready { .. });
        let awake = browser.is_kept_awake();
        app.handle(Command::Cancel).await;
        (reading, awake)
    };
    let ((), seen) = tokio::join!(app.work(), looked);
    assert_eq!(seen, (true, true));
    assert!(!browser.is_kept_awake());
}

#[tokio::test]
async fn what_has_not_changed_is_not_written_again() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let (calendar, shown) = (browser.writes("calendar"), browser.writes(State::KEY));
    app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
    app.work().await;
    assert_eq!(browser.writes("calendar"), calendar);
    // The plan, two outcomes, the end.
    assert_eq!(browser.writes(State::KEY), shown + 4);
}
