// SPDX-License-Identifier: GPL-2.0-or-later
//! What the pages show. The background alone writes it; pages read it from the session store under [`State::KEY`].

use super::{Concern, NamedTest, Problem, Shared, Suggested, Unreadable};
use crate::debug::{Backend, Directives, Known, Switch};
use crate::deployed::Progress;
use crate::preflight::Fitness;
use crate::reminder::Wanted;
use crate::report::Receiver;
use crate::schedule::{Nick, Window};
use crate::suite::{Owner, Suite, Test};
use crate::verify::{Journal, Limits, Outcome, Plan};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that pages need to know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Settings, without secrets.
    pub settings: SettingsView,
    /// Windows with a patch of the user's, each whole, other people's patches among them.
    pub schedule: Loaded<Vec<Window>>,
    /// The user's windows of earlier weeks, newest first, as far as they were asked for.
    pub earlier: Loaded<Vec<Window>>,
    /// The first days of the months whose archive was read for that, newest first. The last of them may hold none.
    pub earlier_months: Vec<Date>,
    /// Each of the user's patches looked at for its window, and every change that was asked about.
    pub fitness: Loaded<Vec<Fitness>>,
    /// How far each of the user's patches has got, by Gerrit change number.
    pub progress: BTreeMap<u64, Progress>,
    /// Backends to choose from; empty when noc did not tell.
    pub backends: Vec<Backend>,
    /// Saved suites by what they belong to.
    pub suites: BTreeMap<Owner, Suite>,
    /// What the suites that apply to a change belong to, by Gerrit change number; the change itself first.
    pub owners: BTreeMap<u64, Vec<Owner>>,
    /// The wikis that changes are about, by Gerrit change number; one of which nothing is known is not in it.
    #[serde(default)]
    pub concerns: BTreeMap<u64, Concern>,
    /// The runs that are kept, newest first; the newest may be under way. At most one a change and stage.
    pub runs: Vec<Run>,
    /// Reports on their way, or undelivered, of runs that are not kept any more, oldest first.
    #[serde(default)]
    pub left_reports: Vec<Posted>,
    /// What became of the last message with which the webhook was tried.
    #[serde(default)]
    pub trial: Option<Delivery>,
    /// Tabs that are served by a debug backend.
    pub browsing: Vec<Browsing>,
    /// Wikimedia origins that the browser does not let the extension reach.
    pub no_access: Vec<String>,
    /// What was typed and not saved when a page was closed, by what it belongs to; a change by its number.
    #[serde(default)]
    pub drafts: BTreeMap<Owner, UnsavedTests>,
    /// Tests that were asked at once, the newest first; at most one waits for its answer.
    #[serde(default)]
    pub tried: Vec<Tried>,
    /// The wiki pages on which suites are shared, by what the suites belong to.
    #[serde(default)]
    pub shared: BTreeMap<Owner, Shared>,
    /// Tests that commit messages name and nobody has kept, by Gerrit change number.
    #[serde(default)]
    pub named: BTreeMap<u64, Vec<NamedTest>>,
    /// What is kept and cannot be read, so that nothing of its kind can be changed.
    #[serde(default)]
    pub unreadable: Vec<Unreadable>,
    /// A page from which a test is to be made.
    #[serde(default)]
    pub suggested: Option<Suggested>,
    /// How it stands with what the relay announces.
    #[serde(default)]
    pub hearing: Hearing,
    /// Something to tell that no reply could carry.
    pub notice: Option<Problem>,
}

impl State {
    /// The key of the session store under which the state is kept as JSON.
    pub const KEY: &'static str = "state";

    /// What the suites that apply to a change belong to, whether there are any; the change itself first.
    #[must_use]
    pub fn owners_of(&self, gerrit: u64) -> Vec<Owner> {
        self.owners.get(&gerrit).cloned().unwrap_or_else(|| vec![Owner::numbered(gerrit)])
    }

    /// The suite of a change's own.
    #[must_use]
    pub fn suite_of(&self, gerrit: u64) -> Option<&Suite> {
        self.suites.get(self.owners_of(gerrit).first()?)
    }

