// SPDX-License-Identifier: GPL-2.0-or-later
//! The ports filled with what browsers offer to extensions, and the entry points of background and pages. Only for wasm32.
//!
//! Must not decide what a run means or what a page says: `app` and `ui` do.

pub mod background;
mod clock;
mod exchanges;
mod fetch;
mod host;
pub mod pages;
mod storage;
mod sys;
mod tabs;

use crate::app::App;
use crate::ui;
use std::cell::RefCell;
use wasm_bindgen::prelude::wasm_bindgen;

/// The browser, as the background sees it.
#[derive(Default)]
struct BrowserPorts {
    exchanges: exchanges::Exchanges,
    rules: futures_util::lock::Mutex<()>,
    awake: RefCell<Option<gloo::timers::callback::Interval>>,
}

/// Runs once when the module is loaded, in the background and in every page: lets a panic say where it was.
#[wasm_bindgen(start)]
fn boot() {
    console_error_panic_hook::set_once();
}
