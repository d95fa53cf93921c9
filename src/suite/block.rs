// SPDX-License-Identifier: GPL-2.0-or-later
//! A suite inside a wiki page: read out of its wikitext, and put back with everything around it kept.
//!
//! The YAML stands in the first `<syntaxhighlight lang="yaml">` block, or is the whole page. Must not know of a wiki's API.

use super::{Suite, SuiteError, read};
use std::ops::Range;

const OPEN: &str = "<syntaxhighlight lang=\"yaml\">";
const CLOSE: &str = "</syntaxhighlight>";

/// Elements whose content is no wikitext, and what ends them.
const OPAQUE: [(&str, &str); 5] = [
    ("<!--", "-->"),
    ("<nowiki", "</nowiki"),
    ("<pre", "</pre"),
    ("<syntaxhighlight", "</syntaxhighlight"),
    ("<source", "</source"),
];

/// What a wiki replaces when a page is saved, outside of such blocks: signatures, substitutions, pipe tricks
/// (<https://www.mediawiki.org/wiki/Manual:Pre-save_transform>).
const TRANSFORMED: [&str; 4] = ["~~~", "subst:", "|]]", "[[|"];

/// Reads the suite of a page.
///
/// # Errors
/// With what is wrong and where it stands in the page.
pub fn suite_in(wikitext: &str) -> Result<Suite, SuiteError> {
    let Some(block) = block_in(wikitext) else {
        return read(wikitext).map(|read| read.suite).map_err(|error| SuiteError {
            remedy: format!("{}. Or put the suite between {OPEN} and {CLOSE}", error.remedy),
            ..error
        });
    };
    let before = wikitext.get(..block.start).unwrap_or_default();
    let yaml = wikitext.get(block).unwrap_or_default();
    read(yaml).map(|read| read.suite).map_err(|error| {
        let beside = before.rsplit('\n').next().map_or(0, |line| line.chars().count());
        SuiteError {
            line: error.line + before.matches('\n').count(),
            column: error.column + if error.line == 1 { beside } else { 0 },
            ..error
        }
    })
}

/// The wikitext of a page with `yaml` in the place of its suite. `None` where the text cannot stand in a page.
#[must_use]
pub fn page_with(wikitext: &str, yaml: &str) -> Option<String> {
    let (meant, yaml, whole) = (read(yaml).ok()?.suite, guarded(yaml), wikitext.trim());
    let put = match block_in(wikitext) {
        Some(Range { start, end }) => {
            let (before, after) = (wikitext.get(..start)?, wikitext.get(end..)?);
            format!("{before}\n{yaml}{after}")
        }
        None if whole.is_empty() => format!("{OPEN}\n{yaml}{CLOSE}"),
        // The whole page is the suite, and stays so where the wiki would not change it.
        None if read(wikitext).is_ok() => {
            let stays = !TRANSFORMED.iter().any(|mark| yaml.to_ascii_lowercase().contains(mark));
            if stays { yaml.clone() } else { format!("{OPEN}\n{yaml}{CLOSE}") }
        }
        None => format!("{whole}\n\n{OPEN}\n{yaml}{CLOSE}"),
    };
    (suite_in(&put).ok()? == meant).then_some(put)
}

/// The text such that nothing in it ends the block. In a double-quoted scalar `\/` is a slash.
fn guarded(yaml: &str) -> String {
    let ends = yaml.to_ascii_lowercase().contains("</s");
    if ends { yaml.replace("</", "<\\/") } else { yaml.to_owned() }
}

/// Where the content of the first block of YAML stands.
fn block_in(wikitext: &str) -> Option<Range<usize>> {
    let lower = wikitext.to_ascii_lowercase();
    let mut at = 0;
    while let Some(next) = lower.get(at..)?.find('<').map(|step| at + step) {
        let rest = lower.get(next..)?;
        at = next + 1;
        let Some((open, close)) = OPAQUE.into_iter().find(|(open, _)| begins(rest, open)) else { continue };
        if open == "<!--" {
            at = next + rest.find(close)? + close.len();
            continue;
        }
        let attributes = rest.get(open.len()..rest.find('>')?)?;
        let content = next + open.len() + attributes.len() + 1;
        if attributes.ends_with('/') {
            at = content;
            continue;
        }
        // Without an end it is no element.
        let Some(end) = lower.get(content..)?.find(close).map(|step| content + step) else { continue };
        if matches!(open, "<syntaxhighlight" | "<source") && is_yaml(attributes) {
            return Some(content..end);
        }
        at = end + close.len();
    }
    None
}

fn begins(rest: &str, open: &str) -> bool {
    let after = rest.strip_prefix(open);
    after.is_some_and(|after| open == "<!--" || after.starts_with([' ', '\n', '\t', '>', '/']))
}

fn is_yaml(attributes: &str) -> bool {
    let value = attributes.split_once("lang").map(|(_, rest)| rest.trim_start());
    let value = value.and_then(|rest| rest.strip_prefix('=')).unwrap_or_default().trim_start();
    let word = value.trim_start_matches(['"', '\'']);
    let word = word.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default();
    matches!(word, "yaml" | "yml")
}

