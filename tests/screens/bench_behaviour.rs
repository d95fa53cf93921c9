// SPDX-License-Identifier: GPL-2.0-or-later
//! What the workbench does with tests: owners, tries, unsaved changes, order, search.

use crate::states::bench::{
    ECHO, concerned, owned, refused_save, saved_elsewhere, tried, tried_with_above, unsaved, whole_vocabulary,
};
use crate::states::{GERRIT, URL, about, answer, at, event, page, ready, test};
use backport_verify::app::{Command, Concern, Problem, Reply, State, UnsavedTests};
use backport_verify::check::{Assertion, Subject};
use backport_verify::suite::{About, Owner, Suite, Test};
use backport_verify::ui::{Effect, Event, Page, Screen};
use backport_verify::verify::Verdict;
use std::collections::BTreeMap;

fn region(page: &Page, id: &str) -> String {
    page.regions().into_iter().find(|region| region.id == id).map(|region| region.html).unwrap_or_default()
}

fn bench(state: State) -> Page {
    page(Screen::Workbench, Some(state))
}

fn form(value: &'static str) -> [(&'static str, &'static str); 8] {
    [
        ("name", "The group is listed"),
        ("url", URL),
        ("kind", "body"),
        ("must", "contains"),
        ("value", value),
        ("kind", "status"),
        ("must", "is"),
        ("value", "200"),
    ]
}

fn typing(value: &'static str) -> Event {
    event("edit", &[("test", "0"), ("assertion", "0"), ("field", "value")], &form(value))
}

fn changed(value: &str) -> Test {
    let mut test = test();
    test.assertions[0] = Assertion::body_contains(value);
    test
}

#[test]
fn the_whole_vocabulary_is_saved_as_it_was_loaded() {
    let saved = whole_vocabulary();
    let mut state = ready();
    state.suites.insert(Owner::numbered(GERRIT), Suite { tests: vec![saved.clone()] });
    let mut bench = bench(state);
    bench.act(event("duplicate-test", &[("test", "0")], &[]));
    let sent = bench.act(event("save-tests", &[], &[]));
    let (began, tests) = (vec![saved.clone()], vec![saved.clone(), saved]);
    assert_eq!(sent, [Effect::Send(Command::SaveTests { gerrit: GERRIT, owner: None, began, tests })]);
}

#[test]
fn what_is_typed_is_kept_once_the_typing_rests_and_put_away_when_nothing_is_unsaved() {
    let mut bench = bench(ready());
    assert_eq!(bench.rest(), []);
    bench.act(typing("typed"));
    assert_eq!(bench.rest(), []);
    bench.set_now(at("14:19"));
    let kept = bench.rest();
    let [Effect::Send(Command::KeepDraft { owner, rows: Some(rows) })] = kept.as_slice() else { panic!("{kept:?}") };
    assert_eq!(*owner, Owner::numbered(GERRIT));
    assert!(rows.contains("typed"), "{rows}");
    assert_eq!(bench.rest(), []);
    bench.act(event("undo", &[], &form("typed")));
    let (owner, rows) = (Owner::numbered(GERRIT), None);
    assert_eq!(bench.rest(), [Effect::Send(Command::KeepDraft { owner, rows })]);
}

#[test]
fn after_the_last_step_the_keyboard_goes_from_undo_to_redo_and_back() {
    let mut bench = bench(ready());
    bench.act(event("add-test", &[], &[]));
    assert_eq!(bench.act(event("undo", &[("at", "undo")], &[])), [Effect::Focus("redo".into())]);
    assert_eq!(bench.act(event("redo", &[("at", "redo")], &[])), [Effect::Focus("undo".into())]);
    // By the key alone it stays where it is.
    assert_eq!(bench.act(event("undo", &[("at", "test-0-up")], &[])), []);
}

