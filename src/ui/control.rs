// SPDX-License-Identifier: GPL-2.0-or-later
//! One labelled control of the tests' form, with what is wrong beside it.
//!
//! Must not know what it is for.

use maud::{Markup, html};

/// A field to type into.
#[derive(Debug, Default)]
pub(super) struct Control<'a> {
    /// Its id, unique in the page.
    pub(super) id: String,
    /// Its name in the form.
    pub(super) name: &'static str,
    /// What it is called.
    pub(super) label: &'static str,
    /// What is typed.
    pub(super) value: &'a str,
    /// A word behind the label.
    pub(super) flag: Option<&'static str>,
    /// An example, shown while nothing is typed.
    pub(super) example: &'a str,
    /// A sentence below.
    pub(super) hint: Option<&'a str>,
    /// What is wrong.
    pub(super) complaint: Option<&'a str>,
    /// Whether it takes several lines.
    pub(super) lines: bool,
}

/// The field.
pub(super) fn field(control: &Control<'_>) -> Markup {
    let Control { id, name, label, value, flag, example, hint, complaint, lines } = control;
    let example = Some(*example).filter(|example| !example.is_empty());
    let hinted = hint.map(|_| format!("{id}-hint"));
    let wrong = complaint.map(|_| format!("{id}-complaint"));
    let described: Vec<String> = [hinted, wrong].into_iter().flatten().collect();
    let described = (!described.is_empty()).then(|| described.join(" "));
    let invalid = complaint.map(|_| "true");
    html! {
        div.cdx-field {
            div.cdx-label {
                label.cdx-label__label for=(id) {
                    span.cdx-label__label__text { (label) }
                    @if let Some(flag) = flag { span.cdx-label__label__optional-flag { " (" (flag) ")" } }
                }
            }
            @if *lines {
                div.cdx-text-area.cdx-text-area--status-error[complaint.is_some()] {
                    textarea.cdx-text-area__textarea id=(id) name=(name) rows="3" data-act="edit" data-field=(name) placeholder=[example]
                        autocomplete="off" autocapitalize="off" spellcheck="false" dir="auto"
                        aria-invalid=[invalid] aria-describedby=[described] {
                        // A text area drops one line break at its beginning.
                        "\n" (value)
                    }
                }
            } @else {
                div.cdx-text-input.cdx-text-input--status-error[complaint.is_some()] {
                    input.cdx-text-input__input id=(id) name=(name) type="text" value=(value) data-act="edit" data-field=(name)
                        placeholder=[example] autocomplete="off" autocapitalize="off" spellcheck="false" dir="auto"
                        aria-invalid=[invalid] aria-describedby=[described];
                }
            }
            @if let Some(hint) = hint { p.bv-note id={ (id) "-hint" } dir="auto" { (hint) } }
            @if let Some(complaint) = complaint { (complaint_view(id, complaint)) }
        }
    }
}

/// What is wrong, below what is wrong.
pub(super) fn complaint_view(id: &str, complaint: &str) -> Markup {
    html! {
        div.cdx-field__validation-message id={ (id) "-complaint" } data-complaint {
            div.cdx-message.cdx-message--inline.cdx-message--error {
                span.cdx-message__icon {}
                div.cdx-message__content dir="auto" { (complaint) }
            }
        }
    }
}

/// A button with an icon alone.
pub(super) fn tool(id: &str, act: &str, label: &str, icon: super::icon::Icon) -> Markup {
    html! {
        button.cdx-button.cdx-button--weight-quiet.cdx-button--icon-only type="button" id=(id) data-act=(act) aria-label=(label)
            title=(label) { (icon.view()) }
    }
}
