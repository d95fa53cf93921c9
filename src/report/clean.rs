// SPDX-License-Identifier: GPL-2.0-or-later
//! Text made fit for a public channel: one line, no command to a bot, nobody pinged by accident.

use regex_lite::Regex;
use std::sync::LazyLock;

/// Bots of #wikimedia-operations that act on a line beginning with their name (repositories `wikimedia/stashbot`,
/// `wikimedia/jouncebot`, `operations/puppet` for the others).
const BOTS: [&str; 6] = ["jouncebot", "stashbot", "logmsgbot", "wikibugs", "wm-bot", "icinga-wm"];

/// mIRC colours carry digits behind the control code.
static COLOUR: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new("\u{3}(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?|\u{4}(?:[0-9A-Fa-f]{6})?").ok());
/// A task number by itself makes stashbot say the task's title.
static TASK: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\bT([0-9]{2,})").ok());
/// Words that ping a whole room.
static EVERYBODY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)[@!](everyone|here|channel|all|room|group)\b").ok());

/// `text` as one line that can stand inside a message: control, colour and direction codes are gone, white space is
/// single, task numbers read `task 123`, and words that ping a room have lost their sign.
#[must_use]
pub fn clean(text: &str) -> String {
    let text = visible(text);
    let text = replace(&TASK, &text, "task $1");
    replace(&EVERYBODY, &text, "$1")
}

/// `text` as one line without what a reader cannot see: control, colour and direction codes are gone, white space is
/// single.
#[must_use]
pub fn visible(text: &str) -> String {
    let text = replace(&COLOUR, text, "");
    let visible: String =
        text.chars().filter(|c| !is_invisible(*c)).map(|c| if is_break(c) { ' ' } else { c }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A whole line, cleaned, that is no command to a bot, and of at most `limit` bytes.
#[must_use]
pub fn clean_line(text: &str, limit: usize) -> String {
    let text = clean(text);
    let lower = text.to_ascii_lowercase();
    let commands =
        text.starts_with(['!', '/', '.', '?', '+', '-', '@', '#']) || BOTS.iter().any(|bot| lower.starts_with(bot));
    if commands { shorten(&format!("Backport Verify: {text}"), limit) } else { shorten(&text, limit) }
}

/// Whether a line that begins with this nick would be taken for a command by a bot.
pub(super) fn names_a_bot(nick: &str) -> bool {
    BOTS.iter().any(|bot| nick.eq_ignore_ascii_case(bot))
        || !nick.starts_with(|c: char| c.is_ascii_alphabetic() || "[]\\`_^{|}".contains(c))
}

/// `text` cut to at most `limit` bytes of UTF-8, at a character, with `…` where something is gone.
#[must_use]
pub fn shorten(text: &str, limit: usize) -> String {
    const ELLIPSIS: &str = "…";
    if text.len() <= limit {
        return text.to_owned();
    }
    let mut kept = String::new();
    for letter in text.chars() {
        if kept.len() + letter.len_utf8() + ELLIPSIS.len() > limit {
            break;
        }
        kept.push(letter);
    }
    let mut kept = kept.trim_end().to_owned();
    if kept.len() + ELLIPSIS.len() <= limit {
        kept.push_str(ELLIPSIS);
    }
    kept
}

fn replace(pattern: &LazyLock<Option<Regex>>, text: &str, with: &str) -> String {
    pattern.as_ref().map_or_else(|| text.to_owned(), |pattern| pattern.replace_all(text, with).into_owned())
}

const fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// `text` with its white space, in which what a reader cannot see is written as its number, as in `\\u{202e}`.
pub(super) fn spelled(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\t' | '\n' => seen.push(letter),
            _ if is_invisible(letter) || is_break(letter) => seen.extend(letter.escape_unicode()),
            _ => seen.push(letter),
        }
    }
    seen
}

/// Control codes, and characters that change the direction of text or take no room: a reader cannot see them.
fn is_invisible(c: char) -> bool {
    (c.is_control() && !is_break(c))
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fdd0}'..='\u{fdef}')
        // The last two of each plane are no characters.
        || u32::from(c) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::{clean, clean_line, shorten};

    #[test]
    fn a_text_becomes_one_visible_line() {
        assert_eq!(clean("a\r\n!log b\0\u{2}c\u{3}04,12d\u{f}\u{202e}e\u{2028}f"), "a !log bcde f");
    }

    #[test]
    fn task_numbers_and_room_pings_are_defused() {
        assert_eq!(clean("Fix (T430001) @here <!channel> @Everyone"), "Fix (task 430001) here <channel> Everyone");
    }

    #[test]
    fn a_line_is_never_a_command() {
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
