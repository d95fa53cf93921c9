// SPDX-License-Identifier: GPL-2.0-or-later
//! What a page does with the tests that are edited: whose they are, keeping what is typed, saving, trying.

use super::above;
use super::acting::send;
use super::bench::{Bench, named};
use super::draft::Draft;
use super::page::{Page, Told};
use super::rearranging::Aftermath;
use super::row::Complaint;
use super::seam::{Effect, Event, Screen};
use super::sent::Sent;
use crate::app::Command;
use crate::suite::{Owner, Test};
use jiff::SignedDuration;

/// What is typed is kept when nothing was typed for so long.
const REST: SignedDuration = SignedDuration::from_millis(900);

impl Page {
    /// Whose tests are edited.
    pub(super) fn bench(&self) -> Option<Bench> {
        self.shared.clone().map(Bench::Shared).or_else(|| self.change.map(Bench::Change))
    }

    /// Whose tests are edited, and the draft of them.
    pub(super) fn chosen(&self) -> Option<(Bench, &Draft)> {
        let bench = self.bench()?;
        self.drafts.get(&bench).map(|draft| (bench, draft))
    }

    /// Whether something of it is not saved.
    pub(super) fn is_dirty(&self, bench: &Bench) -> bool {
        self.drafts.get(bench).is_some_and(Draft::is_dirty)
    }

    fn draft(&mut self) -> Option<&mut Draft> {
        let bench = self.bench()?;
        self.drafts.get_mut(&bench)
    }

    /// Begins the draft of what is chosen, with what was typed before the page was closed.
    pub(super) fn begin_draft(&mut self) {
        if let (Screen::Workbench, Some(bench)) = (self.screen, self.bench()) {
            self.begin_draft_of(&bench);
        }
    }

    fn begin_draft_of(&mut self, bench: &Bench) {
        let Some(state) = self.state.as_ref().filter(|_| !self.drafts.contains_key(bench)) else { return };
        let mut draft = Draft::new(bench.suite(state));
        if let Some(unsaved) = state.drafts.get(&bench.key()) {
            let taken = draft.take_up(&unsaved.rows);
            if taken == Some(true) {
                self.taken_up.insert(bench.clone(), unsaved.at);
            }
            // It is kept as long as it is unsaved here, and put away else; what cannot be read is left alone.
            if taken.is_some() {
                self.drafted.insert(bench.key(), Some(unsaved.rows.clone()));
            }
        }
        self.drafts.insert(bench.clone(), draft);
    }

    /// Something was typed or chosen in the form.
    pub(super) fn edit(&mut self, event: &Event) -> Vec<Effect> {
        self.typed_at = Some(self.now);
        if let Some(draft) = self.draft() {
            draft.edit(event);
            if draft.is_dirty() && self.told == Some(Told::TestsSaved) {
                self.told = None;
            }
        }
        Vec::new()
    }

    /// What is to be kept of what is typed, once the typing rests; to be asked for now and then.
    pub fn rest(&mut self) -> Vec<Effect> {
        let rests = self.typed_at.is_none_or(|at| self.now.duration_since(at) >= REST || self.now < at);
        if rests { self.leave() } else { Vec::new() }
    }

    /// What is to be kept of what is typed, at once: the page may be closed.
    pub fn leave(&mut self) -> Vec<Effect> {
        self.typed_at = None;
        let mut effects = Vec::new();
        for (bench, draft) in &self.drafts {
            let (owner, rows) = (bench.key(), draft.unsaved());
            if self.drafted.get(&owner).cloned().flatten() != rows {
                self.drafted.insert(owner.clone(), rows.clone());
                effects.extend(send(Command::KeepDraft { owner, rows }));
            }
        }
        self.note_sent(effects)
    }

    /// Everything that is not saved, as it is kept, whether it was sent or not.
    #[must_use]
    pub fn unsaved(&self) -> Vec<(Owner, String)> {
        self.drafts.iter().filter_map(|(bench, draft)| Some((bench.key(), draft.unsaved()?))).collect()
    }

    /// Any act that is about the tests.
    pub(super) fn work_on_tests(&mut self, event: &Event) -> Vec<Effect> {
        match event.act.as_str() {
            "save-tests" => self.save_tests(event),
            "choose-owner" => self.choose_owner(event),
            "copy-to" => self.give(event, false),
            "move-to" => self.give(event, true),
            "try-test" => self.try_test(event, None),
            "cancel-try" => self.cancel_try(event),
            "try-assertion" => self.try_test(event, event.number("assertion")),
            "undo" => self.go_back(event, Draft::undo, Draft::can_undo, "redo"),
            "redo" => self.go_back(event, Draft::redo, Draft::can_redo, "undo"),
            "keep-unsaved" => self.decide(false),
            "discard-unsaved" => self.decide(true),
            _ => {
                let after = self.draft().and_then(|draft| draft.restructure(event)).unwrap_or_default();
                self.follow(after)
            }
        }
    }

    fn follow(&mut self, after: Aftermath) -> Vec<Effect> {
        self.said = after.said;
        after.focus.map(Effect::Focus).into_iter().collect()
    }

    fn step(&mut self, step: fn(&mut Draft)) -> Vec<Effect> {
        self.draft().into_iter().for_each(step);
        Vec::new()
    }

