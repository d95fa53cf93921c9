// SPDX-License-Identifier: GPL-2.0-or-later
//! An assertion as it stands in the form: text that need not make sense yet, and back to what was saved without a loss.

use super::row::{Complaint, sentence};
use super::what::{Field, What};
use crate::check::{Assertion, Kind, Predicate, PredicateKind, Subject};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};
use std::collections::BTreeMap;

/// What was typed, by field; fields that are not shown now keep their text.
pub(super) type Typed = BTreeMap<Field, String>;

/// An assertion as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AssertionRow {
    /// What is spoken of.
    pub(super) what: What,
    /// What it must be.
    pub(super) must: PredicateKind,
    /// What was typed.
    pub(super) typed: Typed,
    /// An assertion that the form's controls cannot show; then it stays as it is, and nothing else of the row counts.
    pub(super) kept: Option<Assertion>,
}

impl AssertionRow {
    /// An empty one.
    pub(super) const fn blank() -> Self {
        Self { what: What::Body, must: PredicateKind::Contains, typed: Typed::new(), kept: None }
    }

    /// The row of a saved one. What would not come back from the controls as it was, is kept.
    pub(super) fn of(assertion: &Assertion) -> Self {
        let row = Self::shown(assertion);
        if row.survives_controls() && row.build().as_ref() == Ok(assertion) {
            row
        } else {
            Self { kept: Some(assertion.clone()), ..Self::blank() }
        }
    }

    fn shown(assertion: &Assertion) -> Self {
        let (what, mut typed) = What::of(&assertion.of);
        let kind = assertion.of.kind();
        match &assertion.is {
            Predicate::Contains { value } | Predicate::Lacks { value } if kind == Kind::List => {
                typed.insert(Field::Value, value.as_str().unwrap_or_default().to_owned());
            }
            Predicate::Is { value }
            | Predicate::IsNot { value }
            | Predicate::Contains { value }
            | Predicate::Lacks { value } => {
                typed.insert(Field::Value, written(value, kind));
            }
            Predicate::OneOf { values } => {
                let lines: Vec<_> = values.iter().map(|value| written(value, kind)).collect();
                typed.insert(Field::Value, lines.join("\n"));
            }
            Predicate::Between { from, to } => {
                typed.extend([(Field::Value, from.to_string()), (Field::To, to.to_string())]);
            }
            Predicate::Compares { number, .. } => {
                typed.insert(Field::Value, number.to_string());
            }
            Predicate::Matches { pattern } | Predicate::MatchesNot { pattern } => {
                typed.insert(Field::Value, pattern.clone());
            }
            Predicate::Exists | Predicate::Absent => {}
        }
        Self { what, must: assertion.is.kind(), typed, kept: None }
    }

    /// Whether a browser's controls give the text back as it is put into them: an input drops line breaks.
    fn survives_controls(&self) -> bool {
        self.typed.iter().all(|(field, text)| !text.contains('\r') && (*field == Field::Value || !text.contains('\n')))
    }

    /// The fields to show, in order.
    pub(super) fn fields(&self) -> Vec<Field> {
        let values: &[Field] = match self.must {
            PredicateKind::Exists | PredicateKind::Absent => &[],
            PredicateKind::Between => &[Field::Value, Field::To],
            _ => &[Field::Value],
        };
        [self.what.fields(), values].concat()
    }

    /// What is typed into a field.
    pub(super) fn text(&self, field: Field) -> &str {
        self.typed.get(&field).map_or("", String::as_str)
    }

    /// What kind of value is spoken of.
    pub(super) fn kind(&self) -> Kind {
        self.subject().kind()
    }

    /// What is spoken of, with what was typed.
    pub(super) fn subject(&self) -> Subject {
        self.what.subject(&self.typed)
    }

    /// Whether the value is a list, one a line.
    pub(super) fn is_list(&self) -> bool {
        let whole_list = matches!(self.must, PredicateKind::Is | PredicateKind::IsNot) && self.kind() == Kind::List;
        self.must == PredicateKind::OneOf || whole_list
    }

