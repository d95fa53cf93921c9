// SPDX-License-Identifier: GPL-2.0-or-later
//! Notifications of the extension, which a browser without a desktop shows to nobody.

use super::{Browser, BrowserError, Which, chromium, firefox};

impl Browser {
    /// Keeps what notifications are given from now on, where the browser does not.
    ///
    /// # Errors
    /// When the browser refuses.
    pub(crate) async fn watch_notifications(&self) -> Result<(), BrowserError> {
        match self.which {
            Which::Chromium => Ok(()),
            Which::Firefox => firefox::watch_notifications(&self.driver, &self.extension).await,
        }
    }

    /// Waits until a notification was given whose id contains `part`, and gives the id; needs one of the extension's
    /// pages in the current tab.
    ///
    /// # Errors
    /// When there is none in time.
    pub(crate) async fn notified(&self, part: &str) -> Result<String, BrowserError> {
        let look = async || {
            let given = self.notifications().await?;
            Ok::<_, BrowserError>(given.into_iter().find(|id| id.contains(part)))
        };
        let waited = super::eventually(look).await?;
        waited.ok_or_else(|| BrowserError::Script {
            doing: "wait for a notification".to_owned(),
            said: format!("none has <{part}> in its id"),
        })
    }

    /// The ids of the notifications that were given.
    ///
    /// # Errors
    /// When the browser does not tell.
    pub(crate) async fn notifications(&self) -> Result<Vec<String>, BrowserError> {
        match self.which {
            Which::Chromium => {
                let given = self.script("return chrome.notifications.getAll().then(all => Object.keys(all))").await?;
                Ok(serde_json::from_value(given).unwrap_or_default())
            }
            Which::Firefox => firefox::notifications(&self.driver, &self.extension).await,
        }
    }

    /// Clicks a notification.
    ///
    /// # Errors
    /// When the browser refuses.
    pub(crate) async fn click_notification(&self, id: &str) -> Result<(), BrowserError> {
        match self.which {
            Which::Chromium => chromium::click_notification(&self.driver, &self.origin, id).await,
            Which::Firefox => firefox::click_notification(&self.driver, &self.extension, id).await,
        }
    }
}
