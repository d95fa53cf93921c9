// SPDX-License-Identifier: GPL-2.0-or-later
//! Demands of a number that its own bounds answer already: each is refused, and those beside them are not.

use super::{between, compares, is, is_not};
use crate::check::Order::{Above, AtLeast, AtMost, Below};
use crate::check::{Assertion, Subject};

#[test]
fn what_holds_of_every_answer_or_of_none_is_refused() {
    for (of, is, why) in [
        (Subject::Size, compares(AtLeast, 0), "it holds of every answer"),
        (Subject::Size, compares(Above, -1), "it holds of every answer"),
        (Subject::Size, compares(Below, 0), "it holds of no answer"),
        (Subject::Size, compares(AtMost, -1), "it holds of no answer"),
        (Subject::Size, between(5, 4), "nothing lies between"),
        (Subject::Size, between(-5, -4), "it holds of no answer"),
        (Subject::Size, is(-1), "it is a whole number, and not below 0"),
        (Subject::Size, is_not(-1), "it is a whole number, and not below 0"),
        (Subject::Status, between(100, 599), "it holds of every answer"),
        (Subject::Status, between(600, 700), "it holds of no answer"),
        (Subject::Status, compares(Below, 600), "it holds of every answer"),
        (Subject::Status, compares(AtMost, 599), "it holds of every answer"),
        (Subject::Status, compares(AtLeast, 100), "it holds of every answer"),
        (Subject::Status, compares(Above, 599), "it holds of no answer"),
        (Subject::Status, compares(Below, 100), "it holds of no answer"),
    ] {
        let assertion = Assertion { of, is };
        let said = assertion.validate().unwrap_err().to_string();
        assert_eq!(said, format!("<{assertion}> cannot be said: {why}"));
    }
    for (of, is) in [
        (Subject::Size, compares(Above, 0)),
        (Subject::Size, compares(AtMost, 0)),
        (Subject::Size, compares(Below, 1)),
        (Subject::Size, between(0, 9)),
        (Subject::Status, between(200, 599)),
        (Subject::Status, compares(Below, 599)),
        (Subject::Status, compares(Above, 100)),
    ] {
        assert_eq!(Assertion { of, is }.validate(), Ok(()));
    }
}
