// SPDX-License-Identifier: GPL-2.0-or-later
//! `backport-verify preflight`: what stands against changes in a backport window, and how to schedule them.

use super::super::args::PreflightArgs;
use super::super::terminal::{complain, plain, print};
use super::{Failure, calendar, client_with, timetable};
use crate::app::{branches, changes, versions};
use crate::change::{Change, ChangeStatus};
use crate::deployed::Wikiversions;
use crate::ports::Http;
use crate::preflight::{Facts, Fitness, Severity, branches_to_ask, examine};
use crate::schedule::{Nick, Schedule, Window};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

/// Looks at the changes and prints what was found; 1 where a finding blocks, 3 where none does and not all was looked at.
pub(in super::super) async fn preflight(said: PreflightArgs) -> Result<ExitCode, Failure> {
    let http = client_with(said.connection, said.calendar.wiki.clone())?;
    let numbers: BTreeSet<u64> = said.changes.iter().copied().collect();
    let asked: Vec<u64> = numbers.iter().copied().collect();
    let (found, schedule, versions) =
        tokio::join!(changes(&http, &asked), calendar::read(&http, &said.calendar), versions(&http));
    let found = found.map_err(Failure::Gerrit)?;
    let mut not_read = Vec::new();
    let schedule = match schedule {
        Ok(schedule) => Some(schedule),
        // A file that cannot be read is the user's to correct.
        Err(failure) if said.calendar.page.is_some() => return Err(failure),
        Err(failure) => leave_out(&mut not_read, "calendar", &failure),
    };
    let versions = match versions {
        Ok(versions) => Some(versions),
        Err(error) => leave_out(&mut not_read, "versions", &Failure::Versions(error)),
    };
    let included_in = included_in(&http, &numbers, &found, versions.as_ref()).await;
    let look = |gerrit: &u64| {
        examine(&Facts {
            gerrit: *gerrit,
            changes: Some(&found),
            included_in: &included_in,
            schedule: schedule.as_ref(),
            window: None,
            versions: versions.as_ref(),
            nick: said.nick.as_ref(),
            now: Timestamp::now(),
        })
    };
    let mut seen = BTreeSet::new();
    let looked_at: Vec<Fitness> = said.changes.iter().filter(|gerrit| seen.insert(**gerrit)).map(look).collect();
    if said.json {
        print(&format!("{:#}\n", as_json(&looked_at, &not_read)))?;
    } else {
        let around = Around {
            schedule: schedule.as_ref(),
            is_whole: not_read.is_empty(),
            nick: said.nick.as_ref(),
            local: &TimeZone::system(),
        };
        print(&in_words(&looked_at, &around))?;
    }
    Ok(ExitCode::from(match (looked_at.iter().any(Fitness::is_blocked), not_read.is_empty()) {
        (true, _) => 1,
        (false, true) => 0,
        // What was not looked at may block.
        (false, false) => 3,
    }))
}

/// What could not be read, so that the rules that rest on it are not looked at.
#[derive(Serialize)]
struct NotRead {
    what: &'static str,
    reason: String,
}

/// Says and keeps that what rests on `what` is left out.
fn leave_out<T>(not_read: &mut Vec<NotRead>, what: &'static str, failure: &Failure) -> Option<T> {
    let reason = failure.to_string();
    complain(&format!("backport-verify: the rules about the {what} are left out: {reason}"));
    not_read.push(NotRead { what, reason });
    None
}

/// One whose branches are not told is left out.
async fn included_in(
    http: &impl Http,
    numbers: &BTreeSet<u64>,
    found: &[Change],
    versions: Option<&Wikiversions>,
) -> BTreeMap<u64, Vec<String>> {
    let mut known = BTreeMap::new();
    for number in branches_to_ask(numbers, found, versions) {
        if let Ok(branches) = branches(http, number).await {
            known.insert(number, branches);
        }
    }
    known
}

/// `format` grows when a reader of the old one would go wrong.
fn as_json(looked_at: &[Fitness], not_read: &[NotRead]) -> Value {
    let change = |fitness: &Fitness| {
        let mut change = json!(fitness);
        let findings = fitness.findings.iter().map(|finding| {
            let (mut written, source) = (json!(finding), finding.rule.source());
            written["source"] = json!({"title": source.title, "url": source.url});
            written
        });
        change["findings"] = findings.collect();
        change
    };
    json!({"format": 1, "changes": looked_at.iter().map(change).collect::<Vec<_>>(), "not_read": not_read})
}

