// SPDX-License-Identifier: GPL-2.0-or-later
//! What is asked of Gerrit and of Gitiles, as URLs, and how the small answers are read.
//!
//! Forms: <https://gerrit-review.googlesource.com/Documentation/rest-api-changes.html> and
//! <https://gerrit.googlesource.com/gitiles/+/HEAD/Documentation/api-reference.md>. Must not send anything.

use super::answer::{json, lacks, short_branch};
use super::{GerritError, Reference};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Gerrit's REST API for changes.
const CHANGES: &str = "https://gerrit.wikimedia.org/r/changes/";

/// Gitiles, which shows the repositories that Gerrit holds.
const GITILES: &str = "https://gerrit.wikimedia.org/r/plugins/gitiles/";

/// What Gerrit is to tell of each change beside what it tells anyway.
const OPTIONS: [&str; 6] =
    ["CURRENT_REVISION", "CURRENT_COMMIT", "COMMIT_FOOTERS", "CURRENT_FILES", "DETAILED_LABELS", "DETAILED_ACCOUNTS"];

/// How many changes Gerrit tells at most to somebody who is not logged in (the default of its `queryLimit`).
const MOST: usize = 500;

/// Matches no change. An empty query would match all that are open.
const NOTHING: &str = "is:open+is:closed";

/// All these changes in one query, with current patch set, files, commit message and votes.
#[must_use]
pub fn by_numbers(numbers: &[u64]) -> String {
    let numbers: BTreeSet<u64> = numbers.iter().copied().filter(|number| *number > 0).collect();
    let terms: Vec<String> = numbers.iter().map(|number| format!("change:{number}")).collect();
    query(&terms, terms.len())
}

/// All changes that these name, on every branch, in one query, as [`by_numbers`]. What is no Change-Id is left out.
#[must_use]
pub fn by_references(references: &[Reference]) -> String {
    let references: BTreeSet<&Reference> = references.iter().collect();
    let term = |reference: &Reference| match reference {
        Reference::ChangeId(id) => is_change_id(id).then(|| format!("change:{id}")),
        Reference::Number(number) => (*number > 0).then(|| format!("change:{number}")),
    };
    let terms: Vec<String> = references.into_iter().filter_map(term).collect();
    query(&terms, MOST)
}

fn query(terms: &[String], limit: usize) -> String {
    let terms = if terms.is_empty() { NOTHING.to_owned() } else { terms.join("+OR+") };
    format!("{CHANGES}?q={terms}&n={}&o={}", limit.clamp(1, MOST), OPTIONS.join("&o="))
}

/// Whether Gerrit takes it for a Change-Id, at whose end digits may lack.
fn is_change_id(text: &str) -> bool {
    let digits = text.strip_prefix('I').unwrap_or_default();
    (4..=40).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The branches that a merged change is in.
#[must_use]
pub fn included_in(number: u64) -> String {
    format!("{CHANGES}{number}/in")
}

/// Reads the answer to [`included_in`]: names of branches without `refs/heads/`.
///
/// # Errors
/// When it is of another shape.
pub fn branches_from_gerrit(text: &str) -> Result<Vec<String>, GerritError> {
    let answer = json(text)?;
    let branches = answer.get("branches").and_then(Value::as_array).ok_or_else(|| lacks("the branches of a change"))?;
    Ok(branches.iter().filter_map(Value::as_str).map(|name| short_branch(name).to_owned()).collect())
}

/// Asks Gitiles for what `patch` has that `running` has not (`running..patch`): nothing, when a server that runs
/// `running` has the patch.
#[must_use]
pub fn missing_from(project: &str, running: &str, patch: &str) -> String {
    format!("{GITILES}{}/+log/{}..{}?format=JSON&n=1", in_path(project), in_path(running), in_path(patch))
}

/// Reads the answer to [`missing_from`]: whether the patch is contained.
///
/// # Errors
/// When it is of another shape.
pub fn contained_from_gitiles(text: &str) -> Result<bool, GerritError> {
    let answer = json(text)?;
    let log = answer.get("log").and_then(Value::as_array).ok_or_else(|| lacks("the log of a repository"))?;
    Ok(log.is_empty())
}

/// `text` within the path of a URL; slashes stay.
fn in_path(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut path, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            path.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(path, "%{byte:02X}");
        }
        path
    })
}

