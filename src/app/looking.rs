// SPDX-License-Identifier: GPL-2.0-or-later
//! One look at how far patches have got: what the log, the servers and Gerrit say of each.
//!
//! Must not decide when to look: `watching` and `guarding` do.

use super::containing::{contained, runs_of};
use super::{App, Loaded, changes, log, running};
use crate::change::{Change, ChangeStatus, PatchRef};
use crate::deployed::{
    Deployment, Held, Progress, Running, Runs, Servers, deployment_of, held, other_version, progress_of,
};
use crate::ports::{Http, Ports};
use futures_util::future::{join, join_all};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Answers of Gitiles that are remembered.
const REMEMBERED: usize = 200;

/// How much a look asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Depth {
    /// The log.
    Log,
    /// The log and the servers.
    Servers,
    /// The same, and Gerrit about a change that it was not asked about yet.
    Everything,
}

/// What is known for the next look.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Watch {
    /// When the last look ended.
    pub(super) looked: Option<Timestamp>,
    /// The newest deployments that the log has told: it shows only its newest entries.
    pub(super) deployments: BTreeMap<u64, Deployment>,
    /// Oldest first.
    contained: Vec<Contained>,
}

/// Whether a commit contains another; that does not change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Contained {
    project: String,
    running: String,
    patch: String,
    contains: bool,
}

impl Watch {
    /// A deployment whose beginning the log no longer shows is still the one that is known.
    fn learn(&mut self, patch: u64, deployment: Deployment) {
        let is_same = |known: &Deployment| (known.phase, known.at) == (deployment.phase, deployment.at);
        if !self.deployments.get(&patch).is_some_and(is_same) {
            self.deployments.insert(patch, deployment);
        }
    }
}

/// What a wiki's test server and its production server run.
type Pair = (Result<Running, String>, Result<Running, String>);

impl<P: Ports> App<P> {
    /// How far each of these patches has got. Asks by `http`, the log once and each wiki once.
    pub(super) async fn look_at_patches(
        &self,
        http: &impl Http,
        patches: &BTreeSet<u64>,
        depth: Depth,
    ) -> BTreeMap<u64, Progress> {
        let hosts = if depth == Depth::Log { BTreeMap::new() } else { self.hosts_of(patches) };
        let wikis: BTreeSet<String> = hosts.values().cloned().collect();
        let (entries, servers) = join(log(http), self.ask_wikis(http, wikis)).await;
        let unread = match entries {
            Ok((_, entries)) => {
                let found = patches.iter().filter_map(|patch| Some((*patch, deployment_of(*patch, &entries)?)));
                let mut inner = self.inner.borrow_mut();
                found.for_each(|(patch, deployment)| inner.watch.learn(patch, deployment));
                inner.listening.seen(&entries);
                None
            }
            Err(error) => Some(error.to_string()),
        };
        let again = self.ask_gerrit_again(http, patches, depth).await;
        let mut seen = BTreeMap::new();
        for patch in patches {
            let again = again.iter().find(|change| change.number == *patch).cloned();
            let (change, deployment) = (again.or_else(|| self.change(*patch)), self.deployment(*patch));
            let servers = match hosts.get(patch).and_then(|host| Some((host, servers.get(host)?))) {
                Some((host, pair)) => self.servers_of(http, change.as_ref(), host, pair).await.map(Some),
                None => Ok(None),
            };
            let servers = servers.as_ref().map(Option::as_ref).map_err(String::as_str);
            let told = match (&deployment, &unread) {
                (None, Some(why)) => Err(why.as_str()),
                (deployment, _) => Ok(deployment.as_ref()),
            };
            let mut progress = progress_of(change.as_ref(), told, servers);
            if let (Some(_), Some(why)) = (&deployment, &unread) {
                progress.gaps.push(format!("The Server Admin Log could not be read again: {why}."));
            }
            seen.insert(*patch, progress);
        }
        seen
    }

    /// The wiki of each patch's first test.
    fn hosts_of(&self, patches: &BTreeSet<u64>) -> BTreeMap<u64, String> {
        let inner = self.inner.borrow();
        let host = |patch: &u64| Some((*patch, inner.first_host(*patch)?));
        patches.iter().filter_map(host).collect()
    }

