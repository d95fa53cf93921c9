// SPDX-License-Identifier: GPL-2.0-or-later
//! The wikis that a change is about: shown, said and taken back by the user, and offered for a test.
//!
//! Must not look for a wiki in a title; the background does.

use super::bench::Bench;
use super::control::complaint_view;
use super::page::{Page, Told};
use super::seam::{Effect, Event};
use crate::app::{Command, Concern, State};
use crate::deployed::host_of_dbname;
use crate::suite::{About, dbname_meant};
use maud::{Markup, html};

/// Name and id of the field for one more wiki.
const FIELD: &str = "about-wiki";

/// The hosts of wikis that are offered for a test of a change.
#[derive(Debug, Default)]
pub(super) struct Offered {
    /// The one that stands in the blank; none where it would be a guess.
    pub(super) filled: Option<String>,
    /// All of them.
    pub(super) hosts: Vec<String>,
}

/// The wikis that are offered for a test: those that the change is about, else the one that was chosen last.
pub(super) fn offered(gerrit: u64, state: &State) -> Offered {
    let Some(Concern { about, last, .. }) = state.concerns.get(&gerrit) else { return Offered::default() };
    let mut hosts: Vec<String> = about.wikis.iter().filter_map(|wiki| host_of_dbname(wiki)).collect();
    let again = last.clone().filter(|last| hosts.is_empty() || (hosts.len() > 1 && hosts.contains(last)));
    let filled = about.meant().and_then(host_of_dbname).or(again);
    hosts.extend(last.iter().filter(|last| !hosts.contains(last)).cloned().collect::<Vec<_>>());
    Offered { filled, hosts }
}

/// What a click means; `None` when it is about something else.
pub(super) fn act(page: &mut Page, event: &Event) -> Option<Vec<Effect>> {
    let known = |page: &Page, gerrit| page.state.as_ref().and_then(|state| state.concerns.get(gerrit)).cloned();
    let gerrit = page.change?;
    let about = known(page, &gerrit).unwrap_or_default().about;
    let wiki = event.data.get("wiki");
    let about = match (event.act.as_str(), wiki) {
        ("add-wiki", _) => match dbname_meant(event.field(FIELD).unwrap_or_default()) {
            Ok(wiki) => Some(about.with(&wiki)),
            Err(why) => {
                page.told = Some(Told::NoSuchWiki(why.to_string()));
                return Some(vec![Effect::Focus(FIELD.to_owned())]);
            }
        },
        ("drop-wiki", Some(wiki)) => Some(about.without(wiki)),
        ("mean-wiki", Some(wiki)) => {
            // A second click takes the choice back.
            let chosen = Some(wiki.clone()).filter(|wiki| about.chosen.as_ref() != Some(wiki));
            Some(About { chosen, ..about })
        }
        ("wikis-of-title", _) => None,
        _ => return None,
    };
    Some(vec![Effect::Send(Command::SayAbout { gerrit, about })])
}

/// The wikis of the chosen change, beside whose tests it runs.
pub(super) fn view(page: &Page) -> Markup {
    let (Some(gerrit), Some(state), Some(Bench::Change(_))) = (page.change, &page.state, page.bench()) else {
        return html! {};
    };
    let Concern { about, said, .. } = state.concerns.get(&gerrit).cloned().unwrap_or_default();
    let is_open = about.wikis.len() > 1 && about.meant().is_none();
    html! {
        details.bv-fold id="about-wikis" open[is_open || matches!(page.told, Some(Told::NoSuchWiki(_)))] {
            summary { "About " (in_words(&about)) " " span.bv-quiet { @if said { "(as you say)" } @else { "(as the title says)" } } }
            @if is_open {
                p.bv-note { "Tests with {host} ask one of them: choose which." }
            }
            ul.bv-plain {
                @for wiki in &about.wikis {
                    li.bv-actions {
                        bdi { (wiki) }
                        @if about.wikis.len() > 1 {
                            " " button.cdx-button.cdx-button--size-small.cdx-button--weight-quiet type="button" id={ "mean-" (wiki) } data-act="mean-wiki" data-wiki=(wiki)
                                aria-pressed=(if about.meant() == Some(wiki) { "true" } else { "false" }) { @if about.meant() == Some(wiki) { "✓ " } "Ask " bdi { (wiki) } }
                        }
                        " " button.cdx-button.cdx-button--size-small.cdx-button--weight-quiet type="button" id={ "drop-" (wiki) } data-act="drop-wiki" data-wiki=(wiki)
                            { "Not about " bdi { (wiki) } }
                    }
                }
            }
            form data-act="add-wiki" autocomplete="off" novalidate data-generation=(about.wikis.join(" ")) {
                div.cdx-field {
                    div.cdx-label {
                        label.cdx-label__label for=(FIELD) { span.cdx-label__label__text { "Another wiki" } }
                        span.cdx-label__description id="about-wiki-hint" { "its host, or its database name such as jawiki; the tests of that wiki run, too" }
                    }
                    div.cdx-text-input {
                        input.cdx-text-input__input id=(FIELD) name=(FIELD) type="text" placeholder="such as ja.wikipedia.org" dir="auto"
                            autocapitalize="off" spellcheck="false" aria-describedby="about-wiki-hint";
                    }
                    @if let Some(Told::NoSuchWiki(why)) = &page.told { (complaint_view(FIELD, &format!("{why}."))) }
                }
                div.bv-actions {
                    button.cdx-button.cdx-button--size-small type="submit" id="add-wiki" { "Add the wiki" }
                    @if said {
                        button.cdx-button.cdx-button--size-small.cdx-button--weight-quiet type="button" id="wikis-of-title" data-act="wikis-of-title" { "As the title says" }
                    }
                }
            }
        }
    }
}

fn in_words(about: &About) -> String {
    if about.wikis.is_empty() { "no wiki of its own".to_owned() } else { about.wikis.join(", ") }
}
