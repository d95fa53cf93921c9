// SPDX-License-Identifier: GPL-2.0-or-later
//! A run: how far it has got, what each test came to, and its report.
//!
//! Must not judge: verdicts, comparisons and reasons come from `verify` and `report`.

use super::page::Page;
use super::seam::Screen;
use super::{allowing, answered, columns, difference, report};
use crate::app::Run;
use crate::check::AssertionResult;
use crate::report::{
    PROVES_NOTHING, comparison_in_words, counts_in_words, cut_in_words, logstash_link, reason_in_words,
    same_page_in_words, since_in_words, source_in_words,
};
use crate::suite::Test;
use crate::verify::{Comparison, Ending, Evidence, Journal, Outcome, Reason, Since, Stage, Verdict};
use maud::{Markup, html};

/// The result of a stage, or its progress.
pub(super) fn view(run: &Run, gerrit: u64, page: &Page) -> Markup {
    let journal = &run.journal;
    let id = format!("{}-{gerrit}", stage_tag(&journal.plan.stage));
    let saved = page.state.as_ref().map_or_else(Vec::new, |state| state.tests_as_in(gerrit, &journal.plan));
    html! {
        section.bv-stage data-stage=(stage_tag(&journal.plan.stage)) data-verdict=(verdict_tag(journal)) aria-labelledby={ (id) "-title" } {
            div.bv-stage__head {
                h4 id={ (id) "-title" } { (stage_name(&journal.plan.stage)) }
                (chip_of(journal))
            }
            @match journal.ended {
                None => (progress(journal, &id)),
                Some((at, _)) => (summary(journal, &page.clock().moment(at))),
            }
            @if outdated(journal, &saved) {
                p.bv-note.bv-note--warning { "⚠ The tests were changed after this run. Verify again." }
            }
            @if several(&journal.plan.stage) {
                (columns::view(journal, page.screen, &id))
            } @else {
                ol.bv-results {
                    @for (place, test) in journal.plan.tests.iter().enumerate() { (result(journal, place, test, page.screen, &id)) }
                }
            }
            (answered::questions(journal, page.state.as_ref(), &id))
            (allowing::questions(journal, &saved, &id))
            @if let Some(report) = &run.report { (report::view(report, &journal.plan.id, page)) }
            @if journal.ended.is_some() { (report::saving(&journal.plan.id)) }
        }
    }
}

/// A sentence about the run for those who hear the page.
pub(super) fn spoken(journal: &Journal) -> String {
    let stage = stage_name(&journal.plan.stage);
    match journal.ended {
        None => format!("{stage}: {}.", [vec![answered(journal)], journal.waits()].concat().join("; ")),
        Some((_, Ending::Cancelled)) => format!("{stage}: cancelled."),
        Some(_) => format!("{stage}: {}.", verdict_word(journal.verdict())),
    }
}

/// Whether the saved tests are not those that ran.
fn outdated(journal: &Journal, saved: &[Test]) -> bool {
    journal.ended.is_some() && journal.plan.tests != saved
}

fn progress(journal: &Journal, id: &str) -> Markup {
    let total = journal.plan.jobs.len();
    let done = total - journal.pending().len();
    html! {
        div.bv-progress {
            progress.bv-progress__bar value=(done) max=(total.max(1)) aria-label="Progress" {}
            span.bv-progress__label { (answered(journal)) }
            button.cdx-button.cdx-button--action-destructive type="button" id={ "cancel-" (id) } data-act="cancel" { "Cancel" }
        }
        @for wait in journal.waits() { p.bv-note.bv-note--warning data-waits dir="auto" { "Waiting: " (wait) "." } }
    }
}

/// `3 of 8 answers`: on mwdebug every test has those of its backends and production's.
fn answered(journal: &Journal) -> String {
    let total = journal.plan.jobs.len();
    format!("{} of {total} answers", total - journal.pending().len())
}

fn summary(journal: &Journal, ended: &str) -> Markup {
    html! {
        p.bv-summary { (counts_in_words(journal)) ". " span.bv-quiet { (ended) } }
        @if journal.proves_nothing() { p.bv-note.bv-note--warning { "⚠ " (PROVES_NOTHING) } }
        @if journal.on_production() && journal.plan.earlier.is_empty() {
            p.bv-note data-since="not_verified" { (since_in_words(Since::NotVerified)) }
        }
    }
}

