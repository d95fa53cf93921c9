// SPDX-License-Identifier: GPL-2.0-or-later
//! Each key of httpbb through both converters: whatever comes back accepts what was accepted and refuses what was
//! refused, or what it cannot say is listed.

use super::httpbb_rows::{Answer, ROWS, Row, Sent, Shown};
use super::said;
use backport_verify::check::judge;
use backport_verify::exchange::{Headers, Response};
use backport_verify::suite::{Suite, Test, read, read_curl, read_hurl, write_curl, write_hurl};

fn response(answer: Answer) -> Response {
    Response {
        status: answer.status,
        headers: answer.headers.iter().copied().collect(),
        body: answer.body.into(),
        ..Response::default()
    }
}

/// The suite of a row, and further ones whose texts mean something to Hurl or to a shell.
fn suites() -> Vec<(Suite, Option<&'static Row>)> {
    let parsed = |yaml: &str| read(yaml).unwrap().suite;
    let marks =
        ["assert_body_contains: [a, '{{b}}']", "assert_body_contains: '€ \"\\ `#` '", "assert_body_regex: a/\\d"];
    let marked =
        marks.map(|lines| (parsed(&format!("https://en.wikipedia.org:\n- path: /?a=b%20c\n  {lines}\n")), None));
    ROWS.iter().map(|row| (parsed(row.suite), Some(row))).chain(marked).collect()
}

/// Whether a test asks exactly this.
fn asks(test: &Test, sent: Sent) -> bool {
    test.method.as_str() == sent.method
        && test.url == sent.url
        && test.headers == sent.headers.iter().copied().collect::<Headers>()
        && test.body.as_deref() == sent.body
}

#[track_caller]
fn asked(suite: &Suite, row: &Row) {
    let Shown::Sent { this, other } = row.shown else { return };
    let test = &suite.tests[0];
    assert!(asks(test, this), "{}: {test:?} must ask {this:?}", row.rule);
    assert!(!asks(test, other), "{}: {test:?} must not ask {other:?}", row.rule);
}

#[track_caller]
fn judged(suite: &Suite, row: &Row) {
    let Shown::Answer { good, bad } = row.shown else { return };
    let assertions = &suite.tests[0].assertions;
    let holds = |answer| assertions.iter().all(|assertion| judge(assertion, &response(answer)).held);
    assert!(holds(good), "{}: {assertions:?} must accept {good:?}", row.rule);
    assert!(!holds(bad), "{}: {assertions:?} must refuse {bad:?}", row.rule);
}

#[test]
fn each_key_passes_and_fails_the_same_after_a_way_through_hurl() {
    for (suite, row) in suites() {
        let written = write_hurl(&suite);
        assert_eq!(said(&written.lost), Vec::<String>::new());
        let back = read_hurl(&written.text).unwrap();
        assert_eq!(said(&back.lost), Vec::<String>::new(), "{}", written.text);
        assert_eq!(back.suite, suite, "{}", written.text);
        if let Some(row) = row {
            judged(&back.suite, row);
            asked(&back.suite, row);
        }
    }
}

#[test]
fn each_key_keeps_its_request_through_curl_and_is_listed() {
    for (suite, row) in suites() {
        let written = write_curl(&suite);
        let demands: usize = suite.tests.iter().map(|test| test.assertions.len()).sum();
        assert_eq!(written.lost.len(), demands, "{:?}", said(&written.lost));
        assert!(written.lost.iter().all(|lost| lost.matters));
        let back = read_curl(&written.text).unwrap();
        let same: Vec<bool> =
            back.suite.tests.iter().zip(&suite.tests).map(|(one, other)| one.asks_the_same(other)).collect();
        assert_eq!(same, vec![true; suite.tests.len()], "{}", written.text);
        if let Some(row) = row {
            asked(&back.suite, row);
        }
    }
}
