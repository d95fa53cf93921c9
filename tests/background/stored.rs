// SPDX-License-Identifier: GPL-2.0-or-later
//! What is kept by other versions: older ones are read, newer ones are left alone until the user says otherwise.

use super::fake::Browser;
use super::{GERRIT, prepared, refusal, saving, started, state, test, wikimedia};
use backport_verify::app::{Command, Problem, Reply};
use backport_verify::ports::Area;
use backport_verify::store::seal;
use backport_verify::suite::Owner;
use backport_verify::verify::Verdict;
use std::path::{Path, PathBuf};

/// Everything that is kept for good: key, and what the user calls it.
const KEPT: [(&str, &str); 7] = [
    ("settings", "settings"),
    ("library", "tests"),
    ("drafts", "unsaved tests"),
    ("runs", "results"),
    ("journal", "run"),
    ("reminders", "reminders"),
    ("outbox", "sent reports"),
];

fn fixtures(schema: u64) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/store/schema-{schema}"))
}

/// The schema that this version writes.
fn newest() -> u64 {
    let sealed: serde_json::Value = serde_json::from_str(&seal(&()).unwrap()).unwrap();
    sealed["schema"].as_u64().unwrap()
}

/// A browser with all that a version has kept.
fn browser_of(schema: u64) -> Browser {
    let browser = Browser::new();
    for (key, _) in KEPT {
        let file = fixtures(schema).join(format!("{key}.json"));
        // The first version had neither.
        if schema == 1 && matches!(key, "outbox" | "drafts") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(text.starts_with(&format!("{{\"schema\":{schema},")), "{}", file.display());
        browser.put(Area::Local, key, &text);
    }
    browser
}

#[tokio::test]
async fn what_every_older_version_and_this_one_kept_is_read_whole() {
    for schema in 1..=newest() {
        let browser = browser_of(schema);
        browser.answers(wikimedia(true));
        started(&browser).await;
        let state = state(&browser);
        assert_eq!(state.unreadable, [], "schema {schema}");
        assert_eq!(
            state.settings.nick.as_ref().map(backport_verify::schedule::Nick::as_str),
            Some("submitter"),
            "schema {schema}"
        );
        assert_eq!(state.settings.switches.len(), 1, "schema {schema}");
        assert_eq!(state.settings.servers.settled().len(), 1, "schema {schema}");
        assert_eq!(state.drafts.len(), usize::from(schema > 1), "schema {schema}");
        // What nobody has said of a change's wikis is not said.
        assert!(state.concerns.values().all(|concern| !concern.said), "schema {schema}");
        assert_eq!(state.left_reports.len(), usize::from(schema > 1), "schema {schema}");
        let tests = state.tests_of(GERRIT);
        assert_eq!((tests.len() > 1, tests[0].assertions.len()), (true, 7), "schema {schema}");
        // The first version knew neither, and what nobody has said is not so.
        let said = (tests[0].must_fail_before, tests[1].allowed);
        assert_eq!(said, if schema == 1 { (false, false) } else { (true, true) }, "schema {schema}");
        // The run on mwdebug that was under way takes the place of the one that had ended.
        assert!(state.run_of(GERRIT, false).is_some(), "schema {schema}");
        let ended = state.run_of(GERRIT, true).unwrap();
        let outcome = ended.journal.deciding(0).unwrap();
        assert_ne!(outcome.verdict, Verdict::Inconclusive, "schema {schema}");
        assert_eq!(outcome.assertions.len(), 7, "schema {schema}");
    }
}

#[tokio::test]
async fn what_an_older_version_kept_is_written_anew_by_the_next_save() {
    let browser = browser_of(1);
    browser.answers(wikimedia(true));
    let app = started(&browser).await;
    let owner = Some(Owner::Repository("mediawiki/core".into()));
    assert_eq!(app.handle(saving(&browser, GERRIT, owner, vec![test()])).await, Reply::Done);
    let kept = browser.kept(Area::Local, "library").unwrap();
    assert!(kept.starts_with(&format!("{{\"schema\":{},", newest())), "{kept}");
    let again = started(&browser).await;
    drop(again);
    assert_eq!(state(&browser).tests_of(GERRIT)[0].assertions.len(), 7);
}

#[tokio::test]
async fn what_a_newer_version_kept_can_be_exported_and_then_removed_and_never_before() {
    for (key, what) in KEPT {
        let browser = Browser::new();
        browser.answers(wikimedia(false));
        let newer = r#"{"schema":99,"data":{"in":"another shape"}}"#;
        browser.put(Area::Local, key, newer);
        let app = started(&browser).await;
        let unreadable = state(&browser).unreadable;
        assert_eq!(unreadable.len(), 1, "{key}");
        assert_eq!((unreadable[0].what.as_str(), unreadable[0].newer, unreadable[0].exported), (what, true, false));

        let anew = || Command::StartAnew { what: what.into() };
        assert!(matches!(refusal(app.handle(anew()).await), Problem::Unreadable { .. }), "{key}");
        assert_eq!(browser.kept(Area::Local, key).as_deref(), Some(newer), "{key}");
        let stored = app.handle(Command::ExportStored { what: what.into() }).await;
        assert_eq!(stored, Reply::Stored { what: what.into(), text: newer.into() });
        assert!(state(&browser).unreadable[0].exported, "{key}");
        assert_eq!(browser.kept(Area::Local, key).as_deref(), Some(newer), "{key}");
        assert_eq!(app.handle(anew()).await, Reply::Done, "{key}");
        assert_eq!(browser.kept(Area::Local, key), None, "{key}");
        assert_eq!(state(&browser).unreadable, [], "{key}");
    }
}

#[tokio::test]
async fn after_starting_anew_tests_are_kept_again() {
    let browser = Browser::new();
    browser.answers(wikimedia(false));
    browser.put(Area::Local, "library", r#"{"schema":99,"data":{}}"#);
    let app = started(&browser).await;
    let save = || saving(&browser, GERRIT, None, vec![test()]);
    assert!(matches!(refusal(app.handle(save()).await), Problem::Unreadable { .. }));
    app.handle(Command::ExportStored { what: "tests".into() }).await;
    app.handle(Command::StartAnew { what: "tests".into() }).await;
    assert_eq!(app.handle(save()).await, Reply::Done);
    assert_eq!(state(&browser).suite_of(GERRIT).unwrap().tests, [test()]);
}

#[tokio::test]
async fn what_is_broken_is_no_newer_version_and_what_can_be_read_is_not_given_out() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    for what in ["settings", "tests", "journal", "nothing"] {
        let given = app.handle(Command::ExportStored { what: what.into() }).await;
        assert_eq!(given, Reply::Refused { problem: Problem::Gone }, "{what}");
        assert_eq!(app.handle(Command::StartAnew { what: what.into() }).await, given, "{what}");
    }
    browser.put(Area::Local, "library", "{");
    started(&browser).await;
    assert!(!state(&browser).unreadable[0].newer);
}
