// SPDX-License-Identifier: GPL-2.0-or-later
//! httpbb's YAML for httpbb itself, which stops at a key that it does not know; and what neither YAML can say.
//!
//! Must not write a key that httpbb does not know.

use super::export::{is_raw, write};
use super::lost::{Losses, Place};
use super::{Exported, Httpbb, Suite, Test};
use crate::exchange::{Redirects, Session};

/// Writes httpbb's own keys alone.
#[must_use]
pub fn write_httpbb(suite: &Suite) -> Exported {
    each(suite, |test, lost| {
        let mut plain = test.clone();
        if !test.name.is_empty() {
            plain.name = String::new();
            lost.aside("httpbb gives tests no names");
        }
        if test.session == Session::Mine {
            plain.session = Session::Anonymous;
            lost.matters("it asks as you; httpbb asks as nobody");
        }
        if test.redirects == Redirects::Follow {
            plain.redirects = Redirects::Manual;
            lost.matters("httpbb follows no redirect");
        }
        if test.must_fail_before {
            plain.must_fail_before = false;
            lost.matters("httpbb cannot demand that it fails before the patch");
        }
        if is_raw(test) {
            plain.body = None;
            lost.matters("httpbb sends bodies of forms and of JSON alone; this one is left out");
        }
        let lacks = |assertion: &&crate::check::Assertion| matches!(Httpbb::of(assertion), Some(Httpbb::BodyLacks(_)));
        for assertion in test.assertions.iter().filter(lacks) {
            lost.matters(format!("httpbb cannot demand that {assertion}"));
        }
        plain.assertions.retain(|assertion| !lacks(&assertion));
        plain
    })
}

/// Writes httpbb's keys and those of this tool, as [`write`] does, and lists what they cannot say.
#[must_use]
pub fn write_ours(suite: &Suite) -> Exported {
    each(suite, |test, _| test.clone())
}

fn each(suite: &Suite, plain: impl Fn(&Test, &mut Losses) -> Test) -> Exported {
    let mut lost = Losses::at(Place::Line(1));
    let mut tests = Vec::new();
    for (index, test) in suite.tests.iter().enumerate() {
        lost.go_to(Place::Test(index + 1, test.label().to_owned()));
        tests.push(plain(test, &mut lost));
        for assertion in test.assertions.iter().filter(|assertion| Httpbb::of(assertion).is_none()) {
            lost.matters(format!("the file has no key for {assertion}"));
        }
        for capture in &test.captures {
            lost.matters(format!("the file has no key to take {{{{{}}}}} from an answer", capture.name));
        }
        if test.skip.is_some() || test.only.is_some() {
            lost.matters("the file has no key to skip it or for its stage");
        }
        if !test.tags.is_empty() || test.timeout_ms.is_some() {
            lost.aside("its tags and its limit of time are left out");
        }
    }
    Exported { text: write(&Suite { tests }), lost: lost.into_lost() }
}
