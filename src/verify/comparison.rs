// SPDX-License-Identifier: GPL-2.0-or-later
//! One test before and after the patch.

use super::outcome::Verdict;
use serde::{Deserialize, Serialize};

/// How a test's outcome on the test servers stands to its baseline on production.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// Failed before, passes now: the patch does it.
    Fixed,
    /// Passed before and passes now.
    Kept,
    /// Passed before, fails now.
    Regressed,
    /// Failed before and fails now.
    StillFailing,
    /// One of the two is not certain.
    Unknown,
}

impl Comparison {
    /// Compares a baseline with an outcome after it.
    #[must_use]
    pub const fn of(before: Verdict, after: Verdict) -> Self {
        match (before, after) {
            (Verdict::Fail, Verdict::Pass) => Self::Fixed,
            (Verdict::Pass, Verdict::Pass) => Self::Kept,
            (Verdict::Pass, Verdict::Fail) => Self::Regressed,
            (Verdict::Fail, Verdict::Fail) => Self::StillFailing,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Comparison, Verdict};

    #[test]
    fn only_two_certain_outcomes_are_compared() {
        use Verdict::{Fail, Inconclusive, Pass};
        for (before, after, expected) in [
            (Fail, Pass, Comparison::Fixed),
            (Pass, Pass, Comparison::Kept),
            (Pass, Fail, Comparison::Regressed),
            (Fail, Fail, Comparison::StillFailing),
            (Pass, Inconclusive, Comparison::Unknown),
            (Fail, Inconclusive, Comparison::Unknown),
            (Inconclusive, Pass, Comparison::Unknown),
            (Inconclusive, Fail, Comparison::Unknown),
            (Inconclusive, Inconclusive, Comparison::Unknown),
        ] {
            assert_eq!(Comparison::of(before, after), expected, "{before} {after}");
        }
    }
}
