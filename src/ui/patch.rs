// SPDX-License-Identifier: GPL-2.0-or-later
//! One patch: what it is, what can be done with it, what came of it.

use super::page::Page;
use super::seam::Screen;
use super::{adding, fitness, named, problem, progress, run};
use crate::app::{Problem, Run, State};
use crate::change::change_url;
use crate::deployed::Phase;
use crate::preflight::Fitness;
use crate::schedule::{Patch, PatchKind};
use crate::suite::Test;
use crate::verify::Verdict;
use jiff::Timestamp;
use maud::{Markup, html};
use std::cmp::Reverse;

/// The card of a patch in the popup, in the window that opens at `window`.
pub(super) fn card(patch: &Patch, window: Timestamp, state: &State, page: &Page) -> Markup {
    let gerrit = patch.gerrit;
    let tests = page.saved(gerrit);
    let looked = state.fitness_of(gerrit, Some(window));
    let id = format!("patch-{gerrit}");
    let aimed = page.screen == Screen::Popup && page.change == Some(gerrit);
    html! {
        article.bv-patch.bv-patch--aimed[aimed] data-patch=(gerrit) id=(id) tabindex=[aimed.then_some("-1")] aria-labelledby={ (id) "-title" } {
            h3 id={ (id) "-title" } dir="auto" { (title(patch)) }
            p.bv-meta { (meta(patch, tests.len(), looked)) }
            (progress::view(state.progress.get(&gerrit), page.clock(), &id))
            @match looked {
                Some(looked) => (fitness::view(looked, &id, false)),
                None => (fitness::waiting(state)),
            }
            (named::view(gerrit, page))
            @if tests.is_empty() && adding::is_open(gerrit, page) {
                // What it lacks is being made.
            } @else if tests.is_empty() {
                (problem::view(&Problem::NoTests { gerrit }, problem::Source::Standing, page.screen, &format!("no-tests-{gerrit}")))
            } @else {
                (verify_buttons(gerrit, state, None))
            }
            (refusal(gerrit, page))
            div.bv-actions {
                (browse_buttons(gerrit, &tests))
                @if !tests.is_empty() {
                    button.cdx-button.cdx-button--weight-quiet.cdx-button--size-small type="button" id={ "edit-" (gerrit) } data-act="edit-tests" { "Edit tests" }
                }
            }
            (adding::offer(gerrit, state, page))
            (results(gerrit, state, page))
        }
    }
}

/// A patch that has its card in an earlier window of the page. `id` must be unique in the page.
pub(super) fn again(patch: &Patch, window: Timestamp, id: &str, state: &State, page: &Page) -> Markup {
    let looked = state.fitness_of(patch.gerrit, Some(window));
    html! {
        div.bv-patch.bv-patch--again {
            h3 dir="auto" { (title(patch)) }
            p.bv-meta { (meta(patch, page.saved(patch.gerrit).len(), looked)) }
            @if let Some(looked) = looked { (fitness::view(looked, id, false)) }
            p.bv-note { "It is in another window too; its buttons and results are there." }
        }
    }
}

/// Why production was not verified, where that is about this change.
pub(super) fn refusal(gerrit: u64, page: &Page) -> Markup {
    let refused = page.problem.iter().chain(page.state.iter().filter_map(|state| state.notice.as_ref()));
    let mut refused =
        refused.filter(|problem| matches!(problem, Problem::NotDeployed { gerrit: about, .. } if *about == gerrit));
    html! {
        @if let Some(problem) = refused.next() {
            div role="status" { (problem::view(problem, problem::Source::Told, page.screen, &format!("not-deployed-{gerrit}"))) }
        }
    }
}

/// The results of a change, the newest first.
pub(super) fn results(gerrit: u64, state: &State, page: &Page) -> Markup {
    let mut runs: Vec<&Run> = [true, false].into_iter().filter_map(|stage| state.run_of(gerrit, stage)).collect();
    runs.sort_by_key(|run| Reverse(run.journal.plan.asked));
    html! { @for run in runs { (run::view(run, gerrit, page)) } }
}

