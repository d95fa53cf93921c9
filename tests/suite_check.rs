// SPDX-License-Identifier: GPL-2.0-or-later
//! `backport-verify suite check` from outside.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use support::Command;

const FINE: &str = "https://en.wikipedia.org:\n- path: /\n  assert_status: 200\n- path: /x\n  assert_status: 404\n";

#[test]
fn fine_files_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.yaml");
    std::fs::write(&file, FINE).unwrap();
    let check = Command::new().args(["suite", "check", "-"]).arg(&file).stdin(FINE);
    check.stdout("2 files, 4 tests, fine\n").run();
}

#[test]
fn every_error_of_every_file_is_shown_where_it_stands_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("a.yaml"), folder.path().join("b.yaml"));
    std::fs::write(&one, FINE.replace("200", "ok").replace("404", "no")).unwrap();
    std::fs::write(&other, "a:\n\t- b\n").unwrap();
    let shown = Command::new().args(["suite", "check"]).arg(&one).arg(&other).code(1).stdout_has("").run().stdout;
    let name = one.display();
    let first = format!(
        "{name}:3:18: <ok> is no status\n  |\n3 |   assert_status: ok\n  |                  ^\n  |\n  \
         = help: write a number of three digits without quotes, such as <200>\n\n{name}:5:18: <no> is no status\n"
    );
    assert!(shown.starts_with(&first), "{shown}");
    assert!(shown.contains(&format!("{}:2:", other.display())), "{shown}");
    assert!(shown.contains("= help: indent with spaces, not with tabs"), "{shown}");
    assert!(shown.ends_with("2 files, 2 tests, 3 errors\n"), "{shown}");
    assert!(!shown.contains('\u{1b}'), "there is no terminal");
}

#[test]
fn a_file_that_cannot_be_read_does_not_hide_what_is_wrong_in_the_next() {
    let check = Command::new().args(["suite", "check", "absent.yaml", "-"]).stdin("x: 1\n").code(2);
    let check = check.stderr_has("failed to read <absent.yaml>: ").stdout_has("<standard input>:1:1: <x> is no host\n");
    check.stdout_has("2 files, 0 tests, 1 error\n").run();
}

#[test]
fn a_host_key_that_occurs_twice_is_fine_and_said() {
    let check = Command::new().args(["suite", "check", "-"]).stdin(&FINE.repeat(2));
    check
        .stdout_has("<standard input>:6:1: note: host <https://en.wikipedia.org> is there 2 times, in lines 1, 6; ")
        .stdout_has("1 file, 4 tests, fine\n")
        .run();
}

#[test]
fn what_a_file_says_cannot_steer_the_terminal() {
    let yaml = "https://en.wikipedia.org:\n- path: \"/\\e[2J\"\n  assert_status: \"\\e[31m\\u202e\"\n# \u{202e}\n";
    let shown = Command::new().args(["suite", "check", "-"]).stdin(yaml).code(1).stdout_has("no status").run().stdout;
    assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown:?}");
}

#[test]
fn a_run_says_what_was_read_otherwise_than_one_may_think() {
    let port = support::closed_port();
    let nowhere = format!("::127.0.0.1:{port}");
    let run = Command::new().args(["verify", "--suite", "-", "--on", "production", "--connect-to", &nowhere]);
    let run = run.stdin(&FINE.repeat(2)).code(3).stdout_has("INCONCLUSIVE");
    run.stderr("backport-verify: <->: line 6, column 1: host <https://en.wikipedia.org> is there 2 times, in lines 1, 6; kept all of them, where httpbb keeps the last\n").run();
}

/// What is said of one test, whose lines below its path are given.
#[track_caller]
fn said_of(lines: &str, code: i32) -> String {
    let yaml = format!("https://en.wikipedia.org:\n- path: /\n{lines}");
    Command::new().args(["suite", "check", "-"]).stdin(&yaml).code(code).stdout_has("").run().stdout
}

#[test]
fn what_is_often_written_wrong_is_told_with_its_place_and_what_is_right() {
    for (lines, at, message, remedy) in [
        ("  asert_status: 200\n", "3:3", "key <asert_status> is not known", "did you mean <assert_status>?"),
        (
            "  assert: [{status: , equal: 200}]\n",
            "3:23",
            "key <equal> is not known in an assertion",
            "did you mean <equals>?",
        ),
        ("  qqq: 1\n  assert_status: 200\n", "3:3", "key <qqq> is not known", "known are path, method,"),
        (
            "  assert_status: [200, 301]\n",
            "3:18",
            "assert_status takes one status, not a list",
            "write <assert: [{status: , in: [200, 301]}]> in its place",
        ),
        ("  assert_headers:\n  assert_status: 200\n", "3:17", "assert_headers has no value", "write <key: value>"),
        ("  assert:\n  assert_status: 200\n", "3:9", "assert has no value", "write a list"),
        (
            "  assert_status: 200\n  captures: {Tok: {body: }}\n",
            "4:14",
            "<Tok> is no name for a captured value",
            "it takes lower-case letters",
        ),
        (" assert_status: 200\n", "3:2", "this is no YAML: ", "indent the line as the others"),
        ("  name: 'x\n  assert_status: 200\n", "3:9", "this is no YAML: ", "close the quote"),
        (
            "  assert_body_regex: (?=a)\n",
            "3:22",
            "it has a look-around <(?=>, which is not supported",
            "write it without, or as two assertions",
        ),
    ] {
        let shown = said_of(lines, 1);
        let place = format!("<standard input>:{at}: ");
        assert!(shown.starts_with(&place), "{lines}{shown}");
        assert!(shown.contains(message) && shown.contains(&format!("= help: {remedy}")), "{lines}{shown}");
    }
}

