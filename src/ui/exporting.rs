// SPDX-License-Identifier: GPL-2.0-or-later
//! Giving saved tests out, as a file or by the clipboard: YAML, a Hurl file, or curl commands.
//!
//! Must not leave unsaid what a file cannot hold.

use super::icon::Icon;
use super::page::Page;
use super::seam::{Effect, Event};
use super::sharing::{count, file_name, in_words};
use crate::app::State;
use crate::suite::{Exported, Format, Owner, Suite, not_whole, write, write_curl, write_hurl};
use maud::{Markup, html};

/// What was given out last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    owner: Owner,
    format: Format,
    /// Whether it is on the clipboard.
    pub(super) copied: bool,
}

/// A format, the ending of its files, and what a button calls it. The first of them says all that a test is.
const FORMATS: [(Format, &str, &str); 3] =
    [(Format::Yaml, "yaml", "YAML"), (Format::Hurl, "hurl", "Hurl"), (Format::Curl, "curl", "cURL")];

/// A suite as a file of that format, with what the file cannot say.
fn written(suite: &Suite, format: Format) -> Exported {
    match format {
        Format::Yaml => Exported { text: write(suite), lost: Vec::new() },
        Format::Hurl => write_hurl(suite),
        Format::Curl => write_curl(suite),
    }
}

/// Gives out what the clicked button says.
pub(super) fn act(page: &mut Page, event: &Event) -> Vec<Effect> {
    let owner: Option<Owner> = event.data.get("owner").and_then(|owner| owner.parse().ok());
    let suite = owner.as_ref().and_then(|owner| page.state.as_ref()?.suites.get(owner));
    let (Some(owner), Some(suite)) = (owner.clone(), suite) else { return Vec::new() };
    let wanted = event.data.get("format").map(String::as_str);
    let [yaml, ..] = FORMATS;
    let (format, end, _) = FORMATS.into_iter().find(|(_, end, _)| Some(*end) == wanted).unwrap_or(yaml);
    let Exported { text, .. } = written(suite, format);
    let name = format!("{}.{end}", file_name(&owner.to_string()));
    let copied = event.act == "export-copy";
    page.sharing.given = Some(Given { owner, format, copied });
    vec![if copied { Effect::Copy(text) } else { Effect::Download { name, text } }]
}

/// Each owner's tests, with the buttons that give them out.
pub(super) fn view(owners: &[Owner], state: &State, page: &Page) -> Markup {
    let kept = owners.iter().filter_map(|owner| Some((state.suites.get(owner)?, owner)));
    let all: Vec<(&Suite, &Owner)> = kept.filter(|(suite, _)| !suite.tests.is_empty()).collect();
    html! {
        @for (at, (suite, owner)) in all.iter().enumerate() {
            @let given = page.sharing.given.as_ref().filter(|given| given.owner == **owner);
            div.bv-export data-owner=(owner) {
                p { bdi { (in_words(owner)) } ": " (count(suite.tests.len())) }
                @let lost = not_whole(suite);
                @if !lost.is_empty() {
                    p.bv-note.bv-note--warning data-not-whole { "The file cannot say all of " (labels(suite, &lost)) "." }
                }
                div.bv-actions {
                    @for (format, end, called) in FORMATS { (buttons(at, format, end, called)) }
                    span.bv-note.bv-note--success aria-live="polite" { @if given.is_some_and(|given| given.copied) { "✓ Copied" } }
                }
                @if let Some(given) = given { (unsaid(suite, given.format)) }
            }
        }
    }
}

fn buttons(at: usize, format: Format, end: &str, called: &str) -> Markup {
    let (id, wanted) = match format {
        Format::Yaml => (format!("export-{at}"), None),
        Format::Hurl | Format::Curl => (format!("export-{at}-{end}"), Some(end)),
    };
    html! {
        button.cdx-button.cdx-button--size-small type="button" id={ (id) "-download" } data-act="export-download" data-format=[wanted] { "Download " (called) }
        button.cdx-button.cdx-button--size-small type="button" id={ (id) "-copy" } data-act="export-copy" data-format=[wanted] { (Icon::Copy.view()) "Copy " (called) }
    }
}

/// What the file that was given out does not say.
fn unsaid(suite: &Suite, format: Format) -> Markup {
    let Exported { lost, .. } = written(suite, format);
    html! {
        @if !lost.is_empty() {
            div data-unsaid role="status" {
                p.bv-note.bv-note--warning { "What was given out does not say all:" }
                ul.bv-plain { @for loss in &lost { li.bv-note dir="auto" { (loss) "." } } }
            }
        }
    }
}

fn labels(suite: &Suite, places: &[usize]) -> String {
    let labels: Vec<String> =
        places.iter().filter_map(|place| suite.tests.get(*place)).map(|test| format!("“{}”", test.label())).collect();
    labels.join(", ")
}
