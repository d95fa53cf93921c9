// SPDX-License-Identifier: GPL-2.0-or-later
//! What is typed under "More": tags, a reason to skip, a time limit, header fields, a body, captures.
//!
//! Must not change what nobody touched: a part that is typed as it was shown stays as it was saved.

use super::demand::Typed;
use super::row::{Complaint, sentence};
use super::what::{Field, What};
use crate::exchange::Headers;
use crate::suite::{Capture, Test};
use serde::{Deserialize, Serialize};

/// The field that says what a body is.
const CONTENT_TYPE: &str = "Content-Type";

/// What is shown of a test that is skipped without a reason.
const NO_REASON: &str = "no reason given";

/// What a body is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum BodyKind {
    /// There is none.
    #[default]
    None,
    /// Fields of a form.
    Form,
    /// JSON.
    Json,
    /// Plain text.
    Text,
    /// As the header fields say.
    Other,
}

impl BodyKind {
    /// Every kind, in the order of the list.
    pub(super) const ALL: [Self; 5] = [Self::None, Self::Form, Self::Json, Self::Text, Self::Other];

    /// The value of its option.
    pub(super) const fn tag(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Form => "form",
            Self::Json => "json",
            Self::Text => "text",
            Self::Other => "other",
        }
    }

    /// What the list calls it.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::None => "No body",
            Self::Form => "Form fields",
            Self::Json => "JSON",
            Self::Text => "Plain text",
            Self::Other => "As Content-Type says",
        }
    }

    const fn content_type(self) -> Option<&'static str> {
        match self {
            Self::Form => Some("application/x-www-form-urlencoded"),
            Self::Json => Some("application/json"),
            Self::Text => Some("text/plain;charset=UTF-8"),
            Self::None | Self::Other => None,
        }
    }

    /// An example of such a body.
    pub(super) const fn example(self) -> &'static str {
        match self {
            Self::Form => "action=query&format=json",
            Self::Json => "{\"key\": \"value\"}",
            Self::None | Self::Text | Self::Other => "",
        }
    }
}

/// A capture as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CaptureRow {
    pub(super) name: String,
    pub(super) what: What,
    pub(super) typed: Typed,
}

impl CaptureRow {
    /// An empty one.
    pub(super) const fn blank() -> Self {
        Self { name: String::new(), what: What::Json, typed: Typed::new() }
    }

    /// What is meant, whether it can be kept or not.
    fn meant(&self) -> Capture {
        Capture { name: self.name.trim().to_owned(), of: self.what.subject(&self.typed) }
    }

    fn build(&self, at: usize) -> Result<Capture, Complaint> {
        let refused = |field: &'static str, message: &str| Complaint::about(field, message).of_capture(at);
        let capture = self.meant();
        if capture.name.is_empty() {
            return Err(refused("capture", "Write a name, such as token; other tests use it as {{token}}."));
        }
        let field = self.what.fields().first().map_or("capture", |field| field.name());
        capture.validate().map_err(|error| refused(field, &sentence(&error.to_string()))).map(|()| capture)
    }
}

/// What is typed under "More".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Extra {
    pub(super) tags: String,
    pub(super) skip: String,
    pub(super) timeout: String,
    pub(super) fields: Vec<(String, String)>,
    pub(super) body_kind: BodyKind,
    pub(super) body: String,
    pub(super) captures: Vec<CaptureRow>,
}

