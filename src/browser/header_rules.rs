// SPDX-License-Identifier: GPL-2.0-or-later
//! The session rules of declarativeNetRequest that give a tab's requests a header, and how to come from one set of them
//! to another.
//!
//! Must not call the browser: `tabs` does.

use crate::ports::{HeaderRule, TabId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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
pub(super) struct Rule {
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

    /// Whether it is for the requests of a tab to a host. A domain stands for its subdomains too.
    pub(super) fn means(&self, tab: TabId, host: &str) -> bool {
        let on = |domain: &String| host.strip_suffix(domain).is_some_and(|sub| sub.is_empty() || sub.ends_with('.'));
        self.condition.tab_ids.contains(&tab) && self.condition.request_domains.iter().any(on)
    }

    fn does_the_same(&self, other: &Self) -> bool {
        self.action == other.action && self.condition == other.condition
    }
}

/// The one update that turns the rules that are there into the wanted ones.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Difference {
    remove_rule_ids: Vec<u32>,
    add_rules: Vec<Rule>,
}

impl Difference {
    /// `present` has `None` for a rule that is not one of those that this version writes.
    pub(super) fn between(present: &[(u32, Option<Rule>)], wanted: &[HeaderRule]) -> Self {
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

    /// Whether there is nothing to update.
    pub(super) const fn is_empty(&self) -> bool {
        self.remove_rule_ids.is_empty() && self.add_rules.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{Difference, Rule};
    use crate::ports::{HeaderRule, TabId};

    fn wanted(tab: TabId, value: &str) -> HeaderRule {
        let domains = vec!["wikipedia.org".into(), "wikimedia.org".into()];
        HeaderRule { tab, domains, name: "X-Wikimedia-Debug".into(), value: value.into() }
    }

    fn present(id: u32, rule: &HeaderRule) -> (u32, Option<Rule>) {
        (id, Some(Rule::new(id, rule)))
    }

    fn change(present: &[(u32, Option<Rule>)], wanted: &[HeaderRule]) -> (Vec<u32>, Vec<u32>) {
        let difference = Difference::between(present, wanted);
        assert_eq!(difference.is_empty(), difference.remove_rule_ids.is_empty() && difference.add_rules.is_empty());
        (difference.remove_rule_ids, difference.add_rules.iter().map(|rule| rule.id).collect())
    }

    #[test]
    fn only_what_differs_is_updated() {
        let (one, two) = (wanted(1, "a"), wanted(2, "a"));
        assert_eq!(change(&[], &[]), (vec![], vec![]));
        assert_eq!(change(&[], &[one.clone(), two.clone()]), (vec![], vec![1, 2]));
        assert_eq!(change(&[present(5, &one)], std::slice::from_ref(&one)), (vec![], vec![]));
        assert_eq!(change(&[present(5, &one)], &[one.clone(), two.clone()]), (vec![], vec![1]));
        assert_eq!(change(&[present(5, &one), present(6, &two)], &[two]), (vec![5], vec![]));
        assert_eq!(change(&[present(1, &one)], &[]), (vec![1], vec![]));
    }

    #[test]
    fn another_value_is_another_rule_under_a_free_number() {
        assert_eq!(change(&[present(1, &wanted(1, "a"))], &[wanted(1, "b")]), (vec![1], vec![2]));
    }

    #[test]
    fn a_rule_of_another_shape_and_a_second_of_the_same_go() {
        let one = wanted(1, "a");
        assert_eq!(change(&[(3, None), present(4, &one), present(5, &one)], &[one]), (vec![3, 5], vec![]));
    }

    #[test]
    fn a_rule_is_kept_as_the_browser_writes_it() {
        let rule = Rule::new(1, &wanted(7, "backend=k8s-mwdebug"));
        let mut json = serde_json::to_value(&rule).unwrap();
        assert_eq!(json["action"]["requestHeaders"][0]["header"], "x-wikimedia-debug");
        assert!(json["condition"]["resourceTypes"].as_array().unwrap().contains(&"main_frame".into()));
        // Browsers give more than they were given.
        json["priority"] = 1.into();
        json["condition"]["domains"] = serde_json::json!([]);
        assert_eq!(serde_json::from_value::<Rule>(json).unwrap(), rule);
    }

    #[test]
    fn a_rule_means_its_tab_on_its_sites_alone() {
        let rule = Rule::new(1, &wanted(7, "a"));
        assert!(rule.means(7, "wikipedia.org") && rule.means(7, "en.m.wikipedia.org"));
        assert!(!rule.means(8, "wikipedia.org") && !rule.means(7, "evilwikipedia.org") && !rule.means(7, ""));
    }
}
