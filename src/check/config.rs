// SPDX-License-Identifier: GPL-2.0-or-later
//! Values of `mw.config` as a page sets them: `RLCONF={…}` in its head, and `mw.config.set({…})` at its end and in what
//! `load.php` gives (repository `mediawiki/core`, `includes/ResourceLoader/ClientHtml.php`, `getHeadHtml`; there,
//! `ResourceLoader.php`, `makeConfigSetScript`). The objects are JSON that a minifier has had; where it writes `!0` and
//! `!1` for `true` and `false`, that is understood.
//!
//! Must not take anything out of text that a user wrote: only scripts of the page are read, and their texts are passed
//! over. What scripts set by other ways is not known here.

use super::html;
use super::reading::Reading;
use serde_json::{Map, Value};

/// The value under `name`, in a list of at most one.
///
/// # Errors
/// With why that cannot be told.
pub(super) fn value(name: &str, reading: &Reading<'_>) -> Result<Vec<Value>, String> {
    Ok(reading.config()?.get(name.trim()).cloned().into_iter().collect())
}

/// A name that the page sets and that differs from `name` in capitals alone.
pub(super) fn nearest(name: &str, reading: &Reading<'_>) -> Option<String> {
    let config = reading.config().ok()?;
    config.keys().find(|known| known.eq_ignore_ascii_case(name.trim())).cloned()
}

/// Everything that is set; what is set twice is as it was set last.
///
/// # Errors
/// When the answer is neither page nor script, sets nothing, or cannot be read.
pub(super) fn set_by(reading: &Reading<'_>) -> Result<Map<String, Value>, String> {
    let mut config = Map::new();
    let mut count = 0;
    if reading.kind().contains("javascript") {
        // No user writes into what load.php gives of MediaWiki's own, and its regular expressions hold quotes.
        for (at, mark) in reading.text().match_indices(SET) {
            let object = reading.text().get(at + mark.len()..).unwrap_or_default();
            count += usize::from(set(object, &mut config)?.is_some());
        }
    } else {
        for script in html::scripts(reading.html()?) {
            count += set_in(&script, &mut config)?;
        }
    }
    if count == 0 { Err("the page sets no mw.config (no RLCONF)".into()) } else { Ok(config) }
}

const SET: &str = "mw.config.set(";
const ASSIGNED: &str = "RLCONF";

/// How many objects a script sets.
fn set_in(script: &str, config: &mut Map<String, Value>) -> Result<usize, String> {
    let (mut rest, mut count) = (script, 0);
    while let Some(at) = rest.find(['"', '\'', '`', 'R', 'm']) {
        let (before, from) = rest.split_at(at);
        let letter = from.chars().next().unwrap_or_default();
        let behind = from.get(1..).unwrap_or_default();
        if matches!(letter, '"' | '\'' | '`') {
            rest = behind_text(behind, letter);
            continue;
        }
        let begins = !before.ends_with(|c: char| c.is_alphanumeric() || "_$.".contains(c));
        let assigned = from.strip_prefix(ASSIGNED).and_then(|rest| rest.trim_start().strip_prefix('='));
        let object = assigned.or_else(|| from.strip_prefix(SET)).filter(|_| begins);
        match object.map(|object| set(object, config)).transpose()?.flatten() {
            Some(after) => (rest, count) = (after, count + 1),
            // The rest of a name is no beginning of another.
            None => rest = behind.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_'),
        }
    }
    Ok(count)
}

/// What follows a text whose opening quote has been read.
fn behind_text(text: &str, quote: char) -> &str {
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        if letter == quote && !escaped {
            return text.get(at + 1..).unwrap_or_default();
        }
        escaped = letter == '\\' && !escaped;
    }
    ""
}

/// Adds the object at the beginning of `text`, and gives what follows it; `None` where there is none.
fn set<'a>(text: &'a str, config: &mut Map<String, Value>) -> Result<Option<&'a str>, String> {
    let text = text.trim_start();
    if !text.starts_with('{') {
        return Ok(None);
    }
    let (json, rest) = object(text).ok_or("the page's mw.config breaks off")?;
    let read = serde_json::from_str::<Map<String, Value>>(&json);
    config.extend(read.map_err(|error| format!("the page's mw.config cannot be read: {error}"))?);
    Ok(Some(rest))
}

