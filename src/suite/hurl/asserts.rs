// SPDX-License-Identifier: GPL-2.0-or-later
//! Assertions in Hurl's words (<https://hurl.dev/docs/asserting-response.html>).
//!
//! Must not say anything that Hurl judges otherwise.

use super::quoted_plain;
use super::text::{Names, quoted};
use crate::check::{Assertion, Order, Predicate, Subject};
use crate::suite::placeholder::{self, Piece, Spelling, pieces};
use serde_json::{Number, Value};

/// The lines that demand the same; `None` where Hurl cannot.
pub(super) fn lines(assertion: &Assertion, names: &Names) -> Option<Vec<String>> {
    let query = query(&assertion.of, names)?;
    let says = match &assertion.of {
        Subject::Status => of_status(&assertion.is),
        Subject::Duration | Subject::Size => numeric(&assertion.is, 0),
        // A text that stands n times splits the body into n + 1 pieces.
        Subject::Occurrences { .. } => numeric(&assertion.is, 1),
        Subject::JsonCount { .. } if !holds_of_none(&assertion.is) => numeric(&assertion.is, 0),
        Subject::Sha256 => digest(&assertion.is),
        Subject::Url | Subject::Header { .. } | Subject::Body => textual(assertion, names),
        Subject::Json { path } if finds_one(path) => json(assertion, names),
        Subject::Json { .. } => of_several(&assertion.is, names),
        _ => None,
    }?;
    Some(says.into_iter().map(|predicate| format!("{query} {predicate}")).collect())
}

/// Hurl's query for a subject; `None` where it has none.
pub(super) fn query(of: &Subject, names: &Names) -> Option<String> {
    Some(match of {
        Subject::Status => "status".into(),
        Subject::Url => "url".into(),
        Subject::Header { name } => format!("header {}", quoted_plain(name.trim())),
        Subject::Body => "body".into(),
        Subject::Occurrences { text } => format!("body split {} count", quoted(text, names)),
        Subject::Json { path } => format!("jsonpath {}", quoted_plain(path)),
        // Of one value Hurl counts what is in it.
        Subject::JsonCount { path } if finds_one(path) => return None,
        Subject::JsonCount { path } => format!("jsonpath {} count", quoted_plain(path)),
        Subject::Duration => "duration".into(),
        Subject::Size => "bytes count".into(),
        Subject::Sha256 => "sha256".into(),
        Subject::Redirects
        | Subject::Html { .. }
        | Subject::HtmlAttribute { .. }
        | Subject::HtmlCount { .. }
        | Subject::MwConfig { .. }
        | Subject::ApiError => return None,
    })
}

/// The query by which Hurl captures a subject; `None` where it would take another value.
pub(super) fn captured(of: &Subject, names: &Names) -> Option<String> {
    let differs = match of {
        Subject::Occurrences { .. } | Subject::Sha256 => true,
        Subject::Json { path } => !finds_one(path),
        _ => false,
    };
    if differs { None } else { query(of, names) }
}

/// Whether a `JSONPath` can find one value at most: it has names and places alone.
pub(crate) fn finds_one(path: &str) -> bool {
    let mut quote = None;
    let mut before = ' ';
    for letter in path.chars() {
        match quote {
            Some(mark) if letter == mark && before != '\\' => quote = None,
            None if matches!(letter, '\'' | '"') => quote = Some(letter),
            None if matches!(letter, '*' | '?' | ',' | ':') || (letter == '.' && before == '.') => return false,
            Some(_) | None => {}
        }
        before = if before == '\\' && letter == '\\' { ' ' } else { letter };
    }
    true
}

fn there(is: &Predicate) -> Option<Vec<String>> {
    match is {
        Predicate::Exists => Some(vec!["exists".into()]),
        Predicate::Absent => Some(vec!["not exists".into()]),
        _ => None,
    }
}

/// A number as Hurl writes it, `more` added.
fn number(number: &Number, more: u64) -> Option<String> {
    let shown = match (more, number.as_u64()) {
        (0, _) => number.to_string(),
        (_, Some(whole)) => whole.checked_add(more)?.to_string(),
        (_, None) => return None,
    };
    (!shown.contains(['e', 'E'])).then_some(shown)
}

