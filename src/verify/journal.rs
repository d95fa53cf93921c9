// SPDX-License-Identifier: GPL-2.0-or-later
//! The journal of a run: its plan and every outcome as it came.

use super::comparison::Comparison;
use super::difference::Difference;
use super::doubt::Doubt;
use super::earlier::{SamePage, Since};
use super::outcome::{Outcome, Reason, Verdict};
use super::plan::{Plan, Stage, Target};
use crate::debug::Backend;
use crate::suite::Variables;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How a run came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Every job has an outcome.
    Finished,
    /// The user cancelled it.
    Cancelled,
    /// The browser ended it, and it was found too late to go on.
    Interrupted,
    /// It took so long that its first answers are no longer now.
    TooLong,
}

/// A run as far as it has got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    /// What it is going to do.
    pub plan: Plan,
    /// Outcomes, by the job's place in the plan.
    pub outcomes: BTreeMap<usize, Outcome>,
    /// When and how it ended; `None` while it runs.
    pub ended: Option<(Timestamp, Ending)>,
    /// What a debug backend's answer differs in from the baseline, by the place of the backend's job in the plan; none
    /// where nothing differs, and where one of the two is doubtful or came to a worker that the browser stopped.
    #[serde(default)]
    pub differences: BTreeMap<usize, Difference>,
    /// The hosts that asked to be left alone for a while, each once.
    #[serde(default)]
    pub pauses: Vec<Pause>,
    /// What tests captured, by their jobs' places in the plan and the values' names. They may be secrets of the user's
    /// session: they are kept for a run that goes on after an interruption, shown nowhere, and forgotten when it ends.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub captured: BTreeMap<usize, Variables>,
}

/// A wait that a host asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// The host.
    pub host: String,
    /// The most seconds that it asked for.
    pub seconds: u32,
    /// Whether it has come to its end.
    pub over: bool,
}

/// The counts of a run's tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Tests that the run asks.
    pub total: usize,
    /// Tests that it leaves out, as they say.
    #[serde(default)]
    pub skipped: usize,
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Inconclusive.
    pub inconclusive: usize,
    /// Passed and failed before.
    pub fixed: usize,
    /// Came out as passing, but passed before as well.
    pub kept: usize,
    /// Failed, and passed before: on production without the patch, or for a run on production on the test servers.
    #[serde(default)]
    pub regressed: usize,
    /// Failed, and failed there too.
    #[serde(default)]
    pub still_failing: usize,
}

/// How production stood without the patch to a test that must fail there.
enum Before {
    AsWanted,
    Passed,
    Unknown,
    /// It has not answered yet.
    Open,
}

impl Journal {
    /// A run that is about to begin.
    #[must_use]
    pub const fn begin(plan: Plan) -> Self {
        Self {
            plan,
            outcomes: BTreeMap::new(),
            ended: None,
            differences: BTreeMap::new(),
            pauses: Vec::new(),
            captured: BTreeMap::new(),
        }
    }

    /// It is over; what was captured is forgotten.
    pub fn end(&mut self, at: Timestamp, ending: Ending) {
        self.ended = Some((at, ending));
        self.captured.clear();
    }

    /// A host has asked to be left alone for so many seconds.
    pub fn pause(&mut self, host: &str, seconds: u32) {
        if let Some(pause) = self.pauses.iter_mut().find(|pause| pause.host == host) {
            pause.seconds = pause.seconds.max(seconds);
            pause.over = false;
        } else {
            self.pauses.push(Pause { host: host.to_owned(), seconds, over: false });
        }
    }

    /// A host is waited for no more.
    pub fn go_on(&mut self, host: &str) {
        for pause in self.pauses.iter_mut().filter(|pause| pause.host == host) {
            pause.over = true;
        }
    }

    /// The hosts that are waited for now, each as `en.wikipedia.org asked to wait 5 s`.
    #[must_use]
    pub fn waits(&self) -> Vec<String> {
        let now = self.pauses.iter().filter(|pause| !pause.over && self.ended.is_none());
        now.map(|Pause { host, seconds, .. }| format!("{host} asked to wait {seconds} s")).collect()
    }

