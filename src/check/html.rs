// SPDX-License-Identifier: GPL-2.0-or-later
//! Elements of an HTML body, by CSS selector.

use super::AssertionError;
use super::words::shown;
use crate::exchange::Response;
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;

/// The selector.
///
/// # Errors
/// When it cannot be read.
pub(super) fn selector(selector: &str) -> Result<Selector, AssertionError> {
    Selector::parse(selector)
        .map_err(|error| AssertionError::Selector { selector: shown(selector), detail: error.to_string() })
}

/// The text of each element, white space as a reader sees it.
///
/// # Errors
/// With why the body cannot be searched.
pub(super) fn texts(wanted: &str, response: &Response) -> Result<Vec<Value>, String> {
    elements(wanted, response, |element| Some(Value::String(words(&element.text().collect::<String>()))))
}

/// The attribute of each element that has it.
///
/// # Errors
/// With why the body cannot be searched.
pub(super) fn attributes(wanted: &str, attribute: &str, response: &Response) -> Result<Vec<Value>, String> {
    elements(wanted, response, |element| element.attr(attribute.trim()).map(|value| Value::String(value.to_owned())))
}

/// How many elements there are.
///
/// # Errors
/// With why the body cannot be searched.
pub(super) fn count(wanted: &str, response: &Response) -> Result<usize, String> {
    elements(wanted, response, |_| Some(Value::Null)).map(|found| found.len())
}

fn elements(
    wanted: &str,
    response: &Response,
    read: impl Fn(ElementRef<'_>) -> Option<Value>,
) -> Result<Vec<Value>, String> {
    let selector = selector(wanted).map_err(|error| error.to_string())?;
    Ok(Html::parse_document(&response.body).select(&selector).filter_map(read).collect())
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
