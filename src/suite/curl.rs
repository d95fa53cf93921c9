// SPDX-License-Identifier: GPL-2.0-or-later
//! curl commands, as people type them and as browsers copy them, read as tests and written from them.
//!
//! Must not keep or repeat a cookie, a password or a token, and must not read a file that a command names.

mod asked;
mod options;
mod shell;
mod write;

pub use write::write_curl;

use super::lost::{LossAt, Losses};
use super::{Imported, Suite, SuiteError};
use asked::Asked;
use options::{Meaning, Said};
use shell::Command;

/// Reads every curl command of a text, such as what "Copy as cURL" of a browser's network panel gives, as tests: one for
/// each URL. A test demands status 200, since curl demands nothing; with `--fail` a status below 400, as curl does.
///
/// # Errors
/// When there is no curl command in it, or it is written for another shell than a POSIX one, or for none.
pub fn read_curl(text: &str) -> Result<Imported, SuiteError> {
    if let Some(message) = foreign(text) {
        return Err(SuiteError { line: 1, column: 1, message: message.into(), remedy: BASH.into() });
    }
    let mut lost = Losses::at(LossAt::Line(1));
    let mut suite = Suite::default();
    let mut met = 0_usize;
    for command in shell::commands(text)? {
        lost.go_to(LossAt::Line(command.line));
        let Some(words) = behind_curl(&command) else {
            lost.aside(format!("<{}> is no curl command, it is left out", program(&command)));
            continue;
        };
        met += 1;
        if command.expands {
            lost.matters("the shell's <$…> or <`…`> is taken letter for letter; write what it stands for");
        }
        if command.redirected {
            lost.aside("what is sent to or read from a file with <<> or <>> is left out");
        }
        read_command(words, &mut suite, &mut lost);
    }
    if met == 0 {
        let remedy = "paste what <Copy as cURL> gives, or a line that begins with <curl>";
        let message = "there is no curl command";
        return Err(SuiteError { line: 1, column: 1, message: message.into(), remedy: remedy.into() });
    }
    Ok(Imported { suite, lost: lost.into_lost() })
}

/// What gives a command that is read.
const BASH: &str = "choose <Copy as cURL (bash)>, in Firefox <Copy as cURL (POSIX)>";

/// Why a text that a browser copied is none of ours.
fn foreign(text: &str) -> Option<&'static str> {
    let text = text.trim_start();
    let first = text.lines().next().unwrap_or_default().trim_end();
    let begins = |word: &str| text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    if begins("curl") && (first.ends_with(" ^") || first.contains(" ^\"")) {
        return Some("this is the command for Windows' cmd");
    }
    let other = ["invoke-webrequest", "$session", "fetch(", "await fetch("].into_iter().any(begins);
    other.then_some("this is no curl command")
}

/// A word before the program: a prompt, or a variable that is set for it.
fn stands_before(word: &str) -> bool {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|l| l.is_ascii_alphanumeric() || l == '_');
    matches!(word, "$" | "%" | "time" | "command" | "exec")
        || word.split_once('=').is_some_and(|(name, _)| is_name(name))
}

/// The first word, without a value that may be a secret.
fn program(command: &Command) -> &str {
    let word = command.words.iter().find(|word| !stands_before(word)).or_else(|| command.words.first());
    word.and_then(|word| word.split('=').next()).unwrap_or_default()
}

fn behind_curl(command: &Command) -> Option<&[String]> {
    let at = command.words.iter().position(|word| !stands_before(word))?;
    let name = command.words.get(at)?.rsplit('/').next()?;
    matches!(name, "curl" | "curl.exe").then(|| command.words.get(at + 1..))?
}

fn read_command(words: &[String], suite: &mut Suite, lost: &mut Losses) {
    let mut asked = Asked::default();
    for said in options::read(words) {
        match said {
            Said::Option(Meaning::Next, ..) => std::mem::take(&mut asked).into_tests(suite, lost),
            Said::Option(meaning, name, value) => asked.take(meaning, name, value, lost),
            Said::Off(meaning, name) => asked.switch_off(meaning, name),
            Said::Plain(url) => asked.urls.push(url),
            Said::Unknown(name) => {
                lost.matters(format!("{name} is not known here, it is left out; if it takes a value, remove both"));
            }
            Said::Missing(name) => lost.matters(format!("{name} has no value, it is left out")),
        }
    }
    asked.into_tests(suite, lost);
}

#[cfg(test)]
mod tests {
    use super::read_curl;

    #[test]
    fn what_is_written_for_another_shell_names_the_one_to_choose() {
        for text in [
            "curl ^\"https://en.wikipedia.org/^\" ^\r\n  -H ^\"accept: */*^\"",
            "curl \"https://en.wikipedia.org/\" ^\n  -H \"accept: */*\"",
            "Invoke-WebRequest -UseBasicParsing -Uri \"https://en.wikipedia.org/\"",
            "$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession",
            "fetch(\"https://en.wikipedia.org/\", {});",
        ] {
            let message = read_curl(text).unwrap_err().to_string();
            assert!(message.contains("choose <Copy as cURL (bash)>"), "{message}");
        }
        for text in ["", "# nothing", "wget https://en.wikipedia.org/", "SECRET=curl"] {
            assert!(read_curl(text).unwrap_err().message.starts_with("there is no curl command"), "{text}");
        }
    }
}
