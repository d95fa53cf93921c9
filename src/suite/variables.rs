// SPDX-License-Identifier: GPL-2.0-or-later
//! Values put into a test: the host and the wiki of a run, what the user gives, and what other tests capture.
//!
//! A value is written so that it stays a value: in a URL behind the host and in a form it is percent-encoded, in a JSON
//! body escaped as JSON text, in a regular expression taken letter for letter, elsewhere as it is. A host stands for the
//! whole host alone, and must be one of a Wikimedia site. In the expected value of JSON and of `mw.config`, a placeholder
//! that is the whole value keeps the type that was captured; what is forbidden there is forbidden as number and as text.
//!
//! Must not fetch a value.

use super::placeholder::{HOST, Piece, Spelling, WIKI, names, pieces};
use super::{Owner, Test, TestError, in_scope};
use crate::check::{Assertion, Predicate, Subject, literally};
use crate::deployed::host_of_dbname;
use serde_json::{Number, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use thiserror::Error;
use url::form_urlencoded::byte_serialize;

/// Values by their names.
pub type Variables = BTreeMap<String, Value>;

/// Why a test cannot be sent with these values.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ResolveError {
    /// One of its names has no value.
    #[error("nothing gives {{{{{0}}}}}")]
    Missing(String),
    /// With the values it cannot be run.
    #[error(transparent)]
    Unfit(#[from] TestError),
}

/// The values with which the tests of this owner begin: those of the run, and for the suite of a wiki that wiki.
#[must_use]
pub fn given_to(owner: Option<&Owner>, of_run: &BTreeMap<String, String>) -> Variables {
    let mut given: Variables = of_run.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    if let Some(Owner::Wiki(dbname)) = owner
        && let Some(host) = host_of_dbname(dbname)
    {
        given.insert(HOST.to_owned(), host.into());
        given.insert(WIKI.to_owned(), dbname.clone().into());
    }
    given
}

/// The test with every value put in.
///
/// # Errors
/// When a name has none, or when the test cannot be run with them.
pub fn resolve(test: &Test, variables: &Variables) -> Result<Test, ResolveError> {
    if let Some(name) = test.names().into_iter().find(|name| !variables.contains_key(name)) {
        return Err(ResolveError::Missing(name));
    }
    let filled = fill(test, variables);
    in_scope(&filled.url).map_err(TestError::from)?;
    filled.validate()?;
    Ok(filled)
}

/// The test with the values put in that are known; the other placeholders stay.
#[must_use]
pub fn fill(test: &Test, variables: &Variables) -> Test {
    let value = |name: &str| variables.get(name).map(text_of);
    let fields = test.headers.iter().map(|(name, field)| (name, put(field, Spelling::Plain, value)));
    Test {
        url: url(&test.url, variables),
        headers: fields.collect(),
        body: test.body.as_deref().map(|body| match Encoding::of(test) {
            Encoding::Json => put(body, Spelling::Plain, |name| value(name).map(|text| escaped(&text))),
            Encoding::Form => {
                put(body, Spelling::Form, |name| value(name).map(|text| byte_serialize(text.as_bytes()).collect()))
            }
            Encoding::Other => put(body, Spelling::Plain, value),
        }),
        assertions: test.assertions.iter().flat_map(|assertion| filled(assertion, variables)).collect(),
        ..test.clone()
    }
}

/// For each assertion of the test with these values: that which it was made of.
#[must_use]
pub fn origins<'t>(test: &'t Test, variables: &Variables) -> Vec<&'t Assertion> {
    let of = |assertion| std::iter::repeat_n(assertion, filled(assertion, variables).len());
    test.assertions.iter().flat_map(of).collect()
}

impl Test {
    /// The names whose values it needs.
    #[must_use]
    pub fn names(&self) -> BTreeSet<String> {
        let body = self.spelling_of_body();
        let mut found: BTreeSet<String> = names(&self.url, Spelling::Url).map(str::to_owned).collect();
        found.extend(self.headers.iter().flat_map(|(_, value)| names(value, Spelling::Plain)).map(str::to_owned));
        found.extend(self.body.iter().flat_map(|text| names(text, body)).map(str::to_owned));
        found.extend(self.assertions.iter().flat_map(names_in));
        found
    }

    /// Whether its URL can be opened as it stands.
    #[must_use]
    pub fn has_whole_url(&self) -> bool {
        names(&self.url, Spelling::Url).next().is_none()
    }

