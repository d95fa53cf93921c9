// SPDX-License-Identifier: GPL-2.0-or-later
//! The one line that the channel hears.
//!
//! Must not quote a page: what it says of a failure is the assertion and where it was not met.

use super::clean::{can_be_addressed, clean_line, in_quotes, quoted, shorten};
use super::reason::reason_in_public;
use crate::debug::Backend;
use crate::verify::{Doubt, Ending, Journal, Outcome, Reason, Stage, Tally, Verdict};

/// The longest line, in bytes of UTF-8: what is left of [`WIRE_LIMIT`] when the relay has said in whose name it speaks
/// (`<nick> via backport-verify: `, with a nick of at most 16 letters).
pub const LINE_LIMIT: usize = 360;

/// The longest text on the wire, in bytes of UTF-8. An IRC message has at most 512 with its prefix, and the relay of the
/// channel's own bots reads 425 at a time (repository `operations/puppet`, `modules/tcpircbot`).
pub const WIRE_LIMIT: usize = 400;

const ADDRESSEES: usize = 60;
const REASON: usize = 150;
const PAGE: usize = 60;
const BACKENDS: usize = 60;

/// The line for an ended run: at most [`LINE_LIMIT`] bytes, one line, and no command to any bot of the channel. A run
/// that goes on has none, and an empty line.
///
/// It says to whom, the verdict, the stage, whether it is a re-run, the counts, where the run is no pass the one reason
/// that matters most (a run that broke off; else [`Journal::first_trouble`]), what is asked, and the change with its
/// title in quotation marks, since anybody can write a title. Where that is too long, the title is cut first, and then the
/// reason, at its end; the rest is never cut.
#[must_use]
pub fn channel_line(journal: &Journal) -> String {
    let Some(verdict) = journal.verdict() else { return String::new() };
    let again = if journal.plan.again { ", re-run" } else { "" };
    let head = format!("{}{verdict} on {}{again}: {}.", addressees(journal), stage(journal), counts(journal));
    let ask = ask(journal, verdict);
    let change = journal.plan.subject.gerrit.map(|gerrit| format!("Change {gerrit}")).unwrap_or_default();
    let rest = |said: &str| LINE_LIMIT.saturating_sub(said.len() + ask.len() + change.len() + 3);
    let head = why(journal, rest(&head)).map_or_else(|| head.clone(), |reason| format!("{head} {reason}"));
    let about = about(&change, &journal.plan.subject.title, rest(&head));
    clean_line(&format!("{head} {ask} {about}"), LINE_LIMIT)
}

fn addressees(journal: &Journal) -> String {
    let mut line = String::new();
    let deployers = journal.plan.subject.deployers.iter().map(|nick| nick.as_str().trim());
    for nick in deployers.filter(|nick| can_be_addressed(nick)) {
        if line.len() + nick.len() > ADDRESSEES {
            continue;
        }
        if !line.is_empty() {
            line.push_str(", ");
        }
        line.push_str(nick);
    }
    if line.is_empty() { line } else { line + ": " }
}

