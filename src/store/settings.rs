// SPDX-License-Identifier: GPL-2.0-or-later
//! The user's settings and saved suites.

use crate::debug::{Backend, Known, Switch};
use crate::reminder::Wanted;
use crate::report::{Receiver, Secret};
use crate::schedule::Nick;
use crate::suite::{About, Owner, SharedPage, Suite};
use crate::verify::Limits;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use thiserror::Error;
use url::Url;

/// The user's settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// IRC nick under which the user's patches stand on the calendar.
    #[serde(default)]
    pub nick: Option<Nick>,
    /// Debug backend to verify on.
    #[serde(default)]
    pub backend: Backend,
    /// Further backends to verify on at the same time.
    #[serde(default)]
    pub also: BTreeSet<Backend>,
    /// Where reports go.
    #[serde(default)]
    pub webhook: Option<Webhook>,
    /// How reports go there.
    #[serde(default)]
    pub reporting: Reporting,
    /// Which reminders the user wants.
    #[serde(default)]
    pub reminders: Wanted,
    /// What is switched on for debug backends; nothing, unless the user says so.
    #[serde(default)]
    pub switches: BTreeSet<Switch>,
    /// What the user has said of servers that no table has.
    #[serde(default)]
    pub servers: Known,
    /// How many requests a run may have in flight.
    #[serde(default)]
    pub limits: Limits,
}

impl Settings {
    /// What stands at the webhook's other end, as the user says or as its URL looks; `None` without a webhook.
    #[must_use]
    pub fn receiver(&self) -> Option<Receiver> {
        let webhook = self.webhook.as_ref()?;
        Some(self.reporting.receiver.unwrap_or_else(|| Receiver::guess(webhook.url())))
    }
}

/// How reports go to the webhook.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reporting {
    /// What stands there, where the user has said so; otherwise [`Receiver::guess`] says.
    pub receiver: Option<Receiver>,
    /// The secret with which [`Receiver::Signed`] is signed to.
    pub secret: Option<Secret>,
    /// Whether a report is sent as soon as its run has ended, without a preview.
    pub at_once: bool,
    /// Whether the webhook is switched off, because it said that it is gone (status 410).
    pub gone: bool,
}

/// Saved suites.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Library {
    /// The suites, by what they belong to.
    #[serde(default)]
    pub suites: BTreeMap<Owner, Suite>,
    /// The Change-Ids of changes whose suites are kept under them, by Gerrit number: a change that has left the calendar
    /// is not asked about again.
    #[serde(default)]
    pub change_ids: BTreeMap<u64, String>,
    /// What the user has said of the wikis that a change is about, by the change, as its suite is kept.
    #[serde(default)]
    pub about: BTreeMap<Owner, About>,
    /// The wiki pages on which the suites of repositories and wikis are shared.
    #[serde(default)]
    pub shared: BTreeMap<Owner, SharedPage>,
}

/// A webhook's URL. It is a secret: `Debug` and `Display` show only its origin.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Webhook(Url);

/// Why a text is no webhook URL. It never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WebhookError {
    /// It is no URL.
    #[error("the webhook is not a URL; paste it whole, beginning with https://")]
    NotAUrl,
    /// It is neither https nor on this machine.
    #[error("the webhook must begin with https:// (http:// only for 127.0.0.1 and localhost)")]
    NotHttps,
}

impl Webhook {
    /// A webhook from what the user pasted.
    ///
    /// # Errors
    /// When it is no URL, or would send reports over the network in clear.
    pub fn new(text: &str) -> Result<Self, WebhookError> {
        let url = Url::parse(text.trim()).map_err(|_| WebhookError::NotAUrl)?;
        let local = matches!(url.host_str(), Some("127.0.0.1" | "localhost"));
        if url.scheme() == "https" || (url.scheme() == "http" && local) {
            Ok(Self(url))
        } else {
            Err(WebhookError::NotHttps)
        }
    }

    /// The whole URL, secret part and all; only for sending.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.as_str()
    }

    /// The same, in its parts.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.0
    }

    /// Scheme, host and port: `https://hooks.example.org`.
    #[must_use]
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}

impl fmt::Display for Webhook {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/…", self.origin())
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Webhook({self})")
    }
}

impl TryFrom<String> for Webhook {
    type Error = WebhookError;
    fn try_from(text: String) -> Result<Self, WebhookError> {
        Self::new(&text)
    }
}

impl From<Webhook> for String {
    fn from(webhook: Webhook) -> Self {
        webhook.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;
    use crate::debug::Backend;

    #[test]
    fn settings_that_were_kept_with_one_backend_are_still_read() {
        let kept = r#"{"nick": "submitter", "backend": "k8s-mwdebug-next", "webhook": null}"#;
        let settings: Settings = serde_json::from_str(kept).unwrap();
        assert_eq!((settings.backend, settings.also.len()), (Backend::new("k8s-mwdebug-next").unwrap(), 0));
    }
}
