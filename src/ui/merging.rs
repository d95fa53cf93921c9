// SPDX-License-Identifier: GPL-2.0-or-later
//! What becomes of rows that are not saved when the saved tests have changed meanwhile: what came in stands among them,
//! what went is taken from them, and what the user has changed stays.
//!
//! Must not decide silently: it says what it did, by the tests' labels.

use super::row::Row;

/// What came of the saved tests' change, by the labels of tests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Merged {
    /// What stands among the rows now.
    pub(super) came: Vec<String>,
    /// What stands no more.
    pub(super) went: Vec<String>,
    /// What was taken from the saved tests, and stays in the form as the user has changed it.
    pub(super) stays: bool,
}

impl Merged {
    /// Whether there is nothing to say.
    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// This and what came of a later change.
    pub(super) fn and(&mut self, later: Self) {
        self.came.extend(later.came);
        self.went.extend(later.went);
        self.stays |= later.stays;
    }
}

/// Brings the rows of a draft that began from `before` to the saved rows of `now`, and says what that did.
pub(super) fn merge(rows: &mut Vec<Row>, before: &[Row], now: &[Row]) -> Merged {
    let mut merged = Merged::default();
    for gone in without(before, now) {
        match rows.iter().position(|row| says_the_same(row, gone)) {
            Some(at) => {
                rows.remove(at);
                if *gone != Row::blank() {
                    merged.went.push(label(gone));
                }
            }
            None => merged.stays |= *gone != Row::blank(),
        }
    }
    let new = without(now, before);
    for (at, saved) in now.iter().enumerate() {
        // By its place: of two that are the same, both may be new.
        let is_new = new.iter().any(|new| std::ptr::eq(*new, saved));
        if !is_new || *saved == Row::blank() || rows.iter().any(|row| says_the_same(row, saved)) {
            continue;
        }
        // Behind the test that it is saved behind: a test may need the values of those above it.
        let behind = at.checked_sub(1).and_then(|at| now.get(at));
        let place = match behind {
            None => 0,
            Some(above) => rows.iter().position(|row| says_the_same(row, above)).map_or(rows.len(), |above| above + 1),
        };
        rows.insert(place, saved.clone());
        merged.came.push(label(saved));
    }
    if rows.is_empty() && now == [Row::blank()] {
        rows.push(Row::blank());
    }
    merged
}

/// The rows that `others` has not, each of them once.
fn without<'r>(rows: &'r [Row], others: &[Row]) -> Vec<&'r Row> {
    let mut others: Vec<&Row> = others.iter().collect();
    let mut left = Vec::new();
    for row in rows {
        match others.iter().position(|other| says_the_same(row, other)) {
            Some(at) => drop(others.remove(at)),
            None => left.push(row),
        }
    }
    left
}

/// Whether both are one test. Who allowed it, and blanks around what is typed, make no other.
fn says_the_same(one: &Row, other: &Row) -> bool {
    let (one, other) = (one.duplicate(), other.duplicate());
    one == other || matches!((one.build(), other.build()), (Ok(one), Ok(other)) if one == other)
}

fn label(row: &Row) -> String {
    let name = row.name.trim();
    if name.is_empty() { row.url.trim().to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{Merged, merge};
    use crate::check::Assertion;
    use crate::suite::Test;
    use crate::ui::row::Row;

    fn row(name: &str, text: &str) -> Row {
        Row::of(&Test {
            name: name.into(),
            url: "https://en.wikipedia.org/wiki/Main_Page".into(),
            assertions: vec![Assertion::body_contains(text)],
            ..Test::default()
        })
    }

    fn names(rows: &[Row]) -> Vec<&str> {
        rows.iter().map(|row| row.name.as_str()).collect()
    }

    fn merged(mut rows: Vec<Row>, before: &[Row], now: &[Row]) -> (Vec<Row>, Merged) {
        let merged = merge(&mut rows, before, now);
        (rows, merged)
    }

    #[test]
    fn what_was_added_stands_behind_the_test_that_it_was_saved_behind() {
        let (a, b, mine, new) = (row("a", "1"), row("b", "1"), row("mine", "1"), row("new", "1"));
        let before = [a.clone(), b.clone()];
        let (rows, said) = merged(vec![a.clone(), b.clone(), mine], &before, &[a.clone(), b.clone(), new.clone()]);
        assert_eq!((names(&rows), said.came, said.went.len()), (vec!["a", "b", "new", "mine"], vec!["new".into()], 0));
        let (rows, _) = merged(vec![row("a", "typed"), b.clone()], &before, &[new, a, b]);
        assert_eq!(names(&rows), ["new", "a", "b"]);
    }

    #[test]
    fn what_went_and_is_untouched_goes_and_what_was_changed_here_stays() {
        let (a, b) = (row("a", "1"), row("b", "1"));
        let before = [a.clone(), b.clone()];
        let (rows, said) = merged(vec![row("a", "typed"), b], &before, &[a]);
        assert_eq!((names(&rows), said), (vec!["a"], Merged { went: vec!["b".into()], ..Merged::default() }));
        assert_eq!(rows, [row("a", "typed")]);
    }

    #[test]
    fn what_was_changed_on_both_sides_stands_twice() {
        let (rows, said) = merged(vec![row("a", "typed")], &[row("a", "1")], &[row("a", "theirs")]);
        assert_eq!(rows, [row("a", "theirs"), row("a", "typed")]);
        assert_eq!(said, Merged { came: vec!["a".into()], went: vec![], stays: true });
    }

    #[test]
    fn a_change_there_alone_is_taken_in_its_place() {
        let (a, c) = (row("a", "1"), row("c", "1"));
        let before = [a.clone(), row("b", "1"), c.clone()];
        let rows = vec![a.clone(), row("b", "1"), row("c", "typed")];
        let (rows, _) = merged(rows, &before, &[a.clone(), row("b", "2"), c]);
        assert_eq!(rows, [a, row("b", "2"), row("c", "typed")]);
    }

    #[test]
    fn what_stands_in_the_form_already_is_not_added_and_an_allowance_is_no_change() {
        let (a, new) = (row("a", "1"), row("new", "1"));
        let mut allowed = a.clone();
        allowed.kept.allowed = true;
        let (rows, said) = merged(vec![row("a", "typed"), new.clone()], &[a], &[allowed, new]);
        assert_eq!((names(&rows), said.is_nothing()), (vec!["a", "new"], true));
    }

    #[test]
    fn the_empty_test_of_a_change_without_any_gives_way_and_one_that_was_typed_into_stays() {
        let (blank, new) = ([Row::blank()], [row("new", "1")]);
        let (rows, _) = merged(vec![Row::blank(), row("mine", "1")], &blank, &new);
        assert_eq!(names(&rows), ["new", "mine"]);
        let (rows, said) = merged(vec![row("mine", "1")], &blank, &new);
        assert_eq!((names(&rows), said.stays), (vec!["new", "mine"], false));
        let (rows, _) = merged(new.to_vec(), &new, &blank);
        assert_eq!(rows, blank);
    }
}
