// SPDX-License-Identifier: GPL-2.0-or-later
//! The caches before the servers: whether one of them answered, and how to ask past them.
//!
//! Must not purge anything: a cache is everybody's.

use crate::exchange::{Headers, Method, Response};

/// The query parameter that makes a URL one that no cache has seen. MediaWiki ignores parameters that it does not know.
const PAST_CACHE: &str = "backport-verify";

/// The `age` field, in seconds.
pub(super) fn age_of(response: &Response) -> Option<u64> {
    age_in(&response.headers)
}

fn age_in(headers: &Headers) -> Option<u64> {
    headers.get("age").and_then(|age| age.trim().parse().ok())
}

/// Whether a cache gave this answer, or a redirect on the way to it, by any of the fields that tell it. `age` counts too: an answer given now has none,
/// or 0; one that cannot be read, such as one that two caches wrote, is not that of an answer given now.
#[must_use]
pub fn is_cached(response: &Response) -> bool {
    let hops = response.hops.iter().filter_map(|hop| hop.headers.as_ref());
    std::iter::once(&response.headers).chain(hops).any(is_from_cache)
}

fn is_from_cache(headers: &Headers) -> bool {
    let is_hit = |word: &str| word.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("hit"));
    let statuses = headers.get("x-cache-status").unwrap_or_default();
    // `cp1108 miss, cp1100 hit/2`: each cache on the way, and what it found.
    let caches = headers.get("x-cache").unwrap_or_default();
    let has_age = headers.get("age").is_some() && age_in(headers) != Some(0);
    statuses.split(',').any(|status| is_hit(status.trim())) || caches.split([' ', ',']).any(is_hit) || has_age
}

/// The same page by a URL that no cache can have seen: one more query parameter, which MediaWiki ignores. `None` for
/// a method whose answers are not cached, and whose request must not be sent twice.
#[must_use]
pub fn past_caches(method: Method, url: &str, unique: &str) -> Option<String> {
    if !method.is_safe() {
        return None;
    }
    let mut url = url::Url::parse(url).ok()?;
    url.query_pairs_mut().append_pair(PAST_CACHE, unique);
    Some(url.into())
}

/// An answer to a URL made by [`past_caches`], with our parameter taken out of every place that repeats the URL, so
/// that a redirect can be asserted as if the URL had been asked plain.
#[must_use]
pub fn without_past_caches(mut response: Response, unique: &str) -> Response {
    let parameter = format!("{PAST_CACHE}={unique}");
    let cleaned = |text: &str| {
        text.replace(&format!("?{parameter}&"), "?")
            .replace(&format!("?{parameter}"), "")
            .replace(&format!("&{parameter}"), "")
    };
    response.url = cleaned(&response.url);
    let all_cleaned = |headers: &Headers| headers.iter().map(|(name, value)| (name, cleaned(value))).collect();
    let plain = all_cleaned(&response.headers);
    response.headers = plain;
    for hop in &mut response.hops {
        hop.url = cleaned(&hop.url);
        hop.location = hop.location.as_deref().map(cleaned);
        hop.headers = hop.headers.as_ref().map(all_cleaned);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::{is_cached, past_caches, without_past_caches};
    use crate::exchange::{Headers, Hop, Method, Response};

    #[test]
    fn only_what_a_cache_keeps_is_asked_past_it() {
        let asked = |method| past_caches(method, "https://en.wikipedia.org/wiki/X", "1f");
        let past = Some("https://en.wikipedia.org/wiki/X?backport-verify=1f".to_owned());
        assert_eq!((asked(Method::Get), asked(Method::Head), asked(Method::Post)), (past.clone(), past, None));
        assert_eq!(past_caches(Method::Get, "no URL", "1f"), None);
    }

    #[test]
    fn the_parameter_is_taken_out_wherever_it_stands() {
        let hop = |url: &str, location: &str| Hop {
            url: url.into(),
            status: 302,
            location: Some(location.into()),
            ..Hop::default()
        };
        let hops = vec![hop("/w?backport-verify=1f&a=b", "/x?a=b&backport-verify=1f#c")];
        let response = Response { url: "/x?backport-verify=1f#c".into(), hops, ..Response::default() };
        let response = without_past_caches(response, "1f");
        assert_eq!(response.url, "/x#c");
        assert_eq!(response.hops, [hop("/w?a=b", "/x?a=b#c")]);
    }

    #[test]
    fn any_field_that_tells_of_a_cache_tells_that_one_answered() {
        for (fields, cached) in [
            (vec![("x-cache-status", "miss"), ("x-cache", "cp1100 miss, cp1108 miss"), ("age", "0")], false),
            (vec![("x-cache-status", "pass"), ("x-cache", "cp1100 pass, cp1108 pass"), ("age", " 0 ")], false),
            (vec![("x-cache-status", "miss")], false),
            (vec![], false),
            (vec![("x-cache-status", "hit-local")], true),
            (vec![("x-cache-status", "Hit-Front")], true),
            (vec![("x-cache-status", "miss, hit-front")], true),
            (vec![("x-cache-status", "miss"), ("x-cache", "cp1100 hit, cp1108 miss")], true),
            (vec![("x-cache-status", "pass"), ("x-cache", "cp1100 miss, cp1108 hit/39616")], true),
            (vec![("age", "7")], true),
            (vec![("age", "-7")], true),
            (vec![("age", "0"), ("age", "163835")], true),
            (vec![("age", "99999999999999999999999")], true),
            (vec![("age", "")], true),
        ] {
            let response = Response { headers: fields.iter().copied().collect(), ..Response::default() };
            assert_eq!(is_cached(&response), cached, "{fields:?}");
        }
    }

    #[test]
    fn a_url_past_the_caches_differs_by_one_parameter_that_is_taken_out_again() {
        let plain = "https://en.wikipedia.org/w/index.php?title=X";
        let asked = past_caches(Method::Get, plain, "1f").unwrap();
        assert_eq!(asked, "https://en.wikipedia.org/w/index.php?title=X&backport-verify=1f");
        for method in [Method::Post, Method::Put, Method::Patch, Method::Delete, Method::Options] {
            assert_eq!(past_caches(method, plain, "1f"), None, "{method:?}");
        }
        let headers = Headers::from_iter([("location", "/wiki/X?backport-verify=1f")]);
        let response = Response { url: asked, headers, ..Response::default() };
        let response = without_past_caches(response, "1f");
        assert_eq!(response.url, plain);
        assert_eq!(response.headers.get("location").as_deref(), Some("/wiki/X"));
    }
}
