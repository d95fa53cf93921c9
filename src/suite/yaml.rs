// SPDX-License-Identifier: GPL-2.0-or-later
//! A small YAML tree that knows where each node stands and keeps every key of a mapping, also one that is repeated.
//!
//! Must not know what a test is.

use super::{Place, SuiteError};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};
use std::collections::BTreeMap;

/// Nodes may be nested this deep: a suite needs five levels, and a value in it may be as deep as JSON that was kept.
const MAX_DEPTH: usize = 160;

/// A longer key needs a mark of its own when it is written; YAML's limit is 1024 letters (section 7.4.2).
pub(super) const LONGEST_KEY: usize = 120;

/// A file may hold this many nodes, those that aliases repeat counted each time.
const MAX_NODES: usize = 200_000;

#[derive(Debug, Clone)]
pub(super) struct Yaml {
    /// The first is 1.
    pub(super) line: usize,
    /// In characters; the first is 1.
    pub(super) column: usize,
    pub(super) value: Value,
}

#[derive(Debug, Clone)]
pub(super) enum Value {
    Scalar {
        text: String,
        /// Neither quoted nor a block, so that it may be a number, a truth value or nothing.
        plain: bool,
    },
    Sequence(Vec<Yaml>),
    Mapping(Vec<(Yaml, Yaml)>),
}

impl Yaml {
    pub(super) const fn place(&self) -> Place {
        Place { line: self.line, column: self.column }
    }

    pub(super) fn error(&self, message: impl Into<String>, remedy: impl Into<String>) -> SuiteError {
        self.place().error(message, remedy)
    }

    /// Whether nothing is written there.
    pub(super) fn is_empty(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true } if is_null(text))
    }

    /// What it is, for people.
    pub(super) const fn kind(&self) -> &'static str {
        match self.value {
            Value::Scalar { .. } => "text",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }

    /// The text of a scalar, as it is written.
    pub(super) fn scalar(&self, what: &str) -> Result<&str, SuiteError> {
        match &self.value {
            Value::Scalar { text, plain: true } if is_null(text) => Err(self.error(
                format!("{what} has no value"),
                "write it behind the colon, in quotes where it begins with <#> or is <null>",
            )),
            Value::Scalar { text, .. } => Ok(text),
            _ => Err(self.error(
                format!("{what} must be text, not {}", self.kind()),
                "write one text, in quotes where it begins with <[> or <{>",
            )),
        }
    }

    pub(super) fn mapping(&self, what: &str) -> Result<&[(Self, Self)], SuiteError> {
        match &self.value {
            Value::Mapping(pairs) => Ok(pairs),
            _ if self.is_empty() => Err(self.error(format!("{what} has no value"), "write <key: value>")),
            _ => Err(self.error(format!("{what} must be a mapping, not {}", self.kind()), "write <key: value>")),
        }
    }

    pub(super) fn sequence(&self, what: &str) -> Result<&[Self], SuiteError> {
        match &self.value {
            Value::Sequence(items) => Ok(items),
            _ if self.is_empty() => {
                Err(self.error(format!("{what} has no value"), "write a list, each item behind <- >"))
            }
            _ => Err(self.error(format!("{what} must be a list, not {}", self.kind()), "write each item behind <- >")),
        }
    }

    /// The texts of a list, or the one text.
    pub(super) fn scalars(&self, what: &str) -> Result<Vec<&str>, SuiteError> {
        match &self.value {
            Value::Sequence(items) => items.iter().map(|item| item.scalar(what)).collect(),
            _ => Ok(vec![self.scalar(what)?]),
        }
    }
}

/// Whether a plain scalar means nothing (YAML 1.1, <https://yaml.org/type/null.html>).
pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// Reads the one document of a file. `None` when there is none, or an empty one.
pub(super) fn document(source: &str) -> Result<Option<Yaml>, SuiteError> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let mut builder = Builder::default();
    for event in Parser::new_from_str(source) {
        let (event, span) = event.map_err(|error| unreadable(source, *error.marker(), error.info()))?;
        builder.event(event, span.start)?;
    }
    Ok(builder.documents.pop().filter(|root| !root.is_empty()))
}

