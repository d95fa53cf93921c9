// SPDX-License-Identifier: GPL-2.0-or-later
//! `backport-verify schedule`: the calendar's windows and patches.

use super::super::args::ScheduleArgs;
use super::super::terminal::print;
use super::{Failure, calendar_page, client, text_of, timetable};
use crate::schedule::{PAGE, Schedule, Window, parse};
use jiff::tz::TimeZone;
use serde::Serialize;
use std::process::ExitCode;

/// What `--json` prints; `format` grows when a reader of the old one would go wrong.
#[derive(Serialize)]
struct Printed {
    format: u32,
    windows: Vec<Window>,
}

/// Reads the calendar and prints what was asked for.
pub(in super::super) async fn schedule(said: ScheduleArgs) -> Result<ExitCode, Failure> {
    let wikitext = match &said.page {
        Some(path) => text_of(path)?,
        None => calendar_page::fetch(&client(said.connection)?).await?,
    };
    let Schedule { windows } = parse(&wikitext)?;
    let windows = match &said.nick {
        Some(nick) => Schedule { windows }.of(nick),
        None => windows,
    };
    if said.json {
        let mut json = serde_json::to_string_pretty(&Printed { format: 1, windows }).map_err(std::io::Error::from)?;
        json.push('\n');
        print(&json)?;
        return Ok(ExitCode::SUCCESS);
    }
    let shown: Vec<&Window> = windows.iter().filter(|window| worth_showing(window)).collect();
    match (&said.nick, shown.is_empty()) {
        (Some(nick), true) => print(&format!(
            "No patch of {nick} is in the calendar. Add it on https://wikitech.wikimedia.org/wiki/{PAGE}, or check the nick.\n"
        ))?,
        (None, true) => print("The calendar has no backport window and no patch.\n")?,
        _ => print(&timetable::write(&shown, &TimeZone::system()))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn worth_showing(window: &Window) -> bool {
    window.is_backport || !window.patches.is_empty() || !window.unread.is_empty()
}
