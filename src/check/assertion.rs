// SPDX-License-Identifier: GPL-2.0-or-later
//! What a test demands of a response: httpbb's vocabulary, and `body does not contain`.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One demand. The comments name httpbb's key (<https://wikitech.wikimedia.org/wiki/Httpbb>).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assertion {
    /// `assert_status`: the status code is this.
    Status {
        /// The code.
        equals: u16,
    },
    /// `assert_body_contains`: the body holds this text, letter for letter.
    BodyContains {
        /// The text.
        text: String,
    },
    /// Ours, `assert_body_not_contains`: the body does not hold this text.
    BodyNotContains {
        /// The text.
        text: String,
    },
    /// `assert_body_regex`: the expression matches somewhere in the body; `^` and `$` match at lines.
    BodyMatches {
        /// The regular expression.
        pattern: String,
    },
    /// `assert_headers`: the field is there and its value is exactly this.
    HeaderEquals {
        /// Field name, compared without case.
        name: String,
        /// The value.
        value: String,
    },
    /// `assert_headers_regex`: the field is there and the expression matches somewhere in its value.
    HeaderMatches {
        /// Field name, compared without case.
        name: String,
        /// The regular expression.
        pattern: String,
    },
    /// `assert_headers_absent`: the field is not there.
    HeaderAbsent {
        /// Field name, compared without case.
        name: String,
    },
}

/// Why an assertion cannot be judged by anybody.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AssertionError {
    /// Nothing is demanded.
    #[error("{what} must not be empty")]
    Empty {
        /// Which field.
        what: &'static str,
    },
    /// The status is no HTTP status code.
    #[error("status <{0}> is not between 100 and 599")]
    Status(u16),
    /// The regular expression cannot be read.
    #[error("regular expression <{pattern}> cannot be read: {detail}")]
    Pattern {
        /// The expression.
        pattern: String,
        /// What the library said.
        detail: String,
    },
}
