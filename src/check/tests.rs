// SPDX-License-Identifier: GPL-2.0-or-later
//! The vocabulary as a table: for each subject each predicate that makes sense holds in one row and fails in the next, and
//! each that makes none is refused.

mod bounds;

use super::{Assertion, Order, Predicate, Subject, judge, judge_all};
use crate::exchange::{Headers, Hop, Response};
use serde_json::{Value, json};

const DIGEST: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const PAGE: &str = r#"<!DOCTYPE html><html><head><title>Rights</title>
<script>RLCONF={"wgGroups":["sysop","bot"],"wgId":5,"wgName":"Rights","wgOn":!0};</script></head>
<body><ul><li class="g" data-n="1">Admins</li><li class="g">Bots and more</li></ul><p id="one">Alone</p></body></html>"#;
const JSON: &str =
    r#"{"query":{"n":5,"f":2.5,"name":"sysop","list":["a",1],"none":null,"on":true,"n2":[1,2,3],"names":["ab","ac"]}}"#;

fn page() -> Response {
    Response {
        url: "https://en.wikipedia.org/wiki/B".into(),
        status: 200,
        headers: Headers::from_iter([("Content-Type", "text/html; charset=UTF-8"), ("Vary", "a"), ("Vary", "b")]),
        body: PAGE.into(),
        size: 300,
        sha256: Some(DIGEST.into()),
        elapsed_ms: 120,
        hops: vec![Hop {
            url: "https://en.wikipedia.org/wiki/A".into(),
            status: 301,
            location: Some("/wiki/B".into()),
            ..Hop::default()
        }],
        ..Response::default()
    }
}

fn api(body: &str) -> Response {
    Response {
        url: "https://en.wikipedia.org/w/api.php?action=query&format=json".into(),
        status: 200,
        headers: Headers::from_iter([("content-type", "application/json")]),
        body: body.into(),
        ..Response::default()
    }
}

fn json_at(path: &str) -> Subject {
    Subject::Json { path: path.into() }
}
fn element(selector: &str) -> Subject {
    Subject::Html { selector: selector.into() }
}
fn attribute(selector: &str, attribute: &str) -> Subject {
    Subject::HtmlAttribute { selector: selector.into(), attribute: attribute.into() }
}
fn config(name: &str) -> Subject {
    Subject::MwConfig { name: name.into() }
}
fn header(name: &str) -> Subject {
    Subject::Header { name: name.into() }
}
fn times(text: &str) -> Subject {
    Subject::Occurrences { text: text.into() }
}
fn is(value: impl Into<Value>) -> Predicate {
    Predicate::Is { value: value.into() }
}
fn is_not(value: impl Into<Value>) -> Predicate {
    Predicate::IsNot { value: value.into() }
}
fn one_of(values: Value) -> Predicate {
    Predicate::OneOf { values: values.as_array().unwrap().clone() }
}
fn between(from: i64, to: i64) -> Predicate {
    Predicate::Between { from: from.into(), to: to.into() }
}
fn compares(order: Order, number: i64) -> Predicate {
    Predicate::Compares { order, number: number.into() }
}
fn contains(value: impl Into<Value>) -> Predicate {
    Predicate::Contains { value: value.into() }
}
fn lacks(value: impl Into<Value>) -> Predicate {
    Predicate::Lacks { value: value.into() }
}
fn matches(pattern: &str) -> Predicate {
    Predicate::Matches { pattern: pattern.into() }
}
fn matches_not(pattern: &str) -> Predicate {
    Predicate::MatchesNot { pattern: pattern.into() }
}
use Order::{Above, AtLeast, AtMost, Below};
use Predicate::{Absent, Exists};

