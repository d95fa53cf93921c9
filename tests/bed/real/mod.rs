// SPDX-License-Identifier: GPL-2.0-or-later
//! The real bed: a Wikimedia of Debian's own servers on the loopback interface.
//!
//! haproxy (TLS, HTTP/2) → Varnish (cache, X-Wikimedia-Debug) → nginx → two php-fpm → `MediaWiki` in two code trees over
//! the same databases; and ngircd for the channel. Hosts that are no wiki are served by the caller.
//! Must not know what is verified on it, and must leave nothing running or mounted.
#![allow(dead_code, unreachable_pub, reason = "compiled into every program that uses the bed, each in its own way")]

mod channel;
mod edge;
mod irc;
mod mediawiki;
mod processes;

pub use channel::Channel;
use mediawiki::Role;
use processes::{Guard, Place, Process};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The Debian packages (bookworm) that the real bed is made of, `InspIRCd` and Atheme's services for the relay's own tests,
/// and `webhook`, a receiver of posts for those of the line.
pub const PACKAGES: &[&str] = &[
    "atheme-services",
    "gcc",
    "haproxy",
    "ii",
    "inspircd",
    "libc6-dev",
    "libnginx-mod-http-headers-more-filter",
    "mediawiki",
    "mount",
    "nginx-light",
    "ngircd",
    "php8.2-cli",
    "php8.2-fpm",
    "php8.2-intl",
    "php8.2-mbstring",
    "php8.2-sqlite3",
    "php8.2-xml",
    "varnish",
    "webhook",
];

/// A file of each package that is needed at run time.
const NEEDED: &[&str] = &[
    "/usr/bin/gcc",
    "/usr/sbin/haproxy",
    "/usr/bin/ii",
    "/usr/lib/nginx/modules/ngx_http_headers_more_filter_module.so",
    "/usr/share/mediawiki/index.php",
    "/usr/sbin/nginx",
    "/usr/sbin/ngircd",
    "/usr/bin/php8.2",
    "/usr/sbin/php-fpm8.2",
    "/usr/lib/php/20220829/intl.so",
    "/usr/lib/php/20220829/mbstring.so",
    "/usr/lib/php/20220829/pdo_sqlite.so",
    "/usr/lib/php/20220829/dom.so",
    "/usr/sbin/varnishd",
];

/// The channel in which deployments are announced.
pub const CHANNEL: &str = "#wikimedia-operations";

/// The longest path of a socket that the kernel takes, without the final NUL.
const SOCKET_PATH: usize = 107;

/// Why the real bed does not stand. Every text reads on after "failed to".
#[derive(Debug, Error)]
pub enum RealError {
    /// A package is not installed.
    #[error("find <{0}>: run <apt-get install --no-install-recommends {packages}>", packages = PACKAGES.join(" "))]
    Missing(&'static str),
    /// The servers run as `www-data` and cannot get at the folder.
    #[error("let www-data reach the bed: <{0}> is closed to others; choose another folder or run chmod o+x on it")]
    Unreachable(PathBuf),
    /// The folder's path is too long for a socket, or is no UTF-8.
    #[error("use <{0}>: a socket's path may have at most <{SOCKET_PATH}> bytes, all UTF-8; choose a shorter folder")]
    Path(PathBuf),
    /// No port is to be had.
    #[error("find a free port on the loopback interface: {0}")]
    Port(io::Error),
    /// A file could not be used.
    #[error("{action} <{path}>: {source}")]
    File {
        /// What was being done.
        action: &'static str,
        /// To which file.
        path: PathBuf,
        /// Why it was not.
        source: io::Error,
    },
    /// A program could not be started at all.
    #[error("start {name}: {source}")]
    Spawn {
        /// The program.
        name: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// A program did not do what it was started for.
    #[error("get {name} to {goal}; the end of <{log}>:\n{last}")]
    Process {
        /// The program.
        name: &'static str,
        /// What it should have done, and what it did.
        goal: String,
        /// Its log.
        log: PathBuf,
        /// The last lines of it.
        last: String,
    },
    /// A wiki answered otherwise than it should.
    #[error(
        "get a whole page <{path}> with status <200> from <{pod}…>; see the logs in <{log}>; the answer began:\n{answer}"
    )]
    Page {
        /// What was asked for.
        path: &'static str,
        /// How the name of the server begins that should have answered.
        pod: String,
        /// The beginning of the answer.
        answer: String,
        /// Where the logs are.
        log: PathBuf,
    },
    /// The channel could not be spoken in.
    #[error("{0}")]
    Irc(String),
}

