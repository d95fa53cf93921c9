// SPDX-License-Identifier: GPL-2.0-or-later
//! A server that says what the test tells it to, line by line.
//!
//! It models no server: the lines are the examples of <https://ircv3.net/specs/extensions/capability-negotiation>,
//! <https://ircv3.net/specs/extensions/sasl-3.1>, <https://ircv3.net/specs/extensions/sasl-3.2> and
//! <https://ircv3.net/specs/extensions/echo-message>, in every order and with every refusal: a real server shows but some.

use crate::stage::{CHANNEL, soon};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader, Lines, ReadHalf, WriteHalf, split};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

pub(crate) struct Scripted {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    pub(crate) address: SocketAddr,
}

/// One connection of the relay.
pub(crate) struct Peer {
    lines: Lines<BufReader<ReadHalf<Box<dyn Stream>>>>,
    out: WriteHalf<Box<dyn Stream>>,
}

impl Scripted {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        Self { listener, tls: None, address }
    }

    pub(crate) async fn start_tls(config: rustls::ServerConfig) -> Self {
        Self { tls: Some(TlsAcceptor::from(Arc::new(config))), ..Self::start().await }
    }

    /// The relay's next connection.
    pub(crate) async fn accept(&self) -> Peer {
        let (stream, _) = soon("the relay's connection", self.listener.accept()).await.unwrap();
        let stream: Box<dyn Stream> = match &self.tls {
            None => Box::new(stream),
            Some(tls) => Box::new(soon("TLS", tls.accept(stream)).await.unwrap()),
        };
        let (read, out) = split(stream);
        Peer { lines: BufReader::new(read).lines(), out }
    }
}

impl Peer {
    /// What the relay says next; none when it has hung up.
    pub(crate) async fn next(&mut self) -> Option<String> {
        // A connection that is dropped in the middle of TLS, or with bytes unread, ends in an error.
        soon("a line of the relay", self.lines.next_line()).await.unwrap_or(None)
    }

    /// The relay says exactly this next.
    pub(crate) async fn expect(&mut self, line: &str) {
        assert_eq!(self.next().await.as_deref(), Some(line));
    }

    pub(crate) async fn send(&mut self, lines: &[&str]) {
        for line in lines {
            self.out.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
        }
    }

    /// Sends a line; `false` when the relay has hung up.
    pub(crate) async fn try_send(&mut self, line: &str) -> bool {
        self.out.write_all(format!("{line}\r\n").as_bytes()).await.is_ok()
    }

    /// The first three lines.
    pub(crate) async fn greeted(&mut self) {
        for line in ["CAP LS 302", "NICK verifybot", "USER backport 0 * :Backport Verify relay (bot)"] {
            self.expect(line).await;
        }
    }

    /// Welcomes the relay with these capabilities, and hears it ask for its channel.
    pub(crate) async fn asked_to_join(&mut self, capabilities: &str) {
        self.greeted().await;
        self.send(&[&format!(":s CAP * LS :{capabilities}")]).await;
        if !capabilities.is_empty() {
            let colon = if capabilities.contains(' ') { ":" } else { "" };
            self.expect(&format!("CAP REQ {colon}{capabilities}")).await;
            self.send(&[&format!(":s CAP * ACK :{capabilities}")]).await;
        }
        self.expect("CAP END").await;
        self.send(&[":s 001 verifybot :Welcome"]).await;
        self.expect(&format!("JOIN {CHANNEL}")).await;
    }

    /// Lets the relay in with these capabilities, as `source` (`verifybot!user@host`).
    pub(crate) async fn let_in(&mut self, capabilities: &str, source: &str) {
        self.asked_to_join(capabilities).await;
        self.send(&[&format!(":{source} JOIN :{CHANNEL}")]).await;
    }
}
