// SPDX-License-Identifier: GPL-2.0-or-later
//! What holds for any test and any text: a way there and back changes nothing unsaid, and no text is too much.

use backport_verify::check::{Assertion, Order, Predicate, Subject};
use backport_verify::exchange::{Headers, Method, Redirects};
use backport_verify::suite::{
    HOST, Loss, Suite, Test, WIKI, read, read_curl, read_hurl, write, write_curl, write_httpbb, write_hurl,
};
use proptest::prelude::{ProptestConfig, Strategy, any, prop, prop_oneof, proptest};
use proptest::test_runner::RngSeed;

/// Marks of both grammars, and pieces between which the readers have to tell.
const PIECES: [&str; 42] = [
    "curl ",
    "'",
    "\"",
    "$'",
    "\\",
    "\n",
    " ",
    "\\u",
    "\\x",
    "\\0",
    "-H ",
    "-d ",
    "-X ",
    "--json ",
    "--data-urlencode ",
    "-b ",
    "a=1",
    "@",
    "https://en.wikipedia.org/",
    "#",
    ";",
    "|",
    ">",
    "&",
    "^",
    "GET https://en.wikipedia.org/",
    "\nHTTP 200\n",
    "[Asserts]\n",
    "[Captures]\n",
    "[Options]\n",
    "jsonpath \"$.a\" ",
    "body ",
    "== ",
    "contains ",
    "matches /",
    "{{",
    "}}",
    "```",
    "{\"a\": [",
    "\\u{7b}",
    "{{host}}",
    "{host}",
];

fn text() -> impl Strategy<Value = String> {
    let letter = prop_oneof![
        4 => "[ -~]{1,4}",
        1 => any::<char>().prop_filter("shells pass no zero byte on", |letter| *letter != '\0').prop_map(String::from),
        1 => prop::sample::select(vec!["{{", "}}", "\\", "\"", "'", "`", "#", "\n", "\r\n", "$(", "é", "\u{feff}", "\u{2028}", "{{host}}", "{{wiki}}", "{host}", "{{token}}", "{"])
            .prop_map(str::to_owned),
    ];
    prop::collection::vec(letter, 1..8).prop_map(|pieces| pieces.concat())
}

fn assertion() -> impl Strategy<Value = Assertion> {
    let header = || "[A-Za-z][A-Za-z0-9-]{0,8}";
    let literal = || text().prop_map(|text| regex_lite::escape(&text));
    prop_oneof![
        (100..600_u16).prop_map(Assertion::status),
        text().prop_map(Assertion::body_contains),
        text().prop_map(Assertion::body_lacks),
        literal().prop_map(Assertion::body_matches),
        (header(), text()).prop_map(|(name, value)| Assertion::header_is(name, value)),
        (header(), literal()).prop_map(|(name, pattern)| Assertion::header_matches(name, pattern)),
        header().prop_map(Assertion::header_absent),
        (header(), "[ -z]{0,8}", any::<bool>()).prop_map(|(name, text, begins)| {
            let letters = regex_lite::escape(&text);
            let pattern =
                if begins { format!("\\A{{{{host}}}}{letters}") } else { format!("{letters}{{{{wiki}}}}\\z") };
            Assertion::header_matches(name, pattern)
        }),
        (text(), 0..9_u64).prop_map(|(text, count)| Assertion {
            of: Subject::Occurrences { text },
            is: Predicate::Compares { order: Order::AtLeast, number: count.into() },
        }),
        text().prop_map(|text| Assertion {
            of: Subject::Json { path: "$['a'].b[0]".into() },
            is: Predicate::IsNot { value: text.into() },
        }),
    ]
}

