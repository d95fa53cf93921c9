// SPDX-License-Identifier: GPL-2.0-or-later
//! Firefox: how it is started on loopback only, and what only it can do.

use super::files::downloads;
use super::process::{DriverProcess, first_program, on_path};
use super::{BrowserError, OTHERS_PAGE, Started, Wiring, eventually};
use serde_json::{Value, json};
use std::path::Path;
use thirtyfour::common::capabilities::firefox::FirefoxPreferences;
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::extensions::addons::firefox::FirefoxTools;
use thirtyfour::{By, CapabilitiesHelper, DesiredCapabilities, RequestData, SessionId, WebDriver};

/// The host name of the extension's pages; Firefox would draw one anew for each profile.
const HOST: &str = "5c1d2f64-3a0e-4b7c-9d55-0a6f1e2b3c4d";
/// The same of another extension's.
const OTHERS_HOST: &str = "7e8f9a10-2b3c-4d5e-8f60-1a2b3c4d5e6f";

/// Starts Firefox with the extension; every name is looked up on loopback, and port 443 is the edge's.
///
/// # Errors
/// When a program is missing or does not start, or the extension is not taken.
pub(super) async fn start(wiring: &Wiring<'_>, profile: &Path) -> Result<Started, BrowserError> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools/bin/geckodriver");
    let driver = first_program(&[vec![tools], on_path("geckodriver")].concat()).ok_or(BrowserError::Missing {
        program: "geckodriver",
        remedy: "run ./dev build, which puts it into .tools/bin",
    })?;
    let binary = first_program(&[on_path("firefox-esr"), on_path("firefox")].concat())
        .ok_or(BrowserError::Missing { program: "firefox", remedy: "install the package firefox-esr" })?;
    let mut hosts = json!({ addon_id(wiring.extension)?: HOST });
    if let Some(beside) = wiring.beside {
        hosts[addon_id(beside.folder)?] = json!(OTHERS_HOST);
    }
    let process = DriverProcess::start(
        &driver,
        &["--port", "0", "--websocket-port", "0", "--allow-system-access"],
        &profile.join("driver.log"),
        "Listening on 127.0.0.1:",
    )
    .await?;
    let failed = |source| BrowserError::Command { doing: "start Firefox".into(), source };
    let mut wanted = DesiredCapabilities::firefox();
    wanted.set_firefox_binary(&binary.to_string_lossy()).map_err(failed)?;
    wanted.accept_insecure_certs(true).map_err(failed)?;
    for argument in ["--width", "1280", "--height", "1600"] {
        wanted.add_arg(argument).map_err(failed)?;
    }
    if !wiring.window {
        wanted.add_arg("-headless").map_err(failed)?;
    }
    let mut preferences = FirefoxPreferences::new();
    for (name, value) in preferences_for(wiring, profile, &hosts) {
        preferences.set(&name, value).map_err(failed)?;
    }
    wanted.set_preferences(preferences).map_err(failed)?;
    let driver = WebDriver::new(process.url(), wanted).await.map_err(failed)?;
    for folder in wiring.folders() {
        install(&driver, folder).await?;
        if wiring.beside.is_some_and(|beside| beside.earlier && beside.folder == folder) {
            open_others_page(&driver).await?;
        }
    }
    let others_origin = wiring.beside.map(|_| format!("moz-extension://{OTHERS_HOST}"));
    let (origin, folder) = (format!("moz-extension://{HOST}"), profile.to_path_buf());
    Ok(Started { driver, process, origin, others_origin, folder })
}

async fn install(driver: &WebDriver, folder: &Path) -> Result<(), BrowserError> {
    let tools = FirefoxTools::new(driver.handle().clone());
    let refused = |detail: String| BrowserError::Extension { folder: folder.to_path_buf(), detail };
    let installed = tools.install_addon(&folder.to_string_lossy(), Some(true)).await;
    installed.map(drop).map_err(|source| refused(source.to_string()))
}

/// Opens the other extension's page and waits until it is ready.
async fn open_others_page(driver: &WebDriver) -> Result<(), BrowserError> {
    let failed = |source| BrowserError::Command { doing: "open the other extension's page".into(), source };
    driver.goto(format!("moz-extension://{OTHERS_HOST}/{OTHERS_PAGE}")).await.map_err(failed)?;
    let ready = eventually(async || {
        let found = driver.find_all(By::Css("#app[data-ready=\"true\"]")).await.map_err(failed)?;
        Ok::<_, BrowserError>((!found.is_empty()).then_some(()))
    });
    let late = || BrowserError::Script { doing: "open the other extension's page".into(), said: "nothing".into() };
    ready.await?.ok_or_else(late)
}

