// SPDX-License-Identifier: GPL-2.0-or-later
//! One connection after its registration: in and out of the channel, one line after another, and signs of life.
//!
//! Where the server echoes, a line counts as said at its echo. Elsewhere it counts as said when the server has answered
//! a PING sent behind it: a server handles what one client sends in order, so by then it has taken the line or refused it.

use super::super::super::terminal::plain;
use super::super::irc::Irc;
use super::super::log::log;
use super::backoff::Backoff;
use super::presence::{Bar, Presence, State};
use super::registration::Granted;
use super::saying::{Line, Pace, room};
use super::words::{is_throttle, numeric, reason, same};
use super::{Channel, Over, Registered, Told, Unsaid, Wire, hearing};
use crate::native::relay::events::Ears;
use crate::report::clean_line;
use irc_proto::{CapSubCommand, Command, Message, Prefix};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};
use uuid::Uuid;

/// How long `user@host` is taken to be until the own JOIN tells, in bytes: a user of 10, a host of 63, and room.
const LONGEST_ADDRESS: usize = 80;

/// Where the relay stands to its channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It has asked to join; the time at which it no longer waits for an answer.
    Asked(Instant),
    /// It is in, since then.
    In(Instant),
    /// It is out; the time at which it asks again.
    Out(Instant),
}

/// A line that was sent and whose fate is not known.
struct Sent {
    /// The line; none once its fate was told as unknown, and what follows waits only for the server to catch up.
    line: Option<Line>,
    text: String,
    /// The word that the PING behind it asks back, where there is one.
    word: Option<String>,
    until: Instant,
}

/// One connection's state.
pub(super) struct Visit<'a> {
    irc: &'a Irc,
    ears: &'a Ears,
    lines: &'a mut mpsc::Receiver<Line>,
    presence: &'a watch::Sender<Presence>,
    told: &'a mut Told,
    wire: Wire,
    granted: Granted,
    nick: String,
    /// `user@host` as others see it.
    address: Option<String>,
    place: Place,
    rejoin: Backoff,
    sent: Option<Sent>,
    pace: Pace,
    heard: Instant,
    /// Since when an answer is waited for, after a silence.
    pinged: Option<Instant>,
    regain: Instant,
    out: Vec<Command>,
}

impl<'a> Visit<'a> {
    /// The state of a connection that has just been registered.
    pub(super) fn new(channel: &'a mut Channel, registered: Registered) -> Self {
        let now = Instant::now();
        let Channel { irc, ears, lines, presence, told } = channel;
        let durations = &irc.durations;
        let mut visit = Self {
            ears,
            lines,
            presence,
            told,
            wire: registered.wire,
            granted: registered.granted,
            nick: registered.nick,
            address: None,
            place: Place::Asked(now + durations.join),
            rejoin: Backoff::new(durations.first_pause, durations.last_pause),
            sent: None,
            pace: Pace::new(durations.pace, now),
            heard: now,
            pinged: None,
            regain: now + durations.regain,
            out: vec![],
            irc,
        };
        if visit.granted.login && !visit.has_nick() {
            visit.out.push(Command::PRIVMSG("NickServ".to_owned(), format!("REGAIN {}", visit.irc.nick)));
        }
        visit.join(now);
        visit
    }

    /// Until the connection is over.
    pub(super) async fn stay(mut self, ended: &mut watch::Receiver<bool>) -> Over {
        loop {
            for command in std::mem::take(&mut self.out) {
                if let Err(why) = self.wire.send(&command).await {
                    return Over::Lost(why);
                }
            }
            let (now, may_say) = (Instant::now(), self.sent.is_none());
            let is_in = matches!(self.place, Place::In(_));
            let takes = !is_in || (may_say && self.pace.free() <= now);
            let wake = self.deadline(now);
            let result = tokio::select! {
                heard = self.wire.hear() => heard.map_err(Over::Lost).and_then(|message| self.hear(&message, Instant::now())),
                Some(line) = self.lines.recv(), if takes => {
                    self.say(line, Instant::now());
                    Ok(())
                }
                () = sleep_until(wake) => self.tick(Instant::now()),
                _ = ended.wait_for(|ended| *ended) => {
                    self.quit().await;
                    return Over::Told;
                }
            };
            if let Err(over) = result {
                return over;
            }
        }
    }

    fn has_nick(&self) -> bool {
        same(&self.nick, &self.irc.nick)
    }

    fn join(&mut self, now: Instant) {
        self.place = Place::Asked(now + self.irc.durations.join);
        self.out.push(Command::JOIN(self.irc.channel.clone(), self.irc.key.clone(), None));
    }

    /// When something is to be done although nothing is heard.
    fn deadline(&self, now: Instant) -> Instant {
        let durations = &self.irc.durations;
        let silence = self.pinged.map_or(self.heard + durations.idle, |pinged| pinged + durations.answer);
        let place = match self.place {
            Place::Asked(until) | Place::Out(until) => Some(until),
            Place::In(_) => None,
        };
        let sent = self.sent.as_ref().map(|sent| sent.until);
        let regain = (!self.has_nick()).then_some(self.regain);
        // A pace that is past needs no waking.
        let free = Some(self.pace.free()).filter(|free| *free > now);
        [place, sent, regain, free].into_iter().flatten().fold(silence, Instant::min)
    }

