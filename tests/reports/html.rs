// SPDX-License-Identifier: GPL-2.0-or-later
//! The report as one HTML file: what is in it, what is never in it, and that it is read as it is meant.

use super::{asked, golden, journal, test, unheard};
use backport_verify::check::{Assertion, judge};
use backport_verify::debug::{Backend, Backends};
use backport_verify::deployed::Runs;
use backport_verify::exchange::{Response, Session};
use backport_verify::report::to_html;
use backport_verify::schedule::Nick;
use backport_verify::suite::{Only, Owner, Test};
use backport_verify::verify::{
    CodeSeen, Difference, Doubt, Ending, Evidence, Field, Hunk, Journal, Line, Outcome, Pause, Reason, Stage, Step,
    Subject, Verdict,
};
use scraper::{Html, Node, Selector};
use std::collections::BTreeSet;

/// Texts that would leave their place, their line or their direction, or run.
const HOSTILE: [&str; 12] = [
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title></head><body onload=alert(1)>",
    "\"><img src=https://evil.example/x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "--><!-- ]]> <![CDATA[",
    "javascript:alert(1)",
    "&lt;b&gt; &#0; &amp",
    "\u{202e}desrever\u{2066} שלום עולם",
    "a\0b\u{8}c\u{1b}[31md\u{85}e\u{fffe}f\u{1ffff}g\u{fdd0}h",
    "@import url(https://evil.example/x); {{7*7}} ${7*7}",
    "<svg><a xlink:href='javascript:alert(1)'>x</a><use href='https://evil.example/x#y'/>",
];

const SKIP: &str = "broken, see T1";

fn evidence(server: &str, sent_ms: u32, elapsed_ms: u32) -> Evidence {
    Evidence {
        status: Some(200),
        server: Some(server.into()),
        cache_status: Some("miss".into()),
        request_id: Some("5a1c7b0e-2f7d-4a55-9a7e-0c4c8d1b2e3f".into()),
        elapsed_ms,
        sent_ms: Some(sent_ms),
        version: Some("1.47.0-wmf.16".into()),
        code: Some(CodeSeen { runs: Runs::Yes, commit: Some("0123456789abcdef0123456789abcdef01234567".into()) }),
        page: Some(server.into()),
        ..Evidence::default()
    }
}

fn wanted() -> Test {
    let assertions = vec![Assertion::status(200), Assertion::body_contains("eventcoordinator")];
    Test {
        assertions,
        url: "https://en.wikipedia.org/wiki/Special:ListGroupRights".into(),
        ..test("the group is listed")
    }
}

fn answered(body: &str, evidence: Evidence) -> Outcome {
    let status = evidence.status.unwrap_or_default();
    let response = Response { status, body: body.into(), ..Response::default() };
    let assertions: Vec<_> = wanted().assertions.iter().map(|assertion| judge(assertion, &response)).collect();
    let broken = assertions.iter().position(|result| !result.held);
    let verdict = if broken.is_some() { Verdict::Fail } else { Verdict::Pass };
    Outcome { verdict, reason: broken.map(|at| Reason::Assertion { at }), assertions, evidence }
}

fn subject() -> Subject {
    let title = "[enwiki] Add the eventcoordinator group".to_owned();
    Subject {
        gerrit: Some(1_330_001),
        title,
        deployers: Nick::new("deployer").into_iter().collect(),
        ..Subject::default()
    }
}

fn difference() -> Difference {
    let lines = vec![
        Line::Same("<ul>".into()),
        Line::Gone("  <li>sysop</li>".into()),
        Line::New("  <li>sysop, eventcoordinator</li>".into()),
        Line::Same("</ul>".into()),
    ];
    let fields = vec![Field { name: "status".into(), before: "404".into(), after: "200".into() }];
    Difference { fields, hunks: vec![Hunk { lines }], lines: 1, left_out: 2, too_long: false }
}

const DEBUG: &str = "mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj";
const WEB: &str = "mw-web.eqiad.main-5fb6d6bf94-28hjj";
const THERE: &str = "sysop, eventcoordinator";

/// One backend; the patch makes the difference.
fn passing() -> Journal {
    let mut way = answered(THERE, evidence(DEBUG, 40, 310));
    way.evidence.hops = vec![Step { status: 301, location: Some("/wiki/Special:ListGroupRights".into()) }];
    let outcomes = vec![way, answered("sysop", evidence(WEB, 34, 120))];
    let mut journal = journal(Stage::mwdebug(Backend::default()), vec![wanted()], outcomes, Ending::Finished);
    journal.plan.subject = subject();
    journal.plan.sources = vec![Owner::Wiki("enwiki".into())];
    journal.differences.insert(0, difference());
    journal
}

/// On production one test regressed, and a server broke.
fn failing() -> Journal {
    let mut broken = answered("", Evidence { status: Some(503), page: None, ..evidence(WEB, 30, 2100) });
    broken.reason = Some(Reason::BadStatus { status: 503 });
    let tests = vec![wanted(), Test { name: "the help page".into(), ..wanted() }];
    let outcomes = vec![answered("sysop", evidence(WEB, 20, 95)), broken];
    let mut journal = journal(Stage::Production, tests, outcomes, Ending::Finished);
    journal.plan.subject = subject();
    journal
}

/// Two backends, of which one was production; one test is left out, one is the tester's own, one had no answer.
fn doubtful() -> Journal {
    let next = Backend::new("k8s-mwdebug-next").unwrap();
    let doubt = Doubt::ProductionAnswered { backend: next.to_string(), server: WEB.into() };
    let other = Outcome::inconclusive(Reason::Doubt { doubt }, evidence(WEB, 61, 80));
    let tests = vec![
        wanted(),
        Test { skip: Some(SKIP.into()), ..test("left out") },
        Test { only: Some(Only::Production), ..test("of production") },
        Test { name: "the watchlist".into(), session: Session::Mine, ..wanted() },
        test("unheard"),
    ];
    let mine = || answered("the secret watchlist of an eventcoordinator", evidence(DEBUG, 410, 77));
    let mut late = unheard();
    (late.evidence.sent_ms, late.evidence.elapsed_ms) = (Some(420), 1000);
    let first = [answered(THERE, evidence(DEBUG, 60, 300)), other, answered("sysop", evidence(WEB, 62, 110))];
    let second = [mine(), mine(), answered("my own secret", evidence(WEB, 415, 70))];
    let third = [late.clone(), late, unheard()];
    let stage = Stage::Mwdebug { backends: Backends::new(Backend::default(), [next]) };
    let mut journal =
        journal(stage, tests, [first.to_vec(), second.to_vec(), third.to_vec()].concat(), Ending::Finished);
    journal.plan.subject = subject();
    journal.pauses = vec![Pause { host: "en.wikipedia.org".into(), seconds: 5, over: true }];
    journal.differences = [(0, difference()), (3, difference())].into();
    journal
}

#[test]
fn the_file_is_as_it_was() {
    golden("report-pass.html", &to_html(&[passing()]));
    golden("report-fail.html", &to_html(&[passing(), failing()]));
    golden("report-inconclusive.html", &to_html(&[doubtful()]));
}

/// The elements that the file may have. None of them loads, runs or sends anything.
const ELEMENTS: &str = "a article bdi body caption code dd defs del details div dl dt h1 h2 h3 h4 head header html ins li line \
    main meta nav ol p pattern rect section span strong style summary svg table tbody td th thead time title tr ul";
const ATTRIBUTES: &str = "aria-hidden aria-label aria-labelledby charset class content data-held data-verdict datetime dir \
    fill focusable height href http-equiv id lang name open patternTransform patternUnits rel scope stroke-width width x x1 \
    x2 y y1 y2";

fn is_among(list: &str, name: &str) -> bool {
    list.split_whitespace().any(|known| known == name)
}

/// Reads it as browsers do, and holds it against what may be in it.
#[track_caller]
fn read(html: &str) -> Html {
    let page = Html::parse_document(html);
    assert_eq!(page.errors, [""; 0]);
    let (mut ids, mut links) = (BTreeSet::new(), Vec::new());
    for node in page.tree.nodes() {
        let Node::Element(element) = node.value() else { continue };
        assert!(is_among(ELEMENTS, element.name()), "{element:?}");
        for (name, value) in element.attrs() {
            assert!(is_among(ATTRIBUTES, name), "{name} of {element:?}");
            match name {
                "id" => assert!(ids.insert(value.to_owned()), "{value} is there twice"),
                "href" | "aria-labelledby" => links.push((name, value.to_owned())),
                "fill" => assert!(["none", "currentColor", "url(#hatched)"].contains(&value), "{value}"),
                _ => {}
            }
        }
    }
    for (name, link) in links {
        let inside = if name == "href" { link.strip_prefix('#') } else { Some(link.as_str()) };
        match inside {
            Some(id) => assert!(ids.contains(id), "{link} leads nowhere"),
            None => assert!(link.starts_with("https://") || link.starts_with("http://"), "{link}"),
        }
    }
    let odd = |letter: &char| {
        (letter.is_control() && *letter != '\n') || "\u{202e}\u{2066}\u{fffe}\u{fdd0}".contains(*letter)
    };
    assert_eq!(html.chars().find(odd), None);
    page
}

fn texts(page: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    let text = |element: scraper::ElementRef<'_>| {
        element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    page.select(&selector).map(text).collect()
}

#[test]
fn it_is_read_without_an_error_and_says_what_was_verified() {
    let page = read(&to_html(&[passing(), failing()]));
    assert_eq!(texts(&page, "h1"), ["Change 1330001: [enwiki] Add the eventcoordinator group"]);
    assert_eq!(texts(&page, "h2"), ["✓ PASS on mwdebug", "✗ FAIL on production"]);
    assert_eq!(texts(&page, "#run-1-test-1 > h4"), ["1. the group is listed ✓ passed"]);
    assert_eq!(texts(&page, ".tests tbody td"), ["✓ passed", "fixed", "✗ failed", "–", "✗ failed", "–"]);
    let next = texts(&page, ".verdict strong");
    assert_eq!(next, ["Good to continue.", "Please hold, a rollback may be needed."]);
    let links: Vec<_> = page.select(&Selector::parse("a[rel]").unwrap()).filter_map(|link| link.attr("href")).collect();
    assert!(links.contains(&"https://gerrit.wikimedia.org/r/c/1330001"), "{links:?}");
    assert!(links.iter().any(|link| link.starts_with("https://logstash.wikimedia.org/")), "{links:?}");
    assert!(texts(&page, "#run-1-test-1 .hunk")[0].contains("+Only with the patch: <li>sysop, eventcoordinator</li>"));
}

#[test]
fn requests_stand_in_the_order_in_which_they_were_sent_with_their_places_in_words() {
    let page = read(&to_html(&[doubtful()]));
    let rows = texts(&page, ".requests tbody tr");
    let expected = [
        "1. the group is listedk8s-mwdebug, decides, ✓ passed0 ms300 ms",
        "1. the group is listedk8s-mwdebug-next, decides, ? inconclusive1 ms80 ms",
        "1. the group is listedproduction before, compared, ✗ failed2 ms110 ms",
    ];
    assert_eq!(rows[..3], expected);
    assert_eq!(rows.len(), 8);
    assert!(rows[7].ends_with("360 ms1,000 msno answer"), "{}", rows[7]);
    let place = |at: usize, name: &str| {
        let bars: Vec<_> = page.select(&Selector::parse(".timeline rect").unwrap()).collect();
        bars[at].attr(name).unwrap().to_owned()
    };
    assert_eq!(
        (place(0, "x"), place(0, "width"), place(0, "fill")),
        ("0.00%".into(), "22.05%".into(), "currentColor".into())
    );
    assert_eq!(
        (place(2, "x"), place(2, "width"), place(2, "fill")),
        ("0.14%".into(), "8.08%".into(), "url(#hatched)".into())
    );
    assert_eq!(place(7, "fill"), "none");
    assert!(
        texts(&page, "section > .quiet")[0].starts_with("Requests that were not sent, or whose time was not noted: 1.")
    );
}

#[test]
fn what_was_asked_with_the_testers_cookies_is_not_in_it() {
    let html = to_html(&[doubtful()]);
    assert!(!html.contains("secret"), "{html}");
    let page = read(&html);
    assert_eq!(texts(&page, "#run-1-test-4 .difference").len(), 0);
    assert_eq!(texts(&page, "#run-1-test-1 .difference").len(), 1);
    let told = "The page was asked with the tester's cookies, so what differs in it is not in this report.";
    assert_eq!(texts(&page, "#run-1-test-4 > p.quiet"), [told]);
}

/// A run with `text` wherever a text of somebody else's can come from.
fn full_of(text: &str) -> Journal {
    let mut journal = doubtful();
    let own = || Some(text.to_owned());
    text.clone_into(&mut journal.plan.subject.title);
    journal.plan.sources = vec![Owner::Repository(text.to_owned()); journal.plan.tests.len()];
    text.clone_into(&mut journal.pauses[0].host);
    for test in &mut journal.plan.tests {
        (test.name, test.url) = (text.to_owned(), text.to_owned());
        test.skip = test.skip.as_ref().and_then(|_| own());
    }
    for outcome in journal.outcomes.values_mut() {
        let evidence = &mut outcome.evidence;
        (evidence.server, evidence.cache_status, evidence.request_id) = (own(), own(), own());
        (evidence.version, evidence.location) = (own(), own());
        evidence.code = Some(CodeSeen { runs: Runs::Unknown { why: text.to_owned() }, commit: own() });
        evidence.hops = vec![Step { status: 301, location: own() }];
        for result in &mut outcome.assertions {
            (result.expected, result.actual) = (text.to_owned(), text.to_owned());
        }
    }
    for difference in journal.differences.values_mut() {
        difference.fields = vec![Field { name: text.to_owned(), before: text.to_owned(), after: text.to_owned() }];
        let lines = [Line::Same, Line::Gone, Line::New].map(|line| line(text.to_owned()));
        difference.hunks = vec![Hunk { lines: lines.into() }];
    }
    journal
}

#[test]
fn no_text_leaves_its_place() {
    let long = "x".repeat(5_000);
    let plain = read(&to_html(&[full_of("plain")]));
    for text in HOSTILE.into_iter().chain([long.as_str()]) {
        let page = read(&to_html(&[full_of(text)]));
        // Whatever the text, the file has the same elements in the same places.
        let elements = |page: &Html| {
            page.tree
                .nodes()
                .filter_map(|node| node.value().as_element().map(|element| element.name().to_owned()))
                .collect::<Vec<_>>()
        };
        assert_eq!(elements(&page), elements(&plain), "{text:.40}");
    }
    let page = read(&to_html(&[full_of(HOSTILE[0])]));
    assert_eq!(texts(&page, "h1"), ["Change 1330001: <script>alert(1)</script>"]);
}

#[test]
fn a_run_that_is_not_over_or_has_nothing_says_so() {
    let mut running = passing();
    running.ended = None;
    assert_eq!(texts(&read(&to_html(&[running])), "h2"), ["… NOT OVER on mwdebug"]);
    let empty = journal(Stage::Production, Vec::new(), Vec::new(), Ending::Finished);
    let page = read(&to_html(&[empty]));
    assert_eq!(texts(&page, "h2"), ["? INCONCLUSIVE on production"]);
    assert_eq!(texts(&page, ".verdict strong")[0], "The run has no test.");
    assert_eq!(texts(&read(&to_html(&[])), "h1"), ["No run"]);
}

#[test]
fn times_are_of_the_run() {
    let page = read(&to_html(&[passing()]));
    let times: Vec<_> =
        page.select(&Selector::parse("time").unwrap()).filter_map(|time| time.attr("datetime")).collect();
    assert_eq!(times, [asked().to_string(), asked().to_string()]);
    assert!(texts(&page, ".facts")[0].contains("17 August 2026, 13:05:00 UTC"));
    assert!(texts(&page, ".facts")[0].contains("Took2.5 s"));
}
