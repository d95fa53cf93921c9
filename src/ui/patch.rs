// SPDX-License-Identifier: GPL-2.0-or-later
//! One patch: what it is, what can be done with it, what came of it.

use super::page::Page;
use super::{problem, run};
use crate::app::{Problem, Run, State};
use crate::change::change_url;
use crate::schedule::{Patch, PatchKind};
use crate::suite::Test;
use crate::verify::Verdict;
use maud::{Markup, html};
use std::cmp::Reverse;

/// The card of a patch in the popup.
pub(super) fn card(patch: &Patch, state: &State, page: &Page) -> Markup {
    let gerrit = patch.gerrit;
    let tests = page.saved(gerrit);
    html! {
        article.bv-patch data-patch=(gerrit) id={ "patch-" (gerrit) } aria-labelledby={ "patch-" (gerrit) "-title" } {
            h3 id={ "patch-" (gerrit) "-title" } dir="auto" { (title(patch)) }
            p.bv-meta { (meta(patch, tests.len())) }
            @if tests.is_empty() {
                (problem::view(&Problem::NoTests { gerrit }, problem::Source::Standing, page.screen, &format!("no-tests-{gerrit}")))
            } @else {
                (verify_buttons(gerrit, state, None))
            }
            div.bv-actions {
                (browse_buttons(gerrit, tests))
                @if !tests.is_empty() {
                    button.cdx-button.cdx-button--weight-quiet type="button" id={ "edit-" (gerrit) } data-act="edit-tests" { "Edit tests" }
                }
            }
            (results(gerrit, state, page))
        }
    }
}

/// A patch that has its card in an earlier window of the page.
pub(super) fn again(patch: &Patch, tests: usize) -> Markup {
    html! {
        div.bv-patch.bv-patch--again {
            h3 dir="auto" { (title(patch)) }
            p.bv-meta { (meta(patch, tests)) }
            p.bv-note { "It is in another window too; its buttons and results are there." }
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
    let passed =
        |production| state.run_of(gerrit, production).and_then(|run| run.journal.verdict()) == Some(Verdict::Pass);
    let (on_mwdebug, on_production) = (passed(false), passed(true));
    let emphasis = |next: bool| if next { "cdx-button--action-progressive cdx-button--weight-primary" } else { "" };
    let elsewhere = state.running().is_some();
    let disabled = elsewhere || held.is_some();
    html! {
        div.bv-verify {
            button.cdx-button.(emphasis(!on_mwdebug && !on_production)) type="button" id={ "verify-mwdebug-" (gerrit) }
                data-act="verify-mwdebug" disabled[disabled] { "Verify on mwdebug" }
            button.cdx-button.(emphasis(on_mwdebug && !on_production)) type="button" id={ "verify-production-" (gerrit) }
                data-act="verify-production" disabled[disabled] { "Verify on production" }
        }
        @if let Some(why) = held {
            p.bv-note { (why) }
        } @else if state.running().is_some_and(|run| run.journal.plan.subject.gerrit != Some(gerrit)) {
            p.bv-note { "Another run is under way; wait until it ends." }
        }
    }
}

/// A button for each page that the tests ask; with several, each names its test.
pub(super) fn browse_buttons(gerrit: u64, tests: &[Test]) -> Markup {
    let mut pages: Vec<&Test> = Vec::new();
    for test in tests {
        if !pages.iter().any(|known| known.url == test.url) {
            pages.push(test);
        }
    }
    let several = pages.len() > 1;
    html! {
        @for (at, test) in pages.into_iter().enumerate() {
            button.cdx-button.cdx-button--weight-quiet.bv-browse type="button" id={ "browse-" (gerrit) "-" (at) }
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

fn meta(patch: &Patch, tests: usize) -> Markup {
    let kind = match &patch.kind {
        PatchKind::Config => Some("config"),
        PatchKind::Branch(version) => Some(version.as_str()),
        PatchKind::Unstated => None,
    };
    html! {
        (gerrit_link(patch.gerrit))
        @if let Some(kind) = kind { " · " span dir="auto" { (kind) } }
        " · " (count(tests))
        @if !patch.status.is_empty() { " · " span dir="auto" { (patch.status) } }
        @if patch.placeholder { " · under the placeholder nick" }
    }
}
