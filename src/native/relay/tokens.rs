// SPDX-License-Identifier: GPL-2.0-or-later
//! Who may post: a token a submitter, bound to an IRC nick, kept as a digest.
//!
//! Must not keep, log or show a token again once it is made.

use super::irc::is_nick;
use super::store::{Store, StoreError};
use crate::report::begins_with_a_bot;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use thiserror::Error;

/// The longest nick: the longest that Libera Chat takes (`NICKLEN=16`).
const NICK_LIMIT: usize = 16;
/// The longest note, in characters.
const NOTE_LIMIT: usize = 100;
/// Random bytes of a token.
const BYTES: usize = 32;

/// Somebody who may post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holder {
    /// The token's number.
    pub(super) token: i64,
    /// Who holds it.
    pub(super) nick: String,
}

/// A token as it is listed: everything but the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// Its number.
    pub(super) id: i64,
    /// Who holds it.
    pub(super) nick: String,
    /// What was noted of it.
    pub(super) note: String,
    /// When it was made, UTC.
    pub(super) made: Timestamp,
    /// When it was revoked, UTC; `None` while it may post.
    pub(super) revoked: Option<Timestamp>,
}

/// Why the tokens stay as they are.
#[derive(Debug, Error)]
pub(in super::super) enum TokensError {
    /// The nick is none.
    #[error(
        "failed to make a token for <{0}>: expected at most {NICK_LIMIT} letters, digits and -_[]{{}}\\|^`, not beginning with a digit or -"
    )]
    Nick(String),
    /// The channel would take what its holder says for a bot's.
    #[error("failed to make a token for <{0}>: a bot of the channel has that name; give the submitter's own nick")]
    Bot(String),
    /// The note is too long.
    #[error("failed to make a token: expected a note of at most {NOTE_LIMIT} characters on one line")]
    Note,
    /// There is no such token.
    #[error("failed to revoke <{0}>: no token that may post has this nick or number; `relay token list` shows them")]
    Unknown(String),
    /// The system gives no random bytes.
    #[error("failed to make a token: the system gives no random bytes: {0}")]
    Random(getrandom::Error),
    /// The file cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a token for `nick`; its number, and the token itself, which nothing can show again.
///
/// # Errors
/// When the nick or the note cannot be taken, or the file cannot be written.
pub(super) fn add(store: &Store, nick: &str, note: &str) -> Result<(i64, String), TokensError> {
    if !is_nick(nick) || nick.len() > NICK_LIMIT {
        return Err(TokensError::Nick(nick.to_owned()));
    }
    if begins_with_a_bot(nick) {
        return Err(TokensError::Bot(nick.to_owned()));
    }
    if note.chars().count() > NOTE_LIMIT || note.chars().any(char::is_control) {
        return Err(TokensError::Note);
    }
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(TokensError::Random)?;
    let token = URL_SAFE_NO_PAD.encode(bytes);
    let (hash, made) = (digest(&token), Timestamp::now().as_second());
    let id = store.at_once(|sql| {
        sql.execute("INSERT INTO tokens (hash, nick, note, made) VALUES (?1, ?2, ?3, ?4)", (hash, nick, note, made))?;
        Ok(sql.last_insert_rowid())
    })?;
    Ok((id, token))
}

/// Every token that there is or was, the oldest first.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn list(store: &Store) -> Result<Vec<Listed>, StoreError> {
    let at = |second: i64| Timestamp::from_second(second).unwrap_or_default();
    store.look_at_once(|sql| {
        let mut query = sql.prepare("SELECT id, nick, note, made, revoked FROM tokens ORDER BY id")?;
        let rows = query.query_map([], |row| {
            let revoked: Option<i64> = row.get(4)?;
            let (id, nick, note, made) = (row.get(0)?, row.get(1)?, row.get(2)?, at(row.get(3)?));
            Ok(Listed { id, nick, note, made, revoked: revoked.map(at) })
        })?;
        rows.collect()
    })
}

