// SPDX-License-Identifier: GPL-2.0-or-later
//! The keys that are ours, as people write them.

use backport_verify::check::{Assertion, Order, Predicate, Subject};
use backport_verify::suite::{Capture, Only, Test, check, read, write};
use serde_json::json;

const SUITE: &str = r##"
https://en.wikipedia.org:
- path: /w/api.php?action=query&meta=siteinfo&format=json
  name: Site name
  tags: [smoke, api]
  skip: broken until the next train
  only: mwdebug
  timeout: 2.5
  captures:
    site: {json: $.query.general.sitename}
    logo: {html: a.logo, attribute: href}
  assert_status: 200
  assert:
  - {json: $.query.general.sitename, equals: Wikipedia}
  - {html: "#firstHeading", contains: Group}
  - {html: a.logo, attribute: href, matches: x}
  - {header: Vary, contains: Cookie}
  - {status: , in: [200, 304]}
  - {duration: , below: 1500}
  - {json_count: "$.query.pages[*]", between: [1, 5]}
  - {header: X-Number, equals: 017}
  - {redirects: , equals: []}
  - {api_error: , exists: false}
  - mw_config: wgUserGroups
    contains: "*"
"##;

fn wants(of: Subject, is: Predicate) -> Assertion {
    Assertion { of, is }
}

#[test]
fn our_keys_are_read() {
    let suite = read(SUITE).unwrap().suite;
    let json = || Subject::Json { path: "$.query.general.sitename".into() };
    let logo = || Subject::HtmlAttribute { selector: "a.logo".into(), attribute: "href".into() };
    let header = |name: &str| Subject::Header { name: name.into() };
    let expected = Test {
        name: "Site name".into(),
        url: "https://en.wikipedia.org/w/api.php?action=query&meta=siteinfo&format=json".into(),
        tags: ["api".to_owned(), "smoke".to_owned()].into(),
        skip: Some("broken until the next train".into()),
        only: Some(Only::Mwdebug),
        timeout_ms: Some(2500),
        captures: vec![Capture { name: "site".into(), of: json() }, Capture { name: "logo".into(), of: logo() }],
        assertions: vec![
            Assertion::status(200),
            wants(json(), Predicate::Is { value: json!("Wikipedia") }),
            wants(Subject::Html { selector: "#firstHeading".into() }, Predicate::Contains { value: json!("Group") }),
            wants(logo(), Predicate::Matches { pattern: "x".into() }),
            wants(header("Vary"), Predicate::Contains { value: json!("Cookie") }),
            wants(Subject::Status, Predicate::OneOf { values: vec![json!(200), json!(304)] }),
            wants(Subject::Duration, Predicate::Compares { order: Order::Below, number: 1500.into() }),
            wants(
                Subject::JsonCount { path: "$.query.pages[*]".into() },
                Predicate::Between { from: 1.into(), to: 5.into() },
            ),
            wants(header("X-Number"), Predicate::Is { value: json!("017") }),
            wants(Subject::Redirects, Predicate::Is { value: json!([]) }),
            wants(Subject::ApiError, Predicate::Absent),
            wants(Subject::MwConfig { name: "wgUserGroups".into() }, Predicate::Contains { value: json!("*") }),
        ],
        ..Test::default()
    };
    assert_eq!(suite.tests, [expected]);
    assert_eq!(check(SUITE).errors, []);
    assert_eq!(read(&write(&suite)).unwrap().suite, suite);
}

#[test]
fn whole_seconds_and_thousandths_are_timeouts() {
    let ms = |text: &str| {
        let yaml = format!("https://en.wikipedia.org:\n- path: /\n  timeout: {text}\n  assert_status: 200\n");
        read(&yaml).map(|read| read.suite.tests[0].timeout_ms).map_err(|error| error.message)
    };
    for (text, expected) in [("30", 30_000), ("0.5", 500), ("1.25", 1250), ("0.001", 1), ("4294967.295", u32::MAX)] {
        assert_eq!(ms(text), Ok(Some(expected)), "{text}");
    }
    for text in ["-1", "1e3", "4294967.296", "1.0005", ".5", "5.", "soon", "+1"] {
        assert_eq!(ms(text), Err(format!("<{text}> is no timeout")));
    }
}

