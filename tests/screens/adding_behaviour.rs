// SPDX-License-Identifier: GPL-2.0-or-later
//! What a click and a key do where a test is added without writing it.

use crate::states::adding::{assertion, blanks, blanks_about, looked, open, untested, with_page};
use crate::states::{GERRIT, URL, answer, event, page, ready};
use backport_verify::app::{Command, Reply, State};
use backport_verify::check::{Assertion, Predicate, Subject};
use backport_verify::suite::Test;
use backport_verify::ui::{Effect, Page, Screen};

fn added(effects: &[Effect]) -> Vec<Test> {
    let tests = effects.first().and_then(|effect| match effect {
        Effect::Send(Command::AddTests { gerrit: GERRIT, tests }) => Some(tests.clone()),
        _ => None,
    });
    assert!(tests.is_some() && effects.len() == 1, "{effects:?}");
    tests.unwrap_or_default()
}

fn html(page: &Page, id: &str) -> String {
    page.regions().into_iter().find(|region| region.id == id).map(|region| region.html).unwrap_or_default()
}

#[test]
fn the_keyboard_goes_from_the_search_to_the_blanks_to_verify() {
    let mut popup = open();
    assert_eq!(popup.focus.as_deref(), Some("preset-find"));
    popup.act(event("find-preset", &[], &[("preset-find", "right")]));
    popup.act(event("add-preset", &[], &[("preset-find", "right")]));
    assert_eq!(popup.focus.as_deref(), Some("preset-group"));
    let sent =
        popup.act(event("add-preset", &[], &[("group", "sysop"), ("right", "block"), ("wiki", "en.wikipedia.org")]));
    answer(&mut popup, &sent, Reply::Done);
    assert_eq!(popup.focus.as_deref(), Some("verify-mwdebug-1330001"));
}

#[test]
fn a_filled_preset_is_saved_as_a_test_of_the_wiki_that_the_title_names() {
    let mut popup = blanks();
    assert!(html(&popup, "schedule").contains("value=\"en.wikipedia.org\""));
    let form = [("group", "sysop"), ("right", "block"), ("wiki", "en.wikipedia.org")];
    let tests = added(&popup.act(event("add-preset", &[], &form)));
    assert_eq!((tests.len(), tests[0].name.as_str()), (1, "sysop has the right block"));
    assert!(tests[0].must_fail_before);
}

#[test]
fn the_blank_for_the_wiki_is_never_a_guess() {
    let filled = "name=\"wiki\" type=\"text\" value=\"";
    for (wikis, last, value) in [
        (&[][..], None, ""),
        (&[], Some("fr.wikipedia.org"), "fr.wikipedia.org"),
        (&["jawiki"], Some("fr.wikipedia.org"), "ja.wikipedia.org"),
        (&["jawiki", "dewiki"], None, ""),
        (&["jawiki", "dewiki"], Some("fr.wikipedia.org"), ""),
        (&["jawiki", "dewiki"], Some("de.wikipedia.org"), "de.wikipedia.org"),
    ] {
        let shown = html(&blanks_about(wikis, last), "schedule");
        assert!(shown.contains(&format!("{filled}{value}\"")), "{wikis:?} {last:?}");
    }
    let mut popup = blanks_about(&[], None);
    let form = [("group", "sysop"), ("right", "block"), ("wiki", "")];
    assert_eq!(popup.act(event("add-preset", &[], &form)), []);
    assert_eq!(popup.focus.as_deref(), Some("preset-wiki"));
    assert!(html(&popup, "schedule").contains("Wiki must not be empty"));
}

#[test]
fn one_of_several_wikis_is_picked_by_a_button_over_what_was_typed() {
    let mut popup = blanks_about(&["jawiki", "dewiki"], None);
    assert!(html(&popup, "schedule").contains("data-generation=\"0\""));
    assert_eq!(popup.act(event("pick-wiki", &[("host", "de.wikipedia.org")], &[])), []);
    let shown = html(&popup, "schedule");
    assert!(shown.contains("value=\"de.wikipedia.org\"") && shown.contains("data-generation=\"1\""));
    assert_eq!(popup.focus.as_deref(), Some("preset-wiki"));
}

#[test]
fn a_blank_that_is_empty_is_told_there_and_nothing_is_sent() {
    let mut popup = blanks();
    assert_eq!(popup.act(event("add-preset", &[], &[("group", "sysop"), ("right", " "), ("wiki", "")])), []);
    assert_eq!(popup.focus.as_deref(), Some("preset-right"));
    assert!(html(&popup, "schedule").contains("Right must not be empty"));
}

