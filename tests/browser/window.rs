// SPDX-License-Identifier: GPL-2.0-or-later
//! Before and in a backport window: what the popup tells of a submitter's patches while it stays open.

use crate::bed::{BACKPORT, BACKPORT_TITLE, Change, Entry, GERRIT, NICK, OTHER_GERRIT, OTHER_NICK, OTHER_TITLE, Slot};
use crate::bed::{TITLE, VERSION};
use crate::stage::{Played, Stage, expect, in_both_browsers};
use crate::submitter::{Step, patch};
use backport_verify::app::State;
use jiff::{SignedDuration, Timestamp};

in_both_browsers!(a_patch_is_followed_from_scheduled_to_deployed);

/// The submitter's change that is not ready.
const UNREADY: u64 = 1_330_030;
const UNREADY_TITLE: &str = "[dewiki] Try another logo";

/// Three windows: one that has just opened, one within the hour, one that is somebody else's.
fn three_windows(stage: &Stage) {
    let from_now = |minutes| Timestamp::now() + SignedDuration::from_mins(minutes);
    let theirs = || Entry::new(OTHER_NICK, "config", OTHER_GERRIT, OTHER_TITLE);
    stage.bed.put_change(Change { wip: true, ..Change::config(UNREADY, UNREADY_TITLE) });
    stage.bed.write_schedule(&[
        Slot::new(
            from_now(-4),
            "UTC afternoon backport window",
            vec![theirs(), Entry::new(NICK, "config", GERRIT, TITLE)],
        ),
        Slot::new(
            from_now(56),
            "UTC late backport window",
            vec![
                Entry::new(NICK, "config", UNREADY, UNREADY_TITLE),
                Entry::new(NICK, VERSION, BACKPORT, BACKPORT_TITLE),
            ],
        ),
        Slot::new(from_now(1200), "UTC morning backport window", vec![theirs()]),
    ]);
}

async fn a_patch_is_followed_from_scheduled_to_deployed(stage: &Stage) -> Played {
    let browser = &stage.browser;
    three_windows(stage);
    browser.watch_notifications().await?;
    stage.set_nick(NICK).await?;
    stage.save_test().await?;
    browser.popup().await?;
    my_windows_and_what_is_wrong_with_my_patches(stage).await?;
    browser.notified("hour_before").await?;
    browser.notified("window_opens").await?;

    phase(stage, "scheduled").await?;
    stage.bed.merge().await?;
    phase(stage, "merged").await?;
    browser.click_in(&patch(), "verify-production").await?;
    browser.wait_for(&format!("{} [data-problem=\"not_deployed\"]", patch())).await?;
    expect("runs before the second word", &0, &stage.state().await?.runs.len())?;

    browser.kill_background().await?;
    stage.bed.sync_testservers().await?;
    phase(stage, "on_test_servers").await?;
    browser.notified("on_test_servers").await?;
    stage.verify(Step::Mwdebug, "pass").await?;
    stage.bed.continue_everywhere().await?;
    phase(stage, "deploying").await?;
    browser.kill_background().await?;
    stage.bed.sync_everywhere().await?;
    phase(stage, "deployed").await?;
    let told = browser.notified("deployed").await?;
    stage.verify(Step::Production, "pass").await?;
    browser.click_notification(&told).await?;
    browser.extension_page(&format!("popup.html#{GERRIT}")).await?;
    Ok(())
}

async fn my_windows_and_what_is_wrong_with_my_patches(stage: &Stage) -> Played {
    let browser = &stage.browser;
    browser.wait_for(&format!("{} [data-findings]", patch())).await?;
    expect("my windows", &2, &browser.count("[data-window]").await?)?;
    expect("my patches", &3, &browser.count("[data-patch]").await?)?;
    expect("patches of others", &1, &browser.count("[data-others=\"1\"]").await?)?;
    let blocked = format!("[data-patch=\"{UNREADY}\"] [data-findings=\"blocks\"]");
    browser.wait_for(&format!("{blocked} [data-finding=\"work_in_progress\"][data-severity=\"blocks\"]")).await?;
    let blocked = format!("{} [data-findings=\"blocks\"]", patch());
    expect("blocks against the fit patch", &0, &browser.count(&blocked).await?)?;
    browser.wait_for(&format!("[data-patch=\"{BACKPORT}\"] [data-finding=\"live_branch\"]")).await?;
    let merged = |state: &State| state.fitness_of(BACKPORT, None).and_then(|fitness| fitness.status);
    stage.state_with("the backport's state in Gerrit", merged).await.map(drop)
}

/// Waits until the popup, without being touched, shows how far the story's patch has got.
async fn phase(stage: &Stage, phase: &str) -> Played {
    stage.browser.wait_for(&format!("{} [data-phase=\"{phase}\"]", patch())).await?;
    Ok(())
}
