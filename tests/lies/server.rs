// SPDX-License-Identifier: GPL-2.0-or-later
//! A wiki that sends any bytes, over TLS and HTTP/1.1, and the certificates that it may show.
//!
//! Must not know what follows from what it sends.

use super::row::Place;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

const HOST: &str = "en.wikipedia.org";

/// A request, as much of it as scripts look at.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Path and query.
    pub(crate) path: String,
    /// The backend in the debug header.
    pub(crate) backend: Option<String>,
}

/// What is done about a request.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// These bytes are sent.
    Send(Vec<u8>),
    /// Nothing more ever comes.
    Silence,
    /// The connection ends in an orderly way.
    Close,
    /// The connection breaks without a farewell of TLS.
    Drop,
    /// The connection is reset.
    Reset,
}

/// What a wiki does about a request.
pub(crate) type Script = fn(&Asked) -> Vec<Act>;

/// Vouches for certificates, for everybody who trusts its file.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    /// A new one.
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    /// Its certificate (PEM).
    pub(crate) fn file(&self) -> PathBuf {
        Path::join(self.folder.path(), "ca.pem")
    }

    /// What shows a certificate with the flaw of `place`, or a good one.
    fn acceptor(&self, place: Option<Place>) -> TlsAcceptor {
        let name = if place == Some(Place::WrongName) { "portal.invalid" } else { HOST };
        let mut leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        (leaf.not_before, leaf.not_after) = match place {
            Some(Place::Expired) => (date_time_ymd(2001, 1, 1), date_time_ymd(2001, 12, 31)),
            Some(Place::NotYet) => (date_time_ymd(2999, 1, 1), date_time_ymd(3000, 1, 1)),
            _ => (date_time_ymd(2001, 1, 1), date_time_ymd(3000, 1, 1)),
        };
        let key = KeyPair::generate().unwrap();
        let certificate = leaf.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// A listening wiki; it stops when it is dropped.
pub(crate) struct Wiki {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Wiki {
    /// Does what `script` says; `place` is what is wrong with its certificate.
    pub(crate) async fn start(authority: &Authority, place: Option<Place>, script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let acceptor = (place != Some(Place::Plain)).then(|| authority.acceptor(place));
        let task = tokio::spawn(async move {
            let mut talks = tokio::task::JoinSet::new();
            loop {
                let Ok((socket, _)) = listener.accept().await else { continue };
                let acceptor = acceptor.clone();
                talks.spawn(async move {
                    match acceptor {
                        // Who does not trust the certificate ends here.
                        Some(acceptor) => match acceptor.accept(socket).await {
                            Ok(stream) => talk(stream, script).await,
                            Err(_) => return,
                        },
                        None => refuse_tls(socket).await,
                    };
                });
            }
        });
        Self { address, task }
    }

    /// What leads every connection there.
    pub(crate) fn rule(&self) -> String {
        format!("::127.0.0.1:{}", self.address.port())
    }
}

impl Drop for Wiki {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a web server says to somebody who speaks TLS to its plain port.
async fn refuse_tls(mut socket: TcpStream) -> Option<()> {
    let mut hello = [0; 16];
    socket.read_exact(&mut hello).await.ok()?;
    socket.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await.ok()
}

/// One request after another. `None` when the connection is over.
async fn talk(mut stream: TlsStream<TcpStream>, script: Script) -> Option<()> {
    let mut head = Vec::new();
    loop {
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        for act in script(&asked(&String::from_utf8_lossy(&head))) {
            match act {
                Act::Send(bytes) => {
                    stream.write_all(&bytes).await.ok()?;
                    stream.flush().await.ok()?;
                }
                Act::Silence => std::future::pending::<()>().await,
                Act::Close => {
                    stream.shutdown().await.ok();
                    return None;
                }
                Act::Drop => return None,
                Act::Reset => {
                    stream.get_ref().0.set_zero_linger().unwrap();
                    return None;
                }
            }
        }
        head.clear();
    }
}

fn asked(head: &str) -> Asked {
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let field = head.lines().find_map(|line| line.strip_prefix("x-wikimedia-debug: "));
    let backend = field
        .and_then(|value| value.split("backend=").nth(1))
        .map(|value| value.split(';').next().unwrap_or_default().trim().to_owned());
    Asked { path, backend }
}
