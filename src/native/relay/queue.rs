// SPDX-License-Identifier: GPL-2.0-or-later
//! The queue on disk: what was taken, and what became of it.
//!
//! A post is taken once its row is committed. It is marked as being sent before its line leaves, so that nothing that is
//! found so after a crash is ever said again: nobody can tell whether it was heard. Must not speak to a channel itself.

use super::post::Wanted;
use super::store::{Store, StoreError};
use super::tokens::Holder;
use rusqlite::{Connection, OptionalExtension, Row};

/// How long a row is kept once it has ended, in milliseconds: a day. Within it an id is known.
const KEPT: i64 = 24 * 60 * 60 * 1000;

/// How far the clock may be set back, in milliseconds, before nobody can tell how long a line has waited: less is what
/// keeps a clock right.
const STEP: i64 = 60 * 1000;

/// What became of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum State {
    /// It waits.
    Queued,
    /// Its line is on the way.
    Sending,
    /// The server has confirmed it.
    Said,
    /// It was sent, and nobody can tell whether it was heard.
    Unclear,
    /// It is not said, and will not be.
    Refused,
    /// It waited too long, and will not be said.
    Late,
}

impl State {
    const ALL: [Self; 6] = [Self::Queued, Self::Sending, Self::Said, Self::Unclear, Self::Refused, Self::Late];

    /// Its name in the file.
    const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Said => "said",
            Self::Unclear => "unclear",
            Self::Refused => "refused",
            Self::Late => "late",
        }
    }

    /// Its name for those who post: what is on the way still waits, as far as they can tell.
    pub(super) const fn told(self) -> &'static str {
        if matches!(self, Self::Sending) { Self::Queued.name() } else { self.name() }
    }

    /// Whether nothing more becomes of it.
    pub(super) const fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Sending)
    }

    fn read(row: &Row<'_>, place: usize) -> rusqlite::Result<Self> {
        let name: String = row.get(place)?;
        // The table takes no other name.
        Ok(Self::ALL.into_iter().find(|state| state.name() == name).unwrap_or(Self::Unclear))
    }
}

/// What is told of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    /// Its row.
    pub(super) place: i64,
    /// What became of it.
    pub(super) state: State,
    /// Why, as a fragment; empty where the state says it all.
    pub(super) detail: String,
}

/// A line whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Next {
    /// Its row.
    pub(super) place: i64,
    /// Who posted it.
    pub(super) nick: String,
    /// What is to be said.
    pub(super) line: String,
}

/// What came of offering a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is in the queue.
    New(Standing),
    /// The token has sent this id before.
    Known(Standing),
    /// Too many wait, or too many of this token.
    TooMany,
}

/// What changed when a turn was looked for.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// The line whose turn it is; it is marked as being sent.
    pub(super) next: Option<Next>,
    /// What has ended without being said.
    pub(super) ended: Vec<Standing>,
    /// How many wait still.
    pub(super) left: u32,
}

/// The queue of one relay.
#[derive(Debug, Clone)]
pub(super) struct Queue {
    store: Store,
    /// How old a line may become, in milliseconds.
    keep_for: i64,
    /// How many may wait.
    room: u32,
}

