// SPDX-License-Identifier: GPL-2.0-or-later
//! The bed, seen by a client: it must be as strict and as strange as Wikimedia's edge is.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what a test is built from panics as the test itself may")]

#[path = "bed/mod.rs"]
mod bed;
#[path = "bed_services.rs"]
mod bed_services;

use bed::{Bed, GERRIT, Kind, Lie, NICK, PATCH_TEXT, TEST_URL, TITLE, WEBHOOK};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

const DEBUG: &str = "x-wikimedia-debug";
const MAIN_PAGE: &str = "https://en.wikipedia.org/wiki/Main_Page";

/// Sends every name to the bed.
struct ToTheBed(SocketAddr);

impl reqwest::dns::Resolve for ToTheBed {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let address = self.0;
        Box::pin(async move { Ok(Box::new(std::iter::once(address)) as reqwest::dns::Addrs) })
    }
}

struct Reader {
    bed: Bed,
    client: Client,
}

impl Reader {
    async fn new() -> Self {
        let bed = Bed::start(Kind::Embedded).await.unwrap();
        let ca = reqwest::Certificate::from_pem(&std::fs::read(bed.ca_file()).unwrap()).unwrap();
        let client = Client::builder()
            .dns_resolver(Arc::new(ToTheBed(bed.edge())))
            .tls_certs_only([ca])
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            .no_proxy()
            .build()
            .unwrap();
        Self { bed, client }
    }

    fn ask(&self, method: Method, url: &str) -> RequestBuilder {
        self.client.request(method, url)
    }

    async fn get(&self, url: &str) -> Response {
        self.ask(Method::GET, url).send().await.unwrap()
    }

    async fn debugged(&self, url: &str, value: &str) -> Response {
        self.ask(Method::GET, url).header(DEBUG, value).send().await.unwrap()
    }

