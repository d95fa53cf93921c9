// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: find the wiki that `{host}` and `{wiki}` mean in the tests of a change, and put in what is known before a run.
//!
//! | whose suite, which change | the wiki |
//! | --- | --- |
//! | the suite of a wiki | that wiki |
//! | a change of which the user has said the wikis | the chosen one of them, or the only one |
//! | a backport of a version | the best known wiki that runs that version now, by noc's list: `testwiki` if it does |
//! | a configuration change that names one wiki in its title | that one |
//! | any other | none: the run is refused, since a guess could verify a wiki that the change does not concern |
//!
//! Must not decide whether the wiki runs the code: each run reads that anew.

use super::background::Inner;
use super::settings::valid;
use super::{Concern, Problem};
use crate::deployed::{dbname_of_host, host_of_dbname};
use crate::suite::{HOST, Owner, Test, WIKI, check_names, fill, given_to};
use crate::verify::Subject;
use std::collections::BTreeMap;

/// The tests of a run with the values that are known before it.
pub(super) struct Placed {
    /// What each of them belongs to, in their order.
    pub(super) sources: Vec<Owner>,
    /// The tests.
    pub(super) tests: Vec<Test>,
    /// The values.
    pub(super) variables: BTreeMap<String, String>,
}

impl Inner {
    /// The host of the wiki that a run of this subject means, where one is meant.
    fn wiki_meant(&self, subject: &Subject) -> Option<String> {
        let Concern { about, said, .. } = self.concern_of(subject);
        if subject.version.is_some() && (!said || about.wikis.is_empty()) {
            return subject.wikis.first().cloned();
        }
        about.meant().and_then(host_of_dbname)
    }

    /// Why none is meant.
    fn no_wiki(&self, subject: &Subject, test: &Test) -> Problem {
        let test = test.label().to_owned();
        let Concern { about, said, .. } = self.concern_of(subject);
        match subject.gerrit {
            Some(gerrit) if about.wikis.len() > 1 && (said || subject.version.is_none()) => {
                Problem::WhichWiki { gerrit, test, wikis: about.wikis }
            }
            _ => Problem::NoWiki { test, version: subject.version.clone() },
        }
    }

    /// The wikis that the change of this subject is about; a suite that is open without a change is about none.
    fn concern_of(&self, subject: &Subject) -> Concern {
        subject.gerrit.map(|gerrit| self.about(gerrit)).unwrap_or_default()
    }

    /// Every test that applies to a change, with the values that are known.
    ///
    /// # Errors
    /// When one of them cannot be run, whatever the others give it.
    pub(super) fn placed(&self, gerrit: u64) -> Result<Placed, Problem> {
        let saved = self.tests_of(gerrit);
        if saved.is_empty() {
            return Err(Problem::NoTests { gerrit });
        }
        self.placed_for(&self.subject(gerrit, false), saved)
    }

    /// These tests, each with what it belongs to, with the values that are known in a run of this subject.
    ///
    /// # Errors
    /// When one of them cannot be run, whatever the others give it.
    pub(super) fn placed_for(&self, subject: &Subject, tests: Vec<(Owner, Test)>) -> Result<Placed, Problem> {
        let (sources, written): (Vec<Owner>, Vec<Test>) = tests.into_iter().unzip();
        written.iter().try_for_each(valid)?;
        let variables = self.variables_of(subject);
        let fill = |(test, owner): (&Test, &Owner)| fill(test, &given_to(Some(owner), &variables));
        let tests: Vec<Test> = written.iter().zip(&sources).map(fill).collect();
        if let Some(test) = tests.iter().find(|test| test.names().iter().any(|name| matches!(&**name, HOST | WIKI))) {
            return Err(self.no_wiki(subject, test));
        }
        named(&tests)?;
        Ok(Placed { sources, tests, variables })
    }

    /// The host that a change's first test asks.
    pub(super) fn first_host(&self, gerrit: u64) -> Option<String> {
        let (owner, test) = self.tests_of(gerrit).into_iter().next()?;
        let variables = self.variables_of(&self.subject(gerrit, false));
        let url = crate::suite::in_scope(&fill(&test, &given_to(Some(&owner), &variables)).url).ok()?;
        url.host_str().map(str::to_owned)
    }

    fn variables_of(&self, subject: &Subject) -> BTreeMap<String, String> {
        let host = self.wiki_meant(subject);
        let wiki = host.as_deref().and_then(dbname_of_host).map(|wiki| (WIKI.to_owned(), wiki));
        host.map(|host| (HOST.to_owned(), host)).into_iter().chain(wiki).collect()
    }
}

/// Whether every name in these tests, the suite of one owner or all of a run, has a value or will have one.
pub(super) fn named(tests: &[Test]) -> Result<(), Problem> {
    check_names(tests, |name| matches!(name, HOST | WIKI)).map_err(|(place, error)| {
        let test = tests.get(place).map(|test| test.label().to_owned()).unwrap_or_default();
        Problem::BadTest { test, detail: error.to_string() }
    })
}
