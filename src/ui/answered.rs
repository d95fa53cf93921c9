// SPDX-License-Identifier: GPL-2.0-or-later
//! The question what a server is that answered and is in no table, and what the user has said of such servers.
//!
//! Must not decide what may be said: `debug` does.

use crate::app::State;
use crate::debug::{Known, Origin, Realm};
use crate::verify::{Doubt, Journal, Reason};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Asks about every server of a run that is in no table, once a release; `id` must be unique in the page.
pub(super) fn questions(journal: &Journal, state: Option<&State>, id: &str) -> Markup {
    let asked: BTreeMap<String, Origin> = journal
        .outcomes
        .values()
        .filter_map(|outcome| match &outcome.reason {
            Some(Reason::Doubt { doubt: Doubt::UnknownServer { server, .. } }) => {
                Some(Origin::from_server_header(server))
            }
            _ => None,
        })
        .map(|origin| (origin.pattern(), origin))
        .collect();
    html! {
        @for (place, (pattern, origin)) in asked.iter().enumerate() {
            (question(pattern, origin, state, &format!("{id}-server-{place}")))
        }
    }
}

fn question(pattern: &str, origin: &Origin, state: Option<&State>, id: &str) -> Markup {
    let said = state.and_then(|state| state.settings.servers.said_of(origin));
    let choices = [(Realm::Debug, "A test server"), (Realm::Production, "Production")];
    let choices = choices.iter().filter(|(realm, _)| Known::may_settle(origin, *realm).is_ok()).collect::<Vec<_>>();
    html! {
        @if let Some(said) = said {
            div.bv-question data-settled=(tag(said)) {
                p dir="auto" { "You have said that " code { (pattern) } " is " (words(said)) ". Verify again." }
                div.bv-actions { (button(pattern, Realm::Unknown, "Forget", id)) }
            }
        } @else if !choices.is_empty() {
            div.bv-question data-question="server" {
                p dir="auto" {
                    strong { "Answered by " code { (origin.name) } ": is that a test server, production, or neither?" }
                }
                p.bv-note dir="auto" {
                    "Say so only if you are sure, or ask the deployer. It then holds for every server of "
                    code { (pattern) } ". If it is neither, leave it: its answers prove nothing."
                }
                div.bv-actions {
                    @for (realm, label) in choices { (button(&origin.name, *realm, label, id)) }
                }
            }
        }
    }
}

/// What the user has said, each with a way to take it back.
pub(super) fn settled(known: &Known) -> Markup {
    html! {
        @if !known.settled().is_empty() {
            div.cdx-field {
                div.cdx-label {
                    span.cdx-label__label { span.cdx-label__label__text { "Servers that you know" } }
                    span.cdx-label__description { "You have said what they are. Their answers count as that." }
                }
                ul.bv-plain {
                    @for (place, server) in known.settled().iter().enumerate() {
                        li.bv-webhook data-settled=(tag(server.realm)) {
                            span dir="auto" { code { (server.pattern) } ": " (words(server.realm)) }
                            (button(&server.pattern, Realm::Unknown, "Forget", &format!("server-{place}")))
                        }
                    }
                }
            }
        }
    }
}

fn button(server: &str, realm: Realm, label: &str, id: &str) -> Markup {
    let quiet = realm == Realm::Unknown;
    html! {
        button.cdx-button.cdx-button--weight-quiet[quiet] type="button" id={ (id) "-" (tag(realm)) } data-act="settle-server"
            data-server=(server) data-realm=(tag(realm)) aria-label=[quiet.then(|| format!("{label} {server}"))] { (label) }
    }
}

/// What an element's `data-realm` means.
pub(super) fn realm_of(tag: &str) -> Option<Realm> {
    match tag {
        "debug" => Some(Realm::Debug),
        "production" => Some(Realm::Production),
        "forget" => Some(Realm::Unknown),
        _ => None,
    }
}

const fn tag(realm: Realm) -> &'static str {
    match realm {
        Realm::Debug => "debug",
        Realm::Production => "production",
        Realm::Unknown => "forget",
    }
}

const fn words(realm: Realm) -> &'static str {
    match realm {
        Realm::Debug => "a test server",
        Realm::Production => "production",
        Realm::Unknown => "neither",
    }
}
