// SPDX-License-Identifier: GPL-2.0-or-later
//! Every test in a line: what it asks, what it came to, and how it stands to the stages before.

use super::super::clean::visible;
use super::super::planned::source_in_words;
use super::said::{link, mark, name};
use crate::suite::Test;
use crate::verify::{Comparison, Journal, Since};
use maud::{Markup, html};

/// The table of tests.
pub(super) fn view(journal: &Journal, id: &str) -> Markup {
    html! {
        section aria-labelledby={ (id) "-tests" } {
            h3 id={ (id) "-tests" } { "Tests" }
            @if journal.plan.tests.is_empty() { p { "The run has no test." } } @else {
                table.tests {
                    caption { "What each test came to" }
                    thead { tr {
                        th scope="col" { "Test" }
                        th scope="col" { "Result" }
                        th scope="col" { "Beside " @if journal.on_production() { "the stages before" } @else { "production" } }
                    } }
                    tbody { @for (place, test) in journal.plan.tests.iter().enumerate() { (row(journal, place, test, id)) } }
                }
            }
        }
    }
}

fn row(journal: &Journal, place: usize, test: &Test, id: &str) -> Markup {
    let left_out = journal.plan.left_out(place);
    html! {
        tr {
            th scope="row" {
                a href={ "#" (id) "-test-" (place + 1) } { (place + 1) ". " bdi { (visible(name(test))) } }
                p.address { (test.method.as_str()) " " (link(&test.url, &test.url)) }
                @if let Some(source) = source_in_words(&journal.plan, place) { p.quiet dir="auto" { (visible(&source)) } }
            }
            @if let Some(why) = left_out {
                td { (mark(None, "skipped")) p.quiet dir="auto" { (visible(why)) } }
                td { "–" }
            } @else {
                td { (mark(journal.deciding(place).map(|outcome| outcome.verdict), "not run")) }
                td { (beside(journal, place)) }
            }
        }
    }
}

/// One or two words for how a test stands to what came before.
fn beside(journal: &Journal, place: usize) -> &'static str {
    if let Some(comparison) = journal.comparison(place) {
        return match comparison {
            Comparison::Fixed => "fixed",
            Comparison::Kept => "kept",
            Comparison::Regressed => "regressed",
            Comparison::StillFailing => "still failing",
            Comparison::Unknown => "not certain",
        };
    }
    match journal.since(place).filter(|_| !journal.plan.earlier.is_empty()) {
        Some(Since::Fixed) => "fixed",
        Some(Since::Kept) => "kept",
        Some(Since::AsOnMwdebug) => "as on mwdebug",
        Some(Since::Regressed) => "regressed",
        Some(Since::StillFailing) => "still failing",
        Some(Since::PassesOnlyHere) => "passes only here",
        Some(Since::Unknown) => "not certain",
        Some(Since::NotVerified) => "not verified on mwdebug",
        None => "–",
    }
}
