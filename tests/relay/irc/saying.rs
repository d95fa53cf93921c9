// SPDX-License-Identifier: GPL-2.0-or-later
//! What the relay says, and when it counts as said.

use super::person::Person;
use super::scripted::{Peer, Scripted};
use crate::servers::Server;
use crate::stage::{CHANNEL, Relay, said};

const ME: &str = "verifybot!~b@host";

/// How the relay says what is posted as `text`.
fn privmsg(text: &str) -> String {
    format!("PRIVMSG {CHANNEL} :{}", said(text))
}

#[tokio::test]
async fn real_servers_confirm_each_line_once() {
    for server in [Server::ngircd(), Server::inspircd()] {
        let mut reader = Person::join(server.address, "reviewer").await;
        let relay = Relay::paced(server.address, "pace=1", &[]).await.in_channel().await;
        let texts: Vec<_> = (0..8).map(|line| format!("line {line} ü")).collect();
        for text in &texts {
            assert_eq!(relay.say(text).await.short(), (200, "ok"), "{text}: {}", relay.log());
        }
        let all: Vec<_> = texts.iter().map(|text| said(text)).collect();
        assert_eq!(reader.said_until("line 7 ü").await, all);
    }
}

#[tokio::test]
async fn a_line_that_a_channel_refuses_is_told_to_the_poster() {
    for server in [Server::ngircd(), Server::inspircd()] {
        let mut operator = Person::join(server.address, "reviewer").await;
        let relay = Relay::start_with(server.address, &[]).await.in_channel().await;
        for (mode, answer) in [("+m", (502, "refused")), ("-m", (200, "ok"))] {
            operator.send(&format!("MODE {CHANNEL} {mode}")).await;
            operator.until(mode).await;
            assert_eq!(relay.say("PASS").await.short(), answer, "{}", relay.log());
        }
        assert_eq!(relay.log().matches("a line was refused: ").count(), 1, "{}", relay.log());
    }
}

#[tokio::test]
async fn where_the_server_echoes_only_the_echo_of_the_line_counts() {
    let server = Scripted::start().await;
    let relay = Relay::start_with(server.address, &[]).await;
    let mut peer = server.accept().await;
    peer.let_in("echo-message", ME).await;
    relay.joined().await;
    let saying = relay.say("PASS");
    let serving = async {
        peer.expect(&privmsg("PASS")).await;
        // Somebody else's, elsewhere, and another line: a confirmation by any of these is seen by the refusal below.
        peer.send(&[
            &format!(":other!~b@host {}", privmsg("PASS")),
            &format!(":{ME} PRIVMSG #elsewhere :{}", said("PASS")),
            &format!(":{ME} {}", privmsg("FAIL")),
            &format!(":s 404 verifybot {CHANNEL} :Cannot send to channel"),
        ])
        .await;
    };
    assert_eq!(tokio::join!(saying, serving).0.short(), (502, "refused"));
    let saying = relay.say("PASS again");
    let serving = async {
        peer.expect(&privmsg("PASS again")).await;
        peer.send(&[&format!(":{ME} {}", privmsg("PASS again"))]).await;
    };
    assert_eq!(tokio::join!(saying, serving).0.short(), (200, "ok"));
}

#[tokio::test]
async fn every_refusal_of_the_line_counts() {
    for refusal in [
        ":s 404 verifybot #wikimedia-operations :Cannot send to channel",
        ":s 401 verifybot #wikimedia-operations :No such nick/channel",
        ":s 531 verifybot #wikimedia-operations :You are not permitted to send it",
        ":s 707 verifybot #wikimedia-operations :Targets changing too fast, message dropped",
        ":s 936 verifybot #wikimedia-operations PASS :Your message contained a censored word, and was blocked",
        ":s 417 verifybot :Input line was too long",
        "FAIL PRIVMSG MESSAGE_REFUSED :Not here",
    ] {
        for capabilities in ["", "echo-message"] {
            let server = Scripted::start().await;
            let relay = Relay::start_with(server.address, &[]).await;
            let mut peer = server.accept().await;
            peer.let_in(capabilities, ME).await;
            relay.joined().await;
            let saying = relay.say("PASS");
            let serving = async {
                peer.expect(&privmsg("PASS")).await;
                peer.send(&[refusal]).await;
            };
            assert_eq!(tokio::join!(saying, serving).0.short(), (502, "refused"), "{refusal}");
            let words = refusal.rsplit(':').next().unwrap();
            relay.logs(&format!("a line was refused: {words}")).await;
        }
    }
}

