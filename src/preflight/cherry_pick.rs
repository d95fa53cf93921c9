// SPDX-License-Identifier: GPL-2.0-or-later
//! The commands that make a backport by hand.
//!
//! Whoever copies them runs them in a shell: nothing comes into them that is not checked letter by letter. Must not run
//! them.

use crate::change::{Change, ChangeStatus, Destination, Revision};
use crate::deployed::Wikiversions;
use serde::{Deserialize, Serialize};

/// Where Gerrit serves its repositories.
const REPOSITORIES: &str = "https://gerrit.wikimedia.org/r/";

/// A backport that does not exist yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CherryPick {
    /// The version that lacks it, such as `1.47.0-wmf.16`.
    pub version: String,
    /// Shell commands, one a line, that make it and push it for review. They are run in a clone of the project whose
    /// remote is called `origin`; each runs only when the one before it went well.
    pub commands: String,
}

/// The backports of `change` (on the development branch) that the live versions lack, newest version first; `changes`
/// are its siblings. A sibling that was abandoned is none. There are no commands for a change that was abandoned, nor
/// where Gerrit names anything in letters that a shell could take for more than a name.
#[must_use]
pub fn cherry_picks(change: &Change, changes: &[Change], versions: &Wikiversions) -> Vec<CherryPick> {
    lacking(change, changes, versions.live().into_iter().map(|(version, _)| version))
}

fn lacking<'a>(change: &Change, changes: &[Change], versions: impl IntoIterator<Item = &'a str>) -> Vec<CherryPick> {
    let Some(revision) = &change.revision else { return Vec::new() };
    let is_candidate = change.destination() == Destination::Development && change.status != ChangeStatus::Abandoned;
    if !is_candidate || !is_path(&change.project) || !is_change_ref(&revision.git_ref) {
        return Vec::new();
    }
    let lacks = |version: &&str| {
        // A wiki may run the development branch itself, which has the change without a backport.
        *version != change.branch && !changes.iter().any(|sibling| is_backport_of(change, sibling, version))
    };
    let versions = versions.into_iter().filter(|version| is_name(version)).filter(lacks);
    let pick =
        |version: &str| CherryPick { version: version.to_owned(), commands: commands(change, revision, version) };
    versions.map(pick).collect()
}

fn is_backport_of(change: &Change, sibling: &Change, version: &str) -> bool {
    let same = !change.change_id.is_empty() && sibling.change_id == change.change_id;
    let there = sibling.branch.strip_prefix("wmf/") == Some(version) && sibling.project == change.project;
    same && there && sibling.status != ChangeStatus::Abandoned
}

/// As "Submitting a manual cherry-pick" has it (<https://wikitech.wikimedia.org/wiki/Backport_windows>). The change is
/// fetched by its ref, since a clone holds no commit of a change that is open; the branch is taken as it is at Gerrit,
/// since a local one of its name may be old.
fn commands(change: &Change, revision: &Revision, version: &str) -> String {
    let (project, git_ref) = (&change.project, &revision.git_ref);
    // A merge has two sides; the change is what it brings to the first.
    let side = if revision.parents.len() > 1 { "-m 1 " } else { "" };
    [
        format!("git fetch origin wmf/{version}"),
        "git checkout --detach FETCH_HEAD".to_owned(),
        format!("git fetch {REPOSITORIES}{project} {git_ref}"),
        format!("git cherry-pick {side}FETCH_HEAD"),
        format!("git push origin HEAD:refs/for/wmf/{version}"),
    ]
    .join(" &&\n")
}

/// `mediawiki/extensions/Example`
fn is_path(text: &str) -> bool {
    text.split('/').all(is_name)
}

/// `refs/changes/01/1330001/2`
fn is_change_ref(text: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = text.split('/').collect();
    matches!(parts.as_slice(), ["refs", "changes", rest @ ..] if rest.len() == 3 && rest.iter().all(|part| number(part)))
}

/// A name that neither a shell nor git takes for anything else.
fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        && !text.contains("..")
        && !text.ends_with(['.', '-'])
}

#[cfg(test)]
mod tests {
    use super::lacking;
    use crate::change::{Change, ChangeStatus, Revision};
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::{Command, Output};
    use tempfile::TempDir;

    const PROJECT: &str = "mediawiki/extensions/Example";
    const CHANGE_REF: &str = "refs/changes/01/1330001/2";

