// SPDX-License-Identifier: GPL-2.0-or-later
//! Whether the pages hear what is announced in the channel at once.
//!
//! Must not show what was heard.

use crate::app::{Hearing, State};
use maud::{Markup, html};

/// A word for the page's header; nothing where nothing is heard.
pub(super) fn word(state: Option<&State>) -> Markup {
    html! {
        @if state.is_some_and(|state| state.hearing == Hearing::Live) {
            span.bv-quiet data-live title="Your relay tells at once what scap announces in the channel." { "Live" }
        }
    }
}

/// What is wrong with it, for the settings.
pub(super) fn trouble(state: &State) -> Markup {
    html! {
        @if let Hearing::Failed { detail } = &state.hearing {
            p.bv-note.bv-note--warning data-unheard dir="auto" {
                "⚠ The relay's announcements cannot be heard: " (detail) ". "
                "It is tried again by itself. Everything works without them, some seconds later."
            }
        }
    }
}
