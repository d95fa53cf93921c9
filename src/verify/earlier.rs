// SPDX-License-Identifier: GPL-2.0-or-later
//! What the stages before came to, and how production after the fleet sync stands to them.
//!
//! Must not decide a verdict: what came before only explains what is there now.

use super::journal::Journal;
use super::outcome::{Outcome, Verdict};
use crate::suite::Test;
use serde::{Deserialize, Serialize};

/// What one test came to at an earlier stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Glimpse {
    /// The verdict.
    pub verdict: Verdict,
    /// A digest of the normalised page; `None` where there was none.
    #[serde(default)]
    pub page: Option<String>,
}

impl Glimpse {
    fn of(outcome: &Outcome) -> Self {
        Self { verdict: outcome.verdict, page: outcome.evidence.page.clone() }
    }
}

/// What one test came to in the run on the test servers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// On production before the fleet sync; `None` where it was not asked or did not answer in time.
    #[serde(default)]
    pub baseline: Option<Glimpse>,
    /// On the test servers, the worst of their backends; `None` where the test was not run there to its end.
    #[serde(default)]
    pub mwdebug: Option<Glimpse>,
}

impl Earlier {
    /// What each of `tests` came to in `run`, in their order. A test that asked or demanded something else then was not
    /// run.
    #[must_use]
    pub fn of(run: &Journal, tests: &[Test]) -> Vec<Self> {
        let of_test = |test: &Test| {
            let place = run.plan.tests.iter().position(|known| known.is_comparable(test));
            place.map_or_else(Self::default, |place| Self {
                baseline: run.baseline(place).map(Glimpse::of),
                mwdebug: run.came(place).map(Glimpse::of),
            })
        };
        tests.iter().map(of_test).collect()
    }
}

/// How a test's outcome on production after the fleet sync stands to both stages before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// Failed on production before, passed on mwdebug and passes now: the patch does it.
    Fixed,
    /// Passed on production before, passed on mwdebug and passes now.
    Kept,
    /// Passed on mwdebug and passes now; how production was before is not certain.
    AsOnMwdebug,
    /// Passed on mwdebug and fails now.
    Regressed,
    /// Failed on mwdebug and fails now.
    StillFailing,
    /// Did not pass on mwdebug and passes now.
    PassesOnlyHere,
    /// One of the two outcomes is not certain.
    Unknown,
    /// It was not verified on mwdebug.
    NotVerified,
}

/// Which page of an earlier stage production gives now, freed of what differs in every answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SamePage {
    /// That of every stage.
    AsAlways,
    /// That of mwdebug.
    AsOnMwdebug,
    /// That of production before: the patch may not have reached the server.
    AsBefore,
    /// Neither.
    AsNowhere,
}

impl SamePage {
    /// Holds the page on production against those before; `None` where one that matters is not known.
    #[must_use]
    pub fn of(earlier: Option<&Earlier>, here: Option<&str>) -> Option<Self> {
        let (here, earlier) = (here?, earlier?);
        let mwdebug = earlier.mwdebug.as_ref()?.page.as_deref()?;
        let before = earlier.baseline.as_ref().and_then(|glimpse| glimpse.page.as_deref());
        Some(match (mwdebug == here, before == Some(here)) {
            (true, true) => Self::AsAlways,
            (true, false) => Self::AsOnMwdebug,
            (false, true) => Self::AsBefore,
            (false, false) => Self::AsNowhere,
        })
    }
}

