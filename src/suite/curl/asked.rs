// SPDX-License-Identifier: GPL-2.0-or-later
//! What a curl command asks, put together as a test.
//!
//! Must not keep or repeat a cookie, a password or a token.

use super::options::Meaning;
use crate::check::{Assertion, Predicate, Subject};
use crate::exchange::{Method, Redirects};
use crate::suite::fields::{encoded_as, multipart, take_fields, with_cookies, with_query, without_password};
use crate::suite::lost::Losses;
use crate::suite::placed::{FORM, JSON, METHODS};
use crate::suite::placeholder::{HOST, WIKI};
use crate::suite::{Suite, Test};
use url::{Url, form_urlencoded};

/// The options of one request, as far as they matter.
#[allow(clippy::struct_excessive_bools, reason = "each is one of curl's switches")]
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) urls: Vec<String>,
    method: Option<String>,
    fields: Vec<(String, String)>,
    data: Option<String>,
    queries: Vec<String>,
    parts: Vec<(String, String)>,
    is_json: bool,
    gets: bool,
    heads: bool,
    follows: bool,
    fails: bool,
    globs_off: bool,
    compressed: bool,
    cookies: bool,
    no_type: bool,
    timeout_ms: Option<u32>,
    /// Options that make no difference to a test, by why.
    asides: Vec<(Meaning, Vec<String>)>,
}

impl Asked {
    pub(super) fn take(&mut self, meaning: Meaning, name: String, value: String, lost: &mut Losses) {
        match meaning {
            Meaning::Url => self.urls.push(value),
            Meaning::UrlQuery => {
                let query = match value.strip_prefix('+') {
                    Some(raw) => Some(raw.to_owned()),
                    None => encoded(&name, &value, lost),
                };
                self.queries.extend(query);
            }
            Meaning::Method => self.method = Some(value),
            Meaning::Header => self.field(&value, lost),
            Meaning::Field(field) => self.fields.push((field.into(), value)),
            Meaning::Data if value.starts_with('@') => from_file(&name, lost),
            Meaning::Data | Meaning::DataRaw => self.add(&value, "&"),
            Meaning::DataEncoded => {
                if let Some(pair) = encoded(&name, &value, lost) {
                    self.add(&pair, "&");
                }
            }
            Meaning::Json => {
                self.is_json = true;
                if value.starts_with('@') { from_file(&name, lost) } else { self.add(&value, "") }
            }
            Meaning::Form => self.part(&name, &value, lost),
            Meaning::FormString => match value.split_once('=') {
                Some((key, text)) => self.parts.push((key.into(), text.into())),
                None => lost.matters(format!("{name} is no <name=text>, it is left out")),
            },
            Meaning::Get => self.gets = true,
            Meaning::Head => self.heads = true,
            Meaning::Follow => self.follows = true,
            Meaning::Fail => self.fails = true,
            Meaning::Globoff => self.globs_off = true,
            Meaning::Compressed => self.compressed = true,
            Meaning::Cookie => self.cookies = true,
            Meaning::Secret => without_password(&name, lost),
            Meaning::MaxTime => match milliseconds(&value) {
                Some(limit) => self.timeout_ms = Some(limit),
                None => lost.matters(format!("{name}: this is no number of seconds, it is left out")),
            },
            Meaning::Other => lost.matters(format!("{name} cannot be part of a test, it is left out")),
            Meaning::Output | Meaning::Connection | Meaning::Server | Meaning::Insecure => self.aside(meaning, name),
            Meaning::Next => {}
        }
    }

    pub(super) fn switch_off(&mut self, meaning: Meaning, name: String) {
        match meaning {
            Meaning::Follow => self.follows = false,
            Meaning::Fail => self.fails = false,
            Meaning::Globoff => self.globs_off = false,
            Meaning::Compressed => self.compressed = false,
            Meaning::Get => self.gets = false,
            Meaning::Head => self.heads = false,
            _ => self.aside(Meaning::Output, name),
        }
    }

    fn aside(&mut self, meaning: Meaning, name: String) {
        match self.asides.iter_mut().find(|(known, _)| *known == meaning) {
            Some((_, names)) => names.push(name),
            None => self.asides.push((meaning, vec![name])),
        }
    }