    /// Whether the test URL shows the patch on `k8s-mwdebug`, and on production when the cache is passed by.
    async fn shows_patch(&self) -> (bool, bool) {
        let debug = self.debugged(TEST_URL, "backend=k8s-mwdebug").await.text().await.unwrap();
        let busted = format!("{TEST_URL}?n={}", self.bed.seen().len());
        let production = self.get(&busted).await.text().await.unwrap();
        (debug.contains(PATCH_TEXT), production.contains(PATCH_TEXT))
    }
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// `mw-debug.eqiad.pinkunicorn` of `mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj`; the status where nobody is named.
fn who(response: &Response) -> String {
    match header(response, "server") {
        "" => response.status().as_u16().to_string(),
        server => server.rsplitn(3, '-').last().unwrap().to_owned(),
    }
}

#[tokio::test]
async fn the_debug_header_chooses_who_answers() {
    let reader = Reader::new().await;
    let eqiad = "mw-debug.eqiad.pinkunicorn";
    let too_long = format!("backend=k8s-mwdebug;{}", "x".repeat(8192));
    let rows = [
        ("backend=k8s-mwdebug", eqiad),
        ("log; backend=k8s-mwdebug; profile", eqiad),
        ("1", eqiad),
        ("k8s-mwdebug-codfw", "mw-debug.codfw.pinkunicorn"),
        ("backend=k8s-mwdebug-next-codfw", "mw-debug.codfw.next"),
        ("xbackend=k8s-mwdebug", eqiad),
        ("backend=k8s-mwdebug_x", eqiad),
        ("backend=k8s-mwdebug,backend=banana", eqiad),
        ("backend=banana", "400"),
        ("", "400"),
        ("log", "400"),
        (too_long.as_str(), "400"),
        ("Backend=k8s-mwdebug", "400"),
        ("BACKEND=k8s-mwdebug", "400"),
        ("backend= k8s-mwdebug", "400"),
        ("backend=K8S-mwdebug", "400"),
    ];
    for (value, expected) in rows {
        let response = reader.debugged(MAIN_PAGE, value).await;
        assert_eq!(who(&response), expected, "header <{value}>");
    }
}

#[tokio::test]
async fn two_debug_headers_are_read_as_one() {
    let reader = Reader::new().await;
    let ask = |first, second| reader.ask(Method::GET, MAIN_PAGE).header(DEBUG, first).header(DEBUG, second).send();
    assert_eq!(who(&ask("log", "backend=k8s-mwdebug-codfw").await.unwrap()), "mw-debug.codfw.pinkunicorn");
    assert_eq!(who(&ask("k8s-mwdebug", "k8s-mwdebug").await.unwrap()), "400");
}

#[tokio::test]
async fn an_unknown_backend_is_refused_by_the_edge_itself() {
    let reader = Reader::new().await;
    let response = reader.debugged(MAIN_PAGE, "backend=banana").await;
    assert_eq!(header(&response, "x-cache-status"), "int-local");
    assert_eq!(header(&response, "x-cache"), "cp1100 int, cp1108 pass");
    assert_eq!(
        response.text().await.unwrap(),
        "x-wikimedia-debug-routing: no match found for the backend specified in X-Wikimedia-Debug"
    );
}

#[tokio::test]
async fn the_cookie_wins_over_the_header_for_reading_and_is_decoded_once() {
    let reader = Reader::new().await;
    let ask = async |method: Method, cookie: &str, value: Option<&str>| {
        let request = reader.ask(method, MAIN_PAGE).header("cookie", format!("a=b; X-Wikimedia-Debug={cookie}"));
        let request = value.into_iter().fold(request, |request, value| request.header(DEBUG, value));
        request.send().await.unwrap()
    };
    let cookie = "backend%3Dk8s-mwdebug-codfw%3Blog%3Bexpire%3D1";
    let codfw = "mw-debug.codfw.pinkunicorn";
    assert_eq!(who(&ask(Method::GET, cookie, Some("backend=k8s-mwdebug")).await), codfw);
    assert_eq!(who(&ask(Method::HEAD, cookie, None).await), codfw);
    assert_eq!(who(&ask(Method::POST, cookie, None).await), "mw-web.eqiad.main");
    assert_eq!(who(&ask(Method::GET, "backend%3dk8s-mwdebug", None).await), "400");
    assert_eq!(who(&ask(Method::GET, "log%3Dx%3Bbackend%3Dk8s-mwdebug", None).await), "400");
}

#[tokio::test]
async fn debug_headers_come_back_only_to_the_request_header() {
    let reader = Reader::new().await;
    let inner = ["x-request-id", "backend-timing", "x-powered-by", "x-ats-timestamp", "x-varnish"];
    let given = |response: &Response| inner.iter().filter(|name| response.headers().contains_key(**name)).count();
    assert_eq!(given(&reader.debugged(MAIN_PAGE, "backend=k8s-mwdebug").await), inner.len());
    assert_eq!(given(&reader.get(MAIN_PAGE).await), 0);
    let cookie = reader.ask(Method::GET, MAIN_PAGE).header("cookie", "X-Wikimedia-Debug=backend%3Dk8s-mwdebug");
    let by_cookie = cookie.send().await.unwrap();
    assert_eq!((who(&by_cookie).as_str(), given(&by_cookie)), ("mw-debug.eqiad.pinkunicorn", 0));
}

#[tokio::test]
async fn the_edge_keeps_pages_for_anonymous_readers() {
    let reader = Reader::new().await;
    let first = reader.get(MAIN_PAGE).await;
    assert_eq!(header(&first, "x-cache-status"), "miss");
    reader.bed.let_cache_age(90);
    let second = reader.get(MAIN_PAGE).await;
    assert_eq!(header(&second, "x-cache"), "cp1100 hit, cp1108 hit/1");
    assert_eq!(header(&second, "x-cache-status"), "hit-front");
    assert_eq!(header(&second, "server-timing"), "cache;desc=\"hit-front\", host;desc=\"cp1108\"");
    assert!(header(&second, "age").parse::<u64>().unwrap() >= 90);
    assert_eq!(header(&second, "server"), header(&first, "server"));
    assert_eq!(header(&second, "cache-control"), "private, s-maxage=0, max-age=0, must-revalidate");
}

#[tokio::test]
async fn the_edge_does_not_keep_what_is_asked_with_a_session_a_post_or_the_api() {
    let reader = Reader::new().await;
    let api = "https://en.wikipedia.org/w/api.php?action=query&meta=siteinfo&format=json&formatversion=2";
    reader.get(MAIN_PAGE).await;
    let session = reader.ask(Method::GET, MAIN_PAGE).header("cookie", "enwikiSession=abc").send().await.unwrap();
    assert_eq!(header(&session, "x-cache-status"), "pass");
    let post = reader.ask(Method::POST, MAIN_PAGE).send().await.unwrap();
    assert_eq!(header(&post, "x-cache-status"), "pass");
    reader.get(api).await;
    let again = reader.get(api).await;
    assert_eq!(header(&again, "x-cache-status"), "pass");
    assert_eq!(who(&again), "mw-api-ext.eqiad.main");
}

#[tokio::test]
async fn a_page_that_was_kept_before_the_sync_is_still_the_old_one() {
    let reader = Reader::new().await;
    let before = reader.get(TEST_URL).await;
    let renderer = header(&before, "server").to_owned();
    reader.bed.sync_everywhere().await.unwrap();
    let after = reader.get(TEST_URL).await;
    assert_eq!(header(&after, "server"), renderer);
    assert!(!after.text().await.unwrap().contains(PATCH_TEXT));
    let fresh = reader.get(&format!("{TEST_URL}?fresh")).await;
    assert_ne!(header(&fresh, "server"), renderer);
    assert!(fresh.text().await.unwrap().contains(PATCH_TEXT));
}

#[tokio::test]
async fn each_stage_of_scap_brings_the_patch_to_its_servers() {
    let reader = Reader::new().await;
    assert_eq!(reader.shows_patch().await, (false, false));
    reader.bed.merge().await.unwrap();
    assert_eq!(reader.shows_patch().await, (false, false));
    reader.bed.sync_testservers().await.unwrap();
    assert_eq!(reader.shows_patch().await, (true, false));
    reader.bed.sync_everywhere().await.unwrap();
    assert_eq!(reader.shows_patch().await, (true, true));
    reader.bed.roll_back().await.unwrap();
    assert_eq!(reader.shows_patch().await, (false, false));
}

#[tokio::test]
async fn deployment_info_tells_what_the_answering_server_runs() {
    let reader = Reader::new().await;
    reader.bed.sync_testservers().await.unwrap();
    let url = "https://en.wikipedia.org/w/deployment-info.php";
    let read = async |response: Response| -> Value { serde_json::from_str(&response.text().await.unwrap()).unwrap() };
    let production = read(reader.get(url).await).await;
    let debug = read(reader.debugged(url, "backend=k8s-mwdebug").await).await;
    let all = read(reader.get(&format!("{url}?all")).await).await;
    assert_eq!(production["dbname"], "enwiki");
    assert_ne!(production["checkouts"][0]["commit_ref"], debug["checkouts"][0]["commit_ref"]);
    assert_eq!(all["common"][0], production["checkouts"][0]);
}

#[tokio::test]
async fn scap_speaks_in_the_channel_and_in_the_admin_log() {
    let reader = Reader::new().await;
    reader.bed.merge().await.unwrap();
    reader.bed.sync_testservers().await.unwrap();
    reader.bed.sync_everywhere().await.unwrap();
    let link = format!("Backport for [[gerrit:{GERRIT}|{TITLE}]]");
    let said: Vec<String> =
        reader.bed.channel().into_iter().map(|line| format!("{}: {}", line.nick, line.text)).collect();
    let bot = "logmsgbot: !log deployer@deploy2002";
    assert_eq!(
        said,
        [
            format!("{bot} Started scap sync-world: {link}"),
            format!(
                "{bot} submitter, deployer: {link} synced to the testservers (see \
                 https://wikitech.wikimedia.org/wiki/Mwdebug). Changes can now be verified there."
            ),
            format!("{bot} deployer, submitter: Continuing with deployment"),
            format!("{bot} Finished scap sync-world: {link} (duration: 08m 47s)"),
        ]
    );
    let log = reader.get("https://sal.toolforge.org/production?q=1330001").await.text().await.unwrap();
    assert_eq!(log.matches("class=\"message\"").count(), 3);
    assert!(log.contains("&lt;deployer@deploy2002&gt;"));
    let page = "https://wikitech.wikimedia.org/w/index.php?title=Server_Admin_Log&action=raw&x=1";
    assert!(reader.get(page).await.text().await.unwrap().contains("deployer@deploy2002: Started scap sync-world"));
}

#[tokio::test]
async fn gerrit_merges_when_the_deployer_does() {
    let reader = Reader::new().await;
    let status = async |path: &str| {
        let text = reader.get(&format!("https://gerrit.wikimedia.org/r/changes/{path}")).await.text().await.unwrap();
        let value: Value = serde_json::from_str(text.strip_prefix(")]}'\n").unwrap()).unwrap();
        let change = if value.is_array() { value[0].clone() } else { value };
        format!("{} {}", change["_number"], change["status"])
    };
    assert_eq!(status("1330001").await, "1330001 \"NEW\"");
    reader.bed.merge().await.unwrap();
    assert_eq!(status("1330001/detail?o=CURRENT_REVISION").await, "1330001 \"MERGED\"");
    assert_eq!(status("?q=change:1330001").await, "1330001 \"MERGED\"");
    assert_eq!(reader.get("https://gerrit.wikimedia.org/r/changes/42").await.status(), 404);
}

#[tokio::test]
async fn noc_names_the_backends() {
    let reader = Reader::new().await;
    let text = reader.get("https://noc.wikimedia.org/conf/debug.json").await.text().await.unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&value["backends"][0], value["backends"].as_array().unwrap().len()), (&json!("k8s-mwdebug"), 8));
}

