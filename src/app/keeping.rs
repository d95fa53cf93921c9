// SPDX-License-Identifier: GPL-2.0-or-later
//! Keeping values for good, and carrying others over to the next wake.
//!
//! Must not know what a value is for.

use super::background::{JOURNAL, LIBRARY, REMINDERS, RUNS, SETTINGS};
use super::drafting::DRAFTS;
use super::outbox::OUTBOX;
use super::{App, Problem, Reply};
use crate::ports::{Area, Ports};
use crate::store::{EnvelopeError, open, seal};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Something kept that this version cannot read. It is left as it is, and nothing of its kind is kept over it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// What: `settings`, `tests`, `unsaved tests`, `results`, `run`, `reminders` or `sent reports`.
    pub what: String,
    /// Why, as a fragment.
    pub detail: String,
    /// Whether a newer version wrote it.
    pub newer: bool,
    /// Whether the user has exported it since the background was started, so that it may be removed.
    pub exported: bool,
}

impl<P: Ports> App<P> {
    /// A kept value. One that cannot be read is told, left where it is, and never written over.
    pub(super) async fn kept<T: DeserializeOwned>(&self, key: &'static str) -> Option<T> {
        let text = match self.ports.read(Area::Local, key).await {
            Ok(text) => text?,
            Err(error) => {
                self.cannot_read(key, error.to_string(), false);
                return None;
            }
        };
        match open(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.cannot_read(key, error.to_string(), matches!(error, EnvelopeError::Newer { .. }));
                None
            }
        }
    }

    fn cannot_read(&self, key: &'static str, detail: String, newer: bool) {
        let what = in_words(key).to_owned();
        self.inner.borrow_mut().unreadable.insert(key, Unreadable { what, detail, newer, exported: false });
    }

    /// Keeps a value for good.
    pub(super) async fn keep<T: Serialize>(&self, key: &'static str, value: &T) -> Result<(), Problem> {
        if self.inner.borrow().unreadable.contains_key(key) {
            let detail = "it is left as it is, so nothing new can be saved over it".into();
            return Err(Problem::Unreadable { what: in_words(key).to_owned(), detail });
        }
        let text = seal(value).map_err(|error: EnvelopeError| Problem::Storage { detail: error.to_string() })?;
        let written = self.ports.write(Area::Local, key, &text).await;
        written.map_err(|error| Problem::Storage { detail: error.to_string() })
    }

    /// Gives out what cannot be read as it stands there. What can be read is not given out: it may hold a secret.
    pub(super) async fn export_stored(&self, what: &str) -> Result<Reply, Problem> {
        let known = |key: &&str| self.inner.borrow().unreadable.contains_key(*key);
        let key = key_of(what).filter(known).ok_or(Problem::Gone)?;
        let text = self.ports.read(Area::Local, key).await;
        let text = text.map_err(|error| Problem::Storage { detail: error.to_string() })?.ok_or(Problem::Gone)?;
        if let Some(unreadable) = self.inner.borrow_mut().unreadable.get_mut(key) {
            unreadable.exported = true;
        }
        Ok(Reply::Stored { what: what.to_owned(), text })
    }

    /// Removes what cannot be read, once the user has exported it, so that things of its kind can be kept again.
    pub(super) async fn start_anew(&self, what: &str) -> Result<(), Problem> {
        let key = key_of(what).ok_or(Problem::Gone)?;
        match self.inner.borrow().unreadable.get(key) {
            None => return Err(Problem::Gone),
            Some(unreadable) if !unreadable.exported => {
                let detail = "export it first: starting anew removes it".into();
                return Err(Problem::Unreadable { what: what.to_owned(), detail });
            }
            Some(_) => {}
        }
        let removed = self.ports.remove(Area::Local, key).await;
        removed.map_err(|error| Problem::Storage { detail: error.to_string() })?;
        self.inner.borrow_mut().unreadable.remove(key);
        if key == OUTBOX { self.outbox_was_lost().await } else { Ok(()) }
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
        OUTBOX => "sent reports",
        _ => key,
    }
}

/// The key of what the user calls so.
fn key_of(what: &str) -> Option<&'static str> {
    [SETTINGS, LIBRARY, DRAFTS, RUNS, JOURNAL, REMINDERS, OUTBOX].into_iter().find(|key| in_words(key) == what)
}
