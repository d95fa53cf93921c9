// SPDX-License-Identifier: GPL-2.0-or-later
//! The settings' fields. The webhook is a secret: only its origin is ever shown.

use super::page::{Page, Told};
use crate::app::State;
use crate::debug::Backend;
use maud::{Markup, html};

/// The fields; the page's file holds the form and its button.
pub(super) fn fields(page: &Page) -> Markup {
    let Some(state) = &page.state else { return html! { p.bv-quiet { "Loading…" } } };
    let nick = state.settings.nick.as_ref().map_or("", |nick| nick.as_str());
    html! {
        div data-generation=(page.settings_generation) {
            div.cdx-field {
                div.cdx-label {
                    label.cdx-label__label for="nick" { span.cdx-label__label__text { "IRC nick" } }
                    span.cdx-label__description { "As it stands beside your patches on the calendar." }
                }
                div.cdx-text-input {
                    input.cdx-text-input__input id="nick" name="nick" type="text" value=(nick) autocomplete="off"
                        autocapitalize="off" spellcheck="false" dir="auto";
                }
            }
            (backend(state))
            (webhook(state))
        }
    }
}

/// What became of the last save.
pub(super) fn message(page: &Page) -> Markup {
    html! {
        @match &page.told {
            Some(Told::SettingsSaved) => p.bv-note.bv-note--success data-saved="settings" { "✓ Saved." },
            Some(Told::SettingRefused(why)) => {
                div.cdx-message.cdx-message--inline.cdx-message--error data-problem="bad_setting" {
                    span.cdx-message__icon {}
                    div.cdx-message__content dir="auto" { (why) }
                }
            }
            _ => {}
        }
    }
}

fn backend(state: &State) -> Markup {
    let current = &state.settings.backend;
    let mut all: Vec<&Backend> = state.backends.iter().collect();
    if !all.contains(&current) {
        all.insert(0, current);
    }
    html! {
        div.cdx-field {
            div.cdx-label {
                label.cdx-label__label for="backend" { span.cdx-label__label__text { "mwdebug backend" } }
                span.cdx-label__description { "Patches reach k8s-mwdebug first." }
            }
            select.cdx-select id="backend" name="backend" {
                @for name in all { option value=(name) selected[name == current] { (name) } }
            }
            @if state.backends.is_empty() {
                p.cdx-field__help-text { "noc.wikimedia.org did not tell which others there are." }
            }
        }
    }
}

fn webhook(state: &State) -> Markup {
    let kept = state.settings.webhook.as_deref();
    html! {
        div.cdx-field {
            div.cdx-label {
                label.cdx-label__label for="webhook" {
                    span.cdx-label__label__text { @if kept.is_some() { "Replace the webhook" } @else { "Webhook" } }
                    span.cdx-label__label__optional-flag { " (optional)" }
                }
                span.cdx-label__description { "Reports go there when you send them. Its URL is a secret and is not shown again." }
            }
            @if let Some(origin) = kept {
                p.bv-webhook {
                    span dir="auto" { "Set: " (origin) "/…" }
                    button.cdx-button.cdx-button--action-destructive.cdx-button--weight-quiet type="button"
                        id="remove-webhook" data-act="remove-webhook" { "Remove" }
                }
            }
            div.cdx-text-input {
                input.cdx-text-input__input id="webhook" name="webhook" type="text" autocomplete="off" autocapitalize="off"
                    spellcheck="false" placeholder="https://";
            }
        }
    }
}
