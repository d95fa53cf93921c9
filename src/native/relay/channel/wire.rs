// SPDX-License-Identifier: GPL-2.0-or-later
//! One connection to the server: lines out, messages in.
//!
//! Must not know what a message means. What is no message is passed over: one odd line must not end the connection.

use super::super::irc::Irc;
use futures_util::{SinkExt, StreamExt};
use irc_proto::{Command, Message};
use rustls::pki_types::ServerName;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_util::codec::{AnyDelimiterCodec, Framed};

/// The longest line that is taken, in bytes: 8,191 of tags and 512 of the rest
/// (<https://ircv3.net/specs/extensions/message-tags#size-limit>), with room.
const LONGEST: usize = 16 * 1024;

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection.
pub(super) struct Wire {
    lines: Framed<Box<dyn Stream>, AnyDelimiterCodec>,
    patience: Duration,
}

impl Wire {
    /// Connects.
    ///
    /// # Errors
    /// With a fragment that says why there is no connection.
    pub(super) async fn connect(irc: &Irc) -> Result<Self, String> {
        let stream = TcpStream::connect((irc.host.as_str(), irc.port)).await.map_err(|error| error.to_string())?;
        // Else the PING behind a line waits until the server's machine has acknowledged the line: 40 ms on Linux.
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let stream: Box<dyn Stream> = match &irc.tls {
            None => Box::new(stream),
            Some(config) => {
                let name = ServerName::try_from(irc.host.clone()).map_err(|error| error.to_string())?;
                let secured = TlsConnector::from(config.clone()).connect(name, stream).await;
                Box::new(secured.map_err(|error| format!("TLS failed: {error}"))?)
            }
        };
        let codec = AnyDelimiterCodec::new_with_max_length(b"\n".to_vec(), b"\r\n".to_vec(), LONGEST);
        Ok(Self { lines: Framed::new(stream, codec), patience: irc.durations.answer })
    }

    /// The next message.
    ///
    /// # Errors
    /// With a fragment that says why there is none.
    pub(super) async fn hear(&mut self) -> Result<Message, String> {
        loop {
            let line = self.lines.next().await.ok_or_else(|| "the server closed the connection".to_owned())?;
            let line = line.map_err(|error| error.to_string())?;
            if let Ok(message) = String::from_utf8_lossy(&line).trim_end_matches('\r').parse() {
                return Ok(message);
            }
        }
    }

    /// Sends one command.
    ///
    /// # Errors
    /// With a fragment that says why it could not be sent.
    pub(super) async fn send(&mut self, command: &Command) -> Result<(), String> {
        let line = String::from(command);
        if line.contains(['\r', '\n', '\0']) {
            return Err("a line to send held a line break".to_owned());
        }
        let sent = timeout(self.patience, self.lines.send(line)).await;
        sent.map_err(|_| "the server takes nothing more".to_owned())?.map_err(|error| error.to_string())
    }
}
