// SPDX-License-Identifier: GPL-2.0-or-later
//! States of the workbench's form: the whole vocabulary, owners, tries, unsaved changes, search.

use super::{GERRIT, URL, about, answer, at, event, outcome, page, ready, test};
use backport_verify::app::{Concern, Problem, Reply, State, Tried, TriedAbove, UnsavedTests};
use backport_verify::check::{Assertion, Order, Predicate, Subject};
use backport_verify::exchange::{Headers, Method};
use backport_verify::suite::{Capture, Only, Owner, Suite, Test};
use backport_verify::ui::{Page, Screen};
use backport_verify::verify::{Doubt, Evidence, Outcome, Reason, Verdict};
use serde_json::json;
use std::collections::BTreeMap;

pub(crate) const ECHO: &str = "mediawiki/extensions/Echo";

/// The story's change, whose repository and wiki have tests of their own.
pub(crate) fn owned() -> State {
    let (repository, wiki) = (Owner::Repository(ECHO.into()), Owner::Wiki("enwiki".into()));
    let smoke = |name: &str| Test { name: name.into(), tags: ["smoke".to_owned()].into(), ..test() };
    let mut state = ready();
    state.owners.insert(GERRIT, vec![Owner::numbered(GERRIT), repository.clone(), wiki]);
    state
        .suites
        .insert(repository, Suite { tests: vec![smoke("Notifications open"), smoke("No notification is lost")] });
    state
}

/// A test with an assertion of every kind, one of which no control can show.
pub(crate) fn whole_vocabulary() -> Test {
    let path = || "$.query.general.generator".to_owned();
    let (selector, attribute) = ("link[rel=\"canonical\"]".to_owned(), "href".to_owned());
    let pairs = [
        (Subject::Body, Predicate::Contains { value: json!("two\nlines") }),
        (
            Subject::Occurrences { text: "mw-echo".into() },
            Predicate::Compares { order: Order::AtLeast, number: 2.into() },
        ),
        (Subject::Html { selector: "#firstHeading".into() }, Predicate::Is { value: json!("Main Page") }),
        (Subject::HtmlAttribute { selector, attribute }, Predicate::Matches { pattern: "^https://".into() }),
        (Subject::HtmlCount { selector: "li".into() }, Predicate::Between { from: 1.into(), to: 20.into() }),
        (Subject::Status, Predicate::OneOf { values: vec![json!(200), json!(304)] }),
        (Subject::Redirects, Predicate::Is { value: json!(["https://en.wikipedia.org/wiki/A"]) }),
        (Subject::Duration, Predicate::Compares { order: Order::Below, number: 2000.into() }),
        (Subject::Json { path: path() }, Predicate::Is { value: json!("200") }),
        (Subject::JsonCount { path: path() }, Predicate::Is { value: json!(1) }),
        (Subject::MwConfig { name: "wgEchoMaxCount".into() }, Predicate::Is { value: json!(99) }),
        (Subject::ApiError, Predicate::Absent),
        (Subject::Body, Predicate::Contains { value: json!("a\r\nb") }),
    ];
    let assertions = pairs.into_iter().map(|(of, is)| Assertion { of, is }).collect();
    let of = Subject::Json { path: "$.query.tokens.csrftoken".into() };
    Test {
        name: "Everything".into(),
        url: URL.into(),
        method: Method::Post,
        headers: Headers::from_iter([("Accept-Language", "de"), ("Content-Type", "application/json")]),
        body: Some("{\"a\": 1}".into()),
        tags: ["smoke".to_owned(), "echo".to_owned()].into(),
        skip: Some("waits for T123456".into()),
        only: Some(Only::Mwdebug),
        timeout_ms: Some(5000),
        captures: vec![Capture { name: "token".into(), of }],
        assertions,
        ..Test::default()
    }
}

/// The story's change, about these wikis.
pub(crate) fn concerned(concern: Concern) -> State {
    State { concerns: [(GERRIT, concern)].into(), ..ready() }
}

fn bench(state: State) -> Page {
    page(Screen::Workbench, Some(state))
}

/// The story's test as it was tried; the answer is still to come without an outcome.
pub(crate) fn tried(verdict: Option<Verdict>) -> State {
    let (id, owner) = ("t1".into(), Owner::numbered(GERRIT));
    let outcome = verdict.map(|verdict| outcome(verdict, true));
    let (test, above, variables, waits) = (test(), Vec::new(), BTreeMap::new(), Vec::new());
    let tried = Tried { id, owner, test, above, variables, on_mwdebug: false, at: at("14:17"), waits, outcome };
    State { tried: vec![tried], ..ready() }
}

/// A test that captures a value.
pub(crate) fn gives() -> Test {
    let of = Subject::Json { path: "$.query.tokens.csrftoken".into() };
    let assertions = vec![Assertion { of: of.clone(), is: Predicate::Exists }];
    let captures = vec![Capture { name: "token".into(), of }];
    let url = "https://{host}/w/api.php?action=query&meta=tokens&format=json".into();
    Test { name: "The token".into(), url, captures, assertions, ..Test::default() }
}

