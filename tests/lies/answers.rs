// SPDX-License-Identifier: GPL-2.0-or-later
//! Honest answers as bytes, and those that are honest but for one thing.

use super::bed::PATCH_TEXT;
use super::server::{Act, Asked};
use flate2::{Compression, read::GzEncoder};
use std::io::Read;

/// A server of production.
pub(crate) const WEB: &str = "mw-web.eqiad.main-5fb6d6bf94-28hjj";
/// The field of a page.
pub(crate) const PLAIN_HTML: &str = "Content-Type: text/html; charset=UTF-8\r\n";

/// A whole page with what the patch brings.
pub(crate) fn page() -> String {
    format!("<!DOCTYPE html><html><body><h1>Groups</h1><p>{PATCH_TEXT}</p></body></html>\n")
}

/// Who answers honestly: the backend that is asked for.
pub(crate) fn server(asked: &Asked) -> String {
    match asked.backend.as_deref() {
        None => WEB.into(),
        Some(host) if host.contains('.') => host.into(),
        Some(name) => {
            let datacentre = if name.ends_with("-codfw") { "codfw" } else { "eqiad" };
            format!("mw-debug.{datacentre}.pinkunicorn-5fb6d6bf94-28hjj")
        }
    }
}

/// The first lines of an honest answer, with whatever fields are added.
pub(crate) fn head(status: &str, asked: &Asked, fields: &str) -> String {
    format!("HTTP/1.1 {status}\r\nServer: {}\r\nX-Cache-Status: pass\r\nAge: 0\r\n{fields}", server(asked))
}

/// An answer whose length is right.
pub(crate) fn whole(head: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("{head}Content-Length: {}\r\n\r\n", body.len());
    [head.into_bytes(), body.to_vec()].concat()
}

/// These bytes and nothing else.
pub(crate) fn send(bytes: impl Into<Vec<u8>>) -> Vec<Act> {
    vec![Act::Send(bytes.into())]
}

/// The truth.
pub(crate) fn honestly(asked: &Asked) -> Vec<Act> {
    send(whole(&head("200 OK", asked, PLAIN_HTML), page().as_bytes()))
}

/// An answer with this status and an honest page.
pub(crate) fn with_status(status: &str, asked: &Asked) -> Vec<Act> {
    send(whole(&head(status, asked, PLAIN_HTML), page().as_bytes()))
}

/// An honest answer with one field more.
pub(crate) fn with_field(field: &str, asked: &Asked) -> Vec<Act> {
    send(whole(&head("200 OK", asked, &format!("{PLAIN_HTML}{field}\r\n")), page().as_bytes()))
}

/// An answer in which these lines stand in the place of all fields that tell who and when.
pub(crate) fn from(fields: &str) -> Vec<Act> {
    send(whole(&format!("HTTP/1.1 200 OK\r\n{PLAIN_HTML}{fields}"), page().as_bytes()))
}

/// The bytes in gzip.
pub(crate) fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzEncoder::new(plain, Compression::default()).read_to_end(&mut bytes).unwrap();
    bytes
}

/// An answer with this body and these fields about it.
pub(crate) fn encoded(asked: &Asked, fields: &str, body: &[u8]) -> Vec<Act> {
    send(whole(&head("200 OK", asked, &format!("{PLAIN_HTML}{fields}")), body))
}
