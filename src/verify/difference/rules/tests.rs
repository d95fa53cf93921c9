// SPDX-License-Identifier: GPL-2.0-or-later
//! Each rule: what it takes away, and what is near to that and stays.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use super::super::normal::{normal, normal_by};
use super::RULES;
use regex_lite::Regex;
use rows::{JSON, ROWS};
use std::collections::BTreeSet;

mod rows;

#[test]
fn each_rule_takes_away_what_it_names_and_no_other_does() {
    for row in ROWS {
        let [one, other] = row.same;
        assert_eq!(normal(one, Some(row.content_type)), normal(other, Some(row.content_type)), "{}", row.rule);
        let without = |body: &str| normal_by(body, Some(row.content_type), |rule| rule.name != row.rule);
        assert_ne!(without(one), without(other), "{}", row.rule);
    }
}

#[test]
fn what_is_near_to_a_rule_stays() {
    for row in ROWS {
        let [one, other] = row.other;
        assert_ne!(normal(one, Some(row.content_type)), normal(other, Some(row.content_type)), "{}", row.rule);
    }
}

#[test]
fn every_rule_is_tested_once_and_can_be_read() {
    let named: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(ROWS.iter().map(|row| row.rule).collect::<Vec<_>>(), named);
    assert_eq!(named.iter().collect::<BTreeSet<_>>().len(), named.len());
    for rule in RULES {
        assert!(Regex::new(rule.pattern).is_ok(), "{}", rule.name);
        assert!(!rule.what.is_empty() && !rule.source.is_empty() && !rule.places.is_empty(), "{}", rule.name);
    }
}

#[test]
fn a_page_inside_an_api_answer_is_freed_of_its_reports_too() {
    let body = |time: &str| {
        let text = format!(
            "<div><p>x</p>\n<!-- \nNewPP limit report\nCached time: {time}\nCPU time usage: 0.1 seconds\n-->\n</div>"
        );
        serde_json::json!({ "parse": { "title": "X", "text": text } }).to_string()
    };
    let (one, other) = (normal(&body("20260818130500"), Some(JSON)), normal(&body("20260818130507"), Some(JSON)));
    assert_eq!(one, other);
    assert!(one.contains("\n<p>x</p>\n"), "{one}");
}
