// SPDX-License-Identifier: GPL-2.0-or-later
//! A text that the user brings, read as tests, whatever of the known formats it is in.
//!
//! Must not keep what it reads; it is shown first.

use super::{Imported, Note, Place, Read, SuiteError, Test, read, read_curl, read_hurl};

/// The longest text that is read, in bytes; no suite that a person looks through is longer.
const LONGEST: usize = 2_000_000;

/// A format that tests come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A suite of ours or of httpbb.
    Yaml,
    /// A file of Hurl (<https://hurl.dev>).
    Hurl,
    /// A command line of curl.
    Curl,
}

/// What a text was read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The format that it was read as.
    pub format: Format,
    /// The tests; none is allowed to change anything.
    pub tests: Vec<Test>,
    /// What could not be taken along and why, as sentences.
    pub notes: Vec<String>,
}

impl Format {
    /// The format of a text, by the name of its file where there is one, and by how it begins.
    #[must_use]
    pub fn of(name: &str, text: &str) -> Self {
        let ends = |end: &str| name.rsplit_once('.').is_some_and(|(_, own)| own.eq_ignore_ascii_case(end));
        let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
        let first = first.unwrap_or_default();
        let word = first.split_whitespace().next().unwrap_or_default();
        let is_request = matches!(word, "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS");
        if matches!(word.strip_prefix('$').unwrap_or(word), "curl") || first.starts_with("$ curl ") {
            Self::Curl
        } else if ends("hurl") || (is_request && (first.contains("://") || first.contains("{{"))) {
            Self::Hurl
        } else {
            Self::Yaml
        }
    }
}

/// Reads a text. `name` is that of its file, or empty.
///
/// # Errors
/// When it holds no tests: what is wrong, where, and what would be right.
pub fn import(name: &str, text: &str) -> Result<Taken, SuiteError> {
    let fails = |message, remedy| Err(Place { line: 1, column: 1 }.error(message, remedy));
    if text.len() > LONGEST {
        return fails("the text is longer than 2 MB", "choose a file of tests");
    }
    let format = Format::of(name, text);
    match format {
        Format::Yaml => {
            let Read { suite, notes } = read(text)?;
            let mut tests = suite.tests;
            for test in &mut tests {
                test.allowed = false;
            }
            if tests.is_empty() {
                return fails("the file holds no test", "write <- path: /wiki/Special:Version> below a host");
            }
            Ok(Taken { format, tests, notes: notes.iter().map(said).collect() })
        }
        Format::Hurl | Format::Curl => {
            let reads = if format == Format::Hurl { read_hurl } else { read_curl };
            let Imported { suite, lost } = reads(text)?;
            if suite.tests.is_empty() {
                return fails(
                    "the file holds no test that can be asked",
                    "write a request, such as <GET https://en.wikipedia.org/>",
                );
            }
            Ok(Taken { format, tests: suite.tests, notes: lost.iter().map(|loss| format!("{loss}.")).collect() })
        }
    }
}

/// A note as a sentence.
fn said(note: &Note) -> String {
    format!("Line {}: {}.", note.at.line, note.message)
}

#[cfg(test)]
mod tests {
    use super::{Format, import};
    use crate::check::Assertion;

    #[test]
    fn a_format_is_told_by_name_and_beginning() {
        for (name, text, format) in [
            ("", "https://en.wikipedia.org:\n- path: /", Format::Yaml),
            ("suite.yaml", "# curl\n'https://en.wikipedia.org':\n- path: /", Format::Yaml),
            ("a.hurl", "# x", Format::Hurl),
            ("", "GET https://en.wikipedia.org/\nHTTP 200", Format::Hurl),
            ("", "# Run it with: hurl\n\nGET {{base}}/wiki/A\nHTTP 200", Format::Hurl),
            ("", "curl -I https://en.wikipedia.org/", Format::Curl),
            ("", "\n$ curl https://en.wikipedia.org/", Format::Curl),
        ] {
            assert_eq!(Format::of(name, text), format, "{text}");
        }
    }

    #[test]
    fn a_hurl_file_is_read_with_what_had_no_counterpart() {
        let file = "# The logo\nGET https://{{host}}/\n[BasicAuth]\nme: secret\nHTTP 200\n[Asserts]\nbody contains \"x\"\nxpath \"//a\" exists\n";
        let taken = import("a.hurl", file).unwrap();
        assert_eq!(taken.format, Format::Hurl);
        let [test] = taken.tests.as_slice() else { panic!("one test") };
        assert_eq!((test.name.as_str(), test.url.as_str()), ("The logo", "https://{host}/"));
        assert_eq!(test.assertions, [Assertion::status(200), Assertion::body_contains("x")]);
        assert_eq!(
            taken.notes,
            [
                "line 3: CHANGED: [BasicAuth]: left out, passwords and tokens are never stored; the test asks without.",
                "line 8: CHANGED: this demand is left out: a test has no query <xpath>.",
                "line 2: {{host}} is set outside of the file; here it is the host that a run asks.",
            ]
        );
        assert!(import("a.hurl", "# nothing").unwrap_err().message.contains("holds no test"));
        assert!(import("", "GET https://en.wikipedia.org/\nHTTP abc").unwrap_err().message.contains("no Hurl file"));
    }

    #[test]
    fn what_holds_no_test_is_refused_with_its_place_and_a_remedy() {
        for (text, message) in [
            ("", "line 1, column 1: the file holds no suite; write <https://en.wikipedia.org:> and its tests below it"),
            ("{}", "line 1, column 1: the file holds no test; write <- path: /wiki/Special:Version> below a host"),
            (
                "en.wikipedia.org:\n- path: /",
                "line 1, column 1: <en.wikipedia.org> is no host; write scheme and host alone, such as <https://en.wikipedia.org>",
            ),
        ] {
            assert_eq!(import("", text).unwrap_err().to_string(), message);
        }
        assert!(import("", &"x".repeat(3_000_000)).unwrap_err().message.contains("2 MB"));
    }
}
