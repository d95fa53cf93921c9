// SPDX-License-Identifier: GPL-2.0-or-later
//! The one line that the channel hears.
//!
//! Must not quote a page: what it says of a failure is the assertion and where it was not met.

use super::clean::{clean, clean_line, names_a_bot, shorten};
use crate::check::Assertion;
use crate::exchange::{Session, TransportError};
use crate::verify::{Ending, Journal, Outcome, Reason, Stage, Tally, Verdict};

/// The longest line, in bytes of UTF-8. An IRC message has at most 512 with its prefix, and the relay of the channel's
/// own bots reads 425 at a time (repository `operations/puppet`, `modules/tcpircbot`).
pub const LINE_LIMIT: usize = 400;

const ADDRESSEES: usize = 60;
const REASON: usize = 150;

/// Fields whose values belong to the tester: they are in no report.
const PRIVATE_FIELDS: [&str; 4] = ["set-cookie", "x-client-ip", "cookie", "authorization"];

/// The line for an ended run: at most [`LINE_LIMIT`] bytes, one line, and no command to any bot of the channel. A run
/// that goes on has none, and an empty line.
#[must_use]
pub fn channel_line(journal: &Journal) -> String {
    let Some(verdict) = journal.verdict() else { return String::new() };
    let reason = why(journal).map_or_else(String::new, |reason| format!(" {}", shorten(&clean(&reason), REASON)));
    let head = format!("{}{verdict} on {}: {}.{reason}", addressees(journal), journal.plan.stage, counts(journal));
    let ask = ask(journal, verdict);
    // The title yields first: verdict, reason and what is asked must stand.
    let room = LINE_LIMIT.saturating_sub(head.len() + ask.len() + 2);
    clean_line(&format!("{head} {ask} {}", about(journal, room)), LINE_LIMIT)
}

fn addressees(journal: &Journal) -> String {
    let mut line = String::new();
    for nick in &journal.plan.subject.deployers {
        let nick = clean(nick.as_str());
        if nick.is_empty() || nick.contains(' ') || names_a_bot(&nick) || line.len() + nick.len() > ADDRESSEES {
            continue;
        }
        if !line.is_empty() {
            line.push_str(", ");
        }
        line.push_str(&nick);
    }
    if line.is_empty() { line } else { line + ": " }
}

fn counts(journal: &Journal) -> String {
    let Tally { total, passed, fixed, kept, .. } = journal.tally();
    let tests = format!("{passed}/{total} {} passed", if total == 1 { "test" } else { "tests" });
    if passed < total || journal.on_production() {
        tests
    } else if fixed > 0 {
        format!("{tests}, {fixed} fixed by the patch")
    } else if kept > 0 {
        format!("{tests}, none failed before the patch")
    } else {
        tests
    }
}

fn why(journal: &Journal) -> Option<String> {
    match journal.ended?.1 {
        Ending::Cancelled => return Some("Cancelled before it was done.".into()),
        Ending::Interrupted => return Some("Interrupted before it was done.".into()),
        Ending::Finished => {}
    }
    let (test, outcome) = journal.first_trouble()?;
    let test = journal.plan.tests.get(test)?;
    let path = url::Url::parse(&test.url)
        .map_or_else(|_| test.url.clone(), |url| format!("{}{}", url.host_str().unwrap_or_default(), url.path()));
    Some(format!("{path}: {}.", in_short(outcome, test.session == Session::Mine)?))
}

fn in_short(outcome: &Outcome, private: bool) -> Option<String> {
    Some(match outcome.reason.as_ref()? {
        Reason::Assertion { .. } => {
            let broken = outcome.broken_assertion()?;
            if private || speaks_of_private_field(&broken.assertion) {
                broken.expected.clone()
            } else {
                format!("{}: {}", broken.expected, broken.actual)
            }
        }
        Reason::Transport { error } => error.to_string(),
        Reason::ServerError { status } => format!("the server failed with status {status}"),
        Reason::NoAssertion => "the test has no assertion".into(),
        Reason::Doubt { doubt } => doubt.to_string(),
    })
}

fn speaks_of_private_field(assertion: &Assertion) -> bool {
    let (Assertion::HeaderEquals { name, .. }
    | Assertion::HeaderMatches { name, .. }
    | Assertion::HeaderAbsent { name }) = assertion
    else {
        return false;
    };
    PRIVATE_FIELDS.iter().any(|field| name.eq_ignore_ascii_case(field))
}

const fn ask(journal: &Journal, verdict: Verdict) -> &'static str {
    match (verdict, &journal.plan.stage) {
        (Verdict::Pass, Stage::Mwdebug { .. }) => "Good to continue.",
        (Verdict::Pass, Stage::Production) => "All done, thank you.",
        (Verdict::Fail, Stage::Mwdebug { .. }) => "Please do not continue.",
        (Verdict::Fail, Stage::Production) => "Please hold, a rollback may be needed.",
        (Verdict::Inconclusive, _) => "Please hold while I look.",
    }
}

fn about(journal: &Journal, room: usize) -> String {
    let title = clean(&journal.plan.subject.title);
    let title = journal.plan.subject.gerrit.map_or_else(|| title.clone(), |gerrit| format!("Change {gerrit}: {title}"));
    shorten(&title, room)
}

/// Why an outcome is no pass, as one sentence for people, with what to do next; `None` for a pass.
#[must_use]
pub fn reason_in_words(outcome: &Outcome) -> Option<String> {
    let reason = outcome.reason.as_ref()?;
    let what = in_short(outcome, false)?;
    let next = match reason {
        Reason::Assertion { .. } => {
            "The answer is from the right server: the patch does not do what the test expects, or is not synced yet."
        }
        Reason::ServerError { .. } => "Tell the deployer, and look into Logstash for this request.",
        Reason::NoAssertion => "Add an assertion to the test.",
        Reason::Transport { error } => match error {
            TransportError::Timeout { .. } => "Verify again; if it stays so, tell the deployer.",
            TransportError::NotPermitted { .. } => "Allow access in the browser, then verify again.",
            TransportError::Network { .. } => "Check your connection, then verify again.",
            TransportError::Cancelled => "Verify again when you are ready.",
        },
        Reason::Doubt { doubt } => doubt.next_step(),
    };
    let mut letters = what.chars();
    let what: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    Some(format!("{what}. {next}"))
}
