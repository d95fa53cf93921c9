// SPDX-License-Identifier: GPL-2.0-or-later
//! One window of the calendar: when it is, whose patches are in it, and the cards of mine.

use super::page::Page;
use super::patch;
use super::time::{Phase, utc_span};
use crate::app::{Loaded, State};
use crate::schedule::{Nick, Patch, Unread, Window};
use maud::{Markup, html};
use std::collections::BTreeSet;

/// My windows as far as they are known, an older reading included.
pub(super) fn known(loaded: &Loaded<Vec<Window>>) -> &[Window] {
    match loaded {
        Loaded::Ready { value, .. } | Loaded::Failed { stale: Some((_, value)), .. } => value,
        Loaded::Absent | Loaded::Loading | Loaded::Failed { stale: None, .. } => &[],
    }
}

/// The user's patches in a window.
pub(super) fn mine<'a>(window: &'a Window, state: &'a State) -> impl Iterator<Item = (usize, &'a Patch)> {
    state.settings.nick.iter().flat_map(|nick| window.patches_of(nick))
}

/// All windows, those that are over behind the others.
pub(super) fn all(windows: &[Window], state: &State, page: &Page) -> Markup {
    let over = |window: &&Window| page.clock().phase(window.start, window.end) == Phase::Over;
    let ordered = windows.iter().filter(|window| !over(window)).chain(windows.iter().filter(over));
    let mut seen = BTreeSet::new();
    let mut names = BTreeSet::new();
    html! {
        @for window in ordered {
            (one(window, &name_of(window, &mut names), &mut seen, state, page))
        }
    }
}

/// A name for its ids that stays when windows before it go: its start, and a number where several start together.
fn name_of(window: &Window, names: &mut BTreeSet<String>) -> String {
    let start = window.start.as_second();
    let mut name = format!("window-{start}");
    let mut twin = 2;
    while !names.insert(name.clone()) {
        name = format!("window-{start}-{twin}");
        twin += 1;
    }
    name
}

fn one(window: &Window, id: &str, seen: &mut BTreeSet<u64>, state: &State, page: &Page) -> Markup {
    let clock = page.clock();
    html! {
        section.bv-window data-window=(window.start) aria-labelledby=(id) {
            div.bv-window__head {
                h2 id=(id) dir="auto" { (window.name) }
                p.bv-meta {
                    time datetime=(window.start) { (clock.local_span(window.start, window.end)) }
                    @if clock.off_utc() { " your time · " (utc_span(window.start, window.end)) } @else { " UTC" }
                }
                div.bv-window__now {
                    p.bv-when.bv-when--running[clock.phase(window.start, window.end) == Phase::Running] {
                        (clock.relative(window.start, window.end))
                    }
                    @if !window.deployers.is_empty() {
                        p.bv-meta dir="auto" { "Deployers: " (nicks(&window.deployers)) }
                    }
                }
                (others(window, id, state))
            }
            @for (_, entry) in mine(window, state) {
                @if seen.insert(entry.gerrit) { (patch::card(entry, window.start, state, page)) }
                @else { (patch::again(entry, window.start, &format!("{id}-{}", entry.gerrit), state, page)) }
            }
            (unread(&window.unread))
        }
    }
}

fn nicks(nicks: &[Nick]) -> String {
    nicks.iter().map(Nick::as_str).collect::<Vec<_>>().join(", ")
}

/// My place among the patches of a window, with those of other people to unfold.
fn others(window: &Window, id: &str, state: &State) -> Markup {
    let own: Vec<usize> = mine(window, state).map(|(place, _)| place).collect();
    let standing = window.patches.iter().filter(|patch| !patch.struck).enumerate().map(|(at, patch)| (at + 1, patch));
    let (all, others): (Vec<_>, Vec<_>) = standing.map(|place| (place, place)).unzip();
    let others: Vec<_> = others.into_iter().filter(|(place, _)| !own.contains(place)).collect();
    html! {
        @if !others.is_empty() {
            details.bv-fold.bv-others id={ (id) "-others" } data-others=(others.len()) {
                summary { (places(&own, all.len())) }
                ol.bv-plain {
                    @for (place, patch) in others {
                        li {
                            span.bv-quiet { (place) ". " } (patch::gerrit_link(patch.gerrit)) " "
                            span dir="auto" { (patch.title) }
                            @if !patch.nicks.is_empty() { span.bv-quiet dir="auto" { " – " (nicks(&patch.nicks)) } }
                        }
                    }
                }
            }
        }
    }
}

/// `Yours is 2nd of 5 patches`, `Yours are 2nd and 3rd of 5 patches`.
fn places(own: &[usize], all: usize) -> String {
    let own: Vec<String> = own.iter().map(|place| ordinal(*place)).collect();
    match own.as_slice() {
        [] => format!("None of the {all} patches is yours"),
        [only] => format!("Yours is {only} of {all} patches"),
        [first @ .., last] => format!("Yours are {} and {last} of {all} patches", first.join(", ")),
    }
}

fn ordinal(place: usize) -> String {
    let end = match (place % 10, place % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{place}{end}")
}

fn unread(entries: &[Unread]) -> Markup {
    html! {
        @if !entries.is_empty() {
            div.bv-unread data-unread=(entries.len()) {
                p.bv-note.bv-note--warning {
                    "⚠ Could not read " @if entries.len() == 1 { "this line" } @else { "these lines" }
                    " of the calendar. Look whether a patch of yours is there:"
                }
                ul {
                    @for entry in entries {
                        li { code dir="auto" { (entry.text) } " " span.bv-quiet { "(line " (entry.source_line) ": " (entry.reason) ")" } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ordinal, places};

    #[test]
    fn my_places_are_counted_as_people_do() {
        assert_eq!(places(&[2], 5), "Yours is 2nd of 5 patches");
        assert_eq!(places(&[2, 3], 5), "Yours are 2nd and 3rd of 5 patches");
        assert_eq!(places(&[1, 3, 4], 6), "Yours are 1st, 3rd and 4th of 6 patches");
        assert_eq!([11, 12, 13, 21].map(ordinal), ["11th", "12th", "13th", "21st"]);
    }
}
