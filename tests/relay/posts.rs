// SPDX-License-Identifier: GPL-2.0-or-later
//! What is posted, and what is answered.

use crate::servers::Server;
use crate::stage::{Listener, QUICK, Relay, Setting, token, until};
use backport_verify::report::relay_secret;
use serde_json::json;
use standardwebhooks::Webhook;

const FINE: &str = r#"{"text":"PASS"}"#;
const EVENT: &str = r#"{"type":"run.ended","timestamp":"2020-08-24T13:00:00Z","data":{"line":"PASS"}}"#;

/// The fields of a signed post.
pub(crate) fn signed(hook: &str, id: &str, at: i64, body: &str) -> [(&'static str, String); 3] {
    let secret = String::from(relay_secret(hook.strip_prefix("/hook/").unwrap()));
    let signature = Webhook::new(&secret).unwrap().sign(id, at, body.as_bytes()).unwrap();
    [("webhook-id", id.to_owned()), ("webhook-timestamp", at.to_string()), ("webhook-signature", signature)]
}

pub(crate) fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

#[tokio::test]
async fn only_a_known_token_and_a_sound_payload_are_taken() {
    let server = Server::ngircd();
    let relay = Relay::start(&server).await.in_channel().await;
    let hook = relay.hook.clone();
    let other = hook.get(..hook.len() - 1).unwrap().to_owned();
    let too_much = json!({ "text": "a".repeat(8192) }).to_string();
    let plain = [("content-type", "text/plain")];
    for (path, fields, body, expected) in [
        (&*other, &[][..], FINE, (403, "invalid_token")),
        ("/elsewhere", &[], FINE, (404, "not_found")),
        (&hook, &[], "PASS", (400, "invalid_payload")),
        (&hook, &[], r#"{"text":"\u0002 \n"}"#, (400, "no_text")),
        (&hook, &[], &too_much, (413, "too_large")),
        (&hook, &plain, FINE, (415, "unsupported_media_type")),
        (&hook, &[], EVENT, (401, "invalid_signature")),
        (&hook, &[], FINE, (200, "ok")),
    ] {
        assert_eq!(relay.post(path, fields, body).await.short(), expected, "{body:.40}");
    }
    // Whoever sends an id is told in JSON.
    let answer = relay.post(&hook, &[("webhook-id", "a")], "PASS").await;
    assert_eq!((answer.status, &answer.json()["error"]), (400, &json!("invalid_payload")));
    assert_eq!(relay.get(&format!("{hook}/posts/a")).await.json()["error"], "unknown_post");
}

#[tokio::test]
async fn a_form_with_a_payload_is_a_post_too() {
    let server = Server::ngircd();
    let mut listener = Listener::join(&server).await;
    let relay = Relay::start(&server).await.in_channel().await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(relay.post(&relay.hook, &form, "payload=%7B%22text%22%3A%22PASS%22%7D").await.short(), (200, "ok"));
    assert_eq!(listener.lines().await, ["submitter via backport-verify: PASS"]);
}

#[tokio::test]
async fn a_signed_post_is_taken_once_and_a_wrong_signature_or_time_is_not() {
    let server = Server::ngircd();
    let mut listener = Listener::join(&server).await;
    let relay = Relay::start(&server).await.in_channel().await;
    let post = async |fields: [(&'static str, String); 3], body: &str| {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        relay.post(&relay.hook, &fields, body).await
    };
    for _ in 0..2 {
        let answer = post(signed(&relay.hook, "a", now(), EVENT), EVENT).await;
        assert_eq!((answer.status, answer.json()), (200, json!({ "id": "a", "status": "said" })));
    }
    let wrong = post(signed("/hook/another", "b", now(), EVENT), EVENT).await;
    assert_eq!((wrong.status, wrong.json()["error"].clone()), (401, json!("invalid_signature")));
    let old = post(signed(&relay.hook, "b", now() - 301, EVENT), EVENT).await;
    assert_eq!((old.status, old.json()["error"].clone()), (400, json!("invalid_timestamp")));
    assert!(old.json()["detail"].as_str().unwrap().contains("five minutes"), "{old:?}");
    assert_eq!(listener.lines().await, ["submitter via backport-verify: PASS"]);
}

#[tokio::test]
async fn a_known_id_is_acknowledged_and_not_said_again() {
    let server = Server::ngircd();
    let mut listener = Listener::join(&server).await;
    let relay = Relay::start(&server).await.in_channel().await;
    // Together, and then once more.
    let answers = futures_util::future::join_all((0..5).map(|_| relay.say_as("a", "PASS"))).await;
    for answer in answers.into_iter().chain([relay.say_as("a", "FAIL").await]) {
        assert_eq!((answer.status, answer.json()), (200, json!({ "id": "a", "status": "said" })));
    }
    assert_eq!(listener.lines().await, ["submitter via backport-verify: PASS"]);
    // Without an id each is its own.
    for _ in 0..2 {
        assert_eq!(relay.say("again").await.short(), (200, "ok"));
    }
    assert_eq!(listener.lines().await, ["submitter via backport-verify: again"; 2]);
}

#[tokio::test]
async fn an_id_is_known_for_a_day() {
    let server = Server::ngircd();
    let relay = Relay::start(&server).await.in_channel().await;
    let age = |hours: i64| {
        let milliseconds = hours * 60 * 60 * 1000;
        relay.open().execute("UPDATE posts SET received = received - ?1", [milliseconds]).unwrap();
    };
    assert_eq!(relay.say_as("a", "PASS").await.status, 200);
    age(23);
    assert_eq!(relay.say_as("a", "PASS").await.status, 200);
    assert_eq!(relay.states(), ["said"]);
    age(2);
    assert_eq!(relay.say_as("b", "PASS").await.status, 200);
    assert_eq!(relay.get(&format!("{}/posts/a", relay.hook)).await.status, 404);
}

#[tokio::test]
async fn whoever_posts_too_fast_is_told_when_to_come_back() {
    let server = Server::ngircd();
    let relay = Relay::start_with(server.address, &["--a-minute", "1", "--burst", "2"]).await.in_channel().await;
    let other = token(&relay.data(), &["add", "other"]);
    for _ in 0..2 {
        assert_eq!(relay.say("PASS").await.short(), (200, "ok"));
    }
    let answer = relay.say("PASS").await;
    assert_eq!(answer.short(), (429, "rate_limited"));
    let again = answer.again.unwrap();
    assert!((1..=60).contains(&again), "{again}");
    assert_eq!(relay.post(&other, &[], FINE).await.short(), (200, "ok"));
}

#[tokio::test]
async fn no_more_lines_wait_than_there_is_room_for() {
    let mut server = Server::ngircd();
    server.stop();
    let relay = Relay::start_with(server.address, &["--waiting", "2"]).await;
    for id in ["a", "b"] {
        assert_eq!(relay.say_as(id, "PASS").await.status, 202);
    }
    let answer = relay.say_as("c", "PASS").await;
    assert_eq!((answer.status, answer.again), (503, Some(30)));
    // What is in the queue already takes no room.
    assert_eq!(relay.say_as("b", "PASS").await.status, 202);
    assert_eq!(relay.states(), ["queued", "queued"]);
    server.start_again();
    relay.until_states(&["said", "said"]).await;
    assert_eq!(relay.say_as("c", "PASS").await.status, 200);
}

#[tokio::test]
async fn a_full_disk_refuses_and_loses_nothing() {
    let mut server = Server::ngircd();
    server.stop();
    let plenty = ["--a-minute", "60000", "--burst", "60000", "--waiting", "60000"].map(str::to_owned).to_vec();
    let setting =
        Setting { durations: QUICK.to_owned(), more: plenty, file_limit: Some(1024), ..Setting::new(server.address) };
    let mut relay = Relay::set(setting).await;
    let text = |id: &str| format!("{id} {}", "a".repeat(300));
    let mut taken = Vec::new();
    let refused = loop {
        let id = format!("id-{}", taken.len());
        let answer = relay.say_as(&id, &text(&id)).await;
        match answer.status {
            202 => taken.push(id),
            507 => break id,
            other => panic!("{other}: {answer:?}"),
        }
        assert!(taken.len() < 10_000, "the file has no limit");
    };
    assert!(taken.len() > 10, "{}", taken.len());
    assert_eq!(relay.healthz(503).await["reasons"], json!(["the relay's file could not be used at the last try"]));
    assert_eq!(relay.states(), vec!["queued"; taken.len()]);
    assert_eq!(relay.get(&format!("{}/posts/{refused}", relay.hook)).await.status, 404);
    relay.kill().await;
    server.start_again();
    let mut listener = Listener::join(&server).await;
    relay.start_again_with(|setting| setting.file_limit = None).await;
    relay.joined().await;
    until("all is said", async || (relay.states().iter().all(|state| state == "said")).then_some(())).await;
    assert_eq!(relay.say_as(&refused, &text(&refused)).await.status, 200);
    taken.push(refused);
    let said: Vec<_> = taken.iter().map(|id| format!("submitter via backport-verify: {}", text(id))).collect();
    assert_eq!(listener.lines().await, said);
}
