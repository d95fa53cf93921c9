// SPDX-License-Identifier: GPL-2.0-or-later
//! A backport and the train: a run proves something only on a wiki that runs the backport's version.

use super::fake::{Answer, Browser, page};
use super::{
    DEBUG, GERRIT, HEADER, PRODUCTION, URL, killed_at_work, prepared, saving, started, state, test, verified, wikimedia,
};
use backport_verify::app::{App, Command};
use backport_verify::exchange::{Request, TransportError};
use backport_verify::ports::Area;
use backport_verify::report::{reason_in_words, to_json};
use backport_verify::suite::Test;
use backport_verify::verify::{Comparison, Doubt, Reason, Verdict};

const OLD: &str = "1.47.0-wmf.15";
pub(super) const NEW: &str = "1.47.0-wmf.16";
const INFO: &str = "https://en.wikipedia.org/w/deployment-info.php";

/// What deployment-info answers for enwiki on `version`.
pub(super) fn deployment_info(version: &str) -> String {
    let branch = format!("wmf/{version}");
    let repo = |name: &str| format!("https://gerrit.wikimedia.org/r/{name}");
    let checkouts = serde_json::json!([
        {"repo": repo("operations/mediawiki-config"), "branch": "master", "commit_ref": "c".repeat(40)},
        {"repo": repo("mediawiki/core"), "branch": branch, "commit_ref": "a".repeat(40)},
    ]);
    serde_json::json!({"dbname": "enwiki", "version": version, "branch": branch, "checkouts": checkouts}).to_string()
}

fn server(request: &Request) -> &'static str {
    if request.headers.get(HEADER).is_some() { DEBUG } else { PRODUCTION }
}

/// Wikimedia whose calendar has the patch as `kind`, whose wikis answer for their version what `info` says, and where
/// every page has the patch in it.
fn train(kind: &'static str, info: impl Fn(&Request) -> Answer + 'static) -> impl Fn(&Request) -> Answer {
    let usual = wikimedia(true);
    move |request| {
        let url = request.url.as_str();
        if url.starts_with("https://wikitech.wikimedia.org/") {
            let answer = usual(request)?;
            Some(answer.map(|mut response| {
                response.body = response.body.replace("type=config", &format!("type={kind}"));
                response
            }))
        } else if url == "https://noc.wikimedia.org/conf/wikiversions.json" {
            let versions = serde_json::json!({
                "enwiki": format!("php-{OLD}"), "dewiki": format!("php-{OLD}"), "commonswiki": format!("php-{OLD}"),
                "mediawikiwiki": format!("php-{NEW}"), "testwiki": format!("php-{NEW}"),
            });
            page(request, "envoy", "pass", &versions.to_string())
        } else if url.contains("/w/deployment-info.php") || url.contains("meta=siteinfo") {
            info(request)
        } else {
            usual(request)
        }
    }
}

/// Every server runs `version`.
pub(super) fn on(version: &'static str) -> impl Fn(&Request) -> Answer {
    move |request| page(request, server(request), "pass", &deployment_info(version))
}

/// A background whose calendar has the patch as `kind`.
pub(super) async fn scheduled(
    browser: &Browser,
    kind: &'static str,
    info: impl Fn(&Request) -> Answer + 'static,
) -> App<Browser> {
    let app = prepared(browser).await;
    // The refresh looks at the servers too, so they answer until it is done.
    browser.answers(train(kind, on(NEW)));
    app.handle(Command::Refresh { force: true }).await;
    app.work().await;
    browser.answers(train(kind, info));
    app
}

/// Requests for this URL since the first `before`, each with whether it asked a test server.
fn asked(browser: &Browser, before: usize, url: &str) -> Vec<bool> {
    let sent = browser.sent().into_iter().skip(before).filter(|request| request.url == url);
    let mut asked: Vec<bool> = sent.map(|request| request.headers.get(HEADER).is_some()).collect();
    asked.sort_unstable();
    asked
}

#[tokio::test]
async fn a_backport_is_inconclusive_on_a_wiki_of_another_version_and_wikis_of_its_own_are_named() {
    for production in [false, true] {
        let browser = Browser::new();
        let app = scheduled(&browser, NEW, on(OLD)).await;
        let journal = verified(&app, &browser, production).await;
        assert_eq!(journal.verdict(), Some(Verdict::Inconclusive));
        let outcome = journal.deciding(0).unwrap();
        let doubt = Doubt::OtherVersion {
            host: "en.wikipedia.org".into(),
            runs: OLD.into(),
            wanted: NEW.into(),
            wikis: vec!["test.wikipedia.org".into(), "www.mediawiki.org".into()],
        };
        assert_eq!(outcome.reason, Some(Reason::Doubt { doubt }));
        assert_eq!(
            reason_in_words(&outcome).as_deref(),
            Some(
                "The wiki en.wikipedia.org runs 1.47.0-wmf.15, and the patch is for 1.47.0-wmf.16. Test a wiki that \
                 runs 1.47.0-wmf.16, such as test.wikipedia.org, www.mediawiki.org."
            )
        );
        let line = state(&browser).run_of(GERRIT, production).unwrap().report.clone().unwrap().line;
        let said = "INCONCLUSIVE on ";
        assert!(line.contains(said), "{line}");
        let why = "Special:ListGroupRights: the wiki en.wikipedia.org runs 1.47.0-wmf.15, and the patch is for \
                   1.47.0-wmf.16. Please hold while I look.";
        assert!(line.contains(why), "{line}");
        assert_eq!(to_json(&journal)["tests"][0]["outcome"]["evidence"]["version"], OLD);
    }
}