#[cfg(test)]
mod tests {
    use super::{page_with, suite_in};
    use crate::check::Assertion;
    use crate::suite::{Suite, Test, read, write};

    const YAML: &str = "https://en.wikipedia.org:\n- path: /wiki/A\n  assert_status: 200\n";

    fn suite(text: &str) -> Suite {
        let url = "https://en.wikipedia.org/wiki/A".into();
        Suite { tests: vec![Test { url, assertions: vec![Assertion::body_contains(text)], ..Test::default() }] }
    }

    #[test]
    fn a_suite_is_the_first_block_of_yaml_or_the_whole_page() {
        let expected = read(YAML).unwrap().suite;
        for page in [
            YAML.to_owned(),
            format!("== Tests ==\n<syntaxhighlight lang=\"yaml\">\n{YAML}</syntaxhighlight>\nMore."),
            format!("<SyntaxHighlight line lang=yaml>\n{YAML}</SyntaxHighlight>"),
            format!("<source lang='yaml' copy>\n{YAML}</source>"),
            format!(
                "<syntaxhighlight lang=\"php\">echo 1;</syntaxhighlight><syntaxhighlight lang=\"yaml\">\n{YAML}</syntaxhighlight>"
            ),
            format!(
                "<!-- <syntaxhighlight lang=\"yaml\">x</syntaxhighlight> --><syntaxhighlight lang=\"yaml\">\n{YAML}</syntaxhighlight>"
            ),
            format!(
                "Write <nowiki><syntaxhighlight lang=\"yaml\"></nowiki>:\n<syntaxhighlight lang=\"yaml\">\n{YAML}</syntaxhighlight>"
            ),
            format!(
                "1 < 2\n<syntaxhighlight lang=\"yaml\">\n{YAML}</syntaxhighlight><syntaxhighlight lang=\"yaml\">b</syntaxhighlight>"
            ),
        ] {
            assert_eq!(suite_in(&page).as_ref(), Ok(&expected), "{page}");
        }
    }

    #[test]
    fn an_error_has_its_place_in_the_page() {
        let page = "== Tests ==\n\n<syntaxhighlight lang=\"yaml\">\nhttps://en.wikipedia.org:\n- method: GET\n</syntaxhighlight>";
        let error = suite_in(page).unwrap_err();
        assert_eq!((error.line, error.column), (5, 3), "{error}");
        let error = suite_in("<syntaxhighlight lang=yaml>en: []</syntaxhighlight>").unwrap_err();
        assert_eq!((error.line, error.column), (1, 28), "{error}");
        let error = suite_in("Just prose.").unwrap_err();
        assert!(error.remedy.contains("<syntaxhighlight lang=\"yaml\">"), "{error}");
    }

    #[test]
    fn what_stands_around_a_suite_is_kept() {
        let page =
            format!("== Tests ==\n<syntaxhighlight lang=\"yaml\" line>\n{YAML}</syntaxhighlight>\n\n[[Category:X]]");
        let yaml = write(&suite("new"));
        let expected =
            format!("== Tests ==\n<syntaxhighlight lang=\"yaml\" line>\n{yaml}</syntaxhighlight>\n\n[[Category:X]]");
        assert_eq!(page_with(&page, &yaml), Some(expected));
    }

    #[test]
    fn a_page_without_a_suite_gets_a_block() {
        let yaml = write(&suite("new"));
        let block = format!("<syntaxhighlight lang=\"yaml\">\n{yaml}</syntaxhighlight>");
        assert_eq!(page_with("", &yaml), Some(block.clone()));
        assert_eq!(page_with("Prose: here.\n", &yaml), Some(format!("Prose: here.\n\n{block}")));
    }

    #[test]
    fn a_page_that_is_a_suite_stays_one_unless_the_wiki_would_change_it() {
        let yaml = write(&suite("new"));
        assert_eq!(page_with(YAML, &yaml), Some(yaml));
        for text in ["~~~~", "{{subst:X}}", "[[A (b)|]]"] {
            let yaml = write(&suite(text));
            let put = page_with(YAML, &yaml).unwrap();
            assert!(put.starts_with("<syntaxhighlight"), "{put}");
        }
    }

    #[test]
    fn no_text_of_a_test_ends_the_block() {
        for text in
            ["</syntaxhighlight>", "</SyntaxHighlight >x", "</source>", "a\\</syntaxhighlight>", "<!--", "<nowiki>"]
        {
            let suite = suite(text);
            for page in [
                "",
                "<syntaxhighlight lang=\"yaml\">\n{}\n</syntaxhighlight> after",
                "<source lang=\"yaml\">{}</source>",
            ] {
                let put = page_with(page, &write(&suite)).unwrap();
                assert_eq!(suite_in(&put).as_ref(), Ok(&suite), "{put}");
            }
        }
    }
}
