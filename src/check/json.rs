// SPDX-License-Identifier: GPL-2.0-or-later
//! Values in a JSON body, by `JSONPath` (RFC 9535).
//!
//! A body is JSON when the whole of it can be read, 128 levels deep at most. Where the content type does not say JSON it
//! must be an object or a list, and HTML it must not be: a text that happens to be a number is none.

use super::path::Path;
use super::reading::Reading;
use super::words::{list_of, said};
use serde_json::Value;

/// The body.
///
/// # Errors
/// With why it is no JSON.
pub(super) fn parsed(reading: &Reading<'_>) -> Result<Value, String> {
    let (text, kind) = (reading.text(), reading.kind());
    if text.is_empty() {
        return Err("the body is empty".into());
    }
    if kind.contains("html") || (!kind.contains("json") && !text.starts_with(['{', '['])) {
        return Err(reading.is_not("JSON"));
    }
    serde_json::from_str(text).map_err(|error| format!("the body is no JSON: {error}"))
}

/// What an expression finds, in the body's order.
///
/// # Errors
/// With why the body cannot be searched.
pub(super) fn found(expression: &str, reading: &Reading<'_>) -> Result<Vec<Value>, String> {
    let path = Path::parse(expression).map_err(|error| error.to_string())?;
    Ok(path.find(reading.json()?)?.into_iter().cloned().collect())
}

/// The deepest part of an expression at which there is something, and what: `$.query is an object with <pages>`.
pub(super) fn deepest(expression: &str, reading: &Reading<'_>) -> Option<String> {
    let body = reading.json().ok()?;
    parts(expression).into_iter().rev().find_map(|part| {
        let path = Path::parse(part).ok()?;
        let found = path.find(body).ok()?;
        let what = match found.as_slice() {
            [] => return None,
            [Value::Object(fields)] if fields.is_empty() => "an empty object".to_owned(),
            [Value::Object(fields)] => format!("an object with {}", list_of(fields.keys().cloned())),
            [Value::Array(items)] => format!("a list of {}", items.len()),
            [value] => format!("<{}>", said(value)),
            several => format!("found {} times", several.len()),
        };
        Some(format!("{} is {what}", super::words::shown(part)))
    })
}

/// The beginnings of an expression that end before one of its segments, the shortest first.
fn parts(expression: &str) -> Vec<&str> {
    let (mut quote, mut open, mut escaped) = (None, 0_usize, false);
    let mut parts = Vec::new();
    for (at, letter) in expression.char_indices() {
        if let Some(mark) = quote {
            if letter == mark && !escaped {
                quote = None;
            }
            escaped = letter == '\\' && !escaped;
            continue;
        }
        if open == 0 && matches!(letter, '.' | '[') {
            parts.extend(expression.get(..at).filter(|part| !part.ends_with('.')));
        }
        match letter {
            '"' | '\'' => quote = Some(letter),
            '[' | '(' => open += 1,
            ']' | ')' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    parts.truncate(MOST_PARTS);
    parts
}

/// Beginnings beyond these are not tried.
const MOST_PARTS: usize = 16;
