// SPDX-License-Identifier: GPL-2.0-or-later
//! Backport Verify: proves that a scheduled Wikimedia backport works on mwdebug and then on production.
//!
//! The modules follow the submitter's road: a calendar is read, a patch is found, its tests are run, what answered is
//! weighed, a verdict is spoken. `ARCHITECTURE.md` has the road's order, in which each may import only from those
//! before it, and says what each owns and must not do.

pub mod app;
pub mod change;
pub mod check;
pub mod debug;
pub mod deployed;
pub mod exchange;
pub mod ports;
pub mod preflight;
pub mod reminder;
pub mod report;
pub mod schedule;
pub mod store;
pub mod suite;
pub mod ui;
pub mod verify;

#[cfg(any(target_arch = "wasm32", test))]
pub mod browser;
#[cfg(not(target_arch = "wasm32"))]
pub mod native;
