// SPDX-License-Identifier: GPL-2.0-or-later
//! What an assertion's subject is in a response.
//!
//! Must not judge it.

use super::reading::Reading;
use super::{Subject, leads_on};
use super::{api, config, html, json};
use crate::exchange::Response;
use serde_json::Value;
use url::Url;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// Nothing: the field, the value or the element is not there.
    Nothing,
    /// One value.
    One(Value),
    /// Several values, each found for itself.
    Several(Vec<Value>),
    /// It cannot be looked for in this response, and why: neither `exists` nor `absent` can be said of it.
    Unreadable(String),
}

impl Seen {
    /// Of a list of finds.
    pub(super) fn of(mut values: Vec<Value>) -> Self {
        match values.len() {
            0 => Self::Nothing,
            1 => values.pop().map_or(Self::Nothing, Self::One),
            _ => Self::Several(values),
        }
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::One(Value::String(text.into()))
    }

    fn count(count: usize) -> Self {
        Self::One(count.into())
    }
}

/// Finds the subject in a response. The subject must be valid.
#[must_use]
pub fn seen(subject: &Subject, response: &Response) -> Seen {
    seen_in(subject, &Reading::of(response))
}

/// The same in a response of which something may have been parsed already.
pub(super) fn seen_in(subject: &Subject, reading: &Reading<'_>) -> Seen {
    let response = reading.response;
    if subject.is_in_body() && response.body_hidden {
        return Seen::Unreadable(
            "the browser does not show the body of a redirect; follow it, or run the command".into(),
        );
    }
    let found = |found: Result<Vec<Value>, String>| found.map_or_else(Seen::Unreadable, Seen::of);
    match subject {
        Subject::Status => Seen::One(response.status.into()),
        Subject::Url => Seen::text(&response.url),
        Subject::Redirects => Seen::One(redirects(response).into()),
        Subject::Header { name } => response.headers.get(name.trim()).map_or(Seen::Nothing, Seen::text),
        Subject::Body => Seen::text(&response.body),
        Subject::Occurrences { text } => Seen::count(response.body.matches(text.as_str()).count()),
        Subject::Json { path } => found(json::found(path, reading)),
        Subject::JsonCount { path } => {
            json::found(path, reading).map_or_else(Seen::Unreadable, |found| Seen::count(found.len()))
        }
        Subject::Html { selector } => found(html::texts(selector, reading)),
        Subject::HtmlAttribute { selector, attribute } => found(html::attributes(selector, attribute, reading)),
        Subject::HtmlCount { selector } => html::count(selector, reading).map_or_else(Seen::Unreadable, Seen::count),
        Subject::MwConfig { name } => found(config::value(name, reading)),
        Subject::ApiError => found(api::errors(reading)),
        Subject::Duration => Seen::One(response.elapsed_ms.into()),
        Subject::Size => Seen::One(response.size.into()),
        Subject::Sha256 => match &response.sha256 {
            Some(digest) => Seen::text(digest),
            None => Seen::Unreadable("nobody took the SHA-256 of this body".into()),
        },
    }
}

/// Where each redirect led. A `Location` that cannot be resolved stands as it came.
fn redirects(response: &Response) -> Vec<Value> {
    let resolved = |from: &str, to: &str| {
        let target = Url::parse(from).ok().and_then(|from| from.join(to).ok());
        Value::String(target.map_or_else(|| to.to_owned(), String::from))
    };
    let hops = response.hops.iter().filter_map(|hop| Some(resolved(&hop.url, hop.location.as_deref()?)));
    let last = response.headers.get("location").filter(|_| leads_on(response.status));
    hops.chain(last.iter().map(|to| resolved(&response.url, to))).collect()
}

#[cfg(test)]
mod tests {
    use super::{Seen, seen};
    use crate::check::Subject;
    use crate::exchange::{Headers, Hop, Response};
    use serde_json::json;

    fn response() -> Response {
        let hop =
            |url: &str, to: &str| Hop { url: url.into(), status: 301, location: Some(to.into()), ..Hop::default() };
        Response {
            url: "https://en.wikipedia.org/wiki/B".into(),
            status: 302,
            headers: Headers::from_iter([("Location", "/wiki/C")]),
            body: "aaa b".into(),
            size: 5,
            elapsed_ms: 12,
            hops: vec![
                hop("http://en.wikipedia.org/wiki/A", "https://en.wikipedia.org/wiki/A"),
                hop("https://en.wikipedia.org/wiki/A", "B"),
            ],
            ..Response::default()
        }
    }

    #[test]
    fn each_subject_is_what_the_response_says() {
        let header = |name: &str| Subject::Header { name: name.into() };
        for (subject, expected) in [
            (Subject::Status, Seen::One(json!(302))),
            (Subject::Url, Seen::One(json!("https://en.wikipedia.org/wiki/B"))),
            (
                Subject::Redirects,
                Seen::One(json!([
                    "https://en.wikipedia.org/wiki/A",
                    "https://en.wikipedia.org/wiki/B",
                    "https://en.wikipedia.org/wiki/C"
                ])),
            ),
            (header("location"), Seen::One(json!("/wiki/C"))),
            (header("vary"), Seen::Nothing),
            (Subject::Body, Seen::One(json!("aaa b"))),
            (Subject::Occurrences { text: "aa".into() }, Seen::One(json!(1))),
            (Subject::Occurrences { text: "c".into() }, Seen::One(json!(0))),
            (Subject::Duration, Seen::One(json!(12))),
            (Subject::Size, Seen::One(json!(5))),
            (Subject::ApiError, Seen::Unreadable("the answer is not from api.php".into())),
        ] {
            assert_eq!(seen(&subject, &response()), expected, "{subject:?}");
        }
    }

    #[test]
    fn a_location_of_an_answer_that_does_not_lead_on_is_no_redirect() {
        for status in [200, 201, 300, 304] {
            let response = Response { status, hops: Vec::new(), ..response() };
            assert_eq!(seen(&Subject::Redirects, &response), Seen::One(json!([])), "{status}");
        }
    }

    #[test]
    fn a_body_that_the_client_hides_has_nothing_and_lacks_nothing() {
        let hidden = Response { body_hidden: true, body: String::new(), ..response() };
        for subject in [
            Subject::Body,
            Subject::Size,
            Subject::Sha256,
            Subject::ApiError,
            Subject::Occurrences { text: "a".into() },
            Subject::HtmlCount { selector: "p".into() },
            Subject::JsonCount { path: "$".into() },
            Subject::MwConfig { name: "a".into() },
        ] {
            assert!(matches!(seen(&subject, &hidden), Seen::Unreadable(_)), "{subject:?}");
        }
        assert_eq!(seen(&Subject::Status, &hidden), Seen::One(json!(302)));
    }

    #[test]
    fn a_body_of_which_nobody_took_the_digest_has_none() {
        assert!(matches!(seen(&Subject::Sha256, &response()), Seen::Unreadable(_)));
        let response = Response { sha256: Some("ab".into()), ..response() };
        assert_eq!(seen(&Subject::Sha256, &response), Seen::One(json!("ab")));
    }
}