fn result(journal: &Journal, place: usize, test: &Test, screen: Screen, id: &str) -> Markup {
    if let Some(why) = journal.plan.left_out(place) {
        return html! {
            li.bv-result data-result="skipped" { span.bv-result__mark aria-hidden="true" { "–" }
                div.bv-result__body { (named(journal, place, test)) " " span.bv-quiet dir="auto" { (skipped(why)) } } }
        };
    }
    let Some(outcome) = journal.deciding(place) else {
        let waiting = if journal.ended.is_some() { "not run" } else { "waiting…" };
        return html! {
            li.bv-result data-result="none" { span.bv-result__mark aria-hidden="true" { "·" }
                div.bv-result__body { (named(journal, place, test)) " " span.bv-quiet { (waiting) } } }
        };
    };
    let full = screen == Screen::Workbench;
    html! {
        li.bv-result data-result=(tag_of(outcome.verdict)) {
            span.bv-result__mark aria-hidden="true" { (mark(outcome.verdict)) }
            div.bv-result__body {
                p { (named(journal, place, test)) " " strong { (word(outcome.verdict)) } }
                (reason(&outcome))
                (limit(journal, place))
                (stands(journal, place))
                (difference::view(journal, place, screen, &format!("{id}-{place}")))
                @for came in outcome.assertions.iter().filter(|came| full || !came.held) { (assertion(came)) }
                p.bv-evidence dir="auto" { (evidence(&outcome.evidence)) }
                @if let (true, Some(before)) = (full, journal.baseline(place)) {
                    p.bv-evidence dir="auto" {
                        "Production before: " (word(before.verdict)) " · " (evidence(&before.evidence))
                        @if let (Verdict::Inconclusive, Some(why)) = (before.verdict, reason_in_words(before)) { " · " (why) }
                    }
                }
            }
        }
    }
}

/// The test's name, and where it comes from if it is not the change's own.
pub(super) fn named(journal: &Journal, place: usize, test: &Test) -> Markup {
    html! {
        span.bv-result__name dir="auto" { (name(test)) }
        @if let Some(source) = source_in_words(&journal.plan, place) { " " span.bv-quiet dir="auto" data-source { (source) } }
    }
}

/// That a test was not run, and why.
pub(super) fn skipped(why: &str) -> String {
    format!("skipped: {why}")
}

/// That a test has less time than it wants.
pub(super) fn limit(journal: &Journal, place: usize) -> Markup {
    html! { @if let Some(words) = cut_in_words(&journal.plan, place) { p.bv-note data-limit { (words) } } }
}

/// How a test stands to the stages before.
pub(super) fn stands(journal: &Journal, place: usize) -> Markup {
    let since = journal.since(place).filter(|_| !journal.plan.earlier.is_empty());
    html! {
        @if let Some(comparison) = journal.comparison(place) {
            p.bv-note data-comparison=(comparison_tag(comparison)) { (comparison_in_words(comparison)) }
        } @else if let Some(since) = since {
            p.bv-note.bv-note--warning[since == Since::Regressed] data-since=(since_tag(since)) {
                @if since == Since::Regressed { "⚠ " }
                (since_in_words(since))
            }
            @if let Some(words) = journal.same_page(place).and_then(same_page_in_words) { p.bv-note data-same-page { (words) } }
        } @else if matches!(journal.plan.stage, Stage::Mwdebug { .. }) && journal.ended.is_none() {
            p.bv-note { "Comparing with production…" }
        }
    }
}

/// Whether more than one backend was asked.
fn several(stage: &Stage) -> bool {
    matches!(stage, Stage::Mwdebug { backends } if backends.len() > 1)
}

/// Why a test did not pass, where that is more than an assertion: those are shown one by one.
pub(super) fn reason(outcome: &Outcome) -> Markup {
    let is_assertion = matches!(outcome.reason, Some(Reason::Assertion { .. }));
    html! {
        @if let (false, Some(why)) = (is_assertion, reason_in_words(outcome)) { p.bv-result__reason dir="auto" { (why) } }
        @if let Some(link) = logstash_link(outcome) {
            p.bv-result__reason { a.bv-link href=(link) target="_blank" rel="noreferrer" data-logstash { "Find this request in Logstash" } }
        }
    }
}

