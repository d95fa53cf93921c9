// SPDX-License-Identifier: GPL-2.0-or-later
//! What is said to log in (<https://ircv3.net/specs/extensions/sasl-3.1>).

use super::super::irc::Sasl;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The most that one AUTHENTICATE may carry, in bytes; a full one says that more follows.
const CHUNK: usize = 400;

impl Sasl {
    /// The mechanism's name.
    pub(super) fn mechanism(&self) -> &'static str {
        match self {
            Self::Plain { .. } => "PLAIN",
            Self::External { .. } => "EXTERNAL",
        }
    }

    /// What is answered to the server's `+`, one AUTHENTICATE each.
    pub(super) fn answer(&self) -> Vec<String> {
        match self {
            Self::Plain { account, password } => chunks(format!("{account}\0{account}\0{password}").as_bytes()),
            Self::External { account } => chunks(account.as_deref().unwrap_or_default().as_bytes()),
        }
    }
}

fn chunks(secret: &[u8]) -> Vec<String> {
    let text = STANDARD.encode(secret);
    let mut chunks: Vec<String> =
        text.as_bytes().chunks(CHUNK).map(|chunk| String::from_utf8_lossy(chunk).into_owned()).collect();
    if text.len().is_multiple_of(CHUNK) {
        chunks.push("+".to_owned());
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::{Sasl, chunks};

    #[test]
    fn plain_is_the_specification_s_own_example() {
        let sasl = Sasl::Plain { account: "jilles".into(), password: "sesame".into() };
        assert_eq!((sasl.mechanism(), sasl.answer()), ("PLAIN", vec!["amlsbGVzAGppbGxlcwBzZXNhbWU=".to_owned()]));
    }

    #[test]
    fn external_names_no_account_by_a_plus() {
        assert_eq!(Sasl::External { account: None }.answer(), ["+"]);
        assert_eq!(Sasl::External { account: Some("jilles".into()) }.answer(), ["amlsbGVz"]);
    }

    #[test]
    fn a_full_chunk_is_followed_by_another() {
        let lengths = |bytes: usize| chunks(&vec![b'a'; bytes]).iter().map(String::len).collect::<Vec<_>>();
        assert_eq!(lengths(297), [396]);
        assert_eq!(lengths(300), [400, 1]);
        assert_eq!(lengths(301), [400, 4]);
        assert_eq!(lengths(600), [400, 400, 1]);
    }
}
