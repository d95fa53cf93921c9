// SPDX-License-Identifier: GPL-2.0-or-later
//! What a click about a report on its way, or about the settings that it goes by, means.

use super::states::delivery::{left, reporting, waiting};
use super::states::{PASS_LINE, event, page, passed, with_runs};
use backport_verify::app::{Chosen, Command, Delivery, ReportingView, SettingsForm};
use backport_verify::report::Receiver;
use backport_verify::ui::{Effect, Page, Screen};

fn text(page: &Page) -> String {
    page.regions().into_iter().map(|region| region.html).collect()
}

/// The acts that a report offers, those of disabled buttons left out.
fn acts(delivery: Delivery) -> Vec<String> {
    let text = text(&page(Screen::Popup, Some(with_runs(vec![passed(delivery)]))));
    let report = text.split("bv-report\"").nth(1).unwrap_or_default();
    // What saves the run as a file stands behind the report and is the same for all.
    let report = report.split("bv-saving").next().unwrap_or_default();
    let buttons = report.split("<button").skip(1).filter_map(|button| button.split('>').next());
    let about = buttons.filter(|button| button.contains("data-run") && !button.ends_with("disabled"));
    about.filter_map(|button| Some(button.split("data-act=\"").nth(1)?.split('"').next()?.to_owned())).collect()
}

#[test]
fn a_report_offers_what_can_be_done_about_it() {
    let detail = || "why".to_owned();
    for (delivery, offered) in [
        (Delivery::Preview, vec!["send-report", "copy-report"]),
        (Delivery::Sending, vec!["copy-report"]),
        (waiting(), vec!["send-report", "take-back-report", "copy-report"]),
        (Delivery::Queued, vec!["copy-report"]),
        (Delivery::Delivered { at: "2026-11-23T14:18:00Z".parse().unwrap() }, vec!["copy-report"]),
        (Delivery::Unclear { detail: detail() }, vec!["send-report", "copy-report"]),
        (Delivery::Late, vec!["send-report", "copy-report"]),
        (Delivery::Failed { detail: detail() }, vec!["send-report", "copy-report"]),
    ] {
        assert_eq!(acts(delivery.clone()), offered, "{delivery:?}");
    }
}

#[test]
fn the_countdown_goes_on_with_the_clock() {
    let mut popup = page(Screen::Popup, Some(with_runs(vec![passed(waiting())])));
    assert!(text(&popup).contains("Attempt 3 is in 8 s."));
    popup.set_now("2026-11-23T14:18:05Z".parse().unwrap());
    assert!(text(&popup).contains("Attempt 3 is in 3 s."));
}

#[test]
fn a_report_whose_run_is_gone_is_copied_and_put_away() {
    let mut popup = page(Screen::Popup, Some(left(vec![Delivery::Late])));
    let run = [("run", "left-0")];
    let line = PASS_LINE.replace("1/1 pass, 1 fixed", "0/1 pass");
    assert!(!text(&popup).contains("✓ Copied"));
    assert_eq!(popup.act(event("copy-report", &run, &[])), [Effect::Copy(line)]);
    assert_eq!(text(&popup).matches("✓ Copied").count(), 1);
    popup.not_copied();
    assert!(!text(&popup).contains("✓ Copied") && text(&popup).contains("Mark the text and copy it yourself."));
    let put_away = Command::TakeBackReport { run: "left-0".into() };
    assert_eq!(popup.act(event("take-back-report", &run, &[])), [Effect::Send(put_away)]);
}

#[test]
fn the_webhook_is_tried_with_a_click() {
    let mut bench = page(Screen::Workbench, Some(reporting(ReportingView::default(), None)));
    assert_eq!(bench.act(event("send-trial", &[], &[])), [Effect::Send(Command::SendTrial)]);
}

#[test]
fn the_settings_say_where_reports_go_and_whether_they_are_shown_before() {
    let mut bench = page(Screen::Workbench, Some(reporting(ReportingView::default(), None)));
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let fields = [("nick", "submitter"), ("receiver", "signed"), ("signing-secret", secret), ("preview", "")];
    let form = SettingsForm {
        receiver: Some(Chosen::Is(Receiver::Signed)),
        secret: Some(secret.into()),
        preview: Some(false),
        ..SettingsForm::default()
    };
    assert_eq!(bench.act(event("save-settings", &[], &fields)), [Effect::Send(Command::SaveSettings { form })]);
}

#[test]
fn a_wrong_secret_is_told_beside_the_form_and_not_repeated() {
    let mut bench = page(Screen::Workbench, Some(reporting(ReportingView::default(), None)));
    let fields = [("nick", "submitter"), ("signing-secret", "hunter2")];
    assert_eq!(bench.act(event("save-settings", &[], &fields)), []);
    let text = text(&bench);
    assert!(text.contains("Not saved: the signing secret must begin with whsec_") && !text.contains("hunter2"));
}
