// SPDX-License-Identifier: GPL-2.0-or-later
//! How the tool names itself to the sites that it asks.
//!
//! Must not be part of a test: it says who asks, and that is never the test.

use crate::exchange::Headers;

/// Name, version and where to find out more, in the form that
/// <https://foundation.wikimedia.org/wiki/Policy:Wikimedia_Foundation_User-Agent_Policy> asks for.
pub const AGENT: &str = concat!(
    "backport-verify/",
    env!("CARGO_PKG_VERSION"),
    " (https://wikitech.wikimedia.org/wiki/Backport_windows; verifies scheduled patches)"
);

/// The field that carries it, for a browser's `User-Agent` is the browser's own. The same policy names it.
pub const AGENT_FIELD: &str = "Api-User-Agent";

/// Adds the field to those of a request.
pub(super) fn name_oneself(headers: &mut Headers) {
    headers.push(AGENT_FIELD, AGENT);
}
