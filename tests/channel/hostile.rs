// SPDX-License-Identifier: GPL-2.0-or-later
//! Titles, nicks and reasons that want to be more than words, through the line and through the relay's own cleaning.

use crate::texts::table;
use backport_verify::change::changes_from_gerrit;
use backport_verify::check::{Assertion, AssertionResult};
use backport_verify::debug::Backend;
use backport_verify::report::{LINE_LIMIT, WIRE_LIMIT, channel_line, clean_line, slack_body, slack_text};
use backport_verify::schedule::Nick;
use backport_verify::suite::Test;
use backport_verify::verify::{Ending, Evidence, Journal, Outcome, Plan, Reason, Stage, Subject, Verdict};
use jiff::Timestamp;
use proptest::prelude::{ProptestConfig, Strategy, any, prop, prop_oneof, proptest};
use proptest::test_runner::RngSeed;

/// Bots of the channel that listen to their name.
const BOTS: [&str; 6] = ["jouncebot", "stashbot", "logmsgbot", "wikibugs", "wm-bot", "icinga-wm"];

/// The ended run of one test that failed because of `reason`, of a change of this title, in a window of this nick.
fn journal(title: &str, nick: &str, reason: &str) -> Journal {
    let deployers = [Nick::new(nick), Nick::new("deployer")].into_iter().flatten().collect();
    let subject = Subject { gerrit: Some(1_330_001), title: title.to_owned(), deployers, ..Subject::default() };
    let test = Test { url: "https://en.wikipedia.org/wiki/X".into(), ..Test::default() };
    let stage = Stage::mwdebug(Backend::default());
    let mut journal = Journal::begin(Plan::new("1".into(), subject, stage, Timestamp::UNIX_EPOCH, vec![test], 1000));
    let assertion = Assertion::header_is("X-Said", reason);
    let result = AssertionResult { assertion, held: false, expected: reason.to_owned(), actual: reason.to_owned() };
    let failed = Outcome {
        verdict: Verdict::Fail,
        reason: Some(Reason::Assertion { at: 0 }),
        assertions: vec![result],
        evidence: Evidence::default(),
    };
    journal.outcomes = [(0, failed), (1, Outcome::inconclusive(Reason::NoAssertion, Evidence::default()))].into();
    journal.ended = Some((Timestamp::UNIX_EPOCH, Ending::Finished));
    journal
}

const VERDICT: &str = "FAIL on mwdebug (k8s-mwdebug): 0/1 pass. en.wikipedia.org/wiki/X: ";
const ASK: &str = " Please do not continue. Change 1330001";

/// What holds of every line, whatever came into it; the line as the relay says it.
fn check(title: &str, nick: &str, reason: &str) -> String {
    let line = channel_line(&journal(title, nick, reason));
    let told = format!("from <{title}>, <{nick}>, <{reason}>: <{line}>");
    assert!(line.len() <= LINE_LIMIT, "{} bytes {told}", line.len());
    assert_eq!(clean_line(&line, LINE_LIMIT), line, "it is clean already {told}");
    // Through the webhook, and with the nick of the one in whose name the relay speaks.
    assert_eq!(slack_text(&slack_body(&line)).as_deref(), Ok(&*line), "{told}");
    let wire = clean_line(&format!("sixteen-letters_ via backport-verify: {line}"), WIRE_LIMIT);
    assert_eq!(wire, format!("sixteen-letters_ via backport-verify: {line}"), "nothing is cut {told}");
    assert!(wire.len() <= WIRE_LIMIT, "{told}");

    let (before, after) = line.split_once(VERDICT).unwrap_or_else(|| panic!("no verdict {told}"));
    let (_, about) = after.rsplit_once(ASK).unwrap_or_else(|| panic!("nothing is asked {told}"));
    // A title is quoted to its last letter, also where it is cut, so that nobody takes its words for ours.
    let inside = about.strip_prefix(": \"").and_then(|about| about.strip_suffix('"'));
    assert!(inside.map_or(about.is_empty(), |inside| !inside.contains(['"', '“', '”', '＂'])), "<{about}> {told}");
    assert!(inside.is_none_or(|inside| !inside.contains("''")), "<{about}> {told}");
    assert!(
        before == "deployer: " || before.ends_with(", deployer: ") || before == format!("{}: ", nick.trim()),
        "{told}"
    );
    assert!(!line.chars().any(char::is_control), "{told}");
    assert!(!line.chars().any(|letter| letter != ' ' && letter.is_whitespace()), "{told}");
    assert!(line.starts_with(|first: char| first.is_ascii_alphabetic() || "[]_{}".contains(first)), "{told}");
    let lower = line.to_lowercase();
    assert!(!BOTS.iter().any(|bot| lower.starts_with(bot)), "{told}");
    assert!(!line.contains("://") && !line.contains("<!") && !line.contains("<@") && !line.contains("<#"), "{told}");
    assert!(!line.contains(" @") && !line.contains("@here") && !line.contains("@everyone"), "{told}");
    line
}

