// SPDX-License-Identifier: GPL-2.0-or-later
//! The bed's services, seen by a client: Gerrit, what servers run, scap, the log, and the calendar.

use crate::bed::{
    BACKPORT, BACKPORT_MASTER, BACKPORT_TEXT, BACKPORT_TITLE, BACKPORT_URL, Change, Entry, GERRIT, GROUP0_VERSION, Lie,
    NICK, OTHER_GERRIT, OTHER_TITLE, Slot, Status, TITLE, VERSION, Vote,
};
use crate::{DEBUG, Reader};
use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::{Value, json};

const EVENTS: &str = "mediawiki/extensions/WikimediaEvents";
const ALL_OPTIONS: &str =
    "o=CURRENT_REVISION&o=CURRENT_COMMIT&o=COMMIT_FOOTERS&o=CURRENT_FILES&o=DETAILED_LABELS&o=DETAILED_ACCOUNTS";

impl Reader {
    async fn text(&self, url: &str) -> (u16, String) {
        let response = self.get(url).await;
        (response.status().as_u16(), response.text().await.unwrap())
    }

    async fn json(&self, url: &str) -> Value {
        let (status, text) = self.text(url).await;
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{url}: {status} {error}: {text}"))
    }

    /// What Gerrit says without its guard.
    async fn gerrit(&self, path: &str) -> Value {
        let (status, text) = self.text(&format!("https://gerrit.wikimedia.org/r/{path}")).await;
        let json = text.strip_prefix(")]}'\n").unwrap_or_else(|| panic!("{path}: {status} {text}"));
        serde_json::from_str(json).unwrap()
    }

    async fn queried(&self, query: &str) -> Vec<u64> {
        let found = self.gerrit(&format!("changes/?q={query}")).await;
        found.as_array().unwrap().iter().map(|change| change["_number"].as_u64().unwrap()).collect()
    }

    /// The commit of a project on the servers of a host: the test servers', and production's.
    async fn runs(&self, host: &str, project: &str) -> (String, String) {
        let url = format!("https://{host}/w/deployment-info.php");
        let commit = |text: String| {
            let info: Value = serde_json::from_str(&text).unwrap();
            let repo = format!("https://gerrit.wikimedia.org/r/{project}");
            let found = info["checkouts"].as_array().unwrap().iter().find(|checkout| checkout["repo"] == repo);
            found.unwrap()["commit_ref"].as_str().unwrap().to_owned()
        };
        let debug = self.ask(Method::GET, &url).header(DEBUG, "backend=k8s-mwdebug").send().await.unwrap();
        (commit(debug.text().await.unwrap()), commit(self.text(&url).await.1))
    }

    /// Whether Gitiles says that `running` contains `patch`.
    async fn contains(&self, project: &str, running: &str, patch: &str) -> bool {
        let log = self.gerrit(&format!("plugins/gitiles/{project}/+log/{running}..{patch}?format=JSON&n=1")).await;
        let log = log["log"].as_array().unwrap();
        assert!(log.iter().all(|entry| entry["commit"] == patch), "{log:?}");
        log.is_empty()
    }

    async fn wikitech(&self, parameters: &str) -> Value {
        let api =
            "https://wikitech.wikimedia.org/w/api.php?action=query&prop=revisions&rvprop=ids%7Ctimestamp%7Ccontent";
        self.json(&format!("{api}&rvslots=main&format=json&formatversion=2&{parameters}")).await
    }

