// SPDX-License-Identifier: GPL-2.0-or-later
//! For each rule and severity a case that it finds, and one that it lets pass.

use super::dependencies::{chain_rows, dependency_rows};
use super::world::{CONFIG, CORE, LIVE, MASTER, MINE, World, at, change, patch, sibling_of_mine, versions, vote};
use crate::change::{Change, ChangeStatus, ChangedFile};
use crate::preflight::{Rule, Severity};
use crate::schedule::PatchKind;

pub(super) const BLOCKS: Option<Severity> = Some(Severity::Blocks);
pub(super) const WARNS: Option<Severity> = Some(Severity::Warns);
pub(super) const NOTES: Option<Severity> = Some(Severity::Notes);

/// A rule, what it finds at the gravest, in which case.
pub(super) type Row = (Rule, Option<Severity>, &'static str, World);

pub(super) fn all_rows() -> Vec<Row> {
    [gerrit_rows(), calendar_rows(), branch_rows(), file_rows(), dependency_rows(), chain_rows()]
        .into_iter()
        .flatten()
        .collect()
}

pub(super) fn gerrit_rows() -> Vec<Row> {
    let with =
        |label: &'static str, value| World::config().edit(move |world| world.mine().votes.push(vote(label, value)));
    let status = |status| World::config().edit(move |world| world.mine().status = status);
    let reverted_by =
        |status| World::config().and([Change { reverts: Some(MINE), status, ..change(1002, CONFIG, "master") }]);
    vec![
        (Rule::Exists, None, "it is there", World::config()),
        (
            Rule::Exists,
            BLOCKS,
            "Gerrit does not know it",
            World::config().edit(|world| world.changes = Some(Vec::new())),
        ),
        (Rule::Exists, None, "Gerrit was not read", World::config().edit(|world| world.changes = None)),
        (Rule::Abandoned, None, "open", World::config()),
        (Rule::Abandoned, BLOCKS, "abandoned", status(ChangeStatus::Abandoned)),
        (Rule::WorkInProgress, None, "ready", World::config()),
        (
            Rule::WorkInProgress,
            BLOCKS,
            "in progress",
            World::config().edit(|world| world.mine().work_in_progress = true),
        ),
        (Rule::CodeReview, None, "+1", World::config()),
        (Rule::CodeReview, WARNS, "-1", with("Code-Review", -1)),
        (Rule::CodeReview, BLOCKS, "-2", with("Code-Review", -2)),
        (Rule::Verified, None, "+2", World::config()),
        (Rule::Verified, BLOCKS, "-1", with("Verified", -1)),
        (Rule::Verified, BLOCKS, "-2", with("Verified", -2)),
        (Rule::Mergeable, None, "yes", World::config()),
        (Rule::Mergeable, None, "Gerrit does not say", World::config().edit(|world| world.mine().mergeable = None)),
        (Rule::Mergeable, BLOCKS, "no", World::config().edit(|world| world.mine().mergeable = Some(false))),
        (
            Rule::Mergeable,
            None,
            "merged already",
            status(ChangeStatus::Merged).edit(|world| world.mine().mergeable = Some(false)),
        ),
        (Rule::MergedEarly, None, "open", World::config()),
        (Rule::MergedEarly, NOTES, "merged before", status(ChangeStatus::Merged)),
        (Rule::MergedEarly, None, "merged while", status(ChangeStatus::Merged).edit(|world| world.now = at(13))),
        (Rule::Reverted, None, "by an abandoned change", reverted_by(ChangeStatus::Abandoned)),
        (Rule::Reverted, WARNS, "by an open one", reverted_by(ChangeStatus::New)),
        (Rule::Reverted, WARNS, "by a merged one", reverted_by(ChangeStatus::Merged)),
    ]
}

pub(super) fn calendar_rows() -> Vec<Row> {
    let entry = |edit: fn(&mut crate::schedule::Patch)| World::config().edit(|world| edit(world.entry()));
    let typed = |kind: &str, world: World| {
        let kind = PatchKind::from(kind.to_owned());
        world.edit(|world| world.entry().kind = kind)
    };
    let missed = || {
        World::config().edit(|world| {
            world.window = Some(at(13));
            world.now = at(15);
        })
    };
    let again_later = |world: World| world.edit(|world| world.second().patches.push(patch(MINE, "config")));
    let seventh = || {
        World::config()
            .edit(|world| world.first().patches.splice(0..0, (1..=6).map(|n| patch(n, "config"))).for_each(drop))
    };
    vec![
        (Rule::BackportWindow, None, "in one", World::config()),
        (Rule::BackportWindow, BLOCKS, "in another", World::config().edit(|world| world.first().is_backport = false)),
        (
            Rule::BackportWindow,
            None,
            "struck there",
            World::config().edit(|world| {
                world.first().is_backport = false;
                world.entry().struck = true;
                world.window = Some(at(13));
            }),
        ),
        (Rule::WindowOver, None, "to come", World::config()),
        (Rule::WindowOver, WARNS, "missed", missed()),
        (Rule::WindowOver, None, "missed, and scheduled again", again_later(missed())),
        (Rule::WindowOver, None, "merged in time", missed().edit(|world| world.mine().status = ChangeStatus::Merged)),
        (Rule::PatchLimit, None, "six patches", World::config().listing((1..=5).map(|n| patch(n, "config")))),
        (Rule::PatchLimit, NOTES, "first of seven", World::config().listing((1..=6).map(|n| patch(n, "config")))),
        (Rule::PatchLimit, BLOCKS, "seventh", seventh()),
        (Rule::PatchLimit, None, "seventh, one struck", seventh().edit(|world| world.entry().struck = true)),
        (Rule::PatchLimit, None, "seventh, one twice", seventh().edit(|world| world.entry().gerrit = 2)),
        (Rule::Submitter, None, "a nick", World::config()),
        (Rule::Submitter, BLOCKS, "nobody", entry(|entry| entry.nicks.clear())),
        (
            Rule::Submitter,
            BLOCKS,
            "placeholder",
            entry(|entry| {
                entry.nicks.clear();
                entry.placeholder = true;
            }),
        ),
        (Rule::CalendarType, None, "config is config", World::config()),
        (Rule::CalendarType, None, "the branch", World::backport()),
        (Rule::CalendarType, None, "the end of the branch", typed("wmf.16", World::backport())),
        (Rule::CalendarType, None, "without a dot", typed("1.47.0-wmf16", World::backport())),
        (Rule::CalendarType, None, "two branches", typed("1.47.0-wmf.15, 1.47.0-wmf.16", World::backport())),
        (Rule::CalendarType, BLOCKS, "a branch for config", typed("1.47.0-wmf.16", World::config())),
        (Rule::CalendarType, BLOCKS, "config for a backport", typed("config", World::backport())),
        (Rule::CalendarType, BLOCKS, "another branch", typed("1.47.0-wmf.6", World::backport())),
        (Rule::CalendarType, NOTES, "unstated", typed("", World::backport())),
        (Rule::CalendarType, NOTES, "a word", typed("core", World::backport())),
        (Rule::ListedTwice, None, "once", World::config()),
        (Rule::ListedTwice, WARNS, "in one window", World::config().listing([patch(MINE, "config")])),
        (Rule::ListedTwice, WARNS, "in two windows", again_later(World::config())),
        (
            Rule::ListedTwice,
            None,
            "struck in the other",
            again_later(World::config()).edit(|world| world.second().patches[0].struck = true),
        ),
        (Rule::ListedTwice, None, "the other is over", again_later(World::config()).edit(|world| world.now = at(15))),
    ]
}

pub(super) fn branch_rows() -> Vec<Row> {
    let moved = |project: &str, branch: &str| {
        let one = change(MINE, project, branch);
        World::config().edit(|world| world.changes = Some(vec![one]))
    };
    let master = |status| World::backport().edit(move |world| world.change(MASTER).status = status);
    let alone = || World::backport().edit(|world| world.changes.as_mut().unwrap().truncate(1));
    let live = |counts: &[(&str, usize)]| {
        let versions = versions(counts);
        World::backport().edit(|world| world.versions = Some(versions))
    };
    let contained = |branches: &[&str]| {
        let branches = branches.iter().map(|&branch| branch.to_owned()).collect();
        World::old_backport().edit(|world| world.included_in = [(MASTER, branches)].into())
    };
    let picked = |status| World::old_backport().and([Change { status, ..sibling_of_mine(&change(1002, CORE, LIVE)) }]);
    let unsure = |world: World| world.edit(|world| world.changes.as_mut().unwrap().truncate(1));
    vec![
        (Rule::AllowedType, None, "config", World::config()),
        (Rule::AllowedType, None, "a skin", moved("mediawiki/skins/Vector", LIVE)),
        (Rule::AllowedType, BLOCKS, "a service", moved("mediawiki/services/parsoid", "master")),
        (Rule::AllowedType, BLOCKS, "a branch of another release", moved(CORE, "REL1_43")),
        (Rule::CherryPick, None, "a backport", World::backport()),
        (Rule::CherryPick, BLOCKS, "master, scheduled", moved(CORE, "master")),
        (Rule::CherryPick, NOTES, "master, not scheduled", moved(CORE, "master").unscheduled()),
        (Rule::MasterFirst, None, "merged there", World::backport()),
        (Rule::MasterFirst, None, "config", World::config()),
        (Rule::MasterFirst, BLOCKS, "open there", master(ChangeStatus::New)),
        (Rule::MasterFirst, WARNS, "abandoned there", master(ChangeStatus::Abandoned)),
        (Rule::MasterFirst, WARNS, "not there", alone()),
        (
            Rule::MasterFirst,
            WARNS,
            "there in another project",
            World::backport().edit(|world| {
                world.change(MASTER).project = "mediawiki/extensions/Echo".into();
            }),
        ),
        (
            Rule::MasterFirst,
            NOTES,
            "a revert by its subject",
            alone().edit(|world| world.mine().subject = "Revert \"Count\"".into()),
        ),
        (Rule::MasterFirst, NOTES, "a revert by Gerrit", alone().edit(|world| world.mine().reverts = Some(900))),
        (Rule::LiveBranch, NOTES, "live", World::backport()),
        (Rule::LiveBranch, BLOCKS, "older than all", live(&[("1.47.0-wmf.17", 3), ("1.47.0-wmf.18", 1)])),
        (Rule::LiveBranch, WARNS, "newer than all", live(&[("1.47.0-wmf.9", 3), ("1.47.0-wmf.15", 1)])),
        (Rule::LiveBranch, WARNS, "newer than all but master", live(&[("1.47.0-wmf.15", 3), ("master", 1)])),
        (Rule::LiveBranch, WARNS, "left out", live(&[("1.47.0-wmf.15", 3), ("1.47.0-wmf.17", 1)])),
        (Rule::LiveBranch, None, "noc was not read", World::backport().edit(|world| world.versions = None)),
        (Rule::NewerBranch, None, "the newest", World::backport()),
        (Rule::NewerBranch, None, "picked to the newer", picked(ChangeStatus::New)),
        (Rule::NewerBranch, NOTES, "that pick is abandoned, master not asked", picked(ChangeStatus::Abandoned)),
        (Rule::NewerBranch, NOTES, "master not asked", World::old_backport()),
        (Rule::NewerBranch, None, "cut after the merge", contained(&["master", LIVE])),
        (Rule::NewerBranch, WARNS, "cut before the merge", contained(&["master"])),
        (Rule::NewerBranch, WARNS, "not on master", unsure(World::old_backport())),
        (
            Rule::NewerBranch,
            NOTES,
            "a revert",
            unsure(World::old_backport()).edit(|world| world.mine().reverts = Some(900)),
        ),
    ]
}

pub(super) fn file_rows() -> Vec<Row> {
    let config = |paths: &[&str]| World::config().on_files(paths);
    let code = |paths: &[&str]| World::backport().on_files(paths);
    let titled = |subject: &'static str| World::config().edit(move |world| world.mine().subject = subject.into());
    let added = ChangedFile { path: "extension.json".into(), added: true };
    vec![
        (Rule::NewExtension, None, "settings", config(&["wmf-config/InitialiseSettings.php"])),
        (Rule::NewExtension, WARNS, "the list", config(&["wmf-config/extension-list"])),
        (Rule::NewExtension, WARNS, "submodules", code(&[".gitmodules"])),
        (
            Rule::NewExtension,
            WARNS,
            "registered",
            World::backport().edit(|world| world.revision().files = Some(vec![added])),
        ),
        (Rule::OneSync, None, "two PHP files", code(&["includes/A.php", "includes/B.php"])),
        (
            Rule::OneSync,
            None,
            "extension.json alone",
            code(&["extension.json", "resources/a.js", "tests/phpunit/ATest.php"]),
        ),
        (Rule::OneSync, WARNS, "extension.json and PHP", code(&["extension.json", "includes/A.php"])),
        (Rule::OneSync, WARNS, "skin.json and PHP", code(&["skin.json", "includes/A.php"])),
        (Rule::OneSync, NOTES, "one of two", titled("Read the new setting (1/2)")),
        (Rule::ExtensionJson, None, "package.json", code(&["package.json"])),
        (Rule::ExtensionJson, WARNS, "extension.json", code(&["extension.json"])),
        (Rule::ExtensionJson, WARNS, "skin.json", code(&["skin.json"])),
        (
            Rule::BetaOnly,
            WARNS,
            "settings of beta",
            config(&["/COMMIT_MSG", "wmf-config/InitialiseSettings-labs.php", "wmf-config/LabsServices.php"]),
        ),
        (Rule::BetaOnly, WARNS, "a list of beta", config(&["langlist-labs"])),
        (
            Rule::BetaOnly,
            None,
            "both",
            config(&["wmf-config/InitialiseSettings-labs.php", "wmf-config/InitialiseSettings.php"]),
        ),
        (Rule::BetaOnly, None, "the list of wikitech", config(&["dblists/labswiki.dblist"])),
        (Rule::BetaOnly, None, "no files were told", World::config().edit(|world| world.revision().files = None)),
        (Rule::BetaOnly, None, "code", code(&["a-labs.php"])),
        (Rule::Localisation, None, "PHP", code(&["includes/i18nThings.php"])),
        (Rule::Localisation, WARNS, "messages", code(&["i18n/en.json"])),
        (Rule::Localisation, WARNS, "messages deeper", code(&["repo/i18n/en.json"])),
        (Rule::Localisation, WARNS, "languages", code(&["languages/data/Names.php"])),
    ]
}
