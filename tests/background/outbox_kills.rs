// SPDX-License-Identifier: GPL-2.0-or-later
//! The worker is stopped at every moment between the click on "Verify" and the line in the channel, and nobody presses
//! anything more: a receiver that knows ids gets the line exactly once, another one never twice.

use super::GERRIT;
use super::fake::Browser;
use super::kills::unless_stopped;
use super::outbox::{Does, Webhook, with_receiver};
use super::state;
use backport_verify::app::{App, Command, Delivery, Reply};
use backport_verify::exchange::TransportError;
use backport_verify::report::Receiver;
use jiff::SignedDuration;

/// What the webhook does before it says the line.
fn script(trouble: bool) -> Vec<Does> {
    let timeout = TransportError::Timeout { after_ms: 20_000 };
    if trouble { vec![Does::Refuses(503, ""), Does::SaysAndFails(timeout), Does::Refuses(429, "")] } else { Vec::new() }
}

/// Stops the worker at these moments, one after the other; gives how many there were after the last, what became of the
/// line, and how often it was said.
async fn played(receiver: Receiver, trouble: bool, restarts: bool, stops: &[usize]) -> (usize, Delivery, usize) {
    let (moments, delivery, webhook) = played_with(receiver, script(trouble), 0, restarts, stops).await;
    (moments, delivery, webhook.channel(receiver).len())
}

/// The same with a webhook that does this first, and a submitter who says "Send again" so often while it is not certain.
async fn played_with(
    receiver: Receiver,
    script: Vec<Does>,
    mut again: usize,
    restarts: bool,
    stops: &[usize],
) -> (usize, Delivery, Webhook) {
    let browser = Browser::new();
    let first = with_receiver(&browser, receiver, false).await;
    let webhook = Webhook::of(&browser, script);
    let mut stops = stops.iter().copied();
    let mut app = Some(first);
    browser.stops_the_worker_at(stops.next());
    loop {
        let living = app.take();
        let goes_on = async {
            let app = if let Some(app) = living {
                app
            } else {
                let app = App::new(browser.clone());
                app.start().await;
                app
            };
            if state(&browser).run_of(GERRIT, false).is_none() {
                app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
            }
            app.work().await;
            while again > 0 && is_unclear(&browser) {
                let run = state(&browser).run_of(GERRIT, false).unwrap().journal.plan.id.clone();
                if app.handle(Command::SendReport { run }).await == Reply::Done {
                    again -= 1;
                }
                app.work().await;
            }
        };
        if unless_stopped(&browser, Box::pin(goes_on)).await.is_some() {
            break;
        }
        browser.stops_the_worker_at(stops.next());
        browser.time_passes(SignedDuration::from_secs(5));
        if restarts {
            browser.is_restarted();
            // What is shown comes from the session, which is new.
            let app = App::new(browser.clone());
            if unless_stopped(&browser, Box::pin(app.start())).await.is_none() {
                browser.stops_the_worker_at(stops.next());
            }
        }
    }
    let moments = browser.moments();
    let shown = state(&browser);
    assert_eq!((shown.runs.len(), shown.left_reports.len()), (1, 0), "stopped at {stops:?}");
    let report = shown.run_of(GERRIT, false).unwrap().report.clone().unwrap();
    let said = webhook.channel(receiver);
    assert!(said.iter().all(|(_, body)| line_in(body).as_ref() == Some(&report.line)), "{said:?}");
    (moments, report.delivery, webhook)
}

/// The line in a body of ours, or of Slack's.
fn line_in(body: &str) -> Option<String> {
    let body: serde_json::Value = serde_json::from_str(body).ok()?;
    body.pointer("/data/line").or_else(|| body.get("text"))?.as_str().map(str::to_owned)
}

fn is_unclear(browser: &Browser) -> bool {
    let shown = state(browser);
    let report = shown.run_of(GERRIT, false).and_then(|run| run.report.as_ref());
    report.is_some_and(|report| matches!(report.delivery, Delivery::Unclear { .. }))
}

#[tokio::test]
async fn a_receiver_that_knows_ids_gets_the_line_exactly_once_whenever_the_worker_is_stopped() {
    for receiver in [Receiver::Relay, Receiver::Signed] {
        for (trouble, restarts) in [(false, false), (true, false), (true, true)] {
            let (moments, ..) = played(receiver, trouble, restarts, &[]).await;
            assert!(moments > 20, "{moments}");
            for moment in 0..moments {
                let (_, delivery, said) = played(receiver, trouble, restarts, &[moment]).await;
                let what = format!("{receiver:?}, trouble {trouble}, restarts {restarts}, stopped at {moment}");
                assert!(matches!(delivery, Delivery::Delivered { .. }), "{what}: {delivery:?}");
                assert_eq!(said, 1, "{what}");
            }
        }
    }
}

#[tokio::test]
async fn a_receiver_that_knows_ids_gets_the_line_exactly_once_although_the_worker_is_stopped_twice() {
    let (moments, ..) = played(Receiver::Relay, true, false, &[]).await;
    for first in (0..moments).step_by(4) {
        let (rest, ..) = played(Receiver::Relay, true, false, &[first]).await;
        for second in (first % 5..rest).step_by(5) {
            let (_, delivery, said) = played(Receiver::Relay, true, false, &[first, second]).await;
            assert!(matches!(delivery, Delivery::Delivered { .. }), "stopped at {first}, {second}: {delivery:?}");
            assert_eq!(said, 1, "stopped at {first}, {second}");
        }
    }
}

/// What a relay cannot tell of once it never can: only another id is said, and only on the submitter's word.
#[tokio::test]
async fn what_the_relay_cannot_tell_of_is_said_once_more_on_the_submitters_word_whenever_the_worker_is_stopped() {
    let script = || vec![Does::CannotTell];
    let (_, silent, webhook) = played_with(Receiver::Relay, script(), 0, false, &[]).await;
    assert!(matches!(silent, Delivery::Unclear { .. }), "{silent:?}");
    assert_eq!((webhook.posts().len(), webhook.channel(Receiver::Relay).len()), (1, 0));
    for restarts in [false, true] {
        let (moments, ..) = played_with(Receiver::Relay, script(), 1, restarts, &[]).await;
        assert!(moments > 20, "{moments}");
        for moment in 0..moments {
            let (_, delivery, webhook) = played_with(Receiver::Relay, script(), 1, restarts, &[moment]).await;
            let what = format!("restarts {restarts}, stopped at {moment}");
            assert!(matches!(delivery, Delivery::Delivered { .. }), "{what}: {delivery:?}");
            let said = webhook.channel(Receiver::Relay);
            assert!(said.len() == 1 && said[0].0.ends_with("-2"), "{what}: {said:?}");
            let mut ids = webhook.posts();
            ids.dedup();
            assert_eq!(ids.len(), 2, "{what}: {ids:?}");
        }
    }
}

#[tokio::test]
async fn another_receiver_never_gets_the_line_twice_and_is_never_said_to_have_it_without() {
    for trouble in [false, true] {
        let (moments, ..) = played(Receiver::Slack, trouble, false, &[]).await;
        let mut delivered = 0;
        for moment in 0..moments {
            let (_, delivery, said) = played(Receiver::Slack, trouble, false, &[moment]).await;
            match delivery {
                Delivery::Delivered { .. } => {
                    delivered += 1;
                    assert_eq!(said, 1, "stopped at {moment}");
                }
                Delivery::Unclear { .. } => assert!(said <= 1, "stopped at {moment}"),
                other => panic!("stopped at {moment}: {other:?}"),
            }
        }
        assert_eq!(delivered > 0, !trouble);
    }
}
