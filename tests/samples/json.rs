// SPDX-License-Identifier: GPL-2.0-or-later
//! One run, by the extension's background and by the command, as JSON.

use crate::answers::wrong;
use crate::fake::Browser;
use crate::server::Server;
use crate::stand::{Stand, run};
use crate::suites::{File, own};
use backport_verify::app::{App, Command, Reply, State};
use backport_verify::ports::Area;
use backport_verify::report::to_json;
use serde_json::Value;
use std::sync::Arc;

const GERRIT: u64 = 1_330_001;

/// One of its tests is answered wrong on the test servers.
fn server(file: &File) -> Server {
    let mut server = Server::new(&file.tests);
    let told = wrong(&file.tests[1]).remove(0).told;
    server.tells(Some((1, true, told)));
    server
}

async fn by_background(file: &File) -> Value {
    let browser = Browser::new();
    let server = server(file);
    browser.answers(move |request| Some(server.answer(request)));
    let app = App::new(browser.clone());
    app.start().await;
    let save = Command::SaveTests { gerrit: GERRIT, owner: None, tests: file.tests.clone() };
    assert_eq!(app.handle(save).await, Reply::Done);
    assert_eq!(app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await, Reply::Done);
    app.work().await;
    let state: State = serde_json::from_str(&browser.kept(Area::Session, State::KEY).unwrap()).unwrap();
    to_json(&state.run_of(GERRIT, false).unwrap().journal)
}

async fn by_command(file: &File) -> Value {
    let stand = Stand::new().await;
    let server = Arc::new(server(file));
    stand.bed.tells(move |seen, answer| server.put(seen, answer));
    let command = stand.command("verify").args(["--on", "mwdebug", "--json", "--suite"]).arg(&file.path).code(1);
    serde_json::from_str(&run(command.stdout_has("\"format\": 1")).await.stdout).unwrap()
}

/// Takes away what is of the one run: its name and times, and what the command does not know of a change.
fn without_its_own(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for own in ["id", "asked", "ended", "elapsed_ms", "change", "title", "line", "source"] {
                fields.remove(own);
            }
            fields.values_mut().for_each(without_its_own);
        }
        Value::Array(items) => items.iter_mut().for_each(without_its_own),
        _ => {}
    }
}

#[tokio::test]
async fn the_extension_and_the_command_tell_one_run_alike() {
    for file in own().iter().filter(|file| ["wikis.yaml", "redirects.yaml"].contains(&file.name.as_str())) {
        let (mut ours, mut theirs) = (by_background(file).await, by_command(file).await);
        assert_eq!(ours["change"], GERRIT);
        assert_eq!(ours["tests"][0]["source"], format!("change:{GERRIT}"));
        without_its_own(&mut ours);
        without_its_own(&mut theirs);
        assert_eq!(ours["verdict"], "fail");
        assert_eq!(format!("{ours:#}"), format!("{theirs:#}"), "{}", file.name);
    }
}
