// SPDX-License-Identifier: GPL-2.0-or-later
//! Suites that are shared on a wiki page, and tests that a commit message names: shown first, never run or saved unasked.

use super::fake::{Answer, Browser, page};
use super::{GERRIT, PRODUCTION, prepared, refusal, saving, state, test};
use backport_verify::app::{App, Command, Loaded, Problem, Refusal, Reply, Saving, Shared};
use backport_verify::check::Assertion;
use backport_verify::exchange::{Method, Request, Session, TransportError};
use backport_verify::ports::Area;
use backport_verify::suite::{Difference, Owner, Test, suite_in};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;
use url::form_urlencoded;

pub(super) const PAGE: &str = "https://www.mediawiki.org/wiki/Extension:Echo/Backport_tests";
const API: &str = "https://www.mediawiki.org/w/api.php";

/// A wiki with one page.
#[derive(Debug, Default)]
struct Wiki {
    text: Option<String>,
    revision: u64,
    logged_in: bool,
    token: u32,
    /// What the next edits are refused with.
    refuses: Vec<&'static str>,
    silent: bool,
}

type Shelf = Rc<RefCell<Wiki>>;

fn owner() -> Owner {
    Owner::Repository("mediawiki/extensions/Echo".into())
}

fn smoke(name: &str, text: &str) -> Test {
    let url = format!("https://en.wikipedia.org/wiki/Special:{name}");
    Test { name: name.into(), url, assertions: vec![Assertion::body_contains(text)], ..Test::default() }
}

fn in_a_page(yaml: &str) -> String {
    format!("== Tests ==\n<syntaxhighlight lang=\"yaml\">\n{yaml}</syntaxhighlight>\n[[Category:Echo]]")
}

fn form(request: &Request) -> impl Fn(&str) -> Option<String> {
    let query = request.url.split_once('?').map_or("", |(_, query)| query);
    let text = request.body.clone().unwrap_or_else(|| query.to_owned());
    let pairs: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    move |name| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
}

fn edit(wiki: &mut Wiki, request: &Request) -> Value {
    let form = form(request);
    let refused = |code: &str| json!({"error": {"code": code, "info": "Why not."}});
    if !wiki.refuses.is_empty() {
        return refused(wiki.refuses.remove(0));
    }
    if form("token") != Some(format!("token{}+\\", wiki.token)) {
        return refused("badtoken");
    }
    let base: Option<u64> = form("baserevid").and_then(|base| base.parse().ok());
    match (&wiki.text, base) {
        (Some(_), None) if form("createonly").is_some() => return refused("articleexists"),
        (None, _) if form("nocreate").is_some() => return refused("missingtitle"),
        (Some(_), Some(base)) if base != wiki.revision => return refused("editconflict"),
        _ => {}
    }
    wiki.revision += 1;
    wiki.text = form("text");
    json!({"edit": {"result": "Success", "newrevid": wiki.revision, "newtimestamp": "2026-08-18T13:06:00Z"}})
}

fn asked(wiki: &Shelf, request: &Request) -> Answer {
    let mut wiki = wiki.borrow_mut();
    let form = form(request);
    let value = if request.method == Method::Post {
        if wiki.silent {
            return Some(Err(TransportError::Timeout { after_ms: 20_000 }));
        }
        edit(&mut wiki, request)
    } else if form("meta").as_deref() == Some("tokens") {
        if wiki.logged_in {
            wiki.token += 1;
            json!({"query": {"tokens": {"csrftoken": format!("token{}+\\", wiki.token)}}})
        } else {
            json!({"error": {"code": "assertuserfailed", "info": "You are not logged in."}})
        }
    } else {
        let page = wiki.text.as_ref().map_or_else(
            || json!({"title": "Extension:Echo/Backport tests", "missing": true}),
            |text| {
                let slots = json!({"main": {"content": text}});
                json!({"title": "x", "revisions": [{"revid": wiki.revision, "timestamp": "2026-08-18T12:00:00Z", "slots": slots}]})
            },
        );
        json!({"curtimestamp": "2026-08-18T13:05:00Z", "query": {"pages": [page]}})
    };
    page(request, PRODUCTION, "pass", &value.to_string())
}