#[test]
fn a_page_that_is_left_keeps_what_is_typed_at_once() {
    let mut bench = bench(ready());
    bench.act(typing("typed"));
    assert_eq!(bench.leave().len(), 1);
    // Also what was sent already: a page that goes away may not hear whether it has come.
    let unsaved = bench.unsaved();
    assert!(
        matches!(unsaved.as_slice(), [(owner, rows)] if *owner == Owner::numbered(GERRIT) && rows.contains("typed"))
    );
    assert_eq!(bench.leave(), []);
}

#[test]
fn a_full_store_is_said_and_what_is_typed_stays() {
    let mut bench = bench(ready());
    bench.act(typing("typed"));
    let sent = bench.leave();
    answer(&mut bench, &sent, Reply::Refused { problem: Problem::Storage { detail: "full".into() } });
    assert!(region(&bench, "notices").contains("data-problem=\"storage\""));
    assert!(region(&bench, "tests-bar").contains("data-unsaved"));
}

#[test]
fn unsaved_changes_are_here_again_and_can_be_saved_or_discarded() {
    let mut again = bench(unsaved("typed before"));
    let html = region(&again, "tests");
    assert!(html.contains("Unsaved changes from") && html.contains("value=\"typed before\""), "{html}");
    let sent = again.act(event("save-tests", &[], &[]));
    let assertions = vec![Assertion::body_contains("typed before")];
    let (began, tests) = (vec![test()], vec![Test { assertions, ..test() }]);
    assert_eq!(sent, [Effect::Send(Command::SaveTests { gerrit: GERRIT, owner: None, began, tests })]);

    let mut again = bench(unsaved("typed before"));
    again.act(event("discard-unsaved", &[], &[]));
    assert!(!region(&again, "tests-bar").contains("data-unsaved"));
    let (owner, rows) = (Owner::numbered(GERRIT), None);
    assert_eq!(again.rest(), [Effect::Send(Command::KeepDraft { owner, rows })]);
    again.act(event("undo", &[], &[]));
    assert!(region(&again, "tests").contains("value=\"typed before\""));
}

#[test]
fn tests_of_the_repository_are_saved_for_the_repository() {
    let mut bench = bench(owned());
    bench.act(typing("typed"));
    let owner = format!("repository:{ECHO}");
    bench.act(event("choose-owner", &[("owner", &owner)], &[]));
    bench.act(event("remove-test", &[("test", "1")], &[]));
    let sent = bench.act(event("save-tests", &[], &[]));
    let [Effect::Send(Command::SaveTests { gerrit: GERRIT, owner: Some(owner), began, tests })] = sent.as_slice()
    else {
        panic!("{sent:?}")
    };
    assert_eq!((owner, began.len(), tests.len()), (&Owner::Repository(ECHO.into()), 2, 1));
    answer(&mut bench, &sent, Reply::Done);
    bench.act(event("choose-owner", &[], &[]));
    assert!(region(&bench, "tests").contains("value=\"eventcoordinator\""), "the form is drawn as it was");
    assert!(region(&bench, "tests-bar").contains("data-unsaved"));
}

#[test]
fn a_test_that_is_moved_to_a_wiki_is_lost_in_neither_place() {
    let mut bench = bench(owned());
    let effects = bench.act(event("move-to", &[("owner", "wiki:enwiki"), ("test", "0")], &form("typed")));
    assert_eq!(effects, [Effect::Focus("save-tests".into())]);
    let sent = bench.act(event("save-tests", &[], &[]));
    let (owner, began, tests) = (Some(Owner::Wiki("enwiki".into())), Vec::new(), vec![changed("typed")]);
    assert_eq!(sent, [Effect::Send(Command::SaveTests { gerrit: GERRIT, owner, began, tests })]);
    bench.act(event("choose-owner", &[], &[]));
    assert!(!region(&bench, "tests").contains("data-test=\"0\""));
    bench.act(event("undo", &[], &[]));
    assert!(region(&bench, "tests").contains("value=\"typed\""));
}

