// SPDX-License-Identifier: GPL-2.0-or-later
//! What a submitter does and sees: every deed goes through the pages, by click and key.
//!
//! The published state is read only to know that a deed is done, or what the pages do not tell.

use crate::bed::{GERRIT, NICK, PATCH_TEXT, Seen, TEST_URL, WEBHOOK};
use crate::driver::{BrowserError, PATIENCE};
use crate::stage::{Failure, Played, Stage};
use backport_verify::app::{Delivery, Run, State};
use backport_verify::report::Receiver;
use std::fmt;
use std::time::{Duration, Instant};

/// One of the two steps of a backport window in which the submitter verifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// On the test servers.
    Mwdebug,
    /// On the fleet.
    Production,
}

impl fmt::Display for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Mwdebug => "mwdebug",
            Self::Production => "production",
        })
    }
}

impl Step {
    /// Where the popup shows this step of the story's patch.
    pub(crate) fn place(self) -> String {
        format!("{} [data-stage=\"{self}\"]", patch())
    }
}

/// Where the popup shows the story's patch.
pub(crate) fn patch() -> String {
    format!("[data-patch=\"{GERRIT}\"]")
}

impl Stage {
    /// What the background published last; needs a page of the extension in the current tab.
    ///
    /// # Errors
    /// When it cannot be had or read.
    pub(crate) async fn state(&self) -> Result<State, Failure> {
        let script = format!("return chrome.storage.session.get('{0}').then(kept => kept['{0}'] ?? null)", State::KEY);
        match self.browser.script(&script).await?.as_str() {
            Some(text) => Ok(serde_json::from_str(text)?),
            None => Ok(State::default()),
        }
    }

