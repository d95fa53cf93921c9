// SPDX-License-Identifier: GPL-2.0-or-later
//! Who answered, as MediaWiki says it inside what it answers.
//!
//! An API answer has `servedby` beside its `error`, and where it was asked for (repository `mediawiki/core`,
//! `includes/api/ApiMain.php`). A page has `wgHostname` among the variables that it sets at its end,
//! `mw.config.set({"wgHostname":"…"})` (there, `includes/OutputPage.php`, `getBottomScripts`), and elsewhere its variables
//! stand in `RLCONF={…}` (`includes/ResourceLoader/ClientHtml.php`).
//!
//! Must not take a name out of text that a user wrote: only keys of those objects themselves are read. What is read
//! can only cast doubt, never take it away.

/// Where the objects with a page's variables begin.
const VARIABLES: [&str; 3] = ["mw.config.set({", "RLCONF={", "RLCONF = {"];

/// Letters of a name that are kept; no server's name is longer.
const LONGEST: usize = 253;

/// The server that a body names, if it does; letters that no server's name has are shown as `?`.
#[must_use]
pub fn named_in(body: &str) -> Option<String> {
    let text = body.trim_start_matches('\u{feff}').trim_start();
    let name = match text.strip_prefix('{') {
        Some(object) => member(object, "servedby"),
        None => scripts(text).find_map(|script| {
            let objects = VARIABLES.iter().flat_map(|start| script.match_indices(start));
            let mut objects = objects.filter_map(|(at, start)| script.get(at + start.len()..));
            objects.find_map(|object| member(object, "wgHostname"))
        }),
    }?;
    let shown = |c: char| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '?' };
    Some(name.chars().take(LONGEST).map(shown).collect::<String>()).filter(|name| !name.is_empty())
}

/// The contents of the scripts that a page runs. In text that a user wrote, MediaWiki has made every `<` harmless.
fn scripts(html: &str) -> impl Iterator<Item = &str> {
    html.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let plain = attributes.is_empty() || (attributes.starts_with(' ') && !attributes.contains("type="));
        plain.then(|| rest.split("</script").next().unwrap_or(rest))
    })
}

/// The string under `key` in an object whose `{` has been read; a key of an object within it does not count. What stands
/// between strings need not be JSON, since scripts may be minified.
fn member<'a>(object: &'a str, key: &str) -> Option<&'a str> {
    let mut rest = object;
    let mut depth = 0_usize;
    let mut at_key = true;
    loop {
        let at = rest.find(['"', '{', '}', '[', ']', ',', ':'])?;
        let mark = rest.as_bytes().get(at)?;
        rest = rest.get(at + 1..)?;
        match mark {
            b'"' => {
                let (text, after) = string(rest)?;
                rest = after;
                if depth == 0 && at_key && text == key {
                    let value = after.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
                    return string(value).map(|(value, _)| value);
                }
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            b',' => at_key = true,
            b':' => at_key = false,
            _ => {}
        }
    }
}

/// A string whose opening quote has been read, as it is written, and what follows it.
fn string(text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    let end = text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    Some((text.get(..end)?, text.get(end + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::named_in;

    const POD: &str = "mw-web.eqiad.main-5fb6d6bf94-28hjj";

    #[test]
    fn the_servers_name_is_read_where_mediawiki_writes_it() {
        for body in [
            r#"{"error":{"code":"badvalue","info":"…"},"servedby":"POD"}"#,
            r#" { "servedby" : "POD", "batchcomplete": true }"#,
            r#"{"list":["a",{"b":"c"}],"n":1,"servedby":"POD"}"#,
            r#"{"info":"servedby","servedby":"POD"}"#,
            r#"{"list":["a","servedby"],"servedby":"POD"}"#,
            "\u{feff}\n{\"servedby\":\"POD\"}",
            r#"<script>RLCONF = {"wgHostname":"POD"};</script>"#,
            r#"{"info":"5\" wide","servedby":"POD"}"#,
            r#"{"info":"a \\","servedby":"POD"}"#,
            r#"<!DOCTYPE html><script>(RLQ=window.RLQ||[]).push(function(){mw.config.set({"wgHostname":"POD","wgBackendResponseTime":1});});</script>"#,
            r#"<html><script nonce="x">RLCONF={"wgBreakFrames":!1,"wgSeparatorTransformTable":["",""],"wgHostname":"POD"};RLSTATE={}</script>"#,
            r#"<script>mw.config.set({"a":1});</script><script>mw.config.set({"wgHostname":"POD"});</script>"#,
            r#"<script>RLCONF={"wgTitle":"mw.config.set({\"wgHostname\":\"evil.example\"})","wgHostname":"POD"}</script>"#,
        ] {
            assert_eq!(named_in(&body.replace("POD", POD)).as_deref(), Some(POD), "{body}");
        }
    }

    #[test]
    fn what_a_user_wrote_names_no_server() {
        for body in [
            "",
            "POD",
            r#"["servedby","POD"]"#,
            r#"{"parse":{"text":"x","servedby":"POD"}}"#,
            r#"{"parse":{"text":"\"servedby\":\"POD\""}}"#,
            r#"{"text":"a \\","other":"servedby","b":"POD"}"#,
            r#"{"a":"servedby","POD":1}"#,
            r#"{"servedby":null}"#,
            r#"{"a":1},"servedby":"POD"}"#,
            r#">mw.config.set({"wgHostname":"POD"})"#,
            r#"<script>x()</script><pre>mw.config.set({"wgHostname":"POD"})</pre>"#,
            r#"{"servedby":{"name":"POD"}}"#,
            r#"{"servedby":""}"#,
            r#"<p>"wgHostname":"POD"</p>"#,
            r#"<pre>mw.config.set({"wgHostname":"POD"})</pre>"#,
            r#"<p>&lt;script>mw.config.set({"wgHostname":"POD"})&lt;/script></p>"#,
            r#"<script type="application/ld+json">mw.config.set({"wgHostname":"POD"})</script>"#,
            r#"<scripture>mw.config.set({"wgHostname":"POD"})</scripture>"#,
            r#"<script>mw.config.set({"x":{"wgHostname":"POD"}});</script>"#,
            r#"<script>RLCONF={"wgTitle":"mw.config.set({\"wgHostname\":\"POD\"})"}</script>"#,
            r#"<script>RLCONF={"wgTitle":"wgHostname","b":"POD"}</script>"#,
            r#"<script>var x={"wgHostname":"POD"};</script>"#,
        ] {
            assert_eq!(named_in(&body.replace("POD", POD)), None, "{body}");
        }
    }

    #[test]
    fn a_body_that_breaks_off_names_nobody_and_odd_letters_are_not_repeated() {
        let whole = r#"{"a":{"b":[1,2]},"servedby":"mw-web.eqiad.main-a-b""#;
        for (end, _) in whole.char_indices() {
            let text = whole.get(..end).unwrap();
            assert_eq!(named_in(text), None, "{text}");
        }
        assert_eq!(named_in(r#"{"servedby":"a !log b"}"#).as_deref(), Some("a??log?b"));
    }
}
