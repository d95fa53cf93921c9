// SPDX-License-Identifier: GPL-2.0-or-later
//! Who may post: the tokens of a file.

use std::fmt;
use subtle::{Choice, ConstantTimeEq};
use thiserror::Error;

/// The fewest letters of a token; fewer could be guessed over the network.
const SHORTEST: usize = 16;

/// Tokens, never shown.
#[derive(Clone)]
pub(super) struct Tokens(Vec<String>);

impl fmt::Debug for Tokens {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} tokens", self.0.len())
    }
}

/// Why a file holds no usable tokens. The token itself is never named.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(in super::super) enum TokensError {
    /// There is none.
    #[error("expected at least one token, one a line; make one with: openssl rand -hex 24")]
    None,
    /// One is too short.
    #[error("the token of line {line} has fewer than {SHORTEST} letters; make one with: openssl rand -hex 24")]
    Short {
        /// Line; the first is 1.
        line: usize,
    },
    /// One cannot stand in a URL as it is.
    #[error("the token of line {line} may have only letters, digits, - and _")]
    Letter {
        /// Line; the first is 1.
        line: usize,
    },
}

impl Tokens {
    /// Reads a file's text; empty lines are passed over.
    ///
    /// # Errors
    /// When there is no token, or one that is too short or cannot stand in a URL.
    pub(super) fn read(text: &str) -> Result<Self, TokensError> {
        let mut tokens = Vec::new();
        for (line, token) in (1..).zip(text.lines().map(str::trim)) {
            if token.is_empty() {
                continue;
            }
            if !token.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
                return Err(TokensError::Letter { line });
            }
            if token.len() < SHORTEST {
                return Err(TokensError::Short { line });
            }
            tokens.push(token.to_owned());
        }
        if tokens.is_empty() { Err(TokensError::None) } else { Ok(Self(tokens)) }
    }

    /// Whether `offered` is one of them. How long it takes does not tell how much of it was right.
    pub(super) fn admit(&self, offered: &str) -> bool {
        let none = Choice::from(0);
        self.0.iter().fold(none, |found, token| found | token.as_bytes().ct_eq(offered.as_bytes())).into()
    }
}

#[cfg(test)]
mod tests {
    use super::{Tokens, TokensError};

    #[test]
    fn each_token_of_the_file_is_admitted_and_nothing_else() {
        let tokens = Tokens::read("aaaaaaaaaaaaaaaa\n\n  bbbbbbbbbbbbbbbb \r\n").unwrap();
        assert!(tokens.admit("aaaaaaaaaaaaaaaa") && tokens.admit("bbbbbbbbbbbbbbbb"));
        for wrong in ["", "aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaab", "aaaaaaaaaaaaaaaaa"] {
            assert!(!tokens.admit(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_file_that_would_admit_nobody_or_anybody_is_refused() {
        assert_eq!(Tokens::read(" \n\n").unwrap_err(), TokensError::None);
        assert_eq!(Tokens::read("aaaaaaaaaaaaaaaa\nsecret").unwrap_err(), TokensError::Short { line: 2 });
        assert_eq!(Tokens::read("aaaaaaaaaaaa/aaaaaaa").unwrap_err(), TokensError::Letter { line: 1 });
    }
}
