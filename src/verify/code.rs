// SPDX-License-Identifier: GPL-2.0-or-later
//! Whether the servers that answered run the patch that is verified.
//!
//! A test server has a patch once scap has synced it there, production once the fleet has it. Before that neither a pass
//! nor a fail says anything of the patch, and afterwards production no longer shows how it was without.

use super::doubt::{Doubt, Side};
use super::outcome::{CodeSeen, Outcome, Reason, Verdict};
use super::plan::Target;
use crate::deployed::Runs;

/// Holds an outcome against the code that the servers of `target` have for the wiki at `host`. What was inconclusive
/// stays as it is, and so does what came from servers of which it is not known what they have.
#[must_use]
pub fn weigh_code(mut outcome: Outcome, target: &Target, host: &str, seen: CodeSeen) -> Outcome {
    let doubt = doubt_about(target, host, &seen);
    outcome.evidence.code = Some(seen);
    match doubt {
        Some(doubt) if outcome.verdict != Verdict::Inconclusive => {
            Outcome::inconclusive(Reason::Doubt { doubt }, outcome.evidence)
        }
        _ => outcome,
    }
}

fn doubt_about(target: &Target, host: &str, seen: &CodeSeen) -> Option<Doubt> {
    let (host, running) = (host.to_owned(), seen.commit.clone().unwrap_or_default());
    match (target, &seen.runs) {
        (Target::Debug { .. }, Runs::No) => Some(Doubt::PatchNotThere { host, side: Side::TestServers, running }),
        (Target::Production, Runs::No) => Some(Doubt::PatchNotThere { host, side: Side::Production, running }),
        (Target::Baseline, Runs::Yes) => Some(Doubt::PatchThereAlready { host, running }),
        (_, Runs::Yes | Runs::No | Runs::Unknown { .. }) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::weigh_code;
    use crate::debug::Backend;
    use crate::deployed::Runs;
    use crate::verify::{CodeSeen, Doubt, Evidence, Outcome, Reason, Side, Target, Verdict};

    const HOST: &str = "en.wikipedia.org";
    const RUNNING: &str = "1111111111111111111111111111111111111111";

    fn outcome(verdict: Verdict) -> Outcome {
        let reason = (verdict != Verdict::Pass).then_some(Reason::Assertion { at: 0 });
        let evidence = Evidence { status: Some(200), ..Evidence::default() };
        Outcome { verdict, reason, assertions: Vec::new(), evidence }
    }

    fn seen(runs: Runs) -> CodeSeen {
        CodeSeen { runs, commit: Some(RUNNING.into()) }
    }

    fn unknown() -> Runs {
        Runs::Unknown { why: "no answer".into() }
    }

    fn debug() -> Target {
        Target::Debug { backend: Backend::default() }
    }

    #[test]
    fn what_servers_with_the_wrong_code_answer_is_neither_a_pass_nor_a_fail() {
        let not_on = |side| Doubt::PatchNotThere { host: HOST.into(), side, running: RUNNING.into() };
        for (target, runs, doubt) in [
            (debug(), Runs::No, not_on(Side::TestServers)),
            (Target::Production, Runs::No, not_on(Side::Production)),
            (Target::Baseline, Runs::Yes, Doubt::PatchThereAlready { host: HOST.into(), running: RUNNING.into() }),
        ] {
            for verdict in [Verdict::Pass, Verdict::Fail] {
                let weighed = weigh_code(outcome(verdict), &target, HOST, seen(runs.clone()));
                assert_eq!(weighed.verdict, Verdict::Inconclusive);
                assert_eq!(weighed.reason, Some(Reason::Doubt { doubt: doubt.clone() }));
                assert_eq!(weighed.evidence.status, Some(200));
                assert_eq!(weighed.evidence.code, Some(seen(runs.clone())));
            }
        }
    }

    #[test]
    fn the_right_code_and_code_that_is_not_known_leave_the_verdict_and_are_in_the_evidence() {
        for (target, runs) in [
            (debug(), Runs::Yes),
            (Target::Production, Runs::Yes),
            (Target::Baseline, Runs::No),
            (debug(), unknown()),
            (Target::Production, unknown()),
            (Target::Baseline, unknown()),
        ] {
            for verdict in [Verdict::Pass, Verdict::Fail] {
                let weighed = weigh_code(outcome(verdict), &target, HOST, seen(runs.clone()));
                assert_eq!((weighed.verdict, weighed.reason), (verdict, outcome(verdict).reason));
                assert_eq!(weighed.evidence.code, Some(seen(runs.clone())));
            }
        }
    }

    #[test]
    fn a_doubt_that_was_there_before_stays() {
        let before = Outcome::inconclusive(Reason::NoAssertion, Evidence::default());
        let weighed = weigh_code(before, &debug(), HOST, seen(Runs::No));
        assert_eq!(weighed.reason, Some(Reason::NoAssertion));
        assert_eq!(weighed.evidence.code, Some(seen(Runs::No)));
    }

    #[test]
    fn a_server_without_the_patch_is_named_with_its_commit_and_what_to_wait_for() {
        for (side, what, next) in [
            (
                Side::TestServers,
                "the patch is not on the test servers: en.wikipedia.org runs commit 1111111111 there",
                "Wait until the channel says that it is synced to the testservers, then verify again.",
            ),
            (
                Side::Production,
                "the patch is not on production: en.wikipedia.org runs commit 1111111111 there",
                "Wait until the deployment is finished, then verify again; after a rollback there is nothing to verify.",
            ),
        ] {
            let doubt = Doubt::PatchNotThere { host: HOST.into(), side, running: RUNNING.into() };
            assert_eq!(doubt.to_string(), what);
            assert_eq!(doubt.next_step(), next);
        }
    }
}
