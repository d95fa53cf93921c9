// SPDX-License-Identifier: GPL-2.0-or-later
//! Hurl's assertions (<https://hurl.dev/docs/asserting-response.html>) in our words.
//!
//! Must not say anything that Hurl judges otherwise: what differs is refused, with the reason.

use super::values::Values;
use crate::check::{Assertion, Order, Predicate, Subject};
use crate::suite::hurl::SUCCESS_OR_REDIRECT;
use crate::suite::hurl::asserts::{finds_one, holds_of_none, letters};
use hurl_core::ast::{
    Assert, Filter, FilterValue, Number, Predicate as Said, PredicateFuncValue as Func, PredicateValue, Query,
    QueryValue, RegexValue, Template, Whitespace,
};
use serde_json::Value;

/// What a query with its filters is in our words.
pub(super) enum Asked {
    /// This.
    Of(Subject),
    /// How many values are in, or found by, this `JSONPath`.
    Count(String),
    /// Into how many pieces this text splits the body.
    Pieces(String),
    /// What this expression takes out of the body.
    Regex(String),
}

/// The assertion as ours.
///
/// # Errors
/// With why it cannot be said.
pub(super) fn read(assert: &Assert, values: &Values) -> Result<Vec<Assertion>, String> {
    let said = &assert.predicate;
    let one = |of, is| Ok(vec![Assertion { of, is }]);
    match asked(&assert.query, &assert.filters, values)? {
        Asked::Of(Subject::Json { path }) if !finds_one(&path) => {
            let is = of_several(said, values)?;
            one(Subject::Json { path }, is)
        }
        Asked::Of(Subject::Sha256) => one(Subject::Sha256, digest(said)?),
        Asked::Of(of) => {
            let is = predicate(said, &of, values)?;
            one(of, is)
        }
        Asked::Count(path) => count(path, numeric(said, values)?),
        Asked::Pieces(text) => {
            let is = one_less(numeric(said, values)?).ok_or("pieces are counted with whole numbers from 1")?;
            one(Subject::Occurrences { text }, is)
        }
        Asked::Regex(pattern) => match (&said.predicate_func.value, said.not) {
            (Func::Exist, false) => one(Subject::Body, Predicate::Matches { pattern: in_body(&pattern) }),
            (Func::Exist, true) => one(Subject::Body, Predicate::MatchesNot { pattern: in_body(&pattern) }),
            _ => Err("what an expression takes out of the body cannot be compared".into()),
        },
    }
}

/// Whether it is what is written for a test that says where a redirect leads.
pub(super) fn is_success_or_redirect(assert: &Assert) -> bool {
    let of_status = matches!(assert.query.value, QueryValue::Status);
    let as_text = matches!(assert.filters.as_slice(), [(_, filter)] if matches!(filter.value, FilterValue::ToString));
    let Func::Match { value: PredicateValue::Regex(regex), .. } = &assert.predicate.predicate_func.value else {
        return false;
    };
    of_status && as_text && !assert.predicate.not && regex.inner.as_str() == SUCCESS_OR_REDIRECT
}

/// What a query with its filters is.
///
/// # Errors
/// With why it cannot be said.
pub(super) fn asked(query: &Query, filters: &[(Whitespace, Filter)], values: &Values) -> Result<Asked, String> {
    let text = |template: &Template| values.text(template);
    let filters: Vec<&FilterValue> = filters.iter().map(|(_, filter)| &filter.value).collect();
    let name = query.value.identifier();
    Ok(match (&query.value, filters.as_slice()) {
        (QueryValue::Status, []) => Asked::Of(Subject::Status),
        (QueryValue::Url, []) => Asked::Of(Subject::Url),
        (QueryValue::Header { name, .. }, []) => {
            let name = text(name)?;
            if name.eq_ignore_ascii_case("set-cookie") {
                return Err("a browser does not show Set-Cookie".into());
            }
            Asked::Of(Subject::Header { name })
        }
        (QueryValue::Body, []) => Asked::Of(Subject::Body),
        (QueryValue::Body, [FilterValue::Split { sep, .. }, FilterValue::Count]) => Asked::Pieces(text(sep)?),
        (QueryValue::Jsonpath { expr, .. }, []) | (QueryValue::Body, [FilterValue::JsonPath { expr, .. }]) => {
            Asked::Of(Subject::Json { path: text(expr)? })
        }
        (QueryValue::Jsonpath { expr, .. }, [FilterValue::Count]) => Asked::Count(text(expr)?),
        (QueryValue::Regex { value, .. }, []) => Asked::Regex(match value {
            RegexValue::Template(template) => of_letters(text(template)?, values)?,
            RegexValue::Regex(regex) => regex.inner.as_str().to_owned(),
        }),
        (QueryValue::Duration, []) => Asked::Of(Subject::Duration),
        (QueryValue::Bytes, [FilterValue::Count]) => Asked::Of(Subject::Size),
        (QueryValue::Sha256, []) => Asked::Of(Subject::Sha256),
        (_, []) => return Err(format!("a test has no query <{name}>")),
        (_, filters) => {
            let filters: Vec<&str> = filters.iter().map(|filter| filter.identifier()).collect();
            return Err(format!("a test has no query <{name} {}>", filters.join(" ")));
        }
    })
}

