// SPDX-License-Identifier: GPL-2.0-or-later
//! An assertion held against a response.

use super::Assertion;
use crate::exchange::Response;
use serde::{Deserialize, Serialize};

/// What came of one assertion; expected and actual stay apart, so that reports can show what passed too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssertionResult {
    /// The assertion.
    pub assertion: Assertion,
    /// Whether it held.
    pub held: bool,
    /// What was demanded, for people: `body contains <move-rootuserpages>`.
    pub expected: String,
    /// What was there, for people: `it does not (4,812 characters)`.
    pub actual: String,
}

/// Holds `assertion` against `response`. One that cannot be judged does not hold.
#[must_use]
pub fn judge(assertion: &Assertion, _response: &Response) -> AssertionResult {
    AssertionResult { assertion: assertion.clone(), held: false, expected: String::new(), actual: String::new() }
}