#[test]
fn what_is_wrong_in_an_assertion_is_said_with_its_place_and_a_remedy() {
    for (item, at, message) in [
        (
            "{status: 200}",
            "200",
            "nothing stands behind <status:> itself; write what it must be behind a key of its own, such as <{status: , equals: …}>",
        ),
        ("{equals: 5}", "{", "an assertion does not say of what it speaks; add one of status, url, "),
        ("{body: }", "{", "the assertion does not say what must be; add one of equals, not_equals, "),
        (
            "{body: , url: , contains: x}",
            "url",
            "an assertion has one subject, and this is the second after <body>; write an item of its own for it",
        ),
        (
            "{body: , contains: x, matches: y}",
            "matches",
            "an assertion has one demand, and this is the second after <contains>; ",
        ),
        (
            "{header: A, attribute: b, exists: true}",
            "attribute",
            "an attribute belongs to an element; write html: with a CSS selector beside it",
        ),
        ("{cookie: A, exists: true}", "cookie", "key <cookie> is not known in an assertion; known are status, "),
        ("{html: #a, exists: true}", "", "this is no YAML"),
        (
            "{html: [href], exists: true}",
            "[",
            "html must be text, not a list; write one text, in quotes where it begins with <[> or <{>",
        ),
        (
            "{json: $, equals: no}",
            "no",
            "<no> is read differently by different readers of YAML; quote it if it is a text",
        ),
        ("{size: , below: '5'}", "'5'", "below takes a number; write it as JSON has it, without quotes"),
        ("{size: , between: [5]}", "[", "between takes two numbers; write the least and the greatest: <[1, 5]>"),
        ("{api_error: , exists: maybe}", "maybe", "<maybe> is no exists; write true or false"),
        ("x", "x", "an assertion must be a mapping, not text; write <key: value>"),
    ] {
        let yaml = format!("https://en.wikipedia.org:\n- path: /\n  assert:\n  - {item}\n");
        let error = read(&yaml).unwrap_err();
        let column = 5 + item.find(at).unwrap();
        assert!(at.is_empty() || (error.line, error.column) == (4, column), "{item}: {error}");
        let said = format!("{}; {}", error.message, error.remedy);
        assert!(said.starts_with(message), "{item}: {said}");
    }
    let yaml = "https://en.wikipedia.org:\n- path: /\n  captures:\n    a: {body: , contains: x}\n";
    assert_eq!(read(yaml).unwrap_err().message, "a capture only takes a value, so <contains> says nothing");
}

#[test]
fn nothing_in_a_file_allows_a_test_to_change_something() {
    for key in ["allowed: true", "allow: true", "allow_changes: true"] {
        let yaml = format!("https://en.wikipedia.org:\n- path: /\n  method: POST\n  {key}\n");
        assert!(read(&yaml).is_err(), "{key}");
    }
    let allowed = read("https://en.wikipedia.org:\n- path: /\n  method: POST\n").unwrap().suite;
    let mut suite = allowed.clone();
    suite.tests[0].allowed = true;
    assert_eq!(write(&suite), write(&allowed));
}

#[test]
fn everything_wrong_in_a_file_is_found_each_at_its_place() {
    let yaml = "\
https://en.wikipedia.org:
- path: wiki
  assert_status: ok
- path: /
  request_headers:
    X: y
    Cookie: a=b
  assert:
  - {status: , equals: 99}
  - {body: }
  - {body: , matches: '('}
  captures:
    a: {json: x}
- path: /
- path: /
  assert_body_contains: [a, '']
  body: x
http://internal.example:
- path: /
  assert_status: 200
- path: /b
  assert_status: 99
x: []
";
    let checked = check(yaml);
    let found: Vec<(usize, usize, String)> =
        checked.errors.iter().map(|error| (error.line, error.column, error.message.clone())).collect();
    let found: Vec<(usize, usize, &str)> =
        found.iter().map(|(line, column, text)| (*line, *column, text.as_str())).collect();
    assert_eq!(
        found,
        [
            (2, 9, "path <wiki> must begin with </>"),
            (3, 18, "<ok> is no status"),
            (7, 5, "header <Cookie> is set by the tool and cannot be part of a test"),
            (9, 5, "status <99> is not between 100 and 599"),
            (10, 5, "the assertion does not say what must be"),
            (11, 5, "regular expression <(> cannot be read: a <(> has no end"),
            (13, 5, "JSONPath <x> cannot be read: at position 0, parser error"),
            (14, 3, "a test needs at least one assertion"),
            (16, 29, "the text must not be empty"),
            (17, 3, "a GET request has no body"),
            (22, 18, "<99> is no status"),
            (23, 1, "<x> is no host"),
        ]
    );
    assert_eq!(checked.tests, 6);
    let note =
        "<http://internal.example/> must begin with https://; its tests are never sent and come out as INCONCLUSIVE";
    assert_eq!(
        checked.notes.iter().map(|note| (note.at.line, note.message.as_str())).collect::<Vec<_>>(),
        [(18, note)]
    );
    assert!(checked.errors.iter().all(|error| !error.remedy.is_empty()));
}

#[test]
fn a_file_without_a_test_is_not_fine() {
    let message = |yaml: &str| check(yaml).errors.iter().map(|error| error.message.clone()).collect::<Vec<_>>();
    assert_eq!(message("{}\n"), ["the suite holds no test"]);
    assert_eq!(message("https://en.wikipedia.org: []\n"), ["the suite holds no test"]);
    assert_eq!(message(""), ["the file holds no suite"]);
}

#[test]
fn the_example_of_the_documentation_is_fine() {
    let documentation = include_str!("../../docs/formats.md");
    let (_, rest) = documentation.split_once("```yaml\n").unwrap();
    let (yaml, _) = rest.split_once("```").unwrap();
    let checked = check(yaml);
    assert_eq!((checked.tests, checked.errors, checked.notes), (2, Vec::new(), Vec::new()));
    let suite = read(yaml).unwrap().suite;
    assert_eq!(suite.tests.iter().map(|test| test.assertions.len()).sum::<usize>(), 9);
}
