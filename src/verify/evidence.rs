// SPDX-License-Identifier: GPL-2.0-or-later
//! Whether an answer proves anything: who gave it, and was it given now.
//!
//! Must not judge the assertions of an answer that proves nothing: its verdict is inconclusive whatever it says.

use super::absence::flaw_behind;
use super::cache::{age_of, is_cached};
use super::doubt::Doubt;
use super::failure::{MediaWikiFailure, request_id_in};
use super::outcome::{Evidence, Outcome, Reason, Step, Verdict};
use super::plan::Target;
use super::sent::doubt_about_sent;
use crate::check::{Assertion, AssertionResult, Seen, judge, judge_all, leads_on, seen};
use crate::debug::{Backend, Directives, Known, Origin, Realm, named_in};
use crate::exchange::{Hop, Response, TransportError};
use crate::suite::{Test, in_scope};

/// What the edge says when it knows no backend of the name asked for (repository `operations/puppet`,
/// `modules/profile/files/trafficserver/x-wikimedia-debug-routing.lua`).
const NO_MATCH: &str = "x-wikimedia-debug-routing: no match found";

/// What `x-cache-status` says of an answer that a server gave now (repository `operations/puppet`,
/// the varnishtest `33-x-cache-status`); `hit-…` is a cache, `int-…` the edge itself.
const FRESH: [&str; 2] = ["miss", "pass"];

/// The title of the edge's own error page (repository `operations/puppet`,
/// `modules/mediawiki/templates/errorpage.html.erb`).
const EDGE_ERROR: &str = "<title>Wikimedia Error</title>";

/// Weighs what came of sending `test` to `target`: who answered, whether it was now, and then every assertion. `known` is
/// what the user has said of servers that are in no table.
#[must_use]
pub fn weigh(test: &Test, target: &Target, came: Result<&Response, &TransportError>, known: &Known) -> Outcome {
    let response = match came {
        Ok(response) => response,
        Err(error) => return Outcome::inconclusive(Reason::Transport { error: error.clone() }, Evidence::default()),
    };
    let evidence = evidence_of(response);
    if let Some(doubt) = doubt_about(target, response, &evidence, known) {
        return Outcome::inconclusive(Reason::Doubt { doubt }, evidence);
    }
    let assertions = judge_all(&test.assertions, response);
    let speaks = |assertion: &Assertion| assertion.speaks_of_status(response.status);
    let expected = (200..300).contains(&response.status) || test.assertions.iter().any(speaks);
    let failure = unasked_failure(test, response).filter(|_| !assertions.is_empty());
    let reason = match assertions.iter().position(|result| !result.held) {
        // It explains what did not hold, and where something was to be absent everything held.
        _ if failure.is_some() => failure.map(|failure| Reason::MediaWiki { failure }),
        Some(at) => Some(unreadable(test, response, &assertions).unwrap_or(Reason::Assertion { at })),
        // On an error page, and in a redirect that is not followed, every assertion that something is absent holds.
        None if !expected => Some(Reason::BadStatus { status: response.status }),
        // A test that demands nothing proves nothing; it is refused before, and must not pass here either.
        None if assertions.is_empty() => Some(Reason::NoAssertion),
        None => flaw_behind(&test.assertions, test.method, response)
            .map(|flaw| Reason::Doubt { doubt: Doubt::AbsentFromNothing { flaw } }),
    };
    let verdict = match &reason {
        None => Verdict::Pass,
        Some(Reason::NoAssertion | Reason::Doubt { .. }) => Verdict::Inconclusive,
        Some(_) => Verdict::Fail,
    };
    Outcome { verdict, reason, assertions, evidence }
}

/// How MediaWiki failed behind a status of success, unless the test names that very failure.
fn unasked_failure(test: &Test, response: &Response) -> Option<MediaWikiFailure> {
    let failure = MediaWikiFailure::of(response).filter(|_| (200..300).contains(&response.status))?;
    let is_meant = test.assertions.iter().any(|wanted| failure.is_meant_by(wanted) && judge(wanted, response).held);
    (!is_meant).then_some(failure)
}

/// The doubt where all that failed are assertions that cannot be held against this answer by anybody: its body is hidden,
/// or broken, and something was to be absent from it.
fn unreadable(test: &Test, response: &Response, results: &[AssertionResult]) -> Option<Reason> {
    let mut failed = results.iter().filter(|result| !result.held).map(|result| &result.assertion);
    let doubt = if response.body_hidden {
        failed.all(|assertion| assertion.of.is_in_body()).then_some(Doubt::BodyHidden)?
    } else {
        let flaw = flaw_behind(&test.assertions, test.method, response)?;
        let is_unread =
            |wanted: &Assertion| wanted.wants_absence() && matches!(seen(&wanted.of, response), Seen::Unreadable(_));
        failed.all(is_unread).then_some(Doubt::AbsentFromNothing { flaw })?
    };
    Some(Reason::Doubt { doubt })
}