    fn change(number: u64, branch: &str) -> Change {
        Change {
            number,
            project: PROJECT.to_owned(),
            branch: branch.to_owned(),
            change_id: "I0123456789abcdef0123456789abcdef01234567".to_owned(),
            status: ChangeStatus::Merged,
            revision: Some(Revision {
                commit: "c".repeat(40),
                git_ref: CHANGE_REF.to_owned(),
                parents: vec!["e".repeat(40)],
                ..Revision::default()
            }),
            ..Change::default()
        }
    }

    fn original() -> Change {
        change(1_330_001, "master")
    }

    fn revised(edit: impl FnOnce(&mut Revision)) -> Change {
        let mut change = original();
        edit(change.revision.as_mut().unwrap());
        change
    }

    fn versions(change: &Change, siblings: &[Change], live: &[&str]) -> Vec<String> {
        lacking(change, siblings, live.iter().copied()).into_iter().map(|pick| pick.version).collect()
    }

    #[test]
    fn each_live_version_without_a_backport_gets_its_commands() {
        let picks = lacking(&original(), &[original()], ["1.47.0-wmf.17", "1.47.0-wmf.16"]);
        assert_eq!(picks.len(), 2);
        assert_eq!(picks[1].version, "1.47.0-wmf.16");
        assert_eq!(
            picks[0].commands,
            "git fetch origin wmf/1.47.0-wmf.17 &&\n\
             git checkout --detach FETCH_HEAD &&\n\
             git fetch https://gerrit.wikimedia.org/r/mediawiki/extensions/Example refs/changes/01/1330001/2 &&\n\
             git cherry-pick FETCH_HEAD &&\n\
             git push origin HEAD:refs/for/wmf/1.47.0-wmf.17"
        );
    }

    #[test]
    fn a_version_that_has_the_backport_is_left_out_unless_it_was_abandoned() {
        let live = ["1.47.0-wmf.17", "1.47.0-wmf.16"];
        let backport = |status| Change { status, ..change(1_330_009, "wmf/1.47.0-wmf.17") };
        for (sibling, expected) in [
            (backport(ChangeStatus::Merged), &live[1..]),
            (backport(ChangeStatus::New), &live[1..]),
            (backport(ChangeStatus::Abandoned), &live[..]),
            (Change { change_id: "I9".to_owned(), ..backport(ChangeStatus::Merged) }, &live[..]),
            (Change { project: "mediawiki/core".to_owned(), ..backport(ChangeStatus::Merged) }, &live[..]),
            (Change { branch: "REL1_47".to_owned(), ..backport(ChangeStatus::Merged) }, &live[..]),
        ] {
            assert_eq!(versions(&original(), std::slice::from_ref(&sibling), &live), expected, "{sibling:?}");
        }
        let nameless = Change { change_id: String::new(), ..original() };
        let other = Change { change_id: String::new(), ..backport(ChangeStatus::Merged) };
        assert_eq!(versions(&nameless, &[other], &live), live);
    }

    #[test]
    fn what_is_not_on_the_development_branch_is_not_picked() {
        for branch in ["wmf/1.47.0-wmf.16", "REL1_47"] {
            assert_eq!(versions(&change(1_330_001, branch), &[], &["1.47.0-wmf.17"]), [""; 0], "{branch}");
        }
        let config = Change { project: "operations/mediawiki-config".to_owned(), ..original() };
        let abandoned = Change { status: ChangeStatus::Abandoned, ..original() };
        let unread = Change { revision: None, ..original() };
        for change in [config, abandoned, unread] {
            assert_eq!(versions(&change, &[], &["1.47.0-wmf.17"]), [""; 0], "{change:?}");
        }
    }

    #[test]
    fn a_wiki_on_the_development_branch_needs_no_backport() {
        assert_eq!(versions(&original(), &[], &["master", "1.47.0-wmf.17"]), ["1.47.0-wmf.17"]);
    }

    #[test]
    fn nothing_that_a_shell_or_git_could_take_for_more_comes_into_a_command() {
        let live = ["1.47.0-wmf.17"];
        let evil =
            ["; id", "$(id)", "`id`", "a b", "a\nid", "'", "\"", "a&b", "a|b", "*", "~", "-x", "..", "", "a:b", "ü"];
        for text in evil {
            for project in [format!("mediawiki/extensions/{text}"), format!("mediawiki/extensions/Example/{text}")] {
                let change = Change { project, ..original() };
                assert_eq!(versions(&change, &[], &live), [""; 0], "{}", change.project);
            }
            for git_ref in [text.to_owned(), format!("{CHANGE_REF}{text}x"), format!("refs/changes/01/{text}/2")] {
                let change = revised(|revision| revision.git_ref.clone_from(&git_ref));
                assert_eq!(versions(&change, &[], &live), [""; 0], "{git_ref}");
            }
            assert_eq!(versions(&original(), &[], &[text, &format!("1.47.0-wmf.17{text} ")]), [""; 0], "{text}");
        }
    }

