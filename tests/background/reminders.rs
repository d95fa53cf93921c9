// SPDX-License-Identifier: GPL-2.0-or-later
//! Reminders: given once and in time, whatever is stopped or asleep in between; and the badge, which the alarm keeps true.

use crate::fake::{Answer, Browser, page};
use crate::{GERRIT, PRODUCTION, started, state};
use backport_verify::app::{App, Command, Problem, Reply, SettingsForm};
use backport_verify::exchange::Request;
use backport_verify::ports::{Area, Clock};
use backport_verify::reminder::Wanted;
use jiff::{SignedDuration, Timestamp};

const HOUR: &str = "In one hour: UTC afternoon backport window";
const NOW: &str = "Now: UTC afternoon backport window";

/// Wikitech with a calendar of one window, which opens at `when` (San Francisco) with this patch.
fn wikitech(when: &str, gerrit: u64) -> impl Fn(&Request) -> Answer {
    let text = format!(
        "{{{{Deployment calendar event card\n|when={when} SF\n|length=1\n|window=UTC afternoon backport window\n|who=\n\
         |what=\n{{{{ircnick|submitter|Submitter}}}}\n{{{{deploy|type=config|gerrit={gerrit}|title=Add a group|status=}}}}\n}}}}\n"
    );
    let revision = serde_json::json!({"revid": 1, "timestamp": "2026-08-18T10:00:00Z",
        "slots": {"main": {"contentmodel": "wikitext", "contentformat": "text/x-wiki", "content": text}}});
    let body = serde_json::json!({"query": {"pages": [{"pageid": 1, "ns": 0, "title": "Deployments",
        "revisions": [revision]}]}});
    move |request| page(request, PRODUCTION, "pass", &body.to_string())
}

fn at(time: &str) -> Timestamp {
    format!("2026-08-18T{time}Z").parse().unwrap()
}

fn it_is(browser: &Browser, time: &str) {
    browser.time_passes(at(time).duration_since(browser.now()));
}

async fn save(app: &App<Browser>, nick: &str, reminders: Option<Wanted>) {
    let settings = Command::SaveSettings {
        form: SettingsForm {
            nick: Some(nick.into()),
            backend: Some("k8s-mwdebug".into()),
            reminders,
            ..SettingsForm::default()
        },
    };
    assert_eq!(app.handle(settings).await, Reply::Done);
    app.work().await;
}

/// A background at 10:00 that has read the calendar: the window opens at 13:00.
async fn planned(browser: &Browser) -> App<Browser> {
    it_is(browser, "10:00:00");
    browser.answers(wikitech("2026-08-18 06:00", GERRIT));
    let app = started(browser).await;
    save(&app, "submitter", None).await;
    app
}

/// Time passes until `time`, and the browser wakes the background each time that it asked for; gives those times.
async fn woken_until(browser: &Browser, app: &App<Browser>, time: &str) -> Vec<Timestamp> {
    let mut woken = Vec::new();
    while let Some(due) = browser.alarm().filter(|alarm| *alarm <= at(time)) {
        assert!(woken.len() < 1_000, "woken again and again: {woken:?}");
        browser.time_passes(due.duration_since(browser.now()).max(SignedDuration::ZERO));
        app.alarm().await;
        app.work().await;
        woken.push(due);
    }
    woken
}

/// The browser wakes a background at the time that it asked for, or at `time` where that is later.
async fn woken(browser: &Browser, app: &App<Browser>, time: &str) {
    assert!(browser.alarm().is_some_and(|alarm| alarm <= at(time)), "{:?}", browser.alarm());
    it_is(browser, time);
    app.alarm().await;
    app.work().await;
}

fn titles(browser: &Browser) -> Vec<String> {
    browser.notifications().into_iter().map(|(_, title, _)| title).collect()
}

#[tokio::test]
async fn a_window_is_announced_an_hour_before_and_when_it_opens() {
    let browser = Browser::new();
    let app = planned(&browser).await;
    woken_until(&browser, &app, "11:59:59").await;
    assert_eq!(titles(&browser), [""; 0]);
    assert_eq!(woken_until(&browser, &app, "12:00:00").await, [at("12:00:00")]);
    assert_eq!(titles(&browser), [HOUR]);
    let (_, _, text) = browser.notifications().remove(0);
    assert_eq!(text, "Be in #wikimedia-operations on libera.chat at 13:00 UTC. Your patch: 1330001 Add a group.");
    assert_eq!(woken_until(&browser, &app, "13:00:00").await.last(), Some(&at("13:00:00")));
    assert_eq!(titles(&browser), [HOUR, NOW]);
}

