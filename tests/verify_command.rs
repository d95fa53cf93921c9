// SPDX-License-Identifier: GPL-2.0-or-later
//! `backport-verify verify` and `schedule` against the local Wikimedia: what passes, what fails, and that no lie passes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "bed/mod.rs"]
mod bed;
#[path = "support/stand.rs"]
mod stand;
mod support;

use bed::Lie;
use stand::{Stand, run};
use std::process::Stdio;
use std::time::Duration;
use support::{Command, PROGRAM};

/// What the patch brings, and what an error page of anybody would fulfil too.
const SUITE: &str = "\
https://en.wikipedia.org:
  - name: the group is listed
    path: /wiki/Special:ListGroupRights
    assert_status: 200
    assert_body_contains: eventcoordinator
";

const ONLY_ABSENCE: &str = "\
https://en.wikipedia.org:
  - name: nothing is broken
    path: /wiki/Special:ListGroupRights
    assert_body_not_contains: this text is nowhere
";

impl Stand {
    /// The patch is on the test servers.
    async fn on_testservers() -> Self {
        let stand = Self::new().await;
        stand.bed.merge().await.unwrap();
        stand.bed.sync_testservers().await.unwrap();
        stand
    }

    /// The patch is everywhere.
    async fn everywhere() -> Self {
        let stand = Self::on_testservers().await;
        stand.bed.sync_everywhere().await.unwrap();
        stand
    }

    fn verify(&self, on: &str, suite: &str) -> Command {
        self.command("verify").args(["--on", on, "--suite", "-"]).stdin(suite)
    }
}

#[tokio::test]
async fn a_patch_on_the_test_servers_passes_there_and_is_what_makes_the_difference() {
    let stand = Stand::on_testservers().await;
    let passing = stand
        .verify("mwdebug", SUITE)
        .stdout_has("PASS          the group is listed  ")
        .stdout_has("Fixed: production without the patch fails it.\n")
        .stdout_has("PASS on mwdebug (k8s-mwdebug): 1 of 1 passed, 1 fixed by the patch\n");
    run(passing).await;
    let debugged = stand.bed.seen().iter().filter(|seen| format!("{seen:?}").contains("backend=k8s-mwdebug")).count();
    assert_eq!(debugged, 1);
}

#[tokio::test]
async fn every_backend_that_is_named_is_asked_and_printed() {
    let stand = Stand::on_testservers().await;
    let both = stand
        .verify("mwdebug", SUITE)
        .args(["--backend", "k8s-mwdebug", "--backend", "k8s-mwdebug-next"])
        .stdout_has("              k8s-mwdebug       PASS  ")
        .stdout_has("              k8s-mwdebug-next  PASS  ")
        .stdout_has("PASS on mwdebug (k8s-mwdebug, k8s-mwdebug-next): 1 of 1 passed, 1 fixed by the patch\n");
    run(both).await;
    let asked = |backend: &str| stand.bed.seen().iter().filter(|seen| format!("{seen:?}").contains(backend)).count();
    assert_eq!((asked("backend=k8s-mwdebug\""), asked("backend=k8s-mwdebug-next\"")), (1, 1));
}

#[tokio::test]
async fn a_patch_that_is_not_synced_yet_fails_with_what_is_missing() {
    let stand = Stand::new().await;
    let failing = stand
        .verify("mwdebug", SUITE)
        .code(1)
        .stdout_has("FAIL          the group is listed  ")
        .stdout_has("expected: body contains <eventcoordinator>\n")
        .stdout_has("Still failing: production without the patch fails it too.\n")
        .stdout_has("FAIL on mwdebug (k8s-mwdebug): 0 of 1 passed, 1 failed (1 still failing)\n");
    run(failing).await;
}

