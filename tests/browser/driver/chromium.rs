// SPDX-License-Identifier: GPL-2.0-or-later
//! Chromium: how it is started on loopback only, and what only it can do.

use super::asking::{WAKE, asking};
use super::files::downloads;
use super::process::{DriverProcess, first_program, on_path};
use super::{BrowserError, Remains, Started, Wiring, eventually};
use rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
use rustls::pki_types::SubjectPublicKeyInfoDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities, TimeoutConfiguration, WebDriver};

/// How often the page of extensions is tried.
const ATTEMPTS: usize = 4;
/// How long a page that may hang is waited for.
const SHORT: Duration = Duration::from_secs(4);

/// Starts Chromium with the extension; everything it asks the network for arrives at the edge.
///
/// # Errors
/// When a program is missing or does not start, or the extension is not taken.
pub(super) async fn start(wiring: &Wiring<'_>, profile: &Path) -> Result<Started, BrowserError> {
    patiently(async |attempt| {
        let folder = profile.join(attempt.to_string());
        std::fs::create_dir(&folder).map_err(|source| BrowserError::file(&folder, source))?;
        start_once(wiring, &folder).await
    })
    .await
}

/// Starts Chromium with the profile folder of one that has ended.
///
/// # Errors
/// As [`start`].
pub(super) async fn start_again(wiring: &Wiring<'_>, profile: &Path) -> Result<Started, BrowserError> {
    patiently(async |_| start_once(wiring, profile).await).await
}

/// Now and then one of several that start at once shows no page at all: that one is given up, and another started.
async fn patiently(start: impl AsyncFn(usize) -> Result<Started, BrowserError>) -> Result<Started, BrowserError> {
    let mut attempt = 1;
    loop {
        match start(attempt).await {
            Err(BrowserError::Command { .. }) if attempt < ATTEMPTS => attempt += 1,
            other => return other,
        }
    }
}

async fn start_once(wiring: &Wiring<'_>, profile: &Path) -> Result<Started, BrowserError> {
    let missing =
        |program| BrowserError::Missing { program, remedy: "install the packages chromium and chromium-driver" };
    let driver = first_program(&on_path("chromedriver")).ok_or_else(|| missing("chromedriver"))?;
    let binary =
        first_program(&[on_path("chromium"), on_path("google-chrome")].concat()).ok_or_else(|| missing("chromium"))?;
    let origin_of = |folder: &Path| id_from_key(folder).map(|id| format!("chrome-extension://{id}"));
    let origin = origin_of(wiring.extension)?;
    let others_origin = wiring.beside.map(|beside| origin_of(beside.folder)).transpose()?;
    let process = DriverProcess::start(
        &driver,
        &["--port=0", "--enable-chrome-logs"],
        &profile.join("driver.log"),
        "was started successfully on port ",
    )
    .await?;
    let failed = |source| BrowserError::Command { doing: "start Chromium".into(), source };
    let mut wanted = DesiredCapabilities::chrome();
    wanted.set_binary(&binary.to_string_lossy()).map_err(failed)?;
    for argument in arguments(wiring, profile) {
        wanted.add_arg(&argument).map_err(failed)?;
    }
    // Without it an unpacked extension that is reloaded stays disabled.
    let preferences = json!({
        "extensions.ui.developer_mode": true,
        "download.default_directory": downloads(profile),
        "download.prompt_for_download": false,
    });
    wanted.add_experimental_option("prefs", preferences).map_err(failed)?;
    let driver = WebDriver::new(process.url(), wanted).await.map_err(failed)?;
    let shown = async {
        first_page(&driver).await?;
        if let (Some(origin), Some(beside)) = (&others_origin, wiring.beside) {
            wait_until_loaded(&driver, origin, beside.folder).await?;
        }
        wait_until_loaded(&driver, &origin, wiring.extension).await
    };
    if let Err(error) = shown.await {
        // The driver would wait for the page: the browser is ended by its number, and its session is not asked.
        drop(driver.capabilities().get(PROCESS_CAPABILITY).and_then(Value::as_u64).map(Remains));
        drop(driver.leak());
        return Err(error);
    }
    Ok(Started { driver, process, origin, others_origin, folder: profile.to_path_buf() })
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
    let folders: Vec<String> = wiring.folders().iter().map(|folder| folder.display().to_string()).collect();
    arguments.push(format!("--load-extension={}", folders.join(",")));
    arguments.push("--disable-features=DisableLoadExtensionCommandLineSwitch".into());
    arguments
}

