// SPDX-License-Identifier: GPL-2.0-or-later
//! `backport-verify preflight`: what stands against changes in a backport window, and how to schedule them.

use super::super::args::PreflightArgs;
use super::super::terminal::{complain, plain, print};
use super::{Failure, calendar, client_with};
use crate::app::{branches, changes, versions};
use crate::change::{Change, ChangeStatus};
use crate::deployed::Wikiversions;
use crate::ports::Http;
use crate::preflight::{Facts, Fitness, Severity, branches_to_ask, examine};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

/// Looks at the changes and prints what was found; 1 where a finding blocks.
pub(in super::super) async fn preflight(said: PreflightArgs) -> Result<ExitCode, Failure> {
    let http = client_with(said.connection, said.calendar.wiki.clone())?;
    let numbers: BTreeSet<u64> = said.changes.iter().copied().collect();
    let asked: Vec<u64> = numbers.iter().copied().collect();
    let (found, schedule, versions) =
        tokio::join!(changes(&http, &asked), calendar::read(&http, &said.calendar), versions(&http));
    let found = found.map_err(Failure::Gerrit)?;
    let schedule = match schedule {
        Ok(schedule) => Some(schedule),
        // A file that cannot be read is the user's to correct.
        Err(failure) if said.calendar.page.is_some() => return Err(failure),
        Err(failure) => not_looked_at("calendar", &failure),
    };
    let versions = versions.map_or_else(|error| not_looked_at("versions of the wikis", &error), Some);
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
        print(&format!("{:#}\n", as_json(&looked_at)))?;
    } else {
        print(&looked_at.iter().map(in_words).collect::<Vec<_>>().join("\n"))?;
    }
    Ok(ExitCode::from(u8::from(looked_at.iter().any(Fitness::is_blocked))))
}

/// Says that what rests on `what` is left out.
fn not_looked_at<T>(what: &str, error: &impl std::fmt::Display) -> Option<T> {
    complain(&format!("backport-verify: without the {what}, its rules are not looked at: {error}"));
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
fn as_json(looked_at: &[Fitness]) -> Value {
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
    json!({"format": 1, "changes": looked_at.iter().map(change).collect::<Vec<_>>()})
}

fn in_words(fitness: &Fitness) -> String {
    let mut lines = vec![heading(fitness)];
    lines.extend(standing(fitness));
    for finding in &fitness.findings {
        lines.push(format!("  {:6}  {}", severity(finding.severity), plain(&finding.sentence)));
        lines.push(format!("  {:6}  {}", "", finding.rule.source().url));
    }
    if fitness.findings.is_empty() {
        lines.push("  nothing stands against it".to_owned());
    }
    if let Some(entry) = &fitness.entry {
        lines.extend(block("calendar entry:", entry));
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

/// Where it stands on the calendar.
fn standing(fitness: &Fitness) -> Option<String> {
    let opens = fitness.window?.strftime("%a %-d %b %Y, %H:%M UTC");
    let place = fitness.place.map_or_else(String::new, |place| format!(", place {place}"));
    Some(format!("  in the window of {opens}{place}"))
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
    use super::{as_json, in_words};
    use crate::change::ChangeStatus;
    use crate::preflight::{CherryPick, Finding, Fitness, Rule, Severity};

    fn fitness(findings: Vec<Finding>) -> Fitness {
        Fitness {
            gerrit: 1_330_001,
            window: Some("2026-08-18T13:00:00Z".parse().unwrap()),
            place: Some(2),
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

    #[test]
    fn a_change_is_shown_with_its_findings_and_what_to_copy() {
        let url = Rule::Exists.source().url;
        assert_eq!(
            in_words(&fitness(vec![blocking()])),
            format!(
                "\
1330001  [enwiki] Add the group  (operations/mediawiki-config, master, open)
  in the window of Tue 18 Aug 2026, 13:00 UTC, place 2
  BLOCKS  There is no such change.
          {url}
  calendar entry:
    {{{{ircnick|submitter}}}}
    * {{{{deploy|type=config}}}}
  schedule it: https://schedule-deployment.toolforge.org/backport/1330001
  to make the backport for 1.47.0-wmf.16:
    git fetch
    git push
"
            )
        );
        assert!(in_words(&fitness(Vec::new())).contains("  nothing stands against it\n"));
    }

    #[test]
    fn a_change_that_gerrit_does_not_know_is_its_number() {
        let unknown = Fitness { status: None, ..fitness(vec![blocking()]) };
        assert_eq!(in_words(&unknown).lines().next(), Some("1330001"));
    }

    #[test]
    fn the_json_says_its_format_and_each_rules_source() {
        let json = as_json(&[fitness(vec![blocking()])]);
        let finding = &json["changes"][0]["findings"][0];
        assert_eq!((&json["format"], &finding["severity"]), (&1.into(), &"blocks".into()));
        assert_eq!(finding["source"]["url"], Rule::Exists.source().url);
    }
}
