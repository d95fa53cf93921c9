// SPDX-License-Identifier: GPL-2.0-or-later
//! Every state of the pages that is worth a look: the snapshots and the gallery show the same ones.

#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, reason = "fixtures are written to be read")]

pub(crate) mod adding;
pub(crate) mod bench;
pub(crate) mod delivery;
pub(crate) mod polite;
pub(crate) mod road;
pub(crate) mod stages;
pub(crate) mod team;

use backport_verify::app::{
    Browsing, Command, Concern, Delivery, Hearing, Loaded, Problem, Reply, Report, ReportingView, Run, SettingsView,
    State,
};
use backport_verify::check::{Assertion, AssertionResult};
use backport_verify::debug::{Backend, Realm, Switch};
use backport_verify::exchange::{Response, TransportError};
use backport_verify::reminder::Wanted;
use backport_verify::report::Receiver;
use backport_verify::schedule::{Nick, Patch, PatchKind, Unread, Window};
use backport_verify::suite::{About, Owner, Suite, Test};
use backport_verify::ui::{Effect, Event, Page, Screen};
use backport_verify::verify::{
    Difference, Doubt, Earlier, Ending, Evidence, Journal, Outcome, Page as VerifiedPage, Plan, Reason, Stage, Subject,
    Target, Verdict,
};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// The change of the story.
pub(crate) const GERRIT: u64 = 1_330_001;

/// The page that its test asks.
pub(crate) const URL: &str = "https://en.wikipedia.org/wiki/Special:ListGroupRights";

/// A time of the story's day.
pub(crate) fn at(time: &str) -> Timestamp {
    format!("2026-11-23T{time}:00Z").parse().unwrap()
}

/// A page one hour ahead of UTC, in the middle of the window.
pub(crate) fn page(screen: Screen, state: Option<State>) -> Page {
    let change = (screen == Screen::Workbench).then_some(GERRIT);
    let mut page = Page::new(screen, at("14:18"), 60, change);
    if let Some(state) = state {
        page.set_state(state);
    }
    page
}

/// The story's test.
pub(crate) fn test() -> Test {
    let assertions = vec![Assertion::body_contains("eventcoordinator"), Assertion::status(200)];
    Test { name: "The group is listed".into(), url: URL.into(), assertions, ..Test::default() }
}

fn patch(gerrit: u64, title: &str, kind: PatchKind) -> Patch {
    let nicks = Nick::new("submitter").into_iter().collect();
    let title = title.to_owned();
    Patch { gerrit, kind, title, status: String::new(), nicks, struck: false, placeholder: false, source_line: 40 }
}

fn window(name: &str, from: &str, to: &str, patches: Vec<Patch>) -> Window {
    let deployers = Nick::new("deployer").into_iter().collect();
    let (start, end) = (at(from), at(to));
    Window { name: name.into(), start, end, deployers, is_backport: true, patches, unread: Vec::new() }
}

/// The window of the story.
pub(crate) fn afternoon() -> Window {
    let patches = vec![patch(GERRIT, "[enwiki] Add the eventcoordinator group", PatchKind::Config)];
    window("UTC afternoon backport window", "14:00", "15:00", patches)
}

/// A state with nick, webhook, calendar and the story's test.
pub(crate) fn ready() -> State {
    let backends = ["k8s-mwdebug", "k8s-mwdebug-next", "mwdebug1001.eqiad.wmnet"];
    State {
        settings: SettingsView {
            nick: Nick::new("submitter"),
            backend: Backend::default(),
            webhook: Some("https://backport-verify.toolforge.org".into()),
            reporting: ReportingView { guess: Some(Receiver::Relay), ..ReportingView::default() },
            reminders: Wanted::default(),
            ..SettingsView::default()
        },
        schedule: Loaded::Ready { at: at("14:16"), value: vec![afternoon()] },
        backends: backends.iter().map(|name| Backend::new(name).unwrap()).collect(),
        suites: [(Owner::numbered(GERRIT), Suite { tests: vec![test()] })].into(),
        concerns: [(GERRIT, about(&["enwiki"]))].into(),
        ..State::default()
    }
}

/// What the title says of the wikis that a change is about.
pub(crate) fn about(wikis: &[&str]) -> Concern {
    let wikis = wikis.iter().map(|wiki| (*wiki).to_owned()).collect();
    Concern { about: About::these(wikis), ..Concern::default() }
}

