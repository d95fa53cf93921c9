// SPDX-License-Identifier: GPL-2.0-or-later
//! A test as it stands in the form: text that need not make sense yet.

use super::more;
use crate::check::Assertion;
use crate::suite::{Httpbb, Test, TestError, check_url};

/// A kind of assertion, as the form's list offers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Status,
    BodyContains,
    BodyNotContains,
    BodyMatches,
    HeaderEquals,
    HeaderMatches,
    HeaderAbsent,
}

impl Kind {
    /// Every kind, in the order of the list.
    pub(super) const ALL: [Self; 7] = [
        Self::BodyContains,
        Self::BodyNotContains,
        Self::Status,
        Self::HeaderEquals,
        Self::HeaderAbsent,
        Self::BodyMatches,
        Self::HeaderMatches,
    ];

    /// The value of its option: the assertion's tag in stored tests.
    pub(super) const fn tag(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::BodyContains => "body_contains",
            Self::BodyNotContains => "body_not_contains",
            Self::BodyMatches => "body_matches",
            Self::HeaderEquals => "header_equals",
            Self::HeaderMatches => "header_matches",
            Self::HeaderAbsent => "header_absent",
        }
    }

    /// What the list calls it.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Status => "Status is",
            Self::BodyContains => "Body contains",
            Self::BodyNotContains => "Body does not contain",
            Self::BodyMatches => "Body matches (regex)",
            Self::HeaderEquals => "Header equals",
            Self::HeaderMatches => "Header matches (regex)",
            Self::HeaderAbsent => "Header is absent",
        }
    }

    fn from_tag(tag: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.tag() == tag).unwrap_or(Self::BodyContains)
    }
}

/// An assertion as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AssertionRow {
    /// What is demanded.
    pub(super) kind: Kind,
    /// Field name; only the kinds about headers use it.
    pub(super) header: String,
    /// Text, code, expression or header value; [`Kind::HeaderAbsent`] does not use it.
    pub(super) value: String,
}

impl AssertionRow {
    /// An empty one.
    pub(super) const fn blank() -> Self {
        Self { kind: Kind::BodyContains, header: String::new(), value: String::new() }
    }

    fn of(assertion: &Assertion) -> Self {
        let row = |kind, header: &str, value: &str| Self { kind, header: header.to_owned(), value: value.to_owned() };
        match Httpbb::of(assertion) {
            Some(Httpbb::Status(code)) => row(Kind::Status, "", &code.to_string()),
            Some(Httpbb::BodyContains(text)) => row(Kind::BodyContains, "", text),
            Some(Httpbb::BodyLacks(text)) => row(Kind::BodyNotContains, "", text),
            Some(Httpbb::BodyMatches(pattern)) => row(Kind::BodyMatches, "", pattern),
            Some(Httpbb::HeaderIs(name, value)) => row(Kind::HeaderEquals, name, value),
            Some(Httpbb::HeaderMatches(name, pattern)) => row(Kind::HeaderMatches, name, pattern),
            Some(Httpbb::HeaderAbsent(name)) => row(Kind::HeaderAbsent, name, ""),
            None => row(Kind::BodyContains, "", ""),
        }
    }

    fn build(&self) -> Result<Assertion, Complaint> {
        let name = || match self.header.trim() {
            "" => Err(Complaint::about("header", "Write the header's name.")),
            name => Ok(name.to_owned()),
        };
        let value = |what: &str| match self.value.trim() {
            "" => Err(Complaint::about("value", &format!("Write {what}."))),
            _ => Ok(self.value.clone()),
        };
        Ok(match self.kind {
            Kind::Status => {
                Assertion::status(self.value.trim().parse().ok().filter(|code| (100..600).contains(code)).ok_or_else(
                    || Complaint::about("value", "Write a status code, a number from 100 to 599, such as 200."),
                )?)
            }
            Kind::BodyContains => {
                Assertion::body_contains(value("the text that the page must show, letter for letter")?)
            }
            Kind::BodyNotContains => {
                Assertion::body_lacks(value("the text that the page must not show, letter for letter")?)
            }
            Kind::BodyMatches => Assertion::body_matches(value("a regular expression")?),
            Kind::HeaderEquals => Assertion::header_is(name()?, value("the header's whole value")?),
            Kind::HeaderMatches => Assertion::header_matches(name()?, value("a regular expression")?),
            Kind::HeaderAbsent => Assertion::header_absent(name()?),
        })
    }
}

/// A test as typed. What the form has no control for is kept as it was. Editing what an allowed test asks takes the
/// allowance back: it was given to that request alone.
#[derive(Debug, Clone, PartialEq, Eq)]
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
}

/// What is wrong with a row: which control, and a sentence for beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complaint {
    /// Place of the assertion; `None` when it is about the test itself.
    pub(super) assertion: Option<usize>,
    /// `url`, `header`, `value`, or `test` for the test as a whole.
    pub(super) field: &'static str,
    /// The sentence.
    pub(super) message: String,
}

impl Complaint {
    fn about(field: &'static str, message: &str) -> Self {
        Self { assertion: None, field, message: message.to_owned() }
    }

    fn within(self, assertion: usize) -> Self {
        Self { assertion: Some(assertion), ..self }
    }
}

impl Row {
    /// An empty one with one empty assertion.
    pub(super) fn blank() -> Self {
        Self { kept: Test::default(), name: String::new(), url: String::new(), assertions: vec![AssertionRow::blank()] }
    }

    /// The row of a saved test.
    pub(super) fn of(test: &Test) -> Self {
        Self {
            kept: test.clone(),
            name: test.name.clone(),
            url: test.url.clone(),
            assertions: test.assertions.iter().map(AssertionRow::of).collect(),
        }
    }