/// The edge takes the id out of an answer to a request without the debug header; a failure tells it all the same.
fn request_id_of_failure(response: &Response) -> Option<String> {
    let is_fatal = || matches!(MediaWikiFailure::of(response), Some(MediaWikiFailure::FatalException { .. }));
    (response.status >= 500 || is_fatal()).then(|| request_id_in(&response.body)).flatten()
}

/// More hops than a client follows are not kept.
const MOST_HOPS: usize = 20;

fn evidence_of(response: &Response) -> Evidence {
    Evidence {
        status: Some(response.status),
        server: response.headers.get("server").filter(|server| !server.trim().is_empty()),
        cache_status: response.headers.get("x-cache-status").map(|status| status.trim().to_ascii_lowercase()),
        age: age_of(response),
        request_id: response.headers.get("x-request-id").or_else(|| request_id_of_failure(response)),
        elapsed_ms: response.elapsed_ms,
        sent_ms: None,
        hops: response.hops.iter().take(MOST_HOPS).map(Step::from).collect(),
        location: leads_on(response.status)
            .then(|| response.headers.get("location"))
            .flatten()
            .map(|to| Step::short(&to)),
        repeated_past_cache: false,
        repeated_after_timeout: false,
        version: None,
        code: None,
        page: None,
    }
}

/// Why an answer to a request of our own, whose header has no switch, proves nothing of `target`; `None` where it does.
#[must_use]
pub fn doubt_of(target: &Target, response: &Response, known: &Known) -> Option<Doubt> {
    let wanted = match target {
        Target::Debug { backend } => Some(Directives::to(backend.clone()).value()),
        Target::Baseline | Target::Production => None,
    };
    let sent = doubt_about_sent(wanted.as_deref(), response);
    sent.or_else(|| doubt_about(target, response, &evidence_of(response), known))
}

fn doubt_about(target: &Target, response: &Response, evidence: &Evidence, known: &Known) -> Option<Doubt> {
    if in_scope(&response.url).is_err() {
        return Some(Doubt::LeftSites { url: response.url.clone() });
    }
    if response.status == 429 {
        let field = |name| response.headers.get(name);
        return Some(Doubt::too_many_requests(field("retry-after").as_deref(), field("date").as_deref()));
    }
    if is_edge_error(response, evidence) {
        return Some(Doubt::EdgeError { status: response.status });
    }
    let on_the_way = response.hops.iter().find_map(|hop| doubt_about_hop(target, hop, known));
    on_the_way.or_else(|| doubt_about_answer(target, response, evidence, known))
}

fn doubt_about_answer(target: &Target, response: &Response, evidence: &Evidence, known: &Known) -> Option<Doubt> {
    let doubt = match target {
        Target::Debug { backend } => doubt_about_debug(backend, response, evidence, known),
        Target::Baseline | Target::Production => doubt_about_production(response, evidence, known),
    };
    doubt.or_else(|| doubt_about_cache(response, evidence))
}

/// Where a redirect leads is an answer too. Those that the edge makes itself, such as to a mobile site, come from no
/// server and no cache.
fn doubt_about_hop(target: &Target, hop: &Hop, known: &Known) -> Option<Doubt> {
    let headers = hop.headers.clone()?;
    let answer = Response { status: hop.status, headers, ..Response::default() };
    let evidence = evidence_of(&answer);
    let realm = evidence.server.as_deref().map(|server| known.realm_of(&Origin::from_server_header(server)));
    let by_edge = evidence.cache_status.as_deref().is_some_and(|status| status.starts_with("int-"));
    if by_edge && realm.is_none_or(|realm| realm == Realm::Unknown) {
        return None;
    }
    doubt_about_answer(target, &answer, &evidence, known)
}

/// Whether the edge gave its own error page because no server answered it. One that a known server sent with a status of
/// 500 and more is that server's, and a failure.
fn is_edge_error(response: &Response, evidence: &Evidence) -> bool {
    let is_known = |server: &str| Origin::from_server_header(server).realm != Realm::Unknown;
    response.status >= 500 && response.body.contains(EDGE_ERROR) && !evidence.server.as_deref().is_some_and(is_known)
}

fn doubt_about_debug(backend: &Backend, response: &Response, evidence: &Evidence, known: &Known) -> Option<Doubt> {
    let asked = backend.to_string();
    if response.status == 400 && response.body.contains(NO_MATCH) {
        return Some(Doubt::UnknownBackend { backend: asked });
    }
    let status = response.status;
    let Some(server) = evidence.server.clone() else { return Some(Doubt::NoServer { status }) };
    let origin = Origin::from_server_header(&server);
    match known.realm_of(&origin) {
        Realm::Debug if known.answers_for(&origin, backend) => doubt_about_body(&origin, response),
        Realm::Debug => Some(Doubt::OtherBackend { backend: asked, server }),
        Realm::Production => Some(Doubt::ProductionAnswered { backend: asked, server }),
        Realm::Unknown => Some(Doubt::UnknownServer { server, status }),
    }
}

