// SPDX-License-Identifier: GPL-2.0-or-later
//! Any valid test, with texts that are hard to write down.

use backport_verify::check::{Assertion, Order, Predicate, Subject};
use backport_verify::exchange::{Headers, Method, Redirects, Session};
use backport_verify::suite::{Capture, Only, Suite, Test};
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof};
use serde_json::{Number, Value};

const PIECES: [&str; 44] = [
    "a",
    " ",
    "yes",
    "null",
    "~",
    "1e3",
    "017",
    "- ",
    "? ",
    ": ",
    " #",
    "'",
    "\"",
    "\\",
    "\\n",
    "\n",
    "\r\n",
    "\t",
    "{",
    "}",
    "[",
    "]",
    ",",
    "*a",
    "&a",
    "!t",
    "%",
    "@",
    "`",
    "|",
    ">",
    "é€😀",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\u{7f}",
    "\u{0}",
    "---\n",
    "...\n",
    "{{x}}",
    "{host}",
    "<<",
    "=",
    "0123456789abcdef0123456789abcdef0123456789abcdef",
];
const PATTERNS: [&str; 6] = ["(?s)\"a\\s\"", "^x$", "[^\"'\n]+", "(?i)é: #", "\\{\\}", "(?x) a # b"];
const PATHS: [&str; 5] = ["$.query.general.sitename", "$['a b'][0]", "$..*", "$.a[?@.b == 'c: #']", "$[\"\\n\"]"];
const SELECTORS: [&str; 5] = ["#firstHeading", "a.logo", "[href]", "a[href=\"x: #\"]", "*"];
const HOSTS: [&str; 5] = [
    "https://en.wikipedia.org",
    "https://www.wikidata.org",
    "HTTPS://EN.wikipedia.org",
    "https://en.wikipedia.org:443",
    "https:de.wikipedia.org",
];

/// Any text, and texts made of what YAML reads as something else.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![4 => prop::sample::select(PIECES.to_vec()).prop_map(str::to_owned), 1 => ".{0,4}"];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn number() -> impl Strategy<Value = Number> {
    let float = any::<f64>().prop_filter_map("finite", Number::from_f64);
    prop_oneof![any::<i64>().prop_map(Number::from), any::<u64>().prop_map(Number::from), float]
}

pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number().prop_map(Value::Number),
        text().prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((text(), inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(texts.to_vec()).prop_map(str::to_owned)
}

fn subject() -> impl Strategy<Value = Subject> {
    let bare = [
        Subject::Status,
        Subject::Url,
        Subject::Redirects,
        Subject::Body,
        Subject::ApiError,
        Subject::Duration,
        Subject::Size,
        Subject::Sha256,
    ];
    prop_oneof![
        3 => prop::sample::select(bare.to_vec()),
        2 => text().prop_map(|name| Subject::Header { name }),
        1 => text().prop_map(|text| Subject::Occurrences { text }),
        1 => one_of(&PATHS).prop_map(|path| Subject::Json { path }),
        1 => one_of(&PATHS).prop_map(|path| Subject::JsonCount { path }),
        1 => one_of(&SELECTORS).prop_map(|selector| Subject::Html { selector }),
        1 => (one_of(&SELECTORS), text()).prop_map(|(selector, attribute)| Subject::HtmlAttribute { selector, attribute }),
        1 => one_of(&SELECTORS).prop_map(|selector| Subject::HtmlCount { selector }),
        1 => text().prop_map(|name| Subject::MwConfig { name }),
    ]
}

fn predicate() -> impl Strategy<Value = Predicate> {
    let value = || prop_oneof![text().prop_map(Value::from), (100..600_u16).prop_map(Value::from), value()];
    let order = prop::sample::select(vec![Order::Below, Order::AtMost, Order::AtLeast, Order::Above]);
    prop_oneof![
        value().prop_map(|value| Predicate::Is { value }),
        value().prop_map(|value| Predicate::IsNot { value }),
        prop::collection::vec(value(), 0..4).prop_map(|values| Predicate::OneOf { values }),
        (number(), number()).prop_map(|(from, to)| Predicate::Between { from, to }),
        (order, number()).prop_map(|(order, number)| Predicate::Compares { order, number }),
        value().prop_map(|value| Predicate::Contains { value }),
        value().prop_map(|value| Predicate::Lacks { value }),
        one_of(&PATTERNS).prop_map(|pattern| Predicate::Matches { pattern }),
        one_of(&PATTERNS).prop_map(|pattern| Predicate::MatchesNot { pattern }),
        Just(Predicate::Exists),
        Just(Predicate::Absent),
    ]
}

fn assertion() -> impl Strategy<Value = Assertion> {
    let any = (subject(), predicate()).prop_map(|(of, is)| Assertion { of, is });
    let httpbb = prop_oneof![
        (100..600_u16).prop_map(Assertion::status),
        text().prop_map(Assertion::body_contains),
        text().prop_map(Assertion::body_lacks),
        one_of(&PATTERNS).prop_map(Assertion::body_matches),
        (text(), text()).prop_map(|(name, value)| Assertion::header_is(name, value)),
        (text(), one_of(&PATTERNS)).prop_map(|(name, value)| Assertion::header_matches(name, value)),
        text().prop_map(Assertion::header_absent),
    ];
    prop_oneof![any, httpbb].prop_filter("valid", |assertion| assertion.validate().is_ok())
}

fn capture() -> impl Strategy<Value = Capture> {
    (text(), subject()).prop_map(|(name, of)| Capture { name, of }).prop_filter("valid", |one| one.validate().is_ok())
}

/// Method, header fields and body.
fn request() -> impl Strategy<Value = (Method, Headers, Option<String>)> {
    use Method::{Delete, Get, Head, Options, Patch, Post, Put};
    let method = prop::sample::select(vec![Get, Get, Head, Post, Put, Patch, Delete, Options]);
    let line = text().prop_map(|text| text.chars().filter(|letter| !letter.is_control()).collect::<String>());
    let kind = one_of(&["application/json", "application/x-www-form-urlencoded", "text/plain"]);
    let field = prop_oneof![
        2 => ("X-[!#$%&'*+.^_`|~0-9a-z-]{0,9}", line),
        1 => kind.prop_map(|kind| ("Content-Type".to_owned(), kind)),
    ];
    let body = prop_oneof![
        text(),
        value().prop_map(|value| value.to_string()),
        text().prop_map(|text| format!("{{\"k\": {}}}", Value::from(text))),
        (text(), text()).prop_map(|(key, value)| {
            url::form_urlencoded::Serializer::new(String::new()).append_pair(&key, &value).finish()
        }),
    ];
    (method, prop::collection::vec(field, 0..3), prop::option::of(body))
        .prop_map(|(method, headers, body)| (method, headers.into_iter().collect(), body.filter(|_| !method.is_safe())))
}

/// A test that could be run.
pub(crate) fn test() -> impl Strategy<Value = Test> {
    let url = (one_of(&HOSTS), text()).prop_map(|(host, path)| format!("{host}/{path}"));
    let said = (text(), prop::collection::btree_set(text(), 0..3), prop::option::of(text()), any::<bool>());
    let stage = prop::option::of(prop_oneof![Just(Only::Mwdebug), Just(Only::Production)]);
    let session = prop_oneof![2 => Just(Session::Anonymous), 1 => Just(Session::Mine)];
    let redirects = prop_oneof![2 => Just(Redirects::Manual), 1 => Just(Redirects::Follow)];
    let how = (prop::option::of(any::<u32>()), session, redirects, stage);
    let asked = prop::collection::vec(assertion(), 1..7);
    let parts = (url, said, how, request(), prop::collection::vec(capture(), 0..3), asked);
    let made = parts.prop_map(|(url, said, how, request, captures, assertions)| {
        let (name, tags, skip, must_fail_before) = said;
        let (timeout_ms, session, redirects, only) = how;
        let (method, headers, body) = request;
        Test {
            name,
            url,
            method,
            headers,
            body,
            session,
            redirects,
            must_fail_before,
            allowed: false,
            tags,
            skip,
            only,
            timeout_ms,
            captures,
            assertions,
        }
    });
    made.prop_filter("valid", |test| test.validate().is_ok())
}

/// A plain test: nothing about it that httpbb could not know, but for its assertions and its name.
pub(crate) fn plain_test() -> impl Strategy<Value = Test> {
    test().prop_map(|test| Test {
        session: Session::Anonymous,
        redirects: Redirects::Manual,
        skip: None,
        only: None,
        captures: Vec::new(),
        ..test
    })
}

pub(crate) fn suite(test: impl Strategy<Value = Test>) -> impl Strategy<Value = Suite> {
    prop::collection::vec(test, 0..4).prop_map(|tests| Suite { tests })
}
