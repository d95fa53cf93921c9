// SPDX-License-Identifier: GPL-2.0-or-later
//! A real browser with the extension in it, on loopback alone, driven as its user would.
//!
//! Must know nothing of what is tested: pages, acts and controls are named by the caller, along the attributes that
//! every page carries (`data-act`, `name`, `data-ready`).

mod chromium;
mod error;
mod firefox;
mod process;

pub(crate) use error::BrowserError;
use process::DriverProcess;
use serde_json::Value;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use thirtyfour::error::{WebDriverError, WebDriverErrorInner};
use thirtyfour::{By, WebDriver, WebElement};

/// How long anything may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
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

/// What a browser is connected to.
#[derive(Debug, Clone)]
pub(crate) struct Wiring<'a> {
    /// Where every https request arrives, whatever its host name.
    pub(crate) edge: SocketAddr,
    /// Base64 of the SHA-256 of the edge's public key, which Chromium is to trust. Firefox trusts any certificate here.
    pub(crate) spki: &'a str,
    /// Folder of the unpacked extension; absolute.
    pub(crate) extension: &'a Path,
    /// Whether it is shown on the display; headless else.
    pub(crate) window: bool,
}

/// What both browsers hand over once they run.
struct Started {
    driver: WebDriver,
    process: DriverProcess,
    origin: String,
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
    extension: PathBuf,
    _profile: tempfile::TempDir,
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
        let capability = match which {
            Which::Chromium => chromium::PROCESS_CAPABILITY,
            Which::Firefox => firefox::PROCESS_CAPABILITY,
        };
        Ok(Self {
            which,
            _remains: started.driver.capabilities().get(capability).and_then(Value::as_u64).map(Remains),
            driver: started.driver,
            process: started.process,
            origin: started.origin,
            extension: wiring.extension.to_path_buf(),
            _profile: profile,
        })
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

