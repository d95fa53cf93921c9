// SPDX-License-Identifier: GPL-2.0-or-later
//! What its reader does with the page in the current tab: wait, look, click, type.
//!
//! Must not go anywhere else: tabs, pages and the background are the browser's.

use super::{Browser, BrowserError, PATIENCE, command, eventually};
use serde_json::Value;
use thirtyfour::error::{WebDriverError, WebDriverErrorInner};
use thirtyfour::{By, WebElement};

impl Browser {
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

    /// What stands in a control, once it is there.
    ///
    /// # Errors
    /// When it does not come.
    pub(crate) async fn value(&self, css: &str) -> Result<Option<String>, BrowserError> {
        self.until(&format!("the value of <{css}>"), async || {
            Ok(Some(self.driver.find(By::Css(css)).await?.value().await?))
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

    /// Runs a script again and again until it returns this.
    ///
    /// # Errors
    /// When it does not in time.
    pub(crate) async fn wait_script(&self, expected: &str, script: &str, value: &Value) -> Result<(), BrowserError> {
        self.until(expected, async || {
            let answer = self.driver.execute(script, Vec::new()).await?;
            Ok((answer.json() == value).then_some(()))
        })
        .await
    }

    /// Looks until there is something; what a page that is being drawn says meanwhile counts as "not yet".
    pub(super) async fn until<T>(
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