/// Each pair: the subject, a predicate that holds, one of the same kind that does not, and what is said of the latter.
#[test]
fn each_pair_that_makes_sense_holds_and_fails() {
    let rows: Vec<(Subject, Predicate, Predicate, &str)> = vec![
        (Subject::Status, is(200), is(404), "<200>"),
        (Subject::Status, is_not(404), is_not(200), "<200>"),
        (Subject::Status, one_of(json!([200, 404])), one_of(json!([301, 404])), "<200>"),
        (Subject::Status, between(200, 299), between(300, 399), "<200>"),
        (Subject::Status, compares(Below, 400), compares(Below, 200), "<200>"),
        (Subject::Status, compares(AtMost, 200), compares(AtMost, 199), "<200>"),
        (Subject::Status, compares(AtLeast, 200), compares(AtLeast, 201), "<200>"),
        (Subject::Status, compares(Above, 199), compares(Above, 200), "<200>"),
        (Subject::Url, is("https://en.wikipedia.org/wiki/B"), is("/wiki/B"), "<https://en.wikipedia.org/wiki/B>"),
        (Subject::Url, is_not("x"), is_not("https://en.wikipedia.org/wiki/B"), "<https://en.wikipedia.org/wiki/B>"),
        (Subject::Url, one_of(json!(["https://en.wikipedia.org/wiki/B"])), one_of(json!(["x"])), "<https"),
        (Subject::Url, contains("/wiki/"), contains("/w/"), "<https"),
        (Subject::Url, lacks("?"), lacks("wiki/B"), "<https"),
        (Subject::Url, matches("/B$"), matches("/A$"), "<https"),
        (Subject::Url, matches_not("/A$"), matches_not("/B$"), "<https"),
        (
            Subject::Redirects,
            is(json!(["https://en.wikipedia.org/wiki/B"])),
            is(json!([])),
            "<[\"https://en.wikipedia.org/wiki/B\"]>",
        ),
        (Subject::Redirects, is_not(json!([])), is_not(json!(["https://en.wikipedia.org/wiki/B"])), "<["),
        (Subject::Redirects, contains("https://en.wikipedia.org/wiki/B"), contains("/wiki/B"), "<["),
        (Subject::Redirects, lacks("/wiki/B"), lacks("https://en.wikipedia.org/wiki/B"), "<["),
        (header("vary"), is("a, b"), is("a"), "<a, b>"),
        (header("vary"), is_not("a"), is_not("a, b"), "<a, b>"),
        (header("none"), Absent, is_not("a"), "absent"),
        (header("vary"), one_of(json!(["x", "a, b"])), one_of(json!(["a", "b"])), "<a, b>"),
        (header("vary"), contains("b"), contains("c"), "<a, b>"),
        (header("vary"), lacks("c"), lacks("b"), "<a, b>"),
        (header("none"), Absent, lacks("c"), "absent"),
        (header("vary"), matches("^a"), matches("^b"), "<a, b>"),
        (header("vary"), matches_not("^b"), matches_not("^a"), "<a, b>"),
        (header("vary"), Exists, Absent, "<a, b>"),
        (header("none"), Absent, Exists, "absent"),
        (Subject::Body, is(PAGE), is("x"), "265 characters"),
        (Subject::Body, is_not("x"), is_not(PAGE), "265 characters"),
        (Subject::Body, one_of(json!(["x", PAGE])), one_of(json!(["x"])), "265 characters"),
        (
            Subject::Body,
            contains("Admins"),
            contains("admins"),
            "not found in 265 characters; with other capitals in line 3: <",
        ),
        (Subject::Body, lacks("admins"), lacks("Alone"), "found in line 3: <"),
        (Subject::Body, matches("^<body"), matches("^body"), "not found in 265 characters"),
        (
            Subject::Body,
            matches_not("^body"),
            matches_not("^<body"),
            "found in line 3: <<body><ul><li class=\"g\" data-…>",
        ),
        (times("<li"), is(2), is(1), "<2>"),
        (times("<li"), is_not(0), is_not(2), "<2>"),
        (times("<LI"), is(0), is(2), "<0>; with other capitals in line 3: <"),
        (times("<li"), one_of(json!([2, 3])), one_of(json!([0, 1])), "<2>"),
        (times("<li"), between(1, 2), between(3, 4), "<2>"),
        (times("<li"), compares(AtLeast, 2), compares(Above, 2), "<2>"),
        (Subject::HtmlCount { selector: "li.g".into() }, is(2), is(0), "<2>"),
        (Subject::HtmlCount { selector: "li.x".into() }, is(0), compares(AtLeast, 1), "<0>"),
        (Subject::HtmlCount { selector: "li".into() }, between(1, 2), compares(Below, 2), "<2>"),
        (element("#one"), is("Alone"), is("alone"), "<Alone>"),
        (element("li"), Exists, is("Admins"), "2 elements: <Admins>, <Bots and more>; which one is meant is not said"),
        (element("#one"), is_not("x"), is_not("Alone"), "<Alone>"),
        (element("li"), is_not("x"), is_not("Admins"), "2 elements: <Admins>, <Bots and more>"),
        (element("li"), one_of(json!(["Admins", "Bots and more"])), one_of(json!(["Admins"])), "2 elements: <"),
        (element("li"), contains("Bots"), contains("Users"), "2 elements: <Admins>, <Bots and more>"),
        (element("li"), lacks("Users"), lacks("Bots"), "2 elements: <"),
        (element("li"), matches("^Bots"), matches("^more"), "2 elements: <"),
        (element("li"), matches_not("^more"), matches_not("^Bots"), "2 elements: <"),
        (element("li"), Exists, Absent, "2 elements: <"),
        (element("body > ol"), Absent, Exists, "absent; <body> is there"),
        (element("ol"), Absent, lacks("x"), "absent"),
        (attribute("li", "data-n"), is("1"), is("2"), "<1>"),
        (attribute("li", "data-n"), is_not("2"), is_not("1"), "<1>"),
        (attribute("li", "class"), one_of(json!(["g"])), one_of(json!(["h"])), "2 values: <g>, <g>"),
        (attribute("li", "data-n"), contains("1"), contains("2"), "<1>"),
        (attribute("li", "data-n"), lacks("2"), lacks("1"), "<1>"),
        (attribute("li", "data-n"), matches("^1$"), matches("^2$"), "<1>"),
        (attribute("li", "data-n"), matches_not("2"), matches_not("1"), "<1>"),
        (attribute("li", "data-n"), Exists, Absent, "<1>"),
        (attribute("li", "id"), Absent, Exists, "absent"),
        (attribute("li", "id"), Absent, is_not("x"), "absent"),
        (config("wgId"), is(5), is("5"), "<5>, which is a number"),
        (config("wgOn"), is(true), is(1), "<true>, which is a truth value"),
        (config("wgId"), compares(Above, 4), compares(Above, 5), "<5>"),
        (config("wgId"), between(5, 6), between(6, 7), "<5>"),
        (config("wgId"), is_not(6), is_not(5), "<5>"),
        (config("wgName"), one_of(json!(["Rights"])), one_of(json!([5])), "<Rights>, which is a text"),
        (config("wgGroups"), contains("bot"), contains("bo"), "<[\"sysop\",\"bot\"]>"),
        (config("wgGroups"), lacks("bo"), lacks("bot"), "<[\"sysop\",\"bot\"]>"),
        (config("wgGroups"), is(json!(["sysop", "bot"])), matches("sysop"), "<[\"sysop\",\"bot\"]>, which is a list"),
        (config("wgName"), matches("^R"), matches_not("^R"), "<Rights>"),
        (config("wgName"), matches_not("^r"), compares(Above, 1), "<Rights>, which is a text"),
        (config("wgName"), Exists, Absent, "<Rights>"),
        (config("wgname"), Absent, Exists, "absent; with other capitals: <wgName>"),
        (Subject::Duration, compares(Below, 121), compares(Below, 120), "<120>"),
        (Subject::Duration, between(0, 120), is(0), "<120>"),
        (Subject::Duration, is_not(0), one_of(json!([1])), "<120>"),
        (Subject::Size, is(300), is(299), "<300>"),
        (Subject::Size, compares(AtLeast, 300), compares(Above, 300), "<300>"),
        (Subject::Size, between(1, 300), is_not(300), "<300>"),
        (Subject::Sha256, is(DIGEST), is("0".repeat(64)), "<ba78"),
        (Subject::Sha256, is_not("0".repeat(64)), is_not(DIGEST), "<ba78"),
        (Subject::Sha256, one_of(json!([DIGEST])), one_of(json!(["1".repeat(64)])), "<ba78"),
    ];
    hold_and_fail(rows, &page());
}