fn value(value: &PredicateValue, values: &Values) -> Result<Value, String> {
    let text = |template: &Template| values.text(template);
    Ok(match value {
        PredicateValue::Bool(value) => (*value).into(),
        PredicateValue::Null => Value::Null,
        PredicateValue::Number(Number::Integer(number)) => number.as_i64().into(),
        PredicateValue::Number(Number::Float(number)) => {
            serde_json::Number::from_f64(number.as_f64()).map(Value::Number).ok_or("this is no number")?
        }
        PredicateValue::Number(Number::BigInteger(_)) => return Err("this number is too large".into()),
        PredicateValue::String(template) => text(template)?.into(),
        PredicateValue::MultilineString(lines) => text(&lines.value())?.into(),
        PredicateValue::Regex(_) => return Err("an expression stands where a value is wanted".into()),
        PredicateValue::Base64(_) | PredicateValue::Hex(_) => return Err("bytes cannot be compared".into()),
        PredicateValue::File(_) => return Err("a file is not read".into()),
        PredicateValue::Placeholder(_) => return Err("the kind of a variable's value is not known".into()),
    })
}

fn predicate(said: &Said, of: &Subject, values: &Values) -> Result<Predicate, String> {
    let func = &said.predicate_func.value;
    let texts = |wanted: &PredicateValue| match value(wanted, values)? {
        Value::String(text) => Ok(text),
        _ => Err("a text is wanted".to_owned()),
    };
    let written = |text: String| letters(&text, |name| values.knows(name));
    let matching = |pattern: String| {
        if said.not { Predicate::MatchesNot { pattern } } else { Predicate::Matches { pattern } }
    };
    Ok(match func {
        Func::Equal { value: wanted, .. } | Func::NotEqual { value: wanted, .. } => {
            let value = value(wanted, values)?;
            if matches!(func, Func::NotEqual { .. }) == said.not {
                Predicate::Is { value }
            } else {
                Predicate::IsNot { value }
            }
        }
        Func::GreaterThan { .. }
        | Func::GreaterThanOrEqual { .. }
        | Func::LessThan { .. }
        | Func::LessThanOrEqual { .. } => numeric(said, values)?,
        Func::StartWith { value, .. } => matching(format!("\\A{}", written(texts(value)?))),
        Func::EndWith { value, .. } => matching(format!("{}\\z", written(texts(value)?))),
        Func::Contain { value: wanted, .. } => {
            let value = value(wanted, values)?;
            if said.not { Predicate::Lacks { value } } else { Predicate::Contains { value } }
        }
        Func::Match { value, .. } => {
            let pattern = match value {
                PredicateValue::Regex(regex) => regex.inner.as_str().to_owned(),
                other => of_letters(texts(other)?, values)?,
            };
            matching(if *of == Subject::Body { in_body(&pattern) } else { pattern })
        }
        Func::Exist if said.not => Predicate::Absent,
        Func::Exist => Predicate::Exists,
        Func::IsEmpty => empty(said.not, of)?,
        other => return Err(format!("a test has no predicate <{}>", other.identifier())),
    })
}

/// An expression in which nothing is put: Hurl takes a value for a part of it, where here it stands for its letters.
fn of_letters(pattern: String, values: &Values) -> Result<String, String> {
    if values.stand_in(&pattern) { Err("a value stands in an expression".into()) } else { Ok(pattern) }
}

fn empty(not: bool, of: &Subject) -> Result<Predicate, String> {
    let value = Value::String(String::new());
    match (of, not) {
        (Subject::Json { .. }, false) => {
            Ok(Predicate::OneOf { values: vec![value, serde_json::json!([]), serde_json::json!({})] })
        }
        (Subject::Json { .. }, true) => Err("a test cannot demand that a JSON value is not empty".into()),
        (_, false) => Ok(Predicate::Is { value }),
        (_, true) => Ok(Predicate::IsNot { value }),
    }
}

