// SPDX-License-Identifier: GPL-2.0-or-later
//! What the background asks around a window: Gerrit, the log and the servers; what it makes of them, and what it does
//! not ask.

use super::fake::{Answer, Browser, page};
use super::{CALENDAR, DEBUG, GERRIT, PRODUCTION, URL, refusal, saving, started, state, test, wikimedia};
use backport_verify::app::{App, Command, Loaded, Problem, Reply, SettingsForm};
use backport_verify::debug::HEADER;
use backport_verify::deployed::{Phase, Runs};
use backport_verify::exchange::{Request, Response, TransportError};
use backport_verify::ports::Area;
use backport_verify::schedule::PAGE_URL;
use backport_verify::suite::Test;
use jiff::SignedDuration;
use serde_json::json;
use std::cell::RefCell;
use std::fmt::Write;
use std::rc::Rc;

const SECOND: u64 = 1_330_002;
const OTHER_PROJECT: u64 = 1_330_009;

/// Commits of the configuration, oldest first.
const BEFORE: &str = "1111111111111111111111111111111111111111";
pub(super) const PATCH: &str = "2222222222222222222222222222222222222222";
const LATER: &str = "3333333333333333333333333333333333333333";

pub(super) const STARTED: &str =
    "Started scap sync-world: Backport for [[gerrit:1330001|[enwiki] Add the eventcoordinator group]]";
pub(super) const SYNCED: &str = "deployer, submitter: Backport for [[gerrit:1330001|[enwiki] Add the eventcoordinator group]] synced \
    to the testservers (see https://wikitech.wikimedia.org/wiki/Mwdebug). Changes can now be verified there.";
pub(super) const CONTINUING: &str = "deployer, submitter: Continuing with deployment";
const FINISHED: &str = "Finished scap sync-world: Backport for [[gerrit:1330001|[enwiki] Add the eventcoordinator group]] (duration: 08m 47s)";

/// What there is to ask.
#[derive(Clone)]
pub(super) struct World {
    calendar: String,
    archive: String,
    pub(super) merged: bool,
    /// From 13:06 on, a minute apart.
    pub(super) log: Vec<&'static str>,
    pub(super) debug: &'static str,
    pub(super) production: &'static str,
    /// Hosts that answer with an error.
    down: Vec<&'static str>,
    /// Hosts that do not answer at all.
    silent: Vec<&'static str>,
}

/// A handle on the world, so that a test changes it while it is asked.
#[derive(Clone)]
pub(super) struct Told(pub(super) Rc<RefCell<World>>);

impl Told {
    pub(super) fn to(browser: &Browser) -> Self {
        let told = Self(Rc::new(RefCell::new(World {
            calendar: CALENDAR.to_owned(),
            archive: String::new(),
            merged: false,
            log: Vec::new(),
            debug: BEFORE,
            production: BEFORE,
            down: Vec::new(),
            silent: Vec::new(),
        })));
        let (world, otherwise) = (told.clone(), wikimedia(true));
        browser.answers(move |request| answer(&world.0.borrow(), request).unwrap_or_else(|| otherwise(request)));
        told
    }

    pub(super) fn now(&self, change: impl FnOnce(&mut World)) {
        change(&mut self.0.borrow_mut());
    }

