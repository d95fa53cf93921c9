// SPDX-License-Identifier: GPL-2.0-or-later
//! The relay's file: one SQLite database with the tokens and the queue.
//!
//! Must not hold a token itself, only its digest, and must not decide what becomes of a line.

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use thiserror::Error;

/// What brings a file from the version of its place to the next one. Never changed once released, only added to.
const MIGRATIONS: [&str; 2] = [
    "
    CREATE TABLE tokens (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        hash BLOB NOT NULL UNIQUE,
        nick TEXT NOT NULL,
        note TEXT NOT NULL,
        made INTEGER NOT NULL,
        revoked INTEGER
    ) STRICT;
    CREATE TABLE posts (
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        token INTEGER NOT NULL REFERENCES tokens (id),
        id TEXT NOT NULL,
        nick TEXT NOT NULL,
        line TEXT NOT NULL,
        received INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'said', 'unclear', 'refused', 'late')),
        detail TEXT NOT NULL DEFAULT '',
        UNIQUE (token, id)
    ) STRICT;
    CREATE INDEX posts_by_state ON posts (state, place);
    CREATE INDEX posts_by_time ON posts (received);
    ",
    // From when on a line is too old: not later than it was received.
    "
    ALTER TABLE posts ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
    UPDATE posts SET since = received;
    ",
];

/// How long another process may hold the file, such as `relay token add`.
const BUSY_FOR: Duration = Duration::from_secs(5);

/// How SQLite keeps a change that is not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(in super::super) enum Journal {
    /// A write-ahead log: quick, but every process must be on one machine.
    Wal,
    /// A rollback journal: for network file systems.
    Rollback,
}

/// Why the file cannot be used.
#[derive(Debug, Error)]
pub(in super::super) enum StoreError {
    /// There is no place for it.
    #[error(
        "failed to find a place for the relay's file: neither XDG_STATE_HOME nor HOME is set; name one with --data"
    )]
    NoPlace,
    /// It cannot be made.
    #[error("failed to make <{}>: {source}", path.display())]
    Make {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another relay has it.
    #[error("failed to open <{}>: another relay uses it; stop that one, or name another file with --data", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// A newer version wrote it.
    #[error("failed to open <{}>: it has version {found}, and this program knows {}; update the program", path.display(), MIGRATIONS.len())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: usize,
    },
    /// The disk takes no more.
    #[error("failed to write the relay's file: the disk takes no more; make room")]
    Full,
    /// Anything else that SQLite says.
    #[error("failed to use the relay's file: {0}")]
    Sqlite(rusqlite::Error),
    /// The call did not come to its end.
    #[error("failed to use the relay's file: the call was broken off")]
    BrokenOff,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        // A limit of the file's size or a quota comes as a failed write, a full disk as such.
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure) => Self::Full,
            _ => Self::Sqlite(error),
        }
    }
}

/// The open file. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Store {
    connection: Arc<Mutex<Connection>>,
}

/// Holds the file for one relay, as long as it lives.
#[derive(Debug)]
pub(super) struct Lock {
    /// Closed, and by that unlocked, when the process ends in whatever way.
    _file: File,
}

impl Lock {
    /// Takes the lock beside the relay's file.
    ///
    /// # Errors
    /// When another process has it, or it cannot be made.
    pub(super) fn take(path: &Path) -> Result<Self, StoreError> {
        make_folder(path)?;
        let mut beside = path.as_os_str().to_owned();
        beside.push(".lock");
        let beside = PathBuf::from(beside);
        let failed = |source| StoreError::Make { path: beside.clone(), source };
        let file = owners_alone().create(true).truncate(false).open(&beside);
        let file = file.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

impl Store {
    /// Opens the file, makes it where there is none, for its owner alone, and brings it to this version.
    ///
    /// # Errors
    /// When that cannot be done.
    pub(super) fn open(path: &Path, journal: Option<Journal>) -> Result<Self, StoreError> {
        make_folder(path)?;
        match owners_alone().create_new(true).open(path) {
            Err(source) if source.kind() != io::ErrorKind::AlreadyExists => {
                return Err(StoreError::Make { path: path.to_owned(), source });
            }
            // SQLite gives what it makes beside the file the same rights.
            _ => {}
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_FOR)?;
        let journal = journal.unwrap_or_else(|| if is_on_nfs(path) { Journal::Rollback } else { Journal::Wal });
        let mode = if journal == Journal::Wal { "wal" } else { "delete" };
        connection.pragma_update_and_check(None, "journal_mode", mode, |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        migrate(&mut connection, path)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// Does `work` in one transaction, on a thread that may block. It is committed when `work` succeeds, and on the disk
    /// when this returns; otherwise nothing of it is.
    ///
    /// # Errors
    /// When it failed.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        tokio::task::spawn_blocking(move || store.at_once(work)).await.map_err(|_| StoreError::BrokenOff)?
    }

    /// Reads with `work`, on a thread that may block. With a write-ahead log it waits for no other process.
    ///
    /// # Errors
    /// When it failed.
    pub(super) async fn look<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        tokio::task::spawn_blocking(move || store.look_at_once(work)).await.map_err(|_| StoreError::BrokenOff)?
    }

    /// As [`look`](Self::look), for those that may block.
    ///
    /// # Errors
    /// When it failed.
    pub(super) fn look_at_once<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(work(&connection)?)
    }

    /// As [`call`](Self::call), for those that may block.
    ///
    /// # Errors
    /// When it failed.
    pub(super) fn at_once<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        // A panic in the middle of a transaction has rolled it back.
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let came = work(&transaction)?;
        transaction.commit()?;
        Ok(came)
    }
}

