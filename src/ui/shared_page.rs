// SPDX-License-Identifier: GPL-2.0-or-later
//! The wiki page on which a repository's or a wiki's suite is shared: its address, what it says otherwise, saving on it.
//!
//! Must not take anything over or save anything that the user has not seen and clicked.

use super::page::Page;
use super::problem::{self, Source};
use super::seam::{Effect, Event};
use super::sharing::{count, in_words, whole};
use crate::app::{Command, Loaded, Offer, Saving, Shared, SharedSuite, State};
use crate::suite::{Difference, Owner};
use maud::{Markup, html};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The summary that is offered.
const SUMMARY: &str = "Update the smoke tests";

/// What a click means; `None` when it is about something else.
pub(super) fn act(page: &mut Page, event: &Event) -> Option<Vec<Effect>> {
    let owner: Option<Owner> = event.data.get("owner").and_then(|owner| owner.parse().ok());
    let command = match (event.act.as_str(), owner) {
        ("share-set", Some(owner)) => {
            Command::SetShared { owner, url: event.field("shared-url").unwrap_or_default().to_owned() }
        }
        ("share-read", Some(owner)) => Command::ReadShared { owner },
        ("share-take", Some(owner)) => match chosen(page, &owner, event) {
            Some(chosen) if !chosen.is_empty() => Command::TakeShared { owner, chosen },
            _ => return Some(Vec::new()),
        },
        ("share-save", Some(owner)) => Command::SaveShared {
            owner,
            revision: event.number("revision"),
            summary: event.field("summary").unwrap_or_default().to_owned(),
        },
        _ => return None,
    };
    Some(vec![Effect::Send(command)])
}

/// The differences that are ticked, as they were shown; `None` where others are known by now.
fn chosen(page: &Page, owner: &Owner, event: &Event) -> Option<Vec<Difference>> {
    let (_, suite) = page.state.as_ref()?.shared.get(owner)?.read.value()?;
    if event.data.get("offers") != Some(&mark(&suite.offers)) {
        return None;
    }
    let ticked = |(at, _): &(usize, &Offer)| event.field(&format!("offer-{at}")).is_some_and(|value| !value.is_empty());
    Some(suite.offers.iter().enumerate().filter(ticked).map(|(_, offer)| offer.difference.clone()).collect())
}

