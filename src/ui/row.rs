// SPDX-License-Identifier: GPL-2.0-or-later
//! A test as it stands in the form: text that need not make sense yet.

use super::demand::AssertionRow;
use super::extra::Extra;
use super::more;
use super::what::{Field, What, predicate_of};
use crate::check::PredicateKind;
use crate::suite::{Test, TestError, check_url};
use serde::{Deserialize, Serialize};

/// A test as typed. What the form has no control for is kept as it was. Editing what an allowed test asks takes the
/// allowance back: it was given to that request alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Row {
    /// The test from which the row was made, with what is chosen under "More"; name, URL and assertions in it are out of
    /// date.
    pub(super) kept: Test,
    /// Name; may be empty.
    pub(super) name: String,
    /// URL.
    pub(super) url: String,
    /// Assertions.
    pub(super) assertions: Vec<AssertionRow>,
    /// What is typed under "More".
    #[serde(default)]
    pub(super) extra: Extra,
}

/// What is wrong with a row: which control, and a sentence for beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complaint {
    /// Place of the assertion; `None` when it is about the test itself.
    pub(super) assertion: Option<usize>,
    /// Place of the capture, where it is about one.
    pub(super) capture: Option<usize>,
    /// The control's name, or `test` for the test as a whole.
    pub(super) field: &'static str,
    /// The sentence.
    pub(super) message: String,
}

impl Complaint {
    pub(super) fn about(field: &'static str, message: &str) -> Self {
        Self { assertion: None, capture: None, field, message: message.to_owned() }
    }

    pub(super) fn of_capture(self, capture: usize) -> Self {
        Self { capture: Some(capture), ..self }
    }

    fn within(self, assertion: usize) -> Self {
        Self { assertion: Some(assertion), ..self }
    }
}

impl Row {
    /// An empty one with one empty assertion.
    pub(super) fn blank() -> Self {
        Self {
            kept: Test::default(),
            name: String::new(),
            url: String::new(),
            assertions: vec![AssertionRow::blank()],
            extra: Extra::default(),
        }
    }

    /// The row of a saved test.
    pub(super) fn of(test: &Test) -> Self {
        Self {
            kept: test.clone(),
            name: test.name.clone(),
            url: test.url.clone(),
            assertions: test.assertions.iter().map(AssertionRow::of).collect(),
            extra: Extra::of(test),
        }
    }

    /// The same test once more. What was allowed, was allowed to the first.
    pub(super) fn duplicate(&self) -> Self {
        Self { kept: Test { allowed: false, ..self.kept.clone() }, ..self.clone() }
    }

    /// Whether it asks what `before` asked.
    pub(super) fn asks_the_same(&self, before: &Self) -> bool {
        self.url.trim() == before.url.trim()
            && self.extra.asks_the_same(&before.extra)
            && self.kept.asks_the_same(&Test { url: self.kept.url.clone(), ..before.kept.clone() })
    }

    /// What was chosen, not typed: it has consequences for what else there is to choose.
    fn choices(&self) -> impl PartialEq + use<> {
        let assertions: Vec<(What, PredicateKind)> = self.assertions.iter().map(|row| (row.what, row.must)).collect();
        (self.kept.clone(), assertions, self.extra.choices())
    }

    /// Whether both show the same controls.
    pub(super) fn offers_the_same(&self, other: &Self) -> bool {
        self.choices() == other.choices()
    }

    /// The test, or everything that stands against it.
    pub(super) fn build(&self) -> Result<Test, Vec<Complaint>> {
        let (test, mut complaints) = self.as_far_as_it_goes();
        if let (Err(error), true) = (test.validate(), complaints.is_empty()) {
            complaints.push(Complaint::about("test", &sentence(&error.to_string())));
        }
        if complaints.is_empty() { Ok(test) } else { Err(complaints) }
    }

