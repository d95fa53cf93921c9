// SPDX-License-Identifier: GPL-2.0-or-later
//! The story: a submitter verifies a patch on mwdebug, then on production, and the channel hears of both.

use crate::bed::{GERRIT, Kind, Lie, NICK, OTHER_GERRIT, TITLE, WEBHOOK};
use crate::driver::Which;
use crate::stage::{Company, Played, Stage, expect, in_both_browsers, play, scenes};
use crate::submitter::{Step, debug_header, patch};
use backport_verify::app::State;
use backport_verify::report::{WIRE_LIMIT, clean_line};
use backport_verify::verify::{Comparison, Ending};

in_both_browsers!(
    a_patch_is_verified_on_mwdebug_then_on_production_and_the_channel_hears_both,
    a_killed_background_loses_nothing,
    what_is_cancelled_or_refused_can_be_done_again,
);

async fn a_killed_background_loses_nothing(stage: &Stage) -> Played {
    stage.prepare().await?;
    stage.bed.merge().await?;
    scenes!(stage:
        a_background_killed_with_no_page_open_goes_on_when_the_popup_opens,
        a_background_killed_between_click_and_result_gives_one_run_one_result_and_one_line,
    )
}

async fn what_is_cancelled_or_refused_can_be_done_again(stage: &Stage) -> Played {
    stage.prepare().await?;
    stage.bed.merge().await?;
    scenes!(stage:
        a_refused_report_says_so_and_can_be_sent_again,
        a_cancelled_run_passes_nothing_and_another_can_follow,
    )
}

#[tokio::test]
async fn the_story_on_the_real_bed_is_read_back_from_the_irc_channel() {
    let story = a_patch_is_verified_on_mwdebug_then_on_production_and_the_channel_hears_both;
    play("the_story_on_the_real_bed", Which::Chromium, Kind::Real, Company::Alone, story).await;
}

async fn a_patch_is_verified_on_mwdebug_then_on_production_and_the_channel_hears_both(stage: &Stage) -> Played {
    stage.set_nick(NICK).await?;
    stage.browser.wait_text(&patch(), TITLE).await?;
    expect("my patches listed", &2, &stage.browser.count("[data-patch]").await?)?;
    let others = format!("[data-patch=\"{OTHER_GERRIT}\"]");
    expect("patches of others listed", &0, &stage.browser.count(&others).await?)?;
    stage.browser.wait_for(&format!("{} [data-problem=\"no_tests\"]", patch())).await?;

    stage.save_test().await?;
    stage.save_webhook().await?;
    stage.browser.popup().await?;
    stage.bed.merge().await?;
    stage.bed.sync_testservers().await?;

    let run = stage.verify(Step::Mwdebug, "pass").await?;
    expect("how the test compares with production", &Some(Comparison::Fixed), &run.journal.comparison(0))?;
    stage.browser.wait_for(&format!("{} [data-comparison=\"fixed\"]", Step::Mwdebug.place())).await?;
    if stage.kind == Kind::Embedded {
        both_servers_were_asked(stage)?;
    }

    let line = stage.preview(Step::Mwdebug).await?;
    expect("lines said before anybody sends one", &0, &stage.lines_with("PASS"))?;
    stage.send(Step::Mwdebug).await?;
    let heard = stage.bed.heard("PASS on mwdebug").await?;
    expect("the line heard", &("backport-verify", &*said(stage, &line)), &(heard.nick.as_str(), heard.text.as_str()))?;
    expect("whether it names the change", &true, &line.contains(&GERRIT.to_string()))?;

    stage.bed.sync_everywhere().await?;
    let before = stage.asked().len();
    let run = stage.verify(Step::Production, "pass").await?;
    let server = run.journal.deciding(0).and_then(|outcome| outcome.evidence.server.clone()).unwrap_or_default();
    expect("whether production answered", &true, &server.starts_with("mw-web."))?;
    if stage.kind == Kind::Embedded {
        // The page is cached by now, so it is asked for again past the cache.
        let headers: Vec<_> = stage.asked().iter().skip(before).map(|seen| debug_header(seen).is_some()).collect();
        expect("whether the requests on production had the header", &vec![false, false], &headers)?;
    }
    let line = stage.preview(Step::Production).await?;
    stage.send(Step::Production).await?;
    let heard = stage.bed.heard("PASS on production").await?;
    expect(
        "the second line heard",
        &("backport-verify", &*said(stage, &line)),
        &(heard.nick.as_str(), heard.text.as_str()),
    )?;
    expect("lines that say PASS", &2, &stage.lines_with("PASS"))
}

