// SPDX-License-Identifier: GPL-2.0-or-later
//! How far a patch has got, in words, and how that is known.
//!
//! Must not weigh the sources against each other; `deployed` does.

use super::stepper;
use super::time::Clock;
use crate::app::State;
use crate::deployed::{Phase, Progress, Runs, Servers};
use maud::{Markup, html};

/// The road of a patch with what is known of it; nothing while nobody has looked. `id` must be unique in the page.
pub(super) fn view(progress: Option<&Progress>, clock: Clock<'_>, id: &str) -> Markup {
    let Some(progress) = progress else { return html! {} };
    html! {
        div.bv-road data-phase=(tag(progress.phase)) {
            (stepper::view(progress.phase))
            details.bv-fold id={ (id) "-known" } {
                summary title="How this is known" {
                    span.bv-road__words dir="auto" { (words(progress, clock)) } span.bv-unseen { ". How this is known" }
                }
                (known(progress, clock))
            }
            @if let Some(disagreement) = &progress.disagreement {
                p.bv-note.bv-note--warning data-disagreement dir="auto" { "⚠ " (disagreement) }
            }
        }
    }
}

/// The phase as it is stored.
pub(super) const fn tag(phase: Phase) -> &'static str {
    match phase {
        Phase::Scheduled => "scheduled",
        Phase::Merged => "merged",
        Phase::OnTestServers => "on_test_servers",
        Phase::Deploying => "deploying",
        Phase::Deployed => "deployed",
        Phase::RolledBack => "rolled_back",
        Phase::Unknown => "unknown",
    }
}

/// The phase in a few words.
pub(super) const fn name(phase: Phase) -> &'static str {
    match phase {
        Phase::Scheduled => "Scheduled",
        Phase::Merged => "Merged",
        Phase::OnTestServers => "On the test servers",
        Phase::Deploying => "On its way to all servers",
        Phase::Deployed => "On all servers",
        Phase::RolledBack => "Rolled back",
        Phase::Unknown => "Not known how far it has got",
    }
}

/// What is said of each patch whose phase is another one in `after` than it was in `before`.
pub(super) fn moves(before: &State, after: &State) -> Vec<String> {
    let moved = after
        .progress
        .iter()
        .filter(|(gerrit, now)| before.progress.get(gerrit).is_some_and(|then| then.phase != now.phase));
    moved.map(|(gerrit, now)| format!("{gerrit} {} now.", happening(now.phase))).collect()
}

const fn happening(phase: Phase) -> &'static str {
    match phase {
        Phase::Scheduled => "is scheduled, and no more,",
        Phase::Merged => "is merged",
        Phase::OnTestServers => "is on the test servers",
        Phase::Deploying => "is on its way to all servers",
        Phase::Deployed => "is on all servers",
        Phase::RolledBack => "is rolled back",
        Phase::Unknown => "is at a place that is not known",
    }
}

/// `On the test servers since 15:05 (14:05 UTC), by deployer`.
fn words(progress: &Progress, clock: Clock<'_>) -> String {
    let phase = progress.phase;
    let mut words = if phase == Phase::Scheduled { "Scheduled, not merged yet" } else { name(phase) }.to_owned();
    if let Some(at) = progress.since {
        let since = if phase == Phase::RolledBack { "at" } else { "since" };
        words.extend([" ", since, " ", &clock.dated_moment(at)]);
    }
    if let Some(deployer) = &progress.deployer {
        words.extend([", by ", deployer]);
    }
    words
}

fn known(progress: &Progress, clock: Clock<'_>) -> Markup {
    // A gap says itself which source is not there.
    let told_all = progress.gaps.is_empty();
    html! {
        p.bv-known__title { "How this is known" }
        ul.bv-known {
            @if let Some(began) = progress.began {
                li dir="auto" {
                    "Server Admin Log: deployment began " (clock.dated_moment(began))
                    @if let Some(by) = &progress.deployer { ", by " (by) }
                    "."
                }
            } @else if told_all { li { "The Server Admin Log does not name it." } }
            @if let Some(servers) = &progress.servers { (asked(servers)) }
            @else if told_all { li { "The servers were not asked: they are asked on the wikis of your tests." } }
            @for gap in &progress.gaps { li data-gap dir="auto" { (gap) } }
        }
    }
}

fn asked(servers: &Servers) -> Markup {
    html! {
        li {
            span dir="auto" { (servers.host) } ": "
            "mwdebug " (has(&servers.debug)) ", production " (has(&servers.production)) "."
        }
    }
}

fn has(runs: &Runs) -> Markup {
    html! {
        @match runs {
            Runs::Yes => { strong { "has it" } }
            Runs::No => { strong { "does not have it" } }
            Runs::Unknown { why } => { strong { "not known" } " (" bdi { (why) } ")" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{moves, tag};
    use crate::app::State;
    use crate::deployed::{Phase, Progress};

    const ALL: [Phase; 7] = [
        Phase::Scheduled,
        Phase::Merged,
        Phase::OnTestServers,
        Phase::Deploying,
        Phase::Deployed,
        Phase::RolledBack,
        Phase::Unknown,
    ];

    fn state(phase: Phase) -> State {
        let (since, began, deployer) = (None, None, None);
        let progress = Progress { phase, since, began, deployer, servers: None, disagreement: None, gaps: Vec::new() };
        State { progress: [(1_330_001, progress)].into(), ..State::default() }
    }

    #[test]
    fn a_phase_is_tagged_as_it_is_stored() {
        for phase in ALL {
            assert_eq!(serde_json::to_value(phase).unwrap(), tag(phase));
        }
    }

    #[test]
    fn a_move_is_told_once_and_the_first_look_is_none() {
        let (merged, testing) = (state(Phase::Merged), state(Phase::OnTestServers));
        assert_eq!(moves(&merged, &testing), ["1330001 is on the test servers now."]);
        assert_eq!(moves(&testing, &testing), [""; 0]);
        assert_eq!(moves(&State::default(), &testing), [""; 0]);
    }
}
