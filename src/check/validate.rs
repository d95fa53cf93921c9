// SPDX-License-Identifier: GPL-2.0-or-later
//! Which assertions can be judged, and can fail.

use super::judge::compare;
use super::path::Path;
use super::{Assertion, Predicate, Subject};
use super::{Order, html, pattern};
use serde_json::{Number, Value};
use std::cmp::Ordering;
use thiserror::Error;

/// Why an assertion cannot be judged by anybody.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AssertionError {
    /// Nothing is demanded.
    #[error("{what} must not be empty")]
    Empty {
        /// Which field.
        what: &'static str,
    },
    /// The status is no HTTP status code.
    #[error("status <{0}> is not between 100 and 599")]
    Status(String),
    /// The digest is none.
    #[error("SHA-256 <{0}> has not 64 lower-case hexadecimal digits")]
    Digest(String),
    /// The regular expression cannot be read.
    #[error("regular expression <{pattern}> cannot be read: {detail}")]
    Pattern {
        /// The expression.
        pattern: String,
        /// What the library said.
        detail: String,
    },
    /// The `JSONPath` cannot be read.
    #[error("JSONPath <{path}> cannot be read: {detail}")]
    Path {
        /// The expression.
        path: String,
        /// What the library said.
        detail: String,
    },
    /// The CSS selector cannot be read.
    #[error("CSS selector <{selector}> cannot be read: {detail}")]
    Selector {
        /// The selector.
        selector: String,
        /// What the library said.
        detail: String,
    },
    /// It holds of every answer, or of none.
    #[error("<{assertion}> cannot be said: {why}")]
    Idle {
        /// The assertion in words.
        assertion: String,
        /// Why, as a fragment.
        why: &'static str,
    },
    /// The predicate says nothing about such a value.
    #[error("<{assertion}> cannot be said: {why}")]
    Senseless {
        /// The assertion in words.
        assertion: String,
        /// Why, as a fragment.
        why: &'static str,
    },
}

/// What kind of value a subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Number,
    /// A text that is always there.
    Text,
    /// A text that is the same or another.
    Digest,
    /// A text that may be missing.
    Found,
    /// A list of texts.
    List,
    /// Any JSON value, or none.
    Any,
}

impl Subject {
    /// What kind of value it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Status
            | Self::Occurrences { .. }
            | Self::JsonCount { .. }
            | Self::HtmlCount { .. }
            | Self::Duration
            | Self::Size => Kind::Number,
            Self::Url | Self::Body => Kind::Text,
            Self::Sha256 => Kind::Digest,
            Self::Header { .. } | Self::Html { .. } | Self::HtmlAttribute { .. } | Self::ApiError => Kind::Found,
            Self::Redirects => Kind::List,
            Self::Json { .. } | Self::MwConfig { .. } => Kind::Any,
        }
    }

    /// Whether it can be looked for.
    ///
    /// # Errors
    /// When it is not said, or cannot be read.
    pub fn validate(&self) -> Result<(), AssertionError> {
        match self {
            Self::Header { name } => filled("the header's name", name),
            Self::Occurrences { text } => filled("the text", text),
            Self::Json { path } | Self::JsonCount { path } => {
                filled("the JSONPath", path)?;
                Path::parse(path).map(drop)
            }
            Self::Html { selector } | Self::HtmlCount { selector } => {
                filled("the CSS selector", selector)?;
                html::selector(selector).map(drop)
            }
            Self::HtmlAttribute { selector, attribute } => {
                filled("the attribute's name", attribute)?;
                filled("the CSS selector", selector)?;
                html::selector(selector).map(drop)
            }
            Self::MwConfig { name } => filled("the name of the value", name),
            Self::Status
            | Self::Url
            | Self::Redirects
            | Self::Body
            | Self::ApiError
            | Self::Duration
            | Self::Size
            | Self::Sha256 => Ok(()),
        }
    }
}

