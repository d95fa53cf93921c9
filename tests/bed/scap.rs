// SPDX-License-Identifier: GPL-2.0-or-later
//! The deployer's side of the story: what scap does and says, in the order in which it does and says it.
//!
//! The sentences are those of scap 4.283.0 (repository `mediawiki/tools/scap`, `scap/backport.py` and `scap/main.py`).

use super::world::{SalEntry, State};
use super::{GERRIT, TITLE};
use jiff::Timestamp;

/// The nick that speaks for scap.
pub const BOT: &str = "logmsgbot";
const DEPLOYER: &str = "deployer";
const DEPLOYER_AT: &str = "deployer@deploy2002";
/// What scap names: the deployer and the Gerrit user names of the owners, in no fixed order.
const PEOPLE: &str = "submitter, deployer";

fn log(state: &mut State, message: String) {
    state.say(BOT, &format!("!log {DEPLOYER_AT} {message}"));
    state.sal.push(SalEntry { at: Timestamp::now(), nick: DEPLOYER_AT.to_owned(), message });
    state.purge("labswiki");
}

fn backport() -> String {
    format!("Backport for [[gerrit:{GERRIT}|{TITLE}]]")
}

/// Gerrit merges the change and scap starts.
pub fn merge(state: &mut State) {
    state.merged = Some(Timestamp::now());
    log(state, format!("Started scap sync-world: {}", backport()));
}

/// The test servers get the patch.
pub fn sync_testservers(state: &mut State) {
    state.patched_debug = true;
    let page = "https://wikitech.wikimedia.org/wiki/Mwdebug";
    let message =
        format!("{PEOPLE}: {} synced to the testservers (see {page}). Changes can now be verified there.", backport());
    log(state, message);
}

/// The whole fleet gets the patch. What the edge has cached stays cached.
pub fn sync_everywhere(state: &mut State) {
    log(state, format!("{DEPLOYER}: Continuing with deployment"));
    state.patched_debug = true;
    state.patched_production = true;
    state.generation += 1;
    log(state, format!("Finished scap sync-world: {} (duration: 08m 47s)", backport()));
}

/// All servers go back to the code before. Gerrit still says that the change is merged.
pub fn roll_back(state: &mut State) {
    log(state, format!("{DEPLOYER}: Rolling back deployment"));
    state.patched_debug = false;
    if state.patched_production {
        state.patched_production = false;
        state.generation += 1;
    }
}
