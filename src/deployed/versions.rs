// SPDX-License-Identifier: GPL-2.0-or-later
//! Which wiki runs which version (repository `operations/mediawiki-config`, `wikiversions.json`).

use super::PublicWikis;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use thiserror::Error;

/// Where noc publishes the versions of all wikis.
pub const NOC_VERSIONS_URL: &str = "https://noc.wikimedia.org/conf/wikiversions.json";

/// The version of every wiki: database name -> version without `php-`, such as `1.47.0-wmf.16` or `master`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Wikiversions(BTreeMap<String, String>);

/// Why a text is no list of versions.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("noc's list of versions cannot be read: {0}")]
pub struct VersionsError(pub String);

/// Wikis that a tester is likely to know, in the order in which advice names them: those that get a version first, then
/// one of each further train group and the largest.
const WELL_KNOWN: [&str; 14] = [
    "testwiki",
    "mediawikiwiki",
    "test2wiki",
    "testwikidatawiki",
    "testcommonswiki",
    "commonswiki",
    "wikidatawiki",
    "metawiki",
    "enwiktionary",
    "cawiki",
    "hewiki",
    "itwiki",
    "enwiki",
    "dewiki",
];

impl Wikiversions {
    /// Reads `wikiversions.json`.
    ///
    /// # Errors
    /// When it is no object of strings, or an empty one.
    pub fn from_noc(json: &str) -> Result<Self, VersionsError> {
        let wikis: BTreeMap<String, String> =
            serde_json::from_str(json).map_err(|error| VersionsError(error.to_string()))?;
        if wikis.is_empty() {
            return Err(VersionsError("it names no wiki".to_owned()));
        }
        let version = |folder: String| folder.strip_prefix("php-").map(str::to_owned).unwrap_or(folder);
        Ok(Self(wikis.into_iter().map(|(dbname, folder)| (dbname, version(folder))).collect()))
    }

    /// The versions that wikis run, newest first, each with how many do.
    #[must_use]
    pub fn live(&self) -> Vec<(&str, usize)> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for version in self.0.values() {
            *counts.entry(version).or_default() += 1;
        }
        let mut live: Vec<_> = counts.into_iter().collect();
        live.sort_by(|(a, _), (b, _)| compare_versions(b, a));
        live
    }

    /// The wikis in it that anybody can read.
    #[must_use]
    pub fn public(&self) -> PublicWikis {
        PublicWikis::among(self.0.keys().map(String::as_str))
    }

    /// The version of a wiki by its database name.
    #[must_use]
    pub fn version_of(&self, dbname: &str) -> Option<&str> {
        self.0.get(dbname).map(String::as_str)
    }

    /// Database names of up to `limit` wikis that run `version`; those that everybody knows come first, the others
    /// follow by the alphabet.
    #[must_use]
    pub fn wikis_on(&self, version: &str, limit: usize) -> Vec<&str> {
        let known = WELL_KNOWN.iter().copied().filter(|dbname| self.version_of(dbname) == Some(version));
        let others = self.0.iter().filter(|(dbname, runs)| *runs == version && !WELL_KNOWN.contains(&dbname.as_str()));
        known.chain(others.map(|(dbname, _)| dbname.as_str())).take(limit).collect()
    }
}

/// A piece of a version between dots and hyphens. Numbers come before words.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Piece<'a> {
    Number(u64),
    Word(&'a str),
}

/// The order in which versions were cut: `1.47.0-wmf.9` before `1.47.0-wmf.16` before `1.48.0-wmf.1` before `master`.
/// What does not begin with a number comes after all that does, by the alphabet.
#[must_use]
pub fn compare_versions(a: &str, b: &str) -> Ordering {
    let pieces = |version| str::split(version, ['.', '-']).map(piece);
    // Equal numbers may be spelled differently, and the order must tell them apart.
    pieces(a).cmp(pieces(b)).then_with(|| a.cmp(b))
}

fn piece(text: &str) -> Piece<'_> {
    let number = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    number.map_or(Piece::Word(text), Piece::Number)
}

#[cfg(test)]
mod tests {
    use super::{Wikiversions, compare_versions};

    fn versions() -> Wikiversions {
        Wikiversions::from_noc(
            r#"{"aawiki": "php-1.47.0-wmf.16", "enwiki": "php-1.47.0-wmf.9", "mediawikiwiki": "php-1.47.0-wmf.16",
                "testwiki": "php-master", "zuwiki": "php-1.47.0-wmf.16", "test2wiki": "php-1.47.0-wmf.16"}"#,
        )
        .unwrap()
    }

    #[test]
    fn a_version_is_read_without_its_folders_prefix() {
        assert_eq!(versions().version_of("enwiki"), Some("1.47.0-wmf.9"));
        assert_eq!(versions().version_of("testwiki"), Some("master"));
        assert_eq!(versions().version_of("foowiki"), None);
    }

    #[test]
    fn live_versions_are_counted_newest_first() {
        assert_eq!(versions().live(), [("master", 1), ("1.47.0-wmf.16", 4), ("1.47.0-wmf.9", 1)]);
    }

    #[test]
    fn well_known_wikis_are_named_first_and_no_more_than_asked_for() {
        let versions = versions();
        assert_eq!(versions.wikis_on("1.47.0-wmf.16", 9), ["mediawikiwiki", "test2wiki", "aawiki", "zuwiki"]);
        assert_eq!(versions.wikis_on("1.47.0-wmf.16", 3), ["mediawikiwiki", "test2wiki", "aawiki"]);
        assert_eq!(versions.wikis_on("1.46.0-wmf.1", 3), <[&str; 0]>::default());
    }

    #[test]
    fn what_is_no_list_of_versions_is_an_error() {
        for text in ["", "{}", "[]", "<html>", r#"{"enwiki": 1}"#, r#"{"backends": ["k8s-mwdebug"]}"#] {
            let error = Wikiversions::from_noc(text).unwrap_err().to_string();
            assert!(error.starts_with("noc's list of versions cannot be read: "), "{error}");
        }
    }

    #[test]
    fn versions_are_ordered_as_they_were_cut() {
        let huge = format!("1.47.0-wmf.{}", "9".repeat(40));
        let ordered = [
            "1.9.0-wmf.99",
            "1.46.0-wmf.16",
            "1.47.0-wmf.9",
            "1.47.0-wmf.016",
            "1.47.0-wmf.16",
            &huge,
            "1.48.0-wmf.1",
            "2.0.0-wmf.1",
            "",
            "main",
            "master",
            "pretrain",
        ];
        for (place, a) in ordered.iter().enumerate() {
            for (other, b) in ordered.iter().enumerate() {
                assert_eq!(compare_versions(a, b), place.cmp(&other), "{a} {b}");
            }
        }
    }
}