/// A state with runs.
pub(crate) fn with_runs(runs: Vec<Run>) -> State {
    State { runs, ..ready() }
}

fn stage(production: bool) -> Stage {
    if production { Stage::Production } else { Stage::mwdebug(Backend::default()) }
}

fn evidence(production: bool) -> Evidence {
    let server =
        if production { "mw-web.eqiad.main-6c9b8d5f7b-x2x7q" } else { "mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj" };
    Evidence {
        status: Some(200),
        server: Some(server.into()),
        cache_status: Some(if production { "miss" } else { "pass" }.into()),
        age: Some(0),
        request_id: None,
        elapsed_ms: 312,
        sent_ms: Some(12),
        hops: Vec::new(),
        location: None,
        repeated_past_cache: production,
        repeated_after_timeout: false,
        version: None,
        code: None,
        page: None,
    }
}

/// An outcome with the story's assertions; a fail misses the text.
pub(crate) fn outcome(verdict: Verdict, production: bool) -> Outcome {
    let missing = verdict == Verdict::Fail;
    let actual = if missing { "it does not (48,120 characters)" } else { "it does" };
    let result = |assertion, held, expected: &str, actual: &str| AssertionResult {
        assertion,
        held,
        expected: expected.into(),
        actual: actual.into(),
    };
    Outcome {
        verdict,
        reason: missing.then_some(Reason::Assertion { at: 0 }),
        assertions: vec![
            result(Assertion::body_contains("eventcoordinator"), !missing, "body contains <eventcoordinator>", actual),
            result(Assertion::status(200), true, "status is <200>", "<200>"),
        ],
        evidence: evidence(production),
    }
}

/// An answer that production gave in the backend's place.
pub(crate) fn answered_by_production() -> Outcome {
    let doubt =
        Doubt::ProductionAnswered { backend: "k8s-mwdebug".into(), server: "mw-web.eqiad.main-6c9b8d5f7b".into() };
    Outcome {
        verdict: Verdict::Inconclusive,
        reason: Some(Reason::Doubt { doubt }),
        assertions: Vec::new(),
        evidence: evidence(true),
    }
}

/// A server that no table has.
pub(crate) const UNHEARD_OF: &str = "mw-pretrain.eqiad.main-5fb6d6bf94-28hjj";

/// An answer of a server that no table has.
pub(crate) fn answered_by_nobody_known() -> Outcome {
    let doubt = Doubt::UnknownServer { server: UNHEARD_OF.into(), status: 200 };
    let evidence = Evidence { server: Some(UNHEARD_OF.into()), ..evidence(false) };
    Outcome::inconclusive(Reason::Doubt { doubt }, evidence)
}

/// A run on mwdebug that such a server answered; the user has said what it is, or not yet.
pub(crate) fn unheard_of(said: Option<Realm>) -> State {
    let before = vec![outcome(Verdict::Fail, true)];
    let run = run(false, vec![test()], vec![answered_by_nobody_known()], before);
    let mut state = with_runs(vec![ended(run, DOUBT_LINE, Delivery::Preview)]);
    if let Some(realm) = said {
        state.settings.servers.settle(UNHEARD_OF, realm).unwrap();
    }
    state
}

/// An answer whose page names production while its header names a test server.
fn contradicting() -> Outcome {
    let (server, body) = ("mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj", "mw-web.eqiad.main-6c9b8d5f7b-x2x7q");
    let doubt = Doubt::Contradiction { server: server.into(), body: body.into() };
    Outcome::inconclusive(Reason::Doubt { doubt }, evidence(false))
}

/// A run of `tests`; `after` has the deciding outcomes, `before` those of production before the sync.
pub(crate) fn run(production: bool, tests: Vec<Test>, after: Vec<Outcome>, before: Vec<Outcome>) -> Run {
    let subject = Subject {
        gerrit: Some(GERRIT),
        title: "[enwiki] Add the eventcoordinator group".into(),
        deployers: Nick::new("deployer").into_iter().collect(),
        ..Subject::default()
    };
    let id = if production { "run-2" } else { "run-1" };
    let asked = at(if production { "14:18" } else { "14:17" });
    let plan = Plan::new(id.into(), subject, stage(production), asked, tests, 10_000);
    let mut journal = Journal::begin(plan);
    for (place, job) in journal.plan.jobs.iter().enumerate() {
        let came = if job.target == Target::Baseline { &before } else { &after };
        if let Some(outcome) = came.get(job.test) {
            journal.outcomes.insert(place, outcome.clone());
        }
    }
    Run { journal, report: None }
}

