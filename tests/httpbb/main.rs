// SPDX-License-Identifier: GPL-2.0-or-later
//! That a suite means here what it means to httpbb, and that reading and writing lose nothing that matters.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "this whole file is a test")]

#[path = "../support/httpbb_rows.rs"]
mod httpbb_rows;
mod loss;
mod ours;
mod round_trips;
#[path = "../support/samples.rs"]
mod samples;
#[path = "../support/suite_files.rs"]
mod suite_files;
mod valid;

use backport_verify::check::judge;
use backport_verify::exchange::{Headers, Redirects, Request, Response, Session};
use backport_verify::suite::{read, write, write_httpbb};
use httpbb_rows::{Answer, ROWS, Row, Sent, Shown};

fn response(answer: Answer) -> Response {
    Response {
        status: answer.status,
        headers: answer.headers.iter().copied().collect(),
        body: answer.body.into(),
        ..Response::default()
    }
}

fn is_sent(request: &Request, sent: Sent) -> bool {
    request.method.as_str() == sent.method
        && request.url == sent.url
        && request.headers == sent.headers.iter().copied().collect::<Headers>()
        && request.body.as_deref() == sent.body
}

/// The rule holds of the first test of a file.
#[track_caller]
fn holds(row: &Row, yaml: &str) {
    let suite = read(yaml).unwrap_or_else(|error| panic!("{}: {error}\n{yaml}", row.rule)).suite;
    let test = &suite.tests[0];
    assert_eq!(test.validate(), Ok(()), "{}", row.rule);
    let request = test.request(1);
    assert_eq!((request.redirects, request.session), (Redirects::Manual, Session::Anonymous), "{}", row.rule);
    match row.shown {
        Shown::Sent { this, other } => {
            assert!(is_sent(&request, this), "{}: {request:?}", row.rule);
            assert!(!is_sent(&request, other), "{}", row.rule);
        }
        Shown::Answer { good, bad } => {
            let passes = |answer| test.assertions.iter().all(|one| judge(one, &response(answer)).held);
            assert!(passes(good), "{}: {good:?} must pass", row.rule);
            assert!(!passes(bad), "{}: {bad:?} must fail", row.rule);
        }
    }
}

#[test]
fn every_key_of_httpbb_means_what_it_means_there() {
    for row in ROWS {
        holds(row, row.suite);
    }
}

#[test]
fn it_means_the_same_once_it_was_written() {
    for row in ROWS {
        holds(row, &write(&read(row.suite).unwrap().suite));
    }
}

#[test]
fn it_means_the_same_once_it_was_written_for_httpbb() {
    // A list of texts becomes a test each: there, one text is known to be understood.
    for row in ROWS.iter().filter(|row| !row.rule.contains("a list")) {
        holds(row, &write_httpbb(&read(row.suite).unwrap().suite).0);
    }
}

#[test]
fn a_host_key_that_occurs_several_times_is_said() {
    let yaml = "https://en.wikipedia.org:\n- path: /a\nhttps://de.wikipedia.org:\n- path: /b\n\
        https://en.wikipedia.org:\n- path: /c\n'https://en.wikipedia.org/':\n- path: /d\n";
    let read = read(yaml).unwrap();
    assert_eq!(read.suite.tests.len(), 4);
    let notes: Vec<String> = read.notes.iter().map(ToString::to_string).collect();
    let expected = "line 7, column 1: host <https://en.wikipedia.org> is there 3 times, in lines 1, 5, 7; \
        kept all of them, where httpbb keeps the last";
    assert_eq!(notes, [expected]);
}

#[test]
fn a_demand_that_occurs_twice_is_kept_and_said() {
    let yaml = "https://en.wikipedia.org:\n- path: /\n  assert_status: 200\n  assert_status: 201\n";
    let read = read(yaml).unwrap();
    assert_eq!(read.suite.tests[0].assertions.len(), 2);
    assert_eq!(read.notes[0].at.line, 4);
    assert!(read.notes[0].message.starts_with("key <assert_status> is there more than once"));
}
