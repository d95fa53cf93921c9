// SPDX-License-Identifier: GPL-2.0-or-later
//! A real browser with the extension in it, on loopback alone, driven as its user would.
//!
//! Must know nothing of what is tested: pages, acts and controls are named by the caller, along the attributes that
//! every page carries (`data-act`, `name`, `data-ready`).

pub(crate) mod asking;
mod chromium;
mod error;
mod files;
mod firefox;
mod hands;
pub(crate) mod killing;
mod notifications;
mod page;
mod process;
mod wiring;

pub(crate) use error::BrowserError;
use process::DriverProcess;
use serde_json::Value;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use thirtyfour::error::WebDriverError;
use thirtyfour::{By, WebDriver};
use wiring::OTHERS_PAGE;
pub(crate) use wiring::{Beside, Wiring};

/// How long anything may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// How often a condition is looked at.
const POLL: Duration = Duration::from_millis(40);

/// Which browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// Chromium, driven by chromedriver.
    Chromium,
    /// Firefox ESR, driven by geckodriver.
    Firefox,
}

impl fmt::Display for Which {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
        })
    }
}

/// What both browsers hand over once they run.
struct Started {
    driver: WebDriver,
    process: DriverProcess,
    origin: String,
    others_origin: Option<String>,
    /// Where its profile is.
    folder: PathBuf,
}

/// A running browser. Dropping it ends the session, the driver and the browser.
#[derive(Debug)]
pub(crate) struct Browser {
    /// Which one it is.
    pub(crate) which: Which,
    // Dropped in this order: the session is ended while its driver still runs, the profile goes last.
    driver: WebDriver,
    process: DriverProcess,
    _remains: Option<Remains>,
    origin: String,
    others_origin: Option<String>,
    extension: PathBuf,
    folder: PathBuf,
    profile: tempfile::TempDir,
}

impl Browser {
    /// Starts a browser with a profile of its own and waits until the extension is in it.
    ///
    /// # Errors
    /// When a program or the extension is missing or does not start.
    pub(crate) async fn start(which: Which, wiring: &Wiring<'_>) -> Result<Self, BrowserError> {
        // reqwest, under the driver's client, asks the process for its cryptography even where no TLS is spoken.
        drop(rustls::crypto::ring::default_provider().install_default());
        manifest(wiring.extension)?;
        let profile = tempfile::tempdir().map_err(|source| BrowserError::file(&std::env::temp_dir(), source))?;
        let started = match which {
            Which::Chromium => chromium::start(wiring, profile.path()).await?,
            Which::Firefox => firefox::start(wiring, profile.path()).await?,
        };
        Ok(Self::of(which, started, wiring, profile))
    }

    fn of(which: Which, started: Started, wiring: &Wiring<'_>, profile: tempfile::TempDir) -> Self {
        let capability = match which {
            Which::Chromium => chromium::PROCESS_CAPABILITY,
            Which::Firefox => firefox::PROCESS_CAPABILITY,
        };
        Self {
            which,
            _remains: started.driver.capabilities().get(capability).and_then(Value::as_u64).map(Remains),
            driver: started.driver,
            process: started.process,
            origin: started.origin,
            others_origin: started.others_origin,
            extension: wiring.extension.to_path_buf(),
            folder: started.folder,
            profile,
        }
    }

    /// Opens the extension's popup in the current tab and waits until it is rendered.
    ///
    /// # Errors
    /// When it does not come.
    pub(crate) async fn popup(&self) -> Result<(), BrowserError> {
        self.page("popup.html").await
    }

    /// Opens the workbench for a change in the current tab and waits until it is rendered.
    ///
    /// # Errors
    /// When it does not come.
    pub(crate) async fn workbench(&self, gerrit: u64) -> Result<(), BrowserError> {
        self.page(&format!("workbench.html#{gerrit}")).await
    }

    /// Opens the page of the other extension in the current tab.
    ///
    /// # Errors
    /// When it does not come, or there is no other extension.
    pub(crate) async fn others_page(&self) -> Result<(), BrowserError> {
        let said = || BrowserError::Script { doing: "open the other extension's page".into(), said: "nothing".into() };
        self.page_of(self.others_origin.as_ref().ok_or_else(said)?, OTHERS_PAGE).await
    }

    /// Opens a page of the extension, such as `workbench.html`, in the current tab and waits until it is rendered.
    ///
    /// # Errors
    /// When it does not come.
    pub(crate) async fn page(&self, path: &str) -> Result<(), BrowserError> {
        self.page_of(&self.origin, path).await
    }

