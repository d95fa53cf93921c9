// SPDX-License-Identifier: GPL-2.0-or-later
//! Whether a change, or a test, is what the user searches for.
//!
//! Must not draw anything.

use crate::suite::Test;

/// Whether every word stands in what is known of a change or in one of its tests; upper and lower case are one.
pub(super) fn finds(search: &str, known: &str, tests: &[Test]) -> bool {
    let known = known.to_lowercase();
    let tests: Vec<String> = tests.iter().map(text_of).collect();
    let mut words = search.split_whitespace().map(str::to_lowercase);
    words.all(|word| known.contains(&word) || tests.iter().any(|test| test.contains(&word)))
}

/// Names of the tests in which a word stands that the change itself does not have.
pub(super) fn found<'t>(search: &str, known: &str, tests: &'t [Test]) -> Vec<&'t str> {
    let known = known.to_lowercase();
    let words: Vec<String> =
        search.split_whitespace().map(str::to_lowercase).filter(|word| !known.contains(word)).collect();
    let is_meant = |test: &&Test| {
        let text = text_of(test);
        words.iter().any(|word| text.contains(word))
    };
    tests.iter().filter(is_meant).map(Test::label).collect()
}

/// All that can be searched of a test, in lower case.
fn text_of(test: &Test) -> String {
    let assertions = test.assertions.iter().map(ToString::to_string);
    let tags = test.tags.iter().cloned();
    let parts =
        [test.name.clone(), test.url.clone()].into_iter().chain(tags).chain(test.skip.clone()).chain(assertions);
    parts.collect::<Vec<_>>().join("\n").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::{finds, found};
    use crate::check::Assertion;
    use crate::suite::Test;

    #[test]
    fn a_change_is_found_by_title_url_tag_and_text() {
        let test = Test {
            name: "Notifications".into(),
            url: "https://en.wikipedia.org/wiki/Special:Notifications".into(),
            tags: ["smoke".to_owned()].into(),
            assertions: vec![Assertion::body_contains("mw-echo-ui")],
            ..Test::default()
        };
        let tests = [test, Test { url: "https://de.wikipedia.org/".into(), ..Test::default() }];
        let title = "Fix Échap in the editor 1330001";
        for (search, is_found) in [
            ("", true),
            ("  échap ", true),
            ("1330001", true),
            ("special:notif", true),
            ("SMOKE", true),
            ("echo-ui editor", true),
            ("editor enwiki", false),
        ] {
            assert_eq!(finds(search, title, &tests), is_found, "{search}");
        }
        assert_eq!(found("smoke editor", title, &tests), ["Notifications"]);
        assert_eq!(found("editor", title, &tests), [""; 0]);
    }
}
