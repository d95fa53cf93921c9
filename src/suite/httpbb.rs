// SPDX-License-Identifier: GPL-2.0-or-later
//! httpbb's YAML, read.
//!
//! A file is a mapping from `https://host` to a list of tests (<https://wikitech.wikimedia.org/wiki/Httpbb>, and the
//! suites in repository `operations/puppet`, `modules/profile/files/httpbb`). Ours are the keys `name`, `session`,
//! `redirects`, `body`, `must_fail_before` and `assert_body_not_contains`. None of them lets a test change anything: only
//! the submitter can allow that.

use super::json::json_text;
use super::yaml::{Value, Yaml, document};
use super::{Suite, Test};
use crate::check::Assertion;
use crate::exchange::{Headers, Method, Redirects, Session};
use thiserror::Error;
use url::{Url, form_urlencoded};

/// The keys of a test, as a remedy names them.
const KEYS: &str = "path, method, request_headers, form_body, json_body, assert_status, assert_headers, \
    assert_headers_regex, assert_headers_absent, assert_body_contains, assert_body_regex, \
    and ours: name, session, redirects, body, must_fail_before, assert_body_not_contains";

/// The field that says how a body is encoded.
pub(super) const CONTENT_TYPE: &str = "Content-Type";
pub(super) const JSON: &str = "application/json";
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

pub(super) const METHODS: [Method; 7] =
    [Method::Get, Method::Head, Method::Post, Method::Put, Method::Patch, Method::Delete, Method::Options];

/// Why a file is no suite, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}, column {column}: {message}")]
pub struct SuiteError {
    /// Line; the first is 1.
    pub line: usize,
    /// Column in characters; the first is 1.
    pub column: usize,
    /// What is wrong and what would be right, as a fragment.
    pub message: String,
}

/// Reads a suite file. A host key that occurs several times keeps all of its tests.
///
/// Hosts that no test may ask are read all the same: [`Test::validate`] refuses them.
///
/// # Errors
/// With the first thing that is wrong, and where it stands.
pub fn read(yaml: &str) -> Result<Suite, SuiteError> {
    let Some(root) = document(yaml)? else {
        let message = "the file holds no suite; write <https://en.wikipedia.org:> and its tests below it".into();
        return Err(SuiteError { line: 1, column: 1, message });
    };
    let mut suite = Suite::default();
    for (key, tests) in root.mapping("a suite")? {
        let host = host(key)?;
        for test in tests.sequence(&format!("what stands below <{host}>"))? {
            suite.tests.push(read_test(host, test)?);
        }
    }
    Ok(suite)
}

fn host(key: &Yaml) -> Result<&str, SuiteError> {
    let text = key.scalar("a host")?;
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let whole = url.is_some_and(|url| url.path() == "/" && url.query().is_none() && url.fragment().is_none());
    if !whole {
        return Err(
            key.error(format!("<{text}> is no host; write scheme and host alone, such as <https://en.wikipedia.org>"))
        );
    }
    Ok(text.strip_suffix('/').unwrap_or(text))
}

