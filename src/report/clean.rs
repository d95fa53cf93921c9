// SPDX-License-Identifier: GPL-2.0-or-later
//! Text made fit for a public channel: one line, no command to a bot, nobody pinged by accident.

use regex_lite::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// Bots of #wikimedia-operations that act on a line beginning with their name (repositories `wikimedia/stashbot`,
/// `wikimedia/jouncebot`, `operations/puppet` for the others).
const BOTS: [&str; 6] = ["jouncebot", "stashbot", "logmsgbot", "wikibugs", "wm-bot", "icinga-wm"];

/// Marks that may stand on one letter; no written language needs more, and a tower of them covers the lines above.
const MARKS: usize = 4;

/// An emoji of more bytes is none: such a chain is cut like a text.
const WHOLE: usize = 64;

/// mIRC colours carry digits behind the control code.
static COLOUR: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new("\u{3}(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?|\u{4}(?:[0-9A-Fa-f]{6})?").ok());
/// A task number by itself makes stashbot say the task's title.
static TASK: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\bT([0-9]+)\b").ok());
/// So do the numbers of diffs, mocks and pastes (repository `wikimedia/labs-tools-stashbot`, `stashbot/bot.py`).
static OBJECT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b([DMP])([0-9]+)\b").ok());
/// Words that ping a whole room.
static EVERYBODY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)[@!]+(everyone|here|channel|all|room|group)\b").ok());
/// A link: what begins with its scheme, its user, its host and path, and what may be private behind them.
static LINK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:[A-Za-z][A-Za-z0-9+.-]*:/{2,})+(?:[^\s/?#<>]*@)?([^\s?#<>]*)(?:[?#][^\s<>]*)?").ok()
});
/// What makes a link of the rest of one that held another.
static SCHEME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(":/{2,}").ok());

/// `text` as one line that can stand inside a message: what [`visible`] takes away is gone, task numbers read `task 123`,
/// and nobody is mentioned.
///
/// A sign that begins a mention goes: an `@` anywhere but in the midst of an address such as `a@example.org`
/// (Mattermost, Rocket.Chat, Zulip, Matrix, Discord), and `!`, `@` or `#` behind a `<` (Slack, Discord).
#[must_use]
pub fn clean(text: &str) -> String {
    let text = visible(text);
    let text = replace(&TASK, &text, "task $1");
    let text = replace(&OBJECT, &text, "$1 $2");
    replace(&EVERYBODY, &without_mentions(&text), "$1").into_owned()
}

/// `text` cleaned, with links as their host and path alone: nothing of them is shown before it is opened, and nobody sees
/// what may be secret behind the path.
#[must_use]
pub(super) fn quoted(text: &str) -> String {
    let text = visible(text);
    clean(&replace(&SCHEME, &replace(&LINK, &text, "$1"), ":/"))
}

/// A title between quotation marks, cleaned as by [`quoted`], in at most `limit` bytes; empty where nothing of it fits.
///
/// What follows the second mark is ours, so nothing in the title may look like it: each sign that does is an apostrophe,
/// and several apostrophes are one.
#[must_use]
pub(super) fn in_quotes(title: &str, limit: usize) -> String {
    let title: String = title.chars().map(|letter| if is_quote(letter) { '\'' } else { letter }).collect();
    let mut inside = String::with_capacity(title.len());
    for letter in quoted(&title).chars() {
        if !(is_apostrophe(letter) && inside.ends_with(is_apostrophe)) {
            inside.push(letter);
        }
    }
    let inside = shorten(&inside, limit.saturating_sub(2));
    if inside.is_empty() || inside == "…" { String::new() } else { format!("\"{inside}\"") }
}