fn unreadable(source: &str, at: Marker, info: &str) -> SuiteError {
    let line = source.lines().nth(at.line().saturating_sub(1)).unwrap_or_default();
    let blank = line.len() - line.trim_start().len();
    let says = |words: &[&str]| words.iter().any(|word| info.contains(word));
    let remedy = if line.get(..blank).is_some_and(|indent| indent.contains('\t')) || says(&["tab cannot", "tabs "]) {
        "indent with spaces, not with tabs"
    } else if says(&[
        "quoted scalar, found unexpected end",
        "quoted scalar, found unexpected document",
        "in quoted scalar",
    ]) {
        "close the quote that is opened here with the same sign"
    } else if says(&["trailing content after"]) {
        "remove what stands behind the quote, or write a quote of the text as <\\\">, or as <''> between such"
    } else if says(&["indent", "block collection", "block mapping", "block sequence entries"]) {
        "indent the line as the others of its list or mapping, with spaces alone; each <- path:> of a host stands in one column, its keys in another"
    } else if says(&["flow sequence", "flow mapping"]) {
        "close the <[> or <{> and write a comma between the values; quote a text that holds such a sign"
    } else {
        "quote a text that holds <: >, < #> or begins with a sign such as <*>, <&>, <!>, <%>, <@>, <`> or <{>"
    };
    Place { line: at.line(), column: at.col() + 1 }.error(format!("this is no YAML: {info}"), remedy)
}

#[derive(Default)]
struct Builder {
    /// Collections under way, with their anchors.
    open: Vec<(usize, Yaml, Option<Yaml>)>,
    anchors: BTreeMap<usize, (Yaml, usize)>,
    documents: Vec<Yaml>,
    nodes: usize,
}

impl Builder {
    fn event(&mut self, event: Event<'_>, at: Marker) -> Result<(), SuiteError> {
        let node = |value| Yaml { line: at.line(), column: at.col() + 1, value };
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let typed =
                    tag.as_deref().is_some_and(|tag| matches!(tag.suffix.as_str(), "int" | "float" | "bool" | "null"));
                let plain = (style == ScalarStyle::Plain || typed) && !is_string(tag.as_deref());
                self.add(node(Value::Scalar { text: text.into_owned(), plain }), anchor)
            }
            Event::SequenceStart(anchor, _) => self.begin(anchor, node(Value::Sequence(Vec::new()))),
            Event::MappingStart(anchor, _) => self.begin(anchor, node(Value::Mapping(Vec::new()))),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some((anchor, yaml, _)) => self.add(merged(yaml)?, anchor),
                None => Ok(()),
            },
            Event::Alias(anchor) => {
                let here = node(Value::Sequence(Vec::new()));
                let Some((copy, nodes)) = self.anchors.get(&anchor).cloned() else {
                    return Err(here
                        .error("this alias names nothing before it", "write its anchor, such as <&name>, further up"));
                };
                self.nodes += nodes;
                self.add(Yaml { line: here.line, column: here.column, value: copy.value }, 0)
            }
            Event::DocumentStart(_) if !self.documents.is_empty() => {
                Err(node(Value::Sequence(Vec::new())).error("a suite file is one document", "remove this <--->"))
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, anchor: usize, yaml: Yaml) -> Result<(), SuiteError> {
        if self.open.len() >= MAX_DEPTH {
            return Err(yaml.error(format!("this is nested more than {MAX_DEPTH} levels deep"), "write it flatter"));
        }
        self.open.push((anchor, yaml, None));
        Ok(())
    }

    fn add(&mut self, yaml: Yaml, anchor: usize) -> Result<(), SuiteError> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(
                yaml.error(format!("the file holds more than {MAX_NODES} values"), "split it into several files")
            );
        }
        if anchor > 0 {
            let size = size(&yaml);
            // Copies of copies grow without bound; none is kept that could not be used once more.
            self.nodes += size;
            self.anchors.insert(anchor, (yaml.clone(), size));
        }
        match self.open.last_mut() {
            None => self.documents.push(yaml),
            Some((_, Yaml { value: Value::Sequence(items), .. }, _)) => items.push(yaml),
            Some((_, Yaml { value: Value::Mapping(pairs), .. }, key)) => match key.take() {
                None => *key = Some(yaml),
                Some(key) => pairs.push((key, yaml)),
            },
            Some(_) => {}
        }
        Ok(())
    }
}

