// SPDX-License-Identifier: GPL-2.0-or-later
//! The background is killed at named moments of a run and of its report, the extension is reloaded and the browser
//! crashes: whatever falls, the channel has exactly one line, and it is true.

use crate::bed::{ChannelLine, Kind, Lie, SLACK_WEBHOOK, WEBHOOK};
use crate::driver::Which;
use crate::driver::killing::{Held, When};
use crate::stage::{Company, Failure, Played, Stage, expect, in_both_browsers};
use crate::submitter::{Step, newest, patch};
use backport_verify::app::{Delivery, State};
use backport_verify::verify::{Ending, Verdict};
use std::time::{Duration, Instant};

in_both_browsers!(
    a_background_killed_at_any_of_these_moments_leaves_one_true_line,
    an_extension_reloaded_in_mid_run_leaves_one_true_line,
    a_run_ends_with_the_click_on_cancel_though_no_server_answers,
);

/// What has happened when the kill falls, and how the background is brought there.
const MOMENTS: [(&str, Moment); 14] = [
    ("clicked, the journal not yet stored", Moment::Run(Stop::Store(set("journal", 0, When::Before)))),
    ("the journal stored, nothing sent", Moment::Run(Stop::Store(set("journal", 0, When::After)))),
    ("the first requests under way", Moment::Run(Stop::Asked(&[Lie::HoldDebug, Lie::HoldProduction], 0))),
    ("production's answer is in, the test servers' pending", Moment::Run(Stop::Asked(&[Lie::HoldDebug], 1))),
    ("the test servers' answer is in, the baseline pending", Moment::Run(Stop::Asked(&[Lie::HoldProduction], 1))),
    ("an outcome is there, not yet stored", Moment::Run(Stop::Store(set("journal", 1, When::Before)))),
    ("all outcomes stored, the run not ended", Moment::Run(Stop::Store(set("runs", 0, When::Before)))),
    ("ended and stored, the journal still there", Moment::Run(Stop::Store(REMOVE_JOURNAL))),
    ("ended, the report not asked for", Moment::Ended),
    ("send clicked, that not yet stored", Moment::Report(Stop::Store(set("outbox", 0, When::Before)))),
    ("send clicked and stored, the post not out", Moment::Report(Stop::Store(set("outbox", 1, When::After)))),
    ("the post under way, not said", Moment::Report(Stop::Asked(&[Lie::HoldWebhook], 0))),
    ("the post said, not answered", Moment::Report(Stop::Asked(&[Lie::HoldWebhookAnswer], 0))),
    ("the post answered, that not yet stored", Moment::Report(Stop::Store(set("outbox", 2, When::Before)))),
];

const REMOVE_JOURNAL: Held = Held { method: "remove", key: "journal", skip: 0, when: When::Before };

const fn set(key: &'static str, skip: u32, when: When) -> Held {
    Held { method: "set", key, skip, when }
}

/// Whether the webhook says what comes twice under one id only once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ids {
    /// It does: the extension sends again what may have been said, and asks nobody.
    Known,
    /// It does not: the user is asked to look.
    Unknown,
}

#[derive(Debug, Clone, Copy)]
enum Moment {
    /// After the click on "Verify".
    Run(Stop),
    /// The run has ended, nothing else.
    Ended,
    /// After the click on "Send".
    Report(Stop),
}

