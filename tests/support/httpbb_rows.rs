// SPDX-License-Identifier: GPL-2.0-or-later
//! What each of httpbb's keys means, as data: a suite, and for each rule a case that it accepts and one that it refuses
//! (<https://wikitech.wikimedia.org/wiki/Httpbb>).

/// One rule.
pub(crate) struct Row {
    /// The key, and what is said of it.
    pub(crate) rule: &'static str,
    /// A whole suite file; the first of its tests is the one that the rule is about.
    pub(crate) suite: &'static str,
    /// What shows it.
    pub(crate) shown: Shown,
}

/// By what a rule is seen.
pub(crate) enum Shown {
    /// The test sends `this` and not `other`.
    Sent { this: Sent, other: Sent },
    /// The test passes with `good` and fails with `bad`.
    Answer { good: Answer, bad: Answer },
}

/// A request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) method: &'static str,
    pub(crate) url: &'static str,
    pub(crate) headers: &'static [(&'static str, &'static str)],
    pub(crate) body: Option<&'static str>,
}

/// An answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: &'static [(&'static str, &'static str)],
    pub(crate) body: &'static str,
}

const URL: &str = "https://en.wikipedia.org/";
const GET: Sent = Sent { method: "GET", url: URL, headers: &[], body: None };
const POST: Sent = Sent { method: "POST", ..GET };
const OK: Answer = Answer { status: 200, headers: &[], body: "" };

const fn status(status: u16) -> Answer {
    Answer { status, ..OK }
}

const fn body(body: &'static str) -> Answer {
    Answer { body, ..OK }
}

const fn headers(headers: &'static [(&'static str, &'static str)]) -> Answer {
    Answer { headers, ..OK }
}

const fn sent(rule: &'static str, suite: &'static str, this: Sent, other: Sent) -> Row {
    Row { rule, suite, shown: Shown::Sent { this, other } }
}

const fn answer(rule: &'static str, suite: &'static str, good: Answer, bad: Answer) -> Row {
    Row { rule, suite, shown: Shown::Answer { good, bad } }
}

/// A suite of one test on the English Wikipedia, whose lines below `path: /` are given.
macro_rules! test {
    ($lines:literal) => {
        concat!("https://en.wikipedia.org:\n- path: /\n  ", $lines, "\n")
    };
}

