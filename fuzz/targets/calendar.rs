// SPDX-License-Identifier: GPL-2.0-or-later
//! Any text as a calendar page: it is read without a panic, and what is read stands on the page.
#![no_main]

use backport_verify::schedule::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|page: &str| {
    let lines = u32::try_from(page.lines().count()).unwrap_or(u32::MAX);
    for window in parse(page).map(|schedule| schedule.windows).unwrap_or_default() {
        assert!(window.start <= window.end);
        assert!(window.patches.iter().all(|patch| (1..=lines).contains(&patch.source_line)));
        assert!(window.unread.iter().all(|unread| (1..=lines).contains(&unread.source_line)));
    }
});
