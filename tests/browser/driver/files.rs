// SPDX-License-Identifier: GPL-2.0-or-later
//! Files that go into a page and out of it.
//!
//! Must not look into them.

use super::{Browser, BrowserError, Which, chromium, eventually, firefox};
use serde_json::json;
use std::path::{Path, PathBuf};
use thirtyfour::By;

/// Where a browser with this profile puts what is downloaded.
pub(super) fn downloads(profile: &Path) -> PathBuf {
    profile.join("downloads")
}

impl Browser {
    /// Writes a file beside the profile and chooses it in a file's control, as its user does in the browser's own window.
    ///
    /// # Errors
    /// When it cannot be written, or there is no such control.
    pub(crate) async fn choose_file(&self, css: &str, name: &str, text: &str) -> Result<(), BrowserError> {
        let path = self.profile.path().join(name);
        super::write(&path, text.as_bytes())?;
        let path = path.display().to_string();
        self.until(&format!("<{path}> chosen in <{css}>"), async || {
            self.driver.find(By::Css(css)).await?.send_keys(&path).await.map(Some)
        })
        .await
    }

    /// Drops a file on an element of the page. No driver can drag one in from outside, so the page is told what the browser
    /// would tell it; gives whether the browser was kept from opening the file in the page's place.
    ///
    /// # Errors
    /// When there is no such element.
    pub(crate) async fn drop_file(&self, css: &str, name: &str, text: &str) -> Result<bool, BrowserError> {
        let script = format!(
            "const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([{}], {}, {{ type: 'application/yaml' }}));
            const told = ['dragenter', 'dragover', 'drop'].map((kind) => document.querySelector({})
                .dispatchEvent(new DragEvent(kind, {{ bubbles: true, cancelable: true, dataTransfer }})));
            return !told[1] && !told[2];",
            json!(text),
            json!(name),
            json!(css)
        );
        Ok(self.script(&script).await?.as_bool() == Some(true))
    }

    /// Writes a file beside the profile and opens it in the current tab, as by a click on it in its folder.
    ///
    /// # Errors
    /// When it cannot be written or is not opened.
    pub(crate) async fn open_from_disk(&self, name: &str, text: &str) -> Result<(), BrowserError> {
        let path = self.profile.path().join(name);
        super::write(&path, text.as_bytes())?;
        self.open(&format!("file://{}", path.display())).await
    }

    /// What the browser itself has said in the console about pages whose address contains `part`, such as that it kept one
    /// from loading something.
    ///
    /// # Errors
    /// When the driver refuses.
    pub(crate) async fn complaints(&self, part: &str) -> Result<Vec<String>, BrowserError> {
        match self.which {
            Which::Chromium => Ok(chromium::complaints(&self.process.log(), part)),
            Which::Firefox => firefox::complaints(&self.driver, part).await,
        }
    }

    /// Waits until the browser has said something about such pages.
    ///
    /// # Errors
    /// When it stays silent.
    pub(crate) async fn wait_complaint(&self, part: &str) -> Result<(), BrowserError> {
        let found = eventually(async || {
            let said = self.complaints(part).await?;
            Ok::<_, BrowserError>((!said.is_empty()).then_some(()))
        });
        let doing = || format!("hear the browser complain of <{part}>");
        found.await?.ok_or_else(|| BrowserError::Script { doing: doing(), said: "nothing".into() })
    }

    /// Waits until a file of this name is downloaded, takes it out of its folder and gives what it holds.
    ///
    /// # Errors
    /// When it does not come.
    pub(crate) async fn downloaded(&self, name: &str) -> Result<String, BrowserError> {
        let folder = downloads(&self.folder);
        let path = folder.join(name);
        let whole = async || {
            // While it comes, it has another name or is empty.
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            Ok::<_, BrowserError>((!text.is_empty()).then_some(text))
        };
        let Some(text) = eventually(whole).await? else {
            let there = std::fs::read_dir(&folder).into_iter().flatten().flatten();
            let there: Vec<_> = there.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
            let said = format!("it has downloaded {there:?}");
            return Err(BrowserError::Script { doing: format!("download <{name}>"), said });
        };
        std::fs::remove_file(&path).map_err(|source| BrowserError::file(&path, source))?;
        Ok(text)
    }
}
