// SPDX-License-Identifier: GPL-2.0-or-later
//! The tests of the chosen change as a form.
//!
//! The controls are drawn from the rows of the last structural change, so that typing never redraws them.
//! Every assertion has all of its controls, in one order; the style sheet hides those that its kind does not use.

use super::draft::Draft;
use super::icon::Icon;
use super::more;
use super::page::{Page, Told};
use super::row::{AssertionRow, Kind, Row};
use maud::{Markup, html};

/// The rows.
pub(super) fn rows(page: &Page) -> Markup {
    let Some((gerrit, draft)) = page.chosen() else { return html! {} };
    let (rows, generation) = draft.drawn();
    html! {
        div.bv-tests data-generation={ (gerrit) "-" (generation) } {
            h3 { "Tests" }
            p.bv-quiet { "Each asks one page and says what its answer must be. Best is a text that only the patch brings." }
            @if rows.is_empty() {
                p.bv-note { "No tests. Save to remove what was saved, or add one." }
            }
            @for (at, row) in rows.iter().enumerate() { (test(draft, at, row)) }
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
                    p { strong { "The tests are not saved." } " Correct what is marked above, then save again. Nothing that you typed is lost." }
                }
            }
        }
        div.bv-actions {
            button.cdx-button.cdx-button--action-progressive.cdx-button--weight-primary type="submit" id="save-tests" data-act="save-tests" {
                "Save tests"
            }
            button.cdx-button type="button" id="add-test" data-act="add-test" { (Icon::Add.view()) "Add test" }
            button.cdx-button.cdx-button--weight-quiet type="button" id="undo" data-act="undo" disabled[!draft.can_undo()] {
                (Icon::Undo.view()) "Undo"
            }
            @if draft.is_dirty() {
                span.bv-note.bv-note--warning data-unsaved="true" { "● Not saved" }
            } @else if page.told == Some(Told::TestsSaved) {
                span.bv-note.bv-note--success data-saved="tests" { "✓ Saved" }
            }
        }
    }
}

fn test(draft: &Draft, at: usize, row: &Row) -> Markup {
    let id = format!("test-{at}");
    let number = at + 1;
    html! {
        fieldset.bv-test data-test=(at) id=(id) {
            legend.bv-test__legend { "Test " (number) }
            div.bv-test__tools {
                button.cdx-button.cdx-button--weight-quiet.cdx-button--icon-only type="button" id={ (id) "-duplicate" }
                    data-act="duplicate-test" aria-label={ "Duplicate test " (number) } title="Duplicate" { (Icon::Copy.view()) }
                button.cdx-button.cdx-button--weight-quiet.cdx-button--icon-only.cdx-button--action-destructive type="button" id={ (id) "-remove" }
                    data-act="remove-test" aria-label={ "Remove test " (number) } title="Remove" { (Icon::Trash.view()) }
            }
            (input(&Control { id: format!("{id}-name"), name: "name", label: "Name", value: &row.name, hint: Some("optional"), complaint: None }))
            (input(&Control {
                id: format!("{id}-url"),
                name: "url",
                label: "URL",
                value: &row.url,
                hint: None,
                complaint: draft.complaint(at, None, "url"),
            }))
            @if let Some(kept) = kept(row) { p.bv-quiet { (kept) } }
            div.bv-assertions role="group" aria-label={ "Assertions of test " (number) } {
                @for (place, assertion) in row.assertions.iter().enumerate() {
                    (assertion_row(draft, at, place, assertion))
                }
            }
            @if let Some(complaint) = draft.complaint(at, None, "test") { (complaint_view(&id, complaint)) }
            button.cdx-button.cdx-button--weight-quiet type="button" id={ (id) "-add-assertion" } data-act="add-assertion" {
                (Icon::Add.view()) "Add assertion"
            }
            (more::view(&row.kept, &id))
        }
    }
}

fn assertion_row(draft: &Draft, test: usize, at: usize, row: &AssertionRow) -> Markup {
    let id = format!("test-{test}-assertion-{at}");
    let number = at + 1;
    html! {
        div.bv-assertion data-assertion=(at) id=(id) {
            div.cdx-field.bv-assertion__kind {
                div.cdx-label { label.cdx-label__label for={ (id) "-kind" } { span.cdx-label__label__text { "Assertion " (number) } } }
                select.cdx-select id={ (id) "-kind" } name="kind" data-act="edit" data-field="kind" {
                    @for kind in Kind::ALL { option value=(kind.tag()) selected[kind == row.kind] { (kind.label()) } }
                }
            }
            div.bv-assertion__header {
                (input(&Control {
                    id: format!("{id}-header"),
                    name: "header",
                    label: "Header",
                    value: &row.header,
                    hint: None,
                    complaint: draft.complaint(test, Some(at), "header"),
                }))
            }
            div.bv-assertion__value {
                (input(&Control {
                    id: format!("{id}-value"),
                    name: "value",
                    label: "Value",
                    value: &row.value,
                    hint: None,
                    complaint: draft.complaint(test, Some(at), "value"),
                }))
            }
            button.cdx-button.cdx-button--weight-quiet.cdx-button--icon-only.bv-assertion__remove type="button" id={ (id) "-remove" }
                data-act="remove-assertion" aria-label={ "Remove assertion " (number) } title="Remove" { (Icon::Trash.view()) }
        }
    }
}

struct Control<'a> {
    id: String,
    name: &'static str,
    label: &'static str,
    value: &'a str,
    hint: Option<&'static str>,
    complaint: Option<&'a str>,
}

fn input(control: &Control<'_>) -> Markup {
    let Control { id, name, label, value, hint, complaint } = control;
    let described = complaint.map(|_| format!("{id}-complaint"));
    html! {
        div.cdx-field {
            div.cdx-label {
                label.cdx-label__label for=(id) {
                    span.cdx-label__label__text { (label) }
                    @if let Some(hint) = hint { span.cdx-label__label__optional-flag { " (" (hint) ")" } }
                }
            }
            div.cdx-text-input.cdx-text-input--status-error[complaint.is_some()] {
                input.cdx-text-input__input id=(id) name=(name) type="text" value=(value) data-act="edit" data-field=(name)
                    autocomplete="off" autocapitalize="off" spellcheck="false" dir="auto"
                    aria-invalid=[complaint.map(|_| "true")] aria-describedby=[described];
            }
            @if let Some(complaint) = complaint { (complaint_view(id, complaint)) }
        }
    }
}

fn complaint_view(id: &str, complaint: &str) -> Markup {
    html! {
        div.cdx-field__validation-message id={ (id) "-complaint" } data-complaint {
            div.cdx-message.cdx-message--inline.cdx-message--error {
                span.cdx-message__icon {}
                div.cdx-message__content dir="auto" { (complaint) }
            }
        }
    }
}

/// What a test has beyond what the form can change, in words.
fn kept(row: &Row) -> Option<String> {
    let mut parts = Vec::new();
    if !row.kept.headers.is_empty() {
        parts.push("with header fields of its own".to_owned());
    }
    if row.kept.body.is_some() {
        parts.push("with a body".to_owned());
    }
    (!parts.is_empty()).then(|| format!("Sent {}.", parts.join(" and ")))
}
