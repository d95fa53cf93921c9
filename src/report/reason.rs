// SPDX-License-Identifier: GPL-2.0-or-later
//! Why an outcome is no pass, in words: for the tester, and for everybody.
//!
//! Must not quote a page: what it says of a failure is the assertion and where it was not met.

use super::clean::quoted;
use super::discreet::{speaks_of_private_field, without_addresses};
use crate::exchange::{Session, TransportError};
use crate::suite::Test;
use crate::verify::{Doubt, Outcome, Reason};
use std::borrow::Cow;

/// Why the outcome of `test` is no pass, fit for a public channel; `None` for a pass.
///
/// A cookie's value, what the client says of the network it is in, an address of the network, and where a request led that
/// was sent as the tester stay out beside what stays out of every report.
pub(super) fn reason_in_public(outcome: &Outcome, test: &Test) -> Option<String> {
    let private = test.session == Session::Mine;
    let said = match outcome.reason.as_ref()? {
        Reason::Doubt { doubt: Doubt::DebugCookie { .. } } => "a cookie X-Wikimedia-Debug went along".to_owned(),
        Reason::Doubt { doubt: Doubt::LeftSites { .. } } if private => {
            "a redirect led away from the Wikimedia sites".to_owned()
        }
        Reason::Transport { error } => match error {
            TransportError::Name { .. } => "its name could not be looked up".to_owned(),
            TransportError::Refused { .. } => "the connection was refused".to_owned(),
            TransportError::Tls { .. } => "its certificate was not trusted".to_owned(),
            TransportError::Broken { .. } => "the answer broke off".to_owned(),
            TransportError::Network { .. } => "it could not be reached".to_owned(),
            TransportError::Timeout { .. }
            | TransportError::NotPermitted { .. }
            | TransportError::FieldNotSendable { .. } => error.to_string(),
        },
        _ => in_short(outcome, private)?,
    };
    Some(quoted(&without_addresses(&said)))
}

fn in_short(outcome: &Outcome, private: bool) -> Option<String> {
    Some(match outcome.reason.as_ref()? {
        Reason::Assertion { .. } => {
            let broken = outcome.broken_assertion()?;
            let actual = if broken.assertion.of.is_in_body() { unquoted(&broken.actual) } else { &broken.actual };
            if private || actual.is_empty() || speaks_of_private_field(&broken.assertion) {
                broken.expected.clone()
            } else {
                format!("{}: {actual}", broken.expected)
            }
        }
        Reason::Transport { error } => error.to_string(),
        Reason::BadStatus { status } => format!("status {status}, of which the test says nothing"),
        Reason::MediaWiki { failure } => failure.to_string(),
        Reason::NoAssertion => "the test has no assertion".into(),
        Reason::Doubt { doubt } => doubt.to_string(),
    })
}

/// What was there without what is quoted of the page: that stands behind the first `<`. A count is no quote.
fn unquoted(actual: &str) -> &str {
    let (told, quoted) = actual.split_once('<').unwrap_or((actual, ""));
    let count =
        quoted.split_once('>').filter(|(count, _)| told.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit()));
    count.map_or_else(|| told.trim_end_matches([' ', ':', ',', ';']), |(count, _)| count)
}

/// Why an outcome is no pass, as one sentence for people, with what to do next; `None` for a pass.
#[must_use]
pub fn reason_in_words(outcome: &Outcome) -> Option<String> {
    let reason = outcome.reason.as_ref()?;
    let what = in_short(outcome, false)?;
    let step: Cow<'static, str>;
    let next = match reason {
        Reason::Assertion { .. } => {
            "The answer is from the right server: the patch does not do what the test expects, or is not synced yet."
        }
        Reason::BadStatus { status: 500.. } => match &outcome.evidence.request_id {
            Some(id) => {
                step = format!("Tell the deployer, and look into Logstash for the request {id}.").into();
                &*step
            }
            None => "Tell the deployer, and look into Logstash for this request.",
        },
        Reason::BadStatus { .. } => "Open the URL to see why, or assert this status if the test wants it.",
        Reason::MediaWiki { failure } => failure.next_step(),
        Reason::NoAssertion => "Add an assertion to the test.",
        Reason::Transport { error } => match error {
            TransportError::Timeout { .. } => "Verify again; if it stays so, tell the deployer.",
            TransportError::NotPermitted { .. } => "Allow access in the browser, then verify again.",
            TransportError::FieldNotSendable { .. } => "Take the field out of the test, or run it with the command.",
            TransportError::Name { .. } => "Check the host in the test's URL and your connection, then verify again.",
            TransportError::Refused { .. } => {
                "Check your connection, a proxy or a firewall, then verify again; if it stays so, tell the deployer."
            }
            TransportError::Tls { .. } => {
                "Open the URL in a tab: a sign-in page of your network or a wrong clock is the usual cause."
            }
            TransportError::Broken { .. } => "Verify again; if it stays so, tell the deployer: the page breaks off.",
            TransportError::Network { .. } => {
                "Check your connection and open the URL in a tab to see more, then verify again."
            }
        },
        Reason::Doubt { doubt } => {
            step = doubt.next_step();
            &*step
        }
    };
    let mut letters = what.chars();
    let what: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    Some(format!("{what}. {next}"))
}