#[tokio::test]
async fn an_echo_that_comes_too_late_does_not_confirm_the_next_line() {
    let server = Scripted::start().await;
    let relay = Relay::paced(server.address, "confirm=2000", &[]).await;
    let mut peer = server.accept().await;
    peer.let_in("echo-message", ME).await;
    relay.joined().await;
    let line = privmsg("PASS");
    let echo = format!(":{ME} {line}");
    let (first, ()) = tokio::join!(relay.say("PASS"), peer.expect(&line));
    assert_eq!(first.short(), (202, "unclear"));
    let saying = relay.say("PASS");
    let serving = async {
        // The second is not sent before the server has caught up.
        let ping = peer.next().await.unwrap();
        let word = ping.strip_prefix("PING ").unwrap();
        peer.send(&[&echo, &format!(":s PONG s :{word}")]).await;
        peer.expect(&privmsg("PASS")).await;
        peer.send(&[&format!(":s 404 verifybot {CHANNEL} :Cannot send to channel")]).await;
    };
    assert_eq!(tokio::join!(saying, serving).0.short(), (502, "refused"));
}

#[tokio::test]
async fn thrown_out_and_on_its_way_back_a_refusal_is_still_the_lines() {
    let server = Scripted::start().await;
    let relay = Relay::paced(server.address, "first_pause=1,confirm=30000", &[]).await;
    let mut peer = server.accept().await;
    peer.let_in("", ME).await;
    relay.joined().await;
    let saying = relay.say("PASS");
    let serving = async {
        peer.expect(&privmsg("PASS")).await;
        let ping = peer.next().await.unwrap();
        let word = ping.strip_prefix("PING ").unwrap();
        // The line came to the server after the KICK had left it.
        peer.send(&[&format!(":op!o@host KICK {CHANNEL} verifybot :out")]).await;
        peer.expect(&format!("JOIN {CHANNEL}")).await;
        peer.send(&[
            &format!(":s 404 verifybot {CHANNEL} :Cannot send to channel"),
            &format!(":s PONG s :{word}"),
            &format!(":{ME} JOIN :{CHANNEL}"),
        ])
        .await;
    };
    assert_eq!(tokio::join!(saying, serving).0.short(), (502, "refused"));
    relay.joined().await;
}

#[tokio::test]
async fn an_answer_that_others_could_guess_or_a_nick_like_its_own_confirms_nothing() {
    let server = Scripted::start().await;
    let relay = Relay::start_with(server.address, &[]).await;
    let mut peer = server.accept().await;
    peer.greeted().await;
    peer.send(&[":s CAP * LS :"]).await;
    peer.expect("CAP END").await;
    // The server calls it otherwise than it wanted.
    peer.send(&[":s 001 verify[bot] :Welcome"]).await;
    peer.expect(&format!("JOIN {CHANNEL}")).await;
    peer.send(&[&format!(":verify[bot]!~b@host JOIN :{CHANNEL}")]).await;
    relay.joined().await;
    let saying = relay.say("PASS");
    let serving = async {
        peer.expect(&privmsg("PASS")).await;
        let ping = peer.next().await.unwrap();
        let word = ping.strip_prefix("PING ").unwrap();
        assert!(word.len() > 40, "{word}");
        // Where a server tells [ from {, this is somebody else.
        peer.send(&[
            &format!(":verify{{bot}}!o@host {}", privmsg("PASS")),
            ":verify{bot}!o@host PONG s :backport-verify-1",
            &format!(":s 435 verify[bot] verify[bot] {CHANNEL} :Cannot change nickname while banned on channel"),
            &format!(":s 437 verify[bot] {CHANNEL} :Cannot change nickname while banned on channel"),
            &format!(":s 404 verify[bot] {CHANNEL} :Cannot send to channel"),
        ])
        .await;
    };
    assert_eq!(tokio::join!(saying, serving).0.short(), (502, "refused"));
    let log = relay.log();
    assert!(log.contains("a line was refused: Cannot send to channel"), "{log}");
}