    /// Every test that applies to a change, in the order in which they run.
    #[must_use]
    pub fn tests_of(&self, gerrit: u64) -> Vec<Test> {
        let suites = self.owners_of(gerrit).into_iter().filter_map(|owner| self.suites.get(&owner));
        suites.flat_map(|suite| suite.tests.clone()).collect()
    }

    /// The same, with the values that this run put in.
    #[must_use]
    pub fn tests_as_in(&self, gerrit: u64, plan: &Plan) -> Vec<Test> {
        let of = |owner: Owner| {
            let tests = self.suites.get(&owner).map_or(&[][..], |suite| suite.tests.as_slice());
            tests.iter().map(|test| plan.filled(&owner, test)).collect::<Vec<_>>()
        };
        self.owners_of(gerrit).into_iter().flat_map(of).collect()
    }

    /// The run that is under way.
    #[must_use]
    pub fn running(&self) -> Option<&Run> {
        self.runs.iter().find(|run| run.journal.ended.is_none())
    }

    /// How fit a change is for the window that opens at `window`, or for any when it is not given.
    #[must_use]
    pub fn fitness_of(&self, gerrit: u64, window: Option<Timestamp>) -> Option<&Fitness> {
        let (_, value) = self.fitness.value()?;
        let matches = |fitness: &&Fitness| fitness.gerrit == gerrit && (window.is_none() || fitness.window == window);
        value.iter().find(matches)
    }

    /// The newest run of a change on the test servers (`production` false) or on production.
    #[must_use]
    pub fn run_of(&self, gerrit: u64, production: bool) -> Option<&Run> {
        self.runs.iter().find(|run| {
            run.journal.plan.subject.gerrit == Some(gerrit)
                && matches!(run.journal.plan.stage, crate::verify::Stage::Production) == production
        })
    }
}

/// What was typed and not saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsavedTests {
    /// When it was typed, UTC.
    pub at: Timestamp,
    /// It, as the page wrote it.
    pub rows: String,
}

/// A test that was asked at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// Its name, unique.
    pub id: String,
    /// What the test belongs to; a change by its number.
    pub owner: Owner,
    /// The test as it stands in the form, with the names of values in it.
    pub test: Test,
    /// The tests above that give it values, and those that give these some, in their order.
    #[serde(default)]
    pub above: Vec<TriedAbove>,
    /// The values that were put in before anything was asked, such as `host`.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Whether the test servers were asked, not production.
    pub on_mwdebug: bool,
    /// When, UTC.
    pub at: Timestamp,
    /// The hosts that are waited for, as [`Journal::waits`] says it.
    #[serde(default)]
    pub waits: Vec<String>,
    /// What came of it; `None` while it is on its way.
    pub outcome: Option<Outcome>,
}

/// A test that was asked before one that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriedAbove {
    /// The test as it stands in the form.
    pub test: Test,
    /// What came of it; `None` while it is on its way, and where the stage leaves it out.
    pub outcome: Option<Outcome>,
}

/// Settings as pages may see them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsView {
    /// IRC nick.
    pub nick: Option<Nick>,
    /// Debug backend.
    pub backend: Backend,
    /// Further backends to verify on at the same time.
    #[serde(default)]
    pub also: BTreeSet<Backend>,
    /// The webhook's origin; the rest of its URL is a secret.
    pub webhook: Option<String>,
    /// How reports are sent there.
    #[serde(default)]
    pub reporting: ReportingView,
    /// Which reminders are wanted.
    pub reminders: Wanted,
    /// What is switched on for debug backends.
    pub switches: BTreeSet<Switch>,
    /// What the user has said of servers that no table has.
    pub servers: Known,
    /// How many requests a run may have in flight.
    #[serde(default)]
    pub limits: Limits,
}

/// How reports are sent, as pages may see it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportingView {
    /// What stands at the webhook's other end, as the user says.
    pub chosen: Option<Receiver>,
    /// What its URL looks like; `None` without a webhook.
    pub guess: Option<Receiver>,
    /// Whether a secret is kept with which posts are signed.
    pub signed: bool,
    /// Whether a report is sent as soon as its run has ended.
    pub at_once: bool,
    /// Whether the webhook said that it is gone, so that nothing is sent there.
    pub gone: bool,
}

