// SPDX-License-Identifier: GPL-2.0-or-later
//! A pass is never wrong: not before a sync, not from the wrong server, not from a cache, not when an answer lies.

use crate::bed::{Lie, TEST_URL};
use crate::stage::{Played, Stage, expect, in_both_browsers, scenes};
use crate::submitter::Step;

in_both_browsers!(
    the_channel_hears_what_is_so,
    a_page_that_is_cached_from_before_the_sync_is_asked_for_past_the_cache,
    who_or_what_lies_never_passes,
);

async fn the_channel_hears_what_is_so(stage: &Stage) -> Played {
    stage.prepare().await?;
    stage.bed.merge().await?;
    scenes!(stage:
        a_patch_that_is_not_synced_is_inconclusive_on_mwdebug_and_on_production,
        production_in_the_place_of_mwdebug_is_inconclusive_and_the_line_says_so,
        a_rolled_back_patch_is_inconclusive_on_production,
    )
}

async fn who_or_what_lies_never_passes(stage: &Stage) -> Played {
    stage.prepare().await?;
    stage.bed.merge().await?;
    stage.bed.sync_testservers().await?;
    scenes!(stage:
        no_lie_of_the_wikis_passes,
        a_backend_of_one_data_centre_answered_by_the_other_is_inconclusive,
        a_patch_that_does_less_than_the_test_expects_fails_and_the_line_says_so,
    )
}

async fn a_patch_that_is_not_synced_is_inconclusive_on_mwdebug_and_on_production(stage: &Stage) -> Played {
    stage.verify(Step::Mwdebug, "inconclusive").await?;
    stage.send(Step::Mwdebug).await?;
    let line = stage.bed.heard("INCONCLUSIVE on mwdebug").await?;
    let says_so = line.text.contains("the patch is not on the test servers");
    expect("whether the line says what the test servers lack", &true, &says_so)?;
    stage.bed.sync_testservers().await?;
    stage.verify_on_production_anyway("inconclusive").await?;
    stage.send(Step::Production).await?;
    stage.bed.heard("INCONCLUSIVE on production").await?;
    expect("lines that say PASS", &0, &stage.lines_with("PASS"))
}

async fn production_in_the_place_of_mwdebug_is_inconclusive_and_the_line_says_so(stage: &Stage) -> Played {
    // Production has the patch as well: only who answered tells that this proves nothing.
    stage.bed.sync_everywhere().await?;
    stage.bed.lie(Lie::DebugAnsweredByProduction);
    stage.verify(Step::Mwdebug, "inconclusive").await?;
    stage.send(Step::Mwdebug).await?;
    stage.bed.heard("INCONCLUSIVE on mwdebug").await?;
    stage.bed.be_honest();
    expect("lines that say PASS", &0, &stage.lines_with("PASS"))
}

async fn a_page_that_is_cached_from_before_the_sync_is_asked_for_past_the_cache(stage: &Stage) -> Played {
    stage.prepare().await?;
    stage.bed.merge().await?;
    stage.bed.sync_testservers().await?;
    // Two visitors before the sync: the first fills the edge's cache, the second is answered from it.
    for _ in 0..2 {
        stage.browser.open(TEST_URL).await?;
    }
    stage.browser.popup().await?;
    stage.verify_on_production_anyway("inconclusive").await?;
    stage.bed.sync_everywhere().await?;
    let run = stage.verify(Step::Production, "pass").await?;
    let past_cache = run.journal.deciding(0).is_some_and(|outcome| outcome.evidence.repeated_past_cache);
    expect("whether the cached answer was set aside", &true, &past_cache)?;
    stage.bed.lie(Lie::StaleCacheEvenWhenBusted);
    stage.verify(Step::Production, "inconclusive").await.map(drop)
}

async fn no_lie_of_the_wikis_passes(stage: &Stage) -> Played {
    let lies = [
        (Lie::DebugIgnoresPatch, &["inconclusive"][..]),
        (Lie::DebugAnsweredByProduction, &["inconclusive"]),
        (Lie::NoServerHeader, &["inconclusive"]),
        (Lie::UnknownServerName, &["inconclusive"]),
        (Lie::CaptivePortal, &["inconclusive"]),
        (Lie::ServerError(503), &["fail", "inconclusive"]),
        (Lie::TooManyRequests, &["fail", "inconclusive"]),
        (Lie::CutBody, &["inconclusive"]),
    ];
    for (lie, allowed) in lies {
        let told = format!("{lie:?}");
        stage.bed.lie(lie);
        let run = stage.begin(Step::Mwdebug).await?;
        let ended = stage.ended(&run).await?;
        let verdict = ended.journal.verdict().map(|verdict| verdict.to_string().to_lowercase()).unwrap_or_default();
        assert!(allowed.contains(&verdict.as_str()), "{told} came to <{verdict}>, allowed is {allowed:?}");
        stage.shown(Step::Mwdebug, &run, &verdict).await?;
        stage.bed.be_honest();
    }
    // The same test does pass when nothing lies: the verdicts above came from the lies.
    stage.verify(Step::Mwdebug, "pass").await.map(drop)
}

async fn a_backend_of_one_data_centre_answered_by_the_other_is_inconclusive(stage: &Stage) -> Played {
    stage.choose_backend("k8s-mwdebug-eqiad").await?;
    stage.browser.popup().await?;
    stage.verify(Step::Mwdebug, "pass").await?;
    stage.bed.lie(Lie::DebugAnsweredByOtherDatacentre);
    stage.verify(Step::Mwdebug, "inconclusive").await.map(drop)
}

async fn a_rolled_back_patch_is_inconclusive_on_production(stage: &Stage) -> Played {
    stage.verify(Step::Production, "pass").await?;
    stage.bed.roll_back().await?;
    stage.verify_on_production_anyway("inconclusive").await?;
    let line = stage.preview(Step::Production).await?;
    expect("whether the line says so", &true, &line.contains("the patch is not on production"))
}

async fn a_patch_that_does_less_than_the_test_expects_fails_and_the_line_says_so(stage: &Stage) -> Played {
    stage.bed.be_honest();
    stage.write_test(TEST_URL, &[("body", "a text that is nowhere")]).await?;
    stage.browser.click("save-tests").await?;
    stage.browser.wait_for("[data-saved=\"tests\"]").await?;
    stage.browser.popup().await?;
    stage.verify(Step::Mwdebug, "fail").await?;
    stage.send(Step::Mwdebug).await?;
    let line = stage.bed.heard("FAIL on mwdebug").await?;
    expect("whether it says what is missing", &true, &line.text.contains("a text that is nowhere"))
}
