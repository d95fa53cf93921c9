// SPDX-License-Identifier: GPL-2.0-or-later
//! X-Wikimedia-Debug: directives, backends, and which host really answered.
//!
//! Must not send anything.

mod backend;
mod body;
mod header;
mod known;
mod origin;
mod sent;

pub use backend::{Backend, BackendError, Backends, NOC_BACKENDS_URL, backends_from_noc};
pub use body::named_in;
pub use header::{Directives, HEADER, Switch};
pub use known::{Known, SettleError, SettledServer};
pub use origin::{Origin, Realm};
pub use sent::sent_among;
