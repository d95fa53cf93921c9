// SPDX-License-Identifier: GPL-2.0-or-later
//! One run, by the extension's background and by the command, in every form of a report.

use crate::answers::wrong;
use crate::fake::Browser;
use crate::server::Server;
use crate::stand::{Stand, run};
use crate::suites::{File, own};
use backport_verify::app::{App, Command, Reply, State};
use backport_verify::ports::Area;
use backport_verify::report::Form;
use regex_lite::Regex;
use serde_json::Value;
use std::sync::Arc;

const GERRIT: u64 = 1_330_001;

/// A run in each form.
struct Forms {
    html: String,
    json: Value,
    junit: String,
    tap: String,
}

/// One of its tests is answered wrong on the test servers.
fn server(file: &File) -> Server {
    let mut server = Server::new(&file.tests);
    let told = wrong(&file.tests[1]).remove(0).told;
    server.tells(Some((1, true, told)));
    server
}

async fn by_background(file: &File) -> Forms {
    let browser = Browser::new();
    let server = server(file);
    browser.answers(move |request| Some(server.answer(request)));
    let app = App::new(browser.clone());
    app.start().await;
    let save = Command::SaveTests { gerrit: GERRIT, owner: None, began: Vec::new(), tests: file.tests.clone() };
    assert_eq!(app.handle(save).await, Reply::Done);
    assert_eq!(app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await, Reply::Done);
    app.work().await;
    let state: State = serde_json::from_str(&browser.kept(Area::Session, State::KEY).unwrap()).unwrap();
    let journal = &state.run_of(GERRIT, false).unwrap().journal;
    let [html, json, junit, tap] = Form::ALL.map(|form| form.of_run(journal).unwrap());
    Forms { html, json: serde_json::from_str(&json).unwrap(), junit, tap }
}

async fn by_command(file: &File) -> Forms {
    let stand = Stand::new().await;
    let server = Arc::new(server(file));
    stand.bed.tells(move |seen, answer| server.put(seen, answer));
    let folder = tempfile::tempdir().unwrap();
    let [html, junit] = ["run.html", "run.xml"].map(|name| folder.path().join(name));
    let verify = || stand.command("verify").args(["--on", "mwdebug", "--suite"]).arg(&file.path).code(1);
    let all = verify().args(["--json", "--html"]).arg(&html).arg("--junit").arg(&junit);
    let json = run(all.stdout_has("\"format\": 1")).await.stdout;
    let tap = run(verify().arg("--tap").stdout_has("TAP version 14\n")).await.stdout;
    let [html, junit] = [html, junit].map(|path| std::fs::read_to_string(path).unwrap());
    Forms { html, json: serde_json::from_str(&json).unwrap(), junit, tap }
}

/// Takes away what is of the one run: its name and times, and what the command does not know of a change.
fn without_its_own(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for own in ["id", "asked", "ended", "elapsed_ms", "sent_ms", "change", "title", "line", "source"] {
                fields.remove(own);
            }
            fields.values_mut().for_each(without_its_own);
        }
        Value::Array(items) => items.iter_mut().for_each(without_its_own),
        _ => {}
    }
}

/// The same for what is text: each time is 0.
fn without_times(text: &str) -> String {
    let times = [r#"time="[0-9.]+""#, r#"timestamp="[^"]+""#, "duration_ms: [0-9]+", "[0-9,]+ ms"];
    times.iter().fold(text.to_owned(), |text, times| Regex::new(times).unwrap().replace_all(&text, "0").into_owned())
}

/// What the file says of tests and answers: its head is the change's, and its requests lie as they were sent.
fn tests_and_answers(html: &str) -> String {
    let part = |name: &str| format!("<section aria-labelledby=\"run-1-{name}\">");
    let (_, from_tests) = html.split_once(&part("tests")).unwrap();
    let (tests, from_requests) = from_tests.split_once(&part("requests")).unwrap();
    let (_, answers) = from_requests.split_once(&part("answers")).unwrap();
    without_times(&format!("{tests}{answers}"))
}

#[tokio::test]
async fn the_extension_and_the_command_tell_one_run_alike() {
    for file in own().iter().filter(|file| ["wikis.yaml", "redirects.yaml"].contains(&file.name.as_str())) {
        let (mut ours, mut theirs) = (by_background(file).await, by_command(file).await);
        assert_eq!(ours.json["change"], GERRIT);
        assert_eq!(ours.json["tests"][0]["source"], format!("change:{GERRIT}"));
        without_its_own(&mut ours.json);
        without_its_own(&mut theirs.json);
        assert_eq!(ours.json["verdict"], "fail");
        assert_eq!(format!("{:#}", ours.json), format!("{:#}", theirs.json), "{}", file.name);
        assert_eq!(without_times(&ours.tap), without_times(&theirs.tap), "{}", file.name);
        assert_eq!(without_times(&ours.junit), without_times(&theirs.junit), "{}", file.name);
        assert_eq!(tests_and_answers(&ours.html), tests_and_answers(&theirs.html), "{}", file.name);
    }
}
