// SPDX-License-Identifier: GPL-2.0-or-later
//! Sets of letters as Python's `re` understands them for texts: what `\w`, `\d` and `\s` are, and which letters are one
//! where case does not matter (<https://docs.python.org/3/library/re.html>).
//!
//! Must not know how an expression is written.

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

/// Letters that are one beside their lower case, each group by the case of its capitals (`_EXTRA_CASES` of `CPython`'s
/// `Lib/re/_casefix.py`).
const TWINS: [&str; 24] = [
    "iı",
    "sſ",
    "µμ",
    "\u{345}ι\u{1fbe}",
    "\u{390}\u{1fd3}",
    "\u{3b0}\u{1fe3}",
    "βϐ",
    "εϵ",
    "θϑ",
    "κϰ",
    "πϖ",
    "ρϱ",
    "ςσ",
    "φϕ",
    "в\u{1c80}",
    "д\u{1c81}",
    "о\u{1c82}",
    "с\u{1c83}",
    "т\u{1c84}\u{1c85}",
    "ъ\u{1c86}",
    "ѣ\u{1c87}",
    "\u{1c88}ꙋ",
    "\u{1e61}\u{1e9b}",
    "\u{fb05}\u{fb06}",
];

/// No letter from here on has another case.
const CASELESS_FROM: u32 = 0x1_e944;

/// Whether case matters, and to which letters it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// It matters.
    Kept,
    /// It does not, among the letters of ASCII.
    OfAscii,
    /// It does not.
    OfAll,
}

/// A kind of letters that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `\d`.
    Digit,
    /// `\s`.
    Space,
    /// `\w`.
    Word,
}

/// A part of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    /// From one letter to another, both included. Half of a pair of surrogates stands in no text.
    Range(u32, u32),
    /// A kind, or all that is not of it; of ASCII alone or of all scripts.
    Kind { kind: Kind, negated: bool, ascii: bool },
}

/// A set of letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Letters {
    negated: bool,
    /// How a letter is changed before it is looked for.
    case: Case,
    /// Sorted, and apart from each other.
    ranges: Vec<(u32, u32)>,
    kinds: Vec<(Kind, bool, bool)>,
}

impl Letters {
    /// The set of these parts, or all that is not in it.
    pub(super) fn new(items: &[Item], negated: bool, case: Case) -> Self {
        let mut set = Self { negated, case: Case::Kept, ranges: Vec::new(), kinds: Vec::new() };
        for item in items {
            match *item {
                Item::Kind { kind, negated, ascii } => set.kinds.push((kind, negated, ascii)),
                Item::Range(from, to) if case == Case::Kept => set.ranges.push((from, to)),
                Item::Range(from, to) => set.lowered(from, to, case),
            }
        }
        set.ranges.sort_unstable();
        set.ranges.dedup_by(|later, earlier| {
            let joined = later.0 <= earlier.1.saturating_add(1);
            if joined {
                earlier.1 = earlier.1.max(later.1);
            }
            joined
        });
        set
    }

    /// Adds a range by its letters' lower case, and what is one with that.
    fn lowered(&mut self, from: u32, to: u32, case: Case) {
        // Those without case stay as they are, in one piece each.
        let mut plain = from;
        for code in from..=to.min(CASELESS_FROM - 1) {
            let Some(letter) = char::from_u32(code).filter(|letter| has_case(*letter, case)) else { continue };
            self.case = case;
            self.ranges.extend((plain < code).then(|| (plain, code - 1)));
            plain = code + 1;
            let lower = lower(letter, case);
            self.ranges.push((lower.into(), lower.into()));
            if case == Case::OfAll {
                self.ranges.extend(twins(lower).map(|twin| (twin.into(), twin.into())));
            }
        }
        self.ranges.extend((plain <= to).then_some((plain, to)));
    }

    pub(super) fn contains(&self, letter: char) -> bool {
        let letter = lower(letter, self.case);
        let code = u32::from(letter);
        let found = match self.ranges.as_slice() {
            [(from, to)] => (*from..=*to).contains(&code),
            ranges => {
                let next = ranges.partition_point(|(from, _)| *from <= code);
                next.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|(_, to)| code <= *to)
            }
        };
        let is_of_kind = |(kind, negated, ascii): &(Kind, bool, bool)| kind.has(letter, *ascii) != *negated;
        (found || self.kinds.iter().any(is_of_kind)) != self.negated
    }
}

impl Kind {
    /// Whether a letter is of this kind, among those of ASCII or of all scripts.
    pub(super) fn has(self, letter: char, ascii: bool) -> bool {
        if ascii || letter.is_ascii() {
            return match self {
                Self::Digit => letter.is_ascii_digit(),
                Self::Word => letter.is_ascii_alphanumeric() || letter == '_',
                // The separators of ASCII are blanks among the letters of all scripts alone.
                Self::Space => matches!(letter, '\t'..='\r' | ' ') || (!ascii && matches!(letter, '\u{1c}'..='\u{1f}')),
            };
        }
        match self {
            Self::Space => letter.is_whitespace(),
            Self::Digit => category(letter) == GeneralCategory::DecimalNumber,
            Self::Word => {
                let group = GeneralCategoryGroup::Letter.union(GeneralCategoryGroup::Number);
                group.contains(category(letter))
            }
        }
    }
}

fn category(letter: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(letter)
}

/// The lower case of a letter; of one that becomes several, the first.
fn lower(letter: char, case: Case) -> char {
    match case {
        Case::Kept => letter,
        _ if letter.is_ascii() => letter.to_ascii_lowercase(),
        Case::OfAscii => letter,
        Case::OfAll => letter.to_lowercase().next().unwrap_or(letter),
    }
}

fn has_case(letter: char, case: Case) -> bool {
    match case {
        Case::Kept => false,
        Case::OfAscii => letter.is_ascii_alphabetic(),
        Case::OfAll if letter.is_ascii() => letter.is_ascii_alphabetic(),
        Case::OfAll => {
            lower(letter, case) != letter || letter.to_uppercase().next().is_some_and(|upper| upper != letter)
        }
    }
}

fn twins(lower: char) -> impl Iterator<Item = char> {
    let group = TWINS.into_iter().find(|group| group.contains(lower));
    group.into_iter().flat_map(str::chars)
}
