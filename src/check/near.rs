// SPDX-License-Identifier: GPL-2.0-or-later
//! Where a text stands in a body, and what stands there that is nearly the text: other capitals, other white space, other
//! escapes, or its beginning. The work is bounded: some dozen searches in a body of bounded size.
//!
//! Must not judge: what is nearly there is not there. Quotes of the page stand behind the first `<`, so that a report that
//! must not quote can leave them out.

use super::words::{grouped, shown};

/// Bytes of a body in which something near is looked for.
const MOST_BYTES: usize = 4_000_000;
/// Letters around a text that are shown with it, on either side.
const AROUND: usize = 24;
/// A beginning of fewer letters is found in any page.
const LEAST: usize = 6;

/// `in line 12: <…a few words around the text…>`
pub(super) fn place(body: &str, at: usize, length: usize) -> String {
    format!("in line {}: <{}>", line(body, at), around(body, at, length))
}

/// The number of the line in which a byte lies, as people read it.
fn line(body: &str, at: usize) -> String {
    grouped(body.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1)
}

fn around(body: &str, at: usize, length: usize) -> String {
    let (before, from) = body.split_at_checked(at).unwrap_or(("", body));
    let (text, after) = from.split_at_checked(length).unwrap_or((from, ""));
    let mut head: Vec<char> = before.chars().rev().take_while(|c| *c != '\n').take(AROUND + 1).collect();
    let cut = head.len() > AROUND;
    head.truncate(AROUND);
    let head: String =
        if cut { ['…'].into_iter().chain(head.into_iter().rev()).collect() } else { head.iter().rev().collect() };
    let mut tail: String = after.chars().take_while(|c| *c != '\n').take(AROUND).collect();
    if after.chars().take_while(|c| *c != '\n').nth(AROUND).is_some() {
        tail.push('…');
    }
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    flat(&format!("{head}{}{tail}", shown(text)))
}

/// What is nearly `wanted`, which is not in `body`, and where: `with other capitals in line 3: <…>`.
pub(super) fn nearest(body: &str, wanted: &str) -> Option<String> {
    if body.len() > MOST_BYTES || wanted.trim().is_empty() {
        return None;
    }
    let capitals = || {
        let at = body.to_ascii_lowercase().find(&wanted.to_ascii_lowercase())?;
        Some(format!("with other capitals {}", place(body, at, wanted.len())))
    };
    let escaped = || {
        let (at, length) = escapes(wanted).iter().find_map(|text| Some((body.find(text)?, text.len())))?;
        Some(format!("escaped otherwise {}", place(body, at, length)))
    };
    capitals().or_else(|| white_space(body, wanted)).or_else(escaped).or_else(|| beginning(body, wanted))
}

fn white_space(body: &str, wanted: &str) -> Option<String> {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let wanted = squeezed(wanted);
    let before = squeezed(body).find(&wanted)?;
    let (from, to) = (place_in(body, before)?, place_in(body, before + wanted.len()).unwrap_or(body.len()));
    Some(format!("with other white space {}", place(body, from, to.saturating_sub(from))))
}

/// Where in `body` the byte lies that is at `wanted` once white space is squeezed.
fn place_in(body: &str, wanted: usize) -> Option<usize> {
    let (mut squeezed, mut gap) = (0, false);
    for (at, letter) in body.char_indices() {
        if letter.is_whitespace() {
            gap = squeezed > 0;
            continue;
        }
        squeezed += usize::from(std::mem::take(&mut gap));
        if squeezed >= wanted {
            return Some(at);
        }
        squeezed += letter.len_utf8();
    }
    None
}

/// The text as HTML and JSON escape it, and without such escapes.
fn escapes(wanted: &str) -> Vec<String> {
    let tags = wanted.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let quotes = tags.replace('"', "&quot;");
    let plain = wanted.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#039;", "'");
    let json = serde_json::to_string(wanted).unwrap_or_default();
    let json = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or_default().to_owned();
    let all = [
        quotes.replace('\'', "&#039;"),
        quotes.replace('\'', "&#39;"),
        quotes,
        tags,
        plain.replace("&#39;", "'").replace("&amp;", "&"),
        wanted.replace('/', "\\/"),
        json.replace('/', "\\/"),
        json,
    ];
    all.into_iter().filter(|text| text != wanted && !text.is_empty()).collect()
}

/// The longest beginning that is there, found by halves: what begins a text that is there is there too.
fn beginning(body: &str, wanted: &str) -> Option<String> {
    let ends: Vec<usize> = wanted.char_indices().map(|(at, letter)| at + letter.len_utf8()).collect();
    let part = |letters: usize| ends.get(letters.checked_sub(1)?).and_then(|end| wanted.get(..*end));
    let (mut found, mut missing) = (0, ends.len());
    while missing - found > 1 {
        let middle = usize::midpoint(found, missing);
        if part(middle).is_some_and(|part| body.contains(part)) { found = middle } else { missing = middle }
    }
    let part = part(found).filter(|_| found >= LEAST.max(ends.len() / 3))?;
    let at = body.find(part)?;
    Some(format!("its first {found} letters {}", place(body, at, part.len())))
}

#[cfg(test)]
mod tests {
    use super::{nearest, place};

    #[test]
    fn what_is_nearly_there_is_told_with_its_place() {
        let body =
            "<h1>User group rights</h1>\n<li>Eventcoordinator</li>\n<p>a\n  b &amp; c &lt;d&gt;</p>\n{\"x\":\"a\\/b\"}";
        for (wanted, expected) in [
            ("eventcoordinator", Some("with other capitals in line 2: <<li>Eventcoordinator</li>>")),
            ("a b", Some("with other white space in line 3: <<p>a b &amp; c &lt;d&gt;</p>>")),
            ("b & c <d>", Some("escaped otherwise in line 4: <b &amp; c &lt;d&gt;</p>>")),
            ("\"a/b\"", Some("escaped otherwise in line 5: <{\"x\":\"a\\/b\"}>")),
            ("User group writes", Some("its first 11 letters in line 1: <<h1>User group rights</h1>>")),
            ("nowhere at all", None),
            ("zz", None),
            (" ", None),
        ] {
            assert_eq!(nearest(body, wanted).as_deref(), expected, "{wanted}");
        }
    }

    #[test]
    fn a_place_is_shown_with_few_letters_around_it() {
        let line = format!("{}x{}", "ä".repeat(40), "ö".repeat(40));
        let body = format!("one\n{line}\n");
        let at = body.find('x').unwrap();
        assert_eq!(place(&body, at, 1), format!("in line 2: <…{}x{}…>", "ä".repeat(24), "ö".repeat(24)));
        assert_eq!(place("abc", 1, 1), "in line 1: <abc>");
    }

    #[test]
    fn nothing_is_looked_for_in_what_is_too_long() {
        assert_eq!(nearest(&"A".repeat(4_000_001), "aaaaaaaa"), None);
    }
}
