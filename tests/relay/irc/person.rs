// SPDX-License-Identifier: GPL-2.0-or-later
//! Somebody else on the server, who says and sees raw lines.

use crate::stage::{CHANNEL, said, soon};
use std::net::SocketAddr;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

pub(crate) struct Person {
    lines: Lines<BufReader<OwnedReadHalf>>,
    out: OwnedWriteHalf,
}

impl Person {
    /// Registers and joins no channel.
    pub(crate) async fn come(server: SocketAddr, nick: &str) -> Self {
        let (read, out) = TcpStream::connect(server).await.unwrap().into_split();
        let mut person = Self { lines: BufReader::new(read).lines(), out };
        person.send(&format!("NICK {nick}\r\nUSER {nick} 0 * :{nick}")).await;
        person.until(" 001 ").await;
        person
    }

    /// Registers and joins the channel.
    pub(crate) async fn join(server: SocketAddr, nick: &str) -> Self {
        let mut person = Self::come(server, nick).await;
        person.send(&format!("JOIN {CHANNEL}")).await;
        person.until(" 366 ").await;
        person
    }

    pub(crate) async fn send(&mut self, line: &str) {
        self.out.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
    }

    /// Says a line in the channel; the server has passed it on when this returns.
    pub(crate) async fn say(&mut self, text: &str) {
        self.send(&format!("PRIVMSG {CHANNEL} :{text}\r\nPING said")).await;
        self.until(" PONG ").await;
    }

    /// The next line that holds `part`.
    pub(crate) async fn until(&mut self, part: &str) -> String {
        let looking = async {
            loop {
                let line = self.lines.next_line().await.unwrap().expect("the server hung up");
                if let Some(word) = line.strip_prefix("PING ") {
                    self.out.write_all(format!("PONG {word}\r\n").as_bytes()).await.unwrap();
                }
                if line.contains(part) {
                    return line;
                }
            }
        };
        soon(part, looking).await
    }

    /// What is said in the channel up to and with what `submitter` posts as `last`.
    pub(crate) async fn said_until(&mut self, last: &str) -> Vec<String> {
        let mark = format!(" PRIVMSG {CHANNEL} :");
        let (mut heard, last) = (vec![], said(last));
        loop {
            let line = self.until(&mark).await;
            let text = line.split_once(&mark).unwrap().1.to_owned();
            heard.push(text);
            if heard.last() == Some(&last) {
                return heard;
            }
        }
    }
}