    /// The test with what of it can be meant, and what stands against the rest.
    pub(super) fn as_far_as_it_goes(&self) -> (Test, Vec<Complaint>) {
        let mut complaints = Vec::new();
        let url = self.url.trim();
        if url.is_empty() {
            complaints.push(Complaint::about("url", "Write the page’s URL, beginning with https://."));
        } else if let Err(error) = check_url(url) {
            complaints.push(Complaint::about("url", &sentence(&error.to_string())));
        }
        if self.assertions.is_empty() {
            complaints.push(Complaint::about("test", &sentence(&TestError::NoAssertion.to_string())));
        }
        let mut assertions = Vec::new();
        for (at, row) in self.assertions.iter().enumerate() {
            match row.build() {
                Ok(assertion) => assertions.push(assertion),
                Err(complaint) => complaints.push(complaint.within(at)),
            }
        }
        let name = self.name.trim().to_owned();
        let mut test = Test { name, url: url.to_owned(), assertions, ..self.kept.clone() };
        complaints.extend(self.extra.put_into(&mut test));
        (test, complaints)
    }
}

/// The rows that a form holds. Every test in it begins with its `name`, every assertion with its `kind`, every capture with
/// its `capture`; `before` gives what the form shows no control for.
pub(super) fn rows_of(form: &[(String, String)], before: &[Row]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    // Fields of both have the same names.
    let mut in_capture = false;
    let blank = Row { assertions: Vec::new(), ..Row::blank() };
    for (name, value) in form {
        if name == "name" {
            let known = before.get(rows.len()).unwrap_or(&blank);
            // What comes in rows is told by the form, each with its beginning.
            let extra = Extra { fields: Vec::new(), captures: Vec::new(), ..known.extra.clone() };
            let kept = known.kept.clone();
            rows.push(Row { kept, name: value.clone(), url: String::new(), assertions: Vec::new(), extra });
            in_capture = false;
            continue;
        }
        let place = rows.len().saturating_sub(1);
        let known = before.get(place).unwrap_or(&blank);
        let Some(row) = rows.last_mut() else { continue };
        if name == "kind" {
            in_capture = false;
            let begun = known.assertions.get(row.assertions.len()).cloned().unwrap_or_else(AssertionRow::blank);
            row.assertions.push(AssertionRow { what: What::from_tag(value).unwrap_or(begun.what), ..begun });
            continue;
        }
        in_capture |= name == "capture";
        match (name.as_str(), Field::from_name(name), row.assertions.last_mut()) {
            ("url", ..) => row.url.clone_from(value),
            ("must", _, Some(assertion)) => assertion.must = predicate_of(value).unwrap_or(assertion.must),
            (_, Some(field), _) if in_capture => row.extra.take_captured(field, value),
            (_, Some(field), Some(assertion)) => drop(assertion.typed.insert(field, value.clone())),
            (name, ..) => {
                if !row.extra.take(name, value, &known.extra) {
                    more::take(&mut row.kept, name, value);
                }
            }
        }
    }
    for row in &mut rows {
        row.assertions.iter_mut().for_each(AssertionRow::settle);
    }
    for (row, before) in rows.iter_mut().zip(before) {
        row.kept.allowed &= !before.kept.allowed || row.asks_the_same(before);
    }
    rows
}

