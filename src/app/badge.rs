// SPDX-License-Identifier: GPL-2.0-or-later
//! What the toolbar icon says: the one thing that matters now.
//!
//! Must not show anything or read a clock.

use super::{Run, State};
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
        || progress.since.is_some_and(|since| now.duration_since(since) < DEPLOYED_LASTS)
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
    state.schedule.value().map_or(&[], |(_, windows)| windows)
}

fn subject(run: &Run) -> String {
    run.journal.plan.subject.gerrit.map_or_else(|| "a suite".to_owned(), |gerrit| format!("change {gerrit}"))
}

fn place(run: &Run) -> &'static str {
    if run.journal.on_production() { "production" } else { "mwdebug" }
}

#[cfg(test)]
mod tests {
    use super::{badge, next_change};
    use crate::app::{Loaded, Run, State};
    use crate::debug::Backend;
    use crate::deployed::{Phase, Progress};
    use crate::schedule::Window;
    use crate::suite::Test;
    use crate::verify::{Ending, Evidence, Journal, Outcome, Plan, Reason, Stage, Subject, Verdict};
    use jiff::Timestamp;

    /// A Monday.
    fn at(time: &str) -> Timestamp {
        format!("2026-11-23T{time}:00Z").parse().unwrap()
    }

    fn window(start: &str, end: &str) -> Window {
        Window {
            name: "UTC afternoon backport window".into(),
            start: at(start),
            end: at(end),
            deployers: Vec::new(),
            is_backport: true,
            patches: Vec::new(),
            unread: Vec::new(),
        }
    }

    fn run(production: bool, ended: Option<(&str, Ending, Verdict)>) -> Run {
        let stage = if production { Stage::Production } else { Stage::mwdebug(Backend::default()) };
        let subject = Subject { gerrit: Some(7), ..Subject::default() };
        let plan = Plan::new("1".into(), subject, stage, at("08:00"), vec![Test::default()], 1);
        let mut journal = Journal::begin(plan);
        if let Some((time, ending, verdict)) = ended {
            let outcome = Outcome { verdict, ..Outcome::inconclusive(Reason::NoAssertion, Evidence::default()) };
            journal.outcomes = (0..journal.plan.jobs.len()).map(|place| (place, outcome.clone())).collect();
            journal.ended = Some((at(time), ending));
        }
        Run { journal, report: None }
    }

    fn state(windows: Vec<Window>, runs: Vec<Run>, progress: Option<(Phase, Option<&str>)>) -> State {
        let progress = progress.map(|(phase, since)| {
            let (since, gaps) = (since.map(at), Vec::new());
            (7, Progress { phase, since, began: None, deployer: None, servers: None, disagreement: None, gaps })
        });
        let schedule = Loaded::Ready { at: at("09:00"), value: windows };
        State { schedule, runs, progress: progress.into_iter().collect(), ..State::default() }
    }

