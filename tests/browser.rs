// SPDX-License-Identifier: GPL-2.0-or-later
//! The extension from outside: real browsers, the local Wikimedia, and what a submitter sees and the channel hears.

#[path = "browser/driver/mod.rs"]
#[allow(dead_code, reason = "the demo and the tests use different ends of it")]
mod driver;
#[path = "browser/smoke.rs"]
mod smoke;
