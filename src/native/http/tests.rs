// SPDX-License-Identifier: GPL-2.0-or-later
//! The client against a small TLS server on loopback that plays a wiki.

use super::{Connection, NativeHttp};
use crate::exchange::{Headers, Method, Redirects, Request, TransportError};
use crate::ports::Http;
use flate2::{Compression, read::GzEncoder};
use std::io::Read;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;

/// The whole answer to a request with this first line; `None` is silence.
type Script = fn(&str) -> Option<Vec<u8>>;

/// Answers every request with the whole text that `script` gives for its first line, and keeps what it was sent.
struct Wiki {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
    folder: tempfile::TempDir,
}

impl Wiki {
    async fn start(script: Script) -> Self {
        super::install_crypto();
        let rcgen::CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(["en.wikipedia.org".to_owned(), "de.wikipedia.org".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), cert.pem()).unwrap();
        let config = rustls::ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], signing_key.serialize_der().try_into().unwrap())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let Ok(mut stream) = acceptor.accept(socket).await else { continue };
                let mut buffer = vec![0; 16_384];
                let size = stream.read(&mut buffer).await.unwrap();
                let request = String::from_utf8_lossy(&buffer[..size]).into_owned();
                let answer = script(request.lines().next().unwrap_or_default());
                log.lock().unwrap().push(request);
                match answer {
                    Some(answer) => stream.write_all(&answer).await.unwrap(),
                    None => std::future::pending::<()>().await,
                }
                stream.shutdown().await.ok();
            }
        });
        Self { address, seen, folder }
    }

    fn connection(&self) -> Connection {
        let rule = format!("::127.0.0.1:{}", self.address.port());
        Connection {
            connect_to: vec![rule.parse().unwrap()],
            cacert: Some(self.ca_file()),
            insecure: false,
            wiki: None,
        }
    }

    fn client(&self) -> NativeHttp {
        NativeHttp::new(&self.connection()).unwrap()
    }

    fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn get(url: &str) -> Request {
    Request { url: url.into(), timeout_ms: 10_000, ..Request::default() }
}

#[expect(clippy::unnecessary_wraps, reason = "a script gives nothing where the wiki is to stay silent")]
fn answer(head: &str, body: &str) -> Option<Vec<u8>> {
    Some(format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).into())
}

/// An answer whose body is `hello`, in gzip.
#[expect(clippy::unnecessary_wraps, reason = "it is one of the answers of a script")]
fn gzipped(head: &str) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    GzEncoder::new(&b"hello"[..], Compression::default()).read_to_end(&mut body).unwrap();
    let head = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    Some([head.into_bytes(), body].concat())
}

