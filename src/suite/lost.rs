// SPDX-License-Identifier: GPL-2.0-or-later
//! What a suite loses on its way from one format to another, so that nothing is dropped unsaid.
//!
//! Must not repeat the value of a cookie, a password or a token: lists of what was lost are printed and pasted.

use super::Suite;
use std::fmt;

/// Something that the other side cannot hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Where it stood.
    pub place: LossAt,
    /// What it was and what became of it, as a fragment of one line.
    pub what: String,
    /// Whether something else is asked or demanded without it.
    pub matters: bool,
}

/// Where something stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LossAt {
    /// In this line of the text that was read; the first is 1.
    Line(usize),
    /// In the test of this number and label; the first is 1.
    Test(usize, String),
}

/// A suite that was read from a foreign format.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// What could be taken over.
    pub suite: Suite,
    /// What could not.
    pub lost: Vec<Loss>,
}

/// A suite that was written in a foreign format.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    /// The file.
    pub text: String,
    /// What it could not say.
    pub lost: Vec<Loss>,
}

impl fmt::Display for Loss {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            LossAt::Line(line) => write!(out, "line {line}: ")?,
            LossAt::Test(number, label) => write!(out, "test {number} <{}>: ", one_line(label))?,
        }
        out.write_str(if self.matters { "CHANGED: " } else { "" })?;
        out.write_str(&one_line(&self.what))
    }
}

/// `text` with every control character shown, so that it stays one line, also behind a comment sign.
pub(crate) fn one_line(text: &str) -> String {
    let is_hidden = |letter: &char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_hidden(&letter) {
            out.extend(letter.escape_default());
        } else {
            out.push(letter);
        }
    }
    out
}

/// What is lost, collected at one place after the other.
#[derive(Debug)]
pub(crate) struct Losses {
    place: LossAt,
    lost: Vec<Loss>,
}

impl Losses {
    pub(crate) const fn at(place: LossAt) -> Self {
        Self { place, lost: Vec::new() }
    }

    pub(crate) fn go_to(&mut self, place: LossAt) {
        self.place = place;
    }

    /// Something without which another thing is asked or demanded.
    pub(crate) fn matters(&mut self, what: impl Into<String>) {
        self.push(what.into(), true);
    }

    /// Something that makes no difference for what is asked and demanded.
    pub(crate) fn aside(&mut self, what: impl Into<String>) {
        self.push(what.into(), false);
    }

    fn push(&mut self, what: String, matters: bool) {
        self.lost.push(Loss { place: self.place.clone(), what, matters });
    }

    pub(crate) fn into_lost(self) -> Vec<Loss> {
        self.lost
    }
}

#[cfg(test)]
mod tests {
    use super::{Loss, LossAt};

    #[test]
    fn it_is_one_line_whatever_stands_in_it() {
        let lost = Loss { place: LossAt::Test(2, "a\nb".into()), what: "x\u{1b}[2J\r\ny".into(), matters: true };
        assert_eq!(lost.to_string(), "test 2 <a\\nb>: CHANGED: x\\u{1b}[2J\\r\\ny");
    }
}
