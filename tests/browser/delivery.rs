// SPDX-License-Identifier: GPL-2.0-or-later
//! What becomes of a line between its run and the channel.

use crate::bed::{ChannelLine, GERRIT, Kind, Lie, NICK, SLACK_WEBHOOK, WEBHOOK};
use crate::driver::Which;
use crate::driver::asking::asking;
use crate::driver::killing::{Held, When};
use crate::stage::{Company, Failure, Played, Stage, expect, in_both_browsers, scenes};
use crate::submitter::{Step, newest, patch};
use backport_verify::app::{Command, Delivery, Problem, Reply, Run, State};

in_both_browsers!(
    a_test_message_is_delivered_or_the_settings_say_what_to_do,
    without_the_preview_a_run_is_said_once_when_it_ends_by_itself,
    without_the_preview_a_background_killed_at_the_end_of_a_run_says_it_once,
    a_line_that_the_webhook_has_no_time_for_waits_and_is_said_once,
    a_line_that_waits_is_said_though_no_page_is_open,
    a_webhook_that_is_gone_is_switched_off_until_another_is_saved,
    the_exact_line_is_copied,
);

const TRIAL: &str = "Test message from Backport Verify: the webhook works.";
const PASTE: &str = "\u{e009}v";

/// The texts of the lines that the channel has heard since there were so many.
fn said_since(stage: &Stage, before: usize) -> Vec<String> {
    stage.bed.channel().split_off(before).into_iter().map(|ChannelLine { text, .. }| text).collect()
}

async fn synced(stage: &Stage) -> Played {
    stage.prepare().await?;
    stage.bed.merge().await?;
    Ok(stage.bed.sync_testservers().await?)
}

/// Where the popup shows the line, as far as it has got.
fn line_that_is(delivery: &str) -> String {
    format!("{} [data-report][data-delivery=\"{delivery}\"]", Step::Mwdebug.place())
}

fn line_of(run: &Run) -> String {
    run.report.as_ref().map(|report| report.line.clone()).unwrap_or_default()
}

async fn a_test_message_is_delivered_or_the_settings_say_what_to_do(stage: &Stage) -> Played {
    let browser = &stage.browser;
    stage.set_nick(NICK).await?;
    for webhook in [WEBHOOK, SLACK_WEBHOOK] {
        stage.bed.be_honest();
        let before = stage.bed.channel().len();
        stage.save_this_webhook(webhook).await?;
        browser.click("send-trial").await?;
        browser.wait_text("[data-trial=\"delivered\"]", "✓ Delivered").await?;
        expect("what the channel heard", &vec![TRIAL.to_owned()], &said_since(stage, before))?;

        for (status, next) in [
            (403, "(status 403). It does not accept this address any more; paste a new one in the settings."),
            (503, "(status 503). Try again in a minute; if that does not help, check its address in the settings."),
        ] {
            stage.bed.be_honest();
            stage.bed.lie(Lie::WebhookRefuses(status));
            browser.click("send-trial").await?;
            let told = browser.wait_text("[data-trial=\"failed\"]", &format!("(status {status})")).await?;
            expect("whether it says what to do", &(next, true), &(next, told.contains(next)))?;
        }
        expect("lines after the refusals", &1, &said_since(stage, before).len())?;
        let secret = webhook.rsplit('/').next().unwrap_or(webhook);
        expect("whether the page shows the secret", &false, &browser.page_text().await?.contains(secret))?;
    }
    Ok(())
}

/// Ticks or unticks the box of the preview, and saves.
async fn toggle_preview(stage: &Stage, at_once: bool) -> Played {
    stage.browser.workbench(GERRIT).await?;
    stage.browser.click_on("#preview").await?;
    stage.browser.click("save-settings").await?;
    stage.state_with("the preview", |state| (state.settings.reporting.at_once == at_once).then_some(())).await?;
    Ok(stage.browser.popup().await?)
}

