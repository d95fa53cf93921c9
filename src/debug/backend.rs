// SPDX-License-Identifier: GPL-2.0-or-later
//! The names of the debug backends.

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// The name of a debug backend, such as `k8s-mwdebug`: letters, digits, `.` and `-`, which is what the edge's
/// routing reads (repository `operations/puppet`, `modules/profile/files/trafficserver/x-wikimedia-debug-routing.lua`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Backend(String);

/// Why a text names no backend.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BackendError {
    /// A letter that the edge's routing does not read.
    #[error("backend <{0}> may have only letters, digits, full stops and hyphens")]
    Letter(String),
    /// The list of backends is not what noc serves.
    #[error("the list of backends is not as expected: {0}")]
    List(String),
}

impl Backend {
    /// A backend by name.
    ///
    /// # Errors
    /// When the name is empty or has a letter that the edge does not read.
    pub fn new(name: &str) -> Result<Self, BackendError> {
        let fine = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
        if fine { Ok(Self(name.to_owned())) } else { Err(BackendError::Letter(name.to_owned())) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Backend {
    /// The test servers to which `scap backport` syncs first.
    fn default() -> Self {
        Self("k8s-mwdebug".to_owned())
    }
}

impl TryFrom<String> for Backend {
    type Error = BackendError;
    fn try_from(name: String) -> Result<Self, BackendError> {
        Self::new(&name)
    }
}

impl From<Backend> for String {
    fn from(backend: Backend) -> Self {
        backend.0
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Where the list of backends is.
pub const NOC_BACKENDS_URL: &str = "https://noc.wikimedia.org/conf/debug.json";

/// The backends that `https://noc.wikimedia.org/conf/debug.json` names: `{"backends": ["k8s-mwdebug", …]}`.
///
/// # Errors
/// When the text is no such list, or a name in it is none.
pub fn backends_from_noc(json: &str) -> Result<Vec<Backend>, BackendError> {
    #[derive(Deserialize)]
    struct Noc {
        backends: Vec<Backend>,
    }
    serde_json::from_str::<Noc>(json).map(|noc| noc.backends).map_err(|error| BackendError::List(error.to_string()))
}
