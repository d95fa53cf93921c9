// SPDX-License-Identifier: GPL-2.0-or-later
//! The road of a patch as a row of steps: scheduled, merged, on the test servers, everywhere.
//!
//! Must not decide where a patch is; `deployed` does.

use super::icon::Icon;
use crate::deployed::Phase;
use maud::{Markup, html};

/// How a step stands to the patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// The patch has passed it.
    Done,
    /// The patch is here.
    Here,
    /// The patch is on the way to it.
    Moving,
    /// It is to come.
    Ahead,
    /// The patch was taken back.
    Back,
    /// It cannot be known.
    Doubtful,
}

impl Standing {
    const fn tag(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Here => "here",
            Self::Moving => "moving",
            Self::Ahead => "ahead",
            Self::Back => "back",
            Self::Doubtful => "doubtful",
        }
    }

    const fn icon(self) -> Option<Icon> {
        match self {
            Self::Done => Some(Icon::Check),
            Self::Back => Some(Icon::Undo),
            Self::Doubtful => Some(Icon::Help),
            Self::Here | Self::Moving | Self::Ahead => None,
        }
    }

    /// What is said after the step's name to those who do not see its mark.
    const fn spoken(self) -> &'static str {
        match self {
            Self::Done => ": done",
            Self::Here => ": now",
            Self::Moving => ": under way",
            Self::Ahead => ": to come",
            Self::Back => "",
            Self::Doubtful => ": not known",
        }
    }

    const fn is_current(self) -> bool {
        matches!(self, Self::Here | Self::Moving | Self::Back)
    }
}

const ROAD: [&str; 4] = ["Scheduled", "Merged", "Test servers", "Everywhere"];

/// The steps of a patch in this phase.
fn steps(phase: Phase) -> Vec<(&'static str, Standing)> {
    let (at, standing) = match phase {
        Phase::Scheduled => (0, Standing::Here),
        Phase::Merged => (1, Standing::Here),
        Phase::OnTestServers => (2, Standing::Here),
        Phase::Deploying => (3, Standing::Moving),
        Phase::Deployed => (4, Standing::Done),
        // How far it had got before is not known.
        Phase::RolledBack => return vec![("Scheduled", Standing::Done), ("Rolled back", Standing::Back)],
        Phase::Unknown => return ROAD.map(|name| (name, Standing::Doubtful)).to_vec(),
    };
    let of = |place: usize| match place {
        place if place < at => Standing::Done,
        place if place == at => standing,
        _ => Standing::Ahead,
    };
    ROAD.iter().enumerate().map(|(place, name)| (*name, of(place))).collect()
}

/// The steps as a list.
pub(super) fn view(phase: Phase) -> Markup {
    let steps = steps(phase);
    let last = steps.len() - 1;
    html! {
        ol.bv-steps aria-label="How far it has got" {
            @for (place, (name, standing)) in steps.into_iter().enumerate() {
                li.bv-step data-step=(standing.tag()) aria-current=[(standing.is_current() || (phase == Phase::Deployed && place == last)).then_some("step")] {
                    span.bv-step__mark aria-hidden="true" { @if let Some(icon) = standing.icon() { (icon.view()) } }
                    span.bv-step__name { (name) span.bv-unseen { (standing.spoken()) } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Standing, steps};
    use crate::deployed::Phase;

    #[test]
    fn the_steps_before_the_phase_are_done_and_those_after_it_are_to_come() {
        use Standing::{Ahead, Back, Done, Doubtful, Here, Moving};
        let cases = [
            (Phase::Scheduled, vec![Here, Ahead, Ahead, Ahead]),
            (Phase::Merged, vec![Done, Here, Ahead, Ahead]),
            (Phase::OnTestServers, vec![Done, Done, Here, Ahead]),
            (Phase::Deploying, vec![Done, Done, Done, Moving]),
            (Phase::Deployed, vec![Done, Done, Done, Done]),
            (Phase::RolledBack, vec![Done, Back]),
            (Phase::Unknown, vec![Doubtful; 4]),
        ];
        for (phase, expected) in cases {
            let standing: Vec<Standing> = steps(phase).into_iter().map(|(_, standing)| standing).collect();
            assert_eq!(standing, expected, "in {phase:?}");
        }
    }
}