    /// `Name: value`; `Name;` has an empty value, and `Name:` takes a field away that curl would send.
    fn field(&mut self, text: &str, lost: &mut Losses) {
        if text.starts_with('@') {
            return from_file("--header", lost);
        }
        match text.split_once(':') {
            Some((name, value)) if !value.trim().is_empty() => {
                self.fields.push((name.trim().into(), value.trim().into()));
            }
            Some((name, _)) => self.no_type |= name.trim().eq_ignore_ascii_case("Content-Type"),
            None => match text.trim_end().strip_suffix(';') {
                Some(name) => self.fields.push((name.trim().into(), String::new())),
                None => lost.matters("a --header without <:> is left out"),
            },
        }
    }

    fn add(&mut self, text: &str, between: &str) {
        match &mut self.data {
            Some(data) => data.extend([between, text]),
            None => self.data = Some(text.to_owned()),
        }
    }

    fn part(&mut self, option: &str, value: &str, lost: &mut Losses) {
        match value.split_once('=') {
            Some((_, text)) if text.starts_with(['@', '<']) => from_file(option, lost),
            Some((key, text)) if !text.contains(";type=") && !text.starts_with('"') => {
                self.parts.push((key.into(), text.into()));
            }
            _ => lost.matters(format!("{option} of this kind cannot be taken over, it is left out")),
        }
    }

    /// A test for each URL.
    pub(super) fn into_tests(mut self, suite: &mut Suite, lost: &mut Losses) {
        self.tell_asides(lost);
        let Some(method) = self.method(lost) else { return };
        if self.urls.is_empty() {
            lost.matters("a request has no URL, it is left out");
        }
        let data = self.data.take();
        let in_url = if self.gets { data.clone() } else { None };
        let query: Vec<String> = self.queries.drain(..).chain(in_url).collect();
        for url in &self.urls {
            let url = with_query(&self.url(url, lost), &query.join("&"));
            let redirects = if self.follows { Redirects::Follow } else { Redirects::Manual };
            let mut test = Test { url, method, redirects, timeout_ms: self.timeout_ms, ..Test::default() };
            take_fields(&mut test, self.fields(lost), lost);
            if self.cookies {
                with_cookies(&mut test, lost);
            }
            self.give_body(&mut test, data.as_deref().filter(|_| !self.gets), lost);
            for name in test.names().iter().filter(|name| matches!(name.as_str(), HOST | WIKI)) {
                lost.matters(format!("{{{name}}} is the {name} that a run asks here; curl sends it as it stands"));
            }
            test.assertions.push(self.demand());
            suite.tests.push(test);
        }
        if !self.fails && !self.urls.is_empty() {
            lost.aside("curl demands nothing of the answer; the test demands status 200: change it to what you expect");
        }
    }

    fn tell_asides(&mut self, lost: &mut Losses) {
        for (meaning, names) in self.asides.drain(..) {
            let why = match meaning {
                Meaning::Server => "the stage of a run chooses the server",
                Meaning::Insecure => "certificates are checked",
                Meaning::Connection => "the tool connects in its own way",
                _ => "it only changes what curl prints or keeps",
            };
            lost.aside(format!("{}: left out, {why}", names.join(", ")));
        }
    }

    fn method(&self, lost: &mut Losses) -> Option<Method> {
        let Some(said) = &self.method else {
            let has_body = !self.parts.is_empty() || (self.data.is_some() && !self.gets);
            return Some(match (self.heads, has_body) {
                (true, _) => Method::Head,
                (false, true) => Method::Post,
                (false, false) => Method::Get,
            });
        };
        // A server takes letters of the other case for another method.
        let found = METHODS.into_iter().find(|method| method.as_str() == said);
        if found.is_none() {
            let known: Vec<&str> = METHODS.into_iter().map(Method::as_str).collect();
            lost.matters(format!(
                "<{said}> is no method of a test, the request is left out; known are {}",
                known.join(", ")
            ));
        }
        found
    }

