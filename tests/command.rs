// SPDX-License-Identifier: GPL-2.0-or-later
//! The command from outside: what it prints, and how it ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use std::path::PathBuf;
use support::{Command, closed_port};

const CALENDAR: &str = "\
==Week of August 17==

==={{Deployment_day|date=2026-08-17}}===
{{Deployment calendar event card
    |when=2026-08-17 00:00 SF
    |length=1
    |window=[[Backport windows|UTC morning backport window]]<br/><small>'''(Max 6 patches)'''</small>
    |who={{ircnick|deployer|Deployer}}
    |what=
{{ircnick|irc-nickname|Requesting Developer}}
* ''Gerrit link to backport or config change''
}}
{{Deployment calendar event card
    |when=2026-08-17 06:00 SF
    |length=1
    |window=[[Backport windows|UTC afternoon backport window]]<br/><small>'''(Max 6 patches)'''</small>
    |who={{ircnick|deployer|Deployer}}
    |what=
{{ircnick|submitter|Submitter}}
* {{deploy|type=config|gerrit=1330001|title=[enwiki] Add the eventcoordinator group|status=}}
{{ircnick|reviewer|Reviewer}}
* {{deploy|type=1.47.0-wmf.16|gerrit=1330002|title=Fix the footer|status=d}}
}}
";

const SUITE: &str = "\
https://en.wikipedia.org:
  - path: /wiki/Special:ListGroupRights
    assert_status: 200
    assert_body_contains: eventcoordinator
";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

/// A call that would reach the network only at a closed port of loopback.
fn verify(suite: &str, on: &str) -> Command {
    let nowhere = format!("::127.0.0.1:{}", closed_port());
    Command::new().args(["verify", "--suite", "-", "--on", on, "--connect-to", &nowhere]).stdin(suite)
}

#[test]
fn without_a_subcommand_the_usage_is_shown() {
    Command::new().code(2).stderr_has("Usage: backport-verify <COMMAND>").run();
}

#[test]
fn the_help_names_the_exit_codes() {
    Command::new()
        .arg("--help")
        .stdout_has("Exit codes: 0 pass, 1 fail, 2 bad input or usage, 3 inconclusive or not reachable.")
        .run();
}

#[test]
fn the_schedule_is_shown_in_utc_and_in_local_time() {
    Command::new()
        .args(["schedule", "--page", "-"])
        .stdin(CALENDAR)
        .zone("CET-1CEST,M3.5.0,M10.5.0/3")
        .stdout(
            "\
UTC morning backport window
  Mon 17 Aug 2026, 07:00 to 08:00 UTC; Mon 17 Aug 2026, 09:00 to 10:00 CEST
  deployers: deployer
  no patches

UTC afternoon backport window
  Mon 17 Aug 2026, 13:00 to 14:00 UTC; Mon 17 Aug 2026, 15:00 to 16:00 CEST
  deployers: deployer
  1330001  config  [enwiki] Add the eventcoordinator group  (submitter)
  1330002  1.47.0-wmf.16  Fix the footer  (reviewer)  [done]
",
        )
        .run();
}

#[test]
fn a_nick_narrows_the_schedule_to_its_patches() {
    let folder = Folder::new();
    Command::new()
        .args(["schedule", "--nick", "Submitter", "--page"])
        .arg(folder.file("deployments.wiki", CALENDAR))
        .stdout(
            "\
UTC afternoon backport window
  Mon 17 Aug 2026, 13:00 to 14:00 UTC
  deployers: deployer
  1330001  config  [enwiki] Add the eventcoordinator group  (submitter)
",
        )
        .run();
}

#[test]
fn a_nick_without_a_patch_is_told_so() {
    Command::new()
        .args(["schedule", "--nick", "nobody", "--page", "-"])
        .stdin(CALENDAR)
        .stdout(
            "No patch of nobody is in the calendar. Add it on https://wikitech.wikimedia.org/wiki/Deployments, or check the nick.\n",
        )
        .run();
}

#[test]
fn the_schedule_as_json_says_its_format() {
    let printed = Command::new()
        .args(["schedule", "--nick", "submitter", "--json", "--page", "-"])
        .stdin(CALENDAR)
        .stdout_has("\"format\": 1")
        .run();
    let json: serde_json::Value = serde_json::from_str(&printed.stdout).unwrap();
    let window = &json["windows"][0];
    assert_eq!(json["windows"].as_array().unwrap().len(), 1);
    assert_eq!((&window["start"], &window["end"]), (&"2026-08-17T13:00:00Z".into(), &"2026-08-17T14:00:00Z".into()));
    assert_eq!((&window["patches"][0]["gerrit"], &window["patches"][0]["type"]), (&1_330_001.into(), &"config".into()));
}

