// SPDX-License-Identifier: GPL-2.0-or-later
//! A post as it comes: its id, its signature, the text in one of three bodies, and how old that is.
//!
//! Must not keep anything, and what it says of a post never repeats it.

use crate::report::{WIRE_LIMIT, clean, clean_line, relay_secret, slack_text};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde_json::Value;
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook, WebhookError};

/// The longest id, in bytes.
const ID_LIMIT: usize = 128;

/// The greatest age that is believed, in milliseconds: a day, as long as a line can be kept at all. What is older was
/// dated by a clock that was never set.
const OLDEST: i64 = 24 * 60 * 60 * 1000;

/// What a post wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// That this be said.
    pub(super) line: String,
    /// How long it has been wanted, in milliseconds, where the post tells; else 0.
    pub(super) age: i64,
}

/// Why a post is not taken: the status, a word of Slack's kind for programs
/// (<https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors>), and a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The status.
    pub(super) status: StatusCode,
    /// The word.
    pub(super) word: &'static str,
    /// What is wrong and what to do.
    pub(super) detail: &'static str,
}

impl Refusal {
    /// With these parts.
    pub(super) const fn new(status: StatusCode, word: &'static str, detail: &'static str) -> Self {
        Self { status, word, detail }
    }
}

const PAYLOAD: Refusal = Refusal::new(
    StatusCode::BAD_REQUEST,
    "invalid_payload",
    "expected {\"text\": …}, the same in a form's field payload, or the signed {\"type\", \"timestamp\", \"data\": {\"line\": …}}",
);
const NO_TEXT: Refusal =
    Refusal::new(StatusCode::BAD_REQUEST, "no_text", "nothing of the text can be seen; send some letters");
const KIND: Refusal = Refusal::new(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "unsupported_media_type",
    "expected application/json or application/x-www-form-urlencoded",
);
const ID: Refusal = Refusal::new(
    StatusCode::BAD_REQUEST,
    "invalid_id",
    "expected one webhook-id of at most 128 letters, digits and -_.:~, beginning with a letter or digit",
);
const TIME: Refusal = Refusal::new(
    StatusCode::BAD_REQUEST,
    "invalid_timestamp",
    "webhook-timestamp must be the Unix time in seconds, at most five minutes from the relay's clock; set the clock, and sign anew at each attempt",
);
const SIGNATURE: Refusal = Refusal::new(
    StatusCode::UNAUTHORIZED,
    "invalid_signature",
    "webhook-signature is missing or does not fit; the secret is whsec_ and the Base64 of SHA-256 of \"backport-verify relay\\0\" and the token",
);

/// The id that the sender gave; `None` where it gave none.
///
/// # Errors
/// When it cannot stand in a URL as it is.
pub(super) fn id(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let mut given = headers.get_all(HEADER_WEBHOOK_ID).iter();
    let (Some(id), None) = (given.next(), given.next()) else {
        return if headers.contains_key(HEADER_WEBHOOK_ID) { Err(ID) } else { Ok(None) };
    };
    let id = id.to_str().map_err(|_| ID)?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:~".contains(&byte);
    let begins = id.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    if begins && id.len() <= ID_LIMIT && id.bytes().all(fits) { Ok(Some(id.to_owned())) } else { Err(ID) }
}

/// What a post has the relay say for `nick`: one line, no command to anybody, within the limit of the wire.
///
/// # Errors
/// When the signature or the time is wrong, the body is of no known form, or nothing can be seen of the text.
pub(super) fn wanted(token: &str, nick: &str, headers: &HeaderMap, body: &[u8]) -> Result<Wanted, Refusal> {
    let kind = kind(headers)?;
    let is_signed = headers.contains_key(HEADER_WEBHOOK_SIGNATURE);
    if is_signed {
        check(token, headers, body)?;
    }
    let body = std::str::from_utf8(body).map_err(|_| PAYLOAD)?;
    let (text, asked) = match kind {
        Kind::Form => {
            let payload = url::form_urlencoded::parse(body.as_bytes()).find(|(name, _)| name == "payload");
            (slack_text(&payload.ok_or(PAYLOAD)?.1).map_err(|_| PAYLOAD)?, None)
        }
        Kind::Json => match (event(body), is_signed) {
            (Some(event), true) => event,
            (Some(_), false) => return Err(SIGNATURE),
            (None, _) => (slack_text(body).map_err(|_| PAYLOAD)?, None),
        },
    };
    if clean(&text).is_empty() {
        return Err(NO_TEXT);
    }
    let line = clean_line(&format!("{nick} via backport-verify: {text}"), WIRE_LIMIT);
    Ok(Wanted { line, age: asked.and_then(|asked| age(asked, headers)).unwrap_or_default() })
}

