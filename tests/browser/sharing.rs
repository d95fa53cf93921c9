// SPDX-License-Identifier: GPL-2.0-or-later
//! A suite that a team keeps on a wiki page: read and taken over on a click, saved there on the submitter's word alone.

use crate::bed::{Answer, GERRIT, NICK, PATCH_TEXT, Seen, TEST_URL};
use crate::stage::{Played, Stage, expect, in_both_browsers, scenes};
use backport_verify::app::State;
use backport_verify::suite::{Owner, Test, suite_in};

in_both_browsers!(a_team_shares_a_suite_on_a_wiki_page);

const HOST: &str = "www.mediawiki.org";
const DBNAME: &str = "mediawikiwiki";
const TITLE: &str = "Backport_tests/enwiki";
const PAGE: &str = "https://www.mediawiki.org/wiki/Backport_tests/enwiki";

/// What a login leaves in the browser, as Wikimedia sets it: also for requests from other sites.
const SESSION: &str = "mediawikiwikiSession=q7hc1f0u; path=/; secure; HttpOnly; SameSite=None";
/// A cookie that the browser keeps from requests of other sites; the extension's are none where it has the site's permission.
const LAX: &str = "WMF-Last-Access=22-Nov-2026; path=/; secure; HttpOnly; SameSite=Lax";

/// Whose suite it is, and where the workbench shows its page.
fn owner() -> Owner {
    Owner::Wiki("enwiki".into())
}

fn home() -> String {
    format!("[data-shared][data-owner=\"{}\"]", owner())
}

fn on_the_page(yaml: &str) -> String {
    format!(
        "Tests of every change of enwiki.\n\n<syntaxhighlight lang=\"yaml\">\n{yaml}</syntaxhighlight>\n\n[[Category:Backports]]\n"
    )
}

fn yaml(path: &str, text: &str) -> String {
    format!("https://en.wikipedia.org:\n- path: {path}\n  name: Smoke\n  assert_body_contains: {text}\n")
}

async fn a_team_shares_a_suite_on_a_wiki_page(stage: &Stage) -> Played {
    stage.set_nick(NICK).await?;
    stage.save_test().await?;
    stage.bed.write_page(DBNAME, TITLE, &on_the_page(&yaml("/wiki/Special:Version", "PHP")));
    stage.bed.tells(log_in);
    stage.browser.open(PAGE).await?;
    stage.bed.be_honest();
    stage.browser.workbench(GERRIT).await?;
    scenes!(stage:
        a_page_is_read_and_nothing_of_it_is_taken_before_a_click,
        what_was_changed_here_is_saved_on_the_page_as_the_user,
        an_edit_conflict_is_told_and_nothing_is_lost,
        one_who_is_logged_out_is_told_what_to_do,
    )
}

fn log_in(seen: &Seen, answer: &mut Answer) {
    if seen.host == HOST && seen.route().starts_with("/wiki/") {
        *answer = answer.clone().with("set-cookie", SESSION).with("set-cookie", LAX);
    }
}

/// The kept tests of every change of the wiki.
fn kept(state: &State) -> Vec<Test> {
    state.suites.get(&owner()).map(|suite| suite.tests.clone()).unwrap_or_default()
}

fn demands(tests: &[Test]) -> Vec<String> {
    tests.iter().flat_map(|test| &test.assertions).map(ToString::to_string).collect()
}

fn wikitext(stage: &Stage) -> String {
    stage.bed.read_page(DBNAME, TITLE).unwrap_or_default()
}

/// What the page on the wiki demands now.
fn demanded(stage: &Stage) -> Vec<String> {
    suite_in(&wikitext(stage)).map(|suite| demands(&suite.tests)).unwrap_or_default()
}

