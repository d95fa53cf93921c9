// SPDX-License-Identifier: GPL-2.0-or-later
//! Tabs, and the header rules of the requests that they send.

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