/// Every status is at least 100: to demand that is to demand nothing.
fn of_status(is: &Predicate) -> Option<Vec<String>> {
    match is {
        Predicate::Between { from, to } if from.as_u64() == Some(100) => Some(vec![format!("<= {}", number(to, 0)?)]),
        _ => numeric(is, 0),
    }
}

fn numeric(is: &Predicate, more: u64) -> Option<Vec<String>> {
    let of_value = |sign: &str, value: &Value| Some(vec![format!("{sign} {}", number(value.as_number()?, more)?)]);
    match is {
        Predicate::Is { value } => of_value("==", value),
        Predicate::IsNot { value } => of_value("!=", value),
        Predicate::OneOf { values } => match values.as_slice() {
            [value] => of_value("==", value),
            _ => None,
        },
        Predicate::Between { from, to } => {
            Some(vec![format!(">= {}", number(from, more)?), format!("<= {}", number(to, more)?)])
        }
        Predicate::Compares { order, number: limit } => {
            Some(vec![format!("{} {}", order.sign(), number(limit, more)?)])
        }
        _ => None,
    }
}

/// Whether a count of nothing would do: Hurl then has nothing to count, and fails.
pub(crate) fn holds_of_none(is: &Predicate) -> bool {
    let none = |value: &Value| value.as_f64() == Some(0.0);
    let limit = |number: &Number| number.as_f64().unwrap_or_default();
    match is {
        Predicate::Is { value } => none(value),
        Predicate::IsNot { value } => !none(value),
        Predicate::OneOf { values } => values.iter().any(none),
        Predicate::Between { from, to } => limit(from) <= 0.0 && limit(to) >= 0.0,
        Predicate::Compares { order, number } => match order {
            Order::Below => limit(number) > 0.0,
            Order::AtMost => limit(number) >= 0.0,
            Order::AtLeast => limit(number) <= 0.0,
            Order::Above => limit(number) < 0.0,
        },
        _ => true,
    }
}

fn digest(is: &Predicate) -> Option<Vec<String>> {
    let hex = |value: &Value| {
        let text = value.as_str()?;
        let is_digest = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_digest.then(|| format!("hex,{text};"))
    };
    match is {
        Predicate::Is { value } => Some(vec![format!("== {}", hex(value)?)]),
        Predicate::IsNot { value } => Some(vec![format!("!= {}", hex(value)?)]),
        _ => None,
    }
}

fn textual(assertion: &Assertion, names: &Names) -> Option<Vec<String>> {
    let text = |value: &Value| Some(quoted(value.as_str()?, names));
    let matches = |pattern: &str| matches(&assertion.of, pattern, names);
    let said = match &assertion.is {
        Predicate::Is { value } => format!("== {}", text(value)?),
        Predicate::IsNot { value } => format!("!= {}", text(value)?),
        Predicate::Contains { value } => format!("contains {}", text(value)?),
        Predicate::Lacks { value } => format!("not contains {}", text(value)?),
        Predicate::Matches { pattern } => matches(pattern)?,
        Predicate::MatchesNot { pattern } => format!("not {}", matches(pattern)?),
        Predicate::OneOf { values } => format!("matches {}", quoted_plain(&one_of(values, names)?)),
        Predicate::Exists | Predicate::Absent => return there(&assertion.is),
        Predicate::Between { .. } | Predicate::Compares { .. } => return None,
    };
    Some(vec![said])
}

/// An expression, or what says the same of a text with a value in it: Hurl takes a value in an expression for a part of
/// the expression, where it stands for its letters here.
fn matches(of: &Subject, pattern: &str, names: &Names) -> Option<String> {
    if has_name(pattern, names) {
        let (predicate, text) = match (pattern.strip_prefix("\\A"), pattern.strip_suffix("\\z")) {
            (Some(_), Some(_)) => ("==", exact(pattern, names)?),
            (Some(rest), None) => ("startsWith", plain(rest, names)?),
            (None, Some(rest)) => ("endsWith", plain(rest, names)?),
            // Of a JSON value, Hurl would take a list that has it too.
            (None, None) if matches!(of, Subject::Json { .. }) => return None,
            (None, None) => ("contains", plain(pattern, names)?),
        };
        return Some(format!("{predicate} {}", quoted(&text, names)));
    }
    // In a body our `^` and `$` match at lines.
    Some(match (of, pattern.strip_prefix("(?-m)")) {
        (Subject::Body, Some(pattern)) => format!("matches {}", quoted_plain(pattern)),
        (Subject::Body, None) if pattern.contains(['^', '$']) => {
            format!("matches {}", quoted_plain(&format!("(?m){pattern}")))
        }
        _ => format!("matches {}", quoted_plain(pattern)),
    })
}

