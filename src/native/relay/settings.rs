// SPDX-License-Identifier: GPL-2.0-or-later
//! What the user said, checked, with the files read.

use super::super::args::RelayArgs;
use super::irc::{Irc, IrcError};
use super::tokens::{Tokens, TokensError};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Everything the relay needs.
#[derive(Debug)]
pub(super) struct Settings {
    /// Where to take posts.
    pub(super) listen: SocketAddr,
    /// Who may post.
    pub(super) tokens: Tokens,
    /// Where to speak.
    pub(super) irc: Irc,
}

/// Why the relay cannot run.
#[derive(Debug, Error)]
pub(in super::super) enum RelayError {
    /// The place on IRC cannot be used.
    #[error(transparent)]
    Irc(#[from] IrcError),
    /// A file cannot be read.
    #[error("failed to read <{}>: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The tokens cannot be used.
    #[error("failed to read the tokens in <{}>: {source}", path.display())]
    Tokens {
        /// The file.
        path: PathBuf,
        /// Why.
        source: TokensError,
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
        let irc = Irc::new(said.irc)?;
        let tokens = Tokens::read(&content(&said.token_file)?)
            .map_err(|source| RelayError::Tokens { path: said.token_file.clone(), source })?;
        Ok(Self { listen: said.listen, tokens, irc })
    }
}

fn content(path: &Path) -> Result<String, RelayError> {
    std::fs::read_to_string(path).map_err(|source| RelayError::Read { path: path.to_owned(), source })
}