/// Something that is fetched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loaded<T> {
    /// Nobody has asked for it yet.
    #[default]
    Absent,
    /// It is on its way for the first time.
    Loading,
    /// It is here.
    Ready {
        /// When it was fetched, UTC.
        at: Timestamp,
        /// The thing.
        value: T,
    },
    /// It could not be had.
    Failed {
        /// Why.
        problem: Problem,
        /// What was here before, if anything.
        stale: Option<(Timestamp, T)>,
    },
}

impl<T> Loaded<T> {
    /// The same with the thing changed.
    #[must_use]
    pub fn map<U>(&self, change: impl Fn(&T) -> U) -> Loaded<U> {
        match self {
            Self::Absent => Loaded::Absent,
            Self::Loading => Loaded::Loading,
            Self::Ready { at, value } => Loaded::Ready { at: *at, value: change(value) },
            Self::Failed { problem, stale } => Loaded::Failed {
                problem: problem.clone(),
                stale: stale.as_ref().map(|(at, value)| (*at, change(value))),
            },
        }
    }

    /// The thing and when it was fetched, if it was ever here.
    #[must_use]
    pub const fn value(&self) -> Option<(Timestamp, &T)> {
        match self {
            Self::Ready { at, value } | Self::Failed { stale: Some((at, value)), .. } => Some((*at, value)),
            Self::Absent | Self::Loading | Self::Failed { stale: None, .. } => None,
        }
    }

    /// Takes out the thing and when it was fetched, if it was ever here.
    pub fn take_value(&mut self) -> Option<(Timestamp, T)> {
        match std::mem::replace(self, Self::Absent) {
            Self::Ready { at, value } => Some((at, value)),
            Self::Failed { stale, .. } => stale,
            Self::Absent | Self::Loading => None,
        }
    }
}

/// A run and what became of its report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The run.
    pub journal: Journal,
    /// Its report, once it has ended.
    pub report: Option<Report>,
}

/// The report of an ended run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The line for the channel.
    pub line: String,
    /// What became of it.
    pub delivery: Delivery,
}

/// The report of a run that is not kept any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// The run's name.
    pub run: String,
    /// Its report.
    pub report: Report,
}

/// What became of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// It waits for the user's word.
    Preview,
    /// It is being sent.
    Sending,
    /// It is to be sent, and has not been said.
    Waiting {
        /// When it is tried, UTC.
        again_at: Timestamp,
        /// What came of the last attempt or holds it back, as a sentence; empty before the first.
        why: String,
        /// Attempts since the user or the settings said that it be sent.
        attempts: u32,
    },
    /// The relay has it and says it when it can.
    Queued,
    /// The webhook took it.
    Delivered {
        /// When, UTC.
        at: Timestamp,
    },
    /// Whether it was said cannot be known. It is not sent again unasked.
    Unclear {
        /// Why and what next, as a sentence.
        detail: String,
    },
    /// It could not be said in time, and is not tried any more unasked.
    Late,
    /// The webhook did not take it.
    Failed {
        /// Why and what next, as a sentence.
        detail: String,
    },
}

/// How it stands with the announcements of the user's relay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hearing {
    /// They are not listened to: there is no relay, or nothing to wait for.
    #[default]
    Off,
    /// They are heard as they are made.
    Live,
    /// They cannot be heard; it is tried again.
    Failed {
        /// Why, as a fragment.
        detail: String,
    },
}

/// A tab that is served by a debug backend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Browsing {
    /// The tab.
    pub tab: i32,
    /// The page that was opened in it.
    pub url: String,
    /// Which backend serves it.
    pub backend: Backend,
    /// What was switched on when it was opened.
    #[serde(default)]
    pub switches: BTreeSet<Switch>,
    /// When the header is taken away, UTC.
    pub until: Timestamp,
    /// The value of another extension that overrode ours, when one was seen.
    pub conflict: Option<String>,
    /// The value of a cookie X-Wikimedia-Debug that went along, when one was seen: the edge heeds it before the header.
    #[serde(default)]
    pub cookie: Option<String>,
}

impl Browsing {
    /// What the header says in this tab.
    #[must_use]
    pub fn directives(&self) -> Directives {
        Directives { backend: self.backend.clone(), switches: self.switches.clone() }
    }
}