#[test]
fn a_page_that_is_no_calendar_is_refused() {
    Command::new()
        .args(["schedule", "--page", "-"])
        .stdin("Just a page.")
        .code(2)
        .stderr("backport-verify: failed to read the calendar: the page holds no deployment calendar: it has no event card; expected the wikitext of https://wikitech.wikimedia.org/wiki/Deployments\n")
        .run();
}

#[test]
fn a_page_that_is_not_there_is_named() {
    Command::new()
        .args(["schedule", "--page", "/nowhere/page"])
        .code(2)
        .stderr("backport-verify: failed to read </nowhere/page>: No such file or directory (os error 2)\n")
        .run();
}

#[test]
fn wikitech_out_of_reach_is_no_fault_of_the_input() {
    let nowhere = format!("wikitech.wikimedia.org:443:127.0.0.1:{}", closed_port());
    Command::new()
        .args(["schedule", "--connect-to", &nowhere])
        .code(3)
        .stderr("backport-verify: failed to read the calendar from wikitech: could not be reached: Connection refused (os error 111); try again, or give a saved page with --page\n")
        .run();
}

#[test]
fn an_option_that_cannot_be_read_says_what_was_expected() {
    for (option, value, said) in [
        ("--connect-to", "127.0.0.1:8443", "expected four parts, HOST:PORT:ADDR:PORT"),
        ("--backend", "k8s mwdebug", "may have only letters, digits, full stops and hyphens"),
        ("--jobs", "0", "0 is not in 1..=24"),
        ("--timeout", "601", "601 is not in 1..=600"),
        ("--on", "beta", "[possible values: mwdebug, production, both]"),
    ] {
        let on: &[&str] = if option == "--on" { &[] } else { &["--on", "both"] };
        Command::new()
            .args(["verify", "--suite", "-", option, value])
            .args(on.iter().copied())
            .code(2)
            .stderr_has(said)
            .run();
    }
}

#[test]
fn certificates_that_are_not_there_are_named() {
    Command::new()
        .args(["verify", "--suite", "-", "--on", "both", "--cacert", "/nowhere/ca.pem"])
        .stdin(SUITE)
        .code(2)
        .stderr("backport-verify: failed to read the certificates in </nowhere/ca.pem>: No such file or directory (os error 2)\n")
        .run();
}

#[test]
fn a_suite_that_is_not_there_is_named() {
    Command::new()
        .args(["verify", "--suite", "/nowhere/suite.yaml", "--on", "both"])
        .code(2)
        .stderr("backport-verify: failed to read </nowhere/suite.yaml>: No such file or directory (os error 2)\n")
        .run();
}

#[test]
fn a_suite_without_a_test_could_only_pass_and_is_refused() {
    let folder = Folder::new();
    let empty = folder.file("empty.yaml", "");
    Command::new()
        .args(["verify", "--on", "production", "--suite"])
        .arg(&empty)
        .code(2)
        .stderr_has(&format!("<{}>", empty.display()))
        .run();
}

#[test]
fn a_suite_that_is_no_yaml_says_where() {
    verify("https://en.wikipedia.org:\n  - path: [", "production")
        .code(2)
        .stderr_has("failed to read the suite <->: line ")
        .run();
}

#[test]
fn a_test_outside_of_wikimedia_is_refused_before_anything_is_asked() {
    verify(&SUITE.replace("en.wikipedia.org", "example.org"), "production")
        .code(2)
        .stderr_has("example.org is not a Wikimedia site")
        .run();
}

#[test]
fn no_answer_is_inconclusive_and_never_a_pass() {
    verify(SUITE, "mwdebug")
        .code(3)
        .stdout_has("INCONCLUSIVE  https://en.wikipedia.org/wiki/Special:ListGroupRights\n")
        .stdout_has("Connection refused")
        .stdout_has("INCONCLUSIVE on mwdebug (k8s-mwdebug): 0 of 1 passed, 1 inconclusive\n")
        .run();
}

#[test]
fn both_stages_are_run_one_after_the_other() {
    let printed = verify(SUITE, "both").code(3).stdout_has("INCONCLUSIVE on production: 0 of 1 passed").run();
    let place = |text: &str| printed.stdout.find(text).unwrap();
    assert!(place("on mwdebug (k8s-mwdebug):") < place("on production:"));
}

#[test]
fn the_json_of_one_run_is_the_run_and_of_both_a_list() {
    let one = verify(SUITE, "production").arg("--json").code(3).stdout_has("\"format\": 1").run();
    let one: serde_json::Value = serde_json::from_str(&one.stdout).unwrap();
    assert_eq!((&one["format"], one.get("runs")), (&1.into(), None));
    let both = verify(SUITE, "both").arg("--json").code(3).stdout_has("\"format\": 1").run();
    let both: serde_json::Value = serde_json::from_str(&both.stdout).unwrap();
    assert_eq!((&both["format"], both["runs"].as_array().unwrap().len()), (&1.into(), 2));
}
