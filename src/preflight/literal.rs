// SPDX-License-Identifier: GPL-2.0-or-later
//! Text written so that wikitext shows it as it is: in the parameter of a template, on a page of `MediaWiki`, and to
//! the calendar's reader.
//!
//! Must not know what the text means. What is harmless stays as it is, since people read these lines too.

use std::fmt::Write;

/// `text` as a named parameter of a template. White space and control characters become single spaces, as on every page
/// that a browser shows.
pub(super) fn literal(text: &str) -> String {
    let words = text.split(|letter: char| letter.is_ascii_whitespace() || letter.is_control());
    let text = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text.chars();
    while let Some(letter) = rest.next() {
        if letter == '|' {
            // No entity: this is the form that everybody who edits the calendar knows.
            out.push_str("{{!}}");
        } else if is_markup(before, letter, rest.as_str()) {
            // Writing to a string cannot fail.
            let _ = write!(out, "&#{};", u32::from(letter));
        } else {
            out.push(letter);
        }
        before = Some(letter);
    }
    out
}

/// `text` as a parameter without name, which an equals sign would give one.
pub(super) fn unnamed_literal(text: &str) -> String {
    literal(text).replace('=', "&#61;")
}

/// Whether `letter` means something to `MediaWiki` between `before` and `after`.
fn is_markup(before: Option<char>, letter: char, after: &str) -> bool {
    let first = before.is_none();
    match letter {
        // Calls, tables, variants of a language, tags and comments.
        '{' | '}' | '<' => true,
        '&' => after.starts_with(|next: char| next == '#' || next.is_alphanumeric()),
        '[' => before == Some('[') || after.starts_with(['[', '/']) || begins_link(after),
        ']' => before == Some(']') || after.starts_with(']'),
        // A title may stand between quote marks of emphasis.
        '\'' => first || after.is_empty() || before == Some('\''),
        // Three of them become a signature.
        '~' => before == Some('~'),
        // `__NOTOC__` and its kind.
        '_' => before == Some('_') && after.contains("__"),
        // Lists, where the parameter comes first in what a template gives.
        '*' | '#' | ':' | ';' => first,
        _ => false,
    }
}

/// Whether what follows a bracket begins as `mailto:` does.
fn begins_link(after: &str) -> bool {
    after.split([' ', ']']).next().is_some_and(|word| word.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::{literal, unnamed_literal};

    #[test]
    fn what_is_harmless_stays_as_people_write_it() {
        for text in [
            "[frwiki/itwiki] Set $wgExample = true; don't show it (T1) -> 100% & more #2",
            "Fix __construct of Foo::bar, see https://example.org/?a=1",
            "Zurück zum \"alten\" Wert ~ 5 * 3",
        ] {
            assert_eq!(literal(text), text);
        }
    }

    #[test]
    fn markup_is_written_so_that_it_is_shown() {
        for (text, written) in [
            ("a|b", "a{{!}}b"),
            ("{{a}}", "&#123;&#123;a&#125;&#125;"),
            ("<s>x</s>", "&#60;s>x&#60;/s>"),
            ("[[a]]", "&#91;&#91;a&#93;&#93;"),
            ("[https://e.org a] [//e.org] [mailto:a]", "&#91;https://e.org a] &#91;//e.org] &#91;mailto:a]"),
            ("''a'' '''b'''", "&#39;&#39;a'&#39; '&#39;&#39;b'&#39;&#39;"),
            ("~~~~", "~&#126;&#126;&#126;"),
            ("__NOTOC__", "_&#95;NOTOC__"),
            ("&amp; &#124; &", "&#38;amp; &#38;#124; &"),
            ("* a", "&#42; a"),
            (" a \n\t b\u{0}\u{b}c ", "a b c"),
        ] {
            assert_eq!(literal(text), written, "{text}");
        }
        assert_eq!(unnamed_literal("a=b|c"), "a&#61;b{{!}}c");
    }
}
