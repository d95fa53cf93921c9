// SPDX-License-Identifier: GPL-2.0-or-later
//! What each rule says, case by case.

mod dependencies;
mod rows;
mod world;

use super::{Finding, Rule, Severity, calendar_entry, schedule_link};
use crate::change::{Change, ChangeStatus};
use dependencies::{chain_rows, dependency_rows};
use rows::{Row, all_rows, branch_rows, calendar_rows, file_rows, gerrit_rows};
use std::collections::BTreeSet;
use world::{CONFIG, CORE, LIVE, MASTER, MINE, OLD, World, at, change, patch, sibling_of_mine, versions};

fn hold(rows: Vec<Row>) {
    for (rule, expected, case, world) in rows {
        assert_eq!(world.gravest(rule), expected, "{rule:?}: {case}: {:?}", world.examined().findings);
    }
}

#[test]
fn gerrit_says_whether_the_change_itself_is_ready() {
    hold(gerrit_rows());
}

#[test]
fn the_calendar_says_whether_the_entry_is_in_order() {
    hold(calendar_rows());
}

#[test]
fn the_branch_says_whether_wikis_get_the_change_and_keep_it() {
    hold(branch_rows());
}

#[test]
fn the_files_say_what_deploying_takes() {
    hold(file_rows());
}

#[test]
fn what_the_change_depends_on_must_be_there() {
    hold(dependency_rows());
    hold(chain_rows());
}

#[test]
fn every_rule_has_a_case_that_it_lets_pass_and_one_that_it_finds() {
    let (passed, found): (Vec<Row>, Vec<Row>) = all_rows().into_iter().partition(|row| row.1.is_none());
    let rules = |rows: Vec<Row>| rows.into_iter().map(|row| row.0).collect::<BTreeSet<Rule>>();
    let all: BTreeSet<Rule> = Rule::ALL.into();
    assert_eq!(rules(passed), all);
    assert_eq!(rules(found), all);
}

#[test]
fn a_finding_is_one_sentence_and_none_comes_twice() {
    for (_, _, case, world) in all_rows() {
        let findings = world.examined().findings;
        for (at, finding) in findings.iter().enumerate() {
            let sentence = &finding.sentence;
            assert!(
                sentence.ends_with('.') && !sentence.contains("  ") && !sentence.contains(". "),
                "{case}: {sentence}"
            );
            assert!(!findings[..at].contains(finding), "{case}: {sentence}");
        }
    }
}

#[test]
fn a_fit_change_has_nothing_that_blocks_or_warns() {
    assert_eq!(World::config().examined().findings, []);
    let findings = World::backport().examined().findings;
    let sentence = "7 wikis run 1.47.0-wmf.16 now, among them";
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].severity, findings[0].rule), (Severity::Notes, Rule::LiveBranch));
    assert!(findings[0].sentence.starts_with(sentence), "{}", findings[0].sentence);
}

#[test]
fn a_patch_too_many_is_told_its_place_and_those_of_others_are_named() {
    let six = || (1..=6).map(|number| patch(number, "config"));
    let late = World::config()
        .edit(|world| world.first().patches.splice(0..0, six()).for_each(drop))
        .listing([patch(8, "config")]);
    assert_eq!(
        late.said(Rule::PatchLimit),
        ["This patch is number 7 of 8 in UTC afternoon backport window on Monday 24 August, 13:00 UTC, which takes 6 \
          (so is 8 of submitter); move it to another window."]
    );
    assert_eq!(late.examined().place, Some(7));
    assert_eq!(
        World::config().listing(six()).said(Rule::PatchLimit),
        ["UTC afternoon backport window on Monday 24 August, 13:00 UTC has 7 patches and takes 6; this one fits, and \
          6 of submitter is too many."]
    );
}

#[test]
fn both_branches_of_one_cherry_pick_count_and_are_named_where_they_are_the_reason() {
    let twin = sibling_of_mine(&change(1002, CORE, OLD));
    let world = World::backport().and([twin]).listing((1..=5).map(|number| patch(number, "config")));
    let world = world.listing([patch(1002, "1.47.0-wmf.15")]);
    let said = world.said(Rule::PatchLimit).join("");
    assert!(said.contains("has 7 patches and takes 6, where a patch for two branches counts as two;"), "{said}");
}

