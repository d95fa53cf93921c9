// SPDX-License-Identifier: GPL-2.0-or-later
//! How far a patch has got, from what Gerrit, the servers and the log say. Where they disagree, that is said.

use super::Deployment;
use crate::change::{Change, ChangeStatus};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How far a patch has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It stands on the calendar; nothing has happened.
    Scheduled,
    /// Gerrit has merged it, or scap has begun; no server is known to run it.
    Merged,
    /// The test servers run it.
    OnTestServers,
    /// It is on its way to the whole fleet.
    Deploying,
    /// The whole fleet runs it.
    Deployed,
    /// It was taken back.
    RolledBack,
    /// It cannot be known.
    Unknown,
}

/// Whether a server has a patch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Runs {
    /// Its commit contains it.
    Yes,
    /// Its commit does not.
    No,
    /// It cannot be known.
    Unknown {
        /// Why, as a fragment.
        why: String,
    },
}

/// What the servers of one wiki run, asked at the same time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Servers {
    /// The wiki's host.
    pub host: String,
    /// The test servers (asked with X-Wikimedia-Debug).
    pub debug: Runs,
    /// Production (asked without).
    pub production: Runs,
}

/// How far a patch has got, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// How far.
    pub phase: Phase,
    /// Since when, UTC, where the log says.
    pub since: Option<Timestamp>,
    /// When the deployment began, UTC, where the log says; it names the deployment.
    pub began: Option<Timestamp>,
    /// Who deploys, where the log says.
    pub deployer: Option<String>,
    /// What the servers say; `None` when they were not asked.
    pub servers: Option<Servers>,
    /// Where two sources say different things: a sentence.
    pub disagreement: Option<String>,
    /// What could not be asked or read, a sentence each.
    pub gaps: Vec<String>,
}

/// What the servers that answered say, taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Evidence {
    /// Production runs it.
    Production,
    /// The test servers run it, production does not.
    TestServers,
    /// The test servers run it; of production it is not known.
    AtLeastTestServers,
    /// Neither runs it.
    Nowhere,
    /// Production does not run it; of the test servers it is not known.
    NotProduction,
    /// The test servers do not run it; of production it is not known.
    NotTestServers,
    /// Nothing is known.
    Nothing,
}

impl Evidence {
    const fn of(servers: &Servers) -> Self {
        match (&servers.debug, &servers.production) {
            (_, Runs::Yes) => Self::Production,
            (Runs::Yes, Runs::No) => Self::TestServers,
            (Runs::Yes, Runs::Unknown { .. }) => Self::AtLeastTestServers,
            (Runs::No, Runs::No) => Self::Nowhere,
            (Runs::Unknown { .. }, Runs::No) => Self::NotProduction,
            (Runs::No, Runs::Unknown { .. }) => Self::NotTestServers,
            (Runs::Unknown { .. }, Runs::Unknown { .. }) => Self::Nothing,
        }
    }
}

