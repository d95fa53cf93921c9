// SPDX-License-Identifier: GPL-2.0-or-later
//! The right code: a run proves something of a patch only on servers that have it, and nothing on production that has it
//! already.

use super::fake::{Answer, Browser, page};
use super::{DEBUG, GERRIT, NEXT, also_on_next, prepared, saving, server_of, test, verified, wikimedia};
use backport_verify::app::{App, Command};
use backport_verify::change::PatchRef;
use backport_verify::deployed::Runs;
use backport_verify::exchange::{Request, Response, TransportError};
use backport_verify::report::to_json;
use backport_verify::suite::Test;
use backport_verify::verify::{CodeSeen, Comparison, Doubt, Journal, Reason, Side, Verdict};
use serde_json::json;

/// Commits of the configuration, oldest first.
const BEFORE: &str = "1111111111111111111111111111111111111111";
const PATCH: &str = "2222222222222222222222222222222222222222";
const LATER: &str = "3333333333333333333333333333333333333333";

const CONFIG: &str = "operations/mediawiki-config";
const INFO: &str = "/w/deployment-info.php";
const GITILES: &str = "/+log/";

/// What servers run and show.
#[derive(Clone, Copy)]
struct World {
    merged: bool,
    debug: &'static str,
    /// The backend `k8s-mwdebug-next`.
    next: &'static str,
    production: &'static str,
    /// Whether every page shows what the patch brings, with the patch or without.
    shows: Option<bool>,
    gitiles: bool,
    info: bool,
}

const WORLD: World =
    World { merged: true, debug: PATCH, next: PATCH, production: BEFORE, shows: None, gitiles: true, info: true };

