// SPDX-License-Identifier: GPL-2.0-or-later
//! What scap announces, and the deployment that its announcements add up to.
//!
//! Sentences: repository `mediawiki/tools/scap`, `scap/main.py`, `scap/backport.py`, `scap/cli.py`. A line of IRC has
//! room for some 400 bytes, so that a long announcement is cut, and only its beginning is logged.
//!
//! Entries are public text. Only those of `user@host` are taken for scap's: no nick of IRC holds an `@`, so that nobody
//! in the channel can speak for scap. A title that holds `]], [[gerrit:5|` cannot be told from a second change.

use super::{LogEntry, Phase};
use crate::schedule::work;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The newest deployment of a change, as the log tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// How far it has got.
    pub phase: Phase,
    /// When it got there, UTC, to the minute.
    pub at: Timestamp,
    /// When it began: with the change's number it names the deployment.
    pub began: Timestamp,
    /// Who deploys, without the host: `deployer`.
    pub deployer: String,
    /// The other changes that go along.
    pub together_with: Vec<u64>,
}

/// The newest deployment of `gerrit` in `entries` (oldest first); `None` when they do not name it.
///
/// | announcement | from | to |
/// | --- | --- | --- |
/// | `Started scap sync-world: …` | | merged |
/// | `USERS: … synced to the testservers` | merged | on the test servers |
/// | `USERS: Continuing with deployment` | merged, on the test servers | being deployed |
/// | `Finished scap sync-world: …` | all but what has ended | deployed |
/// | `Rolling back deployment`, `USERS: Rolling back deployment` | all, ended or not | rolled back |
/// | `Scap cancelled without rolling back.`, `Stopping before sync operations`, `scap sync-world aborted: …` | merged | merged, ended |
/// | the same | all others but rolled back | unknown, ended |
///
/// An announcement that names no change belongs to the sync-world that the same `user@host` began last and that is not
/// finished. One that names changes does so too, unless that sync-world is known to be of others: its beginning is then
/// older than the log. Changes that go along are in order of their numbers.
#[must_use]
pub fn deployment_of(gerrit: u64, entries: &[LogEntry]) -> Option<Deployment> {
    let mut runs = Runs::default();
    for entry in entries {
        runs.take(entry);
    }
    let run = runs.all.into_iter().rev().find(|run| run.changes.contains(&gerrit))?;
    Some(Deployment {
        phase: run.phase,
        at: run.at,
        began: run.began,
        deployer: run.deployer.to_owned(),
        together_with: run.changes.into_iter().filter(|number| *number != gerrit).collect(),
    })
}

/// What an announcement says of a sync-world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Started,
    Synced,
    Continuing,
    RollingBack,
    /// It ends before its end, whatever has been synced so far.
    GivenUp,
    Aborted,
    Finished,
}

/// An announcement as it was read. Equal ones say the same of the same changes, wherever they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// Whose scap has announced it: `deployer@deploy2002`.
    pub by: String,
    /// The changes that it names; some announcements name none.
    pub changes: BTreeSet<u64>,
    step: Step,
}

impl Announcement {
    /// What a log entry announces; `None` when it is none of scap's.
    #[must_use]
    pub fn of_entry(entry: &LogEntry) -> Option<Self> {
        Self::new(&entry.nick, &entry.message)
    }

    /// What a line of the channel announces, as the bot `logmsgbot` says it: `!log deployer@deploy2002 message`
    /// (repository `mediawiki/tools/scap`, `scap/log.py`). `None` when it is none of scap's. Anybody can say such a line.
    #[must_use]
    pub fn of_line(line: &str) -> Option<Self> {
        let (by, message) = line.trim().strip_prefix("!log ")?.split_once(' ')?;
        Self::new(by, message)
    }

    /// The deployer without the host.
    #[must_use]
    pub fn deployer(&self) -> &str {
        self.by.split_once('@').map_or("", |(deployer, _)| deployer)
    }

    fn new(by: &str, message: &str) -> Option<Self> {
        by.split_once('@')?;
        let (step, named) = read(message)?;
        Some(Self { by: by.to_owned(), changes: named.map(changes).unwrap_or_default(), step })
    }
}

/// One sync-world.
#[derive(Debug)]
struct Run<'a> {
    phase: Phase,
    at: Timestamp,
    began: Timestamp,
    deployer: &'a str,
    changes: BTreeSet<u64>,
    /// Nothing but a rollback changes its phase any more.
    ended: bool,
}

