// SPDX-License-Identifier: GPL-2.0-or-later
//! The entries of a card: whose patches they are, and which they are.
//!
//! People write these lines by hand. A nick at the beginning of a line heads the patches that follow it; one in the
//! middle of a sentence does not. What looks like a patch and cannot be read is kept.

use super::markup::{Call, Kind, Node, plain, slice, tidy};
use super::token::{Mention, Person, Placed, Token, number_in, tokens};
use super::{Nick, Patch, PatchKind, Unread};
use crate::change::{change_number, change_project};

/// More nicks than this over one patch are not kept.
const MAX_NICKS: usize = 16;

/// More letters than this of a title or an unread entry are not kept.
const MAX_TEXT: usize = 300;

/// Offsets of the lines of a page.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(source: &str) -> Self {
        Self(source.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect())
    }

    /// The line of an offset; the first is 1.
    pub(super) fn line(&self, at: usize) -> u32 {
        u32::try_from(self.0.partition_point(|end| *end < at) + 1).unwrap_or(u32::MAX)
    }
}

/// The entries of one card.
#[derive(Default)]
pub(super) struct Entries {
    pub(super) patches: Vec<Patch>,
    pub(super) unread: Vec<Unread>,
}

/// Reads a card's `what`, given in pieces. In a backport window every bullet is expected to name a change.
pub(super) fn entries<'a>(
    source: &'a str,
    lines: &Lines,
    pieces: impl IntoIterator<Item = &'a [Node]>,
    is_backport: bool,
) -> Entries {
    let tokens = tokens(source, pieces);
    let mut reader =
        Reader { source, lines, is_backport, heads: Vec::new(), placeholder: false, entries: Entries::default() };
    tokens.split(|placed| matches!(placed.token, Token::LineEnd)).for_each(|line| reader.line(line));
    reader.entries
}

struct Reader<'a> {
    source: &'a str,
    lines: &'a Lines,
    is_backport: bool,
    /// Whose patches follow.
    heads: Vec<Nick>,
    /// Whether it is the unfilled slot that stands over what follows.
    placeholder: bool,
    entries: Entries,
}

/// What is known of the line under way.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the line")]
#[derive(Default)]
struct Line {
    /// List markers at its beginning.
    markers: usize,
    /// Words before the first patch, without markers and prefix.
    before: String,
    /// What a prefix such as `[config]` says.
    kind: Option<PatchKind>,
    /// Words since the beginning or the last patch.
    after: String,
    /// Whether those are more than separators.
    spoken: bool,
    /// Whether the last token was a nick that heads what follows.
    heading: bool,
    /// Whether there was any nick.
    nick: bool,
    /// Patches of this line whose title is what follows them.
    untitled: Vec<usize>,
    /// Patches and unread entries of this line.
    found: usize,
    /// Whether a call in it was not closed.
    broken: bool,
}

