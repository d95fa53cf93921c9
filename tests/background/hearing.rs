// SPDX-License-Identifier: GPL-2.0-or-later
//! What a relay announces: when it is listened to, what it leads to, and that it is believed nothing.

use super::fake::Browser;
use super::window::{CONTINUING, PATCH, STARTED, SYNCED, Told, answer, asked, phase, refresh};
use super::{GERRIT, WEBHOOK, saving, started, state, test, wikimedia};
use backport_verify::app::{App, Command, Hearing, Reply};
use backport_verify::deployed::Phase;
use backport_verify::ports::Area;
use backport_verify::report::Receiver;
use backport_verify::schedule::{Nick, PAGE_URL};
use backport_verify::store::{Reporting, Settings, Webhook, seal};
use jiff::SignedDuration;
use serde_json::json;
use std::cell::Cell;
use std::rc::Rc;

const STREAM: &str = "https://backport-verify.toolforge.org/hook/secret-token/events";
const LOG: &str = "sal.toolforge.org";

/// Settings with a webhook at which this stands.
fn settings(receiver: Receiver) -> Settings {
    let reporting = Reporting { receiver: Some(receiver), ..Reporting::default() };
    Settings {
        nick: Nick::new("submitter"),
        webhook: Some(Webhook::new(WEBHOOK).unwrap()),
        reporting,
        ..Settings::default()
    }
}

/// A background with these settings; no page is open.
async fn woken(browser: &Browser, settings: &Settings) -> (App<Browser>, Told) {
    browser.put(Area::Local, "settings", &seal(settings).unwrap());
    let told = Told::to(browser);
    (started(browser).await, told)
}

/// A background that listens to a relay, in the open window, with a page open and one saved test.
async fn listening(browser: &Browser) -> (App<Browser>, Told) {
    let (app, told) = woken(browser, &settings(Receiver::Relay)).await;
    assert_eq!(app.handle(saving(browser, GERRIT, None, vec![test()])).await, Reply::Done);
    refresh(&app, false).await;
    app.stream_opened().await;
    assert_eq!((phase(browser), state(browser).hearing), (Some(Phase::Scheduled), Hearing::Live));
    (app, told)
}

/// The data of an event.
fn event(from: &str, text: &str) -> String {
    json!({"at": "2026-08-18T13:05:10Z", "from": from, "text": text}).to_string()
}

/// What scap says, as its bot says it in the channel.
fn scap(message: &str) -> String {
    event("logmsgbot", &format!("!log deployer@deploy2002 {message}"))
}

async fn hear(app: &App<Browser>, data: &str) {
    app.heard(data).await;
    app.work().await;
}

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

#[tokio::test]
async fn a_relay_is_listened_to_while_a_page_is_open() {
    let browser = Browser::new();
    // The window is over.
    browser.time_passes(SignedDuration::from_hours(5));
    let (app, _) = woken(&browser, &settings(Receiver::Relay)).await;
    app.work().await;
    assert_eq!(browser.listened(), []);
    refresh(&app, false).await;
    assert_eq!(browser.listened(), [Some(STREAM.to_owned())]);
    browser.time_passes(seconds(5));
    refresh(&app, false).await;
    assert_eq!(browser.listened().len(), 1);
    browser.time_passes(seconds(16));
    app.alarm().await;
    assert_eq!(browser.listened(), [Some(STREAM.to_owned()), None]);
    assert_eq!(state(&browser).hearing, Hearing::Off);
}

#[tokio::test]
async fn a_relay_is_listened_to_without_a_page_while_a_patch_of_an_open_window_is_not_done() {
    let browser = Browser::new();
    let (app, told) = listening(&browser).await;
    browser.time_passes(seconds(60));
    app.alarm().await;
    app.work().await;
    assert_eq!(browser.listened(), [Some(STREAM.to_owned())]);
    told.now(|world| {
        (world.merged, world.debug, world.production) = (true, PATCH, PATCH);
        world.log = vec![
            STARTED,
            "Finished scap sync-world: Backport for [[gerrit:1330001|[enwiki] Add the eventcoordinator group]] \
             (duration: 08m 47s)",
        ];
    });
    browser.time_passes(seconds(60));
    app.alarm().await;
    app.work().await;
    assert_eq!(phase(&browser), Some(Phase::Deployed));
    assert_eq!(browser.listened(), [Some(STREAM.to_owned()), None]);
}

#[tokio::test]
async fn nothing_is_listened_to_where_no_relay_stands_or_it_is_gone() {
    let gone = Reporting { receiver: Some(Receiver::Relay), gone: true, ..Reporting::default() };
    for settings in [
        settings(Receiver::Slack),
        settings(Receiver::Signed),
        Settings { webhook: None, ..settings(Receiver::Relay) },
        Settings { reporting: gone, ..settings(Receiver::Relay) },
    ] {
        let browser = Browser::new();
        let (app, _) = woken(&browser, &settings).await;
        refresh(&app, false).await;
        assert_eq!((browser.listened(), state(&browser).hearing), (vec![], Hearing::Off), "{:?}", settings.reporting);
    }
}

