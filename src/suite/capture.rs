// SPDX-License-Identifier: GPL-2.0-or-later
//! Values that one test of a run takes from its answer for others.

use crate::check::{AssertionError, Seen, Subject, seen};
use crate::exchange::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A value that is taken from an answer, at each target for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// What it is called where it is used, as `{{name}}`.
    pub name: String,
    /// Where it stands in the answer.
    pub of: Subject,
}

impl Capture {
    /// Takes the value; the first of several.
    ///
    /// # Errors
    /// With why there is none.
    pub fn take(&self, response: &Response) -> Result<Value, String> {
        match seen(&self.of, response) {
            Seen::One(value) => Ok(value),
            Seen::Several(values) => values.into_iter().next().ok_or_else(|| "nothing was found".into()),
            Seen::Nothing => Err(format!("{} is absent", self.of)),
            Seen::Unreadable(why) => Err(why),
        }
    }

    /// Whether it can be taken.
    ///
    /// # Errors
    /// When its place cannot be read.
    pub fn validate(&self) -> Result<(), AssertionError> {
        self.of.validate()
    }
}
