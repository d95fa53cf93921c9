// SPDX-License-Identifier: GPL-2.0-or-later
//! How the relay becomes somebody: what it asks for, and what it does when it does not get it.

use super::scripted::{Peer, Scripted};
use crate::stage::{CHANNEL, Relay};

/// What the relay is to say, and what is answered to that.
type Talk<'a> = &'a [(&'a str, &'a [&'a str])];

async fn talk(peer: &mut Peer, talk: Talk<'_>) {
    for (says, answers) in talk {
        peer.expect(says).await;
        peer.send(answers).await;
    }
}

const END: (&str, &[&str]) = ("CAP END", &[":s 001 verifybot :Welcome"]);
const JOIN: (&str, &[&str]) = ("JOIN #wikimedia-operations", &[":verifybot!~b@host JOIN #wikimedia-operations"]);

#[tokio::test]
async fn it_asks_for_what_it_uses_and_joins_whatever_it_gets() {
    // The name, more arguments, what the server says to the greeting, and the rest.
    let rows: &[(&str, &[&str], &[&str], Talk)] = &[
        ("unknown command", &[], &[":s 421 * CAP :Unknown command", ":s 001 verifybot :Welcome"], &[JOIN]),
        ("not registered", &[], &[":s 451 * CAP :Register first", ":s 001 verifybot :Welcome"], &[JOIN]),
        ("CAP passed over", &[], &[":s 001 verifybot :Welcome"], &[JOIN]),
        ("CAP LS refused", &[], &[":s 410 * LS :Invalid CAP command"], &[END, JOIN]),
        ("nothing offered", &[], &[":s CAP * LS :"], &[END, JOIN]),
        ("nothing used offered", &[], &[":s CAP * LS :multi-prefix sasl=PLAIN account-tag batch"], &[END, JOIN]),
        (
            "a list of several lines",
            &[],
            &[":s CAP * LS * :multi-prefix echo-message", ":s CAP * LS :server-time draft/x=1,2"],
            &[("CAP REQ :echo-message server-time", &[":s CAP * ACK :echo-message server-time"]), END, JOIN],
        ),
        (
            "refused",
            &[],
            &[":s CAP * LS :server-time"],
            &[("CAP REQ server-time", &[":s CAP * NAK :server-time"]), END, JOIN],
        ),
        (
            "accounts, where a bot is known by its account",
            &["--hear", "logmsgbot=wm"],
            &[":s CAP * LS :account-tag"],
            &[("CAP REQ account-tag", &[":s CAP * ACK :account-tag"]), END, JOIN],
        ),
        ("a PING before the welcome", &[], &["PING :1234", ":s CAP * LS :"], &[("PONG 1234", &[]), END, JOIN]),
        ("lines that are no messages", &[], &["", ":", ":s", "@", ":s CAP * LS :"], &[END, JOIN]),
    ];
    for (name, more, greeting, rest) in rows {
        let server = Scripted::start().await;
        let relay = Relay::start_with(server.address, more).await;
        let mut peer = server.accept().await;
        peer.greeted().await;
        peer.send(greeting).await;
        talk(&mut peer, rest).await;
        relay.joined().await;
        assert!(relay.log().contains(&format!("in {CHANNEL} as verifybot\"")), "{name}: {}", relay.log());
    }
}

struct Account {
    file: tempfile::NamedTempFile,
}

impl Account {
    fn with(password: &str) -> Self {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("{password}\n")).unwrap();
        Self { file }
    }

    fn args(&self) -> [&str; 6] {
        ["--sasl", "plain", "--account", "jilles", "--password-file", self.file.path().to_str().unwrap()]
    }
}

#[tokio::test]
async fn it_logs_in_before_it_joins() {
    let long = "x".repeat(400);
    // base64 of jilles, NUL, jilles, NUL and 400 times x.
    let all = format!("amlsbGVzAGppbGxlcwB4{}", "eHh4".repeat(133));
    assert_eq!(all.len(), 552);
    let (first, second) = all.split_at(400);
    let success: &[&str] =
        &[":s 900 * a!b@c jilles :You are now logged in", ":s 903 * :SASL authentication successful"];
    let plain = "AUTHENTICATE amlsbGVzAGppbGxlcwBzZXNhbWU=";
    let first = format!("AUTHENTICATE {first}");
    let second = format!("AUTHENTICATE {second}");
    let rows: &[(&str, &str, &str, Talk)] = &[
        ("mechanisms listed", "sasl=EXTERNAL,PLAIN", "sesame", &[(plain, success), END, JOIN]),
        ("mechanisms not listed", "sasl", "sesame", &[(plain, success), END, JOIN]),
        ("logged in already", "sasl", "sesame", &[(plain, &[":s 907 * :You have already authenticated"]), END, JOIN]),
        ("two pieces", "sasl=PLAIN", &long, &[(&first, &[]), (&second, success), END, JOIN]),
    ];
    for (name, offered, password, rest) in rows {
        let account = Account::with(password);
        let server = Scripted::start().await;
        let relay = Relay::start_with(server.address, &account.args()).await;
        let mut peer = server.accept().await;
        peer.greeted().await;
        peer.send(&[&format!(":s CAP * LS :{offered}")]).await;
        talk(&mut peer, &[("CAP REQ sasl", &[":s CAP * ACK :sasl"]), ("AUTHENTICATE PLAIN", &["AUTHENTICATE +"])])
            .await;
        talk(&mut peer, rest).await;
        relay.joined().await;
        assert!(!relay.log().contains("sesame") && !relay.log().contains("amls"), "{name}: {}", relay.log());
    }
}

#[tokio::test]
async fn without_the_login_that_was_asked_for_it_does_not_join() {
    let asked: (&str, &[&str]) = ("CAP REQ sasl", &[":s CAP * ACK :sasl"]);
    let named: (&str, &[&str]) = ("AUTHENTICATE PLAIN", &["AUTHENTICATE +"]);
    let said = "AUTHENTICATE amlsbGVzAGppbGxlcwBzZXNhbWU=";
    let rows: &[(&[&str], Talk, &str)] = &[
        (&[":s CAP * LS :echo-message"], &[], "the server offers no SASL (its services may be down)"),
        (&[":s 421 * CAP :Unknown command", ":s 001 verifybot :Welcome"], &[], "the server knows no SASL"),
        (&[":s CAP * LS :sasl=EXTERNAL"], &[], "the server takes SASL only as EXTERNAL, not as PLAIN"),
        (&[":s CAP * LS :sasl"], &[("CAP REQ sasl", &[":s CAP * NAK :sasl"])], "the server does not let it log in now"),
        (
            &[":s CAP * LS :sasl"],
            &[asked, ("AUTHENTICATE PLAIN", &[":s 908 * EXTERNAL,SCRAM-SHA-256 :are available SASL mechanisms"])],
            "the server takes SASL only as EXTERNAL,SCRAM-SHA-256",
        ),
        (&[":s CAP * LS :sasl"], &[asked, named, (said, &[":s 902 * :You must use a nick"])], "the account is locked"),
        (
            &[":s CAP * LS :sasl"],
            &[asked, named, (said, &[":s 904 * :SASL authentication failed"])],
            "the account, its password or the certificate was refused",
        ),
        (
            &[":s CAP * LS :sasl"],
            &[asked, named, (said, &[":s 905 * :SASL message too long"])],
            "the account and password are too long",
        ),
        (&[":s CAP * LS :sasl"], &[asked, named, (said, &[":s 906 * :SASL aborted"])], "the login was broken off"),
    ];
    for (greeting, rest, why) in rows {
        let account = Account::with("sesame");
        let server = Scripted::start().await;
        let relay = Relay::start_with(server.address, &account.args()).await;
        // It tries again, and says so once.
        for _ in 0..2 {
            let mut peer = server.accept().await;
            peer.greeted().await;
            peer.send(greeting).await;
            talk(&mut peer, rest).await;
            assert_eq!(peer.next().await, None, "{why}");
        }
        let line = format!(
            "not in {CHANNEL}: not logged in, so not joining: {why}; check --sasl, --account, --password-file and --certificate; trying again"
        );
        relay.logs(&line).await;
        assert_eq!(relay.log().matches("not logged in").count(), 1, "{}", relay.log());
    }
}

#[tokio::test]
async fn a_server_that_refuses_is_named_in_the_log() {
    let rows = [
        (
            ":s 432 * verifybot :Held\r\n:s 432 * verifybot_ :Held\r\n:s 432 * verifybot__ :Erroneous nickname",
            "the server refuses the nick (Erroneous nickname)",
        ),
        (":s 464 * :Password incorrect", "the server's password was refused; check --password-file"),
        (":s 465 * :You are banned", "the server has banned the relay (You are banned)"),
        ("ERROR :Closing Link: going down", "Closing Link: going down"),
    ];
    for (answer, why) in rows {
        let server = Scripted::start().await;
        let relay = Relay::start_with(server.address, &[]).await;
        let mut peer = server.accept().await;
        peer.greeted().await;
        peer.send(&[answer]).await;
        relay.logs(&format!("not in {CHANNEL}: {why}; trying again")).await;
    }
}

#[tokio::test]
async fn a_taken_nick_is_asked_back_from_the_services_once_logged_in() {
    let account = Account::with("sesame");
    let server = Scripted::start().await;
    let relay = Relay::start_with(server.address, &account.args()).await;
    let mut peer = server.accept().await;
    peer.greeted().await;
    peer.send(&[":s 433 * verifybot :Nickname is already in use", ":s CAP * LS :sasl"]).await;
    talk(
        &mut peer,
        &[
            ("NICK verifybot_", &[]),
            ("CAP REQ sasl", &[":s CAP * ACK :sasl"]),
            ("AUTHENTICATE PLAIN", &["AUTHENTICATE +"]),
            ("AUTHENTICATE amlsbGVzAGppbGxlcwBzZXNhbWU=", &[":s 903 * :SASL authentication successful"]),
            ("CAP END", &[":s 001 verifybot_ :Welcome"]),
            ("PRIVMSG NickServ :REGAIN verifybot", &[":verifybot_!~b@host NICK verifybot"]),
            ("JOIN #wikimedia-operations", &[":verifybot!~b@host JOIN #wikimedia-operations"]),
        ],
    )
    .await;
    relay.logs("in #wikimedia-operations as verifybot\"").await;
}