async fn without_the_preview_a_run_is_said_once_when_it_ends_by_itself(stage: &Stage) -> Played {
    let browser = &stage.browser;
    synced(stage).await?;
    toggle_preview(stage, true).await?;
    let before = stage.bed.channel().len();
    let first = line_of(&stage.verify(Step::Mwdebug, "pass").await?);
    browser.wait_for(&line_that_is("delivered")).await?;
    expect("what the channel heard of it", &vec![first.clone()], &said_since(stage, before))?;

    stage.bed.lie(Lie::Hang);
    let asked = stage.asked().len();
    let run = stage.begin(Step::Mwdebug).await?;
    stage.asked_at_least(asked + 2).await?;
    browser.click("cancel").await?;
    stage.shown(Step::Mwdebug, &run, "cancelled").await?;
    stage.bed.be_honest();
    browser.kill_background().await?;
    browser.popup().await?;
    browser.wake_background().await?;
    browser.wait_for(&format!("{}[data-verdict=\"cancelled\"]", Step::Mwdebug.place())).await?;
    expect("lines offered for what was cancelled", &0, &browser.count("[data-report]").await?)?;

    // Lines are said in their order: what was to be said before this one has been.
    let last = line_of(&stage.verify(Step::Mwdebug, "pass").await?);
    browser.wait_for(&line_that_is("delivered")).await?;
    expect("all that the channel heard", &vec![first, last], &said_since(stage, before))?;

    toggle_preview(stage, false).await?;
    stage.verify(Step::Mwdebug, "pass").await?;
    stage.preview(Step::Mwdebug).await?;
    expect("lines with the preview", &2, &said_since(stage, before).len())
}

/// What is being stored when the background is killed, and who takes the line.
const AT_THE_END: [(&str, Held, &str); 8] = [
    ("the end not yet stored", set("runs", 0, When::Before), SLACK_WEBHOOK),
    ("the end stored", set("runs", 0, When::After), SLACK_WEBHOOK),
    ("the wish to send not yet stored", set("outbox", 0, When::Before), SLACK_WEBHOOK),
    ("the wish to send stored", set("outbox", 0, When::After), SLACK_WEBHOOK),
    ("the attempt not yet stored", set("outbox", 1, When::Before), SLACK_WEBHOOK),
    ("the end stored, to be said under an id", set("runs", 0, When::After), WEBHOOK),
    // Whether it was said is not known then: only who knows ids can be asked again.
    ("the attempt stored, the post not out", set("outbox", 1, When::After), WEBHOOK),
    ("the post answered, that not yet stored", set("outbox", 2, When::Before), WEBHOOK),
];

const fn set(key: &'static str, skip: u32, when: When) -> Held {
    Held { method: "set", key, skip, when }
}

async fn without_the_preview_a_background_killed_at_the_end_of_a_run_says_it_once(stage: &Stage) -> Played {
    synced(stage).await?;
    toggle_preview(stage, true).await?;
    for (name, held, webhook) in AT_THE_END {
        let played = killed_at_the_end(stage, held, webhook).await;
        played.map_err(|source| Failure::Scene { name, source: Box::new(source) })?;
    }
    Ok(())
}

async fn killed_at_the_end(stage: &Stage, held: Held, webhook: &str) -> Played {
    let browser = &stage.browser;
    stage.save_this_webhook(webhook).await?;
    browser.popup().await?;
    let before = stage.bed.channel().len();
    let known = newest(&stage.state().await?, Step::Mwdebug).map(|run| run.journal.plan.id.clone());
    browser.hold(held).await?;
    browser.click_in(&patch(), "verify-mwdebug").await?;
    browser.held().await?;
    browser.kill_background().await?;
    browser.popup().await?;
    browser.wake_background().await?;
    let delivered = |state: &State| {
        let run = newest(state, Step::Mwdebug).filter(|run| Some(&run.journal.plan.id) != known.as_ref())?;
        matches!(run.report.as_ref()?.delivery, Delivery::Delivered { .. }).then(|| line_of(run))
    };
    let line = stage.state_with("the delivery", delivered).await?;
    browser.wait_for(&line_that_is("delivered")).await?;
    expect("the lines heard", &vec![line], &said_since(stage, before))
}

