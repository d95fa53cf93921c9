// SPDX-License-Identifier: GPL-2.0-or-later
//! What a run asks at once, at most.

use super::fake::{Answer, Browser, page};
use super::{DEBUG, GERRIT, HEADER, PRODUCTION, prepared, refusal, saving, state, test};
use backport_verify::app::{App, Command, Problem, Progress, Reply, SettingsForm, perform};
use backport_verify::debug::{Backend, Backends};
use backport_verify::exchange::Request;
use backport_verify::suite::Test;
use backport_verify::verify::{Journal, Limits, Plan, Stage, Subject};
use jiff::Timestamp;

/// Hosts of wikis.
const LANGUAGES: [&str; 8] = ["en", "de", "fr", "nl", "sv", "pl", "it", "es"];

struct Silent;

impl Progress for Silent {
    async fn outcome(&self, _: &Journal) {}
}

pub(crate) fn pages(languages: &[&str], of_each: usize) -> Vec<Test> {
    let page = |language: &str, n: usize| format!("https://{language}.wikipedia.org/wiki/Page_{n}");
    let of = |language: &&str| (0..of_each).map(|n| Test { url: page(language, n), ..test() }).collect::<Vec<_>>();
    languages.iter().flat_map(of).collect()
}

pub(crate) fn usual(request: &Request) -> Answer {
    if request.url.ends_with("/w/deployment-info.php") {
        return page(request, "nobody", "pass", "{}");
    }
    let server = if is_debug(request) { DEBUG } else { PRODUCTION };
    page(request, server, "pass", "eventcoordinator")
}

pub(crate) fn is_debug(request: &Request) -> bool {
    request.headers.get(HEADER).is_some()
}

pub(crate) fn is_of(request: &Request, language: &str) -> bool {
    request.url.starts_with(&format!("https://{language}.wikipedia.org/"))
}

/// A run of a change that asks of its wikis what they run, too.
pub(crate) async fn performed(browser: &Browser, stage: Stage, tests: Vec<Test>, limits: Limits) -> Journal {
    let subject = Subject { gerrit: Some(GERRIT), ..Subject::default() };
    let mut journal = Journal::begin(Plan::new("1".into(), subject, stage, Timestamp::UNIX_EPOCH, tests, 1000));
    perform(browser, &mut journal, limits, &Silent).await;
    assert!(journal.pending().is_empty());
    journal
}

pub(crate) fn mwdebug() -> Stage {
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
async fn a_narrower_limit_is_never_exceeded_not_even_by_what_asks_for_the_code() {
    for (limits, at_once) in [
        (Limits { per_host: 2, ..Limits::default() }, [2, 6, 16]),
        (Limits { in_all: 3, ..Limits::default() }, [3, 3, 3]),
        (Limits { debug: 1, ..Limits::default() }, [6, 1, 24]),
        (Limits { per_host: 1, in_all: 1, debug: 1 }, [1, 1, 1]),
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
async fn the_background_keeps_to_the_same_limits() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    browser.answers(usual);
    browser.takes_turns(5);
    app.handle(saving(&browser, GERRIT, None, pages(&LANGUAGES, 4))).await;
    app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
    app.work().await;
    assert!(state(&browser).run_of(GERRIT, false).unwrap().journal.pending().is_empty());
    assert_eq!(browser.most_at_once(is_debug), 6);
    assert_eq!(browser.most_at_once(|request| request.url.contains(".wikipedia.org/")), 24);
}

fn limiting(limits: Option<Limits>) -> Command {
    let (nick, backend) = (Some("submitter".into()), Some("k8s-mwdebug".into()));
    Command::SaveSettings { form: SettingsForm { nick, backend, limits, ..SettingsForm::default() } }
}

#[tokio::test]
async fn the_limits_of_the_settings_are_kept_and_hold_for_the_next_run() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let limits = Limits { per_host: 2, in_all: 3, debug: 1 };
    assert_eq!(app.handle(limiting(Some(limits))).await, Reply::Done);
    assert_eq!(app.handle(limiting(None)).await, Reply::Done);
    drop(app);
    let app = App::new(browser.clone());
    app.start().await;
    assert_eq!(state(&browser).settings.limits, limits);
    browser.answers(usual);
    browser.takes_turns(5);
    app.handle(saving(&browser, GERRIT, None, pages(&LANGUAGES, 4))).await;
    app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
    app.work().await;
    assert!(state(&browser).run_of(GERRIT, false).unwrap().journal.pending().is_empty());
    assert_eq!(browser.most_at_once(is_debug), 1);
    assert_eq!(browser.most_at_once(|request| request.url.contains(".wikipedia.org/")), 3);
}

#[tokio::test]
async fn limits_out_of_bounds_are_refused_and_those_before_stay() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let refused = refusal(app.handle(limiting(Some(Limits { per_host: 25, ..Limits::default() }))).await);
    let detail = "requests at once to one site take a number from 1 to 24, not <25>".to_owned();
    assert_eq!(refused, Problem::BadSetting { detail });
    assert_eq!(state(&browser).settings.limits, Limits::default());
}