#[test]
fn every_hostile_title_nick_and_reason_leaves_one_harmless_line() {
    let table = table();
    assert!(table.len() >= 60, "{}", table.len());
    for (text, gone) in &table {
        for line in [check(text, "deployer", "body contains <x>"), check("Title", text, "x"), check("Title", "x", text)]
        {
            assert!(gone.is_empty() || !line.contains(gone), "<{gone}> of <{text}> stands in <{line}>");
        }
        check(text, text, text);
    }
}

#[test]
fn every_hostile_text_that_is_posted_to_the_relay_is_one_harmless_line() {
    for (text, gone) in table() {
        // A title's link loses what may be secret in the line; a post to the relay says what its sender wants to link.
        let gone = if text.contains("://") { "" } else { gone };
        let posted = slack_text(&serde_json::json!({ "text": text }).to_string()).unwrap();
        let wire = clean_line(&format!("nick via backport-verify: {posted}"), WIRE_LIMIT);
        assert!(wire.starts_with("nick via backport-verify:") && wire.len() <= WIRE_LIMIT, "{text}: {wire}");
        assert!(!wire.chars().any(char::is_control), "{text}: {wire}");
        assert!(gone.is_empty() || !wire.contains(gone), "<{gone}> of <{text}> stands in <{wire}>");
        let alone = clean_line(&posted, WIRE_LIMIT);
        let lower = alone.to_lowercase().replace('ſ', "s");
        assert!(!BOTS.iter().any(|bot| lower.starts_with(bot)), "{text}: {alone}");
        assert!(!alone.starts_with(['!', '.', '~', '/', '?', '@', '+', '-', '\u{1}']), "{text}: {alone}");
        assert!(alone.len() <= WIRE_LIMIT, "{text}: {alone}");
    }
}

/// What is cut is cut between letters as readers see them: no half of an emoji, no letter without its mark.
#[test]
fn a_title_is_cut_between_letters_as_readers_see_them() {
    for filler in 0..12 {
        for whole in ["💡", "e\u{301}\u{302}", "👨\u{200d}👩\u{200d}👧", "👍🏽", "🇩🇪", "❤\u{fe0f}"]
        {
            let title = "a".repeat(filler) + &whole.repeat(300);
            let line = check(&title, "deployer", "x");
            let (_, said) = line.split_once("Change 1330001: \"").unwrap();
            let kept = said.trim_start_matches('a').strip_suffix("…\"").unwrap_or_else(|| panic!("{line}"));
            assert_eq!(kept.replace(whole, ""), "", "{line}");
            assert!(LINE_LIMIT - line.len() <= whole.len() + 1, "{} bytes: {line}", line.len());
        }
    }
}

/// A surrogate without its other half is no character: serde refuses it, or a reader before us has put U+FFFD there.
#[test]
fn half_a_surrogate_in_json_reaches_no_line() {
    for half in [r"\ud83d", r"\udca1", r"\ud83d\ud83d", r"\udca1\ud83d", r"\uD83Dx"] {
        let post = format!(r#"{{"text":"a{half}b"}}"#);
        assert!(slack_text(&post).is_err(), "{post}");
        let answer = format!(
            ")]}}'\n[{{\"_number\":1,\"project\":\"p\",\"branch\":\"master\",\"change_id\":\"I1\",\"subject\":\"a{half}b\",\
             \"status\":\"NEW\"}}]"
        );
        assert!(changes_from_gerrit(&answer).is_err(), "{answer}");
    }
    assert_eq!(slack_text(r#"{"text":"a\ud83d\udca1b"}"#).as_deref(), Ok("a💡b"));
    assert!(check("a\u{fffd}b", "deployer", "x").ends_with(": \"a\u{fffd}b\""));
}

/// Any letter, the ones that matter more often.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(table().into_iter().map(|(text, _)| text).filter(|text| text.len() < 100).collect::<Vec<_>>()),
        4 => any::<char>().prop_map(String::from),
        4 => "[!-/:-@\\[-`{-~]{1,4}",
        2 => "[ -~]{0,20}",
        1 => prop::sample::select(vec!["T1", "@", "<", "!", "://", "\u{200d}", "\u{fe0f}", "\u{301}", "stashbot"]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    // The same texts at each run: a test must not fail by chance.
    #![proptest_config(ProptestConfig {
        cases: 256, rng_seed: RngSeed::Fixed(20_260_824), failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn any_title_nick_and_reason_leaves_one_harmless_line(title in texts(), nick in texts(), reason in texts()) {
        check(&title, &nick, &reason);
    }
}
