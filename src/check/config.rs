// SPDX-License-Identifier: GPL-2.0-or-later
//! Values of `mw.config` as a page sets them (repository `mediawiki/core`, `includes/Output/OutputPage.php` and
//! `includes/ResourceLoader/ClientHtml.php`: `RLCONF={…}`).

use crate::exchange::Response;
use serde_json::Value;

/// The value under `name`, in a list of at most one.
///
/// # Errors
/// With why the body cannot be searched.
pub(super) fn value(name: &str, response: &Response) -> Result<Vec<Value>, String> {
    let (_, rest) = response.body.split_once("RLCONF=").ok_or("the page sets no mw.config (no RLCONF)")?;
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
    match values.next() {
        Some(Ok(Value::Object(mut config))) => Ok(config.remove(name.trim()).into_iter().collect()),
        Some(Err(error)) => Err(format!("the page's mw.config cannot be read: {error}")),
        _ => Err("the page's mw.config cannot be read".into()),
    }
}
