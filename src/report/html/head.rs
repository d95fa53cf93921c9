// SPDX-License-Identifier: GPL-2.0-or-later
//! What the file says first: what was verified, the verdict, and what is asked next.
//!
//! Must not judge: the journal has the verdict.

use super::super::cases::doubt_of_run;
use super::super::clean::visible;
use super::super::line::{ask, channel_line};
use super::super::stages::{PROVES_NOTHING, counts_in_words};
use super::said::{link, said};
use crate::verify::{Journal, Stage, Verdict};
use jiff::Timestamp;
use maud::{Markup, html};

/// Where Gerrit shows a change, by its number (<https://gerrit.wikimedia.org/r/Documentation/user-search.html>).
const GERRIT: &str = "https://gerrit.wikimedia.org/r/c/";

/// What the runs are of.
pub(super) fn masthead(journals: &[(String, Journal)]) -> Markup {
    html! {
        header.masthead {
            p.kind { "Backport Verify" }
            @if let Some((_, journal)) = journals.first() { h1 dir="auto" { (subject(journal)) } } @else { h1 { "No run" } }
            @if journals.len() > 1 {
                nav aria-label="Runs" {
                    ul { @for (id, journal) in journals {
                        li { a href={ "#" (id) "-verdict" } { (verdict(journal)) " on " (visible(&journal.plan.stage.to_string())) } }
                    } }
                }
            }
        }
    }
}

/// `Change 1330001: its title`.
pub(super) fn subject(journal: &Journal) -> String {
    let title = visible(&journal.plan.subject.title);
    match (journal.plan.subject.gerrit, title.is_empty()) {
        (Some(gerrit), true) => format!("Change {gerrit}"),
        (Some(gerrit), false) => format!("Change {gerrit}: {title}"),
        (None, true) => "Tests without a change".to_owned(),
        (None, false) => title,
    }
}

/// The verdict in capitals; of a run that goes on, that it does.
pub(super) fn verdict(journal: &Journal) -> String {
    journal.verdict().map_or_else(|| "NOT OVER".to_owned(), |verdict| verdict.to_string())
}

/// The verdict of a run, what it is about and what is asked next.
pub(super) fn summary(journal: &Journal, id: &str) -> Markup {
    let (kind, sign) = match journal.verdict() {
        Some(Verdict::Pass) => ("pass", "✓"),
        Some(Verdict::Fail) => ("fail", "✗"),
        Some(Verdict::Inconclusive) => ("inconclusive", "?"),
        None => ("none", "…"),
    };
    html! {
        div.verdict data-verdict=(kind) {
            h2 id={ (id) "-verdict" } {
                span.verdict__sign aria-hidden="true" { (sign) } " "
                span.verdict__word { (verdict(journal)) } " "
                span.verdict__stage { "on " (stage(&journal.plan.stage)) }
            }
            p { (counts_in_words(journal)) "." }
            @if let Some(why) = doubt_of_run(journal) { p { strong { (capital(why)) "." } } }
            @if journal.proves_nothing() { p { strong { (PROVES_NOTHING) } } }
            @if let Some(verdict) = journal.verdict() { p { "Next: " strong { (ask(journal, verdict)) } } }
        }
        (facts(journal))
    }
}

const fn stage(stage: &Stage) -> &'static str {
    match stage {
        Stage::Mwdebug { .. } => "mwdebug",
        Stage::Production => "production",
    }
}

fn facts(journal: &Journal) -> Markup {
    let plan = &journal.plan;
    let deployers: Vec<_> = plan.subject.deployers.iter().map(|nick| visible(nick.as_str())).collect();
    let line = channel_line(journal);
    html! {
        dl.facts {
            @if let Some(gerrit) = plan.subject.gerrit {
                div { dt { "Change" } dd { (link(&format!("{GERRIT}{gerrit}"), &format!("{gerrit} in Gerrit"))) } }
            }
            @if let Stage::Mwdebug { backends } = &plan.stage {
                div { dt { @if backends.len() > 1 { "Backends" } @else { "Backend" } } dd { (said(&backends.to_string())) } }
            }
            @if !deployers.is_empty() {
                div { dt { @if deployers.len() > 1 { "Deployers" } @else { "Deployer" } } dd { (said(&deployers.join(", "))) } }
            }
            div { dt { "Asked" } dd { (moment(plan.asked)) } }
            @if let Some((ended, _)) = journal.ended {
                div { dt { "Took" } dd { (seconds(plan.asked, ended)) } }
            }
            @for pause in &journal.pauses {
                div { dt { "Waited" } dd { (said(&pause.host)) " asked to wait " (pause.seconds) " s" } }
            }
            @if !line.is_empty() { div.facts__wide { dt { "Line for the channel" } dd.line dir="auto" { (line) } } }
        }
    }
}

/// `17 August 2026, 13:05:00 UTC`.
pub(super) fn moment(at: Timestamp) -> Markup {
    let whole = Timestamp::from_second(at.as_second()).unwrap_or(at);
    html! { time datetime=(whole) { (at.strftime("%-d %B %Y, %H:%M:%S UTC")) } }
}

/// `2.5 s`, with as many minutes as there are.
fn seconds(from: Timestamp, to: Timestamp) -> String {
    let tenths = to.as_millisecond().saturating_sub(from.as_millisecond()).max(0) / 100;
    match (tenths / 600, tenths % 600) {
        (0, tenths) => format!("{}.{} s", tenths / 10, tenths % 10),
        (minutes, tenths) => format!("{minutes} min {} s", tenths / 10),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::seconds;
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn a_time_is_told_in_seconds_and_minutes() {
        let told = |ms| seconds(Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH + SignedDuration::from_millis(ms));
        assert_eq!(
            [0, 99, 2549, 59_999, 61_000, 300_000].map(told),
            ["0.0 s", "0.0 s", "2.5 s", "59.9 s", "1 min 1 s", "5 min 0 s"]
        );
        assert_eq!(told(-5), "0.0 s");
    }
}
