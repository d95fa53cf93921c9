// SPDX-License-Identifier: GPL-2.0-or-later
//! What a click does.

use crate::states::{GERRIT, URL, afternoon, answer, at, event, page, passed, ready, test, with_runs};
use backport_verify::app::{Command, Delivery, Loaded, Problem, Reply, SettingsForm, State};
use backport_verify::suite::{Owner, Suite};
use backport_verify::ui::{Effect, Event, Page, Screen};

fn region(page: &Page, id: &str) -> String {
    page.regions().into_iter().find(|region| region.id == id).map(|region| region.html).unwrap_or_default()
}

fn popup() -> Page {
    page(Screen::Popup, Some(ready()))
}

fn bench() -> Page {
    page(Screen::Workbench, Some(ready()))
}

fn form(value: &'static str) -> [(&'static str, &'static str); 8] {
    let [name, status] = [("name", "The group is listed"), ("kind", "status")];
    [
        name,
        ("url", URL),
        ("kind", "body"),
        ("must", "contains"),
        ("value", value),
        status,
        ("must", "is"),
        ("value", "200"),
    ]
}

fn typing(value: &'static str) -> Event {
    event("edit", &[("test", "0"), ("assertion", "0"), ("field", "value")], &form(value))
}

#[test]
fn verifying_names_the_patch_of_the_card() {
    let card = [("patch", "1330001")];
    assert_eq!(
        popup().act(event("verify-mwdebug", &card, &[])),
        [Effect::Send(Command::VerifyOnMwdebug { gerrit: GERRIT })]
    );
    assert_eq!(
        popup().act(event("verify-production", &card, &[])),
        [Effect::Send(Command::VerifyOnProduction { gerrit: GERRIT, anyway: false })]
    );
}

