// SPDX-License-Identifier: GPL-2.0-or-later
//! A page as a state machine: what it knows, what a click does, what it shows.
//!
//! Must not change the background's state; it only asks.

use super::acting::send;
use super::adding::{self, Adding};
use super::bench::Bench;
use super::draft::Draft;
use super::seam::{Effect, Event, Region, Screen};
use super::sent::Sent;
use super::sharing::Sharing;
use super::time::Clock;
use super::{popup, progress, window, workbench};
use crate::app::{Command, Loaded, Problem, Reply, State};
use crate::suite::{Owner, Test};
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use std::collections::{BTreeMap, BTreeSet};

/// What the page says about its last save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    /// The settings are saved.
    SettingsSaved,
    /// A setting is wrong; the sentence says what.
    SettingRefused(String),
    /// The tests of the chosen change are saved.
    TestsSaved,
    /// A test of this change is saved.
    TestAdded(u64),
    /// What was typed is no wiki; the fragment says why.
    NoSuchWiki(String),
    /// What was typed is no change.
    NoSuchChange,
    /// The calendar entry is on the clipboard.
    EntryCopied,
    /// The commands for this version are.
    CommandsCopied(String),
    /// The line of this run is.
    LineCopied(String),
}

/// A page.
#[derive(Debug, Clone)]
pub struct Page {
    /// Which one.
    pub screen: Screen,
    /// Now, by the browser's clock.
    pub now: Timestamp,
    /// The user's zone, of which a browser tells the offset of today only.
    pub zone: TimeZone,
    /// The last snapshot; `None` before the first.
    pub state: Option<State>,
    /// The change whose tests are edited; workbench only.
    pub change: Option<u64>,
    /// What the background refused last.
    pub problem: Option<Problem>,
    /// Tests that are or were edited here; nothing typed is lost by choosing others.
    pub drafts: BTreeMap<Bench, Draft>,
    /// Whose tests are edited, where they are not the change's own; workbench only.
    pub(super) shared: Option<Owner>,
    /// Benches where unsaved changes were taken up again, with when they were typed.
    pub(super) taken_up: BTreeMap<Bench, Timestamp>,
    /// What was last sent of each bench to be kept unsaved.
    pub(super) drafted: BTreeMap<Owner, Option<String>>,
    /// Benches of which nothing could be kept unsaved; to be asked again when there is room.
    pub(super) unkept: BTreeSet<Owner>,
    /// What was typed last, and when: it is kept when the typing rests.
    pub(super) typed_at: Option<Timestamp>,
    /// What changes and tests are searched for.
    pub(super) search: String,
    /// What is said to those who hear the page.
    pub(super) said: Option<String>,
    /// Whether the browser is Firefox.
    pub firefox: bool,
    /// The id of the element to which the keyboard is to go as soon as it is there.
    pub focus: Option<String>,
    /// A test that is being added.
    pub(super) adding: Option<Adding>,
    /// What a pasted command had that its test has not.
    pub(super) left_out: Vec<String>,
    pub(super) told: Option<Told>,
    /// What is being brought in, and what was asked about it.
    pub(super) sharing: Sharing,
    pub(super) settings_generation: u32,
    /// Where patches have got to since the page was opened, as it was said last.
    pub(super) moves: Vec<String>,
    /// Changes that this page has asked Gerrit about.
    pub(super) examined: BTreeSet<u64>,
    /// What was sent and is not answered yet.
    pub(super) sent: Vec<Sent>,
}

impl Page {
    /// A page that knows nothing yet. `zone_offset_minutes` is how far local time is ahead of UTC.
    #[must_use]
    pub fn new(screen: Screen, now: Timestamp, zone_offset_minutes: i32, change: Option<u64>) -> Self {
        let offset = Offset::from_seconds(zone_offset_minutes.saturating_mul(60)).unwrap_or(Offset::UTC);
        let mut page = Self {
            screen,
            now,
            zone: TimeZone::fixed(offset),
            state: None,
            change: None,
            problem: None,
            drafts: BTreeMap::new(),
            shared: None,
            taken_up: BTreeMap::new(),
            drafted: BTreeMap::new(),
            unkept: BTreeSet::new(),
            typed_at: None,
            search: String::new(),
            said: None,
            firefox: false,
            focus: None,
            adding: None,
            left_out: Vec::new(),
            told: None,
            sharing: Sharing::default(),
            settings_generation: 0,
            moves: Vec::new(),
            examined: BTreeSet::new(),
            sent: Vec::new(),
        };
        page.set_change(change);
        page
    }

    /// A new snapshot has come.
    pub fn set_state(&mut self, state: State) {
        for (bench, draft) in &mut self.drafts {
            let suite = bench.suite(&state);
            // What this page has saved itself is no news to its form, whether the answer has come yet or not.
            let saved = suite.map_or(&[][..], |suite| &suite.tests);
            if self.sent.iter().any(|sent| sent.saves(bench, saved)) {
                draft.saved(saved);
            }
            draft.follow(suite);
        }
        if self.state.as_ref().is_some_and(|before| state.drafts.len() < before.drafts.len()) {
            self.drafted.retain(|owner, _| !self.unkept.contains(owner));
            self.unkept.clear();
        }
        let moves = self.state.as_ref().map_or_else(Vec::new, |before| progress::moves(before, &state));
        if !moves.is_empty() {
            self.moves = moves;
        }
        self.state = Some(state);
        self.begin_draft();
    }

