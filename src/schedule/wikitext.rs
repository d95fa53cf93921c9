// SPDX-License-Identifier: GPL-2.0-or-later
//! A parser of wikitext: templates, parser functions, links, comments, `<nowiki>` and tags.
//!
//! One pass with a stack of its own, in time linear in the length of the page. It never fails: what is not closed
//! becomes text. Nesting is bounded, so that whoever walks the tree may call itself.
//!
//! Must not know what a patch is; it knows the names of three templates only so that one that somebody forgot to
//! close does not swallow what follows it.

use super::frame::{Frame, Opener};
use super::markup::{Kind, Node, slice};
use super::scan::{rank_of, rest, tag_at, url_at};
use super::tree::Tree;
use super::work;
use std::collections::BTreeSet;

/// A page, read.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) nodes: Vec<Node>,
    /// Steps of work done: bytes looked at and nodes moved.
    #[cfg(test)]
    pub(super) steps: usize,
}

/// Reads a page.
pub(super) fn parse(source: &str) -> Document {
    let mut parser = Parser { source, at: 0, tree: Tree::new(source), absent: BTreeSet::new() };
    parser.run();
    work::note(parser.tree.steps);
    Document {
        nodes: parser.tree.finish(),
        #[cfg(test)]
        steps: parser.tree.steps,
    }
}

/// Elements whose content is no wikitext.
const RAW: [&str; 5] = ["nowiki", "pre", "syntaxhighlight", "source", "math"];

/// Where each of [`RAW`] ends.
const CLOSING: [&str; 5] = ["</nowiki", "</pre", "</syntaxhighlight", "</source", "</math"];

struct Parser<'a> {
    source: &'a str,
    at: usize,
    tree: Tree<'a>,
    /// Closing marks that were looked for and do not come any more.
    absent: BTreeSet<&'static str>,
}

