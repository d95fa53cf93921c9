// SPDX-License-Identifier: GPL-2.0-or-later
//! The settings' fields. The webhook is a secret: only its origin is ever shown.

use super::page::{Page, Told};
use super::seam::{Effect, Event};
use super::{answered, limits, reporting};
use crate::app::{Chosen, Command, SettingsForm, SettingsView, State};
use crate::debug::{Backend, Switch};
use crate::reminder::Wanted;
use crate::schedule::Nick;
use crate::store::Webhook;
use maud::{Markup, html};
use std::collections::BTreeSet;

const HOUR_BEFORE: &str = "reminder-hour_before";
const WINDOW_OPENS: &str = "reminder-window_opens";
const ON_TEST_SERVERS: &str = "reminder-on_test_servers";
const FINISHED: &str = "reminder-finished";

/// The name that the boxes of further backends share; their values are the backends.
const ALSO: &str = "also";

/// The reminders: name of the box and its words.
const REMINDERS: [(&str, &str); 4] = [
    (HOUR_BEFORE, "An hour before a window with a patch of mine"),
    (WINDOW_OPENS, "When that window opens"),
    (ON_TEST_SERVERS, "When a patch of mine is on the test servers"),
    (FINISHED, "When its deployment is finished or rolled back"),
];

/// The switches of the debug header: name of the box, its words, and what it does.
const SWITCHES: [(&str, Switch, &str, &str); 6] = [
    (
        "debug-log",
        Switch::Log,
        "Log everything (log)",
        "Sends every log message of the request to Logstash, also those that are usually left out.",
    ),
    (
        "debug-readonly",
        Switch::Readonly,
        "Read-only (readonly)",
        "The wiki refuses every change that the request would make, as if its databases were locked. The test servers use \
         the real databases: without it, an edit there is a real edit. A test of something that writes fails with it.",
    ),
    (
        "debug-shorttimeout",
        Switch::Shorttimeout,
        "Short timeout (shorttimeout)",
        "Ends the request after two seconds, to see what a slow page does.",
    ),
    (
        "debug-profile",
        Switch::Profile,
        "Profile to XHGui (profile)",
        "Keeps a profile of the request in XHGui. The answer takes longer.",
    ),
    (
        "debug-excimer",
        Switch::Excimer,
        "Profile to Excimer UI (excimer)",
        "Keeps a flame graph of the request in Excimer UI.",
    ),
    (
        "debug-forceprofile",
        Switch::Forceprofile,
        "Profile in the page (forceprofile)",
        "Writes a profile into the answer itself, so that the answer differs from what readers get.",
    ),
];

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
            (also(state))
            (debug_header(&state.settings.switches))
            (limits::view(state.settings.limits))
            (answered::settled(&state.settings.servers))
            (reporting::fields(state, page.clock()))
            (reminders(state.settings.reminders))
        }
    }
}

/// What saving the form means, of which `kept` is drawn: what differs from it was changed here, and all else is left to who
/// may change it elsewhere. `Err` is a sentence for beside the form.
pub(super) fn meant(event: &Event, kept: &SettingsView) -> Result<Effect, String> {
    let typed = |name: &str| event.field(name).unwrap_or_default().trim().to_owned();
    // The first backend has no box, even where it was a further one before.
    let others: BTreeSet<&str> = kept.also.iter().filter(|name| **name != kept.backend).map(Backend::as_str).collect();
    let are_kept = |also: &[String]| also.iter().map(String::as_str).collect::<BTreeSet<_>>() == others;
    let form = SettingsForm {
        nick: Some(typed("nick")).filter(|nick| Nick::new(nick) != kept.nick),
        backend: Some(typed("backend")).filter(|name| !name.is_empty() && name != kept.backend.as_str()),
        also: chosen_also(event).filter(|also| !are_kept(also.as_slice())),
        webhook: None,
        receiver: reporting::chosen(event).filter(|chosen| *chosen != Chosen::of(kept.reporting.chosen)),
        secret: reporting::secret(event)?,
        preview: reporting::preview(event).filter(|preview| *preview == kept.reporting.at_once),
        reminders: ticked(event).filter(|wanted| *wanted != kept.reminders),
        switches: switched(event).filter(|switches| *switches != kept.switches),
        limits: limits::typed(event)?.filter(|limits| *limits != kept.limits),
    };
    let webhook = typed("webhook");
    if webhook.is_empty() {
        return Ok(Effect::Send(Command::SaveSettings { form }));
    }
    let origin = Webhook::new(&webhook).map_err(|error| format!("Not saved: {error}."))?.origin();
    let then = Command::SaveSettings { form: SettingsForm { webhook: Some(webhook), ..form } };
    Ok(Effect::RequestAccess { origins: vec![origin], reports_leave_browser: true, then })
}

