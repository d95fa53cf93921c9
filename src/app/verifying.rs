// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: verify a change on the test servers or on production.

use super::background::{Inner, JOURNAL, RUNS, put_first};
use super::engine::{Progress, perform};
use super::placing::Placed;
use super::refreshing::origin_of;
use super::{App, Problem, Report, Run};
use crate::change::{Change, Destination};
use crate::debug::Backends;
use crate::deployed::{Phase, Progress as Deployed, host_of_dbname};
use crate::ports::{Area, Ports};
use crate::report::channel_line;
use crate::schedule::{Nick, PatchKind};
use crate::verify::{Doubt, Earlier, Ending, Evidence, Journal, Outcome, Plan, Reason, Stage, Subject};
use futures_util::future::{AbortHandle, Abortable, Aborted};
use jiff::{SignedDuration, Timestamp};

/// Limit of one request: under the 30 s after which a browser ends a background whose fetch has no answer.
pub(super) const TIMEOUT_MS: u32 = 20_000;

/// The longest limit that a test can set, for the same reason.
pub(super) const LONGEST_MS: u32 = 28_000;

/// Runs kept, the newest first.
const KEPT: usize = 20;

/// An interrupted run goes on when it is found so many seconds after its click, at the latest; nobody waits for it later.
const RESUMABLE: i64 = 120;

/// No answer of a run is older than so many seconds when it ends: a line that says PASS speaks of now.
const LONGEST: i64 = 300;

/// Wikis that are named when a test asks one of another version.
const WIKIS: usize = 5;

/// When a background that was stopped in a run is woken, since no page may be open.
pub(super) const WATCHDOG_AFTER: SignedDuration = SignedDuration::from_secs(30);

impl<P: Ports> App<P> {
    /// Stores the plan of a run; [`App::work`] performs it.
    pub(super) async fn begin_run(&self, gerrit: u64, production: bool) -> Result<(), Problem> {
        let Placed { sources, tests, variables } = self.tests_to_run(gerrit).await?;
        if self.unfiled.get() {
            // The last run stands nowhere but in the journal, which is to be this one's.
            self.keep_runs().await?;
        }
        let plan = {
            let inner = self.inner.borrow();
            let subject = inner.subject(gerrit, production);
            let settings = &inner.settings;
            let backends = Backends::new(settings.backend.clone(), settings.also.iter().cloned());
            let stage = if production { Stage::Production } else { Stage::Mwdebug { backends } };
            let mut plan = Plan::new(self.ports.unique(), subject, stage, self.ports.now(), tests, TIMEOUT_MS);
            plan.sources = sources;
            plan.variables = variables;
            plan.longest_ms = Some(LONGEST_MS);
            plan.switches.clone_from(&settings.switches);
            plan.known.clone_from(&settings.servers);
            let reported = |run: &Journal| run.ended.is_some_and(|(_, ending)| ending != Ending::Cancelled);
            plan.again = inner.verified(gerrit, production).any(reported);
            if let Some(before) = inner.verified(gerrit, false).next().filter(|_| production) {
                plan.earlier = Earlier::of(before, &plan.tests);
            }
            plan
        };
        let run = Run { journal: Journal::begin(plan), report: None };
        self.keep(JOURNAL, &run).await?;
        let mut inner = self.inner.borrow_mut();
        put_first(&mut inner.runs, run);
        inner.runs.truncate(KEPT);
        Ok(())
    }

    /// The tests that apply to a change.
    ///
    /// # Errors
    /// What stands against a run of them.
    pub(super) async fn tests_to_run(&self, gerrit: u64) -> Result<Placed, Problem> {
        let placed = {
            let inner = self.inner.borrow();
            if inner.runs.iter().any(|run| run.journal.ended.is_none()) {
                return Err(Problem::Busy);
            }
            inner.placed(gerrit)?
        };
        let origins = placed.tests.iter().filter_map(|test| origin_of(&test.url)).collect();
        let origins = self.without_access(origins).await;
        if !origins.is_empty() {
            return Err(Problem::NoAccess { origins });
        }
        Ok(placed)
    }

