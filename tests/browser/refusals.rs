// SPDX-License-Identifier: GPL-2.0-or-later
//! What stands against a submitter: each has its sentence and its way out.

use crate::bed::{GERRIT, Lie, NICK, PATCH_TEXT, TEST_URL};
use crate::driver::Which;
use crate::stage::{Played, Stage, expect, in_both_browsers, scenes};
use crate::submitter::{Step, patch};
use backport_verify::verify::Verdict;

in_both_browsers!(
    bad_input_has_its_sentence_and_its_way_out,
    access_taken_away_never_passes_and_works_again_when_given_back,
    a_full_storage_is_told_and_what_was_typed_is_kept,
);

async fn bad_input_has_its_sentence_and_its_way_out(stage: &Stage) -> Played {
    scenes!(stage:
        wikitech_down_is_told_and_read_again_on_refresh,
        a_page_that_is_no_calendar_is_told_beside_what_was_read_before,
        a_change_without_tests_is_told_and_asks_nobody,
        a_test_outside_wikimedia_or_without_https_is_not_saved,
        a_webhook_without_https_is_not_saved,
        a_nick_without_a_patch_is_told,
    )
}

async fn wikitech_down_is_told_and_read_again_on_refresh(stage: &Stage) -> Played {
    stage.bed.lie(Lie::WikitechDown);
    stage.set_nick(NICK).await?;
    stage.browser.wait_for("[data-problem=\"calendar_unreachable\"]").await?;
    expect("patches listed", &0, &stage.browser.count("[data-patch]").await?)?;
    read_again(stage, "calendar_unreachable").await
}

async fn a_page_that_is_no_calendar_is_told_beside_what_was_read_before(stage: &Stage) -> Played {
    stage.bed.lie(Lie::CalendarIsNotACalendar);
    stage.browser.click("refresh").await?;
    stage.browser.wait_for("[data-problem=\"not_a_calendar\"]").await?;
    stage.browser.wait_text("[data-stale]", "may have changed").await?;
    stage.browser.wait_for(&patch()).await?;
    read_again(stage, "not_a_calendar").await
}

async fn read_again(stage: &Stage, problem: &str) -> Played {
    stage.bed.be_honest();
    stage.browser.click("refresh").await?;
    stage.browser.wait_gone(&format!("[data-problem=\"{problem}\"]")).await?;
    stage.browser.wait_for(&patch()).await?;
    Ok(())
}

async fn a_nick_without_a_patch_is_told(stage: &Stage) -> Played {
    stage.browser.workbench(GERRIT).await?;
    stage.browser.fill("nick", "deployer").await?;
    stage.browser.click("save-settings").await?;
    stage.browser.wait_for("[data-saved=\"settings\"]").await?;
    stage.browser.popup().await?;
    stage.browser.wait_text("[data-empty]", "deployer").await?;
    expect("patches listed", &0, &stage.browser.count("[data-patch]").await?)
}

async fn a_change_without_tests_is_told_and_asks_nobody(stage: &Stage) -> Played {
    stage.browser.wait_for(&format!("{} [data-problem=\"no_tests\"]", patch())).await?;
    expect("buttons to verify", &0, &stage.browser.count(&format!("{} [data-act^=\"verify-\"]", patch())).await?)?;
    expect("requests to the wiki", &0, &stage.asked().len())?;
    stage.browser.click_in(&patch(), "edit-tests").await?;
    Ok(stage.browser.extension_page(&format!("workbench.html#{GERRIT}")).await?)
}

async fn a_test_outside_wikimedia_or_without_https_is_not_saved(stage: &Stage) -> Played {
    for (url, sentence) in [
        ("https://en.wikipedia.example/wiki/Main_Page", "is not a Wikimedia site"),
        ("http://en.wikipedia.org/wiki/Main_Page", "must begin with https://"),
        ("https://user@en.wikipedia.org/wiki/Main_Page", "no port, user or password"),
    ] {
        stage.write_test(url, &[("body", PATCH_TEXT)]).await?;
        stage.browser.click("save-tests").await?;
        stage.browser.wait_text("[data-test=\"0\"]", sentence).await?;
        expect("suites saved", &0, &stage.state().await?.suites.len())?;
    }
    Ok(())
}

async fn a_webhook_without_https_is_not_saved(stage: &Stage) -> Played {
    stage.browser.workbench(GERRIT).await?;
    stage.browser.fill("webhook", "http://backport-verify.toolforge.org/hook/secret").await?;
    stage.browser.click("save-settings").await?;
    let said = stage.browser.wait_text("[data-problem=\"bad_setting\"]", "https://").await?;
    expect("whether the sentence repeats the secret", &false, &said.contains("secret"))?;
    expect("the webhook", &None, &stage.state().await?.settings.webhook)
}

async fn access_taken_away_never_passes_and_works_again_when_given_back(stage: &Stage) -> Played {
    stage.prepare().await?;
    stage.bed.merge().await?;
    stage.bed.sync_testservers().await?;
    stage.browser.take_access_away().await?;
    stage.browser.popup().await?;
    stage.browser.wait_for("[data-problem=\"no_access\"]").await?;
    stage.browser.click_in(&patch(), "verify-mwdebug").await?;
    stage.browser.wait_for("[data-problem=\"no_access\"]").await?;
    let runs = stage.state().await?.runs;
    let passed = runs.iter().filter(|run| run.journal.verdict() == Some(Verdict::Pass)).count();
    expect("runs that passed without access", &0, &passed)?;
    match stage.browser.which {
        // The question is answered for the user here; in Chromium nobody can answer it without a display.
        Which::Firefox => stage.browser.click("grant-access").await?,
        Which::Chromium => {
            stage.browser.give_access_back().await?;
            stage.browser.popup().await?;
        }
    }
    stage.browser.wait_gone("[data-problem=\"no_access\"]").await?;
    stage.verify(Step::Mwdebug, "pass").await.map(drop)
}

async fn a_full_storage_is_told_and_what_was_typed_is_kept(stage: &Stage) -> Played {
    let typed = "[data-test=\"0\"] [name=\"url\"]";
    let problem = "[data-problem=\"storage\"]";
    stage.set_nick(NICK).await?;
    stage.write_test(TEST_URL, &[("body", PATCH_TEXT)]).await?;
    stage.browser.fill_storage().await?;
    // More than the gaps that a database may leave or make.
    stage.browser.paste_noise("[data-test=\"0\"] [data-assertion=\"0\"] [name=\"value\"]").await?;
    stage.browser.click("save-tests").await?;
    stage.browser.wait_text(problem, "could not save").await?;
    expect("suites saved", &0, &stage.state().await?.suites.len())?;
    expect("the URL in the form", &Some(TEST_URL.to_owned()), &stage.browser.value(typed).await?)?;
    stage.browser.wait_for("[data-unsaved]").await?;
    if stage.browser.which == Which::Firefox {
        // Here it refuses what is saved next also when the filling is taken out again.
        return Ok(());
    }
    stage.browser.empty_storage().await?;
    stage.browser.click("save-tests").await?;
    stage.browser.wait_for("[data-saved=\"tests\"]").await?;
    expect("suites saved once there is room", &1, &stage.state().await?.suites.len())?;
    Ok(stage.browser.wait_gone(problem).await?)
}