    /// How names are written in its body.
    pub(super) fn spelling_of_body(&self) -> Spelling {
        if Encoding::of(self) == Encoding::Form { Spelling::Form } else { Spelling::Plain }
    }

    pub(super) fn gives(&self, name: &str) -> bool {
        self.captures.iter().any(|capture| capture.name == name)
    }
}

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Json,
    Form,
    Other,
}

impl Encoding {
    fn of(test: &Test) -> Self {
        let field = test.headers.get("Content-Type").unwrap_or_default().to_ascii_lowercase();
        match field.split(';').next().unwrap_or_default().trim() {
            "application/json" => Self::Json,
            "application/x-www-form-urlencoded" => Self::Form,
            kind if kind.ends_with("+json") => Self::Json,
            _ => Self::Other,
        }
    }
}

/// Whether a test may ask this URL, whatever values are put in.
///
/// # Errors
/// With what stands against it.
pub fn check_url(template: &str) -> Result<(), TestError> {
    in_scope(&sampled_url(template)?)?;
    Ok(())
}

/// The URL that stands for a template when it is looked at: every host is one of ours, every other value harmless.
fn sampled_url(template: &str) -> Result<String, TestError> {
    let (host, _) = authority(template);
    let misplaced = names(host, Spelling::Url).find(|_| !is_host(host));
    match misplaced {
        Some(name) => Err(TestError::Misplaced { name: name.to_owned(), place: "a part of the host" }),
        None => Ok(url(template, &samples(names(template, Spelling::Url), &Value::from("en.wikipedia.org")))),
    }
}

/// Whether an assertion can be judged with some value for each of its names.
pub(super) fn validate(assertion: &Assertion) -> Result<(), TestError> {
    let place = match &assertion.of {
        Subject::Header { name } | Subject::MwConfig { name } => Some((name, "a name")),
        Subject::Json { path } | Subject::JsonCount { path } => Some((path, "a JSONPath")),
        Subject::Html { selector } | Subject::HtmlCount { selector } | Subject::HtmlAttribute { selector, .. } => {
            Some((selector, "a CSS selector"))
        }
        _ => None,
    };
    if let Some((text, place)) = place
        && let Some(name) = names(text, Spelling::Plain).next()
    {
        return Err(TestError::Misplaced { name: name.to_owned(), place });
    }
    let named = names_in(assertion);
    let with = |sample: Value| {
        let samples = samples(named.iter().map(String::as_str), &sample);
        filled(assertion, &samples).iter().try_for_each(Assertion::validate)
    };
    let as_text = with("text".into());
    if as_text.is_err() && !named.is_empty() && with(200.into()).is_ok() {
        return Ok(());
    }
    as_text.map_err(TestError::from)
}

fn samples<'n>(names: impl Iterator<Item = &'n str>, sample: &Value) -> Variables {
    names.map(|name| (name.to_owned(), sample.clone())).collect()
}

/// A value as it is written where any text can stand.
#[must_use]
pub fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The text with each known name in it replaced.
fn put(text: &str, spelling: Spelling, value: impl Fn(&str) -> Option<String>) -> String {
    let piece = |piece| match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Name(written, name) => value(name).unwrap_or_else(|| written.to_owned()),
    };
    pieces(text, spelling).into_iter().map(piece).collect()
}

/// `https://host` as host and the rest; no host where the URL begins otherwise.
fn authority(url: &str) -> (&str, &str) {
    let Some(rest) = url.get(..8).filter(|begin| begin.eq_ignore_ascii_case("https://")).and(url.get(8..)) else {
        return ("", "");
    };
    rest.split_at(rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len()))
}

fn is_host(text: &str) -> bool {
    matches!(text, "{host}" | "{{host}}")
}

fn url(template: &str, variables: &Variables) -> String {
    let value = |name: &str| variables.get(name).map(text_of);
    let encoded = |name: &str| value(name).map(|text| percent_encoded(&text));
    let (host, rest) = authority(template);
    let given = value(HOST).filter(|given| is_host(host) && is_wikimedia(given));
    match given {
        Some(given) => format!("https://{given}{}", put(rest, Spelling::Url, encoded)),
        // Nothing else can stand in a host, whatever it is called.
        None if host.contains('{') => template.to_owned(),
        None if host.is_empty() => template.to_owned(),
        None => {
            let begin = template.len() - rest.len();
            format!("{}{}", template.get(..begin).unwrap_or_default(), put(rest, Spelling::Url, encoded))
        }
    }
}

