// SPDX-License-Identifier: GPL-2.0-or-later
//! A small Wikimedia for the tests of the rules: what Gerrit, the calendar and noc say, to be changed by each test.

use crate::change::{Change, ChangeStatus, ChangedFile, Revision, Vote};
use crate::deployed::Wikiversions;
use crate::preflight::{Facts, Fitness, Rule, Severity, examine};
use crate::schedule::{Nick, Patch, PatchKind, Schedule, Window};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The change that is looked at.
pub(super) const MINE: u64 = 1001;

/// Its counterpart on master.
pub(super) const MASTER: u64 = 1000;

pub(super) const CORE: &str = "mediawiki/core";
pub(super) const CONFIG: &str = "operations/mediawiki-config";
pub(super) const OLD: &str = "wmf/1.47.0-wmf.15";
pub(super) const LIVE: &str = "wmf/1.47.0-wmf.16";

pub(super) struct World {
    pub(super) changes: Option<Vec<Change>>,
    pub(super) included_in: BTreeMap<u64, Vec<String>>,
    /// The first window opens on Monday at 13:00 UTC, the second at 20:00.
    pub(super) windows: Option<Vec<Window>>,
    pub(super) window: Option<Timestamp>,
    pub(super) versions: Option<Wikiversions>,
    pub(super) now: Timestamp,
}

impl World {
    /// A configuration change in a window, with nothing against it.
    pub(super) fn config() -> Self {
        Self {
            changes: Some(vec![change(MINE, CONFIG, "master")]),
            included_in: BTreeMap::new(),
            windows: Some(vec![
                window("UTC afternoon backport window", 13, vec![patch(MINE, "config")]),
                window("UTC late backport window", 20, Vec::new()),
            ]),
            window: None,
            versions: Some(versions(&[("1.47.0-wmf.16", 7)])),
            now: at(9),
        }
    }

    /// A backport to the one live branch, merged on master first.
    pub(super) fn backport() -> Self {
        Self::config().edit(|world| {
            let master = Change { status: ChangeStatus::Merged, ..change(MASTER, CORE, "master") };
            world.changes = Some(vec![change(MINE, CORE, LIVE), sibling_of_mine(&master)]);
            world.entry().kind = PatchKind::Branch("1.47.0-wmf.16".into());
        })
    }

    /// A backport to the older of two live branches.
    pub(super) fn old_backport() -> Self {
        Self::backport().edit(|world| {
            world.mine().branch = OLD.into();
            world.entry().kind = PatchKind::Branch("1.47.0-wmf.15".into());
            world.versions = Some(versions(&[("1.47.0-wmf.15", 5), ("1.47.0-wmf.16", 2)]));
        })
    }

    pub(super) fn edit(mut self, edit: impl FnOnce(&mut Self)) -> Self {
        edit(&mut self);
        self
    }

    /// The same, with more changes in Gerrit.
    pub(super) fn and(self, more: impl IntoIterator<Item = Change>) -> Self {
        self.edit(|world| world.changes.as_mut().unwrap().extend(more))
    }

    pub(super) fn on_files(self, paths: &[&str]) -> Self {
        let file = |path: &&str| ChangedFile { path: (*path).to_owned(), added: false };
        self.edit(|world| world.revision().files = Some(paths.iter().map(file).collect()))
    }

    /// The same, with a `Depends-On` footer.
    pub(super) fn depending_on(self, name: &str) -> Self {
        self.edit(|world| *world.mine() = depends(world.mine().clone(), name))
    }

    /// The same, with more patches in the first window.
    pub(super) fn listing(self, patches: impl IntoIterator<Item = Patch>) -> Self {
        self.edit(|world| world.first().patches.extend(patches))
    }

    /// The same, on no calendar.
    pub(super) fn unscheduled(self) -> Self {
        self.edit(|world| world.first().patches.clear())
    }

    pub(super) fn change(&mut self, number: u64) -> &mut Change {
        self.changes.as_mut().unwrap().iter_mut().find(|change| change.number == number).unwrap()
    }

    pub(super) fn mine(&mut self) -> &mut Change {
        self.change(MINE)
    }

    pub(super) fn revision(&mut self) -> &mut Revision {
        self.mine().revision.as_mut().unwrap()
    }

    pub(super) fn first(&mut self) -> &mut Window {
        self.windows.as_mut().unwrap().first_mut().unwrap()
    }

