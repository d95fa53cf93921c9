// SPDX-License-Identifier: GPL-2.0-or-later
//! The harness itself, with an extension of a few lines: a test of the real one must not fail for a fault of ours.

use crate::driver::{Browser, BrowserError, Which, Wiring};
use std::net::SocketAddr;
use std::path::Path;

const MANIFEST: &str = r#"{
  "manifest_version": 3, "name": "Echo", "version": "1", "host_permissions": ["https://*.wikipedia.org/*"],
  "key": "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuW0RQbxsFI9f/+tyBAtBQpsFW9AdDKjnwRpii59uiWeWd2BT0SG4UvQio9vSXGVTOTN5Z91MkfAWN25hHZhU7v9oja1b278Gpdiw5YyyZ8SFVzuZ6Hn2icq8QpmTlYeD0mzSSFrqzqQd+kD7r6Ua4CNUlSb1jSFr2BaXHqjoDsdWcv0nAhbCu0FWUVboYcPKwBygc5ro2cy2p/q4KkB3JMXIA+v7GhSoJp74ZxA1l+BFNcWcJ/+Nyg7ST5RBx2sI7FZ8RG6VBuc+PTj6tuc+wKEG8x2XnoE9sT/yaCKT6mrJZSJyxALODZKNs53U9v0sCMSp49a3dTsr9AF/t77bOQIDAQAB",
  "background": { "service_worker": "background.js", "scripts": ["background.js"], "type": "module" },
  "action": { "default_popup": "popup.html" },
  "browser_specific_settings": { "gecko": { "id": "echo@backport-verify.example" } }
}"#;
const BACKGROUND: &str = r#"
const born = Math.random();
console.log("echo background born");
chrome.runtime.onMessage.addListener((message, _sender, answer) => {
  chrome.permissions.getAll().then(all => answer({ born, heard: message.heard, origins: all.origins.length }));
  return true;
});"#;
const POPUP: &str = r#"<!DOCTYPE html><meta charset="utf-8"><title>Echo</title>
<main id="app"><form data-act="say"><input name="word"><button>Say</button></form><p id="born"></p><p id="heard"></p>
<p id="origins"></p></main>
<script src="popup.js"></script>"#;
const POPUP_SCRIPT: &str = r#"
document.querySelector("form").addEventListener("submit", async event => {
  event.preventDefault();
  const reply = await chrome.runtime.sendMessage({ heard: event.target.word.value });
  for (const [name, value] of Object.entries(reply)) document.getElementById(name).textContent = value;
});
document.getElementById("app").dataset.ready = "true";"#;

fn write_extension(folder: &Path) -> std::io::Result<()> {
    for (name, content) in
        [("manifest.json", MANIFEST), ("background.js", BACKGROUND), ("popup.html", POPUP), ("popup.js", POPUP_SCRIPT)]
    {
        std::fs::write(folder.join(name), content)?;
    }
    Ok(())
}

async fn say(browser: &Browser, word: &str) -> Result<String, BrowserError> {
    browser.fill("word", word).await?;
    browser.click("say").await?;
    browser.wait_text("#heard", word).await?;
    browser.text("#born").await
}

async fn echo(which: Which, folder: &Path) -> Result<(), BrowserError> {
    let edge = SocketAddr::from(([127, 0, 0, 1], 9));
    let browser =
        Browser::start(which, &Wiring { edge, spki: "", extension: folder, beside: None, window: false }).await?;
    browser.popup().await?;
    let first = say(&browser, "one").await?;
    assert_eq!(say(&browser, "two").await?, first, "the background lives on between two messages");
    browser.kill_background().await?;
    assert_ne!(say(&browser, "three").await?, first, "the killed background was born anew");
    assert_eq!(browser.text("#origins").await?, "1");
    browser.take_access_away().await?;
    browser.popup().await?;
    say(&browser, "four").await?;
    assert_eq!(browser.text("#origins").await?, "0");
    browser.give_access_back().await?;
    browser.popup().await?;
    say(&browser, "five").await?;
    assert_eq!(browser.text("#origins").await?, "1");
    assert!(browser.background_log().iter().any(|line| line.contains("echo background born")));
    let picture = folder.join("popup.png");
    browser.picture(&picture).await?;
    assert!(std::fs::read(&picture).is_ok_and(|bytes| bytes.starts_with(b"\x89PNG")));
    browser.quit().await
}

#[tokio::test]
async fn chromium_is_driven_through_a_killed_background_and_lost_access() {
    let folder = tempfile::tempdir().unwrap();
    write_extension(folder.path()).unwrap();
    echo(Which::Chromium, folder.path()).await.unwrap();
}

#[tokio::test]
async fn firefox_is_driven_through_a_killed_background_and_lost_access() {
    let folder = tempfile::tempdir().unwrap();
    write_extension(folder.path()).unwrap();
    echo(Which::Firefox, folder.path()).await.unwrap();
}
