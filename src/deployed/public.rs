// SPDX-License-Identifier: GPL-2.0-or-later
//! Which wikis there are that anybody can read.
//!
//! Must not take a word for a wiki because it looks like one: noc's list decides, as soon as it is known.

use super::wiki::{host_of_dbname, is_usual};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Wikis that nobody reads without an account: repository `operations/mediawiki-config`, `dblists/private.dblist`.
/// Those of arbitration committees and of sysops are told by their names.
const PRIVATE: [&str; 31] = [
    "advisorswiki",
    "auditcomwiki",
    "boardgovcomwiki",
    "boardwiki",
    "chairwiki",
    "chapcomwiki",
    "checkuserwiki",
    "collabwiki",
    "ecwikimedia",
    "electcomwiki",
    "execwiki",
    "fdcwiki",
    "grantswiki",
    "id_internalwikimedia",
    "iegcomwiki",
    "ilwikimedia",
    "internalwiki",
    "legalteamwiki",
    "movementroleswiki",
    "noboard_chapterswikimedia",
    "officewiki",
    "ombudsmenwiki",
    "otrs_wikiwiki",
    "projectcomwiki",
    "searchcomwiki",
    "spcomwiki",
    "stewardwiki",
    "techconductwiki",
    "transitionteamwiki",
    "wg_enwiki",
    "wikimaniateamwiki",
];

/// The wikis that anybody can read, by their database names; none before noc's list was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PublicWikis(BTreeSet<String>);

impl PublicWikis {
    /// The public ones among these database names.
    #[must_use]
    pub fn among<'a>(dbnames: impl Iterator<Item = &'a str>) -> Self {
        Self(dbnames.filter(|dbname| !is_private(dbname)).map(str::to_owned).collect())
    }

    /// Whether noc's list was read.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether this is such a wiki; `false` also while the list was not read.
    #[must_use]
    pub fn has(&self, dbname: &str) -> bool {
        self.0.contains(dbname)
    }

    /// Whether a name that stands where only a wiki is named is such a wiki: by the list, or by its form while that was
    /// not read.
    #[must_use]
    pub fn may_have(&self, dbname: &str) -> bool {
        if self.is_known() { self.has(dbname) } else { is_usual(dbname) && !is_private(dbname) }
    }
}

fn is_private(dbname: &str) -> bool {
    let is_closed_circle = dbname.starts_with("arbcom_") || dbname.starts_with("sysop_");
    is_closed_circle || PRIVATE.contains(&dbname) || host_of_dbname(dbname).is_none()
}

#[cfg(test)]
mod tests {
    use super::PublicWikis;

    #[test]
    fn a_private_wiki_is_none_that_a_test_could_ask() {
        let wikis = PublicWikis::among(["enwiki", "officewiki", "arbcom_enwiki", "sysop_plwiki"].into_iter());
        assert!(wikis.is_known() && wikis.has("enwiki"));
        for dbname in ["officewiki", "arbcom_enwiki", "sysop_plwiki", "dewiki"] {
            assert!(!wikis.has(dbname) && !wikis.may_have(dbname), "{dbname}");
        }
    }

    #[test]
    fn before_the_list_is_read_the_form_of_a_name_decides() {
        let unread = PublicWikis::default();
        assert!(!unread.is_known());
        for dbname in ["enwiki", "be_x_oldwiki", "simplewiki", "metawiki", "wikidatawiki", "bdwikimedia", "test2wiki"] {
            assert!(unread.may_have(dbname) && !unread.has(dbname), "{dbname}");
        }
        for word in ["mediawiki", "translatewiki", "interwiki", "wiki", "officewiki", "Growth", "enwikipedia"] {
            assert!(!unread.may_have(word), "{word}");
        }
    }
}
