// SPDX-License-Identifier: GPL-2.0-or-later
//! Chromium: how it is started on loopback only, and what only it can do.

use super::process::{DriverProcess, first_program, on_path};
use super::{BrowserError, Started, Wiring, eventually};
use serde_json::{Value, json};
use std::path::Path;
use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities, WebDriver};

/// Starts Chromium with the extension; everything it asks the network for arrives at the edge.
///
/// # Errors
/// When a program is missing or does not start, or the extension is not taken.
pub(super) async fn start(wiring: &Wiring<'_>, profile: &Path) -> Result<Started, BrowserError> {
    let missing =
        |program| BrowserError::Missing { program, remedy: "install the packages chromium and chromium-driver" };
    let driver = first_program(&on_path("chromedriver")).ok_or_else(|| missing("chromedriver"))?;
    let binary =
        first_program(&[on_path("chromium"), on_path("google-chrome")].concat()).ok_or_else(|| missing("chromium"))?;
    let process = DriverProcess::start(
        &driver,
        &["--port=0", "--enable-chrome-logs"],
        profile.join("driver.log"),
        "was started successfully on port ",
    )
    .await?;
    let failed = |source| BrowserError::Command { doing: "start Chromium".into(), source };
    let mut wanted = DesiredCapabilities::chrome();
    wanted.set_binary(&binary.to_string_lossy()).map_err(failed)?;
    for argument in arguments(wiring, profile) {
        wanted.add_arg(&argument).map_err(failed)?;
    }
    let driver = WebDriver::new(process.url(), wanted).await.map_err(failed)?;
    let id = loaded_extension(&driver, wiring.extension).await?;
    Ok(Started { driver, process, origin: format!("chrome-extension://{id}") })
}

fn arguments(wiring: &Wiring<'_>, profile: &Path) -> Vec<String> {
    let mut arguments: Vec<String> = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--enable-logging=stderr",
        "--lang=en-GB",
        "--window-size=1280,1600",
    ]
    .map(String::from)
    .to_vec();
    if !wiring.window {
        arguments.push("--headless=new".into());
    }
    arguments.push(format!("--user-data-dir={}", profile.join("chromium").display()));
    arguments.push(format!("--host-resolver-rules=MAP * {}, EXCLUDE localhost, EXCLUDE 127.0.0.1", wiring.edge));
    arguments.push(format!("--ignore-certificate-errors-spki-list={}", wiring.spki));
    arguments.push(format!("--load-extension={}", wiring.extension.display()));
    arguments.push("--disable-features=DisableLoadExtensionCommandLineSwitch".into());
    arguments
}

/// The id of the extension that was loaded from `folder`, as Chromium's own page of extensions knows it.
async fn loaded_extension(driver: &WebDriver, folder: &Path) -> Result<String, BrowserError> {
    let refused = |detail: String| BrowserError::Extension { folder: folder.to_path_buf(), detail };
    open_extensions_page(driver).await?;
    let found = eventually(async || {
        let known = developer_private(driver, "getExtensionsInfo", json!({})).await?;
        let mut known = known.as_array().into_iter().flatten();
        Ok::<_, BrowserError>(
            known.find(|one| one["path"].as_str().is_some_and(|path| Path::new(path) == folder)).cloned(),
        )
    })
    .await?
    .ok_or_else(|| refused("Chromium does not list it; the driver's log may say why".into()))?;
    match (found["id"].as_str(), found["state"].as_str()) {
        (Some(id), Some("ENABLED")) => Ok(id.to_owned()),
        (_, state) => Err(refused(format!("state <{state:?}>, errors {}", found["manifestErrors"]))),
    }
}

/// Stops every worker at once, as the browser does with an idle one.
///
/// # Errors
/// When the driver refuses.
pub(super) async fn kill_background(driver: &WebDriver) -> Result<(), BrowserError> {
    for method in ["ServiceWorker.enable", "ServiceWorker.stopAllWorkers"] {
        driver
            .cdp()
            .send_raw(method, json!({}))
            .await
            .map_err(|source| BrowserError::Command { doing: format!("call {method}"), source })?;
    }
    Ok(())
}

/// Sets the extension's access to sites to "on click", as a user can on the page of extensions. Leaves that page open.
///
/// # Errors
/// When the driver refuses.
pub(super) async fn take_access_away(driver: &WebDriver, id: &str) -> Result<(), BrowserError> {
    set_host_access(driver, id, "ON_CLICK").await
}

/// Gives the extension its sites back. Leaves the page of extensions open.
///
/// # Errors
/// When the driver refuses.
pub(super) async fn give_access_back(driver: &WebDriver, id: &str) -> Result<(), BrowserError> {
    set_host_access(driver, id, "ON_ALL_SITES").await
}

async fn set_host_access(driver: &WebDriver, id: &str, access: &str) -> Result<(), BrowserError> {
    open_extensions_page(driver).await?;
    let wanted = json!({ "extensionId": id, "hostAccess": access });
    developer_private(driver, "updateExtensionConfiguration", wanted).await.map(drop)
}

async fn open_extensions_page(driver: &WebDriver) -> Result<(), BrowserError> {
    driver
        .goto("chrome://extensions/")
        .await
        .map_err(|source| BrowserError::Command { doing: "open chrome://extensions".into(), source })
}

async fn developer_private(driver: &WebDriver, method: &str, argument: Value) -> Result<Value, BrowserError> {
    let doing = || format!("call developerPrivate.{method}");
    let script = "const [method, argument, done] = arguments;
        chrome.developerPrivate[method](argument).then(value => done({ value }), error => done({ error: String(error) }));";
    let answer = driver
        .execute_async(script, vec![json!(method), argument])
        .await
        .map_err(|source| BrowserError::Command { doing: doing(), source })?;
    match answer.json()["error"].as_str() {
        Some(said) => Err(BrowserError::Script { doing: doing(), said: said.to_owned() }),
        None => Ok(answer.json()["value"].clone()),
    }
}

/// The lines that the extension's pages and its background wrote to the console.
pub(super) fn console(log: &str) -> Vec<String> {
    log.lines()
        .filter(|line| line.contains("CONSOLE:") && line.contains("chrome-extension://"))
        .map(String::from)
        .collect()
}

/// The browser's process, named by the driver.
pub(super) const PROCESS_CAPABILITY: &str = "goog:processID";
