// SPDX-License-Identifier: GPL-2.0-or-later
//! The state as pages see it, made of what the background knows.
//!
//! Must not ask anybody and must not change anything.

use super::background::Inner;
use super::outbox::{OUTBOX, unknown};
use super::{App, Delivery, Loaded, Posted, Report, ReportingView, Run, SettingsView, State};
use crate::ports::Ports;
use crate::preflight::{Facts, Fitness, examine};
use crate::report::Receiver;
use crate::schedule::{Schedule, Window};
use crate::store::{Reporting, Settings};
use crate::verify::Journal;
use jiff::Timestamp;
use std::collections::BTreeSet;

impl<P: Ports> App<P> {
    pub(super) fn view(&self) -> State {
        let inner = self.inner.borrow();
        let settings = SettingsView {
            nick: inner.settings.nick.clone(),
            backend: inner.settings.backend.clone(),
            also: inner.settings.also.clone(),
            webhook: inner.settings.webhook.as_ref().map(crate::store::Webhook::origin),
            reporting: reporting(&inner.settings),
            reminders: inner.settings.reminders,
            switches: inner.settings.switches.clone(),
            servers: inner.settings.servers.clone(),
            limits: inner.settings.limits,
        };
        let schedule = match &inner.settings.nick {
            Some(nick) => inner.calendar.map(|schedule| schedule.windows_of(nick)),
            None => Loaded::Absent,
        };
        State {
            settings,
            schedule,
            earlier: inner.earlier_windows(),
            earlier_months: inner.earlier_months(),
            fitness: inner.fitness(self.ports.now()),
            progress: inner.progress.clone(),
            backends: inner.carried.backends.clone(),
            suites: inner.library.suites.clone(),
            owners: inner.owners(),
            concerns: inner.concerns(),
            runs: inner.runs.iter().map(|run| inner.shown(run)).collect(),
            left_reports: inner.left_reports(),
            trial: inner.outbox.delivery_of_trial(),
            browsing: inner.carried.browsing.clone(),
            no_access: inner.no_access.clone(),
            drafts: inner.drafts.clone(),
            tried: inner.tries.shown.clone(),
            shared: inner.shared(),
            named: inner.named(),
            unreadable: inner.unreadable.values().cloned().collect(),
            suggested: inner.suggested.clone(),
            hearing: inner.listening.hearing(),
            notice: inner.notice.clone(),
        }
    }
}

/// How reports are sent, as a page may see it.
fn reporting(settings: &Settings) -> ReportingView {
    let Reporting { receiver, secret, at_once, gone } = &settings.reporting;
    ReportingView {
        chosen: *receiver,
        guess: settings.webhook.as_ref().map(|webhook| Receiver::guess(webhook.url())),
        signed: secret.is_some(),
        at_once: *at_once,
        gone: *gone,
    }
}

/// A run as a page may see it.
fn without_secrets(journal: &Journal, report: Option<Report>) -> Run {
    let mut shown = Journal::begin(journal.plan.clone());
    shown.outcomes.clone_from(&journal.outcomes);
    shown.ended = journal.ended;
    shown.differences.clone_from(&journal.differences);
    shown.pauses.clone_from(&journal.pauses);
    Run { journal: shown, report }
}

impl Inner {
    /// A run as a page may see it; what became of its report is what the outbox says.
    fn shown(&self, run: &Run) -> Run {
        let report = run.report.as_ref().map(|Report { line, delivery }| {
            let delivery = match self.outbox.delivery_of(&run.journal.plan.id) {
                Some(delivery) => delivery,
                None if self.unreadable.contains_key(OUTBOX) => unknown(),
                None => delivery.clone(),
            };
            Report { line: line.clone(), delivery }
        });
        without_secrets(&run.journal, report)
    }

    /// The reports that are still to be known of although other runs have taken the places of theirs.
    fn left_reports(&self) -> Vec<Posted> {
        let has_run = |id: &str| self.runs.iter().any(|run| run.journal.plan.id == id);
        let left = self.outbox.of_runs().filter(|(run, ..)| !has_run(run));
        let posted = |(run, line, delivery): (&str, &str, Delivery)| {
            let report = Report { line: line.to_owned(), delivery };
            Posted { run: run.to_owned(), report }
        };
        // Said ones are not worth a look any more.
        left.filter(|(.., delivery)| !matches!(delivery, Delivery::Delivered { .. } | Delivery::Preview))
            .map(posted)
            .collect()
    }

    /// The calendar, also one that could not be read again.
    pub(super) fn schedule(&self) -> Option<&Schedule> {
        self.calendar.value().map(|(_, schedule)| schedule)
    }

    /// The user's windows, each whole, in order of their start.
    pub(super) fn my_windows(&self) -> Vec<Window> {
        match (&self.settings.nick, self.schedule()) {
            (Some(nick), Some(schedule)) => schedule.windows_of(nick),
            _ => Vec::new(),
        }
    }

    /// Numbers of the user's patches that stand in a window.
    pub(super) fn my_patches(&self) -> BTreeSet<u64> {
        let Some(nick) = &self.settings.nick else { return BTreeSet::new() };
        let windows = self.schedule().map_or(&[][..], |schedule| &schedule.windows);
        windows.iter().flat_map(|window| window.patches_of(nick)).map(|(_, patch)| patch.gerrit).collect()
    }

    /// Looks at each of the user's patches for its window, then at each change that was asked about.
    fn fitness(&self, now: Timestamp) -> Loaded<Vec<Fitness>> {
        let whole = self.gathered.changes.map(|_| self.looked_at(now));
        match whole {
            // What the calendar alone shows is not hidden by a Gerrit that is away.
            Loaded::Failed { problem, stale: None } => {
                let found = self.looked_at(now);
                let at = self.calendar.value().map(|(at, _)| at);
                Loaded::Failed { problem, stale: at.filter(|_| !found.is_empty()).map(|at| (at, found)) }
            }
            whole => whole,
        }
    }

    fn looked_at(&self, now: Timestamp) -> Vec<Fitness> {
        let mut found: Vec<Fitness> = Vec::new();
        if let (Some(nick), Some(schedule)) = (&self.settings.nick, self.schedule()) {
            let mut windows: Vec<&Window> = schedule.windows.iter().collect();
            windows.sort_by_key(|window| window.start);
            for window in windows {
                for (_, patch) in window.patches_of(nick) {
                    found.extend(self.look_at(patch.gerrit, Some(window.start), now));
                }
            }
        }
        for gerrit in &self.gathered.examined {
            let Some(fitness) = self.look_at(*gerrit, None, now) else { continue };
            if !found.iter().any(|known| known.gerrit == *gerrit && known.window == fitness.window) {
                found.push(fitness);
            }
        }
        found
    }

    /// `None` when Gerrit was not asked about it and nothing else has anything to say: silence is no approval.
    fn look_at(&self, gerrit: u64, window: Option<Timestamp>, now: Timestamp) -> Option<Fitness> {
        let changes = self.gathered.changes.value().map(|(_, changes)| changes.as_slice());
        let changes = changes.filter(|_| self.gathered.asked.contains(&gerrit));
        let fitness = examine(&Facts {
            gerrit,
            changes,
            included_in: &self.gathered.included_in,
            schedule: self.schedule(),
            window,
            versions: self.gathered.versions.as_ref(),
            nick: self.settings.nick.as_ref(),
            now,
        });
        (changes.is_some() || !fitness.findings.is_empty()).then_some(fitness)
    }
}
