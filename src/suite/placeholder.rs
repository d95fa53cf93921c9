// SPDX-License-Identifier: GPL-2.0-or-later
//! Names in a text whose values are put in later: `{{name}}`, and in a URL also `{host}` and `{wiki}`.
//!
//! A name is lower-case letters, digits and `_`, with nothing else between the braces: `{{PAGENAME}}`, `{{ main }}` and
//! `{{{1}}}` are a wiki's own and stay. Must not know what a value is or how it is written.

/// The name of the host that a run asks, which no test can capture.
pub const HOST: &str = "host";
/// The name of the wiki's dbname, which no test can capture.
pub const WIKI: &str = "wiki";

/// How placeholders are written in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// `{{name}}`.
    Plain,
    /// The same, and `{host}` and `{wiki}`.
    Url,
    /// The same, and with the braces encoded, as a form's fields are: `%7B%7Bname%7D%7D`.
    Form,
}

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    /// It stays as it is.
    Text(&'t str),
    /// A placeholder: as it is written, and its name.
    Name(&'t str, &'t str),
}

/// Whether this can be the name of a value.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.bytes().all(is_of_name)
}

const fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'
}

/// A text cut at its placeholders.
pub(super) fn pieces(text: &str, spelling: Spelling) -> Vec<Piece<'_>> {
    let (mut found, mut from) = (Vec::new(), 0);
    for (at, _) in text.match_indices(['{', '%']) {
        let Some((end, name)) = text.get(from..at).and_then(|_| at_brace(text, at, spelling)) else { continue };
        found.extend(text.get(from..at).filter(|text| !text.is_empty()).map(Piece::Text));
        found.extend(text.get(at..end).map(|written| Piece::Name(written, name)));
        from = end;
    }
    found.extend(text.get(from..).filter(|text| !text.is_empty()).map(Piece::Text));
    found
}

/// The names in a text, in order.
pub(super) fn names(text: &str, spelling: Spelling) -> impl Iterator<Item = &str> {
    pieces(text, spelling).into_iter().filter_map(|piece| match piece {
        Piece::Name(_, name) => Some(name),
        Piece::Text(_) => None,
    })
}

/// The end and the name of the placeholder that begins here, if one does.
fn at_brace(text: &str, at: usize, spelling: Spelling) -> Option<(usize, &str)> {
    let braces: &[(&str, &str)] = match spelling {
        Spelling::Plain => &[("{{", "}}")],
        Spelling::Url => &[("{{", "}}"), ("{", "}")],
        Spelling::Form => &[("{{", "}}"), ("%7B%7B", "%7D%7D")],
    };
    braces.iter().find_map(|(open, close)| {
        let begin = at + open.len();
        let is_open = text.get(at..begin)?.eq_ignore_ascii_case(open);
        // A third brace makes it a parameter of a wiki's template.
        let one = open.get(..open.len() / 2).filter(|_| open.len() > 1).unwrap_or(open);
        let before = at.checked_sub(one.len()).and_then(|before| text.get(before..at));
        let is_third = before.is_some_and(|before| before.eq_ignore_ascii_case(one));
        let rest = text.get(begin..)?;
        let length = rest.bytes().take_while(|byte| is_of_name(*byte)).count();
        let (name, end) = (rest.get(..length)?, begin + length + close.len());
        let is_closed = text.get(begin + length..end).is_some_and(|text| text.eq_ignore_ascii_case(close));
        let is_meant = open.len() > 1 || matches!(name, HOST | WIKI);
        (is_open && !is_third && is_closed && is_meant && is_name(name)).then_some((end, name))
    })
}

#[cfg(test)]
mod tests {
    use super::{Piece, Spelling, names, pieces};

    #[test]
    fn only_a_bare_lower_case_name_is_a_placeholder() {
        use Spelling::{Form, Plain, Url};
        for (text, spelling, expected) in [
            ("{{token}}", Plain, &["token"][..]),
            ("a {{b}}{{c_1}} d", Plain, &["b", "c_1"]),
            ("{\"a\":{\"b\":{{rev}}}}", Plain, &["rev"]),
            ("{{PAGENAME}} {{ main }} {{main|x}} {{{param}}} {{1}} {{_a}} {{}} {{a", Plain, &[]),
            ("{host} {wiki}", Plain, &[]),
            ("https://{host}/{wiki}/{other}?{{x}}", Url, &["host", "wiki", "x"]),
            ("https://{{host}}/{{{host}}}", Url, &["host"]),
            ("token=%7B%7Btoken%7D%7D&b={{b}}&c=%7b%7bc%7d%7d", Form, &["token", "b", "c"]),
            ("a=%7B%7B%7Btoken%7D%7D%7D&b=%7BA%7D", Form, &[]),
            ("%7B%7Btoken%7D%7D", Plain, &[]),
            ("ä{{b}}ö%", Form, &["b"]),
        ] {
            assert_eq!(names(text, spelling).collect::<Vec<_>>(), expected, "{text}");
        }
    }

    #[test]
    fn the_pieces_are_the_whole_text() {
        let text = "ä{{b}}{{{c}}}%7B{{d}}";
        let whole: String = pieces(text, Spelling::Plain)
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(text) | Piece::Name(text, _) => text,
            })
            .collect();
        assert_eq!(whole, text);
    }
}
