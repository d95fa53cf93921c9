// SPDX-License-Identifier: GPL-2.0-or-later
//! The relay's place in the channel: connects, joins, speaks, and comes back when it was thrown out.
//!
//! A line counts as said only when the server has answered a PING sent behind it: a server handles what one client
//! sends in order, so by then it has taken the line or refused it.

use super::log;
use super::settings::Irc;
use futures_util::StreamExt;
use irc::client::ClientStream;
use irc::client::prelude::{Client, Command, Config, Message, Response};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{sleep, timeout};

/// Lines that may wait to be said.
const WAITING: usize = 16;
/// How long a line may wait for its confirmation; servers hold back lines that come too fast.
const CONFIRM_WITHIN: Duration = Duration::from_secs(10);
/// How long a connection may take until the channel is joined.
const JOIN_WITHIN: Duration = Duration::from_secs(30);
/// How long the server may take to close after QUIT.
const QUIT_WITHIN: Duration = Duration::from_secs(2);
/// Pauses between attempts: the first, doubled each time up to the last.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LAST_PAUSE: Duration = Duration::from_mins(1);

/// Why a line was not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsaid {
    /// The relay is not in the channel.
    NotConnected,
    /// The server or the channel did not take it.
    Refused,
    /// Too many lines wait already.
    Busy,
    /// It was sent, and nobody can tell whether it arrived.
    NotConfirmed,
}

#[derive(Debug)]
struct Line {
    text: String,
    told: oneshot::Sender<Result<(), Unsaid>>,
}

/// Hands lines to the channel.
#[derive(Debug, Clone)]
pub(super) struct Speaker {
    lines: mpsc::Sender<Line>,
    joined: watch::Receiver<bool>,
}

impl Speaker {
    /// Whether the relay is in its channel now.
    pub(super) fn is_in_channel(&self) -> bool {
        *self.joined.borrow()
    }

    /// Says `text` and waits until the server has taken it.
    ///
    /// # Errors
    /// When it was not said, or nobody can tell.
    pub(super) async fn say(&self, text: String) -> Result<(), Unsaid> {
        if !self.is_in_channel() {
            return Err(Unsaid::NotConnected);
        }
        let (told, answer) = oneshot::channel();
        self.lines.try_send(Line { text, told }).map_err(|_| Unsaid::Busy)?;
        match timeout(CONFIRM_WITHIN, answer).await {
            Ok(Ok(result)) => result,
            // The connection broke or was silent after the line was handed over.
            Ok(Err(_)) | Err(_) => Err(Unsaid::NotConfirmed),
        }
    }
}

/// The one that keeps the connection.
pub(super) struct Channel {
    irc: Irc,
    lines: mpsc::Receiver<Line>,
    joined: watch::Sender<bool>,
}

/// A channel that is not connected yet, and the way to speak in it.
pub(super) fn new(irc: Irc) -> (Speaker, Channel) {
    let (lines, waiting) = mpsc::channel(WAITING);
    let (joined, seen) = watch::channel(false);
    (Speaker { lines, joined: seen }, Channel { irc, lines: waiting, joined })
}

/// Why a connection is over.
enum Over {
    /// The relay is to end.
    Told,
    /// Anything else, as a fragment.
    Lost(String),
}

impl Channel {
    /// Stays in the channel until `ended` says so; then it quits.
    pub(super) async fn stay(mut self, mut ended: watch::Receiver<bool>) {
        let mut pause = FIRST_PAUSE;
        loop {
            let over = self.visit(ended.clone()).await;
            let was_in = self.joined.send_replace(false);
            let Over::Lost(why) = over else { return };
            if was_in {
                pause = FIRST_PAUSE;
            }
            log(&format!("not in {}: {why}; next attempt in {} s", self.irc.channel, pause.as_secs()));
            if self.rest(pause, &mut ended).await {
                return;
            }
            pause = (pause * 2).min(LAST_PAUSE);
        }
    }

    /// Waits, turning away what is to be said meanwhile; `true` when the relay is to end.
    async fn rest(&mut self, pause: Duration, ended: &mut watch::Receiver<bool>) -> bool {
        let over = sleep(pause);
        tokio::pin!(over);
        loop {
            tokio::select! {
                () = &mut over => return false,
                _ = ended.wait_for(|ended| *ended) => return true,
                Some(line) = self.lines.recv() => turn_away(line, Unsaid::NotConnected),
            }
        }
    }

    /// One connection, from its beginning to its end.
    async fn visit(&mut self, mut ended: watch::Receiver<bool>) -> Over {
        let connecting = timeout(JOIN_WITHIN, connect(&self.irc));
        let (client, stream) = tokio::select! {
            came = connecting => match came {
                Ok(Ok(connection)) => connection,
                Ok(Err(why)) => return Over::Lost(why),
                Err(_) => return Over::Lost("the server did not answer".to_owned()),
            },
            _ = ended.wait_for(|ended| *ended) => return Over::Told,
        };
        let mut visit = Visit { client, stream, unconfirmed: VecDeque::new(), asked: 0 };
        let too_late = sleep(JOIN_WITHIN);
        tokio::pin!(too_late);
        loop {
            let joined = *self.joined.borrow();
            tokio::select! {
                heard = visit.stream.next() => match heard {
                    None => return Over::Lost("the server closed the connection".to_owned()),
                    Some(Err(error)) => return Over::Lost(innermost(&error)),
                    Some(Ok(message)) => match visit.hear(&message, &self.irc.channel) {
                        Heard::Nothing => {}
                        Heard::Joined => {
                            self.joined.send_replace(true);
                            log(&format!("in {} as {}", self.irc.channel, visit.client.current_nickname()));
                        }
                        Heard::Out(why) => return Over::Lost(why),
                    },
                },
                Some(line) = self.lines.recv() => if joined {
                    visit.say(&self.irc.channel, line);
                } else {
                    turn_away(line, Unsaid::NotConnected);
                },
                () = &mut too_late, if !joined => return Over::Lost("the channel was not joined in time".to_owned()),
                _ = ended.wait_for(|ended| *ended) => {
                    visit.quit().await;
                    return Over::Told;
                }
            }
        }
    }
}

