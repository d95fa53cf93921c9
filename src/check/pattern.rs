// SPDX-License-Identifier: GPL-2.0-or-later
//! Regular expressions, searched for as httpbb does with Python's `re`: anywhere in a value, and in a body with `^` and
//! `$` at lines (<https://wikitech.wikimedia.org/wiki/Httpbb>). They mean what Python means, or are refused: no engine at
//! hand has Python's `\w`, `\b` and `(?i)` of all scripts, and a text that only one of both finds would be a wrong verdict.
//!
//! The time is linear in the text, so that no expression can hang a run. What cannot be had so is refused by name:
//! look-around, back-references, possessive and atomic groups, conditions.

mod escape;
mod letters;
mod search;
mod syntax;

use super::{AssertionError, Subject};
pub(super) use search::Regex;
use syntax::{Flags, read};

/// What has a meaning of its own somewhere in an expression, and the blanks that a verbose one skips.
const SIGNS: &str = "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}";

/// The expression as it is searched for in `subject`.
///
/// # Errors
/// When it cannot be read, or would be too large.
pub(super) fn regex(pattern: &str, subject: &Subject) -> Result<Regex, AssertionError> {
    let flags = Flags { multi_line: *subject == Subject::Body, ..Flags::default() };
    let built = read(pattern, flags).and_then(|node| Regex::new(&node));
    built.map_err(|detail| AssertionError::Pattern { pattern: super::words::shown(pattern), detail })
}

/// The expression as `JSONPath` means it (RFC 9485): `.` is no end of a line.
///
/// # Errors
/// With why it cannot be read.
pub(super) fn in_json(pattern: &str) -> Result<Regex, String> {
    let flags = Flags { dot_no_return: true, ..Flags::default() };
    read(pattern, flags).and_then(|node| Regex::new(&node))
}

