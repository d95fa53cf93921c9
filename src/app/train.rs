// SPDX-License-Identifier: GPL-2.0-or-later
//! Which version each wiki of a run runs, asked once a wiki and server, beside the tests.
//!
//! Must not say what follows from it: `verify` does.

use super::asking;
use crate::debug::{Backend, Known};
use crate::deployed::{Running, host_of_dbname};
use crate::ports::Http;
use crate::verify::{Doubt, Outcome, Plan, Reason, Subject, Target, Verdict, weigh_version};
use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, Shared};
use std::collections::BTreeMap;

/// Wikis that advice names.
const NAMED: usize = 5;

/// The version that a wiki runs, or why it is not known; every clone waits for the one request.
pub(super) type Reading<'a> = Shared<LocalBoxFuture<'a, Result<String, String>>>;

/// The versions that the wikis of one run were found to run.
pub(super) struct Train<'a, P> {
    ports: &'a P,
    subject: &'a Subject,
    known: &'a Known,
    readings: BTreeMap<(String, Option<Backend>), Reading<'a>>,
    wikis: Shared<LocalBoxFuture<'a, Vec<String>>>,
}

impl<'a, P: Http> Train<'a, P> {
    /// Asks nothing yet.
    pub(super) fn new(ports: &'a P, plan: &'a Plan) -> Self {
        let Plan { subject, known, .. } = plan;
        let wikis = wikis_of(ports, subject).boxed_local().shared();
        Self { ports, subject, known, readings: BTreeMap::new(), wikis }
    }

    /// Whether nobody has looked yet what the wiki at `host` runs on the servers of `target`, and somebody should.
    pub(super) fn is_to_be_read(&self, host: &str, target: &Target) -> bool {
        let of_a_change = self.subject.gerrit.is_some() || self.subject.version.is_some();
        of_a_change && !self.readings.contains_key(&key(host, target))
    }

    /// Begins to look; whoever weighs an answer of the same wiki and servers waits for this.
    pub(super) fn read(&mut self, host: &str, target: &Target) -> Reading<'a> {
        let (ports, known) = (self.ports, self.known);
        let (host, backend) = key(host, target);
        let asked = host.clone();
        let servers = backend.clone();
        let reading = async move {
            match asking::running(ports, &asked, servers.as_ref(), known).await {
                Ok(Running { version: Some(version), .. }) => Ok(version),
                Ok(_) => Err("deployment-info.php names no version".to_owned()),
                Err(error) => Err(error.to_string()),
            }
        };
        let reading = reading.boxed_local().shared();
        self.readings.insert((host, backend), reading.clone());
        reading
    }

    /// What weighs the answers of the wiki at `host` on the servers of `target`.
    pub(super) fn scale(&self, host: &str, target: &Target) -> Scale<'a> {
        Scale {
            subject: self.subject,
            host: host.to_owned(),
            reading: self.readings.get(&key(host, target)).cloned(),
            wikis: self.wikis.clone(),
        }
    }
}

/// Weighs outcomes by what one wiki runs.
pub(super) struct Scale<'a> {
    subject: &'a Subject,
    host: String,
    reading: Option<Reading<'a>>,
    wikis: Shared<LocalBoxFuture<'a, Vec<String>>>,
}

impl Scale<'_> {
    /// Waits for the version only where the verdict hangs on it.
    pub(super) async fn weigh(self, outcome: Outcome) -> Outcome {
        let Some(reading) = self.reading else { return outcome };
        let decides = self.subject.version.is_some() && outcome.verdict != Verdict::Inconclusive;
        let runs = if decides { Some(reading.await) } else { reading.peek().cloned() };
        let Some(runs) = runs else { return outcome };
        let runs = runs.as_deref().map_err(String::as_str);
        let mut outcome = weigh_version(outcome, self.subject, &self.host, runs);
        if let Some(Reason::Doubt { doubt: Doubt::OtherVersion { wikis, .. } }) = &mut outcome.reason {
            *wikis = self.wikis.await;
        }
        outcome
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
