// SPDX-License-Identifier: GPL-2.0-or-later
//! Who answered, read from the `server` header.

use super::Backend;
use serde::{Deserialize, Serialize};

/// Which of the fleet's parts a server belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Realm {
    /// A test server.
    Debug,
    /// A server that readers meet.
    Production,
    /// A name that no table here has.
    Unknown,
}

/// The server that rendered an answer, as it names itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The whole name: `mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj`.
    pub name: String,
    /// Which part of the fleet.
    pub realm: Realm,
}

impl Origin {
    /// Reads a `server` header.
    #[must_use]
    pub fn from_server_header(value: &str) -> Self {
        Self { name: value.trim().to_owned(), realm: Realm::Unknown }
    }

    /// Whether this server is one of those that `backend` stands for.
    #[must_use]
    pub fn answers_for(&self, _backend: &Backend) -> bool {
        false
    }
}
