// SPDX-License-Identifier: GPL-2.0-or-later
//! What the user said, checked.

use super::super::args::{QueueArgs, RelayArgs};
use super::irc::{Irc, IrcError};
use super::store::StoreError;
use super::tokens::TokensError;
use std::io;
use std::net::SocketAddr;
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

/// Why the relay cannot run.
#[derive(Debug, Error)]
pub(in super::super) enum RelayError {
    /// The place on IRC cannot be used.
    #[error(transparent)]
    Irc(#[from] IrcError),
    /// The tokens stay as they are.
    #[error(transparent)]
    Tokens(#[from] TokensError),
    /// The relay's file cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
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
}

impl Settings {
    /// Checks what the user said, and reads the files of the login.
    ///
    /// # Errors
    /// With the first thing that cannot be used.
    pub(super) fn new(said: RelayArgs) -> Result<Self, RelayError> {
        let irc = Irc::new(said.irc)?;
        Ok(Self { listen: said.listen, irc, queue: said.queue })
    }
}
