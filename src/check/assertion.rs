// SPDX-License-Identifier: GPL-2.0-or-later
//! What a test demands of a response: something of it, and what that must be.
//!
//! Must not look at a response: `seen` finds what is spoken of, `judge` holds it against the demand.

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// One demand, such as `status` `is 200`, or `JSON $.query.pages` `exists`. Not every pair makes sense:
/// [`Assertion::validate`] knows which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assertion {
    /// What of the response is spoken of.
    pub of: Subject,
    /// What it must be.
    pub is: Predicate,
}

/// What of a response is spoken of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The status code, a number.
    Status,
    /// The URL that gave the answer: the last one where redirects were followed.
    Url,
    /// The URLs to which redirects led, in order, each resolved against the one before; a list, empty without a redirect.
    /// One that was not followed counts.
    Redirects,
    /// A header field; several of one name are joined by `, `.
    Header {
        /// Field name, compared without case.
        name: String,
    },
    /// The body as text.
    Body,
    /// How often a text stands in the body, a number; occurrences do not overlap.
    Occurrences {
        /// The text.
        text: String,
    },
    /// What an expression finds in a JSON body: a value each.
    Json {
        /// The expression (RFC 9535).
        path: String,
    },
    /// How many values an expression finds in a JSON body, a number.
    JsonCount {
        /// The expression (RFC 9535).
        path: String,
    },
    /// The text of the elements that a selector finds in an HTML body: a text each, with the white space of a reader.
    Html {
        /// The CSS selector.
        selector: String,
    },
    /// An attribute of the elements that a selector finds: a text for each element that has it.
    HtmlAttribute {
        /// The CSS selector.
        selector: String,
        /// The attribute's name.
        attribute: String,
    },
    /// How many elements a selector finds, a number.
    HtmlCount {
        /// The CSS selector.
        selector: String,
    },
    /// A value of `mw.config` as the page sets it.
    MwConfig {
        /// Its key, such as `wgUserGroups`.
        name: String,
    },
    /// The code of the error with which the API answered; nothing where it did not.
    ApiError,
    /// Milliseconds from the request to the end of the body, a number.
    Duration,
    /// Bytes of the body, decoded, a number.
    Size,
    /// SHA-256 of the body, decoded, as 64 lower-case hexadecimal digits.
    Sha256,
}

impl Subject {
    /// Whether it is part of the page itself, as a reader or the parser cache has it.
    #[must_use]
    pub const fn is_of_page(&self) -> bool {
        use Subject::{Body, Html, HtmlAttribute, HtmlCount, MwConfig, Occurrences, Sha256, Size};
        matches!(
            self,
            Body | Occurrences { .. }
                | Html { .. }
                | HtmlAttribute { .. }
                | HtmlCount { .. }
                | MwConfig { .. }
                | Size
                | Sha256
        )
    }
}

impl Subject {
    /// Whether it can be told only by who has the body.
    #[must_use]
    pub const fn is_in_body(&self) -> bool {
        self.is_of_page() || matches!(self, Self::Json { .. } | Self::JsonCount { .. } | Self::ApiError)
    }
}

/// What something must be. Where several values are found, what is demanded must hold of one of them, and what is
/// forbidden of none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Predicate {
    /// Exactly this; of several values it cannot be said.
    Is {
        /// The value.
        value: Value,
    },
    /// Anything but this, and there.
    IsNot {
        /// The value.
        value: Value,
    },
    /// One of these.
    OneOf {
        /// The values.
        values: Vec<Value>,
    },
    /// A number from here to there, both included.
    Between {
        /// The least.
        from: Number,
        /// The greatest.
        to: Number,
    },
    /// A number that compares so.
    Compares {
        /// How.
        order: Order,
        /// With what.
        number: Number,
    },
    /// A text that holds this one letter for letter, or a list that holds this value.
    Contains {
        /// Text or value.
        value: Value,
    },
    /// A text or list that does not, and is there.
    Lacks {
        /// Text or value.
        value: Value,
    },
    /// A text in which the expression matches somewhere; in a body `^` and `$` match at lines.
    Matches {
        /// The regular expression.
        pattern: String,
    },
    /// A text in which it matches nowhere, and which is there.
    MatchesNot {
        /// The regular expression.
        pattern: String,
    },
    /// There.
    Exists,
    /// Not there.
    Absent,
}

