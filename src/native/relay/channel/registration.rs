// SPDX-License-Identifier: GPL-2.0-or-later
//! How a connection becomes somebody: capabilities, login and nick, as messages in and commands out.
//! (<https://ircv3.net/specs/extensions/capability-negotiation>, <https://ircv3.net/specs/extensions/sasl-3.2>.)
//!
//! Must not send or wait. Asks for no capability that is not used.

use super::super::super::terminal::plain;
use super::super::irc::Irc;
use super::presence::Bar;
use super::words::{is_throttle, numeric, reason};
use irc_proto::{CapSubCommand, Command, Message};

/// What the relay uses, if the server has it.
const USED: [&str; 2] = ["echo-message", "server-time"];
/// The same, where a bot is known by its account.
const ACCOUNT: &str = "account-tag";
/// Nicks that are tried after the wanted one is taken or held, by what is put behind it.
const ALTERNATIVES: [&str; 2] = ["_", "__"];

/// What the server has granted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is one capability of its own")]
pub(super) struct Granted {
    /// The server says back what the relay says.
    pub(super) echo: bool,
    /// Messages have the time at which they were said.
    pub(super) time: bool,
    /// Messages have the account of who said them.
    pub(super) account: bool,
    /// The relay is logged in.
    pub(super) login: bool,
}

/// How it went.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// More is to come.
    Going,
    /// The relay is registered under this nick.
    Registered(String),
    /// It is not, as a fragment; to try again soon may help.
    Lost(String),
    /// It is not, for this and as a fragment; and to try again soon will not help.
    Failed(Bar, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The server lists what it has.
    Listing,
    /// Logging in was asked for.
    Login,
    /// The mechanism was named.
    Mechanism,
    /// The secret was said.
    Secret,
    /// The other capabilities were asked for.
    Others,
    /// There is nothing more to negotiate.
    Settled,
}

/// A registration that is going on.
pub(super) struct Registration<'a> {
    irc: &'a Irc,
    stage: Stage,
    offered: Vec<String>,
    tried: usize,
    /// What was granted until now.
    pub(super) granted: Granted,
}

impl<'a> Registration<'a> {
    /// Begins, and says what is to be sent first.
    pub(super) fn begin(irc: &'a Irc) -> (Self, Vec<Command>) {
        let mut first = vec![cap(CapSubCommand::LS, "302")];
        first.extend(irc.password.clone().map(Command::PASS));
        first.push(Command::NICK(irc.nick.clone()));
        first.push(Command::USER("backport".to_owned(), "0".to_owned(), irc.realname.clone()));
        (Self { irc, stage: Stage::Listing, offered: vec![], tried: 0, granted: Granted::default() }, first)
    }

    /// Takes a message; what is to be answered goes to `out`.
    pub(super) fn hear(&mut self, message: &Message, out: &mut Vec<Command>) -> Step {
        match &message.command {
            Command::PING(word, _) => {
                out.push(Command::PONG(word.clone(), None));
                Step::Going
            }
            Command::ERROR(why) if is_throttle(why) => Step::Failed(Bar::TooSoon, plain(why)),
            Command::ERROR(why) => Step::Lost(plain(why)),
            Command::CAP(_, kind, third, fourth) => self.capability(*kind, third.as_deref(), fourth.as_deref(), out),
            Command::AUTHENTICATE(word) => {
                if let (Stage::Mechanism, "+", Some(sasl)) = (self.stage, word.as_str(), &self.irc.sasl) {
                    out.extend(sasl.answer().into_iter().map(Command::AUTHENTICATE));
                    self.stage = Stage::Secret;
                }
                Step::Going
            }
            command => numeric(command).map_or(Step::Going, |(number, words)| self.number(number, words, out)),
        }
    }

    fn capability(
        &mut self,
        kind: CapSubCommand,
        third: Option<&str>,
        fourth: Option<&str>,
        out: &mut Vec<Command>,
    ) -> Step {
        // The list is the last word; a `*` before it says that more follows.
        let (more, list) = fourth.map_or((false, third), |list| (third == Some("*"), Some(list)));
        let list = list.unwrap_or_default();
        match (kind, self.stage) {
            (CapSubCommand::LS, Stage::Listing) => {
                self.offered.extend(list.split_whitespace().map(str::to_owned));
                if more { Step::Going } else { self.listed(out) }
            }
            (CapSubCommand::ACK, Stage::Login) => {
                self.stage = Stage::Mechanism;
                out.extend(self.irc.sasl.as_ref().map(|sasl| Command::AUTHENTICATE(sasl.mechanism().to_owned())));
                Step::Going
            }
            (CapSubCommand::NAK, Stage::Login) => no_login("the server does not let it log in now"),
            (CapSubCommand::ACK, Stage::Others) => {
                let has = |name| list.split_whitespace().any(|granted| granted == name);
                self.granted.echo = has("echo-message");
                self.granted.time = has("server-time");
                self.granted.account = has(ACCOUNT);
                self.settle(out)
            }
            (CapSubCommand::NAK, Stage::Others) => self.settle(out),
            _ => Step::Going,
        }
    }

