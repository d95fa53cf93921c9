// SPDX-License-Identifier: GPL-2.0-or-later
//! The relay between real ends: ngircd as the server, and a second IRC client in the channel.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use futures_util::StreamExt;
use irc::client::ClientStream;
use irc::client::prelude::{Client, Command as Irc, Config};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command as Process, Stdio};
use std::time::{Duration, Instant};
use support::{Command, PROGRAM, closed_port};
use tokio::io::{AsyncBufReadExt, BufReader};

const NGIRCD: &str = "/usr/sbin/ngircd";
const CHANNEL: &str = "#wikimedia-operations";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
/// The longest that anything here may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A real IRC server.
struct Server {
    process: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Server {
    fn start() -> Self {
        assert!(Path::new(NGIRCD).exists(), "{NGIRCD} is missing: install it with `apt-get install ngircd`");
        let folder = tempfile::tempdir().unwrap();
        let port = closed_port();
        std::fs::write(
            folder.path().join("ngircd.conf"),
            format!(
                "[Global]\nName = irc.example.org\nInfo = test\nListen = 127.0.0.1\nPorts = {port}\nMotdPhrase = hello\n\
                 [Limits]\nMaxConnectionsIP = 0\nMaxNickLength = 30\n[Options]\nDNS = no\nIdent = no\nPAM = no\n"
            ),
        )
        .unwrap();
        let process = Self::run(folder.path(), port);
        Self { process, port, folder }
    }

    fn run(folder: &Path, port: u16) -> Child {
        let mut process = Process::new(NGIRCD)
            .arg("-n")
            .arg("-f")
            .arg(folder.join("ngircd.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if begun.elapsed() > PATIENCE {
                process.kill().unwrap();
                panic!("ngircd does not listen on {port}");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        process
    }

    fn stop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    fn start_again(&mut self) {
        self.process = Self::run(self.folder.path(), self.port);
    }

    fn signal(&self, signal: &str) {
        send_signal(self.process.id(), signal);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn send_signal(process: u32, signal: &str) {
    assert!(Process::new("kill").arg(signal).arg(process.to_string()).status().unwrap().success());
}

/// Somebody else in the channel.
struct Listener {
    client: Client,
    stream: ClientStream,
}

impl Listener {
    async fn join(server: &Server) -> Self {
        Self::join_as(server, "utf-8").await
    }

    async fn join_as(server: &Server, encoding: &str) -> Self {
        let config = Config {
            nickname: Some("reviewer".into()),
            server: Some("127.0.0.1".into()),
            port: Some(server.port),
            encoding: Some(encoding.into()),
            channels: vec![CHANNEL.into()],
            ..Config::default()
        };
        let mut client = Client::from_config(config).await.unwrap();
        client.identify().unwrap();
        let stream = client.stream().unwrap();
        let mut listener = Self { client, stream };
        listener.until(|command| matches!(command, Irc::JOIN(..)).then_some(())).await;
        listener
    }

    /// Waits for a message of which `pick` makes something.
    async fn until<T>(&mut self, mut pick: impl FnMut(&Irc) -> Option<T>) -> T {
        let listening = async {
            loop {
                let message = self.stream.next().await.expect("the server closed the connection").unwrap();
                if let Some(found) = pick(&message.command) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, listening).await.expect("heard nothing of the kind")
    }

    /// Every line that is said up to and with the one that is `last`.
    async fn lines_until(&mut self, last: &str) -> Vec<String> {
        let mut lines = Vec::new();
        self.until(|command| {
            let Irc::PRIVMSG(_, line) = command else { return None };
            lines.push(line.clone());
            (line == last).then_some(())
        })
        .await;
        lines
    }
}

/// The relay, running.
struct Relay {
    process: tokio::process::Child,
    address: String,
    http: reqwest::Client,
    folder: tempfile::TempDir,
}

impl Relay {
    async fn start(server: &Server) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tokens = folder.path().join("tokens");
        std::fs::write(&tokens, format!("{TOKEN}\n")).unwrap();
        let mut process = tokio::process::Command::new(PROGRAM)
            .args(["relay", "--listen", "127.0.0.1:0", "--channel", CHANNEL, "--nick", "verifybot"])
            .args(["--server", &format!("127.0.0.1:{}", server.port), "--token-file"])
            .arg(&tokens)
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(folder.path().join("log")).unwrap())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let first = tokio::time::timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().unwrap();
        let address = first.strip_prefix("listening on http://").and_then(|rest| rest.strip_suffix("/hook/…"));
        let address = address.unwrap_or_else(|| panic!("first line <{first}>")).to_owned();
        // The client wants the process's cryptography chosen, also for http.
        rustls::crypto::ring::default_provider().install_default().ok();
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        Self { process, address, http, folder }
    }

    async fn in_channel(self) -> Self {
        self.healthz(200).await;
        self
    }

    /// Waits until `/healthz` answers so.
    async fn healthz(&self, status: u16) {
        let url = format!("http://{}/healthz", self.address);
        let begun = Instant::now();
        while self.http.get(&url).send().await.unwrap().status() != status {
            assert!(begun.elapsed() < PATIENCE, "/healthz does not answer {status}: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn post(&self, path: &str, body: String) -> (u16, String) {
        let answer = self.http.post(format!("http://{}{path}", self.address)).body(body).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn say(&self, text: &str) -> (u16, String) {
        self.post(&format!("/hook/{TOKEN}"), serde_json::json!({ "text": text }).to_string()).await
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }
}

fn answered(status: u16, word: &str) -> (u16, String) {
    (status, word.to_owned())
}

#[tokio::test]
async fn a_post_is_said_once_and_then_answered() {
    let server = Server::start();
    let mut listener = Listener::join(&server).await;
    let relay = Relay::start(&server).await.in_channel().await;
    assert_eq!(relay.say("deployer: PASS on mwdebug &lt;1/1&gt;").await, answered(200, "ok"));
    assert_eq!(relay.say("end").await, answered(200, "ok"));
    assert_eq!(listener.lines_until("end").await, ["deployer: PASS on mwdebug <1/1>", "end"]);
}

#[tokio::test]
async fn nothing_that_is_posted_is_a_command_to_the_server_or_to_a_bot() {
    let server = Server::start();
    let mut listener = Listener::join(&server).await;
    let relay = Relay::start(&server).await.in_channel().await;
    for text in ["!log done", "stashbot: help", "PASS\r\nQUIT :bye\nKICK", "\u{2}\u{3}04,01PASS\u{f}\u{1}"] {
        assert_eq!(relay.say(text).await, answered(200, "ok"));
    }
    let long = "ü".repeat(300);
    relay.say(&long).await;
    relay.say("end").await;
    let cut = format!("{}…", "ü".repeat(198));
    assert_eq!(
        listener.lines_until("end").await,
        ["Backport Verify: !log done", "Backport Verify: stashbot: help", "PASS QUIT :bye KICK", "PASS", &cut, "end"]
    );
}

#[tokio::test]
async fn a_line_in_another_encoding_does_not_throw_the_relay_out() {
    let server = Server::start();
    let mut listener = Listener::join_as(&server, "iso-8859-1").await;
    let relay = Relay::start(&server).await.in_channel().await;
    listener.client.send_privmsg(CHANNEL, "grün").unwrap();
    assert_eq!(relay.say("end").await, answered(200, "ok"));
    assert_eq!(listener.lines_until("end").await, ["end"]);
    assert_eq!(relay.log().matches("in #wikimedia-operations").count(), 1, "{}", relay.log());
}

#[tokio::test]
async fn only_a_known_token_and_a_sound_payload_are_taken() {
    let server = Server::start();
    let relay = Relay::start(&server).await.in_channel().await;
    let hook = format!("/hook/{TOKEN}");
    let fine = || r#"{"text":"PASS"}"#.to_owned();
    assert_eq!(relay.post("/hook/0123456789abcdef0123456789abcdee", fine()).await, answered(403, "invalid_token"));
    assert_eq!(relay.post("/elsewhere", fine()).await, answered(404, "not_found"));
    assert_eq!(relay.post(&hook, "PASS".into()).await, answered(400, "invalid_payload"));
    assert_eq!(relay.post(&hook, r#"{"text":"\u0002 \n"}"#.into()).await, answered(400, "invalid_payload"));
    let too_much = format!(r#"{{"text":"{}"}}"#, "a".repeat(8192));
    assert_eq!(relay.post(&hook, too_much).await, answered(413, "too_large"));
    assert_eq!(relay.post(&hook, fine()).await, answered(200, "ok"));
    let log = relay.log();
    assert!(log.contains("a post was answered 403 invalid_token"), "{log}");
    assert!(!log.contains("0123456789abcde"), "{log}");
}

#[tokio::test]
async fn a_channel_that_refuses_the_line_is_told_to_the_poster() {
    let server = Server::start();
    let mut listener = Listener::join(&server).await;
    let relay = Relay::start(&server).await.in_channel().await;
    listener.client.send(Irc::Raw("MODE".into(), vec![CHANNEL.into(), "+m".into()])).unwrap();
    listener.until(|command| matches!(command, Irc::ChannelMODE(..)).then_some(())).await;
    assert_eq!(relay.say("PASS").await, answered(503, "channel_refused"));
}

#[tokio::test]
async fn without_the_server_nothing_is_taken_and_the_relay_comes_back() {
    let mut server = Server::start();
    let relay = Relay::start(&server).await.in_channel().await;
    server.stop();
    relay.healthz(503).await;
    assert_eq!(relay.say("PASS").await, answered(503, "not_connected"));
    server.start_again();
    let mut listener = Listener::join(&server).await;
    relay.healthz(200).await;
    assert_eq!(relay.say("back").await, answered(200, "ok"));
    assert_eq!(listener.lines_until("back").await, ["back"]);
}

#[tokio::test]
async fn a_server_that_is_silent_does_not_confirm() {
    let server = Server::start();
    let relay = Relay::start(&server).await.in_channel().await;
    server.signal("-STOP");
    assert_eq!(relay.say("PASS").await, answered(504, "not_confirmed"));
    server.signal("-CONT");
}

#[tokio::test]
async fn told_to_end_it_quits_and_ends_well() {
    let server = Server::start();
    let mut listener = Listener::join(&server).await;
    let mut relay = Relay::start(&server).await.in_channel().await;
    send_signal(relay.process.id().unwrap(), "-TERM");
    let ended = tokio::time::timeout(PATIENCE, relay.process.wait()).await.unwrap().unwrap();
    assert_eq!(ended.code(), Some(0), "{}", relay.log());
    let goodbye = listener.until(|command| if let Irc::QUIT(why) = command { why.clone() } else { None }).await;
    assert!(goodbye.contains("the relay ends"), "{goodbye}");
}

#[test]
fn a_file_without_tokens_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::write(&tokens, "\n").unwrap();
    Command::new()
        .args(["relay", "--server", "127.0.0.1:6667", "--channel", CHANNEL, "--nick", "verifybot", "--token-file"])
        .arg(&tokens)
        .code(2)
        .stderr(&format!(
            "backport-verify: failed to read the tokens in <{}>: expected at least one token, one a line; make one with: openssl rand -hex 24\n",
            tokens.display()
        ))
        .run();
}

#[test]
fn a_channel_without_its_sign_is_refused() {
    Command::new()
        .args(["relay", "--server", "127.0.0.1:6667", "--channel", "operations", "--nick", "verifybot"])
        .args(["--token-file", "/nowhere"])
        .code(2)
        .stderr("backport-verify: failed to read --channel <operations>: expected one name with its #, such as '#wikimedia-operations'\n")
        .run();
}
