// SPDX-License-Identifier: GPL-2.0-or-later
//! Which wiki runs which version (repository `operations/mediawiki-config`, `wikiversions.json`).

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use thiserror::Error;

/// Where noc publishes the versions of all wikis.
pub const NOC_VERSIONS_URL: &str = "https://noc.wikimedia.org/conf/wikiversions.json";

/// The version of every wiki: database name -> version without `php-`, such as `1.47.0-wmf.16` or `master`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Wikiversions(BTreeMap<String, String>);

/// Why a text is no list of versions.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("noc's list of versions cannot be read: {0}")]
pub struct VersionsError(pub String);

impl Wikiversions {
    /// Reads `wikiversions.json`.
    ///
    /// # Errors
    /// When it is no object of strings.
    pub fn from_noc(_json: &str) -> Result<Self, VersionsError> {
        Err(VersionsError("nothing is read yet".to_owned()))
    }

    /// The versions that wikis run, newest first, each with how many do.
    #[must_use]
    pub fn live(&self) -> Vec<(&str, usize)> {
        Vec::new()
    }

    /// The version of a wiki by its database name.
    #[must_use]
    pub fn version_of(&self, dbname: &str) -> Option<&str> {
        self.0.get(dbname).map(String::as_str)
    }

    /// Database names of up to `limit` wikis that run `version`; those that everybody knows come first.
    #[must_use]
    pub fn wikis_on(&self, _version: &str, _limit: usize) -> Vec<&str> {
        Vec::new()
    }
}

/// The order in which versions were cut: `1.47.0-wmf.9` before `1.47.0-wmf.16` before `1.48.0-wmf.1` before `master`.
#[must_use]
pub fn compare_versions(a: &str, b: &str) -> Ordering {
    a.cmp(b)
}
