// SPDX-License-Identifier: GPL-2.0-or-later
//! What a run is going to do.

use super::earlier::Earlier;
use crate::change::PatchRef;
use crate::debug::{Backend, Backends, Directives, Known, Switch};
use crate::schedule::Nick;
use crate::suite::{Only, Owner, Test, fill, given_to};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What a run verifies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Gerrit change number; `None` when only a suite was named.
    pub gerrit: Option<u64>,
    /// Title of the change, or the suite's name.
    pub title: String,
    /// Deployers of the window, to whom the report is addressed.
    pub deployers: Vec<Nick>,
    /// The version that a backport is for, such as `1.47.0-wmf.16`, or its end alone, `wmf.16`; `None` for a
    /// configuration change, which wikis of every version have, and where it is not known.
    #[serde(default)]
    pub version: Option<String>,
    /// Hosts of a few wikis that run that version, for advice; empty where they are not known yet.
    #[serde(default)]
    pub wikis: Vec<String>,
    /// The patch in its branch; `None` while it is not merged, where that is not known, and without a change.
    #[serde(default)]
    pub patch: Option<PatchRef>,
    /// When the servers of the stage were told to have the patch, UTC; `None` where it is not known.
    #[serde(default)]
    pub synced: Option<Timestamp>,
}

impl Subject {
    /// Whether a wiki of version `runs` runs the code that is verified.
    #[must_use]
    pub fn is_for(&self, runs: &str) -> bool {
        self.version.as_deref().is_none_or(|wanted| {
            let end = wanted.starts_with("wmf.").then(|| runs.strip_suffix(wanted)).flatten();
            runs == wanted || end.is_some_and(|rest| rest.ends_with('-'))
        })
    }
}

/// Which step of the backport window a run belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Step 5 of <https://wikitech.wikimedia.org/wiki/Backport_windows>: on the test servers.
    Mwdebug {
        /// The backends asked for; every one of them must answer as the tests want.
        #[serde(alias = "backend")]
        backends: Backends,
    },
    /// Step 7: on the whole fleet, without the header.
    Production,
}

impl Stage {
    /// The test servers of one backend.
    #[must_use]
    pub fn mwdebug(backend: Backend) -> Self {
        Self::Mwdebug { backends: backend.into() }
    }

    /// Who is asked and decides, in order.
    #[must_use]
    pub fn deciding(&self) -> Vec<Target> {
        match self {
            Self::Mwdebug { backends } => {
                backends.iter().map(|backend| Target::Debug { backend: backend.clone() }).collect()
            }
            Self::Production => vec![Target::Production],
        }
    }
}

/// Why a test is not run in a stage.
fn left_out<'t>(test: &'t Test, stage: &Stage) -> Option<&'t str> {
    let here = match stage {
        Stage::Mwdebug { .. } => Only::Mwdebug,
        Stage::Production => Only::Production,
    };
    match (test.skip.as_deref(), test.only) {
        (Some(why), _) => Some(why),
        (None, Some(Only::Mwdebug)) if here != Only::Mwdebug => Some("only for mwdebug"),
        (None, Some(Only::Production)) if here != Only::Production => Some("only for production"),
        _ => None,
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mwdebug { backends } => write!(out, "mwdebug ({backends})"),
            Self::Production => out.write_str("production"),
        }
    }
}

/// Who is asked in one job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Production as it is before the fleet sync; it proves that the patch makes the difference, and never fails a run.
    Baseline,
    /// A debug backend.
    Debug {
        /// The backend asked for.
        backend: Backend,
    },
    /// Production after the fleet sync.
    Production,
}

/// One test against one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The test's place in [`Plan::tests`].
    pub test: usize,
    /// Who is asked.
    pub target: Target,
}