/// A background whose repository's suite is shared on a page that says `text`.
async fn sharing(browser: &Browser, text: Option<String>) -> (App<Browser>, Shelf) {
    let app = prepared(browser).await;
    let wiki: Shelf = Rc::new(RefCell::new(Wiki { text, revision: 41, logged_in: true, ..Wiki::default() }));
    let shelf = wiki.clone();
    browser.answers(move |request| {
        if request.url.starts_with(API) { asked(&shelf, request) } else { super::wikimedia(false)(request) }
    });
    let set = Command::SetShared { owner: owner(), url: PAGE.into() };
    assert_eq!(app.handle(set).await, Reply::Done);
    (app, wiki)
}

async fn read(app: &App<Browser>) {
    assert_eq!(app.handle(Command::ReadShared { owner: owner() }).await, Reply::Done);
    app.work().await;
}

async fn keep(app: &App<Browser>, browser: &Browser, tests: Vec<Test>) {
    let save = saving(browser, GERRIT, Some(owner()), tests);
    assert_eq!(app.handle(save).await, Reply::Done);
}

async fn save(app: &App<Browser>, browser: &Browser) -> Option<Saving> {
    let revision = shared(browser).read.value().unwrap().1.revision;
    let save = Command::SaveShared { owner: owner(), revision, summary: "Say it".into() };
    assert_eq!(app.handle(save).await, Reply::Done);
    app.work().await;
    shared(browser).saving
}

fn shared(browser: &Browser) -> Shared {
    state(browser).shared[&owner()].clone()
}

fn offered(browser: &Browser) -> Vec<Difference> {
    shared(browser).read.value().unwrap().1.offers.iter().map(|offer| offer.difference.clone()).collect()
}

fn kept(browser: &Browser) -> Vec<Test> {
    state(browser).suites.get(&owner()).map(|suite| suite.tests.clone()).unwrap_or_default()
}

fn posts(browser: &Browser) -> Vec<Request> {
    browser.sent().into_iter().filter(|sent| sent.method == Method::Post && sent.url == API).collect()
}

const YAML: &str = "https://en.wikipedia.org:\n- path: /wiki/Special:Notifications\n  name: Notifications\n  assert_body_contains: Notifications\n";

#[tokio::test]
async fn a_page_is_read_as_nobody_and_nothing_of_it_is_kept_or_run_unasked() {
    let browser = Browser::new();
    let (app, _) = sharing(&browser, Some(in_a_page(YAML))).await;
    read(&app).await;
    let theirs = smoke("Notifications", "Notifications");
    assert_eq!(offered(&browser), [Difference::Added { test: theirs.clone() }]);
    assert_eq!(kept(&browser), []);
    let sent = browser.sent();
    let reads: Vec<&Request> = sent.iter().filter(|request| request.url.starts_with(API)).collect();
    assert_eq!(reads.len(), 1);
    assert_eq!((reads[0].method, reads[0].session), (Method::Get, Session::Anonymous));
    assert!(!sent.iter().any(|request| request.url == theirs.url));
}

#[tokio::test]
async fn what_the_submitter_chose_is_taken_over_without_any_allowance() {
    let browser = Browser::new();
    let yaml = format!("{YAML}- path: /wiki/Special:Echo\n  name: Echo\n  method: POST\n  assert_status: 200\n");
    let (app, _) = sharing(&browser, Some(in_a_page(&yaml))).await;
    read(&app).await;
    let offers = offered(&browser);
    assert_eq!(offers.len(), 2);
    assert_eq!(app.handle(Command::TakeShared { owner: owner(), chosen: offers[1..].to_vec() }).await, Reply::Done);
    let kept = kept(&browser);
    assert_eq!(kept.iter().map(|test| (test.name.as_str(), test.allowed)).collect::<Vec<_>>(), [("Echo", false)]);
    assert_eq!(offered(&browser), offers[..1]);
}

#[tokio::test]
async fn what_is_not_as_it_was_seen_is_not_taken_over() {
    let browser = Browser::new();
    let (app, wiki) = sharing(&browser, Some(in_a_page(YAML))).await;
    read(&app).await;
    let seen = offered(&browser);
    wiki.borrow_mut().text = Some(in_a_page(&YAML.replace("contains: N", "contains: X")));
    read(&app).await;
    let problem = refusal(app.handle(Command::TakeShared { owner: owner(), chosen: seen }).await);
    assert_eq!(problem, Problem::TestChanged { test: "Notifications".into() });
    assert_eq!(kept(&browser), []);
}

