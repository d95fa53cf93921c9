// SPDX-License-Identifier: GPL-2.0-or-later
//! A run without what belongs to its tester, as every report of it has it.
//!
//! Must not change a verdict, nor what a test demands: that is the user's own text.

use crate::check::{Assertion, Subject};
use crate::exchange::{Session, TransportError};
use crate::suite::Test;
use crate::verify::{Difference, Doubt, Journal, Line, Outcome, Reason};
use core::net::IpAddr;
use regex_lite::{Captures, Regex};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Fields whose values belong to the tester.
const PRIVATE_FIELDS: [&str; 7] =
    ["set-cookie", "x-client-ip", "x-forwarded-for", "x-real-ip", "cookie", "authorization", "proxy-authorization"];

/// What looks like an address of the network, behind what may stand before it in a URL; its colons may be encoded as there.
/// Whether it is one is seen when it is read.
static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(?:\b|(_|%[0-9a-f]{2}))((?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9a-f]{1,4}(?:(?::|%3a)[0-9a-f]{0,4}){2,7})",
    )
    .ok()
});

/// The run as it may be passed on. Of a page that was fetched with the tester's cookies nothing is quoted: neither what an
/// assertion found, nor the query of a redirect, nor a difference. Of any page, the value of a cookie or of a field such as
/// `Set-Cookie` is not told, and an address of the network is not either, since it may be the tester's.
pub(super) fn discreet(journal: &Journal) -> Journal {
    let mut journal = journal.clone();
    journal.captured.clear();
    let test_of: Vec<Option<Test>> =
        journal.plan.jobs.iter().map(|job| journal.plan.tests.get(job.test).cloned()).collect();
    let mine = |place: &usize| is_mine(test_of.get(*place).and_then(Option::as_ref));
    for (place, outcome) in &mut journal.outcomes {
        quiet(outcome, mine(place));
    }
    journal.differences = std::mem::take(&mut journal.differences)
        .into_iter()
        .filter(|(place, _)| !mine(place))
        .map(|(place, difference)| (place, without_addresses_in(difference)))
        .collect::<BTreeMap<_, _>>();
    journal
}

/// A job whose test is not known is taken for the tester's own.
fn is_mine(test: Option<&Test>) -> bool {
    test.is_none_or(|test| test.session == Session::Mine)
}

fn quiet(outcome: &mut Outcome, mine: bool) {
    for result in &mut outcome.assertions {
        result.actual = if mine && result.assertion.of != Subject::Status {
            "not told: the page was asked with the tester's cookies".to_owned()
        } else if speaks_of_private_field(&result.assertion) {
            "not told: the field is the tester's".to_owned()
        } else {
            without_addresses(&result.actual)
        };
    }
    // A redirect to one's own page has the address of who is not signed in.
    let led = |url: &str| without_addresses(&if mine { without_query(url) } else { url.to_owned() });
    let evidence = &mut outcome.evidence;
    for location in evidence.hops.iter_mut().map(|hop| &mut hop.location).chain([&mut evidence.location]).flatten() {
        *location = led(location);
    }
    match &mut outcome.reason {
        Some(Reason::Doubt { doubt: Doubt::LeftSites { url } }) => *url = led(url),
        Some(Reason::Doubt { doubt: Doubt::DebugCookie { value, .. } }) => "not told".clone_into(value),
        Some(Reason::Transport {
            error:
                TransportError::Name { detail }
                | TransportError::Refused { detail }
                | TransportError::Tls { detail }
                | TransportError::Broken { detail }
                | TransportError::Network { detail },
        }) => *detail = without_addresses(detail),
        _ => {}
    }
}

/// Whether the value that is spoken of belongs to the tester.
pub(super) fn speaks_of_private_field(assertion: &Assertion) -> bool {
    let Subject::Header { name } = &assertion.of else { return false };
    PRIVATE_FIELDS.iter().any(|field| name.trim().eq_ignore_ascii_case(field))
}

/// A URL without what may hold a token.
fn without_query(url: &str) -> String {
    url.find(['?', '#'])
        .and_then(|at| url.split_at_checked(at))
        .map_or_else(|| url.to_owned(), |(path, _)| format!("{path}?…"))
}

/// `text` with `[address]` in the place of each address of the network.
pub(super) fn without_addresses(text: &str) -> String {
    let Some(pattern) = ADDRESS.as_ref() else { return text.to_owned() };
    let is_address = |text: &str| text.parse::<IpAddr>().is_ok();
    let shown = |found: &Captures<'_>| {
        let part = |group| found.get(group).map_or("", |part| part.as_str());
        let plain = part(2).replace("%3a", ":").replace("%3A", ":");
        // A colon behind an address may be the sentence's.
        match plain.strip_suffix(':') {
            _ if is_address(&plain) => format!("{}[address]", part(1)),
            Some(before) if is_address(before) => format!("{}[address]:", part(1)),
            _ => part(0).to_owned(),
        }
    };
    pattern.replace_all(text, shown).into_owned()
}

fn without_addresses_in(mut difference: Difference) -> Difference {
    for field in &mut difference.fields {
        field.before = without_addresses(&field.before);
        field.after = without_addresses(&field.after);
    }
    for Line::Same(text) | Line::Gone(text) | Line::New(text) in
        difference.hunks.iter_mut().flat_map(|hunk| &mut hunk.lines)
    {
        *text = without_addresses(text);
    }
    difference
}

#[cfg(test)]
mod tests {
    use super::{discreet, without_addresses};
    use crate::check::{Assertion, AssertionResult, Predicate, Subject};
    use crate::debug::Backend;
    use crate::exchange::{Session, TransportError};
    use crate::suite::Test;
    use crate::verify::{
        Difference, Doubt, Evidence, Hunk, Journal, Line, Outcome, Plan, Reason, Stage, Step, Subject as What, Verdict,
    };
    use jiff::Timestamp;