fn doubt_about_production(response: &Response, evidence: &Evidence, known: &Known) -> Option<Doubt> {
    let status = response.status;
    let Some(server) = evidence.server.clone() else { return Some(Doubt::NoServer { status }) };
    let origin = Origin::from_server_header(&server);
    match known.realm_of(&origin) {
        Realm::Production => doubt_about_body(&origin, response),
        Realm::Debug => Some(Doubt::DebugAnswered { server }),
        Realm::Unknown => Some(Doubt::UnknownServer { server, status }),
    }
}

/// Headers can be made by whatever stands between; MediaWiki itself names its server in pages and API errors.
fn doubt_about_body(origin: &Origin, response: &Response) -> Option<Doubt> {
    let body = named_in(&response.body).filter(|body| !origin.may_be(body))?;
    Some(Doubt::Contradiction { server: origin.name.clone(), body })
}

fn doubt_about_cache(response: &Response, evidence: &Evidence) -> Option<Doubt> {
    let Some(status) = evidence.cache_status.clone() else { return Some(Doubt::CacheUnstated) };
    if is_cached(response) {
        return Some(Doubt::Cached { status, age: evidence.age });
    }
    (!FRESH.contains(&status.as_str())).then_some(Doubt::NotFromServer { status })
}

#[cfg(test)]
mod tests {
    use super::{Doubt, MediaWikiFailure, Outcome, Reason, Verdict, doubt_of, is_cached};
    use crate::check::{Assertion, Order, Predicate, Subject};
    use crate::debug::{Backend, Known, Realm};
    use crate::exchange::{Headers, Hop, Response, TransportError};
    use crate::suite::Test;
    use crate::verify::{Flaw, Target};

    const DEBUG: &str = "mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj";
    const PRODUCTION: &str = "mw-web.eqiad.main-5fb6d6bf94-28hjj";

    fn test() -> Test {
        Test {
            url: "https://en.wikipedia.org/wiki/X".into(),
            assertions: vec![Assertion::body_contains("new")],
            ..Test::default()
        }
    }

    fn answer(fields: &[(&str, &str)]) -> Response {
        Response {
            url: "https://en.wikipedia.org/wiki/X".into(),
            status: 200,
            headers: fields.iter().copied().collect::<Headers>(),
            body: "the new text".into(),
            ..Response::default()
        }
    }

    fn weigh(test: &Test, target: &Target, came: Result<&Response, &TransportError>) -> Outcome {
        super::weigh(test, target, came, &Known::default())
    }

    fn on_debug() -> Target {
        Target::Debug { backend: Backend::default() }
    }

    fn doubt(target: &Target, response: &Response) -> Option<Doubt> {
        let outcome = weigh(&test(), target, Ok(response));
        match outcome.reason {
            Some(Reason::Doubt { doubt }) => {
                assert_eq!(outcome.verdict, Verdict::Inconclusive);
                Some(doubt)
            }
            _ => None,
        }
    }

    fn with(of: Subject, is: Predicate) -> Assertion {
        Assertion { of, is }
    }

    #[test]
    fn a_status_other_than_success_is_meant_only_by_who_names_it() {
        let is = |value: u16| Predicate::Is { value: value.into() };
        let compares = |order, number: u16| Predicate::Compares { order, number: number.into() };
        let location = || Subject::Header { name: "Location".into() };
        let to = || Predicate::Contains { value: "https://en.wikipedia.org/wiki/Y".into() };
        let api = || Subject::ApiError;
        for (assertion, status, meant) in [
            (with(Subject::Status, is(404)), 404, true),
            (with(Subject::Status, Predicate::OneOf { values: vec![404.into(), 410.into()] }), 410, true),
            (with(Subject::Status, Predicate::Between { from: 400.into(), to: 499.into() }), 404, true),
            (with(Subject::Status, compares(Order::AtLeast, 400)), 503, true),
            (with(Subject::Status, compares(Order::Above, 299)), 404, true),
            (with(Subject::Status, compares(Order::Below, 500)), 404, false),
            (with(Subject::Status, compares(Order::AtLeast, 200)), 404, false),
            (with(Subject::Status, Predicate::IsNot { value: 500.into() }), 404, false),
            (with(location(), Predicate::Exists), 301, true),
            (with(location(), Predicate::Exists), 404, false),
            (with(location(), Predicate::IsNot { value: "/x".into() }), 301, false),
            (with(Subject::Redirects, to()), 301, true),
            (with(Subject::Redirects, Predicate::Lacks { value: "/x".into() }), 301, false),
            (with(Subject::Url, Predicate::Contains { value: "/wiki/X".into() }), 404, false),
            (with(api(), Predicate::Is { value: "readonly".into() }), 503, true),
            (with(api(), Predicate::IsNot { value: "x".into() }), 503, false),
        ] {
            let mut response = answer(&[
                ("server", DEBUG),
                ("x-cache-status", "pass"),
                ("location", "https://en.wikipedia.org/wiki/Y"),
                ("mediawiki-api-error", "readonly"),
            ]);
            response.status = status;
            let wanted = Test { assertions: vec![assertion.clone(), Assertion::body_lacks("old")], ..test() };
            let outcome = weigh(&wanted, &on_debug(), Ok(&response));
            let expected =
                if meant { (Verdict::Pass, None) } else { (Verdict::Fail, Some(Reason::BadStatus { status })) };
            assert_eq!((outcome.verdict, outcome.reason), expected, "{assertion} of {status}");
        }
    }

