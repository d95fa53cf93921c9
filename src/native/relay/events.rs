// SPDX-License-Identifier: GPL-2.0-or-later
//! What the channel's bots say, as a stream of server-sent events for those who may post
//! (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).
//!
//! Must not know anything of the channel but these lines, and must not log them.

use super::store::{Store, StoreError};
use super::tokens::holder;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream;
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// Lines that are kept for those who come back.
const KEPT: usize = 100;
/// Streams that one token may have at a time.
const STREAMS: usize = 3;

/// A bot's line.
#[derive(Debug, Clone, Serialize)]
struct Heard {
    /// Its number; a later line has a higher one, also after a restart of the relay.
    #[serde(skip)]
    number: i64,
    at: Timestamp,
    from: String,
    text: String,
}

/// The last lines that were heard, shared by the channel and the streams.
#[derive(Debug, Clone)]
pub(super) struct Ears {
    kept: Arc<Mutex<VecDeque<Arc<Heard>>>>,
    newest: Arc<watch::Sender<i64>>,
}

impl Ears {
    /// None heard yet. Numbers begin at `now` in milliseconds: no relay hears a thousand lines a second.
    pub(super) fn new(now: Timestamp) -> Self {
        Self { kept: Arc::default(), newest: Arc::new(watch::Sender::new(now.as_millisecond())) }
    }

    /// Takes a line; without a time of the server's it was said now.
    pub(super) fn heard(&self, at: Option<Timestamp>, from: String, text: String) {
        let mut kept = locked(&self.kept);
        let number = *self.newest.borrow() + 1;
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(Arc::new(Heard { number, at: at.unwrap_or_else(Timestamp::now), from, text }));
        self.newest.send_replace(number);
    }

    /// The oldest kept line after the one of that number.
    fn after(&self, number: i64) -> Option<Arc<Heard>> {
        locked(&self.kept).iter().find(|heard| heard.number > number).cloned()
    }
}

/// Nothing that runs under these locks can fail half-way.
fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many streams each token has; tokens only as digests.
type Open = Mutex<HashMap<[u8; 32], usize>>;

/// Why there is no place for one more stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Full {
    /// The token has as many as it may.
    Token,
    /// All tokens together have.
    Relay,
}

struct Events {
    ears: Ears,
    store: Store,
    open: Arc<Open>,
    ended: watch::Receiver<bool>,
    keep_alive: Duration,
    /// Streams that all tokens together may have at a time.
    room: usize,
}

impl Events {
    /// Whether the token may post still.
    async fn admits(&self, token: &str) -> Result<bool, StoreError> {
        let token = token.to_owned();
        Ok(self.store.look(move |sql| holder(sql, &token)).await?.is_some())
    }
}

/// `GET /hook/<token>/events`, for the tokens in `store` that may post and `room` streams in all, until `ended` says so.
pub(super) fn router(
    ears: Ears,
    store: Store,
    ended: watch::Receiver<bool>,
    keep_alive: Duration,
    room: usize,
) -> Router {
    let events = Events { ears, store, open: Arc::default(), ended, keep_alive, room };
    Router::new().route("/hook/{token}/events", get(open)).with_state(Arc::new(events))
}

/// A place among a token's streams; given back when the stream is dropped.
struct Seat {
    open: Arc<Open>,
    whose: [u8; 32],
}

impl Seat {
    fn take(open: &Arc<Open>, token: &str, room: usize) -> Result<Self, Full> {
        let whose = Sha256::digest(token).into();
        let mut seats = locked(open);
        let (of_all, of_token) = (seats.values().sum::<usize>(), seats.get(&whose).copied().unwrap_or_default());
        if of_token >= STREAMS {
            return Err(Full::Token);
        }
        if of_all >= room {
            return Err(Full::Relay);
        }
        seats.insert(whose, of_token + 1);
        Ok(Self { open: open.clone(), whose })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = locked(&self.open);
        if let Some(count) = seats.get_mut(&self.whose) {
            *count -= 1;
            if *count == 0 {
                seats.remove(&self.whose);
            }
        }
    }
}

async fn open(State(events): State<Arc<Events>>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    match events.admits(&token).await {
        Ok(true) => {}
        Ok(false) => return (StatusCode::FORBIDDEN, "invalid_token").into_response(),
        Err(error) => {
            tracing::error!("{error}");
            return (StatusCode::INTERNAL_SERVER_ERROR, "storage_failed").into_response();
        }
    }
    let seat = match Seat::take(&events.open, &token, events.room) {
        Ok(seat) => seat,
        Err(Full::Token) => return (StatusCode::TOO_MANY_REQUESTS, "too_many_streams").into_response(),
        Err(Full::Relay) => return (StatusCode::SERVICE_UNAVAILABLE, "too_many_streams").into_response(),
    };
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let stream = stream::unfold(Listener::new(events, token, seat, last), async |mut listener| {
        let event = listener.next().await?;
        Some((Ok::<_, Infallible>(event), listener))
    });
    ([("x-accel-buffering", "no")], Sse::new(stream)).into_response()
}

