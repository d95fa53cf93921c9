// SPDX-License-Identifier: GPL-2.0-or-later
//! What a test's page on a debug backend differs in from production's.
//!
//! Must not compare anything: `verify` did. What is shown here leaves the browser in a report that the user saves, and there
//! without the pages that were asked with their cookies.

use super::seam::Screen;
use crate::debug::Backend;
use crate::report::difference_in_words;
use crate::verify::{Difference, Field, Job, Journal, Line, Plan, Target};
use maud::{Markup, html};

/// The differences of a test, in full on the workbench and as a word on it in the popup. `id` must be unique in the page.
pub(super) fn view(journal: &Journal, test: usize, screen: Screen, id: &str) -> Markup {
    let jobs = journal.plan.jobs.iter().enumerate().filter(|(_, job)| job.test == test && Plan::decides(job));
    let found: Vec<(String, &Job, &Difference)> = jobs
        .filter_map(|(place, job)| Some((format!("{id}-difference-{place}"), job, journal.differences.get(&place)?)))
        .collect();
    let several = found.len() > 1;
    html! {
        @for (id, job, difference) in &found {
            @match (screen, journal.plan.subject.gerrit) {
                (Screen::Popup, Some(gerrit)) => (pointed_at(difference, gerrit, id)),
                (Screen::Popup, None) => p.bv-note { (said(difference)) },
                (Screen::Workbench, _) => (whole(difference, backend(job).filter(|_| several), id)),
            }
        }
        @if found.is_empty() && screen == Screen::Workbench && is_same(journal, test) {
            p.bv-note data-difference="none" { "The page is the same as on production." }
        }
    }
}

/// Which backend's page it is; said where a test has several.
const fn backend(job: &Job) -> Option<&Backend> {
    match &job.target {
        Target::Debug { backend } => Some(backend),
        Target::Baseline | Target::Production => None,
    }
}

/// Whether both sides gave the same page.
fn is_same(journal: &Journal, test: usize) -> bool {
    let before = journal.baseline(test).and_then(|outcome| outcome.evidence.page.clone());
    let after = journal.came(test).and_then(|outcome| outcome.evidence.page.clone());
    before.is_some() && before == after
}

fn pointed_at(difference: &Difference, gerrit: u64, id: &str) -> Markup {
    html! {
        p.bv-note data-difference="some" {
            (said(difference)) " – "
            button.bv-link.bv-link--button type="button" id=(id) data-act="edit-tests" data-gerrit=(gerrit) {
                "see the workbench"
            }
        }
    }
}

/// `3 lines differ from production`.
fn said(difference: &Difference) -> String {
    let fields: Vec<&str> = difference.fields.iter().map(|field| name(&field.name)).collect();
    let mut parts = Vec::new();
    if !fields.is_empty() {
        parts.push(fields.join(", "));
    }
    match difference.lines {
        0 => {}
        1 => parts.push("1 line".to_owned()),
        many => parts.push(format!("{many} lines")),
    }
    let one = parts.len() == 1 && fields.len() <= 1 && difference.lines <= 1;
    if parts.is_empty() {
        return "Too long to compare with production".to_owned();
    }
    format!("{} {} from production", capital(&parts.join(" and ")), if one { "differs" } else { "differ" })
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn whole(difference: &Difference, backend: Option<&Backend>, id: &str) -> Markup {
    html! {
        details.bv-fold.bv-difference id=(id) data-difference="some" {
            summary {
                "What differs from production" @if let Some(backend) = backend { " on " (backend) } ": " (summary(difference))
            }
            @if !difference.fields.is_empty() {
                dl.bv-difference__fields { @for field in &difference.fields { (changed_field(field)) } }
            }
            @if difference.too_long {
                p.bv-note { "The page is too long to compare (over 2 MB). Open both in tabs to compare them by eye." }
            }
            @for (at, hunk) in difference.hunks.iter().enumerate() {
                @if at > 0 { p.bv-difference__gap aria-hidden="true" { "⋯" } }
                div.bv-pre.bv-pre--wrapped.bv-difference__hunk dir="ltr" { @for line in &hunk.lines { (shown(line)) } }
            }
            @if difference.left_out > 0 {
                p.bv-note { (difference.left_out) " more changed lines are not shown. Open both pages in tabs to see them." }
            }
            p.bv-note { "What changes with every request, such as ids, times and tokens, is left out." }
        }
    }
}

fn summary(difference: &Difference) -> String {
    difference_in_words(difference, |field| name(field).to_owned())
}

fn name(field: &str) -> &str {
    match field {
        "location" => "Location",
        "content-type" => "content type",
        other => other,
    }
}

fn changed_field(field: &Field) -> Markup {
    let value = |value: &str| if value.is_empty() { "none".to_owned() } else { value.to_owned() };
    html! {
        dt { (capital(name(&field.name))) }
        dd dir="auto" { del { (value(&field.before)) } " → " ins { (value(&field.after)) } }
    }
}

/// A sign says what a line is, a word says it to those who hear the page; the colour only helps.
fn shown(line: &Line) -> Markup {
    let sign = |sign: &str| html! { span.bv-difference__sign aria-hidden="true" { (sign) } };
    html! {
        @match line {
            Line::Same(text) => div.bv-difference__line { (sign(" ")) span { (text) } },
            Line::Gone(text) => del.bv-difference__line { (sign("−")) span { span.bv-unseen { "Only on production: " } (text) } },
            Line::New(text) => ins.bv-difference__line { (sign("+")) span { span.bv-unseen { "Only with the patch: " } (text) } },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{said, summary};
    use crate::verify::{Difference, Field};

    #[test]
    fn a_difference_is_said_in_a_word() {
        let field = |name: &str| Field { name: name.into(), before: "200".into(), after: "404".into() };
        let of = |fields: Vec<Field>, lines: usize| Difference { fields, lines, ..Difference::default() };
        let long = Difference { too_long: true, ..Difference::default() };
        for (difference, popup, workbench) in [
            (of(vec![], 1), "1 line differs from production", "1 line"),
            (of(vec![], 3), "3 lines differ from production", "3 lines"),
            (of(vec![field("status")], 0), "Status differs from production", "status"),
            (
                of(vec![field("status"), field("location")], 2),
                "Status, Location and 2 lines differ from production",
                "status, Location, 2 lines",
            ),
            (long, "Too long to compare with production", "too long to compare"),
        ] {
            assert_eq!((said(&difference), summary(&difference)), (popup.to_owned(), workbench.to_owned()));
        }
    }
}
