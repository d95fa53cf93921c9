// SPDX-License-Identifier: GPL-2.0-or-later
//! Connections that break or fall silent: before a line, within it and after it.

use super::person::Person;
use super::scripted::Scripted;
use crate::gate::{Gate, Way};
use crate::servers::Server;
use crate::stage::{CHANNEL, Relay, said};

/// Nothing heard for so long is a dead connection; a line is not confirmed after the same.
const SHORT: &str = "first_pause=20,last_pause=100,idle=2500,answer=2500,confirm=2000,pace=1";

#[tokio::test]
async fn lost_before_the_line_it_comes_back_and_says_it_then() {
    for server in [Server::ngircd(), Server::inspircd()] {
        let gate = Gate::before(server.address).await;
        gate.open().await;
        let mut reader = Person::join(server.address, "reviewer").await;
        let relay = Relay::paced(gate.address, SHORT, &[]).await.in_channel().await;
        gate.shut().await;
        relay.away().await;
        assert_eq!(relay.say("PASS").await.short(), (202, "ok"));
        gate.open().await;
        relay.joined().await;
        assert_eq!(relay.say("end").await.short(), (200, "ok"));
        assert_eq!(reader.said_until("end").await, [said("PASS"), said("end")]);
    }
}

#[tokio::test]
async fn lost_on_its_way_nobody_can_tell_and_it_is_not_said_again() {
    // What is held when the line is said, and whether the line arrives.
    for (way, arrives) in [(Way::ToServer, false), (Way::ToRelay, true)] {
        for server in [Server::ngircd(), Server::inspircd()] {
            let gate = Gate::before(server.address).await;
            gate.open().await;
            let mut reader = Person::join(server.address, "reviewer").await;
            let relay = Relay::paced(gate.address, SHORT, &[]).await.in_channel().await;
            gate.hold(way, 0).await;
            assert_eq!(relay.say("PASS").await.short(), (202, "unclear"));
            gate.cut().await;
            // It notices the cut or the silence before it is back.
            relay.logs("not in #wikimedia-operations").await;
            relay.joined().await;
            assert_eq!(relay.say("end").await.short(), (200, "ok"), "{}", relay.log());
            let lines = if arrives { vec![said("PASS"), said("end")] } else { vec![said("end")] };
            assert_eq!(reader.said_until("end").await, lines, "{way:?}");
        }
    }
}

#[tokio::test]
async fn a_connection_that_falls_silent_is_noticed_and_replaced() {
    let server = Server::ngircd();
    let gate = Gate::before(server.address).await;
    gate.open().await;
    let relay = Relay::paced(gate.address, SHORT, &[]).await.in_channel().await;
    gate.hold(Way::ToServer, 0).await;
    gate.hold(Way::ToRelay, 0).await;
    relay.logs("the server gives no sign of life").await;
    gate.open().await;
    relay.joined().await;
}

#[tokio::test]
async fn a_quiet_channel_is_not_taken_for_a_dead_connection() {
    let server = Scripted::start().await;
    let relay = Relay::paced(server.address, "idle=20,answer=10000", &[]).await;
    let mut peer = server.accept().await;
    peer.let_in("", "verifybot!~b@host").await;
    for _ in 0..5 {
        peer.expect("PING backport-verify").await;
        peer.send(&[":s PONG s :backport-verify"]).await;
    }
    relay.joined().await;
    assert_eq!(relay.log().matches("in #wikimedia-operations").count(), 1, "{}", relay.log());
}

#[tokio::test]
async fn a_server_that_talks_but_answers_nothing_is_left() {
    let server = Scripted::start().await;
    let relay = Relay::paced(server.address, "confirm=50,answer=50,first_pause=1", &[]).await;
    let mut peer = server.accept().await;
    peer.let_in("echo-message", "verifybot!~b@host").await;
    relay.joined().await;
    let serving = async {
        peer.expect(&format!("PRIVMSG {CHANNEL} :{}", said("PASS"))).await;
        // It goes on and on, so that there is no silence.
        while peer.try_send(":other!~b@host PRIVMSG #wikimedia-operations :chatter").await {
            tokio::task::yield_now().await;
        }
    };
    assert_eq!(tokio::join!(relay.say("PASS"), serving).0.short(), (202, "unclear"));
    relay.logs("the server does not answer to PING; trying again").await;
    server.accept().await.let_in("", "verifybot!~b@host").await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_of_once() {
    let port = crate::support::closed_port();
    let relay = Relay::paced(([127, 0, 0, 1], port).into(), "first_pause=1,last_pause=5", &[]).await;
    relay.logs("not in #wikimedia-operations: Connection refused").await;
    for _ in 0..5 {
        relay.away().await;
    }
    assert_eq!(relay.log().matches("not in").count(), 1, "{}", relay.log());
}
