// SPDX-License-Identifier: GPL-2.0-or-later
//! What came of one job.

use super::doubt::Doubt;
use super::failure::MediaWikiFailure;
use crate::check::AssertionResult;
use crate::deployed::Runs;
use crate::exchange::{Hop, TransportError};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A verdict, of a job or of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The right server answered this request now, and every assertion held.
    Pass,
    /// The right server answered, and an assertion did not hold.
    Fail,
    /// It cannot be shown either way.
    Inconclusive,
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Inconclusive => "INCONCLUSIVE",
        })
    }
}

/// Why a job did not pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// An assertion did not hold; the first that did not is at this place in [`Outcome::assertions`].
    Assertion {
        /// Place in the list.
        at: usize,
    },
    /// There was no answer.
    Transport {
        /// Why.
        error: TransportError,
    },
    /// The answer's status is not success (200 to 299), and the test says nothing of the status.
    BadStatus {
        /// Status code.
        status: u16,
    },
    /// MediaWiki failed and said so with a status of success, and the test does not ask for that.
    MediaWiki {
        /// How it failed.
        failure: MediaWikiFailure,
    },
    /// The test demands nothing.
    NoAssertion,
    /// The answer proves nothing.
    Doubt {
        /// Why.
        doubt: Doubt,
    },
}

/// What an answer says about where it came from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Status code, when there was an answer.
    pub status: Option<u16>,
    /// The `server` header.
    pub server: Option<String>,
    /// The `x-cache-status` header.
    pub cache_status: Option<String>,
    /// The `age` header, in seconds.
    pub age: Option<u64>,
    /// The `x-request-id` header, or the id in an exception's message, which finds the request in Logstash.
    pub request_id: Option<String>,
    /// Milliseconds to the end of the body, or until it was given up.
    pub elapsed_ms: u32,
    /// When the request was sent that this is about, the last where it was sent again: milliseconds since the run was
    /// asked for. `None` where none was sent, and in what was kept before this was noted.
    #[serde(default)]
    pub sent_ms: Option<u32>,
    /// The redirects that were followed on the way to the answer, first to last, at most 20.
    #[serde(default)]
    pub hops: Vec<Step>,
    /// Where the answer itself leads, which was not followed, cut like that of a hop; `None` where it is no redirect.
    #[serde(default)]
    pub location: Option<String>,
    /// Whether a cached answer was set aside and the request sent again past the caches.
    pub repeated_past_cache: bool,
    /// Whether no answer came in time at first and the request was sent again.
    #[serde(default)]
    pub repeated_after_timeout: bool,
    /// The version that the asked wiki runs there, such as `1.47.0-wmf.16`, as its server said beside this answer;
    /// `None` where it was not asked, or had not answered yet and it did not matter.
    #[serde(default)]
    pub version: Option<String>,
    /// Whether the asked servers run the patch; `None` where there is no merged patch to look for.
    #[serde(default)]
    pub code: Option<CodeSeen>,
    /// The digest of the page: the same for two answers that say the same. `None` without an answer, and for a body that
    /// is too long.
    #[serde(default)]
    pub page: Option<String>,
}

/// One redirect on the way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its status code.
    pub status: u16,
    /// Where it led, as the `Location` field says, cut to 200 letters; `None` where it has none.
    pub location: Option<String>,
}

impl Step {
    /// As much of a `Location` as is kept.
    pub(super) fn short(location: &str) -> String {
        location.chars().take(LOCATION).collect()
    }
}

impl From<&Hop> for Step {
    fn from(hop: &Hop) -> Self {
        Self { status: hop.status, location: hop.location.as_deref().map(Self::short) }
    }
}

