// SPDX-License-Identifier: GPL-2.0-or-later
//! Match patterns, in which browsers want the sites that an extension may reach.
//!
//! Must not ask for any permission: `host` and `pages` do.

use url::Url;

/// The match pattern that covers `origin`, which may have a path or be a pattern already. A pattern names no port:
/// Firefox refuses one, and without it both browsers mean every port.
pub(super) fn pattern(origin: &str) -> String {
    let base = origin.strip_suffix("/*").unwrap_or(origin);
    match Url::parse(base) {
        Ok(url) => format!("{}://{}/*", url.scheme(), url.host_str().unwrap_or_default()),
        // The browser says what is wrong with it.
        Err(_) => format!("{base}/*"),
    }
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn a_pattern_covers_the_whole_origin_and_names_no_port() {
        for (origin, covered) in [
            ("https://en.wikipedia.org", "https://en.wikipedia.org/*"),
            ("https://en.wikipedia.org/wiki/X?y#z", "https://en.wikipedia.org/*"),
            ("http://127.0.0.1:8080", "http://127.0.0.1/*"),
            ("http://localhost:8080/hook/t", "http://localhost/*"),
            ("https://*.wikipedia.org", "https://*.wikipedia.org/*"),
            ("https://*.wikipedia.org/*", "https://*.wikipedia.org/*"),
        ] {
            assert_eq!(pattern(origin), covered, "{origin}");
        }
    }
}
