// SPDX-License-Identifier: GPL-2.0-or-later
//! The real bed keeps its word: what is verified on it behaves as Wikimedia's edge and wikis do.
//! Needs the packages that `real::PACKAGES` names, and root for the quick way of laying the trees.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test ends where it cannot go on")]

#[path = "bed/real/mod.rs"]
mod real;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response as Answer, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use real::{PACKAGES, Real, RealError};
use reqwest::{Client, Method, Response};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const RIGHTS: &str = "https://en.wikipedia.org/wiki/Special:ListGroupRights";
const DEBUG: (&str, &str) = ("X-Wikimedia-Debug", "backend=k8s-mwdebug");
const DEBUG_ONLY: [&str; 5] = ["x-request-id", "backend-timing", "x-ats-timestamp", "x-powered-by", "x-varnish"];
const CALENDAR: &str = "==Week of November 22==\n\n==={{Deployment_day|date=2026-11-23}}===\n\
    {{Deployment calendar event card\n    |when=2026-11-23 06:00 SF\n    |length=1\n    \
    |window=[[Backport windows|UTC afternoon backport window]]\n    |who={{ircnick|deployer|Deployer}}\n    |what=\n\
    {{ircnick|submitter}}\n\
    * {{deploy|type=config|gerrit=1330001|title=[enwiki] Add the eventcoordinator group|status=}}\n}}";

/// Two beds at once would only share the processors.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// A folder with a certificate of its own, a server for what is no wiki, the bed, and a client that trusts it.
struct Stage {
    // Before the folder, so that it is dropped first.
    real: Real,
    folder: TempDir,
    client: Client,
    took: Duration,
}

impl Stage {
    async fn start() -> Self {
        let _already_there = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::Builder::new().permissions(PermissionsExt::from_mode(0o711)).tempdir().unwrap();
        let certified = rcgen::generate_simple_self_signed(
            ["*.wikipedia.org", "*.wikimedia.org", "*.toolforge.org"].map(str::to_owned),
        )
        .unwrap();
        let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        std::fs::write(&cert, certified.cert.pem()).unwrap();
        std::fs::write(&key, certified.signing_key.serialize_pem()).unwrap();
        let bed = folder.path().join("bed");
        std::fs::create_dir(&bed).unwrap();
        let start = Instant::now();
        let real = Real::start(&bed, &cert, &key, elsewhere().await, CALENDAR).await.unwrap_or_else(|e| panic!("{e}"));
        let took = start.elapsed();
        let root = reqwest::Certificate::from_pem(certified.cert.pem().as_bytes()).unwrap();
        let hosts = ["en.wikipedia.org", "wikitech.wikimedia.org", "gerrit.wikimedia.org"];
        let client = Client::builder().tls_certs_only([root]).redirect(reqwest::redirect::Policy::none());
        let client = hosts.iter().fold(client, |client, host| client.resolve(host, real.edge())).build().unwrap();
        Self { real, folder, client, took }
    }

    async fn ask(&self, method: Method, url: &str, headers: &[(&str, &str)]) -> Response {
        let request = self.client.request(method, url);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.send().await.unwrap()
    }

    async fn get(&self, url: &str, headers: &[(&str, &str)]) -> Response {
        self.ask(Method::GET, url, headers).await
    }

    /// Whether production and the test servers have the group.
    async fn patched(&self) -> (bool, bool) {
        let has = async |headers: &[(&str, &str)]| {
            let answer = self.get(RIGHTS, headers).await;
            assert_eq!(answer.status(), 200);
            answer.text().await.unwrap().contains("eventcoordinator")
        };
        (has(&[]).await, has(&[DEBUG]).await)
    }
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// A server that says which host and path it was asked for, and with which X-Wikimedia-Debug.
async fn elsewhere() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = service_fn(async |request: Request<Incoming>| {
                let field = |name| request.headers().get(name).map_or("", |value| value.to_str().unwrap_or("?"));
                let text = format!("{} {} {}", field("host"), request.uri().path(), field("x-wikimedia-debug"));
                Ok::<_, std::convert::Infallible>(Answer::new(Full::<Bytes>::from(text)))
            });
            let connection = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
            tokio::spawn(async move { connection.serve_connection(TokioIo::new(stream), service).await });
        }
    });
    address
}

