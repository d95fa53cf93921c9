// SPDX-License-Identifier: GPL-2.0-or-later
//! A card's `what` as a row of tokens: nicks, patches, links to changes, words and line ends.
//!
//! Must not decide whose patch is whose.

use super::Nick;
use super::markup::{Call, Kind, Node, normal_name, plain, slice};
use crate::change::{change_number, change_project};

/// The nick of the template's unfilled slot.
const PLACEHOLDER: &str = "irc-nickname";

#[derive(Debug)]
pub(super) enum Token<'a> {
    Nick(Person),
    /// `{{deploy|…}}`
    Deploy(&'a Call),
    /// `{{gerrit|…}}`, or a link to Gerrit.
    Change(Mention),
    /// Text as it stands, and whether it is wikitext that could not be read otherwise (what `<nowiki>` shows is not).
    Words {
        text: String,
        wikitext: bool,
    },
    LineEnd,
}

#[derive(Debug)]
pub(super) enum Person {
    Nick(Nick),
    Placeholder,
    /// `{{ircnick}}` without a nick.
    Nobody,
}

#[derive(Debug)]
pub(super) struct Mention {
    /// None when it names no change.
    pub(super) number: Option<u64>,
    pub(super) project: Option<String>,
    /// What the link shows, when that is more than the number.
    pub(super) label: String,
}

#[derive(Debug)]
pub(super) struct Placed<'a> {
    pub(super) token: Token<'a>,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) struck: bool,
}

/// Where striking begins and ends, by the number of tokens before it.
enum Strike {
    Begins(usize),
    Ends(usize),
}

pub(super) struct Tokens<'a> {
    source: &'a str,
    placed: Vec<Placed<'a>>,
    strikes: Vec<Strike>,
}

/// The tokens of one `what`, given in pieces.
pub(super) fn tokens<'a>(source: &'a str, pieces: impl IntoIterator<Item = &'a [Node]>) -> Vec<Placed<'a>> {
    let mut tokens = Tokens { source, placed: Vec::new(), strikes: Vec::new() };
    pieces.into_iter().for_each(|nodes| tokens.walk(nodes));
    tokens.strike();
    tokens.placed
}

/// Who a `{{ircnick}}` names.
pub(super) fn person(source: &str, call: &Call) -> Person {
    let text = call.first().map(|param| plain(source, &param.value)).unwrap_or_default();
    match Nick::new(&text) {
        Some(nick) if nick.as_str().eq_ignore_ascii_case(PLACEHOLDER) => Person::Placeholder,
        Some(nick) => Person::Nick(nick),
        None => Person::Nobody,
    }
}

/// Every nick in `nodes`, however deep, without the placeholder.
pub(super) fn nicks(source: &str, nodes: &[Node]) -> Vec<Nick> {
    let found = tokens(source, [nodes]).into_iter().filter_map(|placed| match placed.token {
        Token::Nick(Person::Nick(nick)) if !placed.struck => Some(nick),
        _ => None,
    });
    found.fold(Vec::new(), |mut all, nick| {
        if !all.contains(&nick) && all.len() < 32 {
            all.push(nick);
        }
        all
    })
}

impl<'a> Tokens<'a> {
    fn add(&mut self, node: &Node, token: Token<'a>) {
        self.placed.push(Placed { token, start: node.start, end: node.end, struck: false });
    }

    /// Nesting is bounded by the parser, so that this may call itself.
    fn walk(&mut self, nodes: &'a [Node]) {
        for node in nodes {
            match &node.kind {
                Kind::Text => self.text(node),
                Kind::Template(call) | Kind::Function(call) => self.call(node, call),
                Kind::Wikilink(parts) => self.wikilink(node, parts),
                Kind::ExternalLink { url, label } => {
                    let label = plain(self.source, label);
                    self.link(node, slice(self.source, url.start, url.end), label);
                }
                Kind::Comment => {}
                Kind::Nowiki(inner) => {
                    let text = slice(self.source, inner.start, inner.end).to_owned();
                    self.add(node, Token::Words { text, wikitext: false });
                }
                Kind::Tag(tag) => match tag.name.as_str() {
                    "s" | "del" | "strike" if tag.closes => self.strikes.push(Strike::Ends(self.placed.len())),
                    "s" | "del" | "strike" => self.strikes.push(Strike::Begins(self.placed.len())),
                    "br" | "li" | "p" => self.add(node, Token::LineEnd),
                    _ => {}
                },
            }
        }
    }

    fn call(&mut self, node: &Node, call: &'a Call) {
        match call.name.as_str() {
            "deploy" => self.add(node, Token::Deploy(call)),
            "ircnick" => {
                let person = person(self.source, call);
                self.add(node, Token::Nick(person));
            }
            "gerrit" => {
                let shown = call.first().map(|param| plain(self.source, &param.value)).unwrap_or_default();
                let mention =
                    Mention { number: number_in(&shown), project: change_project(&shown), label: String::new() };
                self.add(node, Token::Change(mention));
            }
            name => {
                let strikes = matches!(name, "s" | "del" | "strike" | "strikethrough");
                let mark = (self.placed.len(), self.strikes.len());
                if strikes {
                    self.strikes.push(Strike::Begins(mark.0));
                }
                call.params.iter().for_each(|param| self.walk(&param.value));
                let told =
                    |placed: &Placed<'_>| matches!(placed.token, Token::Deploy(_) | Token::Change(_) | Token::Nick(_));
                if !self.placed.iter().skip(mark.0).any(told) {
                    self.placed.truncate(mark.0);
                    self.strikes.truncate(mark.1);
                    let text = plain(self.source, std::slice::from_ref(node));
                    self.add(node, Token::Words { text, wikitext: false });
                } else if strikes {
                    self.strikes.push(Strike::Ends(self.placed.len()));
                }
            }
        }
    }