    /// Ends a run that was interrupted too long ago, and settles requests of it that must not be sent twice.
    pub(super) async fn end_stale_run(&self) {
        let Some(mut run) = self.open_run() else { return };
        // A click in the future is of a clock that was set since: how long ago it was cannot be known.
        if !(0..=RESUMABLE).contains(&self.age_of(run.journal.plan.asked)) {
            self.finish(run.journal, Ending::Interrupted).await;
            return;
        }
        for place in run.journal.pending() {
            let test = run.journal.plan.jobs.get(place).and_then(|job| run.journal.plan.tests.get(job.test));
            // One that may not be sent was not; the engine says so.
            if let Some(test) = test.filter(|test| !test.method.is_safe() && test.may_be_sent()) {
                let doubt = Doubt::Interrupted { method: test.method.as_str().to_owned() };
                run.journal.outcomes.insert(place, Outcome::inconclusive(Reason::Doubt { doubt }, Evidence::default()));
            }
        }
        self.replace(&run);
    }

    pub(super) async fn perform_if_pending(&self) {
        if self.performing.replace(true) {
            return;
        }
        while let Some(Run { mut journal, .. }) = self.open_run() {
            let (handle, registration) = AbortHandle::new_pair();
            self.inner.borrow_mut().abort = Some(handle);
            let awake = self.awake();
            let limits = self.inner.borrow().settings.limits;
            let done = Abortable::new(perform(&self.ports, &mut journal, limits, self), registration).await;
            drop(awake);
            // Who cancels a run ends it too; what is open by now is another one.
            if done != Err(Aborted) {
                // Slow servers make a run long, and so does a machine that was asleep.
                let is_of_now = (0..=LONGEST).contains(&self.age_of(journal.plan.asked));
                self.finish(journal, if is_of_now { Ending::Finished } else { Ending::TooLong }).await;
            }
        }
        self.performing.set(false);
    }

    pub(super) async fn cancel_run(&self) -> Result<(), Problem> {
        let Some(run) = self.open_run() else { return Err(Problem::Gone) };
        let abort = self.inner.borrow_mut().abort.take();
        // The requests end now. Whoever waits for them gets no turn before the run is marked as ended.
        if let Some(abort) = abort {
            abort.abort();
        }
        self.finish(run.journal, Ending::Cancelled).await;
        Ok(())
    }

    fn open_run(&self) -> Option<Run> {
        self.inner.borrow().runs.iter().find(|run| run.journal.ended.is_none()).cloned()
    }

    /// Puts a run in the place of what was known of it; whether it was still open.
    fn replace(&self, run: &Run) -> bool {
        let mut inner = self.inner.borrow_mut();
        let is_it = |known: &&mut Run| known.journal.plan.id == run.journal.plan.id && known.journal.ended.is_none();
        let Some(known) = inner.runs.iter_mut().find(is_it) else { return false };
        known.clone_from(run);
        true
    }

    async fn finish(&self, mut journal: Journal, ending: Ending) {
        journal.end(self.ports.now(), ending);
        let line = channel_line(&journal);
        let delivery = self.delivery_of_ended(&journal);
        let report = (ending != Ending::Cancelled).then_some(Report { line, delivery });
        let run = Run { journal, report };
        self.replace(&run);
        self.file(&run).await;
        self.publish().await;
        self.look_at_outbox_again();
    }

    /// Takes an ended run from the journal to the results. Where they cannot be kept, it stays in the journal as ended, so
    /// that it is neither lost nor gone on with.
    async fn file(&self, run: &Run) {
        let filed = match self.keep_runs().await {
            Ok(()) => {
                let removed = self.ports.remove(Area::Local, JOURNAL).await;
                removed.map_err(|error| Problem::Storage { detail: error.to_string() })
            }
            Err(problem) => {
                // What is not known to be readable later must not stand against every other run.
                self.unfiled.set(matches!(problem, Problem::Storage { .. }));
                self.keep(JOURNAL, run).await.ok();
                Err(problem)
            }
        };
        if let Err(problem) = filed {
            self.inner.borrow_mut().notice = Some(problem);
        }
    }

