// SPDX-License-Identifier: GPL-2.0-or-later
//! curl commands read and written.

use super::{changed, said};
use backport_verify::check::{Assertion, Predicate, Subject};
use backport_verify::exchange::{Headers, Method, Redirects, Session};
use backport_verify::suite::{Suite, Test, read_curl, write_curl};

const WIKI: &str = "https://en.wikipedia.org/wiki/Special:Version";

const CHROME: &str = r"curl 'https://en.wikipedia.org/w/api.php?action=query&format=json' \
  -H 'accept: application/json, text/javascript, */*; q=0.01' \
  -H 'accept-language: en-GB,en;q=0.9' \
  -b 'GeoIP=XX:secret; enwikiSession=hunter2secret' \
  -H 'priority: u=1, i' \
  -H 'referer: https://en.wikipedia.org/wiki/Main_Page' \
  -H 'sec-ch-ua: ' \
  -H 'sec-fetch-mode: cors' \
  -H 'user-agent: Mozilla/5.0 (X11; Linux x86_64)' \
  -H 'x-requested-with: XMLHttpRequest'";

const CHROME_POST: &str = "curl 'https://en.wikipedia.org/w/api.php' \\\n  -H 'content-type: application/x-www-form-urlencoded; charset=UTF-8' \\\n  -H 'origin: https://en.wikipedia.org' \\\n  --data-raw $'action=parse&text=It\\u0027s+true\\u0021' ;\ncurl 'https://www.wikidata.org/wiki/Q1' --compressed";

const FIREFOX: &str = r"curl 'https://en.wikipedia.org/w/rest.php/v1/page/Earth' \
  --compressed \
  -H 'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' \
  -H 'Accept: */*' \
  -H 'Accept-Encoding: gzip, deflate, br, zstd' \
  -H 'DNT: 1' \
  -H 'Connection: keep-alive' \
  -H 'Cookie: WMF-Last-Access=secret; centralauth_Token=hunter2secret' \
  -H 'Sec-Fetch-Dest: empty' \
  -H 'TE: trailers'";

fn fields(pairs: &[(&str, &str)]) -> Headers {
    pairs.iter().copied().collect()
}

fn get(url: &str) -> Test {
    Test { url: url.into(), assertions: vec![Assertion::status(200)], ..Test::default() }
}

fn post(body: &str, encoding: &str) -> Test {
    let headers = if encoding.is_empty() { Headers::new() } else { fields(&[("Content-Type", encoding)]) };
    Test { method: Method::Post, body: Some(body.into()), headers, ..get("https://en.wikipedia.org/w/api.php") }
}

#[track_caller]
fn one(text: &str) -> Test {
    let mut imported = read_curl(text).unwrap();
    assert_eq!(imported.suite.tests.len(), 1, "{text}");
    imported.suite.tests.pop().unwrap()
}

