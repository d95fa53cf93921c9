// SPDX-License-Identifier: GPL-2.0-or-later
//! The walls between the modules, read out of the sources: what may name what, and how long a file may be.
//!
//! Must not know what the modules do. `ARCHITECTURE.md` says why the walls stand where they stand.
#![allow(clippy::unwrap_used, reason = "a source that cannot be read must fail the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The modules in the order of the submitter's road: each may import only from those before it.
const ROAD: [&str; 15] = [
    "exchange",
    "change",
    "schedule",
    "deployed",
    "preflight",
    "reminder",
    "debug",
    "check",
    "suite",
    "verify",
    "report",
    "store",
    "ports",
    "app",
    "ui",
];
/// The two that fill the ports. They may import everything but each other; nothing but the entry points sees them.
const EDGES: [&str; 2] = ["browser", "native"];
/// What a module on the road must not name: I/O, clocks, threads, JavaScript.
const OUTSIDE: [&str; 16] = [
    "gloo",
    "js_sys",
    "reqwest",
    "serde_wasm_bindgen",
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "tokio",
    "wasm_bindgen",
    "wasm_bindgen_futures",
    "web_sys",
    "jiff::Timestamp::now",
];
/// The same, where the path to it is left out.
const OUTSIDE_WORDS: [&str; 4] = ["Instant", "SystemTime", "Timestamp::now", "Zoned::now"];
/// Lines that a file may have, its test module apart.
const LINES: usize = 400;

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files under a folder of the project, with the path from the project.
fn files(folder: &str) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut folders = vec![project().join(folder)];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((path.strip_prefix(project()).unwrap().to_string_lossy().into_owned(), path));
            }
        }
    }
    found.sort();
    found
}

fn rust_files(folders: &[&str]) -> Vec<(String, String)> {
    let all = folders.iter().flat_map(|folder| files(folder));
    all.filter(|(name, _)| Path::new(name).extension().is_some_and(|end| end == "rs"))
        .map(|(name, path)| (name, fs::read_to_string(path).unwrap()))
        .collect()
}

/// The module of a file under `src/`; `None` for the entry points.
fn module(name: &str) -> Option<&str> {
    let inside = name.strip_prefix("src/")?;
    let first = inside.split('/').next()?.trim_end_matches(".rs");
    (first != "lib" && first != "main").then_some(first)
}

/// The part of a source before its test module.
fn without_tests(source: &str) -> &str {
    let end = ["\n#[cfg(test)]\nmod ", "\n#[cfg(all(test"].iter().filter_map(|mark| source.find(mark)).min();
    end.map_or(source, |end| source.get(..end).unwrap())
}

/// The code of a source: no test module, comments or text, and each grouped import written out as one path a line.
fn code(source: &str) -> String {
    let text = without_tests(source).lines().map(bare).collect::<Vec<_>>().join("\n");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find("use ") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let line = out.rsplit('\n').next().unwrap().trim();
        let (import, after) = if line.is_empty() || (line.starts_with("pub") && !line.contains(' ')) {
            from.split_once(';').unwrap_or((from, ""))
        } else {
            from.split_at("use ".len())
        };
        write_out("", import.trim_start_matches("use "), &mut out);
        rest = after;
    }
    out + rest
}

/// A line without its comment and without what stands between quotes.
fn bare(line: &str) -> String {
    let mut pieces = line.replace("'\"'", "").replace("\\\"", "");
    if pieces.matches('"').count().is_multiple_of(2) {
        pieces = pieces.split('"').step_by(2).collect::<Vec<_>>().join("\"\"");
    }
    pieces.split_once("//").map_or(pieces.as_str(), |(code, _)| code).to_owned()
}

