// SPDX-License-Identifier: GPL-2.0-or-later
//! One test of a suite's file, read key by key, with the places from which its parts come.

use super::asserted::{assertion, captured};
use super::json::{integer, json_text};
use super::yaml::{Value, Yaml};
use super::{Capture, Note, Only, Place, SuiteError, Test, did_you_mean};
use crate::check::Assertion;
use crate::exchange::{Headers, Method, Redirects, Session};
use url::form_urlencoded;

/// The keys of a test, as a remedy names them: httpbb's, and behind them ours.
const KEYS: [&str; 23] = [
    "path",
    "method",
    "request_headers",
    "form_body",
    "json_body",
    "assert_status",
    "assert_headers",
    "assert_headers_regex",
    "assert_headers_absent",
    "assert_body_contains",
    "assert_body_regex",
    "name",
    "tags",
    "skip",
    "only",
    "timeout",
    "session",
    "redirects",
    "body",
    "must_fail_before",
    "captures",
    "assert",
    "assert_body_not_contains",
];

/// The field that says how a body is encoded.
pub(super) const CONTENT_TYPE: &str = "Content-Type";
pub(super) const JSON: &str = "application/json";
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

pub(super) const METHODS: [Method; 7] =
    [Method::Get, Method::Head, Method::Post, Method::Put, Method::Patch, Method::Delete, Method::Options];

/// A test and where it stands.
#[derive(Debug, Default)]
pub(super) struct Placed {
    pub(super) test: Test,
    /// Which of the file's host keys it stands below.
    pub(super) host: usize,
    pub(super) at: Place,
    pub(super) path: Place,
    pub(super) body: Place,
    /// A place for each of the test's header fields, captures and assertions, in their order.
    pub(super) headers: Vec<Place>,
    pub(super) captures: Vec<Place>,
    pub(super) assertions: Vec<Place>,
    /// Whether all of it could be read.
    pub(super) whole: bool,
}

impl Placed {
    /// Reads what can be read of a test; `None` where it is none.
    pub(super) fn read(
        host: &str,
        nth: usize,
        yaml: &Yaml,
        notes: &mut Vec<Note>,
        errors: &mut Vec<SuiteError>,
    ) -> Option<Self> {
        let before = errors.len();
        let pairs = yaml.mapping("a test").map_err(|error| errors.push(error)).ok()?;
        let at = yaml.place();
        let mut placed = Self { host: nth, at, path: at, body: at, ..Self::default() };
        let mut encoding = None;
        let mut known: Vec<&str> = Vec::new();
        for (key, value) in pairs {
            let read = key.scalar("a key").and_then(|name| {
                if known.contains(&name) {
                    notes.extend(repeated(key, name)?);
                }
                known.push(name);
                notes.extend(hollow(name, value));
                match name {
                    "assert" => placed.asserted(value, errors),
                    "captures" => placed.captured(value, errors),
                    "form_body" | "json_body" | "body" => placed.body(key, name, value).map(|form| encoding = form),
                    _ => placed.key(host, key, name, value),
                }
            });
            errors.extend(read.err());
        }
        if !known.contains(&"path") {
            errors.push(yaml.error("the test has no path", "write one, such as <path: /wiki/Special:Version>"));
        }
        if let Some(encoding) = encoding.filter(|_| placed.test.headers.get(CONTENT_TYPE).is_none()) {
            placed.test.headers.push(CONTENT_TYPE, encoding);
            placed.headers.push(placed.body);
        }
        placed.whole = errors.len() == before;
        Some(placed)
    }

    fn key(&mut self, host: &str, key: &Yaml, name: &str, value: &Yaml) -> Result<(), SuiteError> {
        let test = &mut self.test;
        match name {
            "path" => {
                self.path = value.place();
                test.url = format!("{host}{}", path(value)?);
            }
            "method" => test.method = method(value)?,
            "name" => value.scalar(name)?.clone_into(&mut test.name),
            "tags" => test.tags.extend(value.scalars(name)?.into_iter().map(str::to_owned)),
            "skip" => test.skip = Some(value.scalar(name)?.to_owned()),
            "only" => {
                let choices = [("mwdebug", Only::Mwdebug), ("production", Only::Production)];
                test.only = Some(one_of(value, name, &choices)?);
            }
            "timeout" => test.timeout_ms = Some(milliseconds(value)?),
            "session" => {
                test.session = one_of(value, name, &[("anonymous", Session::Anonymous), ("mine", Session::Mine)])?;
            }
            "redirects" => {
                test.redirects = one_of(value, name, &[("manual", Redirects::Manual), ("follow", Redirects::Follow)])?;
            }
            "must_fail_before" => {
                test.must_fail_before = one_of(value, name, &[("true", true), ("false", false)])?;
            }
            "request_headers" => {
                let fields = fields(value, name)?;
                self.headers = fields.iter().map(|(place, ..)| *place).collect();
                test.headers = fields.into_iter().map(|(_, name, value)| (name, value)).collect::<Headers>();
            }
            _ => {
                for (place, assertion) in assertions(key, name, value)? {
                    test.assertions.push(assertion);
                    self.assertions.push(place);
                }
            }
        }
        Ok(())
    }

