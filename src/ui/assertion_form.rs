// SPDX-License-Identifier: GPL-2.0-or-later
//! One assertion in the form: what of the answer, what it must be, and what is needed for that.

use super::control::{Control, field, tool};
use super::demand::AssertionRow;
use super::draft::Draft;
use super::icon::Icon;
use super::what::{Field, GROUPS, What, tag_of, words_of};
use crate::check::{Assertion, Kind, PredicateKind};
use maud::{Markup, html};

/// Where an assertion stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The test's place.
    pub(super) test: usize,
    /// Its own place in the test.
    pub(super) at: usize,
}

impl Place {
    fn id(self) -> String {
        format!("test-{}-assertion-{}", self.test, self.at)
    }
}

/// The row; `result` stands below it.
pub(super) fn view(draft: &Draft, place: Place, row: &AssertionRow, result: &Markup) -> Markup {
    let id = place.id();
    let number = place.at + 1;
    html! {
        div.bv-assertion data-assertion=(place.at) id=(id) role="group" aria-label={ "Assertion " (number) } {
            @match &row.kept {
                Some(kept) => (untouched(&id, number, kept)),
                None => (controls(draft, place, row, &id, number)),
            }
            div.bv-assertion__tools {
                @if row.kept.is_none() {
                    button.cdx-button.cdx-button--weight-quiet.cdx-button--size-small type="button" id={ (id) "-try" } data-act="try-assertion"
                        aria-label={ "Try assertion " (number) } { "Try" }
                }
                (tool(&format!("{id}-up"), "move-assertion-up", &format!("Move assertion {number} up"), Icon::Up))
                (tool(&format!("{id}-down"), "move-assertion-down", &format!("Move assertion {number} down"), Icon::Down))
                (tool(&format!("{id}-duplicate"), "duplicate-assertion", &format!("Duplicate assertion {number}"), Icon::Copy))
                (tool(&format!("{id}-remove"), "remove-assertion", &format!("Remove assertion {number}"), Icon::Trash))
            }
            (result)
        }
    }
}

fn untouched(id: &str, number: usize, kept: &Assertion) -> Markup {
    html! {
        div.cdx-field.bv-assertion__kept {
            div.cdx-label { label.cdx-label__label for={ (id) "-kind" } { span.cdx-label__label__text { "Assertion " (number) } } }
            div.cdx-text-input {
                input.cdx-text-input__input id={ (id) "-kind" } name="kind" type="text" readonly dir="auto" value=(kept)
                    aria-describedby={ (id) "-kept" };
            }
            p.bv-note id={ (id) "-kept" } { "This form cannot show it, so it is kept as it is. You can move or remove it." }
        }
    }
}

fn controls(draft: &Draft, place: Place, row: &AssertionRow, id: &str, number: usize) -> Markup {
    let one = |name: Field| value(draft, place, row, name, id);
    html! {
        (what(id, "kind", &format!("Assertion {number}"), row.what))
        @for name in row.what.fields() { (one(*name)) }
        div.cdx-field.bv-assertion__must {
            div.cdx-label { label.cdx-label__label for={ (id) "-must" } { span.cdx-label__label__text { "Must be" } } }
            select.cdx-select id={ (id) "-must" } name="must" data-act="edit" data-field="must" {
                @for must in row.subject().predicates() {
                    option value=(tag_of(must)) selected[must == row.must] { (words_of(must)) }
                }
            }
        }
        @for name in row.fields().into_iter().filter(|name| matches!(name, Field::Value | Field::To)) { (one(name)) }
    }
}

/// The list of what can be spoken of.
pub(super) fn what(id: &str, name: &'static str, label: &str, chosen: What) -> Markup {
    html! {
        div.cdx-field.bv-assertion__kind {
            div.cdx-label { label.cdx-label__label for={ (id) "-" (name) } { span.cdx-label__label__text { (label) } } }
            select.cdx-select id={ (id) "-" (name) } name=(name) data-act="edit" data-field=(name) {
                @for (group, all) in GROUPS {
                    optgroup label=(group) {
                        @for what in all { option value=(what.tag()) selected[*what == chosen] { (what.label()) } }
                    }
                }
            }
        }
    }
}

fn value(draft: &Draft, place: Place, row: &AssertionRow, name: Field, id: &str) -> Markup {
    let typed = row.text(name);
    let is_value = matches!(name, Field::Value | Field::To);
    let lines = name == Field::Value && (row.is_list() || typed.contains('\n'));
    let label = match (name, row.must) {
        (Field::Value, PredicateKind::Between) => "From",
        (Field::Value, PredicateKind::Matches | PredicateKind::MatchesNot) => "Regular expression",
        (Field::Value, _) if row.is_list() => "Values, one a line",
        _ => name.label(),
    };
    // As typed now: a word that becomes a number is said at once.
    let live = draft.rows().get(place.test).and_then(|test| test.assertions.get(place.at));
    let reading = row.reading().filter(|_| name == Field::Value);
    let reading = reading.map(|drawn| live.and_then(AssertionRow::reading).unwrap_or(drawn));
    html! {
        div.bv-assertion__value {
            (field(&Control {
                id: format!("{id}-{}", name.name()),
                name: name.name(),
                label,
                value: typed,
                example: if is_value { example(row) } else { name.example() },
                hint: reading.as_deref(),
                complaint: draft.complaint(place.test, Some(place.at), name.name()),
                lines,
                ..Control::default()
            }))
        }
    }
}

/// An example of a value.
fn example(row: &AssertionRow) -> &'static str {
    let matches = matches!(row.must, PredicateKind::Matches | PredicateKind::MatchesNot);
    match (row.what, row.kind()) {
        (_, _) if matches => "event.?coordinator",
        (What::Status, _) if row.must == PredicateKind::OneOf => "200\n304",
        (What::Status, _) => "200",
        (What::Duration, _) => "2000",
        (What::Size, _) => "100000",
        (What::Header, _) => "en",
        (What::Url | What::Redirects, _) => "https://en.wikipedia.org/wiki/Main_Page",
        (What::ApiError, _) => "permissiondenied",
        (_, Kind::Number) => "1",
        (What::Json | What::MwConfig, _) => "true, 5, or a text",
        _ => "",
    }
}
