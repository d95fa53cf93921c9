// SPDX-License-Identifier: GPL-2.0-or-later
//! How Python's `re` writes an expression (<https://docs.python.org/3/library/re.html#regular-expression-syntax>,
//! `CPython`'s `Lib/re/_parser.py`): read so that it means the same, or refused.
//!
//! Must not search for anything.

use super::escape::Escaped;
use super::letters::{Case, Item, Letters};
use super::search::{At, Node};

/// Groups may be nested this deep.
const MAX_DEPTH: usize = 100;

/// What holds of a part of an expression.
#[allow(clippy::struct_excessive_bools, reason = "each is one of Python's flags")]
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flags {
    /// `a`: the kinds of letters, words and case are those of ASCII.
    pub(super) ascii: bool,
    /// `i`: case does not matter.
    pub(super) any_case: bool,
    /// `m`: `^` and `$` are at each line.
    pub(super) multi_line: bool,
    /// `s`: `.` is a line break, too.
    pub(super) dot_all: bool,
    /// `x`: blanks and comments mean nothing.
    pub(super) verbose: bool,
    /// Not Python's: `.` is no carriage return either (RFC 9485).
    pub(super) dot_no_return: bool,
}

impl Flags {
    pub(super) const fn case(self) -> Case {
        match (self.any_case, self.ascii) {
            (false, _) => Case::Kept,
            (true, true) => Case::OfAscii,
            (true, false) => Case::OfAll,
        }
    }

    fn set(&mut self, flag: char, on: bool) {
        match flag {
            'a' => self.ascii = on,
            'u' => self.ascii = !on,
            'i' => self.any_case = on,
            'm' => self.multi_line = on,
            's' => self.dot_all = on,
            _ => self.verbose = on,
        }
    }
}

/// Reads an expression.
///
/// # Errors
/// With what is wrong, or what cannot be done in time linear in the text.
pub(super) fn read(pattern: &str, flags: Flags) -> Result<Node, String> {
    let mut reader = Reader { pattern, at: 0, names: Vec::new(), depth: 0 };
    let mut flags = flags;
    let node = reader.choice(&mut flags, true)?;
    match reader.next() {
        None => Ok(node),
        Some(_) => Err("there is a <)> without its <(>; write <\\)> if the letter is meant".to_owned()),
    }
}

/// What was read last, for a count behind it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Nothing,
    Place,
    Counted,
    Other,
}

pub(super) struct Reader<'p> {
    pattern: &'p str,
    at: usize,
    names: Vec<&'p str>,
    depth: usize,
}

pub(super) fn lacking(what: &str) -> String {
    format!("it has {what}, which is not supported; write it without, or as two assertions")
}

