// SPDX-License-Identifier: GPL-2.0-or-later
//! The body of an answer as text.
//!
//! reqwest could decode too, but takes `Content-Encoding` out of the answer as it does, and then a test that wants
//! that field absent would always pass.

use super::{broken, network};
use crate::exchange::{TransportError, sha256_of};
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use reqwest::header::CONTENT_ENCODING;
use std::io::Read;

/// What is asked for where the test does not say; of what [`decoded`] can read, the one that Wikimedia sends.
pub(super) const ACCEPTED: &str = "gzip";

/// A body and what is told of its bytes.
pub(super) struct Body {
    /// By its charset.
    pub(super) text: String,
    /// Bytes, decoded.
    pub(super) size: u64,
    /// Their digest, where it is wanted.
    pub(super) sha256: Option<String>,
}

/// The body of `answer`, decoded.
pub(super) async fn of(answer: reqwest::Response, wants_sha256: bool) -> Result<Body, TransportError> {
    let headers = answer.headers().clone();
    let bytes = answer.bytes().await.map_err(|error| broken(&error))?;
    let codings = headers.get_all(CONTENT_ENCODING).iter().map(|value| super::text(value.as_bytes()));
    let bytes = decoded(bytes.into(), &codings.collect::<Vec<_>>().join(","))?;
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let sha256 = wants_sha256.then(|| sha256_of(&bytes));
    let mut plain = http::Response::new(bytes);
    *plain.headers_mut() = headers;
    let text = reqwest::Response::from(plain).text().await.map_err(|error| broken(&error))?;
    Ok(Body { text, size, sha256 })
}

/// The bytes before they were encoded as `Content-Encoding` says, the last coding first (RFC 9110, section 8.4).
fn decoded(mut bytes: Vec<u8>, codings: &str) -> Result<Vec<u8>, TransportError> {
    // An answer to HEAD names the coding of a body that it has not.
    if bytes.is_empty() {
        return Ok(bytes);
    }
    for coding in codings.rsplit(',').map(|coding| coding.trim().to_ascii_lowercase()) {
        let mut plain = Vec::new();
        let read = match coding.as_str() {
            "" | "identity" => continue,
            "gzip" | "x-gzip" => MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain),
            "deflate" => ZlibDecoder::new(bytes.as_slice()).read_to_end(&mut plain),
            _ => {
                let detail = format!("the body is encoded as <{coding}>; ask for <gzip, deflate> in Accept-Encoding");
                return Err(network(detail));
            }
        };
        read.map_err(|error| TransportError::Broken {
            detail: format!("the body is not the <{coding}> that it says it is: {error}"),
        })?;
        bytes = plain;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::decoded;
    use flate2::Compression;
    use flate2::read::{GzEncoder, ZlibEncoder};
    use std::io::Read;

    fn all(mut from: impl Read) -> Vec<u8> {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).unwrap();
        bytes
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        all(GzEncoder::new(bytes, Compression::default()))
    }

    fn deflate(bytes: &[u8]) -> Vec<u8> {
        all(ZlibEncoder::new(bytes, Compression::default()))
    }

    #[test]
    fn every_coding_that_is_asked_for_is_read() {
        for (bytes, codings) in [
            (b"text".to_vec(), ""),
            (b"text".to_vec(), "identity"),
            (gzip(b"text"), "gzip"),
            (gzip(b"text"), "X-GZIP"),
            ([gzip(b"te"), gzip(b"xt")].concat(), "gzip"),
            (deflate(b"text"), "deflate"),
            (gzip(&deflate(b"text")), "deflate, gzip"),
        ] {
            assert_eq!(decoded(bytes, codings).as_deref(), Ok(&b"text"[..]), "{codings}");
        }
        assert_eq!(decoded(Vec::new(), "gzip").as_deref(), Ok(&b""[..]));
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        for (bytes, codings, said) in [
            (b"text".to_vec(), "br", "the body is encoded as <br>"),
            (b"text".to_vec(), "gzip", "the body is not the <gzip> that it says it is"),
            (gzip(b"text")[..12].to_vec(), "gzip", "the body is not the <gzip> that it says it is"),
        ] {
            let error = decoded(bytes, codings).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