fn calendar_url(title: &str) -> String {
    format!(
        "https://wikitech.wikimedia.org/w/api.php?action=query&prop=revisions&titles={title}\
         &rvprop=ids%7Ctimestamp%7Ccontent&rvslots=main&format=json&formatversion=2"
    )
}

async fn calendar_page(reader: &Reader, title: &str) -> Value {
    let text = reader.get(&calendar_url(title)).await.text().await.unwrap();
    serde_json::from_str::<Value>(&text).unwrap()["query"]["pages"][0].clone()
}

#[tokio::test]
async fn the_calendar_has_the_patch_in_a_window_that_is_open_now() {
    let reader = Reader::new().await;
    let page = calendar_page(&reader, "Deployments").await;
    let text = page["revisions"][0]["slots"]["main"]["content"].as_str().unwrap();
    let patch = format!("{{{{ircnick|{NICK}}}}}\n* {{{{deploy|type=config|gerrit={GERRIT}|title={TITLE}|status=}}}}");
    let card = text.split("{{Deployment calendar event card").find(|card| card.contains(&patch)).unwrap();
    let when = card.split("|when=").nth(1).unwrap().split(" SF").next().unwrap();
    let zone = jiff::tz::get!("America/Los_Angeles");
    let when = jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M", when).unwrap().to_zoned(zone).unwrap().timestamp();
    let minutes = (jiff::Timestamp::now().as_second() - when.as_second()) / 60;
    assert!((0..60).contains(&minutes), "the window began <{minutes}> minutes ago");
    assert!(text.matches("UTC late backport window").count() >= 4);
}

