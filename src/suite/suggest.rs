// SPDX-License-Identifier: GPL-2.0-or-later
//! What a test of a page could demand, read off the page as it is now.
//!
//! Must not ask for the page.

use super::{ScopeError, in_scope};
use crate::check::{Assertion, Predicate, Subject, judge};
use crate::exchange::Response;
use scraper::{Html, Selector};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use url::Url;

/// Keys of the API's answers that say nothing of the wiki.
const INCIDENTAL: [&str; 6] = ["batchcomplete", "continue", "curtimestamp", "requestid", "servedby", "warnings"];
/// So many values of one page are offered.
const MAX: usize = 6;
/// Longer texts make no good assertion.
const MAX_TEXT: usize = 200;

/// An assertion that is offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The assertion; it holds of the page as it is.
    pub assertion: Assertion,
    /// Whether it is likely meant.
    pub likely: bool,
}

/// A URL as it may be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cleaned {
    /// The URL, without a fragment.
    pub url: String,
    /// Names of the parameters that were taken out, because they are secrets of the user.
    pub dropped: BTreeSet<String>,
}

/// The URL without what must not be kept: parameters that are tokens, and the fragment, which no server sees.
///
/// # Errors
/// When no test may ask it.
pub fn cleaned(url: &str) -> Result<Cleaned, ScopeError> {
    let mut url = in_scope(url)?;
    url.set_fragment(None);
    let is_secret = |name: &str| name.to_ascii_lowercase().ends_with("token");
    let name_of = |part: &str| url::form_urlencoded::parse(part.as_bytes()).next().map(|(name, _)| name.into_owned());
    let query = url.query().map(str::to_owned).unwrap_or_default();
    let (secret, kept): (Vec<&str>, Vec<&str>) =
        query.split('&').partition(|part| name_of(part).is_some_and(|name| is_secret(&name)));
    if !secret.is_empty() {
        // What is kept stays as it was written.
        let kept = kept.join("&");
        url.set_query(Some(kept.as_str()).filter(|kept| !kept.is_empty()));
    }
    Ok(Cleaned { url: url.into(), dropped: secret.into_iter().filter_map(name_of).collect() })
}

/// What could be demanded of the page, the best first. `selected` is a text that the user has marked in it; where that is
/// not in the page as it was sent, nothing is offered for it.
#[must_use]
pub fn suggest(response: &Response, selected: Option<&str>) -> Vec<Suggestion> {
    let status = Suggestion { assertion: Assertion::status(response.status), likely: true };
    let marked = selected.and_then(|text| of_text(response, text));
    let kind = response.headers.get("content-type").unwrap_or_default().to_ascii_lowercase();
    let route = Url::parse(&response.url).map_or_else(|_| String::new(), |url| url.path().to_owned());
    let rest = if kind.contains("json") {
        of_json(response)
    } else if route.ends_with("/load.php") {
        of_modules(response)
    } else if kind.contains("html") {
        of_html(response)
    } else {
        Vec::new()
    };
    // Nothing is offered that does not hold.
    let holds = |suggestion: &Suggestion| judge(&suggestion.assertion, response).held;
    marked.into_iter().map(likely).chain([status]).chain(rest).filter(holds).collect()
}

/// The text as it stands in the source, else as a reader sees it.
fn of_text(response: &Response, text: &str) -> Option<Assertion> {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let in_source = Assertion::body_contains(text.trim());
    let is = Predicate::Contains { value: Value::String(words) };
    let as_read = Assertion { of: Subject::Html { selector: "body".to_owned() }, is };
    [in_source, as_read].into_iter().find(|assertion| judge(assertion, response).held)
}

const fn likely(assertion: Assertion) -> Suggestion {
    Suggestion { assertion, likely: true }
}

fn of_html(response: &Response) -> Vec<Suggestion> {
    let page = Html::parse_document(&response.body);
    [("h1#firstHeading", true), ("title", false)]
        .into_iter()
        .filter_map(|(selector, likely)| {
            let text: String = page.select(&Selector::parse(selector).ok()?).next()?.text().collect();
            let value = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let fits = !value.is_empty() && value.chars().count() <= MAX_TEXT;
            let of = Subject::Html { selector: selector.to_owned() };
            fits.then(|| Suggestion { assertion: Assertion { of, is: Predicate::Is { value: value.into() } }, likely })
        })
        .collect()
}

fn of_json(response: &Response) -> Vec<Suggestion> {
    let Ok(Value::Object(body)) = serde_json::from_str::<Value>(&response.body) else { return Vec::new() };
    let no_error = likely(Assertion { of: Subject::ApiError, is: Predicate::Absent });
    let told = |key: &&String| !INCIDENTAL.contains(&key.as_str());
    let step = |key: &str| format!("[{}]", Value::from(key));
    let mut paths: Vec<(String, bool)> = Vec::new();
    for key in body.keys().filter(told) {
        let inside = body.get(key).and_then(Value::as_object);
        // What was asked for stands one level below `query`.
        match inside.filter(|_| key == "query") {
            Some(inside) => paths.extend(inside.keys().map(|below| (format!("${}{}", step(key), step(below)), true))),
            None => paths.push((format!("${}", step(key)), false)),
        }
    }
    let there = paths.into_iter().take(MAX).map(|(path, likely)| Suggestion {
        assertion: Assertion { of: Subject::Json { path }, is: Predicate::Exists },
        likely,
    });
    [no_error].into_iter().chain(there).collect()
}