    /// Gerrit as bare repositories in a folder, and a fresh clone of one: git is told to find Gerrit's URLs there.
    struct Desk {
        folder: TempDir,
    }

    impl Desk {
        /// Master and the release branch begin with one commit; `change` is a script that commits the change.
        fn new(change: &str) -> Self {
            let desk = Self { folder: TempDir::new().unwrap() };
            let home = desk.folder.path().display();
            let config = format!(
                "[user]\nname = Submitter\nemail = submitter@example.org\n[init]\ndefaultBranch = master\n\
                 [url \"file://{home}/gerrit/\"]\ninsteadOf = https://gerrit.wikimedia.org/r/\n"
            );
            fs::write(desk.folder.path().join(".gitconfig"), config).unwrap();
            let url = format!("https://gerrit.wikimedia.org/r/{PROJECT}");
            let script = format!(
                "git init -q --bare gerrit/{PROJECT} && git clone -q {url} author && cd author &&
                 echo one > a.txt && git add . && git commit -qm Before &&
                 git push -q origin HEAD:refs/heads/master HEAD:refs/heads/wmf/1.47.0-wmf.17 &&
                 {change} && git push -q origin HEAD:{CHANGE_REF} && cd .. && git clone -q {url} clone"
            );
            let output = desk.run(&script, &desk.path(""));
            assert!(output.status.success(), "{output:?}");
            desk
        }

        fn path(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        fn run(&self, script: &str, folder: &Path) -> Output {
            let mut command = Command::new("sh");
            command.args(["-c", script]).current_dir(folder).env("HOME", self.folder.path());
            command.env("GIT_CONFIG_NOSYSTEM", "1").env_remove("GIT_DIR").env_remove("XDG_CONFIG_HOME");
            command.output().unwrap()
        }

        /// Runs the commands in the fresh clone, and says whether they went well.
        fn submit(&self, change: &Change) -> bool {
            let picks = lacking(change, &[], ["1.47.0-wmf.17"]);
            let [pick] = picks.as_slice() else { panic!("{picks:?}") };
            self.run(&pick.commands, &self.path("clone")).status.success()
        }

        /// What git answers about Gerrit's repository; nothing, when it fails.
        fn ask(&self, arguments: &str) -> String {
            let output = self.run(&format!("git {arguments}"), &self.path(&format!("gerrit/{PROJECT}")));
            if output.status.success() { String::from_utf8(output.stdout).unwrap() } else { String::new() }
        }
    }

    const REVIEW: &str = "refs/for/wmf/1.47.0-wmf.17";

    #[test]
    fn in_a_fresh_clone_the_commands_push_the_change_on_top_of_the_release_branch() {
        let commit = "echo two > b.txt && git add . && git commit -qm 'Show the new logo\n\nChange-Id: I01234567'";
        let desk = Desk::new(commit);
        assert!(desk.submit(&original()));
        assert_eq!(desk.ask(&format!("rev-parse {REVIEW}^")), desk.ask("rev-parse wmf/1.47.0-wmf.17"));
        assert_eq!(desk.ask(&format!("show --format= --name-only {REVIEW}")), "b.txt\n");
        assert!(desk.ask(&format!("log -1 --format=%B {REVIEW}")).contains("Change-Id: I01234567"));
    }

    #[test]
    fn a_merge_is_picked_as_what_it_brings_to_the_branch() {
        let desk = Desk::new(
            "git checkout -q -b side && echo two > b.txt && git add . && git commit -qm Side &&
             git checkout -q master && git merge -q --no-ff -m Merge side",
        );
        assert!(desk.submit(&revised(|revision| revision.parents.push("f".repeat(40)))));
        assert_eq!(desk.ask(&format!("show --format= --name-only {REVIEW}")), "b.txt\n");
    }

    #[test]
    fn a_conflict_stops_before_anything_is_pushed() {
        let desk = Desk::new(
            "echo three > a.txt && git commit -qam Between && echo four > a.txt && git commit -qam 'Show the new logo'",
        );
        assert!(!desk.submit(&original()));
        assert_eq!(desk.ask(&format!("rev-parse --verify -q {REVIEW}")), "");
    }
}
