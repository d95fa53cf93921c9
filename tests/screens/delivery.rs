// SPDX-License-Identifier: GPL-2.0-or-later
//! States of reports on their way, and of the settings that they go by.

use super::{PASS_LINE, at, event, page, passed, ready, with_runs};
use backport_verify::app::{Delivery, Posted, Report, ReportingView, State};
use backport_verify::report::Receiver;
use backport_verify::ui::{Page, Screen};

/// A report that is tried for the third time in a moment.
pub(crate) fn waiting() -> Delivery {
    let why = "The webhook has trouble itself (status 503).".into();
    Delivery::Waiting { again_at: "2026-11-23T14:18:08Z".parse().unwrap(), why, attempts: 2 }
}

fn unclear() -> Delivery {
    let detail = "The webhook did not answer (no answer within 20000 ms). It may have been said: look into the channel \
                  before you send it again.";
    Delivery::Unclear { detail: detail.into() }
}

fn refused() -> Delivery {
    let detail = "The webhook refused the report (status 403). It does not accept this address any more; paste a new one in \
                  the settings.";
    Delivery::Failed { detail: detail.into() }
}

fn held_back() -> Delivery {
    Delivery::Waiting { again_at: at("14:21"), why: "An earlier report waits.".into(), attempts: 0 }
}

/// A state with the reports of runs whose places others have taken.
pub(crate) fn left(deliveries: Vec<Delivery>) -> State {
    let posted = |(place, delivery)| {
        let line = PASS_LINE.replace("1/1 pass, 1 fixed", "0/1 pass");
        Posted { run: format!("left-{place}"), report: Report { line, delivery } }
    };
    State {
        left_reports: deliveries.into_iter().enumerate().map(posted).collect(),
        ..with_runs(vec![passed(held_back())])
    }
}

/// A state whose webhook is as given.
pub(crate) fn reporting(reporting: ReportingView, trial: Option<Delivery>) -> State {
    let mut state = State { trial, ..ready() };
    state.settings.reporting = reporting;
    state
}

fn gone() -> State {
    let view = ReportingView { guess: Some(Receiver::Slack), gone: true, ..ReportingView::default() };
    State { runs: vec![passed(Delivery::Preview)], ..reporting(view, None) }
}

pub(crate) fn popups() -> Vec<(&'static str, Page)> {
    let popup = |state| page(Screen::Popup, Some(state));
    let with = |delivery| popup(with_runs(vec![passed(delivery)]));
    vec![
        ("popup_report_waiting", with(waiting())),
        ("popup_report_queued", with(Delivery::Queued)),
        ("popup_report_unclear", with(unclear())),
        ("popup_report_late", with(Delivery::Late)),
        ("popup_report_gone", popup(gone())),
        ("popup_reports_left", popup(left(vec![waiting(), unclear(), Delivery::Queued]))),
    ]
}

pub(crate) fn workbenches() -> Vec<(&'static str, Page)> {
    let bench = |state| page(Screen::Workbench, Some(state));
    let usual = ReportingView { guess: Some(Receiver::Slack), ..ReportingView::default() };
    let signed = ReportingView { chosen: Some(Receiver::Signed), signed: true, at_once: true, ..usual };
    let unsigned = ReportingView { guess: Some(Receiver::Signed), ..usual };
    let mut bad = bench(reporting(unsigned, None));
    bad.act(event(
        "save-settings",
        &[],
        &[("nick", "submitter"), ("receiver", "guessed"), ("signing-secret", "hunter2")],
    ));
    vec![
        ("workbench_webhook_tried", bench(reporting(usual, Some(Delivery::Delivered { at: at("14:17") })))),
        ("workbench_webhook_signed", bench(reporting(signed, Some(unclear())))),
        ("workbench_webhook_refused", bench(reporting(usual, Some(refused())))),
        ("workbench_webhook_trying", bench(reporting(usual, Some(Delivery::Sending)))),
        ("workbench_webhook_gone", bench(gone())),
        ("workbench_bad_secret", bad),
        ("workbench_reports_left", bench(left(vec![refused()]))),
    ]
}