fn numeric(said: &Said, values: &Values) -> Result<Predicate, String> {
    let number = |wanted: &PredicateValue| match value(wanted, values)? {
        Value::Number(number) => Ok(number),
        _ => Err("a number is wanted".to_owned()),
    };
    let compares = |wanted: &PredicateValue, order, otherwise| {
        Ok(Predicate::Compares { order: if said.not { otherwise } else { order }, number: number(wanted)? })
    };
    match &said.predicate_func.value {
        Func::Equal { value, .. } | Func::NotEqual { value, .. } => {
            let value = Value::Number(number(value)?);
            let is_not = matches!(said.predicate_func.value, Func::NotEqual { .. });
            Ok(if is_not == said.not { Predicate::Is { value } } else { Predicate::IsNot { value } })
        }
        Func::GreaterThan { value, .. } => compares(value, Order::Above, Order::AtMost),
        Func::GreaterThanOrEqual { value, .. } => compares(value, Order::AtLeast, Order::Below),
        Func::LessThan { value, .. } => compares(value, Order::Below, Order::AtLeast),
        Func::LessThanOrEqual { value, .. } => compares(value, Order::AtMost, Order::Above),
        other => Err(format!("a number has no predicate <{}>", other.identifier())),
    }
}

/// Where several values may be found, Hurl compares the whole list of them.
fn of_several(said: &Said, values: &Values) -> Result<Predicate, String> {
    match (&said.predicate_func.value, said.not) {
        (Func::Exist, false) => Ok(Predicate::Exists),
        (Func::Exist, true) => Ok(Predicate::Absent),
        (Func::Contain { value: wanted, .. } | Func::Include { value: wanted, .. }, not) => {
            match value(wanted, values)? {
                value if not => Ok(Predicate::IsNot { value }),
                Value::String(text) => {
                    Ok(Predicate::Matches { pattern: format!("\\A{}\\z", letters(&text, |name| values.knows(name))) })
                }
                _ => Err("of several values of a JSONPath, only a text can be demanded of one".into()),
            }
        }
        (other, _) => Err(format!("<{}> of a JSONPath that may find several values", other.identifier())),
    }
}

/// Hurl counts what is in the one value that a plain path finds; nothing there is no count.
fn count(path: String, is: Predicate) -> Result<Vec<Assertion>, String> {
    let single = finds_one(&path);
    if single && matches!(&is, Predicate::Is { value } if value.as_f64() == Some(0.0)) {
        let is = Predicate::Is { value: Value::Array(Vec::new()) };
        return Ok(vec![Assertion { of: Subject::Json { path }, is }]);
    }
    if holds_of_none(&is) {
        return Err("this count would hold of nothing too".into());
    }
    let path = if single { format!("{path}[*]") } else { path };
    Ok(vec![Assertion { of: Subject::JsonCount { path }, is }])
}

/// A text that splits into n + 1 pieces stands n times.
fn one_less(is: Predicate) -> Option<Predicate> {
    let less = |number: &serde_json::Number| number.as_u64()?.checked_sub(1);
    Some(match is {
        Predicate::Is { value } => Predicate::Is { value: less(value.as_number()?)?.into() },
        Predicate::IsNot { value } => Predicate::IsNot { value: less(value.as_number()?)?.into() },
        Predicate::Compares { order, number } => Predicate::Compares { order, number: less(&number)?.into() },
        _ => return None,
    })
}

fn digest(said: &Said) -> Result<Predicate, String> {
    let (wanted, not) = match &said.predicate_func.value {
        Func::Equal { value, .. } => (value, said.not),
        Func::NotEqual { value, .. } => (value, !said.not),
        other => return Err(format!("a digest has no predicate <{}>", other.identifier())),
    };
    let PredicateValue::Hex(hex) = wanted else { return Err("a digest is written <hex,…;>".into()) };
    let digit = |half: u8| char::from_digit(u32::from(half), 16);
    let digits = hex.value.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(digit);
    let value = Value::String(digits.collect());
    Ok(if not { Predicate::IsNot { value } } else { Predicate::Is { value } })
}

/// An expression of Hurl's for a body, in which our `^` and `$` match at lines.
fn in_body(pattern: &str) -> String {
    match pattern.strip_prefix("(?m)") {
        Some(pattern) if pattern.contains(['^', '$']) => pattern.to_owned(),
        None if pattern.contains(['^', '$']) => format!("(?-m){pattern}"),
        _ => pattern.to_owned(),
    }
}
