// SPDX-License-Identifier: GPL-2.0-or-later
//! The same as its users run it: the command itself, from a suite's file to its exit code.

use crate::answers::{Told, wrong};
use crate::server::Server;
use crate::stand::{Stand, run};
use crate::suites::{File, all};
use serde_json::Value;
use std::sync::Arc;

/// The files that are run so.
const FILES: [&str; 7] = [
    "posts.yaml",
    "order.yaml",
    "reach.yaml",
    "wikis.yaml",
    "appserver/test_foundation.yaml",
    "appserver/test_main.yaml",
    "appserver/test_wikimania_wikimedia.yaml",
];

async fn verified(stand: &Stand, file: &File, wrong: Option<(usize, Told)>, code: i32) -> Vec<String> {
    let mut server = Server::new(&file.tests);
    server.tells(wrong.map(|(test, told)| (test, true, told)));
    let server = Arc::new(server);
    stand.bed.tells(move |seen, answer| server.put(seen, answer));
    let args = ["--on", "mwdebug", "--allow-changes", "--json", "--jobs", "1", "--suite"];
    let command = stand.command("verify").args(args).arg(&file.path).code(code).stdout_has("\"format\": 1");
    // This one names a host twice, which is said.
    let command = if file.name == "order.yaml" { command.stderr_has("kept all of them") } else { command };
    let json: Value = serde_json::from_str(&run(command).await.stdout).unwrap();
    let tests = json["tests"].as_array().unwrap();
    tests.iter().map(|test| test["verdict"].as_str().unwrap_or("none").to_owned()).collect()
}

#[tokio::test]
async fn the_command_passes_what_is_right_and_fails_what_is_not() {
    let stand = Stand::new().await;
    for file in all().iter().filter(|file| FILES.contains(&file.name.as_str())) {
        let right: Vec<_> =
            (0..file.tests.len()).map(|place| if file.is_asked(place) { "pass" } else { "inconclusive" }).collect();
        let whole = file.asked().len() == file.tests.len();
        assert_eq!(verified(&stand, file, None, if whole { 0 } else { 3 }).await, right, "{}", file.name);
        let last = *file.asked().last().unwrap();
        let told = wrong(&file.tests[last]).remove(0).told;
        let mut expected = right.clone();
        expected[last] = "fail";
        assert_eq!(verified(&stand, file, Some((last, told)), 1).await, expected, "{}", file.name);
    }
}
