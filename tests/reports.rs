// SPDX-License-Identifier: GPL-2.0-or-later
//! What is read of a run elsewhere: TAP, `JUnit` XML, JSON and HTML, held against files in `tests/golden`, and against the
//! rules of either form. `BLESS=1` writes the files anew.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "reports/html.rs"]
mod html;

use backport_verify::check::{Assertion, judge};
use backport_verify::debug::{Backend, Backends};
use backport_verify::exchange::{Response, TransportError};
use backport_verify::report::{to_json, to_junit, to_tap};
use backport_verify::suite::{Only, Owner, Test};
use backport_verify::verify::{Ending, Evidence, Journal, Outcome, Plan, Reason, Stage, Subject, Verdict};
use jiff::{SignedDuration, Timestamp};
use quick_junit::{Report, TestCaseStatus};
use std::path::Path;

/// A name that would end an attribute, a line, a directive and a terminal's patience.
const HOSTILE: &str =
    "\"><!-- ]]> & # SKIP \\ \u{1b}[31mred\u{1b}[0m\u{0}\u{8}\r\nok 9 - \u{202e}desrever\u{ffff}\u{fffe} é😀";

fn asked() -> Timestamp {
    "2026-08-17T13:05:00Z".parse().unwrap()
}

fn test(name: &str) -> Test {
    Test {
        name: name.into(),
        url: "https://en.wikipedia.org/wiki/X?a=1&b=2".into(),
        assertions: vec![Assertion::status(200), Assertion::body_contains(HOSTILE)],
        ..Test::default()
    }
}

fn evidence(server: &str) -> Evidence {
    Evidence { status: Some(200), server: Some(server.into()), elapsed_ms: 87, ..Evidence::default() }
}

fn answered(server: &str, body: &str) -> Outcome {
    let response = Response { status: 200, body: body.into(), ..Response::default() };
    let assertions: Vec<_> = test("").assertions.iter().map(|assertion| judge(assertion, &response)).collect();
    let broken = assertions.iter().position(|result| !result.held);
    let verdict = if broken.is_some() { Verdict::Fail } else { Verdict::Pass };
    Outcome { verdict, reason: broken.map(|at| Reason::Assertion { at }), assertions, evidence: evidence(server) }
}

fn unheard() -> Outcome {
    let error = TransportError::Timeout { after_ms: 1000 };
    Outcome::inconclusive(Reason::Transport { error }, Evidence::default())
}

fn journal(stage: Stage, tests: Vec<Test>, outcomes: Vec<Outcome>, ending: Ending) -> Journal {
    let mut journal = Journal::begin(Plan::new("4f".into(), Subject::default(), stage, asked(), tests, 1000));
    journal.outcomes = outcomes.into_iter().enumerate().collect();
    journal.ended = Some((asked() + SignedDuration::from_millis(2500), ending));
    journal
}

/// On two backends, and then on production, where the user had enough of it.
fn runs() -> [Journal; 2] {
    let (debug, web) = ("mw-debug.eqiad.pinkunicorn-1", "mw-web.eqiad.main-1");
    let next = || answered("mw-debug.eqiad.next-1", HOSTILE);
    let skipped = Test { skip: Some("# broken, see T1".into()), ..test("left out") };
    let elsewhere = Test { only: Some(Only::Production), ..test("of production") };
    let before = Test { must_fail_before: true, ..test("passed before") };
    let tests = vec![test(HOSTILE), test("unheard"), skipped, elsewhere, before];
    let first = [answered(debug, "nothing"), next(), answered(web, HOSTILE)];
    let second = [unheard(), next(), answered(web, "nothing")];
    let last = [answered(debug, HOSTILE), next(), answered(web, HOSTILE)];
    let both = Backends::new(Backend::default(), [Backend::new("k8s-mwdebug-next").unwrap()]);
    let outcomes = [first, second, last].concat();
    let mwdebug = journal(Stage::Mwdebug { backends: both }, tests, outcomes, Ending::Finished);
    let tests = vec![test("in time"), test("not any more")];
    [mwdebug, journal(Stage::Production, tests, vec![answered(web, HOSTILE)], Ending::Cancelled)]
}

