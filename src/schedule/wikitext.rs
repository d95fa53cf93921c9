// SPDX-License-Identifier: GPL-2.0-or-later
//! A parser of wikitext: templates, parser functions, links, comments, `<nowiki>` and tags.
//!
//! One pass with a stack of its own, in time linear in the length of the page. It never fails: what is not closed
//! becomes text. Nesting is bounded, so that whoever walks the tree may call itself.
//!
//! Must not know what a patch is; it knows the names of three templates only so that one that somebody forgot to
//! close does not swallow what follows it.

use super::frame::{Frame, Opener, Piece, Rank};
use super::markup::{Call, Kind, Node, Param, normal_name, plain, slice};
use super::scan::{rank_of, rest, tag_at, url_at};
use std::collections::BTreeSet;

/// How many calls and links may be open at once, apart from those of the calendar itself. `MediaWiki` stops at 40
/// templates (`$wgMaxTemplateDepth`); a calendar needs four.
const MAX_OPEN: usize = 32;

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
    let mut parser =
        Parser { source, at: 0, text_from: 0, stack: vec![Frame::page()], absent: BTreeSet::new(), steps: 0 };
    parser.run();
    parser.finish()
}

/// Elements whose content is no wikitext.
const RAW: [&str; 5] = ["nowiki", "pre", "syntaxhighlight", "source", "math"];

struct Parser<'a> {
    source: &'a str,
    at: usize,
    /// Where the text that is not yet a node begins.
    text_from: usize,
    /// The page, and what is open in it; never empty.
    stack: Vec<Frame>,
    /// Closing marks that were looked for and do not come any more.
    absent: BTreeSet<&'static str>,
    steps: usize,
}