impl Assertion {
    /// Whether the assertion can be judged, and can fail.
    ///
    /// # Errors
    /// When it demands nothing, an impossible status, what cannot be read, or what makes no sense of its subject.
    pub fn validate(&self) -> Result<(), AssertionError> {
        self.of.validate()?;
        self.applies().map_err(|why| AssertionError::Senseless { assertion: self.to_string(), why })?;
        self.is_open().map_err(|why| AssertionError::Idle { assertion: self.to_string(), why })?;
        match &self.is {
            Predicate::OneOf { values } if values.is_empty() => Err(AssertionError::Empty { what: "the list" }),
            Predicate::Contains { value: Value::String(text) } | Predicate::Lacks { value: Value::String(text) } => {
                filled("the text", text)
            }
            Predicate::Matches { pattern } | Predicate::MatchesNot { pattern } => {
                filled("the regular expression", pattern)?;
                pattern::regex(pattern, &self.of).map(drop)
            }
            Predicate::Is { value } | Predicate::IsNot { value } if self.of == Subject::Status => status(value),
            Predicate::Is { value } | Predicate::IsNot { value } if self.of == Subject::Sha256 => digest(value),
            Predicate::OneOf { values } if self.of == Subject::Sha256 => values.iter().try_for_each(digest),
            Predicate::OneOf { values } if self.of == Subject::Status => values.iter().try_for_each(status),
            _ => Ok(()),
        }
    }

    /// Whether the predicate can be said of such a subject, else why not.
    pub(super) fn applies(&self) -> Result<(), &'static str> {
        use Predicate::{Absent, Between, Compares, Contains, Exists, Is, IsNot, Lacks, Matches, MatchesNot, OneOf};
        let values = match &self.is {
            Is { value } | IsNot { value } | Contains { value } | Lacks { value } => std::slice::from_ref(value),
            OneOf { values } => values,
            _ => &[],
        };
        let all = |is: fn(&Value) -> bool, why| if values.iter().all(is) { Ok(()) } else { Err(why) };
        match (self.of.kind(), &self.is) {
            (Kind::Any, _) | (Kind::Number, Between { .. } | Compares { .. }) => Ok(()),
            (Kind::Number, Is { .. } | IsNot { .. } | OneOf { .. }) => all(Value::is_number, "it is a number"),
            (Kind::Number, _) => Err("it is a number"),
            (_, Between { .. } | Compares { .. }) => Err("it is no number"),
            (Kind::List, Is { .. } | IsNot { .. }) => all(Value::is_array, "it is a list"),
            (Kind::List, Contains { .. } | Lacks { .. }) => all(Value::is_string, "it holds texts"),
            (Kind::List, _) => Err("it is a list"),
            (Kind::Text | Kind::Digest, Exists | Absent) => Err("it is always there"),
            (Kind::Digest, Is { .. } | IsNot { .. } | OneOf { .. }) => all(Value::is_string, "it is a text"),
            (Kind::Digest, _) => Err("it is the same or another"),
            (Kind::Text | Kind::Found, Matches { .. } | MatchesNot { .. } | Exists | Absent) => Ok(()),
            (Kind::Text | Kind::Found, _) => all(Value::is_string, "it is a text"),
        }
    }
}

impl Assertion {
    /// Whether there is an answer of which it holds and one of which it does not, as far as numbers tell, else why not.
    fn is_open(&self) -> Result<(), &'static str> {
        if let Predicate::Between { from, to } = &self.is
            && compare(from, to).is_none_or(Ordering::is_gt)
        {
            return Err("nothing lies between");
        }
        let (least, most) = match self.of {
            Subject::Status => (Number::from(STATUS.0), Some(Number::from(STATUS.1))),
            _ if self.of.kind() == Kind::Number => (Number::from(0), None),
            _ => return Ok(()),
        };
        // How a number stands to the least and to the most that there is; the latter may be as great as it will.
        let stand = |number: &Number| {
            let to_most = most.as_ref().map_or(Some(Ordering::Less), |most| compare(number, most));
            (compare(number, &least), to_most)
        };
        let is_less = |order: Option<Ordering>| order.is_none_or(Ordering::is_lt);
        let is_more = |order: Option<Ordering>| order.is_none_or(Ordering::is_gt);
        let (always, never) = match &self.is {
            Predicate::Is { value: Value::Number(number) } | Predicate::IsNot { value: Value::Number(number) } => {
                return if number.as_u64().is_some() { Ok(()) } else { Err("it is a whole number, and not below 0") };
            }
            Predicate::OneOf { values } => {
                let whole = values.iter().all(|value| value.as_u64().is_some());
                return if whole { Ok(()) } else { Err("it is a whole number, and not below 0") };
            }
            Predicate::Between { from, to } => {
                let ((from_least, from_most), (to_least, to_most)) = (stand(from), stand(to));
                let holds_all = most.is_some() && !is_more(from_least) && !is_less(to_most);
                (holds_all, is_more(from_most) || is_less(to_least))
            }
            Predicate::Compares { order, number } => {
                let (to_least, to_most) = stand(number);
                let at_least = to_least.is_none_or(Ordering::is_le);
                let at_most = to_most.is_none_or(Ordering::is_ge);
                match order {
                    Order::Below => (is_more(to_most), at_least),
                    Order::AtMost => (at_most, is_less(to_least)),
                    Order::AtLeast => (at_least, is_more(to_most)),
                    Order::Above => (is_less(to_least), at_most),
                }
            }
            _ => return Ok(()),
        };
        match (always, never) {
            (true, _) => Err("it holds of every answer"),
            (_, true) => Err("it holds of no answer"),
            _ => Ok(()),
        }
    }
}