    async fn page_of(&self, origin: &str, path: &str) -> Result<(), BrowserError> {
        // A page that differs only in its fragment would not be loaded anew.
        self.open("about:blank").await?;
        self.open(&format!("{origin}/{path}")).await?;
        self.wait_for("#app[data-ready=\"true\"]").await.map(drop)
    }

    /// Opens a URL in the current tab.
    ///
    /// # Errors
    /// When it cannot be loaded.
    pub(crate) async fn open(&self, url: &str) -> Result<(), BrowserError> {
        self.driver.goto(url).await.map_err(|source| command(format!("open <{url}>"), source))
    }

    /// Opens an empty tab and goes to it.
    ///
    /// # Errors
    /// When the driver refuses.
    pub(crate) async fn new_tab(&self) -> Result<(), BrowserError> {
        let failed = |source| command("open a tab".into(), source);
        let tab = self.driver.new_tab().await.map_err(failed)?;
        self.driver.switch_to_window(tab).await.map_err(failed)
    }

    /// Goes to the tab whose URL contains `part`, once there is one.
    ///
    /// # Errors
    /// When there is none in time.
    pub(crate) async fn go_to_tab(&self, part: &str) -> Result<(), BrowserError> {
        self.until(&format!("a tab at <{part}>"), async || {
            for tab in self.driver.windows().await? {
                self.driver.switch_to_window(tab).await?;
                if self.driver.current_url().await?.as_str().contains(part) {
                    return Ok(Some(()));
                }
            }
            Ok(None)
        })
        .await
    }

    /// Waits until the extension has a page open whose URL contains `part`; needs one of its pages in the current tab.
    /// Tabs that the extension opens for itself are not among those that Chromium's driver lists.
    ///
    /// # Errors
    /// When there is none in time.
    pub(crate) async fn extension_page(&self, part: &str) -> Result<(), BrowserError> {
        let script = "return chrome.extension.getViews({ type: 'tab' }).map(view => view.location.href)";
        self.until(&format!("a page of the extension at <{part}>"), async || {
            let views = self.driver.execute(script, Vec::new()).await?;
            let mut views = views.json().as_array().into_iter().flatten().filter_map(Value::as_str);
            Ok(views.any(|url| url.contains(part)).then_some(()))
        })
        .await
    }

    /// Closes the current tab and goes to the first one that is left.
    ///
    /// # Errors
    /// When the driver refuses.
    pub(crate) async fn close_tab(&self) -> Result<(), BrowserError> {
        let failed = |source| command("close the tab".into(), source);
        self.driver.close_window().await.map_err(failed)?;
        let left = self.driver.windows().await.map_err(failed)?;
        match left.into_iter().next() {
            Some(tab) => self.driver.switch_to_window(tab).await.map_err(failed),
            None => Ok(()),
        }
    }

    /// Saves a picture of the page's body as PNG.
    ///
    /// # Errors
    /// When it cannot be taken or written.
    pub(crate) async fn picture(&self, path: &Path) -> Result<(), BrowserError> {
        let png = self.until("the page's body", async || {
            self.driver.find(By::Css("body")).await?.screenshot_as_png().await.map(Some)
        });
        write(path, &png.await?)
    }

