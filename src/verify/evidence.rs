// SPDX-License-Identifier: GPL-2.0-or-later
//! Whether an answer proves anything: who gave it, and was it given now.

use super::outcome::Outcome;
use super::plan::Target;
use crate::exchange::{Response, TransportError};
use crate::suite::Test;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why an answer proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Doubt {
    /// The edge knows no such backend.
    #[error("the edge knows no backend <{backend}>")]
    UnknownBackend {
        /// The backend asked for.
        backend: String,
    },
    /// Production answered in the backend's place.
    #[error("production answered ({server}), not {backend}")]
    ProductionAnswered {
        /// The backend asked for.
        backend: String,
        /// Who answered.
        server: String,
    },
    /// Another debug backend answered.
    #[error("{server} answered, which is not {backend}")]
    OtherBackend {
        /// The backend asked for.
        backend: String,
        /// Who answered.
        server: String,
    },
    /// A debug server answered where production was asked.
    #[error("a test server answered ({server}), not production")]
    DebugAnswered {
        /// Who answered.
        server: String,
    },
    /// The answer does not say who gave it.
    #[error("the answer does not say which server gave it")]
    NoServer,
    /// The answering server's name is in no table.
    #[error("answered by <{server}>, which is not known as a server of Wikimedia")]
    UnknownServer {
        /// Who answered.
        server: String,
    },
    /// A cache answered, also the second time.
    #[error("a cache answered (x-cache-status <{status}>, age {age} s), also when asked past it")]
    Cached {
        /// `x-cache-status`.
        status: String,
        /// `age`, in seconds.
        age: u64,
    },
}

impl Doubt {
    /// What the submitter can do about it, as a sentence.
    #[must_use]
    pub fn next_step(&self) -> &'static str {
        ""
    }
}

/// Weighs what came of sending `test` to `target`: who answered, whether it was now, and then every assertion.
#[must_use]
pub fn weigh(_test: &Test, _target: &Target, _came: Result<&Response, &TransportError>) -> Outcome {
    todo!()
}