/// A fragment as a sentence: a capital letter where it begins with a plain word, and a full stop.
pub(super) fn sentence(fragment: &str) -> String {
    let word = fragment.split(' ').next().unwrap_or_default();
    let plain = word.chars().all(char::is_alphabetic);
    let mut letters = fragment.chars();
    let first = letters.next().map(|letter| if plain { letter.to_ascii_uppercase() } else { letter });
    let stop = if fragment.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{}{stop}", first.map(String::from).unwrap_or_default(), letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::{AssertionRow, Row, rows_of};
    use crate::check::Assertion;
    use crate::check::PredicateKind;
    use crate::exchange::{Method, Redirects, Session};
    use crate::suite::Test;
    use crate::ui::what::{Field, What};

    fn form(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn row(url: &str, what: What, must: PredicateKind, value: &str) -> Row {
        let typed = [(Field::Value, value.to_owned())].into();
        let assertion = AssertionRow { what, must, typed, kept: None };
        Row { url: url.into(), assertions: vec![assertion], ..Row::blank() }
    }

    fn complaint(row: &Row) -> (Option<usize>, &'static str, String) {
        let first = row.build().unwrap_err().remove(0);
        (first.assertion, first.field, first.message)
    }

    const PAGE: &str = "https://en.wikipedia.org/wiki/Main_Page";

    #[test]
    fn a_form_is_read_by_the_order_of_its_controls() {
        let rows = rows_of(
            &form(&[
                ("name", "first"),
                ("url", PAGE),
                ("kind", "status"),
                ("must", "is"),
                ("value", "200"),
                ("kind", "header"),
                ("header", "server"),
                ("must", "absent"),
                ("capture", "token"),
                ("capture_of", "json"),
                ("path", "$.a"),
                ("name", "second"),
                ("url", ""),
            ]),
            &[],
        );
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].assertions[0].what, rows[0].assertions[0].must), (What::Status, PredicateKind::Is));
        assert_eq!(rows[0].assertions[1].build(), Ok(Assertion::header_absent("server")));
        assert_eq!(rows[0].extra.captures[0].typed[&Field::Path], "$.a");
        assert_eq!((rows[1].name.as_str(), rows[1].assertions.len()), ("second", 0));
    }

    #[test]
    fn what_the_form_has_no_control_for_is_kept() {
        let saved = Test {
            method: Method::Post,
            url: PAGE.into(),
            assertions: vec![Assertion::status(200)],
            ..Test::default()
        };
        let typed = form(&[("name", "n"), ("url", PAGE), ("kind", "status"), ("must", "is"), ("value", "302")]);
        let test = rows_of(&typed, &[Row::of(&saved)])[0].build().unwrap();
        assert_eq!(test.method, Method::Post);
        assert_eq!(test.assertions, [Assertion::status(302)]);
    }

    #[test]
    fn what_is_chosen_under_more_is_taken_over() {
        let controls = [
            ("session", "mine"),
            ("method", "POST"),
            ("redirects", "on"),
            ("allowed", "on"),
            ("must_fail_before", "on"),
        ];
        let fixed = [("name", ""), ("url", PAGE)];
        let chosen = rows_of(&form(&[fixed.as_slice(), &controls].concat()), &[Row::blank()]).remove(0).kept;
        let expected = Test {
            session: Session::Mine,
            method: Method::Post,
            redirects: Redirects::Follow,
            allowed: true,
            must_fail_before: true,
            ..Test::default()
        };
        assert_eq!(chosen, expected);
        let back = [("session", "anonymous"), ("method", "GET"), ("redirects", ""), ("must_fail_before", "")];
        let before = Row { kept: chosen, ..Row::blank() };
        assert_eq!(rows_of(&form(&[fixed.as_slice(), &back].concat()), &[before])[0].kept, Test::default());
    }

    #[test]
    fn editing_what_an_allowed_test_asks_takes_the_allowance_back() {
        let kept = Test { method: Method::Post, allowed: true, ..Test::default() };
        let before = Row { kept, url: PAGE.into(), ..Row::blank() };
        let other = "https://en.wikipedia.org/w/api.php";
        for (url, method, session, allowed) in [
            (PAGE, "POST", "anonymous", true),
            (other, "POST", "anonymous", false),
            (PAGE, "PUT", "anonymous", false),
            (PAGE, "POST", "mine", false),
        ] {
            let typed = [("name", "n"), ("url", url), ("session", session), ("method", method), ("allowed", "on")];
            let row = rows_of(&form(&typed), std::slice::from_ref(&before)).remove(0);
            assert_eq!(row.kept.allowed, allowed, "{url} {method} {session}");
        }
        // It can be given to the new request then.
        let typed = [("name", "n"), ("url", other), ("method", "POST"), ("allowed", "on")];
        let taken_back =
            Row { kept: Test { allowed: false, ..before.kept.clone() }, url: other.into(), ..Row::blank() };
        assert!(rows_of(&form(&typed), &[taken_back])[0].kept.allowed);
    }

    #[test]
    fn an_assertion_that_no_control_can_show_survives_the_form_untouched() {
        let strange = Assertion::body_contains("a\r\nb");
        let saved = Test { url: PAGE.into(), assertions: vec![strange.clone()], ..Test::default() };
        let typed = form(&[("name", "new"), ("url", PAGE), ("kind", "body contains <a b>")]);
        let row = rows_of(&typed, &[Row::of(&saved)]).remove(0);
        assert_eq!((row.name.as_str(), row.build().unwrap().assertions), ("new", vec![strange]));
    }

    #[test]
    fn typed_text_stays_when_another_kind_is_chosen_and_back() {
        let before = row(PAGE, What::Status, PredicateKind::Is, "200");
        let to_header = form(&[("name", ""), ("url", PAGE), ("kind", "header"), ("must", "is"), ("value", "200")]);
        let header = rows_of(&to_header, std::slice::from_ref(&before));
        assert_eq!(header[0].assertions[0].must, PredicateKind::Is);
        let absent = form(&[("name", ""), ("url", PAGE), ("kind", "header"), ("header", "x"), ("must", "absent")]);
        let absent = rows_of(&absent, &header);
        let back = form(&[("name", ""), ("url", PAGE), ("kind", "status"), ("header", "x"), ("must", "absent")]);
        let back = rows_of(&back, &absent).remove(0);
        assert_eq!(back.build().unwrap().assertions, [Assertion::status(200)]);
    }

    #[test]
    fn another_body_or_header_field_takes_the_allowance_back() {
        let kept = Test { method: Method::Post, allowed: true, body: Some("a=1".into()), ..Test::default() };
        let before = Row::of(&Test { url: PAGE.into(), ..kept });
        let fixed = [("name", ""), ("url", PAGE), ("method", "POST"), ("allowed", "on"), ("body_kind", "other")];
        for (more, allowed) in [
            (vec![("body", "a=1")], true),
            (vec![("body", "a=2")], false),
            (vec![("body", "a=1"), ("field_name", "X"), ("field_value", "1")], false),
        ] {
            let typed = form(&[fixed.as_slice(), &more].concat());
            assert_eq!(rows_of(&typed, std::slice::from_ref(&before))[0].kept.allowed, allowed, "{more:?}");
        }
    }

    #[test]
    fn every_kind_of_assertion_survives_the_form() {
        let name = String::from("x-name");
        let all = vec![
            Assertion::status(404),
            Assertion::body_contains(" a "),
            Assertion::body_lacks("b"),
            Assertion::body_matches("c+"),
            Assertion::header_is(name.clone(), "d"),
            Assertion::header_matches(name.clone(), "e"),
            Assertion::header_absent(name),
        ];
        let test = Test { url: PAGE.into(), assertions: all, ..Test::default() };
        assert_eq!(Row::of(&test).build(), Ok(test));
    }

    #[test]
    fn a_foreign_site_is_refused_at_the_url() {
        let (assertion, field, message) =
            complaint(&row("https://example.org/", What::Status, PredicateKind::Is, "200"));
        assert_eq!((assertion, field), (None, "url"));
        assert!(message.starts_with("example.org is not a Wikimedia site"), "{message}");
    }

    #[test]
    fn a_status_that_is_no_code_is_refused_at_its_value() {
        for value in ["", "abc", "99", "600", "200 OK"] {
            let (assertion, field, _) = complaint(&row(PAGE, What::Status, PredicateKind::Is, value));
            assert_eq!((assertion, field), (Some(0), "value"), "for <{value}>");
        }
    }

    #[test]
    fn a_header_assertion_without_a_name_is_refused_at_the_name() {
        assert_eq!(complaint(&row(PAGE, What::Header, PredicateKind::Absent, "")).1, "header");
    }

    #[test]
    fn a_test_without_assertions_is_refused() {
        let row = Row { assertions: Vec::new(), ..row(PAGE, What::Status, PredicateKind::Is, "200") };
        assert_eq!(complaint(&row), (None, "test", "A test needs at least one assertion.".into()));
    }
}
