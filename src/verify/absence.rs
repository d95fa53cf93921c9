// SPDX-License-Identifier: GPL-2.0-or-later
//! Whether an answer is one in which something could have been at all: from an empty one everything is absent.
//!
//! Must not judge what is there: text that was found was found.

use crate::check::{Assertion, Predicate, Subject};
use crate::exchange::Response;
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

/// Why `response` shows nothing to a test that wants something to be absent; `None` where it shows it, or the test wants
/// nothing of the kind, or wants just that flaw.
pub(super) fn flaw_behind(wanted: &[Assertion], response: &Response) -> Option<Flaw> {
    if !wanted.iter().any(Assertion::wants_absence) {
        return None;
    }
    if response.body.trim().is_empty() {
        let is_bodiless = |code: &Value| code.as_u64().is_some_and(|code| BODILESS.map(u64::from).contains(&code));
        let is_meant = |assertion: &Assertion| match (&assertion.of, &assertion.is) {
            (Subject::Status, Predicate::Is { value }) => is_bodiless(value),
            (Subject::Body, Predicate::Matches { .. } | Predicate::Is { .. })
            | (Subject::Size, Predicate::Is { .. }) => true,
            _ => false,
        };
        let is_success = (200..300).contains(&response.status);
        return (is_success && !wanted.iter().any(is_meant)).then_some(Flaw::Empty);
    }
    if response.status == PARTIAL { Some(Flaw::CutOff) } else { flaw_in(response) }
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
    use super::{Flaw, flaw_behind};
    use crate::check::Assertion;
    use crate::exchange::{Headers, Response};

    fn response(status: u16, kind: &str, body: &str) -> Response {
        let headers = Headers::from_iter([("content-type", kind)]);
        Response { status, headers, body: body.into(), ..Response::default() }
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
    }
}
