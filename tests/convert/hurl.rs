// SPDX-License-Identifier: GPL-2.0-or-later
//! Hurl files read and written.

use super::{changed, said};
use backport_verify::check::{Assertion, Order, Predicate, Subject, judge};
use backport_verify::exchange::{Headers, Method, Redirects, Response, Session};
use backport_verify::suite::{Capture, Imported, Suite, Test, read_hurl, write_hurl};
use serde_json::{Value, json};

const API: &str = "https://en.wikipedia.org/w/api.php";

fn fields(pairs: &[(&str, &str)]) -> Headers {
    pairs.iter().copied().collect()
}

fn get(url: &str) -> Test {
    Test { url: url.into(), assertions: vec![Assertion::status(200)], ..Test::default() }
}

fn read(text: &str) -> Imported {
    read_hurl(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn a_request_becomes_that_of_a_test() {
    let form = &[("Content-Type", "application/x-www-form-urlencoded")];
    let json = &[("Content-Type", "application/json")];
    let post = |body: &str, headers: &[(&str, &str)]| Test {
        method: Method::Post,
        body: Some(body.into()),
        headers: fields(headers),
        ..get(API)
    };
    for (entry, expected) in [
        (format!("GET {API}\nHTTP 200"), get(API)),
        (
            format!("# The API answers\nHEAD {API}\nHTTP 200"),
            Test { method: Method::Head, name: "The API answers".into(), ..get(API) },
        ),
        (format!("# License\n\nGET {API}\nHTTP 200"), get(API)),
        (
            format!("GET {API}\nAccept: text/html\nX-A: b\\#c\nHTTP 200"),
            Test { headers: fields(&[("Accept", "text/html"), ("X-A", "b#c")]), ..get(API) },
        ),
        (
            format!("GET {API}?x=1\n[Query]\naction: query\ntitles: A B+C|ü\nHTTP 200"),
            get(&format!("{API}?x=1&action=query&titles=A%20B%2BC%7C%C3%BC")),
        ),
        (format!("POST {API}\n[Form]\na: b c\nd: &\nHTTP 200"), post("a=b+c&d=%26", form)),
        (
            format!("POST {API}\n[Multipart]\na: b\nHTTP 200"),
            post(
                "--backport-verify\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--backport-verify--\r\n",
                &[("Content-Type", "multipart/form-data; boundary=backport-verify")],
            ),
        ),
        (format!("POST {API}\n{{\"a\": [1, \"x\"]}}\nHTTP 200"), post("{\"a\": [1, \"x\"]}", json)),
        (
            format!("PUT {API}\nContent-Type: text/plain\n```\na\nb\n```\nHTTP 200"),
            Test { method: Method::Put, ..post("a\nb\n", &[("Content-Type", "text/plain")]) },
        ),
        (format!("POST {API}\n`one line`\nHTTP 200"), post("one line", &[])),
        (format!("POST {API}\nhex,6162;\nHTTP 200"), post("ab", &[])),
        (
            format!("GET {API}\n[Options]\nlocation: true\nmax-time: 2s\ncompressed: true\nHTTP 200"),
            Test { redirects: Redirects::Follow, timeout_ms: Some(2000), ..get(API) },
        ),
        (
            format!("GET {API}\n[Options]\n# T1 is open\nskip: true\nHTTP 200"),
            Test { skip: Some("T1 is open".into()), ..get(API) },
        ),
        (
            "GET https://{{host}}/w/{{host}}\n[Options]\nvariable: host=en.wikipedia.org\nHTTP 200".to_owned(),
            get("https://en.wikipedia.org/w/en.wikipedia.org"),
        ),
    ] {
        let imported = read(&entry);
        assert_eq!(imported.suite.tests, [expected], "{entry}");
        assert!(imported.lost.iter().all(|lost| !lost.matters), "{entry}: {:?}", said(&imported.lost));
    }
}

fn json_is(path: &str, is: Predicate) -> Assertion {
    Assertion { of: Subject::Json { path: path.into() }, is }
}

fn compares(of: Subject, order: Order, number: u64) -> Assertion {
    Assertion { of, is: Predicate::Compares { order, number: number.into() } }
}

/// A line of `[Asserts]`, and the assertion that says the same.
fn asserts() -> Vec<(&'static str, Assertion)> {
    let text = |text: &str| Value::String(text.into());
    let is = |of, value| Assertion { of, is: Predicate::Is { value } };
    let matches = |of, pattern: &str| Assertion { of, is: Predicate::Matches { pattern: pattern.into() } };
    let header = |name: &str| Subject::Header { name: name.into() };
    let count = |path: &str| Subject::JsonCount { path: path.into() };
    vec![
        ("status == 404", Assertion::status(404)),
        ("status < 500", compares(Subject::Status, Order::Below, 500)),
        ("status not < 400", compares(Subject::Status, Order::AtLeast, 400)),
        ("url == \"https://en.wikipedia.org/wiki/A\"", is(Subject::Url, text("https://en.wikipedia.org/wiki/A"))),
        ("url startsWith \"https://en.\"", matches(Subject::Url, "\\Ahttps://en\\.")),
        ("header \"Location\" endsWith \"/A\"", matches(header("Location"), "/A\\z")),
        ("header \"Vary\" exists", Assertion { of: header("Vary"), is: Predicate::Exists }),
        ("header \"Vary\" not exists", Assertion::header_absent("Vary")),
        ("header \"X\" == \"a\"", Assertion::header_is("X", "a")),
        ("header \"X\" != \"a\"", Assertion { of: header("X"), is: Predicate::IsNot { value: text("a") } }),
        ("header \"X\" matches /^a\\/b/", Assertion::header_matches("X", "^a/b")),
        ("body contains \"a \\\"b\\\"\"", Assertion::body_contains("a \"b\"")),
        ("body not contains \"a\"", Assertion::body_lacks("a")),
        ("body matches /a.b/", Assertion::body_matches("a.b")),
        ("body matches /^a/", Assertion::body_matches("(?-m)^a")),
        ("body matches /(?m)^a$/", Assertion::body_matches("^a$")),
        ("body not matches \"a\"", Assertion { of: Subject::Body, is: Predicate::MatchesNot { pattern: "a".into() } }),
        ("body isEmpty", is(Subject::Body, text(""))),
        ("regex /a(b)/ exists", Assertion::body_matches("a(b)")),
        ("body split \"x\" count == 3", is(Subject::Occurrences { text: "x".into() }, json!(2))),
        ("jsonpath \"$.a\" == \"b\"", json_is("$.a", Predicate::Is { value: text("b") })),
        ("jsonpath \"$.a\" == 1.5", json_is("$.a", Predicate::Is { value: json!(1.5) })),
        ("jsonpath \"$.a\" == true", json_is("$.a", Predicate::Is { value: json!(true) })),
        ("jsonpath \"$.a\" != null", json_is("$.a", Predicate::IsNot { value: Value::Null })),
        ("jsonpath \"$.a\" not exists", json_is("$.a", Predicate::Absent)),
        ("jsonpath \"$..a\" exists", json_is("$..a", Predicate::Exists)),
        ("jsonpath \"$.a\" > 3", compares(Subject::Json { path: "$.a".into() }, Order::Above, 3)),
        (
            "jsonpath \"$.a[*].b\" contains \"x+y\"",
            json_is("$.a[*].b", Predicate::Matches { pattern: "\\Ax\\+y\\z".into() }),
        ),
        ("jsonpath \"$.a\" contains \"x\"", json_is("$.a", Predicate::Contains { value: text("x") })),
        ("jsonpath \"$.a\" count == 2", is(count("$.a[*]"), json!(2))),
        ("jsonpath \"$.a\" count == 0", json_is("$.a", Predicate::Is { value: json!([]) })),
        ("jsonpath \"$.a[?@.b]\" count >= 1", compares(count("$.a[?@.b]"), Order::AtLeast, 1)),
        ("jsonpath \"$.a\" isEmpty", json_is("$.a", Predicate::OneOf { values: vec![text(""), json!([]), json!({})] })),
        ("duration < 900", compares(Subject::Duration, Order::Below, 900)),
        ("bytes count > 10", compares(Subject::Size, Order::Above, 10)),
        (
            "sha256 == hex,e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855;",
            is(Subject::Sha256, text("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")),
        ),
    ]
}

#[test]
fn an_assert_becomes_the_assertion_that_says_the_same_and_goes_back() {
    for (line, expected) in asserts() {
        let imported = read(&format!("GET {API}\nHTTP 200\n[Asserts]\n{line}\n"));
        assert_eq!(imported.suite.tests[0].assertions, [Assertion::status(200), expected], "{line}");
        assert_eq!(said(&imported.lost), Vec::<String>::new(), "{line}");
        let written = write_hurl(&imported.suite);
        if !line.contains("isEmpty") || line.starts_with("body") {
            assert_eq!(read(&written.text).suite, imported.suite, "{}", written.text);
        }
    }
}

#[test]
fn what_stands_below_the_status_line_is_demanded_exactly() {
    let imported = read(&format!("GET {API}\nHTTP 301\nLocation: /a\n```\nx\n```\n"));
    let body = Assertion { of: Subject::Body, is: Predicate::Is { value: json!("x\n") } };
    assert_eq!(
        imported.suite.tests[0].assertions,
        [Assertion::status(301), Assertion::header_is("Location", "/a"), body]
    );
    let imported = read(&format!("GET {API}\nHTTP *\n[Asserts]\nbody contains \"x\"\n"));
    let any = Assertion { of: Subject::Status, is: Predicate::Between { from: 100.into(), to: 598.into() } };
    assert_eq!(imported.suite.tests[0].assertions, [any, Assertion::body_contains("x")]);
}

/// `HTTP *` with these lines, and the statuses of which each is taken by the test that comes of it.
#[track_caller]
fn taken(lines: &str) -> (Vec<u16>, Imported) {
    let imported = read(&format!("GET {API}\nHTTP *\n[Asserts]\n{lines}\n"));
    let assertions = &imported.suite.tests[0].assertions;
    let is_taken = |status: &u16| {
        let answer = Response { status: *status, headers: fields(&[("Location", "/a")]), ..Response::default() };
        let holds = assertions.iter().all(|assertion| judge(assertion, &answer).held);
        holds && ((200..300).contains(status) || assertions.iter().any(|one| one.speaks_of_status(*status)))
    };
    (vec![200, 299, 300, 301, 304, 308, 404, 500].into_iter().filter(is_taken).collect(), imported)
}

#[test]
fn no_other_status_is_taken_than_by_hurl() {
    let leads = "header \"Location\" == \"/a\"";
    let of_redirects = format!("status toString matches /^(2[0-9]{{2}}|30[12378])$/\n{leads}");
    for (lines, expected) in [
        ("status < 500", vec![200, 299, 300, 301, 304, 308, 404]),
        ("status != 500", vec![200, 299, 300, 301, 304, 308, 404]),
        ("status >= 300", vec![300, 301, 304, 308, 404, 500]),
        ("status >= 200\nstatus < 300", vec![200, 299]),
        (leads, vec![200, 299, 300, 301, 304, 308, 404, 500]),
        (&format!("status >= 200\nstatus < 300\n{leads}"), vec![200, 299]),
        (&of_redirects, vec![200, 299, 301, 308]),
    ] {
        let (statuses, imported) = taken(lines);
        assert_eq!((statuses, said(&imported.lost)), (expected, Vec::new()), "{lines}");
    }
    let (statuses, imported) = taken("status toString matches /^(2[0-9]{2}|30[12378])$/\nbody not contains \"x\"");
    assert_eq!(statuses, [200, 299]);
    changed(&imported, "nothing says where a redirect leads");
}

#[test]
fn a_demand_on_the_status_that_takes_in_redirects_comes_back_as_it_was() {
    let is = Predicate::Between { from: 100.into(), to: 399.into() };
    let suite = Suite { tests: vec![Test { assertions: vec![Assertion { of: Subject::Status, is }], ..get(API) }] };
    let written = write_hurl(&suite);
    assert_eq!(
        (written.text.as_str(), written.lost),
        (&*format!("GET {API}\nHTTP *\n[Asserts]\nstatus <= 399\n"), vec![])
    );
    assert_eq!(read(&written.text).suite, suite);
}

#[test]
fn what_goes_without_saying_of_the_status_is_written_for_hurl() {
    let below = compares(Subject::Status, Order::Below, 500);
    for (assertion, lines) in [
        (Assertion::body_contains("x"), "status >= 200\nstatus < 300\nbody contains \"x\"\n"),
        (below, "status >= 200\nstatus < 300\nstatus < 500\n"),
        (
            Assertion::header_is("location", "/a"),
            "status toString matches /^(2[0-9]{2}|30[12378])$/\nheader \"location\" == \"/a\"\n",
        ),
    ] {
        let written = write_hurl(&Suite { tests: vec![Test { assertions: vec![assertion], ..get(API) }] });
        assert_eq!(written.text, format!("GET {API}\nHTTP *\n[Asserts]\n{lines}"));
        assert_eq!(written.lost, []);
    }
}

#[test]
fn a_demand_that_cannot_be_said_is_listed_with_its_line() {
    for line in [
        "body matches /[/",
        "xpath \"string(//title)\" == \"A\"",
        "cookie \"a\" exists",
        "header \"Set-Cookie\" exists",
        "certificate \"Issuer\" contains \"x\"",
        "ip == \"::1\"",
        "version == \"2\"",
        "md5 == hex,d41d8cd98f00b204e9800998ecf8427e;",
        "redirects count == 1",
        "variable \"x\" == \"1\"",
        "regex /a(b)/ == \"b\"",
        "header \"X\" count == 2",
        "header \"X\" replace \"a\" \"b\" == \"c\"",
        "jsonpath \"$.a\" isString",
        "jsonpath \"$.a\" not isEmpty",
        "jsonpath \"$.a[*]\" == \"x\"",
        "jsonpath \"$.a[*]\" > 3",
        "jsonpath \"$.a[*]\" contains 3",
        "jsonpath \"$.a\" count < 5",
        "jsonpath \"$.a\" nth 0 == 1",
        "jsonpath \"$[\" exists",
        "body == file,a.html;",
        "body == {{unknown}}",
        "body contains \"{{unknown}}\"",
        "body matches /\\p{Greek}/",
        "status == 99",
    ] {
        let imported = read(&format!("GET {API}\nHTTP 200\n[Asserts]\n{line}\n"));
        assert_eq!(imported.suite.tests[0].assertions, [Assertion::status(200)], "{line}");
        let said = said(&imported.lost);
        assert!(
            matches!(said.as_slice(), [one] if one.starts_with("line 4: CHANGED: this demand is left out: ")),
            "{said:?}"
        );
    }
}

#[test]
fn what_changes_the_request_is_listed_as_that() {
    for (entry, words) in [
        ("PURGE https://en.wikipedia.org/\nHTTP 200".to_owned(), "<PURGE> is no method"),
        ("GET https://{{lang}}/\nHTTP 200".to_owned(), "{{lang}} is set outside of the file"),
        (format!("GET {API}?x={{{{newUuid}}}}\nHTTP 200"), "{{newUuid}} is set outside"),
        (format!("GET {API}\n[BasicAuth]\nme: hunter2\nHTTP 200"), "[BasicAuth]: left out"),
        (format!("GET {API}\n[Cookies]\na: hunter2\nHTTP 200"), "[Cookies]: left out"),
        (format!("GET {API}\n[Options]\nuser: me:hunter2\nHTTP 200"), "user: left out"),
        (format!("GET {API}\n[Options]\nretry: 3\nHTTP 200"), "retry cannot be part"),
        (format!("GET {API}\nAuthorization: Bearer hunter2\nHTTP 200"), "Authorization: left out"),
        (format!("POST {API}\nfile,a.bin;\nHTTP 200"), "a body from a file"),
        (format!("POST {API}\n[Multipart]\na: file,hunter2;\nHTTP 200"), "a file cannot be sent"),
        (format!("GET {API}\nHTTP/2 200"), "HTTP/2: a test cannot demand"),
        (format!("GET {API}\nHTTP 200\n[Captures]\nt: xpath \"//a\"\n"), "{{t}} cannot be taken"),
    ] {
        let imported = read(&entry);
        changed(&imported, words);
        let kept = serde_json::to_string(&imported.suite).unwrap() + &said(&imported.lost).join("\n");
        assert!(!kept.contains("hunter2"), "{kept}");
    }
    let imported = read(&format!("GET {API}"));
    assert_eq!(imported.suite.tests, [get(API)]);
    assert!(said(&imported.lost)[0].contains("the test demands status 200"));
}

#[test]
fn what_one_entry_takes_the_next_uses() {
    let text = format!(
        "GET {API}\nHTTP 200\n[Captures]\nid: jsonpath \"$.id\"\n\nPOST {API}?id={{{{id}}}}\nX-A: {{{{ id }}}}\n`a={{{{id}}}}`\nHTTP 200\n"
    );
    let imported = read(&text);
    assert_eq!(said(&imported.lost), Vec::<String>::new());
    let [first, second] = imported.suite.tests.as_slice() else { panic!("two tests") };
    assert_eq!(first.captures, [Capture { name: "id".into(), of: Subject::Json { path: "$.id".into() } }]);
    assert_eq!(second.url, format!("{API}?id={{{{id}}}}"));
    assert_eq!((second.headers.get("X-A").as_deref(), second.body.as_deref()), (Some("{{id}}"), Some("a={{id}}")));
    assert_eq!(read(&write_hurl(&imported.suite).text).suite, imported.suite);
}

#[test]
fn what_hurl_cannot_say_is_listed() {
    let exists = |of| Assertion { of, is: Predicate::Exists };
    let test = Test {
        session: Session::Mine,
        must_fail_before: true,
        assertions: vec![
            exists(Subject::MwConfig { name: "wgX".into() }),
            exists(Subject::Html { selector: "#a".into() }),
            exists(Subject::ApiError),
            json_is("$.a[*]", Predicate::OneOf { values: vec![json!("x")] }),
            Assertion { of: Subject::Redirects, is: Predicate::Is { value: json!([]) } },
            Assertion { of: Subject::JsonCount { path: "$.a".into() }, is: Predicate::Is { value: json!(1) } },
            Assertion::body_contains("x"),
        ],
        ..get(API)
    };
    let written = write_hurl(&Suite { tests: vec![test] });
    assert_eq!(
        written.text,
        format!("GET {API}\nHTTP *\n[Asserts]\nstatus >= 200\nstatus < 300\nbody contains \"x\"\n")
    );
    assert_eq!(written.lost.len(), 8, "{:?}", said(&written.lost));
    assert!(written.lost.iter().all(|lost| lost.matters));
}

#[test]
fn what_is_no_hurl_file_says_where() {
    for (text, start) in [
        ("get https://en.wikipedia.org/\n", "line 1, column 1: this is no Hurl file: "),
        ("GET https://en.wikipedia.org/\nHTTP 200\n[Asserts]\nfoo == 1\n", "line 4, column 1: this is no Hurl file: "),
        (
            "POST https://en.wikipedia.org/\n<a/>\nHTTP 200\n",
            "line 2, column 1: this is no Hurl file: a body in XML is not read",
        ),
        ("GET https://a/\\u{ffffffffffff}\n", "line 1, column 1: <\\u{…}> takes up to six"),
    ] {
        let error = read_hurl(text).unwrap_err().to_string();
        assert!(error.starts_with(start), "{error}");
    }
    // As deep as it is read takes less of the stack than a page has.
    let brackets = format!("POST https://en.wikipedia.org/\n{}{}\nHTTP 200\n", "[".repeat(99), "]".repeat(99));
    let reads = move || read_hurl(&brackets).map(|imported| imported.suite.tests.len());
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(reads).unwrap();
    assert_eq!(thread.join().unwrap(), Ok(1));
    let deep = format!("POST https://a/\n{}", "[".repeat(100_000));
    assert!(read_hurl(&deep).unwrap_err().message.contains("nested"));
}
