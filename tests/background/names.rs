// SPDX-License-Identifier: GPL-2.0-or-later
//! What the debug header says, and servers that only the user knows.

use super::{DEBUG, GERRIT, PRODUCTION, URL, prepared, refusal, sent_as, started, state, version, wikimedia};
use crate::fake::{Answer, Browser, page};
use backport_verify::app::{App, Command, Problem, Reply, SettingsForm};
use backport_verify::debug::{Backend, HEADER, Realm, Switch};
use backport_verify::exchange::Request;
use backport_verify::ports::Area;
use backport_verify::verify::{Comparison, Doubt, Journal, Reason, Verdict};

const NEW: &str = "mw-pretrain.eqiad.main-5fb6d6bf94-28hjj";
const NEXT_POD: &str = "mw-pretrain.eqiad.main-7975f7f879-shbjt";

/// Wikimedia with the patch on test servers that call themselves `debug`.
fn wikimedia_with(debug: &'static str, production: &'static str) -> impl Fn(&Request) -> Answer {
    let usual = wikimedia(false);
    move |request| {
        let on_debug = request.headers.get(HEADER).is_some();
        let server = if on_debug { debug } else { production };
        if request.url.ends_with("/w/deployment-info.php") {
            page(request, server, "pass", &version::deployment_info("1.47.0-wmf.15"))
        } else if request.url.starts_with(URL) {
            page(request, server, "pass", if on_debug { "… eventcoordinator …" } else { "…" })
        } else {
            usual(request)
        }
    }
}

async fn switch_on(app: &App<Browser>, switches: &[Switch]) {
    let switches = Some(switches.iter().copied().collect());
    let (nick, backend) = (Some("submitter".to_owned()), Some("k8s-mwdebug".to_owned()));
    let settings = Command::SaveSettings { form: SettingsForm { nick, backend, switches, ..SettingsForm::default() } };
    assert_eq!(app.handle(settings).await, Reply::Done);
}

async fn settle(app: &App<Browser>, server: &str, realm: Realm) -> Reply {
    app.handle(Command::SettleServer { server: server.into(), realm }).await
}

async fn verified(app: &App<Browser>, browser: &Browser) -> Journal {
    assert_eq!(app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await, Reply::Done);
    app.work().await;
    state(browser).run_of(GERRIT, false).unwrap().journal.clone()
}

/// The values of the header with which the test's page was asked.
fn headers(browser: &Browser) -> Vec<Option<String>> {
    let asked = browser.sent().into_iter().filter(|request| request.url.starts_with(URL));
    asked.map(|request| request.headers.get(HEADER)).collect()
}

#[tokio::test]
async fn a_run_sends_what_is_switched_on_to_the_test_servers_and_nothing_to_production() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    switch_on(&app, &[Switch::Readonly, Switch::Log]).await;
    verified(&app, &browser).await;
    let mut sent = headers(&browser);
    sent.sort();
    assert_eq!(sent, [None, Some("backend=k8s-mwdebug; log; readonly".to_owned())]);
    let before = sent.len();
    app.handle(Command::VerifyOnProduction { gerrit: GERRIT, anyway: true }).await;
    app.work().await;
    assert_eq!(headers(&browser)[before..], [None]);
}

#[tokio::test]
async fn nothing_is_switched_on_by_itself_and_saving_something_else_switches_nothing_off() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    assert!(state(&browser).settings.switches.is_empty());
    switch_on(&app, &[Switch::Log]).await;
    let (nick, backend) = (Some("submitter".to_owned()), Some("k8s-mwdebug".to_owned()));
    let settings = Command::SaveSettings { form: SettingsForm { nick, backend, ..SettingsForm::default() } };
    app.handle(settings).await;
    assert_eq!(state(&browser).settings.switches, [Switch::Log].into());
    drop(app);
    started(&browser).await;
    assert_eq!(state(&browser).settings.switches, [Switch::Log].into());
}

#[tokio::test]
async fn a_tab_keeps_what_was_switched_on_when_it_was_opened() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    switch_on(&app, &[Switch::Readonly]).await;
    assert_eq!(app.handle(Command::BrowseOnMwdebug { url: URL.into() }).await, Reply::Done);
    assert_eq!(browser.rules()[0].value, "backend=k8s-mwdebug; readonly");
    switch_on(&app, &[]).await;
    app.tab_sent(7, &sent_as(Some("backend=k8s-mwdebug; readonly"), None)).await;
    assert_eq!(state(&browser).browsing[0].conflict, None);
    app.tab_sent(7, &sent_as(Some("backend=k8s-mwdebug"), None)).await;
    assert_eq!(state(&browser).browsing[0].conflict.as_deref(), Some("backend=k8s-mwdebug"));
}

