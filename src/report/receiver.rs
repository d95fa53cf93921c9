// SPDX-License-Identifier: GPL-2.0-or-later
//! What stands at a webhook's other end, and what each kind of it is sent.
//!
//! Must not send anything. A line reaches every kind as the same words, and can mention nobody in any.

use super::slack::slack_body;
use crate::verify::Verdict;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use thiserror::Error;
use url::Url;

/// Who takes the posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Receiver {
    /// Slack, and those that take its body: Mattermost, Rocket.Chat, Zulip's Slack route.
    Slack,
    /// Discord.
    Discord,
    /// Matrix hookshot.
    Hookshot,
    /// Anything that takes our documented JSON, signed as the Standard Webhooks specification has it.
    Signed,
    /// `backport-verify relay`: the signed JSON, with a status to ask for and announcements to hear.
    Relay,
}

impl Receiver {
    /// All of them, in the order in which a user is to choose.
    pub const ALL: [Self; 5] = [Self::Relay, Self::Slack, Self::Discord, Self::Hookshot, Self::Signed];

    /// The one that a URL looks like.
    #[must_use]
    pub fn guess(_url: &Url) -> Self {
        Self::Slack
    }

    /// Whether it says a message of a known id only once, so that sending again can say nothing twice.
    #[must_use]
    pub const fn knows_ids(self) -> bool {
        matches!(self, Self::Signed | Self::Relay)
    }
}

/// A message for the channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its name, unique, and the same at every attempt to deliver it.
    pub id: String,
    /// When it came to be, UTC.
    pub at: Timestamp,
    /// The line, as [`channel_line`](super::channel_line) makes it.
    pub line: String,
    /// What it is about.
    pub about: About,
}

/// What a message is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// Nothing: the user tries the webhook.
    Trial,
    /// An ended run.
    Run {
        /// The run's name.
        run: String,
        /// What it came to.
        verdict: Verdict,
        /// `mwdebug` or `production`.
        stage: String,
        /// Gerrit change number, where it is about one.
        gerrit: Option<u64>,
        /// Tests that passed.
        passed: usize,
        /// Tests in all.
        total: usize,
    },
}

/// The secret with which posts are signed. `Debug` and `Display` do not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Secret(String);

/// Why a text is no secret. It never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SecretError {
    /// It is not what the specification says.
    #[error("the signing secret must begin with whsec_, followed by Base64 of 24 to 64 bytes")]
    Shape,
}

impl Secret {
    /// A secret from what the user pasted.
    ///
    /// # Errors
    /// When it is none.
    pub fn new(text: &str) -> Result<Self, SecretError> {
        let text = text.trim();
        if text.starts_with("whsec_") { Ok(Self(text.to_owned())) } else { Err(SecretError::Shape) }
    }
}

impl TryFrom<String> for Secret {
    type Error = SecretError;
    fn try_from(text: String) -> Result<Self, SecretError> {
        Self::new(&text)
    }
}

impl From<Secret> for String {
    fn from(secret: Secret) -> Self {
        secret.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// The secret that signs posts to `backport-verify relay`: it follows from the token in the webhook's URL, so that a
/// submitter has one thing to copy. `whsec_` and the Base64 of SHA-256 of `backport-verify relay`, a zero byte and the
/// token.
#[must_use]
pub fn relay_secret(token: &str) -> Secret {
    let digest = Sha256::new().chain_update("backport-verify relay\0").chain_update(token).finalize();
    Secret(format!("whsec_{}", STANDARD.encode(digest)))
}

/// What is to be posted, beside the URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Header fields.
    pub fields: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

impl Posting {
    /// A message as a receiver takes it; `url` is the webhook's, `now` the time of this attempt.
    #[must_use]
    pub fn new(_receiver: Receiver, message: &Message, _url: &Url, _secret: Option<&Secret>, _now: Timestamp) -> Self {
        let fields = vec![("Content-Type", "application/json".to_owned()), ("webhook-id", message.id.clone())];
        Self { fields, body: slack_body(&message.line) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Secret, relay_secret};

    #[test]
    fn the_relays_secret_follows_from_the_token() {
        let secret = relay_secret("0123456789abcdef");
        // printf 'backport-verify relay\0000123456789abcdef' | openssl dgst -sha256 -binary | base64
        assert_eq!(String::from(secret.clone()), "whsec_5UY/NyrzWHYDyvs4XWbOVIsQ7I5xPvZQPLXJxnPBUSk=");
        assert_eq!(Secret::new(&String::from(secret.clone())), Ok(secret.clone()));
        assert_ne!(secret, relay_secret("0123456789abcdeg"));
    }
}