pub(super) fn assertion(came: &AssertionResult) -> Markup {
    html! {
        dl.bv-assertion-result {
            dt { @if came.held { "✓ Expected" } @else { "✗ Expected" } }
            dd dir="auto" { (came.expected) }
            dt { "Actual" }
            dd dir="auto" { (came.actual) }
        }
    }
}

/// Who answered, from which cache, how fast: `mw-debug.eqiad.main-1 · status 200 · cache miss · 312 ms`.
pub(super) fn evidence(evidence: &Evidence) -> String {
    if evidence.status.is_none() && evidence.server.is_none() {
        return "No answer".to_owned();
    }
    let mut parts = vec![match &evidence.server {
        Some(server) => format!("Answered by {server}"),
        None if evidence.status.is_some() => "Server not named".to_owned(),
        None => "No answer".to_owned(),
    }];
    let way = || evidence.way().map(|way| format!("redirected {way}"));
    parts.extend(way().or_else(|| evidence.status.map(|status| format!("status {status}"))));
    parts.extend(evidence.cache_status.as_ref().map(|status| match evidence.age {
        Some(age) if age > 0 => format!("cache {status}, {age} s old"),
        _ => format!("cache {status}"),
    }));
    if evidence.repeated_past_cache {
        parts.push("asked again past the cache".to_owned());
    }
    if evidence.repeated_after_timeout {
        parts.push("asked again after no answer came in time".to_owned());
    }
    parts.push(format!("{} ms", evidence.elapsed_ms));
    parts.join(" · ")
}

fn chip_of(journal: &Journal) -> Markup {
    let (class, text) = match (journal.ended, journal.verdict()) {
        (None, _) => ("cdx-info-chip--notice", "Running".to_owned()),
        (Some((_, Ending::Cancelled)), _) => ("cdx-info-chip--notice", "Cancelled".to_owned()),
        (Some(_), verdict @ Some(Verdict::Pass)) => ("cdx-info-chip--success", verdict_word(verdict)),
        (Some(_), verdict @ Some(Verdict::Fail)) => ("cdx-info-chip--error", verdict_word(verdict)),
        (Some(_), verdict) => ("cdx-info-chip--warning", verdict_word(verdict)),
    };
    html! {
        span.cdx-info-chip.(class) { span.cdx-info-chip__icon {} span.cdx-info-chip__text { (text) } }
    }
}

/// The tag of a stage in `data-stage`.
pub(super) const fn stage_tag(stage: &Stage) -> &'static str {
    match stage {
        Stage::Mwdebug { .. } => "mwdebug",
        Stage::Production => "production",
    }
}

fn stage_name(stage: &Stage) -> String {
    match stage {
        Stage::Mwdebug { backends } => format!("On mwdebug ({backends})"),
        Stage::Production => "On production".to_owned(),
    }
}

fn verdict_tag(journal: &Journal) -> &'static str {
    match (journal.ended, journal.verdict()) {
        (None, _) => "running",
        (Some((_, Ending::Cancelled)), _) => "cancelled",
        (Some(_), verdict) => tag_of(verdict.unwrap_or(Verdict::Inconclusive)),
    }
}

pub(super) const fn tag_of(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Inconclusive => "inconclusive",
    }
}

pub(super) const fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✓",
        Verdict::Fail => "✗",
        Verdict::Inconclusive => "?",
    }
}

pub(super) const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "passed",
        Verdict::Fail => "failed",
        Verdict::Inconclusive => "inconclusive",
    }
}

fn verdict_word(verdict: Option<Verdict>) -> String {
    verdict.unwrap_or(Verdict::Inconclusive).to_string()
}

const fn comparison_tag(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Fixed => "fixed",
        Comparison::Kept => "kept",
        Comparison::Regressed => "regressed",
        Comparison::StillFailing => "still_failing",
        Comparison::Unknown => "unknown",
    }
}

const fn since_tag(since: Since) -> &'static str {
    match since {
        Since::Fixed => "fixed",
        Since::Kept => "kept",
        Since::AsOnMwdebug => "as_on_mwdebug",
        Since::Regressed => "regressed",
        Since::StillFailing => "still_failing",
        Since::PassesOnlyHere => "passes_only_here",
        Since::Unknown => "unknown",
        Since::NotVerified => "not_verified",
    }
}

/// What a test is called beside its result. Every URL is https, so an address that stands for a name goes without.
pub(super) fn name(test: &Test) -> &str {
    test.label().trim_start_matches("https://")
}
