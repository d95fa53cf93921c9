// SPDX-License-Identifier: GPL-2.0-or-later
//! When a reminder is given, and when not.

use super::{Agenda, Occasion, Reminder, Wanted};
use crate::deployed::{Phase, Progress};
use crate::schedule::{Nick, Patch, PatchKind, Window};
use jiff::{SignedDuration, Timestamp};

const ONE: u64 = 1_330_001;

fn at(time: &str) -> Timestamp {
    format!("2026-08-18T{time}Z").parse().unwrap()
}

fn me() -> Nick {
    Nick::new("submitter").unwrap()
}

fn patch(gerrit: u64) -> Patch {
    Patch {
        gerrit,
        kind: PatchKind::Config,
        title: format!("Title {gerrit}."),
        status: String::new(),
        nicks: vec![me()],
        struck: false,
        placeholder: false,
        source_line: 1,
    }
}

fn window(name: &str, start: Timestamp, patches: &[u64]) -> Window {
    Window {
        name: name.into(),
        start,
        end: start + SignedDuration::from_hours(1),
        deployers: Vec::new(),
        is_backport: true,
        patches: patches.iter().map(|gerrit| patch(*gerrit)).collect(),
        unread: Vec::new(),
    }
}

fn afternoon(patches: &[u64]) -> Window {
    window("UTC afternoon backport window", at("13:00:00"), patches)
}

fn planned(windows: &[Window], now: Timestamp) -> Agenda {
    let mut agenda = Agenda::default();
    agenda.plan(windows, &me(), Wanted::default(), now);
    agenda
}

fn occasions(reminders: &[Reminder]) -> Vec<Occasion> {
    reminders.iter().map(|reminder| reminder.occasion).collect()
}

#[test]
fn a_window_is_announced_an_hour_before_and_when_it_opens() {
    let mut agenda = planned(&[afternoon(&[ONE])], at("09:00:00"));
    assert_eq!(agenda.next(), Some(at("12:00:00")));
    assert_eq!(agenda.take_due(at("11:59:59")), []);
    let hour = agenda.take_due(at("12:00:00")).remove(0);
    assert_eq!(hour.title, "In one hour: UTC afternoon backport window");
    assert_eq!(
        hour.text,
        "Be in #wikimedia-operations on libera.chat at 13:00 UTC. Your patch: 1330001 Title 1330001."
    );
    assert_eq!(hour.gerrit, ONE);
    assert_eq!(agenda.next(), Some(at("13:00:00")));
    assert_eq!(agenda.take_due(at("13:00:05")).remove(0).title, "Now: UTC afternoon backport window");
    assert_eq!(agenda.next(), None);
}

#[test]
fn the_text_names_three_patches_and_counts_the_rest() {
    let mut agenda = planned(&[afternoon(&[1, 2, 3, 4, 5])], at("12:00:00"));
    let text = agenda.take_due(at("12:00:00")).remove(0).text;
    assert!(text.ends_with("Your patches: 1 Title 1; 2 Title 2; 3 Title 3; and 2 more."), "{text}");
}

#[test]
fn names_and_titles_are_bounded() {
    let mut long = afternoon(&[ONE]);
    long.name = "ä".repeat(5_000);
    long.patches[0].title = "ö".repeat(5_000);
    let reminder = planned(&[long], at("12:00:00")).take_due(at("12:00:00")).remove(0);
    assert!(reminder.notification().chars().count() < 150, "{}", reminder.notification());
    assert!(reminder.title.chars().count() < 100, "{}", reminder.title);
    assert!(reminder.text.chars().count() < 200, "{}", reminder.text);
}