#[tokio::test]
async fn a_test_of_a_foreign_host_is_shown_and_refused() {
    let browser = Browser::new();
    let (app, _) = sharing(&browser, Some("https://example.org:\n- path: /\n  assert_status: 200\n".into())).await;
    read(&app).await;
    let offer = shared(&browser).read.value().unwrap().1.offers[0].clone();
    assert!(offer.refused.unwrap().contains("not a Wikimedia site"));
    let take = Command::TakeShared { owner: owner(), chosen: vec![offer.difference] };
    assert!(matches!(refusal(app.handle(take).await), Problem::BadTest { .. }));
    assert_eq!(kept(&browser), []);
}

#[tokio::test]
async fn only_pages_of_wikimedia_hold_suites_and_only_of_repositories_and_wikis() {
    let browser = Browser::new();
    let (app, _) = sharing(&browser, None).await;
    for (owner, url) in [
        (owner(), "https://example.org/wiki/X"),
        (owner(), "http://www.mediawiki.org/wiki/X"),
        (Owner::numbered(GERRIT), PAGE),
    ] {
        let set = Command::SetShared { owner, url: url.into() };
        assert!(matches!(refusal(app.handle(set).await), Problem::NotShared { .. }), "{url}");
    }
    assert_eq!(shared(&browser).page.url(), PAGE);
    app.handle(Command::SetShared { owner: owner(), url: " ".into() }).await;
    assert!(state(&browser).shared.is_empty());
}

#[tokio::test]
async fn a_page_that_is_no_suite_says_where_and_our_tests_stay() {
    let browser = Browser::new();
    let (app, _) = sharing(&browser, Some(in_a_page("https://en.wikipedia.org:\n- method: GET\n"))).await;
    keep(&app, &browser, vec![smoke("Version", "v")]).await;
    read(&app).await;
    let Loaded::Failed { problem: Problem::PageUnreadable { detail, .. }, .. } = shared(&browser).read else {
        panic!("it was read")
    };
    assert!(detail.starts_with("line 4, column 3: the test has no path"), "{detail}");
    assert_eq!(kept(&browser).len(), 1);
}

#[tokio::test]
async fn saving_posts_once_as_the_user_over_the_revision_that_was_read_and_keeps_what_stands_around() {
    let browser = Browser::new();
    let (app, wiki) = sharing(&browser, Some(in_a_page(YAML))).await;
    keep(&app, &browser, vec![smoke("Version", "v")]).await;
    read(&app).await;
    assert_eq!(posts(&browser), []);
    assert!(matches!(save(&app, &browser).await, Some(Saving::Saved { .. })));
    let posts = posts(&browser);
    assert_eq!((posts.len(), posts[0].session), (1, Session::Mine));
    let sent = form(&posts[0]);
    for (name, value) in [
        ("action", "edit"),
        ("title", "Extension:Echo/Backport tests"),
        ("summary", "Say it"),
        ("assert", "user"),
        ("nocreate", "1"),
        ("baserevid", "41"),
        ("basetimestamp", "2026-08-18T12:00:00Z"),
        ("starttimestamp", "2026-08-18T13:05:00Z"),
    ] {
        assert_eq!(sent(name).as_deref(), Some(value), "{name}");
    }
    assert!(posts[0].body.as_ref().unwrap().ends_with("&token=token1%2B%5C"));
    let text = wiki.borrow().text.clone().unwrap();
    assert!(text.starts_with("== Tests ==\n") && text.ends_with("</syntaxhighlight>\n[[Category:Echo]]"), "{text}");
    assert_eq!(suite_in(&text).unwrap().tests, kept(&browser));
    assert_eq!((offered(&browser), shared(&browser).read.value().unwrap().1.revision), (vec![], Some(42)));
}