impl Since {
    /// Holds the verdict on production against what was before; nothing is known of a stage that is not there.
    #[must_use]
    pub fn of(earlier: Option<&Earlier>, here: Verdict) -> Self {
        let Some((on_mwdebug, earlier)) = earlier.and_then(|earlier| Some((earlier.mwdebug.as_ref()?, earlier))) else {
            return Self::NotVerified;
        };
        let before = earlier.baseline.as_ref().map(|glimpse| glimpse.verdict);
        match (before, on_mwdebug.verdict, here) {
            (Some(Verdict::Fail), Verdict::Pass, Verdict::Pass) => Self::Fixed,
            (Some(Verdict::Pass), Verdict::Pass, Verdict::Pass) => Self::Kept,
            (_, Verdict::Pass, Verdict::Pass) => Self::AsOnMwdebug,
            (_, Verdict::Pass, Verdict::Fail) => Self::Regressed,
            (_, Verdict::Fail, Verdict::Fail) => Self::StillFailing,
            (_, Verdict::Fail | Verdict::Inconclusive, Verdict::Pass) => Self::PassesOnlyHere,
            (_, _, Verdict::Inconclusive) | (_, Verdict::Inconclusive, Verdict::Fail) => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Earlier, Glimpse, SamePage, Since};
    use crate::debug::{Backend, Backends};
    use crate::suite::Test;
    use crate::verify::{Ending, Evidence, Journal, Outcome, Plan, Reason, Stage, Subject, Verdict};
    use jiff::Timestamp;

    fn glimpse(verdict: Verdict) -> Glimpse {
        Glimpse { verdict, page: None }
    }

    #[test]
    fn production_is_held_against_both_stages_before() {
        use Verdict::{Fail, Inconclusive, Pass};
        for (baseline, mwdebug, here, expected) in [
            (Some(Fail), Some(Pass), Pass, Since::Fixed),
            (Some(Pass), Some(Pass), Pass, Since::Kept),
            (Some(Inconclusive), Some(Pass), Pass, Since::AsOnMwdebug),
            (None, Some(Pass), Pass, Since::AsOnMwdebug),
            (Some(Fail), Some(Pass), Fail, Since::Regressed),
            (Some(Pass), Some(Pass), Fail, Since::Regressed),
            (Some(Pass), Some(Fail), Fail, Since::StillFailing),
            (Some(Fail), Some(Fail), Pass, Since::PassesOnlyHere),
            (Some(Fail), Some(Inconclusive), Pass, Since::PassesOnlyHere),
            (Some(Fail), Some(Inconclusive), Fail, Since::Unknown),
            (Some(Fail), Some(Pass), Inconclusive, Since::Unknown),
            (Some(Fail), None, Pass, Since::NotVerified),
            (None, None, Fail, Since::NotVerified),
        ] {
            let earlier = Earlier { baseline: baseline.map(glimpse), mwdebug: mwdebug.map(glimpse) };
            assert_eq!(Since::of(Some(&earlier), here), expected, "{baseline:?} {mwdebug:?} {here:?}");
        }
        assert_eq!(Since::of(None, Pass), Since::NotVerified);
    }

    #[test]
    fn the_page_on_production_is_held_against_both_stages_before() {
        let glimpse = |page: &str| Some(Glimpse { verdict: Verdict::Pass, page: Some(page.into()) });
        let earlier =
            |baseline: &str, mwdebug: &str| Earlier { baseline: glimpse(baseline), mwdebug: glimpse(mwdebug) };
        for (earlier, here, expected) in [
            (earlier("old", "new"), Some("new"), Some(SamePage::AsOnMwdebug)),
            (earlier("old", "new"), Some("old"), Some(SamePage::AsBefore)),
            (earlier("old", "new"), Some("other"), Some(SamePage::AsNowhere)),
            (earlier("one", "one"), Some("one"), Some(SamePage::AsAlways)),
            (earlier("old", "new"), None, None),
            (Earlier { baseline: None, ..earlier("", "new") }, Some("new"), Some(SamePage::AsOnMwdebug)),
            (Earlier { mwdebug: None, ..earlier("old", "") }, Some("old"), None),
        ] {
            assert_eq!(SamePage::of(Some(&earlier), here), expected, "{earlier:?} {here:?}");
        }
        assert_eq!(SamePage::of(None, Some("new")), None);
    }

    /// A run on two backends, then the baseline, of tests that ask these URLs.
    fn ran(urls: &[&str], verdicts: &[Verdict]) -> Journal {
        let tests = urls.iter().map(|url| Test { url: (*url).into(), ..Test::default() }).collect();
        let backends = Backends::new(Backend::default(), [Backend::new("k8s-mwdebug-next").unwrap()]);
        let stage = Stage::Mwdebug { backends };
        let mut journal =
            Journal::begin(Plan::new("1".into(), Subject::default(), stage, Timestamp::UNIX_EPOCH, tests, 1000));
        let outcome = |verdict| Outcome { verdict, ..Outcome::inconclusive(Reason::NoAssertion, Evidence::default()) };
        journal.outcomes = verdicts.iter().map(|verdict| outcome(*verdict)).enumerate().collect();
        journal.ended = Some((Timestamp::UNIX_EPOCH, Ending::Finished));
        journal
    }

    #[test]
    fn what_came_before_is_found_by_what_is_asked_and_not_by_name_or_place() {
        use Verdict::{Fail, Pass};
        let run = ran(&["https://a", "https://b"], &[Pass, Fail, Pass, Pass, Pass, Fail]);
        let of = |url: &str| Test { url: url.into(), name: "renamed".into(), ..Test::default() };
        let other = Test { body: Some("x".into()), ..of("https://a") };
        let found = Earlier::of(&run, &[of("https://b"), of("https://a"), other, of("https://c")]);
        let both = |baseline, mwdebug| Earlier { baseline: Some(glimpse(baseline)), mwdebug: Some(glimpse(mwdebug)) };
        assert_eq!(found, [both(Fail, Pass), both(Pass, Fail), Earlier::default(), Earlier::default()]);
    }

    #[test]
    fn a_test_that_one_backend_did_not_answer_was_not_verified() {
        let found =
            Earlier::of(&ran(&["https://a"], &[Verdict::Pass]), &[Test { url: "https://a".into(), ..Test::default() }]);
        assert_eq!(found, [Earlier::default()]);
    }
}
