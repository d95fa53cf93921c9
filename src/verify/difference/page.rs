// SPDX-License-Identifier: GPL-2.0-or-later
//! An answer as it is compared, its digest, and what two of them differ in.

use super::hunks::{Hunk, hunks_between};
use super::normal::normal;
use crate::exchange::Response;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Bytes of a body that are compared; a longer one is neither laid out nor digested.
const LONGEST: usize = 2 * 1024 * 1024;

/// Bytes of a digest, each two letters of text.
const DIGEST: usize = 8;

/// Letters of a header field that are kept.
const FIELD: usize = 300;

/// An answer without what differs in every answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    status: u16,
    location: Option<String>,
    content_type: Option<String>,
    /// `None` where it is too long to be compared.
    body: Option<String>,
}

impl Page {
    /// The answer's page.
    #[must_use]
    pub fn of(response: &Response) -> Self {
        let content_type = response.headers.get("content-type").map(|value| value.trim().to_owned());
        let body = (response.body.len() <= LONGEST).then(|| normal(&response.body, content_type.as_deref()));
        Self { status: response.status, location: response.headers.get("location"), content_type, body }
    }

    /// Sixteen hexadecimal digits that are the same for the same status, `Location` and normalised body, in every
    /// version of this program that has the same rules; `None` where the body is too long.
    #[must_use]
    pub fn digest(&self) -> Option<String> {
        let body = self.body.as_deref()?;
        let mut hash = Sha256::new();
        hash.update(format!("{}\n{}\n", self.status, self.location.as_deref().unwrap_or_default()));
        hash.update(body);
        let mut text = String::with_capacity(2 * DIGEST);
        for byte in hash.finalize().iter().take(DIGEST) {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Some(text)
    }

    fn fields(&self) -> [(&'static str, String); 3] {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        [
            ("status", self.status.to_string()),
            ("location", text(&self.location)),
            ("content-type", text(&self.content_type).to_ascii_lowercase()),
        ]
    }
}

/// Something before the body that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// `status`, `location` or `content-type`.
    pub name: String,
    /// Its value before; empty where there was none.
    pub before: String,
    /// Its value after; empty where there is none.
    pub after: String,
}

/// What differs between two answers, bounded so that it can be kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Difference {
    /// Status, `Location` and content type, where they differ.
    pub fields: Vec<Field>,
    /// Where the bodies differ, in order.
    pub hunks: Vec<Hunk>,
    /// How many lines differ in all; a line that reads otherwise counts once.
    pub lines: usize,
    /// Lines, gone or new, for which there was no room in `hunks`.
    pub left_out: usize,
    /// One of the bodies is too long to be compared.
    pub too_long: bool,
}

impl Difference {
    /// What differs, or `None` when nothing does.
    #[must_use]
    pub fn between(before: &Page, after: &Page) -> Option<Self> {
        let short = |text: String| text.chars().take(FIELD).collect();
        let fields = before.fields().into_iter().zip(after.fields()).filter(|(old, new)| old.1 != new.1);
        let fields = fields.map(|((name, before), (_, after))| Field {
            name: name.to_owned(),
            before: short(before),
            after: short(after),
        });
        let mut difference = Self { fields: fields.collect(), ..Self::default() };
        match (&before.body, &after.body) {
            (Some(before), Some(after)) if before == after => {}
            (Some(before), Some(after)) => {
                (difference.hunks, difference.lines, difference.left_out) = hunks_between(before, after);
            }
            _ => difference.too_long = true,
        }
        (difference != Self::default()).then_some(difference)
    }

    /// The lines that it holds.
    #[must_use]
    pub fn held(&self) -> usize {
        self.hunks.iter().map(|hunk| hunk.lines.len()).sum()
    }

