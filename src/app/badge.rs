// SPDX-License-Identifier: GPL-2.0-or-later
//! What the toolbar icon says: the one thing that matters now.
//!
//! Must not show anything or read a clock.

use super::{Loaded, Run, State};
use crate::deployed::{Phase, Progress};
use crate::ports::Tone;
use crate::schedule::Window;
use crate::verify::{Ending, Verdict};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A result that came just now goes before a countdown.
const JUST_NOW: SignedDuration = SignedDuration::from_mins(15);
/// A result is shown for so long.
const RESULT_LASTS: SignedDuration = SignedDuration::from_hours(12);
/// A patch that was deployed longer ago waits for nobody any more.
const DEPLOYED_LASTS: SignedDuration = SignedDuration::from_hours(2);
/// The last hour before a window is counted down.
const COUNTDOWN: SignedDuration = SignedDuration::from_hours(1);
const NAME: &str = "Backport Verify";
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// What the icon shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Badge {
    /// At most four characters.
    pub(super) text: String,
    /// Its colour.
    pub(super) tone: Tone,
    /// The same in words, and the next window.
    pub(super) title: String,
}

/// The badge of a state.
pub(super) fn badge(state: &State, now: Timestamp) -> Badge {
    let says = running(state)
        .or_else(|| waiting(state, now))
        .or_else(|| result(state, now, JUST_NOW))
        .or_else(|| countdown(state, now))
        .or_else(|| result(state, now, RESULT_LASTS));
    let coming = coming(state, now);
    match (says, coming) {
        (Some((text, tone, said)), Some(coming)) => Badge { text, tone, title: format!("{said}; {coming}") },
        (Some((text, tone, title)), None) => Badge { text, tone, title },
        (None, coming) => {
            let title = coming.map_or_else(|| NAME.to_owned(), |coming| format!("{NAME}: {coming}"));
            Badge { text: String::new(), tone: Tone::Quiet, title }
        }
    }
}

/// When the badge of this state may next be another one, UTC.
pub(super) fn next_change(state: &State, now: Timestamp) -> Option<Timestamp> {
    let minute = running(state).or_else(|| waiting(state, now)).or_else(|| result(state, now, JUST_NOW)).is_none();
    let ticks = windows(state).iter().filter_map(|window| {
        let left = minutes(window.start.duration_since(now)).filter(|_| minute)?;
        window.start.checked_sub(MINUTE.checked_mul(i32::try_from(left).ok()? - 1)?).ok()
    });
    let windows = windows(state).iter().flat_map(|window| {
        let opens = window.start;
        [opens.checked_sub(COUNTDOWN).ok(), Some(opens), Some(window.end)]
    });
    let results = newest_result(state).map(|(ended, ..)| ended).into_iter();
    let results = results.flat_map(|ended| [JUST_NOW, RESULT_LASTS].map(|lasts| ended.checked_add(lasts).ok()));
    let deployed = state.progress.values().filter(|progress| progress.phase == Phase::Deployed);
    let deployed = deployed.map(|progress| progress.since?.checked_add(DEPLOYED_LASTS).ok());
    windows.chain(results).chain(deployed).flatten().chain(ticks).filter(|change| *change > now).min()
}

/// Text, tone, and the same in words.
type Says = Option<(String, Tone, String)>;

fn running(state: &State) -> Says {
    let run = state.running()?;
    let what = format!("Verifying {} on {}", subject(run), place(run));
    Some(("…".to_owned(), Tone::Busy, what))
}

/// A patch that waits for the user's verification: on the test servers before production, since there the deployer
/// waits too.
fn waiting(state: &State, now: Timestamp) -> Says {
    let waits = |phase: Phase| {
        state.progress.iter().find(|(gerrit, progress)| {
            progress.phase == phase && !is_verified(state, **gerrit, progress) && is_of_now(progress, now)
        })
    };
    let said = if let Some((gerrit, _)) = waits(Phase::OnTestServers) {
        format!("Verify on mwdebug: change {gerrit} is on the test servers")
    } else {
        let (gerrit, _) = waits(Phase::Deployed)?;
        format!("Verify on production: change {gerrit} is deployed")
    };
    Some(("test".to_owned(), Tone::Unsure, said))
}

