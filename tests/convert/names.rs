// SPDX-License-Identifier: GPL-2.0-or-later
//! `{host}` and `{wiki}` of a run, and captured values, on their way to and from Hurl and curl: they stay apart.

use super::{changed, said};
use backport_verify::check::{Assertion, Predicate, Subject};
use backport_verify::exchange::{Headers, Method};
use backport_verify::suite::{Capture, Suite, Test, read_curl, read_hurl, write_curl, write_hurl};
use serde_json::json;

fn get(url: &str) -> Test {
    Test { url: url.into(), assertions: vec![Assertion::status(200)], ..Test::default() }
}

fn suite(test: Test) -> Suite {
    Suite { tests: vec![test] }
}

#[test]
fn the_host_and_the_wiki_of_a_run_are_variables_in_hurl_and_come_back() {
    let all = suite(Test {
        method: Method::Post,
        headers: [("X-Wiki", "{{wiki}}")].into_iter().collect::<Headers>(),
        body: Some("{\"a\": \"{{host}}\"}".into()),
        assertions: vec![
            Assertion::status(200),
            Assertion::body_contains("{{wiki}}"),
            Assertion::header_matches("Location", "\\Ahttps://{{host}}/"),
            Assertion::header_matches("Location", "/{{wiki}}\\z"),
            Assertion { of: Subject::Json { path: "$.a".into() }, is: Predicate::Is { value: json!("{{host}}") } },
        ],
        ..get("https://{host}/w/api.php?wiki={wiki}")
    });
    let written = write_hurl(&all);
    assert_eq!(
        written.text,
        "# Run it with: hurl --variable host=en.wikipedia.org --variable wiki=enwiki\n\n\
         POST https://{{host}}/w/api.php?wiki={{wiki}}\nX-Wiki: {{wiki}}\n`{\"a\": \"{{host}}\"}`\nHTTP 200\n[Asserts]\n\
         body contains \"{{wiki}}\"\nheader \"Location\" startsWith \"https://{{host}}/\"\n\
         header \"Location\" endsWith \"/{{wiki}}\"\njsonpath \"$.a\" == \"{{host}}\"\n"
    );
    let label = "test 1 <https://{host}/w/api.php?wiki={wiki}>";
    assert_eq!(
        said(&written.lost),
        [
            format!("{label}: {{host}} is a variable of Hurl's; give it with <--variable host=en.wikipedia.org>"),
            format!("{label}: {{wiki}} is a variable of Hurl's; give it with <--variable wiki=enwiki>"),
        ]
    );
    let back = read_hurl(&written.text).unwrap();
    assert_eq!(back.suite, all);
    assert_eq!(
        said(&back.lost),
        [
            "line 3: {{host}} is set outside of the file; here it is the host that a run asks",
            "line 3: {{wiki}} is set outside of the file; here it is the wiki that a run asks",
        ]
    );
}

#[test]
fn a_value_in_a_form_is_a_variable_too() {
    let form = [("Content-Type", "application/x-www-form-urlencoded")].into_iter().collect::<Headers>();
    let body = Some("a=%7B%7Bhost%7D%7D&b={{wiki}}".to_owned());
    let written = write_hurl(&suite(Test { method: Method::Post, headers: form, body, ..get("https://{host}/") }));
    assert!(written.text.contains("`a={{host}}&b={{wiki}}`"), "{}", written.text);
}

#[test]
fn what_hurl_would_judge_otherwise_with_a_value_is_listed() {
    for is in [
        Predicate::Matches { pattern: "a.*{{host}}".into() },
        Predicate::OneOf { values: vec![json!("{{host}}"), json!("b")] },
    ] {
        let written =
            write_hurl(&suite(Test { assertions: vec![Assertion { of: Subject::Url, is }], ..get("https://{host}/") }));
        assert!(
            said(&written.lost).iter().any(|line| line.contains("CHANGED: Hurl cannot demand that final URL")),
            "{written:?}"
        );
        assert!(!written.text.contains("matches \""), "{}", written.text);
    }
    for line in ["body matches \"a{{host}}\"", "regex \"{{wiki}}.*\" exists"] {
        let imported = read_hurl(&format!("GET https://{{{{host}}}}/\nHTTP 200\n[Asserts]\n{line}\n")).unwrap();
        changed(&imported, "a value stands in an expression");
        assert_eq!(imported.suite.tests[0].assertions, [Assertion::status(200)]);
    }
}

#[test]
fn a_host_that_means_another_thing_in_a_hurl_file_is_not_ours() {
    for url in [
        "{{host}}/wiki/A",
        "http://{{host}}/",
        "https://{{host}}:8443/",
        "https://en.{{host}}/",
        "https://{{host}}.org",
    ] {
        let imported =
            read_hurl(&format!("GET {url}\nX: {{{{host}}}}\nHTTP 200\n[Asserts]\nbody contains \"{{{{host}}}}\"\n"))
                .unwrap();
        changed(&imported, "{{host}} is set outside");
        changed(&imported, "this demand is left out: {{host}} is not known");
        let [test] = imported.suite.tests.as_slice() else { panic!("one test") };
        assert!(!test.names().contains("host"), "{test:?}");
        assert_eq!(test.headers.get("X").as_deref(), Some("{{hurl_host}}"));
    }
    let imported = read_hurl("GET https://{{wiki}}.wikipedia.org/{{wiki}}\nHTTP 200\n").unwrap();
    changed(&imported, "{{wiki}} is set outside");
    assert!(!imported.suite.tests[0].names().contains("wiki"));
}

