// SPDX-License-Identifier: GPL-2.0-or-later
//! The relay's place in the channel: its nick, and what it does when it is not let in or thrown out.

use super::person::Person;
use super::scripted::Scripted;
use crate::servers::Server;
use crate::stage::{CHANNEL, Relay, said};
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_taken_nick_is_taken_back_when_its_owner_leaves() {
    for server in [Server::ngircd(), Server::inspircd()] {
        let mut owner = Person::join(server.address, "verifybot").await;
        let mut other = Person::join(server.address, "reviewer").await;
        let relay = Relay::start_with(server.address, &[]).await.in_channel().await;
        relay.logs(&format!("in {CHANNEL} as verifybot_\"")).await;
        owner.send("QUIT").await;
        other.until("NICK").await;
        relay.logs("known as verifybot now").await;
        assert_eq!(relay.say("end").await.short(), (200, "ok"));
        let line = other.until("PRIVMSG").await;
        assert!(line.contains(":verifybot!"), "{line}");
    }
}

#[tokio::test]
async fn a_taken_nick_is_asked_for_again_when_nobody_sees_its_owner_leave() {
    let server = Server::ngircd();
    let owner = Person::come(server.address, "verifybot").await;
    let relay = Relay::paced(server.address, "regain=50", &[]).await.in_channel().await;
    relay.logs(&format!("in {CHANNEL} as verifybot_\"")).await;
    drop(owner);
    relay.logs("known as verifybot now").await;
}

#[tokio::test]
async fn three_taken_nicks_are_an_end_until_later() {
    let server = Server::ngircd();
    let mut owners = vec![];
    for nick in ["verifybot", "verifybot_", "verifybot__"] {
        owners.push(Person::come(server.address, nick).await);
    }
    let relay = Relay::start_with(server.address, &[]).await;
    relay.logs("verifybot and its alternatives are taken; trying again").await;
    owners.remove(1);
    relay.joined().await;
}

#[tokio::test]
async fn kicked_out_it_comes_back() {
    for server in [Server::ngircd(), Server::inspircd()] {
        let mut operator = Person::join(server.address, "reviewer").await;
        let relay = Relay::start_with(server.address, &[]).await.in_channel().await;
        for _ in 0..2 {
            operator.send(&format!("KICK {CHANNEL} verifybot :a secret reason")).await;
            operator.until("KICK").await;
            operator.until("JOIN").await;
        }
        relay.joined().await;
        assert_eq!(relay.say("end").await.short(), (200, "ok"));
        let log = relay.log();
        assert_eq!(log.matches("it was kicked; trying again").count(), 2, "{log}");
        assert!(!log.contains("secret"), "{log}");
    }
}

#[tokio::test]
async fn a_channel_that_does_not_let_it_in_is_tried_on_and_told_of_once() {
    // What an operator sets, what the log says, and what the operator unsets.
    let rows = [("+b verifybot!*@*", "-b verifybot!*@*"), ("+i", "-i"), ("+k sesame", "-k sesame")];
    for server in [Server::ngircd, Server::inspircd] {
        for (closed, open) in rows {
            let server = server();
            let mut operator = Person::join(server.address, "reviewer").await;
            operator.send(&format!("MODE {CHANNEL} {closed}")).await;
            operator.until("MODE").await;
            let relay = Relay::paced(server.address, "first_pause=1,last_pause=20", &[]).await;
            relay.logs(&format!("not in {CHANNEL}: the server refused it (")).await;
            relay.away().await;
            operator.send(&format!("MODE {CHANNEL} {open}")).await;
            relay.joined().await;
            assert_eq!(relay.log().matches("not in").count(), 1, "{closed}: {}", relay.log());
        }
    }
}

#[tokio::test]
async fn the_key_of_the_channel_opens_it() {
    let key = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(key.path(), "sesame\n").unwrap();
    let server = Server::ngircd();
    let mut operator = Person::join(server.address, "reviewer").await;
    operator.send(&format!("MODE {CHANNEL} +k sesame")).await;
    operator.until("MODE").await;
    let relay = Relay::start_with(server.address, &["--channel-key-file", key.path().to_str().unwrap()]).await;
    let relay = relay.in_channel().await;
    assert!(!relay.log().contains("sesame"), "{}", relay.log());
}

#[tokio::test]
async fn led_to_another_channel_it_leaves_that() {
    let server = Scripted::start().await;
    let relay = Relay::paced(server.address, "first_pause=2000", &[]).await;
    let mut peer = server.accept().await;
    peer.asked_to_join("").await;
    peer.send(&[
        &format!(":s 470 verifybot {CHANNEL} ##overflow :Forwarding to another channel"),
        ":verifybot!~b@host JOIN ##overflow",
    ])
    .await;
    peer.expect("PART ##overflow").await;
    relay.logs(&format!("not in {CHANNEL}: the server refused it (Forwarding to another channel)")).await;
    peer.expect(&format!("JOIN {CHANNEL}")).await;
}

#[tokio::test]
async fn told_that_it_comes_too_fast_it_waits_the_longest_pause() {
    let pause = Duration::from_millis(400);
    for error in ["ERROR :Trying to reconnect too fast.", "ERROR :Closing Link: (Throttled: wait a while)"] {
        let server = Scripted::start().await;
        let relay = Relay::paced(server.address, "first_pause=1,last_pause=400", &[]).await;
        let mut peer = server.accept().await;
        peer.greeted().await;
        let told = Instant::now();
        peer.send(&[error]).await;
        let mut peer = server.accept().await;
        assert!(told.elapsed() >= pause, "{error}: {:?}", told.elapsed());
        peer.let_in("", "verifybot!~b@host").await;
        relay.joined().await;
    }
}

#[tokio::test]
async fn a_crowd_that_quits_at_once_is_no_matter() {
    let server = Server::ngircd();
    let mut reader = Person::join(server.address, "reviewer").await;
    let relay = Relay::start_with(server.address, &[]).await.in_channel().await;
    let mut crowd = vec![];
    for place in 0..60 {
        crowd.push(Person::join(server.address, &format!("split{place}")).await);
    }
    let quitting = async {
        for person in &mut crowd {
            person.send("QUIT :irc.example.org split.example.org").await;
        }
    };
    let (answer, ()) = tokio::join!(relay.say("PASS"), quitting);
    assert_eq!(answer.short(), (200, "ok"));
    assert_eq!(reader.said_until("PASS").await, [said("PASS")]);
    assert_eq!(relay.log().matches("in #wikimedia-operations").count(), 1, "{}", relay.log());
}

#[tokio::test]
async fn who_asks_is_told_that_it_is_a_bot_and_whose() {
    let server = Server::inspircd();
    let mut reader = Person::join(server.address, "reviewer").await;
    let _relay = Relay::start_with(server.address, &["--operator", "jilles"]).await.in_channel().await;
    reader.send("WHOIS verifybot").await;
    let line = reader.until(" 311 ").await;
    assert!(line.ends_with(" :Backport Verify relay (bot of jilles)"), "{line}");
    reader.until(" 335 ").await;
}