#[test]
fn a_try_asks_what_is_typed_and_shows_what_came_beside_each_assertion() {
    let mut trying = bench(ready());
    let sent = trying.act(event("try-test", &[("test", "0"), ("on", "mwdebug")], &form("typed")));
    let (owner, test, above) = (Owner::numbered(GERRIT), changed("typed"), Vec::new());
    let asked = Command::TryTest { owner, gerrit: Some(GERRIT), test, above, on_mwdebug: true };
    assert_eq!(sent, [Effect::Send(asked)]);

    let failed = bench(tried(Some(Verdict::Fail)));
    let html = region(&failed, "tests");
    assert!(html.contains("id=\"test-0-assertion-0-tried\" data-result=\"fail\""), "{html}");
    assert!(html.contains("id=\"test-0-assertion-1-tried\" data-result=\"pass\""), "{html}");
    assert!(html.contains("found it does not (48,120 characters)"), "{html}");
    let mut edited = failed;
    edited.act(typing("other"));
    assert!(!region(&edited, "tests").contains("test-0-assertion-0-tried"), "it is another assertion now");
}

#[test]
fn a_single_assertion_is_tried_whatever_the_others_are() {
    let mut bench = bench(ready());
    let mut typed = form("typed");
    typed[7] = ("value", "two hundred");
    let sent = bench.act(event("try-assertion", &[("test", "0"), ("assertion", "0")], &typed));
    let [Effect::Send(Command::TryTest { test, .. })] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!(test.assertions, [Assertion::body_contains("typed")]);
    let sent = bench.act(event("try-assertion", &[("test", "0"), ("assertion", "1")], &typed));
    assert_eq!(sent, []);
    assert!(region(&bench, "tests").contains("id=\"test-0-assertion-1-value-complaint\""));
}

/// The form of two tests: the first captures what the second needs.
fn form_of_two(path: &'static str, url: &'static str) -> Vec<(&'static str, &'static str)> {
    let first = [("name", "The token"), ("url", "https://{host}/w/api.php?action=query&meta=tokens&format=json")];
    let demands = [("kind", "json"), ("path", "$.query.tokens.csrftoken"), ("must", "exists")];
    let captures = [("capture", "token"), ("capture_of", "json"), ("path", path)];
    let second = [("name", "With the token"), ("url", url)];
    [&first[..], &demands, &captures, &second, &[("kind", "body"), ("must", "contains"), ("value", "typed")]].concat()
}

#[test]
fn a_try_of_what_needs_a_value_brings_along_what_gives_it_as_typed() {
    let mut trying = bench(tried_with_above(Some(Verdict::Pass), None));
    let url = "https://{host}/wiki/X?{{token}}";
    let tried = event("try-test", &[("test", "1")], &form_of_two("$.typed", url));
    let sent = trying.act(tried.clone());
    let [Effect::Send(Command::TryTest { test, above, .. })] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!((test.url.as_str(), above.len()), (url, 1));
    assert_eq!(above[0].captures[0].of, Subject::Json { path: "$.typed".into() });
    // The same of a single assertion.
    let single = Event {
        act: "try-assertion".into(),
        data: [("test".into(), "1".into()), ("assertion".into(), "0".into())].into(),
        ..tried
    };
    assert!(matches!(&*trying.act(single), [Effect::Send(Command::TryTest { above, .. })] if above.len() == 1));
}

#[test]
fn what_above_cannot_be_asked_is_marked_there_and_nothing_is_sent() {
    let mut trying = bench(tried_with_above(Some(Verdict::Pass), None));
    let url = "https://{host}/wiki/X?{{token}}";
    let sent = trying.act(event("try-test", &[("test", "1")], &form_of_two("", url)));
    assert_eq!(sent, []);
    let html = region(&trying, "tests");
    assert!(html.contains("Test 1 gives it a value and must be corrected first."), "{html}");
    assert!(region(&trying, "tests-bar").contains("data-problem=\"bad_test\""));
    // What needs nothing of it can be tried all the same.
    let alone = form_of_two("", "https://{host}/wiki/X");
    let sent = trying.act(event("try-test", &[("test", "1")], &alone));
    assert!(matches!(&*sent, [Effect::Send(Command::TryTest { above, .. })] if above.is_empty()), "{sent:?}");
    let sent = trying.act(event("try-test", &[("test", "1")], &form_of_two("$.a", "https://{host}/{{other}}")));
    assert_eq!(sent, []);
    assert!(region(&trying, "tests").contains("Nothing gives {{other}}; capture it in a test above"));
}