    /// A step back or forth. Its button takes no key any more after the last one: then the keyboard goes to the other.
    fn go_back(&mut self, event: &Event, step: fn(&mut Draft), more: fn(&Draft) -> bool, other: &str) -> Vec<Effect> {
        let effects = self.step(step);
        let at_its_button = event.data.get("at") == Some(&event.act);
        let is_last = self.draft().is_some_and(|draft| !more(draft));
        if at_its_button && is_last { vec![Effect::Focus(other.to_owned())] } else { effects }
    }

    fn decide(&mut self, discard: bool) -> Vec<Effect> {
        if let Some(bench) = self.bench() {
            self.taken_up.remove(&bench);
        }
        self.step(if discard { Draft::discard } else { Draft::keep_merged })
    }

    fn choose_owner(&mut self, event: &Event) -> Vec<Effect> {
        self.shared = event.data.get("owner").and_then(|owner| owner.parse().ok());
        if event.data.contains_key("alone") {
            self.change = None;
        }
        self.begin_draft();
        Vec::new()
    }

    fn save_tests(&mut self, event: &Event) -> Vec<Effect> {
        let Some(bench) = self.bench() else { return Vec::new() };
        let Some(tests) = self.draft().and_then(|draft| draft.tests(event)) else { return Vec::new() };
        let began = self.drafts.get(&bench).map_or(&[][..], Draft::began);
        // What this page has saved a moment ago, and has no answer to yet, is no change of others.
        let began = Sent::all_done(&self.sent, &bench, began).to_vec();
        let (gerrit, owner) = match bench {
            Bench::Change(gerrit) => (gerrit, None),
            Bench::Shared(owner) => (self.change.unwrap_or_default(), Some(owner)),
        };
        send(Command::SaveTests { gerrit, owner, began, tests })
    }

    /// Puts a test into another bench, unsaved, and opens that.
    fn give(&mut self, event: &Event, take_away: bool) -> Vec<Effect> {
        let owner = event.data.get("owner").and_then(|owner| owner.parse::<Owner>().ok());
        let (Some(owner), Some(at)) = (owner, event.number::<usize>("test")) else { return Vec::new() };
        let Some(draft) = self.draft() else { return Vec::new() };
        draft.edit(event);
        let Some(row) = draft.rows().get(at).cloned() else { return Vec::new() };
        if take_away {
            draft.restructure(&Event { act: "remove-test".to_owned(), ..event.clone() });
        }
        let bench = Bench::Shared(owner.clone());
        self.begin_draft_of(&bench);
        if let Some(draft) = self.drafts.get_mut(&bench) {
            draft.append(&row);
        }
        let rest = if take_away { "Save both when they are as you want them." } else { "Save it here." };
        self.said = Some(format!("The test is in the tests of {}. {rest}", named(&owner)));
        self.shared = Some(owner);
        vec![Effect::Focus("save-tests".to_owned())]
    }

    /// Gives up the try that waits; its button goes, and the keyboard to the one that would try again.
    fn cancel_try(&mut self, event: &Event) -> Vec<Effect> {
        self.said = Some("The try is given up.".to_owned());
        let whom = if asks_mwdebug(event) { "-mwdebug" } else { "" };
        let back = event.number::<usize>("test").map(|at| Effect::Focus(format!("test-{at}-try{whom}")));
        send(Command::CancelTry).into_iter().chain(back).collect()
    }

    /// Asks a test at once, with every assertion that can be meant; of a single one, that one must be. Those above that it
    /// needs go along.
    fn try_test(&mut self, event: &Event, assertion: Option<usize>) -> Vec<Effect> {
        let (Some(bench), Some(at)) = (self.bench(), event.number::<usize>("test")) else { return Vec::new() };
        let Some(draft) = self.draft() else { return Vec::new() };
        draft.edit(event);
        let Some((test, complaints)) = draft.rows().get(at).map(super::row::Row::as_far_as_it_goes) else {
            return Vec::new();
        };
        let matters = |complaint: &Complaint| {
            complaint.assertion.is_none() || assertion.is_none() || complaint.assertion == assertion
        };
        let mut wrong: Vec<_> = complaints.into_iter().filter(matters).map(|complaint| (at, complaint)).collect();
        let Test { assertions, .. } = &test;
        if let (true, false, Err(error)) = (wrong.is_empty(), assertions.is_empty(), test.validate()) {
            wrong.push((at, Complaint::about("test", &super::row::sentence(&error.to_string()))));
        }
        let is_fine = wrong.is_empty();
        draft.show(wrong);
        if !is_fine {
            return Vec::new();
        }
        let above = match above::needed(draft.rows(), at, &test) {
            Ok(above) => above,
            Err(wrong) => {
                draft.show(wrong);
                return Vec::new();
            }
        };
        let on_mwdebug = asks_mwdebug(event);
        send(Command::TryTest { owner: bench.key(), gerrit: self.change, test, above, on_mwdebug })
    }
}

/// Whether the test servers are meant by a try, not production.
fn asks_mwdebug(event: &Event) -> bool {
    event.data.get("on").is_some_and(|on| on == "mwdebug")
}
