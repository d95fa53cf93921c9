// SPDX-License-Identifier: GPL-2.0-or-later
//! The calendar's wikitext in the `MediaWiki` API's answer to [`PAGE_URL`].

use super::Failure;
use crate::exchange::Request;
use crate::ports::Http;
use crate::schedule::PAGE_URL;
use serde::Deserialize;

/// Milliseconds that wikitech has for the page.
const TIMEOUT_MS: u32 = 30_000;

#[derive(Deserialize)]
struct Answer {
    query: Query,
}

#[derive(Deserialize)]
struct Query {
    pages: Vec<Page>,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    revisions: Vec<Revision>,
}

#[derive(Deserialize)]
struct Revision {
    slots: Slots,
}

#[derive(Deserialize)]
struct Slots {
    main: Slot,
}

#[derive(Deserialize)]
struct Slot {
    content: String,
}

/// Asks wikitech for the calendar's wikitext.
pub(super) async fn fetch(http: &impl Http) -> Result<String, Failure> {
    let request = Request { url: PAGE_URL.to_owned(), timeout_ms: TIMEOUT_MS, ..Request::default() };
    let response = http.send(&request).await.map_err(Failure::Wikitech)?;
    if response.status != 200 {
        return Err(Failure::Answer(format!("expected status <200>, there is <{}>", response.status)));
    }
    wikitext(&response.body)
}

fn wikitext(json: &str) -> Result<String, Failure> {
    let answer: Answer = serde_json::from_str(json)
        .map_err(|error| Failure::Answer(format!("the answer is not as MediaWiki gives it: {error}")))?;
    let page = answer.query.pages.into_iter().next();
    let revision = page.and_then(|page| page.revisions.into_iter().next());
    revision
        .map(|revision| revision.slots.main.content)
        .ok_or_else(|| Failure::Answer("it has no page <Deployments>".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::wikitext;

    #[test]
    fn the_wikitext_is_taken_from_the_first_revision() {
        let json = r#"{"query":{"pages":[{"title":"Deployments","revisions":[{"revid":1,"slots":{"main":{"content":"==Week=="}}}]}]}}"#;
        assert_eq!(wikitext(json).unwrap(), "==Week==");
    }

    #[test]
    fn an_answer_without_the_page_says_so() {
        let missing = wikitext(r#"{"query":{"pages":[{"title":"Deployments","missing":true}]}}"#).unwrap_err();
        assert_eq!(missing.exit_code(), 3);
        assert!(missing.to_string().contains("it has no page <Deployments>"), "{missing}");
        let html = wikitext("<!DOCTYPE html>").unwrap_err();
        assert!(html.to_string().contains("not as MediaWiki gives it"), "{html}");
    }
}