/// The sync-worlds of a log, in the order in which they began.
#[derive(Debug, Default)]
struct Runs<'a> {
    all: Vec<Run<'a>>,
    /// The one that each `user@host` has not finished.
    open: BTreeMap<&'a str, usize>,
}

impl<'a> Runs<'a> {
    fn take(&mut self, entry: &'a LogEntry) {
        let Some((deployer, _)) = entry.nick.split_once('@') else { return };
        let Some((step, named)) = read(&entry.message) else { return };
        let nick = entry.nick.as_str();
        let changes = named.map(changes).unwrap_or_default();
        let open = self.open.get(nick).copied().filter(|_| step != Step::Started);
        let same = |index: &usize| {
            self.all.get(*index).is_some_and(|run| {
                changes.is_empty()
                    || run.changes.is_empty()
                    || changes.iter().any(|number| run.changes.contains(number))
            })
        };
        let index = match open.filter(same) {
            Some(index) => index,
            None if step == Step::Started || !changes.is_empty() => {
                let index = self.all.len();
                let (at, changes) = (entry.at, BTreeSet::new());
                self.all.push(Run { phase: Phase::Merged, at, began: at, deployer, changes, ended: false });
                self.open.insert(nick, index);
                index
            }
            None => return,
        };
        let Some(run) = self.all.get_mut(index) else { return };
        run.changes.extend(changes);
        run.advance(step, entry.at);
        if matches!(step, Step::Finished | Step::Aborted) {
            self.open.remove(nick);
        }
    }
}

impl Run<'_> {
    fn advance(&mut self, step: Step, at: Timestamp) {
        let (phase, ends) = match (step, self.phase) {
            (Step::RollingBack, _) => (Phase::RolledBack, true),
            _ if self.ended => return,
            (Step::Synced, Phase::Merged) => (Phase::OnTestServers, false),
            (Step::Continuing, Phase::Merged | Phase::OnTestServers) => (Phase::Deploying, false),
            (Step::Finished, _) => (Phase::Deployed, true),
            (Step::GivenUp | Step::Aborted, Phase::Merged) => (Phase::Merged, true),
            (Step::GivenUp | Step::Aborted, _) => (Phase::Unknown, true),
            (Step::Started | Step::Synced | Step::Continuing, phase) => (phase, false),
        };
        self.ended = ends;
        if phase != self.phase {
            self.phase = phase;
            self.at = at;
        }
    }
}

/// What an announcement says, and the part of it that names the changes, if it has one.
fn read(message: &str) -> Option<(Step, Option<&str>)> {
    work::note(message.len());
    let message = message.trim();
    let long = [
        ("Started scap sync-world: ", Step::Started),
        ("Finished scap sync-world: ", Step::Finished),
        ("scap sync-world aborted: ", Step::Aborted),
    ];
    if let Some((rest, step)) = long.iter().find_map(|(words, step)| Some((message.strip_prefix(words)?, *step))) {
        return Some((step, backport(rest)));
    }
    let short =
        [("Scap cancelled without rolling back", Step::GivenUp), ("Stopping before sync operations", Step::GivenUp)];
    if let Some((_, step)) = short.iter().find(|(words, _)| message.trim_end_matches('.') == *words) {
        return Some((*step, None));
    }
    let (users, sentence) = match message.split_once(": ") {
        Some((users, sentence)) if are_users(users) => (true, sentence),
        _ => (false, message),
    };
    match sentence.trim_end_matches('.') {
        "Continuing with deployment" => Some((Step::Continuing, None)),
        "Rolling back deployment" => Some((Step::RollingBack, None)),
        // Wherever it is cut: of all announcements only the one of the test servers begins so.
        _ if users => Some((Step::Synced, Some(backport(sentence)?))),
        _ => None,
    }
}

/// The list of changes in what `scap backport` gives sync-world as its message.
fn backport(message: &str) -> Option<&str> {
    let list = message.strip_prefix("Backport for")?;
    if list.is_empty() { Some(list) } else { list.strip_prefix(' ') }
}

/// Between two changes of one announcement.
const NEXT: &str = "]], ";

/// Whether this is a list of user names: `submitter, deployer`.
fn are_users(text: &str) -> bool {
    text.split(", ").all(|name| !name.is_empty() && !name.contains(char::is_whitespace))
}

