// SPDX-License-Identifier: GPL-2.0-or-later
//! Texts as Hurl's grammar has them (<https://hurl.dev/docs/grammar.html>), so that Hurl reads back letter for letter.
//!
//! Must not know what a test is.

use crate::suite::placeholder::{Piece, Spelling, pieces};
use std::collections::BTreeSet;

/// The names that have a value in Hurl too, taken by earlier tests or given: only these are written as `{{name}}`.
pub(super) type Names = BTreeSet<String>;

/// Whether a name can be one of Hurl's variables.
pub(super) fn is_name(name: &str) -> bool {
    let first = name.chars().next().is_some_and(|letter| letter.is_ascii_alphabetic());
    first && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'))
}

/// In double quotes.
pub(super) fn quoted(text: &str, names: &Names) -> String {
    format!("\"{}\"", escaped(text, Spelling::Plain, names, '"'))
}

/// In backticks, on one line: a body, in which names are spelled so.
pub(super) fn backticked(text: &str, spelling: Spelling, names: &Names) -> String {
    format!("`{}`", escaped(text, spelling, names, '`'))
}

/// To the end of the line: a URL, or the value of a field.
pub(super) fn unquoted(text: &str, spelling: Spelling, names: &Names) -> String {
    let kept = text.trim_matches(' ');
    let before = text.len() - text.trim_start_matches(' ').len();
    let after = if kept.is_empty() { 0 } else { text.len() - before - kept.len() };
    let space = |count| "\\u{20}".repeat(count);
    format!("{}{}{}", space(before), escaped(kept, spelling, names, '#'), space(after))
}

/// A line of a header section.
pub(super) fn field(name: &str, value: &str, names: &Names) -> String {
    format!("{}: {}", key(name), unquoted(value, Spelling::Plain, names)).trim_end().to_owned()
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

fn escaped(text: &str, spelling: Spelling, names: &Names, mark: char) -> String {
    let mut out = String::with_capacity(text.len());
    let mut coming = pieces(text, spelling).into_iter().peekable();
    while let Some(piece) = coming.next() {
        match piece {
            Piece::Name(_, name) if names.contains(name) => out.extend(["{{", name, "}}"]),
            Piece::Name(text, _) | Piece::Text(text) => letters(text, mark, coming.peek().is_some(), &mut out),
        }
    }
    out
}

/// The letters of a text, so that no brace of it begins a name, nor does its last where more comes behind.
fn letters(text: &str, mark: char, goes_on: bool, out: &mut String) {
    let mut coming = text.chars().peekable();
    while let Some(letter) = coming.next() {
        match letter {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            _ if letter == mark => out.extend(['\\', letter]),
            '{' if coming.peek().map_or(goes_on, |next| *next == '{') => out.push_str(&code(letter)),
            _ if letter.is_control() || letter == '\u{feff}' => out.push_str(&code(letter)),
            _ => out.push(letter),
        }
    }
}