/// The id that Chromium gives an extension whose manifest has a `key`: the first 16 bytes of the key's SHA-256, in the
/// letters a to p (<https://developer.chrome.com/docs/extensions/reference/manifest/key>).
fn id_from_key(folder: &Path) -> Result<String, BrowserError> {
    let refused = |detail: &str| BrowserError::Extension { folder: folder.to_path_buf(), detail: detail.to_owned() };
    let manifest = super::manifest(folder)?;
    let key = manifest["key"].as_str().ok_or_else(|| refused("its manifest has no key, so its id is not known"))?;
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{key}\n-----END PUBLIC KEY-----\n");
    let key = SubjectPublicKeyInfoDer::from_pem_slice(pem.as_bytes())
        .map_err(|error| refused(&format!("its manifest's key: {error}")))?;
    let suite = TLS13_AES_128_GCM_SHA256.tls13().ok_or_else(|| refused("no SHA-256 at hand"))?;
    let hash = suite.common.hash_provider.hash(&key);
    let digits = hash.as_ref().iter().take(16).flat_map(|byte| [byte >> 4, byte & 15]);
    Ok(digits.map(|digit| char::from(b'a' + digit)).collect())
}

/// Opens a page, which must come soon.
async fn first_page(driver: &WebDriver) -> Result<(), BrowserError> {
    let failed = |source| BrowserError::Command { doing: "open a first page".into(), source };
    let times = driver.get_timeouts().await.map_err(failed)?;
    let short = TimeoutConfiguration::new(None, Some(SHORT), None);
    driver.update_timeouts(short).await.map_err(failed)?;
    driver.goto("about:blank").await.map_err(failed)?;
    driver.update_timeouts(times).await.map_err(failed)
}

