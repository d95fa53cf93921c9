// SPDX-License-Identifier: GPL-2.0-or-later
//! Bringing tests in by file, paste or drop, and the section of what goes in and out.
//!
//! What was read is shown before it is put into the form, and nothing is kept before the user saves the form.

use super::exporting::Exporting;
use super::page::Page;
use super::seam::{Effect, Event};
use super::{exporting, named, shared_page, stored};
use crate::exchange::{Redirects, Session};
use crate::suite::{Only, Owner, SuiteError, Taken, Test, import};
use maud::{Markup, html};

/// What is being brought in on a page, and what was asked about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sharing {
    read: Option<Brought>,
    /// How many tests were put into the form.
    put: Option<usize>,
    /// What is given out.
    pub(super) exporting: Exporting,
    /// How often the field for pasting was emptied.
    generation: u32,
    /// What the user was asked about: whether to remove it and start anew.
    pub(super) anew: Option<String>,
}

/// A text that was brought.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Brought {
    name: String,
    came: Result<Taken, SuiteError>,
}

/// What a click means; `None` when it is about something else.
pub(super) fn act(page: &mut Page, event: &Event) -> Option<Vec<Effect>> {
    let effects = match event.act.as_str() {
        "import" => {
            bring(page, event);
            Vec::new()
        }
        "import-append" => put_in(page, false),
        "import-replace" => put_in(page, true),
        "import-cancel" => {
            page.sharing.read = None;
            vec![Effect::Focus("import-text".to_owned())]
        }
        "export-as" | "export-download" | "export-copy" => exporting::act(page, event),
        _ => {
            return named::act(page, event)
                .or_else(|| shared_page::act(page, event))
                .or_else(|| stored::act(page, event));
        }
    };
    Some(effects)
}

fn bring(page: &mut Page, event: &Event) {
    let text = event.field("import-text").unwrap_or_default();
    let name = event.data.get("file").cloned().unwrap_or_default();
    page.sharing.put = None;
    page.sharing.read = Some(Brought { came: import(&name, text), name });
}

fn put_in(page: &mut Page, replace: bool) -> Vec<Effect> {
    let Some(bench) = page.bench() else { return Vec::new() };
    let Some(Brought { came: Ok(imported), .. }) = page.sharing.read.clone() else { return Vec::new() };
    let Some(draft) = page.drafts.get_mut(&bench) else { return Vec::new() };
    draft.put_in(&imported.tests, replace);
    page.sharing.read = None;
    page.sharing.put = Some(imported.tests.len());
    page.sharing.generation += 1;
    vec![Effect::Focus("save-tests".to_owned())]
}

/// Letters that every file system takes.
pub(super) fn file_name(text: &str) -> String {
    text.chars().map(|letter| if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '-' }).collect()
}

/// The section of the chosen change.
pub(super) fn view(page: &Page) -> Markup {
    let (Some((bench, _)), Some(state)) = (page.chosen(), &page.state) else { return html! {} };
    let owners = page.change.map_or_else(|| vec![bench.key()], |gerrit| state.owners_of(gerrit));
    html! {
        section.bv-change aria-labelledby="sharing-title" {
            @if let Some(gerrit) = page.change { (named::view(gerrit, page)) }
            h3 id="sharing-title" { "Import and export" }
            (field(&page.sharing))
            (brought(&page.sharing))
            (exporting::view(&owners, state, page))
            (shared_page::view(&owners, state, page))
        }
    }
}

fn field(sharing: &Sharing) -> Markup {
    html! {
        form.bv-import data-act="import" autocomplete="off" novalidate data-generation=(sharing.generation) {
            div.cdx-field {
                div.cdx-label {
                    label.cdx-label__label for="import-file" { span.cdx-label__label__text { "A file of tests" } }
                    span.cdx-label__description { "YAML of ours or of httpbb, a Hurl file, or cURL commands. You can drop it on this page, too." }
                }
                input id="import-file" type="file" accept=".yaml,.yml,.hurl,.curl,.txt,.sh" data-act="import-file";
            }
            div.cdx-field {
                div.cdx-label { label.cdx-label__label for="import-text" { span.cdx-label__label__text { "Or its text" } } }
                div.cdx-text-area {
                    textarea.cdx-text-area__textarea id="import-text" name="import-text" rows="3" spellcheck="false" dir="ltr" {}
                }
            }
            div.bv-actions {
                button.cdx-button type="submit" id="import-read" { "Read the text" }
                span.bv-note aria-live="polite" {
                    @if let Some(tests) = sharing.put {
                        span.bv-note--success data-imported=(tests) { "✓ " (count(tests)) " put into the form above. Look at them, then save." }
                    }
                }
            }
        }
    }
}

