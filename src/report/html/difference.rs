// SPDX-License-Identifier: GPL-2.0-or-later
//! In which lines a page on a debug backend differs from production's.
//!
//! Must not compare anything, and must not show a page that was asked with the tester's cookies: those have no difference
//! here.

use super::super::clean::{spelled, visible};
use super::super::stages::difference_in_words;
use super::said::{asked, said};
use crate::exchange::Session;
use crate::verify::{Difference, Field, Journal, Line, Plan};
use maud::{Markup, html};

/// The differences of the test at `place`, one for each backend that has one.
pub(super) fn view(journal: &Journal, place: usize) -> Markup {
    if journal.on_production() || journal.plan.left_out(place).is_some() {
        return html! {};
    }
    let is_mine = journal.plan.tests.get(place).is_some_and(|test| test.session == Session::Mine);
    let jobs = journal.plan.jobs.iter().enumerate().filter(|(_, job)| job.test == place && Plan::decides(job));
    let found: Vec<_> =
        jobs.filter_map(|(at, job)| Some((asked(&job.target), journal.differences.get(&at)?))).collect();
    html! {
        @if is_mine { p.quiet { "The page was asked with the tester's cookies, so what differs in it is not in this report." } }
        @for (backend, difference) in &found { (whole(difference, backend)) }
        @if !is_mine && found.is_empty() { p.quiet { (without(journal, place)) } }
    }
}

/// Why no difference is shown.
fn without(journal: &Journal, place: usize) -> &'static str {
    let page = |outcome: Option<&crate::verify::Outcome>| outcome.and_then(|outcome| outcome.evidence.page.clone());
    let before = page(journal.baseline(place));
    let all = journal.by_backend(place);
    if before.is_some() && all.iter().all(|(_, outcome)| page(*outcome) == before) {
        "The page is the same as on production."
    } else {
        "No difference is held: one of the pages is in doubt, is needed for a captured value, or came to a browser that stopped."
    }
}

fn whole(difference: &Difference, backend: &str) -> Markup {
    html! {
        details.difference {
            summary { "What differs between production and " bdi { (visible(backend)) } ": " (difference_in_words(difference, visible)) }
            @if !difference.fields.is_empty() { dl.facts { @for field in &difference.fields { (changed(field)) } } }
            @if difference.too_long { p { "The page is too long to compare (over 2 MB)." } }
            @for hunk in &difference.hunks {
                div.hunk dir="ltr" { @for line in &hunk.lines { (shown(line)) } }
            }
            @if difference.left_out > 0 { p.quiet { (difference.left_out) " more changed lines are not held." } }
            p.quiet { "What changes with every request, such as ids, times and tokens, is left out." }
        }
    }
}

fn changed(field: &Field) -> Markup {
    let value = |text: &str| {
        if text.is_empty() {
            html! { "none" }
        } else {
            said(text)
        }
    };
    html! { div { dt { (visible(&field.name)) } dd { del { (value(&field.before)) } " → " ins { (value(&field.after)) } } } }
}

/// A sign and a word say what a line is; the colour only helps.
fn shown(line: &Line) -> Markup {
    let row = |sign: &str, unseen: &str, text: &str| {
        html! {
            span.hunk__sign aria-hidden="true" { (sign) }
            span.hunk__text { @if !unseen.is_empty() { span.unseen { (unseen) } } (spelled(text)) }
        }
    };
    html! {
        @match line {
            Line::Same(text) => div.hunk__line { (row(" ", "", text)) },
            Line::Gone(text) => del.hunk__line { (row("−", "Only on production: ", text)) },
            Line::New(text) => ins.hunk__line { (row("+", "Only with the patch: ", text)) },
        }
    }
}
