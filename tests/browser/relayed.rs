// SPDX-License-Identifier: GPL-2.0-or-later
//! Through the relay and back: the line into a real IRC channel, and what is announced there into the popup.

use crate::bed::{Lie, WEBHOOK};
use crate::driver::asking::{WAKE, asking};
use crate::stage::{Played, Stage, expect, in_both_browsers};
use crate::submitter::{Step, patch};
use jiff::{SignedDuration, Timestamp};

in_both_browsers!(
    the_line_goes_through_the_relay_into_the_irc_channel over Channel,
    an_announcement_moves_the_progress_before_any_look_is_due,
    a_relay_without_announcements_is_told_and_everything_works_by_looking,
);

async fn the_line_goes_through_the_relay_into_the_irc_channel(stage: &Stage) -> Played {
    stage.prepare().await?;
    stage.bed.merge().await?;
    stage.bed.sync_testservers().await?;
    let mut said = Vec::new();
    for step in [Step::Mwdebug, Step::Production] {
        if step == Step::Production {
            stage.bed.sync_everywhere().await?;
            stage.browser.wait_for(&format!("{} [data-phase=\"deployed\"]", patch())).await?;
        }
        stage.verify(step, "pass").await?;
        let line = stage.preview(step).await?;
        stage.send(step).await?;
        let heard = stage.bed.heard(&line).await?;
        expect("whether the channel heard the line to its end", &true, &heard.text.ends_with(&line))?;
        expect("who said it", &"backport-verify", &heard.nick.as_str())?;
        said.push(heard);
    }
    // What was said twice would have been heard before this.
    stage.bed.roll_back().await?;
    stage.bed.heard("Rolling back deployment").await?;
    let heard: Vec<_> = stage.bed.channel().into_iter().filter(|line| line.nick == "backport-verify").collect();
    expect("all lines of the extension", &said, &heard)
}

/// When the background looks next although no page asks: a minute after its last look.
async fn regular_look(stage: &Stage) -> Result<Option<Timestamp>, crate::stage::Failure> {
    let script = "return chrome.storage.session.get('watched').then(({ watched }) => JSON.parse(watched ?? 'null')?.[1]?.looked)";
    let looked = stage.browser.script(script).await?;
    let looked = looked.as_str().and_then(|looked| looked.parse::<Timestamp>().ok());
    Ok(looked.map(|looked| looked + SignedDuration::from_secs(60)))
}

async fn an_announcement_moves_the_progress_before_any_look_is_due(stage: &Stage) -> Played {
    let browser = &stage.browser;
    stage.prepare().await?;
    browser.wait_text("[data-live]", "Live").await?;
    browser.wait_for(&format!("{} [data-phase=\"scheduled\"]", patch())).await?;

    // A page that is not seen asks for nothing; what it has asked for is done when the background answers.
    let hide = "Object.defineProperty(document, 'hidden', { get: () => true })";
    let done = browser.script(&format!("{hide}; return {}", asking(WAKE))).await?;
    expect("the background's answer", &Some("\"done\""), &done["reply"].as_str())?;
    let due = regular_look(stage).await?;
    let before = stage.bed.events().len();
    stage.bed.merge().await?;
    stage.bed.sync_testservers().await?;
    browser.wait_for(&format!("{} [data-phase=\"on_test_servers\"]", patch())).await?;
    expect("whether the regular look was still to come", &true, &due.is_some_and(|due| Timestamp::now() < due))?;

    let events = stage.bed.events().split_off(before);
    let synced = events.iter().find(|event| event.text.contains("synced to the testservers"));
    expect("whether the sync was announced to the extension", &true, &synced.is_some())?;
    let after = synced.map_or(0, |event| event.seen);
    let looks = stage.bed.seen().iter().skip(after).filter(|seen| seen.host == "sal.toolforge.org").count();
    expect("whether it looked at the log after that", &true, &(looks > 0))?;

    let secret = WEBHOOK.rsplit('/').next().unwrap_or(WEBHOOK);
    let shown = stage.browser.script("return chrome.storage.session.get(null).then(JSON.stringify)").await?;
    let shown = shown.as_str().unwrap_or(secret).to_owned();
    expect("whether what is published holds the token", &false, &shown.contains(secret))
}

async fn a_relay_without_announcements_is_told_and_everything_works_by_looking(stage: &Stage) -> Played {
    let browser = &stage.browser;
    stage.bed.lie(Lie::NoEvents);
    stage.prepare().await?;
    browser.workbench(crate::bed::GERRIT).await?;
    browser.wait_text("[data-unheard]", "The relay's announcements cannot be heard").await?;
    browser.popup().await?;
    browser.wait_for(&format!("{} [data-phase=\"scheduled\"]", patch())).await?;
    expect("words that say it is live", &0, &browser.count("[data-live]").await?)?;
    stage.bed.merge().await?;
    stage.bed.sync_testservers().await?;
    browser.wait_for(&format!("{} [data-phase=\"on_test_servers\"]", patch())).await?;
    expect("events heard", &0, &stage.bed.events().len())?;
    let secret = WEBHOOK.rsplit('/').next().unwrap_or(WEBHOOK);
    let told = browser.background_log().into_iter().find(|line| line.contains(secret));
    expect("a line of the console with the token", &None, &told)
}
