// SPDX-License-Identifier: GPL-2.0-or-later
//! What else in the browser bends requests: another extension that sets or removes X-Wikimedia-Debug, as WikimediaDebug
//! does while it is on, and a cookie that was left over.
//!
//! Our own requests leave as they were meant; a tab's may not, and then the popup says so. `ARCHITECTURE.md` has the
//! table of what these tests measure.

use crate::bed::{GERRIT, PATCH_TEXT, TEST_URL};
use crate::driver::Which;
use crate::driver::asking::asking;
use crate::stage::{Company, Failure, Played, Stage, expect, in_both_browsers, scenes};
use crate::submitter::{Step, debug_header, patch};
use backport_verify::app::{Command, Run, State};
use backport_verify::check::Assertion;
use backport_verify::exchange::Session;
use backport_verify::suite::Test;
use backport_verify::verify::{Comparison, Doubt, Reason};

in_both_browsers!(
    an_extension_installed_earlier_bends_no_request_of_ours beside Earlier,
    an_extension_installed_later_bends_no_request_of_ours beside Later,
    a_left_over_cookie_never_passes,
);

/// What our runs and tabs say.
const OURS: &str = "backend=k8s-mwdebug";
/// What the other extension says.
const OTHERS: &str = "backend=k8s-mwdebug-next; log";
/// What a page's own script says.
const PAGES: &str = "backend=k8s-mwdebug-codfw";
/// A cookie as Special:WikimediaDebug sets it.
const COOKIE: &str = "backend%3Dk8s-mwdebug%3Blog%3Bexpire%3D1924905600";

/// What the other extension does to each request, by what its page calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Set,
    Remove,
    SetLower,
    RemoveLower,
    ListenerSets,
    ListenerRemoves,
    Off,
}

impl Mode {
    const fn name(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Remove => "remove",
            Self::SetLower => "set-lower",
            Self::RemoveLower => "remove-lower",
            Self::ListenerSets => "listener-set",
            Self::ListenerRemoves => "listener-remove",
            Self::Off => "off",
        }
    }

    /// Whether it spells the header as our own rule does; our runs, which use no rule, do not meet it.
    const fn is_lower(self) -> bool {
        matches!(self, Self::SetLower | Self::RemoveLower)
    }

    /// What becomes of a header where the other extension has its way.
    fn makes_of(self, header: &str) -> Option<String> {
        match self {
            Self::Set | Self::SetLower | Self::ListenerSets => Some(OTHERS.to_owned()),
            Self::Remove | Self::RemoveLower | Self::ListenerRemoves => None,
            Self::Off => Some(header.to_owned()),
        }
    }

    /// Those that a browser has: only Firefox lets a listener change a request.
    fn all(which: Which) -> impl Iterator<Item = Self> {
        use Mode::{ListenerRemoves, ListenerSets, Remove, RemoveLower, Set, SetLower};
        let listeners = [ListenerSets, ListenerRemoves].into_iter().filter(move |_| which == Which::Firefox);
        [Set, Remove, SetLower, RemoveLower].into_iter().chain(listeners)
    }

    /// Whether it bends the requests of our tab. In Chromium the rules of the extension that was installed later win. So
    /// do, in Firefox, those of the one that came later to use rules, where both spell the header alike, as ours in
    /// lower case; where not, both are applied, the older one last. A listener, which only Firefox lets, wins always.
    fn wins_in_a_tab(self, which: Which, company: Company) -> bool {
        match self {
            Self::Set | Self::Remove if which == Which::Firefox => company == Company::Earlier,
            Self::Set | Self::Remove | Self::SetLower | Self::RemoveLower => company == Company::Later,
            Self::ListenerSets | Self::ListenerRemoves => true,
            Self::Off => false,
        }
    }
}

async fn an_extension_installed_earlier_bends_no_request_of_ours(stage: &Stage) -> Played {
    beside_another(stage).await
}

async fn an_extension_installed_later_bends_no_request_of_ours(stage: &Stage) -> Played {
    beside_another(stage).await
}

async fn beside_another(stage: &Stage) -> Played {
    stage.prepare().await?;
    stage.bed.merge().await?;
    stage.bed.sync_testservers().await?;
    scenes!(stage:
        a_run_on_mwdebug_asks_our_backend_and_production_as_ever,
        a_tab_on_mwdebug_shows_our_backend_or_says_that_it_does_not,
        a_run_on_production_asks_production,
    )
}

