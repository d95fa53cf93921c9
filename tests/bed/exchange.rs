// SPDX-License-Identifier: GPL-2.0-or-later
//! A request as the edge met it, and the answer on its way back.

use hyper::HeaderMap;
use hyper::body::Bytes;
use std::net::IpAddr;
use std::sync::Arc;
use url::form_urlencoded;

/// A request.
#[derive(Debug, Clone)]
pub struct Seen {
    /// `GET`, `POST`, …
    pub method: String,
    /// The host asked for, without a port.
    pub host: String,
    /// Path and query: `/wiki/Main_Page?x=1`.
    pub path: String,
    /// All request headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, read as UTF-8.
    pub body: String,
    /// Who asked.
    pub from: IpAddr,
}

impl Seen {
    /// The values of a header (name in lower case), joined by commas as the edge joins them; `None` when it is absent.
    pub fn header(&self, name: &str) -> Option<String> {
        let values: Vec<&str> =
            self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect();
        (!values.is_empty()).then(|| values.join(","))
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let all = self.headers.iter().filter(|(known, _)| known == "cookie").map(|(_, value)| value.as_str());
        all.flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.to_owned())
    }

    /// The path without the query.
    pub fn route(&self) -> &str {
        self.path.split_once('?').map_or(self.path.as_str(), |(route, _)| route)
    }

    /// A parameter of the query or, in a form that is posted, of the body.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.parameters(name).into_iter().next()
    }

    /// The same for one that may stand there more than once.
    pub fn parameters(&self, name: &str) -> Vec<String> {
        let query = self.path.split_once('?').map_or("", |(_, query)| query);
        let is_form =
            self.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        let form = if is_form { self.body.as_str() } else { "" };
        [query, form]
            .iter()
            .flat_map(|text| form_urlencoded::parse(text.as_bytes()))
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.into_owned())
            .collect()
    }

    /// The headers in the form in which a request keeps them.
    pub fn headers_of(map: &HeaderMap) -> Vec<(String, String)> {
        map.iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect()
    }
}

/// What changes an answer before it is sent.
pub type Tell = Arc<dyn Fn(&Seen, &mut Answer) + Send + Sync>;

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Headers in the order in which they are sent.
    pub headers: Vec<(&'static str, String)>,
    /// The whole body.
    pub body: Bytes,
    /// Whether only half of the body is to be sent before the stream breaks.
    pub cut: bool,
}

impl Answer {
    /// An answer with a content type and a body.
    pub fn new(status: u16, kind: &str, body: impl Into<Bytes>) -> Self {
        Self { status, headers: vec![("content-type", kind.to_owned())], body: body.into(), cut: false }
    }

    /// A page.
    pub fn html(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status, "text/html; charset=UTF-8", body)
    }

    /// Plain text.
    pub fn text(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status, "text/plain; charset=utf-8", body)
    }

    /// A JSON value.
    pub fn json(value: &serde_json::Value) -> Self {
        Self::new(200, "application/json; charset=utf-8", value.to_string())
    }

    /// The same answer with one header more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Puts one header in the place of all of its name.
    pub fn put(&mut self, name: &'static str, value: impl Into<String>) {
        self.drop(name);
        self.headers.push((name, value.into()));
    }

    /// Takes all headers of a name away.
    pub fn drop(&mut self, name: &str) {
        self.headers.retain(|(known, _)| *known != name);
    }

    /// The body as text.
    pub fn text_of(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}