#[tokio::test]
async fn a_page_that_is_not_there_is_missing_as_mediawiki_says_it() {
    let reader = Reader::new().await;
    let missing = json!({"ns": 0, "title": "No such page", "missing": true});
    assert_eq!(calendar_page(&reader, "No_such_page").await, missing);
    assert_eq!(reader.get("https://de.wikipedia.org/wiki/No_such_page").await.status(), 404);
    reader.bed.lie(Lie::CalendarMissing);
    assert_eq!(calendar_page(&reader, "Deployments").await["missing"], true);
}

#[tokio::test]
async fn an_api_error_has_status_200_and_a_header() {
    let reader = Reader::new().await;
    let response = reader.get("https://commons.wikimedia.org/w/api.php?action=banana&format=json").await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "mediawiki-api-error"), "badvalue");
    let server = header(&response, "server").to_owned();
    let value: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    assert_eq!((&value["error"]["code"], &value["servedby"]), (&json!("badvalue"), &json!(server)));
}

#[tokio::test]
async fn a_page_names_its_renderer_and_its_version() {
    let reader = Reader::new().await;
    let response = reader.debugged("https://www.wikidata.org/wiki/Special:Version", "k8s-mwdebug").await;
    let hostname = format!("\"wgHostname\":\"{}\"", header(&response, "server"));
    let text = response.text().await.unwrap();
    assert!(text.contains(&hostname), "{text}");
    assert!(text.contains("<meta name=\"generator\" content=\"MediaWiki 1.47.0-wmf.15\">"));
}