#[test]
fn a_try_is_given_up_by_a_click_and_the_keyboard_goes_to_where_it_began() {
    let mut trying = bench(tried_with_above(None, None));
    let html = region(&trying, "tests");
    assert!(html.contains("first what gives this test its values: <bdi>The token</bdi>"), "{html}");
    assert!(
        html.contains("Waiting: en.wikipedia.org asked to wait 5 s.") && html.contains("id=\"test-1-cancel-try\""),
        "{html}"
    );
    let sent = trying.act(event("cancel-try", &[("test", "1")], &[]));
    assert_eq!(sent, [Effect::Send(Command::CancelTry), Effect::Focus("test-1-try".into())]);
    let sent = trying.act(event("cancel-try", &[("test", "1"), ("on", "mwdebug")], &[]));
    assert_eq!(sent, [Effect::Send(Command::CancelTry), Effect::Focus("test-1-try-mwdebug".into())]);
}

#[test]
fn what_came_of_a_try_is_shown_as_long_as_it_would_get_the_same_values() {
    let mut tried = bench(tried_with_above(Some(Verdict::Fail), Some(Verdict::Pass)));
    let html = region(&tried, "tests");
    assert!(
        html.contains("id=\"test-1-tried\" data-result=\"pass\"") && html.contains("<li data-result=\"fail\""),
        "{html}"
    );
    let url = "https://{host}/wiki/Special:ListGroupRights?{{token}}";
    let data = [("test", "0"), ("field", "path")];
    tried.act(event("edit", &data, &form_of_two("$.query.tokens.csrftoken", url)));
    assert!(region(&tried, "tests").contains("id=\"test-1-tried\""));
    tried.act(event("edit", &data, &form_of_two("$.query.tokens.other", url)));
    assert!(!region(&tried, "tests").contains("id=\"test-1-tried\""));
}

#[test]
fn what_proves_nothing_is_said_to_hold_nothing() {
    let html = region(&bench(tried(Some(Verdict::Inconclusive))), "tests");
    assert!(html.contains("proves nothing") && !html.contains("data-result=\"pass\""), "{html}");
}

#[test]
fn moving_by_key_takes_the_keyboard_along_and_says_so() {
    let mut bench = bench(ready());
    let data = [("test", "0"), ("assertion", "0"), ("at", "test-0-assertion-0-value")];
    let effects = bench.act(event("move-down", &data, &form("typed")));
    assert_eq!(effects, [Effect::Focus("test-0-assertion-1-value".into())]);
    assert!(region(&bench, "status").contains("Assertion 1 is now number 2 of 2."));
}

#[test]
fn the_search_leaves_what_has_every_word() {
    let mut bench = bench(owned());
    let mut found = |search: &'static str| {
        bench.act(event("search", &[], &[("search", search)]));
        let html = region(&bench, "changes");
        (html.contains("id=\"choose-1330001\""), html.contains("id=\"shared-0\""))
    };
    assert_eq!(found("ListGroupRights"), (true, true));
    assert_eq!(found("extensions/echo"), (false, true));
    assert_eq!(found("the eventcoordinator group 1330001"), (true, false));
    assert_eq!(found("nowhere"), (false, false));
}

#[test]
fn tests_that_were_saved_elsewhere_are_among_those_that_are_taken_up_again() {
    let (state, new) = saved_elsewhere(unsaved("typed before"));
    let mut again = bench(state);
    let html = region(&again, "tests");
    assert!(html.contains("data-merged") && html.contains("Added: <bdi>Added elsewhere</bdi>"), "{html}");
    let sent = again.act(event("save-tests", &[], &[]));
    let assertions = vec![Assertion::body_contains("typed before")];
    let (began, tests) = (vec![test(), new.clone()], vec![Test { assertions, ..test() }, new]);
    assert_eq!(sent, [Effect::Send(Command::SaveTests { gerrit: GERRIT, owner: None, began, tests })]);
}

