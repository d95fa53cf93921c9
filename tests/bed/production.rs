// SPDX-License-Identifier: GPL-2.0-or-later
//! The programs of the real bed and what the embedded one lends them: the calendar, its services, and the relay.
//!
//! Must not say anything in the channel that scap has not said first.

use super::real::{CHANNEL, Channel, Real};
use super::{BedError, ChannelLine};
use sha2::{Digest, Sha256};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// What is real.
enum Servers {
    /// Wikis, edge and channel.
    All(Real),
    /// The channel alone.
    Channel(Channel),
}

/// Real servers beside our own services.
pub struct Production {
    servers: Servers,
    relay: Option<Child>,
    folder: TempDir,
}

impl Production {
    /// Starts everything but the relay.
    pub async fn start(
        (certificate, key): (&Path, &Path),
        services: SocketAddr,
        calendar: &str,
    ) -> Result<Self, BedError> {
        let folder = folder()?;
        let real = Real::start(&folder.path().join(INSIDE), certificate, key, services, calendar).await?;
        Ok(Self { servers: Servers::All(real), relay: None, folder })
    }

    /// Starts the channel and nothing else.
    pub async fn channel_alone() -> Result<Self, BedError> {
        let folder = folder()?;
        let channel = Channel::start(&folder.path().join(INSIDE)).await?;
        Ok(Self { servers: Servers::Channel(channel), relay: None, folder })
    }

    /// The real edge, where there is one.
    pub fn edge(&self) -> Option<SocketAddr> {
        match &self.servers {
            Servers::All(real) => Some(real.edge()),
            Servers::Channel(_) => None,
        }
    }

    fn talk(&self) -> &Channel {
        match &self.servers {
            Servers::All(real) => real.talk(),
            Servers::Channel(channel) => channel,
        }
    }

    pub fn channel(&self) -> Vec<ChannelLine> {
        self.talk().lines().into_iter().map(|(nick, text)| ChannelLine { nick, text }).collect()
    }

    /// Puts the patch into the trees that have it now, and says what scap has said.
    pub async fn follow(&self, debug: bool, production: bool, said: &[ChannelLine]) -> Result<(), BedError> {
        if let Servers::All(real) = &self.servers {
            real.apply(Some(debug), Some(production)).await?;
        }
        for line in said {
            self.talk().announce(&line.text).await?;
        }
        Ok(())
    }

    /// Starts the command's relay into the channel, and waits until it is there. It takes posts of `nick` with `token`.
    pub async fn start_relay(&mut self, command: &Path, nick: &str, token: &str) -> Result<SocketAddr, BedError> {
        let data = self.folder.path().join("relay.sqlite3");
        let made = Command::new(command).args(["relay", "token", "add", nick, "--data"]).arg(&data).output().await?;
        if !made.status.success() {
            return Err(BedError::Relay(String::from_utf8_lossy(&made.stderr).into_owned()));
        }
        // The webhook's address is the same in every bed, and a token is made at random.
        let known = Sha256::digest(token).to_vec();
        let file = rusqlite::Connection::open(&data);
        let changed = file.and_then(|file| file.execute("UPDATE tokens SET hash = ?1", [known]));
        changed.map_err(|error| BedError::Relay(format!("its file could not be changed: {error}")))?;
        let mut relay = Command::new(command)
            .args(["relay", "--listen", "127.0.0.1:0", "--server", &self.talk().address().to_string()])
            .args(["--channel", CHANNEL, "--nick", "backport-verify", "--data"])
            .arg(&data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let no_word = || BedError::Relay("it ended without a word".to_owned());
        let said = BufReader::new(relay.stdout.take().ok_or_else(no_word)?).lines().next_line().await?;
        let said = said.ok_or_else(no_word)?;
        let address = said.split_once("http://").and_then(|(_, rest)| rest.split('/').next()?.parse().ok());
        let address = address.ok_or_else(|| BedError::Relay(format!("it said <{said}>")))?;
        let mut log = BufReader::new(relay.stderr.take().ok_or_else(no_word)?).lines();
        while let Some(line) = log.next_line().await? {
            if line.contains(&format!("in {CHANNEL} as")) {
                // What it logs from here on must not fill the pipe.
                tokio::spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
                self.relay = Some(relay);
                return Ok(address);
            }
        }
        Err(no_word())
    }

    pub async fn stop(mut self) {
        if let Some(mut relay) = self.relay.take() {
            // One that has ended already needs no ending.
            relay.kill().await.ok();
        }
        match self.servers {
            Servers::All(real) => real.stop().await,
            Servers::Channel(channel) => channel.stop().await,
        }
    }
}

/// The folder of the servers, in the one that is made for them.
const INSIDE: &str = "bed";

fn folder() -> std::io::Result<TempDir> {
    // Servers that run as www-data must be able to enter.
    let folder = tempfile::Builder::new().prefix("real-").permissions(PermissionsExt::from_mode(0o711)).tempdir()?;
    std::fs::create_dir(folder.path().join(INSIDE))?;
    Ok(folder)
}
