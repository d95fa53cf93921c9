// SPDX-License-Identifier: GPL-2.0-or-later
//! Lies about who answered: other servers under the right name, and other sites under the right URL.

use super::bed::{Answer, Lie, PATCH_TEXT, TEST_URL};
use super::kind::Kind::{
    Contradiction, DebugAnswered, EdgeError, Network, NoServer, OtherBackend, ProductionAnswered, UnknownBackend,
    UnknownServer,
};
use super::row::On::{Both, Mwdebug, Production};
use super::row::{Row, absence, lie, of};
use backport_verify::check::Assertion;
use backport_verify::debug::Realm;
use backport_verify::exchange::Redirects;
use backport_verify::suite::Test;

/// A page whose redirect is followed, and what stands at its end.
const ROOT: &str = "https://en.wikipedia.org/";
const AT_ITS_END: &str = "This page of Wikipedia";
/// An API answer that the patch changes.
const API: &str = "https://en.wikipedia.org/w/api.php?action=query&meta=siteinfo&siprop=usergroups&format=json";
/// What the edge says when it knows no such backend.
const NO_MATCH: &str = "x-wikimedia-debug-routing: no match found for the backend specified in X-Wikimedia-Debug";

/// Every row.
pub(crate) fn rows() -> Vec<Row> {
    [in_mwdebugs_place(), in_productions_place(), nobodies(), inside(), redirects(), several()].concat()
}

fn in_mwdebugs_place() -> Vec<Row> {
    let other = |name, server| lie(name, Mwdebug).server(server).inconclusive(OtherBackend, server);
    let production = |name, server| lie(name, Mwdebug).server(server).inconclusive(ProductionAnswered, server);
    vec![
        lie("production falls through without a word", Mwdebug)
            .bed(Lie::DebugAnsweredByProduction)
            .inconclusive(ProductionAnswered, "production answered (mw-web.eqiad.main-"),
        production("production of the other datacentre", "mw-web.codfw.main-5fb6d6bf94-28hjj"),
        production("the API's servers", "mw-api-ext.eqiad.main-5fb6d6bf94-28hjj"),
        production("servers of jobs", "mw-api-int.eqiad.main-5fb6d6bf94-28hjj"),
        production("an old application server", "mw1326.eqiad.wmnet"),
        production("a release that is called as the test servers", "mw-web.eqiad.mw-debug-5fb6d6bf94-28hjj"),
        lie("the other datacentre than the one that was asked", Mwdebug)
            .backend("k8s-mwdebug-eqiad")
            .bed(Lie::DebugAnsweredByOtherDatacentre)
            .inconclusive(OtherBackend, "mw-debug.codfw.pinkunicorn-"),
        lie("the primary datacentre for the other", Mwdebug)
            .backend("k8s-mwdebug-codfw")
            .server("mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj")
            .inconclusive(OtherBackend, "which is not k8s-mwdebug-codfw"),
        other("the next release for the usual one", "mw-debug.eqiad.next-5fb6d6bf94-28hjj"),
        other("a release that begins as the usual one", "mw-debug.eqiad.pinkunicornx-5fb6d6bf94-28hjj"),
        other("a release with something behind the usual one", "mw-debug.eqiad.pinkunicorn-canary-5fb6d6bf94-28hjj"),
        other("the playground", "mw-experimental.eqiad.main-5fb6d6bf94-28hjj"),
        other("an old test server", "mwdebug1001.eqiad.wmnet"),
        lie("the usual release for the next one", Mwdebug)
            .backend("k8s-mwdebug-next")
            .asks([absence()])
            .server("mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj")
            .inconclusive(OtherBackend, "which is not k8s-mwdebug-next"),
        lie("the edge knows no such backend", Mwdebug)
            .tells(|answer| {
                *answer = Answer::html(400, NO_MATCH).with("x-cache-status", "int-local").with("age", "0");
            })
            .inconclusive(UnknownBackend, "the edge knows no backend <k8s-mwdebug>"),
        lie("a server that was settled for another datacentre", Mwdebug)
            .backend("k8s-mwdebug-codfw")
            .settled("mw-pretrain.eqiad.main-5fb6d6bf94-28hjj", Realm::Debug)
            .server("mw-pretrain.eqiad.main-5fb6d6bf94-28hjj")
            .inconclusive(OtherBackend, "mw-pretrain.eqiad.main"),
        lie("a server that was settled as production", Mwdebug)
            .settled("mw-pretrain.eqiad.main-5fb6d6bf94-28hjj", Realm::Production)
            .server("mw-pretrain.eqiad.main-5fb6d6bf94-28hjj")
            .inconclusive(ProductionAnswered, "mw-pretrain.eqiad.main"),
    ]
}