    #[test]
    fn where_a_redirect_led_says_nothing_of_an_error_page_at_its_end() {
        let mut response = answer(&[("server", DEBUG), ("x-cache-status", "pass")]);
        response.status = 500;
        let (url, location) = ("https://en.wikipedia.org/wiki/W".into(), Some("/wiki/X".into()));
        response.hops = vec![Hop { url, status: 301, location, ..Hop::default() }];
        let led = Predicate::Contains { value: "https://en.wikipedia.org/wiki/X".into() };
        let wanted = Test { assertions: vec![with(Subject::Redirects, led), Assertion::body_lacks("old")], ..test() };
        let outcome = weigh(&wanted, &on_debug(), Ok(&response));
        assert_eq!(outcome.reason, Some(Reason::BadStatus { status: 500 }));
        let step = super::Step { status: 301, location: Some("/wiki/X".into()) };
        assert_eq!(outcome.evidence.hops, [step]);
    }

    #[test]
    fn a_body_that_is_hidden_shows_nothing_either_way() {
        let fields = [("server", DEBUG), ("x-cache-status", "pass"), ("location", "/wiki/Y")];
        let response = Response { status: 302, body: String::new(), body_hidden: true, ..answer(&fields) };
        for assertion in [Assertion::body_contains("new"), Assertion::body_lacks("old")] {
            let wanted = Test { assertions: vec![Assertion::status(302), assertion], ..test() };
            let outcome = weigh(&wanted, &on_debug(), Ok(&response));
            assert_eq!(outcome.reason, Some(Reason::Doubt { doubt: Doubt::BodyHidden }));
            assert_eq!(outcome.verdict, Verdict::Inconclusive);
        }
        let wanted = Test { assertions: vec![Assertion::status(301), Assertion::body_lacks("old")], ..test() };
        let outcome = weigh(&wanted, &on_debug(), Ok(&response));
        assert_eq!(outcome.reason, Some(Reason::Assertion { at: 0 }));
        assert_eq!(outcome.evidence.location.as_deref(), Some("/wiki/Y"));
    }

    #[test]
    fn what_cannot_be_looked_for_in_a_broken_answer_is_absent_from_nothing() {
        let json = [("server", DEBUG), ("x-cache-status", "pass"), ("content-type", "application/json")];
        let absent = |path: &str| with(Subject::Json { path: path.into() }, Predicate::Absent);
        let outcome = |body: &str, assertions| {
            let response = Response { body: body.into(), ..answer(&json) };
            weigh(&Test { assertions, ..test() }, &on_debug(), Ok(&response)).reason
        };
        let doubt = |flaw| Some(Reason::Doubt { doubt: Doubt::AbsentFromNothing { flaw } });
        assert_eq!(outcome("{\"a\":[1", vec![absent("$.b")]), doubt(Flaw::CutOff));
        assert_eq!(outcome("", vec![absent("$.b")]), doubt(Flaw::Empty));
        assert_eq!(outcome("<html></html>", vec![absent("$.b")]), doubt(Flaw::NotText));
        assert_eq!(outcome("{\"a\":[1]}", vec![absent("$.b")]), None);
        assert_eq!(outcome("{\"a\":[1]}", vec![absent("$.a")]), Some(Reason::Assertion { at: 0 }));
        // Text that was found was found, and what must be there is not.
        assert_eq!(outcome("{\"a\":[1", vec![Assertion::body_lacks("a")]), Some(Reason::Assertion { at: 0 }));
        let there = vec![absent("$.b"), Assertion::body_contains("new")];
        assert_eq!(outcome("{\"a\":[1", there), Some(Reason::Assertion { at: 0 }));
    }

