// SPDX-License-Identifier: GPL-2.0-or-later
//! Adding, doubling, moving and removing tests and what is in them, and where the keyboard goes then.
//!
//! Must not remember anything: the draft does.

use super::demand::AssertionRow;
use super::extra::CaptureRow;
use super::row::Row;
use super::seam::Event;

/// What is to be done after rows were changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Aftermath {
    /// The control where the keyboard should be.
    pub(super) focus: Option<String>,
    /// What is said to those who hear the page.
    pub(super) said: Option<String>,
}

impl Aftermath {
    fn at(focus: String) -> Self {
        Self { focus: Some(focus), said: None }
    }

    fn saying(self, said: String) -> Self {
        Self { said: Some(said), ..self }
    }
}

/// Does to the rows what the event means.
pub(super) fn change(rows: &mut Vec<Row>, event: &Event) -> Option<Aftermath> {
    if event.act == "add-test" {
        if rows.as_slice() != [Row::blank()] {
            rows.push(Row::blank());
        }
        return Some(Aftermath::at(format!("test-{}-name", rows.len() - 1)));
    }
    let test = event.number::<usize>("test").filter(|test| *test < rows.len())?;
    let (id, number) = (format!("test-{test}"), test + 1);
    match event.act.as_str() {
        "remove-test" => {
            rows.remove(test);
            let next = test.min(rows.len().saturating_sub(1));
            let focus = if rows.is_empty() { "add-test".to_owned() } else { format!("test-{next}-remove") };
            return Some(Aftermath::at(focus).saying(format!("Test {number} is removed. Undo brings it back.")));
        }
        "duplicate-test" => {
            rows.insert(test + 1, rows.get(test)?.duplicate());
            return Some(Aftermath::at(format!("test-{}-name", test + 1)));
        }
        "move-test-up" | "move-test-down" => return Some(moved(rows, test, event, "Test", "test")),
        "move-up" | "move-down" if !event.data.contains_key("assertion") => {
            return Some(moved(rows, test, event, "Test", "test"));
        }
        _ => {}
    }
    let row = rows.get_mut(test)?;
    let of_assertion = event.number::<usize>("assertion").filter(|at| *at < row.assertions.len());
    let place = event.number::<usize>("row");
    match (event.act.as_str(), of_assertion, place) {
        ("add-assertion", ..) => {
            row.assertions.push(AssertionRow::blank());
            Some(Aftermath::at(format!("{id}-assertion-{}-kind", row.assertions.len() - 1)))
        }
        ("remove-assertion", Some(at), _) => {
            row.assertions.remove(at);
            let next = at.min(row.assertions.len().saturating_sub(1));
            let none = row.assertions.is_empty();
            let focus = if none { format!("{id}-add-assertion") } else { format!("{id}-assertion-{next}-remove") };
            Some(Aftermath::at(focus).saying(format!("Assertion {} is removed. Undo brings it back.", at + 1)))
        }
        ("duplicate-assertion", Some(at), _) => {
            row.assertions.insert(at + 1, row.assertions.get(at)?.clone());
            Some(Aftermath::at(format!("{id}-assertion-{}-kind", at + 1)))
        }
        ("move-assertion-up" | "move-assertion-down" | "move-up" | "move-down", Some(at), _) => {
            Some(moved(&mut row.assertions, at, event, "Assertion", &format!("{id}-assertion")))
        }
        ("add-field", ..) => {
            row.extra.fields.push((String::new(), String::new()));
            Some(Aftermath::at(format!("{id}-field-{}-name", row.extra.fields.len() - 1)))
        }
        ("remove-field", _, Some(at)) if at < row.extra.fields.len() => {
            row.extra.fields.remove(at);
            Some(Aftermath::at(format!("{id}-add-field")))
        }
        ("add-capture", ..) => {
            row.extra.captures.push(CaptureRow::blank());
            Some(Aftermath::at(format!("{id}-capture-{}-name", row.extra.captures.len() - 1)))
        }
        ("remove-capture", _, Some(at)) if at < row.extra.captures.len() => {
            row.extra.captures.remove(at);
            Some(Aftermath::at(format!("{id}-add-capture")))
        }
        _ => None,
    }
}

/// Moves one by one place; the keyboard goes along with it, to the control where it was.
fn moved<T>(rows: &mut [T], at: usize, event: &Event, what: &str, prefix: &str) -> Aftermath {
    let up = event.act.ends_with("up");
    let to = if up { at.checked_sub(1) } else { Some(at + 1).filter(|to| *to < rows.len()) };
    let control = event.data.get("at").and_then(|id| id.strip_prefix(&format!("{prefix}-{at}")));
    let control = control.unwrap_or(if up { "-up" } else { "-down" });
    let Some(to) = to else {
        let edge = if up { "first" } else { "last" };
        let said = format!("{what} {} is the {edge} already.", at + 1);
        return Aftermath::at(format!("{prefix}-{at}{control}")).saying(said);
    };
    rows.swap(at, to);
    let said = format!("{what} {} is now number {} of {}.", at + 1, to + 1, rows.len());
    Aftermath::at(format!("{prefix}-{to}{control}")).saying(said)
}