/// One that needs it.
pub(crate) fn takes() -> Test {
    Test {
        name: "With the token".into(),
        url: "https://{host}/wiki/Special:ListGroupRights?{{token}}".into(),
        ..test()
    }
}

/// The second of them as it was tried, and what came of both; while the first is asked without.
pub(crate) fn tried_with_above(above: Option<Verdict>, own: Option<Verdict>) -> State {
    let mut state = tried(own);
    state.suites.insert(Owner::numbered(GERRIT), Suite { tests: vec![gives(), takes()] });
    let tried = &mut state.tried[0];
    tried.test = takes();
    tried.variables = [("host".to_owned(), "en.wikipedia.org".to_owned())].into();
    let doubt = Doubt::NotCaptured { name: "token".into(), from: "The token".into(), why: "it is inconclusive".into() };
    if own == Some(Verdict::Inconclusive) {
        tried.outcome = Some(Outcome::inconclusive(Reason::Doubt { doubt }, Evidence::default()));
    }
    let came = above.map(|verdict| outcome(verdict, true));
    tried.above = vec![TriedAbove { test: gives(), outcome: came }];
    if above.is_none() {
        tried.waits = vec!["en.wikipedia.org asked to wait 5 s".to_owned()];
    }
    state
}

/// What was typed and not saved: the text of the first assertion.
pub(crate) fn unsaved(text: &str) -> State {
    let mut first = bench(ready());
    let form = [("name", "The group is listed"), ("url", URL), ("kind", "body"), ("must", "contains"), ("value", text)];
    first.act(event("edit", &[("test", "0")], &form));
    let effects = first.leave();
    let [backport_verify::ui::Effect::Send(backport_verify::app::Command::KeepDraft { owner, rows: Some(rows) })] =
        effects.as_slice()
    else {
        return ready();
    };
    State { drafts: [(owner.clone(), UnsavedTests { at: at("14:05"), rows: rows.clone() })].into(), ..ready() }
}

/// One more test is saved for the story's change.
pub(crate) fn saved_elsewhere(mut state: State) -> (State, Test) {
    let new =
        Test { name: "Added elsewhere".into(), assertions: vec![Assertion::body_contains("elsewhere")], ..test() };
    state.suites.entry(Owner::numbered(GERRIT)).or_default().tests.push(new.clone());
    (state, new)
}

/// A page that saved what is typed over tests that it had not seen, was refused, and has seen them since.
pub(crate) fn refused_save() -> Page {
    let mut refused = bench(ready());
    let mut form = vec![("name", "The group is listed"), ("url", URL), ("kind", "body"), ("must", "contains")];
    form.extend([("value", "typed"), ("kind", "status"), ("must", "is"), ("value", "200")]);
    let sent = refused.act(event("save-tests", &[], &form));
    answer(&mut refused, &sent, Reply::Refused { problem: Problem::SavedElsewhere });
    refused.set_state(saved_elsewhere(ready()).0);
    refused
}

pub(crate) fn workbenches() -> Vec<(&'static str, Page)> {
    let mut whole = ready();
    whole.suites.insert(Owner::numbered(GERRIT), Suite { tests: vec![whole_vocabulary()] });
    let mut shared = bench(owned());
    shared.act(event("choose-owner", &[("owner", &format!("repository:{ECHO}"))], &[]));
    let mut given = bench(owned());
    given.act(event("copy-to", &[("owner", "wiki:enwiki"), ("test", "0")], &[]));
    let mut searched = bench(owned());
    searched.act(event("search", &[], &[("search", "smoke lost")]));
    let mut wrong = bench(ready());
    wrong.act(event("add-wiki", &[], &[("about-wiki", "nonsense")]));
    let mut nothing_found = bench(owned());
    nothing_found.act(event("search", &[], &[("search", "nowhere")]));
    vec![
        ("workbench_which_wiki", bench(concerned(about(&["jawiki", "dewiki"])))),
        ("workbench_wiki_said", bench(concerned(Concern { said: true, ..about(&["jawiki"]) }))),
        ("workbench_no_such_wiki", wrong),
        ("workbench_whole_vocabulary", bench(whole)),
        ("workbench_owners", bench(owned())),
        ("workbench_shared", shared),
        ("workbench_given", given),
        ("workbench_trying", bench(tried(None))),
        ("workbench_tried_fail", bench(tried(Some(Verdict::Fail)))),
        ("workbench_tried_inconclusive", bench(tried(Some(Verdict::Inconclusive)))),
        ("workbench_trying_above", bench(tried_with_above(None, None))),
        ("workbench_trying_after_above", bench(tried_with_above(Some(Verdict::Pass), None))),
        ("workbench_tried_after_above", bench(tried_with_above(Some(Verdict::Fail), Some(Verdict::Pass)))),
        (
            "workbench_tried_without_value",
            bench(tried_with_above(Some(Verdict::Inconclusive), Some(Verdict::Inconclusive))),
        ),
        ("workbench_unsaved_again", bench(unsaved("typed before"))),
        ("workbench_saved_elsewhere", bench(saved_elsewhere(unsaved("typed before")).0)),
        ("workbench_save_refused", refused_save()),
        ("workbench_searched", searched),
        ("workbench_nothing_found", nothing_found),
    ]
}
