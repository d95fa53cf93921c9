// SPDX-License-Identifier: GPL-2.0-or-later
//! Tests that come in as a chosen file, by drop and by paste, and go out as a file and by the clipboard.

use crate::bed::{GERRIT, NICK, PATCH_TEXT, TEST_URL};
use crate::stage::{Played, Stage, expect, in_both_browsers, scenes};
use backport_verify::app::State;
use backport_verify::check::Subject;
use backport_verify::suite::{Owner, Test, import, read};

in_both_browsers!(tests_come_and_go_as_files_and_by_the_clipboard);

const PASTE: &str = "\u{e009}v";

const CHOSEN: &str = "https://en.wikipedia.org:\n- path: /wiki/Moon\n  name: Chosen\n  assert_status: 200\n";
const DROPPED: &str = "https://de.wikipedia.org:\n- path: /wiki/Earth\n  name: Fallen — gefallen ✓\n  assert_body_contains: 'Erde: \"rund\"'\n";

/// The tests of the story's change, once there are so many.
async fn saved(stage: &Stage, many: usize) -> Result<Vec<Test>, crate::stage::Failure> {
    let saved = |state: &State| state.suite_of(GERRIT).map(|suite| suite.tests.clone());
    stage.state_with("the saved tests", |state| saved(state).filter(|tests| tests.len() == many)).await
}

async fn tests_come_and_go_as_files_and_by_the_clipboard(stage: &Stage) -> Played {
    stage.set_nick(NICK).await?;
    stage.save_test().await?;
    stage.browser.workbench(GERRIT).await?;
    stage.browser.wait_for("#import-file").await?;
    scenes!(stage:
        a_chosen_file_is_shown_and_put_in_on_a_click,
        a_dropped_file_is_shown_and_the_page_stays,
        a_file_that_is_no_suite_says_so_and_changes_nothing,
        a_download_reads_back_as_what_is_saved,
        what_is_copied_is_pasted_again,
        a_suite_goes_out_for_hurl_and_comes_back,
    )
}

async fn a_chosen_file_is_shown_and_put_in_on_a_click(stage: &Stage) -> Played {
    let browser = &stage.browser;
    browser.choose_file("#import-file", "chosen.yaml", CHOSEN).await?;
    browser.wait_text("[data-import]", "1 test read from chosen.yaml").await?;
    expect("tests in the form before the click", &1, &browser.count("[data-test]").await?)?;
    browser.click("import-append").await?;
    browser.wait_for("[data-test=\"1\"]").await?;
    browser.wait_keyboard_at("save-tests").await?;
    browser.click("save-tests").await?;
    let tests = saved(stage, 2).await?;
    expect("what was saved", &"Chosen", &tests[1].name.as_str())?;
    // The same file can be chosen again.
    browser.choose_file("#import-file", "chosen.yaml", CHOSEN).await?;
    browser.wait_text("[data-import]", "1 test read from chosen.yaml").await?;
    browser.click("import-cancel").await?;
    Ok(browser.wait_gone("[data-import]").await?)
}

async fn a_dropped_file_is_shown_and_the_page_stays(stage: &Stage) -> Played {
    let browser = &stage.browser;
    let stays = browser.drop_file("#verify", "dropped.yaml", DROPPED).await?;
    expect("whether the browser was kept from opening it", &true, &stays)?;
    browser.wait_text("[data-import]", "1 test read from dropped.yaml").await?;
    browser.click("import-append").await?;
    browser.wait_for("[data-test=\"2\"]").await?;
    browser.click("save-tests").await?;
    let tests = saved(stage, 3).await?;
    expect("what was saved", &read(DROPPED).ok().map(|read| read.suite.tests), &Some(tests[2..].to_vec()))
}

async fn a_file_that_is_no_suite_says_so_and_changes_nothing(stage: &Stage) -> Played {
    let browser = &stage.browser;
    browser.choose_file("#import-file", "wrong.yaml", "https://en.wikipedia.org:\n- method: GET\n").await?;
    let said = browser.wait_text("[data-problem=\"no_suite\"]", "wrong.yaml").await?;
    expect("whether it says where", &true, &said.contains("Line 2, column 3"))?;
    expect("tests in the form", &3, &browser.count("[data-test]").await?)
}

async fn a_download_reads_back_as_what_is_saved(stage: &Stage) -> Played {
    let tests = saved(stage, 3).await?;
    let owners = stage.state().await?.owners_of(GERRIT);
    let Some(Owner::Change(name)) = owners.first() else { return expect("the owner", &"a change", &"none") };
    stage.browser.click_in("[data-owner^=\"change:\"]", "export-download").await?;
    let text = stage.browser.downloaded(&format!("change-{name}.yaml")).await?;
    let back = read(&text).map(|read| read.suite.tests).map_err(|error| error.to_string());
    expect("what the file reads back as", &Ok(tests), &back)
}

async fn what_is_copied_is_pasted_again(stage: &Stage) -> Played {
    let browser = &stage.browser;
    let tests = saved(stage, 3).await?;
    browser.click_in("[data-owner^=\"change:\"]", "export-copy").await?;
    browser.wait_text("[data-owner^=\"change:\"]", "✓ Copied").await?;
    browser.click_on("#import-text").await?;
    browser.press(PASTE).await?;
    browser.click("import").await?;
    browser.wait_text("[data-import]", "3 tests read from the text").await?;
    browser.click("import-replace").await?;
    browser.wait_for("[data-imported=\"3\"]").await?;
    expect("tests in the form", &3, &browser.count("[data-test]").await?)?;
    // Nothing differs from what is saved.
    browser.wait_gone("[data-unsaved]").await?;
    expect(
        "the first of them",
        &(TEST_URL, true),
        &(tests[0].url.as_str(), tests[0].assertions[0].to_string().contains(PATCH_TEXT)),
    )
}

async fn a_suite_goes_out_for_hurl_and_comes_back(stage: &Stage) -> Played {
    let browser = &stage.browser;
    let mut tests = saved(stage, 3).await?;
    // Hurl demands the status before anything else.
    for test in &mut tests {
        test.assertions.sort_by_key(|assertion| assertion.of != Subject::Status);
    }
    let owners = stage.state().await?.owners_of(GERRIT);
    let Some(Owner::Change(name)) = owners.first() else { return expect("the owner", &"a change", &"none") };
    browser.choose_in("", "export-as", "hurl").await?;
    browser.click_in("[data-owner^=\"change:\"]", "export-download").await?;
    let file = format!("change-{name}.hurl");
    let text = browser.downloaded(&file).await?;
    let back = import(&file, &text).map(|taken| taken.tests).map_err(|error| error.to_string());
    expect("what the file reads back as", &Ok(tests.clone()), &back)?;
    // The browser's reader reads it, too.
    browser.choose_file("#import-file", &file, &text).await?;
    browser.wait_text("[data-import]", &format!("3 tests read from {file}")).await?;
    browser.click("import-replace").await?;
    browser.wait_for("[data-imported=\"3\"]").await?;
    browser.click("save-tests").await?;
    let kept = |state: &State| state.suite_of(GERRIT).map(|suite| suite.tests.clone());
    stage.state_with("what came back", |state| kept(state).filter(|kept| *kept == tests)).await.map(drop)
}
