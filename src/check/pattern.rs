// SPDX-License-Identifier: GPL-2.0-or-later
//! Regular expressions, searched for as httpbb does with Python's `re`: anywhere in a value, and in a body with `^` and
//! `$` at lines (<https://wikitech.wikimedia.org/wiki/Httpbb>). The engine takes time linear in the text, so that no
//! expression can hang a run.
//!
//! What Python writes otherwise is translated: `\<` and `\>` are the letters, `\Z` the end, `{` that counts nothing is a
//! letter, and so is `[` within brackets. `(?i)`, `(?m)`, `(?s)`, `(?u)` and `(?x)` mean the same, alone or joined. What the
//! engine has not is refused by name: look-around, back-references, possessive and atomic groups, conditions. Unlike
//! Python's, `\d`, `\w`, `\s`, `\b` and `(?i)` know the letters of ASCII alone, and `$` without `(?m)` is the very end.

use super::{AssertionError, Subject};
use regex_lite::{Regex, RegexBuilder};

/// An expression may compile to this many bytes; those of the suites take a few kilobytes.
const MAX_PROGRAM: usize = 1 << 20;

/// The expression as it is searched for in `subject`.
///
/// # Errors
/// When it cannot be read, or would be too large.
pub(super) fn regex(pattern: &str, subject: &Subject) -> Result<Regex, AssertionError> {
    let mut builder = RegexBuilder::new(&translated(pattern));
    let built = builder.multi_line(*subject == Subject::Body).size_limit(MAX_PROGRAM).build();
    built.map_err(|error| AssertionError::Pattern {
        pattern: super::words::shown(pattern),
        detail: reason(pattern, &error.to_string()),
    })
}

/// The expression as `JSONPath` means it (RFC 9485): `.` is no end of a line.
///
/// # Errors
/// With why it cannot be read.
pub(super) fn in_json(pattern: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(&translated(pattern)).crlf(true).size_limit(MAX_PROGRAM).build();
    built.map_err(|error| reason(pattern, &error.to_string()))
}

/// What the engine lacks and people write, each with what it is called.
const LACKING: [(&str, &str); 7] = [
    ("(?=", "it has a look-around <(?=>"),
    ("(?!", "it has a look-around <(?!>"),
    ("(?<=", "it has a look-around <(?<=>"),
    ("(?<!", "it has a look-around <(?<!>"),
    ("(?P=", "it has a back-reference <(?P=>"),
    ("(?>", "it has an atomic group <(?>>"),
    ("(?(", "it has a condition <(?(>"),
];

fn reason(pattern: &str, said: &str) -> String {
    let lacking = LACKING.iter().find(|(mark, _)| pattern.contains(mark));
    let what = match lacking {
        Some((_, what)) => (*what).to_owned(),
        None if said.contains("backreference") => "it has a back-reference".to_owned(),
        None => return said.to_owned(),
    };
    format!("{what}, which is not supported; write it without, or as two assertions")
}

/// Python's spelling in the engine's.
fn translated(pattern: &str) -> String {
    let is_verbose = has_flag(pattern, 'x');
    let mut out = String::with_capacity(pattern.len());
    let mut letters = pattern.char_indices();
    // Where the class that is open began.
    let mut class: Option<usize> = None;
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' {
            match letters.next() {
                Some((_, bracket @ ('<' | '>'))) => out.push(bracket),
                Some((_, 'Z')) if class.is_none() => out.push_str("\\z"),
                Some((_, escaped)) => out.extend(['\\', escaped]),
                None => out.push('\\'),
            }
            continue;
        }
        let behind = pattern.get(at + letter.len_utf8()..).unwrap_or_default();
        // Comments of a verbose expression may hold any bracket.
        match letter {
            _ if is_verbose => {}
            '[' if class.is_some() => out.push('\\'),
            '[' => class = Some(at),
            ']' if class.is_some_and(|begun| !matches!(pattern.get(begun + 1..at), Some("" | "^"))) => class = None,
            '{' if class.is_none() && !counts(behind) => out.push('\\'),
            _ => {}
        }
        out.push(letter);
        if letter == '{' && class.is_none() && !is_verbose && !out.ends_with("\\{") && behind.starts_with(',') {
            out.push('0');
        }
    }
    out
}

