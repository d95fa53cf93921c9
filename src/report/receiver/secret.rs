// SPDX-License-Identifier: GPL-2.0-or-later
//! The secret with which posts are signed, and the signature
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>, "Signature scheme").
//!
//! Must not show the secret: nothing but what is stored and what is signed has it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::ops::RangeInclusive;
use thiserror::Error;

const PREFIX: &str = "whsec_";

/// Bytes of a secret.
const BYTES: RangeInclusive<usize> = 24..=64;

/// The secret with which posts are signed. `Debug` does not show it, and it has no `Display`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Secret(Vec<u8>);

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
        let coded = text.trim().strip_prefix(PREFIX).ok_or(SecretError::Shape)?;
        let bytes = STANDARD.decode(coded).map_err(|_| SecretError::Shape)?;
        if BYTES.contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(SecretError::Shape) }
    }

    /// The signature of a post, as its field has it: `v1,…`; `id` must hold no full stop, `seconds` are those since the
    /// epoch.
    pub(super) fn sign(&self, id: &str, seconds: i64, body: &str) -> Option<String> {
        let mut code = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        code.update(format!("{id}.{seconds}.").as_bytes());
        code.update(body.as_bytes());
        Some(format!("v1,{}", STANDARD.encode(code.finalize().into_bytes())))
    }
}

/// The secret with which posts to a relay are signed: SHA-256 of `backport-verify relay`, a NUL and the token, which is the
/// last segment of the webhook's path (`…/hook/TOKEN`). A relay that keeps this for each token need not keep the token.
#[must_use]
pub fn relay_secret(token: &str) -> Secret {
    Secret(Sha256::new().chain_update(b"backport-verify relay\0").chain_update(token).finalize().to_vec())
}

impl TryFrom<String> for Secret {
    type Error = SecretError;
    fn try_from(text: String) -> Result<Self, SecretError> {
        Self::new(&text)
    }
}

impl From<Secret> for String {
    fn from(secret: Secret) -> Self {
        format!("{PREFIX}{}", STANDARD.encode(secret.0))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::{Secret, SecretError, relay_secret};
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    fn of_bytes(count: usize) -> String {
        format!("whsec_{}", STANDARD.encode(vec![0xfb; count]))
    }

    #[test]
    fn a_secret_has_24_to_64_bytes_in_base64_behind_its_prefix() {
        for count in [24, 32, 64] {
            let text = of_bytes(count);
            assert_eq!(Secret::new(&format!(" {text}\n")).map(String::from).as_deref(), Ok(&*text));
        }
        let fine = of_bytes(24);
        let (bare, url_safe) = (fine.replace("whsec_", ""), of_bytes(25).replace(['+', '/'], "-"));
        let asymmetric = fine.replace("whsec_", "whsk_");
        for text in
            ["", "whsec_", &of_bytes(23), &of_bytes(65), &bare, &url_safe, &asymmetric, "whsec_not Base64 but long!!"]
        {
            assert_eq!(Secret::new(text), Err(SecretError::Shape), "{text}");
        }
    }

    #[test]
    fn neither_a_secret_nor_what_was_none_is_shown() {
        let text = of_bytes(24);
        assert_eq!(format!("{:?}", Secret::new(&text).unwrap()), "Secret(…)");
        let refused = serde_json::from_str::<Secret>(r#""whsec_c2VjcmV0""#).unwrap_err().to_string();
        assert!(refused.contains("must begin with whsec_") && !refused.contains("c2VjcmV0"), "{refused}");
    }

    /// The key and the content that the project of the specification tests each of its libraries with (repository
    /// `standard-webhooks/standard-webhooks`, `libraries/rust/src/lib.rs`).
    #[test]
    fn the_specifications_own_example_has_its_signature() {
        let secret = Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
        let body = r#"{"email":"test@example.com","username":"test_user"}"#;
        let signature = secret.sign("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", 1_649_367_553, body);
        assert_eq!(signature.as_deref(), Some("v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="));
    }

    #[test]
    fn a_token_gives_one_secret() {
        // printf 'backport-verify relay\0%s' 0123456789abcdef | openssl dgst -sha256 -binary | base64
        let expected = "whsec_5UY/NyrzWHYDyvs4XWbOVIsQ7I5xPvZQPLXJxnPBUSk=";
        assert_eq!(String::from(relay_secret("0123456789abcdef")), expected);
        assert_ne!(relay_secret("0123456789abcdef"), relay_secret("0123456789abcdeF"));
    }
}
