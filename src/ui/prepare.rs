// SPDX-License-Identifier: GPL-2.0-or-later
//! The workbench's look at a change before its window: whether it is fit, and what to copy to get it in there.
//!
//! Must not make the entry or the commands; `preflight` does.

use super::fitness;
use super::icon::Icon;
use super::page::{Page, Told};
use super::progress;
use super::seam::{Effect, Event};
use crate::app::{Loaded, State};
use crate::preflight::{CherryPick, Fitness};
use maud::{Markup, html};

impl Page {
    /// Copies the calendar entry of a change.
    pub(super) fn copy_entry(&mut self, gerrit: u64) -> Vec<Effect> {
        let looked = self.state.as_ref().and_then(|state| state.fitness_of(gerrit, None));
        let Some(entry) = looked.and_then(|looked| looked.entry.clone()) else { return Vec::new() };
        self.told = Some(Told::EntryCopied);
        vec![Effect::Copy(entry)]
    }

    /// Copies the commands of a backport.
    pub(super) fn copy_commands(&mut self, gerrit: u64, event: &Event) -> Vec<Effect> {
        let Some(version) = event.data.get("version") else { return Vec::new() };
        let looked = self.state.as_ref().and_then(|state| state.fitness_of(gerrit, None));
        let pick = looked.and_then(|looked| looked.cherry_picks.iter().find(|pick| pick.version == *version));
        let Some(commands) = pick.map(|pick| pick.commands.clone()) else { return Vec::new() };
        self.told = Some(Told::CommandsCopied(version.clone()));
        vec![Effect::Copy(commands)]
    }
}

/// The section of the chosen change.
pub(super) fn view(page: &Page) -> Markup {
    let (Some(gerrit), Some(state)) = (page.change, &page.state) else { return html! {} };
    let known = state.fitness_of(gerrit, None);
    html! {
        section.bv-change data-patch=(gerrit) aria-labelledby="fit-title" {
            div.bv-change__head {
                h3 id="fit-title" { "Fit for the window" }
                button.cdx-button.cdx-button--weight-quiet.cdx-button--size-small type="button" id="examine" data-act="examine" data-gerrit=(gerrit) {
                    (Icon::Reload.view()) "Look again"
                }
            }
            (progress::view(state.progress.get(&gerrit), page.clock(), "bench"))
            @match known {
                Some(fitness) => {
                    (about(fitness))
                    (fitness::view(fitness, "bench", true))
                    (failure(state, gerrit))
                    (entry(fitness, page))
                    (backports(fitness, page))
                }
                None => (unknown(state, gerrit, page)),
            }
        }
    }
}

/// Why there is nothing to show yet.
fn unknown(state: &State, gerrit: u64, page: &Page) -> Markup {
    html! {
        @if matches!(state.fitness, Loaded::Failed { .. }) { (failure(state, gerrit)) }
        @else if page.examines(gerrit) || state.fitness == Loaded::Loading { p.bv-quiet data-asking { "Asking Gerrit…" } }
        @else { p.bv-quiet { "Gerrit was not asked about this change yet." } }
    }
}

fn failure(state: &State, gerrit: u64) -> Markup {
    fitness::failure(state, "examine", Some(gerrit))
}

fn about(fitness: &Fitness) -> Markup {
    html! {
        @if !fitness.project.is_empty() {
            p.bv-meta {
                span dir="auto" { (fitness.project) } ", branch " span dir="auto" { (fitness.branch) }
                @if let Some(owner) = &fitness.owner { " · owner " span dir="auto" { (owner) } }
                @if let Some(status) = fitness.status { " · " (state_of(status)) }
            }
        }
    }
}

const fn state_of(status: crate::change::ChangeStatus) -> &'static str {
    use crate::change::ChangeStatus::{Abandoned, Merged, New};
    match status {
        New => "open",
        Merged => "merged",
        Abandoned => "abandoned",
    }
}

fn entry(fitness: &Fitness, page: &Page) -> Markup {
    let gerrit = fitness.gerrit;
    html! {
        @if fitness.entry.is_some() || fitness.schedule_link.is_some() {
            section.bv-copy aria-labelledby="entry-title" {
                h4 id="entry-title" { "Put it on the calendar" }
                @if let Some(entry) = &fitness.entry {
                    p.bv-quiet { "Copy this into the window that you choose, in place of the example entry." }
                    pre.bv-pre.bv-pre--wrapped id="entry" data-entry tabindex="0" dir="ltr" { (entry) }
                }
                div.bv-actions {
                    @if fitness.entry.is_some() {
                        button.cdx-button type="button" id="copy-entry" data-act="copy-entry" data-gerrit=(gerrit) { (Icon::Copy.view()) "Copy" }
                        (copied(page, &Told::EntryCopied))
                    }
                    @if let Some(link) = &fitness.schedule_link {
                        a.bv-link href=(link) target="_blank" rel="noreferrer" data-schedule { "Let the scheduling tool do it" }
                    }
                }
            }
        }
    }
}

fn backports(fitness: &Fitness, page: &Page) -> Markup {
    html! {
        @if !fitness.cherry_picks.is_empty() {
            section.bv-copy aria-labelledby="backport-title" {
                h4 id="backport-title" { "Make the backport" }
                p.bv-quiet { "Run these in a clone of the repository, then put the new change on the calendar." }
                @for (at, pick) in fitness.cherry_picks.iter().enumerate() { (commands(pick, at, fitness.gerrit, page)) }
            }
        }
    }
}

fn commands(pick: &CherryPick, at: usize, gerrit: u64, page: &Page) -> Markup {
    html! {
        p.bv-label id={ "commands-" (at) "-for" } { "For " bdi { (pick.version) } }
        pre.bv-pre id={ "commands-" (at) } data-commands=(pick.version) tabindex="0" dir="ltr" aria-labelledby={ "commands-" (at) "-for" } { (pick.commands) }
        div.bv-actions {
            button.cdx-button type="button" id={ "copy-commands-" (at) } data-act="copy-commands" data-gerrit=(gerrit) data-version=(pick.version)
                aria-describedby={ "commands-" (at) "-for" } { (Icon::Copy.view()) "Copy" }
            (copied(page, &Told::CommandsCopied(pick.version.clone())))
        }
    }
}

pub(super) fn copied(page: &Page, what: &Told) -> Markup {
    html! {
        span.bv-note.bv-note--success aria-live="polite" {
            @if page.told.as_ref() == Some(what) { "✓ Copied" }
        }
    }
}