    /// Places of the jobs that have no outcome yet.
    #[must_use]
    pub fn pending(&self) -> Vec<usize> {
        (0..self.plan.jobs.len()).filter(|place| !self.outcomes.contains_key(place)).collect()
    }

    /// The verdict of an ended run; `None` while it runs. A run without a test, a cancelled one and one with an
    /// outcome missing never pass.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        let (_, ending) = self.ended?;
        let tally = self.tally();
        Some(if ending != Ending::Finished || tally.total == 0 {
            Verdict::Inconclusive
        } else if tally.failed > 0 {
            Verdict::Fail
        } else if tally.passed == tally.total {
            Verdict::Pass
        } else {
            Verdict::Inconclusive
        })
    }

    /// The counts so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for test in 0..self.plan.tests.len() {
            if self.plan.left_out(test).is_some() {
                tally.skipped += 1;
                continue;
            }
            tally.total += 1;
            match self.deciding(test).map(|outcome| outcome.verdict) {
                Some(Verdict::Pass) => tally.passed += 1,
                Some(Verdict::Fail) => tally.failed += 1,
                Some(Verdict::Inconclusive) => tally.inconclusive += 1,
                None => {}
            }
            match (self.comparison(test), self.since(test)) {
                (Some(Comparison::Fixed), _) | (_, Some(Since::Fixed)) => tally.fixed += 1,
                (Some(Comparison::Kept), _) | (_, Some(Since::Kept)) => tally.kept += 1,
                (Some(Comparison::Regressed), _) | (_, Some(Since::Regressed)) => tally.regressed += 1,
                (Some(Comparison::StillFailing), _) | (_, Some(Since::StillFailing)) => tally.still_failing += 1,
                _ => {}
            }
        }
        tally
    }

    /// The deciding outcome that matters most among those that are no pass, with its test's place; the first of several
    /// that matter alike. A regression comes before a failure of which it is not known how it was before, then a failure
    /// that was there before; a doubt comes behind all of them, and last that the patch has not come to the servers yet.
    #[must_use]
    pub fn first_trouble(&self) -> Option<(usize, Cow<'_, Outcome>)> {
        let rank = |(test, outcome): &(usize, Cow<'_, Outcome>)| {
            let stands = (self.comparison(*test), self.since(*test));
            match (outcome.verdict, &outcome.reason) {
                (Verdict::Fail, _)
                    if matches!(stands, (Some(Comparison::Regressed), _) | (_, Some(Since::Regressed))) =>
                {
                    0
                }
                (Verdict::Fail, _)
                    if !matches!(stands, (Some(Comparison::StillFailing), _) | (_, Some(Since::StillFailing))) =>
                {
                    1
                }
                (Verdict::Fail, _) => 2,
                (_, Some(Reason::Doubt { doubt: Doubt::PatchNotThere { .. } })) => 4,
                _ => 3,
            }
        };
        let deciding = (0..self.plan.tests.len()).filter_map(|test| Some((test, self.deciding(test)?)));
        deciding.filter(|(_, outcome)| outcome.verdict != Verdict::Pass).min_by_key(rank)
    }

    /// Whether the run verifies the whole fleet, not the test servers.
    #[must_use]
    pub fn on_production(&self) -> bool {
        self.plan.stage == Stage::Production
    }

    /// What `test` (a place in the plan's tests) came to: of the outcomes that decide, the worst, failures before doubts,
    /// once all of them have come. One that had to fail before and did not, as far as is known, is doubted however well
    /// it passes.
    #[must_use]
    pub fn deciding(&self, test: usize) -> Option<Cow<'_, Outcome>> {
        let passed = self.came(test)?;
        if passed.verdict != Verdict::Pass {
            return Some(Cow::Borrowed(passed));
        }
        let doubt = match self.before(test) {
            Before::Open => return None,
            Before::AsWanted => return Some(Cow::Borrowed(passed)),
            Before::Passed => Doubt::PassedBefore,
            Before::Unknown => Doubt::BeforeUnknown,
        };
        let outcome = Outcome::inconclusive(Reason::Doubt { doubt }, passed.evidence.clone());
        Some(Cow::Owned(Outcome { assertions: passed.assertions.clone(), ..outcome }))
    }

    /// The worst of the outcomes of `test` that decide, failures before doubts, the first of several; `None` before all
    /// of them have come. What must have been before is not weighed in.
    #[must_use]
    pub fn came(&self, test: usize) -> Option<&Outcome> {
        let came: Option<Vec<_>> = self.plan.stage.deciding().iter().map(|target| self.of(test, target)).collect();
        let came = came?;
        let of = |verdict: Verdict| came.iter().copied().find(|outcome| outcome.verdict == verdict);
        of(Verdict::Fail).or_else(|| of(Verdict::Inconclusive)).or_else(|| came.first().copied())
    }

    /// What each backend made of `test`, in the order in which they were chosen; none on production.
    #[must_use]
    pub fn by_backend(&self, test: usize) -> Vec<(&Backend, Option<&Outcome>)> {
        let Stage::Mwdebug { backends } = &self.plan.stage else { return Vec::new() };
        let of = |backend: &Backend| self.of(test, &Target::Debug { backend: backend.clone() });
        backends.iter().map(|backend| (backend, of(backend))).collect()
    }

    /// The backends on which `test` came to what [`Journal::came`] gives, where that is no pass and others were asked on
    /// which it came to something else.
    #[must_use]
    pub fn troubled(&self, test: usize) -> Vec<&Backend> {
        let Some(worst) = self.came(test).filter(|outcome| outcome.verdict != Verdict::Pass) else { return Vec::new() };
        let all = self.by_backend(test);
        let is_so = |outcome: &Outcome| outcome.verdict == worst.verdict && outcome.reason == worst.reason;
        let so: Vec<_> = all.iter().filter(|(_, outcome)| outcome.is_some_and(is_so)).map(|(name, _)| *name).collect();
        if so.len() == all.len() { Vec::new() } else { so }
    }

    /// Whether every test passes without the patch as well, so that the run shows nothing of what the patch does.
    #[must_use]
    pub fn proves_nothing(&self) -> bool {
        let tally = self.tally();
        tally.total > 0 && tally.kept == tally.total
    }

    /// How a test that must fail before stood then; [`Before::AsWanted`] where nothing is wanted.
    fn before(&self, test: usize) -> Before {
        let must_fail = self.plan.tests.get(test).is_some_and(|test| test.must_fail_before);
        if !must_fail || self.on_production() {
            return Before::AsWanted;
        }
        let is_asked = self.plan.jobs.iter().any(|job| job.test == test && job.target == Target::Baseline);
        match self.baseline(test).map(|before| before.verdict) {
            Some(Verdict::Fail) => Before::AsWanted,
            Some(Verdict::Pass) => Before::Passed,
            None if is_asked && self.ended.is_none() => Before::Open,
            Some(Verdict::Inconclusive) | None => Before::Unknown,
        }
    }

    /// The outcome of `test` on production before the fleet sync, if it was asked for and has come.
    #[must_use]
    pub fn baseline(&self, test: usize) -> Option<&Outcome> {
        self.of(test, &Target::Baseline)
    }

    /// How `test` stands to its baseline; `None` without one or before both outcomes have come.
    #[must_use]
    pub fn comparison(&self, test: usize) -> Option<Comparison> {
        Some(Comparison::of(self.baseline(test)?.verdict, self.came(test)?.verdict))
    }

    /// How `test` on production stands to both stages before; `None` on the test servers and before its outcome has come.
    #[must_use]
    pub fn since(&self, test: usize) -> Option<Since> {
        let here = self.came(test).filter(|_| self.on_production())?;
        Some(Since::of(self.plan.earlier.get(test), here.verdict))
    }

    /// Which page of an earlier stage `test` got on production; `None` on the test servers, and where it is not known.
    #[must_use]
    pub fn same_page(&self, test: usize) -> Option<SamePage> {
        let here = self.came(test).filter(|_| self.on_production())?;
        SamePage::of(self.plan.earlier.get(test), here.evidence.page.as_deref())
    }

    /// The outcome of `test` at one target, if it was asked for and has come.
    #[must_use]
    pub fn of(&self, test: usize, target: &Target) -> Option<&Outcome> {
        let place = self.plan.jobs.iter().position(|job| job.test == test && job.target == *target)?;
        self.outcomes.get(&place)
    }
}

