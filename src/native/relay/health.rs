// SPDX-License-Identifier: GPL-2.0-or-later
//! How the relay does, for a monitor: `/healthz` and `/metrics`.
//!
//! Must not name a nick, a token, an id or an address, and must not repeat what a server said.

use super::channel::{Presence, State};
use super::hook::Hook;
use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Whether what is posted now can be taken, and be said before it is too late.
///
/// A channel that is away for a minute is no fault: lines wait for it. One that has been away for longer than lines are
/// kept is, for nothing that was posted meanwhile was said.
pub(super) async fn health(Shared(hook): Shared<Arc<Hook>>) -> Response {
    let waiting = hook.desk.queue.waiting().await.ok();
    let presence = hook.speaker.presence();
    let is_kept = hook.desk.is_kept.load(Ordering::Relaxed) && waiting.is_some();
    let is_away = presence.out_for().is_some_and(|out| out >= hook.keep_for);
    let mut reasons = vec![];
    reasons.extend(is_away.then_some("the relay has been out of its channel for longer than a line may wait"));
    reasons.extend((!is_kept).then_some("the relay's file could not be used at the last try"));
    reasons.extend((*hook.closing.borrow()).then_some("the relay is ending"));
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let word = if reasons.is_empty() { "ok" } else { "not_ready" };
    let body = json!({ "status": word, "channel": told(&presence), "waiting": waiting, "reasons": reasons });
    (status, Json(body)).into_response()
}

fn told(presence: &Presence) -> Value {
    let (state, since) = (presence.state.name(), presence.since);
    match presence.state {
        State::Refused(bar) => json!({ "state": state, "since": since, "reason": bar.to_string() }),
        State::Joined | State::Connecting => json!({ "state": state, "since": since }),
    }
}

/// The same and what was counted, for Prometheus.
pub(super) async fn metrics(Shared(hook): Shared<Arc<Hook>>) -> Response {
    let waiting = hook.desk.queue.waiting().await.unwrap_or_default();
    let text = hook.desk.numbers.text(&hook.speaker.presence(), waiting);
    ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response()
}