/// Verifies and sends; the webhook has no time, and the popup says so.
async fn sent_in_vain(stage: &Stage) -> Result<String, Failure> {
    stage.bed.lie(Lie::WebhookRefuses(503));
    let line = line_of(&stage.verify(Step::Mwdebug, "pass").await?);
    stage.browser.click_in(&Step::Mwdebug.place(), "send-report").await?;
    says_when(stage).await?;
    Ok(line)
}

/// Waits until the popup says that the line waits, why, and when it is tried again.
async fn says_when(stage: &Stage) -> Played {
    stage.browser.wait_for(&line_that_is("waiting")).await?;
    let why = "Not said yet. The webhook has trouble itself (status 503). Attempt ";
    let told = stage.browser.wait_text(&Step::Mwdebug.place(), why).await?;
    let rest = told.split_once(why).map_or("", |(_, rest)| rest).lines().next().unwrap_or_default();
    let words: Vec<&str> = rest.trim_end_matches('.').split(' ').collect();
    let number = |word: &str| word.parse::<u32>().is_ok_and(|number| number > 0);
    let says = match words[..] {
        [attempt, "is", "now"] => number(attempt),
        [attempt, "is", "in", wait, "s"] => number(attempt) && number(wait),
        _ => false,
    };
    expect("whether it says when it is tried again", &(rest, true), &(rest, says))
}

/// The webhook has time again: the line is said without another click, and neither then nor later a second time.
async fn said_once(stage: &Stage, line: String, before: usize) -> Played {
    stage.browser.popup().await?;
    says_when(stage).await?;
    expect("lines while it waits", &0, &said_since(stage, before).len())?;
    stage.bed.be_honest();
    stage.browser.wait_for(&line_that_is("delivered")).await?;
    stage.browser.wait_text(&Step::Mwdebug.place(), "✓ Delivered").await?;
    stage.browser.kill_background().await?;
    stage.browser.popup().await?;
    stage.browser.wake_background().await?;
    stage.browser.wait_for(&line_that_is("delivered")).await?;
    expect("the lines heard", &vec![line], &said_since(stage, before))
}

async fn a_line_that_the_webhook_has_no_time_for_waits_and_is_said_once(stage: &Stage) -> Played {
    synced(stage).await?;
    scenes!(stage: a_background_killed_meanwhile_goes_on, it_can_be_taken_back, it_can_be_sent_now)
}

async fn a_background_killed_meanwhile_goes_on(stage: &Stage) -> Played {
    for webhook in [WEBHOOK, SLACK_WEBHOOK] {
        stage.save_this_webhook(webhook).await?;
        stage.browser.popup().await?;
        let before = stage.bed.channel().len();
        let line = sent_in_vain(stage).await?;
        stage.browser.kill_background().await?;
        said_once(stage, line, before).await?;
    }
    Ok(())
}

async fn a_line_that_waits_is_said_though_no_page_is_open(stage: &Stage) -> Played {
    synced(stage).await?;
    let before = stage.bed.channel().len();
    let line = sent_in_vain(stage).await?;
    stage.browser.open("about:blank").await?;
    stage.browser.kill_background().await?;
    stage.bed.be_honest();
    // The browser wakes the background after half a minute.
    for _ in 0..6 {
        if stage.bed.heard(&line).await.is_ok() {
            break;
        }
    }
    expect("the lines heard", &vec![line.clone()], &said_since(stage, before))?;
    stage.browser.popup().await?;
    stage.browser.wait_for(&line_that_is("delivered")).await?;
    expect("the lines heard in the end", &vec![line], &said_since(stage, before))
}

async fn it_can_be_taken_back(stage: &Stage) -> Played {
    let before = stage.bed.channel().len();
    sent_in_vain(stage).await?;
    stage.browser.click_in(&Step::Mwdebug.place(), "take-back-report").await?;
    stage.browser.wait_for(&line_that_is("preview")).await?;
    stage.bed.be_honest();
    stage.browser.kill_background().await?;
    stage.browser.popup().await?;
    stage.browser.wake_background().await?;
    stage.preview(Step::Mwdebug).await?;
    // Lines are said in their order: one that was still to be said would come before this one.
    let next = line_of(&stage.verify(Step::Mwdebug, "pass").await?);
    stage.send(Step::Mwdebug).await?;
    expect("the lines heard", &vec![next], &said_since(stage, before))
}