/// Puts together what is known of a patch. `log` and `servers` are `Err` with a fragment where they could not be read,
/// `Ok(None)` where the log does not name the change, or no wiki was asked.
///
/// | log | production runs it | only the test servers do | neither does | not known |
/// | --- | --- | --- | --- | --- |
/// | does not name it | deployed | on the test servers | Gerrit's | Gerrit's |
/// | merged | being deployed ≠ | on the test servers | merged | merged |
/// | on the test servers | being deployed ≠ | on the test servers | merged ≠ | on the test servers |
/// | being deployed | being deployed | being deployed | merged ≠ | being deployed |
/// | deployed | deployed | on the test servers ≠ | merged ≠ | deployed |
/// | rolled back | rolled back ≠ | rolled back ≠ | rolled back | rolled back |
/// | unknown | unknown ≠ | on the test servers | merged | unknown |
/// | could not be read | deployed | on the test servers | Gerrit's | unknown |
///
/// ≠ is a disagreement. There the phase is the one less far; a server that runs the patch before the log says so makes
/// it no less than being deployed, and never deployed. Where one of the two servers did not tell, the other is held
/// against the log alone. Where production runs it and the test servers do not, that too is a disagreement.
///
/// Gerrit's: merged or scheduled, as its status says; unknown where the sources that were to tell could not be read.
/// An open change is scheduled as soon as the log was read, since scap merges before all else. Open in Gerrit and on a
/// server is a disagreement too; the change is scheduled unless the log has seen it.
#[must_use]
pub fn progress_of(
    change: Option<&Change>,
    log: Result<Option<&Deployment>, &str>,
    servers: Result<Option<&Servers>, &str>,
) -> Progress {
    let told = servers.ok().flatten();
    let deployment = log.ok().flatten();
    let evidence = told.map_or(Evidence::Nothing, Evidence::of);
    let open = change.is_some_and(|change| change.status == ChangeStatus::New);
    let in_vain = servers.is_err() || (told.is_some() && evidence == Evidence::Nothing);
    let seen = matches!(evidence, Evidence::Production | Evidence::TestServers | Evidence::AtLeastTestServers);

    let (mut phase, mut disagreement) = match deployment {
        Some(deployment) => with_log(deployment.phase, evidence),
        None => (without_log(change, log.is_ok(), in_vain, evidence), None),
    };
    if let (Some(Servers { debug: Runs::No, production: Runs::Yes, .. }), None) = (told, &disagreement) {
        disagreement = Some(PRODUCTION_ALONE.to_owned());
    }
    if open && seen && disagreement.is_none() {
        disagreement = Some(OPEN_BUT_SEEN.to_owned());
        if deployment.is_none() {
            phase = Phase::Scheduled;
        }
    }
    Progress {
        phase,
        since: deployment.filter(|deployment| deployment.phase == phase).map(|deployment| deployment.at),
        began: deployment.map(|deployment| deployment.began),
        deployer: deployment.map(|deployment| deployment.deployer.clone()),
        servers: told.cloned(),
        disagreement,
        gaps: gaps(change, log.err(), servers),
    }
}

const PRODUCTION_ALONE: &str = "The production server that answered runs the patch, but the test server that answered \
     does not. Verify again in a minute or ask the deployer.";
const OPEN_BUT_SEEN: &str =
    "Gerrit says that the change is not merged, but a server that answered runs it. Refresh to ask Gerrit again.";

/// The phase where the log names the change, and where the servers disagree with it.
fn with_log(log: Phase, evidence: Evidence) -> (Phase, Option<String>) {
    let production_lacks_it = matches!(evidence, Evidence::TestServers | Evidence::Nowhere | Evidence::NotProduction);
    let debug_lacks_it = matches!(evidence, Evidence::Nowhere | Evidence::NotTestServers);
    let (phase, sentence) = match (log, evidence) {
        (Phase::RolledBack, Evidence::Production) => (
            log,
            "The log says that the deployment was rolled back, but the production server that answered still runs the \
             patch. Ask the deployer.",
        ),
        (Phase::RolledBack, Evidence::TestServers | Evidence::AtLeastTestServers) => (
            log,
            "The log says that the deployment was rolled back, but the test server that answered still runs the patch. \
             Wait a minute or ask the deployer.",
        ),
        (Phase::Unknown, Evidence::Production) => (
            log,
            "The log says that the deployment was broken off, but the production server that answered runs the patch. \
             Others may not: ask the deployer.",
        ),
        (Phase::Scheduled | Phase::Merged | Phase::OnTestServers, Evidence::Production) => (
            Phase::Deploying,
            "The log does not say that the deployment to all servers began, but the production server that answered \
             runs the patch. Wait until the log says that it has finished.",
        ),
        (Phase::Deployed, _) if debug_lacks_it => (
            Phase::Merged,
            "The log says that the deployment has finished, but the server that answered does not run the patch. \
             Verify again in a minute or ask the deployer.",
        ),
        (Phase::Deployed, _) if production_lacks_it => (
            Phase::OnTestServers,
            "The log says that the deployment has finished, but the production server that answered does not run the \
             patch. Verify again in a minute or ask the deployer.",
        ),
        (Phase::OnTestServers | Phase::Deploying, _) if debug_lacks_it => (
            Phase::Merged,
            "The log says that the patch is on the test servers, but the test server that answered does not run it. \
             Wait a minute or ask the deployer.",
        ),
        (Phase::Scheduled | Phase::Merged | Phase::Unknown, Evidence::TestServers | Evidence::AtLeastTestServers) => {
            return (Phase::OnTestServers, None);
        }
        (Phase::Unknown, Evidence::Nowhere | Evidence::NotTestServers) => return (Phase::Merged, None),
        _ => return (log, None),
    };
    (phase, Some(sentence.to_owned()))
}

