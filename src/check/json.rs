// SPDX-License-Identifier: GPL-2.0-or-later
//! Values in a JSON body, by JSONPath (RFC 9535).

use super::AssertionError;
use super::words::shown;
use crate::exchange::Response;
use serde_json::Value;
use serde_json_path::JsonPath;

/// The expression.
///
/// # Errors
/// When it cannot be read.
pub(super) fn path(path: &str) -> Result<JsonPath, AssertionError> {
    JsonPath::parse(path).map_err(|error| AssertionError::Path { path: shown(path), detail: error.to_string() })
}

/// What it finds.
///
/// # Errors
/// With why the body cannot be searched.
pub(super) fn found(expression: &str, response: &Response) -> Result<Vec<Value>, String> {
    let path = path(expression).map_err(|error| error.to_string())?;
    let body: Value = serde_json::from_str(&response.body).map_err(|error| format!("the body is no JSON: {error}"))?;
    Ok(path.query(&body).all().into_iter().cloned().collect())
}