#[cfg(test)]
mod tests {
    use super::{Ending, Journal, Tally};
    use crate::check::{Assertion, judge};
    use crate::debug::{Backend, Backends};
    use crate::exchange::{Method, Response};
    use crate::suite::Test;
    use crate::verify::{
        Comparison, Doubt, Earlier, Evidence, Glimpse, Outcome, Plan, Reason, Stage, Subject, Verdict,
    };
    use jiff::Timestamp;

    fn journal(tests: usize, stage: Stage) -> Journal {
        let tests = vec![Test::default(); tests];
        Journal::begin(Plan::new("1".into(), Subject::default(), stage, Timestamp::UNIX_EPOCH, tests, 1000))
    }

    fn mwdebug() -> Stage {
        Stage::mwdebug(Backend::default())
    }

    fn outcome(verdict: Verdict) -> Outcome {
        Outcome { verdict, ..Outcome::inconclusive(Reason::NoAssertion, Evidence::default()) }
    }

    fn ended(mut journal: Journal, verdicts: &[Verdict], ending: Ending) -> Journal {
        journal.outcomes = verdicts.iter().map(|verdict| outcome(*verdict)).enumerate().collect();
        journal.ended = Some((Timestamp::UNIX_EPOCH, ending));
        journal
    }

    fn verdict(verdicts: &[Verdict], ending: Ending) -> Option<Verdict> {
        ended(journal(2, Stage::Production), verdicts, ending).verdict()
    }

