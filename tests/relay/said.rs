// SPDX-License-Identifier: GPL-2.0-or-later
//! What the channel hears, and what it cannot be made to hear.

use crate::posts::{now, signed};
use crate::servers::Server;
use crate::stage::{CHANNEL, Listener, QUICK, Relay, said, until};
use crate::texts::table;
use backport_verify::report::{WIRE_LIMIT, clean, clean_line, slack_text};
use irc::client::prelude::Command as Irc;
use serde_json::json;

#[tokio::test]
async fn a_post_is_said_once_and_then_answered() {
    let server = Server::ngircd();
    let mut listener = Listener::join(&server).await;
    let relay = Relay::start(&server).await.in_channel().await;
    assert_eq!(relay.say("deployer: PASS on mwdebug &lt;1/1&gt;").await.short(), (200, "ok"));
    assert_eq!(relay.say("end").await.short(), (200, "ok"));
    let said = ["deployer: PASS on mwdebug <1/1>", "end"].map(|text| format!("submitter via backport-verify: {text}"));
    assert_eq!(listener.lines().await, said);
}

#[tokio::test]
async fn nothing_that_is_posted_is_a_command_to_the_server_or_to_a_bot() {
    let server = Server::ngircd();
    let mut listener = Listener::join(&server).await;
    let relay = Relay::start(&server).await.in_channel().await;
    let long = "ü".repeat(300);
    for text in ["!log done", "stashbot: help", "PASS\r\nQUIT :bye\nKICK", "\u{2}\u{3}04,01PASS\u{f}\u{1}", &long] {
        assert_eq!(relay.say(text).await.short(), (200, "ok"));
    }
    let cut = format!("{}…", "ü".repeat(183));
    let said = ["!log done", "stashbot: help", "PASS QUIT :bye KICK", "PASS", &cut];
    let said = said.map(|text| format!("submitter via backport-verify: {text}"));
    assert_eq!(said[4].len(), 400);
    assert_eq!(listener.lines().await, said);
}

