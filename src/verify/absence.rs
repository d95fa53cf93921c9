// SPDX-License-Identifier: GPL-2.0-or-later
//! Whether an answer is one in which something could have been at all: from an empty one everything is absent.
//!
//! Must not judge what is there: text that was found was found.

use crate::check::{Assertion, Predicate, Subject, judge};
use crate::exchange::{Method, Response};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// Status codes of answers that have no body (RFC 9110, sections 15.3.5 and 15.3.6).
const BODILESS: [u16; 2] = [204, 205];
/// The status code of a part of a page.
const PARTIAL: u16 = 206;

/// What is wrong with an answer from which nothing can be absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// There is nothing in it.
    Empty,
    /// It is a part of a page, or breaks off before its end.
    CutOff,
    /// It is not what its content type says: binary, or in another encoding.
    NotText,
}

impl fmt::Display for Flaw {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Empty => "is empty",
            Self::CutOff => "is not whole",
            Self::NotText => "is not the text that it says it is",
        })
    }
}

/// Why `response` to a request with `method` shows nothing to a test that wants something to be absent; `None` where it
/// shows it, or the test wants nothing of the kind, or wants just that flaw. Every assertion that is not about such an
/// absence must have held.
pub(super) fn flaw_behind(wanted: &[Assertion], method: Method, response: &Response) -> Option<Flaw> {
    if !wanted.iter().any(Assertion::wants_absence) {
        return None;
    }
    if response.body.trim().is_empty() {
        let is_success = (200..300).contains(&response.status);
        // Nobody can mean the emptiness of an answer to HEAD: it never has a body.
        let is_meant = method != Method::Head && wanted.iter().any(means_emptiness);
        return (is_success && !is_meant).then_some(Flaw::Empty);
    }
    if response.status == PARTIAL { Some(Flaw::CutOff) } else { flaw_in(response) }
}

/// Whether an assertion can hold of an empty body alone, or of a status that has none.
fn means_emptiness(assertion: &Assertion) -> bool {
    let is_bodiless = |code: &Value| code.as_u64().is_some_and(|code| BODILESS.map(u64::from).contains(&code));
    match (&assertion.of, &assertion.is) {
        (Subject::Status, Predicate::Is { value }) => is_bodiless(value),
        (Subject::Body, Predicate::Is { .. }) | (Subject::Size, Predicate::Is { .. }) => true,
        // `.*` and `x?` match every text, and so do not mean an empty one.
        (Subject::Body, Predicate::Matches { .. }) => {
            let text = Response { body: "any other text\nin lines".into(), ..Response::default() };
            !judge(assertion, &text).held
        }
        _ => false,
    }
}

fn flaw_in(response: &Response) -> Option<Flaw> {
    let kind = response.headers.get("content-type").unwrap_or_default().to_ascii_lowercase();
    let text = response.body.trim_start_matches('\u{feff}').trim();
    let is_media =
        ["image/", "audio/", "video/", "font/", "octet-stream", "zip"].iter().any(|mark| kind.contains(mark));
    // What begins in this way was compressed, and does not say so.
    if !is_media && (text.contains('\0') || text.starts_with('\u{1f}')) {
        return Some(Flaw::NotText);
    }
    if kind.contains("json") {
        let is_begun = text.starts_with(['{', '[']);
        let is_whole = serde_json::from_str::<IgnoredAny>(text).is_ok();
        return (!is_whole).then_some(if is_begun { Flaw::CutOff } else { Flaw::NotText });
    }
    if kind.contains("html") && !text.starts_with('<') {
        return Some(Flaw::NotText);
    }
    let lower = text.to_ascii_lowercase();
    let is_page = kind.contains("html") || (kind.is_empty() && lower.starts_with('<'));
    // `action=render` gives a fragment, which begins with no page.
    (is_page && lower.contains("<html") && !lower.contains("</html>")).then_some(Flaw::CutOff)
}

#[cfg(test)]
mod tests {
    use super::Flaw;
    use crate::check::{Assertion, Order, Predicate, Subject};
    use crate::exchange::{Headers, Method, Response};

    fn response(status: u16, kind: &str, body: &str) -> Response {
        let headers = Headers::from_iter([("content-type", kind)]);
        Response { status, headers, body: body.into(), ..Response::default() }
    }

    fn flaw_behind(wanted: &[Assertion], response: &Response) -> Option<Flaw> {
        super::flaw_behind(wanted, Method::Get, response)
    }

    fn absent() -> Assertion {
        Assertion::body_lacks("old")
    }