#[test]
fn a_captured_host_is_not_the_host_of_a_run() {
    let text = "GET https://en.wikipedia.org/\nHTTP 200\n[Captures]\nhost: jsonpath \"$.h\"\ncsrf-Token: jsonpath \"$.t\"\n\n\
                GET https://en.wikipedia.org/{{host}}?t={{csrf-Token}}\nHTTP 200\n[Asserts]\nbody contains \"{{host}}\"\n";
    let imported = read_hurl(text).unwrap();
    assert_eq!(
        said(&imported.lost),
        ["line 4: {{host}} is called {{hurl_host}} here", "line 5: {{csrf-Token}} is called {{csrf_token}} here"]
    );
    let [first, second] = imported.suite.tests.as_slice() else { panic!("two tests") };
    let json = |path: &str| Subject::Json { path: path.into() };
    let captures = [("hurl_host", json("$.h")), ("csrf_token", json("$.t"))];
    assert_eq!(first.captures, captures.map(|(name, of)| Capture { name: name.into(), of }));
    assert_eq!(second.url, "https://en.wikipedia.org/{{hurl_host}}?t={{csrf_token}}");
    assert_eq!(second.assertions[1], Assertion::body_contains("{{hurl_host}}"));
    assert_eq!(imported.suite.tests.iter().map(Test::validate).collect::<Vec<_>>(), [Ok(()), Ok(())]);
    assert_eq!(read_hurl(&write_hurl(&imported.suite).text).unwrap().suite, imported.suite);

    let names = Test { captures: vec![Capture { name: "host".into(), of: json("$.h") }], ..get("https://{host}/") };
    let written = write_hurl(&suite(names));
    assert!(!written.text.contains("[Captures]"), "{}", written.text);
    assert!(said(&written.lost).iter().any(|line| line.contains("CHANGED: Hurl cannot take {{host}}")), "{written:?}");
}

#[test]
fn two_names_that_would_be_one_here_stay_two() {
    let text = "GET https://en.wikipedia.org/\nHTTP 200\n[Captures]\nID: jsonpath \"$.a\"\nid: jsonpath \"$.b\"\n\n\
                GET https://en.wikipedia.org/{{ID}}/{{id}}\nHTTP 200\n";
    let imported = read_hurl(text).unwrap();
    assert_eq!(imported.suite.tests[1].url, "https://en.wikipedia.org/{{id}}/{{id_}}");
}

#[test]
fn letters_that_would_be_a_value_here_are_listed() {
    for entry in [
        "GET https://en.wikipedia.org/{host}\nHTTP 200",
        "GET https://en.wikipedia.org/\nX: \\u{7b}{wiki}}\nHTTP 200",
        "POST https://en.wikipedia.org/\n[Form]\na: \\u{7b}{host}}\nHTTP 200",
        "GET https://en.wikipedia.org/\nHTTP 200\n[Asserts]\nbody contains \"\\u{7b}{host}}\"",
        "GET https://en.wikipedia.org/\nHTTP 200\n[Captures]\na: jsonpath \"$.a\"\n\nGET https://en.wikipedia.org/\nX: \\u{7b}{a}}\nHTTP 200",
    ] {
        changed(&read_hurl(entry).unwrap(), "its braces would be taken for a value here");
    }
    let kept =
        read_hurl("GET https://en.wikipedia.org/\nHTTP 200\n[Asserts]\nbody contains \"\\u{7b}{ host }}\"").unwrap();
    assert_eq!(kept.suite.tests[0].assertions[1], Assertion::body_contains("{{ host }}"));
    assert_eq!(said(&kept.lost), Vec::<String>::new());
}

#[test]
fn curl_has_no_host_or_wiki_of_a_run_and_says_what_to_put_there() {
    let written = write_curl(&suite(get("https://{host}/wiki/{wiki}")));
    for words in [
        "CHANGED: curl sends {host} as it stands; put a host such as en.wikipedia.org in its place",
        "put a wiki such as enwiki",
    ] {
        assert!(said(&written.lost).iter().any(|line| line.contains(words)), "{:?}", said(&written.lost));
    }
    let back = read_curl(&written.text).unwrap();
    assert_eq!(back.suite.tests[0].url, "https://{host}/wiki/{wiki}");
    changed(&back, "{host} is the host that a run asks here; curl sends it as it stands");
    let demanded = Test { assertions: vec![Assertion::body_contains("{{host}}")], ..get("https://en.wikipedia.org/") };
    let demands = said(&write_curl(&suite(demanded)).lost);
    assert!(demands.iter().all(|line| line.contains("curl cannot demand")), "{demands:?}");
}