/// Whether this is the bare host of a Wikimedia site.
#[must_use]
pub fn is_wikimedia(host: &str) -> bool {
    in_scope(&format!("https://{host}/")).is_ok_and(|url| url.host_str() == Some(host) && url.path() == "/")
}

/// Everything but the letters that stand for themselves anywhere (RFC 3986, section 2.3).
fn percent_encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").ok();
        }
    }
    out
}

/// A text as it stands between the quotes of JSON.
fn escaped(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
}

fn names_in(assertion: &Assertion) -> BTreeSet<String> {
    let mut texts: Vec<&str> = Vec::new();
    if let Subject::Occurrences { text } = &assertion.of {
        texts.push(text);
    }
    match &assertion.is {
        Predicate::Is { value }
        | Predicate::IsNot { value }
        | Predicate::Contains { value }
        | Predicate::Lacks { value } => texts_in(value, &mut texts),
        Predicate::OneOf { values } => values.iter().for_each(|value| texts_in(value, &mut texts)),
        Predicate::Matches { pattern } | Predicate::MatchesNot { pattern } => texts.push(pattern),
        Predicate::Between { .. } | Predicate::Compares { .. } | Predicate::Exists | Predicate::Absent => {}
    }
    texts.into_iter().flat_map(|text| names(text, Spelling::Plain)).map(str::to_owned).collect()
}

fn texts_in<'v>(value: &'v Value, texts: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts_in(item, texts)),
        Value::Object(fields) => fields.values().for_each(|item| texts_in(item, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The assertion with the values put in; what is forbidden may become two.
fn filled(assertion: &Assertion, variables: &Variables) -> Vec<Assertion> {
    let text = |text: &str| put(text, Spelling::Plain, |name| variables.get(name).map(text_of));
    let pattern = |pattern: &str| {
        put(pattern, Spelling::Plain, |name| variables.get(name).map(|value| literally(&text_of(value))))
    };
    let value = |template: &Value| typed(template, &assertion.of, variables);
    let both = |template: &Value| with_its_twin(template, value(template), &assertion.of);
    let is = match &assertion.is {
        Predicate::Is { value: wanted } => vec![Predicate::Is { value: value(wanted) }],
        Predicate::IsNot { value } => both(value).into_iter().map(|value| Predicate::IsNot { value }).collect(),
        Predicate::OneOf { values } => vec![Predicate::OneOf { values: values.iter().map(value).collect() }],
        Predicate::Contains { value: wanted } => vec![Predicate::Contains { value: value(wanted) }],
        Predicate::Lacks { value } => both(value).into_iter().map(|value| Predicate::Lacks { value }).collect(),
        Predicate::Matches { pattern: wanted } => vec![Predicate::Matches { pattern: pattern(wanted) }],
        Predicate::MatchesNot { pattern: wanted } => vec![Predicate::MatchesNot { pattern: pattern(wanted) }],
        other => vec![other.clone()],
    };
    let of = match &assertion.of {
        Subject::Occurrences { text: wanted } => Subject::Occurrences { text: text(wanted) },
        other => other.clone(),
    };
    is.into_iter().map(|is| Assertion { of: of.clone(), is }).collect()
}

/// Whether what is spoken of can have a value of any type.
const fn is_of_any_type(of: &Subject) -> bool {
    matches!(of, Subject::Json { .. } | Subject::MwConfig { .. })
}

/// The value with those of its names put in; one that is nothing but a name gets the type that makes sense.
fn typed(template: &Value, of: &Subject, variables: &Variables) -> Value {
    match template {
        Value::String(text) => {
            let whole = match pieces(text, Spelling::Plain)[..] {
                [Piece::Name(_, name)] => variables.get(name),
                _ => None,
            };
            match whole {
                Some(value) if is_of_any_type(of) => value.clone(),
                Some(value) if is_number(of) => number(value).unwrap_or_else(|| value.clone()),
                _ => Value::String(put(text, Spelling::Plain, |name| variables.get(name).map(text_of))),
            }
        }
        Value::Array(items) => items.iter().map(|item| typed(item, of, variables)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(key, item)| (key.clone(), typed(item, of, variables))).collect())
        }
        other => other.clone(),
    }
}

/// A value, and where it was put in and may be found as another type, that too: `5` and `"5"`.
fn with_its_twin(template: &Value, value: Value, of: &Subject) -> Vec<Value> {
    let twin = match &value {
        Value::String(_) => number(&value),
        Value::Number(_) | Value::Bool(_) => Some(Value::String(value.to_string())),
        _ => None,
    };
    let twin = twin.filter(|_| is_of_any_type(of) && value != *template);
    std::iter::once(value).chain(twin).collect()
}

