// SPDX-License-Identifier: GPL-2.0-or-later
//! Adding a test to a change without writing it: from a preset, from a page, from a text in a page.
//!
//! Must not make the assertions; `suite` does.

use super::bench::Bench;
use super::icon::Icon;
use super::page::{Page, Told};
use super::seam::{Effect, Event, Screen};
use super::{concerned, pasted, picked, presets, window};
use crate::app::{Command, State, Suggested};
use crate::schedule::Patch;
use crate::suite::Preset;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// A test that is being added.
#[derive(Debug, Clone)]
pub(super) struct Adding {
    /// To this change.
    pub(super) gerrit: u64,
    pub(super) way: Way,
    /// The wiki that was picked for it by a button, and how often one was picked.
    pub(super) picked: Option<(usize, String)>,
    /// The blank that is wrong, and why.
    pub(super) complaint: Option<(&'static str, String)>,
}

/// Where the test comes from.
#[derive(Debug, Clone)]
pub(super) enum Way {
    /// A preset that is looked for or chosen.
    Preset {
        /// What was typed to find one.
        find: String,
        chosen: Option<&'static Preset>,
    },
    /// The page in the tab in front.
    Page,
    /// A command of cURL that is pasted.
    Command,
}

/// Where a test can be added to the change, or what is being added.
pub(super) fn offer(gerrit: u64, state: &State, page: &Page) -> Markup {
    let adding = page.adding.as_ref().filter(|adding| adding.gerrit == gerrit);
    let Some(adding) = adding else { return buttons(gerrit, state, page) };
    match &adding.way {
        Way::Preset { find, chosen: None } => presets::list(find),
        Way::Preset { chosen: Some(preset), .. } => presets::blanks(preset, &concerned::offered(gerrit, state), adding),
        Way::Page => picked::page(gerrit, state, adding),
        Way::Command => pasted::view(adding),
    }
}

/// The same for the chosen change of the workbench, while its own tests are shown.
pub(super) fn section(page: &Page) -> Markup {
    let (Some((Bench::Change(gerrit), draft)), Some(state)) = (page.chosen(), &page.state) else { return html! {} };
    html! {
        @if draft.is_dirty() && !is_open(gerrit, page) {
            p.bv-quiet { "To add a test from a preset, save the tests first." }
        } @else {
            (offer(gerrit, state, page))
        }
    }
}

/// Whether a test is being added to the change.
pub(super) fn is_open(gerrit: u64, page: &Page) -> bool {
    page.adding.as_ref().is_some_and(|adding| adding.gerrit == gerrit)
}

fn buttons(gerrit: u64, state: &State, page: &Page) -> Markup {
    let is_first = state.tests_of(gerrit).is_empty();
    let popup = page.screen == Screen::Popup;
    let emphasis = if is_first {
        "cdx-button--action-progressive cdx-button--weight-primary"
    } else {
        "cdx-button--weight-quiet cdx-button--size-small"
    };
    html! {
        @if page.told == Some(Told::TestAdded(gerrit)) {
            p.bv-note.bv-note--success role="status" data-added { "✓ Test saved. Verify tries it." }
            @for said in &page.left_out { p.bv-note.bv-note--warning dir="auto" { "⚠ " (said) } }
        }
        div.bv-actions.bv-adding {
            button.cdx-button.(emphasis) type="button" id={ "add-here-" (gerrit) } data-act="add-here" data-gerrit=(gerrit) {
                (Icon::Add.view()) @if popup { "Add a test" } @else { "Add a test from a preset" }
            }
            @if pasted::READER.is_some() {
                button.cdx-button.cdx-button--weight-quiet.cdx-button--size-small type="button" id={ "add-command-" (gerrit) }
                    data-act="add-command" data-gerrit=(gerrit) { "Paste a cURL command" }
            }
            @if popup {
                button.cdx-button.cdx-button--weight-quiet.cdx-button--size-small type="button" id={ "add-page-" (gerrit) } data-act="add-page"
                    data-gerrit=(gerrit) title="Makes a test of the page in this tab" { "Add this page" }
                @if is_first {
                    button.cdx-button.cdx-button--weight-quiet.cdx-button--size-small type="button" id={ "write-" (gerrit) }
                        data-act="edit-tests" data-gerrit=(gerrit) { "Write one" }
                }
            }
        }
    }
}

/// The patches of the user, each once, in the order of their windows.
pub(super) fn my_patches(state: &State) -> Vec<&Patch> {
    let mut found: Vec<&Patch> = Vec::new();
    for (_, patch) in window::known(&state.schedule).iter().flat_map(|window| window::mine(window, state)) {
        if !found.iter().any(|known| known.gerrit == patch.gerrit) {
            found.push(patch);
        }
    }
    found
}

/// What a click or key means here; `None` where it means nothing here.
pub(super) fn act(page: &mut Page, event: &Event, gerrit: Option<u64>) -> Option<Vec<Effect>> {
    match (event.act.as_str(), gerrit) {
        ("add-here", Some(gerrit)) => {
            begin(page, gerrit, Way::Preset { find: String::new(), chosen: None });
            page.focus = Some(presets::FIND.to_owned());
            Some(Vec::new())
        }
        ("add-page", Some(gerrit)) => {
            begin(page, gerrit, Way::Page);
            Some(vec![Effect::ReadTab { gerrit }])
        }
        ("add-command", Some(gerrit)) => {
            begin(page, gerrit, Way::Command);
            page.focus = Some(pasted::FIELD.to_owned());
            Some(Vec::new())
        }
        ("save-command", _) => Some(save_command(page, event)),
        ("stop-adding", _) => Some(stop(page)),
        ("find-preset" | "pick-preset" | "pick-wiki" | "add-preset" | "other-preset", _) => Some(preset(page, event)),
        ("save-page", Some(gerrit)) => Some(save_page(page, event, gerrit)),
        ("check-text", Some(gerrit)) => {
            let test = page.state.as_ref().and_then(|state| picked::test_of_text(state.suggested.as_ref()?));
            Some(test.map_or_else(Vec::new, |test| vec![Effect::Send(Command::AddTests { gerrit, tests: vec![test] })]))
        }
        ("forget-page", _) => Some(vec![Effect::Send(Command::ForgetPage)]),
        _ => None,
    }
}

fn begin(page: &mut Page, gerrit: u64, way: Way) {
    page.left_out.clear();
    page.adding = Some(Adding { gerrit, way, picked: None, complaint: None });
}

fn stop(page: &mut Page) -> Vec<Effect> {
    let Some(Adding { gerrit, way, .. }) = page.adding.take() else { return Vec::new() };
    page.focus = Some(format!("add-here-{gerrit}"));
    match way {
        Way::Page => vec![Effect::Send(Command::ForgetPage)],
        Way::Preset { .. } | Way::Command => Vec::new(),
    }
}

/// The background has saved a test of this change.
pub(super) fn added(page: &mut Page, gerrit: u64) {
    page.adding = None;
    page.told = Some(Told::TestAdded(gerrit));
    page.focus = Some(format!("verify-mwdebug-{gerrit}"));
}

fn preset(page: &mut Page, event: &Event) -> Vec<Effect> {
    let Some(Adding { gerrit, way: Way::Preset { find, chosen }, complaint, picked }) = &mut page.adding else {
        return Vec::new();
    };
    if let ("pick-wiki", Some(host)) = (event.act.as_str(), event.data.get("host")) {
        let times = picked.take().map_or(0, |(times, _)| times);
        *picked = Some((times + 1, host.clone()));
        page.focus = Some(presets::id_of(crate::suite::WIKI_BLANK.name));
        return Vec::new();
    }
    if let Some(typed) = event.field(presets::FIND) {
        typed.clone_into(find);
    }
    let pick = match (event.act.as_str(), *chosen) {
        ("pick-preset", _) => event.data.get("preset").and_then(|id| Preset::of(id)),
        // Enter takes the first that was found.
        ("add-preset", None) => Preset::found(find).next(),
        ("add-preset", Some(preset)) => {
            let values: BTreeMap<String, String> = event.form.iter().cloned().collect();
            match preset.test(&values) {
                Ok(test) => return vec![Effect::Send(Command::AddTests { gerrit: *gerrit, tests: vec![test] })],
                Err(error) => {
                    page.focus = Some(presets::id_of(error.field()));
                    *complaint = Some((error.field(), error.to_string()));
                    return Vec::new();
                }
            }
        }
        ("other-preset", _) => {
            *chosen = None;
            *complaint = None;
            page.focus = Some(presets::FIND.to_owned());
            None
        }
        _ => None,
    };
    if let Some(preset) = pick {
        *chosen = Some(preset);
        page.focus = preset.fields.first().map(|field| presets::id_of(field.name));
    }
    Vec::new()
}

fn save_command(page: &mut Page, event: &Event) -> Vec<Effect> {
    let Some(adding) = &mut page.adding else { return Vec::new() };
    match pasted::tests_of(event) {
        Ok((tests, left_out)) => {
            page.left_out = left_out;
            vec![Effect::Send(Command::AddTests { gerrit: adding.gerrit, tests })]
        }
        Err(why) => {
            adding.complaint = Some((pasted::FIELD, why));
            page.focus = Some(pasted::FIELD.to_owned());
            Vec::new()
        }
    }
}

fn save_page(page: &mut Page, event: &Event, gerrit: u64) -> Vec<Effect> {
    let suggested =
        page.state.as_ref().and_then(|state| state.suggested.as_ref()).filter(|known| is_for(known, gerrit));
    match suggested.map(|suggested| picked::test_of_page(suggested, event)) {
        Some(Ok(test)) => vec![Effect::Send(Command::AddTests { gerrit, tests: vec![test] })],
        Some(Err(why)) => {
            if let Some(adding) = &mut page.adding {
                adding.complaint = Some((picked::ONLY, why));
            }
            Vec::new()
        }
        None => Vec::new(),
    }
}

/// Whether the page is looked at for this change.
pub(super) fn is_for(suggested: &Suggested, gerrit: u64) -> bool {
    suggested.gerrit == Some(gerrit)
}

impl Page {
    /// The URL of the tab in front is this; `None` where the browser does not tell it, as of sites that are not ours.
    pub fn set_tab(&mut self, gerrit: u64, url: Option<String>) -> Vec<Effect> {
        let Some(adding) = self.adding.as_mut().filter(|adding| adding.gerrit == gerrit) else { return Vec::new() };
        if let Some(url) = url {
            return self.note_sent(vec![Effect::Send(Command::LookAtPage { gerrit, url })]);
        }
        let why = "The page in this tab is on no site that mwdebug serves, so no test can ask it.";
        adding.complaint = Some((picked::ONLY, why.to_owned()));
        Vec::new()
    }
}