    /// The patch is merged, and scap has synced it to the test servers.
    pub(super) fn on_test_servers(&self) {
        self.now(|world| {
            (world.merged, world.debug) = (true, PATCH);
            world.log = vec![STARTED, SYNCED];
        });
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it is what a request gets, as every other answer of a test")]
fn status(request: &Request, status: u16) -> Answer {
    Some(Ok(Response { url: request.url.clone(), status, ..Response::default() }))
}

/// `None` where the fake of the other tests answers.
pub(super) fn answer(world: &World, request: &Request) -> Option<Answer> {
    let Ok(url) = url::Url::parse(&request.url) else { return Some(status(request, 400)) };
    let host = url.host_str().unwrap();
    let fine = |body: &str| Some(page(request, "server", "pass", body));
    if world.down.contains(&host) {
        return Some(status(request, 503));
    }
    if world.silent.contains(&host) {
        return Some(None);
    }
    match (host, url.path()) {
        ("gerrit.wikimedia.org", "/r/changes/") => fine(&gerrit(world, &request.url)),
        ("gerrit.wikimedia.org", path) if path.contains("/+log/") => {
            let missing = path.contains(&format!("/+log/{BEFORE}..{PATCH}"));
            let log = if missing { json!([{"commit": PATCH}]) } else { json!([]) };
            fine(&format!(")]}}'\n{}", json!({"log": log})))
        }
        ("sal.toolforge.org", _) => fine(&log(&world.log)),
        ("noc.wikimedia.org", "/conf/wikiversions.json") => fine(r#"{"enwiki": "php-1.47.0-wmf.16"}"#),
        (_, "/w/deployment-info.php") => {
            let commit = if request.headers.get(HEADER).is_some() { world.debug } else { world.production };
            let checkout = json!({"repo": "https://gerrit.wikimedia.org/r/operations/mediawiki-config",
                "branch": "master", "commit_ref": commit});
            let info = json!({"dbname": "enwiki", "version": "1.47.0-wmf.16", "branch": "wmf/1.47.0-wmf.16",
                "checkouts": [checkout]});
            let server = if request.headers.get(HEADER).is_some() { DEBUG } else { PRODUCTION };
            Some(page(request, server, "pass", &info.to_string()))
        }
        ("wikitech.wikimedia.org", _) if request.url.contains("Archive") => fine(&wiki_page(&world.archive)),
        ("wikitech.wikimedia.org", _) if request.url == PAGE_URL => fine(&wiki_page(&world.calendar)),
        ("wikitech.wikimedia.org", _) => Some(status(request, 404)),
        _ => None,
    }
}

/// An empty text is a page that does not exist.
fn wiki_page(wikitext: &str) -> String {
    if wikitext.is_empty() {
        return json!({"query": {"pages": [{"ns": 0, "title": "Deployments/Archive", "missing": true}]}}).to_string();
    }
    let main = json!({"contentmodel": "wikitext", "contentformat": "text/x-wiki", "content": wikitext});
    let revision = json!({"revid": 1, "timestamp": "2026-08-18T12:00:00Z", "slots": {"main": main}});
    json!({"query": {"pages": [{"pageid": 1, "ns": 0, "title": "Deployments", "revisions": [revision]}]}}).to_string()
}

fn gerrit(world: &World, url: &str) -> String {
    let changes: Vec<_> = [GERRIT, SECOND, OTHER_PROJECT]
        .into_iter()
        .filter(|number| url.contains(&number.to_string()))
        .map(|number| {
            let project = if number == OTHER_PROJECT { "operations/puppet" } else { "operations/mediawiki-config" };
            let message = format!("[enwiki] Add a group\n\nChange-Id: I{number:040}\n");
            json!({"_number": number, "project": project, "branch": "master", "change_id": format!("I{number:040}"),
                "subject": "[enwiki] Add a group", "status": if world.merged { "MERGED" } else { "NEW" },
                "owner": {"_account_id": 1, "username": "submitter"}, "labels": {}, "current_revision": PATCH,
                "revisions": {PATCH: {"_number": 1, "ref": "refs/changes/01/1330001/1", "commit": {
                    "parents": [{"commit": BEFORE}], "subject": "[enwiki] Add a group", "message": message},
                    "files": {"wmf-config/core-Permissions.php": {"lines_inserted": 1}}}}})
        })
        .collect();
    format!(")]}}'\n{}", json!(changes))
}

/// The page of the log, newest first.
fn log(messages: &[&str]) -> String {
    let mut rows =
        String::from(r#"<tr><th colspan="4"><a class="day" href="/production?d=2026-08-18">2026-08-18</a></th></tr>"#);
    for (place, message) in messages.iter().enumerate().rev() {
        write!(
            rows,
            r#"<tr><td class="time"><a href="/log/x">13:{:02}</a></td><td class="nick">&lt;deployer@deploy2002&gt;</td>
            <td class="message">{message}</td></tr>"#,
            place + 6
        )
        .unwrap();
    }
    let count = messages.len();
    format!(r#"<!DOCTYPE html><div class="hits">{count} results (2ms)</div><table class="sal">{rows}</table>"#)
}

/// A background with nick, the calendar and one saved test, in the open window.
async fn prepared(browser: &Browser) -> (App<Browser>, Told) {
    let told = Told::to(browser);
    let app = started(browser).await;
    save_nick(&app, "submitter").await;
    assert_eq!(app.handle(saving(browser, GERRIT, None, vec![test()])).await, Reply::Done);
    app.work().await;
    (app, told)
}

async fn save_nick(app: &App<Browser>, nick: &str) {
    let backend = Some("k8s-mwdebug".to_owned());
    let settings =
        Command::SaveSettings { form: SettingsForm { nick: Some(nick.into()), backend, ..SettingsForm::default() } };
    assert_eq!(app.handle(settings).await, Reply::Done);
}

pub(super) async fn refresh(app: &App<Browser>, force: bool) {
    assert_eq!(app.handle(Command::Refresh { force }).await, Reply::Done);
    app.work().await;
}

/// Requests since the first `before`, whose URL contains this.
pub(super) fn asked(browser: &Browser, before: usize, part: &str) -> usize {
    browser.sent().iter().skip(before).filter(|request| request.url.contains(part)).count()
}

pub(super) fn phase(browser: &Browser) -> Option<Phase> {
    state(browser).progress.get(&GERRIT).map(|progress| progress.phase)
}

#[tokio::test]
async fn one_refresh_asks_every_source_once() {
    let browser = Browser::new();
    prepared(&browser).await;
    for part in [PAGE_URL, "debug.json", "wikiversions.json", "r/changes/?", "sal.toolforge.org"] {
        assert_eq!(asked(&browser, 0, part), 1, "{part}");
    }
    // The test servers and production.
    assert_eq!(asked(&browser, 0, "deployment-info.php"), 2);
}

#[tokio::test]
async fn each_of_my_patches_is_looked_at_for_its_window() {
    let browser = Browser::new();
    prepared(&browser).await;
    let shown = state(&browser);
    let start = "2026-08-18T13:00:00Z".parse().unwrap();
    let fitness = shown.fitness_of(GERRIT, Some(start)).unwrap();
    assert_eq!((fitness.place, fitness.project.as_str()), (Some(1), "operations/mediawiki-config"));
}

#[tokio::test]
async fn a_gerrit_that_is_away_hides_neither_calendar_nor_what_it_said_before() {
    let browser = Browser::new();
    let (app, told) = prepared(&browser).await;
    told.now(|world| world.down = vec!["gerrit.wikimedia.org"]);
    refresh(&app, true).await;
    let shown = state(&browser);
    assert!(matches!(shown.schedule, Loaded::Ready { .. }));
    let Loaded::Failed { problem, stale: Some((_, fitness)) } = shown.fitness else { panic!("{:?}", shown.fitness) };
    assert_eq!(problem, Problem::GerritUnreachable { detail: "it answered with status <503>".into() });
    assert_eq!(fitness.len(), 1);
}

#[tokio::test]
async fn a_calendar_that_is_away_hides_no_answer_of_gerrit() {
    let browser = Browser::new();
    let (app, told) = prepared(&browser).await;
    told.now(|world| world.down = vec!["wikitech.wikimedia.org", "noc.wikimedia.org"]);
    refresh(&app, true).await;
    let shown = state(&browser);
    assert!(matches!(shown.schedule, Loaded::Failed { stale: Some(_), .. }));
    assert!(matches!(&shown.fitness, Loaded::Ready { value, .. } if value.len() == 1), "{:?}", shown.fitness);
}

#[tokio::test]
async fn a_change_is_examined_at_once_and_remembered_by_the_next_background() {
    let browser = Browser::new();
    let (app, _) = prepared(&browser).await;
    let before = browser.sent().len();
    assert_eq!(app.handle(Command::Examine { gerrit: OTHER_PROJECT }).await, Reply::Done);
    app.work().await;
    assert_eq!((asked(&browser, before, "r/changes/?"), asked(&browser, before, PAGE_URL)), (1, 0));
    assert_eq!(state(&browser).fitness_of(OTHER_PROJECT, None).unwrap().project, "operations/puppet");

    let app = started(&browser).await;
    browser.time_passes(SignedDuration::from_secs(61));
    refresh(&app, false).await;
    let again = browser.sent().into_iter().rfind(|request| request.url.contains("r/changes/?")).unwrap();
    assert!(again.url.contains(&OTHER_PROJECT.to_string()) && again.url.contains(&GERRIT.to_string()), "{}", again.url);
}

#[tokio::test]
async fn zero_is_no_change() {
    let browser = Browser::new();
    let (app, _) = prepared(&browser).await;
    assert_eq!(refusal(app.handle(Command::Examine { gerrit: 0 }).await), Problem::NoChange);
}

#[tokio::test]
async fn a_new_nick_has_its_patches_asked_about_at_once() {
    let browser = Browser::new();
    let (app, told) = prepared(&browser).await;
    let theirs = "{{ircnick|reviewer}}\n{{deploy|type=config|gerrit=1330002|title=Another|status=}}\n}}\n";
    told.now(|world| world.calendar = CALENDAR.trim_end().trim_end_matches('}').to_owned() + theirs);
    refresh(&app, true).await;
    let before = browser.sent().len();
    save_nick(&app, "reviewer").await;
    app.work().await;
    assert_eq!((asked(&browser, before, "r/changes/?"), asked(&browser, before, PAGE_URL)), (1, 0));
    assert!(state(&browser).fitness_of(SECOND, None).is_some());
}

#[tokio::test]
async fn a_patch_is_followed_from_the_calendar_to_the_whole_fleet() {
    let browser = Browser::new();
    let (app, told) = prepared(&browser).await;
    assert_eq!(phase(&browser), Some(Phase::Scheduled));
    for (debug, production, lines, expected) in [
        (BEFORE, BEFORE, 1, Phase::Merged),
        (PATCH, BEFORE, 2, Phase::OnTestServers),
        (PATCH, BEFORE, 3, Phase::Deploying),
        (PATCH, PATCH, 4, Phase::Deployed),
    ] {
        told.now(|world| {
            world.merged = true;
            (world.debug, world.production) = (debug, production);
            world.log = [STARTED, SYNCED, CONTINUING, FINISHED].into_iter().take(lines).collect();
        });
        browser.time_passes(SignedDuration::from_secs(10));
        refresh(&app, false).await;
        assert_eq!(phase(&browser), Some(expected), "{:?}", state(&browser).progress);
    }
    let progress = state(&browser).progress[&GERRIT].clone();
    let servers = progress.servers.unwrap();
    assert_eq!((servers.host.as_str(), servers.debug, servers.production), ("en.wikipedia.org", Runs::Yes, Runs::Yes));
    assert_eq!((progress.deployer.as_deref(), progress.disagreement), (Some("deployer"), None));
}

#[tokio::test]
async fn an_open_window_is_looked_at_every_ten_seconds_and_no_more_when_all_is_done() {
    let browser = Browser::new();
    let (app, told) = prepared(&browser).await;
    let mut looks = Vec::new();
    for _ in 0..4 {
        let before = browser.sent().len();
        browser.time_passes(SignedDuration::from_secs(5));
        refresh(&app, false).await;
        looks.push((asked(&browser, before, "sal.toolforge.org"), asked(&browser, before, "deployment-info.php")));
    }
    assert_eq!(looks, [(0, 0), (1, 2), (0, 0), (1, 2)]);
    told.now(|world| {
        (world.merged, world.debug, world.production) = (true, PATCH, PATCH);
        world.log = vec![STARTED, SYNCED, CONTINUING, FINISHED];
    });
    browser.time_passes(SignedDuration::from_secs(10));
    refresh(&app, false).await;
    let before = browser.sent().len();
    browser.time_passes(SignedDuration::from_secs(10));
    refresh(&app, false).await;
    assert_eq!(browser.sent().len(), before);
}

#[tokio::test]
async fn the_alarm_looks_every_minute_in_an_open_window() {
    let browser = Browser::new();
    let (app, _) = prepared(&browser).await;
    let before = browser.sent().len();
    browser.time_passes(SignedDuration::from_secs(30));
    app.alarm().await;
    app.work().await;
    assert_eq!(browser.sent().len(), before);
    browser.time_passes(SignedDuration::from_secs(30));
    app.alarm().await;
    app.work().await;
    assert_eq!((asked(&browser, before, "sal.toolforge.org"), asked(&browser, before, "deployment-info.php")), (1, 2));
}

#[tokio::test]
async fn outside_of_a_window_the_servers_are_asked_only_when_the_user_insists() {
    let browser = Browser::new();
    let (app, _) = prepared(&browser).await;
    browser.time_passes(SignedDuration::from_hours(4));
    let before = browser.sent().len();
    refresh(&app, false).await;
    assert_eq!((asked(&browser, before, "sal.toolforge.org"), asked(&browser, before, "deployment-info.php")), (1, 0));
    refresh(&app, true).await;
    assert_eq!(asked(&browser, before, "deployment-info.php"), 2);
    // Half an hour later the alarm reads everything again.
    let before = browser.sent().len();
    browser.time_passes(SignedDuration::from_mins(30));
    app.alarm().await;
    app.work().await;
    assert_eq!((asked(&browser, before, PAGE_URL), asked(&browser, before, "deployment-info.php")), (1, 0));
}

#[tokio::test]
async fn patches_on_one_wiki_ask_its_servers_once() {
    let browser = Browser::new();
    let (app, told) = prepared(&browser).await;
    let second = "{{deploy|type=config|gerrit=1330002|title=Another|status=}}\n}}\n";
    told.now(|world| world.calendar = CALENDAR.trim_end().trim_end_matches('}').to_owned() + second);
    let tests = vec![Test { url: "https://en.wikipedia.org/wiki/Main_Page".into(), ..test() }];
    app.handle(saving(&browser, SECOND, None, tests)).await;
    refresh(&app, true).await;
    let before = browser.sent().len();
    refresh(&app, true).await;
    assert_eq!(asked(&browser, before, "deployment-info.php"), 2);
    assert_eq!(state(&browser).progress.keys().copied().collect::<Vec<_>>(), [GERRIT, SECOND]);
}

#[tokio::test]
async fn whether_a_commit_contains_a_patch_is_asked_once_also_by_the_next_background() {
    let browser = Browser::new();
    let (app, told) = prepared(&browser).await;
    told.now(|world| (world.merged, world.debug) = (true, LATER));
    refresh(&app, true).await;
    let servers = state(&browser).progress[&GERRIT].servers.clone().unwrap();
    assert_eq!((servers.debug, servers.production), (Runs::Yes, Runs::No));
    assert_eq!(asked(&browser, 0, "/+log/"), 2);
    refresh(&app, true).await;
    let app = started(&browser).await;
    refresh(&app, true).await;
    assert_eq!(asked(&browser, 0, "/+log/"), 2);
}

#[tokio::test]
async fn gerrit_is_asked_again_about_an_open_patch_that_the_log_names() {
    let browser = Browser::new();
    let (app, told) = prepared(&browser).await;
    told.on_test_servers();
    let before = browser.sent().len();
    browser.time_passes(SignedDuration::from_secs(10));
    refresh(&app, false).await;
    assert_eq!((asked(&browser, before, PAGE_URL), asked(&browser, before, "r/changes/?")), (0, 1));
    assert_eq!(state(&browser).progress[&GERRIT].servers.clone().unwrap().debug, Runs::Yes);
}

#[tokio::test]
async fn what_the_log_once_told_stays_when_it_cannot_be_read() {
    let browser = Browser::new();
    let (app, told) = prepared(&browser).await;
    told.on_test_servers();
    refresh(&app, true).await;
    told.now(|world| world.down = vec!["sal.toolforge.org"]);
    refresh(&app, true).await;
    let progress = state(&browser).progress[&GERRIT].clone();
    assert_eq!(progress.phase, Phase::OnTestServers);
    assert!(progress.gaps.iter().any(|gap| gap.contains("status <503>")), "{:?}", progress.gaps);
}

#[tokio::test]
async fn a_look_without_an_answer_blocks_no_command_and_keeps_the_background_awake() {
    let browser = Browser::new();
    let (app, told) = prepared(&browser).await;
    told.now(|world| world.silent = vec!["sal.toolforge.org"]);
    app.handle(Command::Refresh { force: true }).await;
    let beside = async {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        let awake = browser.is_kept_awake();
        (awake, app.handle(saving(&browser, SECOND, None, vec![test()])).await)
    };
    tokio::select! {
        () = app.work() => panic!("the look has ended"),
        done = beside => assert_eq!(done, (true, Reply::Done)),
    }
}

#[tokio::test]
async fn how_far_patches_have_got_outlives_the_background() {
    let browser = Browser::new();
    prepared(&browser).await;
    let (shown, writes) = (state(&browser), (browser.writes("gathered"), browser.writes("watched")));
    let app = started(&browser).await;
    app.work().await;
    let again = state(&browser);
    assert_eq!((&again.progress, &again.fitness), (&shown.progress, &shown.fitness));
    assert!(!again.progress.is_empty());
    app.handle(saving(&browser, SECOND, None, vec![test()])).await;
    app.handle(saving(&browser, SECOND, None, Vec::new())).await;
    assert!(browser.writes("gathered") <= writes.0 + 1 && browser.writes("watched") <= writes.1 + 1);
}

#[tokio::test]
async fn production_is_not_verified_before_the_patch_was_seen_there() {
    let browser = Browser::new();
    let (app, told) = prepared(&browser).await;
    told.on_test_servers();
    let before = browser.sent().len();
    let refused = refusal(app.handle(Command::VerifyOnProduction { gerrit: GERRIT, anyway: false }).await);
    let Problem::NotDeployed { gerrit, phase, detail } = refused else { panic!("{refused:?}") };
    assert_eq!((gerrit, phase), (GERRIT, Phase::OnTestServers));
    assert!(detail.starts_with("the log's last word is that it is on the test servers since 13:07 UTC"), "{detail}");
    assert!(state(&browser).running().is_none());
    let sent = browser.sent().split_off(before);
    assert!(sent.iter().all(|request| request.timeout_ms <= 5_000 && request.url != URL), "{sent:#?}");
    assert_eq!(state(&browser).progress[&GERRIT].phase, Phase::OnTestServers);
}

#[tokio::test]
async fn a_sync_that_has_just_ended_is_seen_by_the_click() {
    let browser = Browser::new();
    let (app, told) = prepared(&browser).await;
    told.now(|world| {
        (world.merged, world.debug, world.production) = (true, PATCH, PATCH);
        world.log = vec![STARTED, SYNCED, CONTINUING, FINISHED];
    });
    assert_eq!(app.handle(Command::VerifyOnProduction { gerrit: GERRIT, anyway: false }).await, Reply::Done);
    assert!(state(&browser).running().is_some());
}

#[tokio::test]
async fn who_insists_verifies_on_production_without_a_look() {
    let browser = Browser::new();
    let (app, _) = prepared(&browser).await;
    let before = browser.sent().len();
    assert_eq!(app.handle(Command::VerifyOnProduction { gerrit: GERRIT, anyway: true }).await, Reply::Done);
    assert_eq!(browser.sent().len(), before);
    assert!(state(&browser).running().is_some());
}

#[tokio::test]
async fn when_nothing_can_be_asked_production_is_not_verified_unasked() {
    let browser = Browser::new();
    let (app, _) = prepared(&browser).await;
    browser.answers(|_| Some(Err(TransportError::Timeout { after_ms: 5_000 })));
    let refused = refusal(app.handle(Command::VerifyOnProduction { gerrit: GERRIT, anyway: false }).await);
    assert!(matches!(refused, Problem::NotDeployed { .. }), "{refused:?}");
}

#[tokio::test]
async fn a_change_that_stands_in_no_window_is_seen_by_the_log() {
    let browser = Browser::new();
    let (app, told) = prepared(&browser).await;
    told.now(|world| {
        world.calendar = CALENDAR.replace("submitter", "reviewer");
        (world.merged, world.debug, world.production) = (true, PATCH, PATCH);
        world.log = vec![STARTED, SYNCED, CONTINUING, FINISHED];
    });
    refresh(&app, true).await;
    assert_eq!(phase(&browser), None);
    assert_eq!(app.handle(Command::VerifyOnProduction { gerrit: GERRIT, anyway: false }).await, Reply::Done);
}

#[tokio::test]
async fn what_stands_against_a_run_is_told_before_anybody_is_asked() {
    let browser = Browser::new();
    let (app, _) = prepared(&browser).await;
    let before = browser.sent().len();
    let refused = refusal(app.handle(Command::VerifyOnProduction { gerrit: SECOND, anyway: false }).await);
    assert_eq!((refused, browser.sent().len()), (Problem::NoTests { gerrit: SECOND }, before));
}

#[tokio::test]
async fn earlier_windows_are_mine_alone_and_say_which_month_was_read() {
    let browser = Browser::new();
    let (app, told) = prepared(&browser).await;
    told.now(|world| {
        let july = CALENDAR.replace("2026-08-18", "2026-08-11").replace("1330001", "1320001");
        world.archive = july + &CALENDAR.replace("2026-08-18", "2026-08-12").replace("submitter", "reviewer");
    });
    app.handle(Command::ShowEarlier).await;
    app.work().await;
    let shown = state(&browser);
    let Loaded::Ready { value: windows, .. } = &shown.earlier else { panic!("{:?}", shown.earlier) };
    let patches: Vec<u64> = windows.iter().flat_map(|window| &window.patches).map(|patch| patch.gerrit).collect();
    assert_eq!(patches, [1_320_001]);
    assert_eq!(shown.earlier_months, ["2026-08-01".parse().unwrap()]);
    assert_eq!(asked(&browser, 0, "Deployments%2FArchive%2F2026%2F08"), 1);

    // The next month before it holds nothing of mine, and still was read.
    told.now(|world| world.archive = CALENDAR.replace("2026-08-18", "2026-07-14").replace("submitter", "reviewer"));
    app.handle(Command::ShowEarlier).await;
    app.work().await;
    let shown = state(&browser);
    assert!(matches!(&shown.earlier, Loaded::Ready { value, .. } if value.len() == 1), "{:?}", shown.earlier);
    assert_eq!(shown.earlier_months.len(), 2);
}

#[tokio::test]
async fn a_month_without_an_archive_is_told_and_what_was_read_stays() {
    let browser = Browser::new();
    let (app, _) = prepared(&browser).await;
    app.handle(Command::ShowEarlier).await;
    app.work().await;
    let Loaded::Failed { problem, stale } = state(&browser).earlier else { panic!("it was there") };
    assert_eq!(problem, Problem::NoArchive { page: "Deployments/Archive/2026/08".into() });
    assert_eq!(stale, None);
}

#[tokio::test]
async fn gerrit_and_the_log_are_among_what_must_be_reachable() {
    let browser = Browser::new();
    browser.closes("https://gerrit.wikimedia.org");
    browser.closes("https://sal.toolforge.org");
    prepared(&browser).await;
    assert_eq!(state(&browser).no_access, ["https://gerrit.wikimedia.org", "https://sal.toolforge.org"]);
    assert!(browser.kept(Area::Session, "gathered").is_some());
}

#[tokio::test]
async fn the_line_is_for_the_one_whom_the_log_names_alone_and_a_second_run_is_said_to_be_one() {
    let browser = Browser::new();
    let (app, told) = prepared(&browser).await;
    told.now(|world| {
        assert!(world.calendar.contains("{{ircnick|deployer|Deployer}}"), "{}", world.calendar);
        world.calendar =
            CALENDAR.replace("{{ircnick|deployer|Deployer}}", "{{ircnick|reviewer}}, {{ircnick|Deployer}}");
    });
    refresh(&app, true).await;
    let lines = async || {
        app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
        app.work().await;
        let shown = state(&browser);
        shown.run_of(GERRIT, false).unwrap().report.clone().unwrap().line
    };
    let line = lines().await;
    assert!(line.starts_with("reviewer, Deployer: ") && line.contains(" on mwdebug (k8s-mwdebug): "), "{line}");
    // The log is to the minute: the run before is older than the deployment.
    browser.time_passes(SignedDuration::from_secs(150));
    told.on_test_servers();
    refresh(&app, true).await;
    let line = lines().await;
    assert!(line.starts_with("Deployer: ") && line.contains(" on mwdebug (k8s-mwdebug): "), "{line}");
    let line = lines().await;
    assert!(line.starts_with("Deployer: ") && line.contains(" on mwdebug (k8s-mwdebug), re-run: "), "{line}");
}