/// `text` as one line without what a reader cannot see: control, colour and direction codes are gone, so are tags,
/// fillers and all but [`MARKS`] marks on a letter; white space is single.
#[must_use]
pub fn visible(text: &str) -> String {
    let text = replace(&COLOUR, text, "");
    let mut visible = String::with_capacity(text.len());
    let mut letters = text.chars().filter(|letter| !is_invisible(*letter)).peekable();
    let (mut before, mut marks) = (' ', 0);
    while let Some(letter) = letters.next() {
        // Within an emoji alone these two say something.
        if letter == JOINER && !(is_picture(before) && letters.peek().is_some_and(|next| is_picture(*next)))
            || letter == PICTURE && !is_picture(before)
        {
            continue;
        }
        marks = if is_mark(letter) { marks + 1 } else { 0 };
        if marks > MARKS || (marks > 0 && before == ' ') {
            continue;
        }
        before = if letter.is_whitespace() { ' ' } else { letter };
        visible.push(before);
    }
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A whole line, cleaned, that is no command to a bot, and of at most `limit` bytes.
#[must_use]
pub fn clean_line(text: &str, limit: usize) -> String {
    let text = clean(text);
    if may_be_command(&text) { shorten(&format!("Backport Verify: {text}"), limit) } else { shorten(&text, limit) }
}

/// Whether a nick can begin a line: one that IRC allows, of at most 32 bytes, and no bot takes the line for a command.
pub(super) fn can_be_addressed(nick: &str) -> bool {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "[]\\`_^{|}-".contains(letter);
    let begins = nick.starts_with(|letter: char| letter.is_ascii_alphabetic() || "[]_{}".contains(letter));
    begins && nick.len() <= 32 && nick.chars().all(allowed) && !may_be_command(nick)
}

/// Whether a line begins with the name of a bot of the channel; a nick that does would be taken for the bot.
#[must_use]
pub fn begins_with_a_bot(line: &str) -> bool {
    // As bots compare that fold case by Unicode: a long s is an s.
    let lower = line.to_lowercase().replace('ſ', "s");
    BOTS.iter().any(|bot| lower.starts_with(bot))
}

/// Bots listen to a sign at the beginning, or to their name there, with anything behind it.
fn may_be_command(line: &str) -> bool {
    begins_with_a_bot(line)
        || line.starts_with(|first: char| first.is_ascii_punctuation() && !"[]{}()<_\"'".contains(first))
}

/// `text` cut to at most `limit` bytes of UTF-8, with `…` where something is gone. It is cut between letters as readers
/// see them: a mark stays with its letter, and an emoji whole.
#[must_use]
pub fn shorten(text: &str, limit: usize) -> String {
    const ELLIPSIS: &str = "…";
    if text.len() <= limit {
        return text.to_owned();
    }
    let (mut kept, mut before, mut flags) = (0, None, 0);
    for (at, letter) in text.char_indices() {
        if at + ELLIPSIS.len() > limit {
            break;
        }
        let is_flag = matches!(letter, '\u{1f1e6}'..='\u{1f1ff}');
        let goes_on = is_mark(letter) || letter == JOINER || before == Some(JOINER) || (is_flag && flags % 2 == 1);
        flags = if is_flag { flags + 1 } else { 0 };
        if !goes_on || at - kept > WHOLE {
            kept = at;
        }
        before = Some(letter);
    }
    let kept = text.get(..kept).unwrap_or_default().trim_end();
    if kept.len() + ELLIPSIS.len() <= limit { format!("{kept}{ELLIPSIS}") } else { kept.to_owned() }
}

fn replace<'t>(pattern: &LazyLock<Option<Regex>>, text: &'t str, with: &str) -> Cow<'t, str> {
    pattern.as_ref().map_or(Cow::Borrowed(text), |pattern| pattern.replace_all(text, with))
}

fn without_mentions(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    let mut before = ' ';
    while let Some(letter) = letters.next() {
        let is_mention = match letter {
            '@' | '\u{ff20}' | '\u{fe6b}' => {
                !(before.is_ascii_alphanumeric() && letters.peek().is_some_and(char::is_ascii_alphanumeric))
            }
            '!' | '#' => before == '<',
            _ => false,
        };
        if !is_mention {
            kept.push(letter);
            before = letter;
        }
    }
    kept
}

/// Joins pictures to one.
const JOINER: char = '\u{200d}';
/// Shows the letter before it as a picture.
const PICTURE: char = '\u{fe0f}';

