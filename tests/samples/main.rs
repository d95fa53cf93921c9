// SPDX-License-Identifier: GPL-2.0-or-later
//! Every suite in httpbb's form, our own and Wikimedia's where they are at hand, against servers that answer each of its
//! requests right, and against servers that answer one of them wrong, in one respect, for each and every one.
//!
//! Must not reach beyond the loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod answers;
#[path = "../bed/mod.rs"]
mod bed;
#[path = "../background/fake.rs"]
#[allow(dead_code, reason = "the background's own tests use the rest")]
mod fake;
mod json;
mod program;
mod runs;
#[path = "../support/samples.rs"]
mod samples;
mod server;
#[path = "../support/stand.rs"]
mod stand;
mod suites;
#[path = "../support/mod.rs"]
mod support;
mod wire;

use answers::wrong;
use backport_verify::debug::Backend;
use backport_verify::suite::{ScopeError, in_scope};
use backport_verify::verify::{Doubt, Reason, Stage, Verdict};
use runs::{performed, verdicts};
use server::Server;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use suites::{File, all, own, real};

/// How many suites, tests, tests that are never asked (over plain http, and of other hosts or ports), and answers that are each wrong in one respect.
type Counts = (usize, usize, [usize; 2], usize);
/// Of our own.
const OWN: Counts = (5, 24, [1, 2], 50);
/// Of Wikimedia's, as `operations/puppet` had them in October 2024.
const REAL: Counts = (39, 248, [9, 17], 483);

fn counted(files: &[File]) -> Counts {
    let tests = files.iter().map(|file| file.tests.len()).sum();
    let against = files.iter().flat_map(|file| &file.tests).filter_map(|test| in_scope(&test.url).err());
    let (plain, other): (Vec<_>, Vec<_>) = against.partition(|why| matches!(why, ScopeError::NotHttps(_)));
    let of = |file: &File| file.asked().iter().map(|place| wrong(&file.tests[*place]).len()).sum::<usize>();
    (files.len(), tests, [plain.len(), other.len()], files.iter().map(of).sum())
}

fn mwdebug() -> Stage {
    Stage::mwdebug(Backend::default())
}

#[test]
fn no_suite_is_left_out() {
    assert_eq!(counted(&own()), OWN);
    let files = real();
    if !files.is_empty() {
        assert_eq!(counted(&files), REAL);
    }
}

#[test]
fn right_answers_pass_and_what_is_never_asked_says_so() {
    for file in all() {
        let server = Server::new(&file.tests);
        for stage in [mwdebug(), Stage::Production] {
            let journal = performed(&&server, &file.tests, stage.clone());
            for (place, test) in file.tests.iter().enumerate() {
                let outcome = journal.deciding(place).unwrap();
                let at = format!("{} {} on {stage}", file.name, test.label());
                if file.is_asked(place) {
                    assert_eq!((outcome.verdict, &outcome.reason), (Verdict::Pass, &None), "{at}");
                } else {
                    let never = matches!(&outcome.reason, Some(Reason::Doubt { doubt: Doubt::NotAsked { .. } }));
                    assert!(never && outcome.verdict == Verdict::Inconclusive, "{at}: {outcome:?}");
                }
            }
            let whole = file.asked().len() == file.tests.len();
            let expected = if whole { Verdict::Pass } else { Verdict::Inconclusive };
            assert_eq!(journal.verdict(), Some(expected), "{} on {stage}", file.name);
            server_forgets(&server, &file);
        }
    }
}

/// Nothing is left to be served: each request was asked as often as there are tests that ask it.
fn server_forgets(server: &Server, file: &File) {
    assert!(server.is_even(), "{}: some request was asked too often or too seldom", file.name);
}

#[test]
fn each_answer_that_is_wrong_in_one_respect_fails_its_test_alone() {
    let files = all();
    let jobs: Vec<(usize, usize)> =
        files.iter().enumerate().flat_map(|(file, of)| of.asked().into_iter().map(move |test| (file, test))).collect();
    let (next, complaints) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((file, test)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = held_one_by_one(&files[*file], *test);
                    complaints.lock().unwrap().extend(found);
                }
            });
        }
    });
    let complaints = complaints.into_inner().unwrap();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// Answers one test wrong in each respect, on the test servers and on production; says what was not as it must be.
fn held_one_by_one(file: &File, test: usize) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut server = Server::new(&file.tests);
    for wrong in wrong(&file.tests[test]) {
        for stage in [mwdebug(), Stage::Production] {
            server.tells(Some((test, stage != Stage::Production, wrong.told.clone())));
            let journal = performed(&&server, &file.tests, stage.clone());
            let of = |place: usize| match (file.is_asked(place), place == test) {
                (false, _) => Verdict::Inconclusive,
                (true, true) => Verdict::Fail,
                (true, false) => Verdict::Pass,
            };
            let expected: Vec<_> = (0..file.tests.len()).map(of).collect();
            let seen = verdicts(&journal);
            let outcome = journal.deciding(test).unwrap();
            let is_told = outcome.assertions.get(wrong.assertion).is_some_and(|result| !result.held);
            if seen != expected || !is_told || journal.verdict() != Some(Verdict::Fail) {
                let label = file.tests[test].label();
                complaints.push(format!("{}: {label}, {} on {stage}: {outcome:?} {seen:?}", file.name, wrong.how));
            }
        }
    }
    complaints
}