/// What the words rest on beside the changes.
struct Around<'a> {
    /// The calendar, where it could be read.
    schedule: Option<&'a Schedule>,
    /// Whether every rule was looked at.
    is_whole: bool,
    /// Who is named in the calendar entries.
    nick: Option<&'a Nick>,
    /// The zone in which times are shown beside UTC.
    local: &'a TimeZone,
}

/// The changes one below the other, and then where the rules are written down.
fn in_words(looked_at: &[Fitness], around: &Around) -> String {
    let mut parts: Vec<String> = looked_at.iter().map(|fitness| of_change(fitness, around)).collect();
    let findings = looked_at.iter().flat_map(|fitness| &fitness.findings);
    let sources: BTreeMap<&str, &str> =
        findings.map(|finding| finding.rule.source()).map(|source| (source.title, source.url)).collect();
    if !sources.is_empty() {
        let lines = sources.iter().map(|(title, url)| format!("  {title}: {url}\n"));
        parts.push(format!("rules:\n{}", lines.collect::<String>()));
    }
    parts.join("\n")
}

fn of_change(fitness: &Fitness, around: &Around) -> String {
    let mut lines = vec![heading(fitness)];
    lines.extend(standing(fitness, around));
    for finding in &fitness.findings {
        let (sentence, source) = (plain(&finding.sentence), finding.rule.source().title);
        lines.push(format!("  {:6}  {sentence} [{source}]", severity(finding.severity)));
    }
    if fitness.findings.is_empty() {
        let extent = if around.is_whole { "" } else { ", as far as could be looked at" };
        lines.push(format!("  nothing stands against it{extent}"));
    }
    if let Some(entry) = &fitness.entry {
        let title = match around.nick {
            Some(_) => "calendar entry:",
            None => "calendar entry, to be given your nick (or say it with --nick):",
        };
        lines.extend(block(title, entry));
    }
    if let Some(link) = &fitness.schedule_link {
        lines.push(format!("  schedule it: {}", plain(link)));
    }
    for pick in &fitness.cherry_picks {
        lines.extend(block(&format!("to make the backport for {}:", plain(&pick.version)), &pick.commands));
    }
    lines.join("\n") + "\n"
}

fn heading(fitness: &Fitness) -> String {
    let status = match fitness.status {
        Some(ChangeStatus::New) => "open",
        Some(ChangeStatus::Merged) => "merged",
        Some(ChangeStatus::Abandoned) => "abandoned",
        None => return fitness.gerrit.to_string(),
    };
    let (subject, project) = (plain(&fitness.subject), plain(&fitness.project));
    format!("{}  {subject}  ({project}, {}, {status})", fitness.gerrit, plain(&fitness.branch))
}

/// Where it stands on the calendar; nothing, where that could not be read.
fn standing(fitness: &Fitness, around: &Around) -> Vec<String> {
    let Some(schedule) = around.schedule else { return Vec::new() };
    let has_it = |window: &&Window| {
        let mut patches = window.patches.iter();
        fitness.window == Some(window.start) && patches.any(|patch| patch.gerrit == fitness.gerrit && !patch.struck)
    };
    let Some(window) = schedule.windows.iter().find(has_it) else {
        return vec!["  in no coming window of the calendar".to_owned()];
    };
    let place = fitness.place.map_or_else(String::new, |place| format!(", place {place}"));
    let times = timetable::times(window.start, window.end, around.local);
    vec![format!("  {}{place}", plain(&window.name)), format!("  {times}")]
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocks => "BLOCKS",
        Severity::Warns => "WARNS",
        Severity::Notes => "NOTES",
    }
}

/// Lines to copy, below what they are.
fn block(title: &str, text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| format!("    {}", plain(line)));
    std::iter::once(format!("  {title}")).chain(lines).collect()
}

#[cfg(test)]
mod tests {
    use super::{Around, NotRead, as_json, in_words};
    use crate::change::ChangeStatus;
    use crate::preflight::{CherryPick, Finding, Fitness, Rule, Severity};
    use crate::schedule::{Nick, Schedule, parse};
    use jiff::tz::TimeZone;