    /// Files what stands in the journal although it has ended, as the background finds it when it starts.
    pub(super) async fn file_journal(&self, journalled: Option<Run>) {
        let Some(id) = journalled.map(|run| run.journal.plan.id) else { return };
        let ended = |run: &&Run| run.journal.plan.id == id && run.journal.ended.is_some();
        let run = self.inner.borrow().runs.iter().find(ended).cloned();
        if let Some(run) = run {
            self.file(&run).await;
        }
    }

    /// Keeps all results.
    pub(super) async fn keep_runs(&self) -> Result<(), Problem> {
        let runs = self.inner.borrow().runs.clone();
        self.keep(RUNS, &runs).await?;
        self.unfiled.set(false);
        Ok(())
    }
}

impl Inner {
    /// What a run of this change verifies.
    pub(super) fn subject(&self, gerrit: u64, production: bool) -> Subject {
        let found = self.schedule().and_then(|schedule| {
            schedule.windows.iter().find_map(|window| {
                let patch = window.patches.iter().find(|patch| patch.gerrit == gerrit && !patch.struck)?;
                Some((patch.title.clone(), window.deployers.clone(), version_of(&patch.kind)))
            })
        });
        let (title, listed, written) = found.unwrap_or_default();
        let deployers = addressed(listed, self.progress.get(&gerrit).and_then(deployer));
        // Gerrit knows the branch; what stands on the calendar was typed by hand.
        let known = self.gathered.changes.value().and_then(|(_, changes)| changes.iter().find(|c| c.number == gerrit));
        let version = match known.map(Change::destination) {
            Some(Destination::Backport { version }) => Some(version),
            Some(Destination::Config) => None,
            _ => written,
        };
        let patch = known.and_then(Change::merged);
        let synced = self.progress.get(&gerrit).and_then(|progress| synced(progress, production));
        let mut subject = Subject { gerrit: Some(gerrit), title, deployers, version, patch, synced, wikis: Vec::new() };
        if let (Some(_), Some(all)) = (&subject.version, &self.gathered.versions) {
            // The calendar may write the end of a version alone.
            let whole = all.live().into_iter().find(|(live, _)| subject.is_for(live));
            let wikis = whole.map(|(live, _)| all.wikis_on(live, WIKIS)).unwrap_or_default();
            subject.wikis = wikis.into_iter().filter_map(host_of_dbname).collect();
        }
        subject
    }

    /// The ended runs of a change in a stage, the newest first, but for those before the deployment that is under way.
    fn verified(&self, gerrit: u64, production: bool) -> impl Iterator<Item = &Journal> {
        let began = self.progress.get(&gerrit).and_then(|progress| progress.began);
        self.runs.iter().map(|run| &run.journal).filter(move |run| {
            let of_change = run.plan.subject.gerrit == Some(gerrit) && run.on_production() == production;
            of_change && run.ended.is_some() && began.is_none_or(|began| run.plan.asked >= began)
        })
    }
}

/// The version that a backport is for, as the calendar has it: `1.47.0-wmf.16`, `wmf/1.47.0-wmf.16`, `wmf.16`. A word
/// that is no version says nothing.
fn version_of(kind: &PatchKind) -> Option<String> {
    let PatchKind::Branch(written) = kind else { return None };
    let written = written.trim().to_ascii_lowercase();
    let version = ["wmf/", "php-"].iter().find_map(|prefix| written.strip_prefix(prefix)).unwrap_or(&written);
    let is_version = version.starts_with(|c: char| c.is_ascii_digit()) || version.starts_with("wmf.");
    (is_version || version == "master").then(|| version.to_owned())
}