    #[test]
    fn elements_are_absent_from_no_login_page_and_no_error_page() {
        let html = [("server", DEBUG), ("x-cache-status", "pass"), ("content-type", "text/html")];
        let is_absent = |of| with(of, Predicate::Absent);
        let elements = is_absent(Subject::Html { selector: ".old".into() });
        let variable = is_absent(Subject::MwConfig { name: "wgOld".into() });
        let page = |config: &str| {
            format!("<html><head><script>RLCONF={{{config}}};</script></head><body><p>the new text</p></body></html>")
        };
        let asked = Hop { url: "https://en.wikipedia.org/wiki/X".into(), status: 302, ..Hop::default() };
        for (config, passes) in [
            ("\"wgX\":1", true),
            ("\"wgErrorPageMessageKey\":\"badaccess-groups\"", false),
            ("\"wgCanonicalSpecialPageName\":\"Userlogin\"", false),
        ] {
            for assertion in [&elements, &variable] {
                let response = Response { body: page(config), hops: vec![asked.clone()], ..answer(&html) };
                let outcome =
                    weigh(&Test { assertions: vec![assertion.clone()], ..test() }, &on_debug(), Ok(&response));
                assert_eq!(outcome.verdict == Verdict::Pass, passes, "{assertion}: {:?}", outcome.reason);
            }
        }
    }

    #[test]
    fn the_right_server_now_and_every_assertion_held_is_a_pass() {
        let outcome = weigh(&test(), &on_debug(), Ok(&answer(&[("server", DEBUG), ("x-cache-status", "pass")])));
        assert_eq!((outcome.verdict, outcome.reason), (Verdict::Pass, None));
        let outcome = weigh(
            &test(),
            &Target::Production,
            Ok(&answer(&[("Server", PRODUCTION), ("x-cache-status", "miss"), ("age", "0")])),
        );
        assert_eq!(outcome.verdict, Verdict::Pass);
    }

    #[test]
    fn an_assertion_that_does_not_hold_is_a_fail() {
        let mut response = answer(&[("server", DEBUG), ("x-cache-status", "pass")]);
        response.body = "the old text".into();
        let outcome = weigh(&test(), &on_debug(), Ok(&response));
        assert_eq!((outcome.verdict, outcome.reason), (Verdict::Fail, Some(Reason::Assertion { at: 0 })));
    }

    #[test]
    fn a_wrong_server_is_a_doubt_even_when_every_assertion_would_hold() {
        let server = |name: &str| answer(&[("server", name), ("x-cache-status", "pass")]);
        assert_eq!(
            doubt(&on_debug(), &server(PRODUCTION)),
            Some(Doubt::ProductionAnswered { backend: "k8s-mwdebug".into(), server: PRODUCTION.into() })
        );
        let next = "mw-debug.eqiad.next-a-b";
        assert_eq!(
            doubt(&on_debug(), &server(next)),
            Some(Doubt::OtherBackend { backend: "k8s-mwdebug".into(), server: next.into() })
        );
        assert_eq!(doubt(&Target::Production, &server(DEBUG)), Some(Doubt::DebugAnswered { server: DEBUG.into() }));
        assert_eq!(
            doubt(&on_debug(), &server("nginx")),
            Some(Doubt::UnknownServer { server: "nginx".into(), status: 200 })
        );
        assert_eq!(
            doubt(&Target::Production, &server("nginx")),
            Some(Doubt::UnknownServer { server: "nginx".into(), status: 200 })
        );
        assert_eq!(doubt(&on_debug(), &answer(&[("x-cache-status", "pass")])), Some(Doubt::NoServer { status: 200 }));
    }

    #[test]
    fn a_server_that_the_user_has_settled_answers_as_what_it_was_settled_as() {
        let (new, next_pod) = ("mw-pretrain.eqiad.main-a-b", "mw-pretrain.eqiad.main-c-d");
        let response = answer(&[("server", next_pod), ("x-cache-status", "pass")]);
        let codfw = Target::Debug { backend: Backend::new("k8s-mwdebug-codfw").unwrap() };
        let (debug, production) = (Some(Realm::Debug), Some(Realm::Production));
        let server = next_pod.to_owned();
        let unknown = Doubt::UnknownServer { server: server.clone(), status: 200 };
        let other = Doubt::OtherBackend { backend: "k8s-mwdebug-codfw".into(), server: server.clone() };
        let in_its_place = Doubt::ProductionAnswered { backend: "k8s-mwdebug".into(), server: server.clone() };
        for (said, target, expected) in [
            (None, on_debug(), Some(unknown.clone())),
            (None, Target::Production, Some(unknown)),
            (debug, on_debug(), None),
            (debug, codfw, Some(other)),
            (debug, Target::Production, Some(Doubt::DebugAnswered { server: server.clone() })),
            (debug, Target::Baseline, Some(Doubt::DebugAnswered { server })),
            (production, on_debug(), Some(in_its_place)),
            (production, Target::Production, None),
        ] {
            let mut known = Known::default();
            if let Some(realm) = said {
                known.settle(new, realm).unwrap();
            }
            let outcome = super::weigh(&test(), &target, Ok(&response), &known);
            let verdict = if expected.is_some() { Verdict::Inconclusive } else { Verdict::Pass };
            let reason = expected.map(|doubt| Reason::Doubt { doubt });
            assert_eq!((outcome.verdict, outcome.reason), (verdict, reason), "{said:?} {target:?}");
        }
    }