    #[test]
    fn nothing_is_absent_from_what_is_no_whole_text() {
        let html = "text/html; charset=UTF-8";
        for (status, kind, body, flaw) in [
            (200, html, "<!DOCTYPE html>\n<html lang=en><p>x</p></html>\n", None),
            (200, html, "\u{feff}<HTML></HTML><!-- x -->", None),
            (200, html, "<div class=\"mw-parser-output\">a fragment</div>", None),
            (200, html, "", Some(Flaw::Empty)),
            (200, html, " \n", Some(Flaw::Empty)),
            (204, "", "", Some(Flaw::Empty)),
            (301, html, "", None),
            (200, html, "<!DOCTYPE html><html><p>half a pa", Some(Flaw::CutOff)),
            (206, html, "<html></html>", Some(Flaw::CutOff)),
            (200, html, "\u{1f}\u{fffd}\u{8}\0\0", Some(Flaw::NotText)),
            (200, html, "㰡䑏䍔奐䔠桴浬", Some(Flaw::NotText)),
            (200, "", "just a text", None),
            (200, "", "<html>half", Some(Flaw::CutOff)),
            (200, "text/plain", "a\0b", Some(Flaw::NotText)),
            (200, "text/javascript", "if (a <html) {}", None),
            (200, "image/svg+xml", "<svg><html>half", None),
            (200, "image/png", "\u{fffd}PNG\0", None),
            (200, "application/json", "{\"a\": [1]}\n", None),
            (200, "application/json", "{\"a\": [1", Some(Flaw::CutOff)),
            (200, "application/json", "<html></html>", Some(Flaw::NotText)),
        ] {
            assert_eq!(flaw_behind(&[absent()], &response(status, kind, body)), flaw, "{status} {kind} {body}");
        }
    }

    #[test]
    fn each_flaw_is_said_in_its_own_words() {
        let words = [Flaw::Empty, Flaw::CutOff, Flaw::NotText].map(|flaw| flaw.to_string());
        assert_eq!(words, ["is empty", "is not whole", "is not the text that it says it is"]);
    }

    #[test]
    fn a_test_that_wants_nothing_absent_or_just_that_flaw_is_not_meant() {
        let empty = response(204, "", "");
        let there = Assertion::body_contains("x");
        let blank = Assertion::body_matches("^$");
        for wanted in [vec![there], vec![], vec![absent(), Assertion::status(204)], vec![absent(), blank]] {
            assert_eq!(flaw_behind(&wanted, &empty), None, "{wanted:?}");
        }
        let wanted = [absent(), Assertion::status(200)];
        assert_eq!(flaw_behind(&wanted, &response(200, "", "")), Some(Flaw::Empty));
        let size = Assertion { of: Subject::Size, is: Predicate::Is { value: 0.into() } };
        assert_eq!(flaw_behind(&[size], &response(200, "", "")), None);
    }

    #[test]
    fn what_holds_of_any_text_does_not_mean_an_empty_one() {
        let empty = response(200, "text/html", "");
        for pattern in [".*", "x?", "^", "(?s).*"] {
            let wanted = [absent(), Assertion::body_matches(pattern)];
            assert_eq!(flaw_behind(&wanted, &empty), Some(Flaw::Empty), "{pattern}");
        }
        let is = Predicate::Compares { order: Order::Below, number: 100.into() };
        let small = Assertion { of: Subject::Size, is };
        assert_eq!(flaw_behind(&[small], &empty), Some(Flaw::Empty));
    }

    #[test]
    fn from_an_answer_to_head_nothing_is_absent() {
        let empty = response(200, "text/html", "");
        let size = Assertion { of: Subject::Size, is: Predicate::Is { value: 0.into() } };
        for wanted in [vec![absent()], vec![absent(), Assertion::body_matches("^$")], vec![size]] {
            assert_eq!(super::flaw_behind(&wanted, Method::Head, &empty), Some(Flaw::Empty), "{wanted:?}");
        }
        let field = [Assertion::header_absent("location")];
        assert_eq!(super::flaw_behind(&field, Method::Head, &empty), None);
    }

    #[test]
    fn whatever_must_be_absent_of_a_body_is_absent_from_no_empty_one() {
        let zero = || Predicate::Is { value: 0.into() };
        for (of, is) in [
            (Subject::Html { selector: "p".into() }, Predicate::Absent),
            (Subject::HtmlAttribute { selector: "p".into(), attribute: "a".into() }, Predicate::Absent),
            (Subject::HtmlCount { selector: "p".into() }, zero()),
            (Subject::HtmlCount { selector: "p".into() }, Predicate::IsNot { value: 1.into() }),
            (Subject::Json { path: "$.a".into() }, Predicate::Absent),
            (Subject::JsonCount { path: "$.a".into() }, zero()),
            (Subject::JsonCount { path: "$.a".into() }, Predicate::OneOf { values: vec![0.into(), 1.into()] }),
            (Subject::MwConfig { name: "wgX".into() }, Predicate::Absent),
            (Subject::ApiError, Predicate::Absent),
            (Subject::Occurrences { text: "x".into() }, Predicate::Between { from: 0.into(), to: 1.into() }),
            (Subject::Size, Predicate::Compares { order: Order::AtMost, number: 9.into() }),
            (Subject::Sha256, Predicate::IsNot { value: "0".into() }),
        ] {
            let wanted = [Assertion { of, is }];
            assert_eq!(flaw_behind(&wanted, &response(200, "text/html", " ")), Some(Flaw::Empty), "{wanted:?}");
        }
    }
}