fn test() -> impl Strategy<Value = Test> {
    let value = "([!-~]([ -~]{0,10}[!-~])?)?";
    let fields = prop::collection::vec(("X-[A-Za-z0-9!*.-]{1,8}", value), 0..3);
    let body = prop::option::of(text());
    let host = prop::sample::select(vec!["en.wikipedia.org", "{host}", "{host}/w/{wiki}"]);
    let path = (host, "[!-~&&[^#'\\\\]]{0,12}");
    (any::<bool>(), body, fields, path, prop::collection::vec(assertion(), 1..5), 1..100_000_u32)
        .prop_map(|(follows, body, fields, (host, path), assertions, limit)| Test {
            url: format!("https://{host}/wiki/{path}"),
            method: if body.is_some() { Method::Post } else { Method::Get },
            redirects: if follows { Redirects::Follow } else { Redirects::Manual },
            headers: fields.into_iter().collect::<Headers>(),
            timeout_ms: Some(limit),
            body,
            assertions,
            ..Test::default()
        })
        .prop_filter("a test that can be run", |test| test.validate().is_ok())
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 256, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..ProptestConfig::default() }
}

/// Assertions without their order: the status comes first in a Hurl file.
fn sorted(test: &Test) -> Vec<String> {
    let mut all: Vec<String> = test.assertions.iter().map(|assertion| format!("{assertion:?}")).collect();
    all.sort();
    all
}

/// How much is told, none of which matters.
#[track_caller]
fn asides(lost: &[Loss]) -> usize {
    assert!(lost.iter().all(|lost| !lost.matters), "{lost:?}");
    lost.len()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_way_through_hurl_changes_nothing(test in test()) {
        let suite = Suite { tests: vec![test] };
        let written = write_hurl(&suite);
        let of_run: Vec<String> = suite.tests[0].names().into_iter().filter(|name| matches!(name.as_str(), HOST | WIKI)).collect();
        assert_eq!(asides(&written.lost), of_run.len(), "{}", written.text);
        let back = read_hurl(&written.text).unwrap_or_else(|error| panic!("{error}\n{}", written.text));
        assert_eq!(asides(&back.lost), of_run.len(), "{}", written.text);
        let [before, after] = [&suite.tests[0], &back.suite.tests[0]];
        assert_eq!(sorted(after), sorted(before), "{}", written.text);
        assert!(after.asks_the_same(before), "{}\n{after:?}\n{before:?}", written.text);
    }

    #[test]
    fn a_way_through_curl_asks_the_same(test in test()) {
        let written = write_curl(&Suite { tests: vec![test.clone()] });
        let back = read_curl(&written.text).unwrap();
        assert_eq!(back.suite.tests.len(), 1, "{}", written.text);
        assert!(back.suite.tests[0].asks_the_same(&test), "{}\n{:?}", written.text, back.suite.tests[0]);
    }

    #[test]
    fn what_yaml_holds_or_lists_is_everything(test in test()) {
        let suite = Suite { tests: vec![test] };
        assert_eq!(read(&write(&suite)).unwrap().suite, suite);
        let (text, lost) = write_httpbb(&suite);
        let back = read(&text).unwrap().suite;
        let said: std::collections::BTreeSet<String> = back.tests.iter().flat_map(sorted).collect();
        let listed = lost.iter().filter(|lost| lost.matters).count();
        let kinds: std::collections::BTreeSet<String> = sorted(&suite.tests[0]).into_iter().collect();
        assert!(lost.iter().any(|lost| lost.left_out) || said.len() + listed >= kinds.len(), "{text}");
    }

    #[test]
    fn no_text_is_too_much(pieces in prop::collection::vec(prop_oneof![3 => prop::sample::select(PIECES.to_vec()).prop_map(str::to_owned), 1 => any::<String>()], 0..40)) {
        let text = pieces.concat();
        for text in [text.clone(), format!("curl {text}"), format!("POST https://en.wikipedia.org/\n{text}")] {
            if let Ok(imported) = read_curl(&text) {
                drop(write_hurl(&imported.suite));
            }
            if let Ok(imported) = read_hurl(&text) {
                drop(write_curl(&imported.suite));
            }
        }
    }
}

#[test]
fn nothing_is_no_command_and_an_empty_file() {
    assert!(read_curl("").is_err());
    assert_eq!(read_hurl("").unwrap().suite, Suite::default());
}
