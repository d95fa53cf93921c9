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