#[test]
fn tests_that_are_saved_elsewhere_come_into_the_open_form_beside_what_is_typed() {
    let mut bench = bench(ready());
    bench.act(typing("typed"));
    let (state, new) = saved_elsewhere(ready());
    bench.set_state(state.clone());
    let html = region(&bench, "tests");
    assert!(html.contains("Added: <bdi>Added elsewhere</bdi>") && html.contains("value=\"typed\""), "{html}");
    bench.act(event("keep-unsaved", &[], &[]));
    assert!(!region(&bench, "tests").contains("data-merged"));
    let sent = bench.act(event("save-tests", &[], &[]));
    let (began, tests) = (vec![test(), new.clone()], vec![changed("typed"), new]);
    assert_eq!(sent, [Effect::Send(Command::SaveTests { gerrit: GERRIT, owner: None, began, tests })]);
}

#[test]
fn what_a_page_saves_itself_is_no_news_to_what_is_typed_on() {
    let mut bench = bench(ready());
    bench.act(typing("typed"));
    let sent = bench.act(event("save-tests", &[], &form("typed")));
    bench.act(typing("typed on"));
    let mut state = ready();
    state.suites.insert(Owner::numbered(GERRIT), Suite { tests: vec![changed("typed")] });
    bench.set_state(state);
    answer(&mut bench, &sent, Reply::Done);
    let sent = bench.act(event("save-tests", &[], &[]));
    let (began, tests) = (vec![changed("typed")], vec![changed("typed on")]);
    assert_eq!(sent, [Effect::Send(Command::SaveTests { gerrit: GERRIT, owner: None, began, tests })]);
    assert!(!region(&bench, "tests").contains("data-merged"));
}

#[test]
fn a_save_over_what_this_page_has_not_seen_is_refused_and_the_next_click_saves_both() {
    let mut refused = refused_save();
    let html = region(&refused, "notices");
    assert!(html.contains("data-problem=\"saved_elsewhere\"") && html.contains("The form has both now"), "{html}");
    assert!(region(&refused, "tests").contains("data-merged"));
    assert!(region(&refused, "tests-bar").contains("data-unsaved"));
    let sent = refused.act(event("save-tests", &[], &[]));
    let (_, new) = saved_elsewhere(ready());
    let (began, tests) = (vec![test(), new.clone()], vec![changed("typed"), new]);
    assert_eq!(sent, [Effect::Send(Command::SaveTests { gerrit: GERRIT, owner: None, began, tests })]);
    assert!(!region(&refused, "notices").contains("saved_elsewhere"));
}

#[test]
fn a_second_save_before_the_answer_to_the_first_begins_from_what_that_saves() {
    let mut bench = bench(ready());
    let first = bench.act(event("save-tests", &[], &form("typed")));
    let second = bench.act(event("save-tests", &[], &form("typed on")));
    let (began, tests) = (vec![changed("typed")], vec![changed("typed on")]);
    assert_eq!(second, [Effect::Send(Command::SaveTests { gerrit: GERRIT, owner: None, began, tests })]);
    // The first is refused, and with it the second: what is saved after them begins from the state again.
    for sent in [first, second] {
        answer(&mut bench, &sent, Reply::Refused { problem: Problem::SavedElsewhere });
    }
    let (began, tests) = (vec![test()], vec![changed("typed on")]);
    let third = bench.act(event("save-tests", &[], &[]));
    assert_eq!(third, [Effect::Send(Command::SaveTests { gerrit: GERRIT, owner: None, began, tests })]);
}

