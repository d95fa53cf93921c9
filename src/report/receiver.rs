// SPDX-License-Identifier: GPL-2.0-or-later
//! What stands at a webhook's other end, and what each kind of it is sent.
//!
//! Must not send anything. A line reaches every kind as the same words, and can mention nobody in any.

mod body;
mod secret;

pub use secret::{Secret, SecretError, relay_secret};

use super::slack::slack_body;
use crate::verify::Verdict;
use body::{discord_body, hookshot_body, signed_body};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
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

    /// The one that a URL looks like: [`Receiver::Slack`] where it looks like none, since most take its body.
    ///
    /// Slack is at `hooks.slack.com`. Discord at `discord.com/api/webhooks/…`, and takes Slack's body where `/slack` stands
    /// behind that. Mattermost and Rocket.Chat have `/hooks/…`, Zulip `/api/v1/external/slack_incoming`. Hookshot has a
    /// UUID at the end, mostly behind `/webhook/` (repository `matrix-org/matrix-hookshot`, `docs/setup/webhooks.md`). The
    /// relay has `/hook/TOKEN`.
    #[must_use]
    pub fn guess(url: &Url) -> Self {
        let host = url.host_str().unwrap_or_default();
        let path: Vec<&str> = url.path_segments().into_iter().flatten().filter(|segment| !segment.is_empty()).collect();
        let is_discord = ["discord.com", "discordapp.com"]
            .iter()
            .any(|domain| host.strip_suffix(domain).is_some_and(|before| before.is_empty() || before.ends_with('.')));
        match path.as_slice() {
            ["api", .., "slack"] if is_discord => Self::Slack,
            ["api", "webhooks", _, _] | ["api", _, "webhooks", _, _] if is_discord => Self::Discord,
            [.., "hook", _] => Self::Relay,
            [.., "hooks", _] => Self::Slack,
            [.., last] if is_uuid(last) => Self::Hookshot,
            _ => Self::Slack,
        }
    }

    /// Whether it says a message of a known id only once, so that sending again can say nothing twice.
    #[must_use]
    pub const fn knows_ids(self) -> bool {
        matches!(self, Self::Signed | Self::Relay)
    }
}

