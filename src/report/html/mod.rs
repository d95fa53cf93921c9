// SPDX-License-Identifier: GPL-2.0-or-later
//! Runs as one HTML file that needs nothing beside it: no script, no network, either colour scheme, paper.
//!
//! Must not show what belongs to the tester, must not link to anything but http and https, and must not judge.

mod answer;
mod difference;
mod head;
mod overview;
mod said;
mod test;
mod waterfall;

use super::discreet::discreet;
use crate::verify::Journal;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// The one style of the file. It stands in the file as it is here, so that its digest is known.
const STYLE: &str = include_str!("style.css");

/// The digest of [`STYLE`] as a Content Security Policy names it: no other style is applied, nothing is loaded, nothing runs.
const STYLE_DIGEST: &str = "sha256-RualamSPFY09Q3GOb3s/qbiQWvWlKHMKe0iPOHOVWqg=";

/// The runs in one file, each with its verdict, the tests, what answered and what differs, and when each request was sent.
#[must_use]
pub fn to_html(journals: &[Journal]) -> String {
    let journals: Vec<(String, Journal)> =
        journals.iter().zip(1..).map(|(journal, number)| (format!("run-{number}"), discreet(journal))).collect();
    let policy = format!("default-src 'none'; style-src '{STYLE_DIGEST}'; base-uri 'none'; form-action 'none'");
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="generator" content="Backport Verify";
                title { (title(&journals)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (waterfall::patterns())
                main {
                    (head::masthead(&journals))
                    @for (id, journal) in &journals { (run(journal, id)) }
                }
            }
        }
    };
    page.into_string() + "\n"
}

fn title(journals: &[(String, Journal)]) -> String {
    let verdicts: Vec<_> =
        journals.iter().map(|(_, journal)| format!("{} on {}", head::verdict(journal), journal.plan.stage)).collect();
    let what = journals.first().map(|(_, journal)| head::subject(journal)).unwrap_or_default();
    format!("{}: {what}", verdicts.join(", "))
}

fn run(journal: &Journal, id: &str) -> Markup {
    html! {
        article aria-labelledby={ (id) "-verdict" } {
            (head::summary(journal, id))
            (overview::view(journal, id))
            (waterfall::view(journal, id))
            section aria-labelledby={ (id) "-answers" } {
                h3 id={ (id) "-answers" } { "What answered" }
                @for place in 0..journal.plan.tests.len() { (test::view(journal, place, id)) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{STYLE, STYLE_DIGEST};
    use sha2::{Digest, Sha256};

    /// RFC 4648, section 4.
    fn base64(bytes: &[u8]) -> String {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::new();
        for part in bytes.chunks(3) {
            let number = part.iter().fold(0_u32, |all, byte| all << 8 | u32::from(*byte)) << (8 * (3 - part.len()));
            for at in 0..4 {
                let letter = LETTERS[(number >> (18 - 6 * at) & 63) as usize];
                text.push(if at <= part.len() { letter.into() } else { '=' });
            }
        }
        text
    }

    #[test]
    fn the_style_is_the_one_that_the_policy_allows() {
        assert_eq!(base64(b"Many hands"), "TWFueSBoYW5kcw==");
        assert_eq!(STYLE_DIGEST, format!("sha256-{}", base64(&Sha256::digest(STYLE))));
        assert!(!STYLE.contains('<') && !STYLE.contains("url(") && !STYLE.contains("@import"));
    }
}
