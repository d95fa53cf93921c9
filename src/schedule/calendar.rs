// SPDX-License-Identifier: GPL-2.0-or-later
//! A calendar page read into windows.
//!
//! Reads both forms of a card: `{{Deployment calendar event card}}`, and the older
//! `{{#invoke:Deployment schedule|row}}` (both made by `make-deployment-calendar`, repository
//! `mediawiki/tools/release`).

use super::entry::{Entries, Lines, entries};
use super::markup::{Call, Kind, Node, Param, normal_name, plain, slice};
use super::token::nicks;
use super::wikitext;
use super::{Schedule, Unread, Window, clock};
use jiff::SignedDuration;
use thiserror::Error;

/// The parameters of a card.
const PARAMS: [&str; 5] = ["when", "length", "window", "who", "what"];

/// Why a page is no calendar.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CalendarError {
    /// No window was found.
    #[error("the page holds no deployment calendar: it has no event card")]
    NoWindow,
    /// There are cards, and none of them says when it is.
    #[error("no event card of the page has a time that can be read; line {line}: {reason}")]
    NoTime {
        /// Line of the first card; the first is 1.
        line: u32,
        /// What is wrong with it.
        reason: String,
    },
}

/// Reads a calendar page.
///
/// A card whose time cannot be read, and every patch in it, is kept among the unread entries of the window before it
/// (of the first one, where it comes before all).
///
/// # Errors
/// When the page holds no window at all.
pub fn parse(wikitext: &str) -> Result<Schedule, CalendarError> {
    let document = wikitext::parse(wikitext);
    let mut reader = Reader { source: wikitext, lines: Lines::of(wikitext), windows: Vec::new(), early: Vec::new() };
    reader.walk(&document.nodes);
    let Reader { mut windows, early, .. } = reader;
    match windows.first_mut() {
        Some(first) => first.unread.splice(0..0, early).for_each(drop),
        None => {
            return Err(early.into_iter().next().map_or(CalendarError::NoWindow, |unread| CalendarError::NoTime {
                line: unread.source_line,
                reason: unread.reason,
            }));
        }
    }
    Ok(Schedule { windows })
}

struct Reader<'a> {
    source: &'a str,
    lines: Lines,
    windows: Vec<Window>,
    /// Cards before the first window that could not be read.
    early: Vec<Unread>,
}

impl<'a> Reader<'a> {
    /// Nesting is bounded by the parser, so that this may call itself.
    fn walk(&mut self, nodes: &'a [Node]) {
        for (index, node) in nodes.iter().enumerate() {
            let (Kind::Template(call) | Kind::Function(call)) = &node.kind else { continue };
            if self.is_card(call) {
                let after = nodes.get(index + 1..).unwrap_or_default();
                self.card(node, call, self.strays(after));
            } else {
                call.params.iter().for_each(|param| self.walk(&param.value));
            }
        }
    }

    fn is_card(&self, call: &Call) -> bool {
        match call.name.as_str() {
            "deployment calendar event card" => true,
            "#invoke:deployment schedule" => {
                call.first().is_some_and(|first| normal_name(&plain(self.source, &first.value)) == "row")
            }
            _ => false,
        }
    }

