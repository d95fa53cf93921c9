// SPDX-License-Identifier: GPL-2.0-or-later
//! The relay's side of IRC: against ngircd and `InspIRCd` as they are, against `InspIRCd` with Atheme's services for logging
//! in, and, for what none of these does, against a server that says what the specification says.
#![allow(clippy::duration_suboptimal_units, reason = "durations are said as the relay takes them")]

mod channel;
mod events;
mod faults;
mod login;
mod person;
mod registration;
mod saying;
pub(crate) mod scripted;
mod tls;