    #[test]
    fn a_run_passes_only_when_every_deciding_job_passed() {
        use Verdict::{Fail, Inconclusive, Pass};
        assert_eq!(verdict(&[Pass, Pass], Ending::Finished), Some(Pass));
        assert_eq!(verdict(&[Pass, Fail], Ending::Finished), Some(Fail));
        assert_eq!(verdict(&[Inconclusive, Fail], Ending::Finished), Some(Fail));
        assert_eq!(verdict(&[Pass, Inconclusive], Ending::Finished), Some(Inconclusive));
        assert_eq!(verdict(&[Pass], Ending::Finished), Some(Inconclusive));
        assert_eq!(verdict(&[Pass, Pass], Ending::Cancelled), Some(Inconclusive));
        assert_eq!(verdict(&[Pass, Pass], Ending::Interrupted), Some(Inconclusive));
    }

    #[test]
    fn a_run_without_a_test_and_one_that_goes_on_do_not_pass() {
        assert_eq!(ended(journal(0, Stage::Production), &[], Ending::Finished).verdict(), Some(Verdict::Inconclusive));
        assert_eq!(journal(1, Stage::Production).verdict(), None);
    }

    #[test]
    fn the_baseline_explains_and_does_not_decide() {
        // Jobs of one test on mwdebug: the backend first, then the baseline.
        let fixed = ended(journal(1, mwdebug()), &[Verdict::Pass, Verdict::Fail], Ending::Finished);
        assert_eq!(fixed.verdict(), Some(Verdict::Pass));
        assert_eq!(fixed.comparison(0), Some(Comparison::Fixed));
        assert_eq!((fixed.tally().total, fixed.tally().fixed), (1, 1));
        let regressed = ended(journal(1, mwdebug()), &[Verdict::Fail, Verdict::Pass], Ending::Finished);
        assert_eq!(regressed.verdict(), Some(Verdict::Fail));
        assert_eq!(regressed.comparison(0), Some(Comparison::Regressed));
        assert_eq!((regressed.tally().fixed, regressed.tally().kept), (0, 0));
        let kept = ended(journal(1, mwdebug()), &[Verdict::Pass, Verdict::Pass], Ending::Finished);
        assert_eq!(kept.tally(), Tally { total: 1, passed: 1, kept: 1, ..Tally::default() });
    }

