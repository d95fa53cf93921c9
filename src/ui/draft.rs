// SPDX-License-Identifier: GPL-2.0-or-later
//! The tests of one change while they are edited: rows, what is saved, a stack to undo.
//!
//! What is typed goes into the draft without a redraw; what adds, moves or removes a row redraws the form, and so does
//! a choice that is not typed.

use super::merging::{Merged, merge};
use super::rearranging::{Aftermath, change};
use super::row::{Complaint, Row, rows_of};
use super::seam::Event;
use crate::suite::{Suite, Test};
use serde::{Deserialize, Serialize};

/// How many steps can be undone.
const UNDO_LIMIT: usize = 50;

/// The tests of one change while they are edited.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// As typed.
    rows: Vec<Row>,
    /// As the form was last drawn.
    drawn: Vec<Row>,
    /// As they are saved, as far as this page knows: the rows began from it, and what came since was taken into them.
    saved: Saved,
    /// The suite of the last state, to see when another page has saved.
    known: Option<Suite>,
    /// What is wrong, by the place of the test; found at the last save.
    complaints: Vec<(usize, Complaint)>,
    /// Former rows, newest last.
    undo: Vec<Vec<Row>>,
    /// Rows that were undone, newest last.
    redo: Vec<Vec<Row>>,
    /// The control that was typed into last; further letters into it are one step.
    typing: Option<String>,
    /// What came of saves elsewhere, until the user has seen it.
    merged: Merged,
    /// How often the form was drawn; it makes the markup differ even where the rows are as they were.
    generation: u32,
}

/// Saved tests, and the rows that they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Saved {
    tests: Vec<Test>,
    rows: Vec<Row>,
}

impl Saved {
    /// Where nothing is saved, an empty test stands in the form.
    fn of(tests: &[Test]) -> Self {
        let rows = if tests.is_empty() { vec![Row::blank()] } else { tests.iter().map(Row::of).collect() };
        Self { tests: tests.to_vec(), rows }
    }

    fn suite(suite: Option<&Suite>) -> Self {
        Self::of(suite.map_or(&[], |suite| &suite.tests))
    }
}

/// Rows that are not saved, as they are kept until the page is opened again.
#[derive(Serialize, Deserialize)]
struct Unsaved {
    /// The saved rows from which they began: what is saved otherwise by then was saved elsewhere.
    began: Vec<Row>,
    rows: Vec<Row>,
}

impl Unsaved {
    /// Also of a version that did not keep from what they began: then all that is saved counts as new.
    fn read(text: &str) -> Option<Self> {
        let alone = |_| serde_json::from_str(text).map(|rows| Self { began: Vec::new(), rows });
        serde_json::from_str(text).or_else(alone).ok()
    }
}

impl Draft {
    /// A draft of a saved suite; a change without one begins with an empty test.
    pub(super) fn new(suite: Option<&Suite>) -> Self {
        let mut draft = Self::default();
        draft.adopt(suite);
        draft
    }

    /// A new state has come: rows that nobody has changed follow it, and into others is taken what was saved elsewhere.
    pub(super) fn follow(&mut self, suite: Option<&Suite>) {
        if self.known.as_ref() != suite {
            if self.is_dirty() {
                self.known = suite.cloned();
                let before = std::mem::replace(&mut self.saved, Saved::suite(suite));
                self.take_in(self.rows.clone(), &before.rows);
            } else {
                self.adopt(suite);
            }
        }
    }

    /// Takes into `rows`, which began from `before`, what was saved elsewhere since; they are the draft's then. What the
    /// user has allowed elsewhere holds here too, where the same is asked.
    fn take_in(&mut self, mut rows: Vec<Row>, before: &[Row]) {
        for ((row, saved), before) in rows.iter_mut().zip(&self.saved.rows).zip(before) {
            row.kept.allowed |= saved.kept.allowed && !before.kept.allowed && row.asks_the_same(saved);
        }
        let merged = merge(&mut rows, before, &self.saved.rows);
        if mean_the_same(&rows, &self.saved.rows) {
            self.settle();
        } else if rows != self.rows {
            self.change_to(rows);
        }
        self.merged.and(merged);
    }