/// The least and the greatest status code (RFC 9110, section 15).
const STATUS: (u64, u64) = (100, 599);

fn digest(value: &Value) -> Result<(), AssertionError> {
    let is_one = |text: &str| text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let fine = value.as_str().is_some_and(is_one);
    if fine { Ok(()) } else { Err(AssertionError::Digest(super::words::said(value))) }
}

fn filled(what: &'static str, text: &str) -> Result<(), AssertionError> {
    if text.trim().is_empty() { Err(AssertionError::Empty { what }) } else { Ok(()) }
}

fn status(value: &Value) -> Result<(), AssertionError> {
    let fine = value.as_u64().is_some_and(|code| (STATUS.0..=STATUS.1).contains(&code));
    if fine { Ok(()) } else { Err(AssertionError::Status(value.to_string())) }
}

#[cfg(test)]
mod tests {
    use super::AssertionError;
    use crate::check::{Assertion, Order, Predicate, Subject};
    use serde_json::json;

    fn refused(of: Subject, is: Predicate) -> String {
        Assertion { of, is }.validate().unwrap_err().to_string()
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_the_reason() {
        let text = |text: &str| json!(text);
        for (of, is, why) in [
            (Subject::Status, Predicate::Exists, "<status exists> cannot be said: it is a number"),
            (
                Subject::Duration,
                Predicate::Is { value: text("5") },
                "<duration in ms is <5>> cannot be said: it is a number",
            ),
            (
                Subject::Body,
                Predicate::Compares { order: Order::Below, number: 5.into() },
                "<body is < 5> cannot be said: it is no number",
            ),
            (Subject::Body, Predicate::Absent, "<body is absent> cannot be said: it is always there"),
            (
                Subject::Redirects,
                Predicate::Matches { pattern: "x".into() },
                "<list of redirects matches <x>> cannot be said: it is a list",
            ),
            (
                Subject::Header { name: "X".into() },
                Predicate::Contains { value: json!(1) },
                "<header X contains <1>> cannot be said: it is a text",
            ),
            (Subject::Status, Predicate::OneOf { values: Vec::new() }, "the list must not be empty"),
            (Subject::Status, Predicate::OneOf { values: vec![json!(99)] }, "status <99> is not between 100 and 599"),
            (Subject::MwConfig { name: " ".into() }, Predicate::Exists, "the name of the value must not be empty"),
        ] {
            assert_eq!(refused(of, is), why);
        }
    }

    #[test]
    fn what_can_be_judged_is_fine() {
        for (of, is) in [
            (Subject::Status, Predicate::OneOf { values: vec![json!(200), json!(304)] }),
            (Subject::Status, Predicate::Between { from: 200.into(), to: 299.into() }),
            (Subject::Redirects, Predicate::Is { value: json!([]) }),
            (Subject::ApiError, Predicate::Absent),
            (Subject::MwConfig { name: "wgX".into() }, Predicate::Is { value: json!({"a": 1}) }),
            (Subject::Size, Predicate::Compares { order: Order::AtMost, number: 5.into() }),
        ] {
            assert_eq!(Assertion { of, is }.validate(), Ok::<(), AssertionError>(()));
        }
    }
}