fn of_world(world: World) -> impl Fn(&Request) -> Answer {
    let usual = wikimedia(true);
    move |request| {
        let server = server_of(request);
        let commit = match server {
            NEXT => world.next,
            DEBUG => world.debug,
            _ => world.production,
        };
        let fine = |body: String| page(request, server, "pass", &body);
        let url = request.url.as_str();
        if url.contains(GITILES) {
            let log = if url.contains(&format!("{BEFORE}..{PATCH}")) { json!([{"commit": PATCH}]) } else { json!([]) };
            return if world.gitiles { fine(format!(")]}}'\n{}", json!({"log": log}))) } else { down(request) };
        }
        if url.starts_with("https://gerrit.wikimedia.org/") {
            return fine(gerrit(world.merged));
        }
        if url.ends_with(INFO) || url.contains("meta=siteinfo") {
            let checkout = json!({"repo": format!("https://gerrit.wikimedia.org/r/{CONFIG}"), "branch": "master",
                "commit_ref": commit});
            let info = json!({"dbname": "enwiki", "version": "1.47.0-wmf.16", "checkouts": [checkout]});
            return if world.info { fine(info.to_string()) } else { down(request) };
        }
        if url.contains("/wiki/") && !url.starts_with("https://wikitech") {
            let shows = world.shows.unwrap_or(commit != BEFORE);
            return fine(if shows { "eventcoordinator" } else { "…" }.to_owned());
        }
        usual(request)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it is what a request gets, as every other answer of a test")]
fn down(request: &Request) -> Answer {
    Some(Ok(Response { url: request.url.clone(), status: 503, ..Response::default() }))
}

fn gerrit(merged: bool) -> String {
    let change = json!({"_number": GERRIT, "project": CONFIG, "branch": "master", "change_id": format!("I{GERRIT:040}"),
        "subject": "[enwiki] Add a group", "status": if merged { "MERGED" } else { "NEW" },
        "owner": {"_account_id": 1, "username": "submitter"}, "labels": {}, "current_revision": PATCH,
        "revisions": {PATCH: {"_number": 1, "ref": "refs/changes/01/1330001/1", "commit": {
            "parents": [{"commit": BEFORE}], "subject": "[enwiki] Add a group",
            "message": "[enwiki] Add a group"}}}});
    format!(")]}}'\n{}", json!([change]))
}

/// A background that knows the change as `world` has it.
async fn scheduled(browser: &Browser, world: World) -> App<Browser> {
    let app = prepared(browser).await;
    browser.answers(of_world(world));
    app.handle(Command::Refresh { force: true }).await;
    app.work().await;
    app
}

async fn run_in(world: World, production: bool) -> Journal {
    let browser = Browser::new();
    let app = scheduled(&browser, world).await;
    verified(&app, &browser, production).await
}

/// Requests since the first `before`, whose URL contains this.
fn asked(browser: &Browser, before: usize, part: &str) -> usize {
    browser.sent().iter().skip(before).filter(|request| request.url.contains(part)).count()
}

fn not_on(side: Side) -> Reason {
    let (host, running) = ("en.wikipedia.org".to_owned(), BEFORE.to_owned());
    Reason::Doubt { doubt: Doubt::PatchNotThere { host, side, running } }
}

#[tokio::test]
async fn servers_without_the_patch_neither_pass_nor_fail_it() {
    let world = World { debug: BEFORE, ..WORLD };
    for (production, side) in [(false, Side::TestServers), (true, Side::Production)] {
        for shows in [false, true] {
            let journal = run_in(World { shows: Some(shows), ..world }, production).await;
            assert_eq!(journal.verdict(), Some(Verdict::Inconclusive));
            let outcome = journal.deciding(0).unwrap();
            assert_eq!(outcome.reason, Some(not_on(side)));
            let seen = CodeSeen { runs: Runs::No, commit: Some(BEFORE.into()) };
            assert_eq!(outcome.evidence.code, Some(seen));
            let json = to_json(&journal);
            assert_eq!(json["tests"][0]["outcome"]["evidence"]["code"], json!({"runs": "no", "commit": BEFORE}));
            let line = json["line"].as_str().unwrap();
            assert!(line.contains("I verify again when it is there."), "{line}");
        }
    }
}

#[tokio::test]
async fn servers_with_the_patch_or_a_later_commit_pass_it_and_fail_it() {
    for commit in [PATCH, LATER] {
        for production in [false, true] {
            let before = if production { commit } else { BEFORE };
            let world = World { debug: commit, production: before, ..WORLD };
            let journal = run_in(world, production).await;
            assert_eq!(journal.verdict(), Some(Verdict::Pass));
            let seen = CodeSeen { runs: Runs::Yes, commit: Some(commit.into()) };
            assert_eq!(journal.deciding(0).unwrap().evidence.code, Some(seen));
            let broken = run_in(World { shows: Some(false), ..world }, production).await;
            assert_eq!(broken.verdict(), Some(Verdict::Fail));
        }
    }
    let journal = run_in(WORLD, false).await;
    assert_eq!(journal.plan.subject.patch, Some(patch()));
    assert_eq!(journal.comparison(0), Some(Comparison::Fixed));
}

fn patch() -> PatchRef {
    PatchRef { project: CONFIG.into(), branch: "master".into(), commit: PATCH.into() }
}

#[tokio::test]
async fn production_that_has_the_patch_already_explains_nothing() {
    let journal = run_in(World { production: PATCH, ..WORLD }, false).await;
    assert_eq!(journal.verdict(), Some(Verdict::Pass));
    let doubt = Doubt::PatchThereAlready { host: "en.wikipedia.org".into(), running: PATCH.into() };
    assert_eq!(journal.baseline(0).unwrap().reason, Some(Reason::Doubt { doubt }));
    assert_eq!(journal.comparison(0), Some(Comparison::Unknown));
    assert_eq!((journal.tally().fixed, journal.tally().kept), (0, 0));
    let line = to_json(&journal)["line"].to_string();
    assert!(line.contains("1/1 pass, production has the patch already. No objection."), "{line}");
}

#[tokio::test]
async fn a_backend_that_lags_behind_is_inconclusive_and_named() {
    for (world, named) in [
        (World { next: BEFORE, ..WORLD }, Some("k8s-mwdebug-next")),
        (World { debug: BEFORE, ..WORLD }, Some("k8s-mwdebug")),
        (World { debug: BEFORE, next: BEFORE, ..WORLD }, None),
    ] {
        let browser = Browser::new();
        let app = scheduled(&browser, world).await;
        also_on_next(&app).await;
        let journal = verified(&app, &browser, false).await;
        assert_eq!(journal.verdict(), Some(Verdict::Inconclusive));
        assert_eq!(journal.deciding(0).unwrap().reason, Some(not_on(Side::TestServers)));
        let on = named.map_or(String::new(), |named| format!(" on {named}"));
        let line = to_json(&journal)["line"].as_str().unwrap().to_owned();
        let said = format!(
            "deployer: INCONCLUSIVE on mwdebug (k8s-mwdebug, k8s-mwdebug-next): 0/1 pass. \
             en.wikipedia.org/wiki/Special:ListGroupRights{on}: the patch is not on the test servers: en.wikipedia.org \
             runs commit 1111111111 there. I verify again when it is there. "
        );
        assert!(line.starts_with(&said), "{line}");
    }
}

#[tokio::test]
async fn where_it_cannot_be_known_the_verdict_stays_and_the_evidence_says_why() {
    for (world, commit, why) in [
        (
            World { debug: LATER, gitiles: false, ..WORLD },
            Some(LATER),
            format!("Gerrit did not tell whether commit {LATER} contains it: it answered with status <503>"),
        ),
        (World { info: false, ..WORLD }, None, "the answer (status 503) does not say which server gave it".to_owned()),
    ] {
        for (shows, verdict) in [(true, Verdict::Pass), (false, Verdict::Fail)] {
            let journal = run_in(World { shows: Some(shows), ..world }, false).await;
            assert_eq!(journal.verdict(), Some(verdict));
            let Some(CodeSeen { runs: Runs::Unknown { why: told }, commit: running }) =
                journal.deciding(0).unwrap().evidence.code.clone()
            else {
                panic!("{journal:?}")
            };
            assert_eq!(running.as_deref(), commit);
            assert_eq!(told, why);
        }
    }
}

#[tokio::test]
async fn a_change_that_is_merged_between_the_look_and_the_run_is_looked_for_too() {
    let browser = Browser::new();
    let app = scheduled(&browser, World { merged: false, ..WORLD }).await;
    browser.answers(of_world(World { debug: BEFORE, ..WORLD }));
    let before = browser.sent().len();
    let journal = verified(&app, &browser, false).await;
    assert_eq!(journal.plan.subject.patch, None);
    assert_eq!(journal.deciding(0).unwrap().reason, Some(not_on(Side::TestServers)));
    assert_eq!(asked(&browser, before, "/r/changes/?"), 1);
}

#[tokio::test]
async fn a_change_that_is_not_merged_is_no_commit_to_look_for() {
    let journal = run_in(World { merged: false, shows: Some(true), debug: BEFORE, ..WORLD }, false).await;
    assert_eq!(journal.verdict(), Some(Verdict::Pass));
    assert_eq!(journal.deciding(0).unwrap().evidence.code, None);
}

#[tokio::test]
async fn servers_are_asked_once_a_host_and_gitiles_once_a_commit() {
    let browser = Browser::new();
    let app = scheduled(&browser, World { debug: LATER, ..WORLD }).await;
    let page = |host: &str, n: u32| Test { url: format!("https://{host}/wiki/Page_{n}"), ..test() };
    let tests = (0..9).flat_map(|n| [page("en.wikipedia.org", n), page("www.mediawiki.org", n)]).collect();
    app.handle(saving(&browser, GERRIT, None, tests)).await;
    let before = browser.sent().len();
    let journal = verified(&app, &browser, false).await;
    assert_eq!(journal.verdict(), Some(Verdict::Pass));
    assert_eq!(journal.tally().fixed, 18);
    // Two hosts, each on the test servers and on production.
    assert_eq!(asked(&browser, before, INFO), 4);
    assert_eq!(asked(&browser, before, &format!("{GITILES}{LATER}..{PATCH}")), 1);
    assert_eq!(asked(&browser, before, &format!("{GITILES}{BEFORE}..{PATCH}")), 1);
    assert_eq!(asked(&browser, before, "gerrit.wikimedia.org"), 2);
}

#[tokio::test]
async fn a_gerrit_that_cannot_be_reached_takes_no_verdict_away() {
    let browser = Browser::new();
    let app = scheduled(&browser, World { merged: false, ..WORLD }).await;
    let usual = of_world(WORLD);
    browser.answers(move |request| {
        if request.url.starts_with("https://gerrit.wikimedia.org/") {
            return Some(Err(TransportError::Timeout { after_ms: 15_000 }));
        }
        usual(request)
    });
    assert_eq!(verified(&app, &browser, false).await.verdict(), Some(Verdict::Pass));
}
