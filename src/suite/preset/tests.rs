// SPDX-License-Identifier: GPL-2.0-or-later
//! Each preset's test against an answer that is as the patch wants it, and against others that are not.

use super::{PRESETS, Preset, PresetError};
use crate::check::judge;
use crate::exchange::{Headers, Response};
use crate::suite::Test;
use std::collections::BTreeMap;

fn filled(id: &str, values: &[(&str, &str)]) -> Result<Test, PresetError> {
    let wiki = [("wiki", "en.wikipedia.org")];
    let all = wiki.iter().chain(values);
    let values: BTreeMap<_, _> = all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Preset::of(id).unwrap().test(&values)
}

fn holds(test: &Test, status: u16, kind: &str, body: &str) -> bool {
    let headers = Headers::from_iter([("content-type", kind)]);
    let response = Response { url: test.url.clone(), status, headers, body: body.into(), ..Response::default() };
    test.assertions.iter().all(|assertion| judge(assertion, &response).held)
}

const GROUPS: &str = r#"{"batchcomplete":true,"query":{"usergroups":[{"name":"user","rights":["read"]},
    {"name":"sysop","rights":["block","editinterface"]}]}}"#;
const NAMESPACES: &str = r#"{"query":{"namespaces":{"-1":{"id":-1,"name":"Special"},"0":{"id":0,"name":""},
    "100":{"id":100,"case":"first-letter","name":"Portal talk","canonical":"Portal talk"}}}}"#;
const ALIASES: &str = r#"{"query":{"namespacealiases":[{"id":4,"alias":"WP"}]}}"#;
const EXTENSIONS: &str = r#"{"query":{"extensions":[{"type":"other","name":"Echo"}]}}"#;
const GENERAL: &str =
    r#"{"query":{"general":{"sitename":"Wikipedia","logo":"//en.wikipedia.org/static/enwiki-25.png"}}}"#;
const OPTIONS: &str = r#"{"query":{"defaultoptions":{"a-b":1,"c":true,"d":"1","e":"vector-2022","f":false}}}"#;
const STREAMS: &str = r#"{"streams":{"a.b":{"schema_title":"x"}}}"#;
const MODULE: &str = "mw.loader.impl(function(){return[\"ext.a@1a2b3\",function(){}];});";
const MISSING_MODULE: &str =
    "/*\nProblematic modules: {\"ext.a\":\"missing\"}\n*/\nmw.loader.state({\"ext.a\":\"missing\"});";
const FATAL: &str = "<!DOCTYPE html><html><body>MediaWiki internal error. Fatal exception</body></html>";

fn page(robots: &str, config: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><script>RLCONF={config};</script><meta name=\"robots\" content=\"{robots}\"></head>\
        <body><p>Well<b>come</b> back</p></body></html>"
    )
}

