// SPDX-License-Identifier: GPL-2.0-or-later
//! `backport-verify suite check`: what is wrong in suite files, shown where it stands.

use super::super::args::CheckArgs;
use super::super::terminal::{complain, is_coloured, plain, print};
use super::bytes_of;
use crate::suite::{Checked, Place, SuiteError, check as look_at};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::io;
use std::process::ExitCode;

/// Columns of a source line that are shown, at most.
const WIDTH: usize = 100;

/// Letters on either side of a place that are looked at; what is farther away is never shown.
const AROUND: usize = 400;

/// Looks at each file, also behind one that cannot be read.
pub(in super::super) fn check(said: &CheckArgs) -> io::Result<ExitCode> {
    let coloured = is_coloured();
    let mut unread = false;
    let (mut tests, mut errors) = (0, 0);
    for path in &said.files {
        let bytes = match bytes_of(path) {
            Ok(bytes) => bytes,
            Err(failure) => {
                complain(&format!("backport-verify: {failure}"));
                unread = true;
                continue;
            }
        };
        let text = String::from_utf8_lossy(&bytes);
        let found = match std::str::from_utf8(&bytes) {
            Ok(text) => look_at(text),
            Err(error) => no_text(bytes.get(..error.valid_up_to()).unwrap_or_default()),
        };
        tests += found.tests;
        errors += found.errors.len();
        let name = if path.as_os_str() == "-" { "<standard input>".to_owned() } else { path.display().to_string() };
        print(&report(&plain(&name), &text, &found, coloured))?;
    }
    print(&format!("{}\n", summary(said.files.len(), tests, errors, unread)))?;
    Ok(ExitCode::from(if unread { 2 } else { u8::from(errors > 0) }))
}

/// What is said of a file behind whose beginning there is no text.
fn no_text(beginning: &[u8]) -> Checked {
    let beginning = String::from_utf8_lossy(beginning).replace("\r\n", "\n").replace('\r', "\n");
    let beginning = beginning.strip_prefix('\u{feff}').unwrap_or(&beginning);
    let column = beginning.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let error = SuiteError {
        line: beginning.matches('\n').count() + 1,
        column,
        message: "this is no letter of UTF-8".to_owned(),
        remedy: "save the file as UTF-8".to_owned(),
    };
    Checked { errors: vec![error], ..Checked::default() }
}

fn summary(files: usize, tests: usize, errors: usize, unread: bool) -> String {
    let counted = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    let end = match (errors, unread) {
        (0, false) => "fine".to_owned(),
        (0, true) => "not every file could be read".to_owned(),
        _ => counted(errors, "error"),
    };
    format!("{}, {}, {end}", counted(files, "file"), counted(tests, "test"))
}

/// Everything that is said of a file.
fn report(file: &str, source: &str, found: &Checked, coloured: bool) -> String {
    // A lone carriage return ends a line in YAML, too.
    let source = &source.replace("\r\n", "\n").replace('\r', "\n");
    let renderer = if coloured { Renderer::styled() } else { Renderer::plain() }.term_width(WIDTH);
    let errors = found.errors.iter().map(|error| shown(file, source, error, &renderer));
    let notes = found
        .notes
        .iter()
        .map(|note| format!("{file}:{}:{}: note: {}\n\n", note.at.line, note.at.column, plain(&note.message)));
    errors.chain(notes).collect()
}

/// Title, place, caret and remedy.
fn shown(file: &str, source: &str, error: &SuiteError, renderer: &Renderer) -> String {
    let (line, at, end) = around(source, Place { line: error.line, column: error.column });
    let (message, remedy) = (plain(&error.message), plain(&error.remedy));
    let snippet = Snippet::source(line).line_start(error.line).annotation(AnnotationKind::Primary.span(at..end));
    let group = Group::with_level(Level::ERROR).element(snippet).element(Level::HELP.message(remedy));
    format!("{file}:{}:{}: {message}\n{}\n\n", error.line, error.column, renderer.render(&[group]))
}

/// What of a source's line is near a place, and the bytes of the letter there.
fn around(source: &str, place: Place) -> (String, usize, usize) {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let line = source.lines().nth(place.line.saturating_sub(1)).unwrap_or_default();
    let column = place.column.saturating_sub(1);
    let first = column.saturating_sub(AROUND);
    let near: Vec<char> = line.chars().skip(first).take(2 * AROUND).collect();
    let bytes = |count: usize| near.iter().take(count).map(|letter| letter.len_utf8()).sum::<usize>();
    let at = column - first;
    (near.iter().collect(), bytes(at), bytes(at + 1))
}

#[cfg(test)]
mod tests {
    use super::{Place, WIDTH, around, look_at, report, summary};

    fn said(source: &str) -> String {
        report("a.yaml", source, &look_at(source), false)
    }

    #[test]
    fn an_error_has_title_place_caret_and_remedy() {
        let source = "https://en.wikipedia.org:\n- path: /\n  assert_status: ok\n";
        let expected = "\
a.yaml:3:18: <ok> is no status
  |
3 |   assert_status: ok
  |                  ^
  |
  = help: write a number of three digits without quotes, such as <200>

";
        assert_eq!(said(source), expected);
    }

    #[test]
    fn the_caret_stands_under_its_place_behind_tabs_and_wide_letters() {
        let shown = said("https://en.wikipedia.org:\n- {path: /,\tname: 維基百科, assert_status: ok}\n");
        let expected = "\
2 | - {path: /,    name: 維基百科, assert_status: ok}
  |                                               ^
";
        assert!(shown.contains(expected), "{shown}");
    }

    #[test]
    fn a_line_that_any_kind_of_break_ends_is_found() {
        let shown = said("https://en.wikipedia.org:\r- path: /\r\n  assert_status: ok\r");
        assert!(shown.contains("3 |   assert_status: ok\n  |                  ^\n"), "{shown}");
        let shown = said("");
        assert!(shown.starts_with("a.yaml:1:1: the file holds no suite\n"), "{shown}");
        assert!(shown.contains("= help: write <https://en.wikipedia.org:> and its tests below it"), "{shown}");
    }

    #[test]
    fn a_very_long_line_is_cut_around_its_place() {
        let long = "x".repeat(50_000);
        let shown = said(&format!("https://en.wikipedia.org:\n- {{path: /{long}, assert_status: ok, name: {long}}}\n"));
        assert!(shown.contains("x, assert_status: ok, name: x"), "{shown}");
        assert!(shown.lines().all(|line| line.len() <= WIDTH), "{shown}");
    }

    #[test]
    fn a_place_behind_the_end_is_shown_at_the_end() {
        let at = |line, column| around("ab\u{e4}\n", Place { line, column });
        assert_eq!(at(1, 3), ("abä".to_owned(), 2, 4));
        assert_eq!(at(1, 9), ("abä".to_owned(), 4, 4));
        assert_eq!(at(7, 1), (String::new(), 0, 0));
    }

    #[test]
    fn the_summary_counts() {
        assert_eq!(summary(3, 120, 0, false), "3 files, 120 tests, fine");
        assert_eq!(summary(1, 1, 1, false), "1 file, 1 test, 1 error");
        assert_eq!(summary(2, 1, 0, true), "2 files, 1 test, not every file could be read");
        assert_eq!(summary(2, 1, 2, true), "2 files, 1 test, 2 errors");
    }
}