    async fn ask_wikis(&self, http: &impl Http, hosts: BTreeSet<String>) -> BTreeMap<String, Pair> {
        let settings = self.inner.borrow().settings.clone();
        let (backend, known) = (&settings.backend, &settings.servers);
        let ask = |host: String| async move {
            let on_debug = running(http, &host, Some(backend), known);
            let (debug, production) = join(on_debug, running(http, &host, None, known)).await;
            (host, (debug.map_err(|error| error.to_string()), production.map_err(|error| error.to_string())))
        };
        join_all(hosts.into_iter().map(ask)).await.into_iter().collect()
    }

    /// What Gerrit said a minute ago is too old for a patch that the log names already: scap merges before it syncs.
    async fn ask_gerrit_again(&self, http: &impl Http, patches: &BTreeSet<u64>, depth: Depth) -> Vec<Change> {
        let outdated = |patch: &&u64| match self.change(**patch) {
            Some(change) => change.status == ChangeStatus::New && self.deployment(**patch).is_some(),
            None => depth == Depth::Everything,
        };
        let numbers: Vec<u64> = patches.iter().filter(outdated).copied().collect();
        let found = changes(http, &numbers).await.unwrap_or_default();
        if let Loaded::Ready { value, .. } = &mut self.inner.borrow_mut().gathered.changes {
            for known in value {
                if let Some(change) = found.iter().find(|change| change.number == known.number) {
                    known.clone_from(change);
                }
            }
        }
        found
    }

    fn change(&self, number: u64) -> Option<Change> {
        let inner = self.inner.borrow();
        let (_, changes) = inner.gathered.changes.value()?;
        changes.iter().find(|change| change.number == number).cloned()
    }

    fn deployment(&self, number: u64) -> Option<Deployment> {
        self.inner.borrow().watch.deployments.get(&number).cloned()
    }

    /// What the servers of a wiki say of a change.
    ///
    /// # Errors
    /// Why not even one of them tells what it runs.
    async fn servers_of(
        &self,
        http: &impl Http,
        change: Option<&Change>,
        host: &str,
        (debug, production): &Pair,
    ) -> Result<Servers, String> {
        if let (Err(_), Err(why)) = (debug, production) {
            return Err(why.clone());
        }
        let debug = self.runs(http, change, debug).await;
        let production = self.runs(http, change, production).await;
        Ok(Servers { host: host.to_owned(), debug, production })
    }

    async fn runs(&self, http: &impl Http, change: Option<&Change>, running: &Result<Running, String>) -> Runs {
        match judged(change, running) {
            Judged::Known(runs) => runs,
            Judged::Ask { running, patch } => runs_of(self.is_contained(http, running, &patch).await),
        }
    }

    async fn is_contained(&self, http: &impl Http, running: &str, patch: &PatchRef) -> Result<bool, String> {
        let PatchRef { project, commit: patch, .. } = patch;
        let is = |known: &&Contained| known.project == *project && known.running == running && known.patch == *patch;
        if let Some(known) = self.inner.borrow().watch.contained.iter().find(is) {
            return Ok(known.contains);
        }
        let contains = contained(http, project, running, patch).await?;
        let (project, running, patch) = (project.clone(), running.to_owned(), patch.clone());
        let known = &mut self.inner.borrow_mut().watch.contained;
        known.push(Contained { project, running, patch, contains });
        let over = known.len().saturating_sub(REMEMBERED);
        known.drain(..over);
        Ok(contains)
    }
}

/// What can be said without Gitiles, or what to ask it about.
enum Judged<'a> {
    Known(Runs),
    Ask { running: &'a str, patch: PatchRef },
}

fn judged<'a>(change: Option<&Change>, running: &'a Result<Running, String>) -> Judged<'a> {
    let unknown = |why: String| Judged::Known(Runs::Unknown { why });
    let running = match running {
        Ok(running) => running,
        Err(why) => return unknown(why.clone()),
    };
    let Some(change) = change else { return unknown("Gerrit did not tell about the change".to_owned()) };
    if let Some(why) = other_version(running, &change.branch) {
        return unknown(why);
    }
    if change.status != ChangeStatus::Merged {
        return Judged::Known(Runs::No);
    }
    let Some(patch) = change.merged() else { return unknown("Gerrit did not tell the change's commit".to_owned()) };
    match held(running, &patch) {
        Held::Known(runs) => Judged::Known(runs),
        Held::Ask { running } => Judged::Ask { running, patch },
    }
}
