// SPDX-License-Identifier: GPL-2.0-or-later
//! Whole pages: two renderings of a page that did not change show no difference, one that changed shows that alone, and
//! what is normal stays so, whatever is torn out of it.

#![allow(clippy::unwrap_used, reason = "this whole file is a test")]

use backport_verify::exchange::Response;
use backport_verify::verify::{Difference, Line, Page, normal};
use proptest::prelude::{ProptestConfig, Strategy, any, prop, proptest};
use proptest::test_runner::RngSeed;

const HTML: &str = "text/html; charset=UTF-8";
const RIGHTS: &str = include_str!("fixtures/pages/listgrouprights.html");
const ARTICLE: &str = include_str!("fixtures/pages/article.html");

/// What a server writes into a page: its name, the request's id, tokens, times, profiles.
const PRODUCTION: [(&str, &str); 10] = [
    ("{SERVER}", "mw-web.eqiad.main-84b746899f-t5dd8"),
    ("{REQUEST}", "3f94dd7b-0b55-4701-a64f-d4005851129d"),
    ("{NONCE}", "aG9sYQ"),
    ("{TOKEN}", "0123456789abcdef0123456789abcdef66f1a2b3"),
    ("{VERSION}", "12s5i"),
    ("{TIME}", "20260818130500"),
    ("{MS}", "187"),
    ("{RETURN}", "&amp;returntoquery=backport-verify%3D6f1b9a3e-1"),
    ("{PROFILE}", "    ?                120 ms       40.0%"),
    ("{TEMPLATES}", "100.00%   56.090      1 -total\n 17.43%    9.775     72 Template:A"),
];
const DEBUG: [(&str, &str); 10] = [
    ("{SERVER}", "mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj"),
    ("{REQUEST}", "ab9a150d-a94e-4343-bfe0-ac940a76aa40"),
    ("{NONCE}", "YWRpb3M"),
    ("{TOKEN}", "fedcba9876543210fedcba987654321066f1a2b9"),
    ("{VERSION}", "1hzgi"),
    ("{TIME}", "20260818130507"),
    ("{MS}", "94"),
    ("{RETURN}", ""),
    ("{PROFILE}", "    dataWrapper <mw.lua:661>      40 ms       20.0%\n    [others]      20 ms       10.0%"),
    ("{TEMPLATES}", "100.00%    0.000      1 -total"),
];

fn rendered(page: &str, by: &[(&str, &str)]) -> String {
    by.iter().fold(page.to_owned(), |page, (mark, value)| page.replace(mark, value))
}

fn page(body: String) -> Page {
    let headers = [("content-type", HTML)].into_iter().collect();
    Page::of(&Response { status: 200, headers, body, ..Response::default() })
}

#[test]
fn a_page_that_did_not_change_shows_no_difference() {
    for fixture in [RIGHTS, ARTICLE] {
        let (before, after) = (page(rendered(fixture, &PRODUCTION)), page(rendered(fixture, &DEBUG)));
        assert_eq!(Difference::between(&before, &after), None);
        assert_eq!(before.digest(), after.digest());
    }
}

#[test]
fn a_page_that_changed_shows_what_changed_and_nothing_else() {
    for (fixture, from, to, gone, new) in [
        (
            RIGHTS,
            "\"images\":true",
            "\"images\":false",
            "\"wgMFLazyLoad\":{\"images\":true}};",
            "\"wgMFLazyLoad\":{\"images\":false}};",
        ),
        (RIGHTS, "Event coordinators", "Event organizers", "<td>Event coordinators</td>", "<td>Event organizers</td>"),
        (
            ARTICLE,
            "loaded: 0/500",
            "loaded: 0/400",
            "Number of Wikibase entities loaded: …/500",
            "Number of Wikibase entities loaded: …/400",
        ),
        (
            ARTICLE,
            "CPU time usage: 0.1 s",
            "CPU time usage: 0.2 s",
            "<pre>CPU time usage: 0.1 seconds",
            "<pre>CPU time usage: 0.2 seconds",
        ),
    ] {
        let (before, after) = (rendered(fixture, &PRODUCTION), rendered(&fixture.replace(from, to), &DEBUG));
        let difference = Difference::between(&page(before), &page(after)).unwrap();
        let changed: Vec<&Line> =
            difference.hunks.iter().flat_map(|hunk| &hunk.lines).filter(|line| line.is_changed()).collect();
        assert_eq!(difference.lines, 1, "{changed:?}");
        assert_eq!(changed, [&Line::Gone(gone.into()), &Line::New(new.into())]);
    }
}

/// The fixtures with a piece cut out, or said twice.
fn torn_pages() -> impl Strategy<Value = String> {
    let whole = prop::sample::select(vec![rendered(RIGHTS, &PRODUCTION), rendered(ARTICLE, &DEBUG)]);
    (whole, any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(|(page, one, other)| {
        let letters: Vec<char> = page.chars().collect();
        let (one, other) = (one.index(letters.len()), other.index(letters.len()));
        letters[..one].iter().chain(&letters[other..]).collect()
    })
}

proptest! {
    // The same texts at each run: a test must not fail by chance.
    #![proptest_config(ProptestConfig {
        cases: 256, rng_seed: RngSeed::Fixed(20_260_824), failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_normal_stays_so(page in torn_pages()) {
        let once = normal(&page, Some(HTML));
        assert_eq!(normal(&once, Some(HTML)), once);
    }

    #[test]
    fn any_text_is_laid_out(text in ".{0,200}", json in "[\\[\\]{}\":,\\\\a1 <>/]{0,80}") {
        for content_type in [None, Some(HTML), Some("text/javascript"), Some("text/plain")] {
            let once = normal(&text, content_type);
            assert_eq!(normal(&once, content_type), once);
        }
        let _ = normal(&json, Some("application/json"));
        let _ = normal(&json, None);
    }
}
