// SPDX-License-Identifier: GPL-2.0-or-later
//! The channel of the real bed: ngircd, a bot that speaks as the deployment tool's does, and `ii` as the one who reads.

use super::processes::{Door, Place, Process};
use super::{CHANNEL, RealError};
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// The nick that announces deployments.
const ANNOUNCER: &str = "logmsgbot";
/// The nick that only reads.
const READER: &str = "reader";
/// Bytes of text in one message of the announcer, as its software cuts them (repository `operations/puppet`,
/// `modules/tcpircbot`).
const MESSAGE_BYTES: usize = 425;

/// The network, its announcer and its reader.
#[derive(Debug)]
pub(super) struct Irc {
    announcer: Announcer,
    heard: PathBuf,
}

impl Irc {
    /// Starts the network at `address` and lets both join the channel.
    pub(super) async fn start(place: &Place, address: SocketAddr) -> Result<(Self, Vec<Process>), RealError> {
        let port = address.port().to_string();
        let config = place.write("etc/ngircd.conf", include_str!("templates/ngircd.conf"), &[("irc_port", &port)])?;
        let mut command = place.command("/usr/sbin/ngircd");
        command.arg("-n").arg("-f").arg(config);
        let ngircd = place.serve("ngircd", command, &[Door::Port(address)]).await?;
        let announcer = Announcer::join(address).await?;
        let (heard, reader) = read(place, &port).await?;
        Ok((Self { announcer, heard }, vec![reader, ngircd]))
    }

    /// Says a line; returns when the server has passed it on.
    pub(super) async fn announce(&self, line: &str) -> Result<(), RealError> {
        if line.contains(['\r', '\n', '\0']) {
            return Err(RealError::Irc(format!("say <{}> as one line", line.escape_debug())));
        }
        let (said, passed_on) = oneshot::channel();
        let gone = || RealError::Irc(format!("say <{line}>: the connection has ended"));
        self.announcer.lines.send((line.to_owned(), said)).map_err(|_| gone())?;
        passed_on.await.map_err(|_| gone())
    }

    /// What the reader has heard: nick and text.
    pub(super) fn channel(&self) -> Vec<(String, String)> {
        let text = std::fs::read(&self.heard).unwrap_or_default();
        String::from_utf8_lossy(&text).lines().filter_map(message).collect()
    }
}

/// A line of the reader's file, `<seconds> <nick> text`, when somebody said it.
fn message(line: &str) -> Option<(String, String)> {
    let (_seconds, rest) = line.split_once(' ')?;
    let (nick, text) = rest.strip_prefix('<')?.split_once("> ")?;
    Some((nick.to_owned(), text.to_owned()))
}

/// Starts `ii` and lets it join; its file of the channel.
async fn read(place: &Place, port: &str) -> Result<(PathBuf, Process), RealError> {
    let folder = place.at("irc").join("127.0.0.1");
    let mut command = place.command("/usr/bin/ii");
    command.args(["-s", "127.0.0.1", "-p", port, "-n", READER, "-f", READER, "-i"]).arg(place.at("irc"));
    let mut reader = place.serve("ii", command, &[]).await?;
    let server = folder.join("out");
    reader.until("be welcomed", async || has(&server, READER) && folder.join("in").exists()).await?;
    let commands = folder.join("in");
    let join = std::fs::OpenOptions::new().write(true).open(&commands);
    let said = join.and_then(|mut file| file.write_all(format!("/j {CHANNEL}\n").as_bytes()));
    said.map_err(|error| RealError::file("write", &commands, error))?;
    let heard = folder.join(CHANNEL).join("out");
    reader.until("join the channel", async || has(&heard, "has joined")).await?;
    Ok((heard, reader))
}

fn has(file: &Path, part: &str) -> bool {
    std::fs::read(file).is_ok_and(|text| String::from_utf8_lossy(&text).contains(part))
}

type Line = (String, oneshot::Sender<()>);

/// The bot's connection.
#[derive(Debug)]
struct Announcer {
    lines: mpsc::UnboundedSender<Line>,
    task: JoinHandle<()>,
}

impl Announcer {
    async fn join(address: SocketAddr) -> Result<Self, RealError> {
        let failed = |error: std::io::Error| RealError::Irc(format!("connect {ANNOUNCER}: {error}"));
        let (read, mut write) = TcpStream::connect(address).await.map_err(failed)?.into_split();
        let mut server = BufReader::new(read).lines();
        let hello = format!("NICK {ANNOUNCER}\r\nUSER {ANNOUNCER} 0 * :{ANNOUNCER}\r\n");
        write.write_all(hello.as_bytes()).await.map_err(failed)?;
        // 001: registered. 366: the list of names has ended, that is, the channel is joined.
        for (numeric, then) in [("001", format!("JOIN {CHANNEL}\r\n")), ("366", String::new())] {
            loop {
                let line = server.next_line().await.map_err(failed)?;
                let line = line.ok_or_else(|| RealError::Irc(format!("register {ANNOUNCER}: the server hung up")))?;
                answer(&line, &mut write).await.map_err(failed)?;
                if line.split(' ').nth(1) == Some(numeric) {
                    break;
                }
            }
            write.write_all(then.as_bytes()).await.map_err(failed)?;
        }
        let (lines, wanted) = mpsc::unbounded_channel();
        Ok(Self { lines, task: tokio::spawn(speak(server, write, wanted)) })
    }
}

impl Drop for Announcer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Keeps the connection alive.
async fn answer(line: &str, write: &mut OwnedWriteHalf) -> std::io::Result<()> {
    match line.strip_prefix("PING ") {
        Some(token) => write.write_all(format!("PONG {token}\r\n").as_bytes()).await,
        None => Ok(()),
    }
}

/// Says what is wanted. A line counts as passed on when the server has answered the ping that follows it.
async fn speak(
    mut server: Lines<BufReader<OwnedReadHalf>>,
    mut write: OwnedWriteHalf,
    mut wanted: mpsc::UnboundedReceiver<Line>,
) {
    let mut waiting = std::collections::VecDeque::new();
    loop {
        let done = tokio::select! {
            line = server.next_line() => match line {
                Ok(Some(line)) => {
                    if line.split(' ').nth(1) == Some("PONG")
                        && let Some(said) = waiting.pop_front()
                    {
                        let _nobody_waits: Result<(), ()> = oneshot::Sender::send(said, ());
                    }
                    answer(&line, &mut write).await
                }
                Ok(None) | Err(_) => return,
            },
            Some((line, said)) = wanted.recv() => {
                waiting.push_back(said);
                say(&line, &mut write).await
            },
        };
        if done.is_err() {
            return;
        }
    }
}

/// Says a line, and asks the server to tell when it has dealt with it.
async fn say(line: &str, write: &mut OwnedWriteHalf) -> std::io::Result<()> {
    for piece in pieces(line) {
        write.write_all(format!("PRIVMSG {CHANNEL} :{piece}\r\n").as_bytes()).await?;
    }
    write.write_all(b"PING :said\r\n").await
}

/// The messages that a line becomes.
fn pieces(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let (piece, left) = rest.split_at(rest.floor_char_boundary(MESSAGE_BYTES));
        rest = left;
        (!piece.is_empty()).then_some(piece)
    })
}