/// The run with its end and its report.
pub(crate) fn ended(mut run: Run, line: &str, delivery: Delivery) -> Run {
    run.journal.ended = Some((run.journal.plan.asked, Ending::Finished));
    run.report = Some(Report { line: line.into(), delivery });
    run
}

pub(crate) const PASS_LINE: &str = "deployer: PASS on mwdebug (k8s-mwdebug): 1/1 pass, 1 fixed. Good to continue. Change 1330001: \"[enwiki] Add the eventcoordinator group\"";
const DOUBT_LINE: &str =
    "deployer: 1330001 [enwiki] Add the eventcoordinator group: INCONCLUSIVE on mwdebug (k8s-mwdebug), 0 of 1";
const PRODUCTION_LINE: &str = "deployer: PASS on production: 1/1 pass, 1 fixed by the patch. All done, thank you. Change 1330001: \"[enwiki] Add the eventcoordinator group\"";
const FAIL_LINE: &str = "deployer: 1330001 [enwiki] Add the eventcoordinator group: FAIL on mwdebug (k8s-mwdebug), 1 of 1: body does not contain <eventcoordinator>";

/// The line of a run that shows no more than this of the patch.
fn line_without_objection(shown: &str) -> String {
    PASS_LINE.replace("1 fixed. Good to continue.", &format!("{shown}. No objection."))
}

/// The story's run on mwdebug: production fails the test, mwdebug passes it.
pub(crate) fn passed(delivery: Delivery) -> Run {
    let (after, before) = (outcome(Verdict::Pass, false), outcome(Verdict::Fail, true));
    ended(run(false, vec![test()], vec![after], vec![before]), PASS_LINE, delivery)
}

/// The same when production has the patch already, so that there is nothing to compare with.
fn passed_where_production_has_it(delivery: Delivery) -> Run {
    let running = "4f1c7a902be35d6681c0a4bb7d9e1f2c3a5b6d70".to_owned();
    let doubt = Doubt::PatchThereAlready { host: "en.wikipedia.org".into(), running };
    let before = Outcome::inconclusive(Reason::Doubt { doubt }, evidence(true));
    let line = line_without_objection("production has the patch already");
    ended(run(false, vec![test()], vec![outcome(Verdict::Pass, false)], vec![before]), &line, delivery)
}

/// The same with the lines of the page that the patch changed.
fn differing() -> Run {
    let body = |group: &str, content: &str| {
        let long = "a-very-long-right,".repeat(20);
        format!(
            "<ul><li>bureaucrat</li><li>{group}</li><li>steward</li></ul><p>{content}</p><p>a</p><p>b</p><p>c</p><p>{long}{group}</p>"
        )
    };
    let page = |status, body: String| {
        let headers = [("content-type", "text/html; charset=UTF-8")].into_iter().collect();
        VerifiedPage::of(&Response { status, headers, body, ..Response::default() })
    };
    let mut run = passed(Delivery::Preview);
    let before = page(404, body("confirmed", "<b>old</b>"));
    let difference = Difference::between(&before, &page(200, body("eventcoordinator", "<b>old</b>"))).unwrap();
    run.journal.differences.insert(0, difference);
    run
}

/// A run whose page is production's.
fn not_differing() -> Run {
    let mut run = passed(Delivery::Preview);
    for outcome in run.journal.outcomes.values_mut() {
        outcome.evidence.page = Some("01651bafa3782026".into());
    }
    run
}

fn failed(delivery: Delivery) -> Run {
    let (after, before) = (outcome(Verdict::Fail, false), outcome(Verdict::Fail, true));
    ended(run(false, vec![test()], vec![after], vec![before]), FAIL_LINE, delivery)
}

