// SPDX-License-Identifier: GPL-2.0-or-later
//! What came of a test that was asked at once, beside it and its assertions.
//!
//! Must not judge: the outcome comes from the background.

use super::above;
use super::draft::Draft;
use super::page::Page;
use super::run::{evidence, mark, reason, tag_of, word};
use crate::app::{Tried, TriedAbove};
use crate::check::Assertion;
use crate::report::reason_in_words;
use crate::suite::Test;
use crate::verify::Verdict;
use maud::{Markup, html};

/// The newest try of what a row asks now, with the values that it would get now.
pub(super) fn of_row<'p>(page: &'p Page, draft: &Draft, at: usize) -> Option<&'p Tried> {
    let tried = &page.state.as_ref()?.tried;
    let key = page.bench()?.key();
    let of_here: Vec<&Tried> = tried.iter().filter(|tried| tried.owner == key).collect();
    if of_here.is_empty() {
        return None;
    }
    let (test, _) = draft.rows().get(at)?.as_far_as_it_goes();
    let found = of_here.into_iter().find(|tried| tried.test.asks_the_same(&test))?;
    let gives_the_same =
        |(then, now): (&TriedAbove, &Test)| then.test.asks_the_same(now) && then.test.captures == now.captures;
    let above = above::needed(draft.rows(), at, &found.test).ok()?;
    let same = found.above.len() == above.len() && found.above.iter().zip(&above).all(gives_the_same);
    same.then_some(found)
}

/// What came of an assertion, if it was asked as it stands there now.
pub(super) fn assertion(tried: Option<&Tried>, now: Option<&Assertion>, id: &str) -> Markup {
    let (Some(tried), Some(now)) = (tried, now) else { return html! {} };
    let Some(outcome) = &tried.outcome else {
        return html! { @if tried.test.assertions.contains(now) { p.bv-tried.bv-quiet id={ (id) "-tried" } { "Asking…" } } };
    };
    // With its values it may have become two; the one that does not hold tells more.
    let of_it = || outcome.assertions.iter().filter(|result| result.assertion == *now);
    let Some(result) = of_it().find(|result| !result.held).or_else(|| of_it().next()) else { return html! {} };
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
            None => (asking(tried, whom, id)),
            Some(outcome) => {
                div.bv-tried id={ (id) "-tried" } data-result=(tag_of(outcome.verdict)) {
                    p dir="auto" {
                        span.bv-result__mark aria-hidden="true" { (mark(outcome.verdict)) } " "
                        strong { (word(outcome.verdict)) } " on " (whom) ", tried at " (page.clock().moment(tried.at)) ". This is no run; nothing is reported."
                    }
                    (reason(outcome))
                    p.bv-evidence dir="auto" { (evidence(&outcome.evidence)) }
                    (variables(tried))
                    @if !tried.above.is_empty() {
                        p { "Asked before it, for the values that it needs:" }
                        ul.bv-plain { @for above in &tried.above { (asked_before(above)) } }
                    }
                }
            }
        }
    }
}

/// Who is asked now, and a way to give it up.
fn asking(tried: &Tried, whom: &str, id: &str) -> Markup {
    let open: Vec<&Test> =
        tried.above.iter().filter(|above| above.outcome.is_none()).map(|above| &above.test).collect();
    let changes_something =
        tried.above.iter().map(|above| &above.test).chain([&tried.test]).any(|test| !test.method.is_safe());
    html! {
        div.bv-tried.bv-quiet id={ (id) "-tried" } data-asking[!open.is_empty()] {
            p dir="auto" {
                @if open.is_empty() { "Asking " (whom) "…" } @else {
                    "Asking " (whom) " first what gives this test its values: "
                    @for (place, test) in open.iter().enumerate() { @if place > 0 { ", " } bdi { (test.label()) } }
                    "…"
                }
                " Another try gives this one up."
                @if changes_something { " What was sent already may have had its effect." }
            }
            @for wait in &tried.waits { p dir="auto" { "Waiting: " (wait) "." } }
            (variables(tried))
            button.cdx-button.cdx-button--weight-quiet type="button" id={ (id) "-cancel-try" } data-act="cancel-try"
                data-on=[tried.on_mwdebug.then_some("mwdebug")] { "Cancel" }
        }
    }
}

/// The values that were put in, which the form does not show.
fn variables(tried: &Tried) -> Markup {
    html! {
        @if !tried.variables.is_empty() {
            p.bv-evidence dir="auto" {
                @for (place, (name, value)) in tried.variables.iter().enumerate() {
                    @if place > 0 { " · " } code { "{" (name) "}" } " is " bdi { (value) }
                }
            }
        }
    }
}

/// What a test above came to; its values are given by its answer, whether it demands something else too or not.
fn asked_before(TriedAbove { test, outcome }: &TriedAbove) -> Markup {
    html! {
        @match outcome {
            None => li data-result="inconclusive" dir="auto" { bdi { (test.label()) } ": not asked, since a run here leaves it out. Change that under “More” to use its values." },
            Some(outcome) => li data-result=(tag_of(outcome.verdict)) dir="auto" {
                span.bv-result__mark aria-hidden="true" { (mark(outcome.verdict)) } " "
                bdi { (test.label()) } ": " strong { (word(outcome.verdict)) } "."
                @if let (true, Some(why)) = (outcome.verdict != Verdict::Pass, reason_in_words(outcome)) { " " (why) }
            },
        }
    }
}
