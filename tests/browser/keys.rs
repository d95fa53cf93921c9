// SPDX-License-Identifier: GPL-2.0-or-later
//! The pages by keyboard alone, and what is typed when a page or the background goes away.

use crate::bed::{GERRIT, NICK, PATCH_TEXT, TEST_URL, TITLE};
use crate::stage::{Played, Stage, expect, in_both_browsers, scenes};
use crate::submitter::patch;
use backport_verify::app::State;
use serde_json::Value;
use std::collections::BTreeSet;

const TAB: &str = "\u{e004}";
const BACK_TAB: &str = "\u{e008}\u{e004}";
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
const SPACE: &str = " ";
const ALT_UP: &str = "\u{e00a}\u{e013}";
const ALT_DOWN: &str = "\u{e00a}\u{e015}";
const UNDO: &str = "\u{e009}z";
const REDO: &str = "\u{e009}\u{e008}z";

/// The URL of a second test.
const OTHER_URL: &str = "https://en.wikipedia.org/wiki/Special:Version";

in_both_browsers!(
    tests_and_assertions_are_moved_by_keys_and_the_keyboard_goes_along,
    a_change_is_found_and_opened_by_keys,
    escape_closes_what_is_open,
    every_control_is_reached_by_tab_and_has_a_name,
    what_is_typed_outlives_tab_and_background,
);

async fn tests_and_assertions_are_moved_by_keys_and_the_keyboard_goes_along(stage: &Stage) -> Played {
    let browser = &stage.browser;
    stage.set_nick(NICK).await?;
    stage.write_test(TEST_URL, &[("body", PATCH_TEXT), ("status", "200")]).await?;
    browser.tab_to("add-test", TAB).await?;
    browser.press(ENTER).await?;
    browser.wait_keyboard_at("test-1-name").await?;
    browser.tab_to("test-1-url", TAB).await?;
    browser.press(OTHER_URL).await?;
    browser.tab_to("test-1-assertion-0-value", TAB).await?;
    browser.press("PHP").await?;
    browser.tab_to("test-1-url", BACK_TAB).await?;

    // A test, from a field of its own, up and down again.
    browser.press(ALT_UP).await?;
    browser.wait_keyboard_at("test-0-url").await?;
    holds(stage, &[("#test-0-url", OTHER_URL), ("#test-1-url", TEST_URL)]).await?;
    browser.press(ALT_UP).await?;
    browser.wait_text("#status", "Test 1 is the first already").await?;
    browser.wait_keyboard_at("test-0-url").await?;
    browser.press(ALT_DOWN).await?;
    browser.wait_keyboard_at("test-1-url").await?;
    holds(stage, &[("#test-0-url", TEST_URL), ("#test-1-url", OTHER_URL)]).await?;

    // An assertion, from its field and from its button.
    let (first, second) = ("#test-0-assertion-0-value", "#test-0-assertion-1-value");
    browser.tab_to("test-0-assertion-0-value", BACK_TAB).await?;
    browser.press(ALT_DOWN).await?;
    browser.wait_keyboard_at("test-0-assertion-1-value").await?;
    holds(stage, &[(first, "200"), (second, PATCH_TEXT)]).await?;
    browser.tab_to("test-0-assertion-1-up", TAB).await?;
    browser.press(SPACE).await?;
    browser.wait_keyboard_at("test-0-assertion-0-up").await?;
    holds(stage, &[(first, PATCH_TEXT), (second, "200")]).await?;

    // Back and forth, step by step.
    browser.press(UNDO).await?;
    holds(stage, &[(first, "200"), (second, PATCH_TEXT)]).await?;
    browser.press(UNDO).await?;
    holds(stage, &[(first, PATCH_TEXT), (second, "200")]).await?;
    browser.press(REDO).await?;
    holds(stage, &[(first, "200"), (second, PATCH_TEXT)]).await?;
    browser.wait_keyboard_at("test-0-assertion-0-up").await?;

    // To the last step: the keyboard goes where it can go on.
    browser.tab_to("redo", TAB).await?;
    browser.press(ENTER).await?;
    browser.wait_keyboard_at("undo").await?;
    holds(stage, &[(first, PATCH_TEXT), (second, "200")]).await?;

    browser.tab_to("save-tests", BACK_TAB).await?;
    browser.press(ENTER).await?;
    let saved = |state: &State| state.suite_of(GERRIT).map(|suite| suite.tests.clone());
    let saved = stage.state_with("the saved tests", saved).await?;
    let urls: Vec<&str> = saved.iter().map(|test| test.url.as_str()).collect();
    expect("the saved order", &vec![TEST_URL, OTHER_URL], &urls)?;
    let demanded: Vec<String> = saved[0].assertions.iter().map(ToString::to_string).collect();
    expect("the saved assertions", &vec![format!("body contains <{PATCH_TEXT}>"), "status <200>".to_owned()], &demanded)
}