/// The mapping with what its keys `<<` name put in (<https://yaml.org/type/merge.html>): what it says itself counts.
fn merged(mut yaml: Yaml) -> Result<Yaml, SuiteError> {
    let is_merge = |key: &Yaml| matches!(&key.value, Value::Scalar { text, plain: true } if text == "<<");
    let Value::Mapping(pairs) = &mut yaml.value else { return Ok(yaml) };
    if !pairs.iter().any(|(key, _)| is_merge(key)) {
        return Ok(yaml);
    }
    let (merges, mut own): (Vec<_>, Vec<_>) = std::mem::take(pairs).into_iter().partition(|(key, _)| is_merge(key));
    for (_, value) in merges {
        let place = value.place();
        let several = match value.value {
            Value::Sequence(items) => items,
            other => vec![Yaml { line: place.line, column: place.column, value: other }],
        };
        for one in several {
            let Value::Mapping(pairs) = one.value else {
                return Err(
                    place.error("<<<> takes a mapping, or a list of them", "name the anchor of one, such as <*name>")
                );
            };
            for (key, value) in pairs {
                let text = |key: &Yaml| key.scalar("").map(str::to_owned).ok();
                if text(&key).is_none() || !own.iter().any(|(known, _)| text(known) == text(&key)) {
                    own.push((key, value));
                }
            }
        }
    }
    *pairs = own;
    Ok(yaml)
}

fn is_string(tag: Option<&Tag>) -> bool {
    tag.is_some_and(|tag| tag.suffix == "str" || tag.handle == "!" && tag.suffix.is_empty())
}

/// Nesting is bounded by the builder, so that this may call itself.
fn size(yaml: &Yaml) -> usize {
    1 + match &yaml.value {
        Value::Scalar { .. } => 0,
        Value::Sequence(items) => items.iter().map(size).sum(),
        Value::Mapping(pairs) => pairs.iter().map(|(key, value)| size(key) + size(value)).sum(),
    }
}

/// `text` as a double-quoted scalar that every YAML reader reads back letter for letter.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(letter),
            _ if is_printable(letter) => out.push(letter),
            _ => {
                let (mark, digits) = match u32::from(letter) {
                    0..=0xff => ('x', 2),
                    0x100..=0xffff => ('u', 4),
                    _ => ('U', 8),
                };
                let code = format!("{:0digits$X}", u32::from(letter));
                out.extend(['\\', mark]);
                out.push_str(&code);
            }
        }
    }
    out.push('"');
    out
}

