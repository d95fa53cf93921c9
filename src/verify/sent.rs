// SPDX-License-Identifier: GPL-2.0-or-later
//! Whether a request left as it was meant to: with our X-Wikimedia-Debug or without any, and with no cookie of that name.
//!
//! Other extensions change headers, and the edge listens to the cookie before the header (repository
//! `operations/puppet`, the text frontend of Varnish). Whoever claims to have answered such a request: it is not the one
//! that was meant.
//!
//! Must not judge where the client does not tell what it sent; who answered decides then.

use super::doubt::Doubt;
use super::outcome::{Outcome, Reason};
use super::plan::{Plan, Target};
use crate::exchange::{Response, Sent};
use url::Url;

/// Makes an outcome inconclusive where what was sent is not what was meant. It explains which server answered, so it
/// takes the place of a doubt about that; a host that asks to slow down, and an answer from elsewhere, stay what they are.
#[must_use]
pub fn weigh_sent(outcome: Outcome, plan: &Plan, target: &Target, response: &Response) -> Outcome {
    let stays = |doubt: &Doubt| doubt.is_too_many_requests() || matches!(doubt, Doubt::LeftSites { .. });
    let wanted = plan.directives(target).map(|directives| directives.value());
    match (doubt_about_sent(wanted.as_deref(), response), &outcome.reason) {
        (Some(_), Some(Reason::Doubt { doubt })) if stays(doubt) => outcome,
        (Some(doubt), _) => Outcome::inconclusive(Reason::Doubt { doubt }, outcome.evidence),
        (None, _) => outcome,
    }
}

/// Why what was sent on the way to this answer proves nothing: every hop counts, since each says where the next one is.
/// `wanted` is the header's value that was meant; `None` where there was to be no header.
pub(super) fn doubt_about_sent(wanted: Option<&str>, response: &Response) -> Option<Doubt> {
    let hops = response.hops.iter().map(|hop| (&hop.url, &hop.sent));
    let mut requests = hops.chain([(&response.url, &response.sent)]);
    requests.find_map(|(url, sent)| doubt_about_request(wanted, url, sent.as_ref()?))
}

fn doubt_about_request(wanted: Option<&str>, url: &str, sent: &Sent) -> Option<Doubt> {
    let host = || Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let cookie = || sent.debug_cookie.clone().map(|value| Doubt::DebugCookie { host: host(), value });
    match (wanted, sent.debug_header.as_deref()) {
        (None, Some(value)) => Some(Doubt::HeaderAdded { value: value.to_owned() }),
        (Some(wanted), None) => Some(Doubt::HeaderRemoved { wanted: wanted.to_owned() }),
        (Some(wanted), Some(sent)) if wanted != sent => {
            Some(Doubt::HeaderChanged { wanted: wanted.to_owned(), sent: sent.to_owned() })
        }
        (None, None) | (Some(_), Some(_)) => cookie(),
    }
}

#[cfg(test)]
mod tests {
    use super::weigh_sent;
    use crate::debug::{Backend, Known, Switch};
    use crate::exchange::{Headers, Hop, Response, Sent};
    use crate::suite::Test;
    use crate::verify::{Doubt, Evidence, Outcome, Plan, Reason, Stage, Subject, Target, Verdict, doubt_of};
    use jiff::Timestamp;

    const OURS: &str = "backend=k8s-mwdebug; log";
    const OTHERS: &str = "backend=k8s-mwdebug-next";
    const COOKIE: &str = "backend%3Dk8s-mwdebug%3Blog";
    const HOST: &str = "en.wikipedia.org";

    fn plan() -> Plan {
        let stage = Stage::mwdebug(Backend::default());
        let mut plan =
            Plan::new("1".into(), Subject::default(), stage, Timestamp::UNIX_EPOCH, vec![Test::default()], 1);
        plan.switches = [Switch::Log].into();
        plan
    }

    fn debug() -> Target {
        Target::Debug { backend: Backend::default() }
    }

    fn sent(header: Option<&str>, cookie: Option<&str>) -> Sent {
        Sent { debug_header: header.map(Into::into), debug_cookie: cookie.map(Into::into) }
    }

    fn response(sent: Option<Sent>) -> Response {
        Response { url: format!("https://{HOST}/wiki/X"), status: 200, sent, ..Response::default() }
    }

    fn outcome(verdict: Verdict, reason: Option<Reason>) -> Outcome {
        Outcome {
            verdict,
            reason,
            assertions: Vec::new(),
            evidence: Evidence { status: Some(200), ..Evidence::default() },
        }
    }

    fn added() -> Doubt {
        Doubt::HeaderAdded { value: OTHERS.into() }
    }

    fn cookie() -> Doubt {
        Doubt::DebugCookie { host: HOST.into(), value: COOKIE.into() }
    }

