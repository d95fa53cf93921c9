// SPDX-License-Identifier: GPL-2.0-or-later
//! `backport-verify suite convert`: a suite from one form to another, and what is lost on the way.
//!
//! Must not ask anything.

use super::super::args::{ConvertArgs, Kind};
use super::super::terminal::{complain, print};
use super::{Failure, text_of};
use crate::suite::{
    Exported, Imported, Loss, LossAt, Lost, Note, Read, Suite, SuiteError, read, read_curl, read_hurl, write,
    write_curl, write_httpbb, write_hurl,
};
use std::process::ExitCode;

/// Writes the suite to the standard output and what is lost to the standard error.
pub(in crate::native) fn convert(said: &ConvertArgs) -> Result<ExitCode, Failure> {
    let Some(from) = said.from.or_else(|| Kind::of(&said.file)) else {
        return Err(Failure::Kind { path: said.file.clone() });
    };
    let text = text_of(&said.file)?;
    let Imported { suite, mut lost } =
        read_as(from, &text).map_err(|source| Failure::Suite { path: said.file.clone(), source })?;
    if suite.tests.is_empty() {
        tell(&lost);
        return Err(Failure::NoTest { path: said.file.clone() });
    }
    lost.extend(not_to_be_run(&suite));
    let written = write_as(said.to, &suite);
    lost.extend(written.lost);
    print(&written.text)?;
    tell(&lost);
    Ok(ExitCode::from(u8::from(lost.iter().any(|lost| lost.matters))))
}

fn tell(lost: &[Loss]) {
    for lost in lost {
        complain(&lost.to_string());
    }
}

fn read_as(kind: Kind, text: &str) -> Result<Imported, SuiteError> {
    match kind {
        Kind::Httpbb | Kind::Ours => {
            let Read { suite, notes } = read(text)?;
            let told = |note: Note| Loss { place: LossAt::Line(note.at.line), what: note.message, matters: false };
            Ok(Imported { suite, lost: notes.into_iter().map(told).collect() })
        }
        Kind::Hurl => read_hurl(text),
        Kind::Curl => read_curl(text),
    }
}

fn write_as(kind: Kind, suite: &Suite) -> Exported {
    match kind {
        Kind::Httpbb => {
            let (text, lost) = write_httpbb(suite);
            Exported { text, lost: lost.into_iter().map(of_httpbb).collect() }
        }
        Kind::Hurl => write_hurl(suite),
        Kind::Curl => write_curl(suite),
        // Nothing is lost: it says all that a test is.
        Kind::Ours => Exported { text: write(suite), lost: Vec::new() },
    }
}

fn of_httpbb(lost: Lost) -> Loss {
    let Lost { number, test, what, left_out, matters } = lost;
    let what = if left_out { format!("left out, because {what}") } else { format!("httpbb cannot say {what}") };
    Loss { place: LossAt::Test(number, test), what, matters }
}

/// Tests that are written all the same, to be corrected.
fn not_to_be_run(suite: &Suite) -> impl Iterator<Item = Loss> {
    suite.tests.iter().enumerate().filter_map(|(index, test)| {
        let what = format!("it cannot be run as it is: {}", test.validate().err()?);
        Some(Loss { place: LossAt::Test(index + 1, test.label().to_owned()), what, matters: true })
    })
}