/// Everything a run is going to do, stored before the first request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The run's name, unique.
    pub id: String,
    /// What is verified.
    pub subject: Subject,
    /// Which step of the window.
    pub stage: Stage,
    /// When the user asked for it, UTC.
    pub asked: Timestamp,
    /// The tests, as they were then, with the values of [`Plan::variables`] put in; names of captured values stand in them
    /// still.
    pub tests: Vec<Test>,
    /// What each of them belongs to, in the same order; empty where they come from files.
    #[serde(default)]
    pub sources: Vec<Owner>,
    /// Every job, in the order in which they start.
    pub jobs: Vec<Job>,
    /// The values that were known before the first request, such as `host`.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Limit of one request whose test has none, in milliseconds.
    pub timeout_ms: u32,
    /// The longest limit that the client can keep, whatever a test wants; in milliseconds.
    #[serde(default)]
    pub longest_ms: Option<u32>,
    /// Whether a request that only reads is sent once more when no answer came in time.
    #[serde(default)]
    pub retry_on_timeout: bool,
    /// What is switched on for debug backends beside being asked.
    #[serde(default)]
    pub switches: BTreeSet<Switch>,
    /// What the user had said by then of servers that no table has.
    #[serde(default)]
    pub known: Known,
    /// On production: what each of the tests came to in the run on the test servers before, in their order. Empty where
    /// there was none.
    #[serde(default)]
    pub earlier: Vec<Earlier>,
    /// Whether the change was verified in this stage before, since its deployment began.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
}

impl Plan {
    /// The jobs of a stage: on mwdebug each test against every backend and against production as it is, side by side;
    /// on production each test once. Nothing is switched on, no server known but those of the tables, nothing verified
    /// before, and no value given.
    #[must_use]
    pub fn new(
        id: String,
        subject: Subject,
        stage: Stage,
        asked: Timestamp,
        tests: Vec<Test>,
        timeout_ms: u32,
    ) -> Self {
        let mut targets = stage.deciding();
        if matches!(stage, Stage::Mwdebug { .. }) {
            targets.push(Target::Baseline);
        }
        // Both stages have the same databases: what changes something is sent to the one that is verified alone.
        let asked_of = |test: &Test, target: &Target| test.method.is_safe() || *target != Target::Baseline;
        let jobs = tests
            .iter()
            .enumerate()
            .filter(|(_, test)| left_out(test, &stage).is_none())
            .flat_map(|(place, test)| {
                let targets = targets.iter().filter(move |target| asked_of(test, target));
                targets.map(move |target| Job { test: place, target: target.clone() })
            })
            .collect();
        let (switches, known, earlier, sources) = (BTreeSet::new(), Known::default(), Vec::new(), Vec::new());
        let (variables, longest_ms, retry_on_timeout) = (BTreeMap::new(), None, false);
        Self {
            id,
            subject,
            stage,
            asked,
            tests,
            sources,
            jobs,
            variables,
            timeout_ms,
            longest_ms,
            retry_on_timeout,
            switches,
            known,
            earlier,
            again: false,
        }
    }

    /// The limit of this test's requests, in milliseconds.
    #[must_use]
    pub fn timeout_of(&self, test: &Test) -> u32 {
        let wanted = test.timeout_ms.unwrap_or(self.timeout_ms);
        self.longest_ms.map_or(wanted, |longest| wanted.min(longest))
    }

    /// The limit that the test at this place wants and does not get, and the one it gets; in milliseconds.
    #[must_use]
    pub fn cut(&self, test: usize) -> Option<(u32, u32)> {
        let test = self.tests.get(test)?;
        let (wanted, limit) = (test.timeout_ms?, self.timeout_of(test));
        (limit < wanted).then_some((wanted, limit))
    }

    /// A saved test as a run with the values of this one has it.
    #[must_use]
    pub fn filled(&self, owner: &Owner, saved: &Test) -> Test {
        fill(saved, &given_to(Some(owner), &self.variables))
    }

    /// What the header says to `target`; `None` for production, which must never see it.
    #[must_use]
    pub fn directives(&self, target: &Target) -> Option<Directives> {
        match target {
            Target::Debug { backend } => Some(Directives { backend: backend.clone(), switches: self.switches.clone() }),
            Target::Baseline | Target::Production => None,
        }
    }