fn has_name(text: &str, names: &Names) -> bool {
    placeholder::names(text, Spelling::Plain).any(|name| names.contains(name))
}

/// An expression that matches these texts alone.
fn one_of(values: &[Value], names: &Names) -> Option<String> {
    let text = |value: &Value| value.as_str().filter(|text| !has_name(text, names)).map(regex_lite::escape);
    let texts: Option<Vec<String>> = values.iter().map(text).collect();
    Some(format!("\\A(?:{})\\z", texts?.join("|")))
}

/// An expression that matches these letters, with the values of known names among them, wherever they stand.
pub(super) fn letters(text: &str, is_known: impl Fn(&str) -> bool) -> String {
    let piece = |piece| match piece {
        Piece::Name(written, name) if is_known(name) => written.to_owned(),
        Piece::Name(text, _) | Piece::Text(text) => regex_lite::escape(text),
    };
    pieces(text, Spelling::Plain).into_iter().map(piece).collect()
}

/// The one text that an expression matches, where it is written so.
fn exact(pattern: &str, names: &Names) -> Option<String> {
    plain(pattern.strip_prefix("\\A")?.strip_suffix("\\z")?, names)
}

/// The letters that an expression matches, where it is written so.
fn plain(pattern: &str, names: &Names) -> Option<String> {
    let mut coming = pattern.chars();
    let next = || match coming.next()? {
        '\\' => coming.next(),
        letter => Some(letter),
    };
    let text: String = std::iter::from_fn(next).collect();
    (letters(&text, |name| names.contains(name)) == pattern).then_some(text)
}

fn scalar(value: &Value, names: &Names) -> Option<String> {
    match value {
        Value::String(text) => Some(quoted(text, names)),
        Value::Number(found) => number(found, 0),
        Value::Bool(_) | Value::Null => Some(value.to_string()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// Of several values Hurl sees the list.
fn of_several(is: &Predicate, names: &Names) -> Option<Vec<String>> {
    match is {
        Predicate::Matches { pattern } => Some(vec![format!("contains {}", quoted(&exact(pattern, names)?, names))]),
        Predicate::IsNot { value } => Some(vec![format!("not contains {}", scalar(value, names)?)]),
        _ => there(is),
    }
}

fn json(assertion: &Assertion, names: &Names) -> Option<Vec<String>> {
    let scalar = |value: &Value| scalar(value, names);
    let said = match &assertion.is {
        Predicate::Is { value: Value::Array(items) } if items.is_empty() => "count == 0".to_owned(),
        Predicate::Is { value } => format!("== {}", scalar(value)?),
        Predicate::IsNot { value } => format!("!= {}", scalar(value)?),
        Predicate::Contains { value } => format!("contains {}", scalar(value)?),
        Predicate::Lacks { value } => format!("not contains {}", scalar(value)?),
        Predicate::Between { .. } | Predicate::Compares { .. } => return numeric(&assertion.is, 0),
        _ => return textual(assertion, names),
    };
    Some(vec![said])
}

#[cfg(test)]
mod tests {
    use super::finds_one;

    #[test]
    fn a_path_of_names_and_places_finds_one_value() {
        for path in ["$", "$.a.b", "$['a*b'].c[0]", "$.a[-1]", "$[\"a\\\"..b\"]"] {
            assert!(finds_one(path), "{path}");
        }
        for path in ["$.*", "$..a", "$.a[?@.b]", "$.a[0,1]", "$.a[1:2]", "$.a[*]"] {
            assert!(!finds_one(path), "{path}");
        }
    }
}
