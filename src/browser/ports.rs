// SPDX-License-Identifier: GPL-2.0-or-later
//! What the filled ports share, and what runs when the module is loaded.
//!
//! Must not fill a port itself: the files beside it do, one each.

use super::announcements::Stream;
use super::exchanges::Exchanges;
use std::cell::RefCell;
use wasm_bindgen::prelude::wasm_bindgen;

/// The browser, as the background sees it.
#[derive(Default)]
pub(super) struct BrowserPorts {
    pub(super) exchanges: Exchanges,
    pub(super) rules: futures_util::lock::Mutex<()>,
    pub(super) stream: RefCell<Option<Stream>>,
    pub(super) awake: RefCell<Option<gloo::timers::callback::Interval>>,
}

/// Runs once when the module is loaded, in the background and in every page: lets a panic say where it was.
#[wasm_bindgen(start)]
fn boot() {
    console_error_panic_hook::set_once();
}