    /// Writes into the extension's storage until it takes no more; needs one of its pages in the current tab.
    ///
    /// # Errors
    /// When it takes everything.
    pub(crate) async fn fill_storage(&self) -> Result<(), BrowserError> {
        // Noise, because Firefox packs what it stores; ever smaller pieces, and again until nothing fits any more, so that
        // no gap is left.
        let script = "return (async () => {
            const bytes = (size) => String.fromCharCode(...crypto.getRandomValues(new Uint8Array(size)));
            const noise = (size) => Array.from({ length: Math.ceil(size / 12000) }, () => btoa(bytes(9000))).join('').slice(0, size);
            let piece = 0;
            for (let full = false; !full && piece < 2000;) {
                full = true;
                for (let size = 2 ** 20; size >= 16 && piece < 2000;) {
                    try {
                        await chrome.storage.local.set({ [`filler-${piece}`]: noise(size) });
                        piece += 1;
                        full = false;
                    } catch { size /= 4; }
                }
            }
            return piece < 2000;
        })()";
        match self.script(script).await?.as_bool() {
            Some(true) => Ok(()),
            _ => Err(BrowserError::Script { doing: "fill the storage".into(), said: "it takes everything".into() }),
        }
    }

    /// Pastes 300 kB that cannot be packed into a control, as its user can.
    ///
    /// # Errors
    /// When there is no such control.
    pub(crate) async fn paste_noise(&self, css: &str) -> Result<(), BrowserError> {
        let script = "const bytes = () => String.fromCharCode(...crypto.getRandomValues(new Uint8Array(9000)));
            const control = document.querySelector(CSS);
            control.value = Array.from({ length: 25 }, () => btoa(bytes())).join('');
            control.dispatchEvent(new Event('input', { bubbles: true }));";
        let css = serde_json::Value::from(css).to_string();
        self.script(&script.replace("CSS", &css)).await.map(drop)
    }

    /// Takes out of the storage what [`Browser::fill_storage`] has put in.
    ///
    /// # Errors
    /// When the browser refuses.
    pub(crate) async fn empty_storage(&self) -> Result<(), BrowserError> {
        let script = "return chrome.storage.local.get(null).then((kept) => chrome.storage.local.remove(
            Object.keys(kept).filter((key) => key.startsWith('filler-'))))";
        self.script(script).await.map(drop)
    }

    /// Takes the extension's access to its sites away, as its user can.
    ///
    /// # Errors
    /// When the browser refuses.
    pub(crate) async fn take_access_away(&self) -> Result<(), BrowserError> {
        match self.which {
            Which::Chromium => chromium::take_access_away(&self.driver, self.id()).await,
            Which::Firefox => firefox::take_access_away(&self.driver, &self.extension).await,
        }
    }

    /// Gives the extension its sites back.
    ///
    /// # Errors
    /// When the browser refuses.
    pub(crate) async fn give_access_back(&self) -> Result<(), BrowserError> {
        match self.which {
            Which::Chromium => chromium::give_access_back(&self.driver, self.id()).await,
            Which::Firefox => firefox::give_access_back(&self.driver, &self.extension).await,
        }
    }

    fn id(&self) -> &str {
        self.origin.rsplit('/').next().unwrap_or_default()
    }

    /// What the extension's pages and its background wrote to the console, one line each.
    pub(crate) fn background_log(&self) -> Vec<String> {
        match self.which {
            Which::Chromium => chromium::console(&self.process.log()),
            Which::Firefox => firefox::console(&self.process.log()),
        }
    }

    /// Saves picture, text and logs under `folder`, as far as they can be had, and gives the files.
    pub(crate) async fn save_remains(&self, folder: &Path, name: &str) -> Vec<PathBuf> {
        let place = |ending: &str| folder.join(format!("{name}.{ending}"));
        let mut saved = Vec::new();
        let url = self.url().await.unwrap_or_else(|error| error.to_string());
        let text = self.page_text().await.unwrap_or_else(|error| error.to_string());
        let html = self.driver.source().await.unwrap_or_else(|error| error.to_string());
        let page = format!("{url}\n\n{text}\n\n{html}\n");
        if self.picture(&place("png")).await.is_ok() {
            saved.push(place("png"));
        }
        for (ending, content) in [("txt", page), ("log", self.process.log())] {
            if write(&place(ending), content.as_bytes()).is_ok() {
                saved.push(place(ending));
            }
        }
        saved
    }

    /// Ends session, driver and browser.
    ///
    /// # Errors
    /// When the session cannot be ended; all else is ended all the same.
    pub(crate) async fn quit(mut self) -> Result<(), BrowserError> {
        let ended = self.driver.clone().quit().await;
        self.process.stop().await;
        ended.map_err(|source| command("end the browser's session".into(), source))
    }
}

/// A browser that is left when its driver has gone: it is ended by its number.
#[derive(Debug)]
struct Remains(u64);

impl Drop for Remains {
    fn drop(&mut self) {
        if Path::new(&format!("/proc/{}", self.0)).exists() {
            // Nothing can be done here about a browser that cannot be ended.
            drop(std::process::Command::new("kill").args(["-9", &self.0.to_string()]).status());
        }
    }
}

/// Looks until there is something, at most [`PATIENCE`] long.
async fn eventually<T, E>(mut look: impl AsyncFnMut() -> Result<Option<T>, E>) -> Result<Option<T>, E> {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await? {
            return Ok(Some(found));
        }
        if Instant::now() > end {
            return Ok(None);
        }
        tokio::time::sleep(POLL).await;
    }
}

fn command(doing: String, source: WebDriverError) -> BrowserError {
    BrowserError::Command { doing, source }
}

/// The manifest of the extension in `folder`.
fn manifest(folder: &Path) -> Result<Value, BrowserError> {
    let refused = |detail: String| BrowserError::Extension { folder: folder.to_path_buf(), detail };
    let text = std::fs::read_to_string(folder.join("manifest.json"))
        .map_err(|error| refused(format!("manifest.json: {error}; run ./dev build first")))?;
    serde_json::from_str(&text).map_err(|error| refused(format!("manifest.json: {error}")))
}

/// Writes a file and the folders above it.
fn write(path: &Path, bytes: &[u8]) -> Result<(), BrowserError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(path, bytes))
        .map_err(|source| BrowserError::file(path, source))
}
