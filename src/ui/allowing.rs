// SPDX-License-Identifier: GPL-2.0-or-later
//! The word of the submitter that a test may change something.
//!
//! Must not decide which tests need it: `suite` does.

use super::seam::Event;
use crate::app::Command;
use crate::suite::Test;
use crate::verify::{Doubt, Journal, Reason};
use maud::{Markup, html};

/// What such a request does, as a sentence.
pub(super) const WARNING: &str =
    "mwdebug writes to the real databases: what this request changes is changed for everybody.";

/// Asks about every test that a run has left out, as far as `saved` asks the same still; `id` must be unique in the page.
pub(super) fn questions(journal: &Journal, saved: &[Test], id: &str) -> Markup {
    let tests = journal.plan.tests.iter().enumerate().filter(|(place, _)| was_left_out(journal, *place));
    html! {
        @for (place, test) in tests {
            @match saved.get(place).filter(|now| now.asks_the_same(test)) {
                Some(now) if now.allowed => {
                    div.bv-question data-allowed=(place) {
                        p dir="auto" { "You have allowed " bdi { (test.label()) } ". Verify again." }
                    }
                }
                Some(_) => (question(journal, place, test, id)),
                None => {}
            }
        }
    }
}

fn question(journal: &Journal, place: usize, test: &Test, id: &str) -> Markup {
    html! {
        div.bv-question data-question="allow" {
            p dir="auto" {
                strong { "May this " (test.method.as_str()) " be sent: " bdi { (test.label()) } "?" }
            }
            p.bv-note { (WARNING) }
            div.bv-actions {
                button.cdx-button.cdx-button--action-destructive type="button" id={ (id) "-allow-" (place) } data-act="allow-test"
                    data-run=(journal.plan.id) data-test=(place) { "Allow for this test" }
            }
        }
    }
}

fn was_left_out(journal: &Journal, place: usize) -> bool {
    let reason = journal.deciding(place).and_then(|outcome| outcome.reason.clone());
    matches!(reason, Some(Reason::Doubt { doubt: Doubt::NotAllowed { .. } }))
}

/// What the button means.
pub(super) fn meant(event: &Event) -> Option<Command> {
    Some(Command::Allow { run: event.data.get("run")?.clone(), test: event.number("test")? })
}