#[test]
fn what_is_too_late_is_not_told() {
    // Found at, and what is given then.
    let table: [(&str, &[Occasion]); 8] = [
        ("11:59:59", &[]),
        ("12:00:00", &[Occasion::HourBefore]),
        ("12:09:59", &[Occasion::HourBefore]),
        ("12:10:00", &[]),
        ("13:00:00", &[Occasion::WindowOpens]),
        ("13:09:59", &[Occasion::WindowOpens]),
        ("13:10:00", &[]),
        ("18:00:00", &[]),
    ];
    for (now, expected) in table {
        // Planned long ago, and the laptop slept; or only now, since the patch was added late.
        let mut slept = planned(&[afternoon(&[ONE])], at("09:00:00"));
        let mut added = planned(&[afternoon(&[ONE])], at(now));
        assert_eq!(occasions(&slept.take_due(at(now))), expected, "slept until {now}");
        assert_eq!(occasions(&added.take_due(at(now))), expected, "added at {now}");
    }
}

#[test]
fn what_was_slept_through_is_done() {
    let mut agenda = planned(&[afternoon(&[ONE])], at("09:00:00"));
    assert_eq!(agenda.take_due(at("18:00:00")), []);
    assert_eq!((agenda.pending.len(), agenda.done.len()), (0, 2));
}

#[test]
fn nothing_is_given_twice_also_when_the_clock_is_set_back() {
    let mut agenda = planned(&[afternoon(&[ONE])], at("09:00:00"));
    assert_eq!(agenda.take_due(at("12:01:00")).len(), 1);
    for now in ["12:02:00", "11:00:00", "12:00:00"] {
        agenda.plan(&[afternoon(&[ONE])], &me(), Wanted::default(), at(now));
        assert_eq!(agenda.take_due(at(now)), [], "{now}");
        assert_eq!(agenda.next(), Some(at("13:00:00")), "{now}");
    }
}

#[test]
fn names_are_forgotten_days_after_the_window() {
    let mut agenda = planned(&[afternoon(&[ONE])], at("09:00:00"));
    agenda.take_due(at("13:00:00"));
    let later = |hours| at("13:00:00") + SignedDuration::from_hours(hours);
    agenda.plan(&[], &me(), Wanted::default(), later(25));
    assert_eq!(agenda.done.len(), 2);
    agenda.plan(&[], &me(), Wanted::default(), later(49));
    assert_eq!(agenda.done.len(), 0);
}

#[test]
fn a_calendar_that_changed_changes_what_is_to_come() {
    let moved = window("UTC afternoon backport window", at("20:00:00"), &[ONE]);
    let mut struck = afternoon(&[ONE]);
    struck.patches[0].struck = true;
    let mut others = afternoon(&[ONE]);
    others.patches[0].nicks = vec![Nick::new("somebody").unwrap()];
    let table = [
        ("moved", vec![afternoon(&[]), moved], vec![at("19:00:00"), at("20:00:00")]),
        ("struck", vec![struck], vec![]),
        ("another's", vec![others], vec![]),
        ("taken away", vec![afternoon(&[])], vec![]),
        ("the page emptied", vec![], vec![]),
        ("unchanged", vec![afternoon(&[ONE])], vec![at("12:00:00"), at("13:00:00")]),
    ];
    for (what, windows, expected) in table {
        let mut agenda = planned(&[afternoon(&[ONE])], at("09:00:00"));
        agenda.plan(&windows, &me(), Wanted::default(), at("09:01:00"));
        let due: Vec<Timestamp> = agenda.pending.iter().map(|reminder| reminder.due).collect();
        assert_eq!(due, expected, "{what}");
    }
}

#[test]
fn windows_that_open_together_are_announced_each() {
    let train = window("Train", at("13:00:00"), &[2]);
    let twin = afternoon(&[3]);
    let mut agenda = planned(&[afternoon(&[ONE]), train, twin], at("12:00:00"));
    let due = agenda.take_due(at("12:00:00"));
    let titles: Vec<&str> = due.iter().map(|reminder| reminder.title.as_str()).collect();
    assert_eq!(titles, ["In one hour: Train", "In one hour: UTC afternoon backport window"]);
    assert!(due[1].text.ends_with("Your patches: 1330001 Title 1330001; 3 Title 3."), "{}", due[1].text);
}