#[cfg(test)]
mod tests {
    use super::{reason_in_public, reason_in_words};
    use crate::check::{Assertion, AssertionResult, Predicate, Subject};
    use crate::exchange::{Session, TransportError};
    use crate::suite::Test;
    use crate::verify::{Doubt, Evidence, Outcome, Reason, Verdict};

    #[test]
    fn what_is_of_the_tester_or_of_their_network_is_not_for_the_channel() {
        let detail = || "tcp connect error to 10.1.2.3 by http://user:secret@proxy.example.org:3128".to_owned();
        let transport = |error| Reason::Transport { error };
        let doubt = |doubt| Reason::Doubt { doubt };
        let (host, value) = ("en.wikipedia.org".to_owned(), "backend=secret".to_owned());
        let url = "https://example.org/secret?token=secret".to_owned();
        for (reason, session, told) in [
            (
                transport(TransportError::Name { detail: detail() }),
                Session::Anonymous,
                "its name could not be looked up",
            ),
            (transport(TransportError::Refused { detail: detail() }), Session::Anonymous, "the connection was refused"),
            (
                transport(TransportError::Tls { detail: detail() }),
                Session::Anonymous,
                "its certificate was not trusted",
            ),
            (transport(TransportError::Broken { detail: detail() }), Session::Anonymous, "the answer broke off"),
            (transport(TransportError::Network { detail: detail() }), Session::Anonymous, "it could not be reached"),
            (transport(TransportError::Timeout { after_ms: 7 }), Session::Anonymous, "no answer within 7 ms"),
            (doubt(Doubt::DebugCookie { host, value }), Session::Mine, "a cookie X-Wikimedia-Debug went along"),
            (
                doubt(Doubt::LeftSites { url: url.clone() }),
                Session::Mine,
                "a redirect led away from the Wikimedia sites",
            ),
            (
                doubt(Doubt::LeftSites { url }),
                Session::Anonymous,
                "a redirect led to example.org/secret which is not a Wikimedia site",
            ),
        ] {
            let test = Test { session, ..Test::default() };
            let outcome = Outcome::inconclusive(reason, Evidence::default());
            assert_eq!(reason_in_public(&outcome, &test).as_deref(), Some(told));
        }
    }

    #[test]
    fn the_channel_does_not_hear_the_testers_address() {
        let assertion = Assertion { of: Subject::Header { name: "Location".into() }, is: Predicate::Exists };
        let expected = assertion.to_string();
        let actual = "</wiki/User:192.0.2.17>".into();
        let assertions = vec![AssertionResult { held: false, expected: expected.clone(), actual, assertion }];
        let reason = Some(Reason::Assertion { at: 0 });
        let failed = Outcome { verdict: Verdict::Fail, reason, assertions, evidence: Evidence::default() };
        let told = reason_in_public(&failed, &Test::default());
        assert_eq!(told, Some(format!("{expected}: </wiki/User:[address]>")));
    }

    #[test]
    fn a_reason_in_words_says_what_to_do_next() {
        let reason = Reason::Transport { error: TransportError::Timeout { after_ms: 20_000 } };
        let words = reason_in_words(&Outcome::inconclusive(reason, Evidence::default()));
        assert_eq!(
            words.as_deref(),
            Some("No answer within 20000 ms. Verify again; if it stays so, tell the deployer.")
        );
        for (status, words) in [
            (
                404,
                "Status 404, of which the test says nothing. Open the URL to see why, or assert this status if the test wants it.",
            ),
            (
                503,
                "Status 503, of which the test says nothing. Tell the deployer, and look into Logstash for this request.",
            ),
        ] {
            let reason = Some(Reason::BadStatus { status });
            let failed =
                Outcome { verdict: Verdict::Fail, reason, assertions: Vec::new(), evidence: Evidence::default() };
            assert_eq!(reason_in_words(&failed).as_deref(), Some(words));
        }
        let pass =
            Outcome { verdict: Verdict::Pass, reason: None, assertions: Vec::new(), evidence: Evidence::default() };
        assert_eq!(reason_in_words(&pass), None);
    }
}
