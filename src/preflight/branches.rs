// SPDX-License-Identifier: GPL-2.0-or-later
//! Which merged changes' branches have to be asked for, because a rule hangs on them.

use crate::change::{Change, ChangeStatus, Destination, Reference};
use crate::deployed::{Wikiversions, compare_versions};
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// The numbers to ask [`included_in`](crate::change::included_in) about, for the rules of the changes of these
/// `numbers`: what they depend on and is merged on a development branch, the merged siblings there of a backport that a
/// newer live branch lacks, and those of `numbers` that are merged there themselves and have no backport for a live
/// branch. `found` is all that Gerrit told.
#[must_use]
pub fn branches_to_ask(numbers: &BTreeSet<u64>, found: &[Change], versions: Option<&Wikiversions>) -> BTreeSet<u64> {
    let looked_at = || found.iter().filter(|change| numbers.contains(&change.number));
    let dependencies = looked_at().flat_map(Change::depends_on).flat_map(|reference| named(reference, found));
    let lacking = looked_at().filter(|change| newer_lacks(change, found, versions));
    let own = looked_at().filter(|change| lacks(change, found, versions, |live| *live != change.branch));
    let siblings = lacking.flat_map(|change| named(Reference::ChangeId(change.change_id.clone()), found));
    let merged =
        |change: &&Change| change.status == ChangeStatus::Merged && change.destination() == Destination::Development;
    dependencies.chain(siblings).chain(own).filter(merged).map(|change| change.number).collect()
}

fn named(reference: Reference, found: &[Change]) -> impl Iterator<Item = &Change> {
    found.iter().filter(move |change| match &reference {
        Reference::ChangeId(id) => change.change_id == *id,
        Reference::Number(number) => change.number == *number,
    })
}

/// Whether a live version that is newer than this backport's has no sibling of it.
fn newer_lacks(change: &Change, found: &[Change], versions: Option<&Wikiversions>) -> bool {
    let Destination::Backport { version } = change.destination() else { return false };
    lacks(change, found, versions, |live| compare_versions(live, &version) == Ordering::Greater)
}

/// Whether one of the live versions that `counts` has no sibling of this change.
fn lacks(change: &Change, found: &[Change], versions: Option<&Wikiversions>, counts: impl Fn(&&str) -> bool) -> bool {
    let has = |live: &str| {
        let branch = format!("wmf/{live}");
        found.iter().any(|other| other.change_id == change.change_id && other.branch == branch)
    };
    let live = versions.map(Wikiversions::live).unwrap_or_default();
    live.into_iter().map(|(live, _)| live).filter(counts).any(|live| !has(live))
}

#[cfg(test)]
mod tests {
    use super::branches_to_ask;
    use crate::change::{Change, changes_from_gerrit};
    use crate::deployed::Wikiversions;
    use serde_json::json;
    use std::collections::BTreeSet;

    const ID: &str = "I0123456789abcdef0123456789abcdef01234567";
    const OTHER: &str = "I89abcdef0123456789abcdef0123456789abcdef";

    fn change(number: u64, branch: &str, id: &str, message: &str) -> serde_json::Value {
        json!({"_number": number, "project": "mediawiki/core", "branch": branch, "change_id": id, "status": "MERGED",
            "subject": "Fix it", "current_revision": "aa",
            "revisions": {"aa": {"_number": 1, "ref": "refs/changes/1/1/1", "commit_with_footers": message}}})
    }

    fn asked(numbers: &[u64], changes: &[serde_json::Value], versions: Option<&str>) -> Vec<u64> {
        let found: Vec<Change> = changes_from_gerrit(&json!(changes).to_string()).unwrap();
        let versions = versions.map(|json| Wikiversions::from_noc(json).unwrap());
        let numbers: BTreeSet<u64> = numbers.iter().copied().collect();
        branches_to_ask(&numbers, &found, versions.as_ref()).into_iter().collect()
    }

    #[test]
    fn the_merged_sibling_of_a_backport_is_asked_about_when_a_newer_live_branch_lacks_it() {
        let two = Some(r#"{"enwiki": "php-1.47.0-wmf.15", "testwiki": "php-1.47.0-wmf.16"}"#);
        let one = Some(r#"{"enwiki": "php-1.47.0-wmf.15"}"#);
        let changes = [change(1, "wmf/1.47.0-wmf.15", ID, ""), change(2, "master", ID, "")];
        assert_eq!(asked(&[1], &changes, two), [2]);
        assert_eq!(asked(&[1], &changes, one), [0; 0]);
        assert_eq!(asked(&[1], &changes, None), [0; 0]);
        let both = [changes.as_slice(), &[change(3, "wmf/1.47.0-wmf.16", ID, "")]].concat();
        assert_eq!(asked(&[1], &both, two), [0; 0]);
    }

    #[test]
    fn a_merged_change_on_master_is_asked_about_when_a_live_branch_has_no_backport_of_it() {
        let live = Some(r#"{"enwiki": "php-1.47.0-wmf.15", "testwiki": "php-master"}"#);
        let changes = [change(2, "master", ID, "")];
        assert_eq!(asked(&[2], &changes, live), [2]);
        assert_eq!(asked(&[2], &changes, None), [0; 0]);
        let both = [changes.as_slice(), &[change(1, "wmf/1.47.0-wmf.15", ID, "")]].concat();
        assert_eq!(asked(&[2], &both, live), [0; 0]);
    }

    #[test]
    fn a_merged_dependency_is_asked_about() {
        let needs = format!("Fix it\n\nDepends-On: {OTHER}\n");
        let changes = [change(1, "wmf/1.47.0-wmf.15", ID, &needs), change(4, "master", OTHER, "")];
        assert_eq!(asked(&[1], &changes, None), [4]);
        assert_eq!(asked(&[4], &changes, None), [0; 0]);
    }
}
