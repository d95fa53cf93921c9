// SPDX-License-Identifier: GPL-2.0-or-later
//! The states of the pages that tell of several backends in one run, and of production held against the stages before.

use super::{GERRIT, at, outcome, page, ready, run, test};
use backport_verify::app::{Delivery, Report, Run, State};
use backport_verify::debug::{Backend, Backends};
use backport_verify::report::channel_line;
use backport_verify::suite::{Owner, Suite, Test};
use backport_verify::ui::{Page, Screen};
use backport_verify::verify::{
    Doubt, Earlier, Ending, Evidence, Glimpse, Journal, Outcome, Plan, Reason, Side, Stage, Target, Verdict,
};

const NEXT: &str = "k8s-mwdebug-next";
const CODFW: &str = "k8s-mwdebug-codfw";

fn backend(name: &str) -> Backend {
    Backend::new(name).unwrap()
}

fn named(name: &str) -> Test {
    Test { name: name.into(), ..test() }
}

/// A state with this run as its only one and its tests as the saved ones.
fn with(run: Run) -> State {
    let tests = run.journal.plan.tests.clone();
    let also = [backend(NEXT), backend(CODFW)].into();
    let settings = backport_verify::app::SettingsView { also, ..ready().settings };
    let suites = [(Owner::numbered(GERRIT), Suite { tests })].into();
    State { runs: vec![run], suites, settings, ..ready() }
}

fn ended(mut journal: Journal) -> Run {
    journal.ended = Some((journal.plan.asked, Ending::Finished));
    let line = channel_line(&journal);
    Run { journal, report: Some(Report { line, delivery: Delivery::Preview }) }
}

/// The outcome with the server of another backend.
fn on(server: &str, outcome: Outcome) -> Outcome {
    Outcome { evidence: Evidence { server: Some(server.into()), ..outcome.evidence }, ..outcome }
}

fn not_there() -> Outcome {
    let running = "4f1c7a902be35d6681c0a4bb7d9e1f2c3a5b6d70".to_owned();
    let doubt = Doubt::PatchNotThere { host: "en.wikipedia.org".into(), side: Side::TestServers, running };
    Outcome::inconclusive(Reason::Doubt { doubt }, outcome(Verdict::Pass, false).evidence)
}

/// Four tests on three backends, of which the last lags behind; `answers` is how many have answered.
fn mixed(answers: usize) -> Journal {
    let must = Test { must_fail_before: true, ..named("The old group is gone") };
    let tests = vec![named("The group is listed"), named(""), named("The help page of the new group is there"), must];
    let subject = run(false, tests.clone(), vec![], vec![]).journal.plan.subject;
    let stage = Stage::Mwdebug { backends: Backends::new(Backend::default(), [backend(NEXT), backend(CODFW)]) };
    let mut journal = Journal::begin(Plan::new("run-1".into(), subject, stage, at("14:17"), tests, 10_000));
    let next = |verdict| on("mw-debug.eqiad.next-6c9b8d5f7b-x2x7q", outcome(verdict, false));
    let codfw = |came| on("mw-debug.codfw.pinkunicorn-7d8f9b6c5-k4zqp", came);
    let pass = || outcome(Verdict::Pass, false);
    let before = |verdict| outcome(verdict, true);
    let came = [
        [pass(), next(Verdict::Pass), codfw(pass()), before(Verdict::Fail)],
        [pass(), next(Verdict::Fail), codfw(pass()), before(Verdict::Pass)],
        [pass(), next(Verdict::Pass), codfw(not_there()), before(Verdict::Fail)],
        [pass(), next(Verdict::Pass), codfw(pass()), before(Verdict::Pass)],
    ];
    journal.outcomes = came.into_iter().flatten().take(answers).enumerate().collect();
    journal
}

/// A test that must fail before passes there.
fn must_fail() -> State {
    let must = Test { must_fail_before: true, ..test() };
    let came = run(false, vec![must], vec![outcome(Verdict::Pass, false)], vec![outcome(Verdict::Pass, true)]);
    with(ended(came.journal))
}

/// Production held against the stages before, one test of each kind.
fn compared() -> State {
    use Verdict::{Fail, Inconclusive, Pass};
    let rows = [
        ("The group is listed", Some((Fail, Pass)), Pass),
        ("The main page is as it was", Some((Pass, Pass)), Pass),
        ("The help page of the new group is there", Some((Fail, Pass)), Fail),
        ("The log has an entry", Some((Fail, Fail)), Fail),
        ("The API names it", Some((Fail, Inconclusive)), Pass),
        ("Added later", None, Pass),
    ];
    let tests = rows.iter().map(|(name, ..)| named(name)).collect();
    let mut journal = run(true, tests, rows.iter().map(|row| outcome(row.2, true)).collect(), vec![]).journal;
    let glimpse = |verdict| Some(Glimpse { verdict, page: None });
    let earlier = |(baseline, mwdebug)| Earlier { baseline: glimpse(baseline), mwdebug: glimpse(mwdebug) };
    journal.plan.earlier = rows.iter().map(|row| row.1.map(earlier).unwrap_or_default()).collect();
    with(ended(journal))
}

/// A run on production without one on mwdebug.
fn alone() -> State {
    with(ended(run(true, vec![test()], vec![outcome(Verdict::Pass, true)], vec![]).journal))
}

fn states(screen: Screen) -> [Page; 5] {
    let underway = Run { journal: mixed(7), report: None };
    assert!(underway.journal.of(0, &Target::Baseline).is_some());
    [with(ended(mixed(16))), with(underway), must_fail(), compared(), alone()].map(|state| page(screen, Some(state)))
}

/// In the popup.
pub(crate) fn popups() -> Vec<(&'static str, Page)> {
    let names = [
        "popup_backends",
        "popup_backends_running",
        "popup_must_fail",
        "popup_production_compared",
        "popup_production_alone",
    ];
    names.into_iter().zip(states(Screen::Popup)).collect()
}

/// In the workbench.
pub(crate) fn workbenches() -> Vec<(&'static str, Page)> {
    let names = [
        "workbench_backends",
        "workbench_backends_running",
        "workbench_must_fail",
        "workbench_production_compared",
        "workbench_production_alone",
    ];
    names.into_iter().zip(states(Screen::Workbench)).collect()
}