#[tokio::test]
async fn production_passes_only_after_the_fleet_sync() {
    let stand = Stand::on_testservers().await;
    let before = stand
        .verify("both", SUITE)
        .code(1)
        .stdout_has("FAIL on production: 0 of 1 passed, 1 failed (1 regressed since mwdebug)\n");
    run(before).await;
    stand.bed.sync_everywhere().await.unwrap();
    let after = stand
        .verify("both", SUITE)
        .stdout_has("PASS on mwdebug (k8s-mwdebug): 1 of 1 passed, 1 passed before too\n")
        .stdout_has("this proves nothing about the patch. ")
        .stdout_has("Kept: it passed on mwdebug, and on production before.\n");
    run(after).await;
}

#[tokio::test]
async fn no_lie_passes() {
    let stand = Stand::everywhere().await;
    for suite in [SUITE, ONLY_ABSENCE] {
        run(stand.verify("mwdebug", suite).stdout_has("PASS on mwdebug")).await;
        for lie in [
            Lie::DebugAnsweredByProduction,
            Lie::NoServerHeader,
            Lie::UnknownServerName,
            Lie::CutBody,
            Lie::CaptivePortal,
            Lie::TooManyRequests,
        ] {
            let told = format!("{lie:?}");
            stand.bed.lie(lie);
            let printed = not_passing(&stand, "mwdebug", suite).await;
            assert!(!printed.contains("PASS on"), "{told}: {printed}");
            stand.bed.be_honest();
        }
    }
    stand.bed.lie(Lie::StaleCacheEvenWhenBusted);
    let printed = not_passing(&stand, "production", SUITE).await;
    assert!(printed.contains("INCONCLUSIVE on production"), "{printed}");
}

/// Runs a verification that must end with 1 or 3, and gives what it printed.
async fn not_passing(stand: &Stand, on: &str, suite: &str) -> String {
    let mut process = tokio::process::Command::new(PROGRAM)
        .args(["verify", "--on", on, "--connect-to", &stand.connect_to, "--suite", "-", "--cacert"])
        .arg(&stand.cacert)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut input, suite.as_bytes()).await.unwrap();
    drop(input);
    let output = process.wait_with_output().await.unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(matches!(output.status.code(), Some(1 | 3)), "{:?}: {printed}", output.status);
    printed
}

#[tokio::test]
async fn production_in_place_of_the_backend_is_inconclusive_and_named() {
    let stand = Stand::everywhere().await;
    stand.bed.lie(Lie::DebugAnsweredByProduction);
    let doubtful = stand
        .verify("mwdebug", SUITE)
        .code(3)
        .stdout_has("INCONCLUSIVE  the group is listed  ")
        .stdout_has("roduction answered")
        .stdout_has("INCONCLUSIVE on mwdebug (k8s-mwdebug): 0 of 1 passed, 1 inconclusive\n");
    run(doubtful).await;
}