    #[test]
    fn a_page_that_names_another_server_than_its_header_is_a_doubt() {
        let page = |name: &str| format!("the new text<script>mw.config.set({{\"wgHostname\":\"{name}\"}})</script>");
        let api = |name: &str| format!("{{\"error\":{{\"info\":\"the new text\"}},\"servedby\":\"{name}\"}}");
        for (target, server, other) in [(on_debug(), DEBUG, PRODUCTION), (Target::Production, PRODUCTION, DEBUG)] {
            let next_pod = server.replace("28hjj", "x7k2p");
            for body in [page(server), api(server), page(&next_pod), api(&next_pod)] {
                let mut response = answer(&[("server", server), ("x-cache-status", "pass")]);
                response.body = body;
                assert_eq!(doubt(&target, &response), None, "{}", response.body);
            }
            for body in [page(other), api(other)] {
                let mut response = answer(&[("server", server), ("x-cache-status", "pass")]);
                response.body = body;
                let expected = Doubt::Contradiction { server: server.into(), body: other.into() };
                assert_eq!(doubt(&target, &response), Some(expected), "{}", response.body);
            }
        }
    }

    #[test]
    fn a_cached_answer_is_a_doubt() {
        for fields in [[("x-cache-status", "hit-front"), ("age", "163835")], [("x-cache-status", "miss"), ("age", "7")]]
        {
            let mut response = answer(&fields);
            response.headers.push("server", PRODUCTION);
            assert!(is_cached(&response));
            let cached = Doubt::Cached { status: fields[0].1.into(), age: fields[1].1.parse().ok() };
            assert_eq!(doubt(&Target::Production, &response), Some(cached), "{fields:?}");
        }
        assert_eq!(doubt(&Target::Production, &answer(&[("server", PRODUCTION)])), Some(Doubt::CacheUnstated));
    }