    /// What is typed is saved: it stands as it was saved, which is no step to undo.
    fn settle(&mut self) {
        if self.rows != self.saved.rows {
            self.rows.clone_from(&self.saved.rows);
            self.redraw();
        }
    }

    fn adopt(&mut self, suite: Option<&Suite>) {
        let saved = Saved::suite(suite);
        self.known = suite.cloned();
        self.merged = Merged::default();
        if saved.rows != self.rows || self.generation == 0 {
            self.rows.clone_from(&saved.rows);
            self.undo.clear();
            self.redo.clear();
            self.redraw();
        }
        self.saved = saved;
    }

    /// Rows as the form was last drawn, and how often it was.
    pub(super) fn drawn(&self) -> (&[Row], u32) {
        (&self.drawn, self.generation)
    }

    /// What is wrong with a control of a test; `assertion` is `None` for the test's own.
    pub(super) fn complaint(&self, test: usize, assertion: Option<usize>, field: &str) -> Option<&str> {
        let fits = |at: usize, about: &Complaint| {
            at == test && about.assertion == assertion && about.capture.is_none() && about.field == field
        };
        self.complaints.iter().find(|(at, about)| fits(*at, about)).map(|(_, about)| about.message.as_str())
    }

    /// What is wrong with a control of a capture.
    pub(super) fn capture_complaint(&self, test: usize, capture: usize, field: &str) -> Option<&str> {
        let fits = |at: usize, about: &Complaint| at == test && about.capture == Some(capture) && about.field == field;
        self.complaints.iter().find(|(at, about)| fits(*at, about)).map(|(_, about)| about.message.as_str())
    }

    /// How many controls are wrong.
    pub(super) fn complaints(&self) -> usize {
        self.complaints.len()
    }

    /// Whether something is not saved.
    pub(super) fn is_dirty(&self) -> bool {
        self.rows != self.saved.rows
    }

    /// The saved tests from which the rows began, with what was saved since and taken into them.
    pub(super) fn began(&self) -> &[Test] {
        &self.saved.tests
    }

    /// Whether a step can be undone.
    pub(super) fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Whether an undone step can be done again.
    pub(super) fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// As typed.
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// What is not saved, as text to be kept until the page is opened again.
    pub(super) fn unsaved(&self) -> Option<String> {
        let unsaved =
            || serde_json::to_string(&Unsaved { began: self.saved.rows.clone(), rows: self.rows.clone() }).ok();
        self.is_dirty().then(unsaved).flatten()
    }

    /// Takes up what was not saved when the page was closed, and into it what was saved since; whether it differs from
    /// what is saved, and nothing where it cannot be read.
    pub(super) fn take_up(&mut self, unsaved: &str) -> Option<bool> {
        let Unsaved { began, rows } = Unsaved::read(unsaved)?;
        self.take_in(rows, &began);
        Some(self.is_dirty())
    }

    /// What came of saves elsewhere to what is not saved here.
    pub(super) fn merged(&self) -> Option<&Merged> {
        Some(&self.merged).filter(|merged| !merged.is_nothing() && self.is_dirty())
    }

    /// The user has seen what came of saves elsewhere.
    pub(super) fn keep_merged(&mut self) {
        self.merged = Merged::default();
    }

    /// Goes back to what is saved; it can be undone.
    pub(super) fn discard(&mut self) {
        self.merged = Merged::default();
        self.change_to(self.saved.rows.clone());
    }

    /// Adds a test of another bench; as a copy it is allowed nothing.
    pub(super) fn append(&mut self, row: &Row) {
        let mut rows = self.rows.clone();
        rows.retain(|known| *known != Row::blank());
        rows.push(row.duplicate());
        self.change_to(rows);
    }

    fn change_to(&mut self, rows: Vec<Row>) {
        self.remember();
        self.rows = rows;
        self.redraw();
    }