/// The changes of `[[gerrit:N|title]], [[gerrit:M|title]]`, whatever follows or is cut off. A number that is cut off
/// is none.
fn changes(list: &str) -> BTreeSet<u64> {
    work::note(list.len());
    let number = |link: &str| {
        // Twenty digits are more than any number here has.
        let head = link.strip_prefix("[[gerrit:")?;
        let end = head.bytes().take(20).position(|byte| !byte.is_ascii_digit())?;
        let (digits, behind) = head.split_at_checked(end)?;
        behind.starts_with('|').then(|| digits.parse().ok()).flatten().filter(|number| *number > 0)
    };
    let Some(first) = number(list) else { return BTreeSet::new() };
    let others = list.match_indices(NEXT).filter_map(|(at, _)| number(list.get(at + NEXT.len()..)?));
    std::iter::once(first).chain(others).collect()
}

#[cfg(test)]
mod tests {
    use super::{Announcement, Deployment, deployment_of};
    use crate::deployed::{LogEntry, Phase};
    use crate::schedule::work;
    use jiff::{SignedDuration, Timestamp};

    const CHANGE: u64 = 1330;
    const STARTED: &str = "Started scap sync-world: Backport for [[gerrit:1330|Add | one]]";
    const SYNCED: &str = "submitter, deployer: Backport for [[gerrit:1330|Add | one]] synced to the testservers \
                          (see https://wikitech.wikimedia.org/wiki/Mwdebug). Changes can now be verified there.";
    const CONTINUING: &str = "deployer, submitter: Continuing with deployment";
    const ROLLING_BACK: &str = "submitter: Rolling back deployment";
    const FINISHED: &str = "Finished scap sync-world: Backport for [[gerrit:1330|Add | one]] (duration: 08m 47s)";
    const ABORTED: &str = "scap sync-world aborted: Backport for [[gerrit:1330|Add | one]] (duration: 01m 02s)";
    const CANCELLED: &str = "Scap cancelled without rolling back.";
    const STOPPED: &str = "Stopping before sync operations";

    fn minute(minute: i64) -> Timestamp {
        "2026-08-17T13:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute)
    }

    /// Entries one minute apart; `NICK> message` is of another nick than `deployer@deploy2002`.
    fn log(messages: &[&str]) -> Vec<LogEntry> {
        let entry = |(at, text): (i64, &&str)| {
            let (nick, message) = text.split_once("> ").unwrap_or(("deployer@deploy2002", text));
            LogEntry { at: minute(at), nick: nick.to_owned(), message: message.to_owned() }
        };
        (0..).zip(messages).map(entry).collect()
    }

    fn told(messages: &[&str]) -> Option<(Phase, i64)> {
        let deployment = deployment_of(CHANGE, &log(messages))?;
        Some((deployment.phase, deployment.at.duration_since(minute(0)).as_mins()))
    }

    #[test]
    fn each_step_has_its_phase_and_its_time() {
        for (messages, expected) in [
            (&[STARTED][..], (Phase::Merged, 0)),
            (&[STARTED, SYNCED], (Phase::OnTestServers, 1)),
            (&[STARTED, SYNCED, CONTINUING], (Phase::Deploying, 2)),
            (&[STARTED, CONTINUING], (Phase::Deploying, 1)),
            (&[STARTED, SYNCED, CONTINUING, FINISHED], (Phase::Deployed, 3)),
            (&[STARTED, FINISHED], (Phase::Deployed, 1)),
            (&[STARTED, SYNCED, ROLLING_BACK], (Phase::RolledBack, 2)),
            (&[STARTED, SYNCED, "Rolling back deployment"], (Phase::RolledBack, 2)),
            (&[STARTED, SYNCED, CONTINUING, ROLLING_BACK, FINISHED], (Phase::RolledBack, 3)),
            (&[STARTED, SYNCED, ROLLING_BACK, ABORTED], (Phase::RolledBack, 2)),
            (&[STARTED, CANCELLED], (Phase::Merged, 0)),
            (&[STARTED, STOPPED], (Phase::Merged, 0)),
            (&[STARTED, STOPPED, FINISHED], (Phase::Merged, 0)),
            (&[STARTED, ABORTED], (Phase::Merged, 0)),
            (&[STARTED, SYNCED, CANCELLED], (Phase::Unknown, 2)),
            (&[STARTED, SYNCED, CANCELLED, FINISHED], (Phase::Unknown, 2)),
            (&[STARTED, SYNCED, CONTINUING, ABORTED], (Phase::Unknown, 3)),
            (&[STARTED, SYNCED, CANCELLED, ROLLING_BACK], (Phase::RolledBack, 3)),
            (&[SYNCED], (Phase::OnTestServers, 0)),
            (&[SYNCED, CONTINUING, FINISHED], (Phase::Deployed, 2)),
            (&[FINISHED], (Phase::Deployed, 0)),
        ] {
            assert_eq!(told(messages), Some(expected), "{messages:#?}");
        }
    }

