// SPDX-License-Identifier: GPL-2.0-or-later
//! How polite a run is.
//!
//! Must not count requests: the engine does.

use serde::{Deserialize, Serialize};

/// How many requests may be in flight. A host on which nothing is in flight may be asked two things whatever its own
/// limit: a test, and beside it which code its servers have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// To one host, at least 1.
    pub per_host: usize,
    /// In all, at least 2.
    pub in_all: usize,
    /// To debug backends, of all hosts together, at least 2: they are few and small.
    pub debug: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_host: 6, in_all: 24, debug: 6 }
    }
}
