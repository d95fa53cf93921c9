// SPDX-License-Identifier: GPL-2.0-or-later
//! The suites' files in a folder.

use std::path::{Path, PathBuf};

/// Adds every YAML file below `folder`, however deep.
pub(crate) fn suites_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            suites_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
}
