// SPDX-License-Identifier: GPL-2.0-or-later
//! The HTTP side: takes posts, and tells how they stand. `docs/relay.md` has the whole of it.
//!
//! Must not say anything itself: a post is answered once it is in the queue on disk, or not taken at all.

use super::allowance::Allowance;
use super::channel::Speaker;
use super::courier::Desk;
use super::health::{health, metrics};
use super::post::{Refusal, id, wanted};
use super::queue::{Standing, State, Taken};
use super::store::{Store, StoreError};
use super::tokens::{Holder, holder};
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State as Shared};
use axum::http::header::{LOCATION, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::timeout;

/// The longest body, in bytes.
const BODY_LIMIT: usize = 8 * 1024;
/// How long a post waits for its line to be said: less than senders wait for an answer, and so less than the channel's
/// `confirm`, and too short for the pace where more than seven lines come at once. What has not ended by then is answered
/// as queued, and can be asked for.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// All refusals together have one allowance in the log, since nobody knows whose they are. No token has this number.
const EVERYBODY: i64 = 0;
/// When to try again where too many lines wait.
const TOO_MANY_WAIT: Duration = Duration::from_secs(30);
/// When to try again where too many connections are open: those that ask nothing are closed after `headers`.
const CROWDED_WAIT: Duration = Duration::from_secs(5);

/// All that answers need.
#[derive(Debug)]
pub(super) struct Hook {
    /// Who may post.
    pub(super) store: Store,
    /// What was posted.
    pub(super) desk: Arc<Desk>,
    /// Whether it can be said.
    pub(super) speaker: Speaker,
    /// How much each may post.
    pub(super) allowance: Allowance,
    /// How many of those that may not post, or not so fast, are told in the log.
    pub(super) told_refusals: Allowance,
    /// How long a client may take for its body.
    pub(super) body: Duration,
    /// How long a line may wait to be said.
    pub(super) keep_for: Duration,
    /// When the relay began.
    pub(super) began: Instant,
    /// Whether the relay is to end.
    pub(super) closing: watch::Receiver<bool>,
}

/// Everything that is answered.
pub(super) fn router(hook: Arc<Hook>) -> Router {
    Router::new()
        .route("/hook/{token}", post(take))
        // As it is pasted from where addresses end in it.
        .route("/hook/{token}/", post(take))
        .route("/hook/{token}/posts/{id}", get(standing))
        .route("/healthz", get(health))
        .route("/metrics", get(metrics))
        .fallback(|| async { (StatusCode::NOT_FOUND, "not_found") })
        .with_state(hook)
}

/// What is answered to everything where there is no room for one more connection.
pub(super) fn crowded() -> Router {
    Router::new().fallback(|headers: HeaderMap| async move {
        refused(&Turned { refusal: CROWDED, again: Some(CROWDED_WAIT) }, !headers.contains_key("webhook-id"))
    })
}

const UNKNOWN: Refusal =
    Refusal::new(StatusCode::FORBIDDEN, "invalid_token", "this token may not post; ask for a new one");
const TOO_LARGE: Refusal =
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "expected a body of at most 8192 bytes");
const TOO_SLOW: Refusal =
    Refusal::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "expected the whole body within ten seconds");
const FULL: Refusal = Refusal::new(
    StatusCode::INSUFFICIENT_STORAGE,
    "storage_full",
    "the relay's disk takes no more; nothing was taken, send it again later",
);
const STORE: Refusal = Refusal::new(
    StatusCode::INTERNAL_SERVER_ERROR,
    "storage_failed",
    "the relay cannot use its file; nothing was taken, send it again later",
);
const NO_POST: Refusal = Refusal::new(StatusCode::NOT_FOUND, "unknown_post", "this token sent no such id within a day");
const RATE: Refusal = Refusal::new(
    StatusCode::TOO_MANY_REQUESTS,
    "rate_limited",
    "this token posts too fast; nothing was taken, send it again later",
);
const BUSY: Refusal = Refusal::new(
    StatusCode::SERVICE_UNAVAILABLE,
    "too_many_waiting",
    "too many lines wait for the channel; nothing was taken, send it again later",
);

const CROWDED: Refusal = Refusal::new(
    StatusCode::SERVICE_UNAVAILABLE,
    "too_many_connections",
    "too many connections are open; nothing was taken, send it again later",
);

/// Why a post is not taken, and when it may be tried again.
#[derive(Debug)]
struct Turned {
    refusal: Refusal,
    again: Option<Duration>,
}

impl From<Refusal> for Turned {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, again: None }
    }
}

impl From<StoreError> for Turned {
    fn from(error: StoreError) -> Self {
        (if matches!(error, StoreError::Full) { FULL } else { STORE }).into()
    }
}

/// A post that is in the queue, as it stands.
#[derive(Debug)]
struct Accepted {
    id: String,
    state: State,
    detail: String,
}

