// SPDX-License-Identifier: GPL-2.0-or-later
//! Calendar pages from outside: the project's own fixtures, and a folder of sample pages where there is one.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "this whole file is a test")]

#[path = "support/samples.rs"]
mod samples;

use backport_verify::schedule::{Nick, Patch, Schedule, Window, parse};
use samples::samples;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn calendar(path: &Path) -> Schedule {
    parse(&read(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Files of `folder` whose name ends so, in order of their names.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    files.sort();
    files
}

#[test]
fn own_pages_are_read_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/calendar");
    let pages = files(&folder, ".wikitext");
    assert_eq!(pages.len(), 5);
    for page in pages {
        let expected: Value = serde_json::from_str(&read(&page.with_extension("json"))).unwrap();
        let actual = serde_json::to_value(calendar(&page)).unwrap();
        assert_eq!(actual, expected, "{}: {}", page.display(), serde_json::to_string_pretty(&actual).unwrap());
    }
}

#[test]
fn a_page_cut_anywhere_is_still_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/calendar");
    for page in files(&folder, ".wikitext") {
        let text = read(&page);
        for (at, _) in text.char_indices().step_by(5) {
            let (head, tail) = text.split_at(at);
            let both = format!("{tail}{head}");
            for piece in [head, tail, both.as_str()] {
                let lines = u32::try_from(piece.lines().count()).unwrap();
                for window in parse(piece).map(|schedule| schedule.windows).unwrap_or_default() {
                    assert!(window.patches.iter().all(|patch| (1..=lines).contains(&patch.source_line)), "{piece}");
                }
            }
        }
    }
}

#[test]
fn a_nick_finds_its_patches_in_order_of_time() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/calendar");
    let mine = calendar(&folder.join("cards.wikitext")).of(&Nick::new("SUBMITTER").unwrap());
    let found: Vec<(String, Vec<u64>)> =
        mine.iter().map(|w| (w.start.to_string(), w.patches.iter().map(|p| p.gerrit).collect())).collect();
    assert_eq!(
        found,
        [("2026-08-24T13:00:00Z".to_owned(), vec![1_330_001]), ("2026-08-24T20:00:00Z".to_owned(), vec![1_330_003])]
    );
}

#[test]
fn generated_weeks_have_every_window_and_no_patch() {
    let Some(folder) = samples("calendar/generated") else { return };
    for (name, windows, backports) in GENERATED {
        let schedule = calendar(&folder.join(name));
        assert_eq!(schedule.windows.len(), windows, "{name}");
        let counted = schedule.windows.iter().filter(|window| window.is_backport).count();
        assert_eq!(counted, backports, "{name}: backport windows");
        for window in &schedule.windows {
            assert!(window.patches.is_empty() && window.unread.is_empty(), "{name}: {window:?}");
            assert!(window.end > window.start && !window.name.is_empty(), "{name}: {window:?}");
        }
    }
    assert_eq!(files(&folder, "").len(), GENERATED.len());
}

/// Cards and backport windows of each file, counted by grep.
const GENERATED: [(&str, usize, usize); 4] = [
    ("week-2026-03-02.utc-7.wikitext", 44, 12),
    ("week-2026-03-09.utc-0.dst-start.wikitext", 44, 12),
    ("week-2026-08-17.old-invoke-format.wikitext", 44, 12),
    ("week-2026-08-17.utc-0+utc-7.wikitext", 47, 12),
];

