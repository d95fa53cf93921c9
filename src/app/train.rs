// SPDX-License-Identifier: GPL-2.0-or-later
//! Which code the servers of a run have, asked once a wiki and server, beside the tests: the wiki's version, and whether
//! the patch is in it.
//!
//! Must not say what follows from it: `verify` does.

use super::asking;
use super::containing::{contained, runs_of};
use crate::change::{Change, PatchRef};
use crate::debug::{Backend, Known};
use crate::deployed::{Held, Running, Runs, held, host_of_dbname};
use crate::ports::Http;
use crate::verify::{CodeSeen, Doubt, Outcome, Plan, Reason, Subject, Target, Verdict, weigh_code, weigh_version};
use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, Shared};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Wikis that advice names.
const NAMED: usize = 5;

/// What every clone waits for together, so that it is asked once.
type Once<'a, T> = Shared<LocalBoxFuture<'a, T>>;

/// Whether commits contain the patch, by the commit.
type Containing<'a> = Rc<RefCell<BTreeMap<String, Once<'a, Result<bool, String>>>>>;

/// What the servers of a wiki run.
#[derive(Debug, Clone)]
pub(super) struct Read {
    /// The version, or why it is not known.
    version: Result<String, String>,
    /// Whether the patch is in it; `None` where there is no merged patch.
    code: Option<CodeSeen>,
}

/// The code that the servers of one run were found to have.
pub(super) struct Train<'a, P> {
    ports: &'a P,
    subject: &'a Subject,
    known: &'a Known,
    readings: BTreeMap<(String, Option<Backend>), Once<'a, Read>>,
    patch: Once<'a, Option<PatchRef>>,
    containing: Containing<'a>,
    wikis: Once<'a, Vec<String>>,
}

impl<'a, P: Http> Train<'a, P> {
    /// Asks nothing yet.
    pub(super) fn new(ports: &'a P, plan: &'a Plan) -> Self {
        let Plan { subject, known, .. } = plan;
        let wikis = wikis_of(ports, subject).boxed_local().shared();
        let patch = patch_of(ports, subject).boxed_local().shared();
        Self { ports, subject, known, readings: BTreeMap::new(), patch, containing: Rc::default(), wikis }
    }

    /// Whether nobody has looked yet what the wiki at `host` runs on the servers of `target`, and somebody should.
    pub(super) fn is_to_be_read(&self, host: &str, target: &Target) -> bool {
        let of_a_change = self.subject.gerrit.is_some() || self.subject.version.is_some();
        of_a_change && !self.readings.contains_key(&key(host, target))
    }

    /// Begins to look, with one request after another; whoever weighs an answer of the same wiki and servers waits for
    /// this.
    pub(super) fn read(&mut self, host: &str, target: &Target) -> Once<'a, Read> {
        let (ports, patch, containing) = (self.ports, self.patch.clone(), Rc::clone(&self.containing));
        let known = self.known;
        let (host, backend) = key(host, target);
        let asked = host.clone();
        let servers = backend.clone();
        let reading = async move {
            let running = asking::running(ports, &asked, servers.as_ref(), known).await;
            let running = running.map_err(|error| error.to_string());
            let code = match patch.await {
                Some(patch) => Some(seen(ports, &containing, &running, &patch).await),
                None => None,
            };
            let named = |running: Running| running.version.ok_or("deployment-info.php names no version".to_owned());
            Read { version: running.and_then(named), code }
        };
        let reading = reading.boxed_local().shared();
        self.readings.insert((host, backend), reading.clone());
        reading
    }

    /// What weighs the answers of the wiki at `host` on the servers of `target`.
    pub(super) fn scale(&self, host: &str, target: &'a Target) -> Scale<'a> {
        Scale {
            subject: self.subject,
            host: host.to_owned(),
            target,
            reading: self.readings.get(&key(host, target)).cloned(),
            patch: self.patch.clone(),
            wikis: self.wikis.clone(),
        }
    }
}

/// Weighs outcomes by what one wiki runs at one target.
pub(super) struct Scale<'a> {
    subject: &'a Subject,
    host: String,
    target: &'a Target,
    reading: Option<Once<'a, Read>>,
    patch: Once<'a, Option<PatchRef>>,
    wikis: Once<'a, Vec<String>>,
}

impl Scale<'_> {
    /// Waits for what the servers run only where the verdict hangs on it.
    pub(super) async fn weigh(self, outcome: Outcome) -> Outcome {
        let Some(reading) = self.reading else { return outcome };
        let decides =
            outcome.verdict != Verdict::Inconclusive && (self.subject.version.is_some() || self.patch.await.is_some());
        let read = if decides { Some(reading.await) } else { reading.peek().cloned() };
        let Some(Read { version, code }) = read else { return outcome };
        let version = version.as_deref().map_err(String::as_str);
        let mut outcome = weigh_version(outcome, self.subject, &self.host, version);
        if let Some(Reason::Doubt { doubt: Doubt::OtherVersion { wikis, .. } }) = &mut outcome.reason {
            *wikis = self.wikis.await;
        }
        match code {
            Some(code) => weigh_code(outcome, self.target, &self.host, code),
            None => outcome,
        }
    }
}

/// Production is asked alike before and after the fleet sync.
fn key(host: &str, target: &Target) -> (String, Option<Backend>) {
    let backend = match target {
        Target::Debug { backend } => Some(backend.clone()),
        Target::Baseline | Target::Production => None,
    };
    (host.to_owned(), backend)
}

/// Whether servers have the patch, and which commit they have instead.
async fn seen<'a>(
    ports: &'a impl Http,
    containing: &Containing<'a>,
    running: &Result<Running, String>,
    patch: &PatchRef,
) -> CodeSeen {
    let running = match running {
        Ok(running) => running,
        Err(why) => return CodeSeen { runs: Runs::Unknown { why: why.clone() }, commit: None },
    };
    let commit = running.checkout_of(&patch.project).map(|checkout| checkout.commit.clone());
    let runs = match held(running, patch) {
        Held::Known(runs) => runs,
        Held::Ask { running } => runs_of(ask_once(ports, containing, running, patch).await),
    };
    CodeSeen { runs, commit }
}

fn ask_once<'a>(
    ports: &'a impl Http,
    containing: &Containing<'a>,
    running: &str,
    patch: &PatchRef,
) -> Once<'a, Result<bool, String>> {
    let (commit, patch) = (running.to_owned(), patch.clone());
    let ask = async move { contained(ports, &patch.project, &commit, &patch.commit).await };
    let mut known = containing.borrow_mut();
    known.entry(running.to_owned()).or_insert_with(|| ask.boxed_local().shared()).clone()
}

/// The patch as the plan has it. One that was open when the plan was made may have been merged meanwhile: scap merges
/// just before it syncs.
async fn patch_of(ports: &impl Http, subject: &Subject) -> Option<PatchRef> {
    if subject.patch.is_some() {
        return subject.patch.clone();
    }
    asking::change(ports, subject.gerrit?).await.ok()?.as_ref().and_then(Change::merged)
}

/// Hosts of wikis that run what the subject is for: as the subject says, else as noc does. Without either there is no
/// advice, and the verdict is the same.
async fn wikis_of(ports: &impl Http, subject: &Subject) -> Vec<String> {
    if !subject.wikis.is_empty() {
        return subject.wikis.clone();
    }
    let Ok(versions) = asking::versions(ports).await else { return Vec::new() };
    let Some((version, _)) = versions.live().into_iter().find(|(version, _)| subject.is_for(version)) else {
        return Vec::new();
    };
    versions.wikis_on(version, NAMED).into_iter().filter_map(host_of_dbname).collect()
}
