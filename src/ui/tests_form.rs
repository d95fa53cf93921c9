// SPDX-License-Identifier: GPL-2.0-or-later
//! The tests of the chosen change, repository or wiki as a form.
//!
//! The controls are drawn from the rows of the last structural change or choice, so that typing never redraws them; what a
//! row has and no control shows is kept in the draft.

use super::assertion_form::{Place, view as assertion_view};
use super::bench::named;
use super::control::{Control, complaint_view, field, tool};
use super::draft::Draft;
use super::icon::Icon;
use super::page::{Page, Told};
use super::row::Row;
use super::{Bench, more, toolbar, tried};
use crate::suite::Owner;
use maud::{Markup, html};

/// The rows.
pub(super) fn rows(page: &Page) -> Markup {
    let Some((bench, draft)) = page.chosen() else { return html! {} };
    let (rows, generation) = draft.drawn();
    html! {
        div.bv-tests data-generation={ (bench.key()) "-" (generation) } {
            (owners(page))
            h3 { @if let Bench::Shared(owner) = &bench { "Tests of " bdi { (named(owner)) } } @else { "Tests" } }
            @if let Bench::Shared(owner) = &bench {
                p.bv-quiet { "They run for every change of " bdi { (named(owner)) } ", beside the change’s own." }
            } @else {
                p.bv-quiet { "Each asks one page and says what its answer must be. Best is a text that only the patch brings." }
            }
            (taken_up(page, &bench, draft))
            @if rows.is_empty() {
                p.bv-note { "No tests. Save to remove what was saved, or add one." }
            }
            @for (at, row) in rows.iter().enumerate() { (test(page, draft, at, row)) }
        }
    }
}

/// The change's own tests, and those that it shares with others.
fn owners(page: &Page) -> Markup {
    let Some(state) = &page.state else { return html! {} };
    let all = page.change.map(|gerrit| state.owners_of(gerrit)).unwrap_or_default();
    let chosen = page.bench();
    let count = |owner: &Owner| state.suites.get(owner).map_or(0, |suite| suite.tests.len());
    html! {
        @if all.len() > 1 {
            nav.bv-owners aria-label="Whose tests" {
                @for (at, owner) in all.iter().enumerate() {
                    @let bench = if at == 0 { page.change.map(Bench::Change) } else { Some(Bench::Shared(owner.clone())) };
                    button.cdx-button.cdx-button--weight-quiet type="button" id={ "owner-" (at) } data-act="choose-owner"
                        data-owner=[(at > 0).then(|| owner.to_string())] aria-pressed=(if chosen == bench { "true" } else { "false" }) {
                        span {
                            @if at == 0 { "This change" } @else { "Also run: " bdi { (named(owner)) } }
                            " (" (super::patch::count(count(owner))) ")"
                            @if bench.is_some_and(|bench| page.is_dirty(&bench)) { " ●" span.bv-unseen { "not saved" } }
                        }
                    }
                }
            }
        }
    }
}

/// What was typed before the page was closed is here again, or what was saved elsewhere since it was typed.
fn taken_up(page: &Page, bench: &Bench, draft: &Draft) -> Markup {
    // Saved meanwhile, it is unsaved no more.
    let at = page.taken_up.get(bench).filter(|_| draft.is_dirty());
    let merged = draft.merged();
    html! {
        @if at.is_some() || merged.is_some() {
            div.cdx-message.cdx-message--block.cdx-message--notice data-taken-up[at.is_some()] data-merged[merged.is_some()] {
                span.cdx-message__icon {}
                div.cdx-message__content {
                    @if let Some(at) = at {
                        p { strong { "Unsaved changes from " (page.clock().moment(*at)) " are here." } " They were typed before the page was closed." }
                    }
                    @if let Some(merged) = merged {
                        p { strong { "The saved tests were changed elsewhere since then." } " The form below has both. Look at it before you save." }
                        ul.bv-plain {
                            @for name in &merged.came { li dir="auto" { "Added: " bdi { (name) } } }
                            @for name in &merged.went { li dir="auto" { "Taken away: " bdi { (name) } } }
                            @if merged.stays { li { "A test that you have changed was changed or taken away there too: yours stays." } }
                        }
                    }
                    div.bv-actions {
                        button.cdx-button type="button" id="keep-unsaved" data-act="keep-unsaved" { "Keep" }
                        button.cdx-button.cdx-button--weight-quiet.cdx-button--action-destructive type="button" id="discard-unsaved" data-act="discard-unsaved" {
                            "Discard"
                        }
                    }
                }
            }
        }
    }
}

