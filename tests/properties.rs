// SPDX-License-Identifier: GPL-2.0-or-later
//! What holds for any text: calendar and log are read without a panic, and what is read stands in the text.
//!
//! That the work is linear is shown beside the parsers, where it can be counted; `./dev bench` measures it by the clock.

#![allow(clippy::unwrap_used, reason = "this whole file is a test")]

use backport_verify::deployed::{LogEntry, PublicWikis, deployment_of, entries_from_toolforge, entries_from_wikitech};
use backport_verify::schedule::parse;
use backport_verify::suite::wikis_in;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};
use proptest::test_runner::RngSeed;
use std::collections::BTreeSet;

/// Marks, and pieces of pages between which the parsers have to tell.
const PIECES: [&str; 48] = [
    "{{",
    "}}",
    "{",
    "}",
    "[[",
    "]]",
    "[",
    "]",
    "|",
    "=",
    "==",
    "\n",
    "* ",
    "'''",
    "<!--",
    "-->",
    "<nowiki>",
    "</nowiki>",
    "<s>",
    "</s>",
    "<br/>",
    "&amp;",
    "&#124;",
    "&",
    "https://gerrit.wikimedia.org/r/1330001",
    "1330001",
    "{{!}}",
    "{{deploy|type=config|gerrit=1330001|title=",
    "|status=}}",
    "{{ircnick|submitter}}",
    "{{ircnick|irc-nickname",
    "{{Deployment calendar event card\n|when=2026-08-24 06:00 SF\n|length=1\n|window=[[Backport windows|A]]\n|what=",
    "{{#invoke:Deployment schedule|row|when=2026-11-01 01:30 SF|length=0.5|what=",
    "==={{Deployment_day|date=2026-08-24}}===",
    "<table class=\"sal\">",
    "<a class=\"day\" href=\"?d=2026-08-24\">\n2026-08-24\n</a>",
    "<tr><td class=\"time\">13:05</td>",
    "<td class=\"nick\">&lt;deployer@deploy2002&gt;</td>",
    "<td class=\"message\">",
    "</td></tr>",
    "== 2026-08-24 ==\n",
    "* {{safesubst:SAL entry|1=13:05 deployer@deploy2002: ",
    "[[phab:T1|T1]]",
    "Started scap sync-world: Backport for [[gerrit:1330001|",
    "]], [[gerrit:1330002|",
    "submitter: Backport for ",
    "Finished scap sync-world: ",
    "é\u{202e}\0\u{a0}",
];

/// Any text, and texts made of markup.
fn pages() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(PIECES.to_vec()).prop_map(str::to_owned),
        2 => any::<char>().prop_map(String::from),
        1 => "[ -~]{0,12}",
    ];
    prop_oneof![1 => ".{0,200}", 4 => prop::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())]
}

/// The project's own pages, with a piece cut out, or put in, or said twice.
fn torn_pages() -> impl Strategy<Value = String> {
    let whole = prop::sample::select(vec![
        include_str!("fixtures/calendar/cards.wikitext"),
        include_str!("fixtures/calendar/lines.wikitext"),
        include_str!("fixtures/calendar/rows.wikitext"),
        include_str!("fixtures/sal/production.html"),
        include_str!("fixtures/sal/Server_Admin_Log.wikitext"),
    ]);
    let put = prop_oneof![Just(""), prop::sample::select(PIECES.to_vec())];
    (whole, any::<prop::sample::Index>(), any::<prop::sample::Index>(), put).prop_map(|(page, one, other, put)| {
        let letters: Vec<char> = page.chars().collect();
        let (one, other) = (one.index(letters.len()), other.index(letters.len()));
        // Where the second place comes first, what lies between is said twice.
        letters[..one].iter().copied().chain(put.chars()).chain(letters[other..].iter().copied()).collect()
    })
}

fn check_calendar(page: &str) {
    let lines = u32::try_from(page.lines().count()).unwrap();
    for window in parse(page).map(|schedule| schedule.windows).unwrap_or_default() {
        assert!(window.start <= window.end);
        assert!(window.patches.iter().all(|patch| patch.gerrit > 0 && (1..=lines).contains(&patch.source_line)));
        assert!(window.unread.iter().all(|unread| (1..=lines).contains(&unread.source_line)));
    }
}

fn check_title(title: &str) {
    let known = PublicWikis::among(["enwiki", "be_x_oldwiki", "frwiktionary"].into_iter());
    for known in [known, PublicWikis::default()] {
        let wikis = wikis_in(title, &known);
        assert!(wikis.iter().all(|wiki| title.contains(wiki.as_str()) && known.may_have(wiki)));
        assert_eq!(wikis.iter().collect::<BTreeSet<_>>().len(), wikis.len());
    }
}

/// A title made of the marks between which wikis stand.
fn titles() -> impl Strategy<Value = String> {
    let pieces =
        ["[", "]", "(", ")", ":", ",", "/", "\"", "^", " ", "-", ".", "Revert", "enwiki", "be_x_oldwiki", "beta", "ä"];
    prop::collection::vec(
        prop_oneof![prop::sample::select(pieces.to_vec()).prop_map(str::to_owned), any::<String>()],
        0..24,
    )
    .prop_map(|pieces| pieces.concat())
}

fn check_log(page: &str) {
    let said = page.lines().map(|line| LogEntry {
        at: jiff::Timestamp::UNIX_EPOCH,
        nick: "deployer@deploy2002".to_owned(),
        message: line.to_owned(),
    });
    let (html, wiki) = (entries_from_toolforge(page), entries_from_wikitech(page));
    for entries in [html.unwrap_or_default(), wiki.unwrap_or_default(), said.collect()] {
        assert!(entries.is_sorted_by_key(|entry| entry.at));
        for change in [5, 1_330_001, 1_330_002] {
            let Some(deployment) = deployment_of(change, &entries) else { continue };
            assert!(deployment.began <= deployment.at && !deployment.together_with.contains(&change));
            let named = format!("[[gerrit:{change}|");
            assert!(entries.iter().any(|entry| entry.message.contains(&named)));
        }
    }
}

proptest! {
    // The same texts at each run: a test must not fail by chance. `./dev fuzz` looks for new ones.
    #![proptest_config(ProptestConfig {
        cases: 1024, rng_seed: RngSeed::Fixed(20_260_824), failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn any_text_is_read_as_a_calendar(page in pages()) {
        check_calendar(&page);
    }

    #[test]
    fn any_text_is_read_as_a_title(title in titles(), page in pages()) {
        check_title(&title);
        check_title(&page);
    }

    #[test]
    fn any_text_is_read_as_a_log(page in pages()) {
        check_log(&page);
    }

    #[test]
    fn a_torn_page_is_read_as_either(page in torn_pages()) {
        check_calendar(&page);
        check_log(&page);
    }
}
