// SPDX-License-Identifier: GPL-2.0-or-later
//! Where the servers' own record of a failed request is found.
//!
//! Must not open anything: who follows the link signs in there.

use crate::verify::{MediaWikiFailure, Outcome, Reason};

/// Wikimedia's dashboard of MediaWiki's errors (the one that repository `mediawiki/tools/scap` links to in
/// `spiderpig`), asked for one request as repository `performance/WikimediaDebug` asks its own.
const DASHBOARD: &str = "https://logstash.wikimedia.org/app/dashboards#/view/mediawiki-errors";

/// The link to what the servers logged of the request behind `outcome`: where a server failed and the answer told the
/// request's id.
#[must_use]
pub fn logstash_link(outcome: &Outcome) -> Option<String> {
    let is_logged = matches!(
        outcome.reason,
        Some(
            Reason::BadStatus { status: 500.. }
                | Reason::MediaWiki { failure: MediaWikiFailure::FatalException { .. } }
        )
    ) || outcome.evidence.status.is_some_and(|status| status >= 500);
    let id = outcome.evidence.request_id.as_deref().filter(|_| is_logged)?;
    // What a server sent goes into a link only where it can be nothing but an id.
    let is_id = (8..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_id.then(|| {
        format!(
            "{DASHBOARD}?_g=(time:(from:now-1h,mode:quick,to:now))\
             &_a=(query:(query_string:(query:%27reqId:%22{id}%22%27)))"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::logstash_link;
    use crate::verify::{Evidence, MediaWikiFailure, Outcome, Reason, Verdict};

    fn outcome(reason: Reason, status: u16, request_id: Option<&str>) -> Outcome {
        let request_id = request_id.map(str::to_owned);
        let evidence = Evidence { status: Some(status), request_id, ..Evidence::default() };
        Outcome { verdict: Verdict::Fail, reason: Some(reason), assertions: Vec::new(), evidence }
    }

    #[test]
    fn a_servers_failure_is_looked_up_by_the_requests_id() {
        let fatal = MediaWikiFailure::FatalException { class: None };
        let id = Some("5a1c7b0e-2f7d-4a55-9a7e-0c4c8d1b2e3f");
        for failed in [
            outcome(Reason::BadStatus { status: 503 }, 503, id),
            outcome(Reason::MediaWiki { failure: fatal }, 200, id),
            outcome(Reason::Assertion { at: 0 }, 500, id),
        ] {
            assert_eq!(
                logstash_link(&failed).as_deref(),
                Some(
                    "https://logstash.wikimedia.org/app/dashboards#/view/mediawiki-errors\
                     ?_g=(time:(from:now-1h,mode:quick,to:now))\
                     &_a=(query:(query_string:(query:%27reqId:%225a1c7b0e-2f7d-4a55-9a7e-0c4c8d1b2e3f%22%27)))"
                )
            );
        }
    }

    #[test]
    fn there_is_no_link_without_a_failure_or_an_id() {
        let id = Some("5a1c7b0e-2f7d-4a55-9a7e-0c4c8d1b2e3f");
        for outcome in [
            outcome(Reason::Assertion { at: 0 }, 200, id),
            outcome(Reason::BadStatus { status: 404 }, 404, id),
            outcome(Reason::BadStatus { status: 500 }, 500, None),
            outcome(Reason::BadStatus { status: 500 }, 500, Some("5a1c\") or (\"")),
            outcome(Reason::BadStatus { status: 500 }, 500, Some("")),
        ] {
            assert_eq!(logstash_link(&outcome), None, "{outcome:?}");
        }
    }
}
