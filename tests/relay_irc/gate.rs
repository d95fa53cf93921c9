// SPDX-License-Identifier: GPL-2.0-or-later
//! A gate between relay and server that lets through, swallows or cuts what passes.

use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the gate does with what passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mode {
    /// What the relay sends arrives.
    pub(crate) there: bool,
    /// What the server sends arrives.
    pub(crate) back: bool,
    /// Connections stand; a new one is taken only then.
    pub(crate) stands: bool,
}

pub(crate) const OPEN: Mode = Mode { there: true, back: true, stands: true };

pub(crate) struct Gate {
    pub(crate) address: SocketAddr,
    /// What is done with what passes, and how often all was cut.
    mode: watch::Sender<(Mode, u32)>,
}

impl Gate {
    pub(crate) async fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (mode, seen) = watch::channel((OPEN, 0));
        tokio::spawn(async move {
            while let Ok((relay, _)) = listener.accept().await {
                if !seen.borrow().0.stands {
                    continue;
                }
                let Ok(server) = TcpStream::connect(server).await else { continue };
                let ((from_relay, to_relay), (from_server, to_server)) = (relay.into_split(), server.into_split());
                tokio::spawn(pass(from_relay, to_server, seen.clone(), |mode| mode.there));
                tokio::spawn(pass(from_server, to_relay, seen.clone(), |mode| mode.back));
            }
        });
        Self { address, mode }
    }

    pub(crate) fn set(&self, mode: Mode) {
        self.mode.send_modify(|now| now.0 = mode);
    }

    /// Ends all connections, and takes none until it is open again.
    pub(crate) fn cut(&self) {
        self.mode.send_modify(|now| *now = (Mode { stands: false, ..OPEN }, now.1 + 1));
    }
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mode: watch::Receiver<(Mode, u32)>,
    lets: fn(Mode) -> bool,
) {
    let mut cut = mode.clone();
    let begun = mode.borrow().1;
    let mut bytes = [0; 4096];
    loop {
        let read = tokio::select! {
            read = from.read(&mut bytes) => read.unwrap_or(0),
            _ = cut.wait_for(|now| now.1 != begun) => 0,
        };
        let let_through = lets(mode.borrow().0);
        if read == 0 || (let_through && to.write_all(&bytes[..read]).await.is_err()) {
            return;
        }
    }
}
