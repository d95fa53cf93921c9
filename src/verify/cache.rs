// SPDX-License-Identifier: GPL-2.0-or-later
//! The caches before the servers: whether one of them answered, and how to ask past them.
//!
//! Must not purge anything: a cache is everybody's.

use crate::exchange::{Method, Response};

/// The query parameter that makes a URL one that no cache has seen. MediaWiki ignores parameters that it does not know.
const PAST_CACHE: &str = "backport-verify";

/// The `age` field, in seconds.
pub(super) fn age_of(response: &Response) -> Option<u64> {
    response.headers.get("age").and_then(|age| age.trim().parse().ok())
}

/// Whether a cache gave this answer. `age` counts too: an answer given now has none, or 0.
#[must_use]
pub fn is_cached(response: &Response) -> bool {
    let is_hit = |status: String| status.trim().to_ascii_lowercase().starts_with("hit");
    response.headers.get("x-cache-status").is_some_and(is_hit) || age_of(response).is_some_and(|age| age > 0)
}

/// The same page by a URL that no cache can have seen: one more query parameter, which MediaWiki ignores. `None` for
/// a method whose answers are not cached.
#[must_use]
pub fn past_caches(method: Method, url: &str, unique: &str) -> Option<String> {
    if !matches!(method, Method::Get | Method::Head) {
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
    response.headers = response.headers.iter().map(|(name, value)| (name.to_owned(), cleaned(value))).collect();
    for hop in &mut response.hops {
        hop.url = cleaned(&hop.url);
        hop.location = hop.location.as_deref().map(cleaned);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::{is_cached, past_caches, without_past_caches};
    use crate::exchange::{Headers, Hop, Method, Response};

    #[test]
    fn a_hit_or_an_age_is_a_caches_answer() {
        for (fields, expected) in [
            (vec![("x-cache-status", "hit-front")], true),
            (vec![("X-Cache-Status", " HIT-local ")], true),
            (vec![("x-cache-status", "hit"), ("age", "0")], true),
            (vec![("x-cache-status", "miss"), ("age", " 1 ")], true),
            (vec![("x-cache-status", "pass"), ("age", "0")], false),
            (vec![("x-cache-status", "miss")], false),
            (vec![("x-cache", "cp1 hit"), ("age", "x")], false),
            (vec![], false),
        ] {
            let response = Response { headers: Headers::from_iter(fields.clone()), ..Response::default() };
            assert_eq!(is_cached(&response), expected, "{fields:?}");
        }
    }

    #[test]
    fn only_what_a_cache_keeps_is_asked_past_it() {
        let asked = |method| past_caches(method, "https://en.wikipedia.org/wiki/X", "1f");
        let past = Some("https://en.wikipedia.org/wiki/X?backport-verify=1f".to_owned());
        assert_eq!((asked(Method::Get), asked(Method::Head), asked(Method::Post)), (past.clone(), past, None));
        assert_eq!(past_caches(Method::Get, "no URL", "1f"), None);
    }

    #[test]
    fn the_parameter_is_taken_out_wherever_it_stands() {
        let hop = |url: &str, location: &str| Hop { url: url.into(), status: 302, location: Some(location.into()) };
        let hops = vec![hop("/w?backport-verify=1f&a=b", "/x?a=b&backport-verify=1f#c")];
        let response = Response { url: "/x?backport-verify=1f#c".into(), hops, ..Response::default() };
        let response = without_past_caches(response, "1f");
        assert_eq!(response.url, "/x#c");
        assert_eq!(response.hops, [hop("/w?a=b", "/x?a=b#c")]);
    }

    #[test]
    fn a_url_past_the_caches_differs_by_one_parameter_that_is_taken_out_again() {
        let plain = "https://en.wikipedia.org/w/index.php?title=X";
        let asked = past_caches(Method::Get, plain, "1f").unwrap();
        assert_eq!(asked, "https://en.wikipedia.org/w/index.php?title=X&backport-verify=1f");
        assert_eq!(past_caches(Method::Post, plain, "1f"), None);
        let headers = Headers::from_iter([("location", "/wiki/X?backport-verify=1f")]);
        let response = Response { url: asked, headers, ..Response::default() };
        let response = without_past_caches(response, "1f");
        assert_eq!(response.url, plain);
        assert_eq!(response.headers.get("location").as_deref(), Some("/wiki/X"));
    }
}
