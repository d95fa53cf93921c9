// SPDX-License-Identifier: GPL-2.0-or-later
//! The items of `assert` and the subjects of `captures`, which are ours: read and written. `docs/formats.md` has the table.
//!
//! Must not judge whether an assertion makes sense: [`Assertion::validate`] does.

use super::json::json_value;
use super::yaml::{LONGEST_KEY, Yaml, quoted};
use super::{SuiteError, did_you_mean};
use crate::check::{Assertion, Order, Predicate, Subject};
use serde_json::{Number, Value};

const SUBJECTS: [&str; 15] = [
    "status",
    "url",
    "redirects",
    "header",
    "body",
    "occurrences",
    "json",
    "json_count",
    "html",
    "html_count",
    "mw_config",
    "api_error",
    "duration",
    "size",
    "sha256",
];
const ATTRIBUTE: &str = "attribute";
const PREDICATES: [&str; 13] = [
    "equals",
    "not_equals",
    "in",
    "between",
    "below",
    "at_most",
    "at_least",
    "above",
    "contains",
    "not_contains",
    "matches",
    "not_matches",
    "exists",
];
const ORDERS: [(&str, Order); 4] =
    [("below", Order::Below), ("at_most", Order::AtMost), ("at_least", Order::AtLeast), ("above", Order::Above)];

/// A key with what stands behind it.
type Pair<'y> = (&'y Yaml, &'y str, &'y Yaml);

/// The pairs of one item, sorted out.
#[derive(Default)]
struct Item<'y> {
    subject: Option<Pair<'y>>,
    attribute: Option<Pair<'y>>,
    predicate: Option<Pair<'y>>,
}

impl<'y> Item<'y> {
    fn read(yaml: &'y Yaml, what: &str) -> Result<Self, SuiteError> {
        let mut item = Self::default();
        for (key, value) in yaml.mapping(what)? {
            let name = key.scalar("a key")?;
            let (slot, kind) = match name {
                ATTRIBUTE => (&mut item.attribute, "attribute"),
                _ if SUBJECTS.contains(&name) => (&mut item.subject, "subject"),
                _ if PREDICATES.contains(&name) => (&mut item.predicate, "demand"),
                _ => {
                    let all = SUBJECTS.into_iter().chain(PREDICATES).chain([ATTRIBUTE]);
                    let remedy = did_you_mean(name, all).unwrap_or_else(known);
                    return Err(key.error(format!("key <{name}> is not known in {what}"), remedy));
                }
            };
            if let Some((_, other, _)) = slot.replace((key, name, value)) {
                let message = format!("{what} has one {kind}, and this is the second after <{other}>");
                return Err(key.error(message, "write an item of its own for it"));
            }
        }
        Ok(item)
    }

    fn subject(&self, yaml: &Yaml, what: &str) -> Result<Subject, SuiteError> {
        let Some((_, name, value)) = self.subject else {
            let remedy = format!("add one of {}", SUBJECTS.join(", "));
            return Err(yaml.error(format!("{what} does not say of what it speaks"), remedy));
        };
        if let (Some((key, ..)), true) = (self.attribute, name != "html") {
            return Err(key.error("an attribute belongs to an element", "write html: with a CSS selector beside it"));
        }
        let text = || value.scalar(name).map(str::to_owned);
        Ok(match name {
            "header" => Subject::Header { name: text()? },
            "occurrences" => Subject::Occurrences { text: text()? },
            "json" => Subject::Json { path: text()? },
            "json_count" => Subject::JsonCount { path: text()? },
            "html" => match self.attribute {
                None => Subject::Html { selector: text()? },
                Some((_, what, value)) => {
                    Subject::HtmlAttribute { selector: text()?, attribute: value.scalar(what)?.to_owned() }
                }
            },
            "html_count" => Subject::HtmlCount { selector: text()? },
            "mw_config" => Subject::MwConfig { name: text()? },
            _ => bare(name, value)?,
        })
    }
}

fn known() -> String {
    format!("known are {}; attribute beside html; and {}", SUBJECTS.join(", "), PREDICATES.join(", "))
}

/// A subject that there is once in an answer, so that nothing stands behind its key.
fn bare(name: &str, value: &Yaml) -> Result<Subject, SuiteError> {
    if !value.is_empty() {
        let remedy = format!("write what it must be behind a key of its own, such as <{{{name}: , equals: …}}>");
        return Err(value.error(format!("nothing stands behind <{name}:> itself"), remedy));
    }
    Ok(match name {
        "url" => Subject::Url,
        "redirects" => Subject::Redirects,
        "body" => Subject::Body,
        "api_error" => Subject::ApiError,
        "duration" => Subject::Duration,
        "size" => Subject::Size,
        "sha256" => Subject::Sha256,
        _ => Subject::Status,
    })
}

/// Reads one item of `assert`.
pub(super) fn assertion(yaml: &Yaml) -> Result<Assertion, SuiteError> {
    let what = "an assertion";
    let item = Item::read(yaml, what)?;
    let of = item.subject(yaml, what)?;
    let Some((_, name, value)) = item.predicate else {
        let remedy = format!("add one of {}", PREDICATES.join(", "));
        return Err(yaml.error("the assertion does not say what must be", remedy));
    };
    Ok(Assertion { is: predicate(name, value, &of)?, of })
}