#[tokio::test]
async fn what_can_change_something_is_sent_only_when_it_is_allowed_and_every_request_says_who_asks() {
    let stand = Stand::on_testservers().await;
    let suite = SUITE.replace("    assert_status: 200\n", "    assert_status: 200\n    method: POST\n");
    let posts = || stand.bed.seen().iter().filter(|seen| seen.method == "POST").count();
    let left_out = stand
        .verify("mwdebug", &suite)
        .code(3)
        .stdout_has("INCONCLUSIVE  the group is listed\n")
        .stdout_has("POST request can change something on the wiki, and it was not allowed for this test")
        .stdout_has("--allow-changes");
    run(left_out).await;
    assert_eq!((posts(), stand.bed.seen().len()), (0, 0));
    run(stand.verify("mwdebug", &suite).arg("--allow-changes").stdout_has("PASS on mwdebug")).await;
    assert_eq!((posts(), stand.bed.seen().len()), (1, 1));
    run(stand.verify("mwdebug", SUITE).stdout_has("PASS on mwdebug")).await;
    for seen in stand.bed.seen() {
        let agent = seen.header("api-user-agent").unwrap_or_default();
        assert!(agent.starts_with("backport-verify/") && seen.header("user-agent") == Some(agent), "{seen:?}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_in_time_is_inconclusive() {
    let stand = Stand::on_testservers().await;
    stand.bed.lie(Lie::Hang);
    let slow = stand.verify("mwdebug", SUITE).args(["--timeout", "1"]).code(3).stdout_has("within 1000 ms");
    run(slow).await;
}

#[tokio::test]
async fn a_get_without_an_answer_in_time_is_sent_again_only_when_that_is_wanted() {
    let stand = Stand::on_testservers().await;
    stand.bed.lie(Lie::Hang);
    let pages = || stand.bed.seen().len();
    run(stand.verify("production", SUITE).args(["--timeout", "1"]).code(3).stdout_has("within 1000 ms")).await;
    assert_eq!(pages(), 1);
    run(stand
        .verify("production", SUITE)
        .args(["--timeout", "1", "--retry-on-timeout"])
        .code(3)
        .stdout_has("within 1000 ms"))
    .await;
    assert_eq!(pages(), 3);
    let post = SUITE.replace("    assert_status: 200\n", "    assert_status: 200\n    method: POST\n");
    let options = ["--timeout", "1", "--retry-on-timeout", "--allow-changes"];
    run(stand.verify("production", &post).args(options).code(3).stdout_has("within 1000 ms")).await;
    assert_eq!(pages(), 4);
}

#[tokio::test]
async fn values_are_given_by_name_and_one_that_is_missing_is_asked_for() {
    let stand = Stand::on_testservers().await;
    let suite = SUITE
        .replace("https://en.wikipedia.org", "https://{host}")
        .replace("Special:ListGroupRights", "{{page}}")
        .replace("eventcoordinator", "\"{{group}}\"");
    let given = ["--variable", "host=en.wikipedia.org", "--variable", "page=Special:ListGroupRights"];
    let group = ["--variable", "group=eventcoordinator"];
    let passing = stand.verify("mwdebug", &suite).args(given).args(group);
    run(passing.stdout_has("PASS on mwdebug (k8s-mwdebug): 1 of 1 passed, 1 fixed by the patch\n")).await;
    let missing = stand.verify("mwdebug", &suite).args(given).code(2);
    let said = "failed to use the test <the group is listed>: nothing gives {{group}}; capture it in a test above";
    run(missing.stderr_has(said).stderr_has("or give it with --variable group=…")).await;
    let foreign = stand.verify("mwdebug", &suite).args(["--variable", "host=evil.example"]).code(2);
    run(foreign.stderr_has("is no host of a Wikimedia site")).await;
}

#[tokio::test]
async fn tests_are_chosen_by_tag() {
    let stand = Stand::on_testservers().await;
    let none = stand.verify("mwdebug", SUITE).args(["--tag", "smoke"]).code(2);
    run(none.stderr_has("failed to find a test with these tags")).await;
    let folder = tempfile::tempdir().unwrap();
    let test = |name: &str, tags: &str| {
        format!(
            "  - name: {name}\n    path: /wiki/Special:ListGroupRights\n    tags: [{tags}]\n    assert_status: 200\n"
        )
    };
    let files = [
        ("one.yaml", test("the page is there", "smoke") + &test("the slow one", "smoke, slow")),
        ("two.yaml", test("the rights", "rights") + &test("no tag", "")),
    ];
    let paths = files.map(|(name, tests)| {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("https://en.wikipedia.org:\n{tests}")).unwrap();
        path.to_str().unwrap().to_owned()
    });
    for (chosen, named) in [
        (&["--tag", "smoke"][..], &["the page is there", "the slow one"][..]),
        (&["--tag", "smoke", "--tag", "rights"], &["the page is there", "the slow one", "the rights"]),
        (&["--tag", "smoke", "--not-tag", "slow"], &["the page is there"]),
        (&["--not-tag", "smoke"], &["the rights", "no tag"]),
    ] {
        let verify =
            stand.command("verify").args(["--on", "mwdebug", "--suite", &paths[0], "--suite", &paths[1], "--json"]);
        let printed = run(verify.args(chosen.iter().copied()).stdout_has("\"format\": 1")).await.stdout;
        let json: serde_json::Value = serde_json::from_str(&printed).unwrap();
        let names: Vec<&str> =
            json["tests"].as_array().unwrap().iter().map(|test| test["name"].as_str().unwrap()).collect();
        assert_eq!(names, named, "{chosen:?}");
    }
    let both = ["--tag", "slow", "--not-tag", "smoke"];
    let verify = stand.command("verify").args(["--on", "mwdebug", "--suite", &paths[0], "--suite", &paths[1]]);
    run(verify.args(both).code(2).stderr_has("failed to find a test with these tags")).await;
}

#[tokio::test]
async fn a_test_that_is_left_out_is_printed_as_skipped_with_its_reason() {
    let stand = Stand::on_testservers().await;
    let left_out = |name: &str, key: &str| {
        format!("  - name: {name}\n    path: /wiki/Special:ListGroupRights\n    {key}\n    assert_status: 200\n")
    };
    let suite = SUITE.to_owned()
        + &left_out("the help page", "skip: waits for T123456")
        + &left_out("after it", "only: production");
    let passing = stand
        .verify("mwdebug", &suite)
        .stdout_has("PASS          the group is listed  ")
        .stdout_has("\nSKIPPED       the help page: waits for T123456\n")
        .stdout_has("\nSKIPPED       after it: ")
        .stdout_has("2 skipped");
    assert!(!run(passing).await.stdout.contains("NOT RUN"));
}

#[tokio::test]
async fn with_a_change_the_code_of_the_servers_counts() {
    let stand = Stand::new().await;
    let change = ["--gerrit", "1330001"];
    stand.bed.merge().await.unwrap();
    let early = stand.verify("mwdebug", SUITE).args(change).code(3);
    run(early.stdout_has("patch is not on the test servers")).await;
    stand.bed.sync_testservers().await.unwrap();
    run(stand.verify("mwdebug", SUITE).args(change).stdout_has("PASS on mwdebug (k8s-mwdebug): 1 of 1 passed")).await;
    run(stand.verify("mwdebug", SUITE).args(["--gerrit", "1"]).code(2).stderr_has("Gerrit knows no change 1")).await;
}

#[tokio::test]
async fn a_certificate_of_nobody_is_inconclusive_unless_it_was_waived() {
    let stand = Stand::on_testservers().await;
    let command = || {
        let options = ["verify", "--on", "mwdebug", "--suite", "-", "--connect-to", &stand.connect_to];
        Command::new().args(options).stdin(SUITE)
    };
    run(command().code(3).stdout_has("invalid peer certificate")).await;
    run(command().arg("--insecure").stdout_has("PASS on mwdebug")).await;
}

#[tokio::test]
async fn an_interrupted_run_is_inconclusive_and_says_what_was_not_run() {
    let stand = Stand::on_testservers().await;
    stand.bed.lie(Lie::Hang);
    let folder = tempfile::tempdir().unwrap();
    let suite = folder.path().join("suite.yaml");
    std::fs::write(&suite, SUITE).unwrap();
    let process = tokio::process::Command::new(PROGRAM)
        .args(["verify", "--on", "both", "--connect-to", &stand.connect_to, "--cacert"])
        .arg(&stand.cacert)
        .arg("--suite")
        .arg(&suite)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let asked = async {
        while stand.bed.seen().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), asked).await.unwrap();
    let id = process.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let output = process.wait_with_output().await.unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(3), "{printed}");
    assert_eq!(
        printed,
        "NOT RUN       the group is listed\nINCONCLUSIVE on mwdebug (k8s-mwdebug): 0 of 1 passed, cancelled\n"
    );
}