    /// Shows what is wrong beside the controls.
    pub(super) fn show(&mut self, complaints: Vec<(usize, Complaint)>) {
        if !self.complaints.is_empty() || !complaints.is_empty() {
            self.redraw();
            self.complaints = complaints;
        }
    }

    /// Takes what is typed.
    pub(super) fn edit(&mut self, event: &Event) {
        let typed = rows_of(&event.form, &self.rows);
        if typed.len() != self.rows.len() || typed == self.rows {
            return;
        }
        let place = |name: &str| event.data.get(name).map_or("", String::as_str);
        let control = format!("{}/{}/{}", place("test"), place("assertion"), place("field"));
        if self.typing.as_ref() != Some(&control) {
            self.remember();
        }
        self.typing = Some(control);
        let chosen = !typed.iter().zip(&self.rows).all(|(now, before)| now.offers_the_same(before));
        self.rows = typed;
        // A choice has consequences for what else there is to choose.
        if chosen {
            self.redraw();
        }
    }

    /// Adds, doubles, moves or removes a row; `None` when the event is none of these.
    pub(super) fn restructure(&mut self, event: &Event) -> Option<Aftermath> {
        let mut rows = self.rows_with(event);
        let aftermath = change(&mut rows, event)?;
        self.edit(event);
        if rows != self.rows {
            self.remember();
            self.rows = rows;
        }
        self.redraw();
        Some(aftermath)
    }

    /// Whether a test stands in the form as it is.
    pub(super) fn holds(&self, test: &Test) -> bool {
        self.rows.contains(&Row::of(test))
    }

    /// Puts tests behind the rows, or in their place, as one step to undo. Nothing is saved.
    pub(super) fn put_in(&mut self, tests: &[Test], replace: bool) {
        self.remember();
        if replace || self.rows == [Row::blank()] {
            self.rows.clear();
        }
        self.rows.extend(tests.iter().map(Row::of));
        self.redraw();
    }

    /// Goes back one step.
    pub(super) fn undo(&mut self) {
        if let Some(rows) = self.undo.pop() {
            self.redo.push(std::mem::replace(&mut self.rows, rows));
            self.redraw();
        }
    }

    /// Does again what was undone last.
    pub(super) fn redo(&mut self) {
        if let Some(rows) = self.redo.pop() {
            self.undo.push(std::mem::replace(&mut self.rows, rows));
            self.redraw();
        }
    }

    /// The tests to save, or `None` when one of them cannot be: then the form shows why.
    pub(super) fn tests(&mut self, event: &Event) -> Option<Vec<Test>> {
        self.edit(event);
        let mut tests = Vec::new();
        let mut complaints = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            match row.build() {
                Ok(test) => tests.push(test),
                Err(found) => complaints.extend(found.into_iter().map(|complaint| (at, complaint))),
            }
        }
        self.show(complaints);
        self.complaints.is_empty().then_some(tests)
    }

    /// The background has saved `tests`.
    pub(super) fn saved(&mut self, tests: &[Test]) {
        self.merged = Merged::default();
        self.saved = Saved::of(tests);
        if mean_the_same(&self.rows, &self.saved.rows) || (tests.is_empty() && self.rows.is_empty()) {
            self.settle();
        }
    }

    fn rows_with(&self, event: &Event) -> Vec<Row> {
        let typed = rows_of(&event.form, &self.rows);
        if typed.len() == self.rows.len() { typed } else { self.rows.clone() }
    }

    fn remember(&mut self) {
        self.undo.push(self.rows.clone());
        if self.undo.len() > UNDO_LIMIT {
            self.undo.remove(0);
        }
        self.redo.clear();
        self.typing = None;
    }

    fn redraw(&mut self) {
        self.drawn.clone_from(&self.rows);
        self.complaints.clear();
        self.typing = None;
        self.generation += 1;
    }
}

/// Whether rows, as typed, are the tests that others are.
fn mean_the_same(rows: &[Row], others: &[Row]) -> bool {
    let is_same =
        |(row, other): (&Row, &Row)| matches!((row.build(), other.build()), (Ok(row), Ok(other)) if row == other);
    rows.len() == others.len() && rows.iter().zip(others).all(is_same)
}

