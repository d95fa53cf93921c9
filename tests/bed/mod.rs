// SPDX-License-Identifier: GPL-2.0-or-later
//! The bed: a small Wikimedia on the loopback, with wikis, test servers, an edge that caches, Gerrit, noc, the
//! Deployments calendar, the channel and its webhook, and a deployer at hand.
//!
//! Nothing of it reaches beyond the loopback, and nothing has to be installed. One port answers for all host names;
//! the name asked for decides what answers. Every answer can be made to lie or fail ([`Lie`]).
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "each program that takes the bed in uses only a part of it"
)]

mod api;
mod calendar;
mod change;
mod code;
mod edge;
mod edit;
mod events;
mod exchange;
mod gerrit;
mod lie;
mod log;
mod page;
mod production;
#[path = "real/mod.rs"]
mod real;
mod route;
mod scap;
mod server;
mod services;
mod tls;
mod wiki;
mod world;

pub use calendar::{Entry, Slot};
pub use change::{Change, Status, Vote};
pub use events::Event;
pub use exchange::{Answer, Seen};
pub use lie::Lie;
pub use scap::Scap;
pub use wiki::{GROUP0_VERSION, VERSION};

use jiff::Timestamp;
use production::Production;
use server::Listening;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tls::Tls;
use world::World;

/// The story's Gerrit change.
pub const GERRIT: u64 = 1_330_001;
/// Its title.
pub const TITLE: &str = "[enwiki] Add the eventcoordinator group";
/// The nick of its submitter.
pub const NICK: &str = "submitter";
/// The URL that the saved test asks for.
pub const TEST_URL: &str = "https://en.wikipedia.org/wiki/Special:ListGroupRights";
/// What only the patch brings to that page.
pub const PATCH_TEXT: &str = "eventcoordinator";
/// A webhook of the channel that takes Slack's body alone and knows no ids: what comes twice is said twice.
pub const SLACK_WEBHOOK: &str = "https://backport-verify.toolforge.org/services/T0/B0/9c1d5e3f7a2b4c6d8e0f";

/// The webhook of the channel that is a relay's; any other token does as well.
pub const WEBHOOK: &str = "https://backport-verify.toolforge.org/hook/0f8f1c1e-6a56-4c8c-9d0e-6d8b3f0a7c11";
/// Somebody else's change in the same window.
pub const OTHER_GERRIT: u64 = 1_330_002;
/// Its title.
pub const OTHER_TITLE: &str = "Enable the new search page on dewiki";
/// Its submitter.
pub const OTHER_NICK: &str = "reviewer";
/// The story's backport of the submitter, in the window after.
pub const BACKPORT: u64 = 1_330_020;
/// The change that it was picked from, merged in master before [`GROUP0_VERSION`] was cut.
pub const BACKPORT_MASTER: u64 = 1_330_019;
/// Its title.
pub const BACKPORT_TITLE: &str = "Show the right date in the log";
/// The URL that shows whether the backport is there, on a wiki that runs [`VERSION`].
pub const BACKPORT_URL: &str = "https://en.wikipedia.org/wiki/Special:Log";
/// What only the backport brings to that page.
pub const BACKPORT_TEXT: &str = "21 November 2026";

/// How long [`Bed::heard`] waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the wikis are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The wikis in this folder: nothing to install.
    Embedded,
    /// The same wikis, and a real IRC server.
    Channel,
    /// Real `MediaWiki` behind real caches, and a real IRC server.
    Real,
}

/// What was said in the channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelLine {
    /// Who said it.
    pub nick: String,
    /// What.
    pub text: String,
}