    #[test]
    fn a_cached_answer_that_was_kept_with_a_plain_age_is_still_read() {
        let kept: Doubt = serde_json::from_str(r#"{"cached": {"status": "hit-front", "age": 7}}"#).unwrap();
        assert_eq!(kept, Doubt::Cached { status: "hit-front".into(), age: Some(7) });
        assert_eq!(kept.to_string(), "a cache answered (x-cache-status <hit-front>, age 7 s), also when asked past it");
    }

    #[test]
    fn a_redirect_on_the_way_must_come_from_there_too() {
        let hop = |fields: &[(&str, &str)]| Hop {
            url: "https://en.wikipedia.org/wiki/Old".into(),
            status: 301,
            location: Some("/wiki/X".into()),
            sent: None,
            headers: Some(fields.iter().copied().collect()),
        };
        let fine = hop(&[("server", DEBUG), ("x-cache-status", "pass")]);
        let untold = Hop { headers: None, ..fine.clone() };
        let by_edge = hop(&[("server", "Varnish"), ("x-cache-status", "int-front")]);
        let by_production = hop(&[("server", PRODUCTION), ("x-cache-status", "pass")]);
        let cached = hop(&[("server", DEBUG), ("x-cache-status", "hit-front"), ("age", "7")]);
        let nobody = hop(&[("x-cache-status", "pass")]);
        let in_its_place = Doubt::ProductionAnswered { backend: "k8s-mwdebug".into(), server: PRODUCTION.into() };
        for (hops, expected) in [
            (vec![fine.clone(), untold], None),
            (vec![by_edge, fine.clone()], None),
            (vec![fine.clone(), by_production], Some(in_its_place)),
            (vec![cached, fine], Some(Doubt::Cached { status: "hit-front".into(), age: Some(7) })),
            (vec![nobody], Some(Doubt::NoServer { status: 301 })),
        ] {
            let mut response = answer(&[("server", DEBUG), ("x-cache-status", "pass")]);
            response.hops = hops;
            assert_eq!(doubt(&on_debug(), &response), expected, "{:?}", response.hops);
        }
    }

    #[test]
    fn what_is_absent_from_an_empty_answer_is_a_doubt() {
        let mut response = answer(&[("server", DEBUG), ("x-cache-status", "pass")]);
        response.body = String::new();
        let test = Test { assertions: vec![Assertion::body_lacks("old")], ..test() };
        let outcome = weigh(&test, &on_debug(), Ok(&response));
        let doubt = Doubt::AbsentFromNothing { flaw: Flaw::Empty };
        assert_eq!((outcome.verdict, outcome.reason), (Verdict::Inconclusive, Some(Reason::Doubt { doubt })));
    }

    #[test]
    fn an_answer_that_the_edge_made_itself_is_a_doubt() {
        for status in ["int-local", "int-tls", "unheard-of", ""] {
            let response = answer(&[("server", PRODUCTION), ("x-cache-status", status)]);
            let expected = Doubt::NotFromServer { status: status.into() };
            assert_eq!(doubt(&Target::Production, &response), Some(expected));
        }
    }

    #[test]
    fn the_edges_400_for_an_unknown_backend_is_named() {
        let mut response = answer(&[("x-cache-status", "int-local")]);
        response.status = 400;
        response.body =
            "x-wikimedia-debug-routing: no match found for the backend specified in X-Wikimedia-Debug".into();
        assert_eq!(doubt(&on_debug(), &response), Some(Doubt::UnknownBackend { backend: "k8s-mwdebug".into() }));
        let mut quoted = answer(&[("server", DEBUG), ("x-cache-status", " Pass ")]);
        quoted.body = format!("the new text about <{}>", response.body);
        assert_eq!(doubt(&on_debug(), &quoted), None);
    }

    #[test]
    fn a_status_other_than_success_fails_a_test_that_does_not_speak_of_it() {
        let mut response = answer(&[("server", DEBUG), ("x-cache-status", "pass")]);
        for assertion in
            [Assertion::body_contains("new"), Assertion::body_lacks("old"), Assertion::header_absent("location")]
        {
            let test = Test { assertions: vec![assertion], ..test() };
            for status in [199, 300, 302, 400, 404, 500, 503, 599] {
                response.status = status;
                let outcome = weigh(&test, &on_debug(), Ok(&response));
                assert_eq!((outcome.verdict, outcome.reason), (Verdict::Fail, Some(Reason::BadStatus { status })));
            }
            for status in [200, 204, 299] {
                response.status = status;
                assert_eq!(weigh(&test, &on_debug(), Ok(&response)).verdict, Verdict::Pass, "{status}");
            }
        }
    }

    #[test]
    fn an_error_status_that_the_test_asks_for_is_a_pass() {
        let mut response = answer(&[("server", DEBUG), ("x-cache-status", "pass")]);
        response.status = 404;
        let absent = Assertion::body_lacks("old");
        let test = Test { assertions: vec![absent, Assertion::status(404)], ..test() };
        let outcome = weigh(&test, &on_debug(), Ok(&response));
        assert_eq!((outcome.verdict, outcome.reason), (Verdict::Pass, None));
    }

    #[test]
    fn a_redirect_is_meant_by_a_test_of_where_it_leads() {
        let mut response = answer(&[("server", DEBUG), ("x-cache-status", "pass"), ("location", "/wiki/Y")]);
        response.status = 301;
        let leads = Assertion::header_is("Location", "/wiki/Y");
        let matches = Assertion::header_matches("location", "Y$");
        for assertion in [leads, matches] {
            let test = Test { assertions: vec![assertion], ..test() };
            assert_eq!(weigh(&test, &on_debug(), Ok(&response)).verdict, Verdict::Pass);
        }
    }

    #[test]
    fn no_answer_and_no_assertion_are_inconclusive() {
        let error = TransportError::Timeout { after_ms: 20_000 };
        assert_eq!(weigh(&test(), &on_debug(), Err(&error)).verdict, Verdict::Inconclusive);
        let empty = Test { assertions: Vec::new(), ..test() };
        let response = answer(&[("server", DEBUG), ("x-cache-status", "pass")]);
        assert_eq!(weigh(&empty, &on_debug(), Ok(&response)).verdict, Verdict::Inconclusive);
    }

    #[test]
    fn too_many_requests_and_a_foreign_site_prove_nothing() {
        let mut response = answer(&[("server", DEBUG), ("x-cache-status", "pass")]);
        response.status = 429;
        assert_eq!(doubt(&on_debug(), &response), Some(Doubt::TooManyRequests));
        response.headers.push("Retry-After", "30");
        assert_eq!(doubt(&on_debug(), &response), Some(Doubt::RetryAfter { seconds: 30 }));
        let mut response = answer(&[("server", DEBUG), ("x-cache-status", "pass")]);
        response.url = "https://example.org/".into();
        assert_eq!(doubt(&on_debug(), &response), Some(Doubt::LeftSites { url: "https://example.org/".into() }));
    }

    const ID: &str = "5a1c7b0e-2f7d-4a55-9a7e-0c4c8d1b2e3f";

    fn contains(text: &str) -> Assertion {
        Assertion::body_contains(text)
    }

    /// An error of the API with status 200, and a new text beside it.
    fn api_error() -> Response {
        let mut response =
            answer(&[("server", DEBUG), ("x-cache-status", "pass"), ("MediaWiki-API-Error", "badvalue")]);
        response.body = r#"{"error":{"code":"badvalue","info":"the new text"}}"#.into();
        response
    }

    #[test]
    fn a_failure_of_mediawiki_fails_a_test_whose_assertions_all_held() {
        let failure = Some(Reason::MediaWiki { failure: MediaWikiFailure::Api { code: "badvalue".into() } });
        let absent = Assertion::body_lacks("old");
        for (assertions, reason) in [
            (vec![contains("new")], failure.clone()),
            (vec![absent.clone()], failure.clone()),
            (vec![absent, Assertion::status(200)], failure.clone()),
            (vec![contains("gone")], failure.clone()),
            (vec![contains("gone"), contains(r#""code":"other", "error""#)], failure),
            (vec![contains("new"), contains("badvalue")], None),
            (vec![contains("badvalue"), contains("gone")], Some(Reason::Assertion { at: 1 })),
        ] {
            let outcome = weigh(&Test { assertions, ..test() }, &on_debug(), Ok(&api_error()));
            let verdict = if reason.is_some() { Verdict::Fail } else { Verdict::Pass };
            assert_eq!((outcome.verdict, &outcome.reason), (verdict, &reason), "{:?}", outcome.assertions);
        }
        let late = weigh(&test(), &on_debug(), Ok(&Response { status: 299, ..api_error() }));
        assert_eq!(late.verdict, Verdict::Fail);
    }

    #[test]
    fn a_failure_of_mediawiki_is_no_reason_where_nothing_was_asked_or_the_status_says_so_already() {
        let nothing = weigh(&Test { assertions: Vec::new(), ..test() }, &on_debug(), Ok(&api_error()));
        assert_eq!((nothing.verdict, nothing.reason), (Verdict::Inconclusive, Some(Reason::NoAssertion)));
        let response = Response { status: 400, ..api_error() };
        let asked = Test { assertions: vec![Assertion::status(400)], ..test() };
        assert_eq!(weigh(&asked, &on_debug(), Ok(&response)).verdict, Verdict::Pass);
        let reason = Some(Reason::BadStatus { status: 400 });
        assert_eq!(weigh(&test(), &on_debug(), Ok(&response)).reason, reason);
    }

    #[test]
    fn the_request_id_is_the_fields_or_that_of_a_failure() {
        let fatal = format!("[{ID}] 2026-08-18 13:05:00: Fatal exception of type \"TypeError\"");
        let article = format!("<html>[{ID}] 2026-08-18 13:05:00: a quoted id</html>");
        for (status, field, body, id) in [
            (200, None, &fatal, Some(ID)),
            (500, None, &fatal, Some(ID)),
            (500, None, &article, Some(ID)),
            (200, None, &article, None),
            (499, None, &article, None),
            (200, Some("field"), &article, Some("field")),
            (500, Some("field"), &fatal, Some("field")),
        ] {
            let mut response = answer(&[("server", PRODUCTION), ("x-cache-status", "pass")]);
            (response.status, response.body) = (status, body.clone());
            if let Some(field) = field {
                response.headers.push("x-request-id", field);
            }
            let outcome = weigh(&test(), &Target::Production, Ok(&response));
            assert_eq!(outcome.evidence.request_id.as_deref(), id, "{status} {body}");
        }
    }

    #[test]
    fn a_doubt_about_a_request_of_our_own_is_the_same_as_about_a_tests() {
        let known = Known::default();
        let response = answer(&[("server", PRODUCTION), ("x-cache-status", "pass")]);
        let expected = Doubt::ProductionAnswered { backend: "k8s-mwdebug".into(), server: PRODUCTION.into() };
        assert_eq!(doubt_of(&on_debug(), &response, &known), Some(expected));
        assert_eq!(doubt_of(&Target::Production, &response, &known), None);
    }

    #[test]
    fn the_edges_error_page_is_a_doubt_and_that_of_a_server_a_failure() {
        let page = "<html><head><title>Wikimedia Error</title></head></html>";
        for (status, server, body, is_doubt) in [
            (503, None, page, true),
            (500, Some("envoy"), page, true),
            (503, Some(DEBUG), page, false),
            (503, Some(PRODUCTION), page, false),
            (499, None, page, false),
            (503, None, "<title>Error</title>", false),
        ] {
            let mut response = answer(&[("x-cache-status", "pass")]);
            (response.status, response.body) = (status, body.into());
            if let Some(server) = server {
                response.headers.push("server", server);
            }
            for target in [on_debug(), Target::Production] {
                let is_edges = doubt(&target, &response) == Some(Doubt::EdgeError { status });
                assert_eq!(is_edges, is_doubt, "{status} {server:?} {target:?}");
            }
        }
        let mut response = answer(&[("server", DEBUG), ("x-cache-status", "pass")]);
        (response.status, response.body) = (503, page.into());
        assert_eq!(weigh(&test(), &on_debug(), Ok(&response)).verdict, Verdict::Fail);
    }
}
