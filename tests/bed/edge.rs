// SPDX-License-Identifier: GPL-2.0-or-later
//! What stands between a reader and a wiki: the cache, and the headers by which an answer tells its way.
//!
//! Unlike production, special pages are cached here too: who copes with that copes with every page. No sync and no
//! rollback removes anything from the cache; in production they do not either.

use super::code::Code;
use super::edit;
use super::exchange::{Answer, Seen};
use super::lie::Lie;
use super::route::{self, Backend, Route};
use super::wiki::{self, Server, Wiki};
use super::world::{Cached, State};
use jiff::Timestamp;
use maud::html;
use uuid::Uuid;

const NO_MATCH: &str = "x-wikimedia-debug-routing: no match found for the backend specified in X-Wikimedia-Debug";
const FRONT: &str = "cp1108";
const BACK: &str = "cp1100";
/// The `age` of a page that [`Lie::StaleCacheEvenWhenBusted`] shows, in seconds; one that was seen in production.
const STALE: i64 = 163_835;

/// Answers a request for a wiki.
pub fn answer(state: &mut State, wiki: Wiki, asked: &Seen) -> Answer {
    if !wiki.is_wikitech() && state.lies(Lie::TooManyRequests) {
        let refusal = Answer::html(429, "Too many requests. Please slow down.").with("retry-after", "5");
        return finish(told(refusal.with("server", "Varnish"), "int", "int", "int-front"), asked);
    }
    if let Some(edited) = edit::answer(state, wiki, asked) {
        let server = pod("mw-api-ext.eqiad.main", state.generation, 0);
        return finish(told(edited.with("server", server), "miss", "pass", "pass").with("age", "0"), asked);
    }
    let answer = match route::of(asked) {
        Route::TooLong => told(Answer::html(400, "Bad Request"), "int", "int", "int-front"),
        Route::NoMatch => told(Answer::html(400, NO_MATCH), "int", "pass", "int-local").with("age", "0"),
        Route::Debug(backend) => from_test_server(state, wiki, asked, backend),
        Route::Production => from_production(state, wiki, asked),
    };
    let mut answer = finish(answer, asked);
    answer.cut = !wiki.is_wikitech() && state.lies(Lie::CutBody);
    answer
}

fn from_test_server(state: &mut State, wiki: Wiki, asked: &Seen, backend: Backend) -> Answer {
    let lies = |lie| !wiki.is_wikitech() && state.lies(lie);
    if lies(Lie::DebugAnsweredByProduction) {
        let (code, generation) = (state.production.clone(), state.generation);
        let answer = render(state, wiki, asked, code, &service(asked), generation);
        return told(answer, "pass", "pass", "pass").with("age", "0");
    }
    let Backend { namespace, release, mut datacentre, .. } = backend;
    if lies(Lie::DebugAnsweredByOtherDatacentre) {
        datacentre = if datacentre == "eqiad" { "codfw" } else { "eqiad" };
    }
    let first = state.history.first();
    let synced = namespace == "mw-debug" && state.testservers != first;
    let code = if synced && !lies(Lie::DebugIgnoresPatch) { state.testservers.clone() } else { first };
    let answer = render(state, wiki, asked, code, &format!("{namespace}.{datacentre}.{release}"), synced.into());
    told(answer, "pass", "pass", "pass").with("age", "0")
}

fn from_production(state: &mut State, wiki: Wiki, asked: &Seen) -> Answer {
    let (code, generation) = (state.production.clone(), state.generation);
    if !is_kept(asked) {
        let answer = render(state, wiki, asked, code, &service(asked), generation);
        return told(answer, "miss", "pass", "pass").with("age", "0");
    }
    if !wiki.is_wikitech() && state.lies(Lie::StaleCacheEvenWhenBusted) {
        let answer = render(state, wiki, asked, state.history.first(), &service(asked), 0);
        return told(answer, "hit", "hit/39616", "hit-front").with("age", STALE.to_string());
    }
    let key = format!("{}{}", asked.host, asked.path);
    if let Some(cached) = state.cache.get_mut(&key) {
        cached.hits += 1;
        let age = Timestamp::now().as_second() - cached.rendered.as_second();
        let (answer, hits) = (cached.answer.clone(), cached.hits);
        return told(answer, "hit", &format!("hit/{hits}"), "hit-front").with("age", age.max(0).to_string());
    }
    let answer = render(state, wiki, asked, code, &service(asked), generation);
    if matches!(answer.status, 200 | 301 | 404) {
        let cached = Cached { answer: answer.clone(), rendered: Timestamp::now(), hits: 0 };
        state.cache.insert(key, cached);
    }
    told(answer, "miss", "miss", "miss").with("age", "0")
}