/// The two buttons that start a run; what is to be done next is emphasised. `held` says why they cannot be pressed.
pub(super) fn verify_buttons(gerrit: u64, state: &State, held: Option<&str>) -> Markup {
    let (mwdebug_next, production_next) = next_step(gerrit, state);
    let emphasis = |next: bool| if next { "cdx-button--action-progressive cdx-button--weight-primary" } else { "" };
    let elsewhere = state.running().is_some();
    let disabled = elsewhere || held.is_some();
    html! {
        div.bv-verify {
            button.cdx-button.(emphasis(mwdebug_next)) type="button" id={ "verify-mwdebug-" (gerrit) }
                data-act="verify-mwdebug" disabled[disabled] { "Verify on mwdebug" }
            button.cdx-button.(emphasis(production_next)) type="button" id={ "verify-production-" (gerrit) }
                data-act="verify-production" disabled[disabled] { "Verify on production" }
        }
        @if let Some(why) = held {
            p.bv-note { (why) }
        } @else if state.running().is_some_and(|run| run.journal.plan.subject.gerrit != Some(gerrit)) {
            p.bv-note { "Another run is under way; wait until it ends." }
        }
    }
}

/// Whether verifying on mwdebug is the next step, or on production; at most one is.
fn next_step(gerrit: u64, state: &State) -> (bool, bool) {
    let progress = state.progress.get(&gerrit);
    // What passed in a deployment before says nothing about this one.
    let began = progress.and_then(|progress| progress.began);
    let passed = |production| {
        let run = state.run_of(gerrit, production).map(|run| &run.journal);
        run.is_some_and(|run| run.verdict() == Some(Verdict::Pass) && began.is_none_or(|began| run.plan.asked >= began))
    };
    match progress.map(|progress| progress.phase) {
        Some(Phase::OnTestServers) => (!passed(false), false),
        Some(Phase::Deployed) => (false, !passed(true)),
        // There is nothing to verify yet, or it is on its way.
        Some(Phase::Scheduled | Phase::Merged | Phase::Deploying) => (false, false),
        _ => (!passed(false) && !passed(true), passed(false) && !passed(true)),
    }
}

/// A button for each page that the tests ask; with several, each names its test.
pub(super) fn browse_buttons(gerrit: u64, tests: &[Test]) -> Markup {
    let mut pages: Vec<&Test> = Vec::new();
    // One with a name in its URL is opened by nobody.
    for test in tests.iter().filter(|test| test.has_whole_url()) {
        if !pages.iter().any(|known| known.url == test.url) {
            pages.push(test);
        }
    }
    let several = pages.len() > 1;
    html! {
        @for (at, test) in pages.into_iter().enumerate() {
            button.cdx-button.cdx-button--weight-quiet.cdx-button--size-small.bv-browse type="button" id={ "browse-" (gerrit) "-" (at) }
                data-act="browse" data-url=(test.url) title=(test.url) {
                "Browse on mwdebug"
                @if several { ": " bdi { (test.label()) } }
            }
        }
    }
}

/// The title, or the number where the calendar gives none.
pub(super) fn title(patch: &Patch) -> String {
    if patch.title.is_empty() { format!("Change {}", patch.gerrit) } else { patch.title.clone() }
}

/// The link to a change in Gerrit.
pub(super) fn gerrit_link(gerrit: u64) -> Markup {
    html! { a.bv-link href=(change_url(gerrit)) target="_blank" rel="noreferrer" { (gerrit) } }
}

/// `no tests yet`, `1 test`, `3 tests`.
pub(super) fn count(tests: usize) -> String {
    match tests {
        0 => "no tests yet".to_owned(),
        1 => "1 test".to_owned(),
        many => format!("{many} tests"),
    }
}

fn meta(patch: &Patch, tests: usize, looked: Option<&Fitness>) -> Markup {
    let kind = match &patch.kind {
        PatchKind::Config => "config",
        PatchKind::Branch(version) => version.as_str(),
        PatchKind::Unstated => "",
    };
    html! {
        (gerrit_link(patch.gerrit))
        @if !kind.is_empty() { " · " span dir="auto" { (kind) } }
        @if let Some(looked) = looked { (fitness::facts(looked, patch)) }
        " · " span.bv-whole { (count(tests)) }
        @if !patch.status.is_empty() { " · " span dir="auto" { (patch.status) } }
        @if patch.placeholder { " · under the placeholder nick" }
    }
}