impl Queue {
    /// The queue in `store`: a line may become `keep_for` milliseconds old, and `room` of them at once. What was being sent
    /// when the last relay ended becomes unclear; those are given back.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn open(store: Store, keep_for: i64, room: u32) -> Result<(Self, Vec<Standing>), StoreError> {
        let ended = store.at_once(|sql| {
            end_all(sql, State::Unclear, "the relay ended while it was being sent", "state = 'sending'", [])
        })?;
        Ok((Self { store, keep_for, room }, ended))
    }

    /// Takes a post under `id` at `now` (milliseconds of Unix time), unless this token sent the id before. Its line was
    /// `age` milliseconds old by then.
    ///
    /// # Errors
    /// When the file cannot be written; then nothing was taken.
    pub(super) async fn take(
        &self,
        holder: &Holder,
        id: &str,
        Wanted { line, age }: Wanted,
        now: i64,
    ) -> Result<Taken, StoreError> {
        let (holder, id, room, since) = (holder.clone(), id.to_owned(), self.room, now.saturating_sub(age));
        self.store
            .call(move |sql| {
                forget_old(sql, now)?;
                if let Some(known) = find(sql, holder.token, &id)? {
                    return Ok(Taken::Known(known));
                }
                // One who floods leaves room for the others.
                if waiting(sql)? >= room || waiting_of(sql, holder.token)? >= room - room / 4 {
                    return Ok(Taken::TooMany);
                }
                sql.prepare_cached(
                    "INSERT INTO posts (token, id, nick, line, received, since, state)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'queued')",
                )?
                .execute((holder.token, &id, &holder.nick, &line, now, since))?;
                let place = sql.last_insert_rowid();
                Ok(Taken::New(Standing { place, state: State::Queued, detail: String::new() }))
            })
            .await
    }

    /// How a post of this token stands.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) async fn find(&self, token: i64, id: &str) -> Result<Option<Standing>, StoreError> {
        let id = id.to_owned();
        self.store.look(move |sql| find(sql, token, &id)).await
    }

    /// How the post of a row stands; `None` once it is forgotten.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) async fn at(&self, place: i64) -> Result<Option<Standing>, StoreError> {
        let query = "SELECT place, state, detail FROM posts WHERE place = ?1";
        self.store.look(move |sql| sql.prepare_cached(query)?.query_row([place], standing).optional()).await
    }

    /// Lets those end that have waited too long at `now` or whose token was revoked, and, where `may_speak`, marks the
    /// oldest of the others as being sent.
    ///
    /// # Errors
    /// When the file cannot be written; then none may be sent.
    pub(super) async fn turn(&self, now: i64, may_speak: bool) -> Result<Turn, StoreError> {
        let too_old = now.saturating_sub(self.keep_for);
        self.store
            .call(move |sql| {
                let revoked = "state = 'queued' AND token IN (SELECT id FROM tokens WHERE revoked IS NOT NULL)";
                let mut ended = end_all(sql, State::Refused, "the token was revoked", revoked, [])?;
                let old = "state = 'queued' AND since < ?3";
                ended.extend(end_all(sql, State::Late, "it waited too long to be said", old, [too_old])?);
                // Else it would be kept for as much longer as the clock was set back.
                let ahead = "state = 'queued' AND received > ?3";
                let why = "the clock was set back while it waited";
                ended.extend(end_all(sql, State::Late, why, ahead, [now.saturating_add(STEP)])?);
                let next = if may_speak { mark_next(sql)? } else { None };
                Ok(Turn { next, ended, left: waiting(sql)? })
            })
            .await
    }

    /// Writes down what became of the line that was being sent.
    ///
    /// # Errors
    /// When the file cannot be written; then it counts as being sent still.
    pub(super) async fn settle(&self, place: i64, state: State, detail: &str) -> Result<Standing, StoreError> {
        let detail = detail.to_owned();
        self.store
            .call(move |sql| {
                sql.prepare_cached("UPDATE posts SET state = ?2, detail = ?3 WHERE place = ?1")?.execute((
                    place,
                    state.name(),
                    &detail,
                ))?;
                Ok(Standing { place, state, detail })
            })
            .await
    }

    /// How many wait.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) async fn waiting(&self) -> Result<u32, StoreError> {
        self.store.look(waiting).await
    }
}

fn waiting(sql: &Connection) -> rusqlite::Result<u32> {
    sql.prepare_cached("SELECT count(*) FROM posts WHERE state = 'queued'")?.query_row([], |row| row.get(0))
}

fn waiting_of(sql: &Connection, token: i64) -> rusqlite::Result<u32> {
    sql.prepare_cached("SELECT count(*) FROM posts WHERE state = 'queued' AND token = ?1")?
        .query_row([token], |row| row.get(0))
}

