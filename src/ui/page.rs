// SPDX-License-Identifier: GPL-2.0-or-later
//! A page as a state machine: what it knows, what a click does, what it shows.
//!
//! Must not change the background's state; it only asks.

use super::adding::{self, Adding};
use super::draft::Draft;
use super::seam::{Effect, Event, Region, Screen};
use super::sent::Sent;
use super::time::Clock;
use super::{allowing, popup, progress, settings, window, workbench};
use crate::app::{Command, Loaded, Problem, Reply, SettingsForm, State};
use crate::change::change_number;
use crate::suite::Test;
use crate::verify::Limits;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

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
    /// What was typed is no change.
    NoSuchChange,
    /// The calendar entry is on the clipboard.
    EntryCopied,
    /// The commands for this version are.
    CommandsCopied(String),
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
    /// Tests that are or were edited here, by change; nothing typed is lost by choosing another.
    pub drafts: BTreeMap<u64, Draft>,
    /// Whether the browser is Firefox.
    pub firefox: bool,
    /// The id of the element to which the keyboard is to go as soon as it is there.
    pub focus: Option<String>,
    /// A test that is being added.
    pub(super) adding: Option<Adding>,
    /// What a pasted command had that its test has not.
    pub(super) left_out: Vec<String>,
    pub(super) told: Option<Told>,
    pub(super) settings_generation: u32,
    /// Where patches have got to since the page was opened, as it was said last.
    pub(super) moves: Vec<String>,
    /// Changes that this page has asked Gerrit about.
    examined: BTreeSet<u64>,
    sent: VecDeque<Sent>,
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
            firefox: false,
            focus: None,
            adding: None,
            left_out: Vec::new(),
            told: None,
            settings_generation: 0,
            moves: Vec::new(),
            examined: BTreeSet::new(),
            sent: VecDeque::new(),
        };
        page.set_change(change);
        page
    }

    /// A new snapshot has come.
    pub fn set_state(&mut self, state: State) {
        for (gerrit, draft) in &mut self.drafts {
            draft.follow(state.suite_of(*gerrit));
        }
        let moves = self.state.as_ref().map_or_else(Vec::new, |before| progress::moves(before, &state));
        if !moves.is_empty() {
            self.moves = moves;
        }
        self.state = Some(state);
        self.set_change(self.change);
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

    /// The answer to an [`Effect::Send`] has come; answers come in the order in which the effects were given.
    pub fn set_reply(&mut self, reply: Reply) {
        let sent = self.sent.pop_front();
        match (reply, sent) {
            (Reply::Refused { problem }, sent) => {
                if let (Problem::BadSetting { detail }, Some(Sent::Settings)) = (&problem, &sent) {
                    self.told = Some(Told::SettingRefused(format!("Not saved: {detail}.")));
                }
                if let Some(Sent::Examine(gerrit)) = sent {
                    self.examined.remove(&gerrit);
                }
                self.problem = Some(problem);
            }
            (Reply::Done, Some(Sent::Settings)) => {
                self.settings_generation += 1;
                self.told = Some(Told::SettingsSaved);
            }
            (Reply::Done, Some(Sent::Tests { gerrit, tests })) => {
                if let Some(draft) = self.drafts.get_mut(&gerrit) {
                    draft.saved(&tests);
                }
                self.told = Some(Told::TestsSaved);
            }
            (Reply::Done, Some(Sent::Added(gerrit))) => adding::added(self, gerrit),
            (Reply::Done, Some(Sent::Examine(_) | Sent::Other) | None) => {}
        }
    }

    /// Time has passed.
    pub fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// Another change is chosen, or none.
    pub fn set_change(&mut self, change: Option<u64>) {
        self.change = change;
        if let (Screen::Workbench, Some(gerrit), Some(state)) = (self.screen, change, &self.state) {
            self.drafts.entry(gerrit).or_insert_with(|| Draft::new(state.suite_of(gerrit)));
        }
    }

    /// The user did something.
    #[expect(clippy::needless_pass_by_value, reason = "an event happens once")]
    pub fn act(&mut self, event: Event) -> Vec<Effect> {
        let event = &event;
        if event.act == "edit" {
            return self.edit(event);
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

    /// The chosen change and its draft.
    pub(super) fn chosen(&self) -> Option<(u64, &Draft)> {
        let gerrit = self.change?;
        self.drafts.get(&gerrit).map(|draft| (gerrit, draft))
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

    fn perform(&mut self, event: &Event) -> Vec<Effect> {
        let gerrit = event.number("gerrit").or_else(|| event.number("patch")).or(self.change);
        if let Some(effects) = adding::act(self, event, gerrit) {
            return effects;
        }
        match (event.act.as_str(), gerrit) {
            ("refresh", _) => send(Command::Refresh { force: true }),
            ("verify-mwdebug", Some(gerrit)) => send(Command::VerifyOnMwdebug { gerrit }),
            ("verify-production", Some(gerrit)) => send(Command::VerifyOnProduction { gerrit, anyway: false }),
            ("verify-production-anyway", Some(gerrit)) => send(Command::VerifyOnProduction { gerrit, anyway: true }),
            ("examine", Some(gerrit)) => {
                self.examined.insert(gerrit);
                send(Command::Examine { gerrit })
            }
            ("copy-entry", Some(gerrit)) => self.copy_entry(gerrit),
            ("copy-commands", Some(gerrit)) => self.copy_commands(gerrit, event),
            ("show-earlier", _) => send(Command::ShowEarlier),
            ("settle-server", _) => settings::settled(event).map_or_else(Vec::new, send),
            ("cancel", _) => send(Command::Cancel),
            ("edit-tests", Some(gerrit)) => vec![Effect::Open(format!("workbench.html#{gerrit}"))],
            ("settings", _) => vec![Effect::Open("workbench.html".to_owned())],
            ("browse", _) => {
                event.data.get("url").map_or_else(Vec::new, |url| send(Command::BrowseOnMwdebug { url: url.clone() }))
            }
            ("stop-browsing", _) => {
                event.number("tab").map_or_else(Vec::new, |tab| send(Command::StopBrowsing { tab }))
            }
            ("send-report", _) => {
                event.data.get("run").map_or_else(Vec::new, |run| send(Command::SendReport { run: run.clone() }))
            }
            ("copy-report", _) => self.line_of(event).map_or_else(Vec::new, |line| vec![Effect::Copy(line)]),
            ("grant-access", _) => self.grant_access(),
            ("save-nick", _) => self.save_nick(event),
            ("save-settings", _) => self.save_settings(event),
            ("remove-webhook", _) => self.remove_webhook(),
            ("usual-limits", _) => self.take_usual_limits(),
            ("allow-test", _) => allowing::meant(event).map_or_else(Vec::new, send),
            ("save-tests", _) => self.save_tests(event),
            ("choose", Some(gerrit)) => {
                self.set_change(Some(gerrit));
                Vec::new()
            }
            ("open-change", _) => self.open_change(event),
            _ => {
                if let Some(draft) = self.change.and_then(|gerrit| self.drafts.get_mut(&gerrit)) {
                    if event.act == "undo" {
                        draft.undo();
                    } else {
                        draft.restructure(event);
                    }
                }
                Vec::new()
            }
        }
    }

    fn edit(&mut self, event: &Event) -> Vec<Effect> {
        if let Some(draft) = self.change.and_then(|gerrit| self.drafts.get_mut(&gerrit)) {
            draft.edit(event);
            if draft.is_dirty() && self.told == Some(Told::TestsSaved) {
                self.told = None;
            }
        }
        Vec::new()
    }

    fn dismiss(&mut self) -> Vec<Effect> {
        let noticed = self.state.as_ref().is_some_and(|state| state.notice.is_some());
        if self.problem.take().is_none() && noticed { send(Command::Dismiss) } else { Vec::new() }
    }

    fn line_of(&self, event: &Event) -> Option<String> {
        let id = event.data.get("run")?;
        let run = self.state.as_ref()?.runs.iter().find(|run| run.journal.plan.id == *id)?;
        run.report.as_ref().map(|report| report.line.clone())
    }

    fn grant_access(&self) -> Vec<Effect> {
        let mut origins = self.state.as_ref().map_or_else(Vec::new, |state| state.no_access.clone());
        if let Some(Problem::NoAccess { origins: refused }) = &self.problem {
            origins.extend(refused.iter().filter(|origin| !origins.contains(origin)).cloned().collect::<Vec<_>>());
        }
        let then = Command::Refresh { force: true };
        vec![Effect::RequestAccess { origins, reports_leave_browser: false, then }]
    }

    fn copy_entry(&mut self, gerrit: u64) -> Vec<Effect> {
        let looked = self.state.as_ref().and_then(|state| state.fitness_of(gerrit, None));
        let Some(entry) = looked.and_then(|looked| looked.entry.clone()) else { return Vec::new() };
        self.told = Some(Told::EntryCopied);
        vec![Effect::Copy(entry)]
    }

    fn copy_commands(&mut self, gerrit: u64, event: &Event) -> Vec<Effect> {
        let Some(version) = event.data.get("version") else { return Vec::new() };
        let looked = self.state.as_ref().and_then(|state| state.fitness_of(gerrit, None));
        let pick = looked.and_then(|looked| looked.cherry_picks.iter().find(|pick| pick.version == *version));
        let Some(commands) = pick.map(|pick| pick.commands.clone()) else { return Vec::new() };
        self.told = Some(Told::CommandsCopied(version.clone()));
        vec![Effect::Copy(commands)]
    }

    fn save_nick(&mut self, event: &Event) -> Vec<Effect> {
        let Some(nick) = event.field("nick").map(str::trim).filter(|nick| !nick.is_empty()) else {
            self.problem = Some(Problem::NoNick);
            return Vec::new();
        };
        self.save_alone(nick, None, None)
    }

    fn save_settings(&mut self, event: &Event) -> Vec<Effect> {
        match settings::meant(event, self.backend()) {
            Ok(effect) => vec![effect],
            Err(why) => {
                self.told = Some(Told::SettingRefused(why));
                Vec::new()
            }
        }
    }

    fn remove_webhook(&self) -> Vec<Effect> {
        self.save_alone(&self.nick(), Some(String::new()), None)
    }

    fn take_usual_limits(&self) -> Vec<Effect> {
        self.save_alone(&self.nick(), None, Some(Limits::default()))
    }

    /// Saves one setting; what is typed into the others stays unsaved.
    fn save_alone(&self, nick: &str, webhook: Option<String>, limits: Option<Limits>) -> Vec<Effect> {
        let (nick, backend) = (nick.to_owned(), self.backend());
        send(Command::SaveSettings { form: SettingsForm { nick, backend, webhook, limits, ..SettingsForm::default() } })
    }

    fn nick(&self) -> String {
        let nick = self.state.as_ref().and_then(|state| state.settings.nick.as_ref());
        nick.map_or_else(String::new, |nick| nick.as_str().to_owned())
    }

    fn save_tests(&mut self, event: &Event) -> Vec<Effect> {
        let Some(gerrit) = self.change else { return Vec::new() };
        let Some(tests) = self.drafts.get_mut(&gerrit).and_then(|draft| draft.tests(event)) else { return Vec::new() };
        send(Command::SaveTests { gerrit, owner: None, tests })
    }

    fn open_change(&mut self, event: &Event) -> Vec<Effect> {
        let typed = event.field("change").unwrap_or_default().trim();
        match typed.parse().ok().or_else(|| change_number(typed)).filter(|gerrit| *gerrit > 0) {
            Some(gerrit) => self.set_change(Some(gerrit)),
            None => self.told = Some(Told::NoSuchChange),
        }
        Vec::new()
    }

    fn backend(&self) -> String {
        self.state.as_ref().map_or_else(crate::debug::Backend::default, |state| state.settings.backend.clone()).into()
    }
}

fn send(command: Command) -> Vec<Effect> {
    vec![Effect::Send(command)]
}
