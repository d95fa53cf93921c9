// SPDX-License-Identifier: GPL-2.0-or-later
//! What a click does where it is about windows, fitness and how far patches have got.

use crate::states::road::{finding, gerrit_is_silent, in_phase, looked, not_deployed, progress, to_prepare, week};
use crate::states::{GERRIT, UNHEARD_OF, afternoon, at, event, page, passed, ready, unheard_of};
use backport_verify::app::{Command, Delivery, Loaded, Reply, SettingsForm, State};
use backport_verify::debug::{Backend, Realm, Switch};
use backport_verify::deployed::Phase;
use backport_verify::preflight::Severity;
use backport_verify::reminder::Wanted;
use backport_verify::ui::{Effect, Page, Screen};

const CARD: [(&str, &str); 1] = [("gerrit", "1330001")];

fn region(page: &Page, id: &str) -> String {
    page.regions().into_iter().find(|region| region.id == id).map(|region| region.html).unwrap_or_default()
}

fn popup(state: State) -> Page {
    page(Screen::Popup, Some(state))
}

fn bench(state: State) -> Page {
    page(Screen::Workbench, Some(state))
}

/// The act of the button that is emphasised.
fn primary(state: State) -> Option<String> {
    let html = region(&popup(state), "schedule");
    let tag = html.split("<button").find(|tag| tag.contains("weight-primary"))?.to_owned();
    tag.split("data-act=\"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned)
}

#[test]
fn the_phase_says_where_to_verify_next() {
    let run = || vec![passed(Delivery::Preview)];
    let cases = [
        (in_phase(Phase::OnTestServers), Some("verify-mwdebug")),
        (in_phase(Phase::Deployed), Some("verify-production")),
        (in_phase(Phase::Unknown), Some("verify-mwdebug")),
        (State { runs: run(), ..in_phase(Phase::OnTestServers) }, None),
        (State { runs: run(), ..in_phase(Phase::Unknown) }, Some("verify-production")),
    ];
    for (state, expected) in cases {
        let phase = state.progress[&GERRIT].phase;
        let runs = state.runs.len();
        assert_eq!(primary(state).as_deref(), expected, "in {phase:?} after {runs} runs");
    }
}

#[test]
fn what_passed_in_an_earlier_deployment_does_not_count() {
    let mut state = State { runs: vec![passed(Delivery::Preview)], ..in_phase(Phase::OnTestServers) };
    state.progress.insert(
        GERRIT,
        backport_verify::deployed::Progress { began: Some(at("14:30")), ..progress(Phase::OnTestServers) },
    );
    assert_eq!(primary(state).as_deref(), Some("verify-mwdebug"));
}

#[test]
fn a_refusal_of_production_stands_in_the_card_and_can_be_overruled() {
    for screen in [Screen::Popup, Screen::Workbench] {
        let mut page = page(screen, Some(in_phase(Phase::OnTestServers)));
        page.set_reply(
            &Command::VerifyOnProduction { gerrit: GERRIT, anyway: false },
            Reply::Refused { problem: not_deployed() },
        );
        let place = if screen == Screen::Popup { "schedule" } else { "verify" };
        assert!(region(&page, place).contains("data-problem=\"not_deployed\""), "on {screen:?}");
        assert_eq!(region(&page, "notices"), "", "on {screen:?}");
        let sent = page.act(event("verify-production-anyway", &CARD, &[]));
        assert_eq!(sent, [Effect::Send(Command::VerifyOnProduction { gerrit: GERRIT, anyway: true })]);
        assert!(!region(&page, place).contains("not_deployed"), "on {screen:?}");
    }
}

#[test]
fn a_refusal_about_a_patch_without_a_card_stands_above() {
    let mut popup = popup(State { schedule: Loaded::Ready { at: at("14:16"), value: Vec::new() }, ..ready() });
    popup.set_reply(
        &Command::VerifyOnProduction { gerrit: GERRIT, anyway: false },
        Reply::Refused { problem: not_deployed() },
    );
    assert!(region(&popup, "notices").contains("data-problem=\"not_deployed\""));
}

#[test]
fn the_calendars_other_patches_are_counted_and_are_no_cards() {
    let html =
        region(&popup(State { schedule: Loaded::Ready { at: at("14:16"), value: week() }, ..ready() }), "schedule");
    assert!(html.contains("data-others=\"3\"") && html.contains("Yours are 2nd and 3rd of 5 patches"), "{html}");
    assert_eq!(html.matches("data-others").count(), 1);
    assert!(!html.contains("data-patch=\"1330101\""));
    let html =
        region(&bench(State { schedule: Loaded::Ready { at: at("14:16"), value: week() }, ..ready() }), "changes");
    assert!(html.contains("choose-1330002") && !html.contains("choose-1330101"), "{html}");
}

#[test]
fn the_gravest_finding_is_seen_without_unfolding_anything() {
    let cases = [
        (vec![], "none"),
        (vec![Severity::Notes], "notes"),
        (vec![Severity::Warns, Severity::Notes], "warns"),
        (vec![Severity::Blocks, Severity::Warns, Severity::Notes], "blocks"),
    ];
    for (severities, expected) in cases {
        let findings = severities.iter().map(|severity| finding(*severity, "Do something.")).collect();
        let value = vec![looked(GERRIT, Some(at("14:00")), findings)];
        let html = region(&popup(State { fitness: Loaded::Ready { at: at("14:16"), value }, ..ready() }), "schedule");
        assert!(html.contains(&format!("data-findings=\"{expected}\"")), "{html}");
        assert_eq!(html.matches("data-finding=").count(), severities.len(), "{html}");
        let folded = html.split("<details").nth(1).unwrap_or_default();
        assert!(!folded.contains("data-severity=\"blocks\""), "{folded}");
    }
}

#[test]
fn findings_are_those_of_the_window_that_the_card_stands_in() {
    let blocked = vec![finding(Severity::Blocks, "It is full.")];
    let value = vec![looked(GERRIT, Some(at("21:00")), blocked)];
    let html = region(&popup(State { fitness: Loaded::Ready { at: at("14:16"), value }, ..ready() }), "schedule");
    assert!(!html.contains("data-findings"), "{html}");
}

#[test]
fn gerrit_being_silent_is_said_once_and_can_be_asked_again() {
    let fitness = Loaded::Failed { problem: gerrit_is_silent(), stale: None };
    let schedule = Loaded::Ready { at: at("14:16"), value: week() };
    let html = region(&popup(State { fitness, schedule, ..ready() }), "schedule");
    assert_eq!(html.matches("data-problem=\"gerrit_unreachable\"").count(), 1);
    assert!(html.contains("data-act=\"refresh\""), "{html}");
}

#[test]
fn a_change_that_is_not_known_is_examined_once() {
    let examine = |gerrit| vec![Effect::Send(Command::Examine { gerrit })];
    let mut bench = bench(ready());
    assert_eq!(bench.pursue(), examine(GERRIT));
    assert_eq!(bench.pursue(), []);
    assert!(region(&bench, "fitness").contains("data-asking"));
    bench.set_state(ready());
    assert_eq!(bench.pursue(), []);
    assert_eq!(bench.act(event("choose", &[("gerrit", "5")], &[])), examine(5));
    assert_eq!(bench.act(event("choose", &CARD, &[])), []);
    assert_eq!(bench.act(event("open-change", &[], &[("change", "6")])), examine(6));
    assert_eq!(bench.act(event("examine", &[("gerrit", "5")], &[])), examine(5));
}

#[test]
fn a_change_that_is_known_or_asked_about_already_is_not_examined() {
    assert_eq!(bench(in_phase(Phase::Scheduled)).pursue(), []);
    assert_eq!(bench(State { fitness: Loaded::Loading, ..ready() }).pursue(), []);
    assert_eq!(popup(ready()).pursue(), []);
}

#[test]
fn entry_and_commands_are_copied_as_they_are_shown() {
    let mut bench = bench(to_prepare());
    let known = to_prepare();
    let fitness = known.fitness_of(GERRIT, None).unwrap();
    let entry = fitness.entry.clone().unwrap();
    assert_eq!(bench.act(event("copy-entry", &CARD, &[])), [Effect::Copy(entry)]);
    assert!(region(&bench, "fitness").contains("✓ Copied"));
    let data = [("gerrit", "1330001"), ("version", "1.47.0-wmf.15")];
    let commands = fitness.cherry_picks[1].commands.clone();
    assert_eq!(bench.act(event("copy-commands", &data, &[])), [Effect::Copy(commands)]);
    assert_eq!(region(&bench, "fitness").matches("✓ Copied").count(), 1);
}

#[test]
fn earlier_weeks_are_asked_for() {
    let mut popup = popup(ready());
    assert!(region(&popup, "earlier").contains("data-act=\"show-earlier\""));
    assert_eq!(popup.act(event("show-earlier", &[], &[])), [Effect::Send(Command::ShowEarlier)]);
}

#[test]
fn reminders_are_saved_as_they_are_ticked() {
    let form = [
        ("nick", "submitter"),
        ("backend", "k8s-mwdebug"),
        ("webhook", ""),
        ("reminder-hour_before", "on"),
        ("reminder-window_opens", ""),
        ("reminder-on_test_servers", "on"),
        ("reminder-finished", ""),
    ];
    let reminders = Some(Wanted { hour_before: true, window_opens: false, on_test_servers: true, finished: false });
    assert_eq!(
        bench(ready()).act(event("save-settings", &[], &form)),
        [Effect::Send(Command::SaveSettings { form: SettingsForm { reminders, ..SettingsForm::default() } })]
    );
}

#[test]
fn switches_are_saved_as_they_are_ticked() {
    let form = [
        ("nick", "submitter"),
        ("backend", "k8s-mwdebug"),
        ("webhook", ""),
        ("debug-log", ""),
        ("debug-readonly", "on"),
        ("debug-forceprofile", "on"),
    ];
    let switches = Some([Switch::Readonly, Switch::Forceprofile].into());
    assert_eq!(
        bench(ready()).act(event("save-settings", &[], &form)),
        [Effect::Send(Command::SaveSettings { form: SettingsForm { switches, ..SettingsForm::default() } })]
    );
}

#[test]
fn further_backends_are_saved_as_they_are_ticked() {
    let mut kept = ready();
    let said = |kept: &State, boxes: &[(&str, &str)]| {
        let form = [&[("nick", "submitter"), ("backend", "k8s-mwdebug"), ("webhook", "")], boxes].concat();
        match bench(kept.clone()).act(event("save-settings", &[], &form)).pop() {
            Some(Effect::Send(Command::SaveSettings { form: SettingsForm { also, .. } })) => also,
            other => panic!("{other:?}"),
        }
    };
    let (ticked, unticked) = ([("also", ""), ("also", "k8s-mwdebug-next")], [("also", ""), ("also", "")]);
    assert_eq!(said(&kept, &ticked), Some(vec!["k8s-mwdebug-next".to_owned()]));
    assert_eq!(said(&kept, &unticked), None);
    assert_eq!(said(&kept, &[]), None);
    // The first one has no box, and says nothing of the others.
    kept.settings.also = ["k8s-mwdebug", "k8s-mwdebug-next"].map(|name| Backend::new(name).unwrap()).into();
    assert_eq!(said(&kept, &ticked), None);
    assert_eq!(said(&kept, &unticked), Some(Vec::new()));
}

#[test]
fn every_backend_but_the_first_has_a_box_also_one_that_noc_no_longer_names() {
    let boxes = |state: State| {
        let html = region(&bench(state), "settings");
        let ticked =
            html.split("<input").filter(|tag| tag.contains("name=\"also\"") && tag.contains(" checked")).count();
        (html.matches("name=\"also\"").count(), ticked)
    };
    assert_eq!(boxes(ready()), (2, 0));
    let mut gone = ready();
    gone.settings.also = [Backend::new("k8s-mwdebug-next").unwrap(), Backend::new("gone").unwrap()].into();
    assert_eq!(boxes(gone), (3, 2));
    assert_eq!(boxes(State { backends: Vec::new(), ..ready() }), (0, 0));
}

#[test]
fn a_server_is_settled_by_a_button_in_the_run_and_forgotten_by_one_in_the_settings() {
    for (tag, realm) in [("debug", Realm::Debug), ("production", Realm::Production), ("forget", Realm::Unknown)] {
        let clicked = event("settle-server", &[("server", UNHEARD_OF), ("realm", tag)], &[]);
        let meant = Command::SettleServer { server: UNHEARD_OF.into(), realm };
        assert_eq!(popup(ready()).act(clicked), [Effect::Send(meant)]);
    }
    assert_eq!(popup(ready()).act(event("settle-server", &[("server", UNHEARD_OF), ("realm", "else")], &[])), []);
    let forget = "data-act=\"settle-server\" data-server=\"mw-pretrain.eqiad.main\" data-realm=\"forget\"";
    assert!(region(&bench(unheard_of(Some(Realm::Debug))), "settings").contains(forget));
    assert!(!region(&bench(unheard_of(None)), "settings").contains(forget));
}

#[test]
fn a_move_is_said_to_those_who_hear_the_page() {
    let mut popup = popup(in_phase(Phase::Merged));
    assert_eq!(region(&popup, "status"), "");
    popup.set_state(in_phase(Phase::OnTestServers));
    assert!(region(&popup, "status").contains("1330001 is on the test servers now"));
    assert!(region(&popup, "schedule").contains("data-phase=\"on_test_servers\""));
}

#[test]
fn the_patch_in_the_address_is_marked_and_an_unknown_one_marks_nothing() {
    let mut popup = popup(ready());
    popup.set_change(Some(GERRIT));
    assert!(region(&popup, "schedule").contains("bv-patch--aimed"));
    popup.set_change(Some(5));
    assert!(!region(&popup, "schedule").contains("bv-patch--aimed"));
}

#[test]
fn a_time_of_another_day_names_the_day() {
    let mut state = in_phase(Phase::Deployed);
    let since = Some(at("14:05") - jiff::SignedDuration::from_hours(24));
    state.progress.insert(GERRIT, backport_verify::deployed::Progress { since, ..progress(Phase::Deployed) });
    let html = region(
        &popup(State { schedule: Loaded::Ready { at: at("14:16"), value: vec![afternoon()] }, ..state }),
        "schedule",
    );
    assert!(html.contains("On all servers since Sun 22 Nov 15:05 (14:05 UTC), by deployer"), "{html}");
}
