// SPDX-License-Identifier: GPL-2.0-or-later
//! What a click does with tests that are brought in, given out and shared.

use crate::states::team::{YAML, brought, differing, named, newer, owner, shared};
use crate::states::{GERRIT, event, page, ready};
use backport_verify::app::{Command, Loaded, State};
use backport_verify::suite::{Owner, read, write, write_curl, write_httpbb, write_hurl};
use backport_verify::ui::{Effect, Page, Screen};

fn region(page: &Page, id: &str) -> String {
    page.regions().into_iter().find(|region| region.id == id).map(|region| region.html).unwrap_or_default()
}

/// The value of an attribute where it first stands.
fn attribute(page: &Page, id: &str, name: &str) -> String {
    let html = region(page, id);
    let rest = html.split(&format!(" {name}=\"")).nth(1).unwrap_or_default();
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// Where the keyboard goes when what it was at goes away.
fn focus(id: &str) -> Effect {
    Effect::Focus(id.to_owned())
}

fn bench(state: State) -> Page {
    page(Screen::Workbench, Some(state))
}

#[test]
fn what_is_brought_is_shown_and_goes_into_the_form_on_a_click_and_out_of_it_by_undo() {
    let mut page = brought("suite.yaml", YAML);
    let before = region(&page, "tests");
    assert!(!before.contains("wmf.16") && region(&page, "sharing").contains("Special:Version"));
    assert_eq!(page.act(event("import-append", &[], &[])), [focus("save-tests")]);
    let after = region(&page, "tests");
    assert!(after.contains("wmf.16") && after.contains("eventcoordinator"));
    assert!(region(&page, "tests-bar").contains("data-unsaved"));
    page.act(event("undo", &[], &[]));
    assert!(!region(&page, "tests").contains("wmf.16"));
    assert!(!region(&page, "tests-bar").contains("data-unsaved"));
}

#[test]
fn replacing_leaves_nothing_of_the_former_rows_and_cancelling_changes_nothing() {
    let mut page = brought("suite.yaml", YAML);
    page.act(event("import-replace", &[], &[]));
    assert!(!region(&page, "tests").contains("eventcoordinator"));
    let mut page = brought("suite.yaml", YAML);
    assert_eq!(page.act(event("import-cancel", &[], &[])), [focus("import-text")]);
    assert!(!region(&page, "tests-bar").contains("data-unsaved"));
    assert_eq!(page.act(event("import-append", &[], &[])), []);
    assert!(!region(&page, "tests-bar").contains("data-unsaved"));
}

#[test]
fn what_is_no_suite_says_where_and_loses_nothing() {
    let mut page = brought("a.yaml", "https://en.wikipedia.org:\n- method: GET\n");
    let html = region(&page, "sharing");
    assert!(html.contains("data-problem=\"no_suite\"") && html.contains("Line 2, column 3"), "{html}");
    assert!(region(&page, "tests").contains("eventcoordinator"));
    assert_eq!(page.act(event("import-append", &[], &[])), []);
    assert!(!region(&page, "tests-bar").contains("data-unsaved"));
}

#[test]
fn a_suite_is_given_out_as_a_file_or_copied_and_without_any_allowance() {
    let mut state = ready();
    let suite = state.suites.get_mut(&Owner::numbered(GERRIT)).unwrap();
    suite.tests[0].method = backport_verify::exchange::Method::Post;
    suite.tests[0].allowed = true;
    let text = write(suite);
    assert!(read(&text).unwrap().suite.tests.iter().all(|test| !test.allowed));
    let mut page = bench(state);
    let name = "change-1330001.yaml".to_owned();
    let data = [("owner", "change:1330001")];
    assert_eq!(page.act(event("export-download", &data, &[])), [Effect::Download { name, text: text.clone() }]);
    assert_eq!(page.act(event("export-copy", &data, &[])), [Effect::Copy(text)]);
    assert_eq!(page.act(event("export-copy", &[("owner", "wiki:dewiki")], &[])), []);
}

#[test]
fn a_suite_is_given_out_for_other_tools_with_what_they_cannot_say() {
    let mut state = ready();
    let suite = state.suites.get_mut(&Owner::numbered(GERRIT)).unwrap();
    suite.tests.truncate(1);
    suite.tests[0].must_fail_before = true;
    let suite = suite.clone();
    let mut page = bench(state);
    let data = [("owner", "change:1330001")];
    assert!(!region(&page, "sharing").contains("data-unsaid"));
    for (target, end, text, cannot) in [
        ("httpbb", "httpbb.yaml", write_httpbb(&suite).0, "The group is listed: "),
        ("hurl", "hurl", write_hurl(&suite).text, "CHANGED: Hurl cannot demand that it fails before the patch."),
        ("curl", "curl", write_curl(&suite).text, "CHANGED: curl cannot demand that it fails before the patch."),
    ] {
        assert_eq!(page.act(event("export-as", &[], &[("export-as", target)])), []);
        // It is said before anything is given out.
        assert!(region(&page, "sharing").contains(cannot), "{}", region(&page, "sharing"));
        let name = format!("change-1330001.{end}");
        assert_eq!(page.act(event("export-download", &data, &[])), [Effect::Download { name, text: text.clone() }]);
        assert!(!region(&page, "sharing").contains("✓ Copied"));
        assert_eq!(page.act(event("export-copy", &data, &[])), [Effect::Copy(text)]);
        assert!(region(&page, "sharing").contains("✓ Copied"));
        page.not_copied();
        assert!(!region(&page, "sharing").contains("✓ Copied"));
    }
    page.act(event("export-as", &[], &[("export-as", "ours")]));
    assert!(!region(&page, "sharing").contains("data-unsaid"));
}

#[test]
fn a_hurl_file_that_is_brought_is_shown_with_what_had_no_counterpart() {
    let text = "GET https://en.wikipedia.org/wiki/Earth\nHTTP/2 200\n[Asserts]\nbody contains \"Earth\"\n";
    let page = brought("a.hurl", text);
    let html = region(&page, "sharing");
    assert!(html.contains("1 test") && html.contains("wiki/Earth"), "{html}");
    assert!(html.contains("line 2: CHANGED: HTTP/2: a test cannot demand a version of HTTP."), "{html}");
}

#[test]
fn what_a_message_names_is_saved_from_the_popup_and_put_into_the_workbenchs_form() {
    let offers = named().named[&GERRIT].clone();
    let mut popup = page(Screen::Popup, Some(named()));
    let mark = attribute(&popup, "schedule", "data-offers");
    let data = [("patch", "1330001"), ("offers", mark.as_str())];
    let tests = vec![offers[0].test.clone()];
    assert_eq!(popup.act(event("add-named", &data, &[])), [Effect::Send(Command::AddTests { gerrit: GERRIT, tests })]);
    assert_eq!(popup.act(event("add-named", &[("patch", "1330001"), ("offers", "other")], &[])), []);
    let mut bench = bench(named());
    assert_eq!(bench.act(event("add-named", &data, &[])), []);
    assert!(region(&bench, "tests-bar").contains("data-unsaved"));
    assert!(!region(&bench, "sharing").contains("data-act=\"add-named\""));
}

#[test]
fn a_page_is_set_read_and_saved_as_typed() {
    let mut page = bench(shared(differing(), None));
    let of = ("owner", "repository:mediawiki/extensions/Echo");
    let url = "https://www.mediawiki.org/wiki/X";
    assert_eq!(
        page.act(event("share-set", &[of], &[("shared-url", url)])),
        [Effect::Send(Command::SetShared { owner: owner(), url: url.into() })]
    );
    assert_eq!(page.act(event("share-read", &[of], &[])), [Effect::Send(Command::ReadShared { owner: owner() })]);
    let save = |revision| Command::SaveShared { owner: owner(), revision, summary: "Say it".into() };
    let summary = [("summary", "Say it")];
    assert_eq!(page.act(event("share-save", &[of, ("revision", "41")], &summary)), [Effect::Send(save(Some(41)))]);
    assert_eq!(page.act(event("share-save", &[of], &summary)), [Effect::Send(save(None))]);
}

#[test]
fn only_what_is_ticked_is_taken_over_and_nothing_where_the_page_has_changed_meanwhile() {
    let mut page = bench(shared(differing(), None));
    let mark = attribute(&page, "sharing", "data-offers");
    let data = [("owner", "repository:mediawiki/extensions/Echo"), ("offers", mark.as_str())];
    let Loaded::Ready { value, .. } = differing() else { unreachable!() };
    let chosen = vec![value.offers[1].difference.clone()];
    let ticked = [("offer-0", ""), ("offer-1", "yes"), ("offer-2", "")];
    assert_eq!(
        page.act(event("share-take", &data, &ticked)),
        [Effect::Send(Command::TakeShared { owner: owner(), chosen })]
    );
    assert_eq!(page.act(event("share-take", &data, &[("offer-0", "")])), []);
    assert_eq!(page.act(event("share-take", &[data[0], ("offers", "other")], &ticked)), []);
}

#[test]
fn what_is_stored_is_exported_before_a_second_word_removes_it() {
    let what = [("what", "tests")];
    let mut page = bench(newer(false));
    assert!(!region(&page, "notices").contains("start-anew"));
    let export = Command::ExportStored { what: "tests".into() };
    assert_eq!(page.act(event("export-stored", &what, &[])), [Effect::Send(export)]);
    let mut page = bench(newer(true));
    assert!(!region(&page, "notices").contains("data-act=\"start-anew\""));
    assert_eq!(page.act(event("start-anew-ask", &what, &[])), [focus("start-anew-keep-tests")]);
    assert!(region(&page, "notices").contains("data-act=\"start-anew\""));
    assert_eq!(page.act(event("start-anew-keep", &what, &[])), [focus("start-anew-ask-tests")]);
    assert!(!region(&page, "notices").contains("data-act=\"start-anew\""));
    page.act(event("start-anew-ask", &what, &[]));
    let anew = Command::StartAnew { what: "tests".into() };
    assert_eq!(page.act(event("start-anew", &what, &[])), [Effect::Send(anew)]);
    assert!(!region(&page, "notices").contains("data-act=\"start-anew\""));
}