/// The command lines of processes, and the mounts, that belong to a folder.
fn left_behind(folder: &Path) -> Vec<String> {
    let folder = folder.to_str().unwrap();
    let mut left: Vec<String> = std::fs::read_to_string("/proc/mounts").unwrap().lines().map(str::to_owned).collect();
    for process in std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path()) {
        let command = std::fs::read(process.join("cmdline")).unwrap_or_default();
        let at = std::fs::read_link(process.join("cwd")).unwrap_or_default();
        left.push(format!("{} in {}", String::from_utf8_lossy(&command), at.display()));
    }
    left.retain(|line| line.contains(folder));
    left
}

#[tokio::test]
async fn the_real_bed_behaves_as_wikimedia_does_and_stops_without_trace() {
    let _turn = TURN.lock().await;
    let stage = Stage::start().await;
    println!("the bed stood after {:?}", stage.took);
    only_the_patched_tree_has_the_group(&stage).await;
    the_server_header_tells_who_answered(&stage).await;
    an_unknown_backend_is_refused(&stage).await;
    the_cookie_wins_over_the_header_and_counts_only_for_get(&stage).await;
    debug_headers_are_kept_only_for_the_request_header(&stage).await;
    an_anonymous_page_is_cached_and_a_special_page_is_not(&stage).await;
    an_edit_purges_the_cached_page(&stage).await;
    the_calendar_is_read_through_the_api(&stage).await;
    what_is_no_wiki_goes_elsewhere(&stage).await;
    an_announcement_is_heard(&stage).await;
    assert!(!left_behind(stage.folder.path()).is_empty());
    let Stage { folder, real, .. } = stage;
    real.stop().await;
    assert_eq!(left_behind(folder.path()), [""; 0]);
}

#[tokio::test]
async fn a_dropped_bed_leaves_nothing_behind() {
    let _turn = TURN.lock().await;
    let Stage { folder, real, .. } = Stage::start().await;
    drop(real);
    assert_eq!(left_behind(folder.path()), [""; 0]);
}

#[tokio::test]
async fn a_closed_folder_is_named() {
    if !Path::new("/root").metadata().is_ok_and(|meta| std::fs::read_dir("/root").is_ok() && meta.is_dir()) {
        return;
    }
    let folder = tempfile::Builder::new().permissions(PermissionsExt::from_mode(0o700)).tempdir().unwrap();
    let bed = folder.path().join("bed");
    std::fs::create_dir(&bed).unwrap();
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
    let refused = Real::start(&bed, &bed, &bed, nowhere, "").await;
    assert!(matches!(&refused, Err(RealError::Unreachable(path)) if path == folder.path()), "{refused:?}");
}

#[test]
fn a_missing_package_is_told_with_all_that_are_needed() {
    let text = RealError::Missing("/usr/sbin/ngircd").to_string();
    assert!(PACKAGES.iter().all(|package| text.contains(package)), "{text}");
}

async fn only_the_patched_tree_has_the_group(stage: &Stage) {
    assert_eq!(stage.patched().await, (false, false));
    stage.real.apply(Some(true), None).await.unwrap();
    assert_eq!(stage.patched().await, (false, true));
    stage.real.apply(None, Some(true)).await.unwrap();
    assert_eq!(stage.patched().await, (true, true));
    stage.real.apply(Some(false), Some(false)).await.unwrap();
    assert_eq!(stage.patched().await, (false, false));
}

