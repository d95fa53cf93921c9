// SPDX-License-Identifier: GPL-2.0-or-later
//! The tree that wikitext is read into, and its reading as plain text.
//!
//! Must not know what a calendar is. Nodes hold offsets into the page, never copies of it.

use super::work;

/// A piece of a page: bytes `start..end` of the source.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Text,
    /// `{{name|…}}`
    Template(Call),
    /// `{{#name:…|…}}`
    Function(Call),
    /// `[[target|text]]`, cut at its bars.
    Wikilink(Vec<Vec<Node>>),
    /// `[url label]`, or a bare URL, which has no label.
    ExternalLink {
        url: std::ops::Range<usize>,
        label: Vec<Node>,
    },
    Comment,
    /// What stands between `<nowiki>` and its end, and in the other elements whose content is no wikitext.
    Nowiki(std::ops::Range<usize>),
    Tag(Tag),
}

/// A template or parser function.
#[derive(Debug)]
pub(super) struct Call {
    /// Lower case, with single spaces and without a `Template:` prefix.
    pub(super) name: String,
    pub(super) params: Vec<Param>,
}

/// A parameter of a call.
#[derive(Debug)]
pub(super) struct Param {
    /// Lower case; none when it is positional.
    pub(super) name: Option<String>,
    /// Offset behind the bar that opens it.
    pub(super) start: usize,
    /// Offset of the value.
    pub(super) value_start: usize,
    pub(super) value: Vec<Node>,
}

#[derive(Debug)]
pub(super) struct Tag {
    /// Lower case.
    pub(super) name: String,
    pub(super) closes: bool,
}

impl Call {
    /// The value of the named parameter; the last one of that name counts, as in `MediaWiki`.
    pub(super) fn named(&self, name: &str) -> Option<&Param> {
        self.params.iter().rev().find(|param| param.name.as_deref() == Some(name))
    }

    /// The first positional parameter, also when it is written `1=`.
    pub(super) fn first(&self) -> Option<&Param> {
        self.params.iter().find(|param| param.name.as_deref().is_none_or(|name| name == "1"))
    }
}

/// A name as `MediaWiki` compares it, and without regard to case: people write `Deploy` and `deploy`.
pub(super) fn normal_name(text: &str) -> String {
    work::note(text.len());
    let name = text.split(|letter: char| letter == '_' || letter.is_whitespace()).filter(|word| !word.is_empty());
    let name = name.collect::<Vec<_>>().join(" ").to_lowercase();
    name.strip_prefix("template:").map_or(name.clone(), |rest| rest.trim_start().to_owned())
}

/// The nodes as a reader of the page sees them, on one line.
pub(super) fn plain(source: &str, nodes: &[Node]) -> String {
    let mut text = String::new();
    append(source, nodes, &mut text);
    tidy(&text)
}

/// `text` without quote marks of emphasis, with entities decoded and white space collapsed.
pub(super) fn tidy(text: &str) -> String {
    let text = decode_entities(&without_emphasis(text));
    text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

/// Nesting is bounded by the parser, so that this may call itself.
fn append(source: &str, nodes: &[Node], out: &mut String) {
    work::note(nodes.len());
    for node in nodes {
        match &node.kind {
            Kind::Text => out.push_str(slice(source, node.start, node.end)),
            Kind::Template(call) | Kind::Function(call) => match call.name.as_str() {
                "!" => out.push('|'),
                "=" => out.push('='),
                _ => out.push_str(&call.first().map(|first| plain(source, &first.value)).unwrap_or_default()),
            },
            Kind::Wikilink(parts) => {
                let shown = parts.last().map(|part| plain(source, part)).unwrap_or_default();
                if shown.is_empty() {
                    append(source, parts.first().map_or(&[], Vec::as_slice), out);
                } else {
                    out.push_str(&shown);
                }
            }
            Kind::ExternalLink { url, label } if label.is_empty() => out.push_str(slice(source, url.start, url.end)),
            Kind::ExternalLink { label, .. } => append(source, label, out),
            Kind::Nowiki(inner) => out.push_str(slice(source, inner.start, inner.end)),
            Kind::Tag(tag) if tag.name == "br" => out.push(' '),
            Kind::Comment | Kind::Tag(_) => {}
        }
    }
}

/// The source between two offsets; the parser only cuts at ASCII letters, so that this never misses.
pub(super) fn slice(source: &str, start: usize, end: usize) -> &str {
    work::note(end.saturating_sub(start));
    source.get(start..end).unwrap_or_default()
}

fn without_emphasis(text: &str) -> String {
    work::note(text.len());
    let mut out = String::with_capacity(text.len());
    let mut quotes = 0;
    for letter in text.chars().chain(std::iter::once('\0')) {
        if letter == '\'' {
            quotes += 1;
            continue;
        }
        if quotes == 1 {
            out.push('\'');
        }
        quotes = 0;
        if letter != '\0' {
            out.push(letter);
        }
    }
    out
}

/// `text` with its entities decoded, once.
pub(crate) fn decode_entities(text: &str) -> String {
    work::note(text.len());
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        // The longest entity read here has nine letters.
        let end = after.bytes().take(10).position(|byte| byte == b';');
        if let Some((letter, behind)) = end.and_then(|end| Some((entity(after.get(..end)?)?, after.get(end + 1..)?))) {
            out.push(letter);
            rest = behind;
        } else {
            out.push('&');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        "ndash" => Some('–'),
        "mdash" => Some('—'),
        "vert" => Some('|'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|letter| !letter.is_control())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{normal_name, plain, tidy};
    use crate::schedule::wikitext::parse;

    fn shown(text: &str) -> String {
        plain(text, &parse(text).nodes)
    }

    #[test]
    fn markup_is_read_as_a_reader_sees_it() {
        for (wikitext, text) in [
            ("[[Backport windows|UTC late]] '''now'''", "UTC late now"),
            ("[[w:de:|dewiki]] [[Plain page]] [[Target|]]", "dewiki Plain page Target"),
            ("a {{!}} b {{=}} c", "a | b = c"),
            ("{{phabricator|T1}} {{tl|{{tl|deep}}}}", "T1 deep"),
            ("[https://a.example label] https://b.example", "label https://b.example"),
            ("one<br/>two <!-- gone --> <small>three</small>", "one two three"),
            ("it's ''Revert^2 \"x\"''", "it's Revert^2 \"x\""),
            ("a &amp; b &#124; c &#x7C; &unknown; &", "a & b | c | &unknown; &"),
            ("<nowiki>{{raw}}</nowiki>", "{{raw}}"),
        ] {
            assert_eq!(shown(wikitext), text, "{wikitext}");
        }
    }

    #[test]
    fn names_compare_without_case_underscores_and_prefix() {
        assert_eq!(normal_name(" Template:Deployment_calendar  event card\n"), "deployment calendar event card");
        assert_eq!(tidy("  a \n b "), "a b");
    }
}
