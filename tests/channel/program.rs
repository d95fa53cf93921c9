// SPDX-License-Identifier: GPL-2.0-or-later
//! A receiver that we did not write: Debian's `webhook` (<https://github.com/adnanh/webhook>), set up as one that takes
//! Slack's body. It answers with what it has read, by a command that prints its argument.

use backport_verify::report::{About, Message, Posting, Receiver};
use jiff::Timestamp;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::Command;
use url::Url;

const PROGRAM: &str = "/usr/bin/webhook";
const HOOKS: &str = r#"[{
    "id": "T000/B000/XXXX",
    "http-methods": ["POST"],
    "execute-command": "/bin/echo",
    "include-command-output-in-response": true,
    "pass-arguments-to-command": [{"source": "payload", "name": "text"}, {"source": "header", "name": "webhook-id"}]
}]"#;

#[tokio::test]
async fn a_program_of_others_reads_the_line_out_of_slacks_body() {
    assert!(Path::new(PROGRAM).exists(), "{PROGRAM} is missing: apt-get install --no-install-recommends webhook");
    let folder = tempfile::tempdir().unwrap();
    let hooks = folder.path().join("hooks.json");
    std::fs::write(&hooks, HOOKS).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let _program = Command::new(PROGRAM)
        .args(["-ip", "127.0.0.1", "-port", &port.to_string(), "-urlprefix", "services", "-hooks"])
        .arg(&hooks)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let end = Instant::now() + Duration::from_mins(1);
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        assert!(Instant::now() < end, "{PROGRAM} does not listen");
    }

    let url = Url::parse(&format!("http://127.0.0.1:{port}/services/T000/B000/XXXX")).unwrap();
    let receiver = Receiver::guess(&url);
    assert_eq!(receiver, Receiver::Slack);
    let line = "deployer: FAIL on mwdebug (k8s-mwdebug): 0/1 pass. \"x\" \\ ü💡 < & > Please roll back. Change 1: مثال";
    let message = Message { id: "4f-1".into(), at: Timestamp::UNIX_EPOCH, line: line.into(), about: About::Trial };
    let Posting { fields, body } = Posting::new(receiver, &message, message.at, &url, None, Timestamp::UNIX_EPOCH);
    rustls::crypto::ring::default_provider().install_default().ok();
    let mut request = reqwest::Client::builder().no_proxy().build().unwrap().post(url).body(body);
    for (name, value) in fields {
        request = request.header(name, value);
    }
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    // Slack's markup has these three as entities; a program that does not know it hands them on.
    let escaped = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    assert_eq!(answer.text().await.unwrap(), format!("{escaped} 4f-1\n"));
}