    /// Waits until the published state holds something.
    ///
    /// # Errors
    /// When it does not in time.
    pub(crate) async fn state_with<T>(&self, expected: &str, look: impl Fn(&State) -> Option<T>) -> Result<T, Failure> {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look(&self.state().await?) {
                return Ok(found);
            }
            if Instant::now() > end {
                return Err(Failure::Browser(BrowserError::Late {
                    expected: format!("{expected} in the published state"),
                    seconds: PATIENCE.as_secs(),
                    url: self.browser.url().await?,
                    page: self.browser.page_text().await?,
                }));
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    /// Opens the popup and sets a nick in it.
    ///
    /// # Errors
    /// When it is not kept.
    pub(crate) async fn set_nick(&self, nick: &str) -> Played {
        self.browser.popup().await?;
        self.browser.fill("nick", nick).await?;
        self.browser.click("save-nick").await?;
        let kept = |state: &State| (state.settings.nick.as_ref()?.as_str() == nick).then_some(());
        self.state_with("the nick", kept).await
    }

    /// Writes one test into the workbench's form, by typing: a URL and assertions by what they speak of and a value; the predicate
    /// that is offered first is taken.
    ///
    /// # Errors
    /// When a control is not there.
    pub(crate) async fn write_test(&self, url: &str, assertions: &[(&str, &str)]) -> Played {
        let browser = &self.browser;
        browser.workbench(GERRIT).await?;
        browser.wait_for("[data-act=\"save-tests\"]").await?;
        if browser.count("[data-test=\"0\"]").await? == 0 {
            browser.click("add-test").await?;
        }
        browser.fill_in("[data-test=\"0\"]", "url", url).await?;
        for (place, (kind, value)) in assertions.iter().enumerate() {
            let row = format!("[data-test=\"0\"] [data-assertion=\"{place}\"]");
            if browser.count(&row).await? == 0 {
                browser.click_in("[data-test=\"0\"]", "add-assertion").await?;
            }
            browser.choose_in(&row, "kind", kind).await?;
            browser.fill_in(&row, "value", value).await?;
        }
        Ok(())
    }

    /// Writes and saves the story's test.
    ///
    /// # Errors
    /// When it is not kept.
    pub(crate) async fn save_test(&self) -> Played {
        self.write_test(TEST_URL, &[("body", PATCH_TEXT), ("status", "200")]).await?;
        self.browser.click("save-tests").await?;
        let kept = |state: &State| state.suite_of(GERRIT).filter(|suite| suite.tests.len() == 1).map(drop);
        self.state_with("the saved test", kept).await
    }

    /// Saves the channel's webhook in the workbench.
    ///
    /// # Errors
    /// When it is not kept.
    pub(crate) async fn save_webhook(&self) -> Played {
        self.save_this_webhook(WEBHOOK).await
    }

    /// Saves a webhook in the workbench.
    ///
    /// # Errors
    /// When it is not kept.
    pub(crate) async fn save_this_webhook(&self, url: &str) -> Played {
        self.browser.workbench(GERRIT).await?;
        self.browser.fill("webhook", url).await?;
        self.browser.click("save-settings").await?;
        let guess = url.parse().ok().map(|url| Receiver::guess(&url));
        let kept = |state: &State| {
            let is_kept = state.settings.webhook.as_deref().is_some_and(|kept| url.starts_with(kept));
            (is_kept && state.settings.reporting.guess == guess).then_some(())
        };
        self.state_with("the webhook", kept).await
    }

    /// Chooses another debug backend in the workbench.
    ///
    /// # Errors
    /// When it is not offered or not kept.
    pub(crate) async fn choose_backend(&self, name: &str) -> Played {
        self.browser.workbench(GERRIT).await?;
        self.browser.choose_in("", "backend", name).await?;
        self.browser.click("save-settings").await?;
        self.state_with("the backend", |state| (state.settings.backend.as_str() == name).then_some(())).await
    }

    /// Nick, test and webhook: all that a submitter does before the window.
    ///
    /// # Errors
    /// When something of it is not kept.
    pub(crate) async fn prepare(&self) -> Played {
        self.set_nick(NICK).await?;
        self.save_test().await?;
        self.save_webhook().await?;
        self.browser.popup().await?;
        self.browser.wait_for(&patch()).await?;
        Ok(())
    }

    /// Clicks "Verify" for a step of the story's patch in the open popup, and waits until the run is known.
    ///
    /// # Errors
    /// When no run begins.
    pub(crate) async fn begin(&self, step: Step) -> Result<String, Failure> {
        let before = newest(&self.state().await?, step).map(|run| run.journal.plan.id.clone());
        self.browser.click_in(&patch(), &format!("verify-{step}")).await?;
        self.state_with("a new run", |state| {
            let id = &newest(state, step)?.journal.plan.id;
            (before.as_ref() != Some(id)).then(|| id.clone())
        })
        .await
    }

    /// Verifies on production although the sync may not have been seen: says so a second time when asked.
    ///
    /// # Errors
    /// When it shows another verdict, or none.
    pub(crate) async fn verify_on_production_anyway(&self, verdict: &str) -> Result<Run, Failure> {
        let id = |state: &State| newest(state, Step::Production).map(|run| run.journal.plan.id.clone());
        let before = id(&self.state().await?);
        self.browser.click_in(&patch(), "verify-production").await?;
        let asks = format!("{} [data-problem=\"not_deployed\"]", patch());
        let end = Instant::now() + PATIENCE;
        while id(&self.state().await?) == before && Instant::now() < end {
            if self.browser.count(&asks).await? > 0 {
                self.browser.click_in(&patch(), "verify-production-anyway").await?;
                break;
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
        let run = self.state_with("a new run", |state| id(state).filter(|id| before.as_ref() != Some(id))).await?;
        self.shown(Step::Production, &run, verdict).await
    }

    /// Waits until the run of this name has ended and the popup shows its verdict; gives the run.
    ///
    /// # Errors
    /// When it does not end, or the popup shows another verdict.
    pub(crate) async fn shown(&self, step: Step, run: &str, verdict: &str) -> Result<Run, Failure> {
        self.browser.wait_for(&format!("{}[data-verdict]:not([data-verdict=\"running\"])", step.place())).await?;
        let ended = self.ended(run).await?;
        self.browser.wait_for(&format!("{}[data-verdict=\"{verdict}\"]", step.place())).await?;
        Ok(ended)
    }

    /// Waits until the run of this name has ended, and gives it.
    ///
    /// # Errors
    /// When it does not end in time.
    pub(crate) async fn ended(&self, run: &str) -> Result<Run, Failure> {
        let ended = |state: &State| {
            let found = state.runs.iter().find(|known| known.journal.plan.id == run)?;
            found.journal.ended.is_some().then(|| found.clone())
        };
        self.state_with("the end of the run", ended).await
    }

    /// Verifies a step of the story's patch from the popup; the popup must show this verdict.
    ///
    /// # Errors
    /// When it shows another one, or none.
    pub(crate) async fn verify(&self, step: Step, verdict: &str) -> Result<Run, Failure> {
        let run = self.begin(step).await?;
        self.shown(step, &run, verdict).await
    }

    /// The line that the popup offers for this step, before it is sent.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) async fn preview(&self, step: Step) -> Result<String, Failure> {
        Ok(self.browser.text(&format!("{} [data-report][data-delivery=\"preview\"]", step.place())).await?)
    }

    /// Sends the report of this step and waits until it is delivered.
    ///
    /// # Errors
    /// When it is not.
    pub(crate) async fn send(&self, step: Step) -> Played {
        self.browser.click_in(&step.place(), "send-report").await?;
        self.browser.wait_for(&format!("{} [data-report][data-delivery=\"delivered\"]", step.place())).await?;
        let delivered = |state: &State| match newest(state, step)?.report.as_ref()?.delivery {
            Delivery::Delivered { .. } => Some(()),
            _ => None,
        };
        self.state_with("the delivery", delivered).await
    }

    /// How many lines of the channel contain `part`.
    pub(crate) fn lines_with(&self, part: &str) -> usize {
        self.bed.channel().iter().filter(|line| line.text.contains(part)).count()
    }

    /// Requests for the page of the story's test, oldest first.
    pub(crate) fn asked(&self) -> Vec<Seen> {
        let page =
            |seen: &Seen| seen.host == "en.wikipedia.org" && seen.path.starts_with("/wiki/Special:ListGroupRights");
        self.bed.seen().into_iter().filter(page).collect()
    }

    /// Waits until the page of the story's test has been asked for.
    ///
    /// # Errors
    /// When nobody asks in time.
    pub(crate) async fn asked_at_least(&self, times: usize) -> Played {
        self.state_with("nothing more than before, until the page is asked for,", |_| {
            (self.asked().len() >= times).then_some(())
        })
        .await
    }
}

/// The newest run of the story's patch in a step.
pub(crate) fn newest(state: &State, step: Step) -> Option<&Run> {
    state.run_of(GERRIT, step == Step::Production)
}

/// The debug header of a request.
pub(crate) fn debug_header(seen: &Seen) -> Option<&str> {
    seen.headers.iter().find(|(name, _)| name == "x-wikimedia-debug").map(|(_, value)| value.as_str())
}
