// SPDX-License-Identifier: GPL-2.0-or-later
//! What the user said, checked, with the files read.

use super::super::args::{QueueArgs, RelayArgs};
use super::store::StoreError;
use super::tokens::TokensError;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Everything the relay needs.
#[derive(Debug)]
pub(super) struct Settings {
    /// Where to take posts.
    pub(super) listen: SocketAddr,
    /// Where to speak.
    pub(super) irc: Irc,
    /// Where to keep what waits, and how much of it.
    pub(super) queue: QueueArgs,
}

/// Where to speak, and as whom.
#[derive(Clone)]
pub(super) struct Irc {
    /// Host name or address.
    pub(super) host: String,
    /// Port.
    pub(super) port: u16,
    /// Whether TLS is spoken.
    pub(super) tls: bool,
    /// The channel.
    pub(super) channel: String,
    /// Nick.
    pub(super) nick: String,
    /// The server's password.
    pub(super) password: Option<String>,
}

impl fmt::Debug for Irc {
    /// Everything but the password.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} in {} on {}:{}", self.nick, self.channel, self.host, self.port)
    }
}

/// Why the relay cannot run.
#[derive(Debug, Error)]
pub(in super::super) enum RelayError {
    /// The server is not named as host and port.
    #[error("failed to read --server <{0}>: expected HOST:PORT, such as irc.libera.chat:6697")]
    Server(String),
    /// The channel is no channel's name.
    #[error("failed to read --channel <{0}>: expected one name with its #, such as '#wikimedia-operations'")]
    Channel(String),
    /// The nick is none.
    #[error("failed to read --nick <{0}>: expected letters, digits and -_[]{{}}\\|^`, not beginning with a digit or -")]
    Nick(String),
    /// A file cannot be read.
    #[error("failed to read <{}>: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The tokens stay as they are.
    #[error(transparent)]
    Tokens(#[from] TokensError),
    /// The relay's file cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The password cannot be used.
    #[error("failed to read the password in <{}>: expected one line that is not empty", path.display())]
    Password {
        /// The file.
        path: PathBuf,
    },
    /// The address cannot be listened on.
    #[error("failed to listen on <{address}>: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The first line could not be printed.
    #[error("failed to write to the standard output: {0}")]
    Output(io::Error),
    /// Posts could no longer be taken.
    #[error("failed to take posts: {0}")]
    Serve(io::Error),
}

impl Settings {
    /// Checks what the user said and reads the files.
    ///
    /// # Errors
    /// With the first thing that cannot be used.
    pub(super) fn new(said: RelayArgs) -> Result<Self, RelayError> {
        let (host, port) = server(&said.server)?;
        if !is_channel(&said.channel) {
            return Err(RelayError::Channel(said.channel));
        }
        if !is_nick(&said.nick) {
            return Err(RelayError::Nick(said.nick));
        }
        let password = said.password_file.as_deref().map(password).transpose()?;
        let irc = Irc { host, port, tls: said.tls, channel: said.channel, nick: said.nick, password };
        Ok(Self { listen: said.listen, irc, queue: said.queue })
    }
}

fn content(path: &Path) -> Result<String, RelayError> {
    std::fs::read_to_string(path).map_err(|source| RelayError::Read { path: path.to_owned(), source })
}

fn password(path: &Path) -> Result<String, RelayError> {
    let text = content(path)?;
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    match (lines.next(), lines.next()) {
        (Some(password), None) => Ok(password.to_owned()),
        _ => Err(RelayError::Password { path: path.to_owned() }),
    }
}

fn server(text: &str) -> Result<(String, u16), RelayError> {
    let bad = || RelayError::Server(text.to_owned());
    let (host, port) = text.rsplit_once(':').ok_or_else(bad)?;
    let bare = host.strip_prefix('[').and_then(|inside| inside.strip_suffix(']'));
    let host = match bare {
        Some(address) => address,
        None if host.contains(':') => return Err(bad()),
        None => host,
    };
    match port.parse() {
        Ok(port) if port > 0 && !host.is_empty() => Ok((host.to_owned(), port)),
        _ => Err(bad()),
    }
}

/// RFC 2812, section 1.3, but for the kinds of channels that nobody uses.
fn is_channel(text: &str) -> bool {
    text.len() > 1
        && text.len() <= 50
        && text.starts_with('#')
        && !text.chars().any(|c| c.is_control() || c.is_whitespace() || matches!(c, ',' | ':'))
}

/// RFC 2812, section 2.3.1, but for the length, which servers set.
pub(super) fn is_nick(text: &str) -> bool {
    let special = |c: char| "[]\\`_^{|}".contains(c);
    !text.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        && !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || special(c) || c == '-')
}

#[cfg(test)]
mod tests {
    use super::{is_channel, is_nick, server};

    #[test]
    fn a_server_is_a_host_and_a_port() {
        assert_eq!(server("irc.libera.chat:6697").unwrap(), ("irc.libera.chat".to_owned(), 6697));
        assert_eq!(server("[::1]:6667").unwrap(), ("::1".to_owned(), 6667));
        for bad in ["irc.libera.chat", ":6667", "::1:6667", "host:0", "host:irc"] {
            assert!(server(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_channel_and_a_nick_cannot_smuggle_a_second_word() {
        assert!(is_channel("#wikimedia-operations"));
        assert!(is_nick("backport-verify"));
        for bad in ["", "#", "wikimedia", "#a,#b", "#a b", "#a\r\nQUIT"] {
            assert!(!is_channel(bad), "{bad}");
        }
        for bad in ["", "1a", "-a", "a b", "a\n", "a!b"] {
            assert!(!is_nick(bad), "{bad}");
        }
    }
}