#[cfg(test)]
mod tests {
    use super::{branches_from_gerrit, by_numbers, by_references, contained_from_gitiles, included_in, missing_from};
    use crate::change::{GerritError, Reference};

    const OPTIONS: &str = "&o=CURRENT_REVISION&o=CURRENT_COMMIT&o=COMMIT_FOOTERS&o=CURRENT_FILES&o=DETAILED_LABELS\
        &o=DETAILED_ACCOUNTS";

    fn asked(query: &str) -> String {
        format!("https://gerrit.wikimedia.org/r/changes/?q={query}{OPTIONS}")
    }

    #[test]
    fn all_numbers_are_asked_for_in_one_query_each_once_in_their_order() {
        assert_eq!(by_numbers(&[7, 3, 7, 0, 12]), asked("change:3+OR+change:7+OR+change:12&n=3"));
        assert_eq!(by_numbers(&[7]), asked("change:7&n=1"));
    }

    #[test]
    fn references_are_asked_for_on_every_branch() {
        let id = "I0123456789abcdef0123456789abcdef01234567";
        let references = [Reference::Number(7), Reference::ChangeId(id.to_owned()), Reference::Number(7)];
        assert_eq!(by_references(&references), asked(&format!("change:{id}+OR+change:7&n=500")));
    }

    #[test]
    fn what_is_no_reference_never_widens_the_query() {
        for bad in
            ["", "I", "I123", "I0123 OR is:open", "1330001", "I0123&n=9", "I01234567890123456789012345678901234567890"]
        {
            let both = [Reference::ChangeId(bad.to_owned()), Reference::Number(7)];
            assert_eq!(by_references(&both), asked("change:7&n=500"), "{bad}");
        }
        assert_eq!(by_references(&[]), asked("is:open+is:closed&n=500"));
        assert_eq!(by_numbers(&[]), asked("is:open+is:closed&n=1"));
    }

    #[test]
    fn branches_come_without_their_folder() {
        assert_eq!(included_in(1_330_001), "https://gerrit.wikimedia.org/r/changes/1330001/in");
        let answer = ")]}'\n{\"branches\":[\"master\",\"refs/heads/wmf/1.47.0-wmf.16\"],\"tags\":[\"1.47.0\"]}";
        assert_eq!(branches_from_gerrit(answer), Ok(vec!["master".to_owned(), "wmf/1.47.0-wmf.16".to_owned()]));
        let lacking = GerritError::Incomplete { what: "the branches of a change".to_owned() };
        assert_eq!(branches_from_gerrit(")]}'\n[]"), Err(lacking));
    }

    #[test]
    fn gitiles_is_asked_for_the_commits_between_two() {
        let (running, patch) = ("a".repeat(40), "b".repeat(40));
        assert_eq!(
            missing_from("mediawiki/extensions/Example", &running, &patch),
            format!(
                "https://gerrit.wikimedia.org/r/plugins/gitiles/mediawiki/extensions/Example/+log/{running}..{patch}\
                 ?format=JSON&n=1"
            )
        );
        let odd = missing_from("a b/ü?", "x#", "wmf/y%");
        assert_eq!(
            odd,
            "https://gerrit.wikimedia.org/r/plugins/gitiles/a%20b/%C3%BC%3F/+log/x%23..wmf/y%25?format=JSON&n=1"
        );
    }

    #[test]
    fn a_patch_is_contained_when_nothing_lies_between() {
        assert_eq!(contained_from_gitiles(")]}'\n{\n  \"log\": []\n}\n"), Ok(true));
        assert_eq!(contained_from_gitiles(")]}'\n{\"log\":[{\"commit\":\"b\"}],\"next\":\"c\"}"), Ok(false));
        for answer in [")]}'\n{}", "[]", "{\"log\":null}"] {
            let lacking = GerritError::Incomplete { what: "the log of a repository".to_owned() };
            assert_eq!(contained_from_gitiles(answer), Err(lacking), "{answer}");
        }
        let unread = GerritError::NotJson { begins: "<html> <title>404 Not Found</title>".to_owned() };
        assert_eq!(contained_from_gitiles("<html>\n<title>404 Not Found</title>"), Err(unread));
    }
}