#[tokio::test]
async fn a_relay_that_the_browser_does_not_let_us_reach_is_told_and_not_listened_to() {
    let browser = Browser::new();
    browser.closes("https://backport-verify.toolforge.org");
    let (app, _) = woken(&browser, &settings(Receiver::Relay)).await;
    refresh(&app, false).await;
    assert_eq!(browser.listened(), []);
    let detail = "this browser does not let the extension reach it".to_owned();
    assert_eq!(state(&browser).hearing, Hearing::Failed { detail });
}

#[tokio::test]
async fn an_announcement_about_my_patch_is_looked_after_at_once() {
    let browser = Browser::new();
    let (app, told) = listening(&browser).await;
    told.on_test_servers();
    let before = browser.sent().len();
    // The look before is too young for a page that asks.
    refresh(&app, false).await;
    assert_eq!((asked(&browser, before, LOG), phase(&browser)), (0, Some(Phase::Scheduled)));
    hear(&app, &scap(SYNCED)).await;
    assert_eq!((asked(&browser, before, LOG), phase(&browser)), (1, Some(Phase::OnTestServers)));
    assert_eq!(browser.waits(), [0; 0]);
}

#[tokio::test]
async fn an_announcement_that_no_source_bears_out_changes_nothing_and_is_looked_after_four_times() {
    let browser = Browser::new();
    let (app, _) = listening(&browser).await;
    let before = browser.sent().len();
    hear(&app, &scap(SYNCED)).await;
    assert_eq!(phase(&browser), Some(Phase::Scheduled));
    assert_eq!((asked(&browser, before, LOG), browser.waits()), (4, vec![2_000, 5_000, 10_000]));
    app.work().await;
    assert_eq!(asked(&browser, before, LOG), 4);
    assert!(!browser.is_kept_awake());
}

#[tokio::test]
async fn it_is_looked_again_until_the_log_shows_what_was_heard() {
    let browser = Browser::new();
    let (app, told) = listening(&browser).await;
    browser.waits_take_time();
    let (looks, otherwise) = (Rc::new(Cell::new(0)), wikimedia(true));
    let (count, world) = (looks.clone(), told.clone());
    browser.answers(move |request| {
        if request.url.contains(LOG) {
            count.set(count.get() + 1);
            // The log is late: it has the line from the third look on.
            if count.get() == 3 {
                world.on_test_servers();
            }
        }
        answer(&world.0.borrow(), request).unwrap_or_else(|| otherwise(request))
    });
    hear(&app, &scap(SYNCED)).await;
    assert_eq!((looks.get(), phase(&browser)), (3, Some(Phase::OnTestServers)));
    // Two and five seconds after it was heard.
    assert_eq!(browser.waits(), [2_000, 3_000]);
}

#[tokio::test]
async fn many_announcements_lead_to_one_look_a_second() {
    let browser = Browser::new();
    let (app, told) = listening(&browser).await;
    browser.waits_take_time();
    told.on_test_servers();
    let before = browser.sent().len();
    for message in [STARTED, SYNCED, SYNCED] {
        app.heard(&scap(message)).await;
    }
    app.work().await;
    assert_eq!(asked(&browser, before, LOG), 1);
    browser.time_passes(SignedDuration::from_millis(200));
    told.now(|world| world.log.push(CONTINUING));
    hear(&app, &scap(CONTINUING)).await;
    assert_eq!((asked(&browser, before, LOG), browser.waits()), (2, vec![800]));
    assert_eq!(phase(&browser), Some(Phase::Deploying));
}

#[tokio::test]
async fn a_clock_that_was_set_back_does_not_hold_a_look_up() {
    let browser = Browser::new();
    let (app, told) = listening(&browser).await;
    told.on_test_servers();
    let before = browser.sent().len();
    app.heard(&scap(SYNCED)).await;
    browser.time_passes(SignedDuration::from_hours(-5));
    app.work().await;
    assert_eq!((asked(&browser, before, LOG), browser.waits()), (1, vec![60_000]));
}

#[tokio::test]
async fn what_is_not_about_my_patches_leads_to_nothing() {
    let browser = Browser::new();
    let (app, told) = listening(&browser).await;
    told.on_test_servers();
    let before = browser.sent().len();
    let others = SYNCED.replace("1330001", "1330002");
    let long = scap(&format!("{SYNCED}{}", " ".repeat(5_000)));
    for data in [
        scap(&others),
        // Nothing of mine is known to be under way.
        scap(CONTINUING),
        event("somebody", &format!("!log deployer@deploy2002 {SYNCED}")),
        event("logmsgbot", SYNCED),
        event("jouncebot", "No Gerrit patches in the queue for this window AFAICS."),
        event("jouncebot", &format!("!log deployer@deploy2002 {SYNCED}")),
        scap(SYNCED).replace("2026", "year"),
        long,
        "{}".to_owned(),
        "synced".to_owned(),
    ] {
        hear(&app, &data).await;
        assert_eq!((browser.sent().len(), phase(&browser)), (before, Some(Phase::Scheduled)), "{data}");
    }
}

