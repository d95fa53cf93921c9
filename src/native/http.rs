// SPDX-License-Identifier: GPL-2.0-or-later
//! The HTTP port over reqwest.
//!
//! Asks Wikimedia's sites over https and nobody else but the wiki that the user named, also when an answer points elsewhere. Sends no cookie, keeps none,
//! caches nothing and repeats nothing.

mod body;

use super::connect_to::{ConnectTo, destination};
use crate::app::AGENT;
use crate::debug::sent_among;
use crate::exchange::{Headers, Hop, Method, Redirects, Request, Response, Sent, TransportError};
use crate::ports::Http;
use crate::suite::in_scope;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT_ENCODING, CONNECTION, HeaderMap, HeaderName, HeaderValue, LOCATION};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use thiserror::Error;
use url::Url;

/// Port of https, the only one that [`in_scope`] lets pass.
const HTTPS: u16 = 443;

/// Redirects after which a request is given up (<https://fetch.spec.whatwg.org/#http-redirect-fetch>).
const MOST_HOPS: usize = 20;

/// How connections are made.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// Rules for other places to connect to; the first match wins.
    pub connect_to: Vec<ConnectTo>,
    /// PEM file whose certificates are trusted beside those of the system.
    pub cacert: Option<PathBuf>,
    /// Whether any certificate will do.
    pub insecure: bool,
    /// A wiki that may be asked beside Wikimedia's sites.
    pub wiki: Option<Url>,
}

/// Why there is no client.
#[derive(Debug, Error)]
pub enum ConnectionError {
    /// The file of certificates cannot be read.
    #[error("failed to read the certificates in <{}>: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There is no certificate in it.
    #[error("failed to read the certificates in <{}>: expected PEM with at least one certificate, {detail}", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
        /// What was there.
        detail: String,
    },
    /// The client could not be made.
    #[error("failed to prepare connections: {0}")]
    Client(String),
}

/// Sends requests with reqwest.
#[derive(Debug, Clone)]
pub struct NativeHttp {
    client: reqwest::Client,
    wiki: Option<url::Origin>,
}

impl NativeHttp {
    /// A client that connects as `connection` says.
    ///
    /// # Errors
    /// When the file of certificates cannot be used, or the system has no trusted certificates.
    pub fn new(connection: &Connection) -> Result<Self, ConnectionError> {
        install_crypto();
        let mut builder = reqwest::Client::builder()
            .user_agent(AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_gzip()
            .no_deflate()
            .no_brotli()
            .no_zstd()
            .tls_danger_accept_invalid_certs(connection.insecure);
        if !connection.connect_to.is_empty() {
            // Where a connection goes is said by the rules, and a proxy of the environment would not know them.
            builder = builder.no_proxy().dns_resolver(Resolver { rules: connection.connect_to.clone().into() });
        }
        if let Some(path) = &connection.cacert {
            builder = builder.tls_certs_merge(certificates(path)?);
        }
        let client = builder.build().map_err(|error| ConnectionError::Client(innermost(&error)))?;
        Ok(Self { client, wiki: connection.wiki.as_ref().map(Url::origin) })
    }

    async fn follow(&self, request: &Request) -> Result<Response, TransportError> {
        let begun = Instant::now();
        let mut hops = Vec::new();
        let (mut method, mut body, mut headers) = (request.method, request.body.clone(), fields(&request.headers)?);
        let mut url = self.allowed(&request.url)?;
        loop {
            let (answer, sent) = self.ask(method, &url, &headers, body.clone()).await?;
            let status = answer.status().as_u16();
            let location = answer.headers().get(LOCATION).map(|value| text(value.as_bytes()));
            let next = location.as_deref().filter(|_| matches!(status, 301 | 302 | 303 | 307 | 308));
            let Some(next) = next.filter(|_| request.redirects == Redirects::Follow) else {
                let response = read(answer, url, begun, request.wants_sha256).await?;
                return Ok(Response { sent: Some(sent), hops, ..response });
            };
            if hops.len() == MOST_HOPS {
                return Err(network(format!("redirected more than {MOST_HOPS} times, the last time to <{next}>")));
            }
            let target = url.join(next).map_err(|error| network(format!("redirected to <{next}>: {error}")))?;
            let (told, sent) = (Some(fields_of(answer.headers())), Some(sent));
            hops.push(Hop { url: url.into(), status, location: location.clone(), headers: told, sent });
            url = self.allowed(target.as_str())?;
            if becomes_get(method, status) {
                (method, body) = (Method::Get, None);
                headers.retain(|(name, _)| !name.as_str().starts_with("content-"));
            }
        }
    }

    fn allowed(&self, url: &str) -> Result<Url, TransportError> {
        let named = Url::parse(url).ok().filter(|url| self.wiki.as_ref() == Some(&url.origin()));
        named.map_or_else(|| in_scope(url).map_err(|error| network(error.to_string())), Ok)
    }

    /// Asks, and tells what it sent: nobody stands between this client and the wire, so that is what it was told to.
    async fn ask(
        &self,
        method: Method,
        url: &Url,
        headers: &[(HeaderName, HeaderValue)],
        content: Option<String>,
    ) -> Result<(reqwest::Response, Sent), TransportError> {
        let method =
            reqwest::Method::from_bytes(method.as_str().as_bytes()).map_err(|error| network(error.to_string()))?;
        let mut sent = HeaderMap::new();
        for (name, value) in headers {
            sent.append(name, value.clone());
        }
        // Over HTTP/1.1, what a server sends behind the end of an answer would be read as the answer to the next request.
        // HTTP/2 has no such field, and keeps its connection.
        sent.insert(CONNECTION, HeaderValue::from_static("close"));
        sent.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static(body::ACCEPTED));
        let mut builder = self.client.request(method, url.clone()).headers(sent);
        if let Some(content) = content {
            builder = builder.body(content);
        }
        let request = builder.build().map_err(|error| failed(&error))?;
        let fields = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let sent = sent_among(fields);
        let answer = self.client.execute(request).await.map_err(|error| failed(&error))?;
        Ok((answer, sent))
    }
}

