// SPDX-License-Identifier: GPL-2.0-or-later
//! An IRC nick.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An IRC nick; two compare by rfc1459 casemapping, in which `{}|^` are the lower case of `[]\~`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nick(String);

impl Nick {
    /// A nick from what somebody typed: outer white space goes. `None` when nothing is left.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// The nick as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn folded(&self) -> impl Iterator<Item = char> {
        self.0.chars().map(|letter| match letter {
            '[' => '{',
            ']' => '}',
            '\\' => '|',
            '~' => '^',
            other => other.to_ascii_lowercase(),
        })
    }
}

impl PartialEq for Nick {
    fn eq(&self, other: &Self) -> bool {
        self.folded().eq(other.folded())
    }
}

impl Eq for Nick {}

impl fmt::Display for Nick {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Nick;

    fn nick(text: &str) -> Nick {
        Nick::new(text).unwrap()
    }

    #[test]
    fn nicks_compare_by_rfc1459_casemapping() {
        assert_eq!(nick("Carol[m]\\~"), nick("cAROL{M}|^"));
        assert_ne!(nick("carol"), nick("carol_"));
    }

    #[test]
    fn a_nick_of_white_space_is_none() {
        assert!(Nick::new(" \t").is_none());
    }
}