/// Turns the other extension, and makes sure that it has its way with the pages of the wikis.
async fn turn(stage: &Stage, mode: Mode) -> Played {
    let browser = &stage.browser;
    browser.others_page().await?;
    browser.choose_in("", "mode", mode.name()).await?;
    browser.wait_for(&format!("[data-mode=\"{}\"]", mode.name())).await?;
    browser.open(TEST_URL).await?;
    let ask = format!("return fetch('?by=page', {{ headers: {{ 'X-Wikimedia-Debug': '{PAGES}' }} }}).then(() => true)");
    browser.script(&ask).await?;
    expect("the header of a page's own request", &mode.makes_of(PAGES), &last_header(stage))
}

fn last_header(stage: &Stage) -> Option<String> {
    stage.asked().last().and_then(debug_header).map(str::to_owned)
}

/// The headers with which the page of the story's test was asked for, each once. Nothing at all, of any site, may have
/// gone out with the other extension's.
fn headers(stage: &Stage) -> Result<Vec<Option<String>>, Failure> {
    let bent = stage.bed.seen().iter().filter(|seen| debug_header(seen) == Some(OTHERS)).count();
    expect("requests with the other extension's header", &0, &bent)?;
    let mut headers: Vec<_> = stage.asked().iter().map(|seen| debug_header(seen).map(str::to_owned)).collect();
    headers.sort();
    headers.dedup();
    Ok(headers)
}

async fn a_run_on_mwdebug_asks_our_backend_and_production_as_ever(stage: &Stage) -> Played {
    for mode in Mode::all(stage.browser.which).filter(|mode| !mode.is_lower()) {
        turn(stage, mode).await?;
        stage.browser.popup().await?;
        stage.bed.forget_seen();
        let run = stage.verify(Step::Mwdebug, "pass").await?;
        expect("the headers that left", &vec![None, Some(OURS.to_owned())], &headers(stage)?)?;
        expect("what production did before", &Some(Comparison::Fixed), &run.journal.comparison(0))?;
    }
    Ok(())
}

async fn a_run_on_production_asks_production(stage: &Stage) -> Played {
    stage.bed.sync_everywhere().await?;
    for mode in Mode::all(stage.browser.which).filter(|mode| !mode.is_lower() && mode.makes_of(PAGES).is_some()) {
        turn(stage, mode).await?;
        stage.browser.popup().await?;
        stage.bed.forget_seen();
        stage.verify_on_production_anyway("pass").await?;
        expect("the headers that left", &vec![None], &headers(stage)?)?;
    }
    turn(stage, Mode::Off).await
}

async fn a_tab_on_mwdebug_shows_our_backend_or_says_that_it_does_not(stage: &Stage) -> Played {
    for mode in Mode::all(stage.browser.which) {
        turn(stage, mode).await?;
        stage.browser.popup().await?;
        stage.bed.forget_seen();
        stage.browser.click_in(&patch(), "browse").await?;
        stage.asked_at_least(1).await?;
        let wins = mode.wins_in_a_tab(stage.browser.which, stage.company);
        let expected = if wins { mode.makes_of(OURS) } else { Some(OURS.to_owned()) };
        expect("the header in our tab", &expected, &last_header(stage))?;
        let told = wins.then(|| expected.unwrap_or_else(|| "no header".to_owned()));
        let known = |state: &State| state.browsing.first().filter(|tab| tab.conflict == told).map(drop);
        stage.state_with("the conflict, or none,", known).await?;
        if let Some(told) = told {
            stage.browser.wait_text("[data-browsing]", "turn that extension off").await?;
            stage.browser.wait_text("[data-browsing]", &format!("({told})")).await?;
        } else {
            stage.browser.wait_for("[data-browsing]").await?;
            expect("complaints", &0, &stage.browser.count("[data-browsing] .bv-note--error").await?)?;
        }
        stop_browsing(stage).await?;
    }
    Ok(())
}

async fn a_left_over_cookie_never_passes(stage: &Stage) -> Played {
    stage.prepare().await?;
    stage.bed.merge().await?;
    stage.bed.sync_everywhere().await?;
    scenes!(stage:
        a_request_of_nobody_carries_no_cookie,
        as_me_the_cookie_is_named_and_how_to_delete_it,
        a_tab_on_mwdebug_says_that_the_cookie_decides,
        once_it_is_deleted_the_run_passes,
    )
}

