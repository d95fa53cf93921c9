// SPDX-License-Identifier: GPL-2.0-or-later
//! The `MediaWiki` API's answer to [`PAGE_URL`](super::PAGE_URL), read.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::error::Category;
use thiserror::Error;

/// A page's wikitext, and which of its revisions that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageText {
    /// Revision id.
    pub revision: u64,
    /// When that revision was saved.
    pub timestamp: Timestamp,
    /// Its wikitext.
    pub wikitext: String,
}

/// Why an answer gives no page.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PageError {
    /// It is no JSON: an error page of the servers, or a page of a captive network.
    #[error("the wiki did not answer in JSON but with <{begins}>; try again in a minute")]
    NotJson {
        /// How it begins.
        begins: String,
    },
    /// The API refuses.
    #[error("the wiki refused: <{code}> {info}")]
    Refused {
        /// The API's code, such as `readonly`.
        code: String,
        /// Its sentence.
        info: String,
    },
    /// There is no such page.
    #[error("the wiki has no page <{title}>")]
    Missing {
        /// The title that was asked for.
        title: String,
    },
    /// It is JSON of another shape.
    #[error("the wiki's answer lacks {what}")]
    Incomplete {
        /// What is not there.
        what: &'static str,
    },
}

#[derive(Deserialize)]
struct Answer {
    error: Option<Refusal>,
    #[serde(default)]
    errors: Vec<Refusal>,
    query: Option<Query>,
}

#[derive(Deserialize)]
struct Refusal {
    code: String,
    #[serde(alias = "text", alias = "html", default)]
    info: String,
}

#[derive(Deserialize)]
struct Query {
    #[serde(default)]
    pages: Vec<Page>,
}

#[derive(Deserialize)]
struct Page {
    title: Option<String>,
    #[serde(default)]
    missing: bool,
    #[serde(default)]
    invalid: bool,
    #[serde(default)]
    revisions: Vec<Revision>,
}

#[derive(Deserialize)]
struct Revision {
    revid: Option<u64>,
    timestamp: Option<Timestamp>,
    slots: Option<Slots>,
}

#[derive(Deserialize)]
struct Slots {
    main: Option<Slot>,
}

#[derive(Deserialize)]
struct Slot {
    content: Option<String>,
}

/// Reads the API's answer (`action=query&prop=revisions&rvslots=main&formatversion=2`, with ids, timestamp, content;
/// <https://www.mediawiki.org/wiki/API:Revisions>).
///
/// # Errors
/// When the answer is no JSON, is a refusal, or holds no text.
pub fn page_from_api(json: &str) -> Result<PageText, PageError> {
    let answer: Answer = serde_json::from_str(json).map_err(|error| match error.classify() {
        Category::Data => PageError::Incomplete { what: "a list of pages" },
        Category::Io | Category::Syntax | Category::Eof => PageError::NotJson { begins: beginning(json) },
    })?;
    if let Some(refusal) = answer.error.or_else(|| answer.errors.into_iter().next()) {
        return Err(PageError::Refused { code: refusal.code, info: refusal.info });
    }
    let query = answer.query.ok_or(PageError::Incomplete { what: "a list of pages" })?;
    let page = query.pages.into_iter().next().ok_or(PageError::Incomplete { what: "the page" })?;
    if page.missing || page.invalid {
        return Err(PageError::Missing { title: page.title.unwrap_or_default() });
    }
    let revision = page.revisions.into_iter().next().ok_or(PageError::Incomplete { what: "the revision" })?;
    Ok(PageText {
        revision: revision.revid.ok_or(PageError::Incomplete { what: "the revision's number" })?,
        timestamp: revision.timestamp.ok_or(PageError::Incomplete { what: "the revision's time" })?,
        wikitext: revision
            .slots
            .and_then(|slots| slots.main?.content)
            .ok_or(PageError::Incomplete { what: "the page's text" })?,
    })
}

/// The first letters of `text`, on one line.
fn beginning(text: &str) -> String {
    text.chars()
        .take(300)
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(60)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{PageError, page_from_api};

    const GOOD: &str = r#"{"batchcomplete":true,"query":{"pages":[{"pageid":15,"ns":0,"title":"Deployments","revisions":[
        {"revid":2345678,"parentid":2345670,"timestamp":"2026-08-24T12:59:01Z",
        "slots":{"main":{"contentmodel":"wikitext","contentformat":"text/x-wiki","content":"==Week of August 24=="}}}]}]}}"#;

    #[test]
    fn an_answer_gives_revision_time_and_text() {
        let page = page_from_api(GOOD).unwrap();
        assert_eq!((page.revision, page.timestamp.to_string().as_str()), (2_345_678, "2026-08-24T12:59:01Z"));
        assert_eq!(page.wikitext, "==Week of August 24==");
    }

    #[test]
    fn an_answer_without_a_page_says_why() {
        for (json, message) in [
            (
                "<!DOCTYPE html>\n<title>Wikimedia Error</title>",
                "the wiki did not answer in JSON but with <<!DOCTYPE html> <title>Wikimedia Error</title>>; try again in a minute",
            ),
            (r#"{"error":{"code":"ratelimited","info":"Too many."}}"#, "the wiki refused: <ratelimited> Too many."),
            (r#"{"errors":[{"code":"maxlag","text":"Waiting."}]}"#, "the wiki refused: <maxlag> Waiting."),
            (
                r#"{"query":{"pages":[{"ns":0,"title":"Deployments","missing":true}]}}"#,
                "the wiki has no page <Deployments>",
            ),
            (r#"{"query":{"pages":[]}}"#, "the wiki's answer lacks the page"),
            (r#"{"query":{"pages":{"15":{}}}}"#, "the wiki's answer lacks a list of pages"),
            (r#"{"batchcomplete":true}"#, "the wiki's answer lacks a list of pages"),
            ("[1]", "the wiki's answer lacks a list of pages"),
            (
                r#"{"query":{"pages":[{"title":"D","revisions":[{"revid":1,"timestamp":"2026-08-24T12:59:01Z","slots":{"main":{"texthidden":true}}}]}]}}"#,
                "the wiki's answer lacks the page's text",
            ),
        ] {
            assert_eq!(page_from_api(json).map_err(|error| error.to_string()), Err(message.to_owned()), "{json}");
        }
        assert!(matches!(page_from_api(""), Err(PageError::NotJson { .. })));
    }
}