fn standing(row: &Row<'_>) -> rusqlite::Result<Standing> {
    Ok(Standing { place: row.get(0)?, state: State::read(row, 1)?, detail: row.get(2)? })
}

fn find(sql: &Connection, token: i64, id: &str) -> rusqlite::Result<Option<Standing>> {
    sql.prepare_cached("SELECT place, state, detail FROM posts WHERE token = ?1 AND id = ?2")?
        .query_row((token, id), standing)
        .optional()
}

fn end_all<const N: usize>(
    sql: &Connection,
    state: State,
    detail: &str,
    of: &str,
    bounds: [i64; N],
) -> rusqlite::Result<Vec<Standing>> {
    let text = format!("UPDATE posts SET state = ?1, detail = ?2 WHERE {of} RETURNING place, state, detail");
    let mut update = sql.prepare_cached(&text)?;
    let name = state.name();
    let mut values: Vec<&dyn rusqlite::ToSql> = vec![&name, &detail];
    values.extend(bounds.iter().map(|bound| bound as &dyn rusqlite::ToSql));
    update.query_map(values.as_slice(), standing)?.collect()
}

fn mark_next(sql: &Connection) -> rusqlite::Result<Option<Next>> {
    let next = sql
        .prepare_cached("SELECT place, nick, line FROM posts WHERE state = 'queued' ORDER BY place LIMIT 1")?
        .query_row([], |row| Ok(Next { place: row.get(0)?, nick: row.get(1)?, line: row.get(2)? }))
        .optional()?;
    if let Some(next) = &next {
        sql.prepare_cached("UPDATE posts SET state = 'sending' WHERE place = ?1")?.execute([next.place])?;
    }
    Ok(next)
}

fn forget_old(sql: &Connection, now: i64) -> rusqlite::Result<usize> {
    sql.prepare_cached("DELETE FROM posts WHERE received < ?1 AND state NOT IN ('queued', 'sending')")?
        .execute([now.saturating_sub(KEPT)])
}

#[cfg(test)]
mod tests {
    use super::{Queue, State, Taken, Wanted};
    use crate::native::relay::store::Store;
    use crate::native::relay::tokens::{Holder, add};

    fn pass() -> Wanted {
        Wanted { line: "PASS".into(), age: 0 }
    }

    #[tokio::test]
    async fn one_token_does_not_fill_the_queue() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("relay.sqlite3"), None).unwrap();
        let [alice, bob] = ["alice", "bob"].map(|nick| {
            let (token, _) = add(&store, nick, "").unwrap();
            Holder { token, nick: nick.into() }
        });
        let (queue, _) = Queue::open(store, 900_000, 8).unwrap();
        let mut taken = vec![];
        for holder in [[&alice; 7], [&bob; 7]].concat() {
            let id = taken.len().to_string();
            taken.push(queue.take(holder, &id, pass(), 1).await.unwrap() != Taken::TooMany);
        }
        assert_eq!(
            taken.iter().map(|taken| u8::from(*taken)).collect::<Vec<_>>(),
            [1, 1, 1, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0]
        );
    }

    #[tokio::test]
    async fn a_clock_that_is_set_back_keeps_no_line_for_longer() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("relay.sqlite3"), None).unwrap();
        let (token, _) = add(&store, "alice", "").unwrap();
        let holder = Holder { token, nick: "alice".into() };
        let (queue, _) = Queue::open(store, 900_000, 200).unwrap();
        let now = 1_790_000_000_000;
        for (id, received) in [("little", now + 30_000), ("much", now + 3_600_000)] {
            assert!(matches!(queue.take(&holder, id, pass(), received).await, Ok(Taken::New(_))));
        }
        let turn = queue.turn(now, false).await.unwrap();
        assert_eq!((turn.left, turn.ended.len()), (1, 1));
        assert_eq!(queue.find(token, "much").await.unwrap().unwrap().state, State::Late);
    }
}
