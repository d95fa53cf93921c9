// SPDX-License-Identifier: GPL-2.0-or-later
//! What the outside must fill: the browser's WebExtension APIs, or the command's HTTP client and files.
//!
//! Must not hold behaviour of its own. The traits are generic, not `dyn`, and their futures stay on one thread.
#![allow(async_fn_in_trait, reason = "used generically inside this crate, on one thread")]

use crate::exchange::{Request, Response, TransportError};
use jiff::Timestamp;
use thiserror::Error;

/// Sends requests.
pub trait Http {
    /// Sends one request and reads its whole answer. Nothing is cached and nothing is retried.
    ///
    /// # Errors
    /// When there is no answer: see [`TransportError`].
    async fn send(&self, request: &Request) -> Result<Response, TransportError>;
}

/// Where a value is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Area {
    /// Until the browser profile is removed.
    Local,
    /// Until the browser is closed; outlives the background worker, and pages watch it.
    Session,
}

/// Why a value could not be kept or read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StorageError {
    /// No room is left.
    #[error("the browser's storage for this extension is full")]
    Full,
    /// Anything else.
    #[error("the browser's storage failed: {0}")]
    Failed(String),
}

/// Keeps text under a key.
pub trait Storage {
    /// The value under `key`, if there is one.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn read(&self, area: Area, key: &str) -> Result<Option<String>, StorageError>;
    /// Puts `value` under `key`, over what was there.
    ///
    /// # Errors
    /// When it is full or cannot be written; then the old value stays.
    async fn write(&self, area: Area, key: &str, value: &str) -> Result<(), StorageError>;
    /// Takes the value under `key` away.
    ///
    /// # Errors
    /// When the store cannot be written.
    async fn remove(&self, area: Area, key: &str) -> Result<(), StorageError>;
}

/// Tells the time, lets it pass, and names things.
pub trait Clock {
    /// Now, UTC.
    fn now(&self) -> Timestamp;
    /// Comes back after so many milliseconds. Dropping it ends the waiting.
    async fn wait(&self, ms: u32);
    /// A name that no other call has given or will give; lower-case hexadecimal.
    fn unique(&self) -> String;
}

/// A browser tab's number.
pub type TabId = i32;

/// One header rule for one tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderRule {
    /// The tab whose requests get the header.
    pub tab: TabId,
    /// Registrable domains whose requests get it, such as `wikipedia.org`.
    pub domains: Vec<String>,
    /// Field name.
    pub name: String,
    /// Field value.
    pub value: String,
}

/// Opens tabs and gives their requests a header.
pub trait Tabs {
    /// Opens an empty tab and returns its number.
    ///
    /// # Errors
    /// With what the browser said.
    async fn open(&self) -> Result<TabId, String>;
    /// Sends a tab to a URL.
    ///
    /// # Errors
    /// With what the browser said.
    async fn navigate(&self, tab: TabId, url: &str) -> Result<(), String>;
    /// Makes `rules` the only header rules of this extension.
    ///
    /// # Errors
    /// With what the browser said.
    async fn set_header_rules(&self, rules: &[HeaderRule]) -> Result<(), String>;
}

/// What the user lets the extension do, and what it asks of the browser around a run.
pub trait Host {
    /// Whether requests to `origin` (such as `https://en.wikipedia.org`) are allowed now.
    async fn may_reach(&self, origin: &str) -> bool;
    /// Whether the machine has a network, as far as the browser knows; where it does not know, it has one.
    fn is_online(&self) -> bool;
    /// Asks for a wake-up of the background at `when`; `None` takes the request back. There is one, and it outlives the
    /// background; whether it outlives the browser differs.
    async fn wake_at(&self, when: Option<Timestamp>);
    /// Keeps the background from being put to sleep while `on`.
    fn stay_awake(&self, on: bool);
    /// Shows up to four characters on the toolbar icon; `tone` picks the colour, `title` is what the icon says of itself.
    async fn badge(&self, text: &str, tone: Tone, title: &str);
    /// Shows a page of the extension, such as `popup.html#1330001`, in a tab: the one that shows it already, or a new one.
    ///
    /// # Errors
    /// With what the browser said.
    async fn show(&self, page: &str) -> Result<(), String>;
}

/// Tells the user something although no page is open.
pub trait Notifications {
    /// Shows a notification; one of the same `id` is replaced. A click on it comes back with the `id`.
    ///
    /// # Errors
    /// With what the browser said.
    async fn notify(&self, id: &str, title: &str, text: &str) -> Result<(), String>;
    /// Takes a notification away, if it is still there.
    async fn withdraw(&self, id: &str);
}

/// Hears what a relay announces. Only browsers fill it: the command looks once and ends, so that it has nobody to tell.
pub trait Announcements {
    /// Listens to the server-sent events at `url` and to no others; the same again changes nothing, `None` ends it. How the
    /// stream stands, and the data of each event, come back through the app's entries.
    fn listen(&self, url: Option<&str>);
}

/// The colour of the toolbar badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to do.
    Quiet,
    /// Under way.
    Busy,
    /// Passed.
    Good,
    /// Failed.
    Bad,
    /// Not certain.
    Unsure,
}

/// All that the extension's background needs of its browser.
pub trait Ports: Http + Storage + Clock + Tabs + Host + Notifications + Announcements {}
impl<T: Http + Storage + Clock + Tabs + Host + Notifications + Announcements> Ports for T {}
