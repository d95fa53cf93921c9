// SPDX-License-Identifier: GPL-2.0-or-later
//! What a page and the browser say to each other.
//!
//! Must not decide anything: [`super::Page`] does.

use crate::app::Command;
use std::collections::BTreeMap;

/// The element with this id gets this inner markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Id of an element that the page's file holds.
    pub id: &'static str,
    /// Its markup, escaped.
    pub html: String,
}

/// Which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// The small one at the toolbar.
    Popup,
    /// The full page: tests of one change, settings, results.
    Workbench,
}

/// Something that the user did with an element that has `data-act`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// The value of `data-act`.
    pub act: String,
    /// `data-*` of the element and its ancestors; the nearest wins.
    pub data: BTreeMap<String, String>,
    /// Name and value of every control of the nearest form, in the document's order.
    pub form: Vec<(String, String)>,
}

impl Event {
    /// A number among the data.
    pub(super) fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.data.get(name)?.parse().ok()
    }

    /// What was typed into the first control of that name.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What the browser is to do for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Send it to the background; the reply goes to [`super::Page::set_reply`].
    Send(Command),
    /// Ask the user for access to the origins while the click lasts, then send `then`, whatever the answer was.
    RequestAccess {
        /// Scheme and host of each.
        origins: Vec<String>,
        /// Whether the user's reports will go there, which Firefox asks for apart.
        reports_leave_browser: bool,
        /// What to send afterwards.
        then: Command,
    },
    /// Open a page of the extension in a tab.
    Open(String),
    /// Tell the URL of the tab in front, as far as the browser tells it, to [`super::Page::set_tab`].
    ReadTab {
        /// The change for which it is wanted.
        gerrit: u64,
    },
    /// Put the text on the clipboard.
    Copy(String),
    /// Put the keyboard to the element of this id, once the page is drawn anew.
    Focus(String),
    /// Offer the text as a file.
    Download {
        /// The file's name.
        name: String,
        /// What it holds.
        text: String,
    },
}
