// SPDX-License-Identifier: GPL-2.0-or-later
//! What came of one job.

use super::doubt::Doubt;
use super::failure::MediaWikiFailure;
use crate::check::AssertionResult;
use crate::deployed::Runs;
use crate::exchange::TransportError;
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
    /// Milliseconds to the end of the body.
    pub elapsed_ms: u32,
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
    use super::{Evidence, Outcome, Reason, Verdict};
    use crate::check::{Assertion, judge};
    use crate::exchange::Response;

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
