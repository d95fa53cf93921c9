// SPDX-License-Identifier: GPL-2.0-or-later
//! The states of the pages that tell of windows, fitness and how far patches have got.

use super::{GERRIT, afternoon, at, page, passed, patch, ready, refused, test, window, with_runs};
use backport_verify::app::{Delivery, Loaded, Problem, State};
use backport_verify::change::ChangeStatus;
use backport_verify::deployed::{Phase, Progress, Runs, Servers};
use backport_verify::preflight::{CherryPick, Finding, Fitness, Rule, Severity};
use backport_verify::schedule::{Nick, Patch, PatchKind, Window};
use backport_verify::suite::{Owner, Suite};
use backport_verify::ui::{Page, Screen};
use jiff::Timestamp;

const ENTRY: &str = "{{ircnick|submitter|Submitter}}\n* {{deploy|type=1.47.0-wmf.16|gerrit=1330001|title=Add the eventcoordinator group|status=}}";

/// A progress in which both sources say the same.
pub(crate) fn progress(phase: Phase) -> Progress {
    let on_debug = matches!(phase, Phase::OnTestServers | Phase::Deploying | Phase::Deployed);
    let known = |yes| if yes { Runs::Yes } else { Runs::No };
    let servers = Servers {
        host: "en.wikipedia.org".into(),
        debug: known(on_debug),
        production: known(phase == Phase::Deployed),
    };
    let told = !matches!(phase, Phase::Scheduled | Phase::Unknown);
    Progress {
        phase,
        since: told.then(|| at("14:05")),
        began: told.then(|| at("14:01")),
        deployer: told.then(|| "deployer".into()),
        servers: (phase != Phase::Unknown).then_some(servers),
        disagreement: None,
        gaps: Vec::new(),
    }
}

/// A progress of which little is known.
fn doubtful() -> Progress {
    let servers = Servers {
        host: "en.wikipedia.org".into(),
        debug: Runs::Yes,
        production: Runs::Unknown { why: "deployment-info.php answered with status <503>".into() },
    };
    Progress {
        servers: Some(servers),
        disagreement: Some(
            "The log says that it is on its way to all servers; the test servers of en.wikipedia.org do not have it."
                .into(),
        ),
        gaps: vec!["The Server Admin Log could not be read on sal.toolforge.org; wikitech was read instead.".into()],
        ..progress(Phase::Deploying)
    }
}

/// A look at a change with these findings.
pub(crate) fn looked(gerrit: u64, window: Option<Timestamp>, findings: Vec<Finding>) -> Fitness {
    Fitness {
        gerrit,
        window,
        place: window.map(|_| 1),
        project: "operations/mediawiki-config".into(),
        branch: "master".into(),
        subject: "[enwiki] Add the eventcoordinator group".into(),
        status: Some(ChangeStatus::New),
        owner: Some("submitter".into()),
        findings,
        entry: None,
        schedule_link: None,
        cherry_picks: Vec::new(),
    }
}

/// A finding.
pub(crate) fn finding(severity: Severity, sentence: &str) -> Finding {
    Finding { severity, rule: Rule::Exists, sentence: sentence.into() }
}

fn blocking() -> Vec<Finding> {
    vec![
        finding(Severity::Blocks, "It is marked as work in progress: take the mark away in Gerrit."),
        finding(Severity::Warns, "It is the 7th of 7 patches and a window takes 6: move it to another window."),
        finding(Severity::Notes, "It changes messages, so its deployment takes longer."),
    ]
}

fn warning() -> Vec<Finding> {
    vec![
        finding(
            Severity::Warns,
            "The calendar calls it config, and Gerrit has it on wmf/1.47.0-wmf.16: correct the type.",
        ),
        finding(Severity::Notes, "It depends on 1330009, which is merged."),
    ]
}

fn fit(findings: Vec<Vec<Finding>>) -> Loaded<Vec<Fitness>> {
    let numbers = (GERRIT..).zip(findings);
    let value = numbers.map(|(gerrit, findings)| looked(gerrit, Some(at("14:00")), findings)).collect();
    Loaded::Ready { at: at("14:16"), value }
}

/// The story's patch in a phase, fit for its window.
pub(crate) fn in_phase(phase: Phase) -> State {
    State { progress: [(GERRIT, progress(phase))].into(), fitness: fit(vec![Vec::new()]), ..ready() }
}

fn found(findings: Vec<Finding>) -> State {
    State { fitness: fit(vec![findings]), ..in_phase(Phase::Scheduled) }
}