/// To whom the line speaks. The log knows who is at the prompt, by a shell account; the calendar, who may be, by their nicks.
/// Where one of these is that account's, the others are left in peace. Otherwise all are meant, as when the channel's bot calls
/// them to the window; an account that may be nobody's nick is spoken to only where there is no nick.
fn addressed(listed: Vec<Nick>, at_prompt: Option<Nick>) -> Vec<Nick> {
    let Some(at_prompt) = at_prompt else { return listed };
    let account = without_marks(&at_prompt);
    let same: Vec<Nick> = listed.iter().filter(|nick| without_marks(nick) == account).cloned().collect();
    match (same.is_empty(), listed.is_empty()) {
        (false, _) => same,
        (true, false) => listed,
        (true, true) => vec![at_prompt],
    }
}

/// A nick without what its owner varies: capitals, `-` for `_`, and the marks behind it, such as `_` or `|away`.
fn without_marks(nick: &Nick) -> String {
    let nick = nick.as_str().to_ascii_lowercase().replace('-', "_");
    let bare = nick.split('|').next().unwrap_or_default().trim_end_matches(['_', '^', '`']);
    if bare.is_empty() { nick } else { bare.to_owned() }
}

/// Who deploys, as the log says, unless that deployment came to nothing.
fn deployer(progress: &Deployed) -> Option<Nick> {
    let is_of_now = !matches!(progress.phase, Phase::RolledBack | Phase::Unknown);
    progress.deployer.as_deref().filter(|_| is_of_now).and_then(Nick::new)
}

/// When the servers of a stage had the patch, at the latest, as far as the log says.
fn synced(progress: &Deployed, production: bool) -> Option<Timestamp> {
    let has_it = match progress.phase {
        Phase::Deployed => true,
        Phase::OnTestServers | Phase::Deploying => !production,
        Phase::Scheduled | Phase::Merged | Phase::RolledBack | Phase::Unknown => false,
    };
    progress.since.or(progress.began).filter(|_| has_it)
}

impl<P: Ports> Progress for App<P> {
    async fn outcome(&self, journal: &Journal) {
        let run = Run { journal: journal.clone(), report: None };
        if !self.replace(&run) {
            return;
        }
        if let Err(problem) = self.keep(JOURNAL, &run).await {
            self.inner.borrow_mut().notice = Some(problem);
        }
        self.publish().await;
    }
}

#[cfg(test)]
mod tests {
    use super::{Deployed, Inner, Phase, Run, addressed, synced, version_of};
    use crate::debug::Backend;
    use crate::schedule::{Nick, PatchKind};
    use crate::verify::{Ending, Journal, Plan, Stage, Subject};
    use jiff::Timestamp;

    #[test]
    fn the_sync_is_known_once_the_log_says_that_the_stages_servers_have_the_patch() {
        let at = |minute: &str| format!("2026-08-18T13:{minute}:00Z").parse::<Timestamp>().ok();
        for (phase, since, began, production, expected) in [
            (Phase::OnTestServers, at("05"), at("02"), false, at("05")),
            (Phase::OnTestServers, None, at("02"), false, at("02")),
            (Phase::OnTestServers, None, None, false, None),
            (Phase::OnTestServers, at("05"), at("02"), true, None),
            (Phase::Deploying, at("07"), at("02"), false, at("07")),
            (Phase::Deploying, at("07"), at("02"), true, None),
            (Phase::Deployed, at("09"), at("02"), true, at("09")),
            (Phase::Deployed, at("09"), at("02"), false, at("09")),
            (Phase::Merged, at("02"), at("02"), false, None),
            (Phase::RolledBack, at("09"), at("02"), true, None),
            (Phase::Unknown, at("09"), at("02"), false, None),
            (Phase::Scheduled, at("09"), at("02"), false, None),
        ] {
            let (deployer, servers, disagreement, gaps) = (None, None, None, Vec::new());
            let progress = Deployed { phase, since, began, deployer, servers, disagreement, gaps };
            assert_eq!(synced(&progress, production), expected, "{phase:?} {production}");
        }
    }

