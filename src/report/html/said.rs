// SPDX-License-Identifier: GPL-2.0-or-later
//! Texts that came from elsewhere, and the few words and links that all parts of the file share.
//!
//! Must not link to what is neither http nor https.

use super::super::clean::visible;
use crate::suite::Test;
use crate::verify::{Target, Verdict};
use maud::{Markup, html};
use url::Url;

/// A text of somebody else's, on one line, in its own direction.
pub(super) fn said(text: &str) -> Markup {
    html! { bdi { (visible(text)) } }
}

/// `words` as a link, where `url` is one of http or https without an open name; else the words alone.
pub(super) fn link(url: &str, words: &str) -> Markup {
    let url = Url::parse(url).ok().filter(|parsed| matches!(parsed.scheme(), "http" | "https") && !url.contains("{{"));
    html! {
        @match &url {
            Some(url) => a href=(visible(url.as_str())) rel="noreferrer" { bdi { (visible(words)) } },
            None => bdi { (visible(words)) },
        }
    }
}

/// What a test is called. Every URL is https, so one that stands for a name goes without.
pub(super) fn name(test: &Test) -> &str {
    test.label().trim_start_matches("https://")
}

/// A verdict with its sign, of a test or an answer; `words` where there is none.
pub(super) fn mark(verdict: Option<Verdict>, words: &str) -> Markup {
    let (kind, sign, word) = match verdict {
        Some(Verdict::Pass) => ("pass", "✓", "passed"),
        Some(Verdict::Fail) => ("fail", "✗", "failed"),
        Some(Verdict::Inconclusive) => ("inconclusive", "?", "inconclusive"),
        None => ("none", "–", words),
    };
    html! { span.mark data-verdict=(kind) { span aria-hidden="true" { (sign) } " " (word) } }
}

/// Who was asked.
pub(super) fn asked(target: &Target) -> String {
    match target {
        Target::Debug { backend } => backend.to_string(),
        Target::Production => "production".to_owned(),
        Target::Baseline => "production before".to_owned(),
    }
}

/// `1,234 ms`.
pub(super) fn ms(number: u32) -> String {
    let digits = number.to_string();
    let grouped = digits.char_indices().fold(String::new(), |mut text, (at, digit)| {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
        text
    });
    format!("{grouped} ms")
}

#[cfg(test)]
mod tests {
    use super::{link, ms};

    #[test]
    fn only_pages_of_the_web_are_linked_to() {
        let linked = |url: &str| link(url, "x").into_string();
        assert_eq!(
            linked("https://en.wikipedia.org/w?a=\"b\""),
            "<a href=\"https://en.wikipedia.org/w?a=%22b%22\" rel=\"noreferrer\"><bdi>x</bdi></a>"
        );
        for other in [
            "javascript:alert(1)",
            "\u{1}javascript:x",
            "data:text/html,x",
            "file:///etc",
            "/wiki/X",
            "",
            "https://x/{{a}}",
        ] {
            assert_eq!(linked(other), "<bdi>x</bdi>", "{other:?}");
        }
    }

    #[test]
    fn a_number_is_told_in_groups_of_three_digits() {
        assert_eq!(
            [0, 87, 100, 1234, 300_000, 1_234_567].map(ms),
            ["0 ms", "87 ms", "100 ms", "1,234 ms", "300,000 ms", "1,234,567 ms"]
        );
    }
}