#[cfg(test)]
mod tests {
    use super::Draft;
    use crate::check::Assertion;
    use crate::exchange::Method;
    use crate::suite::{Suite, Test};
    use crate::ui::row::Row;
    use crate::ui::seam::Event;
    use crate::ui::what::Field;

    const PAGE: &str = "https://en.wikipedia.org/wiki/Main_Page";

    fn suite(text: &str) -> Suite {
        let assertions = vec![Assertion::body_contains(text)];
        Suite { tests: vec![Test { url: PAGE.into(), assertions, ..Test::default() }] }
    }

    fn event(act: &str, data: &[(&str, &str)], values: &[&str]) -> Event {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let row = |value: &&str| {
            [("name", ""), ("url", PAGE), ("kind", "body"), ("must", "contains"), ("value", *value)].map(|p| own(&p))
        };
        let form = values.iter().flat_map(row).collect();
        Event { act: act.into(), data: data.iter().map(own).collect(), form }
    }

    fn typed(value: &str) -> Event {
        event("edit", &[("test", "0"), ("assertion", "0"), ("field", "value")], &[value])
    }

    #[test]
    fn typing_marks_the_draft_unsaved_and_draws_nothing() {
        let mut draft = Draft::new(Some(&suite("a")));
        let generation = draft.drawn().1;
        draft.edit(&typed("ab"));
        assert!(draft.is_dirty());
        assert_eq!(draft.drawn().1, generation);
        assert_eq!(draft.drawn().0[0].assertions[0].text(Field::Value), "a");
    }

    #[test]
    fn letters_into_one_control_are_one_step_to_undo() {
        let mut draft = Draft::new(Some(&suite("a")));
        draft.edit(&typed("ab"));
        draft.edit(&typed("abc"));
        draft.undo();
        assert!(!draft.is_dirty());
        assert!(!draft.can_undo());
        assert_eq!(draft.drawn().0[0].assertions[0].text(Field::Value), "a");
    }

    #[test]
    fn undo_brings_back_a_removed_test_with_what_was_typed_into_it() {
        let mut draft = Draft::new(Some(&suite("a")));
        assert!(draft.restructure(&event("remove-test", &[("test", "0")], &["typed"])).is_some());
        assert!(draft.drawn().0.is_empty());
        draft.undo();
        assert_eq!(draft.drawn().0[0].assertions[0].text(Field::Value), "typed");
    }

    #[test]
    fn a_duplicate_stands_behind_its_test() {
        let mut draft = Draft::new(Some(&suite("a")));
        draft.restructure(&event("duplicate-test", &[("test", "0")], &["a"]));
        assert_eq!(draft.drawn().0.len(), 2);
        assert_eq!(draft.drawn().0[0], draft.drawn().0[1]);
    }

