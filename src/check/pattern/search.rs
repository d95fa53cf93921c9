// SPDX-License-Identifier: GPL-2.0-or-later
//! Searching for an expression: all its ways are followed at once, letter by letter (Pike's machine,
//! <https://swtch.com/~rsc/regexp/regexp2.html>), so that the time is linear in the text, whatever the expression.
//!
//! Must not know how an expression is written.

use super::letters::{Kind, Letters};

/// An expression may take this many steps; those of the suites take hundreds.
const MOST_STEPS: usize = 10_000;

/// An expression, as it was read.
#[derive(Debug)]
pub(super) enum Node {
    /// One of these letters.
    Letters(Letters),
    /// No letter, but this of the place.
    At(At),
    /// One behind the other; none of them is the empty text.
    Sequence(Vec<Node>),
    /// One of them, those in front first.
    Choice(Vec<Node>),
    /// So many times, as often as possible or as seldom.
    Repeat { node: Box<Node>, least: u32, most: Option<u32>, greedy: bool },
}

/// What is demanded of a place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// The very beginning.
    Beginning,
    /// The very end.
    VeryEnd,
    /// The end, or in front of a line break that is the end.
    End,
    /// Where a line begins.
    LineBeginning,
    /// Where a line ends.
    LineEnd,
    /// Between a letter of a word and none, or not so; by ASCII or all scripts.
    Word { edge: bool, ascii: bool },
}

#[derive(Debug)]
enum Step {
    Take(Letters),
    Check(At),
    /// Both ways, the first with more right.
    Fork(usize, usize),
    Found,
}

/// What can be searched for.
#[derive(Debug)]
pub(in super::super) struct Regex {
    steps: Vec<Step>,
}

/// Where in a text the search stands.
#[derive(Clone, Copy)]
struct Place {
    before: Option<char>,
    after: Option<char>,
    /// Whether `after` is the last letter.
    is_last: bool,
}

impl Place {
    fn is(self, at: At) -> bool {
        let is_break = |letter| letter == Some('\n');
        match at {
            At::Beginning => self.before.is_none(),
            At::VeryEnd => self.after.is_none(),
            At::End => self.after.is_none() || (self.is_last && is_break(self.after)),
            At::LineBeginning => self.before.is_none() || is_break(self.before),
            At::LineEnd => self.after.is_none() || is_break(self.after),
            // In an empty text there is neither.
            At::Word { .. } if self.before.is_none() && self.after.is_none() => false,
            At::Word { edge, ascii } => {
                let is_word = |letter: Option<char>| letter.is_some_and(|letter| Kind::Word.has(letter, ascii));
                (is_word(self.before) != is_word(self.after)) == edge
            }
        }
    }
}

/// A way through the steps, and where in the text it began.
type Way = (usize, usize);

/// The ways that are open at a place, those with more right first.
#[derive(Default)]
struct Ways {
    open: Vec<Way>,
    /// For each step, the round in which it was reached last.
    seen: Vec<usize>,
    round: usize,
    stack: Vec<usize>,
}

impl Ways {
    /// Follows a way up to the steps that take a letter or have found.
    fn add(&mut self, steps: &[Step], (first, begun): Way, place: Place) {
        self.stack.push(first);
        while let Some(at) = self.stack.pop() {
            let Some(seen) = self.seen.get_mut(at) else { continue };
            if std::mem::replace(seen, self.round) == self.round {
                continue;
            }
            match steps.get(at) {
                Some(Step::Fork(one, other)) => self.stack.extend([*other, *one]),
                Some(Step::Check(demand)) if place.is(*demand) => self.stack.push(at + 1),
                Some(Step::Check(_)) | None => {}
                Some(Step::Take(_) | Step::Found) => self.open.push((at, begun)),
            }
        }
    }
}

impl Regex {
    /// Makes the steps of an expression.
    ///
    /// # Errors
    /// When they would be too many.
    pub(super) fn new(node: &Node) -> Result<Self, String> {
        let mut regex = Self { steps: Vec::new() };
        regex.append(node)?;
        regex.push(Step::Found)?;
        Ok(regex)
    }

