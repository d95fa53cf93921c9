// SPDX-License-Identifier: GPL-2.0-or-later
//! What the relay counts, as Prometheus reads it.
//!
//! Must not have a label that a sender chooses: no nick, no token, no id.

use super::channel::{self, Presence};
use super::queue::State;
use axum::http::StatusCode;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

type Labelled = Family<[(&'static str, String); 1], Counter>;

/// The connections of the HTTP side. Clones share what they count.
#[derive(Debug, Clone, Default)]
pub(super) struct Connections {
    /// Those that are open.
    pub(super) open: Gauge,
    /// Those for which there was no room.
    pub(super) turned_away: Counter,
}

/// All that is counted.
#[derive(Debug)]
pub(super) struct Numbers {
    registry: Registry,
    posts: Labelled,
    lines: Labelled,
    waiting: Gauge,
    in_channel: Gauge,
    channel: Family<[(&'static str, &'static str); 1], Gauge>,
    since: Gauge,
    /// What the HTTP side counts.
    pub(super) connections: Connections,
    returns: Counter,
    last_said: Gauge,
}

impl Numbers {
    /// Nothing counted yet; each outcome is there from the start, so that its absence means something.
    pub(super) fn new() -> Self {
        let (posts, lines) = (Labelled::default(), Labelled::default());
        let (waiting, in_channel, last_said) = (Gauge::default(), Gauge::default(), Gauge::default());
        let (channel, since) = (Family::default(), Gauge::default());
        let (returns, connections) = (Counter::default(), Connections::default());
        for state in [State::Said, State::Unclear, State::Refused, State::Late] {
            drop(lines.get_or_create(&[("outcome", state.told().to_owned())]));
        }
        let mut registry = Registry::with_prefix("backport_verify_relay");
        registry.register("posts", "Posts by the status of their answer", posts.clone());
        registry.register("lines", "Lines by what became of them", lines.clone());
        registry.register("waiting", "Lines that wait to be said", waiting.clone());
        registry.register("in_channel", "1 while the relay is in its channel", in_channel.clone());
        registry.register("channel_state", "1 for how the relay stands to its channel", channel.clone());
        registry.register(
            "channel_since_timestamp_seconds",
            "Since when it is in its channel, or out of it, Unix time",
            since.clone(),
        );
        registry.register("connections", "HTTP connections that are open", connections.open.clone());
        registry.register(
            "connections_turned_away",
            "HTTP connections for which there was no room",
            connections.turned_away.clone(),
        );
        registry.register("returns", "Times the relay came into its channel again", returns.clone());
        registry.register(
            "last_said_timestamp_seconds",
            "When a line was last confirmed, Unix time",
            last_said.clone(),
        );
        Self { registry, posts, lines, waiting, in_channel, channel, since, connections, returns, last_said }
    }

    /// A post was answered so.
    pub(super) fn answered(&self, status: StatusCode) {
        self.posts.get_or_create(&[("status", status.as_str().to_owned())]).inc();
    }

    /// A line has ended so at `now`, seconds of Unix time.
    pub(super) fn ended(&self, state: State, now: i64) {
        self.lines.get_or_create(&[("outcome", state.told().to_owned())]).inc();
        if state == State::Said {
            self.last_said.set(now);
        }
    }

    /// The relay came into its channel, and was there before.
    pub(super) fn returned(&self) {
        self.returns.inc();
    }

    /// The text, with how it stands now.
    pub(super) fn text(&self, presence: &Presence, waiting: u32) -> String {
        self.in_channel.set(presence.is_in().into());
        for state in channel::State::NAMES {
            self.channel.get_or_create(&[("state", state)]).set((state == presence.state.name()).into());
        }
        self.since.set(presence.since.as_second());
        self.waiting.set(waiting.into());
        let mut text = String::new();
        // Writing into memory does not fail.
        encode(&mut text, &self.registry).ok();
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Numbers;
    use crate::native::relay::channel::Presence;
    use crate::native::relay::queue::State;
    use axum::http::StatusCode;

    #[test]
    fn what_was_counted_is_told() {
        let numbers = Numbers::new();
        numbers.answered(StatusCode::OK);
        numbers.answered(StatusCode::OK);
        numbers.ended(State::Said, 1_790_000_000);
        numbers.returned();
        let presence = Presence::new();
        let text = numbers.text(&presence, 7);
        let since = format!("backport_verify_relay_channel_since_timestamp_seconds {}", presence.since.as_second());
        for line in [
            "backport_verify_relay_posts_total{status=\"200\"} 2",
            "backport_verify_relay_lines_total{outcome=\"said\"} 1",
            "backport_verify_relay_lines_total{outcome=\"unclear\"} 0",
            "backport_verify_relay_waiting 7",
            "backport_verify_relay_in_channel 0",
            "backport_verify_relay_channel_state{state=\"connecting\"} 1",
            "backport_verify_relay_channel_state{state=\"joined\"} 0",
            &since,
            "backport_verify_relay_connections_turned_away_total 0",
            "backport_verify_relay_returns_total 1",
            "backport_verify_relay_last_said_timestamp_seconds 1790000000",
            "# EOF",
        ] {
            assert!(text.lines().any(|said| said == line), "{line} is not in\n{text}");
        }
    }
}