async fn take(Shared(hook): Shared<Arc<Hook>>, Path(token): Path<String>, headers: HeaderMap, body: Body) -> Response {
    let came = accept(&hook, &token, &headers, body).await;
    // Programs that send an id read JSON; those that know Slack's webhooks read its words.
    let words = !headers.contains_key("webhook-id");
    let (status, word) = match &came {
        Ok(accepted) => (status(accepted.state), accepted.state.told()),
        Err(turned) => (turned.refusal.status, turned.refusal.word),
    };
    hook.desk.numbers.answered(status);
    let id = came.as_ref().map(|accepted| accepted.id.as_str()).unwrap_or_default();
    // Whoever floods the relay must not flood its log.
    let is_refusal = matches!(status, StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS);
    if !is_refusal || hook.told_refusals.take(EVERYBODY, hook.began.elapsed()).is_ok() {
        tracing::info!(status = status.as_u16(), answer = word, id, "a post was answered");
    }
    match came {
        Ok(accepted) => told(accepted, &token, words),
        Err(turned) => refused(&turned, words),
    }
}

const fn status(state: State) -> StatusCode {
    match state {
        State::Said => StatusCode::OK,
        State::Refused => StatusCode::BAD_GATEWAY,
        State::Queued | State::Sending | State::Unclear | State::Late => StatusCode::ACCEPTED,
    }
}

fn told(Accepted { id, state, detail }: Accepted, token: &str, words: bool) -> Response {
    let place = HeaderValue::from_str(&format!("/hook/{token}/posts/{id}")).ok();
    let mut answer = if words {
        // Slack's word for a post that it has taken.
        let word = if matches!(state, State::Said | State::Queued | State::Sending) { "ok" } else { state.told() };
        (status(state), word).into_response()
    } else {
        (status(state), Json(told_of(&id, state, &detail))).into_response()
    };
    if let Some(place) = place.filter(|_| state != State::Said) {
        answer.headers_mut().insert(LOCATION, place);
    }
    answer
}

fn told_of(id: &str, state: State, detail: &str) -> serde_json::Value {
    if detail.is_empty() {
        json!({ "id": id, "status": state.told() })
    } else {
        json!({ "id": id, "status": state.told(), "detail": detail })
    }
}

fn refused(Turned { refusal, again }: &Turned, words: bool) -> Response {
    let Refusal { status, word, detail } = *refusal;
    let mut answer = if words {
        (status, word).into_response()
    } else {
        (status, Json(json!({ "error": word, "detail": detail }))).into_response()
    };
    if let Some(again) = again {
        let seconds = again.as_secs() + u64::from(again.subsec_nanos() > 0);
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    answer
}

async fn known(hook: &Hook, token: &str) -> Result<Holder, Turned> {
    let token = token.to_owned();
    hook.store.look(move |sql| holder(sql, &token)).await?.ok_or_else(|| UNKNOWN.into())
}

async fn accept(hook: &Hook, token: &str, headers: &HeaderMap, body: Body) -> Result<Accepted, Turned> {
    let holder = known(hook, token).await?;
    hook.allowance
        .take(holder.token, hook.began.elapsed())
        .map_err(|wait| Turned { refusal: RATE, again: Some(wait) })?;
    let given = id(headers)?;
    let body = timeout(hook.body, to_bytes(body, BODY_LIMIT)).await.map_err(|_| TOO_SLOW)?.map_err(|_| TOO_LARGE)?;
    let wanted = wanted(token, &holder.nick, headers, &body)?;
    let id = given.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    // Before it is taken, so that its end is not missed.
    let ends = hook.desk.ends.subscribe();
    let offered = hook.desk.queue.take(&holder, &id, wanted, Timestamp::now().as_millisecond()).await;
    let standing = match hook.desk.kept(offered)? {
        Taken::TooMany => return Err(Turned { refusal: BUSY, again: Some(TOO_MANY_WAIT) }),
        Taken::New(standing) => {
            hook.desk.new.notify_one();
            standing
        }
        Taken::Known(standing) => standing,
    };
    let Standing { state, detail, .. } = settled(hook, standing, ends).await;
    Ok(Accepted { id, state, detail })
}

/// How a post stands once it has ended, or as it stood when that takes too long.
async fn settled(hook: &Hook, standing: Standing, mut ends: Receiver<Standing>) -> Standing {
    if standing.state.is_final() || !hook.speaker.is_in_channel() {
        return standing;
    }
    let place = standing.place;
    let ended = async {
        loop {
            match ends.recv().await {
                Ok(ended) if ended.place == place => return Some(ended),
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => {
                    let found = hook.desk.queue.at(place).await.ok().flatten();
                    if let Some(found) = found.filter(|found| found.state.is_final()) {
                        return Some(found);
                    }
                }
                Err(RecvError::Closed) => return None,
            }
        }
    };
    let mut closing = hook.closing.clone();
    let ended = tokio::select! {
        ended = timeout(ANSWER_WITHIN, ended) => ended.ok().flatten(),
        _ = closing.wait_for(|closing| *closing) => None,
    };
    ended.unwrap_or(standing)
}

async fn standing(Shared(hook): Shared<Arc<Hook>>, Path((token, id)): Path<(String, String)>) -> Response {
    let found = async {
        let holder = known(&hook, &token).await?;
        let found = hook.desk.queue.find(holder.token, &id).await?;
        Ok::<_, Turned>(found.ok_or(NO_POST)?)
    };
    match found.await {
        Ok(Standing { state, detail, .. }) => Json(told_of(&id, state, &detail)).into_response(),
        Err(turned) => refused(&turned, false),
    }
}
