// SPDX-License-Identifier: GPL-2.0-or-later
//! The error with which MediaWiki's action API answers (repository `mediawiki/core`, `includes/api/ApiMain.php`): the field
//! `MediaWiki-API-Error`, and in the result `error`, or `errors` with the newer `errorformat`s.

use super::reading::Reading;
use serde_json::Value;

/// The codes of the errors; none where the API answered without.
///
/// # Errors
/// When the answer is no result of the action API in JSON: an error is not absent from what could have none.
pub(super) fn errors(reading: &Reading<'_>) -> Result<Vec<Value>, String> {
    let response = reading.response;
    if let Some(codes) = response.headers.get("mediawiki-api-error") {
        return Ok(codes.split(',').map(|code| Value::from(code.trim())).collect());
    }
    let url = url::Url::parse(&response.url).ok();
    if !url.is_some_and(|url| url.path().ends_with("/api.php")) {
        return Err("the answer is not from api.php".into());
    }
    let body = reading.json().map_err(|why| format!("{why}; ask with format=json"))?;
    let several = body.get("errors").and_then(Value::as_array).into_iter().flatten();
    let errors = body.get("error").filter(|error| !error.is_null()).into_iter().chain(several);
    Ok(errors
        .map(|error| error.get("code").filter(|code| code.is_string()).cloned().unwrap_or("unknown".into()))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::super::reading::Reading;
    use super::errors;
    use crate::exchange::{Headers, Response};
    use serde_json::{Value, json};

    fn of(path: &str, fields: &[(&str, &str)], body: &str) -> Result<Value, String> {
        let headers = fields.iter().copied().chain([("content-type", "application/json")]).collect::<Headers>();
        let url = format!("https://en.wikipedia.org{path}");
        let response = Response { url, headers, body: body.into(), ..Response::default() };
        errors(&Reading::of(&response)).map(Value::Array)
    }

    #[test]
    fn the_codes_are_read_wherever_the_api_puts_them() {
        let api = "/w/api.php?action=query&format=json";
        for (fields, body, expected) in [
            (&[("MediaWiki-API-Error", "badtoken")][..], "", json!(["badtoken"])),
            (&[("MediaWiki-API-Error", "a, b")], "{}", json!(["a", "b"])),
            (&[], r#"{"error":{"code":"nosuch","info":"x"}}"#, json!(["nosuch"])),
            (&[], r#"{"errors":[{"code":"a"},{"code":"b"}]}"#, json!(["a", "b"])),
            (&[], r#"{"error":"text"}"#, json!(["unknown"])),
            (&[], r#"{"batchcomplete":true,"query":{"error":{"code":"x"}}}"#, json!([])),
            (&[], r#"{"errors":[]}"#, json!([])),
            (&[], "[]", json!([])),
        ] {
            assert_eq!(of(api, fields, body), Ok(expected), "{body}");
        }
    }

    #[test]
    fn from_what_is_no_result_no_error_is_absent() {
        for (path, body, why) in [
            ("/wiki/X", "{}", "the answer is not from api.php"),
            ("/w/api.php", "", "the body is empty; ask with format=json"),
            ("/w/api.php", "<api/>", "the body is no JSON: expected value at line 1 column 1; ask with format=json"),
        ] {
            assert_eq!(of(path, &[], body), Err(why.into()));
        }
    }
}
