// SPDX-License-Identifier: GPL-2.0-or-later
//! A gate between the relay and its server: it can be shut, held in either direction, and cut in the middle of a line.

use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    ToServer,
    ToRelay,
}

#[derive(Debug, Default)]
struct State {
    /// Whether connections are let in.
    open: bool,
    /// How many bytes may still pass to the server and to the relay; `None` for all.
    left: [Option<usize>; 2],
    pumps: Vec<JoinHandle<()>>,
}

/// A TCP proxy on loopback. It begins shut.
#[derive(Debug)]
pub(crate) struct Gate {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
    changed: watch::Sender<()>,
    door: JoinHandle<()>,
}

impl Gate {
    pub(crate) async fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let (changed, seen) = watch::channel(());
        let shared = Arc::clone(&state);
        let door = tokio::spawn(async move {
            loop {
                let (relay, _) = listener.accept().await.unwrap();
                let mut state = shared.lock().await;
                if !state.open {
                    continue;
                }
                let Ok(server) = TcpStream::connect(server).await else { continue };
                relay.set_nodelay(true).unwrap();
                server.set_nodelay(true).unwrap();
                let ((from_relay, to_relay), (from_server, to_server)) = (relay.into_split(), server.into_split());
                let pump = |from, to, way| pump(from, to, way, Arc::clone(&shared), seen.clone());
                let both = futures_util::future::join(
                    pump(from_relay, to_server, Way::ToServer),
                    pump(from_server, to_relay, Way::ToRelay),
                );
                state.pumps.push(tokio::spawn(async move {
                    both.await;
                }));
            }
        });
        Self { address, state, changed, door }
    }

    /// Lets everything through.
    pub(crate) async fn open(&self) {
        let mut state = self.state.lock().await;
        (state.open, state.left) = (true, [None; 2]);
        self.changed.send_replace(());
    }

    /// Lets `bytes` more through and holds the rest. What is held when this returns does not pass.
    pub(crate) async fn hold(&self, way: Way, bytes: usize) {
        self.state.lock().await.left[way as usize] = Some(bytes);
    }

    /// How many bytes may still pass.
    pub(crate) async fn left(&self, way: Way) -> Option<usize> {
        self.state.lock().await.left[way as usize]
    }

    /// Breaks every connection off, with what is held in them.
    pub(crate) async fn cut(&self) {
        let mut state = self.state.lock().await;
        state.left = [None; 2];
        for pump in state.pumps.drain(..) {
            pump.abort();
            // It is gone, and its connections with it, when this has ended; an abortion is no failure.
            pump.await.ok();
        }
    }

    /// Lets nobody in.
    pub(crate) async fn shut(&self) {
        self.state.lock().await.open = false;
        self.cut().await;
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.door.abort();
    }
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    way: Way,
    state: Arc<Mutex<State>>,
    mut changed: watch::Receiver<()>,
) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let mut rest = &buffer[..count];
        while !rest.is_empty() {
            changed.mark_unchanged();
            let passed = {
                // Held while it is written, so that nothing passes once a hold has returned.
                let mut state = state.lock().await;
                let left = &mut state.left[way as usize];
                let passed = left.map_or(rest.len(), |left| left.min(rest.len()));
                *left = left.map(|left| left - passed);
                if to.write_all(&rest[..passed]).await.is_err() {
                    return;
                }
                passed
            };
            rest = &rest[passed..];
            if !rest.is_empty() && changed.changed().await.is_err() {
                return;
            }
        }
    }
}