impl Parser<'_> {
    fn run(&mut self) {
        while let Some(byte) = self.byte(self.at) {
            self.tree.steps += 1;
            let next = self.byte(self.at + 1);
            match byte {
                b'{' if next == Some(b'{') => self.open_call(),
                b'}' if next == Some(b'}') => self.close_call(),
                b'[' => self.open_link(next),
                b']' => self.close_link(next),
                b'|' => self.bar(),
                b'=' => self.equals(),
                b'\n' => self.newline(),
                b'<' => self.angle(),
                b'h' => self.bare_url(),
                _ => self.at += 1,
            }
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.source.as_bytes().get(at).copied()
    }

    fn rest(&self, at: usize) -> &[u8] {
        rest(self.source, at)
    }

    /// Adds a finished node, and goes on behind it.
    fn emit(&mut self, start: usize, end: usize, kind: Kind) {
        self.tree.add(start, end, kind);
        self.at = end;
    }

    fn open(&mut self, opener: Opener, start: usize, body: usize) {
        self.tree.open(opener, start, body);
        self.at = body;
    }

    fn open_call(&mut self) {
        let run = self.rest(self.at).iter().take_while(|byte| **byte == b'{').take(3).count();
        if run == 3 && self.rest(self.at).get(3) != Some(&b'{') {
            // `{{{`: the first brace is text, so that the innermost pair is the call.
            self.at += 1;
        }
        let start = self.at;
        self.open(Opener::Call(rank_of(self.rest(start + 2))), start, start + 2);
    }

    fn close_call(&mut self) {
        self.tree.close_call(self.at);
        self.at += 2;
    }

    fn bar(&mut self) {
        let at = self.at;
        self.at += 1;
        let holder_is_call = self.tree.holder().is_some_and(|frame| frame.rank().is_some());
        match self.tree.top().map(|frame| &frame.opener) {
            // MediaWiki cuts parameters before it looks for external links.
            Some(Opener::ExternalLink { .. }) if holder_is_call => {
                self.tree.flush(at);
                self.tree.abandon(at);
            }
            Some(Opener::Call(_) | Opener::Wikilink) => self.tree.flush(at),
            _ => return,
        }
        self.tree.next_piece(at);
    }

    fn equals(&mut self) {
        let at = self.at;
        self.at += 1;
        let opens_value =
            self.tree.top().is_some_and(|top| top.rank().is_some() && !top.done.is_empty() && top.piece.name.is_none());
        if opens_value {
            self.tree.begin_value(at);
        }
    }

    /// A link ends at the end of its line, so that one that was not closed costs no more than that line.
    fn newline(&mut self) {
        let at = self.at;
        self.at += 1;
        if self.tree.top().is_some_and(Frame::is_link) {
            self.tree.flush(at);
            while self.tree.top().is_some_and(Frame::is_link) {
                self.tree.abandon(at);
            }
        }
    }

    fn open_link(&mut self, next: Option<u8>) {
        let at = self.at;
        if let Some(url) = url_at(self.source, at + 1) {
            if let Some(Opener::ExternalLink { .. }) = self.tree.top().map(|frame| &frame.opener) {
                self.tree.flush(at);
                self.tree.abandon(at);
            }
            self.tree.steps += url.len();
            let end = url.end;
            self.open(Opener::ExternalLink { url }, at, end);
        } else if next == Some(b'[') && url_at(self.source, at + 2).is_none() {
            self.open(Opener::Wikilink, at, at + 2);
        } else {
            self.at += 1;
        }
    }

    fn close_link(&mut self, next: Option<u8>) {
        let at = self.at;
        let length = match self.tree.top().map(|frame| &frame.opener) {
            Some(Opener::ExternalLink { .. }) => 1,
            Some(Opener::Wikilink) if next == Some(b']') => 2,
            _ => {
                self.at += 1;
                return;
            }
        };
        self.at = at + length;
        self.tree.close_link(at, self.at);
    }

    fn bare_url(&mut self) {
        let at = self.at;
        let inside_word =
            at.checked_sub(1).and_then(|before| self.byte(before)).is_some_and(|b| b.is_ascii_alphanumeric());
        let in_link = self.tree.top().is_some_and(Frame::is_link);
        let url = if inside_word || in_link { None } else { url_at(self.source, at) };
        match url {
            Some(url) => {
                self.tree.steps += url.len();
                // As MediaWiki does it, punctuation behind a bare URL is not part of it.
                let text = slice(self.source, url.start, url.end).trim_end_matches([',', ';', '.', ':', '!', '?', ')']);
                let end = url.start + text.len();
                self.emit(at, end, Kind::ExternalLink { url: at..end, label: Vec::new() });
            }
            None => self.at += 1,
        }
    }

    fn angle(&mut self) {
        let at = self.at;
        if self.rest(at).starts_with(b"<!--") {
            match self.find("-->", at + 4) {
                Some(end) => self.emit(at, end + 3, Kind::Comment),
                None => self.at += 4,
            }
            return;
        }
        let Some((tag, end, whole)) = tag_at(self.source, at) else {
            self.at += 1;
            return;
        };
        let raw = RAW.iter().position(|raw| *raw == tag.name).filter(|_| !tag.closes && !whole);
        let Some(closing) = raw.and_then(|index| CLOSING.get(index)) else {
            self.emit(at, end, Kind::Tag(tag));
            return;
        };
        match self.find(closing, end) {
            Some(inner_end) => {
                let after = inner_end + closing.len();
                let close = after + self.rest(after).iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                let close = if self.byte(close) == Some(b'>') { close + 1 } else { after };
                self.emit(at, close, Kind::Nowiki(end..inner_end));
            }
            None => self.at = end,
        }
    }

    /// Where `mark` comes next, without regard to case. A mark that does not come is looked for once.
    fn find(&mut self, mark: &'static str, from: usize) -> Option<usize> {
        if self.absent.contains(mark) {
            return None;
        }
        let found = self.rest(from).windows(mark.len()).position(|window| window.eq_ignore_ascii_case(mark.as_bytes()));
        if let Some(offset) = found {
            self.tree.steps += offset;
            return Some(from + offset);
        }
        self.tree.steps += self.source.len() - from.min(self.source.len());
        self.absent.insert(mark);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::markup::{Kind, Node, plain, slice};
    use super::super::tree::MAX_OPEN;
    use super::parse;

    /// The tree, written short.
    fn shape(source: &str) -> String {
        fn write(source: &str, nodes: &[Node]) -> String {
            let mut out = Vec::new();
            for node in nodes {
                out.push(match &node.kind {
                    Kind::Text => format!("{:?}", slice(source, node.start, node.end)),
                    Kind::Template(call) | Kind::Function(call) => {
                        let params: Vec<String> = call
                            .params
                            .iter()
                            .map(|p| {
                                format!(
                                    "|{}{}",
                                    p.name.as_ref().map(|n| format!("{n}=")).unwrap_or_default(),
                                    write(source, &p.value)
                                )
                            })
                            .collect();
                        format!("{}({})", call.name, params.concat())
                    }
                    Kind::Wikilink(parts) => {
                        format!("link({})", parts.iter().map(|part| write(source, part)).collect::<Vec<_>>().join("|"))
                    }
                    Kind::ExternalLink { url, label } => {
                        format!("url({} {})", slice(source, url.start, url.end), write(source, label))
                    }
                    Kind::Comment => "comment".into(),
                    Kind::Nowiki(inner) => format!("raw({})", slice(source, inner.start, inner.end)),
                    Kind::Tag(tag) => format!("<{}{}>", if tag.closes { "/" } else { "" }, tag.name),
                });
            }
            out.join(" ")
        }
        write(source, &parse(source).nodes)
    }

    #[test]
    fn every_form_has_its_node() {
        for (source, expected) in [
            ("a {{b}} c", r#""a " b() " c""#),
            ("{{T|x|n = y=z }}", r#"t(|"x"|n=" y=z ")"#),
            ("{{a|{{b|{{!}}}}}}", "a(|b(|!()))"),
            ("{{#invoke:X|row|k=v}}", r#"#invoke:x(|"row"|k="v")"#),
            ("{{a|[[l|t]]|b}}", r#"a(|link("l"|"t")|"b")"#),
            ("[https://e.org/x y z]", r#"url(https://e.org/x " y z")"#),
            ("(https://e.org/x).", r#""(" url(https://e.org/x ) ").""#),
            ("{{a|https://e.org|b}}", r#"a(|url(https://e.org )|"b")"#),
            ("<!-- {{a}} -->b", r#"comment "b""#),
            ("<nowiki>{{a}}</nowiki >b", r#"raw({{a}}) "b""#),
            ("<S>x</s><br />", r#"<s> "x" </s> <br>"#),
            ("{{{a}}}", r#""{" a() "}""#),
        ] {
            assert_eq!(shape(source), expected, "{source}");
        }
    }

    #[test]
    fn what_is_not_closed_becomes_text() {
        for (source, expected) in [
            ("{{a|b", r#""{{a|b""#),
            ("}} ]] ] |=", r#""}} ]] ] |=""#),
            ("[[a|b", r#""[[a|b""#),
            ("{{a|x [[y|z=1}}", r#"a(|"x [[y"|z="1")"#),
            ("{{a|x [https://e.org y|z=1}}", r#"a(|"x [" url(https://e.org ) " y"|z="1")"#),
            ("<!-- a", r#""<!-- a""#),
            ("<nowiki> a", r#""<nowiki> a""#),
            ("<s a", r#""<s a""#),
            ("[[a\nb]]", r#""[[a\nb]]""#),
        ] {
            assert_eq!(shape(source), expected, "{source}");
        }
    }

    #[test]
    fn an_unclosed_entry_does_not_swallow_the_next() {
        assert_eq!(shape("{{deploy|gerrit=1 {{deploy|gerrit=2}}"), r#""{{deploy|gerrit=1 " deploy(|gerrit="2")"#);
        assert_eq!(shape("{{ircnick|a {{deploy|gerrit=2}}"), r#""{{ircnick|a " deploy(|gerrit="2")"#);
        assert_eq!(shape("{{deploy|title={{ircnick|a}}}}"), r#"deploy(|title=ircnick(|"a"))"#);
        let card = "{{Deployment calendar event card|what=";
        assert_eq!(
            shape(&format!("{card}{{{{ircnick|a {card}b}}}}")),
            r#"deployment calendar event card(|what="{{ircnick|a ") deployment calendar event card(|what="b")"#
        );
    }

    #[test]
    fn a_card_behind_many_open_braces_is_still_a_card() {
        let source =
            format!("{}{{{{Deployment calendar event card|what={{{{deploy|title={{{{!}}}}}}}}}}}}", "{{x|".repeat(500));
        assert!(
            shape(&source).ends_with("deployment calendar event card(|what=deploy(|title=!()))"),
            "{}",
            shape(&source)
        );
    }

    #[test]
    fn work_grows_with_the_length_and_nothing_else() {
        let card = "{{Deployment calendar event card|what=";
        for unit in [
            "{{",
            "[[",
            "[",
            "}}",
            "{{a|",
            "{{a|b=",
            "[[a|",
            "<",
            "<!--",
            "<nowiki>",
            "<s",
            "[https://e ",
            "{{deploy|",
            "{{ircnick|",
            "{{a{{b}}",
            "[[a|[[b]]",
            "{{deploy|{{b}}",
            "{{#invoke:Deployment schedule|row|",
            card,
            "https://",
            "{{{",
            "h",
            "=|",
            "{{a|[[b|",
            "{{a|[[b|c=",
            "\n[[",
            "{{ ",
            "<pre>",
            "{{{{[[{{b}}]]",
        ] {
            let steps = |length: usize| parse(&unit.repeat(length / unit.len())).steps;
            let (short, long) = (steps(20_000), steps(200_000));
            assert!(long <= short * 12, "{unit}: {short} steps grew to {long}");
            assert!(long <= 200_000 * (MAX_OPEN + 8), "{unit}: {long} steps");
        }
    }

    #[test]
    fn a_megabyte_of_open_braces_is_one_text() {
        let source = "{{".repeat(500_000);
        assert_eq!(plain(&source, &parse(&source).nodes).len(), source.len());
    }
}