fn read_test(host: &str, yaml: &Yaml) -> Result<Test, SuiteError> {
    let mut test = Test::default();
    let mut body: Option<(String, Option<&'static str>)> = None;
    let mut known: Vec<&str> = Vec::new();
    for (key, value) in yaml.mapping("a test")? {
        let name = key.scalar("a key")?;
        if known.contains(&name) && !name.starts_with("assert_") {
            return Err(key.error(format!("key <{name}> is there twice; remove one")));
        }
        known.push(name);
        match name {
            "path" => test.url = format!("{host}{}", path(value)?),
            "method" => test.method = method(value)?,
            "name" => value.scalar(name)?.clone_into(&mut test.name),
            "session" => {
                test.session = one_of(value, name, &[("anonymous", Session::Anonymous), ("mine", Session::Mine)])?;
            }
            "redirects" => {
                test.redirects = one_of(value, name, &[("manual", Redirects::Manual), ("follow", Redirects::Follow)])?;
            }
            "must_fail_before" => {
                test.must_fail_before = one_of(value, name, &[("true", true), ("false", false)])?;
            }
            "request_headers" => test.headers = Headers::from_iter(fields(value, name)?),
            "form_body" | "json_body" | "body" => {
                if body.is_some() {
                    return Err(key.error("a test has one body: form_body, json_body or body"));
                }
                body = Some(read_body(name, value)?);
            }
            _ => assertions(key, name, value, &mut test.assertions)?,
        }
    }
    if !known.contains(&"path") {
        return Err(yaml.error("the test has no path; write one, such as <path: /wiki/Special:Version>"));
    }
    if let Some((text, encoding)) = body {
        if let Some(encoding) = encoding.filter(|_| test.headers.get(CONTENT_TYPE).is_none()) {
            test.headers.push(CONTENT_TYPE, encoding);
        }
        test.body = Some(text);
    }
    Ok(test)
}

fn path(value: &Yaml) -> Result<&str, SuiteError> {
    let text = value.scalar("path")?;
    if text.starts_with('/') { Ok(text) } else { Err(value.error(format!("path <{text}> must begin with </>"))) }
}

fn method(value: &Yaml) -> Result<Method, SuiteError> {
    let text = value.scalar("method")?;
    let names: Vec<&str> = METHODS.into_iter().map(Method::as_str).collect();
    let found = METHODS.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(text));
    found.ok_or_else(|| value.error(format!("<{text}> is no method; known are {}", names.join(", "))))
}

fn one_of<T: Copy>(value: &Yaml, key: &str, choices: &[(&str, T)]) -> Result<T, SuiteError> {
    let text = value.scalar(key)?;
    let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
    let found = choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice);
    found.ok_or_else(|| value.error(format!("<{text}> is no {key}; write {}", names.join(" or "))))
}

fn fields<'y>(value: &'y Yaml, what: &str) -> Result<Vec<(&'y str, &'y str)>, SuiteError> {
    value
        .mapping(what)?
        .iter()
        .map(|(name, value)| Ok((name.scalar("a header's name")?, value.scalar(what)?)))
        .collect()
}

fn read_body(name: &str, value: &Yaml) -> Result<(String, Option<&'static str>), SuiteError> {
    match name {
        "json_body" => Ok((json_text(value)?, Some(JSON))),
        "form_body" => {
            let mut form = form_urlencoded::Serializer::new(String::new());
            for (key, value) in value.mapping(name)? {
                for text in value.scalars(name)? {
                    form.append_pair(key.scalar("a field's name")?, text);
                }
            }
            Ok((form.finish(), Some(FORM)))
        }
        _ => Ok((value.scalar(name)?.to_owned(), None)),
    }
}

fn assertions(key: &Yaml, name: &str, value: &Yaml, out: &mut Vec<Assertion>) -> Result<(), SuiteError> {
    match name {
        "assert_status" => out.push(Assertion::status(status(value)?)),
        "assert_body_contains" => {
            out.extend(value.scalars(name)?.into_iter().map(|text| Assertion::body_contains(text)));
        }
        "assert_body_not_contains" => {
            out.extend(value.scalars(name)?.into_iter().map(|text| Assertion::body_lacks(text)));
        }
        "assert_body_regex" => {
            out.extend(value.scalars(name)?.into_iter().map(|text| Assertion::body_matches(text)));
        }
        "assert_headers" => {
            let equals = |(name, value): (&str, &str)| Assertion::header_is(name, value);
            out.extend(fields(value, name)?.into_iter().map(equals));
        }
        "assert_headers_regex" => {
            let matches = |(name, value): (&str, &str)| Assertion::header_matches(name, value);
            out.extend(fields(value, name)?.into_iter().map(matches));
        }
        "assert_headers_absent" => {
            for item in value.sequence(name)? {
                out.push(Assertion::header_absent(item.scalar("a header's name")?));
            }
        }
        _ => return Err(key.error(format!("key <{name}> is not known; known are {KEYS}"))),
    }
    Ok(())
}

fn status(value: &Yaml) -> Result<u16, SuiteError> {
    let text = value.scalar("assert_status")?;
    let plain = matches!(value.value, Value::Scalar { plain: true, .. });
    let number =
        text.parse().ok().filter(|_| plain && text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit()));
    number.ok_or_else(|| {
        value.error(format!("<{text}> is no status; write a number of three digits without quotes, such as <200>"))
    })
}
