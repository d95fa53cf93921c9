// SPDX-License-Identifier: GPL-2.0-or-later
//! The relay, running, and what can be asked of it from outside.

use crate::support::PROGRAM;
use crate::{CHANNEL, PATIENCE, TOKEN, soon};
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

pub(crate) struct Relay {
    pub(crate) process: Child,
    pub(crate) address: String,
    pub(crate) http: reqwest::Client,
    folder: tempfile::TempDir,
}

impl Relay {
    /// Runs with short pauses.
    pub(crate) async fn start(server: SocketAddr, more: &[&str]) -> Self {
        Self::start_with(&server.to_string(), "first_pause=20,last_pause=200", more).await
    }

    /// Runs with other durations.
    pub(crate) async fn start_with(server: &str, durations: &str, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tokens = folder.path().join("tokens");
        std::fs::write(&tokens, format!("{TOKEN}\n")).unwrap();
        let mut process = Command::new(PROGRAM)
            .args(["relay", "--listen", "127.0.0.1:0", "--channel", CHANNEL, "--nick", "verifybot"])
            .args(["--server", server, "--durations", durations, "--token-file"])
            .arg(&tokens)
            .args(more)
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(folder.path().join("log")).unwrap())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let first = soon("the relay's first line", lines.next_line()).await.unwrap();
        let first = first.unwrap_or_else(|| panic!("{}", std::fs::read_to_string(folder.path().join("log")).unwrap()));
        let address = first.strip_prefix("listening on http://").and_then(|rest| rest.strip_suffix("/hook/…"));
        let address = address.unwrap_or_else(|| panic!("first line <{first}>")).to_owned();
        // The client wants the process's cryptography chosen, also for http.
        rustls::crypto::ring::default_provider().install_default().ok();
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        Self { process, address, http, folder }
    }

    /// Waits until it is in the channel.
    pub(crate) async fn in_channel(self) -> Self {
        self.healthz(200).await;
        self
    }

    /// Waits until `/healthz` answers so.
    pub(crate) async fn healthz(&self, status: u16) {
        let url = format!("http://{}/healthz", self.address);
        let asking = async {
            while self.http.get(&url).send().await.unwrap().status() != status {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let came = tokio::time::timeout(PATIENCE, asking).await;
        assert!(came.is_ok(), "/healthz does not answer {status}: {}", self.log());
    }

    /// Posts a line; the answer's status and text.
    pub(crate) async fn say(&self, text: &str) -> (u16, String) {
        let body = serde_json::json!({ "text": text }).to_string();
        let url = format!("http://{}/hook/{TOKEN}", self.address);
        let answer = self.http.post(url).body(body).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
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

    /// An answer, to compare with.
    pub(crate) fn told(status: u16, word: &str) -> (u16, String) {
        (status, word.to_owned())
    }
}
