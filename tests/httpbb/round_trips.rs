// SPDX-License-Identifier: GPL-2.0-or-later
//! Round trips: what was written is read back, and what was read is written without loss.

use crate::samples::samples;
use crate::suite_files::suites_below;
use crate::valid::{plain_test, suite, test, value};
use backport_verify::check::{Assertion, Predicate, Subject};
use backport_verify::exchange::{Request, Session};
use backport_verify::suite::{Httpbb, Suite, Test, check, in_scope, read, write, write_httpbb};
use proptest::prelude::{ProptestConfig, proptest};
use proptest::test_runner::RngSeed;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What httpbb knows.
const KEYS: [&str; 10] = [
    "method",
    "request_headers",
    "form_body",
    "json_body",
    "assert_status",
    "assert_headers",
    "assert_headers_regex",
    "assert_headers_absent",
    "assert_body_contains",
    "assert_body_regex",
];

/// What each request is held to, whatever the order and in how many tests.
fn demands(suite: &Suite) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for test in &suite.tests {
        // A lone header's place decides nothing.
        let Request { method, url, headers, body, .. } = test.request(0);
        let headers: BTreeSet<String> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let asked = format!("{method:?} {url} {headers:?} {body:?}");
        all.entry(asked).or_default().extend(test.assertions.iter().map(ToString::to_string));
    }
    all
}

fn in_httpbb(assertion: &Assertion) -> bool {
    Httpbb::of(assertion).is_some_and(|word| word.key() != "assert_body_not_contains")
}

proptest! {
    // The same tests at each run: a test must not fail by chance.
    #![proptest_config(ProptestConfig {
        cases: 160, rng_seed: RngSeed::Fixed(20_260_824), failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn every_valid_suite_is_written_and_read_back_equal(suite in suite(test())) {
        let written = write(&suite);
        assert_eq!(read(&written).map(|read| read.suite).as_ref(), Ok(&suite), "{written}");
        // It is well formed in all that is looked at, too.
        assert!(suite.tests.is_empty() || check(&written).errors.is_empty(), "{:?}\n{written}", check(&written));
    }

    #[test]
    fn any_value_can_be_demanded(value in value()) {
        let of = Subject::Json { path: "$".into() };
        let test = Test {
            url: "https://en.wikipedia.org/".into(),
            assertions: vec![Assertion { of, is: Predicate::Is { value } }],
            ..Test::default()
        };
        let suite = Suite { tests: vec![test] };
        assert_eq!(read(&write(&suite)).unwrap().suite, suite);
    }

    #[test]
    fn what_is_written_for_httpbb_holds_its_keys_alone_and_lists_the_rest(suite in suite(plain_test())) {
        let (written, lost) = write_httpbb(&suite);
        let read = read(&written).unwrap();
        assert_eq!(read.notes, [], "a host or a key is there once\n{written}");
        let keys = written.lines().filter_map(|line| line.strip_prefix("  ")?.split_once(':'));
        for (key, _) in keys.filter(|(key, _)| !key.starts_with([' ', '-'])) {
            assert!(KEYS.contains(&key), "{key}\n{written}");
        }
        let left_out: BTreeSet<&str> =
            lost.iter().filter(|lost| lost.left_out).map(|lost| lost.test.as_str()).collect();
        let kept: Vec<Test> = suite.tests.iter().filter(|test| !left_out.contains(test.label())).cloned().collect();
        let (before, after) = (demands(&Suite { tests: kept.clone() }), demands(&read.suite));
        for (asked, demanded) in &before {
            assert!(after.get(asked).is_some_and(|found| found.is_subset(demanded)), "{asked}\n{written}");
        }
        for test in &kept {
            let said: BTreeSet<&str> =
                lost.iter().filter(|lost| lost.test == test.label()).map(|lost| lost.what.as_str()).collect();
            let one = demands(&Suite { tests: vec![test.clone()] });
            let found = one.keys().next().and_then(|asked| after.get(asked)).cloned().unwrap_or_default();
            for assertion in &test.assertions {
                let words = assertion.to_string();
                let there = in_httpbb(assertion) && found.contains(&words);
                let again = format!("{words}, since it would have to be sent once more");
                let listed = said.contains(words.as_str()) || said.contains(again.as_str());
                assert!(there || listed, "{words} is gone silently\n{written}");
            }
        }
    }
}

#[test]
fn a_value_may_be_as_deep_as_json_that_was_kept() {
    let deep = (0..120).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
    let of = Subject::MwConfig { name: "wgX".into() };
    let assertions = vec![Assertion { of, is: Predicate::Is { value: deep } }];
    let suite = Suite { tests: vec![Test { url: "https://en.wikipedia.org/".into(), assertions, ..Test::default() }] };
    assert_eq!(read(&write(&suite)).unwrap().suite, suite);
}

#[test]
fn a_url_that_is_spelled_oddly_stays_the_same_url() {
    for url in [
        "https://en.wikipedia.org",
        "https://en.wikipedia.org?x",
        "https://en.wikipedia.org#x",
        "https:\\\\en.wikipedia.org\\wiki\\X",
        " https://en.wikipedia.org/x ",
        "https:////en.wikipedia.org/x",
        "https://en.wiki\tpedia.org/x",
    ] {
        let test = Test { url: url.into(), assertions: vec![Assertion::status(200)], ..Test::default() };
        let back = read(&write(&Suite { tests: vec![test] })).unwrap().suite;
        assert_eq!(in_scope(&back.tests[0].url), in_scope(url), "{url}");
    }
}

#[test]
fn a_placeholder_in_a_host_is_kept_as_it_is() {
    let suite = Suite {
        tests: vec![Test {
            url: "https://{host}/w/{wiki}?a={host}".into(),
            assertions: vec![Assertion::body_contains("{{token}}")],
            ..Test::default()
        }],
    };
    assert_eq!(read(&write(&suite)).unwrap().suite, suite);
}

#[test]
fn real_suites_are_written_for_httpbb_without_loss() {
    let Some(folder) = samples("httpbb") else { return };
    let mut files = Vec::new();
    suites_below(&folder, &mut files);
    assert!(!files.is_empty());
    for file in files {
        let suite = read(&std::fs::read_to_string(&file).unwrap()).unwrap().suite;
        assert!(suite.tests.iter().all(|test| test.session == Session::Anonymous));
        let (written, lost) = write_httpbb(&suite);
        assert_eq!(lost, [], "{}", file.display());
        let again = read(&written).unwrap();
        assert_eq!((demands(&again.suite), again.notes), (demands(&suite), Vec::new()), "{}", file.display());
    }
}
