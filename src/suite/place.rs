// SPDX-License-Identifier: GPL-2.0-or-later
//! Where in a suite's file something stands, and what is to be said of it.

use std::fmt;
use thiserror::Error;

/// A place in a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The first is 1.
    pub line: usize,
    /// In characters; the first is 1.
    pub column: usize,
}

/// Why a file is no suite, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}, column {column}: {message}; {remedy}")]
pub struct SuiteError {
    /// Line; the first is 1.
    pub line: usize,
    /// Column in characters; the first is 1.
    pub column: usize,
    /// What is wrong, as a fragment.
    pub message: String,
    /// What would be right, as a fragment.
    pub remedy: String,
}

/// What a reader of the file should know although nothing is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Where.
    pub at: Place,
    /// What, as a fragment.
    pub message: String,
}

impl fmt::Display for Note {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}, column {}: {}", self.at.line, self.at.column, self.message)
    }
}

/// A question that a reader may want to be asked who has written `name`: whether one of `known` is meant.
#[must_use]
pub fn did_you_mean<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    let alike = known.into_iter().map(|other| (strsim::jaro_winkler(name, other), other));
    let (likeness, other) = alike.max_by(|one, other| one.0.total_cmp(&other.0))?;
    (likeness > 0.8).then(|| format!("did you mean <{other}>?"))
}

impl Place {
    pub(super) fn error(self, message: impl Into<String>, remedy: impl Into<String>) -> SuiteError {
        SuiteError { line: self.line, column: self.column, message: message.into(), remedy: remedy.into() }
    }
}
