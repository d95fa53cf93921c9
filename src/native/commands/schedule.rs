// SPDX-License-Identifier: GPL-2.0-or-later
//! `backport-verify schedule`: the calendar's windows and patches.

use super::super::args::ScheduleArgs;
use super::super::terminal::print;
use super::{Failure, calendar, client_with, timetable};
use crate::schedule::{PAGE, Window};
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
    let http = client_with(said.connection, said.calendar.wiki.clone())?;
    let mut schedule = match said.at {
        Some(at) => calendar::read_at(&http, &said.calendar, at).await?,
        None => calendar::read(&http, &said.calendar).await?,
    };
    if let Some(at) = said.at {
        schedule.windows.retain(|window| window.end > at);
    }
    let windows = match &said.nick {
        Some(nick) => schedule.of(nick),
        None => schedule.windows,
    };
    if said.json {
        let mut json = serde_json::to_string_pretty(&Printed { format: 1, windows }).map_err(std::io::Error::from)?;
        json.push('\n');
        print(&json)?;
        return Ok(ExitCode::SUCCESS);
    }
    let shown: Vec<&Window> = windows.iter().filter(|window| worth_showing(window)).collect();
    let from = if said.at.is_some() { " from that time on" } else { "" };
    match (&said.nick, shown.is_empty()) {
        (Some(nick), true) => print(&format!(
            "No patch of {nick} is in the calendar{from}. Add it on https://wikitech.wikimedia.org/wiki/{PAGE}, or check the nick.\n"
        ))?,
        (None, true) => print(&format!("The calendar has no backport window and no patch{from}.\n"))?,
        _ => print(&timetable::write(&shown, &TimeZone::system(), said.at))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn worth_showing(window: &Window) -> bool {
    window.is_backport || !window.patches.is_empty() || !window.unread.is_empty()
}