impl<'p> Reader<'p> {
    pub(super) fn rest(&self) -> &'p str {
        self.pattern.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += letter.len_utf8();
        Some(letter)
    }

    pub(super) fn take(&mut self, text: &str) -> bool {
        let is_there = self.rest().starts_with(text);
        self.at += if is_there { text.len() } else { 0 };
        is_there
    }

    /// Up to so many letters of a kind.
    pub(super) fn take_while(&mut self, most: usize, is_meant: impl Fn(char) -> bool) -> &'p str {
        let rest = self.rest();
        let length = rest.chars().take(most).take_while(|letter| is_meant(*letter)).map(char::len_utf8).sum();
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Up to `end`, which is taken, too.
    fn until(&mut self, end: char) -> Option<&'p str> {
        let (text, _) = self.rest().split_once(end)?;
        self.at += text.len() + end.len_utf8();
        Some(text)
    }

    /// Branches with `|` between; `whole` for those of the expression itself, whose beginning may set flags for all.
    fn choice(&mut self, flags: &mut Flags, whole: bool) -> Result<Node, String> {
        let mut branches = vec![self.sequence(flags, whole)?];
        while self.take("|") {
            branches.push(self.sequence(flags, false)?);
        }
        Ok(if branches.len() == 1 { branches.remove(0) } else { Node::Choice(branches) })
    }

    fn sequence(&mut self, flags: &mut Flags, is_first: bool) -> Result<Node, String> {
        let mut nodes: Vec<Node> = Vec::new();
        let mut before = Last::Nothing;
        while let Some(letter) = self.peek().filter(|letter| !matches!(letter, '|' | ')')) {
            self.next();
            let (node, kind) = match letter {
                ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' if flags.verbose => continue,
                '#' if flags.verbose => {
                    self.take_while(usize::MAX, |letter| letter != '\n');
                    continue;
                }
                '*' | '+' | '?' | '{' => {
                    let Some((least, most)) = self.count(letter)? else {
                        nodes.push(literal('{'.into(), *flags));
                        before = Last::Other;
                        continue;
                    };
                    let counted = nodes.pop().filter(|_| before == Last::Other);
                    (self.counted(counted, before, least, most)?, Last::Counted)
                }
                '(' => match self.group(flags, is_first && before == Last::Nothing)? {
                    Some(node) => (node, Last::Other),
                    None => continue,
                },
                '[' => (self.class(*flags)?, Last::Other),
                '.' => (dot(*flags), Last::Other),
                '^' => (Node::At(if flags.multi_line { At::LineBeginning } else { At::Beginning }), Last::Place),
                '$' => (Node::At(if flags.multi_line { At::LineEnd } else { At::End }), Last::Place),
                '\\' => match self.escape(*flags)? {
                    Escaped::Letter(letter) => (literal(letter, *flags), Last::Other),
                    Escaped::Kind(kind, negated) => {
                        let item = Item::Kind { kind, negated, ascii: flags.ascii };
                        (Node::Letters(Letters::new(&[item], false, Case::Kept)), Last::Other)
                    }
                    Escaped::At(at) => (Node::At(at), Last::Place),
                },
                letter => (literal(letter.into(), *flags), Last::Other),
            };
            nodes.push(node);
            before = kind;
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Sequence(nodes) })
    }

    /// How often what stands before is meant; `None` where a `{` is but a letter.
    fn count(&mut self, letter: char) -> Result<Option<(u32, Option<u32>)>, String> {
        match letter {
            '*' => return Ok(Some((0, None))),
            '+' => return Ok(Some((1, None))),
            '?' => return Ok(Some((0, Some(1)))),
            _ if self.peek() == Some('}') => return Ok(None),
            _ => {}
        }
        let here = self.at;
        let from = self.take_while(usize::MAX, |letter| letter.is_ascii_digit());
        let to = if self.take(",") { self.take_while(usize::MAX, |letter| letter.is_ascii_digit()) } else { from };
        if !self.take("}") {
            self.at = here;
            return Ok(None);
        }
        let number = |digits: &str| match digits {
            "" => Ok(None),
            _ => digits.parse().map(Some).map_err(|_| format!("it counts up to <{digits}>; write a smaller number")),
        };
        let (least, most): (u32, _) = (number(from)?.unwrap_or(0), number(to)?);
        if most.is_some_and(|most| most < least) {
            return Err(format!("<{{{from},{to}}}> counts backwards; write the smaller number first"));
        }
        Ok(Some((least, most)))
    }

    fn counted(&mut self, node: Option<Node>, before: Last, least: u32, most: Option<u32>) -> Result<Node, String> {
        let Some(node) = node else {
            return Err(match before {
                Last::Counted => "it counts what is counted already; put that between <(?:> and <)>",
                _ => "a <*>, <+>, <?> or <{…}> has nothing before it to count; write a <\\> before it if the letter is meant",
            }
            .to_owned());
        };
        if self.take("+") {
            return Err(lacking("a possessive count such as <*+>"));
        }
        let greedy = !self.take("?");
        Ok(Node::Repeat { node: Box::new(node), least, most, greedy })
    }

    /// What stands between parentheses; `None` where that is a comment or flags alone.
    fn group(&mut self, flags: &mut Flags, is_first: bool) -> Result<Option<Node>, String> {
        let mut inner = *flags;
        if self.take("?") {
            match self.next() {
                Some(':') => {}
                Some('#') => {
                    self.until(')').ok_or("its comment <(?#> has no end; write a <)> behind it")?;
                    return Ok(None);
                }
                Some('P') if self.take("<") => self.name()?,
                Some('P') if self.take("=") => return Err(lacking("a back-reference <(?P=>")),
                Some('<') if self.take("=") => return Err(lacking("a look-around <(?<=>")),
                Some('<') if self.take("!") => return Err(lacking("a look-around <(?<!>")),
                Some('<') => return Err("<(?<> is no group; a group with a name is written <(?P<name>…)>".to_owned()),
                Some(mark @ ('=' | '!')) => return Err(lacking(&format!("a look-around <(?{mark}>"))),
                Some('>') => return Err(lacking("an atomic group <(?>>")),
                Some('(') => return Err(lacking("a condition <(?(>")),
                Some(flag) if flag == '-' || flag.is_ascii_alphabetic() => {
                    if self.flags(flag, &mut inner)? {
                        *flags = inner;
                        let misplaced = "flags such as <(?i)> stand at the beginning alone; write <(?i:…)> elsewhere";
                        return if is_first { Ok(None) } else { Err(misplaced.to_owned()) };
                    }
                }
                _ => {
                    return Err(
                        "what stands behind <(?> is not known; write <\\(\\?> if the letters are meant".to_owned()
                    );
                }
            }
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("its groups are nested more than {MAX_DEPTH} deep; write it flatter"));
        }
        let node = self.choice(&mut inner, false)?;
        self.depth -= 1;
        if self.take(")") {
            Ok(Some(node))
        } else {
            Err("a <(> has no end; write its <)>, or <\\(> if the letter is meant".to_owned())
        }
    }

    fn name(&mut self) -> Result<(), String> {
        let name = self.until('>').ok_or("the name of a group has no end; write a <>> behind it")?;
        let begins = name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_');
        if !begins || !name.chars().all(|letter| letter.is_alphanumeric() || letter == '_') {
            return Err(format!("<{name}> is no name of a group; it takes letters, digits and <_>"));
        }
        if self.names.contains(&name) {
            return Err(format!("two groups are called <{name}>; give one another name"));
        }
        self.names.push(name);
        Ok(())
    }

    /// Reads flags up to `:` or `)`; whether they are for all of the expression.
    fn flags(&mut self, first: char, flags: &mut Flags) -> Result<bool, String> {
        let (mut letter, mut on) = (Some(first), true);
        let (mut added, mut removed) = (String::new(), String::new());
        loop {
            match letter {
                Some('-') if on && self.peek().is_some_and(|next| next != ':') => on = false,
                // Python takes none away for all of an expression: `(?-m)` is ours, of a body's lines.
                Some(')' | ':') => break,
                Some(flag @ ('a' | 'u')) if on && !added.contains(if flag == 'a' { 'u' } else { 'a' }) => {
                    added.push(flag);
                }
                Some(flag @ ('i' | 'm' | 's' | 'x')) if on => added.push(flag),
                Some(flag @ ('i' | 'm' | 's' | 'x')) if !added.contains(flag) => removed.push(flag),
                _ => return Err(
                    "its flags cannot be read; known are <a>, <i>, <m>, <s>, <u> and <x>, as in <(?is)> and <(?i-s:…)>"
                        .to_owned(),
                ),
            }
            letter = self.next();
        }
        added.chars().for_each(|flag| flags.set(flag, true));
        removed.chars().for_each(|flag| flags.set(flag, false));
        Ok(letter == Some(')'))
    }
}

fn literal(letter: u32, flags: Flags) -> Node {
    Node::Letters(Letters::new(&[Item::Range(letter, letter)], false, flags.case()))
}

fn dot(flags: Flags) -> Node {
    let line_break = |letter| Item::Range(letter, letter);
    let excluded: &[Item] = match (flags.dot_all, flags.dot_no_return) {
        (true, _) => &[],
        (false, false) => &[line_break(10)],
        (false, true) => &[line_break(10), line_break(13)],
    };
    Node::Letters(Letters::new(excluded, true, Case::Kept))
}
