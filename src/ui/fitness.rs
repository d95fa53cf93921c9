// SPDX-License-Identifier: GPL-2.0-or-later
//! What was found when a change was looked at for its window.
//!
//! Must not judge: findings and their severity come from `preflight`.

use super::icon::Icon;
use super::problem;
use crate::app::{Loaded, Problem, State};
use crate::preflight::{Finding, Fitness, Severity};
use crate::schedule::{Nick, Patch, PatchKind};
use maud::{Markup, html};

/// The project that the calendar calls `config`.
const CONFIG: &str = "operations/mediawiki-config";

/// The findings of a change: those that block stand open, the rest is folded. `id` must be unique in the page, `wide`
/// is for a page on which nothing needs to be folded.
pub(super) fn view(fitness: &Fitness, id: &str, wide: bool) -> Markup {
    let gravest = fitness.findings.iter().map(|finding| finding.severity).min();
    let (open, folded): (Vec<&Finding>, Vec<&Finding>) =
        fitness.findings.iter().partition(|finding| wide || finding.severity == Severity::Blocks);
    html! {
        div.bv-fit data-findings=(gravest.map_or("none", tag)) {
            @match gravest {
                Some(Severity::Blocks) => p.bv-fit__head.bv-fit__head--blocks { (Icon::Error.view()) "Will not be deployed like this" },
                None => p.bv-fit__head.bv-fit__head--none { (Icon::Check.view()) (fit_for(fitness)) },
                Some(severity) if wide => p class={ "bv-fit__head bv-fit__head--" (tag(severity)) } { (headline(fitness, severity, &folded, &open)) },
                Some(_) => {}
            }
            @if !open.is_empty() { (list(&open)) }
            @if !folded.is_empty() {
                details.bv-fold id={ (id) "-findings" } {
                    @match gravest {
                        Some(severity @ (Severity::Warns | Severity::Notes)) => {
                            summary class={ "bv-fit__head bv-fit__head--" (tag(severity)) } { (headline(fitness, severity, &folded, &open)) }
                        }
                        _ => summary { (more(folded.len())) },
                    }
                    (list(&folded))
                }
            }
        }
    }
}

/// What is known of all changes that were looked at, an older answer included.
pub(super) fn known(state: &State) -> &[Fitness] {
    match &state.fitness {
        Loaded::Ready { value, .. } | Loaded::Failed { stale: Some((_, value)), .. } => value,
        Loaded::Absent | Loaded::Loading | Loaded::Failed { stale: None, .. } => &[],
    }
}

/// What stands in a card while there is no answer about its patch.
pub(super) fn waiting(state: &State) -> Markup {
    html! {
        @if state.fitness == Loaded::Loading { p.bv-note data-asking { "Asking Gerrit whether it is fit…" } }
    }
}

/// That Gerrit could not be read, once for the whole page.
pub(super) fn failure(state: &State, act: &str, gerrit: Option<u64>) -> Markup {
    let Loaded::Failed { problem, stale } = &state.fitness else { return html! {} };
    html! {
        div.bv-quietly data-problem=(problem::tag(problem)) {
            p.bv-note.bv-note--warning dir="auto" {
                "⚠ " (sentence(problem))
                @if stale.is_some() { " What is shown here is what it said before." }
            }
            button.cdx-button.cdx-button--weight-quiet.cdx-button--size-small type="button" id="gerrit-again" data-act=(act) data-gerrit=[gerrit] { "Try again" }
        }
    }
}

/// What Gerrit says of a change beyond the calendar, for the line under its title:
/// ` · extensions/CampaignEvents, wmf.16 · by reviewer`.
pub(super) fn facts(fitness: &Fitness, patch: &Patch) -> Markup {
    let branch = short_branch(&fitness.branch);
    let (same_project, same_branch) = match &patch.kind {
        PatchKind::Config => (fitness.project == CONFIG, fitness.project == CONFIG),
        PatchKind::Branch(version) => (false, fitness.branch.strip_prefix("wmf/") == Some(version)),
        PatchKind::Unstated => (false, false),
    };
    let owner =
        fitness.owner.as_deref().filter(|owner| !Nick::new(owner).is_some_and(|nick| patch.nicks.contains(&nick)));
    html! {
        @if !fitness.project.is_empty() && !same_project {
            " · " span dir="auto" title=(fitness.project) { (short_project(&fitness.project)) }
        }
        @if !branch.is_empty() && !same_branch { ", " span dir="auto" title=(fitness.branch) { (branch) } }
        @if let Some(owner) = owner { " · by " span dir="auto" { (owner) } }
    }
}