    #[test]
    fn a_line_of_the_channel_announces_what_its_entry_in_the_log_does() {
        for message in [STARTED, SYNCED, CONTINUING, ROLLING_BACK, FINISHED, ABORTED, CANCELLED, STOPPED] {
            let heard = Announcement::of_line(&format!("!log deployer@deploy2002 {message}")).unwrap();
            assert_eq!(Some(&heard), Announcement::of_entry(&log(&[message])[0]).as_ref(), "{message}");
            assert_eq!((heard.deployer(), heard.by.as_str()), ("deployer", "deployer@deploy2002"));
            assert_eq!(heard.changes.contains(&CHANGE), message.contains("gerrit:1330"), "{message}");
        }
    }

    #[test]
    fn what_is_not_scaps_announces_nothing() {
        let lines = [
            SYNCED.to_owned(),
            format!("deployer@deploy2002 {SYNCED}"),
            format!("!log deployer {SYNCED}"),
            "!log deployer@deploy2002 rebuilt and synchronized wikiversions files".to_owned(),
            "!log deployer@deploy2002".to_owned(),
            String::new(),
        ];
        for line in lines {
            assert_eq!(Announcement::of_line(&line), None, "{line}");
        }
    }

    #[test]
    fn the_newest_run_of_a_change_counts() {
        let again = "Started scap sync-world: Backport for [[gerrit:9|Other]], [[gerrit:1330|Add | one]]";
        let run = deployment_of(CHANGE, &log(&[STARTED, SYNCED, ROLLING_BACK, again, SYNCED])).unwrap();
        let expected = Deployment {
            phase: Phase::OnTestServers,
            at: minute(4),
            began: minute(3),
            deployer: "deployer".into(),
            together_with: vec![9],
        };
        assert_eq!(run, expected);
    }

    #[test]
    fn an_announcement_without_change_belongs_to_the_newest_run_of_its_nick() {
        let other = "Started scap sync-world: Backport for [[gerrit:9|Other]]";
        for (messages, expected) in [
            (
                &[STARTED, SYNCED, "reviewer@deploy2002> reviewer: Rolling back deployment"][..],
                (Phase::OnTestServers, 1),
            ),
            (
                &[STARTED, SYNCED, "deployer@deploy1003> Scap cancelled without rolling back."],
                (Phase::OnTestServers, 1),
            ),
            (&[STARTED, SYNCED, other, ROLLING_BACK], (Phase::OnTestServers, 1)),
            (&[STARTED, SYNCED, "Started scap sync-world: group1 to wmf.16", CONTINUING], (Phase::OnTestServers, 1)),
            (&[STARTED, FINISHED, ROLLING_BACK], (Phase::Deployed, 1)),
            (
                &[
                    "reviewer@deploy2002> Started scap sync-world: x",
                    STARTED,
                    "reviewer@deploy2002> Rolling back deployment",
                ],
                (Phase::Merged, 1),
            ),
        ] {
            assert_eq!(told(messages), Some(expected), "{messages:#?}");
        }
        let entries = log(&[STARTED, SYNCED, other, ROLLING_BACK]);
        assert_eq!(deployment_of(9, &entries).map(|run| run.phase), Some(Phase::RolledBack));
        assert_eq!(told(&[CONTINUING, FINISHED.get(..30).unwrap(), ROLLING_BACK]), None);
    }

    #[test]
    fn titles_are_not_taken_for_changes() {
        for title in [
            "Add | one",
            "a]] b",
            "[[gerrit:5|a]]",
            "Revert \"[[gerrit:5|x]]\"",
            "a, gerrit:5, [[gerrit:5",
            "]],[[gerrit:5|",
            "]], [[gerrit:|",
            "]], [[gerrit:5]], ",
            "]], [[gerrit:x5|",
            "]], [[gerrit:5",
            "]], [[Gerrit:5|",
            "]], [[gerrit:99999999999999999999999|",
            "]], [[gerrit:0|",
            "",
            "é ]], ⇒ [[",
            "T1 (T2 T3)",
        ] {
            let list = format!("[[gerrit:1330|{title}]], [[gerrit:77|Other]]");
            for message in [
                format!("Started scap sync-world: Backport for {list}"),
                format!(
                    "deployer: Backport for {list} synced to the testservers (see x). Changes can now be verified there."
                ),
                format!("Finished scap sync-world: Backport for {list} (duration: 08m 47s)"),
            ] {
                let run = deployment_of(CHANGE, &log(&[&message])).unwrap();
                assert_eq!(run.together_with, [77], "{message}");
            }
        }
    }