fn of_modules(response: &Response) -> Vec<Suggestion> {
    let url = Url::parse(&response.url).ok();
    let asked = url.iter().flat_map(|url| url.query_pairs()).find(|(name, _)| name == "modules");
    let modules = asked.map(|(_, value)| value.into_owned()).unwrap_or_default();
    let there = modules.split('|').filter(|name| !name.is_empty()).take(MAX);
    there.map(|name| likely(Assertion::body_contains(format!("\"{name}@")))).collect()
}

#[cfg(test)]
mod tests {
    use super::{cleaned, suggest};
    use crate::exchange::{Headers, Response};

    fn answer(url: &str, kind: &str, body: &str) -> Response {
        let headers = Headers::from_iter([("content-type", kind)]);
        Response { url: url.into(), status: 200, headers, body: body.into(), ..Response::default() }
    }

    fn offered(response: &Response, selected: Option<&str>) -> Vec<(String, bool)> {
        let offered = suggest(response, selected);
        offered.into_iter().map(|it| (it.assertion.to_string(), it.likely)).collect()
    }

    fn page() -> Response {
        let body = "<!DOCTYPE html><html><head><title>Version - Wikipedia</title></head><body>\
            <h1 id=\"firstHeading\">Version</h1><p>Rights &amp; <b>wrongs</b>\n of it</p></body></html>";
        answer("https://en.wikipedia.org/wiki/Special:Version", "text/html; charset=UTF-8", body)
    }

    #[test]
    fn a_page_offers_its_status_heading_and_title() {
        let expected = [
            ("status <200>".to_owned(), true),
            ("element h1#firstHeading is <Version>".to_owned(), true),
            ("element title is <Version - Wikipedia>".to_owned(), false),
        ];
        assert_eq!(offered(&page(), None), expected);
    }

    #[test]
    fn a_marked_text_is_looked_for_in_the_source_then_as_it_is_read_then_given_up() {
        let first = |text: &str| offered(&page(), Some(text)).remove(0).0;
        assert_eq!(first(" wrongs "), "body contains <wrongs>");
        assert_eq!(first("Rights & wrongs of  it"), "element body contains <Rights & wrongs of it>");
        assert_eq!(first("made by a script"), "status <200>");
    }

    #[test]
    fn an_answer_of_the_api_offers_what_was_asked_for_and_no_error() {
        let body = r#"{"batchcomplete":true,"query":{"usergroups":[]},"limits":{"a":1}}"#;
        let expected = [
            ("status <200>".to_owned(), true),
            ("API error is absent".to_owned(), true),
            ("JSON $[\"query\"][\"usergroups\"] exists".to_owned(), true),
            ("JSON $[\"limits\"] exists".to_owned(), false),
        ];
        assert_eq!(offered(&answer("https://en.wikipedia.org/w/api.php", "application/json", body), None), expected);
    }

    #[test]
    fn an_error_of_the_api_is_not_said_to_be_none() {
        let response = answer("https://en.wikipedia.org/w/api.php", "application/json", r#"{"error":{"code":"x"}}"#);
        let expected = [("status <200>".to_owned(), true), ("JSON $[\"error\"] exists".to_owned(), false)];
        assert_eq!(offered(&response, None), expected);
    }

    #[test]
    fn modules_that_came_are_offered_and_missing_ones_are_not() {
        let url = "https://en.wikipedia.org/w/load.php?lang=en&modules=site%7Cgone";
        let body = "mw.loader.impl(function(){return[\"site@1a2b3\",function(){}];});";
        let expected = [("status <200>".to_owned(), true), ("body contains <\"site@>".to_owned(), true)];
        assert_eq!(offered(&answer(url, "text/javascript", body), None), expected);
    }

    #[test]
    fn a_url_is_kept_without_tokens_and_otherwise_as_it_is() {
        for (url, kept, dropped) in [
            ("https://en.wikipedia.org/wiki/A?b=c%20d#e", "https://en.wikipedia.org/wiki/A?b=c%20d", vec![]),
            (
                "https://en.wikipedia.org/w/api.php?action=query&centralauthtoken=1&meta=tokens&token=2%2B%5C&titles=%C3%84",
                "https://en.wikipedia.org/w/api.php?action=query&meta=tokens&titles=%C3%84",
                vec!["centralauthtoken", "token"],
            ),
            ("https://en.wikipedia.org/?wpEditToken=1", "https://en.wikipedia.org/", vec!["wpEditToken"]),
            ("https://en.wikipedia.org/?to%6Ben=1", "https://en.wikipedia.org/", vec!["token"]),
        ] {
            let cleaned = cleaned(url).unwrap();
            assert_eq!(cleaned.url, kept);
            assert_eq!(cleaned.dropped.iter().map(String::as_str).collect::<Vec<_>>(), dropped, "{url}");
        }
        assert!(cleaned("https://example.org/").is_err());
        assert!(cleaned("chrome://version").is_err());
    }
}