    #[test]
    fn the_badge_says_the_one_thing_that_matters_now() {
        use Ending::{Cancelled, Finished, Interrupted};
        use Phase::{Deployed, Merged, OnTestServers};
        use Verdict::{Fail, Inconclusive, Pass};
        let windows = || vec![window("13:00", "14:00")];
        let debug = |time, ending, verdict| vec![run(false, Some((time, ending, verdict)))];
        let fleet = |time, verdict| vec![run(true, Some((time, Finished, verdict)))];
        let on_debug = Some((OnTestServers, Some("13:20")));
        let deployed = Some((Deployed, Some("13:40")));
        let verify = "Verify on mwdebug: change 7 is on the test servers; your window is open until 14:00 UTC";
        let fails = "FAIL on mwdebug: change 7; next window Mon 13:00 UTC";
        // Now, windows, runs, progress; text and title.
        let table = [
            ("11:00", vec![], vec![], None, "", "Backport Verify"),
            ("11:59", windows(), vec![], None, "", "Backport Verify: next window Mon 13:00 UTC"),
            ("12:00", windows(), vec![], None, "60m", "Your next window opens in 60 min; next window Mon 13:00 UTC"),
            ("12:18", windows(), vec![], None, "42m", "Your next window opens in 42 min; next window Mon 13:00 UTC"),
            ("12:59", windows(), vec![], None, "1m", "Your next window opens in 1 min; next window Mon 13:00 UTC"),
            ("13:00", windows(), vec![], None, "", "Backport Verify: your window is open until 14:00 UTC"),
            ("14:00", windows(), vec![], None, "", "Backport Verify"),
            ("12:20", windows(), debug("12:06", Finished, Fail), None, "FAIL", fails),
            (
                "12:21",
                windows(),
                debug("12:06", Finished, Fail),
                None,
                "39m",
                "Your next window opens in 39 min; next window Mon 13:00 UTC",
            ),
            ("11:59", windows(), debug("00:00", Finished, Fail), None, "FAIL", fails),
            ("12:01", vec![], debug("00:01", Finished, Fail), None, "", "Backport Verify"),
            ("12:00", vec![], debug("11:59", Interrupted, Pass), None, "?", "INCONCLUSIVE on mwdebug: change 7"),
            ("12:00", vec![], debug("11:59", Finished, Inconclusive), None, "?", "INCONCLUSIVE on mwdebug: change 7"),
            ("12:00", vec![], debug("11:59", Cancelled, Pass), None, "", "Backport Verify"),
            ("13:21", windows(), vec![], on_debug, "test", verify),
            ("13:21", windows(), vec![], Some((OnTestServers, None)), "test", verify),
            ("13:21", windows(), debug("13:19", Finished, Pass), on_debug, "test", verify),
            ("13:21", windows(), debug("13:21", Cancelled, Pass), on_debug, "test", verify),
            (
                "13:21",
                windows(),
                debug("13:21", Finished, Pass),
                on_debug,
                "OK",
                "PASS on mwdebug: change 7; your window is open until 14:00 UTC",
            ),
            ("13:41", vec![], fleet("13:39", Pass), deployed, "test", "Verify on production: change 7 is deployed"),
            ("13:41", vec![], fleet("13:41", Pass), deployed, "OK", "PASS on production: change 7"),
            ("15:41", vec![], vec![], deployed, "", "Backport Verify"),
            ("13:41", vec![], vec![], Some((Deployed, None)), "", "Backport Verify"),
            ("13:41", vec![], vec![], Some((Merged, Some("13:40"))), "", "Backport Verify"),
            ("13:21", vec![], vec![run(false, None)], on_debug, "…", "Verifying change 7 on mwdebug"),
        ];
        for (place, (now, windows, runs, progress, text, title)) in table.into_iter().enumerate() {
            let badge = badge(&state(windows, runs, progress), at(now));
            assert_eq!((badge.text.as_str(), badge.title.as_str()), (text, title), "row {place}, at {now}");
        }
    }

    #[test]
    fn the_next_change_is_when_the_badge_may_read_differently() {
        let windows = || vec![window("13:00", "14:00")];
        let result = || vec![run(false, Some(("12:06", Ending::Finished, Verdict::Pass)))];
        let table = [
            ("09:00", windows(), vec![], Some("12:00")),
            ("12:00", windows(), vec![], Some("12:01")),
            ("12:18", windows(), vec![], Some("12:19")),
            ("12:59", windows(), vec![], Some("13:00")),
            ("13:00", windows(), vec![], Some("14:00")),
            ("14:00", windows(), vec![], None),
            ("12:10", windows(), result(), Some("12:21")),
            ("12:21", windows(), result(), Some("12:22")),
        ];
        for (now, windows, runs, expected) in table {
            let state = state(windows, runs, None);
            assert_eq!(next_change(&state, at(now)), expected.map(at), "at {now}");
        }
        let state = state(vec![], vec![], Some((Phase::Deployed, Some("13:00"))));
        assert_eq!(next_change(&state, at("13:01")), Some(at("15:00")));
    }

    #[test]
    fn a_window_of_another_week_has_its_date() {
        let state = state(vec![window("13:00", "14:00")], vec![], None);
        let now: Timestamp = "2026-11-16T13:00:00Z".parse().unwrap();
        assert_eq!(badge(&state, now).title, "Backport Verify: next window Mon 23 Nov 13:00 UTC");
    }

    #[test]
    fn the_text_fits_into_the_four_letters_that_a_browser_shows() {
        for minute in 0..60 {
            let now = at(&format!("12:{minute:02}"));
            let text = badge(&state(vec![window("13:00", "14:00")], vec![], None), now).text;
            assert!((2..=4).contains(&text.chars().count()), "{text}");
        }
    }
}