/// `given`, or the place for what a program keeps (XDG Base Directory Specification, `XDG_STATE_HOME`).
///
/// # Errors
/// When nothing names a place.
pub(super) fn place(given: Option<PathBuf>) -> Result<PathBuf, StoreError> {
    let of = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = || of("XDG_STATE_HOME").or_else(|| Some(of("HOME")?.join(".local/state")));
    given.or_else(|| Some(state()?.join("backport-verify/relay.sqlite3"))).ok_or(StoreError::NoPlace)
}

/// What is made so can be read by its owner alone.
fn owners_alone() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    options.mode(0o600);
    options
}

fn make_folder(path: &Path) -> Result<(), StoreError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    builder.mode(0o700);
    builder.recursive(true).create(folder).map_err(|source| StoreError::Make { path: folder.to_owned(), source })
}

/// Whether the file lies on NFS, where a write-ahead log fails: its index is memory that processes share
/// (<https://sqlite.org/wal.html>, section 1).
fn is_on_nfs(path: &Path) -> bool {
    #[cfg(target_os = "linux")]
    let nfs = rustix::fs::statfs(path).is_ok_and(|found| found.f_type == rustix::fs::NFS_SUPER_MAGIC);
    #[cfg(not(target_os = "linux"))]
    let nfs = false;
    nfs
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let version = |connection: &Connection| {
        connection.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0)).map(|found| found as usize)
    };
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    let Some(missing) = MIGRATIONS.get(found..) else { return Err(StoreError::Newer { path: path.to_owned(), found }) };
    for step in missing {
        transaction.execute_batch(step)?;
    }
    if !missing.is_empty() {
        transaction.pragma_update(None, "user_version", u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX))?;
    }
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Journal, Lock, MIGRATIONS, Store, StoreError};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_file_is_its_owners_alone_and_opens_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/relay.sqlite3");
        for journal in [None, Some(Journal::Rollback), Some(Journal::Wal)] {
            let store = Store::open(&path, journal).unwrap();
            let mode = store.at_once(|sql| sql.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0)));
            assert_eq!(mode.unwrap(), if journal == Some(Journal::Rollback) { "delete" } else { "wal" });
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_file_of_a_newer_version_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("relay.sqlite3");
        Store::open(&path, None).unwrap().at_once(|sql| sql.pragma_update(None, "user_version", 9)).unwrap();
        assert!(matches!(Store::open(&path, None), Err(StoreError::Newer { found: 9, .. })));
    }

    #[test]
    fn what_waits_in_a_file_of_the_first_version_waits_on_since_it_was_received() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("relay.sqlite3");
        let old = rusqlite::Connection::open(&path).unwrap();
        old.execute_batch(MIGRATIONS[0]).unwrap();
        old.pragma_update(None, "user_version", 1).unwrap();
        old.execute_batch(
            "INSERT INTO tokens (hash, nick, note, made) VALUES (x'00', 'nick', '', 0);
             INSERT INTO posts (token, id, nick, line, received, state) VALUES (1, 'a', 'nick', 'PASS', 7, 'queued');",
        )
        .unwrap();
        drop(old);
        let store = Store::open(&path, None).unwrap();
        let row = store.at_once(|sql| {
            sql.query_row("SELECT id, state, since FROM posts", [], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?))
            })
        });
        assert_eq!(row.unwrap(), ("a".into(), "queued".into(), 7));
    }

    #[test]
    fn what_fails_half_way_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("relay.sqlite3"), None).unwrap();
        let failed = store.at_once(|sql| {
            sql.execute("INSERT INTO tokens (hash, nick, note, made) VALUES (x'00', 'nick', '', 0)", [])?;
            sql.execute("INSERT INTO nowhere VALUES (1)", [])
        });
        assert!(matches!(failed, Err(StoreError::Sqlite(_))));
        let count = store.at_once(|sql| sql.query_row("SELECT count(*) FROM tokens", [], |row| row.get::<_, i64>(0)));
        assert_eq!(count.unwrap(), 0);
    }

    #[test]
    fn one_relay_has_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("relay.sqlite3");
        let lock = Lock::take(&path).unwrap();
        assert!(matches!(Lock::take(&path), Err(StoreError::InUse { .. })));
        drop(lock);
        Lock::take(&path).unwrap();
    }
}