    /// The same with no line held, for where there is no room.
    #[must_use]
    pub fn without_lines(mut self) -> Self {
        self.left_out += self.hunks.iter().flat_map(|hunk| &hunk.lines).filter(|line| line.is_changed()).count();
        self.hunks.clear();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{Difference, Field, LONGEST, Page};
    use crate::exchange::{Headers, Response};
    use crate::verify::difference::Line;

    fn page(status: u16, fields: &[(&str, &str)], body: &str) -> Page {
        let headers = fields.iter().copied().collect::<Headers>();
        Page::of(&Response { status, headers, body: body.into(), ..Response::default() })
    }

    const HTML: [(&str, &str); 1] = [("content-type", "text/html; charset=UTF-8")];

    #[test]
    fn status_location_and_content_type_are_named_where_they_differ() {
        let before = page(200, &HTML, "x");
        let after = page(301, &[("location", "/wiki/Y"), ("content-type", "Text/HTML; charset=utf-8")], "x");
        let field = |name: &str, before: &str, after: &str| Field {
            name: name.into(),
            before: before.into(),
            after: after.into(),
        };
        let expected = Difference {
            fields: vec![field("status", "200", "301"), field("location", "", "/wiki/Y")],
            ..Difference::default()
        };
        assert_eq!(Difference::between(&before, &after), Some(expected));
        let json = page(200, &[("content-type", "application/json")], "x");
        assert_eq!(
            Difference::between(&before, &json).unwrap().fields,
            [field("content-type", "text/html; charset=utf-8", "application/json")]
        );
    }

    #[test]
    fn one_changed_line_among_what_always_differs_is_the_difference() {
        let body = |group: &str, id: &str, ms: u32| {
            format!(
                "<html><script>RLCONF={{\"wgRequestId\":\"{id}\",\"wgPageName\":\"X\"}};</script><ul><li>a</li>\
                 <li>{group}</li><li>c</li></ul><script>mw.config.set({{\"wgBackendResponseTime\":{ms}}});</script></html>"
            )
        };
        let (before, after) = (page(200, &HTML, &body("b", "1f", 90)), page(200, &HTML, &body("bb", "2e", 120)));
        let difference = Difference::between(&before, &after).unwrap();
        assert_eq!((difference.lines, difference.left_out, difference.hunks.len()), (1, 0, 1));
        let changed: Vec<&Line> = difference.hunks[0].lines.iter().filter(|line| line.is_changed()).collect();
        assert_eq!(changed, [&Line::Gone("<li>b</li>".into()), &Line::New("<li>bb</li>".into())]);
        assert_ne!(before.digest(), after.digest());
        let again = page(200, &HTML, &body("b", "3d", 70));
        assert_eq!(Difference::between(&before, &again), None);
        assert_eq!(before.digest(), again.digest());
    }

    #[test]
    fn a_digest_is_short_and_the_same_in_every_version() {
        assert_eq!(page(200, &HTML, "<p>x</p>").digest().as_deref(), Some("01651bafa3782026"));
        assert_ne!(page(404, &HTML, "<p>x</p>").digest(), page(200, &HTML, "<p>x</p>").digest());
        let to = |place: &str| page(301, &[("location", place)], "").digest();
        assert_ne!(to("/wiki/X"), to("/wiki/Y"));
    }

    #[test]
    fn a_body_that_is_too_long_is_said_to_be() {
        let long = page(200, &HTML, &"x".repeat(LONGEST + 1));
        let difference = Difference::between(&long, &page(200, &HTML, "x")).unwrap();
        assert_eq!(difference, Difference { too_long: true, ..Difference::default() });
        assert_eq!(long.digest(), None);
    }

    #[test]
    fn without_lines_the_count_is_kept() {
        let (before, after) = (page(200, &HTML, "a\nb\nc"), page(200, &HTML, "a\nd\nc"));
        let bare = Difference::between(&before, &after).unwrap().without_lines();
        assert_eq!(bare, Difference { lines: 1, left_out: 2, ..Difference::default() });
    }

    #[test]
    fn a_difference_of_which_less_was_kept_is_still_read() {
        let kept = r#"{"fields":[],"hunks":[{"lines":[{"same":"a"},{"gone":"b"},{"new":"c"}]}]}"#;
        let difference: Difference = serde_json::from_str(kept).unwrap();
        assert_eq!(difference.hunks[0].lines[2], Line::New("c".into()));
        assert!(!difference.too_long);
    }
}