fn counts(journal: &Journal) -> String {
    let tally = journal.tally();
    let words = if journal.on_production() {
        ["fixed by the patch", "regressed since mwdebug", "failed on mwdebug too"]
    } else {
        ["fixed", "regressed", "still failing"]
    };
    let numbers = [tally.fixed, tally.regressed, tally.still_failing].into_iter().zip(words);
    let mut said = vec![format!("{}/{} pass", tally.passed, tally.total)];
    said.extend(numbers.filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")));
    said.extend((tally.skipped > 0).then(|| format!("{} skipped", tally.skipped)));
    if tally.passed == tally.total {
        said.extend(shown(journal, &tally));
    }
    said.join(", ")
}

/// How little a run shows in which every test passes; `None` where one of them is fixed by the patch.
fn shown(journal: &Journal, tally: &Tally) -> Option<String> {
    if journal.proves_nothing() {
        Some("as before: proves nothing about the patch".to_owned())
    } else if tally.fixed > 0 {
        None
    } else if tally.kept > 0 {
        Some(format!("{} as before", tally.kept))
    } else if production_has_it(journal) {
        Some("production has the patch already".to_owned())
    } else {
        (tally.total > 0 && !journal.on_production()).then(|| "not compared with production".to_owned())
    }
}

/// Whether some baseline shows nothing because production has the patch.
fn production_has_it(journal: &Journal) -> bool {
    let has_it =
        |outcome: &Outcome| matches!(outcome.reason, Some(Reason::Doubt { doubt: Doubt::PatchThereAlready { .. } }));
    (0..journal.plan.tests.len()).filter_map(|test| journal.baseline(test)).any(has_it)
}

/// Why the run is no pass, in at most `room` bytes.
fn why(journal: &Journal, room: usize) -> Option<String> {
    match journal.ended?.1 {
        Ending::Cancelled => return Some("Cancelled before it was done.".into()),
        Ending::Interrupted => return Some("Interrupted before it was done.".into()),
        Ending::TooLong => return Some("It took too long, so its first answers may be old.".into()),
        Ending::Finished => {}
    }
    if journal.plan.jobs.is_empty() {
        return Some("Every test is skipped.".into());
    }
    let (place, outcome) = journal.first_trouble()?;
    let test = journal.plan.tests.get(place)?;
    let page = url::Url::parse(&test.url)
        .map_or_else(|_| test.url.clone(), |url| format!("{}{}", url.host_str().unwrap_or_default(), url.path()));
    let page = shorten(&quoted(&page), PAGE.min(room / 3));
    let on = on_some(journal, place);
    let reason = format!("{page}{on}: {}.", reason_in_public(&outcome, test)?);
    Some(shorten(&reason, room.min(REASON + on.len())))
}

/// ` on k8s-mwdebug-next`, where other backends were asked that are better off.
fn on_some(journal: &Journal, test: usize) -> String {
    let troubled = journal.troubled(test);
    if troubled.is_empty() { String::new() } else { format!(" on {}", some(troubled.into_iter(), 40)) }
}

/// The stage with as many of its backends as there is room for.
fn stage(journal: &Journal) -> String {
    match &journal.plan.stage {
        Stage::Mwdebug { backends } => format!("mwdebug ({})", some(backends.iter(), BACKENDS)),
        Stage::Production => journal.plan.stage.to_string(),
    }
}

/// The first name, those of the others that fit into `room` bytes with it, and how many there are beside them.
fn some<'a>(backends: impl Iterator<Item = &'a Backend>, room: usize) -> String {
    let (mut line, mut left_out) = (String::new(), 0);
    for backend in backends {
        if line.is_empty() {
            line = shorten(backend.as_str(), room);
        } else if left_out == 0 && line.len() + backend.as_str().len() < room {
            line.push_str(", ");
            line.push_str(backend.as_str());
        } else {
            left_out += 1;
        }
    }
    if left_out == 0 { line } else { format!("{line} and {left_out} more") }
}

/// What is asked. "Good to continue." says that the patch does something good, so a run has to have shown that; where all
/// that is known is that nothing which was tested is broken, there is no objection, and the counts say why no more. On the
/// test servers a rollback costs nothing, and scap's own question has it as its answer unless someone says yes. On
/// production the deployer decides: what passed on the test servers and fails here may be a server that the sync has not
/// reached.
pub(super) fn ask(journal: &Journal, verdict: Verdict) -> &'static str {
    if verdict == Verdict::Inconclusive && waits_for_the_sync(journal) {
        return "I verify again when it is there.";
    }
    match (verdict, &journal.plan.stage) {
        (Verdict::Pass, Stage::Mwdebug { .. }) if journal.tally().fixed > 0 => "Good to continue.",
        (Verdict::Pass, Stage::Mwdebug { .. }) => "No objection.",
        (Verdict::Pass, Stage::Production) => "All done, thank you.",
        (Verdict::Fail, Stage::Mwdebug { .. }) if journal.tally().regressed > 0 => "Please roll back.",
        (Verdict::Fail, Stage::Mwdebug { .. }) => "Please do not continue.",
        (Verdict::Fail, Stage::Production) => "Please hold, a rollback may be needed.",
        (Verdict::Inconclusive, _) if broke_off(journal) => "Please hold while I verify again.",
        (Verdict::Inconclusive, _) => "Please hold while I look.",
    }
}

/// Whether the run came to no end of its own, so that nothing is known to be wrong.
fn broke_off(journal: &Journal) -> bool {
    journal.ended.is_some_and(|(_, ending)| matches!(ending, Ending::Interrupted | Ending::TooLong))
}

/// Whether nothing is wrong but that the patch has not come to the servers yet.
fn waits_for_the_sync(journal: &Journal) -> bool {
    let all = 0..journal.plan.tests.len();
    let of_backends =
        all.clone().flat_map(|test| journal.by_backend(test)).filter_map(|(_, outcome)| outcome?.reason.clone());
    let mut doubtful = all.filter_map(|test| journal.deciding(test)?.reason.clone()).chain(of_backends);
    let finished = journal.ended.is_some_and(|(_, ending)| ending == Ending::Finished);
    let not_there = |reason: Reason| matches!(reason, Reason::Doubt { doubt: Doubt::PatchNotThere { .. } });
    finished && journal.tally().inconclusive > 0 && doubtful.all(not_there)
}

/// The change and its title, of which there is room for so many bytes with its quotation marks.
fn about(change: &str, title: &str, room: usize) -> String {
    if change.is_empty() {
        return in_quotes(title, room);
    }
    let title = in_quotes(title, room.saturating_sub(": ".len()));
    if title.is_empty() { change.to_owned() } else { format!("{change}: {title}") }
}

#[cfg(test)]
mod tests;
