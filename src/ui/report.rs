// SPDX-License-Identifier: GPL-2.0-or-later
//! The report of a run: the exact line, its length, and what became of it.

use super::icon::Icon;
use super::page::Page;
use super::seam::Screen;
use super::time::Clock;
use crate::app::{Delivery, Report};
use crate::report::{Form, LINE_LIMIT};
use maud::{Markup, html};

/// The preview of the report of `run`, with its buttons.
pub(super) fn view(report: &Report, run: &str, page: &Page) -> Markup {
    let webhook = page.state.as_ref().and_then(|state| state.settings.webhook.as_deref());
    let sendable = webhook.is_some() && matches!(report.delivery, Delivery::Preview | Delivery::Failed { .. });
    html! {
        div.bv-report {
            p.bv-report__head {
                span.bv-label { "Report to the channel" }
                span.bv-quiet { (report.line.len()) " of " (LINE_LIMIT) " bytes" }
            }
            p.bv-report__line dir="auto" data-report data-delivery=(tag(&report.delivery)) { (report.line) }
            (state(&report.delivery, webhook, page.clock()))
            div.bv-actions {
                @if !matches!(report.delivery, Delivery::Delivered { .. }) {
                    button.cdx-button.cdx-button--action-progressive type="button" id={ "send-" (run) } data-act="send-report" data-run=(run) disabled[!sendable] {
                        @match report.delivery {
                            Delivery::Failed { .. } => "Send again",
                            Delivery::Sending => "Sending…",
                            _ => "Send",
                        }
                    }
                }
                button.cdx-button.cdx-button--weight-quiet type="button" id={ "copy-" (run) } data-act="copy-report" data-run=(run) {
                    (Icon::Copy.view()) "Copy"
                }
                @if webhook.is_none() && page.screen == Screen::Popup {
                    button.cdx-button.cdx-button--weight-quiet type="button" id={ "webhook-" (run) } data-act="settings" {
                        "Set the webhook"
                    }
                }
            }
        }
    }
}

/// The run as a file, in a form of the user's choice.
pub(super) fn saving(run: &str) -> Markup {
    html! {
        div.bv-note.bv-saving role="group" aria-labelledby={ "save-" (run) } {
            span id={ "save-" (run) } { "Save report:" }
            @for form in Form::ALL {
                button.bv-link.bv-link--button type="button" id={ "save-" (form.extension()) "-" (run) } data-act="save-report" data-run=(run) data-form=(form.extension()) {
                    (form.name())
                }
            }
        }
    }
}

fn state(delivery: &Delivery, webhook: Option<&str>, clock: Clock<'_>) -> Markup {
    html! {
        @match (delivery, webhook) {
            (Delivery::Delivered { at }, _) => {
                p.bv-note.bv-note--success { "✓ Delivered " (clock.moment(*at)) }
            }
            (Delivery::Failed { detail }, _) => {
                p.bv-note.bv-note--error dir="auto" { "✗ Not delivered. " (detail) }
            }
            (Delivery::Sending, _) => p.bv-note { "Sending…" },
            (Delivery::Preview, Some(origin)) => p.bv-note { "Goes to " span dir="auto" { (origin) } " when you send it." },
            (Delivery::Preview, None) => p.bv-note { "No webhook is set: copy the line into the channel yourself." },
        }
    }
}

const fn tag(delivery: &Delivery) -> &'static str {
    match delivery {
        Delivery::Preview => "preview",
        Delivery::Sending => "sending",
        Delivery::Delivered { .. } => "delivered",
        Delivery::Failed { .. } => "failed",
    }
}
