// SPDX-License-Identifier: GPL-2.0-or-later
//! Suites on their way between httpbb's YAML, Hurl files and curl commands: what is taken over, what is listed, and that
//! nothing that demands less goes unsaid.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod command;
mod curl;
#[path = "../support/httpbb_rows.rs"]
mod httpbb_rows;
mod hurl;
mod names;
mod rows;
mod trips;

use backport_verify::suite::{Imported, Loss};

/// What was lost, as it is printed.
fn said(lost: &[Loss]) -> Vec<String> {
    lost.iter().map(ToString::to_string).collect()
}

/// The one line that matters and holds `words`.
#[track_caller]
fn changed(imported: &Imported, words: &str) {
    let said = said(&imported.lost);
    let found = said.iter().any(|line| line.contains("CHANGED: ") && line.contains(words));
    assert!(found, "nothing with <{words}> in {said:?}");
}