impl Http for NativeHttp {
    async fn send(&self, request: &Request) -> Result<Response, TransportError> {
        let limit = Duration::from_millis(request.timeout_ms.into());
        tokio::time::timeout(limit, self.follow(request))
            .await
            .unwrap_or(Err(TransportError::Timeout { after_ms: request.timeout_ms }))
    }
}

/// Makes ring the process's cryptography, which rustls wants chosen once; a choice that is made already stays.
pub(super) fn install_crypto() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // It only fails when another thread was quicker, and then there is one.
        rustls::crypto::ring::default_provider().install_default().ok();
    }
}

fn certificates(path: &Path) -> Result<Vec<reqwest::Certificate>, ConnectionError> {
    let pem = std::fs::read(path).map_err(|source| ConnectionError::Read { path: path.to_owned(), source })?;
    let none = |detail: String| ConnectionError::NoCertificate { path: path.to_owned(), detail };
    let found = reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| none(innermost(&error)))?;
    if found.is_empty() { Err(none("there is none".into())) } else { Ok(found) }
}

/// Looks names up where the rules say.
struct Resolver {
    rules: Arc<[ConnectTo]>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let place = destination(&self.rules, name.as_str(), HTTPS);
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host(place).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether the request after a redirect is a GET without a body (<https://fetch.spec.whatwg.org/#http-redirect-fetch>).
const fn becomes_get(method: Method, status: u16) -> bool {
    matches!((status, method), (301 | 302, Method::Post))
        || (status == 303 && !matches!(method, Method::Get | Method::Head))
}

fn fields(headers: &Headers) -> Result<Vec<(HeaderName, HeaderValue)>, TransportError> {
    let field = |(name, value): (&str, &str)| {
        let bad = |detail: String| network(format!("header <{name}: {value}> cannot be sent: {detail}"));
        let value = HeaderValue::from_str(value).map_err(|error| bad(error.to_string()))?;
        Ok((HeaderName::from_bytes(name.as_bytes()).map_err(|error| bad(error.to_string()))?, value))
    };
    headers.iter().map(field).collect()
}

async fn read(
    answer: reqwest::Response,
    url: Url,
    begun: Instant,
    wants_sha256: bool,
) -> Result<Response, TransportError> {
    let status = answer.status().as_u16();
    let headers = fields_of(answer.headers());
    let body::Body { text, size, sha256 } = body::of(answer, wants_sha256).await?;
    let elapsed_ms = u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX);
    Ok(Response { url: url.into(), status, headers, body: text, size, sha256, elapsed_ms, ..Response::default() })
}

fn fields_of(headers: &HeaderMap) -> Headers {
    headers.iter().map(|(name, value)| (name.as_str(), text(value.as_bytes()))).collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const fn network(detail: String) -> TransportError {
    TransportError::Network { detail }
}

fn failed(error: &reqwest::Error) -> TransportError {
    let detail = innermost(error);
    if error.is_dns() {
        TransportError::Name { detail: format!("the name cannot be looked up: {detail}") }
    } else if has_cause(error, <dyn Error>::is::<rustls::Error>) {
        TransportError::Tls { detail }
    } else if has_cause(error, is_refusal) {
        TransportError::Refused { detail }
    } else {
        network(detail)
    }
}

/// Why a body did not come whole.
fn broken(error: &reqwest::Error) -> TransportError {
    TransportError::Broken { detail: innermost(error) }
}

fn is_refusal(cause: &(dyn Error + 'static)) -> bool {
    cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
}

/// The error, what is below it, and so on.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&cause| {
        // What an I/O error wraps is not its source but itself.
        let wrapped = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        wrapped.map(|inner| inner as &(dyn Error + 'static)).or_else(|| cause.source())
    })
}

fn has_cause(error: &(dyn Error + 'static), wanted: impl Fn(&(dyn Error + 'static)) -> bool) -> bool {
    causes(error).any(wanted)
}

/// The cause at the bottom of an error: what DNS, TLS or the system said.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let cause = causes(error).last().unwrap_or(error);
    if cause.is::<rustls::Error>() { format!("TLS: {cause}") } else { cause.to_string() }
}

#[cfg(test)]
mod tests;
