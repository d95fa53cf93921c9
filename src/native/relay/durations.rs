// SPDX-License-Identifier: GPL-2.0-or-later
//! How long the relay waits for what. Only tests set other durations.

use std::time::Duration;

/// Every duration that the IRC side and the HTTP side know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Durations {
    /// The first pause between two attempts; each later one is twice as long.
    pub(super) first_pause: Duration,
    /// The longest pause.
    pub(super) last_pause: Duration,
    /// After so long in the channel, pauses begin anew with the first.
    pub(super) settled: Duration,
    /// How long a connection may take until it is registered, and then the channel until it is joined.
    pub(super) join: Duration,
    /// How long a line may take to be confirmed; servers hold back lines that come too fast.
    pub(super) confirm: Duration,
    /// How long a line may wait for those before it.
    pub(super) wait: Duration,
    /// After so long a silence the server is asked for a sign of life.
    pub(super) idle: Duration,
    /// How long it may take to give it.
    pub(super) answer: Duration,
    /// How often a taken nick is asked for again.
    pub(super) regain: Duration,
    /// One line may be said per so long, after a few at once.
    pub(super) pace: Duration,
    /// How long the server may take to close after QUIT.
    pub(super) quit: Duration,
    /// How often a stream of events says that it is there.
    pub(super) keep_alive: Duration,
    /// How long a client may take from its connection to the end of its request's header fields.
    pub(super) headers: Duration,
    /// How long a client may take for its body.
    pub(super) body: Duration,
}

impl Default for Durations {
    fn default() -> Self {
        Self {
            first_pause: Duration::from_secs(1),
            last_pause: Duration::from_mins(1),
            settled: Duration::from_mins(1),
            join: Duration::from_secs(30),
            confirm: Duration::from_secs(10),
            wait: Duration::from_secs(30),
            idle: Duration::from_mins(1),
            answer: Duration::from_secs(20),
            regain: Duration::from_mins(1),
            pace: Duration::from_millis(1500),
            quit: Duration::from_secs(2),
            keep_alive: Duration::from_secs(15),
            headers: Duration::from_secs(10),
            body: Duration::from_secs(10),
        }
    }
}

impl Durations {
    /// Sets one by its name; `false` when there is none of that name.
    pub(super) fn set(&mut self, name: &str, to: Duration) -> bool {
        let place = match name {
            "first_pause" => &mut self.first_pause,
            "last_pause" => &mut self.last_pause,
            "settled" => &mut self.settled,
            "join" => &mut self.join,
            "confirm" => &mut self.confirm,
            "wait" => &mut self.wait,
            "idle" => &mut self.idle,
            "answer" => &mut self.answer,
            "regain" => &mut self.regain,
            "pace" => &mut self.pace,
            "quit" => &mut self.quit,
            "keep_alive" => &mut self.keep_alive,
            "headers" => &mut self.headers,
            "body" => &mut self.body,
            _ => return false,
        };
        *place = to;
        true
    }
}
