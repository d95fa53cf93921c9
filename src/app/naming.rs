// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: offer the URLs that a change's commit message names as tests.
//!
//! Must not keep or run one unasked.

use super::background::Inner;
use super::settings::valid;
use super::{App, Problem};
use crate::change::TestUrl;
use crate::check::Assertion;
use crate::ports::Ports;
use crate::suite::{Test, says_the_same};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A test that a commit message names and that is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedTest {
    /// What it would be.
    pub test: Test,
    /// Why it cannot be one, as a fragment.
    pub refused: Option<String>,
}

impl Inner {
    /// What each change's commit message names and its suites do not have, by Gerrit change number.
    pub(super) fn named(&self) -> BTreeMap<u64, Vec<NamedTest>> {
        let changes = self.gathered.changes.value().map_or(&[][..], |(_, changes)| changes.as_slice());
        let mut named = BTreeMap::new();
        for change in changes.iter().filter(|change| self.gathered.asked.contains(&change.number)) {
            let urls = change.test_urls();
            if urls.is_empty() {
                continue;
            }
            let kept = self.tests_of(change.number);
            let is_new = |test: &Test| !kept.iter().any(|(_, known)| says_the_same(&nameless(known), test));
            let tests = urls.iter().map(test_of).filter(is_new);
            let offers: Vec<NamedTest> = tests
                .map(|test| NamedTest { refused: test.validate().err().map(|error| error.to_string()), test })
                .collect();
            if !offers.is_empty() {
                named.insert(change.number, offers);
            }
        }
        named
    }
}

impl<P: Ports> App<P> {
    /// Adds tests behind those of a change's own suite; what is there already is not added again.
    pub(super) async fn add_tests(&self, gerrit: u64, tests: Vec<Test>) -> Result<(), Problem> {
        tests.iter().try_for_each(valid)?;
        let (owner, mut kept) = {
            let inner = self.inner.borrow();
            let owner = inner.owner_of(gerrit);
            let kept = inner.library.suites.get(&owner).map(|suite| suite.tests.clone()).unwrap_or_default();
            (owner, kept)
        };
        for test in tests {
            if !kept.iter().any(|known| says_the_same(known, &test)) {
                kept.push(Test { allowed: false, ..test });
            }
        }
        self.keep_suite(owner, kept).await?;
        self.forget_page();
        Ok(())
    }
}

/// The page must contain the text, or be there at all where none is given.
fn test_of(named: &TestUrl) -> Test {
    let assertion = named.text.as_ref().map_or_else(|| Assertion::status(200), Assertion::body_contains);
    Test { url: named.url.clone(), assertions: vec![assertion], ..Test::default() }
}

fn nameless(test: &Test) -> Test {
    Test { name: String::new(), ..test.clone() }
}