    #[test]
    fn a_test_passes_only_where_every_backend_passes() {
        use Verdict::{Fail, Inconclusive, Pass};
        let of = |verdicts: &[Verdict]| {
            let backends = Backends::new(Backend::default(), [Backend::new("k8s-mwdebug-next").unwrap()]);
            let journal = ended(journal(1, Stage::Mwdebug { backends }), verdicts, Ending::Finished);
            (journal.verdict(), journal.deciding(0).map(|outcome| outcome.verdict), journal.tally().total)
        };
        // Two backends, then the baseline.
        assert_eq!(of(&[Pass, Pass, Fail]), (Some(Pass), Some(Pass), 1));
        assert_eq!(of(&[Pass, Fail, Fail]), (Some(Fail), Some(Fail), 1));
        assert_eq!(of(&[Inconclusive, Pass, Fail]), (Some(Inconclusive), Some(Inconclusive), 1));
        assert_eq!(of(&[Inconclusive, Fail, Fail]), (Some(Fail), Some(Fail), 1));
        assert_eq!(of(&[Pass]), (Some(Inconclusive), None, 1));
    }

    #[test]
    fn what_must_fail_before_and_did_not_is_no_pass() {
        use Verdict::{Fail, Inconclusive, Pass};
        let of = |stage: Stage, verdicts: &[Verdict]| {
            let mut journal = ended(journal(1, stage), verdicts, Ending::Finished);
            journal.plan.tests[0].must_fail_before = true;
            let reason = journal.deciding(0).and_then(|outcome| outcome.reason.clone());
            (journal.verdict(), reason)
        };
        let doubt = |doubt| Some(Reason::Doubt { doubt });
        assert_eq!(of(mwdebug(), &[Pass, Fail]).0, Some(Pass));
        assert_eq!(of(mwdebug(), &[Pass, Pass]), (Some(Inconclusive), doubt(Doubt::PassedBefore)));
        assert_eq!(of(mwdebug(), &[Pass, Inconclusive]), (Some(Inconclusive), doubt(Doubt::BeforeUnknown)));
        assert_eq!(of(mwdebug(), &[Pass]), (Some(Inconclusive), doubt(Doubt::BeforeUnknown)));
        assert_eq!(of(mwdebug(), &[Fail, Pass]).0, Some(Fail));
        assert_eq!(of(Stage::Production, &[Pass]).0, Some(Pass));
    }

    #[test]
    fn what_must_fail_before_and_is_not_asked_before_is_not_waited_for() {
        let tests =
            [Method::Post, Method::Get].map(|method| Test { method, must_fail_before: true, ..Test::default() });
        let epoch = Timestamp::UNIX_EPOCH;
        let plan = Plan::new("1".into(), Subject::default(), mwdebug(), epoch, tests.into(), 1000);
        let held = judge(&Assertion::status(0), &Response::default());
        let mut journal = Journal::begin(plan);
        for place in [0, 1] {
            journal.outcomes.insert(place, Outcome { assertions: vec![held.clone()], ..outcome(Verdict::Pass) });
        }
        let doubted = journal.deciding(0).unwrap();
        assert_eq!(doubted.reason, Some(Reason::Doubt { doubt: Doubt::BeforeUnknown }));
        assert_eq!(doubted.assertions, [held]);
        assert_eq!(journal.deciding(1), None);
    }

    #[test]
    fn what_must_fail_before_is_open_until_production_has_answered() {
        let mut journal = ended(journal(1, mwdebug()), &[Verdict::Pass], Ending::Finished);
        journal.plan.tests[0].must_fail_before = true;
        journal.ended = None;
        assert_eq!(journal.deciding(0), None);
    }

