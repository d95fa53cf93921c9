// SPDX-License-Identifier: GPL-2.0-or-later
//! The report of a run: the exact line, its length, what became of it, and what can be done about that.

use super::icon::Icon;
use super::page::{Page, Told};
use super::prepare::copied;
use super::seam::Screen;
use super::time::Clock;
use crate::app::{Delivery, Report, State};
use crate::report::{Form, LINE_LIMIT};
use maud::{Markup, html};

/// Where reports go, as far as they can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Webhook<'a> {
    /// There; this is its origin.
    Set(&'a str),
    /// It has said that it is gone.
    Gone,
    /// Nowhere.
    None,
}

impl<'a> Webhook<'a> {
    fn of(state: Option<&'a State>) -> Self {
        let Some(settings) = state.map(|state| &state.settings) else { return Self::None };
        match settings.webhook.as_deref() {
            Some(_) if settings.reporting.gone => Self::Gone,
            Some(origin) => Self::Set(origin),
            None => Self::None,
        }
    }
}

/// The preview of the report of `run`, with its buttons.
pub(super) fn view(report: &Report, run: &str, page: &Page) -> Markup {
    block(report, run, false, page)
}

/// The same; `left` where the run is not kept any more, so that the report alone can be put away.
fn block(report: &Report, run: &str, left: bool, page: &Page) -> Markup {
    let webhook = Webhook::of(page.state.as_ref());
    let delivery = &report.delivery;
    html! {
        div.bv-report {
            p.bv-report__head {
                span.bv-label { "Report to the channel" }
                span.bv-quiet { (report.line.len()) " of " (LINE_LIMIT) " bytes" }
            }
            p.bv-report__line dir="auto" data-report data-delivery=(tag(delivery)) { (report.line) }
            (state(delivery, webhook, page.clock()))
            div.bv-actions {
                @if let Some(words) = to_send(delivery) {
                    @let sendable = matches!(webhook, Webhook::Set(_)) && *delivery != Delivery::Sending;
                    button.cdx-button.cdx-button--action-progressive type="button" id={ "send-" (run) } data-act="send-report" data-run=(run) disabled[!sendable] {
                        (words)
                    }
                }
                @if matches!(delivery, Delivery::Waiting { .. }) {
                    button.cdx-button type="button" id={ "take-back-" (run) } data-act="take-back-report" data-run=(run) {
                        "Do not send"
                    }
                }
                button.cdx-button.cdx-button--weight-quiet type="button" id={ "copy-" (run) } data-act="copy-report" data-run=(run) {
                    (Icon::Copy.view()) "Copy"
                }
                (copied(page, &Told::LineCopied(run.to_owned())))
                @if left && to_put_away(delivery) {
                    button.cdx-button.cdx-button--weight-quiet type="button" id={ "put-away-" (run) }
                        data-act="take-back-report" data-run=(run) { "Put away" }
                }
                @if !matches!(webhook, Webhook::Set(_)) && page.screen == Screen::Popup {
                    button.cdx-button.cdx-button--weight-quiet type="button" id={ "webhook-" (run) } data-act="settings" {
                        @if webhook == Webhook::Gone { "Set another webhook" } @else { "Set the webhook" }
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

/// The reports whose runs are not kept any more, as long as there is something to know of them.
pub(super) fn left(page: &Page) -> Markup {
    let left = page.state.as_ref().map_or(&[][..], |state| &state.left_reports);
    html! {
        @if !left.is_empty() {
            section.bv-left aria-labelledby="reports-title" {
                h2 id="reports-title" { "Reports of earlier runs" }
                @for posted in left {
                    (block(&posted.report, &posted.run, true, page))
                }
            }
        }
    }
}

/// What the button for sending says; `None` where there is nothing to send.
const fn to_send(delivery: &Delivery) -> Option<&'static str> {
    match delivery {
        Delivery::Preview => Some("Send"),
        Delivery::Sending => Some("Sending…"),
        Delivery::Waiting { .. } => Some("Send now"),
        Delivery::Unclear { .. } | Delivery::Failed { .. } => Some("Send again"),
        Delivery::Late => Some("Send anyway"),
        Delivery::Queued | Delivery::Delivered { .. } => None,
    }
}

const fn to_put_away(delivery: &Delivery) -> bool {
    matches!(delivery, Delivery::Unclear { .. } | Delivery::Failed { .. } | Delivery::Late)
}

fn state(delivery: &Delivery, webhook: Webhook<'_>, clock: Clock<'_>) -> Markup {
    html! {
        @match (delivery, webhook) {
            (Delivery::Preview, Webhook::Set(origin)) => {
                p.bv-note { "Goes to " span dir="auto" { (origin) } " when you send it." }
            }
            (Delivery::Preview, Webhook::Gone) => {
                p.bv-note.bv-note--warning { "⚠ The webhook is gone: copy the line into the channel yourself." }
            }
            (Delivery::Preview, Webhook::None) => {
                p.bv-note { "No webhook is set: copy the line into the channel yourself." }
            }
            _ => (outcome(delivery, clock)),
        }
    }
}

/// What became of something that was to be sent.
pub(super) fn outcome(delivery: &Delivery, clock: Clock<'_>) -> Markup {
    html! {
        @match delivery {
            Delivery::Preview => {}
            Delivery::Sending => p.bv-note { "Sending…" },
            Delivery::Waiting { again_at, why, attempts } => {
                p.bv-note.bv-note--warning dir="auto" {
                    "⚠ Not said yet. "
                    @if !why.is_empty() { (why) " " }
                    @if *attempts == 0 { "It is sent " } @else { "Attempt " (attempts + 1) " is " }
                    (clock.soon(*again_at)) "."
                }
            }
            Delivery::Queued => {
                p.bv-note { "The relay has it and says it as soon as it can. You need not send it again." }
            }
            Delivery::Delivered { at } => p.bv-note.bv-note--success { "✓ Delivered " (clock.moment(*at)) },
            Delivery::Unclear { detail } => {
                p.bv-note.bv-note--warning dir="auto" { "? Not certain. " (detail) }
            }
            Delivery::Late => {
                p.bv-note.bv-note--error {
                    "✗ Not delivered in time. A line that comes 15 minutes late can mislead, so it is not sent by itself any "
                    "more: verify again, or send it anyway."
                }
            }
            Delivery::Failed { detail } => {
                p.bv-note.bv-note--error dir="auto" { "✗ Not delivered. " (detail) }
            }
        }
    }
}

/// The tag of what became of it in `data-delivery`.
pub(super) const fn tag(delivery: &Delivery) -> &'static str {
    match delivery {
        Delivery::Preview => "preview",
        Delivery::Sending => "sending",
        Delivery::Waiting { .. } => "waiting",
        Delivery::Queued => "queued",
        Delivery::Delivered { .. } => "delivered",
        Delivery::Unclear { .. } => "unclear",
        Delivery::Late => "late",
        Delivery::Failed { .. } => "failed",
    }
}
