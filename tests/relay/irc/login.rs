// SPDX-License-Identifier: GPL-2.0-or-later
//! Logging in to a real account: `InspIRCd` asks Atheme's services, as the networks do that have accounts.

use super::person::Person;
use super::tls::Authority;
use crate::services::Network;
use crate::stage::{CHANNEL, QUICK, Relay, said, until};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// The password of the account `verifybot`.
const PASSWORD: &str = "correct-horse";

/// A relay that is to log in with this password.
async fn relay_with(network: &Network, durations: &str, password: &str) -> Relay {
    let file = network.server.folder.path().join("password");
    std::fs::write(&file, format!("{password}\n")).unwrap();
    let path = file.to_str().unwrap();
    let more = ["--sasl", "plain", "--account", "verifybot", "--password-file", path];
    Relay::paced(network.server.address, durations, &more).await
}

/// The owner makes the account, says more to `NickServ`, and leaves.
async fn account(network: &Network, more: Option<String>) {
    let mut owner = Person::come(network.server.address, "verifybot").await;
    owner.send(&format!("PRIVMSG NickServ :REGISTER {PASSWORD} test@example.org")).await;
    owner.until("is now registered").await;
    if let Some(more) = more {
        owner.send(&format!("PRIVMSG NickServ :{more}")).await;
        owner.until("NickServ!").await;
    }
    owner.send("QUIT").await;
    owner.until("ERROR ").await;
}

/// Somebody in the channel, which from then on lets in only who is logged in.
async fn reviewer_of_closed(network: &Network) -> Person {
    let mut reviewer = Person::join(network.server.address, "reviewer").await;
    reviewer.send(&format!("MODE {CHANNEL} +R")).await;
    reviewer.until("MODE").await;
    reviewer
}

/// Who is in the channel.
async fn names(reviewer: &mut Person) -> String {
    reviewer.send(&format!("NAMES {CHANNEL}")).await;
    let line = reviewer.until(" 353 ").await;
    line.rsplit_once(':').unwrap().1.to_owned()
}

#[tokio::test]
async fn logged_in_with_a_password_it_enters_a_channel_that_is_for_accounts_only() {
    let network = Network::start();
    let (mut reviewer, mut stranger, ()) = tokio::join!(
        reviewer_of_closed(&network),
        Person::come(network.server.address, "stranger"),
        account(&network, None)
    );
    let relay = relay_with(&network, QUICK, PASSWORD).await.in_channel().await;
    assert_eq!(relay.say("PASS").await.short(), (200, "ok"));
    assert_eq!(reviewer.said_until("PASS").await, [said("PASS")]);
    reviewer.send("WHOIS verifybot").await;
    let line = reviewer.until(" 330 ").await;
    assert!(line.ends_with(" 330 reviewer verifybot verifybot :is logged in as"), "{line}");
    assert!(!relay.log().contains(PASSWORD), "{}", relay.log());
    stranger.send(&format!("JOIN {CHANNEL}")).await;
    stranger.until(" 477 ").await;
}

#[tokio::test]
async fn with_a_wrong_password_it_says_so_once_stays_outside_and_takes_its_time() {
    let network = Network::start();
    let (mut reviewer, ()) = tokio::join!(Person::join(network.server.address, "reviewer"), account(&network, None));
    let begun = Instant::now();
    let relay = relay_with(&network, "first_pause=1,last_pause=400", "wrong-horse").await;
    until("three logins were refused", async || (network.refused() >= 3).then_some(())).await;
    assert!(begun.elapsed() >= Duration::from_millis(800), "{:?}", begun.elapsed());
    let line = format!(
        "not in {CHANNEL}: not logged in, so not joining: the account, its password or the certificate was refused; check --sasl, --account, --password-file and --certificate; trying again"
    );
    relay.logs(&line).await;
    assert_eq!(relay.log().matches("not in").count(), 1, "{}", relay.log());
    assert!(!relay.log().contains("horse"), "{}", relay.log());
    assert_eq!(relay.stands("refused").await["reason"], "it could not log in");
    assert_eq!(names(&mut reviewer).await, "@reviewer");
}

