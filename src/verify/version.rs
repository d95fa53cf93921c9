// SPDX-License-Identifier: GPL-2.0-or-later
//! Whether the wiki that answered runs the code that is verified at all.
//!
//! Every train version is a folder of its own, and a backport changes one of them (repository
//! `operations/mediawiki-config`, `multiversion/`). A wiki of another version answers without the patch: what holds there
//! holds by itself, and what does not says nothing of the patch.

use super::doubt::Doubt;
use super::outcome::{Outcome, Reason, Verdict};
use super::plan::Subject;

/// Holds an outcome against the version that the wiki at `host` runs; `runs` is `Err` with a fragment where it could not
/// be read. A pass or a fail of a backport is one only on the backport's version. What was inconclusive stays as it is,
/// and a configuration change is never touched.
#[must_use]
pub fn weigh_version(mut outcome: Outcome, subject: &Subject, host: &str, runs: Result<&str, &str>) -> Outcome {
    outcome.evidence.version = runs.ok().map(str::to_owned);
    let Some(wanted) = subject.version.clone().filter(|_| outcome.verdict != Verdict::Inconclusive) else {
        return outcome;
    };
    let host = host.to_owned();
    let doubt = match runs {
        Ok(runs) if subject.is_for(runs) => return outcome,
        Ok(runs) => Doubt::OtherVersion { host, runs: runs.to_owned(), wanted, wikis: subject.wikis.clone() },
        Err(why) => Doubt::VersionUnknown { host, wanted, why: why.to_owned() },
    };
    Outcome::inconclusive(Reason::Doubt { doubt }, outcome.evidence)
}

#[cfg(test)]
mod tests {
    use super::weigh_version;
    use crate::verify::{Doubt, Evidence, Outcome, Reason, Subject, Verdict};

    const HOST: &str = "en.wikipedia.org";

    fn subject(version: Option<&str>) -> Subject {
        let wikis = vec!["test.wikipedia.org".to_owned(), "www.mediawiki.org".to_owned()];
        Subject { version: version.map(str::to_owned), wikis, ..Subject::default() }
    }

    fn outcome(verdict: Verdict) -> Outcome {
        let reason = (verdict != Verdict::Pass).then_some(Reason::Assertion { at: 0 });
        let evidence = Evidence { status: Some(200), ..Evidence::default() };
        Outcome { verdict, reason, assertions: Vec::new(), evidence }
    }

    fn doubt(verdict: Verdict, runs: Result<&str, &str>) -> Option<Doubt> {
        let weighed = weigh_version(outcome(verdict), &subject(Some("1.47.0-wmf.16")), HOST, runs);
        match weighed.reason {
            Some(Reason::Doubt { doubt }) => {
                assert_eq!(weighed.verdict, Verdict::Inconclusive);
                assert_eq!(weighed.evidence.status, Some(200));
                Some(doubt)
            }
            _ => None,
        }
    }

    #[test]
    fn a_backport_passes_and_fails_on_its_version() {
        for verdict in [Verdict::Pass, Verdict::Fail] {
            let weighed = weigh_version(outcome(verdict), &subject(Some("1.47.0-wmf.16")), HOST, Ok("1.47.0-wmf.16"));
            assert_eq!(weighed.verdict, verdict);
            assert_eq!(weighed.reason, outcome(verdict).reason);
            assert_eq!(weighed.evidence.version.as_deref(), Some("1.47.0-wmf.16"));
        }
    }

    #[test]
    fn on_another_version_a_backport_neither_passes_nor_fails() {
        for verdict in [Verdict::Pass, Verdict::Fail] {
            let doubt = doubt(verdict, Ok("1.47.0-wmf.15")).unwrap();
            assert_eq!(
                doubt.to_string(),
                "the wiki en.wikipedia.org runs 1.47.0-wmf.15, and the patch is for 1.47.0-wmf.16"
            );
            assert_eq!(
                doubt.next_step(),
                "Test a wiki that runs 1.47.0-wmf.16, such as test.wikipedia.org, www.mediawiki.org."
            );
        }
    }

    #[test]
    fn on_a_version_that_cannot_be_read_neither() {
        for verdict in [Verdict::Pass, Verdict::Fail] {
            let doubt = doubt(verdict, Err("no answer within 15000 ms")).unwrap();
            assert_eq!(
                doubt.to_string(),
                "the version that en.wikipedia.org runs is not known: no answer within 15000 ms"
            );
            assert_eq!(
                doubt.next_step(),
                "Verify again; if it stays so, look for 1.47.0-wmf.16 at \
                 https://en.wikipedia.org/wiki/Special:Version and test by hand."
            );
        }
    }

    #[test]
    fn a_doubt_that_was_there_before_stays() {
        for runs in [Ok("1.47.0-wmf.15"), Err("no answer")] {
            let before = Outcome::inconclusive(Reason::NoAssertion, Evidence::default());
            let weighed = weigh_version(before, &subject(Some("1.47.0-wmf.16")), HOST, runs);
            assert_eq!(weighed.reason, Some(Reason::NoAssertion));
            assert_eq!(weighed.evidence.version.as_deref(), runs.ok());
        }
    }

    #[test]
    fn a_configuration_change_is_verified_on_every_version() {
        for runs in [Ok("1.47.0-wmf.15"), Ok("master"), Err("no answer")] {
            for verdict in [Verdict::Pass, Verdict::Fail] {
                assert_eq!(weigh_version(outcome(verdict), &subject(None), HOST, runs).verdict, verdict, "{runs:?}");
            }
        }
    }

    #[test]
    fn without_a_wiki_to_name_the_advice_says_where_they_are_shown() {
        let doubt = Doubt::OtherVersion {
            host: HOST.into(),
            runs: "1.47.0-wmf.15".into(),
            wanted: "1.47.0-wmf.16".into(),
            wikis: Vec::new(),
        };
        assert_eq!(
            doubt.next_step(),
            "Test a wiki that runs 1.47.0-wmf.16; https://versions.toolforge.org shows which do."
        );
    }
}
