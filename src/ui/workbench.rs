// SPDX-License-Identifier: GPL-2.0-or-later
//! The workbench: the tests and results of one change, the other changes, the settings.

use super::bench::{Bench, named};
use super::page::{Page, Told};
use super::seam::Region;
use super::{
    adding, concerned, fitness, live, patch, popup, prepare, report, search, settings, sharing, tests_form, window,
};
use crate::app::State;
use crate::suite::{Owner, Test};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// The workbench's regions.
pub(super) fn regions(page: &Page) -> Vec<Region> {
    let region = |id, markup: Markup| Region { id, html: markup.into_string() };
    vec![
        region("header", header(page)),
        region("status", popup::status(page)),
        region("notices", popup::notices(page)),
        region("changes", changes(page)),
        region("open-message", open_message(page)),
        region("change", change(page)),
        region("fitness", prepare::view(page)),
        region("tests", tests_form::rows(page)),
        region("tests-bar", tests_form::bar(page)),
        region("adding", adding::section(page)),
        region("sharing", sharing::view(page)),
        region("verify", verify(page)),
        region("reports", report::left(page)),
        region("browsing", popup::browsing(page)),
        region("settings", settings::fields(page)),
        region("settings-message", settings::message(page)),
    ]
}

fn header(page: &Page) -> Markup {
    let nick = page.state.as_ref().and_then(|state| state.settings.nick.as_ref());
    html! {
        h1 { "Backport Verify" }
        @if let Some(nick) = nick { span.bv-quiet.bv-cut dir="auto" { (nick) } }
        (live::word(page.state.as_ref()))
    }
}