/// A mark by which what was shown is told from what came since.
pub(super) fn mark(shown: &impl std::fmt::Debug) -> String {
    let mut hasher = DefaultHasher::new();
    format!("{shown:?}").hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// The pages of the suites that apply to a change beside its own.
pub(super) fn view(owners: &[Owner], state: &State, page: &Page) -> Markup {
    let owners: Vec<&Owner> = owners.iter().filter(|owner| !matches!(owner, Owner::Change(_))).collect();
    html! {
        @if !owners.is_empty() {
            h3 { "Shared with the team" }
            p.bv-quiet { "A wiki page can hold these tests, so that everybody who deploys such a change has them." }
            @for (at, owner) in owners.iter().enumerate() { (home(owner, at, state, page)) }
        }
    }
}

fn home(owner: &Owner, at: usize, state: &State, page: &Page) -> Markup {
    let shared = state.shared.get(owner);
    let url = shared.map(|shared| shared.page.url()).unwrap_or_default();
    let id = format!("shared-{at}");
    html! {
        div.bv-shared data-owner=(owner) data-shared=(at) {
            p.bv-label { bdi { (in_words(owner)) } }
            form data-act="share-set" autocomplete="off" novalidate data-generation=(url) {
                div.cdx-field {
                    div.cdx-label { label.cdx-label__label for={ (id) "-url" } { span.cdx-label__label__text { "Shared at" } } }
                    div.cdx-text-input {
                        input.cdx-text-input__input id={ (id) "-url" } name="shared-url" type="url" value=(url) dir="ltr" spellcheck="false"
                            placeholder="https://www.mediawiki.org/wiki/Extension:…/Backport_tests";
                    }
                }
                div.bv-actions {
                    button.cdx-button type="submit" id={ (id) "-set" } { "Keep the address" }
                    @if let Some(shared) = shared {
                        button.cdx-button type="button" id={ (id) "-read" } data-act="share-read" disabled[shared.read == Loaded::Loading] {
                            @if shared.read == Loaded::Absent { "Read the page" } @else { "Read again" }
                        }
                        a.bv-link href=(url) target="_blank" rel="noreferrer" { "Open the page" }
                    }
                }
            }
            @if let Some(shared) = shared { (content(owner, shared, &id, state, page)) }
        }
    }
}

fn content(owner: &Owner, shared: &Shared, id: &str, state: &State, page: &Page) -> Markup {
    let ours = state.suites.get(owner).map_or(0, |suite| suite.tests.len());
    html! {
        @match &shared.read {
            Loaded::Absent => {},
            Loaded::Loading => p.bv-quiet role="status" { "Reading…" },
            Loaded::Failed { problem, .. } => (problem::view(problem, Source::Standing, page.screen, &format!("{id}-problem"))),
            Loaded::Ready { at, value } => {
                p.bv-quiet data-revision=[value.revision] {
                    "Read " (page.clock().moment(*at)) ": "
                    @match value.revision {
                        Some(revision) => { "revision " (revision) ", " (count(value.tests)) "." }
                        None => "there is no such page yet.",
                    }
                }
                (offers(value, id))
                (saving(value, shared, id, ours))
            }
        }
    }
}

fn offers(suite: &SharedSuite, id: &str) -> Markup {
    html! {
        @if suite.offers.is_empty() {
            p.bv-note { "Your tests and those of the page are the same." }
        } @else {
            form.bv-offer data-act="share-take" data-offers=(mark(&suite.offers)) data-generation=(mark(&suite.offers)) autocomplete="off" novalidate {
                p { strong { "The page differs from your tests." } " Look at each, tick what you want, and take it over. Nothing of it runs before." }
                ul.bv-offers { @for (at, offer) in suite.offers.iter().enumerate() { li { (offer_view(offer, at, id)) } } }
                div.bv-actions { button.cdx-button type="submit" id={ (id) "-take" } { "Take over what is ticked" } }
            }
        }
    }
}

fn offer_view(offer: &Offer, at: usize, id: &str) -> Markup {
    let name = format!("offer-{at}");
    let id = format!("{id}-{name}");
    let (label, shown) = match &offer.difference {
        Difference::Added { test } => ("Add this test", whole(test, &id)),
        Difference::Changed { before, after } => (
            "Change this test",
            html! {
                p.bv-quiet { "Now:" } (whole(before, &format!("{id}-before")))
                p.bv-quiet { "Then:" } (whole(after, &id))
            },
        ),
        Difference::Removed { test } => ("Remove this test: the page does not have it", whole(test, &id)),
    };
    html! {
        @if offer.refused.is_none() {
            span.bv-box {
                input.bv-box__input id=(id) name=(name) type="checkbox" value="yes";
                label for=(id) { (label) }
            }
        } @else { p.bv-label { "This test cannot be taken over" } }
        (shown)
    }
}

fn saving(suite: &SharedSuite, shared: &Shared, id: &str, ours: usize) -> Markup {
    let under_way = shared.saving == Some(Saving::UnderWay);
    html! {
        @if ours > 0 && (!suite.offers.is_empty() || suite.revision.is_none() || shared.saving.is_some()) {
            form data-act="share-save" data-revision=[suite.revision] data-generation=[suite.revision] autocomplete="off" novalidate {
                div.cdx-field {
                    div.cdx-label {
                        label.cdx-label__label for={ (id) "-summary" } { span.cdx-label__label__text { "Edit summary" } }
                        span.cdx-label__description {
                            "Saves your " (count(ours)) " on " (shared.page.host()) ", as you and in public."
                            @if suite.revision.is_some() && !suite.offers.is_empty() { " What you have not taken over goes from the page." }
                        }
                    }
                    div.cdx-text-input {
                        input.cdx-text-input__input id={ (id) "-summary" } name="summary" type="text" value=(SUMMARY) maxlength="500" dir="auto";
                    }
                }
                @if !suite.not_whole.is_empty() {
                    p.bv-note.bv-note--error data-not-whole { "✗ The file cannot say all of “" (suite.not_whole.join("”, “")) "”; others would get a weaker test." }
                }
                div.bv-actions {
                    button.cdx-button.cdx-button--action-progressive type="submit" id={ (id) "-save" }
                        disabled[under_way || !suite.not_whole.is_empty() || suite.offers.is_empty() && suite.revision.is_some()] { "Save to the page" }
                }
            }
        }
        (saved(shared.saving.as_ref()))
    }
}

fn saved(saving: Option<&Saving>) -> Markup {
    html! {
        div role="status" {
            @match saving {
                None => {},
                Some(Saving::UnderWay) => p.bv-quiet { "Saving…" },
                Some(Saving::Saved { .. }) => p.bv-note.bv-note--success data-saved="page" { "✓ Saved on the page" },
                Some(Saving::Failed { refusal }) => {
                    div.cdx-message.cdx-message--block.cdx-message--error data-problem="not_saved" {
                        span.cdx-message__icon {}
                        div.cdx-message__content { p dir="auto" { strong { (refusal.sentence()) } " " (refusal.next_step()) } }
                    }
                }
            }
        }
    }
}
