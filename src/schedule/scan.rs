// SPDX-License-Identifier: GPL-2.0-or-later
//! What stands at a place of a page: a URL, a tag, the name of a call.

use super::frame::Rank;
use super::markup::Tag;

/// The page from an offset on.
pub(super) fn rest(source: &str, at: usize) -> &[u8] {
    source.as_bytes().get(at..).unwrap_or_default()
}

/// The extent of a URL that begins at `at`.
pub(super) fn url_at(source: &str, at: usize) -> Option<std::ops::Range<usize>> {
    let rest = rest(source, at);
    let scheme = [&b"https://"[..], b"http://", b"//"].into_iter().find(|scheme| rest.starts_with(scheme))?;
    let ends = |pair: &[u8]| match pair {
        [b' ' | b'\t' | b'\n' | b'\r' | b'[' | b']' | b'<' | b'>' | b'"' | b'|', ..] => true,
        [one, two] => one == two && matches!(one, b'{' | b'}'),
        _ => false,
    };
    let length = (scheme.len()..rest.len())
        .find(|index| rest.get(*index..rest.len().min(*index + 2)).is_some_and(ends))
        .unwrap_or(rest.len());
    (length > scheme.len()).then_some(at..at + length)
}

/// The tag at `at`, where it ends, and whether it closes itself.
pub(super) fn tag_at(source: &str, at: usize) -> Option<(Tag, usize, bool)> {
    let rest = rest(source, at + 1);
    let closes = rest.first() == Some(&b'/');
    let name: Vec<u8> =
        rest.iter().skip(usize::from(closes)).copied().take_while(u8::is_ascii_alphanumeric).take(20).collect();
    if !name.first()?.is_ascii_alphabetic() {
        return None;
    }
    let length = rest.iter().position(|byte| matches!(byte, b'>' | b'<' | b'\n'))?;
    if rest.get(length) != Some(&b'>') {
        return None;
    }
    let whole = length > 0 && rest.get(length - 1) == Some(&b'/');
    let name = String::from_utf8_lossy(&name).to_ascii_lowercase();
    Some((Tag { name, closes }, at + 1 + length + 1, whole))
}

/// What the call whose name begins at `rest` is to recovery.
pub(super) fn rank_of(rest: &[u8]) -> Rank {
    let blank = |byte: &u8| *byte == b'_' || byte.is_ascii_whitespace();
    let begin = rest.iter().take_while(|byte| blank(byte)).count();
    let name = rest.get(begin..).unwrap_or_default();
    let is = |known: &str| {
        let (Some(head), after) = (name.get(..known.len()), name.get(known.len()..).unwrap_or_default()) else {
            return false;
        };
        let same = head.iter().zip(known.bytes()).all(|(a, b)| a.eq_ignore_ascii_case(&b) || (b == b' ' && *a == b'_'));
        let ends = after.iter().find(|byte| !blank(byte)).is_none_or(|byte| matches!(byte, b'|' | b'}' | b'<'));
        same && ends
    };
    if is("deployment calendar event card") || is("#invoke:deployment schedule|row") {
        Rank::Card
    } else if is("deploy") {
        Rank::Patch
    } else if is("ircnick") {
        Rank::Nick
    } else {
        Rank::Other
    }
}