    #[test]
    fn a_duplicate_is_not_allowed_what_its_test_is() {
        let mut suite = suite("a");
        suite.tests[0].method = Method::Post;
        suite.tests[0].allowed = true;
        let mut draft = Draft::new(Some(&suite));
        draft.restructure(&event("duplicate-test", &[("test", "0")], &["a"]));
        let tests = draft.tests(&event("save-tests", &[], &["a", "a"])).unwrap();
        assert_eq!(tests.iter().map(|test| test.allowed).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn a_choice_redraws_the_form_and_is_a_step_to_undo() {
        let mut draft = Draft::new(Some(&suite("a")));
        let generation = draft.drawn().1;
        let mut chosen = event("edit", &[("test", "0"), ("field", "method")], &["typed"]);
        chosen.form.insert(2, ("method".into(), "POST".into()));
        draft.edit(&chosen);
        let (rows, drawn) = draft.drawn();
        assert_eq!((rows[0].kept.method, drawn), (Method::Post, generation + 1));
        assert_eq!(rows[0].assertions[0].text(Field::Value), "typed");
        draft.undo();
        assert_eq!(draft.drawn().0[0].kept.method, Method::Get);
    }

    #[test]
    fn adding_to_an_untouched_empty_test_adds_no_second_one() {
        let mut draft = Draft::new(None);
        draft.restructure(&event("add-test", &[], &[]));
        assert_eq!(draft.drawn().0.len(), 1);
        assert!(!draft.is_dirty());
    }

    #[test]
    fn an_invalid_test_is_not_given_out_and_stays_as_typed() {
        let mut draft = Draft::new(Some(&suite("a")));
        assert_eq!(draft.tests(&event("save-tests", &[], &[" "])), None);
        assert!(draft.complaint(0, Some(0), "value").is_some());
        assert_eq!(draft.drawn().0[0].assertions[0].text(Field::Value), " ");
    }

    #[test]
    fn a_save_clears_the_unsaved_mark_and_later_undo_sets_it_again() {
        let mut draft = Draft::new(Some(&suite("a")));
        let tests = draft.tests(&event("save-tests", &[], &["b"])).unwrap();
        draft.saved(&tests);
        assert!(!draft.is_dirty());
        draft.undo();
        assert!(draft.is_dirty());
    }

    #[test]
    fn the_state_does_not_overwrite_what_is_typed_and_that_not_the_state() {
        let mut draft = Draft::new(Some(&suite("a")));
        draft.edit(&typed("mine"));
        draft.follow(Some(&suite("theirs")));
        let tests = draft.tests(&event("save-tests", &[], &[])).unwrap();
        let both = ["theirs", "mine"].map(|text| vec![Assertion::body_contains(text)]);
        assert_eq!(tests.into_iter().map(|test| test.assertions).collect::<Vec<_>>(), both);
        draft.undo();
        assert_eq!(values(&draft), ["mine"]);
    }

    #[test]
    fn what_was_saved_while_the_page_was_closed_is_in_what_is_taken_up() {
        let mut first = Draft::new(Some(&suite("a")));
        first.edit(&typed("mine"));
        let unsaved = first.unsaved().unwrap();
        let mut since = suite("a");
        since.tests.push(Test { name: "added".into(), ..suite("b").tests.remove(0) });
        let mut second = Draft::new(Some(&since));
        assert_eq!(second.take_up(&unsaved), Some(true));
        assert_eq!(values(&second), ["mine", "b"]);
        assert_eq!(second.merged().unwrap().came, ["added"]);
        // Kept again, it began from what is saved now.
        let mut third = Draft::new(Some(&since));
        third.take_up(&second.unsaved().unwrap());
        assert_eq!((values(&third), third.merged()), (vec!["mine", "b"], None));
        third.restructure(&event("remove-test", &[("test", "1")], &["mine", "b"]));
        let mut last = Draft::new(Some(&since));
        last.take_up(&third.unsaved().unwrap());
        assert_eq!(values(&last), ["mine"]);
    }

    #[test]
    fn rows_that_were_kept_without_what_they_began_from_lose_nothing() {
        let mut typing = Draft::new(Some(&suite("a")));
        typing.edit(&typed("mine"));
        let kept = serde_json::to_string(typing.rows()).unwrap();
        let mut second = Draft::new(Some(&suite("a")));
        assert_eq!(second.take_up(&kept), Some(true));
        assert_eq!(values(&second), ["a", "mine"]);
    }

    #[test]
    fn what_was_allowed_elsewhere_is_not_lost_by_saving_what_is_typed() {
        let mut posting = suite("a");
        posting.tests[0].method = Method::Post;
        let mut draft = Draft::new(Some(&posting));
        draft.edit(&typed("mine"));
        posting.tests[0].allowed = true;
        draft.follow(Some(&posting));
        assert!(draft.tests(&event("save-tests", &[], &["mine"])).unwrap()[0].allowed);
    }

    #[test]
    fn an_untouched_draft_follows_the_state() {
        let mut draft = Draft::new(None);
        draft.follow(Some(&suite("a")));
        assert_eq!(draft.drawn().0[0].assertions[0].text(Field::Value), "a");
        assert!(!draft.is_dirty());
    }

    fn values(draft: &Draft) -> Vec<&str> {
        draft.drawn().0.iter().map(|row| row.assertions[0].text(Field::Value)).collect()
    }

    #[test]
    fn a_test_is_moved_with_what_was_typed_and_the_keyboard_goes_along() {
        let tests = ["a", "b", "c"].map(|text| suite(text).tests.remove(0)).to_vec();
        let mut draft = Draft::new(Some(&Suite { tests }));
        let at = "test-2-assertion-0-value";
        let after = draft.restructure(&event("move-test-up", &[("test", "2"), ("at", at)], &["a", "b", "typed"]));
        let after = after.unwrap();
        assert_eq!(values(&draft), ["a", "typed", "b"]);
        assert_eq!(after.focus.as_deref(), Some("test-1-assertion-0-value"));
        assert_eq!(after.said.as_deref(), Some("Test 3 is now number 2 of 3."));
        let edge = draft.restructure(&event("move-down", &[("test", "2")], &["a", "typed", "b"])).unwrap();
        assert_eq!(edge.said.as_deref(), Some("Test 3 is the last already."));
        assert_eq!(values(&draft), ["a", "typed", "b"]);
    }

    #[test]
    fn keys_inside_an_assertion_move_the_assertion_alone() {
        let mut one = suite("a");
        one.tests[0].assertions.push(Assertion::body_contains("b"));
        let mut draft = Draft::new(Some(&one));
        let data = [("test", "0"), ("assertion", "0"), ("at", "test-0-assertion-0-remove")];
        let after = draft.restructure(&event("move-down", &data, &[])).unwrap();
        assert_eq!(values(&draft), ["b"]);
        assert_eq!(after.focus.as_deref(), Some("test-0-assertion-1-remove"));
    }

    #[test]
    fn what_was_saved_while_the_page_was_left_is_not_unsaved() {
        let mut first = Draft::new(None);
        first.edit(&event("edit", &[("test", "0"), ("assertion", "0"), ("field", "value")], &["a "]));
        let unsaved = first.unsaved().unwrap();
        assert_ne!(first.rows(), [Row::of(&suite("a ").tests[0])], "it is typed otherwise than it is saved");
        // Whether the save is known before it is taken up or after.
        let mut later = Draft::new(Some(&suite("a ")));
        assert_eq!(later.take_up(&unsaved), Some(false));
        let mut sooner = Draft::new(None);
        assert_eq!(sooner.take_up(&unsaved), Some(true));
        sooner.follow(Some(&suite("a ")));
        for draft in [later, sooner] {
            assert_eq!((draft.is_dirty(), draft.unsaved(), draft.merged()), (false, None, None));
        }
    }

    #[test]
    fn what_was_undone_is_done_again_until_something_else_is_done() {
        let mut draft = Draft::new(Some(&suite("a")));
        draft.restructure(&event("duplicate-test", &[("test", "0")], &["a"]));
        draft.undo();
        assert_eq!((draft.drawn().0.len(), draft.can_redo()), (1, true));
        draft.redo();
        assert_eq!((draft.drawn().0.len(), draft.can_redo()), (2, false));
        draft.undo();
        draft.edit(&typed("b"));
        assert!(!draft.can_redo());
    }

    #[test]
    fn what_was_not_saved_is_taken_up_again_and_discarded_and_that_is_undone() {
        let mut first = Draft::new(Some(&suite("a")));
        first.edit(&typed("(not yet"));
        let unsaved = first.unsaved().unwrap();
        let mut second = Draft::new(Some(&suite("a")));
        assert_eq!(second.take_up(&unsaved), Some(true));
        assert_eq!((values(&second), second.is_dirty()), (vec!["(not yet"], true));
        second.discard();
        assert_eq!((values(&second), second.is_dirty(), second.unsaved()), (vec!["a"], false, None));
        second.undo();
        assert_eq!(values(&second), ["(not yet"]);
        assert_eq!(second.take_up("[broken"), None);
    }
}