fn in_productions_place() -> Vec<Row> {
    let debug = |name, server| lie(name, Production).server(server).inconclusive(DebugAnswered, server);
    vec![
        debug("a test server, by a forgotten cookie", "mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj"),
        debug("a test server of the next release", "mw-debug.codfw.next-5fb6d6bf94-28hjj"),
        debug("the playground for everybody", "mw-experimental.codfw.main-5fb6d6bf94-28hjj"),
        debug("an old test server for everybody", "mwdebug2001.codfw.wmnet"),
        lie("a server that was settled as a test server", Production)
            .settled("mw-pretrain.eqiad.main-5fb6d6bf94-28hjj", Realm::Debug)
            .server("mw-pretrain.eqiad.main-5fb6d6bf94-28hjj")
            .inconclusive(DebugAnswered, "mw-pretrain.eqiad.main"),
    ]
}

fn nobodies() -> Vec<Row> {
    let unknown = |name, server| lie(name, Both).server(server).inconclusive(UnknownServer, "not known as a MediaWiki");
    vec![
        lie("no word of a server", Both).bed(Lie::NoServerHeader).inconclusive(NoServer, "does not say which server"),
        lie("an empty name", Both).server("").inconclusive(NoServer, "does not say which server"),
        lie("blanks for a name", Both).server("   ").inconclusive(NoServer, "does not say which server"),
        lie("a server of no known kind", Both)
            .bed(Lie::UnknownServerName)
            .inconclusive(UnknownServer, "<appserver.invalid>"),
        unknown("a program", "envoy"),
        unknown("the edge's program", "ATS/9.2.1"),
        unknown("a namespace that begins as the test servers'", "mw-debugx.eqiad.pinkunicorn-5fb6d6bf94-28hjj"),
        unknown("a namespace that ends as the test servers'", "xmw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj"),
        unknown("a namespace that begins as production's", "mw-webx.eqiad.main-5fb6d6bf94-28hjj"),
        unknown("a datacentre that there is not", "mw-debug.eqiadx.pinkunicorn-5fb6d6bf94-28hjj"),
        unknown("production in a datacentre that there is not", "mw-web.esams.main-5fb6d6bf94-28hjj"),
        unknown("a test server's name in lower parts", "mw-web.eqiad.main-mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj"),
        unknown("production's name in lower parts", "mw-debug.eqiad.pinkunicorn-mw-web.eqiad.main-5fb6d6bf94-28hjj"),
        unknown(
            "the right name below somebody else's domain",
            "mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj.example.org",
        ),
        unknown("a host below somebody else's domain", "mw1326.eqiad.wmnet.example.org"),
        unknown("a host with five digits", "mw13260.eqiad.wmnet"),
        unknown("half of a name", "mw-debug.eqiad.pinkunicorn"),
        unknown("half of production's name", "mw-web.eqiad"),
        unknown("capitals", "MW-DEBUG.EQIAD.PINKUNICORN-5FB6D6BF94-28HJJ"),
        unknown("a letter of another alphabet", "mw-d\u{435}bug.eqiad.pinkunicorn-5fb6d6bf94-28hjj"),
        unknown("a letter without width", "mw-web.eqiad.main-5fb6d6bf94-28hjj\u{200b}"),
        unknown("another kind of hyphen", "mw\u{2010}web.eqiad.main-5fb6d6bf94-28hjj"),
        unknown("a remark behind the name", "mw-web.eqiad.main-5fb6d6bf94-28hjj (mw-debug)"),
        unknown("two names in one", "mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj, mw-web.eqiad.main-5fb6d6bf94-28hjj"),
        unknown("a program behind production's name", "mw-web.eqiad.main-5fb6d6bf94-28hjj, envoy"),
        unknown("a program behind a test server's name", "mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj, envoy"),
        lie("a guest network's page", Both).bed(Lie::CaptivePortal).inconclusive(NoServer, "does not say which server"),
        lie("a guest network's page that repeats what is looked for", Both)
            .tells(|answer| {
                let page = format!("<!DOCTYPE html><html><title>Sign in</title>You wanted {PATCH_TEXT}</html>");
                *answer = Answer::html(200, page).with("server", "nginx").with("x-cache-status", "pass");
            })
            .inconclusive(UnknownServer, "<nginx>"),
    ]
}

/// Puts another server into the page's own words.
fn renamed(answer: &mut Answer, to: &str) {
    let text = answer.text_of();
    let (before, rest) = text.split_once("\"wgHostname\":\"").unwrap();
    let (_, after) = rest.split_once('"').unwrap();
    answer.body = format!("{before}\"wgHostname\":\"{to}\"{after}").into();
}