fn brought(sharing: &Sharing) -> Markup {
    let Some(Brought { name, came }) = &sharing.read else { return html! {} };
    let source = if name.is_empty() { "the text" } else { name.as_str() };
    html! {
        @match came {
            Err(error) => {
                div.cdx-message.cdx-message--block.cdx-message--error data-problem="no_suite" role="status" {
                    span.cdx-message__icon {}
                    div.cdx-message__content dir="auto" {
                        p { strong { "No test could be read from " bdi { (source) } "." } " " (sentence(&error.to_string())) " Nothing was changed." }
                    }
                }
            }
            Ok(imported) => {
                div.bv-offer data-import role="status" {
                    p { strong { (count(imported.tests.len())) " read from " bdi { (source) } "." } " Nothing is kept yet." }
                    @for note in &imported.notes { p.bv-note.bv-note--warning dir="auto" { (note) } }
                    ol.bv-offers { @for (at, test) in imported.tests.iter().enumerate() { li { (whole(test, &format!("import-{at}"))) } } }
                    div.bv-actions {
                        button.cdx-button.cdx-button--action-progressive type="button" id="import-append" data-act="import-append" { "Add to the form" }
                        button.cdx-button type="button" id="import-replace" data-act="import-replace" { "Replace what is in the form" }
                        button.cdx-button.cdx-button--weight-quiet type="button" id="import-cancel" data-act="import-cancel" data-escape { "Cancel" }
                    }
                }
            }
        }
    }
}

/// A test with all that it asks and demands, to be looked at before it is kept. `id` must be unique in the page.
pub(super) fn whole(test: &Test, id: &str) -> Markup {
    let refused = test.validate().err();
    html! {
        div.bv-whole-test {
            @if !test.name.is_empty() { p.bv-label dir="auto" { (test.name) } }
            p { code { (test.method.as_str()) } " " code.bv-url dir="ltr" { (test.url) } }
            @if let Some(error) = refused { p.bv-note.bv-note--error data-complaint { "✗ " (error) } }
            @if !test.method.is_safe() { p.bv-note.bv-note--warning { "It can change something. It is not sent before you allow it." } }
            details.bv-fold id={ (id) "-demands" } open {
                summary { (assertions(test.assertions.len())) }
                ul.bv-plain {
                    @for (name, value) in test.headers.iter() { li.bv-quiet dir="auto" { "Sends " code { (name) ": " (value) } } }
                    @if let Some(body) = &test.body { li.bv-quiet dir="auto" { "Sends the body " code { (body) } } }
                    @if test.session == Session::Mine { li.bv-quiet { "Is sent as you, with your cookies." } }
                    @for said in besides(test) { li.bv-quiet dir="auto" { (said) } }
                    @for assertion in &test.assertions { li dir="auto" { (assertion) } }
                }
            }
        }
    }
}

/// What else a test says, as sentences: two that differ must not look the same.
fn besides(test: &Test) -> Vec<String> {
    let tags: Vec<&str> = test.tags.iter().map(String::as_str).collect();
    let captures =
        test.captures.iter().map(|capture| format!("Takes {} for later tests: {}.", capture.name, capture.of));
    [
        (test.redirects == Redirects::Follow).then(|| "Follows redirects.".to_owned()),
        test.must_fail_before.then(|| "Must fail before the patch.".to_owned()),
        test.skip.as_ref().map(|why| format!("Is not run: {why}")),
        test.only.map(|only| match only {
            Only::Mwdebug => "Runs on mwdebug alone.".to_owned(),
            Only::Production => "Runs on production after the sync alone.".to_owned(),
        }),
        test.timeout_ms.map(|ms| format!("Is given up after {ms} ms.")),
        (!tags.is_empty()).then(|| format!("Tagged {}.", tags.join(", "))),
    ]
    .into_iter()
    .flatten()
    .chain(captures)
    .collect()
}

/// What a suite belongs to, as the user calls it.
pub(super) fn in_words(owner: &Owner) -> String {
    match owner {
        Owner::Change(_) => "This change".to_owned(),
        Owner::Repository(name) | Owner::Wiki(name) => format!("Every change of {name}"),
    }
}

/// `1 test`, `3 tests`.
pub(super) fn count(tests: usize) -> String {
    if tests == 1 { "1 test".to_owned() } else { format!("{tests} tests") }
}

fn assertions(many: usize) -> String {
    if many == 1 { "1 assertion".to_owned() } else { format!("{many} assertions") }
}

/// A fragment as a sentence.
pub(super) fn sentence(fragment: &str) -> String {
    let mut letters = fragment.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if fragment.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}
