// SPDX-License-Identifier: GPL-2.0-or-later
//! Header fields, forms and secrets of a foreign request, as a test can hold them.
//!
//! Must not keep or repeat the value of a cookie, a password or a token.

use super::Test;
use super::lost::Losses;
use super::test::{is_reserved, is_token};
use crate::exchange::Session;

/// Fields that the client sets for every request by itself: leaving them out asks the same.
const CLIENTS_OWN: [&str; 15] = [
    "Accept-Charset",
    "Access-Control-Request-Headers",
    "Access-Control-Request-Method",
    "Api-User-Agent",
    "Connection",
    "Content-Length",
    "Cookie2",
    "Date",
    "DNT",
    "Expect",
    "Keep-Alive",
    "Origin",
    "Referer",
    "TE",
    "Upgrade",
];

/// Takes over the fields of a foreign request; what a test cannot send is listed, many of a browser's own in one line.
pub(crate) fn take_fields(test: &mut Test, fields: Vec<(String, String)>, lost: &mut Losses) {
    let mut own: Vec<String> = Vec::new();
    for (name, value) in fields {
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        if is("Cookie") {
            with_cookies(test, lost);
        } else if is(crate::debug::HEADER) {
            lost.aside(format!("{name}: left out, the stage of a run sets it"));
        } else if is("Authorization") || is("Proxy-Authorization") {
            without_password(&name, lost);
        } else if is_sec(&name) || CLIENTS_OWN.iter().any(|own| is(own)) || (is("Host") && is_host(&test.url, &value)) {
            own.push(name);
        } else if is_reserved(&name) {
            lost.matters(format!("{name}: a test cannot send this field, it is left out"));
        } else if !is_token(&name) || value.chars().any(char::is_control) {
            lost.matters("a header field that cannot be sent is left out: its name takes letters, digits and <->, its value is one line");
        } else {
            test.headers.push(name, value);
        }
    }
    if !own.is_empty() {
        lost.aside(format!("{}: left out, the client sets them itself", own.join(", ")));
    }
}

/// The test asks with the cookies of the user's browser: those that came along are forgotten.
pub(crate) fn with_cookies(test: &mut Test, lost: &mut Losses) {
    if test.session != Session::Mine {
        test.session = Session::Mine;
        lost.aside("Cookie: the test is marked `as me` instead, your cookies are not stored");
    }
}

/// A password or token that is not taken over; `what` names it without its value.
pub(crate) fn without_password(what: &str, lost: &mut Losses) {
    lost.matters(format!("{what}: left out, passwords and tokens are never stored; the test asks without"));
}

fn is_sec(name: &str) -> bool {
    name.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("sec-"))
}

fn is_host(url: &str, host: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| url.host_str().is_some_and(|known| known.eq_ignore_ascii_case(host.trim())))
}

/// The URL with `query` behind what it asks already, and without its fragment, which never leaves.
pub(crate) fn with_query(url: &str, query: &str) -> String {
    let url = url.split_once('#').map_or(url, |(url, _)| url);
    if query.is_empty() {
        return url.to_owned();
    }
    let sign = match url.split_once('?') {
        None => "?",
        Some((_, asked)) if asked.is_empty() || asked.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{url}{sign}{query}")
}

/// Sets the field that says how the body is encoded, unless one is set.
pub(crate) fn encoded_as(test: &mut Test, encoding: &str) {
    if test.headers.get(super::placed::CONTENT_TYPE).is_none() {
        test.headers.push(super::placed::CONTENT_TYPE, encoding);
    }
}

/// A form of texts as `multipart/form-data` (RFC 7578): its `Content-Type` and its body.
pub(crate) fn multipart(parts: &[(String, String)]) -> (String, String) {
    let mut boundary = "backport-verify".to_owned();
    while parts.iter().any(|(name, value)| name.contains(&boundary) || value.contains(&boundary)) {
        boundary.push('-');
        boundary.push_str(&boundary.len().to_string());
    }
    let name = |name: &str| name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    let part = |(key, value): &(String, String)| {
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{value}\r\n", name(key))
    };
    let body: String = parts.iter().map(part).collect();
    (format!("multipart/form-data; boundary={boundary}"), format!("{body}--{boundary}--\r\n"))
}

#[cfg(test)]
mod tests {
    use super::{multipart, with_query};

    #[test]
    fn a_query_stands_behind_the_one_that_is_there() {
        for (url, query, expected) in [
            ("https://a/b", "x=1", "https://a/b?x=1"),
            ("https://a/b?", "x=1", "https://a/b?x=1"),
            ("https://a/b?y=2#z", "x=1", "https://a/b?y=2&x=1"),
            ("https://a/b?y#z", "", "https://a/b?y"),
        ] {
            assert_eq!(with_query(url, query), expected);
        }
    }

    #[test]
    fn a_boundary_stands_in_no_part() {
        let (encoding, body) = multipart(&[("a\"b".into(), "--backport-verify--".into())]);
        assert_eq!(encoding, "multipart/form-data; boundary=backport-verify-16");
        assert_eq!(
            body,
            "--backport-verify-16\r\nContent-Disposition: form-data; name=\"a%22b\"\r\n\r\n--backport-verify--\r\n--backport-verify-16--\r\n"
        );
    }
}
