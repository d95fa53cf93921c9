// SPDX-License-Identifier: GPL-2.0-or-later
//! Tabs, and the header rules of the requests that they send.

use super::{BrowserPorts, sys};
use crate::ports::{HeaderRule, TabId, Tabs};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;
use url::Url;
use wasm_bindgen::JsValue;

/// Every type that both browsers know. `main_frame` must be named: a rule without types leaves it out.
const RESOURCE_TYPES: [&str; 13] = [
    "main_frame",
    "sub_frame",
    "stylesheet",
    "script",
    "image",
    "font",
    "object",
    "xmlhttprequest",
    "ping",
    "csp_report",
    "media",
    "websocket",
    "other",
];

/// A session rule of declarativeNetRequest, as far as ours use it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Rule {
    id: u32,
    action: Action,
    condition: Condition,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Action {
    r#type: String,
    request_headers: Vec<HeaderChange>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct HeaderChange {
    header: String,
    operation: String,
    value: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Condition {
    tab_ids: BTreeSet<TabId>,
    request_domains: BTreeSet<String>,
    resource_types: BTreeSet<String>,
}

impl Condition {
    /// A domain stands for its subdomains too.
    fn means(&self, tab: TabId, host: &str) -> bool {
        let on = |domain: &String| host.strip_suffix(domain).is_some_and(|sub| sub.is_empty() || sub.ends_with('.'));
        self.tab_ids.contains(&tab) && self.request_domains.iter().any(on)
    }
}

impl Rule {
    fn new(id: u32, wanted: &HeaderRule) -> Self {
        Self {
            id,
            action: Action {
                r#type: "modifyHeaders".to_owned(),
                request_headers: vec![HeaderChange {
                    // Firefox keeps the case, Chromium does not; the comparison with what is kept needs one spelling.
                    header: wanted.name.to_ascii_lowercase(),
                    operation: "set".to_owned(),
                    value: wanted.value.clone(),
                }],
            },
            condition: Condition {
                tab_ids: BTreeSet::from([wanted.tab]),
                request_domains: wanted.domains.iter().cloned().collect(),
                resource_types: RESOURCE_TYPES.map(str::to_owned).into(),
            },
        }
    }

    fn does_the_same(&self, other: &Self) -> bool {
        self.action == other.action && self.condition == other.condition
    }
}

/// The one update that turns the rules that are there into the wanted ones.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Difference {
    remove_rule_ids: Vec<u32>,
    add_rules: Vec<Rule>,
}

impl Difference {
    /// `present` has `None` for a rule that is not one of those that this version writes.
    fn between(present: &[(u32, Option<Rule>)], wanted: &[HeaderRule]) -> Self {
        let mut kept = BTreeSet::new();
        let mut missing = Vec::new();
        for rule in wanted {
            let like = Rule::new(0, rule);
            let known = present
                .iter()
                .find(|(id, old)| !kept.contains(id) && old.as_ref().is_some_and(|old| old.does_the_same(&like)));
            match known {
                Some((id, _)) => drop(kept.insert(*id)),
                None => missing.push(rule),
            }
        }
        // A number in use is not taken again in the same update, so that its order does not matter.
        let used: BTreeSet<u32> = present.iter().map(|(id, _)| *id).collect();
        let free = (1_u32..).filter(|id| !used.contains(id));
        Self {
            remove_rule_ids: used.iter().copied().filter(|id| !kept.contains(id)).collect(),
            add_rules: free.zip(missing).map(|(id, rule)| Rule::new(id, rule)).collect(),
        }
    }

    const fn is_empty(&self) -> bool {
        self.remove_rule_ids.is_empty() && self.add_rules.is_empty()
    }
}

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
    Ok(rules.iter().filter_map(|(_, rule)| rule.as_ref()).any(|rule| rule.condition.means(tab, &host)))
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