#[tokio::test]
async fn a_backport_passes_and_fails_on_a_wiki_of_its_version() {
    for written in [NEW, "wmf/1.47.0-wmf.16", "wmf.16"] {
        let browser = Browser::new();
        let app = scheduled(&browser, written, on(NEW)).await;
        let journal = verified(&app, &browser, true).await;
        assert_eq!(journal.verdict(), Some(Verdict::Pass), "{written}");
        assert_eq!(journal.deciding(0).unwrap().evidence.version.as_deref(), Some(NEW));
    }
    let browser = Browser::new();
    let app = scheduled(&browser, NEW, on(NEW)).await;
    let everywhere = train(NEW, on(NEW));
    browser.answers(move |request| match request.url.as_str() {
        URL => page(request, server(request), "miss", "old"),
        _ => everywhere(request),
    });
    assert_eq!(verified(&app, &browser, false).await.verdict(), Some(Verdict::Fail));
}

#[tokio::test]
async fn a_version_that_cannot_be_read_is_no_pass_of_a_backport() {
    type Answering = fn(&Request) -> Answer;
    let cases: [(Answering, &str); 4] = [
        (
            |request| {
                page(request, server(request), "pass", "{}").map(|answer| {
                    answer.map(|mut response| {
                        response.status = 404;
                        response
                    })
                })
            },
            "this wiki has no deployment-info.php",
        ),
        (|_| Some(Err(TransportError::Network { detail: "refused".into() })), "could not be reached: refused"),
        (
            |request| page(request, "mw-web.eqiad.next", "pass", &deployment_info(NEW)),
            "answered by <mw-web.eqiad.next> (status 200), which is not known as a MediaWiki server of Wikimedia",
        ),
        (
            |request| page(request, server(request), "hit-front", &deployment_info(NEW)),
            "a cache answered (x-cache-status <hit-front>, age 0 s), also when asked past it",
        ),
    ];
    for (info, why) in cases {
        for production in [false, true] {
            let browser = Browser::new();
            let app = scheduled(&browser, NEW, info).await;
            let journal = verified(&app, &browser, production).await;
            assert_eq!(journal.verdict(), Some(Verdict::Inconclusive), "{why}");
            let doubt = Doubt::VersionUnknown { host: "en.wikipedia.org".into(), wanted: NEW.into(), why: why.into() };
            assert_eq!(journal.deciding(0).unwrap().reason, Some(Reason::Doubt { doubt }));
        }
    }
}

#[tokio::test]
async fn where_production_answers_for_the_test_servers_its_version_is_not_taken_for_theirs() {
    let browser = Browser::new();
    let app = scheduled(&browser, NEW, |request| page(request, PRODUCTION, "pass", &deployment_info(NEW))).await;
    let journal = verified(&app, &browser, false).await;
    let Some(Reason::Doubt { doubt: Doubt::VersionUnknown { why, .. } }) = &journal.deciding(0).unwrap().reason else {
        panic!("{journal:?}")
    };
    assert_eq!(why, &format!("production answered ({PRODUCTION}), not k8s-mwdebug"));
}

#[tokio::test]
async fn siteinfo_tells_the_version_where_deployment_info_does_not() {
    let browser = Browser::new();
    let app = scheduled(&browser, NEW, |request| {
        if request.url == INFO {
            return page(request, server(request), "pass", "<html>");
        }
        let general = serde_json::json!({"generator": format!("MediaWiki {NEW}"), "wikiid": "enwiki"});
        page(request, server(request), "pass", &serde_json::json!({"query": {"general": general}}).to_string())
    })
    .await;
    assert_eq!(verified(&app, &browser, true).await.verdict(), Some(Verdict::Pass));
}