    #[test]
    fn an_answer_to_another_request_than_was_meant_proves_nothing_whoever_gave_it() {
        let changed = |sent: &str| Doubt::HeaderChanged { wanted: OURS.into(), sent: sent.into() };
        let removed = || Doubt::HeaderRemoved { wanted: OURS.into() };
        let both = format!("{OURS}, {OTHERS}");
        for (target, header, along, expected) in [
            (Target::Production, None, None, None),
            (Target::Baseline, None, None, None),
            (debug(), Some(OURS), None, None),
            (Target::Production, Some(OTHERS), None, Some(added())),
            (Target::Baseline, Some(OTHERS), None, Some(added())),
            (Target::Production, Some(OURS), None, Some(Doubt::HeaderAdded { value: OURS.into() })),
            (Target::Production, Some(""), None, Some(Doubt::HeaderAdded { value: String::new() })),
            (Target::Production, None, Some(COOKIE), Some(cookie())),
            (Target::Baseline, None, Some(COOKIE), Some(cookie())),
            (Target::Production, Some(OTHERS), Some(COOKIE), Some(added())),
            (debug(), None, None, Some(removed())),
            (debug(), None, Some(COOKIE), Some(removed())),
            (debug(), Some(OTHERS), None, Some(changed(OTHERS))),
            (debug(), Some("backend=k8s-mwdebug"), None, Some(changed("backend=k8s-mwdebug"))),
            (debug(), Some(&both), None, Some(changed(&both))),
            // Also one that names the same backend: the edge follows the cookie, directives and all.
            (debug(), Some(OURS), Some(COOKIE), Some(cookie())),
        ] {
            for (verdict, reason) in [(Verdict::Pass, None), (Verdict::Fail, Some(Reason::Assertion { at: 0 }))] {
                let before = outcome(verdict, reason);
                let weighed = weigh_sent(before.clone(), &plan(), &target, &response(Some(sent(header, along))));
                let after = match expected.clone() {
                    Some(doubt) => outcome(Verdict::Inconclusive, Some(Reason::Doubt { doubt })),
                    None => before,
                };
                assert_eq!(weighed, after, "{target:?} {header:?} {along:?}");
            }
        }
    }

    #[test]
    fn where_the_client_does_not_tell_what_it_sent_the_outcome_stays() {
        for target in [Target::Production, Target::Baseline, debug()] {
            let before = outcome(Verdict::Pass, None);
            assert_eq!(weigh_sent(before.clone(), &plan(), &target, &response(None)), before);
        }
    }

    #[test]
    fn every_hop_counts() {
        let hop =
            Hop { url: "https://de.wikipedia.org/".into(), sent: Some(sent(None, Some(COOKIE))), ..Hop::default() };
        let redirected = Response { hops: vec![hop], ..response(Some(sent(None, None))) };
        let weighed = weigh_sent(outcome(Verdict::Pass, None), &plan(), &Target::Production, &redirected);
        let doubt = Doubt::DebugCookie { host: "de.wikipedia.org".into(), value: COOKIE.into() };
        assert_eq!(weighed.reason, Some(Reason::Doubt { doubt }));
    }

    #[test]
    fn it_explains_another_doubt_but_not_a_host_that_wants_rest_nor_an_answer_from_elsewhere() {
        let elsewhere = Doubt::LeftSites { url: "https://example.org/".into() };
        for (before, after) in [
            (Doubt::DebugAnswered { server: "mw-debug.eqiad.next-a-b".into() }, added()),
            (Doubt::UnknownServer { server: "nginx".into(), status: 200 }, added()),
            (Doubt::TooManyRequests, Doubt::TooManyRequests),
            (Doubt::RetryAfter { seconds: 5 }, Doubt::RetryAfter { seconds: 5 }),
            (elsewhere.clone(), elsewhere),
        ] {
            let before = outcome(Verdict::Inconclusive, Some(Reason::Doubt { doubt: before }));
            let response = response(Some(sent(Some(OTHERS), None)));
            let weighed = weigh_sent(before, &plan(), &Target::Production, &response);
            assert_eq!(weighed, outcome(Verdict::Inconclusive, Some(Reason::Doubt { doubt: after })));
        }
    }

    #[test]
    fn what_our_own_questions_sent_counts_too() {
        let server = |name: &str| Headers::from_iter([("server", name), ("x-cache-status", "pass")]);
        let (production, pod) = ("mw-web.eqiad.main-a-b", "mw-debug.eqiad.pinkunicorn-a-b");
        for (target, name, header, expected) in [
            (Target::Production, production, None, None),
            (Target::Production, production, Some(OTHERS), Some(added())),
            (debug(), pod, Some("backend=k8s-mwdebug"), None),
            (debug(), pod, None, Some(Doubt::HeaderRemoved { wanted: "backend=k8s-mwdebug".into() })),
        ] {
            let response = Response { headers: server(name), ..response(Some(sent(header, None))) };
            assert_eq!(doubt_of(&target, &response, &Known::default()), expected);
        }
    }

    #[test]
    fn each_says_what_happened_and_what_to_do() {
        for (doubt, what, next) in [
            (
                added(),
                "X-Wikimedia-Debug <backend=k8s-mwdebug-next> went out with the request, set by another extension",
                "Switch WikimediaDebug off, or the extension that sets this header, then verify again.",
            ),
            (
                Doubt::HeaderRemoved { wanted: OURS.into() },
                "the request left without X-Wikimedia-Debug <backend=k8s-mwdebug; log>: another extension removed it",
                "Switch off the extension that changes this header, such as WikimediaDebug, then verify again.",
            ),
            (
                cookie(),
                "a cookie X-Wikimedia-Debug <backend%3Dk8s-mwdebug%3Blog> went along with the request",
                "Delete it: open https://en.wikipedia.org, press F12, choose Application (Chromium) or Storage \
                 (Firefox), then Cookies; delete X-Wikimedia-Debug there, then verify again.",
            ),
        ] {
            assert_eq!((doubt.to_string().as_str(), doubt.next_step().as_ref()), (what, next));
        }
    }
}
