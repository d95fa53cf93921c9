// SPDX-License-Identifier: GPL-2.0-or-later
//! What a file for httpbb does not say, and that it is told.

use backport_verify::check::{Assertion, Predicate, Subject};
use backport_verify::exchange::{Headers, Method, Redirects, Session};
use backport_verify::suite::{Capture, Only, Suite, Test, write_httpbb};

fn test() -> Test {
    Test {
        name: "Group".into(),
        url: "https://en.wikipedia.org/wiki/X".into(),
        assertions: vec![Assertion::status(200)],
        ..Test::default()
    }
}

fn written(tests: &[Test]) -> (String, Vec<String>) {
    let (yaml, lost) = write_httpbb(&Suite { tests: tests.to_vec() });
    (yaml, lost.iter().map(ToString::to_string).collect())
}

#[test]
fn a_test_whose_meaning_would_change_is_left_out_and_listed() {
    let post = || Test { method: Method::Post, ..test() };
    let token = Capture { name: "token".into(), of: Subject::Body };
    for (test, why) in [
        (Test { redirects: Redirects::Follow, ..test() }, "it follows redirects"),
        (Test { session: Session::Mine, ..test() }, "it asks as the user who is logged in"),
        (Test { skip: Some("broken".into()), ..test() }, "it is skipped: broken"),
        (Test { only: Some(Only::Production), ..test() }, "it is for production alone"),
        (Test { only: Some(Only::Mwdebug), ..test() }, "it is for mwdebug alone"),
        (Test { url: "https://{host}/".into(), ..test() }, "it uses {host}, which a run gives"),
        (
            Test { assertions: vec![Assertion::body_contains("{{wiki}}")], ..test() },
            "it uses {wiki}, which a run gives",
        ),
        (Test { body: Some("x".into()), ..post() }, "its body is neither a form nor JSON"),
        (Test { headers: Headers::from_iter([("X", "1"), ("x", "2")]), ..test() }, "it sends the header x twice"),
        (
            Test { headers: Headers::from_iter([("X", "{{token}}")]), captures: vec![token], ..test() },
            "it uses <token>, which is taken from another answer",
        ),
        (Test { assertions: vec![Assertion::body_lacks("x")], ..test() }, "httpbb can say none of what it demands"),
    ] {
        let (yaml, lost) = written(&[test]);
        assert_eq!((yaml.as_str(), lost), ("{}\n", vec![format!("Group: left out, because {why}")]));
    }
}

#[test]
fn what_is_not_said_of_a_test_is_listed_and_the_rest_is_written() {
    let of = Subject::Html { selector: "#firstHeading".into() };
    let test = Test {
        tags: ["a".to_owned(), "b".to_owned()].into(),
        must_fail_before: true,
        timeout_ms: Some(2500),
        captures: vec![Capture { name: "token".into(), of: Subject::Body }],
        assertions: vec![
            Assertion::body_contains("x"),
            Assertion::body_lacks("y"),
            Assertion { of, is: Predicate::Exists },
        ],
        ..test()
    };
    let (yaml, lost) = written(&[test]);
    assert_eq!(yaml, "\"https://en.wikipedia.org\":\n# Group\n- path: \"/wiki/X\"\n  assert_body_contains: \"x\"\n");
    assert_eq!(
        lost,
        [
            "Group: tags a, b",
            "Group: that it must fail before",
            "Group: its timeout of 2500 ms",
            "Group: that it captures <token>",
            "Group: body does not contain <y>",
            "Group: element #firstHeading exists",
            "Group: that its answer must be a success, because no status is demanded",
        ]
    );
}

#[test]
fn a_test_with_more_of_a_kind_is_written_several_times_unless_it_may_change_something() {
    let assertions = vec![
        Assertion::body_contains("a"),
        Assertion::status(200),
        Assertion::body_contains("b"),
        Assertion::header_is("X", "y"),
    ];
    let safe = Test { name: String::new(), assertions, ..test() };
    let (yaml, lost) = written(std::slice::from_ref(&safe));
    assert_eq!(
        yaml,
        "\"https://en.wikipedia.org\":\n\
         - path: \"/wiki/X\"\n  assert_status: 200\n  assert_body_contains: \"a\"\n  assert_headers:\n    \"X\": \"y\"\n\
         - path: \"/wiki/X\"\n  assert_status: 200\n  assert_body_contains: \"b\"\n"
    );
    assert_eq!(lost, Vec::<String>::new());
    let (yaml, lost) = written(&[Test { method: Method::Post, ..safe }]);
    assert_eq!(yaml.matches("- path").count(), 1);
    assert_eq!(lost, ["https://en.wikipedia.org/wiki/X: body contains <b>, since it would have to be sent once more"]);
}

#[test]
fn each_host_stands_there_once_and_a_name_cannot_leave_its_comment() {
    let here = |url: &str, name: &str| Test { url: url.into(), name: name.into(), ..test() };
    let (yaml, _) = written(&[
        here("https://en.wikipedia.org/1", "a\nhttps://evil.example:\u{2028}- x"),
        here("https://de.wikipedia.org/2", ""),
        here("https://en.wikipedia.org/3", ""),
    ]);
    assert_eq!(
        yaml,
        "\"https://en.wikipedia.org\":\n# a https://evil.example: - x\n- path: \"/1\"\n  assert_status: 200\n\
         - path: \"/3\"\n  assert_status: 200\n\
         \"https://de.wikipedia.org\":\n- path: \"/2\"\n  assert_status: 200\n"
    );
}