#[tokio::test]
async fn a_baseline_of_another_version_explains_nothing() {
    let browser = Browser::new();
    let app = scheduled(&browser, NEW, |request| {
        let version = if request.headers.get(HEADER).is_some() { NEW } else { OLD };
        page(request, server(request), "pass", &deployment_info(version))
    })
    .await;
    let journal = verified(&app, &browser, false).await;
    assert_eq!(journal.verdict(), Some(Verdict::Pass));
    assert_eq!(journal.baseline(0).unwrap().verdict, Verdict::Inconclusive);
    assert_eq!(journal.comparison(0), Some(Comparison::Unknown));
    assert_eq!((journal.tally().fixed, journal.tally().kept), (0, 0));
}

#[tokio::test]
async fn a_configuration_change_passes_whatever_the_version_and_waits_for_none() {
    type Answering = fn(&Request) -> Answer;
    let never: Answering = |_| None;
    let refused: Answering = |_| Some(Err(TransportError::Network { detail: "refused".into() }));
    for info in [never, refused] {
        for production in [false, true] {
            let browser = Browser::new();
            let app = scheduled(&browser, "config", info).await;
            let journal = verified(&app, &browser, production).await;
            assert_eq!(journal.verdict(), Some(Verdict::Pass));
            assert_eq!(journal.deciding(0).unwrap().evidence.version, None);
        }
    }
    let browser = Browser::new();
    let app = scheduled(&browser, "config", on(OLD)).await;
    let journal = verified(&app, &browser, true).await;
    assert_eq!(journal.verdict(), Some(Verdict::Pass));
    assert_eq!(journal.deciding(0).unwrap().evidence.version.as_deref(), Some(OLD));
}

#[tokio::test]
async fn the_version_is_asked_once_a_wiki_and_server_in_every_run() {
    let browser = Browser::new();
    let app = scheduled(&browser, NEW, on(NEW)).await;
    let page = |host: &str, n: u32| Test { url: format!("https://{host}/wiki/Page_{n}"), ..test() };
    let tests = (0..12).map(|n| page("en.wikipedia.org", n)).chain([page("www.mediawiki.org", 0)]).collect();
    app.handle(saving(&browser, GERRIT, None, tests)).await;
    let elsewhere = "https://www.mediawiki.org/w/deployment-info.php";
    for (production, expected) in [(false, vec![false, true]), (true, vec![false]), (true, vec![false])] {
        let before = browser.sent().len();
        assert_eq!(verified(&app, &browser, production).await.verdict(), Some(Verdict::Pass));
        assert_eq!(asked(&browser, before, INFO), expected);
        assert_eq!(asked(&browser, before, elsewhere), expected);
        assert_eq!(asked(&browser, before, "https://noc.wikimedia.org/conf/wikiversions.json"), <[bool; 0]>::default());
    }
}

#[tokio::test]
async fn tests_are_sent_while_the_version_is_still_on_its_way() {
    let browser = Browser::new();
    let app = scheduled(&browser, NEW, |_| None).await;
    let before = browser.sent().len();
    app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
    killed_at_work(app).await;
    assert_eq!(asked(&browser, before, URL), [false, true]);
    assert_eq!(asked(&browser, before, INFO), [false, true]);
    assert!(state(&browser).running().unwrap().journal.outcomes.is_empty());
}

#[tokio::test]
async fn a_run_that_goes_on_after_a_stop_reads_the_version_anew() {
    let browser = Browser::new();
    let app = scheduled(&browser, NEW, on(NEW)).await;
    let everywhere = train(NEW, on(NEW));
    browser.answers(move |request| if request.url == URL { None } else { everywhere(request) });
    app.handle(Command::VerifyOnProduction { gerrit: GERRIT, anyway: true }).await;
    killed_at_work(app).await;

    // Meanwhile the train has been rolled back.
    browser.answers(train(NEW, on(OLD)));
    let before = browser.sent().len();
    let app = started(&browser).await;
    app.work().await;
    assert_eq!(asked(&browser, before, INFO), [false]);
    let journal = state(&browser).run_of(GERRIT, true).unwrap().journal.clone();
    assert_eq!(journal.verdict(), Some(Verdict::Inconclusive));
}

#[tokio::test]
async fn a_run_that_was_kept_before_versions_were_read_is_still_shown() {
    let browser = Browser::new();
    let app = scheduled(&browser, NEW, on(NEW)).await;
    verified(&app, &browser, true).await;
    let mut runs = browser.kept(Area::Local, "runs").unwrap();
    let subject = r#","version":"1.47.0-wmf.16","wikis":["test.wikipedia.org","www.mediawiki.org"]"#;
    for newer in [subject, r#","version":"1.47.0-wmf.16""#] {
        assert!(runs.contains(newer), "{runs}");
        runs = runs.replace(newer, "");
    }
    let later = Browser::new();
    later.put(Area::Local, "runs", &runs);
    let app = started(&later).await;
    app.work().await;
    assert_eq!(state(&later).run_of(GERRIT, true).unwrap().journal.verdict(), Some(Verdict::Pass));
}
