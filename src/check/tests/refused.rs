// SPDX-License-Identifier: GPL-2.0-or-later
//! What is refused: pairs that make no sense, and what holds of every answer or of none.

use super::*;

#[test]
fn each_pair_that_makes_no_sense_is_refused() {
    let numbers = [
        Subject::Status,
        times("a"),
        Subject::JsonCount { path: "$".into() },
        Subject::HtmlCount { selector: "p".into() },
        Subject::Duration,
        Subject::Size,
    ];
    let texts = [Subject::Url, Subject::Body];
    let found = [header("X"), element("p"), attribute("p", "a"), Subject::ApiError];
    let of_text = || vec![contains("x"), lacks("x"), matches("x"), matches_not("x")];
    let of_number = || vec![compares(Below, 300), between(200, 300)];
    let wrong_value =
        |value: Value| vec![is(value.clone()), is_not(value.clone()), Predicate::OneOf { values: vec![value] }];
    let mut rows: Vec<(Subject, Vec<Predicate>)> = Vec::new();
    for of in numbers {
        rows.push((of.clone(), of_text()));
        rows.push((of.clone(), vec![Exists, Absent]));
        rows.push((of.clone(), wrong_value("200".into())));
        rows.push((of, wrong_value(json!(1.5))));
    }
    for of in texts.iter().chain(&found) {
        rows.push((of.clone(), of_number()));
        rows.push((of.clone(), wrong_value(5.into())));
        rows.push((
            of.clone(),
            vec![contains(5), lacks(json!(["a"])), contains(""), lacks(" "), matches(""), matches("(")],
        ));
    }
    for of in texts {
        rows.push((of, vec![Exists, Absent]));
    }
    rows.push((Subject::Sha256, of_text()));
    rows.push((Subject::Sha256, of_number()));
    rows.push((Subject::Sha256, vec![Exists, Absent, is("abc"), is_not("abc"), is(DIGEST.to_uppercase())]));
    rows.push((Subject::Redirects, of_number()));
    rows.push((Subject::Redirects, vec![Exists, Absent, matches("x"), matches_not("x"), is("x"), contains(1)]));
    rows.push((Subject::Redirects, vec![one_of(json!([[]]))]));
    rows.push((Subject::Status, vec![is(99), is(600), is_not(0), one_of(json!([200, 600])), one_of(json!([]))]));
    rows.push((json_at("$.a"), vec![one_of(json!([])), between(2, 1), matches("("), contains(""), lacks(" ")]));
    rows.push((json_at("$.a["), vec![Exists, Absent]));
    rows.push((element("a:visible"), vec![Exists, Absent]));
    for of in [header(" "), config(""), times(" "), element(""), attribute("", "a"), attribute("a", " "), json_at("")] {
        rows.push((of, vec![is("x"), Absent, is(0)]));
    }
    for (of, predicates) in rows {
        for is in predicates {
            let assertion = Assertion { of: of.clone(), is };
            assert!(assertion.validate().is_err(), "{assertion}");
            assert!(!judge(&assertion, &page()).held, "{assertion}");
        }
    }
}

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
