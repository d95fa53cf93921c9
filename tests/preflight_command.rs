// SPDX-License-Identifier: GPL-2.0-or-later
//! `backport-verify preflight` and the schedule at a time, from outside: arguments, what happens without a network, and
//! what is said over the local Wikimedia.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "bed/mod.rs"]
mod bed;
#[path = "support/stand.rs"]
mod stand;
mod support;

use bed::{
    BACKPORT, BACKPORT_MASTER, Change, Entry, GERRIT, GROUP0_VERSION, Lie, NICK, Slot, Status, TITLE, VERSION, Vote,
};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use stand::{Stand, run};
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
    at("tomorrow").code(2).stderr_has("expected now, or a time such as 2026-08-24T13:00:00Z").run();
}

const EVENTS: &str = "mediawiki/extensions/WikimediaEvents";

/// A page of the archive with one window and one patch.
fn archived(day: &str, gerrit: u64) -> String {
    format!(
        "==={{{{Deployment_day|date={day}}}}}===\n{{{{Deployment calendar event card\n    |when={day} 06:00 SF\n    \
         |length=1\n    |window=[[Backport windows|UTC afternoon backport window]]\n    |who={{{{ircnick|deployer}}}}\n    \
         |what=\n{{{{ircnick|submitter}}}}\n* {{{{deploy|type=config|gerrit={gerrit}|title=Raise the limit|status=d}}}}\n}}}}\n"
    )
}

impl Stand {
    /// One with these changes in Gerrit beside the story's.
    async fn with(changes: impl IntoIterator<Item = Change>) -> Self {
        let stand = Self::new().await;
        changes.into_iter().for_each(|change| stand.bed.put_change(change));
        stand
    }

    /// Puts configuration changes of the submitter into the one window of the calendar, which opens in two hours.
    fn schedule(&self, numbers: &[u64]) {
        let entries = numbers.iter().map(|number| Entry::new(NICK, "config", *number, "Some title")).collect();
        let soon = Timestamp::now().checked_add(2.hours()).unwrap();
        self.bed.write_schedule(&[Slot::new(soon, "UTC late backport window", entries)]);
    }

    fn preflight(&self, numbers: &[u64]) -> Command {
        let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        self.command("preflight").args(numbers.iter().map(String::as_str))
    }

    /// What `--json` prints for a call that ends with `code`.
    async fn json(&self, command: Command, code: i32) -> Value {
        let printed = run(command.arg("--json").code(code).stdout_has("\"format\": 1")).await;
        serde_json::from_str(&printed.stdout).unwrap()
    }

    /// Paths of the requests to a host that have this in them.
    fn asked(&self, host: &str, part: &str) -> Vec<String> {
        let seen = self.bed.seen().into_iter().filter(|seen| seen.host == host && seen.path.contains(part));
        seen.map(|seen| seen.path).collect()
    }
}

