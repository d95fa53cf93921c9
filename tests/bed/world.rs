// SPDX-License-Identifier: GPL-2.0-or-later
//! What is true in the bed at this moment: code states, wiki pages, the edge's cache, the channel, and who asked for what.

use super::change::{Change, first_changes};
use super::code::{CONFIG, Code, EVENTS, History};
use super::events::Event;
use super::exchange::{Answer, Seen, Tell};
use super::lie::Lie;
use super::log::{self, Entry};
use super::wiki::{VERSION, WIKIS, Wiki};
use super::{ChannelLine, GERRIT, calendar, wiki};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use tokio::sync::watch;

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
    /// What changes every answer before it is sent.
    pub tells: Option<Tell>,
    /// The channel, oldest line first.
    pub channel: Vec<ChannelLine>,
    /// When each of those lines was said.
    pub times: Vec<Timestamp>,
    /// The events that listeners were sent, oldest first.
    pub events: Vec<Event>,
    /// The Server Admin Log, oldest entry first.
    pub sal: Vec<Entry>,
    /// Requests, oldest first.
    pub seen: Vec<Seen>,
    /// Wikitext by database name and title (with underscores).
    pub pages: BTreeMap<(String, String), String>,
    /// The revisions of those that were edited, by the same.
    pub revisions: BTreeMap<(String, String), u64>,
    /// Whether nobody is logged in on any wiki.
    pub logged_out: bool,
    /// The edge's cache by host, path and query.
    pub cache: BTreeMap<String, Cached>,
    /// The ids of the posts that were said in the channel.
    pub said: BTreeSet<String>,
    /// Where posts to the webhook are sent on to.
    pub relay: Option<SocketAddr>,
    /// The changes that Gerrit knows, by number.
    pub changes: BTreeMap<u64, Change>,
    /// What is merged into which branch.
    pub history: History,
    /// What the test servers run.
    pub testservers: Code,
    /// What the fleet runs.
    pub production: Code,
    /// What the fleet ran before its last new pods.
    pub previous: Code,
    /// The changes with which the deployer has continued and that are not everywhere yet.
    pub continuing: Vec<u64>,
    /// The versions of wikis by database name.
    pub versions: BTreeMap<&'static str, String>,
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

    /// Takes a change into Gerrit, in place of one with its number. A merged one is in its branch; servers
    /// do not run it before scap brings it to them.
    pub fn put_change(&mut self, change: Change) {
        self.history.branch(&change.project, &change.branch);
        if change.is_merged() {
            self.history.merge(&change);
        }
        self.changes.insert(change.number, change);
        self.check_out();
    }

    /// Gives every server what the live versions consist of, where it has not got it.
    fn check_out(&mut self) {
        let live: Vec<String> = self.versions.values().cloned().collect();
        for version in live {
            self.history.cut(&version);
        }
        for code in [&mut self.testservers, &mut self.production, &mut self.previous] {
            self.history.add_missing(code);
        }
    }

    /// Whether the story's patch is in this code.
    pub fn is_patched(&self, code: &Code) -> bool {
        self.has(code, GERRIT)
    }

    /// Whether a change is in this code.
    pub fn has(&self, code: &Code, number: u64) -> bool {
        self.changes.get(&number).is_some_and(|change| self.history.has(code, change))
    }

    /// The version that a wiki runs.
    pub fn version_of(&self, wiki: Wiki) -> &str {
        self.versions.get(wiki.dbname).map_or(VERSION, String::as_str)
    }

    /// Lets a wiki run another version, with the same extensions as the others.
    pub fn run_version(&mut self, dbname: &str, version: &str) {
        if let Some(known) = self.versions.get_mut(dbname) {
            version.clone_into(known);
        }
        self.check_out();
    }

    /// The fleet gets new pods; `before` is what the old ones ran.
    pub fn new_pods(&mut self, before: Code) {
        self.previous = before;
        self.generation += 1;
    }

    /// Says a line in the channel.
    pub fn say(&mut self, nick: &str, text: &str) {
        self.times.push(Timestamp::now());
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
        let mut state = State { pages: wiki::first_pages(), sal: log::first_entries(now), ..State::default() };
        state.versions = WIKIS.iter().map(|wiki| (wiki.dbname, wiki.first_version().to_owned())).collect();
        for project in ["mediawiki/core", EVENTS] {
            state.history.branch(project, &format!("wmf/{VERSION}"));
        }
        state.history.branch(CONFIG, "master");
        for change in first_changes() {
            state.put_change(change);
        }
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
