// SPDX-License-Identifier: GPL-2.0-or-later
//! Which wiki `{host}` means, what is skipped, and where tests come from.

use super::fake::Browser;
use super::version::{NEW, on, scheduled};
use super::{GERRIT, prepared, refusal, saving, state, test, verified, wikimedia};
use backport_verify::app::{Command, Problem};
use backport_verify::suite::{Only, Owner, Test};
use backport_verify::verify::Verdict;

fn anywhere() -> Test {
    Test { url: "https://{host}/wiki/Special:ListGroupRights?wiki={wiki}".into(), ..test() }
}

async fn saved(app: &backport_verify::app::App<Browser>, browser: &Browser, owner: Option<Owner>, tests: Vec<Test>) {
    app.handle(saving(browser, GERRIT, owner, tests)).await;
}

#[tokio::test]
async fn a_backport_asks_a_wiki_that_runs_its_version() {
    for written in [NEW, "wmf.16"] {
        let browser = Browser::new();
        let app = scheduled(&browser, written, on(NEW)).await;
        saved(&app, &browser, None, vec![anywhere()]).await;
        let journal = verified(&app, &browser, true).await;
        let url = "https://test.wikipedia.org/wiki/Special:ListGroupRights?wiki=testwiki";
        assert_eq!(journal.plan.tests[0].url, url);
        assert_eq!(journal.verdict(), Some(Verdict::Pass));
        assert_eq!(journal.deciding(0).unwrap().evidence.version.as_deref(), Some(NEW));
        // The saved test keeps the name, and is the one that ran.
        assert_eq!(state(&browser).tests_of(GERRIT), [anywhere()]);
        assert_eq!(state(&browser).tests_as_in(GERRIT, &journal.plan), journal.plan.tests);
    }
}

#[tokio::test]
async fn a_backport_whose_version_no_wiki_runs_is_not_begun() {
    let browser = Browser::new();
    let app = scheduled(&browser, "1.47.0-wmf.99", on(NEW)).await;
    saved(&app, &browser, None, vec![anywhere()]).await;
    let refused = refusal(app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await);
    let test = anywhere().url;
    assert_eq!(refused, Problem::NoWiki { test, version: Some("1.47.0-wmf.99".into()) });
    assert!(state(&browser).runs.is_empty());
}

#[tokio::test]
async fn a_configuration_change_asks_the_wiki_that_its_title_names() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    saved(&app, &browser, None, vec![anywhere()]).await;
    let journal = verified(&app, &browser, false).await;
    let url = "https://en.wikipedia.org/wiki/Special:ListGroupRights?wiki=enwiki";
    assert_eq!((journal.plan.tests[0].url.as_str(), journal.verdict()), (url, Some(Verdict::Pass)));
    assert_eq!(journal.plan.variables.values().collect::<Vec<_>>(), ["en.wikipedia.org", "enwiki"]);
}

#[tokio::test]
async fn a_run_of_skipped_tests_alone_is_inconclusive_and_asks_nothing() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    browser.answers(wikimedia(true));
    let skipped = Test { skip: Some("waits for T1".into()), ..test() };
    let later = Test { only: Some(Only::Production), ..test() };
    saved(&app, &browser, None, vec![skipped.clone(), later]).await;
    let before = browser.sent().len();
    let journal = verified(&app, &browser, false).await;
    assert_eq!((journal.verdict(), browser.sent().len()), (Some(Verdict::Inconclusive), before));
    let line = state(&browser).run_of(GERRIT, false).unwrap().report.clone().unwrap().line;
    assert!(
        line.contains("INCONCLUSIVE on mwdebug (k8s-mwdebug): 0/0 pass, 2 skipped. Every test is skipped."),
        "{line}"
    );
    saved(&app, &browser, None, vec![skipped, test()]).await;
    verified(&app, &browser, false).await;
    let line = state(&browser).run_of(GERRIT, false).unwrap().report.clone().unwrap().line;
    assert!(line.contains("PASS on mwdebug (k8s-mwdebug), re-run: 1/1 pass, 1 skipped"), "{line}");
}

#[tokio::test]
async fn a_longer_limit_than_a_browser_can_keep_is_cut() {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    saved(&app, &browser, None, vec![Test { timeout_ms: Some(60_000), ..test() }]).await;
    let journal = verified(&app, &browser, true).await;
    assert_eq!(journal.plan.cut(0), Some((60_000, 28_000)));
    assert_eq!(browser.sent().iter().filter(|sent| sent.timeout_ms == 28_000).count(), 1);
    assert!(state(&browser).tests_as_in(GERRIT, &journal.plan) == journal.plan.tests);
}
