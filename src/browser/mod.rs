// SPDX-License-Identifier: GPL-2.0-or-later
//! The ports filled with what browsers offer to extensions, and the entry points of background and pages. Only for
//! wasm32, but for what calls no browser, which plain tests reach too.
//!
//! Must not decide what a run means or what a page says: `app` and `ui` do.

#[cfg(target_arch = "wasm32")]
mod announcements;
#[cfg(target_arch = "wasm32")]
pub mod background;
#[cfg(target_arch = "wasm32")]
mod clock;
#[cfg(target_arch = "wasm32")]
mod exchanges;
#[cfg(target_arch = "wasm32")]
mod fetch;
mod header_rules;
#[cfg(target_arch = "wasm32")]
mod host;
mod match_pattern;
#[cfg(target_arch = "wasm32")]
mod message;
mod net_error;
#[cfg(target_arch = "wasm32")]
pub mod pages;
#[cfg(target_arch = "wasm32")]
mod ports;
#[cfg(target_arch = "wasm32")]
mod storage;
#[cfg(target_arch = "wasm32")]
mod sys;
#[cfg(target_arch = "wasm32")]
mod tabs;

#[cfg(target_arch = "wasm32")]
use {crate::app::App, crate::ui, ports::BrowserPorts};