async fn the_server_header_tells_who_answered(stage: &Stage) {
    let api = "https://en.wikipedia.org/w/api.php?action=query&meta=siteinfo&format=json";
    for (url, value, pod) in [
        (RIGHTS, None, "mw-web.eqiad.main-"),
        (api, None, "mw-api-ext.eqiad.main-"),
        (RIGHTS, Some("backend=k8s-mwdebug; log"), "mw-debug.eqiad.pinkunicorn-"),
        (api, Some("k8s-mwdebug-codfw"), "mw-debug.codfw.pinkunicorn-"),
        (RIGHTS, Some("backend=k8s-mwdebug-next"), "mw-debug.eqiad.next-"),
        (RIGHTS, Some("1"), "mw-debug.eqiad.pinkunicorn-"),
    ] {
        let headers: Vec<_> = value.map(|value| (DEBUG.0, value)).into_iter().collect();
        let answer = stage.get(url, &headers).await;
        let server = header(&answer, "server").to_owned();
        assert!(server.starts_with(pod), "<{server}> for <{value:?}> at <{url}>");
        assert_eq!(answer.version(), reqwest::Version::HTTP_2);
        if url == RIGHTS {
            let text = answer.text().await.unwrap();
            assert!(text.contains(&format!("\"wgHostname\":\"{server}\"")), "no wgHostname <{server}>");
        }
    }
}

async fn an_unknown_backend_is_refused(stage: &Stage) {
    for value in ["backend=banana", "", "log", "BACKEND=k8s-mwdebug", "backend= k8s-mwdebug"] {
        let answer = stage.get(RIGHTS, &[(DEBUG.0, value)]).await;
        assert_eq!(answer.status(), 400, "<{value}>");
        assert_eq!(header(&answer, "server"), "");
        assert_eq!(header(&answer, "x-cache-status"), "int-local");
        let text = answer.text().await.unwrap();
        let wanted = "x-wikimedia-debug-routing: no match found for the backend specified in X-Wikimedia-Debug";
        assert_eq!(text, wanted);
    }
    let two = stage.get(RIGHTS, &[(DEBUG.0, "log"), DEBUG]).await;
    assert_eq!(two.status(), 200);
}

async fn the_cookie_wins_over_the_header_and_counts_only_for_get(stage: &Stage) {
    let cookie = ("Cookie", "a=b; X-Wikimedia-Debug=backend%3Dk8s-mwdebug%3Blog%3Bexpire%3D1");
    let answer = stage.get(RIGHTS, &[cookie, (DEBUG.0, "backend=banana")]).await;
    assert!(header(&answer, "server").starts_with("mw-debug."));
    let lower = stage.get(RIGHTS, &[("Cookie", "X-Wikimedia-Debug=backend%3dk8s-mwdebug")]).await;
    assert_eq!(lower.status(), 400);
    let posted = stage.ask(Method::POST, RIGHTS, &[cookie]).await;
    assert!(header(&posted, "server").starts_with("mw-web."));
    let posted = stage.ask(Method::POST, RIGHTS, &[DEBUG]).await;
    assert!(header(&posted, "server").starts_with("mw-debug."));
}

async fn debug_headers_are_kept_only_for_the_request_header(stage: &Stage) {
    let present = |answer: &Response| DEBUG_ONLY.map(|name| answer.headers().contains_key(name));
    let mine = ("X-Request-Id", "mine");
    let debug = stage.get(RIGHTS, &[DEBUG, mine]).await;
    assert_eq!(present(&debug), [true; 5], "{:?}", debug.headers());
    assert_ne!(header(&debug, "x-request-id"), "mine");
    assert_eq!(header(&debug, "x-client-ip"), "127.0.0.1");
    let plain = stage.get(RIGHTS, &[]).await;
    assert_eq!(present(&plain), [false; 5]);
    let cookie = stage.get(RIGHTS, &[("Cookie", "X-Wikimedia-Debug=backend%3Dk8s-mwdebug")]).await;
    assert_eq!(present(&cookie), [false; 5]);
}