/// How a number compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// `<`.
    Below,
    /// `<=`.
    AtMost,
    /// `>=`.
    AtLeast,
    /// `>`.
    Above,
}

impl Order {
    /// The sign: `<`, `<=`, `>=` or `>`.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::AtLeast => ">=",
            Self::Above => ">",
        }
    }
}

/// httpbb's vocabulary (<https://wikitech.wikimedia.org/wiki/Httpbb>), and `body does not contain`.
impl Assertion {
    /// `assert_status`: the status code is this.
    #[must_use]
    pub fn status(code: u16) -> Self {
        Self { of: Subject::Status, is: Predicate::Is { value: code.into() } }
    }

    /// `assert_body_contains`: the body holds this text, letter for letter.
    #[must_use]
    pub fn body_contains(text: impl Into<String>) -> Self {
        Self { of: Subject::Body, is: Predicate::Contains { value: Value::String(text.into()) } }
    }

    /// Ours, `assert_body_not_contains`: the body does not hold this text.
    #[must_use]
    pub fn body_lacks(text: impl Into<String>) -> Self {
        Self { of: Subject::Body, is: Predicate::Lacks { value: Value::String(text.into()) } }
    }

    /// `assert_body_regex`: the expression matches somewhere in the body; `^` and `$` match at lines.
    #[must_use]
    pub fn body_matches(pattern: impl Into<String>) -> Self {
        Self { of: Subject::Body, is: Predicate::Matches { pattern: pattern.into() } }
    }

    /// `assert_headers`: the field is there and its value is exactly this.
    #[must_use]
    pub fn header_is(name: impl Into<String>, value: impl Into<String>) -> Self {
        let is = Predicate::Is { value: Value::String(value.into()) };
        Self { of: Subject::Header { name: name.into() }, is }
    }

    /// `assert_headers_regex`: the field is there and the expression matches somewhere in its value.
    #[must_use]
    pub fn header_matches(name: impl Into<String>, pattern: impl Into<String>) -> Self {
        let is = Predicate::Matches { pattern: pattern.into() };
        Self { of: Subject::Header { name: name.into() }, is }
    }

    /// `assert_headers_absent`: the field is not there.
    #[must_use]
    pub fn header_absent(name: impl Into<String>) -> Self {
        Self { of: Subject::Header { name: name.into() }, is: Predicate::Absent }
    }
}

impl Assertion {
    /// Whether something of the body must not be there, or not more often than so: on any page that is not the right one
    /// it holds as well.
    #[must_use]
    pub fn wants_absence(&self) -> bool {
        let is_count = matches!(
            self.of,
            Subject::Occurrences { .. } | Subject::JsonCount { .. } | Subject::HtmlCount { .. } | Subject::Size
        );
        let holds_of_none = match &self.is {
            Predicate::Is { value } => value.as_u64() == Some(0),
            Predicate::OneOf { values } => values.iter().any(|value| value.as_u64() == Some(0)),
            Predicate::Between { from, .. } => from.as_f64().is_some_and(|from| from <= 0.0),
            Predicate::Compares { order, .. } => matches!(order, Order::Below | Order::AtMost),
            _ => false,
        };
        self.of.is_in_body() && (self.is.forbids() || (is_count && holds_of_none))
    }
}

impl Assertion {
    /// Whether it says that another status than success may be meant: by its code, or by where a redirect leads. A test
    /// that does not demands success besides.
    #[must_use]
    pub fn speaks_of_status(&self) -> bool {
        let is_some_list =
            || matches!(&self.is, Predicate::Is { value } if value.as_array().is_some_and(|list| !list.is_empty()));
        match &self.of {
            Subject::Status => true,
            Subject::Redirects => matches!(&self.is, Predicate::Contains { .. }) || is_some_list(),
            Subject::Header { name } => name.eq_ignore_ascii_case("location") && !self.is.forbids(),
            _ => false,
        }
    }
}

impl Predicate {
    /// Whether it is broken by what is there, not by what is missing.
    #[must_use]
    pub const fn forbids(&self) -> bool {
        matches!(self, Self::IsNot { .. } | Self::Lacks { .. } | Self::MatchesNot { .. } | Self::Absent)
    }
}