impl Extra {
    /// What is shown of a saved test.
    pub(super) fn of(test: &Test) -> Self {
        let mut fields: Vec<(String, String)> =
            test.headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let said = test.headers.get(CONTENT_TYPE);
        let plain = [BodyKind::Form, BodyKind::Json, BodyKind::Text];
        let body_kind = match &test.body {
            None => BodyKind::None,
            Some(_) => plain.into_iter().find(|kind| kind.content_type() == said.as_deref()).unwrap_or(BodyKind::Other),
        };
        if body_kind.content_type().is_some() {
            fields.retain(|(name, _)| !name.eq_ignore_ascii_case(CONTENT_TYPE));
        }
        let capture = |capture: &Capture| {
            let (what, typed) = What::of(&capture.of);
            CaptureRow { name: capture.name.clone(), what, typed }
        };
        Self {
            tags: test.tags.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
            skip: test
                .skip
                .as_deref()
                .map(|why| if why.is_empty() { NO_REASON } else { why })
                .unwrap_or_default()
                .into(),
            timeout: test.timeout_ms.map(|ms| ms.to_string()).unwrap_or_default(),
            fields,
            body_kind,
            // A text area knows one kind of line break.
            body: test.body.as_deref().unwrap_or_default().replace("\r\n", "\n").replace('\r', "\n"),
            captures: test.captures.iter().map(capture).collect(),
        }
    }

    /// What is captured as it is typed, right or not.
    pub(super) fn captured(&self) -> Vec<Capture> {
        self.captures.iter().map(CaptureRow::meant).collect()
    }

    /// Whether the request is the same.
    pub(super) fn asks_the_same(&self, other: &Self) -> bool {
        self.fields == other.fields && self.body_kind == other.body_kind && self.body == other.body
    }

    /// Puts what was typed into a test, or says what stands against it.
    pub(super) fn put_into(&self, test: &mut Test) -> Vec<Complaint> {
        let shown = Self::of(test);
        let mut complaints = Vec::new();
        if self.tags != shown.tags {
            test.tags = self.tags.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
        }
        if self.skip != shown.skip {
            test.skip = Some(self.skip.trim().to_owned()).filter(|why| !why.is_empty());
        }
        if self.timeout != shown.timeout {
            match self.timeout.trim() {
                "" => test.timeout_ms = None,
                typed => match typed.parse().ok().filter(|ms| *ms > 0) {
                    Some(ms) => test.timeout_ms = Some(ms),
                    None => complaints.push(Complaint::about("timeout", "Write milliseconds, such as 5000.")),
                },
            }
        }
        if !self.asks_the_same(&shown) {
            self.put_request(test, &mut complaints);
        }
        if self.captures != shown.captures {
            let built = self.captures.iter().enumerate().map(|(at, capture)| capture.build(at));
            let (fine, wrong): (Vec<_>, Vec<_>) = built.partition(Result::is_ok);
            test.captures = fine.into_iter().flatten().collect();
            complaints.extend(wrong.into_iter().filter_map(Result::err));
        }
        complaints
    }

    fn put_request(&self, test: &mut Test, complaints: &mut Vec<Complaint>) {
        let filled = |(name, value): &&(String, String)| !name.trim().is_empty() || !value.trim().is_empty();
        let mut headers = Headers::new();
        for (name, value) in self.fields.iter().filter(filled) {
            headers.push(name.trim(), value.trim());
        }
        let says = headers.get(CONTENT_TYPE).is_some();
        if let (Some(kind), false) = (self.body_kind.content_type(), says) {
            headers.push(CONTENT_TYPE, kind);
        }
        test.headers = headers;
        let is_json = || serde_json::from_str::<serde::de::IgnoredAny>(&self.body).is_ok();
        if self.body_kind == BodyKind::Json && !is_json() {
            complaints.push(Complaint::about("body", "This is not JSON; correct it, or choose “Plain text”."));
        }
        test.body = (self.body_kind != BodyKind::None).then(|| self.body.clone());
    }