/// Whether a letter may stand in YAML unescaped (YAML 1.1, section 4.1), and is no line break of its own there.
pub(super) fn is_printable(letter: char) -> bool {
    match letter {
        ' '..='~' | '\u{10000}'..='\u{10ffff}' => true,
        '\u{a0}'..='\u{d7ff}' => !matches!(letter, '\u{2028}' | '\u{2029}'),
        '\u{e000}'..='\u{fffd}' => letter != '\u{feff}',
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Value, document, quoted};

    #[test]
    fn repeated_keys_are_all_kept_with_their_places() {
        let root = document("a: 1\nb:\n  - x\na: 'two'\n").unwrap().unwrap();
        let pairs = root.mapping("root").unwrap();
        let seen: Vec<(String, usize, usize)> =
            pairs.iter().map(|(key, _)| (key.scalar("key").unwrap().to_owned(), key.line, key.column)).collect();
        assert_eq!(seen, [("a".into(), 1, 1), ("b".into(), 2, 1), ("a".into(), 4, 1)]);
    }

    #[test]
    fn every_letter_survives_quoting() {
        let all: String = (0..=0x3000)
            .chain(0xd700..0xd800)
            .chain(0xe000..0xe100)
            .chain(0xfe00..0x10100)
            .filter_map(char::from_u32)
            .collect();
        for text in [all.as_str(), "", " ", "- a: b # c", "yes", "\u{1f600}\u{10ffff}", "a\r\nb\tc", "\\x"] {
            let root = document(&quoted(text)).unwrap().unwrap();
            assert!(matches!(root.value, Value::Scalar { text: read, plain: false } if read == text));
        }
    }

    #[test]
    fn aliases_repeat_and_do_not_explode() {
        let root = document("a: &x {k: v}\nb: *x\n").unwrap().unwrap();
        assert_eq!(root.mapping("root").unwrap()[1].1.mapping("b").unwrap()[0].1.scalar("k").unwrap(), "v");
        let line = |level| format!("a{level}: &a{level} [*a{0}, *a{0}]\n", level - 1);
        let bomb: Vec<String> = std::iter::once("a0: &a0 [x, x]\n".into()).chain((1..40).map(line)).collect();
        assert!(document(&bomb.concat()).unwrap_err().message.contains("more than 200000 values"));
        assert!(document(&"[".repeat(200)).unwrap_err().message.contains("nested"));
    }

    #[test]
    fn a_merge_key_puts_in_what_a_mapping_does_not_say_itself() {
        let root =
            document("a: &a {k: 1, l: 2}\nb: {l: 3, <<: *a}\nc: {<<: [*a, {m: 4, l: 5}], '<<': 6}\n").unwrap().unwrap();
        let said = |nth: usize| -> Vec<String> {
            let pairs = root.mapping("").unwrap()[nth].1.mapping("").unwrap().iter();
            pairs.map(|(key, value)| format!("{} {}", key.scalar("").unwrap(), value.scalar("").unwrap())).collect()
        };
        assert_eq!(said(1), ["l 3", "k 1"]);
        assert_eq!(said(2), ["<< 6", "k 1", "l 2", "m 4"]);
        let error = document("b: {<<: x}\n").unwrap_err();
        assert_eq!(
            (error.line, error.column, error.message.as_str()),
            (1, 9, "<<<> takes a mapping, or a list of them")
        );
    }

    #[test]
    fn what_is_no_yaml_says_what_to_do() {
        for (yaml, remedy) in [
            ("a:\n  - b: 1\n c: 2\n", "indent the line as the others"),
            ("a: 'b\nc: 1\n", "close the quote"),
            ("a: \"b\n", "close the quote"),
            ("a: \"b\" c\n", "remove what stands behind the quote"),
            ("a: [b}\n", "close the <[>"),
            ("a: b: c\n", "quote a text that holds <: >"),
        ] {
            let error = document(yaml).unwrap_err();
            assert!(error.remedy.contains(remedy), "{yaml}: {error}");
        }
    }

    #[test]
    fn what_is_no_yaml_says_where() {
        let error = document("a:\n\t- b\n").unwrap_err();
        assert_eq!(error.line, 2);
        assert!(error.remedy.contains("indent with spaces"), "{error}");
        let error = document("a: 'b\n").unwrap_err();
        assert!(error.message.starts_with("this is no YAML"), "{error}");
        assert!(document("a: 1\n---\nb: 2\n").unwrap_err().message.contains("one document"));
        assert!(document("# nothing\n").unwrap().is_none());
    }
}
