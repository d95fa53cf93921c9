// SPDX-License-Identifier: GPL-2.0-or-later
//! What the plan of a run says of a test, in words.
//!
//! Must not say what it came to.

use crate::suite::Owner;
use crate::verify::Plan;

/// Where the test at `place` comes from, such as `from repository mediawiki/extensions/Echo`; `None` where it is the
/// change's own, or of a file.
#[must_use]
pub fn source_in_words(plan: &Plan, place: usize) -> Option<String> {
    match plan.sources.get(place)? {
        Owner::Change(_) => None,
        Owner::Repository(name) => Some(format!("from repository {name}")),
        Owner::Wiki(name) => Some(format!("from wiki {name}")),
    }
}

/// That the test at `place` has less time than it wants, and why, as a sentence; `None` where it has what it wants.
#[must_use]
pub fn cut_in_words(plan: &Plan, place: usize) -> Option<String> {
    let (wanted, limit) = plan.cut(place)?;
    Some(format!(
        "It wants {wanted} ms and gets {limit} ms: a browser ends an extension's work that waits longer. The command can wait."
    ))
}

#[cfg(test)]
mod tests {
    use super::source_in_words;
    use crate::suite::{Owner, Test};
    use crate::verify::{Plan, Stage, Subject};
    use jiff::Timestamp;

    #[test]
    fn a_test_says_where_it_comes_from_unless_it_is_the_changes_own() {
        let tests = vec![Test::default(); 4];
        let stage = Stage::Production;
        let mut plan = Plan::new("1".into(), Subject::default(), stage, Timestamp::UNIX_EPOCH, tests, 1000);
        assert_eq!(source_in_words(&plan, 0), None);
        let repository = Owner::Repository("mediawiki/extensions/Echo".into());
        plan.sources = vec![Owner::numbered(1), repository, Owner::Wiki("enwiki".into())];
        let words: Vec<_> = (0..4).map(|place| source_in_words(&plan, place)).collect();
        let from = |words: &str| Some(words.to_owned());
        assert_eq!(words, [None, from("from repository mediawiki/extensions/Echo"), from("from wiki enwiki"), None]);
    }
}
