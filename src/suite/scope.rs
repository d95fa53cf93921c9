// SPDX-License-Identifier: GPL-2.0-or-later
//! The hosts that a test may reach.

use thiserror::Error;
use url::Url;

/// The registrable domains of the Wikimedia sites: those to which the `WikimediaDebug` extension sends the header
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
    // A host with a dot at its end is refused: the browser's permissions do not cover it.
    let host = parsed.host_str().unwrap_or_default();
    let ours = SITES.iter().any(|site| host == *site || host.strip_suffix(site).is_some_and(|sub| sub.ends_with('.')));
    if !ours {
        return Err(ScopeError::ForeignHost(host.to_owned()));
    }
    if parsed.port().is_some() || !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(ScopeError::Credentials(url.to_owned()));
    }
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use super::{SITES, ScopeError, in_scope};

    #[test]
    fn every_site_and_what_is_below_it_may_be_asked() {
        for site in SITES {
            for url in
                [format!("https://{site}/"), format!("https://a.m.{site}/w/api.php?x=y"), format!("https://{site}:443")]
            {
                assert!(in_scope(&url).is_ok(), "{url}");
            }
        }
        assert_eq!(in_scope("HTTPS://EN.Wikipedia.ORG/wiki/X").unwrap().as_str(), "https://en.wikipedia.org/wiki/X");
        assert!(in_scope("https://ｅｎ.wikipedia.org/").is_ok());
    }

    #[test]
    fn hosts_that_only_look_like_ours_are_foreign() {
        for url in [
            "https://example.org/",
            "https://evilwikipedia.org/",
            "https://wikipedia.org.evil.example/",
            "https://en.wikipedia.org@evil.example/",
            "https://en.wikipedia.org%40evil.example/",
            "https://evil.example/https://en.wikipedia.org/",
            "https://evil.example#en.wikipedia.org",
            "https://evil.example\\@en.wikipedia.org/",
            "https://wikipediа.org/",
            "https://en.wikipedia.org./",
            "https://wmcloud.org/",
            "https://other.wmcloud.org/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://localhost/",
        ] {
            assert!(
                matches!(in_scope(url), Err(ScopeError::ForeignHost(_) | ScopeError::NotAUrl(_))),
                "{url}: {:?}",
                in_scope(url)
            );
        }
    }

    #[test]
    fn a_url_must_be_whole_and_bare() {
        for url in ["", "en.wikipedia.org", "/wiki/X", "https://"] {
            assert_eq!(in_scope(url), Err(ScopeError::NotAUrl(url.into())));
        }
        for url in ["http://en.wikipedia.org/", "ftp://en.wikipedia.org/", "javascript:alert(1)", "file:///etc/passwd"]
        {
            assert_eq!(in_scope(url), Err(ScopeError::NotHttps(url.into())));
        }
        for url in ["https://en.wikipedia.org:8443/", "https://me@en.wikipedia.org/", "https://:pw@en.wikipedia.org/"] {
            assert_eq!(in_scope(url), Err(ScopeError::Credentials(url.into())));
        }
    }
}
