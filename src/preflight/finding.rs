// SPDX-License-Identifier: GPL-2.0-or-later
//! A finding and the rule that it comes from.

use serde::{Deserialize, Serialize};

/// How much a finding matters. The gravest comes first in the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It will not be deployed like this.
    Blocks,
    /// It may not be deployed, or not do what is hoped for.
    Warns,
    /// Good to know.
    Notes,
}

/// The rules. Each is named as it is stored and printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The change exists in Gerrit.
    Exists,
}

/// Where a rule is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleSource {
    /// What it is called, such as `Backport windows`.
    pub title: &'static str,
    /// Where it can be read.
    pub url: &'static str,
}

impl Rule {
    /// Where it is written down.
    #[must_use]
    pub const fn source(self) -> RuleSource {
        RuleSource { title: "Backport windows", url: "https://wikitech.wikimedia.org/wiki/Backport_windows" }
    }
}

/// Something about a change that its submitter should know before the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// The rule.
    pub rule: Rule,
    /// What is so and what to do, in one sentence.
    pub sentence: String,
}