    pub(super) fn second(&mut self) -> &mut Window {
        self.windows.as_mut().unwrap().last_mut().unwrap()
    }

    pub(super) fn entry(&mut self) -> &mut Patch {
        self.first().patches.first_mut().unwrap()
    }

    pub(super) fn examined(&self) -> Fitness {
        let schedule = self.windows.clone().map(|windows| Schedule { windows });
        examine(&Facts {
            gerrit: MINE,
            changes: self.changes.as_deref(),
            included_in: &self.included_in,
            schedule: schedule.as_ref(),
            window: self.window,
            versions: self.versions.as_ref(),
            nick: None,
            now: self.now,
        })
    }

    /// The gravest finding of a rule.
    pub(super) fn gravest(&self, rule: Rule) -> Option<Severity> {
        self.examined().findings.iter().find(|finding| finding.rule == rule).map(|finding| finding.severity)
    }

    /// What a rule says.
    pub(super) fn said(&self, rule: Rule) -> Vec<String> {
        let findings = self.examined().findings.into_iter().filter(|finding| finding.rule == rule);
        findings.map(|finding| finding.sentence).collect()
    }
}

/// An hour of that Monday, UTC.
pub(super) fn at(hour: u8) -> Timestamp {
    format!("2026-08-24T{hour:02}:00:00Z").parse().unwrap()
}

pub(super) fn window(name: &str, hour: u8, patches: Vec<Patch>) -> Window {
    Window {
        name: name.into(),
        start: at(hour),
        end: at(hour + 1),
        deployers: Vec::new(),
        is_backport: true,
        patches,
        unread: Vec::new(),
    }
}

/// An entry of `submitter`.
pub(super) fn patch(gerrit: u64, kind: &str) -> Patch {
    Patch {
        gerrit,
        kind: PatchKind::from(kind.to_owned()),
        title: format!("Patch {gerrit}"),
        status: String::new(),
        nicks: vec![Nick::new("submitter").unwrap()],
        struck: false,
        placeholder: false,
        source_line: 1,
    }
}

/// An open change. Its Change-Id and its commit are made of its number.
pub(super) fn change(number: u64, project: &str, branch: &str) -> Change {
    Change {
        number,
        project: project.into(),
        branch: branch.into(),
        change_id: id(number),
        subject: "Show the right edit count".into(),
        status: ChangeStatus::New,
        owner: Some("submitter".into()),
        work_in_progress: false,
        mergeable: Some(true),
        votes: vec![vote("Code-Review", 1), vote("Verified", 2)],
        submitted: None,
        reverts: None,
        revision: Some(Revision {
            commit: commit(number),
            patchset: 1,
            git_ref: format!("refs/changes/01/{number}/1"),
            parents: vec![commit(1)],
            message: format!("Show the right edit count\n\nChange-Id: {}\n", id(number)),
            files: Some(vec![ChangedFile { path: "includes/Edit.php".into(), added: false }]),
        }),
    }
}

pub(super) fn merged(number: u64, project: &str, branch: &str) -> Change {
    Change { status: ChangeStatus::Merged, ..change(number, project, branch) }
}

/// The same change as the one that is looked at, on another branch.
pub(super) fn sibling_of_mine(change: &Change) -> Change {
    Change { change_id: id(MINE), ..change.clone() }
}

pub(super) fn depends(mut change: Change, name: &str) -> Change {
    let revision = change.revision.as_mut().unwrap();
    revision.message.push_str("Depends-On: ");
    revision.message.push_str(name);
    revision.message.push('\n');
    change
}

pub(super) fn id(number: u64) -> String {
    format!("I{number:040x}")
}

pub(super) fn commit(number: u64) -> String {
    format!("{number:040x}")
}

pub(super) fn vote(label: &str, value: i8) -> Vote {
    Vote { label: label.into(), value, by: Some("reviewer".into()) }
}

/// So many wikis on each version.
pub(super) fn versions(counts: &[(&str, usize)]) -> Wikiversions {
    let wikis = counts.iter().flat_map(|(version, count)| {
        (0..*count).map(move |at| (format!("wiki{}x{at}", version.replace('.', "")), (*version).to_owned()))
    });
    let wikis: BTreeMap<String, String> = wikis.collect();
    serde_json::from_value(serde_json::to_value(wikis).unwrap()).unwrap()
}