#[test]
fn a_command_becomes_the_test_that_asks_the_same() {
    const API: &str = "https://en.wikipedia.org/w/api.php";
    const FORM: &str = "application/x-www-form-urlencoded";
    let follow = Redirects::Follow;
    let below = Predicate::Between { from: 100.into(), to: 399.into() };
    for (command, expected) in [
        (format!("curl {WIKI}"), get(WIKI)),
        (format!("$ curl -sS -o /dev/null -w '%{{http_code}}' '{WIKI}'"), get(WIKI)),
        (format!("/usr/bin/curl --url {WIKI}#frag"), get(WIKI)),
        (format!("curl -I {WIKI}"), Test { method: Method::Head, ..get(WIKI) }),
        (
            format!("curl -sIL -m 2.5 {WIKI}"),
            Test { method: Method::Head, redirects: follow, timeout_ms: Some(2500), ..get(WIKI) },
        ),
        (format!("curl -L {WIKI} | grep -c x"), Test { redirects: follow, ..get(WIKI) }),
        (
            format!("curl -H 'Accept: text/html' -H 'X-Empty;' -H 'User-Agent:' {WIKI}"),
            Test { headers: fields(&[("Accept", "text/html"), ("X-Empty", "")]), ..get(WIKI) },
        ),
        (
            format!("curl -A MediaWikiCron/1.0 -r 0-99 {WIKI}"),
            Test { headers: fields(&[("User-Agent", "MediaWikiCron/1.0"), ("Range", "0-99")]), ..get(WIKI) },
        ),
        (
            format!("curl --fail {WIKI}"),
            Test { assertions: vec![Assertion { of: Subject::Status, is: below }], ..get(WIKI) },
        ),
        (format!("curl -k --http2 --resolve en.wikipedia.org:443:127.0.0.1 --connect-timeout 3 {WIKI}"), get(WIKI)),
        (format!("curl -d a=1 -d 'b=x y' {API}"), post("a=1&b=x y", FORM)),
        (
            format!("curl {API} --data-urlencode 'text=a&b ü' --data-urlencode '=q&'"),
            post("text=a%26b+%C3%BC&q%26", FORM),
        ),
        (
            format!("curl {API} -H 'content-type: text/plain' --data-binary $'a\\nb'"),
            Test { headers: fields(&[("content-type", "text/plain")]), ..post("a\nb", "") },
        ),
        (format!("curl {API} -H 'Content-Type:' --data-raw @a"), post("@a", "")),
        (
            format!("curl --json '{{\"a\":1}}' {API}"),
            Test {
                headers: fields(&[("Content-Type", "application/json"), ("Accept", "application/json")]),
                ..post("{\"a\":1}", "")
            },
        ),
        (
            format!("curl -G -d action=query --data-urlencode 'titles=A B' '{API}?format=json'"),
            get(&format!("{API}?format=json&action=query&titles=A+B")),
        ),
        (format!("curl --url-query 'x=a b' {API}"), get(&format!("{API}?x=a+b"))),
        (format!("curl -XPUT -da {API}"), Test { method: Method::Put, ..post("a", FORM) }),
        (format!("curl --request DELETE {API}"), Test { method: Method::Delete, ..get(API) }),
        (format!("curl -g '{API}?a[]=1'"), get(&format!("{API}?a[]=1"))),
        (
            format!("curl -F 'a=1' --form-string 'b=@x' {API}"),
            post(
                "--backport-verify\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--backport-verify\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n@x\r\n--backport-verify--\r\n",
                "multipart/form-data; boundary=backport-verify",
            ),
        ),
    ] {
        assert_eq!(one(&command), expected, "{command}");
    }
}

#[test]
fn what_chrome_copies_becomes_a_test() {
    let imported = read_curl(CHROME).unwrap();
    let expected = Test {
        session: Session::Mine,
        headers: fields(&[
            ("accept", "application/json, text/javascript, */*; q=0.01"),
            ("accept-language", "en-GB,en;q=0.9"),
            ("priority", "u=1, i"),
            ("x-requested-with", "XMLHttpRequest"),
        ]),
        ..get("https://en.wikipedia.org/w/api.php?action=query&format=json")
    };
    assert_eq!(imported.suite.tests, [expected]);
    assert_eq!(
        said(&imported.lost),
        [
            "line 1: User-Agent: left out, the client sets it itself",
            "line 1: referer, sec-fetch-mode: left out, the client sets them itself",
            "line 1: Cookie: the test is marked `as me` instead, your cookies are not stored",
            "line 1: curl demands nothing of the answer; the test demands status 200: change it to what you expect",
        ]
    );
    let imported = read_curl(CHROME_POST).unwrap();
    let [parse, item] = imported.suite.tests.as_slice() else { panic!("two tests") };
    assert_eq!(parse.body.as_deref(), Some("action=parse&text=It's+true!"));
    assert_eq!(
        (parse.method, parse.headers.get("content-type").as_deref()),
        (Method::Post, Some("application/x-www-form-urlencoded; charset=UTF-8"))
    );
    assert_eq!(item, &get("https://www.wikidata.org/wiki/Q1"));
}

#[test]
fn what_firefox_copies_becomes_a_test() {
    let imported = read_curl(FIREFOX).unwrap();
    let expected = Test {
        session: Session::Mine,
        headers: fields(&[("Accept", "*/*")]),
        ..get("https://en.wikipedia.org/w/rest.php/v1/page/Earth")
    };
    assert_eq!(imported.suite.tests, [expected]);
    assert!(imported.lost.iter().all(|lost| !lost.matters), "{:?}", said(&imported.lost));
}