fn rules(change: &Value) -> Vec<(&str, &str)> {
    let findings = change["findings"].as_array().unwrap().iter();
    findings.map(|finding| (finding["severity"].as_str().unwrap(), finding["rule"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn a_fit_change_in_its_window_has_nothing_against_it() {
    let stand = Stand::new().await;
    let fit = stand
        .preflight(&[GERRIT])
        .stdout_has(&format!("{GERRIT}  {TITLE}  (operations/mediawiki-config, master, open)\n"))
        .stdout_has("\n  UTC afternoon backport window, place 1\n")
        .stdout_has("\n  nothing stands against it\n");
    let printed = run(fit).await;
    assert_eq!(printed.stdout.lines().count(), 4, "{}", printed.stdout);
}

#[tokio::test]
async fn each_thing_that_stands_against_a_change_is_a_sentence_and_blocks() {
    let vote = |label, value, by| vec![Vote { label, value, by }];
    let config = || Change::config(1_330_003, "Enable the thing");
    for (change, sentence) in [
        (
            Change { wip: true, ..config() },
            "BLOCKS  The change is marked as work in progress; press \"Start Review\" in Gerrit. [scap backport]",
        ),
        (
            Change { votes: vote("Code-Review", -2, "reviewer"), ..config() },
            "BLOCKS  reviewer voted Code-Review -2, with which the change cannot be merged; ask what has to change.",
        ),
        (
            Change { votes: vote("Verified", -1, "jenkins-bot"), ..config() },
            "BLOCKS  jenkins-bot says that tests failed; repair them, or comment \"recheck\" in Gerrit.",
        ),
        (Change { mergeable: false, ..config() }, "BLOCKS  The change conflicts with what master has now; rebase it."),
        (
            Change { status: Status::Abandoned, ..config() },
            "BLOCKS  Change 1330003 is abandoned; restore it in Gerrit, or take it off the calendar.",
        ),
    ] {
        let stand = Stand::with([change]).await;
        stand.schedule(&[1_330_003]);
        let source = "rules:\n  scap backport: https://gitlab.wikimedia.org/";
        let unfit = stand.preflight(&[1_330_003]).code(1).stdout_has(sentence).stdout_has(source);
        let printed = run(unfit).await;
        assert_eq!(printed.stdout.matches("BLOCKS").count(), 1, "{}", printed.stdout);
    }
}

#[tokio::test]
async fn several_changes_are_asked_for_at_once_and_shown_in_the_order_said() {
    let stand = Stand::new().await;
    let json = stand.json(stand.preflight(&[BACKPORT, GERRIT, BACKPORT, BACKPORT_MASTER]), 0).await;
    let changes = json["changes"].as_array().unwrap();
    let shown: Vec<u64> = changes.iter().map(|change| change["gerrit"].as_u64().unwrap()).collect();
    assert_eq!(shown, [BACKPORT, GERRIT, BACKPORT_MASTER]);
    let queries = stand.asked("gerrit.wikimedia.org", "/changes/?q=");
    let by_number = format!("q=change:{GERRIT}+OR+change:{BACKPORT_MASTER}+OR+change:{BACKPORT}&");
    assert!(queries[0].contains(&by_number), "{queries:?}");
    assert!(queries[1].contains("q=change:I"), "{queries:?}");
    assert_eq!((queries.len(), stand.asked("wikitech.wikimedia.org", "").len()), (2, 1), "{queries:?}");
}

#[tokio::test]
async fn a_configuration_change_alone_needs_one_query() {
    let stand = Stand::new().await;
    run(stand.preflight(&[GERRIT]).stdout_has("nothing stands against it")).await;
    assert_eq!(stand.asked("gerrit.wikimedia.org", "").len(), 1);
}

#[tokio::test]
async fn a_newer_branch_that_lacks_the_backport_is_warned_of_with_the_commands_for_it() {
    let master = Change { status: Status::Merged, ..Change::new(1_330_008, EVENTS, "master", "Count each event once") };
    let change_id = master.change_id.clone();
    let backport = Change { change_id, ..Change::backport(1_330_009, EVENTS, VERSION, "Count each event once") };
    let stand = Stand::with([master, backport]).await;
    let warned = stand
        .preflight(&[1_330_009])
        .stdout_has(
            "WARNS   wmf/1.47.0-wmf.16 is live and lacks this change, so the train would take it away again; \
             cherry-pick it there as well. [Backport windows]\n",
        )
        .stdout_has("  to make the backport for 1.47.0-wmf.16:\n    git fetch origin wmf/1.47.0-wmf.16 &&\n")
        .stdout_has("refs/changes/08/1330008/2 &&\n");
    run(warned).await;
}

#[tokio::test]
async fn a_newer_branch_that_was_cut_with_the_fix_needs_no_backport() {
    let stand = Stand::new().await;
    let json = stand.json(stand.preflight(&[BACKPORT, BACKPORT_MASTER]), 0).await;
    assert_eq!(rules(&json["changes"][0]), [("notes", "live_branch")]);
    for change in json["changes"].as_array().unwrap() {
        assert_eq!(change["cherry_picks"], json!([]), "{change}");
    }
}

#[tokio::test]
async fn a_change_on_master_gets_the_commands_of_its_backports() {
    let stand = Stand::with([Change::new(1_330_006, "mediawiki/core", "master", "Repair the footer")]).await;
    let commands = |version: &str| {
        format!(
            "git fetch origin wmf/{version} &&\ngit checkout --detach FETCH_HEAD &&\ngit fetch \
             https://gerrit.wikimedia.org/r/mediawiki/core refs/changes/06/1330006/2 &&\ngit cherry-pick FETCH_HEAD \
             &&\ngit push origin HEAD:refs/for/wmf/{version}"
        )
    };
    let json = stand.json(stand.preflight(&[1_330_006]), 0).await;
    let change = &json["changes"][0];
    let picks = [GROUP0_VERSION, VERSION].map(|version| json!({"version": version, "commands": commands(version)}));
    assert_eq!((&change["cherry_picks"], &change["entry"]), (&json!(picks), &Value::Null));
    let shown = commands(VERSION).replace('\n', "\n    ");
    let words = stand
        .preflight(&[1_330_006])
        .stdout_has("  in no coming window of the calendar\n")
        .stdout_has(
            "NOTES   The change is on master, and backport windows deploy release branches only; have it merged on \
             master, cherry-pick it to wmf/1.47.0-wmf.16 and wmf/1.47.0-wmf.15 and schedule the cherry-picks.",
        )
        .stdout_has(&format!("  to make the backport for {VERSION}:\n    {shown}\n"));
    run(words).await;
}

#[tokio::test]
async fn a_change_that_is_not_scheduled_gets_its_calendar_entry() {
    let stand = Stand::with([Change::config(1_330_003, "Enable the | thing")]).await;
    let line = "{{deploy|type=config|gerrit=1330003|title=Enable the {{!}} thing|status=}}";
    let named = stand.preflight(&[1_330_003]).args(["--nick", NICK]);
    run(named.stdout_has(&format!("  calendar entry:\n    {{{{ircnick|{NICK}}}}}\n    {line}\n"))).await;
    let unnamed = "  calendar entry, to be given your nick (or say it with --nick):\n    {{ircnick|irc-nickname|";
    run(stand.preflight(&[1_330_003]).stdout_has(unnamed)).await;
    let json = stand.json(stand.preflight(&[1_330_003, GERRIT]).args(["--nick", NICK]), 0).await;
    let (new, scheduled) = (&json["changes"][0], &json["changes"][1]);
    assert_eq!(new["entry"], format!("{{{{ircnick|{NICK}}}}}\n{line}"));
    assert_eq!(new["schedule_link"], "https://schedule-deployment.toolforge.org/backport/1330003");
    assert_eq!((&scheduled["entry"], &scheduled["schedule_link"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn configuration_of_the_beta_cluster_is_said_to_reach_no_test_server() {
    let files = vec!["wmf-config/InitialiseSettings-labs.php".to_owned()];
    let stand = Stand::with([Change { files, ..Change::config(1_330_003, "Try the thing on Beta") }]).await;
    stand.schedule(&[1_330_003]);
    let beta = "WARNS   It touches only configuration of the Beta Cluster, so it changes nothing on the test servers";
    run(stand.preflight(&[1_330_003]).stdout_has(beta)).await;
}

#[tokio::test]
async fn a_dependency_has_to_be_merged_or_in_the_same_window() {
    let needed = Change::config(1_330_003, "Define the thing");
    let footers = vec![format!("Depends-On: {}", needed.change_id)];
    let stand = Stand::with([needed, Change { footers, ..Change::config(1_330_004, "Use the thing") }]).await;
    stand.schedule(&[1_330_004]);
    let alone = "BLOCKS  It depends on change 1330003 (master), which is neither merged nor in the same window";
    run(stand.preflight(&[1_330_004]).code(1).stdout_has(alone)).await;
    stand.schedule(&[1_330_003, 1_330_004]);
    run(stand.preflight(&[1_330_004]).stdout_has("place 2").stdout_has("nothing stands against it")).await;
}

#[tokio::test]
async fn a_change_that_does_not_exist_blocks() {
    let stand = Stand::new().await;
    let unknown =
        "1339999\n  in no coming window of the calendar\n  BLOCKS  Gerrit knows no change 1339999; check the number. [";
    run(stand.preflight(&[1_339_999]).code(1).stdout_has(unknown)).await;
    stand.schedule(&[1_339_999]);
    let json = stand.json(stand.preflight(&[1_339_999]), 1).await;
    let change = &json["changes"][0];
    assert_eq!(rules(change), [("blocks", "exists")]);
    assert_eq!((&change["status"], &change["place"], &change["entry"]), (&Value::Null, &json!(1), &Value::Null));
}

#[tokio::test]
async fn without_gerrit_there_is_no_answer() {
    let stand = Stand::new().await;
    for (lie, said) in [
        (Lie::GerritDown, "it answered with status <503>; try again\n"),
        (Lie::CaptivePortal, "sign i>; try again in a minute\n"),
    ] {
        stand.bed.lie(lie);
        let failing = stand.preflight(&[GERRIT]).code(3).stderr_has("failed to read the changes from Gerrit: ");
        run(failing.stderr_has(said)).await;
        stand.bed.be_honest();
    }
}

#[tokio::test]
async fn without_the_calendar_its_rules_are_left_out_and_that_is_said() {
    let stand = Stand::new().await;
    let left_out = "backport-verify: the rules about the calendar are left out: failed to read the calendar";
    for (lie, reason) in [
        (
            Lie::WikitechDown,
            " from wikitech: it answered with status <503>; try again, or give a saved page with --page\n",
        ),
        (Lie::CalendarMissing, " from wikitech: the wiki has no page <Deployments>; give a saved page with --page\n"),
        (Lie::CalendarIsNotACalendar, ": the page holds no deployment calendar: it has no event card; "),
    ] {
        stand.bed.lie(lie);
        let words = stand.preflight(&[GERRIT]).code(3).stderr_has(&format!("{left_out}{reason}"));
        let printed = run(words.stdout_has("  nothing stands against it, as far as could be looked at\n")).await;
        assert!(!printed.stdout.contains("window"), "{}", printed.stdout);
        stand.bed.be_honest();
    }
    stand.bed.lie(Lie::WikitechDown);
    let json = stand.json(stand.preflight(&[GERRIT]).stderr_has(left_out), 3).await;
    assert_eq!((&json["not_read"][0]["what"], &json["changes"][0]["window"]), (&json!("calendar"), &Value::Null));
}

#[tokio::test]
async fn without_noc_the_rules_about_versions_are_left_out_and_that_is_said() {
    let stand = Stand::new().await;
    stand.bed.lie(Lie::NocDown);
    let said = "backport-verify: the rules about the versions are left out: failed to read the versions of the wikis \
                from noc.wikimedia.org: it answered with status <503>; try again\n";
    run(stand
        .preflight(&[BACKPORT])
        .code(3)
        .stderr(said)
        .stdout_has("UTC late backport window, place 1\n")
        .stdout_has("  nothing stands against it, as far as could be looked at\n"))
    .await;
    let json = stand.json(stand.preflight(&[BACKPORT]).stderr(said), 3).await;
    assert_eq!((json["not_read"].as_array().unwrap().len(), &json["not_read"][0]["what"]), (1, &json!("versions")));
}

#[tokio::test]
async fn the_schedule_of_now_begins_with_the_open_window() {
    let stand = Stand::new().await;
    let printed = run(stand.command("schedule").args(["--at", "now"]).stdout_has("\n  is open, closes in ")).await;
    assert_eq!(printed.stdout.lines().next(), Some("UTC afternoon backport window"));
    assert_eq!(stand.bed.seen().len(), 1);
}

#[tokio::test]
async fn an_earlier_time_is_looked_up_in_the_archive_of_a_wiki_that_is_named() {
    let stand = Stand::new().await;
    stand.schedule(&[GERRIT]);
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let months = [2, 1].map(|back| today.first_of_month().saturating_sub(back.months()));
    // The second Wednesday of a month is in its archive, wherever the month's weeks begin.
    let days = months.map(|month| month.nth_weekday_of_month(2, jiff::civil::Weekday::Wednesday).unwrap());
    for (number, (month, day)) in (1_320_001..).zip(months.iter().zip(days)) {
        let page = format!("Deployments/Archive/{}", month.strftime("%Y/%m"));
        stand.bed.write_page("labswiki", &page, &archived(&day.to_string(), number));
    }
    // The weeks of this month that are over are in an archive, too.
    let this_month = format!("Deployments/Archive/{}", today.strftime("%Y/%m"));
    let its_first = today.first_of_month().to_string();
    stand.bed.write_page("labswiki", &this_month, &archived(&its_first, 1_320_003));
    let at = format!("{} 06:30 SF", days[0]);
    let words = stand.command("schedule").args(["--wiki", "https://wikitech.wikimedia.org", "--at", &at]);
    let command = stand.command("schedule").args(["--wiki", "https://wikitech.wikimedia.org", "--at", &at]);
    run(words.stdout_has("  is open, closes in 30 min\n  deployers: deployer\n  1320001  config  Raise the limit"))
        .await;
    let json = stand.json(command, 0).await;
    let numbers: Vec<u64> = json["windows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|window| window["patches"][0]["gerrit"].as_u64().unwrap())
        .collect();
    assert!(numbers.starts_with(&[1_320_001, 1_320_002]) && numbers.ends_with(&[GERRIT]), "{numbers:?}");
    let old = &json["windows"][0];
    let fields: Vec<&str> = old.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields.len(), 7, "{fields:?}");
    assert_eq!(
        old["patches"],
        json!([{"gerrit": 1_320_001, "type": "config", "title": "Raise the limit", "status": "d", "nicks": [NICK],
            "struck": false, "placeholder": false, "source_line": 9}])
    );
}

#[tokio::test]
async fn a_month_that_the_archive_lacks_is_named() {
    let stand = Stand::new().await;
    stand.bed.write_page("labswiki", "Deployments/Archive/2026/01", &archived("2026-01-14", 1_320_001));
    let between = "backport-verify: the windows of February 2026 are left out: the wiki has no page <Deployments/Archive/2026/02>\n";
    let shown = stand.command("schedule").args(["--at", "2026-01-14 06:00 SF"]).stderr_has(between);
    run(shown.stdout_has("1320001").stdout_has(&GERRIT.to_string())).await;
    let lacking = "the wiki has no page <Deployments/Archive/2020/02>; give a saved page with --page";
    run(stand.command("schedule").args(["--at", "2020-02-12 13:00 UTC"]).code(3).stderr_has(lacking)).await;
}
