// SPDX-License-Identifier: GPL-2.0-or-later
//! States of tests that are brought in, given out and shared, and of what another version kept.

use super::{GERRIT, at, event, page, ready, test};
use backport_verify::app::{
    Loaded, NamedTest, Offer, Problem, Refusal, Saving, Shared, SharedSuite, State, Unreadable,
};
use backport_verify::check::Assertion;
use backport_verify::exchange::Method;
use backport_verify::suite::{Difference, Owner, SharedPage, Suite, Test};
use backport_verify::ui::{Page, Screen};

pub(crate) const YAML: &str = "https://en.wikipedia.org:
- path: /wiki/Special:Version
  name: Version
  assert_status: 200
  assert_body_contains: wmf.16
- path: /w/api.php?action=purge
  method: POST
  assert_status: 200
https://example.org:
- path: /
  assert_status: 200
";

pub(crate) fn owner() -> Owner {
    Owner::Repository("mediawiki/extensions/Echo".into())
}

fn smoke(text: &str) -> Test {
    let url = "https://en.wikipedia.org/wiki/Special:Notifications".into();
    Test { name: "Notifications".into(), url, assertions: vec![Assertion::body_contains(text)], ..Test::default() }
}

fn elsewhere() -> Test {
    Test {
        name: "Elsewhere".into(),
        url: "https://example.org/".into(),
        assertions: vec![Assertion::status(200)],
        ..Test::default()
    }
}

/// A state in which the repository's suite is shared, and the page says so much.
pub(crate) fn shared(read: Loaded<SharedSuite>, saving: Option<Saving>) -> State {
    let mut state = ready();
    let page = SharedPage::from_url("https://www.mediawiki.org/wiki/Extension:Echo/Backport_tests").unwrap();
    state.owners.insert(GERRIT, vec![Owner::numbered(GERRIT), owner()]);
    state.suites.insert(owner(), Suite { tests: vec![smoke("Alerts")] });
    state.shared.insert(owner(), Shared { page, read, saving });
    state
}

/// What a page says otherwise.
pub(crate) fn differing() -> Loaded<SharedSuite> {
    let offer = |difference, refused: Option<&str>| Offer { difference, refused: refused.map(str::to_owned) };
    let purge = Test { name: "Purge".into(), method: Method::Post, ..test() };
    let offers = vec![
        offer(Difference::Added { test: purge }, None),
        offer(Difference::Changed { before: smoke("Alerts"), after: smoke("Notices") }, None),
        offer(Difference::Removed { test: test() }, None),
        offer(
            Difference::Added { test: elsewhere() },
            Some("example.org is not a Wikimedia site; tests may only ask sites that mwdebug serves"),
        ),
    ];
    let value = SharedSuite { revision: Some(41), tests: 3, offers, not_whole: Vec::new() };
    Loaded::Ready { at: at("14:02"), value }
}

fn same() -> Loaded<SharedSuite> {
    let value = SharedSuite { revision: Some(42), tests: 1, offers: Vec::new(), not_whole: Vec::new() };
    Loaded::Ready { at: at("14:02"), value }
}

/// A state whose change's message names two URLs.
pub(crate) fn named() -> State {
    let mut state = ready();
    let refused = "example.org is not a Wikimedia site; tests may only ask sites that mwdebug serves".to_owned();
    let version = Test { name: String::new(), ..smoke("wmf.16") };
    let offers = vec![
        NamedTest { test: version, refused: None },
        NamedTest { test: Test { name: String::new(), ..elsewhere() }, refused: Some(refused) },
    ];
    state.named.insert(GERRIT, offers);
    state
}

/// A state in which a newer version has kept the tests.
pub(crate) fn newer(exported: bool) -> State {
    let detail = "it was written by a newer version (schema 99, this one knows 2)".to_owned();
    State { unreadable: vec![Unreadable { what: "tests".into(), detail, newer: true, exported }], ..ready() }
}

/// A workbench into which this file was brought.
pub(crate) fn brought(name: &'static str, text: &'static str) -> Page {
    let mut page = page(Screen::Workbench, Some(ready()));
    page.act(event("import", &[("file", name)], &[("import-text", text)]));
    page
}

pub(crate) fn popups() -> Vec<(&'static str, Page)> {
    vec![
        ("popup_named", page(Screen::Popup, Some(named()))),
        ("popup_newer_version", page(Screen::Popup, Some(newer(false)))),
    ]
}

pub(crate) fn workbenches() -> Vec<(&'static str, Page)> {
    let bench = |state| page(Screen::Workbench, Some(state));
    let mut put = brought("suite.yaml", YAML);
    put.act(event("import-append", &[], &[]));
    let mut asked = bench(newer(true));
    asked.act(event("start-anew-ask", &[("what", "tests")], &[]));
    let detail = "line 5, column 3: the test has no path; write one, such as <path: /wiki/Special:Version>".into();
    let url = "https://www.mediawiki.org/wiki/Extension:Echo/Backport_tests".into();
    let no_suite = Loaded::Failed { problem: Problem::PageUnreadable { page: url, detail }, stale: None };
    let missing = SharedSuite { revision: None, tests: 0, offers: vec![], not_whole: vec!["Alerts".into()] };
    let broken = Unreadable {
        what: "settings".into(),
        detail: "it cannot be read: EOF while parsing".into(),
        newer: false,
        exported: true,
    };
    vec![
        ("workbench_brought", brought("suite.yaml", YAML)),
        ("workbench_brought_no_suite", brought("", "en.wikipedia.org:\n- path: /")),
        ("workbench_put_in", put),
        ("workbench_named", bench(named())),
        ("workbench_shared_unread", bench(shared(Loaded::Absent, None))),
        ("workbench_shared_differs", bench(shared(differing(), None))),
        ("workbench_shared_conflict", bench(shared(differing(), Some(Saving::Failed { refusal: Refusal::Conflict })))),
        ("workbench_shared_saved", bench(shared(same(), Some(Saving::Saved { at: at("14:03") })))),
        ("workbench_shared_no_suite", bench(shared(no_suite, None))),
        ("workbench_shared_missing", bench(shared(Loaded::Ready { at: at("14:02"), value: missing }, None))),
        ("workbench_newer_version", asked),
        ("workbench_broken", bench(State { unreadable: vec![broken], ..ready() })),
    ]
}