/// Every rule.
pub(crate) const ROWS: &[Row] = &[
    sent(
        "path: what is asked of the host",
        "https://en.wikipedia.org:\n- path: /w/index.php?a=b%20c&d\n  assert_status: 200\n",
        Sent { url: "https://en.wikipedia.org/w/index.php?a=b%20c&d", ..GET },
        Sent { url: "https://en.wikipedia.org/w/index.php", ..GET },
    ),
    sent("method: GET where nothing is said", test!("assert_status: 200"), GET, POST),
    sent("method: as said", test!("method: HEAD\n  assert_status: 200"), Sent { method: "HEAD", ..GET }, GET),
    sent(
        "request_headers: sent as they are",
        test!("request_headers: {x-forwarded-proto: http, X-Number: 017}\n  assert_status: 301"),
        Sent { headers: &[("x-forwarded-proto", "http"), ("X-Number", "017")], ..GET },
        GET,
    ),
    sent(
        "form_body: sent as a form",
        test!("method: POST\n  form_body: {action: query, titles: 'Q 2&3'}\n  assert_status: 200"),
        Sent {
            headers: &[("Content-Type", "application/x-www-form-urlencoded")],
            body: Some("action=query&titles=Q+2%263"),
            ..POST
        },
        Sent { body: Some("action=query&titles=Q 2&3"), ..POST },
    ),
    sent(
        "json_body: sent as JSON, with the types of the YAML",
        test!("method: POST\n  json_body: {rev_id: 1234, lang: en, minor: no, tags: ['5', ~]}\n  assert_status: 200"),
        Sent {
            headers: &[("Content-Type", "application/json")],
            body: Some(r#"{"rev_id": 1234, "lang": "en", "minor": false, "tags": ["5", null]}"#),
            ..POST
        },
        Sent {
            headers: &[("Content-Type", "application/json")],
            body: Some(r#"{"rev_id": "1234", "lang": "en", "minor": "no", "tags": [5, null]}"#),
            ..POST
        },
    ),
    answer("assert_status: this code", test!("assert_status: 404"), status(404), status(410)),
    answer(
        "assert_headers: names without case",
        test!("assert_headers: {LOCATION: /x}"),
        headers(&[("location", "/x")]),
        headers(&[("location-x", "/x")]),
    ),
    answer(
        "assert_headers: the exact value, case and all",
        test!("assert_headers: {Content-Type: text/html; charset=UTF-8}"),
        headers(&[("Content-Type", "text/html; charset=UTF-8")]),
        headers(&[("Content-Type", "text/html; charset=utf-8")]),
    ),
    answer(
        "assert_headers: not a part of the value",
        test!("assert_headers: {Content-Type: text/html}"),
        headers(&[("Content-Type", "text/html")]),
        headers(&[("Content-Type", "text/html; charset=UTF-8")]),
    ),
    answer(
        "assert_headers: all of them",
        test!("assert_headers: {A: '1', B: '2'}"),
        headers(&[("b", "2"), ("a", "1")]),
        headers(&[("a", "1")]),
    ),
    answer(
        "assert_headers_regex: somewhere in the value",
        test!("assert_headers_regex: {content-type: html}"),
        headers(&[("Content-Type", "text/html; charset=UTF-8")]),
        headers(&[("Content-Type", "text/plain")]),
    ),
    answer(
        "assert_headers_regex: at an end of the value where it says so",
        test!("assert_headers_regex: {Content-Type: ^html}"),
        headers(&[("Content-Type", "html")]),
        headers(&[("Content-Type", "text/html")]),
    ),
    answer(
        "assert_headers_regex: the header must be there",
        test!("assert_headers_regex: {Vary: '.*'}"),
        headers(&[("Vary", "")]),
        OK,
    ),
    answer(
        "assert_headers_absent: none of them, names without case",
        test!("assert_headers_absent: [Vary, Age]"),
        headers(&[("Server", "x")]),
        headers(&[("vary", "")]),
    ),
    answer(
        "assert_body_contains: letter for letter",
        test!("assert_body_contains: a.b"),
        body("xa.bx"),
        body("xaxbx A.B"),
    ),
    answer(
        "assert_body_contains: a list, all of it",
        test!("assert_body_contains: [first, second]"),
        body("second first"),
        body("first"),
    ),
    answer(
        "assert_body_contains: letters of any script",
        test!("assert_body_contains: 維基"),
        body("維基"),
        body("维基"),
    ),
    answer("assert_body_regex: somewhere in the body", test!("assert_body_regex: b+c"), body("abbcd"), body("acd")),
    answer(
        "assert_body_regex: ^ and $ at each line",
        test!("assert_body_regex: ^b$"),
        body("a\nb\nc"),
        body("a\nbb\nc"),
    ),
    answer("assert_body_regex: a dot is no line break", test!("assert_body_regex: a.b"), body("axb"), body("a\nb")),
    answer(
        "assert_body_regex: (?s) lets a dot be one",
        test!("assert_body_regex: '(?s)\"a\".*\"b\"\\s*:\\s*true'"),
        body("{\"a\": 1,\n\"b\": true}"),
        body("{\"b\": true,\n\"a\": 1}"),
    ),
    answer("assert_body_regex: (?i) lets case be any", test!("assert_body_regex: (?i)abc"), body("aBC"), body("aBD")),
    answer(
        "assert_body_regex: (?m) says what is so anyway",
        test!("assert_body_regex: (?m)^b"),
        body("a\nb"),
        body("ab"),
    ),
    answer(
        "assert_body_regex: (?x) lets blanks be none",
        test!("assert_body_regex: '(?x) a  b'"),
        body("ab"),
        body("a  b"),
    ),
    answer(
        "assert_body_regex: words are of any script",
        test!("assert_body_regex: '<title>\\wber\\b'"),
        body("<title>Über uns"),
        body("<title>-ber"),
    ),
    answer(
        "assert_body_regex: what is no letter of a word is so in any script",
        test!("assert_body_regex: '<title>\\Wber'"),
        body("<title>-ber"),
        body("<title>Über"),
    ),
    answer(
        "assert_body_regex: (?i) is for any script",
        test!("assert_body_regex: (?i)über"),
        body("ÜBER"),
        body("UBER"),
    ),
    answer(
        "assert_body_regex: (?a) leaves ASCII alone",
        test!("assert_body_regex: '(?a)<\\W>'"),
        body("<Ü>"),
        body("<U>"),
    ),
    answer("assert_body_regex: digits are of any script", test!("assert_body_regex: ^\\d+$"), body("٣٤"), body("²")),
    answer(
        "assert_body_regex: signs within brackets are letters",
        test!("assert_body_regex: '^[a&&b]$'"),
        body("&"),
        body("c"),
    ),
    answer(
        "assert_body_regex: \\A and \\Z are the ends of the body",
        test!("assert_body_regex: \\Aa\\Z"),
        body("a"),
        body("a\n"),
    ),
    answer(
        "assert_headers_regex: $ is in front of a last line break, too",
        test!("assert_headers_regex: {X: a$}"),
        headers(&[("X", "a\n")]),
        headers(&[("X", "a\nb")]),
    ),
    answer("assert_body_regex: flags together", test!("assert_body_regex: (?is)a.b"), body("A\nB"), body("A\n\nB")),
    answer(
        "several keys: all of them",
        test!("assert_status: 200\n  assert_body_contains: a\n  assert_headers: {X: y}"),
        Answer { headers: &[("x", "y")], ..body("a") },
        Answer { headers: &[("x", "y")], ..body("b") },
    ),
    answer(
        "redirects: not followed, so that they can be asserted",
        test!("assert_status: 301\n  assert_headers: {Location: 'https://en.wikipedia.org/wiki/Main_Page'}"),
        Answer { status: 301, ..headers(&[("location", "https://en.wikipedia.org/wiki/Main_Page")]) },
        body("the main page"),
    ),
    answer(
        "a host key that occurs twice: its tests are all kept",
        "https://en.wikipedia.org:\n- path: /a\n  assert_status: 404\nhttps://en.wikipedia.org:\n- path: /b\n  assert_status: 200\n",
        status(404),
        status(200),
    ),
];