/// Keeps one test of the story's page, which is sent with these cookies.
async fn save_test_as(stage: &Stage, session: Session) -> Played {
    let test = Test {
        url: TEST_URL.to_owned(),
        session,
        assertions: vec![Assertion::body_contains(PATCH_TEXT)],
        ..Test::default()
    };
    stage.browser.popup().await?;
    let began = stage.state().await?.suite_of(GERRIT).map(|suite| suite.tests.clone()).unwrap_or_default();
    let command = Command::SaveTests { gerrit: GERRIT, owner: None, began, tests: vec![test.clone()] };
    stage.browser.script(&format!("return {}.then(() => true)", asking(&serde_json::to_string(&command)?))).await?;
    let kept = |state: &State| state.suite_of(GERRIT).filter(|suite| suite.tests == [test.clone()]).map(drop);
    stage.state_with("the saved test", kept).await
}

/// Has a page of the wiki keep the cookie for all wikis of its site, or delete it.
async fn keep_cookie(stage: &Stage, seconds: u32) -> Played {
    stage.browser.open(TEST_URL).await?;
    let cookie =
        format!("X-Wikimedia-Debug={COOKIE}; Domain=.wikipedia.org; Path=/; Secure; SameSite=None; Max-Age={seconds}");
    let set = format!("document.cookie = '{cookie}'; return document.cookie.includes('X-Wikimedia-Debug=')");
    let there = stage.browser.script(&set).await?.as_bool();
    expect("whether the cookie is there", &Some(seconds > 0), &there)
}

/// The cookie and the header of the last request for the story's page.
fn last_cookie(stage: &Stage) -> (Option<String>, Option<String>) {
    (stage.asked().last().and_then(|seen| seen.cookie("X-Wikimedia-Debug")), last_header(stage))
}

async fn a_request_of_nobody_carries_no_cookie(stage: &Stage) -> Played {
    keep_cookie(stage, 3600).await?;
    save_test_as(stage, Session::Anonymous).await?;
    stage.verify_on_production_anyway("pass").await?;
    expect("cookie and header", &(None, None), &last_cookie(stage))
}

fn doubt(run: &Run) -> Result<Doubt, Failure> {
    match run.journal.deciding(0).and_then(|outcome| outcome.reason.clone()) {
        Some(Reason::Doubt { doubt }) => Ok(doubt),
        other => Err(Failure::Unlike { what: "the reason", expected: "a doubt".into(), actual: format!("{other:?}") }),
    }
}

async fn as_me_the_cookie_is_named_and_how_to_delete_it(stage: &Stage) -> Played {
    save_test_as(stage, Session::Mine).await?;
    let named = Doubt::DebugCookie { host: "en.wikipedia.org".into(), value: COOKIE.into() };
    let run = stage.verify_on_production_anyway("inconclusive").await?;
    expect("cookie and header", &(Some(COOKIE.to_owned()), None), &last_cookie(stage))?;
    expect("the doubt", &named, &doubt(&run)?)?;
    stage.browser.wait_text(&Step::Production.place(), "A cookie X-Wikimedia-Debug").await?;
    let how = "open https://en.wikipedia.org, press F12, choose Application (Chromium) or Storage (Firefox)";
    stage.browser.wait_text(&Step::Production.place(), how).await?;
    let run = stage.verify(Step::Mwdebug, "inconclusive").await?;
    expect("the doubt", &named, &doubt(&run)?)
}

async fn a_tab_on_mwdebug_says_that_the_cookie_decides(stage: &Stage) -> Played {
    let before = stage.asked().len();
    stage.browser.click_in(&patch(), "browse").await?;
    stage.asked_at_least(before + 1).await?;
    expect("cookie and header", &(Some(COOKIE.to_owned()), Some(OURS.to_owned())), &last_cookie(stage))?;
    stage.browser.wait_text("[data-browsing]", &format!("A cookie X-Wikimedia-Debug ({COOKIE}) went along")).await?;
    expect("the conflict", &None, &stage.state().await?.browsing.into_iter().find_map(|tab| tab.conflict))?;
    stop_browsing(stage).await
}

/// Ends the one tab on mwdebug and comes back to the popup.
async fn stop_browsing(stage: &Stage) -> Played {
    stage.browser.click("stop-browsing").await?;
    stage.state_with("no tab on mwdebug", |state| state.browsing.is_empty().then_some(())).await?;
    stage.browser.go_to_tab("Special:ListGroupRights").await?;
    stage.browser.close_tab().await?;
    Ok(stage.browser.go_to_tab("popup.html").await?)
}

async fn once_it_is_deleted_the_run_passes(stage: &Stage) -> Played {
    keep_cookie(stage, 0).await?;
    stage.browser.popup().await?;
    stage.verify_on_production_anyway("pass").await?;
    expect("cookie and header", &(None, None), &last_cookie(stage))?;
    stage.verify(Step::Mwdebug, "pass").await.map(drop)
}