/// The reminders whose boxes are ticked; a box that is not ticked has an empty value. `None` where there is no box.
fn ticked(event: &Event) -> Option<Wanted> {
    let there = REMINDERS.iter().any(|(name, _)| event.field(name).is_some());
    let is = |name: &str| event.field(name).is_some_and(|value| !value.is_empty());
    there.then(|| Wanted {
        hour_before: is(HOUR_BEFORE),
        window_opens: is(WINDOW_OPENS),
        on_test_servers: is(ON_TEST_SERVERS),
        finished: is(FINISHED),
    })
}

/// The further backends whose boxes are ticked. `None` where there is no box.
fn chosen_also(event: &Event) -> Option<Vec<String>> {
    let boxes = event.form.iter().filter(|(name, _)| name == ALSO);
    let boxes: Vec<&String> = boxes.map(|(_, value)| value).collect();
    let ticked = || boxes.iter().filter(|value| !value.is_empty()).map(|value| (*value).clone()).collect();
    (!boxes.is_empty()).then(ticked)
}

/// The switches whose boxes are ticked. `None` where there is no box.
fn switched(event: &Event) -> Option<BTreeSet<Switch>> {
    let boxes = SWITCHES.iter().filter_map(|(name, switch, ..)| Some((switch, event.field(name)?)));
    let boxes: Vec<_> = boxes.collect();
    let ticked = boxes.iter().filter(|(_, value)| !value.is_empty());
    (!boxes.is_empty()).then(|| ticked.map(|(switch, _)| **switch).collect())
}

/// What a button about a server means.
pub(super) fn settled(event: &Event) -> Option<Command> {
    let realm = answered::realm_of(event.data.get("realm")?)?;
    Some(Command::SettleServer { server: event.data.get("server")?.clone(), realm })
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

/// A box for each other backend that noc names or that is chosen.
fn also(state: &State) -> Markup {
    let first = &state.settings.backend;
    let gone = state.settings.also.iter().filter(|name| !state.backends.contains(name));
    let others: Vec<&Backend> = state.backends.iter().chain(gone).filter(|name| *name != first).collect();
    let is_on = |name: &Backend| state.settings.also.contains(name);
    let on: Vec<&str> = others.iter().filter(|name| is_on(name)).map(|name| name.as_str()).collect();
    html! {
        @if !others.is_empty() {
            details.bv-fold.bv-debug id="also-verify" {
                summary { "Verify on others too" @if !on.is_empty() { ": " (on.join(", ")) } }
                fieldset.cdx-field.bv-boxes {
                    legend.cdx-label {
                        span.cdx-label__description {
                            "A run then asks each of them. A test passes only where all of them pass."
                        }
                    }
                    @for name in others {
                        span.bv-box {
                            input.bv-box__input type="checkbox" id={ "also-" (name) } name=(ALSO) value=(name) checked[is_on(name)];
                            label for={ "also-" (name) } dir="auto" { (name) }
                        }
                    }
                }
            }
        }
    }
}

fn reminders(wanted: Wanted) -> Markup {
    let wanted = [wanted.hour_before, wanted.window_opens, wanted.on_test_servers, wanted.finished];
    html! {
        fieldset.cdx-field.bv-boxes {
            legend.cdx-label { span.cdx-label__label__text { "Remind me" } }
            @for ((name, words), wanted) in REMINDERS.into_iter().zip(wanted) {
                span.bv-box {
                    input.bv-box__input type="checkbox" id=(name) name=(name) value="on" checked[wanted];
                    label for=(name) { (words) }
                }
            }
        }
    }
}

fn debug_header(on: &BTreeSet<Switch>) -> Markup {
    let names: Vec<&str> = on.iter().map(|switch| switch.name()).collect();
    html! {
        details.bv-fold.bv-debug id="debug-header" {
            summary { "Debug header" @if !names.is_empty() { ": " (names.join(", ")) } }
            fieldset.cdx-field.bv-boxes {
                legend.cdx-label {
                    span.cdx-label__description {
                        "What X-Wikimedia-Debug says beside the backend, when you verify or browse on mwdebug. Production never gets it."
                    }
                }
                @for (name, switch, words, sentence) in SWITCHES {
                    div.bv-box {
                        input.bv-box__input type="checkbox" id=(name) name=(name) value="on" checked[on.contains(&switch)]
                            aria-describedby={ (name) "-does" };
                        div {
                            label for=(name) { (words) }
                            p.bv-note id={ (name) "-does" } { (sentence) }
                        }
                    }
                }
            }
        }
    }
}
