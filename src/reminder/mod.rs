// SPDX-License-Identifier: GPL-2.0-or-later
//! Reminders: what the submitter is told without asking, when it is due, and when it is too late for it.
//!
//! Must not notify anybody or read a clock.

mod agenda;
mod words;

pub use agenda::{Agenda, Occasion, Reminder, Wanted};