impl RealError {
    fn file(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::File { action, path: path.to_owned(), source }
    }
}

/// Whether all these files are there.
fn missing(needed: &[&'static str]) -> Result<(), RealError> {
    match needed.iter().find(|path| !Path::new(path).exists()) {
        Some(missing) => Err(RealError::Missing(missing)),
        None => Ok(()),
    }
}

/// A path as text that a configuration file can hold and, if it is a socket's, the kernel too.
fn path_text(path: &Path) -> Result<&str, RealError> {
    let text = path.to_str().filter(|text| text.len() <= SOCKET_PATH && !text.contains(['\'', '"', ' ', ';']));
    text.ok_or_else(|| RealError::Path(path.to_owned()))
}

/// The running bed. Dropping it ends everything at once; [`Real::stop`] does so politely.
#[derive(Debug)]
pub struct Real {
    place: Place,
    edge: SocketAddr,
    channel: Channel,
    processes: Vec<Process>,
    guard: Guard,
}

impl Real {
    /// Starts everything and returns when both roles have answered a page.
    ///
    /// `dir` is an empty folder below folders that others may enter; as root, the servers run as `www-data`. `cert_pem`
    /// and `key_pem` are the edge's own. `ours` serves, over plain HTTP, every host that is no wiki and
    /// `/w/deployment-info.php` of the wikis. `calendar` is the wikitext of Wikitech's page Deployments.
    ///
    /// # Errors
    /// When a package is missing, or a server does not come up; nothing is left running.
    pub async fn start(
        dir: &Path,
        cert_pem: &Path,
        key_pem: &Path,
        ours: SocketAddr,
        calendar: &str,
    ) -> Result<Self, RealError> {
        missing(NEEDED)?;
        let place = Place::lay_out(dir)?;
        let guard = Guard::post(&place)?;
        let [edge, irc_address, purges] = processes::free_ports()?;
        let wikis = async {
            mediawiki::install(&place, purges, calendar).await?;
            mediawiki::serve(&place).await
        };
        let (wikis, varnish, haproxy, channel) = tokio::try_join!(
            wikis,
            edge::start_varnish(&place, purges),
            edge::start_haproxy(&place, edge, (cert_pem, key_pem), ours),
            Channel::open(&place, irc_address)
        )?;
        mediawiki::greet(&place).await?;
        let processes = [haproxy, varnish].into_iter().chain(wikis).collect();
        Ok(Self { place, edge, channel, processes, guard })
    }

    /// The edge: TLS, HTTP/2 and HTTP/1.1, for every host name.
    #[must_use]
    pub fn edge(&self) -> SocketAddr {
        self.edge
    }

    /// Its channel.
    #[must_use]
    pub fn talk(&self) -> &Channel {
        &self.channel
    }

    /// Puts the patch into a tree (`true`), takes it out (`false`), or leaves the tree alone (`None`). The patch gives
    /// en.wikipedia.org the group `eventcoordinator`. The next request sees it.
    ///
    /// # Errors
    /// When the tree's settings cannot be replaced.
    #[expect(clippy::unused_async, reason = "what is deployed takes time; callers need not know how much")]
    pub async fn apply(&self, debug: Option<bool>, production: Option<bool>) -> Result<(), RealError> {
        for (role, patched) in [(Role::Testservers, debug), (Role::Production, production)] {
            if let Some(patched) = patched {
                mediawiki::apply(&self.place, role, patched)?;
            }
        }
        Ok(())
    }

    /// Says a line in the channel as `logmsgbot`; longer ones become several messages, as that bot's do.
    ///
    /// # Errors
    /// When the line holds a line break, or the connection has ended.
    pub async fn announce(&self, line: &str) -> Result<(), RealError> {
        self.channel.announce(line).await
    }

    /// Nick and text of what a real client has heard in the channel, oldest first.
    #[must_use]
    pub fn channel(&self) -> Vec<(String, String)> {
        self.channel.lines()
    }

    /// Stops every server and unmounts the trees.
    pub async fn stop(mut self) {
        let servers = futures_util::future::join_all(self.processes.iter_mut().map(Process::end));
        tokio::join!(servers, self.channel.stop());
    }
}
