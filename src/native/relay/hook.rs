// SPDX-License-Identifier: GPL-2.0-or-later
//! The webhook: what is posted, and what is answered. The words are those of Slack's webhooks
//! (<https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors>).

use super::channel::{Speaker, Unsaid};
use super::log;
use super::tokens::Tokens;
use crate::report::{WIRE_LIMIT, clean_line, slack_text};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use std::sync::Arc;
use std::time::Duration;

/// The longest body, in bytes.
const BODY_LIMIT: usize = 8 * 1024;

/// How long a client may take for its body.
const BODY_TIME: Duration = Duration::from_secs(10);

#[derive(Debug)]
struct Hook {
    tokens: Tokens,
    speaker: Speaker,
}

type Answer = (StatusCode, &'static str);

/// `POST /hook/<token>` and `GET /healthz`.
pub(super) fn router(tokens: Tokens, speaker: Speaker) -> Router {
    Router::new()
        .route("/hook/{token}", post(take))
        .route("/healthz", get(health))
        .fallback(|| async { (StatusCode::NOT_FOUND, "not_found") })
        .with_state(Arc::new(Hook { tokens, speaker }))
}

/// Whether the relay is in its channel.
async fn health(State(hook): State<Arc<Hook>>) -> Answer {
    if hook.speaker.is_in_channel() { (StatusCode::OK, "ok") } else { NOT_CONNECTED }
}

const NOT_CONNECTED: Answer = (StatusCode::SERVICE_UNAVAILABLE, "not_connected");
const INVALID: Answer = (StatusCode::BAD_REQUEST, "invalid_payload");

async fn take(State(hook): State<Arc<Hook>>, Path(token): Path<String>, body: Body) -> Answer {
    let answer = answer(&hook, &token, body).await;
    log(&format!("a post was answered {} {}", answer.0.as_u16(), answer.1));
    answer
}

async fn answer(hook: &Hook, token: &str, body: Body) -> Answer {
    if !hook.tokens.admit(token) {
        return (StatusCode::FORBIDDEN, "invalid_token");
    }
    let Ok(read) = tokio::time::timeout(BODY_TIME, to_bytes(body, BODY_LIMIT)).await else {
        return (StatusCode::REQUEST_TIMEOUT, "too_slow");
    };
    let Ok(bytes) = read else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "too_large");
    };
    let Some(text) = std::str::from_utf8(&bytes).ok().and_then(|body| slack_text(body).ok()) else {
        return INVALID;
    };
    let line = clean_line(&text, WIRE_LIMIT);
    if line.is_empty() {
        return INVALID;
    }
    match hook.speaker.say(line).await {
        Ok(()) => (StatusCode::OK, "ok"),
        Err(Unsaid::NotConnected) => NOT_CONNECTED,
        Err(Unsaid::Refused(_)) => (StatusCode::SERVICE_UNAVAILABLE, "channel_refused"),
        Err(Unsaid::Busy) => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
        Err(Unsaid::NotConfirmed) => (StatusCode::GATEWAY_TIMEOUT, "not_confirmed"),
    }
}
