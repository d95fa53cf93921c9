// SPDX-License-Identifier: GPL-2.0-or-later
//! The bed's own certificate authority and the one certificate for all host names.
//!
//! The keys live as long as the bed and are trusted by nobody who was not told to.

use super::BedError;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, PublicKeyData,
};
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, SupportedCipherSuite};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// Every name that the edge answers for.
const NAMES: [&str; 26] = [
    "wikipedia.org",
    "*.wikipedia.org",
    "*.m.wikipedia.org",
    "wikimedia.org",
    "*.wikimedia.org",
    "wikidata.org",
    "*.wikidata.org",
    "mediawiki.org",
    "*.mediawiki.org",
    "wiktionary.org",
    "*.wiktionary.org",
    "wikibooks.org",
    "*.wikibooks.org",
    "wikinews.org",
    "*.wikinews.org",
    "wikiquote.org",
    "*.wikiquote.org",
    "wikisource.org",
    "*.wikisource.org",
    "wikiversity.org",
    "*.wikiversity.org",
    "wikivoyage.org",
    "*.wikivoyage.org",
    "*.wikifunctions.org",
    "toolforge.org",
    "*.toolforge.org",
];

/// The certificate, where its files are, and what a browser needs to accept it.
pub struct Tls {
    /// Takes connections with ALPN `h2` and `http/1.1`.
    pub acceptor: TlsAcceptor,
    /// The authority's certificate (PEM).
    pub ca: PathBuf,
    /// The certificate that the edge shows (PEM).
    pub certificate: PathBuf,
    /// Its key (PEM).
    pub key: PathBuf,
    /// Base64 of the SHA-256 of the certificate's public key, for `--ignore-certificate-errors-spki-list`.
    pub spki: String,
}

impl Tls {
    /// Makes an authority and a certificate and writes both into `folder`.
    ///
    /// # Errors
    /// [`BedError::Tls`] when a certificate cannot be made, [`BedError::Io`] when a file cannot be written.
    pub fn new(folder: &Path) -> Result<Self, BedError> {
        let mut authority = CertificateParams::default();
        authority.distinguished_name.push(DnType::CommonName, "Backport Verify test bed CA");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;

        let mut leaf = CertificateParams::new(NAMES.map(str::to_owned).to_vec())?;
        leaf.distinguished_name.push(DnType::CommonName, "*.wikipedia.org");
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        leaf.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = leaf.signed_by(&key, &issuer)?;

        let write = |name: &str, text: String| {
            let path = folder.join(name);
            std::fs::write(&path, text).map(|()| path)
        };
        Ok(Self {
            ca: write("ca.pem", issuer.pem())?,
            certificate: write("edge.pem", certificate.pem())?,
            key: write("edge.key", key.serialize_pem())?,
            spki: base64(&sha256(&key.subject_public_key_info())?),
            acceptor: acceptor(certificate.der().clone(), key.serialize_der())?,
        })
    }
}

fn acceptor(certificate: rustls::pki_types::CertificateDer<'static>, key: Vec<u8>) -> Result<TlsAcceptor, BedError> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key));
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![certificate], key))
        .map_err(|error| BedError::Tls(error.to_string()))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// SHA-256 as the TLS library has it, so that no other library is needed for one hash.
fn sha256(data: &[u8]) -> Result<Vec<u8>, BedError> {
    match ring::cipher_suite::TLS13_AES_128_GCM_SHA256 {
        SupportedCipherSuite::Tls13(suite) => Ok(suite.common.hash_provider.hash(data).as_ref().to_vec()),
        SupportedCipherSuite::Tls12(_) => Err(BedError::Tls("no SHA-256 in the TLS library".to_owned())),
    }
}

fn base64(data: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in data.chunks(3) {
        let bits = chunk.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = char::from(LETTERS[bits >> (18 - 6 * place) & 63]);
            text.push(if place <= chunk.len() { letter } else { '=' });
        }
    }
    text
}