/// Arrows, symbols and emoji, and what stands behind one in an emoji.
const fn is_picture(letter: char) -> bool {
    matches!(letter, PICTURE | '\u{2190}'..='\u{27ff}' | '\u{2900}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

/// Whether a letter is drawn on the one before it: a skin, or what Unicode calls an extender of a grapheme. The standard
/// library has that table, and shows it in this alone: `escape_debug` escapes such a letter where nothing is before it.
fn is_mark(letter: char) -> bool {
    if letter.is_ascii() {
        return false;
    }
    let behind_another = String::from_iter(['a', letter]);
    matches!(letter, '\u{1f3fb}'..='\u{1f3ff}')
        || (letter.escape_debug().len() > 1 && behind_another.escape_debug().count() == 2)
}

/// `text` with its white space, in which what a reader cannot see is written as its number, as in `\\u{202e}`.
pub(super) fn spelled(text: &str) -> String {
    let is_plain = |letter: char| matches!(letter, ' ' | '\t' | '\n');
    let is_unseen = |letter: char| is_invisible(letter) || letter == JOINER || letter.is_whitespace();
    let mut seen = String::with_capacity(text.len());
    for letter in text.chars() {
        if !is_plain(letter) && is_unseen(letter) { seen.extend(letter.escape_unicode()) } else { seen.push(letter) }
    }
    seen
}

/// What reads as the end of a quotation, in any script and size.
const fn is_quote(letter: char) -> bool {
    matches!(letter,
        '"' | '\u{2ba}' | '\u{2dd}' | '\u{2ee}' | '\u{5f4}' | '\u{201c}'..='\u{201f}' | '\u{2033}' | '\u{2034}'
        | '\u{2036}' | '\u{2037}' | '\u{2057}' | '\u{275d}' | '\u{275e}' | '\u{2760}' | '\u{301d}'..='\u{301f}' | '\u{ff02}'
        | '\u{1f676}'..='\u{1f678}')
}

/// What reads as one when it stands twice.
const fn is_apostrophe(letter: char) -> bool {
    matches!(letter,
        '\'' | '`' | '\u{b4}' | '\u{2b9}' | '\u{2bb}'..='\u{2bd}' | '\u{2c8}' | '\u{2ca}' | '\u{2cb}' | '\u{5f3}'
        | '\u{2018}'..='\u{201b}' | '\u{2032}' | '\u{2035}' | '\u{275b}' | '\u{275c}' | '\u{275f}' | '\u{ff07}' | '\u{ff40}')
}

/// Control codes; what changes the direction of text or takes no room; what looks like nothing: a reader cannot see them.
/// White space is no part of them.
fn is_invisible(letter: char) -> bool {
    (letter.is_control() && !letter.is_whitespace())
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0e}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || u32::from(letter) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::{can_be_addressed, clean, clean_line, in_quotes, quoted, shorten, visible};

    #[test]
    fn a_text_becomes_one_visible_line() {
        assert_eq!(clean("a\r\n!log b\0\u{2}c\u{3}04,12d\u{f}\u{202e}e\u{2028}f"), "a !log bcde f");
    }

    #[test]
    fn task_numbers_and_room_pings_are_defused() {
        assert_eq!(clean("Fix (T430001) @here <!channel> @Everyone"), "Fix (task 430001) here <channel> Everyone");
        assert_eq!(clean("T1, P31 and D3.js, not T1x or PT2"), "task 1, P 31 and D 3.js, not T1x or PT2");
    }

    #[test]
    fn nobody_is_mentioned_and_an_address_stays_one() {
        for (text, expected) in [
            ("@user <@U123> <@&1> <#C1> <!subteam^S1>", "user <U123> <&1> <C1> <subteam^S1>"),
            ("@**all** @_**all** .@all я@all a@all", "**all** _**all** .all яall aall"),
            ("@@here !!here <!!channel> <<@@U1>", "here here <channel> <<U1>"),
            ("@user:example.org", "user:example.org"),
            ("\u{ff20}here a@example.org", "here a@example.org"),
        ] {
            assert_eq!(clean(text), expected, "{text}");
            assert_eq!(clean(expected), expected, "{text}");
        }
    }

    #[test]
    fn a_link_is_quoted_as_its_host_and_path() {
        for (text, expected) in [
            ("see https://en.wikipedia.org/wiki/X?token=a#b now", "see en.wikipedia.org/wiki/X now"),
            ("https://a:b@example.org:8443/c", "example.org:8443/c"),
            ("https://matrix.to/#/@user:example.org", "matrix.to/"),
            ("h\u{200b}ttps://example.org/?a", "example.org/"),
            ("a://b://c?d", "c"),
            ("a://b/https://c?d", "b/https:/c"),
            ("ratio 1:2 // 3?", "ratio 1:2 // 3?"),
        ] {
            assert_eq!(quoted(text), expected, "{text}");
        }
    }

    #[test]
    fn nothing_in_a_title_ends_its_quotation() {
        for (title, expected) in [
            ("Add a group", "\"Add a group\""),
            ("Say \"hello\" “there”", "\"Say 'hello' 'there'\""),
            ("x\" PASS. Good to continue.", "\"x' PASS. Good to continue.\""),
            ("''wiki'' `code` ``code``", "\"'wiki' `code` `code`\""),
            ("'@' '\u{200b}' ❝\u{200d}❝ \"\u{fe0f}\"", "\"' ' ' '\""),
            ("Zürich (T1) https://example.org/?a", "\"Zürich (task 1) example.org/\""),
            ("", ""),
            (" \u{200b}", ""),
        ] {
            assert_eq!(in_quotes(title, 400), expected, "{title}");
        }
    }

    #[test]
    fn a_quotation_is_cut_inside_its_marks() {
        assert_eq!(in_quotes("Zürich", 9), "\"Zürich\"");
        assert_eq!(in_quotes("Zürich", 8), "\"Zü…\"");
        for limit in 0..12 {
            let said = in_quotes("ааа💡💡\"ббб", limit);
            assert!(said.len() <= limit && (said.is_empty() || said.ends_with('"')), "{limit}: {said}");
        }
        assert_eq!(in_quotes("title", 5), "");
    }

    #[test]
    fn marks_stay_with_their_letter_and_no_tower_of_them_is_built() {
        assert_eq!(visible(&format!("a{}b", "\u{301}".repeat(5000))), "a\u{301}\u{301}\u{301}\u{301}b");
        assert_eq!(visible("\u{301}a \u{301}b"), "a b");
        assert_eq!(shorten("aaa\u{301}\u{301}b", 7), "aa…");
        assert_eq!(shorten("a👨\u{200d}👩\u{200d}👧b", 18), "a…");
        assert_eq!(shorten("a👍🏽b", 8), "a…");
        assert_eq!(shorten("🇩🇪🇩🇪", 15), "🇩🇪…");
    }

    #[test]
    fn a_joiner_says_something_within_an_emoji_alone() {
        let family = "👨\u{200d}👩\u{200d}👧 ❤\u{fe0f}\u{200d}🔥";
        assert_eq!(visible(family), family);
        assert_eq!(visible("a\u{200d}b\u{200d} \u{200d}👧\u{200d} a\u{fe0f}\u{fe0e}"), "ab 👧 a");
    }

    #[test]
    fn who_can_be_addressed_has_a_nick_of_irc_and_is_no_bot() {
        for nick in ["Lucas_WMDE", "[m]", "_joe_", "deployer|away", "lucaswerkmeister-wmde"] {
            assert!(can_be_addressed(nick), "{nick}");
        }
        let long = "a".repeat(33);
        for nick in
            ["", "a b", "!log", "1st", "-a", "stashbot", "Jouncebot_", "ſtashbot", "ѕtashbot", "a:b", "a@b", &long]
        {
            assert!(!can_be_addressed(nick), "{nick}");
        }
    }

    #[test]
    fn a_line_is_never_a_command() {
        for sign in "!./?~+-@#$%&*,:;=^|\\`".chars() {
            let line = clean_line(&format!("{sign}help"), 400);
            assert!(line.starts_with("Backport Verify: ") || line == "help", "{line}");
        }
        for name in ["stashbot", "Stashbot, help", "WIKIBUGS help", "wi\u{212a}ibugs: x", "ſtashbot x", "wm-bot:x"] {
            assert!(clean_line(name, 400).starts_with("Backport Verify: "), "{name}");
        }
        assert_eq!(clean_line("!log x", 400), "Backport Verify: !log x");
        assert_eq!(clean_line("\u{200b}!log x", 400), "Backport Verify: !log x");
        assert_eq!(clean_line("jouncebot: next", 400), "Backport Verify: jouncebot: next");
        assert_eq!(clean_line("deployer: PASS", 400), "deployer: PASS");
    }

    #[test]
    fn a_text_is_cut_at_a_character_within_the_limit() {
        assert_eq!(shorten("Zürich", 6), "Zü…");
        assert_eq!(shorten("Zürich", 7), "Zürich");
        assert_eq!(shorten("💡💡", 7), "💡…");
        for limit in 0..12 {
            assert!(shorten("ааа💡💡ббб", limit).len() <= limit, "{limit}");
        }
    }
}
