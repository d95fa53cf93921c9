// SPDX-License-Identifier: GPL-2.0-or-later
//! The wiki page on which a team keeps a suite.
//!
//! Must not read the page.

use super::{ScopeError, in_scope};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::form_urlencoded;

/// Letters that no title has (repository `mediawiki/core`, `includes/Title/MediaWikiTitleCodec.php`).
const NO_TITLE: [char; 7] = ['<', '>', '[', ']', '{', '}', '|'];

/// Namespaces whose pages nobody can edit.
const VIRTUAL: [&str; 2] = ["special", "media"];

/// The longest title, in bytes, that `MediaWiki` keeps.
const LONGEST: usize = 255;

/// A page of a Wikimedia wiki. Kept as its URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SharedPage {
    host: String,
    title: String,
}

/// Why a URL is no page on which a suite can be kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlaceError {
    /// It is on no Wikimedia site.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// It names no page.
    #[error(
        "<{0}> names no wiki page; write it whole, such as https://www.mediawiki.org/wiki/Extension:Echo/Backport_tests"
    )]
    NoTitle(String),
    /// No page can have that title, or it cannot be edited.
    #[error("<{0}> is no title of a page that can be edited; choose a page of its own, such as a subpage")]
    BadTitle(String),
}

impl SharedPage {
    /// The page of a URL as it stands in a browser's address bar.
    ///
    /// # Errors
    /// When it is no page of a Wikimedia wiki that could be edited.
    pub fn from_url(text: &str) -> Result<Self, PlaceError> {
        let text = text.trim();
        let url = in_scope(text)?;
        let named = match url.path() {
            "/w/index.php" => url.query_pairs().find(|(name, _)| name == "title").map(|(_, title)| title.into_owned()),
            path => path.strip_prefix("/wiki/").map(decoded),
        };
        let title = named.unwrap_or_default().replace('_', " ").trim().to_owned();
        if title.is_empty() {
            return Err(PlaceError::NoTitle(text.to_owned()));
        }
        let namespace = title.split_once(':').map_or("", |(namespace, _)| namespace).trim().to_ascii_lowercase();
        let fine = title.len() <= LONGEST
            && !title.contains(NO_TITLE)
            && !title.contains(['#', '\u{fffd}'])
            && !title.contains(char::is_control)
            && !VIRTUAL.contains(&namespace.as_str());
        if !fine {
            return Err(PlaceError::BadTitle(title));
        }
        Ok(Self { host: url.host_str().unwrap_or_default().to_owned(), title })
    }

    /// The wiki's host.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The title, with spaces.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Where it is read.
    #[must_use]
    pub fn url(&self) -> String {
        let mut path = String::new();
        for letter in self.title.chars() {
            match letter {
                ' ' => path.push('_'),
                '%' => path.push_str("%25"),
                '?' => path.push_str("%3F"),
                '\\' => path.push_str("%5C"),
                other => path.push(other),
            }
        }
        format!("https://{}/wiki/{path}", self.host)
    }
}

/// Percent-decodes a path; a plus sign in a path is a plus sign.
fn decoded(path: &str) -> String {
    let pair = format!("x={}", path.replace('+', "%2B").replace('&', "%26"));
    form_urlencoded::parse(pair.as_bytes()).next().map_or_else(String::new, |(_, value)| value.into_owned())
}

impl TryFrom<String> for SharedPage {
    type Error = PlaceError;
    fn try_from(text: String) -> Result<Self, PlaceError> {
        Self::from_url(&text)
    }
}

impl From<SharedPage> for String {
    fn from(page: SharedPage) -> Self {
        page.url()
    }
}

#[cfg(test)]
mod tests {
    use super::{PlaceError, SharedPage};

    #[test]
    fn a_pages_url_gives_wiki_and_title_and_comes_back_the_same() {
        for (url, host, title) in [
            (
                "https://www.mediawiki.org/wiki/Extension:Echo/Backport_tests",
                "www.mediawiki.org",
                "Extension:Echo/Backport tests",
            ),
            (
                "https://www.mediawiki.org/w/index.php?title=Extension:Echo/Backport_tests&action=history",
                "www.mediawiki.org",
                "Extension:Echo/Backport tests",
            ),
            (" https://de.wikipedia.org/wiki/Hilfe:%C3%9Cbersicht#Teil ", "de.wikipedia.org", "Hilfe:Übersicht"),
            ("https://en.wikipedia.org/wiki/C%2B%2B_100%25_%3F", "en.wikipedia.org", "C++ 100% ?"),
        ] {
            let page = SharedPage::from_url(url).unwrap();
            assert_eq!((page.host(), page.title()), (host, title), "{url}");
            assert_eq!(SharedPage::from_url(&page.url()), Ok(page), "{url}");
        }
    }

    #[test]
    fn what_is_no_page_of_wikimedia_is_refused() {
        for url in ["https://example.org/wiki/X", "http://www.mediawiki.org/wiki/X", "X"] {
            assert!(matches!(SharedPage::from_url(url), Err(PlaceError::Scope(_))), "{url}");
        }
        for url in
            ["https://www.mediawiki.org/", "https://www.mediawiki.org/wiki/", "https://www.mediawiki.org/w/api.php"]
        {
            assert!(matches!(SharedPage::from_url(url), Err(PlaceError::NoTitle(_))), "{url}");
        }
        for title in ["Special:Version", "Media:A.png", "A%7CB", "A%5B", "A%0AB", &"x".repeat(256)] {
            let url = format!("https://www.mediawiki.org/wiki/{title}");
            assert!(matches!(SharedPage::from_url(&url), Err(PlaceError::BadTitle(_))), "{url}");
        }
    }

    #[test]
    fn it_is_kept_as_its_url_and_a_foreign_one_cannot_be_kept() {
        let page = SharedPage::from_url("https://www.mediawiki.org/wiki/A_b").unwrap();
        assert_eq!(serde_json::to_string(&page).unwrap(), "\"https://www.mediawiki.org/wiki/A_b\"");
        assert!(serde_json::from_str::<SharedPage>("\"https://example.org/wiki/A\"").is_err());
    }
}