#[test]
fn a_reason_that_gives_none_and_a_tag_that_is_none_are_said() {
    for (lines, note) in [
        ("  skip: ''\n", "3:9: note: skip takes the reason"),
        ("  skip: true\n", "3:9: note: skip takes the reason"),
        ("  tags: [a, '']\n", "3:13: note: a tag is empty"),
        ("  tags: ''\n", "3:9: note: a tag is empty"),
    ] {
        let shown = said_of(&format!("{lines}  assert_status: 200\n"), 0);
        assert!(shown.starts_with(&format!("<standard input>:{note}")), "{lines}{shown}");
    }
    assert_eq!(said_of("  skip: 'true'\n  tags: [a]\n  assert_status: 200\n", 0), "1 file, 1 test, fine\n");
}

#[test]
fn what_remedies_write_is_fine() {
    for lines in [
        "  assert: [{status: , in: [200, 301]}]\n",
        "  assert_status: 0310\n",
        "  assert_status: !!int \"200\"\n",
        "  skip: waits for the next train\n  tags: [smoke]\n  assert_status: 200\n",
        "  request_headers: &h {A: b}\n  assert_status: 200\n- path: /b\n  request_headers: {<<: *h, C: d}\n  assert_status: 200\n",
    ] {
        assert!(said_of(lines, 0).contains(", fine\n"), "{lines}");
    }
}

#[test]
fn a_file_that_is_no_utf_8_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.yaml");
    std::fs::write(&file, [FINE.as_bytes(), "# ü".as_bytes(), b" \xfcber\n"].concat()).unwrap();
    let shown = Command::new().args(["suite", "check"]).arg(&file).code(1).stdout_has("").run().stdout;
    assert!(shown.starts_with(&format!("{}:6:5: this is no letter of UTF-8\n", file.display())), "{shown}");
    assert!(shown.contains("= help: save the file as UTF-8") && shown.ends_with("1 error\n"), "{shown}");
}

#[test]
fn a_host_that_a_run_gives_is_fine() {
    let yaml = FINE.replace("en.wikipedia.org", "{host}");
    let check = Command::new().args(["suite", "check", "-"]).stdin(&yaml);
    check
        .stdout("<standard input>:2:9: note: no test above captures {{host}}; give it with --variable host=…\n\n1 file, 2 tests, fine\n")
        .run();
    let shown = FINE.replace("en.wikipedia.org", "{host}.org");
    let check = Command::new().args(["suite", "check", "-"]).stdin(&shown).code(1);
    check.stdout_has("<standard input>:1:1: {{host}} cannot stand in a part of the host\n").run();
}

#[test]
fn a_host_that_is_never_asked_is_a_note_unless_it_is_all_there_is() {
    let foreign = "https://internal.example:\n- path: /\n  assert_status: 200\n";
    let check = Command::new().args(["suite", "check", "-"]).stdin(&format!("{FINE}{foreign}"));
    check
        .stdout_has("<standard input>:6:1: note: internal.example is not a Wikimedia site; its tests are never sent and come out as INCONCLUSIVE\n")
        .stdout_has("1 file, 3 tests, fine\n")
        .run();
    let check = Command::new().args(["suite", "check", "-"]).stdin(foreign).code(1);
    check.stdout_has("<standard input>:1:1: internal.example is not a Wikimedia site\n").run();
}

#[test]
fn a_name_that_comes_before_its_capture_is_wrong_and_one_that_nothing_captures_is_said_once() {
    let yaml = "https://en.wikipedia.org:\n- path: /a\n  request_headers: {X: '{{tok}}'}\n  assert_body_contains: '{{other}}'\n\
        - path: /{{other}}\n  captures: {tok: {body: }}\n  assert_status: 200\n- path: /{{tok}}\n  assert_status: 200\n";
    let shown = Command::new().args(["suite", "check", "-"]).stdin(yaml).code(1).stdout_has("").run().stdout;
    assert!(shown.starts_with("<standard input>:3:21: {{tok}} is captured by <https://en.wikipedia.org/{{other}}>, which does not come before\n"), "{shown}");
    assert!(shown.contains("= help: move that test above"), "{shown}");
    let note = "<standard input>:4:25: note: no test above captures {{other}}; give it with --variable other=…\n";
    assert!(shown.contains(note), "{shown}");
    assert!(shown.ends_with("1 file, 3 tests, 1 error\n") && shown.matches("note:").count() == 1, "{shown}");
}

#[test]
fn a_run_says_which_of_the_given_values_no_test_uses() {
    let port = support::closed_port();
    let nowhere = format!("::127.0.0.1:{port}");
    let yaml = FINE.replace("path: /x", "path: /{{title}}");
    let run = Command::new().args(["verify", "--suite", "-", "--on", "production", "--connect-to", &nowhere]);
    let run =
        run.args(["--variable", "title=x", "--variable", "titel=y", "--variable", "wiki=enwiki"]).stdin(&yaml).code(3);
    run.stdout_has("INCONCLUSIVE")
        .stderr("backport-verify: no test uses {{titel}}, which --variable gives; did you mean <title>?\nbackport-verify: no test uses {{wiki}}, which --variable gives\n")
        .run();
}
