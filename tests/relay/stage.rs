// SPDX-License-Identifier: GPL-2.0-or-later
//! What the tests of the relay stand on: a second client in the channel, and the relay as a process.

use crate::servers::Server;
use crate::support::PROGRAM;
use futures_util::StreamExt;
use irc::client::ClientStream;
use irc::client::prelude::{Client, Command as Irc, Config};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, BufReader};

pub(crate) const CHANNEL: &str = "#wikimedia-operations";
/// The longest that anything here may take.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// Durations with which nothing waits for long: short pauses, and lines as fast as they come.
pub(crate) const QUICK: &str = "first_pause=20,last_pause=200,pace=0";

pub(crate) fn send_signal(process: u32, signal: &str) {
    assert!(Process::new("kill").arg(signal).arg(process.to_string()).status().unwrap().success());
}

/// Waits until `look` finds something.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits for `work`, which must end.
pub(crate) async fn soon<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(|_| panic!("in vain: {what}"))
}

/// Somebody else in the channel.
pub(crate) struct Listener {
    pub(crate) client: Client,
    pub(crate) stream: ClientStream,
}

impl Listener {
    pub(crate) async fn join(server: &Server) -> Self {
        Self::join_as(server, "utf-8").await
    }

    pub(crate) async fn join_as(server: &Server, encoding: &str) -> Self {
        let config = Config {
            nickname: Some("reviewer".into()),
            server: Some("127.0.0.1".into()),
            port: Some(server.address.port()),
            encoding: Some(encoding.into()),
            channels: vec![CHANNEL.into()],
            // The tests ask as fast as they can.
            max_messages_in_burst: Some(1_000_000),
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
    pub(crate) async fn until<T>(&mut self, mut pick: impl FnMut(&Irc) -> Option<T>) -> T {
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

    /// Every line that is said until the server has answered what is asked now: all that it has taken before.
    pub(crate) async fn lines(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        self.client.send(Irc::PING("all".into(), None)).unwrap();
        self.until(|command| match command {
            Irc::PRIVMSG(_, line) => {
                lines.push(line.clone());
                None
            }
            Irc::PONG(first, second) => (second.as_deref().unwrap_or(first) == "all").then_some(()),
            _ => None,
        })
        .await;
        lines
    }

    /// The next line that is said.
    pub(crate) async fn line(&mut self) -> String {
        self.until(|command| if let Irc::PRIVMSG(_, line) = command { Some(line.clone()) } else { None }).await
    }
}

/// How the channel sees what `submitter` posts.
pub(crate) fn said(text: &str) -> String {
    format!("submitter via backport-verify: {text}")
}

/// `relay token …`; what it prints, without its end.
pub(crate) fn token(data: &Path, args: &[&str]) -> String {
    let mut call = crate::support::Command::new().args(["relay", "token"]).args(args.iter().copied());
    call = call.args(["--data", data.to_str().unwrap()]);
    if args.first() == Some(&"add") {
        call = call.stderr_has("nothing can show it again");
    }
    call.stdout_has("").run().stdout.trim_end().to_owned()
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
    pub(crate) location: Option<String>,
    pub(crate) again: Option<u64>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn short(&self) -> (u16, &str) {
        (self.status, &self.text)
    }
}

/// How a relay is started.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    /// Where its server is, as host and port.
    pub(crate) irc: String,
    /// How long it waits for what.
    pub(crate) durations: String,
    /// Where it listens; 0 for any free port.
    pub(crate) port: u16,
    /// More arguments.
    pub(crate) more: Vec<String>,
    /// Kibibytes that a file may have.
    pub(crate) file_limit: Option<u32>,
    /// A library whose functions go before those of the system.
    pub(crate) preload: Option<PathBuf>,
}

impl Setting {
    pub(crate) fn new(irc: SocketAddr) -> Self {
        let durations = QUICK.to_owned();
        Self { irc: irc.to_string(), durations, port: 0, more: vec![], file_limit: None, preload: None }
    }
}

/// The relay, running.
pub(crate) struct Relay {
    process: tokio::process::Child,
    pub(crate) address: String,
    pub(crate) http: reqwest::Client,
    folder: tempfile::TempDir,
    /// The webhook's path of `submitter`.
    pub(crate) hook: String,
    setting: Setting,
}

impl Relay {
    pub(crate) async fn start(server: &Server) -> Self {
        Self::start_with(server.address, &[]).await
    }

    pub(crate) async fn start_with(irc: SocketAddr, more: &[&str]) -> Self {
        Self::paced(irc, QUICK, more).await
    }

    /// With durations of the test's own.
    pub(crate) async fn paced(irc: SocketAddr, durations: &str, more: &[&str]) -> Self {
        let (durations, more) = (durations.to_owned(), more.iter().map(|&word| word.to_owned()).collect());
        Self::set(Setting { durations, more, ..Setting::new(irc) }).await
    }

    pub(crate) async fn set(setting: Setting) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let hook = token(&folder.path().join("relay.sqlite3"), &["add", "submitter"]);
        // The client wants the process's cryptography chosen, also for http.
        rustls::crypto::ring::default_provider().install_default().ok();
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        let (process, address) = run(folder.path(), &setting).await;
        Self { process, address, http, folder, hook, setting }
    }

    /// Ends the process at once, as a crash does.
    pub(crate) async fn kill(&mut self) {
        self.process.start_kill().unwrap();
        self.process.wait().await.unwrap();
    }

    /// Starts it once more.
    pub(crate) async fn start_again(&mut self) {
        (self.process, self.address) = run(self.folder.path(), &self.setting).await;
    }

    /// The same, with other settings.
    pub(crate) async fn start_again_with(&mut self, change: impl FnOnce(&mut Setting)) {
        change(&mut self.setting);
        self.start_again().await;
    }

    pub(crate) fn signal(&self, signal: &str) {
        send_signal(self.process.id().unwrap(), signal);
    }

    /// How many files and connections it has open.
    pub(crate) fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.process.id().unwrap())).unwrap().count()
    }

    /// Waits until it has ended; its exit code.
    pub(crate) async fn ended(&mut self) -> Option<i32> {
        tokio::time::timeout(PATIENCE, self.process.wait()).await.unwrap().unwrap().code()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("relay.sqlite3")
    }

    /// The relay's file, as another process sees it.
    pub(crate) fn open(&self) -> rusqlite::Connection {
        let file = rusqlite::Connection::open(self.data()).unwrap();
        file.busy_timeout(PATIENCE).unwrap();
        file
    }

    /// The states of all posts, oldest first.
    pub(crate) fn states(&self) -> Vec<String> {
        let file = self.open();
        let mut query = file.prepare("SELECT state FROM posts ORDER BY place").unwrap();
        query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    pub(crate) async fn until_states(&self, states: &[&str]) {
        until(&format!("the posts are {states:?}"), async || (self.states() == states).then_some(())).await;
    }

    pub(crate) async fn in_channel(self) -> Self {
        self.joined().await;
        self
    }

    /// Waits until it is in its channel.
    pub(crate) async fn joined(&self) {
        self.stands("joined").await;
    }

    /// Waits until it is out of its channel.
    pub(crate) async fn away(&self) {
        until("the relay is out of its channel", async || (self.channel().await["state"] != "joined").then_some(()))
            .await;
    }

    /// Waits until it stands so to its channel; what it tells of that.
    pub(crate) async fn stands(&self, state: &str) -> Value {
        let what = format!("the relay is {state}: {}", self.log());
        until(&what, async || Some(self.channel().await).filter(|channel| channel["state"] == state)).await
    }

    async fn channel(&self) -> Value {
        self.get("/healthz").await.json()["channel"].clone()
    }

    /// Waits until `/healthz` answers so.
    pub(crate) async fn healthz(&self, status: u16) -> Value {
        let what = format!("/healthz answers {status}: {}", self.log());
        let answer = until(&what, async || Some(self.get("/healthz").await).filter(|answer| answer.status == status));
        answer.await.json()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        answer(self.http.get(self.url(path))).await
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)], body: &str) -> Answer {
        let request = self.http.post(self.url(path)).body(body.to_owned());
        answer(fields.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
    }

    pub(crate) async fn say(&self, text: &str) -> Answer {
        self.post(&self.hook, &[], &json!({ "text": text }).to_string()).await
    }

    pub(crate) async fn say_as(&self, id: &str, text: &str) -> Answer {
        self.post(&self.hook, &[("webhook-id", id)], &json!({ "text": text }).to_string()).await
    }

    /// How a post stands.
    pub(crate) async fn standing(&self, id: &str) -> Value {
        self.get(&format!("{}/posts/{id}", self.hook)).await.json()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Waits until the log holds `part`.
    pub(crate) async fn logs(&self, part: &str) {
        let looking = async {
            while !self.log().contains(part) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let came = tokio::time::timeout(PATIENCE, looking).await;
        assert!(came.is_ok(), "the log does not hold <{part}>: {}", self.log());
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }
}

async fn run(folder: &Path, setting: &Setting) -> (tokio::process::Child, String) {
    let mut command = match setting.file_limit {
        // A limit that the kernel keeps: what would make a file longer fails with EFBIG.
        Some(limit) => {
            let mut shell = tokio::process::Command::new("/bin/bash");
            let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$0\" \"$@\"");
            shell.args(["-c", &script, PROGRAM]);
            shell
        }
        None => tokio::process::Command::new(PROGRAM),
    };
    command.envs(setting.preload.iter().map(|library| ("LD_PRELOAD", library)));
    let log = std::fs::OpenOptions::new().create(true).append(true).open(folder.join("log")).unwrap();
    let mut process = command
        .args(["relay", "--channel", CHANNEL, "--nick", "verifybot"])
        .args(["--listen", &format!("127.0.0.1:{}", setting.port)])
        .args(["--server", &setting.irc, "--durations", &setting.durations, "--data"])
        .arg(folder.join("relay.sqlite3"))
        .args(&setting.more)
        .stdout(Stdio::piped())
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let first = tokio::time::timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap();
    let first = first.unwrap_or_else(|| panic!("{}", std::fs::read_to_string(folder.join("log")).unwrap()));
    let address = first.strip_prefix("listening on http://").and_then(|rest| rest.strip_suffix("/hook/…"));
    (process, address.unwrap_or_else(|| panic!("first line <{first}>")).to_owned())
}

/// Sends a request that must be answered.
pub(crate) async fn answer(request: reqwest::RequestBuilder) -> Answer {
    try_answer(request).await.unwrap()
}

/// Sends a request to a relay that may be gone.
pub(crate) async fn try_answer(request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
    let answer = request.send().await?;
    let field = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let (location, again) = (field("location"), field("retry-after").map(|seconds| seconds.parse().unwrap()));
    Ok(Answer { status: answer.status().as_u16(), location, again, text: answer.text().await? })
}
