// SPDX-License-Identifier: GPL-2.0-or-later
//! What a saved suite belongs to.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// What a saved suite belongs to. A patch's run takes all that apply to it. Written `change:I0123…`,
/// `repository:mediawiki/extensions/Echo` or `wiki:enwiki`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Owner {
    /// One change, in whatever branch it is: by its Change-Id, or by its Gerrit number while that is not known.
    Change(String),
    /// Every change of a Gerrit project.
    Repository(String),
    /// Every change of a wiki, by its dbname.
    Wiki(String),
}

/// Why a text names no owner.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("<{0}> is no owner of a suite; write change:…, repository:… or wiki:…")]
pub struct OwnerError(String);

impl Owner {
    /// The owner of a change's suite while only its number is known.
    #[must_use]
    pub fn numbered(gerrit: u64) -> Self {
        Self::Change(gerrit.to_string())
    }

    const fn parts(&self) -> (&'static str, &String) {
        match self {
            Self::Change(name) => ("change", name),
            Self::Repository(name) => ("repository", name),
            Self::Wiki(name) => ("wiki", name),
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = self.parts();
        write!(out, "{kind}:{name}")
    }
}

impl FromStr for Owner {
    type Err = OwnerError;
    fn from_str(text: &str) -> Result<Self, OwnerError> {
        let named = |make: fn(String) -> Self, name: &str| {
            let fine = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control());
            if fine { Ok(make(name.to_owned())) } else { Err(OwnerError(text.to_owned())) }
        };
        match text.split_once(':') {
            Some(("change", name)) => named(Self::Change, name),
            Some(("repository", name)) => named(Self::Repository, name),
            Some(("wiki", name)) => named(Self::Wiki, name),
            _ => Err(OwnerError(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Owner {
    type Error = OwnerError;
    fn try_from(text: String) -> Result<Self, OwnerError> {
        text.parse()
    }
}

impl From<Owner> for String {
    fn from(owner: Owner) -> Self {
        owner.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Owner;

    #[test]
    fn an_owner_is_written_and_read_back() {
        for owner in [
            Owner::numbered(1_330_001),
            Owner::Change("I0123456789abcdef0123456789abcdef01234567".into()),
            Owner::Repository("mediawiki/extensions/Echo".into()),
            Owner::Wiki("enwiki".into()),
        ] {
            assert_eq!(owner.to_string().parse(), Ok(owner.clone()));
        }
        for text in ["", "change:", "wiki", "wiki:a b", "host:en.wikipedia.org"] {
            assert!(text.parse::<Owner>().is_err(), "{text}");
        }
    }
}