    /// Why the test at this place is not run in this stage; `None` where it is.
    #[must_use]
    pub fn left_out(&self, test: usize) -> Option<&str> {
        left_out(self.tests.get(test)?, &self.stage)
    }

    /// Whether `job` decides the verdict; the baseline only explains it.
    #[must_use]
    pub fn decides(job: &Job) -> bool {
        job.target != Target::Baseline
    }
}

#[cfg(test)]
mod tests {
    use super::{Job, Plan, Stage, Subject, Target};
    use crate::debug::{Backend, Backends, Directives, Switch};
    use crate::exchange::Method;
    use crate::suite::{Only, Test};
    use jiff::Timestamp;

    fn targets(method: Method) -> Vec<Target> {
        let stage = Stage::mwdebug(Backend::default());
        let test = Test { method, ..Test::default() };
        let plan = Plan::new("1".into(), Subject::default(), stage, Timestamp::UNIX_EPOCH, vec![test], 1000);
        plan.jobs.into_iter().map(|job| job.target).collect()
    }

    #[test]
    fn a_backport_is_for_its_own_version_alone() {
        let is_for = |version: Option<&str>, runs: &str| {
            Subject { version: version.map(str::to_owned), ..Subject::default() }.is_for(runs)
        };
        assert!(is_for(None, "1.47.0-wmf.15"));
        for (wanted, runs, expected) in [
            ("1.47.0-wmf.16", "1.47.0-wmf.16", true),
            ("1.47.0-wmf.16", "1.47.0-wmf.15", false),
            ("1.47.0-wmf.1", "1.47.0-wmf.16", false),
            ("1.47.0-wmf.16", "master", false),
            ("wmf.16", "1.47.0-wmf.16", true),
            ("wmf.6", "1.47.0-wmf.16", false),
            ("wmf.1", "1.47.0-wmf.16", false),
            ("16", "1.47.0-wmf.16", false),
            ("16", "1.47-16", false),
            ("wmf.16", "1.47.0.wmf.16", false),
            ("wmf.16", "wmf.16", true),
            ("", "1.47.0-wmf.16", false),
        ] {
            assert_eq!(is_for(Some(wanted), runs), expected, "{wanted} {runs}");
        }
    }