async fn a_page_is_read_and_nothing_of_it_is_taken_before_a_click(stage: &Stage) -> Played {
    let browser = &stage.browser;
    browser.wait_for(&home()).await?;
    browser.fill_in(&home(), "shared-url", PAGE).await?;
    browser.click_in(&home(), "share-set").await?;
    browser.click_in(&home(), "share-read").await?;
    let offer = format!("{} form[data-act=\"share-take\"]", home());
    browser.wait_text(&offer, "Add this test").await?;
    let shown = browser.wait_text(&offer, "body contains <PHP>").await?;
    expect("whether its URL is shown", &true, &shown.contains("https://en.wikipedia.org/wiki/Special:Version"))?;
    // One that ticks nothing takes nothing.
    browser.click_in(&home(), "share-take").await?;
    browser.wake_background().await?;
    expect("tests kept before it is ticked", &Vec::<Test>::new(), &kept(&stage.state().await?))?;
    let seen = stage.bed.seen();
    let reads: Vec<&Seen> = seen.iter().filter(|seen| seen.host == HOST && seen.route() == "/w/api.php").collect();
    expect("requests to the wiki's API", &1, &reads.len())?;
    expect("the cookies of the one that reads", &None, &reads[0].header("cookie"))?;
    expect(
        "requests for what the page's test asks",
        &0,
        &seen.iter().filter(|seen| seen.path.contains("Special:Version")).count(),
    )?;

    browser.click_on(&format!("{offer} input[name=\"offer-0\"]")).await?;
    browser.click_in(&home(), "share-take").await?;
    let taken = stage.state_with("the test taken over", |state| Some(kept(state)).filter(|tests| !tests.is_empty()));
    expect("what was taken", &vec!["body contains <PHP>".to_owned()], &demands(&taken.await?))?;
    browser.wait_text(&home(), "Your tests and those of the page are the same").await?;
    expect("what stands on the page", &on_the_page(&yaml("/wiki/Special:Version", "PHP")), &wikitext(stage))
}

/// Changes the one test of every change of the wiki in the form, and saves the form.
async fn change_here(stage: &Stage, value: &str) -> Played {
    let browser = &stage.browser;
    let own = format!("[data-act=\"choose-owner\"][data-owner=\"{}\"]", owner());
    browser.click_on(&format!(".bv-owners {own}")).await?;
    browser.wait_for(&format!(".bv-owners {own}[aria-pressed=\"true\"]")).await?;
    browser.fill_in("[data-test=\"0\"] [data-assertion=\"0\"]", "value", value).await?;
    browser.click("save-tests").await?;
    let text = format!("body contains <{value}>");
    let changed = |state: &State| (demands(&kept(state)) == [text.clone()]).then_some(());
    stage.state_with("the changed test", changed).await
}

fn posts(stage: &Stage) -> Vec<Seen> {
    stage.bed.seen().into_iter().filter(|seen| seen.host == HOST && seen.method == "POST").collect()
}

async fn what_was_changed_here_is_saved_on_the_page_as_the_user(stage: &Stage) -> Played {
    let browser = &stage.browser;
    change_here(stage, "MediaWiki").await?;
    // What is saved here is not yet on the page.
    browser.wait_text(&home(), "The page differs from your tests").await?;
    expect("edits before the word", &0, &posts(stage).len())?;
    let revision = browser.script("return document.querySelector('[data-revision]').dataset.revision").await?;
    browser.fill_in(&home(), "summary", "Look for the name").await?;
    browser.click_in(&home(), "share-save").await?;
    browser.wait_for(&format!("{} [data-saved=\"page\"]", home())).await?;

    let posts = posts(stage);
    expect("edits", &1, &posts.len())?;
    let said = |name: &str| posts[0].parameter(name).unwrap_or_default();
    expect("the session", &Some("q7hc1f0u".to_owned()), &posts[0].cookie("mediawikiwikiSession"))?;
    expect("the cookie of the site alone", &Some("22-Nov-2026".to_owned()), &posts[0].cookie("WMF-Last-Access"))?;
    expect("the debug header", &None, &posts[0].header("x-wikimedia-debug"))?;
    expect("the revision that it is over", &revision.as_str().unwrap_or_default().to_owned(), &said("baserevid"))?;
    for (name, value) in [
        ("action", "edit"),
        ("title", "Backport tests/enwiki"),
        ("summary", "Look for the name"),
        ("assert", "user"),
        ("nocreate", "1"),
    ] {
        expect("a field of the edit", &(name, value), &(name, said(name).as_str()))?;
    }
    expect("whether it has a token", &true, &said("token").ends_with("+\\"))?;
    expect("what the page demands", &vec!["body contains <MediaWiki>".to_owned()], &demanded(stage))?;
    let (text, around) = (wikitext(stage), on_the_page("|"));
    let (before, after) = around.split_once('|').unwrap_or_default();
    expect("whether the page around it is as it was", &true, &(text.starts_with(before) && text.ends_with(after)))?;
    browser.wait_text(&home(), "Your tests and those of the page are the same").await.map(drop)?;
    Ok(())
}

