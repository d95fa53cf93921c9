// SPDX-License-Identifier: GPL-2.0-or-later
//! Giving saved tests out, as a file or by the clipboard: our own YAML, YAML for httpbb, a Hurl file, or curl commands.
//!
//! Must not leave unsaid what a file cannot hold.

use super::icon::Icon;
use super::page::Page;
use super::seam::{Effect, Event};
use super::sharing::{count, file_name, in_words};
use crate::app::State;
use crate::suite::{Exported, Owner, Suite, not_whole, write, write_curl, write_httpbb, write_hurl};
use maud::{Markup, html};

/// What a suite can be given out as. The first of them says all that a test is, but for few values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Target {
    #[default]
    Ours,
    Httpbb,
    Hurl,
    Curl,
}

impl Target {
    const ALL: [Self; 4] = [Self::Ours, Self::Httpbb, Self::Hurl, Self::Curl];

    /// Its value in the form, what it is called, and the end of its files' names.
    const fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Ours => ("ours", "YAML", "yaml"),
            Self::Httpbb => ("httpbb", "YAML for httpbb", "httpbb.yaml"),
            Self::Hurl => ("hurl", "Hurl", "hurl"),
            Self::Curl => ("curl", "cURL", "curl"),
        }
    }

    /// A suite as such a file, with what the file cannot say.
    fn written(self, suite: &Suite) -> (String, Vec<String>) {
        let of = |Exported { text, lost }| (text, lost.iter().map(ToString::to_string).collect());
        match self {
            Self::Ours => {
                let tests = not_whole(suite).into_iter().filter_map(|place| suite.tests.get(place));
                (write(suite), tests.map(|test| format!("“{}” comes back otherwise", test.label())).collect())
            }
            Self::Httpbb => {
                let (text, lost) = write_httpbb(suite);
                (text, lost.iter().map(ToString::to_string).collect())
            }
            Self::Hurl => of(write_hurl(suite)),
            Self::Curl => of(write_curl(suite)),
        }
    }
}

/// What is wanted, and what was given out last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Exporting {
    /// Of all suites alike: who works with a tool works with it for each.
    target: Target,
    /// Whose tests are on the clipboard.
    pub(super) copied: Option<Owner>,
}

/// Chooses what to give out, or gives it out.
pub(super) fn act(page: &mut Page, event: &Event) -> Vec<Effect> {
    let exporting = &mut page.sharing.exporting;
    exporting.copied = None;
    if event.act == "export-as" {
        let wanted = event.field("export-as").unwrap_or_default();
        exporting.target = Target::ALL.into_iter().find(|target| target.names().0 == wanted).unwrap_or_default();
        return Vec::new();
    }
    let owner: Option<Owner> = event.data.get("owner").and_then(|owner| owner.parse().ok());
    let suite = owner.as_ref().and_then(|owner| page.state.as_ref()?.suites.get(owner));
    let (Some(owner), Some(suite)) = (owner.clone(), suite) else { return Vec::new() };
    let (text, _) = exporting.target.written(suite);
    if event.act == "export-copy" {
        exporting.copied = Some(owner);
        return vec![Effect::Copy(text)];
    }
    let (_, _, end) = exporting.target.names();
    vec![Effect::Download { name: format!("{}.{end}", file_name(&owner.to_string())), text }]
}

/// Each owner's tests, with the buttons that give them out.
pub(super) fn view(owners: &[Owner], state: &State, page: &Page) -> Markup {
    let kept = owners.iter().filter_map(|owner| Some((state.suites.get(owner)?, owner)));
    let all: Vec<(&Suite, &Owner)> = kept.filter(|(suite, _)| !suite.tests.is_empty()).collect();
    let Exporting { target, copied } = &page.sharing.exporting;
    html! {
        @if !all.is_empty() { (choice(*target)) }
        @for (at, (suite, owner)) in all.iter().enumerate() {
            div.bv-export data-owner=(owner) {
                p { bdi { (in_words(owner)) } ": " (count(suite.tests.len())) }
                (unsaid(suite, *target))
                div.bv-actions {
                    button.cdx-button.cdx-button--size-small type="button" id={ "export-" (at) "-download" } data-act="export-download" { "Download" }
                    button.cdx-button.cdx-button--size-small type="button" id={ "export-" (at) "-copy" } data-act="export-copy" { (Icon::Copy.view()) "Copy" }
                    span.bv-note.bv-note--success aria-live="polite" { @if copied.as_ref() == Some(*owner) { "✓ Copied" } }
                }
            }
        }
    }
}

fn choice(target: Target) -> Markup {
    html! {
        form.bv-export autocomplete="off" {
            div.cdx-field {
                div.cdx-label { label.cdx-label__label for="export-as" { span.cdx-label__label__text { "Give out as" } } }
                select.cdx-select id="export-as" name="export-as" data-act="export-as" {
                    @for each in Target::ALL {
                        @let (value, called, _) = each.names();
                        option value=(value) selected[each == target] { (called) }
                    }
                }
            }
        }
    }
}

/// What such a file does not say.
fn unsaid(suite: &Suite, target: Target) -> Markup {
    let (_, lost) = target.written(suite);
    html! {
        @if !lost.is_empty() {
            div data-unsaid role="status" {
                p.bv-note.bv-note--warning { "This does not say all:" }
                ul.bv-plain { @for loss in &lost { li.bv-note dir="auto" { (loss) "." } } }
            }
        }
    }
}
