// SPDX-License-Identifier: GPL-2.0-or-later
//! The calendar's wikitext in the `MediaWiki` API's answer to [`PAGE_URL`].

use super::Failure;
use crate::exchange::Request;
use crate::ports::Http;
use crate::schedule::{PAGE_URL, page_from_api};

/// Milliseconds that wikitech has for the page.
const TIMEOUT_MS: u32 = 30_000;

/// Asks wikitech for the calendar's wikitext.
pub(super) async fn fetch(http: &impl Http) -> Result<String, Failure> {
    let request = Request { url: PAGE_URL.to_owned(), timeout_ms: TIMEOUT_MS, ..Request::default() };
    let response = http.send(&request).await.map_err(Failure::Wikitech)?;
    if response.status != 200 {
        return Err(Failure::Answer(format!("expected status <200>, there is <{}>", response.status)));
    }
    page_from_api(&response.body).map(|page| page.wikitext).map_err(|error| Failure::Answer(error.to_string()))
}