#[test]
fn the_older_format_says_what_the_newer_one_says() {
    let Some(folder) = samples("calendar/generated") else { return };
    let old = calendar(&folder.join("week-2026-08-17.old-invoke-format.wikitext")).windows;
    let new = calendar(&folder.join("week-2026-08-17.utc-0+utc-7.wikitext")).windows;
    let missing: Vec<&Window> =
        old.iter().filter(|window| !window.name.to_lowercase().contains("train") && !new.contains(window)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn rebuilt_weeks_match_their_truth() {
    let Some(folder) = samples("calendar/reconstructed") else { return };
    let mut compared = 0;
    for truth in files(&folder, ".meta.json") {
        let name = truth.file_name().unwrap().to_string_lossy().replace(".meta.json", ".wikitext");
        let schedule = calendar(&folder.join(&name));
        let truth: Vec<Value> = serde_json::from_str(&read(&truth)).unwrap();
        let mut patches: Vec<(&Window, &Patch)> = schedule
            .windows
            .iter()
            .flat_map(|window| window.patches.iter().map(move |patch| (window, patch)))
            .collect();
        for expected in &truth {
            let gerrit = expected["gerrit"].as_u64().unwrap();
            let at = patches
                .iter()
                .position(|(_, patch)| patch.gerrit == gerrit)
                .unwrap_or_else(|| panic!("{name}: {gerrit} is missing"));
            let (window, patch) = patches.remove(at);
            same_patch(&name, window, patch, expected);
            compared += 1;
        }
        assert!(patches.is_empty(), "{name}: {patches:?}");
        assert!(schedule.windows.iter().all(|window| window.unread.is_empty()), "{name}");
    }
    assert_eq!(compared, TRUE_PATCHES);
}

/// Patches in all the truth files, counted by another program.
const TRUE_PATCHES: usize = 184;

fn same_patch(name: &str, window: &Window, patch: &Patch, expected: &Value) {
    let text = |key: &str| expected[key].as_str().unwrap_or_default().to_owned();
    let start: jiff::Timestamp = text("window_start_utc").parse().unwrap();
    let at = format!("{name}: {}", patch.gerrit);
    assert_eq!(window.start, start, "{at}");
    assert_eq!(patch.title, text("title"), "{at}");
    assert_eq!(patch.struck, text("variant") == "struck", "{at}");
    assert_eq!(patch.nicks.first(), Nick::new(&text("nick")).as_ref(), "{at}");
    let shared = expected["shared"].as_bool().unwrap_or_default();
    let kind = String::from(patch.kind.clone());
    if !(text("variant") == "bare-url" && kind.is_empty()) {
        assert_eq!(kind, text("type"), "{at}");
    }
    if text("variant") == "deploy" {
        assert_eq!(patch.status, text("status"), "{at}");
    }
    assert!(if shared { patch.nicks.len() <= 2 } else { patch.nicks.len() == 1 }, "{at}: {:?}", patch.nicks);
    assert!(!patch.placeholder, "{at}");
}

#[test]
fn crafted_edges_are_read_as_expected() {
    let Some(folder) = samples("calendar/edge") else { return };
    let schedule = calendar(&folder.join("edge-cases.wikitext"));
    let expected: Value = serde_json::from_str(&read(&folder.join("edge-cases.expected.json"))).unwrap();
    let all: Vec<(&Window, &Patch)> =
        schedule.windows.iter().flat_map(|window| window.patches.iter().map(move |patch| (window, patch))).collect();
    let of = |number: &Value| all.iter().find(|(_, patch)| Some(patch.gerrit) == number.as_u64());
    for patch in expected["patches"].as_array().unwrap() {
        let (window, found) = of(&patch["gerrit"]).unwrap_or_else(|| panic!("{patch} is missing"));
        let actual = serde_json::to_value(found).unwrap();
        for key in ["nicks", "type", "title", "status"] {
            assert!(patch[key].is_null() || patch[key] == actual[key], "{patch}: {actual}");
        }
        assert_eq!(patch["window_utc"], json!(window.start), "{patch}");
        assert!(!found.struck, "{patch}");
    }
    for number in expected["must_not_be_scheduled"].as_array().unwrap() {
        assert!(of(number).is_none(), "{number}");
    }
    for number in expected["struck"].as_array().unwrap() {
        assert!(of(number).is_some_and(|(_, patch)| patch.struck), "{number}");
    }
    for number in expected["no_submitter"].as_array().unwrap() {
        assert!(of(number).is_some_and(|(_, patch)| patch.nicks.is_empty() && !patch.placeholder), "{number}");
    }
}
