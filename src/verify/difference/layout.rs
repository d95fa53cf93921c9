// SPDX-License-Identifier: GPL-2.0-or-later
//! A body laid out in lines that a human can compare, in pieces that say where they stand: a rule for comments must not
//! touch the text of an article.
//!
//! Must not leave anything out or put other words in: only line breaks are added, and JSON is indented. One pass, whatever
//! the body is: it may be torn anywhere.

use std::borrow::Cow;

/// Where a piece of a body stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Between tags, in raw elements other than scripts, and in whatever is neither markup nor JSON nor a script.
    Text,
    /// A tag with its attributes.
    Tag,
    /// Inside a comment: a page's authors cannot write there.
    Comment,
    /// A script: inside an element or a whole body.
    Script,
    /// The list of modules in `ResourceLoader`'s startup script.
    Modules,
    /// A line of JSON.
    Data,
}

/// A piece of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) place: Place,
    pub(super) text: Cow<'a, str>,
    /// Whether the line ends behind it.
    pub(super) ends_line: bool,
}

/// What a body is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Html,
    Json,
    Script,
    Plain,
}

/// Elements whose text stays as it is.
const RAW: [&str; 4] = ["script", "style", "textarea", "pre"];

/// Where the list of modules begins and ends (repository `mediawiki/core`, `includes/ResourceLoader/StartUpModule.php`).
const REGISTER: &str = "mw.loader.register([";
const REGISTERED: &str = "]);";

/// Where a line of a script is broken: behind so many bytes of the mark. MediaWiki writes a page's configuration as one
/// line (repository `mediawiki/core`, `includes/ResourceLoader/ClientHtml.php`).
const IN_SCRIPT: [(&str, usize); 3] = [(",\"wg", 1), (";RLSTATE=", 1), (";RLPAGEMODULES=", 1)];
/// The same in the list of modules.
const IN_MODULES: [(&str, usize); 2] = [("],[", 2), ("], [", 2)];

/// The pieces of a body, in order.
pub(super) fn pieces<'a>(body: &'a str, content_type: Option<&str>) -> Vec<Piece<'a>> {
    let mut out = Vec::new();
    match language(body, content_type) {
        Language::Html => html(body, &mut out),
        Language::Json => json(body, &mut out),
        Language::Script => script(body, &mut out),
        Language::Plain => lines(Place::Text, body, &mut out),
    }
    out
}

fn language(body: &str, content_type: Option<&str>) -> Language {
    let content_type = content_type.map(str::to_ascii_lowercase);
    let says = |word: &str| content_type.as_deref().is_some_and(|said| said.contains(word));
    let unsaid = content_type.is_none();
    match body.trim_start().chars().next() {
        Some('{' | '[') if unsaid || says("json") => Language::Json,
        Some('<') if unsaid || says("json") || says("xml") => Language::Html,
        _ if says("html") => Language::Html,
        _ if says("javascript") => Language::Script,
        _ => Language::Plain,
    }
}

fn push<'a>(place: Place, text: impl Into<Cow<'a, str>>, ends_line: bool, out: &mut Vec<Piece<'a>>) {
    out.push(Piece { place, text: text.into(), ends_line });
}

fn end_line(out: &mut [Piece]) {
    if let Some(last) = out.last_mut() {
        last.ends_line = true;
    }
}

/// The text in its own lines; the last one goes on.
fn lines<'a>(place: Place, text: &'a str, out: &mut Vec<Piece<'a>>) {
    broken(place, text, &[], out);
}

/// The text in its own lines, which are broken at the marks; the last one goes on.
fn broken<'a>(place: Place, text: &'a str, marks: &[(&str, usize)], out: &mut Vec<Piece<'a>>) {
    let before = out.len();
    for line in text.split('\n') {
        if out.len() > before {
            end_line(out);
        }
        let hits = marks.iter().flat_map(|(mark, into)| line.match_indices(mark).map(move |(at, _)| at + into));
        let mut hits: Vec<usize> = hits.collect();
        hits.sort_unstable();
        let (mut rest, mut cut) = (line, 0);
        for hit in hits {
            let (piece, after) = rest.split_at(hit - cut);
            push(place, piece, true, out);
            (rest, cut) = (after, hit);
        }
        push(place, rest, false, out);
    }
}