impl Parser<'_> {
    fn run(&mut self) {
        while let Some(byte) = self.byte(self.at) {
            self.steps += 1;
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

    fn finish(mut self) -> Document {
        let end = self.source.len();
        self.flush(end);
        while self.stack.len() > 1 {
            self.abandon(end);
        }
        let nodes = self.stack.pop().map(|page| page.piece.nodes).unwrap_or_default();
        Document {
            nodes,
            #[cfg(test)]
            steps: self.steps,
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.source.as_bytes().get(at).copied()
    }

    fn rest(&self, at: usize) -> &[u8] {
        rest(self.source, at)
    }

    fn top(&mut self) -> Option<&mut Frame> {
        self.stack.last_mut()
    }

    /// Makes a node of the text up to `end`.
    fn flush(&mut self, end: usize) {
        if self.text_from < end {
            let text = Node { start: self.text_from, end, kind: Kind::Text };
            self.push(text);
        }
        self.text_from = end;
    }

    /// Adds a node to what is open; texts that touch become one.
    fn push(&mut self, node: Node) {
        self.steps += 1;
        let Some(frame) = self.stack.last_mut() else { return };
        let nodes = &mut frame.piece.nodes;
        match (nodes.last_mut(), &node.kind) {
            (Some(Node { end, kind: Kind::Text, .. }), Kind::Text) if *end == node.start => *end = node.end,
            _ => nodes.push(node),
        }
    }

    fn push_all(&mut self, nodes: Vec<Node>) {
        for node in nodes {
            self.push(node);
        }
    }

    /// Adds a finished node that ends at `end`, and goes on behind it.
    fn emit(&mut self, start: usize, end: usize, kind: Kind) {
        self.flush(start);
        self.push(Node { start, end, kind });
        self.at = end;
        self.text_from = end;
    }

    fn open(&mut self, opener: Opener, start: usize, body: usize) {
        self.flush(start);
        if let Opener::Call(rank @ (Rank::Card | Rank::Patch | Rank::Nick)) = opener {
            self.recover(rank, start);
        } else {
            let others = self.stack.iter().filter(|frame| frame.rank().is_none_or(|rank| rank == Rank::Other)).count();
            let top_is_other =
                self.stack.last().is_some_and(|frame| frame.rank().is_none_or(|rank| rank == Rank::Other));
            if others > MAX_OPEN && top_is_other {
                self.abandon(start);
            }
        }
        self.stack.push(Frame::new(opener, start, body));
        self.at = body;
        self.text_from = body;
    }

    /// Before a call of `rank` opens, gives up an open one that cannot hold it.
    fn recover(&mut self, rank: Rank, at: usize) {
        let mut hit = None;
        for (index, frame) in self.stack.iter().enumerate().rev() {
            match frame.rank() {
                Some(open) if open < rank => break,
                Some(Rank::Other) | None => {}
                Some(_) => hit = Some(index),
            }
        }
        while hit.is_some_and(|hit| self.stack.len() > hit) {
            self.abandon(at);
        }
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
        let at = self.at;
        let Some(index) = self.stack.iter().rposition(|frame| frame.rank().is_some()) else {
            self.at += 2;
            return;
        };
        self.flush(at);
        while self.stack.len() > index + 1 {
            self.abandon(at);
        }
        self.close(at + 2);
        self.at = at + 2;
        self.text_from = at + 2;
    }

    /// Closes the call on top, which ends at `end`.
    fn close(&mut self, end: usize) {
        let Some(frame) = self.stack.pop() else { return };
        let mut pieces = frame.done;
        pieces.push(frame.piece);
        self.steps += pieces.len();
        let mut pieces = pieces.into_iter();
        let name = pieces.next().map(|piece| plain(self.source, &piece.nodes)).unwrap_or_default();
        let params = pieces
            .map(|piece| Param {
                name: piece.name.map(|name| normal_name(&plain(self.source, &name))),
                start: piece.start,
                value_start: piece.value_start,
                value: piece.nodes,
            })
            .collect();
        let call = Call { name: normal_name(&name), params };
        let kind = if call.name.starts_with('#') { Kind::Function(call) } else { Kind::Template(call) };
        self.push(Node { start: frame.start, end, kind });
    }

    /// Gives up what is on top: its opening mark becomes text and its content goes to what holds it. A card is closed
    /// at `at` instead, for it must not be lost.
    fn abandon(&mut self, at: usize) {
        if self.stack.last().and_then(Frame::rank) == Some(Rank::Card) {
            self.close(at);
            return;
        }
        let Some(frame) = self.stack.pop() else { return };
        let splits = frame.is_link() && self.stack.last().is_some_and(|holder| holder.rank().is_some());
        let opening = match &frame.opener {
            Opener::ExternalLink { .. } => 1,
            _ => 2,
        };
        self.push(Node { start: frame.start, end: frame.start + opening, kind: Kind::Text });
        if let Opener::ExternalLink { url } = frame.opener {
            self.push(Node { start: url.start, end: url.end, kind: Kind::ExternalLink { url, label: Vec::new() } });
        }
        for (index, piece) in frame.done.into_iter().chain(std::iter::once(frame.piece)).enumerate() {
            if index > 0 && splits {
                self.split(piece);
                continue;
            }
            if index > 0 {
                self.push(Node { start: piece.start - 1, end: piece.start, kind: Kind::Text });
            }
            if let Some(name) = piece.name {
                self.push_all(name);
                self.push(Node { start: piece.value_start - 1, end: piece.value_start, kind: Kind::Text });
            }
            self.push_all(piece.nodes);
        }
    }

    /// A part of a link that was given up inside a call: its bar opens a parameter of the call after all.
    fn split(&mut self, piece: Piece) {
        let Some(frame) = self.stack.last_mut() else { return };
        frame.done.push(std::mem::replace(&mut frame.piece, Piece::at(piece.start)));
        for node in piece.nodes {
            let found = match node.kind {
                Kind::Text => slice(self.source, node.start, node.end).find('=').map(|offset| node.start + offset),
                _ => None,
            };
            match found.filter(|_| self.stack.last().is_some_and(|frame| frame.piece.name.is_none())) {
                Some(equals) => {
                    self.push(Node { start: node.start, end: equals, kind: Kind::Text });
                    self.name_ends(equals);
                    self.push(Node { start: equals + 1, end: node.end, kind: Kind::Text });
                }
                None => self.push(node),
            }
        }
    }

    fn name_ends(&mut self, equals: usize) {
        let Some(frame) = self.stack.last_mut() else { return };
        frame.piece.name = Some(std::mem::take(&mut frame.piece.nodes));
        frame.piece.value_start = equals + 1;
    }

    fn bar(&mut self) {
        let at = self.at;
        self.at += 1;
        let holder_is_call =
            self.stack.len() >= 2 && self.stack.iter().rev().nth(1).is_some_and(|f| f.rank().is_some());
        match self.stack.last().map(|frame| &frame.opener) {
            // MediaWiki cuts parameters before it looks for external links.
            Some(Opener::ExternalLink { .. }) if holder_is_call => {
                self.flush(at);
                self.abandon(at);
            }
            Some(Opener::Call(_) | Opener::Wikilink) => self.flush(at),
            _ => return,
        }
        self.text_from = at + 1;
        if let Some(frame) = self.top() {
            frame.done.push(std::mem::replace(&mut frame.piece, Piece::at(at + 1)));
        }
    }

    fn equals(&mut self) {
        let at = self.at;
        self.at += 1;
        let opens_value = self
            .stack
            .last()
            .is_some_and(|top| top.rank().is_some() && !top.done.is_empty() && top.piece.name.is_none());
        if opens_value {
            self.flush(at);
            self.name_ends(at);
            self.text_from = at + 1;
        }
    }

    /// A link ends at the end of its line, so that one that was not closed costs no more than that line.
    fn newline(&mut self) {
        let at = self.at;
        self.at += 1;
        if self.stack.last().is_some_and(Frame::is_link) {
            self.flush(at);
            while self.stack.last().is_some_and(Frame::is_link) {
                self.abandon(at);
            }
        }
    }

    fn open_link(&mut self, next: Option<u8>) {
        let at = self.at;
        if let Some(url) = url_at(self.source, at + 1) {
            if let Some(Opener::ExternalLink { .. }) = self.stack.last().map(|frame| &frame.opener) {
                self.flush(at);
                self.abandon(at);
            }
            self.steps += url.len();
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
        let length = match self.stack.last().map(|frame| &frame.opener) {
            Some(Opener::ExternalLink { .. }) => 1,
            Some(Opener::Wikilink) if next == Some(b']') => 2,
            _ => {
                self.at += 1;
                return;
            }
        };
        self.flush(at);
        let Some(frame) = self.stack.pop() else { return };
        let kind = match frame.opener {
            Opener::ExternalLink { url } => Kind::ExternalLink { url, label: frame.piece.nodes },
            _ => Kind::Wikilink(frame.done.into_iter().chain([frame.piece]).map(|piece| piece.nodes).collect()),
        };
        self.push(Node { start: frame.start, end: at + length, kind });
        self.at = at + length;
        self.text_from = self.at;
    }

    fn bare_url(&mut self) {
        let at = self.at;
        let inside_word =
            at.checked_sub(1).and_then(|before| self.byte(before)).is_some_and(|b| b.is_ascii_alphanumeric());
        let in_link = self.stack.last().is_some_and(Frame::is_link);
        let url = if inside_word || in_link { None } else { url_at(self.source, at) };
        match url {
            Some(url) => {
                self.steps += url.len();
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
            self.steps += offset;
            return Some(from + offset);
        }
        self.steps += self.source.len() - from.min(self.source.len());
        self.absent.insert(mark);
        None
    }
}

/// Where each of [`RAW`] ends.
const CLOSING: [&str; 5] = ["</nowiki", "</pre", "</syntaxhighlight", "</source", "</math"];

#[cfg(test)]
mod tests {
    use super::super::markup::{Kind, Node, plain, slice};
    use super::{MAX_OPEN, parse};

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
            ("{{#invoke:X|row|k=v}}", r##"#invoke:x(|"row"|k="v")"##),
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
