// SPDX-License-Identifier: GPL-2.0-or-later
//! Tabs, and the header rules of the requests that they send.

use super::exchanges::without_fragment;
use super::header_rules::{Difference, Rule};
use super::{BrowserPorts, sys};
use crate::ports::{HeaderRule, TabId, Tabs};
use serde::Deserialize;
use serde_json::json;
use url::Url;
use wasm_bindgen::JsValue;

async fn present_rules() -> Result<Vec<(u32, Option<Rule>)>, JsValue> {
    #[derive(Deserialize)]
    struct Numbered {
        id: u32,
    }
    let rules = js_sys::Array::from(&sys::session_rules().await?);
    rules
        .iter()
        .map(|rule| {
            let id = serde_wasm_bindgen::from_value::<Numbered>(rule.clone())?.id;
            Ok((id, serde_wasm_bindgen::from_value(rule).ok()))
        })
        .collect()
}

async fn set_header_rules(wanted: &[HeaderRule]) -> Result<(), JsValue> {
    let difference = Difference::between(&present_rules().await?, wanted);
    if !difference.is_empty() {
        sys::update_session_rules(&sys::plain(&difference)?).await?;
    }
    Ok(())
}

/// Whether a rule of ours means a tab's requests to `url`.
pub(super) async fn has_header_rule(tab: TabId, url: &str) -> Result<bool, JsValue> {
    let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let rules = present_rules().await?;
    Ok(rules.iter().filter_map(|(_, rule)| rule.as_ref()).any(|rule| rule.means(tab, &host)))
}

async fn open() -> Result<TabId, JsValue> {
    #[derive(Deserialize)]
    struct Tab {
        id: TabId,
    }
    let tab = sys::create_tab(&sys::plain(&json!({ "url": "about:blank" }))?).await?;
    Ok(serde_wasm_bindgen::from_value::<Tab>(tab)?.id)
}

async fn navigate(tab: TabId, url: &str) -> Result<(), JsValue> {
    sys::update_tab(tab, &sys::plain(&json!({ "url": url }))?).await.map(drop)
}

/// The URL of the tab in front of the page that asks. Without the permission `tabs` a browser tells it only for the sites
/// that the extension may reach, and of no other does it need to be known.
pub(super) async fn in_front() -> Result<Option<String>, JsValue> {
    #[derive(Deserialize)]
    struct Front {
        url: Option<String>,
    }
    let found = sys::query_tabs(&sys::plain(&json!({ "active": true, "currentWindow": true }))?).await?;
    let tabs = serde_wasm_bindgen::from_value::<Vec<Front>>(found)?;
    Ok(tabs.into_iter().next().and_then(|tab| tab.url).filter(|url| url.starts_with("https://")))
}

/// Shows a page of the extension: in the tab that shows it already, whatever its fragment, or in a new one. Its own pages
/// an extension may look up without the permission `tabs`; another fragment does not load such a page anew.
pub(super) async fn show(page: &str) -> Result<(), JsValue> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Found {
        id: TabId,
        window_id: i32,
    }
    let url = sys::extension_url(page);
    let any_fragment = format!("{}*", without_fragment(&url));
    let found = sys::query_tabs(&sys::plain(&json!({ "url": any_fragment }))?).await?;
    let Some(found) = serde_wasm_bindgen::from_value::<Vec<Found>>(found)?.into_iter().next() else {
        return sys::create_tab(&sys::plain(&json!({ "url": url }))?).await.map(drop);
    };
    sys::update_tab(found.id, &sys::plain(&json!({ "url": url, "active": true }))?).await?;
    // The tab is the right one even where its window stays behind another.
    if let Err(thrown) = sys::update_window(found.window_id, &sys::plain(&json!({ "focused": true }))?).await {
        sys::complain("bring a window to the front", &thrown);
    }
    Ok(())
}

impl Tabs for BrowserPorts {
    async fn open(&self) -> Result<TabId, String> {
        open().await.map_err(|thrown| sys::said(&thrown))
    }

    async fn navigate(&self, tab: TabId, url: &str) -> Result<(), String> {
        navigate(tab, url).await.map_err(|thrown| sys::said(&thrown))
    }

    async fn set_header_rules(&self, rules: &[HeaderRule]) -> Result<(), String> {
        // What is there must not change between looking and updating.
        let _turn = self.rules.lock().await;
        set_header_rules(rules).await.map_err(|thrown| sys::said(&thrown))
    }
}