    /// Another thing is spoken of: what must be of it may make no sense now.
    pub(super) fn settle(&mut self) {
        let predicates = self.subject().predicates();
        if let (false, Some(first)) = (predicates.contains(&self.must), predicates.first()) {
            self.must = *first;
        }
    }

    /// How a typed JSON value is taken.
    pub(super) fn reading(&self) -> Option<String> {
        let typed = self.text(Field::Value).trim();
        let compares = !matches!(self.must, PredicateKind::Matches | PredicateKind::MatchesNot);
        let asks = self.kind() == Kind::Any && compares && self.fields().contains(&Field::Value);
        let is_number = matches!(self.must, PredicateKind::Between | PredicateKind::Compares(_));
        (asks && !is_number && !self.is_list()).then(|| match read(typed, Kind::Any) {
            _ if typed.is_empty() => "Taken as a text, unless it is JSON such as 5, true or null.".to_owned(),
            Some(Value::String(text)) => format!("Taken as the text “{text}”."),
            Some(Value::Number(number)) => format!("Taken as the number {number}; for the text, write \"{typed}\"."),
            Some(other) => format!("Taken as {}; for the text, put it in double quotes.", kind_of(&other)),
            None => String::new(),
        })
    }

    /// The assertion, or what stands against it.
    pub(super) fn build(&self) -> Result<Assertion, Complaint> {
        if let Some(kept) = &self.kept {
            return Ok(kept.clone());
        }
        for field in self.what.fields() {
            if self.text(*field).trim().is_empty() {
                return Err(Complaint::about(field.name(), &missing(*field)));
            }
        }
        let of = self.subject();
        let place = self.what.fields().first().copied().unwrap_or(Field::Value);
        of.validate().map_err(|error| Complaint::about(place.name(), &sentence(&error.to_string())))?;
        let assertion = Assertion { of, is: self.predicate()? };
        let refused =
            |error: crate::check::AssertionError| Complaint::about(Field::Value.name(), &sentence(&error.to_string()));
        assertion.validate().map_err(refused).map(|()| assertion)
    }

    fn predicate(&self) -> Result<Predicate, Complaint> {
        let kind = self.kind();
        let text = self.text(Field::Value);
        let wrong = |what: &str| Complaint::about(Field::Value.name(), what);
        let filled = |what: &str| if text.trim().is_empty() { Err(wrong(what)) } else { Ok(text.to_owned()) };
        let value = || {
            let found = if self.is_list() { read_list(text) } else { read(&filled(self.wanted())?, kind) };
            found.ok_or_else(|| wrong(self.wanted()))
        };
        let number = |field: Field| {
            let found = self.text(field).trim().parse::<Number>();
            found.map_err(|_| Complaint::about(field.name(), "Write a number, such as 200."))
        };
        Ok(match self.must {
            PredicateKind::Is => Predicate::Is { value: value()? },
            PredicateKind::IsNot => Predicate::IsNot { value: value()? },
            // A list holds texts.
            PredicateKind::Contains if kind == Kind::List => {
                Predicate::Contains { value: filled(self.wanted())?.into() }
            }
            PredicateKind::Lacks if kind == Kind::List => Predicate::Lacks { value: filled(self.wanted())?.into() },
            PredicateKind::Contains => Predicate::Contains { value: value()? },
            PredicateKind::Lacks => Predicate::Lacks { value: value()? },
            PredicateKind::OneOf => {
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                let values = lines.map(|line| read(line, kind)).collect::<Option<Vec<_>>>();
                Predicate::OneOf { values: values.ok_or_else(|| wrong("Write numbers, one a line."))? }
            }
            PredicateKind::Between => Predicate::Between { from: number(Field::Value)?, to: number(Field::To)? },
            PredicateKind::Compares(order) => Predicate::Compares { order, number: number(Field::Value)? },
            PredicateKind::Matches => Predicate::Matches { pattern: filled("Write a regular expression.")? },
            PredicateKind::MatchesNot => Predicate::MatchesNot { pattern: filled("Write a regular expression.")? },
            PredicateKind::Exists => Predicate::Exists,
            PredicateKind::Absent => Predicate::Absent,
        })
    }