/// An expression that finds this text alone, wherever in another it stands.
#[must_use]
pub fn literally(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        out.extend(SIGNS.contains(letter).then_some('\\'));
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Subject, in_json, literally, regex};

    /// What Python 3.11 answers to `re.search(pattern, text, re.MULTILINE)`.
    #[test]
    fn an_expression_means_what_python_means_by_it() {
        for (pattern, text, held) in [
            ("^b$", "a\nb\nc", true),
            ("a.b", "a\nb", false),
            ("a.b", "a\rb", true),
            ("(?s)a.b", "a\nb", true),
            ("(?i)LIST", "a list", true),
            ("(?is)A.B", "a\nb", true),
            // This one is ours: Python has no word for it.
            ("(?-m)^b", "a\nb", false),
            ("(?im)^B$", "a\nb", true),
            ("(?x) a  b  # a comment [", "ab", true),
            ("(?x)[ ]", " ", true),
            ("(?u)a", "a", true),
            ("a(?i:B)c", "abc", true),
            ("a(?i:B)c", "abC", false),
            ("(?i)a(?-i:b)", "AB", false),
            ("(?#a comment)b*", "b", true),
            (r"\<title\>", "<title>", true),
            (r"\<title\>", "title", false),
            (r"[\<\>]", ">", true),
            (r"a\Z", "a\nb", false),
            (r"b\Z", "a\nb", true),
            (r"b\Z", "b\n", false),
            (r"\Ab", "a\nb", false),
            (r#"{"a":{}}"#, r#"{"a":{}}"#, true),
            ("a{2}", "aa", true),
            ("a{2}", "a{2}", false),
            ("a{,2}b", "aab", true),
            ("^a{,}$", "aaa", true),
            ("{{cite", "{{cite", true),
            ("[[]x", "[x", true),
            ("[[:alpha:]]", "a]", true),
            ("[[:alpha:]]", "b]", false),
            ("[]a]x", "]x", true),
            ("[^]a]x", "]x", false),
            ("^[a&&b]$", "&", true),
            ("^[+--]$", ",", true),
            ("^[a~~b]$", "b", true),
            (r"[\b]", "\u{8}", true),
            (r"\0", "\0", true),
            (r"\101\x42\u0043\U00000044", "ABCD", true),
            (r"(?P<name>a)\.", "a.", true),
            (r"\/wiki/\-\:\ \'", "/wiki/-: '", true),
            ("^a+?b??$", "aa", true),
            ("^(?:a|ab)(?:c|bcd)$", "abcd", true),
            ("x||y", "", true),
        ] {
            assert_eq!(regex(pattern, &Subject::Body).unwrap().is_match(text), held, "{pattern} in {text}");
        }
    }

    /// The same of other letters than those of ASCII.
    #[test]
    fn letters_of_any_script_are_what_they_are_to_python() {
        for (pattern, text, held) in [
            (r"<title>\Wber", "<title>Über", false),
            (r"<title>\wber", "<title>Über", true),
            ("(?i)über", "ÜBER", true),
            (r"\bÜber\b", "der Über x", true),
            (r"\bber", "Über", false),
            (r"\Bber", "Über", true),
            (r"(?a)\bber", "Über", true),
            (r"(?a)<\W>", "<Ü>", true),
            ("(?ia)über", "ÜBER", false),
            ("(?ia)üBER", "über", true),
            (r"^\d\d$", "٣४", true),
            (r"(?a)\d", "٣", false),
            (r"\d", "²", false),
            (r"\w", "²", true),
            // A sign that is set upon a letter belongs to no word.
            (r"\w", "\u{301}", false),
            (r"हिन्दी\b", "हिन्दी", false),
            (r"\w", "\u{200d}\u{203f}", false),
            (r"\s", "\u{a0}", true),
            (r"\s", "\u{1c}", true),
            (r"(?a)\s", "\u{1c}\u{a0}", false),
            (r"\s", "\u{200b}", false),
            ("(?i)istanbul", "İstanbul", true),
            ("(?i)k", "\u{212a}", true),
            ("(?i)ß", "ẞ", true),
            ("(?i)ß", "ss", false),
            ("(?i)σ", "ς", true),
            ("(?i)[^a-z]", "\u{17f}", false),
            ("(?i)[А-Я]", "ж", true),
            ("(?i)[𐐀-𐐧]", "𐐨", true),
            ("(?i)[^ä]", "Ä", false),
            ("^.$", "𐐨", true),
        ] {
            assert_eq!(regex(pattern, &Subject::Body).unwrap().is_match(text), held, "{pattern} in {text}");
        }
    }

    /// Without `re.MULTILINE`, as for a header or a text of JSON.
    #[test]
    fn only_in_a_body_a_line_begins_and_ends_without_a_flag() {
        let header = Subject::Header { name: "X".into() };
        for (pattern, text, held) in [
            ("^b", "a\nb", false),
            ("(?m)^b", "a\nb", true),
            ("a$", "a\nb", false),
            ("(?m)a$", "a\nb", true),
            ("a$", "a\n", true),
            ("a$", "a\n\n", false),
            (r"a\Z", "a\n", false),
        ] {
            assert_eq!(regex(pattern, &header).unwrap().is_match(text), held, "{pattern} in {text}");
        }
    }

    #[test]
    fn what_cannot_be_had_in_linear_time_is_refused_by_name() {
        for (pattern, why) in [
            ("a(?=b)", "it has a look-around <(?=>, which is not supported"),
            ("a(?!b)", "it has a look-around <(?!>"),
            ("(?<=a)b", "it has a look-around <(?<=>"),
            ("(?<!a)b", "it has a look-around <(?<!>"),
            (r"(a)\1", "it has a back-reference, which"),
            ("(?P<x>a)(?P=x)", "it has a back-reference <(?P=>"),
            ("(?>a)", "it has an atomic group <(?>>"),
            ("a*+", "it has a possessive count"),
            ("(a)?(?(1)b)", "it has a condition <(?(>"),
            (r"\N{EM DASH}", "it has a letter by its name"),
        ] {
            let said = regex(pattern, &Subject::Body).unwrap_err().to_string();
            assert!(said.contains(why), "{pattern}: {said}");
        }
    }

    /// All of these but the range are errors to Python 3.11.
    #[test]
    fn what_python_cannot_read_is_refused() {
        for (pattern, why) in [
            ("(?L)a", "its flags cannot be read"),
            ("a(?i)b", "stand at the beginning alone; write <(?i:…)> elsewhere"),
            ("a|(?i)b", "stand at the beginning alone"),
            ("(?<x>a)", "a group with a name is written <(?P<name>…)>"),
            ("(?P<x>a)(?P<x>b)", "two groups are called <x>"),
            (r"\p{Lu}", r"<\p> means nothing to Python"),
            (r"[\A]", r"<\A> means nothing to Python"),
            (r"\x4", r"<\x> takes 2 hexadecimal digits"),
            (r"\400", r"is more than <\377>"),
            ("(", "a <(> has no end"),
            (")", "a <)> without its <(>"),
            ("[a", "a <[> has no end"),
            ("[z-a]", "goes backwards"),
            (r"[\w-z]", "goes backwards or has a kind"),
            ("*a", "nothing before it to count"),
            ("^*", "nothing before it to count"),
            ("a**", "counts what is counted already"),
            ("a{2}{3}", "counts what is counted already"),
            ("a{3,2}", "counts backwards"),
            ("(?#a", "has no end"),
            ("(?ia)[𐐀-𐐧]", "write it without <(?a)>"),
            (r"a\", r"ends with a <\>"),
        ] {
            let said = regex(pattern, &Subject::Body).unwrap_err().to_string();
            assert!(said.contains(why), "{pattern}: {said}");
        }
    }

    #[test]
    fn what_is_found_first_has_its_place_and_length() {
        for (pattern, text, found) in [
            ("b+", "äbbb", Some((2, 3))),
            ("b+?", "äbbb", Some((2, 1))),
            ("a|ab", "xab", Some((1, 1))),
            ("", "a", Some((0, 0))),
            ("c", "ab", None),
        ] {
            assert_eq!(regex(pattern, &Subject::Body).unwrap().find(text), found, "{pattern} in {text}");
        }
    }

    #[test]
    fn in_json_no_dot_is_an_end_of_a_line() {
        assert!(!in_json("a.b").unwrap().is_match("a\rb"));
    }

    #[test]
    fn a_text_that_is_meant_literally_is_found_alone() {
        let text: String = ('\0'..='\u{ff}').collect();
        for flags in ["", "(?x)", "(?i)"] {
            let found = regex(&format!("{flags}{}", literally(&text)), &Subject::Body).unwrap();
            assert_eq!(found.find(&text), Some((0, text.len())), "{flags}");
        }
        assert!(!regex(&literally("a.b"), &Subject::Body).unwrap().is_match("axb"));
    }
}
