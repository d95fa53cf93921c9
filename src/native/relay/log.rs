// SPDX-License-Identifier: GPL-2.0-or-later
//! The relay's log: one JSON object a line on the standard error.
//!
//! Must not take a line of a library: what those write of connections may hold what was said or a password.

use std::io;
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Begins to log.
pub(super) fn start() {
    let form = tracing_subscriber::fmt::layer().json().flatten_event(true).with_target(false).with_writer(io::stderr);
    let own = Targets::new().with_target(env!("CARGO_CRATE_NAME"), Level::INFO);
    // It fails only where something logs already.
    tracing_subscriber::registry().with(form).with(own).try_init().ok();
}

/// Writes a line of the log.
pub(super) fn log(line: &str) {
    tracing::info!("{line}");
}