/// A preset, its blanks, the answer that holds and one of the same kind that does not.
type Row = (&'static str, Vec<(&'static str, &'static str)>, String, String);

fn rows() -> Vec<Row> {
    let groups = |from: &str, to: &str| GROUPS.replace(from, to);
    let special =
        |name: &str| page("noindex", &format!(r#"{{"wgNamespaceNumber":-1,"wgCanonicalSpecialPageName":{name}}}"#));
    let open = || page("max-image-preview:standard", "{}");
    let closed = || page("noindex,nofollow,max-image-preview:standard", "{}");
    vec![
        ("right_given", vec![("group", "sysop"), ("right", "block")], GROUPS.into(), groups("\"block\",", "")),
        ("right_given", vec![("group", "sysop"), ("right", "block")], GROUPS.into(), groups("sysop", "sysops")),
        (
            "right_given",
            vec![("group", "sysop"), ("right", "edit")],
            groups("read", "edit").replace("block", "edit"),
            GROUPS.into(),
        ),
        ("right_taken", vec![("group", "sysop"), ("right", "block")], groups("\"block\",", ""), GROUPS.into()),
        // A group that is not there has lost no right.
        ("right_taken", vec![("group", "sysop"), ("right", "block")], groups("block", "x"), groups("sysop", "x")),
        ("group_there", vec![("group", "sysop")], GROUPS.into(), groups("sysop", "x")),
        ("group_gone", vec![("group", "sysop")], groups("sysop", "x"), GROUPS.into()),
        ("group_gone", vec![("group", "sysop")], groups("sysop", "x"), r#"{"query":{"usergroups":[]}}"#.into()),
        (
            "namespace_there",
            vec![("namespace", "Portal_talk")],
            NAMESPACES.into(),
            NAMESPACES.replace("Portal talk", "x"),
        ),
        (
            "namespace_there",
            vec![("namespace", "Portal talk"), ("number", "100")],
            NAMESPACES.into(),
            NAMESPACES.replace(":100", ":101"),
        ),
        (
            "namespace_gone",
            vec![("namespace", "Portal talk")],
            NAMESPACES.replace("Portal talk", "x"),
            NAMESPACES.into(),
        ),
        (
            "namespace_gone",
            vec![("namespace", "Portal talk")],
            NAMESPACES.replace("Portal talk", "x"),
            r#"{"query":{"namespaces":{}}}"#.into(),
        ),
        ("namespace_alias", vec![("alias", "WP")], ALIASES.into(), ALIASES.replace("WP", "wp")),
        ("extension_there", vec![("extension", "Echo")], EXTENSIONS.into(), EXTENSIONS.replace("Echo", "Ech")),
        ("extension_gone", vec![("extension", "Echo")], EXTENSIONS.replace("Echo", "Ech"), EXTENSIONS.into()),
        (
            "extension_gone",
            vec![("extension", "Echo")],
            EXTENSIONS.replace("Echo", "Ech"),
            r#"{"query":{"extensions":[]}}"#.into(),
        ),
        ("site_name", vec![("sitename", "Wikipedia")], GENERAL.into(), GENERAL.replace("Wikipedia", "Vicipaedia")),
        ("logo", vec![("logo", "enwiki-25.png")], GENERAL.into(), GENERAL.replace("-25", "")),
        ("robots_closed", vec![("page", "User:A")], closed(), open()),
        ("robots_open", vec![("page", "User:A")], open(), closed()),
        ("robots_open", vec![("page", "User:A")], open(), "<!DOCTYPE html><html><body>x</body></html>".into()),
        ("special_there", vec![("special", "Log")], special("\"Log\""), special("null")),
        ("special_there", vec![("special", "Special:Log")], special("\"Log\""), special("false")),
        ("preference", vec![("preference", "a-b"), ("value", "1")], OPTIONS.into(), OPTIONS.replace(":1,", ":0,")),
        ("preference", vec![("preference", "c"), ("value", "1")], OPTIONS.into(), OPTIONS.replace("true", "false")),
        ("preference", vec![("preference", "d"), ("value", "1")], OPTIONS.into(), OPTIONS.replace("\"1\"", "\"\"")),
        (
            "preference",
            vec![("preference", "e"), ("value", "vector-2022")],
            OPTIONS.into(),
            OPTIONS.replace("-2022", ""),
        ),
        ("preference", vec![("preference", "f"), ("value", "0")], OPTIONS.into(), OPTIONS.replace("false", "true")),
        (
            "config",
            vec![("key", "wgA"), ("value", "[1]"), ("page", "A")],
            page("", r#"{"wgA":[1]}"#),
            page("", r#"{"wgA":[]}"#),
        ),
        (
            "config",
            vec![("key", "wgA"), ("value", "true"), ("page", "A")],
            page("", r#"{"wgA":true}"#),
            page("", r#"{"wgA":1}"#),
        ),
        ("config", vec![("key", "wgA"), ("value", "b"), ("page", "A")], page("", r#"{"wgA":"b"}"#), page("", "{}")),
        ("module", vec![("module", "ext.a")], MODULE.into(), MISSING_MODULE.into()),
        ("stream", vec![("stream", "a.b")], STREAMS.into(), r#"{"streams":{}}"#.into()),
        ("text", vec![("page", "A"), ("text", "Wellcome back")], open(), open().replace("come", "")),
    ]
}

fn kind_of(body: &str) -> &'static str {
    match body.as_bytes().first() {
        Some(b'{') => "application/json; charset=utf-8",
        Some(b'<') => "text/html; charset=UTF-8",
        _ => "text/javascript; charset=utf-8",
    }
}

#[test]
fn each_preset_holds_of_what_the_patch_brings_and_of_nothing_else() {
    for (id, values, right, wrong) in rows() {
        let test = filled(id, &values).unwrap();
        assert_eq!(test.validate(), Ok(()), "{id}");
        assert!(test.must_fail_before, "{id}");
        assert!(holds(&test, 200, kind_of(&right), &right), "{id} {values:?} does not hold of {right}");
        assert!(!holds(&test, 200, kind_of(&wrong), &wrong), "{id} {values:?} holds of {wrong}");
        // An error page has none of it, nor has an empty answer, nor another status.
        for (status, body) in [(200, FATAL), (200, ""), (200, "{}"), (503, right.as_str())] {
            assert!(!holds(&test, status, kind_of(body), body), "{id} {values:?} holds of {status} {body}");
        }
    }
}

#[test]
fn every_preset_but_the_one_of_a_missing_page_is_in_the_table() {
    let known: Vec<&str> = rows().iter().map(|row| row.0).chain(["special_gone"]).collect();
    for preset in &PRESETS {
        assert!(known.contains(&preset.id), "{}", preset.id);
    }
}

#[test]
fn a_special_page_is_gone_where_the_wiki_says_that_there_is_none() {
    let test = filled("special_gone", &[("special", "Nuke")]).unwrap();
    assert_eq!(test.validate(), Ok(()));
    let special =
        |name: &str| page("noindex", &format!(r#"{{"wgNamespaceNumber":-1,"wgCanonicalSpecialPageName":{name}}}"#));
    for name in ["null", "false"] {
        assert!(holds(&test, 404, "text/html", &special(name)));
    }
    let article = page("noindex", r#"{"wgNamespaceNumber":0,"wgCanonicalSpecialPageName":false}"#);
    for (status, body) in [
        (200, special("\"Nuke\"")),
        (404, special("\"Nuke\"")),
        (200, special("null")),
        (404, article),
        (404, FATAL.into()),
    ] {
        assert!(!holds(&test, status, "text/html", &body), "{status} {body}");
    }
}

#[test]
fn a_preset_asks_the_wiki_that_is_named() {
    for (wiki, host) in [
        ("dewiki", "de.wikipedia.org"),
        (" De.wikipedia.org/", "de.wikipedia.org"),
        ("https://www.wikidata.org/wiki/Q1", "www.wikidata.org"),
    ] {
        let test = filled("group_there", &[("group", "a"), ("wiki", wiki)]).unwrap();
        let asked = "action=query&meta=siteinfo&siprop=usergroups&format=json&formatversion=2";
        assert_eq!(test.url, format!("https://{host}/w/api.php?{asked}"));
    }
    for wiki in
        ["example.org", "wiki", "en.wikipedia.org/w", "en.wikipedia.org:1", "a@en.wikipedia.org", "en.wikipedia.org?x"]
    {
        let error = filled("group_there", &[("group", "a"), ("wiki", wiki)]).unwrap_err();
        assert_eq!((error.field(), error), ("wiki", PresetError::NoWiki { text: wiki.into() }));
    }
}

#[test]
fn blanks_that_are_empty_or_no_number_are_told() {
    let empty = filled("right_given", &[("group", "sysop"), ("right", " ")]).unwrap_err();
    assert_eq!((empty.field(), empty.to_string()), ("right", "Right must not be empty".into()));
    // No wiki is the usual one: that would ask a wiki that the change is not about.
    let nowhere = filled("group_there", &[("group", "a"), ("wiki", " ")]).unwrap_err();
    assert_eq!((nowhere.field(), nowhere.to_string()), ("wiki", "Wiki must not be empty".into()));
    let no_number = filled("namespace_there", &[("namespace", "A"), ("number", "x")]).unwrap_err();
    assert_eq!((no_number.field(), no_number.to_string()), ("number", "<x> is no number".into()));
}

#[test]
fn what_is_typed_stays_data() {
    let test = filled("group_there", &[("group", "a\"]|$..*['\\")]).unwrap();
    assert_eq!(test.validate(), Ok(()));
    let body = r#"{"query":{"usergroups":[{"name":"a\"]|$..*['\\","rights":[]}]}}"#;
    assert!(holds(&test, 200, "application/json", body));
    assert!(!holds(&test, 200, "application/json", GROUPS));
    let test = filled("text", &[("page", "A? b#c%"), ("text", "x")]).unwrap();
    assert_eq!(test.url, "https://en.wikipedia.org/wiki/A%3F_b%23c%25");
}

#[test]
fn a_preset_is_found_by_any_of_its_words() {
    let first = |typed: &str| Preset::found(typed).next().map(|preset| preset.id);
    for (typed, id) in [
        ("", "right_given"),
        ("right", "right_given"),
        ("LOGO", "logo"),
        ("noindex", "robots_closed"),
        ("enabled ext", "extension_there"),
    ] {
        assert_eq!(first(typed), Some(id), "{typed}");
    }
    assert_eq!(first("xyzzy"), None);
}
