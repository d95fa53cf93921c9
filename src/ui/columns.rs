// SPDX-License-Identifier: GPL-2.0-or-later
//! The results of a run on several backends: a column each in the workbench, a line each in the popup.
//!
//! Must not judge: verdicts, comparisons and reasons come from `verify` and `report`.

use super::difference;
use super::run::{assertion, evidence, limit, mark, named, reason, skipped, stands, tag_of, word};
use super::seam::Screen;
use crate::debug::Backend;
use crate::suite::Test;
use crate::verify::{Evidence, Journal, Outcome, Verdict};
use maud::{Markup, html};

/// What every backend made of every test; `id` must be unique in the page.
pub(super) fn view(journal: &Journal, screen: Screen, id: &str) -> Markup {
    match screen {
        Screen::Workbench => table(journal, id),
        Screen::Popup => lines(journal),
    }
}

fn table(journal: &Journal, id: &str) -> Markup {
    let backends = journal.by_backend(0).into_iter().map(|(backend, _)| backend);
    html! {
        div.bv-scroll role="region" tabindex="0" aria-labelledby={ (id) "-backends" } {
            table.bv-table {
                caption id={ (id) "-backends" } { "What each backend made of each test" }
                thead {
                    tr {
                        th scope="col" { "Test" }
                        th scope="col" { "Production before" }
                        @for backend in backends { th scope="col" dir="auto" { (backend) } }
                    }
                }
                tbody {
                    @for (place, test) in journal.plan.tests.iter().enumerate() { (row(journal, place, test, id)) }
                }
            }
        }
    }
}

fn row(journal: &Journal, place: usize, test: &Test, id: &str) -> Markup {
    if let Some(why) = journal.plan.left_out(place) {
        let columns = journal.by_backend(place).len() + 1;
        return html! {
            tr data-result="skipped" {
                th scope="row" { p { (named(journal, place, test)) } }
                td colspan=(columns) { span.bv-quiet dir="auto" { (skipped(why)) } }
            }
        };
    }
    let deciding = journal.deciding(place);
    html! {
        tr data-result=(deciding.as_ref().map_or("none", |outcome| tag_of(outcome.verdict))) {
            th scope="row" {
                p { (named(journal, place, test)) " " (spoken(journal, place)) }
                (of_the_whole(journal, place))
                (limit(journal, place))
                (stands(journal, place))
                (difference::view(journal, place, Screen::Workbench, &format!("{id}-{place}")))
            }
            (cell("baseline", journal.baseline(place), waiting(journal), false))
            @for (backend, outcome) in journal.by_backend(place) {
                (cell(backend.as_str(), outcome, waiting(journal), true))
            }
        }
    }
}

/// `decides` is false for production before, where a failure is no bad news.
fn cell(of: &str, outcome: Option<&Outcome>, waiting: &str, decides: bool) -> Markup {
    let Some(outcome) = outcome else {
        return html! { td data-of=(of) data-result="none" { span.bv-quiet { (waiting) } } };
    };
    let result = if decides { tag_of(outcome.verdict) } else { "before" };
    html! {
        td data-of=(of) data-result=(result) {
            p { span.bv-result__mark aria-hidden="true" { (mark(outcome.verdict)) } " " strong { (word(outcome.verdict)) } }
            @if decides || outcome.verdict == Verdict::Inconclusive { (why(outcome)) }
            p.bv-evidence dir="auto" {
                @if decides && outcome.verdict != Verdict::Pass { (evidence(&outcome.evidence)) } @else { (in_short(&outcome.evidence)) }
            }
        }
    }
}

fn lines(journal: &Journal) -> Markup {
    html! {
        ol.bv-results {
            @for (place, test) in journal.plan.tests.iter().enumerate() { (line(journal, place, test)) }
        }
    }
}

fn line(journal: &Journal, place: usize, test: &Test) -> Markup {
    if let Some(why) = journal.plan.left_out(place) {
        return html! {
            li.bv-result data-result="skipped" {
                span.bv-result__mark aria-hidden="true" { "–" }
                div.bv-result__body { p { (named(journal, place, test)) " " span.bv-quiet dir="auto" { (skipped(why)) } } }
            }
        };
    }
    let deciding = journal.deciding(place);
    html! {
        li.bv-result data-result=(deciding.as_ref().map_or("none", |outcome| tag_of(outcome.verdict))) {
            span.bv-result__mark aria-hidden="true" { (deciding.as_ref().map_or("·", |outcome| mark(outcome.verdict))) }
            div.bv-result__body {
                p { (named(journal, place, test)) " " (spoken(journal, place)) }
                (of_the_whole(journal, place))
                ul.bv-backends { (backends(journal, place)) }
                (stands(journal, place))
            }
        }
    }
}

/// A line for each backend; below it why, where no line above says the same.
fn backends(journal: &Journal, place: usize) -> Markup {
    let is_new = |outcome: &Outcome, above: &[(&Backend, Option<&Outcome>)]| {
        let said =
            |(_, known): &(&Backend, Option<&Outcome>)| known.is_some_and(|known| known.reason == outcome.reason);
        outcome.reason.is_some() && !above.iter().any(said)
    };
    let all = journal.by_backend(place);
    html! {
        @for (at, (backend, outcome)) in all.iter().enumerate() {
            @match outcome {
                Some(outcome) => {
                    li data-of=(backend) data-result=(tag_of(outcome.verdict)) {
                        span.bv-result__mark aria-hidden="true" { (mark(outcome.verdict)) } " "
                        bdi { (backend) } ": " strong { (word(outcome.verdict)) }
                        @if is_new(outcome, all.get(..at).unwrap_or_default()) {
                            (why(outcome))
                            p.bv-evidence dir="auto" { (evidence(&outcome.evidence)) }
                        }
                    }
                }
                None => li data-of=(backend) data-result="none" { bdi { (backend) } ": " span.bv-quiet { (waiting(journal)) } },
            }
        }
    }
}

/// The word for a test over all backends.
fn spoken(journal: &Journal, place: usize) -> Markup {
    html! {
        @match journal.deciding(place) {
            Some(outcome) => strong { (word(outcome.verdict)) },
            None => span.bv-quiet { (waiting(journal)) },
        }
    }
}

/// A doubt that is of no backend but of the whole: what must be before.
fn of_the_whole(journal: &Journal, place: usize) -> Markup {
    let passed = journal.came(place).is_some_and(|outcome| outcome.verdict == Verdict::Pass);
    html! { @if let (true, Some(outcome)) = (passed, journal.deciding(place)) { (reason(&outcome)) } }
}

fn why(outcome: &Outcome) -> Markup {
    html! {
        (reason(outcome))
        @for came in outcome.assertions.iter().filter(|came| !came.held) { (assertion(came)) }
    }
}

/// Who answered and how fast.
fn in_short(evidence: &Evidence) -> String {
    let server = evidence.server.as_deref().unwrap_or("no answer");
    format!("{server} · {} ms", evidence.elapsed_ms)
}

const fn waiting(journal: &Journal) -> &'static str {
    if journal.ended.is_some() { "not run" } else { "waiting…" }
}