    #[test]
    fn a_number_matches_whole() {
        for message in [
            "Started scap sync-world: Backport for [[gerrit:13300|Longer]]",
            "Started scap sync-world: Backport for [[gerrit:330|Shorter]]",
            "Started scap sync-world: Backport for [[gerrit:91330|Longer]], [[gerrit:1330",
            "Started scap sync-world: Backport for [[gerrit:133",
        ] {
            assert_eq!(told(&[message]), None, "{message}");
        }
    }

    #[test]
    fn an_announcement_that_is_cut_tells_what_is_left_of_it() {
        let cut = |text: &str, letters: usize| text.chars().take(letters).collect::<String>();
        let synced = cut(SYNCED, 53);
        assert!(synced.ends_with("[[gerrit:1330|Add |"), "{synced}");
        assert_eq!(told(&[STARTED, &synced]), Some((Phase::OnTestServers, 1)));
        assert_eq!(told(&[&synced]), Some((Phase::OnTestServers, 0)));
        // Cut before the change is named: it goes on with the run that the same nick began.
        assert_eq!(told(&[STARTED, &cut(SYNCED, 45), &cut(FINISHED, 45)]), Some((Phase::Deployed, 2)));
        assert_eq!(told(&[STARTED, &cut(SYNCED, 33)]), Some((Phase::OnTestServers, 1)));
        // The second change is cut off in one announcement and whole in another.
        let two = "Started scap sync-world: Backport for [[gerrit:9|A long title]], [[gerrit:1330|Add | one]]";
        let both = "deployer: Backport for [[gerrit:9|A long title]], [[gerrit:13";
        assert_eq!(told(&[two, both]), Some((Phase::OnTestServers, 1)));
        assert_eq!(told(&[&cut(two, 50), SYNCED]).map(|(phase, _)| phase), Some(Phase::OnTestServers));
    }

    #[test]
    fn what_scap_did_not_say_is_not_taken_for_its_words() {
        for message in [
            "submitter> Started scap sync-world: Backport for [[gerrit:1330|Add | one]]",
            "Synchronized wmf-config/a.php: Backport for [[gerrit:1330|Add | one]] (duration: 00m 05s)",
            "rebuilt and synchronized wikiversions files: [[gerrit:1330|Add | one]]",
            "Locking from deployment [ALL REPOSITORIES]: Backport for [[gerrit:1330|Add | one]]",
            "Started scap prep: Backport for [[gerrit:1330|Add | one]]",
            "I think: Backport for [[gerrit:1330|Add | one]] should wait",
            "Backport for [[gerrit:1330|Add | one]]",
            "Started scap sync-world: testing [[gerrit:1330|Add | one]]",
            "",
        ] {
            assert_eq!(told(&[message]), None, "{message}");
        }
        for message in [
            "submitter> Rolling back deployment",
            "Rolling back deployment of the kitchen",
            "who is: Rolling back deployment",
            "Scap cancelled without rolling back. Or so",
        ] {
            assert_eq!(told(&[STARTED, SYNCED, message]), Some((Phase::OnTestServers, 1)), "{message}");
        }
    }

    #[test]
    fn work_grows_with_the_length_and_nothing_else() {
        let steps = |entries: &[LogEntry]| work::count(|| drop(deployment_of(CHANGE, entries)));
        for unit in [
            "{{",
            "[[",
            "[[gerrit:",
            "[[gerrit:1|",
            "]], ",
            "]], [[gerrit:12|x",
            ": ",
            "a, ",
            ".",
            "9",
            "Backport for ",
        ] {
            for before in ["", "Started scap sync-world: Backport for [[gerrit:", "a: Backport for [[gerrit:1|"] {
                let long = |length: usize| log(&[&(before.to_owned() + &unit.repeat(length / unit.len()))]);
                let (half, whole) = (steps(&long(50_000)), steps(&long(100_000)));
                assert!(whole <= half * 5 / 2 && whole <= 400_000, "{before}{unit}: {half} steps grew to {whole}");
            }
        }
        let many = |count: usize| log(&[STARTED, SYNCED, FINISHED].repeat(count));
        let (half, whole) = (steps(&many(500)), steps(&many(1000)));
        assert!(whole <= half * 5 / 2, "{half} steps grew to {whole}");
    }
}