    #[test]
    fn a_subject_that_was_kept_before_versions_were_read_is_still_one() {
        let subject: Subject = serde_json::from_str(r#"{"gerrit": 1, "title": "T", "deployers": []}"#).unwrap();
        assert_eq!(subject, Subject { gerrit: Some(1), title: "T".into(), ..Subject::default() });
    }

    #[test]
    fn every_backend_is_asked_and_production_once() {
        let backend = |name| Backend::new(name).unwrap();
        let stage = Stage::Mwdebug { backends: Backends::new(backend("k8s-mwdebug"), [backend("k8s-mwdebug-next")]) };
        assert_eq!(stage.to_string(), "mwdebug (k8s-mwdebug, k8s-mwdebug-next)");
        let plan = Plan::new("1".into(), Subject::default(), stage, Timestamp::UNIX_EPOCH, vec![Test::default()], 1000);
        let targets: Vec<_> = plan.jobs.into_iter().map(|job| job.target).collect();
        let debug = |name| Target::Debug { backend: backend(name) };
        assert_eq!(targets, [debug("k8s-mwdebug"), debug("k8s-mwdebug-next"), Target::Baseline]);
    }

    #[test]
    fn a_stage_that_was_kept_with_one_backend_is_still_one() {
        let stage: Stage = serde_json::from_str(r#"{"mwdebug": {"backend": "k8s-mwdebug"}}"#).unwrap();
        assert_eq!(stage, Stage::mwdebug(Backend::default()));
        assert_eq!(serde_json::to_string(&stage).unwrap(), r#"{"mwdebug":{"backends":["k8s-mwdebug"]}}"#);
    }

    #[test]
    fn what_is_skipped_or_of_the_other_stage_is_not_asked() {
        let test = |skip: Option<&str>, only| Test { skip: skip.map(str::to_owned), only, ..Test::default() };
        let tests = vec![
            test(None, None),
            test(Some("later"), None),
            test(None, Some(Only::Mwdebug)),
            test(None, Some(Only::Production)),
        ];
        let plan = |stage| Plan::new("1".into(), Subject::default(), stage, Timestamp::UNIX_EPOCH, tests.clone(), 1000);
        let asked = |plan: &Plan| plan.jobs.iter().map(|job| job.test).collect::<Vec<_>>();
        let left = |plan: &Plan| (0..4).map(|test| plan.left_out(test).map(str::to_owned)).collect::<Vec<_>>();
        let (debug, production) = (plan(Stage::mwdebug(Backend::default())), plan(Stage::Production));
        assert_eq!((asked(&debug), asked(&production)), (vec![0, 0, 2, 2], vec![0, 3]));
        let why = |why: &str| Some(why.to_owned());
        assert_eq!(left(&debug), [None, why("later"), None, why("only for production")]);
        assert_eq!(left(&production), [None, why("later"), why("only for mwdebug"), None]);
    }

    #[test]
    fn a_test_has_its_own_limit_unless_the_client_cannot_keep_it() {
        let test = |timeout_ms| Test { timeout_ms, ..Test::default() };
        let tests = vec![test(None), test(Some(500)), test(Some(60_000))];
        let stage = Stage::Production;
        let mut plan = Plan::new("1".into(), Subject::default(), stage, Timestamp::UNIX_EPOCH, tests, 20_000);
        let limits = |plan: &Plan| plan.tests.iter().map(|test| plan.timeout_of(test)).collect::<Vec<_>>();
        assert_eq!(limits(&plan), [20_000, 500, 60_000]);
        plan.longest_ms = Some(28_000);
        assert_eq!(limits(&plan), [20_000, 500, 28_000]);
        assert_eq!([plan.cut(0), plan.cut(1), plan.cut(2)], [None, None, Some((60_000, 28_000))]);
    }

    #[test]
    fn a_plan_that_was_kept_before_there_were_variables_is_still_one() {
        let plan =
            Plan::new("1".into(), Subject::default(), Stage::Production, Timestamp::UNIX_EPOCH, Vec::new(), 1000);
        let mut kept = serde_json::to_value(&plan).unwrap();
        for new in ["variables", "longest_ms", "retry_on_timeout"] {
            assert!(kept.as_object_mut().unwrap().remove(new).is_some(), "{new}");
        }
        assert_eq!(serde_json::from_value::<Plan>(kept).unwrap(), plan);
    }

    #[test]
    fn a_request_that_changes_something_has_no_baseline() {
        let debug = Target::Debug { backend: Backend::default() };
        assert_eq!(targets(Method::Get), [debug.clone(), Target::Baseline]);
        assert_eq!(targets(Method::Post), [debug]);
    }

    #[test]
    fn the_header_names_the_backend_of_the_target_and_production_never_sees_one() {
        let backend = Backend::new("k8s-mwdebug-next").unwrap();
        let stage = Stage::mwdebug(backend.clone());
        assert_eq!(stage.to_string(), "mwdebug (k8s-mwdebug-next)");
        assert_eq!(Stage::Production.to_string(), "production");
        let mut plan = Plan::new("1".into(), Subject::default(), stage, Timestamp::UNIX_EPOCH, Vec::new(), 1000);
        plan.switches.insert(Switch::Log);
        let directives = Directives { backend: backend.clone(), switches: [Switch::Log].into() };
        assert_eq!(plan.directives(&Target::Debug { backend }), Some(directives));
        assert_eq!(plan.directives(&Target::Production), None);
        assert_eq!(plan.directives(&Target::Baseline), None);
    }

    #[test]
    fn every_target_but_the_baseline_decides() {
        let debug = Target::Debug { backend: Backend::default() };
        for (target, decides) in [(debug, true), (Target::Production, true), (Target::Baseline, false)] {
            assert_eq!(Plan::decides(&Job { test: 0, target }), decides);
        }
    }
}
