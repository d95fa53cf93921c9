// SPDX-License-Identifier: GPL-2.0-or-later
//! What the channel's bots announce, as the webhook's stream of server-sent events.
//!
//! Shape: `event: heard`, `id: N`, `data: {"at": …, "from": …, "text": …}`, as the command's relay has it.

use super::exchange::Seen;
use super::scap::BOT;
use super::world::{State, World};
use futures_util::{Stream, StreamExt, stream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::json;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

/// Whose lines are announcements.
const ANNOUNCERS: [&str; 2] = [BOT, "jouncebot"];

type Body = UnsyncBoxBody<Bytes, io::Error>;

/// An event that a listener was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The event as it was sent.
    pub text: String,
    /// How many requests the edge had seen before.
    pub seen: usize,
}

/// Whether somebody wants to listen.
pub fn are_wanted(asked: &Seen) -> bool {
    let token = asked.route().strip_prefix("/hook/").and_then(|rest| rest.strip_suffix("/events"));
    asked.method == "GET" && token.is_some_and(|token| !token.is_empty() && !token.contains('/'))
}

/// All that is announced from now on, or after the event that the listener had last.
pub fn stream(world: &Arc<World>, asked: &Seen) -> Response<Body> {
    let last = asked.header("last-event-id").and_then(|id| id.parse::<usize>().ok());
    let last = last.unwrap_or_else(|| world.look(|state| state.channel.len()));
    let events = stream::unfold((Arc::clone(world), last), async |(world, last)| {
        let (next, text) = world.until(|state| after(state, last)).await;
        world.change(|state| {
            let event = Event { text: text.clone(), seen: state.seen.len() };
            state.events.push(event);
        });
        Some((Ok(Frame::data(Bytes::from(text))), (world, next)))
    });
    answer(StatusCode::OK, HeaderValue::from_static("text/event-stream"), events)
}

/// The next event after the one of this number: its own number, and it as it is sent.
fn after(state: &State, last: usize) -> Option<(usize, String)> {
    let (place, line) = state.channel.iter().enumerate().skip(last).find(|(_, line)| is_announced(&line.nick))?;
    let at = state.times.get(place)?;
    let data = json!({"at": at.to_string(), "from": line.nick, "text": line.text});
    Some((place + 1, format!("event: heard\nid: {}\ndata: {data}\n\n", place + 1)))
}

fn is_announced(nick: &str) -> bool {
    ANNOUNCERS.contains(&nick)
}

/// The stream of a real relay, brought on as it comes.
pub async fn forward(relay: SocketAddr, asked: &Seen) -> Result<Response<Body>, reqwest::Error> {
    let mut request = reqwest::Client::new().get(format!("http://{relay}{}", asked.path));
    if let Some(id) = asked.header("last-event-id") {
        request = request.header("last-event-id", id);
    }
    let response = request.send().await?;
    let kind = response.headers().get(CONTENT_TYPE).cloned();
    let kind = kind.unwrap_or_else(|| HeaderValue::from_static("text/plain"));
    let status = response.status();
    let pieces = stream::unfold(response, async |mut response| match response.chunk().await {
        Ok(piece) => Some((Ok(Frame::data(piece?)), response)),
        Err(error) => Some((Err(io::Error::other(error)), response)),
    });
    Ok(answer(status, kind, pieces))
}

fn answer(
    status: StatusCode,
    kind: HeaderValue,
    pieces: impl Stream<Item = io::Result<Frame<Bytes>>> + Send + 'static,
) -> Response<Body> {
    // Whoever stands between lets the head of an answer go with its first piece.
    let first = stream::once(async { Ok(Frame::data(Bytes::from_static(b": here\n\n"))) });
    let pieces = if status == StatusCode::OK { first.chain(pieces).left_stream() } else { pieces.right_stream() };
    let mut response = Response::new(StreamBody::new(pieces).boxed_unsync());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
