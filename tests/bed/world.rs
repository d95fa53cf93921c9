// SPDX-License-Identifier: GPL-2.0-or-later
//! What is true in the bed at this moment: code states, wiki pages, the edge's cache, the channel, and who asked for what.

use super::exchange::{Answer, Seen};
use super::lie::Lie;
use super::wiki::WIKIS;
use super::{ChannelLine, calendar, wiki};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use tokio::sync::watch;

/// An entry of the Server Admin Log.
pub struct SalEntry {
    /// When it was said.
    pub at: Timestamp,
    /// `deployer@deploy2002`.
    pub nick: String,
    /// What was said, without `!log`.
    pub message: String,
}

/// A page that the edge keeps.
pub struct Cached {
    /// The answer as its renderer gave it.
    pub answer: Answer,
    /// When it was rendered.
    pub rendered: Timestamp,
    /// How often it was given out.
    pub hits: u64,
}

/// Everything that changes.
#[derive(Default)]
pub struct State {
    /// Lies that are told now.
    pub lies: Vec<Lie>,
    /// The channel, oldest line first.
    pub channel: Vec<ChannelLine>,
    /// The Server Admin Log, oldest entry first.
    pub sal: Vec<SalEntry>,
    /// Requests, oldest first.
    pub seen: Vec<Seen>,
    /// Wikitext by database name and title (with underscores).
    pub pages: BTreeMap<(String, String), String>,
    /// The edge's cache by host, path and query.
    pub cache: BTreeMap<String, Cached>,
    /// Where posts to the webhook are sent on to.
    pub relay: Option<SocketAddr>,
    /// When Gerrit merged the story's change.
    pub merged: Option<Timestamp>,
    /// Whether the test servers run the patch.
    pub patched_debug: bool,
    /// Whether the fleet runs the patch.
    pub patched_production: bool,
    /// How many times the fleet was given new pods.
    pub generation: u64,
    /// How many answers wikis have rendered; spreads them over the pods.
    pub rendered: u64,
}

impl State {
    /// Whether this lie is told now.
    pub fn lies(&self, lie: Lie) -> bool {
        self.lies.contains(&lie)
    }

    /// Forgets the cached pages of a wiki, as its edits make the edge do.
    pub fn purge(&mut self, dbname: &str) {
        let host = WIKIS.iter().find(|wiki| wiki.dbname == dbname).map_or("", |wiki| wiki.host);
        self.cache.retain(|key, _| key.split('/').next() != Some(host));
    }

    /// Says a line in the channel.
    pub fn say(&mut self, nick: &str, text: &str) {
        self.channel.push(ChannelLine { nick: nick.to_owned(), text: text.to_owned() });
    }
}

/// The state behind a lock, with a bell that rings at every change.
pub struct World {
    state: Mutex<State>,
    bell: watch::Sender<()>,
}

impl World {
    /// The world before the story's patch is merged.
    pub fn new(now: Timestamp) -> Self {
        let mut state = State { pages: wiki::first_pages(), ..State::default() };
        state.pages.insert(("labswiki".to_owned(), "Deployments".to_owned()), calendar::wikitext(now));
        Self { state: Mutex::new(state), bell: watch::Sender::new(()) }
    }

    /// Looks at the state.
    pub fn look<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the state and rings the bell.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.bell.send_replace(());
        result
    }

    /// Waits until `found` finds something.
    pub async fn until<T>(&self, found: impl Fn(&State) -> Option<T>) -> T {
        let mut bell = self.bell.subscribe();
        loop {
            if let Some(thing) = self.look(&found) {
                return thing;
            }
            // The sender lives in `self`, so this only ever returns because something changed.
            let _rang = bell.changed().await;
        }
    }
}