/// Whether some inline flags switch `flag` on.
fn has_flag(pattern: &str, flag: char) -> bool {
    pattern.split("(?").skip(1).any(|rest| {
        let flags: String = rest.chars().take_while(char::is_ascii_lowercase).collect();
        flags.contains(flag)
    })
}

/// Whether what follows a `{` makes a count of it, such as `2,3}`.
fn counts(rest: &str) -> bool {
    let Some((count, _)) = rest.split_once('}') else { return false };
    let (from, to) = count.split_once(',').unwrap_or((count, "0"));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    is_number(from) && is_number(to) && (count.contains(',') || !from.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Subject, regex, translated};

    #[test]
    fn an_expression_means_what_python_means_by_it() {
        for (pattern, text, held) in [
            ("^b$", "a\nb\nc", true),
            ("a.b", "a\nb", false),
            ("(?s)a.b", "a\nb", true),
            ("(?i)LIST", "a list", true),
            ("(?is)A.B", "a\nb", true),
            ("(?im)^B$", "a\nb", true),
            ("(?x) a  b  # a comment [", "ab", true),
            ("(?u)a", "a", true),
            ("a(?i:B)c", "abc", true),
            (r"\<title\>", "<title>", true),
            (r"\<title\>", "title", false),
            (r"[\<\>]", ">", true),
            (r"a\Z", "a\nb", false),
            (r"b\Z", "a\nb", true),
            (r#"{"a":{}}"#, r#"{"a":{}}"#, true),
            ("a{2}", "aa", true),
            ("a{2}", "a{2}", false),
            ("a{,2}b", "aab", true),
            ("{{cite", "{{cite", true),
            ("[[]x", "[x", true),
            ("[]a]x", "]x", true),
            ("[^]a]x", "]x", false),
            (r"(?P<name>a)\.", "a.", true),
            (r"\/wiki\/\-\:\ \'", "/wiki/-: '", true),
        ] {
            assert_eq!(regex(pattern, &Subject::Body).unwrap().is_match(text), held, "{pattern} in {text}");
        }
    }

    #[test]
    fn only_in_a_body_a_line_begins_without_a_flag() {
        let header = Subject::Header { name: "X".into() };
        assert!(!regex("^b", &header).unwrap().is_match("a\nb"));
        assert!(regex("(?m)^b", &header).unwrap().is_match("a\nb"));
    }

    #[test]
    fn what_the_engine_lacks_is_refused_by_name() {
        for (pattern, why) in [
            ("a(?=b)", "it has a look-around <(?=>, which is not supported"),
            ("a(?!b)", "it has a look-around <(?!>"),
            ("(?<=a)b", "it has a look-around <(?<=>"),
            ("(?<!a)b", "it has a look-around <(?<!>"),
            (r"(a)\1", "it has a back-reference, which"),
            ("(?P<x>a)(?P=x)", "it has a back-reference <(?P=>"),
            ("(?>a)", "it has an atomic group <(?>>"),
            ("(a)?(?(1)b)", "it has a condition <(?(>"),
            ("(?L)a", "unrecognized inline flag"),
            (r"\p{Lu}", "Unicode character classes are not supported"),
            ("(", "found open group without closing ')'"),
        ] {
            let said = regex(pattern, &Subject::Body).unwrap_err().to_string();
            assert!(said.contains(why), "{pattern}: {said}");
        }
    }

    #[test]
    fn what_is_no_python_spelling_stays() {
        for pattern in [r"^a\\<b$", r"\{[a-z]{1,2}\}", "(?x)[a] # {", r"\[\]", "a{3,}"] {
            assert_eq!(translated(pattern), pattern);
        }
    }
}