async fn it_can_be_sent_now(stage: &Stage) -> Played {
    let before = stage.bed.channel().len();
    let line = sent_in_vain(stage).await?;
    stage.bed.be_honest();
    stage.send(Step::Mwdebug).await?;
    expect("the lines heard", &vec![line], &said_since(stage, before))
}

#[tokio::test]
async fn a_browser_that_crashes_while_a_line_waits_says_it_once() {
    crashed(Stage::set(Which::Chromium, Kind::Embedded, Company::Alone, false).await.unwrap()).await.unwrap();
}

async fn crashed(mut stage: Stage) -> Played {
    synced(&stage).await?;
    let before = stage.bed.channel().len();
    let line = sent_in_vain(&stage).await?;
    stage = stage.crash().await?;
    said_once(&stage, line, before).await?;
    stage.strike().await
}

/// What the background answers to a wish that the pages do not offer.
async fn asked(stage: &Stage, command: &Command) -> Result<Option<Reply>, Failure> {
    let answer = stage.browser.script(&format!("return {}", asking(&serde_json::to_string(command)?))).await?;
    Ok(answer["reply"].as_str().map(serde_json::from_str).transpose()?)
}

async fn a_webhook_that_is_gone_is_switched_off_until_another_is_saved(stage: &Stage) -> Played {
    let (browser, place) = (&stage.browser, Step::Mwdebug.place());
    synced(stage).await?;
    let before = stage.bed.channel().len();
    stage.bed.lie(Lie::WebhookRefuses(410));
    let run = stage.verify(Step::Mwdebug, "pass").await?;
    browser.click_in(&place, "send-report").await?;
    browser.wait_for(&line_that_is("failed")).await?;
    let why = "✗ Not delivered. The webhook is gone (status 410) and is switched off; paste a new one in the settings.";
    browser.wait_text(&place, why).await?;
    browser.wait_for(&format!("{place} [data-act=\"send-report\"]:disabled")).await?;

    // Were it honest again, nothing would be sent there all the same.
    stage.bed.be_honest();
    stage.bed.forget_seen();
    for command in [Command::SendReport { run: run.journal.plan.id.clone() }, Command::SendTrial] {
        let refused = Some(Reply::Refused { problem: Problem::WebhookGone });
        expect("what the background says", &refused, &asked(stage, &command).await?)?;
    }
    browser.workbench(GERRIT).await?;
    browser.wait_text(".bv-webhook", "Switched off: https://backport-verify.toolforge.org/…").await?;
    browser.wait_text("[data-gone]", "Saving a webhook switches it on.").await?;
    browser.wait_for("[data-act=\"send-trial\"]:disabled").await?;
    let posts = stage.bed.seen().iter().filter(|seen| seen.method == "POST" && WEBHOOK.contains(&seen.host)).count();
    expect("posts to it", &0, &posts)?;

    stage.save_this_webhook(SLACK_WEBHOOK).await?;
    browser.wait_gone("[data-gone]").await?;
    browser.popup().await?;
    stage.send(Step::Mwdebug).await?;
    expect("the lines heard", &vec![line_of(&run)], &said_since(stage, before))
}

async fn the_exact_line_is_copied(stage: &Stage) -> Played {
    let browser = &stage.browser;
    stage.set_nick(NICK).await?;
    stage.save_test().await?;
    stage.bed.merge().await?;
    stage.bed.sync_testservers().await?;
    browser.popup().await?;
    let line = line_of(&stage.verify(Step::Mwdebug, "pass").await?);
    expect("the line shown", &line, &stage.preview(Step::Mwdebug).await?)?;
    browser.wait_text(&Step::Mwdebug.place(), "No webhook is set: copy the line into the channel yourself.").await?;
    browser.click_in(&Step::Mwdebug.place(), "copy-report").await?;
    browser.workbench(GERRIT).await?;
    browser.click_on("#import-text").await?;
    browser.press(PASTE).await?;
    expect("what is pasted", &Some(line), &browser.value("#import-text").await?)
}
