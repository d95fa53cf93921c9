// SPDX-License-Identifier: GPL-2.0-or-later
//! Rules that the markup of every state keeps.

use crate::file::filled;
use crate::states::all;
use std::collections::BTreeSet;

/// The values of an attribute, in order.
fn values<'a>(text: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    text.split(&start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// Every tag of these names, from its `<` to its `>`.
fn tags<'a>(text: &'a str, names: &[&str]) -> Vec<&'a str> {
    let wanted =
        |tag: &&str| names.iter().any(|name| tag.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '>'])));
    text.split('<').filter(wanted).filter_map(|tag| tag.split('>').next()).collect()
}

#[test]
fn every_region_has_its_element_in_the_file() {
    for (name, page) in all() {
        assert_eq!(filled(&page).err(), None, "in {name}");
    }
}

#[test]
fn ids_are_unique() {
    for (name, page) in all() {
        let text = filled(&page).unwrap();
        let mut seen = BTreeSet::new();
        let doubled: Vec<&str> = values(&text, "id").into_iter().filter(|id| !seen.insert(*id)).collect();
        assert_eq!(doubled, Vec::<&str>::new(), "in {name}");
    }
}

#[test]
fn every_control_has_a_label_and_every_description_is_there() {
    for (name, page) in all() {
        let text = filled(&page).unwrap();
        let ids: BTreeSet<&str> = values(&text, "id").into_iter().collect();
        let labelled: BTreeSet<&str> = values(&text, "for").into_iter().collect();
        for control in tags(&text, &["input", "select"]) {
            let id = values(control, "id").first().copied().unwrap_or_default();
            assert!(labelled.contains(id), "no label for <{control}> in {name}");
        }
        for named in ["for", "aria-labelledby", "aria-describedby"] {
            for id in values(&text, named) {
                assert!(ids.contains(id), "{named} names <{id}>, which is not there, in {name}");
            }
        }
    }
}

#[test]
fn headings_skip_no_level() {
    for (name, page) in all() {
        let text = filled(&page).unwrap();
        let levels = text.split("<h").skip(1).filter_map(|rest| rest.chars().next()?.to_digit(10));
        let mut before = 0;
        for level in levels {
            assert!(level <= before + 1, "h{level} follows h{before} in {name}");
            before = level;
        }
    }
}

#[test]
fn links_that_leave_the_extension_tell_the_other_side_nothing() {
    for (name, page) in all() {
        for link in tags(&filled(&page).unwrap(), &["a"]) {
            let outside = values(link, "href").iter().any(|href| href.starts_with("http"));
            let quiet = link.contains("rel=\"noreferrer\"") && link.contains("target=\"_blank\"");
            assert!(!outside || quiet, "<{link}> in {name}");
        }
    }
}

#[test]
fn nothing_is_styled_or_scripted_inside_the_markup() {
    for (name, page) in all() {
        let text = filled(&page).unwrap();
        assert_eq!(values(&text, "style"), Vec::<&str>::new(), "in {name}");
        assert_eq!(values(&text, "onclick"), Vec::<&str>::new(), "in {name}");
        assert_eq!(tags(&text, &["script"]), ["script type=\"module\" src=\"page.js\""], "in {name}");
    }
}
