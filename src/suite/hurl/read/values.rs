// SPDX-License-Identifier: GPL-2.0-or-later
//! Texts of a Hurl file with `{{…}}` in them, and what these are called here.
//!
//! Must not guess what a variable holds.

use crate::suite::lost::Losses;
use crate::suite::placeholder::{HOST, Spelling, WIKI, names};
use hurl_core::ast::{HurlFile, OptionKind, SectionValue, Template, TemplateElement};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of variables at one place of the file.
#[derive(Debug)]
pub(super) struct Values {
    /// Set in the file itself.
    pub(super) set: BTreeMap<String, String>,
    /// Taken from an earlier answer: what that is called here, by Hurl's name.
    taken: BTreeMap<String, String>,
    /// Those of a run that the file wants to be given.
    of_run: BTreeSet<&'static str>,
}

/// Why a text is not the same here.
#[derive(Debug)]
enum Doubt {
    /// Nothing is known of a placeholder.
    Unknown(String),
    /// Letters that Hurl takes for letters would be a placeholder here, or none where there is one.
    Letters,
}

impl Doubt {
    /// As a reason why something is left out.
    fn why(&self) -> String {
        match self {
            Self::Unknown(shown) => format!("{shown} is not known"),
            Self::Letters => "its braces would be taken for a value here, or those of a value for letters".into(),
        }
    }
}

impl Values {
    /// What is known before the first entry. `{{host}}` and `{{wiki}}` are those of a run where nothing in the file gives
    /// them, and where they do not stand for another part of a URL.
    pub(super) fn at_the_start(file: &HurlFile) -> Self {
        let is_of_run = |name: &&str| !is_given(file, name) && !is_another(file, name);
        let of_run = [HOST, WIKI].into_iter().filter(is_of_run).collect();
        Self { set: BTreeMap::new(), taken: BTreeMap::new(), of_run }
    }

    /// Takes a value from an answer, and says what it is called here: names are in lower case, and those of a run are not
    /// to be taken.
    pub(super) fn take(&mut self, name: &str) -> String {
        let letter = |letter: char| if letter == '-' { '_' } else { letter.to_ascii_lowercase() };
        let mut own: String = name.chars().map(letter).collect();
        if matches!(own.as_str(), HOST | WIKI) {
            own = set_apart(&own);
        }
        while self.taken.iter().any(|(other, used)| other != name && *used == own) {
            own.push('_');
        }
        self.set.remove(name);
        self.taken.insert(name.to_owned(), own.clone());
        own
    }

    /// What would have been taken has no value here.
    pub(super) fn forget(&mut self, name: &str) {
        self.set.remove(name);
        self.taken.remove(name);
    }

