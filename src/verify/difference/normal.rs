// SPDX-License-Identifier: GPL-2.0-or-later
//! A body without what differs in every answer, in lines.
//!
//! Must not hide anything that no rule names.

use super::layout::pieces;
use super::rules::{RULES, Rule};
use regex_lite::Regex;
use std::borrow::Cow;
use std::sync::OnceLock;

/// The body laid out in lines, every rule applied. `content_type` is the field's value; without one, the body's first
/// letter tells. Two answers of a page that did not change give the same text.
#[must_use]
pub fn normal(body: &str, content_type: Option<&str>) -> String {
    normal_by(body, content_type, |_| true)
}

/// The same with some of the rules.
pub(super) fn normal_by(body: &str, content_type: Option<&str>, is_used: impl Fn(&Rule) -> bool) -> String {
    let mut out = String::with_capacity(body.len() + body.len() / 16);
    for piece in pieces(body, content_type) {
        let said =
            RULES.iter().zip(expressions()).filter(|(rule, _)| rule.places.contains(&piece.place) && is_used(rule));
        let text = said.fold(Cow::Borrowed(&*piece.text), |text, (rule, expression)| {
            if text.contains(rule.mark) { applied(rule, expression, text) } else { text }
        });
        let starts_line = out.is_empty() || out.ends_with('\n');
        let left_out = starts_line && text.is_empty() && !piece.text.is_empty();
        out.push_str(&text);
        if piece.ends_line && !left_out {
            out.push('\n');
        }
    }
    out.truncate(out.trim_end_matches('\n').len());
    out
}

fn applied<'a>(rule: &Rule, expression: &OnceLock<Option<Regex>>, text: Cow<'a, str>) -> Cow<'a, str> {
    match expression.get_or_init(|| Regex::new(rule.pattern).ok()) {
        Some(expression) if expression.is_match(&text) => {
            Cow::Owned(expression.replace_all(&text, rule.replacement).into_owned())
        }
        _ => text,
    }
}

/// The rules' expressions, each made when it is needed first.
fn expressions() -> &'static [OnceLock<Option<Regex>>] {
    static EXPRESSIONS: OnceLock<Vec<OnceLock<Option<Regex>>>> = OnceLock::new();
    EXPRESSIONS.get_or_init(|| RULES.iter().map(|_| OnceLock::new()).collect())
}
