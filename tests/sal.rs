// SPDX-License-Identifier: GPL-2.0-or-later
//! The Server Admin Log from outside: the project's own pages in both forms, and a folder of sample logs where there
//! is one.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "this whole file is a test")]

#[path = "support/samples.rs"]
mod samples;

use backport_verify::deployed::{
    Deployment, LogEntry, Phase, deployment_of, entries_from_toolforge, entries_from_wikitech,
};
use samples::samples;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sal").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn both_places_tell_the_same_log() {
    let html = entries_from_toolforge(&fixture("production.html")).unwrap();
    let wikitext = entries_from_wikitech(&fixture("Server_Admin_Log.wikitext")).unwrap();
    // What the wiki has cut off in the middle of a number.
    let cut = |entry: &LogEntry| entry.message.ends_with("[[gerrit:1330");
    assert_eq!(html.iter().filter(|entry| cut(entry)).count(), 1);
    assert_eq!(html, wikitext);
    assert_eq!(html.len(), 10);
    let last = LogEntry {
        at: "2026-08-24T13:31:00Z".parse().unwrap(),
        nick: "reviewer".into(),
        message: "UTC afternoon deploys done".into(),
    };
    assert_eq!(html.last(), Some(&last));
}

#[test]
fn the_pages_add_up_to_deployments() {
    let entries = entries_from_toolforge(&fixture("production.html")).unwrap();
    let told = |gerrit| {
        let Deployment { phase, at, began, deployer, together_with } = deployment_of(gerrit, &entries)?;
        Some((phase, format!("{began} {at} {deployer}"), together_with))
    };
    let afternoon = |rest: &str| format!("2026-08-24T13:{rest} deployer");
    let first = afternoon("10:00Z 2026-08-24T13:21:00Z");
    let second = afternoon("22:00Z 2026-08-24T13:29:00Z");
    assert_eq!(told(1_330_001), Some((Phase::Deployed, first.clone(), vec![1_330_003])));
    assert_eq!(told(1_330_003), Some((Phase::Deployed, first, vec![1_330_001])));
    assert_eq!(told(1_330_002), Some((Phase::RolledBack, second, vec![])));
    let evening = "2026-08-23T23:57:00Z 2026-08-23T23:57:00Z reviewer".to_owned();
    assert_eq!(told(1_330_004), Some((Phase::Merged, evening, vec![])));
    assert_eq!((told(5), told(1330), told(133_000)), (None, None, None));
}

/// The phase that the entries of one change add up to, told by their words alone: in these logs each change has its
/// own run of one deployer, whose entries stand in a row.
fn last_words(message: &str) -> Phase {
    let words = [
        ("Rolling back deployment", Phase::RolledBack),
        ("Finished scap", Phase::Deployed),
        ("Continuing with", Phase::Deploying),
        ("synced to the testservers", Phase::OnTestServers),
        ("Started scap", Phase::Merged),
    ];
    let found = words.into_iter().find(|(words, _)| message.contains(words));
    found.unwrap_or_else(|| panic!("not expected in the sample: {message}")).1
}

#[test]
fn sample_logs_add_up_to_the_phase_of_their_last_entry() {
    let Some(folder) = samples("sal") else { return };
    let mut phases: BTreeMap<String, usize> = BTreeMap::new();
    for name in ["constructed-2026-08-10.json", "constructed-2026-08-17.json"] {
        let records: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap();
        let text = |record: &Value, key: &str| record[key].as_str().unwrap().to_owned();
        let told: Vec<LogEntry> = records
            .iter()
            .map(|record| LogEntry {
                at: text(record, "@timestamp").parse().unwrap(),
                nick: text(record, "nick"),
                message: text(record, "message"),
            })
            .collect();
        let mut expected: BTreeMap<u64, Phase> = BTreeMap::new();
        let mut current = Vec::new();
        for entry in &told {
            if let Some(list) = entry.message.strip_prefix("Started scap sync-world: Backport for ") {
                let numbers = list.split("]], ").map(|link| {
                    let digits = link.trim_start_matches("[[gerrit:").split('|').next().unwrap();
                    digits.parse().unwrap_or_else(|_| panic!("{list}"))
                });
                current = numbers.collect();
            }
            for change in &current {
                expected.insert(*change, last_words(&entry.message));
            }
        }
        assert!(expected.len() > 5, "{name} names only {} changes", expected.len());
        for (change, phase) in expected {
            let deployment = deployment_of(change, &told).unwrap_or_else(|| panic!("{name} lacks {change}"));
            assert_eq!(deployment.phase, phase, "{name}: {change}");
            *phases.entry(format!("{phase:?}")).or_default() += 1;
        }
    }
    assert!(phases.len() > 1, "{phases:?}");
}
