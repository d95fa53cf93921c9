// SPDX-License-Identifier: GPL-2.0-or-later
//! What a user does beyond one page's controls: keys to whatever has the keyboard, tabs in front, the menu of a text.
//!
//! Must not know what is tested.

use super::{Browser, BrowserError, Which, chromium, command, firefox};
use serde_json::{Value, json};
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::{RequestData, SessionId};

/// More than any page has that the Tab key stops at.
const MOST_STOPS: usize = 250;

/// The question for an accessible name (<https://www.w3.org/TR/webdriver2/#get-computed-label>).
#[derive(Debug)]
struct ComputedLabel(String);

impl FormatRequestData for ComputedLabel {
    fn format_request(&self, session: &SessionId) -> RequestData {
        let path = format!("session/{session}/element/{}/computedlabel", self.0);
        RequestData::new(reqwest::Method::GET, path)
    }
}

impl Browser {
    /// Types into whatever has the keyboard.
    ///
    /// # Errors
    /// When the driver refuses.
    pub(crate) async fn press(&self, keys: &str) -> Result<(), BrowserError> {
        self.until(&format!("<{keys}> typed"), async || {
            let at = self.driver.active_element().await?;
            // There a driver takes what is typed for the name of a file.
            if at.attr("type").await?.as_deref() == Some("file") {
                return self.driver.action_chain().send_keys(keys).perform().await.map(Some);
            }
            at.send_keys(keys).await.map(Some)
        })
        .await
    }

    /// Waits until the element of this id has the keyboard.
    ///
    /// # Errors
    /// When it does not get it.
    pub(crate) async fn wait_keyboard_at(&self, id: &str) -> Result<(), BrowserError> {
        self.until(&format!("the keyboard at <{id}>"), async || {
            let at = self.driver.execute("return document.activeElement?.id ?? ''", Vec::new()).await?;
            Ok((at.json().as_str() == Some(id)).then_some(()))
        })
        .await
    }

    /// Goes on by the Tab key, or back, until the element of this id has the keyboard.
    ///
    /// # Errors
    /// When it is not reached before the keyboard has been everywhere.
    pub(crate) async fn tab_to(&self, id: &str, key: &str) -> Result<(), BrowserError> {
        let mut been = Vec::new();
        while been.len() < MOST_STOPS {
            let at = self.keyboard_at().await?;
            if at == id {
                return Ok(());
            }
            been.push(at);
            self.press(key).await?;
        }
        Err(BrowserError::Script { doing: format!("reach <{id}> by keys"), said: format!("been at {been:?}") })
    }

    /// What has the keyboard: its id, else how its tag begins.
    ///
    /// # Errors
    /// When the driver refuses.
    pub(crate) async fn keyboard_at(&self) -> Result<String, BrowserError> {
        let at = "const at = document.activeElement;
            return at.id || at.outerHTML.slice(0, at.outerHTML.indexOf('>') + 1)";
        Ok(self.script(at).await?.as_str().unwrap_or_default().to_owned())
    }

    /// The accessible name that the browser computes for an element.
    ///
    /// # Errors
    /// When it is not there, or the driver refuses.
    pub(crate) async fn name_of(&self, css: &str) -> Result<String, BrowserError> {
        let element = self.wait_for(css).await?;
        let name = async { self.driver.cmd(ComputedLabel(element.element_id().to_string())).await?.value::<String>() };
        name.await.map_err(|source| command(format!("ask for the name of <{css}>"), source))
    }

    /// Clicks an element of the extension's page in the current tab while another tab is in front, whose URL contains
    /// `front`: as over a popup, which is no tab.
    ///
    /// # Errors
    /// When there is no such tab, or the driver refuses.
    pub(crate) async fn click_over_tab(&self, front: &str, css: &str) -> Result<(), BrowserError> {
        let script = format!(
            "return chrome.tabs.query({{}}).then(tabs => {{
                const front = tabs.find(tab => tab.url?.includes({}));
                return chrome.tabs.update(front.id, {{ active: true }});
            }}).then(() => {{ document.querySelector({}).click(); return true; }})",
            json!(front),
            json!(css)
        );
        self.script(&script).await.map(drop)
    }

    /// Chooses our entry of the menu of a marked text; needs a page of the extension in the current tab. No driver can open
    /// the browser's own menu: that the entry is there is asked of the browser.
    ///
    /// # Errors
    /// When there is no such entry, or the browser refuses.
    pub(crate) async fn choose_for_text(&self, entry: &str, url: &str, text: &str) -> Result<(), BrowserError> {
        let there =
            format!("return chrome.contextMenus.update({}, {{ enabled: true }}).then(() => true)", json!(entry));
        // Chromium calls back, Firefox promises; both fail where there is no such entry.
        self.until("the entry of the menu", async || {
            Ok(self.driver.execute(&there, Vec::new()).await.is_ok().then_some(()))
        })
        .await?;
        let info: Value = json!({
            "menuItemId": entry, "selectionText": text, "pageUrl": url, "editable": false, "modifiers": []
        });
        match self.which {
            Which::Chromium => chromium::choose_menu_entry(&self.driver, &self.origin, &info).await,
            Which::Firefox => firefox::choose_menu_entry(&self.driver, &self.extension, info).await,
        }
    }

    /// How many of the browser's windows and tabs the driver knows.
    ///
    /// # Errors
    /// When the driver refuses.
    pub(crate) async fn tabs(&self) -> Result<usize, BrowserError> {
        let tabs = self.driver.windows().await;
        tabs.map(|tabs| tabs.len()).map_err(|source| command("count the tabs".into(), source))
    }
}
