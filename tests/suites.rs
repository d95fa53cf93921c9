// SPDX-License-Identifier: GPL-2.0-or-later
//! Suite files from outside: every key read, judged and written back, and a folder of real suites where there is one.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "this whole file is a test")]

#[path = "support/samples.rs"]
mod samples;
#[path = "support/suite_files.rs"]
mod suite_files;

use backport_verify::check::{Assertion, judge};
use backport_verify::exchange::{Headers, Method, Redirects, Response, Session};
use backport_verify::suite::{Suite, SuiteError, Test, write};
use samples::samples;
use suite_files::suites_below;

const EVERY_KEY: &str = include_str!("fixtures/suites/every_key.yaml");

fn read(yaml: &str) -> Result<Suite, SuiteError> {
    backport_verify::suite::read(yaml).map(|read| read.suite)
}

fn fields(pairs: &[(&str, &str)]) -> Headers {
    pairs.iter().copied().collect()
}

#[test]
fn every_key_is_read() {
    let suite = read(EVERY_KEY).unwrap();
    let urls: Vec<&str> = suite.tests.iter().map(|test| test.url.as_str()).collect();
    assert_eq!(
        urls,
        [
            "https://en.wikipedia.org/wiki/Special:ListGroupRights",
            "https://en.wikipedia.org/wiki/Main_Page?action=purge&x=1",
            "https://en.wikipedia.org/w/load.php",
            "https://en.wikipedia.org/w/index.php",
            "https://en.wikipedia.org/w/skins/print.css",
            "https://www.wikidata.org/w/api.php",
            "https://en.wikipedia.org/w/rest.php/v1/page",
            "https://en.wikipedia.org/w/raw",
            "http://internal.example/",
        ]
    );
    let [first, second, regex, mine, css, form, json, raw, _] = suite.tests.as_slice() else { panic!("nine tests") };
    let plain = Test {
        name: "The group is there".into(),
        url: urls[0].into(),
        assertions: vec![Assertion::status(200), Assertion::body_contains("eventcoordinator")],
        ..Test::default()
    };
    assert_eq!(first, &plain);
    assert_eq!(
        second.assertions,
        [
            Assertion::body_contains("first"),
            Assertion::body_contains("second: #2"),
            Assertion::body_lacks("Fatal exception"),
        ]
    );
    assert_eq!(regex.assertions, [Assertion::body_matches(r#"(?s)"a".*"b"\s*:\s*true"#)]);
    assert_eq!((mine.session, mine.redirects), (Session::Mine, Redirects::Follow));
    assert_eq!(
        mine.assertions,
        [Assertion::header_is("Content-Type", "text/html; charset=UTF-8"), Assertion::header_is("X-Number", "017"),]
    );
    assert_eq!(css.headers, fields(&[("X-Forwarded-Proto", "http")]));
    assert_eq!(
        css.assertions,
        [
            Assertion::header_matches("content-type", "^text/css"),
            Assertion::header_absent("Content-Encoding"),
            Assertion::header_absent("Vary"),
        ]
    );
    assert_eq!((form.method, form.body.as_deref()), (Method::Post, Some("action=query&titles=Q1&titles=Q+2%263")));
    assert_eq!(form.headers, fields(&[("Content-Type", "application/x-www-form-urlencoded")]));
    assert_eq!(json.body.as_deref(), Some(r#"{"source": "naïve", "minor": false, "tags": ["a", 1, null]}"#));
    assert_eq!(json.headers, fields(&[("Content-Type", "application/json")]));
    assert_eq!((raw.method, raw.body.as_deref(), raw.headers.is_empty()), (Method::Put, Some("plain\ntext"), true));
}

#[test]
fn that_a_test_must_fail_before_is_read_and_written() {
    let yaml = "https://en.wikipedia.org:\n- path: /\n  must_fail_before: true\n  assert_status: 200\n";
    let suite = read(yaml).unwrap();
    assert!(suite.tests[0].must_fail_before);
    assert_eq!(read(&write(&suite)), Ok(suite));
    let off = read(&yaml.replace("true", "false")).unwrap();
    assert!(!off.tests[0].must_fail_before);
    let error = read(&yaml.replace("true", "maybe")).unwrap_err();
    assert_eq!(
        (error.message.as_str(), error.remedy.as_str()),
        ("<maybe> is no must_fail_before", "write true or false")
    );
}

/// One row a key: the test's YAML, an answer that it accepts, and one that it does not.
#[test]
fn every_assertion_key_passes_and_fails() {
    let answer = |status, headers: &[(&str, &str)], body: &str| Response {
        status,
        headers: fields(headers),
        body: body.into(),
        ..Response::default()
    };
    let html = [("content-type", "text/html; charset=UTF-8")];
    for (yaml, good, bad) in [
        ("assert_status: 301", answer(301, &[], ""), answer(302, &[], "")),
        ("assert_body_contains: a.b", answer(200, &[], "xa.bx"), answer(200, &[], "xaxbx")),
        ("assert_body_contains: [a, b]", answer(200, &[], "b a"), answer(200, &[], "a")),
        ("assert_body_contains: €", answer(200, &[], "1 €"), answer(200, &[], "1 EUR")),
        ("assert_body_not_contains: Fatal", answer(200, &[], "fatal"), answer(200, &[], "Fatal")),
        ("assert_body_regex: ^b$", answer(200, &[], "a\nb\nc"), answer(200, &[], "a\nbb\nc")),
        ("assert_body_regex: a.b", answer(200, &[], "axb"), answer(200, &[], "a\nb")),
        ("assert_body_regex: (?s)a.b", answer(200, &[], "a\nb"), answer(200, &[], "ab")),
        ("assert_body_regex: '(?i)ABC'", answer(200, &[], "xabcx"), answer(200, &[], "ab")),
        (
            "assert_headers: {Content-Type: text/html; charset=UTF-8}",
            answer(200, &html, ""),
            answer(200, &[("Content-Type", "text/html")], ""),
        ),
        ("assert_headers: {Location: /x}", answer(200, &[("LOCATION", "/x")], ""), answer(200, &[], "")),
        (
            "assert_headers_regex: {Content-Type: ^text/}",
            answer(200, &html, ""),
            answer(200, &[("Content-Type", "a text/")], ""),
        ),
        ("assert_headers_regex: {Content-Type: html}", answer(200, &html, ""), answer(200, &[], "")),
        ("assert_headers_absent: [Vary]", answer(200, &html, ""), answer(200, &[("vary", "")], "")),
    ] {
        let suite = read(&format!("https://en.wikipedia.org:\n- path: /\n  {yaml}\n")).unwrap();
        let holds =
            |response: &Response| suite.tests[0].assertions.iter().all(|assertion| judge(assertion, response).held);
        assert!(holds(&good), "{yaml} must accept {good:?}");
        assert!(!holds(&bad), "{yaml} must refuse {bad:?}");
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_a_remedy() {
    let host = "https://en.wikipedia.org:\n";
    for (yaml, message) in [
        ("", "line 1, column 1: the file holds no suite; write <https://en.wikipedia.org:> and its tests below it"),
        ("- a", "line 1, column 1: a suite must be a mapping, not a list; write <key: value>"),
        (
            "en.wikipedia.org: []",
            "line 1, column 1: <en.wikipedia.org> is no host; write scheme and host alone, such as <https://en.wikipedia.org>",
        ),
        (
            "https://en.wikipedia.org/wiki: []",
            "line 1, column 1: <https://en.wikipedia.org/wiki> is no host; write scheme and host alone, such as <https://en.wikipedia.org>",
        ),
        (
            "https://en.wikipedia.org: x",
            "line 1, column 27: what stands below <https://en.wikipedia.org> must be a list, not text; write each item behind <- >",
        ),
        ("H- x", "line 2, column 3: a test must be a mapping, not text; write <key: value>"),
        (
            "H- assert_status: 200",
            "line 2, column 3: the test has no path; write one, such as <path: /wiki/Special:Version>",
        ),
        (
            "H- path: wiki",
            "line 2, column 9: path <wiki> must begin with </>; write it as it stands behind the host, such as </wiki/Special:Version>",
        ),
        (
            "H- path:",
            "line 2, column 7: path has no value; write it behind the colon, in quotes where it begins with <#> or is <null>",
        ),
        ("H- path: /\n  path: /x", "line 3, column 3: key <path> is there twice; remove one"),
        (
            "H- path: /\n  assert_status: '200'",
            "line 3, column 18: <200> is no status; write a number of three digits without quotes, such as <200>",
        ),
        (
            "H- path: /\n  assert_status: ok",
            "line 3, column 18: <ok> is no status; write a number of three digits without quotes, such as <200>",
        ),
        (
            "H- path: /\n  assert_status: [200]",
            "line 3, column 18: assert_status takes one status, not a list; write <assert: [{status: , in: [200, 301]}]> in its place, with your codes",
        ),
        (
            "H- path: /\n  assert_headers: {A: [b]}",
            "line 3, column 23: assert_headers must be text, not a list; write one text, in quotes where it begins with <[> or <{>",
        ),
        (
            "H- path: /\n  assert_headers: A",
            "line 3, column 19: assert_headers must be a mapping, not text; write <key: value>",
        ),
        (
            "H- path: /\n  assert_headers_absent: A",
            "line 3, column 26: assert_headers_absent must be a list, not text; write each item behind <- >",
        ),
        (
            "H- path: /\n  method: FETCH",
            "line 3, column 11: <FETCH> is no method; known are GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
        ),
        ("H- path: /\n  session: yes", "line 3, column 12: <yes> is no session; write anonymous or mine"),
        ("H- path: /\n  redirects: 1", "line 3, column 14: <1> is no redirects; write manual or follow"),
        (
            "H- path: /\n  body: a\n  json_body: {}",
            "line 4, column 3: a test has one body; keep one of form_body, json_body and body",
        ),
    ] {
        let yaml = yaml.strip_prefix('H').map_or_else(|| yaml.to_owned(), |test| format!("{host}{test}\n"));
        assert_eq!(read(&yaml).map_err(|error| error.to_string()), Err(message.to_owned()), "{yaml}");
    }
    let error = read(&format!("{host}- path: /\n  assert_body: x\n")).unwrap_err();
    assert_eq!((error.line, error.column), (3, 3));
    assert_eq!(error.message, "key <assert_body> is not known");
    assert!(error.remedy.starts_with("did you mean <assert_body_"), "{error}");
}

#[test]
fn a_written_suite_is_read_back_equal() {
    let suite = read(EVERY_KEY).unwrap();
    let written = write(&suite);
    assert_eq!(read(&written).unwrap(), suite, "{written}");
    assert_eq!(read(&write(&Suite::default())).unwrap(), Suite::default());
}

/// A text that is no simple key of YAML.
const LONG: &str = "0123456789abcdef 0123456789abcdef 0123456789abcdef 0123456789abcdef 0123456789abcdef 0123456789abcdef 0123456789abcdef";

#[test]
fn any_text_survives_being_written() {
    let texts = [
        "a",
        " a ",
        "yes",
        "null",
        "~",
        "1e3",
        "- x",
        "? x",
        "a: b",
        "a #b",
        "'",
        "\"",
        "\\",
        "\\n",
        "\n",
        "a\r\nb",
        "\t",
        "{}",
        "[x",
        "*a",
        "&a",
        "!t",
        "%",
        "@",
        "`",
        "|",
        ">",
        "é€😀",
        "\u{85}\u{2028}\u{feff}\u{7f}\u{0}",
        "(?s)\"a\\s\"",
        "---",
        "...",
        "# x",
        "a b",
        LONG,
    ];
    for text in texts {
        for body in [text.to_owned(), format!("{{\"k\": {}}}", serde_json::Value::from(text)), format!("k={text}")] {
            for kind in ["application/json", "application/x-www-form-urlencoded", "text/plain"] {
                let test = Test {
                    name: text.into(),
                    url: format!("https://en.wikipedia.org/wiki/{text}?x={text}"),
                    method: Method::Post,
                    headers: fields(&[("X-Text", text), (text, "x"), ("Content-Type", kind)]),
                    body: Some(body.clone()),
                    session: Session::Mine,
                    redirects: Redirects::Follow,
                    assertions: vec![
                        Assertion::body_contains(text),
                        Assertion::body_contains("second"),
                        Assertion::status(200),
                        Assertion::body_lacks(text),
                        Assertion::body_matches(text),
                        Assertion::header_is(text, text),
                        Assertion::header_matches(text, text),
                        Assertion::header_absent(text),
                    ],
                    ..Test::default()
                };
                let bare = Test { headers: Headers::new(), ..test.clone() };
                let suite = Suite { tests: vec![test, bare] };
                let written = write(&suite);
                assert_eq!(read(&written).as_ref(), Ok(&suite), "{written}");
            }
        }
    }
}

#[test]
fn plain_bodies_are_written_as_httpbb_reads_them() {
    let written = write(&read(EVERY_KEY).unwrap());
    assert!(
        written.contains(r#"  json_body: {"source": "naïve", "minor": false, "tags": ["a", 1, null]}"#),
        "{written}"
    );
    assert!(!written.contains("form_body"), "a field that occurs twice cannot be said there: {written}");
    let form = EVERY_KEY.replace("titles: [Q1, \"Q 2&3\"]", "titles: Q1");
    let written = write(&read(&form).unwrap());
    assert!(written.contains("  form_body:\n    \"action\": \"query\"\n"), "{written}");
    assert!(!written.contains("\"Content-Type\": \"application"), "{written}");
}

#[test]
fn real_suites_are_read_whole() {
    let Some(folder) = samples("httpbb") else { return };
    let mut files = Vec::new();
    suites_below(&folder, &mut files);
    let mut tests = 0;
    for file in &files {
        let yaml = std::fs::read_to_string(file).unwrap();
        let suite = read(&yaml).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        // Every test of these files has one path; that counts them without reading YAML.
        let counted = yaml.lines().filter(|line| line.trim_start_matches([' ', '-']).starts_with("path:")).count();
        assert_eq!(suite.tests.len(), counted, "{}", file.display());
        for test in &suite.tests {
            assert!(
                test.assertions.iter().all(|assertion| assertion.validate().is_ok()),
                "{}: {test:?}",
                file.display()
            );
        }
        assert_eq!(read(&write(&suite)).unwrap(), suite, "{}", file.display());
        tests += suite.tests.len();
    }
    assert_eq!((files.len(), tests), REAL);
}

/// Files and tests of that folder, counted with another YAML library.
const REAL: (usize, usize) = (39, 248);