#[tokio::test]
async fn the_json_of_a_run_holds_its_verdict_and_its_line() {
    let stand = Stand::on_testservers().await;
    let printed = run(stand.verify("mwdebug", SUITE).arg("--json").stdout_has("\"format\": 1")).await;
    let json: serde_json::Value = serde_json::from_str(&printed.stdout).unwrap();
    assert_eq!((&json["verdict"], &json["stage"]), (&"pass".into(), &"mwdebug".into()));
    assert_eq!(json["tests"][0]["comparison"], "fixed");
    assert!(json["line"].as_str().unwrap().contains("PASS on mwdebug (k8s-mwdebug)"), "{json}");
}

#[tokio::test]
async fn a_run_is_told_as_tap_and_as_junit_xml() {
    let stand = Stand::on_testservers().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.xml");
    let both = stand.verify("both", SUITE).args(["--tap", "--junit"]).arg(&file).code(1);
    let points = both
        .stdout_has("TAP version 14\n1..2\nok 1 - the group is listed [k8s-mwdebug]\n  ---\n")
        .stdout_has("\nnot ok 2 - the group is listed [production]\n")
        .stdout_has("\n  expected: \"body contains <eventcoordinator>\"\n");
    assert!(
        run(points)
            .await
            .stdout
            .ends_with("# FAIL on production: 0 of 1 passed, 1 failed (1 regressed since mwdebug)\n")
    );
    let xml = std::fs::read_to_string(&file).unwrap();
    assert!(
        xml.contains("<testsuites name=\"backport-verify\" tests=\"2\" skipped=\"0\" failures=\"1\" errors=\"0\">"),
        "{xml}"
    );
    assert!(xml.contains("<failure message=\"body contains &lt;eventcoordinator&gt;\" type=\"fail\">"), "{xml}");
}