async fn an_anonymous_page_is_cached_and_a_special_page_is_not(stage: &Stage) {
    let page = "https://en.wikipedia.org/wiki/Main_Page";
    let first = stage.get(page, &[]).await;
    assert_eq!(header(&first, "x-cache-status"), "miss");
    assert_eq!(header(&first, "cache-control"), "private, s-maxage=0, max-age=0, must-revalidate");
    let second = stage.get(page, &[]).await;
    assert_eq!(header(&second, "x-cache-status"), "hit-front");
    assert_eq!(header(&second, "x-cache"), "cp1100 miss, cp1099 hit/1");
    assert!(header(&second, "server").starts_with("mw-web."));
    let debug = stage.get(page, &[DEBUG]).await;
    assert_eq!((header(&debug, "x-cache-status"), header(&debug, "age")), ("pass", "0"));
    let busted = stage.get("https://en.wikipedia.org/wiki/Main_Page?fresh=1", &[]).await;
    assert_eq!(header(&busted, "x-cache-status"), "miss");
    stage.get(RIGHTS, &[]).await;
    let special = stage.get(RIGHTS, &[]).await;
    assert_eq!(header(&special, "x-cache-status"), "pass", "{:?}", special.headers());
}

async fn an_edit_purges_the_cached_page(stage: &Stage) {
    let page = "https://en.wikipedia.org/wiki/Main_Page";
    assert_eq!(header(&stage.get(page, &[]).await, "x-cache-status"), "hit-front");
    let form = "action=edit&title=Main_Page&appendtext=freshly+edited&token=%2B%5C&format=json";
    let edit = stage.client.post("https://en.wikipedia.org/w/api.php").body(form);
    let edit = edit.header("Content-Type", "application/x-www-form-urlencoded").send().await.unwrap();
    let said = edit.text().await.unwrap();
    assert!(said.contains(r#""result":"Success""#), "{said}");
    let text = stage.get(page, &[]).await.text().await.unwrap();
    assert!(text.contains("freshly edited"));
}

async fn the_calendar_is_read_through_the_api(stage: &Stage) {
    let api = "https://wikitech.wikimedia.org/w/api.php?format=json&formatversion=2&titles=Deployments&action=";
    let url = format!("{api}query&prop=revisions&rvslots=main&rvprop=content");
    let answer: serde_json::Value = serde_json::from_str(&stage.get(&url, &[]).await.text().await.unwrap()).unwrap();
    assert_eq!(answer["query"]["pages"][0]["revisions"][0]["slots"]["main"]["content"], CALENDAR);
    let page = stage.get("https://wikitech.wikimedia.org/wiki/Deployments", &[]).await.text().await.unwrap();
    assert!(page.contains(r#"data-utcstart="2026-11-23T14:00:00Z" data-utcend="2026-11-23T15:00:00Z""#), "{page}");
    assert!(page.contains(r#"href="https://gerrit.wikimedia.org/r/1330001""#), "{page}");
}

async fn what_is_no_wiki_goes_elsewhere(stage: &Stage) {
    for (url, wanted) in [
        ("https://gerrit.wikimedia.org/r/changes/1", "gerrit.wikimedia.org /r/changes/1 backend=k8s-mwdebug"),
        (
            "https://en.wikipedia.org/w/deployment-info.php?all",
            "en.wikipedia.org /w/deployment-info.php backend=k8s-mwdebug",
        ),
    ] {
        assert_eq!(stage.get(url, &[DEBUG]).await.text().await.unwrap(), wanted);
    }
}

async fn an_announcement_is_heard(stage: &Stage) {
    let line = "!log submitter@deploy2002 Started scap sync-world: Backport for [[gerrit:1330001|Ä title (T1)]]";
    let long = "x".repeat(430);
    stage.real.announce(line).await.unwrap();
    stage.real.announce(&long).await.unwrap();
    assert!(stage.real.announce("one\nQUIT").await.is_err());
    let heard = async || {
        while stage.real.channel().len() < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stage.real.channel()
    };
    let heard = tokio::time::timeout(Duration::from_secs(10), heard()).await.unwrap();
    let wanted = [line.to_owned(), "x".repeat(425), "x".repeat(5)].map(|text| ("logmsgbot".to_owned(), text));
    assert_eq!(heard, wanted);
}
