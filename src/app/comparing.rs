// SPDX-License-Identifier: GPL-2.0-or-later
//! Puts what debug backends answered beside what production answered, as both come, and notes the differences in the
//! journal.
//!
//! Must not keep a page longer than its test needs it: pages are held in memory alone, so a worker that the browser stops
//! loses them, and with them the difference.

use crate::verify::{Difference, Journal, Outcome, Page, Reason, Target};
use std::collections::BTreeMap;

/// Lines that the differences of one run hold together. Twenty runs are kept, in a storage of a few megabytes.
const LINES: usize = 240;

/// The pages that wait for the other side.
#[derive(Default)]
pub(super) struct Comparing {
    /// By the job's place in the plan.
    held: BTreeMap<usize, Page>,
}

impl Comparing {
    /// Takes the page of the job at `place`, whose outcome is in the journal, and compares it with what it can be compared
    /// with. An answer that is in doubt is compared with nothing: it may be another server's.
    pub(super) fn came(&mut self, place: usize, page: Option<Page>, journal: &mut Journal) {
        let Some(test) = journal.plan.jobs.get(place).map(|job| job.test) else { return };
        if let Some(page) = page.filter(|_| journal.outcomes.get(&place).is_some_and(is_certain)) {
            self.held.insert(place, page);
        }
        let of_test = |target: fn(&Target) -> bool| -> Vec<usize> {
            let jobs = journal.plan.jobs.iter().enumerate();
            jobs.filter(|(_, job)| job.test == test && target(&job.target)).map(|(at, _)| at).collect()
        };
        let baselines = of_test(|target| *target == Target::Baseline);
        let debug = of_test(|target| matches!(target, Target::Debug { .. }));
        let is_open = |at: &usize| !journal.outcomes.contains_key(at);
        let (waits_for_baseline, waits_for_debug) = (baselines.iter().any(is_open), debug.iter().any(is_open));
        if waits_for_baseline {
            return;
        }
        let baseline = baselines.iter().find_map(|at| self.held.get(at));
        for at in &debug {
            let pages = baseline.zip(self.held.get(at));
            if let Some(difference) = pages.and_then(|(before, after)| Difference::between(before, after)) {
                note(*at, difference, journal);
            }
        }
        self.held.retain(|at, _| !debug.contains(at) && (waits_for_debug || !baselines.contains(at)));
    }
}

/// Notes the difference; where the run holds many lines already, its counts alone.
fn note(place: usize, difference: Difference, journal: &mut Journal) {
    let held: usize = journal.differences.values().map(Difference::held).sum();
    let fits = held + difference.held() <= LINES;
    journal.differences.insert(place, if fits { difference } else { difference.without_lines() });
}

fn is_certain(outcome: &Outcome) -> bool {
    !matches!(outcome.reason, Some(Reason::Doubt { .. } | Reason::Transport { .. }))
}