    /// The same test once more. What was allowed, was allowed to the first.
    pub(super) fn duplicate(&self) -> Self {
        Self { kept: Test { allowed: false, ..self.kept.clone() }, ..self.clone() }
    }

    /// Whether it asks what `before` asked.
    pub(super) fn asks_the_same(&self, before: &Self) -> bool {
        self.url.trim() == before.url.trim()
            && self.kept.asks_the_same(&Test { url: self.kept.url.clone(), ..before.kept.clone() })
    }

    /// The test, or everything that stands against it.
    pub(super) fn build(&self) -> Result<Test, Vec<Complaint>> {
        let mut complaints = Vec::new();
        let url = self.url.trim();
        if url.is_empty() {
            complaints.push(Complaint::about("url", "Write the page's URL, beginning with https://."));
        } else if let Err(error) = check_url(url) {
            complaints.push(Complaint::about("url", &sentence(&error.to_string())));
        }
        if self.assertions.is_empty() {
            complaints.push(Complaint::about("test", &sentence(&TestError::NoAssertion.to_string())));
        }
        let mut assertions = Vec::new();
        for (at, row) in self.assertions.iter().enumerate() {
            match row.build() {
                Ok(assertion) => assertions.push((at, assertion)),
                Err(complaint) => complaints.push(complaint.within(at)),
            }
        }
        if !complaints.is_empty() {
            return Err(complaints);
        }
        let with = |assertions| Test {
            name: self.name.trim().to_owned(),
            url: url.to_owned(),
            assertions,
            ..self.kept.clone()
        };
        for (at, assertion) in &assertions {
            if let Err(error @ TestError::Assertion(_)) = with(vec![assertion.clone()]).validate() {
                complaints.push(Complaint::about("value", &sentence(&error.to_string())).within(*at));
            }
        }
        let test = with(assertions.into_iter().map(|(_, assertion)| assertion).collect());
        if let (Err(error), true) = (test.validate(), complaints.is_empty()) {
            complaints.push(Complaint::about("test", &sentence(&error.to_string())));
        }
        if complaints.is_empty() { Ok(test) } else { Err(complaints) }
    }
}

/// The rows that a form holds. Every test in it begins with its `name`, every assertion with its `kind`;
/// `before` gives what the form has no control for.
pub(super) fn rows_of(form: &[(String, String)], before: &[Row]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (name, value) in form {
        if name == "name" {
            let kept = before.get(rows.len()).map(|row| row.kept.clone()).unwrap_or_default();
            rows.push(Row { kept, name: value.clone(), url: String::new(), assertions: Vec::new() });
            continue;
        }
        let Some(row) = rows.last_mut() else { continue };
        match (name.as_str(), row.assertions.last_mut()) {
            ("url", _) => row.url.clone_from(value),
            ("kind", _) => row.assertions.push(AssertionRow { kind: Kind::from_tag(value), ..AssertionRow::blank() }),
            ("header", Some(assertion)) => assertion.header.clone_from(value),
            ("value", Some(assertion)) => assertion.value.clone_from(value),
            (name, _) => more::take(&mut row.kept, name, value),
        }
    }
    for (row, before) in rows.iter_mut().zip(before) {
        row.kept.allowed &= !before.kept.allowed || row.asks_the_same(before);
    }
    rows
}

/// A fragment as a sentence: a capital letter where it begins with a plain word, and a full stop.
fn sentence(fragment: &str) -> String {
    let word = fragment.split(' ').next().unwrap_or_default();
    let plain = word.chars().all(char::is_alphabetic);
    let mut letters = fragment.chars();
    let first = letters.next().map(|letter| if plain { letter.to_ascii_uppercase() } else { letter });
    let stop = if fragment.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{}{stop}", first.map(String::from).unwrap_or_default(), letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::{AssertionRow, Kind, Row, rows_of};
    use crate::check::Assertion;
    use crate::exchange::{Method, Redirects, Session};
    use crate::suite::Test;

    fn form(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn row(url: &str, kind: Kind, header: &str, value: &str) -> Row {
        let assertion = AssertionRow { kind, header: header.into(), value: value.into() };
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
                ("header", ""),
                ("value", "200"),
                ("kind", "header_equals"),
                ("header", "server"),
                ("value", "mw"),
                ("name", "second"),
                ("url", ""),
            ]),
            &[],
        );
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].assertions[0].kind, Kind::Status);
        assert_eq!(rows[0].assertions[1].header, "server");
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
        let typed = form(&[("name", "n"), ("url", PAGE), ("kind", "status"), ("header", ""), ("value", "302")]);
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
        let (assertion, field, message) = complaint(&row("https://example.org/", Kind::Status, "", "200"));
        assert_eq!((assertion, field), (None, "url"));
        assert!(message.starts_with("example.org is not a Wikimedia site"), "{message}");
    }

    #[test]
    fn a_status_that_is_no_code_is_refused_at_its_value() {
        for value in ["", "abc", "99", "600", "200 OK"] {
            let (assertion, field, _) = complaint(&row(PAGE, Kind::Status, "", value));
            assert_eq!((assertion, field), (Some(0), "value"), "for <{value}>");
        }
    }

    #[test]
    fn a_header_assertion_without_a_name_is_refused_at_the_name() {
        assert_eq!(complaint(&row(PAGE, Kind::HeaderAbsent, " ", "")).1, "header");
    }

    #[test]
    fn a_test_without_assertions_is_refused() {
        let row = Row { assertions: Vec::new(), ..row(PAGE, Kind::Status, "", "200") };
        assert_eq!(complaint(&row), (None, "test", "A test needs at least one assertion.".into()));
    }
}
