// SPDX-License-Identifier: GPL-2.0-or-later
//! The ends that a browser can put to an extension's background, and a way to hold it at the moment for one.
//!
//! Must not know what the extension keeps: keys are named by the caller.

use super::asking::{WAKE, asking};
use super::{Browser, BrowserError, Which, Wiring, chromium, command, eventually, firefox};

/// A call for the local store that never comes back to the background.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    /// `set` or `remove`.
    pub(crate) method: &'static str,
    /// The key that it is for.
    pub(crate) key: &'static str,
    /// How many such calls are let through first.
    pub(crate) skip: u32,
    /// When it is held.
    pub(crate) when: When,
}

/// Whether what was called for is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// Not yet.
    Before,
    /// It is, but the background does not hear of it.
    After,
}

/// Changes `area`, the background's store, as [`Held`] says; the session store tells how far that is.
const HOLD: &str = "
    const session = GLOBAL.chrome.storage.session;
    const area = GLOBAL.chrome.storage.local;
    const original = area.METHOD.bind(area);
    let left = SKIP;
    area.METHOD = async (what, ...rest) => {
        const meant = typeof what === 'string' ? what === 'KEY' : 'KEY' in what;
        if (!meant || left-- > 0) return original(what, ...rest);
        if (AFTER) await original(what, ...rest);
        await session.set({ held: 'held' });
        return new Promise(() => {});
    };
    session.set({ held: 'armed' });";

impl Browser {
    /// Ends the extension's background, as the browser does with an idle one. The next event wakes it.
    ///
    /// # Errors
    /// When the browser refuses.
    pub(crate) async fn kill_background(&self) -> Result<(), BrowserError> {
        match self.which {
            Which::Chromium => chromium::kill_background(&self.driver).await,
            Which::Firefox => firefox::kill_background(&self.driver, &self.extension).await,
        }
    }

    /// Holds the background that runs now in a call for its store; needs a page of the extension in the current tab, which
    /// must stay there.
    ///
    /// # Errors
    /// When the browser refuses.
    pub(crate) async fn hold(&self, held: Held) -> Result<(), BrowserError> {
        let after = if held.when == When::After { "true" } else { "false" };
        let script = HOLD.replace("METHOD", held.method).replace("KEY", held.key);
        let script = script.replace("SKIP", &held.skip.to_string()).replace("AFTER", after);
        self.script("return chrome.storage.session.remove('held')").await?;
        match self.which {
            Which::Chromium => {
                let expression = format!("(() => {{ {} }})()", script.replace("GLOBAL", "globalThis"));
                chromium::run_in_worker(&self.driver, &self.origin, "hold the background", &expression).await?;
            }
            Which::Firefox => {
                self.wake_background().await?;
                let script = script.replace("GLOBAL", "background");
                self.script(&format!("const background = chrome.extension.getBackgroundPage();\n{script}")).await?;
            }
        }
        self.until_store_says("armed").await
    }

    /// Waits until the background is held.
    ///
    /// # Errors
    /// When it does not make the call in time.
    pub(crate) async fn held(&self) -> Result<(), BrowserError> {
        self.until_store_says("held").await
    }

    async fn until_store_says(&self, word: &str) -> Result<(), BrowserError> {
        self.until(&format!("the background {word}"), async || {
            let said = "return chrome.storage.session.get('held').then(kept => kept.held ?? null)";
            let said = self.driver.execute(said, Vec::new()).await?;
            Ok((said.json().as_str() == Some(word)).then_some(()))
        })
        .await
    }

    /// Waits until the background has read what is kept; needs a page of the extension in the current tab.
    ///
    /// # Errors
    /// When it gives no answer.
    pub(crate) async fn wake_background(&self) -> Result<(), BrowserError> {
        self.script(&format!("return {}.then(() => true)", asking(WAKE))).await.map(drop)
    }

    /// Ends the extension and starts it again, as an update does; needs one of its pages in the current tab, which goes
    /// with it. Another tab is the current one then.
    ///
    /// # Errors
    /// When the driver refuses, or the extension does not come back.
    pub(crate) async fn reload_extension(&self) -> Result<(), BrowserError> {
        let failed = |source| command("reload the extension".into(), source);
        let page = self.driver.window().await.map_err(failed)?;
        let other = self.driver.new_tab().await.map_err(failed)?;
        self.driver.switch_to_window(page.clone()).await.map_err(failed)?;
        if self.which == Which::Chromium {
            self.script("setTimeout(() => chrome.runtime.reload(), 0)").await?;
        }
        self.driver.switch_to_window(other).await.map_err(failed)?;
        if self.which == Which::Firefox {
            firefox::reload(&self.driver, &self.extension).await?;
        }
        self.until("the extension's page closed", async || {
            Ok((!self.driver.windows().await?.contains(&page)).then_some(()))
        })
        .await?;
        let address = format!("{}/popup.html", self.origin);
        let mut said = "its pages do not come back".to_owned();
        let back = eventually(async || {
            // While it is on its way there are no pages of it, and the browser shows one of its own.
            if let Err(error) = self.driver.goto(&address).await {
                said = error.to_string();
            }
            let script = "return document.querySelector('#app') !== null";
            let shown = self.driver.execute(script, Vec::new()).await.ok();
            Ok::<_, BrowserError>(shown.filter(|shown| shown.json().as_bool() == Some(true)).map(drop))
        });
        back.await?.ok_or_else(|| BrowserError::Script { doing: "reload the extension".into(), said })
    }

    /// Kills the whole browser, and starts it again with the same profile. Chromium only: Firefox forgets an extension that
    /// was loaded for a test.
    ///
    /// # Errors
    /// When it does not start again.
    pub(crate) async fn crash(self, wiring: &Wiring<'_>) -> Result<Self, BrowserError> {
        let Self { which, driver, mut process, _remains: remains, folder, profile, .. } = self;
        drop(remains);
        process.stop().await;
        drop(driver.leak());
        drop(process);
        let started = chromium::start_again(wiring, &folder).await?;
        Ok(Self::of(which, started, wiring, profile))
    }
}
