// SPDX-License-Identifier: GPL-2.0-or-later
//! Clients that hold connections: each is hung up on in time, all together do not keep an honest one out for long, and
//! what is long on purpose is left alone.

use crate::servers::Server;
use crate::stage::{Listener, Relay, said, soon, token, try_answer, until};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Duration, sleep};

/// A client without a library's patience.
async fn connect(relay: &Relay) -> TcpStream {
    TcpStream::connect(&relay.address).await.unwrap()
}

/// Says `first`, then a byte at a time for ever; what is answered until the relay hangs up.
async fn trickle(mut client: TcpStream, first: &str) -> String {
    client.write_all(first.as_bytes()).await.unwrap();
    let (mut answers, mut out) = client.split();
    let mut answer = Vec::new();
    let saying = async {
        while out.write_all(b"a").await.is_ok() {
            sleep(Duration::from_millis(20)).await;
        }
        std::future::pending::<()>().await;
    };
    let hearing = async {
        // To be hung up on with bytes on the way is to be reset.
        answers.read_to_end(&mut answer).await.ok();
    };
    soon("the relay hangs up", async {
        tokio::select! { () = hearing => {}, () = saying => {} }
    })
    .await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn who_says_nothing_or_a_byte_now_and_then_is_hung_up_on() {
    let server = Server::ngircd();
    let relay = Relay::paced(server.address, "headers=300,body=300", &[]).await.in_channel().await;
    let mut silent = connect(&relay).await;
    let mut heard = Vec::new();
    let silence = async {
        silent.read_to_end(&mut heard).await.unwrap();
    };
    let post = |path: &str| format!("POST {path} HTTP/1.1\r\nhost: relay\r\ncontent-length: 8000\r\n\r\n{{");
    let (mine, nobodys) = (post(&relay.hook), post("/hook/nobody"));
    let ((), of_fields, of_body, of_nobody, of_line) = tokio::join!(
        soon("the relay hangs up", silence),
        trickle(connect(&relay).await, "GET /healthz HTTP/1.1\r\nhost: "),
        trickle(connect(&relay).await, &mine),
        trickle(connect(&relay).await, &nobodys),
        trickle(connect(&relay).await, ""),
    );
    assert_eq!((heard.as_slice(), &*of_fields, &*of_line), (&b""[..], "", ""));
    assert!(of_body.starts_with("HTTP/1.1 408 ") && of_body.ends_with("too_slow"), "{of_body}");
    assert!(of_nobody.starts_with("HTTP/1.1 403 ") && of_nobody.ends_with("invalid_token"), "{of_nobody}");
    assert_eq!(relay.say("PASS").await.short(), (200, "ok"));
    let gone = "backport_verify_relay_connections 1\n";
    until("all but the one that asks are closed", async || {
        relay.get("/metrics").await.text.contains(gone).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_connection_has_one_request() {
    let server = Server::ngircd();
    let relay = Relay::start(&server).await.in_channel().await;
    let mut client = connect(&relay).await;
    client.write_all(b"GET /nothing HTTP/1.1\r\nhost: relay\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    soon("the relay hangs up", client.read_to_string(&mut answer)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 404 ") && answer.contains("connection: close\r\n"), "{answer}");
}

#[tokio::test]
async fn a_stream_of_events_outlives_every_limit_of_a_request() {
    let server = Server::ngircd();
    let relay = Relay::paced(server.address, "headers=50,body=50,keep_alive=25", &[]).await.in_channel().await;
    let mut stream = relay.http.get(relay.url(&format!("{}/events", relay.hook))).send().await.unwrap();
    let mut signs = 0;
    while signs < 20 {
        let chunk = soon("a sign of life", stream.chunk()).await.unwrap().expect("the stream has ended");
        signs += std::str::from_utf8(&chunk).unwrap().matches(": ").count();
    }
}

#[tokio::test]
async fn who_finds_no_room_is_told_at_once_and_nothing_is_taken() {
    let server = Server::ngircd();
    let relay = Relay::paced(server.address, "headers=60000", &["--connections", "4"]).await.in_channel().await;
    let mut silent = vec![];
    for _ in 0..4 {
        silent.push(connect(&relay).await);
    }
    let told = relay.say_as("a", "PASS").await;
    assert_eq!((told.status, told.again, &told.json()["error"]), (503, Some(5), &json!("too_many_connections")));
    assert_eq!(relay.say("PASS").await.short(), (503, "too_many_connections"));
    assert_eq!(relay.get("/healthz").await.short(), (503, "too_many_connections"));
    assert_eq!(relay.states(), [""; 0]);
    assert_eq!(relay.log().matches("4 connections are open").count(), 1, "{}", relay.log());
    silent.pop();
    let said = until("there is room", async || Some(relay.say_as("a", "PASS").await).filter(|told| told.status != 503));
    assert_eq!(said.await.json(), json!({ "id": "a", "status": "said" }));
    let counted = relay.get("/metrics").await.text;
    let turned_away =
        counted.lines().find_map(|line| line.strip_prefix("backport_verify_relay_connections_turned_away_total "));
    assert!(turned_away.unwrap().parse::<u32>().unwrap() >= 3, "{counted}");
}

#[tokio::test]
async fn a_flood_of_connections_uses_up_no_files_and_an_honest_post_comes_through() {
    let server = Server::ngircd();
    let mut listener = Listener::join(&server).await;
    let mut relay = Relay::paced(server.address, "headers=500", &["--connections", "8"]).await.in_channel().await;
    let before = relay.open_files();
    let mut silent = vec![];
    for _ in 0..400 {
        silent.push(connect(&relay).await);
    }
    let most = std::cell::Cell::new(0);
    let taken = until("the post is taken", async || {
        let answer =
            try_answer(relay.http.post(relay.url(&relay.hook)).header("webhook-id", "a").body(r#"{"text":"PASS"}"#));
        let answer = answer.await.ok();
        most.set(relay.open_files().max(most.get()));
        answer.filter(|answer| answer.status != 503)
    });
    assert_eq!(taken.await.json(), json!({ "id": "a", "status": "said" }));
    // 8 that are served, 64 that are told that there is no room, and one that waits for that.
    assert!(most.get() <= before + 73, "{} files, {before} before", most.get());
    assert_eq!(listener.lines().await, [said("PASS")]);
    // Silent clients do not hold up the end either.
    silent.push(connect(&relay).await);
    relay.signal("-TERM");
    assert_eq!(relay.ended().await, Some(0), "{}", relay.log());
}

#[tokio::test]
async fn however_many_listen_there_is_room_to_post() {
    let server = Server::ngircd();
    let relay = Relay::start_with(server.address, &["--connections", "4"]).await.in_channel().await;
    let other = token(&relay.data(), &["add", "other"]);
    let listen = async |hook: &str| relay.http.get(relay.url(&format!("{hook}/events"))).send().await.unwrap();
    let streams = [listen(&relay.hook).await, listen(&other).await];
    assert_eq!(streams.each_ref().map(|stream| stream.status().as_u16()), [200, 200]);
    let third = listen(&other).await;
    assert_eq!((third.status().as_u16(), &*third.text().await.unwrap()), (503, "too_many_streams"));
    assert_eq!(relay.say("PASS").await.short(), (200, "ok"));
}