#[tokio::test]
async fn a_line_with_the_prefix_that_others_see_fits_a_message() {
    let user_and_host = format!("~backport12@{}", "h".repeat(63));
    let source = format!("verifybot!{user_and_host}");
    // Told at the JOIN, and told later.
    for (joins_as, later) in [
        (source.clone(), None),
        (ME.to_owned(), Some(format!(":s 396 verifybot {user_and_host} :is now your visible host"))),
    ] {
        let server = Scripted::start().await;
        let relay = Relay::start_with(server.address, &[]).await;
        let mut peer = server.accept().await;
        peer.let_in("echo-message", &joins_as).await;
        relay.joined().await;
        if let Some(line) = later {
            peer.send(&[&line, "PING seen"]).await;
            peer.expect("PONG seen").await;
        }
        let long = "ü".repeat(300);
        let saying = relay.say(&long);
        let serving = async {
            let line = peer.next().await.unwrap();
            peer.send(&[&format!(":{source} {line}")]).await;
            line
        };
        let (answer, line) = tokio::join!(saying, serving);
        assert_eq!(answer.short(), (200, "ok"));
        let whole = format!(":{source} {line}\r\n").len();
        let text = line.strip_prefix(&format!("PRIVMSG {CHANNEL} :")).unwrap();
        assert!(whole <= 512 && text.ends_with("ü…") && text.len() <= 400, "{whole}: {line}");
    }
}

#[tokio::test]
async fn what_others_say_to_the_relay_makes_it_say_nothing() {
    let server = Scripted::start().await;
    let relay = Relay::start_with(server.address, &[]).await;
    let mut peer = server.accept().await;
    peer.let_in("", ME).await;
    peer.send(&[
        &format!(":op!o@host PRIVMSG {CHANNEL} :verifybot: part"),
        ":op!o@host PRIVMSG verifybot :\u{1}VERSION\u{1}",
        ":op!o@host PRIVMSG verifybot :!quit",
        ":op!o@host INVITE verifybot #elsewhere",
        ":op!o@host NOTICE verifybot :a secret",
        &format!(":logmsgbot!l@host PRIVMSG {CHANNEL} :\u{1}PING 1\u{1}"),
        "PING :still there",
    ])
    .await;
    peer.expect("PONG :still there").await;
    let log = relay.log();
    assert!(!log.contains("secret") && !log.contains("part"), "{log}");
}

#[tokio::test]
async fn lines_keep_a_pace_that_servers_bear() {
    let server = Scripted::start().await;
    let relay = Relay::paced(server.address, "pace=300", &[]).await;
    let mut peer = server.accept().await;
    peer.let_in("echo-message", ME).await;
    relay.joined().await;
    let begun = std::time::Instant::now();
    echoed(&relay, &mut peer, 6).await;
    // Four at once and two at their pace.
    assert!(begun.elapsed().as_millis() >= 600, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_line_whose_turn_does_not_come_waits_on_in_the_queue_and_is_not_said_late() {
    let server = Scripted::start().await;
    let relay = Relay::paced(server.address, "pace=60000,wait=100", &["--keep-for", "1"]).await;
    let mut peer = server.accept().await;
    peer.let_in("echo-message", ME).await;
    relay.joined().await;
    // As many as it says at once.
    echoed(&relay, &mut peer, 4).await;
    assert_eq!(relay.say("too late").await.short(), (202, "late"));
    peer.send(&["PING then"]).await;
    peer.expect("PONG then").await;
}

#[tokio::test]
async fn told_to_end_it_keeps_a_line_whose_turn_has_not_come() {
    let server = Scripted::start().await;
    let mut relay = Relay::paced(server.address, "pace=60000", &[]).await;
    let mut peer = server.accept().await;
    peer.let_in("echo-message", ME).await;
    relay.joined().await;
    // As many as it says at once.
    echoed(&relay, &mut peer, 4).await;
    let ending = async {
        relay.until_states(&["said", "said", "said", "said", "sending"]).await;
        relay.signal("-TERM");
        peer.expect("QUIT :the relay ends").await;
    };
    assert_eq!(tokio::join!(relay.say("fifth"), ending).0.short(), (202, "ok"));
    drop(peer);
    assert_eq!(relay.ended().await, Some(0), "{}", relay.log());
    assert_eq!(relay.states(), ["said", "said", "said", "said", "queued"]);
}

/// Has the relay say so many lines, one after the other, each of which the server echoes.
async fn echoed(relay: &Relay, peer: &mut Peer, lines: usize) {
    for line in 0..lines {
        let text = format!("line{line}");
        let line = privmsg(&text);
        let serving = async {
            peer.expect(&line).await;
            peer.send(&[&format!(":{ME} {line}")]).await;
        };
        assert_eq!(tokio::join!(relay.say(&text), serving).0.short(), (200, "ok"));
    }
}