/// The object at the beginning of `text` as JSON, and what follows it.
fn object(text: &str) -> Option<(String, &str)> {
    let mut json = String::new();
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            _ if in_text => {
                in_text = letter != '"' || escaped;
                escaped = letter == '\\' && !escaped;
            }
            '"' => in_text = true,
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.checked_sub(1)?,
            '!' => {
                json.push_str(if letters.next()?.1 == '0' { "true" } else { "false" });
                continue;
            }
            _ => {}
        }
        json.push(letter);
        if depth == 0 {
            return Some((json, text.get(at + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::reading::Reading;
    use super::{nearest, value};
    use crate::exchange::{Headers, Response};
    use serde_json::{Value, json};

    fn page(kind: &str, body: &str) -> Response {
        Response { headers: Headers::from_iter([("content-type", kind)]), body: body.into(), ..Response::default() }
    }

    fn of(name: &str, body: &str) -> Result<Vec<Value>, String> {
        value(name, &Reading::of(&page("text/html", body)))
    }

    #[test]
    fn values_are_read_as_mediawiki_writes_them() {
        let minified = r#"<html class="x"><head><title>t</title><script>document.documentElement.className="client-js";
            RLCONF={"wgBreakFrames":!1,"a":!0,"wgTitle":"!0 \"}","b":[true,{"c":1.50}],"d":"x\u003C/y"};
RLSTATE={"e":"ready"};RLPAGEMODULES=["f"];</script></head><body></body>"#;
        for (name, expected) in [
            ("wgBreakFrames", json!([false])),
            ("a", json!([true])),
            ("wgTitle", json!(["!0 \"}"])),
            ("b", json!([[true, {"c": 1.50}]])),
            ("d", json!(["x</y"])),
            ("e", json!([])),
            ("c", json!([])),
        ] {
            assert_eq!(json!(of(name, minified).unwrap()), expected, "{name}");
        }
        let debug = "<script>\nRLCONF = {\n    \"a\": true\n};\n</script>";
        assert_eq!(of("a", debug), Ok(vec![json!(true)]));
        let nearest = nearest("WGTITLE", &Reading::of(&page("text/html", minified)));
        assert_eq!(nearest.as_deref(), Some("wgTitle"));
    }

    #[test]
    fn what_is_set_at_the_end_of_the_page_counts_too() {
        let body = r#"<script>RLCONF={"a":1,"b":1};</script><p>x</p>
            <script>(RLQ=window.RLQ||[]).push(function(){mw.config.set({"b":2,"wgHostname":"mw-web"});});</script>"#;
        let all = ["a", "b", "wgHostname"].map(|name| of(name, body).unwrap());
        assert_eq!(json!(all), json!([[1], [2], ["mw-web"]]));
    }

    #[test]
    fn what_users_write_is_not_taken_for_it() {
        for body in [
            r#"<title>RLCONF={"a":1}</title><script>RLCONF={"b":1}</script>"#,
            r#"<script>RLCONF={"wgTitle":"RLCONF={\"a\":1} mw.config.set({\"a\":1})"}</script>"#,
            r#"<script>RLCONF={};x="mw.config.set({'a':1})";y='RLCONF={"a":1}';</script>"#,
            r#"<script>RLCONF={}</script><script type="text/x-template">RLCONF={"a":1}</script>"#,
            r#"<script>RLCONF={}</script><p title='RLCONF={"a":1}'>RLCONF={"a":1}</p>"#,
            r#"<script>RLCONF={};xRLCONF={"a":1};RLCONF=={"a":1}</script>"#,
        ] {
            assert_eq!(of("a", body), Ok(vec![]), "{body}");
        }
    }

    #[test]
    fn where_none_is_set_nothing_is_absent() {
        for (kind, body, why) in [
            ("text/html", "<p>RLCONF={}</p>", "the page sets no mw.config"),
            ("text/html", "<script>RLCONF={\"a\":1</script>", "breaks off"),
            ("text/html", "<script>RLCONF={a:1}</script>", "cannot be read: key must be a string"),
            ("application/json", "{}", "the answer is application/json, not HTML"),
            ("text/javascript", "var a={};", "the page sets no mw.config"),
        ] {
            let said = value("a", &Reading::of(&page(kind, body))).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
        let startup = r#"x=/["']/;function startUp(){mw.config.set({"debug":0,"skin":"vector"});}"#;
        let page = page("text/javascript; charset=utf-8", startup);
        assert_eq!(value("skin", &Reading::of(&page)), Ok(vec![json!("vector")]));
    }
}