    #[test]
    fn a_run_before_this_deployment_began_is_no_stage_of_it_and_one_that_goes_on_is_none_yet() {
        let at = |minute: &str| format!("2026-08-18T13:{minute}:00Z").parse::<Timestamp>().unwrap();
        let found = |ended: bool, stage: Stage, began: Option<&str>| {
            let subject = Subject { gerrit: Some(7), ..Subject::default() };
            let mut journal = Journal::begin(Plan::new("1".into(), subject, stage, at("10"), Vec::new(), 1000));
            journal.ended = ended.then(|| (at("11"), Ending::Finished));
            let (since, deployer, servers, disagreement, gaps) = (None, None, None, None, Vec::new());
            let began = began.map(at);
            let phase = Phase::OnTestServers;
            let progress = Deployed { phase, since, began, deployer, servers, disagreement, gaps };
            let runs = vec![Run { journal, report: None }];
            let inner = Inner { runs, progress: [(7, progress)].into(), ..Inner::default() };
            (inner.verified(7, false).count() == 1, inner.verified(8, false).count() == 1)
        };
        let mwdebug = || Stage::mwdebug(Backend::default());
        assert_eq!(found(true, mwdebug(), Some("05")), (true, false));
        assert_eq!(found(true, mwdebug(), None), (true, false));
        assert_eq!(found(true, mwdebug(), Some("12")), (false, false));
        assert_eq!(found(false, mwdebug(), None), (false, false));
        assert_eq!(found(true, Stage::Production, None), (false, false));
    }

    #[test]
    fn the_one_at_the_prompt_is_spoken_to_by_a_nick_of_the_calendar_and_otherwise_all_of_them() {
        for (listed, account, spoken_to) in [
            ("RoanKattouw Lucas_WMDE Urbanecm", Some("urbanecm"), "Urbanecm"),
            ("RoanKattouw Lucas_WMDE Urbanecm", Some("catrope"), "RoanKattouw Lucas_WMDE Urbanecm"),
            ("RoanKattouw Lucas_WMDE Urbanecm", Some("lucaswerkmeister-wmde"), "RoanKattouw Lucas_WMDE Urbanecm"),
            ("RoanKattouw Lucas_WMDE Urbanecm", None, "RoanKattouw Lucas_WMDE Urbanecm"),
            ("RoanKattouw lucas-wmde__", Some("lucas_wmde"), "lucas-wmde__"),
            ("Reedy Amir1", Some("reedy|away"), "Reedy"),
            ("TheresNoTime Amir1 amir1_", Some("amir1"), "Amir1 amir1_"),
            ("_joe_ brennen", Some("joe"), "_joe_ brennen"),
            ("Amir1", Some("amir"), "Amir1"),
            ("_ brennen", Some("|"), "_ brennen"),
            ("", Some("samtar"), "samtar"),
            ("", None, ""),
        ] {
            let listed: Vec<Nick> = listed.split(' ').filter_map(Nick::new).collect();
            let nicks = addressed(listed, account.and_then(Nick::new));
            let said: Vec<&str> = nicks.iter().map(Nick::as_str).collect();
            assert_eq!(said.join(" "), spoken_to, "{account:?}");
        }
    }

    #[test]
    fn a_backports_version_is_what_the_calendar_writes_and_a_word_is_none() {
        for (written, version) in [
            ("1.47.0-wmf.16", Some("1.47.0-wmf.16")),
            ("wmf/1.47.0-wmf.16", Some("1.47.0-wmf.16")),
            ("php-1.47.0-WMF.16", Some("1.47.0-wmf.16")),
            ("wmf.16", Some("wmf.16")),
            ("master", Some("master")),
            ("config", None),
            ("", None),
            ("backport", None),
        ] {
            assert_eq!(version_of(&PatchKind::from(written.to_owned())).as_deref(), version, "{written}");
        }
    }
}
