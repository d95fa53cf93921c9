// SPDX-License-Identifier: GPL-2.0-or-later
//! The channel of the real bed, beside the wikis or alone.

use super::irc::Irc;
use super::processes::{self, Guard, Place, Process};
use super::{RealError, missing};
use std::net::SocketAddr;
use std::path::Path;

/// What the channel alone needs.
const NEEDED: &[&str] = &["/usr/bin/ii", "/usr/sbin/ngircd"];

/// A running IRC network with one channel. Dropping it ends everything at once; [`Channel::stop`] does so politely.
#[derive(Debug)]
pub struct Channel {
    address: SocketAddr,
    irc: Irc,
    processes: Vec<Process>,
    /// `None` where the wikis beside it have one.
    guard: Option<Guard>,
}

impl Channel {
    /// Starts the network alone, in an empty folder below folders that others may enter.
    ///
    /// # Errors
    /// When a package is missing, or the server does not come up; nothing is left running.
    pub async fn start(dir: &Path) -> Result<Self, RealError> {
        missing(NEEDED)?;
        let place = Place::lay_out(dir)?;
        let guard = Guard::post(&place)?;
        let [address] = processes::free_ports()?;
        Ok(Self { guard: Some(guard), ..Self::open(&place, address).await? })
    }

    /// Starts it in a place that is guarded already.
    pub(super) async fn open(place: &Place, address: SocketAddr) -> Result<Self, RealError> {
        let (irc, processes) = Irc::start(place, address).await?;
        Ok(Self { address, irc, processes, guard: None })
    }

    /// The IRC server, without TLS.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Says a line as `logmsgbot`; longer ones become several messages, as that bot's do.
    ///
    /// # Errors
    /// When the line holds a line break, or the connection has ended.
    pub async fn announce(&self, line: &str) -> Result<(), RealError> {
        self.irc.announce(line).await
    }

    /// Nick and text of what a real client has heard, oldest first.
    #[must_use]
    pub fn lines(&self) -> Vec<(String, String)> {
        self.irc.channel()
    }

    /// Stops its servers.
    pub async fn stop(mut self) {
        futures_util::future::join_all(self.processes.iter_mut().map(Process::end)).await;
    }
}
