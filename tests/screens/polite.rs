// SPDX-License-Identifier: GPL-2.0-or-later
//! States of tests that are sent in an unusual way, of runs that wait, and of the limits.

use super::{GERRIT, ended, event, outcome, page, ready, run, test, with_runs};
use backport_verify::app::{Delivery, State};
use backport_verify::exchange::{Method, Redirects, Session};
use backport_verify::suite::{Owner, Suite, Test};
use backport_verify::ui::{Page, Screen};
use backport_verify::verify::{Doubt, Evidence, Limits, Outcome, Reason, Verdict};

const LINE: &str =
    "deployer: 1330001 [enwiki] Add the eventcoordinator group: INCONCLUSIVE on mwdebug (k8s-mwdebug), 1 of 2";

fn post() -> Test {
    let url = "https://test.wikipedia.org/w/api.php?action=purge&titles=Main_Page&format=json".into();
    Test { name: "The page can be purged".into(), url, method: Method::Post, ..test() }
}

/// A run that has left out a POST; the saved test may be allowed by now.
pub(crate) fn left_out(allowed: bool) -> State {
    let doubt = Doubt::NotAllowed { method: "POST".into() };
    let out = Outcome::inconclusive(Reason::Doubt { doubt }, Evidence::default());
    let tests = vec![test(), post()];
    let came = run(false, tests, vec![outcome(Verdict::Pass, false), out], vec![outcome(Verdict::Fail, true)]);
    let mut state = with_runs(vec![ended(came, LINE, Delivery::Preview)]);
    let saved = vec![test(), Test { allowed, ..post() }];
    state.suites.insert(Owner::numbered(GERRIT), Suite { tests: saved });
    state
}

fn waiting() -> State {
    let came = vec![outcome(Verdict::Pass, false)];
    let mut run = run(false, vec![test(), post()], came, vec![outcome(Verdict::Fail, true)]);
    run.journal.pause("en.wikipedia.org", 5);
    with_runs(vec![run])
}

fn choices() -> Page {
    let as_me = Test {
        name: "My preferences have the switch".into(),
        url: "https://en.wikipedia.org/wiki/Special:Preferences".into(),
        session: Session::Mine,
        redirects: Redirects::Follow,
        must_fail_before: true,
        ..test()
    };
    let mut state = ready();
    state
        .suites
        .insert(Owner::numbered(GERRIT), Suite { tests: vec![as_me, Test { allowed: true, ..post() }, post()] });
    page(Screen::Workbench, Some(state))
}

fn limited() -> Page {
    let mut state = ready();
    state.settings.limits = Limits { per_host: 2, in_all: 10, debug: 1 };
    page(Screen::Workbench, Some(state))
}

fn too_many() -> Page {
    let mut page = page(Screen::Workbench, Some(ready()));
    let typed = [("limit-host", "30"), ("limit-all", "24"), ("limit-debug", "6")];
    page.act(event(
        "save-settings",
        &[],
        &[&[("nick", "submitter"), ("backend", "k8s-mwdebug")], typed.as_slice()].concat(),
    ));
    page
}

pub(crate) fn popups() -> Vec<(&'static str, Page)> {
    vec![
        ("popup_not_allowed", page(Screen::Popup, Some(left_out(false)))),
        ("popup_waiting", page(Screen::Popup, Some(waiting()))),
    ]
}

pub(crate) fn workbenches() -> Vec<(&'static str, Page)> {
    vec![
        ("workbench_choices", choices()),
        ("workbench_not_allowed", page(Screen::Workbench, Some(left_out(false)))),
        ("workbench_allowed", page(Screen::Workbench, Some(left_out(true)))),
        ("workbench_waiting", page(Screen::Workbench, Some(waiting()))),
        ("workbench_limits", limited()),
        ("workbench_too_many", too_many()),
    ]
}