/// Reads what a capture takes.
pub(super) fn captured(yaml: &Yaml) -> Result<Subject, SuiteError> {
    let what = "a capture";
    let item = Item::read(yaml, what)?;
    match item.predicate {
        Some((key, name, _)) => {
            Err(key.error(format!("a capture only takes a value, so <{name}> says nothing"), "move it to assert"))
        }
        None => item.subject(yaml, what),
    }
}

fn predicate(name: &str, value: &Yaml, of: &Subject) -> Result<Predicate, SuiteError> {
    if let Some((_, order)) = ORDERS.into_iter().find(|(known, _)| *known == name) {
        return Ok(Predicate::Compares { order, number: number(name, value)? });
    }
    let text = || value.scalar(name).map(str::to_owned);
    Ok(match name {
        "equals" => Predicate::Is { value: wanted(name, value, of)? },
        "not_equals" => Predicate::IsNot { value: wanted(name, value, of)? },
        "in" => {
            let values = value.sequence(name)?.iter().map(|item| wanted(name, item, of)).collect::<Result<_, _>>()?;
            Predicate::OneOf { values }
        }
        "between" => match value.sequence(name)? {
            [from, to] => Predicate::Between { from: number(name, from)?, to: number(name, to)? },
            _ => return Err(value.error("between takes two numbers", "write the least and the greatest: <[1, 5]>")),
        },
        "contains" => Predicate::Contains { value: wanted(name, value, of)? },
        "not_contains" => Predicate::Lacks { value: wanted(name, value, of)? },
        "matches" => Predicate::Matches { pattern: text()? },
        "not_matches" => Predicate::MatchesNot { pattern: text()? },
        _ => match value.scalar(name)? {
            "true" => Predicate::Exists,
            "false" => Predicate::Absent,
            other => return Err(value.error(format!("<{other}> is no {name}"), "write true or false")),
        },
    })
}

fn number(name: &str, value: &Yaml) -> Result<Number, SuiteError> {
    match json_value(value)? {
        Value::Number(number) => Ok(number),
        _ => Err(value.error(format!("{name} takes a number"), "write it as JSON has it, without quotes")),
    }
}

/// A value to compare with. Of what is always a text, it is read as it is written.
fn wanted(name: &str, value: &Yaml, of: &Subject) -> Result<Value, SuiteError> {
    use Subject::{ApiError, Body, Header, Html, HtmlAttribute, Sha256, Url};
    match of {
        Url | Header { .. } | Body | Html { .. } | HtmlAttribute { .. } | ApiError | Sha256 => {
            value.scalar(name).map(Value::from)
        }
        _ => json_value(value),
    }
}

/// One item of `assert` on one line.
pub(super) fn assertion_line(assertion: &Assertion) -> String {
    let (key, value) = match &assertion.is {
        Predicate::Is { value } => ("equals", flow(value)),
        Predicate::IsNot { value } => ("not_equals", flow(value)),
        Predicate::OneOf { values } => ("in", list(values)),
        Predicate::Between { from, to } => ("between", format!("[{from}, {to}]")),
        Predicate::Compares { order, number } => {
            let key = ORDERS.into_iter().find(|(_, known)| known == order).map_or("below", |(key, _)| key);
            (key, number.to_string())
        }
        Predicate::Contains { value } => ("contains", flow(value)),
        Predicate::Lacks { value } => ("not_contains", flow(value)),
        Predicate::Matches { pattern } => ("matches", quoted(pattern)),
        Predicate::MatchesNot { pattern } => ("not_matches", quoted(pattern)),
        Predicate::Exists => ("exists", "true".to_owned()),
        Predicate::Absent => ("exists", "false".to_owned()),
    };
    format!("{{{}, {key}: {value}}}", subject(&assertion.of))
}

/// What a capture takes, on one line.
pub(super) fn captured_line(of: &Subject) -> String {
    format!("{{{}}}", subject(of))
}

fn subject(of: &Subject) -> String {
    let (key, text) = match of {
        Subject::Status => ("status", None),
        Subject::Url => ("url", None),
        Subject::Redirects => ("redirects", None),
        Subject::Header { name } => ("header", Some(name)),
        Subject::Body => ("body", None),
        Subject::Occurrences { text } => ("occurrences", Some(text)),
        Subject::Json { path } => ("json", Some(path)),
        Subject::JsonCount { path } => ("json_count", Some(path)),
        Subject::Html { selector } => ("html", Some(selector)),
        Subject::HtmlAttribute { selector, attribute } => {
            return format!("html: {}, {ATTRIBUTE}: {}", quoted(selector), quoted(attribute));
        }
        Subject::HtmlCount { selector } => ("html_count", Some(selector)),
        Subject::MwConfig { name } => ("mw_config", Some(name)),
        Subject::ApiError => ("api_error", None),
        Subject::Duration => ("duration", None),
        Subject::Size => ("size", None),
        Subject::Sha256 => ("sha256", None),
    };
    text.map_or_else(|| format!("{key}: "), |text| format!("{key}: {}", quoted(text)))
}

/// A value as YAML on one line, which may be as deep as the value is.
fn flow(value: &Value) -> String {
    let pair = |(key, value): (&String, &Value)| match (quoted(key), flow(value)) {
        (key, value) if key.len() <= LONGEST_KEY => format!("{key}: {value}"),
        (key, value) => format!("? {key} : {value}"),
    };
    match value {
        Value::String(text) => quoted(text),
        Value::Array(items) => list(items),
        Value::Object(map) => format!("{{{}}}", map.iter().map(pair).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

fn list(values: &[Value]) -> String {
    format!("[{}]", values.iter().map(flow).collect::<Vec<_>>().join(", "))
}