    async fn page(&self, path: &str) -> Result<(), BrowserError> {
        // A page that differs only in its fragment would not be loaded anew.
        self.open("about:blank").await?;
        self.open(&format!("{}/{path}", self.origin)).await?;
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

    /// Loads the current page again and waits until it is rendered.
    ///
    /// # Errors
    /// When it does not come.
    pub(crate) async fn reload(&self) -> Result<(), BrowserError> {
        self.driver.refresh().await.map_err(|source| command("load the page again".into(), source))?;
        self.wait_for("#app[data-ready=\"true\"]").await.map(drop)
    }

    /// Waits for an element.
    ///
    /// # Errors
    /// When it does not come; the error shows the page.
    pub(crate) async fn wait_for(&self, css: &str) -> Result<WebElement, BrowserError> {
        self.until(&format!("<{css}>"), async || Ok(self.driver.find_all(By::Css(css)).await?.into_iter().next())).await
    }

    /// Waits until no such element is there.
    ///
    /// # Errors
    /// When it stays.
    pub(crate) async fn wait_gone(&self, css: &str) -> Result<(), BrowserError> {
        let gone = async || Ok(self.driver.find_all(By::Css(css)).await?.is_empty().then_some(()));
        self.until(&format!("<{css}> gone"), gone).await
    }

    /// Waits until an element's text contains `part`, and gives the text.
    ///
    /// # Errors
    /// When it does not come.
    pub(crate) async fn wait_text(&self, css: &str, part: &str) -> Result<String, BrowserError> {
        self.until(&format!("<{part}> in <{css}>"), async || {
            for element in self.driver.find_all(By::Css(css)).await? {
                let text = element.text().await?;
                if text.contains(part) {
                    return Ok(Some(text));
                }
            }
            Ok(None)
        })
        .await
    }

    /// The text of an element, once it is there.
    ///
    /// # Errors
    /// When it does not come.
    pub(crate) async fn text(&self, css: &str) -> Result<String, BrowserError> {
        self.until(&format!("the text of <{css}>"), async || {
            Ok(Some(self.driver.find(By::Css(css)).await?.text().await?))
        })
        .await
    }

    /// An attribute of an element, once both are there.
    ///
    /// # Errors
    /// When it does not come.
    pub(crate) async fn attribute(&self, css: &str, name: &str) -> Result<String, BrowserError> {
        self.until(&format!("the attribute {name} of <{css}>"), async || {
            self.driver.find(By::Css(css)).await?.attr(name).await
        })
        .await
    }

    /// How many such elements there are now.
    ///
    /// # Errors
    /// When the driver refuses.
    pub(crate) async fn count(&self, css: &str) -> Result<usize, BrowserError> {
        let found = self.driver.find_all(By::Css(css)).await;
        found.map(|elements| elements.len()).map_err(|source| command(format!("count <{css}>"), source))
    }

    /// Clicks what carries this `data-act`: a button or link, or the button that submits a form of that name.
    ///
    /// # Errors
    /// When it cannot be clicked in time.
    pub(crate) async fn click(&self, act: &str) -> Result<(), BrowserError> {
        self.click_in("", act).await
    }

    /// The same inside of another element.
    ///
    /// # Errors
    /// When it cannot be clicked in time.
    pub(crate) async fn click_in(&self, within: &str, act: &str) -> Result<(), BrowserError> {
        let places = [
            format!("{within} button[data-act=\"{act}\"]"),
            format!("{within} a[data-act=\"{act}\"]"),
            format!("{within} form[data-act=\"{act}\"] button[type=\"submit\"]"),
            format!("{within} form[data-act=\"{act}\"] button:not([type])"),
        ];
        self.click_on(&places.join(", ")).await
    }

    /// Clicks the first such element that can be clicked.
    ///
    /// # Errors
    /// When there is none in time.
    pub(crate) async fn click_on(&self, css: &str) -> Result<(), BrowserError> {
        self.until(&format!("<{css}> ready for a click"), async || {
            for element in self.driver.find_all(By::Css(css)).await? {
                if element.is_displayed().await? && element.is_enabled().await? {
                    return element.click().await.map(Some);
                }
            }
            Ok(None)
        })
        .await
    }

    /// Types into the control of this name, over what is there.
    ///
    /// # Errors
    /// When it is not there in time.
    pub(crate) async fn fill(&self, name: &str, text: &str) -> Result<(), BrowserError> {
        self.fill_in("", name, text).await
    }

    /// The same inside of another element.
    ///
    /// # Errors
    /// When it is not there in time.
    pub(crate) async fn fill_in(&self, within: &str, name: &str, text: &str) -> Result<(), BrowserError> {
        let css = format!("{within} [name=\"{name}\"]");
        self.until(&format!("<{text}> typed into <{css}>"), async || {
            let control = self.driver.find(By::Css(&css)).await?;
            control.clear().await?;
            control.send_keys(text).await?;
            let typed = control.value().await?;
            Ok((typed.as_deref() == Some(text)).then_some(()))
        })
        .await
    }

    /// Chooses the option of this value in a list.
    ///
    /// # Errors
    /// When it is not there in time.
    pub(crate) async fn choose_in(&self, within: &str, name: &str, value: &str) -> Result<(), BrowserError> {
        self.click_on(&format!("{within} select[name=\"{name}\"] option[value=\"{value}\"]")).await
    }

    /// The page's text as its reader sees it.
    ///
    /// # Errors
    /// When the driver refuses.
    pub(crate) async fn page_text(&self) -> Result<String, BrowserError> {
        let text = self.driver.execute("return document.body ? document.body.innerText : ''", Vec::new()).await;
        text.map(|text| text.json().as_str().unwrap_or_default().to_owned())
            .map_err(|source| command("read the page's text".into(), source))
    }

    /// The URL of the current tab.
    ///
    /// # Errors
    /// When the driver refuses.
    pub(crate) async fn url(&self) -> Result<String, BrowserError> {
        let url = self.driver.current_url().await;
        url.map(String::from).map_err(|source| command("read the page's URL".into(), source))
    }

    /// Runs a script in the page and gives what it returns.
    ///
    /// # Errors
    /// When it throws.
    pub(crate) async fn script(&self, script: &str) -> Result<Value, BrowserError> {
        let answer = self.driver.execute(script, Vec::new()).await;
        answer.map(|answer| answer.json().clone()).map_err(|source| command("run a script in the page".into(), source))
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

    /// Takes the extension's access to its sites away, as its user can. The current tab may show another page then.
    ///
    /// # Errors
    /// When the browser refuses.
    pub(crate) async fn take_access_away(&self) -> Result<(), BrowserError> {
        match self.which {
            Which::Chromium => chromium::take_access_away(&self.driver, self.id()).await,
            Which::Firefox => firefox::take_access_away(&self.driver, &self.extension).await,
        }
    }

    /// Gives the extension its sites back. The current tab may show another page then.
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

    /// Looks until there is something; what a page that is being drawn says meanwhile counts as "not yet".
    async fn until<T>(
        &self,
        expected: &str,
        mut look: impl AsyncFnMut() -> Result<Option<T>, WebDriverError>,
    ) -> Result<T, BrowserError> {
        let found = eventually(async || match look().await {
            Err(error) if passes(&error) => Ok(None),
            other => other,
        });
        match found.await.map_err(|source| command(format!("see {expected}"), source))? {
            Some(found) => Ok(found),
            None => Err(BrowserError::Late {
                expected: expected.to_owned(),
                seconds: PATIENCE.as_secs(),
                url: self.url().await.unwrap_or_else(|error| error.to_string()),
                page: self.page_text().await.unwrap_or_else(|error| error.to_string()),
            }),
        }
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

/// Whether an error only says that the page is not, or no longer, as it is looked for.
fn passes(error: &WebDriverError) -> bool {
    matches!(
        error.as_inner(),
        WebDriverErrorInner::NoSuchElement(_)
            | WebDriverErrorInner::StaleElementReference(_)
            | WebDriverErrorInner::ElementNotInteractable(_)
            | WebDriverErrorInner::ElementClickIntercepted(_)
            | WebDriverErrorInner::InvalidElementState(_)
            | WebDriverErrorInner::NoSuchWindow(_)
    )
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
