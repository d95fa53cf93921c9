// SPDX-License-Identifier: GPL-2.0-or-later
//! A local Wikimedia of its own for one test, and the command that reaches it.

use crate::bed::{Bed, Kind};
use crate::support::{Command, Printed};
use std::path::PathBuf;

/// A bed, and the options with which the command reaches it.
pub(crate) struct Stand {
    pub(crate) bed: Bed,
    pub(crate) connect_to: String,
    pub(crate) cacert: PathBuf,
}

impl Stand {
    /// The story's change is not merged, and its backport window is open.
    pub(crate) async fn new() -> Self {
        let bed = Bed::start(Kind::Embedded).await.unwrap();
        let connect_to = format!("::127.0.0.1:{}", bed.edge().port());
        let cacert = bed.ca_file().to_owned();
        Self { bed, connect_to, cacert }
    }

    /// A call that reaches nothing but the bed.
    pub(crate) fn command(&self, subcommand: &str) -> Command {
        Command::new().args([subcommand, "--connect-to", &self.connect_to, "--cacert"]).arg(&self.cacert)
    }
}

/// Runs the command on a thread of its own, so that the bed can answer.
pub(crate) async fn run(command: Command) -> Printed {
    tokio::task::spawn_blocking(|| command.run()).await.unwrap()
}