/// One open stream.
struct Listener {
    events: Arc<Events>,
    token: String,
    _seat: Seat,
    last: i64,
    newest: watch::Receiver<i64>,
    ended: watch::Receiver<bool>,
    beat: Instant,
}

impl Listener {
    /// A stream of what comes after the line `last`, or after now.
    fn new(events: Arc<Events>, token: String, seat: Seat, last: Option<i64>) -> Self {
        let newest = events.ears.newest.subscribe();
        let now = *newest.borrow();
        // A later number is of a relay whose clock went ahead of this one's: it has heard none of these lines.
        let last = last.map_or(now, |last| if last > now { i64::MIN } else { last });
        Self { last, newest, ended: events.ended.clone(), beat: Instant::now(), token, _seat: seat, events }
    }

    /// The next event or sign of life; `None` when the stream is over.
    async fn next(&mut self) -> Option<Event> {
        loop {
            // Where the file does not tell, the stream ends too: whoever comes back is told why.
            if *self.ended.borrow() || !self.events.admits(&self.token).await.unwrap_or(false) {
                return None;
            }
            self.newest.mark_unchanged();
            if let Some(heard) = self.events.ears.after(self.last) {
                self.last = heard.number;
                return event(&heard);
            }
            tokio::select! {
                changed = self.newest.changed() => changed.ok()?,
                _ = self.ended.wait_for(|ended| *ended) => return None,
                // The first is sent at once: it tells that the stream is open.
                () = sleep_until(self.beat) => {
                    self.beat = Instant::now() + self.events.keep_alive;
                    return Some(Event::default().comment(""));
                }
            }
        }
    }
}

fn event(heard: &Heard) -> Option<Event> {
    Event::default().id(heard.number.to_string()).event("heard").json_data(heard).ok()
}

#[cfg(test)]
mod tests {
    use super::{Ears, Events, Full, Listener, Open, STREAMS, Seat};
    use crate::native::relay::store::Store;
    use crate::native::relay::tokens;
    use jiff::Timestamp;
    use std::sync::Arc;
    use std::time::Duration;
    use tokio::sync::watch;

    #[test]
    fn the_last_hundred_lines_are_kept_in_their_order() {
        let ears = Ears::new(Timestamp::from_millisecond(1000).unwrap());
        for line in 1..=120 {
            ears.heard(None, "logmsgbot".into(), line.to_string());
        }
        let mut last = 0;
        let mut texts = vec![];
        while let Some(heard) = ears.after(last) {
            last = heard.number;
            texts.push(heard.text.clone());
        }
        assert_eq!(texts, (21..=120).map(|line| line.to_string()).collect::<Vec<_>>());
        assert_eq!(last, 1120);
    }

    #[test]
    fn a_seat_that_is_given_back_can_be_taken_again() {
        let open: Arc<Open> = Arc::default();
        let full = |token: &str, room| Seat::take(&open, token, room).err();
        let mut seats: Vec<_> = (0..STREAMS).map(|_| Seat::take(&open, "token", STREAMS + 1).unwrap()).collect();
        assert_eq!((full("token", STREAMS + 1), full("other", STREAMS + 1)), (Some(Full::Token), None));
        assert_eq!(full("other", STREAMS), Some(Full::Relay));
        seats.pop();
        assert_eq!((full("token", STREAMS), full("other", STREAMS)), (None, None));
    }

    #[tokio::test]
    async fn who_comes_with_a_number_from_before_the_clock_was_set_back_misses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("relay.sqlite3"), None).unwrap();
        let (_, token) = tokens::add(&store, "alice", "").unwrap();
        let ears = Ears::new(Timestamp::UNIX_EPOCH);
        ears.heard(None, "logmsgbot".into(), "one".into());
        let events = Arc::new(Events {
            ears,
            store,
            open: Arc::default(),
            ended: watch::channel(false).1,
            keep_alive: Duration::from_secs(15),
            room: 1,
        });
        let seat = Seat::take(&events.open, &token, events.room).unwrap();
        let mut listener = Listener::new(events, token, seat, Some(1_800_000_000_000));
        assert!(listener.next().await.is_some());
        assert_eq!(listener.last, 1);
    }

    #[tokio::test]
    async fn the_stream_of_a_revoked_token_ends_before_the_next_line() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("relay.sqlite3"), None).unwrap();
        let (_, token) = tokens::add(&store, "alice", "").unwrap();
        let ears = Ears::new(Timestamp::UNIX_EPOCH);
        let events = Arc::new(Events {
            ears: ears.clone(),
            store: store.clone(),
            open: Arc::default(),
            ended: watch::channel(false).1,
            keep_alive: Duration::from_secs(15),
            room: 1,
        });
        let seat = Seat::take(&events.open, &token, events.room).unwrap();
        let mut listener = Listener::new(events, token, seat, None);
        ears.heard(None, "logmsgbot".into(), "one".into());
        assert!(listener.next().await.is_some());
        tokens::revoke(&store, "alice").unwrap();
        ears.heard(None, "logmsgbot".into(), "two".into());
        assert!(listener.next().await.is_none());
    }
}
