// SPDX-License-Identifier: GPL-2.0-or-later
//! The Deployments calendar: wikitext -> windows -> submitters -> scheduled patches.
//!
//! Must not fetch the page and must not know what a patch's tests are.

mod calendar;
mod call;
mod clock;
mod entry;
mod frame;
mod markup;
mod nick;
mod page;
mod scan;
mod token;
mod tree;
mod wikitext;
pub(crate) mod work;

pub use calendar::{CalendarError, parse};
pub use call::calls_to_a_window;
pub use clock::moment;
pub(crate) use markup::decode_entities;
pub use nick::Nick;
pub use page::{PageError, PageText, page_from_api};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The page of wikitech that holds the calendar.
pub const PAGE: &str = "Deployments";

/// Wikitech's API.
pub const WIKITECH_API: &str = "https://wikitech.wikimedia.org/w/api.php";

/// The `MediaWiki` API request that reads the calendar: [`page_url`] of [`PAGE`] on [`WIKITECH_API`].
pub const PAGE_URL: &str = "https://wikitech.wikimedia.org/w/api.php?action=query&prop=revisions&titles=Deployments&rvprop=ids%7Ctimestamp%7Ccontent&rvslots=main&format=json&formatversion=2";

/// What a calendar page says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Every window of the page, in the page's order.
    pub windows: Vec<Window>,
}

/// One card of the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Its name, without markup: `UTC afternoon backport window`.
    pub name: String,
    /// When it opens, UTC.
    pub start: Timestamp,
    /// When it closes, UTC.
    pub end: Timestamp,
    /// IRC nicks in its `who`.
    pub deployers: Vec<Nick>,
    /// Whether it is a backport window.
    pub is_backport: bool,
    /// Patches, in order.
    pub patches: Vec<Patch>,
    /// Entries that look like patches but could not be read.
    pub unread: Vec<Unread>,
}

/// One scheduled patch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch {
    /// Gerrit change number.
    pub gerrit: u64,
    /// What kind of patch the calendar calls it.
    #[serde(rename = "type")]
    pub kind: PatchKind,
    /// Title as the calendar gives it, without markup.
    pub title: String,
    /// The calendar's status as written: empty, `done`, `not done` and so on.
    pub status: String,
    /// Submitters, by IRC nick; the template's placeholder is never among them.
    pub nicks: Vec<Nick>,
    /// Whether the entry is struck out.
    pub struck: bool,
    /// Whether it stands under the unfilled placeholder nick.
    pub placeholder: bool,
    /// Line of the page at which the entry begins; the first is 1.
    pub source_line: u32,
}

/// What is patched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub enum PatchKind {
    /// `operations/mediawiki-config`.
    Config,
    /// A release branch, such as `1.47.0-wmf.16`.
    Branch(String),
    /// The entry does not say.
    Unstated,
}

impl From<PatchKind> for String {
    fn from(kind: PatchKind) -> Self {
        match kind {
            PatchKind::Config => "config".into(),
            PatchKind::Branch(version) => version,
            PatchKind::Unstated => Self::new(),
        }
    }
}

impl From<String> for PatchKind {
    fn from(text: String) -> Self {
        let text = text.trim();
        if text.is_empty() {
            Self::Unstated
        } else if text.eq_ignore_ascii_case("config") {
            Self::Config
        } else {
            Self::Branch(text.to_owned())
        }
    }
}

/// An entry that could not be read; it is kept and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// The entry as it stands on the page.
    pub text: String,
    /// Why it could not be read, as a fragment.
    pub reason: String,
    /// Line of the page; the first is 1.
    pub source_line: u32,
}

/// The wiki's API request that reads this page: wikitext and revision in one answer. `api` is the wiki's `api.php`.
#[must_use]
pub fn page_url(api: &str, page: &str) -> String {
    let query: String = url::form_urlencoded::byte_serialize(page.as_bytes()).collect();
    format!(
        "{api}?action=query&prop=revisions&titles={query}&rvprop=ids%7Ctimestamp%7Ccontent&rvslots=main&format=json&formatversion=2"
    )
}

/// The page that holds the weeks of a month (the one of a week's Monday) once they are over, such as
/// `Deployments/Archive/2026/10` (repository `mediawiki/tools/release`, `scripts/update-wiki`).
#[must_use]
pub fn archive_page(month: Date) -> String {
    format!("{PAGE}/Archive/{}", month.strftime("%Y/%m"))
}

impl Window {
    /// The patches of `nick` that are not struck, each with its place among those of the window; the first place is 1.
    pub fn patches_of<'a>(&'a self, nick: &'a Nick) -> impl Iterator<Item = (usize, &'a Patch)> {
        let standing = self.patches.iter().filter(|patch| !patch.struck).enumerate();
        standing.filter(|(_, patch)| patch.nicks.contains(nick)).map(|(place, patch)| (place + 1, patch))
    }
}

impl Schedule {
    /// Windows with a patch of `nick` that is not struck, each whole, in order of their start.
    #[must_use]
    pub fn windows_of(&self, nick: &Nick) -> Vec<Window> {
        let has_mine = |window: &&Window| window.patches_of(nick).next().is_some();
        let mut mine: Vec<Window> = self.windows.iter().filter(has_mine).cloned().collect();
        mine.sort_by_key(|window| window.start);
        mine
    }

    /// Windows with a patch of `nick` that is not struck, each with those patches alone, in order of their start.
    #[must_use]
    pub fn of(&self, nick: &Nick) -> Vec<Window> {
        let mut mine: Vec<Window> = self
            .windows
            .iter()
            .map(|window| {
                let patches = window.patches.iter().filter(|patch| !patch.struck && patch.nicks.contains(nick));
                Window { patches: patches.cloned().collect(), ..window.clone() }
            })
            .filter(|window| !window.patches.is_empty())
            .collect();
        mine.sort_by_key(|window| window.start);
        mine
    }
}
