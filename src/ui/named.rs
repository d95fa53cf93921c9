// SPDX-License-Identifier: GPL-2.0-or-later
//! The URLs that a change's commit message names, offered as tests.
//!
//! Must not decide which of them may be asked; the background does.

use super::bench::Bench;
use super::page::Page;
use super::seam::{Effect, Event, Screen};
use super::sharing::whole;
use crate::app::{Command, NamedTest};
use crate::suite::Test;
use maud::{Markup, html};

/// What the button means.
pub(super) fn act(page: &mut Page, event: &Event) -> Option<Vec<Effect>> {
    if event.act != "add-named" {
        return None;
    }
    let gerrit = event.number("patch").or(page.change)?;
    let tests = usable(&offers(gerrit, page));
    // What is added is what was shown.
    if event.data.get("offers") != Some(&super::shared_page::mark(&tests)) || tests.is_empty() {
        return Some(Vec::new());
    }
    if page.screen == Screen::Workbench && page.change == Some(gerrit) {
        // They are the change's own, whosever tests are shown.
        page.shared = None;
        page.begin_draft();
        if let Some(draft) = page.drafts.get_mut(&Bench::Change(gerrit)) {
            draft.put_in(&tests, false);
            return Some(Vec::new());
        }
    }
    Some(vec![Effect::Send(Command::AddTests { gerrit, tests })])
}

/// The offer for a change, with what it would add; nothing where its message names nothing new.
pub(super) fn view(gerrit: u64, page: &Page) -> Markup {
    let offers = offers(gerrit, page);
    let tests = usable(&offers);
    let urls = if offers.len() == 1 { "a URL".to_owned() } else { format!("{} URLs", offers.len()) };
    html! {
        @if !offers.is_empty() {
            div.bv-offer data-named=(offers.len()) data-patch=(gerrit) {
                p { strong { "The commit message names " (urls) " to test." } }
                ul.bv-offers {
                    @for (at, offer) in offers.iter().enumerate() { li { (whole(&offer.test, &format!("named-{gerrit}-{at}"))) } }
                }
                @if !tests.is_empty() {
                    div.bv-actions {
                        button.cdx-button type="button" id={ "add-named-" (gerrit) } data-act="add-named" data-offers=(super::shared_page::mark(&tests)) {
                            @if tests.len() == 1 { "Add it as a test" } @else { "Add " (tests.len()) " tests" }
                        }
                    }
                }
            }
        }
    }
}

/// The message's tests, without those that the form has already.
fn offers(gerrit: u64, page: &Page) -> Vec<NamedTest> {
    let named = page.state.as_ref().and_then(|state| state.named.get(&gerrit)).map_or(&[][..], Vec::as_slice);
    let draft = page.drafts.get(&Bench::Change(gerrit)).filter(|_| page.screen == Screen::Workbench);
    let is_new = |offer: &&NamedTest| !draft.is_some_and(|draft| draft.holds(&offer.test));
    named.iter().filter(is_new).cloned().collect()
}

fn usable(offers: &[NamedTest]) -> Vec<Test> {
    offers.iter().filter(|offer| offer.refused.is_none()).map(|offer| offer.test.clone()).collect()
}
