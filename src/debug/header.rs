// SPDX-License-Identifier: GPL-2.0-or-later
//! The value of the `X-Wikimedia-Debug` header.

use super::Backend;
use serde::{Deserialize, Serialize};

/// The header's name.
pub const HEADER: &str = "X-Wikimedia-Debug";

/// The header's directives (repository `operations/mediawiki-config`, `src/XWikimediaDebug.php`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directives {
    /// Which backend is to answer.
    pub backend: Backend,
}

impl Directives {
    /// Directives that only choose the backend.
    #[must_use]
    pub const fn to(backend: Backend) -> Self {
        Self { backend }
    }

    /// The header's value: directives with `; ` between them, the backend first.
    #[must_use]
    pub fn value(&self) -> String {
        format!("backend={}", self.backend)
    }
}
