// SPDX-License-Identifier: GPL-2.0-or-later
//! How fast a calendar page is read, beside mwparserfromhell on the same pages in the same run.
//!
//! `./dev bench` starts it and sees to the other parser: `calendar PYTHON SCRIPT [PAGE…]`. Both do the like work: the
//! page is parsed, and every `{{deploy}}` and `{{ircnick}}` inside a card is found. Ours is the whole of
//! `schedule::parse`: it also reads times, titles and whose patch is whose. Rounds alternate; a median is told.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a program for those who work on the project"
)]

use backport_verify::schedule::parse;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Rounds of one page, unless they take too long.
const ROUNDS: usize = 21;

/// The other parser is given up on a page after this.
const LIMIT: Duration = Duration::from_secs(20);

/// Ours must read a megabyte of open braces within this.
const BOUND_MS: f64 = 1000.0;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(python), Some(script)) = (arguments.next(), arguments.next()) else {
        println!("this is started by ./dev bench");
        return;
    };
    let mut pages: Vec<(String, String)> = vec![("a week of our own".into(), week())];
    for path in arguments {
        let name = Path::new(&path).file_name().unwrap_or_default().to_string_lossy().into_owned();
        pages.push((name, std::fs::read_to_string(&path).unwrap()));
    }
    let braces = "{{".repeat(500_000);
    pages.push(("1 MB of {{".into(), braces.clone()));
    println!("{:<44} {:>9} {:>10} {:>20} {:>8}", "page", "bytes", "ours, ms", "mwparserfromhell, ms", "ratio");
    for (name, page) in &pages {
        let mut other = Other::start(&python, &script, page);
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let begun = Instant::now();
        while ours.len() < ROUNDS && (ours.is_empty() || begun.elapsed() < LIMIT) {
            ours.push(timed(page));
            theirs.extend(other.round());
        }
        let ours = median(&mut ours);
        let (theirs, ratio) = if theirs.is_empty() {
            (format!("over {} s", LIMIT.as_secs()), "-".to_owned())
        } else {
            let theirs = median(&mut theirs);
            (format!("{theirs:.3}"), format!("{:.1}", theirs / ours))
        };
        println!("{name:<44} {:>9} {ours:>10.3} {theirs:>20} {ratio:>8}", page.len());
    }
    let longest = (0..5).map(|_| timed(&braces)).fold(0.0, f64::max);
    println!("1 MB of {{{{: at most {longest:.1} ms in 5 rounds; the bound is {BOUND_MS:.0} ms");
    assert!(longest < BOUND_MS, "the bound is broken");
}

/// Milliseconds of one reading.
fn timed(page: &str) -> f64 {
    let begun = Instant::now();
    black_box(parse(black_box(page)).ok());
    begun.elapsed().as_secs_f64() * 1000.0
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The other parser, which says how long each of its rounds took.
struct Other {
    process: std::process::Child,
    stdin: ChildStdin,
    told: Receiver<f64>,
    over: bool,
}

impl Other {
    fn start(python: &str, script: &str, page: &str) -> Self {
        let mut process =
            Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdin = process.stdin.take().unwrap();
        let stdout: ChildStdout = process.stdout.take().unwrap();
        writeln!(stdin, "{}", page.len()).unwrap();
        stdin.write_all(page.as_bytes()).unwrap();
        let (sender, told) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if line.parse().map(|time| sender.send(time)).is_err() {
                    break;
                }
            }
        });
        Self { process, stdin, told, over: false }
    }

    /// Milliseconds of one round; `None` once one took too long.
    fn round(&mut self) -> Option<f64> {
        if self.over {
            return None;
        }
        writeln!(self.stdin, "again").unwrap();
        match self.told.recv_timeout(LIMIT) {
            Ok(told) => Some(told),
            Err(RecvTimeoutError::Timeout) => {
                self.over = true;
                None
            }
            Err(RecvTimeoutError::Disconnected) => panic!("the other parser ended; what it said is above"),
        }
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// A full week as the calendar has it: five days, cards with and without patches.
fn week() -> String {
    let day = |day: u32| {
        let cards: String = (0..9).map(|hour| card(day, hour)).collect();
        format!("==={{{{Deployment_day|date=2026-08-{day}}}}}===\n{cards}")
    };
    let days: String = (24..29).map(day).collect();
    format!("==Week of August 24==\n\n{days}")
}

/// Every third is a backport window with four patches.
fn card(day: u32, hour: u32) -> String {
    let is_backport = hour.is_multiple_of(3);
    let window = if is_backport {
        "[[Backport windows|UTC backport window]]<br/><small>'''At the discretion of the deployer'''<br />\
         '''(Max 6 patches)'''</small>"
    } else {
        "[[Some team|A window of its team]]"
    };
    let patch = |place: u32| {
        let gerrit = 1_330_000 + day * 100 + hour * 10 + place;
        format!(
            "{{{{ircnick|submitter{place}|S. Ubmitter}}}}\n{{{{deploy|type=config|gerrit={gerrit}|title=\
             [enwiki] Add {{{{!}}}} the group (T{gerrit})|status=}}}}\n"
        )
    };
    let patches: String = (0..if is_backport { 4 } else { 0 }).map(patch).collect();
    format!(
        "{{{{Deployment calendar event card\n    |when=2026-08-{day} {:02}:00 SF\n    |length=1\n    |window={window}\n    \
         |who={{{{ircnick|deployer|D. Eployer}}}}, {{{{ircnick|reviewer}}}}\n    |what=\n{patches}\
         {{{{ircnick|irc-nickname|Requesting Developer}}}}\n* ''Gerrit link to backport or config change''\n}}}}\n",
        hour * 2
    )
}