#[derive(Debug, Clone, Copy)]
enum Stop {
    /// The store does not come back.
    Store(Held),
    /// These are held, and so many outcomes are there.
    Asked(&'static [Lie], usize),
}

async fn a_background_killed_at_any_of_these_moments_leaves_one_true_line(stage: &Stage) -> Played {
    prepare(stage).await?;
    for (name, moment) in MOMENTS {
        let played = killed_at(stage, moment, Ids::Unknown).await;
        played.map_err(|source| Failure::Scene { name, source: Box::new(source) })?;
    }
    // Only to a post it makes a difference who takes it.
    stage.save_this_webhook(WEBHOOK).await?;
    for (name, moment) in MOMENTS.into_iter().filter(|(_, moment)| matches!(moment, Moment::Report(_))) {
        let played = killed_at(stage, moment, Ids::Known).await;
        played.map_err(|source| Failure::Scene { name, source: Box::new(source) })?;
    }
    Ok(())
}

/// The webhook knows no ids, so that a line can be doubled.
async fn prepare(stage: &Stage) -> Played {
    stage.prepare().await?;
    stage.save_this_webhook(SLACK_WEBHOOK).await?;
    stage.bed.merge().await?;
    Ok(stage.bed.sync_testservers().await?)
}

async fn killed_at(stage: &Stage, moment: Moment, ids: Ids) -> Played {
    stage.browser.popup().await?;
    let before = id(&stage.state().await?);
    let heard = stage.bed.channel().len();
    match moment {
        Moment::Run(stop) => {
            hold(stage, stop).await?;
            stage.browser.click_in(&patch(), "verify-mwdebug").await?;
            reached(stage, stop, before.as_deref(), || asked(stage)).await?;
        }
        Moment::Ended => drop(stage.verify(Step::Mwdebug, "pass").await?),
        Moment::Report(stop) => {
            stage.verify(Step::Mwdebug, "pass").await?;
            hold(stage, stop).await?;
            stage.browser.click_in(&Step::Mwdebug.place(), "send-report").await?;
            let is_said = matches!(stop, Stop::Asked(lies, _) if lies.contains(&Lie::HoldWebhookAnswer));
            let lines = heard + usize::from(is_said);
            reached(stage, stop, before.as_deref(), || posted(stage) && stage.bed.channel().len() >= lines).await?;
        }
    }
    stage.browser.kill_background().await?;
    stage.bed.be_honest();
    goes_on(stage, before.as_deref(), heard, ids).await
}

fn id(state: &State) -> Option<String> {
    newest(state, Step::Mwdebug).map(|run| run.journal.plan.id.clone())
}

async fn hold(stage: &Stage, stop: Stop) -> Played {
    stage.bed.forget_seen();
    match stop {
        Stop::Store(held) => stage.browser.hold(held).await?,
        Stop::Asked(lies, _) => lies.iter().for_each(|lie| stage.bed.lie(*lie)),
    }
    Ok(())
}

fn asked(stage: &Stage) -> bool {
    stage.asked().len() >= 2
}

fn posted(stage: &Stage) -> bool {
    stage.bed.seen().iter().any(|seen| seen.method == "POST" && WEBHOOK.contains(&seen.host))
}

/// Waits until the background is where it is to be killed.
async fn reached(stage: &Stage, stop: Stop, before: Option<&str>, is_sent: impl Fn() -> bool) -> Played {
    let Stop::Asked(_, outcomes) = stop else { return Ok(stage.browser.held().await?) };
    stage
        .state_with("the moment of the kill", |state| {
            let run = newest(state, Step::Mwdebug)?;
            let is_there = run.journal.outcomes.len() >= outcomes && Some(run.journal.plan.id.as_str()) != before;
            (is_there && is_sent()).then_some(())
        })
        .await
}

/// The user opens the popup and does what it offers; in the end the channel has one line more than before, and it is
/// true.
async fn goes_on(stage: &Stage, before: Option<&str>, heard: usize, ids: Ids) -> Played {
    stage.browser.popup().await?;
    stage.browser.wake_background().await?;
    let run = match id(&stage.state().await?).filter(|id| Some(id.as_str()) != before) {
        Some(run) => run,
        // It was never said that one began.
        None => stage.begin(Step::Mwdebug).await?,
    };
    let ended = stage.shown(Step::Mwdebug, &run, "pass").await?;
    expect("the verdict", &Some(Verdict::Pass), &ended.journal.verdict())?;
    expect("the ending", &Some(Ending::Finished), &ended.journal.ended.map(|(_, ending)| ending))?;
    expect("runs of the patch on mwdebug", &1, &stage.state().await?.runs.len())?;
    let new = || stage.bed.channel().split_off(heard);
    // What can be sent again without a doubt goes on by itself.
    let settled =
        |delivery: &Delivery| !matches!(delivery, Delivery::Sending | Delivery::Waiting { .. } | Delivery::Queued);
    let delivery = stage
        .state_with("the report", |state| Some(newest(state, Step::Mwdebug)?.report.clone()?.delivery).filter(settled));
    match delivery.await? {
        Delivery::Delivered { .. } => {}
        Delivery::Unclear { detail } => {
            expect("whether the webhook knows ids", &Ids::Unknown, &ids)?;
            expect("whether it says to look", &true, &detail.to_lowercase().contains("look into the channel"))?;
            if new().is_empty() {
                stage.send(Step::Mwdebug).await?;
            }
        }
        _ => stage.send(Step::Mwdebug).await?,
    }
    let line = ended.report.map(|report| report.line).unwrap_or_default();
    expect("whether the line tells the verdict", &true, &line.contains("PASS on mwdebug"))?;
    let said: Vec<String> = new().into_iter().map(|ChannelLine { text, .. }| text).collect();
    expect("the lines heard", &vec![line], &said)
}

async fn an_extension_reloaded_in_mid_run_leaves_one_true_line(stage: &Stage) -> Played {
    prepare(stage).await?;
    for (name, stop) in [
        ("nothing has come", Stop::Asked(&[Lie::Hang], 0)),
        ("production has answered", Stop::Asked(&[Lie::HoldDebug], 1)),
    ] {
        let played = async {
            let (before, heard) = (id(&stage.state().await?), stage.bed.channel().len());
            hold(stage, stop).await?;
            stage.browser.click_in(&patch(), "verify-mwdebug").await?;
            reached(stage, stop, before.as_deref(), || asked(stage)).await?;
            stage.browser.reload_extension().await?;
            stage.bed.be_honest();
            goes_on(stage, before.as_deref(), heard, Ids::Unknown).await
        };
        played.await.map_err(|source| Failure::Scene { name, source: Box::new(source) })?;
    }
    Ok(())
}

async fn a_run_ends_with_the_click_on_cancel_though_no_server_answers(stage: &Stage) -> Played {
    prepare(stage).await?;
    stage.bed.lie(Lie::Hang);
    let run = stage.begin(Step::Mwdebug).await?;
    stage.asked_at_least(2).await?;
    let clicked = Instant::now();
    stage.browser.click_in(&patch(), "cancel").await?;
    let cancelled = stage.shown(Step::Mwdebug, &run, "cancelled").await?;
    expect("the ending", &Some(Ending::Cancelled), &cancelled.journal.ended.map(|(_, ending)| ending))?;
    let took = clicked.elapsed();
    // A request would be given up after twenty.
    expect("whether it ended at once", &true, &(took < Duration::from_secs(5)))?;
    let asked = stage.asked().len();
    stage.browser.kill_background().await?;
    stage.bed.be_honest();
    stage.browser.popup().await?;
    stage.browser.wake_background().await?;
    let kept = stage.ended(&run).await?;
    expect("what is kept of it", &cancelled, &kept)?;
    expect("requests after the click", &0, &(stage.asked().len() - asked))
}

#[tokio::test]
async fn a_browser_that_crashes_in_mid_run_leaves_one_true_line() {
    crashed(Stage::set(Which::Chromium, Kind::Embedded, Company::Alone, false).await.unwrap()).await.unwrap();
}

async fn crashed(mut stage: Stage) -> Played {
    prepare(&stage).await?;
    let heard = stage.bed.channel().len();
    let stop = Stop::Asked(&[Lie::HoldDebug], 1);
    hold(&stage, stop).await?;
    stage.browser.click_in(&patch(), "verify-mwdebug").await?;
    reached(&stage, stop, None, || asked(&stage)).await?;
    stage = stage.crash().await?;
    stage.bed.be_honest();
    goes_on(&stage, None, heard, Ids::Unknown).await?;
    stage.strike().await
}
