// SPDX-License-Identifier: GPL-2.0-or-later
//! A response as several assertions read it: its body is parsed once, whoever asks.
//!
//! Must not say whether something holds.

use super::{config, html, json};
use crate::exchange::Response;
use scraper::Html;
use serde_json::{Map, Value};
use std::cell::OnceCell;

/// A response, and what has been parsed of it so far.
pub(super) struct Reading<'a> {
    pub(super) response: &'a Response,
    json: OnceCell<Result<Value, String>>,
    html: OnceCell<Result<Html, String>>,
    config: OnceCell<Result<Map<String, Value>, String>>,
}

impl<'a> Reading<'a> {
    pub(super) const fn of(response: &'a Response) -> Self {
        Self { response, json: OnceCell::new(), html: OnceCell::new(), config: OnceCell::new() }
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// With why it is none.
    pub(super) fn json(&self) -> Result<&Value, String> {
        self.json.get_or_init(|| json::parsed(self)).as_ref().map_err(Clone::clone)
    }

    /// The body as an HTML document.
    ///
    /// # Errors
    /// With why it is none.
    pub(super) fn html(&self) -> Result<&Html, String> {
        self.html.get_or_init(|| html::parsed(self)).as_ref().map_err(Clone::clone)
    }

    /// What the page sets of `mw.config`.
    ///
    /// # Errors
    /// With why that cannot be told.
    pub(super) fn config(&self) -> Result<&Map<String, Value>, String> {
        self.config.get_or_init(|| config::set_by(self)).as_ref().map_err(Clone::clone)
    }

    /// The body without a byte order mark and white space around it.
    pub(super) fn text(&self) -> &'a str {
        self.response.body.trim_start_matches('\u{feff}').trim()
    }

    /// The content type without its parameters, in lower case; empty where none is named.
    pub(super) fn kind(&self) -> String {
        let kind = self.response.headers.get("content-type").unwrap_or_default().to_ascii_lowercase();
        kind.split(';').next().unwrap_or_default().trim().to_owned()
    }

    /// Why a body of this content type is not `wanted`, such as `the answer is text/css, not HTML`.
    pub(super) fn is_not(&self, wanted: &str) -> String {
        match self.kind().as_str() {
            "" => format!("the answer names no content type and does not look like {wanted}"),
            kind => format!("the answer is {}, not {wanted}", super::words::shown(kind)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Reading;
    use crate::exchange::{Headers, Response};

    #[test]
    fn whoever_asks_reads_the_same_parsed_body() {
        let answer = |kind: &str, body: &str| Response {
            headers: Headers::from_iter([("content-type", kind)]),
            body: body.into(),
            ..Response::default()
        };
        let page = answer("text/html", r#"<script>RLCONF={"a":1};</script>"#);
        let reading = Reading::of(&page);
        assert!(std::ptr::eq(reading.html().unwrap(), reading.html().unwrap()));
        assert!(std::ptr::eq(reading.config().unwrap(), reading.config().unwrap()));
        let list = answer("application/json", "[1]");
        let reading = Reading::of(&list);
        assert!(std::ptr::eq(reading.json().unwrap(), reading.json().unwrap()));
    }
}
