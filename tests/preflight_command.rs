// SPDX-License-Identifier: GPL-2.0-or-later
//! `backport-verify preflight` and the schedule at a time, from outside: arguments, and what happens without a network.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use support::{Command, closed_port};

const CALENDAR: &str = "\
==={{Deployment_day|date=2026-08-17}}===
{{Deployment calendar event card
    |when=2026-08-17 06:00 SF
    |length=1
    |window=[[Backport windows|UTC afternoon backport window]]
    |who={{ircnick|deployer|Deployer}}
    |what=
{{ircnick|submitter|Submitter}}
* {{deploy|type=config|gerrit=1330001|title=[enwiki] Add the eventcoordinator group|status=}}
}}
{{Deployment calendar event card
    |when=2026-08-17 13:00 SF
    |length=1
    |window=[[Backport windows|UTC late backport window]]
    |who=
    |what=
}}
";

/// A call that would reach the network only at a closed port of loopback.
fn preflight(args: &[&str]) -> Command {
    let nowhere = format!("::127.0.0.1:{}", closed_port());
    Command::new().args(["preflight", "--connect-to", &nowhere]).args(args.iter().copied())
}

#[test]
fn what_is_no_change_is_refused() {
    for text in ["0", "T123", "https://example.org/r/c/1330001"] {
        preflight(&[text]).code(2).stderr_has("expected the number of a Gerrit change").run();
    }
    preflight(&[]).code(2).stderr_has("<GERRIT>...").run();
}

#[test]
fn gerrit_out_of_reach_is_no_verdict() {
    preflight(&["https://gerrit.wikimedia.org/r/c/operations/mediawiki-config/+/1330001", "--page", "-"])
        .stdin(CALENDAR)
        .code(3)
        .stderr_has("failed to read the changes from Gerrit: could not be reached: ")
        .run();
}

#[test]
fn the_calendar_is_a_file_or_on_a_wiki() {
    preflight(&["1330001", "--page", "-", "--wiki", "https://wikitech.wikimedia.org"])
        .code(2)
        .stderr_has("cannot be used with")
        .run();
    for (wiki, said) in [
        ("wikitech", "expected a whole URL"),
        ("http://wikitech.wikimedia.org/", "expected https://, or http:// on this machine"),
    ] {
        Command::new().args(["schedule", "--wiki", wiki]).code(2).stderr_has(said).run();
    }
}

#[test]
fn a_wiki_of_this_machine_is_asked_over_http() {
    let wiki = format!("http://127.0.0.1:{}/", closed_port());
    Command::new()
        .args(["schedule", "--wiki", &wiki])
        .code(3)
        .stderr("backport-verify: failed to read the calendar from 127.0.0.1: could not be reached: Connection refused (os error 111); try again, or give a saved page with --page\n")
        .run();
}

#[test]
fn the_schedule_at_a_time_begins_with_the_window_that_is_open() {
    Command::new()
        .args(["schedule", "--at", "2026-08-17 06:18 SF", "--page", "-"])
        .stdin(CALENDAR)
        .stdout(
            "\
UTC afternoon backport window
  Mon 17 Aug 2026, 13:00 to 14:00 UTC
  is open, closes in 42 min
  deployers: deployer
  1330001  config  [enwiki] Add the eventcoordinator group  (submitter)

UTC late backport window
  Mon 17 Aug 2026, 20:00 to 21:00 UTC
  opens in 6 h 42 min
  no patches
",
        )
        .run();
}

#[test]
fn windows_that_are_over_at_that_time_are_left_out() {
    let at = |time: &str| Command::new().args(["schedule", "--page", "-", "--at", time]).stdin(CALENDAR);
    let printed = at("2026-08-17T14:00:00Z").stdout_has("UTC late backport window").run();
    assert!(!printed.stdout.contains("afternoon"), "{}", printed.stdout);
    at("2026-08-17 21:00 UTC").stdout("The calendar has no backport window and no patch from that time on.\n").run();
    at("tomorrow").code(2).stderr_has("expected a time such as 2026-08-24T13:00:00Z").run();
}
