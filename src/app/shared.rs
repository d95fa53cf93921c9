// SPDX-License-Identifier: GPL-2.0-or-later
//! What pages see of a suite that is shared on a wiki page.

use super::{Loaded, Refusal};
use crate::suite::{Difference, SharedPage};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A suite's home on a wiki.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shared {
    /// The page.
    pub page: SharedPage,
    /// What it says.
    pub read: Loaded<SharedSuite>,
    /// What became of the last saving.
    pub saving: Option<Saving>,
}

/// What such a page says, held against what is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedSuite {
    /// Its revision; `None` where there is no page yet.
    pub revision: Option<u64>,
    /// How many tests it holds.
    pub tests: usize,
    /// What it has otherwise than what is kept.
    pub offers: Vec<Offer>,
    /// Kept tests that its file could not say whole, by their labels; with one, nothing is saved.
    pub not_whole: Vec<String>,
}

/// A difference that can be taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The difference.
    pub difference: Difference,
    /// Why it cannot be, as a fragment.
    pub refused: Option<String>,
}

/// What became of a saving.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Saving {
    /// It is being saved.
    UnderWay,
    /// The wiki has taken it.
    Saved {
        /// When, UTC.
        at: Timestamp,
    },
    /// It has not, or nobody knows.
    Failed {
        /// Why.
        refusal: Refusal,
    },
}
