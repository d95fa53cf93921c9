// SPDX-License-Identifier: GPL-2.0-or-later
//! The presets: the list that is searched while one types, and the blanks of the one that was chosen.
//!
//! Must not know what a preset asks.

use super::adding::Adding;
use super::concerned::Offered;
use super::icon::Icon;
use crate::suite::{Field, Preset, WIKI_BLANK};
use maud::{Markup, html};

/// Name and id of the field in which a preset is looked for.
pub(super) const FIND: &str = "preset-find";

/// The id of a blank's field.
pub(super) fn id_of(field: &str) -> String {
    format!("preset-{field}")
}

/// The list.
pub(super) fn list(find: &str) -> Markup {
    let found: Vec<&Preset> = Preset::found(find).collect();
    html! {
        form.bv-preset data-act="add-preset" autocomplete="off" novalidate aria-labelledby="preset-title" {
            (head("What does the change do?"))
            div.cdx-text-input {
                input.cdx-text-input__input id=(FIND) name=(FIND) type="text" data-act="find-preset" dir="auto" autocapitalize="off"
                    spellcheck="false" aria-labelledby="preset-title" aria-controls="preset-found" aria-describedby="preset-help"
                    placeholder="Such as: right, namespace, logo";
            }
            label.bv-unseen for=(FIND) { "What does the change do?" }
            p.bv-quiet.bv-note id="preset-help" { "Enter takes the first." }
            ul.bv-plain.bv-preset__list id="preset-found" {
                @for preset in &found {
                    li { button.bv-preset__pick type="button" id={ "pick-" (preset.id) } data-act="pick-preset" data-preset=(preset.id) { (preset.name) } }
                }
            }
            @if found.is_empty() {
                p.bv-note role="status" { "No preset has these words. Try others, or write the test yourself." }
            }
        }
    }
}

/// The blanks of a preset, with the wikis that are offered for it.
pub(super) fn blanks(preset: &Preset, offered: &Offered, adding: &Adding) -> Markup {
    let (times, wiki) = match &adding.picked {
        Some((times, host)) => (*times, host.as_str()),
        None => (0, offered.filled.as_deref().unwrap_or_default()),
    };
    html! {
        form.bv-preset data-act="add-preset" autocomplete="off" novalidate aria-labelledby="preset-title" {
            (head(preset.name))
            @for field in preset.fields { (blank(field, "", adding)) }
            div data-generation=(times) { (blank(&WIKI_BLANK, wiki, adding)) }
            @if offered.hosts.len() > 1 || (offered.filled.is_none() && !offered.hosts.is_empty()) {
                p.bv-note id="wiki-offers" { "Which wiki does this test ask?" }
                div.bv-actions role="group" aria-labelledby="wiki-offers" {
                    @for (at, host) in offered.hosts.iter().enumerate() {
                        button.cdx-button.cdx-button--size-small type="button" id={ "pick-wiki-" (at) } data-act="pick-wiki" data-host=(host) { bdi { (host) } }
                    }
                }
            }
            div.bv-actions {
                button.cdx-button.cdx-button--action-progressive.cdx-button--weight-primary type="submit" id="add-preset" { "Add and save" }
                button.cdx-button.cdx-button--weight-quiet type="button" id="other-preset" data-act="other-preset" { "Another kind" }
            }
        }
    }
}

/// The title of what is being added, and the way out.
pub(super) fn head(title: &str) -> Markup {
    html! {
        div.bv-change__head {
            h4 id="preset-title" { (title) }
            button.cdx-button.cdx-button--weight-quiet.cdx-button--icon-only.cdx-button--size-small type="button" id="stop-adding"
                data-act="stop-adding" data-escape aria-label="Add no test" title="Add no test" { (Icon::Close.view()) }
        }
    }
}

fn blank(field: &Field, value: &str, adding: &Adding) -> Markup {
    let id = id_of(field.name);
    let complaint = adding.complaint.as_ref().filter(|(name, _)| *name == field.name).map(|(_, why)| why);
    html! {
        div.cdx-field {
            div.cdx-label {
                label.cdx-label__label for=(id) {
                    span.cdx-label__label__text { (field.label) }
                    @if field.optional { span.cdx-label__label__optional-flag { " (optional)" } }
                }
                span.cdx-label__description id={ (id) "-hint" } { (field.hint) }
            }
            div.cdx-text-input.cdx-text-input--status-error[complaint.is_some()] {
                input.cdx-text-input__input id=(id) name=(field.name) type="text" value=(value) placeholder={ "such as " (field.example) } dir="auto"
                    autocapitalize="off" spellcheck="false" aria-invalid=[complaint.map(|_| "true")] aria-describedby={ (id) "-hint" };
            }
            @if let Some(why) = complaint { p.bv-note.bv-note--error role="status" data-complaint { "✗ " (why) "." } }
        }
    }
}
