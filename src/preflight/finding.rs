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

/// The rules, in the order in which findings of one severity are shown. Each is named as it is stored and printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The change exists in Gerrit.
    Exists,
    /// It is not abandoned.
    Abandoned,
    /// It is of a type that backport windows take: core, extensions, skins, configuration.
    AllowedType,
    /// It is a backport, not the change on the development branch.
    CherryPick,
    /// It is not work in progress.
    WorkInProgress,
    /// Nobody has voted against it.
    CodeReview,
    /// No test has failed.
    Verified,
    /// It can be merged without a conflict.
    Mergeable,
    /// It stands in a backport window.
    BackportWindow,
    /// It was deployed before its window closed.
    WindowOver,
    /// No more than 6 patches stand in the window.
    PatchLimit,
    /// Its entry names who is to be asked.
    Submitter,
    /// The calendar's type agrees with Gerrit.
    CalendarType,
    /// It is listed once.
    ListedTwice,
    /// A backport is merged on the development branch first.
    MasterFirst,
    /// Its branch is live.
    LiveBranch,
    /// A newer live branch has the fix, too.
    NewerBranch,
    /// What it depends on is there.
    DependsOn,
    /// It does not depend on itself.
    DependencyCycle,
    /// No other open change would go along.
    OpenParent,
    /// It adds no extension.
    NewExtension,
    /// One sync is enough.
    OneSync,
    /// It leaves what is loaded outside the restart of PHP alone.
    ExtensionJson,
    /// It reaches the test servers.
    BetaOnly,
    /// The messages need not be rebuilt.
    Localisation,
    /// It is not merged before its window opens.
    MergedEarly,
    /// No other change takes it back.
    Reverted,
}

/// Where a rule is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleSource {
    /// What it is called, such as `Backport windows`.
    pub title: &'static str,
    /// Where it can be read.
    pub url: &'static str,
}

const BACKPORT_WINDOWS: RuleSource =
    RuleSource { title: "Backport windows", url: "https://wikitech.wikimedia.org/wiki/Backport_windows" };

const SCAP_BACKPORT: RuleSource = RuleSource {
    title: "scap backport",
    url: "https://gitlab.wikimedia.org/repos/releng/scap/-/blob/master/scap/backport.py",
};

impl Rule {
    /// Every rule, in order.
    pub const ALL: [Self; 27] = [
        Self::Exists,
        Self::Abandoned,
        Self::AllowedType,
        Self::CherryPick,
        Self::WorkInProgress,
        Self::CodeReview,
        Self::Verified,
        Self::Mergeable,
        Self::BackportWindow,
        Self::WindowOver,
        Self::PatchLimit,
        Self::Submitter,
        Self::CalendarType,
        Self::ListedTwice,
        Self::MasterFirst,
        Self::LiveBranch,
        Self::NewerBranch,
        Self::DependsOn,
        Self::DependencyCycle,
        Self::OpenParent,
        Self::NewExtension,
        Self::OneSync,
        Self::ExtensionJson,
        Self::BetaOnly,
        Self::Localisation,
        Self::MergedEarly,
        Self::Reverted,
    ];

    /// Where it is written down.
    #[must_use]
    pub const fn source(self) -> RuleSource {
        match self {
            Self::AllowedType
            | Self::CherryPick
            | Self::BackportWindow
            | Self::WindowOver
            | Self::PatchLimit
            | Self::Submitter
            | Self::CalendarType
            | Self::ListedTwice
            | Self::MasterFirst
            | Self::NewerBranch
            | Self::NewExtension
            | Self::OneSync
            | Self::ExtensionJson => BACKPORT_WINDOWS,
            Self::Exists
            | Self::Abandoned
            | Self::WorkInProgress
            | Self::CodeReview
            | Self::Verified
            | Self::Mergeable
            | Self::LiveBranch
            | Self::DependsOn
            | Self::DependencyCycle
            | Self::OpenParent
            | Self::BetaOnly
            | Self::Localisation
            | Self::MergedEarly
            | Self::Reverted => SCAP_BACKPORT,
        }
    }

    /// A finding of this rule that blocks.
    pub(super) fn blocks(self, sentence: impl Into<String>) -> Finding {
        Severity::Blocks.finding(self, sentence)
    }

    /// A finding of this rule that warns.
    pub(super) fn warns(self, sentence: impl Into<String>) -> Finding {
        Severity::Warns.finding(self, sentence)
    }

    /// A finding of this rule that notes.
    pub(super) fn notes(self, sentence: impl Into<String>) -> Finding {
        Severity::Notes.finding(self, sentence)
    }
}

impl Severity {
    /// A finding of this severity.
    pub(super) fn finding(self, rule: Rule, sentence: impl Into<String>) -> Finding {
        Finding { severity: self, rule, sentence: sentence.into() }
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

#[cfg(test)]
mod tests {
    use super::Rule;
    use std::collections::BTreeSet;

    #[test]
    fn every_rule_says_where_it_is_written_down() {
        for rule in Rule::ALL {
            let source = rule.source();
            assert!(source.url.starts_with("https://") && !source.title.is_empty(), "{rule:?}");
        }
    }

    #[test]
    fn every_rule_is_listed_once_in_order_and_stored_by_a_name_of_its_own() {
        assert!(Rule::ALL.is_sorted_by(|a, b| a < b));
        let names: BTreeSet<String> = Rule::ALL.iter().map(|rule| serde_json::to_string(rule).unwrap()).collect();
        assert_eq!(names.len(), Rule::ALL.len());
        assert_eq!(serde_json::to_string(&Rule::LiveBranch).unwrap(), "\"live_branch\"");
    }
}
