// SPDX-License-Identifier: GPL-2.0-or-later
//! What a suite that was read elsewhere has otherwise than the one that is kept, and taking some of it over.
//!
//! Must not take over an allowance: only the submitter gives one.

use super::{Suite, Test, read, write};
use serde::{Deserialize, Serialize};
use url::Url;

/// One thing that a suite elsewhere has otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "a suite has few differences, and each is looked at")]
pub enum Difference {
    /// A test that is not kept here.
    Added {
        /// The test.
        test: Test,
    },
    /// A test that is otherwise here.
    Changed {
        /// As it is here.
        before: Test,
        /// As it is there.
        after: Test,
    },
    /// A test that is not there.
    Removed {
        /// The test.
        test: Test,
    },
}

impl Difference {
    /// The test as it would be after taking it over; `None` where it would be gone.
    #[must_use]
    pub const fn brings(&self) -> Option<&Test> {
        match self {
            Self::Added { test } | Self::Changed { after: test, .. } => Some(test),
            Self::Removed { .. } => None,
        }
    }
}

/// Whether a file would say the same of both: the order of fields and of assertions does not matter, and no file has
/// the submitter's allowance.
#[must_use]
pub fn says_the_same(one: &Test, other: &Test) -> bool {
    meaning(one) == meaning(other)
}

/// The places of tests of which [`write`] would lose something.
#[must_use]
pub fn not_whole(suite: &Suite) -> Vec<usize> {
    let again = read(&write(suite)).map(|read| read.suite).unwrap_or_default();
    let lost = |(place, test): (usize, &Test)| {
        let whole = again.tests.get(place).is_some_and(|again| says_the_same(test, again));
        (!whole).then_some(place)
    };
    suite.tests.iter().enumerate().filter_map(lost).collect()
}

/// What `there` has otherwise than `here`: added and changed tests in the order of `there`, then removed ones.
#[must_use]
pub fn differences(here: &[Test], there: &[Test]) -> Vec<Difference> {
    let partners = partners(here, there);
    let brought =
        there.iter().zip(&partners).filter_map(|(theirs, partner)| match partner.and_then(|at| here.get(at)) {
            None => Some(Difference::Added { test: not_allowed(theirs) }),
            Some(ours) if says_the_same(ours, theirs) => None,
            Some(ours) => Some(Difference::Changed { before: ours.clone(), after: not_allowed(theirs) }),
        });
    let gone = here.iter().enumerate().filter(|(at, _)| !partners.contains(&Some(*at)));
    brought.chain(gone.map(|(_, test)| Difference::Removed { test: test.clone() })).collect()
}

/// `here` with the chosen differences to `there`. An added test comes behind the one that it stands behind there.
#[must_use]
pub fn taken_over(here: &[Test], there: &[Test], chosen: &[Difference]) -> Vec<Test> {
    let partners = partners(here, there);
    // Each test with its place there, as far as it has one.
    let mut tests: Vec<(Option<usize>, Test)> = Vec::new();
    for (at, ours) in here.iter().enumerate() {
        let place = partners.iter().position(|partner| *partner == Some(at));
        let theirs = place.and_then(|place| there.get(place)).map(not_allowed);
        let change = theirs.map(|after| Difference::Changed { before: ours.clone(), after });
        match change.filter(|change| chosen.contains(change)) {
            Some(Difference::Changed { after, .. }) => tests.push((place, after)),
            _ if place.is_none() && chosen.contains(&Difference::Removed { test: ours.clone() }) => {}
            _ => tests.push((place, ours.clone())),
        }
    }
    for (place, theirs) in there.iter().enumerate().filter(|(place, _)| partners.get(*place) == Some(&None)) {
        let test = not_allowed(theirs);
        if chosen.contains(&Difference::Added { test: test.clone() }) {
            let before = tests.iter().rposition(|(known, _)| known.is_some_and(|known| known < place));
            tests.insert(before.map_or(0, |before| before + 1), (Some(place), test));
        }
    }
    tests.into_iter().map(|(_, test)| test).collect()
}

/// For each test there, the place of its counterpart here: the same, else of the same name, else asking the same.
fn partners(here: &[Test], there: &[Test]) -> Vec<Option<usize>> {
    let mut partners: Vec<Option<usize>> = vec![None; there.len()];
    let rules: [fn(&Test, &Test) -> bool; 3] = [
        says_the_same,
        |one, other| !one.name.is_empty() && one.name == other.name,
        |one, other| (&one.url, one.method) == (&other.url, other.method),
    ];
    for fits in rules {
        for (place, theirs) in there.iter().enumerate() {
            if partners.get(place) != Some(&None) {
                continue;
            }
            let free = |at: &usize| !partners.contains(&Some(*at));
            let found = here.iter().enumerate().filter(|(_, ours)| fits(ours, theirs)).map(|(at, _)| at).find(free);
            if let Some(partner) = partners.get_mut(place) {
                *partner = found;
            }
        }
    }
    partners
}