fn passed_on_production() -> Run {
    let mut run = run(true, vec![test()], vec![outcome(Verdict::Pass, true)], Vec::new());
    run.journal.plan.earlier = Earlier::of(&passed(Delivery::Preview).journal, &run.journal.plan.tests);
    ended(run, PRODUCTION_LINE, Delivery::Delivered { at: at("14:18") })
}

fn refused(screen: Screen, problem: Problem) -> Page {
    let mut page = page(screen, Some(ready()));
    page.set_reply(&Command::Wake, Reply::Refused { problem });
    page
}

fn unreachable() -> Problem {
    Problem::CalendarUnreachable { detail: "no answer within 10000 ms".into() }
}

fn several() -> State {
    let more = |name: &str, url: &str| Test { name: name.into(), url: url.into(), ..test() };
    let tests = vec![
        test(),
        more(
            "",
            "https://commons.wikimedia.org/wiki/Special:ListGroupRights?uselang=qqx&debug=1&a-long-parameter=with-a-long-value",
        ),
        more("اختبار الصفحة الرئيسية", "https://ar.wikipedia.org/wiki/الصفحة_الرئيسية"),
    ];
    let timeout = Outcome {
        verdict: Verdict::Inconclusive,
        reason: Some(Reason::Transport { error: TransportError::Timeout { after_ms: 10_000 } }),
        assertions: Vec::new(),
        evidence: Evidence { elapsed_ms: 10_000, ..Evidence::default() },
    };
    let after = vec![outcome(Verdict::Pass, false), outcome(Verdict::Fail, false), timeout];
    let before = vec![outcome(Verdict::Pass, true), outcome(Verdict::Pass, true), outcome(Verdict::Pass, true)];
    let mut early = window(
        "MediaWiki train – Utc-0 Version",
        "09:00",
        "11:00",
        vec![patch(
            1_330_002,
            "<script>alert(1)</script> & a title that somebody made far too long to fit into one line of the popup",
            PatchKind::Branch("1.47.0-wmf.16".into()),
        )],
    );
    early.patches[0].status = "done".into();
    let mut evening = window("UTC late backport window", "21:00", "22:00", afternoon().patches);
    evening.unread = vec![Unread {
        text: "{{deploy|type=config|gerrit=|title=something}}".into(),
        reason: "no change number".into(),
        source_line: 61,
    }];
    State {
        schedule: Loaded::Ready { at: at("14:16"), value: vec![early, afternoon(), evening] },
        suites: [(Owner::numbered(GERRIT), Suite { tests: tests.clone() })].into(),
        runs: vec![ended(run(false, tests, after, before), FAIL_LINE, Delivery::Preview)],
        ..ready()
    }
}

/// A click on an element with these `data-` attributes, in a form with these values.
pub(crate) fn event(act: &str, data: &[(&str, &str)], form: &[(&str, &str)]) -> Event {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Event { act: act.into(), data: data.iter().map(own).collect(), form: form.iter().map(own).collect() }
}

/// The background's answer to what a page has sent, which must be something.
#[expect(clippy::expect_used, reason = "it is the test's way to fail")]
pub(crate) fn answer(page: &mut Page, sent: &[Effect], reply: Reply) {
    let command = sent.iter().find_map(|effect| match effect {
        Effect::Send(command) | Effect::RequestAccess { then: command, .. } => Some(command),
        _ => None,
    });
    page.set_reply(command.expect("something is sent"), reply);
}

fn every_kind() -> Page {
    let name = String::from("x-wikimedia-debug");
    let assertions = vec![
        Assertion::body_lacks("Fatal exception"),
        Assertion::body_matches("event.?coordinator"),
        Assertion::header_is("content-language", "en"),
        Assertion::header_matches("server", "^mw-"),
        Assertion::header_absent(name),
    ];
    let second = Test { name: String::new(), assertions, ..test() };
    let mut state = ready();
    state.suites.insert(Owner::numbered(GERRIT), Suite { tests: vec![test(), second] });
    page(Screen::Workbench, Some(state))
}

