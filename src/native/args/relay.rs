// SPDX-License-Identifier: GPL-2.0-or-later
//! What the user said of the relay beside running it: who may post, and where that is kept.

use super::super::relay::Journal;
use super::RelayArgs;
use clap::{ArgMatches, Args, Command, FromArgMatches, Subcommand};
use std::num::NonZeroU32;
use std::path::PathBuf;
use url::Url;

const DATA: &str = "The relay's file, with tokens and queue [default: backport-verify/relay.sqlite3 in $XDG_STATE_HOME or \
                    ~/.local/state]";

/// The relay, or something to be done to its tokens.
#[derive(Debug)]
pub(in super::super) enum RelayCall {
    /// Run it.
    Run(Box<RelayArgs>),
    /// Anything else.
    Do(RelayCommand),
}

// Written out because an optional group of arguments that holds others counts as absent (clap, issue 4699).
impl Args for RelayCall {
    fn augment_args(command: Command) -> Command {
        let command = RelayCommand::augment_subcommands(RelayArgs::augment_args(command));
        command.args_conflicts_with_subcommands(true).subcommand_negates_reqs(true)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for RelayCall {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        if matches.subcommand_name().is_some() {
            RelayCommand::from_arg_matches(matches).map(Self::Do)
        } else {
            RelayArgs::from_arg_matches(matches).map(Box::new).map(Self::Run)
        }
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[derive(Debug, Subcommand)]
pub(in super::super) enum RelayCommand {
    /// Says who may post. It also works while the relay runs.
    Token(TokenArgs),
}

#[derive(Debug, Args)]
pub(in super::super) struct TokenArgs {
    #[command(subcommand)]
    pub(in super::super) command: TokenCommand,
    #[arg(long, value_name = "FILE", global = true, help = DATA)]
    pub(in super::super) data: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(in super::super) enum TokenCommand {
    /// Makes a token for an IRC nick and prints the webhook with it: this once, for nothing can show it again.
    Add {
        /// IRC nick under whose name the lines are said.
        nick: String,
        /// What to remember of it, such as whose machine it is for.
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
        /// Where senders reach the relay, to print the whole URL.
        #[arg(long, value_name = "BASE", value_parser = base)]
        url: Option<Url>,
    },
    /// Lists the tokens: number, nick, when made, whether revoked, note.
    List,
    /// Takes the right to post away, at once. What of theirs waits is not said.
    Revoke {
        /// Nick, for all tokens of it, or the number of one token.
        #[arg(value_name = "NICK-OR-ID")]
        who: String,
    },
}

/// The queue of a relay and its limits.
#[derive(Debug, Args)]
pub(in super::super) struct QueueArgs {
    #[arg(long, value_name = "FILE", help = DATA)]
    pub(in super::super) data: Option<PathBuf>,
    /// How changes of the file are made safe [default: wal, but rollback on NFS]
    #[arg(long)]
    pub(in super::super) journal: Option<Journal>,
    /// Seconds for which a line may wait for the channel; an older one is not said any more.
    #[arg(long, value_name = "SECONDS", default_value_t = 900, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(in super::super) keep_for: u32,
    /// Lines that may wait at once.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(in super::super) waiting: u32,
    /// Connections that may be open at once; streams of events take at most half of them.
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = clap::value_parser!(u16).range(2..))]
    pub(in super::super) connections: u16,
    /// Posts that one token may send a minute.
    #[arg(long, value_name = "N", default_value = "30")]
    pub(in super::super) a_minute: NonZeroU32,
    /// Posts that one token may send at once.
    #[arg(long, value_name = "N", default_value = "10")]
    pub(in super::super) burst: NonZeroU32,
}

fn base(text: &str) -> Result<Url, &'static str> {
    let wrong = "expected the address of the relay, such as https://relay.example/";
    let url = Url::parse(text).map_err(|_| wrong)?;
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.password().is_none();
    if matches!(url.scheme(), "https" | "http") && is_plain { Ok(url) } else { Err(wrong) }
}
