// SPDX-License-Identifier: GPL-2.0-or-later
//! The extension from outside: real browsers, the local Wikimedia, and what a submitter sees and the channel hears.

#[path = "bed/mod.rs"]
mod bed;
#[path = "browser/driver/mod.rs"]
mod driver;
#[path = "browser/stage.rs"]
mod stage;
#[path = "browser/submitter.rs"]
mod submitter;

#[path = "browser/browsing.rs"]
mod browsing;
#[path = "browser/kills.rs"]
mod kills;
#[path = "browser/others.rs"]
mod others;
#[path = "browser/refusals.rs"]
mod refusals;
#[path = "browser/smoke.rs"]
mod smoke;
#[path = "browser/story.rs"]
mod story;
#[path = "browser/truth.rs"]
mod truth;
#[path = "browser/window.rs"]
mod window;
#[path = "browser/writing.rs"]
mod writing;