impl Reader<'_> {
    fn line(&mut self, tokens: &[Placed<'_>]) {
        let mut line = Line { broken: self.unclosed(tokens), ..Line::default() };
        line.found += usize::from(line.broken);
        for (index, placed) in tokens.iter().enumerate() {
            match &placed.token {
                Token::Words { text, .. } => self.words(&mut line, index == 0, text, placed),
                Token::Nick(person) => {
                    let rest = tokens.get(index + 1..).unwrap_or_default();
                    self.nick(&mut line, person, rest);
                }
                Token::Deploy(call) => self.deploy(&mut line, call, placed),
                Token::Change(mention) => self.mention(&mut line, mention, placed),
                Token::LineEnd => {}
            }
        }
        self.entitle(&mut line);
        self.bullet_without_change(&line, tokens);
    }

    fn unread(&mut self, text: &str, at: usize, reason: impl Into<String>) {
        let text = cut(text.trim());
        self.entries.unread.push(Unread { text, reason: reason.into(), source_line: self.lines.line(at) });
    }

    /// Keeps a line in which a call was begun and never closed; whether it is one.
    fn unclosed(&mut self, tokens: &[Placed<'_>]) -> bool {
        for placed in tokens {
            let Token::Words { text, wikitext: true } = &placed.token else { continue };
            let text = text.to_ascii_lowercase();
            let begun = ["{{deploy", "{{gerrit", "{{ircnick"].into_iter().find(|name| text.contains(name));
            let Some(name) = begun else { continue };
            if name == "{{ircnick" {
                // Whoever it was, what follows is not the patch of the one before.
                self.heads.clear();
                self.placeholder = false;
            }
            let whole = slice(self.source, placed.start, placed.end);
            self.unread(whole, placed.start, format!("{name} is not closed with }}}}"));
            return true;
        }
        false
    }

    fn words(&mut self, line: &mut Line, first: bool, text: &str, placed: &Placed<'_>) {
        let mut text = text;
        if first {
            let rest = text.trim_start_matches(['*', '#', ':', ';', ' ', '\t']);
            line.markers = text.len()
                - rest.len()
                - text.bytes().take(text.len() - rest.len()).filter(u8::is_ascii_whitespace).count();
            text = rest;
        }
        if line.found == 0 && line.before.is_empty() && line.kind.is_none() {
            if let Some((kind, rest)) = prefix(text) {
                line.kind = Some(kind);
                text = rest;
            }
            let number =
                text.split_whitespace().next().filter(|word| (6..=8).contains(&word.len())).and_then(change_number);
            if let (Some(number), 1, false) = (number, line.markers, line.nick) {
                self.patch(line, number, PatchKind::Unstated, placed);
                text = text.trim_start().split_once(char::is_whitespace).map_or("", |(_, rest)| rest);
            }
        }
        line.spoken |= is_spoken(text);
        line.heading &= !line.spoken;
        if line.found == 0 && !(line.before.is_empty() && text.trim().is_empty()) {
            line.before.push_str(text);
        }
        line.after.push_str(text);
    }

    fn nick(&mut self, line: &mut Line, person: &Person, rest: &[Placed<'_>]) {
        line.nick = true;
        if line.spoken || (line.found > 0 && !line.heading && !leads_to_patch(rest)) {
            line.heading = false;
            line.spoken = true;
            return;
        }
        self.entitle(line);
        if !line.heading {
            self.heads.clear();
            self.placeholder = false;
        }
        line.heading = true;
        match person {
            Person::Nick(nick) if !self.heads.contains(nick) && self.heads.len() < MAX_NICKS => {
                self.heads.push(nick.clone());
            }
            Person::Placeholder => self.placeholder = true,
            Person::Nick(_) | Person::Nobody => {}
        }
    }

    fn deploy(&mut self, line: &mut Line, call: &Call, placed: &Placed<'_>) {
        self.entitle(line);
        line.untitled.clear();
        let field = |name: &str| call.named(name).map(|param| plain(self.source, &param.value)).unwrap_or_default();
        let (gerrit, kind, title, status) = (field("gerrit"), field("type"), field("title"), field("status"));
        if gerrit.is_empty() && kind.is_empty() && title.is_empty() {
            // The empty template, as the help page gives it to copy.
            return;
        }
        let url = call.named("gerrit").and_then(|param| linked(self.source, &param.value));
        let number = number_in(&gerrit).or_else(|| url.and_then(change_number));
        let whole = slice(self.source, placed.start, placed.end);
        match number {
            Some(number) => {
                let project = change_project(&gerrit).or_else(|| url.and_then(change_project));
                let kind = match branch(&kind) {
                    PatchKind::Unstated => kind_of(project.as_deref()),
                    stated => stated,
                };
                self.patch(line, number, kind, placed);
                line.untitled.clear();
                if let Some(patch) = self.entries.patches.last_mut() {
                    patch.title = cut(&title);
                    patch.status = cut(&status);
                }
            }
            None if gerrit.is_empty() => {
                line.found += 1;
                self.unread(whole, placed.start, "it has no gerrit= number");
            }
            None => {
                line.found += 1;
                self.unread(
                    whole,
                    placed.start,
                    format!("gerrit=<{}> names no change on gerrit.wikimedia.org", cut(&gerrit)),
                );
            }
        }
        line.spoken = false;
        line.heading = false;
        line.after.clear();
    }

    fn mention(&mut self, line: &mut Line, mention: &Mention, placed: &Placed<'_>) {
        let shown = slice(self.source, placed.start, placed.end);
        if line.broken || (line.found > 0 && line.spoken) {
            // A title or a remark that names another change.
            let number = mention.number.map(|number| number.to_string()).unwrap_or_default();
            line.after.push_str(if mention.label.is_empty() { &number } else { &mention.label });
            return;
        }
        if line.spoken && line.markers != 1 {
            line.found += 1;
            self.unread(
                shown,
                placed.start,
                "a Gerrit change within a sentence; only one that begins its line is scheduled",
            );
            return;
        }
        let Some(number) = mention.number else {
            line.found += 1;
            self.unread(shown, placed.start, "it names no change on gerrit.wikimedia.org");
            return;
        };
        // The same change twice in a row is one link and its text.
        let row = line.untitled.len().min(MAX_NICKS);
        if self.entries.patches.iter().rev().take(row).any(|patch| patch.gerrit == number) {
            return;
        }
        let kind = line.kind.clone().unwrap_or_else(|| kind_of(mention.project.as_deref()));
        self.patch(line, number, kind, placed);
        if let Some(patch) = self.entries.patches.last_mut() {
            patch.title = cut(&mention.label);
        }
        line.after.clear();
    }

    fn patch(&mut self, line: &mut Line, gerrit: u64, kind: PatchKind, placed: &Placed<'_>) {
        let kind = if kind == PatchKind::Unstated { line.kind.clone().unwrap_or(kind) } else { kind };
        line.untitled.push(self.entries.patches.len());
        line.found += 1;
        line.spoken = false;
        line.heading = false;
        line.after.clear();
        self.entries.patches.push(Patch {
            gerrit,
            kind,
            title: String::new(),
            status: String::new(),
            nicks: self.heads.clone(),
            struck: placed.struck,
            placeholder: self.placeholder && self.heads.is_empty(),
            source_line: self.lines.line(placed.start),
        });
    }

    /// Gives the patches of this line that have no title the words around them.
    fn entitle(&mut self, line: &mut Line) {
        if line.untitled.is_empty() {
            return;
        }
        let after = title_of(&line.after);
        let title = if after.is_empty() { title_of(&line.before) } else { after };
        for index in line.untitled.drain(..) {
            if let Some(patch) = self.entries.patches.get_mut(index).filter(|patch| patch.title.is_empty()) {
                patch.title.clone_from(&title);
            }
        }
    }

    /// Somebody wrote a bullet into a backport window, and it names no change.
    fn bullet_without_change(&mut self, line: &Line, tokens: &[Placed<'_>]) {
        let expected = self.is_backport && line.markers == 1 && line.found == 0 && !line.nick && !self.placeholder;
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return };
        let text = tidy(&line.before);
        let slot = text.get(.."gerrit link".len()).is_some_and(|head| head.eq_ignore_ascii_case("gerrit link"));
        if expected && line.spoken && !slot && !first.struck && !last.struck {
            let whole = slice(self.source, first.start, last.end).to_owned();
            self.unread(&whole, first.start, "it names no Gerrit change");
        }
    }
}

/// The URL of a parameter that is one link with a text of its own.
fn linked<'a>(source: &'a str, nodes: &[Node]) -> Option<&'a str> {
    nodes.iter().find_map(|node| match &node.kind {
        Kind::ExternalLink { url, .. } => Some(slice(source, url.start, url.end)),
        _ => None,
    })
}

