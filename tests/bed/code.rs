// SPDX-License-Identifier: GPL-2.0-or-later
//! The repositories that servers run: what is merged into their branches, in which order, and which commit of each a
//! server has.
//!
//! Must not know of wikis and of scap's words.

use super::change::Change;
use std::collections::BTreeMap;

/// The project of the configuration, which is common to all versions.
pub const CONFIG: &str = "operations/mediawiki-config";
/// The project of the story's backport.
pub const EVENTS: &str = "mediawiki/extensions/WikimediaEvents";

/// A project and one of its branches.
pub type Branch = (String, String);

/// The commit of each branch that a server has checked out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Code(BTreeMap<Branch, String>);

impl Code {
    /// The commits of the branches, in the order of their names.
    pub fn commits(&self) -> impl Iterator<Item = (&Branch, &str)> {
        self.0.iter().map(|(branch, commit)| (branch, commit.as_str()))
    }

    /// The commit of a project on a branch.
    pub fn commit(&self, project: &str, branch: &str) -> Option<&str> {
        self.0.get(&(project.to_owned(), branch.to_owned())).map(String::as_str)
    }
}

/// What Gerrit has merged, branch by branch, oldest commit first. The first one of a branch is older than every change.
#[derive(Debug, Clone, Default)]
pub struct History(BTreeMap<Branch, Vec<String>>);

impl History {
    /// Makes a branch known, and gives its first commit.
    pub fn branch(&mut self, project: &str, branch: &str) -> &str {
        let first = || vec![commit_of(&format!("{project} {branch}"))];
        &self.0.entry((project.to_owned(), branch.to_owned())).or_insert_with(first)[0]
    }

    /// Gives every project that is part of a version a branch of this one too.
    pub fn cut(&mut self, version: &str) {
        let part_of_one = self.0.keys().filter(|(_, branch)| branch.starts_with("wmf/"));
        let projects: Vec<String> = part_of_one.map(|(project, _)| project.clone()).collect();
        for project in projects {
            self.branch(&project, &format!("wmf/{version}"));
        }
    }

    /// Merges a change into its branch. A second time changes nothing.
    pub fn merge(&mut self, change: &Change) {
        self.branch(&change.project, &change.branch);
        let commits = self.0.entry(key(change)).or_default();
        let commit = change.commit();
        if !commits.contains(&commit) {
            commits.push(commit);
        }
    }

    /// Lets a server go on to the change, unless it runs something newer of that branch already.
    pub fn sync(&self, code: &mut Code, change: &Change) {
        let wanted = self.place(&key(change), &change.commit());
        let running = code.0.get(&key(change)).and_then(|commit| self.place(&key(change), commit));
        if wanted > running {
            code.0.insert(key(change), change.commit());
        }
    }

    /// Lets a server go back to what was there before the change.
    pub fn go_back(&self, code: &mut Code, change: &Change) {
        let running = code.0.get(&key(change)).and_then(|commit| self.place(&key(change), commit));
        let Some(at) = self.place(&key(change), &change.commit()).filter(|at| running >= Some(*at)) else { return };
        let before = self.0.get(&key(change)).and_then(|commits| commits.get(at.checked_sub(1)?));
        if let Some(before) = before {
            code.0.insert(key(change), before.clone());
        }
    }

    /// The first commits of all branches: the code before the story.
    pub fn first(&self) -> Code {
        let first = |(branch, commits): (&Branch, &Vec<String>)| Some((branch.clone(), commits.first()?.clone()));
        Code(self.0.iter().filter_map(first).collect())
    }

    /// Gives a server the first commits of branches that it does not have yet.
    pub fn add_missing(&self, code: &mut Code) {
        for (branch, commit) in self.first().0 {
            code.0.entry(branch).or_insert(commit);
        }
    }

    /// Whether a server with this code has the change.
    pub fn has(&self, code: &Code, change: &Change) -> bool {
        let running = code.0.get(&key(change));
        running.is_some_and(|running| self.contains(&change.project, running, &change.commit()))
    }

    /// Whether what `ancestor` names is in what `commit` names, as Git would say; each branch is one line of commits.
    pub fn contains(&self, project: &str, commit: &str, ancestor: &str) -> bool {
        let branches = self.0.iter().filter(|((known, _), _)| known == project).map(|(branch, _)| branch);
        let mut places = branches.map(|branch| (self.place(branch, commit), self.place(branch, ancestor)));
        commit == ancestor || places.any(|(commit, ancestor)| ancestor.is_some() && commit >= ancestor)
    }

    /// Whether a branch of the project has the commit.
    pub fn knows(&self, project: &str, commit: &str) -> bool {
        self.0.iter().any(|(branch, _)| branch.0 == project && self.place(branch, commit).is_some())
    }

    /// Whether this branch of the project has the commit.
    pub fn is_on(&self, project: &str, branch: &str, commit: &str) -> bool {
        self.place(&(project.to_owned(), branch.to_owned()), commit).is_some()
    }

    fn place(&self, branch: &Branch, commit: &str) -> Option<usize> {
        self.0.get(branch)?.iter().position(|known| known == commit)
    }
}

fn key(change: &Change) -> Branch {
    (change.project.clone(), change.branch.clone())
}

/// Forty hexadecimal digits that belong to a text and look like a commit.
pub fn commit_of(text: &str) -> String {
    let mut state = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut word = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let digits = format!("{:016x}{:016x}{:016x}", word(), word(), word());
    digits.chars().take(40).collect()
}
