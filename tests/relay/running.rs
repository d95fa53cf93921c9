// SPDX-License-Identifier: GPL-2.0-or-later
//! How the relay does, what it writes down, and how it ends.

use crate::gate::{Gate, Way};
use crate::servers::Server;
use crate::stage::{Listener, Relay};
use irc::client::prelude::Command as Irc;
use serde_json::{Value, json};

#[tokio::test]
async fn health_says_what_is_wrong() {
    let mut server = Server::ngircd();
    let relay = Relay::start(&server).await;
    let fine = json!({ "status": "ok", "in_channel": true, "waiting": 0, "reasons": [] });
    assert_eq!(relay.healthz(200).await, fine);
    server.stop();
    relay.healthz(503).await;
    assert_eq!(relay.say("PASS").await.status, 202);
    let reasons = ["the relay is not in its channel"];
    let away = json!({ "status": "not_ready", "in_channel": false, "waiting": 1, "reasons": reasons });
    assert_eq!(relay.healthz(503).await, away);
}

#[tokio::test]
async fn metrics_count_answers_lines_and_returns() {
    let mut server = Server::ngircd();
    let relay = Relay::start(&server).await.in_channel().await;
    assert_eq!(relay.say("PASS").await.status, 200);
    assert_eq!(relay.post("/hook/unknown", &[], "{}").await.status, 403);
    server.stop();
    relay.healthz(503).await;
    assert_eq!(relay.say("PASS").await.status, 202);
    let has = |text: &str, line: &str| assert!(text.lines().any(|said| said == line), "<{line}> is not in\n{text}");
    let away = relay.get("/metrics").await.text;
    for line in ["in_channel 0", "waiting 1", "posts_total{status=\"202\"} 1", "lines_total{outcome=\"said\"} 1"] {
        has(&away, &format!("backport_verify_relay_{line}"));
    }
    server.start_again();
    relay.until_states(&["said", "said"]).await;
    let back = relay.get("/metrics").await.text;
    for line in ["in_channel 1", "waiting 0", "posts_total{status=\"403\"} 1", "lines_total{outcome=\"said\"} 2"] {
        has(&back, &format!("backport_verify_relay_{line}"));
    }
    has(&back, "backport_verify_relay_returns_total 1");
    let last = back.lines().find_map(|line| line.strip_prefix("backport_verify_relay_last_said_timestamp_seconds "));
    let ago = jiff::Timestamp::now().as_second() - last.unwrap().parse::<i64>().unwrap();
    assert!((0..3600).contains(&ago), "{ago}");
}

#[tokio::test]
async fn the_log_is_json_without_token_text_or_password() {
    let server = Server::ngircd_with("Password = account:hunter2hunter2\n");
    let folder = tempfile::tempdir().unwrap();
    let password = folder.path().join("password");
    std::fs::write(&password, "account:hunter2hunter2\n").unwrap();
    let more = ["--password-file", password.to_str().unwrap()];
    let relay = Relay::start_with(server.address, &more).await.in_channel().await;
    let token = relay.hook.strip_prefix("/hook/").unwrap().to_owned();
    assert_eq!(relay.say_as("a", "very private words").await.status, 200);
    assert_eq!(relay.post(&relay.hook, &[], "broken private body").await.status, 400);
    assert_eq!(relay.get(&format!("{}/posts/a", relay.hook)).await.status, 200);
    let log = relay.log();
    for secret in [&*token, token.get(..12).unwrap(), "private", "hunter2"] {
        assert!(!log.contains(secret), "<{secret}> is in\n{log}");
    }
    let rows: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let answered: Vec<_> = rows.iter().filter(|row| row["message"] == "a post was answered").collect();
    assert_eq!(answered.len(), 2, "{log}");
    assert_eq!(
        [&answered[0]["status"], &answered[0]["answer"], &answered[0]["id"]],
        [&json!(200), &json!("said"), &json!("a")]
    );
    assert_eq!([&answered[1]["status"], &answered[1]["answer"]], [&json!(400), &json!("invalid_payload")]);
}

#[tokio::test]
async fn told_to_end_it_quits_and_ends_well() {
    let server = Server::ngircd();
    let mut listener = Listener::join(&server).await;
    let mut relay = Relay::start(&server).await.in_channel().await;
    relay.signal("-TERM");
    assert_eq!(relay.ended().await, Some(0), "{}", relay.log());
    let goodbye = listener.until(|command| if let Irc::QUIT(why) = command { why.clone() } else { None }).await;
    assert!(goodbye.contains("the relay ends"), "{goodbye}");
}

#[tokio::test]
async fn told_to_end_it_lets_the_line_on_the_way_end_and_keeps_the_others() {
    let server = Server::ngircd();
    let mut listener = Listener::join(&server).await;
    let gate = Gate::before(server.address).await;
    gate.open().await;
    let mut relay = Relay::start_with(gate.address, &[]).await.in_channel().await;
    // The line reaches the channel, and its confirmation is held.
    gate.hold(Way::ToRelay, 0).await;
    let first = tokio::spawn({
        let (http, url) = (relay.http.clone(), relay.url(&relay.hook));
        async move { http.post(url).header("webhook-id", "a").body(r#"{"text":"first"}"#).send().await.unwrap().status() }
    });
    assert_eq!(listener.line().await, "submitter via backport-verify: first");
    let second = tokio::spawn({
        let (http, url) = (relay.http.clone(), relay.url(&relay.hook));
        async move { http.post(url).header("webhook-id", "b").body(r#"{"text":"second"}"#).send().await.unwrap().status() }
    });
    relay.until_states(&["sending", "queued"]).await;
    relay.signal("-TERM");
    // Both are answered before the first has ended.
    assert_eq!((first.await.unwrap(), second.await.unwrap()), (202.try_into().unwrap(), 202.try_into().unwrap()));
    gate.open().await;
    assert_eq!(relay.ended().await, Some(0), "{}", relay.log());
    assert_eq!(relay.states(), ["said", "queued"]);
    assert!(listener.lines().await.is_empty());
    relay.start_again().await;
    assert_eq!(listener.line().await, "submitter via backport-verify: second");
    relay.until_states(&["said", "said"]).await;
}