/// Waits until the controls hold these texts.
async fn holds(stage: &Stage, texts: &[(&str, &str)]) -> Played {
    for (css, text) in texts {
        stage.browser.wait_for(css).await?;
        let script = format!("return document.querySelector('{css}')?.value ?? null");
        stage.browser.wait_script(&format!("<{text}> in <{css}>"), &script, &Value::from(*text)).await?;
    }
    Ok(())
}

async fn a_change_is_found_and_opened_by_keys(stage: &Stage) -> Played {
    let browser = &stage.browser;
    stage.set_nick(NICK).await?;
    stage.save_test().await?;
    browser.page("workbench.html").await?;
    let change = format!("choose-{GERRIT}");
    browser.wait_for(&format!("#{change}")).await?;

    browser.tab_to("search", TAB).await?;
    browser.press("no such words").await?;
    browser.wait_for("#changes [data-empty]").await?;
    browser.press(ESCAPE).await?;
    browser.wait_for(&format!("#{change}")).await?;
    expect("what is searched for then", &Some(String::new()), &browser.value("#search").await?)?;
    // Words of the test, not of the title.
    browser.press("listgrouprights").await?;
    browser.wait_text(&format!("#{change}"), "Found in:").await?;
    browser.tab_to(&change, TAB).await?;
    browser.press(ENTER).await?;
    browser.wait_text("#change h2", TITLE).await?;
    browser.wait_for("#test-0-url").await?;
    expect("whether the address names the change", &true, &browser.url().await?.ends_with(&format!("#{GERRIT}")))?;

    // A number that is on no list.
    browser.tab_to("open-change-number", TAB).await?;
    browser.press("1330099").await?;
    browser.press(ENTER).await?;
    browser.wait_text("#change h2", "1330099").await.map(drop)?;
    Ok(())
}

async fn escape_closes_what_is_open(stage: &Stage) -> Played {
    let browser = &stage.browser;
    stage.set_nick(NICK).await?;
    browser.wait_for(&patch()).await?;
    let add = format!("add-here-{GERRIT}");
    browser.tab_to(&add, TAB).await?;
    browser.press(ENTER).await?;
    browser.wait_keyboard_at("preset-find").await?;
    browser.press(ESCAPE).await?;
    browser.wait_gone("#preset-find").await?;
    browser.wait_keyboard_at(&add).await?;

    browser.workbench(GERRIT).await?;
    browser.wait_for("#test-0-url").await?;
    browser.tab_to("test-0-url", TAB).await?;
    // The fold behind the test's buttons.
    browser.script("document.querySelector('#test-0-more summary').focus()").await?;
    browser.press(ENTER).await?;
    browser.wait_for("#test-0-more[open]").await?;
    browser.tab_to("test-0-tags", TAB).await?;
    browser.press("smoke").await?;
    browser.press(ESCAPE).await?;
    browser.wait_gone("#test-0-more[open]").await?;
    let at = "return document.activeElement.closest('#test-0-more') !== null";
    expect("whether the keyboard is at the fold", &Value::from(true), &browser.script(at).await?)?;
    holds(stage, &[("#test-0-tags", "smoke")]).await?;

    browser.tab_to("import-text", TAB).await?;
    browser.press("https://en.wikipedia.org:\n- path: /wiki/Moon\n  assert_status: 200\n").await?;
    browser.tab_to("import-read", TAB).await?;
    browser.press(ENTER).await?;
    browser.wait_for("[data-import]").await?;
    browser.press(ESCAPE).await?;
    browser.wait_gone("[data-import]").await?;
    browser.wait_keyboard_at("import-text").await?;
    expect("tests in the form", &1, &browser.count("[data-test]").await?)
}

async fn every_control_is_reached_by_tab_and_has_a_name(stage: &Stage) -> Played {
    stage.prepare().await?;
    scenes!(stage: the_popup_is_reached_whole, the_popups_blanks_are_reached_whole, the_workbench_is_reached_whole)
}

async fn the_popup_is_reached_whole(stage: &Stage) -> Played {
    reached_whole(stage).await
}

async fn the_popups_blanks_are_reached_whole(stage: &Stage) -> Played {
    stage.browser.click("add-here").await?;
    stage.browser.wait_keyboard_at("preset-find").await?;
    stage.browser.press("right\u{e007}").await?;
    stage.browser.wait_for("#preset-group").await?;
    reached_whole(stage).await
}

async fn the_workbench_is_reached_whole(stage: &Stage) -> Played {
    stage.browser.workbench(GERRIT).await?;
    stage.browser.wait_for("#test-0-url").await?;
    stage.browser.wait_for("[data-shared]").await?;
    stage.browser.script("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })").await?;
    reached_whole(stage).await
}

