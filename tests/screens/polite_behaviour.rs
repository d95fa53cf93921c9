// SPDX-License-Identifier: GPL-2.0-or-later
//! What a click does with allowances and limits.

use crate::states::polite::left_out;
use crate::states::{event, page, ready};
use backport_verify::app::{Command, SettingsForm, State};
use backport_verify::ui::{Effect, Page, Screen};
use backport_verify::verify::Limits;

fn saving(limits: Option<Limits>) -> [Effect; 1] {
    let (nick, backend) = ("submitter".into(), "k8s-mwdebug".into());
    let (webhook, reminders, switches) = (None, None, None);
    [Effect::Send(Command::SaveSettings {
        form: SettingsForm { nick, backend, webhook, reminders, switches, limits, ..SettingsForm::default() },
    })]
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
