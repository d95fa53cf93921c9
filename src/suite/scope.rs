// SPDX-License-Identifier: GPL-2.0-or-later
//! The hosts that a test may reach.

use thiserror::Error;
use url::Url;

/// The registrable domains of the Wikimedia sites: those to which the WikimediaDebug extension sends the header
/// (repository `performance/WikimediaDebug`). The manifest's host permissions are the same list.
pub const SITES: [&str; 14] = [
    "mediawiki.org",
    "wikibooks.org",
    "wikidata.org",
    "wikifunctions.org",
    "wikimedia.org",
    "wikinews.org",
    "wikipedia.org",
    "wikiquote.org",
    "wikisource.org",
    "wikiversity.org",
    "wikivoyage.org",
    "wiktionary.org",
    "beta.wmcloud.org",
    "beta.wmflabs.org",
];

/// Why a URL may not be asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScopeError {
    /// It is no URL.
    #[error("<{0}> is not a URL; write it whole, such as https://en.wikipedia.org/wiki/Special:Version")]
    NotAUrl(String),
    /// It is not https.
    #[error("<{0}> must begin with https://")]
    NotHttps(String),
    /// It is on another site.
    #[error("{0} is not a Wikimedia site; tests may only ask sites that mwdebug serves")]
    ForeignHost(String),
    /// It names a port or carries a user name or password.
    #[error("<{0}> must name no port, user or password")]
    Credentials(String),
}

/// Whether a test may ask `url`.
///
/// # Errors
/// With what stands against it.
pub fn in_scope(url: &str) -> Result<Url, ScopeError> {
    let parsed = Url::parse(url).map_err(|_| ScopeError::NotAUrl(url.to_owned()))?;
    if parsed.scheme() != "https" {
        return Err(ScopeError::NotHttps(url.to_owned()));
    }
    let host = parsed.host_str().unwrap_or_default().trim_end_matches('.');
    let ours = SITES.iter().any(|site| host == *site || host.strip_suffix(site).is_some_and(|sub| sub.ends_with('.')));
    if !ours {
        return Err(ScopeError::ForeignHost(host.to_owned()));
    }
    if parsed.port().is_some() || !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(ScopeError::Credentials(url.to_owned()));
    }
    Ok(parsed)
}
