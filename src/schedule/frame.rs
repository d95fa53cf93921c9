// SPDX-License-Identifier: GPL-2.0-or-later
//! What is open while a page is read: calls and links with what they hold so far.

use super::markup::Node;

/// How a call takes part in recovery. A later rank is closed by the opening of an earlier one, never the other way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// A card of the calendar: never inside another, and kept even when nobody closed it.
    Card,
    /// A patch: never inside another patch or inside a nick.
    Patch,
    /// A nick: never inside another nick.
    Nick,
    /// Any other call.
    Other,
}

#[derive(Debug, Clone)]
pub(super) enum Opener {
    Page,
    Call(Rank),
    Wikilink,
    ExternalLink { url: std::ops::Range<usize> },
}

#[derive(Debug)]
pub(super) struct Piece {
    pub(super) start: usize,
    /// Nodes before the first `=`, once there was one.
    pub(super) name: Option<Vec<Node>>,
    pub(super) value_start: usize,
    pub(super) nodes: Vec<Node>,
}

impl Piece {
    pub(super) const fn at(start: usize) -> Self {
        Self { start, name: None, value_start: start, nodes: Vec::new() }
    }
}

#[derive(Debug)]
pub(super) struct Frame {
    pub(super) opener: Opener,
    pub(super) start: usize,
    pub(super) done: Vec<Piece>,
    pub(super) piece: Piece,
}

impl Frame {
    pub(super) const fn page() -> Self {
        Self::new(Opener::Page, 0, 0)
    }

    pub(super) const fn new(opener: Opener, start: usize, body: usize) -> Self {
        Self { opener, start, done: Vec::new(), piece: Piece::at(body) }
    }

    pub(super) const fn is_link(&self) -> bool {
        matches!(self.opener, Opener::Wikilink | Opener::ExternalLink { .. })
    }

    pub(super) const fn rank(&self) -> Option<Rank> {
        match self.opener {
            Opener::Call(rank) => Some(rank),
            _ => None,
        }
    }
}