async fn an_edit_conflict_is_told_and_nothing_is_lost(stage: &Stage) -> Played {
    let browser = &stage.browser;
    change_here(stage, "Ours").await?;
    let theirs = on_the_page(&yaml("/wiki/Special:Version", "Theirs"));
    stage.bed.write_page(DBNAME, TITLE, &theirs);
    browser.click_in(&home(), "share-save").await?;
    let told = format!("{} [data-problem=\"not_saved\"]", home());
    let sentence = browser.wait_text(&told, "somebody has changed the page since you read it").await?;
    expect("whether it says what to do", &true, &sentence.contains("Read the page again, look at both, then save"))?;
    expect("what stands on the page", &theirs, &wikitext(stage))?;
    expect("what is kept here", &vec!["body contains <Ours>".to_owned()], &demands(&kept(&stage.state().await?)))?;

    browser.click_in(&home(), "share-read").await?;
    let offer = format!("{} form[data-act=\"share-take\"]", home());
    let both = browser.wait_text(&offer, "body contains <Theirs>").await?;
    expect("whether ours is shown beside it", &true, &both.contains("body contains <Ours>"))?;
    browser.wait_gone(&told).await?;
    browser.click_in(&home(), "share-save").await?;
    browser.wait_for(&format!("{} [data-saved=\"page\"]", home())).await?;
    expect("what the page demands", &vec!["body contains <Ours>".to_owned()], &demanded(stage))
}

async fn one_who_is_logged_out_is_told_what_to_do(stage: &Stage) -> Played {
    let browser = &stage.browser;
    change_here(stage, "Later").await?;
    stage.bed.log_out(true);
    stage.bed.forget_seen();
    browser.click_in(&home(), "share-save").await?;
    let told = format!("{} [data-problem=\"not_saved\"]", home());
    let sentence = browser.wait_text(&told, "nobody is logged in on www.mediawiki.org").await?;
    expect("whether it says what to do", &true, &sentence.contains("Log in on that wiki in a tab, then save again"))?;
    expect("edits that were sent", &0, &posts(stage).len())?;
    expect("what the page demands", &vec!["body contains <Ours>".to_owned()], &demanded(stage))?;

    stage.bed.log_out(false);
    browser.click_in(&home(), "share-save").await?;
    browser.wait_for(&format!("{} [data-saved=\"page\"]", home())).await?;
    expect("what the page demands then", &vec!["body contains <Later>".to_owned()], &demanded(stage))?;
    expect("tests of the change itself", &2, &stage.state().await?.tests_of(GERRIT).len())?;
    let own = stage.state().await?.tests_of(GERRIT);
    expect(
        "the change's own test",
        &(TEST_URL, true),
        &(own[0].url.as_str(), demands(&own[..1])[0].contains(PATCH_TEXT)),
    )
}