#[track_caller]
fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(&path).unwrap(), "{}", path.display());
}

#[test]
fn the_forms_are_as_they_were() {
    golden("run.tap", &to_tap(&runs()));
    golden("run.xml", &to_junit(&runs()).unwrap());
    golden("run.json", &format!("{:#}\n", to_json(&runs()[0])));
}

/// XML 1.0, section 2.2.
fn is_xml_char(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[test]
fn the_xml_can_be_read_and_its_counts_are_right() {
    let xml = to_junit(&runs()).unwrap();
    assert_eq!(xml.chars().find(|letter| !is_xml_char(*letter)), None);
    let report = Report::deserialize_from_str(&xml).unwrap();
    let kinds = |place: usize| {
        let cases = report.test_suites[place].test_cases.iter();
        let kind = |status: &TestCaseStatus| match status {
            TestCaseStatus::Success { .. } => "pass".to_owned(),
            TestCaseStatus::NonSuccess { kind, .. } => format!("{kind:?}"),
            TestCaseStatus::Skipped { .. } => "skipped".to_owned(),
        };
        cases.map(|case| kind(&case.status)).collect::<Vec<_>>()
    };
    let mwdebug = ["Failure", "pass", "Error", "pass", "skipped", "skipped", "skipped", "skipped", "Error", "Error"];
    assert_eq!(kinds(0), mwdebug);
    assert_eq!(kinds(1), ["pass", "Error", "Error"]);
    for suite in &report.test_suites {
        assert_eq!(suite.tests, suite.test_cases.len());
    }
    assert_eq!((report.tests, report.failures, report.errors, report.skipped), (13, 1, 5, 4));
}

/// What `junit-10.xsd` says of a case: nothing or one of these first, then what was said.
#[test]
fn a_case_says_first_what_came_and_then_what_was_said() {
    let xml = to_junit(&runs()).unwrap();
    for case in xml.split("<testcase ").skip(1) {
        let inside = case.split("</testcase>").next().unwrap();
        let places = ["<failure", "<error", "<skipped"].map(|tag| inside.find(tag));
        assert!(places.iter().flatten().count() <= 1, "{inside}");
        let said = inside.find("<system-out").unwrap_or(usize::MAX);
        assert!(places.iter().flatten().all(|place| *place < said), "{inside}");
    }
    for suite in xml.split("<testsuite ").skip(1) {
        let head = suite.split('>').next().unwrap();
        for attribute in
            ["name=\"", "tests=\"", "failures=\"", "errors=\"", "timestamp=\"2026-08-17T13:05:00Z", "time=\"2.500\""]
        {
            assert!(head.contains(attribute), "{attribute}: {head}");
        }
    }
}

/// Where the one that Debian has is installed.
#[test]
fn another_reader_of_xml_takes_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.xml");
    std::fs::write(&file, to_junit(&runs()).unwrap()).unwrap();
    match std::process::Command::new("xmllint").arg("--noout").arg(&file).output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound),
    }
}

