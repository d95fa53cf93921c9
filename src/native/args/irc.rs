// SPDX-License-Identifier: GPL-2.0-or-later
//! Where the relay speaks on IRC, as whom, and whom it hears, word for word.
//!
//! Must not read a file or open a connection.

use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, Args)]
pub(in super::super) struct IrcArgs {
    /// IRC server.
    #[arg(long, value_name = "HOST:PORT")]
    pub(in super::super) server: String,
    /// Speak TLS with the server.
    #[arg(long)]
    pub(in super::super) tls: bool,
    /// Certificate authorities to trust instead of the usual ones, in PEM.
    #[arg(long, value_name = "FILE", requires = "tls")]
    pub(in super::super) ca_file: Option<PathBuf>,
    /// Client certificate and its key, in PEM, one file.
    #[arg(long, value_name = "FILE", requires = "tls")]
    pub(in super::super) certificate: Option<PathBuf>,
    /// The one channel to speak in, with its #.
    #[arg(long)]
    pub(in super::super) channel: String,
    /// File with the channel's key.
    #[arg(long, value_name = "FILE")]
    pub(in super::super) channel_key_file: Option<PathBuf>,
    /// Nick to speak under.
    #[arg(long)]
    pub(in super::super) nick: String,
    /// Nick of the person who answers for the bot, shown to everybody who asks who it is.
    #[arg(long, value_name = "NICK")]
    pub(in super::super) operator: Option<String>,
    /// Log in before joining, and do not join when that fails.
    #[arg(long, value_enum)]
    pub(in super::super) sasl: Option<SaslKind>,
    /// Account to log in to.
    #[arg(long, requires = "sasl")]
    pub(in super::super) account: Option<String>,
    /// File with a password: with --sasl plain the account's, else the server's.
    #[arg(long, value_name = "FILE")]
    pub(in super::super) password_file: Option<PathBuf>,
    /// Bot whose lines in the channel are passed on; NICK=ACCOUNT wants it to be logged in to that account.
    #[arg(long, value_name = "NICK[=ACCOUNT]", default_values_t = ["logmsgbot".to_owned(), "jouncebot".to_owned()])]
    pub(in super::super) hear: Vec<String>,
    /// Durations other than the usual ones, such as idle=200,answer=200; for tests.
    #[arg(long, hide = true, value_delimiter = ',', value_name = "NAME=MS", value_parser = duration)]
    pub(in super::super) durations: Vec<(String, Duration)>,
}

/// How to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum SaslKind {
    /// With --account and --password-file.
    Plain,
    /// With --certificate.
    External,
}

fn duration(text: &str) -> Result<(String, Duration), String> {
    let read =
        text.split_once('=').and_then(|(name, ms)| Some((name.to_owned(), Duration::from_millis(ms.parse().ok()?))));
    read.ok_or_else(|| "expected a name and milliseconds, such as idle=200".to_owned())
}
