// SPDX-License-Identifier: GPL-2.0-or-later
//! A page, or a text in one, from which a test is to be made: what is known of it, and what can be demanded.
//!
//! Must not trust the text: it is shown and kept as data.

use super::adding::{Adding, is_for, my_patches};
use super::page::Page;
use super::seam::Event;
use super::{patch, presets};
use crate::app::{Look, State, Suggested};
use crate::check::{Assertion, Predicate, Subject};
use crate::suite::{Cleaned, Suggestion, Test};
use maud::{Markup, html};

/// Name of the field for what only the patch brings, and of what is wrong with the page.
pub(super) const ONLY: &str = "only";
/// Name of the boxes of suggestions.
const PICK: &str = "pick";

/// The form for the page in the tab in front.
pub(super) fn page(gerrit: u64, state: &State, adding: &Adding) -> Markup {
    let suggested = state.suggested.as_ref().filter(|known| is_for(known, gerrit));
    html! {
        form.bv-preset data-act="save-page" data-gerrit=(gerrit) autocomplete="off" novalidate aria-labelledby="preset-title" {
            (presets::head("Test this page"))
            @if let Some((_, why)) = &adding.complaint { p.bv-note.bv-note--error role="status" data-complaint { "✗ " (why) } }
            @if let Some(suggested) = suggested {
                (address(&suggested.page))
                @match &suggested.look {
                    Look::Asking => p.bv-quiet role="status" { "Asking the page once…" },
                    Look::Failed { detail } => p.bv-note.bv-note--error role="status" data-complaint { "✗ The page did not answer: " (detail) ". Close this and try again." },
                    Look::Found { suggestions } => (choices(suggestions)),
                }
            } @else if adding.complaint.is_none() {
                p.bv-quiet role="status" { "Looking at the tab…" }
            }
        }
    }
}

fn address(page: &Cleaned) -> Markup {
    html! {
        p.bv-picked__url dir="ltr" { (page.url) }
        @if !page.dropped.is_empty() {
            p.bv-note { "Left out, because it is a secret of yours: " (page.dropped.iter().map(String::as_str).collect::<Vec<_>>().join(", ")) "." }
        }
    }
}

fn choices(suggestions: &[Suggestion]) -> Markup {
    html! {
        fieldset.bv-boxes {
            legend.bv-label { "Holds on production now, and must hold with the patch" }
            @for (at, suggestion) in suggestions.iter().enumerate() {
                div.bv-box {
                    input.bv-box__input type="checkbox" id={ (PICK) "-" (at) } name=(PICK) value=(at) checked[suggestion.likely];
                    label for={ (PICK) "-" (at) } dir="auto" { (suggestion.assertion) }
                }
            }
        }
        div.cdx-field {
            div.cdx-label {
                label.cdx-label__label for={ "picked-" (ONLY) } {
                    span.cdx-label__label__text { "A text that only the patch brings" }
                    span.cdx-label__label__optional-flag { " (optional)" }
                }
            }
            div.cdx-text-input { input.cdx-text-input__input id={ "picked-" (ONLY) } name=(ONLY) type="text" dir="auto" autocapitalize="off" spellcheck="false"; }
        }
        div.bv-actions {
            button.cdx-button.cdx-button--action-progressive.cdx-button--weight-primary type="submit" id="save-page" { "Add and save" }
        }
    }
}

/// The test of a page with what was ticked and typed.
///
/// # Errors
/// With a sentence when it demands nothing.
pub(super) fn test_of_page(suggested: &Suggested, event: &Event) -> Result<Test, String> {
    let Look::Found { suggestions } = &suggested.look else {
        return Err("Wait until the page has answered.".to_owned());
    };
    let ticked =
        event.form.iter().filter(|(name, _)| name == PICK).filter_map(|(_, value)| value.parse::<usize>().ok());
    let mut assertions: Vec<Assertion> =
        ticked.filter_map(|at| suggestions.get(at)).map(|suggestion| suggestion.assertion.clone()).collect();
    let only = event.field(ONLY).unwrap_or_default().trim();
    if !only.is_empty() {
        assertions.insert(0, Assertion::body_contains(only));
    }
    if assertions.is_empty() {
        return Err("Tick at least one thing that must hold, or type a text.".to_owned());
    }
    let must_fail_before = !only.is_empty();
    Ok(Test { url: suggested.page.url.clone(), must_fail_before, assertions, ..Test::default() })
}

/// What the user has marked in a page, and the patches of which it can become a test.
pub(super) fn marked(page: &Page) -> Markup {
    let Some(state) = &page.state else { return html! {} };
    let suggested = state.suggested.as_ref().filter(|suggested| suggested.text.is_some());
    let Some(suggested) = suggested else { return html! {} };
    let waits = suggested.look == Look::Asking;
    let patches = my_patches(state);
    html! {
        section.bv-picked aria-labelledby="picked-title" data-picked {
            h2 id="picked-title" { "Check for this text" }
            blockquote.bv-picked__text dir="auto" { (suggested.text.as_deref().unwrap_or_default()) }
            (address(&suggested.page))
            (how(suggested))
            @if patches.is_empty() {
                p.bv-note { "No patch of yours is on the calendar, so there is none to add it to." }
            } @else {
                p.bv-label id="picked-for" { "For which patch?" }
            }
            ul.bv-plain {
                @for mine in patches {
                    li {
                        button.cdx-button.bv-picked__patch type="button" id={ "check-text-" (mine.gerrit) } data-act="check-text"
                            data-gerrit=(mine.gerrit) disabled[waits] dir="auto" { (patch::title(mine)) }
                    }
                }
            }
            div.bv-actions {
                button.cdx-button.cdx-button--weight-quiet type="button" id="forget-page" data-act="forget-page" { "Add no test" }
            }
        }
    }
}

/// Where the text was found, in words.
fn how(suggested: &Suggested) -> Markup {
    let in_source = suggested.of_text().map(|suggestion| suggestion.assertion.of == Subject::Body);
    html! {
        @match (&suggested.look, in_source) {
            (Look::Asking, _) => p.bv-quiet role="status" { "Asking the page once…" },
            (_, Some(true)) => p.bv-note.bv-note--success data-found="source" { "✓ It is in the page’s source." },
            (_, Some(false)) => p.bv-note.bv-note--warning data-found="read" {
                "⚠ It is not in the page’s source as it is. The test looks for it in the text that a reader sees."
            },
            (Look::Failed { detail }, None) => p.bv-note.bv-note--warning data-found="unknown" {
                "⚠ The page did not answer (" (detail) "), so nobody knows yet whether it is in there."
            },
            (Look::Found { .. }, None) => p.bv-note.bv-note--warning data-found="nowhere" {
                "⚠ Production does not send it to readers who are not logged in. That is right if only the patch brings it; "
                "it is wrong if a script puts it there, or only you see it."
            },
        }
    }
}

/// The test of the marked text. A text that production does not have must be what the patch brings.
pub(super) fn test_of_text(suggested: &Suggested) -> Option<Test> {
    let text = suggested.text.as_deref()?;
    let as_read = || {
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let of = Subject::Html { selector: "body".to_owned() };
        Assertion { of, is: Predicate::Contains { value: words.into() } }
    };
    let found = suggested.of_text().map(|suggestion| suggestion.assertion.clone());
    let must_fail_before = found.is_none() && matches!(suggested.look, Look::Found { .. });
    let assertions = vec![found.unwrap_or_else(as_read)];
    Some(Test { url: suggested.page.url.clone(), must_fail_before, assertions, ..Test::default() })
}