fn html<'a>(text: &'a str, out: &mut Vec<Piece<'a>>) {
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (words, markup) = rest.split_at(at);
        if !words.is_empty() {
            lines(Place::Text, words, out);
        }
        if !is_markup(markup) {
            push(Place::Text, "<", false, out);
            rest = markup.strip_prefix('<').unwrap_or_default();
            continue;
        }
        if let Some(inside) = markup.strip_prefix("<!--") {
            rest = comment(inside, out);
        } else {
            let (tag, after) = markup.split_at(end_of_tag(markup));
            lines(Place::Tag, tag, out);
            rest = after;
            if let Some(name) = RAW.into_iter().find(|name| opens(tag, name)) {
                let (inside, after) = after.split_at(end_of_raw(after, name));
                if name == "script" {
                    script(inside, out);
                } else {
                    lines(Place::Text, inside, out);
                }
                rest = after;
                continue;
            }
        }
        if is_markup(rest) {
            end_line(out);
        }
    }
    lines(Place::Text, rest, out);
}

fn is_markup(text: &str) -> bool {
    text.strip_prefix('<').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)))
}

/// Writes the comment; what comes behind it is given back.
fn comment<'a>(inside: &'a str, out: &mut Vec<Piece<'a>>) -> &'a str {
    push(Place::Tag, "<!--", false, out);
    let Some((said, after)) = inside.split_once("-->") else {
        lines(Place::Comment, inside, out);
        return "";
    };
    lines(Place::Comment, said, out);
    push(Place::Tag, "-->", false, out);
    after
}

/// Where the tag at the beginning of `text` ends: a `>` in an attribute's value does not end it.
fn end_of_tag(text: &str) -> usize {
    let (mut quote, mut before) = (None, b' ');
    for (at, byte) in text.bytes().enumerate() {
        match quote {
            Some(open) if byte == open => quote = None,
            None if byte == b'>' => return at + 1,
            None if before == b'=' && (byte == b'"' || byte == b'\'') => quote = Some(byte),
            Some(_) | None => {}
        }
        before = byte;
    }
    text.len()
}

fn opens(tag: &str, name: &str) -> bool {
    let Some((head, rest)) = tag.strip_prefix('<').and_then(|inside| inside.split_at_checked(name.len())) else {
        return false;
    };
    head.eq_ignore_ascii_case(name)
        && !tag.ends_with("/>")
        && rest.starts_with(|c: char| c == '>' || c.is_ascii_whitespace())
}

/// Where the element's closing tag begins.
fn end_of_raw(text: &str, name: &str) -> usize {
    let closes = |at: &usize| {
        let head = text.get(at + 2..at + 2 + name.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(name))
    };
    text.match_indices("</").map(|(at, _)| at).find(closes).unwrap_or(text.len())
}

fn script<'a>(text: &'a str, out: &mut Vec<Piece<'a>>) {
    let mut rest = text;
    while let Some(at) = rest.find(REGISTER) {
        let (head, tail) = rest.split_at(at + REGISTER.len());
        broken(Place::Script, head, &IN_SCRIPT, out);
        if !tail.starts_with('\n') {
            end_line(out);
        }
        let (modules, after) = tail.split_at(tail.find(REGISTERED).unwrap_or(tail.len()));
        broken(Place::Modules, modules, &IN_MODULES, out);
        rest = after;
    }
    broken(Place::Script, rest, &IN_SCRIPT, out);
}

/// Indents JSON without reading it: keys stay in their order and numbers as they are written. A string that holds more
/// than one line of markup is laid out as markup.
fn json<'a>(text: &'a str, out: &mut Vec<Piece<'a>>) {
    let (mut rest, mut depth, mut line) = (text, 0_usize, String::new());
    while let Some(next) = rest.chars().next() {
        let (token, after) = rest.split_at(if next == '"' { end_of_string(rest) } else { next.len_utf8() });
        rest = after;
        match next {
            '"' => match markup_in(token, rest) {
                Some(pieces) => {
                    new_line(&mut line, depth, out);
                    out.extend(pieces);
                    end_line(out);
                }
                None => line.push_str(token),
            },
            '{' | '[' => {
                line.push(next);
                let inside = rest.trim_start();
                if let Some(after) = inside.strip_prefix(if next == '{' { '}' } else { ']' }) {
                    line.push(if next == '{' { '}' } else { ']' });
                    rest = after;
                } else {
                    depth += 1;
                    new_line(&mut line, depth, out);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut line, depth, out);
                line.push(next);
            }
            ',' => {
                line.push(next);
                new_line(&mut line, depth, out);
            }
            ':' => line.push_str(": "),
            _ if next.is_whitespace() => {}
            _ => line.push(next),
        }
    }
    push(Place::Data, line, false, out);
}

