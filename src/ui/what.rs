// SPDX-License-Identifier: GPL-2.0-or-later
//! The vocabulary of assertions as the form offers it: groups, names, which fields belong to what.
//!
//! Must not know which pairs make sense: `check` does.

use super::demand::Typed;
use crate::check::{Order, PredicateKind, Subject};
use serde::{Deserialize, Serialize};

/// What of a response an assertion or a capture speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum What {
    Body,
    Occurrences,
    Html,
    HtmlAttribute,
    HtmlCount,
    Status,
    Header,
    Url,
    Redirects,
    Duration,
    Size,
    Sha256,
    Json,
    JsonCount,
    MwConfig,
    ApiError,
}

/// A field that is typed into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Field {
    Header,
    Text,
    Path,
    Selector,
    Attribute,
    Config,
    /// What it must be; the lesser of two.
    Value,
    /// The greater of two.
    To,
}

/// What there is to choose from, by group.
pub(super) const GROUPS: [(&str, &[What]); 4] = [
    ("Page", &[What::Body, What::Occurrences, What::Html, What::HtmlAttribute, What::HtmlCount]),
    ("Response", &[What::Status, What::Header, What::Url, What::Redirects, What::Duration, What::Size, What::Sha256]),
    ("JSON", &[What::Json, What::JsonCount]),
    ("MediaWiki", &[What::MwConfig, What::ApiError]),
];

impl What {
    /// The value of its option.
    pub(super) const fn tag(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Occurrences => "occurrences",
            Self::Html => "html",
            Self::HtmlAttribute => "html_attribute",
            Self::HtmlCount => "html_count",
            Self::Status => "status",
            Self::Header => "header",
            Self::Url => "url",
            Self::Redirects => "redirects",
            Self::Duration => "duration",
            Self::Size => "size",
            Self::Sha256 => "sha256",
            Self::Json => "json",
            Self::JsonCount => "json_count",
            Self::MwConfig => "mw_config",
            Self::ApiError => "api_error",
        }
    }

    /// What the list calls it.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Body => "Body",
            Self::Occurrences => "Count of a text",
            Self::Html => "Element’s text",
            Self::HtmlAttribute => "Element’s attribute",
            Self::HtmlCount => "Count of elements",
            Self::Status => "Status",
            Self::Header => "Header",
            Self::Url => "Final URL",
            Self::Redirects => "List of redirects",
            Self::Duration => "Duration in ms",
            Self::Size => "Size in bytes",
            Self::Sha256 => "SHA-256 of the body",
            Self::Json => "JSON value",
            Self::JsonCount => "Count of JSON values",
            Self::MwConfig => "mw.config value",
            Self::ApiError => "API error code",
        }
    }

    pub(super) fn from_tag(tag: &str) -> Option<Self> {
        GROUPS.iter().flat_map(|(_, all)| *all).copied().find(|what| what.tag() == tag)
    }

    /// What says where it stands.
    pub(super) const fn fields(self) -> &'static [Field] {
        match self {
            Self::Header => &[Field::Header],
            Self::Occurrences => &[Field::Text],
            Self::Json | Self::JsonCount => &[Field::Path],
            Self::Html | Self::HtmlCount => &[Field::Selector],
            Self::HtmlAttribute => &[Field::Selector, Field::Attribute],
            Self::MwConfig => &[Field::Config],
            _ => &[],
        }
    }

    /// The subject with what was typed.
    pub(super) fn subject(self, typed: &Typed) -> Subject {
        let field = |field| typed.get(&field).cloned().unwrap_or_default();
        let trimmed = |name| field(name).trim().to_owned();
        match self {
            Self::Body => Subject::Body,
            Self::Occurrences => Subject::Occurrences { text: field(Field::Text) },
            Self::Html => Subject::Html { selector: trimmed(Field::Selector) },
            Self::HtmlAttribute => {
                Subject::HtmlAttribute { selector: trimmed(Field::Selector), attribute: trimmed(Field::Attribute) }
            }
            Self::HtmlCount => Subject::HtmlCount { selector: trimmed(Field::Selector) },
            Self::Status => Subject::Status,
            Self::Header => Subject::Header { name: trimmed(Field::Header) },
            Self::Url => Subject::Url,
            Self::Redirects => Subject::Redirects,
            Self::Duration => Subject::Duration,
            Self::Size => Subject::Size,
            Self::Sha256 => Subject::Sha256,
            Self::Json => Subject::Json { path: trimmed(Field::Path) },
            Self::JsonCount => Subject::JsonCount { path: trimmed(Field::Path) },
            Self::MwConfig => Subject::MwConfig { name: trimmed(Field::Config) },
            Self::ApiError => Subject::ApiError,
        }
    }

    /// What a subject is, and what is to be typed for it.
    pub(super) fn of(subject: &Subject) -> (Self, Typed) {
        let one = |what, field, text: &String| (what, Typed::from([(field, text.clone())]));
        match subject {
            Subject::Body => (Self::Body, Typed::new()),
            Subject::Occurrences { text } => one(Self::Occurrences, Field::Text, text),
            Subject::Html { selector } => one(Self::Html, Field::Selector, selector),
            Subject::HtmlAttribute { selector, attribute } => {
                let typed = [(Field::Selector, selector.clone()), (Field::Attribute, attribute.clone())];
                (Self::HtmlAttribute, Typed::from(typed))
            }
            Subject::HtmlCount { selector } => one(Self::HtmlCount, Field::Selector, selector),
            Subject::Status => (Self::Status, Typed::new()),
            Subject::Header { name } => one(Self::Header, Field::Header, name),
            Subject::Url => (Self::Url, Typed::new()),
            Subject::Redirects => (Self::Redirects, Typed::new()),
            Subject::Duration => (Self::Duration, Typed::new()),
            Subject::Size => (Self::Size, Typed::new()),
            Subject::Sha256 => (Self::Sha256, Typed::new()),
            Subject::Json { path } => one(Self::Json, Field::Path, path),
            Subject::JsonCount { path } => one(Self::JsonCount, Field::Path, path),
            Subject::MwConfig { name } => one(Self::MwConfig, Field::Config, name),
            Subject::ApiError => (Self::ApiError, Typed::new()),
        }
    }
}

