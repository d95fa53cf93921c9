// SPDX-License-Identifier: GPL-2.0-or-later
//! One answer: who gave it, by which way, and each assertion held against it.

use super::super::clean::visible;
use super::said::{asked, mark, ms, said};
use super::test::why;
use crate::check::AssertionResult;
use crate::deployed::Runs;
use crate::verify::{CodeSeen, Evidence, Outcome, Target, Verdict};
use maud::{Markup, html};

/// What `target` answered; why it is no pass where `told` does not say it. It is open from the beginning where it decides and is no pass.
pub(super) fn view(target: &Target, outcome: Option<&Outcome>, decides: bool, told: Option<&Outcome>) -> Markup {
    let is_open = decides && outcome.is_some_and(|outcome| outcome.verdict != Verdict::Pass);
    html! {
        details.answer open[is_open] {
            summary {
                bdi { (visible(&asked(target))) } ": " (mark(outcome.map(|outcome| outcome.verdict), "not run"))
                @if !decides { span.quiet { " (compared, does not decide)" } }
                @if let Some(Outcome { evidence: Evidence { status: Some(status), elapsed_ms, .. }, .. }) = outcome {
                    span.quiet { " status " (status) ", " (ms(*elapsed_ms)) }
                }
            }
            @if let Some(outcome) = outcome {
                @if outcome.verdict != Verdict::Pass && !(decides && told.is_some_and(|told| told.reason == outcome.reason)) { (why(outcome)) }
                @if !outcome.assertions.is_empty() { (assertions(&outcome.assertions)) }
                (evidence(&outcome.evidence))
            } @else { p { "Nothing came: the run ended before." } }
        }
    }
}

fn assertions(results: &[AssertionResult]) -> Markup {
    html! {
        table.assertions {
            caption { "Assertions" }
            thead { tr { th scope="col" { "Held" } th scope="col" { "Expected" } th scope="col" { "Actual" } } }
            tbody {
                @for result in results {
                    tr data-held=(result.held) {
                        td { @if result.held { "✓ yes" } @else { strong { "✗ no" } } }
                        th scope="row" dir="auto" { (visible(&result.expected)) }
                        td dir="auto" { (visible(&result.actual)) }
                    }
                }
            }
        }
    }
}

fn evidence(evidence: &Evidence) -> Markup {
    let fact = |name: &str, value: Markup| html! { div { dt { (name) } dd { (value) } } };
    if evidence.status.is_none() {
        return html! {
            dl.facts {
                (fact("Server", html! { "no answer" }))
                @if evidence.sent_ms.is_some() { (fact("Given up after", html! { (ms(evidence.elapsed_ms)) })) }
            }
        };
    }
    html! {
        dl.facts {
            (fact("Server", evidence.server.as_deref().map_or_else(|| html! { "not named" }, said)))
            @if let Some(status) = evidence.status { (fact("Status", html! { (status) })) }
            (fact("Cache", cache(evidence)))
            @if let Some(id) = &evidence.request_id { (fact("Request", html! { code { (visible(id)) } })) }
            @if let Some(version) = &evidence.version { (fact("Version of the wiki", said(version))) }
            @if let Some(code) = &evidence.code { (fact("Patch", patch(code))) }
            @if let Some(sent) = evidence.sent_ms { (fact("Sent", html! { (ms(sent)) " after the click" })) }
            (fact("Took", html! { (ms(evidence.elapsed_ms)) }))
            @if evidence.repeated_past_cache { (fact("Asked again", html! { "past the cache" })) }
            @if evidence.repeated_after_timeout { (fact("Asked again", html! { "after no answer came in time" })) }
        }
        @if !evidence.hops.is_empty() || evidence.location.is_some() { (way(evidence)) }
    }
}

fn cache(evidence: &Evidence) -> Markup {
    html! {
        @if let Some(status) = &evidence.cache_status { (said(status)) } @else { "not told" }
        @if let Some(age) = evidence.age.filter(|age| *age > 0) { ", " (age) " s old" }
    }
}

fn patch(code: &CodeSeen) -> Markup {
    html! {
        @match &code.runs {
            Runs::Yes => "the servers have it",
            Runs::No => "the servers do not have it",
            Runs::Unknown { why } => { "not known (" (said(why)) ")" }
        }
        @if let Some(commit) = &code.commit { ", commit " code { (visible(commit)) } }
    }
}

/// The redirects on the way and what came last.
fn way(evidence: &Evidence) -> Markup {
    let last = evidence.location.as_deref();
    html! {
        p.way__title { "The way of redirects" }
        ol.way {
            @for hop in &evidence.hops { (step(Some(hop.status), hop.location.as_deref())) }
            (step(evidence.status, last))
        }
    }
}

fn step(status: Option<u16>, location: Option<&str>) -> Markup {
    html! {
        li {
            @if let Some(status) = status { "Status " (status) }
            @if let Some(location) = location { ", Location: " (said(location)) }
        }
    }
}