#[test]
fn the_emphasised_button_is_the_next_step() {
    let primary = |runs| {
        let html = region(&page(Screen::Popup, Some(with_runs(runs))), "schedule");
        let tag = html.split("<button").find(|tag| tag.contains("weight-primary")).unwrap_or_default().to_owned();
        tag.split("data-act=\"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned)
    };
    assert_eq!(primary(Vec::new()).as_deref(), Some("verify-mwdebug"));
    assert_eq!(primary(vec![passed(Delivery::Preview)]).as_deref(), Some("verify-production"));
}

#[test]
fn a_popup_redraws_only_what_a_new_minute_changes() {
    let mut popup = popup();
    let before = popup.regions();
    popup.set_now(at("14:19"));
    let changed: Vec<&str> =
        popup.regions().iter().zip(&before).filter(|(now, then)| now != then).map(|(now, _)| now.id).collect();
    assert_eq!(changed, ["schedule"]);
}

#[test]
fn within_a_minute_nothing_is_redrawn() {
    let mut popup = popup();
    let before = popup.regions();
    popup.set_now("2026-11-23T14:18:00.9Z".parse().unwrap());
    assert_eq!(popup.regions(), before);
}

#[test]
fn saving_the_nick_leaves_all_else_as_it_is_kept() {
    let sent = popup().act(event("save-nick", &[], &[("nick", " submitter ")]));
    let nick = Some("submitter".to_owned());
    assert_eq!(sent, [Effect::Send(Command::SaveSettings { form: SettingsForm { nick, ..SettingsForm::default() } })]);
}

#[test]
fn an_empty_nick_is_not_sent() {
    let mut popup = popup();
    assert_eq!(popup.act(event("save-nick", &[], &[("nick", " ")])), []);
    assert_eq!(popup.problem, Some(Problem::NoNick));
}

#[test]
fn tests_and_settings_open_the_workbench() {
    assert_eq!(
        popup().act(event("edit-tests", &[("patch", "1330001")], &[])),
        [Effect::Open("workbench.html#1330001".into())]
    );
    assert_eq!(popup().act(event("settings", &[], &[])), [Effect::Open("workbench.html".into())]);
}

#[test]
fn browsing_and_stopping_name_page_and_tab() {
    let url = URL.to_owned();
    assert_eq!(popup().act(event("browse", &[("url", URL)], &[])), [Effect::Send(Command::BrowseOnMwdebug { url })]);
    assert_eq!(
        popup().act(event("stop-browsing", &[("tab", "7")], &[])),
        [Effect::Send(Command::StopBrowsing { tab: 7 })]
    );
}

#[test]
fn a_report_is_sent_by_its_run_and_copied_as_previewed() {
    let mut popup = page(Screen::Popup, Some(with_runs(vec![passed(Delivery::Preview)])));
    let run = [("run", "run-1")];
    assert_eq!(popup.act(event("send-report", &run, &[])), [Effect::Send(Command::SendReport { run: "run-1".into() })]);
    let line = passed(Delivery::Preview).report.unwrap().line;
    assert_eq!(popup.act(event("copy-report", &run, &[])), [Effect::Copy(line)]);
}

#[test]
fn a_report_is_saved_in_each_form_under_a_name_of_its_own() {
    let mut popup = page(Screen::Popup, Some(with_runs(vec![passed(Delivery::Preview)])));
    for (form, begin) in [("html", "<!DOCTYPE html>"), ("json", "{"), ("xml", "<?xml "), ("tap", "TAP version 14\n")] {
        let effects = popup.act(event("save-report", &[("run", "run-1"), ("form", form)], &[]));
        let [Effect::Download { name, text }] = &effects[..] else { panic!("{effects:?}") };
        assert!(
            name.starts_with("backport-verify-1330001-mwdebug-") && name.ends_with(&format!("-pass.{form}")),
            "{name}"
        );
        assert!(text.starts_with(begin), "{text}");
    }
    assert_eq!(popup.act(event("save-report", &[("run", "gone"), ("form", "html")], &[])), []);
    assert_eq!(popup.act(event("save-report", &[("run", "run-1"), ("form", "exe")], &[])), []);
}

#[test]
fn granting_access_asks_for_what_is_missing_and_then_refreshes() {
    let origins = vec!["https://*.wikipedia.org/*".to_owned()];
    let mut popup = page(Screen::Popup, Some(State { no_access: origins.clone(), ..ready() }));
    let then = Command::Refresh { force: true };
    assert_eq!(
        popup.act(event("grant-access", &[], &[])),
        [Effect::RequestAccess { origins, reports_leave_browser: false, then }]
    );
}

#[test]
fn a_refusal_is_shown_until_it_is_put_away() {
    let mut popup = popup();
    popup.set_reply(&Command::Wake, Reply::Refused { problem: Problem::Busy });
    assert!(region(&popup, "notices").contains("data-problem=\"busy\""));
    assert_eq!(popup.act(event("dismiss", &[], &[])), []);
    assert_eq!(region(&popup, "notices"), "");
}

#[test]
fn a_notice_is_put_away_by_the_background() {
    let mut popup = page(Screen::Popup, Some(State { notice: Some(Problem::Gone), ..ready() }));
    assert_eq!(popup.act(event("dismiss", &[], &[])), [Effect::Send(Command::Dismiss)]);
}

#[test]
fn a_window_over_stands_behind_those_to_come() {
    let mut early = afternoon();
    (early.name, early.start, early.end) = ("early".into(), at("07:00"), at("08:00"));
    early.patches[0].gerrit = 5;
    let schedule = Loaded::Ready { at: at("14:00"), value: vec![early, afternoon()] };
    let html = region(&page(Screen::Popup, Some(State { schedule, ..ready() })), "schedule");
    assert!(html.find("UTC afternoon").unwrap() < html.find("early").unwrap());
}

#[test]
fn the_form_is_not_redrawn_while_it_is_typed_into() {
    let mut bench = bench();
    let before = region(&bench, "tests");
    bench.act(typing("eventcoordinator2"));
    assert_eq!(region(&bench, "tests"), before);
    assert!(region(&bench, "tests-bar").contains("data-unsaved"));
    bench.act(event("add-assertion", &[("test", "0")], &form("eventcoordinator2")));
    assert!(region(&bench, "tests").contains("value=\"eventcoordinator2\""));
}

#[test]
fn undoing_what_was_typed_redraws_the_form_although_its_rows_are_as_they_were_drawn() {
    let mut bench = bench();
    let before = region(&bench, "tests");
    bench.act(typing("other"));
    bench.act(event("undo", &[], &form("other")));
    let after = region(&bench, "tests");
    assert_ne!(after, before);
    assert!(after.contains("value=\"eventcoordinator\""));
}

#[test]
fn saving_sends_what_is_typed_and_is_confirmed_by_the_reply() {
    let mut bench = bench();
    let mut tests = vec![test()];
    let sent = bench.act(event("save-tests", &[], &form("eventcoordinator")));
    assert_eq!(
        sent,
        [Effect::Send(Command::SaveTests { gerrit: GERRIT, owner: None, began: vec![test()], tests: tests.clone() })]
    );
    answer(&mut bench, &sent, Reply::Done);
    bench.act(typing("other"));
    let sent = bench.act(event("save-tests", &[], &form("other")));
    tests[0].assertions[0] = backport_verify::check::Assertion::body_contains("other");
    assert_eq!(
        sent,
        [Effect::Send(Command::SaveTests { gerrit: GERRIT, owner: None, began: vec![test()], tests: tests.clone() })]
    );
    assert!(region(&bench, "tests-bar").contains("data-unsaved"));
    answer(&mut bench, &sent, Reply::Done);
    assert!(region(&bench, "tests-bar").contains("data-saved"));
    bench.set_state(State { suites: [(Owner::numbered(GERRIT), Suite { tests })].into(), ..ready() });
    assert!(!region(&bench, "tests-bar").contains("data-unsaved"));
}

#[test]
fn an_answer_that_overtakes_another_is_told_as_what_it_answers() {
    let mut bench = bench();
    let tried = bench.act(event("try-test", &[("test", "0")], &form("other")));
    let saved = bench.act(event("save-tests", &[], &form("other")));
    answer(&mut bench, &saved, Reply::Refused { problem: Problem::Storage { detail: "full".into() } });
    answer(&mut bench, &tried, Reply::Done);
    assert!(region(&bench, "tests-bar").contains("data-unsaved"));
    assert!(!region(&bench, "tests-bar").contains("data-saved"));
}

#[test]
fn a_refused_save_keeps_what_was_typed() {
    let mut bench = bench();
    let sent = bench.act(event("save-tests", &[], &form("other")));
    answer(&mut bench, &sent, Reply::Refused { problem: Problem::Storage { detail: "full".into() } });
    assert!(region(&bench, "tests-bar").contains("data-unsaved"));
    assert!(region(&bench, "notices").contains("data-problem=\"storage\""));
}

#[test]
fn an_invalid_test_is_not_sent_and_says_why_beside_the_field() {
    let mut bench = bench();
    assert_eq!(bench.act(event("save-tests", &[], &form(""))), []);
    let html = region(&bench, "tests");
    assert!(html.contains("id=\"test-0-assertion-0-value-complaint\""), "{html}");
    assert!(html.contains("value=\"The group is listed\""));
}

#[test]
fn a_run_waits_until_the_tests_are_saved() {
    let mut bench = bench();
    assert!(!region(&bench, "verify").contains("disabled"));
    bench.act(typing("other"));
    assert!(region(&bench, "verify").contains("disabled"));
}

#[test]
fn another_change_keeps_what_was_typed_for_the_first() {
    let mut bench = bench();
    bench.act(typing("other"));
    bench.act(event("choose", &[("gerrit", "5")], &[]));
    assert_eq!(bench.change, Some(5));
    bench.act(event("choose", &[("gerrit", "1330001")], &[]));
    assert!(region(&bench, "tests-bar").contains("data-unsaved"));
}

#[test]
fn a_change_is_opened_by_its_number_and_nothing_else() {
    let mut bench = bench();
    bench.act(event("open-change", &[], &[("change", "1330005")]));
    assert_eq!(bench.change, Some(1_330_005));
    bench.act(event("open-change", &[], &[("change", "none")]));
    assert_eq!(bench.change, Some(1_330_005));
    assert!(region(&bench, "open-message").contains("data-complaint"));
}

fn settings(webhook: &'static str) -> Event {
    event("save-settings", &[], &[("nick", "submitter"), ("backend", "k8s-mwdebug-next"), ("webhook", webhook)])
}

#[test]
fn a_new_webhook_asks_for_access_to_its_origin_alone() {
    let webhook = "https://backport-verify.toolforge.org/hook/secret";
    let backend = Some("k8s-mwdebug-next".to_owned());
    let then = Command::SaveSettings {
        form: SettingsForm { backend, webhook: Some(webhook.into()), ..SettingsForm::default() },
    };
    let origins = vec!["https://backport-verify.toolforge.org".to_owned()];
    assert_eq!(bench().act(settings(webhook)), [Effect::RequestAccess { origins, reports_leave_browser: true, then }]);
}

#[test]
fn settings_without_a_new_webhook_leave_the_kept_one_alone() {
    let backend = Some("k8s-mwdebug-next".to_owned());
    assert_eq!(
        bench().act(settings(" ")),
        [Effect::Send(Command::SaveSettings { form: SettingsForm { backend, ..SettingsForm::default() } })]
    );
}

#[test]
fn a_webhook_that_is_none_is_refused_without_redrawing_the_fields_or_repeating_it() {
    let mut bench = bench();
    let before = region(&bench, "settings");
    assert_eq!(bench.act(settings("http://secret.example.org/")), []);
    assert_eq!(region(&bench, "settings"), before);
    let message = region(&bench, "settings-message");
    assert!(message.contains("must begin with https://") && !message.contains("secret"), "{message}");
}

#[test]
fn saved_settings_empty_the_webhooks_field() {
    let mut bench = bench();
    let sent = bench.act(settings("https://backport-verify.toolforge.org/hook/other"));
    let before = region(&bench, "settings");
    answer(&mut bench, &sent, Reply::Done);
    assert_ne!(region(&bench, "settings"), before);
    assert!(region(&bench, "settings-message").contains("data-saved"));
}

#[test]
fn removing_the_webhook_leaves_all_else_as_it_is_kept() {
    assert_eq!(
        bench().act(event("remove-webhook", &[], &[])),
        [Effect::Send(Command::SaveSettings {
            form: SettingsForm { webhook: Some(String::new()), ..SettingsForm::default() }
        })]
    );
}

#[test]
fn markup_in_titles_is_text() {
    let mut window = afternoon();
    window.patches[0].title = "<img src=x onerror=alert(1)>".into();
    let schedule = Loaded::Ready { at: at("14:00"), value: vec![window] };
    let html = region(&page(Screen::Popup, Some(State { schedule, ..ready() })), "schedule");
    assert!(html.contains("&lt;img") && !html.contains("<img"));
}
