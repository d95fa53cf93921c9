// SPDX-License-Identifier: GPL-2.0-or-later
//! What a request said of X-Wikimedia-Debug as it left, read out of its header fields.
//!
//! Must not hand on any other field or cookie: a session's secrets are among them.

use super::HEADER;
use crate::exchange::Sent;

/// What these header fields, the `Cookie` field included, say of X-Wikimedia-Debug. The edge takes the value from a
/// cookie of that name too (repository `operations/puppet`, the text frontend of Varnish); names of cookies differ by
/// case (RFC 6265, section 5.3).
#[must_use]
pub fn sent_among<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Sent {
    let mut headers = Vec::new();
    let mut cookie = None;
    for (name, value) in fields {
        if name.eq_ignore_ascii_case(HEADER) {
            headers.push(value);
        } else if name.eq_ignore_ascii_case("cookie") {
            cookie = cookie.or_else(|| cookie_in(value));
        }
    }
    Sent { debug_header: (!headers.is_empty()).then(|| headers.join(", ")), debug_cookie: cookie.map(str::to_owned) }
}

/// The value of our cookie in a `Cookie` field.
fn cookie_in(field: &str) -> Option<&str> {
    let pairs = field.split(';').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (name.trim(), value.trim()))
        .find(|(name, value)| *name == HEADER && !value.is_empty())
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::sent_among;
    use crate::exchange::Sent;

    #[test]
    fn only_the_debug_header_and_the_debug_cookie_are_read() {
        let cookie = "X-Wikimedia-Debug=backend%3Dk8s-mwdebug%3Blog";
        let value = "backend%3Dk8s-mwdebug%3Blog";
        let session = format!("enwikiSession=secret; {cookie}; centralauth_Token=secret");
        let unlike = "x-wikimedia-debug=1; X-Wikimedia-Debug-Not=2; My-X-Wikimedia-Debug=3; X-Wikimedia-Debug";
        for (fields, header, cookie) in [
            (&[][..], None, None),
            (&[("accept", "*/*"), ("user-agent", "X-Wikimedia-Debug")], None, None),
            (&[("x-wikimedia-debug", "backend=a")], Some("backend=a"), None),
            (&[("X-Wikimedia-Debug", "")], Some(""), None),
            (&[("X-Wikimedia-Debug", "backend=a"), ("x-wikimedia-debug", "b")], Some("backend=a, b"), None),
            (&[("Cookie", cookie)], None, Some(value)),
            (&[("cookie", session.as_str()), ("X-Wikimedia-Debug", "1")], Some("1"), Some(value)),
            (&[("Cookie", "a=b"), ("Cookie", cookie)], None, Some(value)),
            (&[("Cookie", "X-Wikimedia-Debug=1; X-Wikimedia-Debug=2")], None, Some("1")),
            (&[("Cookie", "X-Wikimedia-Debug=a=b")], None, Some("a=b")),
            (&[("Cookie", "X-Wikimedia-Debug=")], None, None),
            (&[("Cookie", unlike)], None, None),
        ] {
            let expected = Sent { debug_header: header.map(Into::into), debug_cookie: cookie.map(Into::into) };
            assert_eq!(sent_among(fields.iter().copied()), expected, "{fields:?}");
        }
    }
}
