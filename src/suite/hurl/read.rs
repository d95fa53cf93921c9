// SPDX-License-Identifier: GPL-2.0-or-later
//! Hurl files, read (<https://hurl.dev/docs/hurl-file.html>). The parser is Hurl's own.
//!
//! Must not ask anything or read a file that a Hurl file names.

mod asserts;
mod request;
mod response;
mod values;

use crate::suite::lost::{LossAt, Losses};
use crate::suite::{Imported, Suite, SuiteError, Test};
use hurl_core::ast::Entry;
use hurl_core::error::DisplaySourceError;
use hurl_core::parser::{ParseErrorKind, parse_hurl_file};
use hurl_core::text::Format;
use std::collections::BTreeSet;
use values::Values;

/// A file may have this many bytes: the parser was made for files that people write.
const MAX_BYTES: usize = 1 << 20;

/// Brackets may be nested this deep: the parser calls itself for each.
const MAX_DEPTH: usize = 100;

/// Reads each entry of a Hurl file as a test; a comment in the line above is its name. What an entry asks or demands that
/// a test cannot is listed with its line.
///
/// # Errors
/// When it is no Hurl file, with the first thing that is wrong.
pub fn read_hurl(text: &str) -> Result<Imported, SuiteError> {
    if let Some(error) = too_much(text) {
        return Err(error);
    }
    let file = parse_hurl_file(text).map_err(|error| {
        let lines: Vec<&str> = text.lines().collect();
        let remedy = match error.kind {
            ParseErrorKind::Xml => "put it between lines of <```>",
            _ => "write it as https://hurl.dev/docs/grammar.html says",
        };
        let detail = match error.kind {
            ParseErrorKind::Xml => "a body in XML is not read".to_owned(),
            _ => error
                .fixme(&lines)
                .to_string(Format::Plain)
                .replace('^', " ")
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
        };
        SuiteError {
            line: error.pos.line,
            column: error.pos.column,
            message: format!("this is no Hurl file: {detail}"),
            remedy: remedy.into(),
        }
    })?;
    let mut lost = Losses::at(LossAt::Line(1));
    let mut values = Values::at_the_start(&file);
    let mut of_run: Vec<&str> = values.of_run().collect();
    let mut suite = Suite::default();
    for entry in &file.entries {
        let came = read_entry(entry, &mut values, &mut lost);
        let asked: BTreeSet<String> = came.iter().flat_map(Test::names).collect();
        lost.go_to(LossAt::Line(entry.request.url.source_info.start.line));
        for name in of_run.extract_if(.., |name| asked.contains(*name)) {
            lost.aside(format!("{{{{{name}}}}} is set outside of the file; here it is the {name} that a run asks"));
        }
        suite.tests.extend(came);
    }
    Ok(Imported { suite, lost: lost.into_lost() })
}

fn read_entry(entry: &Entry, values: &mut Values, lost: &mut Losses) -> Option<Test> {
    let mut test = request::read(&entry.request, values, lost)?;
    lost.go_to(LossAt::Line(entry.request.url.source_info.start.line));
    response::read(entry.response.as_ref(), &mut test, values, lost);
    Some(test)
}

/// What would be too much for the parser.
fn too_much(text: &str) -> Option<SuiteError> {
    let error = |line: usize, message: String, remedy: &str| {
        Some(SuiteError { line, column: 1, message, remedy: remedy.into() })
    };
    if text.len() > MAX_BYTES {
        return error(1, format!("the file is larger than {MAX_BYTES} bytes"), "divide it into several");
    }
    let mut depth = 0_usize;
    for (index, line) in text.lines().enumerate() {
        // Where an entry begins, nothing is open.
        if line
            .split_once(' ')
            .is_some_and(|(word, _)| !word.is_empty() && word.bytes().all(|b| b.is_ascii_uppercase()))
        {
            depth = 0;
        }
        for letter in line.chars() {
            match letter {
                '[' | '{' => depth += 1,
                ']' | '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > MAX_DEPTH {
                let message = format!("this is nested more than {MAX_DEPTH} levels deep");
                return error(index + 1, message, "put the body between lines of <```>");
            }
        }
        let digits = |rest: &str| rest.chars().take_while(char::is_ascii_hexdigit).count();
        if line.split("\\u{").skip(1).any(|rest| digits(rest) > 6) {
            let message = "<\\u{…}> takes up to six hexadecimal digits".into();
            return error(index + 1, message, "leave the others out");
        }
    }
    None
}
