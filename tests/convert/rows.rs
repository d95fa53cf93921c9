// SPDX-License-Identifier: GPL-2.0-or-later
//! Each key of httpbb through both converters: whatever comes back accepts what was accepted and refuses what was
//! refused, or what it cannot say is listed.

use super::said;
use backport_verify::check::judge;
use backport_verify::exchange::{Headers, Response};
use backport_verify::native::read_hurl;
use backport_verify::suite::{Suite, read, read_curl, write_curl, write_httpbb, write_hurl};

/// The YAML of a key, an answer that it accepts, and one that it refuses.
struct Row {
    yaml: &'static str,
    good: Response,
    bad: Response,
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let headers: Headers = headers.iter().copied().collect();
    Response { status, headers, body: body.into(), ..Response::default() }
}

fn rows() -> Vec<Row> {
    let html = [("content-type", "text/html; charset=UTF-8")];
    let row = |yaml, good, bad| Row { yaml, good, bad };
    vec![
        row("assert_status: 301", answer(301, &[], ""), answer(302, &[], "")),
        row("assert_body_contains: a.b", answer(200, &[], "xa.bx"), answer(200, &[], "xaxbx")),
        row("assert_body_contains: [a, '{{b}}']", answer(200, &[], "{{b}} a"), answer(200, &[], "a")),
        row("assert_body_contains: '€ \"\\ `#` '", answer(200, &[], "1 € \"\\ `#` "), answer(200, &[], "1 EUR")),
        row("assert_body_regex: ^b$", answer(200, &[], "a\nb\nc"), answer(200, &[], "a\nbb\nc")),
        row("assert_body_regex: a.b/\\d", answer(200, &[], "axb/1"), answer(200, &[], "a\nb/1")),
        row("assert_body_regex: (?s)^a.b", answer(200, &[], "x\na\nb"), answer(200, &[], "xa\nb")),
        row("assert_body_regex: ['(?i)ABC', x]", answer(200, &[], "xabcx"), answer(200, &[], "abc")),
        row(
            "assert_headers: {Content-Type: text/html; charset=UTF-8}",
            answer(200, &html, ""),
            answer(200, &[("Content-Type", "text/html")], ""),
        ),
        row("assert_headers: {Location: '/x#y'}", answer(301, &[("LOCATION", "/x#y")], ""), answer(301, &[], "")),
        row(
            "assert_headers_regex: {Content-Type: ^text/}",
            answer(200, &html, ""),
            answer(200, &[("Content-Type", "a text/")], ""),
        ),
        row("assert_headers_absent: [Vary]", answer(200, &html, ""), answer(200, &[("vary", "")], "")),
    ]
}

#[track_caller]
fn judged(suite: &Suite, row: &Row) {
    let assertions = &suite.tests[0].assertions;
    let holds = |response: &Response| assertions.iter().all(|assertion| judge(assertion, response).held);
    assert!(holds(&row.good), "{assertions:?} must accept {:?}", row.good);
    assert!(!holds(&row.bad), "{assertions:?} must refuse {:?}", row.bad);
}

fn suite_of(row: &Row) -> Suite {
    read(&format!("https://en.wikipedia.org:\n- path: /wiki/X?a=b%20c\n  {}\n", row.yaml)).unwrap()
}

#[test]
fn each_key_passes_and_fails_the_same_after_a_way_through_hurl() {
    for row in rows() {
        let suite = suite_of(&row);
        let written = write_hurl(&suite);
        assert_eq!(said(&written.lost), Vec::<String>::new());
        let back = read_hurl(&written.text).unwrap();
        assert_eq!(said(&back.lost), Vec::<String>::new(), "{}", written.text);
        assert_eq!(back.suite, suite, "{}", written.text);
        judged(&back.suite, &row);
        let httpbb = write_httpbb(&back.suite);
        assert_eq!((read(&httpbb.text), httpbb.lost), (Ok(suite), Vec::new()));
    }
}

#[test]
fn each_key_keeps_its_request_through_curl_and_is_listed() {
    for row in rows() {
        let suite = suite_of(&row);
        let written = write_curl(&suite);
        assert_eq!(written.lost.len(), suite.tests[0].assertions.len());
        assert!(written.lost.iter().all(|lost| lost.matters));
        let back = read_curl(&written.text).unwrap();
        assert!(back.suite.tests[0].asks_the_same(&suite.tests[0]), "{}", written.text);
    }
}