/// The phase where the log does not name the change, or was not read. `in_vain`: servers were asked and did not tell.
fn without_log(change: Option<&Change>, log_read: bool, in_vain: bool, evidence: Evidence) -> Phase {
    let by_gerrit = change.map_or(Phase::Unknown, |change| match change.status {
        ChangeStatus::Merged => Phase::Merged,
        ChangeStatus::New | ChangeStatus::Abandoned => Phase::Scheduled,
    });
    match evidence {
        Evidence::Production => Phase::Deployed,
        Evidence::TestServers | Evidence::AtLeastTestServers => Phase::OnTestServers,
        // The test servers come first.
        Evidence::Nowhere | Evidence::NotTestServers => by_gerrit,
        Evidence::NotProduction if log_read => by_gerrit,
        Evidence::Nothing if log_read && (!in_vain || by_gerrit == Phase::Scheduled) => by_gerrit,
        Evidence::NotProduction | Evidence::Nothing => Phase::Unknown,
    }
}

/// What could not be asked or read.
fn gaps(change: Option<&Change>, log: Option<&str>, servers: Result<Option<&Servers>, &str>) -> Vec<String> {
    let mut gaps = Vec::new();
    if change.is_none() {
        gaps.push("Gerrit did not say whether the change is merged.".to_owned());
    }
    gaps.extend(log.map(|why| sentence("The Server Admin Log could not be read", why)));
    match servers {
        Err(why) => gaps.push(sentence("The servers could not be asked", why)),
        Ok(None) => {}
        Ok(Some(Servers { host, debug, production })) => {
            for (which, runs) in [("test server", debug), ("production server", production)] {
                if let Runs::Unknown { why } = runs {
                    gaps.push(sentence(&format!("It is not known what the {which} of {host} runs"), why));
                }
            }
        }
    }
    gaps
}

