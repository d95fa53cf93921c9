// SPDX-License-Identifier: GPL-2.0-or-later
//! The lines in which two texts differ, with a few around them, bounded in number and length.
//!
//! Must not take long over texts that have nothing in common: the algorithm gives up looking for the smallest difference.

use imara_diff::{Algorithm, Diff, InternedInput};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Lines kept in all, those around included.
const KEPT: usize = 60;
/// Lines that are the same, shown before and behind.
const AROUND: usize = 2;
/// Letters of a line.
const WIDTH: usize = 200;
/// Letters before the first place that differs, in a line that is cut.
const LEAD: usize = 60;
/// Lines of a side that are compared one by one, those apart with which both begin or end. In longer texts that are made
/// of few lines, each many times, the search takes minutes; there everything between counts as changed.
const SEARCHED: usize = 5_000;
/// Of longer texts at least one line in so many must stand for itself.
const REPEATED: usize = 4;
/// Marks where a line was cut.
const CUT: char = '…';

/// A line of a difference, cut around the place where it differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// In both.
    Same(String),
    /// Only before.
    Gone(String),
    /// Only after.
    New(String),
}

impl Line {
    /// Whether it is in one of the two alone.
    #[must_use]
    pub const fn is_changed(&self) -> bool {
        !matches!(self, Self::Same(_))
    }
}

/// Neighbouring lines of a difference.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hunk {
    /// In order; where lines changed, those that are gone come first.
    pub lines: Vec<Line>,
}

/// A stretch of lines on both sides.
struct Stretch {
    before: Range<usize>,
    after: Range<usize>,
}

/// What has been written of the hunks.
struct Written {
    hunks: Vec<Hunk>,
    room: usize,
}

impl Written {
    fn push(&mut self, line: Line) {
        if let (Some(hunk), 1..) = (self.hunks.last_mut(), self.room) {
            hunk.lines.push(line);
            self.room -= 1;
        }
    }

    /// Lines that are the same; one line's room is left for what differs.
    fn same<'a>(&mut self, lines: impl Iterator<Item = &'a &'a str>) {
        for line in lines.take(self.room.saturating_sub(1)) {
            self.push(Line::Same(cut(line, 0)));
        }
    }
}

/// The hunks, how many lines differ, and how many of them, gone or new, had no room.
pub(super) fn hunks_between(before: &str, after: &str) -> (Vec<Hunk>, usize, usize) {
    let (before, after): (Vec<&str>, Vec<&str>) = (before.split('\n').collect(), after.split('\n').collect());
    let stretches = stretches(&before, &after);
    let lines = stretches.iter().map(|stretch| stretch.before.len().max(stretch.after.len())).sum();
    let changed: usize = stretches.iter().map(|stretch| stretch.before.len() + stretch.after.len()).sum();
    let mut written = Written { hunks: Vec::new(), room: KEPT };
    let mut end = 0;
    for stretch in &stretches {
        let start = stretch.before.start;
        if written.room == 0 {
            break;
        }
        if written.hunks.is_empty() || start - end > 2 * AROUND {
            written.same(within(&before, end..end + AROUND).iter());
            written.hunks.push(Hunk::default());
            end = end.max(start.saturating_sub(AROUND));
        }
        written.same(within(&before, end..start).iter());
        write(stretch, &before, &after, &mut written);
        end = stretch.before.end;
    }
    written.same(within(&before, end..end + AROUND).iter());
    let kept = written.hunks.iter().flat_map(|hunk| &hunk.lines).filter(|line| line.is_changed()).count();
    (written.hunks, lines, changed - kept)
}

fn stretches(before: &[&str], after: &[&str]) -> Vec<Stretch> {
    let alike = |(one, other): &(&&str, &&str)| one == other;
    let head = before.iter().zip(after).take_while(alike).count();
    let (old, new) = (within(before, head..before.len()), within(after, head..after.len()));
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(alike).count();
    let mut input = InternedInput::default();
    input.update_before(before.iter().copied());
    input.update_after(after.iter().copied());
    let between = old.len().max(new.len()) - tail;
    let distinct = usize::try_from(input.interner.num_tokens()).unwrap_or(usize::MAX);
    if between > SEARCHED && distinct < between / REPEATED {
        return vec![Stretch { before: head..before.len() - tail, after: head..after.len() - tail }];
    }
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    let range = |range: Range<u32>| range.start as usize..range.end as usize;
    diff.hunks().map(|hunk| Stretch { before: range(hunk.before), after: range(hunk.after) }).collect()
}

/// Those of the lines that there are.
fn within<'a, 'b>(lines: &'a [&'b str], range: Range<usize>) -> &'a [&'b str] {
    lines.get(range.start.min(lines.len())..range.end.min(lines.len())).unwrap_or_default()
}

/// Writes the stretch as far as there is room, both sides of it.
fn write(stretch: &Stretch, before: &[&str], after: &[&str], written: &mut Written) {
    let (gone, new) = (within(before, stretch.before.clone()), within(after, stretch.after.clone()));
    let kept_gone = gone.len().min((written.room / 2).max(written.room.saturating_sub(new.len())));
    let kept_new = new.len().min(written.room - kept_gone);
    // Lines stand against each other in their order.
    let differs = |at: usize| gone.get(at).zip(new.get(at)).map_or(0, |(gone, new)| common(gone, new));
    for (at, line) in gone.iter().take(kept_gone).enumerate() {
        written.push(Line::Gone(cut(line, differs(at))));
    }
    for (at, line) in new.iter().take(kept_new).enumerate() {
        written.push(Line::New(cut(line, differs(at))));
    }
}