impl Evidence {
    /// The redirects on the way and what came at last, as people write it: `301 → /wiki/X → 200`; `None` without a redirect.
    /// One that was not followed is the last: `302 → /wiki/X`.
    #[must_use]
    pub fn way(&self) -> Option<String> {
        let last = self.status.map(|status| Step { status, location: self.location.clone() });
        let steps: Vec<_> = self.hops.iter().chain(&last).collect();
        if steps.iter().all(|step| step.location.is_none()) {
            return None;
        }
        let step = |step: &&Step| match &step.location {
            Some(location) => format!("{} → {location}", step.status),
            None => step.status.to_string(),
        };
        Some(steps.iter().map(step).collect::<Vec<_>>().join(" → "))
    }
}

/// Letters of a `Location` that are kept.
const LOCATION: usize = 200;

/// The code of the servers that a wiki has at one target, as they said beside the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeSeen {
    /// Whether it has the patch.
    pub runs: Runs,
    /// The commit of the patch's project that runs there, where they tell.
    pub commit: Option<String>,
}

/// What came of one job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// Why it is not a pass; `None` when it is.
    pub reason: Option<Reason>,
    /// Every assertion, in the test's order; empty when there was no answer.
    pub assertions: Vec<AssertionResult>,
    /// Where the answer came from.
    pub evidence: Evidence,
}

impl Outcome {
    /// An outcome that shows nothing either way.
    #[must_use]
    pub const fn inconclusive(reason: Reason, evidence: Evidence) -> Self {
        Self { verdict: Verdict::Inconclusive, reason: Some(reason), assertions: Vec::new(), evidence }
    }

    /// The assertion that made it a fail.
    #[must_use]
    pub fn broken_assertion(&self) -> Option<&AssertionResult> {
        match self.reason {
            Some(Reason::Assertion { at }) => self.assertions.get(at),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Evidence, Outcome, Reason, Step, Verdict};
    use crate::check::{Assertion, judge};
    use crate::exchange::Response;

    #[test]
    fn the_way_is_told_with_every_status_and_location() {
        let step = |status, to: &str| Step { status, location: Some(to.into()) };
        let way = |hops: &[Step], status, to: Option<&str>| {
            let location = to.map(str::to_owned);
            Evidence { status: Some(status), hops: hops.to_vec(), location, ..Evidence::default() }.way()
        };
        assert_eq!(way(&[], 200, None), None);
        assert_eq!(way(&[], 302, Some("/wiki/X")).as_deref(), Some("302 → /wiki/X"));
        let hops = [step(301, "https://en.wikipedia.org/wiki/A"), step(302, "/wiki/B")];
        let told = "301 → https://en.wikipedia.org/wiki/A → 302 → /wiki/B → 200";
        assert_eq!(way(&hops, 200, None).as_deref(), Some(told));
    }

    #[test]
    fn evidence_that_was_kept_before_it_had_hops_is_still_read() {
        let old = r#"{"status":200,"server":null,"cache_status":null,"age":null,"request_id":null,"elapsed_ms":7,
            "repeated_past_cache":false}"#;
        let expected = Evidence { status: Some(200), elapsed_ms: 7, ..Evidence::default() };
        assert_eq!(serde_json::from_str::<Evidence>(old).unwrap(), expected);
    }

    #[test]
    fn a_verdict_is_told_in_capitals() {
        let told = [Verdict::Pass, Verdict::Fail, Verdict::Inconclusive].map(|verdict| verdict.to_string());
        assert_eq!(told, ["PASS", "FAIL", "INCONCLUSIVE"]);
    }

    #[test]
    fn the_broken_assertion_is_the_one_that_the_reason_names() {
        let result = |equals| judge(&Assertion::status(equals), &Response { status: 200, ..Response::default() });
        let outcome = |reason| Outcome {
            assertions: vec![result(200), result(404)],
            ..Outcome::inconclusive(reason, Evidence::default())
        };
        assert_eq!(outcome(Reason::Assertion { at: 1 }).broken_assertion(), Some(&result(404)));
        assert_eq!(outcome(Reason::Assertion { at: 2 }).broken_assertion(), None);
        assert_eq!(outcome(Reason::BadStatus { status: 404 }).broken_assertion(), None);
    }
}