fn not_allowed(test: &Test) -> Test {
    Test { allowed: false, ..test.clone() }
}

/// A test with all that a file may order otherwise in one order.
fn meaning(test: &Test) -> (Test, Vec<(String, String)>, Vec<String>) {
    let mut headers: Vec<(String, String)> =
        test.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    headers.sort();
    let mut assertions: Vec<String> =
        test.assertions.iter().filter_map(|assertion| serde_json::to_string(assertion).ok()).collect();
    assertions.sort();
    let url = Url::parse(&test.url).map_or_else(|_| test.url.clone(), String::from);
    let rest = Test {
        url,
        allowed: false,
        headers: [("", ""); 0].into_iter().collect(),
        assertions: Vec::new(),
        ..test.clone()
    };
    (rest, headers, assertions)
}

#[cfg(test)]
mod tests {
    use super::{Difference, differences, not_whole, says_the_same, taken_over};
    use crate::check::Assertion;
    use crate::exchange::Method;
    use crate::suite::{Suite, Test};

    fn test(name: &str, text: &str) -> Test {
        let url = format!("https://en.wikipedia.org/wiki/{name}");
        Test { name: name.into(), url, assertions: vec![Assertion::body_contains(text)], ..Test::default() }
    }

    fn names(tests: &[Test]) -> Vec<&str> {
        tests.iter().map(Test::label).collect()
    }

    #[test]
    fn added_changed_and_removed_tests_are_told() {
        let here = [test("a", "1"), test("b", "1"), test("c", "1")];
        let there = [test("new", "1"), test("b", "2"), test("a", "1")];
        assert_eq!(
            differences(&here, &there),
            [
                Difference::Added { test: test("new", "1") },
                Difference::Changed { before: test("b", "1"), after: test("b", "2") },
                Difference::Removed { test: test("c", "1") },
            ]
        );
        assert_eq!(differences(&here, &here), []);
    }

    #[test]
    fn a_renamed_test_is_changed_and_twins_are_told_apart() {
        let renamed = Test { name: "b".into(), ..test("a", "1") };
        assert!(matches!(&differences(&[test("a", "1")], &[renamed])[..], [Difference::Changed { .. }]));
        let twins = [test("a", "1"), test("a", "1")];
        assert_eq!(differences(&twins, &twins[..1]), [Difference::Removed { test: test("a", "1") }]);
    }

    #[test]
    fn only_what_was_chosen_is_taken_over_and_stands_where_it_stood() {
        let here = [test("a", "1"), test("b", "1"), test("c", "1")];
        let there = [test("a", "1"), test("new", "1"), test("b", "2"), test("last", "1")];
        let all = differences(&here, &there);
        assert_eq!(taken_over(&here, &there, &all), there);
        assert_eq!(taken_over(&here, &there, &[]), here);
        let added: Vec<Difference> = all.into_iter().filter(|d| matches!(d, Difference::Added { .. })).collect();
        assert_eq!(names(&taken_over(&here, &there, &added)), ["a", "new", "b", "last", "c"]);
    }

    #[test]
    fn no_allowance_is_taken_over_and_a_changed_test_loses_its_own() {
        let allowed = Test { method: Method::Post, allowed: true, ..test("a", "1") };
        let there = [Test { assertions: vec![Assertion::status(200)], ..allowed.clone() }, allowed_twin()];
        let here = [allowed.clone()];
        let taken = taken_over(&here, &there, &differences(&here, &there));
        assert_eq!(taken.iter().map(|test| test.allowed).collect::<Vec<_>>(), [false, false]);
        // What is the same stays the submitter's own.
        let same = [Test { allowed: false, ..allowed.clone() }];
        assert_eq!(taken_over(&here, &same, &differences(&here, &same)), [allowed]);
    }

    fn allowed_twin() -> Test {
        Test { method: Method::Post, allowed: true, ..test("b", "1") }
    }

    #[test]
    fn order_of_assertions_and_a_slash_are_no_difference() {
        let one = Test {
            url: "https://en.wikipedia.org".into(),
            assertions: vec![Assertion::status(200), Assertion::body_contains("a")],
            ..Test::default()
        };
        let other = Test {
            url: "https://en.wikipedia.org/".into(),
            assertions: vec![Assertion::body_contains("a"), Assertion::status(200)],
            ..Test::default()
        };
        assert!(says_the_same(&one, &other));
        assert!(!says_the_same(&one, &Test { must_fail_before: true, ..other }));
    }

    #[test]
    fn a_test_that_a_file_would_cut_is_named() {
        let twice = Test { assertions: vec![Assertion::status(200)], ..test("a", "1") };
        let odd = Test { assertions: vec![Assertion::header_absent(""), Assertion::status(200)], ..test("b", "1") };
        assert_eq!(not_whole(&Suite { tests: vec![twice, test("c", "1")] }), [0; 0]);
        let beyond = Test { url: "no URL".into(), ..odd };
        assert_eq!(not_whole(&Suite { tests: vec![test("c", "1"), beyond] }), [0, 1]);
    }
}