    #[test]
    fn a_host_that_asks_to_wait_is_named_until_it_is_asked_again() {
        let mut journal = journal(1, Stage::Production);
        journal.pause("en.wikipedia.org", 5);
        journal.pause("en.wikipedia.org", 3);
        journal.pause("de.wikipedia.org", 1);
        assert_eq!(journal.waits(), ["en.wikipedia.org asked to wait 5 s", "de.wikipedia.org asked to wait 1 s"]);
        journal.go_on("en.wikipedia.org");
        assert_eq!(journal.waits(), ["de.wikipedia.org asked to wait 1 s"]);
        journal.ended = Some((Timestamp::UNIX_EPOCH, Ending::Cancelled));
        assert_eq!(journal.waits(), [""; 0]);
    }

    #[test]
    fn a_journal_that_was_kept_before_pauses_were_is_still_one() {
        let journal = journal(1, Stage::Production);
        let mut kept = serde_json::to_value(&journal).unwrap();
        kept.as_object_mut().unwrap().remove("pauses").unwrap();
        assert_eq!(serde_json::from_value::<Journal>(kept).unwrap(), journal);
    }

    #[test]
    fn the_counts_say_how_each_test_stands_to_what_was_before() {
        use Verdict::{Fail, Pass};
        let stands = |journal: &Journal| {
            let tally = journal.tally();
            [tally.fixed, tally.kept, tally.regressed, tally.still_failing]
        };
        // Two of each: a test on the backend, then on production before.
        let pairs = [(Pass, Fail), (Pass, Pass), (Fail, Pass), (Fail, Fail)];
        let verdicts: Vec<Verdict> = pairs.iter().flat_map(|(now, before)| [*now, *before, *now, *before]).collect();
        let on_debug = ended(journal(8, mwdebug()), &verdicts, Ending::Finished);
        assert_eq!(stands(&on_debug), [2, 2, 2, 2]);
        assert_eq!((on_debug.tally().passed, on_debug.tally().failed), (4, 4));

        let glimpse = |verdict| Some(Glimpse { verdict, page: None });
        let earlier = |before, mwdebug| Earlier { baseline: glimpse(before), mwdebug: glimpse(mwdebug) };
        let mut after = ended(journal(4, Stage::Production), &[Pass, Pass, Fail, Fail], Ending::Finished);
        after.plan.earlier = vec![earlier(Fail, Pass), earlier(Pass, Pass), earlier(Fail, Pass), earlier(Fail, Fail)];
        assert_eq!(stands(&after), [1, 1, 1, 1]);
    }