/// How long ago `asked` was when the post was sent, in milliseconds. Both times are of the sender's clock, so that it may
/// differ from the relay's. An age that cannot be is none: the clock was set meanwhile, or never.
fn age(asked: Timestamp, headers: &HeaderMap) -> Option<i64> {
    let sent: i64 = headers.get(HEADER_WEBHOOK_TIMESTAMP)?.to_str().ok()?.parse().ok()?;
    let age = sent.checked_mul(1000)?.checked_sub(asked.as_millisecond())?;
    (0..=OLDEST).contains(&age).then_some(age)
}

enum Kind {
    Json,
    Form,
}

fn kind(headers: &HeaderMap) -> Result<Kind, Refusal> {
    let Some(given) = headers.get(CONTENT_TYPE) else { return Ok(Kind::Json) };
    let given = given.to_str().map_err(|_| KIND)?.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match &*given {
        "application/json" => Ok(Kind::Json),
        "application/x-www-form-urlencoded" => Ok(Kind::Form),
        _ => Err(KIND),
    }
}

fn check(token: &str, headers: &HeaderMap, body: &[u8]) -> Result<(), Refusal> {
    let webhook = Webhook::new(&String::from(relay_secret(token))).map_err(|_| SIGNATURE)?;
    webhook.verify(body, headers).map_err(|error| match error {
        WebhookError::TimestampTooOldError
        | WebhookError::FutureTimestampError
        | WebhookError::InvalidTimestamp
        | WebhookError::MissingHeader("timestamp")
        | WebhookError::InvalidHeader("timestamp") => TIME,
        WebhookError::MissingHeader("id") => ID,
        WebhookError::InvalidPayload => PAYLOAD,
        _ => SIGNATURE,
    })
}

