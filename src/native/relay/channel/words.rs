// SPDX-License-Identifier: GPL-2.0-or-later
//! What messages say, read out of them.

use super::super::super::terminal::plain;
use irc_proto::{Command, Message};

/// Whether two nicks or channels are the same, as the servers compare them that follow RFC 2812, section 2.2.
pub(super) fn same(one: &str, other: &str) -> bool {
    let fold = |byte: u8| match byte {
        b'[' => b'{',
        b']' => b'}',
        b'\\' => b'|',
        b'~' => b'^',
        _ => byte.to_ascii_lowercase(),
    };
    one.len() == other.len() && one.bytes().zip(other.bytes()).all(|(one, other)| fold(one) == fold(other))
}

/// A numeric answer: its number and its words, the relay's own nick first.
pub(super) fn numeric(command: &Command) -> Option<(u16, &[String])> {
    match command {
        Command::Response(response, words) => Some((*response as u16, words)),
        Command::Raw(name, words) if name.len() == 3 => Some((name.parse().ok()?, words)),
        _ => None,
    }
}

/// What the server says about it: the last word, fit for a log.
pub(super) fn reason(words: &[String]) -> String {
    words.last().map_or_else(String::new, |word| plain(word))
}

/// Whether the server closes the connection because the relay came back too soon. Servers word it as they like:
/// ngircd, `InspIRCd` and solanum say that somebody connects too fast, or is throttled.
pub(super) fn is_throttle(why: &str) -> bool {
    let why = why.to_ascii_lowercase();
    ["throttl", "too fast", "too many connections"].iter().any(|part| why.contains(part))
}

/// The value of a tag.
pub(super) fn tag<'m>(message: &'m Message, name: &str) -> Option<&'m str> {
    message.tags.as_deref()?.iter().find(|tag| tag.0 == name)?.1.as_deref()
}

#[cfg(test)]
mod tests {
    use super::{numeric, same, tag};
    use irc_proto::Message;

    #[test]
    fn names_are_compared_as_servers_do() {
        assert!(same("#Wikimedia-Operations", "#wikimedia-operations"));
        assert!(same("bot[away]", "BOT{away}"));
        assert!(!same("bot", "bot_"));
    }

    #[test]
    fn numbers_are_read_whether_or_not_they_are_well_known() {
        for (line, number) in [(":s 404 me #c :no", 404), (":s 531 me x :no", 531), (":s 707 me #c :no", 707)] {
            let message: Message = line.parse().unwrap();
            assert_eq!(numeric(&message.command).unwrap().0, number);
        }
        let other: Message = "FOO bar".parse().unwrap();
        assert!(numeric(&other.command).is_none());
    }

    #[test]
    fn a_tag_is_found_by_its_name() {
        let message: Message = "@time=2026-08-24T13:00:00.000Z;account=wm :a!b@c PRIVMSG #c :x".parse().unwrap();
        assert_eq!(tag(&message, "account"), Some("wm"));
        assert_eq!(tag(&message, "label"), None);
    }
}