    #[test]
    fn the_backends_that_made_a_test_no_pass_are_named_unless_all_did() {
        use Verdict::{Fail, Inconclusive, Pass};
        let others = ["second", "third"].map(|name| Backend::new(name).unwrap());
        let stage = Stage::Mwdebug { backends: Backends::new(Backend::new("first").unwrap(), others) };
        let troubled = |verdicts: &[Verdict]| {
            let journal = ended(journal(1, stage.clone()), verdicts, Ending::Finished);
            let asked: Vec<_> = journal.by_backend(0).iter().map(|(name, _)| name.to_string()).collect();
            assert_eq!(asked, ["first", "second", "third"]);
            journal.troubled(0).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(troubled(&[Pass, Pass, Pass]), [""; 0]);
        assert_eq!(troubled(&[Pass, Fail, Pass]), ["second"]);
        assert_eq!(troubled(&[Fail, Inconclusive, Fail]), ["first", "third"]);
        assert_eq!(troubled(&[Inconclusive, Pass, Pass]), ["first"]);
        assert_eq!(troubled(&[Fail, Fail, Fail]), [""; 0]);
        assert_eq!(ended(journal(1, Stage::Production), &[Fail], Ending::Finished).by_backend(0), []);

        let mut journal = ended(journal(1, stage.clone()), &[Inconclusive; 3], Ending::Finished);
        let lags = outcome(Inconclusive);
        journal.outcomes.insert(1, Outcome { reason: Some(Reason::BadStatus { status: 500 }), ..lags });
        let named: Vec<_> = journal.troubled(0).iter().map(ToString::to_string).collect();
        assert_eq!(named, ["first", "third"]);
    }

    #[test]
    fn a_run_proves_nothing_when_every_test_passed_before_too() {
        use Verdict::{Fail, Pass};
        let proves_nothing = |verdicts: &[Verdict]| {
            ended(journal(verdicts.len() / 2, mwdebug()), verdicts, Ending::Finished).proves_nothing()
        };
        assert!(proves_nothing(&[Pass, Pass, Pass, Pass]));
        assert!(!proves_nothing(&[Pass, Pass, Pass, Fail]));
        assert!(!proves_nothing(&[]));
    }

    #[test]
    fn pending_jobs_are_those_without_an_outcome() {
        let mut journal = journal(2, mwdebug());
        journal.outcomes.insert(1, outcome(Verdict::Pass));
        assert_eq!(journal.pending(), [0, 2, 3]);
    }

    #[test]
    fn a_failure_is_told_before_a_doubt() {
        let failed = ended(
            journal(3, Stage::Production),
            &[Verdict::Pass, Verdict::Inconclusive, Verdict::Fail],
            Ending::Finished,
        );
        assert_eq!(failed.first_trouble().map(|(test, _)| test), Some(2));
        let doubted = ended(journal(2, Stage::Production), &[Verdict::Pass, Verdict::Inconclusive], Ending::Finished);
        assert_eq!(doubted.first_trouble().map(|(test, _)| test), Some(1));
    }

    #[test]
    fn a_regression_matters_more_than_a_failure_and_that_more_than_a_doubt() {
        use Verdict::{Fail, Inconclusive, Pass};
        let worst = |verdicts: &[Verdict]| {
            let journal = ended(journal(verdicts.len() / 2, mwdebug()), verdicts, Ending::Finished);
            journal.first_trouble().map(|(test, _)| test)
        };
        let (passed, doubted, still, new, regressed) =
            ([Pass, Fail], [Inconclusive, Pass], [Fail, Fail], [Fail, Inconclusive], [Fail, Pass]);
        assert_eq!(worst(&[passed, doubted, still, new, regressed, regressed].concat()), Some(4));
        assert_eq!(worst(&[passed, doubted, still, new, new].concat()), Some(3));
        assert_eq!(worst(&[passed, doubted, still, still].concat()), Some(2));
        assert_eq!(worst(&[passed, doubted, doubted].concat()), Some(1));
        assert_eq!(worst(&passed), None);
    }

    #[test]
    fn any_other_doubt_matters_more_than_a_patch_that_is_on_its_way() {
        let mut journal = journal(2, Stage::Production);
        let doubted = |doubt| Outcome::inconclusive(Reason::Doubt { doubt }, Evidence::default());
        let (host, running, side) = (String::new(), String::new(), crate::verify::Side::Production);
        journal.outcomes =
            [(0, doubted(Doubt::PatchNotThere { host, side, running })), (1, doubted(Doubt::CacheUnstated))].into();
        assert_eq!(journal.first_trouble().map(|(test, _)| test), Some(1));
    }

    #[test]
    fn every_deciding_outcome_is_counted_once() {
        use Verdict::{Fail, Inconclusive, Pass};
        let verdicts = [Pass, Fail, Fail, Inconclusive, Inconclusive, Inconclusive];
        let journal = ended(journal(7, Stage::Production), &verdicts, Ending::Finished);
        let counted = Tally { total: 7, passed: 1, failed: 2, inconclusive: 3, ..Tally::default() };
        assert_eq!(journal.tally(), counted);
    }

    #[test]
    fn a_run_is_on_production_or_on_the_test_servers() {
        assert!(journal(1, Stage::Production).on_production());
        assert!(!journal(1, mwdebug()).on_production());
    }
}