    /// What stands between a card and the next card or heading. A brace too many closes a card early, and what
    /// follows is still meant to be in it.
    fn strays(&self, after: &'a [Node]) -> &'a [Node] {
        let end = after.iter().position(|node| match &node.kind {
            Kind::Text => {
                slice(self.source, node.start, node.end).split('\n').skip(1).any(|line| line.starts_with("=="))
            }
            Kind::Template(call) | Kind::Function(call) => self.is_card(call),
            _ => false,
        });
        after.get(..end.unwrap_or(after.len())).unwrap_or_default()
    }

    fn card(&mut self, node: &Node, call: &'a Call, strays: &'a [Node]) {
        let text = |name: &str| call.named(name).map(|param| plain(self.source, &param.value)).unwrap_or_default();
        let (when, hours) = (text("when"), text("length"));
        let (name, is_backport) = call.named("window").map(|param| self.title(&param.value)).unwrap_or_default();
        let deployers = call.named("who").map(|param| nicks(self.source, &param.value)).unwrap_or_default();
        let gaps = Self::gaps(call);
        let pieces =
            in_what(call).zip(&gaps).flat_map(|(param, gap)| [gap.as_slice(), param.value.as_slice()]).chain([strays]);
        let Entries { patches, mut unread } = entries(self.source, &self.lines, pieces, is_backport);
        let source_line = self.lines.line(node.start);
        let unread_card = |reason: String| Unread {
            text: slice(self.source, node.start, node.end).chars().take(120).collect(),
            reason,
            source_line,
        };
        let Some(start) = clock::moment(&when) else {
            let kept = match self.windows.last_mut() {
                Some(window) => &mut window.unread,
                None => &mut self.early,
            };
            kept.push(unread_card(format!("when=<{when}> is not a time such as <2026-08-24 06:00 SF>")));
            kept.extend(patches.into_iter().map(|patch| Unread {
                text: format!("{} {}", patch.gerrit, patch.title),
                reason: "the time of its window cannot be read".into(),
                source_line: patch.source_line,
            }));
            kept.append(&mut unread);
            return;
        };
        let length = clock::length(&hours).unwrap_or_else(|| {
            unread.insert(0, unread_card(format!("length=<{hours}> is not a number of hours; one hour is assumed")));
            SignedDuration::from_hours(1)
        });
        let end = start.checked_add(length).unwrap_or(start);
        self.windows.push(Window { name, start, end, deployers, is_backport, patches, unread });
    }

    /// A window's name, up to the first line break or small print, and whether it is a backport window.
    fn title(&self, nodes: &[Node]) -> (String, bool) {
        let end = nodes.iter().position(|node| match &node.kind {
            Kind::Tag(tag) => tag.name == "br" || tag.name == "small",
            _ => false,
        });
        let first = nodes.get(..end.unwrap_or(nodes.len())).unwrap_or_default();
        let name = plain(self.source, first);
        let linked = first.iter().any(|node| match &node.kind {
            Kind::Wikilink(parts) => {
                let target = parts.first().map(|part| normal_name(&plain(self.source, part))).unwrap_or_default();
                let page = target.split('#').next().unwrap_or_default().trim();
                matches!(page, "backport windows" | "swat deploys" | "swat")
            }
            _ => false,
        });
        let named = name.to_lowercase();
        let named =
            named.contains("backport") || named.split(|c: char| !c.is_alphanumeric()).any(|word| word == "swat");
        (name, linked || named)
    }

    /// For each parameter of `what`, the text from its bar to its value; for `what` itself there is none.
    fn gaps(call: &Call) -> Vec<Option<Node>> {
        let gap =
            |param: &Param| Node { start: param.start.saturating_sub(1), end: param.value_start, kind: Kind::Text };
        in_what(call).map(|param| (!is_known(param.name.as_deref())).then(|| gap(param))).collect()
    }
}

/// The parameters that make up `what`: itself, and whatever a stray bar made a parameter of its own.
fn in_what(call: &Call) -> impl Iterator<Item = &Param> {
    let row = usize::from(call.name.starts_with('#'));
    let ours = |name: Option<&str>| name == Some("what") || !is_known(name);
    call.params.iter().skip(row).filter(move |param| ours(param.name.as_deref()))
}

fn is_known(name: Option<&str>) -> bool {
    name.is_some_and(|name| PARAMS.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::schedule::work;

    #[test]
    fn work_grows_with_the_length_and_nothing_else() {
        let card =
            "{{Deployment calendar event card|when=2026-08-24 06:00 SF|length=1|window=[[Backport windows|A]]|what=";
        let units = [
            "{{",
            "[[",
            "<!--",
            "{{deploy|",
            "'''",
            "<nowiki>",
            "|",
            "\n",
            "&",
            "* x\n",
            "{{gerrit|1330001}} ",
            "{{ircnick|a}} ",
            "{{deploy|gerrit=1330001|title=a}}",
            "{{x|{{ircnick|a}}",
            "https://gerrit.wikimedia.org/r/1330001 ",
            "<s>",
            "</s>",
            "{{s|{{s|",
            "{{deploy|gerrit=",
            "[https://e.org/x ",
            "}}",
            "\n==",
            card,
        ];
        for before in ["", card] {
            for unit in units {
                let steps = |length: usize| {
                    let page = before.to_owned() + &unit.repeat(length / unit.len());
                    work::count(|| drop(parse(&page)))
                };
                let (half, whole) = (steps(10_000), steps(20_000));
                assert!(whole <= half * 5 / 2, "{before}{unit}: {half} steps grew to {whole}");
                assert!(whole <= 20_000 * 40, "{before}{unit}: {whole} steps");
            }
        }
    }

    #[test]
    fn a_megabyte_of_marks_takes_some_steps_a_byte() {
        for unit in ["{{", "[[", "<!--", "{{deploy|", "'''", "<nowiki>", "|"] {
            let page = unit.repeat(1_000_000 / unit.len());
            let steps = work::count(|| drop(parse(&page)));
            assert!(steps <= 40_000_000, "{unit}: {steps} steps");
        }
    }
}
