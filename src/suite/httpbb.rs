// SPDX-License-Identifier: GPL-2.0-or-later
//! A suite's file, read: httpbb's YAML, with our further keys beside its own.
//!
//! A file is a mapping from `https://host` to a list of tests (<https://wikitech.wikimedia.org/wiki/Httpbb>, and the
//! suites in repository `operations/puppet`, `modules/profile/files/httpbb`); `docs/formats.md` lists the keys. None of
//! them lets a test change anything: only the submitter can allow that.

use super::placed::Placed;
use super::yaml::{Yaml, document};
use super::{Note, Place, Suite, SuiteError};
use std::collections::BTreeMap;
use url::Url;

/// A file that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// Its tests.
    pub suite: Suite,
    /// What was read otherwise than somebody may think.
    pub notes: Vec<Note>,
}

/// Reads a suite file. A host key that occurs several times keeps all of its tests, which a note says.
///
/// Hosts that no test may ask are read all the same: [`Test::validate`](super::Test::validate) refuses them.
///
/// # Errors
/// With the first thing that is wrong, and where it stands.
pub fn read(yaml: &str) -> Result<Read, SuiteError> {
    let Whole { tests, notes, errors, .. } = Whole::read(yaml);
    match errors.into_iter().next() {
        Some(error) => Err(error),
        None => Ok(Read { suite: Suite { tests: tests.into_iter().map(|placed| placed.test).collect() }, notes }),
    }
}

/// All that a file says, right or wrong.
#[derive(Debug, Default)]
pub(super) struct Whole {
    /// Host keys, with their places.
    pub(super) hosts: Vec<(String, Place)>,
    /// The tests as far as they could be read.
    pub(super) tests: Vec<Placed>,
    pub(super) notes: Vec<Note>,
    pub(super) errors: Vec<SuiteError>,
}

impl Whole {
    /// Reads on behind what is wrong, where that is possible.
    pub(super) fn read(yaml: &str) -> Self {
        let mut whole = Self::default();
        let read = match document(yaml) {
            Ok(Some(root)) => whole.hosts(&root),
            Ok(None) => Err(Place { line: 1, column: 1 }
                .error("the file holds no suite", "write <https://en.wikipedia.org:> and its tests below it")),
            Err(error) => Err(error),
        };
        whole.errors.extend(read.err());
        whole.note_repeated_hosts();
        whole
    }

    fn hosts(&mut self, root: &Yaml) -> Result<(), SuiteError> {
        for (key, tests) in root.mapping("a suite")? {
            let host = match host(key) {
                Ok(host) => {
                    self.hosts.push((host.to_owned(), key.place()));
                    host
                }
                Err(error) => {
                    self.errors.push(error);
                    continue;
                }
            };
            match tests.sequence(&format!("what stands below <{host}>")) {
                Ok(tests) => {
                    let nth = self.hosts.len() - 1;
                    for yaml in tests {
                        let placed = Placed::read(host, nth, yaml, &mut self.notes, &mut self.errors);
                        self.tests.extend(placed);
                    }
                }
                Err(error) => self.errors.push(error),
            }
        }
        Ok(())
    }

    fn note_repeated_hosts(&mut self) {
        let mut lines: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
        for (host, place) in &self.hosts {
            lines.entry(host).or_default().push(*place);
        }
        for (host, places) in lines.into_iter().filter(|(_, places)| places.len() > 1) {
            let all: Vec<String> = places.iter().map(|place| place.line.to_string()).collect();
            let message = format!(
                "host <{host}> is there {} times, in lines {}; kept all of them, where httpbb keeps the last",
                all.len(),
                all.join(", ")
            );
            self.notes.extend(places.last().map(|at| Note { at: *at, message }));
        }
        self.notes.sort_by_key(|note| note.at);
    }
}

fn host(key: &Yaml) -> Result<&str, SuiteError> {
    let text = key.scalar("a host")?;
    if is_host(text) {
        return Ok(text.strip_suffix('/').unwrap_or(text));
    }
    Err(key.error(format!("<{text}> is no host"), "write scheme and host alone, such as <https://en.wikipedia.org>"))
}

/// Whether `text` is scheme and host alone.
pub(super) fn is_host(text: &str) -> bool {
    // Which host that is, a run knows.
    let sample = text.replacen("{host}", "en.wikipedia.org", 1);
    let url = Url::parse(&sample).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.is_some_and(|url| url.path() == "/" && url.query().is_none() && url.fragment().is_none())
}