fn phases() -> State {
    let all = [
        Phase::Scheduled,
        Phase::Merged,
        Phase::OnTestServers,
        Phase::Deploying,
        Phase::Deployed,
        Phase::RolledBack,
        Phase::Unknown,
    ];
    let numbers = (GERRIT..).zip(all);
    let patches = numbers
        .clone()
        .map(|(gerrit, phase)| patch(gerrit, &format!("[enwiki] A patch that is {phase:?}"), PatchKind::Config));
    let schedule = window("UTC afternoon backport window", "14:00", "15:00", patches.collect());
    State {
        schedule: Loaded::Ready { at: at("14:16"), value: vec![schedule] },
        suites: numbers.clone().map(|(gerrit, _)| (Owner::numbered(gerrit), Suite { tests: vec![test()] })).collect(),
        progress: numbers.map(|(gerrit, phase)| (gerrit, progress(phase))).collect(),
        ..ready()
    }
}

fn of_others(gerrit: u64, title: &str, nick: &str) -> Patch {
    Patch { nicks: Nick::new(nick).into_iter().collect(), ..patch(gerrit, title, PatchKind::Config) }
}

/// Three windows with five patches of the user's, and those of others.
pub(crate) fn week() -> Vec<Window> {
    let branch = || PatchKind::Branch("1.47.0-wmf.16".into());
    let now = vec![
        of_others(1_330_101, "[dewiki] Another logo for the anniversary", "reviewer"),
        patch(GERRIT, "[enwiki] Add the eventcoordinator group", PatchKind::Config),
        patch(
            1_330_002,
            "CampaignEvents: Do not let the list of events fail when one of its organisers was renamed",
            branch(),
        ),
        of_others(1_330_102, "Raise the limit of the job queue", "deployer"),
        of_others(1_330_103, "", "Other|away"),
    ];
    let evening = vec![
        patch(1_330_003, "إضافة مجموعة جديدة إلى ويكيبيديا العربية", PatchKind::Config),
        patch(1_330_004, "[commonswiki] Allow larger uploads", PatchKind::Config),
    ];
    let night = vec![patch(1_330_005, "Fix the gadget's toolbar", branch())];
    vec![
        window("UTC afternoon backport window", "14:00", "15:00", now),
        window("UTC late backport window", "21:00", "22:00", evening),
        window("UTC morning backport window", "07:00", "08:00", night),
    ]
}

fn whole_week() -> State {
    let look = |gerrit, start: &str, findings| looked(gerrit, Some(at(start)), findings);
    let value = vec![
        look(GERRIT, "14:00", Vec::new()),
        Fitness {
            project: "mediawiki/extensions/CampaignEvents".into(),
            branch: "wmf/1.47.0-wmf.16".into(),
            ..look(1_330_002, "14:00", warning())
        },
        look(1_330_003, "21:00", blocking()),
        look(1_330_004, "21:00", vec![finding(Severity::Notes, "It is merged already.")]),
        look(1_330_005, "07:00", Vec::new()),
    ];
    let phases = [Phase::OnTestServers, Phase::Merged, Phase::Scheduled, Phase::Scheduled, Phase::Deployed];
    State {
        schedule: Loaded::Ready { at: at("14:16"), value: week() },
        fitness: Loaded::Ready { at: at("14:16"), value },
        progress: (GERRIT..).zip(phases.map(progress)).collect(),
        suites: (GERRIT..=1_330_005).map(|gerrit| (Owner::numbered(gerrit), Suite { tests: vec![test()] })).collect(),
        ..ready()
    }
}

/// A change that is not on the calendar, with all that it takes to get there.
pub(crate) fn to_prepare() -> State {
    let commands = |version: &str| CherryPick {
        version: version.into(),
        commands: format!(
            "git fetch origin\ngit switch --create backport-{version} origin/wmf/{version}\ngit cherry-pick -x 0123456789abcdef0123456789abcdef01234567\ngit push origin HEAD:refs/for/wmf/{version}"
        ),
    };
    let fitness = Fitness {
        entry: Some(ENTRY.into()),
        schedule_link: Some(format!("https://schedule-deployment.toolforge.org/backport/{GERRIT}")),
        cherry_picks: vec![commands("1.47.0-wmf.16"), commands("1.47.0-wmf.15")],
        project: "mediawiki/extensions/CampaignEvents".into(),
        ..looked(GERRIT, None, warning())
    };
    State {
        schedule: Loaded::Ready { at: at("14:16"), value: Vec::new() },
        fitness: Loaded::Ready { at: at("14:16"), value: vec![fitness] },
        ..ready()
    }
}

/// What Gerrit's silence leads to.
pub(crate) fn gerrit_is_silent() -> Problem {
    Problem::GerritUnreachable { detail: "no answer within 15000 ms".into() }
}

/// The refusal of a run on production.
pub(crate) fn not_deployed() -> Problem {
    let detail = "the log says that it is on the test servers since 14:05 UTC".into();
    Problem::NotDeployed { gerrit: GERRIT, phase: Phase::OnTestServers, detail }
}