    fn tick(&mut self, now: Instant) -> Result<(), Over> {
        let durations = &self.irc.durations;
        match self.pinged {
            Some(pinged) if now >= pinged + durations.answer => {
                return Err(Over::Lost("the server gives no sign of life".to_owned()));
            }
            None if now >= self.heard + durations.idle => {
                self.pinged = Some(now);
                self.out.push(Command::PING("backport-verify".to_owned(), None));
            }
            _ => {}
        }
        if !self.has_nick() && now >= self.regain {
            self.want_nick(now);
        }
        match self.place {
            Place::Out(until) if now >= until => self.join(now),
            Place::Asked(until) if now >= until => {
                self.leave(State::Connecting, "the server does not answer to JOIN", now);
            }
            _ => {}
        }
        self.give_up(now)
    }

    /// Asks for the wanted nick.
    fn want_nick(&mut self, now: Instant) {
        self.regain = now + self.irc.durations.regain;
        self.out.push(Command::NICK(self.irc.nick.clone()));
    }

    /// Tells that the fate of the sent line is unknown, when it has waited long enough.
    fn give_up(&mut self, now: Instant) -> Result<(), Over> {
        let Some(sent) = self.sent.as_mut().filter(|sent| now >= sent.until) else { return Ok(()) };
        let Some(line) = sent.line.take() else {
            return Err(Over::Lost("the server does not answer to PING".to_owned()));
        };
        line.tell(Err(Unsaid::NotConfirmed));
        sent.until = now + self.irc.durations.answer;
        // What comes late must not be taken for the next line's: that waits until the server has caught up.
        if sent.word.is_none() {
            let word = word();
            sent.word = Some(word.clone());
            self.out.push(Command::PING(word, None));
        }
        Ok(())
    }

    fn say(&mut self, line: Line, now: Instant) {
        if !matches!(self.place, Place::In(_)) {
            line.tell(Err(Unsaid::NotConnected));
            return;
        }
        if !line.take() {
            return;
        }
        let address = self.address.as_ref().map_or(LONGEST_ADDRESS, String::len);
        let source = self.nick.len() + 1 + address;
        let text = clean_line(&line.text, room(source, &self.irc.channel));
        self.out.push(Command::PRIVMSG(self.irc.channel.clone(), text.clone()));
        let word = (!self.granted.echo).then(word);
        self.out.extend(word.clone().map(|word| Command::PING(word, None)));
        self.pace.count(now);
        self.sent = Some(Sent { line: Some(line), text, word, until: now + self.irc.durations.confirm });
    }

    /// Tells the fate of the sent line.
    fn settle(&mut self, fate: Result<(), Unsaid>) {
        if let Some(line) = self.sent.take().and_then(|sent| sent.line) {
            line.tell(fate);
        }
    }

    fn hear(&mut self, message: &Message, now: Instant) -> Result<(), Over> {
        self.heard = now;
        self.pinged = None;
        // A server writes a nick always as it told it. Where it folds fewer letters than RFC 2812 does, one that is equal
        // only by those is somebody else's.
        let from_me = message.source_nickname().is_some_and(|nick| nick.eq_ignore_ascii_case(&self.nick));
        let ours = |name: &str| same(name, &self.irc.channel);
        match &message.command {
            Command::PING(word, _) => self.out.push(Command::PONG(word.clone(), None)),
            Command::PONG(first, second) => self.ponged(second.as_deref().unwrap_or(first)),
            Command::ERROR(why) if is_throttle(why) => return Err(Over::Barred(Bar::TooSoon, plain(why))),
            Command::ERROR(why) => return Err(Over::Lost(plain(why))),
            Command::JOIN(name, _, _) if from_me && ours(name) => self.joined(message, now),
            // Some servers lead those who may not join to another channel.
            Command::JOIN(name, _, _) if from_me => self.out.push(Command::PART(name.clone(), None)),
            Command::PART(name, _) if from_me && ours(name) => {
                self.leave(State::Connecting, "it was made to leave", now);
            }
            Command::KICK(name, nick, _) if ours(name) && same(nick, &self.nick) => {
                self.leave(State::Connecting, "it was kicked", now);
            }
            Command::NICK(new) if from_me => {
                self.nick.clone_from(new);
                log(&format!("known as {} now", plain(new)));
            }
            Command::NICK(_) | Command::QUIT(_) => {
                let owner = message.source_nickname().is_some_and(|nick| same(nick, &self.irc.nick));
                if owner && !self.has_nick() {
                    self.want_nick(now);
                }
            }
            Command::PRIVMSG(to, text) if from_me => {
                if ours(to) && self.sent.as_ref().is_some_and(|sent| sent.line.is_some() && sent.text == *text) {
                    self.settle(Ok(()));
                }
            }
            Command::PRIVMSG(..) | Command::NOTICE(..) => {
                if let Some(line) = hearing::line(message, self.irc, self.granted) {
                    self.ears.heard(line.at, line.from, line.text);
                }
            }
            Command::CAP(_, CapSubCommand::DEL, third, fourth) => {
                let lost =
                    |name| [third, fourth].into_iter().flatten().any(|list| list.split(' ').any(|cap| cap == name));
                self.granted.echo &= !lost("echo-message");
                self.granted.time &= !lost("server-time");
                self.granted.account &= !lost("account-tag");
            }
            Command::Raw(name, words) if name == "FAIL" && words.first().is_some_and(|word| word == "PRIVMSG") => {
                self.refused(words);
            }
            command => {
                if let Some((number, words)) = numeric(command) {
                    self.number(number, words, now);
                }
            }
        }
        Ok(())
    }

