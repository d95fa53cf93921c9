// SPDX-License-Identifier: GPL-2.0-or-later
//! Words for a terminal, a pipe or a log.

use std::io::{self, IsTerminal, Write};

/// Writes `text` to the standard output.
///
/// # Errors
/// When it cannot be written, but for a reader that has gone: then nobody misses it.
pub(super) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Writes one line to the standard error; where even that fails there is nobody left to tell.
pub(super) fn complain(line: &str) {
    writeln!(io::stderr().lock(), "{line}").ok();
}

/// Whether what is printed may be coloured: somebody looks at it, and has not said otherwise (<https://no-color.org>).
pub(super) fn is_coloured() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|said| said.is_empty())
}

/// A line of progress that is written over itself, on a terminal only.
#[derive(Debug)]
pub(super) struct ProgressLine {
    shown: bool,
}

impl ProgressLine {
    /// A line on the standard error, if that is a terminal.
    pub(super) fn new() -> Self {
        Self { shown: io::stderr().is_terminal() }
    }

    /// Shows `text` in place of what was shown.
    pub(super) fn show(&self, text: &str) {
        if self.shown {
            write!(io::stderr().lock(), "\r\x1b[K{text}").ok();
        }
    }

    /// Takes the line away.
    pub(super) fn clear(&self) {
        self.show("");
    }
}

/// `text` on one line, without characters that would steer a terminal or turn the direction of what follows.
pub(super) fn plain(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown = text.chars().filter(|c| !turns(*c)).map(|c| if c.is_control() { ' ' } else { c });
    shown.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_a_page_says_cannot_steer_the_terminal() {
        assert_eq!(plain("a\x1b[2J b\r\nc\u{202e}d\u{9b}31m"), "a [2J b cd 31m");
    }
}
