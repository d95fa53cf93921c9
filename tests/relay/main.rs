// SPDX-License-Identifier: GPL-2.0-or-later
//! The relay between real ends: ngircd as the server, and a second IRC client in the channel.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]
#![allow(clippy::print_stdout, reason = "the test of faults says what came of its seed")]

mod connections;
mod crashes;
mod faults;
mod gate;
mod irc;
mod posts;
mod running;
mod said;
mod servers;
mod services;
mod stage;
#[path = "../support/mod.rs"]
mod support;
#[path = "../channel/texts.rs"]
mod texts;
mod tokens;
