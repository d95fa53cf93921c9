// SPDX-License-Identifier: GPL-2.0-or-later
//! The words of the shell commands in a text, as bash would make them; splitting is shlex's.
//!
//! Must not run or expand anything: a variable of the shell stays as it is written, and is told.

use crate::suite::SuiteError;
use std::iter::Peekable;
use std::str::Chars;

/// One command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Command {
    /// The line in which it begins; the first is 1.
    pub(super) line: usize,
    /// Its words, unquoted.
    pub(super) words: Vec<String>,
    /// Whether it holds something that a shell would have put another text for.
    pub(super) expands: bool,
    /// Whether its input or output is sent to a file.
    pub(super) redirected: bool,
}

/// The commands of a text, in order.
///
/// # Errors
/// When a quote is not closed, or holds what is no text.
pub(super) fn commands(text: &str) -> Result<Vec<Command>, SuiteError> {
    let mut scanner = Scanner { rest: text.chars().peekable(), line: 1, piece: String::new(), found: Vec::new() };
    scanner.scan()?;
    Ok(scanner.found)
}

struct Scanner<'t> {
    rest: Peekable<Chars<'t>>,
    line: usize,
    /// The command under way, without bash's own quotes.
    piece: String,
    found: Vec<Command>,
}

fn in_quote(line: usize, message: &str) -> SuiteError {
    let remedy = "write it whole, with text alone in it";
    SuiteError { line, column: 1, message: message.to_owned(), remedy: remedy.into() }
}

impl Scanner<'_> {
    fn next(&mut self) -> Option<char> {
        let letter = self.rest.next()?;
        self.line += usize::from(letter == '\n');
        Some(letter)
    }

    fn error(&self, message: &str) -> SuiteError {
        in_quote(self.line, message)
    }

    fn scan(&mut self) -> Result<(), SuiteError> {
        let mut command = Command { line: 1, ..Command::default() };
        while let Some(letter) = self.next() {
            if self.piece.trim().is_empty() && !letter.is_whitespace() {
                command.line = self.line;
            }
            match letter {
                '\n' | ';' | '|' | '&' => self.end(&mut command)?,
                '\'' => self.single()?,
                '"' => command.expands |= self.double()?,
                '$' if self.rest.peek() == Some(&'\'') => self.ansi()?,
                '$' if self.rest.peek() == Some(&'"') => {}
                '#' if self.piece.ends_with(char::is_whitespace) || self.piece.is_empty() => self.skip_to(&['\n']),
                '<' | '>' => {
                    let kept = self.piece.trim_end_matches(|letter: char| letter.is_ascii_digit());
                    if kept.ends_with(char::is_whitespace) {
                        self.piece.truncate(kept.len());
                    }
                    command.redirected = true;
                    self.target();
                }
                _ => {
                    command.expands |= letter == '`' || letter == '$' && self.is_name_next();
                    match (letter, self.rest.peek()) {
                        // A line that goes on; shlex would take it for a word.
                        ('\\', Some('\n')) => drop(self.next()),
                        ('\\', Some('\r')) => {
                            self.next();
                            self.rest.next_if_eq(&'\n');
                        }
                        ('\r', Some('\n')) => {}
                        ('\\', Some(_)) => {
                            let escaped = self.next();
                            self.piece.push(letter);
                            self.piece.extend(escaped);
                        }
                        _ => self.piece.push(letter),
                    }
                }
            }
        }
        self.end(&mut command)
    }

    fn end(&mut self, command: &mut Command) -> Result<(), SuiteError> {
        let piece = std::mem::take(&mut self.piece);
        let ended = std::mem::take(command);
        let broken = in_quote(ended.line, "a quote of this command is not closed");
        let words = shlex::split(&piece).ok_or(broken)?;
        if !words.is_empty() {
            self.found.push(Command { words, ..ended });
        }
        Ok(())
    }

    fn single(&mut self) -> Result<(), SuiteError> {
        self.piece.push('\'');
        while let Some(letter) = self.next() {
            self.piece.push(letter);
            if letter == '\'' {
                return Ok(());
            }
        }
        Err(self.error("a quote <'> is not closed"))
    }

    /// Whether the shell would expand something in it.
    fn double(&mut self) -> Result<bool, SuiteError> {
        let mut expands = false;
        self.piece.push('"');
        while let Some(letter) = self.next() {
            self.piece.push(letter);
            match letter {
                '"' => return Ok(expands),
                '\\' => {
                    let escaped = self.next();
                    self.piece.extend(escaped);
                }
                _ => expands |= letter == '`' || letter == '$' && self.is_name_next(),
            }
        }
        Err(self.error("a quote <\"> is not closed"))
    }

    /// Skips what the shell reads from or writes to.
    fn target(&mut self) {
        while self.rest.next_if(|letter| matches!(letter, '<' | '>' | '&' | '|' | ' ' | '\t')).is_some() {}
        self.skip_to(&['\n', ';', '|', '&', ' ', '\t']);
        self.piece.push(' ');
    }

    fn skip_to(&mut self, ends: &[char]) {
        while self.rest.next_if(|letter| !ends.contains(letter)).is_some() {}
    }

    fn is_name_next(&mut self) -> bool {
        self.rest.peek().is_some_and(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '{' | '('))
    }

    /// Bash's `$'…'` (<https://www.gnu.org/software/bash/manual/html_node/ANSI_002dC-Quoting.html>), put as a quote
    /// that every shell knows.
    fn ansi(&mut self) -> Result<(), SuiteError> {
        self.next();
        let mut bytes: Vec<u8> = Vec::new();
        let mut high: Option<u32> = None;
        loop {
            let letter = self.next().ok_or_else(|| self.error("a quote <$'> is not closed"))?;
            if letter == '\'' {
                break;
            }
            if letter != '\\' {
                high = None;
                push(&mut bytes, letter);
                continue;
            }
            let escaped = self.next().ok_or_else(|| self.error("a quote <$'> is not closed"))?;
            let code = match escaped {
                'u' => self.digits(16, 4, 0),
                'U' => self.digits(16, 8, 0),
                _ => None,
            };
            let Some(code) = code else {
                high = None;
                self.escape(escaped, &mut bytes);
                continue;
            };
            // Browsers write letters beyond U+FFFF as the two halves of UTF-16.
            match (high.take(), code) {
                (Some(first), 0xdc00..=0xdfff) => {
                    bytes.truncate(bytes.len().saturating_sub('\u{fffd}'.len_utf8()));
                    push(&mut bytes, whole(0x1_0000 + ((first - 0xd800) << 10) + (code - 0xdc00)));
                }
                (_, 0xd800..=0xdbff) => {
                    high = Some(code);
                    push(&mut bytes, '\u{fffd}');
                }
                _ => push(&mut bytes, whole(code)),
            }
        }
        let text = String::from_utf8(bytes).map_err(|_| self.error("a quote <$'> holds bytes that are no text"))?;
        let quoted = shlex::try_quote(&text).map_err(|_| self.error("a quote <$'> holds a zero byte"))?;
        self.piece.push_str(&quoted);
        Ok(())
    }

    fn escape(&mut self, letter: char, bytes: &mut Vec<u8>) {
        let byte = match letter {
            'a' => 7,
            'b' => 8,
            't' => b'\t',
            'n' => b'\n',
            'v' => 11,
            'f' => 12,
            'r' => b'\r',
            'e' | 'E' => 27,
            '\\' | '\'' | '"' | '?' => letter as u8,
            '0'..='7' => low(self.digits(8, 2, letter.to_digit(8).unwrap_or_default())),
            'x' => match self.digits(16, 2, 0) {
                Some(code) => low(Some(code)),
                None => return bytes.extend(b"\\x"),
            },
            'c' => self.next().map_or(b'c', |letter| low(Some(u32::from(letter) & 0x1f))),
            _ => {
                bytes.push(b'\\');
                return push(bytes, letter);
            }
        };
        bytes.push(byte);
    }

    /// Up to `most` digits behind the ones that are read; `None` where there is none at all.
    fn digits(&mut self, radix: u32, most: usize, begun: u32) -> Option<u32> {
        let mut value = begun;
        let mut count = usize::from(radix == 8);
        for _ in 0..most {
            let Some(digit) = self.rest.peek().and_then(|letter| letter.to_digit(radix)) else { break };
            self.rest.next();
            value = value.wrapping_mul(radix).wrapping_add(digit);
            count += 1;
        }
        (count > 0).then_some(value)
    }
}