/// Waits until Chromium serves the extension's files.
async fn wait_until_loaded(driver: &WebDriver, origin: &str, folder: &Path) -> Result<(), BrowserError> {
    let mut said = String::new();
    let served = eventually(async || match driver.goto(format!("{origin}/manifest.json")).await {
        Err(error) if error.to_string().contains("net::ERR_") => {
            said = error.to_string();
            Ok(None)
        }
        Err(source) => Err(BrowserError::Command { doing: "open the extension's manifest".into(), source }),
        Ok(()) => Ok(Some(())),
    });
    served.await?.ok_or_else(|| BrowserError::Extension {
        folder: folder.to_path_buf(),
        detail: format!("Chromium does not serve it: {said}; the driver's log may say why"),
    })
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

/// Tells the extension's worker that its notification was clicked, as the desktop does; needs a page of the extension in
/// the current tab, which wakes the worker.
///
/// # Errors
/// When the driver refuses, or there is no worker.
pub(super) async fn click_notification(driver: &WebDriver, origin: &str, id: &str) -> Result<(), BrowserError> {
    let expression = format!("chrome.notifications.onClicked.dispatch({})", json!(id));
    run_in_worker(driver, origin, "click a notification", &expression).await
}

/// Tells the extension's worker that its entry of the menu was chosen, as the browser does; needs a page of the extension
/// in the current tab, which wakes the worker.
///
/// # Errors
/// When the driver refuses, or there is no worker.
pub(super) async fn choose_menu_entry(driver: &WebDriver, origin: &str, info: &Value) -> Result<(), BrowserError> {
    let expression = format!("chrome.contextMenus.onClicked.dispatch({info})");
    run_in_worker(driver, origin, "choose an entry of the menu", &expression).await
}

/// Has the extension's worker evaluate an expression, without waiting for what it comes to; needs a page of the extension
/// in the current tab, which wakes the worker.
///
/// # Errors
/// When the driver refuses, or there is no worker.
pub(super) async fn run_in_worker(
    driver: &WebDriver,
    origin: &str,
    doing: &str,
    expression: &str,
) -> Result<(), BrowserError> {
    let failed = |source| BrowserError::Command { doing: doing.to_owned(), source };
    let wake = format!("const done = arguments[arguments.length - 1]; {}.then(() => done());", asking(WAKE));
    driver.execute_async(&wake, Vec::new()).await.map_err(failed)?;
    let call = async |method: &str, arguments: Value| driver.cdp().send_raw(method, arguments).await.map_err(failed);
    let targets = call("Target.getTargets", json!({ "filter": [{ "type": "service_worker" }, {}] })).await?;
    let is_ours = |target: &&Value| target["url"].as_str().is_some_and(|url| url.starts_with(origin));
    let worker = targets["targetInfos"].as_array().into_iter().flatten().find(is_ours);
    let said = || "the extension's worker does not run".to_owned();
    let worker = worker.ok_or_else(|| BrowserError::Script { doing: doing.to_owned(), said: said() })?;
    let wanted = json!({ "targetId": worker["targetId"], "flatten": false });
    let session = call("Target.attachToTarget", wanted).await?["sessionId"].clone();
    let message = json!({ "id": 1, "method": "Runtime.evaluate", "params": { "expression": expression } });
    let sent = json!({ "sessionId": session, "message": message.to_string() });
    call("Target.sendMessageToTarget", sent).await.map(drop)
}

/// Sets the extension's access to sites to "on click", as a user can on the page of extensions.
///
/// # Errors
/// When the driver refuses.
pub(super) async fn take_access_away(driver: &WebDriver, id: &str) -> Result<(), BrowserError> {
    set_host_access(driver, id, "ON_CLICK").await
}

/// Gives the extension its sites back.
///
/// # Errors
/// When the driver refuses.
pub(super) async fn give_access_back(driver: &WebDriver, id: &str) -> Result<(), BrowserError> {
    set_host_access(driver, id, "ON_ALL_SITES").await
}

/// The page of extensions hangs now and then when it is opened: each attempt has a tab of its own and little time.
async fn set_host_access(driver: &WebDriver, id: &str, access: &str) -> Result<(), BrowserError> {
    let failed = |source| BrowserError::Command { doing: "open chrome://extensions".into(), source };
    let wanted = json!({ "extensionId": id, "hostAccess": access });
    let home = driver.window().await.map_err(failed)?;
    let times = driver.get_timeouts().await.map_err(failed)?;
    let mut last = None;
    for _ in 0..ATTEMPTS {
        let tab = driver.new_tab().await.map_err(failed)?;
        driver.switch_to_window(tab).await.map_err(failed)?;
        let short = TimeoutConfiguration::new(Some(SHORT), Some(SHORT), None);
        driver.update_timeouts(short).await.map_err(failed)?;
        let done = match driver.goto("chrome://extensions/").await {
            Ok(()) => developer_private(driver, "updateExtensionConfiguration", wanted.clone()).await.map(drop),
            Err(source) => Err(failed(source)),
        };
        driver.update_timeouts(times.clone()).await.map_err(failed)?;
        // A tab that hangs cannot be closed either; it is left behind.
        let closed = driver.close_window().await;
        driver.switch_to_window(home.clone()).await.map_err(failed)?;
        match (done, closed) {
            (Ok(()), _) => return Ok(()),
            (Err(error), _) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| BrowserError::Script {
        doing: "change the access to sites".into(),
        said: "nothing was tried".into(),
    }))
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

/// The lines of the console that name pages whose address contains `part`.
pub(super) fn complaints(log: &str, part: &str) -> Vec<String> {
    log.lines().filter(|line| line.contains("CONSOLE:") && line.contains(part)).map(String::from).collect()
}

/// The browser's process, named by the driver.
pub(super) const PROCESS_CAPABILITY: &str = "goog:processID";
