// SPDX-License-Identifier: GPL-2.0-or-later
//! The cases of what a change depends on.

use super::rows::{BLOCKS, NOTES, Row, WARNS};
use super::world::{CONFIG, CORE, LIVE, MINE, OLD, World, change, commit, depends, id, merged, patch, versions};
use crate::change::{Change, ChangeStatus};
use crate::preflight::{Rule, Severity};

const ECHO: &str = "mediawiki/extensions/Echo";

/// A world in which the change depends on 900.
fn on(world: World, others: Vec<Change>) -> World {
    world.depending_on(&id(900)).and(others)
}

/// A backport that depends on 900.
fn code(others: Vec<Change>) -> World {
    on(World::backport(), others)
}

/// A configuration change that depends on 900.
fn config(others: Vec<Change>) -> World {
    on(World::config(), others)
}

/// The same change as 900 on another branch.
fn picked(change: Change) -> Change {
    Change { change_id: id(900), ..change }
}

fn included(world: World, branches: &[&str]) -> World {
    let branches = branches.iter().map(|&branch| branch.to_owned()).collect();
    world.edit(|world| world.included_in = [(900, branches)].into())
}

pub(super) fn dependency_rows() -> Vec<Row> {
    let all = [on_config(), on_code(), config_on_code()].into_iter().flatten();
    all.map(|(expected, case, world)| (Rule::DependsOn, expected, case, world)).collect()
}

type Case = (Option<Severity>, &'static str, World);

fn on_config() -> Vec<Case> {
    let open = || change(900, CONFIG, "master");
    let abandoned = Change { status: ChangeStatus::Abandoned, ..open() };
    let unfinished = Change { work_in_progress: true, ..open() };
    let by_number = World::config().depending_on("https://gerrit.wikimedia.org/r/900").and([open()]);
    vec![
        (None, "nothing", World::config()),
        (WARNS, "something unknown", config(Vec::new())),
        (BLOCKS, "open", config(vec![open()])),
        (BLOCKS, "open, by its number", by_number),
        (BLOCKS, "open, of a backport", code(vec![open()])),
        (WARNS, "open, neither scheduled", config(vec![open()]).unscheduled()),
        (WARNS, "open, the calendar was not read", config(vec![open()]).edit(|world| world.windows = None)),
        (None, "open, in the window", config(vec![open()]).listing([patch(900, "config")])),
        (None, "merged", config(vec![merged(900, CONFIG, "master")])),
        (BLOCKS, "abandoned", config(vec![abandoned])),
        (BLOCKS, "unfinished, in the window", config(vec![unfinished]).listing([patch(900, "config")])),
    ]
}

fn on_code() -> Vec<Case> {
    let fixed = || merged(900, ECHO, "master");
    let waiting = || picked(change(902, ECHO, LIVE));
    let given_up = || Change { status: ChangeStatus::Abandoned, ..waiting() };
    vec![
        (BLOCKS, "open on the branch", code(vec![change(900, ECHO, LIVE)])),
        (None, "merged on the branch", code(vec![merged(900, ECHO, LIVE)])),
        (WARNS, "on another branch alone", code(vec![merged(900, ECHO, OLD)])),
        (WARNS, "in another kind of project alone", code(vec![merged(900, "operations/puppet", "production")])),
        (BLOCKS, "open on master", code(vec![change(900, ECHO, "master")])),
        (WARNS, "merged on master, branches unknown", code(vec![fixed()])),
        (None, "merged on master and in the branch", included(code(vec![fixed()]), &["master", LIVE])),
        (BLOCKS, "merged on master and not in the branch", included(code(vec![fixed()]), &["master"])),
        (None, "picked and merged", code(vec![fixed(), picked(merged(902, ECHO, LIVE))])),
        (None, "picked, in the window", code(vec![fixed(), waiting()]).listing([patch(902, "1.47.0-wmf.16")])),
        (BLOCKS, "picked, not in the window", code(vec![fixed(), waiting()])),
        (WARNS, "picked, neither scheduled", code(vec![fixed(), waiting()]).unscheduled()),
        (WARNS, "another project's was picked", code(vec![fixed(), picked(merged(902, CORE, LIVE))])),
        (BLOCKS, "picked, and that abandoned", code(vec![fixed(), given_up()])),
    ]
}

fn config_on_code() -> Vec<Case> {
    let two_live = |others: Vec<Change>| {
        let versions = versions(&[("1.47.0-wmf.15", 5), ("1.47.0-wmf.16", 2)]);
        config(others).edit(|world| world.versions = Some(versions))
    };
    let fixed = || merged(900, ECHO, "master");
    let old = picked(merged(902, ECHO, OLD));
    vec![
        (None, "in every branch", included(two_live(vec![fixed()]), &[LIVE, OLD])),
        (BLOCKS, "in one branch of two", included(two_live(vec![fixed()]), &[LIVE])),
        (None, "in one, and picked to the other", included(two_live(vec![fixed(), old]), &[LIVE])),
        (WARNS, "branches unknown", two_live(vec![fixed()])),
        (None, "noc was not read", config(vec![fixed()]).edit(|world| world.versions = None)),
        (BLOCKS, "an open backport", config(vec![change(900, ECHO, LIVE)])),
    ]
}

pub(super) fn chain_rows() -> Vec<Row> {
    let back = depends(change(900, CONFIG, "master"), &id(MINE));
    let elsewhere = depends(merged(900, CONFIG, "master"), &id(900));
    let below = || World::config().and([change(901, CONFIG, "master")]);
    let stacked = || below().edit(|world| world.revision().parents = vec![commit(901)]);
    let merged_below = stacked().edit(|world| world.change(901).status = ChangeStatus::Merged);
    vec![
        (Rule::DependencyCycle, None, "one way", config(vec![merged(900, CONFIG, "master")])),
        (Rule::DependencyCycle, BLOCKS, "itself", World::config().depending_on(&id(MINE))),
        (Rule::DependencyCycle, BLOCKS, "and back", config(vec![back])),
        (Rule::DependencyCycle, None, "a circle elsewhere", config(vec![elsewhere])),
        (Rule::OpenParent, None, "on a commit that is not in review", below()),
        (Rule::OpenParent, WARNS, "on an open change", stacked()),
        (Rule::OpenParent, NOTES, "on one of the window", stacked().listing([patch(901, "config")])),
        (Rule::OpenParent, None, "on a merged change", merged_below),
    ]
}
