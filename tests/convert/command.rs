// SPDX-License-Identifier: GPL-2.0-or-later
//! `backport-verify suite convert` from outside.

#[path = "../support/mod.rs"]
mod support;

use support::Command;

const SUITE: &str = "https://en.wikipedia.org:\n- path: /\n  assert_status: 200\n";

fn convert(words: &[&str]) -> Command {
    Command::new().args(["suite", "convert"]).args(words.iter().copied())
}

#[test]
fn what_is_the_same_ends_well() {
    convert(&["--from", "httpbb", "--to", "hurl", "-"])
        .stdin(SUITE)
        .stdout("GET https://en.wikipedia.org/\nHTTP 200\n")
        .run();
}

#[test]
fn what_is_lost_is_listed_and_ends_with_one() {
    convert(&["--from", "httpbb", "--to", "curl", "-"])
        .stdin(SUITE)
        .code(1)
        .stdout("# demands: status <200>\ncurl https://en.wikipedia.org/\n")
        .stderr_has("test 1 <https://en.wikipedia.org/>: CHANGED: curl cannot demand that status <200>")
        .run();
}

#[test]
fn what_httpbb_cannot_say_is_listed_by_its_test() {
    let suite = "https://en.wikipedia.org:\n- path: /a\n  tags: [x]\n  assert_status: 200\n- path: /b\n  must_fail_before: true\n  assert_status: 404\n";
    convert(&["--from", "ours", "--to", "httpbb", "-"])
        .stdin(suite)
        .code(1)
        .stdout("\"https://en.wikipedia.org\":\n- path: \"/a\"\n  assert_status: 200\n- path: \"/b\"\n  assert_status: 404\n")
        .stderr_has("test 1 <https://en.wikipedia.org/a>: httpbb cannot say tags x")
        .stderr_has("test 2 <https://en.wikipedia.org/b>: CHANGED: httpbb cannot say that it must fail before")
        .run();
    convert(&["--from", "ours", "--to", "ours", "-"]).stdin(suite).stdout_has("must_fail_before: true").run();
}

#[test]
fn the_name_of_a_file_tells_its_kind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.hurl");
    std::fs::write(&path, "GET https://en.wikipedia.org/\nHTTP 200\n").unwrap();
    convert(&["--to", "httpbb"]).arg(path.to_str().unwrap()).stdout_has("assert_status: 200").run();
    convert(&["--to", "httpbb", "-"]).stdin(SUITE).code(2).stderr_has("say --from httpbb, hurl or curl").run();
}

#[test]
fn what_cannot_be_read_says_where() {
    convert(&["--from", "hurl", "--to", "ours", "-"])
        .stdin("GET https://en.wikipedia.org/\nHTTP abc\n")
        .code(2)
        .stderr_has("failed to read the suite <->: line 2, column ")
        .run();
    convert(&["--from", "curl", "--to", "ours", "-"])
        .stdin("curl https://example.org/")
        .code(1)
        .stdout_has("https://example.org")
        .stderr_has("is not a Wikimedia site")
        .run();
}
