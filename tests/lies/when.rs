// SPDX-License-Identifier: GPL-2.0-or-later
//! Lies about when it was answered: caches, and answers that do not say whether one gave them.

use super::bed::{Answer, Lie, PATCH_TEXT};
use super::kind::Kind::{Assertion as NotHeld, CacheUnstated, Cached, DebugAnswered, NoServer, NotFromServer};
use super::row::On::{Both, Mwdebug, Production};
use super::row::{Row, absence, lie, of, presence};
use backport_verify::check::Assertion;
use backport_verify::exchange::{Method, Redirects};
use backport_verify::suite::Test;

const ROOT: &str = "https://en.wikipedia.org/";

/// Every row.
pub(crate) fn rows() -> Vec<Row> {
    [from_caches(), unsaid(), ages(), past_caches()].concat()
}

fn from_caches() -> Vec<Row> {
    let hit =
        |name, status: &'static str, says| lie(name, Both).header("x-cache-status", status).inconclusive(Cached, says);
    vec![
        lie("a page of days ago, whatever is asked", Production)
            .bed(Lie::StaleCacheEvenWhenBusted)
            .inconclusive(Cached, "x-cache-status <hit-front>, age 163835 s"),
        hit("the cache in front", "hit-front", "x-cache-status <hit-front>, age 0 s"),
        hit("the cache behind it", "hit-local", "x-cache-status <hit-local>"),
        hit("a cache in another datacentre", "hit-remote", "x-cache-status <hit-remote>"),
        hit("a cache in capitals", "HIT-FRONT", "x-cache-status <hit-front>"),
        hit("a cache in a second word", "miss, hit-front", "x-cache-status <miss, hit-front>"),
        lie("a cache of unknown age", Both)
            .tells(|answer| {
                answer.put("x-cache-status", "hit-local");
                answer.drop("age");
            })
            .inconclusive(Cached, "age not known"),
        lie("a cache that only the list of caches tells of", Both)
            .header("x-cache", "cp1100 hit, cp1108 miss")
            .inconclusive(Cached, "a cache answered"),
        lie("a cache in front that only the list of caches tells of", Both)
            .header("x-cache", "cp1100 miss, cp1108 hit/39616")
            .inconclusive(Cached, "a cache answered"),
        lie("an answer to a POST out of a cache", Both)
            .asks([Test { method: Method::Post, allowed: true, body: Some("a=b".into()), ..presence() }])
            .header("x-cache-status", "hit-front")
            .inconclusive(Cached, "x-cache-status <hit-front>"),
        lie("a redirect out of a cache", Both)
            .asks([Test {
                redirects: Redirects::Follow,
                ..of(ROOT, Assertion::body_contains("This page of Wikipedia"))
            }])
            .tells(|answer| {
                answer.put("x-cache-status", "hit-front");
                answer.put("age", "1200");
            })
            .inconclusive(Cached, "x-cache-status <hit-front>, age 1200 s"),
        lie("a page that is not there, out of a cache", Both)
            .asks([Test { assertions: vec![Assertion::status(404)], ..missing() }])
            .header("x-cache-status", "hit-front")
            .inconclusive(Cached, "x-cache-status <hit-front>"),
    ]
}

fn missing() -> Test {
    of("https://en.wikipedia.org/wiki/Nowhere_at_all", Assertion::status(404))
}

fn unsaid() -> Vec<Row> {
    let edge = |name, status: &'static str, says| {
        lie(name, Both).header("x-cache-status", status).inconclusive(NotFromServer, says)
    };
    vec![
        lie("no word of a cache", Both)
            .tells(|answer| answer.drop("x-cache-status"))
            .inconclusive(CacheUnstated, "does not say whether a cache gave it"),
        lie("no word of a cache and no age", Both)
            .tells(|answer| ["x-cache-status", "x-cache", "age"].into_iter().for_each(|name| answer.drop(name)))
            .inconclusive(CacheUnstated, "does not say whether a cache gave it"),
        lie("an age and no word of a cache", Both)
            .tells(|answer| {
                answer.drop("x-cache-status");
                answer.put("age", "163835");
            })
            .inconclusive(CacheUnstated, "does not say whether a cache gave it"),
        edge("the edge itself", "int-local", "x-cache-status <int-local>"),
        edge("the front of the edge itself", "int-front", "x-cache-status <int-front>"),
        edge("the outermost server itself", "int-tls", "x-cache-status <int-tls>"),
        edge("a word that nobody knows", "fresh", "x-cache-status <fresh>"),
        edge("no word where one stands", "", "x-cache-status <>"),
        edge("a word that begins as the right one", "missed", "x-cache-status <missed>"),
        edge("a remark behind the right word", "pass (stale)", "x-cache-status <pass (stale)>"),
    ]
}

fn ages() -> Vec<Row> {
    let age = |name, age: &'static str, says| lie(name, Both).header("age", age).inconclusive(Cached, says);
    vec![
        age("an age that nothing else tells of", "7", "age 7 s"),
        age("an age of years", "9999999999", "age 9999999999 s"),
        age("an age that is greater than any number", "99999999999999999999999", "age not known"),
        age("a negative age", "-163835", "age not known"),
        age("an age in words", "old", "age not known"),
        age("an age with a fraction", "0.5", "age not known"),
        age("two ages in one", "0, 163835", "age not known"),
        age("no age where one stands", "", "age not known"),
    ]
}

/// What comes when the request is sent once more, past the caches.
fn past_caches() -> Vec<Row> {
    let then = |name, on, tell: fn(&mut Answer)| {
        lie(name, on).tells_all(move |seen, answer| {
            if seen.path.contains("backport-verify=") {
                tell(answer);
            } else if seen.route().starts_with("/wiki/") {
                answer.put("x-cache-status", "hit-front");
                answer.put("age", "163835");
            }
        })
    };
    vec![
        then("a page out of a cache, and past it one of a test server", Production, |answer| {
            answer.put("server", "mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj");
        })
        .inconclusive(DebugAnswered, "a test server answered"),
        then("a page out of a cache, and past it one out of another", Both, |answer| {
            answer.put("x-cache-status", "hit-local");
            answer.put("age", "5");
        })
        .inconclusive(Cached, "x-cache-status <hit-local>, age 5 s"),
        then("a page out of a cache, and past it one of nobody", Both, |answer| answer.drop("server"))
            .inconclusive(NoServer, "does not say which server"),
        then("a page with the patch out of a cache, and past it one without", Both, |answer| {
            answer.body = answer.text_of().replace(PATCH_TEXT, "nobody").into();
        })
        .asks([presence()])
        .fails(NotHeld, "body contains <eventcoordinator>: not found"),
        then("a page out of a cache, and past it a failure", Mwdebug, |answer| answer.status = 500)
            .asks([absence()])
            .fails(super::kind::Kind::BadStatus, "500"),
    ]
}