fn preferences_for(wiring: &Wiring<'_>, profile: &Path, hosts: &Value) -> Vec<(String, Value)> {
    let fixed = [
        ("network.dns.forceResolve", json!("127.0.0.1")),
        ("network.socket.forcePort", json!(format!("443={}", wiring.edge.port()))),
        ("network.captive-portal-service.enabled", json!(false)),
        ("network.connectivity-service.enabled", json!(false)),
        ("network.http.http3.enable", json!(false)),
        ("extensions.webextensions.uuids", json!(hosts.to_string())),
        ("extensions.webextOptionalPermissionPrompts", json!(false)),
        ("extensions.update.enabled", json!(false)),
        ("extensions.getAddons.cache.enabled", json!(false)),
        ("extensions.blocklist.enabled", json!(false)),
        // Kilobytes for all that pages store; what is left for the extension then is as little as in Chromium.
        ("dom.quotaManager.temporaryStorage.fixedLimit", json!(51200)),
        // A folder of the test's own.
        ("browser.download.folderList", json!(2)),
        ("browser.download.dir", json!(downloads(profile))),
        ("browser.download.always_ask_before_handling_new_types", json!(false)),
        ("app.update.enabled", json!(false)),
        ("app.normandy.enabled", json!(false)),
        ("browser.safebrowsing.malware.enabled", json!(false)),
        ("browser.safebrowsing.phishing.enabled", json!(false)),
        ("browser.region.network.url", json!("")),
        ("datareporting.policy.dataSubmissionEnabled", json!(false)),
        ("toolkit.telemetry.enabled", json!(false)),
        ("devtools.console.stdout.content", json!(true)),
        ("intl.accept_languages", json!("en-GB, en")),
    ];
    fixed.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The add-on's id, from its manifest.
fn addon_id(folder: &Path) -> Result<String, BrowserError> {
    let manifest = super::manifest(folder)?;
    let id = manifest.pointer("/browser_specific_settings/gecko/id").and_then(Value::as_str);
    id.map(str::to_owned).ok_or_else(|| BrowserError::Extension {
        folder: folder.to_path_buf(),
        detail: "its manifest names no browser_specific_settings.gecko.id".into(),
    })
}

/// Ends the event page at once, as the browser does with an idle one.
///
/// # Errors
/// When the browser refuses.
pub(super) async fn kill_background(driver: &WebDriver, extension: &Path) -> Result<(), BrowserError> {
    let script = "const [id, done] = arguments;
        WebExtensionPolicy.getByID(id).extension
            .terminateBackground({ ignoreDevToolsAttached: true, disableResetIdleForTest: true })
            .then(() => done({}), error => done({ error: String(error) }));";
    privileged(driver, "end the event page", script, vec![json!(addon_id(extension)?)]).await.map(drop)
}

/// Ends the extension and starts it again, as an update does.
///
/// # Errors
/// When the browser refuses.
pub(super) async fn reload(driver: &WebDriver, extension: &Path) -> Result<(), BrowserError> {
    let script = "const [id, done] = arguments;
        const { AddonManager } = ChromeUtils.importESModule('resource://gre/modules/AddonManager.sys.mjs');
        AddonManager.getAddonByID(id).then(addon => addon.reload())
            .then(() => done({}), error => done({ error: String(error) }));";
    privileged(driver, "reload the extension", script, vec![json!(addon_id(extension)?)]).await.map(drop)
}

/// Where the browser keeps the extension's notifications.
const NOTIFICATIONS: &str = "const extension = WebExtensionPolicy.getByID(arguments[0]).extension;
    const { notificationsMap } = extension.apiManager.getAPI('notifications', extension);";

/// Keeps a list of the notifications that are given from now on: without a desktop Firefox forgets each at once.
///
/// # Errors
/// When the browser refuses.
pub(super) async fn watch_notifications(driver: &WebDriver, extension: &Path) -> Result<(), BrowserError> {
    let script = "const done = arguments[arguments.length - 1];
        const set = notificationsMap.set;
        notificationsMap.given = [];
        notificationsMap.set = function (id, kept) { this.given.push(id); return set.call(this, id, kept); };
        done({});";
    notifications_script(driver, extension, "watch notifications", script, None).await.map(drop)
}

/// The ids of the notifications that were given.
///
/// # Errors
/// When the browser refuses.
pub(super) async fn notifications(driver: &WebDriver, extension: &Path) -> Result<Vec<String>, BrowserError> {
    let script = "arguments[arguments.length - 1]({ value: notificationsMap.given });";
    let given = notifications_script(driver, extension, "read the notifications", script, None).await?;
    Ok(serde_json::from_value(given).unwrap_or_default())
}

/// Tells the extension that its notification was clicked, as the desktop does.
///
/// # Errors
/// When the browser refuses.
pub(super) async fn click_notification(driver: &WebDriver, extension: &Path, id: &str) -> Result<(), BrowserError> {
    let script = "notificationsMap.emit('clicked', arguments[1]); arguments[arguments.length - 1]({});";
    notifications_script(driver, extension, "click a notification", script, Some(json!(id))).await.map(drop)
}

async fn notifications_script(
    driver: &WebDriver,
    extension: &Path,
    doing: &str,
    script: &str,
    argument: Option<Value>,
) -> Result<Value, BrowserError> {
    let arguments = [json!(addon_id(extension)?)].into_iter().chain(argument).collect();
    privileged(driver, doing, &format!("{NOTIFICATIONS}\n{script}"), arguments).await
}

/// Tells the extension that its entry of the menu was chosen, as the browser does.
///
/// # Errors
/// When the browser refuses.
pub(super) async fn choose_menu_entry(driver: &WebDriver, extension: &Path, info: Value) -> Result<(), BrowserError> {
    let script = "const [id, info, done] = arguments;
        WebExtensionPolicy.getByID(id).extension.emit('webext-menu-menuitem-click', info, null);
        done({});";
    privileged(driver, "choose an entry of the menu", script, vec![json!(addon_id(extension)?), info]).await.map(drop)
}

/// Takes the extension's sites away, as a user can on the page of add-ons.
///
/// # Errors
/// When the browser refuses.
pub(super) async fn take_access_away(driver: &WebDriver, extension: &Path) -> Result<(), BrowserError> {
    change_access(driver, extension, "remove").await
}

/// Gives the extension its sites back.
///
/// # Errors
/// When the browser refuses.
pub(super) async fn give_access_back(driver: &WebDriver, extension: &Path) -> Result<(), BrowserError> {
    change_access(driver, extension, "add").await
}

async fn change_access(driver: &WebDriver, extension: &Path, method: &str) -> Result<(), BrowserError> {
    let sites = super::manifest(extension)?["host_permissions"].clone();
    let script = "const [id, method, origins, done] = arguments;
        const { ExtensionPermissions } = ChromeUtils.importESModule('resource://gre/modules/ExtensionPermissions.sys.mjs');
        ExtensionPermissions[method](id, { permissions: [], origins }, WebExtensionPolicy.getByID(id).extension)
            .then(() => done({}), error => done({ error: String(error) }));";
    let arguments = vec![json!(addon_id(extension)?), json!(method), sites];
    privileged(driver, "change the access to sites", script, arguments).await.map(drop)
}

/// Runs a script with the browser's own rights, and comes back to the page whatever happens.
async fn privileged(
    driver: &WebDriver,
    doing: &str,
    script: &str,
    arguments: Vec<Value>,
) -> Result<Value, BrowserError> {
    let failed = |source| BrowserError::Command { doing: doing.to_owned(), source };
    driver.cmd(Context("chrome")).await.map_err(failed)?;
    let answer = driver.execute_async(script, arguments).await;
    driver.cmd(Context("content")).await.map_err(failed)?;
    let answer = answer.map_err(failed)?;
    match answer.json()["error"].as_str() {
        Some(said) => Err(BrowserError::Script { doing: doing.to_owned(), said: said.to_owned() }),
        None => Ok(answer.json()["value"].clone()),
    }
}

/// Whether scripts run in the page or in the browser itself.
#[derive(Debug)]
struct Context(&'static str);

impl FormatRequestData for Context {
    fn format_request(&self, session: &SessionId) -> RequestData {
        RequestData::new(reqwest::Method::POST, format!("session/{session}/moz/context"))
            .add_body(json!({ "context": self.0 }))
    }
}

/// The lines that the extension's pages and its background wrote to the console.
pub(super) fn console(log: &str) -> Vec<String> {
    let ours = |line: &&str| line.starts_with("console.") || (line.contains("JavaScript") && line.contains(HOST));
    log.lines().filter(ours).map(String::from).collect()
}

/// What the browser's own console has about pages whose address contains `part`; it is not in the log.
///
/// # Errors
/// When the browser refuses.
pub(super) async fn complaints(driver: &WebDriver, part: &str) -> Result<Vec<String>, BrowserError> {
    let script = "const [part, done] = arguments;
        const said = Services.console.getMessageArray().map(message => String(message));
        done({ value: said.filter(message => message.includes(part)) });";
    let said = privileged(driver, "read the browser's console", script, vec![json!(part)]).await?;
    Ok(serde_json::from_value(said).unwrap_or_default())
}

/// The browser's process, named by the driver.
pub(super) const PROCESS_CAPABILITY: &str = "moz:processID";