/// Takes the right to post from a token by its number, or from all of a nick. What of theirs waits is not said. How many
/// they were.
///
/// # Errors
/// When there is none, or the file cannot be written.
pub(super) fn revoke(store: &Store, who: &str) -> Result<usize, TokensError> {
    let now = Timestamp::now().as_second();
    let count = store.at_once(|sql| {
        // A nick does not begin with a digit.
        let of = if who.starts_with(|c: char| c.is_ascii_digit()) { "id = ?2" } else { "nick = ?2 COLLATE NOCASE" };
        sql.execute(&format!("UPDATE tokens SET revoked = ?1 WHERE revoked IS NULL AND {of}"), (now, who))
    })?;
    if count == 0 { Err(TokensError::Unknown(who.to_owned())) } else { Ok(count) }
}

/// Whose token is offered. How long it takes does not tell how much of it was right.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn holder(sql: &Connection, offered: &str) -> rusqlite::Result<Option<Holder>> {
    let offered = digest(offered);
    let mut query = sql.prepare_cached("SELECT hash, id, nick FROM tokens WHERE revoked IS NULL")?;
    let mut rows = query.query([])?;
    let mut found = None;
    while let Some(row) = rows.next()? {
        let hash: Vec<u8> = row.get(0)?;
        if bool::from(hash.ct_eq(&offered)) {
            found = Some(Holder { token: row.get(1)?, nick: row.get(2)? });
        }
    }
    Ok(found)
}

/// A plain digest is enough: a slow one hinders guessing, and nobody guesses 256 random bits.
fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

#[cfg(test)]
mod tests {
    use super::{Holder, TokensError, add, holder, list, revoke};
    use crate::native::relay::store::Store;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("relay.sqlite3"), None).unwrap();
        (folder, store)
    }

    fn who(store: &Store, token: &str) -> Option<Holder> {
        store.at_once(|sql| holder(sql, token)).unwrap()
    }

    #[test]
    fn a_token_is_its_holders_until_it_is_revoked() {
        let (_folder, store) = store();
        let (first, a) = add(&store, "alice", "laptop").unwrap();
        let (second, b) = add(&store, "bob", "").unwrap();
        assert_eq!((a.len(), a != b), (43, true));
        assert_eq!(who(&store, &a), Some(Holder { token: first, nick: "alice".into() }));
        for wrong in ["", "alice", a.get(1..).unwrap(), &a.to_uppercase()] {
            assert_eq!(who(&store, wrong), None, "{wrong}");
        }
        assert_eq!(revoke(&store, "ALICE").unwrap(), 1);
        assert_eq!((who(&store, &a), who(&store, &b).is_some()), (None, true));
        assert_eq!(revoke(&store, &second.to_string()).unwrap(), 1);
        assert!(matches!(revoke(&store, "bob"), Err(TokensError::Unknown(_))));
        let listed: Vec<_> =
            list(&store).unwrap().into_iter().map(|row| (row.nick, row.note, row.revoked.is_some())).collect();
        assert_eq!(listed, [("alice".into(), "laptop".into(), true), ("bob".into(), String::new(), true)]);
    }

    #[test]
    fn a_nick_that_could_not_be_one_gets_no_token() {
        let (_folder, store) = store();
        for nick in ["", "1st", "a b", "a\nb", "abcdefghijklmnopq"] {
            assert!(matches!(add(&store, nick, ""), Err(TokensError::Nick(_))), "{nick}");
        }
        assert!(matches!(add(&store, "alice", "two\nlines"), Err(TokensError::Note)));
        assert!(list(&store).unwrap().is_empty());
    }

    #[test]
    fn the_file_does_not_have_the_token() {
        let (folder, store) = store();
        let (_, token) = add(&store, "alice", "").unwrap();
        drop(store);
        let file = std::fs::read(folder.path().join("relay.sqlite3")).unwrap();
        assert!(!file.windows(token.len()).any(|part| part == token.as_bytes()));
        assert!(file.windows(5).any(|part| part == b"alice"));
    }
}