/// The changes to choose from: mine from the calendar, then those with saved tests.
fn changes(page: &Page) -> Markup {
    let Some(state) = &page.state else { return html! { p.bv-quiet { "Loading…" } } };
    let titles = titles(state);
    let scheduled = window::known(&state.schedule);
    let mut all: Vec<u64> =
        scheduled.iter().flat_map(|window| window::mine(window, state)).map(|(_, patch)| patch.gerrit).collect();
    let with_suite = state.owners.keys().rev().filter(|gerrit| state.suite_of(**gerrit).is_some());
    let unsaved_of = state.drafts.keys().filter_map(|owner| match owner {
        Owner::Change(number) => number.parse().ok(),
        Owner::Repository(_) | Owner::Wiki(_) => None,
    });
    all.extend(with_suite.chain(page.change.iter()).copied().chain(unsaved_of));
    let mut listed = Vec::new();
    for gerrit in all {
        if !listed.contains(&gerrit) {
            listed.push(gerrit);
        }
    }
    let title = |gerrit: &u64| titles.get(gerrit).map_or("Not on the calendar", String::as_str);
    let none_known = listed.is_empty();
    listed.retain(|gerrit| search::finds(&page.search, &format!("{} {gerrit}", title(gerrit)), &page.saved(*gerrit)));
    let shared = shared(state, page);
    html! {
        @if none_known { p.bv-quiet { "No change yet. Type a number below." } }
        @else if listed.is_empty() && shared.is_empty() { p.bv-quiet data-empty { "No change and no test has all of these words." } }
        ul.bv-plain {
            @for gerrit in listed {
                @let known = format!("{} {gerrit}", title(&gerrit));
                li {
                    a.bv-choice href={ "#" (gerrit) } id={ "choose-" (gerrit) } data-act="choose" data-gerrit=(gerrit)
                        aria-current=[(page.change == Some(gerrit)).then_some("page")] {
                        span.bv-choice__title dir="auto" { (title(&gerrit)) }
                        span.bv-quiet { (gerrit) " · " (patch::count(page.saved(gerrit).len())) }
                        @for name in search::found(&page.search, &known, &page.saved(gerrit)) {
                            span.bv-note dir="auto" { "Found in: " bdi { (name) } }
                        }
                        @if unsaved(state, page, &Bench::Change(gerrit)) {
                            span.bv-note.bv-note--warning { "● Not saved" }
                        }
                    }
                }
            }
        }
        @if !shared.is_empty() {
            h3 { "Shared tests" }
            ul.bv-plain {
                @for (at, (owner, tests)) in shared.iter().enumerate() {
                    li {
                        button.bv-choice type="button" id={ "shared-" (at) } data-act="choose-owner" data-owner=(owner) data-alone="true"
                            aria-pressed=(if page.shared.as_ref() == Some(*owner) && page.change.is_none() { "true" } else { "false" }) {
                            span.bv-choice__title dir="auto" { (named(owner)) }
                            span.bv-quiet { (patch::count(tests.len())) }
                            @for name in search::found(&page.search, &owner.to_string(), tests) {
                                span.bv-note dir="auto" { "Found in: " bdi { (name) } }
                            }
                            @if unsaved(state, page, &Bench::Shared((*owner).clone())) {
                                span.bv-note.bv-note--warning { "● Not saved" }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Whether something is not saved, here or since a page was closed.
fn unsaved(state: &State, page: &Page, bench: &Bench) -> bool {
    match page.drafts.get(bench) {
        Some(draft) => draft.is_dirty(),
        None => state.drafts.contains_key(&bench.key()),
    }
}

/// The tests of repositories and wikis that are searched for.
fn shared<'s>(state: &'s State, page: &Page) -> Vec<(&'s Owner, &'s [Test])> {
    let all = state.suites.iter().filter(|(owner, _)| !matches!(owner, Owner::Change(_)));
    let all = all.map(|(owner, suite)| (owner, suite.tests.as_slice()));
    all.filter(|(owner, tests)| search::finds(&page.search, &owner.to_string(), tests)).collect()
}

fn open_message(page: &Page) -> Markup {
    html! {
        @if page.told == Some(Told::NoSuchChange) {
            p.bv-note.bv-note--error data-complaint { "✗ Write a change number or its URL in Gerrit." }
        }
    }
}

fn change(page: &Page) -> Markup {
    if let (None, Some(owner)) = (page.change, &page.shared) {
        return html! { h2 dir="auto" { "Shared tests: " (named(owner)) } };
    }
    let Some(gerrit) = page.change else {
        return html! {
            div.bv-empty data-empty {
                h2 { "Choose a change" }
                p { "Its tests and results are shown here." }
            }
        };
    };
    let Some(state) = &page.state else { return html! { h2 { "Change " (gerrit) } } };
    let title = titles(state).remove(&gerrit);
    html! {
        h2 dir="auto" { (title.unwrap_or_else(|| format!("Change {gerrit}"))) }
        p.bv-meta { (patch::gerrit_link(gerrit)) " · " (patch::count(page.saved(gerrit).len())) " saved" }
        (concerned::view(page))
    }
}

fn verify(page: &Page) -> Markup {
    let (Some(gerrit), Some(state)) = (page.change, &page.state) else { return html! {} };
    let tests = page.saved(gerrit);
    let is_dirty = std::iter::once(Bench::Change(gerrit))
        .chain(state.owners_of(gerrit).into_iter().skip(1).map(Bench::Shared))
        .any(|bench| page.is_dirty(&bench));
    let held = if tests.is_empty() {
        Some("Save a test first.")
    } else if is_dirty {
        Some("Save the tests first: a run takes the saved ones.")
    } else {
        None
    };
    html! {
        section.bv-change data-patch=(gerrit) aria-labelledby="verify-title" {
            h3 id="verify-title" { "Verify" }
            (patch::verify_buttons(gerrit, state, held))
            (patch::refusal(gerrit, page))
            div.bv-actions { (patch::browse_buttons(gerrit, &tests)) }
            (patch::results(gerrit, state, page))
        }
    }
}

/// Titles by change: those of the calendar, else those of Gerrit, else those of runs.
fn titles(state: &State) -> BTreeMap<u64, String> {
    let ran = state.runs.iter().map(|run| &run.journal.plan.subject);
    let ran =
        ran.filter_map(|subject| Some((subject.gerrit?, subject.title.clone()))).filter(|(_, title)| !title.is_empty());
    let scheduled = window::known(&state.schedule).iter().flat_map(|window| &window.patches);
    let looked = fitness::known(state).iter().filter(|looked| !looked.subject.is_empty());
    let looked = looked.map(|looked| (looked.gerrit, looked.subject.clone()));
    ran.chain(looked).chain(scheduled.map(|scheduled| (scheduled.gerrit, patch::title(scheduled)))).collect()
}