#[test]
fn an_hour_is_an_hour_on_the_days_on_which_clocks_change() {
    // 01:30 and 03:30 in San Francisco, before and after its clocks change.
    for start in ["2026-03-08T09:30:00Z", "2026-03-08T10:30:00Z", "2026-11-01T08:30:00Z", "2026-11-01T09:30:00Z"] {
        let start: Timestamp = start.parse().unwrap();
        let mut agenda = planned(&[window("Night", start, &[ONE])], start - SignedDuration::from_hours(3));
        assert_eq!(agenda.next(), Some(start - SignedDuration::from_hours(1)));
        assert_eq!(agenda.take_due(start - SignedDuration::from_mins(59)).len(), 1);
        assert_eq!(agenda.next(), Some(start));
    }
}

#[test]
fn what_is_switched_off_is_not_planned_and_goes() {
    let off = Wanted { hour_before: false, ..Wanted::default() };
    let mut agenda = planned(&[afternoon(&[ONE])], at("09:00:00"));
    agenda.plan(&[afternoon(&[ONE])], &me(), off, at("09:00:00"));
    assert_eq!(occasions(&agenda.pending), [Occasion::WindowOpens]);
    agenda.plan(&[afternoon(&[ONE])], &me(), Wanted::default(), at("09:00:00"));
    assert_eq!(occasions(&agenda.pending), [Occasion::HourBefore, Occasion::WindowOpens]);
}

fn progress(phase: Phase, began: Option<&str>, since: Option<&str>) -> Progress {
    Progress {
        phase,
        since: since.map(at),
        began: began.map(at),
        deployer: Some("deployer".into()),
        servers: None,
        disagreement: None,
        gaps: Vec::new(),
    }
}

/// What is told at 13:10 of a patch that was `before` when it was looked at last.
fn told(
    agenda: &mut Agenda,
    before: Option<&Progress>,
    looked: Option<&str>,
    after: &Progress,
    wanted: Wanted,
) -> Vec<String> {
    let now = at("13:10:00");
    agenda.observe((ONE, "Add a group"), before, looked.map(at), after, wanted, now);
    agenda.take_due(now).into_iter().map(|reminder| reminder.title).collect()
}

const VERIFY: &str = "Verify now: 1330001 is on the test servers";
const DEPLOYED: &str = "1330001 is deployed: verify on production";
const BACK: &str = "1330001 was rolled back";

#[test]
fn news_of_a_patch_are_told_while_they_are_new() {
    use Phase::{Deployed, Deploying, Merged, OnTestServers, RolledBack, Scheduled, Unknown};
    let (recent, old) = (Some("12:56:00"), Some("12:55:00"));
    // Before, looked at, after, since; what is told.
    let table = [
        ("log, new", Some(Merged), None, OnTestServers, recent, Some(VERIFY)),
        ("log, old", Some(Merged), Some("13:09:00"), OnTestServers, old, None),
        ("log, not known before", None, None, Deployed, recent, Some(DEPLOYED)),
        ("servers, just looked", Some(Merged), Some("13:05:01"), OnTestServers, None, Some(VERIFY)),
        ("servers, looked long ago", Some(Merged), Some("13:05:00"), OnTestServers, None, None),
        ("servers, never looked", Some(Merged), None, OnTestServers, None, None),
        ("servers, not known before", None, Some("13:09:00"), Deployed, None, None),
        ("servers, unclear before", Some(Unknown), Some("13:09:00"), Deployed, None, None),
        ("servers, unclear before, waits", Some(Unknown), Some("13:09:00"), OnTestServers, None, Some(VERIFY)),
        ("jumped over", Some(Scheduled), None, Deployed, recent, Some(DEPLOYED)),
        ("rolled back", Some(Deploying), None, RolledBack, recent, Some(BACK)),
        ("the same", Some(Deployed), Some("13:09:00"), Deployed, recent, None),
        ("no news", Some(OnTestServers), Some("13:09:00"), Deploying, recent, None),
        ("no news either", Some(Scheduled), Some("13:09:00"), Merged, recent, None),
    ];
    for (what, before, looked, after, since, expected) in table {
        let began = since.map(|_| "12:50:00");
        let before = before.map(|phase| progress(phase, began, None));
        let after = progress(after, began, since);
        let heard = told(&mut Agenda::default(), before.as_ref(), looked, &after, Wanted::default());
        assert_eq!(heard, Vec::from_iter(expected), "{what}");
    }
}