/// Deeper levels are not indented further: a torn body could have as many as it has bytes.
fn new_line(line: &mut String, depth: usize, out: &mut Vec<Piece>) {
    let done = std::mem::replace(line, "  ".repeat(depth.min(20)));
    if !done.trim().is_empty() {
        push(Place::Data, done, true, out);
    }
}

/// Where the string at the beginning of `text` ends.
fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return at + 1,
            _ => escaped = byte == b'\\' && !escaped,
        }
    }
    text.len()
}

/// The pieces of a string's markup, if it has several lines; a key has none.
fn markup_in<'a>(token: &str, after: &str) -> Option<Vec<Piece<'a>>> {
    if !(token.contains('<') || token.contains("\\u003")) || after.trim_start().starts_with(':') {
        return None;
    }
    let said: String = serde_json::from_str(token).ok()?;
    let mut inside = Vec::new();
    html(&said, &mut inside);
    let own = |piece: Piece| Piece { text: Cow::Owned(piece.text.into_owned()), ..piece };
    inside.iter().any(|piece| piece.ends_line).then(|| inside.into_iter().map(own).collect())
}

#[cfg(test)]
mod tests {
    use super::{Place, pieces};

    fn laid_out(body: &str, content_type: &str) -> String {
        let written = |piece: super::Piece| format!("{}{}", piece.text, if piece.ends_line { "\n" } else { "" });
        pieces(body, Some(content_type)).into_iter().map(written).collect()
    }

    #[test]
    fn markup_gets_a_line_for_each_tag_and_words_stay_where_they_are() {
        for (body, expected) in [
            ("<ul><li>a <b>b</b></li><li>c</li></ul>", "<ul>\n<li>a <b>b</b>\n</li>\n<li>c</li>\n</ul>"),
            ("<p title=\"a > b\"><i>x</i>", "<p title=\"a > b\">\n<i>x</i>"),
            ("1 < 2 <3 <b>x</b>", "1 < 2 <3 <b>x</b>"),
            ("<pre><b>a</b><i>b</i></pre><p>", "<pre><b>a</b><i>b</i></pre>\n<p>"),
            ("<textarea><p><p></textarea>", "<textarea><p><p></textarea>"),
            ("<SCRIPT>if(a<b){}</SCRIPT><p>", "<SCRIPT>if(a<b){}</SCRIPT>\n<p>"),
            ("<script>RLCONF={\"wgA\":1,\"wgB\":2};RLSTATE={}", "<script>RLCONF={\"wgA\":1,\n\"wgB\":2};\nRLSTATE={}"),
            ("<!--a--><!--b", "<!--a-->\n<!--b"),
        ] {
            assert_eq!(laid_out(body, "text/html; charset=UTF-8"), expected);
        }
    }

    #[test]
    fn json_is_indented_in_its_own_order_and_markup_in_it_is_laid_out() {
        let body = r#"{"b":1,"a":[],"c":{"d":"x, {y}","e":[1.50,"\""]}}"#;
        let expected = "{\n  \"b\": 1,\n  \"a\": [],\n  \"c\": {\n    \"d\": \"x, {y}\",\n    \"e\": [\n      1.50,\n      \"\\\"\"\n    ]\n  }\n}";
        assert_eq!(laid_out(body, "application/json; charset=utf-8"), expected);
        assert_eq!(laid_out(expected, "application/json"), expected);
        let body = r#"{"text":"<p>a<\/p>\n<b>\"b\"<\/b>"}"#;
        assert_eq!(laid_out(body, "application/json"), "{\n  \"text\": \n<p>a</p>\n<b>\"b\"</b>\n}");
    }

    #[test]
    fn the_modules_of_the_startup_script_stand_one_a_line() {
        let body = "x();mw.loader.register([[\"site\",\"1ysb8\",[1]],[\"user\",\"\"]]);\ny();";
        let found = pieces(body, Some("text/javascript; charset=utf-8"));
        let modules: Vec<&str> =
            found.iter().filter(|piece| piece.place == Place::Modules).map(|piece| &*piece.text).collect();
        assert_eq!(modules, ["[\"site\",\"1ysb8\",[1]],", "[\"user\",\"\"]"]);
    }

    #[test]
    fn what_is_none_of_these_stays_as_it_is() {
        for (body, content_type) in [("{a}<b><c>", "text/plain"), ("a{}\nb{}", "text/css"), ("", "text/html")] {
            assert_eq!(laid_out(body, content_type), body);
        }
    }
}