/// Whether the cache looks at this request: only what readers without a session read.
fn is_kept(asked: &Seen) -> bool {
    let route = asked.route();
    let is_page = route == "/" || route == "/w/load.php" || route == "/w/index.php" || route.starts_with("/wiki/");
    let cookies = asked.header("cookie").unwrap_or_default().to_ascii_lowercase();
    let has_session = ["session=", "token="].iter().any(|mark| cookies.contains(mark));
    matches!(asked.method.as_str(), "GET" | "HEAD")
        && is_page
        && !has_session
        && asked.header("authorization").is_none()
}

fn service(asked: &Seen) -> String {
    let is_api = asked.route() == "/w/api.php" || asked.route().starts_with("/w/rest.php");
    format!("{}.eqiad.main", if is_api { "mw-api-ext" } else { "mw-web" })
}

fn render(state: &mut State, wiki: Wiki, asked: &Seen, code: Code, service: &str, generation: u64) -> Answer {
    state.rendered += 1;
    let lies = |lie| !wiki.is_wikitech() && state.lies(lie);
    let is_production = !service.starts_with("mw-debug") && !service.starts_with("mw-experimental");
    let left_behind = lies(Lie::HalfSynced) && is_production && generation > 0 && state.rendered.is_multiple_of(2);
    let (code, generation) = if left_behind { (state.previous.clone(), generation - 1) } else { (code, generation) };
    let name = if lies(Lie::UnknownServerName) {
        "appserver.invalid".to_owned()
    } else {
        pod(service, generation, state.rendered % 3)
    };
    let failing = state.lies.iter().find_map(|lie| match lie {
        Lie::ServerError(status) if !wiki.is_wikitech() => Some(*status),
        Lie::WikitechDown if wiki.is_wikitech() => Some(503),
        Lie::LogNowhere if wiki.is_wikitech() && asks_for_log(asked) => Some(503),
        _ => None,
    });
    let answer = match failing {
        Some(status) => error_page(status),
        None => wiki::answer(&Server { wiki, name: &name, code: &code, state }, asked),
    };
    if lies(Lie::NoServerHeader) { answer } else { answer.with("server", name) }
}

fn asks_for_log(asked: &Seen) -> bool {
    let title = ["titles", "title", "page"].iter().find_map(|name| asked.parameter(name));
    let title = title.unwrap_or_else(|| asked.route().trim_start_matches("/wiki/").to_owned());
    title.replace(' ', "_") == "Server_Admin_Log"
}

fn error_page(status: u16) -> Answer {
    let page = html! {
        (maud::DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { "Wikimedia Error" } }
            body { h1 { "Error" } p { "Our servers are currently under maintenance or experiencing a technical issue." } }
        }
    };
    Answer::html(status, page.into_string()).with("cache-control", "no-cache")
}

/// The name of a pod: `mw-web.eqiad.main-5fb6d6bf94-28hjj`. A new generation has a new replica set.
fn pod(service: &str, generation: u64, instance: u64) -> String {
    const LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
    let seed = service.bytes().fold(generation + 1, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let word = |seed: u64, length: usize| -> String {
        let step = |state: &mut u64| {
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            Some(char::from(LETTERS[usize::from(state.to_le_bytes()[5]) % LETTERS.len()]))
        };
        std::iter::repeat_n((), length).scan(seed, |state, ()| step(state)).collect()
    };
    format!("{service}-{}-{}", word(seed, 10), word(seed ^ (instance + 1) << 40, 5))
}

/// Adds what the caches say about an answer's way.
fn told(answer: Answer, back: &str, front: &str, status: &str) -> Answer {
    answer
        .with("x-cache", format!("{BACK} {back}, {FRONT} {front}"))
        .with("x-cache-status", status)
        .with("server-timing", format!("cache;desc=\"{status}\", host;desc=\"{FRONT}\""))
}

/// Adds what the outermost server adds. It counts the request header, not the cookie, before it lets the headers of
/// the inner servers through (repository `operations/puppet`, `haproxy.yaml`, `missing_xwd`).
fn finish(answer: Answer, asked: &Seen) -> Answer {
    let now = Timestamp::now();
    let answer = answer
        .with("strict-transport-security", "max-age=106384710; includeSubDomains; preload")
        .with("x-client-ip", asked.from.to_string())
        .with("set-cookie", format!("WMF-Last-Access={};Path=/;HttpOnly;secure", now.strftime("%d-%b-%Y")));
    if asked.header("x-wikimedia-debug").is_none() {
        return answer;
    }
    answer
        .with("x-request-id", Uuid::new_v4().to_string())
        .with("backend-timing", format!("D=242864 t={}", now.as_microsecond()))
        .with("x-ats-timestamp", now.as_second().to_string())
        .with("x-envoy-upstream-service-time", "243")
        .with("x-powered-by", "PHP/8.3.30")
        .with("x-varnish", "837423145 836120311")
}