/// A line as the channel hears it: the relay of the real bed says whose it is.
fn said(stage: &Stage, line: &str) -> String {
    match stage.kind {
        Kind::Embedded => line.to_owned(),
        Kind::Real | Kind::Channel => clean_line(&format!("{NICK} via backport-verify: {line}"), WIRE_LIMIT),
    }
}

/// The wikis of the real bed keep no list of what they were asked.
fn both_servers_were_asked(stage: &Stage) -> Played {
    let mut headers: Vec<_> = stage.asked().iter().map(|seen| debug_header(seen).map(str::to_owned)).collect();
    headers.sort();
    headers.dedup();
    expect("the headers asked with", &vec![None, Some("backend=k8s-mwdebug".to_owned())], &headers)
}

async fn a_background_killed_between_click_and_result_gives_one_run_one_result_and_one_line(stage: &Stage) -> Played {
    stage.bed.sync_testservers().await?;
    stage.bed.lie(Lie::Hang);
    stage.bed.forget_seen();
    let run = stage.begin(Step::Mwdebug).await?;
    let before = stage.state().await?.runs.len();
    stage.asked_at_least(1).await?;
    stage.browser.kill_background().await?;
    stage.bed.be_honest();
    stage.shown(Step::Mwdebug, &run, "pass").await?;
    expect("runs, before and after the kill", &before, &stage.state().await?.runs.len())?;
    stage.send(Step::Mwdebug).await?;
    stage.browser.kill_background().await?;
    stage.browser.popup().await?;
    stage.browser.wait_for(&format!("{} [data-delivery=\"delivered\"]", Step::Mwdebug.place())).await?;
    expect("lines heard", &1, &stage.lines_with("on mwdebug (k8s-mwdebug)"))
}

async fn a_background_killed_with_no_page_open_goes_on_when_the_popup_opens(stage: &Stage) -> Played {
    stage.bed.lie(Lie::Hang);
    let run = stage.begin(Step::Mwdebug).await?;
    stage.asked_at_least(1).await?;
    stage.browser.open("about:blank").await?;
    stage.browser.kill_background().await?;
    stage.bed.be_honest();
    stage.browser.popup().await?;
    stage.shown(Step::Mwdebug, &run, "inconclusive").await?;
    expect("runs", &1, &stage.state().await?.runs.len())
}

async fn a_cancelled_run_passes_nothing_and_another_can_follow(stage: &Stage) -> Played {
    stage.bed.sync_testservers().await?;
    stage.bed.lie(Lie::Hang);
    let run = stage.begin(Step::Mwdebug).await?;
    stage.browser.click_in(&patch(), "cancel").await?;
    let cancelled = stage.shown(Step::Mwdebug, &run, "cancelled").await?;
    expect("the ending", &Some(Ending::Cancelled), &cancelled.journal.ended.map(|(_, ending)| ending))?;
    expect("outcomes", &0, &cancelled.journal.outcomes.len())?;
    stage.bed.be_honest();
    stage.verify(Step::Mwdebug, "pass").await.map(drop)
}

async fn a_refused_report_says_so_and_can_be_sent_again(stage: &Stage) -> Played {
    stage.verify(Step::Mwdebug, "inconclusive").await?;
    stage.bed.lie(Lie::WebhookRefuses(403));
    stage.browser.click_in(&Step::Mwdebug.place(), "send-report").await?;
    let failed = format!("{} [data-report][data-delivery=\"failed\"]", Step::Mwdebug.place());
    stage.browser.wait_for(&failed).await?;
    stage.browser.wait_text(&Step::Mwdebug.place(), "403").await?;
    let secret = WEBHOOK.rsplit('/').next().unwrap_or(WEBHOOK);
    expect("whether the page shows the token", &false, &stage.browser.page_text().await?.contains(secret))?;
    expect("lines heard", &0, &stage.lines_with("INCONCLUSIVE"))?;
    stage.bed.be_honest();
    stage.send(Step::Mwdebug).await?;
    let line = stage.bed.heard("INCONCLUSIVE on mwdebug").await?;
    let says_so = line.text.contains("the patch is not on the test servers");
    expect("whether it says what the test servers lack", &true, &says_so)?;
    let delivered = |state: &State| state.runs.first()?.report.as_ref().map(|report| report.line.clone());
    expect("the line kept", &line.text, &stage.state_with("the report", delivered).await?)
}
