// SPDX-License-Identifier: GPL-2.0-or-later
//! TLS with an authority of one's own, and logging in with a certificate.

use super::scripted::Scripted;
use crate::servers::Server;
use crate::stage::Relay;
use crate::support::Command;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use std::path::PathBuf;
use std::sync::Arc;

/// An authority, and files for the command line.
pub(super) struct Authority {
    pub(super) issuer: CertifiedIssuer<'static, KeyPair>,
    folder: tempfile::TempDir,
}

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Self { issuer, folder: tempfile::tempdir().unwrap() }
    }

    /// Certificate and key in PEM.
    pub(super) fn signs(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    pub(super) fn file(&self, name: &str, text: &str) -> String {
        let path: PathBuf = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }
}

#[tokio::test]
async fn a_server_of_one_s_own_authority_is_believed_only_with_that() {
    let authority = Authority::new();
    let (certificate, key) = authority.signs("127.0.0.1");
    let server = Server::ngircd_tls(&certificate, &key);
    let own = authority.file("ca.pem", &authority.issuer.pem());
    let relay = Relay::start_with(server.secured, &["--tls", "--ca-file", &own]).await.in_channel().await;
    assert_eq!(relay.say("PASS").await.short(), (200, "ok"));
    let stranger = Authority::new();
    let other = stranger.file("ca.pem", &stranger.issuer.pem());
    for more in [&["--tls"][..], &["--tls", "--ca-file", &other]] {
        let relay = Relay::start_with(server.secured, more).await;
        relay.logs("TLS failed: invalid peer certificate").await;
        relay.away().await;
    }
}

#[tokio::test]
async fn it_logs_in_with_its_certificate() {
    rustls::crypto::ring::default_provider().install_default().ok();
    let authority = Authority::new();
    let mut roots = RootCertStore::empty();
    roots.add(authority.issuer.der().clone()).unwrap();
    let (certificate, key) = authority.signs("127.0.0.1");
    let config = rustls::ServerConfig::builder()
        .with_client_cert_verifier(WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap())
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()],
            PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
        )
        .unwrap();
    let server = Scripted::start_tls(config).await;
    let (certificate, key) = authority.signs("verifybot");
    let own = authority.file("own.pem", &format!("{certificate}{key}"));
    let ca = authority.file("ca.pem", &authority.issuer.pem());
    let args = ["--tls", "--ca-file", &ca, "--certificate", &own, "--sasl", "external"];
    let relay = Relay::start_with(server.address, &args).await;
    // The server lets nobody in who has not shown the certificate.
    let mut peer = server.accept().await;
    peer.greeted().await;
    peer.send(&[":s CAP * LS :sasl=EXTERNAL"]).await;
    peer.expect("CAP REQ sasl").await;
    peer.send(&[":s CAP * ACK :sasl"]).await;
    peer.expect("AUTHENTICATE EXTERNAL").await;
    peer.send(&["AUTHENTICATE +"]).await;
    peer.expect("AUTHENTICATE +").await;
    peer.send(&[":s 903 * :SASL authentication successful"]).await;
    peer.expect("CAP END").await;
    peer.send(&[":s 001 verifybot :Welcome"]).await;
    peer.expect("JOIN #wikimedia-operations").await;
    peer.send(&[":verifybot!~b@host JOIN #wikimedia-operations"]).await;
    relay.joined().await;
}

#[test]
fn what_a_login_needs_is_asked_for_at_the_start() {
    let authority = Authority::new();
    let empty = authority.file("empty.pem", "");
    let password = authority.file("password", "sesame\n");
    let plain = ["--sasl", "plain", "--account", "jilles", "--password-file", &password];
    let rows: &[(&str, &[&str], String)] = &[
        (
            "127.0.0.1:1",
            &["--sasl", "plain", "--account", "jilles"],
            "failed to use --sasl plain: it needs --account and --password-file".into(),
        ),
        (
            "irc.libera.chat:6667",
            &plain,
            "failed to use --sasl plain: it needs --tls, since the password would be readable on its way".into(),
        ),
        (
            "127.0.0.1:1",
            &["--sasl", "external", "--tls"],
            "failed to use --sasl external: it needs --tls and --certificate".into(),
        ),
        (
            "127.0.0.1:1",
            &["--tls", "--ca-file", &empty],
            format!("failed to read a certificate in <{empty}>: there is none in PEM"),
        ),
        (
            "127.0.0.1:1",
            &["--channel-key-file", &empty],
            format!(
                "failed to read the channel's key in <{empty}>: expected one line that is not empty, without white space"
            ),
        ),
        (
            "127.0.0.1:1",
            &["--hear", "two words"],
            "failed to read --hear <two words>: expected a nick, such as logmsgbot, or NICK=ACCOUNT".into(),
        ),
    ];
    for (server, more, why) in rows {
        Command::new()
            .args(["relay", "--server", server, "--channel", "#c", "--nick", "verifybot"])
            .args(more.iter().copied())
            .code(2)
            .stderr(&format!("backport-verify: {why}\n"))
            .run();
    }
}