/// The plan, the numbers, the directives and the blocks of TAP 14.
#[test]
fn the_tap_has_a_point_for_each_case_and_no_more() {
    let tap = to_tap(&runs());
    let mut lines = tap.lines();
    assert_eq!(lines.next(), Some("TAP version 14"));
    assert_eq!(lines.next(), Some("1..13"));
    let (mut points, mut inside) = (Vec::new(), false);
    for line in lines {
        match line {
            "  ---" if !inside => inside = true,
            "  ..." if inside => inside = false,
            block if inside => {
                let (_, value) = block.split_once(": ").unwrap();
                assert!(serde_json::from_str::<serde_json::Value>(value).is_ok(), "{block}");
            }
            comment if comment.starts_with("# ") => {}
            point => points.push(point.to_owned()),
        }
        assert!(!line.chars().any(|letter| letter.is_control() || letter == '\u{202e}'), "{line:?}");
    }
    let bare = |line: &str| {
        let (verdict, rest) = line.split_once(" - ").unwrap();
        (verdict.to_owned(), rest.replace("\\\\", "").replace("\\#", "").split_once(" # SKIP ").is_some())
    };
    let expected = [
        (false, false),
        (true, false),
        (false, false),
        (true, false),
        (true, true),
        (true, true),
        (true, true),
        (true, true),
        (false, false),
        (false, false),
        (true, false),
        (false, false),
        (false, false),
    ];
    let expected = expected
        .iter()
        .enumerate()
        .map(|(place, (ok, skip))| (format!("{} {}", if *ok { "ok" } else { "not ok" }, place + 1), *skip));
    assert_eq!(points.iter().map(|line| bare(line)).collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

#[test]
fn a_run_whose_end_proves_nothing_is_not_all_ok_though_every_case_passed() {
    let web = || answered("mw-web.eqiad.main-1", HOSTILE);
    for ending in [Ending::Cancelled, Ending::Interrupted, Ending::TooLong] {
        let journal = journal(Stage::Production, vec![test("a")], vec![web()], ending);
        assert!(to_tap(std::slice::from_ref(&journal)).contains("\nnot ok 2 - the run on production\n"), "{ending:?}");
        assert!(to_junit(&[journal]).unwrap().contains("errors=\"1\""), "{ending:?}");
    }
    let empty = journal(Stage::Production, Vec::new(), Vec::new(), Ending::Finished);
    assert!(to_tap(&[empty]).contains("\nnot ok 1 - the run on production\n"));
    let fine = journal(Stage::Production, vec![test("a")], vec![web()], Ending::Finished);
    assert!(!to_tap(&[fine]).contains("not ok"));
}

#[test]
fn the_json_says_what_was_demanded_by_name_and_where_the_test_comes_from() {
    let [mut journal, _] = runs();
    journal.plan.sources = vec![Owner::Wiki("enwiki".into()); journal.plan.tests.len()];
    journal.plan.tests[0].tags = ["smoke".to_owned()].into();
    let json = to_json(&journal);
    assert_eq!(json["tests"][0]["source"], "wiki:enwiki");
    assert_eq!(json["tests"][0]["tags"], serde_json::json!(["smoke"]));
    assert_eq!(json["tests"][2]["skipped"], "# broken, see T1");
    assert_eq!(json["tests"][3]["skipped"], "only for production");
    let demanded = &json["tests"][0]["outcome"]["assertions"][0]["assertion"];
    assert_eq!(demanded, &serde_json::json!({"of": "status", "is": {"is": {"value": 200}}}));
    let read: Assertion = serde_json::from_value(demanded.clone()).unwrap();
    assert_eq!(read, Assertion::status(200));
}

/// The names in an object, and in what it holds, but for those within an assertion.
fn names(value: &serde_json::Value, found: &mut std::collections::BTreeSet<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, inner) in fields {
                found.insert(name.clone());
                if name != "assertion" {
                    names(inner, found);
                }
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| names(item, found)),
        _ => {}
    }
}

#[test]
fn every_name_in_the_json_is_documented() {
    let docs = include_str!("../docs/formats.md");
    let mut found = std::collections::BTreeSet::new();
    names(&to_json(&runs()[0]), &mut found);
    assert!(found.len() > 40, "{found:?}");
    let is_said = |name: &String| docs.contains(&format!("`{name}`")) || docs.contains(&format!("\"{name}\":"));
    assert_eq!(found.iter().filter(|name| !is_said(name)).collect::<Vec<_>>(), [""; 0]);
}
