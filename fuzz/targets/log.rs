// SPDX-License-Identifier: GPL-2.0-or-later
//! Any text as the Server Admin Log, in both its forms, and as messages in it: it is read without a panic, oldest entry
//! first, and a deployment does not end before it begins.
#![no_main]

use backport_verify::deployed::{LogEntry, deployment_of, entries_from_toolforge, entries_from_wikitech};
use libfuzzer_sys::fuzz_target;

/// A change that the seeds name.
const CHANGE: u64 = 1_330_001;

fuzz_target!(|page: &str| {
    let said = page.lines().map(|line| LogEntry {
        at: jiff::Timestamp::UNIX_EPOCH,
        nick: "deployer@deploy2002".to_owned(),
        message: line.to_owned(),
    });
    let logs = [
        entries_from_toolforge(page).unwrap_or_default(),
        entries_from_wikitech(page).unwrap_or_default(),
        said.collect(),
    ];
    for entries in logs {
        assert!(entries.is_sorted_by_key(|entry| entry.at));
        if let Some(deployment) = deployment_of(CHANGE, &entries) {
            assert!(deployment.began <= deployment.at);
            assert!(!deployment.together_with.contains(&CHANGE));
        }
    }
});