#[test]
fn cookies_and_passwords_are_neither_kept_nor_repeated() {
    for command in [
        CHROME.to_owned(),
        FIREFOX.to_owned(),
        format!("curl -u me:hunter2secret {WIKI}"),
        format!("curl -ume:hunter2secret --proxy-user a:secret -x http://u:secret@proxy {WIKI}"),
        format!("curl --user=me:hunter2secret {WIKI}"),
        format!("curl -H 'Authorization: Bearer secret' -H 'Proxy-Authorization: secret' {WIKI}"),
        format!("curl --oauth2-bearer secret --cookie a=secret -b secret.txt {WIKI}"),
        "curl https://me:hunter2secret@en.wikipedia.org/".to_owned(),
        format!("TOKEN=hunter2secret curl {WIKI}; export X=secret; Y=secret"),
    ] {
        let imported = read_curl(&command).unwrap();
        let kept = serde_json::to_string(&imported.suite).unwrap() + &said(&imported.lost).join("\n");
        assert!(!kept.contains("secret"), "{kept}");
    }
}

#[test]
fn what_changes_the_request_is_listed_as_that() {
    for (command, words) in [
        (format!("curl -X PURGE {WIKI}"), "<PURGE> is no method of a test"),
        (format!("curl -d @file {WIKI}"), "-d with a file is left out"),
        (format!("curl -F a=@file {WIKI}"), "-F with a file is left out"),
        (format!("curl -T file {WIKI}"), "-T cannot be part of a test"),
        (format!("curl -u a:b {WIKI}"), "-u: left out, passwords and tokens are never stored"),
        (format!("curl -H 'Host: de.wikipedia.org' {WIKI}"), "Host: a test cannot send this field"),
        (format!("curl -X GET -d a {WIKI}"), "a GET request has no body here"),
        (format!("curl --frobnicate {WIKI}"), "--frobnicate is not known here"),
        (format!("curl \"{WIKI}?x=$X\""), "<$…>"),
        (format!("curl '{WIKI}/{{a,b}}'"), "stand for several"),
        ("curl en.wikipedia.org".to_owned(), "the URL has no scheme"),
        ("curl -s".to_owned(), "a request has no URL"),
    ] {
        changed(&read_curl(&command).unwrap(), words);
    }
    let fine =
        read_curl(&format!("curl -H 'host: EN.wikipedia.org' -H 'X-Wikimedia-Debug: 1' -sv {WIKI} >a 2>&1")).unwrap();
    assert!(fine.lost.iter().all(|lost| !lost.matters), "{:?}", said(&fine.lost));
    assert_eq!(fine.suite.tests, [get(WIKI)]);
}

#[test]
fn a_test_becomes_a_command_that_asks_the_same() {
    let test = Test {
        name: "It's\n$(there)".into(),
        method: Method::Post,
        redirects: Redirects::Follow,
        timeout_ms: Some(1500),
        headers: fields(&[("Content-Type", "application/json"), ("X-Empty", "")]),
        body: Some("{\"a\": \"it's\\n$HOME\"}".into()),
        ..get("https://en.wikipedia.org/w/rest.php?a[]={x}")
    };
    let written = write_curl(&Suite { tests: vec![test.clone()] });
    assert_eq!(
        written.text,
        "# It's\\n$(there)\n# demands: status <200>\ncurl 'https://en.wikipedia.org/w/rest.php?a[]={x}' \\\n  --globoff \\\n  --location \\\n  --max-time 1.500 \\\n  --header 'Content-Type: application/json' \\\n  --header 'X-Empty;' \\\n  --data-raw \"{\\\"a\\\": \\\"it's\\\\n\"'$HOME\"}'\n"
    );
    assert_eq!(said(&written.lost), ["test 1 <It's\\n$(there)>: CHANGED: curl cannot demand that status <200>"]);
    assert_eq!(one(&written.text), Test { name: String::new(), ..test });
}

#[test]
fn no_text_of_a_test_runs_in_a_shell() {
    let hostile = "x'\n$(touch /tmp/x) `y` ; rm -rf ~ #";
    let test = Test {
        name: hostile.into(),
        body: Some(hostile.into()),
        method: Method::Post,
        headers: fields(&[("@/etc/passwd", "x"), ("X", "y")]),
        assertions: vec![Assertion::body_contains(hostile)],
        ..get("-K/etc/passwd")
    };
    let command = write_curl(&Suite { tests: vec![test] }).text;
    assert!(command.contains("--url -K/etc/passwd") && !command.contains("@/etc/passwd"), "{command}");
    let imported = read_curl(&command).unwrap();
    assert_eq!(imported.suite.tests.len(), 1, "{command}");
    assert_eq!(imported.suite.tests[0].body.as_deref(), Some(hostile));
}
