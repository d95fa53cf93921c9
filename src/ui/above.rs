// SPDX-License-Identifier: GPL-2.0-or-later
//! The tests above one in the form that it cannot be tried without, since they capture what it needs.
//!
//! Must not ask anybody: which of them may be sent, and what they give, the background finds out.

use super::row::{Complaint, Row, sentence};
use crate::suite::{HOST, Test, WIKI, check_names_of, givers};

/// The tests that give the one at `at` its values, and those that give these some, in their order. `test` is what is meant
/// by the row there.
///
/// # Errors
/// With what stands against it, by the place of the row: a value that nothing above gives, or a test above that cannot be
/// asked as it stands.
pub(super) fn needed(rows: &[Row], at: usize, test: &Test) -> Result<Vec<Test>, Vec<(usize, Complaint)>> {
    if test.names().iter().all(|name| is_given(name)) {
        return Ok(Vec::new());
    }
    let as_typed = |(place, row): (usize, &Row)| {
        let meant = if place == at { test.clone() } else { row.as_far_as_it_goes().0 };
        // A capture that is not right yet is still the one that is meant.
        Test { captures: row.extra.captured(), ..meant }
    };
    let tests: Vec<Test> = rows.iter().enumerate().map(as_typed).collect();
    let needed = givers(&tests, at);
    let mut wrong = Vec::new();
    let mut above = Vec::new();
    for place in &needed {
        let unnamed = check_names_of(&tests, *place, is_given).map_err(|error| vec![complaint(&error.to_string())]);
        match rows.get(*place).map_or(Err(Vec::new()), Row::build).and_then(|test| unnamed.map(|()| test)) {
            Ok(test) => above.push(test),
            Err(complaints) => {
                wrong.extend(complaints.into_iter().map(|complaint| (*place, complaint)));
                let of = place + 1;
                wrong.push((at, complaint(&format!("test {of} gives it a value and must be corrected first"))));
            }
        }
    }
    if let Err(error) = check_names_of(&tests, at, is_given) {
        wrong.push((at, complaint(&error.to_string())));
    }
    if wrong.is_empty() { Ok(above) } else { Err(wrong) }
}

fn is_given(name: &str) -> bool {
    matches!(name, HOST | WIKI)
}

fn complaint(fragment: &str) -> Complaint {
    Complaint::about("test", &sentence(fragment))
}

#[cfg(test)]
mod tests {
    use super::needed;
    use crate::check::{Assertion, Subject};
    use crate::suite::{Capture, Test};
    use crate::ui::row::Row;

    const PAGE: &str = "https://en.wikipedia.org/wiki/A";

    fn gives(url: &str, name: &str) -> Test {
        let captures = vec![Capture { name: name.into(), of: Subject::Body }];
        Test { url: url.into(), captures, assertions: vec![Assertion::status(200)], ..Test::default() }
    }

    fn takes(name: &str) -> Test {
        Test { captures: Vec::new(), ..gives(&format!("{PAGE}?{{{{{name}}}}}"), "") }
    }

    fn found(rows: &[Row], at: usize) -> Result<Vec<Test>, Vec<(usize, String)>> {
        let said =
            |wrong: Vec<_>| wrong.into_iter().map(|(at, complaint): (usize, super::Complaint)| (at, complaint.message));
        needed(rows, at, &rows[at].as_far_as_it_goes().0).map_err(|wrong| said(wrong).collect())
    }

    #[test]
    fn what_is_needed_goes_along_as_typed_and_nothing_else() {
        let tests =
            [gives(PAGE, "a"), gives(PAGE, "b"), gives(&format!("{PAGE}?{{{{a}}}}"), "c"), takes("c"), takes("a")];
        let mut rows: Vec<Row> = tests.iter().map(Row::of).collect();
        rows[1].url = "not read".into();
        rows[0].name = "typed".into();
        let first = Test { name: "typed".into(), ..tests[0].clone() };
        assert_eq!(found(&rows, 3), Ok(vec![first.clone(), tests[2].clone()]));
        assert_eq!(found(&rows, 4), Ok(vec![first]));
        assert_eq!(found(&rows, 0), Ok(Vec::new()));
    }

    #[test]
    fn what_is_wrong_above_is_said_there_and_at_the_test() {
        let mut rows: Vec<Row> = [gives(PAGE, "a"), gives(PAGE, "a"), takes("a")].iter().map(Row::of).collect();
        rows[1].url = String::new();
        let first = "Test 2 gives it a value and must be corrected first.".to_owned();
        let wrong = vec![(1, "Write the page’s URL, beginning with https://.".to_owned()), (2, first.clone())];
        assert_eq!(found(&rows, 2), Err(wrong));
        // Its capture is not right: the one above that is no answer to what is meant.
        rows[1] = Row::of(&gives(PAGE, "a"));
        rows[1].extra.captures[0].what = crate::ui::what::What::Json;
        let wrong = found(&rows, 2).unwrap_err();
        assert_eq!((wrong.len(), wrong[0].0, &wrong[1]), (2, 1, &(2, first)));
    }

    #[test]
    fn a_value_that_nothing_above_gives_is_said() {
        let rows: Vec<Row> = [takes("a"), gives(PAGE, "a"), takes("b")].iter().map(Row::of).collect();
        let later = format!("{{{{a}}}} is captured by <{PAGE}>, which does not come before; move that test above.");
        assert_eq!(found(&rows, 0), Err(vec![(0, later)]));
        let wrong = found(&rows, 2).unwrap_err();
        assert!(wrong[0].1.starts_with("Nothing gives {{b}}; capture it in a test above"), "{wrong:?}");
        let circle = [gives(&format!("{PAGE}?{{{{b}}}}"), "a"), takes("a")].each_ref().map(Row::of);
        let places: Vec<usize> = found(&circle, 1).unwrap_err().into_iter().map(|(at, _)| at).collect();
        assert_eq!(places, [0, 1]);
    }
}
