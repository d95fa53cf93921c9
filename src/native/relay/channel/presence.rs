// SPDX-License-Identifier: GPL-2.0-or-later
//! Whether the relay is in its channel, since when, and why not: what a monitor is told.
//!
//! Must not hold a word of the server's. Those may name addresses or repeat what they refuse, and go to the log alone.

use jiff::Timestamp;
use std::fmt;
use std::time::{Duration, Instant};

/// How the relay stands to its channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum State {
    /// It is in.
    Joined,
    /// It is on its way: there was no answer yet, the connection broke, or it was thrown out and asks again.
    Connecting,
    /// The server or the channel did not let it in at the last attempt; it goes on trying.
    Refused(Bar),
}

impl State {
    /// The name of every state.
    pub(in super::super) const NAMES: [&str; 3] = ["joined", "connecting", "refused"];

    /// Its name for a monitor.
    pub(in super::super) const fn name(self) -> &'static str {
        let [joined, connecting, refused] = Self::NAMES;
        match self {
            Self::Joined => joined,
            Self::Connecting => connecting,
            Self::Refused(_) => refused,
        }
    }
}

/// What does not let the relay in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Bar {
    /// It came back too soon for the server.
    TooSoon,
    /// No nick is left, or the server takes none of them.
    Nick,
    /// The server's password was wrong.
    Password,
    /// The server has banned it.
    Banned,
    /// It could not log in.
    Login,
    /// The answer to JOIN: a numeric of RFC 2812, section 5.2, or of <https://modern.ircdocs.horse/#numerics>.
    Join(u16),
}

impl fmt::Display for Bar {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::TooSoon => "the server wants it to come back later",
            Self::Nick => "it cannot have its nick",
            Self::Password => "the server refused its password",
            Self::Banned => "the server has banned it",
            Self::Login => "it could not log in",
            Self::Join(471) => "the channel is full",
            Self::Join(473) => "the channel takes only those who are invited",
            Self::Join(474) => "the channel has banned it",
            Self::Join(475) => "the channel wants another key",
            Self::Join(477) => "the channel takes only those who are logged in",
            Self::Join(number) => return write!(out, "the channel did not let it in ({number})"),
        };
        out.write_str(words)
    }
}

/// A state and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Presence {
    /// How it stands.
    pub(in super::super) state: State,
    /// Since when it is in, or since when it is out.
    pub(in super::super) since: Timestamp,
    /// The same by a clock that nobody sets.
    began: Instant,
}

impl Presence {
    /// On the way since now.
    pub(in super::super) fn new() -> Self {
        Self { state: State::Connecting, since: Timestamp::now(), began: Instant::now() }
    }

    /// It stands otherwise from now on. Whichever way it is out, it is so since it was in.
    pub(super) fn change(&mut self, state: State) {
        let turned = self.is_in() != (state == State::Joined);
        if turned {
            *self = Self::new();
        }
        self.state = state;
    }

    /// Whether it is in.
    pub(in super::super) fn is_in(&self) -> bool {
        self.state == State::Joined
    }

    /// For how long it has been out; `None` while it is in.
    pub(in super::super) fn out_for(&self) -> Option<Duration> {
        (!self.is_in()).then(|| self.began.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::{Bar, Presence, State};

    #[test]
    fn out_is_out_since_it_was_in_whatever_stands_in_the_way() {
        let mut presence = Presence::new();
        let start = presence;
        presence.change(State::Refused(Bar::Join(475)));
        presence.change(State::Connecting);
        assert_eq!(presence, start);
        presence.change(State::Joined);
        assert!(presence.began > start.began && presence.out_for().is_none());
        let joined = presence;
        presence.change(State::Joined);
        assert_eq!(presence, joined);
        presence.change(State::Refused(Bar::Banned));
        assert!(presence.began > joined.began && presence.out_for().is_some());
    }

    #[test]
    fn a_numeric_is_told_in_our_own_words() {
        assert_eq!(Bar::Join(475).to_string(), "the channel wants another key");
        assert_eq!(Bar::Join(437).to_string(), "the channel did not let it in (437)");
    }
}