/// What is below the rows: adding, saving, undoing, and whether all is saved.
pub(super) fn bar(page: &Page) -> Markup {
    let Some((_, draft)) = page.chosen() else { return html! {} };
    html! {
        @if draft.complaints() > 0 {
            div.cdx-message.cdx-message--block.cdx-message--error data-problem="bad_test" {
                span.cdx-message__icon {}
                div.cdx-message__content {
                    p { strong { "Something in the tests must be corrected." } " Correct what is marked above, then save or try again. Nothing that you typed is lost." }
                }
            }
        }
        div.bv-actions {
            button.cdx-button.cdx-button--action-progressive.cdx-button--weight-primary type="submit" id="save-tests" data-act="save-tests" {
                "Save tests"
            }
            (toolbar::toolbar(page, page.change))
            div.bv-steps-back {
                button.cdx-button.cdx-button--weight-quiet type="button" id="undo" data-act="undo" disabled[!draft.can_undo()] title="Ctrl+Z" {
                    (Icon::Undo.view()) "Undo"
                }
                button.cdx-button.cdx-button--weight-quiet type="button" id="redo" data-act="redo" disabled[!draft.can_redo()] title="Ctrl+Shift+Z" {
                    (Icon::Redo.view()) "Redo"
                }
            }
            @if draft.is_dirty() {
                span.bv-note.bv-note--warning data-unsaved="true" { "● Not saved" }
            } @else if page.told == Some(Told::TestsSaved) {
                span.bv-note.bv-note--success data-saved="tests" { "✓ Saved" }
            }
        }
        p.bv-quiet { "Alt+↑ and Alt+↓ move a test or an assertion." }
    }
}

fn test(page: &Page, draft: &Draft, at: usize, row: &Row) -> Markup {
    let id = format!("test-{at}");
    let number = at + 1;
    let live = draft.rows().get(at);
    let found = tried::of_row(page, draft, at);
    let result = |place: usize| {
        let now = live.and_then(|live| live.assertions.get(place)?.build().ok());
        tried::assertion(found, now.as_ref(), &format!("{id}-assertion-{place}"))
    };
    html! {
        fieldset.bv-test data-test=(at) id=(id) {
            legend.bv-test__legend { "Test " (number) }
            div.bv-test__tools {
                (tool(&format!("{id}-up"), "move-test-up", &format!("Move test {number} up"), Icon::Up))
                (tool(&format!("{id}-down"), "move-test-down", &format!("Move test {number} down"), Icon::Down))
                (tool(&format!("{id}-duplicate"), "duplicate-test", &format!("Duplicate test {number}"), Icon::Copy))
                button.cdx-button.cdx-button--weight-quiet.cdx-button--icon-only.cdx-button--action-destructive type="button" id={ (id) "-remove" }
                    data-act="remove-test" aria-label={ "Remove test " (number) } title="Remove" { (Icon::Trash.view()) }
            }
            (field(&Control { id: format!("{id}-name"), name: "name", label: "Name", value: &row.name, flag: Some("optional"), ..Control::default() }))
            (field(&Control {
                id: format!("{id}-url"),
                name: "url",
                label: "URL",
                value: &row.url,
                example: "https://en.wikipedia.org/wiki/Special:Version",
                complaint: draft.complaint(at, None, "url"),
                ..Control::default()
            }))
            div.bv-assertions role="group" aria-label={ "Assertions of test " (number) } {
                @for (place, assertion) in row.assertions.iter().enumerate() {
                    (assertion_view(draft, Place { test: at, at: place }, assertion, &result(place)))
                }
            }
            @if let Some(complaint) = draft.complaint(at, None, "test") { (complaint_view(&id, complaint)) }
            div.bv-actions {
                button.cdx-button.cdx-button--weight-quiet type="button" id={ (id) "-add-assertion" } data-act="add-assertion" {
                    (Icon::Add.view()) "Add assertion"
                }
                button.cdx-button.cdx-button--weight-quiet type="button" id={ (id) "-try" } data-act="try-test" { "Try on production" }
                button.cdx-button.cdx-button--weight-quiet type="button" id={ (id) "-try-mwdebug" } data-act="try-test" data-on="mwdebug" { "Try on mwdebug" }
            }
            (tried::test(page, found, &id))
            (more::view(page, draft, at, row, &id))
        }
    }
}
