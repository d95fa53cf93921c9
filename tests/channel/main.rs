// SPDX-License-Identifier: GPL-2.0-or-later
//! What the channel hears, whatever a title, a nick or a page says, and what every kind of receiver is sent.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod bodies;
mod hostile;
mod program;
mod secrets;
mod texts;
