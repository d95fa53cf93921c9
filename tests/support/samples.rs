// SPDX-License-Identifier: GPL-2.0-or-later
//! Wikimedia's own calendars and suites, where a folder of them is at hand. The project builds and passes without.

use std::io::Write;
use std::path::{Path, PathBuf};

/// A part of the samples: in the folder that `BACKPORT_VERIFY_SAMPLES` names, or in the one beside the project. Where
/// there is none, says so past the test runner, which hides what passing tests print.
pub(crate) fn samples(part: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples");
    let folder = std::env::var_os("BACKPORT_VERIFY_SAMPLES").map_or(beside, PathBuf::from).join(part);
    if folder.is_dir() {
        return Some(folder);
    }
    let said = format!("samples absent: what needs <{part}> is not run\n");
    std::io::stderr().write_all(said.as_bytes()).unwrap();
    None
}