    /// What is to be written, as a sentence.
    const fn wanted(&self) -> &'static str {
        match (self.what, self.must) {
            (What::Status, _) => "Write a status code, a number from 100 to 599, such as 200.",
            (What::Body, PredicateKind::Lacks) => "Write the text that the page must not show, letter for letter.",
            (What::Body, _) => "Write the text that the page must show, letter for letter.",
            (What::Header, PredicateKind::Is) => "Write the header’s whole value.",
            (What::Occurrences | What::HtmlCount | What::JsonCount | What::Duration | What::Size, _) => {
                "Write a number, such as 1."
            }
            _ => "Write the value.",
        }
    }
}

const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "JSON’s null",
        Value::Bool(_) => "JSON’s true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a JSON list",
        Value::Object(_) => "a JSON object",
    }
}

/// A value as it is typed: of any JSON, a text stands without quotes where nobody could take it for something else.
fn written(value: &Value, kind: Kind) -> String {
    match (kind, value) {
        (Kind::List, Value::Array(items)) => {
            items.iter().map(|item| item.as_str().unwrap_or_default()).collect::<Vec<_>>().join("\n")
        }
        (Kind::Any, Value::String(text)) => {
            let plain =
                !text.is_empty() && read(text, Kind::Any).as_ref() == Some(value) && !text.contains(['\n', '\r']);
            if plain { text.clone() } else { value.to_string() }
        }
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}

/// What was typed as a value; `None` where it cannot be one. Of any JSON: a text, unless it is a literal of JSON.
fn read(typed: &str, kind: Kind) -> Option<Value> {
    match kind {
        Kind::Number => typed.trim().parse::<Number>().ok().map(Value::Number),
        Kind::Digest => Some(Value::String(typed.trim().to_owned())),
        Kind::Text | Kind::Found | Kind::List => Some(Value::String(typed.to_owned())),
        Kind::Any => Some(serde_json::from_str(typed).unwrap_or_else(|_| Value::String(typed.trim().to_owned()))),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "as the other way to read a value")]
fn read_list(typed: &str) -> Option<Value> {
    let lines = typed.lines().map(str::trim).filter(|line| !line.is_empty());
    Some(Value::Array(lines.map(|line| Value::String(line.to_owned())).collect()))
}

/// What is to be written into an empty field.
fn missing(field: Field) -> String {
    let what = match field {
        Field::Header => "the header’s name",
        Field::Text => "the text to count",
        Field::Path => "the JSONPath",
        Field::Selector => "the CSS selector",
        Field::Attribute => "the attribute’s name",
        Field::Config => "the key",
        Field::Value | Field::To => return "Write the value.".to_owned(),
    };
    format!("Write {what}, such as {}.", field.example())
}

#[cfg(test)]
mod tests {
    use super::{AssertionRow, Field, What};
    use crate::check::{Assertion, Order, Predicate, PredicateKind, Subject};
    use serde_json::{Value, json};

    fn all() -> Vec<Assertion> {
        let (path, selector) = (String::from("$.a"), String::from("#a > b"));
        let subjects = [
            Subject::Status,
            Subject::Url,
            Subject::Redirects,
            Subject::Header { name: "X".into() },
            Subject::Body,
            Subject::Occurrences { text: " two  words ".into() },
            Subject::Json { path: path.clone() },
            Subject::JsonCount { path },
            Subject::Html { selector: selector.clone() },
            Subject::HtmlAttribute { selector: selector.clone(), attribute: "href".into() },
            Subject::HtmlCount { selector },
            Subject::MwConfig { name: "wgX".into() },
            Subject::ApiError,
            Subject::Duration,
            Subject::Size,
            Subject::Sha256,
        ];
        let values =
            || [json!(200), json!(" a text "), json!("200"), json!("true"), json!(null), json!(["a"]), json!({"a": 1})];
        let with = |make: fn(Value) -> Predicate| values().map(make).to_vec();
        let predicates = [
            with(|value| Predicate::Is { value }),
            with(|value| Predicate::IsNot { value }),
            with(|value| Predicate::Contains { value }),
            with(|value| Predicate::Lacks { value }),
            with(|value| Predicate::OneOf { values: vec![value.clone(), value] }),
            vec![
                Predicate::Between { from: 100.into(), to: 299.into() },
                Predicate::Compares { order: Order::Above, number: 7.into() },
                Predicate::Matches { pattern: "^a\nb".into() },
                Predicate::MatchesNot { pattern: "a b".into() },
                Predicate::Exists,
                Predicate::Absent,
            ],
        ]
        .concat();
        let pair =
            |of: &Subject| predicates.iter().map(|is| Assertion { of: of.clone(), is: is.clone() }).collect::<Vec<_>>();
        subjects.iter().flat_map(pair).collect()
    }

    #[test]
    fn every_assertion_comes_back_from_its_row_as_it_was() {
        for assertion in all() {
            assert_eq!(AssertionRow::of(&assertion).build().as_ref(), Ok(&assertion), "{assertion}");
        }
    }

    #[test]
    fn every_assertion_that_can_be_judged_has_controls_and_only_others_are_kept() {
        let (fine, senseless): (Vec<_>, Vec<_>) = all().into_iter().partition(|one| one.validate().is_ok());
        assert!(fine.len() > 150, "{}", fine.len());
        for assertion in fine {
            let has_spaces =
                |is: &Predicate| matches!(is, Predicate::OneOf { values } if values[0] == json!(" a text "));
            let is_kept = AssertionRow::of(&assertion).kept.is_some();
            let is_trimmed = has_spaces(&assertion.is) && assertion.of.kind() != crate::check::Kind::Any;
            assert_eq!(is_kept, is_trimmed, "{assertion}");
        }
        assert!(senseless.iter().all(|one| AssertionRow::of(one).kept.is_some()));
    }

    #[test]
    fn what_an_input_would_change_is_kept() {
        for assertion in [
            Assertion::body_contains("a\r\nb"),
            Assertion { of: Subject::Occurrences { text: "a\nb".into() }, is: Predicate::Is { value: json!(1) } },
        ] {
            assert_eq!(AssertionRow::of(&assertion).kept, Some(assertion));
        }
        assert_eq!(AssertionRow::of(&Assertion::body_contains("a\nb")).kept, None);
    }

    #[test]
    fn a_json_value_is_a_text_unless_it_is_a_literal() {
        let built = |typed: &str| {
            let typed = [(Field::Path, "$.a".to_owned()), (Field::Value, typed.to_owned())].into();
            let row = AssertionRow { what: What::Json, must: PredicateKind::Is, typed, kept: None };
            let Ok(Assertion { is: Predicate::Is { value }, .. }) = row.build() else { return Value::Null };
            value
        };
        for (typed, value) in [
            ("enwiki", json!("enwiki")),
            ("200", json!(200)),
            ("\"200\"", json!("200")),
            ("true", json!(true)),
            ("[1, 2]", json!([1, 2])),
            ("[1, 2", json!("[1, 2")),
        ] {
            assert_eq!(built(typed), value, "{typed}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        let row = |what, must, typed: &[(Field, &str)]| {
            let typed = typed.iter().map(|(field, text)| (*field, (*text).to_owned())).collect();
            AssertionRow { what, must, typed, kept: None }.build().unwrap_err().field
        };
        assert_eq!(row(What::Json, PredicateKind::Exists, &[]), "path");
        assert_eq!(row(What::Json, PredicateKind::Exists, &[(Field::Path, "$[")]), "path");
        assert_eq!(row(What::HtmlAttribute, PredicateKind::Exists, &[(Field::Selector, "a")]), "attribute");
        assert_eq!(row(What::Html, PredicateKind::Exists, &[(Field::Selector, "a[")]), "selector");
        assert_eq!(row(What::Status, PredicateKind::Between, &[(Field::Value, "200")]), "to");
        assert_eq!(row(What::Status, PredicateKind::OneOf, &[(Field::Value, "200\nx")]), "value");
        assert_eq!(row(What::Body, PredicateKind::Matches, &[(Field::Value, "(")]), "value");
    }
}
