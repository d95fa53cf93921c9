// SPDX-License-Identifier: GPL-2.0-or-later
//! The relay's side of IRC: against ngircd and `InspIRCd` as they are, and, for what those cannot show without services
//! (logging in), against a server that says what the specification says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]
#![allow(clippy::duration_suboptimal_units, reason = "durations are said as the relay takes them")]

mod channel;
mod events;
mod faults;
mod gate;
mod person;
mod registration;
mod relay;
mod saying;
mod scripted;
mod servers;
#[path = "../support/mod.rs"]
mod support;
mod tls;

use std::time::Duration;

/// The channel of every test.
const CHANNEL: &str = "#wikimedia-operations";
/// The one token.
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
/// The longest that anything here may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for `what`, which must come.
async fn soon<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(|_| panic!("in vain: {what}"))
}