/// Whether a patch follows at once, with at most separators and nicks before it.
fn leads_to_patch(tokens: &[Placed<'_>]) -> bool {
    tokens
        .iter()
        .take(2 * MAX_NICKS)
        .find(|placed| match &placed.token {
            Token::Words { text, .. } => is_spoken(text),
            Token::Nick(_) => false,
            _ => true,
        })
        .is_some_and(|placed| matches!(placed.token, Token::Deploy(_) | Token::Change(_)))
}

/// Whether `text` is more than what people put between nicks and between patches.
fn is_spoken(text: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric())
        .any(|word| !word.is_empty() && !word.eq_ignore_ascii_case("and"))
}

/// A prefix in brackets that says what is patched, and what follows it.
fn prefix(text: &str) -> Option<(PatchKind, &str)> {
    let (inner, rest) = text.trim_start().strip_prefix('[')?.split_once(']')?;
    match branch(inner) {
        PatchKind::Branch(version) if !is_version(&version) => None,
        PatchKind::Unstated => None,
        kind => Some((kind, rest)),
    }
}

fn is_version(text: &str) -> bool {
    text.contains("wmf")
        && text.starts_with(|letter: char| letter.is_ascii_digit())
        && !text.contains(char::is_whitespace)
}

/// A type as the calendar gives it, without the spellings of branch and directory.
fn branch(text: &str) -> PatchKind {
    let text = text.trim();
    let version = text.strip_prefix("wmf/").or_else(|| text.strip_prefix("php-")).unwrap_or(text);
    PatchKind::from(cut(version))
}

fn kind_of(project: Option<&str>) -> PatchKind {
    if project == Some("operations/mediawiki-config") { PatchKind::Config } else { PatchKind::Unstated }
}

fn title_of(words: &str) -> String {
    let text = tidy(words);
    cut(text.trim_matches([' ', ':', '-', '–', '—', ',', ';', '|', '/']))
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}