/// Whether a run of the step has been finished since the patch got there. Without a time any run counts.
fn is_verified(state: &State, gerrit: u64, progress: &Progress) -> bool {
    let since = progress.since.or(progress.began).unwrap_or(Timestamp::MIN);
    let run = state.run_of(gerrit, progress.phase == Phase::Deployed);
    run.and_then(|run| run.journal.ended).is_some_and(|(at, ending)| ending == Ending::Finished && at >= since)
}

/// A patch that waits on the test servers waits now; one on production waits for a while.
fn is_of_now(progress: &Progress, now: Timestamp) -> bool {
    progress.phase == Phase::OnTestServers
        || progress.since.is_some_and(|since| now.duration_since(since) <= DEPLOYED_LASTS)
}

fn result(state: &State, now: Timestamp, lasts: SignedDuration) -> Says {
    let (ended, verdict, run) = newest_result(state)?;
    if now.duration_since(ended) >= lasts {
        return None;
    }
    let (text, tone, word) = match verdict {
        Verdict::Pass => ("OK", Tone::Good, "PASS"),
        Verdict::Fail => ("FAIL", Tone::Bad, "FAIL"),
        Verdict::Inconclusive => ("?", Tone::Unsure, "INCONCLUSIVE"),
    };
    Some((text.to_owned(), tone, format!("{word} on {}: {}", place(run), subject(run))))
}

/// Of the runs that came to a result, the one that did so last. A cancelled one came to none.
fn newest_result(state: &State) -> Option<(Timestamp, Verdict, &Run)> {
    let results = state.runs.iter().filter_map(|run| {
        let (at, _) = run.journal.ended.filter(|(_, ending)| *ending != Ending::Cancelled)?;
        Some((at, run.journal.verdict()?, run))
    });
    results.max_by_key(|(at, ..)| *at)
}

fn countdown(state: &State, now: Timestamp) -> Says {
    let next = windows(state).iter().find(|window| window.start > now)?;
    let left = minutes(next.start.duration_since(now))?;
    Some((format!("{left}m"), Tone::Quiet, format!("Your next window opens in {left} min")))
}

/// The whole minutes that a countdown shows: rounded up, so that it ends with 1.
fn minutes(left: SignedDuration) -> Option<i64> {
    let seconds = left.as_secs() + i64::from(left.subsec_nanos() > 0);
    (left > SignedDuration::ZERO && left <= COUNTDOWN).then_some((seconds + 59) / 60)
}

/// `next window Mon 13:00 UTC`, or until when the window is open that one is in.
fn coming(state: &State, now: Timestamp) -> Option<String> {
    let at = |when: Timestamp, form: &str| when.to_zoned(TimeZone::UTC).strftime(form).to_string();
    if let Some(open) = windows(state).iter().find(|window| window.start <= now && now < window.end) {
        return Some(format!("your window is open until {}", at(open.end, "%H:%M UTC")));
    }
    let next = windows(state).iter().find(|window| window.start > now)?;
    // A weekday alone would be read as the coming one.
    let near = next.start.duration_since(now) < SignedDuration::from_hours(6 * 24);
    Some(format!("next window {}", at(next.start, if near { "%a %H:%M UTC" } else { "%a %-d %b %H:%M UTC" })))
}

/// The user's windows in order of their start.
fn windows(state: &State) -> &[Window] {
    match &state.schedule {
        Loaded::Ready { value, .. } | Loaded::Failed { stale: Some((_, value)), .. } => value,
        _ => &[],
    }
}

fn subject(run: &Run) -> String {
    run.journal.plan.subject.gerrit.map_or_else(|| "a suite".to_owned(), |gerrit| format!("change {gerrit}"))
}

fn place(run: &Run) -> &'static str {
    if run.journal.on_production() { "production" } else { "mwdebug" }
}
