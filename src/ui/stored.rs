// SPDX-License-Identifier: GPL-2.0-or-later
//! What is kept and cannot be read: said plainly, exported, and then removed on the user's second word.

use super::page::Page;
use super::seam::{Effect, Event};
use super::sharing::{file_name, sentence};
use crate::app::{Command, Unreadable};
use maud::{Markup, html};

/// What a click means; `None` when it is about something else.
pub(super) fn act(page: &mut Page, event: &Event) -> Option<Vec<Effect>> {
    let what = event.data.get("what").cloned();
    match (event.act.as_str(), what) {
        ("export-stored", Some(what)) => Some(vec![Effect::Send(Command::ExportStored { what })]),
        ("start-anew-ask", Some(what)) => {
            let focus = Effect::Focus(format!("start-anew-keep-{}", file_name(&what)));
            page.sharing.anew = Some(what);
            Some(vec![focus])
        }
        ("start-anew-keep", Some(what)) => {
            page.sharing.anew = None;
            Some(vec![Effect::Focus(format!("start-anew-ask-{}", file_name(&what)))])
        }
        ("start-anew", Some(what)) => {
            page.sharing.anew = None;
            Some(vec![Effect::Send(Command::StartAnew { what })])
        }
        _ => None,
    }
}

/// A message for each thing that cannot be read.
pub(super) fn view(page: &Page) -> Markup {
    let all = page.state.as_ref().map_or(&[][..], |state| state.unreadable.as_slice());
    html! { @for unreadable in all { (message(unreadable, page)) } }
}

fn message(unreadable: &Unreadable, page: &Page) -> Markup {
    let Unreadable { what, detail, newer, exported } = unreadable;
    let id = file_name(what);
    let asked = page.sharing.anew.as_ref() == Some(what);
    html! {
        div.cdx-message.cdx-message--block.cdx-message--error.bv-problem data-problem="unreadable" data-what=(what) id={ "unreadable-" (id) } {
            span.cdx-message__icon {}
            div.cdx-message__content {
                p dir="auto" {
                    @if *newer {
                        strong { "Your " (what) ": saved by a newer version. Nothing can be changed here." }
                        " Install that version again, or export what is stored and start anew. "
                    } @else {
                        strong { "Your saved " (what) " cannot be read. Nothing can be changed here." }
                        " " (sentence(detail)) " Export what is stored, then start anew. "
                    }
                    "What is stored is left as it is."
                }
                @if what == "settings" { p.bv-note { "The file holds your webhook, which is a secret: keep it to yourself." } }
                div.bv-actions {
                    button.cdx-button type="button" id={ "export-stored-" (id) } data-act="export-stored" { "Export what is stored" }
                    @if *exported && !asked {
                        button.cdx-button type="button" id={ "start-anew-ask-" (id) } data-act="start-anew-ask" { "Start anew" }
                    }
                }
                @if *exported && asked {
                    p { strong { "Remove the stored " (what) " for good?" } " The file that you exported is then the only one." }
                    div.bv-actions {
                        button.cdx-button.cdx-button--action-destructive type="button" id={ "start-anew-" (id) } data-act="start-anew" { "Remove and start anew" }
                        button.cdx-button type="button" id={ "start-anew-keep-" (id) } data-act="start-anew-keep" data-escape { "Keep it" }
                    }
                }
            }
        }
    }
}
