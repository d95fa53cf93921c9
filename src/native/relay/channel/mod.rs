// SPDX-License-Identifier: GPL-2.0-or-later
//! The relay's place in the channel: connects, joins, speaks, hears, and comes back when it was thrown out.
//!
//! Must not say anything in the channel but the lines that it is given, and must not obey anything heard.

mod backoff;
mod hearing;
mod presence;
mod registration;
mod sasl;
mod saying;
mod visit;
mod wire;
mod words;

use super::events::Ears;
use super::irc::Irc;
use super::log::log;
use backoff::Backoff;
use presence::Bar;
pub(super) use presence::{Presence, State};
use registration::{Granted, Registration, Step};
use saying::Line;
use std::future::Future;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, timeout};
use visit::Visit;
use wire::Wire;

/// Lines that may wait to be said.
const WAITING: usize = 16;

/// Why a line was not said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unsaid {
    /// The relay is not in the channel; the line was not sent.
    NotConnected,
    /// The server or the channel did not take it; the server's words.
    Refused(String),
    /// Its turn did not come in time; the line was not sent, and will not be.
    Busy,
    /// It was sent, and nobody can tell whether it arrived.
    NotConfirmed,
}

/// Hands lines to the channel.
#[derive(Debug, Clone)]
pub(super) struct Speaker {
    lines: mpsc::Sender<Line>,
    presence: watch::Receiver<Presence>,
    wait: Duration,
}

impl Speaker {
    /// Whether the relay is in its channel now.
    pub(super) fn is_in_channel(&self) -> bool {
        self.presence.borrow().is_in()
    }

    /// How the relay stands to its channel now.
    pub(super) fn presence(&self) -> Presence {
        *self.presence.borrow()
    }

    /// Says `text` and waits until the server has taken it. A line whose turn has not come when `closing` says that the
    /// relay is to end is withdrawn; one that is on the way is waited for also then.
    ///
    /// # Errors
    /// When it was not said, or nobody can tell.
    pub(super) async fn say(&self, text: String, mut closing: watch::Receiver<bool>) -> Result<(), Unsaid> {
        if !self.is_in_channel() {
            return Err(Unsaid::NotConnected);
        }
        let (line, asker) = Line::new(text);
        self.lines.try_send(line).map_err(|_| Unsaid::Busy)?;
        let patience = async {
            timeout(self.wait, closing.wait_for(|closing| *closing)).await.ok();
        };
        asker.wait(patience).await
    }
}

/// The one that keeps the connection.
pub(super) struct Channel {
    irc: Irc,
    ears: Ears,
    lines: mpsc::Receiver<Line>,
    presence: watch::Sender<Presence>,
    told: Told,
}

/// A channel that is not connected yet, and the way to speak in it. What its bots say goes to `ears`.
pub(super) fn new(irc: Irc, ears: Ears) -> (Speaker, Channel) {
    let (lines, waiting) = mpsc::channel(WAITING);
    let (presence, seen) = watch::channel(Presence::new());
    let speaker = Speaker { lines, presence: seen, wait: irc.durations.wait };
    (speaker, Channel { irc, ears, lines: waiting, presence, told: Told::default() })
}

/// What was logged last: a state is logged once, not at each attempt that ends in it.
#[derive(Debug, Default)]
struct Told(String);

impl Told {
    fn tell(&mut self, state: String) {
        if self.0 != state {
            log(&state);
            self.0 = state;
        }
    }
}

/// Why a connection is over.
#[derive(Debug, PartialEq, Eq)]
enum Over {
    /// The relay is to end.
    Told,
    /// Anything else, as a fragment; to come back soon may help.
    Lost(String),
    /// The same, for this; to come back soon would not help, or do harm.
    Barred(Bar, String),
}

/// A connection that is somebody.
struct Registered {
    wire: Wire,
    nick: String,
    granted: Granted,
}

impl Channel {
    /// Stays in the channel until `ended` says so; then it quits.
    pub(super) async fn stay(mut self, mut ended: watch::Receiver<bool>) {
        let durations = self.irc.durations.clone();
        let mut backoff = Backoff::new(durations.first_pause, durations.last_pause);
        loop {
            let begun = Instant::now();
            let over = self.visit(&mut ended).await;
            if begun.elapsed() >= durations.settled {
                backoff.reset();
            }
            let (state, why, pause) = match over {
                Over::Told => (State::Connecting, None, Duration::ZERO),
                Over::Lost(why) => (State::Connecting, Some(why), backoff.pause()),
                Over::Barred(bar, why) => (State::Refused(bar), Some(why), backoff.long()),
            };
            self.presence.send_modify(|presence| presence.change(state));
            let Some(why) = why else { return };
            self.told.tell(format!("not in {}: {why}; trying again", self.irc.channel));
            if or_end(&mut ended, turning_away(&mut self.lines, sleep(pause))).await.is_none() {
                return;
            }
        }
    }

    /// One connection, from its beginning to its end.
    async fn visit(&mut self, ended: &mut watch::Receiver<bool>) -> Over {
        let registering = timeout(self.irc.durations.join, register(&self.irc));
        let registered = match or_end(ended, turning_away(&mut self.lines, registering)).await {
            None => return Over::Told,
            Some(Ok(Ok(registered))) => registered,
            Some(Ok(Err(over))) => return over,
            Some(Err(_)) => return Over::Lost("the server did not answer in time".to_owned()),
        };
        Visit::new(self, registered).stay(ended).await
    }
}

/// What `work` comes to; `None` when the relay is to end before.
async fn or_end<T>(ended: &mut watch::Receiver<bool>, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        done = work => Some(done),
        _ = ended.wait_for(|ended| *ended) => None,
    }
}

/// Does `work`, and meanwhile turns away what is to be said.
async fn turning_away<T>(lines: &mut mpsc::Receiver<Line>, work: impl Future<Output = T>) -> T {
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            Some(line) = lines.recv() => line.tell(Err(Unsaid::NotConnected)),
        }
    }
}

/// Connects and registers.
async fn register(irc: &Irc) -> Result<Registered, Over> {
    let mut wire = Wire::connect(irc).await.map_err(Over::Lost)?;
    let (mut registration, mut out) = Registration::begin(irc);
    loop {
        for command in out.drain(..) {
            wire.send(&command).await.map_err(Over::Lost)?;
        }
        let message = wire.hear().await.map_err(Over::Lost)?;
        match registration.hear(&message, &mut out) {
            Step::Going => {}
            Step::Registered(nick) => return Ok(Registered { wire, nick, granted: registration.granted }),
            Step::Lost(why) => return Err(Over::Lost(why)),
            Step::Failed(bar, why) => return Err(Over::Barred(bar, why)),
        }
    }
}
