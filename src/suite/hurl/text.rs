// SPDX-License-Identifier: GPL-2.0-or-later
//! Texts as Hurl's grammar has them (<https://hurl.dev/docs/grammar.html>), so that Hurl reads back letter for letter.
//!
//! Must not know what a test is.

use std::collections::BTreeSet;

/// The names that earlier tests have taken: only these are written as `{{name}}`.
pub(super) type Names = BTreeSet<String>;

/// Whether a name can be one of Hurl's variables.
pub(super) fn is_name(name: &str) -> bool {
    let first = name.chars().next().is_some_and(|letter| letter.is_ascii_alphabetic());
    first && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'))
}

/// In double quotes.
pub(super) fn quoted(text: &str, names: &Names) -> String {
    format!("\"{}\"", escaped(text, names, &['"']))
}

/// In backticks, on one line: a body.
pub(super) fn backticked(text: &str, names: &Names) -> String {
    format!("`{}`", escaped(text, names, &['`']))
}

/// To the end of the line: a URL, or the value of a field.
pub(super) fn unquoted(text: &str, names: &Names) -> String {
    let kept = text.trim_matches(' ');
    let before = text.len() - text.trim_start_matches(' ').len();
    let after = if kept.is_empty() { 0 } else { text.len() - before - kept.len() };
    let space = |count| "\\u{20}".repeat(count);
    format!("{}{}{}", space(before), escaped(kept, names, &['#']), space(after))
}

/// A line of a header section.
pub(super) fn field(name: &str, value: &str, names: &Names) -> String {
    format!("{}: {}", key(name), unquoted(value, names)).trim_end().to_owned()
}

/// What stands before a colon.
pub(super) fn key(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.') {
            out.push(letter);
        } else {
            out.push_str(&code(letter));
        }
    }
    out
}

fn code(letter: char) -> String {
    format!("\\u{{{:x}}}", u32::from(letter))
}

fn escaped(text: &str, names: &Names, marks: &[char]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if let Some((name, behind)) = placeholder(rest).filter(|(name, _)| names.contains(*name)) {
            out.extend(["{{", name, "}}"]);
            rest = behind;
            continue;
        }
        match letter {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            _ if marks.contains(&letter) => out.extend(['\\', letter]),
            '{' if rest.starts_with("{{") => out.push_str(&code(letter)),
            _ if letter.is_control() || letter == '\u{feff}' => out.push_str(&code(letter)),
            _ => out.push(letter),
        }
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
    }
    out
}

/// The name of a `{{name}}` with which `text` begins, and what comes behind it.
fn placeholder(text: &str) -> Option<(&str, &str)> {
    let (inner, behind) = text.strip_prefix("{{")?.split_once("}}")?;
    Some((inner.trim(), behind))
}