    fn wikilink(&mut self, node: &Node, parts: &'a [Vec<Node>]) {
        let target = parts.first().map(|part| plain(self.source, part)).unwrap_or_default();
        let shown = parts.last().filter(|_| parts.len() > 1).map(|part| plain(self.source, part)).unwrap_or_default();
        if normal_name(&target).trim_start_matches(':').starts_with("gerrit:") {
            let number = number_in(target.trim_start_matches(':'));
            self.add(node, Token::Change(Mention { number, project: None, label: telling(shown) }));
        } else {
            let text = if shown.is_empty() { target } else { shown };
            self.add(node, Token::Words { text, wikitext: false });
        }
    }

    fn link(&mut self, node: &Node, url: &str, label: String) {
        if is_gerrit(url) {
            let mention = Mention { number: change_number(url), project: change_project(url), label: telling(label) };
            self.add(node, Token::Change(mention));
        } else {
            let text = if label.is_empty() { url.to_owned() } else { label };
            self.add(node, Token::Words { text, wikitext: false });
        }
    }

    /// Cuts text at line ends and at changes that are written without markup: `gerrit:123`, `gerrit.wikimedia.org/…`.
    fn text(&mut self, node: &Node) {
        let mut at = node.start;
        for (index, line) in slice(self.source, node.start, node.end).split('\n').enumerate() {
            if index > 0 {
                self.placed.push(Placed { token: Token::LineEnd, start: at - 1, end: at, struck: false });
            }
            self.line(line, at);
            at += line.len() + 1;
        }
    }

    fn line(&mut self, line: &str, start: usize) {
        let mut words_from = 0;
        let mut at = 0;
        for word in line.split_inclusive([' ', '\t', '(', ',']) {
            let bare = word.trim_end_matches(|letter: char| letter.is_whitespace() || "(),.;:".contains(letter));
            if is_unmarked_change(bare) {
                self.words(line, start, words_from, at);
                let mention = Mention { number: number_in(bare), project: change_project(bare), label: String::new() };
                let (from, to) = (start + at, start + at + bare.len());
                self.placed.push(Placed { token: Token::Change(mention), start: from, end: to, struck: false });
                words_from = at + bare.len();
            }
            at += word.len();
        }
        self.words(line, start, words_from, line.len());
    }

    fn words(&mut self, line: &str, start: usize, from: usize, to: usize) {
        if from < to {
            let token = Token::Words { text: slice(line, from, to).to_owned(), wikitext: true };
            self.placed.push(Placed { token, start: start + from, end: start + to, struck: false });
        }
    }

    /// Marks what is struck. A strike that nobody ends reaches to the end of its line.
    fn strike(&mut self) {
        let mut open = Vec::new();
        let mut change = vec![0_i32; self.placed.len() + 1];
        let mut mark = |at: usize, by: i32| {
            if let Some(slot) = change.get_mut(at) {
                *slot += by;
            }
        };
        for strike in &self.strikes {
            match strike {
                Strike::Begins(at) => open.push(*at),
                Strike::Ends(end) => {
                    if let Some(begin) = open.pop() {
                        mark(begin, 1);
                        mark(*end, -1);
                    }
                }
            }
        }
        open.dedup();
        for begin in open {
            let line =
                self.placed.iter().skip(begin).take_while(|placed| !matches!(placed.token, Token::LineEnd)).count();
            mark(begin, 1);
            mark(begin + line, -1);
        }
        let mut depth = 0;
        for (placed, change) in self.placed.iter_mut().zip(change) {
            depth += change;
            placed.struck = depth > 0;
        }
    }
}

/// A link's text, unless it only repeats the number or the URL.
fn telling(label: String) -> String {
    if number_in(&label).is_some() { String::new() } else { label }
}

/// The number in what a person wrote for a change.
pub(super) fn number_in(text: &str) -> Option<u64> {
    let text = text.trim();
    let bare = match text.get(.."gerrit:".len()) {
        Some(prefix) if prefix.eq_ignore_ascii_case("gerrit:") => text.get(prefix.len()..).unwrap_or_default(),
        _ => text,
    };
    change_number(bare)
}

fn is_gerrit(url: &str) -> bool {
    let rest = url.split_once("//").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '#', '?']).next().unwrap_or_default();
    host.eq_ignore_ascii_case("gerrit.wikimedia.org")
}

fn is_unmarked_change(word: &str) -> bool {
    let begins = |with: &str| word.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with));
    begins("gerrit.wikimedia.org/") || (begins("gerrit:") && number_in(word).is_some())
}
