// SPDX-License-Identifier: GPL-2.0-or-later
//! One test with everything that answered it.

use super::super::clean::visible;
use super::super::logstash::logstash_link;
use super::super::planned::cut_in_words;
use super::super::reason::reason_in_words;
use super::super::stages::{comparison_in_words, same_page_in_words, since_in_words};
use super::said::{link, mark, name};
use super::{answer, difference};
use crate::verify::{Doubt, Journal, Outcome, Plan, Reason};
use maud::{Markup, html};

/// The test at `place`: what it came to, why, and each answer.
pub(super) fn view(journal: &Journal, place: usize, id: &str) -> Markup {
    let Some(test) = journal.plan.tests.get(place) else { return html! {} };
    let id = format!("{id}-test-{}", place + 1);
    let left_out = journal.plan.left_out(place);
    let deciding = journal.deciding(place);
    // What its one answer says is not said twice.
    let alone = journal.plan.stage.deciding().len() == 1;
    html! {
        section.test id=(id) aria-labelledby={ (id) "-name" } {
            h4 id={ (id) "-name" } {
                (place + 1) ". " bdi { (visible(name(test))) } " "
                (mark(deciding.as_ref().map(|outcome| outcome.verdict), if left_out.is_some() { "skipped" } else { "not run" }))
            }
            @if let Some(why) = left_out { p dir="auto" { "Skipped: " (visible(why)) } }
            @if let Some(outcome) = &deciding { (why(outcome)) }
            @if let Some(words) = cut_in_words(&journal.plan, place) { p { (words) } }
            (stands(journal, place))
            @for (at, job) in journal.plan.jobs.iter().enumerate().filter(|(_, job)| job.test == place) {
                (answer::view(&job.target, journal.outcomes.get(&at), Plan::decides(job), deciding.as_deref().filter(|_| alone)))
            }
            (difference::view(journal, place))
        }
    }
}

/// Why it is no pass, and where the servers' own record of it is.
pub(super) fn why(outcome: &Outcome) -> Markup {
    html! {
        @if let Some(words) = reason_in_words(outcome) { p.why dir="auto" { (visible(&words)) } }
        @if let Some(url) = logstash_link(outcome) { p { (link(&url, "Find this request in Logstash")) } }
    }
}

/// How it stands to the stages before.
fn stands(journal: &Journal, place: usize) -> Markup {
    let before = journal.baseline(place).and_then(|outcome| outcome.reason.as_ref());
    let has_it = matches!(before, Some(Reason::Doubt { doubt: Doubt::PatchThereAlready { .. } }));
    let since = journal.since(place).filter(|_| !journal.plan.earlier.is_empty());
    html! {
        @if has_it { p { "No comparison: production has the patch already." } }
        @else if let Some(comparison) = journal.comparison(place) { p { (comparison_in_words(comparison)) } }
        @if let Some(since) = since { p { (since_in_words(since)) } }
        @if let Some(words) = journal.same_page(place).filter(|_| since.is_some()).and_then(same_page_in_words) { p { (words) } }
    }
}
