// SPDX-License-Identifier: GPL-2.0-or-later
//! What a change of the configuration usually does, each as a test with a few blanks to fill.
//!
//! Must not hold an assertion that a wrong page satisfies: what must be gone is looked for beside what must be there.

mod list;

use super::{Test, in_scope};
use crate::check::{Assertion, Predicate, Subject};
use crate::deployed::host_of_dbname;
use serde_json::Value;
use std::collections::BTreeMap;
use thiserror::Error;
use url::Url;

pub use list::PRESETS;

/// A blank of a preset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name in a form.
    pub name: &'static str,
    /// What it is called on screen.
    pub label: &'static str,
    /// Something that could stand in it.
    pub example: &'static str,
    /// Where to find what to write; may be empty.
    pub hint: &'static str,
    /// Whether it may stay empty.
    pub optional: bool,
}

/// A kind of change, and the test that shows it. Every one of them must fail before the patch.
#[derive(Debug, Clone, Copy)]
pub struct Preset {
    /// Its name in a form.
    pub id: &'static str,
    /// What such a change does, as its submitter would say it.
    pub name: &'static str,
    /// Other words by which it is found.
    words: &'static str,
    /// The blanks, without the wiki, which every preset has; see [`WIKI_BLANK`].
    pub fields: &'static [Field],
    make: fn(&Filled<'_>) -> Result<Test, PresetError>,
}

/// The blank for the wiki that is asked.
pub const WIKI_BLANK: Field = Field {
    name: "wiki",
    label: "Wiki",
    example: "ja.wikipedia.org",
    hint: "its host, or its database name such as jawiki",
    optional: false,
};

/// Why the blanks make no test.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PresetError {
    /// A blank is empty that must not be.
    #[error("{label} must not be empty")]
    Empty {
        /// The blank.
        field: &'static str,
        /// What it is called on screen.
        label: &'static str,
    },
    /// The wiki is none.
    #[error("<{text}> is no wiki; write its host, such as en.wikipedia.org, or its database name, such as enwiki")]
    NoWiki {
        /// What was written.
        text: String,
    },
    /// It should be a number.
    #[error("<{text}> is no number")]
    NoNumber {
        /// The blank.
        field: &'static str,
        /// What was written.
        text: String,
    },
}

impl PresetError {
    /// The blank that it is about.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Empty { field, .. } | Self::NoNumber { field, .. } => field,
            Self::NoWiki { .. } => WIKI_BLANK.name,
        }
    }
}

impl Preset {
    /// The preset of this id.
    #[must_use]
    pub fn of(id: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.id == id)
    }

    /// The presets in which every word of `typed` occurs, in their order.
    pub fn found(typed: &str) -> impl Iterator<Item = &'static Self> {
        let wanted: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
        PRESETS.iter().filter(move |preset| {
            let all = format!("{} {} {}", preset.name, preset.words, preset.id).to_lowercase();
            wanted.iter().all(|word| all.contains(word))
        })
    }

    /// The test, with the blanks filled by name; the wiki is among them.
    ///
    /// # Errors
    /// With the first blank that cannot be used.
    pub fn test(&self, values: &BTreeMap<String, String>) -> Result<Test, PresetError> {
        let typed = |name: &str| values.get(name).map_or("", |value| value.trim());
        if let Some(field) = self.fields.iter().find(|field| !field.optional && typed(field.name).is_empty()) {
            return Err(PresetError::Empty { field: field.name, label: field.label });
        }
        let host = host_of(typed(WIKI_BLANK.name))?;
        let test = (self.make)(&Filled { host, values })?;
        Ok(Test { must_fail_before: true, ..test })
    }
}

/// The host that is meant: a host, the URL of a page on it, or a database name.
pub(super) fn host_of(typed: &str) -> Result<String, PresetError> {
    let refused = || PresetError::NoWiki { text: typed.to_owned() };
    let host = match typed {
        "" => return Err(PresetError::Empty { field: WIKI_BLANK.name, label: WIKI_BLANK.label }),
        url if url.contains("://") => {
            Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).ok_or_else(refused)?
        }
        host if host.contains('.') => host.trim_end_matches('/').to_ascii_lowercase(),
        dbname => host_of_dbname(dbname).ok_or_else(refused)?,
    };
    // Anything but a bare host would change which page is asked.
    let url = in_scope(&format!("https://{host}/")).map_err(|_| refused())?;
    if url.host_str() == Some(host.as_str()) && url.path() == "/" { Ok(host) } else { Err(refused()) }
}

/// The blanks as they were filled.
struct Filled<'a> {
    host: String,
    values: &'a BTreeMap<String, String>,
}

impl Filled<'_> {
    fn get(&self, name: &str) -> &str {
        self.values.get(name).map_or("", |value| value.trim())
    }

    fn siteinfo(&self, property: &str) -> String {
        self.api(&[("action", "query"), ("meta", "siteinfo"), ("siprop", property)])
    }

    fn api(&self, parameters: &[(&str, &str)]) -> String {
        self.script("api.php", parameters, &[("format", "json"), ("formatversion", "2")])
    }

    fn script(&self, script: &str, parameters: &[(&str, &str)], more: &[(&str, &str)]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(parameters).extend_pairs(more);
        format!("https://{}/w/{script}?{}", self.host, query.finish())
    }

    /// The URL of a page by its title, or by its URL on the same wiki.
    fn page(&self, title: &str) -> String {
        let at_wiki = format!("https://{}/", self.host);
        if title.starts_with(&at_wiki) {
            return title.to_owned();
        }
        let title = title.replace(' ', "_").replace('%', "%25");
        Url::parse(&at_wiki).map_or(at_wiki, |mut url| {
            url.set_path(&format!("/wiki/{title}"));
            url.into()
        })
    }
}

/// A test of an answer with status 200.
fn succeeds(name: String, url: String, mut assertions: Vec<Assertion>) -> Test {
    assertions.insert(0, Assertion::status(200));
    Test { name, url, assertions, ..Test::default() }
}

fn json(path: String, is: Predicate) -> Assertion {
    Assertion { of: Subject::Json { path }, is }
}

fn config(name: &str, is: Predicate) -> Assertion {
    Assertion { of: Subject::MwConfig { name: name.to_owned() }, is }
}

const fn is(value: Value) -> Predicate {
    Predicate::Is { value }
}

fn contains(text: &str) -> Predicate {
    Predicate::Contains { value: text.into() }
}

fn lacks(text: &str) -> Predicate {
    Predicate::Lacks { value: text.into() }
}

/// A text as a literal of `JSONPath` (RFC 9535, section 2.3.1), whose escapes are those of JSON.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Any of the values that PHP may have made of what was typed: `1` can be a number, a text, and in preferences a truth.
fn typed_as(text: &str, is_truth: bool) -> Predicate {
    let read = serde_json::from_str::<Value>(text).ok().filter(|value| value.as_str() != Some(text));
    let truth = match text {
        "1" if is_truth => Some(true.into()),
        "0" if is_truth => Some(false.into()),
        _ => None,
    };
    let values: Vec<Value> = read.into_iter().chain([text.into()]).chain(truth).collect();
    match <[Value; 1]>::try_from(values) {
        Ok([value]) => Predicate::Is { value },
        Err(values) => Predicate::OneOf { values },
    }
}

#[cfg(test)]
mod tests;