/// How an element is found again: by its id, a fold's summary by the fold's, a link by its address.
const NAMED: &str = "
    const named = (one) => one.id ? `#${one.id}`
        : one.tagName === 'SUMMARY' && one.closest('details').id ? `#${one.closest('details').id} > summary`
        : one.tagName === 'A' ? `a[href=\"${one.getAttribute('href')}\"]`
        : one.outerHTML.slice(0, one.outerHTML.indexOf('>') + 1);";

/// What a user can do something with, and the page shows.
const CONTROLS: &str = "
    const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')];
    return all.filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled).map(named);";

async fn reached_whole(stage: &Stage) -> Played {
    let browser = &stage.browser;
    browser.script("document.activeElement.blur()").await?;
    let controls: BTreeSet<String> = serde_json::from_value(browser.script(&format!("{NAMED}{CONTROLS}")).await?)?;
    expect("whether there are controls", &true, &(controls.len() > 5))?;
    let mut reached = BTreeSet::new();
    let at = format!("{NAMED} return named(document.activeElement)");
    // Some stops are no controls, such as a part that scrolls.
    for _ in 0..controls.len() * 2 + 20 {
        if controls.is_subset(&reached) {
            break;
        }
        browser.press(TAB).await?;
        reached.insert(browser.script(&at).await?.as_str().unwrap_or_default().to_owned());
    }
    let missed: Vec<&String> = controls.difference(&reached).collect();
    expect("controls that the Tab key does not reach", &Vec::<&String>::new(), &missed)?;
    for control in &controls {
        expect("whether it can be found again", &(control, true), &(control, !control.starts_with('<')))?;
        let name = browser.name_of(control).await?;
        expect("whether it has a name", &(control, true), &(control, !name.trim().is_empty()))?;
    }
    Ok(())
}

async fn what_is_typed_outlives_tab_and_background(stage: &Stage) -> Played {
    stage.set_nick(NICK).await?;
    stage.save_test().await?;
    scenes!(stage:
        a_tab_closed_in_mid_typing_loses_nothing,
        a_background_killed_in_mid_typing_loses_nothing,
        a_tab_closed_while_no_background_runs_loses_nothing,
    )
}

const TYPED: &str = "[data-test=\"0\"] [data-assertion=\"0\"] [name=\"value\"]";

/// Opens the workbench in a tab of its own and types behind what is there.
async fn type_in_a_new_tab(stage: &Stage, text: &str) -> Played {
    stage.browser.new_tab().await?;
    stage.browser.workbench(GERRIT).await?;
    stage.browser.wait_for(TYPED).await?;
    stage.browser.tab_to("test-0-assertion-0-value", TAB).await?;
    stage.browser.press(&format!("\u{e010}{text}")).await.map_err(Into::into)
}

/// It is there in a new page, marked as not saved; what is saved is as it was. Then it is thrown away.
async fn is_taken_up(stage: &Stage, text: &str) -> Played {
    let browser = &stage.browser;
    browser.workbench(GERRIT).await?;
    browser.wait_text("[data-taken-up]", "Unsaved changes from").await?;
    holds(stage, &[("#test-0-assertion-0-value", &format!("{PATCH_TEXT}{text}"))]).await?;
    browser.wait_for("[data-unsaved]").await?;
    browser.wait_text(&format!("#choose-{GERRIT}"), "Not saved").await?;
    let saved = stage.state().await?.tests_of(GERRIT);
    expect("what is saved", &format!("body contains <{PATCH_TEXT}>"), &saved[0].assertions[0].to_string())?;
    browser.tab_to("discard-unsaved", TAB).await?;
    browser.press(ENTER).await?;
    browser.wait_gone("[data-unsaved]").await?;
    stage.state_with("nothing unsaved", |state| state.drafts.is_empty().then_some(())).await
}

async fn a_tab_closed_in_mid_typing_loses_nothing(stage: &Stage) -> Played {
    type_in_a_new_tab(stage, " closed").await?;
    stage.browser.close_tab().await?;
    is_taken_up(stage, " closed").await
}

async fn a_background_killed_in_mid_typing_loses_nothing(stage: &Stage) -> Played {
    type_in_a_new_tab(stage, " killed").await?;
    stage.browser.kill_background().await?;
    stage.browser.press(" twice").await?;
    stage.state_with("what is typed", |state| (!state.drafts.is_empty()).then_some(())).await?;
    stage.browser.kill_background().await?;
    stage.browser.close_tab().await?;
    is_taken_up(stage, " killed twice").await
}

async fn a_tab_closed_while_no_background_runs_loses_nothing(stage: &Stage) -> Played {
    type_in_a_new_tab(stage, "").await?;
    stage.browser.kill_background().await?;
    stage.browser.press(" alone").await?;
    stage.browser.close_tab().await?;
    is_taken_up(stage, " alone").await
}