    fn url(&self, text: &str, lost: &mut Losses) -> String {
        if !self.globs_off && text.contains(['[', ']', '{', '}']) && !text.contains("{{") {
            lost.matters("<[…]> and <{…}> of a URL stand for several in curl; they are taken letter for letter");
        }
        let whole = if text.contains("://") {
            text.to_owned()
        } else {
            lost.matters("the URL has no scheme, https:// is put before it");
            format!("https://{text}")
        };
        without_user(whole, lost)
    }

    /// What is sent; curl's own fields for JSON included.
    fn fields(&self, lost: &mut Losses) -> Vec<(String, String)> {
        let is = |field: &str, name: &str| field.eq_ignore_ascii_case(name);
        let mut fields = self.fields.clone();
        for (name, value) in [("Content-Type", JSON), ("Accept", JSON)] {
            if self.is_json && !fields.iter().any(|(known, _)| is(known, name)) {
                fields.push((name.into(), value.into()));
            }
        }
        if self.compressed && fields.iter().any(|(name, _)| is(name, "Accept-Encoding")) {
            fields.retain(|(name, _)| !is(name, "Accept-Encoding"));
            lost.aside("Accept-Encoding: left out, the client sets it itself");
        }
        // What a browser copied says who the browser is, and no extension can send it.
        let copied = fields.iter().any(|(name, _)| name.to_ascii_lowercase().starts_with("sec-fetch-"));
        if copied && fields.iter().any(|(name, _)| is(name, "User-Agent")) {
            fields.retain(|(name, _)| !is(name, "User-Agent"));
            lost.aside("User-Agent: left out, the client sets it itself");
        }
        fields
    }

    fn give_body(&self, test: &mut Test, data: Option<&str>, lost: &mut Losses) {
        let (body, encoding) = match (data, self.parts.is_empty()) {
            (None, true) => return,
            (Some(_), false) => return lost.matters("--data and --form cannot stand together, both are left out"),
            (Some(data), true) => (data.to_owned(), (!self.no_type).then(|| FORM.to_owned())),
            (None, false) => {
                let (encoding, body) = multipart(&self.parts);
                (body, Some(encoding))
            }
        };
        if matches!(test.method, Method::Get | Method::Head) {
            return lost.matters(format!("a {} request has no body here, it is left out", test.method.as_str()));
        }
        if let Some(encoding) = encoding {
            encoded_as(test, &encoding);
        }
        test.body = Some(body);
    }

    fn demand(&self) -> Assertion {
        if !self.fails {
            return Assertion::status(200);
        }
        // <Below 400> would leave out the redirects, which curl takes.
        Assertion { of: Subject::Status, is: Predicate::Between { from: 100.into(), to: 399.into() } }
    }
}

fn from_file(option: &str, lost: &mut Losses) {
    lost.matters(format!("{option} with a file is left out; put its text in the place of its name"));
}

/// The text of `--data-urlencode`.
fn encoded(option: &str, value: &str, lost: &mut Losses) -> Option<String> {
    let text = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    match value.find(['=', '@']).map(|at| (value.split_at(at), value.get(at..=at))) {
        Some((_, Some("@"))) => {
            from_file(option, lost);
            None
        }
        Some((("", rest), _)) => Some(text(rest.strip_prefix('=').unwrap_or(rest))),
        Some(((name, rest), _)) => Some(format!("{name}={}", text(rest.strip_prefix('=').unwrap_or(rest)))),
        None => Some(text(value)),
    }
}

/// A URL without the user and the password in it.
fn without_user(text: String, lost: &mut Losses) -> String {
    let Ok(mut url) = Url::parse(&text) else { return text };
    if url.username().is_empty() && url.password().is_none() {
        return text;
    }
    without_password("the user in the URL", lost);
    match (url.set_username(""), url.set_password(None)) {
        (Ok(()), Ok(())) => url.into(),
        _ => String::new(),
    }
}

/// curl's seconds, which may have a fraction.
fn milliseconds(text: &str) -> Option<u32> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    whole.parse::<u32>().ok()?.checked_mul(1000)?.checked_add(digits.parse().ok()?)
}