#[tokio::test]
async fn with_the_certificate_that_its_account_knows_it_is_logged_in_and_with_no_other() {
    let authority = Authority::new();
    let (certificate, key) = authority.signs("127.0.0.1");
    let network = Network::start_tls(&certificate, &key);
    let ca = authority.file("ca.pem", &authority.issuer.pem());
    let own = |name: &str| {
        let (certificate, key) = authority.signs(name);
        let print = Sha256::digest(CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap());
        let print = print.iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap();
            hex
        });
        (authority.file(name, &format!("{certificate}{key}")), print)
    };
    let ((known, print), (unknown, _)) = (own("known.pem"), own("unknown.pem"));
    let (mut reviewer, ()) =
        tokio::join!(reviewer_of_closed(&network), account(&network, Some(format!("CERT ADD {print}"))));
    let args = |own| ["--tls", "--ca-file", &ca, "--certificate", own, "--sasl", "external"];
    let relay = Relay::start_with(network.server.secured, &args(&known)).await.in_channel().await;
    assert_eq!(relay.say("PASS").await.short(), (200, "ok"));
    assert_eq!(reviewer.said_until("PASS").await, [said("PASS")]);
    reviewer.send("WHOIS verifybot").await;
    let line = reviewer.until(" 330 ").await;
    assert!(line.ends_with(" 330 reviewer verifybot verifybot :is logged in as"), "{line}");
    let stranger = Relay::start_with(network.server.secured, &args(&unknown)).await;
    stranger.logs("not logged in, so not joining: the account, its password or the certificate was refused").await;
    assert_eq!(stranger.stands("refused").await["reason"], "it could not log in");
}

#[tokio::test]
async fn a_nick_that_a_stranger_or_the_services_hold_is_its_own_again_once_it_is_logged_in() {
    let network = Network::start();
    let (mut reviewer, mut ghost, ()) = tokio::join!(
        reviewer_of_closed(&network),
        Person::come(network.server.address, "ghost"),
        account(&network, None)
    );
    ghost.send("NICK verifybot").await;
    ghost.until(":ghost!ghost@127.0.0.1 NICK :verifybot").await;
    let mut relay = relay_with(&network, QUICK, PASSWORD).await;
    relay.logs("known as verifybot now").await;
    ghost.until(":verifybot!ghost@127.0.0.1 NICK :Guest").await;
    relay.healthz(200).await;
    assert_eq!(relay.say("PASS").await.short(), (200, "ok"));
    let line = reviewer.until("PRIVMSG").await;
    assert!(line.starts_with(":verifybot!"), "{line}");
    // After REGAIN the services hold the nick for more than a minute, against its owner as well.
    relay.kill().await;
    reviewer.until("QUIT").await;
    ghost.send("NICK verifybot").await;
    ghost.until(" 432 ").await;
    relay.start_again().await;
    until("the nick is regained again", async || {
        (relay.log().matches("known as verifybot now").count() == 2).then_some(())
    })
    .await;
    relay.healthz(200).await;
    assert_eq!(relay.say("FAIL").await.short(), (200, "ok"));
    let line = reviewer.until("PRIVMSG").await;
    assert!(line.starts_with(":verifybot!"), "{line}");
}

#[tokio::test]
async fn without_services_it_speaks_on_where_it_is_and_comes_in_anew_only_when_they_are_back() {
    let mut network = Network::start();
    let (mut reviewer, ()) = tokio::join!(reviewer_of_closed(&network), account(&network, None));
    let mut relay = relay_with(&network, QUICK, PASSWORD).await.in_channel().await;
    network.stop_services();
    assert_eq!(relay.say("PASS").await.short(), (200, "ok"));
    assert_eq!(reviewer.said_until("PASS").await, [said("PASS")]);
    relay.kill().await;
    relay.start_again().await;
    relay.logs("not logged in, so not joining: the server offers no SASL (its services may be down); check").await;
    assert_eq!(relay.stands("refused").await["reason"], "it could not log in");
    assert_eq!(relay.say("FAIL").await.status, 202);
    assert_eq!(names(&mut reviewer).await, "@reviewer");
    network.start_services_again();
    relay.healthz(200).await;
    assert_eq!(reviewer.said_until("FAIL").await, [said("FAIL")]);
    relay.until_states(&["said", "said"]).await;
}

#[tokio::test]
async fn services_that_do_not_answer_or_are_killed_do_not_hold_it_up() {
    let network = Network::start();
    network.signal_services("-STOP");
    let relay = relay_with(&network, "join=500,first_pause=1,last_pause=20", PASSWORD).await;
    relay.logs(&format!("not in {CHANNEL}: the server did not answer in time; trying again")).await;
    network.signal_services("-KILL");
    relay.logs("not logged in, so not joining: the server offers no SASL (its services may be down); check").await;
    assert_eq!(relay.stands("refused").await["reason"], "it could not log in");
}