fn sentence(what: &str, why: &str) -> String {
    format!("{what}: {}.", why.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::{OPEN_BUT_SEEN, PRODUCTION_ALONE, Phase, Progress, Runs, Servers, progress_of};
    use crate::change::{Change, ChangeStatus};
    use crate::deployed::Deployment;
    use jiff::Timestamp;

    fn minute(minute: u8) -> Timestamp {
        format!("2026-08-17T13:{minute:02}:00Z").parse().unwrap()
    }

    fn change(status: ChangeStatus) -> Change {
        Change {
            number: 1_330_001,
            project: "operations/mediawiki-config".into(),
            branch: "master".into(),
            change_id: "I0000000000000000000000000000000000000001".into(),
            subject: "Add the group".into(),
            status,
            owner: None,
            work_in_progress: false,
            mergeable: None,
            votes: vec![],
            submitted: None,
            reverts: None,
            revision: None,
        }
    }

    fn deployment(phase: Phase) -> Deployment {
        Deployment { phase, at: minute(8), began: minute(2), deployer: "deployer".into(), together_with: vec![] }
    }

    /// `y`, `n` or `?` of the test servers and of production.
    fn servers(letters: &str) -> Servers {
        let runs = |place: usize| match letters.chars().nth(place) {
            Some('y') => Runs::Yes,
            Some('n') => Runs::No,
            _ => Runs::Unknown { why: "it has no deployment-info".into() },
        };
        Servers { host: "en.wikipedia.org".into(), debug: runs(0), production: runs(1) }
    }

    fn progress(status: ChangeStatus, log: Option<Phase>, told: &str) -> Progress {
        let (log, told) = (log.map(deployment), (!told.is_empty()).then(|| servers(told)));
        progress_of(Some(&change(status)), Ok(log.as_ref()), Ok(told.as_ref()))
    }

    #[test]
    fn log_and_servers_together_give_the_phase_and_their_disagreement() {
        use Phase::{Deployed, Deploying, Merged, OnTestServers, RolledBack, Unknown};
        const ANSWERS: [&str; 10] = ["yy", "?y", "yn", "y?", "nn", "n?", "?n", "??", "", "ny"];
        for (log, expected) in [
            // Upper case: with a disagreement. d deployed, e being deployed, t test servers, m merged, b back, u unknown.
            (None, "dd tt mm mum D"),
            (Some(Merged), "EE tt mm mmm E"),
            (Some(OnTestServers), "EE tt MM ttt E"),
            (Some(Deploying), "ee ee MM eee E"),
            (Some(Deployed), "dd Td MM Tdd D"),
            (Some(RolledBack), "BB BB bb bbb B"),
            (Some(Unknown), "UU tt mm uuu U"),
        ] {
            for (told, letter) in ANSWERS.iter().zip(expected.chars().filter(|letter| *letter != ' ')) {
                let progress = progress(ChangeStatus::Merged, log, told);
                let phase = match letter.to_ascii_lowercase() {
                    'd' => Deployed,
                    'e' => Deploying,
                    't' => OnTestServers,
                    'm' => Merged,
                    'b' => RolledBack,
                    _ => Unknown,
                };
                assert_eq!(progress.phase, phase, "log {log:?}, servers <{told}>");
                let disagrees = progress.disagreement.is_some();
                assert_eq!(disagrees, letter.is_uppercase(), "log {log:?}, servers <{told}>: {progress:?}");
            }
        }
    }

    #[test]
    fn without_log_and_servers_gerrit_tells_only_what_it_can_know() {
        use ChangeStatus::{Abandoned, Merged, New};
        let unread: Result<Option<&Deployment>, &str> = Err("it answered with status <502>");
        let (silent, unasked) = (Ok(None), Ok(None));
        let failed: Result<Option<&Servers>, &str> = Err("there was no answer");
        let vain = servers("??");
        for (status, log, servers, expected) in [
            (Some(New), silent, unasked, Phase::Scheduled),
            (Some(Abandoned), silent, unasked, Phase::Scheduled),
            (Some(Merged), silent, unasked, Phase::Merged),
            (None, silent, unasked, Phase::Unknown),
            (Some(New), silent, failed, Phase::Scheduled),
            (Some(New), silent, Ok(Some(&vain)), Phase::Scheduled),
            (Some(Merged), silent, failed, Phase::Unknown),
            (Some(Merged), silent, Ok(Some(&vain)), Phase::Unknown),
            (Some(New), unread, unasked, Phase::Unknown),
            (Some(Merged), unread, unasked, Phase::Unknown),
            (Some(Merged), unread, failed, Phase::Unknown),
        ] {
            let change = status.map(change);
            let progress = progress_of(change.as_ref(), log, servers);
            assert_eq!(progress.phase, expected, "{status:?}, {log:?}, {servers:?}");
        }
    }

    #[test]
    fn servers_alone_tell_as_much_as_they_know() {
        use ChangeStatus::{Merged, New};
        for (told, status, expected) in [
            ("yy", Merged, Phase::Deployed),
            ("yn", Merged, Phase::OnTestServers),
            ("nn", Merged, Phase::Merged),
            ("nn", New, Phase::Scheduled),
            ("n?", Merged, Phase::Merged),
            ("?n", Merged, Phase::Unknown),
        ] {
            let progress = progress_of(Some(&change(status)), Err("it is down"), Ok(Some(&servers(told))));
            assert_eq!((progress.phase, progress.disagreement), (expected, None), "{told}, {status:?}");
        }
    }

    #[test]
    fn an_open_change_on_a_server_is_a_disagreement() {
        let said = |log, told| {
            let progress = progress(ChangeStatus::New, log, told);
            (progress.phase, progress.disagreement)
        };
        let told = Some(OPEN_BUT_SEEN.to_owned());
        assert_eq!(said(None, "yn"), (Phase::Scheduled, told.clone()));
        assert_eq!(said(None, "yy"), (Phase::Scheduled, told.clone()));
        assert_eq!(said(Some(Phase::OnTestServers), "yn"), (Phase::OnTestServers, told));
        assert_eq!(said(Some(Phase::OnTestServers), ""), (Phase::OnTestServers, None));
    }

    #[test]
    fn each_disagreement_says_both_sides_and_what_to_do() {
        let said = |log, told| progress(ChangeStatus::Merged, Some(log), told).disagreement.unwrap();
        for (log, told, expected) in [
            (
                Phase::Deployed,
                "yn",
                "The log says that the deployment has finished, but the production server that answered does not run \
                 the patch. Verify again in a minute or ask the deployer.",
            ),
            (
                Phase::Deployed,
                "nn",
                "The log says that the deployment has finished, but the server that answered does not run the patch. \
                 Verify again in a minute or ask the deployer.",
            ),
            (
                Phase::OnTestServers,
                "nn",
                "The log says that the patch is on the test servers, but the test server that answered does not run \
                 it. Wait a minute or ask the deployer.",
            ),
            (
                Phase::RolledBack,
                "yn",
                "The log says that the deployment was rolled back, but the test server that answered still runs the \
                 patch. Wait a minute or ask the deployer.",
            ),
            (
                Phase::RolledBack,
                "yy",
                "The log says that the deployment was rolled back, but the production server that answered still runs \
                 the patch. Ask the deployer.",
            ),
            (Phase::Deployed, "ny", PRODUCTION_ALONE),
        ] {
            assert_eq!(said(log, told), expected, "{log:?}, {told}");
        }
    }

    #[test]
    fn the_log_gives_deployer_and_times() {
        let told = |log, told| {
            let progress = progress(ChangeStatus::Merged, log, told);
            (progress.since, progress.began, progress.deployer)
        };
        let deployer = || Some("deployer".to_owned());
        assert_eq!(told(Some(Phase::Deployed), "yy"), (Some(minute(8)), Some(minute(2)), deployer()));
        // Since when it is so, the log cannot say where it says something else.
        assert_eq!(told(Some(Phase::Deployed), "yn"), (None, Some(minute(2)), deployer()));
        assert_eq!(told(None, "yy"), (None, None, None));
    }

    #[test]
    fn each_source_that_does_not_tell_is_a_gap() {
        let all = progress_of(None, Err("it answered with status <502>"), Err("there was no answer."));
        assert_eq!(
            all.gaps,
            [
                "Gerrit did not say whether the change is merged.",
                "The Server Admin Log could not be read: it answered with status <502>.",
                "The servers could not be asked: there was no answer.",
            ]
        );
        assert_eq!(
            progress(ChangeStatus::Merged, None, "y?").gaps,
            ["It is not known what the production server of en.wikipedia.org runs: it has no deployment-info."]
        );
        assert_eq!(progress(ChangeStatus::New, None, "").gaps, [""; 0]);
    }
}