#[tokio::test]
async fn a_page_that_is_not_there_is_made_and_never_written_over() {
    let browser = Browser::new();
    let (app, wiki) = sharing(&browser, None).await;
    keep(&app, &browser, vec![smoke("Version", "v")]).await;
    read(&app).await;
    wiki.borrow_mut().text = Some("Somebody's.".into());
    assert_eq!(save(&app, &browser).await, Some(Saving::Failed { refusal: Refusal::Conflict }));
    wiki.borrow_mut().text = None;
    assert!(matches!(save(&app, &browser).await, Some(Saving::Saved { .. })));
    assert_eq!(form(posts(&browser).last().unwrap())("createonly").as_deref(), Some("1"));
}

#[tokio::test]
async fn a_conflict_keeps_both_versions_and_after_reading_again_it_can_be_saved() {
    let browser = Browser::new();
    let (app, wiki) = sharing(&browser, Some(in_a_page(YAML))).await;
    keep(&app, &browser, vec![smoke("Version", "v")]).await;
    read(&app).await;
    let theirs = in_a_page(&YAML.replace("contains: N", "contains: X"));
    (wiki.borrow_mut().text, wiki.borrow_mut().revision) = (Some(theirs.clone()), 50);
    assert_eq!(save(&app, &browser).await, Some(Saving::Failed { refusal: Refusal::Conflict }));
    assert_eq!(wiki.borrow().text.as_ref(), Some(&theirs));
    assert_eq!(kept(&browser), [smoke("Version", "v")]);
    read(&app).await;
    assert_eq!(offered(&browser).len(), 2);
    assert!(matches!(save(&app, &browser).await, Some(Saving::Saved { .. })));
    assert_eq!(wiki.borrow().revision, 51);
}

#[tokio::test]
async fn a_bad_token_is_asked_for_once_more_and_no_token_is_kept() {
    let browser = Browser::new();
    let (app, wiki) = sharing(&browser, Some(in_a_page(YAML))).await;
    keep(&app, &browser, vec![smoke("Version", "v")]).await;
    read(&app).await;
    wiki.borrow_mut().refuses = vec!["badtoken"];
    assert!(matches!(save(&app, &browser).await, Some(Saving::Saved { .. })));
    assert_eq!(posts(&browser).len(), 2);
    keep(&app, &browser, vec![smoke("Version", "w")]).await;
    wiki.borrow_mut().refuses = vec!["badtoken", "badtoken"];
    assert_eq!(save(&app, &browser).await, Some(Saving::Failed { refusal: Refusal::Token }));
    assert_eq!(posts(&browser).len(), 4);
    for (area, key) in [(Area::Session, "shared"), (Area::Session, "state"), (Area::Local, "library")] {
        assert!(!browser.kept(area, key).unwrap().contains("+\\\\"), "{key}");
    }
}

#[tokio::test]
async fn who_is_not_logged_in_posts_nothing() {
    let browser = Browser::new();
    let (app, wiki) = sharing(&browser, Some(in_a_page(YAML))).await;
    keep(&app, &browser, vec![smoke("Version", "v")]).await;
    read(&app).await;
    wiki.borrow_mut().logged_in = false;
    let host = "www.mediawiki.org".to_owned();
    assert_eq!(save(&app, &browser).await, Some(Saving::Failed { refusal: Refusal::NotLoggedIn { host } }));
    assert_eq!(posts(&browser), []);
}

#[tokio::test]
async fn refusals_of_the_wiki_are_told_and_not_sent_again() {
    for code in ["readonly", "abusefilter-disallowed", "blocked", "protectedpage", "ratelimited"] {
        let browser = Browser::new();
        let (app, wiki) = sharing(&browser, Some(in_a_page(YAML))).await;
        keep(&app, &browser, vec![smoke("Version", "v")]).await;
        read(&app).await;
        wiki.borrow_mut().refuses = vec![code];
        let refusal = Refusal::of(code, "Why not.", "www.mediawiki.org");
        assert_eq!(save(&app, &browser).await, Some(Saving::Failed { refusal }), "{code}");
        assert_eq!((posts(&browser).len(), kept(&browser).len()), (1, 1), "{code}");
    }
}

#[tokio::test]
async fn a_post_without_an_answer_is_not_sent_again() {
    let browser = Browser::new();
    let (app, wiki) = sharing(&browser, Some(in_a_page(YAML))).await;
    keep(&app, &browser, vec![smoke("Version", "v")]).await;
    read(&app).await;
    wiki.borrow_mut().silent = true;
    assert!(matches!(save(&app, &browser).await, Some(Saving::Failed { refusal: Refusal::NoAnswer { .. } })));
    assert_eq!(posts(&browser).len(), 1);
    app.work().await;
    assert_eq!(posts(&browser).len(), 1);
}

