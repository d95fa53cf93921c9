// SPDX-License-Identifier: GPL-2.0-or-later
//! The connections of the HTTP side: how many are open at once, how long each may take to ask, and how they end.
//!
//! Must not know what is asked, and must not cut off an answer: a stream of events is long on purpose.

use super::log::log;
use super::numbers::Connections;
use axum::Router;
use axum::serve::Listener;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

/// How many may be told at once that there is no room. Those beyond wait until they are taken from the system's queue.
const TURNED_AWAY: usize = 64;
/// It is logged once in so long that there is no room.
const LOGGED_EVERY: Duration = Duration::from_mins(1);
/// How long answers that are being given may take once the relay is to end.
const LAST_ANSWERS: Duration = Duration::from_secs(3);

/// Who answers, and within which limits.
#[derive(Debug)]
pub(super) struct Serving {
    /// Answers.
    pub(super) routes: Router,
    /// Answers those for whom there is no room.
    pub(super) crowded: Router,
    /// How many may be open at once.
    pub(super) room: usize,
    /// How long a client may take until its header fields are there.
    pub(super) headers: Duration,
    /// What is counted.
    pub(super) connections: Connections,
}

impl Serving {
    /// Answers until `closing` says that the relay is to end, and then lets end what is being answered.
    ///
    /// A connection has one request. So none is idle, and no proxy sends a post into one that is being closed.
    pub(super) async fn serve(self, mut listener: TcpListener, mut closing: watch::Receiver<bool>) {
        let Self { routes, crowded, room, headers, connections } = self;
        let mut http = http1::Builder::new();
        http.keep_alive(false).timer(TokioTimer::new()).header_read_timeout(headers);
        let (open, turned_away) = (Arc::new(Semaphore::new(room)), Arc::new(Semaphore::new(TURNED_AWAY)));
        let graceful = GracefulShutdown::new();
        let mut logged = None::<Instant>;
        loop {
            let (stream, _) = tokio::select! {
                came = Listener::accept(&mut listener) => came,
                _ = closing.wait_for(|closing| *closing) => break,
            };
            // Who is told at once that there is no room tries again by itself, and knows that nothing was taken. Who
            // waited in the system's queue would give up without knowing.
            let (place, routes) = tokio::select! {
                biased;
                Ok(place) = Arc::clone(&open).acquire_owned() => (place, &routes),
                Ok(place) = Arc::clone(&turned_away).acquire_owned() => {
                    connections.turned_away.inc();
                    if logged.is_none_or(|at| at.elapsed() >= LOGGED_EVERY) {
                        logged = Some(Instant::now());
                        log(&format!("{room} connections are open, others are answered 503; see --connections"));
                    }
                    (place, &crowded)
                }
                _ = closing.wait_for(|closing| *closing) => break,
            };
            let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes.clone()));
            let connection = graceful.watch(connection);
            let counted = connections.open.clone();
            counted.inc();
            tokio::spawn(async move {
                // A client that is too slow, or has gone, concerns nobody else.
                connection.await.ok();
                counted.dec();
                drop(place);
            });
        }
        drop(listener);
        timeout(LAST_ANSWERS, graceful.shutdown()).await.ok();
    }
}
