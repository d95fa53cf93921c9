// SPDX-License-Identifier: GPL-2.0-or-later
//! The error with which MediaWiki's API answers (repository `mediawiki/core`, `includes/api/ApiMain.php`).

use crate::exchange::Response;
use serde_json::Value;

/// The error's code, or several joined by `, `; `None` where the API did not answer with an error.
pub(super) fn error(response: &Response) -> Option<String> {
    if let Some(code) = response.headers.get("mediawiki-api-error") {
        return Some(code);
    }
    let body: Value = serde_json::from_str(&response.body).ok()?;
    let code = |error: &Value| error.get("code")?.as_str().map(str::to_owned);
    let several = body.get("errors").and_then(Value::as_array).into_iter().flatten().filter_map(code);
    let codes: Vec<_> = body.get("error").and_then(code).into_iter().chain(several).collect();
    (!codes.is_empty()).then(|| codes.join(", "))
}
