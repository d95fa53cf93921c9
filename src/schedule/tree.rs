// SPDX-License-Identifier: GPL-2.0-or-later
//! The tree of a page while it grows: what is open, and what becomes of it when it closes, or never does.
//!
//! Must not look for marks in the page: the parser says where they stand.

use super::frame::{Frame, Opener, Piece, Rank};
use super::markup::{Call, Kind, Node, Param, normal_name, plain, slice};

/// How many calls and links may be open at once, apart from those of the calendar itself. `MediaWiki` stops at 40
/// templates (`$wgMaxTemplateDepth`); a calendar needs four.
pub(super) const MAX_OPEN: usize = 32;

pub(super) struct Tree<'a> {
    source: &'a str,
    /// Where the text that is not yet a node begins.
    text_from: usize,
    /// The page, and what is open in it; never empty.
    stack: Vec<Frame>,
    /// Steps of work done: bytes looked at and nodes moved.
    pub(super) steps: usize,
}

impl<'a> Tree<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self { source, text_from: 0, stack: vec![Frame::page()], steps: 0 }
    }

    /// The nodes of the whole page.
    pub(super) fn finish(&mut self) -> Vec<Node> {
        let end = self.source.len();
        self.flush(end);
        while self.stack.len() > 1 {
            self.abandon(end);
        }
        self.stack.pop().map(|page| page.piece.nodes).unwrap_or_default()
    }

    /// What was opened last and is open still.
    pub(super) fn top(&self) -> Option<&Frame> {
        self.stack.last()
    }

    /// What holds the one on top.
    pub(super) fn holder(&self) -> Option<&Frame> {
        self.stack.iter().rev().nth(1)
    }

    /// Makes a node of the text up to `end`.
    pub(super) fn flush(&mut self, end: usize) {
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

    /// Adds a finished node; text goes on behind it.
    pub(super) fn add(&mut self, start: usize, end: usize, kind: Kind) {
        self.flush(start);
        self.push(Node { start, end, kind });
        self.text_from = end;
    }

    /// Opens a call or a link at `start`, whose content begins at `body`.
    pub(super) fn open(&mut self, opener: Opener, start: usize, body: usize) {
        self.flush(start);
        if let Opener::Call(rank @ (Rank::Card | Rank::Patch | Rank::Nick)) = opener {
            self.recover(rank, start);
        } else {
            let others = self.stack.iter().filter(|frame| frame.rank().is_none_or(|rank| rank == Rank::Other)).count();
            let top_is_other = self.top().is_some_and(|frame| frame.rank().is_none_or(|rank| rank == Rank::Other));
            if others > MAX_OPEN && top_is_other {
                self.abandon(start);
            }
        }
        self.stack.push(Frame::new(opener, start, body));
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
    pub(super) fn abandon(&mut self, at: usize) {
        if self.top().and_then(Frame::rank) == Some(Rank::Card) {
            self.close(at);
            return;
        }
        let Some(frame) = self.stack.pop() else { return };
        let splits = frame.is_link() && self.top().is_some_and(|holder| holder.rank().is_some());
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
            match found.filter(|_| self.top().is_some_and(|frame| frame.piece.name.is_none())) {
                Some(equals) => {
                    self.push(Node { start: node.start, end: equals, kind: Kind::Text });
                    self.name_ends(equals);
                    self.push(Node { start: equals + 1, end: node.end, kind: Kind::Text });
                }
                None => self.push(node),
            }
        }
    }

    /// Begins the value of the parameter on top behind its `=`.
    pub(super) fn begin_value(&mut self, equals: usize) {
        self.flush(equals);
        self.name_ends(equals);
        self.text_from = equals + 1;
    }

    fn name_ends(&mut self, equals: usize) {
        let Some(frame) = self.stack.last_mut() else { return };
        frame.piece.name = Some(std::mem::take(&mut frame.piece.nodes));
        frame.piece.value_start = equals + 1;
    }

    /// Closes the innermost call, whose closing braces stand at `at`, if one is open.
    pub(super) fn close_call(&mut self, at: usize) {
        let Some(index) = self.stack.iter().rposition(|frame| frame.rank().is_some()) else { return };
        self.flush(at);
        while self.stack.len() > index + 1 {
            self.abandon(at);
        }
        self.close(at + 2);
        self.text_from = at + 2;
    }

    /// Closes the link on top, whose closing mark stands from `at` to `end`.
    pub(super) fn close_link(&mut self, at: usize, end: usize) {
        self.flush(at);
        let Some(frame) = self.stack.pop() else { return };
        let kind = match frame.opener {
            Opener::ExternalLink { url } => Kind::ExternalLink { url, label: frame.piece.nodes },
            _ => Kind::Wikilink(frame.done.into_iter().chain([frame.piece]).map(|piece| piece.nodes).collect()),
        };
        self.push(Node { start: frame.start, end, kind });
        self.text_from = end;
    }

    /// Begins the next parameter of a call, or the next part of a link, behind its bar at `at`.
    pub(super) fn next_piece(&mut self, at: usize) {
        self.text_from = at + 1;
        if let Some(frame) = self.stack.last_mut() {
            frame.done.push(std::mem::replace(&mut frame.piece, Piece::at(at + 1)));
        }
    }
}
