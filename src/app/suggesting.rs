// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: look at a page once, so that what a test of it could demand can be offered.
//!
//! Must not save anything that the user has not chosen.

use super::agent::name_oneself;
use super::{App, Problem};
use crate::check::{Predicate, Subject};
use crate::exchange::{Headers, Request};
use crate::ports::Ports;
use crate::suite::{Cleaned, Suggestion, cleaned, suggest};
use serde::{Deserialize, Serialize};

/// Limit of the one request, in milliseconds.
const TIMEOUT_MS: u32 = 15_000;
/// A longer selection is no text to look for; so many letters of it are taken.
const MAX_TEXT: usize = 500;

/// A page from which a test is to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggested {
    /// Its URL as it may be kept.
    pub page: Cleaned,
    /// The text that the user has marked in it.
    pub text: Option<String>,
    /// The change for which it is; `None` while the user has not said.
    pub gerrit: Option<u64>,
    /// What came of the look at it.
    pub look: Look,
}

/// What came of the look at a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// The answer has not come.
    Asking,
    /// What could be demanded, the best first.
    Found {
        /// The assertions; each holds of production now.
        suggestions: Vec<Suggestion>,
    },
    /// The page did not answer.
    Failed {
        /// Why, as a fragment.
        detail: String,
    },
}

impl Suggested {
    /// The suggestion that looks for the marked text; `None` where the page that production sends to nobody in particular
    /// does not have it.
    #[must_use]
    pub fn of_text(&self) -> Option<&Suggestion> {
        let (Look::Found { suggestions }, Some(_)) = (&self.look, &self.text) else { return None };
        suggestions.iter().find(|suggestion| {
            let of = &suggestion.assertion.of;
            let is_whole = *of == Subject::Body || matches!(of, Subject::Html { selector } if selector == "body");
            is_whole && matches!(suggestion.assertion.is, Predicate::Contains { .. })
        })
    }
}

impl<P: Ports> App<P> {
    /// The user has marked a text in a page and wants a test of it; asks in a page of the extension for which change.
    pub async fn text_marked(&self, url: &str, text: &str) {
        let text: String = text.trim().chars().take(MAX_TEXT).collect();
        let wanted = self.want_page(url, Some(text).filter(|text| !text.is_empty()), None);
        if let Err(problem) = wanted {
            self.inner.borrow_mut().notice = Some(problem);
        }
        self.publish().await;
        if let Err(detail) = self.ports.show("popup.html").await {
            self.inner.borrow_mut().notice = Some(Problem::Tab { detail });
            self.publish().await;
        }
    }

    /// Has a page looked at.
    pub(super) fn want_page(&self, url: &str, text: Option<String>, gerrit: Option<u64>) -> Result<(), Problem> {
        let refused = |error: crate::suite::ScopeError| Problem::BadPage { detail: error.to_string() };
        let page = cleaned(url).map_err(refused)?;
        self.inner.borrow_mut().suggested = Some(Suggested { page, text, gerrit, look: Look::Asking });
        Ok(())
    }

    /// Puts the page away.
    pub(super) fn forget_page(&self) {
        self.inner.borrow_mut().suggested = None;
    }

    /// Asks the page once, on production and as nobody.
    pub(super) async fn look_at_page_if_wanted(&self) {
        let wanted = |suggested: &Suggested| suggested.look == Look::Asking;
        if self.suggesting.replace(true) {
            return;
        }
        loop {
            let asked = self.inner.borrow().suggested.clone().filter(wanted);
            let Some(asked) = asked else { break };
            let awake = self.awake();
            let mut headers = Headers::new();
            name_oneself(&mut headers);
            let url = asked.page.url.clone();
            let request = Request { url, headers, timeout_ms: TIMEOUT_MS, ..Request::default() };
            let look = match self.ports.send(&request).await {
                Ok(response) => Look::Found { suggestions: suggest(&response, asked.text.as_deref()) },
                Err(error) => Look::Failed { detail: error.to_string() },
            };
            // Another page may be wanted by now.
            if let Some(known) = self.inner.borrow_mut().suggested.as_mut().filter(|known| **known == asked) {
                known.look = look;
            }
            drop(awake);
            self.publish().await;
        }
        self.suggesting.set(false);
    }
}
