// SPDX-License-Identifier: GPL-2.0-or-later
//! When each request was sent and how long it took, beside all others of its run.
//!
//! A table that a screen reader can read, with a bar in each row. Must not tell anything by a bar or a colour alone.

use super::super::clean::visible;
use super::head::moment;
use super::said::{asked, mark, ms, name};
use crate::verify::{Evidence, Journal, Plan, Target, Verdict};
use jiff::SignedDuration;
use maud::{Markup, html};

/// One request.
struct Request<'a> {
    number: usize,
    test: &'a str,
    target: &'a Target,
    decides: bool,
    verdict: Verdict,
    answered: bool,
    /// Since the run was asked for.
    sent_ms: u32,
    took_ms: u32,
}

/// How bars are filled, once for the file.
pub(super) fn patterns() -> Markup {
    html! {
        svg.patterns width="0" height="0" aria-hidden="true" focusable="false" {
            defs {
                pattern id="hatched" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    line.hatch x1="0" y1="0" x2="0" y2="6" stroke-width="5" {}
                }
            }
        }
    }
}

/// The requests of a run in the order in which they were sent; nothing where none is known.
pub(super) fn view(journal: &Journal, id: &str) -> Markup {
    let requests = requests(journal);
    let (Some(first), Some(last)) = (
        requests.iter().map(|request| request.sent_ms).min(),
        requests.iter().map(|request| request.sent_ms.saturating_add(request.took_ms)).max(),
    ) else {
        return html! {};
    };
    let span = (last - first).max(1);
    let begun = journal.plan.asked.checked_add(SignedDuration::from_millis(first.into())).unwrap_or(journal.plan.asked);
    let unsent = journal.plan.jobs.len() - requests.len();
    html! {
        section aria-labelledby={ (id) "-requests" } {
            h3 id={ (id) "-requests" } { "Requests" }
            p {
                "The first was sent on " (moment(begun)) "; " (ms(span)) " later the last had ended. "
            }
            p {
                (sample(true, true)) " A solid bar decides, " (sample(false, true)) " a hatched one is compared and does not decide, "
                (sample(true, false)) " a dashed outline had no answer."
            }
            table.requests {
                caption { "When each request was sent and how long it took" }
                thead { tr {
                    th scope="col" { "Request" }
                    th.scale scope="col" { span { "0 ms" } " " span { (ms(span)) } }
                    th.number scope="col" { "Sent" }
                    th.number scope="col" { "Took" }
                } }
                tbody { @for request in &requests { (row(request, first, span)) } }
            }
            @if unsent > 0 { p.quiet { "Requests that were not sent, or whose time was not noted: " (unsent) "." } }
        }
    }
}

fn requests(journal: &Journal) -> Vec<Request<'_>> {
    let jobs = journal.plan.jobs.iter().enumerate();
    let mut requests: Vec<_> = jobs
        .filter_map(|(place, job)| {
            let outcome = journal.outcomes.get(&place)?;
            let Evidence { sent_ms, elapsed_ms, status, .. } = outcome.evidence;
            Some(Request {
                number: job.test + 1,
                test: name(journal.plan.tests.get(job.test)?),
                target: &job.target,
                decides: Plan::decides(job),
                verdict: outcome.verdict,
                answered: status.is_some(),
                sent_ms: sent_ms?,
                took_ms: elapsed_ms,
            })
        })
        .collect();
    requests.sort_by_key(|request| request.sent_ms);
    requests
}

fn row(request: &Request<'_>, first: u32, span: u32) -> Markup {
    let since = request.sent_ms - first;
    html! {
        tr {
            th scope="row" {
                (request.number) ". " bdi { (visible(request.test)) }
                p.quiet {
                    bdi { (visible(&asked(request.target))) } ", "
                    @if request.decides { "decides" } @else { "compared" } ", "
                    (mark(Some(request.verdict), ""))
                }
            }
            td.timeline { (bar(request, since, span)) }
            td.number { (ms(since)) }
            td.number { (ms(request.took_ms)) @if !request.answered { p.quiet { "no answer" } } }
        }
    }
}

/// Its place and length are in the cells behind it, too.
fn bar(request: &Request<'_>, since: u32, span: u32) -> Markup {
    // One of no length is still seen.
    let (x, width) = (percent(since, span), percent(request.took_ms.max(span / 200).max(1), span));
    html! {
        svg width="100%" height="16" aria-hidden="true" focusable="false" {
            line.track x1="0" y1="15.5" x2="100%" y2="15.5" {}
            rect x={ (x) "%" } y="2" width={ (width) "%" } height="11" class=(kind(request.answered)) fill=(fill(request.decides, request.answered)) {}
        }
    }
}

const fn kind(answered: bool) -> &'static str {
    if answered { "bar" } else { "bar bar--unanswered" }
}

const fn fill(decides: bool, answered: bool) -> &'static str {
    match (decides, answered) {
        (_, false) => "none",
        (true, true) => "currentColor",
        (false, true) => "url(#hatched)",
    }
}

/// A bar for the legend.
fn sample(decides: bool, answered: bool) -> Markup {
    html! {
        svg.sample width="28" height="12" aria-hidden="true" focusable="false" {
            rect x="1" y="1" width="26" height="10" class=(kind(answered)) fill=(fill(decides, answered)) {}
        }
    }
}

/// `part` of `whole` in hundredths with two decimals, such as `12.50`.
fn percent(part: u32, whole: u32) -> String {
    let parts = u64::from(part) * 10_000 / u64::from(whole.max(1));
    format!("{}.{:02}", parts / 100, parts % 100)
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn a_part_is_told_with_two_decimals() {
        assert_eq!(
            [(0, 7), (1, 3), (1, 8), (7, 7), (1, 0)].map(|(part, whole)| percent(part, whole)),
            ["0.00", "33.33", "12.50", "100.00", "100.00"]
        );
    }
}
