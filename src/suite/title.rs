// SPDX-License-Identifier: GPL-2.0-or-later
//! The wikis that a change's title names, as submitters write titles in operations/mediawiki-config.
//!
//! | title | the wikis |
//! | --- | --- |
//! | `[enwiki, dewiki] …`, `(dewiki/enwiki) …`, `jawiki: …`, also behind `Revert "` | those of the mark, and no others |
//! | `Enable X on hewiki and cswiki` | each that noc's list has, as a word of its own |
//! | one with the word nowiki, newwiki or mywiki outside of a mark | not these, which mean something else, too |
//! | one that says beta, labs or deployment-prep | none: Beta's wikis have the same names |
//! | one that says except or import, and has no mark | none: what it names may be just what it is not about |
//!
//! Must not guess: a wiki that is not found costs the submitter one choice, a wrong one makes a test ask the wrong site.

use crate::deployed::PublicWikis;
use std::collections::BTreeSet;

/// Words of a title that is about Beta, where no debug server is.
const BETA: [&str; 5] = ["betacluster", "betalabs", "deployment-prep", "labs", "beta-cluster"];

/// Words that turn round what the names in a title mean.
const TURNS: [&str; 7] = ["except", "excepting", "excluding", "import", "imports", "importsources", "wgimportsources"];

/// Database names that are words beside: a mark alone tells that the wiki is meant.
const WORDS: [&str; 3] = ["mywiki", "newwiki", "nowiki"];

/// The database names of the wikis that a title names, each once, in its order. While noc's list was not read, only
/// those of a mark at the title's beginning.
#[must_use]
pub fn wikis_in(title: &str, known: &PublicWikis) -> Vec<String> {
    let title = title.trim_start();
    if is_of_beta(title) {
        return Vec::new();
    }
    let marked = marked(unquoted(title), known);
    if !marked.is_empty() {
        return once(marked.into_iter());
    }
    let is_turned = words(title).any(|word| TURNS.contains(&word.to_lowercase().as_str()));
    once(words(title).filter(|word| !is_turned && known.has(word) && !WORDS.contains(word)))
}

fn once<'t>(wikis: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    wikis.filter(|wiki| seen.insert(*wiki)).map(str::to_owned).collect()
}

/// The words, cut where no letter of a name or a path stands. A dot, a hyphen or a plus inside a word joins it: neither
/// `nds-nlwiki` nor `enwiki.dblist` names a wiki.
fn words(title: &str) -> impl Iterator<Item = &str> {
    let joins = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | '$' | '@');
    title.split(move |letter| !joins(letter)).map(|word| word.trim_end_matches('.')).filter(|word| !word.is_empty())
}

fn is_of_beta(title: &str) -> bool {
    let mut words = words(title).peekable();
    while let Some(word) = words.next() {
        let word = word.to_lowercase();
        // A beta feature is a feature of every wiki.
        let is_feature = words.peek().is_some_and(|next| next.to_lowercase().starts_with("feature"));
        if BETA.contains(&word.as_str()) || (word == "beta" && !is_feature) {
            return true;
        }
    }
    false
}

/// What is reverted or applied anew: `Revert^2 "[enwiki] …"`.
fn unquoted(title: &str) -> &str {
    let mut rest = title;
    while let Some((verb, inside)) = rest.split_once('"') {
        let verb = verb.trim_end().trim_end_matches(|letter: char| letter.is_ascii_digit()).trim_end_matches('^');
        if !matches!(verb, "Revert" | "Reapply" | "Reland") {
            break;
        }
        rest = inside.trim_start();
    }
    rest
}

/// The wikis of the marks at the beginning: brackets, of which those without a wiki are passed over, or all that stands
/// before a colon.
fn marked<'t>(title: &'t str, known: &PublicWikis) -> Vec<&'t str> {
    let mut rest = title;
    while let Some((inside, behind)) = bracketed(rest) {
        let wikis: Vec<&str> = items(inside).filter(|item| known.may_have(item)).collect();
        if !wikis.is_empty() {
            return wikis;
        }
        rest = behind.trim_start();
    }
    let Some((before, _)) = rest.split_once(':') else { return Vec::new() };
    let named = || items(before).filter(|item| *item != "and");
    if named().all(|item| known.may_have(item)) { named().collect() } else { Vec::new() }
}

fn bracketed(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .or_else(|| text.strip_prefix('(').and_then(|rest| rest.split_once(')')))
}

fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split([',', ' ', '/', '&', '|', '+']).filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use super::wikis_in;
    use crate::deployed::PublicWikis;

    const ALL: [&str; 17] = [
        "enwiki",
        "dewiki",
        "jawiki",
        "frwiki",
        "hewiki",
        "cswiki",
        "azwiki",
        "nlwiki",
        "nds_nlwiki",
        "be_x_oldwiki",
        "frwiktionary",
        "bdwikimedia",
        "metawiki",
        "commonswiki",
        "wikidatawiki",
        "officewiki",
        "nowiki",
    ];

    fn known() -> PublicWikis {
        PublicWikis::among(ALL.into_iter())
    }

    #[test]
    fn a_title_names_its_wikis_wherever_they_stand() {
        for (title, wikis) in [
            ("[enwiki] Add the group", "enwiki"),
            ("[enwiki, dewiki,enwiki] Add", "enwiki dewiki"),
            ("[frwiki/hewiki/cswiki] Take the logos away", "frwiki hewiki cswiki"),
            ("(dewiki, enwiki) Allow both", "dewiki enwiki"),
            ("[config] [frwiktionary] Add a namespace", "frwiktionary"),
            ("jawiki: take four rights from a group", "jawiki"),
            ("jawiki, dewiki and hewiki: take a right away", "jawiki dewiki hewiki"),
            ("Enable the page on hewiki", "hewiki"),
            ("Enable the page on hewiki.", "hewiki"),
            ("Add an alias namespace for cswiki", "cswiki"),
            ("Lift the limit of accounts on commonswiki, frwiki", "commonswiki frwiki"),
            ("Set nds_nlwiki's sitename back", "nds_nlwiki"),
            ("Set be_x_oldwiki’s logo (and azwiki's)", "be_x_oldwiki azwiki"),
            ("Enable Foo on [[w:de:|dewiki]]", "dewiki"),
            ("Start reading from the table on wikidatawiki", "wikidatawiki"),
            ("Show events on bdwikimedia", "bdwikimedia"),
            ("Revert \"Enable the page on hewiki\"", "hewiki"),
            ("Revert \"Reapply \"[enwiki] Add the sources of dewiki\"\"", "enwiki"),
            ("Revert^2 \"jawiki: add dewiki to the list\"", "jawiki"),
            // The mark says what it is about.
            ("[azwiki] Import from enwiki", "azwiki"),
            ("nowiki: add a logo", "nowiki"),
            ("Enable a beta feature on hewiki", "hewiki"),
        ] {
            assert_eq!(wikis_in(title, &known()).join(" "), wikis, "{title}");
        }
    }

    #[test]
    fn what_only_looks_like_a_wiki_is_none() {
        for title in [
            "",
            "Upgrade mediawiki",
            "mediawiki: raise the limit",
            "[mediawiki] Raise the limit",
            "Read messages from translatewiki.net, the wiki of translators",
            "Build the index on officewiki (1/2)",
            "Enable it on nowherewiki",
            "Add the file enwiki.dblist",
            "Load logos/enwiki-2x.png",
            "Rename nds-nlwiki",
            "Read $enwiki and xenwikix and дenwiki",
            "Enable it on Wikidata",
            "Enable it on group0 wikis",
            "Enable it on all wikis except enwiki",
            "Add enwiki to azwiki import source",
            "Enable it on beta enwiki",
            "[beta] enwiki: enable it",
            "[enwiki] Enable it on the Beta Cluster",
            "labs: enable it on dewiki",
            "Enable it on ENWIKI",
            "Keep the text of nowiki as it is",
        ] {
            assert_eq!(wikis_in(title, &known()), <[&str; 0]>::default(), "{title}");
        }
    }

    #[test]
    fn before_the_list_is_read_only_a_mark_counts() {
        let unread = PublicWikis::default();
        for (title, wikis) in [
            ("[enwiki] Add the group", "enwiki"),
            ("(dewiki, enwiki) Allow both", "dewiki enwiki"),
            ("jawiki: take a right away", "jawiki"),
            ("Enable the page on hewiki", ""),
            ("mediawiki: raise the limit", ""),
            ("[enwiki", ""),
            ("[officewiki] Add", ""),
            ("[Growth] Add enwiki", ""),
        ] {
            assert_eq!(wikis_in(title, &unread).join(" "), wikis, "{title}");
        }
    }
}
