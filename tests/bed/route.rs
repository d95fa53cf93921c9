// SPDX-License-Identifier: GPL-2.0-or-later
//! Where a request for a wiki goes: by `X-Wikimedia-Debug` to a test server, or to production.
//!
//! The rules are those of the edge (repository `operations/puppet`, `x-wikimedia-debug-routing.lua` and the text
//! frontend of Varnish); the names are those of <https://noc.wikimedia.org/conf/debug.json>.

use super::exchange::Seen;

/// A place that answers for a backend name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backend {
    /// The name in the header.
    pub name: &'static str,
    /// The Kubernetes namespace: `mw-debug`.
    pub namespace: &'static str,
    /// The data centre: `eqiad`.
    pub datacentre: &'static str,
    /// The release: `pinkunicorn`, or `next` for the next version of PHP.
    pub release: &'static str,
}

const fn debug(name: &'static str, datacentre: &'static str, release: &'static str) -> Backend {
    Backend { name, namespace: "mw-debug", datacentre, release }
}

/// The names that noc's `debug.json` lists, in its order. The first data centre is the primary one.
pub const BACKENDS: [Backend; 8] = [
    debug("k8s-mwdebug", "eqiad", "pinkunicorn"),
    debug("k8s-mwdebug-eqiad", "eqiad", "pinkunicorn"),
    debug("k8s-mwdebug-codfw", "codfw", "pinkunicorn"),
    debug("k8s-mwdebug-next", "eqiad", "next"),
    debug("k8s-mwdebug-next-eqiad", "eqiad", "next"),
    debug("k8s-mwdebug-next-codfw", "codfw", "next"),
    // How these two name themselves is a guess; scap does not sync them.
    Backend { name: "k8s-mw-experimental-eqiad", namespace: "mw-experimental", datacentre: "eqiad", release: "main" },
    Backend { name: "k8s-mw-experimental-codfw", namespace: "mw-experimental", datacentre: "codfw", release: "main" },
];

/// `1` is an old spelling that the edge still knows.
const OLD: Backend = debug("1", "eqiad", "pinkunicorn");

/// Who is to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// The fleet that readers meet.
    Production,
    /// A test server.
    Debug(Backend),
    /// Nobody: the name is unknown.
    NoMatch,
    /// Nobody: the header is longer than the edge takes.
    TooLong,
}

/// Decides who answers.
pub fn of(asked: &Seen) -> Route {
    let reads = matches!(asked.method.as_str(), "GET" | "HEAD");
    let cookie = asked.cookie("X-Wikimedia-Debug").filter(|value| reads && !value.is_empty());
    // Varnish overwrites the header with the cookie, and decodes only the first of each sign.
    let value = cookie.map(|value| value.replacen("%3D", "=", 1).replacen("%3B", ";", 1));
    let Some(value) = value.or_else(|| asked.header("x-wikimedia-debug")) else { return Route::Production };
    if value.len() > 8192 {
        return Route::TooLong;
    }
    let name = named(&value);
    BACKENDS.into_iter().chain([OLD]).find(|backend| backend.name == name).map_or(Route::NoMatch, Route::Debug)
}

/// The first `backend=` that a name follows, wherever it stands; without one, the whole value.
fn named(value: &str) -> &str {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-');
    value
        .split("backend=")
        .skip(1)
        .map(|rest| rest.find(|letter| !is_part(letter)).and_then(|end| rest.get(..end)).unwrap_or(rest))
        .find(|name| !name.is_empty())
        .unwrap_or(value)
}