const fn is_number(of: &Subject) -> bool {
    use Subject::{Duration, HtmlCount, JsonCount, Occurrences, Size, Status};
    matches!(of, Status | Occurrences { .. } | JsonCount { .. } | HtmlCount { .. } | Duration | Size)
}

/// The number that a value is or spells.
fn number(value: &Value) -> Option<Value> {
    let text = text_of(value);
    text.parse::<Number>().ok().filter(|number| number.to_string() == text).map(Value::Number)
}

#[cfg(test)]
mod tests {
    use super::{ResolveError, Variables, fill, given_to, origins, resolve};
    use crate::check::{Assertion, Predicate, Subject, judge};
    use crate::exchange::{Headers, Method, Response};
    use crate::suite::{Owner, Test, TestError};
    use serde_json::{Value, json};

    fn test(url: &str) -> Test {
        Test { url: url.into(), assertions: vec![Assertion::status(200)], ..Test::default() }
    }

    fn values(pairs: &[(&str, Value)]) -> Variables {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    fn api() -> Subject {
        Subject::Json { path: "$.x".into() }
    }

    #[test]
    fn a_value_in_a_url_stays_a_value() {
        let given = values(&[
            ("host", json!("de.wikipedia.org")),
            ("wiki", json!("dewiki")),
            ("token", json!("a+\\ /?#&@%ä")),
            ("rev", json!(7)),
            ("up", json!("../../@evil.example/")),
        ]);
        for (template, expected) in [
            ("https://{host}/w/{wiki}", "https://de.wikipedia.org/w/dewiki"),
            ("https://{{host}}?t={{token}}", "https://de.wikipedia.org?t=a%2B%5C%20%2F%3F%23%26%40%25%C3%A4"),
            ("https://en.wikipedia.org/{{rev}}/{{wiki}}", "https://en.wikipedia.org/7/dewiki"),
            ("https://{host}/x?h={host}", "https://de.wikipedia.org/x?h=de.wikipedia.org"),
            ("https://en.wikipedia.org/{{up}}", "https://en.wikipedia.org/..%2F..%2F%40evil.example%2F"),
        ] {
            assert_eq!(resolve(&test(template), &given).unwrap().url, expected);
        }
    }

    #[test]
    fn no_value_leads_to_another_host() {
        for host in
            ["evil.example", "en.wikipedia.org.evil.example", "en.wikipedia.org@evil.example", "en.wikipedia.org/x", ""]
                .into_iter()
                .chain([
                    "en.wikipedia.org:8443",
                    "me@en.wikipedia.org",
                    "en.wikipedia.org#",
                    "EN.wikipedia.org",
                    "{host}",
                    " ",
                ])
        {
            let found = resolve(&test("https://{host}/"), &values(&[("host", json!(host))]));
            assert!(matches!(found, Err(ResolveError::Unfit(TestError::Scope(_)))), "{host}: {found:?}");
        }
        for template in ["https://{{lang}}.wikipedia.org/", "https://{{lang}}", "https://{host}.evil.example/"]
            .into_iter()
            .chain(["https://x.{host}/", "https://{host}@evil.example/", "https://{host}:8443/", "https://{wiki}/"])
        {
            assert!(matches!(test(template).validate(), Err(TestError::Misplaced { .. })), "{template}");
        }
        for template in ["https://evil.example/{host}", "http://{host}/", "{{url}}", "https://evil.example?{{a}}"] {
            assert!(matches!(test(template).validate(), Err(TestError::Scope(_))), "{template}");
        }
        assert_eq!(test("https://{host}/wiki/{{title}}?x={wiki}").validate(), Ok(()));
    }

    #[test]
    fn a_value_in_a_body_is_written_as_the_body_is() {
        let given = values(&[("t", json!("a\"b+\\&c"))]);
        for (kind, body, expected) in [
            ("application/json", r#"{"t":"{{t}}"}"#, r#"{"t":"a\"b+\\&c"}"#),
            ("application/problem+json; charset=utf-8", r#"["{{t}}"]"#, r#"["a\"b+\\&c"]"#),
            ("application/x-www-form-urlencoded", "t=%7B%7Bt%7D%7D&u={{t}}", "t=a%22b%2B%5C%26c&u=a%22b%2B%5C%26c"),
            ("text/plain", "%7B%7Bt%7D%7D {{t}}", "%7B%7Bt%7D%7D a\"b+\\&c"),
        ] {
            let headers = Headers::from_iter([("content-type", kind), ("X", "{{t}}")]);
            let post = Test { method: Method::Post, headers, body: Some(body.into()), ..test("https://{host}/") };
            let filled = fill(&post, &given);
            assert_eq!(
                (filled.body.as_deref(), filled.headers.get("X").as_deref()),
                (Some(expected), Some("a\"b+\\&c"))
            );
            assert_eq!(filled.url, "https://{host}/");
        }
    }

    #[test]
    fn a_value_cannot_break_out_of_a_header() {
        let headers = Headers::from_iter([("X", "{{t}}")]);
        let found =
            resolve(&Test { headers, ..test("https://en.wikipedia.org/") }, &values(&[("t", json!("a\r\nCookie: b"))]));
        assert_eq!(found, Err(ResolveError::Unfit(TestError::BadHeader("X".into()))));
    }

    #[test]
    fn a_name_without_a_value_is_missing() {
        let found = resolve(&test("https://{host}/{{a}}"), &values(&[("host", json!("en.wikipedia.org"))]));
        assert_eq!(found, Err(ResolveError::Missing("a".into())));
    }

    #[test]
    fn a_value_in_an_expression_is_taken_letter_for_letter() {
        let given = values(&[("t", json!("a.c+"))]);
        let filled = fill(&Test { assertions: vec![Assertion::body_matches("^{{t}}$")], ..test("") }, &given);
        let held =
            |body: &str| judge(&filled.assertions[0], &Response { body: body.into(), ..Response::default() }).held;
        assert!(held("a.c+") && !held("abcc"));
    }

    #[test]
    fn a_whole_value_keeps_its_type_and_what_is_forbidden_is_so_in_both() {
        let whole = |of: Subject, is: fn(Value) -> Predicate, value: Value| {
            let assertion = Assertion { of, is: is("{{v}}".into()) };
            let test = Test { assertions: vec![assertion], ..test("https://en.wikipedia.org/") };
            let given = values(&[("v", value)]);
            assert_eq!(test.validate(), Ok(()));
            assert_eq!(origins(&test, &given).len(), fill(&test, &given).assertions.len());
            fill(&test, &given).assertions.into_iter().map(|assertion| assertion.is).collect::<Vec<_>>()
        };
        let is = |value| Predicate::Is { value };
        let is_not = |value| Predicate::IsNot { value };
        let lacks = |value| Predicate::Lacks { value };
        assert_eq!(whole(api(), is, json!(5)), [is(json!(5))]);
        assert_eq!(whole(api(), is, json!("5")), [is(json!("5"))]);
        assert_eq!(whole(api(), is_not, json!("5")), [is_not(json!("5")), is_not(json!(5))]);
        assert_eq!(whole(api(), lacks, json!(5)), [lacks(json!(5)), lacks(json!("5"))]);
        assert_eq!(whole(api(), is_not, json!("x")), [is_not(json!("x"))]);
        assert_eq!(whole(Subject::Status, is, json!("404")), [is(json!(404))]);
        assert_eq!(whole(Subject::Body, lacks, json!(5)), [lacks(json!("5"))]);
    }

    #[test]
    fn a_name_where_a_value_could_mean_something_else_is_refused() {
        for of in [
            Subject::Json { path: "$['{{v}}']".into() },
            Subject::Html { selector: "#{{v}}".into() },
            Subject::MwConfig { name: "{{v}}".into() },
            Subject::Header { name: "{{v}}".into() },
        ] {
            let test =
                Test { assertions: vec![Assertion { of, is: Predicate::Exists }], ..test("https://en.wikipedia.org/") };
            assert!(matches!(test.validate(), Err(TestError::Misplaced { .. })), "{test:?}");
        }
    }

    #[test]
    fn the_suite_of_a_wiki_asks_that_wiki() {
        let of_run = [("host".into(), "test.wikipedia.org".into()), ("wiki".into(), "testwiki".into())].into();
        let host = |owner: Option<Owner>| given_to(owner.as_ref(), &of_run)["host"].clone();
        assert_eq!(host(None), "test.wikipedia.org");
        assert_eq!(host(Some(Owner::numbered(1))), "test.wikipedia.org");
        assert_eq!(host(Some(Owner::Wiki("dewiki".into()))), "de.wikipedia.org");
    }
}
