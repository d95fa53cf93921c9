// SPDX-License-Identifier: GPL-2.0-or-later
//! The suites that are run: our own, and Wikimedia's where they are at hand.

use crate::samples::samples;
use backport_verify::suite::{Test, in_scope, read};
use std::path::{Path, PathBuf};

/// A suite's file.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) path: PathBuf,
    /// Folder and name, to speak of it.
    pub(crate) name: String,
    pub(crate) tests: Vec<Test>,
}

impl File {
    fn read(path: PathBuf, below: &Path) -> Self {
        let yaml = std::fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(below).unwrap().display().to_string();
        let mut tests = read(&yaml).unwrap_or_else(|error| panic!("{name}: {error}")).suite.tests;
        for test in &mut tests {
            test.allowed = !test.method.is_safe();
        }
        Self { path, name, tests }
    }

    /// Whether the tool asks this one at all.
    pub(crate) fn is_asked(&self, place: usize) -> bool {
        in_scope(&self.tests[place].url).is_ok()
    }

    /// Places of the tests that are asked.
    pub(crate) fn asked(&self) -> Vec<usize> {
        (0..self.tests.len()).filter(|place| self.is_asked(*place)).collect()
    }
}

/// Our own.
pub(crate) fn own() -> Vec<File> {
    below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/httpbb"))
}

/// Wikimedia's; none where they are absent.
pub(crate) fn real() -> Vec<File> {
    samples("httpbb").map(|folder| below(&folder)).unwrap_or_default()
}

/// Both.
pub(crate) fn all() -> Vec<File> {
    [own(), real()].concat()
}

/// Every suite below a folder, by name.
fn below(folder: &Path) -> Vec<File> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                files.push(File::read(path, folder));
            }
        }
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    files
}
