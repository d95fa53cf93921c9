// SPDX-License-Identifier: GPL-2.0-or-later
//! How the relay does, what it writes down, and how it ends.

use crate::gate::{Gate, Way};
use crate::irc::scripted::Scripted;
use crate::servers::Server;
use crate::stage::{CHANNEL, Listener, Relay, Setting, until};
use irc::client::prelude::Command as Irc;
use jiff::Timestamp;
use serde_json::{Value, json};

/// The time of a state, which must be of now.
fn since(channel: &Value) -> Timestamp {
    let since: Timestamp = channel["since"].as_str().unwrap().parse().unwrap();
    assert!((0..3600).contains(&Timestamp::now().duration_since(since).as_secs()), "{channel}");
    since
}

#[tokio::test]
async fn health_tells_of_the_channel_and_is_well_while_lines_can_wait_for_it() {
    let mut server = Server::ngircd();
    let relay = Relay::start(&server).await;
    let joined = relay.stands("joined").await;
    let fine = json!({ "status": "ok", "channel": joined, "waiting": 0, "reasons": [] });
    assert_eq!(relay.healthz(200).await, fine);
    server.stop();
    let away = relay.stands("connecting").await;
    assert!(since(&away) > since(&joined), "{away} {joined}");
    assert_eq!(relay.say("PASS").await.status, 202);
    let waits = json!({ "status": "ok", "channel": away, "waiting": 1, "reasons": [] });
    assert_eq!(relay.healthz(200).await, waits);
}

#[tokio::test]
async fn health_is_bad_once_the_channel_is_away_for_longer_than_lines_are_kept() {
    let mut server = Server::ngircd();
    server.stop();
    let relay = Relay::start_with(server.address, &["--keep-for", "1"]).await;
    let told = relay.healthz(503).await;
    assert_eq!(told["reasons"], json!(["the relay has been out of its channel for longer than a line may wait"]));
    assert_eq!((&told["status"], &told["channel"]["state"]), (&json!("not_ready"), &json!("connecting")));
    server.start_again();
    assert_eq!(relay.healthz(200).await["channel"]["state"], "joined");
}

#[tokio::test]
async fn health_says_why_it_is_not_let_in_in_words_of_its_own() {
    let server = Scripted::start().await;
    let relay = Relay::paced(server.address, "first_pause=1,last_pause=20", &[]).await;
    for (answer, reason) in [
        ("ERROR :Closing Link: backport@192.0.2.7 (Throttled)", "the server wants it to come back later"),
        // As often as it has nicks.
        (
            ":s 432 * verifybot :192.0.2.7\r\n:s 432 * verifybot_ :no\r\n:s 432 * verifybot__ :no",
            "it cannot have its nick",
        ),
        (":s 464 * :hunter2", "the server refused its password"),
        (":s 465 * :192.0.2.7 is banned", "the server has banned it"),
        (":s 902 * :192.0.2.7", "it could not log in"),
    ] {
        let mut peer = server.accept().await;
        peer.greeted().await;
        peer.send(&[answer]).await;
        let what = format!("{reason}: {}", relay.log());
        let told = until(&what, async || {
            let told = relay.healthz(200).await;
            (told["channel"]["reason"] == reason).then_some(told)
        })
        .await;
        assert_eq!(told["channel"]["state"], "refused");
        assert!(!told.to_string().contains("192.0.2.7") && !told.to_string().contains("hunter2"), "{told}");
    }
    let mut peer = server.accept().await;
    peer.asked_to_join("").await;
    peer.send(&[&format!(":s 474 verifybot {CHANNEL} :192.0.2.7 may not")]).await;
    let told = until("it is banned", async || {
        Some(relay.stands("refused").await).filter(|channel| channel["reason"] == "the channel has banned it")
    })
    .await;
    since(&told);
}

#[tokio::test]
async fn metrics_count_answers_lines_and_returns() {
    let mut server = Server::ngircd();
    let relay = Relay::start(&server).await.in_channel().await;
    assert_eq!(relay.say("PASS").await.status, 200);
    assert_eq!(relay.post("/hook/unknown", &[], "{}").await.status, 403);
    server.stop();
    relay.away().await;
    assert_eq!(relay.say("PASS").await.status, 202);
    let has = |text: &str, line: &str| assert!(text.lines().any(|said| said == line), "<{line}> is not in\n{text}");
    let away = relay.get("/metrics").await.text;
    for line in [
        "in_channel 0",
        "channel_state{state=\"connecting\"} 1",
        "waiting 1",
        "posts_total{status=\"202\"} 1",
        "lines_total{outcome=\"said\"} 1",
    ] {
        has(&away, &format!("backport_verify_relay_{line}"));
    }
    server.start_again();
    relay.until_states(&["said", "said"]).await;
    let back = relay.get("/metrics").await.text;
    for line in [
        "in_channel 1",
        "channel_state{state=\"joined\"} 1",
        "waiting 0",
        "posts_total{status=\"403\"} 1",
        "lines_total{outcome=\"said\"} 2",
    ] {
        has(&back, &format!("backport_verify_relay_{line}"));
    }
    has(&back, "backport_verify_relay_returns_total 1");
    let since = relay.stands("joined").await;
    let since = self::since(&since).as_second();
    has(&back, &format!("backport_verify_relay_channel_since_timestamp_seconds {since}"));
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

/// Looks no name up, and never comes back from that.
const ENDLESS: &str = r#"
    #include <unistd.h>
    int getaddrinfo(const char *node, const char *service, const void *hints, void **found) {
        write(2, "looking up\n", 11);
        for (;;) pause();
    }
"#;

#[tokio::test]
async fn told_to_end_while_a_name_is_looked_up_for_ever_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let (source, library) = (folder.path().join("endless.c"), folder.path().join("endless.so"));
    std::fs::write(&source, ENDLESS).unwrap();
    let made = std::process::Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([&library, &source]).status();
    assert!(made.unwrap().success());
    let setting = Setting::new("127.0.0.1:6667".parse().unwrap());
    let mut relay = Relay::set(Setting { irc: "irc.example.org:6667".into(), preload: Some(library), ..setting }).await;
    relay.logs("looking up").await;
    relay.signal("-TERM");
    assert_eq!(relay.ended().await, Some(0), "{}", relay.log());
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
