// SPDX-License-Identifier: GPL-2.0-or-later
//! Suites in httpbb's form in a browser, Wikimedia's own for its application servers among them where they are at hand:
//! right answers pass, one wrong answer fails its test alone, and what no browser can send is inconclusive by its name.

use crate::answers::wrong;
use crate::bed::{GERRIT, NICK};
use crate::driver::asking::asking;
use crate::server::Server;
use crate::stage::{Failure, Played, Stage, expect, in_both_browsers};
use crate::submitter::{Step, newest};
use crate::suites_at_hand::{File, all};
use backport_verify::app::{Command, Run, State};
use backport_verify::exchange::TransportError;
use backport_verify::verify::{Reason, Verdict};
use std::sync::Arc;

in_both_browsers!(suites_pass_and_fail_as_they_are_answered);

/// The files that are run so.
const FILES: [&str; 5] = [
    "redirects.yaml",
    "wikis.yaml",
    "appserver/test_foundation.yaml",
    "appserver/test_main.yaml",
    "appserver/test_wikimania_wikimedia.yaml",
];

/// The field that these suites send and no browser lets an extension send.
const WITHHELD: &str = "Accept-Encoding";

async fn suites_pass_and_fail_as_they_are_answered(stage: &Stage) -> Played {
    stage.set_nick(NICK).await?;
    for file in all().iter().filter(|file| FILES.contains(&file.name.as_str())) {
        let told =
            |source| Failure::Scene { name: Box::leak(file.name.clone().into_boxed_str()), source: Box::new(source) };
        passes_and_fails(stage, file).await.map_err(told)?;
    }
    Ok(())
}

async fn passes_and_fails(stage: &Stage, file: &File) -> Played {
    save(stage, file).await?;
    let sendable: Vec<bool> = file.tests.iter().map(|test| test.headers.get(WITHHELD).is_none()).collect();
    let right: Vec<_> = sendable.iter().map(|sent| if *sent { Verdict::Pass } else { Verdict::Inconclusive }).collect();
    let run = verified(stage, Server::new(&file.tests)).await?;
    expect("what right answers come to", &right, &verdicts(&run))?;
    for place in (0..sendable.len()).filter(|place| !sendable[*place]) {
        let error = TransportError::FieldNotSendable { name: WITHHELD.to_owned() };
        let reason = run.journal.deciding(place).and_then(|outcome| outcome.reason.clone());
        expect("why it was not sent", &Some(Reason::Transport { error }), &reason)?;
    }
    let last = sendable.iter().rposition(|sent| *sent).unwrap_or_default();
    for at in [0, last] {
        let mut server = Server::new(&file.tests);
        server.tells(wrong(&file.tests[at]).pop().map(|wrong| (at, true, wrong.told)));
        let mut expected = right.clone();
        expected[at] = Verdict::Fail;
        let run = verified(stage, server).await?;
        expect("what one wrong answer comes to", &expected, &verdicts(&run))?;
        expect("the verdict", &Some(Verdict::Fail), &run.journal.verdict())?;
    }
    Ok(())
}

fn verdicts(run: &Run) -> Vec<Verdict> {
    crate::runs::verdicts(&run.journal)
}

/// Tells the background what a page of the extension would.
async fn tell(stage: &Stage, command: &Command) -> Played {
    let asking = asking(&serde_json::to_string(command)?);
    let reply = stage.browser.script(&format!("return {asking}")).await?;
    expect("the background's reply", &serde_json::json!({ "reply": "\"done\"" }), &reply)
}

async fn save(stage: &Stage, file: &File) -> Played {
    stage.browser.popup().await?;
    let began = stage.state().await?.suite_of(GERRIT).map(|suite| suite.tests.clone()).unwrap_or_default();
    tell(stage, &Command::SaveTests { gerrit: GERRIT, owner: None, began, tests: file.tests.clone() }).await?;
    let kept = |state: &State| state.suite_of(GERRIT).filter(|suite| suite.tests == file.tests).map(drop);
    stage.state_with("the saved suite", kept).await
}

async fn verified(stage: &Stage, server: Server) -> Result<Run, Failure> {
    let server = Arc::new(server);
    stage.bed.tells(move |seen, answer| server.put(seen, answer));
    let id = |state: &State| newest(state, Step::Mwdebug).map(|run| run.journal.plan.id.clone());
    let before = id(&stage.state().await?);
    tell(stage, &Command::VerifyOnMwdebug { gerrit: GERRIT }).await?;
    let new = stage.state_with("a new run", |state| id(state).filter(|id| before.as_ref() != Some(id))).await?;
    stage.ended(&new).await
}