/// How many letters two lines begin with alike.
fn common(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count()
}

/// The line, or so much of it around the letter at `place` as is kept.
fn cut(line: &str, place: usize) -> String {
    let length = line.chars().count();
    if length <= WIDTH {
        return line.to_owned();
    }
    let from = place.saturating_sub(LEAD).min(length - WIDTH);
    let mut kept: String = line.chars().skip(from).take(WIDTH).collect();
    if from > 0 {
        kept.insert(0, CUT);
    }
    if from + WIDTH < length {
        kept.push(CUT);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::{AROUND, KEPT, Line, SEARCHED, WIDTH, hunks_between};

    fn numbered(count: usize, of: impl Fn(usize) -> String) -> String {
        (0..count).map(of).collect::<Vec<_>>().join("\n")
    }

    /// The hunks as lines with a sign.
    fn signed(before: &str, after: &str) -> Vec<Vec<String>> {
        let sign = |line: &Line| match line {
            Line::Same(text) => format!(" {text}"),
            Line::Gone(text) => format!("-{text}"),
            Line::New(text) => format!("+{text}"),
        };
        hunks_between(before, after).0.iter().map(|hunk| hunk.lines.iter().map(sign).collect()).collect()
    }

    #[test]
    fn a_change_stands_between_two_lines_on_each_side() {
        assert_eq!(signed("a\nb\nc\nd\ne\nf\ng", "a\nb\nc\nD\ne\nf\ng"), [[" b", " c", "-d", "+D", " e", " f"]]);
        assert_eq!(signed("a", "a\nb"), [[" a", "+b"]]);
        assert_eq!(signed("a\nb", "b"), [["-a", " b"]]);
    }

    #[test]
    fn changes_near_each_other_are_one_hunk_and_far_ones_are_two() {
        let text = |gap: usize, mark: &str| format!("{mark}\n{}\n{mark}", numbered(gap, |line| line.to_string()));
        let near = signed(&text(2 * AROUND, "a"), &text(2 * AROUND, "b"));
        assert_eq!(near, [["-a", "+b", " 0", " 1", " 2", " 3", "-a", "+b"]]);
        let far = signed(&text(2 * AROUND + 1, "a"), &text(2 * AROUND + 1, "b"));
        assert_eq!(far, [["-a", "+b", " 0", " 1"], [" 3", " 4", "-a", "+b"]]);
    }

    #[test]
    fn what_has_no_room_is_counted_and_both_sides_are_shown() {
        let (before, after) = (numbered(500, |line| format!("a{line}")), numbered(300, |line| format!("b{line}")));
        let (hunks, lines, left_out) = hunks_between(&before, &after);
        let kept: Vec<&Line> = hunks.iter().flat_map(|hunk| &hunk.lines).collect();
        assert_eq!((kept.len(), lines, left_out), (KEPT, 500, 800 - KEPT));
        assert_eq!(kept.iter().filter(|line| matches!(line, Line::New(_))).count(), KEPT / 2);
        let many =
            |mark: &str| numbered(400, |line| if line % 10 == 0 { format!("{mark}{line}") } else { line.to_string() });
        let (hunks, lines, left_out) = hunks_between(&many("a"), &many("b"));
        let kept: Vec<&Line> = hunks.iter().flat_map(|hunk| &hunk.lines).collect();
        assert!(kept.len() <= KEPT);
        assert_eq!(kept.iter().filter(|line| line.is_changed()).count() + left_out, 80);
        assert!(hunks.iter().all(|hunk| hunk.lines.iter().any(Line::is_changed)));
        assert_eq!(lines, 40);
    }

    #[test]
    fn a_long_line_is_cut_around_the_first_letter_that_differs() {
        let line = |letter: &str| format!("{}{letter}{}", "é".repeat(500), "z".repeat(500));
        let (hunks, ..) = hunks_between(&line("A"), &line("B"));
        let [Line::Gone(gone), Line::New(new)] = &*hunks[0].lines else { panic!("{hunks:?}") };
        assert_eq!(gone.chars().count(), WIDTH + 2);
        assert!(gone.starts_with("…é") && gone.contains("éAz") && gone.ends_with("z…"), "{gone}");
        assert!(new.contains("éBz"), "{new}");
        let (hunks, ..) = hunks_between(&"x".repeat(900), "y");
        assert_eq!(hunks[0].lines[0], Line::Gone(format!("{}…", "x".repeat(WIDTH))));
    }

    #[test]
    fn long_texts_with_nothing_in_common_are_compared_as_well() {
        let text = |mark: &str| format!("a\n{}\nz", numbered(SEARCHED + 1, |line| format!("{mark}{}", line % 9)));
        let (hunks, lines, left_out) = hunks_between(&text("a"), &text("b"));
        assert_eq!((hunks.len(), lines), (1, SEARCHED + 1));
        assert_eq!(hunks[0].lines[0], Line::Same("a".into()));
        assert!(left_out > SEARCHED);
        let once = |mark: &str| numbered(60_000, |line| format!("{mark}{line}"));
        assert_eq!(hunks_between(&once("a"), &once("b")).1, 60_000);
        let often = |step: usize| numbered(60_000, |line| (line * step % 20_011).to_string());
        assert!(hunks_between(&often(7), &often(13)).1 > 0);
        // Few lines, each many times and in another order: the worst that such an algorithm can be given.
        let shuffled = |step: usize| numbered(SEARCHED, |line| (line * step % 101).to_string());
        let (_, lines, left_out) = hunks_between(&shuffled(7), &shuffled(13));
        assert!(lines > 0 && left_out > 0);
    }
}
