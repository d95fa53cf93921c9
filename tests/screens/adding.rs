// SPDX-License-Identifier: GPL-2.0-or-later
//! The states of the pages in which a test is added without writing it.

use super::{GERRIT, URL, about, answer, event, page, ready, refused};
use backport_verify::app::{Concern, Look, Problem, Reply, State, Suggested};
use backport_verify::check::Assertion;
use backport_verify::exchange::{Headers, Response};
use backport_verify::suite::{Cleaned, suggest};
use backport_verify::ui::{Page, Screen};

/// A state in which the story's patch has no test.
pub(crate) fn untested() -> State {
    State { suites: [].into(), ..ready() }
}

/// The popup with the presets open.
pub(crate) fn open() -> Page {
    let mut popup = page(Screen::Popup, Some(untested()));
    popup.act(event("add-here", &[("gerrit", "1330001")], &[]));
    popup
}

/// The popup with the blanks of a group's right open.
pub(crate) fn blanks() -> Page {
    let mut popup = open();
    popup.act(event("find-preset", &[], &[("preset-find", "right")]));
    popup.act(event("add-preset", &[], &[("preset-find", "right")]));
    popup
}

/// The same for a change that is about these wikis, whose newest test asks `last`.
pub(crate) fn blanks_about(wikis: &[&str], last: Option<&str>) -> Page {
    let concern = Concern { last: last.map(str::to_owned), ..about(wikis) };
    let mut popup = page(Screen::Popup, Some(State { concerns: [(GERRIT, concern)].into(), ..untested() }));
    popup.act(event("add-here", &[("gerrit", "1330001")], &[]));
    popup.act(event("add-preset", &[], &[("preset-find", "right")]));
    popup
}

fn searched(typed: &'static str) -> Page {
    let mut popup = open();
    popup.act(event("find-preset", &[], &[("preset-find", typed)]));
    popup
}

fn complained() -> Page {
    let mut popup = blanks();
    popup.act(event("add-preset", &[], &[("group", "sysop"), ("right", ""), ("wiki", "enwiki")]));
    popup
}

fn saved() -> Page {
    let mut popup = blanks();
    let sent = popup.act(event("add-preset", &[], &[("group", "sysop"), ("right", "block"), ("wiki", "enwiki")]));
    answer(&mut popup, &sent, Reply::Done);
    popup.set_state(ready());
    popup
}

/// A page that was looked at; a text of it was marked.
pub(crate) fn looked(text: Option<&str>, gerrit: Option<u64>) -> Suggested {
    let body = "<html><head><title>User group rights - Wikipedia</title></head><body>\
        <h1 id=\"firstHeading\">User group rights</h1><p>Stewards &amp; others</p></body></html>";
    let headers = Headers::from_iter([("content-type", "text/html; charset=UTF-8")]);
    let response = Response { url: URL.into(), status: 200, headers, body: body.into(), ..Response::default() };
    let page = Cleaned { url: URL.into(), dropped: ["token".to_owned()].into() };
    let look = Look::Found { suggestions: suggest(&response, text) };
    Suggested { page, text: text.map(str::to_owned), gerrit, look }
}

/// The popup with a page of the tab in front.
pub(crate) fn with_page(suggested: Option<Suggested>) -> Page {
    let mut popup = page(Screen::Popup, Some(State { suggested, ..ready() }));
    popup.act(event("add-page", &[("gerrit", "1330001")], &[]));
    popup
}

fn elsewhere() -> Page {
    let mut popup = with_page(None);
    popup.set_tab(GERRIT, None);
    popup
}

fn marked(text: &str) -> Page {
    page(Screen::Popup, Some(State { suggested: Some(looked(Some(text), None)), ..ready() }))
}

pub(crate) fn popups() -> Vec<(&'static str, Page)> {
    let asking = Suggested { look: Look::Asking, ..looked(None, Some(GERRIT)) };
    let silent = Look::Failed { detail: "no answer within 15000 ms".into() };
    let unmade = Problem::BadPage { detail: "example.org is not a Wikimedia site".into() };
    vec![
        ("popup_adding", open()),
        ("popup_adding_searched", searched("search engines")),
        ("popup_adding_not_found", searched("xyzzy")),
        ("popup_adding_blanks", blanks()),
        ("popup_adding_no_wiki", blanks_about(&[], None)),
        ("popup_adding_which_wiki", blanks_about(&["jawiki", "dewiki"], None)),
        ("popup_adding_complaint", complained()),
        ("popup_adding_saved", saved()),
        ("popup_page_asking", with_page(Some(asking))),
        ("popup_page", with_page(Some(looked(None, Some(GERRIT))))),
        ("popup_page_silent", with_page(Some(Suggested { look: silent, ..looked(None, Some(GERRIT)) }))),
        ("popup_page_elsewhere", elsewhere()),
        ("popup_page_refused", refused(Screen::Popup, unmade)),
        ("popup_text_in_source", marked("User group rights")),
        ("popup_text_as_read", marked("Stewards & others")),
        ("popup_text_nowhere", marked("<script>alert(1)</script> and more")),
    ]
}

pub(crate) fn workbenches() -> Vec<(&'static str, Page)> {
    let bench = |acts: &[(&str, &[(&'static str, &'static str)])]| {
        let mut bench = page(Screen::Workbench, Some(ready()));
        for (act, form) in acts {
            bench.act(event(act, &[], form));
        }
        bench
    };
    let find = &[("preset-find", "namespace exists")];
    vec![
        ("workbench_adding", bench(&[("add-here", &[])])),
        ("workbench_adding_blanks", bench(&[("add-here", &[]), ("add-preset", find)])),
    ]
}

/// What is ticked and typed in the form of a page.
pub(crate) fn assertion() -> Assertion {
    Assertion::body_contains("eventcoordinator")
}
