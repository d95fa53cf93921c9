// SPDX-License-Identifier: GPL-2.0-or-later
//! What is heard in the channel and passed on: the configured bots' lines, and nobody else's.
//!
//! Must not keep or log what others say, and must not act on anything.

use super::super::irc::Irc;
use super::registration::Granted;
use super::words::{same, tag};
use crate::report::visible;
use irc_proto::{Command, Message};
use jiff::Timestamp;

/// A line of a bot.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// When it was said, where the server tells.
    pub(super) at: Option<Timestamp>,
    /// Who said it, as configured.
    pub(super) from: String,
    /// The line, without colours and what else a reader cannot see.
    pub(super) text: String,
}

/// The bot's line in `message`, if it is one.
pub(super) fn line(message: &Message, irc: &Irc, granted: Granted) -> Option<Line> {
    let (Command::PRIVMSG(to, text) | Command::NOTICE(to, text)) = &message.command else { return None };
    let from = message.source_nickname()?;
    let bot = irc.bots.iter().find(|bot| same(&bot.nick, from))?;
    let account = bot.account.as_deref();
    let known =
        account.is_none_or(|account| granted.account && tag(message, "account").is_some_and(|a| same(a, account)));
    // What begins with SOH is a command to clients.
    if !known || !same(to, &irc.channel) || text.starts_with('\u{1}') {
        return None;
    }
    let at = if granted.time { tag(message, "time").and_then(|time| time.parse().ok()) } else { None };
    Some(Line { at, from: bot.nick.clone(), text: visible(text) })
}