fn popups() -> Vec<(&'static str, Page)> {
    let popup = |state| page(Screen::Popup, Some(state));
    let mut ahead = ready();
    ahead.suites.clear();
    let mut evening = window("UTC late backport window", "16:28", "17:28", afternoon().patches);
    evening.unread = vec![Unread {
        text: "* 1330009 – please deploy".into(),
        reason: "not a deploy template".into(),
        source_line: 58,
    }];
    ahead.schedule = Loaded::Ready { at: at("14:18"), value: vec![evening] };

    let kept = (outcome(Verdict::Pass, false), outcome(Verdict::Pass, true));
    let line = line_without_objection("as before: proves nothing about the patch");
    let kept = ended(run(false, vec![test()], vec![kept.0], vec![kept.1]), &line, Delivery::Preview);
    let doubt = run(false, vec![test()], vec![answered_by_production()], vec![outcome(Verdict::Fail, true)]);
    let doubt = ended(doubt, "deployer: 1330001: INCONCLUSIVE on mwdebug (k8s-mwdebug)", Delivery::Preview);
    let mut cancelled = run(false, vec![test()], Vec::new(), Vec::new());
    cancelled.journal.ended = Some((at("14:17"), Ending::Cancelled));
    let underway = run(
        false,
        vec![test(), test(), Test { name: String::new(), ..test() }],
        vec![outcome(Verdict::Pass, false); 2],
        vec![outcome(Verdict::Fail, true)],
    );
    let mut suites = ready();
    suites.suites.insert(Owner::numbered(GERRIT), Suite { tests: underway.journal.plan.tests.clone() });

    let tab = |tab, url: &str, conflict: Option<&str>| Browsing {
        tab,
        url: url.into(),
        switches: BTreeSet::new(),
        backend: Backend::default(),
        until: at("14:30"),
        conflict: conflict.map(Into::into),
        cookie: None,
    };
    let with_cookie = Browsing { cookie: Some("backend%3Dk8s-mwdebug-next%3Blog".into()), ..tab(9, URL, None) };
    let browsing = vec![tab(7, URL, None), tab(8, URL, Some("backend=mwdebug1001.eqiad.wmnet")), with_cookie];
    let without_webhook = SettingsView { webhook: None, ..ready().settings };
    let stale = Some((at("13:51"), vec![afternoon()]));
    let broken = Problem::NotACalendar { detail: "it has no deployment card".into() };

    let before = vec![outcome(Verdict::Fail, true)];
    let contradiction = run(false, vec![test()], vec![contradicting()], before);
    let contradiction = ended(contradiction, DOUBT_LINE, Delivery::Preview);
    vec![
        ("popup_starting", page(Screen::Popup, None)),
        ("popup_no_nick", popup(State::default())),
        ("popup_loading", popup(State { schedule: Loaded::Loading, ..ready() })),
        ("popup_empty", popup(State { schedule: Loaded::Ready { at: at("14:16"), value: Vec::new() }, ..ready() })),
        ("popup_no_tests", popup(ahead)),
        ("popup_ready", popup(ready())),
        ("popup_live", popup(State { hearing: Hearing::Live, ..ready() })),
        ("popup_running", popup(State { runs: vec![underway], ..suites })),
        ("popup_passed", popup(with_runs(vec![passed(Delivery::Preview)]))),
        ("popup_sending", popup(with_runs(vec![passed(Delivery::Sending)]))),
        ("popup_delivered", popup(with_runs(vec![passed(Delivery::Delivered { at: at("14:18") })]))),
        (
            "popup_production_passed",
            popup(with_runs(vec![passed_on_production(), passed(Delivery::Delivered { at: at("14:17") })])),
        ),
        (
            "popup_failed",
            popup(with_runs(vec![failed(Delivery::Failed {
                detail: "The webhook answered 404; check its URL in the settings.".into(),
            })])),
        ),
        ("popup_difference", popup(with_runs(vec![differing()]))),
        ("popup_inconclusive", popup(with_runs(vec![doubt]))),
        ("popup_unheard_of", popup(unheard_of(None))),
        ("popup_contradiction", popup(with_runs(vec![contradiction]))),
        ("popup_kept", popup(with_runs(vec![kept]))),
        ("popup_cancelled", popup(with_runs(vec![cancelled]))),
        ("popup_stale", popup(State { schedule: Loaded::Failed { problem: unreachable(), stale }, ..ready() })),
        (
            "popup_unreachable",
            popup(State { schedule: Loaded::Failed { problem: unreachable(), stale: None }, ..ready() }),
        ),
        ("popup_no_calendar", popup(State { schedule: Loaded::Failed { problem: broken, stale: None }, ..ready() })),
        ("popup_no_access", popup(State { no_access: vec!["https://*.wikipedia.org/*".into()], ..ready() })),
        ("popup_storage_full", refused(Screen::Popup, Problem::Storage { detail: "the quota is used up".into() })),
        (
            "popup_notice",
            popup(State {
                notice: Some(Problem::Unreadable { what: "tests".into(), detail: "they are of version 7".into() }),
                ..ready()
            }),
        ),
        (
            "popup_browsing",
            popup(State { browsing, settings: without_webhook, ..with_runs(vec![passed(Delivery::Preview)]) }),
        ),
        ("popup_several", popup(several())),
    ]
}