#[tokio::test]
async fn a_saving_that_a_stop_interrupted_is_told_and_not_gone_on_with() {
    let browser = Browser::new();
    let (app, _) = sharing(&browser, Some(in_a_page(YAML))).await;
    keep(&app, &browser, vec![smoke("Version", "v")]).await;
    read(&app).await;
    let save = Command::SaveShared { owner: owner(), revision: Some(41), summary: "Say it".into() };
    assert_eq!(app.handle(save).await, Reply::Done);
    drop(app);
    let app = super::started(&browser).await;
    app.work().await;
    assert_eq!(shared(&browser).saving, Some(Saving::Failed { refusal: Refusal::Interrupted }));
    assert_eq!(posts(&browser), []);
}

#[tokio::test]
async fn nothing_is_saved_that_was_not_read_or_has_no_summary_or_no_test() {
    let browser = Browser::new();
    let (app, _) = sharing(&browser, Some(in_a_page(YAML))).await;
    let save = |revision, summary: &str| Command::SaveShared { owner: owner(), revision, summary: summary.into() };
    assert!(matches!(refusal(app.handle(save(Some(41), "x")).await), Problem::NotShared { .. }));
    keep(&app, &browser, vec![smoke("Version", "v")]).await;
    assert_eq!(refusal(app.handle(save(Some(41), "x")).await), Problem::Gone);
    read(&app).await;
    assert!(matches!(refusal(app.handle(save(Some(41), " ")).await), Problem::NotShared { .. }));
    assert_eq!(refusal(app.handle(save(Some(40), "x")).await), Problem::Gone);
    app.work().await;
    assert_eq!(posts(&browser), []);
}

pub(super) fn gerrit(footers: &str) -> impl Fn(&Request) -> Answer + use<> {
    let message = format!("[enwiki] Add the group\n\n{footers}\nChange-Id: I{}\n", "a".repeat(40));
    move |request| {
        if !request.url.starts_with("https://gerrit.wikimedia.org/r/changes/?") {
            return super::wikimedia(false)(request);
        }
        let revision = json!({"_number": 1, "commit_with_footers": message});
        let commit = "c".repeat(40);
        let change = json!([{"_number": GERRIT, "project": "operations/mediawiki-config", "branch": "master", "status": "NEW",
            "change_id": format!("I{}", "a".repeat(40)), "subject": "[enwiki] Add the group",
            "current_revision": commit.clone(), "revisions": {commit: revision}}]);
        page(request, "envoy", "pass", &change.to_string())
    }
}

#[tokio::test]
async fn urls_of_a_commit_message_are_offered_and_added_on_the_submitters_word_alone() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let named = "https://en.wikipedia.org/wiki/Special:Version";
    browser.answers(gerrit(&format!("Test-URL: {named} wmf.16\nTest-URL: https://example.org/ x")));
    app.handle(Command::Refresh { force: true }).await;
    app.work().await;
    let offers = state(&browser).named[&GERRIT].clone();
    assert_eq!(offers[0].test.assertions, [Assertion::body_contains("wmf.16")]);
    assert!(offers[0].refused.is_none() && offers[1].refused.as_ref().unwrap().contains("not a Wikimedia site"));
    assert_eq!(state(&browser).tests_of(GERRIT), [test()]);
    assert!(!browser.sent().iter().any(|sent| sent.url == named || sent.url.contains("example.org")));

    let foreign = Command::AddTests { gerrit: GERRIT, tests: vec![offers[1].test.clone()] };
    assert!(matches!(refusal(app.handle(foreign).await), Problem::BadTest { .. }));
    for _ in 0..2 {
        let add = Command::AddTests { gerrit: GERRIT, tests: vec![offers[0].test.clone()] };
        assert_eq!(app.handle(add).await, Reply::Done);
    }
    assert_eq!(state(&browser).tests_of(GERRIT), [test(), offers[0].test.clone()]);
    assert_eq!(state(&browser).named[&GERRIT], offers[1..]);
}