    /// What the page wants to know by itself; to be asked for after each new snapshot or choice.
    pub fn pursue(&mut self) -> Vec<Effect> {
        let (Screen::Workbench, Some(gerrit), Some(state)) = (self.screen, self.change, &self.state) else {
            return Vec::new();
        };
        let looking = state.fitness == Loaded::Loading;
        if looking || state.fitness_of(gerrit, None).is_some() || !self.examined.insert(gerrit) {
            return Vec::new();
        }
        self.note_sent(send(Command::Examine { gerrit }))
    }

    /// Whether this page has asked Gerrit about a change.
    pub(super) fn examines(&self, gerrit: u64) -> bool {
        self.examined.contains(&gerrit)
    }

    /// The browser did not do an [`Effect::Copy`]: what was told of it is taken back.
    pub fn not_copied(&mut self) {
        if matches!(self.told, Some(Told::EntryCopied | Told::CommandsCopied(_) | Told::LineCopied(_))) {
            self.told = None;
        }
        self.sharing.exporting.copied = None;
        self.problem = Some(Problem::NotCopied);
    }

    /// The answer to a command of an [`Effect`] has come. A slow one is overtaken: what is saved while a test is tried
    /// is answered before the trial.
    pub fn set_reply(&mut self, to: &Command, reply: Reply) {
        let sent = Sent::by(to);
        if let Some(at) = self.sent.iter().position(|waiting| *waiting == sent) {
            self.sent.remove(at);
        }
        match (reply, sent) {
            (Reply::Refused { problem }, sent) => {
                if let (Problem::BadSetting { detail }, Sent::Settings) = (&problem, &sent) {
                    self.told = Some(Told::SettingRefused(format!("Not saved: {detail}.")));
                }
                match sent {
                    Sent::Examine(gerrit) => drop(self.examined.remove(&gerrit)),
                    Sent::Draft(owner) => drop(self.unkept.insert(owner)),
                    // What was sent after it began from it, and is refused too.
                    Sent::Tests { bench, .. } => self.sent.retain(|waiting| !waiting.is_of(&bench)),
                    _ => {}
                }
                self.problem = Some(problem);
            }
            (Reply::Done, Sent::Settings) => {
                self.settings_generation += 1;
                self.told = Some(Told::SettingsSaved);
            }
            (Reply::Done, Sent::Tests { bench, began, tests }) => {
                // Where the draft began from something else by now, it has followed a state that came after the save.
                if let Some(draft) = self.drafts.get_mut(&bench).filter(|draft| draft.began() == began) {
                    draft.saved(&tests);
                }
                // The background has put away what was kept unsaved.
                self.drafted.insert(bench.key(), None);
                self.taken_up.remove(&bench);
                self.told = Some(Told::TestsSaved);
            }
            (Reply::Done, Sent::Added(gerrit)) => adding::added(self, gerrit),
            (Reply::Done, Sent::Examine(_) | Sent::Draft(_) | Sent::Other) | (Reply::Stored { .. }, _) => {}
        }
    }

    /// Time has passed.
    pub fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// Another change is chosen, or none.
    pub fn set_change(&mut self, change: Option<u64>) {
        if self.change != change {
            self.shared = None;
        }
        self.change = change;
        self.begin_draft();
    }

    /// The user did something.
    #[expect(clippy::needless_pass_by_value, reason = "an event happens once")]
    pub fn act(&mut self, event: Event) -> Vec<Effect> {
        let event = &event;
        if event.act == "edit" {
            return self.edit(event);
        }
        if event.act == "search" {
            event.field("search").unwrap_or_default().clone_into(&mut self.search);
            return Vec::new();
        }
        self.told = None;
        let effects = if event.act == "dismiss" { self.dismiss() } else { self.perform(event) };
        let before = self.sent.len();
        let mut effects = self.note_sent(effects);
        if self.sent.len() > before {
            self.problem = None;
        }
        if matches!(event.act.as_str(), "choose" | "open-change") {
            effects.extend(self.pursue());
        }
        effects
    }

    pub(super) fn note_sent(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        self.sent.extend(effects.iter().filter_map(Sent::of));
        effects
    }

    /// The page's regions, first to last.
    #[must_use]
    pub fn regions(&self) -> Vec<Region> {
        match self.screen {
            Screen::Popup => popup::regions(self),
            Screen::Workbench => workbench::regions(self),
        }
    }

    /// The user's clock.
    pub(super) const fn clock(&self) -> Clock<'_> {
        Clock { now: self.now, zone: &self.zone }
    }

    /// Whether a problem is told in the card of a patch that this page shows.
    pub(super) fn shows_in_a_card(&self, problem: &Problem) -> bool {
        let (Problem::NotDeployed { gerrit, .. }, Some(state)) = (problem, &self.state) else { return false };
        match self.screen {
            Screen::Workbench => self.change == Some(*gerrit),
            Screen::Popup => window::known(&state.schedule)
                .iter()
                .any(|window| window::mine(window, state).any(|(_, patch)| patch.gerrit == *gerrit)),
        }
    }

    /// The saved tests that apply to a change.
    pub(super) fn saved(&self, gerrit: u64) -> Vec<Test> {
        self.state.as_ref().map_or_else(Vec::new, |state| state.tests_of(gerrit))
    }
}