#[test]
fn each_pair_that_makes_sense_of_json_holds_and_fails() {
    let count = |path: &str| Subject::JsonCount { path: path.into() };
    let rows = vec![
        (json_at("$.query.n"), is(5), is("5"), "<5>, which is a number"),
        (json_at("$.query.n"), Predicate::Is { value: json!(5.0) }, is(6), "<5>"),
        (json_at("$.query.n"), is_not(6), is_not(5), "<5>"),
        (json_at("$.query.n2[*]"), is_not(4), is_not(3), "3 values: <1>, <2>, <3>"),
        (json_at("$.query.name"), one_of(json!(["sysop"])), one_of(json!(["bot"])), "<sysop>"),
        (json_at("$.query.n2[*]"), one_of(json!([1, 2, 3])), one_of(json!([1, 2])), "3 values: <1>, <2>, <3>"),
        (json_at("$.query.n2[*]"), between(1, 3), between(1, 2), "3 values: "),
        (json_at("$.query.n2[*]"), compares(Below, 4), compares(Below, 3), "3 values: "),
        (json_at("$.query.f"), compares(Above, 2), compares(AtMost, 2), "<2.5>"),
        (json_at("$.query.name"), contains("sys"), contains("Sys"), "<sysop>"),
        (json_at("$.query.list"), contains(1), contains("1"), "<[\"a\",1]>"),
        (json_at("$.query"), contains("none"), contains("name "), "<{"),
        (json_at("$.query.list"), lacks("b"), lacks("a"), "<[\"a\",1]>"),
        (json_at("$.query.names[*]"), contains("ab"), contains("bc"), "2 values: <ab>, <ac>"),
        (json_at("$.query.names[*]"), lacks("b "), lacks("b"), "2 values: <ab>, <ac>"),
        (json_at("$.query.n"), Exists, lacks("x"), "<5>, which is a number"),
        (json_at("$.query.name"), matches("^s"), matches("^y"), "<sysop>"),
        (json_at("$.query.names[*]"), matches_not("^b"), matches_not("c$"), "2 values: <ab>, <ac>"),
        (json_at("$.query.n"), Exists, matches_not("x"), "<5>, which is a number"),
        (json_at("$.query.none"), Exists, Absent, "<null>"),
        (json_at("$.query.none"), is(Value::Null), is(false), "<null>, which is null"),
        (json_at("$.query.some"), Absent, Exists, "absent; $.query is an object with <"),
        (json_at("$.query.list[5]"), Absent, Exists, "absent; $.query.list is a list of 2"),
        (json_at("$.query.some"), Absent, is_not(1), "absent; "),
        (json_at("$.query.some"), Absent, lacks("x"), "absent; "),
        (json_at("$.query.n2[*]"), Exists, is(1), "3 values: <1>, <2>, <3>; which one is meant is not said"),
        (count("$.query.n2[*]"), is(3), is(2), "<3>"),
        (count("$.query.some"), is(0), compares(Above, 0), "<0>"),
        (count("$.query.n2[*]"), between(1, 3), one_of(json!([0, 1])), "<3>"),
        (Subject::ApiError, Absent, Exists, "absent"),
        (Subject::ApiError, Absent, is_not("badtoken"), "absent"),
    ];
    hold_and_fail(rows, &api(JSON));
    let rows = vec![
        (Subject::ApiError, is("badtoken"), is("other"), "<badtoken>"),
        (Subject::ApiError, is_not("other"), is_not("badtoken"), "<badtoken>"),
        (Subject::ApiError, one_of(json!(["badtoken", "x"])), one_of(json!(["x"])), "<badtoken>"),
        (Subject::ApiError, contains("token"), contains("x"), "<badtoken>"),
        (Subject::ApiError, lacks("x"), lacks("bad"), "<badtoken>"),
        (Subject::ApiError, matches("^bad"), matches("^token"), "<badtoken>"),
        (Subject::ApiError, matches_not("^token"), matches_not("^bad"), "<badtoken>"),
        (Subject::ApiError, Exists, Absent, "<badtoken>"),
    ];
    hold_and_fail(rows, &api(r#"{"error":{"code":"badtoken"}}"#));
}

fn hold_and_fail(rows: Vec<(Subject, Predicate, Predicate, &str)>, response: &Response) {
    for (of, holding, failing, said) in rows {
        let assertions = [holding, failing].map(|is| Assertion { of: of.clone(), is });
        let results = judge_all(&assertions, response);
        assert_eq!(results[0], judge(&assertions[0], response));
        assert!(results[0].held, "{}: {}", results[0].expected, results[0].actual);
        assert!(!results[1].held, "{}: {}", results[1].expected, results[1].actual);
        assert!(results[1].actual.starts_with(said), "{}: {}", results[1].expected, results[1].actual);
        for assertion in assertions {
            assert_eq!(assertion.validate(), Ok(()), "{assertion}");
        }
    }
}

#[test]
fn nothing_holds_of_what_cannot_be_read() {
    let page_of = |kind: &str, body: &str| Response {
        headers: Headers::from_iter([("content-type", kind)]),
        body: body.into(),
        ..page()
    };
    let of_json = [json_at("$.a"), Subject::JsonCount { path: "$.a".into() }];
    let of_html = [element("p"), attribute("p", "a"), Subject::HtmlCount { selector: "p".into() }, config("a")];
    let predicates = |of: &Subject| match of {
        Subject::JsonCount { .. } | Subject::HtmlCount { .. } => {
            vec![is(0), is_not(1), compares(Below, 5), between(0, 9), one_of(json!([0]))]
        }
        _ => vec![Absent, Exists, is("x"), is_not("x"), lacks("x"), matches_not("x"), contains("x"), matches("x")],
    };
    let mut rows: Vec<(&Subject, Response)> = Vec::new();
    for (kind, body) in [
        ("text/html", "<html><p>{}</p></html>"),
        ("text/html", "{}"),
        ("text/plain", "5"),
        ("application/json", ""),
        ("application/json", r#"{"b":1"#),
        ("application/json", "<html></html>"),
    ] {
        rows.extend(of_json.iter().map(|of| (of, page_of(kind, body))));
    }
    for (kind, body) in
        [("application/json", "{}"), ("text/html", ""), ("text/html", "no tag"), ("image/svg+xml", "<svg></svg>")]
    {
        rows.extend(of_html.iter().map(|of| (of, page_of(kind, body))));
    }
    let hidden = || Response { body: String::new(), body_hidden: true, status: 302, ..page() };
    rows.extend(of_json.iter().chain(&of_html).map(|of| (of, hidden())));
    let (attribute, error) = (attribute("ol", "a"), Subject::ApiError);
    rows.extend([(&attribute, page()), (&error, page()), (&error, api("<api/>")), (&error, api(""))]);
    for (of, response) in rows {
        for is in predicates(of) {
            let result = judge(&Assertion { of: of.clone(), is }, &response);
            assert!(!result.held, "{} in <{}>", result.expected, response.body);
        }
    }
}

#[test]
fn each_pair_that_makes_no_sense_is_refused() {
    let numbers = [
        Subject::Status,
        times("a"),
        Subject::JsonCount { path: "$".into() },
        Subject::HtmlCount { selector: "p".into() },
        Subject::Duration,
        Subject::Size,
    ];
    let texts = [Subject::Url, Subject::Body];
    let found = [header("X"), element("p"), attribute("p", "a"), Subject::ApiError];
    let of_text = || vec![contains("x"), lacks("x"), matches("x"), matches_not("x")];
    let of_number = || vec![compares(Below, 300), between(200, 300)];
    let wrong_value =
        |value: Value| vec![is(value.clone()), is_not(value.clone()), Predicate::OneOf { values: vec![value] }];
    let mut rows: Vec<(Subject, Vec<Predicate>)> = Vec::new();
    for of in numbers {
        rows.push((of.clone(), of_text()));
        rows.push((of.clone(), vec![Exists, Absent]));
        rows.push((of.clone(), wrong_value("200".into())));
        rows.push((of, wrong_value(json!(1.5))));
    }
    for of in texts.iter().chain(&found) {
        rows.push((of.clone(), of_number()));
        rows.push((of.clone(), wrong_value(5.into())));
        rows.push((
            of.clone(),
            vec![contains(5), lacks(json!(["a"])), contains(""), lacks(" "), matches(""), matches("(")],
        ));
    }
    for of in texts {
        rows.push((of, vec![Exists, Absent]));
    }
    rows.push((Subject::Sha256, of_text()));
    rows.push((Subject::Sha256, of_number()));
    rows.push((Subject::Sha256, vec![Exists, Absent, is("abc"), is_not("abc"), is(DIGEST.to_uppercase())]));
    rows.push((Subject::Redirects, of_number()));
    rows.push((Subject::Redirects, vec![Exists, Absent, matches("x"), matches_not("x"), is("x"), contains(1)]));
    rows.push((Subject::Redirects, vec![one_of(json!([[]]))]));
    rows.push((Subject::Status, vec![is(99), is(600), is_not(0), one_of(json!([200, 600])), one_of(json!([]))]));
    rows.push((json_at("$.a"), vec![one_of(json!([])), between(2, 1), matches("("), contains(""), lacks(" ")]));
    rows.push((json_at("$.a["), vec![Exists, Absent]));
    rows.push((element("a:visible"), vec![Exists, Absent]));
    for of in [header(" "), config(""), times(" "), element(""), attribute("", "a"), attribute("a", " "), json_at("")] {
        rows.push((of, vec![is("x"), Absent, is(0)]));
    }
    for (of, predicates) in rows {
        for is in predicates {
            let assertion = Assertion { of: of.clone(), is };
            assert!(assertion.validate().is_err(), "{assertion}");
            assert!(!judge(&assertion, &page()).held, "{assertion}");
        }
    }
}

#[test]
fn great_numbers_are_told_apart() {
    let response = api(r#"{"a":18446744073709551615,"b":9007199254740993}"#);
    let held = |path: &str, number: u64| judge(&Assertion { of: json_at(path), is: is(number) }, &response).held;
    assert!(held("$.a", u64::MAX) && held("$.b", 9_007_199_254_740_993));
    assert!(!held("$.a", u64::MAX - 1) && !held("$.b", 9_007_199_254_740_992));
}

#[test]
fn hostile_json_is_refused_in_words() {
    let deep = format!("{}{}", "[".repeat(5_000_000), "]".repeat(5_000_000));
    let result = judge(&Assertion { of: json_at("$..a"), is: Absent }, &api(&deep));
    assert!(!result.held && result.actual.contains("recursion limit exceeded"), "{}", result.actual);
}