impl Field {
    const ALL: [Self; 8] =
        [Self::Header, Self::Text, Self::Path, Self::Selector, Self::Attribute, Self::Config, Self::Value, Self::To];

    /// The name of its control.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Text => "text",
            Self::Path => "path",
            Self::Selector => "selector",
            Self::Attribute => "attribute",
            Self::Config => "config",
            Self::Value => "value",
            Self::To => "to",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// What the form calls it.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Header => "Header’s name",
            Self::Text => "Text to count",
            Self::Path => "JSONPath",
            Self::Selector => "CSS selector",
            Self::Attribute => "Attribute",
            Self::Config => "Key",
            Self::Value => "Value",
            Self::To => "To",
        }
    }

    /// An example.
    pub(super) const fn example(self) -> &'static str {
        match self {
            Self::Header => "content-language",
            Self::Text => "mw-parser-output",
            Self::Path => "$.query.pages[0].title",
            Self::Selector => "#firstHeading",
            Self::Attribute => "href",
            Self::Config => "wgUserGroups",
            Self::Value | Self::To => "",
        }
    }
}

/// The value of a predicate's option.
pub(super) const fn tag_of(kind: PredicateKind) -> &'static str {
    match kind {
        PredicateKind::Contains => "contains",
        PredicateKind::Lacks => "lacks",
        PredicateKind::Is => "is",
        PredicateKind::IsNot => "is_not",
        PredicateKind::OneOf => "one_of",
        PredicateKind::Between => "between",
        PredicateKind::Compares(Order::AtLeast) => "at_least",
        PredicateKind::Compares(Order::AtMost) => "at_most",
        PredicateKind::Compares(Order::Above) => "above",
        PredicateKind::Compares(Order::Below) => "below",
        PredicateKind::Matches => "matches",
        PredicateKind::MatchesNot => "matches_not",
        PredicateKind::Exists => "exists",
        PredicateKind::Absent => "absent",
    }
}

/// The predicate of an option.
pub(super) fn predicate_of(tag: &str) -> Option<PredicateKind> {
    PredicateKind::ALL.into_iter().find(|kind| tag_of(*kind) == tag)
}

/// What the list calls a predicate.
pub(super) const fn words_of(kind: PredicateKind) -> &'static str {
    match kind {
        PredicateKind::Contains => "contains",
        PredicateKind::Lacks => "does not contain",
        PredicateKind::Is => "is",
        PredicateKind::IsNot => "is not",
        PredicateKind::OneOf => "is one of",
        PredicateKind::Between => "is between",
        PredicateKind::Compares(Order::AtLeast) => "is at least (≥)",
        PredicateKind::Compares(Order::AtMost) => "is at most (≤)",
        PredicateKind::Compares(Order::Above) => "is above (>)",
        PredicateKind::Compares(Order::Below) => "is below (<)",
        PredicateKind::Matches => "matches (regex)",
        PredicateKind::MatchesNot => "does not match (regex)",
        PredicateKind::Exists => "exists",
        PredicateKind::Absent => "is absent",
    }
}
