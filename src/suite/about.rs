// SPDX-License-Identifier: GPL-2.0-or-later
//! Which wikis a change is about, and which of them `{host}` and `{wiki}` mean.
//!
//! Must not choose one of several.

use super::PresetError;
use super::preset::host_of;
use crate::deployed::dbname_of_host;
use serde::{Deserialize, Serialize};

/// The wikis that a change is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Their database names, each once.
    pub wikis: Vec<String>,
    /// The one that was chosen among them.
    #[serde(default)]
    pub chosen: Option<String>,
}

impl About {
    /// About these, of which none is chosen.
    #[must_use]
    pub const fn these(wikis: Vec<String>) -> Self {
        Self { wikis, chosen: None }
    }

    /// The one that is meant where only one can be: the chosen one, else the only one.
    #[must_use]
    pub fn meant(&self) -> Option<&str> {
        let chosen = self.chosen.as_ref().filter(|chosen| self.wikis.contains(chosen));
        match (chosen, self.wikis.as_slice()) {
            (Some(chosen), _) => Some(chosen),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
    }

    /// The same with this wiki, too.
    #[must_use]
    pub fn with(mut self, wiki: &str) -> Self {
        // What was the only one is no choice among more.
        if !self.wikis.iter().any(|known| known == wiki) {
            self.wikis.push(wiki.to_owned());
        }
        self
    }

    /// The same without this wiki.
    #[must_use]
    pub fn without(mut self, wiki: &str) -> Self {
        self.wikis.retain(|known| known != wiki);
        self.chosen = self.chosen.filter(|chosen| chosen != wiki);
        self
    }
}

/// The database name of the wiki that is meant by its host, the URL of a page on it, or that name.
///
/// # Errors
/// When it is no wiki, or nothing.
pub fn dbname_meant(typed: &str) -> Result<String, PresetError> {
    let host = host_of(typed.trim())?;
    dbname_of_host(&host).ok_or_else(|| PresetError::NoWiki { text: typed.trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::{About, dbname_meant};

    #[test]
    fn one_of_several_is_meant_only_when_it_was_chosen() {
        let one = About::these(vec!["jawiki".into()]);
        assert_eq!(one.meant(), Some("jawiki"));
        let two = one.with("dewiki").with("jawiki");
        assert_eq!((two.wikis.len(), two.meant()), (2, None));
        let chosen = About { chosen: Some("dewiki".into()), ..two };
        assert_eq!(chosen.meant(), Some("dewiki"));
        assert_eq!(chosen.clone().without("dewiki"), About::these(vec!["jawiki".into()]));
        assert_eq!(About { chosen: Some("frwiki".into()), ..chosen }.meant(), None);
        assert_eq!(About::default().meant(), None);
    }

    #[test]
    fn a_wiki_is_meant_by_its_name_its_host_or_a_page() {
        for typed in [" jawiki ", "ja.wikipedia.org", "https://ja.wikipedia.org/wiki/A?b#c"] {
            assert_eq!(dbname_meant(typed), Ok("jawiki".into()), "{typed}");
        }
        for typed in ["", "wiki", "example.org", "www.wikipedia.org", "a b"] {
            assert!(dbname_meant(typed).is_err(), "{typed}");
        }
    }
}