    fn asserted(&mut self, value: &Yaml, errors: &mut Vec<SuiteError>) -> Result<(), SuiteError> {
        for item in value.sequence("assert")? {
            match assertion(item) {
                Ok(assertion) => {
                    self.test.assertions.push(assertion);
                    self.assertions.push(item.place());
                }
                Err(error) => errors.push(error),
            }
        }
        Ok(())
    }

    fn captured(&mut self, value: &Yaml, errors: &mut Vec<SuiteError>) -> Result<(), SuiteError> {
        for (name, of) in value.mapping("captures")? {
            match name.scalar("a capture's name").and_then(|text| Ok((text.to_owned(), captured(of)?))) {
                Ok((text, of)) => {
                    self.test.captures.push(Capture { name: text, of });
                    self.captures.push(name.place());
                }
                Err(error) => errors.push(error),
            }
        }
        Ok(())
    }

    /// The test's body; what its encoding is called, where the key says that.
    fn body(&mut self, key: &Yaml, name: &str, value: &Yaml) -> Result<Option<&'static str>, SuiteError> {
        if self.test.body.is_some() {
            return Err(key.error("a test has one body", "keep one of form_body, json_body and body"));
        }
        let (text, encoding) = match name {
            "json_body" => (json_text(value)?, Some(JSON)),
            "form_body" => (form(value)?, Some(FORM)),
            _ => (value.scalar(name)?.to_owned(), None),
        };
        self.body = key.place();
        self.test.body = Some(text);
        Ok(encoding)
    }
}

/// What is said of a key that is there once more: demands are all kept, of anything else there can be one.
fn repeated(key: &Yaml, name: &str) -> Result<Option<Note>, SuiteError> {
    if !name.starts_with("assert") {
        return Err(key.error(format!("key <{name}> is there twice"), "remove one"));
    }
    let message =
        format!("key <{name}> is there more than once in a test; kept all of them, where httpbb keeps the last");
    Ok(Some(Note { at: key.place(), message }))
}

/// What is said of a reason that gives none, and of a tag that is none; both are taken as they are written.
fn hollow(name: &str, value: &Yaml) -> Option<Note> {
    let is_blank = |yaml: &Yaml| matches!(&yaml.value, Value::Scalar { text, .. } if text.trim().is_empty());
    let is_flag = |yaml: &Yaml| {
        let flags = ["true", "false", "yes", "no", "on", "off"];
        matches!(&yaml.value, Value::Scalar { text, plain: true } if flags.contains(&text.to_ascii_lowercase().as_str()))
    };
    let note = |at: &Yaml, message: &str| Some(Note { at: at.place(), message: message.to_owned() });
    match (name, &value.value) {
        ("skip", _) if is_blank(value) || is_flag(value) => {
            note(value, "skip takes the reason why the test is never run, in words; remove the key to have it run")
        }
        ("tags", Value::Sequence(items)) => items
            .iter()
            .find(|item| is_blank(item))
            .and_then(|item| note(item, "a tag is empty; remove it, or write a word")),
        ("tags", _) if is_blank(value) => note(value, "a tag is empty; remove it, or write a word"),
        _ => None,
    }
}

fn path(value: &Yaml) -> Result<&str, SuiteError> {
    let text = value.scalar("path")?;
    let remedy = "write it as it stands behind the host, such as </wiki/Special:Version>";
    if text.starts_with('/') {
        Ok(text)
    } else {
        Err(value.error(format!("path <{text}> must begin with </>"), remedy))
    }
}

