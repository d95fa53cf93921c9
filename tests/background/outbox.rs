// SPDX-License-Identifier: GPL-2.0-or-later
//! Reports on their way to the webhook: what each failure leads to for each kind of receiver, in which order they go, and
//! what is told of them.

use super::fake::{Answer, Browser, page};
use super::{GERRIT, WEBHOOK, killed_at_work, prepared, refusal, started, state, verified, wikimedia};
use backport_verify::app::{App, Chosen, Command, Delivery, Problem, Reply, SettingsForm};
use backport_verify::exchange::{Method, Request, Response, TransportError};
use backport_verify::ports::{Area, Clock};
use backport_verify::report::Receiver;
use backport_verify::verify::Verdict;
use jiff::{SignedDuration, Timestamp};
use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

/// What the relay says of a line that it may have said.
const UNCLEAR: &str = r#"{"status":"unclear","detail":"the connection broke"}"#;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What the webhook does with a post, or with a question about one.
#[derive(Debug, Clone)]
pub(super) enum Does {
    /// This status and body; nothing is said.
    Refuses(u16, &'static str),
    /// The same with a wish to be left alone.
    Waits(u16, &'static str),
    /// There is no answer; nothing is said.
    Fails(TransportError),
    /// It says the line, and the answer is lost.
    SaysAndFails(TransportError),
    /// It says the line.
    Says,
    /// It cannot tell whether the line was heard, and keeps to that for this id, as the relay does.
    CannotTell,
}

/// A webhook that does one thing after the other, and then says everything.
#[derive(Clone, Default)]
pub(super) struct Webhook {
    script: Rc<RefCell<VecDeque<Does>>>,
    asked: Rc<RefCell<Vec<Request>>>,
    unclear: Rc<RefCell<BTreeSet<String>>>,
    said: Rc<RefCell<Vec<(String, String)>>>,
}

impl Webhook {
    pub(super) fn of(browser: &Browser, script: impl IntoIterator<Item = Does>) -> Self {
        let webhook = Self { script: Rc::new(RefCell::new(script.into_iter().collect())), ..Self::default() };
        let (usual, inside) = (wikimedia(false), webhook.clone());
        browser.answers(
            move |request| {
                if request.url.starts_with(WEBHOOK) { inside.answer(request) } else { usual(request) }
            },
        );
        webhook
    }

    fn answer(&self, request: &Request) -> Answer {
        self.asked.borrow_mut().push(request.clone());
        let id = request.headers.get("webhook-id");
        let is_unclear = id.as_ref().is_some_and(|id| self.unclear.borrow().contains(id));
        let next = || self.script.borrow_mut().pop_front().unwrap_or(Does::Says);
        let does = if is_unclear { Does::CannotTell } else { next() };
        if matches!(does, Does::Says | Does::SaysAndFails(_)) && request.method == Method::Post {
            self.said.borrow_mut().push((id.clone().unwrap(), request.body.clone().unwrap()));
        }
        if matches!(does, Does::CannotTell) {
            self.unclear.borrow_mut().extend(id);
        }
        let with = |status, body: &str, wait: Option<&str>| {
            page(request, "relay", "pass", body).map(|answer| {
                answer.map(|mut response: Response| {
                    response.status = status;
                    if let Some(wait) = wait {
                        response.headers.push("Retry-After", wait);
                        response.headers.push("Date", "Tue, 18 Aug 2026 13:05:00 GMT");
                    }
                    response
                })
            })
        };
        match does {
            Does::Says => with(200, r#"{"status":"said"}"#, None),
            Does::CannotTell => with(202, UNCLEAR, None),
            Does::Refuses(status, body) => with(status, body, None),
            Does::Waits(status, wait) => with(status, "", Some(wait)),
            Does::Fails(error) | Does::SaysAndFails(error) => Some(Err(error)),
        }
    }

    /// The ids of the posts, in their order.
    pub(super) fn posts(&self) -> Vec<String> {
        let asked = self.asked.borrow();
        let posts = asked.iter().filter(|request| request.method == Method::Post);
        posts.filter_map(|request| request.headers.get("webhook-id")).collect()
    }

    /// What was said, where a receiver that knows ids says each once.
    pub(super) fn channel(&self, receiver: Receiver) -> Vec<(String, String)> {
        let mut said: Vec<(String, String)> = Vec::new();
        for (id, line) in self.said.borrow().iter() {
            if !receiver.knows_ids() || said.iter().all(|(known, _)| known != id) {
                said.push((id.clone(), line.clone()));
            }
        }
        said
    }
}

fn form() -> SettingsForm {
    SettingsForm { nick: Some("submitter".into()), backend: Some("k8s-mwdebug".into()), ..SettingsForm::default() }
}

/// A background with this receiver at the webhook's other end.
pub(super) async fn with_receiver(browser: &Browser, receiver: Receiver, preview: bool) -> App<Browser> {
    let app = prepared(browser).await;
    save(&app, SettingsForm { receiver: Some(Chosen::Is(receiver)), preview: Some(preview), ..form() }).await;
    app
}

async fn save(app: &App<Browser>, form: SettingsForm) {
    assert_eq!(app.handle(Command::SaveSettings { form }).await, Reply::Done);
}

/// Runs, and sends the report; gives the run's name.
async fn reported(app: &App<Browser>, browser: &Browser) -> String {
    let run = verified(app, browser, false).await.plan.id;
    assert_eq!(app.handle(Command::SendReport { run: run.clone() }).await, Reply::Done);
    run
}

fn delivery(browser: &Browser) -> Delivery {
    state(browser).run_of(GERRIT, false).unwrap().report.clone().unwrap().delivery
}

fn detail() -> String {
    "Failed to fetch".to_owned()
}

const TIMEOUT: TransportError = TransportError::Timeout { after_ms: 20_000 };

/// Whether it is what was to become of a report.
type Expected = fn(&Delivery) -> bool;

/// What a first failure leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Retried,
    /// Retried where the receiver knows ids; else it cannot be known whether it was said.
    Doubted,
    Stopped,
}

#[tokio::test]
async fn each_failure_is_retried_doubted_or_final_as_the_receiver_allows() {
    let failures = [
        (Does::Fails(TransportError::Name { detail: detail() }), Then::Retried),
        (Does::Fails(TransportError::Refused { detail: detail() }), Then::Retried),
        (Does::Fails(TransportError::Tls { detail: detail() }), Then::Retried),
        (Does::Refuses(429, ""), Then::Retried),
        (Does::Refuses(500, ""), Then::Retried),
        (Does::Refuses(503, ""), Then::Retried),
        (Does::Refuses(507, ""), Then::Retried),
        (Does::Fails(TIMEOUT), Then::Doubted),
        (Does::SaysAndFails(TIMEOUT), Then::Doubted),
        (Does::Fails(TransportError::Broken { detail: detail() }), Then::Doubted),
        (Does::SaysAndFails(TransportError::Broken { detail: detail() }), Then::Doubted),
        (Does::Fails(TransportError::Network { detail: detail() }), Then::Doubted),
        (Does::SaysAndFails(TransportError::Network { detail: detail() }), Then::Doubted),
        (Does::Refuses(502, ""), Then::Doubted),
        (Does::Refuses(504, ""), Then::Doubted),
        (Does::Refuses(302, ""), Then::Stopped),
        (Does::Refuses(400, ""), Then::Stopped),
        (Does::Refuses(401, ""), Then::Stopped),
        (Does::Refuses(403, ""), Then::Stopped),
        (Does::Refuses(404, ""), Then::Stopped),
        (Does::Refuses(413, ""), Then::Stopped),
        (Does::Fails(TransportError::NotPermitted { origin: "https://hooks.example.org".into() }), Then::Stopped),
    ];
    for receiver in Receiver::ALL {
        for (failure, then) in &failures {
            let what = format!("{receiver:?}, {failure:?}");
            let browser = Browser::new();
            let app = with_receiver(&browser, receiver, true).await;
            let webhook = Webhook::of(&browser, [failure.clone()]);
            let run = reported(&app, &browser).await;
            app.work().await;
            let came = delivery(&browser);
            let retried = *then == Then::Retried || (*then == Then::Doubted && receiver.knows_ids());
            let expected = match (then, retried) {
                (_, true) => matches!(came, Delivery::Delivered { .. }),
                (Then::Stopped, _) => matches!(came, Delivery::Failed { .. }),
                _ => matches!(&came, Delivery::Unclear { detail } if detail.contains("look into the channel")),
            };
            assert!(expected, "{what}: {came:?}");
            assert_eq!(webhook.posts(), vec![format!("{run}-1"); if retried { 2 } else { 1 }], "{what}");
            let said = retried || matches!(failure, Does::SaysAndFails(_));
            assert_eq!(webhook.channel(receiver).len(), usize::from(said), "{what}");
            // Nothing more is sent unasked.
            let app = started(&browser).await;
            app.work().await;
            assert_eq!(webhook.posts().len(), if retried { 2 } else { 1 }, "{what}");
        }
    }
}

#[tokio::test]
async fn the_waits_between_attempts_double_up_to_a_minute_and_end_when_it_is_too_late() {
    let browser = Browser::new();
    let app = with_receiver(&browser, Receiver::Slack, true).await;
    let webhook = Webhook::of(&browser, vec![Does::Refuses(503, ""); 100]);
    reported(&app, &browser).await;
    app.work().await;
    assert_eq!(delivery(&browser), Delivery::Late);
    let waits = browser.waits();
    for (wait, least) in waits.iter().zip([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
        assert!((least..least + least / 4 + 1).contains(wait), "{waits:?}");
    }
    let all: u32 = waits.iter().sum();
    assert_eq!(all, 15 * 60 * 1000, "{waits:?}");
    assert_eq!(webhook.channel(Receiver::Slack), []);
    // The user wants it all the same.
    let run = state(&browser).run_of(GERRIT, false).unwrap().journal.plan.id.clone();
    let webhook = Webhook::of(&browser, []);
    assert_eq!(app.handle(Command::SendReport { run }).await, Reply::Done);
    app.work().await;
    assert!(matches!(delivery(&browser), Delivery::Delivered { .. }));
    assert_eq!(webhook.channel(Receiver::Slack).len(), 1);
}

#[tokio::test]
async fn without_a_network_nothing_is_attempted_and_then_it_is_sent_once() {
    let browser = Browser::new();
    let app = with_receiver(&browser, Receiver::Slack, true).await;
    let webhook = Webhook::of(&browser, []);
    let run = reported(&app, &browser).await;
    browser.is_offline_for(3);
    app.work().await;
    assert!(matches!(delivery(&browser), Delivery::Delivered { .. }));
    assert_eq!((browser.waits(), webhook.posts()), (vec![5_000; 3], vec![format!("{run}-1")]));
}

#[tokio::test]
async fn a_receiver_that_wants_to_be_left_alone_is_in_seconds_or_until_a_date() {
    for (status, wait) in [(429, "30"), (503, "30"), (429, "Tue, 18 Aug 2026 13:05:30 GMT")] {
        let browser = Browser::new();
        let app = with_receiver(&browser, Receiver::Slack, true).await;
        Webhook::of(&browser, [Does::Waits(status, wait)]);
        reported(&app, &browser).await;
        app.work().await;
        assert!(matches!(delivery(&browser), Delivery::Delivered { .. }));
        let waits = browser.waits();
        assert!(waits.len() == 1 && (30_000..38_000).contains(&waits[0]), "{status} {wait}: {waits:?}");
    }
}

#[tokio::test]
async fn a_long_wait_is_left_to_the_alarm() {
    let browser = Browser::new();
    let app = with_receiver(&browser, Receiver::Slack, true).await;
    let webhook = Webhook::of(&browser, [Does::Waits(429, "300")]);
    let run = verified(&app, &browser, false).await.plan.id;
    assert_eq!(app.handle(Command::SendReport { run }).await, Reply::Done);
    app.work().await;
    let Delivery::Waiting { again_at, why, attempts } = delivery(&browser) else { panic!("{:?}", delivery(&browser)) };
    assert_eq!((why.as_str(), attempts), ("The webhook asks to slow down (status 429).", 1));
    assert_eq!(browser.waits(), [0_u32; 0]);
    assert!(browser.alarm().is_some_and(|alarm| alarm <= again_at), "{:?}", browser.alarm());
    assert!(!browser.is_kept_awake());
    browser.time_passes(again_at.duration_since(browser.now()));
    // The browser was restarted meanwhile.
    browser.is_restarted();
    let app = started(&browser).await;
    app.alarm().await;
    app.work().await;
    assert!(matches!(delivery(&browser), Delivery::Delivered { .. }));
    assert_eq!(webhook.posts().len(), 2);
}

#[tokio::test]
async fn while_a_report_waits_it_can_be_sent_now_or_taken_back() {
    for send in [true, false] {
        let browser = Browser::new();
        let app = with_receiver(&browser, Receiver::Slack, true).await;
        let webhook = Webhook::of(&browser, [Does::Refuses(503, "")]);
        let run = reported(&app, &browser).await;
        browser.waits_forever();
        let acts = async {
            for _ in 0..50 {
                tokio::task::yield_now().await;
            }
            assert!(matches!(delivery(&browser), Delivery::Waiting { attempts: 1, .. }), "{:?}", delivery(&browser));
            let run = run.clone();
            let command = if send { Command::SendReport { run } } else { Command::TakeBackReport { run } };
            assert_eq!(app.handle(command).await, Reply::Done);
        };
        tokio::join!(app.work(), acts);
        if send {
            assert!(matches!(delivery(&browser), Delivery::Delivered { .. }));
        } else {
            assert_eq!(delivery(&browser), Delivery::Preview);
            let app = started(&browser).await;
            app.work().await;
        }
        assert_eq!(webhook.posts().len(), 1 + usize::from(send));
    }
}

#[tokio::test]
async fn what_may_have_been_said_is_not_called_unsent_when_it_is_taken_back() {
    let browser = Browser::new();
    let app = with_receiver(&browser, Receiver::Relay, true).await;
    Webhook::of(&browser, [Does::Fails(TIMEOUT)]);
    let run = reported(&app, &browser).await;
    browser.waits_forever();
    killed_at_work(app).await;
    let app = started(&browser).await;
    assert_eq!(app.handle(Command::TakeBackReport { run }).await, Reply::Done);
    assert!(matches!(delivery(&browser), Delivery::Unclear { .. }), "{:?}", delivery(&browser));
}

#[tokio::test]
async fn a_report_that_waits_holds_back_later_ones_and_is_known_when_a_later_run_took_its_place() {
    let browser = Browser::new();
    let app = with_receiver(&browser, Receiver::Slack, true).await;
    let webhook = Webhook::of(&browser, [Does::Waits(503, "120")]);
    let first = reported(&app, &browser).await;
    app.work().await;
    let second = reported(&app, &browser).await;
    app.work().await;
    assert_ne!(first, second);
    let shown = state(&browser);
    let left: Vec<&str> = shown.left_reports.iter().map(|posted| posted.run.as_str()).collect();
    assert_eq!(left, [first.as_str()]);
    let Delivery::Waiting { again_at, .. } = shown.left_reports[0].report.delivery else { panic!("it waits") };
    let why = "An earlier report waits.".into();
    assert_eq!(delivery(&browser), Delivery::Waiting { again_at, why, attempts: 0 });
    assert_eq!(webhook.posts().len(), 1);
    browser.time_passes(SignedDuration::from_mins(3));
    app.alarm().await;
    app.work().await;
    assert_eq!(webhook.posts(), [&first, &first, &second].map(|run| format!("{run}-1")));
    assert_eq!(state(&browser).left_reports, []);
}

#[tokio::test]
async fn what_an_attempt_may_have_said_is_never_told_as_not_said() {
    let ends = [vec![Does::Refuses(401, "")], vec![Does::Refuses(410, "")], vec![Does::Refuses(503, ""); 100]];
    for end in ends {
        let browser = Browser::new();
        let app = with_receiver(&browser, Receiver::Relay, true).await;
        let what = format!("{:?}", end[0]);
        let webhook = Webhook::of(&browser, [vec![Does::SaysAndFails(TIMEOUT)], end].concat());
        reported(&app, &browser).await;
        app.work().await;
        assert_eq!(webhook.channel(Receiver::Relay).len(), 1, "{what}");
        let came = delivery(&browser);
        let expected = matches!(&came, Delivery::Unclear { detail } if detail.contains("look into the channel"));
        assert!(expected, "{what}: {came:?}");
    }
}

#[tokio::test]
async fn a_report_is_not_sent_when_the_browser_comes_back_too_late() {
    for (away, is_late) in [(14, false), (15, true), (600, true)] {
        let browser = Browser::new();
        let app = with_receiver(&browser, Receiver::Slack, true).await;
        let webhook = Webhook::of(&browser, [Does::Waits(503, "240")]);
        reported(&app, &browser).await;
        app.work().await;
        browser.time_passes(SignedDuration::from_mins(away));
        browser.is_restarted();
        let app = started(&browser).await;
        app.work().await;
        assert_eq!(delivery(&browser) == Delivery::Late, is_late, "{away} min: {:?}", delivery(&browser));
        assert_eq!(webhook.channel(Receiver::Slack).len(), usize::from(!is_late));
    }
}

#[tokio::test]
async fn a_clock_that_was_set_back_does_not_hold_a_report_up() {
    let browser = Browser::new();
    let app = with_receiver(&browser, Receiver::Slack, true).await;
    let webhook = Webhook::of(&browser, [Does::Waits(503, "120")]);
    reported(&app, &browser).await;
    app.work().await;
    browser.time_passes(SignedDuration::from_hours(-5));
    let app = started(&browser).await;
    app.work().await;
    assert_eq!(webhook.channel(Receiver::Slack).len(), 1);
}

#[tokio::test]
async fn a_webhook_that_is_gone_is_switched_off_until_one_is_saved() {
    let browser = Browser::new();
    let app = with_receiver(&browser, Receiver::Slack, true).await;
    let webhook = Webhook::of(&browser, [Does::Refuses(410, "")]);
    let run = reported(&app, &browser).await;
    app.work().await;
    let Delivery::Failed { detail } = delivery(&browser) else { panic!("{:?}", delivery(&browser)) };
    assert!(detail.contains("is gone (status 410) and is switched off"), "{detail}");
    // Also for the next background.
    let app = started(&browser).await;
    assert!(state(&browser).settings.reporting.gone);
    let refused = app.handle(Command::SendReport { run: run.clone() }).await;
    assert_eq!(refusal(refused), Problem::WebhookGone);
    assert_eq!(refusal(app.handle(Command::SendTrial).await), Problem::WebhookGone);
    assert_eq!(webhook.posts().len(), 1);
    save(&app, SettingsForm { webhook: Some(WEBHOOK.into()), ..form() }).await;
    assert!(!state(&browser).settings.reporting.gone);
    assert_eq!(app.handle(Command::SendReport { run }).await, Reply::Done);
    app.work().await;
    assert!(matches!(delivery(&browser), Delivery::Delivered { .. }));
}

#[tokio::test]
async fn the_relay_is_asked_about_what_it_queued_until_it_knows() {
    let queued = r#"{"id":"x","status":"queued"}"#;
    let table: [(&'static str, u16, Expected); 6] = [
        (r#"{"status":"said"}"#, 200, |came| matches!(came, Delivery::Delivered { .. })),
        (
            r#"{"status":"unclear","detail":"the connection was lost"}"#,
            200,
            |came| matches!(came, Delivery::Unclear { detail } if detail.contains("the connection was lost")),
        ),
        (
            r#"{"status":"refused","detail":"cannot send to channel"}"#,
            200,
            |came| matches!(came, Delivery::Failed { detail } if detail.contains("cannot send to channel")),
        ),
        (r#"{"status":"late"}"#, 200, |came| matches!(came, Delivery::Failed { .. })),
        ("", 404, |came| matches!(came, Delivery::Unclear { .. })),
        ("", 410, |came| matches!(came, Delivery::Unclear { .. })),
    ];
    for (last, status, is_expected) in table {
        let browser = Browser::new();
        let app = with_receiver(&browser, Receiver::Relay, true).await;
        let script = [
            Does::Refuses(202, queued),
            Does::Refuses(200, queued),
            Does::Refuses(503, ""),
            Does::Fails(TIMEOUT),
            Does::Refuses(status, last),
        ];
        let webhook = Webhook::of(&browser, script);
        let run = reported(&app, &browser).await;
        app.work().await;
        assert!(is_expected(&delivery(&browser)), "{last} {status}: {:?}", delivery(&browser));
        assert_eq!(webhook.posts().len(), 1);
        let asked = webhook.asked.borrow();
        let asked: Vec<&str> = asked.iter().skip(1).map(|request| request.url.as_str()).collect();
        assert_eq!(asked, vec![format!("{WEBHOOK}/posts/{run}-1"); 4]);
    }
}

#[tokio::test]
async fn what_the_relay_dropped_goes_under_another_name_when_the_user_wants_it_again() {
    let browser = Browser::new();
    let app = with_receiver(&browser, Receiver::Relay, true).await;
    let webhook = Webhook::of(&browser, [Does::Refuses(202, ""), Does::Refuses(200, r#"{"status":"late"}"#)]);
    let run = reported(&app, &browser).await;
    app.work().await;
    assert_eq!(app.handle(Command::SendReport { run: run.clone() }).await, Reply::Done);
    app.work().await;
    assert_eq!(webhook.posts(), [format!("{run}-1"), format!("{run}-2")]);
    assert!(matches!(delivery(&browser), Delivery::Delivered { .. }));
}

#[tokio::test]
async fn a_post_carries_the_time_of_the_word_that_it_be_sent() {
    let browser = Browser::new();
    let app = with_receiver(&browser, Receiver::Relay, true).await;
    let late = r#"{"status":"late"}"#;
    let webhook = Webhook::of(&browser, [Does::Waits(503, "7"), Does::Refuses(202, late)]);
    let run = verified(&app, &browser, false).await;
    let mut words = vec![];
    for wait in [20, 3] {
        browser.time_passes(SignedDuration::from_mins(wait));
        words.push(browser.now());
        assert_eq!(app.handle(Command::SendReport { run: run.plan.id.clone() }).await, Reply::Done);
        app.work().await;
    }
    let asked = webhook.asked.borrow();
    let posts = asked.iter().filter(|request| request.method == Method::Post);
    let carried: Vec<(Timestamp, Timestamp)> = posts
        .map(|post| {
            let body: serde_json::Value = serde_json::from_str(post.body.as_deref().unwrap()).unwrap();
            let time = |value: &serde_json::Value| value.as_str().unwrap().parse().unwrap();
            (time(&body["timestamp"]), time(&body["data"]["asked"]))
        })
        .collect();
    // Twice at the first word, once at the second; the run has ended when it has.
    let ended = run.ended.unwrap().0;
    assert_eq!(carried, [(ended, words[0]), (ended, words[0]), (ended, words[1])]);
}

#[tokio::test]
async fn what_the_relay_cannot_tell_of_goes_under_another_name_and_what_got_no_answer_keeps_its_own() {
    let timeout = || Does::Fails(TransportError::Timeout { after_ms: 20_000 });
    let cannot_tell = [Does::CannotTell];
    let queued_first = [Does::Refuses(202, ""), Does::Refuses(200, UNCLEAR)];
    let asked_in_vain = [Does::Refuses(202, ""), Does::Refuses(404, "")];
    let never_answers = vec![timeout(); 40];
    for (script, last) in
        [(&cannot_tell[..], "2"), (&queued_first[..], "2"), (&asked_in_vain[..], "1"), (&never_answers[..], "1")]
    {
        let browser = Browser::new();
        let app = with_receiver(&browser, Receiver::Relay, true).await;
        let webhook = Webhook::of(&browser, script.to_vec());
        let run = reported(&app, &browser).await;
        app.work().await;
        assert!(matches!(delivery(&browser), Delivery::Unclear { .. }), "{script:?}: {:?}", delivery(&browser));
        webhook.script.borrow_mut().clear();
        assert_eq!(app.handle(Command::SendReport { run: run.clone() }).await, Reply::Done);
        app.work().await;
        assert_eq!(webhook.posts().last(), Some(&format!("{run}-{last}")), "{script:?}");
        assert!(matches!(delivery(&browser), Delivery::Delivered { .. }), "{script:?}: {:?}", delivery(&browser));
    }
}

#[tokio::test]
async fn a_relay_that_never_tells_is_asked_for_half_an_hour() {
    let browser = Browser::new();
    let app = with_receiver(&browser, Receiver::Relay, true).await;
    let queued = r#"{"status":"queued"}"#;
    Webhook::of(&browser, vec![Does::Refuses(202, queued); 200]);
    reported(&app, &browser).await;
    app.work().await;
    assert!(matches!(delivery(&browser), Delivery::Unclear { .. }), "{:?}", delivery(&browser));
    let all: u32 = browser.waits().iter().sum();
    assert!((30 * 60_000..32 * 60_000).contains(&all), "{all}");
}

#[tokio::test]
async fn a_run_that_ends_is_reported_at_once_when_the_submitter_says_so_and_a_cancelled_one_never() {
    let browser = Browser::new();
    let app = with_receiver(&browser, Receiver::Slack, false).await;
    let webhook = Webhook::of(&browser, []);
    let run = verified(&app, &browser, false).await;
    assert_eq!(run.verdict(), Some(Verdict::Pass));
    assert!(matches!(delivery(&browser), Delivery::Delivered { .. }), "{:?}", delivery(&browser));
    assert_eq!(webhook.posts(), [format!("{}-1", run.plan.id)]);

    browser.answers(|_| None);
    app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
    let cancels = async {
        tokio::task::yield_now().await;
        app.handle(Command::Cancel).await
    };
    let ((), reply) = tokio::join!(app.work(), cancels);
    assert_eq!((reply, webhook.posts().len()), (Reply::Done, 1));
}

#[tokio::test]
async fn a_run_that_was_found_long_after_its_click_is_not_reported_unasked() {
    for (away, delivered) in [(3, true), (16, false)] {
        let browser = Browser::new();
        let app = with_receiver(&browser, Receiver::Slack, false).await;
        browser.answers(|_| None);
        app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
        killed_at_work(app).await;
        browser.time_passes(SignedDuration::from_mins(away));
        let webhook = Webhook::of(&browser, []);
        let app = started(&browser).await;
        app.work().await;
        assert_eq!(webhook.posts().len(), usize::from(delivered), "{away} min");
        assert_eq!(delivery(&browser) == Delivery::Preview, !delivered, "{away} min");
    }
}

#[tokio::test]
async fn a_trial_passes_what_waits_and_tells_at_once_what_came_of_it() {
    for (does, is_expected) in [
        (Does::Says, (|came| matches!(came, Delivery::Delivered { .. })) as Expected),
        (
            Does::Refuses(503, ""),
            |came| matches!(came, Delivery::Failed { detail } if detail.contains("(status 503). Try again in a minute")),
        ),
        (Does::Refuses(403, ""), |came| matches!(came, Delivery::Failed { .. })),
        (Does::Fails(TIMEOUT), |came| matches!(came, Delivery::Unclear { .. })),
    ] {
        let browser = Browser::new();
        let app = with_receiver(&browser, Receiver::Relay, true).await;
        let webhook = Webhook::of(&browser, [Does::Waits(503, "240"), does.clone()]);
        reported(&app, &browser).await;
        app.work().await;
        for _ in 0..2 {
            assert_eq!(app.handle(Command::SendTrial).await, Reply::Done);
            assert_eq!(refusal(app.handle(Command::SendTrial).await), Problem::Busy);
            app.work().await;
            let trial = state(&browser).trial.unwrap();
            if webhook.posts().len() == 2 {
                assert!(is_expected(&trial), "{does:?}: {trial:?}");
            }
        }
        let posts = webhook.posts();
        assert_eq!(posts.len(), 3);
        assert_ne!(posts[1], posts[2]);
        assert!(matches!(delivery(&browser), Delivery::Waiting { .. }));
        assert_eq!(state(&browser).left_reports, []);
    }
}

#[tokio::test]
async fn what_may_have_been_said_is_not_said_again_by_another_webhook() {
    let browser = Browser::new();
    let app = with_receiver(&browser, Receiver::Relay, true).await;
    let webhook = Webhook::of(&browser, [Does::SaysAndFails(TIMEOUT)]);
    reported(&app, &browser).await;
    browser.waits_forever();
    killed_at_work(app).await;
    browser.waits_no_more_than_an_instant();
    let app = started(&browser).await;
    assert!(matches!(delivery(&browser), Delivery::Waiting { .. }));
    save(&app, SettingsForm { receiver: Some(Chosen::Is(Receiver::Slack)), ..form() }).await;
    app.work().await;
    assert!(matches!(delivery(&browser), Delivery::Unclear { .. }), "{:?}", delivery(&browser));
    assert_eq!(webhook.posts().len(), 1);
}

#[tokio::test]
async fn a_webhook_that_is_removed_or_moves_takes_what_belongs_to_it_along() {
    let browser = Browser::new();
    let app = with_receiver(&browser, Receiver::Signed, false).await;
    save(&app, SettingsForm { secret: Some(SECRET.into()), ..form() }).await;
    assert!(state(&browser).settings.reporting.signed);
    let signed = Some(Chosen::Is(Receiver::Signed));
    let elsewhere = Some("https://hooks.example.org/other".into());
    // The form still says what stood at the other end before.
    save(&app, SettingsForm { webhook: elsewhere, receiver: signed, ..form() }).await;
    let reporting = state(&browser).settings.reporting;
    assert_eq!((reporting.signed, reporting.chosen, reporting.at_once), (false, None, true));
    save(&app, SettingsForm { webhook: Some(String::new()), ..form() }).await;
    let reporting = state(&browser).settings.reporting;
    assert_eq!((reporting.guess, reporting.at_once), (None, true));
    let bad = SettingsForm { secret: Some("hunter2".into()), ..form() };
    let Problem::BadSetting { detail } = refusal(app.handle(Command::SaveSettings { form: bad }).await) else {
        panic!("it is no secret")
    };
    assert!(!detail.contains("hunter2"), "{detail}");
}

#[tokio::test]
async fn an_outbox_that_cannot_be_read_sends_nothing_unasked_also_when_it_is_removed() {
    let browser = Browser::new();
    let app = with_receiver(&browser, Receiver::Slack, false).await;
    let webhook = Webhook::of(&browser, []);
    verified(&app, &browser, false).await;
    browser.put(Area::Local, "outbox", r#"{"schema":99,"data":{}}"#);
    let app = started(&browser).await;
    app.work().await;
    assert!(matches!(delivery(&browser), Delivery::Unclear { .. }), "{:?}", delivery(&browser));
    let what = || "sent reports".to_owned();
    app.handle(Command::ExportStored { what: what() }).await;
    assert_eq!(app.handle(Command::StartAnew { what: what() }).await, Reply::Done);
    app.work().await;
    let app = started(&browser).await;
    app.work().await;
    assert!(matches!(delivery(&browser), Delivery::Unclear { .. }), "{:?}", delivery(&browser));
    assert_eq!(webhook.posts().len(), 1);
}

#[tokio::test]
async fn the_webhook_and_its_secret_are_shown_and_kept_nowhere_but_in_the_settings() {
    for receiver in Receiver::ALL {
        let browser = Browser::new();
        let app = with_receiver(&browser, receiver, true).await;
        save(&app, SettingsForm { secret: Some(SECRET.into()), ..form() }).await;
        let said = format!("cannot load {WEBHOOK} or /hook/secret-token");
        let script = [
            Does::Fails(TransportError::Refused { detail: said.clone() }),
            Does::Refuses(202, r#"{"status":"queued"}"#),
            Does::Refuses(200, r#"{"status":"refused","detail":"no post to /hook/secret-token"}"#),
        ];
        Webhook::of(&browser, script);
        reported(&app, &browser).await;
        app.work().await;
        app.handle(Command::SendTrial).await;
        app.work().await;
        for (area, key) in [
            (Area::Session, "state"),
            (Area::Session, "carried"),
            (Area::Local, "runs"),
            (Area::Local, "outbox"),
            (Area::Local, "reminders"),
        ] {
            let text = browser.kept(area, key).unwrap_or_default();
            assert!(!text.contains("secret-token") && !text.contains("MfKQ9r8"), "{receiver:?} {key}: {text}");
        }
        assert!(browser.kept(Area::Local, "settings").unwrap().contains("secret-token"));
        let shown = format!("{:?}", state(&browser));
        assert!(!shown.contains("secret-token") && !shown.contains("MfKQ9r8"), "{receiver:?}");
    }
}

#[tokio::test]
async fn a_storage_that_is_full_sends_nothing_that_it_could_not_note() {
    let browser = Browser::new();
    let app = with_receiver(&browser, Receiver::Slack, true).await;
    let webhook = Webhook::of(&browser, []);
    let run = verified(&app, &browser, false).await.plan.id;
    browser.storage_is_full(true);
    let refused = refusal(app.handle(Command::SendReport { run: run.clone() }).await);
    assert!(matches!(refused, Problem::Storage { .. }), "{refused:?}");
    assert_eq!((delivery(&browser), webhook.posts().len()), (Delivery::Preview, 0));
    browser.storage_is_full(false);
    // There is room for the wish alone at first.
    browser.is_full_after(1, 1);
    assert_eq!(app.handle(Command::SendReport { run }).await, Reply::Done);
    app.work().await;
    assert!(matches!(delivery(&browser), Delivery::Delivered { .. }));
    assert_eq!((browser.waits().len(), webhook.posts().len()), (1, 1));
}

#[tokio::test]
async fn the_alarm_is_set_for_what_a_stopped_worker_left_behind() {
    let browser = Browser::new();
    let app = with_receiver(&browser, Receiver::Relay, true).await;
    browser.answers(|request| if request.url.starts_with(WEBHOOK) { None } else { wikimedia(false)(request) });
    reported(&app, &browser).await;
    killed_at_work(app).await;
    let soon: Timestamp = browser.now() + SignedDuration::from_secs(30);
    assert!(browser.alarm().is_some_and(|alarm| alarm <= soon), "{:?}", browser.alarm());
}
