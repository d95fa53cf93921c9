// SPDX-License-Identifier: GPL-2.0-or-later
//! What a click does with allowances and limits.

use crate::states::polite::left_out;
use crate::states::{ended, event, outcome, page, ready, run, test, with_runs};
use backport_verify::app::{Command, Delivery, SettingsForm, State};
use backport_verify::suite::{Owner, Test};
use backport_verify::ui::{Effect, Page, Screen};
use backport_verify::verify::{Limits, Verdict};

fn saving(limits: Option<Limits>) -> [Effect; 1] {
    [Effect::Send(Command::SaveSettings { form: SettingsForm { limits, ..SettingsForm::default() } })]
}

fn asks(state: State, screen: Screen) -> bool {
    page(screen, Some(state)).regions().iter().any(|region| region.html.contains("data-act=\"allow-test\""))
}

#[test]
fn what_a_run_left_out_is_asked_about_until_it_is_allowed_or_changed() {
    for screen in [Screen::Popup, Screen::Workbench] {
        assert!(asks(left_out(false), screen));
        assert!(!asks(left_out(true), screen));
        let mut changed = left_out(false);
        for suite in changed.suites.values_mut() {
            suite.tests[1].url.push_str("&more");
        }
        assert!(!asks(changed, screen));
    }
}

/// A passed test of the repository's suite, and one that is skipped.
fn with_a_skipped_one() -> State {
    let skipped = Test { name: "Later".into(), skip: Some("waits for T1".into()), ..test() };
    let came =
        run(false, vec![test(), skipped], vec![outcome(Verdict::Pass, false)], vec![outcome(Verdict::Fail, true)]);
    let mut came = ended(came, "line", Delivery::Preview);
    came.journal.plan.jobs.retain(|job| job.test == 0);
    let echo = Owner::Repository("mediawiki/extensions/Echo".into());
    came.journal.plan.sources = vec![echo, Owner::numbered(1)];
    came.journal.plan.tests[0].timeout_ms = Some(60_000);
    came.journal.plan.longest_ms = Some(28_000);
    with_runs(vec![came])
}

#[test]
fn a_skipped_test_is_shown_with_its_reason_and_every_other_tells_where_it_comes_from() {
    for screen in [Screen::Popup, Screen::Workbench] {
        let html: String =
            page(screen, Some(with_a_skipped_one())).regions().into_iter().map(|region| region.html).collect();
        for words in [
            "skipped: waits for T1",
            "data-result=\"skipped\"",
            "from repository mediawiki/extensions/Echo",
            "It wants 60000 ms and gets 28000 ms",
            "1 of 1 passed, 1 fixed by the patch, 1 skipped",
        ] {
            assert_eq!(html.matches(words).count(), 1, "{words}: {html}");
        }
    }
}

#[test]
fn allowing_names_the_run_and_the_test() {
    let mut popup: Page = page(Screen::Popup, Some(left_out(false)));
    let button = [("run", "run-1"), ("test", "1"), ("patch", "1330001")];
    let allow = Command::Allow { run: "run-1".into(), test: 1 };
    assert_eq!(popup.act(event("allow-test", &button, &[])), [Effect::Send(allow)]);
}

#[test]
fn limits_are_saved_with_the_settings_and_taken_back_alone() {
    let mut bench = page(Screen::Workbench, Some(ready()));
    let typed = [("limit-host", "2"), ("limit-all", ""), ("limit-debug", "1")];
    let form = [[("nick", "submitter"), ("backend", "k8s-mwdebug"), ("webhook", "")], typed].concat();
    let limits = Limits { per_host: 2, debug: 1, ..Limits::default() };
    assert_eq!(bench.act(event("save-settings", &[], &form)), saving(Some(limits)));
    assert_eq!(bench.act(event("usual-limits", &[], &form)), saving(Some(Limits::default())));
    assert_eq!(bench.act(event("save-settings", &[], &form[..3])), saving(None));
}
