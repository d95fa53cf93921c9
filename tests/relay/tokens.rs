// SPDX-License-Identifier: GPL-2.0-or-later
//! Who may post.

use crate::servers::Server;
use crate::stage::{CHANNEL, Listener, Relay, token};
use crate::support::Command;
use std::os::unix::fs::PermissionsExt;

const FINE: &str = r#"{"text":"PASS"}"#;

#[tokio::test]
async fn a_token_that_is_revoked_is_so_at_once_and_what_waits_of_it_is_not_said() {
    let mut server = Server::ngircd();
    let relay = Relay::start(&server).await.in_channel().await;
    let other = token(&relay.data(), &["add", "other", "--note", "a second one"]);
    assert_eq!(relay.post(&other, &[], FINE).await.short(), (200, "ok"));
    server.stop();
    relay.away().await;
    assert_eq!(relay.say("mine").await.short(), (202, "ok"));
    assert_eq!(relay.post(&other, &[("webhook-id", "a")], FINE).await.status, 202);
    assert_eq!(token(&relay.data(), &["revoke", "other"]), "revoked 1");
    assert_eq!(relay.post(&other, &[], FINE).await.short(), (403, "invalid_token"));
    assert_eq!(relay.get(&format!("{other}/posts/a")).await.status, 403);
    relay.until_states(&["said", "queued", "refused"]).await;
    server.start_again();
    let mut listener = Listener::join(&server).await;
    assert_eq!(listener.line().await, "submitter via backport-verify: mine");
    relay.until_states(&["said", "said", "refused"]).await;
    let list = token(&relay.data(), &["list"]);
    assert_eq!(list.lines().count(), 2);
    let (first, second) = list.split_once('\n').unwrap();
    assert!(first.starts_with("1\tsubmitter\t") && first.ends_with("\tmay post"), "{first}");
    assert!(second.starts_with("2\tother\t") && second.ends_with("\ta second one"), "{second}");
    assert!(second.contains("\trevoked 20"), "{second}");
}

#[tokio::test]
async fn two_tokens_with_one_id_are_two_posts() {
    let server = Server::ngircd();
    let mut listener = Listener::join(&server).await;
    let relay = Relay::start(&server).await.in_channel().await;
    let other = token(&relay.data(), &["add", "other"]);
    for hook in [&relay.hook, &other] {
        assert_eq!(relay.post(hook, &[("webhook-id", "a")], FINE).await.status, 200);
    }
    let said = ["submitter", "other"].map(|nick| format!("{nick} via backport-verify: PASS"));
    assert_eq!(listener.lines().await, said);
    assert_eq!(relay.post(&other, &[("webhook-id", "b")], FINE).await.status, 200);
    assert_eq!(relay.get(&format!("{}/posts/b", relay.hook)).await.status, 404);
}

#[tokio::test]
async fn wrong_tokens_are_all_refused_and_do_not_fill_the_log() {
    let relay = Relay::start(&Server::ngircd()).await;
    for _ in 0..60 {
        assert_eq!(relay.post("/hook/nobodys", &[], FINE).await.short(), (403, "invalid_token"));
    }
    let told = relay.log().matches("invalid_token").count();
    assert!((20..30).contains(&told), "{told} of 60 are told: {}", relay.log());
    let metrics = relay.get("/metrics").await.text;
    assert!(metrics.contains("status=\"403\"} 60\n"), "{metrics}");
}

#[test]
fn a_token_is_shown_as_its_webhook_and_its_file_is_the_owners() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("deep/relay.sqlite3");
    let path = token(&data, &["add", "submitter"]);
    let secret = path.strip_prefix("/hook/").unwrap();
    assert!(secret.len() == 43 && secret.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)), "{path}");
    let url = token(&data, &["add", "submitter", "--url", "https://relay.example/x/"]);
    assert!(url.starts_with("https://relay.example/x/hook/"), "{url}");
    assert_eq!(data.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(data.parent().unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o700);
    assert!(!token(&data, &["list"]).contains(secret));
    assert_eq!(token(&data, &["revoke", "1"]), "revoked 1");
}

#[test]
fn what_cannot_be_done_to_tokens_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("relay.sqlite3");
    let call = |args: &[&str]| {
        Command::new()
            .args(["relay", "token"])
            .args(args.iter().copied())
            .args(["--data", data.to_str().unwrap()])
            .code(2)
    };
    call(&["add", "1st"])
        .stderr(
            "backport-verify: failed to make a token for <1st>: expected at most 16 letters, digits and -_[]{}\\|^`, \
             not beginning with a digit or -\n",
        )
        .run();
    for bot in ["jouncebot", "StashBot", "logmsgbot_"] {
        let told = format!(
            "backport-verify: failed to make a token for <{bot}>: a bot of the channel has that name; give the submitter's \
             own nick\n"
        );
        call(&["add", bot]).stderr(&told).run();
    }
    call(&["revoke", "nobody"])
        .stderr(
            "backport-verify: failed to revoke <nobody>: no token that may post has this nick or number; `relay token \
             list` shows them\n",
        )
        .run();
    let nowhere = "backport-verify: failed to find a place for the relay's file: neither XDG_STATE_HOME nor HOME is \
                   set; name one with --data\n";
    Command::new().args(["relay", "token", "list"]).code(2).stderr(nowhere).run();
}

#[test]
fn a_channel_without_its_sign_is_refused() {
    Command::new()
        .args(["relay", "--server", "127.0.0.1:6667", "--channel", "operations", "--nick", "verifybot"])
        .code(2)
        .stderr("backport-verify: failed to read --channel <operations>: expected one name with its #, such as '#wikimedia-operations'\n")
        .run();
}

#[test]
fn no_secret_is_sent_where_others_could_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "word\n").unwrap();
    for option in ["--password-file", "--channel-key-file"] {
        let told = format!(
            "backport-verify: failed to take {option}: it would be readable on its way to irc.example.org; add --tls\n"
        );
        Command::new()
            .args(["relay", "--server", "irc.example.org:6667", "--channel", CHANNEL, "--nick", "verifybot"])
            .args([option, secret.to_str().unwrap()])
            .code(2)
            .stderr(&told)
            .run();
    }
}

#[tokio::test]
async fn a_second_relay_does_not_take_the_file() {
    let server = Server::ngircd();
    let relay = Relay::start(&server).await;
    let data = relay.data();
    Command::new()
        .args(["relay", "--server", "127.0.0.1:6667", "--listen", "127.0.0.1:0", "--channel", CHANNEL])
        .args(["--nick", "verifybot", "--data", data.to_str().unwrap()])
        .code(2)
        .stderr_has("another relay uses it; stop that one, or name another file with --data")
        .run();
}