/// The line of the signed form, and when it was asked for, else when it came to be.
fn event(body: &str) -> Option<(String, Option<Timestamp>)> {
    #[derive(serde::Deserialize)]
    struct Event {
        r#type: String,
        timestamp: String,
        data: Data,
    }
    #[derive(serde::Deserialize)]
    struct Data {
        line: String,
        #[serde(default)]
        asked: Value,
    }
    let event: Event = serde_json::from_str(body).ok()?;
    let Event { r#type, timestamp, data: Data { line, asked } } = event;
    let asked = asked.as_str().unwrap_or(&timestamp).parse().ok();
    (!r#type.is_empty() && !timestamp.is_empty()).then_some((line, asked))
}

#[cfg(test)]
mod tests {
    use super::{ID, KIND, NO_TEXT, PAYLOAD, Refusal, SIGNATURE, TIME, id, wanted};
    use crate::report::relay_secret;
    use axum::http::{HeaderMap, HeaderName};
    use standardwebhooks::Webhook;

    const TOKEN: &str = "0123456789abcdef";
    const EVENT: &str = r#"{"type":"run.ended","timestamp":"2026-08-24T13:00:00Z","data":{"line":"PASS <1>"}}"#;

    fn line(token: &str, nick: &str, headers: &HeaderMap, body: &[u8]) -> Result<String, Refusal> {
        wanted(token, nick, headers, body).map(|wanted| wanted.line)
    }

    fn headers(rows: &[(&'static str, &str)]) -> HeaderMap {
        rows.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    fn signed(id: &str, at: i64, body: &str, token: &str) -> HeaderMap {
        let signature =
            Webhook::new(&String::from(relay_secret(token))).unwrap().sign(id, at, body.as_bytes()).unwrap();
        headers(&[("webhook-id", id), ("webhook-timestamp", &at.to_string()), ("webhook-signature", &signature)])
    }

    fn now() -> i64 {
        jiff::Timestamp::now().as_second()
    }

    #[test]
    fn three_bodies_say_the_same() {
        let said = Ok("alice via backport-verify: PASS <1>".to_owned());
        let form = headers(&[("content-type", "application/x-www-form-urlencoded")]);
        let json = headers(&[("content-type", "Application/JSON; charset=utf-8")]);
        let slack = br#"{"text":"PASS &lt;1&gt;"}"#;
        assert_eq!(line(TOKEN, "alice", &json, slack), said);
        assert_eq!(line(TOKEN, "alice", &HeaderMap::new(), slack), said);
        assert_eq!(line(TOKEN, "alice", &form, b"x=1&payload=%7B%22text%22%3A%22PASS+%26lt%3B1%26gt%3B%22%7D"), said);
        assert_eq!(line(TOKEN, "alice", &signed("a", now(), EVENT, TOKEN), EVENT.as_bytes()), said);
    }

    #[test]
    fn a_signature_must_fit_token_id_time_and_body() {
        let of = |headers: HeaderMap, body: &str| line(TOKEN, "alice", &headers, body.as_bytes()).unwrap_err();
        assert_eq!(of(HeaderMap::new(), EVENT), SIGNATURE);
        assert_eq!(of(signed("a", now(), EVENT, "another token"), EVENT), SIGNATURE);
        assert_eq!(of(signed("a", now(), EVENT, TOKEN), &EVENT.replace("PASS", "FAIL")), SIGNATURE);
        let mut other = signed("a", now(), EVENT, TOKEN);
        other.insert("webhook-id", "b".parse().unwrap());
        assert_eq!(of(other, EVENT), SIGNATURE);
        for far in [-301, 301 + 5] {
            assert_eq!(of(signed("a", now() + far, EVENT, TOKEN), EVENT), TIME, "{far}");
        }
        let mut none = signed("a", now(), EVENT, TOKEN);
        none.remove("webhook-timestamp");
        assert_eq!(of(none, EVENT), TIME);
        // A signature that is there must fit, whatever it signs.
        assert_eq!(of(signed("a", now(), "", TOKEN), r#"{"text":"PASS"}"#), SIGNATURE);
    }

    #[test]
    fn a_line_is_as_old_as_its_sender_says_unless_that_cannot_be() {
        let sent = now();
        let at = |second: i64| jiff::Timestamp::from_second(second).unwrap().to_string();
        let of = |timestamp: &str, asked: serde_json::Value| {
            let data = serde_json::json!({ "line": "PASS", "asked": asked });
            let body = serde_json::json!({ "type": "a", "timestamp": timestamp, "data": data }).to_string();
            wanted(TOKEN, "alice", &signed("a", sent, &body, TOKEN), body.as_bytes()).unwrap().age
        };
        let day = 24 * 60 * 60;
        for (asked, age) in [(60, 60_000), (0, 0), (-3600, 0), (day, day * 1000), (day + 1, 0), (sent, 0)] {
            assert_eq!(of(&at(sent - 5), at(sent - asked).into()), age, "asked {asked} s before");
            assert_eq!(of(&at(sent - asked), ().into()), age, "came to be {asked} s before");
        }
        assert_eq!((of("yesterday", ().into()), of(&at(sent - 5), 7.into())), (0, 5000));
        // A post that is not signed is not believed.
        let slack = headers(&[("webhook-timestamp", &(sent + 100).to_string())]);
        let body = br#"{"text":"PASS","timestamp":"2026-08-24T13:00:00Z"}"#;
        assert_eq!(wanted(TOKEN, "alice", &slack, body).unwrap().age, 0);
    }

    #[test]
    fn what_is_no_post_is_told_apart() {
        let of = |headers: HeaderMap, body: &[u8]| line(TOKEN, "alice", &headers, body).unwrap_err();
        assert_eq!(of(headers(&[("content-type", "text/plain")]), b"{}"), KIND);
        for body in [&b"PASS"[..], b"{}", b"\xff", br#"{"text":1}"#, br#"{"text":"\ud800"}"#] {
            assert_eq!(of(HeaderMap::new(), body), PAYLOAD, "{}", body.escape_ascii());
        }
        assert_eq!(of(headers(&[("content-type", "application/x-www-form-urlencoded")]), b"text=a"), PAYLOAD);
        assert_eq!(of(HeaderMap::new(), br#"{"text":"\u0002 \n"}"#), NO_TEXT);
    }

    #[test]
    fn a_line_is_one_and_fits_and_is_no_command() {
        let of = |nick: &str, text: &str| {
            line(TOKEN, nick, &HeaderMap::new(), serde_json::json!({ "text": text }).to_string().as_bytes()).unwrap()
        };
        assert_eq!(of("alice", "!log a\r\nQUIT :b"), "alice via backport-verify: !log a QUIT :b");
        assert_eq!(of("stashbot", "x"), "Backport Verify: stashbot via backport-verify: x");
        let long = of("alice", &"💡".repeat(200));
        assert!(long.len() <= 400 && long.ends_with("💡…"), "{} {long}", long.len());
    }

    #[test]
    fn an_id_can_stand_in_a_url() {
        let of = |given: &str| id(&headers(&[("webhook-id", given)]));
        assert_eq!(id(&HeaderMap::new()), Ok(None));
        assert_eq!(of("msg_2KWP-1.a:b~c"), Ok(Some("msg_2KWP-1.a:b~c".to_owned())));
        for bad in ["", "..", "a/b", "a b", "a%2f", "ä", &"a".repeat(129)] {
            assert_eq!(of(bad), Err(ID), "{bad}");
        }
        let mut two = headers(&[("webhook-id", "a")]);
        two.append("webhook-id", "b".parse().unwrap());
        assert_eq!(id(&two), Err(ID));
    }
}