/// Why the bed could not do something.
#[derive(Debug, thiserror::Error)]
pub enum BedError {
    /// A file, a port or a thread was not to be had.
    #[error("start the bed: {0}")]
    Io(#[from] std::io::Error),
    /// The TLS library refused.
    #[error("make the bed's certificate: {0}")]
    Tls(String),
    /// A program of the real bed refused.
    #[error(transparent)]
    Real(#[from] real::RealError),
    /// The relay did not come into the channel.
    #[error("start the relay: {0}")]
    Relay(String),
    /// Gerrit does not know the change.
    #[error("deploy change <{0}>: gerrit does not know it; put it there first")]
    NoChange(u64),
    /// Nobody said it in time.
    #[error("hear <{part}> in the channel; heard <{heard}>")]
    NotHeard {
        /// What was waited for.
        part: String,
        /// All lines instead.
        heard: String,
    },
    /// No lie has this name, or its number is missing.
    #[error("tell the lie <{0}>; write its name and, where it has one, its number, such as <ServerError 503>")]
    UnknownLie(String),
}

impl From<rcgen::Error> for BedError {
    fn from(error: rcgen::Error) -> Self {
        Self::Tls(error.to_string())
    }
}

/// A running bed. It stops when it is dropped.
pub struct Bed {
    world: Arc<World>,
    listening: Listening,
    tls: Tls,
    production: Option<Production>,
    folder: TempDir,
}

impl Bed {
    /// Starts a bed: the change is not merged, no server has the patch, the backport window is open.
    ///
    /// Makes *ring* the process's provider of cryptography where there is none, because the relay is reached by a
    /// client that wants one.
    ///
    /// # Errors
    /// [`BedError::Io`] and [`BedError::Tls`] when something is not to be had, [`BedError::Real`] when a program of the
    /// real bed is missing or does not start.
    pub async fn start(kind: Kind) -> Result<Self, BedError> {
        // It fails only where a provider is there already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::Builder::new().prefix("bed-").tempdir()?;
        let tls = Tls::new(folder.path())?;
        let world = Arc::new(World::new(Timestamp::now()));
        let listening = Listening::start(Arc::clone(&world), tls.acceptor.clone())?;
        let mut bed = Self { world, listening, tls, production: None, folder };
        bed.production = match kind {
            Kind::Embedded => None,
            Kind::Channel => Some(Production::channel_alone().await?),
            Kind::Real => {
                let calendar = bed.read_page("labswiki", "Deployments").unwrap_or_default();
                Some(Production::start(bed.certificate_files(), bed.plain(), &calendar).await?)
            }
        };
        Ok(bed)
    }

    /// The port with TLS (`h2` and `http/1.1`) that answers for every host name.
    pub fn edge(&self) -> SocketAddr {
        self.production.as_ref().and_then(Production::edge).unwrap_or(self.listening.edge)
    }

    /// The same hosts without TLS, for a server in front.
    pub fn plain(&self) -> SocketAddr {
        self.listening.plain
    }

    /// The certificate authority to trust (PEM).
    pub fn ca_file(&self) -> &Path {
        &self.tls.ca
    }

    /// The edge's certificate and its key (PEM), for a server in front.
    pub fn certificate_files(&self) -> (&Path, &Path) {
        (&self.tls.certificate, &self.tls.key)
    }

    /// Base64 of the SHA-256 of the certificate's public key, for Chromium's
    /// `--ignore-certificate-errors-spki-list`.
    pub fn spki(&self) -> &str {
        &self.tls.spki
    }

    /// A call of scap for these changes; its steps are to be taken one by one.
    pub fn scap<'a>(&'a self, changes: &'a [u64]) -> Scap<'a> {
        Scap::new(self, changes)
    }

    /// The deployer starts scap for the story's change: Gerrit merges it, nothing runs it yet.
    ///
    /// # Errors
    /// As all steps of scap: when the real bed's programs refuse; the embedded bed does what it is told.
    pub async fn merge(&self) -> Result<(), BedError> {
        self.scap(&[GERRIT]).merge().await
    }

    /// Scap syncs the test servers and announces that the story's change can be verified there.
    ///
    /// # Errors
    /// See [`Bed::merge`].
    pub async fn sync_testservers(&self) -> Result<(), BedError> {
        self.scap(&[GERRIT]).sync_testservers().await
    }

    /// The deployer continues with the story's change: it is on its way, production does not run it yet.
    ///
    /// # Errors
    /// See [`Bed::merge`].
    pub async fn continue_everywhere(&self) -> Result<(), BedError> {
        self.scap(&[GERRIT]).continue_everywhere().await
    }

    /// The whole fleet runs the story's patch; the deployer continues first where that has not been done. Cached pages
    /// stay cached.
    ///
    /// # Errors
    /// See [`Bed::merge`].
    pub async fn sync_everywhere(&self) -> Result<(), BedError> {
        self.scap(&[GERRIT]).sync_everywhere().await
    }

    /// The deployer rolls the story's change back: no server runs it.
    ///
    /// # Errors
    /// See [`Bed::merge`].
    pub async fn roll_back(&self) -> Result<(), BedError> {
        self.scap(&[GERRIT]).roll_back().await
    }

    /// Lets the real bed do and hear what a step of scap has brought about; `before` lines of the channel are older.
    async fn follow(&self, before: usize) -> Result<(), BedError> {
        let Some(production) = &self.production else { return Ok(()) };
        let (debug, everywhere, said) = self.world.look(|state| {
            let said = state.channel.get(before..).unwrap_or_default().to_vec();
            (state.is_patched(&state.testservers), state.is_patched(&state.production), said)
        });
        production.follow(debug, everywhere, &said).await
    }

    /// Takes a change into Gerrit, in place of one with the same number.
    pub fn put_change(&self, change: Change) {
        self.world.change(|state| state.put_change(change));
    }

    /// A change as Gerrit has it now.
    pub fn change(&self, number: u64) -> Option<Change> {
        self.world.look(|state| state.changes.get(&number).cloned())
    }

    /// Lets a wiki run another version, as the train does. Unknown wikis stay unknown.
    pub fn run_version(&self, dbname: &str, version: &str) {
        self.world.change(|state| state.run_version(dbname, version));
    }

    /// Has the command's relay say in the real channel what comes to the webhook.
    ///
    /// # Errors
    /// [`BedError::Relay`] when this bed has no real channel, or the relay does not come into it.
    pub async fn start_relay(&mut self, command: &Path) -> Result<(), BedError> {
        let Some(production) = &mut self.production else {
            return Err(BedError::Relay("the embedded bed has no IRC server".to_owned()));
        };
        let token = WEBHOOK.rsplit('/').next().unwrap_or_default();
        let relay = production.start_relay(command, NICK, token).await?;
        self.set_relay(relay);
        Ok(())
    }

    /// Puts an entry into the Server Admin Log that nobody hears in the channel.
    pub fn log(&self, at: Timestamp, nick: &str, message: &str) {
        let entry = log::Entry { at, nick: nick.to_owned(), message: message.to_owned() };
        self.world.change(|state| {
            state.sal.push(entry);
            state.sal.sort_by_key(|entry| entry.at);
            state.purge("labswiki");
        });
    }

    /// The channel, oldest line first; in the real bed as a client heard it.
    pub fn channel(&self) -> Vec<ChannelLine> {
        match &self.production {
            Some(production) => production.channel(),
            None => self.world.look(|state| state.channel.clone()),
        }
    }

    /// Says a line in the channel.
    pub fn say(&self, nick: &str, text: &str) {
        self.world.change(|state| state.say(nick, text));
    }

    /// The first line that contains `part`, waiting for it if need be.
    ///
    /// # Errors
    /// [`BedError::NotHeard`] with all lines when nobody says it within ten seconds.
    pub async fn heard(&self, part: &str) -> Result<ChannelLine, BedError> {
        let find = |line: &ChannelLine| line.text.contains(part);
        let waiting = async {
            if self.production.is_none() {
                return self.world.until(|state| state.channel.iter().find(|line| find(line)).cloned()).await;
            }
            // A client writes what it hears into a file; there is nothing to be woken by.
            let mut looks = tokio::time::interval(Duration::from_millis(20));
            loop {
                looks.tick().await;
                if let Some(line) = self.channel().into_iter().find(find) {
                    return line;
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.map_err(|_| {
            let lines = self.channel().into_iter().map(|line| format!("{}: {}", line.nick, line.text));
            BedError::NotHeard { part: part.to_owned(), heard: lines.collect::<Vec<_>>().join(" / ") }
        })
    }

    /// Tells a lie from now on, beside those told already.
    pub fn lie(&self, lie: Lie) {
        self.world.change(|state| state.lies.push(lie));
    }

    /// Has `tell` change every answer from now on, before it is sent, in place of what changed it until now.
    pub fn tells(&self, tell: impl Fn(&Seen, &mut Answer) + Send + Sync + 'static) {
        self.world.change(|state| state.tells = Some(Arc::new(tell)));
    }

    /// Ends all lies.
    pub fn be_honest(&self) {
        self.world.change(|state| {
            state.lies.clear();
            state.tells = None;
        });
    }

    /// Requests as the edge saw them, oldest first.
    pub fn seen(&self) -> Vec<Seen> {
        self.world.look(|state| state.seen.clone())
    }

    /// The events that the webhook's listeners were sent, oldest first (by the webhook of this bed only).
    pub fn events(&self) -> Vec<Event> {
        self.world.look(|state| state.events.clone())
    }

    /// Forgets what was asked until now.
    pub fn forget_seen(&self) {
        self.world.change(|state| state.seen.clear());
    }

    /// Sends what comes to the webhook on to `relay` (plain HTTP/1) and brings its answers back.
    pub fn set_relay(&self, relay: SocketAddr) {
        self.world.change(|state| state.relay = Some(relay));
    }

    /// Puts wikitext on a page of the wiki with this database name (`labswiki` is Wikitech). As with
    /// a real edit, the edge forgets that wiki's pages.
    pub fn write_page(&self, dbname: &str, title: &str, wikitext: &str) {
        let key = (dbname.to_owned(), title.replace(' ', "_"));
        self.world.change(|state| {
            let next = edit::revision_of(state, dbname, &key.1).map_or(edit::FIRST_REVISION, |now| now + 1);
            state.revisions.insert(key.clone(), next);
            state.pages.insert(key, wikitext.to_owned());
            state.purge(dbname);
        });
    }

    /// Whether nobody is logged in on any wiki, in any browser.
    pub fn log_out(&self, out: bool) {
        self.world.change(|state| state.logged_out = out);
    }

    /// Writes the calendar anew: a page with these windows and no others (of the embedded bed only).
    pub fn write_schedule(&self, slots: &[Slot]) {
        self.write_page("labswiki", "Deployments", &calendar::of_slots(slots));
    }

    /// The wikitext of a page as it was put there, such as `labswiki`, `Deployments`.
    pub fn read_page(&self, dbname: &str, title: &str) -> Option<String> {
        self.world.look(|state| state.pages.get(&(dbname.to_owned(), title.replace(' ', "_"))).cloned())
    }

    /// Makes every cached page older by so many seconds.
    pub fn let_cache_age(&self, seconds: i64) {
        self.world.change(|state| {
            for cached in state.cache.values_mut() {
                let earlier = Timestamp::from_second(cached.rendered.as_second() - seconds);
                cached.rendered = earlier.unwrap_or(cached.rendered);
            }
        });
    }

    /// Stops listening and removes the bed's files.
    pub async fn stop(mut self) {
        if let Some(production) = self.production.take() {
            production.stop().await;
        }
    }
}
