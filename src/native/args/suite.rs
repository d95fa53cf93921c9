// SPDX-License-Identifier: GPL-2.0-or-later
//! What the user said behind `suite`.
//!
//! Must not read a file.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What is to be done with suites.
#[derive(Debug, Subcommand)]
pub(in super::super) enum SuiteCommand {
    /// Says everything that is wrong in suite files, with the place and what to do.
    Check(CheckArgs),
    /// Converts a suite between httpbb's YAML, Hurl files and curl commands.
    Convert(ConvertArgs),
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

#[derive(Debug, Args)]
#[command(after_help = "\
The suite is written to the standard output. What it cannot hold is listed on the standard error, a line each: <line 3: …> \
or <test 2 <name>: …>, with CHANGED where something else is asked or demanded without it.
Exit codes: 0 the same is asked and demanded, 1 something is not, 2 bad input or usage.")]
pub(in super::super) struct ConvertArgs {
    /// What is read; without it, the file's name tells: .yaml or .yml, .hurl, .curl or .sh.
    #[arg(long, value_name = "KIND")]
    pub(in super::super) from: Option<Kind>,
    /// What is written.
    #[arg(long, value_name = "KIND")]
    pub(in super::super) to: Kind,
    /// The file (- is the standard input).
    #[arg(value_name = "FILE")]
    pub(in super::super) file: PathBuf,
}

/// A form in which tests are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum Kind {
    /// httpbb's YAML, with the keys of httpbb alone.
    Httpbb,
    /// A Hurl file.
    Hurl,
    /// curl commands for a POSIX shell, or what a browser's "Copy as cURL" gives.
    Curl,
    /// httpbb's YAML with the keys of this tool.
    Ours,
}

impl Kind {
    /// What a file of this name holds.
    pub(in super::super) fn of(name: &std::path::Path) -> Option<Self> {
        match name.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Self::Ours),
            "hurl" => Some(Self::Hurl),
            "curl" | "sh" => Some(Self::Curl),
            _ => None,
        }
    }
}
