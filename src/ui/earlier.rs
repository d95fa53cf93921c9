// SPDX-License-Identifier: GPL-2.0-or-later
//! The user's windows of earlier weeks: what became of each patch, and no more.

use super::page::Page;
use super::time::utc_span;
use super::{patch, progress, window};
use crate::app::{Loaded, State};
use crate::schedule::{Patch, Window};
use maud::{Markup, html};

/// The button, and below it what it has brought.
pub(super) fn view(page: &Page) -> Markup {
    let Some(state) = &page.state else { return html! {} };
    let calendar = matches!(state.schedule, Loaded::Ready { .. } | Loaded::Failed { .. });
    if state.settings.nick.is_none() || !calendar {
        return html! {};
    }
    html! {
        section.bv-earlier aria-labelledby="earlier-title" {
            @match &state.earlier {
                Loaded::Absent => { h2.bv-unseen id="earlier-title" { "Before" } (button("Earlier weeks")) },
                Loaded::Loading => {
                    h2 id="earlier-title" { "Earlier weeks" }
                    p.bv-quiet data-loading { "Reading the archive of the calendar…" }
                }
                Loaded::Ready { value, .. } => {
                    h2 id="earlier-title" { "Earlier weeks" }
                    (windows(value, state, page))
                    (button("Weeks before these"))
                }
                Loaded::Failed { problem, stale } => {
                    h2 id="earlier-title" { "Earlier weeks" }
                    @if let Some((_, value)) = stale { (windows(value, state, page)) }
                    p.bv-note.bv-note--warning data-problem=(super::problem::tag(problem)) dir="auto" {
                        "⚠ " (problem.sentence()) " " (problem.next_step())
                    }
                    (button("Try again"))
                }
            }
        }
    }
}

fn button(label: &str) -> Markup {
    html! {
        button.cdx-button.cdx-button--weight-quiet type="button" id="show-earlier" data-act="show-earlier" { (label) }
    }
}

fn windows(all: &[Window], state: &State, page: &Page) -> Markup {
    let clock = page.clock();
    html! {
        @if all.is_empty() { p.bv-quiet data-empty { "No patch of yours in the earlier weeks that were read." } }
        @for past in all {
            div.bv-past data-earlier=(past.start) {
                p.bv-past__head {
                    time datetime=(past.start) { (clock.local_span(past.start, past.end)) }
                    span.bv-quiet { @if clock.off_utc() { " · " (utc_span(past.start, past.end)) } @else { " UTC" } " · " bdi { (past.name) } }
                }
                ul.bv-plain {
                    @for (_, entry) in window::mine(past, state) { (row(entry, state)) }
                }
            }
        }
    }
}

fn row(entry: &Patch, state: &State) -> Markup {
    let phase = state.progress.get(&entry.gerrit).map(|progress| progress.phase);
    html! {
        li.bv-past__patch data-earlier-patch=(entry.gerrit) data-phase=[phase.map(progress::tag)] {
            (patch::gerrit_link(entry.gerrit)) " " span dir="auto" { (patch::title(entry)) } " "
            span.bv-quiet dir="auto" {
                "– "
                @match (phase, entry.status.as_str()) {
                    (Some(phase), _) => (progress::name(phase)),
                    (None, "") => "the calendar does not say what became of it",
                    (None, status) => (status),
                }
            }
        }
    }
}
