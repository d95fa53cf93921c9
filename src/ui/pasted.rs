// SPDX-License-Identifier: GPL-2.0-or-later
//! A command of cURL that is pasted to become a test.
//!
//! Must not read the command: [`READER`] does.

use super::adding::Adding;
use super::presets;
use super::seam::Event;
use crate::suite::{Test, read_curl};
use maud::{Markup, html};

/// Makes a test of each command, and tells in sentences what was left out.
pub(super) type Reader = fn(&str) -> Result<(Vec<Test>, Vec<String>), String>;

/// Who reads commands; while nobody does, the button is left out.
pub(super) const READER: Option<Reader> = Some(read);

fn read(commands: &str) -> Result<(Vec<Test>, Vec<String>), String> {
    let curl = read_curl(commands).map_err(|error| error.to_string())?;
    Ok((curl.suite.tests, curl.lost.iter().map(|loss| format!("{loss}.")).collect()))
}

/// Name and id of the field.
pub(super) const FIELD: &str = "pasted-command";

/// The form.
pub(super) fn view(adding: &Adding) -> Markup {
    let complaint = adding.complaint.as_ref().map(|(_, why)| why);
    html! {
        form.bv-preset data-act="save-command" autocomplete="off" novalidate aria-labelledby="preset-title" {
            (presets::head("Paste a cURL command"))
            div.cdx-field {
                div.cdx-label {
                    label.cdx-label__label for=(FIELD) { span.cdx-label__label__text { "Command" } }
                    span.cdx-label__description { "As the browser's network panel copies it. Cookies and tokens are left out." }
                }
                textarea.bv-pre.bv-pasted id=(FIELD) name=(FIELD) rows="5" dir="ltr" autocapitalize="off" spellcheck="false"
                    aria-invalid=[complaint.map(|_| "true")] {}
            }
            @if let Some(why) = complaint { p.bv-note.bv-note--error role="status" data-complaint { "✗ " (why) } }
            div.bv-actions {
                button.cdx-button.cdx-button--action-progressive.cdx-button--weight-primary type="submit" id="save-command" { "Add and save" }
            }
        }
    }
}

/// The tests of what was pasted.
///
/// # Errors
/// With a sentence when it is no command that can become one.
pub(super) fn tests_of(event: &Event) -> Result<(Vec<Test>, Vec<String>), String> {
    let typed = event.field(FIELD).unwrap_or_default().trim();
    READER.map_or_else(|| Err("This version reads no commands.".to_owned()), |read| read(typed))
}