fn method(value: &Yaml) -> Result<Method, SuiteError> {
    let text = value.scalar("method")?;
    let names: Vec<&str> = METHODS.into_iter().map(Method::as_str).collect();
    let found = METHODS.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(text));
    found.ok_or_else(|| value.error(format!("<{text}> is no method"), format!("known are {}", names.join(", "))))
}

fn one_of<T: Copy>(value: &Yaml, key: &str, choices: &[(&str, T)]) -> Result<T, SuiteError> {
    let text = value.scalar(key)?;
    let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
    let found = choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice);
    found.ok_or_else(|| value.error(format!("<{text}> is no {key}"), format!("write {}", names.join(" or "))))
}

/// Seconds, with up to three decimals.
fn milliseconds(value: &Yaml) -> Result<u32, SuiteError> {
    let text = value.scalar("timeout")?;
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let read = || {
        let fine = digits(whole) && digits(decimals) && decimals.len() <= 3;
        let thousandths: u32 = format!("{decimals:0<3}").parse().ok().filter(|_| fine)?;
        whole.parse::<u32>().ok()?.checked_mul(1000)?.checked_add(thousandths)
    };
    read().ok_or_else(|| value.error(format!("<{text}> is no timeout"), "write seconds, such as <30> or <2.5>"))
}

fn fields<'y>(value: &'y Yaml, what: &str) -> Result<Vec<(Place, &'y str, &'y str)>, SuiteError> {
    let pairs = value.mapping(what)?.iter();
    pairs.map(|(name, value)| Ok((name.place(), name.scalar("a header's name")?, value.scalar(what)?))).collect()
}

fn form(value: &Yaml) -> Result<String, SuiteError> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (key, value) in value.mapping("form_body")? {
        for text in value.scalars("form_body")? {
            form.append_pair(key.scalar("a field's name")?, text);
        }
    }
    Ok(form.finish())
}

/// The assertions of one of httpbb's keys, or of `assert_body_not_contains`, and where each stands.
fn assertions(key: &Yaml, name: &str, value: &Yaml) -> Result<Vec<(Place, Assertion)>, SuiteError> {
    let texts = |make: fn(&str) -> Assertion| {
        let items = if let Value::Sequence(items) = &value.value { items } else { std::slice::from_ref(value) };
        items.iter().map(|item| Ok((item.place(), make(item.scalar(name)?)))).collect()
    };
    let pairs = |make: fn(&str, &str) -> Assertion| {
        let fields = fields(value, name)?.into_iter();
        Ok(fields.map(|(place, name, value)| (place, make(name, value))).collect())
    };
    match name {
        "assert_status" => Ok(vec![(value.place(), Assertion::status(status(value)?))]),
        "assert_body_contains" => texts(|text| Assertion::body_contains(text)),
        "assert_body_not_contains" => texts(|text| Assertion::body_lacks(text)),
        "assert_body_regex" => texts(|text| Assertion::body_matches(text)),
        "assert_headers" => pairs(|name, value| Assertion::header_is(name, value)),
        "assert_headers_regex" => pairs(|name, value| Assertion::header_matches(name, value)),
        "assert_headers_absent" => value.sequence(name).and_then(|_| texts(|text| Assertion::header_absent(text))),
        _ => Err(unknown(key, name)),
    }
}

fn unknown(key: &Yaml, name: &str) -> SuiteError {
    let (httpbb, ours) = KEYS.split_at(11);
    let known = format!("known are {}, and ours: {}", httpbb.join(", "), ours.join(", "));
    let guess = did_you_mean(name, KEYS).map_or_else(String::new, |guess| format!("{guess} "));
    key.error(format!("key <{name}> is not known"), format!("{guess}{known}"))
}

fn status(value: &Yaml) -> Result<u16, SuiteError> {
    if matches!(value.value, Value::Sequence(_)) {
        let remedy = "write <assert: [{status: , in: [200, 301]}]> in its place, with your codes";
        return Err(value.error("assert_status takes one status, not a list", remedy));
    }
    let text = value.scalar("assert_status")?;
    let plain = matches!(value.value, Value::Scalar { plain: true, .. });
    // To PyYAML, 0310 is 200, too.
    let number = integer(text).filter(|_| plain).and_then(|digits| digits.parse().ok());
    let number = number.filter(|status| (100..1000).contains(status));
    let remedy = "write a number of three digits without quotes, such as <200>";
    number.ok_or_else(|| value.error(format!("<{text}> is no status"), remedy))
}