fn workbenches() -> Vec<(&'static str, Page)> {
    let bench = |state| page(Screen::Workbench, Some(state));
    let mut nothing = page(Screen::Workbench, Some(ready()));
    nothing.set_change(None);
    let mut blank = ready();
    blank.suites.clear();

    let mut invalid = bench(ready());
    invalid.act(event(
        "save-tests",
        &[],
        &[
            ("name", "Elsewhere"),
            ("url", "http://example.org/"),
            ("kind", "status"),
            ("must", "is"),
            ("value", "two hundred"),
            ("kind", "header"),
            ("header", ""),
            ("must", "is"),
            ("value", "mw"),
        ],
    ));
    let mut unsaved = bench(ready());
    unsaved.act(event("add-assertion", &[("test", "0")], &[]));
    let mut saved = bench(ready());
    let sent = saved.act(event("save-tests", &[], &[]));
    answer(&mut saved, &sent, Reply::Done);
    let mut setting = bench(ready());
    setting.act(event("save-settings", &[], &[("nick", "submitter"), ("backend", "k8s-mwdebug"), ("webhook", "hook")]));
    let mut outdated = with_runs(vec![passed(Delivery::Delivered { at: at("14:18") })]);
    outdated.suites.insert(Owner::numbered(GERRIT), Suite { tests: vec![Test { name: "Renamed".into(), ..test() }] });

    let mut switched = unheard_of(Some(Realm::Debug));
    switched.settings.switches = [Switch::Log, Switch::Readonly].into();
    switched.settings.servers.settle("testhost7.example.wmnet", Realm::Production).unwrap();

    vec![
        ("workbench_unheard_of", bench(unheard_of(None))),
        ("workbench_settled", bench(switched)),
        ("workbench_starting", page(Screen::Workbench, None)),
        ("workbench_nothing_chosen", nothing),
        ("workbench_no_tests", bench(blank)),
        ("workbench_every_kind", every_kind()),
        ("workbench_invalid", invalid),
        ("workbench_unsaved", unsaved),
        ("workbench_saved", saved),
        (
            "workbench_passed",
            bench(with_runs(vec![passed_on_production(), passed(Delivery::Delivered { at: at("14:17") })])),
        ),
        ("workbench_nothing_to_compare", bench(with_runs(vec![passed_where_production_has_it(Delivery::Preview)]))),
        ("workbench_difference", bench(with_runs(vec![differing()]))),
        ("workbench_no_difference", bench(with_runs(vec![not_differing()]))),
        ("workbench_failed", bench(with_runs(vec![failed(Delivery::Preview)]))),
        ("workbench_outdated", bench(outdated)),
        ("workbench_bad_webhook", setting),
        (
            "workbench_unheard",
            bench(State { hearing: Hearing::Failed { detail: "the connection breaks off".into() }, ..ready() }),
        ),
        ("workbench_several", bench(several())),
        ("workbench_busy", refused(Screen::Workbench, Problem::Busy)),
    ]
}

/// Every state by name.
pub(crate) fn all() -> Vec<(&'static str, Page)> {
    let first = popups().into_iter().chain(road::popups()).chain(stages::popups()).chain(polite::popups());
    let then = workbenches().into_iter().chain(road::workbenches()).chain(stages::workbenches());
    let first = first.chain(team::popups()).chain(adding::popups()).chain(delivery::popups());
    let last = polite::workbenches().into_iter().chain(bench::workbenches()).chain(team::workbenches());
    first.chain(then).chain(last).chain(adding::workbenches()).chain(delivery::workbenches()).collect()
}
