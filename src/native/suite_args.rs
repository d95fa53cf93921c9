// SPDX-License-Identifier: GPL-2.0-or-later
//! What the user said behind `backport-verify suite`, word for word.
//!
//! Must not read a file.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// The subcommands of `suite`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum SuiteCommand {
    /// Converts a suite between httpbb's YAML, Hurl files and curl commands.
    Convert(ConvertArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
The suite is written to the standard output. What it cannot hold is listed on the standard error, a line each: <line 3: …> \
or <test 2 <name>: …>, with CHANGED where something else is asked or demanded without it.
Exit codes: 0 the same is asked and demanded, 1 something is not, 2 bad input or usage.")]
pub(super) struct ConvertArgs {
    /// What is read; without it, the file's name tells: .yaml or .yml, .hurl, .curl or .sh.
    #[arg(long, value_name = "KIND")]
    pub(super) from: Option<Kind>,
    /// What is written.
    #[arg(long, value_name = "KIND")]
    pub(super) to: Kind,
    /// The file (- is the standard input).
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
}

/// A form in which tests are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
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
    pub(super) fn of(name: &std::path::Path) -> Option<Self> {
        match name.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Self::Ours),
            "hurl" => Some(Self::Hurl),
            "curl" | "sh" => Some(Self::Curl),
            _ => None,
        }
    }
}
