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
    /// One that was not followed counts. A `Location` of an answer that is no redirect (301, 302, 303, 307, 308) does not.
    Redirects,
    /// A header field; several of one name are joined by `, `, so that it is one text at most.
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
    /// What an expression finds in a JSON body: a value each. A `null` is there. A body that is no JSON throughout cannot
    /// be searched, nor one whose content type is HTML.
    Json {
        /// The expression (RFC 9535).
        path: String,
    },
    /// How many values an expression finds in a JSON body, a number.
    JsonCount {
        /// The expression (RFC 9535).
        path: String,
    },
    /// The text of the elements that a selector finds in an HTML body: a text each, as a reader sees it, without scripts and
    /// with single spaces. A body whose content type is not HTML cannot be searched. An element without a text is there.
    Html {
        /// The CSS selector.
        selector: String,
    },
    /// An attribute of the elements that a selector finds: a text for each element that has it. Where the selector finds no
    /// element it cannot be looked for: an attribute is absent only from an element that is there.
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
    /// A value of `mw.config` as the page sets it in its own scripts. In a page that sets none it cannot be looked for.
    MwConfig {
        /// Its key, such as `wgUserGroups`.
        name: String,
    },
    /// The codes of the errors with which `api.php` answered, a text each; nothing where it answered without. From what is
    /// no JSON result of `api.php`, an error is not absent either.
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

/// What something must be.
///
/// Where nothing is found, `Absent` alone holds: everything else speaks of something that is there. Where nothing can be
/// looked for, nothing holds, `Absent` neither: in a body that is hidden, cut, empty or of another kind than is searched,
/// such as JSON where elements are asked for. Where several values are found, `Contains`, `Matches` and `Exists` hold when
/// they hold of one, `Is` never, since nobody knows which is meant, and all others when they hold of each.
///
/// Texts are compared letter by letter, with their capitals. A number is no text that looks like it: `5` is not `"5"`, but
/// `5` and `5.0` are one number. What cannot be asked of a value, such as whether a number contains a text, does not hold,
/// and its opposite neither.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Predicate {
    /// Exactly this; never of several values.
    Is {
        /// The value.
        value: Value,
    },
    /// Anything but this, and there.
    IsNot {
        /// The value.
        value: Value,
    },
    /// One of these; of several values, each.
    OneOf {
        /// The values.
        values: Vec<Value>,
    },
    /// A number from here to there, both included; of several values, each.
    Between {
        /// The least.
        from: Number,
        /// The greatest.
        to: Number,
    },
    /// A number that compares so; of several values, each.
    Compares {
        /// How.
        order: Order,
        /// With what.
        number: Number,
    },
    /// A text that holds this one letter for letter, a list with an item that is this value, or an object with this key.
    Contains {
        /// Text or value.
        value: Value,
    },
    /// A text, list or object that does not, and is there.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
    /// Whether it, where it holds, says that this `status`, which is no success, is meant: by its code, by where a
    /// redirect leads, or by the API's error. One that leaves success open, such as `is not 500` or `is below 500`, means
    /// none of the others by it, and where a redirect led says nothing of the page that came then.
    #[must_use]
    pub fn speaks_of_status(&self, status: u16) -> bool {
        let leads_on = leads_on(status);
        match (&self.of, &self.is) {
            (Subject::Status, Predicate::Is { .. } | Predicate::OneOf { .. } | Predicate::Between { .. })
            | (Subject::ApiError, Predicate::Is { .. } | Predicate::OneOf { .. }) => true,
            (Subject::Status, Predicate::Compares { order, number }) => {
                matches!(order, Order::AtLeast | Order::Above) && number.as_f64().is_some_and(|number| number >= 299.0)
            }
            (Subject::Redirects, is) => leads_on && (matches!(is, Predicate::Contains { .. }) || is_some_list(is)),
            (Subject::Header { name }, is) => leads_on && name.trim().eq_ignore_ascii_case("location") && !is.forbids(),
            _ => false,
        }
    }
}

/// Whether it demands a list with something in it.
fn is_some_list(is: &Predicate) -> bool {
    matches!(is, Predicate::Is { value } if value.as_array().is_some_and(|list| !list.is_empty()))
}

/// Whether an answer of this status is a redirect (<https://fetch.spec.whatwg.org/#redirect-status>).
#[must_use]
pub const fn leads_on(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

impl Predicate {
    /// Whether it is broken by what is there, not by what is missing.
    #[must_use]
    pub const fn forbids(&self) -> bool {
        matches!(self, Self::IsNot { .. } | Self::Lacks { .. } | Self::MatchesNot { .. } | Self::Absent)
    }
}