    /// Those of a run that the file wants to be given.
    pub(super) fn of_run(&self) -> impl Iterator<Item = &'static str> {
        self.of_run.iter().copied()
    }

    /// Whether a name of ours has a value.
    pub(super) fn knows(&self, own: &str) -> bool {
        self.of_run.contains(own) || self.taken.values().any(|taken| taken == own)
    }

    /// Whether a name that has a value stands in a text of ours.
    pub(super) fn stand_in(&self, text: &str) -> bool {
        names(text, Spelling::Plain).any(|name| self.knows(name))
    }

    /// The text with what is set put in; other names stay `{{name}}`.
    ///
    /// # Errors
    /// With why it would not be the same here.
    pub(super) fn text(&self, template: &Template) -> Result<String, String> {
        let (text, doubt) = self.put(template, Spelling::Plain, str::to_owned);
        doubt.map_or(Ok(text), |doubt| Err(doubt.why()))
    }

    /// The text for a request. What is doubtful is told.
    pub(super) fn asked(&self, template: &Template, lost: &mut Losses) -> String {
        self.asked_as(template, Spelling::Plain, lost, str::to_owned)
    }

    /// The same, with names spelled so, and the letters of the text and of what is set written in another way.
    pub(super) fn asked_as(
        &self,
        template: &Template,
        spelling: Spelling,
        lost: &mut Losses,
        write: impl Fn(&str) -> String,
    ) -> String {
        let (text, doubt) = self.put(template, spelling, write);
        tell(doubt, lost);
        text
    }

    fn put(&self, template: &Template, spelling: Spelling, write: impl Fn(&str) -> String) -> (String, Option<Doubt>) {
        let (mut out, mut put, mut doubt) = (String::new(), Vec::new(), None);
        for element in &template.elements {
            match element {
                TemplateElement::String { value, .. } => out.push_str(&write(value)),
                TemplateElement::Placeholder(placeholder) => {
                    let name = placeholder.to_string();
                    if let Some(value) = self.set.get(&name) {
                        out.push_str(&write(value));
                        continue;
                    }
                    let (own, is_known) = self.own(&name);
                    match spelling {
                        Spelling::Url if self.of_run.contains(own.as_str()) => out.extend(["{", own.as_str(), "}"]),
                        _ => out.extend(["{{", own.as_str(), "}}"]),
                    }
                    if is_known {
                        put.push(own);
                    } else {
                        doubt.get_or_insert(Doubt::Unknown(format!("{{{{{name}}}}}")));
                    }
                }
            }
        }
        if names(&out, spelling).filter(|name| self.is_meant(name)).ne(put.iter().map(String::as_str)) {
            doubt.get_or_insert(Doubt::Letters);
        }
        (out, doubt)
    }

    /// Whether a name would have a value here, if only because every run gives it.
    fn is_meant(&self, own: &str) -> bool {
        matches!(own, HOST | WIKI) || self.knows(own)
    }

    /// What a variable is called here, and whether it has a value.
    fn own(&self, name: &str) -> (String, bool) {
        match self.taken.get(name) {
            Some(own) => (own.clone(), true),
            None if self.of_run.contains(name) => (name.to_owned(), true),
            None if matches!(name, HOST | WIKI) => (set_apart(name), false),
            None => (name.to_owned(), false),
        }
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
            let (own, is_known) = self.own(name);
            match self.set.get(name) {
                Some(value) => out.push_str(value),
                None => out.extend(["{{", own.as_str(), "}}"]),
            }
            if !self.set.contains_key(name) && !is_known {
                tell(Some(Doubt::Unknown(format!("{{{{{name}}}}}"))), lost);
            }
            rest = behind;
        }
        out + rest
    }
}

/// A name that no run gives.
fn set_apart(name: &str) -> String {
    format!("hurl_{name}")
}

fn tell(doubt: Option<Doubt>, lost: &mut Losses) {
    match doubt {
        None => {}
        Some(Doubt::Unknown(shown)) => lost.matters(format!(
            "{shown} is set outside of the file or made anew each time; write what it stands for, the test cannot ask without"
        )),
        Some(doubt) => lost.matters(doubt.why()),
    }
}

/// Whether the file itself gives this name a value anywhere.
fn is_given(file: &HurlFile, name: &str) -> bool {
    let options = file.entries.iter().flat_map(|entry| entry.request.options());
    let sets = |option: &OptionKind| matches!(option, OptionKind::Variable(variable) if variable.name == name);
    let sections = file.entries.iter().filter_map(|entry| entry.response.as_ref()).flat_map(|found| &found.sections);
    let mut captures = sections.flat_map(|section| match &section.value {
        SectionValue::Captures(captures) => captures.as_slice(),
        _ => &[],
    });
    options.map(|option| &option.kind).any(sets) || captures.any(|capture| capture.name.to_string() == name)
}

/// Whether a URL has the name for another thing than ours: `{{host}}` is the whole host behind `https://`, or stands
/// behind the host, where `{{wiki}}` stands too.
fn is_another(file: &HurlFile, name: &str) -> bool {
    file.entries.iter().any(|entry| is_part_of_host(&entry.request.url, name))
}

fn is_part_of_host(url: &Template, name: &str) -> bool {
    let ends_host = |text: &str| text.contains(['/', '?', '#']);
    let mut before = String::new();
    let mut elements = url.elements.iter().peekable();
    while let Some(element) = elements.next() {
        match element {
            TemplateElement::String { value, .. } => before.push_str(value),
            TemplateElement::Placeholder(placeholder) => {
                let behind_host = before.split_once("://").is_some_and(|(_, rest)| ends_host(rest));
                let ends = elements.peek().is_none_or(
                    |next| matches!(next, TemplateElement::String { value, .. } if value.starts_with(['/', '?', '#'])),
                );
                let is_host = name == HOST && ends && before.eq_ignore_ascii_case("https://");
                if placeholder.to_string() == name && !behind_host && !is_host {
                    return true;
                }
                before.push('_');
            }
        }
    }
    false
}
