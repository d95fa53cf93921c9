// SPDX-License-Identifier: GPL-2.0-or-later
//! The bed: a small Wikimedia on the loopback, with wikis, test servers, an edge that caches, Gerrit, noc, the
//! Deployments calendar, the channel and its webhook, and a deployer at hand.
//!
//! Nothing of it reaches beyond the loopback, and nothing has to be installed. One port answers for all host names;
//! the name asked for decides what answers. Every answer can be made to lie or fail ([`Lie`]).
#![allow(dead_code, unreachable_pub, reason = "each program that takes the bed in uses only a part of it")]

mod api;
mod calendar;
mod edge;
mod exchange;
mod lie;
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

pub use exchange::Seen;
pub use lie::Lie;

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
/// The webhook of the channel; any other token does as well.
pub const WEBHOOK: &str = "https://backport-verify.toolforge.org/hook/0f8f1c1e-6a56-4c8c-9d0e-6d8b3f0a7c11";
/// Somebody else's change in the same window.
pub const OTHER_GERRIT: u64 = 1_330_002;
/// Its title.
pub const OTHER_TITLE: &str = "Enable the new search page on dewiki";
/// Its submitter.
pub const OTHER_NICK: &str = "reviewer";

/// How long [`Bed::heard`] waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the wikis are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The wikis in this folder: nothing to install.
    Embedded,
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
        if kind == Kind::Real {
            let calendar = bed.read_page("labswiki", "Deployments").unwrap_or_default();
            let started = Production::start(bed.certificate_files(), bed.plain(), &calendar).await?;
            bed.production = Some(started);
        }
        Ok(bed)
    }

    /// The port with TLS (`h2` and `http/1.1`) that answers for every host name.
    pub fn edge(&self) -> SocketAddr {
        self.production.as_ref().map_or(self.listening.edge, Production::edge)
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

    /// The deployer starts scap: Gerrit merges the change, nothing runs it yet.
    ///
    /// # Errors
    /// As all four steps of scap: when the real bed's programs refuse; the embedded bed does what it is told.
    pub async fn merge(&self) -> Result<(), BedError> {
        self.scap(scap::merge).await
    }

    /// Scap syncs the test servers and announces that the change can be verified there.
    ///
    /// # Errors
    /// See [`Bed::merge`].
    pub async fn sync_testservers(&self) -> Result<(), BedError> {
        self.scap(scap::sync_testservers).await
    }

    /// The deployer continues: the whole fleet runs the patch. Cached pages stay cached.
    ///
    /// # Errors
    /// See [`Bed::merge`].
    pub async fn sync_everywhere(&self) -> Result<(), BedError> {
        self.scap(scap::sync_everywhere).await
    }

    /// The deployer rolls back: no server runs the patch.
    ///
    /// # Errors
    /// See [`Bed::merge`].
    pub async fn roll_back(&self) -> Result<(), BedError> {
        self.scap(scap::roll_back).await
    }

    async fn scap(&self, step: impl FnOnce(&mut world::State)) -> Result<(), BedError> {
        let before = self.world.look(|state| state.channel.len());
        self.world.change(step);
        let Some(production) = &self.production else { return Ok(()) };
        let (debug, everywhere, said) = self.world.look(|state| {
            let said = state.channel.get(before..).unwrap_or_default().to_vec();
            (state.patched_debug, state.patched_production, said)
        });
        production.follow(debug, everywhere, &said).await
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
        let relay = production.start_relay(command, token).await?;
        self.set_relay(relay);
        Ok(())
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

    /// Ends all lies.
    pub fn be_honest(&self) {
        self.world.change(|state| state.lies.clear());
    }

    /// Requests as the edge saw them, oldest first.
    pub fn seen(&self) -> Vec<Seen> {
        self.world.look(|state| state.seen.clone())
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
            state.pages.insert(key, wikitext.to_owned());
            state.purge(dbname);
        });
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
