// SPDX-License-Identifier: GPL-2.0-or-later
//! How reports go to the channel, in the settings: webhook, what stands at its other end, preview, and a trial.
//!
//! The webhook and the signing secret are secrets: of the one only its origin is ever shown, of the other nothing.

use super::seam::Event;
use super::time::Clock;
use super::{live, report};
use crate::app::{Chosen, Delivery, ReportingView, State};
use crate::report::{Receiver, Secret};
use maud::{Markup, html};

const RECEIVER: &str = "receiver";
const SECRET: &str = "signing-secret";
const PREVIEW: &str = "preview";
/// The value of the choice that leaves it to the webhook's URL.
const GUESSED: &str = "guessed";

/// The fields.
pub(super) fn fields(state: &State, clock: Clock<'_>) -> Markup {
    let kept = state.settings.webhook.as_deref();
    let reporting = state.settings.reporting;
    html! {
        (webhook(kept, reporting.gone))
        @if kept.is_some() {
            (live::trouble(state))
            (receiver(reporting))
            (trial(state.trial.as_ref(), reporting.gone, clock))
        }
        div.bv-box {
            input.bv-box__input type="checkbox" id=(PREVIEW) name=(PREVIEW) value="on" checked[!reporting.at_once]
                aria-describedby="preview-does";
            div {
                label for=(PREVIEW) { "Preview before sending" }
                p.bv-note id="preview-does" {
                    "Without it, a report is sent as soon as its run has ended. That of a cancelled run never is."
                }
            }
        }
    }
}

fn webhook(kept: Option<&str>, gone: bool) -> Markup {
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
                    span dir="auto" { @if gone { "Switched off: " } @else { "Set: " } (origin) "/…" }
                    button.cdx-button.cdx-button--action-destructive.cdx-button--weight-quiet type="button"
                        id="remove-webhook" data-act="remove-webhook" { "Remove" }
                }
                @if gone {
                    p.bv-note.bv-note--error data-gone {
                        "✗ It said that it is gone (status 410), so nothing is sent there. Make a new one where you made this one, "
                        "and paste its URL here. Saving a webhook switches it on."
                    }
                }
            }
            div.cdx-text-input {
                input.cdx-text-input__input id="webhook" name="webhook" type="text" autocomplete="off" autocapitalize="off"
                    spellcheck="false" placeholder="https://";
            }
        }
    }
}

/// What stands at the other end. Whether the secret's field is shown follows the choice, in the style sheet.
fn receiver(reporting: ReportingView) -> Markup {
    let ReportingView { chosen, guess, signed, .. } = reporting;
    html! {
        div.bv-receiver {
            div.cdx-field {
                div.cdx-label {
                    label.cdx-label__label for=(RECEIVER) { span.cdx-label__label__text { "Receiver" } }
                    span.cdx-label__description { "What stands at the webhook's other end. Mattermost, Rocket.Chat and Zulip take what Slack takes." }
                }
                select.cdx-select id=(RECEIVER) name=(RECEIVER) {
                    option value=(GUESSED) data-signed[guess == Some(Receiver::Signed)] selected[chosen.is_none()] {
                        @match guess { Some(guess) => { "Looks like " (name(guess)) }, None => "As its URL looks" }
                    }
                    @for receiver in Receiver::ALL {
                        option value=(value(receiver)) data-signed[receiver == Receiver::Signed] selected[chosen == Some(receiver)] {
                            (name(receiver))
                        }
                    }
                }
            }
            div.cdx-field.bv-secret {
                div.cdx-label {
                    label.cdx-label__label for=(SECRET) {
                        span.cdx-label__label__text { @if signed { "Replace the signing secret" } @else { "Signing secret" } }
                        span.cdx-label__label__optional-flag { " (optional)" }
                    }
                    span.cdx-label__description {
                        @if signed { "One is set. It is not shown again." }
                        @else { "Begins with whsec_. Without one, posts are not signed." }
                    }
                }
                div.cdx-text-input {
                    input.cdx-text-input__input id=(SECRET) name=(SECRET) type="password" autocomplete="off"
                        autocapitalize="off" spellcheck="false" placeholder="whsec_";
                }
            }
        }
    }
}

fn trial(delivery: Option<&Delivery>, gone: bool, clock: Clock<'_>) -> Markup {
    let is_under_way = matches!(delivery, Some(Delivery::Sending | Delivery::Waiting { .. }));
    html! {
        div.bv-trial data-trial=[delivery.map(report::tag)] {
            button.cdx-button type="button" id="send-trial" data-act="send-trial" disabled[gone || is_under_way] {
                "Send a test message"
            }
            div aria-live="polite" {
                @if let Some(delivery) = delivery { (report::outcome(delivery, clock)) }
            }
        }
    }
}

/// What a receiver is called.
const fn name(receiver: Receiver) -> &'static str {
    match receiver {
        Receiver::Relay => "Backport Verify relay",
        Receiver::Slack => "Slack",
        Receiver::Discord => "Discord",
        Receiver::Hookshot => "Matrix hookshot",
        Receiver::Signed => "Signed JSON",
    }
}

const fn value(receiver: Receiver) -> &'static str {
    match receiver {
        Receiver::Relay => "relay",
        Receiver::Slack => "slack",
        Receiver::Discord => "discord",
        Receiver::Hookshot => "hookshot",
        Receiver::Signed => "signed",
    }
}

/// What the form says of the receiver; `None` where there is no such field.
pub(super) fn chosen(event: &Event) -> Option<Chosen> {
    let chosen = event.field(RECEIVER)?;
    Some(Chosen::of(Receiver::ALL.into_iter().find(|receiver| value(*receiver) == chosen)))
}

/// The secret that was typed; an empty field leaves the kept one. `Err` is a sentence for beside the form.
pub(super) fn secret(event: &Event) -> Result<Option<String>, String> {
    let Some(typed) = event.field(SECRET).map(str::trim).filter(|typed| !typed.is_empty()) else { return Ok(None) };
    Secret::new(typed).map_err(|error| format!("Not saved: {error}."))?;
    Ok(Some(typed.to_owned()))
}

/// Whether the box of the preview is ticked; `None` where there is no box.
pub(super) fn preview(event: &Event) -> Option<bool> {
    event.field(PREVIEW).map(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{chosen, preview, secret};
    use crate::app::Chosen;
    use crate::report::Receiver;
    use crate::ui::seam::Event;

    fn form(fields: &[(&str, &str)]) -> Event {
        let form = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Event { form, ..Event::default() }
    }

    #[test]
    fn the_form_says_what_stands_at_the_other_end() {
        assert_eq!(chosen(&form(&[])), None);
        assert_eq!(chosen(&form(&[("receiver", "guessed")])), Some(Chosen::Guessed));
        for receiver in Receiver::ALL {
            let value = serde_json::to_value(receiver).unwrap();
            let said = chosen(&form(&[("receiver", value.as_str().unwrap())]));
            assert_eq!(said, Some(Chosen::Is(receiver)));
        }
    }

    #[test]
    fn a_secret_that_is_none_is_told_and_not_repeated() {
        assert_eq!(secret(&form(&[("signing-secret", " ")])), Ok(None));
        let told = secret(&form(&[("signing-secret", "hunter2")])).unwrap_err();
        assert!(told.starts_with("Not saved: the signing secret must begin with whsec_") && !told.contains("hunter2"));
    }

    #[test]
    fn the_preview_is_as_its_box() {
        assert_eq!(preview(&form(&[])), None);
        assert_eq!(preview(&form(&[("preview", "")])), Some(false));
        assert_eq!(preview(&form(&[("preview", "on")])), Some(true));
    }
}
