// SPDX-License-Identifier: GPL-2.0-or-later
//! Files that the user named, written whole or not at all.
//!
//! Must not look into what is written.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::Builder;

/// Whether `path` could be written as far as can be seen without doing it: it is no folder, and stands in one.
///
/// # Errors
/// When it could not.
pub(super) fn could_be_written(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if folder_of(path).metadata()?.is_dir() { Ok(()) } else { Err(io::ErrorKind::NotADirectory.into()) }
}

/// Puts `text` in the place of the file at `path`. Whoever reads it meanwhile reads the old file or the new one, and after
/// an error the old one is still there. A link stays a link, and what is no file, such as a pipe, is written to.
///
/// # Errors
/// When the folder or the file cannot be written.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    let path = match path.metadata() {
        Ok(known) if !known.is_file() => return std::fs::write(path, text),
        Ok(_) => path.canonicalize()?,
        Err(_) => path.to_owned(),
    };
    let mut builder = Builder::new();
    builder.prefix(".backport-verify-");
    // Others may read a report as they may read any file of the user's; the system takes off what its umask says.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder_of(&path))?;
    file.write_all(text.as_bytes())?;
    file.persist(&path)?;
    Ok(())
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new(".")).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{could_be_written, write};
    use std::fs;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.html");
        for text in ["a long text", "new"] {
            write(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_one_and_others_may_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (path, link, plain) = (folder.path().join("a"), folder.path().join("b"), folder.path().join("c"));
        fs::write(&path, "old").unwrap();
        fs::write(&plain, "").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        write(&link, "new").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        let mode = |path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&path), mode(&plain));
    }

    #[test]
    fn a_folder_and_a_file_in_no_folder_could_not_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        assert!(could_be_written(&file).is_ok());
        assert!(could_be_written("a".as_ref()).is_ok());
        fs::write(&file, "").unwrap();
        for path in [folder.path().to_owned(), folder.path().join("b").join("c"), file.join("d")] {
            assert!(could_be_written(&path).is_err(), "{}", path.display());
        }
    }
}