#[tokio::test]
async fn every_hostile_text_is_one_line_on_the_wire_or_none() {
    let server = Server::ngircd();
    let mut listener = Listener::join(&server).await;
    let relay = Relay::start_with(server.address, &["--a-minute", "6000", "--burst", "200"]).await.in_channel().await;
    let mut expected = Vec::new();
    for (text, _) in table() {
        let body = json!({ "text": text }).to_string();
        let posted = slack_text(&body).unwrap();
        let (is_large, is_empty) = (body.len() > 8192, clean(&posted).is_empty());
        match relay.post(&relay.hook, &[], &body).await.short() {
            (200, "ok") => expected.push(clean_line(&said(&posted), WIRE_LIMIT)),
            (413, "too_large") => assert!(is_large, "{body}"),
            answer => assert_eq!((answer, is_empty), ((400, "no_text"), true)),
        }
    }
    let heard = listener.lines().await;
    for (heard, expected) in heard.iter().zip(&expected) {
        assert_eq!(heard, expected);
    }
    assert_eq!(heard.len(), expected.len());
    assert!(heard.len() > 70, "{}", heard.len());
    for line in &heard {
        assert!(line.starts_with("submitter via backport-verify: ") && line.len() <= 400, "{line:?}");
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
}

#[tokio::test]
async fn an_address_that_was_pasted_with_a_slash_at_its_end_takes_posts() {
    let server = Server::ngircd();
    let mut listener = Listener::join(&server).await;
    let relay = Relay::start(&server).await.in_channel().await;
    let answer = relay.post(&format!("{}/", relay.hook), &[], r#"{"text":"PASS"}"#).await;
    assert_eq!(answer.short(), (200, "ok"));
    assert_eq!(listener.lines().await, [said("PASS")]);
}

#[tokio::test]
async fn a_line_in_another_encoding_does_not_throw_the_relay_out() {
    let server = Server::ngircd();
    let mut listener = Listener::join_as(&server, "iso-8859-1").await;
    let relay = Relay::start(&server).await.in_channel().await;
    listener.client.send_privmsg(CHANNEL, "grün").unwrap();
    assert_eq!(relay.say("end").await.short(), (200, "ok"));
    assert_eq!(listener.lines().await, ["submitter via backport-verify: end"]);
    assert_eq!(relay.log().matches("in #wikimedia-operations as").count(), 1, "{}", relay.log());
}

#[tokio::test]
async fn a_channel_that_refuses_the_line_is_told_to_the_poster() {
    let server = Server::ngircd();
    let mut listener = Listener::join(&server).await;
    let relay = Relay::start(&server).await.in_channel().await;
    listener.client.send(Irc::Raw("MODE".into(), vec![CHANNEL.into(), "+m".into()])).unwrap();
    listener.until(|command| matches!(command, Irc::ChannelMODE(..)).then_some(())).await;
    assert_eq!(relay.say("PASS").await.short(), (502, "refused"));
    let answer = relay.say_as("a", "PASS").await;
    let detail = "the channel did not take the line: Cannot send to channel";
    let told = serde_json::json!({ "id": "a", "status": "refused", "detail": detail });
    assert_eq!((answer.status, answer.json()), (502, told.clone()));
    assert_eq!(relay.standing("a").await, told);
}

#[tokio::test]
async fn what_comes_while_the_server_is_away_is_said_when_it_is_back() {
    let mut server = Server::ngircd();
    let relay = Relay::start(&server).await.in_channel().await;
    server.stop();
    relay.away().await;
    assert_eq!(relay.say("first").await.short(), (202, "ok"));
    let second = relay.say_as("b", "second").await;
    assert_eq!((second.status, second.json()), (202, serde_json::json!({ "id": "b", "status": "queued" })));
    assert_eq!(second.location, Some(format!("{}/posts/b", relay.hook)));
    server.start_again();
    let mut listener = Listener::join(&server).await;
    for text in ["first", "second"] {
        assert_eq!(listener.line().await, format!("submitter via backport-verify: {text}"));
    }
    relay.until_states(&["said", "said"]).await;
    assert_eq!(relay.get(&second.location.unwrap()).await.json(), serde_json::json!({ "id": "b", "status": "said" }));
}

#[tokio::test]
async fn a_line_that_has_waited_too_long_is_not_said() {
    let mut server = Server::ngircd();
    server.stop();
    let relay = Relay::start_with(server.address, &["--keep-for", "1"]).await;
    assert_eq!(relay.say_as("a", "old news").await.status, 202);
    relay.until_states(&["late"]).await;
    server.start_again();
    let mut listener = Listener::join(&server).await;
    relay.joined().await;
    assert_eq!(relay.say("end").await.short(), (200, "ok"));
    assert_eq!(listener.lines().await, ["submitter via backport-verify: end"]);
    assert_eq!(relay.standing("a").await["detail"], "it waited too long to be said");
}

#[tokio::test]
async fn the_time_that_a_line_has_waited_with_its_sender_counts() {
    let mut server = Server::ngircd();
    let relay = Relay::start(&server).await.in_channel().await;
    let before = |seconds: i64| jiff::Timestamp::from_second(now() - seconds).unwrap().to_string();
    let post = async |id: &str, ended: i64, asked: Option<i64>| {
        let mut data = json!({ "line": id });
        if let Some(asked) = asked {
            data["asked"] = before(asked).into();
        }
        let body = json!({ "type": "a", "timestamp": before(ended), "data": data }).to_string();
        let fields = signed(&relay.hook, id, now(), &body);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        relay.post(&relay.hook, &fields, &body).await.json()["status"].clone()
    };
    // Seconds since the run ended, since it was said that it be sent, and what comes of it after 900.
    for (id, ended, asked, status) in [
        ("at-once", 840, Some(840), "said"),
        ("late", 960, Some(960), "late"),
        ("clicked-late", 7200, Some(10), "said"),
        ("of-another-sender", 960, None, "late"),
        ("clock-ahead", -7200, Some(-7200), "said"),
        ("clock-never-set", 1_700_000_000, Some(1_700_000_000), "said"),
    ] {
        assert_eq!(post(id, ended, asked).await, status, "{id}");
    }
    assert_eq!(relay.standing("late").await["detail"], "it waited too long to be said");
    // What is left of its time is all that it waits here.
    server.stop();
    relay.away().await;
    assert_eq!(post("nearly", 895, Some(895)).await, "queued");
    assert_eq!(post("fresh", 895, Some(0)).await, "queued");
    let status = async || relay.standing("nearly").await["status"].clone();
    until("its time is over", async || (status().await == "late").then_some(())).await;
    assert_eq!(relay.standing("fresh").await["status"], "queued");
}

#[tokio::test]
async fn a_server_that_is_silent_leaves_it_unclear_and_the_line_is_not_said_again() {
    let server = Server::ngircd();
    let mut listener = Listener::join(&server).await;
    let relay = Relay::paced(server.address, &format!("{QUICK},confirm=2000"), &[]).await.in_channel().await;
    server.signal("-STOP");
    let told = relay.say_as("a", "PASS").await;
    assert_eq!((told.status, &told.json()["status"]), (202, &serde_json::json!("unclear")));
    relay.until_states(&["unclear"]).await;
    server.signal("-CONT");
    relay.joined().await;
    assert_eq!(relay.say("end").await.short(), (200, "ok"));
    assert_eq!(listener.lines().await, ["PASS", "end"].map(|text| format!("submitter via backport-verify: {text}")));
}
