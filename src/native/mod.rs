// SPDX-License-Identifier: GPL-2.0-or-later
//! The ports filled with an HTTP client and the system's clock, the command line, and the relay. Not for wasm32.
//!
//! Must not judge anything itself: what a calendar, a suite or an answer means is said by the pure modules.

mod args;
mod clock;
mod commands;
mod connect_to;
mod http;
mod ports;
mod relay;
mod terminal;
mod written;

pub use connect_to::{ConnectTo, ConnectToError};
pub use http::{Connection, ConnectionError, NativeHttp};
pub use ports::NativePorts;

use args::{Arguments, Subcommand, SuiteCommand};
use clap::Parser;
use commands::Failure;
use std::process::ExitCode;
use std::time::Duration;

/// How long calls that cannot be broken off may take once all is done: enough for a change of a file that is under way.
const LAST_CALLS: Duration = Duration::from_secs(1);

/// Reads the arguments, does what they say and returns the exit code: 0 pass, 1 fail, 2 bad input or usage,
/// 3 inconclusive.
#[must_use]
pub fn main() -> ExitCode {
    // clap ends the process itself on `--help` (0) and on wrong usage (2).
    let arguments = Arguments::parse();
    match start(arguments) {
        Ok(code) => code,
        Err(failure) => {
            terminal::complain(&format!("backport-verify: {failure}"));
            ExitCode::from(failure.exit_code())
        }
    }
}

fn start(arguments: Arguments) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::Runtime)?;
    let came = runtime.block_on(async {
        match arguments.command {
            Subcommand::Schedule(said) => commands::schedule(said).await,
            Subcommand::Preflight(said) => commands::preflight(said).await,
            Subcommand::Verify(said) => commands::verify(said).await,
            Subcommand::Suite(SuiteCommand::Check(said)) => Ok(commands::check(&said)?),
            Subcommand::Suite(SuiteCommand::Convert(said)) => commands::convert(&said),
            Subcommand::Relay(said) => relay::call(said).await.map_err(Failure::from),
        }
    });
    // A runtime that is dropped waits for its blocking calls, and the system may look a name up for minutes.
    runtime.shutdown_timeout(LAST_CALLS);
    came
}
