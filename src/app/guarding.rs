// SPDX-License-Identifier: GPL-2.0-or-later
//! Use case: verify on production, but not before the patch has been seen there, unless the user insists.

use super::looking::Depth;
use super::{App, Problem};
use crate::deployed::{Phase, Progress};
use crate::exchange::{Request, Response, TransportError};
use crate::ports::{Clock, Http, Ports};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// How long the user waits for the look before a run on production, all its requests together.
const PATIENCE: SignedDuration = SignedDuration::from_secs(5);

impl<P: Ports> App<P> {
    pub(super) async fn begin_on_production(&self, gerrit: u64, anyway: bool) -> Result<(), Problem> {
        if !anyway {
            // What stands against the run itself is told before anybody is asked.
            self.tests_to_run(gerrit).await?;
            self.see_everywhere(gerrit).await?;
        }
        self.begin_run(gerrit, true).await
    }

    async fn see_everywhere(&self, gerrit: u64) -> Result<(), Problem> {
        let known = self.inner.borrow().progress.get(&gerrit).map(|progress| progress.phase);
        if known == Some(Phase::Deployed) {
            return Ok(());
        }
        let hurried = Hurried { ports: &self.ports, until: self.ports.now() + PATIENCE };
        let mut seen = self.look_at_patches(&hurried, &BTreeSet::from([gerrit]), Depth::Everything).await;
        let Some(progress) = seen.remove(&gerrit) else { return Err(Problem::Gone) };
        let (before, looked) = {
            let mut inner = self.inner.borrow_mut();
            let before = inner.progress.clone();
            inner.progress.insert(gerrit, progress.clone());
            (before, inner.watch.looked)
        };
        self.progress_changed(&before, looked).await;
        if progress.phase == Phase::Deployed {
            return Ok(());
        }
        Err(Problem::NotDeployed { gerrit, phase: progress.phase, detail: what_is_known(&progress) })
    }
}

/// How far a patch has got and how that is known, as a fragment, with sentences behind it.
fn what_is_known(progress: &Progress) -> String {
    let what = match progress.phase {
        Phase::Scheduled => "its deployment has not begun",
        Phase::Merged => "it is merged",
        Phase::OnTestServers => "it is on the test servers",
        Phase::Deploying => "it is on its way to the whole fleet",
        Phase::Deployed => "it is on the whole fleet",
        Phase::RolledBack => "it was taken back",
        Phase::Unknown => "how far it has got cannot be known",
    };
    let since = progress.since.map(|since| format!(" since {}", since.strftime("%H:%M UTC"))).unwrap_or_default();
    let source = if progress.began.is_some() { "the log's last word is that " } else { "" };
    let mut said = format!("{source}{what}{since}");
    for sentence in progress.disagreement.iter().chain(&progress.gaps) {
        said.push_str(". ");
        said.push_str(sentence.trim_end_matches('.'));
    }
    said
}

/// Sends by the ports, and gives every request only the time that is left.
struct Hurried<'a, P> {
    ports: &'a P,
    until: Timestamp,
}

impl<P: Http + Clock> Http for Hurried<'_, P> {
    async fn send(&self, request: &Request) -> Result<Response, TransportError> {
        let left = self.until.duration_since(self.ports.now()).as_millis();
        match u32::try_from(left) {
            Ok(left) if left > 0 => {
                let timeout_ms = request.timeout_ms.min(left);
                self.ports.send(&Request { timeout_ms, ..request.clone() }).await
            }
            _ => Err(TransportError::Timeout { after_ms: request.timeout_ms.min(5_000) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::what_is_known;
    use crate::deployed::{Phase, Progress};

    fn progress(phase: Phase) -> Progress {
        Progress {
            phase,
            since: None,
            began: None,
            deployer: None,
            servers: None,
            disagreement: None,
            gaps: Vec::new(),
        }
    }

    #[test]
    fn what_is_known_names_the_log_and_the_time_where_it_speaks() {
        let since = Some("2026-08-18T14:05:00Z".parse().unwrap());
        let logged = Progress { since, began: since, ..progress(Phase::OnTestServers) };
        assert_eq!(what_is_known(&logged), "the log's last word is that it is on the test servers since 14:05 UTC");
        assert_eq!(what_is_known(&progress(Phase::Merged)), "it is merged");
    }

    #[test]
    fn disagreement_and_gaps_follow_as_sentences() {
        let disagreement = Some("The log says that it is everywhere, the servers do not have it.".to_owned());
        let gaps = vec!["en.wikipedia.org could not be asked.".to_owned()];
        assert_eq!(
            what_is_known(&Progress { disagreement, gaps, ..progress(Phase::Unknown) }),
            "how far it has got cannot be known. The log says that it is everywhere, the servers do not have it. \
             en.wikipedia.org could not be asked"
        );
    }
}