fn inside() -> Vec<Row> {
    let page = |name, on, inside: &'static str| {
        lie(name, on).tells(move |answer| renamed(answer, inside)).inconclusive(Contradiction, inside)
    };
    let group = || of(API, Assertion::body_contains(PATCH_TEXT));
    vec![
        page("a page of production under a test server's name", Mwdebug, "mw-web.eqiad.main-5fb6d6bf94-28hjj"),
        page(
            "a page of a test server under production's name",
            Production,
            "mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj",
        ),
        page("a page of another release", Mwdebug, "mw-debug.eqiad.next-5fb6d6bf94-28hjj"),
        page("a page of the other datacentre", Both, "mw-web.codfw.main-5fb6d6bf94-28hjj"),
        page("a page of an old server", Both, "mw1326"),
        page("a page of a name in lower parts", Both, "mw-web.eqiad.main-mw-debug.eqiad.pinkunicorn-a-b"),
        lie("an API answer of another server", Both)
            .asks([group()])
            .tells(|answer| {
                let text = answer.text_of();
                answer.body = text.replacen('{', "{\"servedby\":\"mw-api-int.codfw.main-a-b\",", 1).into();
            })
            .inconclusive(Contradiction, "mw-api-int.codfw.main-a-b"),
    ]
}

fn root() -> Test {
    Test { redirects: Redirects::Follow, ..of(ROOT, Assertion::body_contains(AT_ITS_END)) }
}

fn redirects() -> Vec<Row> {
    let leads = |name, to: &'static str, says| {
        lie(name, Both)
            .asks([root()])
            .tells(move |answer| {
                answer.status = 302;
                answer.put("location", to);
            })
            .inconclusive(Network, says)
    };
    let by = |name, on, server: &'static str| lie(name, on).asks([root()]).server(server);
    vec![
        leads("a redirect away from Wikimedia", "https://example.org/", "example.org is not a Wikimedia site"),
        leads(
            "a redirect to a site that begins as Wikimedia's",
            "https://en.wikipedia.org.example.org/",
            "en.wikipedia.org.example.org is not a Wikimedia site",
        ),
        leads(
            "a redirect to a site that ends as Wikimedia's",
            "//xwikipedia.org/",
            "xwikipedia.org is not a Wikimedia",
        ),
        leads(
            "a redirect to a user of that name",
            "https://en.wikipedia.org@example.org/",
            "example.org is not a Wikimedia",
        ),
        leads("a redirect to another port", "https://en.wikipedia.org:8443/", "must name no port"),
        leads("a redirect without encryption", "http://en.wikipedia.org/wiki/Main_Page", "must begin with https://"),
        leads("a redirect into the browser", "data:text/html,This page of Wikipedia", "must begin with https://"),
        by("a redirect that production gave", Mwdebug, "mw-web.eqiad.main-5fb6d6bf94-28hjj")
            .inconclusive(ProductionAnswered, "production answered (mw-web.eqiad.main-5fb6d6bf94-28hjj)"),
        by("a redirect that a test server gave", Production, "mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj")
            .inconclusive(DebugAnswered, "mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj"),
        by("a redirect that nobody knows gave", Both, "nginx").inconclusive(UnknownServer, "<nginx> (status 301)"),
        lie("a redirect to a site that no MediaWiki serves", Both)
            .asks([root()])
            .tells(|answer| answer.put("location", "https://noc.wikimedia.org/conf/debug.json"))
            .inconclusive(NoServer, "does not say which server"),
    ]
}

/// Several lies at once: the gravest is the one that is told.
fn several() -> Vec<Row> {
    vec![
        lie("production in the backend's place, and out of a cache", Mwdebug)
            .tells(|answer| {
                answer.put("server", "mw-web.eqiad.main-5fb6d6bf94-28hjj");
                answer.put("x-cache-status", "hit-front");
                answer.put("age", "163835");
            })
            .inconclusive(ProductionAnswered, "production answered"),
        lie("production in the backend's place, with a page that names the backend", Mwdebug)
            .tells(|answer| {
                answer.put("server", "mw-web.eqiad.main-5fb6d6bf94-28hjj");
                renamed(answer, "mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj");
            })
            .inconclusive(ProductionAnswered, "production answered"),
        lie("an unknown server with a fatal exception", Both)
            .tells(|answer| {
                answer.put("server", "nginx");
                answer.body = super::how::fatal().into();
            })
            .inconclusive(UnknownServer, "<nginx>"),
        lie("no server, and the edge's error page", Both)
            .tells(|answer| {
                *answer = Answer::html(503, "<html><title>Wikimedia Error</title></html>")
                    .with("server", "ATS/9.2.1")
                    .with("x-cache-status", "int-tls");
            })
            .inconclusive(EdgeError, "Wikimedia Error, status 503"),
        lie("the edge's error page and nothing else", Both)
            .tells(|answer| *answer = Answer::html(502, "<html><title>Wikimedia Error</title></html>"))
            .inconclusive(EdgeError, "Wikimedia Error, status 502"),
        lie("a test server in production's place, and out of a cache", Production)
            .asks([of(TEST_URL, Assertion::body_contains(PATCH_TEXT))])
            .tells(|answer| {
                answer.put("server", "mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj");
                answer.put("x-cache-status", "hit-front");
            })
            .inconclusive(DebugAnswered, "a test server answered"),
    ]
}
