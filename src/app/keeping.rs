// SPDX-License-Identifier: GPL-2.0-or-later
//! Keeping values for good, and carrying others over to the next wake.
//!
//! Must not know what a value is for.

use super::background::{JOURNAL, LIBRARY, RUNS};
use super::drafting::DRAFTS;
use super::{App, Problem};
use crate::ports::{Area, Ports};
use crate::store::{EnvelopeError, open, seal};
use serde::{Serialize, de::DeserializeOwned};

impl<P: Ports> App<P> {
    /// A kept value. One that cannot be read is told, left where it is, and never written over.
    pub(super) async fn kept<T: DeserializeOwned>(&self, key: &'static str) -> Option<T> {
        let text = match self.ports.read(Area::Local, key).await {
            Ok(text) => text?,
            Err(error) => {
                self.cannot_read(key, error.to_string());
                return None;
            }
        };
        match open(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.cannot_read(key, error.to_string());
                None
            }
        }
    }

    fn cannot_read(&self, key: &'static str, detail: String) {
        let mut inner = self.inner.borrow_mut();
        inner.notice = Some(Problem::Unreadable { what: in_words(key).to_owned(), detail });
        inner.unreadable.push(key);
    }

    /// Keeps a value for good.
    pub(super) async fn keep<T: Serialize>(&self, key: &'static str, value: &T) -> Result<(), Problem> {
        if self.inner.borrow().unreadable.contains(&key) {
            let detail = "it is left as it is, so nothing new can be saved over it".into();
            return Err(Problem::Unreadable { what: in_words(key).to_owned(), detail });
        }
        let text = seal(value).map_err(|error: EnvelopeError| Problem::Storage { detail: error.to_string() })?;
        let written = self.ports.write(Area::Local, key, &text).await;
        written.map_err(|error| Problem::Storage { detail: error.to_string() })
    }

    /// A value that the last wake carried over. A cache that cannot be read is fetched again.
    pub(super) async fn carried<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let text = self.ports.read(Area::Session, key).await.ok()??;
        serde_json::from_str(&text).ok()
    }
}

/// What is kept under a key, as the user calls it.
fn in_words(key: &str) -> &str {
    match key {
        LIBRARY => "tests",
        DRAFTS => "unsaved tests",
        RUNS => "results",
        JOURNAL => "run",
        _ => key,
    }
}
