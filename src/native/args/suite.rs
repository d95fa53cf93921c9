// SPDX-License-Identifier: GPL-2.0-or-later
//! What the user said behind `suite`.
//!
//! Must not read a file.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What is to be done with suites.
#[derive(Debug, Subcommand)]
pub(in super::super) enum SuiteCommand {
    /// Says everything that is wrong in suite files, with the place and what to do.
    Check(CheckArgs),
}

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 every file is fine, 1 something is wrong in one, 2 bad usage, or a file cannot be read."
)]
pub(in super::super) struct CheckArgs {
    /// Suites in httpbb's YAML (- is the standard input).
    #[arg(value_name = "FILE", required = true)]
    pub(in super::super) files: Vec<PathBuf>,
}