/// Writes `tree`, an import such as `a::{b, c::{d, e}}`, as `a::b`, `a::c::d` and `a::c::e`.
fn write_out(prefix: &str, tree: &str, out: &mut String) {
    let Some((head, group)) = tree.split_once('{') else {
        out.extend([prefix, tree.trim(), "\n"]);
        return;
    };
    let group = group.rsplit_once('}').map_or(group, |(inner, _)| inner);
    let (mut depth, mut start) = (0_i32, 0);
    for (at, letter) in group.char_indices().chain([(group.len(), ',')]) {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let item = group.get(start..at).unwrap().trim();
                if !item.is_empty() {
                    write_out(&format!("{prefix}{}", head.trim()), item, out);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// Whether `code` names `path`, as a whole word.
fn names(code: &str, path: &str) -> bool {
    let word = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    code.match_indices(path).any(|(at, _)| {
        !word(code.get(..at).unwrap().chars().next_back()) && !word(code.get(at + path.len()..).unwrap().chars().next())
    })
}

/// What a file of module `own` names although a wall stands between.
fn climbed(own: &str, source: &str) -> Vec<String> {
    let code = code(source);
    let mut found = BTreeSet::new();
    if let Some(place) = ROAD.iter().position(|module| *module == own) {
        let outside = OUTSIDE.iter().chain(&OUTSIDE_WORDS).filter(|path| names(&code, path));
        found.extend(outside.map(|path| format!("names {path}, which is outside")));
        let later = ROAD.iter().skip(place + 1).filter(|module| names(&code, &format!("crate::{module}")));
        found.extend(later.map(|module| format!("imports crate::{module}, which comes after it")));
        if own == "ui" && names(&code, "crate::ports") {
            found.insert("imports crate::ports, which only the app may see".to_owned());
        }
    } else if !EDGES.contains(&own) {
        found.insert(format!("is in the module {own}, which has no place on the road; give it one in tests/walls.rs"));
    }
    let edges = EDGES.iter().filter(|edge| **edge != own && names(&code, &format!("crate::{edge}")));
    found.extend(edges.map(|edge| format!("imports crate::{edge}, which only the entry points may see")));
    found.into_iter().collect()
}

fn report(broken: &[String]) {
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn no_module_climbs_over_a_wall() {
    let sources = rust_files(&["src"]);
    assert!(sources.len() > 20, "found only {} sources", sources.len());
    let broken = sources.iter().filter_map(|(name, source)| Some((name, module(name)?, source)));
    let broken = broken.flat_map(|(name, own, source)| climbed(own, source).into_iter().map(move |what| (name, what)));
    report(&broken.map(|(name, what)| format!("{name} {what}")).collect::<Vec<_>>());
}

#[test]
fn every_module_of_the_road_is_there() {
    let lib = fs::read_to_string(project().join("src/lib.rs")).unwrap();
    let absent = ROAD.iter().chain(&EDGES).filter(|module| !lib.contains(&format!("pub mod {module};")));
    report(&absent.map(|module| format!("src/lib.rs has no module {module}")).collect::<Vec<_>>());
}

#[test]
fn a_climber_is_seen_however_it_is_written() {
    let cases = [
        ("schedule", "use crate::verify::Plan;", "imports crate::verify, which comes after it"),
        (
            "schedule",
            "use crate::{exchange::Headers, app::{State, Problem}};",
            "imports crate::app, which comes after it",
        ),
        ("report", "let x = crate::ui::Page::new();", "imports crate::ui, which comes after it"),
        ("ui", "use crate::ports::Clock;", "imports crate::ports, which only the app may see"),
        ("ui", "pub use crate::browser::now;", "imports crate::browser, which only the entry points may see"),
        ("native", "use crate::browser::now;", "imports crate::browser, which only the entry points may see"),
        ("check", "use std::{\n    fmt,\n    fs,\n};", "names std::fs, which is outside"),
        ("verify", "let now = Timestamp::now();", "names Timestamp::now, which is outside"),
        ("app", "web_sys::console::log_1(&text);", "names web_sys, which is outside"),
        ("misc", "", "is in the module misc, which has no place on the road; give it one in tests/walls.rs"),
    ];
    for (own, source, expected) in cases {
        assert_eq!(climbed(own, source), [expected], "{source}");
    }
}

#[test]
fn what_is_allowed_is_not_taken_for_a_climber() {
    let cases = [
        ("verify", "use crate::{debug::Backend, suite::Test};"),
        ("suite", "/// See [`crate::verify`] and std::fs.\nlet url = \"https://tokio.example\"; // web_sys"),
        ("check", "let instantiate = InstantReply;"),
        ("store", "fn f() {}\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}"),
        ("browser", "use crate::{app::App, ui::Page};\nuse web_sys::window;"),
        ("native", "use std::fs;"),
    ];
    for (own, source) in cases {
        assert_eq!(climbed(own, source), [""; 0], "{source}");
    }
}

#[test]
fn every_source_says_its_licence_and_what_it_is() {
    let sources = rust_files(&["src", "extension", "tests"]);
    let broken = sources.iter().filter(|(_, source)| {
        let mut lines = source.lines();
        lines.next() != Some("// SPDX-License-Identifier: GPL-2.0-or-later")
            || !lines.next().is_some_and(|line| line.starts_with("//! "))
    });
    report(&broken.map(|(name, _)| format!("{name} must begin with the SPDX line and a //! line")).collect::<Vec<_>>());
}

#[test]
fn no_source_is_longer_than_a_reader_can_hold() {
    let sources = rust_files(&["src", "extension"]);
    let lengths = sources.iter().map(|(name, source)| (name, without_tests(source).lines().count()));
    let broken = lengths.filter(|(_, lines)| *lines > LINES);
    report(
        &broken
            .map(|(name, lines)| format!("{name} has {lines} lines without tests, over {LINES}"))
            .collect::<Vec<_>>(),
    );
}

/// The project's own text files: what `.gitignore` names at the top is not looked into.
fn texts() -> Vec<(String, String)> {
    let ignored = fs::read_to_string(project().join(".gitignore")).unwrap();
    let ignored: BTreeSet<&str> = ignored.lines().filter_map(|line| line.strip_prefix('/')).chain([".git"]).collect();
    let top = fs::read_dir(project()).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut found = Vec::new();
    for name in top.filter(|name| !ignored.contains(name.trim_end_matches('/'))) {
        let path = project().join(&name);
        let inside = if path.is_dir() { files(&name) } else { vec![(name, path)] };
        found.extend(inside.into_iter().filter_map(|(name, path)| Some((name, fs::read_to_string(path).ok()?))));
    }
    found
}

#[test]
fn no_file_names_a_folder_of_one_machine() {
    let machine = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/Us", "ers/")];
    let texts = texts();
    assert!(texts.iter().any(|(name, _)| name == "Cargo.toml"));
    let starts = |before: &str| !before.ends_with(|c: char| c.is_alphanumeric() || "/.-_*}".contains(c));
    let broken = texts.iter().flat_map(|(name, text)| {
        let hits = machine.iter().flat_map(|path| text.match_indices(path));
        let hits = hits.filter(|(at, _)| starts(text.get(..*at).unwrap()));
        hits.map(move |(at, path)| format!("{name}:{} names {path}", text.get(..at).unwrap().lines().count()))
    });
    report(&broken.collect::<Vec<_>>());
}

#[test]
fn the_lock_files_name_no_mirror() {
    let cargo = fs::read_to_string(project().join("Cargo.lock")).unwrap();
    let sources = cargo.lines().filter(|line| line.starts_with("source = "));
    let foreign = sources.filter(|line| *line != "source = \"registry+https://github.com/rust-lang/crates.io-index\"");
    let npm = fs::read_to_string(project().join("package-lock.json")).unwrap();
    let resolved = npm.lines().filter(|line| line.contains("\"resolved\":"));
    report(&foreign.chain(resolved).map(str::to_owned).collect::<Vec<_>>());
}
