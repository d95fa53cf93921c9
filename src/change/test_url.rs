// SPDX-License-Identifier: GPL-2.0-or-later
//! `Test-URL:` lines of a commit message: what the author wants to see tested.
//!
//! A line is `Test-URL: URL [text…]`: what stands behind the URL is a text that the page must contain. Must not judge
//! whether a URL may be asked.

use super::Change;

/// Lines of one message that are read; more would be no list that anybody looks through.
const MOST: usize = 20;

/// The key, compared without case.
const KEY: &str = "test-url";

/// A `Test-URL:` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestUrl {
    /// The URL as written.
    pub url: String,
    /// The text that the page must contain, where one is given.
    pub text: Option<String>,
}

impl Change {
    /// What its `Test-URL` lines name, in order, each once; they count on any line of the commit message.
    #[must_use]
    pub fn test_urls(&self) -> Vec<TestUrl> {
        let message = self.revision.as_ref().map(|revision| revision.message.as_str()).unwrap_or_default();
        let mut found: Vec<TestUrl> = Vec::new();
        for named in message.lines().filter_map(TestUrl::read) {
            if found.len() < MOST && !found.contains(&named) {
                found.push(named);
            }
        }
        found
    }
}

impl TestUrl {
    fn read(line: &str) -> Option<Self> {
        let (key, value) = line.split_once(':')?;
        let value = value.trim();
        if !key.trim_end().eq_ignore_ascii_case(KEY) || value.is_empty() {
            return None;
        }
        let (url, text) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
        let text = Some(text.trim()).filter(|text| !text.is_empty());
        Some(Self { url: url.to_owned(), text: text.map(str::to_owned) })
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, TestUrl};
    use crate::change::{Change, Revision};

    fn named(message: &str) -> Vec<(String, Option<String>)> {
        let revision = Some(Revision { message: message.to_owned(), ..Revision::default() });
        let found = Change { revision, ..Change::default() }.test_urls();
        found.into_iter().map(|TestUrl { url, text }| (url, text)).collect()
    }

    #[test]
    fn a_line_names_a_url_and_what_the_page_must_contain() {
        let message = "Add the group\n\nTest-URL: https://en.wikipedia.org/wiki/Special:Version\n\nBug: T1\n\
            test-url:  https://en.wikipedia.org/wiki/Special:ListGroupRights  event coordinator \n\
            Test-URL: https://en.wikipedia.org/wiki/Special:Version\nChange-Id: I1\n";
        assert_eq!(
            named(message),
            [
                ("https://en.wikipedia.org/wiki/Special:Version".to_owned(), None),
                (
                    "https://en.wikipedia.org/wiki/Special:ListGroupRights".to_owned(),
                    Some("event coordinator".to_owned())
                ),
            ]
        );
    }

    #[test]
    fn what_is_no_such_line_names_nothing() {
        for line in ["Test-URL:", "See Test-URL: https://en.wikipedia.org/", "Test-URLs: https://en.wikipedia.org/"] {
            assert_eq!(named(line), [], "{line}");
        }
        assert_eq!(Change::default().test_urls(), []);
    }

    #[test]
    fn a_long_list_is_cut() {
        let lines: Vec<String> = (0..50).map(|at| format!("Test-URL: https://en.wikipedia.org/{at}")).collect();
        assert_eq!(named(&lines.join("\n")).len(), MOST);
    }
}