fn asked_for_production(screen: Screen) -> Page {
    let mut page = refused(screen, not_deployed());
    page.set_state(State {
        runs: vec![passed(Delivery::Delivered { at: at("14:17") })],
        ..in_phase(Phase::OnTestServers)
    });
    page
}

fn earlier(value: Loaded<Vec<Window>>) -> Page {
    let mut known = in_phase(Phase::Scheduled);
    known.progress.insert(1_329_001, progress(Phase::Deployed));
    page(Screen::Popup, Some(State { earlier: value, ..known }))
}

fn past() -> Vec<Window> {
    let mut done = patch(1_329_001, "[enwiki] Turn the feature on for logged-in users", PatchKind::Config);
    done.status = "done".into();
    let mut put_off = patch(
        1_329_002,
        "[frwiki] A namespace with a name that is so long that it needs more than a line",
        PatchKind::Config,
    );
    put_off.status = "not done".into();
    let unsaid = patch(1_329_003, "Fix the gadget", PatchKind::Unstated);
    let mut first = window("UTC late backport window", "21:00", "22:00", vec![done, put_off]);
    let mut second = window("UTC morning backport window", "07:00", "08:00", vec![unsaid]);
    let days_before = |time: Timestamp, days: i64| time - jiff::SignedDuration::from_hours(24 * days);
    for (window, days) in [(&mut first, 4), (&mut second, 11)] {
        (window.start, window.end) = (days_before(window.start, days), days_before(window.end, days));
    }
    vec![first, second]
}

/// The popup's states.
pub(super) fn popups() -> Vec<(&'static str, Page)> {
    let popup = |state| page(Screen::Popup, Some(state));
    let silent = |stale| Loaded::Failed { problem: gerrit_is_silent(), stale };
    let mut aimed = popup(whole_week());
    aimed.set_change(Some(1_330_003));
    let mut moved = popup(in_phase(Phase::Merged));
    moved.set_state(in_phase(Phase::OnTestServers));
    let disagreement = State { progress: [(GERRIT, doubtful())].into(), ..in_phase(Phase::Deploying) };
    let mut doubled = in_phase(Phase::Scheduled);
    let twice = vec![afternoon(), Window { start: at("21:00"), end: at("22:00"), ..afternoon() }];
    doubled.schedule = Loaded::Ready { at: at("14:16"), value: twice };
    let value = vec![looked(GERRIT, Some(at("14:00")), Vec::new()), looked(GERRIT, Some(at("21:00")), blocking())];
    doubled.fitness = Loaded::Ready { at: at("14:16"), value };
    let unread = Problem::CalendarUnreachable { detail: "no answer within 10000 ms".into() };
    vec![
        ("popup_phases", popup(phases())),
        ("popup_week", popup(whole_week())),
        ("popup_aimed", aimed),
        ("popup_on_test_servers", moved),
        ("popup_on_all_servers", popup(in_phase(Phase::Deployed))),
        ("popup_disagreement", popup(disagreement)),
        ("popup_blocked", popup(found(blocking()))),
        ("popup_warned", popup(found(warning()))),
        ("popup_doubled", popup(doubled)),
        ("popup_asking_gerrit", popup(State { fitness: Loaded::Loading, ..in_phase(Phase::Scheduled) })),
        ("popup_gerrit_unreachable", popup(State { fitness: silent(None), ..in_phase(Phase::Unknown) })),
        ("popup_not_deployed", asked_for_production(Screen::Popup)),
        ("popup_earlier", earlier(Loaded::Ready { at: at("14:16"), value: past() })),
        ("popup_earlier_loading", earlier(Loaded::Loading)),
        ("popup_earlier_empty", earlier(Loaded::Ready { at: at("14:16"), value: Vec::new() })),
        ("popup_earlier_failed", earlier(Loaded::Failed { problem: unread, stale: Some((at("14:10"), past())) })),
    ]
}

/// The workbench's states.
pub(super) fn workbenches() -> Vec<(&'static str, Page)> {
    let bench = |state| page(Screen::Workbench, Some(state));
    let silent = Loaded::Failed { problem: gerrit_is_silent(), stale: None };
    let mut asking = bench(ready());
    asking.pursue();
    let mut copied = bench(to_prepare());
    copied.act(super::event("copy-entry", &[("gerrit", "1330001")], &[]));
    vec![
        ("workbench_to_prepare", copied),
        ("workbench_blocked", bench(found(blocking()))),
        ("workbench_week", bench(whole_week())),
        ("workbench_asking_gerrit", asking),
        ("workbench_gerrit_unreachable", bench(State { fitness: silent, ..with_runs(Vec::new()) })),
        ("workbench_not_deployed", asked_for_production(Screen::Workbench)),
    ]
}