fn detail(came: Result<crate::exchange::Response, TransportError>) -> String {
    match came {
        Err(TransportError::Network { detail }) => detail,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_request_goes_out_with_its_own_headers_and_comes_back_whole() {
    let wiki =
        Wiki::start(|_| answer("200 OK\r\nServer: mw1\r\nX-Twice: a\r\nX-Twice: b\r\nSet-Cookie: x=1", "grün")).await;
    let headers = [("X-Wikimedia-Debug", "backend=k8s-mwdebug")].into_iter().collect::<Headers>();
    let client = wiki.client();
    let response = client.send(&Request { headers, ..get("https://en.wikipedia.org/wiki/A?b=c") }).await.unwrap();
    client.send(&get("https://en.wikipedia.org/again")).await.unwrap();

    assert_eq!((response.status, response.body.as_str()), (200, "grün"));
    assert_eq!(response.headers.get("server").as_deref(), Some("mw1"));
    assert_eq!(response.headers.get("x-twice").as_deref(), Some("a, b"));
    let [first, second] = wiki.seen().try_into().unwrap();
    assert!(first.starts_with("GET /wiki/A?b=c HTTP/1.1\r\n"), "{first}");
    assert!(first.contains("x-wikimedia-debug: backend=k8s-mwdebug\r\n"), "{first}");
    let sent = response.sent.clone().unwrap();
    assert_eq!((sent.debug_header.as_deref(), sent.debug_cookie), (Some("backend=k8s-mwdebug"), None));
    assert!(first.contains("host: en.wikipedia.org\r\n"), "{first}");
    assert!(first.contains("user-agent: backport-verify/"), "{first}");
    assert!(!second.to_lowercase().contains("cookie"), "{second}");
}

#[tokio::test]
async fn a_test_that_names_a_user_agent_is_sent_under_it() {
    let wiki = Wiki::start(|_| answer("200 OK", "")).await;
    let headers = [("User-Agent", "MediaWikiCron/1.0")].into_iter().collect::<Headers>();
    let client = wiki.client();
    client.send(&Request { headers, ..get("https://en.wikipedia.org/") }).await.unwrap();
    client.send(&get("https://en.wikipedia.org/")).await.unwrap();
    let agents = |sent: &String| -> Vec<String> {
        sent.lines().filter_map(|line| line.strip_prefix("user-agent: ").map(str::to_owned)).collect()
    };
    let seen: Vec<Vec<String>> = wiki.seen().iter().map(agents).collect();
    assert_eq!(seen, [vec!["MediaWikiCron/1.0".to_owned()], vec![crate::app::AGENT.to_owned()]]);
}

#[tokio::test]
async fn an_encoded_body_is_read_and_its_field_stays() {
    let wiki = Wiki::start(|_| gzipped("200 OK\r\nContent-Encoding: gzip")).await;
    let response = wiki.client().send(&get("https://en.wikipedia.org/")).await.unwrap();
    assert_eq!(response.body, "hello");
    assert_eq!(response.headers.get("content-encoding").as_deref(), Some("gzip"));
    assert_eq!((response.size, response.sha256), (5, None));
    let asked = Request { wants_sha256: true, ..get("https://en.wikipedia.org/") };
    let digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    assert_eq!(wiki.client().send(&asked).await.unwrap().sha256.as_deref(), Some(digest));

    let headers = Headers::from_iter([("Accept-Encoding", "deflate, gzip")]);
    wiki.client().send(&Request { headers, ..get("https://en.wikipedia.org/") }).await.unwrap();
    let [by_default, _, as_the_test_says] = wiki.seen().try_into().unwrap();
    assert!(by_default.contains("accept-encoding: gzip\r\n"), "{by_default}");
    assert_eq!(as_the_test_says.matches("accept-encoding").count(), 1, "{as_the_test_says}");
    assert!(as_the_test_says.contains("accept-encoding: deflate, gzip\r\n"), "{as_the_test_says}");
}

#[tokio::test]
async fn a_redirect_is_the_answer_unless_it_is_to_be_followed() {
    let wiki = Wiki::start(|line| match line.split(' ').nth(1) {
        Some("/old") => answer("301 Moved\r\nLocation: //de.wikipedia.org/new", ""),
        _ => answer("200 OK", "here"),
    })
    .await;
    let manual = wiki.client().send(&get("https://en.wikipedia.org/old")).await.unwrap();
    assert_eq!((manual.status, manual.hops.len()), (301, 0));

    let post = Request { method: Method::Post, body: Some("a=b".into()), ..get("https://en.wikipedia.org/old") };
    let followed = wiki.client().send(&Request { redirects: Redirects::Follow, ..post }).await.unwrap();
    assert_eq!((followed.status, followed.url.as_str()), (200, "https://de.wikipedia.org/new"));
    let hop = &followed.hops[0];
    assert_eq!((hop.url.as_str(), hop.status), ("https://en.wikipedia.org/old", 301));
    assert!(wiki.seen()[2].starts_with("GET /new "), "{:?}", wiki.seen());
}

#[tokio::test]
async fn a_redirect_away_from_wikimedia_is_not_followed() {
    let wiki = Wiki::start(|_| answer("302 Found\r\nLocation: https://example.org/", "")).await;
    let request = Request { redirects: Redirects::Follow, ..get("https://en.wikipedia.org/") };
    let said = detail(wiki.client().send(&request).await);
    assert!(said.contains("example.org is not a Wikimedia site"), "{said}");
}

#[tokio::test]
async fn a_circle_of_redirects_ends() {
    let wiki = Wiki::start(|_| answer("302 Found\r\nLocation: /round", "")).await;
    let request = Request { redirects: Redirects::Follow, ..get("https://en.wikipedia.org/") };
    assert_eq!(detail(wiki.client().send(&request).await), "redirected more than 20 times, the last time to </round>");
}

#[tokio::test]
async fn no_answer_in_time_is_a_timeout() {
    let wiki = Wiki::start(|_| None).await;
    let request = Request { timeout_ms: 300, ..get("https://en.wikipedia.org/") };
    assert_eq!(wiki.client().send(&request).await, Err(TransportError::Timeout { after_ms: 300 }));
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused_and_named() {
    let wiki = Wiki::start(|_| answer("200 OK", "")).await;
    let strict = NativeHttp::new(&Connection { cacert: None, ..wiki.connection() }).unwrap();
    let came = strict.send(&get("https://en.wikipedia.org/")).await;
    let Err(TransportError::Tls { detail }) = came else { panic!("{came:?}") };
    assert!(detail.starts_with("TLS: invalid peer certificate"), "{detail}");

    let lax = NativeHttp::new(&Connection { cacert: None, insecure: true, ..wiki.connection() }).unwrap();
    assert_eq!(lax.send(&get("https://en.wikipedia.org/")).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_closed_port_is_named() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let rule = format!("::127.0.0.1:{port}").parse().unwrap();
    let client = NativeHttp::new(&Connection { connect_to: vec![rule], ..Connection::default() }).unwrap();
    let came = client.send(&get("https://en.wikipedia.org/")).await;
    let Err(TransportError::Refused { detail }) = came else { panic!("{came:?}") };
    assert!(detail.starts_with("Connection refused"), "{detail}");
}

#[tokio::test]
async fn a_name_that_cannot_be_looked_up_is_told() {
    // No name ends in `.invalid` (RFC 6761, section 6.4), so that nobody outside is asked.
    let rule = "::nowhere.invalid:443".parse().unwrap();
    let client = NativeHttp::new(&Connection { connect_to: vec![rule], ..Connection::default() }).unwrap();
    let came = client.send(&get("https://en.wikipedia.org/")).await;
    let Err(TransportError::Name { detail }) = came else { panic!("{came:?}") };
    assert!(detail.starts_with("the name cannot be looked up: "), "{detail}");
}

#[tokio::test]
async fn an_answer_that_does_not_come_whole_is_no_answer() {
    let scripts: [Script; 4] = [
        |_| Some(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf".to_vec()),
        |_| Some(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n63\r\nhalf".to_vec()),
        |_| answer("200 OK\r\nContent-Encoding: gzip", "text"),
        |_| {
            gzipped("200 OK\r\nContent-Encoding: gzip").map(|mut answer| {
                answer.pop();
                answer
            })
        },
    ];
    for (place, script) in scripts.into_iter().enumerate() {
        let wiki = Wiki::start(script).await;
        let came = wiki.client().send(&get("https://en.wikipedia.org/")).await;
        assert!(matches!(came, Err(TransportError::Broken { .. })), "{place}: {came:?}");
    }
}

#[tokio::test]
async fn a_body_that_is_longer_than_its_length_ends_there() {
    let wiki = Wiki::start(|_| Some(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhalf and more".to_vec())).await;
    assert_eq!(wiki.client().send(&get("https://en.wikipedia.org/")).await.unwrap().body, "half");
}

#[tokio::test]
async fn what_stands_behind_an_answer_is_not_the_next_one() {
    let wiki = Wiki::start(|line| {
        let first = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold".to_vec();
        let behind = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nnew".to_vec();
        Some(if line.contains("/first") { [first, behind].concat() } else { first })
    })
    .await;
    let client = wiki.client();
    for path in ["first", "second"] {
        let response = client.send(&get(&format!("https://en.wikipedia.org/{path}"))).await.unwrap();
        assert_eq!(response.body, "old", "{path}");
    }
    assert!(wiki.seen()[0].contains("connection: close\r\n"), "{:?}", wiki.seen());
}

#[tokio::test]
async fn only_wikimedia_over_https_is_asked() {
    let client = NativeHttp::new(&Connection::default()).unwrap();
    let said = detail(client.send(&get("https://example.org/")).await);
    assert!(said.starts_with("example.org is not a Wikimedia site"), "{said}");
}

#[test]
fn a_file_without_certificates_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none.pem");
    std::fs::write(&path, "nothing").unwrap();
    let error = NativeHttp::new(&Connection { cacert: Some(path), ..Connection::default() }).unwrap_err();
    assert!(error.to_string().contains("expected PEM with at least one certificate"), "{error}");
}