fn turn_away(line: Line, why: Unsaid) {
    // Whoever asked may have gone by now; then nobody is to be told.
    line.told.send(Err(why)).ok();
}

async fn connect(irc: &Irc) -> Result<(Client, ClientStream), String> {
    let config = Config {
        nickname: Some(irc.nick.clone()),
        alt_nicks: vec![format!("{}_", irc.nick), format!("{}__", irc.nick)],
        username: Some("backport".to_owned()),
        realname: Some("Backport Verify relay".to_owned()),
        server: Some(irc.host.clone()),
        port: Some(irc.port),
        password: irc.password.clone(),
        use_tls: Some(irc.tls),
        channels: vec![irc.channel.clone()],
        ping_time: Some(60),
        ping_timeout: Some(20),
        ..Config::default()
    };
    let mut client = Client::from_config(config).await.map_err(|error| innermost(&error))?;
    client.identify().map_err(|error| innermost(&error))?;
    let stream = client.stream().map_err(|error| innermost(&error))?;
    Ok((client, stream))
}

/// What a message of the server means for the relay.
enum Heard {
    Nothing,
    Joined,
    Out(String),
}

/// One connection's state.
struct Visit {
    client: Client,
    stream: ClientStream,
    /// Lines that were sent, with the word that their PING asks back.
    unconfirmed: VecDeque<(String, Line)>,
    asked: u64,
}

impl Visit {
    fn say(&mut self, channel: &str, line: Line) {
        if line.told.is_closed() {
            // Whoever asked was told by now that nobody can tell; said late, it would be said twice.
            return;
        }
        self.asked += 1;
        let word = format!("backport-verify-{}", self.asked);
        let sent = self
            .client
            .send(Command::PRIVMSG(channel.to_owned(), line.text.clone()))
            .and_then(|()| self.client.send(Command::PING(word.clone(), None)));
        match sent {
            Ok(()) => self.unconfirmed.push_back((word, line)),
            Err(_) => turn_away(line, Unsaid::NotConnected),
        }
    }

    fn hear(&mut self, message: &Message, channel: &str) -> Heard {
        let ours = |name: &str| name.eq_ignore_ascii_case(channel);
        let me = self.client.current_nickname();
        let from_me = message.source_nickname() == Some(me);
        match &message.command {
            Command::JOIN(name, _, _) if from_me && ours(name) => Heard::Joined,
            Command::PART(name, _) if from_me && ours(name) => Heard::Out("left the channel".to_owned()),
            Command::KICK(name, nick, _) if ours(name) && nick == me => Heard::Out("kicked".to_owned()),
            Command::ERROR(why) => Heard::Out(super::super::terminal::plain(why)),
            Command::PONG(first, second) => {
                self.confirm(second.as_deref().unwrap_or(first));
                Heard::Nothing
            }
            Command::Response(response, words) => self.numeric(*response, words, ours),
            _ => Heard::Nothing,
        }
    }

    fn numeric(&mut self, response: Response, words: &[String], ours: impl Fn(&str) -> bool) -> Heard {
        use Response::{
            ERR_BADCHANNELKEY, ERR_BANNEDFROMCHAN, ERR_CANNOTSENDTOCHAN, ERR_CHANNELISFULL, ERR_INVITEONLYCHAN,
            ERR_NOSUCHCHANNEL, ERR_NOTONCHANNEL, ERR_TOOMANYCHANNELS,
        };
        if !words.iter().any(|word| ours(word)) {
            return Heard::Nothing;
        }
        match response {
            ERR_CANNOTSENDTOCHAN => {
                // Refusals come in the order of the lines, and before the PONG of the refused one.
                if let Some((_, line)) = self.unconfirmed.pop_front() {
                    turn_away(line, Unsaid::Refused);
                }
                Heard::Nothing
            }
            ERR_BADCHANNELKEY | ERR_BANNEDFROMCHAN | ERR_CHANNELISFULL | ERR_INVITEONLYCHAN | ERR_NOSUCHCHANNEL
            | ERR_NOTONCHANNEL | ERR_TOOMANYCHANNELS => {
                let why = words.last().map_or_else(String::new, |word| super::super::terminal::plain(word));
                Heard::Out(format!("the server refused it ({why})"))
            }
            _ => Heard::Nothing,
        }
    }

    fn confirm(&mut self, word: &str) {
        let Some(place) = self.unconfirmed.iter().position(|(asked, _)| asked == word) else { return };
        if let Some((_, line)) = self.unconfirmed.remove(place) {
            // As above: whoever asked may have gone.
            line.told.send(Ok(())).ok();
        }
    }

    /// Says goodbye and waits a little for the server to close.
    async fn quit(mut self) {
        if self.client.send_quit("the relay ends").is_ok() {
            let closed = async { while let Some(Ok(_)) = self.stream.next().await {} };
            timeout(QUIT_WITHIN, closed).await.ok();
        }
    }
}

fn innermost(error: &irc::error::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