#[test]
fn an_answer_that_comes_after_a_later_state_does_not_take_the_form_back() {
    let mut bench = bench(ready());
    let sent = bench.act(event("save-tests", &[], &form("typed")));
    let mut state = ready();
    let new = saved_elsewhere(ready()).1;
    state.suites.insert(Owner::numbered(GERRIT), Suite { tests: vec![changed("typed"), new.clone()] });
    bench.set_state(state);
    answer(&mut bench, &sent, Reply::Done);
    assert!(!region(&bench, "tests-bar").contains("data-unsaved"));
    let sent = bench.act(event("save-tests", &[], &[]));
    let began = vec![changed("typed"), new];
    let tests = began.clone();
    assert_eq!(sent, [Effect::Send(Command::SaveTests { gerrit: GERRIT, owner: None, began, tests })]);
}

#[test]
fn what_was_saved_as_the_page_was_left_is_put_away_and_not_offered_again() {
    let mut first = bench(State { suites: BTreeMap::new(), ..ready() });
    first.act(typing("typed"));
    let [(owner, rows)] = first.unsaved().try_into().unwrap();
    let mut state = ready();
    state.suites.insert(owner.clone(), Suite { tests: vec![changed("typed")] });
    // The page was gone before the answer came, and what it had kept came after the save.
    state.drafts.insert(owner.clone(), UnsavedTests { at: at("14:16"), rows });
    let mut again = bench(state);
    assert!(!region(&again, "tests").contains("data-taken-up"));
    assert!(!region(&again, "tests-bar").contains("data-unsaved"));
    assert_eq!(again.rest(), [Effect::Send(Command::KeepDraft { owner, rows: None })]);
}

#[test]
fn what_could_not_be_kept_is_said_and_kept_as_soon_as_there_is_room() {
    let mut bench = bench(unsaved("typed before"));
    bench.act(event("discard-unsaved", &[], &[]));
    bench.act(typing("typed"));
    let sent = bench.leave();
    assert_eq!(sent.len(), 1);
    answer(&mut bench, &sent, Reply::Refused { problem: Problem::TooManyUnsaved { kept: 40 } });
    assert!(region(&bench, "notices").contains("Save these tests before you close the page"));
    bench.set_now(at("14:19"));
    assert_eq!(bench.rest(), []);
    bench.set_state(ready());
    let kept = bench.rest();
    assert!(matches!(kept.as_slice(), [Effect::Send(Command::KeepDraft { rows: Some(_), .. })]), "{kept:?}");
}

#[test]
fn the_wikis_of_a_change_are_said_chosen_and_taken_back_by_a_click_each() {
    let said = |effects: Vec<Effect>| match effects.as_slice() {
        [Effect::Send(Command::SayAbout { gerrit: GERRIT, about })] => about.clone(),
        other => panic!("{other:?}"),
    };
    let these = |wikis: &[&str]| About::these(wikis.iter().map(|wiki| (*wiki).to_owned()).collect());
    let mut bench = page(Screen::Workbench, Some(concerned(about(&["jawiki"]))));
    for typed in ["dewiki", "de.wikipedia.org", "https://de.wikipedia.org/wiki/A"] {
        let effects = bench.act(event("add-wiki", &[], &[("about-wiki", typed)]));
        assert_eq!(said(effects), Some(these(&["jawiki", "dewiki"])), "{typed}");
    }
    assert_eq!(said(bench.act(event("drop-wiki", &[("wiki", "jawiki")], &[]))), Some(these(&[])));
    assert_eq!(said(bench.act(event("wikis-of-title", &[], &[]))), None);
    assert_eq!(bench.act(event("add-wiki", &[], &[("about-wiki", "")])), [Effect::Focus("about-wiki".into())]);

    let several = these(&["jawiki", "dewiki"]);
    let chosen = About { chosen: Some("dewiki".into()), ..several.clone() };
    let mut bench = page(Screen::Workbench, Some(concerned(about(&["jawiki", "dewiki"]))));
    assert_eq!(said(bench.act(event("mean-wiki", &[("wiki", "dewiki")], &[]))), Some(chosen.clone()));
    bench.set_state(concerned(Concern { about: chosen, said: true, ..Concern::default() }));
    assert_eq!(said(bench.act(event("mean-wiki", &[("wiki", "dewiki")], &[]))), Some(several));
}
