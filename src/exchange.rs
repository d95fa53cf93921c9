// SPDX-License-Identifier: GPL-2.0-or-later
//! One HTTP request and what came of it, as plain data.
//!
//! Must not know how a request is sent: the ports do that.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// An HTTP request method, spelled as on the wire.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// `GET`, the default of httpbb.
    #[default]
    Get,
    /// `HEAD`.
    Head,
    /// `POST`.
    Post,
    /// `PUT`.
    Put,
    /// `PATCH`.
    Patch,
    /// `DELETE`.
    Delete,
    /// `OPTIONS`.
    Options,
}

impl Method {
    /// The method as it is written in a request line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
        }
    }

    /// Whether a request with this method only reads, so that it may be sent unasked, beside production, and again. RFC
    /// 9110, section 9.2.1, calls `OPTIONS` safe too; it reads no page, its answers are not cached (section 9.3.7), and
    /// what a wiki's extension does with it is its own, so a submitter must allow it as the rest.
    #[must_use]
    pub const fn is_safe(self) -> bool {
        matches!(self, Self::Get | Self::Head)
    }
}

/// Header fields in the order in which they were sent; names compare without case (RFC 9110, section 5.1).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// No fields.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a field behind the ones that are there.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// The value of a field; several fields of one name are joined by `, ` (RFC 9110, section 5.3).
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self
            .0
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// Every field, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether there is no field.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// Whose cookies a request carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Session {
    /// Nobody's: no cookie is sent and none is kept.
    #[default]
    Anonymous,
    /// Those of the user's browser. The command has none and sends none.
    Mine,
}

/// What is done with an answer that names another place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Redirects {
    /// It is the answer: status and `Location` can be asserted, as in httpbb.
    #[default]
    Manual,
    /// It is followed, and each hop is kept.
    Follow,
}

/// A request as it is to be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Absolute URL, without a fragment.
    pub url: String,
    /// Header fields of our own; `Host` and cookies are not among them.
    pub headers: Headers,
    /// Body, already encoded as the `Content-Type` field says.
    pub body: Option<String>,
    /// Whose cookies.
    pub session: Session,
    /// What to do with redirects.
    pub redirects: Redirects,
    /// Milliseconds after which the request is given up.
    pub timeout_ms: u32,
    /// Whether the SHA-256 of the answer's body is wanted.
    #[serde(default)]
    pub wants_sha256: bool,
}

/// What the client says that it really sent with one request, as regards `X-Wikimedia-Debug`; nothing else of a request
/// is read or kept, least of all another cookie.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The header's value as it left, after every extension had its say; several fields of the name are joined by `, `.
    pub debug_header: Option<String>,
    /// The value of the cookie of the same name, to which the edge listens too; an empty one is none.
    pub debug_cookie: Option<String>,
}

/// One answer on the way to the last one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// The URL that was asked.
    pub url: String,
    /// Status code.
    pub status: u16,
    /// Its `Location` field.
    pub location: Option<String>,
    /// What was sent to get it; `None` where the client does not tell.
    #[serde(default)]
    pub sent: Option<Sent>,
    /// All its fields; `None` where they were not told.
    #[serde(default)]
    pub headers: Option<Headers>,
}

/// The answer to a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// URL that gave this answer: the request's, or the last hop's.
    pub url: String,
    /// Status code.
    pub status: u16,
    /// Header fields.
    pub headers: Headers,
    /// Body, decoded; bytes that are no text in its charset become U+FFFD.
    pub body: String,
    /// Answers before this one, first to last; empty unless redirects were followed.
    pub hops: Vec<Hop>,
    /// Milliseconds from the request to the end of the body.
    pub elapsed_ms: u32,
    /// Whether the client does not show the body, which is then empty here: a browser hides that of a redirect that is
    /// not followed.
    #[serde(default)]
    pub body_hidden: bool,
    /// Bytes of the body, decoded.
    #[serde(default)]
    pub size: u64,
    /// SHA-256 of those bytes, as 64 lower-case hexadecimal digits, where the request wants it.
    #[serde(default)]
    pub sha256: Option<String>,
    /// What was sent to get this answer; `None` where the client does not tell.
    #[serde(default)]
    pub sent: Option<Sent>,
}

/// The SHA-256 of a body's bytes, as [`Response::sha256`] has it.
#[must_use]
pub fn sha256_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        for digit in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(digit.into(), 16));
        }
        text
    })
}

/// Why there was no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Error)]
#[serde(rename_all = "snake_case")]
pub enum TransportError {
    /// The answer did not come in time.
    #[error("no answer within {after_ms} ms")]
    Timeout {
        /// The limit, in milliseconds.
        after_ms: u32,
    },
    /// The browser does not let the extension reach that origin.
    #[error("the browser gives this extension no access to {origin}")]
    NotPermitted {
        /// Scheme and host, such as `https://en.wikipedia.org`.
        origin: String,
    },
    /// The browser does not let an extension send a header field that the test wants.
    #[error("the browser lets no extension send the field <{name}>")]
    FieldNotSendable {
        /// Field name.
        name: String,
    },
    /// The name could not be looked up.
    #[error("could not be reached: {detail}")]
    Name {
        /// What the client said.
        detail: String,
    },
    /// Nobody listens there.
    #[error("could not be reached: {detail}")]
    Refused {
        /// What the client said.
        detail: String,
    },
    /// The certificate or the encryption is not to be trusted.
    #[error("could not be reached: {detail}")]
    Tls {
        /// What the client said.
        detail: String,
    },
    /// The answer began and did not come whole: cut off, shorter than its length, or not encoded as it says. A body that
    /// is longer than its length ends there (RFC 9112, section 6.3), and no client can tell.
    #[error("the answer broke off: {detail}")]
    Broken {
        /// What the client said.
        detail: String,
    },
    /// The connection could not be made or broke, and the client does not say why. `fetch` alone never does: a browser
    /// tells a name, a refusal and a certificate apart only in `webRequest`, and not at all for hosts outside the
    /// manifest's list.
    #[error("could not be reached: {detail}")]
    Network {
        /// What the client said.
        detail: String,
    },
}

#[cfg(test)]
mod tests {
    use super::{Hop, Response, sha256_of};

    /// The examples of FIPS 180-4.
    #[test]
    fn a_digest_is_written_in_lower_case_digits() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!((sha256_of(b"abc").as_str(), sha256_of(b"").as_str()), (abc, nothing));
    }

    #[test]
    fn an_answer_that_was_written_before_it_told_what_was_sent_is_still_read() {
        let old = r#"{"url":"https://en.wikipedia.org/","status":200,"headers":[],"body":"x",
            "hops":[{"url":"https://en.wikipedia.org/a","status":301,"location":"/"}],"elapsed_ms":7}"#;
        let url = "https://en.wikipedia.org/a".to_owned();
        let hop = Hop { url, status: 301, location: Some("/".into()), headers: None, sent: None };
        let expected = Response {
            url: "https://en.wikipedia.org/".into(),
            status: 200,
            body: "x".into(),
            hops: vec![hop],
            elapsed_ms: 7,
            ..Response::default()
        };
        assert_eq!(serde_json::from_str::<Response>(old).unwrap(), expected);
    }
}
