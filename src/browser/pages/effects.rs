// SPDX-License-Identifier: GPL-2.0-or-later
//! What the view asks for, done.
//!
//! The only caller of `runtime.sendMessage`.

use super::super::ui::{Effect, Screen};
use super::super::{match_pattern, message, sys, tabs};
use super::{Live, SILENCE, files};
use crate::app::{Command, Problem, Reply};
use js_sys::Promise;
use serde_json::json;
use std::rc::Rc;
use wasm_bindgen::{JsError, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Sends a command to the background.
pub(super) async fn ask(command: &Command) -> Result<Reply, JsValue> {
    let reply = sys::send_message(&message::asked(command)?).await?;
    if reply.is_undefined() || reply.is_null() {
        return Err(JsError::new("the background gave no answer").into());
    }
    message::reply_in(reply)
}

/// Asks the user for access. Must be called inside the user's gesture.
fn request_access(origins: &[String], reports_leave_browser: bool) -> Result<Promise, JsValue> {
    let patterns: Vec<String> = origins.iter().map(|origin| match_pattern::pattern(origin)).collect();
    // A report carries titles and URLs of pages to a place outside: Firefox asks for that by its own key, which
    // Chromium does not know and refuses.
    let wanted = if reports_leave_browser && sys::is_firefox() {
        json!({ "origins": patterns, "data_collection": ["websiteContent"] })
    } else {
        json!({ "origins": patterns })
    };
    sys::request_permissions(&sys::plain(&wanted)?)
}

/// Opens a page of the extension, or any URL, in a tab.
async fn open(path: &str) -> Result<(), JsValue> {
    let url = if path.starts_with("https://") { path.to_owned() } else { sys::extension_url(path) };
    sys::create_tab(&sys::plain(&json!({ "url": url }))?).await.map(drop)
}

impl Live {
    /// Does what the view asked for. What needs the user's gesture is begun before this returns.
    pub(super) fn perform(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::Send(command) => self.send(command),
            Effect::RequestAccess { origins, reports_leave_browser, then } => {
                let asked = request_access(&origins, reports_leave_browser);
                let live = self.clone();
                spawn_local(async move {
                    // The background looks for itself what it was given, so the answer is not needed here.
                    let answered = match asked {
                        Ok(promise) => JsFuture::from(promise).await,
                        Err(thrown) => Err(thrown),
                    };
                    if let Err(thrown) = answered {
                        sys::complain("ask for access", &thrown);
                    }
                    live.send(then);
                });
            }
            Effect::Download { name, text } => self.offer(&name, &text),
            Effect::ReadTab { gerrit } => {
                let live = self.clone();
                spawn_local(async move {
                    let url = tabs::in_front().await.unwrap_or_else(|thrown| {
                        sys::complain("read the tab's URL", &thrown);
                        None
                    });
                    let effects = live.page.borrow_mut().set_tab(gerrit, url);
                    for effect in effects {
                        live.perform(effect);
                    }
                    live.render();
                });
            }
            Effect::Open(path) => self.open(path),
            Effect::Focus(id) => drop(self.focus.replace(Some(id))),
            Effect::Copy(text) => {
                let copied = self.window.navigator().clipboard().write_text(&text);
                let live = self.clone();
                spawn_local(async move {
                    if let Err(thrown) = JsFuture::from(copied).await {
                        sys::complain("copy to the clipboard", &thrown);
                        live.page.borrow_mut().not_copied();
                        live.render();
                    }
                });
            }
        }
    }

    fn offer(&self, name: &str, text: &str) {
        if let Err(thrown) = files::offer(&self.document, name, text) {
            sys::complain("offer a file", &thrown);
        }
    }

    fn send(self: &Rc<Self>, command: Command) {
        let live = self.clone();
        spawn_local(async move {
            let reply = ask(&command).await.unwrap_or_else(|thrown| unreachable(&thrown));
            if let Reply::Stored { what, text } = &reply {
                live.offer(&format!("backport-verify-{what}.json"), text);
            }
            live.page.borrow_mut().set_reply(&command, reply);
            live.render();
        });
    }

    /// Asks for what may have become old. Its answer is not the user's either.
    pub(super) fn refresh(self: &Rc<Self>) {
        let live = self.clone();
        spawn_local(async move {
            let reply = ask(&Command::Refresh { force: false }).await.unwrap_or_else(|thrown| unreachable(&thrown));
            if let Reply::Refused { problem } = reply {
                live.refuse(problem);
                live.render();
            }
        });
    }

    /// Asks again and again: keeps the background at its run, and the page up to date. The answers are not the user's, so
    /// only a lasting silence is shown.
    pub(super) fn keep_asking(self: &Rc<Self>, command: Command) {
        let live = self.clone();
        spawn_local(async move {
            match ask(&command).await {
                Ok(_) => live.unanswered.set(0),
                Err(thrown) => {
                    live.unanswered.set(live.unanswered.get() + 1);
                    if live.unanswered.get() == SILENCE {
                        live.refuse(Problem::Protocol { detail: sys::said(&thrown) });
                        live.render();
                    }
                }
            }
        });
    }

    fn open(self: &Rc<Self>, path: String) {
        let live = self.clone();
        spawn_local(async move {
            if let Err(thrown) = open(&path).await {
                let problem = Problem::Tab { detail: sys::said(&thrown) };
                live.refuse(problem);
                live.render();
                return;
            }
            // A popup would lie over the page that it opened; the same page in a tab of its own stays.
            let popup = live.page.borrow().screen == Screen::Popup;
            if popup
                && sys::current_tab().await.is_ok_and(|tab| tab.is_undefined())
                && let Err(thrown) = live.window.close()
            {
                sys::complain("close the popup", &thrown);
            }
        });
    }
}

/// The reply in place of the one that the background did not give.
fn unreachable(thrown: &JsValue) -> Reply {
    Reply::Refused { problem: Problem::Protocol { detail: sys::said(thrown) } }
}