fn list(findings: &[&Finding]) -> Markup {
    html! { ul.bv-findings { @for finding in findings { (entry(finding)) } } }
}

fn entry(finding: &Finding) -> Markup {
    let source = finding.rule.source();
    html! {
        li.bv-finding data-finding=(rule(finding)) data-severity=(tag(finding.severity)) {
            span.bv-finding__mark { (icon(finding.severity).view()) strong { (word(finding.severity)) } }
            p { bdi { (finding.sentence) } " " a.bv-link href=(source.url) target="_blank" rel="noreferrer" { (source.title) } }
        }
    }
}

fn headline(fitness: &Fitness, gravest: Severity, folded: &[&Finding], open: &[&Finding]) -> Markup {
    let all = folded.len() + open.len();
    html! {
        @if gravest == Severity::Notes {
            (Icon::Check.view()) (fit_for(fitness)) " " span.bv-quiet { @if all == 1 { "1 note" } @else { (all) " notes" } }
        } @else {
            (Icon::Alert.view()) @if all == 1 { "1 thing to look at" } @else { (all) " things to look at" }
        }
    }
}

fn more(count: usize) -> Markup {
    html! { @if count == 1 { "1 more thing to look at" } @else { (count) " more things to look at" } }
}

const fn fit_for(fitness: &Fitness) -> &'static str {
    if fitness.window.is_some() { "Fit for this window" } else { "Fit for a backport window" }
}

/// The sentence of a problem, for what is told quietly.
fn sentence(problem: &Problem) -> String {
    format!("{} {}", problem.sentence(), problem.next_step())
}

/// The rule's name as it is stored.
fn rule(finding: &Finding) -> String {
    let name = serde_json::to_value(finding.rule).ok();
    name.and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

const fn tag(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocks => "blocks",
        Severity::Warns => "warns",
        Severity::Notes => "notes",
    }
}

const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocks => "Blocks",
        Severity::Warns => "Warning",
        Severity::Notes => "Note",
    }
}

const fn icon(severity: Severity) -> Icon {
    match severity {
        Severity::Blocks => Icon::Error,
        Severity::Warns => Icon::Alert,
        Severity::Notes => Icon::Info,
    }
}

/// `extensions/CampaignEvents` of `mediawiki/extensions/CampaignEvents`.
fn short_project(project: &str) -> &str {
    ["mediawiki/", "operations/"].iter().find_map(|group| project.strip_prefix(group)).unwrap_or(project)
}

/// `wmf.16` of `wmf/1.47.0-wmf.16`: the release before it is the same for months.
fn short_branch(branch: &str) -> &str {
    branch.rsplit_once('-').filter(|_| branch.starts_with("wmf/")).map_or(branch, |(_, version)| version)
}

#[cfg(test)]
mod tests {
    use super::{rule, short_branch, short_project};
    use crate::preflight::{Finding, Rule, Severity};

    #[test]
    fn projects_and_branches_are_told_without_what_all_have() {
        assert_eq!(short_project("mediawiki/extensions/CampaignEvents"), "extensions/CampaignEvents");
        assert_eq!(short_project("operations/mediawiki-config"), "mediawiki-config");
        assert_eq!(short_branch("wmf/1.47.0-wmf.16"), "wmf.16");
        assert_eq!(short_branch("sandbox/my-branch"), "sandbox/my-branch");
    }

    #[test]
    fn a_finding_is_named_by_its_rule() {
        let finding = Finding { severity: Severity::Blocks, rule: Rule::Exists, sentence: String::new() };
        assert_eq!(rule(&finding), "exists");
    }
}