#[test]
fn a_deployment_is_told_once_in_each_step_and_a_later_one_anew() {
    use Phase::{Deployed, Merged, OnTestServers, RolledBack, Unknown};
    let (first, second, since) = (Some("12:50:00"), Some("13:05:00"), Some("13:08:00"));
    let mut agenda = Agenda::default();
    // One look after the other: phase, began; what is told.
    let looks = [
        (OnTestServers, first, Some(VERIFY)),
        (OnTestServers, first, None),
        (Unknown, None, None),
        (OnTestServers, first, None),
        (RolledBack, first, Some(BACK)),
        (OnTestServers, first, None),
        (OnTestServers, second, Some(VERIFY)),
        (Deployed, second, Some(DEPLOYED)),
    ];
    let mut before = progress(Merged, None, None);
    for (place, (phase, began, expected)) in looks.into_iter().enumerate() {
        let after = progress(phase, began, since);
        let heard = told(&mut agenda, Some(&before), Some("13:09:00"), &after, Wanted::default());
        assert_eq!(heard, Vec::from_iter(expected), "look {place}");
        before = after;
    }
}

#[test]
fn a_log_that_is_read_only_later_does_not_tell_the_same_again() {
    use Phase::{Merged, OnTestServers, Unknown};
    let mut agenda = Agenda::default();
    let merged = progress(Merged, None, None);
    let (unnamed, named) =
        (progress(OnTestServers, None, None), progress(OnTestServers, Some("12:50:00"), Some("13:08:00")));
    let looked = Some("13:09:00");
    let all = Wanted::default();
    assert_eq!(told(&mut agenda, Some(&merged), looked, &unnamed, all), [VERIFY]);
    assert_eq!(told(&mut agenda, Some(&unnamed), looked, &named, all), [""; 0]);
    assert_eq!(told(&mut agenda, Some(&progress(Unknown, None, None)), looked, &named, all), [""; 0]);
    let mut agenda = Agenda::default();
    assert_eq!(told(&mut agenda, Some(&merged), looked, &named, all), [VERIFY]);
    assert_eq!(told(&mut agenda, Some(&merged), looked, &unnamed, all), [""; 0]);
}

#[test]
fn news_that_are_switched_off_are_not_told() {
    let off = Wanted { on_test_servers: false, finished: false, ..Wanted::default() };
    for phase in [Phase::OnTestServers, Phase::Deployed, Phase::RolledBack] {
        let after = progress(phase, Some("12:50:00"), Some("13:08:00"));
        assert_eq!(told(&mut Agenda::default(), None, None, &after, off), [""; 0], "{phase:?}");
    }
}

#[test]
fn a_new_plan_leaves_the_news_alone() {
    let mut agenda = Agenda::default();
    let after = progress(Phase::OnTestServers, Some("12:50:00"), Some("13:08:00"));
    agenda.observe((ONE, ""), None, None, &after, Wanted::default(), at("13:10:00"));
    agenda.plan(&[], &me(), Wanted::default(), at("13:10:00"));
    let news = agenda.take_due(at("13:10:00")).remove(0);
    assert_eq!(news.text, "deployer waits for your word. Click to verify on mwdebug: 1330001.");
}

#[test]
fn a_notification_says_which_patch_it_is_about() {
    let reminder = planned(&[afternoon(&[ONE])], at("09:00:00")).pending.remove(0);
    assert_eq!(Reminder::patch_of(&reminder.notification()), Some(ONE));
    for foreign in ["", "x", "hour_before 5", "1330001"] {
        assert_eq!(Reminder::patch_of(foreign), None, "{foreign}");
    }
}
