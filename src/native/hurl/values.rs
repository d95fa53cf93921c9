// SPDX-License-Identifier: GPL-2.0-or-later
//! Texts of a Hurl file with `{{…}}` in them.
//!
//! Must not guess what a variable holds.

use crate::suite::lost::Losses;
use hurl_core::ast::{ExprKind, Placeholder, Template, TemplateElement};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of variables at one place of the file.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// Set in the file itself.
    pub(super) set: BTreeMap<String, String>,
    /// Taken from an earlier answer.
    pub(super) taken: BTreeSet<String>,
}

impl Values {
    /// The text with what is set put in; a name that was taken stays `{{name}}`.
    ///
    /// # Errors
    /// With the first placeholder of which nothing is known.
    pub(super) fn text(&self, template: &Template) -> Result<String, String> {
        self.text_as(template, str::to_owned)
    }

    /// The same, with the letters of the text (and not those of placeholders) written in another way.
    pub(super) fn text_as(&self, template: &Template, write: impl Fn(&str) -> String) -> Result<String, String> {
        template
            .elements
            .iter()
            .map(|element| match element {
                TemplateElement::String { value, .. } => Ok(write(value)),
                TemplateElement::Placeholder(placeholder) => self.value(placeholder, &write),
            })
            .collect()
    }

    fn value(&self, placeholder: &Placeholder, write: impl Fn(&str) -> String) -> Result<String, String> {
        let shown = format!("{{{{{placeholder}}}}}");
        let ExprKind::Variable(variable) = &placeholder.expr.kind else { return Err(shown) };
        match (self.set.get(&variable.name), self.taken.contains(&variable.name)) {
            (Some(value), _) => Ok(write(value)),
            (None, true) => Ok(format!("{{{{{}}}}}", variable.name)),
            (None, false) => Err(shown),
        }
    }

    /// The text for a request. Where nothing is known of a variable, its name stays and is told.
    pub(super) fn asked(&self, template: &Template, lost: &mut Losses) -> String {
        self.asked_as(template, lost, str::to_owned)
    }

    /// The same, written in another way.
    pub(super) fn asked_as(&self, template: &Template, lost: &mut Losses, write: impl Fn(&str) -> String) -> String {
        self.text_as(template, write).unwrap_or_else(|shown| {
            lost.matters(unknown(&shown));
            template.to_string()
        })
    }

    /// A source of JSON, in which placeholders stand as they were written.
    pub(super) fn in_source(&self, source: &str, lost: &mut Losses) -> String {
        let mut out = String::new();
        let mut rest = source;
        while let Some((before, (inner, behind))) =
            rest.split_once("{{").and_then(|(before, inner)| Some((before, inner.split_once("}}")?)))
        {
            let name = inner.trim();
            out.push_str(before);
            match self.set.get(name) {
                Some(value) => out.push_str(value),
                None => out.extend(["{{", name, "}}"]),
            }
            if !self.set.contains_key(name) && !self.taken.contains(name) {
                lost.matters(unknown(&format!("{{{{{name}}}}}")));
            }
            rest = behind;
        }
        out + rest
    }
}

fn unknown(shown: &str) -> String {
    format!(
        "{shown} is set outside of the file or made anew each time; write what it stands for, the test cannot ask without"
    )
}