#[tokio::test]
async fn the_root_of_a_wiki_redirects_to_its_main_page() {
    let reader = Reader::new().await;
    let response = reader.get("https://en.wikipedia.org/").await;
    assert_eq!((response.status().as_u16(), header(&response, "location")), (301, MAIN_PAGE));
}

#[tokio::test]
async fn the_webhook_says_in_the_channel_what_it_is_sent() {
    let reader = Reader::new().await;
    let post = async |body: &'static str| {
        let response = reader.ask(Method::POST, WEBHOOK).body(body).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    assert_eq!(post("{\"text\": \"PASS &amp; done\"}").await, (200, "ok".to_owned()));
    assert_eq!(post("PASS").await, (400, "invalid_payload".to_owned()));
    let line = reader.bed.heard("PASS").await.unwrap();
    assert_eq!((line.nick.as_str(), line.text.as_str()), ("backport-verify", "PASS & done"));
    assert_eq!(reader.bed.channel().len(), 1);
}

/// Reads a stream of events until it has said `part`.
async fn read_until(stream: &mut Response, part: &str) -> String {
    let mut text = String::new();
    while !text.contains(part) {
        text += std::str::from_utf8(&stream.chunk().await.unwrap().unwrap()).unwrap();
    }
    text
}

#[tokio::test]
async fn the_webhook_streams_what_the_channels_bots_announce() {
    let reader = Reader::new().await;
    reader.bed.merge().await.unwrap();
    let url = format!("{WEBHOOK}/events");
    let mut stream = reader.get(&url).await;
    assert_eq!(header(&stream, "content-type"), "text/event-stream");
    reader.bed.say("reviewer", "hello");
    reader.bed.sync_testservers().await.unwrap();
    let heard = read_until(&mut stream, "synced to the testservers").await;
    let event = heard.split_once("event: heard\nid: 3\ndata: ").unwrap().1;
    let data: Value = serde_json::from_str(event.trim()).unwrap();
    assert_eq!(data["from"], "logmsgbot");
    assert_eq!(data["text"].as_str(), Some(reader.bed.channel()[2].text.as_str()));
    assert!(data["at"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{data}");
    assert_eq!(reader.bed.events().len(), 1);

    // Whoever was away hears what was announced meanwhile.
    let mut again = reader.ask(Method::GET, &url).header("last-event-id", "0").send().await.unwrap();
    let heard = read_until(&mut again, "synced to the testservers").await;
    assert!(heard.contains("id: 1\n") && heard.contains("Started scap"), "{heard}");

    reader.bed.lie(Lie::NoEvents);
    assert_eq!(reader.get(&url).await.status(), 405);
}

#[tokio::test]
async fn a_relays_stream_is_brought_on_as_it_comes() {
    let reader = Reader::new().await;
    let relay = Reader::new().await;
    reader.bed.set_relay(relay.bed.plain());
    // The second bed knows no host of this address: that is its answer.
    let refused = reader.get(&format!("{WEBHOOK}/events")).await;
    assert_eq!(
        (refused.status().as_u16(), refused.text().await.unwrap().as_str()),
        (404, "no such host here: 127.0.0.1\n")
    );
}

#[tokio::test]
async fn a_relay_takes_the_webhook_over() {
    let reader = Reader::new().await;
    let other = Reader::new().await;
    reader.bed.set_relay(other.bed.plain());
    let response = reader.ask(Method::POST, WEBHOOK).body("{\"text\": \"hello\"}").send().await.unwrap();
    // The second bed knows no host of this address: that is its answer, and it must come back whole.
    assert_eq!(response.status(), 404);
    assert_eq!(response.text().await.unwrap(), "no such host here: 127.0.0.1\n");
    assert_eq!(other.bed.seen()[0].body, "{\"text\": \"hello\"}");
    assert!(reader.bed.channel().is_empty());
}

#[tokio::test]
async fn lies_about_the_test_servers_are_told_and_ended() {
    let reader = Reader::new().await;
    reader.bed.sync_testservers().await.unwrap();
    let rows = [
        (Lie::DebugAnsweredByProduction, "mw-web.eqiad.main", false),
        (Lie::DebugIgnoresPatch, "mw-debug.eqiad.pinkunicorn", false),
        (Lie::DebugAnsweredByOtherDatacentre, "mw-debug.codfw.pinkunicorn", true),
        (Lie::NoServerHeader, "200", true),
        (Lie::UnknownServerName, "appserver.invalid", true),
    ];
    for (lie, expected, patched) in rows {
        reader.bed.lie(lie);
        let response = reader.debugged(TEST_URL, "backend=k8s-mwdebug").await;
        assert_eq!(header(&response, "x-cache-status"), "pass", "{lie:?}");
        assert_eq!(who(&response), expected, "{lie:?}");
        assert_eq!(response.text().await.unwrap().contains(PATCH_TEXT), patched, "{lie:?}");
        reader.bed.be_honest();
    }
    assert_eq!(reader.shows_patch().await, (true, false));
}

#[tokio::test]
async fn lies_that_fail_fail_their_own_host_only() {
    let reader = Reader::new().await;
    let calendar = calendar_url("Deployments");
    let noc = "https://noc.wikimedia.org/conf/debug.json";
    let rows = [
        (Lie::ServerError(502), 502, 200, 200),
        (Lie::TooManyRequests, 429, 200, 200),
        (Lie::WikitechDown, 200, 503, 200),
        (Lie::NocDown, 200, 200, 503),
    ];
    for (lie, wiki, wikitech, other) in rows {
        reader.bed.lie(lie);
        let page = reader.get(MAIN_PAGE).await;
        assert_eq!(page.headers().contains_key("retry-after"), lie == Lie::TooManyRequests);
        let statuses = (page.status().as_u16(), reader.get(&calendar).await.status(), reader.get(noc).await.status());
        assert_eq!((statuses.0, statuses.1.as_u16(), statuses.2.as_u16()), (wiki, wikitech, other), "{lie:?}");
        reader.bed.be_honest();
    }
}

#[tokio::test]
async fn a_stale_cache_does_not_care_for_the_query() {
    let reader = Reader::new().await;
    reader.bed.sync_everywhere().await.unwrap();
    reader.bed.lie(Lie::StaleCacheEvenWhenBusted);
    let response = reader.get(&format!("{TEST_URL}?n=1")).await;
    assert_eq!((header(&response, "age"), header(&response, "x-cache-status")), ("163835", "hit-front"));
    assert!(!response.text().await.unwrap().contains(PATCH_TEXT));
}

#[tokio::test]
async fn a_fleet_that_is_half_synced_answers_in_both_ways() {
    let reader = Reader::new().await;
    reader.bed.sync_everywhere().await.unwrap();
    reader.bed.lie(Lie::HalfSynced);
    let mut patched = Vec::new();
    for number in 0..4 {
        let text = reader.get(&format!("{TEST_URL}?n={number}")).await.text().await.unwrap();
        patched.push(text.contains(PATCH_TEXT));
    }
    assert_eq!(patched, [true, false, true, false]);
}

#[tokio::test]
async fn a_cut_body_is_an_error_to_its_reader() {
    let reader = Reader::new().await;
    reader.bed.lie(Lie::CutBody);
    let response = reader.get(MAIN_PAGE).await;
    assert_eq!(response.status(), 200);
    assert!(response.bytes().await.is_err());
}

#[tokio::test]
async fn a_hanging_wiki_answers_when_the_bed_is_honest_again() {
    let reader = Reader::new().await;
    reader.bed.lie(Lie::Hang);
    let hanging = tokio::spawn(reader.ask(Method::GET, MAIN_PAGE).send());
    while reader.bed.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(reader.get("https://noc.wikimedia.org/conf/debug.json").await.status(), 200);
    assert!(!hanging.is_finished());
    reader.bed.be_honest();
    assert_eq!(hanging.await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn the_calendar_and_the_webhook_can_lie_too() {
    let reader = Reader::new().await;
    reader.bed.lie(Lie::CalendarIsNotACalendar);
    reader.bed.lie("WebhookRefuses 403".parse().unwrap());
    let page = calendar_page(&reader, "Deployments").await;
    assert!(!page["revisions"][0]["slots"]["main"]["content"].as_str().unwrap().contains("{{"));
    let response = reader.ask(Method::POST, WEBHOOK).body("{\"text\": \"hello\"}").send().await.unwrap();
    assert_eq!(response.status(), 403);
    assert!(reader.bed.channel().is_empty());
    assert!("Banana".parse::<Lie>().is_err());
}

#[tokio::test]
async fn a_captive_portal_answers_for_everybody() {
    let reader = Reader::new().await;
    reader.bed.lie(Lie::CaptivePortal);
    for url in [MAIN_PAGE, &calendar_url("Deployments"), "https://gerrit.wikimedia.org/r/changes/1330001"] {
        assert!(reader.get(url).await.text().await.unwrap().contains("sign in"), "{url}");
    }
}

#[tokio::test]
async fn the_bed_keeps_what_it_was_asked() {
    let reader = Reader::new().await;
    let response = reader.debugged(&format!("{MAIN_PAGE}?a=b"), "backend=k8s-mwdebug").await;
    assert_eq!(response.version(), reqwest::Version::HTTP_2);
    let seen = reader.bed.seen();
    assert_eq!(seen.len(), 1);
    let expected = ("GET", "en.wikipedia.org", "/wiki/Main_Page?a=b");
    assert_eq!((seen[0].method.as_str(), seen[0].host.as_str(), seen[0].path.as_str()), expected);
    assert_eq!(seen[0].header(DEBUG).as_deref(), Some("backend=k8s-mwdebug"));
}

#[tokio::test]
async fn the_same_hosts_answer_without_tls_and_stop_with_the_bed() {
    let reader = Reader::new().await;
    let plain = format!("http://{}/conf/debug.json", reader.bed.plain());
    let ask = || Client::new().get(&plain).header("host", "noc.wikimedia.org").send();
    assert_eq!(ask().await.unwrap().status(), 200);
    reader.bed.stop().await;
    assert!(ask().await.is_err());
}

#[tokio::test]
async fn a_slow_bed_holds_every_answer_back() {
    let reader = Reader::new().await;
    reader.bed.lie(Lie::Slow(150));
    let asked = std::time::Instant::now();
    assert_eq!(reader.get("https://noc.wikimedia.org/conf/debug.json").await.status(), 200);
    assert!(asked.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn an_edit_makes_the_edge_forget_the_page() {
    let reader = Reader::new().await;
    let page = "https://de.wikipedia.org/wiki/Window";
    assert_eq!(reader.get(page).await.status(), 404);
    reader.bed.write_page("dewiki", "Window", "A pane of glass.");
    let after = reader.get(page).await;
    assert_eq!(header(&after, "x-cache-status"), "miss");
    assert!(after.text().await.unwrap().contains("A pane of glass."));
}

#[tokio::test]
async fn a_page_is_edited_over_its_newest_revision_alone() {
    let reader = Reader::new().await;
    let api = "https://www.mediawiki.org/w/api.php";
    let query = "action=query&prop=revisions&rvprop=ids&rvslots=main&titles=Main_Page&format=json&formatversion=2";
    let revision = async || {
        let told: Value = reader.get(&format!("{api}?{query}")).await.json().await.unwrap();
        told.pointer("/query/pages/0/revisions/0/revid").unwrap().to_string()
    };
    let token: Value = reader.get(&format!("{api}?action=query&meta=tokens&assert=user")).await.json().await.unwrap();
    let token = token.pointer("/query/tokens/csrftoken").unwrap().as_str().unwrap().to_owned();
    let edit = async |base: &str, token: &str| -> Value {
        let fields =
            [("action", "edit"), ("title", "Main Page"), ("text", "new"), ("baserevid", base), ("token", token)];
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let post = reader.ask(Method::POST, api).header("content-type", "application/x-www-form-urlencoded");
        post.body(body).send().await.unwrap().json().await.unwrap()
    };
    let first = revision().await;
    assert_eq!(edit(&first, "+\\").await["error"]["code"], "badtoken");
    assert_eq!(edit(&first, &token).await["edit"]["result"], "Success");
    assert_ne!(revision().await, first);
    assert_eq!(edit(&first, &token).await["error"]["code"], "editconflict");
    assert_eq!(reader.bed.read_page("mediawikiwiki", "Main Page").as_deref(), Some("new"));
    reader.bed.log_out(true);
    let refused: Value = reader.get(&format!("{api}?action=query&meta=tokens&assert=user")).await.json().await.unwrap();
    assert_eq!(refused["error"]["code"], "assertuserfailed");
}
