// SPDX-License-Identifier: GPL-2.0-or-later
//! What came of a test that was asked at once, beside it and its assertions.
//!
//! Must not judge: the outcome comes from the background.

use super::page::Page;
use super::row::Row;
use super::run::{evidence, mark, reason, tag_of, word};
use crate::app::Tried;
use crate::check::Assertion;
use crate::verify::Verdict;
use maud::{Markup, html};

/// The newest try of what a row asks now.
pub(super) fn of_row<'p>(page: &'p Page, row: &Row) -> Option<&'p Tried> {
    let tried = &page.state.as_ref()?.tried;
    let key = page.bench()?.key();
    let of_here: Vec<&Tried> = tried.iter().filter(|tried| tried.owner == key).collect();
    if of_here.is_empty() {
        return None;
    }
    let (test, _) = row.as_far_as_it_goes();
    of_here.into_iter().find(|tried| tried.test.asks_the_same(&test))
}

/// What came of an assertion, if it was asked as it stands there now.
pub(super) fn assertion(tried: Option<&Tried>, now: Option<&Assertion>, id: &str) -> Markup {
    let (Some(tried), Some(now)) = (tried, now) else { return html! {} };
    let Some(outcome) = &tried.outcome else {
        return html! { @if tried.test.assertions.contains(now) { p.bv-tried.bv-quiet id={ (id) "-tried" } { "Asking…" } } };
    };
    let Some(result) = outcome.assertions.iter().find(|result| result.assertion == *now) else { return html! {} };
    // What an answer that proves nothing holds, says nothing.
    let is_doubtful = outcome.verdict == Verdict::Inconclusive;
    let (verdict, said) = match (is_doubtful, result.held) {
        (true, _) => (Verdict::Inconclusive, "proves nothing"),
        (false, true) => (Verdict::Pass, "holds"),
        (false, false) => (Verdict::Fail, "does not hold"),
    };
    html! {
        p.bv-tried id={ (id) "-tried" } data-result=(tag_of(verdict)) dir="auto" {
            span.bv-result__mark aria-hidden="true" { (mark(verdict)) } " " strong { (said) } ": "
            @if !result.held { "expected " (result.expected) ", " } "found " (result.actual)
        }
    }
}

/// What came of the whole, and who answered.
pub(super) fn test(page: &Page, tried: Option<&Tried>, id: &str) -> Markup {
    let Some(tried) = tried else { return html! {} };
    let whom = if tried.on_mwdebug { "mwdebug" } else { "production" };
    html! {
        @match &tried.outcome {
            None => p.bv-tried.bv-quiet id={ (id) "-tried" } { "Asking " (whom) "… Another try gives this one up." },
            Some(outcome) => {
                div.bv-tried id={ (id) "-tried" } data-result=(tag_of(outcome.verdict)) {
                    p dir="auto" {
                        span.bv-result__mark aria-hidden="true" { (mark(outcome.verdict)) } " "
                        strong { (word(outcome.verdict)) } " on " (whom) ", tried at " (page.clock().moment(tried.at)) ". This is no run; nothing is reported."
                    }
                    (reason(outcome))
                    p.bv-evidence dir="auto" { (evidence(&outcome.evidence)) }
                }
            }
        }
    }
}