#[test]
fn a_sentence_names_what_is_to_be_done() {
    let cases = [
        (
            World::backport().edit(|world| world.change(MASTER).status = ChangeStatus::New),
            Rule::MasterFirst,
            "The fix is not merged on master yet; have change 1000 reviewed and merged there first.",
        ),
        (
            World::backport().edit(|world| {
                *world.mine() = change(MINE, CORE, "master");
                world.changes.as_mut().unwrap()[1] = sibling_of_mine(&change(1002, CORE, LIVE));
            }),
            Rule::CherryPick,
            "The change is on master, and backport windows deploy release branches only; schedule its backport 1002 \
             (wmf/1.47.0-wmf.16) in its place.",
        ),
        (
            World::backport().unscheduled().edit(|world| {
                *world.mine() = Change { status: ChangeStatus::Merged, ..change(MINE, CORE, "master") };
                world.included_in.insert(MINE, vec![LIVE.to_owned()]);
            }),
            Rule::CherryPick,
            "The change is on master, and backport windows deploy release branches only; every live branch \
             (wmf/1.47.0-wmf.16) has it without a backport.",
        ),
        (
            World::backport()
                .edit(|world| world.versions = Some(versions(&[("1.47.0-wmf.17", 3), ("1.47.0-wmf.18", 1)]))),
            Rule::LiveBranch,
            "No wiki runs 1.47.0-wmf.16 any more (now live: 1.47.0-wmf.18 and 1.47.0-wmf.17); cherry-pick the change to \
             a live branch.",
        ),
        (
            World::config().edit(|world| world.second().patches = vec![patch(MINE, "config")]),
            Rule::ListedTwice,
            "The change is listed once more in UTC late backport window on Monday 24 August, 20:00 UTC; take one entry \
             out.",
        ),
    ];
    for (world, rule, sentence) in cases {
        assert_eq!(world.said(rule), [sentence]);
    }
}

#[test]
fn findings_come_gravest_first_and_then_in_the_order_of_the_rules() {
    let world = World::backport().on_files(&["i18n/en.json", "extension.json"]).edit(|world| {
        world.mine().mergeable = Some(false);
        world.mine().work_in_progress = true;
    });
    let order = |finding: &Finding| (finding.severity, finding.rule);
    let found: Vec<(Severity, Rule)> = world.examined().findings.iter().map(order).collect();
    let expected = [
        (Severity::Blocks, Rule::WorkInProgress),
        (Severity::Blocks, Rule::Mergeable),
        (Severity::Warns, Rule::ExtensionJson),
        (Severity::Warns, Rule::Localisation),
        (Severity::Notes, Rule::LiveBranch),
    ];
    assert_eq!(found, expected);
    assert!(world.examined().is_blocked());
}

#[test]
fn nothing_is_found_where_nothing_is_known() {
    let world = World::config().edit(|world| {
        world.changes = None;
        world.windows = None;
        world.versions = None;
    });
    assert_eq!(world.examined().findings, []);
}

#[test]
fn what_gerrit_does_not_know_is_still_held_to_the_rules_of_the_calendar() {
    let world = World::config().edit(|world| {
        world.changes = Some(Vec::new());
        world.entry().nicks.clear();
    });
    let rules: Vec<Rule> = world.examined().findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, [Rule::Exists, Rule::Submitter]);
    assert_eq!(world.examined().project, "");
}

#[test]
fn a_change_that_was_deployed_in_time_is_judged_no_more() {
    let world = World::backport().on_files(&["i18n/en.json"]).edit(|world| {
        world.mine().status = ChangeStatus::Merged;
        world.versions = Some(versions(&[("1.47.0-wmf.17", 3)]));
        world.window = Some(at(13));
        world.now = at(15);
    });
    assert_eq!(world.examined().findings, []);
}

#[test]
fn the_next_window_that_is_not_over_is_looked_at_unless_one_is_asked_for() {
    let both =
        || World::config().edit(|world| world.second().patches = vec![patch(1, "config"), patch(MINE, "config")]);
    let place = |world: World| {
        let fitness = world.examined();
        (fitness.window, fitness.place)
    };
    assert_eq!(place(both()), (Some(at(13)), Some(1)));
    assert_eq!(place(both().edit(|world| world.now = at(14))), (Some(at(20)), Some(2)));
    assert_eq!(place(both().edit(|world| world.entry().struck = true)), (Some(at(20)), Some(2)));
    assert_eq!(place(both().edit(|world| world.window = Some(at(20)))), (Some(at(20)), Some(2)));
    let struck = both().edit(|world| {
        world.entry().struck = true;
        world.window = Some(at(13));
    });
    assert_eq!(place(struck), (Some(at(13)), None));
    assert_eq!(place(World::config().unscheduled()), (None, None));
}

#[test]
fn the_entry_to_copy_is_for_what_can_be_deployed_and_does_not_stand_on_the_calendar() {
    let mine = change(MINE, CONFIG, "master");
    let fitness = World::config().unscheduled().examined();
    assert_eq!((fitness.entry, fitness.schedule_link), (calendar_entry(&mine, None), schedule_link(&mine)));
    let abandoned = World::config().unscheduled().edit(|world| world.mine().status = ChangeStatus::Abandoned);
    for world in [World::config(), abandoned] {
        let fitness = world.examined();
        assert_eq!((fitness.entry, fitness.schedule_link), (None, None));
    }
}

#[test]
fn what_gerrit_says_of_the_change_is_handed_on() {
    let fitness = World::backport().examined();
    let told = (fitness.gerrit, fitness.project.as_str(), fitness.branch.as_str(), fitness.subject.as_str());
    assert_eq!(told, (MINE, CORE, LIVE, "Show the right edit count"));
    assert_eq!((fitness.status, fitness.owner.as_deref()), (Some(ChangeStatus::New), Some("submitter")));
}
