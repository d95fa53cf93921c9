// SPDX-License-Identifier: GPL-2.0-or-later
//! The deployer's side of the story: what scap does and says, in the order in which it does and says it.
//!
//! The sentences are those of scap 4.283.0 (repository `mediawiki/tools/scap`, `scap/backport.py` and `scap/main.py`).

use super::change::{Change, Status};
use super::log::Entry;
use super::world::State;
use super::{Bed, BedError};
use jiff::Timestamp;

/// The nick that speaks for scap.
pub const BOT: &str = "logmsgbot";
const DEPLOYER: &str = "deployer";
const DEPLOYER_AT: &str = "deployer@deploy2002";
/// What the bot reads of a message at once; the rest comes as lines of their own (repository `operations/puppet`,
/// `tcpircbot`).
const LINE: usize = 425;

/// One call of `scap backport` for some changes. Each step does and says its part; a step that is called without those
/// before it does what is missing, and does not say it.
#[derive(Clone, Copy)]
pub struct Scap<'a> {
    bed: &'a Bed,
    changes: &'a [u64],
}

/// What a step of scap does to the world.
type Step = fn(&mut State, &[Change]);

impl<'a> Scap<'a> {
    /// Nothing happens yet.
    pub fn new(bed: &'a Bed, changes: &'a [u64]) -> Self {
        Self { bed, changes }
    }

    /// Gerrit merges the changes and scap starts; nothing runs them yet.
    ///
    /// # Errors
    /// As all steps: [`BedError::NoChange`] when Gerrit does not know one, and when the real bed's programs refuse.
    pub async fn merge(self) -> Result<(), BedError> {
        self.step(merge).await
    }

    /// The test servers get the changes.
    ///
    /// # Errors
    /// See [`Scap::merge`].
    pub async fn sync_testservers(self) -> Result<(), BedError> {
        self.step(sync_testservers).await
    }

    /// The deployer has said yes; production is not there yet.
    ///
    /// # Errors
    /// See [`Scap::merge`].
    pub async fn continue_everywhere(self) -> Result<(), BedError> {
        self.step(continue_everywhere).await
    }

    /// The whole fleet has the changes. What the edge has cached stays cached.
    ///
    /// # Errors
    /// See [`Scap::merge`].
    pub async fn sync_everywhere(self) -> Result<(), BedError> {
        self.step(sync_everywhere).await
    }

    /// All servers go back to the code before the changes. Gerrit still says that they are merged.
    ///
    /// # Errors
    /// See [`Scap::merge`].
    pub async fn roll_back(self) -> Result<(), BedError> {
        self.step(roll_back).await
    }

    /// The deployer interrupts scap: every server keeps what it has.
    ///
    /// # Errors
    /// See [`Scap::merge`].
    pub async fn abort(self) -> Result<(), BedError> {
        self.step(abort).await
    }

    async fn step(self, step: Step) -> Result<(), BedError> {
        let before = self.bed.world.look(|state| state.channel.len());
        self.bed.world.change(|state| {
            let known = |number: &u64| state.changes.get(number).cloned().ok_or(BedError::NoChange(*number));
            let changes = self.changes.iter().map(known).collect::<Result<Vec<Change>, BedError>>()?;
            step(state, &changes);
            Ok::<_, BedError>(())
        })?;
        self.bed.follow(before).await
    }
}

fn merge(state: &mut State, changes: &[Change]) {
    ensure_merged(state, changes);
    state.continuing.clear();
    log(state, &format!("Started scap sync-world: {}", backport(changes)));
}

fn sync_testservers(state: &mut State, changes: &[Change]) {
    ensure_merged(state, changes);
    for change in changes {
        state.history.sync(&mut state.testservers, change);
    }
    let page = "https://wikitech.wikimedia.org/wiki/Mwdebug";
    let (people, backport) = (people(changes).join(", "), backport(changes));
    log(
        state,
        &format!("{people}: {backport} synced to the testservers (see {page}). Changes can now be verified there."),
    );
}

fn continue_everywhere(state: &mut State, changes: &[Change]) {
    ensure_merged(state, changes);
    for change in changes {
        state.history.sync(&mut state.testservers, change);
    }
    state.continuing = changes.iter().map(|change| change.number).collect();
    log(state, &format!("{}: Continuing with deployment", turned(changes)));
}

fn sync_everywhere(state: &mut State, changes: &[Change]) {
    if !changes.iter().map(|change| change.number).eq(state.continuing.iter().copied()) {
        continue_everywhere(state, changes);
    }
    state.continuing.clear();
    let before = state.production.clone();
    for change in changes {
        state.history.sync(&mut state.production, change);
    }
    state.new_pods(before);
    log(state, &format!("Finished scap sync-world: {} (duration: 08m 47s)", backport(changes)));
}

fn roll_back(state: &mut State, changes: &[Change]) {
    state.continuing.clear();
    log(state, &format!("{}: Rolling back deployment", turned(changes)));
    let before = state.production.clone();
    for change in changes.iter().rev() {
        state.history.go_back(&mut state.testservers, change);
        state.history.go_back(&mut state.production, change);
    }
    if state.production != before {
        state.new_pods(before);
    }
}

fn abort(state: &mut State, changes: &[Change]) {
    state.continuing.clear();
    log(state, &format!("scap sync-world aborted: {} (duration: 03m 12s)", backport(changes)));
}

fn ensure_merged(state: &mut State, changes: &[Change]) {
    for change in changes {
        state.history.merge(change);
        if let Some(known) = state.changes.get_mut(&change.number).filter(|known| !known.is_merged()) {
            known.status = Status::Merged;
            known.submitted = Some(Timestamp::now());
        }
    }
}

fn backport(changes: &[Change]) -> String {
    let link = |change: &Change| {
        let tasks = change.tasks().join(" ");
        let tasks = if tasks.is_empty() { tasks } else { format!(" ({tasks})") };
        format!("[[gerrit:{}|{}{tasks}]]", change.number, change.subject)
    };
    let links: Vec<String> = changes.iter().map(link).collect();
    format!("Backport for {}", links.join(", "))
}

/// Whom scap names: the Gerrit user names of the owners, and the deployer.
fn people(changes: &[Change]) -> Vec<&str> {
    let mut people: Vec<&str> = Vec::new();
    for name in changes.iter().map(|change| change.owner.as_str()).chain([DEPLOYER]) {
        if !people.contains(&name) {
            people.push(name);
        }
    }
    people
}

/// The same in another order, since scap keeps them in none.
fn turned(changes: &[Change]) -> String {
    let mut people = people(changes);
    people.reverse();
    people.join(", ")
}

/// Says it in the channel, cut into lines as the bot cuts them; only the first of them reaches the log.
fn log(state: &mut State, message: &str) {
    let mut rest = format!("!log {DEPLOYER_AT} {message}");
    let mut first = None;
    while !rest.is_empty() {
        let after = rest.split_off(rest.floor_char_boundary(LINE));
        state.say(BOT, &rest);
        first.get_or_insert(rest);
        rest = after;
    }
    let first = first.unwrap_or_default();
    let message = first.splitn(3, ' ').nth(2).unwrap_or_default().to_owned();
    state.sal.push(Entry { at: Timestamp::now(), nick: DEPLOYER_AT.to_owned(), message });
    state.purge("labswiki");
}