    /// Takes over what a control says; false for any other control. Each capture begins with its `capture`, each header
    /// field with its `field_name`. `before` is what was there.
    pub(super) fn take(&mut self, name: &str, value: &str, before: &Self) -> bool {
        match (name, self.fields.last_mut(), self.captures.last_mut()) {
            ("tags", ..) => value.clone_into(&mut self.tags),
            ("skip", ..) => value.clone_into(&mut self.skip),
            ("timeout", ..) => value.clone_into(&mut self.timeout),
            ("body", ..) => value.clone_into(&mut self.body),
            ("body_kind", ..) => {
                self.body_kind = BodyKind::ALL.into_iter().find(|kind| kind.tag() == value).unwrap_or_default();
            }
            ("field_name", ..) => self.fields.push((value.to_owned(), String::new())),
            ("field_value", Some((_, kept)), _) => value.clone_into(kept),
            ("capture", ..) => {
                let known = before.captures.get(self.captures.len()).cloned().unwrap_or_else(CaptureRow::blank);
                self.captures.push(CaptureRow { name: value.to_owned(), ..known });
            }
            ("capture_of", _, Some(capture)) => capture.what = What::from_tag(value).unwrap_or(capture.what),
            _ => return false,
        }
        true
    }

    /// Takes over what was typed into a field of the last capture.
    pub(super) fn take_captured(&mut self, field: Field, value: &str) {
        if let Some(capture) = self.captures.last_mut() {
            capture.typed.insert(field, value.to_owned());
        }
    }

    /// What has consequences for what else there is to choose.
    pub(super) fn choices(&self) -> (BodyKind, Vec<What>) {
        (self.body_kind, self.captures.iter().map(|capture| capture.what).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{BodyKind, CaptureRow, Extra};
    use crate::check::Subject;
    use crate::exchange::{Headers, Method};
    use crate::suite::{Capture, Test};

    fn rich() -> Test {
        let of = Subject::Json { path: "$.query.tokens.csrftoken".into() };
        Test {
            method: Method::Post,
            headers: Headers::from_iter([("X-A", "1"), ("content-type", "application/json"), ("X-A", "2")]),
            body: Some("{\r\n}".into()),
            tags: ["a, b".to_owned(), "c".to_owned()].into(),
            skip: Some(String::new()),
            timeout_ms: Some(5000),
            captures: vec![Capture { name: "to ken".into(), of }],
            ..Test::default()
        }
    }

    #[test]
    fn what_nobody_touched_stays_as_it_was_saved() {
        let mut test = rich();
        let mut extra = Extra::of(&test);
        extra.timeout = "7000".into();
        assert_eq!(extra.put_into(&mut test), []);
        assert_eq!(test, Test { timeout_ms: Some(7000), ..rich() });
    }

    #[test]
    fn a_body_says_what_it_is() {
        for (kind, body, said) in [
            (BodyKind::Form, "a=1", Some("application/x-www-form-urlencoded")),
            (BodyKind::Json, "[]", Some("application/json")),
            (BodyKind::Text, "x", Some("text/plain;charset=UTF-8")),
            (BodyKind::Other, "x", None),
        ] {
            let mut test = Test::default();
            let extra = Extra { body_kind: kind, body: body.into(), ..Extra::default() };
            assert_eq!(extra.put_into(&mut test), []);
            assert_eq!((test.body.as_deref(), test.headers.get("content-type").as_deref()), (Some(body), said));
            assert_eq!(Extra::of(&test), extra);
        }
    }

    #[test]
    fn what_cannot_be_meant_is_said_at_its_field() {
        let fields = |extra: Extra| {
            let complaints = extra.put_into(&mut Test::default());
            complaints.into_iter().map(|complaint| complaint.field).collect::<Vec<_>>()
        };
        assert_eq!(fields(Extra { timeout: "soon".into(), ..Extra::default() }), ["timeout"]);
        assert_eq!(fields(Extra { body_kind: BodyKind::Json, body: "{".into(), ..Extra::default() }), ["body"]);
        assert_eq!(fields(Extra { captures: vec![CaptureRow::blank()], ..Extra::default() }), ["capture"]);
        let named = CaptureRow { name: "token".into(), ..CaptureRow::blank() };
        assert_eq!(fields(Extra { captures: vec![named], ..Extra::default() }), ["path"]);
    }
}