#[tokio::test]
async fn a_stopped_worker_gives_what_is_due_once() {
    let browser = Browser::new();
    drop(planned(&browser).await);
    let app = started(&browser).await;
    woken(&browser, &app, "12:00:10").await;
    drop(app);
    let app = started(&browser).await;
    app.alarm().await;
    app.work().await;
    assert_eq!(titles(&browser), [HOUR]);
    assert!(browser.alarm().is_some_and(|alarm| alarm > at("12:00:10")));
}

#[tokio::test]
async fn a_worker_stopped_between_noting_and_giving_gives_it_never_but_not_twice() {
    let browser = Browser::new();
    let app = planned(&browser).await;
    it_is(&browser, "12:00:00");
    browser.answers(|_| None);
    // It is stopped while it reads the calendar: nothing is noted yet, and it is woken again for it.
    let stopped = async {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! { biased; () = app.alarm() => panic!("nothing was left to wait for"), () = stopped => {} }
    drop(app);
    assert_eq!(browser.alarm(), Some(at("12:00:30")));
    browser.answers(wikitech("2026-08-18 06:00", GERRIT));
    let app = started(&browser).await;
    // And now right after the note of it was written.
    let before = browser.writes("reminders");
    let noted = async {
        while browser.writes("reminders") == before {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! { biased; () = noted => {}, () = app.alarm() => panic!("it was not stopped") }
    drop(app);
    let app = started(&browser).await;
    app.alarm().await;
    app.work().await;
    assert_eq!(titles(&browser), [""; 0]);
}

#[tokio::test]
async fn a_restarted_browser_still_reminds() {
    let browser = Browser::new();
    drop(planned(&browser).await);
    browser.is_restarted();
    it_is(&browser, "11:00:00");
    let app = started(&browser).await;
    app.work().await;
    assert_eq!(woken_until(&browser, &app, "12:00:00").await.last(), Some(&at("12:00:00")));
    assert_eq!(titles(&browser), [HOUR]);
}

#[tokio::test]
async fn a_laptop_that_slept_through_the_moment_hears_nothing_stale() {
    let browser = Browser::new();
    let app = planned(&browser).await;
    woken(&browser, &app, "12:10:00").await;
    assert_eq!(titles(&browser), [""; 0]);
    woken(&browser, &app, "13:09:00").await;
    assert_eq!(titles(&browser), [NOW]);
    drop(app);
    it_is(&browser, "23:00:00");
    let app = started(&browser).await;
    app.work().await;
    assert_eq!(titles(&browser), [NOW]);
    woken_until(&browser, &app, "23:10:00").await;
    assert_eq!(titles(&browser), [NOW]);
}

#[tokio::test]
async fn the_calendar_is_read_again_before_a_window_is_announced() {
    let browser = Browser::new();
    let app = planned(&browser).await;
    // Moved to the evening; the extension has not heard of it.
    browser.answers(wikitech("2026-08-18 13:00", GERRIT));
    woken(&browser, &app, "12:00:00").await;
    assert_eq!(titles(&browser), [""; 0]);
    woken(&browser, &app, "19:00:00").await;
    assert_eq!(titles(&browser), [HOUR]);
}

#[tokio::test]
async fn a_calendar_that_is_young_is_not_read_again() {
    let browser = Browser::new();
    let app = planned(&browser).await;
    it_is(&browser, "11:56:00");
    app.handle(Command::Refresh { force: true }).await;
    app.work().await;
    let before = browser.sent().len();
    woken(&browser, &app, "12:00:00").await;
    assert_eq!((titles(&browser), browser.sent().len()), (vec![HOUR.to_owned()], before));
}

#[tokio::test]
async fn what_is_known_is_told_where_the_calendar_cannot_be_read() {
    let browser = Browser::new();
    let app = planned(&browser).await;
    browser.answers(|request| page(request, PRODUCTION, "pass", "<html>down</html>"));
    woken(&browser, &app, "12:00:00").await;
    browser.closes("https://wikitech.wikimedia.org");
    woken(&browser, &app, "13:00:00").await;
    assert_eq!(titles(&browser), [HOUR, NOW]);
}

#[tokio::test]
async fn what_is_switched_off_is_not_told() {
    let browser = Browser::new();
    let app = planned(&browser).await;
    save(&app, "submitter", Some(Wanted { hour_before: false, ..Wanted::default() })).await;
    it_is(&browser, "12:00:00");
    app.alarm().await;
    app.work().await;
    assert_eq!(titles(&browser), [""; 0]);
    woken(&browser, &app, "13:00:00").await;
    assert_eq!(titles(&browser), [NOW]);
}

#[tokio::test]
async fn another_nick_has_other_reminders() {
    for nick in ["somebody", ""] {
        let browser = Browser::new();
        let app = planned(&browser).await;
        save(&app, nick, None).await;
        woken_until(&browser, &app, "13:00:00").await;
        assert_eq!(titles(&browser), [""; 0], "<{nick}>");
        assert_eq!(browser.alarm().is_some(), !nick.is_empty(), "only who has a nick is looked for, <{nick}>");
    }
}

#[tokio::test]
async fn a_click_shows_the_patch_and_takes_the_notification_away() {
    let browser = Browser::new();
    let app = planned(&browser).await;
    woken(&browser, &app, "12:00:00").await;
    let (id, ..) = browser.notifications().remove(0);
    // The click may be what wakes the background.
    drop(app);
    started(&browser).await.notification_clicked(&id).await;
    assert_eq!(browser.pages(), ["popup.html#1330001"]);
    assert_eq!(titles(&browser), [""; 0]);
}

#[tokio::test]
async fn a_click_on_a_notification_of_another_version_shows_the_popup() {
    let browser = Browser::new();
    started(&browser).await.notification_clicked("unknown").await;
    assert_eq!(browser.pages(), ["popup.html"]);
}

#[tokio::test]
async fn a_browser_that_shows_no_notification_is_told_of() {
    let browser = Browser::new();
    let app = planned(&browser).await;
    browser.shows_no_notifications();
    woken(&browser, &app, "12:00:00").await;
    assert_eq!(state(&browser).notice, Some(Problem::Notification { detail: "Unable to show notification.".into() }));
}

#[tokio::test]
async fn what_cannot_be_noted_is_told_of_and_not_given() {
    let browser = Browser::new();
    let app = planned(&browser).await;
    browser.storage_is_full(true);
    woken(&browser, &app, "12:00:00").await;
    assert_eq!(titles(&browser), [""; 0]);
    assert!(matches!(state(&browser).notice, Some(Problem::Storage { .. })));
}

#[tokio::test]
async fn reminders_of_a_newer_version_are_left_alone() {
    let browser = Browser::new();
    let newer = r#"{"schema":99,"data":{"agenda":"in another shape"}}"#;
    browser.put(Area::Local, "reminders", newer);
    let app = planned(&browser).await;
    assert!(matches!(&state(&browser).unreadable[..], [unreadable] if unreadable.what == "reminders"));
    woken(&browser, &app, "12:00:00").await;
    assert_eq!(titles(&browser), [""; 0]);
    assert_eq!(browser.kept(Area::Local, "reminders").as_deref(), Some(newer));
}

#[tokio::test]
async fn the_badge_counts_the_last_hour_down_minute_by_minute() {
    let browser = Browser::new();
    let app = planned(&browser).await;
    assert_eq!(browser.badge_text(), "");
    assert_eq!(browser.badge_title(), "Backport Verify: next window Tue 13:00 UTC");
    let mut shown = Vec::new();
    woken_until(&browser, &app, "11:59:59").await;
    assert_eq!(browser.badge_text(), "");
    for left in 0..=60 {
        woken_until(&browser, &app, &format!("{}:{:02}:00", 12 + left / 60, left % 60)).await;
        shown.push(browser.badge_text());
    }
    let mut expected: Vec<String> = (1..=60).rev().map(|left| format!("{left}m")).collect();
    expected.push(String::new());
    assert_eq!(shown, expected);
    assert_eq!(browser.badge_title(), "Backport Verify: your window is open until 14:00 UTC");
}
