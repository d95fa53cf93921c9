// SPDX-License-Identifier: GPL-2.0-or-later
//! "Browse on mwdebug": one tab has the header, no other has it, and it ends with the tab.

use crate::bed::{PATCH_TEXT, TEST_URL};
use crate::stage::{Played, Stage, expect, in_both_browsers, scenes};
use crate::submitter::{debug_header, patch};

in_both_browsers!(browsing_is_one_tab_s_and_ends,);

async fn browsing_is_one_tab_s_and_ends(stage: &Stage) -> Played {
    stage.prepare().await?;
    stage.bed.merge().await?;
    stage.bed.sync_testservers().await?;
    scenes!(stage:
        only_the_tab_that_was_opened_carries_the_header,
        a_stopped_tab_carries_the_header_no_longer,
        browsing_ends_when_the_tab_is_closed,
    )
}

/// Opens the page of the story's test on mwdebug and goes to its tab.
async fn browse(stage: &Stage) -> Played {
    stage.browser.click_in(&patch(), "browse").await?;
    stage.browser.go_to_tab("Special:ListGroupRights").await?;
    stage.browser.wait_text("body", PATCH_TEXT).await?;
    Ok(())
}

/// The header of the last request for that page.
fn last_header(stage: &Stage) -> Option<String> {
    stage.asked().last().and_then(debug_header).map(str::to_owned)
}

async fn only_the_tab_that_was_opened_carries_the_header(stage: &Stage) -> Played {
    browse(stage).await?;
    expect("the header in the tab", &Some("backend=k8s-mwdebug".to_owned()), &last_header(stage))?;
    stage.browser.new_tab().await?;
    stage.browser.open(TEST_URL).await?;
    expect("the header in another tab", &None, &last_header(stage))?;
    let shows = stage.browser.page_text().await?.contains(PATCH_TEXT);
    expect("whether the other tab shows the patch", &false, &shows)?;
    Ok(stage.browser.close_tab().await?)
}

async fn browsing_ends_when_the_tab_is_closed(stage: &Stage) -> Played {
    browse(stage).await?;
    stage.browser.close_tab().await?;
    stage.browser.go_to_tab("popup.html").await?;
    stage.state_with("no tab on mwdebug", |state| state.browsing.is_empty().then_some(())).await?;
    stage.browser.wait_gone("[data-browsing]").await?;
    stage.browser.open(TEST_URL).await?;
    expect("the header afterwards", &None, &last_header(stage))
}

async fn a_stopped_tab_carries_the_header_no_longer(stage: &Stage) -> Played {
    stage.browser.go_to_tab("popup.html").await?;
    stage.browser.click("stop-browsing").await?;
    stage.state_with("no tab on mwdebug", |state| state.browsing.is_empty().then_some(())).await?;
    stage.browser.go_to_tab("Special:ListGroupRights").await?;
    stage.browser.open(TEST_URL).await?;
    expect("the header after the stop", &None, &last_header(stage))?;
    stage.browser.close_tab().await?;
    Ok(stage.browser.go_to_tab("popup.html").await?)
}
