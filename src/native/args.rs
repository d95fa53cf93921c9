// SPDX-License-Identifier: GPL-2.0-or-later
//! What the user said on the command line, word for word.
//!
//! Must not read a file or open a connection: whether it can be done is found out by the commands.

use super::connect_to::ConnectTo;
use crate::debug::Backend;
use crate::schedule::Nick;
use clap::{Args, Parser, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Runs saved test URLs on Wikimedia's test servers and then on production, in a backport window.
#[derive(Debug, Parser)]
#[command(name = "backport-verify", version, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 pass, 1 fail, 2 bad input or usage, 3 inconclusive or not reachable.")]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Subcommand,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Subcommand {
    /// Shows the windows and patches of the Deployments calendar.
    Schedule(ScheduleArgs),
    /// Runs httpbb suites on the test servers, on production, or on both.
    Verify(VerifyArgs),
    /// Takes Slack-shaped posts and says them in one IRC channel.
    Relay(RelayArgs),
}

#[derive(Debug, Args)]
pub(super) struct ScheduleArgs {
    /// Only the patches of this IRC nick.
    #[arg(long, value_parser = nick)]
    pub(super) nick: Option<Nick>,
    /// Read the calendar's wikitext from this file (- is the standard input), not from wikitech.
    #[arg(long, value_name = "FILE")]
    pub(super) page: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
}

/// How connections are made; the options are those of curl.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct ConnectionArgs {
    /// Connect to ADDR:PORT in place of HOST:PORT, as curl does; empty parts match all. Repeatable, the first match wins.
    #[arg(long, value_name = "HOST:PORT:ADDR:PORT")]
    pub(super) connect_to: Vec<ConnectTo>,
    /// Trust the certificates of this PEM file too.
    #[arg(long, value_name = "FILE")]
    pub(super) cacert: Option<PathBuf>,
    /// Do not check certificates. Only for a test bed: anybody could answer.
    #[arg(long)]
    pub(super) insecure: bool,
}

/// Where to verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum On {
    /// The test servers, and production beside them as the baseline.
    Mwdebug,
    /// Production, without the debug header.
    Production,
    /// The test servers, then production.
    Both,
}

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// Suites in httpbb's YAML (- is the standard input).
    #[arg(long = "suite", value_name = "FILE", required = true, num_args = 1..)]
    pub(super) suites: Vec<PathBuf>,
    /// Where to verify.
    #[arg(long)]
    pub(super) on: On,
    /// Debug backend.
    #[arg(long, default_value_t = Backend::default(), value_parser = backend)]
    pub(super) backend: Backend,
    /// Requests in flight to one host.
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(super) jobs: u16,
    /// Seconds after which a request is given up.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=600))]
    pub(super) timeout: u16,
    /// Print JSON.
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
}

#[derive(Debug, Args)]
pub(super) struct RelayArgs {
    /// Where to take posts; port 0 takes a free one.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    pub(super) listen: SocketAddr,
    /// IRC server.
    #[arg(long, value_name = "HOST:PORT")]
    pub(super) server: String,
    /// Speak TLS with the server.
    #[arg(long)]
    pub(super) tls: bool,
    /// The one channel to speak in, with its #.
    #[arg(long)]
    pub(super) channel: String,
    /// Nick to speak under.
    #[arg(long)]
    pub(super) nick: String,
    /// File with the tokens that may post, one a line.
    #[arg(long, value_name = "FILE")]
    pub(super) token_file: PathBuf,
    /// File with the server's password (on Libera Chat: ACCOUNT:PASSWORD).
    #[arg(long, value_name = "FILE")]
    pub(super) password_file: Option<PathBuf>,
}

fn nick(text: &str) -> Result<Nick, &'static str> {
    Nick::new(text).ok_or("a nick must not be empty")
}

fn backend(text: &str) -> Result<Backend, String> {
    Backend::new(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::{Arguments, On, Subcommand};
    use clap::{CommandFactory, Parser};

    fn verify(words: &[&str]) -> super::VerifyArgs {
        match Arguments::try_parse_from([&["backport-verify", "verify"], words].concat()).unwrap().command {
            Subcommand::Verify(said) => said,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_definition_of_the_arguments_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn one_suite_option_takes_several_files() {
        let said = verify(&["--suite", "a.yaml", "b.yaml", "--on", "both", "--suite", "c.yaml"]);
        assert_eq!(
            said.suites.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
            ["a.yaml", "b.yaml", "c.yaml"]
        );
        assert_eq!(said.on, On::Both);
        assert_eq!((said.backend.as_str(), said.jobs, said.timeout), ("k8s-mwdebug", 6, 30));
    }

    #[test]
    fn no_request_in_flight_would_never_end_and_is_refused() {
        let words = ["backport-verify", "verify", "--suite", "a", "--on", "both", "--jobs", "0"];
        assert!(Arguments::try_parse_from(words).is_err());
    }
}