#[tokio::test]
async fn what_comes_when_nothing_is_listened_to_leads_to_nothing() {
    let browser = Browser::new();
    let (app, told) = woken(&browser, &settings(Receiver::Slack)).await;
    refresh(&app, false).await;
    told.on_test_servers();
    let before = browser.sent().len();
    hear(&app, &scap(SYNCED)).await;
    app.stream_opened().await;
    assert_eq!((browser.sent().len(), state(&browser).hearing), (before, Hearing::Off));
}

#[tokio::test]
async fn a_call_to_a_window_has_the_calendar_read_once() {
    let browser = Browser::new();
    let (app, _) = listening(&browser).await;
    let before = browser.sent().len();
    let call = "deployer: Time to deploy UTC afternoon backport window. \
        (https://wikitech.wikimedia.org/wiki/Deployments#deploycal-item-20260818T1300)";
    hear(&app, &event("jouncebot", call)).await;
    hear(&app, &event("jouncebot", "submitter: A patch you scheduled for UTC afternoon backport window is about to"))
        .await;
    assert_eq!((asked(&browser, before, PAGE_URL), asked(&browser, before, LOG)), (1, 1));
    browser.time_passes(seconds(30));
    hear(&app, &event("jouncebot", call)).await;
    assert_eq!(asked(&browser, before, PAGE_URL), 2);
}

#[tokio::test]
async fn a_stream_that_is_refused_is_told_and_left_alone_for_longer_each_time() {
    let browser = Browser::new();
    let (app, _) = listening(&browser).await;
    let mut listened = 1;
    for rest in [30, 60, 120, 240, 480, 600, 600] {
        app.stream_broke(true).await;
        listened += 1;
        assert_eq!((browser.listened().len(), browser.listened().last()), (listened, Some(&None)));
        let detail = "it does not offer them, or has ended them".to_owned();
        assert_eq!(state(&browser).hearing, Hearing::Failed { detail });
        browser.time_passes(seconds(rest - 1));
        refresh(&app, false).await;
        assert_eq!(browser.listened().len(), listened, "after {} s", rest - 1);
        browser.time_passes(seconds(1));
        refresh(&app, false).await;
        listened += 1;
        assert_eq!(browser.listened().len(), listened, "after {rest} s");
    }
    app.stream_opened().await;
    assert_eq!(state(&browser).hearing, Hearing::Live);
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_the_browsers_to_open_again_until_the_third_time_in_a_row() {
    let browser = Browser::new();
    let (app, _) = listening(&browser).await;
    app.stream_broke(false).await;
    assert_eq!(state(&browser).hearing, Hearing::Off);
    app.stream_opened().await;
    assert_eq!(state(&browser).hearing, Hearing::Live);
    // It holds for a while, so that what was before does not count.
    browser.time_passes(seconds(20));
    for _ in 0..2 {
        app.stream_broke(false).await;
        assert_eq!(browser.listened(), [Some(STREAM.to_owned())]);
    }
    app.stream_broke(false).await;
    assert_eq!(browser.listened().last(), Some(&None));
    let detail = "the connection breaks off".to_owned();
    assert_eq!(state(&browser).hearing, Hearing::Failed { detail });
    // A webhook that is taken away has no trouble any more.
    let form = backport_verify::app::SettingsForm {
        nick: Some("submitter".into()),
        backend: Some("k8s-mwdebug".into()),
        webhook: Some(String::new()),
        ..backport_verify::app::SettingsForm::default()
    };
    assert_eq!(app.handle(Command::SaveSettings { form }).await, Reply::Done);
    assert_eq!(state(&browser).hearing, Hearing::Off);
}

#[tokio::test]
async fn the_streams_secret_and_what_was_heard_are_kept_nowhere_but_in_the_settings() {
    let browser = Browser::new();
    let (app, told) = listening(&browser).await;
    told.on_test_servers();
    let heard = SYNCED.replace("Changes can now", "Nobody else says");
    hear(&app, &scap(&heard)).await;
    app.stream_broke(true).await;
    let kept = browser.all_kept();
    assert!(kept.len() > 3);
    for (area, key, value) in kept {
        assert!(!value.contains("Nobody else says"), "{area:?} {key}");
        assert_eq!(value.contains("secret-token"), (area, key.as_str()) == (Area::Local, "settings"), "{area:?} {key}");
    }
}