    fn offer(&self, name: &str) -> Option<&str> {
        self.offered.iter().find_map(|offer| {
            let (offered, value) = offer.split_once('=').unwrap_or((offer, ""));
            (offered == name).then_some(value)
        })
    }

    fn listed(&mut self, out: &mut Vec<Command>) -> Step {
        let Some(sasl) = &self.irc.sasl else { return self.ask_others(out) };
        let Some(mechanisms) = self.offer("sasl") else {
            return no_login("the server offers no SASL (its services may be down)");
        };
        // Servers that do not list them tell at the login.
        if !mechanisms.is_empty() && !mechanisms.split(',').any(|name| name.eq_ignore_ascii_case(sasl.mechanism())) {
            return no_login(&format!("the server takes SASL only as {mechanisms}, not as {}", sasl.mechanism()));
        }
        self.stage = Stage::Login;
        out.push(cap(CapSubCommand::REQ, "sasl"));
        Step::Going
    }

    fn ask_others(&mut self, out: &mut Vec<Command>) -> Step {
        let account = self.irc.bots.iter().any(|bot| bot.account.is_some()).then_some(ACCOUNT);
        let wanted: Vec<_> = USED.into_iter().chain(account).filter(|name| self.offer(name).is_some()).collect();
        if wanted.is_empty() {
            return self.settle(out);
        }
        self.stage = Stage::Others;
        out.push(cap(CapSubCommand::REQ, &wanted.join(" ")));
        Step::Going
    }

    fn settle(&mut self, out: &mut Vec<Command>) -> Step {
        self.stage = Stage::Settled;
        out.push(Command::CAP(None, CapSubCommand::END, None, None));
        Step::Going
    }

    fn number(&mut self, number: u16, words: &[String], out: &mut Vec<Command>) -> Step {
        match number {
            1 if self.irc.sasl.is_some() && !self.granted.login => no_login("the server knows no SASL"),
            1 => Step::Registered(words.first().cloned().unwrap_or_else(|| self.irc.nick.clone())),
            // Unknown command; not registered: servers that know no capabilities.
            421 | 451 if words.iter().any(|word| word == "CAP") => {
                self.stage = Stage::Settled;
                Step::Going
            }
            410 if self.stage == Stage::Listing => self.settle(out),
            // 432 may only be for now: services hold a nick for a while after they have given it back.
            432 | 433 | 436 | 437 => self.next_nick(number, words, out),
            464 => Step::Failed(Bar::Password, "the server's password was refused; check --password-file".to_owned()),
            465 => Step::Failed(Bar::Banned, format!("the server has banned the relay ({})", reason(words))),
            // Logged in; and: logged in already.
            903 | 907 if self.stage == Stage::Secret || number == 907 => {
                self.granted.login = true;
                self.ask_others(out)
            }
            902 => no_login("the account is locked"),
            904 => no_login("the account, its password or the certificate was refused"),
            905 => no_login("the account and password are too long"),
            906 => no_login("the login was broken off"),
            908 => {
                let mechanisms = words.get(1).map_or_else(String::new, |word| plain(word));
                no_login(&format!("the server takes SASL only as {mechanisms}"))
            }
            _ => Step::Going,
        }
    }

    fn next_nick(&mut self, number: u16, words: &[String], out: &mut Vec<Command>) -> Step {
        let Some(behind) = ALTERNATIVES.get(self.tried) else {
            let why = match number {
                432 => format!("the server refuses the nick ({})", reason(words)),
                _ => format!("{} and its alternatives are taken", self.irc.nick),
            };
            return Step::Failed(Bar::Nick, why);
        };
        self.tried += 1;
        out.push(Command::NICK(format!("{}{behind}", self.irc.nick)));
        Step::Going
    }
}

fn cap(kind: CapSubCommand, list: &str) -> Command {
    Command::CAP(None, kind, None, Some(list.to_owned()))
}

fn no_login(why: &str) -> Step {
    let why =
        format!("not logged in, so not joining: {why}; check --sasl, --account, --password-file and --certificate");
    Step::Failed(Bar::Login, why)
}