fn push(bytes: &mut Vec<u8>, letter: char) {
    bytes.extend(letter.encode_utf8(&mut [0; 4]).as_bytes());
}

fn whole(code: u32) -> char {
    char::from_u32(code).unwrap_or('\u{fffd}')
}

fn low(code: Option<u32>) -> u8 {
    code.and_then(|code| u8::try_from(code & 0xff).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::commands;

    fn words(text: &str) -> Vec<Vec<String>> {
        commands(text).unwrap().into_iter().map(|command| command.words).collect()
    }

    #[test]
    fn words_are_as_bash_makes_them() {
        for (text, expected) in [
            ("curl 'a b' \"c d\" e\\ f", vec!["curl", "a b", "c d", "e f"]),
            ("curl \\\n  -H 'x' \\\r\n  b", vec!["curl", "-H", "x", "b"]),
            ("curl $'a\\u0021b\\'c\\n\\x41\\101\\\\'", vec!["curl", "a!b'c\nAA\\"]),
            ("curl $'\\ud83d\\ude00 \\xe2\\x82\\xac \\q'", vec!["curl", "😀 € \\q"]),
            ("curl 'it'\\''s'", vec!["curl", "it's"]),
            ("curl '#a' a#b # c 'd", vec!["curl", "#a", "a#b"]),
            ("curl a 2>&1 >/dev/null b", vec!["curl", "a", "b"]),
            ("curl $\"a\" ''", vec!["curl", "a", ""]),
        ] {
            assert_eq!(words(text), [expected], "{text}");
        }
        assert_eq!(words("curl a ;\ncurl b &\ncurl c | jq .").len(), 4);
    }

    #[test]
    fn what_a_shell_would_put_in_is_told() {
        for (text, expands) in [
            ("curl $HOME", true),
            ("curl \"${X}\"", true),
            ("curl `x`", true),
            ("curl '$HOME'", false),
            ("curl a$", false),
        ] {
            assert_eq!(commands(text).unwrap()[0].expands, expands, "{text}");
        }
    }

    #[test]
    fn what_is_not_closed_says_its_line() {
        for (text, message) in [
            ("curl a\ncurl 'b", "line 2, column 1: a quote <'> is not closed"),
            ("curl \"b", "line 1, column 1: a quote <\"> is not closed"),
            ("curl $'b", "line 1, column 1: a quote <$'> is not closed"),
            ("curl $'\\xff'", "line 1, column 1: a quote <$'> holds bytes that are no text"),
            ("curl $'\\0'", "line 1, column 1: a quote <$'> holds a zero byte"),
        ] {
            let whole = format!("{message}; write it whole, with text alone in it");
            assert_eq!(commands(text).unwrap_err().to_string(), whole);
        }
    }
}
