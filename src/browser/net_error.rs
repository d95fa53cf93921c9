// SPDX-License-Identifier: GPL-2.0-or-later
//! Why the browser could not get an answer, by the code that `webRequest` tells.
//!
//! Chromium names its own codes (`net/base/net_error_list.h` in its source), Firefox those of Necko and of its security
//! library (`xpcom/base/ErrorList.py`, `security/nss/lib`); for a certificate Firefox may give a sentence instead, and that
//! stays a failure of unknown kind. `fetch` itself says the same words for each.

use crate::exchange::TransportError;

const NAME: [&str; 5] = [
    "ERR_NAME_NOT_RESOLVED",
    "ERR_NAME_RESOLUTION_FAILED",
    "ERR_ICANN_NAME_COLLISION",
    "ERR_DNS_",
    "NS_ERROR_UNKNOWN_HOST",
];
const REFUSED: [&str; 2] = ["ERR_CONNECTION_REFUSED", "NS_ERROR_CONNECTION_REFUSED"];
const TLS: [&str; 6] = ["ERR_CERT_", "ERR_SSL_", "ERR_BAD_SSL_", "SEC_ERROR_", "SSL_ERROR_", "MOZILLA_PKIX_ERROR_"];
const BROKEN: [&str; 6] = [
    "ERR_CONTENT_LENGTH_MISMATCH",
    "ERR_INCOMPLETE_CHUNKED_ENCODING",
    "ERR_INVALID_CHUNKED_ENCODING",
    "ERR_CONTENT_DECODING_FAILED",
    "NS_ERROR_NET_PARTIAL_TRANSFER",
    "NS_ERROR_INVALID_CONTENT_ENCODING",
];

/// The failure of that code; without one, or with one that no list here has, what `fetch` said is all that is known.
pub(super) fn failure(code: Option<&str>, said: &str) -> TransportError {
    let Some(code) = code else { return TransportError::Network { detail: said.to_owned() } };
    let detail = format!("{said} ({code})");
    let bare = code.strip_prefix("net::").unwrap_or(code);
    let is_one_of = |codes: &[&str]| codes.iter().any(|known| bare.starts_with(known));
    if is_one_of(&NAME) {
        TransportError::Name { detail }
    } else if is_one_of(&REFUSED) {
        TransportError::Refused { detail }
    } else if is_one_of(&TLS) {
        TransportError::Tls { detail }
    } else if is_one_of(&BROKEN) {
        TransportError::Broken { detail }
    } else {
        TransportError::Network { detail }
    }
}

#[cfg(test)]
mod tests {
    use super::failure;
    use crate::exchange::TransportError;

    #[test]
    fn each_code_is_the_failure_that_it_names() {
        let detail = |code: &str| format!("Failed to fetch ({code})");
        for code in ["net::ERR_NAME_NOT_RESOLVED", "net::ERR_DNS_TIMED_OUT", "NS_ERROR_UNKNOWN_HOST"] {
            assert_eq!(failure(Some(code), "Failed to fetch"), TransportError::Name { detail: detail(code) });
        }
        for code in ["net::ERR_CONNECTION_REFUSED", "NS_ERROR_CONNECTION_REFUSED"] {
            assert_eq!(failure(Some(code), "Failed to fetch"), TransportError::Refused { detail: detail(code) });
        }
        for code in ["net::ERR_CERT_AUTHORITY_INVALID", "net::ERR_SSL_PROTOCOL_ERROR", "SEC_ERROR_UNKNOWN_ISSUER"] {
            assert_eq!(failure(Some(code), "Failed to fetch"), TransportError::Tls { detail: detail(code) });
        }
        for code in ["net::ERR_CONTENT_LENGTH_MISMATCH", "NS_ERROR_NET_PARTIAL_TRANSFER"] {
            assert_eq!(failure(Some(code), "Failed to fetch"), TransportError::Broken { detail: detail(code) });
        }
        for code in ["net::ERR_CONNECTION_RESET", "net::ERR_FAILED", "NS_ERROR_NET_RESET", ""] {
            assert_eq!(failure(Some(code), "Failed to fetch"), TransportError::Network { detail: detail(code) });
        }
        let unknown = TransportError::Network { detail: "Failed to fetch".into() };
        assert_eq!(failure(None, "Failed to fetch"), unknown);
    }
}
