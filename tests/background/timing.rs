// SPDX-License-Identifier: GPL-2.0-or-later
//! When a run sent each request, as its evidence tells it: from the click, and of the request that was answered.

use super::fake::{Browser, page};
use super::{DEBUG, PRODUCTION, URL, prepared, server_of, verified, wikimedia};
use backport_verify::exchange::{Request, TransportError};
use jiff::SignedDuration;
use std::cell::Cell;

/// Time goes on by a quarter of a second with each request for the page, which is answered by `answer`.
fn slowly(browser: &Browser, answer: impl Fn(&Request, u32) -> super::fake::Answer + 'static) {
    let (usual, clock, asked) = (wikimedia(false), browser.clone(), Cell::new(0));
    browser.answers(move |request: &Request| {
        if !request.url.starts_with(URL) {
            return usual(request);
        }
        clock.time_passes(SignedDuration::from_millis(250));
        asked.set(asked.get() + 1);
        answer(request, asked.get())
    });
}

fn fresh(request: &Request) -> super::fake::Answer {
    page(request, server_of(request), "pass", "eventcoordinator")
}

#[tokio::test]
async fn a_request_is_told_with_its_time_since_the_click() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    slowly(&browser, |request, _| fresh(request));
    let journal = verified(&app, &browser, false).await;
    let sent: Vec<_> = journal.outcomes.values().map(|outcome| outcome.evidence.sent_ms).collect();
    assert_eq!(sent, [Some(0), Some(250)]);
    let servers: Vec<_> = journal.outcomes.values().filter_map(|outcome| outcome.evidence.server.clone()).collect();
    assert_eq!(servers, [DEBUG, PRODUCTION]);
}

#[tokio::test]
async fn what_was_asked_again_past_a_cache_is_told_with_the_time_of_the_second_request() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    slowly(&browser, |request, asked| {
        if asked == 1 { page(request, server_of(request), "hit-front", "eventcoordinator") } else { fresh(request) }
    });
    let journal = verified(&app, &browser, false).await;
    let told: Vec<_> = journal.outcomes.values().map(|outcome| &outcome.evidence).collect();
    let again: Vec<_> = told.iter().map(|told| told.repeated_past_cache).collect();
    assert_eq!(again, [true, false]);
    assert_eq!((told[0].sent_ms, told[1].sent_ms), (Some(250), Some(500)));
}

#[tokio::test]
async fn what_was_not_answered_is_told_with_how_long_it_was_waited_for() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    slowly(&browser, |_, _| Some(Err(TransportError::Timeout { after_ms: 1000 })));
    let journal = verified(&app, &browser, false).await;
    let told = journal.outcomes.values().map(|outcome| &outcome.evidence);
    let told: Vec<_> = told.map(|told| (told.status, told.sent_ms, told.elapsed_ms)).collect();
    assert_eq!(told, [(None, Some(0), 250), (None, Some(250), 250)]);
}