#[test]
fn a_search_shows_what_has_all_words_and_a_wrong_one_says_so() {
    let mut popup = open();
    popup.act(event("find-preset", &[], &[("preset-find", "namespace gone")]));
    let shown = html(&popup, "schedule");
    assert!(shown.contains("A namespace is gone") && !shown.contains("A namespace exists"));
    popup.act(event("find-preset", &[], &[("preset-find", "xyzzy")]));
    assert!(html(&popup, "schedule").contains("No preset has these words"));
    assert_eq!(popup.act(event("add-preset", &[], &[("preset-find", "xyzzy")])), []);
}

#[test]
fn closing_goes_back_to_the_button() {
    let mut popup = open();
    assert_eq!(popup.act(event("stop-adding", &[], &[])), []);
    assert_eq!(popup.focus.as_deref(), Some("add-here-1330001"));
    assert!(html(&popup, "schedule").contains("data-act=\"add-here\""));
}

#[test]
fn a_page_is_asked_for_in_the_tab_and_then_looked_at() {
    let mut popup = page(Screen::Popup, Some(untested()));
    let asked = popup.act(event("add-page", &[("gerrit", "1330001")], &[]));
    assert_eq!(asked, [Effect::ReadTab { gerrit: GERRIT }]);
    let look = Effect::Send(Command::LookAtPage { gerrit: GERRIT, url: URL.into() });
    assert_eq!(popup.set_tab(GERRIT, Some(URL.into())), [look]);
    assert_eq!(popup.set_tab(GERRIT, None), []);
    assert!(html(&popup, "schedule").contains("is on no site that mwdebug serves"));
}

#[test]
fn what_is_ticked_of_a_page_becomes_its_test() {
    let mut popup = with_page(Some(looked(None, Some(GERRIT))));
    let form = [("pick", "0"), ("pick", ""), ("pick", ""), ("only", "")];
    let saved = added(&popup.act(event("save-page", &[("gerrit", "1330001")], &form)));
    assert_eq!((saved[0].url.as_str(), saved[0].must_fail_before), (URL, false));
    assert_eq!(saved[0].assertions, [Assertion::status(200)]);
}

#[test]
fn a_text_that_only_the_patch_brings_must_fail_before() {
    let mut popup = with_page(Some(looked(None, Some(GERRIT))));
    let form = [("pick", "0"), ("only", " eventcoordinator ")];
    let saved = added(&popup.act(event("save-page", &[("gerrit", "1330001")], &form)));
    assert!(saved[0].must_fail_before);
    assert_eq!(saved[0].assertions, [assertion(), Assertion::status(200)]);
}

#[test]
fn a_page_of_which_nothing_is_ticked_is_no_test() {
    let mut popup = with_page(Some(looked(None, Some(GERRIT))));
    let form = [("pick", ""), ("only", "")];
    assert_eq!(popup.act(event("save-page", &[("gerrit", "1330001")], &form)), []);
    assert!(html(&popup, "schedule").contains("Tick at least one thing"));
}

#[test]
fn a_marked_text_becomes_a_test_of_the_patch_that_is_clicked() {
    let in_body = |words: &str| Assertion {
        of: Subject::Html { selector: "body".into() },
        is: Predicate::Contains { value: words.into() },
    };
    for (text, assertion, must_fail_before) in [
        ("User group rights", Assertion::body_contains("User group rights"), false),
        ("Stewards & others", in_body("Stewards & others"), false),
        ("not  there\nyet", in_body("not there yet"), true),
    ] {
        let mut popup = page(Screen::Popup, Some(State { suggested: Some(looked(Some(text), None)), ..ready() }));
        let saved = added(&popup.act(event("check-text", &[("gerrit", "1330001")], &[])));
        assert_eq!((&saved[0].assertions, saved[0].must_fail_before), (&vec![assertion], must_fail_before), "{text}");
    }
}

#[test]
fn a_marked_text_is_shown_as_data() {
    let text = "<img src=x onerror=alert(1)>";
    let popup = page(Screen::Popup, Some(State { suggested: Some(looked(Some(text), None)), ..ready() }));
    let shown = html(&popup, "picked");
    assert!(shown.contains("&lt;img src=x onerror=alert(1)&gt;") && !shown.contains("<img"));
}

#[test]
fn the_workbench_wants_unsaved_tests_saved_first() {
    let mut bench = page(Screen::Workbench, Some(ready()));
    assert!(html(&bench, "adding").contains("data-act=\"add-here\""));
    bench.act(event("add-assertion", &[("test", "0")], &[]));
    assert!(!html(&bench, "adding").contains("data-act=\"add-here\""));
}
