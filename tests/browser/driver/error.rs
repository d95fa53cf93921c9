// SPDX-License-Identifier: GPL-2.0-or-later
//! What can stand between a test and its browser.

use std::path::{Path, PathBuf};
use thirtyfour::error::WebDriverError;
use thiserror::Error;

/// Why something could not be done in the browser. Reads on after "failed to".
#[derive(Debug, Error)]
pub(crate) enum BrowserError {
    /// A program is not installed.
    #[error("find {program}; {remedy}")]
    Missing {
        /// Which.
        program: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// The driver program or the browser did not start.
    #[error("start {}: {detail}", program.display())]
    Start {
        /// Which program.
        program: PathBuf,
        /// Why.
        detail: String,
    },
    /// The extension is not there or was not taken.
    #[error("load the extension from {}: {detail}", folder.display())]
    Extension {
        /// Its folder.
        folder: PathBuf,
        /// Why, and what to do.
        detail: String,
    },
    /// The driver refused a command.
    #[error("{doing}: {source}")]
    Command {
        /// What was wanted.
        doing: String,
        /// What the driver said.
        source: WebDriverError,
    },
    /// Something did not come in time.
    #[error("see {expected} within {seconds} s; the page <{url}> shows:\n{page}")]
    Late {
        /// What was waited for.
        expected: String,
        /// How long.
        seconds: u64,
        /// Where.
        url: String,
        /// The page's text.
        page: String,
    },
    /// A script in the page or in the browser told of an error.
    #[error("{doing}: the browser said <{said}>")]
    Script {
        /// What was wanted.
        doing: String,
        /// What it said.
        said: String,
    },
    /// A file could not be read or written.
    #[error("read or write {}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl BrowserError {
    /// A file could not be read or written.
    pub(super) fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.to_path_buf(), source }
    }
}
