// SPDX-License-Identifier: GPL-2.0-or-later
//! Writing a test is quicker than explaining it: by preset, from a page, from a text in a page.

use crate::bed::{GERRIT, NICK, PATCH_TEXT, TEST_URL};
use crate::stage::{Failure, Played, Stage, expect, in_both_browsers, scenes};
use crate::submitter::{Step, newest, patch};
use backport_verify::app::State;
use backport_verify::suite::Test;
use backport_verify::verify::Comparison;
use std::cell::Cell;

const ENTER: &str = "\u{e007}";
const TAB: &str = "\u{e004}";

/// Two keys a second, half a minute: the most that a new user may have to type.
const KEYS: usize = 60;
const CLICKS: usize = 8;

in_both_browsers!(a_right_for_a_group_is_tested_with_few_keys, a_page_and_a_text_in_it_become_tests);

/// Counts what the user does.
struct Hands<'a> {
    stage: &'a Stage,
    keys: Cell<usize>,
    clicks: Cell<usize>,
}

impl Hands<'_> {
    async fn click(&self, css: &str) -> Played {
        self.clicks.set(self.clicks.get() + 1);
        Ok(self.stage.browser.click_on(css).await?)
    }

    async fn type_at(&self, id: &str, keys: &str) -> Played {
        self.stage.browser.wait_keyboard_at(id).await?;
        self.keys.set(self.keys.get() + keys.chars().count());
        Ok(self.stage.browser.press(keys).await?)
    }
}

async fn a_right_for_a_group_is_tested_with_few_keys(stage: &Stage) -> Played {
    let hands = Hands { stage, keys: Cell::default(), clicks: Cell::default() };
    stage.browser.popup().await?;
    hands.click("#nick").await?;
    hands.type_at("nick", NICK).await?;
    hands.type_at("nick", ENTER).await?;
    stage.browser.wait_for(&patch()).await?;

    hands.click(&format!("{} [data-act=\"add-here\"]", patch())).await?;
    hands.type_at("preset-find", "right").await?;
    hands.type_at("preset-find", ENTER).await?;
    hands.type_at("preset-group", PATCH_TEXT).await?;
    hands.type_at("preset-group", TAB).await?;
    hands.type_at("preset-right", "noratelimit").await?;
    hands.type_at("preset-right", ENTER).await?;
    let saved = stage.state_with("the test", one_test).await?;
    expect("its name", &"eventcoordinator has the right noratelimit", &saved.name.as_str())?;
    expect("whether it must fail before", &true, &saved.must_fail_before)?;
    expect(
        "whether it asks the wiki of the title",
        &true,
        &saved.url.starts_with("https://en.wikipedia.org/w/api.php?"),
    )?;
    stage.browser.wait_for(&format!("{} [data-added]", patch())).await?;

    stage.bed.merge().await?;
    stage.bed.sync_testservers().await?;
    hands.type_at(&format!("verify-mwdebug-{GERRIT}"), ENTER).await?;
    let run = |state: &State| newest(state, Step::Mwdebug).map(|run| run.journal.plan.id.clone());
    let run = stage.state_with("a run", run).await?;
    let run = stage.shown(Step::Mwdebug, &run, "pass").await?;
    expect("how it compares with production", &Some(Comparison::Fixed), &run.journal.comparison(0))?;

    let (keys, clicks) = (hands.keys.get(), hands.clicks.get());
    expect("whether the keys are few", &(true, keys), &(keys <= KEYS, keys))?;
    expect("whether the clicks are few", &(true, clicks), &(clicks <= CLICKS, clicks))
}

fn one_test(state: &State) -> Option<Test> {
    <[Test; 1]>::try_from(state.tests_of(GERRIT)).ok().map(|[test]| test)
}

async fn a_page_and_a_text_in_it_become_tests(stage: &Stage) -> Played {
    stage.set_nick(NICK).await?;
    stage.browser.wait_for(&patch()).await?;
    scenes!(stage: a_page_elsewhere_is_refused, a_page_in_front_becomes_a_test, a_marked_text_becomes_a_test)
}

async fn a_page_elsewhere_is_refused(stage: &Stage) -> Played {
    // The tab in front is the extension's own page.
    stage.browser.click_in(&patch(), "add-page").await?;
    stage.browser.wait_text(&format!("{} [data-complaint]", patch()), "no site that mwdebug serves").await?;
    stage.browser.click_in(&patch(), "stop-adding").await?;
    stage.browser.wait_for(&format!("{} [data-act=\"add-page\"]", patch())).await.map(drop).map_err(Failure::from)
}

async fn a_page_in_front_becomes_a_test(stage: &Stage) -> Played {
    stage.browser.new_tab().await?;
    stage.browser.open(&format!("{TEST_URL}?token=secret")).await?;
    stage.browser.go_to_tab("popup.html").await?;
    stage.browser.click_over_tab("ListGroupRights", &format!("{} [data-act=\"add-page\"]", patch())).await?;
    stage.browser.wait_for("#pick-0").await?;
    let offered = stage.browser.script("return document.querySelector('[data-act=\"save-page\"]').innerText").await?;
    let offered = offered.as_str().unwrap_or_default().to_owned();
    for part in ["status <200>", "element h1#firstHeading is <Special:ListGroupRights>", "secret of yours: token"] {
        expect("whether it is offered or said", &(part, true), &(part, offered.contains(part)))?;
    }
    stage.browser.script("document.querySelector('#save-page').click()").await?;
    let saved = stage.state_with("the test", one_test).await?;
    expect("its URL", &TEST_URL, &saved.url.as_str())?;
    expect("its assertions", &2, &saved.assertions.len())
}

async fn a_marked_text_becomes_a_test(stage: &Stage) -> Played {
    let before = stage.browser.tabs().await?;
    stage.browser.choose_for_text("check-text", TEST_URL, "(list of members)").await?;
    let looked = |state: &State| state.suggested.as_ref()?.of_text().map(drop);
    stage.state_with("the look at the page", looked).await?;
    // The popup that was open in a tab is the one that asks.
    expect("tabs", &before, &stage.browser.tabs().await?)?;
    stage.browser.wait_for("[data-picked] [data-found=\"source\"]").await?;
    stage.browser.click_in("[data-picked]", "check-text").await?;
    let saved = |state: &State| state.tests_of(GERRIT).get(1).cloned();
    let saved = stage.state_with("the second test", saved).await?;
    let demanded: Vec<String> = saved.assertions.iter().map(ToString::to_string).collect();
    expect("what it demands", &vec!["body contains <(list of members)>".to_owned()], &demanded)?;
    expect("where", &TEST_URL, &saved.url.as_str())?;
    Ok(stage.browser.wait_gone("[data-picked]").await?)
}
