// SPDX-License-Identifier: GPL-2.0-or-later
//! The relay killed at every moment of a post's life: what was taken is said once, or told to be unclear.

use crate::gate::{Gate, Way};
use crate::servers::Server;
use crate::stage::{Listener, Relay, try_answer, until};
use serde_json::{Value, json};

const LINE: &str = "submitter via backport-verify: PASS";

/// Posts without waiting for the answer.
fn send(relay: &Relay, id: &str) {
    let request = relay.http.post(relay.url(&relay.hook)).header("webhook-id", id).body(r#"{"text":"PASS"}"#);
    tokio::spawn(try_answer(request));
}

fn unclear(id: &str) -> Value {
    json!({ "id": id, "status": "unclear", "detail": "the relay ended while it was being sent" })
}

#[tokio::test]
async fn killed_before_it_has_taken_a_post_it_knows_nothing_of_it() {
    let server = Server::ngircd();
    let mut listener = Listener::join(&server).await;
    let mut relay = Relay::start(&server).await.in_channel().await;
    // Another process writes, so that the relay's own change has to wait.
    let other = relay.open();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answer = {
        let request = relay.http.post(relay.url(&relay.hook)).header("webhook-id", "a").body(r#"{"text":"PASS"}"#);
        tokio::spawn(try_answer(request))
    };
    // The request is in when the relay no longer answers what needs its file.
    until("the relay waits for its file", async || {
        let asked = relay.http.get(relay.url("/healthz")).timeout(std::time::Duration::from_millis(300)).send().await;
        asked.is_err().then_some(())
    })
    .await;
    relay.kill().await;
    assert!(answer.await.unwrap().is_err());
    drop(other);
    assert_eq!(relay.states(), [""; 0]);
    relay.start_again().await;
    relay.joined().await;
    assert_eq!(relay.get(&format!("{}/posts/a", relay.hook)).await.status, 404);
    assert_eq!(relay.say_as("a", "PASS").await.status, 200);
    assert_eq!(listener.lines().await, [LINE]);
}

#[tokio::test]
async fn killed_once_it_has_taken_a_post_it_says_it_after_the_restart() {
    let mut server = Server::ngircd();
    server.stop();
    let mut relay = Relay::start(&server).await;
    assert_eq!(relay.say_as("a", "PASS").await.json(), json!({ "id": "a", "status": "queued" }));
    relay.kill().await;
    server.start_again();
    let mut listener = Listener::join(&server).await;
    relay.start_again().await;
    assert_eq!(listener.line().await, LINE);
    relay.until_states(&["said"]).await;
    assert_eq!(relay.say_as("a", "PASS").await.json(), json!({ "id": "a", "status": "said" }));
    assert!(listener.lines().await.is_empty());
}

#[tokio::test]
async fn killed_while_the_line_is_on_the_way_it_is_unclear_and_never_said_again() {
    // Held before the server the line is heard by nobody; held behind it, by all.
    for (way, heard) in [(Way::ToServer, 0), (Way::ToRelay, 1)] {
        let server = Server::ngircd();
        let mut listener = Listener::join(&server).await;
        let gate = Gate::before(server.address).await;
        gate.open().await;
        let mut relay = Relay::start_with(gate.address, &[]).await.in_channel().await;
        gate.hold(way, 0).await;
        send(&relay, "a");
        relay.until_states(&["sending"]).await;
        let mut lines = Vec::new();
        if heard == 1 {
            lines.push(listener.line().await);
        }
        relay.kill().await;
        gate.cut().await;
        relay.start_again().await;
        relay.joined().await;
        assert_eq!(relay.standing("a").await, unclear("a"), "{way:?}");
        assert_eq!(relay.say_as("a", "PASS").await.json(), unclear("a"), "{way:?}");
        assert_eq!(relay.say_as("end", "end").await.status, 200, "{way:?}");
        lines.extend(listener.lines().await);
        assert_eq!(lines.iter().filter(|line| *line == LINE).count(), heard, "{way:?}: {lines:?}");
    }
}

#[tokio::test]
async fn killed_once_the_line_is_said_it_is_not_said_again() {
    let server = Server::ngircd();
    let mut listener = Listener::join(&server).await;
    let mut relay = Relay::start(&server).await.in_channel().await;
    assert_eq!(relay.say_as("a", "PASS").await.status, 200);
    relay.kill().await;
    relay.start_again().await;
    relay.joined().await;
    assert_eq!(relay.say_as("a", "PASS").await.json(), json!({ "id": "a", "status": "said" }));
    assert_eq!(listener.lines().await, [LINE]);
}

#[tokio::test]
async fn a_connection_that_is_cut_in_mid_line_leaves_it_unclear_and_goes_on_with_the_next() {
    let server = Server::ngircd();
    let mut listener = Listener::join(&server).await;
    let gate = Gate::before(server.address).await;
    gate.open().await;
    let relay = Relay::start_with(gate.address, &[]).await.in_channel().await;
    gate.hold(Way::ToServer, 30).await;
    send(&relay, "a");
    until("the line is half way", async || (gate.left(Way::ToServer).await == Some(0)).then_some(())).await;
    send(&relay, "b");
    relay.until_states(&["sending", "queued"]).await;
    gate.cut().await;
    relay.until_states(&["unclear", "said"]).await;
    assert_eq!(relay.standing("a").await["detail"], "it was sent, but the server did not confirm it");
    assert_eq!(listener.lines().await, [LINE]);
}
