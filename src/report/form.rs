// SPDX-License-Identifier: GPL-2.0-or-later
//! The forms in which a run can be saved as a file, and what the file is called.
//!
//! Must not write a file: pages and the command do.

use super::html::to_html;
use super::json::to_json;
use super::junit::{JUnitError, to_junit};
use super::tap::to_tap;
use crate::verify::{Journal, Stage, Verdict};

/// A form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One HTML file.
    Html,
    /// JSON, format 1.
    Json,
    /// `JUnit` XML.
    JUnit,
    /// TAP, version 14.
    Tap,
}

impl Form {
    /// All of them, in the order in which a user is to choose.
    pub const ALL: [Self; 4] = [Self::Html, Self::Json, Self::JUnit, Self::Tap];

    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Html => "HTML",
            Self::Json => "JSON",
            Self::JUnit => "JUnit",
            Self::Tap => "TAP",
        }
    }

    /// How a file of it ends, without the dot; no two end alike.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Json => "json",
            Self::JUnit => "xml",
            Self::Tap => "tap",
        }
    }

    /// The form whose files end so.
    #[must_use]
    pub fn of_extension(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.extension() == extension)
    }

    /// The run in this form.
    ///
    /// # Errors
    /// When the library that writes XML cannot.
    pub fn of_run(self, journal: &Journal) -> Result<String, JUnitError> {
        let journals = std::slice::from_ref(journal);
        Ok(match self {
            Self::Html => to_html(journals),
            Self::Json => format!("{:#}\n", to_json(journal)),
            Self::JUnit => to_junit(journals)?,
            Self::Tap => to_tap(journals),
        })
    }

    /// What a file of the run is called: change, stage, when it was asked for in UTC, and verdict. Its letters are allowed
    /// in the names of files everywhere.
    #[must_use]
    pub fn file_name(self, journal: &Journal) -> String {
        let plan = &journal.plan;
        let change = plan.subject.gerrit.map_or_else(String::new, |gerrit| format!("{gerrit}-"));
        let stage = match plan.stage {
            Stage::Mwdebug { .. } => "mwdebug",
            Stage::Production => "production",
        };
        let verdict = match journal.verdict() {
            Some(Verdict::Pass) => "pass",
            Some(Verdict::Fail) => "fail",
            Some(Verdict::Inconclusive) => "inconclusive",
            None => "not-over",
        };
        let asked = plan.asked.strftime("%Y-%m-%dT%H%M%SZ");
        format!("backport-verify-{change}{stage}-{asked}-{verdict}.{}", self.extension())
    }
}

#[cfg(test)]
mod tests {
    use super::Form;
    use crate::debug::Backend;
    use crate::verify::{Ending, Journal, Plan, Stage, Subject};
    use jiff::Timestamp;

    #[test]
    fn a_file_is_called_by_change_stage_time_and_verdict() {
        let subject = |gerrit| Subject { gerrit, title: "../<x>".into(), ..Subject::default() };
        let asked: Timestamp = "2026-08-17T13:05:09.5Z".parse().unwrap();
        let plan = |gerrit, stage| Plan::new("1".into(), subject(gerrit), stage, asked, Vec::new(), 1000);
        let mut over = Journal::begin(plan(Some(1_330_001), Stage::mwdebug(Backend::default())));
        over.end(asked, Ending::Finished);
        let names = Form::ALL.map(|form| form.file_name(&over));
        let name = |end: &str| format!("backport-verify-1330001-mwdebug-2026-08-17T130509Z-inconclusive.{end}");
        assert_eq!(names, ["html", "json", "xml", "tap"].map(name));
        let running = Journal::begin(plan(None, Stage::Production));
        assert_eq!(Form::Html.file_name(&running), "backport-verify-production-2026-08-17T130509Z-not-over.html");
    }

    #[test]
    fn a_form_is_known_by_the_end_of_its_files() {
        for form in Form::ALL {
            assert_eq!(Form::of_extension(form.extension()), Some(form));
        }
        assert_eq!(Form::of_extension("exe"), None);
    }
}