    fn push(&mut self, step: Step) -> Result<usize, String> {
        if self.steps.len() >= MOST_STEPS {
            return Err(format!("it takes more than {MOST_STEPS} steps; write smaller counts such as <{{2,9}}>"));
        }
        self.steps.push(step);
        Ok(self.steps.len() - 1)
    }

    /// Nesting is bounded by the reader, so that this may call itself.
    fn append(&mut self, node: &Node) -> Result<(), String> {
        match node {
            Node::Letters(letters) => self.push(Step::Take(letters.clone())).map(drop),
            Node::At(at) => self.push(Step::Check(*at)).map(drop),
            Node::Sequence(nodes) => nodes.iter().try_for_each(|node| self.append(node)),
            Node::Choice(nodes) => {
                let mut ends = Vec::new();
                for (place, node) in nodes.iter().enumerate() {
                    let is_last = place + 1 == nodes.len();
                    let fork = if is_last { None } else { Some(self.push(Step::Fork(0, 0))?) };
                    self.append(node)?;
                    if let Some(fork) = fork {
                        ends.push(self.push(Step::Fork(0, 0))?);
                        self.lead(fork, fork + 1, self.steps.len());
                    }
                }
                let end = self.steps.len();
                for at in ends {
                    self.lead(at, end, end);
                }
                Ok(())
            }
            Node::Repeat { node, least, most, greedy } => self.repeat(node, *least, *most, *greedy),
        }
    }

    fn repeat(&mut self, node: &Node, least: u32, most: Option<u32>, greedy: bool) -> Result<(), String> {
        for _ in 0..least {
            let before = self.steps.len();
            self.append(node)?;
            if self.steps.len() == before {
                return Ok(());
            }
        }
        let Some(most) = most else {
            let fork = self.push(Step::Fork(0, 0))?;
            self.append(node)?;
            self.push(Step::Fork(fork, fork))?;
            self.choose(fork, greedy);
            return Ok(());
        };
        let mut forks = Vec::new();
        for _ in least..most {
            forks.push(self.push(Step::Fork(0, 0))?);
            self.append(node)?;
        }
        for fork in forks {
            self.choose(fork, greedy);
        }
        Ok(())
    }

    /// The fork leads into what is behind it, or past everything.
    fn choose(&mut self, fork: usize, greedy: bool) {
        let (into, past) = (fork + 1, self.steps.len());
        if greedy { self.lead(fork, into, past) } else { self.lead(fork, past, into) }
    }

    fn lead(&mut self, fork: usize, one: usize, other: usize) {
        if let Some(step) = self.steps.get_mut(fork) {
            *step = Step::Fork(one, other);
        }
    }

    /// Whether the expression is somewhere in a text.
    pub(in super::super) fn is_match(&self, text: &str) -> bool {
        self.search(text, true).is_some()
    }

    /// Where in a text the expression is first, and how long, in bytes.
    pub(in super::super) fn find(&self, text: &str) -> Option<(usize, usize)> {
        self.search(text, false)
    }

    fn search(&self, text: &str, any: bool) -> Option<(usize, usize)> {
        let mut now = Ways { seen: vec![0; self.steps.len()], ..Ways::default() };
        let (mut before, mut found) = (None, None);
        let mut at = 0;
        let mut reached: Vec<Way> = Vec::new();
        loop {
            let mut rest = text.get(at..).unwrap_or_default().chars();
            let after = rest.next();
            let place = Place { before, after, is_last: rest.as_str().is_empty() };
            now.round += 1;
            for way in reached.drain(..) {
                now.add(&self.steps, way, place);
            }
            if found.is_none() {
                now.add(&self.steps, (0, at), place);
            }
            for (step, begun) in now.open.drain(..) {
                match self.steps.get(step) {
                    Some(Step::Found) => {
                        found = Some((begun, at - begun));
                        // What has less right is of no account.
                        break;
                    }
                    Some(Step::Take(letters)) if after.is_some_and(|letter| letters.contains(letter)) => {
                        reached.push((step + 1, begun));
                    }
                    _ => {}
                }
            }
            if (any && found.is_some()) || (found.is_some() && reached.is_empty()) {
                return found;
            }
            let Some(letter) = after else { return found };
            (before, at) = (after, at + letter.len_utf8());
        }
    }
}