    #[test]
    fn an_address_is_not_told_and_what_looks_like_one_is() {
        for (text, told) in [
            ("from 192.0.2.17, twice", "from [address], twice"),
            ("User:2001:DB8:0:0:0:0:0:1 wrote", "User:[address] wrote"),
            ("at 2001:db8::1.", "at [address]."),
            ("by 2001:db8::1: undone; 2001:db8:: too", "by [address]: undone; [address] too"),
            ("returnto=User%3A192.0.2.17&by=User%3a2001%3aDB8%3A%3A1", "returnto=User%3A[address]&by=User%3a[address]"),
            ("User_192.0.2.17 and v192.0.2.17", "User_[address] and v192.0.2.17"),
            ("at 12:30:45, 999.1.1.1 and a:b:c", "at 12:30:45, 999.1.1.1 and a:b:c"),
            ("1.47.0-wmf.16", "1.47.0-wmf.16"),
        ] {
            assert_eq!(without_addresses(text), told);
        }
    }

    fn result(of: Subject, actual: &str) -> AssertionResult {
        let assertion = Assertion { of, is: Predicate::Exists };
        AssertionResult { held: false, expected: assertion.to_string(), actual: actual.into(), assertion }
    }

    fn journal(session: Session) -> Journal {
        let test = Test { url: "https://en.wikipedia.org/wiki/X".into(), session, ..Test::default() };
        let stage = Stage::mwdebug(Backend::default());
        let plan = Plan::new("1".into(), What::default(), stage, Timestamp::UNIX_EPOCH, vec![test], 1000);
        let mut journal = Journal::begin(plan);
        let hops = vec![Step { status: 302, location: Some("/w/index.php?token=abc".into()) }];
        let outcome = Outcome {
            verdict: Verdict::Fail,
            reason: Some(Reason::Assertion { at: 0 }),
            assertions: vec![
                result(Subject::Body, "found in line 3: <the tester's watchlist of 192.0.2.1>"),
                result(Subject::Header { name: "Set-Cookie".into() }, "<session=abc>"),
                result(Subject::Status, "<404>"),
            ],
            evidence: Evidence { hops, ..Evidence::default() },
        };
        journal.outcomes.insert(0, outcome);
        let hunks = vec![Hunk { lines: vec![Line::Same("by 192.0.2.1".into()), Line::New("new".into())] }];
        journal.differences.insert(0, Difference { hunks, lines: 1, ..Difference::default() });
        journal
    }

    #[test]
    fn of_a_page_that_was_asked_as_nobody_the_tester_alone_is_not_told() {
        let told = discreet(&journal(Session::Anonymous));
        let actual: Vec<_> = told.outcomes[&0].assertions.iter().map(|result| result.actual.as_str()).collect();
        let cookie = "not told: the field is the tester's";
        assert_eq!(actual, ["found in line 3: <the tester's watchlist of [address]>", cookie, "<404>"]);
        assert_eq!(told.outcomes[&0].evidence.hops[0].location.as_deref(), Some("/w/index.php?token=abc"));
        let lines = [Line::Same("by [address]".into()), Line::New("new".into())];
        assert_eq!(told.differences[&0].hunks[0].lines, lines);
    }

    #[test]
    fn where_a_redirect_led_and_what_a_client_said_have_no_address() {
        let mut journal = journal(Session::Anonymous);
        let location = Some("https://en.wikipedia.org/wiki/Special:Contributions/192.0.2.17".to_owned());
        let told = Some("https://en.wikipedia.org/wiki/Special:Contributions/[address]".to_owned());
        let outcome = journal.outcomes.get_mut(&0).unwrap();
        outcome.evidence.hops[0].location.clone_from(&location);
        outcome.evidence.location.clone_from(&location);
        let detail = "tcp connect error to 10.1.2.3:443".to_owned();
        outcome.reason = Some(Reason::Transport { error: TransportError::Refused { detail } });
        let outcome = discreet(&journal).outcomes[&0].clone();
        assert_eq!((&outcome.evidence.hops[0].location, &outcome.evidence.location), (&told, &told));
        let detail = "tcp connect error to [address]:443".to_owned();
        assert_eq!(outcome.reason, Some(Reason::Transport { error: TransportError::Refused { detail } }));
    }

    #[test]
    fn a_cookies_value_is_not_told() {
        let mut journal = journal(Session::Anonymous);
        let doubt = Doubt::DebugCookie { host: "en.wikipedia.org".into(), value: "backend=secret".into() };
        journal.outcomes.get_mut(&0).unwrap().reason = Some(Reason::Doubt { doubt });
        let Some(Reason::Doubt { doubt }) = &discreet(&journal).outcomes[&0].reason else { panic!("it is a doubt") };
        assert_eq!(doubt.to_string(), "a cookie X-Wikimedia-Debug <not told> went along with the request");
    }

    #[test]
    fn of_a_page_that_was_asked_as_the_tester_nothing_is_told() {
        let told = discreet(&journal(Session::Mine));
        let actual: Vec<_> = told.outcomes[&0].assertions.iter().map(|result| result.actual.as_str()).collect();
        let nothing = "not told: the page was asked with the tester's cookies";
        assert_eq!(actual, [nothing, nothing, "<404>"]);
        assert_eq!(told.outcomes[&0].evidence.hops[0].location.as_deref(), Some("/w/index.php?…"));
        assert_eq!(told.differences.len(), 0);
        assert_eq!(told.verdict(), journal(Session::Mine).verdict());
    }
}