    async fn wikitext(&self, parameters: &str) -> String {
        let answer = self.wikitech(parameters).await;
        let text = &answer["query"]["pages"][0]["revisions"][0]["slots"]["main"]["content"];
        text.as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// The messages of the log, newest first.
    async fn log(&self, query: &str) -> Vec<String> {
        let (_, html) = self.text(&format!("https://sal.toolforge.org/production{query}")).await;
        let cells = html.split("<td class=\"message\">").skip(1);
        cells.map(|cell| cell.split("</td>").next().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn a_query_gives_the_changes_that_it_names_and_leaves_out_the_unknown() {
    let reader = Reader::new().await;
    let id = reader.bed.change(BACKPORT).unwrap().change_id;
    let both = vec![BACKPORT, BACKPORT_MASTER];
    assert_eq!(reader.queried(&format!("change:{GERRIT}+OR+change:42+OR+change:{BACKPORT}")).await, [BACKPORT, GERRIT]);
    assert_eq!(reader.queried(&format!("change:{id}")).await, both);
    assert_eq!(reader.queried(&format!("(change:{id}+OR+change:{GERRIT})+status:merged&n=1")).await.len(), 1);
    assert_eq!(reader.queried(&format!("{id}+branch:master")).await, [BACKPORT_MASTER]);
    assert_eq!(reader.queried(&format!("change:{id}+OR+change:I0000000")).await, both);
    assert_eq!(reader.queried("change:42").await, [0; 0]);
    let (status, _) = reader.text("https://gerrit.wikimedia.org/r/changes/?q=banana:1").await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn gerrit_tells_what_the_options_ask_for() {
    let reader = Reader::new().await;
    let bare = reader.gerrit(&format!("changes/?q=change:{BACKPORT}")).await[0].clone();
    assert_eq!((bare.get("revisions"), bare.get("labels"), bare["owner"].get("username")), (None, None, None));
    let full = reader.gerrit(&format!("changes/?q=change:{BACKPORT}&{ALL_OPTIONS}")).await[0].clone();
    let commit = full["current_revision"].as_str().unwrap();
    let revision = &full["revisions"][commit];
    assert_eq!((&full["project"], &full["branch"]), (&json!(EVENTS), &json!(format!("wmf/{VERSION}"))));
    assert_eq!((&full["owner"]["username"], &full["mergeable"]), (&json!(NICK), &json!(true)));
    assert_eq!(revision["ref"], format!("refs/changes/20/{BACKPORT}/1"));
    assert_eq!(revision["commit"]["parents"][0]["commit"], reader.runs("en.wikipedia.org", EVENTS).await.1);
    assert!(revision["files"]["includes/LogDates.php"].get("status").is_none());
    let message = revision["commit_with_footers"].as_str().unwrap();
    assert!(message.contains(&format!("\nChange-Id: {}\n(cherry picked from", full["change_id"].as_str().unwrap())));
    assert_eq!(full["labels"]["Verified"]["all"][0]["value"], 2);
}

#[tokio::test]
async fn a_change_can_be_unfit_in_every_way() {
    let reader = Reader::new().await;
    let number = 1_330_003;
    let fit = || Change::config(number, "Enable the thing");
    let vote = |label, value| vec![Vote { label, value, by: "reviewer" }];
    let rows = [
        (Change { wip: true, ..fit() }, "/work_in_progress", json!(true)),
        (Change { mergeable: false, ..fit() }, "/mergeable", json!(false)),
        (Change { status: Status::Abandoned, ..fit() }, "/status", json!("ABANDONED")),
        (Change { reverts: Some(GERRIT), ..fit() }, "/revert_of", json!(GERRIT)),
        (
            Change { votes: vote("Code-Review", -2), ..fit() },
            "/labels/Code-Review/rejected/username",
            json!("reviewer"),
        ),
        (Change { votes: vote("Verified", -1), ..fit() }, "/labels/Verified/all/0/value", json!(-1)),
        (
            Change { files: vec!["wmf-config/InitialiseSettings-labs.php".to_owned()], ..fit() },
            "/revisions/*/files/wmf-config~1InitialiseSettings-labs.php/size",
            json!(4096),
        ),
        (
            Change { added: vec!["extension.json".to_owned()], ..fit() },
            "/revisions/*/files/extension.json/status",
            json!("A"),
        ),
        (
            Change { footers: vec!["Depends-On: 1330002".to_owned()], body: "Why.".to_owned(), ..fit() },
            "/revisions/*/commit_with_footers",
            json!(format!("Enable the thing\n\nWhy.\n\nDepends-On: 1330002\nChange-Id: {}\n", fit().change_id)),
        ),
    ];
    for (change, path, expected) in rows {
        reader.bed.put_change(change);
        let told = reader.gerrit(&format!("changes/{number}?{ALL_OPTIONS}")).await;
        let path = path.replace('*', told["current_revision"].as_str().unwrap());
        assert_eq!(told.pointer(&path), Some(&expected), "{path}: {told}");
    }
}

#[tokio::test]
async fn gerrit_tells_the_branches_that_a_merged_change_is_in() {
    let reader = Reader::new().await;
    let branches = async |number: u64| reader.gerrit(&format!("changes/{number}/in")).await["branches"].clone();
    assert_eq!(branches(BACKPORT_MASTER).await, json!(["master", format!("wmf/{GROUP0_VERSION}")]));
    assert_eq!(branches(BACKPORT).await, json!([]));
    reader.bed.scap(&[BACKPORT]).merge().await.unwrap();
    assert_eq!(branches(BACKPORT).await, json!([format!("wmf/{VERSION}")]));
    let shared = reader.bed.change(BACKPORT).unwrap().change_id;
    let (status, _) = reader.text(&format!("https://gerrit.wikimedia.org/r/changes/{shared}")).await;
    assert_eq!(status, 404, "two changes have this name");
}

#[tokio::test]
async fn gitiles_knows_the_order_of_commits() {
    let reader = Reader::new().await;
    let later = 1_330_021;
    reader.bed.put_change(Change::backport(later, EVENTS, VERSION, "Show the right day in the log"));
    let commit = |number: u64| reader.bed.change(number).unwrap().commit();
    let (_, before) = reader.runs("en.wikipedia.org", EVENTS).await;
    let (_, other_branch) = reader.runs("www.mediawiki.org", EVENTS).await;
    let patch = commit(BACKPORT);
    assert!(!reader.contains(EVENTS, &before, &patch).await, "it is not merged yet");
    reader.bed.scap(&[BACKPORT, later]).merge().await.unwrap();
    for (running, contained) in [(&before, false), (&patch, true), (&commit(later), true), (&other_branch, false)] {
        assert_eq!(reader.contains(EVENTS, running, &patch).await, contained, "{running}");
    }
    assert!(reader.contains(EVENTS, &other_branch, &commit(BACKPORT_MASTER)).await, "it was cut later");
    assert!(!reader.contains(EVENTS, &before, &commit(BACKPORT_MASTER)).await, "it was cut earlier");
    let gitiles = format!("https://gerrit.wikimedia.org/r/plugins/gitiles/{EVENTS}/+log");
    for range in [format!("{before}..{}", "0".repeat(40)), format!("{}..{patch}", "0".repeat(40))] {
        assert_eq!(reader.text(&format!("{gitiles}/{range}?format=JSON&n=1")).await.0, 404, "{range}");
    }
}

#[tokio::test]
async fn a_wiki_names_one_version_in_all_places() {
    let reader = Reader::new().await;
    reader.bed.run_version("dewiki", "1.47.0-wmf.17");
    for (host, dbname, version) in [
        ("en.wikipedia.org", "enwiki", VERSION),
        ("test.wikipedia.org", "testwiki", GROUP0_VERSION),
        ("www.mediawiki.org", "mediawikiwiki", GROUP0_VERSION),
        ("de.wikipedia.org", "dewiki", "1.47.0-wmf.17"),
    ] {
        let noc = reader.json("https://noc.wikimedia.org/conf/wikiversions.json").await;
        assert_eq!(noc[dbname], format!("php-{version}"));
        let info = reader.json(&format!("https://{host}/w/deployment-info.php")).await;
        assert_eq!((&info["dbname"], &info["version"]), (&json!(dbname), &json!(version)));
        let branches = info["checkouts"].as_array().unwrap().iter().map(|checkout| checkout["branch"].clone());
        let own = json!(format!("wmf/{version}"));
        assert_eq!(branches.collect::<Vec<_>>(), [json!("master"), own.clone(), own, Value::Null], "{info}");
        let api = format!("https://{host}/w/api.php?action=query&meta=siteinfo&siprop=general&formatversion=2");
        assert_eq!(reader.json(&api).await["query"]["general"]["generator"], format!("MediaWiki {version}"));
        let (_, page) = reader.text(&format!("https://{host}/wiki/Earth")).await;
        assert!(page.contains(&format!("content=\"MediaWiki {version}\"")), "{page}");
    }
}

#[tokio::test]
async fn a_backport_comes_to_the_servers_of_its_version_only() {
    let reader = Reader::new().await;
    let scap = reader.bed.scap(&[BACKPORT]);
    let (hosts, patch) = (["en.wikipedia.org", "www.mediawiki.org"], reader.bed.change(BACKPORT).unwrap().commit());
    let has = async || {
        let [old, new] = hosts;
        let (first, second) = (reader.runs(old, EVENTS).await, reader.runs(new, EVENTS).await);
        [first.0 == patch, first.1 == patch, second.0 == patch, second.1 == patch]
    };
    scap.merge().await.unwrap();
    assert_eq!(has().await, [false; 4]);
    scap.sync_testservers().await.unwrap();
    assert_eq!(has().await, [true, false, false, false]);
    scap.continue_everywhere().await.unwrap();
    assert_eq!(has().await, [true, false, false, false]);
    assert!(!reader.text(&format!("{BACKPORT_URL}?n=1")).await.1.contains(BACKPORT_TEXT));
    scap.sync_everywhere().await.unwrap();
    assert_eq!(has().await, [true, true, false, false]);
    assert!(reader.text(&format!("{BACKPORT_URL}?n=2")).await.1.contains(BACKPORT_TEXT));
    let of_group0 = reader.text("https://www.mediawiki.org/wiki/Special:Log").await.1;
    assert!(!of_group0.contains(BACKPORT_TEXT));
    scap.roll_back().await.unwrap();
    assert_eq!(has().await, [false; 4]);
    scap.sync_testservers().await.unwrap();
    assert_eq!(has().await, [true, false, false, false]);
}

#[tokio::test]
async fn scap_names_all_changes_with_their_tasks_and_all_owners() {
    let reader = Reader::new().await;
    let footers = ["Bug: T400001", "Bug: T400002"].map(str::to_owned).to_vec();
    let mine = reader.bed.change(GERRIT).unwrap();
    reader.bed.put_change(Change { footers, ..mine });
    let scap = reader.bed.scap(&[GERRIT, OTHER_GERRIT]);
    scap.merge().await.unwrap();
    scap.sync_testservers().await.unwrap();
    scap.continue_everywhere().await.unwrap();
    scap.sync_everywhere().await.unwrap();
    scap.roll_back().await.unwrap();
    scap.abort().await.unwrap();
    let links = format!("[[gerrit:{GERRIT}|{TITLE} (T400001 T400002)]], [[gerrit:{OTHER_GERRIT}|{OTHER_TITLE}]]");
    let channel = reader.bed.channel();
    let said: Vec<&str> =
        channel.iter().map(|line| line.text.strip_prefix("!log deployer@deploy2002 ").unwrap()).collect();
    assert_eq!(
        said,
        [
            format!("Started scap sync-world: Backport for {links}"),
            format!(
                "submitter, reviewer, deployer: Backport for {links} synced to the testservers (see \
                 https://wikitech.wikimedia.org/wiki/Mwdebug). Changes can now be verified there."
            ),
            "deployer, reviewer, submitter: Continuing with deployment".to_owned(),
            format!("Finished scap sync-world: Backport for {links} (duration: 08m 47s)"),
            "deployer, reviewer, submitter: Rolling back deployment".to_owned(),
            format!("scap sync-world aborted: Backport for {links} (duration: 03m 12s)"),
        ]
    );
    let refused = reader.bed.scap(&[42]).merge().await.unwrap_err();
    assert_eq!(refused.to_string(), "deploy change <42>: gerrit does not know it; put it there first");
}

#[tokio::test]
async fn a_long_announcement_is_cut_in_the_channel_and_its_rest_is_not_logged() {
    let reader = Reader::new().await;
    let numbers: Vec<u64> = (1_330_030..1_330_036).collect();
    for number in &numbers {
        reader
            .bed
            .put_change(Change::config(*number, "Überall: a title that takes a good part of the line, as some do"));
    }
    reader.bed.scap(&numbers).merge().await.unwrap();
    let channel = reader.bed.channel();
    let [first, second] = &channel[..] else { panic!("{channel:?}") };
    assert!(first.text.len() <= 425 && first.text.starts_with("!log "), "{channel:?}");
    assert!(!second.text.starts_with("!log "));
    let newest = reader.log("").await[0].clone();
    assert!(newest.contains("1330030") && !newest.contains("1330035"), "{newest}");
}

#[tokio::test]
async fn the_log_on_toolforge_is_a_table_with_days_and_links() {
    let reader = Reader::new().await;
    reader.bed.put_change(Change {
        footers: vec!["Bug: T400001".to_owned()],
        ..Change::config(1_330_003, "Use a|b and <i> in [[Main Page]]")
    });
    reader.bed.scap(&[1_330_003]).sync_testservers().await.unwrap();
    let (_, html) = reader.text("https://sal.toolforge.org/production?p=0&i=200").await;
    let today = Timestamp::now().strftime("%Y-%m-%d").to_string();
    let heading = format!("<th colspan=\"4\">\n      <a class=\"day\" href=\"/production?d={today}\">");
    assert!(html.contains(&heading), "{html}");
    let days: Vec<&str> = html.split("?d=").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(days.len() > 1 && days.is_sorted_by(|a, b| a > b), "{days:?}");
    assert_eq!(
        reader.log("").await[0],
        "submitter, deployer: Backport for [[<a href=\"https://gerrit.wikimedia.org/r/#/c/1330003\" target=\"_blank\">\
         gerrit:1330003</a>|Use a|b and &lt;i&gt; in [[Main Page]] \
         (<a href=\"https://phabricator.wikimedia.org/T400001\" target=\"_blank\">T400001</a>)]] synced to the testservers \
         (see <a href=\"https://wikitech.wikimedia.org/wiki/Mwdebug).\" target=\"_blank\">\
         https://wikitech.wikimedia.org/wiki/Mwdebug).</a> Changes can now be verified there."
    );
}

#[tokio::test]
async fn the_log_on_toolforge_is_searched_and_leafed_through() {
    let reader = Reader::new().await;
    reader.bed.scap(&[GERRIT]).merge().await.unwrap();
    let all = reader.log("").await;
    assert!(all[0].starts_with("Started scap sync-world: Backport for [["), "{all:?}");
    assert_eq!(reader.log("?i=2&p=1").await, all[2..4]);
    assert_eq!(reader.log("?i=0").await, all);
    assert_eq!(reader.log("?q=1330001").await, all[..1]);
    assert_eq!(reader.log("?q=late+done").await, ["UTC late deploys done"]);
    let yesterday = Timestamp::now().checked_sub(24.hours()).unwrap().strftime("%Y-%m-%d");
    assert_eq!(reader.log(&format!("?d={yesterday}")).await, all[1..]);
    assert_eq!(reader.log("?d=2020-01-01").await, [""; 0]);
    reader.bed.log("2020-01-01T23:59:00Z".parse().unwrap(), "deployer", "UTC early deploys done");
    assert_eq!(reader.log("?d=2020-01-01").await, ["UTC early deploys done"]);
}

#[tokio::test]
async fn the_log_on_wikitech_is_read_section_by_section() {
    let reader = Reader::new().await;
    reader.bed.merge().await.unwrap();
    let section = async |number: u8| reader.wikitext(&format!("titles=Server_Admin_Log&rvsection={number}")).await;
    let (today, before) = (section(1).await, section(2).await);
    let day = Timestamp::now().strftime("== %Y-%m-%d ==\n* ").to_string();
    assert!(today.starts_with(&day), "{today}");
    let entry =
        format!("deployer@deploy2002: Started scap sync-world: Backport for [[gerrit:{GERRIT}{{{{!}}}}{TITLE}]]");
    assert!(today.ends_with(&entry), "{today}");
    assert_eq!((today.lines().count(), before.contains(" deployer: UTC late deploys done")), (2, true), "{before}");
    assert!(!section(0).await.contains("=="));
    let beyond = reader.wikitech("titles=Server_Admin_Log&rvsection=99").await;
    assert_eq!(beyond["error"]["code"], "nosuchsection");
}

#[tokio::test]
async fn the_log_can_be_nowhere_or_in_one_place_only() {
    let reader = Reader::new().await;
    let page =
        "https://wikitech.wikimedia.org/w/api.php?action=query&prop=revisions&titles=Server_Admin_Log&rvsection=1";
    let calendar = page.replace("Server_Admin_Log&rvsection=1", "Deployments");
    for (lie, expected) in [("SalDown", [503, 200, 200]), ("LogNowhere", [503, 503, 200])] {
        reader.bed.lie(lie.parse().unwrap());
        let mut statuses = [0; 3];
        for (status, url) in statuses.iter_mut().zip(["https://sal.toolforge.org/production", page, &calendar]) {
            *status = reader.text(url).await.0;
        }
        assert_eq!(statuses, expected, "{lie}");
        reader.bed.be_honest();
    }
}

#[tokio::test]
async fn gitiles_can_be_down_while_gerrit_answers() {
    let reader = Reader::new().await;
    reader.bed.lie("GitilesDown".parse().unwrap());
    let gitiles = format!("https://gerrit.wikimedia.org/r/plugins/gitiles/{EVENTS}/+log/a..b?format=JSON");
    assert_eq!(reader.text(&gitiles).await.0, 503);
    assert_eq!(reader.queried(&format!("change:{GERRIT}")).await, [GERRIT]);
}

#[tokio::test]
async fn deployment_info_can_be_missing_old_and_odd() {
    let reader = Reader::new().await;
    let url = "https://en.wikipedia.org/w/deployment-info.php";
    reader.bed.lie("DeploymentInfoMissing".parse().unwrap());
    assert_eq!(reader.text(url).await, (404, "{}\n".to_owned()));
    reader.bed.be_honest();
    reader.bed.lie("DeploymentInfoOldShape".parse().unwrap());
    let old = reader.json(url).await;
    let core: Vec<&Value> = old["checkouts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|checkout| checkout["repo"].as_str().unwrap().ends_with("/mediawiki/core"))
        .map(|checkout| &checkout["branch"])
        .collect();
    assert_eq!(core, [&json!(format!("wmf/{VERSION}")), &json!(format!("wmf/{GROUP0_VERSION}"))]);
    assert_eq!((&old["branch"], old.get("version")), (&json!(format!("wmf/{VERSION}")), None));
    reader.bed.be_honest();
    reader.bed.lie(Lie::DeploymentInfoOddShape);
    assert_eq!(
        (reader.json(url).await.get("checkouts"), "DeploymentInfoOddShape".parse().ok()),
        (None, Some(Lie::DeploymentInfoOddShape))
    );
}

#[tokio::test]
async fn all_versions_are_told_when_asked_for() {
    let reader = Reader::new().await;
    let all = reader.json("https://en.wikipedia.org/w/deployment-info.php?all").await;
    let versions: Vec<&String> = all["versions"].as_object().unwrap().keys().collect();
    assert_eq!(versions, [VERSION, GROUP0_VERSION]);
    assert_eq!(all["common"][0]["branch"], "master");
}

#[tokio::test]
async fn a_test_writes_the_windows_that_it_wants() {
    let reader = Reader::new().await;
    let start = |text: &str| text.parse::<Timestamp>().unwrap();
    let struck = Entry { struck: true, ..Entry::new(NICK, "config", OTHER_GERRIT, "One|two") };
    let done = Entry { status: "done", ..Entry::new("reviewer", VERSION, BACKPORT, BACKPORT_TITLE) };
    reader.bed.write_schedule(&[
        // The second is after the clocks of San Francisco were put back.
        Slot::new(start("2026-11-02T14:55:30Z"), "UTC late backport window", vec![done]),
        Slot::new(
            start("2026-10-30T13:07:00Z"),
            "UTC morning backport window",
            vec![Entry::new(NICK, "config", GERRIT, TITLE), struck],
        ),
        Slot { length: "0.5", ..Slot::new(start("2026-10-30T20:00:00Z"), "UTC afternoon backport window", vec![]) },
    ]);
    let page = reader.wikitext("titles=Deployments").await;
    let cards: Vec<&str> = page.split("{{Deployment calendar event card\n").skip(1).collect();
    assert_eq!(cards.len(), 3, "{page}");
    assert!(cards[0].starts_with("    |when=2026-10-30 06:07 SF\n    |length=1\n"), "{}", cards[0]);
    let mine = format!(
        "    |what=\n{{{{ircnick|{NICK}}}}}\n* {{{{deploy|type=config|gerrit={GERRIT}|title={TITLE}|status=}}}}\n\
         * <s>{{{{deploy|type=config|gerrit={OTHER_GERRIT}|title=One{{{{!}}}}two|status=}}}}</s>\n}}}}\n"
    );
    assert!(cards[0].contains(&mine), "{}", cards[0]);
    assert!(cards[1].contains("|length=0.5\n") && cards[1].contains("irc-nickname"), "{}", cards[1]);
    assert!(cards[2].starts_with("    |when=2026-11-02 06:55 SF\n"), "{}", cards[2]);
    assert!(cards[2].contains(&format!("{{{{ircnick|reviewer}}}}\n* {{{{deploy|type={VERSION}|gerrit={BACKPORT}")));
    assert_eq!(page.matches("==Week of ").count(), 2);
}

#[tokio::test]
async fn a_page_of_the_archive_is_read_by_its_title_with_slashes() {
    let reader = Reader::new().await;
    reader.bed.write_page("labswiki", "Deployments/Archive/2026/10", "==Week of October 5==\n");
    for title in ["Deployments/Archive/2026/10", "Deployments%2FArchive%2F2026%2F10"] {
        assert_eq!(reader.wikitext(&format!("titles={title}")).await, "==Week of October 5==\n");
    }
    let missing = reader.wikitech("titles=Deployments/Archive/2026/09").await;
    assert_eq!(missing["query"]["pages"][0]["missing"], true);
}