#[tokio::test]
async fn a_report_that_cannot_be_written_is_said() {
    let stand = Stand::on_testservers().await;
    let nowhere = stand.verify("mwdebug", SUITE).args(["--junit", "/nowhere/run.xml"]).code(2);
    let said = "; name a file in a folder that is there and that you may write to\n";
    run(nowhere.stderr_has("failed to write </nowhere/run.xml>: ").stderr_has(said)).await;
    run(stand.verify("mwdebug", SUITE).args(["--html", "/"]).code(2).stderr_has("failed to write </>: ")).await;
    assert_eq!(stand.bed.seen().len(), 0, "it is said before anything is asked");
}

#[tokio::test]
async fn a_run_is_told_as_one_html_file_with_what_differs() {
    let stand = Stand::on_testservers().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.html");
    std::fs::write(&file, "what was there").unwrap();
    run(stand.verify("both", SUITE).arg("--html").arg(&file).code(1).stdout_has("PASS on mwdebug")).await;
    let html = std::fs::read_to_string(&file).unwrap();
    for part in ["<!DOCTYPE html>", ">PASS</span>", ">FAIL</span>", "Only with the patch: ", "id=\"run-2-requests\""] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left there");
}

#[tokio::test]
async fn what_is_never_asked_is_inconclusive_beside_what_is() {
    let stand = Stand::on_testservers().await;
    let suite = format!("{SUITE}http://en.wikipedia.org:\n  - path: /\n    assert_status: 301\n");
    let partly = stand
        .verify("mwdebug", &suite)
        .code(3)
        .stdout_has("PASS          the group is listed  ")
        .stdout_has("INCONCLUSIVE  http://en.wikipedia.org/\n")
        .stdout_has("It was not asked: <http://en.wikipedia.org/> must begin with https://. Write it for ")
        .stdout_has("INCONCLUSIVE on mwdebug (k8s-mwdebug): 1 of 2 passed, 1 inconclusive");
    run(partly).await;
}

#[tokio::test]
async fn the_calendar_is_read_from_wikitech() {
    let stand = Stand::new().await;
    let mine = stand.command("schedule").args(["--nick", bed::NICK]);
    run(mine.stdout_has("  1330001  config  [enwiki] Add the eventcoordinator group  (submitter)")).await;
}

#[tokio::test]
async fn a_calendar_that_cannot_be_had_says_why() {
    let stand = Stand::new().await;
    for (lie, code, said) in [
        (Lie::WikitechDown, 3, "failed to read the calendar from wikitech: it answered with status <503>"),
        (Lie::CalendarMissing, 3, "has no page <Deployments>"),
        (Lie::CalendarIsNotACalendar, 2, "failed to read the calendar: "),
    ] {
        stand.bed.lie(lie);
        run(stand.command("schedule").code(code).stderr_has(said)).await;
        stand.bed.be_honest();
    }
}