#[tokio::test]
async fn a_server_that_nobody_knows_is_settled_once_and_its_next_pod_is_known() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    browser.answers(wikimedia_with(NEW, PRODUCTION));
    let unknown = verified(&app, &browser).await;
    let doubt = Doubt::UnknownServer { server: NEW.into(), status: 200 };
    assert_eq!(unknown.deciding(0).unwrap().reason, Some(Reason::Doubt { doubt }));
    assert_eq!(settle(&app, NEW, Realm::Debug).await, Reply::Done);
    let after = state(&browser).run_of(GERRIT, false).unwrap().journal.clone();
    assert_eq!(after, unknown, "the run that had ended has changed");
    drop(app);

    let app = started(&browser).await;
    browser.answers(wikimedia_with(NEXT_POD, PRODUCTION));
    let journal = verified(&app, &browser).await;
    assert_eq!(journal.verdict(), Some(Verdict::Pass));
    assert_eq!(journal.comparison(0), Some(Comparison::Fixed));
    assert_eq!(journal.deciding(0).unwrap().evidence.version.as_deref(), Some("1.47.0-wmf.15"));
}

#[tokio::test]
async fn a_settled_test_server_is_not_production_and_not_another_datacentre() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    settle(&app, NEW, Realm::Debug).await;
    browser.answers(wikimedia_with(NEW, NEW));
    let journal = verified(&app, &browser).await;
    let doubt = Doubt::DebugAnswered { server: NEW.into() };
    assert_eq!(journal.baseline(0).unwrap().reason, Some(Reason::Doubt { doubt }));
    let settings = Command::SaveSettings {
        form: SettingsForm {
            nick: Some("submitter".into()),
            backend: Some("k8s-mwdebug-codfw".into()),
            ..SettingsForm::default()
        },
    };
    app.handle(settings).await;
    let journal = verified(&app, &browser).await;
    let backend = Backend::new("k8s-mwdebug-codfw").unwrap().to_string();
    let doubt = Doubt::OtherBackend { backend, server: NEW.into() };
    assert_eq!(journal.deciding(0).unwrap().reason, Some(Reason::Doubt { doubt }));
}

#[tokio::test]
async fn what_was_said_of_a_server_can_be_taken_back() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    settle(&app, NEW, Realm::Debug).await;
    assert_eq!(state(&browser).settings.servers.settled()[0].pattern, "mw-pretrain.eqiad.main");
    assert_eq!(settle(&app, "mw-pretrain.eqiad.main", Realm::Unknown).await, Reply::Done);
    assert!(state(&browser).settings.servers.settled().is_empty());
    browser.answers(wikimedia_with(NEW, PRODUCTION));
    assert_eq!(verified(&app, &browser).await.verdict(), Some(Verdict::Inconclusive));
}

#[tokio::test]
async fn a_server_of_the_tables_and_a_program_are_not_settled() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let before = browser.kept(Area::Local, "settings");
    for (server, realm) in [
        (PRODUCTION, Realm::Debug),
        (PRODUCTION, Realm::Production),
        (DEBUG, Realm::Production),
        ("mw-web.newdc.main-5fb6d6bf94-28hjj", Realm::Debug),
        ("envoy", Realm::Debug),
    ] {
        let problem = refusal(settle(&app, server, realm).await);
        assert!(matches!(problem, Problem::BadSetting { .. }), "{server}: {problem:?}");
    }
    assert_eq!(browser.kept(Area::Local, "settings"), before);
}

#[tokio::test]
async fn a_page_that_names_a_production_server_is_no_proof_whatever_its_header_says() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    browser.answers(|request| {
        let body = format!("eventcoordinator<script>mw.config.set({{\"wgHostname\":\"{PRODUCTION}\"}});</script>");
        match request.headers.get(HEADER) {
            Some(_) if request.url == URL => page(request, DEBUG, "pass", &body),
            _ => wikimedia(false)(request),
        }
    });
    let journal = verified(&app, &browser).await;
    assert_eq!(journal.verdict(), Some(Verdict::Inconclusive));
    let doubt = Doubt::Contradiction { server: DEBUG.into(), body: PRODUCTION.into() };
    assert_eq!(journal.deciding(0).unwrap().reason, Some(Reason::Doubt { doubt }));
}