    const CALENDAR: &str = "{{Deployment calendar event card\n |when=2026-08-18 06:00 SF\n |length=1\n \
        |window=[[Backport windows|UTC afternoon backport window]]\n |who=\n |what=\n{{ircnick|submitter}}\n\
        * {{deploy|type=config|gerrit=1330001|title=Add the group|status=}}\n}}\n";

    fn fitness(findings: Vec<Finding>) -> Fitness {
        Fitness {
            gerrit: 1_330_001,
            window: Some("2026-08-18T13:00:00Z".parse().unwrap()),
            place: Some(1),
            project: "operations/mediawiki-config".into(),
            branch: "master".into(),
            subject: "[enwiki] Add the\u{202e} group".into(),
            status: Some(ChangeStatus::New),
            owner: None,
            findings,
            entry: Some("{{ircnick|submitter}}\n* {{deploy|type=config}}".into()),
            schedule_link: Some("https://schedule-deployment.toolforge.org/backport/1330001".into()),
            cherry_picks: vec![CherryPick { version: "1.47.0-wmf.16".into(), commands: "git fetch\ngit push".into() }],
        }
    }

    fn blocking() -> Finding {
        Finding { severity: Severity::Blocks, rule: Rule::Exists, sentence: "There is no such change.".into() }
    }

    /// The words where the calendar was read, or could not be.
    fn words(fitness: &Fitness, calendar: Option<&str>) -> String {
        let (schedule, nick): (Option<Schedule>, _) =
            (calendar.map(|page| parse(page).unwrap()), Nick::new("submitter"));
        let local = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let (schedule, nick) = (schedule.as_ref(), nick.as_ref());
        in_words(std::slice::from_ref(fitness), &Around { schedule, is_whole: schedule.is_some(), nick, local: &local })
    }

    #[test]
    fn a_change_is_shown_with_its_findings_and_what_to_copy() {
        let url = Rule::Exists.source().url;
        assert_eq!(
            words(&fitness(vec![blocking(), blocking()]), Some(CALENDAR)),
            format!(
                "\
1330001  [enwiki] Add the group  (operations/mediawiki-config, master, open)
  UTC afternoon backport window, place 1
  Tue 18 Aug 2026, 13:00 to 14:00 UTC; Tue 18 Aug 2026, 15:00 to 16:00 CEST
  BLOCKS  There is no such change. [scap backport]
  BLOCKS  There is no such change. [scap backport]
  calendar entry:
    {{{{ircnick|submitter}}}}
    * {{{{deploy|type=config}}}}
  schedule it: https://schedule-deployment.toolforge.org/backport/1330001
  to make the backport for 1.47.0-wmf.16:
    git fetch
    git push

rules:
  scap backport: {url}
"
            )
        );
    }

    #[test]
    fn what_was_not_looked_at_is_not_said_to_be_well() {
        let whole = words(&fitness(Vec::new()), Some(CALENDAR));
        assert!(whole.contains("  nothing stands against it\n"), "{whole}");
        let part = words(&fitness(Vec::new()), None);
        assert!(part.contains("  nothing stands against it, as far as could be looked at\n"), "{part}");
        assert!(!part.contains("window"), "{part}");
    }

    #[test]
    fn a_change_in_no_window_is_said_to_be_in_none() {
        let unscheduled = words(&Fitness { window: None, place: None, ..fitness(Vec::new()) }, Some(CALENDAR));
        assert_eq!(unscheduled.lines().nth(1), Some("  in no coming window of the calendar"));
    }

    #[test]
    fn a_change_that_gerrit_does_not_know_is_its_number() {
        let unknown = Fitness { status: None, ..fitness(vec![blocking()]) };
        assert_eq!(words(&unknown, None).lines().next(), Some("1330001"));
    }

    #[test]
    fn the_json_says_its_format_each_rules_source_and_what_was_not_read() {
        let json = as_json(&[fitness(vec![blocking()])], &[NotRead { what: "calendar", reason: "it is away".into() }]);
        let finding = &json["changes"][0]["findings"][0];
        assert_eq!((&json["format"], &finding["severity"]), (&1.into(), &"blocks".into()));
        assert_eq!(finding["source"]["url"], Rule::Exists.source().url);
        assert_eq!(json["not_read"], serde_json::json!([{"what": "calendar", "reason": "it is away"}]));
    }
}
