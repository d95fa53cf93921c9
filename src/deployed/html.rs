// SPDX-License-Identifier: GPL-2.0-or-later
//! HTML as a row of tags and texts: enough to take the cells of a table out of a page.
//!
//! One pass, in time linear in the length of the page; it never fails. Must not know what the cells mean, and is no
//! parser of HTML: scripts, quirks and the rules of nesting are not its business.

use crate::schedule::work;

/// What stands at a place of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// `<name …>`, with all that stands behind the name.
    Opens { name: &'a str, attributes: &'a str },
    /// `</name>`
    Closes { name: &'a str },
    /// Anything else, entities as they stand.
    Text(&'a str),
}

/// The pieces of a page; comments are left out.
pub(super) struct Pieces<'a> {
    rest: &'a str,
    /// Whether there may be the end of a comment.
    comments: bool,
}

impl<'a> Pieces<'a> {
    pub(super) const fn of(html: &'a str) -> Self {
        Self { rest: html, comments: true }
    }

    /// Skips the comment at the beginning of what is left, if there is a whole one.
    fn comment(&mut self) -> bool {
        let Some(inside) = self.rest.strip_prefix("<!--").filter(|_| self.comments) else { return false };
        work::note(inside.len().min(inside.find("-->").unwrap_or(inside.len())));
        match inside.split_once("-->") {
            Some((_, behind)) => self.rest = behind,
            // There is none in what is left either.
            None => self.comments = false,
        }
        self.comments
    }

    /// The tag at the beginning of what is left. A tag ends at the next `>`; with a `<` before it, it is none.
    fn tag(&mut self) -> Option<Piece<'a>> {
        let inside = self.rest.strip_prefix('<')?;
        let (closes, inside) = inside.strip_prefix('/').map_or((false, inside), |inside| (true, inside));
        inside.bytes().next().filter(u8::is_ascii_alphabetic)?;
        let end = inside.bytes().position(|byte| matches!(byte, b'<' | b'>')).unwrap_or(inside.len());
        work::note(end);
        let (tag, behind) = inside.split_at_checked(end)?;
        let behind = behind.strip_prefix('>')?;
        let name = tag.bytes().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(tag.len());
        let (name, attributes) = tag.split_at_checked(name)?;
        self.rest = behind;
        Some(if closes { Piece::Closes { name } } else { Piece::Opens { name, attributes } })
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.comment() {}
        if let Some(tag) = self.tag() {
            return Some(tag);
        }
        // The first byte is text, be it a `<` or not.
        let mut letters = self.rest.char_indices().skip(1);
        let end = letters.find(|(_, letter)| *letter == '<').map_or(self.rest.len(), |(at, _)| at);
        work::note(end);
        let (text, behind) = self.rest.split_at_checked(end)?;
        self.rest = behind;
        (!text.is_empty()).then_some(Piece::Text(text))
    }
}

/// Whether the attributes of a tag give it this class.
pub(super) fn has_class(attributes: &str, class: &str) -> bool {
    work::note(attributes.len());
    attributes.match_indices("class").any(|(at, word)| {
        let (before, behind) = attributes.split_at(at);
        let value = behind.strip_prefix(word).map(str::trim_start).and_then(|behind| behind.strip_prefix('='));
        let Some(value) = value.map(str::trim_start).filter(|_| before.ends_with(|c: char| c.is_ascii_whitespace()))
        else {
            return false;
        };
        let mut letters = value.chars();
        let value = match letters.next() {
            Some(quote @ ('"' | '\'')) => letters.as_str().split(quote).next(),
            _ => value.split_ascii_whitespace().next(),
        };
        value.is_some_and(|value| value.split_ascii_whitespace().any(|word| word == class))
    })
}

#[cfg(test)]
mod tests {
    use super::{Piece, Pieces, has_class};

    #[test]
    fn tags_and_texts_come_apart() {
        let pieces: Vec<String> = Pieces::of("a<!-- <b> --><TD class='x'>1 < 2<br/></td></ a <3 <é <a <b>")
            .map(|piece| match piece {
                Piece::Opens { name, attributes } => format!("open {name}{attributes}"),
                Piece::Closes { name } => format!("close {name}"),
                Piece::Text(text) => format!("text {text}"),
            })
            .collect();
        assert_eq!(
            pieces,
            [
                "text a",
                "open TD class='x'",
                "text 1 ",
                "text < 2",
                "open br/",
                "close td",
                "text </ a ",
                "text <3 ",
                "text <é ",
                "text <a ",
                "open b"
            ]
        );
    }

    #[test]
    fn a_comment_without_end_is_text() {
        assert_eq!(Pieces::of("<!-- a <b>").last(), Some(Piece::Opens { name: "b", attributes: "" }));
    }

    #[test]
    fn classes_are_words() {
        for (attributes, expected) in [
            (r#" class="day""#, true),
            (r#" href="x" class = 'big day'"#, true),
            (" class=day", true),
            (r#" class="today""#, false),
            (r#" data-class="day""#, false),
            (r" class=", false),
            ("", false),
        ] {
            assert_eq!(has_class(attributes, "day"), expected, "{attributes}");
        }
    }
}
