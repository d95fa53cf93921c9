// SPDX-License-Identifier: GPL-2.0-or-later
//! What the command does, one file a subcommand, and how it ends when it cannot.

mod calendar;
mod check;
mod convert;
mod preflight;
mod printout;
mod schedule;
mod timetable;
mod verify;

pub(super) use check::check;
pub(super) use convert::convert;
pub(super) use preflight::preflight;
pub(super) use schedule::schedule;
pub(super) use verify::verify;

use super::args::ConnectionArgs;
use super::http::{Connection, ConnectionError, NativeHttp};
use super::relay::RelayError;
use crate::app::AskError;
use crate::report::JUnitError;
use crate::schedule::CalendarError;
use crate::suite::{NameError, SuiteError, TestError};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use thiserror::Error;
use url::Url;

/// Why a subcommand could not do its work.
#[derive(Debug, Error)]
pub(super) enum Failure {
    /// The asynchronous runtime did not start.
    #[error("failed to start: {0}")]
    Runtime(io::Error),
    /// The results could not be written.
    #[error("failed to write to the standard output: {0}")]
    Output(#[from] io::Error),
    /// A file that the user named cannot be read.
    #[error("failed to read <{}>: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file that the user named cannot be written.
    #[error("failed to write <{}>: {source}; name a file in a folder that is there and that you may write to", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The XML could not be made.
    #[error(transparent)]
    JUnit(#[from] JUnitError),
    /// Connections cannot be made as the user said.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// The wiki did not give the page.
    #[error(
        "failed to read the calendar from {wiki}: {source}; {}give a saved page with --page",
        again(source, "try again, or ")
    )]
    Wiki {
        /// Its name.
        wiki: String,
        /// Why.
        source: AskError,
    },
    /// Gerrit did not tell about the changes.
    #[error("failed to read the changes from Gerrit: {0}{next}", next = again(.0, "; try again"))]
    Gerrit(AskError),
    /// There is no such change.
    #[error("failed to find the change: Gerrit knows no change {0}; look at its number")]
    NoChange(u64),
    /// noc did not tell which wiki runs which version.
    #[error("failed to read the versions of the wikis from noc.wikimedia.org: {0}{next}", next = again(.0, "; try again"))]
    Versions(AskError),
    /// The page is no calendar.
    #[error(
        "failed to read the calendar: {0}; expected the wikitext of https://wikitech.wikimedia.org/wiki/Deployments"
    )]
    Calendar(#[from] CalendarError),
    /// A file is no suite.
    #[error("failed to read the suite <{}>: {source}", path.display())]
    Suite {
        /// The file.
        path: PathBuf,
        /// What is wrong and where.
        source: SuiteError,
    },
    /// Neither the user nor the file's name says what it holds.
    #[error("failed to tell what <{}> holds: say --from httpbb, hurl or curl", path.display())]
    Kind {
        /// The file.
        path: PathBuf,
    },
    /// A suite has nothing to run.
    #[error("failed to find a test in <{}>: add one, see https://wikitech.wikimedia.org/wiki/Httpbb", path.display())]
    NoTest {
        /// The file.
        path: PathBuf,
    },
    /// A test cannot be run.
    #[error("failed to use the test <{label}> of <{}>: {source}", path.display())]
    Test {
        /// The file.
        path: PathBuf,
        /// The test's label.
        label: String,
        /// What stands against it.
        source: TestError,
    },
    /// The tags leave no test.
    #[error("failed to find a test with these tags: look at --tag and --not-tag")]
    NoneChosen,
    /// With the values that the user gave, a test cannot be run.
    #[error("failed to use the test <{label}> with these values of --variable: {source}")]
    Variables {
        /// The test's label.
        label: String,
        /// What stands against it.
        source: TestError,
    },
    /// A name in a test has no value.
    #[error("failed to use the test <{label}>: {source}; or give it with --variable {}=…", name_of(source))]
    Name {
        /// The test's label.
        label: String,
        /// Which, and why.
        source: NameError,
    },
    /// A test wants the cookies of the user's browser.
    #[error(
        "failed to use the test <{label}> of <{}>: it asks with your browser's cookies, which this command does not have; run it in the extension",
        path.display()
    )]
    Cookies {
        /// The file.
        path: PathBuf,
        /// The test's label.
        label: String,
    },
    /// The relay could not go on.
    #[error(transparent)]
    Relay(#[from] RelayError),
}

impl Failure {
    /// 3 where something outside did not answer, 2 where what was given is at fault.
    pub(super) const fn exit_code(&self) -> u8 {
        match self {
            Self::Wiki { .. } | Self::Gerrit(_) | Self::Versions(_) => 3,
            _ => 2,
        }
    }
}

fn name_of(error: &NameError) -> &str {
    match error {
        NameError::Unknown(name) | NameError::Later { name, .. } => name,
    }
}

/// `words` where the same question may be answered later and the error does not say that itself.
const fn again<'a>(error: &AskError, words: &'a str) -> &'a str {
    match error {
        AskError::Transport(_) | AskError::Status(_) => words,
        AskError::Missing(_) | AskError::NotACalendar(_) | AskError::Unreadable(_) => "",
    }
}

/// The whole text of a file, or of the standard input where it is called `-`.
fn text_of(path: &Path) -> Result<String, Failure> {
    let no_text = |_| io::Error::new(io::ErrorKind::InvalidData, "stream did not contain valid UTF-8");
    let text = String::from_utf8(bytes_of(path)?).map_err(no_text);
    text.map_err(|source| Failure::Read { path: path.to_owned(), source })
}

/// The same, whatever it holds.
fn bytes_of(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read =
        if path.as_os_str() == "-" { io::stdin().read_to_end(&mut bytes).map(|_| bytes) } else { std::fs::read(path) };
    read.map_err(|source| Failure::Read { path: path.to_owned(), source })
}

fn client(said: ConnectionArgs) -> Result<NativeHttp, ConnectionError> {
    client_with(said, None)
}

/// A client that may also ask a wiki that the user named.
fn client_with(said: ConnectionArgs, wiki: Option<Url>) -> Result<NativeHttp, ConnectionError> {
    let ConnectionArgs { connect_to, cacert, insecure } = said;
    NativeHttp::new(&Connection { connect_to, cacert, insecure, wiki })
}