/// Whether it has the form of RFC 9562, section 4.
fn is_uuid(text: &str) -> bool {
    let mut groups = text.split('-').map(|group| (group.len(), group.bytes().all(|byte| byte.is_ascii_hexdigit())));
    [8, 4, 4, 4, 12].iter().all(|length| groups.next() == Some((*length, true))) && groups.next().is_none()
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

/// What is to be posted, beside the URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Header fields.
    pub fields: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

impl Posting {
    /// A message as a receiver takes it; `asked` is when it was last said that it be sent, `url` the webhook's, `now` the
    /// time of this attempt.
    ///
    /// Every post has the message's id. What goes to [`Receiver::Signed`] is signed with `secret`, where there is one; what
    /// goes to [`Receiver::Relay`] with the secret that the token in its URL gives.
    #[must_use]
    pub fn new(
        receiver: Receiver,
        message: &Message,
        asked: Timestamp,
        url: &Url,
        secret: Option<&Secret>,
        now: Timestamp,
    ) -> Self {
        let id = id_for_header(&message.id);
        let mut fields = vec![("Content-Type", "application/json".to_owned()), ("webhook-id", id.clone())];
        let secret = match receiver {
            Receiver::Slack => return Self { fields, body: slack_body(&message.line) },
            Receiver::Discord => return Self { fields, body: discord_body(&message.line) },
            Receiver::Hookshot => return Self { fields, body: hookshot_body(&message.line) },
            Receiver::Signed => secret.cloned(),
            Receiver::Relay => token(url).map(relay_secret),
        };
        let body = signed_body(message, asked);
        let seconds = now.as_second();
        fields.push(("webhook-timestamp", seconds.to_string()));
        let signature = secret.and_then(|secret| secret.sign(&id, seconds, &body));
        fields.extend(signature.map(|signature| ("webhook-signature", signature)));
        Self { fields, body }
    }
}

/// The token in a relay's URL: what is last in the path.
fn token(url: &Url) -> Option<&str> {
    url.path_segments()?.rfind(|segment| !segment.is_empty())
}

/// An id as a field can hold it, and without the full stop that divides what is signed.
fn id_for_header(id: &str) -> String {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    id.chars().map(|letter| if fits(letter) { letter } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::{About, Message, Posting, Receiver, Secret};
    use jiff::Timestamp;
    use url::Url;

    #[test]
    fn a_receiver_is_guessed_from_its_url() {
        let uuid = "0b6ef5ac-9b1b-4c0a-b8c2-1d2f3a4b5c6d";
        for (url, expected) in [
            ("https://hooks.slack.com/services/T000/B000/XXXX", Receiver::Slack),
            ("https://hooks.slack-gov.com/services/T000/B000/XXXX", Receiver::Slack),
            ("https://discord.com/api/webhooks/123/abc", Receiver::Discord),
            ("https://discord.com/api/v10/webhooks/123/abc", Receiver::Discord),
            ("https://discordapp.com/api/webhooks/123/abc?wait=true", Receiver::Discord),
            ("https://canary.discord.com/api/webhooks/123/abc/", Receiver::Discord),
            ("https://ptb.discord.com/api/webhooks/123/abc", Receiver::Discord),
            ("https://discord.com/api/webhooks/123/abc/slack", Receiver::Slack),
            ("https://discord.com.example.org/api/webhooks/123/abc", Receiver::Slack),
            ("https://notdiscord.com/api/webhooks/123/abc", Receiver::Slack),
            ("https://team.zulipchat.com/api/v1/external/slack_incoming?api_key=a&stream=b", Receiver::Slack),
            ("https://mattermost.example.org/hooks/abcdefghijklmnopqrstuvwxyz", Receiver::Slack),
            ("https://example.org/mattermost/hooks/0b6ef5ac-9b1b-4c0a-b8c2-1d2f3a4b5c6d", Receiver::Slack),
            ("https://rocket.example.org/hooks/5f9b/abcdef", Receiver::Slack),
            (&format!("https://matrix.example.org/webhook/{uuid}"), Receiver::Hookshot),
            (&format!("https://matrix.example.org/hookshot/{uuid}/"), Receiver::Hookshot),
            ("https://matrix.example.org/webhook/0b6ef5ac", Receiver::Slack),
            ("https://verify.toolforge.org/hook/0123456789abcdef", Receiver::Relay),
            ("http://127.0.0.1:8080/hook/0b6ef5ac-9b1b-4c0a-b8c2-1d2f3a4b5c6d", Receiver::Relay),
            ("http://localhost:8080/", Receiver::Slack),
            ("https://example.org/post", Receiver::Slack),
        ] {
            assert_eq!(Receiver::guess(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn an_id_cannot_be_read_as_more_than_an_id() {
        let message =
            Message { id: "a.1\r\nx: ü".into(), at: Timestamp::UNIX_EPOCH, line: String::new(), about: About::Trial };
        let url = Url::parse("https://example.org/").unwrap();
        for receiver in Receiver::ALL {
            let posting = Posting::new(receiver, &message, message.at, &url, None, Timestamp::UNIX_EPOCH);
            assert_eq!(posting.fields[1], ("webhook-id", "a_1__x___".to_owned()), "{receiver:?}");
        }
    }

    #[test]
    fn a_signed_post_without_a_secret_has_no_signature_and_the_relays_own_secret_is_not_the_users() {
        let message = Message { id: "1-1".into(), at: Timestamp::UNIX_EPOCH, line: "PASS".into(), about: About::Trial };
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let posting = |receiver, url: &str, secret| {
            Posting::new(receiver, &message, message.at, &Url::parse(url).unwrap(), secret, Timestamp::UNIX_EPOCH)
        };
        let signature = |posting: Posting| posting.fields.into_iter().find(|(name, _)| *name == "webhook-signature");
        let url = "https://example.org/hook/0123";
        assert_eq!(signature(posting(Receiver::Signed, url, None)), None);
        assert_eq!(signature(posting(Receiver::Relay, "https://example.org/", Some(&secret))), None);
        let signed = signature(posting(Receiver::Signed, url, Some(&secret)));
        let relayed = signature(posting(Receiver::Relay, url, Some(&secret)));
        assert!(signed.is_some() && relayed.is_some() && signed != relayed);
        assert_eq!(relayed, signature(posting(Receiver::Relay, "https://example.org/hook/0123/", None)));
    }
}
