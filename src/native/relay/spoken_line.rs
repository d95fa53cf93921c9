// SPDX-License-Identifier: GPL-2.0-or-later
//! A posted text made fit to be said in the channel.

use crate::report::LINE_LIMIT;

/// Bots that listen in Wikimedia's channels and take a line that begins with their name for a command.
const BOTS: [&str; 8] =
    ["stashbot", "jouncebot", "logmsgbot", "wm-bot", "wikibugs", "icinga-wm", "jinxer-wm", "tntbot"];

/// What a line gets in front when it would otherwise be a command to a bot.
const DEFUSED: &str = "Backport Verify: ";

/// One line of at most [`LINE_LIMIT`] bytes without control codes or formatting that is no command to any bot; empty
/// when nothing is left.
pub(super) fn spoken_line(text: &str) -> String {
    let words = without_codes(&unescaped(text));
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = if is_command(&line) { format!("{DEFUSED}{line}") } else { line };
    cut(line)
}

/// Slack's three escapes undone (<https://docs.slack.dev/messaging/formatting-message-text>).
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Control codes become spaces; formatting (<https://modern.ircdocs.horse/formatting>) goes with its colours, and so does
/// what cannot be seen.
fn without_codes(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '\u{3}' => {
                if digits(&mut rest, 2, char::is_ascii_digit) && rest.peek() == Some(&',') {
                    let mut behind = rest.clone();
                    behind.next();
                    if digits(&mut behind, 2, char::is_ascii_digit) {
                        rest = behind;
                    }
                }
            }
            '\u{4}' => {
                digits(&mut rest, 6, char::is_ascii_hexdigit);
            }
            '\u{2}' | '\u{f}' | '\u{11}' | '\u{16}' | '\u{1d}' | '\u{1e}' | '\u{1f}' => {}
            unseen if is_unseen(unseen) => {}
            control if control.is_control() => kept.push(' '),
            seen => kept.push(seen),
        }
    }
    kept
}

/// Passes over at most `most` digits; whether there was one.
fn digits(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, most: usize, is_digit: fn(&char) -> bool) -> bool {
    (0..most).map_while(|_| rest.next_if(is_digit)).count() > 0
}

/// Characters without a face of their own, which could hide how a line begins or turn its direction.
const fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn is_command(line: &str) -> bool {
    let lower = line.to_lowercase();
    lower.starts_with(['!', '/', '.', '?', '+', '-', '@', '#']) || BOTS.iter().any(|bot| lower.starts_with(bot))
}

fn cut(mut line: String) -> String {
    const MARK: char = '…';
    if line.len() > LINE_LIMIT {
        line.truncate(line.floor_char_boundary(LINE_LIMIT - MARK.len_utf8()));
        line.push(MARK);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::spoken_line;

    #[test]
    fn a_report_is_said_as_it_is() {
        let line = "deployer: PASS on mwdebug: [[gerrit:1330001|[enwiki] Add the group]] 1/1";
        assert_eq!(spoken_line(line), line);
        assert_eq!(spoken_line("no &lt;a&gt; &amp;amp; b"), "no <a> &amp; b");
    }

    #[test]
    fn no_line_break_can_carry_a_second_command() {
        assert_eq!(spoken_line("PASS\r\nQUIT :bye\n\0\u{2028}end\u{85}."), "PASS QUIT :bye end .");
    }

    #[test]
    fn formatting_goes_with_its_colours() {
        assert_eq!(spoken_line("\u{2}PASS\u{f} \u{3}04,12red\u{3} \u{3}3,x \u{4}ff0000hex \u{1}"), "PASS red ,x hex");
    }

    #[test]
    fn no_line_is_a_command_to_a_bot() {
        for command in
            ["!log all is well", " \u{3}04!log x", "\u{200b}!bash", "StashBot: help", "jouncebot: next", "@x"]
        {
            let said = spoken_line(command);
            assert!(said.starts_with("Backport Verify: "), "{said}");
        }
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let said = spoken_line(&"ü".repeat(300));
        assert_eq!((said.len(), said.chars().last()), (399, Some('…')));
        assert_eq!(spoken_line(&"a".repeat(400)), "a".repeat(400));
        assert_eq!(spoken_line(&format!("!{}", "a".repeat(400))).len(), 400);
    }

    #[test]
    fn nothing_is_left_of_codes_alone() {
        assert_eq!(spoken_line("\u{2}\r\n \u{200b}"), "");
    }
}
