// SPDX-License-Identifier: GPL-2.0-or-later
//! What Python's `re` means by a `\` and by brackets (`_escape`, `_class_escape` of `CPython`'s `Lib/re/_parser.py`).
//!
//! Must not know of groups and counts.

use super::letters::{Case, Item, Kind, Letters};
use super::search::{At, Node};
use super::syntax::{Flags, Reader, lacking};

/// What an escape means.
pub(super) enum Escaped {
    Letter(u32),
    Kind(Kind, bool),
    At(At),
}

impl Reader<'_> {
    /// What a `\` means outside of brackets.
    pub(super) fn escape(&mut self, flags: Flags) -> Result<Escaped, String> {
        let digits = |letter: char| letter.is_ascii_digit();
        Ok(match self.peek() {
            Some('A') => self.at(At::Beginning),
            // Python knows the second one from 3.14 on.
            Some('Z' | 'z') => self.at(At::VeryEnd),
            Some(letter @ ('b' | 'B')) => self.at(At::Word { edge: letter == 'b', ascii: flags.ascii }),
            Some('1'..='9') => {
                let is_octal = |digits: &str| digits.len() == 3 && digits.bytes().all(|digit| digit < b'8');
                let first: String = self.rest().chars().take(3).take_while(|letter| digits(*letter)).collect();
                if !is_octal(&first) {
                    return Err(lacking("a back-reference"));
                }
                Escaped::Letter(self.octal(3)?)
            }
            Some('0') => Escaped::Letter(self.octal(3)?),
            _ => self.common_escape()?,
        })
    }

    fn at(&mut self, at: At) -> Escaped {
        self.next();
        Escaped::At(at)
    }

    fn octal(&mut self, most: usize) -> Result<u32, String> {
        let digits = self.take_while(most, |letter| letter.is_digit(8));
        let code = u32::from_str_radix(digits, 8).ok().filter(|code| *code <= 0o377);
        code.ok_or_else(|| format!("<\\{digits}> is more than <\\377>; write the letter, or <\\u> and its number"))
    }

    /// What a `\` means within brackets and outside.
    fn common_escape(&mut self) -> Result<Escaped, String> {
        let Some(letter) = self.next() else {
            return Err("it ends with a <\\>; write <\\\\> if the letter is meant".to_owned());
        };
        Ok(match letter {
            'd' | 'D' => Escaped::Kind(Kind::Digit, letter == 'D'),
            's' | 'S' => Escaped::Kind(Kind::Space, letter == 'S'),
            'w' | 'W' => Escaped::Kind(Kind::Word, letter == 'W'),
            'a' => Escaped::Letter(7),
            'f' => Escaped::Letter(12),
            'n' => Escaped::Letter(10),
            'r' => Escaped::Letter(13),
            't' => Escaped::Letter(9),
            'v' => Escaped::Letter(11),
            'x' | 'u' | 'U' => {
                let length = match letter {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                let digits = self.take_while(length, |letter| letter.is_ascii_hexdigit());
                let code = u32::from_str_radix(digits, 16).ok().filter(|code| *code <= 0x10_ffff);
                let code = code.filter(|_| digits.len() == length);
                Escaped::Letter(code.ok_or_else(|| {
                    format!("<\\{letter}{digits}> is no letter; <\\{letter}> takes {length} hexadecimal digits")
                })?)
            }
            'N' => return Err(lacking("a letter by its name <\\N{…}>")),
            _ if letter.is_ascii_alphanumeric() => {
                return Err(format!("<\\{letter}> means nothing to Python; write <{letter}> if the letter is meant"));
            }
            _ => Escaped::Letter(letter.into()),
        })
    }

    /// What stands between brackets.
    pub(super) fn class(&mut self, flags: Flags) -> Result<Node, String> {
        let negated = self.take("^");
        let mut items = Vec::new();
        loop {
            if self.peek() == Some(']') && !items.is_empty() {
                self.next();
                break;
            }
            let first = self.class_item(flags)?;
            if !self.rest().starts_with('-') || self.rest().starts_with("-]") {
                items.push(first);
                continue;
            }
            self.next();
            let last = self.class_item(flags)?;
            // There Python folds the case of all scripts after all.
            if flags.case() == Case::OfAscii && matches!(last, Item::Range(_, to) if to > 0xffff) {
                return Err("its <(?a)> and <(?i)> have no meaning for a range up to a letter above <\\uffff>; write it without <(?a)>".to_owned());
            }
            match (first, last) {
                (Item::Range(from, _), Item::Range(_, to)) if from <= to => items.push(Item::Range(from, to)),
                _ => return Err("a range between <[> and <]> goes backwards or has a kind of letters at its end; write <\\-> if the letter is meant".to_owned()),
            }
        }
        Ok(Node::Letters(Letters::new(&items, negated, flags.case())))
    }

    fn class_item(&mut self, flags: Flags) -> Result<Item, String> {
        let letter = match self.next() {
            None => return Err("a <[> has no end; write its <]>, or <\\[> if the letter is meant".to_owned()),
            Some('\\') => match self.peek() {
                Some('b') => {
                    self.next();
                    8
                }
                Some('0'..='7') => self.octal(3)?,
                _ => match self.common_escape()? {
                    Escaped::Kind(kind, negated) => return Ok(Item::Kind { kind, negated, ascii: flags.ascii }),
                    Escaped::Letter(letter) => letter,
                    Escaped::At(_) => {
                        return Err("a place cannot stand between <[> and <]>; write it outside".to_owned());
                    }
                },
            },
            Some(letter) => letter.into(),
        };
        Ok(Item::Range(letter, letter))
    }
}