    fn ponged(&mut self, word: &str) {
        if self.sent.as_ref().is_some_and(|sent| sent.word.as_deref() == Some(word)) {
            self.settle(Ok(()));
        }
    }

    fn joined(&mut self, message: &Message, now: Instant) {
        if let Some(Prefix::Nickname(_, user, host)) = &message.prefix
            && !host.is_empty()
        {
            self.address = Some(format!("{user}@{host}"));
        }
        self.place = Place::In(now);
        self.presence.send_modify(|presence| presence.change(State::Joined));
        self.told.tell(format!("in {} as {}", self.irc.channel, plain(&self.nick)));
    }

    /// Notes that the relay is out of the channel, and when it tries again.
    fn leave(&mut self, state: State, why: &str, now: Instant) {
        if matches!(self.place, Place::In(since) if now.duration_since(since) >= self.irc.durations.settled) {
            self.rejoin.reset();
        }
        self.place = Place::Out(now + self.rejoin.pause());
        self.presence.send_modify(|presence| presence.change(state));
        self.told.tell(format!("not in {}: {why}; trying again", self.irc.channel));
    }

    fn refused(&mut self, words: &[String]) {
        if self.sent.as_ref().is_some_and(|sent| sent.line.is_some()) {
            let why = reason(words);
            log(&format!("a line was refused: {why}"));
            self.settle_behind(Unsaid::Refused(why));
        }
    }

    /// Tells the line's fate, but waits for the PONG that is on its way.
    fn settle_behind(&mut self, fate: Unsaid) {
        let Some(sent) = self.sent.as_mut() else { return };
        if let Some(line) = sent.line.take() {
            line.tell(Err(fate));
        }
        if sent.word.is_none() {
            self.sent = None;
        }
    }

    fn number(&mut self, number: u16, words: &[String], now: Instant) {
        let ours = words.iter().any(|word| same(word, &self.irc.channel));
        match number {
            // What the server supports; the mode that marks a bot (<https://ircv3.net/specs/extensions/bot-mode>).
            5 => {
                let mode = words.iter().find_map(|word| word.strip_prefix("BOT=")).filter(|mode| mode.len() == 1);
                self.out
                    .extend(mode.map(|mode| Command::Raw("MODE".into(), vec![self.nick.clone(), format!("+{mode}")])));
            }
            // The host that others see has changed.
            396 => {
                if let (Some(address), Some(host)) = (&mut self.address, words.get(1)) {
                    let user = address.split_once('@').map_or("", |(user, _)| user).to_owned();
                    *address = if host.contains('@') { host.clone() } else { format!("{user}@{host}") };
                }
            }
            // The line was too long for the server.
            417 => self.refused(words),
            // Another nick is refused while the channel bans the relay (437 with older servers): that says nothing of a line.
            435 => {}
            437 if matches!(self.place, Place::In(_)) => {}
            // Everything else that refuses names the channel; 707 is solanum's for too many targets, 936 `InspIRCd`'s for a
            // word that it does not allow.
            400..=599 | 707 | 936 if ours => match self.place {
                Place::In(_) => {
                    self.refused(words);
                    if number == 442 {
                        self.leave(State::Connecting, "the server says that it is not in", now);
                    }
                }
                // A line whose fate is open was sent before the JOIN, and so is answered before it.
                Place::Asked(_) if self.sent.is_some() => self.refused(words),
                Place::Asked(_) => {
                    let why = format!("the server refused it ({})", reason(words));
                    self.leave(State::Refused(Bar::Join(number)), &why, now);
                }
                Place::Out(_) => self.refused(words),
            },
            _ => {}
        }
    }

    /// Says goodbye and waits a little for the server to close.
    async fn quit(mut self) {
        let wait: Duration = self.irc.durations.quit;
        let goodbye = async {
            if self.wire.send(&Command::QUIT(Some("the relay ends".to_owned()))).await.is_ok() {
                while self.wire.hear().await.is_ok() {}
            }
        };
        timeout(wait, goodbye).await.ok();
    }
}

/// A word that the server is to give back. Nobody can guess it: some servers pass on what one client answers to another.
fn word() -> String {
    format!("backport-verify-{}", Uuid::new_v4().simple())
}
