// SPDX-License-Identifier: GPL-2.0-or-later
//! In the place of the engine for regular expressions, which would be too heavy for a page. `hurl_core` calls it to make an
//! expression of what stands between slashes, and holds it against nothing; here it stays a text, and whether it can be
//! read is seen where it is used. The tests' libraries that match get `regex-lite`.
//!
//! Must not do more than that.

use std::fmt;

/// An expression as it was written.
#[derive(Clone, Debug)]
pub struct Regex(String);

/// Why an expression cannot be made; every text makes one here.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Error {
    Syntax(String),
    CompiledTooBig(usize),
}

impl Regex {
    /// Keeps the text.
    pub fn new(text: &str) -> Result<Self, Error> {
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it matches somewhere; what cannot be read matches nothing.
    pub fn is_match(&self, text: &str) -> bool {
        regex_lite::Regex::new(&self.0).is_ok_and(|read| read.is_match(text))
    }
}

impl fmt::Display for Regex {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(why) => out.write_str(why),
            Self::CompiledTooBig(limit) => write!(out, "larger than {limit} bytes"),
        }
    }
}

impl std::error::Error for Error {}
