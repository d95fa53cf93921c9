// SPDX-License-Identifier: GPL-2.0-or-later
//! Which test gives another one a captured value: the order of a suite alone says it.
//!
//! Must not fetch a value, nor put one in.

use super::Test;
use std::collections::BTreeSet;
use thiserror::Error;

/// Why a name in a test will never have a value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NameError {
    /// Nothing gives it.
    #[error(
        "nothing gives {{{{{0}}}}}; capture it in a test above, or write {{{{ {0} }}}} with spaces if a template of the wiki is meant"
    )]
    Unknown(String),
    /// The test itself captures it, or one that comes later.
    #[error("{{{{{name}}}}} is captured by <{by}>, which does not come before; move that test above")]
    Later {
        /// The name.
        name: String,
        /// The label of the first test that captures it.
        by: String,
    },
}

/// The test before the one at `place` whose captured value it gets: the last that captures `name`.
#[must_use]
pub fn giver(tests: &[Test], place: usize, name: &str) -> Option<usize> {
    tests.get(..place)?.iter().rposition(|test| test.gives(name))
}

/// The tests that the one at `place` cannot do without: those that give it a value, and those that give these one. In the
/// order of their places; each has the same givers among these alone as among all.
#[must_use]
pub fn givers(tests: &[Test], place: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut open = vec![place];
    while let Some(at) = open.pop() {
        let names = tests.get(at).map(Test::names).unwrap_or_default();
        let new = names.iter().filter_map(|name| giver(tests, at, name)).filter(|giver| found.insert(*giver));
        open.extend(new.collect::<Vec<_>>());
    }
    found
}

/// Whether every name in the test at `place` has a value: it is given, or a test above captures it.
///
/// # Errors
/// With the first name of which that is not so.
pub fn check_names_of(tests: &[Test], place: usize, is_given: impl Fn(&str) -> bool) -> Result<(), NameError> {
    let names = tests.get(place).map(Test::names).unwrap_or_default();
    names.into_iter().filter(|name| !is_given(name)).try_for_each(|name| check_name(tests, place, &name))
}

/// Whether a test above the one at `place` captures `name`.
pub(super) fn check_name(tests: &[Test], place: usize, name: &str) -> Result<(), NameError> {
    let (giver, by) = (giver(tests, place, name), tests.iter().find(|test| test.gives(name)));
    let name = name.to_owned();
    match (giver, by) {
        (Some(_), _) => Ok(()),
        (None, None) => Err(NameError::Unknown(name)),
        (None, Some(by)) => Err(NameError::Later { name, by: by.label().to_owned() }),
    }
}

/// The same of all of them. Then there is no circle either.
///
/// # Errors
/// With the place of the first test of which that is not so.
pub fn check_names(tests: &[Test], is_given: impl Fn(&str) -> bool) -> Result<(), (usize, NameError)> {
    (0..tests.len()).try_for_each(|place| check_names_of(tests, place, &is_given).map_err(|error| (place, error)))
}

#[cfg(test)]
mod tests {
    use super::{NameError, check_names, givers};
    use crate::check::{Assertion, Subject};
    use crate::suite::{Capture, Test};

    fn test(url: &str) -> Test {
        Test { url: url.into(), assertions: vec![Assertion::status(200)], ..Test::default() }
    }

    /// A test that needs the values of `needs` and gives those of `gives`.
    fn between(needs: &str, gives: &str) -> Test {
        let query = needs.chars().map(|name| format!("{{{{{name}}}}}")).collect::<Vec<_>>().concat();
        let capture = |name: char| Capture { name: name.into(), of: Subject::Body };
        Test { captures: gives.chars().map(capture).collect(), ..test(&format!("https://{{host}}/?{query}")) }
    }

    #[test]
    fn a_name_is_given_or_captured_above() {
        let capture = |name: &str| vec![Capture { name: name.into(), of: Subject::Body }];
        let gives = |name: &str| Test { captures: capture(name), ..test("https://{host}/") };
        let takes = |name: &str| test(&format!("https://{{host}}/{{{{{name}}}}}"));
        let checked = |tests: &[Test]| check_names(tests, |name| name == "host");
        assert_eq!(checked(&[gives("a"), takes("a"), takes("a")]), Ok(()));
        assert_eq!(checked(&[takes("a")]), Err((0, NameError::Unknown("a".into()))));
        let later = |by: &str| NameError::Later { name: "a".into(), by: by.into() };
        assert_eq!(checked(&[takes("a"), gives("a")]), Err((0, later("https://{host}/"))));
        let own = Test { captures: capture("a"), ..takes("a") };
        assert_eq!(checked(std::slice::from_ref(&own)), Err((0, later(&own.url))));
        let circle = [Test { captures: capture("b"), ..takes("a") }, Test { captures: capture("a"), ..takes("b") }];
        assert_eq!(checked(&circle), Err((0, later(&circle[1].url))));
    }

    #[test]
    fn a_test_needs_those_above_that_give_it_something_and_what_these_need() {
        let all = |tests: &[(&str, &str)]| tests.iter().map(|(needs, gives)| between(needs, gives)).collect::<Vec<_>>();
        for (tests, needed) in [
            (&[("", "a"), ("", "b"), ("", "")][..], &[][..]),
            (&[("", "a"), ("", "b"), ("b", "")], &[1]),
            (&[("", "a"), ("a", "b"), ("", "c"), ("b", "")], &[0, 1]),
            (&[("", "a"), ("a", "a"), ("a", "")], &[0, 1]),
            (&[("", "a"), ("", "a"), ("a", "")], &[1]),
            (&[("", "a"), ("a", "b"), ("a", "c"), ("bc", "")], &[0, 1, 2]),
            (&[("b", "a"), ("", "b"), ("a", "")], &[0]),
        ] {
            let tests = all(tests);
            assert_eq!(givers(&tests, tests.len() - 1).into_iter().collect::<Vec<_>>(), needed, "{tests:?}");
        }
    }

    #[test]
    fn those_that_are_needed_give_each_other_the_same_without_the_rest() {
        let tests = ["", "a", "", "b", "", "ab"].iter().zip(["a", "ab", "c", "a", "", ""]);
        let tests: Vec<Test> = tests.map(|(needs, gives)| between(needs, gives)).collect();
        let needed: Vec<usize> = givers(&tests, 5).into_iter().collect();
        assert_eq!(needed, [0, 1, 3]);
        let alone: Vec<Test> = needed.iter().chain([&5]).map(|at| tests[*at].clone()).collect();
        for (place, at) in needed.iter().chain([&5]).enumerate() {
            for name in tests[*at].names() {
                let among_all = super::giver(&tests, *at, &name);
                let among_these = super::giver(&alone, place, &name).map(|place| needed[place]);
                assert_eq!(among_these, among_all, "{name} of {at}");
            }
        }
    }
}
